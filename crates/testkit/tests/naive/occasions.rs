//! Activities, days of celebration, referrals, and the limits on what rules give.

use tallybook_core::fact::{Block, Price};

use super::*;

fn score(id: &str, score: Option<u8>) -> Fact<'static> {
    Fact::ActivityRecorded(Activity { score, ..check_in(id) })
}

#[test]
fn s06_an_activity_earns_what_its_rules_give_and_unknown_kinds_are_refused() {
    let mut by_amount = RuleSpec::base("scan", "points", 1, 100);
    by_amount.on = On::Activity;
    by_amount.activity = vec!["check_in".to_owned()];
    let double = RuleSpec {
        on: On::Activity,
        activity: vec!["check_in".to_owned()],
        ..RuleSpec::new("double", "points", RuleKind::Multiplier { factor_ten_thousandths: 20_000 })
    };
    let mut case = case(with_rules(vec![bonus("visit", On::Activity, 5), by_amount, double]));
    case.check_in("2026-01-05", "1").expect("the case is sound");
    assert_eq!(case.available("2026-01-05"), 5);
    let amount = Some(Price { amount: Money(700), currency: usd() });
    case.tell("2026-01-06", Fact::ActivityRecorded(Activity { amount, ..check_in("2") }))
        .expect("the case is sound");
    assert_eq!(case.available("2026-01-06"), 5 + 5 + 7 + 7);
    let other = Activity { kind: text("review"), ..check_in("3") };
    assert_eq!(case.tell("2026-01-06", Fact::ActivityRecorded(other)), refused("unknown_activity"));
    let amount =
        Some(Price { amount: Money(700), currency: CurrencyCode::parse("EUR").expect("the case is sound") });
    let foreign = Activity { amount, ..check_in("4") };
    assert_eq!(case.tell("2026-01-06", Fact::ActivityRecorded(foreign)), refused("unknown_money_currency"));
}

#[test]
fn s06_orders_do_not_earn_by_rules_on_activities() {
    let mut case = case(with_rules(vec![bonus("visit", On::Activity, 5)]));
    case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    assert_eq!(case.available("2026-01-05"), 10);
}

#[test]
fn s07_every_third_day_in_a_row_gives_a_bonus_once_that_day() {
    let mut rule = bonus("streak", On::Activity, 50);
    rule.when.streak_every = Some(3);
    let mut case = case(with_rules(vec![rule]));
    for (time, id, points) in [
        ("2026-01-05", "1", 0),
        ("2026-01-06", "2", 0),
        ("2026-01-06", "3", 0),
        ("2026-01-07", "4", 50),
        ("2026-01-07", "5", 50),
        ("2026-01-08", "6", 50),
        // A day is left out: the count begins again.
        ("2026-01-10", "7", 50),
        ("2026-01-11", "8", 50),
        // A late one neither counts nor harms.
        ("2026-01-09", "9", 50),
        ("2026-01-12", "10", 100),
    ] {
        case.check_in(time, id).expect("the case is sound");
        assert_eq!(case.available("2026-01-12"), points, "after {id}");
    }
}

#[test]
fn s07_a_score_is_asked_with_both_ends_and_none_does_not_match() {
    let mut rule = bonus("promoter", On::Activity, 5);
    rule.when.score = Some((9, 10));
    let mut case = case(with_rules(vec![rule]));
    for (id, answer) in [("1", Some(8)), ("2", Some(9)), ("3", Some(10)), ("4", None)] {
        case.tell("2026-01-05", score(id, answer)).expect("the case is sound");
    }
    assert_eq!(case.available("2026-01-05"), 10);
}

#[test]
fn s07_an_expression_about_the_order_is_asked_again_on_a_return_and_one_about_the_member_is_not() {
    let amount = CelSpec::OrderAmountAtLeast(1_000);
    let both = CelSpec::AllOf(vec![amount.clone(), CelSpec::Not(Box::new(CelSpec::MemberOrdersAtLeast(1)))]);
    for (cel, kept) in [(amount, 5), (both, 105)] {
        let mut rule = bonus("big", On::Order, 100);
        rule.when.cel = Some(cel);
        let mut case = case(with_rules(vec![rule]));
        case.order("2026-01-05", "A", 1_000).expect("the case is sound");
        assert_eq!(case.available("2026-01-05"), 110);
        case.give_back("2026-01-06", "R", "A", ReturnedPart::Amount(Money(500))).expect("the case is sound");
        assert_eq!(case.available("2026-01-06"), kept);
    }
}

