//! Power lost, disks full and devices failing at every single operation, with unsynced bytes arriving in any
//! order.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use support::{LEDGER, TINY, append, batches_of, create, dir, group, open, read_all};
use tallybook_log::{DiskFailure, FileLog, Log, LogError, SimulatedDisk};

/// What the caller of a log knows: what was acknowledged, and the group whose fate is open.
#[derive(Default)]
struct Known {
    /// Stop at the first full disk, as if the process ended there.
    stop_when_full: bool,
    acknowledged: Vec<Vec<u8>>,
    in_doubt: Vec<Vec<u8>>,
}

impl Known {
    /// Appends groups of all shapes until something fails; true when all went well to the close.
    fn work(&mut self, opened: Result<FileLog, LogError>, seed: usize) -> bool {
        let Ok(mut log) = opened else { return false };
        // Whatever an opened log shows is durable from here on.
        self.check(&log);
        for round in 0..8 {
            let bodies = [(seed * 31 + round * 57) % 190, (seed + round * 13) % 90, 5];
            let group =
                group(log.end(), &[&bodies[..1], &bodies[1..], &bodies[..2]][..1 + (seed + round) % 3]);
            let end_before = log.end();
            match log.append(&group) {
                Ok(end) => {
                    assert_eq!(end, group.end());
                    self.acknowledged.extend(batches_of(&group));
                }
                Err(LogError::DiskFull { .. }) => {
                    assert_eq!(log.end(), end_before);
                    self.check(&log);
                    if self.stop_when_full {
                        return false;
                    }
                }
                Err(LogError::Fault { .. }) => {
                    assert_eq!(log.end(), end_before);
                    assert!(matches!(log.append(&group), Err(LogError::Poisoned)));
                    assert_eq!(read_all(&log.reader()).unwrap(), self.acknowledged);
                    self.in_doubt = batches_of(&group);
                    return false;
                }
                Err(other) => panic!("unexpected {other}"),
            }
        }
        log.close().is_ok()
    }

    /// The log shows all that was acknowledged, and of the group in doubt a prefix.
    fn check(&mut self, log: &FileLog) {
        let read = read_all(&log.reader()).unwrap();
        assert!(read.len() >= self.acknowledged.len(), "something acknowledged is gone");
        let (old, new) = read.split_at(self.acknowledged.len());
        assert_eq!(old, self.acknowledged);
        assert!(new.len() <= self.in_doubt.len(), "there is more than was attempted");
        assert_eq!(new, &self.in_doubt[..new.len()]);
        self.acknowledged = read;
        self.in_doubt.clear();
    }
}

/// Opens, or creates when the crash left nothing that is a log.
fn open_or_create(disk: &SimulatedDisk, known: &Known) -> Result<FileLog, LogError> {
    match open(disk) {
        Err(LogError::NotFound { .. }) => {
            assert!(known.acknowledged.is_empty(), "the whole log is gone");
            create(disk)
        }
        Err(LogError::Corruption { segment, offset, what, .. }) => {
            panic!("a crash was taken for corruption: {segment} {offset} {what}")
        }
        result => result,
    }
}

fn operations_of_a_whole_run() -> u64 {
    let disk = SimulatedDisk::new();
    assert!(Known::default().work(create(&disk), 1));
    disk.operation_count()
}

#[test]
fn a_crash_at_any_operation_loses_nothing_acknowledged_and_is_never_corruption() {
    for operation in 1..=operations_of_a_whole_run() + 1 {
        for seed in 0..12 {
            let disk = SimulatedDisk::new();
            let mut known = Known::default();
            disk.fail_at(operation, DiskFailure::PowerLoss);
            known.work(create(&disk), 1);
            disk.restart(seed);
            // A second crash during or soon after the recovery.
            disk.fail_at(disk.operation_count() + 1 + seed % 7, DiskFailure::PowerLoss);
            let opened = open_or_create(&disk, &known);
            known.work(opened, 2 + seed as usize);
            disk.restart(seed ^ 0x5555);
            let opened = open_or_create(&disk, &known).unwrap();
            assert!(known.work(Ok(opened), 3));
            let log = open(&disk).unwrap();
            assert!(log.open_report().closed);
            known.check(&log);
        }
    }
}

