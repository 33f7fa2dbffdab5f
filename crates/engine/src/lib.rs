//! Tallybook: an event-sourced ledger of loyalty points and tiers, embedded as a library.
//!
//! A [`Ledger`] (async) or [`BlockingLedger`] owns one folder. Commands go in, are judged one after another under the
//! programme in force, and come back as receipts once what they did is on disk. Balances, tiers and histories are read
//! from the same handle.
//!
//! Invariants:
//! - a receipt means durable: it is given after the log was synced;
//! - one idempotency key of a member has one effect, for ever;
//! - the log is the only truth: snapshots are a cache that is checked and thrown away on any doubt;
//! - a failed write stops writing; reads go on, and opening again recovers.
//!
//! It knows no network and reads no clock but the one in its [`Options`].

mod answers;
mod archive;
mod committer;
mod decider;
mod directory;
mod error;
mod fold;
mod inspection;
mod ledger;
mod members;
mod options;
mod packed;
mod pages;
mod recall;
mod recent;
mod shelf;
mod squeeze;
mod subscription;
mod writing;

pub use answers::{Info, MemberView, Published, Receipt, SweepReport};
pub use archive::{HistoryBatch, history, precedent};
pub use error::{ErrorKind, LedgerError};
pub use fold::{Absorbed, Chain, Member, Past};
pub use inspection::{SnapshotView, find_key};
pub use ledger::{BlockingLedger, Ledger, LedgerReader};
pub use options::{Clock, Options};
pub use shelf::Shelf;
pub use subscription::Subscription;
pub use writing::{Stored, stored_batch};

pub use tallybook_core as core;
pub use tallybook_core::command::Command;
pub use tallybook_core::refusal::Refusal;
pub use tallybook_format as format;
pub use tallybook_log as log;

/// The README's Rust is compiled with the tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;
