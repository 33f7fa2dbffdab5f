//! What ties members together and what becomes of them: transfers, purchases, debts, merges, leaving.

use tallybook_core::fact::{Closure, HoldRequest, Merge, Purchase, Transfer, WriteOff};
use tallybook_core::programme::plan::OnClose;

use super::*;

fn send(id: &str, to: &str, points: i64) -> Fact<'static> {
    Fact::TransferRequested(Transfer {
        id: text(id),
        to: text(to),
        currency: text("points"),
        points: Points(points),
        gift: false,
    })
}

fn buy(id: &str, points: i64) -> Fact<'static> {
    Fact::PointsPurchased(Purchase {
        id: text(id),
        currency: text("points"),
        points: Points(points),
        price: None,
        giver: None,
    })
}

fn merge_into(into: &str) -> Fact<'static> {
    Fact::MergeRequested(Merge { into: text(into), actor: text("clerk"), reason: text("one person") })
}

fn leave(points: Option<OnClose>) -> Fact<'static> {
    Fact::ClosureRequested(Closure { points, actor: text("clerk"), reason: text("asked") })
}

fn with_transfers(terms: TransferSpec) -> Spec {
    let mut spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
    spec.currencies[0].transfer = Some(terms);
    spec
}

const FREE: TransferSpec =
    TransferSpec { allowance: AllowanceSpec::FREE, restart: false, fee_points: 0, fee_basis_points: 0 };

#[test]
fn s19_a_transfer_moves_lots_with_their_ends_and_takes_a_fee_from_what_is_left() {
    let mut case = case(with_transfers(TransferSpec { fee_points: 1, fee_basis_points: 250, ..FREE }));
    case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    case.order("2026-01-06", "B", 3_000).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", send("T", "N", 20)), refused("unknown_member"));
    case.order_of("N", "2026-01-07", "A", 100).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", send("T", "M", 20)), refused("same_member"));
    // The fee is 1 and 2.5 % of 39, rounded up: 2.
    assert_eq!(case.tell("2026-01-07", send("T", "N", 39)), refused("insufficient_points"));
    let outcome = case.tell("2026-01-08", send("T", "N", 20)).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["TransferSent"]);
    assert_eq!(names(&outcome.others["N"]), ["TransferReceived"]);
    let sender = case.balance("2026-01-08");
    assert_eq!((sender.available, sender.sent, sender.forfeited), (18, 20, 2));
    let receiver = case.balance_of("N", "2026-01-08");
    assert_eq!((receiver.available, receiver.received, receiver.issued), (21, 20, 1));
    assert_eq!(case.balance_of("N", "2026-01-16T00:00:00Z").expired, 10);
    assert_eq!(case.balance_of("N", "2026-01-17T00:00:00Z").expired, 20);
}

#[test]
fn s19_sent_points_may_begin_anew_and_pay_the_receivers_debt() {
    let mut case = case(with_transfers(TransferSpec { restart: true, ..FREE }));
    case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    case.order_of("N", "2026-01-05", "A", 400).expect("the case is sound");
    case.tell_of("N", "2026-01-06", Fact::RedemptionRequested(redemption("D", 4, mug())))
        .expect("the case is sound");
    case.tell_of("N", "2026-01-07", Fact::OrderReturned(whole_return("R", "A"))).expect("the case is sound");
    case.tell("2026-01-08", send("T", "N", 10)).expect("the case is sound");
    let receiver = case.balance_of("N", "2026-01-18T23:59:59Z");
    assert_eq!((receiver.available, receiver.arrears), (6, 0));
    assert_eq!(case.balance_of("N", "2026-01-19T00:00:00Z").expired, 6);
}

