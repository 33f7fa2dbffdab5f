//! Judgements of activities and other occasions, of rules that rest and of budgets, and credits that are bought.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{self, CreditSource, Trigger};
use tallybook_core::ids::{ActivityNumber, CapNumber, RuleIndex, VersionNumber};

use super::lot::NewLot;
use super::spending::BudgetEntry;
use crate::stored::{Stored, stored};
use crate::v1::earning::{CapEntry, RuleShare};
use crate::wire::{Code, Coded, List, PeriodStart, array};

array! {
    /// The second body of `PointsEarned`, and but for its metrics the third.
    struct EarnedBody<M> {
        version: VersionNumber,
        order_number: u32,
        eligible: List<RuleIndex, 4>,
        shares: List<RuleShare, 4>,
        caps: List<CapEntry, 2>,
        lots: List<NewLot, 1>,
        metrics: List<M, 1>,
        forget_before: PeriodStart,
        on: Code<Trigger>,
        activity: Option<ActivityNumber>,
        streak: Option<StreakEntry>,
        cooldowns: List<Cooling, 0>,
        budgets: List<BudgetEntry, 0>,
    }

    /// The second body of `Credited`.
    struct CreditedBody {
        lot: NewLot,
        source: Code<CreditSource>,
        caps: List<CapEntry, 0>,
    }
}

stored! {
    /// A rule's rest.
    struct Cooling: event::Cooling {
        cooldown: CapNumber,
        until: Instant,
    }

    /// Days in a row with an activity of one kind.
    struct StreakEntry: event::StreakEntry {
        activity: ActivityNumber,
        day: Day,
        length: u32,
    }
}

impl<'s, M: Stored<'s, event::MetricEntry>> EarnedBody<M> {
    pub(crate) fn new(effective_at: Instant, earned: &'s event::PointsEarned) -> Self {
        EarnedBody {
            version: earned.version,
            order_number: earned.order_number,
            eligible: Stored::store(&earned.eligible),
            shares: Stored::store(&earned.shares),
            caps: Stored::store(&earned.caps),
            lots: NewLot::list(effective_at, &earned.lots),
            metrics: Stored::store(&earned.metrics),
            forget_before: PeriodStart(earned.forget_before),
            on: Code(earned.on),
            activity: earned.activity,
            streak: Stored::store(&earned.streak),
            cooldowns: Stored::store(&earned.cooldowns),
            budgets: Stored::store(&earned.budgets),
        }
    }

    pub(crate) fn into_earned(self, effective_at: Instant) -> event::PointsEarned {
        event::PointsEarned {
            version: self.version,
            order_number: self.order_number,
            eligible: self.eligible.load(),
            shares: self.shares.load(),
            caps: self.caps.load(),
            lots: NewLot::into_lots(self.lots, effective_at),
            metrics: self.metrics.load(),
            forget_before: self.forget_before.0,
            on: self.on.0,
            activity: self.activity,
            streak: self.streak.load(),
            cooldowns: self.cooldowns.load(),
            budgets: self.budgets.load(),
        }
    }
}

impl CreditedBody {
    pub(crate) fn new(effective_at: Instant, credited: &event::Credited) -> CreditedBody {
        CreditedBody {
            lot: NewLot::new(effective_at, &credited.lot),
            source: Code(credited.source),
            caps: Stored::store(&credited.caps),
        }
    }

    pub(crate) fn into_credited(self, effective_at: Instant) -> event::Credited {
        event::Credited {
            lot: self.lot.into_lot(effective_at),
            source: self.source.0,
            caps: self.caps.load(),
        }
    }
}

impl Coded for Trigger {
    const WHAT: &'static str = "occasion to earn points";
    const ALL: &'static [Self] = &[
        Trigger::Order,
        Trigger::Activity,
        Trigger::Enrolment,
        Trigger::Birthday,
        Trigger::Anniversary,
        Trigger::Referrer,
        Trigger::Referred,
        Trigger::TierReached,
        Trigger::TierKept,
        Trigger::TierAnniversary,
    ];

    fn code(self) -> u8 {
        match self {
            Trigger::Order => 0,
            Trigger::Activity => 1,
            Trigger::Enrolment => 2,
            Trigger::Birthday => 3,
            Trigger::Anniversary => 4,
            Trigger::Referrer => 5,
            Trigger::Referred => 6,
            Trigger::TierReached => 7,
            Trigger::TierKept => 8,
            Trigger::TierAnniversary => 9,
        }
    }
}

impl Coded for CreditSource {
    const WHAT: &'static str = "source of a credit";
    const ALL: &'static [Self] = &[CreditSource::Adjustment, CreditSource::Purchase, CreditSource::Gift];

    fn code(self) -> u8 {
        match self {
            CreditSource::Adjustment => 0,
            CreditSource::Purchase => 1,
            CreditSource::Gift => 2,
        }
    }
}
