//! The log in a folder of segment files.
//!
//! Invariants: the end moves only after a sync; bytes are written only at the end, into space that is already
//! allocated and zeroed, so that a commit is one write and one data sync; a segment is sealed only when the
//! next one durably exists, and nothing is written to the next before the seal is durable. A group lies in
//! one segment.
//!
//! After a failure that leaves it unknown what is on disk, nothing is written any more: opening again looks.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    disk::{Disk, DiskFile, DiskLock, RealDisk},
    error::LogError,
    file_reader::{FileLogReader, Shared},
    group::Group,
    log::Log,
    open::{Found, inspect, list_segments},
    position::{LogEnd, Position},
    segment::{LedgerId, SEGMENT_HEADER_BYTES, SEGMENT_SEAL_BYTES, SegmentHeader, encode_seal, segment_name},
};

/// The file whose lock keeps a second writer out.
const LOCK_NAME: &str = "LOCK";

/// The name of a segment while it is being made.
const NEXT_SEGMENT_NAME: &str = "next-segment.tmp";

/// How much is zeroed with one write.
const ZEROS_BYTES: usize = 64 * 1024;

/// How often a reader looks again before it believes in damage, as a writer may have been at work meanwhile.
const READ_ONLY_LOOKS_MAX: u32 = 4;

/// How a file log lays out its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// The size at which the next segment is begun, in bytes; default 64 MiB. A group that is larger has a
    /// segment of its own. May differ from one opening to the next.
    pub segment_bytes: u64,
    /// How much space is allocated at a time, in bytes; default 4 MiB.
    pub preallocate_bytes: u64,
    /// Opens for reading only: no lock is taken and nothing is changed, so that it works beside a writer.
    /// What is read is the sound prefix as of opening; it may hold a group that the writer has written and
    /// not yet synced.
    pub read_only: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { segment_bytes: 64 * 1024 * 1024, preallocate_bytes: 4 * 1024 * 1024, read_only: false }
    }
}

/// What opening a file log found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenReport {
    /// The end of the sound log.
    pub end: LogEnd,
    /// How many bytes of an unacknowledged torn tail followed it. They were cut, unless opened for reading
    /// only.
    pub torn_bytes: u64,
    /// The log had been closed properly.
    pub closed: bool,
    /// How many segments there are.
    pub segment_count: usize,
}

/// The log in a folder.
///
/// ```
/// use tallybook_log::{FileLog, LedgerId, Log, Options};
///
/// let folder = tempfile::tempdir()?;
/// let log = FileLog::create(folder.path(), LedgerId([7; 16]), Options::default())?;
/// log.close()?;
/// let log = FileLog::open(folder.path(), Options::default())?;
/// assert!(log.open_report().closed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FileLog {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    options: Options,
    ledger: LedgerId,
    end: LogEnd,
    closed: bool,
    poisoned: bool,
    tail: Tail,
    shared: Arc<Shared>,
    report: OpenReport,
    /// Held for its drop.
    _lock: Option<Box<dyn DiskLock>>,
}

/// The segment that is written to.
#[derive(Debug)]
struct Tail {
    base: Position,
    path: PathBuf,
    file: Box<dyn DiskFile>,
    /// The file's size: what is past the end is zero.
    allocated_bytes: u64,
}

impl Tail {
    fn offset_of(&self, at: Position) -> u64 {
        SEGMENT_HEADER_BYTES + at.bytes_since(self.base)
    }

    /// Extends the file with zeros and syncs it. After an error the file may be longer.
    fn extend(&mut self, to_bytes: u64) -> io::Result<()> {
        let zeros = [0; ZEROS_BYTES];
        let mut at = self.allocated_bytes;
        while at < to_bytes {
            let bytes = (to_bytes - at).min(ZEROS_BYTES as u64);
            self.file.write_all_at(&zeros[..bytes as usize], at)?;
            at += bytes;
        }
        self.file.sync_all()?;
        self.allocated_bytes = to_bytes;
        Ok(())
    }
}

impl FileLog {
    /// Makes a log in a folder, which is made too if need be.
    ///
    /// # Errors
    /// [`LogError::AlreadyExists`], [`LogError::Locked`], [`LogError::DiskFull`], [`LogError::Fault`];
    /// [`LogError::ReadOnly`] when the options say so.
    pub fn create(dir: &Path, ledger: LedgerId, options: Options) -> Result<FileLog, LogError> {
        FileLog::create_on(Arc::new(RealDisk), dir, ledger, options)
    }

