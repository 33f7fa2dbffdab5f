//! The engine against the naive model, which shares no judgement with it: after every command of a drawn history under
//! a drawn programme and its later versions, both have said the same and hold the same.
//!
//! The draws are the same in every run, so that a change is judged by itself; `PROPTEST_RNG_SEED=N` and
//! `PROPTEST_CASES=N` draw others, and more.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use support::agree::{agree, with_other_rules};
use support::compare::{Drawn, comparable};

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    let rng_seed = match usual.rng_seed {
        RngSeed::Random => RngSeed::Fixed(2026),
        given => given,
    };
    ProptestConfig { failure_persistence, rng_seed, cases: 2 * usual.cases, ..usual }
}

fn check(drawn: &Drawn) -> Result<(), TestCaseError> {
    agree(drawn).map_err(|difference| {
        let support::agree::Difference { step, about, detail } = difference;
        TestCaseError::fail(format!("after step {step}, {about}: {detail}"))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_ledger_and_the_naive_model_agree_on_every_step(drawn in comparable()) {
        check(&drawn)?;
    }

    #[test]
    fn they_agree_also_where_rules_change(drawn in comparable(), publish_at in 0_usize..30) {
        check(&with_other_rules(&drawn, publish_at))?;
    }
}
