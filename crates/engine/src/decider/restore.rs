//! States from bytes: the current snapshot, and the log after it.
//!
//! Invariants:
//! - the log is the truth: a snapshot that does not fit it, or gives a page in doubt, is thrown away with a warning and
//!   the log folded from its beginning;
//! - the store of an old snapshot is dropped before another is opened, as the folder lends each to one user only.

use std::iter::Peekable;
use std::sync::Arc;

use tallybook_core::calendar::Instant;
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_core::state::LedgerState;
use tallybook_format::{RecordKind, decode_fact, decode_member_named};
use tallybook_log::{BatchView, LogReader, Position, RecordBuf, RecordView, Records};
use tallybook_snapshot::{Doubt, Watermark};

use super::Decider;
use crate::error::LedgerError;
use crate::fold::Member;
use crate::members::{LOOK_AHEAD, Members, Room};
use crate::packed::SNAPSHOT_VERSION;
use crate::pages::Extra;

/// What can stop a fold: a damaged snapshot, or anything worse.
pub(super) enum Fold {
    Doubt(Doubt),
    Error(Box<LedgerError>),
}

impl From<Doubt> for Fold {
    fn from(doubt: Doubt) -> Fold {
        Fold::Doubt(doubt)
    }
}

impl<E: Into<LedgerError>> From<E> for Fold {
    fn from(error: E) -> Fold {
        Fold::Error(Box::new(error.into()))
    }
}

impl<R: LogReader> Decider<R> {
    /// Brings the states to the durable end of the log.
    pub(super) fn restore(&mut self) -> Result<(), LedgerError> {
        self.forget_states();
        let from = self.load_snapshot()?;
        match self.fold_from(from) {
            Err(Fold::Doubt(doubt)) => self.fold_again(&doubt),
            Err(Fold::Error(error)) => Err(*error),
            Ok(()) => Ok(()),
        }
    }

    /// Throws the snapshot away and folds the whole log. Everything decided must be durable.
    pub(super) fn fold_again(&mut self, doubt: &Doubt) -> Result<(), LedgerError> {
        self.health.is_stale = true;
        self.discard_snapshot(doubt);
        self.forget_states();
        match self.fold_from(Position::ORIGIN) {
            Ok(()) => {
                self.health.is_stale = false;
                Ok(())
            }
            Err(Fold::Error(error)) => Err(*error),
            Err(Fold::Doubt(doubt)) => {
                Err(LedgerError::Fault(format!("a snapshot just written failed: {}", doubt.what)))
            }
        }
    }

    /// Runs something on the states; where the snapshot turns out to be damaged, folds the log again and repeats.
    /// Nothing may have been changed by the work when it gives a doubt.
    pub(crate) fn on_members<T>(
        &mut self,
        work: impl Fn(&mut Members) -> Result<T, Doubt>,
    ) -> Result<T, LedgerError> {
        match work(&mut self.members) {
            Ok(done) => Ok(done),
            Err(doubt) => {
                self.settle_log()?;
                self.fold_again(&doubt)?;
                work(&mut self.members).map_err(|doubt| LedgerError::Fault(doubt.what))
            }
        }
    }

    /// Folds one member from the log again, after a judgement that could not be written.
    pub(super) fn refold(&mut self, number: u32) -> Result<(), LedgerError> {
        self.settle_log()?;
        let (name, head, absorbed, seen) = self.on_members(|members| {
            let member = members.get(number)?;
            Ok((member.name.clone(), member.head, member.absorbed.clone(), member.seen.clone()))
        })?;
        let mut records = self.reader.chain(head).collect::<Result<Vec<_>, _>>()?;
        records.reverse();
        let mut fresh = Member { absorbed, seen, ..Member::new(&name) };
        for record in &records {
            let RecordBuf { position, header, body, .. } = record;
            fresh.fold(&RecordView { position: *position, header: *header, body }, |_, _| {})?;
        }
        let replaced = self.members.change(number, |member| *member = fresh);
        replaced.map_err(|doubt| LedgerError::Fault(doubt.what))
    }

