//! A group: batches that are written and synced together.
//!
//! Building a group does no I/O. The caller says where the group will start, and with that every record's
//! position is known as it is pushed, so that the next group can be built while this one is being written.
//!
//! Invariants: `bytes` holds only finished batches, followed by the open one if there is one. Each batch's
//! `undurable_bytes` reaches back to the start of its group: a log appends a group only at its end, and its
//! end moves only after a sync, so that everything before the group is durable when the group's first byte is
//! written.

use crate::{
    batch::{BATCH_BYTES_MAX, BATCH_HEADER_BYTES, BatchHeader},
    error::LogError,
    position::{LogEnd, Position},
    record::{RECORD_BODY_BYTES_MAX, RECORD_HEADER_BYTES, RecordHeader},
};

/// The most bytes that one group may have. Twice the largest batch, so that a group that is at most half full
/// ([`Group::has_room`]) takes any batch.
pub const GROUP_BYTES_MAX: usize = 32 * 1024 * 1024;

/// Batches to be appended together; reusable.
///
/// ```
/// use tallybook_log::{Group, Log, MemoryLog, Position, RecordHeader};
///
/// let mut log = MemoryLog::new();
/// let mut group = Group::new(log.end());
/// group.begin_batch();
/// let header = RecordHeader {
///     kind: 1, version: 1, member: 7, effective_at: 0, recorded_at: 0,
///     previous: Position::NONE, key_fingerprint: 0, subject_fingerprint: 0,
/// };
/// group.push(header, b"body")?;
/// group.end_batch();
/// let end = log.append(&group)?;
/// assert_eq!(end, group.end());
/// # Ok::<(), tallybook_log::LogError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Group {
    start: LogEnd,
    end: LogEnd,
    bytes: Vec<u8>,
    /// How many of `bytes` belong to finished batches.
    finished_bytes: usize,
    open: Option<OpenBatch>,
}

#[derive(Clone, Copy, Debug)]
struct OpenBatch {
    record_count: u32,
}

impl Group {
    /// An empty group that will start where the log ends, or where the group written before it ends.
    pub fn new(start: LogEnd) -> Group {
        Group { start, end: start, bytes: Vec::new(), finished_bytes: 0, open: None }
    }

    /// Empties the group for another start and keeps its buffer.
    pub fn restart(&mut self, start: LogEnd) {
        self.start = start;
        self.end = start;
        self.bytes.clear();
        self.finished_bytes = 0;
        self.open = None;
    }

    /// Where the group starts.
    pub fn start(&self) -> LogEnd {
        self.start
    }

    /// Where the log will end after the group; the start of the next group.
    pub fn end(&self) -> LogEnd {
        self.end
    }