#[test]
fn s06_enrolment_is_judged_once_and_only_where_rules_are_on_it() {
    let mut case = case(with_rules(vec![bonus("welcome", On::Enrolment, 100)]));
    let outcome =
        case.tell("2026-01-05", Fact::MemberEnrolled(Enrolment::default())).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["MemberJoined", "PointsEarned"]);
    assert_eq!(case.available("2026-01-05"), 100);
    let mut plain = super::case(Spec::plain());
    let outcome =
        plain.tell("2026-01-05", Fact::MemberEnrolled(Enrolment::default())).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["MemberJoined"]);
}

#[test]
fn s06_birthdays_and_anniversaries_come_at_midnight_and_leap_days_on_the_28th() {
    let rules = vec![bonus("cake", On::Birthday, 10), bonus("years", On::Anniversary, 1_000)];
    let mut case = case(with_rules(rules));
    let profile = born_on(2, 29);
    case.tell("2024-02-29", Fact::MemberEnrolled(Enrolment { profile, referred_by: None }))
        .expect("the case is sound");
    // The first birthday is strictly after joining.
    assert_eq!(case.available("2025-02-27T23:59:59Z"), 0);
    assert_eq!(case.available("2025-02-28T00:00:00Z"), 1_010);
    assert_eq!(case.available("2028-02-28"), 3_030);
    assert_eq!(case.available("2028-02-29T00:00:00Z"), 4_040);
}

#[test]
fn s06_a_birthday_that_moves_is_not_celebrated_twice_in_a_year() {
    let mut case = case(with_rules(vec![bonus("cake", On::Birthday, 10)]));
    let profile = born_on(3, 1);
    case.tell("2026-01-01", Fact::MemberEnrolled(Enrolment { profile, referred_by: None }))
        .expect("the case is sound");
    case.tell("2026-04-01", Fact::ProfileChanged(born_on(6, 1))).expect("the case is sound");
    assert_eq!(case.available("2027-05-31"), 10);
    assert_eq!(case.available("2027-06-01"), 20);
}

#[test]
fn s39_a_member_blocked_from_earning_has_no_birthday_and_no_orders() {
    let mut case = case(with_rules(vec![bonus("cake", On::Birthday, 10)]));
    let profile = born_on(3, 1);
    case.tell("2026-01-01", Fact::MemberEnrolled(Enrolment { profile, referred_by: None }))
        .expect("the case is sound");
    let block = |earning| {
        Fact::BlockRequested(Block { earning, redeeming: false, actor: text("clerk"), reason: text("fraud") })
    };
    case.tell("2026-02-01", block(true)).expect("the case is sound");
    assert_eq!(case.order("2026-02-02", "A", 1_000), refused("earning_blocked"));
    assert_eq!(case.check_in("2026-02-02", "1"), refused("earning_blocked"));
    case.tell("2026-04-01", block(false)).expect("the case is sound");
    assert_eq!(case.available("2027-02-28"), 0);
    assert_eq!(case.available("2027-03-01"), 10);
}

#[test]
fn s09_a_rule_that_rests_gives_nothing_until_the_day_comes_and_a_return_ends_the_rest() {
    let mut rule = bonus("weekly", On::Order, 100);
    rule.cooldown_days = 7;
    let mut case = case(with_rules(vec![rule]));
    case.order("2026-01-05", "A", 100).expect("the case is sound");
    case.order("2026-01-11", "B", 100).expect("the case is sound");
    assert_eq!(case.available("2026-01-11"), 102);
    let mut other = Case(case.0.clone());
    other.order("2026-01-12T00:00:00Z", "C", 100).expect("the case is sound");
    assert_eq!(other.available("2026-01-12"), 203);
    // B never gave the bonus, so its return changes nothing; that of A ends the rest that A began.
    case.tell("2026-01-11", Fact::OrderReturned(whole_return("R1", "B"))).expect("the case is sound");
    case.order("2026-01-11", "D", 100).expect("the case is sound");
    assert_eq!(case.available("2026-01-11"), 102);
    case.tell("2026-01-11", Fact::OrderReturned(whole_return("R2", "A"))).expect("the case is sound");
    case.order("2026-01-11", "E", 100).expect("the case is sound");
    assert_eq!(case.available("2026-01-11"), 102);
}

