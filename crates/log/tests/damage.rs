//! Stored bytes that changed: what is corruption, what is a torn tail, and that corruption changes nothing.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::{path::PathBuf, sync::Arc};

use support::{READ_ONLY, append, batches_of, create, dir, group, open, read_all};
use tallybook_log::{
    FileLog, Group, Log, LogError, LogReader, Options, Position, SEGMENT_HEADER_BYTES, SimulatedDisk,
};

/// One segment only, so that all damage is in the last one.
const ONE_SEGMENT: Options = Options { segment_bytes: 1 << 20, preallocate_bytes: 256, read_only: false };

fn first_segment() -> PathBuf {
    dir().join("00000000000000000000.log")
}

fn segments(disk: &SimulatedDisk) -> Vec<PathBuf> {
    let mut names = tallybook_log::Disk::list(disk, dir()).unwrap();
    names.retain(|name| name.ends_with(".log"));
    names.sort();
    names.iter().map(|name| dir().join(name)).collect()
}

/// A copy of the log's segments on a disk of its own.
fn copy(disk: &SimulatedDisk) -> SimulatedDisk {
    let copied = SimulatedDisk::new();
    for path in segments(disk) {
        copied.set_bytes(&path, &disk.bytes(&path).unwrap());
    }
    copied
}

fn open_one(disk: &SimulatedDisk) -> Result<FileLog, LogError> {
    FileLog::open_on(Arc::new(disk.clone()), dir(), ONE_SEGMENT)
}

/// A log in one segment whose writer was lost without closing, and its groups.
fn unclosed(shapes: &[&[&[usize]]]) -> (SimulatedDisk, Vec<Group>) {
    let disk = SimulatedDisk::new();
    let mut log = FileLog::create_on(Arc::new(disk.clone()), dir(), support::LEDGER, ONE_SEGMENT).unwrap();
    let groups = shapes.iter().map(|shape| append(&mut log, shape)).collect();
    (disk, groups)
}

/// The batches that can be read, so many at a time, and what ends that.
fn how_far(reader: &impl LogReader, count_max: usize) -> (Vec<Vec<u8>>, Option<String>) {
    let mut batches = reader.batches(Position::ORIGIN);
    let mut all = Vec::new();
    loop {
        match batches.next_batches(count_max) {
            Ok(next) if next.is_empty() => return (all, None),
            Ok(next) => all.extend(next.iter().map(|batch| batch.bytes().to_vec())),
            Err(error) => return (all, Some(error.to_string())),
        }
    }
}

fn offset_of(at: Position) -> usize {
    (SEGMENT_HEADER_BYTES + at.0) as usize
}

#[test]
fn the_last_group_cut_at_any_byte_leaves_all_before_it() {
    let (disk, groups) = unclosed(&[&[&[20], &[3, 40]], &[&[15]], &[&[30], &[2, 2], &[9]]]);
    let stored = disk.bytes(&first_segment()).unwrap();
    let acknowledged: Vec<_> = groups[..2].iter().flat_map(batches_of).collect();
    let last = batches_of(&groups[2]);
    let (start, end) = (offset_of(groups[2].start().position), offset_of(groups[2].end().position));
    for cut in start..end {
        for zeroed in [false, true] {
            let copied = copy(&disk);
            let mut bytes = stored[..cut].to_vec();
            if zeroed {
                bytes.resize(stored.len(), 0);
            }
            copied.set_bytes(&first_segment(), &bytes);
            let mut log = open_one(&copied).unwrap();
            let read = read_all(&log.reader()).unwrap();
            let kept = read.len() - acknowledged.len();
            assert_eq!(read[..acknowledged.len()], acknowledged);
            assert_eq!(read[acknowledged.len()..], last[..kept]);
            // The log goes on from there.
            append(&mut log, &[&[1]]);
            drop(log);
            assert_eq!(read_all(&open_one(&copied).unwrap().reader()).unwrap().len(), read.len() + 1);
        }
    }
}

#[test]
fn a_hole_in_the_last_group_cuts_the_sound_batches_after_it_too() {
    let (disk, groups) = unclosed(&[&[&[20]], &[&[30], &[100], &[9]]]);
    let mut bytes = disk.bytes(&first_segment()).unwrap();
    let second_batch = offset_of(groups[1].start().position) + batches_of(&groups[1])[0].len();
    bytes[second_batch..second_batch + 64].fill(0);
    disk.set_bytes(&first_segment(), &bytes);
    let log = open_one(&copy(&disk)).unwrap();
    assert_eq!(read_all(&log.reader()).unwrap().len(), 2);
    let torn_bytes = groups[1].bytes().len() - batches_of(&groups[1])[0].len();
    assert_eq!(log.open_report().torn_bytes, torn_bytes as u64);
}

