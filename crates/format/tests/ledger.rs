//! Frozen ledgers: small histories as they are stored, and the balances that they come to. `tests/ledger` has what the
//! first release stored, `tests/ledger_2` and `tests/ledger_3` the kinds and versions after it. Whoever reads a log in
//! another language can try their reader on them, as `examples/python_reader` does. They were written once and are never
//! changed; what comes later goes into a ledger beside them.

// In a test, and in what it calls, a panic is the finding.
#![allow(clippy::unwrap_used)]

#[path = "ledger_2/history.rs"]
mod second_history;
mod support;
#[path = "ledger_3/history.rs"]
mod third_history;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::history::{self, Batch};
use tallybook_core::apply::apply;
use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, Trigger};
use tallybook_core::fact::{Fact, Subject};
use tallybook_core::state::{Balance, MemberState};
use tallybook_format::{
    RecordKind, RecordType, decode_decision, decode_member_named, encode_decision, encode_fact,
    encode_member_named, key_fingerprint, subject_fingerprint,
};
use tallybook_log::{FileLog, Group, LedgerId, Log, LogEnd, LogReader, Options, Position, RecordHeader};

const SEGMENT: &str = "00000000000000000000.log";

/// A frozen ledger, and the history that it was made from.
struct Frozen {
    folder: &'static str,
    id: LedgerId,
    batches: Vec<Vec<Batch>>,
}

fn frozen_ledgers() -> [Frozen; 3] {
    let first = history::batches().into_iter().map(|batch| vec![batch]).collect();
    [
        Frozen { folder: "ledger", id: history::LEDGER, batches: first },
        Frozen { folder: "ledger_2", id: second_history::LEDGER, batches: second_history::batches() },
        Frozen { folder: "ledger_3", id: third_history::LEDGER, batches: third_history::batches() },
    ]
}

impl Frozen {
    fn path(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests").join(self.folder)
    }

    fn open(&self) -> FileLog {
        FileLog::open(&self.path(), Options { read_only: true, ..Options::default() }).unwrap()
    }
}

/// Pushes the records of one member's part of a batch, and notes the member's newest.
fn push(group: &mut Group, heads: &mut BTreeMap<u32, Position>, batch: &Batch) {
    let head = heads.entry(batch.member).or_insert(Position::NONE);
    let mut record =
        |effective_at: Instant, key_fingerprint, subject_fingerprint, stored: RecordType, body: &[u8]| {
            let header = RecordHeader {
                kind: stored.kind.number(),
                version: stored.version,
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
        let stored = encode_member_named(name, &mut body);
        record(batch.effective_at, 0, 0, stored, &body);
    }
    let fact = batch.fact.as_ref().map(|(_, fact)| fact);
    if let Some((key, fact)) = &batch.fact {
        body.clear();
        let stored = encode_fact(*key, fact, &mut body);
        let subject = fact.subject().map_or(0, subject_fingerprint);
        let key = key.map(str::to_owned).or_else(|| fact.natural_key()).unwrap();
        record(batch.effective_at, key_fingerprint(&key), subject, stored, &body);
    }
    for (effective_at, decision) in &batch.decisions {
        body.clear();
        let stored = encode_decision(*effective_at, decision, &mut body);
        let subject = subject(fact, decision).map_or(0, subject_fingerprint);
        record(*effective_at, 0, subject, stored, &body);
    }
}

/// What a decision of the batch with this fact is about.
fn subject<'a>(fact: Option<&'a Fact<'_>>, decision: &'a Decision) -> Option<Subject<'a>> {
    match decision {
        Decision::PointsEarned(earned) if earned.on != Trigger::Order => None,
        Decision::RedemptionReversed(reversed) if reversed.of.is_some() => {
            reversed.of.as_deref().map(Subject::Redemption)
        }
        Decision::PointsEarned(_)
        | Decision::ClawedBack(_)
        | Decision::ReferralPaid(_)
        | Decision::Redeemed(_)
        | Decision::RedemptionReversed(_) => fact.and_then(Fact::subject),
        Decision::HoldPlaced(placed) => Some(Subject::Redemption(&placed.hold)),
        Decision::HoldCaptured(captured) => Some(Subject::Redemption(&captured.hold)),
        Decision::HoldReleased(released) => Some(Subject::Redemption(&released.hold)),
        _ => None,
    }
}

