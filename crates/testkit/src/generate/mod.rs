//! Programmes and histories drawn at random, with proptest, so that a failure shrinks to a small one.
//!
//! Figures are small on purpose, so that caps, thresholds, minimums and expiries are met often. A history is a list of
//! small moves that shrinks move by move and is turned into commands by a plain function; time goes on from move to
//! move by minutes or years, and onto midnights and period ends exactly.
//!
//! A [`Course`] is a programme with later versions of it, which change thresholds, tiers and the zone, and a history under
//! all of them.
//!
//! Programmes are sound: the engine's compiler should accept each. Histories are not: they hold orders nobody placed,
//! redemptions too large, lines returned twice, holds nobody placed, transfers to nobody, retries with another content,
//! and facts too late or in the future.

mod history;
mod programme;
mod vocabulary;

pub use history::{Course, Published, Recorded, course, history};
pub use programme::spec;
