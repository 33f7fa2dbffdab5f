//! The judgement of an order, and new lots.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, CreditSource, Figures, Trigger, Verdict};
use tallybook_core::ids::{CapNumber, CurrencyNumber, LadderNumber, LotNumber, RuleIndex, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{array, stored};
use crate::wire::{Code, Coded, FromRecord, List, PeriodStart};

stored! {
    /// The body of `PointsEarned`.
    struct EarnedBody: event::PointsEarned {
        version: VersionNumber,
        order_number: u32,
        eligible: List<RuleIndex>,
        shares: List<RuleShare>,
        caps: List<CapEntry>,
        lots: List<NewLot>,
        metrics: List<MetricEntry>,
        forget_before: PeriodStart,
    } else {
        on: Trigger::Order,
        activity: None,
        streak: None,
        cooldowns: Default::default(),
        budgets: Default::default(),
    }

    /// A cap as an order found it.
    struct CapEntry: event::CapEntry {
        cap: CapNumber,
        period: PeriodStart,
        room: Points,
        used: Points,
    }

    /// A lot as it comes into being. `activates_at` is nil where the lot is active at the record's effective time.
    struct NewLot: event::NewLot {
        number: LotNumber,
        currency: CurrencyNumber,
        points: Points,
        activates_at: FromRecord,
        expires_at: Option<Instant>,
    } else {
        idle: event::Idle::default(),
        policy: None,
    }
}

array! {
    /// What one rule came to. `cut` is nil for a rule that was granted what it asked.
    struct RuleShare from share: event::RuleShare {
        rule: RuleIndex = share.rule,
        asked: Points = share.asked,
        remainder_millionths: i32 = share.remainder_millionths,
        cut: Option<Cut> = cut_of(share),
    }
    load {
        let (verdict, granted) = cut.unwrap_or((Verdict::Granted, asked));
        event::RuleShare { rule, asked, granted, remainder_millionths, verdict }
    }

    /// Why a rule got other than what it asked, and how much.
    struct Cut from cut: (Verdict, Points) {
        verdict: Code<Verdict> = cut.0,
        granted: Points = cut.1,
    }
    load { (verdict, granted) }

    /// What a ladder's figures gain or lose.
    struct MetricEntry from entry: event::MetricEntry {
        ladder: LadderNumber = entry.ladder,
        bucket: PeriodStart = entry.bucket,
        spend: Money = entry.figures.spend,
        points: Points = entry.figures.points,
        orders: i64 = entry.figures.orders,
    }
    load {
        let figures = Figures { spend, points, orders, ..Figures::default() };
        event::MetricEntry { ladder, bucket, figures, challenge: false }
    }

    /// The body of `Credited`: a lot that an adjustment gave.
    struct CreditedBody from credited: event::Credited {
        number: LotNumber = credited.lot.number,
        currency: CurrencyNumber = credited.lot.currency,
        points: Points = credited.lot.points,
        activates_at: FromRecord = credited.lot.activates_at,
        expires_at: Option<Instant> = credited.lot.expires_at,
    }
    load {
        let idle = event::Idle::default();
        event::Credited {
            lot: event::NewLot { number, currency, points, activates_at, expires_at, idle, policy: None },
            source: CreditSource::Adjustment,
            caps: Default::default(),
        }
    }
}

fn cut_of(share: &event::RuleShare) -> Option<(Verdict, Points)> {
    let in_full = share.verdict == Verdict::Granted && share.granted == share.asked;
    (!in_full).then_some((share.verdict, share.granted))
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
