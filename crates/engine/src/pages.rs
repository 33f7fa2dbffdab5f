//! What a snapshot has besides members: pages of the name directory, and its own facts.
//!
//! Little-endian; texts and states with their length before them.

use tallybook_core::state::LedgerState;
use tallybook_format::{decode_ledger_state, encode_ledger_state};
use tallybook_log::Position;
use tallybook_snapshot::Doubt;

/// Page kind of member states.
pub(crate) const MEMBER_PAGES: u8 = 1;
/// Page kind of the name directory.
pub(crate) const NAME_PAGES: u8 = 2;

/// Packs a page of the name directory.
pub(crate) fn encode_names(names: &[(&str, u32)]) -> Vec<u8> {
    let mut out = Vec::with_capacity(names.iter().map(|(name, _)| name.len() + 8).sum::<usize>() + 4);
    put_u32(&mut out, len32(names.len()));
    for (name, number) in names {
        put_bytes(&mut out, name.as_bytes());
        put_u32(&mut out, *number);
    }
    out
}

/// Unpacks a page of the name directory.
pub(crate) fn decode_names(bytes: &[u8]) -> Result<Vec<(&str, u32)>, Doubt> {
    let mut reader = Reader { bytes };
    let count = reader.u32()?;
    let names = (0..count).map(|_| Ok((reader.text()?, reader.u32()?))).collect::<Result<_, Doubt>>()?;
    reader.finish()?;
    Ok(names)
}

/// Finds a name's number in a page of the name directory.
pub(crate) fn find_name(bytes: &[u8], name: &str) -> Result<Option<u32>, Doubt> {
    let mut reader = Reader { bytes };
    for _ in 0..reader.u32()? {
        let (known, number) = (reader.bytes()?, reader.u32()?);
        if known == name.as_bytes() {
            return Ok(Some(number));
        }
    }
    reader.finish()?;
    Ok(None)
}

/// What a snapshot says of the ledger as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Extra {
    pub ledger_id: [u8; 16],
    pub member_count: u32,
    pub name_pages: u64,
    pub ledger_head: Position,
    pub last_recorded_at: i64,
    /// The last batch before the snapshot's position; [`Position::NONE`] for none.
    pub last_batch: Position,
    /// CRC-32C of that batch's stored bytes, which tells whether the log still has the past that was folded.
    pub last_batch_checksum: u32,
    /// Budgets and stocks.
    pub ledger: LedgerState,
}

impl Extra {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = self.ledger_id.to_vec();
        put_u32(&mut out, self.member_count);
        out.extend_from_slice(&self.name_pages.to_le_bytes());
        out.extend_from_slice(&self.ledger_head.0.to_le_bytes());
        out.extend_from_slice(&self.last_recorded_at.to_le_bytes());
        out.extend_from_slice(&self.last_batch.0.to_le_bytes());
        put_u32(&mut out, self.last_batch_checksum);
        let mut ledger = Vec::new();
        encode_ledger_state(&self.ledger, &mut ledger);
        put_bytes(&mut out, &ledger);
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Extra, Doubt> {
        let mut reader = Reader { bytes };
        let extra = Extra {
            ledger_id: reader.array()?,
            member_count: reader.u32()?,
            name_pages: reader.u64()?,
            ledger_head: Position(reader.u64()?),
            last_recorded_at: i64::from_le_bytes(reader.array()?),
            last_batch: Position(reader.u64()?),
            last_batch_checksum: reader.u32()?,
            ledger: decode_ledger_state(reader.bytes()?).map_err(|error| doubt(&error.to_string()))?,
        };
        reader.finish()?;
        Ok(extra)
    }
}

fn doubt(what: &str) -> Doubt {
    Doubt { what: format!("a page is malformed: {what}") }
}

fn len32(len: usize) -> u32 {
    u32::try_from(len).expect("a page holds far fewer than 2^32 of anything")
}

fn put_u32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_u32(out, len32(bytes.len()));
    out.extend_from_slice(bytes);
}

struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Doubt> {
        let (head, rest) = self.bytes.split_first_chunk::<N>().ok_or_else(|| doubt("it ends early"))?;
        self.bytes = rest;
        Ok(*head)
    }

    fn u32(&mut self) -> Result<u32, Doubt> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Result<u64, Doubt> {
        self.array().map(u64::from_le_bytes)
    }

    fn bytes(&mut self) -> Result<&'a [u8], Doubt> {
        let len = self.u32()? as usize;
        let (head, rest) = self.bytes.split_at_checked(len).ok_or_else(|| doubt("it ends early"))?;
        self.bytes = rest;
        Ok(head)
    }

    fn text(&mut self) -> Result<&'a str, Doubt> {
        std::str::from_utf8(self.bytes()?).map_err(|_| doubt("a name is no text"))
    }

    fn finish(&self) -> Result<(), Doubt> {
        if self.bytes.is_empty() { Ok(()) } else { Err(doubt("it goes on too long")) }
    }
}