    /// As [`FileLog::create`], on a disk of the caller's.
    ///
    /// # Errors
    /// As [`FileLog::create`].
    pub fn create_on(
        disk: Arc<dyn Disk>,
        dir: &Path,
        ledger: LedgerId,
        options: Options,
    ) -> Result<FileLog, LogError> {
        if options.read_only {
            return Err(LogError::ReadOnly);
        }
        disk.create_dir_all(dir).map_err(|error| failure("create", dir, error))?;
        // An empty parent is the current folder's.
        let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        disk.sync_dir(parent).map_err(|error| failure("sync", parent, error))?;
        let lock = lock(&*disk, dir)?;
        if !list_segments(&*disk, dir)?.is_empty() {
            return Err(LogError::AlreadyExists { dir: dir.to_owned() });
        }
        let header = SegmentHeader { start: LogEnd::ORIGIN, ledger };
        let tail = make_segment(&*disk, dir, &header)?;
        let found = Found {
            ledger,
            starts: vec![LogEnd::ORIGIN],
            end: LogEnd::ORIGIN,
            closed: false,
            torn_bytes: 0,
            unproven_from: Position::ORIGIN,
            seal_unproven: false,
        };
        Ok(FileLog::assemble(disk, dir, options, found, tail, Some(lock)))
    }

    /// Opens the log in a folder. A torn tail is cut; see [`FileLog::open_report`].
    ///
    /// # Errors
    /// [`LogError::NotFound`], [`LogError::Locked`], [`LogError::Fault`], [`LogError::UnsupportedFormat`];
    /// [`LogError::Corruption`], after which nothing on disk has changed.
    pub fn open(dir: &Path, options: Options) -> Result<FileLog, LogError> {
        FileLog::open_on(Arc::new(RealDisk), dir, options)
    }

    /// As [`FileLog::open`], on a disk of the caller's.
    ///
    /// # Errors
    /// As [`FileLog::open`].
    pub fn open_on(disk: Arc<dyn Disk>, dir: &Path, options: Options) -> Result<FileLog, LogError> {
        if list_segments(&*disk, dir)?.is_empty() {
            return Err(LogError::NotFound { dir: dir.to_owned() });
        }
        let lock = if options.read_only { None } else { Some(lock(&*disk, dir)?) };
        let found = if options.read_only { inspect_live(&*disk, dir)? } else { inspect(&*disk, dir)? };
        let tail = open_tail(&*disk, dir, &found, options.read_only)?;
        Ok(FileLog::assemble(disk, dir, options, found, tail, lock))
    }

    fn assemble(
        disk: Arc<dyn Disk>,
        dir: &Path,
        options: Options,
        found: Found,
        tail: Tail,
        lock: Option<Box<dyn DiskLock>>,
    ) -> FileLog {
        let report = OpenReport {
            end: found.end,
            torn_bytes: found.torn_bytes,
            closed: found.closed,
            segment_count: found.starts.len(),
        };
        let bases = found.starts.iter().map(|start| start.position).collect();
        let shared = Arc::new(Shared::new(Arc::clone(&disk), dir.to_owned(), bases, found.end));
        FileLog {
            disk,
            dir: dir.to_owned(),
            options,
            ledger: found.ledger,
            end: found.end,
            closed: found.closed,
            poisoned: false,
            tail,
            shared,
            report,
            _lock: lock,
        }
    }

    /// What opening found and did.
    pub fn open_report(&self) -> OpenReport {
        self.report
    }

    /// The id that the log was created with.
    pub fn ledger_id(&self) -> LedgerId {
        self.ledger
    }

    fn check_writable(&self) -> Result<(), LogError> {
        if self.options.read_only {
            return Err(LogError::ReadOnly);
        }
        if self.poisoned { Err(LogError::Poisoned) } else { Ok(()) }
    }

    /// Writes a group that starts at the end into the last segment.
    fn write(&mut self, group: &Group) -> Result<(), LogError> {
        let start_offset = self.tail.offset_of(self.end.position);
        self.allocate(start_offset + group.bytes().len() as u64)?;
        if let Err(error) = self.tail.file.write_all_at(group.bytes(), start_offset) {
            // File systems that copy on write can run out of space even inside allocated space.
            return Err(self.give_back("write", start_offset, error));
        }
        self.tail.file.sync_data().map_err(|error| self.poison("sync", error))?;
        self.end = group.end();
        self.closed = false;
        self.shared.publish_end(self.end);
        Ok(())
    }

