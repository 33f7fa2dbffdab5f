//! Ladders of tiers.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::ids::{LadderNumber, PolicyIndex, TierNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::MoneyBase;

/// A ladder of tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Its number in the ledger.
    pub number: LadderNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// Over what figures are gathered.
    pub period: LadderPeriod,
    /// When a higher tier is given.
    pub upgrade: Upgrade,
    /// What becomes of a member who does not keep the tier.
    pub downgrade: Downgrade,
    /// A tier reached or kept in a period is valid through the end of the period so many later, 1–100.
    pub valid_periods: u32,
    /// Days between not keeping a tier and losing it, 0–3,650.
    pub grace_days: u32,
    /// What returns do to the tier.
    pub on_return: OnReturn,
    /// Which money counts as spend.
    pub spend: MoneyBase,
    /// Tiers, lowest first.
    pub tiers: Vec<Tier>,
}

impl Ladder {
    /// A tier's rank, from 0. The checker has seen to it that no version drops a tier; an unknown one ranks lowest.
    pub fn rank(&self, tier: TierNumber) -> usize {
        self.tiers.iter().position(|t| t.number == tier).unwrap_or(0)
    }
}

/// Over what a ladder's figures are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderPeriod {
    /// Calendar years.
    CalendarYear,
    /// The last so many local days, today included, 1–3,660.
    RollingDays(u32),
    /// Years from the day of joining.
    AnniversaryJoining,
    /// Years from the day after the tier was reached.
    AnniversaryTier,
    /// All time.
    Lifetime,
}

/// When a higher tier is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upgrade {
    /// With the order that reaches it.
    #[default]
    AtOnce,
    /// At the end of the period.
    PeriodEnd,
}

/// What becomes of a member who does not keep the tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// The highest tier that the figures reach.
    #[default]
    ToQualifying,
    /// One rank down, or the highest tier that the figures reach if that is higher.
    OneDown,
    /// Nothing: tiers are kept for ever.
    Never,
}

/// What returns do to a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// Nothing until the period ends.
    #[default]
    KeepUntilPeriodEnd,
    /// The tier goes at once if the figures no longer reach it.
    DemoteNow,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its number in the ladder.
    pub number: TierNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// What reaches it; `None` for the first.
    pub entry: Option<Threshold>,
    /// What keeps it; `None` for the first.
    pub keep: Option<Threshold>,
    /// When points earned in this tier end, where that is not as their currency says: a place in the plan's expiries.
    pub expiry: Option<PolicyIndex>,
}

/// Figures to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Whether all figures asked must be reached, or any of them.
    pub all: bool,
    /// Least spend, minor units.
    pub spend: Option<Money>,
    /// Least qualifying points, smallest units.
    pub points: Option<Points>,
    /// Least orders.
    pub orders: Option<i64>,
}
