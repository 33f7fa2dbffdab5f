//! What several test files share: hand-written values and generated ones.

// Each test file uses a part of this.
#![allow(dead_code, unused_imports)]

pub mod any;
pub mod examples;
pub mod history;
pub mod story;

use tallybook_core::calendar::Instant;
use tallybook_core::event::Event;
use tallybook_core::fact::Fact;
use tallybook_format::RecordType;

/// 2026-01-05T09:30:00Z.
pub const MORNING: Instant = Instant(1_767_605_400_000_000);

/// A fact's kind, version and body.
pub fn stored_fact(key: Option<&str>, fact: &Fact<'_>) -> (RecordType, Vec<u8>) {
    let mut bytes = Vec::new();
    (tallybook_format::encode_fact(key, fact, &mut bytes), bytes)
}

/// A decision's kind, version and body.
pub fn stored_decision(event: &Event) -> (RecordType, Vec<u8>) {
    let mut bytes = Vec::new();
    (tallybook_format::encode_decision(event.effective_at, &event.decision, &mut bytes), bytes)
}
