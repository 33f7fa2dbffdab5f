//! What a writer has put so far: the counts and the digest of its manifest.
//!
//! Invariant: a tally becomes a manifest only if each kind's pages look like `0..n`. A gap that a repeated page makes
//! up for is left to the full check, which misses the page.
//!
//! It does not hold the pages.

use std::collections::BTreeMap;

use crate::chunk::Digest;
use crate::{EXTRA_BYTES_MAX, Fault, Manifest, PAGE_BYTES_MAX, PageId, Watermark};

/// Counts and digest of the pages put.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    kinds: BTreeMap<u8, KindTally>,
    /// Sum over the chunks put.
    pub(crate) digest: Digest,
}

#[derive(Debug, Default)]
struct KindTally {
    put_count: u64,
    /// The highest number put, plus one.
    end: u64,
}

impl Tally {
    /// Counts a page in, unless it is too large.
    pub(crate) fn count(&mut self, id: PageId, page: &[u8]) -> Result<(), Fault> {
        limit("page", page.len(), PAGE_BYTES_MAX)?;
        let kind = self.kinds.entry(id.kind).or_default();
        kind.put_count += 1;
        kind.end = kind.end.max(id.number.saturating_add(1));
        Ok(())
    }

    /// Makes the manifest of all that was counted.
    pub(crate) fn manifest(&self, generation: u64, watermark: Watermark) -> Result<Manifest, Fault> {
        limit("watermark's extra", watermark.extra.len(), EXTRA_BYTES_MAX)?;
        let mut pages = Vec::with_capacity(self.kinds.len());
        for (&kind, &KindTally { put_count, end }) in &self.kinds {
            if put_count != end {
                return Err(Fault::NotDense { kind, put_count, end });
            }
            pages.push((kind, put_count));
        }
        Ok(Manifest { generation, watermark, pages, digest: self.digest.value() })
    }
}

fn limit(what: &'static str, bytes: usize, bytes_max: usize) -> Result<(), Fault> {
    if bytes > bytes_max { Err(Fault::TooLarge { what, bytes, bytes_max }) } else { Ok(()) }
}
