//! What several test files share: hand-written values and generated ones.

// Each test file uses a part of this.
#![allow(dead_code)]

pub mod any;
pub mod examples;
pub mod history;

use tallybook_core::calendar::Instant;
use tallybook_core::event::Event;
use tallybook_core::fact::Fact;

/// 2026-01-05T09:30:00Z.
pub const MORNING: Instant = Instant(1_767_605_400_000_000);

/// A fact's body.
pub fn fact_bytes(key: Option<&str>, fact: &Fact<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    tallybook_format::encode_fact(key, fact, &mut bytes);
    bytes
}

/// A decision's body.
pub fn decision_bytes(event: &Event) -> Vec<u8> {
    let mut bytes = Vec::new();
    tallybook_format::encode_decision(event.effective_at, &event.decision, &mut bytes);
    bytes
}
