//! The compiled programme: rules, policies and ladders with numbers for names, ready to judge without allocation.
//!
//! Invariants, upheld by the compiler in [`parse`](super::parse) and relied on by `decide`:
//! - every number in a plan refers to something in the same plan;
//! - `rules` of one group are of one kind and currency; every base rule's rate and every multiplier's factor is positive;
//! - a ladder's tiers are lowest first, and the first has no entry condition.

use schemars::JsonSchema;
use serde::Deserialize;
use smallvec::SmallVec;

use crate::calendar::{Day, Instant, MonthDay, Zone};
use crate::ids::{CapNumber, CurrencyNumber, LadderNumber, TierNumber};
use crate::money::{CurrencyCode, Money, Rounding};
use crate::points::Points;

/// A programme version as judgements see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The programme's name.
    pub name: Box<str>,
    /// The zone of all local days and hours.
    pub zone: Zone,
    /// Whether members appear on their first fact.
    pub enrol_on_first_fact: bool,
    /// How late a fact may come, in days, 0–3,650.
    pub late_limit_days: u32,
    /// How far ahead of the recording time a fact may lie, in seconds, 0–86,400.
    pub clock_skew_seconds: u32,
    /// Days for which figures and counters are kept: the late limit and the longest period.
    pub horizon_days: u32,
    /// Money currencies that orders may come in; the first is the one of cash values and spend thresholds.
    pub money: Vec<MoneyCurrency>,
    /// Point currencies, by number; `None` where this version lacks one that an earlier version had.
    pub currencies: Vec<Option<PointCurrency>>,
    /// Earning rules, in file order.
    pub rules: Vec<Rule>,
    /// Ladders, by number.
    pub ladders: Vec<Option<Ladder>>,
    /// The texts that rules mention.
    pub symbols: Symbols,
}

/// A money currency that orders may come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MoneyCurrency {
    /// ISO 4217 code.
    pub code: CurrencyCode,
    /// Decimal places of the minor unit, 0–4.
    pub exponent: u8,
}

/// A point currency and its policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PointCurrency {
    /// Its number in the ledger.
    pub number: CurrencyNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// Decimal places, 0–4.
    pub scale: u8,
    /// What it is good for.
    pub usage: Usage,
    /// Which lots are drawn first.
    pub spend_order: SpendOrder,
    /// How returns take back what is no longer in the order's own lots.
    pub clawback: ClawbackPolicy,
    /// When new lots end.
    pub expiry: Expiry,
    /// When new lots can be spent.
    pub activation: Activation,
    /// Days that a restored lot lives on when it was past its end; 0 expires it at once.
    pub reversal_grace_days: u32,
    /// Cash value, if points may pay for orders.
    pub cash: Option<CashValue>,
    /// Caps over all rules that give this currency.
    pub caps: SmallVec<[Cap; 1]>,
}

/// What a point currency is good for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Usage {
    /// Can be spent, does not count for tiers.
    #[default]
    Spendable,
    /// Counts for tiers, cannot be spent.
    Qualifying,
    /// Both.
    Both,
}

/// The order in which lots are drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SpendOrder {
    /// Soonest end first, never-ending last; then oldest; then lot number.
    #[default]
    SoonestExpiry,
    /// Oldest first; then lot number.
    Fifo,
}

/// Where a clawback finds points.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ClawbackPolicy {
    /// Own lots, other lots, then a debt.
    #[default]
    Arrears,
    /// Own lots, other lots; the rest is waived.
    BalanceOnly,
    /// Own lots; the rest is waived.
    OwnLotsOnly,
}

/// When a lot ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Expiry {
    /// Never.
    #[default]
    Never,
    /// A span after the start, through the last day of the rounding unit.
    After {
        /// How long.
        span: Span,
        /// Whose last day is the lot's.
        round_to: RoundTo,
        /// Where the clock starts.
        counts_from: CountsFrom,
    },
    /// At the end of the year of the start, `years` later.
    Calendar {
        /// 0 ends with the year of the start.
        years: u32,
        /// Where the clock starts.
        counts_from: CountsFrom,
    },
}

/// A length of time by the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Days, 1–36,500.
    Days(u32),
    /// Months, 1–1,200.
    Months(u32),
}

/// The unit whose last day a lot is valid through.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RoundTo {
    /// The day itself.
    #[default]
    Day,
    /// Its month.
    Month,
    /// Its quarter.
    Quarter,
    /// Its half-year.
    HalfYear,
    /// Its year.
    Year,
}

/// Where a lot's clock starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CountsFrom {
    /// When it becomes spendable.
    #[default]
    Activation,
    /// When it is earned.
    Earning,
}

/// When a lot can be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Activation {
    /// At once.
    #[default]
    Immediate,
    /// From the start of the local day so many days after, 1–3,650.
    AfterDays(u32),
}

/// What points are worth when they pay for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CashValue {
    /// So many points, smallest units, at least 1 …
    pub points: Points,
    /// … are worth so much, minor units, at least 1.
    pub per: Money,
    /// Least points in one redemption, at least 1.
    pub min_points: Points,
    /// Points come in multiples of this, at least 1.
    pub step: Points,
    /// Most of an order's total that points may pay, per cent, 1–100.
    pub max_share_percent: u8,
}

