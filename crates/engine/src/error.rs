//! What can come back instead of a receipt, in three kinds that are never mixed.

use tallybook_core::apply::Misfit;
use tallybook_core::refusal::Refusal;
use tallybook_format::FormatError;
use tallybook_log::{LogError, Position};
use thiserror::Error;

/// The three kinds of error, which edges map to exit codes or statuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    /// A valid "no": change the command.
    Refusal,
    /// The machine failed: retry, or mend it.
    Fault,
    /// Stored bytes are wrong: stop, and look at what is named.
    Corruption,
}

/// Why the ledger did not do what was asked.
#[derive(Clone, Debug, Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The command is refused and has left no trace.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no space for what was asked; nothing of it was kept. Works again once there is space.
    #[error("{0}; nothing acknowledged is lost, and writing goes on once there is space")]
    DiskFull(String),
    /// A write or sync failed, so that writing stopped. Open the ledger again.
    #[error("{0}")]
    Poisoned(String),
    /// Another process has the ledger open.
    #[error("{0}")]
    Locked(String),
    /// There is no ledger in the folder, or there is one already where one was to be made.
    #[error("{0}")]
    Folder(String),
    /// The machine failed.
    #[error("{0}")]
    Fault(String),
    /// The ledger was closed, or its threads have ended.
    #[error("the ledger is closed")]
    Closed,
    /// Stored bytes are not what was written. Nothing was changed.
    #[error("{0}")]
    Corruption(String),
}

impl LedgerError {
    /// Which of the three kinds it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            LedgerError::Refused(_) => ErrorKind::Refusal,
            LedgerError::Corruption(_) => ErrorKind::Corruption,
            _ => ErrorKind::Fault,
        }
    }

    /// A record that was read soundly but cannot be what it claims.
    pub fn misfit(at: Position, misfit: &Misfit) -> LedgerError {
        LedgerError::Corruption(format!("the record at position {at} is wrong: {misfit}"))
    }

    /// A record that this release cannot read.
    pub fn unreadable(at: Position, error: &FormatError) -> LedgerError {
        LedgerError::Corruption(format!("the record at position {at} cannot be read: {error}"))
    }
}

impl From<LogError> for LedgerError {
    fn from(error: LogError) -> LedgerError {
        let text = error.to_string();
        match error {
            LogError::Corruption { .. } => LedgerError::Corruption(text),
            LogError::DiskFull { .. } => LedgerError::DiskFull(text),
            LogError::Poisoned => LedgerError::Poisoned(text),
            LogError::Locked { .. } => LedgerError::Locked(text),
            LogError::NotFound { .. } | LogError::AlreadyExists { .. } => LedgerError::Folder(text),
            _ => LedgerError::Fault(text),
        }
    }
}
