use smallvec::smallvec;

use super::*;
use crate::calendar::{Day, MonthDay};
use crate::event::{
    ArrearsPaid, CapEntry, ClawedBack, CreditSource, Credited, Draw, Expired, ExpiryChanged, Figures,
    HoldPlaced, HoldReleased, Idle, LotEnd, MergedFrom, MergedInto, MetricEntry, NewLot, PointsActivated,
    PointsEarned, Redeemed, RedemptionReversed, ReleaseReason, WrittenOff,
};
use crate::ids::{CapNumber, CurrencyNumber, LadderNumber, LotNumber, VersionNumber};
use crate::money::Money;

const POINTS: CurrencyNumber = CurrencyNumber(0);
const NOW: Instant = Instant(1_000_000);

fn credit(number: u32, points: i64, activates_at: Instant) -> Decision {
    let lot = NewLot {
        number: LotNumber(number),
        currency: POINTS,
        points: Points(points),
        activates_at,
        expires_at: None,
        idle: Idle::default(),
        policy: None,
    };
    Decision::Credited(Credited { lot, source: CreditSource::Adjustment, caps: smallvec![] })
}

fn draw(lot: u32, points: i64) -> Draw {
    Draw {
        lot: LotNumber(lot),
        points: Points(points),
        earned: Points(10),
        earned_at: NOW,
        expires_at: None,
        idle: Idle::default(),
    }
}

fn redeemed(draws: &[Draw]) -> Decision {
    let points = Points(draws.iter().map(|draw| draw.points.0).sum());
    let draws = draws.iter().copied().collect();
    Decision::Redeemed(Redeemed { currency: POINTS, points, worth: None, draws, stock: None, voucher: None })
}

fn reversed(draw: Draw) -> Decision {
    Decision::RedemptionReversed(RedemptionReversed {
        currency: POINTS,
        points: draw.points,
        restored: smallvec![draw],
        of: None,
        stock: None,
        voided: None,
    })
}

fn held(name: &str, draw: Draw) -> Decision {
    Decision::HoldPlaced(HoldPlaced {
        hold: name.into(),
        currency: POINTS,
        points: draw.points,
        worth: None,
        draws: smallvec![draw],
        expires_at: Instant::MAX,
        stock: None,
    })
}

fn released(name: &str, draw: Draw) -> Decision {
    Decision::HoldReleased(HoldReleased {
        hold: name.into(),
        currency: POINTS,
        points: draw.points,
        restored: smallvec![draw],
        why: ReleaseReason::Asked,
        stock: None,
    })
}

fn activated(lot: u32, points: i64) -> Decision {
    let (lot, points) = (LotNumber(lot), Points(points));
    Decision::PointsActivated(PointsActivated { lot, currency: POINTS, points, term: None })
}

/// Lot 1 with 10 points of which 4 are held as `H`; lot 2 with 5 that are pending; lot 3 with 10 that are spent.
fn state() -> MemberState {
    let mut state = MemberState::default();
    let later = Instant(NOW.0 + 1);
    let history = [
        credit(1, 10, NOW),
        held("H", draw(1, 4)),
        credit(2, 5, later),
        credit(3, 10, NOW),
        redeemed(&[draw(3, 10)]),
    ];
    history
        .iter()
        .for_each(|decision| apply(&mut state, NOW, decision).expect("each follows from those before"));
    state
}

/// Why a decision cannot follow; nothing where it can.
fn misfit(decision: Decision) -> &'static str {
    apply(&mut state(), NOW, &decision).map_or_else(|misfit| misfit.what, |()| "")
}

