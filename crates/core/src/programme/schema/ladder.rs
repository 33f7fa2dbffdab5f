//! Ladders of tiers in the file.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, ExpiryTable, MoneyBaseTable, Text, Texts};
use crate::programme::plan::{Downgrade, OnChange, OnReturn, Upgrade};

/// A ladder of tiers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct LadderTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// Over what figures are gathered.
    pub period: PeriodKind,
    /// For `rolling_days`: so many local days, today included, 1–3660.
    #[schemars(range(min = 1, max = 3660))]
    pub days: Option<At<i64>>,
    /// When a higher tier is given. Default `at_once`.
    pub upgrade: Option<At<Upgrade>>,
    /// What becomes of a member who does not keep the tier. Default `to_qualifying`.
    #[serde(default)]
    pub downgrade: Downgrade,
    /// A tier reached or kept in a period is valid through the end of the period so many later, 1–100. Default 1.
    #[schemars(range(min = 1, max = 100))]
    pub valid_periods: Option<At<i64>>,
    /// Days between not keeping a tier and losing it, 0–3650. Default 0.
    #[schemars(range(min = 0, max = 3650))]
    pub grace_days: Option<At<i64>>,
    /// What returns do to the tier. Default `keep_until_period_end`.
    #[serde(default)]
    pub on_return: OnReturn,
    /// What a version that changes this ladder's tiers does to those who hold one. Default `upgrade_only`.
    #[serde(default)]
    pub on_change: OnChange,
    /// For `calendar_year` and `anniversary_joining`: the most that goes over into the next period of what a period has
    /// beyond the threshold it passed. Default nothing.
    pub carry_over: Option<At<PeriodFiguresTable>>,
    /// Kinds of activity that the figure `activities` counts. Default all.
    pub activities: Option<At<Texts>>,
    /// Which money counts as spend. Defaults as in rules.
    #[serde(default)]
    pub spend: MoneyBaseTable,
    /// Tiers, lowest first. The first has no entry: every member starts there.
    #[schemars(length(min = 1))]
    pub tier: At<Vec<At<TierTable>>>,
}

/// Over what a ladder's figures are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum PeriodKind {
    /// Calendar years.
    CalendarYear,
    /// The last so many local days.
    RollingDays,
    /// Years from the day of joining.
    AnniversaryJoining,
    /// Years from the day after the tier was reached.
    AnniversaryTier,
    /// All time.
    Lifetime,
}

impl PeriodKind {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            PeriodKind::CalendarYear => "calendar_year",
            PeriodKind::RollingDays => "rolling_days",
            PeriodKind::AnniversaryJoining => "anniversary_joining",
            PeriodKind::AnniversaryTier => "anniversary_tier",
            PeriodKind::Lifetime => "lifetime",
        }
    }
}

/// One tier.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct TierTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// What reaches it; every tier but the first has one.
    pub entry: Option<At<ThresholdTable>>,
    /// What keeps it. Default its entry.
    pub keep: Option<At<ThresholdTable>>,
    /// When points end that are earned in this tier. Default as their currency says.
    pub expiry: Option<At<ExpiryTable>>,
    /// Tiers that an earlier version had and this one has not: whoever holds one of them holds this one instead.
    #[serde(default)]
    pub replaces: Texts,
    /// How the tier may be lent, and what earns it meanwhile. Default it may not.
    pub challenge: Option<At<ChallengeTable>>,
}

/// A tier that is lent for some days, and earned by what is reached in them: one of `any` and `all`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ChallengeTable {
    /// It is lent through the local day so many days later, 1–3650.
    #[schemars(range(min = 1, max = 3650))]
    pub days: At<i64>,
    /// Any of these figures is enough.
    pub any: Option<At<PeriodFiguresTable>>,
    /// All of these figures are needed.
    pub all: Option<At<PeriodFiguresTable>>,
}

/// Figures to be reached: one of the two keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ThresholdTable {
    /// Any of these figures is enough.
    pub any: Option<At<FiguresTable>>,
    /// All of these figures are needed.
    pub all: Option<At<FiguresTable>>,
}

/// Figures of the period and of all time, at least one of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct FiguresTable {
    /// Least spend in the first money currency, a decimal in quotes.
    pub spend: Option<Text>,
    /// Least points of currencies that count for tiers, a decimal in quotes.
    pub points: Option<Text>,
    /// Least orders.
    #[schemars(range(min = 1))]
    pub orders: Option<At<i64>>,
    /// Least members referred whose first order came to the referral's points.
    #[schemars(range(min = 1))]
    pub referrals: Option<At<i64>>,
    /// Least activities of the kinds that the ladder counts.
    #[schemars(range(min = 1))]
    pub activities: Option<At<i64>>,
    /// Least spend of all time, whatever the ladder's period; a decimal in quotes.
    pub lifetime_spend: Option<Text>,
    /// Least points of all time, a decimal in quotes.
    pub lifetime_points: Option<Text>,
    /// Least orders of all time.
    #[schemars(range(min = 1))]
    pub lifetime_orders: Option<At<i64>>,
    /// Least referrals of all time.
    #[schemars(range(min = 1))]
    pub lifetime_referrals: Option<At<i64>>,
    /// Least activities of all time.
    #[schemars(range(min = 1))]
    pub lifetime_activities: Option<At<i64>>,
}

/// Figures of one period, at least one of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct PeriodFiguresTable {
    /// Spend in the first money currency, a decimal in quotes.
    pub spend: Option<Text>,
    /// Points of currencies that count for tiers, a decimal in quotes.
    pub points: Option<Text>,
    /// Orders.
    #[schemars(range(min = 1))]
    pub orders: Option<At<i64>>,
    /// Members referred whose first order came to the referral's points.
    #[schemars(range(min = 1))]
    pub referrals: Option<At<i64>>,
    /// Activities of the kinds that the ladder counts.
    #[schemars(range(min = 1))]
    pub activities: Option<At<i64>>,
}
