//! The engine against the naive model, which shares no judgement with it: after every command of a drawn history under
//! a drawn programme, both have said the same and hold the same.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::compare::{balances, drawn, happening, lots, sorted, tiers};
use support::{HandClock, create_on, small_options};
use tallybook::core::calendar::Instant;
use tallybook::core::state::MemberState;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, LedgerError, Options};
use tallybook_testkit::generate::Recorded;
use tallybook_testkit::naive::Model;
use tallybook_testkit::spec::{RuleKind, Spec};

fn config() -> ProptestConfig {
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, ..ProptestConfig::default() }
}

fn same_state(
    ledger: &BlockingLedger,
    model: &Model,
    member: &str,
    state: &MemberState,
    at: Instant,
) -> Result<(), TestCaseError> {
    let programmes = ledger.programmes().unwrap();
    let plan = &programmes.versions()[0].plan;
    prop_assert_eq!(balances(plan, state), model.balances(member, at), "balances of {} at {}", member, at);
    prop_assert_eq!(lots(plan, state), model.lots(member, at), "lots of {} at {}", member, at);
    for (ladder, tier) in tiers(plan, state) {
        prop_assert_eq!(Some(tier), model.tier(member, &ladder, at), "{} of {} at {}", ladder, member, at);
    }
    Ok(())
}

/// Another version of a programme: twice the points, and one rule fewer.
fn next_version(spec: &Spec) -> Spec {
    let mut next = spec.clone();
    if next.rules.len() > 1 {
        next.rules.pop();
    }
    for rule in &mut next.rules {
        if let RuleKind::Base { points, .. } | RuleKind::Bonus { points } = &mut rule.kind {
            *points *= 2;
        }
    }
    next
}

/// Plays a history on both sides; where `publish_at` says so, another version is published before that step, to be in
/// force ten days later.
fn agree(spec: &Spec, history: &[Recorded], publish_at: Option<usize>) -> Result<(), TestCaseError> {
    let Some(first) = history.first() else { return Ok(()) };
    let clock = HandClock::at(first.recorded_at);
    let options = Options { clock: clock.clock(), ..small_options() };
    let ledger = create_on(&SimulatedDisk::new(), options);
    ledger.publish(&spec.to_toml(), Instant::EARLIEST).unwrap();
    let mut model = Model::new(spec.clone());
    let programmes = ledger.programmes().unwrap();
    let plan = &programmes.versions()[0].plan;
    for (step, Recorded { command, recorded_at }) in history.iter().enumerate() {
        clock.set(*recorded_at);
        if publish_at == Some(step) {
            let (next, from) = (next_version(spec), recorded_at.plus_days(10));
            ledger.publish(&next.to_toml(), from).unwrap();
            model.publish(next, from, *recorded_at).unwrap();
        }
        let expected = model.submit_command(command, *recorded_at);
        match (ledger.submit(command.clone()), expected) {
            (Ok(receipt), Ok(outcome)) => {
                prop_assert_eq!(receipt.repeated, outcome.repeated, "step {}: {:?}", step, command);
                let told = sorted(receipt.events.iter().map(|event| happening(plan, event)));
                prop_assert_eq!(told, sorted(outcome.happenings), "step {}: {:?}", step, command);
            }
            (Err(LedgerError::Refused(refusal)), Err(code)) => {
                prop_assert_eq!(refusal.code(), code, "step {}: {:?}", step, command);
            }
            (told, expected) => {
                prop_assert!(
                    false,
                    "step {step}: {command:?}: the ledger says {told:?}, the model {expected:?}"
                );
            }
        }
        let Some(view) = ledger.member(&command.member).unwrap() else { continue };
        prop_assert_eq!(Some(view.state.settled_to), model.settled_to(&command.member), "step {}", step);
        same_state(&ledger, &model, &command.member, &view.state, view.state.settled_to)?;
    }
    let end = history[history.len() - 1].recorded_at;
    for years in [0, 1, 2, 9] {
        let at = end.plus_days(365 * years + 1);
        ledger.for_each_member(|_| ()).unwrap();
        for member in ["M0", "M1", "M2"] {
            if let Some(view) = ledger.member_at(member, at).unwrap() {
                same_state(&ledger, &model, member, &view.state, at.max(view.state.settled_to))?;
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_ledger_and_the_naive_model_agree_on_every_step(drawn in drawn()) {
        agree(&drawn.spec, &drawn.history, None)?;
    }

    #[test]
    fn they_agree_also_where_another_version_comes_into_force(drawn in drawn(), publish_at in 0_usize..10) {
        agree(&drawn.spec, &drawn.history, Some(publish_at))?;
    }
}
