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
    /// A version that changes the tiers may take one away, and not only give a higher one.
    pub on_change_full: bool,
    /// The most that goes over into the next period, per figure; `None` carries nothing.
    pub carry_over: Option<AskedSpec>,
    /// The kinds that the figure of activities counts; `None` counts all.
    pub activities: Option<Vec<String>>,
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
    /// Tiers of earlier versions whose members hold this one instead.
    pub replaces: Vec<String>,
    /// How it may be lent, if it may.
    pub challenge: Option<ChallengeSpec>,
}

/// How a tier may be lent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChallengeSpec {
    /// Days after the one on which it is lent.
    pub days: u32,
    /// Every figure asked must be reached, instead of any one.
    pub all: bool,
    /// What makes it earned; at least one is asked.
    pub asked: AskedSpec,
}

/// Figures to be reached; at least one is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Every figure asked must be reached, instead of any one.
    pub all: bool,
    /// Figures of the period.
    pub period: AskedSpec,
    /// Figures of all time.
    pub lifetime: AskedSpec,
}

/// The least of each figure; what is `None` is not asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct AskedSpec {
    /// Money spent, minor units of the first money.
    pub spend: Option<i64>,
    /// Qualifying points, smallest units.
    pub points: Option<i64>,
    /// Orders.
    pub orders: Option<i64>,
    /// Members brought.
    pub referrals: Option<i64>,
    /// Activities of the ladder's kinds.
    pub activities: Option<i64>,
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
            on_change_full: false,
            carry_over: None,
            activities: None,
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

impl LadderSpec {
    /// The place of a tier of this version, from 0.
    pub fn rank(&self, tier: &str) -> Option<usize> {
        self.tiers.iter().position(|known| known.id == tier)
    }

    /// All figures that a tier, or what lends it, asks for.
    pub fn asked(&self) -> impl Iterator<Item = AskedSpec> + '_ {
        let thresholds = self.tiers.iter().flat_map(|tier| tier.entry.iter().chain(&tier.keep));
        let challenges = self.tiers.iter().filter_map(|tier| tier.challenge);
        thresholds
            .flat_map(|threshold| [threshold.period, threshold.lifetime])
            .chain(challenges.map(|challenge| challenge.asked))
    }

    /// Whether some tier, or what lends it, asks for referrals.
    pub fn counts_referrals(&self) -> bool {
        self.asked().any(|asked| asked.referrals.is_some())
    }

    /// Whether it counts activities of a kind.
    pub fn counts_activity(&self, kind: &str) -> bool {
        let is_listed = self.activities.as_ref().is_none_or(|kinds| kinds.iter().any(|one| one == kind));
        is_listed && self.asked().any(|asked| asked.activities.is_some())
    }
}

impl TierSpec {
    /// A tier that is kept by what reaches it.
    pub fn plain(id: &str, entry: Option<Threshold>) -> TierSpec {
        TierSpec { id: id.to_owned(), entry, keep: None, expiry: None, replaces: Vec::new(), challenge: None }
    }

    /// What keeps it.
    pub fn kept_by(&self) -> Option<Threshold> {
        self.keep.or(self.entry)
    }
}

impl Threshold {
    /// Figures of a period, any of them.
    pub fn any(period: AskedSpec) -> Threshold {
        Threshold { all: false, period, lifetime: AskedSpec::default() }
    }

    /// So much money spent, minor units.
    pub fn spend(minor: i64) -> Threshold {
        Threshold::any(AskedSpec { spend: Some(minor), ..AskedSpec::default() })
    }
}

impl AskedSpec {
    /// The five figures in the order of the fields.
    pub fn each(&self) -> [Option<i64>; 5] {
        [self.spend, self.points, self.orders, self.referrals, self.activities]
    }

    /// Whether nothing is asked.
    pub fn is_nothing(&self) -> bool {
        self.each().iter().all(Option::is_none)
    }

    /// The same figures, each changed.
    #[must_use]
    pub fn map(&self, change: impl Fn(i64) -> i64) -> AskedSpec {
        let [spend, points, orders, referrals, activities] = self.each().map(|one| one.map(&change));
        AskedSpec { spend, points, orders, referrals, activities }
    }
}
