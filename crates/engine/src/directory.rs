//! Names to member numbers: new ones in memory, old ones in pages that are read when asked for.
//!
//! A page holds the names whose fingerprint falls in it. The number of pages is a power of two, and every page exists in
//! a snapshot, so that a page lost by the store is noticed and never taken for a name that is new.

use std::collections::HashMap;

use tallybook_format::{FingerprintDomain, fingerprint32};
use tallybook_snapshot::{Doubt, PageId, PageStore, PageWriter, SnapshotError};

use crate::pages::{NAME_PAGES, decode_names, encode_names, find_name};

/// Names that a page holds at most when it is written, give or take chance: so many mostly fit one value of the store.
const NAMES_PER_PAGE: u64 = 256;
/// Names looked up in pages that are kept in memory.
const FOUND_MAX: usize = 1 << 20;

/// The directory of member names.
#[derive(Debug, Default)]
pub(crate) struct Directory {
    /// Names that no snapshot has yet.
    fresh: HashMap<Box<str>, u32>,
    /// Names read from pages.
    found: HashMap<Box<str>, u32>,
    page_count: u64,
}

impl Directory {
    /// The directory of a snapshot.
    pub(crate) fn of_snapshot(page_count: u64) -> Directory {
        Directory { page_count, ..Directory::default() }
    }

    /// Notes a new member.
    pub(crate) fn add(&mut self, name: &str, number: u32) {
        self.fresh.insert(name.into(), number);
    }

    /// A member's number, where it is in memory.
    pub(crate) fn known(&self, name: &str) -> Option<u32> {
        self.fresh.get(name).or_else(|| self.found.get(name)).copied()
    }

    /// Finds a member's number.
    pub(crate) fn find(&mut self, name: &str, store: Option<&dyn PageStore>) -> Result<Option<u32>, Doubt> {
        if let Some(number) = self.known(name) {
            return Ok(Some(number));
        }
        let Some(store) = store.filter(|_| self.page_count > 0) else { return Ok(None) };
        let page = page_of(name, self.page_count);
        let number = find_name(&read_page(store, page)?, name)?;
        if let Some(number) = number {
            if self.found.len() >= FOUND_MAX {
                self.found.clear();
            }
            self.found.insert(name.into(), number);
        }
        Ok(number)
    }

    /// Writes all pages for `member_count` members, the old snapshot's names among them.
    pub(crate) fn write(
        &self,
        member_count: u32,
        store: Option<&dyn PageStore>,
        writer: &mut dyn PageWriter,
    ) -> Result<u64, SnapshotError> {
        let page_count =
            (u64::from(member_count) / NAMES_PER_PAGE).next_power_of_two().max(self.page_count).max(1);
        let mut fresh: Vec<(u64, &str, u32)> = self
            .fresh
            .iter()
            .map(|(name, number)| (page_of(name, page_count), name.as_ref(), *number))
            .collect();
        fresh.sort_unstable_by_key(|(page, _, number)| (*page, *number));
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
                let mut names: Vec<(&str, u32)> = of_page.map(|(_, name, number)| (*name, *number)).collect();
                if names.is_empty() && page_count == self.page_count {
                    writer.put(id, &old_bytes)?;
                    continue;
                }
                if old.is_none() {
                    old = Some(decode_names(&old_bytes)?);
                }
                let old = old.iter().flatten();
                names.extend(old.filter(|(name, _)| page_of(name, page_count) == page));
                names.sort_unstable_by_key(|(_, number)| *number);
                writer.put(id, &encode_names(&names))?;
            }
        }
        Ok(page_count)
    }
}

fn page_of(name: &str, page_count: u64) -> u64 {
    u64::from(fingerprint32(FingerprintDomain::Key, name)) & (page_count - 1)
}

fn read_page(store: &dyn PageStore, page: u64) -> Result<Vec<u8>, Doubt> {
    let bytes = store.get(PageId { kind: NAME_PAGES, number: page })?;
    bytes.ok_or_else(|| Doubt { what: format!("page {page} of the name directory is missing") })
}