    /// Drops all that was folded, and with it the open snapshot.
    fn forget_states(&mut self) {
        self.members = Members::new(Room::for_all(self.options.memory_bytes_max));
        self.ledger = LedgerState::default();
        self.programmes = Arc::default();
        self.recall.clear();
        self.ledger_head = Position::NONE;
        self.last_recorded_at = Instant::MIN;
        self.last_batch = Position::NONE;
        self.snapshot_position = None;
    }

    fn discard_snapshot(&mut self, doubt: &Doubt) {
        self.warn(format!("the snapshot is thrown away, and the log folded again: {}", doubt.what));
        let none = Members::new(Room::for_all(self.options.memory_bytes_max));
        let members = std::mem::replace(&mut self.members, none);
        if let Some(Err(fault)) = members.into_store().map(|store| store.discard()) {
            self.warn(fault.to_string());
        }
    }

    /// Opens the current snapshot and gives the position to fold from.
    fn load_snapshot(&mut self) -> Result<Position, LedgerError> {
        let Some(snapshots) = &self.snapshots else { return Ok(Position::ORIGIN) };
        let store = match snapshots.current() {
            Ok(Some(store)) => store,
            Ok(None) => return Ok(Position::ORIGIN),
            Err(error) => {
                self.warn(format!("the snapshot is not used, and the log folded instead: {error}"));
                return Ok(Position::ORIGIN);
            }
        };
        let watermark = store.manifest().watermark.clone();
        let position = Position(watermark.position);
        let extra = match self.check_watermark(&watermark) {
            Ok(extra) => extra,
            Err(doubt) => {
                self.members = Members::of_doubted(store);
                self.discard_snapshot(&doubt);
                return Ok(Position::ORIGIN);
            }
        };
        let end = self.reader.end().position;
        if position > end {
            return Err(LedgerError::Corruption(format!(
                "the log ends at position {end}, but a snapshot was taken at {position}: the log has lost its tail"
            )));
        }
        self.load_programmes(extra.ledger_head)?;
        self.last_recorded_at = Instant(extra.last_recorded_at);
        self.last_batch = extra.last_batch;
        self.members = Members::of_snapshot(store, &extra, Room::for_all(self.options.memory_bytes_max));
        self.ledger = extra.ledger;
        self.snapshot_position = Some(position);
        Ok(position)
    }

    /// Whether a snapshot is of this ledger and of the past that its log tells.
    fn check_watermark(&self, watermark: &Watermark) -> Result<Extra, Doubt> {
        let doubt = |what: &str| Doubt { what: what.to_owned() };
        if watermark.format_version != SNAPSHOT_VERSION {
            return Err(doubt("it has another format version"));
        }
        let extra = Extra::decode(&watermark.extra)?;
        if extra.ledger_id != self.ledger_id {
            return Err(doubt("it is of another ledger"));
        }
        let position = Position(watermark.position);
        // Past the end there is nothing to compare; the caller tells that the log is too short.
        let is_comparable = !extra.last_batch.is_none() && position <= self.reader.end().position;
        if is_comparable && self.batch_checksum(extra.last_batch, position) != Some(extra.last_batch_checksum)
        {
            return Err(doubt("the log has another past, as after a backup was put back"));
        }
        Ok(extra)
    }

    /// Reads the programme versions by walking the ledger's own chain.
    fn load_programmes(&mut self, head: Position) -> Result<(), LedgerError> {
        let mut records = self.reader.chain(head).collect::<Result<Vec<_>, _>>()?;
        records.reverse();
        for record in &records {
            let view = RecordView { position: record.position, header: record.header, body: &record.body };
            self.fold_publication(&view)?;
        }
        Ok(())
    }

