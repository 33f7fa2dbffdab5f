//! The folder of generations: which one is current, which are in use, and which are left over.
//!
//! ```text
//! lock                   held by the one process that uses the folder
//! current                number of the current generation, checksum of its manifest
//! generation-N/manifest  watermark, counts, digest
//! generation-N/sled/     the pages
//! ```
//!
//! Invariants
//! - A generation that `current` does not name does not exist for a reader; one that nobody uses either is removed.
//! - `current` is the last thing written and the first thing removed, so that a crash leaves a whole generation or none.
//! - Numbers are not used twice while the folder is open.
//!
//! It does not read or write pages.

use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::generation::Generation;
use crate::sealed::{self, MAGIC_BYTES};
use crate::store::{PageStore, PageWriter, Snapshots};
use crate::writer::GenerationWriter;
use crate::{Doubt, Fault, SnapshotError};

/// How often a taken lock is tried; with [`WAIT_PAUSE`] that makes a second.
pub(crate) const WAIT_ATTEMPTS_MAX: u32 = 100;

/// Pause between two tries of a lock.
pub(crate) const WAIT_PAUSE: Duration = Duration::from_millis(10);

const POINTER_MAGIC: [u8; MAGIC_BYTES] = *b"TBPOINT1";
const POINTER_BYTES: usize = 12;
const GENERATION_PREFIX: &str = "generation-";

/// Snapshots in a folder of their own, over sled.
pub struct Generations {
    home: Arc<Home>,
}

impl Generations {
    /// Takes the folder, making it if need be, for as long as this value or anything opened from it lives.
    ///
    /// # Errors
    /// [`Fault::InUse`] when another user holds the folder for more than a second; [`Fault::Io`] when it cannot be made.
    pub fn open(folder: &Path) -> Result<Generations, Fault> {
        fs::create_dir_all(folder).map_err(Fault::io("create", folder))?;
        let lock_path = folder.join("lock");
        let mut options = File::options();
        let lock = options.create(true).truncate(false).write(true).open(&lock_path);
        let lock = lock.map_err(Fault::io("create", &lock_path))?;
        wait_for(folder, || match lock.try_lock() {
            Ok(()) => Ok(true),
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(error)) => Err(Fault::io("lock", &lock_path)(error)),
        })?;
        let home = Home { folder: folder.to_path_buf(), _lock: lock, uses: Mutex::new(Uses::default()) };
        let number_max = home.numbers().into_iter().max().unwrap_or(0);
        home.uses().number_next = number_max + 1;
        Ok(Generations { home: Arc::new(home) })
    }
}

impl Snapshots for Generations {
    fn current(&self) -> Result<Option<Box<dyn PageStore>>, SnapshotError> {
        let opened = self.home.pointer().and_then(|pointer| match pointer {
            Some(pointer) => Generation::open(Lease::take(&self.home, pointer.number)?, pointer).map(Some),
            None => Ok(None),
        });
        match opened {
            Ok(generation) => {
                self.home.sweep();
                Ok(generation.map(|generation| Box::new(generation) as Box<dyn PageStore>))
            }
            Err(SnapshotError::Doubt(doubt)) => {
                self.home.forget()?;
                self.home.sweep();
                Err(doubt.into())
            }
            Err(fault) => Err(fault),
        }
    }

    fn begin(&self) -> Result<Box<dyn PageWriter>, SnapshotError> {
        self.home.sweep();
        let lease = Lease::new(&self.home);
        fs::create_dir(lease.folder()).map_err(Fault::io("create", &lease.folder()))?;
        Ok(Box::new(GenerationWriter::new(lease)?))
    }
}

/// What the pointer file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pointer {
    /// The current generation.
    pub(crate) number: u64,
    /// Checksum of the current generation's manifest.
    pub(crate) manifest_checksum: u32,
}

/// The folder, held under its lock.
struct Home {
    folder: PathBuf,
    /// Held open for its lock.
    _lock: File,
    uses: Mutex<Uses>,
}

#[derive(Default)]
struct Uses {
    in_use: BTreeSet<u64>,
    number_next: u64,
}

impl Home {
    fn uses(&self) -> MutexGuard<'_, Uses> {
        // The set is whole after every step, so that a panic elsewhere does not matter to it.
        self.uses.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pointer_path(&self) -> PathBuf {
        self.folder.join("current")
    }

