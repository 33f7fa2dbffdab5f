//! The one thread that judges: it owns the states, takes requests in order, and fills groups for the committer.
//!
//! Invariants:
//! - the states are those after the last batch decided; once everything in flight is durable they equal a fold of the log;
//! - what a request answers is given out only when everything it rests on is durable;
//! - after a failed write the states go back to what is durable before anything else happens;
//! - a panic in the middle of a judgement, which only a bug can cause, stops writing for good and answers everybody.
//!
//! How states come from snapshots and the log is in `restore`, how they stay within memory in `keeping`.

mod keeping;
mod restore;
mod sweeping;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::{Fact, Order, Publication};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};
use tallybook_format::{RecordType, encode_fact, key_fingerprint, subject_fingerprint};
use tallybook_log::{Group, LogReader, Position, RECORD_BODY_BYTES_MAX, RecordHeader, RecordReader};
use tallybook_snapshot::Snapshots;
use tokio::sync::mpsc;

use crate::answers::{Published, Receipt};
use crate::archive::{self, HistoryBatch};
use crate::committer::{Committer, Waiter};
use crate::error::LedgerError;
use crate::fold::{Member, Past};

use crate::members::Members;
use crate::options::Options;
use crate::recall::{RECALL_KEYS_MAX, Recall};
use crate::writing::{BatchFacts, Written, push_batch};

/// Warnings that are kept; older ones go.
const WARNINGS_MAX: usize = 100;

/// A request to the decider: it does its work at once and leaves a waiter for when that is durable.
pub(crate) type Request<R> = Box<dyn FnOnce(&mut Decider<R>) + Send>;

/// The decider and all it owns.
pub(crate) struct Decider<R: LogReader> {
    pub(crate) reader: R,
    pub(crate) members: Members,
    pub(crate) programmes: Arc<Programmes>,
    pub(crate) warnings: Vec<String>,
    pub(crate) snapshot_position: Option<Position>,
    records: RecordReader<R>,
    recall: Recall,
    options: Options,
    ledger_id: [u8; 16],
    ledger_head: Position,
    last_recorded_at: Instant,
    /// The batch last decided or folded; [`Position::NONE`] in an empty log.
    last_batch: Position,
    snapshots: Option<Box<dyn Snapshots>>,
    /// After a snapshot could not be written: where the log must be before the next try.
    next_snapshot_from: Position,
    committer: Option<Committer>,
    group: Group,
    group_commands: usize,
    waiters: Vec<Waiter>,
    workspace: Workspace,
    events: Vec<Event>,
    other_events: Vec<Event>,
    pub(crate) ledger: LedgerState,
    health: Health,
    closing: bool,
}

/// What still works.
#[derive(Debug, Default)]
struct Health {
    /// Why nothing can be written any more.
    stopped: Option<LedgerError>,
    /// The states may not be what the log says: they are folded again before the next request.
    is_stale: bool,
    /// Why the states could not be folded again; nothing can be answered then.
    broken: Option<LedgerError>,
}

