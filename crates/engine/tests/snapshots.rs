//! Law 7: a snapshot is a cache. Taken at any moment, damaged in any way or deleted, it changes no state, and members
//! may outnumber memory.

#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use support::compare::{Drawn, drawn, publish_before};
use support::{Chance, HandClock, at, give_back, ledger_in, merge, order, redeem, small_options};
use tallybook::core::calendar::Instant;
use tallybook::core::state::LedgerState;
use tallybook::{BlockingLedger, Command, MemberView, Options};

fn noon(day: u64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(day as i64)
}

/// Everything that is known of every member.
fn members(ledger: &BlockingLedger) -> Vec<MemberView> {
    let mut views = Vec::new();
    ledger.for_each_member(|view| views.push(view.clone())).unwrap();
    for view in views.iter().filter(|view| view.state.status.merged_into.is_none()) {
        assert_eq!(ledger.member(&view.name).unwrap().as_ref(), Some(view), "found by name as by number");
    }
    views
}

fn files_under(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() { files.extend(files_under(&path)) } else { files.push(path) }
    }
    files.sort();
    files
}

/// Damages the snapshots as a failing disk or a careless hand would. Tells whether anything that matters was touched.
fn damage(dir: &Path, chance: &mut Chance) {
    let files: Vec<PathBuf> = files_under(dir).into_iter().filter(|path| !path.ends_with("lock")).collect();
    if files.is_empty() {
        return;
    }
    match chance.below(5) {
        0 => fs::remove_dir_all(dir).unwrap(),
        1 => fs::remove_file(&files[chance.below(files.len() as u64) as usize]).unwrap(),
        2 => {
            let path = &files[chance.below(files.len() as u64) as usize];
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..chance.below(bytes.len() as u64 + 1) as usize]).unwrap();
        }
        _ => {
            for _ in 0..=chance.below(3) {
                let path = &files[chance.below(files.len() as u64) as usize];
                let mut bytes = fs::read(path).unwrap();
                if !bytes.is_empty() {
                    let bit = chance.below(bytes.len() as u64 * 8) as usize;
                    bytes[bit / 8] ^= 1 << (bit % 8);
                    fs::write(path, bytes).unwrap();
                }
            }
        }
    }
}

/// Submits a history with snapshots, restarts and damage at random moments, and gives all members and counters at the end.
fn run_with_trouble(drawn: &Drawn, seed: u64) -> (Vec<MemberView>, LedgerState) {
    let dir = tempfile::tempdir().unwrap();
    let snapshots = dir.path().join("snapshots");
    let mut chance = Chance(seed);
    let clock = HandClock::at(drawn.history[0].recorded_at);
    let options = || Options { clock: clock.clock(), ..small_options() };
    let mut ledger = BlockingLedger::create(dir.path(), options()).unwrap();
    ledger.publish(&drawn.spec.to_toml(), Instant::EARLIEST).unwrap();
    for (step, recorded) in drawn.history.iter().enumerate() {
        publish_before(&ledger, &clock, drawn, step);
        clock.set(recorded.recorded_at);
        // Refusals belong to histories.
        let _ = ledger.submit(recorded.command.clone());
        if chance.one_in(6) {
            ledger.snapshot().unwrap();
        }
        if chance.one_in(8) {
            if chance.one_in(2) {
                ledger.close().unwrap()
            } else {
                drop(ledger)
            }
            if chance.one_in(2) {
                damage(&snapshots, &mut chance);
            }
            ledger = BlockingLedger::open(dir.path(), options()).unwrap();
        }
    }
    let all = |ledger: &BlockingLedger| (members(ledger), ledger.ledger_state().unwrap());
    let live = all(&ledger);
    ledger.close().unwrap();
    let reopened = BlockingLedger::open(dir.path(), options()).unwrap();
    assert_eq!(all(&reopened), live, "from snapshot and tail");
    reopened.close().unwrap();
    damage(&snapshots, &mut chance);
    let damaged = BlockingLedger::open(dir.path(), options()).unwrap();
    assert_eq!(all(&damaged), live, "from a damaged snapshot");
    drop(damaged);
    fs::remove_dir_all(&snapshots).unwrap();
    let folded = BlockingLedger::open(dir.path(), options()).unwrap();
    assert_eq!(all(&folded), live, "from zero");
    live
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(40) })]

    #[test]
    fn snapshots_taken_and_damaged_at_random_change_no_state(drawn in drawn(), seed in any::<u64>()) {
        if !drawn.history.is_empty() {
            // Positions differ, as a clean close leaves its mark in the log.
            let owned = |(views, counters): (Vec<MemberView>, LedgerState)| {
                let views = views.into_iter().map(|view| (view.number, view.name, view.state));
                (views.collect::<Vec<_>>(), counters)
            };
            prop_assert_eq!(owned(run_with_trouble(&drawn, seed)), owned(run_without(&drawn)));
        }
    }
}

