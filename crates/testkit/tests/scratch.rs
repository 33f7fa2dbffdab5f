#![allow(missing_docs, clippy::print_stdout)]
use proptest::prelude::*;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use tallybook_testkit::{generate::*, naive::Model};
#[test]
fn scratch() {
    let mut runner = TestRunner::deterministic();
    let mut met: BTreeMap<String, usize> = BTreeMap::new();
    let mut n = 0;
    for _ in 0..1000 {
        let (spec, history) = spec()
            .prop_flat_map(|spec| (Just(spec.clone()), history(&spec)))
            .new_tree(&mut runner)
            .unwrap()
            .current();
        let mut model = Model::new(spec);
        for recorded in &history {
            n += 1;
            match model.submit_command(&recorded.command, recorded.recorded_at) {
                Err(code) => *met.entry(code).or_default() += 1,
                Ok(outcome) if outcome.repeated => *met.entry("repeated".to_owned()).or_default() += 1,
                Ok(outcome) => {
                    *met.entry("OK".to_owned()).or_default() += 1;
                    for h in outcome.happenings {
                        let zero = if h.points.values().sum::<i64>() == 0 { " zero" } else { "" };
                        let name = h.tier.map_or(h.name.to_owned() + zero, |tier| tier.why.to_owned());
                        *met.entry(name).or_default() += 1;
                    }
                }
            }
        }
    }
    println!("{n} {met:#?}");
}
