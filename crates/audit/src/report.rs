//! What a verification says: findings by kind and place, counts, totals, and a digest of all states.

use std::fmt;

use serde::{Serialize, Serializer};
use tallybook_core::calendar::Instant;
use tallybook_core::state::Balance;
use tallybook_log::Position;

/// What sort of thing was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Bytes of a batch, segment header or seal are not what was written.
    DamagedBytes,
    /// A batch is not there.
    MissingBatch,
    /// A batch stands where another should.
    MisplacedBatch,
    /// A record does not follow its member's last record.
    BrokenChain,
    /// Member numbers have a gap, or a record is of a member who was never named.
    UnknownMember,
    /// Two members have one name.
    RepeatedName,
    /// A recording time goes back, or differs within a batch.
    RecordedTime,
    /// A batch is not made of one member's name, facts and decisions, and decisions about one other, in this order.
    BatchShape,
    /// A header's fingerprint, time or kind is not that of its body.
    HeaderMismatch,
    /// A body has other bytes than the ledger would write for the same content.
    NotCanonical,
    /// A body cannot be read.
    Unreadable,
    /// An idempotency key was used twice.
    RepeatedKey,
    /// A decision does not fit the state before it.
    Misfit,
    /// Points do not add up.
    Unbalanced,
    /// A publication cannot be compiled, or a decision names a version that was never published.
    UnsoundProgramme,
    /// Judged again, the facts give other decisions than the recorded ones.
    DecisionDiffers,
    /// The snapshot differs from the replay, or cannot be believed.
    SnapshotDiffers,
    /// The log ends before a position that a snapshot proves it once had.
    LostTail,
}

impl FindingKind {
    /// The stable name that JSON uses, such as `decision_differs`.
    pub fn code(self) -> &'static str {
        match self {
            FindingKind::DamagedBytes => "damaged_bytes",
            FindingKind::MissingBatch => "missing_batch",
            FindingKind::MisplacedBatch => "misplaced_batch",
            FindingKind::BrokenChain => "broken_chain",
            FindingKind::UnknownMember => "unknown_member",
            FindingKind::RepeatedName => "repeated_name",
            FindingKind::RecordedTime => "recorded_time",
            FindingKind::BatchShape => "batch_shape",
            FindingKind::HeaderMismatch => "header_mismatch",
            FindingKind::NotCanonical => "not_canonical",
            FindingKind::Unreadable => "unreadable",
            FindingKind::RepeatedKey => "repeated_key",
            FindingKind::Misfit => "misfit",
            FindingKind::Unbalanced => "unbalanced",
            FindingKind::UnsoundProgramme => "unsound_programme",
            FindingKind::DecisionDiffers => "decision_differs",
            FindingKind::SnapshotDiffers => "snapshot_differs",
            FindingKind::LostTail => "lost_tail",
        }
    }
}

/// One thing that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What sort of thing.
    pub kind: FindingKind,
    /// The batch it was found in, by number.
    pub batch: Option<u64>,
    /// Where in the log.
    pub position: Option<u64>,
    /// The member's name.
    pub member: Option<String>,
    /// What is wrong, in a sentence without full stop.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.code())?;
        if let Some(batch) = self.batch {
            write!(f, ", batch {batch}")?;
        }
        if let Some(position) = self.position {
            write!(f, ", position {position}")?;
        }
        if let Some(member) = &self.member {
            write!(f, ", member {member}")?;
        }
        write!(f, ": {}", self.text)
    }
}

/// Findings as they come, of which only so many are kept.
#[derive(Debug)]
pub(crate) struct Findings {
    pub kept: Vec<Finding>,
    pub count: u64,
    max: usize,
}

impl Findings {
    pub fn new(max: usize) -> Findings {
        Findings { kept: Vec::new(), count: 0, max }
    }

    pub fn add(&mut self, finding: Finding) {
        self.count += 1;
        if self.kept.len() < self.max {
            self.kept.push(finding);
        }
    }

    /// Takes the last finding back, as when it is to be said more exactly.
    pub fn take_back_last(&mut self) {
        if self.count <= self.max as u64 {
            self.kept.pop();
        }
        self.count = self.count.saturating_sub(1);
    }
}

