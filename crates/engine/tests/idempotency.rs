//! Law 5: one key, one effect, for ever, across restarts, snapshots and eviction.

#![allow(clippy::unwrap_used)]

mod support;

use support::{
    at, available, debit, give_back, ledger_in, log_bytes, order, redeem, refusal_code, small_options,
};
use tallybook::core::calendar::Instant;
use tallybook::{BlockingLedger, Command, Options, Receipt};

fn day(n: u64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(n as i64)
}

/// One command of every kind that can be retried.
fn commands() -> Vec<Command> {
    vec![
        order("ann", "A-1", day(0), 12_300),
        order("bob", "A-1", day(1), 5_000),
        redeem("ann", "D-1", day(2), 20),
        give_back("ann", "R-1", "A-1", day(3)),
        debit("bob", "typo", day(4), 5),
        order("ann", "A-2", day(5), 700).with_key("chosen by the caller"),
    ]
}

fn assert_all_repeat(ledger: &BlockingLedger, commands: &[Command], receipts: &[Receipt]) {
    let bytes = log_bytes(ledger);
    for (command, first) in commands.iter().zip(receipts) {
        let again = ledger.submit(command.clone()).unwrap();
        assert_eq!(again, Receipt { repeated: true, ..first.clone() });
        let mut other = command.clone();
        other.key = Some(command.effective_key().unwrap());
        other.effective_at = command.effective_at.plus_seconds(1);
        assert_eq!(refusal_code(ledger.submit(other)), "idempotency_conflict");
    }
    assert_eq!(log_bytes(ledger), bytes, "a retry writes nothing");
}

#[test]
fn a_retry_gives_the_first_receipt_after_any_restart_with_snapshot_and_without() {
    for snapshots in [true, false] {
        let dir = tempfile::tempdir().unwrap();
        let options = || Options { snapshots, ..small_options() };
        let ledger = ledger_in(dir.path(), options());
        let commands = commands();
        let receipts: Vec<Receipt> =
            commands.iter().map(|command| ledger.submit(command.clone()).unwrap()).collect();
        assert_all_repeat(&ledger, &commands, &receipts);
        ledger.close().unwrap();
        for close in [false, true, true] {
            let ledger = BlockingLedger::open(dir.path(), options()).unwrap();
            assert_all_repeat(&ledger, &commands, &receipts[..]);
            if close {
                ledger.close().unwrap();
            }
        }
    }
}

#[test]
fn a_retry_in_the_same_group_is_one_effect() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let mut twice = commands();
    twice.extend(commands());
    let outcomes = ledger.submit_all(twice).unwrap();
    let receipts: Vec<Receipt> = outcomes.into_iter().map(Result::unwrap).collect();
    let (first, again) = receipts.split_at(commands().len());
    for (first, again) in first.iter().zip(again) {
        assert_eq!(again, &Receipt { repeated: true, ..first.clone() });
    }
    assert_eq!(available(&ledger, "bob"), 45);
}

#[test]
fn the_same_name_under_another_key_or_another_member_is_another_matter() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", day(0), 1_000)).unwrap();
    assert_eq!(
        refusal_code(ledger.submit(order("ann", "A-1", day(0), 1_000).with_key("k"))),
        "duplicate_order"
    );
    assert!(!ledger.submit(order("bob", "A-1", day(0), 1_000)).unwrap().repeated);
    // An order and a return may share a name: their keys differ in kind.
    assert!(!ledger.submit(give_back("ann", "A-1", "A-1", day(1))).unwrap().repeated);
}

#[test]
fn a_refused_command_leaves_its_key_free() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", day(0), 1_000)).unwrap();
    assert_eq!(refusal_code(ledger.submit(redeem("ann", "D-1", day(1), 11))), "insufficient_points");
    assert!(!ledger.submit(redeem("ann", "D-1", day(1), 10)).unwrap().repeated);
}

#[test]
fn a_long_import_that_comes_again_changes_nothing_and_reads_each_record_a_few_times_at_most() {
    const ORDERS: u64 = 20_000;
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let import = |from: u64, to: u64| {
        let commands =
            (from..to).map(|n| order("ann", &format!("A-{n}"), day(0).plus_seconds(n as i64), 100)).collect();
        let outcomes = ledger.submit_all(commands).unwrap();
        outcomes.into_iter().filter(|outcome| outcome.as_ref().unwrap().repeated).count() as u64
    };
    assert_eq!(import(0, ORDERS), 0);
    let digest = ledger.state_digest().unwrap();
    // Were the chain walked for every order, this would read each of the 60,000 records 20,000 times and not end.
    assert_eq!(import(0, ORDERS), ORDERS);
    assert_eq!(ledger.state_digest().unwrap(), digest);
    // One that goes on where the first stopped finds the old and takes the new.
    assert_eq!(import(ORDERS - 100, ORDERS + 100), 100);
    assert_eq!(import(ORDERS - 100, ORDERS + 100), 200);
    assert_eq!(available(&ledger, "ann"), ORDERS as i64 + 100);
}
