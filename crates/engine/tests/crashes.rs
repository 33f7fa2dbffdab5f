//! Law 8: what was acknowledged is there after any crash, and nothing is there that was not attempted.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command as Process, Stdio};
use std::sync::Arc;
use std::time::Duration;

use support::{
    Chance, at, available, create_on, ledger_in, log_bytes, merge, open_on, order, small_options, transfer,
};
use tallybook::core::calendar::Instant;
use tallybook::core::fact::Fact;
use tallybook::core::state::MemberState;
use tallybook::log::{DiskFailure, FileLog, LedgerId, SimulatedDisk};
use tallybook::{BlockingLedger, Command, LedgerError, Options};
use tallybook_snapshot::Generations;

/// Set for the child process: the folder of its ledger.
const CHILD_DIR: &str = "TALLYBOOK_TEST_CHILD_DIR";
const CHILD_ROUND: &str = "TALLYBOOK_TEST_CHILD_ROUND";
const CHILD_THREADS: u64 = 4;

fn noon() -> Instant {
    at("2024-03-01T12:00:00Z")
}

/// Not a test of its own: the process that the test below kills. It submits orders from a few threads and prints the
/// name of each once it has its receipt.
#[test]
fn child_that_is_killed_at_work() {
    let Some(dir) = std::env::var_os(CHILD_DIR) else { return };
    let round: u64 = std::env::var(CHILD_ROUND).unwrap().parse().unwrap();
    let dir = Path::new(&dir);
    let mut options = small_options();
    // Snapshots are written in the middle of it all.
    options.snapshot_every_bytes = 20_000;
    options.log.segment_bytes = 50_000;
    let ledger = BlockingLedger::open(dir, options).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..CHILD_THREADS {
            let ledger = &ledger;
            scope.spawn(move || {
                for n in 0_u64.. {
                    let id = format!("{round}-{thread}-{n}");
                    let member = format!("m{}", (n * 7 + thread) % 50);
                    ledger.submit(order(&member, &id, noon(), 100)).unwrap();
                    println!("\nreceipt {id}");
                }
            });
        }
    });
}

