//! One batch: a header with a checksum, then records back to back. It is kept or dropped whole.
//!
//! Invariants: a [`BatchView`] exists only for bytes whose checksum holds and whose records fill the payload
//! exactly, so that walking its records cannot fail.

use crate::{
    bytes::{u32_at, u64_at},
    position::{BatchNumber, Position},
    record::{RecordView, record_end},
};

/// The stored size of a batch's header.
pub const BATCH_HEADER_BYTES: usize = 36;

/// The most bytes that one batch may have, its header included.
pub const BATCH_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The first four bytes of a batch. Not text, so that bodies seldom hold them by chance.
pub(crate) const BATCH_MAGIC: [u8; 4] = [0xC9, b'T', b'B', 0x9E];

/// The header of a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// The position of the batch's first byte.
    pub position: Position,
    /// The batch's running number, from 1.
    pub number: BatchNumber,
    /// How far before this batch the log was known durable when the batch was written: it was durable up to
    /// `position - undurable_bytes`. Opening tells damage from a torn tail by it.
    pub undurable_bytes: u32,
    /// How many records there are; 0 only for the batch that a clean close writes.
    pub record_count: u32,
    /// The bytes of all records together.
    pub payload_bytes: u32,
}

impl BatchHeader {
    /// The stored size of the whole batch.
    pub fn batch_bytes(&self) -> usize {
        BATCH_HEADER_BYTES + self.payload_bytes as usize
    }

    /// The position just after the batch.
    pub fn end(&self) -> Position {
        self.position.plus(self.batch_bytes() as u64)
    }

    /// The position up to which the log was durable when this batch was written.
    pub(crate) fn durable_to(&self) -> Position {
        Position(self.position.0.saturating_sub(u64::from(self.undurable_bytes)))
    }

    /// Writes the header over the first bytes of `batch`, whose payload is complete.
    pub(crate) fn encode(&self, batch: &mut [u8]) {
        debug_assert_eq!(batch.len(), self.batch_bytes());
        batch[0..4].copy_from_slice(&BATCH_MAGIC);
        batch[4..8].copy_from_slice(&self.payload_bytes.to_le_bytes());
        batch[8..16].copy_from_slice(&self.position.0.to_le_bytes());
        batch[16..24].copy_from_slice(&self.number.0.to_le_bytes());
        batch[24..28].copy_from_slice(&self.undurable_bytes.to_le_bytes());
        batch[28..32].copy_from_slice(&self.record_count.to_le_bytes());
        let checksum = checksum(batch);
        batch[32..36].copy_from_slice(&checksum.to_le_bytes());
    }

    /// Reads a header from at least [`BATCH_HEADER_BYTES`] bytes. Only the magic and the size are checked.
    pub(crate) fn decode(bytes: &[u8]) -> Result<BatchHeader, &'static str> {
        if bytes[0..4] != BATCH_MAGIC {
            return Err("no batch starts here");
        }
        let header = BatchHeader {
            payload_bytes: u32_at(bytes, 4),
            position: Position(u64_at(bytes, 8)),
            number: BatchNumber(u64_at(bytes, 16)),
            undurable_bytes: u32_at(bytes, 24),
            record_count: u32_at(bytes, 28),
        };
        if header.batch_bytes() > BATCH_BYTES_MAX {
            return Err("the batch is larger than a batch may be");
        }
        Ok(header)
    }
}

/// The CRC-32C over all of a batch but its magic and the checksum itself.
fn checksum(batch: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(&batch[4..32]), &batch[BATCH_HEADER_BYTES..])
}

/// A checked batch borrowed from a reader's buffer.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    header: BatchHeader,
    bytes: &'a [u8],
}

impl<'a> BatchView<'a> {
    /// Checks the stored bytes of one whole batch, and says what is wrong with them.
    pub(crate) fn check(header: BatchHeader, bytes: &'a [u8]) -> Result<BatchView<'a>, &'static str> {
        debug_assert_eq!(bytes.len(), header.batch_bytes());
        if u32_at(bytes, 32) != checksum(bytes) {
            return Err("the batch's checksum does not match its bytes");
        }
        let mut offset = BATCH_HEADER_BYTES;
        for _ in 0..header.record_count {
            offset = record_end(bytes, offset).ok_or("a record does not fit its batch")?;
        }
        if offset != bytes.len() {
            return Err("the records do not fill their batch");
        }
        Ok(BatchView { header, bytes })
    }

    /// Borrows bytes that [`BatchView::check`] has passed before.
    pub(crate) fn checked_before(header: BatchHeader, bytes: &'a [u8]) -> BatchView<'a> {
        BatchView { header, bytes }
    }

    /// The batch's header.
    pub fn header(&self) -> BatchHeader {
        self.header
    }

    /// The stored bytes, header included: what tamper evidence hashes.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// The records in the order in which they were written; none for the batch of a clean close.
    pub fn records(&self) -> Records<'a> {
        Records { bytes: self.bytes, position: self.header.position, offset: BATCH_HEADER_BYTES }
    }

    /// The record whose first byte stands at `at`, if one does.
    pub(crate) fn record(&self, at: Position) -> Option<RecordView<'a>> {
        let offset = usize::try_from(at.0.checked_sub(self.header.position.0)?).ok()?;
        if offset < BATCH_HEADER_BYTES {
            return None;
        }
        let end = record_end(self.bytes, offset)?;
        Some(RecordView::between(self.bytes, self.header.position, offset, end))
    }
}

/// The records of one batch, in order.
#[derive(Clone, Debug)]
pub struct Records<'a> {
    bytes: &'a [u8],
    position: Position,
    offset: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = RecordView<'a>;

    fn next(&mut self) -> Option<RecordView<'a>> {
        if self.offset >= self.bytes.len() {
            return None;
        }
        // The view's check has walked these very records, so that each of them fits.
        let end = record_end(self.bytes, self.offset)?;
        let record = RecordView::between(self.bytes, self.position, self.offset, end);
        self.offset = end;
        Some(record)
    }
}
