//! What Tallybook's tests are made of: programmes and histories drawn at random, and a slow, obvious model to hold the
//! engine against; and a list of all that can be chosen, so that tests can tell what they have met.
//!
//! Invariants:
//! - [`naive`] shares no judgement with `tallybook-core`: it borrows the types of commands and facts with their form
//!   checks, and the calendar's zones, and works out everything else by itself;
//! - everything is deterministic: the same seed draws the same programme and history.
//!
//! It is a dev-dependency only, aims at no speed, and knows nothing of logs, bytes or snapshots.

pub mod coverage;
pub mod generate;
pub mod naive;
pub mod spec;
