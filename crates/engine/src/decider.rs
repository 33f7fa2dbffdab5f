//! The one thread that judges: it owns the states, takes requests in order, and fills groups for the committer.
//!
//! Invariants:
//! - the states are those after the last batch decided; once everything in flight is durable they equal a fold of the log;
//! - what a request answers is given out only when everything it rests on is durable;
//! - after a failed write the states go back to what is durable before anything else happens.

use std::sync::Arc;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::decide::{self, Draft, Precedent, Workspace, settle};
use tallybook_core::event::Event;
use tallybook_core::fact::{Fact, Publication};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_format::{
    RecordKind, STATE_VERSION, decode_fact, decode_member_named, encode_fact, key_fingerprint, subject_fingerprint,
};
use tallybook_log::{
    Group, LogReader, Position, RECORD_BODY_BYTES_MAX, RecordHeader, RecordView,
};
use tallybook_snapshot::{Doubt, SnapshotError, Snapshots, Watermark};
use tokio::sync::mpsc;

use crate::archive::{self, HistoryBatch};
use crate::committer::{Committer, Waiter};
use crate::error::LedgerError;
use crate::fold::Member;
use crate::ledger::{Published, Receipt, SweepReport};
use crate::members::Members;
use crate::options::Options;
use crate::pages::Extra;
use crate::writing::{BatchFacts, push_batch};

/// A request to the decider: it does its work at once and leaves a waiter for when that is durable.
pub(crate) type Request<R> = Box<dyn FnOnce(&mut Decider<R>) + Send>;

/// The decider and all it owns.
pub(crate) struct Decider<R> {
    pub(crate) reader: R,
    pub(crate) members: Members,
    pub(crate) programmes: Arc<Programmes>,
    pub(crate) warnings: Vec<String>,
    pub(crate) snapshot_position: Option<Position>,
    options: Options,
    ledger_id: [u8; 16],
    ledger_head: Position,
    last_recorded_at: Instant,
    snapshots: Option<Box<dyn Snapshots>>,
    committer: Option<Committer>,
    group: Group,
    group_commands: usize,
    waiters: Vec<Waiter>,
    workspace: Workspace,
    events: Vec<Event>,
    closing: bool,
}

impl<R: LogReader> Decider<R> {
    /// Opens the states: the current snapshot and the tail of the log after it, or the whole log.
    pub(crate) fn open(
        reader: R,
        ledger_id: [u8; 16],
        snapshots: Option<Box<dyn Snapshots>>,
        options: Options,
    ) -> Result<Decider<R>, LedgerError> {
        let group = Group::new(reader.end());
        let mut decider = Decider {
            reader,
            members: Members::empty(),
            programmes: Arc::default(),
            warnings: Vec::new(),
            snapshot_position: None,
            options,
            ledger_id,
            ledger_head: Position::NONE,
            last_recorded_at: Instant::MIN,
            snapshots,
            committer: None,
            group,
            group_commands: 0,
            waiters: Vec::new(),
            workspace: Workspace::default(),
            events: Vec::new(),
            closing: false,
        };
        decider.restore()?;
        Ok(decider)
    }

    /// Serves requests until the ledger is closed or the last handle is gone.
    pub(crate) fn run(mut self, committer: Committer, mut requests: mpsc::Receiver<Request<R>>) {
        self.committer = Some(committer);
        while let Some(request) = requests.blocking_recv() {
            self.serve(request);
            while !self.closing {
                match requests.try_recv() {
                    Ok(request) => self.serve(request),
                    Err(_) => break,
                }
            }
            self.flush();
            if self.closing {
                return;
            }
        }
        // All handles are gone without a close: end as well as can be without anybody to tell.
        let _ = self.shut_down();
    }

    fn serve(&mut self, request: Request<R>) {
        self.go_back_if_failed();
        request(self);
        if self.group_commands >= self.options.group_commands_max || !self.group.has_room() {
            self.flush();
        }
        self.keep_within_memory();
    }

    /// Leaves something to be done once everything decided so far is durable.
    pub(crate) fn when_durable(&mut self, waiter: Waiter) {
        self.waiters.push(waiter);
    }

