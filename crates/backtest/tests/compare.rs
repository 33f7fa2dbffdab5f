//! What a changed programme would have done.

mod support;

use std::num::NonZero;

use support::{PROGRAMME, Shop, a_redemption, a_return, a_reversal, an_order, at};
use tallybook::Command;
use tallybook::core::fact::Fact;
use tallybook_backtest::{Options, compare};

fn doubled() -> String {
    PROGRAMME.replace(r#"points = "1""#, r#"points = "2""#).replace(r#"points = "20""#, r#"points = "40""#)
}

fn halved() -> String {
    PROGRAMME.replace(r#"per = "1.00""#, r#"per = "2.00""#).replace(r#"points = "20""#, r#"points = "10""#)
}

#[test]
fn twice_the_rate_issues_twice_the_points() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    shop.order("bob", "B-1", "2020-01-04", 150);
    shop.submit(Command::new("bob", at("2020-02-05"), Fact::OrderReturned(a_return("R-1", "B-1", &[]))));
    shop.order("bob", "B-2", "2020-05-04", 10);
    let report = shop.compare(&doubled());
    let points = &report.currencies[0];
    assert_eq!((points.totals.baseline.issued, points.totals.scenario.issued), (230, 460));
    assert_eq!((points.totals.baseline.clawed_back, points.totals.scenario.clawed_back), (170, 340));
    assert_eq!((points.totals.baseline.expired, points.totals.scenario.expired), (50, 100));
    assert_eq!((points.totals.baseline.liability, points.totals.scenario.liability), (10, 20));
    assert_eq!((report.facts.orders, report.facts.returns, report.members), (3, 1, 2));
    let base = report.rules.iter().find(|rule| rule.rule == "base").unwrap();
    assert_eq!((base.figures.baseline.granted, base.figures.scenario.granted), (210, 420));
    assert!(report.refusals.is_empty());
}

#[test]
fn months_hold_what_happened_in_them_and_what_is_owed_at_their_end() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-31T23:30:00Z", 50);
    shop.redeem("ann", "P-1", "2020-02-10", 20);
    shop.order("ann", "A-2", "2020-06-01", 10);
    let report = shop.compare(PROGRAMME);
    let months = &report.currencies[0].months;
    let names: Vec<&str> = months.iter().map(|month| month.month.as_str()).collect();
    // Half past eleven in the evening of 31 January is 1 February in Berlin.
    assert_eq!(names, ["2020-02", "2020-03", "2020-04", "2020-05", "2020-06"]);
    let flow = |month: usize| months[month].flows.baseline;
    assert_eq!((flow(0).issued, flow(0).activated, flow(0).redeemed, flow(0).liability), (50, 50, 20, 30));
    assert_eq!((flow(1).issued, flow(1).liability), (0, 30));
    assert_eq!((flow(3).expired, flow(3).liability), (30, 0));
    assert_eq!((flow(4).issued, flow(4).liability), (10, 10));
    assert!(months.iter().all(|month| month.flows.baseline == month.flows.scenario));
}

#[test]
fn redemptions_are_cut_to_what_is_there_and_the_rest_counts_as_unmet() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 60);
    shop.redeem("ann", "P-1", "2020-01-10", 40);
    shop.redeem("ann", "P-2", "2020-01-11", 15);
    let reversal = Fact::ReversalRequested(a_reversal("P-1", Some(35)));
    shop.submit(Command::new("ann", at("2020-01-12"), reversal).with_key("v"));
    let report = shop.compare(&halved());
    let points = &report.currencies[0];
    // 30 points: 30 of the 40 are met, none of the 15; of the 30 that were spent all come back.
    assert_eq!((points.unmet.scenario.redemptions, points.unmet.scenario.points), (2, 25));
    assert_eq!((points.unmet.baseline.redemptions, points.unmet.baseline.points), (0, 0));
    assert_eq!((points.totals.baseline.redeemed, points.totals.scenario.redeemed), (20, 0));
    assert_eq!((points.totals.baseline.reversed, points.totals.scenario.reversed), (35, 30));
    assert_eq!(points.totals.scenario.liability, 30);
    assert_eq!(report.refusals.len(), 1);
    assert_eq!(
        (report.refusals[0].code.as_str(), report.refusals[0].count.scenario),
        ("insufficient_points", 1)
    );
}

