//! Makes groups durable, on a thread of its own: while that syncs one group, the decider fills the next. A group of one
//! command that nothing is in flight before is written by the decider itself: its caller is alone and waits, so that there
//! is nothing to do meanwhile, and waking a thread would only make the caller wait longer.
//!
//! Invariants:
//! - groups are appended in the order in which they were decided: the decider writes only while the thread has nothing to do;
//! - what waits on a group is told only after its sync;
//! - after a failed append nothing more is appended until the decider has gone back to what is durable.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, channel, sync_channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use tallybook_log::{FileLog, Group, Log, LogEnd, LogReader, Position};
use tokio::sync::{oneshot, watch};

use crate::decider::Submitted;
use crate::error::LedgerError;

/// Written groups whose memory is kept for the next ones.
const SPARE_GROUPS_MAX: usize = 2;

/// Something that waits for a group to be durable.
pub(crate) enum Waiter {
    /// A command's outcome.
    Submitted(Submitted, oneshot::Sender<Submitted>),
    /// Anything else.
    Other(Box<dyn FnOnce(Result<(), LedgerError>) + Send>),
}

impl Waiter {
    /// Tells how the group fared. A refusal rests on what came before just as a receipt does.
    fn tell(self, written: Result<(), LedgerError>) {
        match self {
            Waiter::Submitted(Submitted { outcome, command }, reply) => {
                let _ = reply.send(Submitted { outcome: written.and(outcome), command });
            }
            Waiter::Other(told) => told(written),
        }
    }
}

/// What the decider asks of the committer.
enum Job {
    Append { group: Group, waiters: Vec<Waiter> },
    Resume,
    Close,
}

/// The decider's handle to the committer.
pub(crate) struct Committer {
    jobs: SyncSender<Job>,
    /// Jobs handed over that are not done.
    in_flight: Arc<AtomicUsize>,
    writer: Arc<Mutex<Writer>>,
    spare: Receiver<Group>,
    failed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The log's durable end, for those who follow it.
#[derive(Debug)]
pub(crate) struct Durable {
    end: Mutex<(Position, bool)>,
    moved: Condvar,
    watch: watch::Sender<Position>,
}

impl Durable {
    pub(crate) fn new(end: Position) -> Arc<Durable> {
        Arc::new(Durable {
            end: Mutex::new((end, false)),
            moved: Condvar::new(),
            watch: watch::Sender::new(end),
        })
    }

    fn set(&self, end: Position) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).0 = end;
        self.moved.notify_all();
        self.watch.send_replace(end);
    }

    /// No more will come: wakes all who wait.
    fn close(&self) {
        self.end.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
        self.moved.notify_all();
        self.watch.send_replace(Position::NONE);
    }

    /// Waits until the log is durable past a position; `false` when the ledger was closed first.
    pub(crate) fn wait_past(&self, position: Position) -> bool {
        let mut end = self.end.lock().unwrap_or_else(PoisonError::into_inner);
        while end.0 <= position && !end.1 {
            end = self.moved.wait(end).unwrap_or_else(PoisonError::into_inner);
        }
        end.0 > position
    }

    /// The same without blocking a thread.
    pub(crate) async fn past(&self, position: Position) -> bool {
        let mut watch = self.watch.subscribe();
        match watch.wait_for(|end| *end > position).await {
            Ok(end) => *end != Position::NONE,
            Err(_) => false,
        }
    }
}

impl Committer {
    /// Starts the thread.
    pub(crate) fn start(log: FileLog, durable: Arc<Durable>) -> Result<Committer, LedgerError> {
        // One group may wait while another is synced: the two stages in flight.
        let (jobs, job_queue) = sync_channel(1);
        let (spare_groups, spare) = sync_channel(SPARE_GROUPS_MAX);
        let failed = Arc::new(AtomicBool::new(false));
        let in_flight = Arc::new(AtomicUsize::new(0));
        let durable = CloseOnDrop(durable);
        let writer = Writer { log, durable, failure: None, failed: Arc::clone(&failed), spare_groups };
        let writer = Arc::new(Mutex::new(writer));
        let (of_thread, done) = (Arc::clone(&writer), Arc::clone(&in_flight));
        let thread = std::thread::Builder::new()
            .name("tallybook-log".to_owned())
            .spawn(move || run(&of_thread, &job_queue, &done))
            .map_err(|error| LedgerError::Fault(format!("cannot start the log thread: {error}")))?;
        Ok(Committer { jobs, in_flight, writer, spare, failed, thread: Some(thread) })
    }

