//! What tiers in full brought: later versions of earnings, returns, tier changes, referrals and merges, and the kinds for
//! tiers by hand, benefits and what goes over into other periods.

use smallvec::smallvec;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{
    BenefitRestored, BenefitUsed, BudgetEntry, CapEntry, ChallengeFigures, ClawedBack, Cooling, Counted,
    Decision, Figures, FiguresCarried, GrantEnd, LadderPlace, LifetimeFigures, MergedFrom, MetricEntry,
    PointsEarned, ReferralCancelled, ReferralPaid, RuleShare, StreakEntry, Take, TierChanged, TierGrant,
    TierGrantEnded, TierGranted, TierReason, Trigger, Verdict,
};
use tallybook_core::ids::{
    ActivityNumber, BudgetNumber, CapNumber, LadderNumber, LotNumber, RuleIndex, TierNumber, VersionNumber,
};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::state::MemberState;

use super::decisions::{
    Example, STOCK_BACK, allowance, draw, full_earning, idle_draw, lot_waiting, metric, simple_earning,
};
use super::states::{full_state, fuller_state};
use super::{END, POINTS};
use crate::support::MORNING;

const LADDER: LadderNumber = LadderNumber(0);
const GOLD: TierNumber = TierNumber(2);

/// Referrals and activities beside the older figures.
const FIGURES: Figures =
    Figures { spend: Money(52_247), points: Points(522), orders: 12, referrals: 3, activities: 300 };

fn challenged(entry: MetricEntry) -> MetricEntry {
    MetricEntry { challenge: true, ..entry }
}

fn referral(referrals: i64) -> MetricEntry {
    MetricEntry { figures: Figures { referrals, ..Figures::default() }, ..metric(0, 0, 0) }
}

/// What takes the third version of earnings and returns.
pub(super) fn earnings() -> Vec<Example> {
    let bonus = |on| {
        let (shares, metrics) = (smallvec![], smallvec![]);
        Decision::PointsEarned(PointsEarned { shares, metrics, on, ..simple_earning() })
    };
    let checked_in = PointsEarned {
        shares: smallvec![],
        lots: smallvec![],
        metrics: smallvec![MetricEntry {
            figures: Figures { activities: 1, ..Figures::default() },
            ..metric(0, 0, 0)
        }],
        on: Trigger::Activity,
        activity: Some(ActivityNumber(0)),
        ..simple_earning()
    };
    let lent = PointsEarned { metrics: smallvec![challenged(metric(2_247, 22, 1))], ..simple_earning() };
    let mut everything = full_earning();
    everything.shares.push(RuleShare {
        rule: RuleIndex(7),
        asked: Points(30),
        granted: Points(0),
        remainder_millionths: 0,
        verdict: Verdict::SkippedByBudget,
    });
    everything.lots.push(lot_waiting(14));
    everything.metrics.push(MetricEntry {
        ladder: LadderNumber(2),
        bucket: Day(20_454),
        figures: FIGURES,
        challenge: true,
    });
    everything.on = Trigger::Referrer;
    everything.activity = Some(ActivityNumber(2));
    everything.streak = Some(StreakEntry { activity: ActivityNumber(2), day: Day(20_458), length: 7 });
    everything.cooldowns = smallvec![Cooling { cooldown: CapNumber(9), until: END }];
    everything.budgets = smallvec![BudgetEntry { budget: BudgetNumber(0), room: Points(7), used: Points(7) }];

    let take = Take {
        currency: POINTS,
        points: Points(22),
        points_total: Points(22),
        expired: Points(0),
        from_pending: smallvec![idle_draw(12, 2)],
        from_available: smallvec![draw(12, 20)],
        arrears: Points(0),
        waived: Points(0),
    };
    let plain = ClawedBack {
        takes: smallvec![],
        caps: smallvec![],
        metrics: smallvec![challenged(metric(-2_247, -22, -1))],
        whole: true,
        budgets: smallvec![],
        cooldowns: smallvec![],
        referral_cancelled: false,
    };
    let full = ClawedBack {
        takes: smallvec![take],
        caps: smallvec![CapEntry { room: Points(0), used: Points(-22), ..allowance() }],
        metrics: smallvec![metric(-2_247, -22, -1), referral(-1)],
        whole: false,
        budgets: smallvec![STOCK_BACK],
        cooldowns: smallvec![Cooling { cooldown: CapNumber(9), until: END }],
        referral_cancelled: true,
    };
    vec![
        ("102-3-points-earned-tier-reached", bonus(Trigger::TierReached)),
        ("102-3-points-earned-tier-kept", bonus(Trigger::TierKept)),
        ("102-3-points-earned-tier-anniversary", bonus(Trigger::TierAnniversary)),
        ("102-3-points-earned-activity", Decision::PointsEarned(checked_in)),
        ("102-3-points-earned-lent", Decision::PointsEarned(lent)),
        ("102-3-points-earned-full", Decision::PointsEarned(everything)),
        ("108-3-clawed-back", Decision::ClawedBack(plain)),
        ("108-3-clawed-back-full", Decision::ClawedBack(full)),
    ]
}

