//! The async handle: the same requests as the blocking one, awaited.
//!
//! It needs no runtime of its own and starts no tasks.

use std::path::Path;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::refusal::Refusal;
use tallybook_log::{FileLogReader, Position};
use tokio::sync::oneshot;

use super::{BlockingLedger, find_member, request};
use crate::answers::{MemberView, Published, Receipt, SweepReport};
use crate::decider::{Decider, Request};
use crate::error::LedgerError;
use crate::options::Options;
use crate::subscription::Subscription;

/// A ledger for async callers, on any tokio runtime. Clone it freely; all clones are one ledger.
///
/// End with [`close`](Ledger::close): dropping the last clone waits for the disk and blocks the thread it happens on.
#[derive(Clone)]
pub struct Ledger {
    blocking: BlockingLedger,
}

impl From<BlockingLedger> for Ledger {
    fn from(blocking: BlockingLedger) -> Ledger {
        Ledger { blocking }
    }
}

impl Ledger {
    /// Makes a ledger in a folder that has none. Blocks shortly.
    ///
    /// # Errors
    /// As [`BlockingLedger::create`].
    pub fn create(dir: &Path, options: Options) -> Result<Ledger, LedgerError> {
        BlockingLedger::create(dir, options).map(|blocking| Ledger { blocking })
    }

    /// Opens the ledger in a folder. Blocks while it folds the tail of the log.
    ///
    /// # Errors
    /// As [`BlockingLedger::open`].
    pub fn open(dir: &Path, options: Options) -> Result<Ledger, LedgerError> {
        BlockingLedger::open(dir, options).map(|blocking| Ledger { blocking })
    }

    /// The same ledger for callers who may block.
    pub fn blocking(&self) -> &BlockingLedger {
        &self.blocking
    }

    /// Takes down a command; the receipt comes when it is durable.
    ///
    /// # Errors
    /// As [`BlockingLedger::submit`].
    pub async fn submit(&self, command: Command) -> Result<Receipt, LedgerError> {
        let (reply, answer) = oneshot::channel();
        self.send(Request::Submit(command, reply)).await?;
        answer.await.map_err(|_| LedgerError::Closed)?.outcome
    }

    /// Takes down many commands in order, written together. Each has its own outcome.
    ///
    /// # Errors
    /// As [`BlockingLedger::submit_all`].
    pub async fn submit_all(
        &self,
        commands: Vec<Command>,
    ) -> Result<Vec<Result<Receipt, Refusal>>, LedgerError> {
        let asked = self.ask(move |decider| Ok((decider.submit_each(&commands)?, commands))).await;
        asked.map(|(outcomes, _)| outcomes)
    }

    /// Publishes a programme version.
    ///
    /// # Errors
    /// As [`BlockingLedger::publish`].
    pub async fn publish(&self, source: &str, effective_from: Instant) -> Result<Published, LedgerError> {
        let source = source.to_owned();
        self.ask(move |decider| decider.publish(&source, effective_from)).await
    }

    /// Records all that is due at or before an instant.
    ///
    /// # Errors
    /// As [`BlockingLedger::sweep`].
    pub async fn sweep(&self, until: Instant) -> Result<SweepReport, LedgerError> {
        self.ask(move |decider| decider.sweep(until)).await
    }

    /// A member as recorded.
    ///
    /// # Errors
    /// As [`BlockingLedger::member`].
    pub async fn member(&self, name: &str) -> Result<Option<MemberView>, LedgerError> {
        let name = name.to_owned();
        self.ask(move |decider| find_member(decider, |members| members.resolve(&name))).await
    }

    /// Follows the log from a position.
    pub fn subscribe(&self, from: Position) -> Subscription {
        self.blocking.subscribe(from)
    }

    /// Makes everything durable, writes a snapshot and closes the ledger, for all its handles.
    ///
    /// # Errors
    /// As [`BlockingLedger::close`].
    pub async fn close(self) -> Result<(), LedgerError> {
        let (reply, outcome) = oneshot::channel();
        self.send(Request::Other(Box::new(move |decider| {
            let _ = reply.send(decider.shut_down());
        })))
        .await?;
        outcome.await.map_err(|_| LedgerError::Closed)?
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Decider<FileLogReader>) -> Result<T, LedgerError> + Send + 'static,
    ) -> Result<T, LedgerError> {
        let (request, answer) = request(work);
        self.send(request).await?;
        answer.await.unwrap_or(Err(LedgerError::Closed))
    }

    async fn send(&self, request: Request<FileLogReader>) -> Result<(), LedgerError> {
        self.blocking.threads.requests()?.send(request).await.map_err(|_| LedgerError::Closed)
    }
}
