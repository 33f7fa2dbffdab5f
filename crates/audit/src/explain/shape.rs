//! The shape of an explanation.
//!
//! All points are smallest units; instants are RFC 3339 where they are serialised.

use serde::Serialize;
use tallybook_core::calendar::Instant;
use tallybook_core::event::Verdict;
use tallybook_core::ids::{LotNumber, VersionNumber};
use tallybook_core::points::Points;
use tallybook_core::state::Balance;

use super::{BenefitExplanation, Cause, LadderExplanation};
use crate::report::{rfc3339, rfc3339_or_null};

/// A member's balances and tiers, explained.
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
    /// Per ladder on which something happened.
    pub ladders: Vec<LadderExplanation>,
    /// Per benefit that was ever used.
    pub benefits: Vec<BenefitExplanation>,
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
    /// What came from members who became part of this one, and what went when this one became part of another.
    pub merges: Vec<MergeEntry>,
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
    /// What it had at first; of a lot that came by a merge, what was left of it then.
    pub points: Points,
    /// What holds had set aside of a lot that came by a merge; 0 for all others.
    pub held_at_first: Points,
    /// When the credit took effect.
    #[serde(serialize_with = "rfc3339")]
    pub earned_at: Instant,
    /// When the ledger took it down.
    #[serde(serialize_with = "rfc3339")]
    pub recorded_at: Instant,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// First instant at which it can be spent; `None` where it waits, or waited in vain, for its order to be fulfilled.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub activates_at: Option<Instant>,
    /// First instant at which it can no longer be spent, as of now; of a lot that waits, when it is cancelled.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub expires_at: Option<Instant>,
    /// The months of inactivity that end it; 0 where inactivity does not matter.
    pub idle_months: u16,
    /// What caused it.
    pub cause: Cause,
    /// The programme version that judged; `None` where no rule did.
    pub version: Option<VersionNumber>,
    /// Every rule that matched for it, in file order. What they were granted adds up to `points`.
    pub rules: Vec<RuleVerdict>,
    /// The points per line of the order, by largest remainder over the money that the first granting rule looks at.
    pub line_shares: Vec<LineShare>,
    /// Everything that happened to it, in the order of the log.
    pub moves: Vec<LotMove>,
    /// What is left.
    pub remaining: Points,
    /// What holds set aside of it.
    pub held: Points,
    /// Whether what is left cannot be spent yet.
    pub is_pending: bool,
}

impl LotExplanation {
    /// A lot of which nothing but its number and cause is known yet.
    pub(super) fn empty(number: LotNumber, cause: Cause) -> LotExplanation {
        LotExplanation {
            number,
            points: Points::ZERO,
            held_at_first: Points::ZERO,
            earned_at: Instant::MIN,
            recorded_at: Instant::MIN,
            batch: None,
            activates_at: None,
            expires_at: None,
            idle_months: 0,
            cause,
            version: None,
            rules: Vec::new(),
            line_shares: Vec::new(),
            moves: Vec::new(),
            remaining: Points::ZERO,
            held: Points::ZERO,
            is_pending: false,
        }
    }
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
    /// Points were set aside.
    Held,
    /// Points set aside were spent.
    Captured,
    /// Points set aside came back.
    Released,
    /// Points were taken back for a return.
    ClawedBack,
    /// Points were taken by an adjustment.
    Adjusted,
    /// Points paid a debt.
    PaidDebt,
    /// Points went to another member.
    Sent,
    /// Points were the fee for sending others.
    Fee,
    /// What was left ran out.
    Expired,
    /// What was left will never be active.
    Cancelled,
    /// Points were lost as the member left.
    Forfeited,
    /// The member's doing gave it a later end.
    Renewed,
    /// It was given another end by hand.
    ExpiryChanged,
    /// The member became part of another, who has it now.
    WentOver,
}

/// One step in the life of a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LotMove {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// What it was.
    pub kind: MoveKind,
    /// What it did to the lot: below zero for a debit, 0 where nothing was taken or given.
    pub points: Points,
    /// What was left then.
    pub remaining: Points,
    /// What it did to the part that holds set aside.
    pub held: Points,
    /// The lot's end from then on, where it got another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<NewEnd>,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// What caused it.
    pub cause: Cause,
}

/// The end that a lot got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NewEnd {
    /// First instant at which it can no longer be spent.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub expires_at: Option<Instant>,
}

/// Balances that came, or went, as two members became one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergeEntry {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// The other member.
    pub member: String,
    /// Whether that one became part of this member, or this one of that.
    pub side: MergeSide,
    /// All balances in the currency that came or went.
    pub balance: Balance,
}

/// Which of two members went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MergeSide {
    /// This one: the balances came.
    Came,
    /// The other: the balances went.
    Went,
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
    /// The lot that paid; `None` where the debt grew, was let go, or went over to another member.
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
