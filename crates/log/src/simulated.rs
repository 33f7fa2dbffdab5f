//! A disk in memory that fails on demand, for tests of whatever stands on a log.
//!
//! It is as unkind as [`Disk`] allows: when power is lost, each 64-byte piece of each unsynced write, and
//! each unsynced change of a file's size, arrives or not on its own; of a folder's unsynced names, any number
//! of the oldest arrive. A failed sync drops what it should have kept, as operating systems do. All chance
//! comes from a seed.
//!
//! It does not know folders: a file is in the folder that its path names, and every folder exists.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::disk::{Disk, DiskFile, DiskLock};

/// The pieces in which a write can arrive.
const PIECE_BYTES: usize = 64;

/// How an operation fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFailure {
    /// Power is lost: this and every later operation fails until [`SimulatedDisk::restart`].
    PowerLoss,
    /// There is no space. Half of a write is done.
    Full,
    /// The device reports an error. Half of a write is done; a sync drops some of what it should keep.
    Error,
}

/// A disk in memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: Vec<Stored>,
    names: BTreeMap<PathBuf, usize>,
    durable_names: BTreeMap<PathBuf, usize>,
    /// Unsynced changes of names, oldest first.
    name_changes: Vec<NameChange>,
    locked: BTreeSet<PathBuf>,
    operation_count: u64,
    failure: Option<(u64, DiskFailure)>,
    power_is_off: bool,
    chance: Chance,
}

#[derive(Clone, Debug)]
enum NameChange {
    Add(PathBuf, usize),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf),
}

#[derive(Debug, Default)]
struct Stored {
    bytes: Vec<u8>,
    durable: Vec<u8>,
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Resize(usize),
}

/// Splitmix64: enough chance for tests, and the same for ever.
#[derive(Debug, Default)]
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

impl Change {
    fn apply(&self, file: &mut Vec<u8>) {
        match self {
            Change::Resize(bytes) => file.resize(*bytes, 0),
            Change::Write { at, bytes } => put(file, *at, bytes),
        }
    }

    /// Applies what of the change arrives although it was never synced.
    fn apply_some(&self, file: &mut Vec<u8>, chance: &mut Chance) {
        match self {
            Change::Resize(bytes) if chance.coin() => file.resize(*bytes, 0),
            Change::Resize(_) => {}
            Change::Write { at, bytes } => {
                for (index, piece) in bytes.chunks(PIECE_BYTES).enumerate() {
                    if chance.coin() {
                        put(file, at + index * PIECE_BYTES, piece);
                    }
                }
            }
        }
    }
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}

impl NameChange {
    fn apply(self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            NameChange::Add(path, file) => {
                names.insert(path, file);
            }
            NameChange::Remove(path) => {
                names.remove(&path);
            }
            NameChange::Rename(from, to) => {
                if let Some(file) = names.remove(&from) {
                    names.insert(to, file);
                }
            }
        }
    }
}

impl State {
    /// Counts an operation that changes something, and tells how it fails.
    fn begin(&mut self) -> Result<(), DiskFailure> {
        if self.power_is_off {
            return Err(DiskFailure::PowerLoss);
        }
        self.operation_count += 1;
        match self.failure {
            Some((at, failure)) if at == self.operation_count => {
                self.power_is_off = failure == DiskFailure::PowerLoss;
                Err(failure)
            }
            _ => Ok(()),
        }
    }

    fn change_name(&mut self, change: NameChange) {
        change.clone().apply(&mut self.names);
        self.name_changes.push(change);
    }

    fn change_file(&mut self, file: usize, change: Change) {
        change.apply(&mut self.files[file].bytes);
        self.files[file].changes.push(change);
    }
}

impl DiskFailure {
    fn error(self) -> io::Error {
        match self {
            DiskFailure::PowerLoss => io::Error::other("power is off"),
            DiskFailure::Full => io::Error::from(io::ErrorKind::StorageFull),
            DiskFailure::Error => io::Error::other("the device failed"),
        }
    }
}

impl SimulatedDisk {
    /// An empty disk that never fails by itself.
    pub fn new() -> SimulatedDisk {
        SimulatedDisk::default()
    }

    /// Makes the operation of this number fail, counted from 1 since the disk was made. Only operations that
    /// change or sync something count.
    pub fn fail_at(&self, operation: u64, failure: DiskFailure) {
        self.state().failure = Some((operation, failure));
    }

    /// How many operations that change or sync something have been begun.
    pub fn operation_count(&self) -> u64 {
        self.state().operation_count
    }

    /// Turns power off, if it is on, and on again: what was not synced arrives in part. Files and locks that
    /// are still open should be dropped first.
    pub fn restart(&self, seed: u64) {
        let mut state = self.state();
        let state = &mut *state;
        state.chance = Chance(seed);
        state.power_is_off = false;
        state.failure = None;
        state.locked.clear();
        let arrived_count = state.chance.next() % (state.name_changes.len() as u64 + 1);
        for change in state.name_changes.drain(..).take(arrived_count as usize) {
            change.apply(&mut state.durable_names);
        }
        state.names = state.durable_names.clone();
        for file in &mut state.files {
            for change in file.changes.drain(..) {
                change.apply_some(&mut file.durable, &mut state.chance);
            }
            file.bytes = file.durable.clone();
        }
    }

