//! A verified cache of pages: bytes as they were at a position of the log, kept in sled.
//!
//! The log is the truth; what lies here can always be folded again. So the one promise is negative: a page comes
//! back exactly as it was put, or not at all. sled 0.34 can lose keys without an error, or panic, when a bit on disk
//! flips; therefore nothing it says is believed without a check of our own.
//!
//! Invariants
//! - A **generation** (all pages of one snapshot, in a folder of its own) is written once, checked in full, and only
//!   then made current by one atomic rename. A crash at any moment leaves the previous generation current.
//! - Every stored value carries a checksum over its generation, its key and its bytes; the manifest says how many
//!   pages of each kind there are. A page that is missing, altered or out of place is a [`Doubt`].
//! - Every call into sled is guarded: a panic in it is a [`Doubt`] too. (The process's panic hook still prints it, and
//!   a program built with `panic = "abort"` gives this protection up.)
//! - A store in doubt answers nothing more. It is to be discarded, and the log folded from its beginning.
//!
//! What it deliberately does not do: it knows no points, members or rules; it does not judge whether a snapshot fits
//! the log or the programme (the caller compares the [`Watermark`]); it changes no page in place; and it keeps no
//! memory budget, as sled's cache setting is not one.
//!
//! ```
//! use tallybook_snapshot::{MemorySnapshots, PageId, Snapshots, Watermark};
//!
//! let snapshots = MemorySnapshots::new();
//! let mut writer = snapshots.begin()?;
//! writer.put(PageId { kind: 1, number: 0 }, b"states of members 0 to 99")?;
//! let pages = writer.finish(Watermark { position: 4096, ..Watermark::default() })?;
//! assert_eq!(pages.get(PageId { kind: 1, number: 0 })?.as_deref(), Some(&b"states of members 0 to 99"[..]));
//! assert_eq!(pages.get(PageId { kind: 1, number: 1 })?, None);
//! # Ok::<(), tallybook_snapshot::SnapshotError>(())
//! ```

mod chunk;
mod error;
mod generation;
mod generations;
mod guarded;
mod manifest;
mod memory;
mod sealed;
mod store;
mod tally;
mod writer;

pub use chunk::{PAGE_BYTES_MAX, PAGE_BYTES_UNSPLIT_MAX, PageId};
pub use error::{Doubt, Fault, SnapshotError};
pub use generations::Generations;
pub use manifest::{EXTRA_BYTES_MAX, Manifest, Watermark};
pub use memory::MemorySnapshots;
pub use store::{PageStore, PageWriter, Snapshots};
