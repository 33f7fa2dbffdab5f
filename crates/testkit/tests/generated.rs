//! Drawn programmes and histories: that they are worth drawing, and that the model keeps its own laws on them.

use std::collections::BTreeMap;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tallybook_core::calendar::Instant;
use tallybook_core::programme::versions::Programmes;
use tallybook_testkit::coverage;
use tallybook_testkit::generate::{Course, Recorded, course};
use tallybook_testkit::naive::{Model, NaiveDeed, Outcome};

/// Draws that together meet every option and every outcome.
const DRAWS: usize = 2_400;

/// The model that takes a course's commands, and publishes its later versions in between.
struct Teller {
    model: Model,
    step: usize,
}

impl Teller {
    fn new(course: &Course) -> Teller {
        Teller { model: Model::new(course.spec.clone()), step: 0 }
    }

    fn tell(&mut self, course: &Course, recorded: &Recorded) -> Result<Outcome, String> {
        for later in course.published_before(self.step) {
            self.model.publish(later.spec.clone(), later.from, later.recorded_at).expect("a course is sound");
        }
        self.step += 1;
        self.model.submit_command(&recorded.command, recorded.recorded_at)
    }
}

fn members(history: &[Recorded]) -> Vec<&str> {
    let mut members: Vec<&str> = history.iter().map(|recorded| recorded.command.member.as_str()).collect();
    members.sort_unstable();
    members.dedup();
    members
}

