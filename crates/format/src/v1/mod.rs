//! The first version of every body: wire structs beside the core's types, and the ways between them.
//!
//! Invariant: nothing here changes once released. A new shape goes to a new version, which the core's types are read
//! from as well.
//!
//! A fact's array begins with its idempotency key, nil where that is the fact's natural key.

pub(crate) mod clawback;
pub(crate) mod earning;
pub(crate) mod member;
pub(crate) mod order;
pub(crate) mod programme;
pub(crate) mod request;
pub(crate) mod spending;
pub(crate) mod state;
pub(crate) mod tier;
