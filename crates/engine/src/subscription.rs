//! Following the log: every batch from a position on, as it becomes durable.

use std::sync::Arc;

use tallybook_log::{Batches, FileLogReader, LogReader, Position};

use crate::committer::Durable;
use crate::error::LedgerError;

/// A follower of the log, at its own pace: nothing is dropped, and the ledger never waits for it.
///
/// Keep [`position`](Subscription::position) with what you made of the batches, and go on from there after a restart.
pub struct Subscription<R = FileLogReader> {
    batches: Batches<R>,
    durable: Arc<Durable>,
}

impl<R: LogReader> Subscription<R> {
    pub(crate) fn new(reader: &R, durable: Arc<Durable>, from: Position) -> Subscription<R> {
        Subscription { batches: reader.batches(from), durable }
    }

    /// Where the next batch starts.
    pub fn position(&self) -> Position {
        self.batches.position()
    }

    /// Waits for the next batch and gives its stored bytes; `None` once the ledger is closed and all has been read.
    ///
    /// # Errors
    /// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        self.durable.past(self.position()).await;
        self.read()
    }

    /// The same for a thread that may block.
    ///
    /// # Errors
    /// As [`next`](Subscription::next).
    pub fn next_blocking(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        self.durable.wait_past(self.position());
        self.read()
    }

    fn read(&mut self) -> Result<Option<Vec<u8>>, LedgerError> {
        Ok(self.batches.next_batch()?.map(|batch| batch.bytes().to_vec()))
    }
}
