//! Law 12: every size has a limit with a name, and past it comes a clear error that leaves no trace.

#![allow(clippy::unwrap_used)]

mod support;

use support::{an_order, at, available, ledger_in, log_bytes, order, refusal_code, small_options};
use tallybook::core::calendar::Instant;
use tallybook::core::fact::{FACTS_MAX, Fact, LINES_MAX, Line, Order, TAGS_MAX, TEXT_BYTES_MAX};
use tallybook::core::ids::NAME_BYTES_MAX;
use tallybook::core::money::Money;
use tallybook::{BlockingLedger, Command, LedgerError, Options};

fn noon() -> Instant {
    at("2024-03-01T12:00:00Z")
}

fn refused(ledger: &BlockingLedger, command: Command) -> (&'static str, String) {
    let bytes = log_bytes(ledger);
    let outcome = ledger.submit(command);
    let message = outcome.as_ref().unwrap_err().to_string();
    let code = refusal_code(outcome);
    assert_eq!(log_bytes(ledger), bytes, "{message}");
    (code, message)
}

fn with_lines(id: &str, count: usize, line: &Line<'static>) -> Command {
    let order = Order { lines: vec![line.clone(); count], ..an_order(id, 100) };
    Command::new("ann", noon(), Fact::OrderPlaced(order))
}

#[test]
fn names_lines_facts_and_texts_have_limits_that_errors_name() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let long = "x".repeat(NAME_BYTES_MAX + 1);
    let most = "x".repeat(NAME_BYTES_MAX);
    for (command, field) in [
        (order(&long, "A-1", noon(), 100), "member"),
        (order("", "A-1", noon(), 100), "member"),
        (order("a\nb", "A-1", noon(), 100), "member"),
        (order("ann", &long, noon(), 100), "order"),
        (order("ann", "A-1", noon(), 100).with_key(&long), "idempotency key"),
    ] {
        let (code, message) = refused(&ledger, command);
        assert_eq!(code, "invalid_name");
        assert!(message.contains(field) && message.contains("128 bytes"), "{message}");
    }
    ledger.submit(order(&most, &most, noon(), 100).with_key(&most)).unwrap();

    let line = Line { quantity: 1, amount: Money(1), ..Line::default() };
    assert_eq!(refused(&ledger, with_lines("A-2", LINES_MAX + 1, &line)).0, "too_many");
    ledger.submit(with_lines("A-2", LINES_MAX, &line)).unwrap();

    let tagged = |count: usize| {
        let tags = (0..count).map(|n| format!("t{n}").into()).collect();
        Line { tags, ..line.clone() }
    };
    assert_eq!(refused(&ledger, with_lines("A-3", 1, &tagged(TAGS_MAX + 1))).0, "too_many");
    ledger.submit(with_lines("A-3", 1, &tagged(TAGS_MAX))).unwrap();

    let facts = |count: usize| Command {
        facts: (0..count).map(|n| Fact::OrderPlaced(an_order(&format!("F-{n}"), 100))).collect(),
        ..order("bob", "F", noon(), 100)
    };
    assert_eq!(refused(&ledger, facts(FACTS_MAX + 1)).0, "too_many");
    assert_eq!(refused(&ledger, facts(0)).0, "missing");
    ledger.submit(facts(FACTS_MAX)).unwrap();
    assert_eq!(available(&ledger, "bob"), FACTS_MAX as i64);

    let mut wordy = support::debit("ann", "k", noon(), 1);
    let Fact::AdjustmentRequested(adjustment) = &mut wordy.facts[0] else { panic!("an adjustment") };
    adjustment.reason = "x".repeat(TEXT_BYTES_MAX + 1).into();
    refused(&ledger, wordy);
}

#[test]
fn a_fact_that_is_too_large_to_store_is_refused_before_anything_happens() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let tags = (0..TAGS_MAX).map(|n| format!("{n:0>100}").into()).collect();
    let line = Line { quantity: 1, amount: Money(100), tags, ..Line::default() };
    let (code, message) = refused(&ledger, with_lines("A-1", 2_000, &line));
    assert_eq!(code, "too_many");
    assert!(message.contains("stored bytes of a fact"), "{message}");
    assert_eq!(ledger.member("ann").unwrap(), None);
    // The largest that fits goes through, and so does a command of eight of them after one another.
    ledger.submit(with_lines("A-2", 600, &line)).unwrap();
    assert_eq!(available(&ledger, "ann"), 600);
}

#[test]
fn a_command_whose_facts_do_not_fit_one_batch_fails_as_a_whole_and_the_ledger_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", noon(), 100)).unwrap();
    let digest = ledger.state_digest().unwrap();
    let tags: Vec<_> = (0..TAGS_MAX).map(|n| format!("{n:0>100}").into()).collect();
    let line = Line { quantity: 1, amount: Money(100), tags, ..Line::default() };
    // Eight facts of some three million bytes each.
    for member in ["ann", "bob"] {
        let facts = (0..FACTS_MAX).map(|n| {
            let lines = vec![line.clone(); 500];
            Fact::OrderPlaced(Order { lines, ..an_order(&format!("F-{n}"), 100) })
        });
        let command = Command { facts: facts.collect(), ..order(member, "F", noon(), 100) };
        let bytes = log_bytes(&ledger);
        let Err(LedgerError::Fault(text)) = ledger.submit(command) else { panic!("it must not fit") };
        assert!(text.starts_with("batch of "), "{text}");
        assert_eq!(log_bytes(&ledger), bytes);
        assert_eq!(ledger.state_digest().unwrap(), digest);
    }
    ledger.submit(order("ann", "A-2", noon(), 100)).unwrap();
    ledger.submit(order("bob", "A-2", noon(), 100)).unwrap();
    assert_eq!((available(&ledger, "ann"), available(&ledger, "bob")), (2, 1));
    ledger.close().unwrap();
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    assert_eq!((available(&ledger, "ann"), available(&ledger, "bob")), (2, 1));
}

#[test]
fn a_programme_file_that_is_too_large_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let padded = format!("{}\n# {}", support::PROGRAMME, "x".repeat(2 << 20));
    let outcome = ledger.publish(&padded, at("2090-01-01T00:00:00Z"));
    assert_eq!(refusal_code(outcome), "unsound_programme");
}

#[test]
fn limits_of_zero_still_let_work_through() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options {
        queue_requests_max: 0,
        group_commands_max: 0,
        memory_bytes_max: 0,
        snapshot_every_bytes: 0,
        ..small_options()
    };
    let ledger = ledger_in(dir.path(), options.clone());
    for n in 0..5 {
        ledger.submit(order(&format!("m{n}"), "A-1", noon(), 100)).unwrap();
    }
    let outcomes = ledger.submit_all(vec![order("m0", "A-2", noon(), 100), order("m1", "A-2", noon(), 100)]);
    assert!(outcomes.unwrap().iter().all(Result::is_ok));
    ledger.close().unwrap();
    let ledger = BlockingLedger::open(dir.path(), options).unwrap();
    assert_eq!((available(&ledger, "m0"), available(&ledger, "m4")), (2, 1));
}
