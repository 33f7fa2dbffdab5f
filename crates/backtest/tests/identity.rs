//! The programme that was in force gives the recorded decisions, byte for byte.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, say by a panic what went wrong")]

mod support;

use proptest::prelude::*;
use support::{PROGRAMME, Shop, a_redemption, a_return, a_reversal, an_adjustment, an_order, at};
use tallybook::Command;
use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::fact::{Enrolment, Fact, ReturnedPart};
use tallybook_testkit::generate::{Recorded, history, spec};
use tallybook_testkit::spec::{ActivationSpec, On, Spec};

fn programme_and_history() -> impl Strategy<Value = (Spec, Vec<Recorded>, Vec<u8>)> {
    let sweeps = proptest::collection::vec(0u8..6, 1..50);
    (spec().prop_map(supported), sweeps).prop_flat_map(|(spec, sweeps)| {
        let history = history(&spec).prop_map(|mut history| {
            history.retain(|recorded| recorded.command.facts.iter().all(is_supported));
            history
        });
        (Just(spec), history, Just(sweeps))
    })
}

/// A programme without what backtests do not support yet.
fn supported(spec: Spec) -> Spec {
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
    spec
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
    fn any_history_comes_out_as_recorded_whatever_was_swept_when((spec, history, sweeps) in programme_and_history()) {
        let source = spec.to_toml();
        let shop = Shop::new(&source);
        for (index, Recorded { command, recorded_at }) in history.into_iter().enumerate() {
            shop.set_clock(recorded_at);
            // Refusals belong to histories, and leave nothing to come out.
            let _ = shop.ledger.submit(command);
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