    fn fold_publication(&mut self, record: &RecordView<'_>) -> Result<(), LedgerError> {
        let stored = decode_fact(record.header.kind, record.header.version, record.body)
            .map_err(|error| LedgerError::unreadable(record.position, &error))?;
        let Fact::ProgrammePublished(publication) = stored.fact else {
            let text =
                format!("the record at position {} is of the ledger, but no publication", record.position);
            return Err(LedgerError::Corruption(text));
        };
        let prepared =
            self.programmes.compile(&publication.source, publication.effective_from).map_err(|refusal| {
                let position = record.position;
                LedgerError::Corruption(format!(
                    "the programme published at {position} is unsound: {refusal}"
                ))
            })?;
        let recorded_at = Instant(record.header.recorded_at);
        Arc::make_mut(&mut self.programmes).add(prepared.recorded_at(recorded_at));
        self.ledger_head = record.position;
        Ok(())
    }

    fn fold_from(&mut self, from: Position) -> Result<(), Fold> {
        let mut batches = self.reader.batches(from);
        loop {
            let next = batches.next_batches(LOOK_AHEAD)?;
            if next.is_empty() {
                return Ok(());
            }
            let members = next.iter().filter_map(|batch| batch.records().next());
            self.members.look_ahead(members.map(|record| record.header.member));
            for batch in next {
                self.fold_batch(&batch)?;
            }
        }
    }

    fn fold_batch(&mut self, batch: &BatchView<'_>) -> Result<(), Fold> {
        let mut records = batch.records().peekable();
        while let Some(record) = records.next() {
            self.fold_run(record, &mut records)?;
        }
        let header = batch.header();
        self.last_batch = header.position;
        if header.record_count == 0 && self.snapshot_position == Some(header.position) {
            // A clean close adds nothing to the states: the snapshot stands for this position as well.
            self.snapshot_position = Some(header.end());
        }
        self.keep_fold_within_memory(header.end(), header.number.next().0)
    }

    /// Folds a record and those after it that are about the same member, up to one that joins the member with another.
    fn fold_run(&mut self, first: RecordView<'_>, rest: &mut Peekable<Records<'_>>) -> Result<(), Fold> {
        self.last_recorded_at = self.last_recorded_at.max(Instant(first.header.recorded_at));
        let number = first.header.member;
        if number == 0 {
            return Ok(self.fold_publication(&first)?);
        }
        if number == self.members.count() + 1 && first.header.kind == RecordKind::MemberNamed.number() {
            let name = decode_member_named(first.header.kind, first.header.version, first.body)
                .map_err(|error| LedgerError::unreadable(first.position, &error))?;
            self.members.make_room()?;
            self.members.add(Member::new(name));
        }
        if number > self.members.count() {
            let text =
                format!("the record at position {} is of a member who was never named", first.position);
            return Err(LedgerError::Corruption(text).into());
        }
        let Decider { members, ledger, last_recorded_at, .. } = self;
        let mut merged_from = None;
        let folded = members.change(number, |member| -> Result<(), LedgerError> {
            let mut next = Some(first);
            while let Some(record) = next {
                *last_recorded_at = (*last_recorded_at).max(Instant(record.header.recorded_at));
                member.fold(&record, |_, decision| {
                    ledger.apply(decision);
                    if let Decision::MergedFrom(merged) = decision {
                        merged_from = Some(merged.from.clone());
                    }
                })?;
                let goes_on = merged_from.is_none();
                next = rest.next_if(|record| goes_on && record.header.member == number);
            }
            Ok(())
        })?;
        folded?;
        match merged_from {
            Some(from) => self.fold_merge(number, &from),
            None => Ok(()),
        }
    }

    /// Joins the pasts of two members of whom one has just taken in the other.
    fn fold_merge(&mut self, number: u32, from: &str) -> Result<(), Fold> {
        let Some(from_number) = self.members.find(from)? else {
            let text = format!("member `{from}` was merged and never named");
            return Err(LedgerError::Corruption(text).into());
        };
        let from = self.members.get(from_number)?.clone();
        self.members.change(number, |member| member.absorb(from_number, &from))?;
        Ok(())
    }
}
