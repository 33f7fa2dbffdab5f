//! Orders, returns, redemptions, adjustments and ladders.

use tallybook_core::calendar::MonthDay;
use tallybook_core::command::Command;
use tallybook_core::fact::{Enrolment, Fact, Line, Order, Profile, Purpose, Return, ReturnedPart, Shortfall};
use tallybook_core::money::Money;
use tallybook_testkit::naive::Model;
use tallybook_testkit::spec::*;

use super::*;

#[test]
fn s05_points_round_down_once_per_order_or_on_each_line() {
    let lines = || vec![line(150), line(150)];
    let mut whole = case(Spec::plain());
    whole.tell("2026-01-05", Fact::OrderPlaced(order("A", lines()))).unwrap();
    assert_eq!(whole.available("2026-01-05"), 3);
    let mut spec = Spec::plain();
    spec.rules[0].per_line = true;
    let mut by_line = case(spec);
    by_line.tell("2026-01-05", Fact::OrderPlaced(order("A", lines()))).unwrap();
    assert_eq!(by_line.available("2026-01-05"), 2);
}

#[test]
fn s05_half_even_rounds_halves_to_the_even_point() {
    for (amount, points) in [(50, 0), (150, 2), (250, 2), (251, 3)] {
        let mut spec = Spec::plain();
        spec.rules[0].rounding = Rounding::HalfEven;
        let mut case = case(spec);
        case.order("2026-01-05", "A", amount).unwrap();
        assert_eq!(case.available("2026-01-05"), points, "for {amount}");
    }
}

#[test]
fn s06_the_part_paid_with_points_earns_nothing_and_shipping_only_where_asked() {
    let paid = Order {
        shipping: Money(500),
        paid_with_points: Money(1_000),
        ..order("A", vec![line(2_000), line(1_000)])
    };
    let mut plain = case(Spec::plain());
    plain.tell("2026-01-05", Fact::OrderPlaced(paid.clone())).unwrap();
    assert_eq!(plain.available("2026-01-05"), 20);
    let mut spec = Spec::plain();
    spec.rules[0].money = MoneyBase { with_shipping: true, with_points_paid: true, ..MoneyBase::default() };
    let mut all = case(spec);
    all.tell("2026-01-05", Fact::OrderPlaced(paid)).unwrap();
    assert_eq!(all.available("2026-01-05"), 35);
}

#[test]
fn s08_multipliers_multiply_the_base_and_not_each_other() {
    let mut spec = Spec::plain();
    for (id, factor_ten_thousandths) in [("double", 20_000), ("triple", 30_000)] {
        spec.rules.push(RuleSpec::new(id, "points", RuleKind::Multiplier { factor_ten_thousandths }));
    }
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.available("2026-01-05"), 10 + 10 + 20);
}

#[test]
fn s08_the_best_of_a_group_wins() {
    let mut spec = Spec::plain();
    for (id, points) in [("five", 5), ("nine", 9), ("seven", 7)] {
        let mut rule = RuleSpec::new(id, "points", RuleKind::Bonus { points });
        rule.group = Some("welcome".to_owned());
        spec.rules.push(rule);
    }
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.available("2026-01-05"), 19);
}

#[test]
fn s09_a_monthly_cap_trims_and_a_return_gives_it_back() {
    let mut spec = Spec::plain();
    spec.rules[0].caps = vec![CapSpec { limit: 15, per: CapPeriod::Month, skip: false }];
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.order("2026-01-06", "B", 1_000).unwrap();
    assert_eq!(case.available("2026-01-06"), 15);
    case.give_back("2026-01-07", "R", "A", ReturnedPart::All).unwrap();
    case.order("2026-01-08", "C", 1_000).unwrap();
    assert_eq!(case.available("2026-01-08"), 15);
    case.order("2026-02-01", "D", 1_000).unwrap();
    assert_eq!(case.available("2026-02-01"), 25);
}

