//! A programme as the naive model reads it, and as it is written for the engine.
//!
//! Amounts are integers throughout: points in smallest units of their currency, money in minor units. Names refer to
//! names; nothing is compiled. [`Spec::to_toml`] gives the programme file that means the same.
//!
//! It checks nothing: a spec that the engine's compiler would refuse is a bug of the test that wrote it.

mod toml;

pub(crate) use toml::cap_period;

use tallybook_core::calendar::Day;

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
}

/// A money currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneySpec {
    /// ISO 4217 letters.
    pub code: String,
    /// Decimal places of the minor unit.
    pub exponent: u8,
}

/// A point currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrencySpec {
    /// Its name.
    pub id: String,
    /// Decimal places, 0–4.
    pub scale: u8,
    /// What it is good for.
    pub usage: Usage,
    /// Oldest first instead of soonest end first.
    pub fifo: bool,
    /// Where clawbacks find points.
    pub clawback: Clawback,
    /// Days that a restored lot past its end lives on.
    pub reversal_grace_days: u32,
    /// When lots end.
    pub expiry: ExpirySpec,
    /// Whether the days until the end count from the earning instead of the activation.
    pub counts_from_earning: bool,
    /// Days until a lot is active; 0 is at once.
    pub activation_days: u32,
    /// Cash value, if any.
    pub cash: Option<CashSpec>,
    /// Caps over all rules of the currency.
    pub caps: Vec<CapSpec>,
}

/// What a currency is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// Spending only.
    Spendable,
    /// Tiers only.
    Qualifying,
    /// Spending and tiers.
    Both,
}

/// Where clawbacks find points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clawback {
    /// Own lots, other lots, then a debt.
    Arrears,
    /// Own lots, other lots, no debt.
    BalanceOnly,
    /// Own lots only.
    OwnLotsOnly,
}

/// When lots end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExpirySpec {
    /// Never.
    Never,
    /// So many days later, through the end of the unit.
    AfterDays(u32, RoundTo),
    /// So many months later, through the end of the unit.
    AfterMonths(u32, RoundTo),
    /// So many years later, through the end of the unit.
    AfterYears(u32, RoundTo),
    /// At the end of the year, so many years on.
    Calendar(u32),
}

/// The unit through whose last day a lot stays valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundTo {
    /// The day.
    Day,
    /// The month.
    Month,
    /// The quarter.
    Quarter,
    /// The half-year.
    HalfYear,
    /// The year.
    Year,
}

/// Points as cash off an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashSpec {
    /// This many points ...
    pub points: i64,
    /// ... are worth this much of the first money.
    pub per: i64,
    /// Least redemption.
    pub min_points: i64,
    /// Points must be a multiple of this.
    pub step: i64,
    /// Most of the order's total, 1–100.
    pub max_share_percent: u32,
}

/// A cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CapSpec {
    /// Most points.
    pub limit: i64,
    /// In which period.
    pub per: CapPeriod,
    /// Nothing instead of the rest when the limit would be passed.
    pub skip: bool,
}

/// The period of a cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CapPeriod {
    /// One order.
    Order,
    /// A local day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
    /// The first ladder's period.
    TierPeriod,
    /// No end.
    Ever,
}

/// An earning rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSpec {
    /// Its name.
    pub id: String,
    /// What it gives.
    pub kind: RuleKind,
    /// Point currency by name.
    pub currency: String,
    /// How fractions are settled.
    pub rounding: Rounding,
    /// Rounds each line instead of the order.
    pub per_line: bool,
    /// Which money counts.
    pub money: MoneyBase,
    /// Competes with the others of this name.
    pub group: Option<String>,
    /// The group is decided by priority instead of the most points.
    pub group_by_priority: bool,
    /// Smaller first.
    pub priority: i32,
    /// Its own caps.
    pub caps: Vec<CapSpec>,
    /// Its conditions.
    pub when: WhenSpec,
}

/// What a rule gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleKind {
    /// `points` for each `per` of money.
    Base {
        /// Smallest units.
        points: i64,
        /// Minor units of the rule's money.
        per: i64,
    },
    /// This many ten-thousandths of the base points, the base itself included: 20,000 doubles.
    Multiplier {
        /// Above 10,000.
        factor_ten_thousandths: i64,
    },
    /// Fixed points an order.
    Bonus {
        /// Smallest units.
        points: i64,
    },
}