    /// Has a group written, here or by the thread. Waits while two are in flight.
    pub(crate) fn append(&self, group: Group, waiters: Vec<Waiter>) {
        let batches = group.end().next_number.0 - group.start().next_number.0;
        let is_lone = waiters.len() == 1 && batches <= 1;
        if is_lone && self.in_flight.load(Ordering::Acquire) == 0 {
            locked(&self.writer).write(group, waiters);
            return;
        }
        if let Err(Job::Append { waiters, .. }) = self.hand_over(Job::Append { group, waiters }) {
            waiters.into_iter().for_each(|waiter| waiter.tell(Err(LedgerError::Closed)));
        }
    }

    /// Gives the job back where the thread has ended.
    fn hand_over(&self, job: Job) -> Result<(), Job> {
        self.in_flight.fetch_add(1, Ordering::AcqRel);
        self.jobs.send(job).map_err(|unsent| unsent.0)
    }

    /// An empty group that starts at `start`, in memory used before where there is some.
    pub(crate) fn group(&self, start: LogEnd) -> Group {
        match self.spare.try_recv() {
            Ok(mut group) => {
                group.restart(start);
                group
            }
            Err(_) => Group::new(start),
        }
    }

    /// Whether an append has failed since the last [`resume`](Committer::resume).
    pub(crate) fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }

    /// Waits until everything handed over is durable or has failed.
    pub(crate) fn wait(&self, start: LogEnd) -> Result<(), LedgerError> {
        let (sender, receiver) = channel();
        let waiter = Waiter::Other(Box::new(move |outcome| {
            let _ = sender.send(outcome);
        }));
        self.append(Group::new(start), vec![waiter]);
        receiver.recv().unwrap_or(Err(LedgerError::Closed))
    }

    /// Lets appending go on after a failure, from the durable end.
    pub(crate) fn resume(&self) {
        let _ = self.hand_over(Job::Resume);
    }

    /// Ends the thread and closes the log.
    pub(crate) fn close(mut self) -> Result<(), LedgerError> {
        let _ = self.hand_over(Job::Close);
        let panicked = || LedgerError::Fault("the log thread panicked".to_owned());
        self.thread.take().map_or(Ok(()), JoinHandle::join).map_err(|_| panicked())?;
        // The thread had the only other handle.
        let writer = Arc::into_inner(self.writer).ok_or_else(panicked)?;
        let Writer { log, durable: _ends, .. } = writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        Ok(log.close()?)
    }
}

/// Followers must not wait for ever, however writing ends.
struct CloseOnDrop(Arc<Durable>);

impl Drop for CloseOnDrop {
    fn drop(&mut self) {
        self.0.close();
    }
}

/// What the thread does.
fn run(writer: &Mutex<Writer>, jobs: &Receiver<Job>, in_flight: &AtomicUsize) {
    while let Ok(job) = jobs.recv() {
        match job {
            Job::Append { group, waiters } => locked(writer).write(group, waiters),
            Job::Resume => locked(writer).resume(),
            Job::Close => return,
        }
        in_flight.fetch_sub(1, Ordering::AcqRel);
    }
}

fn locked(writer: &Mutex<Writer>) -> MutexGuard<'_, Writer> {
    // Whoever panicked while writing has told nobody that it was done.
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The log, and what came of writing it.
struct Writer {
    log: FileLog,
    durable: CloseOnDrop,
    failure: Option<LedgerError>,
    /// Whether there is a failure.
    failed: Arc<AtomicBool>,
    spare_groups: SyncSender<Group>,
}

impl Writer {
    fn write(&mut self, group: Group, waiters: Vec<Waiter>) {
        let outcome = match &self.failure {
            Some(error) => Err(error.clone()),
            None => self.append(&group),
        };
        if let (Err(error), None) = (&outcome, &self.failure) {
            self.failure = Some(error.clone());
            self.failed.store(true, Ordering::Release);
        }
        waiters.into_iter().for_each(|waiter| waiter.tell(outcome.clone()));
        // Where nobody wants it, it goes.
        let _ = self.spare_groups.try_send(group);
    }

    fn append(&mut self, group: &Group) -> Result<(), LedgerError> {
        if group.is_empty() {
            return Ok(());
        }
        let end = self.log.append(group)?;
        debug_assert_eq!(end, self.log.reader().end(), "readers see what is durable");
        self.durable.0.set(end.position);
        Ok(())
    }

    fn resume(&mut self) {
        self.failure = None;
        self.failed.store(false, Ordering::Release);
    }
}
