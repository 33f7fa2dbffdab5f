//! A frozen segment: this release reads it, and writes the same bytes again.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use support::{LEDGER, TINY};
use tallybook_log::{BatchNumber, FileLog, Group, Log, LogEnd, LogReader, Position, RecordHeader};

const SEGMENT: &[u8] = include_bytes!("fixtures/segment_v1.log");
const SEGMENT_NAME: &str = "00000000000000000000.log";

fn header(kind: u16, member: u32, previous: Position) -> RecordHeader {
    RecordHeader {
        kind,
        version: 1,
        member,
        effective_at: 1_767_225_600_000_000,
        recorded_at: 1_767_225_600_000_001,
        previous,
        key_fingerprint: 0xA1B2_C3D4,
        subject_fingerprint: 0x0102_0304,
    }
}

fn write() -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let mut log = FileLog::create(folder.path(), LEDGER, TINY).unwrap();
    let mut group = Group::new(LogEnd::ORIGIN);
    group.begin_batch();
    group.push(header(1, 0, Position::NONE), b"programme").unwrap();
    group.end_batch();
    group.begin_batch();
    let first = group.push(header(257, 1, Position::NONE), b"order A").unwrap();
    group.push(header(258, 1, first), b"").unwrap();
    group.end_batch();
    log.append(&group).unwrap();
    log.close().unwrap();
    std::fs::read(folder.path().join(SEGMENT_NAME)).unwrap()
}

#[test]
fn the_frozen_segment_is_written_again_byte_for_byte() {
    assert!(write() == SEGMENT, "the stored format has changed");
}

#[test]
fn the_frozen_segment_is_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(SEGMENT_NAME), SEGMENT).unwrap();
    let log = FileLog::open(folder.path(), TINY).unwrap();
    assert!(log.open_report().closed);
    assert_eq!(log.ledger_id(), LEDGER);
    assert_eq!(log.end().next_number, BatchNumber(4));
    let mut batches = log.reader().batches(Position::ORIGIN);
    let mut seen = Vec::new();
    while let Some(batch) = batches.next_batch().unwrap() {
        seen.extend(batch.records().map(|record| (record.position.0, record.header, record.body.to_vec())));
    }
    let expected = [
        (36, header(1, 0, Position::NONE), b"programme".to_vec()),
        (129, header(257, 1, Position::NONE), b"order A".to_vec()),
        (184, header(258, 1, Position(129)), Vec::new()),
    ];
    assert_eq!(seen, expected);
}
