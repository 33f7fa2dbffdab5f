//! Reads histories that shops export (orders, returns, activities, enrolments, tiers), and hands them to a ledger as commands.
//!
//! The way of a row: [`reader`] reads it, [`joins`] looks up what it lacks, [`rows`] checks it, [`group`] gathers the
//! rows of one order or return, [`assemble`] makes commands of them (with [`matching`] for returns that name no
//! order), and [`run`] submits those, counts, and writes what could not be taken to the [`rejects`] file.
//!
//! Invariants:
//! - what becomes of the files depends on the files and the map alone, never on the ledger or the files' names, so that
//!   running an import again submits the same commands under the same keys;
//! - an order goes in whole or not at all;
//! - every row read is counted once: accepted, already in, skipped or rejected.
//!
//! It does not judge: what an order is worth is the ledger's business.

pub mod assemble;
pub mod decimal;
mod doings;
pub mod group;
mod indexes;
pub mod joins;
pub mod map;
mod map_file;
pub mod matching;
pub mod reader;
pub mod rejects;
pub mod report;
pub mod rows;
pub mod run;
pub mod time;
