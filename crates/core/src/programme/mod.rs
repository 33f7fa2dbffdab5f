//! A loyalty programme: what its file says, and the plan that judgements run on.
//!
//! A file ([`parse`]) is read and checked once, at publication, and compiled to a [`Plan`](plan::Plan) whose currencies,
//! ladders, tiers and caps carry numbers that stay the same in all versions of one ledger ([`registry`]). The versions of
//! a ledger are its [`Programmes`](versions::Programmes).

pub mod cel;
pub mod parse;
pub mod plan;
pub mod registry;
mod schema;
pub mod versions;
