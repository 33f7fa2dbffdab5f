//! Reading the segments of a file log.
//!
//! Invariants: bytes past the durable end are never read; a position is found by its segment's base and
//! nothing else. Files are opened when first read, and at most [`FILES_OPEN_MAX`] stay open.

use std::{
    collections::BTreeMap,
    io,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use crate::{
    disk::{Disk, DiskFile},
    error::LogError,
    log::{LogReader, Place},
    position::{LogEnd, Position},
    segment::{SEGMENT_HEADER_BYTES, segment_name},
};

/// How many segments stay open for reading.
const FILES_OPEN_MAX: usize = 64;

/// What the writer and all readers of a file log share.
#[derive(Debug)]
pub(crate) struct Shared {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
    extent: RwLock<Extent>,
    files: Mutex<BTreeMap<Position, Arc<dyn DiskFile>>>,
}

#[derive(Debug)]
struct Extent {
    /// The first position of each segment, ascending.
    bases: Vec<Position>,
    /// The durable end.
    end: LogEnd,
}

impl Extent {
    /// The start of the segment that holds `at`, and the start of the one after it.
    fn segment_of(&self, at: Position) -> (Position, Option<Position>) {
        let after = self.bases.partition_point(|base| *base <= at);
        let base = after.checked_sub(1).map_or(Position::ORIGIN, |index| self.bases[index]);
        (base, self.bases.get(after).copied())
    }
}

impl Shared {
    pub(crate) fn new(disk: Arc<dyn Disk>, dir: PathBuf, bases: Vec<Position>, end: LogEnd) -> Shared {
        Shared { disk, dir, extent: RwLock::new(Extent { bases, end }), files: Mutex::new(BTreeMap::new()) }
    }

    /// Lets readers see up to `end`.
    pub(crate) fn publish_end(&self, end: LogEnd) {
        self.extent.write().unwrap_or_else(PoisonError::into_inner).end = end;
    }

    /// Lets readers know of a segment that starts at the durable end.
    pub(crate) fn publish_segment(&self, base: Position) {
        self.extent.write().unwrap_or_else(PoisonError::into_inner).bases.push(base);
    }

    fn file(&self, base: Position) -> Result<Arc<dyn DiskFile>, LogError> {
        let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = files.get(&base) {
            return Ok(Arc::clone(file));
        }
        let path = self.dir.join(segment_name(base));
        let file = self.disk.open(&path, false);
        let file: Arc<dyn DiskFile> =
            file.map_err(|source| LogError::Fault { op: "open", path, source })?.into();
        if files.len() >= FILES_OPEN_MAX {
            files.pop_first();
        }
        files.insert(base, Arc::clone(&file));
        Ok(file)
    }
}

/// Reads a [`FileLog`](crate::FileLog) up to its durable end; goes on working after the log is closed or has
/// failed.
#[derive(Clone, Debug)]
pub struct FileLogReader {
    pub(crate) shared: Arc<Shared>,
}

impl LogReader for FileLogReader {
    fn end(&self) -> LogEnd {
        self.shared.extent.read().unwrap_or_else(PoisonError::into_inner).end
    }

    fn read(&self, from: Position, buffer: &mut [u8]) -> Result<usize, LogError> {
        let (base, limit) = {
            let extent = self.shared.extent.read().unwrap_or_else(PoisonError::into_inner);
            let (base, next) = extent.segment_of(from);
            (base, next.unwrap_or(extent.end.position).min(extent.end.position))
        };
        let bytes = limit.bytes_since(from).min(buffer.len() as u64) as usize;
        if bytes == 0 {
            return Ok(0);
        }
        let offset = SEGMENT_HEADER_BYTES + from.bytes_since(base);
        match self.shared.file(base)?.read_exact_at(&mut buffer[..bytes], offset) {
            Ok(()) => Ok(bytes),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(self.corruption(from, "the segment is shorter than the log"))
            }
            Err(source) => {
                let path = self.shared.dir.join(segment_name(base));
                Err(LogError::Fault { op: "read", path, source })
            }
        }
    }

    fn place(&self, at: Position) -> Place {
        let (base, _) = self.shared.extent.read().unwrap_or_else(PoisonError::into_inner).segment_of(at);
        Place {
            segment: segment_name(base),
            offset: SEGMENT_HEADER_BYTES.saturating_add(at.bytes_since(base)),
        }
    }
}
