//! The append-only log under Tallybook: bytes and checksums, and no idea of points.
//!
//! A log is a stream of batches. A batch holds one or more records, has a checksum, and is kept or dropped
//! whole. Batches that are written and synced together form a [`Group`]. A record is a fixed header, which
//! scans can use without decoding anything, and an opaque body; its header names the same member's previous
//! record, so that a member's history is a chain walked back from its head, and no index has to be kept.
//!
//! Invariants:
//! - No stored byte is changed or removed, apart from cutting a torn tail that was never acknowledged.
//! - What [`Log::append`] has acknowledged is durable, and readers see only what is durable.
//! - Every batch handed out has passed its checksum.
//! - Damage is reported with its segment and offset, and never mistaken for a torn tail as long as anything
//!   that was written later proves that the damaged bytes had been durable. The last group before a crash has
//!   nothing after it.
//! - Every size has a named limit.
//!
//! Deliberately absent: what bodies mean, hashing against tampering, indexes, compression, and more than one
//! writer. `docs/format.md` gives every stored byte.

mod batch;
mod bytes;
mod disk;
mod error;
mod file;
mod file_reader;
mod group;
mod log;
mod memory;
mod open;
mod position;
mod read;
mod record;
mod segment;
mod simulated;

pub use batch::{BATCH_BYTES_MAX, BATCH_HEADER_BYTES, BatchHeader, BatchView, Records};
pub use disk::{Disk, DiskFile, DiskLock, RealDisk};
pub use error::LogError;
pub use file::{FileLog, OpenReport, Options};
pub use file_reader::FileLogReader;
pub use group::{GROUP_BYTES_MAX, Group};
pub use log::{Log, LogReader, Place};
pub use memory::{MemoryLog, MemoryLogReader};
pub use position::{BatchNumber, LogEnd, Position};
pub use read::{Batches, Chain, RecordReader};
pub use record::{RECORD_BODY_BYTES_MAX, RECORD_HEADER_BYTES, RecordBuf, RecordHeader, RecordView};
pub use segment::{LedgerId, SEGMENT_FORMAT_VERSION, SEGMENT_HEADER_BYTES, SEGMENT_SEAL_BYTES};
pub use simulated::{DiskFailure, SimulatedDisk};
