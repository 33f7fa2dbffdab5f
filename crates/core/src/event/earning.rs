//! What orders, activities and other occasions earn, and what returns take back.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smallvec::SmallVec;

use crate::calendar::{Day, Instant};
use crate::event::lots::{Draw, Idle};
use crate::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, PolicyIndex, RuleIndex,
    VersionNumber,
};
use crate::money::Money;
use crate::points::Points;

/// What was judged: an order, an activity, or another occasion of a member's life.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// An order.
    #[default]
    Order,
    /// An activity.
    Activity,
    /// Enrolment.
    Enrolment,
    /// The member's birthday.
    Birthday,
    /// The day on which the member joined, in a later year.
    Anniversary,
    /// The first order of a member whom this one referred.
    Referrer,
    /// The first order of this member, who was referred.
    Referred,
    /// The member's figures reached a tier.
    TierReached,
    /// The member's figures kept a tier for another while.
    TierKept,
    /// The day on which the member reached the tier held, in a later year.
    TierAnniversary,
}

/// The judgement of one order, activity or other occasion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointsEarned {
    /// The programme version that judged.
    pub version: VersionNumber,
    /// The member's count of orders, with this one where it is an order.
    pub order_number: u32,
    /// Rules with conditions on the member or the moment whose conditions held. A return judges the rest of the order
    /// again under the same ones, however the member has changed since.
    pub eligible: SmallVec<[RuleIndex; 4]>,
    /// Every rule that matched, in file order: what it asked, what it got, and why.
    pub shares: SmallVec<[RuleShare; 4]>,
    /// The caps that were looked at, with the room each had.
    pub caps: SmallVec<[CapEntry; 2]>,
    /// The lots given: one per currency and policy that got points.
    pub lots: SmallVec<[NewLot; 1]>,
    /// What it adds to each ladder's figures.
    pub metrics: SmallVec<[MetricEntry; 1]>,
    /// Figures and cap counters of periods that began before this day are no longer kept.
    pub forget_before: Day,
    /// What was judged.
    pub on: Trigger,
    /// The kind of activity, where one was judged.
    pub activity: Option<ActivityNumber>,
    /// The activity's streak from now on, where it was not late.
    pub streak: Option<StreakEntry>,
    /// Rests that rules take from now on.
    pub cooldowns: SmallVec<[Cooling; 0]>,
    /// The budgets that were looked at, with the room each had.
    pub budgets: SmallVec<[BudgetEntry; 0]>,
}

/// What one matching rule came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct RuleShare {
    /// The rule, in the judging version.
    pub rule: RuleIndex,
    /// Points before groups and caps, rounded.
    pub asked: Points,
    /// Points it gave.
    pub granted: Points,
    /// What rounding took (above zero) or added (below), in millionths of a smallest unit, towards zero.
    pub remainder_millionths: i32,
    /// Why `granted` is what it is.
    pub verdict: Verdict,
}

/// Why a rule got what it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// All it asked.
    Granted,
    /// A cap left less.
    TrimmedByCap,
    /// A cap would have been passed, and says to give nothing then.
    SkippedByCap,
    /// Another rule of its group won.
    LostInGroup,
    /// The rule rests after an earlier grant.
    CoolingDown,
    /// The rule has given as often as it may.
    TriggersUsedUp,
    /// A budget left less.
    TrimmedByBudget,
    /// A budget would have been passed, and says to give nothing then.
    SkippedByBudget,
}

/// A cap's counter as an order found it, and what the order used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CapEntry {
    /// Which cap.
    pub cap: CapNumber,
    /// First day of the cap's period; [`Day::EVER`] for a cap without one.
    pub period: Day,
    /// Points that could still be given under it.
    pub room: Points,
    /// Points given under it.
    pub used: Points,
}

/// A budget's counter as an order found it, and what the order used of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BudgetEntry {
    /// Which counter over all members.
    pub budget: BudgetNumber,
    /// What was left in it: smallest units, or pieces of a stock.
    pub room: Points,
    /// What was taken from it; below zero gives back.
    pub used: Points,
}