    fn committer(&self) -> &Committer {
        self.committer.as_ref().expect("requests are served only while the committer runs")
    }

    /// Hands the group to the committer and starts the next.
    fn flush(&mut self) {
        if self.group.is_empty() && self.waiters.is_empty() {
            return;
        }
        let next = self.committer().group(self.group.end());
        let group = std::mem::replace(&mut self.group, next);
        self.group_commands = 0;
        let waiters = std::mem::take(&mut self.waiters);
        self.committer().append(group, waiters);
    }

    /// Waits until everything decided is durable, so that the reader sees it.
    fn settle_log(&mut self) -> Result<(), LedgerError> {
        if self.committer.is_none() || (self.group.is_empty() && self.reader.end() == self.group.start()) {
            return Ok(());
        }
        self.flush();
        self.committer().wait(self.group.start())
    }

    /// After a failed write: what was decided but not written never happened.
    fn go_back_if_failed(&mut self) {
        if !self.committer().has_failed() {
            return;
        }
        let lost = std::mem::take(&mut self.waiters);
        let outcome = self.committer().wait(self.group.start());
        let error = outcome.err().unwrap_or(LedgerError::Closed);
        lost.into_iter().for_each(|waiter| waiter(Err(error.clone())));
        self.group_commands = 0;
        self.group = Group::new(self.reader.end());
        match self.restore() {
            // A poisoned log refuses again by itself; a full disk may have space by now.
            Ok(()) => self.committer().resume(),
            Err(error) => self.warnings.push(format!("states could not be restored: {error}")),
        }
    }

    /// Brings the states to the durable end of the log.
    fn restore(&mut self) -> Result<(), LedgerError> {
        self.release_states();
        self.programmes = Arc::default();
        self.ledger_head = Position::NONE;
        self.last_recorded_at = Instant::MIN;
        let from = self.load_snapshot()?;
        match self.fold_from(from) {
            Err(Fold::Doubt(doubt)) => {
                self.discard_snapshot(&doubt);
                self.fold_all()
            }
            Err(Fold::Error(error)) => Err(error),
            Ok(()) => Ok(()),
        }
    }

    /// Folds the whole log, without a snapshot.
    fn fold_all(&mut self) -> Result<(), LedgerError> {
        self.release_states();
        self.programmes = Arc::default();
        self.ledger_head = Position::NONE;
        self.last_recorded_at = Instant::MIN;
        self.snapshot_position = None;
        match self.fold_from(Position::ORIGIN) {
            Ok(()) => Ok(()),
            Err(Fold::Error(error)) => Err(error),
            Err(Fold::Doubt(doubt)) => Err(LedgerError::Fault(format!("a fresh snapshot failed: {}", doubt.what))),
        }
    }

    /// Drops all states, and with them the open snapshot.
    fn release_states(&mut self) {
        self.members = Members::empty();
    }

    fn load_snapshot(&mut self) -> Result<Position, LedgerError> {
        self.snapshot_position = None;
        let Some(snapshots) = &self.snapshots else { return Ok(Position::ORIGIN) };
        let store = match snapshots.current() {
            Ok(Some(store)) => store,
            Ok(None) => return Ok(Position::ORIGIN),
            Err(error) => {
                self.warnings.push(format!("the snapshot is not used, and the log folded instead: {error}"));
                return Ok(Position::ORIGIN);
            }
        };
        let watermark = store.manifest().watermark.clone();
        let position = Position(watermark.position);
        match self.check_watermark(&watermark) {
            Ok(extra) => {
                let end = self.reader.end().position;
                if position > end {
                    return Err(LedgerError::Corruption(format!(
                        "the log ends at position {end}, but a snapshot was taken at {position}: the log has lost its tail"
                    )));
                }
                self.load_programmes(extra.ledger_head)?;
                self.last_recorded_at = Instant(extra.last_recorded_at);
                self.members = Members::of_snapshot(store, &extra);
                self.snapshot_position = Some(position);
                Ok(position)
            }
            Err(doubt) => {
                self.warnings.push(format!("the snapshot is thrown away, and the log folded again: {}", doubt.what));
                if let Err(fault) = store.discard() {
                    self.warnings.push(fault.to_string());
                }
                Ok(Position::ORIGIN)
            }
        }
    }

