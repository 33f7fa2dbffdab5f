//! A member's state as bytes, for snapshots and state hashes, and what the ledger knows of all members together.
//!
//! Invariant: canonical. Equal states have equal bytes, and other states have other bytes, so that comparing or hashing
//! bytes compares states.
//!
//! Snapshots are never the truth: whatever cannot be read here is folded from the log again, a state of an earlier version
//! too, as it lacks what the log has. But a member who became part of another leaves a state in the log: of version 2 in
//! the first version of `MergedFrom`, of version 3 in the second. Those shapes are stored for ever, even when snapshots
//! have another.

use tallybook_core::points::Points;
use tallybook_core::state::{Bucket, LedgerState, MemberState};

use crate::error::FormatError;
use crate::messagepack::Writer;
use crate::stored::array;
use crate::v3::state::{State, VERSION};
use crate::wire::{List, NO_TIME, Shape, read};

/// The version of states that this release writes and reads. A snapshot with another is thrown away.
pub const STATE_VERSION: u8 = VERSION;

/// The version of ledger states that this release writes and reads. A snapshot with another is thrown away.
pub const LEDGER_STATE_VERSION: u8 = 1;

pub(crate) const WHAT: &str = "MemberState";
const LEDGER_WHAT: &str = "LedgerState";

array! {
    /// What all members together have used.
    struct StoredLedger from ledger: LedgerState {
        version: u8 = LEDGER_STATE_VERSION,
        budgets: List<Points> = ledger.budgets,
    }
    load {
        // It was looked at before anything was read.
        let _ = version;
        LedgerState { budgets }
    }
}

/// Appends a state's bytes to `out`.
pub fn encode_state(state: &MemberState, out: &mut Vec<u8>) {
    State::put(state, &mut Writer::new(NO_TIME, out));
}

/// Reads a state.
///
/// # Errors
/// [`FormatError`]: unknown version, or bytes that are no state, or one whose lists are out of order.
pub fn decode_state(bytes: &[u8]) -> Result<MemberState, FormatError> {
    check_version(WHAT, bytes, STATE_VERSION)?;
    let state: MemberState = read(WHAT, NO_TIME, bytes, State::take)?;
    disorder(&state).map_or(Ok(state), |why| Err(unreadable(WHAT, why)))
}

/// Appends a ledger state's bytes to `out`.
pub fn encode_ledger_state(state: &LedgerState, out: &mut Vec<u8>) {
    StoredLedger::put(state, &mut Writer::new(NO_TIME, out));
}

/// Reads a ledger state.
///
/// # Errors
/// [`FormatError`]: unknown version, or bytes that are no ledger state.
pub fn decode_ledger_state(bytes: &[u8]) -> Result<LedgerState, FormatError> {
    check_version(LEDGER_WHAT, bytes, LEDGER_STATE_VERSION)?;
    read(LEDGER_WHAT, NO_TIME, bytes, StoredLedger::take)
}

/// Finds out another version before anything else is read: it may differ in all that follows.
fn check_version(what: &'static str, bytes: &[u8], known: u8) -> Result<(), FormatError> {
    // Any state is an array, short or with a length of 16 bits, and begins with its version.
    let version = match *bytes {
        [0x90..=0x9F, version @ 0..=0x7F, ..] | [0xDC, _, _, version @ 0..=0x7F, ..] => version,
        _ => return Err(unreadable(what, "it does not begin with a version")),
    };
    if version == known { Ok(()) } else { Err(FormatError::UnknownVersion { what, version }) }
}

pub(crate) fn unreadable(what: &'static str, why: &str) -> FormatError {
    FormatError::Malformed { what, why: why.to_owned() }
}

/// What keeps lists from being searched, or lots from being drawn.
pub(crate) fn disorder(state: &MemberState) -> Option<&'static str> {
    let in_order = |buckets: &[Bucket]| buckets.is_sorted_by(|a, b| a.start < b.start);
    let lot_is_sound = |lot: &tallybook_core::state::Lot| {
        lot.remaining > Points::ZERO && lot.remaining <= lot.earned && lot.number <= state.last_lot
    };
    if !state.lots.is_sorted_by(|a, b| a.number < b.number) {
        Some("lots are out of order")
    } else if !state.lots.iter().all(lot_is_sound) {
        Some("a lot has more or less than it can have")
    } else if !state.ladders.is_sorted_by(|a, b| a.ladder < b.ladder) {
        Some("ladders are out of order")
    } else if !state.ladders.iter().all(|l| in_order(&l.buckets) && in_order(&l.carried)) {
        Some("a ladder's periods are out of order")
    } else if !state.caps.is_sorted_by(|a, b| (a.cap, a.period) < (b.cap, b.period)) {
        Some("caps are out of order")
    } else if !state.cooldowns.is_sorted_by(|a, b| a.cooldown < b.cooldown) {
        Some("rests are out of order")
    } else if !state.streaks.is_sorted_by(|a, b| a.activity < b.activity) {
        Some("streaks are out of order")
    } else if !state.renewals.is_sorted_by(|a, b| (a.currency, a.idle_months) < (b.currency, b.idle_months)) {
        Some("renewals are out of order")
    } else {
        None
    }
}
