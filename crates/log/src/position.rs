//! Where things stand in the log: positions, batch numbers and the end of the log.
//!
//! Invariant: a [`Position`] counts the bytes of batches only. Segment headers, seals and preallocated space
//! do not count, so that a writer knows the position of every record before any byte is on disk, and a log
//! that is not kept in files can use the same positions.

use std::fmt;

/// A byte offset in the stream of batches, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(pub u64);

impl Position {
    /// The first byte of the first batch.
    pub const ORIGIN: Position = Position(0);

    /// No record: the `previous` of a member's first record.
    pub const NONE: Position = Position(u64::MAX);

    /// Tells whether this is [`Position::NONE`].
    pub fn is_none(self) -> bool {
        self == Position::NONE
    }

    /// The position so many bytes further on.
    pub(crate) fn plus(self, bytes: u64) -> Position {
        Position(self.0 + bytes)
    }

    /// The bytes from `earlier` to this position; 0 when `earlier` is in fact later.
    pub(crate) fn bytes_since(self, earlier: Position) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() { f.write_str("none") } else { write!(f, "{}", self.0) }
    }
}

/// The running number of a batch, from 1, without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BatchNumber(pub u64);

impl BatchNumber {
    /// The number of a log's first batch.
    pub const FIRST: BatchNumber = BatchNumber(1);

    /// The number after this one.
    pub fn next(self) -> BatchNumber {
        BatchNumber(self.0 + 1)
    }
}

impl fmt::Display for BatchNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Where the next batch goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogEnd {
    /// The position of the next batch's first byte.
    pub position: Position,
    /// The number of the next batch.
    pub next_number: BatchNumber,
}

impl LogEnd {
    /// The end of a log without batches.
    pub const ORIGIN: LogEnd = LogEnd { position: Position::ORIGIN, next_number: BatchNumber::FIRST };
}

impl fmt::Display for LogEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "position {} (batch {})", self.position, self.next_number)
    }
}
