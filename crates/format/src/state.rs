//! A member's state as bytes, for snapshots and state hashes.
//!
//! Invariant: canonical. Equal states have equal bytes, and other states have other bytes, so that comparing or hashing
//! bytes compares states.
//!
//! States are never the truth: whatever cannot be read here is folded from the log again.

use tallybook_core::points::Points;
use tallybook_core::state::MemberState;

use crate::error::FormatError;
use crate::v1::state::State;
use crate::wire::{read, write};

/// The version of states that this release writes and reads. A snapshot with another is thrown away.
pub const STATE_VERSION: u8 = 1;

const WHAT: &str = "MemberState";

/// Appends a state's bytes to `out`.
pub fn encode_state(state: &MemberState, out: &mut Vec<u8>) {
    write(&State::new(STATE_VERSION, state), out);
}

/// Reads a state.
///
/// # Errors
/// [`FormatError`]: unknown version, or bytes that are no state, or one whose lists are out of order.
pub fn decode_state(bytes: &[u8]) -> Result<MemberState, FormatError> {
    // Any state begins with a short array's marker and the version; a later one may differ in all that follows.
    if let [0x90..=0x9F, version @ 0..=0x7F, ..] = *bytes
        && version != STATE_VERSION
    {
        return Err(FormatError::UnknownVersion { what: WHAT, version });
    }
    let stored: State<'_> = read(WHAT, bytes)?;
    if stored.version != STATE_VERSION {
        return Err(FormatError::UnknownVersion { what: WHAT, version: stored.version });
    }
    let state = stored.into_state();
    match disorder(&state) {
        Some(why) => Err(FormatError::Malformed { what: WHAT, why: why.to_owned() }),
        None => Ok(state),
    }
}

/// What keeps lists from being searched, or lots from being drawn.
fn disorder(state: &MemberState) -> Option<&'static str> {
    let lot_is_sound = |lot: &tallybook_core::state::Lot| {
        lot.remaining > Points::ZERO && lot.remaining <= lot.earned && lot.number <= state.last_lot
    };
    if !state.lots.is_sorted_by(|a, b| a.number < b.number) {
        Some("lots are out of order")
    } else if !state.lots.iter().all(lot_is_sound) {
        Some("a lot has more or less than it can have")
    } else if !state.ladders.is_sorted_by(|a, b| a.ladder < b.ladder) {
        Some("ladders are out of order")
    } else if !state.ladders.iter().all(|l| l.buckets.is_sorted_by(|a, b| a.start < b.start)) {
        Some("a ladder's periods are out of order")
    } else if !state.caps.is_sorted_by(|a, b| (a.cap, a.period) < (b.cap, b.period)) {
        Some("caps are out of order")
    } else {
        None
    }
}