#[test]
fn a_decision_that_does_not_follow_from_the_state_says_what_does_not_fit() {
    let not_new = "the lot's number or points are not new";
    assert_eq!(misfit(credit(3, 1, NOW)), not_new);
    assert_eq!(misfit(credit(4, 0, NOW)), not_new);
    assert_eq!(misfit(credit(4, 1, NOW)), "");

    let nothing_left = "the lot has nothing left or never was";
    assert_eq!(misfit(redeemed(&[draw(3, 1)])), nothing_left);
    assert_eq!(misfit(redeemed(&[draw(4, 1)])), nothing_left);
    assert_eq!(misfit(redeemed(&[draw(1, 7)])), "the lot has less left");
    assert_eq!(misfit(redeemed(&[draw(1, 0)])), "the lot has less left");
    assert_eq!(misfit(redeemed(&[draw(1, 6)])), "");

    assert_eq!(misfit(reversed(draw(4, 1))), "the lot never was");
    assert_eq!(misfit(reversed(draw(3, 11))), "the lot never was");
    assert_eq!(misfit(reversed(draw(1, 5))), "more comes back than the lot ever had");
    assert_eq!(misfit(reversed(draw(3, 10))), "");

    assert_eq!(misfit(released("K", draw(1, 4))), "the hold is not open");
    assert_eq!(misfit(released("H", draw(1, 4))), "");
    assert_eq!(misfit(Decision::VoucherUsed([0; 32])), "the voucher is not open");

    let not_pending = "the lot is not pending with these points";
    assert_eq!(misfit(activated(1, 6)), not_pending);
    assert_eq!(misfit(activated(2, 4)), not_pending);
    assert_eq!(misfit(activated(2, 5)), "");
}

#[test]
fn no_balance_falls_below_zero_and_no_sum_wraps() {
    let below = "a balance would fall below zero";
    let written_off = |points| Decision::WrittenOff(WrittenOff { currency: POINTS, points: Points(points) });
    assert_eq!(misfit(written_off(1)), below);
    let paid = ArrearsPaid { lot: LotNumber(1), currency: POINTS, points: Points(1) };
    assert_eq!(misfit(Decision::ArrearsPaid(paid)), below);
    assert_eq!(misfit(credit(4, i64::MAX, NOW)), "a sum is out of range");
    assert_eq!(misfit(reversed(draw(1, i64::MAX))), "a sum is out of range");
}

#[test]
fn members_with_an_open_hold_of_one_name_cannot_become_one() {
    let merged = |name: &str| {
        let mut from = MemberState::default();
        apply(&mut from, NOW, &credit(1, 10, NOW)).expect("a first lot");
        apply(&mut from, NOW, &held(name, draw(1, 1))).expect("it has as much");
        Decision::MergedFrom(MergedFrom {
            from: "bob".into(),
            state: Box::new(from),
            ladders: smallvec![],
            grants: smallvec![],
        })
    };
    assert_eq!(misfit(merged("H")), "both have an open hold of one name");
    assert_eq!(misfit(merged("K")), "");
}

#[test]
fn a_misfit_names_the_decision() {
    let expired = Expired { lot: LotNumber(9), currency: POINTS, points: Points(1) };
    let misfit = apply(&mut state(), NOW, &Decision::Expired(expired)).expect_err("there is no such lot");
    assert_eq!(
        misfit.to_string(),
        "a Expired does not fit the state before it: the lot has nothing left or never was"
    );
    let end = LotEnd { lot: LotNumber(9), from: None, to: None };
    let changed = ExpiryChanged { currency: POINTS, lots: smallvec![end] };
    let misfit =
        apply(&mut state(), NOW, &Decision::ExpiryChanged(changed)).expect_err("there is no such lot");
    assert_eq!(misfit.decision, "ExpiryChanged");
}

fn earned(forget_before: Day, caps: &[CapEntry], metrics: &[MetricEntry]) -> Decision {
    Decision::PointsEarned(PointsEarned {
        version: VersionNumber(1),
        order_number: 1,
        eligible: smallvec![],
        shares: smallvec![],
        caps: caps.iter().copied().collect(),
        lots: smallvec![],
        metrics: metrics.iter().copied().collect(),
        forget_before,
        on: Trigger::Order,
        activity: None,
        streak: None,
        cooldowns: smallvec![],
        budgets: smallvec![],
    })
}

fn returned(caps: &[CapEntry], metrics: &[MetricEntry]) -> Decision {
    Decision::ClawedBack(ClawedBack {
        takes: smallvec![],
        caps: caps.iter().copied().collect(),
        metrics: metrics.iter().copied().collect(),
        whole: true,
        budgets: smallvec![],
        cooldowns: smallvec![],
        referral_cancelled: false,
    })
}

fn cap(period: Day, used: i64) -> CapEntry {
    CapEntry { cap: CapNumber(0), period, room: Points(100), used: Points(used) }
}

