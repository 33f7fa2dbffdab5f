//! The replay behind a verification: every batch in order, checked, judged again, and folded.
//!
//! Invariants:
//! - states follow the recorded decisions, whatever judging again says, so that one wrong decision is one finding;
//! - a member whose records cannot be followed is judged no further, so that one fault does not breed others.
//!
//! It checks what concerns the whole log, and leaves each batch to [`Round`].

use sha2::{Digest, Sha256};
use tallybook::{LedgerError, Member};
use tallybook_core::calendar::Instant;
use tallybook_core::fact::Fact;
use tallybook_core::programme::versions::Programmes;
use tallybook_format::{RecordKind, decode_fact, decode_member_named, encode_state};
use tallybook_log::{BatchView, LogReader, Position, RecordHeader, RecordView, Records};

use crate::book::{Audited, Book};
use crate::canonical::{self, Fault};
use crate::conservation::{self, Meeting};
use crate::report::{BatchPlace, CurrencyTotals, Finding, FindingKind, Findings, Report, SnapshotCheck, hex};
use crate::round::{Desk, Round};
use crate::verify::VerifyOptions;

/// Most members that a gap in the numbers is filled up with; past it the records behind the gap are not followed.
const NUMBER_GAP_MAX: usize = 1_024;

/// How much has been read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub batches: u64,
    pub records: u64,
    pub facts: u64,
    pub events: u64,
    pub bytes: u64,
    pub judged_again: u64,
}

/// A log on the way to its end.
pub(crate) struct Replay<R> {
    pub book: Book,
    pub programmes: Programmes,
    pub ledger_head: Position,
    pub findings: Findings,
    pub counts: Counts,
    reader: R,
    judges_again: bool,
    last_recorded_at: i64,
    desk: Desk,
    bytes: Vec<u8>,
}

impl<R: LogReader> Replay<R> {
    pub fn new(reader: R, options: &VerifyOptions) -> Replay<R> {
        Replay {
            book: Book::new(options.memory_bytes_max),
            programmes: Programmes::default(),
            ledger_head: Position::NONE,
            findings: Findings::new(options.findings_max),
            counts: Counts::default(),
            reader,
            judges_again: options.judge_again,
            last_recorded_at: i64::MIN,
            desk: Desk::default(),
            bytes: Vec::new(),
        }
    }

    /// Takes in the next batch.
    ///
    /// # Errors
    /// [`LedgerError::Fault`] only: whatever is wrong with the batch becomes a finding.
    pub fn take(&mut self, batch: &BatchView<'_>) -> Result<(), LedgerError> {
        let header = batch.header();
        let place = BatchPlace { number: header.number.0, position: header.position };
        self.counts.batches += 1;
        self.counts.bytes += batch.bytes().len() as u64;
        let Some(first) = batch.records().next() else { return Ok(()) };
        self.check_common(place, &first.header, batch.records());
        let number = first.header.member;
        if number == 0 {
            batch.records().for_each(|record| self.take_publication(place, &record));
            return Ok(());
        }
        if !self.admit(place, &first) {
            return Ok(());
        }
        self.check_known(place, batch.records());
        // What cannot be anybody's is left out, so that the rest is followed all the same.
        let known = self.book.len();
        let records =
            batch.records().filter(move |record| (1..=known).contains(&(record.header.member as usize)));
        self.check_chain(place, number, records.clone());
        if let Some(other) = other_of(number, records.clone()) {
            self.check_chain(place, other, records.clone());
        }
        self.take_members(place, number, records)
    }

