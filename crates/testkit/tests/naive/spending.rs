//! Holds, rewards, vouchers, and orders paid by a redemption.

use tallybook_core::fact::{Capture, HoldRequest, Release, VoucherUse};
use tallybook_testkit::naive::{NaiveQuote, NaiveWish};

use super::*;

const CODE: [u8; 32] = [7; 32];

fn hold(id: &str, points: i64, expires_at: &str) -> Fact<'static> {
    Fact::HoldRequested(HoldRequest {
        id: text(id),
        currency: text("points"),
        points: Points(points),
        expires_at: at(expires_at),
        purpose: mug(),
    })
}

fn capture(hold: &str, points: Option<i64>) -> Fact<'static> {
    Fact::CaptureRequested(Capture { hold: text(hold), points: points.map(Points) })
}

fn release(hold: &str) -> Fact<'static> {
    Fact::ReleaseRequested(Release { hold: text(hold) })
}

/// Ten points that end with 15 January.
fn ten_points() -> Case {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    case
}

#[test]
fn s17_held_points_cannot_be_spent_twice_and_do_not_expire_until_they_come_back() {
    let mut case = ten_points();
    case.tell("2026-01-06", hold("H", 6, "2026-01-20T00:00:00Z")).expect("the case is sound");
    assert_eq!((case.available("2026-01-06"), case.balance("2026-01-06").held), (4, 6));
    assert_eq!(case.redeem("2026-01-06", "D", 5), refused("insufficient_points"));
    assert_eq!(case.redeem("2026-01-06", "H", 1), refused("duplicate_redemption"));
    let there = case.balance("2026-01-19");
    assert_eq!((there.held, there.expired), (6, 4));
    let gone = case.balance("2026-01-20T00:00:00Z");
    assert_eq!((gone.held, gone.available, gone.expired), (0, 0, 10));
    assert_eq!(case.tell("2026-01-20", capture("H", None)), refused("unknown_hold"));
}

#[test]
fn s17_a_capture_spends_a_part_and_releases_the_rest_and_can_be_reversed() {
    let mut case = ten_points();
    case.tell("2026-01-06", hold("H", 6, "2026-01-20")).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", capture("H", Some(7))), refused("over_captured"));
    assert_eq!(case.reverse("2026-01-07", "H", 1), refused("unknown_redemption"));
    case.tell("2026-01-07", capture("H", Some(4))).expect("the case is sound");
    let balance = case.balance("2026-01-07");
    assert_eq!((balance.available, balance.held, balance.redeemed), (6, 0, 4));
    case.reverse("2026-01-08", "H", 3).expect("the case is sound");
    assert_eq!(case.available("2026-01-08"), 9);
    assert_eq!(case.reverse("2026-01-08T13:00:00Z", "H", 2), refused("over_reversed"));
}

#[test]
fn s17_released_points_come_back_pay_what_is_owed_and_their_name_stays_taken() {
    let mut case = ten_points();
    case.tell("2026-01-06", hold("H", 10, "2026-01-14")).expect("the case is sound");
    case.adjust("2026-01-07", -3, Shortfall::Arrears).expect("the case is sound");
    case.tell("2026-01-08", release("H")).expect("the case is sound");
    let balance = case.balance("2026-01-08");
    assert_eq!((balance.available, balance.held, balance.arrears), (7, 0, 0));
    assert_eq!(case.tell("2026-01-08", release("H")).map(|done| done.repeated), Ok(true));
    let again = case.0.submit("M", Some("again"), at("2026-01-09"), &[release("H")], at("2026-01-09"));
    assert_eq!(again, refused("unknown_hold"));
    let again = case.0.submit(
        "M",
        Some("hold again"),
        at("2026-01-09"),
        &[hold("H", 1, "2026-01-14")],
        at("2026-01-09"),
    );
    assert_eq!(again, refused("duplicate_redemption"));
}

#[test]
fn s17_a_hold_must_end_later_and_a_blocked_member_places_none_but_captures() {
    let mut case = ten_points();
    assert_eq!(case.tell("2026-01-06", hold("G", 1, "2026-01-06")), refused("hold_ends_in_the_past"));
    case.tell("2026-01-06", hold("H", 1, "2026-01-10")).expect("the case is sound");
    let block = tallybook_core::fact::Block {
        earning: false,
        redeeming: true,
        actor: text("clerk"),
        reason: text("fraud"),
    };
    case.tell("2026-01-07", Fact::BlockRequested(block)).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", hold("I", 1, "2026-01-10")), refused("redeeming_blocked"));
    assert_eq!(case.redeem("2026-01-07", "D", 1), refused("redeeming_blocked"));
    case.tell("2026-01-08", capture("H", None)).expect("the case is sound");
}

