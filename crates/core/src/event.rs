//! What the ledger makes of facts: decisions that carry their outcome in full.
//!
//! Invariants:
//! - [`apply`](crate::apply::apply) needs nothing but the event: lots drawn, expiry dates, tiers and their figures are
//!   all in it;
//! - every event is a balanced set of double-entry [postings](Decision::postings), per currency;
//! - nothing here depends on where in the log it stands, so that the same decision has the same bytes everywhere.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::{Day, Instant};
use crate::ids::{CapNumber, CurrencyNumber, LadderNumber, LotNumber, RuleIndex, TierNumber, VersionNumber};
use crate::money::Money;
use crate::points::Points;

/// One decision and the time at which it takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When it took effect in business.
    pub effective_at: Instant,
    /// What was decided.
    pub decision: Decision,
}

/// An outcome, in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Decision {
    /// The member is in the programme from now on.
    MemberJoined,
    /// An order was judged: points, counters and tier figures.
    PointsEarned(PointsEarned),
    /// A pending lot can be spent from now on.
    PointsActivated(PointsActivated),
    /// Points of a lot paid a debt.
    ArrearsPaid(ArrearsPaid),
    /// Points were spent.
    Redeemed(Redeemed),
    /// A redemption was undone, whole or in part.
    RedemptionReversed(RedemptionReversed),
    /// What was left of a lot is gone.
    Expired(Expired),
    /// Points of a returned order were taken back.
    ClawedBack(ClawedBack),
    /// An adjustment gave a lot.
    Credited(NewLot),
    /// An adjustment took points.
    Debited(Debited),
    /// A member's tier changed, or was kept for another while.
    TierChanged(TierChanged),
}

/// The judgement of one order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PointsEarned {
    /// The programme version that judged.
    pub version: VersionNumber,
    /// The member's count of orders, this one included.
    pub order_number: u32,
    /// Rules with conditions on the member or the moment whose conditions held. A return judges the rest of the order
    /// again under the same ones, however the member has changed since.
    pub eligible: SmallVec<[RuleIndex; 4]>,
    /// Every rule that matched, in file order: what it asked, what it got, and why.
    pub shares: SmallVec<[RuleShare; 4]>,
    /// The caps that were looked at, with the room each had.
    pub caps: SmallVec<[CapEntry; 2]>,
    /// One lot per currency that got points.
    pub lots: SmallVec<[NewLot; 1]>,
    /// What the order adds to each ladder's figures.
    pub metrics: SmallVec<[MetricEntry; 1]>,
    /// Figures and cap counters of periods that began before this day are no longer kept.
    pub forget_before: Day,
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

/// A lot as it comes into being.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct NewLot {
    /// The member's next lot number.
    pub number: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// Smallest units, at least 1.
    pub points: Points,
    /// First instant at which it can be spent; it is pending until then.
    pub activates_at: Instant,
    /// First instant at which it can no longer be spent.
    pub expires_at: Option<Instant>,
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
}

/// A pending lot became available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PointsActivated {
    /// Which lot.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// What was left of it.
    pub points: Points,
}

/// Points of a lot went to a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ArrearsPaid {
    /// The lot that paid.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// How much of the debt was paid.
    pub points: Points,
}

/// Points taken from one lot, with what is needed to give them back as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Draw {
    /// Which lot.
    pub lot: LotNumber,
    /// How many, at least 1.
    pub points: Points,
    /// What the lot had at first.
    pub earned: Points,
    /// When the lot was earned.
    pub earned_at: Instant,
    /// When the lot ends.
    pub expires_at: Option<Instant>,
}

/// Points were spent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redeemed {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws.
    pub points: Points,
    /// What they were worth, where they paid for an order; minor units.
    pub worth: Option<Money>,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
}

/// Spent points came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RedemptionReversed {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// The sum of the draws given back.
    pub points: Points,
    /// What came back to which lot. `expires_at` is the end that the lot has now.
    pub restored: SmallVec<[Draw; 2]>,
}

/// What was left of a lot went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Expired {
    /// Which lot.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// What was left of it, at least 1.
    pub points: Points,
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

/// An adjustment took points: `points = sum of draws + arrears`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Debited {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// What was taken in all.
    pub points: Points,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
    /// Made a debt.
    pub arrears: Points,
}

/// A tier, why, on which figures, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TierChanged {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The programme version that judged.
    pub version: VersionNumber,
    /// The tier before.
    pub from: TierNumber,
    /// The tier from now on; the same as `from` where a tier was kept or its grace began.
    pub to: TierNumber,
    /// Why.
    pub why: TierReason,
    /// The member's figures that it rests on.
    pub figures: Figures,
    /// The thresholds they were held against; 0 where one was not asked.
    pub thresholds: Figures,
    /// End of the tier's validity if it is not kept; `None` while it has none.
    pub until: Option<Instant>,
}

