//! The store as its users see it: three small interfaces, with sled or plain memory behind them.

use crate::{Doubt, Fault, Manifest, PageId, SnapshotError, Watermark};

/// A place that holds at most one current snapshot, and takes the next.
pub trait Snapshots: Send {
    /// Opens the current snapshot; `None` if there is none. Cheap: pages are checked as they are read.
    ///
    /// # Errors
    /// [`Doubt`] when the snapshot cannot be believed; it is already discarded then, and the next call gives `None`.
    /// [`Fault`] when it cannot be read just now, as when it is still open elsewhere.
    fn current(&self) -> Result<Option<Box<dyn PageStore>>, SnapshotError>;

    /// Begins the next snapshot. The current one stays so, and readable, until the new one is finished.
    ///
    /// # Errors
    /// [`Fault`] when the place cannot be written; [`Doubt`] when sled fails on an empty folder.
    fn begin(&self) -> Result<Box<dyn PageWriter>, SnapshotError>;
}

/// A snapshot being written. Dropping it unfinished leaves no trace.
pub trait PageWriter: Send {
    /// Takes one page, in any order; each page once, and the numbers of each kind are `0..n` in the end.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] past [`PAGE_BYTES_MAX`](crate::PAGE_BYTES_MAX), other [`Fault`]s and [`Doubt`]s when sled
    /// fails. After any error the writer can only be dropped.
    fn put(&mut self, id: PageId, bytes: &[u8]) -> Result<(), SnapshotError>;

    /// Makes all pages durable, reads every one of them back from a fresh opening, and only then makes the snapshot
    /// current. The one before it goes once its last reader does.
    ///
    /// # Errors
    /// As [`put`](PageWriter::put), [`Fault::NotDense`], and a [`Doubt`] when the check finds a difference. The
    /// snapshot before stays current.
    fn finish(self: Box<Self>, watermark: Watermark) -> Result<Box<dyn PageStore>, SnapshotError>;
}

/// One finished snapshot, for reading.
pub trait PageStore: Send {
    /// What the snapshot holds and where in the log it stands.
    fn manifest(&self) -> &Manifest;

    /// Gives the exact bytes of a page; `None` only for a number that the manifest does not count.
    ///
    /// # Errors
    /// [`Doubt`] when the page is missing or altered, and for every page after the first doubt.
    fn get(&self, id: PageId) -> Result<Option<Vec<u8>>, Doubt>;

    /// Reads every page and compares count and digest with the manifest. Cost grows with the pages.
    ///
    /// # Errors
    /// [`Doubt`] at the first difference.
    fn verify(&self) -> Result<(), Doubt>;

    /// Throws the snapshot away for good. A newer one that has become current meanwhile is left alone.
    ///
    /// # Errors
    /// [`Fault`] when the pointer to it cannot be removed: it would be found again at the next opening.
    fn discard(self: Box<Self>) -> Result<(), Fault>;
}