#[test]
fn s19_transfers_have_a_least_a_most_and_a_limit() {
    let allowance = AllowanceSpec { min_points: 2, max_points: Some(6), limit: Some((8, CapPeriod::Month)) };
    let mut case = case(with_transfers(TransferSpec { allowance, ..FREE }));
    case.order_of("N", "2026-01-05", "A", 100).expect("the case is sound");
    case.order("2026-01-28", "A", 2_000).expect("the case is sound");
    assert_eq!(case.tell("2026-01-28", send("S", "N", 1)), refused("below_minimum"));
    assert_eq!(case.tell("2026-01-28", send("S", "N", 7)), refused("above_maximum"));
    case.tell("2026-01-28", send("S", "N", 6)).expect("the case is sound");
    assert_eq!(case.tell("2026-01-29", send("T", "N", 3)), refused("over_limit"));
    case.tell("2026-01-29", send("T", "N", 2)).expect("the case is sound");
    case.tell("2026-02-01", send("U", "N", 6)).expect("the case is sound");
    let mut closed = super::case(Spec::plain());
    closed.order_of("N", "2026-01-05", "A", 100).expect("the case is sound");
    assert_eq!(closed.tell("2026-01-28", send("S", "N", 6)), refused("transfers_not_allowed"));
}

#[test]
fn s19_bought_points_are_a_lot_and_may_be_limited() {
    let mut spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
    let limit = Some((50, CapPeriod::Year));
    spec.currencies[0].purchase = Some(AllowanceSpec { limit, ..AllowanceSpec::FREE });
    let mut case = case(spec);
    case.tell("2026-01-05", buy("1", 40)).expect("the case is sound");
    assert_eq!(case.ends("2026-01-05"), ["2026-01-16T00:00:00Z"]);
    assert_eq!(case.tell("2026-01-06", buy("2", 11)), refused("over_limit"));
    case.tell("2026-01-06", buy("2", 10)).expect("the case is sound");
    assert_eq!(case.balance("2026-01-06").issued, 50);
    let mut plain = super::case(Spec::plain());
    assert_eq!(plain.tell("2026-01-05", buy("1", 40)), refused("purchases_not_allowed"));
}

#[test]
fn s21_a_debt_is_let_go_as_far_as_there_is_one() {
    let mut case = case(Spec::plain());
    let write_off = |points: Option<i64>| {
        Fact::WriteOffRequested(WriteOff {
            currency: text("points"),
            points: points.map(Points),
            actor: text("clerk"),
            reason: text("goodwill"),
        })
    };
    case.order("2026-01-05", "A", 100).expect("the case is sound");
    assert_eq!(case.tell("2026-01-05", write_off(None)), refused("nothing_owed"));
    case.adjust("2026-01-06", -11, Shortfall::Arrears).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", write_off(Some(11))), refused("over_written_off"));
    case.tell("2026-01-07", write_off(Some(4))).expect("the case is sound");
    assert_eq!(case.balance("2026-01-07").arrears, 6);
    case.tell("2026-01-08", write_off(None)).expect("the case is sound");
    let balance = case.balance("2026-01-08");
    assert_eq!((balance.arrears, balance.written_off), (0, 10));
}

/// `N` with 5 points and 2 orders, `M` with 120 points, silver, 3 of them spent.
fn two_members() -> Case {
    let mut spec = with_ladder(three_tiers());
    spec.rules.push({
        let mut third = bonus("third", On::Order, 1_000);
        third.when.order_number = Some(OrderNumber::Every(4));
        third
    });
    let mut case = case(spec);
    case.order_of("N", "2026-01-03", "A", 200).expect("the case is sound");
    case.order_of("N", "2026-01-04", "B", 300).expect("the case is sound");
    case.order("2026-01-05", "A", 12_000).expect("the case is sound");
    case.redeem("2026-01-06", "D", 3).expect("the case is sound");
    case
}

