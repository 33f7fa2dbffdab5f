//! When lots start and end: activation, inactivity, changed ends, reinstatement.

use tallybook_core::fact::{ExpiryChange, Fulfilment, NewEnd, Reinstatement};
use tallybook_core::ids::LotNumber;

use super::*;

fn with_activation(activation: ActivationSpec) -> Spec {
    let mut spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
    spec.currencies[0].activation = activation;
    spec
}

fn fulfilled(order: &str) -> Fact<'static> {
    Fact::OrderFulfilled(Fulfilment { order: text(order) })
}

fn change_ends(lot: Option<u32>, to: NewEnd) -> Fact<'static> {
    Fact::ExpiryChangeRequested(ExpiryChange {
        currency: text("points"),
        lot: lot.map(LotNumber),
        to,
        actor: text("clerk"),
        reason: text("goodwill"),
    })
}

fn reinstate(lot: u32, expires_at: Option<&str>) -> Fact<'static> {
    Fact::ReinstatementRequested(Reinstatement {
        lot: LotNumber(lot),
        expires_at: expires_at.map(at),
        actor: text("clerk"),
        reason: text("goodwill"),
    })
}

/// Ends after so many months in which nothing of the usual kinds was done.
fn idle(months: u32) -> Spec {
    with_rules_and(ExpirySpec::inactivity(months))
}

fn with_rules_and(expiry: ExpirySpec) -> Spec {
    let mut spec = with_rules(vec![]);
    spec.currencies[0].expiry = expiry;
    spec
}

#[test]
fn s10_points_for_a_date_wait_for_it_and_later_ones_do_not() {
    let mut case = case(with_activation(ActivationSpec::OnDate(day(2026, 2, 1))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.ends("2026-01-05"), ["2026-02-12T00:00:00Z"]);
    assert_eq!(case.balance("2026-01-31T23:59:59Z").pending, 10);
    assert_eq!(case.available("2026-02-01T00:00:00Z"), 10);
    case.order("2026-02-05", "B", 500).unwrap();
    assert_eq!(case.available("2026-02-05"), 15);
}

#[test]
fn s10_points_wait_for_their_order_and_their_clock_starts_with_it() {
    let mut case = case(with_activation(ActivationSpec::OnFulfilment(14)));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.balance("2026-01-15").pending, 10);
    assert_eq!(case.tell("2026-01-15", fulfilled("B")), refused("unknown_order"));
    case.tell("2026-01-15", fulfilled("A")).unwrap();
    assert_eq!(
        (case.available("2026-01-15"), case.ends("2026-01-15")),
        (10, vec!["2026-01-26T00:00:00Z".into()])
    );
    let again = case.0.submit("M", Some("again"), at("2026-01-16"), &[fulfilled("A")], at("2026-01-16"));
    assert_eq!(again.unwrap().happenings, []);
}

#[test]
fn s10_points_of_an_order_that_does_not_come_are_cancelled_and_count_as_taken_back() {
    let mut case = case(with_activation(ActivationSpec::OnFulfilment(14)));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.balance("2026-01-19T23:59:59Z").pending, 10);
    let gone = case.balance("2026-01-20T00:00:00Z");
    assert_eq!((gone.pending, gone.forfeited, gone.expired), (0, 10, 0));
    assert_eq!(case.tell("2026-01-20", fulfilled("A")), refused("fulfilment_too_late"));
    case.tell("2026-01-21", Fact::OrderReturned(whole_return("R", "A"))).unwrap();
    assert_eq!((case.balance("2026-01-21").arrears, case.balance("2026-01-21").clawed_back), (0, 0));
}

#[test]
fn s10_points_that_come_with_their_order_too_late_for_their_clock_expire_at_once() {
    let mut spec = with_activation(ActivationSpec::OnFulfilment(14));
    spec.currencies[0].expiry.ends[0].counts_from_earning = true;
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    let outcome = case.tell("2026-01-17", fulfilled("A")).unwrap();
    assert_eq!(names(&outcome.happenings), ["PointsActivated", "Expired"]);
    assert_eq!(case.balance("2026-01-17").expired, 10);
}

#[test]
fn s11_doing_something_moves_the_end_and_doing_nothing_lets_all_go() {
    let mut case = case(idle(12));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.ends("2026-01-05"), ["2027-01-06T00:00:00Z"]);
    let outcome = case.check_in("2026-06-10", "1").unwrap();
    assert_eq!(names(&outcome.happenings), ["PointsEarned", "Renewed"]);
    assert_eq!(case.ends("2026-06-10"), ["2027-06-11T00:00:00Z"]);
    // Nothing moves within the day, and adjustments are not the member's doing.
    let outcome = case.check_in("2026-06-10", "2").unwrap();
    assert_eq!(names(&outcome.happenings), ["PointsEarned"]);
    case.adjust("2026-07-01", 5, Shortfall::FloorAtZero).unwrap();
    assert_eq!(case.available("2027-06-10T23:59:59Z"), 15);
    assert_eq!(case.available("2027-06-11T00:00:00Z"), 5);
    assert_eq!(case.available("2027-07-02T00:00:00Z"), 0);
}

#[test]
fn s11_the_earlier_of_two_ends_counts_and_nothing_moves_it_past_the_settled_one() {
    let after = EndSpec { at: EndAt::AfterMonths(18, RoundTo::Day), counts_from_earning: false };
    let mut case = case(with_rules_and(ExpirySpec { ends: vec![after], ..ExpirySpec::inactivity(12) }));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.ends("2026-01-05"), ["2027-01-06T00:00:00Z"]);
    case.check_in("2026-12-01", "1").unwrap();
    assert_eq!(case.ends("2026-12-01"), ["2027-07-06T00:00:00Z"]);
}