    fn check_watermark(&self, watermark: &Watermark) -> Result<Extra, Doubt> {
        let doubt = |what: &str| Doubt { what: what.to_owned() };
        if watermark.format_version != u32::from(STATE_VERSION) {
            return Err(doubt("it has another format version"));
        }
        let extra = Extra::decode(&watermark.extra)?;
        if extra.ledger_id != self.ledger_id {
            return Err(doubt("it is of another ledger"));
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
            let text = format!("the record at position {} is of the ledger, but no publication", record.position);
            return Err(LedgerError::Corruption(text));
        };
        let prepared = self.programmes.compile(&publication.source, publication.effective_from).map_err(|refusal| {
            LedgerError::Corruption(format!("the programme published at {} is unsound: {refusal}", record.position))
        })?;
        Arc::make_mut(&mut self.programmes).add(prepared);
        self.ledger_head = record.position;
        Ok(())
    }

    fn fold_from(&mut self, from: Position) -> Result<(), Fold> {
        let mut batches = self.reader.batches(from);
        while let Some(batch) = batches.next_batch()? {
            for record in batch.records() {
                self.last_recorded_at = self.last_recorded_at.max(Instant(record.header.recorded_at));
                self.fold_record(&record)?;
            }
            let position = batch.header().end();
            self.keep_fold_within_memory(position, batch.header().number.0 + 1)?;
        }
        Ok(())
    }

    fn fold_record(&mut self, record: &RecordView<'_>) -> Result<(), Fold> {
        let number = record.header.member;
        if number == 0 {
            return Ok(self.fold_publication(record)?);
        }
        if number == self.members.count() + 1 && record.header.kind == RecordKind::MemberNamed.number() {
            let name = decode_member_named(record.header.kind, record.header.version, record.body)
                .map_err(|error| LedgerError::unreadable(record.position, &error))?;
            self.members.add(Member::new(name))?;
        }
        if number > self.members.count() {
            let text = format!("the record at position {} is of a member who was never named", record.position);
            return Err(LedgerError::Corruption(text).into());
        }
        self.members.change(number, |member| member.fold(record))??;
        Ok(())
    }

    fn keep_fold_within_memory(&mut self, position: Position, next_number: u64) -> Result<(), Fold> {
        if self.members.memory_bytes() <= self.options.memory_bytes_max {
            return Ok(());
        }
        self.members.evict_to(self.options.memory_bytes_max / 2);
        if self.members.memory_bytes() > self.options.memory_bytes_max {
            self.write_snapshot_at(position, next_number)?;
            self.members.evict_to(self.options.memory_bytes_max / 2);
        }
        Ok(())
    }

    /// Runs something on the states; where the snapshot turns out to be damaged, folds the log again and repeats.
    pub(crate) fn on_members<T>(
        &mut self,
        work: impl Fn(&mut Members) -> Result<T, Doubt>,
    ) -> Result<T, LedgerError> {
        match work(&mut self.members) {
            Ok(done) => Ok(done),
            Err(doubt) => {
                self.settle_log()?;
                self.discard_snapshot(&doubt);
                self.fold_all()?;
                work(&mut self.members).map_err(|doubt| LedgerError::Fault(doubt.what))
            }
        }
    }

    fn discard_snapshot(&mut self, doubt: &Doubt) {
        self.warnings.push(format!("the snapshot is thrown away, and the log folded again: {}", doubt.what));
        let members = std::mem::replace(&mut self.members, Members::empty());
        if let Some(Err(fault)) = members.into_store().map(|store| store.discard()) {
            self.warnings.push(fault.to_string());
        }
    }

    fn recorded_at(&mut self) -> Instant {
        self.last_recorded_at = self.last_recorded_at.max(self.options.clock.now());
        self.last_recorded_at
    }