proptest! {
    #[test]
    fn every_point_is_somewhere_at_every_step(course in course()) {
        let mut teller = Teller::new(&course);
        for recorded in &course.history {
            // Refusals belong to histories.
            let _ = teller.tell(&course, recorded);
            for member in members(&course.history) {
                for (currency, balance) in teller.model.balances(member, recorded.recorded_at) {
                    prop_assert!(balance.is_conserved(), "{currency} of {member}: {balance:?}");
                    let parts = [balance.available, balance.pending, balance.arrears];
                    prop_assert!(parts.iter().all(|part| *part >= 0), "{currency} of {member}: {balance:?}");
                }
            }
        }
    }

    #[test]
    fn a_refused_command_leaves_the_model_as_it_was(course in course()) {
        let mut teller = Teller::new(&course);
        for recorded in &course.history {
            let far = recorded.recorded_at.plus_days(400);
            let all = |model: &Model| -> Vec<_> {
                let of = |member: &&str| (model.happenings(member, far), model.lots(member, far));
                members(&course.history).iter().map(of).collect()
            };
            let mut before = teller.model.clone();
            for later in course.published_before(teller.step) {
                before.publish(later.spec.clone(), later.from, later.recorded_at).unwrap();
            }
            if teller.tell(&course, recorded).is_err() {
                prop_assert_eq!(all(&before), all(&teller.model));
            }
        }
    }

    #[test]
    fn lots_add_up_to_the_balance(course in course()) {
        let mut teller = Teller::new(&course);
        for recorded in &course.history {
            let _ = teller.tell(&course, recorded);
        }
        let model = teller.model;
        for recorded in &course.history {
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
    fn the_engine_accepts_every_drawn_programme(course in course()) {
        let mut programmes = Programmes::default();
        let first = (&course.spec, Instant::EARLIEST, Instant::EARLIEST);
        let later = course.later.iter().map(|later| (&later.spec, later.from, later.recorded_at));
        for (spec, from, recorded_at) in std::iter::once(first).chain(later) {
            let source = spec.to_toml();
            match programmes.prepare(&source, from, recorded_at) {
                Ok(prepared) => programmes.add(prepared),
                Err(findings) => prop_assert!(false, "{findings}\n{source}"),
            }
        }
    }
}

/// How many draws met each of the options that there are.
fn counts_of(all: coverage::Options) -> BTreeMap<String, usize> {
    all.into_iter().map(|option| (option, 0)).collect()
}

/// Shows the table, and asserts that no cell of it is empty.
#[expect(clippy::print_stdout, reason = "a table to look at, for who runs the test with --nocapture")]
fn assert_all_met(counts: &BTreeMap<String, usize>) {
    for (option, count) in counts {
        println!("{count:>6} {option}");
    }
    let missing: Vec<&String> =
        counts.iter().filter(|(_, count)| **count == 0).map(|(option, _)| option).collect();
    assert!(missing.is_empty(), "no draw met {missing:#?}");
}

#[test]
fn draws_meet_every_option_of_programmes_and_facts() {
    let mut runner = TestRunner::deterministic();
    let mut counts = counts_of(coverage::all());
    for _ in 0..DRAWS {
        let course = course().new_tree(&mut runner).unwrap().current();
        for option in coverage::exercised(&course) {
            let count = counts.get_mut(&option);
            *count.unwrap_or_else(|| panic!("{option} is not listed among the options")) += 1;
        }
    }
    assert_all_met(&counts);
}

#[test]
fn histories_meet_every_decision_and_most_refusals() {
    let mut runner = TestRunner::deterministic();
    let mut refusals: BTreeMap<String, usize> = BTreeMap::new();
    let is_kind = |option: &String| option.starts_with("decision=");
    let mut decisions = counts_of(coverage::all_decided().into_iter().filter(is_kind).collect());
    let mut tiers: BTreeMap<&str, usize> = TIER_REASONS.map(|why| (why, 0)).into();
    let mut ends: BTreeMap<&str, usize> = GRANT_ENDS.map(|why| (why, 0)).into();
    for _ in 0..DRAWS {
        let course = course().new_tree(&mut runner).unwrap().current();
        let mut teller = Teller::new(&course);
        for recorded in &course.history {
            match teller.tell(&course, recorded) {
                Err(code) => *refusals.entry(code).or_default() += 1,
                Ok(outcome) if outcome.repeated => *refusals.entry("repeated".to_owned()).or_default() += 1,
                Ok(outcome) => {
                    for happening in
                        outcome.happenings.into_iter().chain(outcome.others.into_values().flatten())
                    {
                        let kind = coverage::decided_by_name(happening.name);
                        *decisions.get_mut(&kind).expect("the model decides as the engine does") += 1;
                        if let Some(tier) = happening.tier {
                            *tiers.entry(tier.why).or_default() += 1;
                        }
                        if let Some(NaiveDeed::GrantEnded { why, .. }) = happening.deed {
                            *ends.entry(why).or_default() += 1;
                        }
                    }
                }
            }
        }
    }
    assert_all_met(&decisions);
    assert!(tiers.values().all(|count| *count > 0), "{tiers:#?}");
    assert!(ends.values().all(|count| *count > 0), "{ends:#?}");
    let missing: Vec<&&str> = REFUSALS.iter().filter(|code| !refusals.contains_key(**code)).collect();
    assert!(missing.is_empty(), "no history met {missing:?}; met were {refusals:#?}");
}

/// Why tiers are what they are.
const TIER_REASONS: [&str; 8] =
    ["upgraded", "kept", "grace_began", "demoted", "returned", "reevaluated", "replaced", "challenge_met"];

/// Why tiers by hand end.
const GRANT_ENDS: [&str; 4] = ["expired", "revoked", "earned", "removed"];

/// What histories come across besides successes. Not among them: what only broken callers send.
const REFUSALS: [&str; 62] = [
    "repeated",
    "idempotency_conflict",
    "out_of_range",
    "in_the_future",
    "too_late",
    "not_enrolled",
    "already_enrolled",
    "same_member",
    "unknown_member",
    "member_closed",
    "member_merged",
    "earning_blocked",
    "redeeming_blocked",
    "duplicate_order",
    "unknown_money_currency",
    "unknown_point_currency",
    "unknown_activity",
    "unknown_order",
    "unknown_line",
    "quantity_over_returned",
    "amount_over_returned",
    "nothing_left_to_return",
    "no_redemption_paid",
    "fulfilment_too_late",
    "insufficient_points",
    "not_spendable",
    "no_cash_value",
    "below_minimum",
    "above_maximum",
    "over_limit",
    "not_a_step",
    "above_order_share",
    "unknown_reward",
    "wrong_price",
    "reward_not_available",
    "out_of_stock",
    "duplicate_voucher",
    "unknown_voucher",
    "voucher_expired",
    "voucher_used",
    "code_on_hold",
    "unknown_redemption",
    "over_reversed",
    "unknown_hold",
    "over_captured",
    "hold_ends_in_the_past",
    "transfers_not_allowed",
    "purchases_not_allowed",
    "nothing_owed",
    "over_written_off",
    "unknown_lot",
    "ends_in_the_past",
    "nothing_to_change",
    "nothing_to_reinstate",
    "reinstatement_too_late",
    "unknown_ladder",
    "unknown_tier",
    "no_challenge",
    "no_tier_granted",
    "unknown_benefit",
    "benefit_used_up",
    "benefit_not_used",
];

#[test]
fn the_same_seed_draws_the_same_history() {
    let draw = || course().new_tree(&mut TestRunner::deterministic()).unwrap().current();
    assert_eq!(draw(), draw());
}

#[test]
fn recording_times_never_go_back() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..50 {
        let course = course().new_tree(&mut runner).unwrap().current();
        let times: Vec<Instant> = course.history.iter().map(|recorded| recorded.recorded_at).collect();
        assert!(times.is_sorted());
    }
}
