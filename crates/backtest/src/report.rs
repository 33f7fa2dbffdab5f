//! What a comparison says, as plain figures.
//!
//! Points are smallest units of their currency; months are local months of the scenario's zone. A [`Pair`] holds the same
//! figure under the programme as it was and as it might have been.

use serde::Serialize;

/// A figure on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pair<T> {
    /// Under the programme as it was.
    pub baseline: T,
    /// Under the programme as it might have been.
    pub scenario: T,
}

/// The programme as it was beside the programme as it might have been.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Members in the log.
    pub members: u64,
    /// What was judged, the same on both sides.
    pub facts: FactCounts,
    /// First effective time of all facts, RFC 3339.
    pub from: String,
    /// Last effective time of all facts, to which every member is settled on both sides, RFC 3339.
    pub until: String,
    /// Per point currency.
    pub currencies: Vec<CurrencyComparison>,
    /// Per ladder.
    pub ladders: Vec<LadderComparison>,
    /// Per rule and currency: which rule gave how much.
    pub rules: Vec<RuleComparison>,
    /// Facts that are refused, by code. None under the programme as it was.
    pub refusals: Vec<RefusalComparison>,
}

/// How many facts of each kind there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FactCounts {
    /// Orders.
    pub orders: u64,
    /// Returns.
    pub returns: u64,
    /// Redemptions.
    pub redemptions: u64,
    /// Reversals of redemptions.
    pub reversals: u64,
    /// Adjustments.
    pub adjustments: u64,
    /// Enrolments and changed profiles.
    pub profiles: u64,
}

/// One point currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CurrencyComparison {
    /// Its id.
    pub currency: String,
    /// Its decimal places.
    pub scale: u8,
    /// Over all months.
    pub totals: Pair<Flows>,
    /// Month by month, without gaps.
    pub months: Vec<MonthComparison>,
    /// Redemptions that could not be carried out in full, under the policy `as_happened`: what was redeemed then is redeemed
    /// again, cut to what is there.
    pub unmet: Pair<Unmet>,
    /// Members who keep more points, fewer, and as many.
    pub members_with_more: u64,
    /// See `members_with_more`.
    pub members_with_less: u64,
    /// See `members_with_more`.
    pub members_with_same: u64,
    /// Who gains most, most first; ties by member number.
    pub gainers: Vec<MemberChange>,
    /// Who loses most, most first; ties by member number.
    pub losers: Vec<MemberChange>,
}

/// One month of a currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MonthComparison {
    /// Such as `2017-03`.
    pub month: String,
    /// What happened in it, with what is outstanding at its end.
    pub flows: Pair<Flows>,
}

/// What happened to points. Nothing is below zero but `redeemed` in a month that reverses more than it redeems.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Flows {
    /// Given by orders and credits.
    pub issued: i128,
    /// Pending points that became available.
    pub activated: i128,
    /// Spent, less what was reversed.
    pub redeemed: i128,
    /// Spent points that came back.
    pub reversed: i128,
    /// Run out.
    pub expired: i128,
    /// Taken back by returns, debts included.
    pub clawed_back: i128,
    /// Taken by adjustments.
    pub forfeited: i128,
    /// Available and pending at the end of the time.
    pub liability: i128,
    /// Owed by members at the end of the time.
    pub arrears: i128,
}

/// Redemptions that could not be carried out in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Unmet {
    /// How many.
    pub redemptions: u64,
    /// Points that they went without.
    pub points: i128,
}

/// A member's points issued less what returns took back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberChange {
    /// The member's name.
    pub member: String,
    /// Under each programme.
    pub kept: Pair<i64>,
    /// Scenario less baseline.
    pub difference: i64,
}

/// One ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LadderComparison {
    /// Its id.
    pub ladder: String,
    /// Moves between tiers.
    pub moves: Vec<TierMove>,
    /// Members by the tier that they hold at the end.
    pub tiers: Vec<TierCount>,
}

/// How often members moved from one tier to another, or kept one, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierMove {
    /// Tier before.
    pub from: String,
    /// Tier after.
    pub to: String,
    /// Why: `upgraded`, `kept`, `grace_began`, `demoted` or `returned`.
    pub why: String,
    /// How often.
    pub count: Pair<u64>,
}

/// Members who hold a tier at the end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierCount {
    /// Tier.
    pub tier: String,
    /// Members.
    pub members: Pair<u64>,
}

/// One rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleComparison {
    /// The rule's id; rules of the same id and currency in several versions are one.
    pub rule: String,
    /// The currency it gives.
    pub currency: String,
    /// What it did.
    pub figures: Pair<RuleFigures>,
}

/// What a rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuleFigures {
    /// Orders that it matched.
    pub matched: u64,
    /// Points that it asked.
    pub asked: i128,
    /// Points that it gave, before any return.
    pub granted: i128,
}

/// Facts refused with one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RefusalComparison {
    /// The refusal's code.
    pub code: String,
    /// How many.
    pub count: Pair<u64>,
}
