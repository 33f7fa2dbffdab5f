//! The proof that the programme that was in force gives the recorded decisions, byte for byte.
//!
//! The columns hold a digest over each member's recorded decisions. Members are judged again, and only where the digests
//! differ are the member's records read, to name the first decision that does.

use tallybook::LedgerError;
use tallybook_core::calendar::Instant;
use tallybook_core::event::Event;
use tallybook_core::points::Points;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_format::{RecordKind, decode_decision, encode_decision};
use tallybook_log::{LogReader, Position, RecordBuf};

use serde::Serialize;

use crate::columns::{Columns, next_digest};
use crate::stream::{Judges, Replay, Sink, Stream};
use crate::supported;

/// Whether the past comes out as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityReport {
    /// Members judged.
    pub members: u64,
    /// Decisions that came out.
    pub decisions: u64,
    /// Members of whom any decision differs.
    pub members_differing: u64,
    /// The first difference of each of the first such members.
    pub differences: Vec<Difference>,
}

impl IdentityReport {
    /// Whether every decision is the recorded one, byte for byte.
    pub fn is_identical(&self) -> bool {
        self.members_differing == 0
    }
}

/// A member's first decision that is not the recorded one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The member's name.
    pub member: String,
    /// Which of the member's decisions, from 1.
    pub decision: u64,
    /// The record's position; `None` where nothing more is recorded.
    pub position: Option<u64>,
    /// What is recorded, if anything.
    pub recorded: Option<String>,
    /// What comes out, if anything.
    pub judged: Option<String>,
    /// Facts of the member that are refused now, by code.
    pub refused: Vec<String>,
}

/// Judges every fact again under the programmes as they were and compares decisions by digest. `reader` is the log of the
/// columns; at most `differences_max` members are told in full.
///
/// # Errors
/// Faults, also where a programme has what a backtest does not support yet; corruption where a differing member's records are read.
pub fn identity<R: LogReader>(
    columns: &Columns,
    programmes: &Programmes,
    reader: &R,
    differences_max: usize,
) -> Result<IdentityReport, LedgerError> {
    supported::programmes(programmes)?;
    let view = columns.view();
    let judges = Judges::new(&view, programmes);
    let mut stream = Stream::new(view, &judges, Replay::AsAsked);
    let mut report =
        IdentityReport { members: 0, decisions: 0, members_differing: 0, differences: Vec::new() };
    let mut digests = Digests::default();
    for member in 0..view.member_count() {
        digests.digest = [0; 16];
        digests.refused = 0;
        stream.member(member, &mut digests);
        report.members += 1;
        if digests.digest == view.digest(member) && digests.refused == 0 {
            continue;
        }
        report.members_differing += 1;
        if report.differences.len() < differences_max {
            let mut all = All::default();
            stream.member(member, &mut all);
            let recorded = recorded(reader, Position(view.head(member)))?;
            report.differences.push(first_difference(view.name(member), &recorded, all));
        }
    }
    report.decisions = digests.decisions;
    Ok(report)
}

/// Digests decisions as they come, as the columns did with the recorded ones.
#[derive(Default)]
struct Digests {
    digest: [u8; 16],
    decisions: u64,
    refused: u64,
    body: Vec<u8>,
}

impl Sink for Digests {
    fn events(&mut self, events: &[Event]) {
        for Event { effective_at, decision } in events {
            self.body.clear();
            let stored = encode_decision(*effective_at, decision, &mut self.body);
            let (kind, version) = (stored.kind.number(), stored.version);
            self.digest = next_digest(self.digest, kind, version, effective_at.0, &self.body);
            self.decisions += 1;
        }
    }

    fn refused(&mut self, _: &Refusal) {
        self.refused += 1;
    }

    fn unmet(&mut self, _: &str, _: Points) {}
}

/// Keeps all that comes.
#[derive(Default)]
struct All {
    events: Vec<Event>,
    refused: Vec<String>,
}

impl Sink for All {
    fn events(&mut self, events: &[Event]) {
        self.events.extend_from_slice(events);
    }

    fn refused(&mut self, refusal: &Refusal) {
        self.refused.push(refusal.code().to_owned());
    }

    fn unmet(&mut self, _: &str, _: Points) {}
}

/// A member's recorded decisions, oldest first.
fn recorded<R: LogReader>(reader: &R, head: Position) -> Result<Vec<RecordBuf>, LedgerError> {
    let mut records = reader.chain(head).collect::<Result<Vec<RecordBuf>, _>>()?;
    records.reverse();
    records.retain(|record| RecordKind::from_number(record.header.kind).is_ok_and(RecordKind::is_decision));
    Ok(records)
}

fn first_difference(member: String, recorded: &[RecordBuf], judged: All) -> Difference {
    let All { events, refused } = judged;
    let same = recorded.iter().zip(&events).take_while(|(record, event)| is_same(record, event)).count();
    let record = recorded.get(same);
    Difference {
        member,
        decision: same as u64 + 1,
        position: record.map(|record| record.position.0),
        recorded: record.map(text_of),
        judged: events.get(same).map(|event| format!("{}: {:?}", event.effective_at, event.decision)),
        refused,
    }
}

fn is_same(record: &RecordBuf, event: &Event) -> bool {
    let mut body = Vec::new();
    let stored = encode_decision(event.effective_at, &event.decision, &mut body);
    let header = &record.header;
    (header.kind, header.version, header.effective_at)
        == (stored.kind.number(), stored.version, event.effective_at.0)
        && record.body == body
}

fn text_of(record: &RecordBuf) -> String {
    let at = Instant(record.header.effective_at);
    match decode_decision(record.header.kind, record.header.version, at, &record.body) {
        Ok(decision) => format!("{at}: {decision:?}"),
        Err(error) => error.to_string(),
    }
}