#[test]
fn a_batch_cut_out_before_the_last_group_is_corruption_and_changes_nothing() {
    let (disk, groups) = unclosed(&[&[&[20], &[5]], &[&[30, 1], &[7]], &[&[10], &[4]], &[&[6]]]);
    let stored = disk.bytes(&first_segment()).unwrap();
    let mut start = offset_of(groups[0].start().position);
    for batch in groups[..3].iter().flat_map(batches_of) {
        let mut bytes = stored.clone();
        bytes.drain(start..start + batch.len());
        let copied = copy(&disk);
        copied.set_bytes(&first_segment(), &bytes);
        match open_one(&copied) {
            Err(LogError::Corruption { offset, .. }) => assert_eq!(offset as usize, start),
            other => panic!("the batch at byte {start} was cut out: {:?}", other.map(|_| "opened")),
        }
        assert_eq!(copied.bytes(&first_segment()).unwrap(), bytes);
        start += batch.len();
    }
}

#[test]
fn any_flipped_bit_before_the_last_group_is_corruption_and_changes_nothing() {
    let (disk, groups) = unclosed(&[&[&[20], &[5]], &[&[30, 1], &[7]], &[&[10], &[4]]]);
    let stored = disk.bytes(&first_segment()).unwrap();
    for at in 0..offset_of(groups[2].start().position) {
        for bit in 0..8 {
            let mut bytes = stored.clone();
            bytes[at] ^= 1 << bit;
            let copied = copy(&disk);
            copied.set_bytes(&first_segment(), &bytes);
            match open_one(&copied) {
                Err(LogError::Corruption { segment, offset, .. }) => {
                    assert_eq!(segment, "00000000000000000000.log");
                    assert!(offset as usize <= at, "byte {at} is damaged, {offset} was named");
                }
                other => panic!("byte {at} bit {bit}: {other:?}"),
            }
            assert_eq!(copied.bytes(&first_segment()).unwrap(), bytes);
        }
    }
}

#[test]
fn a_flipped_bit_in_the_last_group_is_cut_with_what_follows_when_the_log_was_not_closed() {
    let (disk, groups) = unclosed(&[&[&[20]], &[&[10], &[4]]]);
    let stored = disk.bytes(&first_segment()).unwrap();
    for at in offset_of(groups[1].start().position)..offset_of(groups[1].end().position) {
        let mut bytes = stored.clone();
        bytes[at] ^= 0x10;
        let copied = copy(&disk);
        copied.set_bytes(&first_segment(), &bytes);
        let log = open_one(&copied).unwrap();
        let read = read_all(&log.reader()).unwrap();
        assert!(read.len() == 1 || read.len() == 2);
        assert_eq!(read[0], groups[0].bytes());
        assert!(log.open_report().torn_bytes > 0);
    }
}

#[test]
fn after_a_clean_close_any_flipped_bit_of_the_last_group_is_corruption() {
    let (disk, groups) = unclosed(&[&[&[20]], &[&[10], &[4]]]);
    open_one(&disk).unwrap().close().unwrap();
    let stored = disk.bytes(&first_segment()).unwrap();
    for at in 0..offset_of(groups[1].end().position) {
        let mut bytes = stored.clone();
        bytes[at] ^= 0x04;
        let copied = copy(&disk);
        copied.set_bytes(&first_segment(), &bytes);
        assert!(matches!(open_one(&copied), Err(LogError::Corruption { .. })), "byte {at}");
    }
}

#[test]
fn any_flipped_bit_in_a_sealed_segment_is_found_on_opening_or_reading() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    for size in 0..20 {
        append(&mut log, &[&[size * 9], &[3, size]]);
    }
    let sound = read_all(&log.reader()).unwrap();
    drop(log);
    let segments = segments(&disk);
    assert!(segments.len() > 3);
    for path in &segments[..segments.len() - 1] {
        let stored = disk.bytes(path).unwrap();
        for at in 0..stored.len() {
            let mut bytes = stored.clone();
            bytes[at] ^= 1 << (at % 8);
            let copied = copy(&disk);
            copied.set_bytes(path, &bytes);
            let result = open(&copied).and_then(|log| {
                assert_eq!(how_far(&log.reader(), 1), how_far(&log.reader(), 100), "byte {at}");
                read_all(&log.reader())
            });
            match result {
                Err(LogError::Corruption { segment, .. }) => {
                    assert!(path.ends_with(&segment), "{segment} was named for {}", path.display());
                }
                Ok(read) => panic!("byte {at} of {}: {} of {}", path.display(), read.len(), sound.len()),
                Err(other) => panic!("byte {at}: {other}"),
            }
            assert_eq!(copied.bytes(path).unwrap(), bytes);
        }
    }
}

