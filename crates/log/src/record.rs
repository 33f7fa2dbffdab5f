//! One record: a fixed header that scans can use without decoding the body, and an opaque body.
//!
//! Invariant: the header names the record's own offset in its batch, so that a record read on its own still
//! leads to its batch, whose checksum covers it.
//!
//! This module does not know what kinds, versions, members or fingerprints mean.

use crate::{
    bytes::{i64_at, u16_at, u32_at, u64_at},
    position::{BatchNumber, Position},
};

/// The stored size of a record's header.
pub const RECORD_HEADER_BYTES: usize = 48;

/// The most bytes that one record's body may have.
pub const RECORD_BODY_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What a scan can know of a record without decoding its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordHeader {
    /// What the body is; the log gives it no meaning.
    pub kind: u16,
    /// The version of the body's format.
    pub version: u8,
    /// The member's dense number; 0 is the ledger itself.
    pub member: u32,
    /// When it happened, in microseconds since 1970 UTC.
    pub effective_at: i64,
    /// When the ledger took it down, in microseconds since 1970 UTC.
    pub recorded_at: i64,
    /// This member's previous record; [`Position::NONE`] for the first.
    pub previous: Position,
    /// Opaque to the log.
    pub key_fingerprint: u32,
    /// Opaque to the log.
    pub subject_fingerprint: u32,
}

impl RecordHeader {
    /// Writes the stored form into `target`, which has [`RECORD_HEADER_BYTES`] bytes.
    pub(crate) fn encode(&self, body_bytes: u32, batch_offset_bytes: u32, target: &mut [u8]) {
        target[0..4].copy_from_slice(&body_bytes.to_le_bytes());
        target[4..6].copy_from_slice(&self.kind.to_le_bytes());
        target[6] = self.version;
        target[7] = 0;
        target[8..12].copy_from_slice(&self.member.to_le_bytes());
        target[12..20].copy_from_slice(&self.effective_at.to_le_bytes());
        target[20..28].copy_from_slice(&self.recorded_at.to_le_bytes());
        target[28..36].copy_from_slice(&self.previous.0.to_le_bytes());
        target[36..40].copy_from_slice(&self.key_fingerprint.to_le_bytes());
        target[40..44].copy_from_slice(&self.subject_fingerprint.to_le_bytes());
        target[44..48].copy_from_slice(&batch_offset_bytes.to_le_bytes());
    }

    fn decode(bytes: &[u8]) -> RecordHeader {
        RecordHeader {
            kind: u16_at(bytes, 4),
            version: bytes[6],
            member: u32_at(bytes, 8),
            effective_at: i64_at(bytes, 12),
            recorded_at: i64_at(bytes, 20),
            previous: Position(u64_at(bytes, 28)),
            key_fingerprint: u32_at(bytes, 36),
            subject_fingerprint: u32_at(bytes, 40),
        }
    }
}

/// The record at `offset` in a batch's stored bytes and the offset after it; `None` when it does not fit the
/// batch.
pub(crate) fn record_end(batch: &[u8], offset: usize) -> Option<usize> {
    let body_at = offset.checked_add(RECORD_HEADER_BYTES)?;
    if body_at > batch.len() {
        return None;
    }
    let header = &batch[offset..body_at];
    let body_bytes = u32_at(header, 0) as usize;
    let names_itself = u32_at(header, 44) as usize == offset;
    let end = body_at.checked_add(body_bytes)?;
    (names_itself && header[7] == 0 && body_bytes <= RECORD_BODY_BYTES_MAX && end <= batch.len())
        .then_some(end)
}

/// A record borrowed from a reader's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordView<'a> {
    /// The position of the record's first byte.
    pub position: Position,
    /// Its header.
    pub header: RecordHeader,
    /// Its body, at most [`RECORD_BODY_BYTES_MAX`] bytes.
    pub body: &'a [u8],
}

impl<'a> RecordView<'a> {
    /// Reads the record between two offsets that [`record_end`] has checked.
    pub(crate) fn between(
        batch: &'a [u8],
        batch_position: Position,
        offset: usize,
        end: usize,
    ) -> RecordView<'a> {
        RecordView {
            position: batch_position.plus(offset as u64),
            header: RecordHeader::decode(&batch[offset..offset + RECORD_HEADER_BYTES]),
            body: &batch[offset + RECORD_HEADER_BYTES..end],
        }
    }
}

/// A record of its own, with the batch that holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordBuf {
    /// The position of the record's first byte.
    pub position: Position,
    /// The number of the batch that holds it.
    pub batch_number: BatchNumber,
    /// The position of that batch's first byte.
    pub batch_position: Position,
    /// Its header.
    pub header: RecordHeader,
    /// Its body, at most [`RECORD_BODY_BYTES_MAX`] bytes.
    pub body: Vec<u8>,
}
