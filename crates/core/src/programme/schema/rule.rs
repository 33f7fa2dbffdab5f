//! Earning rules in the file: what gives points, how much, and on which conditions.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::{At, CapTable, ExpiryTable, Moment, Text, Texts};
use crate::event::Trigger;
use crate::money::Rounding;
use crate::programme::plan::{Birthday, CapPeriod, GroupChoice, RoundingUnit};

/// One way to earn points.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct RuleTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// A rate on money, a factor on the base points, or a fixed bonus.
    pub kind: RuleKind,
    /// What it is about. Default `order`.
    pub on: Option<At<Trigger>>,
    /// For `on = "activity"`: the kinds of activity it is about, any of them.
    pub activity: Option<At<Texts>>,
    /// The campaign it belongs to: its time, budget and expiry are the rule's, too.
    pub campaign: Option<Text>,
    /// The point currency it gives. Default the only one.
    pub currency: Option<Text>,
    /// `base`: points per `per` of money, at most 6 decimal places. `bonus`: points each time. A decimal in quotes.
    pub points: Option<Text>,
    /// `base`: the money that `points` are given for, a decimal in quotes.
    pub per: Option<Text>,
    /// `multiplier`: above 1, at most 4 decimal places, in quotes; adds (factor - 1) times the base points.
    pub factor: Option<Text>,
    /// How fractions of the smallest unit are settled. Default `floor`.
    #[serde(default)]
    pub rounding: Rounding,
    /// Over what fractions are settled. Default `order`.
    #[serde(default)]
    pub rounding_per: RoundingUnit,
    /// Which money counts. Default: after discount; without tax, shipping and what points or stored value paid.
    #[serde(default)]
    pub money: MoneyBaseTable,
    /// Rules of one group compete: one of them gives points. They are of one kind and currency.
    pub group: Option<Text>,
    /// How the winner of a group is found, the same for all its rules. Default `best`.
    pub group_choice: Option<At<GroupChoice>>,
    /// Place in its group; smaller goes first. Default 0.
    pub priority: Option<At<i64>>,
    /// Days of rest after each grant, 1–3650: it gives again from the first instant of the day so many days later.
    #[schemars(range(min = 1, max = 3650))]
    pub cooldown_days: Option<At<i64>>,
    /// How often it may give to a member.
    #[serde(default)]
    pub max_triggers: Vec<At<TriggerLimitTable>>,
    /// Its own caps.
    #[serde(default)]
    pub caps: Vec<At<CapTable>>,
    /// Budgets that it draws on, in this order; that of its campaign comes after them.
    #[serde(default)]
    pub budget: Texts,
    /// When its points end. Default as its campaign says, else the member's tier, else the currency.
    pub expiry: Option<At<ExpiryTable>>,
    /// Conditions; all that are given must hold.
    #[serde(default)]
    pub when: WhenTable,
}

/// A limit on how often a rule gives to a member.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct TriggerLimitTable {
    /// Most grants per period, 1–1000000000.
    #[schemars(range(min = 1, max = 1_000_000_000))]
    pub times: At<i64>,
    /// The period, but not `order`. Weeks start on Monday; all periods are local.
    pub per: At<CapPeriod>,
}

/// How a rule gives points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum RuleKind {
    /// Points for money, at a rate. Base rules add up.
    Base,
    /// A factor on the base points of the matching lines. Multipliers multiply the base, not each other.
    Multiplier,
    /// The same points each time.
    Bonus,
}

impl RuleKind {
    /// The word in the file.
    pub fn word(self) -> &'static str {
        match self {
            RuleKind::Base => "base",
            RuleKind::Multiplier => "multiplier",
            RuleKind::Bonus => "bonus",
        }
    }
}

/// Which money counts.
#[derive(Clone, Copy, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::programme) struct MoneyBaseTable {
    /// Money before or after discount. Default `after`.
    pub discount: BeforeAfter,
    /// Tax on the lines. Default `without`.
    pub tax: WithWithout,
    /// Shipping, shared over the lines. Default `without`.
    pub shipping: WithWithout,
    /// The part that points paid. Default `without`.
    pub points_paid: WithWithout,
    /// The part that stored value paid. Default `without`.
    pub stored_value_paid: WithWithout,
}

