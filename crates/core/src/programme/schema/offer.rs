//! What stands beside the rules in the file: activities, budgets, campaigns, rewards, benefits, referrals.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, ExpiryTable, Moment, Text, Texts};
use crate::programme::plan::{Beyond, CapPeriod};

/// A kind of activity that members may record: a check-in, a review, a survey.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ActivityTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
}

/// A limit on what rules give to all members together.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct BudgetTable {
    /// Its id, 1–64 bytes without `/`. A later version that names it goes on with what is used.
    pub id: Text,
    /// The point currency it is counted in. Default the only one.
    pub currency: Option<Text>,
    /// Most points, a decimal in quotes.
    pub limit: Text,
    /// What happens to what would pass the limit. Default `trim`.
    #[serde(default)]
    pub beyond: Beyond,
}

/// Rules that belong together for a time.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct CampaignTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// First instant at which its rules hold.
    pub from: Option<At<Moment>>,
    /// First instant at which they no longer do.
    pub until: Option<At<Moment>>,
    /// A budget that all its rules draw on.
    pub budget: Option<Text>,
    /// When its points end. Default as the member's tier says, else the currency.
    pub expiry: Option<At<ExpiryTable>>,
}

/// Something that points may be spent on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct RewardTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// The point currency it is paid in. Default the only one.
    pub currency: Option<Text>,
    /// Its price, a decimal in quotes.
    pub points: Text,
    /// How many there are for all members together, 0–1000000000. Default no limit.
    #[schemars(range(min = 0, max = 1_000_000_000))]
    pub stock: Option<At<i64>>,
    /// First instant at which it is offered.
    pub from: Option<At<Moment>>,
    /// First instant at which it no longer is.
    pub until: Option<At<Moment>>,
    /// Tiers that it is for, as in `rule.when`. Default all.
    #[serde(default)]
    pub tier: Texts,
}

/// Something that tiers give a number of times per period, such as visits to a lounge.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct BenefitTable {
    /// Its id, 1–64 bytes without `/`. A later version that names it with the same period goes on with what is used.
    pub id: Text,
    /// The ladder whose tiers give it. Default the only one.
    pub ladder: Option<Text>,
    /// The period, but not `order`. Weeks start on Monday; `tier_period` is that of its ladder; all periods are local.
    pub per: At<CapPeriod>,
    /// How many times in a period, 1–1000000000, by tier. A tier that is not listed gives what the next lower listed one
    /// gives.
    pub times: At<BTreeMap<String, At<i64>>>,
}

/// What a referral waits for. What it pays is said by rules on `referrer` and `referred`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ReferralTable {
    /// Days after the referred member's first order until both can spend their points, 1–3650.
    #[schemars(range(min = 1, max = 3650))]
    pub window_days: At<i64>,
}
