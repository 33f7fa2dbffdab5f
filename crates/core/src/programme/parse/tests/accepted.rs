use proptest::prelude::*;

use super::HEAD;
use crate::calendar::Instant;
use crate::event::{Figures, Trigger};
use crate::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, PolicyIndex, TierNumber,
};
use crate::money::{CurrencyCode, Money, Rounding};
use crate::points::Points;
use crate::programme::parse::threshold::at_least_as_hard;
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
    let gold = "[[ladder]]\nid = \"status\"\nperiod = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n\
                [[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 9 } }\n";
    assert_eq!(days(gold), 402);
    assert_eq!(days(&format!("{gold}challenge = {{ days = 90, any = {{ orders = 3 }} }}\n")), 492);
    let benefit =
        |per| format!("{gold}[[benefit]]\nid = \"lounge\"\nper = \"{per}\"\ntimes = {{ gold = 1 }}\n");
    assert_eq!((days(&benefit("week")), days(&benefit("tier_period"))), (409, 768));
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
    let expiries: Vec<_> = status.tiers.iter().map(|tier| tier.expiry).collect();
    assert_eq!(expiries, [None, Some(PolicyIndex(0)), None]);
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
        "benefit lounge/month",
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
    let of_period = |all, period| Some(Threshold { all, period, lifetime: Asked::default() });
    let spend = |minor| Asked { spend: Some(Money(minor)), ..Asked::default() };
    assert_eq!(gold.entry, of_period(true, Asked { orders: Some(12), ..spend(200_000) }));
    assert_eq!(gold.keep, of_period(false, spend(150_000)));
    let club = plan.ladders[1].as_ref().unwrap();
    assert_eq!((club.period, club.tiers[1].keep), (LadderPeriod::RollingDays(365), club.tiers[1].entry));
}

#[test]
fn figures_of_a_period_and_of_all_time_are_compiled() {
    let plan = plan(EVERYTHING);
    let status = plan.ladders[0].as_ref().unwrap();
    let period = Asked {
        spend: Some(Money(500_000)),
        points: Some(Points(4_000)),
        orders: Some(24),
        referrals: Some(2),
        activities: Some(6),
    };
    let lifetime = Asked {
        spend: Some(Money(1_000_000)),
        points: Some(Points(8_000)),
        orders: Some(50),
        referrals: Some(3),
        activities: Some(12),
    };
    assert_eq!(status.tiers[2].entry, Some(Threshold { all: true, period, lifetime }));
    assert_eq!((status.counts_referrals, status.activities.as_slice()), (true, &[ActivityNumber(1)][..]));
    assert_eq!(status.on_change, OnChange::Full);
    let carried =
        Figures { spend: Money(50_000), points: Points(300), orders: 3, referrals: 1, activities: 10 };
    assert_eq!(status.carry_over, Some(carried));
    let club = plan.ladders[1].as_ref().unwrap();
    assert_eq!((club.carry_over, club.on_change), (None, OnChange::UpgradeOnly));
    assert_eq!((club.counts_referrals, club.activities.len()), (false, 0));
}

#[test]
fn activities_that_a_tier_asks_for_are_of_all_kinds_unless_some_are_listed() {
    let ladder = "[[activity]]\nid = \"b\"\n[[activity]]\nid = \"a\"\n[[ladder]]\nid = \"status\"\n\
                  period = \"lifetime\"\n[[ladder.tier]]\nid = \"member\"\n[[ladder.tier]]\nid = \"gold\"\n";
    let counted = |gold: &str| plan(&format!("{HEAD}{ladder}{gold}\n")).ladders[0].clone().unwrap();
    let by_orders = "entry = { any = { orders = 9 } }";
    for asks in [
        "entry = { any = { activities = 3 } }",
        "entry = { any = { lifetime_activities = 3 } }",
        &format!("{by_orders}\nkeep = {{ any = {{ orders = 9, activities = 3 }} }}"),
        &format!("{by_orders}\nchallenge = {{ days = 1, all = {{ activities = 3 }} }}"),
    ] {
        assert_eq!(counted(asks).activities.as_slice(), [ActivityNumber(0), ActivityNumber(1)], "{asks}");
    }
    assert_eq!(counted(by_orders).activities.len(), 0);
}

