//! The handles that callers hold: the blocking one here, its async twin in `asynchronous`.
//!
//! Invariant: a handle changes nothing by itself; it asks the decider, and passes on what it answers.

mod asynchronous;

pub use asynchronous::Ledger;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use sha2::{Digest, Sha256};
use tallybook_core::apply::touch;
use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::decide;
use tallybook_core::fact::Fact;
use tallybook_core::ids::MemberNumber;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};
use tallybook_format::encode_state;
use tallybook_log::{FileLog, FileLogReader, LedgerId, Log, LogReader, Position};
use tallybook_snapshot::{Doubt, Generations, Snapshots};
use tokio::sync::{mpsc, oneshot};

use crate::answers::{Info, MemberView, Published, Receipt, SweepReport};
use crate::archive::{self, HistoryBatch};
use crate::committer::{Committer, Durable, Waiter};
use crate::decider::{Decider, Request};
use crate::error::LedgerError;
use crate::fold::Member;
use crate::members::Members;
use crate::options::Options;
use crate::subscription::Subscription;

/// The reading side of a ledger's log.
pub type LedgerReader = FileLogReader;

/// A ledger for callers who may block. Clone it freely; all clones are one ledger.
///
/// Its methods block until the answer is durable, so call them from threads, not from async tasks. Dropping the last
/// clone waits until everything is durable and the log is closed; only [`close`](BlockingLedger::close) tells how that
/// went, and writes a snapshot.
#[derive(Clone)]
pub struct BlockingLedger {
    threads: Arc<Threads>,
    reader: FileLogReader,
    durable: Arc<Durable>,
}

/// The way to the decider, and its thread.
struct Threads {
    /// `None` only while the last handle is dropped.
    requests: Option<mpsc::Sender<Request<FileLogReader>>>,
    decider: Mutex<Option<JoinHandle<()>>>,
}

impl Threads {
    fn requests(&self) -> Result<&mpsc::Sender<Request<FileLogReader>>, LedgerError> {
        self.requests.as_ref().ok_or(LedgerError::Closed)
    }

    /// Waits for the decider to end, which it does after a close and once nobody can ask it any more.
    fn join(&self) {
        let decider = self.decider.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(decider) = decider {
            let _ = decider.join();
        }
    }
}

impl Drop for Threads {
    fn drop(&mut self) {
        self.requests = None;
        self.join();
    }
}

impl BlockingLedger {
    /// Makes a ledger in a folder that has none.
    ///
    /// # Errors
    /// [`LedgerError::Folder`] where there is one; [`LedgerError::Locked`], [`LedgerError::DiskFull`],
    /// [`LedgerError::Fault`].
    pub fn create(dir: &Path, options: Options) -> Result<BlockingLedger, LedgerError> {
        let id = ledger_id(dir, options.clock.now());
        let log = FileLog::create(&dir.join("log"), LedgerId(id), options.log)?;
        BlockingLedger::start(log, dir, options)
    }

    /// Opens the ledger in a folder: recovers from a crash, loads the snapshot and folds the tail of the log.
    ///
    /// # Errors
    /// As [`create`](BlockingLedger::create), and [`LedgerError::Corruption`] where stored bytes are wrong.
    pub fn open(dir: &Path, options: Options) -> Result<BlockingLedger, LedgerError> {
        let log = FileLog::open(&dir.join("log"), options.log)?;
        BlockingLedger::start(log, dir, options)
    }

    fn start(log: FileLog, dir: &Path, options: Options) -> Result<BlockingLedger, LedgerError> {
        let mut warnings = Vec::new();
        let snapshots = match options.snapshots.then(|| Generations::open(&dir.join("snapshots"))) {
            None => None,
            Some(Ok(generations)) => Some(Box::new(generations) as Box<dyn Snapshots>),
            Some(Err(fault)) => {
                warnings.push(format!("the ledger goes on without snapshots: {fault}"));
                None
            }
        };
        BlockingLedger::start_with(log, snapshots, options, warnings)
    }

