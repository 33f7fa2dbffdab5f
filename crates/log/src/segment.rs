//! The stored form of a segment's header and seal, and segment file names.
//!
//! A segment is one file: a header, batches back to back, and, once the next segment exists, a seal. Its name
//! is the position of its first batch.

use crate::{
    bytes::{u32_at, u64_at},
    position::{BatchNumber, LogEnd, Position},
};

/// The stored size of a segment's header.
pub const SEGMENT_HEADER_BYTES: u64 = 64;

/// The stored size of a segment's seal.
pub const SEGMENT_SEAL_BYTES: u64 = 32;

/// The segment format that this release writes, and the newest that it reads.
pub const SEGMENT_FORMAT_VERSION: u32 = 1;

const HEADER_MAGIC: [u8; 8] = *b"TALLYLOG";
const SEAL_MAGIC: [u8; 8] = *b"TALLYEND";
const NAME_DIGITS: usize = 20;
const NAME_SUFFIX: &str = ".log";

/// Tells logs apart; 16 bytes that the creator chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LedgerId(pub [u8; 16]);

/// The first 64 bytes of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// The position and number of the segment's first batch.
    pub(crate) start: LogEnd,
    pub(crate) ledger: LedgerId,
}

/// Why bytes are no segment header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BadHeader {
    Damaged(&'static str),
    LaterVersion(u32),
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES as usize] {
        let mut bytes = [0; SEGMENT_HEADER_BYTES as usize];
        bytes[0..8].copy_from_slice(&HEADER_MAGIC);
        bytes[8..12].copy_from_slice(&SEGMENT_FORMAT_VERSION.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.start.position.0.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.start.next_number.0.to_le_bytes());
        bytes[32..48].copy_from_slice(&self.ledger.0);
        let checksum = crc32c::crc32c(&bytes[..60]);
        bytes[60..64].copy_from_slice(&checksum.to_le_bytes());
        bytes
    }

    pub(crate) fn decode(bytes: &[u8; SEGMENT_HEADER_BYTES as usize]) -> Result<SegmentHeader, BadHeader> {
        if bytes[0..8] != HEADER_MAGIC {
            return Err(BadHeader::Damaged("this is no segment header"));
        }
        if u32_at(bytes, 60) != crc32c::crc32c(&bytes[..60]) {
            return Err(BadHeader::Damaged("the segment header's checksum does not match its bytes"));
        }
        let version = u32_at(bytes, 8);
        if version != SEGMENT_FORMAT_VERSION {
            return Err(BadHeader::LaterVersion(version));
        }
        let mut ledger = [0; 16];
        ledger.copy_from_slice(&bytes[32..48]);
        let start =
            LogEnd { position: Position(u64_at(bytes, 16)), next_number: BatchNumber(u64_at(bytes, 24)) };
        Ok(SegmentHeader { start, ledger: LedgerId(ledger) })
    }
}

/// The stored form of a seal, which says where its segment ends.
pub(crate) fn encode_seal(end: LogEnd) -> [u8; SEGMENT_SEAL_BYTES as usize] {
    let mut bytes = [0; SEGMENT_SEAL_BYTES as usize];
    bytes[0..8].copy_from_slice(&SEAL_MAGIC);
    bytes[8..16].copy_from_slice(&end.position.0.to_le_bytes());
    bytes[16..24].copy_from_slice(&end.next_number.0.to_le_bytes());
    let checksum = crc32c::crc32c(&bytes[..28]);
    bytes[28..32].copy_from_slice(&checksum.to_le_bytes());
    bytes
}

/// Reads a seal; `None` when the bytes are none.
pub(crate) fn decode_seal(bytes: &[u8; SEGMENT_SEAL_BYTES as usize]) -> Option<LogEnd> {
    let sound = bytes[0..8] == SEAL_MAGIC && u32_at(bytes, 28) == crc32c::crc32c(&bytes[..28]);
    sound
        .then(|| LogEnd { position: Position(u64_at(bytes, 8)), next_number: BatchNumber(u64_at(bytes, 16)) })
}

/// The file name of the segment that starts at `base`.
pub(crate) fn segment_name(base: Position) -> String {
    format!("{:0NAME_DIGITS$}{NAME_SUFFIX}", base.0)
}

/// The start that a file name stands for; `None` for files that are no segments.
pub(crate) fn parse_segment_name(name: &str) -> Option<Position> {
    let digits = name.strip_suffix(NAME_SUFFIX)?;
    let all_digits = digits.len() == NAME_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    if all_digits { digits.parse().ok().map(Position) } else { None }
}
