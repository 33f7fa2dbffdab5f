//! A programme as the naive model reads it, and as it is written for the engine.
//!
//! Amounts are integers throughout: points in smallest units of their currency, money in minor units. Names refer to
//! names; nothing is compiled. [`Spec::to_toml`] gives the programme file that means the same.
//!
//! It checks nothing: a spec that the engine's compiler would refuse is a bug of the test that wrote it.

mod cel;
mod currency;
mod ladder;
mod offer;
mod rule;
mod toml;
pub(crate) mod words;

pub(crate) use words::cap_period;

pub use cel::CelSpec;
pub use currency::{
    ActivationSpec, AllowanceSpec, CapPeriod, CapSpec, CashSpec, Clawback, CurrencySpec, EndAt, EndSpec,
    ExpirySpec, InactivitySpec, RenewalKind, RoundTo, TransferSpec, Usage,
};
pub use ladder::{AskedSpec, ChallengeSpec, Downgrade, LadderPeriod, LadderSpec, Threshold, TierSpec};
pub use offer::{BenefitSpec, BudgetSpec, CampaignSpec, RewardSpec};
pub use rule::{
    Birthday, MoneyBase, On, OrderNumber, Rounding, RuleKind, RuleSpec, TriggerLimitSpec, WhenSpec,
};

/// A whole programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spec {
    /// IANA zone.
    pub zone: String,
    /// Whether members appear on their first fact.
    pub enrol_on_first_fact: bool,
    /// How late a fact may come, in days.
    pub late_limit_days: u32,
    /// How far ahead of its recording a fact may lie, in seconds.
    pub clock_skew_seconds: u32,
    /// Money currencies; the first is the one of cash values and spend thresholds.
    pub money: Vec<MoneySpec>,
    /// Point currencies, in number order.
    pub currencies: Vec<CurrencySpec>,
    /// Rules, in file order.
    pub rules: Vec<RuleSpec>,
    /// Ladders, in number order.
    pub ladders: Vec<LadderSpec>,
    /// Kinds of activity.
    pub activities: Vec<String>,
    /// Budgets.
    pub budgets: Vec<BudgetSpec>,
    /// Campaigns.
    pub campaigns: Vec<CampaignSpec>,
    /// Rewards; where there is none, their names are free.
    pub rewards: Vec<RewardSpec>,
    /// What tiers give a number of times per period.
    pub benefits: Vec<BenefitSpec>,
    /// Days until the points of a referral can be spent; there where a rule is on either side of one.
    pub referral_window_days: Option<u32>,
    /// Whether members who leave keep their points until they run out.
    pub keep_on_close: bool,
    /// Days after expiry in which points may be reinstated.
    pub reinstate_days: u32,
    /// Days that a voucher with a code is valid through; `None` is for ever.
    pub voucher_days: Option<u32>,
}

/// A money currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneySpec {
    /// ISO 4217 letters.
    pub code: String,
    /// Decimal places of the minor unit.
    pub exponent: u8,
}

impl Spec {
    /// The plainest programme: US dollars, UTC, one currency `points` at 1 point per dollar, no tiers.
    pub fn plain() -> Spec {
        Spec {
            zone: "UTC".to_owned(),
            enrol_on_first_fact: true,
            late_limit_days: 400,
            clock_skew_seconds: 300,
            money: vec![MoneySpec { code: "USD".to_owned(), exponent: 2 }],
            currencies: vec![CurrencySpec::plain("points")],
            rules: vec![RuleSpec::base("base", "points", 1, 100)],
            ladders: Vec::new(),
            activities: Vec::new(),
            budgets: Vec::new(),
            campaigns: Vec::new(),
            rewards: Vec::new(),
            benefits: Vec::new(),
            referral_window_days: None,
            keep_on_close: false,
            reinstate_days: 30,
            voucher_days: None,
        }
    }

    /// Decimal places of a rule's money: of the first one it asks for, else of the programme's first.
    pub fn exponent(&self, when: &WhenSpec) -> u8 {
        let code = when.money.first().unwrap_or(&self.money[0].code);
        self.money.iter().find(|money| money.code == *code).map_or(2, |money| money.exponent)
    }

    /// A point currency by name.
    pub fn currency(&self, id: &str) -> Option<&CurrencySpec> {
        self.currencies.iter().find(|currency| currency.id == id)
    }

    /// A ladder by name.
    pub fn ladder(&self, id: &str) -> Option<&LadderSpec> {
        self.ladders.iter().find(|ladder| ladder.id == id)
    }

    /// A budget by name.
    pub fn budget(&self, id: &str) -> Option<&BudgetSpec> {
        self.budgets.iter().find(|budget| budget.id == id)
    }

    /// A campaign by name.
    pub fn campaign(&self, id: &str) -> Option<&CampaignSpec> {
        self.campaigns.iter().find(|campaign| campaign.id == id)
    }

    /// A benefit by name.
    pub fn benefit(&self, id: &str) -> Option<&BenefitSpec> {
        self.benefits.iter().find(|benefit| benefit.id == id)
    }

    /// A reward by name.
    pub fn reward(&self, id: &str) -> Option<&RewardSpec> {
        self.rewards.iter().find(|reward| reward.id == id)
    }
}
