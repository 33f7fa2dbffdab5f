use proptest::prelude::*;

use super::HEAD;
use crate::calendar::Instant;
use crate::event::Trigger;
use crate::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, PolicyIndex, TierNumber,
};
use crate::money::{CurrencyCode, Money, Rounding};
use crate::points::Points;
use crate::programme::parse::ladder::at_least_as_hard;
use crate::programme::parse::{check, compile};
use crate::programme::plan::*;
use crate::programme::registry::Registry;

/// Every key of the language at least once.
const EVERYTHING: &str = include_str!("everything.toml");

fn plan(source: &str) -> Plan {
    check(source).map(|checked| checked.plan).unwrap_or_else(|findings| panic!("{findings}"))
}

fn rule<'p>(plan: &'p Plan, id: &str) -> &'p Rule {
    plan.rules.iter().find(|rule| rule.id.as_ref() == id).unwrap()
}

fn at(text: &str) -> Option<Instant> {
    Some(Instant::parse_rfc3339(text).unwrap())
}

#[test]
fn what_is_not_said_has_its_default() {
    let plan = plan(&format!("{HEAD}[[rule]]\nid = \"a\"\nkind = \"base\"\npoints = \"1\"\nper = \"1\"\n"));
    assert!(plan.enrol_on_first_fact);
    assert_eq!((plan.late_limit_days, plan.clock_skew_seconds, plan.horizon_days), (400, 300, 402));
    assert_eq!(plan.money, [MoneyCurrency { code: CurrencyCode::parse("EUR").unwrap(), exponent: 2 }]);
    let currency = plan.currencies[0].as_ref().unwrap();
    assert_eq!(
        (currency.scale, currency.usage, currency.spend_order),
        (0, Usage::Spendable, SpendOrder::SoonestExpiry)
    );
    assert_eq!((currency.expiry, currency.activation), (Expiry::NEVER, Activation::Immediate));
    assert_eq!((currency.clawback, currency.reversal_grace_days), (ClawbackPolicy::Arrears, 0));
    assert_eq!((currency.cash, currency.caps.len()), (None, 0));
    assert_eq!((plan.on_close, plan.reinstate_days, plan.voucher_days), (OnClose::Forfeit, 30, None));
    let rule = &plan.rules[0];
    assert_eq!(rule.effect, Effect::Base { rate: Ratio { numerator: 1, denominator: 100 } });
    assert_eq!((rule.rounding, rule.rounding_unit), (Rounding::Floor, RoundingUnit::Order));
    assert_eq!((rule.money, rule.group), (MoneyBase::default(), None));
    assert_eq!((&rule.lines, &rule.order), (&LineConditions::default(), &OrderConditions::default()));
    assert_eq!(rule.on, Trigger::Order);
    assert!(rule.member.is_empty() && !rule.is_conditional());
}

#[test]
fn counters_are_kept_for_as_long_as_a_period_and_a_late_fact_may_reach_back() {
    let days = |lines: &str| plan(&format!("{HEAD}{lines}")).horizon_days;
    let bonus = "[[rule]]\nid = \"a\"\nkind = \"bonus\"\npoints = \"1\"\n";
    assert_eq!(days(&format!("{bonus}max_triggers = [{{ times = 1, per = \"month\" }}]\n")), 433);
    assert_eq!(days("transfer = { limit = { points = \"1\", per = \"year\" } }\n"), 768);
    assert_eq!(days("purchase = { limit = { points = \"1\", per = \"week\" } }\n"), 409);
    assert_eq!(days("purchase = { limit = { points = \"1\", per = \"ever\" } }\n"), 402);
}

#[test]
fn minor_units_are_those_of_iso_4217_unless_the_file_says_otherwise() {
    let codes = ["JPY", "KWD", "CNY", "VND"];
    let money: String = codes.iter().map(|code| format!("[[money]]\ncode = \"{code}\"\n")).collect();
    let plan = plan(&format!("{HEAD}{money}[[money]]\ncode = \"GBP\"\nexponent = 3\n"));
    assert_eq!(plan.money.iter().map(|money| money.exponent).collect::<Vec<_>>(), [2, 0, 3, 2, 0, 3]);
}

