//! A small history with every decision that moves points, as an engine might have come to it.

use smallvec::smallvec;
use tallybook_core::calendar::{DAY_MICROS, Day, Instant};
use tallybook_core::event::{
    ArrearsPaid, ClawedBack, CreditSource, Credited, Debited, Decision, Draw, Expired, Figures, Idle, NewLot,
    PointsActivated, PointsEarned, Redeemed, RedemptionReversed, Take, TierChanged, TierReason, Trigger,
};
use tallybook_core::fact::{
    Adjustment, Enrolment, Fact, Order, Publication, Purpose, Redemption, Return, Reversal, Shortfall,
};
use tallybook_core::ids::{CurrencyNumber, LadderNumber, LotNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_log::LedgerId;

use super::{MORNING, examples};

/// The ledger's id.
pub const LEDGER: LedgerId = LedgerId(*b"frozen ledger v1");

/// What one command did.
pub struct Batch {
    pub member: u32,
    /// The member's name, in the member's first batch.
    pub name: Option<&'static str>,
    pub effective_at: Instant,
    pub fact: Option<(Option<&'static str>, Fact<'static>)>,
    pub decisions: Vec<(Instant, Decision)>,
}

fn day(days: i64) -> Instant {
    Instant(MORNING.0 + days * DAY_MICROS)
}

fn batch(
    member: u32,
    days: i64,
    key: Option<&'static str>,
    fact: Fact<'static>,
    made: Vec<Decision>,
) -> Batch {
    let decisions = made.into_iter().map(|decision| (day(days), decision)).collect();
    Batch { member, name: None, effective_at: day(days), fact: Some((key, fact)), decisions }
}

fn named(name: &'static str, batch: Batch) -> Batch {
    Batch { name: Some(name), ..batch }
}

fn order(id: &'static str) -> Fact<'static> {
    Fact::OrderPlaced(Order { id: id.into(), ..examples::simple_order() })
}

fn lot(number: u32, currency: u8, points: i64, activates_at: Instant, expires_at: Option<Instant>) -> NewLot {
    let (number, currency, points) = (LotNumber(number), CurrencyNumber(currency), Points(points));
    NewLot { number, currency, points, activates_at, expires_at, idle: Idle::default(), policy: None }
}

fn earned(order_number: u32, lots: &[NewLot]) -> Decision {
    Decision::PointsEarned(PointsEarned {
        version: VersionNumber(1),
        order_number,
        eligible: smallvec![],
        shares: smallvec![],
        caps: smallvec![],
        lots: lots.iter().copied().collect(),
        metrics: smallvec![],
        forget_before: Day::EVER,
        on: Trigger::Order,
        activity: None,
        streak: None,
        cooldowns: smallvec![],
        budgets: smallvec![],
    })
}

/// Points of the lot that was earned on a day and ends a year later, or never.
fn draw(lot: u32, points: i64, earned: i64, earned_on: i64, ends: bool) -> Draw {
    Draw {
        lot: LotNumber(lot),
        points: Points(points),
        earned: Points(earned),
        earned_at: day(earned_on),
        expires_at: ends.then(|| day(earned_on + 365)),
        idle: Idle::default(),
    }
}

fn take(currency: u8, pending: &[Draw], available: &[Draw], arrears: i64) -> Take {
    let drawn: i64 = pending.iter().chain(available).map(|draw| draw.points.0).sum();
    Take {
        currency: CurrencyNumber(currency),
        points: Points(drawn + arrears),
        points_total: Points(drawn + arrears),
        expired: Points::ZERO,
        from_pending: pending.iter().copied().collect(),
        from_available: available.iter().copied().collect(),
        arrears: Points(arrears),
        waived: Points::ZERO,
    }
}

fn clawed(takes: &[Take]) -> Decision {
    Decision::ClawedBack(ClawedBack {
        takes: takes.iter().cloned().collect(),
        caps: smallvec![],
        metrics: smallvec![],
        whole: true,
        budgets: smallvec![],
        cooldowns: smallvec![],
        referral_cancelled: false,
    })
}

fn credited(lot: NewLot) -> Decision {
    Decision::Credited(Credited { lot, source: CreditSource::Adjustment, caps: smallvec![] })
}

fn adjustment(points: i64, shortfall: Shortfall) -> Fact<'static> {
    Fact::AdjustmentRequested(Adjustment {
        currency: "points".into(),
        points: Points(points),
        shortfall,
        actor: "support:mei".into(),
        reason: "agreed by telephone".into(),
        about: None,
    })
}

fn returned(id: &'static str, order: &'static str) -> Fact<'static> {
    Fact::OrderReturned(Return { id: id.into(), order: order.into(), lines: vec![], points_back: None })
}

