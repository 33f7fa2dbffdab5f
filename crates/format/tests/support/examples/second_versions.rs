//! Decisions in the second version of their kinds.

use smallvec::smallvec;
use tallybook_core::calendar::Day;
use tallybook_core::event::{
    BudgetEntry, ClawedBack, Cooling, CreditSource, Credited, Debited, Decision, Idle, PointsActivated,
    PointsEarned, Redeemed, RedemptionReversed, RuleShare, StreakEntry, Take, Term, Trigger, Verdict,
    Voucher,
};
use tallybook_core::ids::{ActivityNumber, BudgetNumber, CapNumber, LotNumber, RuleIndex};
use tallybook_core::points::Points;

use super::decisions::{
    Example, STOCK, STOCK_BACK, allowance, draw, full_earning, idle_draw, lot_now, lot_waiting,
    simple_earning,
};
use super::{CODE, END, POINTS};

/// What takes the second version of the judgements of orders and their returns.
pub(super) fn earnings() -> Vec<Example> {
    let checked_in = PointsEarned {
        shares: smallvec![],
        lots: smallvec![],
        metrics: smallvec![],
        forget_before: Day::EVER,
        on: Trigger::Activity,
        activity: Some(ActivityNumber(0)),
        ..simple_earning()
    };
    let mut everything = full_earning();
    let share = |rule, granted, verdict| RuleShare {
        rule: RuleIndex(rule),
        asked: Points(30),
        granted: Points(granted),
        remainder_millionths: 0,
        verdict,
    };
    everything.shares.extend([
        share(4, 0, Verdict::CoolingDown),
        share(5, 0, Verdict::TriggersUsedUp),
        share(6, 7, Verdict::TrimmedByBudget),
        share(7, 0, Verdict::SkippedByBudget),
    ]);
    everything.lots.push(lot_waiting(14));
    everything.on = Trigger::Activity;
    everything.activity = Some(ActivityNumber(2));
    everything.streak = Some(StreakEntry { activity: ActivityNumber(2), day: Day(20_458), length: 7 });
    everything.cooldowns = smallvec![Cooling { cooldown: CapNumber(9), until: END }];
    everything.budgets = smallvec![BudgetEntry { budget: BudgetNumber(0), room: Points(7), used: Points(7) }];
    let rested = PointsEarned {
        shares: smallvec![share(0, 0, Verdict::CoolingDown)],
        lots: smallvec![],
        ..simple_earning()
    };
    let waiting = PointsEarned { lots: smallvec![lot_waiting(12)], ..simple_earning() };
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
    let clawed = |takes, budgets, cooldowns, referral_cancelled| {
        let (caps, metrics) = (smallvec![], smallvec![]);
        Decision::ClawedBack(ClawedBack {
            takes,
            caps,
            metrics,
            whole: false,
            budgets,
            cooldowns,
            referral_cancelled,
        })
    };
    let cooling = Cooling { cooldown: CapNumber(9), until: END };
    let activated = |term| {
        Decision::PointsActivated(PointsActivated {
            lot: LotNumber(12),
            currency: POINTS,
            points: Points(22),
            term: Some(term),
        })
    };
    vec![
        ("102-2-points-earned", Decision::PointsEarned(checked_in)),
        ("102-2-points-earned-resting", Decision::PointsEarned(rested)),
        ("102-2-points-earned-waiting", Decision::PointsEarned(waiting)),
        ("102-2-points-earned-full", Decision::PointsEarned(everything)),
        ("103-2-points-activated", activated(Term::default())),
        (
            "103-2-points-activated-idle",
            activated(Term { expires_at: Some(END), idle: Idle { months: 12, at_most: Some(END) } }),
        ),
        ("108-2-clawed-back", clawed(smallvec![], smallvec![], smallvec![], true)),
        ("108-2-clawed-back-full", clawed(smallvec![take], smallvec![STOCK_BACK], smallvec![cooling], false)),
    ]
}

/// What takes the second version of spending, credits and debits.
pub(super) fn spendings() -> Vec<Example> {
    let redeemed = |draws, stock, voucher| {
        Decision::Redeemed(Redeemed {
            currency: POINTS,
            points: Points(500),
            worth: None,
            draws,
            stock,
            voucher,
        })
    };
    let reversed = |draw, of, stock, voided| {
        Decision::RedemptionReversed(RedemptionReversed {
            currency: POINTS,
            points: Points(200),
            restored: smallvec![draw],
            of,
            stock,
            voided,
        })
    };
    let credited = |lot, source, caps| Decision::Credited(Credited { lot, source, caps });
    let debited = Debited {
        currency: POINTS,
        points: Points(40),
        draws: smallvec![idle_draw(3, 30)],
        arrears: Points(10),
    };
    vec![
        ("105-2-redeemed-idle", redeemed(smallvec![idle_draw(3, 500)], None, None)),
        (
            "105-2-redeemed-full",
            redeemed(
                smallvec![draw(3, 500)],
                Some(STOCK),
                Some(Voucher { code: CODE, expires_at: Some(END) }),
            ),
        ),
        ("106-2-redemption-reversed-of", reversed(draw(3, 200), Some("R-7".into()), None, None)),
        ("106-2-redemption-reversed-full", reversed(idle_draw(3, 200), None, Some(STOCK_BACK), Some(CODE))),
        ("109-2-credited-purchase", credited(lot_now(3), CreditSource::Purchase, smallvec![allowance()])),
        ("109-2-credited-gift", credited(lot_now(3), CreditSource::Gift, smallvec![])),
        ("109-2-credited-idle", credited(lot_waiting(3), CreditSource::Adjustment, smallvec![])),
        ("110-2-debited", Decision::Debited(debited)),
    ]
}
