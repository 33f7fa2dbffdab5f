//! What the tests of the log share: small groups, a small log on a simulated disk, and everything a reader
//! can see.

// Each test file uses its own part of this.
#![allow(dead_code)]

use std::{path::Path, sync::Arc};

use tallybook_log::{
    FileLog, Group, LedgerId, Log, LogEnd, LogError, LogReader, Options, Position, RecordHeader,
    SimulatedDisk,
};

pub const LEDGER: LedgerId = LedgerId(*b"0123456789abcdef");

/// Segments and steps so small that a few groups cross every border.
pub const TINY: Options = Options { segment_bytes: 900, preallocate_bytes: 256, read_only: false };

pub const READ_ONLY: Options = Options { read_only: true, ..TINY };

pub fn dir() -> &'static Path {
    Path::new("ledger")
}

pub fn create(disk: &SimulatedDisk) -> Result<FileLog, LogError> {
    FileLog::create_on(Arc::new(disk.clone()), dir(), LEDGER, TINY)
}

pub fn open(disk: &SimulatedDisk) -> Result<FileLog, LogError> {
    FileLog::open_on(Arc::new(disk.clone()), dir(), TINY)
}

pub fn header(member: u32, previous: Position) -> RecordHeader {
    RecordHeader {
        kind: 513,
        version: 3,
        member,
        effective_at: -1_700_000_000_000_001,
        recorded_at: 1_700_000_000_000_002,
        previous,
        key_fingerprint: 0xDEAD_BEEF,
        subject_fingerprint: 0x1234_5678,
    }
}

/// A group with the given batches, each given by the sizes of its bodies.
pub fn group(start: LogEnd, batches: &[&[usize]]) -> Group {
    let mut group = Group::new(start);
    for bodies in batches {
        group.begin_batch();
        for bytes in *bodies {
            let body: Vec<u8> = (0..*bytes).map(|index| (index * 7 + bytes) as u8).collect();
            group.push(header(1, Position::NONE), &body).unwrap();
        }
        group.end_batch().unwrap();
    }
    group
}

pub fn append(log: &mut impl Log, batches: &[&[usize]]) -> Group {
    let group = group(log.end(), batches);
    log.append(&group).unwrap();
    group
}

/// The stored bytes of every batch that has records, in order.
pub fn read_all(reader: &impl LogReader) -> Result<Vec<Vec<u8>>, LogError> {
    let mut batches = reader.batches(Position::ORIGIN);
    let mut all = Vec::new();
    while let Some(batch) = batches.next_batch()? {
        if batch.header().record_count > 0 {
            all.push(batch.bytes().to_vec());
        }
    }
    Ok(all)
}

/// The stored bytes of a group's batches, one by one.
pub fn batches_of(group: &Group) -> Vec<Vec<u8>> {
    let mut bytes = group.bytes();
    let mut batches = Vec::new();
    while !bytes.is_empty() {
        let payload_bytes = u32::from_le_bytes(bytes[4..8].try_into().unwrap()) as usize;
        let (batch, rest) = bytes.split_at(tallybook_log::BATCH_HEADER_BYTES + payload_bytes);
        batches.push(batch.to_vec());
        bytes = rest;
    }
    batches
}