/// Why a tier is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TierReason {
    /// The figures reached a higher tier.
    Upgraded,
    /// The figures keep the tier for another while.
    Kept,
    /// The figures no longer keep the tier; it goes after the days of grace.
    GraceBegan,
    /// The tier ran out.
    Demoted,
    /// Returns took the figures away.
    Returned,
}

/// A side of a double entry, per member and currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Account {
    /// Points given, counted below zero: where all points come from.
    Issued,
    /// Points that can be spent.
    Available,
    /// Points that cannot be spent yet.
    Pending,
    /// Points set aside by holds.
    Held,
    /// Points spent.
    Redeemed,
    /// Points that ran out.
    Expired,
    /// Points taken by debit adjustments and closures.
    Forfeited,
    /// Points taken back by returns.
    ClawedBack,
    /// What the member owes, counted below zero.
    Arrears,
    /// Debts let go, counted below zero.
    ArrearsWrittenOff,
}

/// One side of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Posting {
    /// Where.
    pub account: Account,
    /// In which currency.
    pub currency: CurrencyNumber,
    /// How much; the postings of an event add up to 0 per currency.
    pub points: i128,
}

impl Decision {
    /// The kind's name, such as `PointsEarned`.
    pub fn name(&self) -> &'static str {
        match self {
            Decision::MemberJoined => "MemberJoined",
            Decision::PointsEarned(_) => "PointsEarned",
            Decision::PointsActivated(_) => "PointsActivated",
            Decision::ArrearsPaid(_) => "ArrearsPaid",
            Decision::Redeemed(_) => "Redeemed",
            Decision::RedemptionReversed(_) => "RedemptionReversed",
            Decision::Expired(_) => "Expired",
            Decision::ClawedBack(_) => "ClawedBack",
            Decision::Credited(_) => "Credited",
            Decision::Debited(_) => "Debited",
            Decision::TierChanged(_) => "TierChanged",
        }
    }

    /// Calls `post` with each side of the event's double entry. New lots are pending when they activate after
    /// `effective_at`, the time of the event.
    pub fn postings(&self, effective_at: Instant, mut post: impl FnMut(Posting)) {
        let mut side = |account, currency, points: i128| {
            if points != 0 {
                post(Posting { account, currency, points });
            }
        };
        let mut moved = |from, to, currency, points: Points| {
            side(from, currency, -i128::from(points.0));
            side(to, currency, i128::from(points.0));
        };
        match self {
            Decision::MemberJoined | Decision::TierChanged(_) => {}
            Decision::PointsEarned(earned) => {
                for lot in &earned.lots {
                    moved(Account::Issued, lot.account(effective_at), lot.currency, lot.points);
                }
            }
            Decision::Credited(lot) => {
                moved(Account::Issued, lot.account(effective_at), lot.currency, lot.points)
            }
            Decision::PointsActivated(a) => moved(Account::Pending, Account::Available, a.currency, a.points),
            Decision::ArrearsPaid(paid) => {
                moved(Account::Available, Account::Arrears, paid.currency, paid.points)
            }
            Decision::Redeemed(redeemed) => {
                moved(Account::Available, Account::Redeemed, redeemed.currency, redeemed.points);
            }
            Decision::RedemptionReversed(reversed) => {
                moved(Account::Redeemed, Account::Available, reversed.currency, reversed.points);
            }
            Decision::Expired(expired) => {
                moved(Account::Available, Account::Expired, expired.currency, expired.points)
            }
            Decision::ClawedBack(clawed) => {
                for take in &clawed.takes {
                    for draw in &take.from_pending {
                        moved(Account::Pending, Account::ClawedBack, take.currency, draw.points);
                    }
                    for draw in &take.from_available {
                        moved(Account::Available, Account::ClawedBack, take.currency, draw.points);
                    }
                    moved(Account::Arrears, Account::ClawedBack, take.currency, take.arrears);
                }
            }
            Decision::Debited(debited) => {
                for draw in &debited.draws {
                    moved(Account::Available, Account::Forfeited, debited.currency, draw.points);
                }
                moved(Account::Arrears, Account::Forfeited, debited.currency, debited.arrears);
            }
        }
    }
}

impl NewLot {
    /// Whether the lot begins pending, given the time of the event that made it.
    pub fn begins_pending(&self, effective_at: Instant) -> bool {
        self.activates_at > effective_at
    }

    fn account(&self, effective_at: Instant) -> Account {
        if self.begins_pending(effective_at) { Account::Pending } else { Account::Available }
    }
}
