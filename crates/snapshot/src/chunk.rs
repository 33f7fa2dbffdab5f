//! Pages and the values they are stored as.
//!
//! sled leaks disk space for values over 32 KiB, so a page is cut into chunks that stay under 16 KiB. A chunk's value
//! is a CRC-32C, the length of its whole page (both `u32`, little-endian), and its part of the bytes; its key is the
//! page's kind, number and the chunk's index, big-endian, so that sled's order is ours.
//!
//! Invariant: the checksum covers generation, key, length and bytes. A whole and true chunk of another page, or of
//! another generation, does not pass.
//!
//! It does not know where the chunks come from.

use crate::Doubt;

/// The name of a page: a kind of the caller's choosing, and a number from 0 within it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageId {
    /// What the page holds; the caller's own code.
    pub kind: u8,
    /// Running number within the kind, from 0 without gaps.
    pub number: u64,
}

/// Largest page in bytes, 64 MiB.
pub const PAGE_BYTES_MAX: usize = 64 << 20;

/// Largest page, in bytes, that is stored as a single value. Larger pages work, at one value for each such part.
pub const PAGE_BYTES_UNSPLIT_MAX: usize = (16 << 10) - 64;

/// Checksum and page length before the bytes of each chunk.
const HEADER_BYTES: usize = 8;

/// Kind, number and chunk index.
pub(crate) const KEY_BYTES: usize = 1 + 8 + 4;

/// The sled key of one chunk.
pub(crate) type ChunkKey = [u8; KEY_BYTES];

/// Gives the key of a page's chunk.
pub(crate) fn chunk_key(id: PageId, chunk_index: u32) -> ChunkKey {
    let mut key = [0; KEY_BYTES];
    key[0] = id.kind;
    key[1..9].copy_from_slice(&id.number.to_be_bytes());
    key[9..].copy_from_slice(&chunk_index.to_be_bytes());
    key
}

/// Cuts a page into keys and values, in order of index. An empty page has one chunk, as its being there matters.
///
/// The caller has checked that the page is no larger than [`PAGE_BYTES_MAX`], which keeps both casts exact.
pub(crate) fn split(generation: u64, id: PageId, page: &[u8]) -> impl Iterator<Item = (ChunkKey, Vec<u8>)> {
    let page_bytes = page.len() as u32;
    (0..chunk_count(page_bytes)).map(move |chunk_index| {
        let key = chunk_key(id, chunk_index);
        let start = chunk_index as usize * PAGE_BYTES_UNSPLIT_MAX;
        let part = &page[start..page.len().min(start + PAGE_BYTES_UNSPLIT_MAX)];
        let mut value = Vec::with_capacity(HEADER_BYTES + part.len());
        value.extend_from_slice(&checksum(generation, &key, page_bytes, part).to_le_bytes());
        value.extend_from_slice(&page_bytes.to_le_bytes());
        value.extend_from_slice(part);
        (key, value)
    })
}

/// Puts a page together again from its chunks, which `fetch` gives by key, and adds each to the digest.
///
/// # Errors
/// [`Doubt`] at the first chunk that is not exactly what [`split`] made for this page, and whatever `fetch` gives.
pub(crate) fn join<V: AsRef<[u8]>>(
    generation: u64,
    id: PageId,
    digest: &mut Digest,
    mut fetch: impl FnMut(&ChunkKey) -> Result<Option<V>, Doubt>,
) -> Result<Vec<u8>, Doubt> {
    let mut page = Vec::new();
    let mut page_bytes = None;
    for chunk_index in 0.. {
        let doubt = |what: &str| {
            Doubt::new(format!("page {} of kind {}, chunk {chunk_index}: {what}", id.number, id.kind))
        };
        let key = chunk_key(id, chunk_index);
        let value = fetch(&key)?.ok_or_else(|| doubt("missing"))?;
        let (header, part) =
            value.as_ref().split_first_chunk::<HEADER_BYTES>().ok_or_else(|| doubt("too short"))?;
        let [c0, c1, c2, c3, l0, l1, l2, l3] = *header;
        let stored_checksum = u32::from_le_bytes([c0, c1, c2, c3]);
        let stored_page_bytes = u32::from_le_bytes([l0, l1, l2, l3]);
        if stored_checksum != checksum(generation, &key, stored_page_bytes, part) {
            return Err(doubt("checksum differs"));
        }
        if *page_bytes.get_or_insert(stored_page_bytes) != stored_page_bytes {
            return Err(doubt("page length differs from the first chunk's"));
        }
        digest.add(stored_checksum, stored_page_bytes);
        page.extend_from_slice(part);
        if chunk_index + 1 == chunk_count(stored_page_bytes) {
            if page.len() != stored_page_bytes as usize {
                return Err(doubt("page length differs from its bytes"));
            }
            break;
        }
    }
    Ok(page)
}