#[test]
fn s10_points_wait_until_midnight_of_their_day() {
    let mut spec = Spec::plain();
    spec.currencies[0].activation = ActivationSpec::AfterDays(2);
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.balance("2026-01-06T23:59:59Z").pending, 10);
    assert_eq!(case.redeem("2026-01-06", "D", 1), refused("insufficient_points"));
    assert_eq!(case.available("2026-01-07T00:00:00Z"), 10);
}

#[test]
fn s12_a_month_after_31_january_ends_with_february() {
    let mut case = case(with_expiry(ends(EndAt::AfterMonths(1, RoundTo::Day))));
    case.order("2026-01-31", "A", 1_000).unwrap();
    assert_eq!(case.available("2026-02-28T23:59:59Z"), 10);
    let gone = case.balance("2026-03-01T00:00:00Z");
    assert_eq!((gone.available, gone.expired), (0, 10));
}

#[test]
fn s12_a_day_ends_at_the_programmes_midnight_even_where_it_is_skipped() {
    let mut spec = with_expiry(ends(EndAt::AfterDays(0, RoundTo::Day)));
    spec.zone = "America/Sao_Paulo".to_owned();
    let mut case = case(spec);
    case.order("2018-11-03T15:00:00Z", "A", 1_000).unwrap();
    assert_eq!(case.available("2018-11-04T02:59:59Z"), 10);
    assert_eq!(case.available("2018-11-04T03:00:00Z"), 0);
}

#[test]
fn s11_calendar_points_go_at_the_end_of_their_year() {
    let mut case = case(with_expiry(ends(EndAt::Calendar(1))));
    case.order("2026-05-05", "A", 1_000).unwrap();
    assert_eq!(case.available("2027-12-31T23:59:59Z"), 10);
    assert_eq!(case.available("2028-01-01T00:00:00Z"), 0);
}

#[test]
fn s13_nothing_spends_a_lot_at_its_end() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(1, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.redeem("2026-01-07T00:00:00Z", "D", 1), refused("insufficient_points"));
    case.redeem("2026-01-06T23:59:59Z", "D", 1).unwrap();
}

#[test]
fn s16_a_redemption_is_whole_unless_partial_is_asked() {
    let mut case = case(Spec::plain());
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.redeem("2026-01-06", "D", 11), refused("insufficient_points"));
    assert_eq!(case.available("2026-01-06"), 10);
    case.redeem_for("2026-01-06", "E", 11, true, voucher("five", None)).unwrap();
    assert_eq!(case.balance("2026-01-06").redeemed, 10);
}

#[test]
fn s16_cash_off_has_a_minimum_a_step_and_a_share_of_the_order() {
    let mut spec = Spec::plain();
    spec.currencies[0].cash =
        Some(CashSpec { points: 10, per: 100, min_points: 20, step: 10, max_share_percent: 50 });
    let mut case = case(spec);
    case.order("2026-01-05", "A", 10_500).unwrap();
    let cash = |total| Purpose::CashOff { order_total: Money(total) };
    assert_eq!(case.redeem_for("2026-01-06", "D", 10, false, cash(9_900)), refused("below_minimum"));
    assert_eq!(case.redeem_for("2026-01-06", "D", 25, false, cash(9_900)), refused("not_a_step"));
    assert_eq!(case.redeem_for("2026-01-06", "D", 500, false, cash(9_900)), refused("above_order_share"));
    // 105 points are there: partial takes whole steps.
    case.redeem_for("2026-01-06", "D", 490, true, cash(9_900)).unwrap();
    assert_eq!(case.balance("2026-01-06").redeemed, 100);
}