    /// Allocates and zeroes space up to `used_bytes` and for the seal after it.
    fn allocate(&mut self, used_bytes: u64) -> Result<(), LogError> {
        let needed_bytes = used_bytes + SEGMENT_SEAL_BYTES;
        let before_bytes = self.tail.allocated_bytes;
        if needed_bytes <= before_bytes {
            return Ok(());
        }
        let whole_steps = needed_bytes.next_multiple_of(self.options.preallocate_bytes.max(1));
        let segment_bytes = SEGMENT_HEADER_BYTES + self.options.segment_bytes + SEGMENT_SEAL_BYTES;
        let to_bytes = whole_steps.min(needed_bytes.max(segment_bytes));
        match self.tail.extend(to_bytes) {
            Ok(()) => Ok(()),
            Err(error) => Err(self.give_back("allocate", before_bytes, error)),
        }
    }

    /// After a failure before any sync of a group: with a full disk, cuts the file back and goes on; else
    /// poisons.
    fn give_back(&mut self, op: &'static str, to_bytes: u64, error: io::Error) -> LogError {
        if !is_disk_full(&error) {
            return self.poison(op, error);
        }
        // Synced, so that no part of the refused group can come back after a crash.
        if let Err(error) = self.tail.file.set_len(to_bytes).and_then(|()| self.tail.file.sync_all()) {
            return self.poison("cut", error);
        }
        self.tail.allocated_bytes = to_bytes;
        LogError::DiskFull { path: self.tail.path.clone() }
    }

    fn poison(&mut self, op: &'static str, source: io::Error) -> LogError {
        self.poisoned = true;
        LogError::Fault { op, path: self.tail.path.clone(), source }
    }

    /// Begins the next segment at the end and seals the one before.
    fn roll(&mut self) -> Result<(), LogError> {
        // A clean close gives back the space kept for the seal.
        self.allocate(self.tail.offset_of(self.end.position))?;
        let header = SegmentHeader { start: self.end, ledger: self.ledger };
        let next = make_segment(&*self.disk, &self.dir, &header).inspect_err(|error| {
            // A full disk has left no trace; after anything else it is unknown whether the next segment
            // exists.
            self.poisoned = !matches!(error, LogError::DiskFull { .. });
        })?;
        let seal_at = self.tail.offset_of(self.end.position);
        seal(&*self.tail.file, seal_at, self.end).map_err(|error| self.poison("seal", error))?;
        self.tail = next;
        self.shared.publish_segment(self.end.position);
        Ok(())
    }
}

impl Log for FileLog {
    type Reader = FileLogReader;

    fn end(&self) -> LogEnd {
        self.end
    }

    fn append(&mut self, group: &Group) -> Result<LogEnd, LogError> {
        self.check_writable()?;
        if group.start() != self.end {
            return Err(LogError::UnexpectedPosition { expected: group.start(), actual: self.end });
        }
        if group.is_empty() {
            return Ok(self.end);
        }
        let used_bytes = self.end.position.bytes_since(self.tail.base);
        if used_bytes > 0 && used_bytes + group.bytes().len() as u64 > self.options.segment_bytes {
            self.roll()?;
        }
        self.write(group)?;
        Ok(self.end)
    }

    fn reader(&self) -> FileLogReader {
        FileLogReader { shared: Arc::clone(&self.shared) }
    }

    fn close(mut self) -> Result<(), LogError> {
        if self.options.read_only {
            return Ok(());
        }
        self.check_writable()?;
        if !self.closed {
            self.write(&Group::closing(self.end))?;
        }
        let used_bytes = self.tail.offset_of(self.end.position);
        let cut = self.tail.file.set_len(used_bytes).and_then(|()| self.tail.file.sync_all());
        cut.map_err(|error| self.poison("cut", error))
    }
}

/// Takes the lock of a folder.
fn lock(disk: &dyn Disk, dir: &Path) -> Result<Box<dyn DiskLock>, LogError> {
    let path = dir.join(LOCK_NAME);
    let lock = disk.lock(&path).map_err(|error| failure("lock", &path, error))?;
    lock.ok_or_else(|| LogError::Locked { dir: dir.to_owned() })
}