#[test]
fn s09_a_rule_gives_so_many_times_a_day_and_a_return_gives_the_turn_back() {
    let mut rule = bonus("twice", On::Order, 10);
    rule.max_triggers = vec![TriggerLimitSpec { times: 2, per: CapPeriod::Day }];
    let mut case = case(with_rules(vec![rule]));
    for id in ["A", "B", "C"] {
        case.order("2026-01-05", id, 0).expect("the case is sound");
    }
    assert_eq!(case.available("2026-01-05"), 20);
    case.tell("2026-01-05", Fact::OrderReturned(whole_return("R", "A"))).expect("the case is sound");
    case.order("2026-01-05", "D", 0).expect("the case is sound");
    assert_eq!(case.available("2026-01-05"), 20);
    case.order("2026-01-06", "E", 0).expect("the case is sound");
    assert_eq!(case.available("2026-01-06"), 30);
}

fn with_budget(skip: bool) -> Spec {
    let mut spec = with_rules(vec![]);
    spec.budgets =
        vec![BudgetSpec { id: "launch".to_owned(), currency: "points".to_owned(), limit: 25, skip }];
    spec.rules[0].budget = vec!["launch".to_owned()];
    spec
}

#[test]
fn s09_a_budget_is_shared_by_all_members_and_a_return_gives_it_back() {
    for (skip, second, used) in [(false, 5, 25), (true, 0, 20)] {
        let mut case = case(with_budget(skip));
        case.order_of("A", "2026-01-05", "1", 2_000).expect("the case is sound");
        case.order_of("B", "2026-01-05", "1", 1_000).expect("the case is sound");
        assert_eq!(case.balance_of("B", "2026-01-05").available, second);
        assert_eq!(case.0.used("launch"), used);
        case.tell_of("A", "2026-01-06", Fact::OrderReturned(whole_return("R", "1")))
            .expect("the case is sound");
        assert_eq!(case.0.used("launch"), used - 20);
        case.order_of("B", "2026-01-06", "2", 1_000).expect("the case is sound");
        assert_eq!(case.balance_of("B", "2026-01-06").available, second + 10);
    }
}

#[test]
fn s09_a_refused_command_leaves_no_trace_in_budgets() {
    let mut case = case(with_budget(false));
    let redeem = Fact::RedemptionRequested(redemption("D", 50, mug()));
    let facts = [Fact::OrderPlaced(order("A", vec![line(2_000)])), redeem];
    assert_eq!(
        case.0.submit("M", None, at("2026-01-05"), &facts, at("2026-01-05")),
        refused("insufficient_points")
    );
    assert_eq!((case.0.used("launch"), case.0.settled_to("M")), (0, None));
}

#[test]
fn s06_a_campaign_has_its_time_its_budget_and_its_own_expiry() {
    let mut spec = with_budget(false);
    spec.rules[0].budget = Vec::new();
    spec.campaigns = vec![CampaignSpec {
        id: "summer".to_owned(),
        from: Some(day(2026, 6, 1)),
        until: Some(day(2026, 9, 1)),
        budget: Some("launch".to_owned()),
        expiry: Some(ends(EndAt::AfterDays(30, RoundTo::Day))),
    }];
    let mut rule = bonus("sun", On::Order, 20);
    rule.campaign = Some("summer".to_owned());
    spec.rules.push(rule);
    let mut case = case(spec);
    case.order("2026-05-31", "A", 1_000).expect("the case is sound");
    case.order("2026-06-01T00:00:00Z", "B", 1_000).expect("the case is sound");
    case.order("2026-08-31", "C", 1_000).expect("the case is sound");
    case.order("2026-09-01T00:00:00Z", "D", 1_000).expect("the case is sound");
    assert_eq!(case.balance("2026-09-01").issued, 40 + 20 + 5);
    assert_eq!(
        case.ends("2026-06-01"),
        ["never", "never", "2026-07-02T00:00:00Z"],
        "two of one point a dollar, and one of the campaign"
    );
    assert_eq!((case.balance("2026-07-02").expired, case.0.used("launch")), (20, 25));
}

