//! The pure core of Tallybook: what a points ledger decides and how its state follows.
//!
//! A command is judged by [`decide`](decide::decide) under the programme in force, and becomes events; events are
//! folded into member states by [`apply`](apply::apply), which needs no rules.
//!
//! Invariants:
//! - no clock, chance, floating point, I/O or unordered iteration: all of it comes in as an argument;
//! - arithmetic on points and money is checked: an overflow is a refusal, never a wrap;
//! - a refused command changes nothing.
//!
//! It does not store, send or print anything, and knows no file.

#![deny(clippy::float_arithmetic)]
#![deny(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)]
#![deny(clippy::cast_precision_loss, clippy::disallowed_types, clippy::disallowed_methods)]

pub mod apply;
pub mod calendar;
pub mod command;
pub mod decide;
pub mod event;
pub mod fact;
pub mod ids;
pub mod money;
pub mod points;
pub mod programme;
pub mod refusal;
pub mod state;