    /// Judges a command and puts what it did into the group.
    pub(crate) fn submit(&mut self, command: &Command) -> Result<Receipt, LedgerError> {
        command.check()?;
        check_sizes(command)?;
        let effective_key = command.effective_key()?;
        let known = self.on_members(|members| members.find(&command.member))?;
        if let Some(number) = known
            && let Some(receipt) = self.earlier_receipt(number, command, &effective_key)?
        {
            return Ok(receipt);
        }
        let precedents = self.precedents(known, command)?;
        let recorded_at = self.recorded_at();
        let batch = BatchFacts {
            key: command.key.as_deref(),
            effective_key: &effective_key,
            facts: &command.facts,
            effective_at: command.effective_at,
            recorded_at,
        };
        let (number, mut member) = match known {
            Some(number) => (number, self.on_members(|members| members.get(number).map(|_| ())).map(|()| None)?),
            None => (self.members.count() + 1, Some(Member::new(&command.member))),
        };
        if !self.group.has_room() {
            self.flush();
        }
        let Decider { members, programmes, workspace, events, group, .. } = self;
        events.clear();
        let mut judge = |member: &mut Member| -> Result<Position, Judged> {
            decide::decide(
                &mut member.state,
                programmes,
                batch.facts,
                &precedents,
                batch.effective_at,
                recorded_at,
                workspace,
                events,
            )?;
            push_batch(group, member, number, &batch, events).map_err(|error| Judged::Unwritten(error.into()))
        };
        let judged = match &mut member {
            Some(member) => judge(member),
            None => members.change(number, judge).map_err(|doubt| LedgerError::Fault(doubt.what))?,
        };
        let position = match judged {
            Ok(position) => position,
            Err(Judged::Refused(refusal)) => return Err(refusal.into()),
            Err(Judged::Unwritten(error)) => {
                // The state has moved and the batch could not be built: go back to the log.
                self.settle_log()?;
                self.restore()?;
                self.group = Group::new(self.reader.end());
                return Err(error);
            }
        };
        if let Some(member) = member {
            self.on_members(|members| members.add(member.clone()))?;
        }
        self.group_commands += 1;
        let batch_number = self.group.end().next_number.0 - 1;
        Ok(Receipt { batch_number, position, recorded_at, events: self.events.clone(), repeated: false })
    }

    /// The receipt of the same command submitted before; a refusal if its key came with another content.
    fn earlier_receipt(
        &mut self,
        number: u32,
        command: &Command,
        effective_key: &str,
    ) -> Result<Option<Receipt>, LedgerError> {
        let fingerprint = key_fingerprint(effective_key);
        let head = self.on_members(|members| {
            members.get(number).map(|member| member.may_have_seen(fingerprint).then_some(member.head))
        })?;
        let Some(head) = head else { return Ok(None) };
        self.settle_log()?;
        let Some(position) = archive::find_key(&self.reader, head, effective_key, fingerprint)? else {
            return Ok(None);
        };
        let earlier = archive::batch_at(&self.reader, position, number)?;
        if !is_same(&earlier, command) {
            return Err(Refusal::IdempotencyConflict { key: effective_key.to_owned() }.into());
        }
        Ok(Some(Receipt {
            batch_number: earlier.batch_number,
            position,
            recorded_at: earlier.recorded_at,
            events: earlier.events,
            repeated: true,
        }))
    }

