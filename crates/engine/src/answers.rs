//! What a ledger answers with.

use tallybook_core::calendar::Instant;
use tallybook_core::event::Event;
use tallybook_core::ids::{MemberNumber, VersionNumber};
use tallybook_core::state::MemberState;
use tallybook_log::Position;

/// What a command did, given once it is durable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The batch that holds it.
    pub batch_number: u64,
    /// The first of its facts.
    pub position: Position,
    /// When the ledger took it down.
    pub recorded_at: Instant,
    /// What was decided.
    pub events: Vec<Event>,
    /// Whether the same command had been submitted before, so that nothing happened now.
    pub repeated: bool,
}

/// A publication that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Published {
    /// The version's number in the ledger, from 1.
    pub number: VersionNumber,
    /// SHA-256 of the programme file.
    pub hash: [u8; 32],
    /// First instant at which it is in force.
    pub effective_from: Instant,
    /// Whether this was the last version already.
    pub repeated: bool,
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Members of whom something was due.
    pub members: u64,
    /// Events recorded.
    pub events: u64,
}

/// A member as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberView {
    /// The member's number in the ledger.
    pub number: MemberNumber,
    /// The caller's name for the member.
    pub name: String,
    /// The member's newest record.
    pub head: Position,
    /// What the member owns.
    pub state: MemberState,
}

/// A ledger at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Info {
    /// Members known.
    pub members: u32,
    /// Batches in the log.
    pub batches: u64,
    /// The log's length in bytes.
    pub log_bytes: u64,
    /// Where the current snapshot stands.
    pub snapshot_position: Option<Position>,
    /// About how much memory the loaded states take, in bytes.
    pub memory_bytes: usize,
}