    /// Starts a ledger on a log and snapshots of the caller's, as tests with a faulty disk do.
    ///
    /// # Errors
    /// As [`open`](BlockingLedger::open).
    #[doc(hidden)]
    pub fn start_on(
        log: FileLog,
        snapshots: Option<Box<dyn Snapshots>>,
        options: Options,
    ) -> Result<BlockingLedger, LedgerError> {
        BlockingLedger::start_with(log, snapshots, options, Vec::new())
    }

    fn start_with(
        log: FileLog,
        snapshots: Option<Box<dyn Snapshots>>,
        options: Options,
        warnings: Vec<String>,
    ) -> Result<BlockingLedger, LedgerError> {
        let torn_bytes = log.open_report().torn_bytes;
        let id = log.ledger_id().0;
        let reader = log.reader();
        let (requests, queue) = mpsc::channel(options.queue_requests_max.max(1));
        let mut decider = Decider::open(reader.clone(), id, snapshots, options)?;
        let later = std::mem::replace(&mut decider.warnings, warnings);
        if torn_bytes > 0 {
            decider
                .warn(format!("a torn tail of {torn_bytes} bytes, never acknowledged, was cut from the log"));
        }
        later.into_iter().for_each(|warning| decider.warn(warning));
        let durable = Durable::new(reader.end().position);
        let committer = Committer::start(log, Arc::clone(&durable))?;
        let thread = std::thread::Builder::new()
            .name("tallybook-decider".to_owned())
            .spawn(move || decider.run(committer, queue))
            .map_err(|error| LedgerError::Fault(format!("cannot start the decider thread: {error}")))?;
        let threads = Threads { requests: Some(requests), decider: Mutex::new(Some(thread)) };
        Ok(BlockingLedger { threads: Arc::new(threads), reader, durable })
    }

