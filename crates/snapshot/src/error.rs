//! What can go wrong, in two kinds that are never mixed: doubt about what is stored, and a machine that fails.

use std::io;
use std::path::{Path, PathBuf};

/// The snapshot cannot be believed: throw it away and fold the log again. No data is lost.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("snapshot in doubt: {what}")]
pub struct Doubt {
    /// What did not fit, for a warning to the user.
    pub what: String,
}

impl Doubt {
    pub(crate) fn new(what: impl Into<String>) -> Doubt {
        Doubt { what: what.into() }
    }
}

/// The snapshot cannot be read or written just now: the ledger goes on without it, with a warning.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The operating system refused.
    #[error("cannot {doing} {}", path.display())]
    Io {
        /// What was tried, as in "cannot create".
        doing: &'static str,
        /// The file or folder it was tried on.
        path: PathBuf,
        /// The operating system's reason.
        source: io::Error,
    },
    /// Another user still had the folder open after a second of waiting.
    #[error("snapshot folder {} is in use", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// What was handed over is past its limit.
    #[error("{what} of {bytes} bytes is over the limit of {bytes_max}")]
    TooLarge {
        /// The thing that is too large.
        what: &'static str,
        /// Its size in bytes.
        bytes: usize,
        /// The limit in bytes.
        bytes_max: usize,
    },
    /// The pages of a kind are not `0..n`, each put once.
    #[error("pages of kind {kind} leave a gap or repeat: {put_count} put, the highest of them before {end}")]
    NotDense {
        /// The kind of the pages.
        kind: u8,
        /// How many pages were put.
        put_count: u64,
        /// The highest page number put, plus one.
        end: u64,
    },
}

impl Fault {
    /// Makes an I/O error into a fault that names what was tried on which path.
    pub(crate) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Fault {
        move |source| Fault::Io { doing, path: path.to_path_buf(), source }
    }
}

/// Either kind, where both can happen.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// What is stored cannot be believed.
    #[error(transparent)]
    Doubt(#[from] Doubt),
    /// The machine failed, or a limit was passed.
    #[error(transparent)]
    Fault(#[from] Fault),
}