#[test]
fn s11_the_rules_expiry_comes_before_the_tiers_and_equal_ones_share_a_lot() {
    let mut spec = with_ladder(three_tiers());
    let month = ends(EndAt::AfterMonths(1, RoundTo::Day));
    spec.ladders[0].tiers[1].expiry = Some(month.clone());
    let mut own = bonus("own", On::Order, 5);
    own.expiry = Some(ends(EndAt::AfterDays(1, RoundTo::Day)));
    let mut same = bonus("same", On::Order, 7);
    same.expiry = Some(month);
    spec.rules.extend([own, same]);
    let mut case = case(spec);
    case.order("2026-01-01", "A", 10_000).expect("the case is sound");
    let lots = |case: &Case, time: &str| -> Vec<i64> {
        case.0.lots("M", at(time)).iter().map(|lot| lot.remaining).collect()
    };
    // The tier counts from the next order on.
    assert_eq!(lots(&case, "2026-01-01"), [5, 7, 100]);
    case.order("2026-01-10", "B", 1_000).expect("the case is sound");
    assert_eq!(lots(&case, "2026-01-10"), [5, 7, 17, 100]);
    assert!(case.ends("2026-01-10").contains(&"2026-02-11T00:00:00Z".to_owned()));
}

fn with_referrals() -> Spec {
    let rules = vec![bonus("thanks", On::Referrer, 500), bonus("hello", On::Referred, 200)];
    Spec { referral_window_days: Some(30), ..with_rules(rules) }
}

fn referral() -> Case {
    let mut case = case(with_referrals());
    case.tell_of("F", "2026-01-01", Fact::MemberEnrolled(Enrolment::default())).expect("the case is sound");
    case.tell("2026-01-02", referred_by("F")).expect("the case is sound");
    let outcome = case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["PointsEarned", "PointsEarned", "ReferralPaid"]);
    assert_eq!(names(&outcome.others["F"]), ["PointsEarned"]);
    case
}

#[test]
fn s06_a_referral_pays_both_sides_once_after_its_window() {
    let mut case = referral();
    case.order("2026-01-06", "B", 1_000).expect("the case is sound");
    let sides =
        |case: &Case, time: &str| (case.balance_of("M", time).pending, case.balance_of("F", time).pending);
    assert_eq!(sides(&case, "2026-02-03T23:59:59Z"), (200, 500));
    assert_eq!(sides(&case, "2026-02-04T00:00:00Z"), (0, 0));
    assert_eq!(case.available("2026-02-04"), 220);
    assert_eq!(case.balance_of("F", "2026-02-04").available, 500);
}

#[test]
fn s06_a_first_order_that_goes_back_takes_the_referral_along_and_the_next_pays_it() {
    let mut case = referral();
    let outcome =
        case.tell("2026-01-20", Fact::OrderReturned(whole_return("R", "A"))).expect("the case is sound");
    assert_eq!(names(&outcome.happenings), ["ClawedBack", "LotCancelled"]);
    assert_eq!(names(&outcome.others["F"]), ["LotCancelled"]);
    let gone = (case.balance("2026-01-20"), case.balance_of("F", "2026-01-20"));
    assert_eq!((gone.0.forfeited, gone.1.forfeited, gone.1.pending), (200, 500, 0));
    case.order("2026-01-21", "B", 1_000).expect("the case is sound");
    assert_eq!(case.balance("2026-01-21").pending, 200);
    // After the window a return leaves the referral alone.
    case.tell("2026-03-01", Fact::OrderReturned(whole_return("S", "B"))).expect("the case is sound");
    assert_eq!((case.available("2026-03-01"), case.balance_of("F", "2026-03-01").available), (200, 500));
}

#[test]
fn s06_a_referral_concerns_only_the_sides_that_have_rules() {
    let mut spec = with_referrals();
    spec.rules.retain(|rule| rule.on != On::Referrer);
    let mut case = case(spec);
    case.tell_of("F", "2026-01-01", Fact::MemberEnrolled(Enrolment::default())).unwrap();
    case.tell("2026-01-02", referred_by("F")).unwrap();
    let outcome = case.order("2026-01-05", "A", 1_000).unwrap();
    assert_eq!(names(&outcome.happenings), ["PointsEarned", "PointsEarned", "ReferralPaid"]);
    assert!(outcome.others.is_empty());
}

#[test]
fn s06_nobody_refers_themselves_and_an_unknown_referrer_gets_nothing() {
    let mut case = case(with_referrals());
    assert_eq!(case.tell("2026-01-02", referred_by("M")), refused("same_member"));
    case.tell("2026-01-02", referred_by("nobody")).expect("the case is sound");
    let outcome = case.order("2026-01-05", "A", 1_000).expect("the case is sound");
    assert!(outcome.others.is_empty());
    assert_eq!(case.balance("2026-01-05").pending, 200);
}