    /// The finished batches as they will be stored.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.finished_bytes]
    }

    /// Tells whether no batch is finished.
    pub fn is_empty(&self) -> bool {
        self.finished_bytes == 0
    }

    /// Tells whether a batch of any allowed size still fits. A group without room should be appended first.
    pub fn has_room(&self) -> bool {
        self.finished_bytes <= GROUP_BYTES_MAX - BATCH_BYTES_MAX
    }

    /// Opens the next batch.
    ///
    /// # Panics
    /// When a batch is open already, which only a bug can cause.
    pub fn begin_batch(&mut self) {
        assert!(self.open.is_none(), "a batch is open already");
        self.bytes.resize(self.finished_bytes + BATCH_HEADER_BYTES, 0);
        self.open = Some(OpenBatch { record_count: 0 });
    }

    /// The position that the next record pushed into the open batch will have.
    ///
    /// # Panics
    /// When no batch is open, which only a bug can cause.
    pub fn next_position(&self) -> Position {
        assert!(self.open.is_some(), "no batch is open");
        self.start.position.plus(self.bytes.len() as u64)
    }

    /// Adds a record to the open batch and gives its position.
    ///
    /// # Errors
    /// [`LogError::TooLarge`] when the body, the batch or the group would pass its limit. The record is then
    /// left out and the batch stays open, to be abandoned.
    ///
    /// # Panics
    /// When no batch is open, which only a bug can cause.
    pub fn push(&mut self, header: RecordHeader, body: &[u8]) -> Result<Position, LogError> {
        self.push_with(header, |bytes| bytes.extend_from_slice(body))
    }

    /// Adds a record whose body `write` appends to the bytes it is given. It may only append.
    ///
    /// # Errors
    /// As [`Group::push`].
    ///
    /// # Panics
    /// When no batch is open, or when `write` shortens the bytes, which only a bug can cause.
    pub fn push_with(
        &mut self,
        header: RecordHeader,
        write: impl FnOnce(&mut Vec<u8>),
    ) -> Result<Position, LogError> {
        let position = self.next_position();
        let record_at = self.bytes.len();
        let body_at = record_at + RECORD_HEADER_BYTES;
        self.bytes.resize(body_at, 0);
        write(&mut self.bytes);
        assert!(self.bytes.len() >= body_at, "a record's body may only be appended");

        let body_bytes = self.bytes.len() - body_at;
        if let Err(error) = self.check_sizes(body_bytes) {
            self.bytes.truncate(record_at);
            return Err(error);
        }
        // Both fit: the limits just checked are far below 4 GiB.
        let offset_bytes = (record_at - self.finished_bytes) as u32;
        header.encode(body_bytes as u32, offset_bytes, &mut self.bytes[record_at..body_at]);
        if let Some(open) = &mut self.open {
            open.record_count += 1;
        }
        Ok(position)
    }

    fn check_sizes(&self, body_bytes: usize) -> Result<(), LogError> {
        within("record body", body_bytes, RECORD_BODY_BYTES_MAX)?;
        within("batch", self.bytes.len() - self.finished_bytes, BATCH_BYTES_MAX)?;
        within("group", self.bytes.len(), GROUP_BYTES_MAX)
    }

    /// Finishes the open batch and gives its header. A batch without records is dropped instead: `None`.
    ///
    /// # Panics
    /// When no batch is open, which only a bug can cause.
    pub fn end_batch(&mut self) -> Option<BatchHeader> {
        let open = self.open.expect("only a bug ends a batch that was never begun");
        if open.record_count == 0 {
            self.abandon_batch();
            return None;
        }
        Some(self.finish(open))
    }

    /// Drops the open batch without a trace; its positions and number go to the next one. Without an open
    /// batch nothing happens.
    pub fn abandon_batch(&mut self) {
        self.bytes.truncate(self.finished_bytes);
        self.open = None;
    }

    /// The group that a clean close appends: one batch without records, which proves all before it durable.
    pub(crate) fn closing(start: LogEnd) -> Group {
        let mut group = Group::new(start);
        group.begin_batch();
        group.finish(OpenBatch { record_count: 0 });
        group
    }

    fn finish(&mut self, open: OpenBatch) -> BatchHeader {
        let batch_at = self.finished_bytes;
        let header = BatchHeader {
            position: self.end.position,
            number: self.end.next_number,
            // Both fit: a group is far below 4 GiB.
            undurable_bytes: batch_at as u32,
            record_count: open.record_count,
            payload_bytes: (self.bytes.len() - batch_at - BATCH_HEADER_BYTES) as u32,
        };
        header.encode(&mut self.bytes[batch_at..]);
        self.finished_bytes = self.bytes.len();
        self.end = LogEnd { position: header.end(), next_number: header.number.next() };
        self.open = None;
        header
    }
}

fn within(what: &'static str, size_bytes: usize, max_bytes: usize) -> Result<(), LogError> {
    if size_bytes <= max_bytes {
        return Ok(());
    }
    Err(LogError::TooLarge { what, size_bytes: size_bytes as u64, max_bytes: max_bytes as u64 })
}
