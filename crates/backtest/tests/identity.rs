//! The programme that was in force gives the recorded decisions, byte for byte.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, say by a panic what went wrong")]

mod support;

use proptest::prelude::*;
use support::{PROGRAMME, Shop, a_redemption, a_return, a_reversal, an_adjustment, an_order, at};
use tallybook::Command;
use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::event::{Decision, Trigger};
use tallybook::core::fact::{Enrolment, Fact, ReturnedPart};
use tallybook_testkit::generate::{Course, Recorded, course};
use tallybook_testkit::spec::{ActivationSpec, AskedSpec, On, Spec, Threshold};

fn course_and_sweeps() -> impl Strategy<Value = (Course, Vec<u8>)> {
    (course().prop_map(supported), proptest::collection::vec(0u8..6, 1..50))
}

/// A past, and programmes, without what backtests do not support yet.
fn supported(mut course: Course) -> Course {
    course.spec = supported_spec(course.spec);
    for later in &mut course.later {
        later.spec = supported_spec(later.spec.clone());
        let before = course.history.iter().take(later.commands_before);
        later.commands_before = before.filter(|r| r.command.facts.iter().all(is_supported)).count();
    }
    course.history.retain(|recorded| recorded.command.facts.iter().all(is_supported));
    course
}

fn supported_spec(spec: Spec) -> Spec {
    let mut spec = Spec { budgets: Vec::new(), referral_window_days: None, ..spec };
    spec.rewards.iter_mut().for_each(|reward| reward.stock = None);
    spec.rules.retain(|rule| !matches!(rule.on, On::Referrer | On::Referred));
    spec.rules.iter_mut().for_each(|rule| rule.budget.clear());
    spec.campaigns.iter_mut().for_each(|campaign| campaign.budget = None);
    for currency in &mut spec.currencies {
        if let ActivationSpec::OnFulfilment(_) = currency.activation {
            currency.activation = ActivationSpec::Immediate;
        }
    }
    for ladder in &mut spec.ladders {
        ladder.activities = None;
        if let Some(limit) = &mut ladder.carry_over {
            *limit = counted(*limit);
        }
        for tier in &mut ladder.tiers {
            for threshold in [&mut tier.entry, &mut tier.keep].into_iter().flatten() {
                let Threshold { period, lifetime, .. } = *threshold;
                (threshold.period, threshold.lifetime) = (counted(period), of_orders(lifetime));
            }
            if let Some(challenge) = &mut tier.challenge {
                challenge.asked = counted(challenge.asked);
            }
        }
    }
    spec
}

/// The same asked of orders instead of activities and referrals; something is asked.
fn counted(asked: AskedSpec) -> AskedSpec {
    let asked = of_orders(asked);
    if asked.is_nothing() { AskedSpec { orders: Some(1), ..asked } } else { asked }
}

fn of_orders(asked: AskedSpec) -> AskedSpec {
    let orders = asked.orders.or(asked.activities).or(asked.referrals);
    AskedSpec { orders, activities: None, referrals: None, ..asked }
}