fn coffee() -> Spec {
    let mut spec = with_ladder(three_tiers());
    spec.rewards = vec![RewardSpec {
        id: "coffee".to_owned(),
        currency: "points".to_owned(),
        points: 30,
        stock: Some(1),
        from: Some(day(2026, 1, 1)),
        until: Some(day(2026, 2, 1)),
        tier: vec![("status".to_owned(), "silver".to_owned())],
    }];
    spec
}

#[test]
fn s16_a_listed_reward_has_a_price_a_time_a_tier_and_a_stock() {
    let mut case = case(coffee());
    case.order("2026-01-05", "A", 9_999).expect("the case is sound");
    let cup = || Purpose::Reward(text("coffee"));
    assert_eq!(case.redeem("2026-01-06", "D", 30), refused("unknown_reward"));
    assert_eq!(case.redeem_for("2026-01-06", "D", 29, false, cup()), refused("wrong_price"));
    assert_eq!(case.redeem_for("2026-01-06", "D", 30, false, cup()), refused("reward_not_available"));
    case.order("2026-01-07", "B", 1).expect("the case is sound");
    case.order_of("N", "2026-01-07", "B", 10_000).expect("the case is sound");
    case.redeem_for("2026-01-08", "D", 30, false, cup()).expect("the case is sound");
    assert_eq!(case.0.pieces_gone("coffee"), 1);
    let other = || Fact::RedemptionRequested(redemption("D", 30, Purpose::Reward(text("coffee"))));
    assert_eq!(case.tell_of("N", "2026-01-09", other()), refused("out_of_stock"));
    case.reverse("2026-01-10", "D", 29).expect("the case is sound");
    assert_eq!(case.0.pieces_gone("coffee"), 1);
    case.reverse("2026-01-11", "D", 1).expect("the case is sound");
    assert_eq!(case.0.pieces_gone("coffee"), 0);
    assert_eq!(case.tell_of("N", "2026-02-01T00:00:00Z", other()), refused("reward_not_available"));
    case.tell_of("N", "2026-01-31", other()).expect("the case is sound");
}

#[test]
fn s16_a_piece_that_is_held_comes_back_when_the_hold_ends() {
    let mut case = case(coffee());
    case.order("2026-01-05", "A", 10_000).expect("the case is sound");
    case.order_of("N", "2026-01-05", "A", 10_000).expect("the case is sound");
    let cup = Purpose::Reward(text("coffee"));
    let Fact::HoldRequested(request) = hold("H", 30, "2026-01-10") else { unreachable!() };
    case.tell("2026-01-06", Fact::HoldRequested(HoldRequest { purpose: cup.clone(), ..request }))
        .expect("the case is sound");
    let other = Fact::RedemptionRequested(redemption("D", 30, cup));
    assert_eq!(case.tell_of("N", "2026-01-07", other.clone()), refused("out_of_stock"));
    // The member's next fact settles the hold that has run out.
    case.order("2026-01-11", "B", 1).expect("the case is sound");
    case.tell_of("N", "2026-01-11", other).expect("the case is sound");
    assert_eq!(case.0.pieces_gone("coffee"), 1);
}

#[test]
fn s16_a_listed_reward_is_whole_even_where_partial_is_asked() {
    let mut spec = coffee();
    spec.rewards[0].tier.clear();
    let mut case = case(spec);
    case.order("2026-01-05", "A", 2_900).expect("the case is sound");
    let cup = Purpose::Reward(text("coffee"));
    assert_eq!(case.redeem_for("2026-01-06", "D", 30, true, cup), refused("insufficient_points"));
}

#[test]
fn s16_a_quote_tells_what_may_pay_and_what_limits_it() {
    let mut spec = Spec::plain();
    spec.currencies[0].cash =
        Some(CashSpec { points: 10, per: 100, min_points: 20, step: 10, max_share_percent: 50 });
    let mut case = case(spec);
    case.order("2026-01-05", "A", 10_500).expect("the case is sound");
    for (total, wish, points, worth, limited_by) in [
        (9_900, NaiveWish::All, 100, 1_000, "balance"),
        (1_500, NaiveWish::All, 70, 700, "order_share"),
        (9_900, NaiveWish::Points(45), 40, 400, "wish"),
        // $3.01 are 30.1 points: 31 would pay it, of which steps leave 30.
        (9_900, NaiveWish::Amount(301), 30, 300, "wish"),
        (9_900, NaiveWish::Points(19), 0, 0, "minimum"),
    ] {
        let quote = case.0.quote("M", "points", total, wish, at("2026-01-06"));
        assert_eq!(quote, Some(NaiveQuote { points, worth, limited_by }));
    }
}