#[test]
fn s18_a_reversed_lot_past_its_end_expires_at_once_or_gets_its_grace() {
    for (grace_days, available) in [(0, 0), (5, 4)] {
        let mut spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
        spec.currencies[0].reversal_grace_days = grace_days;
        let mut case = case(spec);
        case.order("2026-01-05", "A", 1_000).unwrap();
        case.redeem("2026-01-06", "D", 6).unwrap();
        assert_eq!(case.balance("2026-02-01").expired, 4);
        case.reverse("2026-02-01", "D", 4).unwrap();
        assert_eq!(case.available("2026-02-06T23:59:59Z"), available);
        assert_eq!(case.available("2026-02-07T00:00:00Z"), 0);
        assert_eq!(case.reverse("2026-02-08", "D", 3), refused("over_reversed"));
    }
}

#[test]
fn s20_two_half_returns_take_what_one_whole_return_takes() {
    let mut spec = Spec::plain();
    spec.rules[0].kind = RuleKind::Base { points: 1, per: 1_000 };
    let mut case = case(spec);
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.available("2026-01-05"), 1);
    case.give_back("2026-01-07", "R1", "A", ReturnedPart::Amount(Money(500))).unwrap();
    assert_eq!((case.available("2026-01-07"), case.balance("2026-01-07").clawed_back), (0, 1));
    case.give_back("2026-01-08", "R2", "A", ReturnedPart::Amount(Money(500))).unwrap();
    assert_eq!(case.balance("2026-01-08").clawed_back, 1);
}

#[test]
fn s20_a_minimum_spend_bonus_goes_when_what_is_kept_falls_short() {
    let mut spec = Spec::plain();
    let mut bonus = RuleSpec::new("bonus", "points", RuleKind::Bonus { points: 50 });
    bonus.when.min_spend = Some(2_000);
    spec.rules.push(bonus);
    let mut case = case(spec);
    case.order("2026-01-05", "A", 2_000).unwrap();
    assert_eq!(case.available("2026-01-05"), 70);
    case.give_back("2026-01-06", "R", "A", ReturnedPart::Amount(Money(100))).unwrap();
    assert_eq!(case.available("2026-01-06"), 19);
}

#[test]
fn s21_return_after_spending_goes_to_arrears_that_new_points_pay_first() {
    let mut case = case(Spec::plain());
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.redeem("2026-01-06", "D", 8).unwrap();
    case.give_back("2026-01-07", "R", "A", ReturnedPart::All).unwrap();
    assert_eq!((case.available("2026-01-07"), case.balance("2026-01-07").arrears), (0, 8));
    case.order("2026-01-08", "B", 1_000).unwrap();
    assert_eq!((case.available("2026-01-08"), case.balance("2026-01-08").arrears), (2, 0));
}

#[test]
fn s21_own_lots_only_leaves_other_lots_alone() {
    for (clawback, left) in [(Clawback::OwnLotsOnly, 20), (Clawback::BalanceOnly, 12)] {
        let mut spec = Spec::plain();
        spec.currencies[0].clawback = clawback;
        let mut case = case(spec);
        case.order("2026-01-05", "A", 1_000).unwrap();
        case.redeem("2026-01-06", "D", 8).unwrap();
        case.order("2026-01-07", "B", 2_000).unwrap();
        case.give_back("2026-01-08", "R", "A", ReturnedPart::All).unwrap();
        assert_eq!((case.available("2026-01-08"), case.balance("2026-01-08").arrears), (left, 0));
    }
}

#[test]
fn s22_expired_points_count_as_taken_back() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.redeem("2026-01-06", "D", 3).unwrap();
    case.give_back("2026-03-01", "R", "A", ReturnedPart::All).unwrap();
    let balance = case.balance("2026-03-01");
    assert_eq!((balance.expired, balance.clawed_back, balance.arrears), (7, 3, 3));
}

#[test]
fn s23_what_is_not_there_cannot_be_returned() {
    let mut case = case(Spec::plain());
    case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(case.give_back("2026-01-06", "R", "B", ReturnedPart::All), refused("unknown_order"));
    assert_eq!(
        case.give_back("2026-01-06", "R", "A", ReturnedPart::Quantity(2)),
        refused("quantity_over_returned")
    );
    let over = ReturnedPart::Amount(Money(1_001));
    assert_eq!(case.give_back("2026-01-06", "R", "A", over), refused("amount_over_returned"));
    case.give_back("2026-01-06", "R", "A", ReturnedPart::All).unwrap();
    assert_eq!(case.give_back("2026-01-06", "S", "A", ReturnedPart::All), refused("nothing_left_to_return"));
}