/// Before or after discount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum BeforeAfter {
    /// What the lines cost before discount.
    Before,
    /// What they cost after it.
    #[default]
    After,
}

/// Counted or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum WithWithout {
    /// Counts.
    With,
    /// Does not count.
    #[default]
    Without,
}

/// Conditions of a rule; all that are given must hold. A list holds when any of its members does; an empty list asks
/// nothing.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::programme) struct WhenTable {
    /// Money currency of the order, of those accepted.
    pub money: Texts,
    /// Sales channel of the order.
    pub channel: Texts,
    /// Store of the order.
    pub store: Texts,
    /// Category of a line. Line conditions pick the lines that count.
    pub category: Texts,
    /// Stock-keeping unit of a line.
    pub sku: Texts,
    /// Brand of a line.
    pub brand: Texts,
    /// Tags of a line: it has any of them.
    pub tag: Texts,
    /// Lines that do not count.
    pub not: NotTable,
    /// Least money of the matching lines, inclusive, a decimal in quotes.
    pub min_spend: Option<Text>,
    /// Most money of the matching lines, inclusive, a decimal in quotes.
    pub max_spend: Option<Text>,
    /// Least pieces over the matching lines, at least 1.
    #[schemars(range(min = 1))]
    pub min_quantity: Option<At<i64>>,
    /// Tier that the member holds beforehand: `tier`, or `ladder/tier` where two ladders have such a tier. For
    /// `on = "tier_reached"`, `tier_kept` and `tier_anniversary`: the tier that it is about.
    pub tier: Texts,
    /// Segment tags of the member: any of them.
    pub segment: Texts,
    /// Attributes of the member: each key has any of its values.
    pub attribute: BTreeMap<String, At<Texts>>,
    /// Which of the member's orders, counting this one and not those returned whole.
    pub order_number: Option<At<OrderNumberTable>>,
    /// Local weekday.
    pub weekday: Vec<Weekday>,
    /// Local hour.
    pub hour: Option<At<HourTable>>,
    /// First instant at which the rule holds.
    pub from: Option<At<Moment>>,
    /// First instant at which it no longer does.
    pub until: Option<At<Moment>>,
    /// The local day is the member's birthday, in its week (Monday to Sunday), or in its month.
    pub birthday: Option<At<Birthday>>,
    /// For `on = "activity"`: every so many days of the activity's streak.
    pub streak: Option<At<StreakTable>>,
    /// For `on = "activity"`: the score given, as by a survey. An activity without a score does not match.
    pub score: Option<At<ScoreTable>>,
    /// What the other conditions cannot say: one CEL expression that is true or false.
    pub cel: Option<Text>,
}

/// Lines that do not count: those with any of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::programme) struct NotTable {
    /// Category.
    pub category: Texts,
    /// Stock-keeping unit.
    pub sku: Texts,
    /// Brand.
    pub brand: Texts,
    /// Tags.
    pub tag: Texts,
}

/// Which of a member's orders: one of the two keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct OrderNumberTable {
    /// `true`: the first.
    pub first: Option<bool>,
    /// Every n-th, 2–1000000.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub every: Option<At<i64>>,
}

/// Days in a row with an activity of the kind.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct StreakTable {
    /// Every n-th day in a row, 1–3650.
    #[schemars(range(min = 1, max = 3650))]
    pub every: At<i64>,
}

/// Scores from one to another, both inclusive.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct ScoreTable {
    /// Least, 0–10.
    #[schemars(range(min = 0, max = 10))]
    pub from: At<i64>,
    /// Most, 0–10.
    #[schemars(range(min = 0, max = 10))]
    pub to: At<i64>,
}

/// Hours of the local day; where `from` is larger than `to`, over midnight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::programme) struct HourTable {
    /// First hour, 0–23.
    #[schemars(range(min = 0, max = 23))]
    pub from: At<i64>,
    /// First hour no longer in, 0–24.
    #[schemars(range(min = 0, max = 24))]
    pub to: At<i64>,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(in crate::programme) enum Weekday {
    /// Monday.
    Mon,
    /// Tuesday.
    Tue,
    /// Wednesday.
    Wed,
    /// Thursday.
    Thu,
    /// Friday.
    Fri,
    /// Saturday.
    Sat,
    /// Sunday.
    Sun,
}