/// A rule's rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cooling {
    /// The rule's rest, by its number among the ledger's caps.
    pub cooldown: CapNumber,
    /// First instant at which the rule gives again.
    pub until: Instant,
}

/// Days in a row with an activity of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct StreakEntry {
    /// Which kind.
    pub activity: ActivityNumber,
    /// The latest of the days.
    pub day: Day,
    /// How many they are.
    pub length: u32,
}

/// A lot as it comes into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NewLot {
    /// The member's next lot number.
    pub number: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// Smallest units, at least 1.
    pub points: Points,
    /// First instant at which it can be spent; it is pending until then. [`Instant::MAX`] waits for the order
    /// to be fulfilled.
    pub activates_at: Instant,
    /// First instant at which it can no longer be spent; while it waits for fulfilment, the instant at which it is
    /// cancelled.
    pub expires_at: Option<Instant>,
    /// How inactivity moves its end.
    pub idle: Idle,
    /// The expiry it is under, where that is not its currency's own.
    pub policy: Option<PolicyIndex>,
}

/// What an order or a return adds to a ladder's figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct MetricEntry {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// First day of the bucket that it counts in.
    pub bucket: Day,
    /// What it adds; below zero for a return.
    pub figures: Figures,
    /// Whether it counts for the tier that is lent on this ladder too.
    pub challenge: bool,
}

/// The figures that tiers rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Figures {
    /// Money spent, minor units.
    pub spend: Money,
    /// Qualifying points earned, smallest units.
    pub points: Points,
    /// Orders of which something was kept.
    pub orders: i64,
    /// Members referred whose first order came to the referral's points.
    pub referrals: i64,
    /// Activities of the ladder's kinds.
    pub activities: i64,
}

/// Points of a returned order went back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClawedBack {
    /// Per currency of the order: what was asked back and where it came from.
    pub takes: SmallVec<[Take; 1]>,
    /// What the return takes from cap counters (`used` below zero; `room` is not looked at and 0).
    pub caps: SmallVec<[CapEntry; 2]>,
    /// What the return takes from each ladder's figures.
    pub metrics: SmallVec<[MetricEntry; 1]>,
    /// Whether nothing of the order is kept, so that it no longer counts among the member's orders.
    pub whole: bool,
    /// What the return takes from budgets (`used` below zero; `room` is not looked at and 0).
    pub budgets: SmallVec<[BudgetEntry; 0]>,
    /// Rests that end with the return, as the order that began them no longer gives anything for the rule.
    pub cooldowns: SmallVec<[Cooling; 0]>,
    /// Whether the referral that the order came to falls through, so that a later first order may come to it.
    pub referral_cancelled: bool,
}

/// A clawback in one currency: `points = expired + sum of draws + arrears + waived`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Take {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// What this return asks back.
    pub points: Points,
    /// Asked back by all returns of the order so far, this one included.
    pub points_total: Points,
    /// The part that had expired unspent, which counts as taken back.
    pub expired: Points,
    /// Drawn from pending lots of the order.
    pub from_pending: SmallVec<[Draw; 1]>,
    /// Drawn from available lots, the order's own first.
    pub from_available: SmallVec<[Draw; 2]>,
    /// Made a debt.
    pub arrears: Points,
    /// Let go, by the programme's policy.
    pub waived: Points,
}

/// A referral came to its points; they are pending until the window is over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferralPaid {
    /// Who referred the member.
    pub referrer: Box<str>,
    /// The member's own lots for it.
    pub lots: SmallVec<[LotNumber; 1]>,
    /// The referrer's lots for it.
    pub referrer_lots: SmallVec<[LotNumber; 1]>,
    /// What it counts for limits and tiers of the member.
    pub counted: Counted,
    /// What it counts for limits and tiers of the referrer.
    pub referrer_counted: Counted,
}

/// What something counts for limits and tiers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// Caps, and how much of each was used.
    pub caps: SmallVec<[CapEntry; 0]>,
    /// Figures of ladders.
    pub metrics: SmallVec<[MetricEntry; 0]>,
}

/// A referral fell through: what it counted no longer counts. Its lots are cancelled by decisions of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ReferralCancelled {
    /// What is given back, below zero.
    pub counted: Counted,
}
