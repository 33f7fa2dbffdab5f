//! The ledger as its users meet it: commands in, receipts out, everything there again after reopening.

#![allow(clippy::unwrap_used)]

mod support;

use support::{available, give_back as give_back_at, ledger_in, order as order_at};
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command, LedgerError, Options};

fn order(member: &str, id: &str, time: &str, cents: i64) -> Command {
    order_at(member, id, support::at(time), cents)
}

fn give_back(member: &str, id: &str, of: &str, time: &str) -> Command {
    give_back_at(member, id, of, support::at(time))
}

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), Options::default());
    ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    ledger.submit(order("bob", "B-1", "2024-03-02T10:00:00Z", 5_000)).unwrap();
    ledger.submit(give_back("bob", "R-1", "B-1", "2024-03-03T10:00:00Z")).unwrap();
    let digest = ledger.state_digest().unwrap();
    ledger.close().unwrap();

    for _ in 0..2 {
        let reopened = BlockingLedger::open(dir.path(), Options::default()).unwrap();
        assert_eq!(available(&reopened, "ann"), 123);
        assert_eq!(available(&reopened, "bob"), 0);
        assert_eq!(reopened.state_digest().unwrap(), digest);
        assert_eq!(reopened.warnings().unwrap(), Vec::<String>::new());
        reopened.close().unwrap();
        std::fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    }
}

#[test]
fn the_same_command_again_gives_the_first_receipt_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), Options::default());
    let first = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    ledger.submit(order("ann", "A-2", "2024-03-02T10:00:00Z", 100)).unwrap();
    let again = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!((again.position, &again.events), (first.position, &first.events));
    assert_eq!(available(&ledger, "ann"), 124);

    let other = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 1));
    assert!(matches!(other, Err(LedgerError::Refused(refusal)) if refusal.code() == "idempotency_conflict"));
    let other_key = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345).with_key("k"));
    assert!(matches!(other_key, Err(LedgerError::Refused(refusal)) if refusal.code() == "duplicate_order"));
    ledger.close().unwrap();
}

#[test]
fn what_refers_to_something_not_durable_yet_waits_for_no_disk() {
    let operations = |returns: bool| {
        let disk = SimulatedDisk::new();
        let ledger = support::ledger_on(&disk, support::small_options());
        let before = disk.operation_count();
        let mut commands: Vec<Command> = Vec::new();
        for number in 0..300 {
            let (member, id) = (format!("m{}", number % 7), format!("O-{number}"));
            commands.push(order(&member, &id, "2024-03-01T10:00:00Z", 1_000));
            if returns {
                commands.push(give_back(&member, &format!("R-{number}"), &id, "2024-03-01T11:00:00Z"));
                // And a repeat, which is found just so.
                commands.push(order(&member, &id, "2024-03-01T10:00:00Z", 1_000));
            }
        }
        let outcomes = ledger.submit_all(commands).unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
        disk.operation_count() - before
    };
    let (alone, with_returns) = (operations(false), operations(true));
    // The returns take room, which is made ready in steps of the log's.
    assert!(with_returns < alone + 30, "{with_returns} operations instead of {alone}");
}

#[test]
fn many_commands_in_one_group_are_judged_one_after_another() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), Options::default());
    let commands = vec![
        order("ann", "A-1", "2024-03-01T10:00:00Z", 1_000),
        give_back("ann", "R-1", "A-1", "2024-03-01T11:00:00Z"),
        give_back("ann", "R-2", "A-1", "2024-03-01T12:00:00Z"),
        order("ann", "A-1", "2024-03-01T10:00:00Z", 1_000),
    ];
    let outcomes = ledger.submit_all(commands).unwrap();
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    assert_eq!(outcomes[2].as_ref().unwrap_err().code(), "nothing_left_to_return");
    assert!(outcomes[3].as_ref().unwrap().repeated);
    assert_eq!(available(&ledger, "ann"), 0);
    ledger.close().unwrap();
}