#[test]
fn a_missing_segment_is_corruption_wherever_it_was() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    for _ in 0..12 {
        append(&mut log, &[&[200]]);
    }
    drop(log);
    let segments = segments(&disk);
    assert!(segments.len() > 3);
    for path in &segments {
        let copied = copy(&disk);
        copied.lose(path);
        assert!(matches!(open(&copied), Err(LogError::Corruption { .. })), "{}", path.display());
    }
}

#[test]
fn a_segment_of_another_ledger_is_corruption() {
    let disk = SimulatedDisk::new();
    let mut log = create(&disk).unwrap();
    let other = SimulatedDisk::new();
    let id = tallybook_log::LedgerId([9; 16]);
    let mut other_log = FileLog::create_on(Arc::new(other.clone()), dir(), id, support::TINY).unwrap();
    for _ in 0..6 {
        append(&mut log, &[&[200]]);
        append(&mut other_log, &[&[200]]);
    }
    drop(log);
    let last = segments(&disk).pop().unwrap();
    disk.set_bytes(&last, &other.bytes(&last).unwrap());
    assert!(matches!(open(&disk), Err(LogError::Corruption { .. })));
}

#[test]
fn garbage_after_the_end_is_a_torn_tail() {
    let (disk, _) = unclosed(&[&[&[20]]]);
    let mut bytes = disk.bytes(&first_segment()).unwrap();
    let from = bytes.len() - 40;
    bytes[from..].fill(0xC9);
    disk.set_bytes(&first_segment(), &bytes);
    let log = open_one(&copy(&disk)).unwrap();
    assert_eq!(read_all(&log.reader()).unwrap().len(), 1);
    assert!(log.open_report().torn_bytes >= 40);
}

#[test]
fn reading_only_reports_a_torn_tail_and_changes_nothing() {
    let (disk, groups) = unclosed(&[&[&[20]], &[&[10], &[4]]]);
    let mut bytes = disk.bytes(&first_segment()).unwrap();
    bytes[offset_of(groups[1].start().position) + 50] ^= 1;
    let copied = copy(&disk);
    copied.set_bytes(&first_segment(), &bytes);
    let mut log = FileLog::open_on(Arc::new(copied.clone()), dir(), READ_ONLY).unwrap();
    assert_eq!(log.open_report().torn_bytes, groups[1].bytes().len() as u64);
    assert_eq!(read_all(&log.reader()).unwrap().len(), 1);
    assert!(matches!(log.append(&group(log.end(), &[&[1]])), Err(LogError::ReadOnly)));
    log.close().unwrap();
    assert_eq!(copied.bytes(&first_segment()).unwrap(), bytes);
    assert_eq!(copied.operation_count(), 0);
}

#[test]
fn a_later_format_version_is_named_and_not_taken_for_damage() {
    let (disk, _) = unclosed(&[&[&[20]]]);
    let mut bytes = disk.bytes(&first_segment()).unwrap();
    bytes[8] = 2;
    let checksum = crc32c::crc32c(&bytes[..60]);
    bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
    disk.set_bytes(&first_segment(), &bytes);
    let opened = open_one(&copy(&disk));
    assert!(matches!(opened, Err(LogError::UnsupportedFormat { version: 2, supported: 1, .. })));
}

#[test]
fn single_reads_and_chains_find_damage_too() {
    let (disk, groups) = unclosed(&[&[&[20]], &[&[10], &[4]]]);
    let log = open_one(&copy(&disk)).unwrap();
    let at = Position(groups[0].start().position.0 + 36);
    assert_eq!(log.reader().record(at).unwrap().body.len(), 20);
    assert!(matches!(log.reader().record(Position(at.0 + 1)), Err(LogError::Corruption { .. })));
    assert!(matches!(log.reader().record(Position(0)), Err(LogError::Corruption { .. })));
    assert!(matches!(log.reader().record(Position::NONE), Err(LogError::Corruption { .. })));
    assert!(matches!(log.reader().record(log.end().position), Err(LogError::Corruption { .. })));
    // A body that changes under an open log.
    let mut bytes = disk.bytes(&first_segment()).unwrap();
    bytes[offset_of(at) + 60] ^= 1;
    let damaged = copy(&disk);
    let log = open_one(&damaged).unwrap();
    damaged.set_bytes(&first_segment(), &bytes);
    assert!(matches!(log.reader().record(at), Err(LogError::Corruption { .. })));
    assert!(matches!(log.reader().chain(at).next(), Some(Err(LogError::Corruption { .. }))));
}
