//! Snapshots in memory, for tests: the same answers as the ones on disk, and damage on request.
//!
//! Invariant: manifests are equal to those that the folder on disk gives for the same pages in the same order of
//! generations.
//!
//! It does not outlive the process.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::chunk;
use crate::store::{PageStore, PageWriter, Snapshots};
use crate::tally::Tally;
use crate::{Doubt, Fault, Manifest, PageId, SnapshotError, Watermark};

/// Snapshots that live in memory. Clones share them, so that a test can reopen and damage what a ledger wrote.
#[derive(Clone, Default)]
pub struct MemorySnapshots {
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Default)]
struct Shelf {
    number_last: u64,
    current: Option<Arc<Pages>>,
    /// Pages of the current generation that are to be found damaged.
    damaged: BTreeSet<PageId>,
}

struct Pages {
    manifest: Manifest,
    bytes: BTreeMap<PageId, Vec<u8>>,
}

impl MemorySnapshots {
    /// Makes a place without a snapshot.
    #[must_use]
    pub fn new() -> MemorySnapshots {
        MemorySnapshots::default()
    }

    /// Damages a page of the current snapshot: reading it is a doubt from now on.
    pub fn damage(&self, id: PageId) {
        lock(&self.shelf).damaged.insert(id);
    }
}

impl Snapshots for MemorySnapshots {
    fn current(&self) -> Result<Option<Box<dyn PageStore>>, SnapshotError> {
        let current = lock(&self.shelf).current.clone();
        Ok(current.map(|pages| Box::new(MemoryGeneration::new(&self.shelf, pages)) as Box<dyn PageStore>))
    }

    fn begin(&self) -> Result<Box<dyn PageWriter>, SnapshotError> {
        let mut shelf = lock(&self.shelf);
        shelf.number_last += 1;
        Ok(Box::new(MemoryWriter {
            shelf: Arc::clone(&self.shelf),
            number: shelf.number_last,
            tally: Tally::default(),
            bytes: BTreeMap::new(),
        }))
    }
}

struct MemoryWriter {
    shelf: Arc<Mutex<Shelf>>,
    number: u64,
    tally: Tally,
    bytes: BTreeMap<PageId, Vec<u8>>,
}

impl PageWriter for MemoryWriter {
    fn put(&mut self, id: PageId, bytes: &[u8]) -> Result<(), SnapshotError> {
        self.tally.count(id, bytes)?;
        for (_, value) in chunk::split(self.number, id, bytes) {
            self.tally.digest.add_value(&value);
        }
        self.bytes.insert(id, bytes.to_vec());
        Ok(())
    }

    fn finish(self: Box<Self>, watermark: Watermark) -> Result<Box<dyn PageStore>, SnapshotError> {
        let manifest = self.tally.manifest(self.number, watermark)?;
        let pages = Arc::new(Pages { manifest, bytes: self.bytes });
        let generation = MemoryGeneration::new(&self.shelf, Arc::clone(&pages));
        generation.verify()?;
        let mut shelf = lock(&self.shelf);
        shelf.damaged.clear();
        shelf.current = Some(pages);
        Ok(Box::new(generation))
    }
}

struct MemoryGeneration {
    shelf: Arc<Mutex<Shelf>>,
    pages: Arc<Pages>,
    broken: AtomicBool,
}

impl MemoryGeneration {
    fn new(shelf: &Arc<Mutex<Shelf>>, pages: Arc<Pages>) -> MemoryGeneration {
        MemoryGeneration { shelf: Arc::clone(shelf), pages, broken: AtomicBool::new(false) }
    }

    fn is_current(&self, shelf: &Shelf) -> bool {
        shelf.current.as_ref().is_some_and(|current| Arc::ptr_eq(current, &self.pages))
    }

    fn whole_page(&self, id: PageId) -> Result<&[u8], Doubt> {
        let shelf = lock(&self.shelf);
        let is_damaged = self.is_current(&shelf) && shelf.damaged.contains(&id);
        let page = self.pages.bytes.get(&id).filter(|_| !is_damaged);
        page.map(Vec::as_slice)
            .ok_or_else(|| Doubt::new(format!("page {} of kind {} is damaged", id.number, id.kind)))
    }

    /// As on disk, the first doubt closes the generation.
    fn call<T>(&self, work: impl FnOnce() -> Result<T, Doubt>) -> Result<T, Doubt> {
        if self.broken.load(Ordering::Acquire) {
            return Err(Doubt::new("closed after an earlier doubt"));
        }
        work().inspect_err(|_| self.broken.store(true, Ordering::Release))
    }
}

impl PageStore for MemoryGeneration {
    fn manifest(&self) -> &Manifest {
        &self.pages.manifest
    }

    fn get(&self, id: PageId) -> Result<Option<Vec<u8>>, Doubt> {
        self.call(|| {
            if !self.pages.manifest.counts(id) {
                return Ok(None);
            }
            self.whole_page(id).map(|page| Some(page.to_vec()))
        })
    }

    fn verify(&self) -> Result<(), Doubt> {
        self.call(|| {
            let counted = |&(kind, count): &(u8, u64)| (0..count).map(move |number| PageId { kind, number });
            self.pages
                .manifest
                .pages
                .iter()
                .flat_map(counted)
                .try_for_each(|id| self.whole_page(id).map(|_| ()))
        })
    }

    fn discard(self: Box<Self>) -> Result<(), Fault> {
        let mut shelf = lock(&self.shelf);
        if self.is_current(&shelf) {
            shelf.current = None;
            shelf.damaged.clear();
        }
        Ok(())
    }
}

fn lock(shelf: &Mutex<Shelf>) -> MutexGuard<'_, Shelf> {
    shelf.lock().unwrap_or_else(PoisonError::into_inner)
}