    /// Takes down a command and waits until it is durable.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] leaves no trace. After [`LedgerError::DiskFull`] nothing of it was kept; after other
    /// faults it may or may not be there: submit it again under the same key.
    pub fn submit(&self, command: Command) -> Result<Receipt, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Submit(command, reply))?;
        answer.blocking_recv().map_err(|_| LedgerError::Closed)?.outcome
    }

    /// Takes down many commands in order, written together. Each has its own outcome.
    ///
    /// # Errors
    /// Faults only; they are of the whole.
    pub fn submit_all(&self, commands: Vec<Command>) -> Result<Vec<Result<Receipt, Refusal>>, LedgerError> {
        let asked = self.ask(move |decider| Ok((decider.submit_each(&commands)?, commands)));
        asked.map(|(outcomes, _)| outcomes)
    }

    /// Publishes a programme version. The first may start before all facts, a later one only in the future.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] with every finding in the file.
    pub fn publish(&self, source: &str, effective_from: Instant) -> Result<Published, LedgerError> {
        let source = source.to_owned();
        self.ask(move |decider| decider.publish(&source, effective_from))
    }

    /// Records all that is due at or before an instant, so that other systems hear of it in time.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] for an instant in the future.
    pub fn sweep(&self, until: Instant) -> Result<SweepReport, LedgerError> {
        self.ask(move |decider| decider.sweep(until))
    }

    /// A member as recorded; `None` where the name is not known. The name of one who became part of another leads to that
    /// other.
    ///
    /// # Errors
    /// Faults only.
    pub fn member(&self, name: &str) -> Result<Option<MemberView>, LedgerError> {
        let name = name.to_owned();
        self.ask(move |decider| find_member(decider, |members| members.resolve(&name)))
    }

    /// The member of exactly this name, even if another goes on in their place.
    fn named(&self, name: &str) -> Result<Option<MemberView>, LedgerError> {
        let name = name.to_owned();
        self.ask(move |decider| find_member(decider, |members| members.find(&name)))
    }

    /// A member as of an instant if nothing more happened: settled, but not recorded.
    ///
    /// # Errors
    /// Faults only.
    pub fn member_at(&self, name: &str, at: Instant) -> Result<Option<MemberView>, LedgerError> {
        let name = name.to_owned();
        self.ask(move |decider| {
            let view = find_member(decider, |members| members.resolve(&name))?;
            Ok(view.map(|view| MemberView {
                state: decide::settled(&view.state, &decider.programmes, at),
                ..view
            }))
        })
    }

    /// What a member owned at `effective`, as the ledger knew it at `known` (case 35).
    ///
    /// # Errors
    /// Faults only.
    pub fn as_of(
        &self,
        name: &str,
        effective: Instant,
        known: Instant,
    ) -> Result<Option<MemberState>, LedgerError> {
        let Some(view) = self.named(name)? else { return Ok(None) };
        let programmes = self.programmes()?.known_at(known);
        let mut state = MemberState::default();
        for batch in archive::history(&self.reader, view.head)? {
            if batch.recorded_at > known {
                break;
            }
            if batch.effective_at <= effective {
                take_profiles(&mut state, &batch);
            }
            for event in batch.events.iter().filter(|event| event.effective_at <= effective) {
                tallybook_core::apply::apply(&mut state, event.effective_at, &event.decision)
                    .map_err(|misfit| LedgerError::misfit(batch.position, &misfit))?;
            }
        }
        Ok(Some(decide::settled(&state, &programmes, effective)))
    }

    /// The batches of the member of exactly this name, oldest first; empty where it is not known. The past of a member who
    /// became part of another stays under the old name.
    ///
    /// # Errors
    /// Faults and corruption.
    pub fn history(&self, name: &str) -> Result<Vec<HistoryBatch>, LedgerError> {
        match self.named(name)? {
            Some(view) => archive::history(&self.reader, view.head),
            None => Ok(Vec::new()),
        }
    }

    /// Shows every member in order of number. Members may change meanwhile; each is shown as of one moment.
    ///
    /// # Errors
    /// Faults only.
    pub fn for_each_member(&self, mut show: impl FnMut(&MemberView)) -> Result<(), LedgerError> {
        let mut page = 0;
        loop {
            let views = self.ask(move |decider| {
                if page >= decider.members.page_count() {
                    return Ok(None);
                }
                decider.on_members(|members| {
                    let mut views = Vec::new();
                    members.each_of_page(page, |number, member| views.push(view(number, member)))?;
                    Ok(Some(views))
                })
            })?;
            let Some(views) = views else { return Ok(()) };
            views.iter().for_each(&mut show);
            page += 1;
        }
    }

    /// The programme versions published so far.
    ///
    /// # Errors
    /// [`LedgerError::Closed`].
    pub fn programmes(&self) -> Result<Arc<Programmes>, LedgerError> {
        self.ask(|decider| Ok(Arc::clone(&decider.programmes)))
    }

    /// What all members together have taken from budgets and stocks.
    ///
    /// # Errors
    /// [`LedgerError::Closed`].
    pub fn ledger_state(&self) -> Result<LedgerState, LedgerError> {
        self.ask(|decider| Ok(decider.ledger.clone()))
    }

    /// SHA-256 over what all members own, in order of their names: equal for equal histories, wherever they lie in the
    /// log and whenever they were recorded.
    ///
    /// # Errors
    /// Faults only.
    pub fn state_digest(&self) -> Result<[u8; 32], LedgerError> {
        let mut states: Vec<(String, [u8; 32])> = Vec::new();
        let mut bytes = Vec::new();
        self.for_each_member(|member| {
            bytes.clear();
            encode_state(&member.state, &mut bytes);
            states.push((member.name.clone(), Sha256::digest(&bytes).into()));
        })?;
        states.sort_unstable();
        let mut digest = Sha256::new();
        for (name, state) in &states {
            digest.update((name.len() as u64).to_le_bytes());
            digest.update(name.as_bytes());
            digest.update(state);
        }
        Ok(digest.finalize().into())
    }

    /// The ledger at a glance.
    ///
    /// # Errors
    /// [`LedgerError::Closed`].
    pub fn info(&self) -> Result<Info, LedgerError> {
        self.ask(|decider| {
            Ok(Info {
                members: decider.members.count(),
                batches: 0,
                log_bytes: 0,
                snapshot_position: decider.snapshot_position,
                memory_bytes: decider.members.memory_bytes(),
            })
        })
        .map(|info| {
            let end = self.reader.end();
            Info { batches: end.next_number.0 - 1, log_bytes: end.position.0, ..info }
        })
    }

    /// What went wrong without harm so far: a torn tail that was cut, a snapshot that was thrown away.
    ///
    /// # Errors
    /// [`LedgerError::Closed`].
    pub fn warnings(&self) -> Result<Vec<String>, LedgerError> {
        self.ask(|decider| Ok(decider.warnings.clone()))
    }

    /// Writes a snapshot now.
    ///
    /// # Errors
    /// [`LedgerError::Fault`]; the ledger goes on without it.
    pub fn snapshot(&self) -> Result<(), LedgerError> {
        self.ask(Decider::snapshot)
    }

    /// Follows the log from a position; [`Position::ORIGIN`] is the start.
    pub fn subscribe(&self, from: Position) -> Subscription {
        Subscription::new(&self.reader, Arc::clone(&self.durable), from)
    }

    /// The log, for reading.
    pub fn reader(&self) -> &LedgerReader {
        &self.reader
    }

    /// Makes everything durable, writes a snapshot and closes the ledger, for all its handles.
    ///
    /// # Errors
    /// [`LedgerError::Closed`] where it was closed before; faults. Everything acknowledged is safe in any case.
    pub fn close(self) -> Result<(), LedgerError> {
        let (reply, outcome) = oneshot::channel();
        self.send(Request::Other(Box::new(move |decider| {
            let _ = reply.send(decider.shut_down());
        })))?;
        let closed = outcome.blocking_recv().map_err(|_| LedgerError::Closed)?;
        self.threads.join();
        closed
    }

    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Decider<FileLogReader>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (request, answer) = request(work);
        self.send(request)?;
        answer.blocking_recv().unwrap_or(Err(LedgerError::Closed))
    }

    fn send(&self, request: Request<FileLogReader>) -> Result<(), LedgerError> {
        self.threads.requests()?.blocking_send(request).map_err(|_| LedgerError::Closed)
    }
}