/// Figures of a period count on one ladder, those for ever on another.
fn metric(bucket: Day, spend: i64, points: i64, orders: i64) -> MetricEntry {
    let figures = Figures { spend: Money(spend), points: Points(points), orders, ..Figures::default() };
    let ladder = LadderNumber(u8::from(bucket != Day::EVER));
    MetricEntry { ladder, bucket, figures, challenge: false }
}

/// Periods, and what was used or spent in each.
type Periods = Vec<(Day, i64)>;

/// Of which periods caps and figures are kept.
fn kept(state: &MemberState) -> (Periods, Periods) {
    let buckets = state.ladders.iter().flat_map(|ladder| &ladder.buckets);
    (
        state.caps.iter().map(|cap| (cap.period, cap.used.0)).collect(),
        buckets.map(|bucket| (bucket.start, bucket.figures.spend.0)).collect(),
    )
}

#[test]
fn counters_of_periods_that_no_fact_can_reach_are_forgotten_but_for_those_for_ever() {
    let mut state = MemberState::default();
    let mut take = |decision| apply(&mut state, NOW, &decision).map(|()| kept(&state)).expect("it follows");
    let days = [Day::EVER, Day(9), Day(10), Day(11)];
    for day in days {
        take(earned(Day(0), &[cap(day, 5)], &[metric(day, 500, 5, 1)]));
    }
    let caps = vec![(Day::EVER, 5), (Day(10), 5), (Day(11), 5)];
    let figures = vec![(Day::EVER, 500), (Day(10), 500), (Day(11), 500)];
    assert_eq!(take(earned(Day(10), &[], &[])), (caps.clone(), figures.clone()));
    // What comes back of a period that is forgotten has nothing to be taken from.
    assert_eq!(take(returned(&[cap(Day(9), -5)], &[metric(Day(9), -500, -5, -1)])), (caps, figures));
    let (caps, figures) = take(returned(&[cap(Day(10), -5)], &[metric(Day(10), -400, -5, -1)]));
    assert_eq!((caps[1], figures[1]), ((Day(10), 0), (Day(10), 100)));
    // What counts and what counts for nothing but itself begin a period.
    assert_eq!(take(earned(Day(0), &[], &[metric(Day(12), 0, 0, 1)])).1.len(), 4);
    assert_eq!(take(earned(Day(0), &[], &[metric(Day(13), 0, 7, 0)])).1.len(), 5);
    assert_eq!(take(earned(Day(0), &[], &[metric(Day(14), 7, 0, 0)])).1.len(), 6);
    assert_eq!(take(earned(Day(0), &[cap(Day(14), 0)], &[metric(Day(15), 0, 0, 0)])).1.len(), 6);
    let mut state = MemberState::default();
    let mut take = |decision| apply(&mut state, NOW, &decision).map(|()| kept(&state)).expect("it follows");
    take(earned(Day(0), &[cap(Day(9), 5)], &[metric(Day(9), 500, 5, 1)]));
    assert_eq!(take(earned(Day(10), &[], &[])), (vec![], vec![]));
}

#[test]
fn who_became_part_of_another_leaves_who_they_were_and_nothing_they_had() {
    let mut state = state();
    apply(&mut state, NOW, &Decision::MemberJoined).expect("anybody can join");
    let birthday = MonthDay::new(6, 1);
    let profile = Profile { birthday, ..Profile::default() };
    apply_enrolment(&mut state, &Enrolment { profile, referred_by: Some("ann".into()) });
    state.birthday_at = Some(NOW);
    let was = state.clone();
    let balances = state.balances.clone();
    apply(&mut state, NOW, &Decision::MergedInto(MergedInto { into: "bob".into(), balances }))
        .expect("it follows");
    assert_eq!((state.joined_at, state.settled_to, state.last_lot), (Some(NOW), NOW, was.last_lot));
    assert_eq!(
        (state.profile.birthday, state.birthday_at, &state.referral),
        (birthday, Some(NOW), &was.referral)
    );
    assert_eq!(state.status.merged_into.as_deref(), Some("bob"));
    assert!(state.lots.is_empty() && state.holds.is_empty());
}

#[test]
fn a_balance_that_was_altered_shows() {
    let mut balance = state().balance(POINTS);
    assert_eq!(balance.imbalance(), 0);
    balance.redeemed.0 -= 1;
    assert_eq!(balance.imbalance(), -1);
}
