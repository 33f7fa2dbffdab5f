//! Judgements of activities and other occasions, of rules that rest and of budgets, and credits that are bought.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{self, CreditSource, Trigger};
use tallybook_core::ids::{ActivityNumber, CapNumber, RuleIndex, VersionNumber};

use super::lot::NewLot;
use super::spending::BudgetEntry;
use crate::stored::{array, stored};
use crate::v1::earning::{CapEntry, RuleShare};
use crate::wire::{Code, Coded, List, PeriodStart};

array! {
    /// The second body of `PointsEarned`, and but for its metrics the third.
    struct EarnedBody<M: event::MetricEntry> from earned: event::PointsEarned {
        version: VersionNumber = earned.version,
        order_number: u32 = earned.order_number,
        eligible: List<RuleIndex> = earned.eligible,
        shares: List<RuleShare> = earned.shares,
        caps: List<CapEntry> = earned.caps,
        lots: List<NewLot> = earned.lots,
        metrics: List<M> = earned.metrics,
        forget_before: PeriodStart = earned.forget_before,
        on: Code<Trigger> = earned.on,
        activity: Option<ActivityNumber> = earned.activity,
        streak: Option<StreakEntry> = earned.streak,
        cooldowns: List<Cooling> = earned.cooldowns,
        budgets: List<BudgetEntry> = earned.budgets,
    }
    load {
        event::PointsEarned {
            version,
            order_number,
            eligible,
            shares,
            caps,
            lots,
            metrics,
            forget_before,
            on,
            activity,
            streak,
            cooldowns,
            budgets,
        }
    }
}

stored! {
    /// The second body of `Credited`.
    struct CreditedBody: event::Credited {
        lot: NewLot,
        source: Code<CreditSource>,
        caps: List<CapEntry>,
    }

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