#[test]
fn an_order_goes_on_when_the_redemption_in_its_batch_cannot_be_met() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 10);
    let mut command =
        Command::new("ann", at("2020-01-10"), Fact::RedemptionRequested(a_redemption("P-1", 10)));
    command.facts.push(Fact::OrderPlaced(an_order("A-2", &[(30, "BOOKS", &[])])));
    shop.submit(command);
    let nothing_for_books = PROGRAMME.replace(
        "id = \"base\"\nkind = \"base\"",
        "id = \"base\"\nkind = \"base\"\nwhen = { min_spend = \"20.00\" }",
    );
    let report = shop.compare(&nothing_for_books);
    let points = &report.currencies[0];
    assert_eq!((points.totals.baseline.issued, points.totals.scenario.issued), (40, 30));
    assert_eq!((points.unmet.scenario.redemptions, points.unmet.scenario.points), (1, 10));
}

#[test]
fn orders_that_the_scenario_does_not_take_are_counted_by_code_with_their_returns() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 10);
    shop.submit(Command::new("ann", at("2020-01-05"), Fact::OrderReturned(a_return("R-1", "A-1", &[]))));
    let report = shop.compare(&PROGRAMME.replace("EUR", "USD"));
    let codes: Vec<_> =
        report.refusals.iter().map(|r| (r.code.as_str(), r.count.baseline, r.count.scenario)).collect();
    assert_eq!(codes, [("unknown_money_currency", 0, 1), ("unknown_order", 0, 1)]);
}

#[test]
fn tiers_are_counted_at_the_end_and_moves_on_the_way() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 150);
    shop.order("bob", "B-1", "2020-01-03", 250);
    let report = shop.compare(&PROGRAMME.replace(r#"spend = "200.00""#, r#"spend = "120.00""#));
    let ladder = &report.ladders[0];
    let tiers: Vec<_> =
        ladder.tiers.iter().map(|t| (t.tier.as_str(), t.members.baseline, t.members.scenario)).collect();
    assert_eq!(tiers, [("member", 1, 0), ("silver", 1, 2)]);
    let moves: Vec<_> = ladder
        .moves
        .iter()
        .map(|m| (m.from.as_str(), m.to.as_str(), m.why.as_str(), m.count.baseline, m.count.scenario))
        .collect();
    assert_eq!(moves, [("member", "silver", "upgraded", 1, 2)]);
}

#[test]
fn those_who_gain_and_lose_most_are_named() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 90);
    shop.order("bob", "B-1", "2020-01-03", 80);
    shop.order("eve", "E-1", "2020-01-03", 100);
    shop.order("joe", "J-1", "2020-01-03", 0);
    let scenario = doubled()
        .replace(r#"points = "40""#, r#"points = "1""#)
        .replace(r#"points = "2""#, "points = \"2\"\nwhen = { max_spend = \"95.00\" }");
    let report = shop.compare(&scenario);
    let points = &report.currencies[0];
    let named = |changes: &[tallybook_backtest::MemberChange]| {
        changes.iter().map(|c| (c.member.clone(), c.difference)).collect::<Vec<_>>()
    };
    assert_eq!(named(&points.gainers), [("ann".to_owned(), 90), ("bob".to_owned(), 80)]);
    assert_eq!(named(&points.losers), [("eve".to_owned(), -119)]);
    assert_eq!((points.members_with_more, points.members_with_less, points.members_with_same), (2, 1, 1));
}

#[test]
fn the_report_is_the_same_with_any_number_of_threads() {
    let shop = Shop::new(PROGRAMME);
    for n in 0..40 {
        let member = format!("m{}", n % 13);
        shop.order(&member, &format!("O-{n}"), &format!("2020-0{}-0{}", 1 + n / 9, 1 + n % 9), 7 * n);
    }
    let columns = shop.columns();
    let baseline = columns.programmes().unwrap();
    let scenario = baseline.scenario(&doubled()).unwrap();
    let report = |threads| {
        let options = Options { top_max: 3, threads: NonZero::new(threads) };
        compare(&columns, &baseline, &scenario, &options).unwrap()
    };
    let one = report(1);
    assert_eq!(one.currencies[0].gainers.len(), 3);
    for threads in [2, 3, 7, 64] {
        assert_eq!(report(threads), one);
    }
}

#[test]
fn a_ledger_without_members_compares_to_nothing() {
    let shop = Shop::new(PROGRAMME);
    let report = shop.compare(&doubled());
    assert_eq!((report.members, report.facts.orders), (0, 0));
    assert_eq!(report.currencies[0].totals.scenario.issued, 0);
}
