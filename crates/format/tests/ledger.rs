//! A frozen ledger in `tests/ledger`: a small history as it is stored, and the balances it comes to. Whoever reads a log
//! in another language can try their reader on it, as `examples/python_reader` does.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use support::history::{Batch, LEDGER, batches};
use tallybook_core::apply::apply;
use tallybook_core::calendar::Instant;
use tallybook_core::state::MemberState;
use tallybook_format::{
    RecordKind, decode_decision, decode_member_named, encode_decision, encode_fact, encode_member_named,
    key_fingerprint, subject_fingerprint,
};
use tallybook_log::{FileLog, Group, Log, LogEnd, LogReader, Options, Position, RecordHeader};

const SEGMENT: &[u8] = include_bytes!("ledger/00000000000000000000.log");
const BALANCES: &str = include_str!("ledger/balances.json");

/// Pushes a batch's records, and notes each member's newest.
fn push(group: &mut Group, heads: &mut BTreeMap<u32, Position>, batch: &Batch) {
    let head = heads.entry(batch.member).or_insert(Position::NONE);
    let mut record =
        |effective_at: Instant, key_fingerprint, subject_fingerprint, kind: RecordKind, body: &[u8]| {
            let header = RecordHeader {
                kind: kind.number(),
                version: kind.version(),
                member: batch.member,
                effective_at: effective_at.0,
                recorded_at: batch.effective_at.0 + 1_000_000,
                previous: *head,
                key_fingerprint,
                subject_fingerprint,
            };
            *head = group.push(header, body).unwrap();
        };
    let mut body = Vec::new();
    if let Some(name) = batch.name {
        let kind = encode_member_named(name, &mut body);
        record(batch.effective_at, 0, 0, kind, &body);
    }
    let mut subject = 0;
    if let Some((key, fact)) = &batch.fact {
        body.clear();
        let kind = encode_fact(*key, fact, &mut body);
        subject = fact.subject().map_or(0, subject_fingerprint);
        let key = key.map(str::to_owned).or_else(|| fact.natural_key()).unwrap();
        record(batch.effective_at, key_fingerprint(&key), subject, kind, &body);
    }
    for (effective_at, decision) in &batch.decisions {
        body.clear();
        let kind = encode_decision(*effective_at, decision, &mut body);
        let is_about_it = matches!(kind.number(), 102 | 105 | 106 | 108);
        record(*effective_at, 0, if is_about_it { subject } else { 0 }, kind, &body);
    }
}

fn write(folder: &std::path::Path) {
    let options = Options { segment_bytes: 1 << 16, preallocate_bytes: 1 << 10, ..Options::default() };
    let mut log = FileLog::create(folder, LEDGER, options).unwrap();
    let mut group = Group::new(LogEnd::ORIGIN);
    let mut heads = BTreeMap::new();
    for batch in batches() {
        group.begin_batch();
        push(&mut group, &mut heads, &batch);
        group.end_batch();
        let end = log.append(&group).unwrap();
        group.restart(end);
    }
    log.close().unwrap();
}

#[test]
fn the_history_is_stored_as_the_frozen_ledger_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let written = std::fs::read(folder.path().join("00000000000000000000.log")).unwrap();
    let used = SEGMENT.len();
    assert!(written[..used] == *SEGMENT, "the stored format has changed");
    assert!(written[used..].iter().all(|byte| *byte == 0));
}

#[test]
fn the_frozen_ledger_folds_to_its_balances() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ledger");
    let log = FileLog::open(&folder, Options { read_only: true, ..Options::default() }).unwrap();
    let mut names: BTreeMap<u32, String> = BTreeMap::new();
    let mut states: BTreeMap<u32, MemberState> = BTreeMap::new();
    let mut batches = log.reader().batches(Position::ORIGIN);
    while let Some(batch) = batches.next_batch().unwrap() {
        for record in batch.records() {
            let kind = RecordKind::from_number(record.header.kind).unwrap();
            let effective_at = Instant(record.header.effective_at);
            if kind == RecordKind::MemberNamed {
                let name = decode_member_named(kind.number(), record.header.version, record.body).unwrap();
                names.insert(record.header.member, name.to_owned());
            } else if kind.is_decision() {
                let decision =
                    decode_decision(kind.number(), record.header.version, effective_at, record.body).unwrap();
                let state = states.entry(record.header.member).or_default();
                apply(state, effective_at, &decision).unwrap();
            }
        }
    }
    let balances: BTreeMap<&str, Value> =
        names.iter().map(|(number, name)| (name.as_str(), shown(&states[number]))).collect();
    let frozen: Value = serde_json::from_str(BALANCES).unwrap();
    assert_eq!(json!(balances), frozen);
}

/// A member's balances by currency number, for the currencies that the member ever had.
fn shown(state: &MemberState) -> Value {
    let had = state
        .balances
        .iter()
        .enumerate()
        .filter(|(_, balance)| balance.issued.0 > 0 || balance.arrears.0 > 0);
    had.map(|(currency, balance)| (currency.to_string(), json!(balance))).collect()
}