/// Inspects a log that a writer may be changing: what looks like damage may be a file read before and after a
/// change.
fn inspect_live(disk: &dyn Disk, dir: &Path) -> Result<Found, LogError> {
    let mut looks = 1;
    loop {
        match inspect(disk, dir) {
            Err(LogError::Corruption { .. }) if looks < READ_ONLY_LOOKS_MAX => looks += 1,
            result => return result,
        }
    }
}

/// Opens the last segment and, for writing, finishes what a crash left half done: a torn tail, a missing
/// seal, a segment whose name is not durable. Then the last group is written again as it stands and synced:
/// it may be in the system's cache only, and after a failed sync the system may even take it for synced.
fn open_tail(disk: &dyn Disk, dir: &Path, found: &Found, read_only: bool) -> Result<Tail, LogError> {
    let open = |base: Position| {
        let path = dir.join(segment_name(base));
        let file = disk.open(&path, !read_only).map_err(|error| failure("open", &path, error))?;
        let allocated_bytes = file.size_bytes().map_err(|error| failure("measure", &path, error))?;
        Ok::<Tail, LogError>(Tail { base, path, file, allocated_bytes })
    };
    let base = found.starts.last().expect("an inspected log has a segment").position;
    let mut tail = open(base)?;
    if read_only {
        return Ok(tail);
    }
    if found.seal_unproven {
        let before = open(found.starts[found.starts.len() - 2].position)?;
        let sealed = seal(&*before.file, before.offset_of(base), LogEnd { position: base, ..found.end });
        sealed.map_err(|error| failure("seal", &before.path, error))?;
    }
    if found.torn_bytes > 0 {
        let used_bytes = tail.offset_of(found.end.position);
        tail.file.set_len(used_bytes).map_err(|error| failure("cut", &tail.path, error))?;
        tail.allocated_bytes = used_bytes;
    }
    let unproven_at = tail.offset_of(found.unproven_from);
    let mut unproven = vec![0; found.end.position.bytes_since(found.unproven_from) as usize];
    let settle = tail.file.read_exact_at(&mut unproven, unproven_at);
    let settle = settle.and_then(|()| tail.file.write_all_at(&unproven, unproven_at));
    settle.and_then(|()| tail.file.sync_all()).map_err(|error| failure("settle", &tail.path, error))?;
    // The crash may also have been between a rename and the sync of its folder.
    disk.sync_dir(dir).map_err(|error| failure("sync", dir, error))?;
    Ok(tail)
}

/// Makes a segment that durably exists under its name with its whole header, or leaves no trace when the disk
/// is full.
fn make_segment(disk: &dyn Disk, dir: &Path, header: &SegmentHeader) -> Result<Tail, LogError> {
    let temporary = dir.join(NEXT_SEGMENT_NAME);
    let path = dir.join(segment_name(header.start.position));
    let made = disk.create(&temporary).and_then(|file| {
        file.write_all_at(&header.encode(), 0)?;
        file.sync_all()?;
        Ok(file)
    });
    let file = made.map_err(|error| {
        if is_disk_full(&error) {
            // What is left of it is overwritten the next time.
            disk.remove(&temporary).ok();
        }
        failure("create", &temporary, error)
    })?;
    // From here on a full disk is a fault like any other, as the name may have changed.
    let named = disk.rename(&temporary, &path).and_then(|()| disk.sync_dir(dir));
    named.map_err(|source| LogError::Fault { op: "name", path: path.clone(), source })?;
    Ok(Tail { base: header.start.position, path, file, allocated_bytes: SEGMENT_HEADER_BYTES })
}

/// Puts the seal after the last batch, cuts the file there and makes both durable. The space is allocated
/// already.
fn seal(file: &dyn DiskFile, seal_at: u64, end: LogEnd) -> io::Result<()> {
    file.write_all_at(&encode_seal(end), seal_at)?;
    file.set_len(seal_at + SEGMENT_SEAL_BYTES)?;
    file.sync_all()
}

fn is_disk_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

fn failure(op: &'static str, path: &Path, source: io::Error) -> LogError {
    if is_disk_full(&source) {
        return LogError::DiskFull { path: path.to_owned() };
    }
    LogError::Fault { op, path: path.to_owned(), source }
}
