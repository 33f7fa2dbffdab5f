//! One hand-written value, or a few, for every stored shape. The frozen fixtures are their bytes.

use smallvec::smallvec;
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::{
    ArrearsPaid, CapEntry, ClawedBack, Debited, Decision, Draw, Expired, Figures, MetricEntry, NewLot,
    PointsActivated, PointsEarned, Redeemed, RedemptionReversed, RuleShare, Take, TierChanged, TierReason,
    Verdict,
};
use tallybook_core::fact::{
    Adjustment, Enrolment, Fact, Line, Order, Profile, Publication, Purpose, Redemption, Return,
    ReturnedLine, ReturnedPart, Reversal, Shortfall,
};
use tallybook_core::ids::{
    CapNumber, CurrencyNumber, LadderNumber, LotNumber, RuleIndex, TierNumber, VersionNumber,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_core::state::{Balance, Bucket, CapUse, LadderState, Lot, MemberProfile, MemberState};

use super::MORNING;

const POINTS: CurrencyNumber = CurrencyNumber(0);

/// Midnight in New York after 31 January 2027.
const END: Instant = Instant(1_801_458_000_000_000);

pub fn profile() -> Profile<'static> {
    Profile {
        birthday: MonthDay::new(2, 29),
        segments: vec!["vip".into(), "常客".into()],
        attributes: vec![("home_store".into(), "330".into())],
    }
}

/// Three lines as a grocer's till would send them, under the order's natural key.
pub fn simple_order() -> Order<'static> {
    let line =
        |quantity, amount, discount, sku: &'static str, category: &'static str, brand: &'static str| Line {
            quantity,
            amount: Money(amount),
            discount: Money(discount),
            sku: Some(sku.into()),
            category: Some(category.into()),
            brand: Some(brand.into()),
            ..Line::default()
        };
    Order {
        id: "31198705046".into(),
        currency: CurrencyCode::parse("USD").expect("USD is a code"),
        channel: None,
        store: Some("330".into()),
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        lines: vec![
            line(1, 399, 0, "1082185", "PRODUCE", "National"),
            line(2, 598, 100, "995242", "GROCERY", "Private"),
            line(1, 1250, 0, "916122", "MEAT", "National"),
        ],
    }
}

pub fn full_order() -> Order<'static> {
    let mut order = simple_order();
    order.channel = Some("web".into());
    order.shipping = Money(500);
    order.paid_with_points = Money(100);
    order.paid_with_stored_value = Money(1);
    order.lines.truncate(1);
    let line = &mut order.lines[0];
    line.id = Some("L-1".into());
    line.tax = Money(i64::MAX);
    line.tags = vec!["coupon".into(), "promo".into()];
    order.lines.push(Line { quantity: 0, ..Line::default() });
    order
}

fn redemption(purpose: Purpose<'static>) -> Fact<'static> {
    Fact::RedemptionRequested(Redemption {
        id: "R-7".into(),
        currency: "points".into(),
        points: Points(500),
        partial: false,
        purpose,
    })
}

/// The name of a fixture file, the key, and the fact.
pub fn facts() -> Vec<(&'static str, Option<&'static str>, Fact<'static>)> {
    vec![
        ("001-1-member-enrolled", None, Fact::MemberEnrolled(Enrolment { profile: profile() })),
        ("001-1-member-enrolled-bare", None, Fact::MemberEnrolled(Enrolment::default())),
        ("002-1-profile-changed", Some("crm/88"), Fact::ProfileChanged(profile())),
        ("003-1-order-placed", None, Fact::OrderPlaced(simple_order())),
        ("003-1-order-placed-full", Some("till/9"), Fact::OrderPlaced(full_order())),
        (
            "004-1-order-returned",
            None,
            Fact::OrderReturned(Return {
                id: "RET-1".into(),
                order: "31198705046".into(),
                lines: vec![
                    ReturnedLine { line: "1".into(), part: ReturnedPart::All },
                    ReturnedLine { line: "2".into(), part: ReturnedPart::Quantity(1) },
                    ReturnedLine { line: "3".into(), part: ReturnedPart::Amount(Money(625)) },
                ],
            }),
        ),
        ("005-1-redemption-reward", None, redemption(Purpose::Reward("mug".into()))),
        ("005-1-redemption-voucher", None, redemption(Purpose::Voucher("V10".into()))),
        ("005-1-redemption-cash", Some("k"), redemption(Purpose::CashOff { order_total: Money(4000) })),
        (
            "006-1-reversal-requested",
            Some("undo/1"),
            Fact::ReversalRequested(Reversal { redemption: "R-7".into(), points: Some(Points(200)) }),
        ),
        (
            "006-1-reversal-requested-all",
            Some("undo/2"),
            Fact::ReversalRequested(Reversal { redemption: "R-7".into(), points: None }),
        ),
        (
            "007-1-adjustment-requested",
            Some("case/12"),
            Fact::AdjustmentRequested(Adjustment {
                currency: "points".into(),
                points: Points(-40),
                shortfall: Shortfall::Arrears,
                actor: "support:mei".into(),
                reason: "credited twice".into(),
                about: Some(70_000),
            }),
        ),
        (
            "008-1-programme-published",
            Some("programme/1"),
            Fact::ProgrammePublished(Publication {
                effective_from: Instant(-1),
                source: "name = \"Journey Rewards\"\n".into(),
            }),
        ),
    ]
}

fn draw(lot: u32, points: i64) -> Draw {
    Draw {
        lot: LotNumber(lot),
        points: Points(points),
        earned: Points(300),
        earned_at: MORNING,
        expires_at: Some(END),
    }
}

fn metric(spend: i64, points: i64, orders: i64) -> MetricEntry {
    MetricEntry {
        ladder: LadderNumber(0),
        // 2026-01-01
        bucket: Day(20_454),
        figures: Figures { spend: Money(spend), points: Points(points), orders },
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
        }],
        metrics: smallvec![metric(2_247, 22, 1)],
        // 2024-01-01
        forget_before: Day(19_723),
    }
}