    fn generation_folder(&self, number: u64) -> PathBuf {
        self.folder.join(format!("{GENERATION_PREFIX}{number}"))
    }

    fn pointer(&self) -> Result<Option<Pointer>, SnapshotError> {
        let Some((body, _)) = sealed::read(&self.pointer_path(), POINTER_MAGIC, POINTER_BYTES)? else {
            return Ok(None);
        };
        match <[u8; POINTER_BYTES]>::try_from(body) {
            Ok([n0, n1, n2, n3, n4, n5, n6, n7, c0, c1, c2, c3]) => Ok(Some(Pointer {
                number: u64::from_le_bytes([n0, n1, n2, n3, n4, n5, n6, n7]),
                manifest_checksum: u32::from_le_bytes([c0, c1, c2, c3]),
            })),
            Err(_) => Err(Doubt::new("current is cut short").into()),
        }
    }

    /// Makes a generation current.
    fn point(&self, pointer: Pointer) -> Result<(), Fault> {
        let mut body = [0; POINTER_BYTES];
        body[..8].copy_from_slice(&pointer.number.to_le_bytes());
        body[8..].copy_from_slice(&pointer.manifest_checksum.to_le_bytes());
        sealed::write(&self.pointer_path(), POINTER_MAGIC, &body).map(|_| ())
    }

    /// Makes no generation current.
    fn forget(&self) -> Result<(), Fault> {
        sealed::remove(&self.pointer_path())
    }

    /// Numbers of all generation folders. One that cannot be listed costs space only, so errors are passed over.
    fn numbers(&self) -> Vec<u64> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let number_of =
            |entry: fs::DirEntry| entry.file_name().to_str()?.strip_prefix(GENERATION_PREFIX)?.parse().ok();
        entries.filter_map(number_of).collect()
    }

    /// Removes each generation that is neither current nor in use. What cannot be removed is tried again next time.
    fn sweep(&self) {
        let uses = self.uses();
        // A pointer that cannot be read names no one, and then nothing is left over for certain.
        let Ok(pointer) = self.pointer() else { return };
        for number in self.numbers() {
            if pointer.is_none_or(|pointer| pointer.number != number) && !uses.in_use.contains(&number) {
                let _tried = fs::remove_dir_all(self.generation_folder(number));
            }
        }
    }
}

/// The right to use one generation's folder. Given back, the folder goes if the generation is not current.
pub(crate) struct Lease {
    home: Arc<Home>,
    number: u64,
}

impl Lease {
    /// Takes a number that was never used.
    fn new(home: &Arc<Home>) -> Lease {
        let mut uses = home.uses();
        let number = uses.number_next;
        uses.number_next += 1;
        uses.in_use.insert(number);
        Lease { home: Arc::clone(home), number }
    }

    /// Takes a generation that exists, waiting for its user to go, up to a second.
    fn take(home: &Arc<Home>, number: u64) -> Result<Lease, Fault> {
        wait_for(&home.generation_folder(number), || Ok(home.uses().in_use.insert(number)))?;
        Ok(Lease { home: Arc::clone(home), number })
    }

    /// The generation's number.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The generation's folder.
    pub(crate) fn folder(&self) -> PathBuf {
        self.home.generation_folder(self.number)
    }

    /// Makes this generation current, and removes those that no one uses any more.
    pub(crate) fn make_current(&self, manifest_checksum: u32) -> Result<(), Fault> {
        self.home.point(Pointer { number: self.number, manifest_checksum })?;
        self.home.sweep();
        Ok(())
    }

    /// Sees to it that this generation is not current. A pointer that cannot be believed names nothing worth keeping.
    pub(crate) fn forget(&self) -> Result<(), Fault> {
        match self.home.pointer() {
            Ok(Some(pointer)) if pointer.number != self.number => Ok(()),
            Ok(None) => Ok(()),
            Ok(Some(_)) | Err(SnapshotError::Doubt(_)) => self.home.forget(),
            Err(SnapshotError::Fault(fault)) => Err(fault),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.home.uses().in_use.remove(&self.number);
        self.home.sweep();
    }
}

fn wait_for(path: &Path, mut is_free: impl FnMut() -> Result<bool, Fault>) -> Result<(), Fault> {
    for _ in 0..WAIT_ATTEMPTS_MAX {
        if is_free()? {
            return Ok(());
        }
        thread::sleep(WAIT_PAUSE);
    }
    Err(Fault::InUse { path: path.to_path_buf() })
}
