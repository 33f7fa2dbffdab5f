//! Bodies of version 2, the lots, draws and figures that later kinds share with them, and member states of version 2.
//!
//! A body is written in version 2 only where version 1 cannot say it; see [`v1`](crate::v1) and
//! [`version`](crate::version). Nothing here changes once released.

pub(crate) mod clawback;
pub(crate) mod doings;
pub(crate) mod earning;
pub(crate) mod figures;
pub(crate) mod lot;
pub(crate) mod member;
pub(crate) mod order;
pub(crate) mod request;
pub(crate) mod spending;
pub(crate) mod standing;
pub(crate) mod state;
pub(crate) mod tier;
