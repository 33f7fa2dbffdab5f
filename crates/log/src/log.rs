//! What the ledger asks of a log: append at an expected position, and read in order.
//!
//! Nothing here assumes files: a table in a database can serve as well. Invariants for whoever implements it:
//! a group is kept whole or not at all; `append` returns only once the group is durable; readers see only
//! what is durable.

use crate::{
    error::LogError,
    group::Group,
    position::{LogEnd, Position},
    read::{Batches, Chain, RecordReader},
    record::RecordBuf,
};

/// The writing side. There is one writer at a time.
pub trait Log: Send {
    /// The reading side.
    type Reader: LogReader;

    /// Where the next group must start.
    fn end(&self) -> LogEnd;

    /// Appends a group's finished batches if the log ends where the group starts, and returns the new end
    /// once the group is durable. An empty group changes nothing.
    ///
    /// # Errors
    /// [`LogError::UnexpectedPosition`] when the log ends elsewhere; [`LogError::DiskFull`] when there is no
    /// space, after which the log is as before and goes on; [`LogError::Fault`] when a write or sync failed,
    /// after which every append is [`LogError::Poisoned`]; [`LogError::ReadOnly`].
    fn append(&mut self, group: &Group) -> Result<LogEnd, LogError>;

    /// A reader of this log; cheap, and usable on any thread.
    fn reader(&self) -> Self::Reader;

    /// Ends writing properly: unless the last batch is such a mark already, a batch without records is
    /// appended, which proves that everything before it was durable. Dropping a log instead is safe, but
    /// later damage to its last group cannot be told from a torn tail.
    ///
    /// # Errors
    /// As [`Log::append`]. Everything acknowledged stays durable whatever this returns.
    fn close(self) -> Result<(), LogError>
    where
        Self: Sized;
}

/// Where a position is stored, for reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The segment's file name, or what stands for it.
    pub segment: String,
    /// Byte offset in it.
    pub offset: u64,
}

/// The reading side. Every batch that is handed out has passed its checksum.
pub trait LogReader: Clone + Send + Sync + 'static {
    /// The durable end as of now.
    fn end(&self) -> LogEnd;

    /// Fills the start of `buffer` with the stream's bytes from `from`, and returns how many: at least 1,
    /// unless `from` is at or past the end or `buffer` is empty. May return fewer than there are.
    ///
    /// # Errors
    /// [`LogError::Fault`], or [`LogError::Corruption`] where stored bytes are missing.
    fn read(&self, from: Position, buffer: &mut [u8]) -> Result<usize, LogError>;

    /// Where a position is stored.
    fn place(&self, at: Position) -> Place;

    /// Streams batches in order from `from`, which is the first byte of a batch or the end.
    fn batches(&self, from: Position) -> Batches<Self> {
        Batches::new(self.clone(), from)
    }

    /// Reads single records by position; keeps a buffer, so that neighbours are cheap.
    fn records(&self) -> RecordReader<Self> {
        RecordReader::new(self.clone())
    }

    /// The record whose first byte stands at `at`.
    ///
    /// # Errors
    /// [`LogError::Corruption`] when no record of a sound batch starts there; [`LogError::Fault`].
    fn record(&self, at: Position) -> Result<RecordBuf, LogError> {
        self.records().record_buf(at)
    }

    /// A member's records from the newest, whose position is `head`, to the first. Empty for
    /// [`Position::NONE`].
    fn chain(&self, head: Position) -> Chain<Self> {
        Chain::new(self.clone(), head)
    }

    /// The error that names a place where stored bytes are wrong.
    fn corruption(&self, position: Position, what: &'static str) -> LogError {
        let Place { segment, offset } = self.place(position);
        LogError::Corruption { segment, offset, position, what }
    }
}
