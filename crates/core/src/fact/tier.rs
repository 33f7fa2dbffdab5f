//! What is asked about tiers by hand, and about what they give.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{instant, name, text};
use crate::calendar::Instant;
use crate::refusal::Refusal;

/// Most uses of a benefit in one fact.
pub const TIMES_MAX: i64 = 1_000_000;

/// Giving a tier by hand, or lending it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierRequest<'a> {
    /// Ladder by its id in the programme.
    pub ladder: Cow<'a, str>,
    /// Tier by its id in the ladder; not the first.
    pub tier: Cow<'a, str>,
    /// For how long.
    pub term: TierTerm,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

/// For how long a tier is given by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum TierTerm {
    /// Up to this instant, at which it no longer holds.
    Until(Instant),
    /// As long as nobody revokes it.
    Open,
    /// Lent, as the programme's challenge for the tier says.
    Challenge,
}

impl TierRequest<'_> {
    /// Refuses bad names, an end out of range, and a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        name("ladder", &self.ladder)?;
        name("tier", &self.tier)?;
        if let TierTerm::Until(until) = self.term {
            instant("until", until)?;
        }
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// Ending a tier given or lent by hand before its time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierRevocation<'a> {
    /// Ladder by its id in the programme.
    pub ladder: Cow<'a, str>,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl TierRevocation<'_> {
    /// Refuses a bad name, and a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        name("ladder", &self.ladder)?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

/// Using a benefit of the tier held.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitUse<'a> {
    /// The use's name among the member's; the idempotency key of a caller who gives none follows from it.
    pub id: Cow<'a, str>,
    /// Benefit by its id in the programme.
    pub benefit: Cow<'a, str>,
    /// How many times, 1 to 10^6.
    pub times: i64,
}

impl BenefitUse<'_> {
    /// Refuses bad names, and a figure out of range.
    pub fn check(&self) -> Result<(), Refusal> {
        name("use id", &self.id)?;
        name("benefit", &self.benefit)?;
        times(self.times)
    }
}

/// Giving uses of a benefit back in the running period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitRestoration<'a> {
    /// Benefit by its id in the programme.
    pub benefit: Cow<'a, str>,
    /// How many times, 1 to 10^6.
    pub times: i64,
    /// Who did it.
    pub actor: Cow<'a, str>,
    /// Why.
    pub reason: Cow<'a, str>,
}

impl BenefitRestoration<'_> {
    /// Refuses a bad name, a figure out of range, and a missing actor or reason.
    pub fn check(&self) -> Result<(), Refusal> {
        name("benefit", &self.benefit)?;
        times(self.times)?;
        text("actor", &self.actor)?;
        text("reason", &self.reason)
    }
}

fn times(value: i64) -> Result<(), Refusal> {
    if (1..=TIMES_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field: "times", value, accepted: "1 to 1,000,000" })
    }
}