fn write(folder: &Path, frozen: &Frozen) {
    let options = Options { segment_bytes: 1 << 16, preallocate_bytes: 1 << 10, ..Options::default() };
    let mut log = FileLog::create(folder, frozen.id, options).unwrap();
    let mut group = Group::new(LogEnd::ORIGIN);
    let mut heads = BTreeMap::new();
    for parts in &frozen.batches {
        group.begin_batch();
        parts.iter().for_each(|part| push(&mut group, &mut heads, part));
        group.end_batch();
        let end = log.append(&group).unwrap();
        group.restart(end);
    }
    log.close().unwrap();
}

#[test]
fn the_histories_are_stored_as_the_frozen_ledgers_byte_for_byte() {
    for frozen in frozen_ledgers() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &frozen);
        let written = std::fs::read(folder.path().join(SEGMENT)).unwrap();
        let segment = std::fs::read(frozen.path().join(SEGMENT)).unwrap();
        let used = segment.len();
        assert!(written[..used] == segment, "{}: the stored format has changed", frozen.folder);
        assert!(written[used..].iter().all(|byte| *byte == 0), "{}", frozen.folder);
    }
}

#[test]
fn the_frozen_ledgers_fold_to_their_balances() {
    for frozen in frozen_ledgers() {
        let mut names: BTreeMap<u32, String> = BTreeMap::new();
        let mut states: BTreeMap<u32, MemberState> = BTreeMap::new();
        let log = frozen.open();
        let mut batches = log.reader().batches(Position::ORIGIN);
        while let Some(batch) = batches.next_batch().unwrap() {
            for record in batch.records() {
                let kind = RecordKind::from_number(record.header.kind).unwrap();
                let effective_at = Instant(record.header.effective_at);
                let (number, version) = (kind.number(), record.header.version);
                if kind == RecordKind::MemberNamed {
                    let name = decode_member_named(number, version, record.body).unwrap();
                    names.insert(record.header.member, name.to_owned());
                } else if kind.is_decision() {
                    let decision = decode_decision(number, version, effective_at, record.body).unwrap();
                    let state = states.entry(record.header.member).or_default();
                    apply(state, effective_at, &decision).unwrap();
                }
            }
        }
        let balances: BTreeMap<&str, Value> =
            names.iter().map(|(number, name)| (name.as_str(), shown(&states[number]))).collect();
        let text = std::fs::read_to_string(frozen.path().join("balances.json")).unwrap();
        let expected: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(without_zeros(json!(balances)), without_zeros(expected), "{}", frozen.folder);
    }
}

#[test]
fn the_frozen_ledgers_have_every_kind_in_every_version() {
    let mut found: BTreeSet<(u16, u8)> = BTreeSet::new();
    for frozen in frozen_ledgers() {
        let log = frozen.open();
        let mut batches = log.reader().batches(Position::ORIGIN);
        while let Some(batch) = batches.next_batch().unwrap() {
            found.extend(batch.records().map(|record| (record.header.kind, record.header.version)));
        }
    }
    for kind in RecordKind::ALL {
        for version in 1..=kind.newest_version() {
            assert!(found.contains(&(kind.number(), version)), "{} {version}", kind.name());
        }
    }
}

/// A member's balances by currency number, for the currencies in which there is anything.
fn shown(state: &MemberState) -> Value {
    let balances = state.balances.iter().enumerate();
    balances
        .filter(|(_, balance)| **balance != Balance::default())
        .map(|(currency, balance)| (currency.to_string(), json!(balance)))
        .collect()
}

/// Balances of 0 say the same as none: the first ledger's figures are older than two of the accounts.
fn without_zeros(mut members: Value) -> Value {
    for currencies in members.as_object_mut().unwrap().values_mut() {
        for balance in currencies.as_object_mut().unwrap().values_mut() {
            balance.as_object_mut().unwrap().retain(|_, points| *points != 0);
        }
    }
    members
}