#[test]
fn rates_are_exact_and_in_lowest_terms() {
    let rate = |scale: u8, money: &str, points: &str, per: &str| {
        let head = HEAD.replace("EUR", money);
        let rule = format!("[[rule]]\nid = \"a\"\nkind = \"base\"\npoints = \"{points}\"\nper = \"{per}\"\n");
        let Effect::Base { rate } = plan(&format!("{head}scale = {scale}\n{rule}")).rules[0].effect else {
            panic!("a base rule has a rate")
        };
        (rate.numerator, rate.denominator)
    };
    assert_eq!(rate(0, "EUR", "1", "1.00"), (1, 100));
    assert_eq!(rate(0, "EUR", "1.5", "10"), (3, 2_000));
    assert_eq!(rate(2, "EUR", "1", "1.00"), (1, 1));
    assert_eq!(rate(0, "JPY", "1", "200"), (1, 200));
    assert_eq!(rate(4, "KWD", "0.000001", "0.003"), (1, 300));
}

#[test]
fn everything_that_the_language_can_say_is_compiled() {
    let checked = check(EVERYTHING).unwrap_or_else(|findings| panic!("{findings}"));
    let plan = &checked.plan;
    assert_eq!(checked.effective_from, at("2017-01-01T05:00:00Z"));
    assert_eq!((plan.name.as_ref(), plan.zone.name()), ("Everything", "America/New_York"));
    assert!(!plan.enrol_on_first_fact);
    assert_eq!((plan.late_limit_days, plan.clock_skew_seconds), (30, 60));
    // Two years of 366 days and 31 of grace are the longest period.
    assert_eq!(plan.horizon_days, 30 + 3 * 366 + 31 + 2);

    let points = plan.currencies[0].as_ref().unwrap();
    let (span, round_to, counts_from) = (Span::Months(12), RoundTo::Month, CountsFrom::Earning);
    assert_eq!(points.expiry, Expiry::at(End::After { span, round_to, counts_from }));
    assert_eq!((points.activation, points.reversal_grace_days), (Activation::AfterDays(14), 7));
    assert_eq!((points.usage, points.spend_order), (Usage::Both, SpendOrder::Fifo));
    let cash = points.cash.unwrap();
    assert_eq!((cash.points, cash.per, cash.max_share_percent), (Points(100), Money(100), 50));
    assert_eq!((cash.min_points, cash.step), (Points(500), Points(100)));
    let miles = plan.currencies[1].as_ref().unwrap();
    assert_eq!((miles.scale, miles.clawback), (0, ClawbackPolicy::BalanceOnly));
    assert_eq!(miles.activation, Activation::OnFulfilment { within_days: 30 });
    assert_eq!(miles.expiry, Expiry::at(End::Calendar { years: 1, counts_from: CountsFrom::Activation }));
}

#[test]
fn ways_for_points_to_change_hands_are_compiled() {
    let plan = plan(EVERYTHING);
    let stars = plan.currencies[2].as_ref().unwrap();
    let limit = |number, points, per| {
        Some(Cap { number: CapNumber(number), limit: Points(points), per, beyond: Beyond::Skip })
    };
    let sent = Allowance {
        min_points: Points(50),
        max_points: Some(Points(10_000)),
        limit: limit(1, 20_000, CapPeriod::Year),
    };
    assert_eq!(
        stars.transfer,
        Some(TransferPolicy {
            allowance: sent,
            expiry: TransferExpiry::Restart,
            fee_points: Points(5),
            fee_basis_points: 225
        })
    );
    let bought = Allowance {
        min_points: Points(100),
        max_points: Some(Points(5_000)),
        limit: limit(2, 7_505, CapPeriod::Month),
    };
    assert_eq!(stars.purchase, Some(bought));
    let points = plan.currencies[0].as_ref().unwrap();
    assert_eq!((points.transfer, points.purchase), (None, None));
}

