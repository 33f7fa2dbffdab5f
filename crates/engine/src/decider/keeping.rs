//! Keeping the states: within memory, and in snapshots.
//!
//! Invariants:
//! - only what is durable goes into a snapshot;
//! - a snapshot that cannot be written costs memory and time, never an answer: it is tried again once the log has grown.

use tallybook_log::{LogReader, Position};
use tallybook_snapshot::{SnapshotError, Watermark};

use super::Decider;
use super::restore::Fold;
use crate::error::LedgerError;
use crate::packed::SNAPSHOT_VERSION;
use crate::pages::Extra;

/// How much the log grows before a snapshot that could not be written is tried again.
const SNAPSHOT_RETRY_BYTES: u64 = 16 << 20;
/// How many times as much as the last snapshot the log grows at least before the next one: a snapshot is written whole.
const SNAPSHOT_GROWTH: u64 = 2;

impl<R: LogReader> Decider<R> {
    /// Lets go of states, and writes a snapshot first where that is needed.
    pub(super) fn keep_within_memory(&mut self) {
        if self.health.is_stale || self.snapshots.is_none() {
            return;
        }
        let end = self.group.end().position;
        let grown_bytes = end.0 - self.snapshot_position.unwrap_or(Position::ORIGIN).0;
        let every = self.options.snapshot_every_bytes.max(self.snapshot_bytes * SNAPSHOT_GROWTH).max(1);
        let is_due = grown_bytes >= every;
        if !is_due && !self.is_over_memory() {
            return;
        }
        self.evict();
        if !is_due && !self.is_over_memory() {
            return;
        }
        if end >= self.next_snapshot_from
            && let Err(error) = self.snapshot()
        {
            self.note_unwritten(&error, end);
        }
        self.evict();
    }

    /// The same in the middle of a fold, after the batch that ends at a position.
    pub(super) fn keep_fold_within_memory(
        &mut self,
        position: Position,
        next_number: u64,
    ) -> Result<(), Fold> {
        if self.snapshots.is_none() || !self.is_over_memory() {
            return Ok(());
        }
        self.evict();
        if self.is_over_memory() && position >= self.next_snapshot_from {
            match self.write_snapshot(position, next_number) {
                Err(SnapshotError::Doubt(doubt)) => return Err(doubt.into()),
                Err(SnapshotError::Fault(fault)) => {
                    self.note_unwritten(&LedgerError::Fault(fault.to_string()), position);
                }
                Ok(()) => {}
            }
            self.evict();
        }
        Ok(())
    }

    fn is_over_memory(&self) -> bool {
        self.members.memory_bytes() > self.options.memory_bytes_max
    }

    fn evict(&mut self) {
        if self.is_over_memory() {
            self.members.evict_to(self.options.memory_bytes_max / 2);
        }
    }

    fn note_unwritten(&mut self, error: &LedgerError, end: Position) {
        self.warn(format!("no snapshot could be written: {error}"));
        self.next_snapshot_from = Position(end.0 + SNAPSHOT_RETRY_BYTES);
    }

    /// Writes a snapshot of everything decided so far.
    pub(crate) fn snapshot(&mut self) -> Result<(), LedgerError> {
        self.settle_log()?;
        let end = self.reader.end();
        if self.snapshot_position == Some(end.position) {
            return Ok(());
        }
        match self.write_snapshot(end.position, end.next_number.0) {
            Ok(()) => Ok(()),
            Err(SnapshotError::Fault(fault)) => Err(LedgerError::Fault(fault.to_string())),
            Err(SnapshotError::Doubt(doubt)) => self.fold_again(&doubt),
        }
    }

    /// Writes the states, which are those at `position`, to a new snapshot.
    fn write_snapshot(&mut self, position: Position, next_number: u64) -> Result<(), SnapshotError> {
        let Some(snapshots) = &self.snapshots else { return Ok(()) };
        let last_batch_checksum = self.batch_checksum(self.last_batch, position).unwrap_or(0);
        let extra = Extra {
            ledger_id: self.ledger_id,
            member_count: self.members.count(),
            name_pages: 0,
            ledger_head: self.ledger_head,
            last_recorded_at: self.last_recorded_at.0,
            last_batch: self.last_batch,
            last_batch_checksum,
            ledger: self.ledger.clone(),
        };
        let watermark = Watermark {
            position: position.0,
            batch_number: next_number - 1,
            programme_hash: self.programmes.versions().last().map(|v| v.hash).unwrap_or_default(),
            format_version: SNAPSHOT_VERSION,
            extra: Vec::new(),
        };
        self.snapshot_bytes = self.members.write_snapshot(snapshots.as_ref(), extra, watermark)?;
        self.snapshot_position = Some(position);
        Ok(())
    }

    /// Checksum of the bytes of the batch that starts at one position and ends at another, with what came before it
    /// in its header; `None` where there is no such batch.
    pub(super) fn batch_checksum(&self, start: Position, end: Position) -> Option<u32> {
        if start.is_none() || start >= self.reader.end().position {
            return None;
        }
        let mut batches = self.reader.batches(start);
        let batch = batches.next_batch().ok()??;
        (batch.header().end() == end).then(|| crc32c::crc32c(batch.bytes()))
    }
}