    /// What all records of a batch have in common.
    fn check_common(&mut self, place: BatchPlace, first: &RecordHeader, records: Records<'_>) {
        let mut add = |kind, at, text: String| self.findings.add(place.finding(kind, Some(at), None, text));
        let mut other = None;
        for record in records {
            self.counts.records += 1;
            let kind = RecordKind::from_number(record.header.kind);
            self.counts.facts +=
                u64::from(record.header.member != 0 && kind.as_ref().is_ok_and(|k| k.is_fact()));
            let is_decision = kind.is_ok_and(RecordKind::is_decision);
            self.counts.events += u64::from(is_decision);
            let recorded_at = record.header.recorded_at;
            if recorded_at < self.last_recorded_at {
                let (now, last) = (Instant(recorded_at), Instant(self.last_recorded_at));
                add(
                    FindingKind::RecordedTime,
                    record.position,
                    format!("recorded at {now}, after a record of {last}"),
                );
            } else if recorded_at != first.recorded_at {
                let text = "records of one batch have different recording times".to_owned();
                add(FindingKind::RecordedTime, record.position, text);
            }
            self.last_recorded_at = self.last_recorded_at.max(recorded_at);
            // After the records of the member whose facts these are come those of at most one other, decisions only.
            let member = record.header.member;
            let is_own = member == first.member;
            let is_misplaced = if is_own {
                other.is_some()
            } else {
                first.member == 0 || !is_decision || *other.get_or_insert(member) != member
            };
            if is_misplaced {
                let text =
                    format!("the batch is of member number {}, a record in it of {member}", first.member);
                add(FindingKind::BatchShape, record.position, text);
            }
        }
    }

    fn take_publication(&mut self, place: BatchPlace, record: &RecordView<'_>) {
        let mut add =
            |kind, text: String| self.findings.add(place.finding(kind, Some(record.position), None, text));
        if record.header.previous != self.ledger_head {
            add(FindingKind::BrokenChain, chain_text("the ledger", record, self.ledger_head));
        }
        self.ledger_head = record.position;
        let stored = match decode_fact(record.header.kind, record.header.version, record.body) {
            Ok(stored) => stored,
            Err(error) => {
                return add(FindingKind::Unreadable, format!("a publication cannot be read: {error}"));
            }
        };
        match canonical::fact_fault(record, &stored, true, &mut self.bytes) {
            Some(Fault::Body) => {
                add(FindingKind::NotCanonical, "a publication is encoded otherwise".to_owned())
            }
            Some(Fault::Header(what)) => add(FindingKind::HeaderMismatch, what.to_owned()),
            None => {}
        }
        let Fact::ProgrammePublished(publication) = stored.fact else {
            return add(FindingKind::BatchShape, "a record of the ledger is no publication".to_owned());
        };
        if publication.effective_from.0 != record.header.effective_at {
            add(
                FindingKind::HeaderMismatch,
                "the header's effective time is not the publication's".to_owned(),
            );
        }
        match self.programmes.compile(&publication.source, publication.effective_from) {
            Ok(prepared) => self.programmes.add(prepared),
            Err(refusal) => {
                add(FindingKind::UnsoundProgramme, format!("the programme does not compile: {refusal}"))
            }
        }
    }

    /// Makes room for a new member; false where a batch is of nobody known.
    fn admit(&mut self, place: BatchPlace, first: &RecordView<'_>) -> bool {
        let number = first.header.member;
        let index = number as usize - 1;
        let known = self.book.len();
        let is_named = first.header.kind == RecordKind::MemberNamed.number();
        if index < known {
            return true;
        }
        let mut add =
            |kind, text: String| self.findings.add(place.finding(kind, Some(first.position), None, text));
        if index > known {
            let text = format!(
                "the batch is of member number {number}, but only {known} members were named before it"
            );
            add(FindingKind::UnknownMember, text);
            if !is_named || index - known > NUMBER_GAP_MAX {
                return false;
            }
            while self.book.len() < index {
                self.book.push(Audited::lost());
            }
        }
        if !is_named {
            add(FindingKind::UnknownMember, format!("member number {number} was never named"));
            self.book.push(Audited::lost());
            return true;
        }
        match decode_member_named(first.header.kind, first.header.version, first.body) {
            Ok(name) => {
                match canonical::name_fault(first, name, &mut self.bytes) {
                    Some(Fault::Body) => {
                        add(FindingKind::NotCanonical, "a name is encoded otherwise".to_owned())
                    }
                    Some(Fault::Header(what)) => add(FindingKind::HeaderMismatch, what.to_owned()),
                    None => {}
                }
                if self.book.find(name).is_some() {
                    self.book.has_repeated_name = true;
                    add(FindingKind::RepeatedName, format!("`{name}` is another member's name already"));
                }
                self.book.push(Audited::new(name, true));
            }
            Err(error) => {
                add(FindingKind::Unreadable, format!("a member's name cannot be read: {error}"));
                self.book.push(Audited::lost());
            }
        }
        true
    }

