//! Decisions.

use smallvec::smallvec;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{
    ArrearsPaid, BlockSet, BudgetEntry, CapEntry, ClawedBack, Closed, Counted, CreditSource, Credited,
    Debited, Decision, Draw, Expired, ExpiryChanged, Figures, Forfeit, HoldCaptured, HoldPlaced,
    HoldReleased, Idle, LadderPlace, LotCancelled, LotEnd, MergedFrom, MergedInto, MetricEntry, NewLot,
    PointsActivated, PointsEarned, Redeemed, RedemptionReversed, ReferralPaid, Reinstated, ReleaseReason,
    Renewed, RuleShare, Take, TierChanged, TierReason, TransferReceived, TransferSent, Trigger, Verdict,
    WrittenOff,
};
use tallybook_core::ids::{
    BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, PolicyIndex, RuleIndex, TierNumber,
    VersionNumber,
};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::state::MemberState;

use super::{CODE, END, POINTS, second_versions, tiers};
use crate::support::MORNING;

/// The name of a fixture file, and the decision, which takes effect at [`MORNING`].
pub(super) type Example = (&'static str, Decision);

/// Every example of a decision.
pub fn decisions() -> Vec<Example> {
    [
        first(),
        second_versions::earnings(),
        second_versions::spendings(),
        doings(),
        corrections(),
        standing(),
        tiers::earnings(),
        tiers::changes(),
        tiers::by_hand(),
        tiers::merges(),
    ]
    .concat()
}

pub(super) fn draw(lot: u32, points: i64) -> Draw {
    Draw {
        lot: LotNumber(lot),
        points: Points(points),
        earned: Points(300),
        earned_at: MORNING,
        expires_at: Some(END),
        idle: Idle::default(),
    }
}

pub(super) fn metric(spend: i64, points: i64, orders: i64) -> MetricEntry {
    MetricEntry {
        ladder: LadderNumber(0),
        // 2026-01-01
        bucket: Day(20_454),
        figures: Figures { spend: Money(spend), points: Points(points), orders, ..Figures::default() },
        challenge: false,
    }
}

/// One rule, one lot that can be spent at once, one ladder.
pub fn simple_earning() -> PointsEarned {
    PointsEarned {
        version: VersionNumber(1),
        order_number: 12,
        eligible: smallvec![],
        shares: smallvec![RuleShare {
            rule: RuleIndex(0),
            asked: Points(22),
            granted: Points(22),
            remainder_millionths: 470_000,
            verdict: Verdict::Granted,
        }],
        caps: smallvec![],
        lots: smallvec![NewLot {
            number: LotNumber(12),
            currency: POINTS,
            points: Points(22),
            activates_at: MORNING,
            expires_at: Some(END),
            idle: Idle::default(),
            policy: None,
        }],
        metrics: smallvec![metric(2_247, 22, 1)],
        // 2024-01-01
        forget_before: Day(19_723),
        on: Trigger::Order,
        activity: None,
        streak: None,
        cooldowns: smallvec![],
        budgets: smallvec![],
    }
}

pub(super) fn full_earning() -> PointsEarned {
    let mut earned = simple_earning();
    earned.eligible = smallvec![RuleIndex(1), RuleIndex(3)];
    earned.shares.push(RuleShare {
        rule: RuleIndex(1),
        asked: Points(100),
        granted: Points(50),
        remainder_millionths: -1,
        verdict: Verdict::TrimmedByCap,
    });
    earned.shares.push(RuleShare {
        rule: RuleIndex(3),
        asked: Points(0),
        granted: Points(0),
        remainder_millionths: 0,
        verdict: Verdict::LostInGroup,
    });
    earned.caps = smallvec![
        CapEntry { cap: CapNumber(0), period: Day(20_454), room: Points(50), used: Points(50) },
        CapEntry { cap: CapNumber(1), period: Day::EVER, room: Points(10_000), used: Points(72) },
    ];
    earned.lots[0].points = Points(72);
    earned.lots.push(NewLot {
        number: LotNumber(13),
        currency: CurrencyNumber(1),
        points: Points(1),
        activates_at: Instant(MORNING.0 + 1),
        expires_at: None,
        idle: Idle::default(),
        policy: None,
    });
    earned.metrics.push(MetricEntry {
        ladder: LadderNumber(1),
        bucket: Day::EVER,
        figures: Figures::default(),
        challenge: false,
    });
    earned.forget_before = Day::EVER;
    earned
}

/// What the first release stored.
fn first() -> Vec<Example> {
    let lot = LotNumber(12);
    vec![
        ("101-1-member-joined", Decision::MemberJoined),
        ("102-1-points-earned", Decision::PointsEarned(simple_earning())),
        ("102-1-points-earned-full", Decision::PointsEarned(full_earning())),
        (
            "103-1-points-activated",
            Decision::PointsActivated(PointsActivated {
                lot,
                currency: POINTS,
                points: Points(22),
                term: None,
            }),
        ),
        (
            "104-1-arrears-paid",
            Decision::ArrearsPaid(ArrearsPaid { lot, currency: POINTS, points: Points(9) }),
        ),
        (
            "105-1-redeemed",
            Decision::Redeemed(Redeemed {
                currency: POINTS,
                points: Points(500),
                worth: Some(Money(500)),
                draws: smallvec![draw(3, 300), Draw { expires_at: None, ..draw(5, 200) }],
                stock: None,
                voucher: None,
            }),
        ),
        (
            "106-1-redemption-reversed",
            Decision::RedemptionReversed(RedemptionReversed {
                currency: POINTS,
                points: Points(200),
                restored: smallvec![draw(3, 200)],
                of: None,
                stock: None,
                voided: None,
            }),
        ),
        ("107-1-expired", Decision::Expired(Expired { lot, currency: POINTS, points: Points(13) })),
        (
            "108-1-clawed-back",
            Decision::ClawedBack(ClawedBack {
                takes: smallvec![Take {
                    currency: POINTS,
                    points: Points(22),
                    points_total: Points(30),
                    expired: Points(1),
                    from_pending: smallvec![draw(12, 2)],
                    from_available: smallvec![draw(12, 3), draw(2, 4)],
                    arrears: Points(11),
                    waived: Points(1),
                }],
                caps: smallvec![CapEntry {
                    cap: CapNumber(0),
                    period: Day(20_454),
                    room: Points(0),
                    used: Points(-22),
                }],
                metrics: smallvec![metric(-2_247, -22, -1)],
                whole: true,
                budgets: smallvec![],
                cooldowns: smallvec![],
                referral_cancelled: false,
            }),
        ),
        (
            "109-1-credited",
            Decision::Credited(Credited {
                lot: NewLot {
                    number: LotNumber(70_000),
                    points: Points(1_000_000),
                    expires_at: None,
                    ..lot_now(1)
                },
                source: CreditSource::Adjustment,
                caps: smallvec![],
            }),
        ),
        (
            "110-1-debited",
            Decision::Debited(Debited {
                currency: POINTS,
                points: Points(40),
                draws: smallvec![draw(3, 30)],
                arrears: Points(10),
            }),
        ),
        (
            "111-1-tier-changed",
            Decision::TierChanged(TierChanged {
                ladder: LadderNumber(0),
                version: VersionNumber(2),
                from: TierNumber(0),
                to: TierNumber(1),
                why: TierReason::Upgraded,
                figures: Figures {
                    spend: Money(52_247),
                    points: Points(522),
                    orders: 12,
                    ..Figures::default()
                },
                thresholds: Figures { spend: Money(50_000), ..Figures::default() },
                until: Some(END),
                counted_from: None,
                lifetime: None,
            }),
        ),
        (
            "111-1-tier-changed-returned",
            Decision::TierChanged(TierChanged {
                ladder: LadderNumber(1),
                version: VersionNumber(2),
                from: TierNumber(2),
                to: TierNumber(0),
                why: TierReason::Returned,
                figures: Figures::default(),
                thresholds: Figures::default(),
                until: None,
                counted_from: None,
                lifetime: None,
            }),
        ),
    ]
}

pub(super) const STOCK: BudgetEntry =
    BudgetEntry { budget: BudgetNumber(3), room: Points(5), used: Points(1) };
pub(super) const STOCK_BACK: BudgetEntry =
    BudgetEntry { budget: BudgetNumber(3), room: Points(0), used: Points(-1) };

/// A draw from a lot that ends after a year of inactivity.
pub(super) fn idle_draw(lot: u32, points: i64) -> Draw {
    Draw { idle: Idle { months: 12, at_most: None }, ..draw(lot, points) }
}

/// A lot that can be spent at once.
pub(super) fn lot_now(number: u32) -> NewLot {
    NewLot {
        number: LotNumber(number),
        currency: POINTS,
        points: Points(22),
        activates_at: MORNING,
        expires_at: Some(END),
        idle: Idle::default(),
        policy: None,
    }
}

/// A lot that waits for its order, ends by inactivity and has an expiry of its own.
pub(super) fn lot_waiting(number: u32) -> NewLot {
    NewLot {
        activates_at: Instant::MAX,
        idle: Idle { months: 24, at_most: Some(END) },
        policy: Some(PolicyIndex(2)),
        ..lot_now(number)
    }
}

pub(super) fn allowance() -> CapEntry {
    CapEntry { cap: CapNumber(300), period: Day(20_454), room: Points(500), used: Points(22) }
}

/// Lots, holds, vouchers and referrals.
fn doings() -> Vec<Example> {
    let hold = || "H-1".into();
    let placed = |worth, draws, stock| {
        Decision::HoldPlaced(HoldPlaced {
            hold: hold(),
            currency: POINTS,
            points: Points(500),
            worth,
            draws,
            expires_at: END,
            stock,
        })
    };
    let captured =
        |redeemed, released| Decision::HoldCaptured(HoldCaptured { hold: hold(), redeemed, released });
    let spent = Redeemed {
        currency: POINTS,
        points: Points(300),
        worth: Some(Money(300)),
        draws: smallvec![draw(3, 300)],
        stock: None,
        voucher: None,
    };
    let released = |why, stock| {
        Decision::HoldReleased(HoldReleased {
            hold: hold(),
            currency: POINTS,
            points: Points(500),
            restored: smallvec![draw(3, 500)],
            why,
            stock,
        })
    };
    let referral = ReferralPaid {
        referrer: "member-会员-1".into(),
        lots: smallvec![LotNumber(12)],
        referrer_lots: smallvec![LotNumber(70_000), LotNumber(70_001)],
        counted: Counted::default(),
        referrer_counted: Counted::default(),
    };
    vec![
        (
            "112-1-lot-cancelled",
            Decision::LotCancelled(LotCancelled { lot: LotNumber(12), currency: POINTS, points: Points(22) }),
        ),
        ("113-1-renewed", Decision::Renewed(Renewed { currency: POINTS, idle_months: 12, expires_at: END })),
        ("114-1-referral-paid", Decision::ReferralPaid(referral)),
        ("120-1-hold-placed", placed(None, smallvec![draw(3, 500)], None)),
        (
            "120-1-hold-placed-full",
            placed(Some(Money(500)), smallvec![draw(3, 300), idle_draw(5, 200)], Some(STOCK)),
        ),
        ("121-1-hold-captured", captured(spent.clone(), smallvec![])),
        (
            "121-1-hold-captured-full",
            captured(
                Redeemed { stock: Some(BudgetEntry { used: Points(0), ..STOCK }), ..spent },
                smallvec![idle_draw(5, 200)],
            ),
        ),
        ("122-1-hold-released", released(ReleaseReason::Asked, None)),
        ("122-1-hold-released-expired", released(ReleaseReason::Expired, Some(STOCK_BACK))),
        ("122-1-hold-released-closed", released(ReleaseReason::Closed, None)),
        ("123-1-voucher-used", Decision::VoucherUsed(CODE)),
    ]
}

/// Points that change hands, and what is done by hand.
fn corrections() -> Vec<Example> {
    let sent = |fee, draws, caps| {
        Decision::TransferSent(TransferSent {
            to: "lan".into(),
            currency: POINTS,
            points: Points(300),
            fee: Points(fee),
            draws,
            caps,
        })
    };
    let received = |lots, gift| {
        Decision::TransferReceived(TransferReceived {
            from: "mei".into(),
            currency: POINTS,
            points: Points(22),
            lots,
            gift,
        })
    };
    let changed = ExpiryChanged {
        currency: POINTS,
        lots: smallvec![
            LotEnd { lot: LotNumber(3), from: Some(MORNING), to: Some(END) },
            LotEnd { lot: LotNumber(5), from: Some(END), to: None },
            LotEnd { lot: LotNumber(6), from: None, to: Some(END) },
        ],
    };
    vec![
        ("130-1-transfer-sent", sent(0, smallvec![draw(3, 300)], smallvec![])),
        (
            "130-1-transfer-sent-full",
            sent(15, smallvec![draw(3, 300), idle_draw(5, 15)], smallvec![allowance()]),
        ),
        ("131-1-transfer-received", received(smallvec![lot_now(7)], false)),
        (
            "131-1-transfer-received-full",
            received(smallvec![lot_now(7), NewLot { activates_at: MORNING, ..lot_waiting(8) }], true),
        ),
        ("132-1-written-off", Decision::WrittenOff(WrittenOff { currency: POINTS, points: Points(40) })),
        ("133-1-expiry-changed", Decision::ExpiryChanged(changed)),
        ("134-1-reinstated", Decision::Reinstated(Reinstated { of: LotNumber(3), lot: lot_now(14) })),
        (
            "134-1-reinstated-idle",
            Decision::Reinstated(Reinstated { of: LotNumber(3), lot: lot_waiting(14) }),
        ),
    ]
}

/// What becomes of members.
fn standing() -> Vec<Example> {
    let merged_from = |state, ladders| {
        Decision::MergedFrom(MergedFrom {
            from: "mei".into(),
            state: Box::new(state),
            ladders,
            grants: smallvec![],
        })
    };
    let place = LadderPlace {
        ladder: LadderNumber(0),
        tier: TierNumber(2),
        since: MORNING,
        until: Some(END),
        grace: false,
        counted_from: None,
    };
    let basic = LadderPlace {
        ladder: LadderNumber(1),
        tier: TierNumber(0),
        since: Instant::MIN,
        until: None,
        grace: true,
        counted_from: None,
    };
    let full = super::states::full_state();
    let forfeit = Forfeit {
        currency: POINTS,
        available: smallvec![draw(3, 30), idle_draw(5, 200)],
        pending: smallvec![draw(12, 2)],
    };
    vec![
        (
            "140-1-merged-into",
            Decision::MergedInto(MergedInto { into: "lan".into(), balances: full.balances.clone() }),
        ),
        ("141-1-merged-from", merged_from(MemberState::default(), smallvec![])),
        ("141-1-merged-from-full", merged_from(full, smallvec![place, basic])),
        ("142-1-closed", Decision::Closed(Closed::default())),
        ("142-1-closed-full", Decision::Closed(Closed { forfeited: smallvec![forfeit] })),
        ("143-1-block-set", Decision::BlockSet(BlockSet { earning: false, redeeming: true })),
    ]
}