/// The sums of all members' balances in one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CurrencyTotals {
    /// The currency's id in the programme.
    pub currency: String,
    /// Decimal places of the currency; all sums are smallest units.
    pub scale: u8,
    /// Can be spent.
    pub available: i128,
    /// Cannot be spent yet.
    pub pending: i128,
    /// Set aside by holds.
    pub held: i128,
    /// Owed by members.
    pub arrears: i128,
    /// Given, ever.
    pub issued: i128,
    /// Spent and not reversed, ever.
    pub redeemed: i128,
    /// Run out, ever.
    pub expired: i128,
    /// Taken by debit adjustments, fees, closures, and orders that were not fulfilled, ever.
    pub forfeited: i128,
    /// Taken back by returns, ever.
    pub clawed_back: i128,
    /// Debts let go, ever.
    pub written_off: i128,
    /// Came from other members, ever: as much as `sent`.
    pub received: i128,
    /// Went to other members, ever.
    pub sent: i128,
}

impl CurrencyTotals {
    /// Takes in a member's balances.
    pub(crate) fn add(&mut self, balance: &Balance) {
        self.available += i128::from(balance.available.0);
        self.pending += i128::from(balance.pending.0);
        self.held += i128::from(balance.held.0);
        self.arrears += i128::from(balance.arrears.0);
        self.issued += i128::from(balance.issued.0);
        self.redeemed += i128::from(balance.redeemed.0);
        self.expired += i128::from(balance.expired.0);
        self.forfeited += i128::from(balance.forfeited.0);
        self.clawed_back += i128::from(balance.clawed_back.0);
        self.written_off += i128::from(balance.written_off.0);
        self.received += i128::from(balance.received.0);
        self.sent += i128::from(balance.sent.0);
    }
}

/// What became of comparing the snapshot with the replay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum SnapshotCheck {
    /// There is none, or none was to be looked at.
    None,
    /// It was compared, member by member.
    Compared {
        /// Where in the log it was taken.
        position: u64,
        /// Members compared.
        members: u64,
    },
    /// It could not be looked at, which says nothing against it.
    Skipped {
        /// Why.
        reason: String,
    },
}

/// How far a verification has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes of the log read.
    pub bytes_done: u64,
    /// Bytes of the log in all.
    pub bytes_total: u64,
    /// Batches read.
    pub batches: u64,
    /// Facts and decisions read.
    pub records: u64,
    /// Findings so far.
    pub findings: u64,
}

/// All that a verification found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Batches replayed, marks of clean closes among them.
    pub batches: u64,
    /// Records in them.
    pub records: u64,
    /// Members named.
    pub members: u64,
    /// Facts about members.
    pub facts: u64,
    /// Decisions.
    pub events: u64,
    /// Programme versions published.
    pub versions: u64,
    /// Bytes of the log that were replayed.
    pub bytes: u64,
    /// Batches whose decisions were judged again.
    pub judged_again: u64,
    /// Sums over all members, by currency number.
    pub totals: Vec<CurrencyTotals>,
    /// What became of comparing the snapshot.
    pub snapshot: SnapshotCheck,
    /// What was found, in order; at most as many as were asked for.
    pub findings: Vec<Finding>,
    /// How many findings there were in all.
    pub findings_count: u64,
    /// What is worth knowing and nothing wrong.
    pub notes: Vec<String>,
    /// SHA-256, in hex, over what all members own, as the ledger itself gives it; `None` where a state could not be
    /// followed to the end.
    pub states_digest: Option<String>,
}

impl Report {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.findings_count == 0
    }
}

/// Where a batch stands, for findings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchPlace {
    pub number: u64,
    pub position: Position,
}

impl BatchPlace {
    /// A finding in this batch.
    pub fn finding(
        &self,
        kind: FindingKind,
        at: Option<Position>,
        member: Option<&str>,
        text: String,
    ) -> Finding {
        Finding {
            kind,
            batch: Some(self.number),
            position: Some(at.unwrap_or(self.position).0),
            member: member.map(str::to_owned),
            text,
        }
    }
}

/// Writes an instant as RFC 3339 rather than as microseconds.
pub(crate) fn rfc3339<S: Serializer>(at: &Instant, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(at)
}

/// As [`rfc3339`], where there may be none.
pub(crate) fn rfc3339_or_null<S: Serializer>(at: &Option<Instant>, serializer: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => serializer.collect_str(at),
        None => serializer.serialize_none(),
    }
}

/// Bytes as lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
