//! What a generation says about itself: where in the log it stands, and what must be in it.
//!
//! Stored little-endian in field order, inside a sealed file.
//!
//! Invariant: kinds ascend, each once, so that the encoding of a manifest is unique.

use crate::sealed::MAGIC_BYTES;
use crate::{Doubt, PageId};

/// Largest [`Watermark::extra`] in bytes, 64 KiB.
pub const EXTRA_BYTES_MAX: usize = 64 << 10;

/// First word of a manifest; its last character is the version of the layout.
pub(crate) const MANIFEST_MAGIC: [u8; MAGIC_BYTES] = *b"TBPAGES1";

/// Largest body of a manifest: its fixed fields, every kind there can be, and the extra bytes.
pub(crate) const MANIFEST_BYTES_MAX: usize = 128 + 256 * 9 + EXTRA_BYTES_MAX;

/// Where a snapshot stands, in the caller's own terms. Nothing here is interpreted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watermark {
    /// Position of the log up to which every page is folded at least.
    pub position: u64,
    /// Number of the last batch before that position.
    pub batch_number: u64,
    /// Hash of the programme in force.
    pub programme_hash: [u8; 32],
    /// Version of the pages' content.
    pub format_version: u32,
    /// Anything else that the caller must find again, at most [`EXTRA_BYTES_MAX`] bytes.
    pub extra: Vec<u8>,
}

/// A finished snapshot's table of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Running number of the snapshot in its folder, from 1.
    pub generation: u64,
    /// What the caller said at the end of writing.
    pub watermark: Watermark,
    /// Kinds in ascending order, each with its count `n`: pages `0..n` all exist, and no others.
    pub pages: Vec<(u8, u64)>,
    /// Sum over all pages that does not depend on their order.
    pub digest: u64,
}

impl Manifest {
    /// How many pages of a kind there are.
    #[must_use]
    pub fn page_count(&self, kind: u8) -> u64 {
        self.pages.iter().find(|(of, _)| *of == kind).map_or(0, |(_, count)| *count)
    }

    pub(crate) fn counts(&self, id: PageId) -> bool {
        id.number < self.page_count(id.kind)
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut body = Vec::new();
        body.extend_from_slice(&self.generation.to_le_bytes());
        body.extend_from_slice(&self.watermark.position.to_le_bytes());
        body.extend_from_slice(&self.watermark.batch_number.to_le_bytes());
        body.extend_from_slice(&self.watermark.programme_hash);
        body.extend_from_slice(&self.watermark.format_version.to_le_bytes());
        body.extend_from_slice(&self.digest.to_le_bytes());
        body.extend_from_slice(&(self.pages.len() as u16).to_le_bytes());
        for (kind, count) in &self.pages {
            body.push(*kind);
            body.extend_from_slice(&count.to_le_bytes());
        }
        body.extend_from_slice(&self.watermark.extra);
        body
    }

    /// Reads what [`encode`](Manifest::encode) wrote.
    pub(crate) fn decode(body: &[u8]) -> Result<Manifest, Doubt> {
        let mut rest = body;
        let manifest = Manifest {
            generation: u64::from_le_bytes(take(&mut rest)?),
            watermark: Watermark {
                position: u64::from_le_bytes(take(&mut rest)?),
                batch_number: u64::from_le_bytes(take(&mut rest)?),
                programme_hash: take(&mut rest)?,
                format_version: u32::from_le_bytes(take(&mut rest)?),
                extra: Vec::new(),
            },
            digest: u64::from_le_bytes(take(&mut rest)?),
            pages: {
                let kind_count = u16::from_le_bytes(take(&mut rest)?);
                (0..kind_count)
                    .map(|_| Ok((u8::from_le_bytes(take(&mut rest)?), u64::from_le_bytes(take(&mut rest)?))))
                    .collect::<Result<Vec<_>, Doubt>>()?
            },
        };
        if !manifest.pages.is_sorted_by(|a, b| a.0 < b.0) {
            return Err(Doubt::new("manifest repeats or disorders kinds"));
        }
        Ok(Manifest { watermark: Watermark { extra: rest.to_vec(), ..manifest.watermark }, ..manifest })
    }
}

fn take<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Doubt> {
    let (taken, after) = rest.split_first_chunk::<N>().ok_or_else(|| Doubt::new("manifest is cut short"))?;
    *rest = after;
    Ok(*taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_reads_back_as_written_and_never_from_a_part() {
        let manifest = Manifest {
            generation: 7,
            watermark: Watermark {
                position: u64::MAX,
                batch_number: 12,
                programme_hash: [5; 32],
                format_version: 3,
                extra: vec![1, 2, 3],
            },
            pages: (0..=255).map(|kind| (kind, u64::from(kind) << 40)).collect(),
            digest: 99,
        };
        let body = manifest.encode();
        assert_eq!(Manifest::decode(&body), Ok(manifest));
        for bytes in 0..body.len() - 3 {
            assert!(Manifest::decode(&body[..bytes]).is_err());
        }
    }
}
