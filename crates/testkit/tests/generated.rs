//! Drawn programmes and histories: that they are worth drawing, and that the model keeps its own laws on them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tallybook_core::calendar::Instant;
use tallybook_core::programme::parse::compile;
use tallybook_core::programme::registry::Registry;
use tallybook_testkit::generate::{Recorded, history, spec};
use tallybook_testkit::naive::Model;
use tallybook_testkit::spec::Spec;

fn programme_and_history() -> impl Strategy<Value = (Spec, Vec<Recorded>)> {
    spec().prop_flat_map(|spec| (Just(spec.clone()), history(&spec)))
}

proptest! {
    #[test]
    fn every_point_is_somewhere_at_every_step((spec, history) in programme_and_history()) {
        let mut model = Model::new(spec);
        for recorded in &history {
            // Refusals belong to histories.
            let _ = model.submit_command(&recorded.command, recorded.recorded_at);
            for (currency, balance) in model.balances(&recorded.command.member, recorded.recorded_at) {
                prop_assert!(balance.is_conserved(), "{currency}: {balance:?}");
                prop_assert!(balance.available >= 0 && balance.pending >= 0 && balance.arrears >= 0, "{balance:?}");
            }
        }
    }

    #[test]
    fn a_refused_command_leaves_the_model_as_it_was((spec, history) in programme_and_history()) {
        let mut model = Model::new(spec);
        for recorded in &history {
            let member = &recorded.command.member;
            let far = recorded.recorded_at.plus_days(400);
            let before = (model.happenings(member, far), model.lots(member, far));
            if model.submit_command(&recorded.command, recorded.recorded_at).is_err() {
                prop_assert_eq!(before, (model.happenings(member, far), model.lots(member, far)));
            }
        }
    }

    #[test]
    fn lots_add_up_to_the_balance((spec, history) in programme_and_history()) {
        let mut model = Model::new(spec);
        for recorded in &history {
            let _ = model.submit_command(&recorded.command, recorded.recorded_at);
        }
        for recorded in &history {
            let member = &recorded.command.member;
            let at = recorded.command.effective_at;
            for (currency, balance) in model.balances(member, at) {
                let lots = model.lots(member, at);
                let sum: i64 = lots.iter().filter(|lot| lot.currency == currency).map(|lot| lot.remaining).sum();
                prop_assert_eq!(sum, balance.available + balance.pending);
            }
        }
    }

    #[test]
    fn the_engine_accepts_every_drawn_programme(spec in spec()) {
        let source = spec.to_toml();
        if let Err(findings) = compile(&source, &mut Registry::default()) {
            prop_assert!(false, "{findings}\n{source}");
        }
    }
}

#[test]
fn histories_meet_refusals_expiries_debts_and_every_kind_of_tier_change() {
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..300 {
        let (spec, history) = programme_and_history().new_tree(&mut runner).unwrap().current();
        let mut model = Model::new(spec);
        for recorded in &history {
            match model.submit_command(&recorded.command, recorded.recorded_at) {
                Err(code) => *met.entry(code).or_default() += 1,
                Ok(outcome) if outcome.repeated => *met.entry("repeated".to_owned()).or_default() += 1,
                Ok(outcome) => {
                    for happening in outcome.happenings {
                        let name = happening.tier.map_or(happening.name, |tier| tier.why);
                        *met.entry(name.to_owned()).or_default() += 1;
                    }
                }
            }
        }
    }
    for expected in [
        "PointsEarned",
        "PointsActivated",
        "ArrearsPaid",
        "Redeemed",
        "RedemptionReversed",
        "Expired",
        "ClawedBack",
        "Credited",
        "Debited",
        "upgraded",
        "kept",
        "grace_began",
        "demoted",
        "returned",
        "repeated",
        "idempotency_conflict",
        "in_the_future",
        "too_late",
        "not_enrolled",
        "already_enrolled",
        "duplicate_order",
        "unknown_money_currency",
        "unknown_point_currency",
        "unknown_order",
        "unknown_line",
        "quantity_over_returned",
        "amount_over_returned",
        "nothing_left_to_return",
        "insufficient_points",
        "not_spendable",
        "no_cash_value",
        "below_minimum",
        "not_a_step",
        "above_order_share",
        "unknown_redemption",
        "over_reversed",
    ] {
        assert!(met.contains_key(expected), "no history met {expected}; met were {met:#?}");
    }
}

#[test]
fn the_same_seed_draws_the_same_history() {
    let draw = || programme_and_history().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    assert_eq!(draw(), draw());
}

#[test]
fn recording_times_never_go_back() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..50 {
        let (_, history) = programme_and_history().new_tree(&mut runner).unwrap().current();
        let times: Vec<Instant> = history.iter().map(|recorded| recorded.recorded_at).collect();
        assert!(times.is_sorted());
    }
}
