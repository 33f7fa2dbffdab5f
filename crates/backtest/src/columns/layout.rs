//! How a column file is laid out: a header, a table of sections, and the sections, each a plain array.
//!
//! All integers are little-endian. A header names the ledger and the log position that the columns were built to; it and
//! each section have a CRC-32C. Sections start at multiples of 8 bytes.

use std::ops::Range;

/// First bytes of a column file.
const MAGIC: &[u8; 8] = b"TBKCOLS\n";
/// Changed with every change of the layout; other versions are built anew.
const VERSION: u32 = 2;
/// Bytes before the table of sections: magic, version, count, ledger, position, CRC of all that and the table.
const FIXED_BYTES: usize = 8 + 4 + 4 + 16 + 8 + 8;
/// Bytes of an entry in the table: offset, length, CRC.
const ENTRY_BYTES: usize = 8 + 8 + 8;

/// One array of a column file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Section {
    /// First and last effective time of all rows: two `i64`.
    Span,
    /// Publications, each an effective time, a length and the source.
    Publications,
    /// Per member and one more, where the name starts: `u64`.
    NameStarts,
    /// The names, one after another.
    Names,
    /// Per member, the position of the newest record: `u64`.
    Heads,
    /// Per member, the digest of the recorded decisions: 16 bytes.
    Digests,
    /// Per member and one more, the first row: `u64`.
    RowStarts,
    /// Per row: what it is, `u8`.
    RowKind,
    /// Per row: flags, `u8`.
    RowFlags,
    /// Per row: effective time, `i64`.
    RowAt,
    /// Per row: place among the orders, returns or requests, `u32`.
    RowItem,
    /// Per order: currency, a text.
    OrderCurrency,
    /// Per order: channel, a text.
    OrderChannel,
    /// Per order: store, a text.
    OrderStore,
    /// Per order: minor units, `i64`.
    OrderShipping,
    /// Per order: minor units, `i64`.
    OrderPoints,
    /// Per order: minor units, `i64`.
    OrderStoredValue,
    /// Per order and one more, the first line: `u64`.
    OrderLines,
    /// Per line: pieces, `i64`.
    LineQuantity,
    /// Per line: minor units, `i64`.
    LineAmount,
    /// Per line: minor units, `i64`.
    LineDiscount,
    /// Per line: minor units, `i64`.
    LineTax,
    /// Per line: a text.
    LineSku,
    /// Per line: a text.
    LineCategory,
    /// Per line: a text.
    LineBrand,
    /// Per line: a set of tags, `u32`.
    LineTags,
    /// Per return: the order's row, `u32`.
    ReturnTarget,
    /// Per return and one more, the first part: `u64`. No part is all that is left.
    ReturnParts,
    /// Per part: the line's index, `u32`.
    PartLine,
    /// Per part: all, pieces or money, `u8`.
    PartKind,
    /// Per part: how many, `i64`.
    PartValue,
    /// Per request: the redemption's row for a reversal, `u32`.
    RequestTarget,
    /// Per request: points that it moved, `i64`.
    RequestActual,
    /// Per request: version of the body, `u8`.
    RequestVersion,
    /// Per request and one more, where its body starts: `u64`.
    RequestBodies,
    /// The stored bodies of requests, enrolments and profiles.
    Bodies,
    /// Per text and one more, where it starts: `u64`. Texts count from 1; 0 is none.
    TextStarts,
    /// The texts.
    Texts,
    /// Per set of tags and one more, its first tag: `u64`. Set 0 is empty.
    TagSetStarts,
    /// The tags of all sets, as texts.
    TagSetTexts,
}

/// How many sections there are.
pub(crate) const SECTIONS: usize = Section::TagSetTexts as usize + 1;

/// Where every section lies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) ledger_id: [u8; 16],
    pub(crate) position: u64,
    ranges: Vec<Range<usize>>,
}

impl Layout {
    /// Lays out sections of these lengths, in bytes.
    pub(crate) fn new(ledger_id: [u8; 16], position: u64, section_bytes: &[usize; SECTIONS]) -> Layout {
        let mut at = (FIXED_BYTES + SECTIONS * ENTRY_BYTES).next_multiple_of(8);
        let ranges = section_bytes
            .iter()
            .map(|bytes| {
                let range = at..at + bytes;
                at = range.end.next_multiple_of(8);
                range
            })
            .collect();
        Layout { ledger_id, position, ranges }
    }

    /// Length of the whole file.
    pub(crate) fn file_bytes(&self) -> usize {
        self.ranges.last().map_or(0, |range| range.end.next_multiple_of(8))
    }

    /// Where a section lies.
    pub(crate) fn range(&self, section: Section) -> Range<usize> {
        self.ranges[section as usize].clone()
    }

    /// Where all sections lie, in order.
    pub(crate) fn ranges(&self) -> &[Range<usize>] {
        &self.ranges
    }

    /// The header of a file whose sections have these checksums.
    pub(crate) fn header(&self, checksums: &[u32; SECTIONS]) -> Vec<u8> {
        let mut header = Vec::with_capacity(FIXED_BYTES + SECTIONS * ENTRY_BYTES);
        header.extend_from_slice(MAGIC);
        header.extend_from_slice(&VERSION.to_le_bytes());
        header.extend_from_slice(&(SECTIONS as u32).to_le_bytes());
        header.extend_from_slice(&self.ledger_id);
        header.extend_from_slice(&self.position.to_le_bytes());
        header.extend_from_slice(&[0; 8]);
        for (range, checksum) in self.ranges.iter().zip(checksums) {
            header.extend_from_slice(&(range.start as u64).to_le_bytes());
            header.extend_from_slice(&(range.len() as u64).to_le_bytes());
            header.extend_from_slice(&u64::from(*checksum).to_le_bytes());
        }
        let crc = u64::from(crc32c::crc32c(&header));
        header[FIXED_BYTES - 8..FIXED_BYTES].copy_from_slice(&crc.to_le_bytes());
        header
    }

    /// Reads and checks a whole file; says what is wrong with it.
    pub(crate) fn check(file: &[u8]) -> Result<Layout, &'static str> {
        let header_bytes = FIXED_BYTES + SECTIONS * ENTRY_BYTES;
        let header = file.get(..header_bytes).ok_or("the file is cut short")?;
        let u64_at = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().expect("eight bytes"));
        if &header[..8] != MAGIC || header[8..12] != VERSION.to_le_bytes() {
            return Err("the file has another format");
        }
        let mut unsigned = header.to_vec();
        unsigned[FIXED_BYTES - 8..FIXED_BYTES].fill(0);
        if u64_at(FIXED_BYTES - 8) != u64::from(crc32c::crc32c(&unsigned)) {
            return Err("the header's checksum does not match");
        }
        let mut ranges = Vec::with_capacity(SECTIONS);
        for index in 0..SECTIONS {
            let at = FIXED_BYTES + index * ENTRY_BYTES;
            let start = usize::try_from(u64_at(at)).map_err(|_| "the file is too large")?;
            let bytes = usize::try_from(u64_at(at + 8)).map_err(|_| "the file is too large")?;
            let range = start..start.saturating_add(bytes);
            let section = file.get(range.clone()).ok_or("the file is cut short")?;
            if u64_at(at + 16) != u64::from(crc32c::crc32c(section)) {
                return Err("a section's checksum does not match");
            }
            ranges.push(range);
        }
        let ledger_id = header[16..32].try_into().expect("sixteen bytes");
        Ok(Layout { ledger_id, position: u64_at(32), ranges })
    }
}
