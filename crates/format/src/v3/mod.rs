//! Bodies of version 3, and member states of version 3.
//!
//! A body is written in version 3 only where version 2 cannot say it; see [`v1`](crate::v1) and
//! [`version`](crate::version). Nothing here changes once released.

pub(crate) mod clawback;
pub(crate) mod earning;
pub(crate) mod state;
