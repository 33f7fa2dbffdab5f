//! A log in memory: the twin of the file log for tests. It stores the same bytes and forgets them when
//! dropped.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    error::LogError,
    group::Group,
    log::{Log, LogReader, Place},
    position::{LogEnd, Position},
};

/// A log in memory.
#[derive(Debug, Default)]
pub struct MemoryLog {
    stored: Arc<RwLock<Stored>>,
    closed: bool,
}

#[derive(Debug)]
struct Stored {
    bytes: Vec<u8>,
    end: LogEnd,
}

impl Default for Stored {
    fn default() -> Stored {
        Stored { bytes: Vec::new(), end: LogEnd::ORIGIN }
    }
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> MemoryLog {
        MemoryLog::default()
    }

    /// Does to the stored bytes what closing and opening again does to a file log's, and goes on.
    ///
    /// # Errors
    /// None today; a result as for [`Log::close`].
    pub fn reopen(&mut self) -> Result<(), LogError> {
        if !self.closed {
            self.append(&Group::closing(self.end()))?;
            self.closed = true;
        }
        Ok(())
    }
}

impl Log for MemoryLog {
    type Reader = MemoryLogReader;

    fn end(&self) -> LogEnd {
        self.reader().end()
    }

    fn append(&mut self, group: &Group) -> Result<LogEnd, LogError> {
        let mut stored = self.stored.write().unwrap_or_else(PoisonError::into_inner);
        if group.start() != stored.end {
            return Err(LogError::UnexpectedPosition { expected: group.start(), actual: stored.end });
        }
        if !group.is_empty() {
            stored.bytes.extend_from_slice(group.bytes());
            stored.end = group.end();
            self.closed = false;
        }
        Ok(stored.end)
    }

    fn reader(&self) -> MemoryLogReader {
        MemoryLogReader { stored: Arc::clone(&self.stored) }
    }

    fn close(mut self) -> Result<(), LogError> {
        self.reopen()
    }
}

/// Reads a [`MemoryLog`]; goes on working after the log is dropped.
#[derive(Clone, Debug)]
pub struct MemoryLogReader {
    stored: Arc<RwLock<Stored>>,
}

impl LogReader for MemoryLogReader {
    fn end(&self) -> LogEnd {
        self.stored.read().unwrap_or_else(PoisonError::into_inner).end
    }

    fn read(&self, from: Position, buffer: &mut [u8]) -> Result<usize, LogError> {
        let stored = self.stored.read().unwrap_or_else(PoisonError::into_inner);
        let from = usize::try_from(from.0).unwrap_or(usize::MAX).min(stored.bytes.len());
        let rest = &stored.bytes[from..];
        let bytes = rest.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&rest[..bytes]);
        Ok(bytes)
    }

    fn place(&self, at: Position) -> Place {
        Place { segment: "memory".to_owned(), offset: at.0 }
    }
}