    fn precedents(
        &mut self,
        known: Option<u32>,
        command: &Command,
    ) -> Result<Vec<Precedent<'static>>, LedgerError> {
        let Some(number) = known else { return Ok(vec![Precedent::None; command.facts.len()]) };
        let mut precedents = Vec::with_capacity(command.facts.len());
        for fact in &command.facts {
            let fingerprint = fact.subject().map_or(0, subject_fingerprint);
            let head = self.on_members(|members| {
                members.get(number).map(|member| member.may_have_seen(fingerprint).then_some(member.head))
            })?;
            precedents.push(match head {
                Some(head) => {
                    self.settle_log()?;
                    archive::precedent(&self.reader, head, fact)?
                }
                None => Precedent::None,
            });
        }
        Ok(precedents)
    }

    /// Publishes a programme version, unless the last one is the very same.
    pub(crate) fn publish(&mut self, source: &str, effective_from: Instant) -> Result<Published, LedgerError> {
        if let Some(last) = self.programmes.versions().last()
            && last.source.as_ref() == source
            && last.effective_from == effective_from
        {
            return Ok(Published { number: last.number, hash: last.hash, effective_from, repeated: true });
        }
        let recorded_at = self.recorded_at();
        let prepared = self.programmes.prepare(source, effective_from, recorded_at)?;
        let kind = RecordKind::ProgrammePublished;
        let header = RecordHeader {
            kind: kind.number(),
            version: kind.version(),
            member: 0,
            effective_at: effective_from.0,
            recorded_at: recorded_at.0,
            previous: self.ledger_head,
            key_fingerprint: 0,
            subject_fingerprint: 0,
        };
        let publication = Fact::ProgrammePublished(Publication { effective_from, source: source.into() });
        if !self.group.has_room() {
            self.flush();
        }
        self.group.begin_batch();
        let pushed = self.group.push_with(header, |out| {
            encode_fact(None, &publication, out);
        });
        match pushed {
            Ok(position) => {
                self.group.end_batch();
                self.ledger_head = position;
            }
            Err(error) => {
                self.group.abandon_batch();
                return Err(error.into());
            }
        }
        let published = Published {
            number: prepared.version.number,
            hash: prepared.version.hash,
            effective_from,
            repeated: false,
        };
        Arc::make_mut(&mut self.programmes).add(prepared);
        self.members.forget_dues();
        Ok(published)
    }

    /// Records everything that is due at or before an instant, for all members in order of number.
    pub(crate) fn sweep(&mut self, until: Instant) -> Result<SweepReport, LedgerError> {
        let recorded_at = self.recorded_at();
        if let Some(version) = self.programmes.versions().last() {
            let skew_seconds = version.plan.clock_skew_seconds;
            if until > recorded_at.plus_seconds(i64::from(skew_seconds)) {
                return Err(Refusal::InTheFuture { effective_at: until, recorded_at, skew_seconds }.into());
            }
        }
        let mut report = SweepReport::default();
        for page in 0..self.members.page_count() {
            if self.members.page_due(page) > until {
                continue;
            }
            let programmes = Arc::clone(&self.programmes);
            let dues = self.on_members(|members| {
                let (first, page_members) = members.page(page)?;
                let due = |member: &Member| settle::due_at(&member.state, &programmes).unwrap_or(Instant::MAX);
                Ok((first..).zip(page_members).map(|(number, member)| (number, due(member))).collect::<Vec<_>>())
            })?;
            for (number, _) in dues.iter().filter(|(_, due)| *due <= until) {
                let events = self.sweep_member(*number, until, recorded_at)?;
                report.members += u64::from(events > 0);
                report.events += events;
            }
            let next = self.on_members(|members| {
                let due = |member: &Member| settle::due_at(&member.state, &programmes).unwrap_or(Instant::MAX);
                Ok(members.page(page)?.1.iter().map(due).min().unwrap_or(Instant::MAX))
            })?;
            self.members.set_page_due(page, next);
            self.keep_within_memory();
        }
        Ok(report)
    }

    fn sweep_member(&mut self, number: u32, until: Instant, recorded_at: Instant) -> Result<u64, LedgerError> {
        if !self.group.has_room() {
            self.flush();
        }
        self.on_members(|members| members.get(number).map(|_| ()))?;
        let Decider { members, programmes, events, group, .. } = self;
        events.clear();
        let batch =
            BatchFacts { key: None, effective_key: "", facts: &[], effective_at: until, recorded_at };
        let swept = members.change(number, |member| {
            Draft::new(&mut member.state, programmes, events).settle(until);
            if events.is_empty() { Ok(()) } else { push_batch(group, member, number, &batch, events).map(|_| ()) }
        });
        swept.map_err(|doubt| LedgerError::Fault(doubt.what))??;
        Ok(self.events.len() as u64)
    }

    /// Lets go of states, and writes a snapshot first where that is needed.
    fn keep_within_memory(&mut self) {
        let grown = self.group.end().position.0 - self.snapshot_position.unwrap_or(Position::ORIGIN).0;
        let due = grown >= self.options.snapshot_every_bytes;
        if !due && self.members.memory_bytes() <= self.options.memory_bytes_max {
            return;
        }
        self.members.evict_to(self.options.memory_bytes_max / 2);
        if (due || self.members.memory_bytes() > self.options.memory_bytes_max)
            && let Err(error) = self.snapshot()
        {
            self.warnings.push(format!("no snapshot could be written: {error}"));
        }
        self.members.evict_to(self.options.memory_bytes_max / 2);
    }

    /// Writes a snapshot of everything decided so far.
    pub(crate) fn snapshot(&mut self) -> Result<(), LedgerError> {
        self.settle_log()?;
        let end = self.reader.end();
        if self.snapshot_position == Some(end.position) {
            return Ok(());
        }
        match self.write_snapshot_at(end.position, end.next_number.0) {
            Ok(()) => Ok(()),
            Err(Fold::Error(error)) => Err(error),
            Err(Fold::Doubt(doubt)) => {
                self.discard_snapshot(&doubt);
                self.fold_all()
            }
        }
    }

    fn write_snapshot_at(&mut self, position: Position, batch_number: u64) -> Result<(), Fold> {
        let Some(snapshots) = &self.snapshots else { return Ok(()) };
        let extra = Extra {
            ledger_id: self.ledger_id,
            member_count: 0,
            name_pages: 0,
            ledger_head: self.ledger_head,
            last_recorded_at: self.last_recorded_at.0,
        };
        let watermark = Watermark {
            position: position.0,
            batch_number,
            programme_hash: self.programmes.versions().last().map(|v| v.hash).unwrap_or_default(),
            format_version: u32::from(STATE_VERSION),
            extra: Vec::new(),
        };
        match self.members.write_snapshot(snapshots.as_ref(), extra, watermark) {
            Ok(()) => {
                self.snapshot_position = Some(position);
                Ok(())
            }
            Err(SnapshotError::Doubt(doubt)) => Err(Fold::Doubt(doubt)),
            Err(SnapshotError::Fault(fault)) => Err(Fold::Error(LedgerError::Fault(fault.to_string()))),
        }
    }

    /// Makes everything durable, writes a snapshot and closes the log.
    pub(crate) fn shut_down(&mut self) -> Result<(), LedgerError> {
        self.closing = true;
        self.flush();
        if let Err(error) = self.snapshot() {
            self.warnings.push(format!("no snapshot could be written: {error}"));
        }
        self.members = Members::empty();
        self.snapshots = None;
        self.committer.as_mut().map_or(Ok(()), Committer::close)
    }
}

