//! Ladders of tiers.

use super::{ExpirySpec, MoneyBase};

/// A ladder of tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LadderSpec {
    /// Its name.
    pub id: String,
    /// Over which time figures are summed.
    pub period: LadderPeriod,
    /// Upgrades wait for the end of the period.
    pub upgrade_at_period_end: bool,
    /// What happens when a tier is not kept.
    pub downgrade: Downgrade,
    /// Periods of validity after the one in which the tier was reached or kept.
    pub valid_periods: u32,
    /// Days of grace after validity.
    pub grace_days: u32,
    /// Returns demote at once.
    pub demote_now: bool,
    /// The money of the spend figure.
    pub spend: MoneyBase,
    /// Tiers, lowest first.
    pub tiers: Vec<TierSpec>,
}

/// Over which time a ladder sums its figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderPeriod {
    /// Calendar years.
    CalendarYear,
    /// The last n days.
    RollingDays(u32),
    /// Years from joining.
    AnniversaryJoining,
    /// Years from reaching the tier.
    AnniversaryTier,
    /// All time.
    Lifetime,
}

/// What happens when a tier is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Downgrade {
    /// Down to the tier that the figures reach.
    ToQualifying,
    /// Down by one at most.
    OneDown,
    /// Never down.
    Never,
}

/// A tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TierSpec {
    /// Its name.
    pub id: String,
    /// What reaches it; `None` for the first.
    pub entry: Option<Threshold>,
    /// What keeps it, where that is not the entry.
    pub keep: Option<Threshold>,
    /// When points end that are earned in it, where it has a say.
    pub expiry: Option<ExpirySpec>,
}

/// Figures to be reached; at least one is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Every figure asked must be reached, instead of any one.
    pub all: bool,
    /// Money spent, minor units of the first money.
    pub spend: Option<i64>,
    /// Qualifying points, smallest units.
    pub points: Option<i64>,
    /// Orders.
    pub orders: Option<i64>,
}

impl LadderSpec {
    /// A ladder over calendar years with the engine's defaults and only its lowest tier, `member`.
    pub fn plain(id: &str) -> LadderSpec {
        LadderSpec {
            id: id.to_owned(),
            period: LadderPeriod::CalendarYear,
            upgrade_at_period_end: false,
            downgrade: Downgrade::ToQualifying,
            valid_periods: 1,
            grace_days: 0,
            demote_now: false,
            spend: MoneyBase::default(),
            tiers: vec![TierSpec::plain("member", None)],
        }
    }

    /// The ladder with one more tier on top.
    pub fn with_tier(mut self, id: &str, entry: Threshold) -> LadderSpec {
        self.tiers.push(TierSpec::plain(id, Some(entry)));
        self
    }
}

impl TierSpec {
    /// A tier that is kept by what reaches it.
    pub fn plain(id: &str, entry: Option<Threshold>) -> TierSpec {
        TierSpec { id: id.to_owned(), entry, keep: None, expiry: None }
    }
}

impl Threshold {
    /// So much money spent, minor units.
    pub fn spend(minor: i64) -> Threshold {
        Threshold { all: false, spend: Some(minor), points: None, orders: None }
    }
}