#[test]
fn s26_an_exchange_stands_or_falls_as_one() {
    let mut case = case(Spec::plain());
    case.order("2026-01-05", "A", 1_000).unwrap();
    let ret = |order: &'static str| Return {
        id: "R".into(),
        order: order.into(),
        lines: vec![],
        points_back: None,
    };
    let swap = |name| Command::exchange("M", at("2026-01-06"), ret(name), order("B", vec![line(3_000)]));
    assert_eq!(case.0.submit_command(&swap("Z"), at("2026-01-06")), refused("unknown_order"));
    assert_eq!(case.available("2026-01-06"), 10);
    case.0.submit_command(&swap("A"), at("2026-01-06")).unwrap();
    assert_eq!(case.available("2026-01-06"), 30);
}

#[test]
fn s28_a_tier_is_reached_at_once_and_holds_through_the_next_year() {
    let mut case = case(with_ladder(three_tiers()));
    case.order("2026-05-05", "A", 9_999).unwrap();
    assert_eq!(case.tier("2026-05-05"), "member");
    case.order("2026-05-06", "B", 12_000).unwrap();
    assert_eq!(
        (case.tier("2026-05-06"), case.tier_until("2026-05-06")),
        ("gold".into(), "2028-01-01T00:00:00Z".into())
    );
    case.order("2027-05-06", "C", 10_000).unwrap();
    assert_eq!(case.tier("2027-12-31"), "gold");
    assert_eq!(
        (case.tier("2028-01-01"), case.tier_until("2028-01-01")),
        ("silver".into(), "2029-01-01T00:00:00Z".into())
    );
    assert_eq!(case.tier("2029-01-01"), "member");
}

#[test]
fn s29_grace_gives_days_to_requalify() {
    let ladder = LadderSpec { grace_days: 10, ..three_tiers() };
    let mut kept = case(with_ladder(ladder.clone()));
    kept.order("2026-05-05", "A", 10_000).unwrap();
    assert_eq!(kept.tier_until("2028-01-02"), "2028-01-11T00:00:00Z");
    let mut lost = Case(kept.0.clone());
    kept.order("2028-01-05", "B", 10_000).unwrap();
    assert_eq!(kept.tier_until("2028-01-05"), "2030-01-01T00:00:00Z");
    lost.order("2028-01-05", "B", 9_999).unwrap();
    assert_eq!((lost.tier("2028-01-10"), lost.tier("2028-01-11")), ("silver".into(), "member".into()));
}

#[test]
fn s29_a_soft_landing_goes_down_one_tier() {
    let mut case = case(with_ladder(LadderSpec { downgrade: Downgrade::OneDown, ..three_tiers() }));
    case.order("2026-05-05", "A", 20_000).unwrap();
    assert_eq!(case.tier("2028-01-01"), "silver");
    assert_eq!(case.tier("2029-01-01"), "member");
}

#[test]
fn s28_a_rolling_window_loses_the_tier_on_the_day_the_order_leaves_it() {
    let mut case = case(with_ladder(LadderSpec { period: LadderPeriod::RollingDays(30), ..three_tiers() }));
    case.order("2026-01-01", "A", 10_000).unwrap();
    assert_eq!(
        (case.tier("2026-01-30T23:59:59Z"), case.tier("2026-01-31T00:00:00Z")),
        ("silver".into(), "member".into())
    );
}