/// What can stop a fold: a damaged snapshot, or anything worse.
enum Fold {
    Doubt(Doubt),
    Error(LedgerError),
}

impl From<Doubt> for Fold {
    fn from(doubt: Doubt) -> Fold {
        Fold::Doubt(doubt)
    }
}

impl<E: Into<LedgerError>> From<E> for Fold {
    fn from(error: E) -> Fold {
        Fold::Error(error.into())
    }
}

/// What can stop a judgement from becoming a batch.
enum Judged {
    Refused(Refusal),
    Unwritten(LedgerError),
}

impl From<Refusal> for Judged {
    fn from(refusal: Refusal) -> Judged {
        Judged::Refused(refusal)
    }
}

/// Refuses a fact whose stored form would not fit a record.
fn check_sizes(command: &Command) -> Result<(), Refusal> {
    let mut body = Vec::new();
    for fact in &command.facts {
        body.clear();
        encode_fact(command.key.as_deref(), fact, &mut body);
        if body.len() > RECORD_BODY_BYTES_MAX {
            return Err(Refusal::TooMany {
                what: "stored bytes of a fact",
                count: body.len(),
                count_max: RECORD_BODY_BYTES_MAX,
            });
        }
    }
    Ok(())
}

/// Whether a batch holds what a command brings.
fn is_same(earlier: &HistoryBatch, command: &Command) -> bool {
    earlier.effective_at == command.effective_at && earlier.facts == command.facts
}