#[test]
fn an_earliest_of_two_has_both_ends() {
    let plan = plan(EVERYTHING);
    let stars = plan.currencies[2].as_ref().unwrap();
    let (span, round_to, counts_from) = (Span::Months(36), RoundTo::Year, CountsFrom::Activation);
    let kinds = [RenewalKind::Order, RenewalKind::Transfer, RenewalKind::Purchase];
    let idle = Inactivity {
        months: 18,
        round_to: RoundTo::Quarter,
        counts_from: CountsFrom::Earning,
        kinds: RenewalKinds::of(&kinds),
    };
    assert_eq!(
        stars.expiry,
        Expiry { ends: [Some(End::After { span, round_to, counts_from }), None], inactivity: Some(idle) }
    );
    assert_eq!(Some(stars.activation), at("2017-12-01T05:00:00Z").map(Activation::OnDate));
}

#[test]
fn a_campaign_gives_its_rules_its_time_its_budget_and_its_expiry() {
    let plan = plan(EVERYTHING);
    let check_in = rule(&plan, "check-in");
    assert_eq!((check_in.on, check_in.campaign), (Trigger::Activity, Some(0)));
    assert_eq!(check_in.activities.as_slice(), [ActivityNumber(0), ActivityNumber(1)]);
    let (from, until) = (at("2017-06-01T04:00:00Z"), at("2017-08-01T04:00:00Z"));
    assert_eq!((check_in.member.from, check_in.member.until), (from, until));
    assert_eq!(check_in.budgets.as_slice(), [1, 0], "its own, then the campaign's");
    let month = Expiry::at(End::After {
        span: Span::Days(30),
        round_to: RoundTo::Day,
        counts_from: CountsFrom::Activation,
    });
    assert_eq!(plan.expiries, [Expiry::NEVER, month], "equal expiries are one");
    assert_eq!((check_in.expiry, rule(&plan, "hello").expiry), (Some(PolicyIndex(1)), Some(PolicyIndex(1))));
    let status = plan.ladders[0].as_ref().unwrap();
    assert_eq!(status.tiers.iter().map(|tier| tier.expiry).collect::<Vec<_>>(), [None, Some(PolicyIndex(0))]);
    let summer = Campaign { id: "summer".into(), from, until: at("2017-09-01T04:00:00Z") };
    assert_eq!(plan.campaigns, [summer]);
}

#[test]
fn rests_limits_streaks_and_scores_are_compiled() {
    let plan = plan(EVERYTHING);
    let check_in = rule(&plan, "check-in");
    assert_eq!(check_in.cooldown, Some(Cooldown { number: CapNumber(5), days: 2 }));
    let limit = |number, times, per| TriggerLimit { number: CapNumber(number), times, per };
    assert_eq!(
        check_in.trigger_limits.as_slice(),
        [limit(6, 3, CapPeriod::Week), limit(7, 5, CapPeriod::Week), limit(8, 50, CapPeriod::Ever)]
    );
    assert_eq!(check_in.member.streak_every, Some(7));
    assert_eq!(check_in.member.score, Some(ScoreRange { from: 9, to: 10 }));
    assert!(check_in.cel.as_ref().unwrap().speaks_of_member());
    let hello = rule(&plan, "hello");
    assert_eq!((hello.on, hello.activities.len(), hello.campaign), (Trigger::Enrolment, 0, None));
    assert_eq!((hello.cooldown, hello.trigger_limits.len(), hello.budgets.len()), (None, 0, 0));
}

#[test]
fn what_stands_beside_the_rules_is_compiled() {
    let checked = check(EVERYTHING).unwrap();
    let plan = &checked.plan;
    assert_eq!((plan.on_close, plan.reinstate_days, plan.voucher_days), (OnClose::Keep, 60, Some(90)));
    assert_eq!(plan.referral, Some(Referral { window_days: 30 }));
    let kind = |number, id: &str| ActivityKind { number: ActivityNumber(number), id: id.into() };
    assert_eq!(plan.activities, [kind(0, "check_in"), kind(1, "survey")]);
    let budget = |number, id: &str, points, beyond| Budget {
        number: BudgetNumber(number),
        id: id.into(),
        currency: CurrencyNumber(2),
        limit: Points(points),
        beyond,
    };
    assert_eq!(
        plan.budgets,
        [budget(0, "launch", 1_000_000, Beyond::Skip), budget(1, "welcome", 50_000, Beyond::Trim)]
    );
    let coffee = Reward {
        id: "coffee".into(),
        currency: CurrencyNumber(2),
        points: Points(305),
        stock: Some(Stock { number: BudgetNumber(2), pieces: 100 }),
        from: at("2017-01-01T05:00:00Z"),
        until: at("2018-01-01T05:00:00Z"),
        tiers: [(LadderNumber(0), TierNumber(1))].into_iter().collect(),
    };
    assert_eq!(plan.rewards, [coffee]);
    let names = |list: &[Box<str>]| list.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&checked.registry.budgets), ["budget launch", "budget welcome", "stock coffee"]);
    assert_eq!(names(&checked.registry.activities), ["check_in", "survey"]);
}

