//! Earning rules: what gives points, how much, and on which conditions.

use schemars::JsonSchema;
use serde::Deserialize;
use smallvec::SmallVec;

use crate::calendar::{Day, Instant, MonthDay};
use crate::event::Trigger;
use crate::ids::{ActivityNumber, CapNumber, CurrencyNumber, LadderNumber, PolicyIndex, TierNumber};
use crate::money::{CurrencyCode, Money, Rounding};
use crate::points::Points;
use crate::programme::cel::Expression;
use crate::programme::plan::{Cap, CapPeriod, SymbolSet};

/// One way to earn points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id in the file.
    pub id: Box<str>,
    /// What it is about.
    pub on: Trigger,
    /// The kinds of activity it is about, where it is about activities.
    pub activities: SmallVec<[ActivityNumber; 2]>,
    /// The campaign it belongs to, by its place in the plan.
    pub campaign: Option<u16>,
    /// The currency it gives.
    pub currency: CurrencyNumber,
    /// How much.
    pub effect: Effect,
    /// Which money counts.
    pub money: MoneyBase,
    /// How fractions are settled.
    pub rounding: Rounding,
    /// Over what they are settled.
    pub rounding_unit: RoundingUnit,
    /// The group it competes in.
    pub group: Option<Group>,
    /// Days of rest after each grant.
    pub cooldown: Option<Cooldown>,
    /// How often it may give.
    pub trigger_limits: SmallVec<[TriggerLimit; 1]>,
    /// Its own caps.
    pub caps: SmallVec<[Cap; 1]>,
    /// The budgets it draws on, by their place in the plan.
    pub budgets: SmallVec<[u16; 1]>,
    /// When its points end, where that is not as their currency says: a place in the plan's expiries.
    pub expiry: Option<PolicyIndex>,
    /// What typed conditions cannot say.
    pub cel: Option<Expression>,
    /// Which lines count.
    pub lines: LineConditions,
    /// What the order must be like.
    pub order: OrderConditions,
    /// What the member and the moment must be like; judged once, and not again on a return.
    pub member: MemberConditions,
}

impl Rule {
    /// Whether anything is asked that a return must not judge again: of the member, the moment, or the rule's rest.
    pub fn is_conditional(&self) -> bool {
        !self.member.is_empty()
            || self.cooldown.is_some()
            || self.cel.as_ref().is_some_and(Expression::speaks_of_member)
    }
}

/// Days of rest after a grant, per member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cooldown {
    /// Its number among the ledger's caps.
    pub number: CapNumber,
    /// Local days from one grant to the next at least, 1–3,650.
    pub days: u32,
}

/// How often a rule may give, per member and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TriggerLimit {
    /// Its number among the ledger's caps.
    pub number: CapNumber,
    /// Most grants per period, at least 1.
    pub times: i64,
    /// The period; never an order.
    pub per: CapPeriod,
}

/// How much a rule gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Eligible money times a rate.
    Base {
        /// Smallest units of points per minor unit of money.
        rate: Ratio,
    },
    /// The base points of the matching lines times `factor - 1`: the extra on top of the base.
    Multiplier {
        /// The factor less one, above zero.
        extra: Ratio,
    },
    /// The same for every order.
    Bonus {
        /// Smallest units, at least 1.
        points: Points,
    },
}

/// An exact positive fraction in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Above the line, 1 to 10^12.
    pub numerator: i64,
    /// Below the line, 1 to 10^12.
    pub denominator: i64,
}

/// Which money counts. Line amounts after discount and without tax always do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MoneyBase {
    /// Adds discounts back: money before discount.
    pub before_discount: bool,
    /// Adds tax.
    pub with_tax: bool,
    /// Adds shipping, as a share of each line by largest remainder over the lines' money.
    pub with_shipping: bool,
    /// Leaves the part paid by points in; else it is taken off the lines, by largest remainder.
    pub with_points_paid: bool,
    /// Leaves the part paid by stored value in; else it is taken off the lines, by largest remainder.
    pub with_stored_value_paid: bool,
}

/// Over what fractions are settled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundingUnit {
    /// The sum over the order.
    #[default]
    Order,
    /// Each line.
    Line,
}

