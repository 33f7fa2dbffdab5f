//! Ladders of tiers.

use schemars::JsonSchema;
use serde::Deserialize;
use smallvec::SmallVec;

use crate::event::Figures;
use crate::ids::{ActivityNumber, LadderNumber, PolicyIndex, TierNumber};
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
    /// What becomes of tiers when a version of the programme changes the ladder's tiers.
    pub on_change: OnChange,
    /// The most that goes over into the next period of what a period has beyond the last threshold that it passes, per
    /// figure; `None` carries nothing. Only calendar years and years from joining carry.
    pub carry_over: Option<Figures>,
    /// Which money counts as spend.
    pub spend: MoneyBase,
    /// Whether some tier asks for referrals, so that they are counted.
    pub counts_referrals: bool,
    /// The kinds of activity that are counted, ascending; empty where no tier asks for activities.
    pub activities: SmallVec<[ActivityNumber; 4]>,
    /// Tiers, lowest first.
    pub tiers: Vec<Tier>,
}

impl Ladder {
    /// A tier's rank, from 0. One that this version does not have ranks lowest.
    pub fn rank(&self, tier: TierNumber) -> usize {
        self.tiers.iter().position(|t| t.number == tier).unwrap_or(0)
    }

    /// A tier of this version, by number.
    pub fn tier(&self, number: TierNumber) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.number == number)
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

/// What becomes of tiers when a version of the programme changes the ladder's tiers (case 32).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnChange {
    /// Whoever reaches a higher tier by the new thresholds gets it.
    #[default]
    UpgradeOnly,
    /// So they do, and whoever does not keep their tier by the new thresholds loses it.
    Full,
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
    /// Tiers of earlier versions whose members hold this one instead from this version on.
    pub replaces: SmallVec<[TierNumber; 1]>,
    /// How the tier may be lent; `None` where it may not.
    pub challenge: Option<Challenge>,
}

/// A tier lent for some days, and earned by reaching figures in them (case 30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Challenge {
    /// The tier is lent through the local day so many days later, 1–3,650.
    pub days: u32,
    /// Whether all figures asked must be reached, or any of them.
    pub all: bool,
    /// What must be reached in these days; 0 where a figure is not asked.
    pub figures: Figures,
}

/// Figures to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Whether all figures asked must be reached, or any of them.
    pub all: bool,
    /// What is asked of the period or window.
    pub period: Asked,
    /// What is asked of all time.
    pub lifetime: Asked,
}

/// The least of each figure, each at least 1; `None` where one is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Least spend, minor units.
    pub spend: Option<Money>,
    /// Least qualifying points, smallest units.
    pub points: Option<Points>,
    /// Least orders.
    pub orders: Option<i64>,
    /// Least referrals that came to their points.
    pub referrals: Option<i64>,
    /// Least activities of the ladder's kinds.
    pub activities: Option<i64>,
}

impl Asked {
    /// What is asked, with 0 where a figure is not.
    pub fn least(&self) -> Figures {
        Figures {
            spend: self.spend.unwrap_or_default(),
            points: self.points.unwrap_or_default(),
            orders: self.orders.unwrap_or_default(),
            referrals: self.referrals.unwrap_or_default(),
            activities: self.activities.unwrap_or_default(),
        }
    }
}