impl<R: LogReader> Decider<R> {
    /// Opens the states: the current snapshot and the tail of the log after it, or the whole log.
    pub(crate) fn open(
        reader: R,
        ledger_id: [u8; 16],
        snapshots: Option<Box<dyn Snapshots>>,
        options: Options,
    ) -> Result<Decider<R>, LedgerError> {
        let mut decider = Decider {
            records: reader.records(),
            group: Group::new(reader.end()),
            reader,
            members: Members::empty(),
            programmes: Arc::default(),
            warnings: Vec::new(),
            snapshot_position: None,
            recall: Recall::new(RECALL_KEYS_MAX),
            options,
            ledger_id,
            ledger_head: Position::NONE,
            last_recorded_at: Instant::MIN,
            last_batch: Position::NONE,
            snapshots,
            next_snapshot_from: Position::ORIGIN,
            committer: None,
            group_commands: 0,
            waiters: Vec::new(),
            workspace: Workspace::default(),
            events: Vec::new(),
            other_events: Vec::new(),
            ledger: LedgerState::default(),
            health: Health::default(),
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
        // All handles are gone without a close, and with them anybody who could be told how it went.
        let _ = self.end();
    }

    fn serve(&mut self, request: Request<R>) {
        self.go_back_if_needed();
        request(self);
        if self.waiters.len() >= self.options.group_commands_max {
            self.flush();
        }
        self.keep_within_memory();
    }

    /// Does a request's work, if anything can be done at all.
    pub(crate) fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Decider<R>) -> Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        if let Some(error) = &self.health.broken {
            return Err(error.clone());
        }
        // What the panic may have left half done is the group's open batch and the states; neither is used again.
        catch_unwind(AssertUnwindSafe(|| work(self))).unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().map(String::as_str);
            let what = said.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("a panic");
            let error = LedgerError::Poisoned(format!(
                "a bug stopped writing ({what}); nothing acknowledged is lost: open the ledger again, and report this"
            ));
            self.group.abandon_batch();
            self.health.is_stale = true;
            self.health.stopped = Some(error.clone());
            Err(error)
        })
    }

    /// Leaves something to be done once everything decided so far is durable.
    pub(crate) fn when_durable(&mut self, waiter: Waiter) {
        self.waiters.push(waiter);
    }

    /// Keeps a warning for whoever asks.
    pub(crate) fn warn(&mut self, warning: String) {
        if self.warnings.len() >= WARNINGS_MAX {
            self.warnings.remove(0);
        }
        self.warnings.push(warning);
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

    /// Sees to it that the group takes another batch of any size.
    fn make_room(&mut self) {
        if self.group_commands >= self.options.group_commands_max || !self.group.has_room() {
            self.flush();
        }
    }

    /// Waits until everything decided is durable, so that the reader sees it.
    fn settle_log(&mut self) -> Result<(), LedgerError> {
        self.settle_log_past(self.group.end().position)
    }

    /// Waits until the reader sees the log up to a position at least. A record is seen once its first byte is past.
    fn settle_log_past(&mut self, position: Position) -> Result<(), LedgerError> {
        if self.committer.is_none() || position <= self.reader.end().position {
            return Ok(());
        }
        self.flush();
        self.committer().wait(self.group.start())
    }

    /// Waits until the reader sees a record.
    fn settle_record(&mut self, record: Position) -> Result<(), LedgerError> {
        self.settle_log_past(Position(record.0.saturating_add(1)))
    }

    /// After a failed write, or a bug: what was decided but not written never happened.
    fn go_back_if_needed(&mut self) {
        let has_failed = self.committer().has_failed();
        if !has_failed && !self.health.is_stale {
            return;
        }
        self.health.is_stale = true;
        self.flush();
        let outcome = self.committer().wait(self.group.start());
        if let Err(error) = outcome
            && !matches!(error, LedgerError::DiskFull(_))
            && self.health.stopped.is_none()
        {
            let text = format!("writing stopped: {error}; open the ledger again");
            self.health.stopped = Some(LedgerError::Poisoned(text));
        }
        self.group = Group::new(self.reader.end());
        self.health.broken = self.restore().err();
        if self.health.broken.is_none() {
            self.health.is_stale = false;
            // The committer goes on refusing otherwise; a full disk may have space by now.
            self.committer().resume();
        }
    }

    fn recorded_at(&mut self) -> Instant {
        self.last_recorded_at = self.last_recorded_at.max(self.options.clock.now());
        self.last_recorded_at
    }

    fn check_writable(&self) -> Result<(), LedgerError> {
        self.health.stopped.clone().map_or(Ok(()), Err)
    }

    /// Judges a command and puts what it did into the group.
    pub(crate) fn submit(&mut self, command: &Command) -> Result<Receipt, LedgerError> {
        command.check()?;
        check_sizes(command)?;
        let effective_key = command.effective_key()?;
        let known = self.on_members(|members| members.resolve(&command.member))?;
        if let Some(number) = known
            && let Some(receipt) = self.earlier_receipt(number, command, &effective_key)?
        {
            return Ok(receipt);
        }
        self.check_writable()?;
        self.ends_under_own_name(known, command)?;
        let precedents = self.precedents(known, command)?;
        let recorded_at = self.recorded_at();
        let batch = BatchFacts {
            key: command.key.as_deref(),
            effective_key: &effective_key,
            facts: &command.facts,
            effective_at: command.effective_at,
            recorded_at,
        };
        self.make_room();
        let other = self.other_party(known, command, &precedents, recorded_at)?;
        let (number, position) = match known {
            Some(number) => (number, self.judge_known(number, other, &batch, &precedents)?),
            None => self.judge_new(&command.member, other, &batch, &precedents)?,
        };
        self.group_commands += 1;
        self.recall.note(number, key_fingerprint(&effective_key), position);
        let batch_number = self.group.end().next_number.0 - 1;
        Ok(Receipt { batch_number, position, recorded_at, events: self.events.clone(), repeated: false })
    }

    /// An old name leads to the member who goes on, but not to their end: who merges or closes the old one does not mean
    /// the other.
    fn ends_under_own_name(&mut self, known: Option<u32>, command: &Command) -> Result<(), LedgerError> {
        let ends = |fact: &Fact<'_>| matches!(fact, Fact::MergeRequested(_) | Fact::ClosureRequested(_));
        let Some(number) = known.filter(|_| command.facts.iter().any(ends)) else { return Ok(()) };
        let name = self.on_members(|members| members.get(number).map(|member| member.name.clone()))?;
        if *name == *command.member {
            return Ok(());
        }
        let (member, into) = (command.member.clone(), name.into_string());
        Err(Refusal::MemberMerged { member, into }.into())
    }

    /// The member at the other end of a command, as they are; their number and a copy.
    fn other_party(
        &mut self,
        known: Option<u32>,
        command: &Command,
        precedents: &[Precedent<'_>],
        recorded_at: Instant,
    ) -> Result<Option<(u32, Member)>, LedgerError> {
        let programmes = Arc::clone(&self.programmes);
        let Command { facts, effective_at, .. } = command;
        let case = Case { facts, precedents, effective_at: *effective_at, recorded_at };
        let found = self.on_members(|members| {
            let name = match known {
                Some(number) => decide::other_party(&members.get(number)?.state, &programmes, &case),
                None => decide::other_party(&MemberState::default(), &programmes, &case),
            };
            let Some(name) = name else { return Ok(None) };
            let Some(number) = members.resolve(&name)? else { return Ok(None) };
            Ok(Some((number, members.get(number)?.clone())))
        })?;
        // Whoever deals with themselves by an old name is refused for it; a referrer who is the member by now is nobody.
        let deals = |fact: &Fact<'_>| matches!(fact, Fact::TransferRequested(_) | Fact::MergeRequested(_));
        let is_oneself = |(number, _): &(u32, Member)| Some(*number) == known;
        Ok(found.filter(|found| facts.iter().any(deals) || !is_oneself(found)))
    }

    fn judge_known(
        &mut self,
        number: u32,
        mut other: Option<(u32, Member)>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<Position, LedgerError> {
        self.on_members(|members| members.get(number).map(drop))?;
        let Decider { members, programmes, workspace, events, other_events, group, ledger, .. } = self;
        let mut bench = Bench { programmes, workspace, events, other_events, group, ledger };
        let judged =
            members.change(number, |member| bench.judge(member, number, other.as_mut(), batch, precedents));
        match judged.map_err(|doubt| LedgerError::Fault(doubt.what))? {
            Ok((position, batch_position)) => {
                self.last_batch = batch_position;
                self.take_in_other(number, other)?;
                Ok(position)
            }
            Err(NotTaken::Refused(refusal)) => Err((*refusal).into()),
            Err(NotTaken::TooLarge(error)) => {
                // The member's state has moved and nothing was written.
                self.refold(number)?;
                Err(*error)
            }
        }
    }

    fn judge_new(
        &mut self,
        name: &str,
        mut other: Option<(u32, Member)>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<(u32, Position), LedgerError> {
        self.on_members(Members::make_room)?;
        let number = self.members.count() + 1;
        let mut member = Member::new(name);
        let Decider { programmes, workspace, events, other_events, group, ledger, .. } = self;
        let mut bench = Bench { programmes, workspace, events, other_events, group, ledger };
        match bench.judge(&mut member, number, other.as_mut(), batch, precedents) {
            Ok((position, batch_position)) => {
                self.last_batch = batch_position;
                let added = self.members.add(member);
                self.take_in_other(added, other)?;
                Ok((added, position))
            }
            Err(NotTaken::Refused(refusal)) => Err((*refusal).into()),
            Err(NotTaken::TooLarge(error)) => Err(*error),
        }
    }

    /// Keeps what a judgement made of the member at the other end, and of the two where they became one.
    fn take_in_other(&mut self, number: u32, other: Option<(u32, Member)>) -> Result<(), LedgerError> {
        let Some((other_number, mut other)) = other.filter(|_| !self.other_events.is_empty()) else {
            return Ok(());
        };
        let merged = |event: &Event| matches!(event.decision, Decision::MergedFrom(_));
        if self.other_events.iter().any(merged) {
            let from = self.on_members(|members| members.get(number).cloned())?;
            other.absorb(number, &from);
            self.recall.forget(other_number);
        }
        let kept = self.members.change(other_number, |member| *member = other);
        kept.map_err(|doubt| LedgerError::Fault(doubt.what))
    }

    /// The receipt of the same command submitted before; a refusal if its key came with another content.
    fn earlier_receipt(
        &mut self,
        number: u32,
        command: &Command,
        effective_key: &str,
    ) -> Result<Option<Receipt>, LedgerError> {
        let fingerprint = key_fingerprint(effective_key);
        let Some(past) = self.past_if_seen(number, fingerprint)? else { return Ok(None) };
        let places = match self.recall.places(number, fingerprint) {
            Some(places) => places,
            None => {
                self.settle_record(past.newest())?;
                self.recall.hold(number, archive::keys(&self.reader, &past)?);
                self.recall.places(number, fingerprint).unwrap_or_default()
            }
        };
        let mut has_conflict = false;
        for position in places {
            self.settle_record(position)?;
            let Some(earlier) = archive::batch_under_key(&mut self.records, position, effective_key)? else {
                continue;
            };
            if is_same(&earlier, command) {
                return Ok(Some(Receipt {
                    batch_number: earlier.batch_number,
                    position,
                    recorded_at: earlier.recorded_at,
                    events: earlier.events,
                    repeated: true,
                }));
            }
            // Members who became one may each have used the key.
            has_conflict = true;
        }
        if has_conflict {
            return Err(Refusal::IdempotencyConflict { key: effective_key.to_owned() }.into());
        }
        Ok(None)
    }

    /// The member's past, where a fingerprint may be in it.
    fn past_if_seen(&mut self, number: u32, fingerprint: u32) -> Result<Option<Past>, LedgerError> {
        self.on_members(|members| {
            members.get(number).map(|member| member.may_have_seen(fingerprint).then(|| member.past()))
        })
    }

    fn precedents(
        &mut self,
        known: Option<u32>,
        command: &Command,
    ) -> Result<Vec<Precedent<'static>>, LedgerError> {
        let Some(number) = known else { return Ok(vec![Precedent::None; command.facts.len()]) };
        let mut precedents = Vec::with_capacity(command.facts.len());
        for fact in &command.facts {
            let past = match (fact, fact.subject()) {
                // These look for more than the thing that they are about.
                (Fact::ReinstatementRequested(_), _)
                | (Fact::OrderPlaced(Order { redemption: Some(_), .. }), _) => {
                    self.on_members(|members| members.get(number).map(|member| Some(member.past())))?
                }
                // An open hold is in the state.
                (Fact::CaptureRequested(_) | Fact::ReleaseRequested(_), _) => None,
                (_, Some(subject)) => self.past_if_seen(number, subject_fingerprint(subject))?,
                (_, None) => None,
            };
            precedents.push(match past {
                Some(past) => {
                    self.settle_record(past.newest())?;
                    let mut found = archive::precedent(&self.reader, &past, fact)?;
                    self.follow_referrer(&mut found)?;
                    found
                }
                None => Precedent::None,
            });
        }
        Ok(precedents)
    }

    /// Notes where the lots of an order's referrer are who has become part of another member.
    fn follow_referrer(&mut self, found: &mut Precedent<'_>) -> Result<(), LedgerError> {
        let Precedent::Order(file) = found else { return Ok(()) };
        let Some(paid) = &file.record.referral else { return Ok(()) };
        file.record.referrer = self.on_members(|members| {
            let (Some(number), Some(goes_on)) =
                (members.find(&paid.referrer)?, members.resolve(&paid.referrer)?)
            else {
                return Ok(None);
            };
            Ok(members.get(goes_on)?.moved(number))
        })?;
        Ok(())
    }

    /// Publishes a programme version, unless the last one is the very same.
    pub(crate) fn publish(
        &mut self,
        source: &str,
        effective_from: Instant,
    ) -> Result<Published, LedgerError> {
        if let Some(last) = self.programmes.versions().last()
            && last.source.as_ref() == source
            && last.effective_from == effective_from
        {
            return Ok(Published { number: last.number, hash: last.hash, effective_from, repeated: true });
        }
        self.check_writable()?;
        let recorded_at = self.recorded_at();
        let prepared = self.programmes.prepare(source, effective_from, recorded_at)?;
        let publication = Fact::ProgrammePublished(Publication { effective_from, source: source.into() });
        let stored = RecordType::of_fact(&publication);
        let header = RecordHeader {
            kind: stored.kind.number(),
            version: stored.version,
            member: 0,
            effective_at: effective_from.0,
            recorded_at: recorded_at.0,
            previous: self.ledger_head,
            key_fingerprint: 0,
            subject_fingerprint: 0,
        };
        self.make_room();
        self.group.begin_batch();
        let pushed = self.group.push_with(header, |out| {
            encode_fact(None, &publication, out);
        });
        match pushed {
            Ok(position) => {
                self.last_batch = self.group.end().position;
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

    /// Makes everything durable, writes a snapshot and closes the log.
    pub(crate) fn shut_down(&mut self) -> Result<(), LedgerError> {
        self.flush();
        if !self.health.is_stale
            && let Err(error) = self.snapshot()
        {
            self.warn(format!("no snapshot could be written: {error}"));
        }
        self.end()
    }

    /// Makes everything durable and closes the log.
    fn end(&mut self) -> Result<(), LedgerError> {
        self.closing = true;
        self.flush();
        self.members = Members::empty();
        self.snapshots = None;
        self.committer.as_mut().map_or(Ok(()), Committer::close)
    }
}

/// What a judgement needs besides the members.
struct Bench<'a> {
    programmes: &'a Programmes,
    workspace: &'a mut Workspace,
    events: &'a mut Vec<Event>,
    other_events: &'a mut Vec<Event>,
    group: &'a mut Group,
    ledger: &'a mut LedgerState,
}

impl Bench<'_> {
    /// Decides, and puts facts and events into the group as one batch. Gives the positions of the first fact and of the
    /// batch.
    fn judge(
        &mut self,
        member: &mut Member,
        number: u32,
        mut other: Option<&mut (u32, Member)>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<(Position, Position), NotTaken> {
        self.events.clear();
        self.other_events.clear();
        let ledger_before = self.ledger.clone();
        let party = Party { name: &member.name, state: &mut member.state, events: self.events };
        let other_party = other.as_mut().map(|(_, other)| Party {
            name: &other.name,
            state: &mut other.state,
            events: self.other_events,
        });
        let BatchFacts { facts, effective_at, recorded_at, .. } = *batch;
        let case = Case { facts, precedents, effective_at, recorded_at };
        decide::decide(party, other_party, self.ledger, self.programmes, &case, self.workspace)
            .map_err(|refusal| NotTaken::Refused(Box::new(refusal)))?;
        let batch_position = self.group.end().position;
        let mut written = Written { member, number, events: self.events };
        let mut other_written =
            other.map(|(number, member)| Written { member, number: *number, events: self.other_events });
        match push_batch(self.group, batch, &mut written, other_written.as_mut()) {
            Ok(position) => Ok((position, batch_position)),
            Err(error) => {
                *self.ledger = ledger_before;
                Err(NotTaken::TooLarge(Box::new(error.into())))
            }
        }
    }
}

/// Why a judgement did not become a batch.
enum NotTaken {
    Refused(Box<Refusal>),
    TooLarge(Box<LedgerError>),
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