#[test]
fn every_condition_is_compiled() {
    let plan = plan(EVERYTHING);
    let wanted = rule(&plan, "everything");
    assert_eq!(wanted.effect, Effect::Bonus { points: Points(50) });
    assert_eq!(
        wanted.lines.categories.as_slice(),
        [plan.symbols.symbol("DELI"), plan.symbols.symbol("GROCERY")]
    );
    assert_eq!(wanted.lines.skus.as_slice(), [plan.symbols.symbol("1004906")]);
    assert_eq!(wanted.lines.tags, plan.symbols.tag_bit("promo") | plan.symbols.tag_bit("new"));
    assert_eq!(wanted.lines.not_tags, plan.symbols.tag_bit("coupon"));
    assert_eq!(wanted.lines.not_brands.as_slice(), [plan.symbols.symbol("National")]);
    assert_eq!((wanted.order.channels.len(), wanted.order.stores.len()), (1, 1));
    assert_eq!((wanted.order.min_spend, wanted.order.max_spend), (Some(Money(1_000)), Some(Money(50_000))));
    assert_eq!((wanted.order.min_quantity, wanted.order.money.len()), (Some(3), 1));
    let member = &wanted.member;
    assert_eq!(member.tiers.as_slice(), [(LadderNumber(0), TierNumber(1)), (LadderNumber(1), TierNumber(0))]);
    assert_eq!(member.segments, ["staff".into(), "vip".into()] as [Box<str>; 2]);
    assert_eq!(member.attributes, [("shoe_size".into(), vec!["42".into(), "43".into()])]);
    assert_eq!((member.order_number, member.weekdays), (Some(OrderNumber::Every(5)), 0b110_0000));
    assert_eq!(member.hours, Some(HourRange { from: 18, to: 22 }));
    assert_eq!((member.from, member.until), (at("2017-06-01T04:00:00Z"), at("2017-06-30T22:00:00Z")));
    assert_eq!(member.birthday, Some(Birthday::Month));
    assert!(plan.symbols.texts.is_sorted() && plan.symbols.tags.is_sorted());
}

#[test]
fn groups_caps_and_money_bases_are_compiled() {
    let plan = plan(EVERYTHING);
    let (double, triple) = (rule(&plan, "double"), rule(&plan, "triple"));
    assert_eq!(double.effect, Effect::Multiplier { extra: Ratio { numerator: 1, denominator: 1 } });
    assert_eq!(triple.effect, Effect::Multiplier { extra: Ratio { numerator: 5, denominator: 2 } });
    let group = |priority| Some(Group { index: 0, choice: GroupChoice::Priority, priority });
    assert_eq!((double.group, triple.group), (group(0), group(-1)));
    let base = rule(&plan, "base");
    assert_eq!(
        base.caps.as_slice(),
        [
            Cap { number: CapNumber(3), limit: Points(50), per: CapPeriod::Month, beyond: Beyond::Trim },
            Cap { number: CapNumber(4), limit: Points(60), per: CapPeriod::Month, beyond: Beyond::Skip },
        ]
    );
    assert_eq!((base.rounding, base.rounding_unit), (Rounding::HalfEven, RoundingUnit::Line));
    assert!(base.money.before_discount && base.money.with_tax && base.money.with_shipping);
    assert!(base.money.with_points_paid && base.money.with_stored_value_paid);
    let names = check(EVERYTHING).unwrap().registry.caps;
    let expected = [
        "currency points/order",
        "currency stars/sent year",
        "currency stars/bought month",
        "rule base/month",
        "rule base/month/2",
        "rule check-in/cooldown",
        "rule check-in/triggers week",
        "rule check-in/triggers week/2",
        "rule check-in/triggers ever",
    ];
    assert_eq!(names.iter().map(AsRef::as_ref).collect::<Vec<&str>>(), expected);
}