/// Two members: one whose debt is paid by a later order, one whose points are adjusted by hand.
pub fn batches() -> Vec<Batch> {
    let programme = Publication { effective_from: day(0), source: "name = \"Frozen\"\n".into() };
    let points = CurrencyNumber(0);
    let enrol = || Fact::MemberEnrolled(Enrolment::default());
    let redemption = Fact::RedemptionRequested(Redemption {
        id: "R-1".into(),
        currency: "points".into(),
        points: Points(60),
        partial: false,
        purpose: Purpose::Reward("mug".into()),
    });
    let redeemed = Decision::Redeemed(Redeemed {
        currency: points,
        points: Points(60),
        worth: None,
        draws: smallvec![draw(1, 60, 100, 1, true)],
        stock: None,
        voucher: None,
    });
    let reversal = Fact::ReversalRequested(Reversal { redemption: "R-1".into(), points: Some(Points(20)) });
    let reversed = Decision::RedemptionReversed(RedemptionReversed {
        currency: points,
        points: Points(20),
        restored: smallvec![draw(1, 20, 100, 1, true)],
        of: None,
        stock: None,
        voided: None,
    });
    let debited = |drawn: Draw, arrears: i64| {
        Decision::Debited(Debited {
            currency: points,
            points: Points(drawn.points.0 + arrears),
            draws: smallvec![drawn],
            arrears: Points(arrears),
        })
    };
    let upgraded = Decision::TierChanged(TierChanged {
        ladder: LadderNumber(0),
        version: VersionNumber(1),
        from: TierNumber(0),
        to: TierNumber(1),
        why: TierReason::Upgraded,
        figures: Figures { spend: Money(4_494), points: Points(170), orders: 2, ..Figures::default() },
        thresholds: Figures { spend: Money(4_000), ..Figures::default() },
        until: Some(day(700)),
        counted_from: None,
        lifetime: None,
    });
    let activated = PointsActivated { lot: LotNumber(1), currency: points, points: Points(100), term: None };
    let paid = ArrearsPaid { lot: LotNumber(3), currency: points, points: Points(40) };
    let expired = Expired { lot: LotNumber(3), currency: points, points: Points(30) };

    let first_lots = [lot(1, 0, 100, day(15), Some(day(366))), lot(2, 1, 50, day(1), None)];
    let takes =
        [take(0, &[], &[draw(1, 60, 100, 1, true)], 40), take(1, &[], &[draw(2, 50, 50, 1, false)], 0)];
    let mut after_activation = batch(1, 20, None, redemption, vec![redeemed]);
    after_activation.decisions.insert(0, (day(15), Decision::PointsActivated(activated)));
    vec![
        batch(0, 0, Some("programme/1"), Fact::ProgrammePublished(programme), vec![]),
        named("mei", batch(1, 0, None, enrol(), vec![Decision::MemberJoined])),
        batch(1, 1, None, order("A"), vec![earned(1, &first_lots)]),
        named("会员-2", batch(2, 2, None, enrol(), vec![Decision::MemberJoined])),
        after_activation,
        batch(1, 21, Some("undo/1"), reversal, vec![reversed]),
        batch(1, 30, None, returned("RA", "A"), vec![clawed(&takes)]),
        batch(
            1,
            40,
            Some("till/9"),
            order("B"),
            vec![earned(1, &[lot(3, 0, 70, day(40), Some(day(405)))]), Decision::ArrearsPaid(paid), upgraded],
        ),
        batch(
            2,
            50,
            Some("case/1"),
            adjustment(500, Shortfall::FloorAtZero),
            vec![credited(lot(1, 0, 500, day(50), None))],
        ),
        batch(2, 51, None, order("A"), vec![earned(1, &[lot(2, 0, 90, day(65), None)])]),
        batch(
            2,
            52,
            None,
            returned("RA", "A"),
            vec![clawed(&[take(0, &[draw(2, 30, 90, 51, false)], &[], 0)])],
        ),
        batch(
            2,
            53,
            Some("case/2"),
            adjustment(-200, Shortfall::FloorAtZero),
            vec![debited(draw(1, 200, 500, 50, false), 0)],
        ),
        batch(
            2,
            54,
            Some("case/3"),
            adjustment(-325, Shortfall::Arrears),
            vec![debited(draw(1, 300, 500, 50, false), 25)],
        ),
        Batch {
            member: 1,
            name: None,
            effective_at: day(405),
            fact: None,
            decisions: vec![(day(405), Decision::Expired(expired))],
        },
    ]
}
