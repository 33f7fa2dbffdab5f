//! Spending points: redemptions, their reversal, holds, vouchers.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{at_least_one, instant, name, not_negative};
use super::own;
use crate::calendar::Instant;
use crate::event::CodeHash;
use crate::money::Money;
use crate::points::Points;
use crate::refusal::Refusal;

/// A wish to spend points.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Redemption<'a> {
    /// The redemption's name, unique within its member.
    pub id: Cow<'a, str>,
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units, at least 1.
    pub points: Points,
    /// Whether to take what is there when less than `points` is available.
    pub partial: bool,
    /// What for.
    pub purpose: Purpose<'a>,
}

/// What points are spent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Purpose<'a> {
    /// A reward, by the caller's name for it.
    Reward(Cow<'a, str>),
    /// A voucher.
    Voucher {
        /// The caller's name for what it is good for.
        what: Cow<'a, str>,
        /// SHA-256 of the code that opens it once; `None` where no code is kept here.
        code: Option<CodeHash>,
    },
    /// Cash off an order of this total, in the programme's first money currency.
    CashOff {
        /// What the order comes to before points.
        order_total: Money,
    },
}

impl Purpose<'_> {
    fn into_owned(self) -> Purpose<'static> {
        match self {
            Purpose::Reward(what) => Purpose::Reward(own(what)),
            Purpose::Voucher { what, code } => Purpose::Voucher { what: own(what), code },
            Purpose::CashOff { order_total } => Purpose::CashOff { order_total },
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        match self {
            Purpose::Reward(what) => name("reward", what),
            Purpose::Voucher { what, .. } => name("voucher", what),
            Purpose::CashOff { order_total } => not_negative("order_total", order_total.0),
        }
    }
}

impl Redemption<'_> {
    /// The same redemption with texts of its own.
    pub fn into_owned(self) -> Redemption<'static> {
        Redemption {
            id: own(self.id),
            currency: own(self.currency),
            points: self.points,
            partial: self.partial,
            purpose: self.purpose.into_owned(),
        }
    }

    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("redemption id", &self.id)?;
        at_least_one("points", self.points.0)?;
        self.purpose.check()
    }
}

/// Undoing a redemption, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reversal<'a> {
    /// The redemption's name.
    pub redemption: Cow<'a, str>,
    /// Smallest units, at least 1; `None` reverses all that is left.
    pub points: Option<Points>,
}

impl Reversal<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("redemption id", &self.redemption)?;
        self.points.map_or(Ok(()), |points| at_least_one("points", points.0))
    }
}

/// Setting points aside for a redemption to come. Holds share their names with redemptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct HoldRequest<'a> {
    /// The hold's name, unique among the member's holds and redemptions.
    pub id: Cow<'a, str>,
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units, at least 1.
    pub points: Points,
    /// When it is released if nothing else is done.
    pub expires_at: Instant,
    /// What for.
    pub purpose: Purpose<'a>,
}

impl HoldRequest<'_> {
    /// The same request with texts of its own.
    pub fn into_owned(self) -> HoldRequest<'static> {
        HoldRequest {
            id: own(self.id),
            currency: own(self.currency),
            points: self.points,
            expires_at: self.expires_at,
            purpose: self.purpose.into_owned(),
        }
    }

    /// Refuses bad names and figures, and a hold for a voucher with a code, which only a redemption can issue.
    pub fn check(&self) -> Result<(), Refusal> {
        name("hold id", &self.id)?;
        at_least_one("points", self.points.0)?;
        instant("expires_at", self.expires_at)?;
        if matches!(self.purpose, Purpose::Voucher { code: Some(_), .. }) {
            return Err(Refusal::CodeOnHold);
        }
        self.purpose.check()
    }
}

/// Spending points that were set aside; the rest of the hold is released.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Capture<'a> {
    /// The hold's name.
    pub hold: Cow<'a, str>,
    /// Smallest units, at least 1; `None` spends all of it.
    pub points: Option<Points>,
}

impl Capture<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("hold id", &self.hold)?;
        self.points.map_or(Ok(()), |points| at_least_one("points", points.0))
    }
}

/// Giving up a hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Release<'a> {
    /// The hold's name.
    pub hold: Cow<'a, str>,
}

impl Release<'_> {
    /// Refuses a bad name.
    pub fn check(&self) -> Result<(), Refusal> {
        name("hold id", &self.hold)
    }
}

/// A voucher's code was shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct VoucherUse {
    /// SHA-256 of the code.
    pub code: CodeHash,
}