#[test]
fn ladders_are_compiled() {
    let plan = plan(EVERYTHING);
    let status = plan.ladders[0].as_ref().unwrap();
    assert_eq!((status.period, status.upgrade), (LadderPeriod::CalendarYear, Upgrade::PeriodEnd));
    assert_eq!((status.downgrade, status.on_return), (Downgrade::OneDown, OnReturn::DemoteNow));
    assert_eq!((status.valid_periods, status.grace_days), (2, 31));
    assert!(status.spend.with_tax && !status.spend.before_discount);
    assert_eq!((status.tiers[0].entry, status.tiers[0].keep), (None, None));
    let gold = &status.tiers[1];
    let (spend, orders) = (Some(Money(200_000)), Some(12));
    assert_eq!(gold.entry, Some(Threshold { all: true, spend, points: None, orders }));
    assert_eq!(
        gold.keep,
        Some(Threshold { all: false, spend: Some(Money(150_000)), points: None, orders: None })
    );
    let club = plan.ladders[1].as_ref().unwrap();
    assert_eq!((club.period, club.tiers[1].keep), (LadderPeriod::RollingDays(365), club.tiers[1].entry));
}

#[test]
fn the_same_file_and_registry_give_the_same_plan() {
    let mut registry = Registry::default();
    let first = compile(EVERYTHING, &mut registry).unwrap();
    let after_first = registry.clone();
    assert_eq!(compile(EVERYTHING, &mut registry).unwrap(), first);
    assert_eq!(registry, after_first, "names that are known get no new numbers");
}

#[test]
fn names_keep_their_numbers_whatever_the_order_in_a_later_file() {
    let mut registry = Registry::default();
    compile(EVERYTHING, &mut registry).unwrap();
    let later = HEAD.replace("id = \"points\"", "id = \"coins\"\n[[currency]]\nid = \"miles\"");
    let plan = compile(&later, &mut registry).unwrap();
    let ids: Vec<Option<&str>> = plan
        .currencies
        .iter()
        .map(|currency| currency.as_ref().map(|currency| currency.id.as_ref()))
        .collect();
    assert_eq!(ids, [None, Some("miles"), None, Some("coins")]);
    assert_eq!(plan.currencies[3].as_ref().unwrap().number, CurrencyNumber(3));
    assert_eq!(plan.ladders, [None, None]);
}

fn threshold() -> impl Strategy<Value = Threshold> {
    let figure = || proptest::option::of(1..4i64);
    (any::<bool>(), figure(), figure(), figure())
        .prop_filter("asks something", |(_, s, p, o)| s.is_some() || p.is_some() || o.is_some())
        .prop_map(|(all, s, p, orders)| Threshold { all, spend: s.map(Money), points: p.map(Points), orders })
}

fn reaches(figures: [i64; 3], threshold: Threshold) -> bool {
    let asked = [threshold.spend.map(|m| m.0), threshold.points.map(|p| p.0), threshold.orders];
    let mut reached =
        figures.iter().zip(asked).filter_map(|(figure, least)| least.map(|least| *figure >= least));
    if threshold.all { reached.all(|r| r) } else { reached.any(|r| r) }
}

proptest! {
    #[test]
    fn a_threshold_is_as_hard_as_another_where_nobody_reaches_it_alone(hard in threshold(), easy in threshold()) {
        let everybody = (0..64).map(|n| [n & 3, n >> 2 & 3, n >> 4 & 3]);
        let implied = everybody.into_iter().all(|figures| !reaches(figures, hard) || reaches(figures, easy));
        prop_assert_eq!(at_least_as_hard(hard, easy), implied);
    }
}