#[test]
fn s18_what_comes_back_has_the_end_that_doings_since_have_given() {
    let mut case = case(idle(12));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.redeem("2026-02-01", "D", 6).unwrap();
    case.redeem("2026-03-01", "E", 4).unwrap();
    assert_eq!(case.ends("2026-03-01"), [""; 0]);
    // The second redemption moved nothing, as nothing was left; the first moved what was.
    case.reverse("2026-04-01", "D", 6).unwrap();
    assert_eq!(case.ends("2026-04-01"), ["2027-02-02T00:00:00Z"]);
}

#[test]
fn s14_ends_are_changed_for_one_lot_or_all() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.order("2026-01-06", "B", 2_000).unwrap();
    case.tell("2026-01-07", change_ends(None, NewEnd::PlusDays(5))).unwrap();
    assert_eq!(case.ends("2026-01-07"), ["2026-01-21T00:00:00Z", "2026-01-22T00:00:00Z"]);
    case.tell("2026-01-08", change_ends(Some(2), NewEnd::Never)).unwrap();
    assert_eq!(case.ends("2026-01-08"), ["2026-01-21T00:00:00Z", "never"]);
    case.tell("2026-01-09", change_ends(Some(1), NewEnd::At(at("2026-01-10T08:00:00Z")))).unwrap();
    assert_eq!(case.available("2026-01-10T07:59:59Z"), 30);
    assert_eq!(case.available("2026-01-10T08:00:00Z"), 20);
    for (lot, to, code) in [
        (Some(1), NewEnd::Never, "unknown_lot"),
        (Some(3), NewEnd::Never, "unknown_lot"),
        (Some(2), NewEnd::Never, "nothing_to_change"),
        (None, NewEnd::PlusDays(1), "nothing_to_change"),
        (None, NewEnd::At(at("2026-01-11")), "ends_in_the_past"),
    ] {
        assert_eq!(case.tell("2026-01-11", change_ends(lot, to)), refused(code));
    }
}

#[test]
fn s14_a_changed_end_is_no_longer_moved_by_doings() {
    let mut case = case(idle(12));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.tell("2026-01-06", change_ends(Some(1), NewEnd::At(at("2026-03-01")))).unwrap();
    case.check_in("2026-02-01", "1").unwrap();
    assert_eq!(case.ends("2026-02-01"), ["2026-03-01T12:00:00Z"]);
}

#[test]
fn s14_expired_points_come_back_as_a_lot_within_the_window() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.redeem("2026-01-06", "D", 4).unwrap();
    assert_eq!(case.tell("2026-01-06T13:00:00Z", reinstate(1, None)), refused("nothing_to_reinstate"));
    assert_eq!(case.balance("2026-01-16").expired, 6);
    let mut late = Case(case.0.clone());
    // Expired on the 16th: 30 days later is the last day.
    assert_eq!(late.tell("2026-02-16T00:00:00Z", reinstate(1, None)), refused("reinstatement_too_late"));
    case.tell("2026-02-15T23:59:59Z", reinstate(1, None)).unwrap();
    let balance = case.balance("2026-02-16");
    assert_eq!((balance.available, balance.expired), (6, 0));
    assert_eq!(case.ends("2026-02-16"), ["2026-02-26T00:00:00Z"]);
    assert_eq!(case.tell("2026-02-16", reinstate(1, None)), refused("nothing_to_reinstate"));
    assert_eq!(case.tell("2026-02-17", reinstate(9, None)), refused("nothing_to_reinstate"));
    // The lot belongs to its order: a return finds it there.
    case.tell("2026-02-18", Fact::OrderReturned(whole_return("R", "A"))).unwrap();
    let balance = case.balance("2026-02-18");
    assert_eq!((balance.available, balance.clawed_back, balance.arrears), (0, 10, 4));
}

#[test]
fn s14_reinstated_points_may_be_given_an_end_and_pay_what_is_owed() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.adjust("2026-01-20", -4, Shortfall::Arrears).unwrap();
    assert_eq!(case.tell("2026-01-20", reinstate(1, Some("2026-01-20"))), refused("ends_in_the_past"));
    case.tell("2026-01-21", reinstate(1, Some("2026-05-01"))).unwrap();
    assert_eq!(
        (case.available("2026-01-21"), case.ends("2026-01-21")),
        (6, vec!["2026-05-01T12:00:00Z".into()])
    );
}

#[test]
fn s15_settling_every_day_or_never_makes_no_difference() {
    let mut spec = with_rules(vec![bonus("cake", On::Birthday, 10), bonus("years", On::Anniversary, 5)]);
    spec.currencies[0].expiry = ends(EndAt::AfterMonths(2, RoundTo::Month));
    spec.currencies[0].activation = ActivationSpec::OnFulfilment(20);
    spec.ladders = vec![LadderSpec { period: LadderPeriod::RollingDays(40), grace_days: 3, ..three_tiers() }];
    let mut case = case(spec);
    let profile = born_on(3, 31);
    case.tell("2026-01-05", Fact::MemberEnrolled(Enrolment { profile, referred_by: None })).unwrap();
    case.order("2026-02-05", "A", 12_000).unwrap();
    case.tell("2026-02-06", fulfilled("A")).unwrap();
    case.order("2026-03-20", "B", 1_000).unwrap();
    case.redeem("2026-03-21", "D", 20).unwrap();
    let mut swept = case.0.clone();
    for days in 0..500 {
        swept.sweep(at("2026-03-22").plus_days(days));
    }
    let end = at("2027-07-01");
    let happenings = swept.happenings("M", end);
    assert_eq!(happenings, case.0.happenings("M", end));
    for name in ["PointsActivated", "LotCancelled", "Expired", "TierChanged"] {
        assert!(names(&happenings).contains(&name), "{name} was to be met");
    }
}