#[test]
fn a_tier_says_which_ones_it_replaces_and_how_it_is_lent() {
    let checked = check(EVERYTHING).unwrap();
    let status = checked.plan.ladders[0].as_ref().unwrap();
    assert_eq!((status.tiers[1].replaces.len(), status.tiers[1].challenge), (0, None));
    let platinum = &status.tiers[2];
    // The tiers of the file have their numbers before those that it only mentions.
    assert_eq!(
        (platinum.number, platinum.replaces.as_slice()),
        (TierNumber(2), &[TierNumber(3), TierNumber(4)][..])
    );
    let tiers: Vec<&str> = checked.registry.ladders[0].1.iter().map(AsRef::as_ref).collect();
    assert_eq!(tiers, ["member", "gold", "platinum", "diamond", "titanium"]);
    let figures = Figures { spend: Money(150_000), referrals: 2, ..Figures::default() };
    assert_eq!(platinum.challenge, Some(Challenge { days: 90, all: false, figures }));
}

#[test]
fn benefits_are_compiled() {
    let plan = plan(EVERYTHING);
    let lounge = Benefit {
        number: CapNumber(9),
        id: "lounge".into(),
        ladder: LadderNumber(0),
        per: CapPeriod::Month,
        times: [(TierNumber(1), 2), (TierNumber(2), 6)].into_iter().collect(),
    };
    assert_eq!(plan.benefits, [lounge]);
}

#[test]
fn a_rule_on_tiers_says_which_tier_it_is_about() {
    let plan = plan(EVERYTHING);
    let arrived = rule(&plan, "arrived");
    assert_eq!((arrived.on, arrived.effect), (Trigger::TierReached, Effect::Bonus { points: Points(200) }));
    assert_eq!(arrived.member.tiers.as_slice(), [(LadderNumber(0), TierNumber(2))]);
    assert!(plan.has_rules_on(Trigger::TierReached) && !plan.has_rules_on(Trigger::TierKept));
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
    let figures = proptest::array::uniform6(proptest::option::of(1..4i64));
    (any::<bool>(), figures)
        .prop_filter("asks something", |(_, figures)| figures.iter().any(Option::is_some))
        .prop_map(|(all, [spend, points, orders, referrals, ever_spent, activities])| Threshold {
            all,
            period: Asked {
                spend: spend.map(Money),
                points: points.map(Points),
                orders,
                referrals,
                activities: None,
            },
            lifetime: Asked { spend: ever_spent.map(Money), activities, ..Asked::default() },
        })
}

fn reaches(figures: [i64; 6], threshold: Threshold) -> bool {
    let Threshold { period, lifetime, .. } = threshold;
    let asked = [
        period.spend.map(|m| m.0),
        period.points.map(|p| p.0),
        period.orders,
        period.referrals,
        lifetime.spend.map(|m| m.0),
        lifetime.activities,
    ];
    let mut reached =
        figures.iter().zip(asked).filter_map(|(figure, least)| least.map(|least| *figure >= least));
    if threshold.all { reached.all(|r| r) } else { reached.any(|r| r) }
}

proptest! {
    #[test]
    fn a_threshold_is_as_hard_as_another_where_nobody_reaches_it_alone(hard in threshold(), easy in threshold()) {
        let everybody = (0..4_096).map(|n| std::array::from_fn(|kind| n >> (2 * kind) & 3));
        let implied = everybody.into_iter().all(|figures| !reaches(figures, hard) || reaches(figures, easy));
        prop_assert_eq!(at_least_as_hard(hard, easy), implied);
    }
}
