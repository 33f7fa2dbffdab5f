//! Earning rules and their conditions.

use tallybook_core::calendar::Day;

use super::{CapPeriod, CapSpec, CelSpec, ExpirySpec};

/// An earning rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSpec {
    /// Its name.
    pub id: String,
    /// What it is about.
    pub on: On,
    /// The kinds of activity it is about, where it is about activities.
    pub activity: Vec<String>,
    /// The campaign it belongs to.
    pub campaign: Option<String>,
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
    /// Days of rest after each grant; 0 is none.
    pub cooldown_days: u32,
    /// How often it may give.
    pub max_triggers: Vec<TriggerLimitSpec>,
    /// Its own caps.
    pub caps: Vec<CapSpec>,
    /// Budgets that it draws on, before that of its campaign.
    pub budget: Vec<String>,
    /// When its points end, where it has a say of its own.
    pub expiry: Option<ExpirySpec>,
    /// Its conditions.
    pub when: WhenSpec,
}

/// What a rule is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum On {
    /// Orders.
    Order,
    /// Activities.
    Activity,
    /// Enrolment.
    Enrolment,
    /// The birthday.
    Birthday,
    /// The day of joining, in later years.
    Anniversary,
    /// The first order of somebody whom the member referred.
    Referrer,
    /// The first order of a member who was referred.
    Referred,
    /// The figures reached a tier.
    TierReached,
    /// The figures kept a tier.
    TierKept,
    /// The day on which the tier was reached, in later years.
    TierAnniversary,
}

impl On {
    /// Whether it is about a tier: one reached, one kept, or one held for years.
    pub fn is_about_a_tier(self) -> bool {
        matches!(self, On::TierReached | On::TierKept | On::TierAnniversary)
    }
}

/// How often a rule may give to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerLimitSpec {
    /// Most grants, at least 1.
    pub times: i64,
    /// In which period; never an order.
    pub per: CapPeriod,
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
    /// Every so many days of the activity's streak.
    pub streak_every: Option<u32>,
    /// Least and most score of the activity, both inclusive.
    pub score: Option<(u8, u8)>,
    /// An expression.
    pub cel: Option<CelSpec>,
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

impl RuleSpec {
    /// A rule without conditions, caps or group, rounding each order down.
    pub fn new(id: &str, currency: &str, kind: RuleKind) -> RuleSpec {
        RuleSpec {
            id: id.to_owned(),
            on: On::Order,
            activity: Vec::new(),
            campaign: None,
            kind,
            currency: currency.to_owned(),
            rounding: Rounding::Floor,
            per_line: false,
            money: MoneyBase::default(),
            group: None,
            group_by_priority: false,
            priority: 0,
            cooldown_days: 0,
            max_triggers: Vec::new(),
            caps: Vec::new(),
            budget: Vec::new(),
            expiry: None,
            when: WhenSpec::default(),
        }
    }

    /// A base rule of `points` for each `per`.
    pub fn base(id: &str, currency: &str, points: i64, per: i64) -> RuleSpec {
        RuleSpec::new(id, currency, RuleKind::Base { points, per })
    }
}
