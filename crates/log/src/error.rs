//! What can go wrong with a log, in three kinds that are never mixed: the machine failed (`Fault`,
//! `DiskFull`, `Locked`, `Poisoned`), the stored bytes are not what was written (`Corruption`), or the caller
//! asked for what cannot be (`TooLarge`, `UnexpectedPosition`, `ReadOnly`, `NotFound`, `AlreadyExists`,
//! `UnsupportedFormat`).

use std::{io, path::PathBuf};

use crate::position::{LogEnd, Position};

/// The error of every operation of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// The operating system refused or failed; the log itself may be sound.
    #[error("cannot {op} {}: {source}", path.display())]
    Fault {
        /// What was tried, as a verb: `write`, `sync`, `open`.
        op: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// Stored bytes are not what was written. Nothing on disk was changed.
    #[error("corruption in {segment} at byte {offset} (position {position}): {what}")]
    Corruption {
        /// The segment's file name.
        segment: String,
        /// Byte offset in that file.
        offset: u64,
        /// The same place as a log position.
        position: Position,
        /// What is wrong there.
        what: &'static str,
    },
    /// Another process, or another handle in this one, has the log open for writing.
    #[error("the log in {} is open elsewhere", dir.display())]
    Locked {
        /// The log's folder.
        dir: PathBuf,
    },
    /// An earlier write or sync failed, so that what is on disk is unknown. Reading goes on; opening again
    /// recovers.
    #[error("writing stopped after an earlier failure; open the log again")]
    Poisoned,
    /// There was no space for the group. Nothing of it was kept, and writing can go on once there is space.
    #[error("no space left on the disk that holds {}", path.display())]
    DiskFull {
        /// The file that could not grow.
        path: PathBuf,
    },
    /// A body, batch or group is past its named limit.
    #[error("{what} of {size_bytes} bytes is larger than the {max_bytes} allowed")]
    TooLarge {
        /// `record body`, `batch` or `group`.
        what: &'static str,
        /// Its size.
        size_bytes: u64,
        /// The limit.
        max_bytes: u64,
    },
    /// The group was built for another place than the log's end.
    #[error("the group starts at {expected}, but the log ends at {actual}")]
    UnexpectedPosition {
        /// Where the group expects the log to end.
        expected: LogEnd,
        /// Where it does end.
        actual: LogEnd,
    },
    /// The log was opened for reading only.
    #[error("the log is open for reading only")]
    ReadOnly,
    /// The folder holds no log.
    #[error("no log in {}", dir.display())]
    NotFound {
        /// The folder looked in.
        dir: PathBuf,
    },
    /// The folder holds a log already.
    #[error("there is a log in {} already", dir.display())]
    AlreadyExists {
        /// The folder looked in.
        dir: PathBuf,
    },
    /// A segment was written by a later release.
    #[error("{segment} has format version {version}, and this release reads up to {supported}")]
    UnsupportedFormat {
        /// The segment's file name.
        segment: String,
        /// The version that it names.
        version: u32,
        /// The newest version that this release reads.
        supported: u32,
    },
}