/// Tiers by figures, and referrals that count for them.
pub(super) fn changes() -> Vec<Example> {
    let plain = TierChanged {
        ladder: LADDER,
        version: VersionNumber(2),
        from: TierNumber(0),
        to: GOLD,
        why: TierReason::Upgraded,
        figures: Figures { spend: Money(52_247), points: Points(522), orders: 12, ..Figures::default() },
        thresholds: Figures { spend: Money(50_000), ..Figures::default() },
        until: Some(END),
        counted_from: None,
        lifetime: None,
    };
    let lifetime =
        LifetimeFigures { figures: FIGURES, thresholds: Figures { orders: 10, ..Figures::default() } };
    let anchored = TierChanged { counted_from: Some(Day(20_454)), ..plain };
    let full = TierChanged {
        figures: FIGURES,
        thresholds: Figures { referrals: 2, activities: 5, ..Figures::default() },
        until: None,
        lifetime: Some(lifetime),
        ..anchored
    };
    let paid = |counted, referrer_counted| {
        Decision::ReferralPaid(ReferralPaid {
            referrer: "member-会员-1".into(),
            lots: smallvec![LotNumber(12)],
            referrer_lots: smallvec![],
            counted,
            referrer_counted,
        })
    };
    let counted = Counted { caps: smallvec![allowance()], metrics: smallvec![] };
    let referrer_counted = Counted {
        caps: smallvec![],
        metrics: smallvec![challenged(referral(1)), MetricEntry { bucket: Day::EVER, ..metric(0, 22, 0) }],
    };
    let back = Counted {
        caps: smallvec![CapEntry { room: Points(0), used: Points(-22), ..allowance() }],
        metrics: smallvec![challenged(referral(-1))],
    };
    let carried = FiguresCarried {
        ladder: LADDER,
        version: VersionNumber(2),
        into: Day(20_819),
        figures: Figures { spend: Money(2_247), referrals: -1, ..Figures::default() },
    };
    vec![
        (
            "111-2-tier-changed-reevaluated",
            Decision::TierChanged(TierChanged { why: TierReason::Reevaluated, ..plain }),
        ),
        (
            "111-2-tier-changed-replaced",
            Decision::TierChanged(TierChanged { why: TierReason::Replaced, ..plain }),
        ),
        (
            "111-2-tier-changed-challenge-met",
            Decision::TierChanged(TierChanged { why: TierReason::ChallengeMet, ..plain }),
        ),
        ("111-2-tier-changed-counted-from", Decision::TierChanged(anchored)),
        ("111-2-tier-changed-full", Decision::TierChanged(full)),
        ("114-2-referral-paid", paid(counted.clone(), Counted::default())),
        ("114-2-referral-paid-full", paid(counted, referrer_counted)),
        ("115-1-referral-cancelled", Decision::ReferralCancelled(ReferralCancelled::default())),
        ("115-1-referral-cancelled-full", Decision::ReferralCancelled(ReferralCancelled { counted: back })),
        ("150-1-figures-carried", Decision::FiguresCarried(carried)),
    ]
}

/// A tier that is lent, with something reached.
fn lent() -> TierGrant {
    let asked = Figures { referrals: 5, ..Figures::default() };
    let challenge = Some(ChallengeFigures { all: true, asked, reached: FIGURES });
    TierGrant { tier: GOLD, since: MORNING, until: Some(END), challenge }
}

fn given() -> TierGrant {
    TierGrant { tier: GOLD, since: MORNING, until: None, challenge: None }
}

/// Tiers by hand, and benefits.
pub(super) fn by_hand() -> Vec<Example> {
    let granted = |grant| Decision::TierGranted(TierGranted { ladder: LADDER, grant });
    let ended = |why| Decision::TierGrantEnded(TierGrantEnded { ladder: LADDER, tier: GOLD, why });
    let used = CapEntry { cap: CapNumber(300), period: Day(20_454), room: Points(6), used: Points(2) };
    let restored = CapEntry { period: Day::EVER, room: Points(4), used: Points(-1), ..used };
    vec![
        ("151-1-tier-granted", granted(given())),
        ("151-1-tier-granted-lent", granted(lent())),
        ("152-1-tier-grant-ended-expired", ended(GrantEnd::Expired)),
        ("152-1-tier-grant-ended-revoked", ended(GrantEnd::Revoked)),
        ("152-1-tier-grant-ended-earned", ended(GrantEnd::Earned)),
        ("152-1-tier-grant-ended-removed", ended(GrantEnd::Removed)),
        (
            "153-1-benefit-used",
            Decision::BenefitUsed(BenefitUsed { version: VersionNumber(2), tier: GOLD, count: used }),
        ),
        ("154-1-benefit-restored", Decision::BenefitRestored(BenefitRestored { count: restored })),
    ]
}

/// What takes the second version of merges.
pub(super) fn merges() -> Vec<Example> {
    let merged = |state: MemberState, ladders, grants| {
        Decision::MergedFrom(MergedFrom { from: "mei".into(), state: Box::new(state), ladders, grants })
    };
    let mut forgotten = full_state();
    // Figures of a period that is no longer kept are still among those of all time.
    forgotten.ladders[0].buckets.clear();
    let place = LadderPlace {
        ladder: LADDER,
        tier: GOLD,
        since: Instant::MIN,
        until: Some(END),
        grace: false,
        counted_from: Some(Day(20_454)),
    };
    let grants = smallvec![
        TierGranted { ladder: LADDER, grant: lent() },
        TierGranted { ladder: LadderNumber(1), grant: given() },
    ];
    vec![
        ("141-2-merged-from", merged(forgotten, smallvec![], smallvec![])),
        ("141-2-merged-from-full", merged(fuller_state(), smallvec![place], grants)),
    ]
}
