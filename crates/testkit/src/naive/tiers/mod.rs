//! Ladders of tiers (cases 24 and 27–32), by subject.
//!
//! A member stands on a ladder by figures ([`Standing`]) and may have a tier by hand ([`Grant`]); what is held is the
//! higher of the two.

mod benefits;
mod carry;
mod change;
mod figures;
mod grants;
mod look;
mod periods;
mod review;
mod revision;
mod standing;

pub(super) use figures::figures_of_all_time;
pub(super) use grants::Grant;
pub(super) use standing::{Standing, rank_of};
