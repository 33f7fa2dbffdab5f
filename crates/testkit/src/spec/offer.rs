//! What stands beside the rules: budgets, campaigns, rewards, benefits.

use tallybook_core::calendar::Day;

use super::{CapPeriod, ExpirySpec};

/// A limit on what rules give to all members together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BudgetSpec {
    /// Its name.
    pub id: String,
    /// Point currency by name.
    pub currency: String,
    /// Most points, smallest units.
    pub limit: i64,
    /// Nothing instead of the rest when the limit would be passed.
    pub skip: bool,
}

/// Rules that belong together for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSpec {
    /// Its name.
    pub id: String,
    /// First local day.
    pub from: Option<Day>,
    /// First local day after.
    pub until: Option<Day>,
    /// A budget that its rules draw on after their own.
    pub budget: Option<String>,
    /// When its points end, where its rules have no say of their own.
    pub expiry: Option<ExpirySpec>,
}

/// Something that points may be spent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RewardSpec {
    /// Its name.
    pub id: String,
    /// Point currency by name.
    pub currency: String,
    /// Its price, smallest units.
    pub points: i64,
    /// How many there are for all members together; `None` has no end.
    pub stock: Option<i64>,
    /// First local day.
    pub from: Option<Day>,
    /// First local day after.
    pub until: Option<Day>,
    /// Tiers that it is for, each with its ladder's name; empty for all.
    pub tier: Vec<(String, String)>,
}

/// Something that tiers give a number of times per period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BenefitSpec {
    /// Its name.
    pub id: String,
    /// The ladder whose tiers give it.
    pub ladder: String,
    /// The period; never an order.
    pub per: CapPeriod,
    /// How many times, by tier; at least one is listed. A tier that is not gives what the next lower listed one does.
    pub times: Vec<(String, i64)>,
}
