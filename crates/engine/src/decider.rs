//! The one thread that judges: it owns the states, takes requests in order, and fills groups for the committer.
//!
//! Invariants:
//! - the states are those after the last batch decided; once everything in flight is durable they equal a fold of the log;
//! - what a request answers is given out only when everything it rests on is durable;
//! - after a failed write the states go back to what is durable before anything else happens;
//! - a panic in the middle of a judgement, which only a bug can cause, stops writing for good and answers everybody.
//!
//! How a command is judged is in `judging`, how states come from snapshots and the log in `restore`, how they stay within
//! memory in `keeping`.

mod judging;
mod keeping;
mod restore;
mod sweeping;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant as Moment};

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::decide::Workspace;
use tallybook_core::event::Event;
use tallybook_core::fact::{Fact, Publication};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::LedgerState;
use tallybook_format::{RecordType, encode_fact};
use tallybook_log::{Group, LogReader, Position, RecordHeader, RecordReader};
use tallybook_snapshot::Snapshots;
use tokio::sync::{mpsc, oneshot};

use crate::answers::{Published, Receipt};
use crate::committer::{Committer, Waiter};
use crate::error::LedgerError;
use crate::members::{LOOK_AHEAD, Members};
use crate::options::Options;
use crate::recall::{RECALL_KEYS_MAX, Recall};
use crate::recent::Recent;

/// How long the thread stays awake for a caller who was alone: about as long as it takes to wake one.
const AWAKE: Duration = Duration::from_micros(50);
/// Warnings that are kept; older ones go.
const WARNINGS_MAX: usize = 100;

/// A request to the decider: it is served at once, and answered when what it rests on is durable.
pub(crate) enum Request<R: LogReader> {
    /// One command.
    Submit(Command, oneshot::Sender<Submitted>),
    /// Any other work; it leaves a waiter for when that is durable.
    Other(Work<R>),
}

/// What the decider does for a request.
pub(crate) type Work<R> = Box<dyn FnOnce(&mut Decider<R>) + Send>;

/// What came of a command, and the command itself: memory is freed faster by the thread that took it, and the decider is
/// spared the work.
pub(crate) struct Submitted {
    pub(crate) outcome: Result<Receipt, LedgerError>,
    pub(crate) command: Command,
}

/// The decider and all it owns.
pub(crate) struct Decider<R: LogReader> {
    pub(crate) reader: R,
    pub(crate) members: Members,
    pub(crate) programmes: Arc<Programmes>,
    pub(crate) warnings: Vec<String>,
    pub(crate) snapshot_position: Option<Position>,
    /// What members took in the snapshot that was written last; 0 where none was written since the ledger was opened.
    snapshot_bytes: u64,
    /// The log with what is decided and not durable yet, for what facts refer to.
    recent: Recent<R>,
    records: RecordReader<Recent<R>>,
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

/// Waits for requests; false once there will be none. Who was served alone most likely asks again as soon as they have heard,
/// so the thread stays awake a little for them: to be woken would take longer than judging.
fn wait<T>(requests: &mut mpsc::Receiver<T>, waiting: &mut Vec<T>, is_alone: bool) -> bool {
    let began = Moment::now();
    while is_alone && waiting.is_empty() && began.elapsed() < AWAKE {
        waiting.extend(requests.try_recv());
        std::hint::spin_loop();
    }
    !waiting.is_empty() || requests.blocking_recv_many(waiting, LOOK_AHEAD) > 0
}

impl<R: LogReader> Request<R> {
    /// The member whom it is about, where that is one.
    fn member(&self) -> Option<&str> {
        match self {
            Request::Submit(command, _) => Some(&command.member),
            Request::Other(_) => None,
        }
    }
}

impl<R: LogReader> Decider<R> {
    /// Opens the states: the current snapshot and the tail of the log after it, or the whole log.
    pub(crate) fn open(
        reader: R,
        ledger_id: [u8; 16],
        snapshots: Option<Box<dyn Snapshots>>,
        options: Options,
    ) -> Result<Decider<R>, LedgerError> {
        let recent = Recent::new(reader.clone());
        let mut decider = Decider {
            records: recent.records(),
            recent,
            group: Group::new(reader.end()),
            reader,
            members: Members::empty(),
            programmes: Arc::default(),
            warnings: Vec::new(),
            snapshot_position: None,
            snapshot_bytes: 0,
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
        let mut waiting = Vec::with_capacity(LOOK_AHEAD);
        let mut is_alone = false;
        while wait(&mut requests, &mut waiting, is_alone) {
            is_alone = waiting.len() == 1;
            while !waiting.is_empty() {
                self.look_ahead(waiting.iter().filter_map(Request::member));
                for request in waiting.drain(..) {
                    self.serve(request);
                    if self.closing {
                        self.flush();
                        return;
                    }
                }
                waiting.extend(std::iter::from_fn(|| requests.try_recv().ok()).take(LOOK_AHEAD));
            }
            self.flush();
        }
        // All handles are gone without a close, and with them anybody who could be told how it went.
        let _ = self.end();
    }

    /// Has the processor fetch the members whom the next commands are about, all at once.
    fn look_ahead<'a>(&self, names: impl Iterator<Item = &'a str>) {
        self.members.look_ahead(self.members.known(names).into_iter());
    }

    fn serve(&mut self, request: Request<R>) {
        self.go_back_if_needed();
        match request {
            Request::Submit(command, reply) => {
                let outcome = self.attempt(|decider| decider.submit(&command));
                self.when_durable(Waiter::Submitted(Submitted { outcome, command }, reply));
            }
            Request::Other(work) => work(self),
        }
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
        self.recent.see(&self.group);
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
        if self.committer.is_none() || self.group.end().position <= self.reader.end().position {
            return Ok(());
        }
        self.flush();
        self.committer().wait(self.group.start())
    }

    /// Sees to it that what facts refer to is found, up to what was decided last.
    fn see_all(&mut self) {
        self.recent.see(&self.group);
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
        self.recent.forget();
        self.records = self.recent.records();
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

    /// Submits one command after another. Each has its own outcome.
    pub(crate) fn submit_each(
        &mut self,
        commands: &[Command],
    ) -> Result<Vec<Result<Receipt, Refusal>>, LedgerError> {
        let mut outcomes = Vec::with_capacity(commands.len());
        for commands in commands.chunks(LOOK_AHEAD) {
            self.look_ahead(commands.iter().map(|command| command.member.as_str()));
            for command in commands {
                outcomes.push(match self.submit(command) {
                    Ok(receipt) => Ok(receipt),
                    Err(LedgerError::Refused(refusal)) => Err(refusal),
                    Err(error) => return Err(error),
                });
            }
        }
        Ok(outcomes)
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
        self.committer.take().map_or(Ok(()), Committer::close)
    }
}