#[test]
fn s24_a_return_demotes_at_once_where_the_ladder_says_so() {
    for (demote_now, tier) in [(false, "silver"), (true, "member")] {
        let mut case = case(with_ladder(LadderSpec { demote_now, ..three_tiers() }));
        case.order("2026-01-01", "A", 10_000).unwrap();
        case.give_back("2026-02-01", "R", "A", ReturnedPart::Amount(Money(1))).unwrap();
        assert_eq!(case.tier("2026-02-01"), tier);
        assert_eq!(case.tier("2028-01-01"), "member");
    }
}

#[test]
fn s33_a_late_order_starts_at_its_own_time_and_both_its_ends_are_written() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-03-01", "B", 1_000).unwrap();
    case.order("2026-01-05", "A", 2_000).unwrap();
    let balance = case.balance("2026-03-01");
    assert_eq!((balance.available, balance.expired, balance.issued), (10, 20, 30));
    assert_eq!(case.available("2026-01-10"), 20);
    assert_eq!(case.order("2025-01-05", "C", 2_000), refused("too_late"));
}

#[test]
fn s33_a_late_order_gives_the_tier_of_its_own_period() {
    let mut case = case(with_ladder(three_tiers()));
    case.order("2026-12-30", "A", 6_000).unwrap();
    case.order("2027-01-10", "B", 100).unwrap();
    case.order("2026-12-31", "C", 4_000).unwrap();
    assert_eq!(case.tier("2027-01-09"), "member");
    assert_eq!(
        (case.tier("2027-01-10"), case.tier_until("2027-01-10")),
        ("silver".into(), "2028-01-01T00:00:00Z".into())
    );
}

#[test]
fn s34_the_future_is_refused_beyond_the_clock_skew() {
    let mut model = Model::new(Spec::plain());
    let fact = [Fact::OrderPlaced(order("A", vec![line(100)]))];
    let now = at("2026-01-01");
    assert_eq!(model.submit("M", None, now.plus_seconds(301), &fact, now), refused("in_the_future"));
    assert!(model.submit("M", None, now.plus_seconds(300), &fact, now).is_ok());
}

#[test]
fn s36_the_programme_of_the_facts_time_judges_and_a_return_keeps_to_it() {
    let start = at("2026-01-01");
    let mut model = Model::starting(Spec::plain(), start);
    let mut double = Spec::plain();
    double.rules[0].kind = RuleKind::Base { points: 2, per: 100 };
    assert_eq!(
        model.publish(double.clone(), at("2026-02-01"), at("2026-02-02")),
        Err("published_into_the_past".to_owned())
    );
    model.publish(double, at("2026-03-01"), at("2026-02-02")).unwrap();
    let mut case = Case(model);
    assert_eq!(case.order("2025-12-31", "X", 1_000), refused("no_programme"));
    case.order("2026-02-28", "A", 1_000).unwrap();
    case.order("2026-03-01", "B", 1_000).unwrap();
    assert_eq!(case.available("2026-03-01"), 30);
    case.give_back("2026-03-02", "R", "A", ReturnedPart::All).unwrap();
    assert_eq!(case.available("2026-03-02"), 20);
}

#[test]
fn s37_members_must_enrol_first_where_the_programme_says_so() {
    let mut case = case(Spec { enrol_on_first_fact: false, ..Spec::plain() });
    assert_eq!(case.order("2026-01-01", "A", 100), refused("not_enrolled"));
    case.tell("2026-01-01", Fact::MemberEnrolled(Enrolment::default())).unwrap();
    case.order("2026-01-01", "A", 100).unwrap();
    let again = Fact::MemberEnrolled(Enrolment::default());
    assert_eq!(
        case.0.submit("M", Some("other"), at("2026-01-02"), &[again], at("2026-01-02")),
        refused("already_enrolled")
    );
}