/// Work for the decider, and where its answer comes once all that it rests on is durable.
fn request<T: Send + 'static>(
    work: impl FnOnce(&mut Decider<FileLogReader>) -> Result<T, LedgerError> + Send + 'static,
) -> (Request<FileLogReader>, oneshot::Receiver<Result<T, LedgerError>>) {
    let (reply, answer) = oneshot::channel();
    let request = Box::new(move |decider: &mut Decider<FileLogReader>| {
        let done = decider.attempt(work);
        decider.when_durable(Waiter::Other(Box::new(move |written| {
            let _ = reply.send(written.and(done));
        })));
    });
    (Request::Other(request), answer)
}

fn find_member<R: LogReader>(
    decider: &mut Decider<R>,
    find: impl Fn(&mut Members) -> Result<Option<u32>, Doubt>,
) -> Result<Option<MemberView>, LedgerError> {
    decider.on_members(|members| {
        let Some(number) = find(members)? else { return Ok(None) };
        Ok(Some(view(number, members.get(number)?)))
    })
}

fn view(number: u32, member: &Member) -> MemberView {
    MemberView {
        number: MemberNumber(number),
        name: member.name.to_string(),
        head: member.head,
        state: member.state.clone(),
    }
}

fn take_profiles(state: &mut MemberState, batch: &HistoryBatch) {
    for fact in &batch.facts {
        match fact {
            Fact::MemberEnrolled(enrolment) => tallybook_core::apply::apply_enrolment(state, enrolment),
            Fact::ProfileChanged(profile) => tallybook_core::apply::apply_profile(state, profile),
            Fact::OrderFulfilled(_) => {}
            _ => continue,
        }
        touch(state, batch.effective_at);
    }
}

/// A name for a new ledger that no other is likely to have: from its folder, the time and this process.
fn ledger_id(dir: &Path, now: Instant) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(dir.as_os_str().as_encoded_bytes());
    digest.update(now.0.to_le_bytes());
    digest.update(std::process::id().to_le_bytes());
    let digest: [u8; 32] = digest.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&digest[..16]);
    id
}