/// Whether the columns carry a fact.
fn is_supported(fact: &Fact<'_>) -> bool {
    match fact {
        Fact::OrderPlaced(order) => order.redemption.is_none(),
        Fact::OrderReturned(ret) => ret.points_back.is_none(),
        Fact::MemberEnrolled(_)
        | Fact::ProfileChanged(_)
        | Fact::RedemptionRequested(_)
        | Fact::ReversalRequested(_)
        | Fact::AdjustmentRequested(_) => true,
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_history_comes_out_as_recorded_whatever_was_swept_when((course, sweeps) in course_and_sweeps()) {
        let source = course.spec.to_toml();
        let shop = Shop::new(&source);
        for (index, Recorded { command, recorded_at }) in course.history.iter().enumerate() {
            for later in course.published_before(index) {
                shop.set_clock(later.recorded_at);
                // Where thresholds cross once they are all of orders, the version is not published.
                let _ = shop.ledger.publish(&later.spec.to_toml(), later.from);
            }
            let recorded_at = *recorded_at;
            shop.set_clock(recorded_at);
            // Refusals belong to histories, and leave nothing to come out.
            let _ = shop.ledger.submit(command.clone());
            match sweeps[index % sweeps.len()] {
                0 => drop(shop.ledger.sweep(recorded_at)),
                1 => drop(shop.ledger.sweep(Instant(recorded_at.0 - 40 * DAY_MICROS))),
                2 => drop(shop.ledger.publish(&source, Instant(recorded_at.0 + 3 * DAY_MICROS))),
                _ => {}
            }
        }
        let report = shop.identity();
        prop_assert!(report.is_identical(), "{report:#?}");
        let comparison = shop.compare(&source);
        for currency in &comparison.currencies {
            prop_assert_eq!(currency.unmet.baseline.redemptions, 0);
            prop_assert_eq!(currency.totals.baseline.liability, liability(&shop, &currency.currency, &comparison.until));
        }
    }
}

/// What members hold as the ledger itself says, settled to the time of the comparison.
fn liability(shop: &Shop, currency: &str, until: &str) -> i128 {
    let programmes = shop.ledger.programmes().unwrap();
    let index = programmes.registry().currencies.iter().position(|id| id.as_ref() == currency).unwrap();
    let mut sum = 0;
    shop.ledger
        .for_each_member(|member| {
            let state = tallybook::core::decide::settled(&member.state, &programmes, at(until));
            let balance = state.balance(tallybook::core::ids::CurrencyNumber(index as u8));
            sum += i128::from(balance.available.0) + i128::from(balance.pending.0);
        })
        .unwrap();
    sum
}

#[test]
fn every_kind_of_fact_comes_out_as_recorded() {
    let shop = Shop::new(PROGRAMME);
    let command = |member: &str, day: &str, fact| Command::new(member, at(day), fact);
    shop.submit(command("ann", "2020-01-02", Fact::MemberEnrolled(Enrolment::default())));
    let two_lines = an_order("A-1", &[(60, "SHOES", &[]), (50, "SHOES", &["coupon"])]);
    shop.submit(command("ann", "2020-01-03", Fact::OrderPlaced(two_lines)));
    shop.order("bob", "A-1", "2020-01-04", 300);
    shop.submit(command(
        "ann",
        "2020-01-05",
        Fact::OrderReturned(a_return("R-1", "A-1", &[("1", ReturnedPart::Quantity(1))])),
    ));
    shop.submit(command("ann", "2020-01-10", Fact::RedemptionRequested(a_redemption("P-1", 50))));
    shop.submit(
        command("ann", "2020-01-11", Fact::ReversalRequested(a_reversal("P-1", Some(20)))).with_key("v-1"),
    );
    shop.submit(
        command("ann", "2020-01-12", Fact::ReversalRequested(a_reversal("P-1", None))).with_key("v-2"),
    );
    shop.submit(command("bob", "2020-02-01", Fact::AdjustmentRequested(an_adjustment(-10))).with_key("a-1"));
    let exchange = Command::exchange(
        "bob",
        at("2020-02-02"),
        a_return("R-2", "A-1", &[]),
        an_order("A-2", &[(20, "BOOKS", &[])]),
    );
    shop.submit(exchange);
    shop.sweep("2020-06-01");
    shop.order("ann", "A-3", "2020-02-20", 40);
    shop.submit(command("ann", "2020-06-02", Fact::OrderReturned(a_return("R-3", "A-1", &[]))));
    shop.order("ann", "A-4", "2020-06-03", 10);
    let report = shop.identity();
    assert!(report.is_identical(), "{report:#?}");
    assert_eq!(report.members, 2);
}

#[test]
fn several_versions_each_judge_what_they_judged() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    let second = PROGRAMME.replace(r#"points = "1""#, r#"points = "3""#);
    shop.ledger.publish(&second, at("2020-02-01")).unwrap();
    shop.order("ann", "A-2", "2020-02-02", 50);
    shop.submit(Command::new("ann", at("2020-02-03"), Fact::OrderReturned(a_return("R-1", "A-1", &[]))));
    shop.order("ann", "A-3", "2020-01-15", 50);
    let report = shop.identity();
    assert!(report.is_identical(), "{report:#?}");
    assert!(report.decisions >= 4);
}

/// Every option of ladders that needs no facts of its own.
const LADDERS: &str = r#"
[[rule]]
id = "reached"
kind = "bonus"
on = "tier_reached"
points = "5"

[[rule]]
id = "kept"
kind = "bonus"
on = "tier_kept"
points = "6"

[[rule]]
id = "years"
kind = "bonus"
on = "tier_anniversary"
points = "7"

[[ladder]]
id = "club"
period = "calendar_year"
carry_over = { spend = "150.00" }
on_change = "full"
on_return = "demote_now"

[[ladder.tier]]
id = "guest"

[[ladder.tier]]
id = "friend"
entry = { any = { spend = "100.00", lifetime_spend = "500.00" } }

[[ladder.tier]]
id = "patron"
entry = { any = { spend = "400.00", lifetime_spend = "600.00" } }
"#;

#[test]
fn what_is_carried_lasting_figures_points_with_tiers_and_new_thresholds_come_out_as_recorded() {
    let first = format!("{PROGRAMME}{LADDERS}");
    let shop = Shop::new(&first);
    shop.order("ann", "A-1", "2020-01-03", 180);
    shop.order("bob", "B-1", "2020-01-03", 120);
    shop.order("ann", "A-2", "2020-03-03", 50);
    shop.sweep("2021-02-01");
    // Of a closed year, so that less is carried from it.
    shop.submit(Command::new("ann", at("2021-02-02"), Fact::OrderReturned(a_return("R-1", "A-2", &[]))));
    let second = first.replace("spend = \"100.00\", lifetime", "spend = \"90.00\", lifetime");
    shop.ledger.publish(&second, at("2021-03-01")).unwrap();
    shop.order("bob", "B-2", "2021-03-02", 95);
    shop.order("ann", "A-3", "2021-05-05", 430);
    shop.sweep("2023-02-01");
    let told = |member: &str| -> Vec<(&'static str, i64)> {
        let batches = shop.ledger.history(member).unwrap();
        let events = batches.iter().flat_map(|batch| &batch.events);
        events
            .filter_map(|event| match &event.decision {
                Decision::FiguresCarried(carried) => Some(("carried", carried.figures.spend.0)),
                Decision::TierChanged(changed) if changed.ladder.0 == 1 => {
                    let of_all_time = changed.lifetime.map_or(0, |lifetime| lifetime.figures.spend.0);
                    Some((
                        if of_all_time >= 60_000 { "by all time" } else { "tier" },
                        i64::from(changed.to.0),
                    ))
                }
                Decision::PointsEarned(earned) if earned.on == Trigger::TierReached => Some(("reached", 5)),
                _ => None,
            })
            .collect()
    };
    assert_eq!(told("ann")[..4], [("tier", 1), ("reached", 5), ("reached", 5), ("carried", 13_000)]);
    assert!(told("ann").contains(&("carried", -5_000)), "{:?}", told("ann"));
    assert!(told("ann").contains(&("by all time", 2)), "{:?}", told("ann"));
    let report = shop.identity();
    assert!(report.is_identical(), "{report:#?}");
    // A scenario of the same rules from the start on judges by itself what each year carries.
    let comparison = shop.compare(&first);
    let club = comparison.ladders.iter().find(|ladder| ladder.ladder == "club").unwrap();
    assert_eq!(club.tiers.iter().map(|tier| tier.members.baseline).sum::<u64>(), 2);
    assert_eq!(club.tiers.iter().map(|tier| tier.members.scenario).sum::<u64>(), 2);
    let reached = comparison.rules.iter().find(|rule| rule.rule == "reached").unwrap();
    assert!(reached.figures.scenario.granted > 0);
}

#[test]
fn another_programme_is_told_from_the_recorded_one_by_its_first_decision() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    shop.order("bob", "B-1", "2020-01-03", 150);
    let columns = shop.columns();
    let other = PROGRAMME.replace(r#"points = "20""#, r#"points = "21""#);
    let other = columns.programmes().unwrap().scenario(&other).unwrap();
    let report = tallybook_backtest::identity(&columns, &other, shop.ledger.reader(), 10).unwrap();
    assert_eq!(report.members_differing, 1);
    let difference = &report.differences[0];
    assert_eq!((difference.member.as_str(), difference.decision), ("bob", 2));
    assert!(difference.recorded.as_deref().unwrap().contains("Points(20)"));
    assert!(difference.judged.as_deref().unwrap().contains("Points(21)"));
}