/// How fractions are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Down.
    Floor,
    /// Nearest, halves up.
    HalfUp,
    /// Nearest, halves to even.
    HalfEven,
    /// Up.
    Ceil,
}

/// Which money counts; all `false` is after discount and without everything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoneyBase {
    /// The discount is added.
    pub before_discount: bool,
    /// The tax is added.
    pub with_tax: bool,
    /// A share of the shipping is added.
    pub with_shipping: bool,
    /// The part paid with points stays in.
    pub with_points_paid: bool,
    /// The part paid with stored value stays in.
    pub with_stored_value_paid: bool,
}

/// The conditions of a rule; what is empty or `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WhenSpec {
    /// Money codes.
    pub money: Vec<String>,
    /// Channels.
    pub channel: Vec<String>,
    /// Stores.
    pub store: Vec<String>,
    /// Line categories.
    pub category: Vec<String>,
    /// Line SKUs.
    pub sku: Vec<String>,
    /// Line brands.
    pub brand: Vec<String>,
    /// Line tags.
    pub tag: Vec<String>,
    /// Lines in these categories do not count.
    pub not_category: Vec<String>,
    /// Lines with these SKUs do not count.
    pub not_sku: Vec<String>,
    /// Lines of these brands do not count.
    pub not_brand: Vec<String>,
    /// Lines with these tags do not count.
    pub not_tag: Vec<String>,
    /// Least money of the matching lines, minor units.
    pub min_spend: Option<i64>,
    /// Most money of the matching lines, minor units.
    pub max_spend: Option<i64>,
    /// Least pieces of the matching lines.
    pub min_quantity: Option<i64>,
    /// Tiers, each with its ladder's name.
    pub tier: Vec<(String, String)>,
    /// Segment tags.
    pub segment: Vec<String>,
    /// Attributes, each with the values wanted.
    pub attribute: Vec<(String, Vec<String>)>,
    /// Which of the member's orders.
    pub order_number: Option<OrderNumber>,
    /// Days since Monday, 0–6.
    pub weekday: Vec<u8>,
    /// Local hours, from and until.
    pub hour: Option<(u8, u8)>,
    /// First local day.
    pub from: Option<Day>,
    /// First local day after.
    pub until: Option<Day>,
    /// How near the birthday.
    pub birthday: Option<Birthday>,
}

/// Which of a member's orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderNumber {
    /// The first.
    First,
    /// Every n-th.
    Every(u32),
}

/// How near the birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Birthday {
    /// On it.
    Day,
    /// In its week from Monday.
    Week,
    /// In its month.
    Month,
}

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
}

impl CurrencySpec {
    /// Whole points for spending, active at once, never ending.
    pub fn plain(id: &str) -> CurrencySpec {
        CurrencySpec {
            id: id.to_owned(),
            scale: 0,
            usage: Usage::Spendable,
            fifo: false,
            clawback: Clawback::Arrears,
            reversal_grace_days: 0,
            expiry: ExpirySpec::Never,
            counts_from_earning: false,
            activation_days: 0,
            cash: None,
            caps: Vec::new(),
        }
    }
}

impl RuleSpec {
    /// A rule without conditions, caps or group, rounding each order down.
    pub fn new(id: &str, currency: &str, kind: RuleKind) -> RuleSpec {
        RuleSpec {
            id: id.to_owned(),
            kind,
            currency: currency.to_owned(),
            rounding: Rounding::Floor,
            per_line: false,
            money: MoneyBase::default(),
            group: None,
            group_by_priority: false,
            priority: 0,
            caps: Vec::new(),
            when: WhenSpec::default(),
        }
    }

    /// A base rule of `points` for each `per`.
    pub fn base(id: &str, currency: &str, points: i64, per: i64) -> RuleSpec {
        RuleSpec::new(id, currency, RuleKind::Base { points, per })
    }
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
            tiers: vec![TierSpec { id: "member".to_owned(), entry: None, keep: None }],
        }
    }

    /// The ladder with one more tier on top.
    pub fn with_tier(mut self, id: &str, entry: Threshold) -> LadderSpec {
        self.tiers.push(TierSpec { id: id.to_owned(), entry: Some(entry), keep: None });
        self
    }
}

impl Threshold {
    /// So much money spent, minor units.
    pub fn spend(minor: i64) -> Threshold {
        Threshold { all: false, spend: Some(minor), points: None, orders: None }
    }
}