#[test]
fn every_receipt_is_there_after_the_process_was_killed_at_a_random_moment() {
    let dir = tempfile::tempdir().unwrap();
    ledger_in(dir.path(), small_options()).close().unwrap();
    let mut chance = Chance(8);
    let mut acknowledged: BTreeSet<String> = BTreeSet::new();
    for round in 0..12 {
        let mut child = Process::new(std::env::current_exe().unwrap())
            .args(["child_that_is_killed_at_work", "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD_DIR, dir.path())
            .env(CHILD_ROUND, round.to_string())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Some rounds are killed before their first receipt, most after some.
        let wanted = chance.below(400);
        let mut received = 0;
        let mut killed = false;
        for line in lines {
            let line = line.unwrap();
            if let Some(id) = line.strip_prefix("receipt ") {
                acknowledged.insert(id.to_owned());
                received += 1;
            }
            if received >= wanted && !killed {
                std::thread::sleep(Duration::from_micros(chance.below(3_000)));
                child.kill().unwrap();
                killed = true;
            }
        }
        child.wait().unwrap();
        let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
        let mut found: BTreeSet<String> = BTreeSet::new();
        let mut names = Vec::new();
        ledger.for_each_member(|view| names.push(view.name.clone())).unwrap();
        for name in names {
            for batch in ledger.history(&name).unwrap() {
                for fact in &batch.facts {
                    let Fact::OrderPlaced(order) = fact else { panic!("only orders were sent") };
                    assert!(found.insert(order.id.clone().into_owned()), "an order is there twice");
                }
            }
        }
        let missing: Vec<&String> = acknowledged.difference(&found).collect();
        assert!(missing.is_empty(), "receipts without orders: {missing:?}");
        let total: i64 = (0..50)
            .filter_map(|n| ledger.member(&format!("m{n}")).unwrap())
            .map(|view| view.state.balances[0].available.0)
            .sum();
        assert_eq!(total, found.len() as i64, "one point per order");
        let digest = ledger.state_digest().unwrap();
        ledger.close().unwrap();
        std::fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
        let folded = BlockingLedger::open(dir.path(), small_options()).unwrap();
        assert_eq!(folded.state_digest().unwrap(), digest);
    }
    assert!(acknowledged.len() > 100, "the child hardly worked");
}

/// Submits orders until something fails; gives how many were acknowledged.
fn work(ledger: &BlockingLedger, from: u64) -> (u64, Option<LedgerError>) {
    for n in from..from + 30 {
        match ledger.submit(order("ann", &format!("A-{n}"), noon(), 100)) {
            Ok(_) => {}
            Err(error) => return (n, Some(error)),
        }
    }
    (from + 30, None)
}

fn tiny_segments() -> Options {
    let mut options = Options { snapshots: false, ..small_options() };
    options.log.segment_bytes = 2_000;
    options.log.preallocate_bytes = 600;
    options
}

#[test]
fn power_lost_at_any_operation_of_the_disk_loses_nothing_acknowledged() {
    let operations = {
        let disk = SimulatedDisk::new();
        let ledger = support::ledger_on(&disk, tiny_segments());
        work(&ledger, 0);
        ledger.close().unwrap();
        disk.operation_count()
    };
    let made = {
        let disk = SimulatedDisk::new();
        drop(create_on(&disk, tiny_segments()));
        disk.operation_count()
    };
    for failing in made + 1..=operations {
        for seed in 0..3 {
            let disk = SimulatedDisk::new();
            let ledger = create_on(&disk, tiny_segments());
            disk.fail_at(failing, DiskFailure::PowerLoss);
            let published = ledger.publish(support::PROGRAMME, at("2020-01-01T00:00:00Z")).is_ok();
            let acknowledged = if published { work(&ledger, 0).0 } else { 0 };
            drop(ledger);
            disk.restart(seed * 1_000 + failing);
            let ledger = open_on(&disk, tiny_segments()).unwrap();
            let kept = ledger.member("ann").unwrap().map_or(0, |view| view.state.orders);
            // The one order in flight may have made it.
            assert!(
                (acknowledged..=acknowledged + 1).contains(&u64::from(kept)),
                "operation {failing}, seed {seed}: {acknowledged} acknowledged, {kept} kept"
            );
            ledger.publish(support::PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
            assert_eq!(work(&ledger, 0).0, 30, "the same orders again go through, each once");
            assert_eq!(available(&ledger, "ann"), 30);
        }
    }
}

#[test]
fn a_device_that_fails_stops_writing_and_reads_go_on() {
    for ahead in 1..12 {
        let disk = SimulatedDisk::new();
        let ledger = support::ledger_on(&disk, tiny_segments());
        let (before, _) = work(&ledger, 0);
        assert_eq!(before, 30);
        let digest = ledger.state_digest().unwrap();
        disk.fail_at(disk.operation_count() + ahead, DiskFailure::Error);
        let (acknowledged, error) = work(&ledger, 30);
        let Some(error) = error else { continue };
        assert!(matches!(error, LedgerError::Fault(_)), "{error:?}");
        assert_eq!(available(&ledger, "ann"), acknowledged as i64, "reads go on, and show what is durable");
        if acknowledged == 30 {
            assert_eq!(ledger.state_digest().unwrap(), digest);
        }
        for outcome in [
            ledger.submit(order("ann", "new", noon(), 100)).map(drop),
            ledger.publish("name = \"Other\"", at("2090-01-01T00:00:00Z")).map(drop),
            ledger.sweep(noon()).map(drop),
        ] {
            assert!(matches!(outcome, Err(LedgerError::Poisoned(_))), "{outcome:?}");
        }
        // What is durable already is still answered as before.
        assert!(ledger.submit(order("ann", "A-0", noon(), 100)).unwrap().repeated);
        let bytes = log_bytes(&ledger);
        assert!(ledger.close().is_err(), "a log that failed cannot be closed cleanly");
        let ledger = open_on(&disk, tiny_segments()).unwrap();
        assert!(log_bytes(&ledger).starts_with(&bytes));
        let (all, error) = work(&ledger, 30);
        assert_eq!((all, available(&ledger, "ann")), (60, 60), "{error:?}");
    }
}

#[test]
fn a_full_disk_refuses_what_does_not_fit_and_goes_on_once_there_is_space() {
    for ahead in 1..12 {
        let disk = SimulatedDisk::new();
        let ledger = support::ledger_on(&disk, tiny_segments());
        work(&ledger, 0);
        disk.fail_at(disk.operation_count() + ahead, DiskFailure::Full);
        let (acknowledged, error) = work(&ledger, 30);
        // Running full while a finished segment gets its new name is a fault like any other.
        let Some(error @ LedgerError::DiskFull(_)) = error else { continue };
        assert!(error.to_string().ends_with("writing goes on once there is space"), "{error}");
        assert_eq!(available(&ledger, "ann"), acknowledged as i64, "nothing of the refused order is kept");
        let (all, error) = work(&ledger, acknowledged);
        assert!(error.is_none(), "{error:?}");
        assert_eq!(available(&ledger, "ann"), all as i64);
        let digest = ledger.state_digest().unwrap();
        ledger.close().unwrap();
        let ledger = open_on(&disk, tiny_segments()).unwrap();
        assert_eq!(ledger.state_digest().unwrap(), digest);
    }
}

#[test]
fn what_a_refusal_rested_on_must_be_durable_too() {
    let disk = SimulatedDisk::new();
    let ledger = support::ledger_on(&disk, tiny_segments());
    disk.fail_at(disk.operation_count() + 1, DiskFailure::Full);
    // The second is refused as a duplicate of the first, but the first never happened.
    let together =
        vec![order("ann", "A-1", noon(), 100), order("ann", "A-1", noon(), 100).with_key("other key")];
    assert!(matches!(ledger.submit_all(together), Err(LedgerError::DiskFull(_))));
    assert!(ledger.submit(order("ann", "A-1", noon(), 100).with_key("other key")).is_ok());
}

#[test]
fn going_back_after_a_full_disk_starts_from_the_snapshot_that_was_open() {
    let disk = SimulatedDisk::new();
    let folder = tempfile::tempdir().unwrap();
    let options = small_options();
    let log = FileLog::create_on(Arc::new(disk.clone()), &support::log_dir(), LedgerId([7; 16]), options.log);
    let snapshots = Box::new(Generations::open(folder.path()).unwrap());
    let ledger = BlockingLedger::start_on(log.unwrap(), Some(snapshots), options).unwrap();
    ledger.publish(support::PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
    work(&ledger, 0);
    ledger.snapshot().unwrap();
    let snapshot_position = ledger.info().unwrap().snapshot_position;
    for n in 0..3 {
        disk.fail_at(disk.operation_count() + 1, DiskFailure::Full);
        let refused = ledger.submit(order("ann", "new", noon(), 100));
        assert!(matches!(refused, Err(LedgerError::DiskFull(_))), "{n}: {refused:?}");
        assert_eq!(available(&ledger, "ann"), 30);
        assert_eq!(ledger.info().unwrap().snapshot_position, snapshot_position);
    }
    assert_eq!(ledger.warnings().unwrap(), Vec::<String>::new());
    ledger.submit(order("ann", "new", noon(), 100)).unwrap();
    ledger.snapshot().unwrap();
    assert_ne!(ledger.info().unwrap().snapshot_position, snapshot_position);
    assert_eq!(available(&ledger, "ann"), 31);
}

/// The small programme, with transfers that cost a point.
fn with_transfers() -> String {
    support::PROGRAMME.replace("use = \"both\"", "use = \"both\"\ntransfer = { fee_points = \"1\" }")
}

/// What two members do with each other, until one becomes part of the other.
fn deals() -> Vec<Command> {
    let send = |from: &str, to: &str, n: i64| transfer(from, to, &format!("T-{n}"), noon(), n);
    let mut deals = vec![order("ann", "A-1", noon(), 10_000), order("bob", "B-1", noon(), 10_000)];
    deals.extend((1..6).flat_map(|n| [send("ann", "bob", 2 * n), send("bob", "ann", 2 * n + 1)]));
    deals.push(merge("bob", "ann", noon()));
    deals.push(order("bob", "B-2", noon(), 700));
    deals
}

/// Does it all until something fails; gives how many were acknowledged.
fn deal(ledger: &BlockingLedger) -> usize {
    deals().into_iter().take_while(|command| ledger.submit(command.clone()).is_ok()).count()
}

/// What anybody owns, and how many there are.
fn everybody(ledger: &BlockingLedger) -> Vec<(String, MemberState)> {
    let mut all = Vec::new();
    ledger.for_each_member(|view| all.push((view.name.clone(), view.state.clone()))).unwrap();
    all
}

#[test]
fn power_lost_in_the_middle_of_what_concerns_two_members_leaves_all_of_it_or_nothing() {
    let ledger_on = |disk: &SimulatedDisk| {
        let ledger = create_on(disk, tiny_segments());
        ledger.publish(&with_transfers(), at("2020-01-01T00:00:00Z")).unwrap();
        ledger
    };
    // What is owned after each of the commands, if nothing fails.
    let disk = SimulatedDisk::new();
    let ledger = ledger_on(&disk);
    let first = disk.operation_count();
    let mut steps = vec![everybody(&ledger)];
    for command in deals() {
        ledger.submit(command).unwrap();
        steps.push(everybody(&ledger));
    }
    drop(ledger);
    for failing in first + 1..=disk.operation_count() {
        for seed in 0..3 {
            let disk = SimulatedDisk::new();
            let ledger = ledger_on(&disk);
            disk.fail_at(failing, DiskFailure::PowerLoss);
            let acknowledged = deal(&ledger);
            drop(ledger);
            disk.restart(seed * 1_000 + failing);
            let ledger = open_on(&disk, tiny_segments()).unwrap();
            let kept = everybody(&ledger);
            let in_flight = (acknowledged + 1).min(deals().len());
            assert!(
                kept == steps[acknowledged] || kept == steps[in_flight],
                "operation {failing}, seed {seed}: {acknowledged} acknowledged, kept {kept:?}"
            );
            assert_eq!(deal(&ledger), deals().len(), "the same again goes through, each once");
            assert_eq!(everybody(&ledger), steps[deals().len()]);
        }
    }
}
