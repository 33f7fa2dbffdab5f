//! Bodies of version 1: how the core's types stand in them, field by field.
//!
//! A shape that was released never changes: a new shape is a new version beside it, in a module of its own. A body is
//! written in the oldest version that can say it, so that old histories keep their bytes and are derived again byte for
//! byte, and simple records stay small. Every version is read, for ever. [`version`](crate::version) says which version a
//! value takes.
//!
//! Kinds that came after the first release begin at version 1 too; their parts (lots, draws, figures) are those of
//! [`v2`](crate::v2).
//!
//! A fact's array begins with its idempotency key, nil where that is the fact's natural key; the shapes here say what
//! follows it.

pub(crate) mod benefit;
pub(crate) mod clawback;
pub(crate) mod correction;
pub(crate) mod doings;
pub(crate) mod earning;
pub(crate) mod hold;
pub(crate) mod member;
pub(crate) mod order;
pub(crate) mod programme;
pub(crate) mod request;
pub(crate) mod spending;
pub(crate) mod standing;
pub(crate) mod tier;
pub(crate) mod transfer;
