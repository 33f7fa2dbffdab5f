//! A generation being written.
//!
//! Invariant: the pointer is switched only after every page was read back, from a fresh opening, as it was put, and
//! everything below the folder is durable.
//!
//! It does not touch the generation before.

use crate::chunk;
use crate::generation::{Generation, manifest_path, sled_folder};
use crate::generations::{Lease, Pointer};
use crate::guarded::{GuardedDb, write_error};
use crate::manifest::MANIFEST_MAGIC;
use crate::sealed;
use crate::store::{PageStore, PageWriter};
use crate::tally::Tally;
use crate::{PageId, SnapshotError, Watermark};

/// Values are handed to sled in batches of about this size, which is several times as fast as one by one.
const BATCH_BYTES: usize = 1 << 20;

/// A generation that is not yet finished.
pub(crate) struct GenerationWriter {
    // Dropped in this order: the database is closed before its folder goes.
    db: GuardedDb,
    batch: sled::Batch,
    batch_bytes: usize,
    tally: Tally,
    lease: Lease,
}

impl GenerationWriter {
    /// Begins in the lease's folder, which is there and empty.
    pub(crate) fn new(lease: Lease) -> Result<GenerationWriter, SnapshotError> {
        let db = GuardedDb::open(&sled_folder(&lease.folder()))?;
        Ok(GenerationWriter {
            db,
            batch: sled::Batch::default(),
            batch_bytes: 0,
            tally: Tally::default(),
            lease,
        })
    }

    fn write_batch(&mut self) -> Result<(), SnapshotError> {
        let batch = std::mem::take(&mut self.batch);
        self.batch_bytes = 0;
        self.db.call(|db| db.apply_batch(batch).map_err(|error| write_error(error, &self.lease.folder())))
    }
}

impl PageWriter for GenerationWriter {
    fn put(&mut self, id: PageId, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.tally.count(id, bytes)?;
        for (key, value) in chunk::split(self.lease.number(), id, bytes) {
            self.tally.digest.add_value(&value);
            self.batch_bytes += key.len() + value.len();
            self.batch.insert(&key, value);
            if self.batch_bytes >= BATCH_BYTES {
                self.write_batch()?;
            }
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, watermark: Watermark) -> Result<Box<dyn PageStore>, SnapshotError> {
        let manifest = self.tally.manifest(self.lease.number(), watermark)?;
        self.write_batch()?;
        let GenerationWriter { db, lease, .. } = *self;
        let folder = lease.folder();
        db.close(&sled_folder(&folder))?;
        let manifest_checksum = sealed::write(&manifest_path(&folder), MANIFEST_MAGIC, &manifest.encode())?;

        let generation = Generation::open(lease, Pointer { number: manifest.generation, manifest_checksum })?;
        generation.verify()?;
        sealed::sync_tree(&folder)?;
        generation.lease().make_current(manifest_checksum)?;
        Ok(Box::new(generation))
    }
}
