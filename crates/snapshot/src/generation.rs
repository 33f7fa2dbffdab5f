//! One finished generation, open for reading.
//!
//! Invariant: a page is given out only after its own checksums; the first that fails closes the generation.
//!
//! It does not open sled's files for anything but reading, though sled itself may tidy them.

use std::path::{Path, PathBuf};

use crate::chunk::{self, Digest};
use crate::generations::{Lease, Pointer};
use crate::guarded::{GuardedDb, read_error};
use crate::manifest::{MANIFEST_BYTES_MAX, MANIFEST_MAGIC};
use crate::store::PageStore;
use crate::{Doubt, Fault, Manifest, PageId, SnapshotError, sealed};

/// Where a generation keeps its manifest.
pub(crate) fn manifest_path(folder: &Path) -> PathBuf {
    folder.join("manifest")
}

/// Where a generation keeps its pages.
pub(crate) fn sled_folder(folder: &Path) -> PathBuf {
    folder.join("sled")
}

/// A finished generation.
pub(crate) struct Generation {
    // Dropped in this order: the database is closed before its folder may go.
    db: GuardedDb,
    manifest: Manifest,
    lease: Lease,
}

impl Generation {
    /// Opens the generation that a pointer names, if it is the one that the pointer was written for.
    pub(crate) fn open(lease: Lease, pointer: Pointer) -> Result<Generation, SnapshotError> {
        let folder = lease.folder();
        let read = sealed::read(&manifest_path(&folder), MANIFEST_MAGIC, MANIFEST_BYTES_MAX)?;
        let (body, checksum) = read.ok_or_else(|| Doubt::new("manifest is missing"))?;
        if checksum != pointer.manifest_checksum {
            return Err(Doubt::new("manifest is not the one that current names").into());
        }
        let manifest = Manifest::decode(&body)?;
        if manifest.generation != lease.number() {
            return Err(Doubt::new("manifest is another generation's").into());
        }
        let sled_folder = sled_folder(&folder);
        // sled would make a missing database anew, empty.
        if !sled_folder.join("db").is_file() {
            return Err(Doubt::new("pages are missing").into());
        }
        Ok(Generation { db: GuardedDb::open(&sled_folder)?, manifest, lease })
    }

    /// The right to the generation's folder.
    pub(crate) fn lease(&self) -> &Lease {
        &self.lease
    }
}

impl PageStore for Generation {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn get(&self, id: PageId) -> Result<Option<Vec<u8>>, Doubt> {
        self.db.call(|db| {
            if !self.manifest.counts(id) {
                return Ok(None);
            }
            let fetch = |key: &chunk::ChunkKey| db.get(key).map_err(read_error);
            chunk::join(self.manifest.generation, id, &mut Digest::default(), fetch).map(Some)
        })
    }

    fn verify(&self) -> Result<(), Doubt> {
        self.db.call(|db| {
            let mut entries = db.iter();
            let mut digest = Digest::default();
            for &(kind, count) in &self.manifest.pages {
                for number in 0..count {
                    let fetch =
                        |key: &chunk::ChunkKey| match entries.next().transpose().map_err(read_error)? {
                            Some((stored_key, value)) if stored_key == key => Ok(Some(value)),
                            _ => Ok(None),
                        };
                    chunk::join(self.manifest.generation, PageId { kind, number }, &mut digest, fetch)?;
                }
            }
            if entries.next().is_some() {
                return Err(Doubt::new("there are more pages than the manifest counts"));
            }
            if digest.value() != self.manifest.digest {
                return Err(Doubt::new("digest of all pages differs from the manifest's"));
            }
            Ok(())
        })
    }

    fn discard(self: Box<Self>) -> Result<(), Fault> {
        self.lease.forget()
    }
}
