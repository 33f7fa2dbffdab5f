//! The engine against the naive model, which shares no judgement with it: after every command of a drawn history under
//! a drawn programme, both have said the same and hold the same.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use support::agree::agree;
use support::compare::{Drawn, comparable};

fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    let failure_persistence = Some(Box::new(FileFailurePersistence::WithSource("regressions")) as Box<_>);
    ProptestConfig { failure_persistence, cases: 2 * usual.cases, ..usual }
}

fn check(drawn: &Drawn, publish_at: Option<usize>) -> Result<(), TestCaseError> {
    agree(&drawn.spec, &drawn.history, publish_at).map_err(|difference| {
        let support::agree::Difference { step, about, detail } = difference;
        TestCaseError::fail(format!("after step {step}, {about}: {detail}"))
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_ledger_and_the_naive_model_agree_on_every_step(drawn in comparable()) {
        check(&drawn, None)?;
    }

    #[test]
    fn they_agree_also_where_another_version_comes_into_force(drawn in comparable(), publish_at in 0_usize..30) {
        check(&drawn, Some(publish_at))?;
    }
}