/// The same history without snapshots or restarts.
fn run_without(drawn: &Drawn) -> (Vec<MemberView>, LedgerState) {
    let dir = tempfile::tempdir().unwrap();
    let clock = HandClock::at(drawn.history[0].recorded_at);
    let options = Options { clock: clock.clock(), snapshots: false, ..small_options() };
    let ledger = BlockingLedger::create(dir.path(), options).unwrap();
    ledger.publish(&drawn.spec.to_toml(), Instant::EARLIEST).unwrap();
    for (step, recorded) in drawn.history.iter().enumerate() {
        publish_before(&ledger, &clock, drawn, step);
        clock.set(recorded.recorded_at);
        let _ = ledger.submit(recorded.command.clone());
    }
    (members(&ledger), ledger.ledger_state().unwrap())
}

#[test]
fn every_damage_to_a_snapshot_of_many_members_is_noticed_and_mended() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let orders = |from: u64, to: u64| -> Vec<Command> {
        (from..to)
            .map(|n| order(&format!("member {}", n % 700), &format!("A-{n}"), noon(n % 300), 1_000))
            .collect()
    };
    let submit = |ledger: &BlockingLedger, commands| {
        let outcomes = ledger.submit_all(commands).unwrap();
        assert!(outcomes.iter().all(Result::is_ok));
    };
    submit(&ledger, orders(0, 1_500));
    let mut live = members(&ledger);
    ledger.close().unwrap();
    let mut chance = Chance(7);
    let mut warned = 0;
    for round in 0..25_u64 {
        damage(&dir.path().join("snapshots"), &mut chance);
        let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
        // A command first, so that damage is met in the middle of work as well.
        if round % 2 == 0 {
            let n = 10_000 + round;
            let name = format!("member {}", n % 700);
            ledger.submit(order(&name, &format!("A-{n}"), noon(301), 500)).unwrap();
            let changed = ledger.member(&name).unwrap().unwrap();
            let old = live.iter_mut().find(|view| view.name == name).unwrap();
            assert_eq!(changed.state.orders, old.state.orders + 1);
            *old = changed;
        }
        assert_eq!(members(&ledger), live, "round {round}");
        warned += usize::from(!ledger.warnings().unwrap().is_empty());
        ledger.close().unwrap();
    }
    assert!(warned > 5, "the damage was hardly ever met");
}

#[test]
fn members_may_outnumber_memory() {
    let small = tempfile::tempdir().unwrap();
    let large = tempfile::tempdir().unwrap();
    let tight = || Options { memory_bytes_max: 60_000, ..small_options() };
    let ledger = ledger_in(small.path(), tight());
    let plenty = ledger_in(large.path(), small_options());
    let mut chance = Chance(3);
    let mut placed: Vec<(String, String)> = Vec::new();
    for n in 0..1_500_u64 {
        let name = format!("member {}", chance.below(600));
        let day = noon(n / 10);
        let command = match chance.below(8) {
            // Some turn out to be one person; what comes under their old name goes on.
            _ if n % 50 == 49 => merge(&name, &format!("member {}", chance.below(600)), day),
            0 if !placed.is_empty() => {
                let (member, id) = &placed[chance.below(placed.len() as u64) as usize];
                give_back(member, &format!("R-{n}"), id, day)
            }
            1 => redeem(&name, &format!("D-{n}"), day, 3),
            2 if !placed.is_empty() => {
                // A name that is taken, or the same order again.
                let (member, id) = &placed[chance.below(placed.len() as u64) as usize];
                order(member, id, day, 777)
            }
            _ => {
                placed.push((name.clone(), format!("A-{n}")));
                order(&name, &format!("A-{n}"), day, 500 + (n as i64 % 3_000))
            }
        };
        let said = |outcome: Result<tallybook::Receipt, tallybook::LedgerError>| match outcome {
            Ok(receipt) => Ok((receipt.repeated, receipt.events)),
            Err(error) => Err(error.to_string()),
        };
        assert_eq!(said(ledger.submit(command.clone())), said(plenty.submit(command)), "command {n}");
    }
    let until = noon(900);
    assert_eq!(ledger.sweep(until).unwrap(), plenty.sweep(until).unwrap());
    assert_eq!(ledger.state_digest().unwrap(), plenty.state_digest().unwrap());
    let info = ledger.info().unwrap();
    assert!(info.members > 400 && info.snapshot_position.is_some());
    assert!(info.memory_bytes < 90_000, "{info:?}");
    assert_eq!(ledger.warnings().unwrap(), Vec::<String>::new());
    let digest = plenty.state_digest().unwrap();
    // Folding from zero keeps within memory too.
    drop(ledger);
    fs::remove_dir_all(small.path().join("snapshots")).unwrap();
    let folded = BlockingLedger::open(small.path(), tight()).unwrap();
    assert_eq!(folded.state_digest().unwrap(), digest);
    assert!(folded.info().unwrap().memory_bytes < 90_000);
}