    fn check_chain<'b>(
        &mut self,
        place: BatchPlace,
        number: u32,
        records: impl Iterator<Item = RecordView<'b>>,
    ) {
        let Some(member) = self.book.get(number) else { return };
        let mut last = member.head;
        for record in records.filter(|record| record.header.member == number) {
            if record.header.previous != last {
                let text = chain_text("the member", &record, last);
                let name = Some(&*member.name);
                self.findings.add(place.finding(FindingKind::BrokenChain, Some(record.position), name, text));
            }
            last = record.position;
        }
    }

    /// Everybody at the other end must have been named before.
    fn check_known(&mut self, place: BatchPlace, mut records: Records<'_>) {
        let known = self.book.len();
        if let Some(record) = records.find(|record| record.header.member as usize > known) {
            let text = format!("member number {} was never named", record.header.member);
            self.findings.add(place.finding(FindingKind::UnknownMember, Some(record.position), None, text));
        }
    }

    fn take_members<'b>(
        &mut self,
        place: BatchPlace,
        number: u32,
        records: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> Result<(), LedgerError> {
        let Replay { book, programmes, findings, counts, reader, judges_again, desk, .. } = self;
        let meeting = Meeting::default();
        let mut round = Round { place, programmes, book, findings, desk, meeting };
        counts.judged_again += u64::from(round.take(reader, number, *judges_again, records)?);
        Ok(())
    }

    /// What is left to be said at the end of the log.
    pub fn finish(mut self, snapshot: SnapshotCheck, notes: Vec<String>) -> Report {
        let mut totals: Vec<CurrencyTotals> = Vec::new();
        let Replay { book, programmes, findings, .. } = &mut self;
        book.for_each_followed(|Member { name, head, state, .. }| {
            if let Some(text) = conservation::state_fault(state) {
                findings.add(Finding {
                    kind: FindingKind::Unbalanced,
                    batch: None,
                    position: Some(head.0),
                    member: Some(name.to_string()),
                    text,
                });
            }
            for (number, balance) in state.balances.iter().enumerate() {
                while totals.len() <= number {
                    totals.push(totals_of(programmes, totals.len()));
                }
                totals[number].add(balance);
            }
        });
        Report {
            batches: self.counts.batches,
            records: self.counts.records,
            members: self.book.len() as u64,
            facts: self.counts.facts,
            events: self.counts.events,
            versions: self.programmes.versions().len() as u64,
            bytes: self.counts.bytes,
            judged_again: self.counts.judged_again,
            totals,
            snapshot,
            states_digest: self.states_digest(),
            findings_count: self.findings.count,
            findings: self.findings.kept,
            notes,
        }
    }

    fn states_digest(&mut self) -> Option<String> {
        if !self.book.all_followed() || self.book.has_repeated_name {
            return None;
        }
        let mut digest = Sha256::new();
        let mut bytes = Vec::new();
        self.book.for_each_by_name(|member| {
            bytes.clear();
            encode_state(&member.state, &mut bytes);
            digest.update((member.name.len() as u64).to_le_bytes());
            digest.update(member.name.as_bytes());
            digest.update(Sha256::digest(&bytes));
        });
        Some(hex(&digest.finalize()))
    }
}

fn totals_of(programmes: &Programmes, number: usize) -> CurrencyTotals {
    let currency = programmes.registry().currencies.get(number);
    let scale = programmes.versions().iter().rev().find_map(|version| {
        version.plan.currencies.get(number).and_then(Option::as_ref).map(|currency| currency.scale)
    });
    CurrencyTotals {
        currency: currency.map_or_else(|| format!("currency {number}"), |id| id.to_string()),
        scale: scale.unwrap_or(0),
        ..CurrencyTotals::default()
    }
}

/// The member at the other end of a batch, if there is one.
fn other_of<'b>(number: u32, records: impl Iterator<Item = RecordView<'b>>) -> Option<u32> {
    records.map(|record| record.header.member).find(|member| *member != number)
}

fn chain_text(whose: &str, record: &RecordView<'_>, last: Position) -> String {
    let named = record.header.previous;
    let says = if named.is_none() { "no record before it".to_owned() } else { format!("position {named}") };
    let is = if last.is_none() { "there is none".to_owned() } else { format!("it is at position {last}") };
    format!("the record names {says} as the last of {whose}, but {is}: a batch was removed, added or changed")
}
