//! The shape of an explanation.
//!
//! All points are smallest units; instants are RFC 3339 where they are serialised.

use serde::Serialize;
use tallybook_core::calendar::Instant;
use tallybook_core::event::Verdict;
use tallybook_core::ids::{LotNumber, VersionNumber};
use tallybook_core::points::Points;
use tallybook_core::state::Balance;

use super::Cause;
use crate::report::{rfc3339, rfc3339_or_null};

/// A member's balances, explained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// The member's name.
    pub member: String,
    /// As of when.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// The IANA zone that days are in.
    pub zone: String,
    /// Per currency that the member ever had points in.
    pub currencies: Vec<CurrencyExplanation>,
    /// The programme versions that judged, in order.
    pub versions: Vec<VersionUsed>,
}

/// A programme version that judged something here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct VersionUsed {
    /// Its number in the ledger.
    pub number: VersionNumber,
    /// SHA-256 of the programme file, in hex.
    pub hash: String,
    /// First instant at which it is in force.
    #[serde(serialize_with = "rfc3339")]
    pub effective_from: Instant,
}

/// One currency of a member. All points are smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CurrencyExplanation {
    /// Its id in the programme.
    pub currency: String,
    /// Decimal places.
    pub scale: u8,
    /// The balances, as of the asked instant.
    pub balance: Balance,
    /// Every lot there ever was, by number.
    pub lots: Vec<LotExplanation>,
    /// What made and paid debts, in the order of the log.
    pub debts: Vec<DebtEntry>,
    /// How `available` comes about: its lines add up to it.
    pub sum: Vec<SumLine>,
}

/// A lot: what gave it, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotExplanation {
    /// The member's own running number.
    pub number: LotNumber,
    /// What it had at first.
    pub points: Points,
    /// When the credit took effect.
    #[serde(serialize_with = "rfc3339")]
    pub earned_at: Instant,
    /// When the ledger took it down.
    #[serde(serialize_with = "rfc3339")]
    pub recorded_at: Instant,
    /// The batch that holds it.
    pub batch: u64,
    /// First instant at which it can be spent.
    #[serde(serialize_with = "rfc3339")]
    pub activates_at: Instant,
    /// First instant at which it can no longer be spent; as of now, where a reversal gave it another.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub expires_at: Option<Instant>,
    /// What caused it.
    pub cause: Cause,
    /// The programme version that judged; `None` where no rule did.
    pub version: Option<VersionNumber>,
    /// Every rule that matched in this currency, in file order. What they were granted adds up to `points`.
    pub rules: Vec<RuleVerdict>,
    /// The points per line of the order, by largest remainder over the money that the first granting rule looks at.
    pub line_shares: Vec<LineShare>,
    /// Everything that happened to it, in the order of the log.
    pub moves: Vec<LotMove>,
    /// What is left.
    pub remaining: Points,
    /// Whether what is left cannot be spent yet.
    pub is_pending: bool,
}

/// What one rule came to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleVerdict {
    /// The rule's id in its version.
    pub rule: String,
    /// Points before groups and caps, rounded.
    pub asked: Points,
    /// Points it gave.
    pub granted: Points,
    /// What rounding took (above zero) or added, in millionths of a smallest unit.
    pub remainder_millionths: i32,
    /// Why `granted` is what it is.
    pub verdict: Verdict,
}

/// A line's part of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineShare {
    /// The line's name, or its place from 1.
    pub line: String,
    /// Its points.
    pub points: Points,
}

/// What happened to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveKind {
    /// It can be spent from then on.
    Activated,
    /// Points were spent.
    Redeemed,
    /// Spent points came back.
    Reversed,
    /// Points were taken back for a return.
    ClawedBack,
    /// Points were taken by an adjustment.
    Adjusted,
    /// Points paid a debt.
    PaidDebt,
    /// What was left ran out.
    Expired,
}

/// One step in the life of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotMove {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// What it was.
    pub kind: MoveKind,
    /// What it did to the lot: below zero for a debit, 0 for an activation.
    pub points: Points,
    /// What was left then.
    pub remaining: Points,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// What caused it.
    pub cause: Cause,
}

/// One step in the life of a member's debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DebtEntry {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// Above zero where the debt grew.
    pub points: Points,
    /// What was owed then.
    pub owed: Points,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// The lot that paid; `None` where the debt grew.
    pub lot: Option<LotNumber>,
    /// What caused it.
    pub cause: Cause,
}

/// One line of the sum that ends in `available`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SumLine {
    /// The balance that it comes from, such as `issued`.
    pub name: &'static str,
    /// With the sign that it has in the sum.
    pub points: Points,
}
