//! Names to member numbers: in memory by fingerprint, and in a snapshot's pages, which are read when asked for.
//!
//! What is in memory has no names, only where a name of that fingerprint may be: the members themselves say whether it is
//! theirs. So a name takes 8 bytes, and stays in memory once it was used.
//!
//! A page of a snapshot holds the names whose fingerprint falls in it. The number of pages is a power of two, and every page
//! exists, so that a page lost by the store is noticed and never taken for a name that is new.

use hashbrown::HashTable;
use smallvec::SmallVec;
use tallybook_format::{FingerprintDomain, fingerprint32};
use tallybook_snapshot::{Doubt, PageId, PageStore, PageWriter, SnapshotError};

use crate::pages::{NAME_PAGES, decode_names, encode_names, find_name};

/// Names that a page holds at most when it is written, give or take chance: so many mostly fit one value of the store.
const NAMES_PER_PAGE: u64 = 256;

/// The directory of member names.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Members whose names were added or found.
    known: HashTable<Entry>,
    /// Pages of the snapshot's directory; 0 without one.
    page_count: u64,
    /// Numbers up to this one are in those pages.
    stored: u32,
    /// Whether a name of the pages may be one that is not known.
    may_be_stored: bool,
}

/// Where a name may be.
#[derive(Clone, Copy, Debug)]
struct Entry {
    fingerprint: u32,
    number: u32,
}

impl Directory {
    /// The directory of a snapshot.
    pub(crate) fn of_snapshot(page_count: u64, stored: u32) -> Directory {
        Directory { known: HashTable::new(), page_count, stored, may_be_stored: stored > 0 }
    }

    /// Notes whose name it is.
    pub(crate) fn add(&mut self, name: &str, number: u32) {
        let entry = Entry { fingerprint: fingerprint(name), number };
        self.known.insert_unique(hash(entry.fingerprint), entry, |entry| hash(entry.fingerprint));
    }

    /// The members who may have a name, from the newest; nearly always one at most.
    pub(crate) fn candidates(&self, name: &str) -> SmallVec<[u32; 2]> {
        let fingerprint = fingerprint(name);
        let entries = self.known.iter_hash(hash(fingerprint));
        let mut numbers: SmallVec<[u32; 2]> =
            entries.filter(|entry| entry.fingerprint == fingerprint).map(|entry| entry.number).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers
    }

    /// Finds in the snapshot the number of a name that is none of the candidates'.
    pub(crate) fn find_stored(
        &mut self,
        name: &str,
        store: Option<&dyn PageStore>,
    ) -> Result<Option<u32>, Doubt> {
        let Some(store) = store.filter(|_| self.may_be_stored) else { return Ok(None) };
        let page = page_of(fingerprint(name), self.page_count);
        let number = find_name(&read_page(store, page)?, name)?;
        if let Some(number) = number {
            self.add(name, number);
        }
        Ok(number)
    }

    /// Writes all pages for `member_count` members, the old snapshot's names among them. `name_of` gives the names of those
    /// who are not in it.
    pub(crate) fn write<'a>(
        &mut self,
        member_count: u32,
        name_of: impl Fn(u32) -> Result<&'a str, Doubt>,
        store: Option<&dyn PageStore>,
        writer: &mut dyn PageWriter,
    ) -> Result<u64, SnapshotError> {
        let page_count =
            (u64::from(member_count) / NAMES_PER_PAGE).next_power_of_two().max(self.page_count).max(1);
        let mut fresh = (self.stored + 1..=member_count)
            .map(|number| Ok((page_of(fingerprint(name_of(number)?), page_count), number)))
            .collect::<Result<Vec<(u64, u32)>, Doubt>>()?;
        fresh.sort_unstable();
        // An old page's names go to the pages that are congruent to it, as both counts are powers of two.
        for old_page in 0..self.page_count.max(1) {
            let old_bytes = match store.filter(|_| self.page_count > 0) {
                Some(store) => read_page(store, old_page)?,
                None => encode_names(&[]),
            };
            let mut old = None;
            for page in (old_page..page_count).step_by(self.page_count.max(1) as usize) {
                let id = PageId { kind: NAME_PAGES, number: page };
                let first = fresh.partition_point(|entry| entry.0 < page);
                let of_page = fresh[first..].iter().take_while(|entry| entry.0 == page);
                let mut names = of_page
                    .map(|(_, number)| Ok((name_of(*number)?, *number)))
                    .collect::<Result<Vec<(&str, u32)>, Doubt>>()?;
                if names.is_empty() && page_count == self.page_count {
                    writer.put(id, &old_bytes)?;
                    continue;
                }
                if old.is_none() {
                    old = Some(decode_names(&old_bytes)?);
                }
                let old = old.iter().flatten();
                names.extend(old.filter(|(name, _)| page_of(fingerprint(name), page_count) == page));
                names.sort_unstable_by_key(|(_, number)| *number);
                writer.put(id, &encode_names(&names))?;
            }
        }
        Ok(page_count)
    }

    /// Goes on from a snapshot that has just been written.
    pub(crate) fn is_written(&mut self, page_count: u64, member_count: u32) {
        self.page_count = page_count;
        self.stored = member_count;
    }
}

fn fingerprint(name: &str) -> u32 {
    fingerprint32(FingerprintDomain::Key, name)
}

/// Spreads a fingerprint over all bits of a hash, by the multiplier of Fibonacci hashing.
fn hash(fingerprint: u32) -> u64 {
    u64::from(fingerprint).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn page_of(fingerprint: u32, page_count: u64) -> u64 {
    u64::from(fingerprint) & (page_count - 1)
}

fn read_page(store: &dyn PageStore, page: u64) -> Result<Vec<u8>, Doubt> {
    let bytes = store.get(PageId { kind: NAME_PAGES, number: page })?;
    bytes.ok_or_else(|| Doubt { what: format!("page {page} of the name directory is missing") })
}
