//! Names to member numbers: new ones in memory, old ones in pages that are read when asked for.
//!
//! A page holds the names whose fingerprint falls in it. The number of pages is a power of two, and every page exists in
//! a snapshot, so that a page lost by the store is noticed and never taken for a name that is new.

use std::collections::HashMap;

use tallybook_format::{FingerprintDomain, fingerprint32};
use tallybook_snapshot::{Doubt, PageId, PageStore, PageWriter, SnapshotError};

use crate::pages::{NAME_PAGES, decode_names, encode_names};

/// Names that a page holds on average when it is written.
const NAMES_PER_PAGE: u64 = 64;
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

    /// Finds a member's number.
    pub(crate) fn find(&mut self, name: &str, store: Option<&dyn PageStore>) -> Result<Option<u32>, Doubt> {
        if let Some(number) = self.fresh.get(name).or_else(|| self.found.get(name)) {
            return Ok(Some(*number));
        }
        let Some(store) = store.filter(|_| self.page_count > 0) else { return Ok(None) };
        let page = page_of(name, self.page_count);
        let names = read_page(store, page)?;
        let number = names.iter().find(|(known, _)| known.as_ref() == name).map(|(_, number)| *number);
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
        fresh.sort_unstable();
        // An old page's names go to the pages that are congruent to it, as both counts are powers of two.
        for old_page in 0..self.page_count.max(1) {
            let old = match store.filter(|_| self.page_count > 0) {
                Some(store) => read_page(store, old_page)?,
                None => Vec::new(),
            };
            let mut page = old_page;
            while page < page_count {
                let mut names: Vec<(Box<str>, u32)> =
                    old.iter().filter(|(name, _)| page_of(name, page_count) == page).cloned().collect();
                let first = fresh.partition_point(|entry| entry.0 < page);
                let of_page = fresh[first..].iter().take_while(|entry| entry.0 == page);
                names.extend(of_page.map(|(_, name, number)| (Box::from(*name), *number)));
                names.sort_unstable_by_key(|(_, number)| *number);
                writer.put(PageId { kind: NAME_PAGES, number: page }, &encode_names(&names))?;
                page += self.page_count.max(1);
            }
        }
        Ok(page_count)
    }
}

fn page_of(name: &str, page_count: u64) -> u64 {
    u64::from(fingerprint32(FingerprintDomain::Key, name)) & (page_count - 1)
}

fn read_page(store: &dyn PageStore, page: u64) -> Result<Vec<(Box<str>, u32)>, Doubt> {
    let bytes = store.get(PageId { kind: NAME_PAGES, number: page })?;
    decode_names(
        &bytes.ok_or_else(|| Doubt { what: format!("page {page} of the name directory is missing") })?,
    )
}