    /// The bytes of a file; `None` when there is none of that name.
    pub fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state();
        state.names.get(path).map(|file| state.files[*file].bytes.clone())
    }

    /// Replaces the bytes of a file durably, as damage would; makes the file when there is none.
    pub fn set_bytes(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let file = Stored { bytes: bytes.to_vec(), durable: bytes.to_vec(), changes: Vec::new() };
        let index = state.files.len();
        state.files.push(file);
        state.names.insert(path.to_owned(), index);
        state.durable_names.insert(path.to_owned(), index);
    }

    /// Removes a file durably, as an accident would.
    pub fn lose(&self, path: &Path) {
        let mut state = self.state();
        state.names.remove(path);
        state.durable_names.remove(path);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self) -> io::Result<MutexGuard<'_, State>> {
        let mut state = self.state();
        state.begin().map_err(DiskFailure::error)?;
        Ok(state)
    }
}

impl Disk for SimulatedDisk {
    fn create_dir_all(&self, _dir: &Path) -> io::Result<()> {
        self.begin().map(drop)
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state();
        let inside = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| path.file_name()?.to_str().map(str::to_owned)).collect())
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.begin()?;
        let file = state.files.len();
        state.files.push(Stored::default());
        state.change_name(NameChange::Add(path.to_owned(), file));
        Ok(Box::new(SimulatedFile { disk: self.clone(), file }))
    }

    fn open(&self, path: &Path, _write: bool) -> io::Result<Box<dyn DiskFile>> {
        let file = self.state().names.get(path).copied().ok_or(io::ErrorKind::NotFound)?;
        Ok(Box::new(SimulatedFile { disk: self.clone(), file }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.begin()?.change_name(NameChange::Rename(from.to_owned(), to.to_owned()));
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.begin()?.change_name(NameChange::Remove(path.to_owned()));
        Ok(())
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut state = self.begin()?;
        let state = &mut *state;
        for change in state.name_changes.drain(..) {
            change.apply(&mut state.durable_names);
        }
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<Option<Box<dyn DiskLock>>> {
        if !self.state().locked.insert(path.to_owned()) {
            return Ok(None);
        }
        Ok(Some(Box::new(SimulatedLock { disk: self.clone(), path: path.to_owned() })))
    }
}

#[derive(Debug)]
struct SimulatedLock {
    disk: SimulatedDisk,
    path: PathBuf,
}

impl DiskLock for SimulatedLock {}

impl Drop for SimulatedLock {
    fn drop(&mut self) {
        self.disk.state().locked.remove(&self.path);
    }
}

#[derive(Debug)]
struct SimulatedFile {
    disk: SimulatedDisk,
    file: usize,
}

impl SimulatedFile {
    fn sync(&self) -> io::Result<()> {
        let mut state = self.disk.state();
        let begun = state.begin();
        let state = &mut *state;
        let file = &mut state.files[self.file];
        match begun {
            Ok(()) => {
                for change in file.changes.drain(..) {
                    change.apply(&mut file.durable);
                }
                Ok(())
            }
            Err(DiskFailure::PowerLoss) => Err(DiskFailure::PowerLoss.error()),
            Err(failure) => {
                for change in file.changes.drain(..) {
                    change.apply_some(&mut file.durable, &mut state.chance);
                }
                Err(failure.error())
            }
        }
    }
}

impl DiskFile for SimulatedFile {
    fn read_exact_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<()> {
        let state = self.disk.state();
        let offset = usize::try_from(offset).map_err(io::Error::other)?;
        let stored = state.files[self.file].bytes.get(offset..offset + buffer.len());
        buffer.copy_from_slice(stored.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_all_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        let mut state = self.disk.state();
        let was_off = state.power_is_off;
        let begun = state.begin();
        let at = usize::try_from(offset).map_err(io::Error::other)?;
        if !was_off {
            let written_bytes = if begun.is_ok() { bytes.len() } else { bytes.len() / 2 };
            state.change_file(self.file, Change::Write { at, bytes: bytes[..written_bytes].to_vec() });
        }
        begun.map_err(DiskFailure::error)
    }

    fn set_len(&self, bytes: u64) -> io::Result<()> {
        let bytes = usize::try_from(bytes).map_err(io::Error::other)?;
        self.disk.begin()?.change_file(self.file, Change::Resize(bytes));
        Ok(())
    }

    fn size_bytes(&self) -> io::Result<u64> {
        Ok(self.disk.state().files[self.file].bytes.len() as u64)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.sync()
    }

    fn sync_all(&self) -> io::Result<()> {
        self.sync()
    }
}