/// A limit on what may be given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cap {
    /// Its number in the ledger.
    pub number: CapNumber,
    /// Most points per period, smallest units, at least 1.
    pub limit: Points,
    /// The period.
    pub per: CapPeriod,
    /// What happens to what would pass it.
    pub beyond: Beyond,
}

/// The period of a cap, per member. Weeks start on Monday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapPeriod {
    /// Each order by itself.
    Order,
    /// Local day.
    Day,
    /// Local week.
    Week,
    /// Calendar month.
    Month,
    /// Calendar year.
    Year,
    /// The period of the first ladder.
    TierPeriod,
    /// For ever.
    Ever,
}

/// What a cap does with what would pass it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// Gives what still fits.
    #[default]
    Trim,
    /// Gives nothing.
    Skip,
}

/// One way to earn points on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id in the file.
    pub id: Box<str>,
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
    /// Its own caps.
    pub caps: SmallVec<[Cap; 1]>,
    /// Which lines count.
    pub lines: LineConditions,
    /// What the order must be like.
    pub order: OrderConditions,
    /// What the member and the moment must be like; judged once, and not again on a return.
    pub member: MemberConditions,
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

/// A text that some rule mentions, by its place in [`Symbols`] from 1. [`Symbol::NONE`] is any other, or no text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Symbol(pub u32);

impl Symbol {
    /// A text that no rule mentions.
    pub const NONE: Symbol = Symbol(0);
}

/// The texts that rules mention, so that judging compares numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Symbols {
    /// Texts in bytewise order, without repeats; a text's symbol is its index plus 1.
    pub texts: Vec<Box<str>>,
    /// Line tags that rules mention, in bytewise order, at most 64; a tag's bit is its index.
    pub tags: Vec<Box<str>>,
}

impl Symbols {
    /// The symbol of a text.
    pub fn symbol(&self, text: &str) -> Symbol {
        match self.texts.binary_search_by(|known| known.as_ref().cmp(text)) {
            Ok(index) => Symbol(u32::try_from(index + 1).unwrap_or(0)),
            Err(_) => Symbol::NONE,
        }
    }

    /// The symbol of a text that may be missing.
    pub fn optional(&self, text: Option<&str>) -> Symbol {
        text.map_or(Symbol::NONE, |text| self.symbol(text))
    }

    /// The bit of a line tag; 0 where no rule mentions it.
    pub fn tag_bit(&self, tag: &str) -> u64 {
        match self.tags.binary_search_by(|known| known.as_ref().cmp(tag)) {
            Ok(index) if index < 64 => 1 << index,
            _ => 0,
        }
    }
}

/// A few symbols, sorted.
pub type SymbolSet = SmallVec<[Symbol; 4]>;

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

/// A ladder of tiers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ladder {
    /// Its number in the ledger.
    pub number: LadderNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// Over what figures are gathered.
    pub period: LadderPeriod,
    /// When a higher tier is given.
    pub upgrade: Upgrade,
    /// What becomes of a member who does not keep the tier.
    pub downgrade: Downgrade,
    /// A tier reached or kept in a period is valid through the end of the period so many later, 1–100.
    pub valid_periods: u32,
    /// Days between not keeping a tier and losing it, 0–3,650.
    pub grace_days: u32,
    /// What returns do to the tier.
    pub on_return: OnReturn,
    /// Which money counts as spend.
    pub spend: MoneyBase,
    /// Tiers, lowest first.
    pub tiers: Vec<Tier>,
}

impl Ladder {
    /// A tier's rank, from 0. The checker has seen to it that no version drops a tier; an unknown one ranks lowest.
    pub fn rank(&self, tier: TierNumber) -> usize {
        self.tiers.iter().position(|t| t.number == tier).unwrap_or(0)
    }
}

/// Over what a ladder's figures are gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LadderPeriod {
    /// Calendar years.
    CalendarYear,
    /// The last so many local days, today included, 1–3,660.
    RollingDays(u32),
    /// Years from the day of joining.
    AnniversaryJoining,
    /// Years from the day after the tier was reached.
    AnniversaryTier,
    /// All time.
    Lifetime,
}

/// When a higher tier is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Upgrade {
    /// With the order that reaches it.
    #[default]
    AtOnce,
    /// At the end of the period.
    PeriodEnd,
}

/// What becomes of a member who does not keep the tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Downgrade {
    /// The highest tier that the figures reach.
    #[default]
    ToQualifying,
    /// One rank down, or the highest tier that the figures reach if that is higher.
    OneDown,
    /// Nothing: tiers are kept for ever.
    Never,
}

/// What returns do to a tier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnReturn {
    /// Nothing until the period ends.
    #[default]
    KeepUntilPeriodEnd,
    /// The tier goes at once if the figures no longer reach it.
    DemoteNow,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Its number in the ladder.
    pub number: TierNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// What reaches it; `None` for the first.
    pub entry: Option<Threshold>,
    /// What keeps it; `None` for the first.
    pub keep: Option<Threshold>,
}

/// Figures to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// Whether all figures asked must be reached, or any of them.
    pub all: bool,
    /// Least spend, minor units.
    pub spend: Option<Money>,
    /// Least qualifying points, smallest units.
    pub points: Option<Points>,
    /// Least orders.
    pub orders: Option<i64>,
}
