//! sled behind a guard: no panic of its leaves here, and after the first trouble it is not asked again.
//!
//! Invariants
//! - Once anything failed, sled's inner state is unknown; every later call is a doubt without touching it.
//! - Only sled's default tree is used; its counters, merges, compression and timed flushes are not.
//!
//! It does not check what sled returns; that is for those who know what was stored.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::generations::{WAIT_ATTEMPTS_MAX, WAIT_PAUSE};
use crate::{Doubt, Fault, SnapshotError};

/// What sled may cache. It takes about ten times as much memory in the end, so this is a scale and not a cap.
const CACHE_BYTES: u64 = 16 << 20;

/// An open sled database of one generation.
pub(crate) struct GuardedDb {
    /// `None` only while being dropped.
    db: Option<sled::Db>,
    broken: AtomicBool,
}

impl GuardedDb {
    /// Opens the database in a folder, or makes one.
    ///
    /// sled frees its lock a moment after the last handle is gone, so a taken lock is waited for, up to a second.
    pub(crate) fn open(folder: &Path) -> Result<GuardedDb, SnapshotError> {
        for _ in 0..WAIT_ATTEMPTS_MAX {
            let config = sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(None);
            match guard(|| Ok::<_, Doubt>(config.open()))? {
                Ok(db) => return Ok(GuardedDb { db: Some(db), broken: AtomicBool::new(false) }),
                Err(sled::Error::Io(error)) if error.to_string().contains("could not acquire lock") => {
                    thread::sleep(WAIT_PAUSE);
                }
                Err(error) => return Err(Doubt::new(format!("sled cannot open: {error}")).into()),
            }
        }
        Err(Fault::InUse { path: folder.to_path_buf() }.into())
    }

    /// Runs `work` on the database; a panic in it becomes a doubt, and any error closes the database to later calls.
    pub(crate) fn call<T, E: From<Doubt>>(
        &self,
        work: impl FnOnce(&sled::Db) -> Result<T, E>,
    ) -> Result<T, E> {
        let db = match &self.db {
            Some(db) if !self.broken.load(Ordering::Acquire) => db,
            _ => return Err(Doubt::new("closed after an earlier doubt").into()),
        };
        let outcome = guard(|| work(db));
        if outcome.is_err() {
            self.broken.store(true, Ordering::Release);
        }
        outcome
    }

    /// Makes everything written so far durable and closes the database.
    pub(crate) fn close(mut self, folder: &Path) -> Result<(), SnapshotError> {
        self.call(|db| db.flush().map_err(|error| write_error(error, folder)))?;
        let db = self.db.take();
        guard(|| {
            drop(db);
            Ok(())
        })
    }
}

impl Drop for GuardedDb {
    fn drop(&mut self) {
        let db = self.db.take();
        let close = move || {
            // Nobody is left to be told: a generation that could not be closed is checked when it is opened again.
            let _: Result<(), Doubt> = guard(|| {
                drop(db);
                Ok(())
            });
        };
        if self.broken.load(Ordering::Acquire) {
            // Closing waits for sled's own threads, which may be gone after a panic. So nobody waits for the closing.
            let _detached = thread::Builder::new().name("tallybook-snapshot-close".into()).spawn(close);
        } else {
            close();
        }
    }
}

/// Reads an error of sled's while reading: whatever it is, the data cannot be believed.
pub(crate) fn read_error(error: sled::Error) -> Doubt {
    Doubt::new(format!("sled cannot read: {error}"))
}

/// Reads an error of sled's while writing: the operating system's are faults, the others doubts.
pub(crate) fn write_error(error: sled::Error, folder: &Path) -> SnapshotError {
    match error {
        sled::Error::Io(source) => Fault::io("write", folder)(source).into(),
        other => Doubt::new(format!("sled cannot write: {other}")).into(),
    }
}

/// Turns a panic into a doubt. Nothing of what a panicking closure touched is used again, hence the assertion.
fn guard<T, E: From<Doubt>>(work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "no message".to_owned());
        Err(Doubt::new(format!("sled panicked: {message}")).into())
    })
}