fn present(code: [u8; 32]) -> Fact<'static> {
    Fact::VoucherPresented(VoucherUse { code })
}

#[test]
fn s16_a_voucher_opens_once_with_its_code_and_within_its_days() {
    let mut case = case(Spec { voucher_days: Some(10), ..Spec::plain() });
    case.order("2026-01-05", "A", 10_000).expect("the case is sound");
    let issue = |case: &mut Case, time: &str, id: &str, code: u8| {
        case.redeem_for(time, id, 10, false, voucher("five", Some([code; 32])))
    };
    issue(&mut case, "2026-01-06", "D", 1).expect("the case is sound");
    assert_eq!(issue(&mut case, "2026-01-06", "E", 1), refused("duplicate_voucher"));
    assert_eq!(case.tell("2026-01-07", present(CODE)), refused("unknown_voucher"));
    case.tell("2026-01-16T23:59:59Z", present([1; 32])).expect("the case is sound");
    assert_eq!(case.tell("2026-01-16T23:59:59.5Z", present([1; 32])), refused("unknown_voucher"));
    assert_eq!(case.reverse("2026-01-17", "D", 1), refused("voucher_used"));
    issue(&mut case, "2026-01-17", "F", 2).expect("the case is sound");
    assert_eq!(case.tell("2026-01-28T00:00:00Z", present([2; 32])), refused("voucher_expired"));
    case.reverse("2026-01-28", "F", 1).expect("the case is sound");
    assert_eq!(case.tell("2026-01-28", present([2; 32])), refused("unknown_voucher"));
}

/// Order B of $60 with $5 of shipping, of which $20 were paid by redemption D of 20 points.
fn paid_by_points() -> Case {
    let mut case = case(Spec::plain());
    case.order("2026-01-05", "A", 10_000).expect("the case is sound");
    case.redeem("2026-01-06", "D", 20).expect("the case is sound");
    let paid = Order {
        shipping: Money(500),
        paid_with_points: Money(2_000),
        redemption: Some(text("D")),
        ..order("B", vec![line(4_000), line(2_000)])
    };
    case.tell("2026-01-06", Fact::OrderPlaced(paid)).expect("the case is sound");
    assert_eq!(case.available("2026-01-06"), 80 + 40);
    case
}

fn return_line(id: &str, line: &str, points_back: Option<i64>) -> Fact<'static> {
    let lines = vec![ReturnedLine { line: text(line), part: ReturnedPart::All }];
    Fact::OrderReturned(Return { lines, points_back: points_back.map(Points), ..whole_return(id, "B") })
}

#[test]
fn s25_points_that_paid_come_back_pro_rata_and_all_of_them_with_the_last_line() {
    let mut case = paid_by_points();
    let outcome = case.tell("2026-01-07", return_line("R", "2", None)).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["RedemptionReversed", "ClawedBack"]);
    // $20 of $65 went back: floor(20 * 20 / 65) = 6. What is kept earns 1 for each of $40 - $20.
    assert_eq!((case.balance("2026-01-07").redeemed, case.available("2026-01-07")), (14, 80 + 40 + 6 - 20));
    case.tell("2026-01-08", return_line("S", "1", None)).expect("the case is sound");
    assert_eq!((case.balance("2026-01-08").redeemed, case.available("2026-01-08")), (0, 100));
}

#[test]
fn s25_the_callers_figure_counts_as_far_as_something_is_left() {
    let mut case = paid_by_points();
    assert_eq!(case.tell("2026-01-07", return_line("R", "2", Some(21))), refused("over_reversed"));
    case.tell("2026-01-07", return_line("R", "2", Some(0))).expect("the case is sound");
    assert_eq!(case.balance("2026-01-07").redeemed, 20);
    case.reverse("2026-01-08", "D", 15).expect("the case is sound");
    case.tell("2026-01-09", return_line("S", "1", None)).expect("the case is sound");
    assert_eq!(case.balance("2026-01-09").redeemed, 0);
}

#[test]
fn s25_an_order_names_a_redemption_that_is_there() {
    let mut case = ten_points();
    let paid = Order { redemption: Some(text("D")), ..order("B", vec![line(100)]) };
    assert_eq!(case.tell("2026-01-06", Fact::OrderPlaced(paid)), refused("unknown_redemption"));
    let back = Return { points_back: Some(Points(1)), ..whole_return("R", "A") };
    assert_eq!(case.tell("2026-01-06", Fact::OrderReturned(back)), refused("no_redemption_paid"));
}