#[test]
fn s38_a_merge_moves_points_orders_counters_and_the_higher_tier() {
    let mut case = two_members();
    let outcome = case.tell("2026-01-07", merge_into("N")).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["MergedInto"]);
    assert_eq!(names(&outcome.others["N"]), ["MergedFrom"]);
    let joint = case.balance_of("N", "2026-01-07");
    assert_eq!((joint.available, joint.redeemed, joint.issued), (122, 3, 125));
    assert_eq!(case.0.tier("N", "status", at("2026-01-07")).expect("the case is sound").0, "silver");
    // The old name reaches the survivor from then on, and its own history before.
    assert_eq!(case.balance("2026-01-07"), joint);
    assert_eq!(case.available("2026-01-06"), 117);
    // The fourth order of both together.
    case.order("2026-01-08", "C", 100).expect("the case is sound");
    assert_eq!(case.balance_of("N", "2026-01-08").available, 122 + 1 + 1_000);
    // $122 and $83 are gold together.
    case.order_of("N", "2026-01-09", "E", 7_500).expect("the case is sound");
    assert_eq!(case.0.tier("N", "status", at("2026-01-09")).expect("the case is sound").0, "gold");
}

#[test]
fn s38_figures_together_may_give_a_higher_tier_at_once_and_debts_are_paid() {
    let mut case = two_members();
    case.order_of("N", "2026-01-05", "C", 7_500).expect("the case is sound");
    case.tell(
        "2026-01-06",
        Fact::AdjustmentRequested(Adjustment {
            currency: text("points"),
            points: Points(-130),
            shortfall: Shortfall::Arrears,
            actor: text("clerk"),
            reason: text("fraud"),
            about: None,
        }),
    )
    .expect("the case is sound");
    let outcome = case.tell("2026-01-07", merge_into("N")).expect("the case is sound");
    assert_eq!(
        names(&outcome.others["N"]),
        ["MergedFrom", "ArrearsPaid", "ArrearsPaid", "ArrearsPaid", "TierChanged"]
    );
    assert_eq!(case.0.tier("N", "status", at("2026-01-07")).expect("the case is sound").0, "gold");
    let joint = case.balance_of("N", "2026-01-07");
    assert_eq!((joint.available, joint.arrears), (80 - 13, 0));
}

#[test]
fn s38_keys_of_the_old_name_still_count_once_and_its_orders_can_go_back() {
    let mut case = two_members();
    case.tell("2026-01-07", merge_into("N")).expect("the case is sound");
    assert_eq!(case.order("2026-01-05", "A", 12_000).map(|done| done.repeated), Ok(true));
    assert_eq!(case.tell("2026-01-07", merge_into("N")).map(|done| done.repeated), Ok(true));
    assert_eq!(case.order("2026-01-05", "A", 12_001), refused("idempotency_conflict"));
    case.reverse("2026-01-08", "D", 3).expect("the case is sound");
    // Both had an order `A`; under either name it is that of who goes on.
    let before = case.balance_of("N", "2026-01-08").available;
    case.tell("2026-01-09", Fact::OrderReturned(whole_return("R", "A"))).expect("the case is sound");
    assert_eq!(case.balance_of("N", "2026-01-09").available, before - 2);
    let again = Fact::OrderReturned(whole_return("S", "A"));
    assert_eq!(case.tell_of("N", "2026-01-10", again), refused("nothing_left_to_return"));
}

#[test]
fn s38_merges_that_make_no_sense_are_refused() {
    let mut case = two_members();
    case.order_of("O", "2026-01-05", "A", 100).expect("the case is sound");
    assert_eq!(case.tell("2026-01-07", merge_into("M")), refused("same_member"));
    assert_eq!(case.tell("2026-01-07", merge_into("X")), refused("unknown_member"));
    let hold = Fact::HoldRequested(HoldRequest {
        id: text("H"),
        currency: text("points"),
        points: Points(1),
        expires_at: at("2026-01-10"),
        purpose: mug(),
    });
    let mut both = Case(case.0.clone());
    both.tell("2026-01-07", hold.clone()).expect("the case is sound");
    both.tell_of("N", "2026-01-07", hold).expect("the case is sound");
    assert_eq!(both.tell("2026-01-07", merge_into("N")), refused("hold_in_both"));
    case.tell("2026-01-07", merge_into("N")).expect("the case is sound");
    assert_eq!(case.tell_of("N", "2026-01-08", merge_into("M")), refused("same_member"));
    assert_eq!(case.tell_of("O", "2026-01-08", merge_into("M")), refused("member_merged"));
    assert_eq!(case.tell("2026-01-08", merge_into("O")), refused("member_merged"));
    case.tell_of("O", "2026-01-08", leave(None)).expect("the case is sound");
    assert_eq!(case.tell_of("N", "2026-01-08", merge_into("O")), refused("member_closed"));
}