/// A group in which rules compete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Group {
    /// The group, from 0 in order of first mention.
    pub index: u16,
    /// How the winner is found; the same for all rules of the group.
    pub choice: GroupChoice,
    /// The smaller goes first.
    pub priority: i32,
}

/// How a group's winner is found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupChoice {
    /// The one that asks most; then smaller priority; then file order.
    #[default]
    Best,
    /// The smallest priority; then file order.
    Priority,
}

/// Which lines count for a rule. An empty set of wanted texts wants any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineConditions {
    /// Wanted categories.
    pub categories: SymbolSet,
    /// Wanted stock-keeping units.
    pub skus: SymbolSet,
    /// Wanted brands.
    pub brands: SymbolSet,
    /// Wanted tags, any of them; 0 wants any.
    pub tags: u64,
    /// Unwanted categories.
    pub not_categories: SymbolSet,
    /// Unwanted stock-keeping units.
    pub not_skus: SymbolSet,
    /// Unwanted brands.
    pub not_brands: SymbolSet,
    /// Unwanted tags.
    pub not_tags: u64,
}

/// What an order must be like for a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderConditions {
    /// Wanted money currencies; empty wants any.
    pub money: SmallVec<[CurrencyCode; 2]>,
    /// Wanted channels.
    pub channels: SymbolSet,
    /// Wanted stores.
    pub stores: SymbolSet,
    /// Least money of the matching lines under the rule's base, inclusive.
    pub min_spend: Option<Money>,
    /// Most money of the matching lines under the rule's base, inclusive.
    pub max_spend: Option<Money>,
    /// Least pieces over the matching lines.
    pub min_quantity: Option<i64>,
}

/// What the member and the moment must be like for a rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MemberConditions {
    /// Wanted tiers, as held before the order.
    pub tiers: SmallVec<[(LadderNumber, TierNumber); 2]>,
    /// Wanted segment tags, any of them.
    pub segments: Vec<Box<str>>,
    /// Wanted attributes: all keys, each with any of its values.
    pub attributes: Vec<(Box<str>, Vec<Box<str>>)>,
    /// Which of the member's orders, counting this one.
    pub order_number: Option<OrderNumber>,
    /// Wanted weekdays: bit 0 is Monday; 0 wants any.
    pub weekdays: u8,
    /// Wanted local hours.
    pub hours: Option<HourRange>,
    /// First instant of the rule's time.
    pub from: Option<Instant>,
    /// First instant after the rule's time.
    pub until: Option<Instant>,
    /// How near the member's birthday.
    pub birthday: Option<Birthday>,
    /// Every so many days of an activity's streak, 1–3,650.
    pub streak_every: Option<u32>,
    /// Wanted scores of an activity.
    pub score: Option<ScoreRange>,
}

/// Scores from one to another, both inclusive, 0–10.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreRange {
    /// Least.
    pub from: u8,
    /// Most.
    pub to: u8,
}

impl MemberConditions {
    /// Whether anything is asked of the member or the moment at all.
    pub fn is_empty(&self) -> bool {
        *self == MemberConditions::default()
    }
}

/// Which of a member's orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrderNumber {
    /// The first.
    First,
    /// Every n-th, 2 or more.
    Every(u32),
}

/// Hours of the local day; wraps midnight where `from > to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HourRange {
    /// First hour, 0–23.
    pub from: u8,
    /// First hour no longer in, 0–24.
    pub to: u8,
}

impl HourRange {
    /// Whether an hour is in the range.
    pub fn contains(self, hour: u8) -> bool {
        if self.from <= self.to {
            (self.from..self.to).contains(&hour)
        } else {
            hour >= self.from || hour < self.to
        }
    }
}

/// How near a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Birthday {
    /// The day itself.
    Day,
    /// The week, Monday to Sunday, that holds it.
    Week,
    /// Its month.
    Month,
}

impl Birthday {
    /// Whether a local day is near enough to a birthday.
    pub fn holds(self, birthday: MonthDay, today: Day) -> bool {
        let (year, month, _) = today.civil();
        match self {
            Birthday::Day => birthday.in_year(year) == today,
            Birthday::Month => u32::from(birthday.month) == month,
            Birthday::Week => {
                (year - 1..=year + 1).any(|y| birthday.in_year(y).week_start() == today.week_start())
            }
        }
    }
}