fn full_earning() -> PointsEarned {
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
    });
    earned.metrics.push(MetricEntry {
        ladder: LadderNumber(1),
        bucket: Day::EVER,
        figures: Figures::default(),
    });
    earned.forget_before = Day::EVER;
    earned
}

/// The name of a fixture file, and the decision, which takes effect at [`MORNING`].
pub fn decisions() -> Vec<(&'static str, Decision)> {
    let lot = LotNumber(12);
    vec![
        ("101-1-member-joined", Decision::MemberJoined),
        ("102-1-points-earned", Decision::PointsEarned(simple_earning())),
        ("102-1-points-earned-full", Decision::PointsEarned(full_earning())),
        (
            "103-1-points-activated",
            Decision::PointsActivated(PointsActivated { lot, currency: POINTS, points: Points(22) }),
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
            }),
        ),
        (
            "106-1-redemption-reversed",
            Decision::RedemptionReversed(RedemptionReversed {
                currency: POINTS,
                points: Points(200),
                restored: smallvec![draw(3, 200)],
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
            }),
        ),
        (
            "109-1-credited",
            Decision::Credited(NewLot {
                number: LotNumber(70_000),
                currency: POINTS,
                points: Points(1_000_000),
                activates_at: MORNING,
                expires_at: None,
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
                figures: Figures { spend: Money(52_247), points: Points(522), orders: 12 },
                thresholds: Figures { spend: Money(50_000), points: Points(0), orders: 0 },
                until: Some(END),
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
            }),
        ),
    ]
}

/// The name of a fixture file, and the state.
pub fn states() -> Vec<(&'static str, MemberState)> {
    vec![("state-1-empty", MemberState::default()), ("state-1-full", full_state())]
}

fn full_state() -> MemberState {
    MemberState {
        joined_at: Some(Instant(0)),
        settled_to: MORNING,
        profile: MemberProfile {
            birthday: MonthDay::new(2, 29),
            segments: vec!["vip".into()],
            attributes: vec![("home_store".into(), "330".into())],
        },
        orders: 12,
        last_lot: LotNumber(13),
        balances: smallvec![
            Balance {
                available: Points(22),
                pending: Points(10),
                held: Points(0),
                arrears: Points(0),
                issued: Points(332),
                redeemed: Points(300),
                ..Balance::default()
            },
            Balance { arrears: Points(5), clawed_back: Points(5), ..Balance::default() },
        ],
        lots: vec![
            Lot {
                number: LotNumber(12),
                currency: POINTS,
                pending: false,
                earned: Points(322),
                remaining: Points(22),
                earned_at: MORNING,
                activates_at: MORNING,
                expires_at: Some(END),
            },
            Lot {
                number: LotNumber(13),
                currency: POINTS,
                pending: true,
                earned: Points(10),
                remaining: Points(10),
                earned_at: MORNING,
                activates_at: Instant(MORNING.0 + 1),
                expires_at: None,
            },
        ],
        ladders: smallvec![
            LadderState {
                ladder: LadderNumber(0),
                tier: TierNumber(1),
                since: MORNING,
                until: Some(END),
                grace: true,
                buckets: vec![Bucket {
                    start: Day(20_454),
                    figures: Figures { spend: Money(52_247), points: Points(522), orders: 12 },
                }],
            },
            LadderState {
                ladder: LadderNumber(1),
                tier: TierNumber(0),
                since: Instant::MIN,
                until: None,
                grace: false,
                buckets: vec![Bucket { start: Day::EVER, figures: Figures::default() }],
            },
        ],
        caps: vec![
            CapUse { cap: CapNumber(0), period: Day(20_454), used: Points(50) },
            CapUse { cap: CapNumber(1), period: Day::EVER, used: Points(72) },
        ],
    }
}