#[test]
fn s38_points_sent_to_an_old_name_reach_who_goes_on() {
    let mut spec = Spec::plain();
    spec.currencies[0].transfer = Some(FREE);
    let mut case = case(spec);
    for name in ["M", "N", "O"] {
        case.order_of(name, "2026-01-05", "A", 1_000).unwrap();
    }
    case.tell_of("N", "2026-01-06", merge_into("O")).unwrap();
    case.tell("2026-01-07", send("T", "N", 1)).unwrap();
    // What is sent under the old name is sent by who goes on, and so not to themselves.
    assert_eq!(case.tell_of("N", "2026-01-07", send("T", "O", 1)), refused("same_member"));
    case.tell_of("N", "2026-01-08", send("U", "M", 15)).unwrap();
    assert_eq!((case.balance_of("O", "2026-01-08").available, case.available("2026-01-08")), (6, 24));
}

#[test]
fn s38_a_held_point_moves_with_its_hold() {
    let mut case = two_members();
    let hold = Fact::HoldRequested(HoldRequest {
        id: text("H"),
        currency: text("points"),
        points: Points(100),
        expires_at: at("2026-01-10"),
        purpose: mug(),
    });
    case.tell("2026-01-06", hold).expect("the case is sound");
    case.tell("2026-01-07", merge_into("N")).expect("the case is sound");
    assert_eq!(case.balance_of("N", "2026-01-07").held, 100);
    assert_eq!(case.balance_of("N", "2026-01-10").available, 122);
}

#[test]
fn s39_who_leaves_forfeits_or_keeps_and_nothing_more_is_taken_down() {
    for (keep_on_close, asked, kept) in [
        (false, None, 0),
        (true, None, 10),
        (false, Some(OnClose::Keep), 10),
        (true, Some(OnClose::Forfeit), 0),
    ] {
        let spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
        let mut case = case(Spec { keep_on_close, ..spec });
        case.order("2026-01-05", "A", 1_000).expect("the case is sound");
        case.tell("2026-01-06", leave(asked)).expect("the case is sound");
        let balance = case.balance("2026-01-06");
        assert_eq!((balance.available, balance.forfeited), (kept, 10 - kept));
        assert_eq!(case.order("2026-01-07", "B", 1_000), refused("member_closed"));
        assert_eq!(case.order("2026-01-05", "A", 1_000).map(|done| done.repeated), Ok(true));
        assert_eq!(case.balance("2026-01-16").expired, kept);
    }
}

#[test]
fn s39_leaving_releases_holds_first() {
    let mut case = two_members();
    let hold = Fact::HoldRequested(HoldRequest {
        id: text("H"),
        currency: text("points"),
        points: Points(100),
        expires_at: at("2026-01-10"),
        purpose: mug(),
    });
    case.tell("2026-01-06", hold).expect("the case is sound");
    let outcome = case.tell("2026-01-07", leave(None)).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["HoldReleased", "Closed"]);
    let balance = case.balance("2026-01-07");
    assert_eq!((balance.held, balance.available, balance.forfeited), (0, 0, 117));
}

#[test]
fn what_concerns_two_members_comes_alone() {
    let mut case = case(Spec::plain());
    let facts = [Fact::OrderPlaced(order("A", vec![line(100)])), merge_into("N")];
    assert_eq!(case.0.submit("M", None, at("2026-01-05"), &facts, at("2026-01-05")), refused("not_alone"));
}
