//! RFM scores and member segments: how lately, how often and for how much each member has bought; and how members are
//! spread over tiers.
//!
//! The way through the crate: [`purchases`] sums up what a member has bought as of a day, [`rfm`] scores the
//! summaries from 1 to 5 on recency, frequency and monetary value, and [`grid`] puts the scored members into the
//! eight cells used in China. Each step is a pure function of the one before, so any can be used on its own. Beside it,
//! [`tiers`] counts members by tier at two dates and the moves between, and [`flow`] draws such moves as SVG.
//!
//! Invariants: everything is integer arithmetic, the mean, the median and the quintile edges included, so equal facts
//! give equal scores on every machine; the order in which members or purchases arrive changes nothing.
//!
//! What it deliberately does not do: read files or ledgers, know time zones (a [`Day`](purchases::Day) is whatever
//! calendar day the caller's programme uses), convert currencies, or change a balance.

pub mod flow;
pub mod grid;
mod member_order;
pub mod purchases;
mod quintile;
pub mod rfm;
pub mod tiers;
