//! Point currencies in the file: when lots start and end, what points are worth, how they change hands.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, Moment, Text};
use crate::programme::plan::{
    Beyond, CapPeriod, ClawbackPolicy, CountsFrom, RenewalKind, RoundTo, SpendOrder, TransferExpiry, Usage,
};

/// A point currency and its policies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct CurrencyTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// Decimal places, 0–4. Default 0.
    #[schemars(range(min = 0, max = 4))]
    pub scale: Option<At<i64>>,
    /// Whether its points can be spent, count for tiers, or both. Default `spendable`.
    #[serde(default, rename = "use")]
    pub usage: Usage,
    /// Which lots are drawn first. Default `soonest_expiry`.
    #[serde(default)]
    pub spend_order: SpendOrder,
    /// How returns take back points that are no longer in the order's own lots. Default `arrears`.
    #[serde(default)]
    pub clawback: ClawbackPolicy,
    /// Days that a lot lives on when a reversal restores it past its end, 0–3650. Default 0: it expires at once.
    #[schemars(range(min = 0, max = 3650))]
    pub reversal_grace_days: Option<At<i64>>,
    /// When its lots end. Default never.
    pub expiry: Option<At<ExpiryTable>>,
    /// When its lots can be spent. Default at once.
    pub activation: Option<At<ActivationTable>>,
    /// What points are worth as cash off an order. Default: they cannot be cash.
    pub cash: Option<At<CashTable>>,
    /// Caps over all rules that give this currency.
    #[serde(default)]
    pub cap: Vec<At<CapTable>>,
    /// How members may send points to each other. Default: they cannot.
    pub transfer: Option<At<TransferTable>>,
    /// How points may be bought. Default: they cannot.
    pub purchase: Option<At<PurchaseTable>>,
}

/// When lots end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ExpiryTable {
    /// How the end is found.
    pub policy: ExpiryPolicy,
    /// For `after`: so many days, 1–36500. Give one of days, months, years.
    #[schemars(range(min = 1, max = 36500))]
    pub days: Option<At<i64>>,
    /// For `after` and `inactivity`: so many months, 1–1200.
    #[schemars(range(min = 1, max = 1200))]
    pub months: Option<At<i64>>,
    /// For `after`: so many years, 1–100. For `calendar`: years past that of the start, 0–100.
    #[schemars(range(min = 0, max = 100))]
    pub years: Option<At<i64>>,
    /// For `after` and `inactivity`: whose last day the lot is valid through. Default `day`.
    pub round_to: Option<At<RoundTo>>,
    /// Where the clock starts. Default `activation`.
    pub counts_from: Option<At<CountsFrom>>,
    /// For `inactivity`: what starts the clock anew. Default order, activity and redemption.
    #[schemars(length(min = 1))]
    pub kinds: Option<At<Vec<RenewalKind>>>,
    /// For `earliest_of`: two other policies, at most one of them `inactivity`, of which the earlier end counts.
    #[schemars(length(min = 2, max = 2))]
    pub of: Option<At<Vec<At<ExpiryTable>>>>,
}

/// How the end of a lot is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum ExpiryPolicy {
    /// Lots do not end.
    Never,
    /// A span after the start.
    After,
    /// With a calendar year.
    Calendar,
    /// So many months after the start or, if later, after the member last did something.
    Inactivity,
    /// At the earlier of two ends.
    EarliestOf,
}

impl ExpiryPolicy {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            ExpiryPolicy::Never => "never",
            ExpiryPolicy::After => "after",
            ExpiryPolicy::Calendar => "calendar",
            ExpiryPolicy::Inactivity => "inactivity",
            ExpiryPolicy::EarliestOf => "earliest_of",
        }
    }
}

/// When lots can be spent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ActivationTable {
    /// How the moment is found.
    pub policy: ActivationPolicy,
    /// For `after_days`: so many days after the earning day, at its first instant, 1–3650.
    #[schemars(range(min = 1, max = 3650))]
    pub days: Option<At<i64>>,
    /// For `on_date`: that date, or at once for points earned later.
    pub date: Option<At<Moment>>,
    /// For `on_fulfilment`: days after the order in which its fulfilment is waited for, 1–3650; then points are cancelled.
    #[schemars(range(min = 1, max = 3650))]
    pub within_days: Option<At<i64>>,
}

/// How the activation of a lot is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum ActivationPolicy {
    /// At once.
    Immediate,
    /// At the first instant of a later local day.
    AfterDays,
    /// On a date.
    OnDate,
    /// When the order is fulfilled.
    OnFulfilment,
}

impl ActivationPolicy {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            ActivationPolicy::Immediate => "immediate",
            ActivationPolicy::AfterDays => "after_days",
            ActivationPolicy::OnDate => "on_date",
            ActivationPolicy::OnFulfilment => "on_fulfilment",
        }
    }
}

/// What points are worth as cash off an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct CashTable {
    /// So many points are worth `per`, a decimal in quotes.
    pub points: Text,
    /// What `points` are worth in the first money currency, a decimal in quotes.
    pub per: Text,
    /// Least points in one redemption. Default one smallest unit.
    pub min_points: Option<Text>,
    /// Points come in multiples of this. Default one smallest unit.
    pub step: Option<Text>,
    /// Most of an order's total that points may pay, per cent, 1–100. Default 100.
    #[schemars(range(min = 1, max = 100))]
    pub max_share_percent: Option<At<i64>>,
}

/// A limit on the points that a member gets in a period.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct CapTable {
    /// Most points per period, a decimal in quotes.
    pub limit: Text,
    /// The period. Weeks start on Monday; all periods are local.
    pub per: CapPeriod,
    /// What happens to what would pass the limit. Default `trim`.
    #[serde(default)]
    pub beyond: Beyond,
}

/// How members may send points to each other.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct TransferTable {
    /// When sent points end. Default `keep`.
    #[serde(default)]
    pub expiry: TransferExpiry,
    /// Least points at a time, a decimal in quotes. Default one smallest unit.
    pub min_points: Option<Text>,
    /// Most points at a time, a decimal in quotes. Default no limit.
    pub max_points: Option<Text>,
    /// Most points that a member may send in a period, without the fee. Default no limit.
    pub limit: Option<At<LimitTable>>,
    /// Taken from the sender on top, a decimal in quotes. Default 0.
    pub fee_points: Option<Text>,
    /// Taken from the sender on top, per cent of the points sent, 0–100 with at most 2 decimal places, in quotes; rounded up.
    /// Default 0.
    pub fee_percent: Option<Text>,
}

/// How points may be bought.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct PurchaseTable {
    /// Least points at a time, a decimal in quotes. Default one smallest unit.
    pub min_points: Option<Text>,
    /// Most points at a time, a decimal in quotes. Default no limit.
    pub max_points: Option<Text>,
    /// Most points that a member may get in this way in a period. Default no limit.
    pub limit: Option<At<LimitTable>>,
}

/// A limit past which a member is refused.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct LimitTable {
    /// Most points per period, a decimal in quotes.
    pub points: Text,
    /// The period, but not `order`. Weeks start on Monday; all periods are local.
    pub per: At<CapPeriod>,
}
