//! The judgement of an order, and new lots.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, CreditSource, Figures, Trigger, Verdict};
use tallybook_core::ids::{CapNumber, CurrencyNumber, LadderNumber, LotNumber, RuleIndex, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{Stored, stored};
use crate::wire::{Code, Coded, List, PeriodStart, array};

array! {
    /// The body of `PointsEarned`.
    struct EarnedBody {
        version: VersionNumber,
        order_number: u32,
        eligible: List<RuleIndex, 4>,
        shares: List<RuleShare, 4>,
        caps: List<CapEntry, 2>,
        lots: List<NewLot, 1>,
        metrics: List<MetricEntry, 1>,
        forget_before: PeriodStart,
    }

    /// What one rule came to. `cut` is nil for a rule that was granted what it asked.
    struct RuleShare {
        rule: RuleIndex,
        asked: Points,
        remainder_millionths: i32,
        cut: Option<Cut>,
    }

    /// Why a rule got other than what it asked, and how much.
    struct Cut {
        verdict: Code<Verdict>,
        granted: Points,
    }

    /// A lot as it comes into being, and the body of `Credited`. `activates_at` is nil where the lot is active at the
    /// record's effective time.
    struct NewLot {
        number: LotNumber,
        currency: CurrencyNumber,
        points: Points,
        activates_at: Option<Instant>,
        expires_at: Option<Instant>,
    }

    /// What a ladder's figures gain or lose.
    struct MetricEntry {
        ladder: LadderNumber,
        bucket: PeriodStart,
        spend: Money,
        points: Points,
        orders: i64,
    }
}

stored! {
    /// A cap as an order found it.
    struct CapEntry: event::CapEntry {
        cap: CapNumber,
        period: PeriodStart,
        room: Points,
        used: Points,
    }
}

impl EarnedBody {
    pub(crate) fn new(effective_at: Instant, earned: &event::PointsEarned) -> EarnedBody {
        EarnedBody {
            version: earned.version,
            order_number: earned.order_number,
            eligible: Stored::store(&earned.eligible),
            shares: Stored::store(&earned.shares),
            caps: Stored::store(&earned.caps),
            lots: List(earned.lots.iter().map(|lot| NewLot::new(effective_at, lot)).collect()),
            metrics: Stored::store(&earned.metrics),
            forget_before: PeriodStart(earned.forget_before),
        }
    }

    pub(crate) fn into_earned(self, effective_at: Instant) -> event::PointsEarned {
        event::PointsEarned {
            version: self.version,
            order_number: self.order_number,
            eligible: self.eligible.load(),
            shares: self.shares.load(),
            caps: self.caps.load(),
            lots: self.lots.0.into_iter().map(|lot| lot.into_lot(effective_at)).collect(),
            metrics: self.metrics.load(),
            forget_before: self.forget_before.0,
            on: Trigger::Order,
            activity: None,
            streak: None,
            cooldowns: Default::default(),
            budgets: Default::default(),
        }
    }
}

impl NewLot {
    pub(crate) fn new(effective_at: Instant, lot: &event::NewLot) -> NewLot {
        NewLot {
            number: lot.number,
            currency: lot.currency,
            points: lot.points,
            activates_at: (lot.activates_at != effective_at).then_some(lot.activates_at),
            expires_at: lot.expires_at,
        }
    }

    pub(crate) fn into_lot(self, effective_at: Instant) -> event::NewLot {
        event::NewLot {
            number: self.number,
            currency: self.currency,
            points: self.points,
            activates_at: self.activates_at.unwrap_or(effective_at),
            expires_at: self.expires_at,
            idle: event::Idle::default(),
            policy: None,
        }
    }

    /// A lot that an adjustment gave.
    pub(crate) fn into_credited(self, effective_at: Instant) -> event::Credited {
        event::Credited {
            lot: self.into_lot(effective_at),
            source: CreditSource::Adjustment,
            caps: Default::default(),
        }
    }
}

impl Stored<'_, event::RuleShare> for RuleShare {
    fn store(share: &event::RuleShare) -> Self {
        let in_full = share.verdict == Verdict::Granted && share.granted == share.asked;
        RuleShare {
            rule: share.rule,
            asked: share.asked,
            remainder_millionths: share.remainder_millionths,
            cut: (!in_full).then_some(Cut { verdict: Code(share.verdict), granted: share.granted }),
        }
    }

    fn load(self) -> event::RuleShare {
        let (verdict, granted) =
            self.cut.map_or((Verdict::Granted, self.asked), |cut| (cut.verdict.0, cut.granted));
        event::RuleShare {
            rule: self.rule,
            asked: self.asked,
            granted,
            remainder_millionths: self.remainder_millionths,
            verdict,
        }
    }
}

impl Coded for Verdict {
    const WHAT: &'static str = "verdict on a rule";
    const ALL: &'static [Self] = &[
        Verdict::Granted,
        Verdict::TrimmedByCap,
        Verdict::SkippedByCap,
        Verdict::LostInGroup,
        Verdict::CoolingDown,
        Verdict::TriggersUsedUp,
        Verdict::TrimmedByBudget,
        Verdict::SkippedByBudget,
    ];

    fn code(self) -> u8 {
        match self {
            Verdict::Granted => 0,
            Verdict::TrimmedByCap => 1,
            Verdict::SkippedByCap => 2,
            Verdict::LostInGroup => 3,
            Verdict::CoolingDown => 4,
            Verdict::TriggersUsedUp => 5,
            Verdict::TrimmedByBudget => 6,
            Verdict::SkippedByBudget => 7,
        }
    }
}

impl Stored<'_, event::MetricEntry> for MetricEntry {
    fn store(entry: &event::MetricEntry) -> Self {
        let Figures { spend, points, orders, referrals: _, activities: _ } = entry.figures;
        MetricEntry { ladder: entry.ladder, bucket: PeriodStart(entry.bucket), spend, points, orders }
    }

    fn load(self) -> event::MetricEntry {
        let MetricEntry { ladder, bucket: PeriodStart(bucket), spend, points, orders } = self;
        let figures = Figures { spend, points, orders, ..Figures::default() };
        event::MetricEntry { ladder, bucket, figures, challenge: false }
    }
}