/// A sum over all chunks of a generation that does not depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Digest(u64);

impl Digest {
    /// Adds the chunks of one page as it is about to be stored.
    pub(crate) fn add_value(&mut self, value: &[u8]) {
        if let Some(&[c0, c1, c2, c3, l0, l1, l2, l3]) = value.first_chunk::<HEADER_BYTES>() {
            self.add(u32::from_le_bytes([c0, c1, c2, c3]), u32::from_le_bytes([l0, l1, l2, l3]));
        }
    }

    /// The sum so far.
    pub(crate) fn value(self) -> u64 {
        self.0
    }

    /// The checksum already stands for key and bytes. It is spread over 64 bits first (the finaliser of SplitMix64,
    /// Steele, Lea and Flood 2014), as plain CRCs are linear and their sums cancel too easily.
    fn add(&mut self, checksum: u32, page_bytes: u32) {
        let mut mixed =
            (u64::from(page_bytes) << 32 | u64::from(checksum)).wrapping_add(0x9e37_79b9_7f4a_7c15);
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = self.0.wrapping_add(mixed ^ (mixed >> 31));
    }
}

fn chunk_count(page_bytes: u32) -> u32 {
    page_bytes.div_ceil(PAGE_BYTES_UNSPLIT_MAX as u32).max(1)
}

fn checksum(generation: u64, key: &ChunkKey, page_bytes: u32, part: &[u8]) -> u32 {
    let crc = crc32c::crc32c(&generation.to_le_bytes());
    let crc = crc32c::crc32c_append(crc, key);
    let crc = crc32c::crc32c_append(crc, &page_bytes.to_le_bytes());
    crc32c::crc32c_append(crc, part)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const ID: PageId = PageId { kind: 3, number: 258 };

    fn page(bytes: usize) -> Vec<u8> {
        (0..bytes).map(|i| (i * 31 % 251) as u8).collect()
    }

    fn joined(chunks: &BTreeMap<ChunkKey, Vec<u8>>, generation: u64, id: PageId) -> Result<Vec<u8>, Doubt> {
        join(generation, id, &mut Digest::default(), |key| Ok(chunks.get(key).cloned()))
    }

    #[test]
    fn a_page_of_any_length_comes_together_again_from_chunks_under_16_kib() {
        for bytes in [0, 1, PAGE_BYTES_UNSPLIT_MAX, PAGE_BYTES_UNSPLIT_MAX + 1, 32 << 10, 300_000] {
            let chunks: BTreeMap<_, _> = split(9, ID, &page(bytes)).collect();
            assert!(chunks.values().all(|value| value.len() < 16 << 10));
            assert_eq!(joined(&chunks, 9, ID), Ok(page(bytes)));
        }
    }

    #[test]
    fn keys_sort_as_kind_number_and_chunk_do() {
        let ids =
            [(0, 255), (0, 256), (1, 0), (1, 1), (1, 65_536)].map(|(kind, number)| PageId { kind, number });
        let keys: Vec<_> = ids.iter().flat_map(|&id| [0, 1, 256].map(|chunk| chunk_key(id, chunk))).collect();
        assert!(keys.is_sorted());
    }

    #[test]
    fn any_flipped_bit_missing_chunk_or_chunk_out_of_place_is_a_doubt() {
        let whole: BTreeMap<_, _> = split(9, ID, &page(40_000)).collect();
        for (&key, value) in &whole {
            for bit in (0..value.len() * 8).step_by(997).chain(0..64) {
                let mut damaged = whole.clone();
                damaged.entry(key).and_modify(|value| value[bit / 8] ^= 1 << (bit % 8));
                assert!(joined(&damaged, 9, ID).is_err());
            }
            let mut missing = whole.clone();
            missing.remove(&key);
            assert!(joined(&missing, 9, ID).is_err());
        }
        assert!(joined(&whole, 8, ID).is_err(), "another generation");
        let elsewhere = PageId { number: 259, ..ID };
        let moved = split(9, ID, &page(100)).map(|(_, value)| (chunk_key(elsewhere, 0), value)).collect();
        assert!(joined(&moved, 9, elsewhere).is_err(), "another page's chunk");
    }

    #[test]
    fn the_digest_ignores_order_and_sees_every_chunk() {
        let values: Vec<_> = split(1, ID, &page(60_000)).map(|(_, value)| value).collect();
        let digest_of = |values: &mut dyn Iterator<Item = &Vec<u8>>| {
            let mut digest = Digest::default();
            values.for_each(|value| digest.add_value(value));
            digest
        };
        assert_eq!(digest_of(&mut values.iter()), digest_of(&mut values.iter().rev()));
        assert_ne!(digest_of(&mut values.iter()), digest_of(&mut values.iter().skip(1)));
    }
}