#[test]
fn a_failing_device_stops_writing_and_reopening_recovers() {
    for operation in 1..=operations_of_a_whole_run() {
        for seed in 0..4 {
            let disk = SimulatedDisk::new();
            let mut known = Known::default();
            disk.fail_at(operation, DiskFailure::Error);
            known.work(create(&disk), 1);
            disk.restart(seed);
            let opened = open_or_create(&disk, &known).unwrap();
            assert!(known.work(Ok(opened), 2));
        }
    }
}

#[test]
fn a_full_disk_keeps_nothing_of_the_group_even_over_a_crash() {
    for operation in 1..=operations_of_a_whole_run() {
        for seed in 0..4 {
            let disk = SimulatedDisk::new();
            let mut known = Known::default();
            disk.fail_at(operation, DiskFailure::Full);
            known.work(create(&disk), 1);
            disk.restart(seed);
            let opened = open_or_create(&disk, &known).unwrap();
            assert!(known.work(Ok(opened), 2));
        }
    }
}

#[test]
fn a_group_refused_for_space_does_not_come_back_after_a_power_loss() {
    for operation in 1..=operations_of_a_whole_run() {
        for seed in 0..8 {
            let disk = SimulatedDisk::new();
            let mut known = Known { stop_when_full: true, ..Known::default() };
            disk.fail_at(operation, DiskFailure::Full);
            known.work(create(&disk), 1);
            disk.restart(seed);
            let opened = open_or_create(&disk, &known).unwrap();
            assert!(known.work(Ok(opened), 2));
        }
    }
}

#[test]
fn what_a_log_shows_after_a_failed_sync_survives_a_power_loss_after_reopening() {
    for operation in 1..=operations_of_a_whole_run() {
        for seed in 0..8 {
            let disk = SimulatedDisk::new();
            let mut known = Known::default();
            disk.fail_at(operation, DiskFailure::Error);
            known.work(create(&disk), 1);
            // The process begins again, and with it the log; the machine has not.
            let reopened = open_or_create(&disk, &known).unwrap();
            known.check(&reopened);
            let mut log = reopened;
            let group = group(log.end(), &[&[seed as usize]]);
            if seed % 2 == 0 {
                log.append(&group).unwrap();
                known.acknowledged.extend(batches_of(&group));
            }
            drop(log);
            disk.restart(seed);
            let opened = open_or_create(&disk, &known).unwrap();
            assert!(known.work(Ok(opened), 2));
        }
    }
}

#[test]
fn after_a_full_disk_writing_goes_on_once_there_is_space() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    append(&mut log, &[&[10]]);
    // The group needs new space, so that its first operation is the allocation.
    disk.fail_at(disk.operation_count() + 1, DiskFailure::Full);
    let large = group(log.end(), &[&[400]]);
    assert!(matches!(log.append(&large), Err(LogError::DiskFull { .. })));
    assert_eq!(log.append(&large).unwrap(), large.end());
    assert_eq!(read_all(&log.reader()).unwrap().len(), 2);
}

#[test]
fn a_commit_into_allocated_space_is_one_write_and_one_sync() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    append(&mut log, &[&[100]]);
    let before = disk.operation_count();
    append(&mut log, &[&[1], &[2]]);
    assert_eq!(disk.operation_count() - before, 2);
}

#[test]
fn creating_over_a_log_is_refused_and_opening_nothing_is_not_found() {
    let disk = SimulatedDisk::new();
    assert!(matches!(open(&disk), Err(LogError::NotFound { .. })));
    create(&disk).unwrap().close().unwrap();
    assert!(matches!(create(&disk), Err(LogError::AlreadyExists { .. })));
    assert_eq!(open(&disk).unwrap().ledger_id(), LEDGER);
    let read_only = tallybook_log::Options { read_only: true, ..TINY };
    let created = FileLog::create_on(std::sync::Arc::new(SimulatedDisk::new()), dir(), LEDGER, read_only);
    assert!(matches!(created, Err(LogError::ReadOnly)));
}