#[test]
fn snapshots_come_less_often_the_more_there_is_to_write() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), Options { snapshot_every_bytes: 1, ..small_options() });
    let named =
        |n: u64| format!("a member with a name of more than seventy bytes, as nobody would have, {n:06}");
    let commands = (0..500).map(|n| order(&named(n), "A-0", noon(0), 500)).collect();
    ledger.submit_all(commands).unwrap();
    let mut positions = Vec::new();
    for n in 0..2_000 {
        ledger.submit(order("ann", &format!("A-{n}"), noon(1 + n / 10), 500)).unwrap();
        positions.extend(ledger.info().unwrap().snapshot_position);
    }
    positions.dedup();
    let least = 2 * 500 * named(0).len() as u64;
    assert!((2..20).contains(&positions.len()), "{positions:?}");
    assert!(positions.windows(2).all(|pair| pair[1].0 - pair[0].0 >= least), "{positions:?}");
}

#[test]
fn without_snapshots_memory_is_what_it_takes_and_nothing_is_written_in_circles() {
    let dir = tempfile::tempdir().unwrap();
    let options =
        Options { snapshots: false, memory_bytes_max: 1, snapshot_every_bytes: 1, ..small_options() };
    let ledger = ledger_in(dir.path(), options);
    let commands =
        (0..300).map(|n| order(&format!("m{n}"), &format!("A-{n}"), noon(0), 100)).collect::<Vec<_>>();
    assert!(ledger.submit_all(commands).unwrap().iter().all(Result::is_ok));
    assert_eq!(members(&ledger).len(), 300);
    assert_eq!(ledger.info().unwrap().snapshot_position, None);
    assert!(!dir.path().join("snapshots").exists());
    assert_eq!(ledger.warnings().unwrap(), Vec::<String>::new());
}

#[test]
fn a_snapshot_that_cannot_be_written_costs_a_warning_and_nothing_else() {
    let dir = tempfile::tempdir().unwrap();
    // A file where the folder of snapshots should be.
    fs::write(dir.path().join("snapshots"), b"in the way").unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    let warnings = ledger.warnings().unwrap();
    assert!(warnings.len() == 1 && warnings[0].contains("without snapshots"), "{warnings:?}");
    let live = members(&ledger);
    ledger.close().unwrap();
    let reopened = BlockingLedger::open(dir.path(), small_options()).unwrap();
    assert_eq!(members(&reopened), live);
}

#[test]
fn a_backup_of_the_log_that_is_put_back_is_not_mixed_with_a_later_snapshot() {
    let dir = tempfile::tempdir().unwrap();
    let (log, backup) = (dir.path().join("log"), dir.path().join("backup"));
    let copy = |from: &Path, to: &Path| {
        let _ = fs::remove_dir_all(to);
        fs::create_dir(to).unwrap();
        for file in files_under(from) {
            fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
        }
    };
    ledger_in(dir.path(), small_options()).close().unwrap();
    copy(&log, &backup);
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.close().unwrap();
    let later = fs::read(dir.path().join("snapshots/current")).unwrap();
    copy(&backup, &log);
    // Another past, just as long, and longer.
    let options = || Options { snapshots: false, ..small_options() };
    let ledger = BlockingLedger::open(dir.path(), options()).unwrap();
    ledger.submit(order("ann", "A-1", noon(0), 9_000)).unwrap();
    ledger.submit(order("ann", "A-2", noon(0), 9_000)).unwrap();
    let truth = members(&ledger);
    ledger.close().unwrap();
    assert_eq!(fs::read(dir.path().join("snapshots/current")).unwrap(), later);
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    assert_eq!(members(&ledger), truth);
    assert!(ledger.warnings().unwrap()[0].contains("another past"));
}

#[test]
fn a_log_that_is_shorter_than_its_snapshot_is_corruption_and_not_a_warning() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.close().unwrap();
    let log = dir.path().join("log");
    let kept: Vec<(PathBuf, Vec<u8>)> =
        files_under(&log).into_iter().map(|path| (path.clone(), fs::read(path).unwrap())).collect();
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.close().unwrap();
    for (path, bytes) in kept {
        fs::write(path, bytes).unwrap();
    }
    let Err(error) = BlockingLedger::open(dir.path(), small_options()) else { panic!("it opened") };
    assert!(error.to_string().contains("the log has lost its tail"), "{error}");
}