#[test]
fn s40_a_debit_takes_what_is_there_or_makes_a_debt() {
    let mut case = case(Spec::plain());
    case.adjust("2026-01-01", 10, Shortfall::FloorAtZero).unwrap();
    case.adjust("2026-01-02", -15, Shortfall::FloorAtZero).unwrap();
    assert_eq!(case.balance("2026-01-02").forfeited, 10);
    assert_eq!(case.adjust("2026-01-03", -1, Shortfall::FloorAtZero), refused("insufficient_points"));
    case.adjust("2026-01-04", -15, Shortfall::Arrears).unwrap();
    assert_eq!(case.balance("2026-01-04").arrears, 15);
}

#[test]
fn law5_a_retry_is_the_first_outcome_again_and_another_content_is_a_conflict() {
    let mut case = case(Spec::plain());
    let first = case.order("2026-01-01", "A", 1_000).unwrap();
    let again = case.order("2026-01-01", "A", 1_000).unwrap();
    assert_eq!((first.repeated, again.repeated), (false, true));
    assert_eq!(first.happenings, again.happenings);
    assert_eq!(case.order("2026-01-01", "A", 2_000), refused("idempotency_conflict"));
    assert_eq!(case.available("2026-01-01"), 10);
}

#[test]
fn a_spec_is_written_in_the_programme_language() {
    let mut spec = with_ladder(three_tiers());
    spec.currencies[0].scale = 2;
    spec.currencies[0].expiry = ends(EndAt::AfterMonths(6, RoundTo::Month));
    spec.rules[0].kind = RuleKind::Base { points: 150, per: 100 };
    spec.rules[0].caps = vec![CapSpec { limit: 5_000, per: CapPeriod::Month, skip: true }];
    spec.rules[0].when.not_tag = vec!["coupon".to_owned()];
    let expected = r#"name = "Drawn"
zone = "UTC"
late_limit_days = 400
clock_skew_seconds = 300

[[money]]
code = "USD"
exponent = 2

[[currency]]
id = "points"
scale = 2
[currency.expiry]
policy = "after"
months = 6
round_to = "month"

[[rule]]
id = "base"
kind = "base"
points = "1.50"
per = "1"
caps = [{ limit = "50", per = "month", beyond = "skip" }]
[rule.when]
not = { tag = ["coupon"] }

[[ladder]]
id = "status"
period = "calendar_year"
[[ladder.tier]]
id = "member"
[[ladder.tier]]
id = "silver"
entry = { any = { spend = "100" } }
[[ladder.tier]]
id = "gold"
entry = { any = { spend = "200" } }
"#;
    assert_eq!(spec.to_toml(), expected);
}

#[test]
fn s07_a_leap_day_birthday_is_kept_on_the_28th_in_other_years() {
    let mut spec = Spec::plain();
    let mut gift = RuleSpec::new("gift", "points", RuleKind::Bonus { points: 100 });
    gift.when.birthday = Some(Birthday::Day);
    spec.rules.push(gift);
    let mut case = case(spec);
    let profile = Profile { birthday: MonthDay::new(2, 29), ..Profile::default() };
    case.tell("2026-01-01", Fact::MemberEnrolled(Enrolment { profile, referred_by: None })).unwrap();
    case.order("2026-02-27", "A", 100).unwrap();
    case.order("2026-02-28", "B", 100).unwrap();
    case.order("2026-03-01", "C", 100).unwrap();
    assert_eq!(case.available("2026-03-01"), 103);
    case.order("2028-02-28", "D", 100).unwrap();
    case.order("2028-02-29", "E", 100).unwrap();
    assert_eq!(case.available("2028-02-29"), 205);
}

#[test]
fn s07_only_lines_that_match_count_and_the_minimum_is_inclusive() {
    let mut spec = Spec::plain();
    spec.rules[0].when.category = vec!["BOOKS".to_owned()];
    spec.rules[0].when.not_tag = vec!["coupon".to_owned()];
    spec.rules[0].when.min_spend = Some(1_000);
    let book = |amount| Line { category: Some("BOOKS".into()), ..line(amount) };
    let with_coupon = Line { tags: vec!["coupon".into()], ..book(5_000) };
    let mut case = case(spec);
    let lines = vec![book(999), line(9_000), with_coupon.clone()];
    case.tell("2026-01-01", Fact::OrderPlaced(order("A", lines))).unwrap();
    assert_eq!(case.available("2026-01-01"), 0);
    let lines = vec![book(1_000), line(9_000), with_coupon];
    case.tell("2026-01-02", Fact::OrderPlaced(order("B", lines))).unwrap();
    assert_eq!(case.available("2026-01-02"), 10);
}

