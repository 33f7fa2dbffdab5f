//! What is done to points by hand, and points that change hands.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{at_least_one, instant, name, not_negative, optional_name, signed, text};
use crate::calendar::Instant;
use crate::ids::LotNumber;
use crate::money::{CurrencyCode, Money};
use crate::points::Points;
use crate::refusal::Refusal;

/// Correcting a balance by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adjustment<'a> {
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units: above zero credits a lot, below zero debits.
    pub points: Points,
    /// What a debit does when too little is there.
    pub shortfall: Shortfall,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
    /// The disputed record, by its position in the log.
    pub about: Option<u64>,
}

/// What a debit does with the part that is not there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Shortfall {
    /// Takes what is there and leaves the rest.
    #[default]
    FloorAtZero,
    /// Makes the rest a debt.
    Arrears,
}

impl Adjustment<'_> {
    /// Refuses a missing actor or reason, and nothing to adjust.
    pub fn check(&self) -> Result<(), Refusal> {
        signed("points", self.points.0)?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// Sending points to another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Transfer<'a> {
    /// The transfer's name.
    pub id: Cow<'a, str>,
    /// The receiver's name.
    pub to: Cow<'a, str>,
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// What the receiver gets, smallest units, at least 1.
    pub points: Points,
    /// Whether it is meant as a present.
    pub gift: bool,
}

impl Transfer<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("transfer id", &self.id)?;
        name("receiver", &self.to)?;
        at_least_one("points", self.points.0)
    }
}

/// Buying points, for oneself or as a present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Purchase<'a> {
    /// The purchase's name.
    pub id: Cow<'a, str>,
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units, at least 1.
    pub points: Points,
    /// What was paid for them.
    pub price: Option<Price>,
    /// Who gave them, where they are a present: any name that the caller knows.
    pub giver: Option<Cow<'a, str>>,
}

/// An amount of money in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Price {
    /// Minor units, 0 or more.
    pub amount: Money,
    /// Its currency.
    pub currency: CurrencyCode,
}

impl Purchase<'_> {
    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("purchase id", &self.id)?;
        optional_name("giver", self.giver.as_deref())?;
        self.price.map_or(Ok(()), |price| not_negative("price", price.amount.0))?;
        at_least_one("points", self.points.0)
    }
}

/// Letting go of a debt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WriteOff<'a> {
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// Smallest units, at least 1; `None` lets go of all of it.
    pub points: Option<Points>,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl WriteOff<'_> {
    /// Refuses a missing actor or reason, and a figure out of range.
    pub fn check(&self) -> Result<(), Refusal> {
        self.points.map_or(Ok(()), |points| at_least_one("points", points.0))?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// Giving lots another end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpiryChange<'a> {
    /// Point currency by its id in the programme.
    pub currency: Cow<'a, str>,
    /// The lot; `None` is every lot of the currency.
    pub lot: Option<LotNumber>,
    /// The new end.
    pub to: NewEnd,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

/// The end that a lot is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum NewEnd {
    /// This instant is the first at which it can no longer be spent.
    At(Instant),
    /// None.
    Never,
    /// So many local days after the last on which it could be spent, 1–3,650. Lots that never end stay so.
    PlusDays(u32),
}

impl ExpiryChange<'_> {
    /// Refuses a missing actor or reason, and an end out of range.
    pub fn check(&self) -> Result<(), Refusal> {
        match self.to {
            NewEnd::At(at) => instant("new end", at)?,
            NewEnd::PlusDays(days) if !(1..=3_650).contains(&days) => {
                let value = i64::from(days);
                return Err(Refusal::OutOfRange { field: "days", value, accepted: "1 to 3,650" });
            }
            NewEnd::PlusDays(_) | NewEnd::Never => {}
        }
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// Bringing back what a lot had when it expired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reinstatement<'a> {
    /// The expired lot.
    pub lot: LotNumber,
    /// First instant at which the points can no longer be spent; `None` as points earned now.
    pub expires_at: Option<Instant>,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl Reinstatement<'_> {
    /// Refuses a missing actor or reason, and an end out of range.
    pub fn check(&self) -> Result<(), Refusal> {
        self.expires_at.map_or(Ok(()), |at| instant("expires_at", at))?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}