#[test]
fn s09_a_cap_that_skips_gives_nothing_rather_than_less() {
    let mut spec = Spec::plain();
    spec.currencies[0].caps = vec![CapSpec { limit: 15, per: CapPeriod::Week, skip: true }];
    let mut case = case(spec);
    // 2026-01-05 is a Monday.
    case.order("2026-01-05", "A", 1_000).unwrap();
    case.order("2026-01-11", "B", 600).unwrap();
    assert_eq!(case.available("2026-01-11"), 10);
    case.order("2026-01-11", "C", 500).unwrap();
    assert_eq!(case.available("2026-01-11"), 15);
    case.order("2026-01-12", "D", 600).unwrap();
    assert_eq!(case.available("2026-01-12"), 21);
}

#[test]
fn s10_the_expiry_clock_starts_at_activation_or_at_earning() {
    for (counts_from_earning, end) in [(false, "2026-01-18T00:00:00Z"), (true, "2026-01-16T00:00:00Z")] {
        let mut spec = with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day)));
        spec.currencies[0].activation = ActivationSpec::AfterDays(2);
        spec.currencies[0].expiry.ends[0].counts_from_earning = counts_from_earning;
        let mut case = case(spec);
        case.order("2026-01-05", "A", 1_000).unwrap();
        assert_eq!(case.0.lots("M", at("2026-01-10"))[0].expires_at, Some(at(end)));
    }
}

#[test]
fn s18_partial_reversals_go_on_where_the_last_one_stopped() {
    let mut case = case(with_expiry(ends(EndAt::AfterDays(10, RoundTo::Day))));
    case.order("2026-01-05", "A", 500).unwrap();
    case.order("2026-01-06", "B", 500).unwrap();
    case.redeem("2026-01-07", "D", 8).unwrap();
    case.reverse("2026-01-08", "D", 4).unwrap();
    case.reverse("2026-01-09", "D", 2).unwrap();
    let remaining: Vec<(i64, i64)> =
        case.0.lots("M", at("2026-01-09")).iter().map(|lot| (lot.earned_at.0, lot.remaining)).collect();
    assert_eq!(remaining, [(at("2026-01-06").0, 3), (at("2026-01-05").0, 5)]);
}

#[test]
fn s28_anniversary_years_run_from_the_day_of_joining() {
    let mut case =
        case(with_ladder(LadderSpec { period: LadderPeriod::AnniversaryJoining, ..three_tiers() }));
    case.order("2024-02-29", "A", 5_000).unwrap();
    case.order("2025-02-27", "B", 5_000).unwrap();
    assert_eq!(
        (case.tier("2025-02-27"), case.tier_until("2025-02-27")),
        ("silver".into(), "2026-02-28T00:00:00Z".into())
    );
    case.order("2025-02-28", "C", 10_000).unwrap();
    assert_eq!(case.tier_until("2026-02-28"), "2027-02-28T00:00:00Z");
    assert_eq!(case.tier("2027-02-28"), "member");
}

#[test]
fn s28_an_upgrade_may_wait_for_the_end_of_the_period() {
    let mut case = case(with_ladder(LadderSpec { upgrade_at_period_end: true, ..three_tiers() }));
    case.order("2026-05-05", "A", 20_000).unwrap();
    assert_eq!(case.tier("2026-12-31"), "member");
    assert_eq!(
        (case.tier("2027-01-01"), case.tier_until("2027-01-01")),
        ("gold".into(), "2028-01-01T00:00:00Z".into())
    );
}
