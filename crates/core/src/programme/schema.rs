//! The programme file as TOML: which keys there are and what shape their values have.
//!
//! Invariants: an unknown key is an error, everywhere; every value that a check may object to carries its place ([`At`]).
//! The docs of tables and keys are the descriptions in the JSON Schema ([`json_schema`]).
//!
//! It does not check what values mean: that is [`parse`](super::parse).

use std::collections::BTreeMap;
use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::value::Datetime;

use super::plan::{
    Beyond, Birthday, CapPeriod, ClawbackPolicy, CountsFrom, Downgrade, GroupChoice, OnReturn, RoundTo,
    RoundingUnit, SpendOrder, Upgrade, Usage,
};
use crate::money::Rounding;

/// The JSON Schema of programme files, for editors that complete and check TOML.
pub fn json_schema() -> Schema {
    let mut schema = schemars::schema_for!(ProgrammeFile);
    without_null(&mut schema);
    schema
}

/// TOML has no null: a key that may be missing is missing.
fn without_null(schema: &mut Schema) {
    schemars::transform::transform_subschemas(&mut without_null, schema);
    let Some(object) = schema.as_object_mut() else { return };
    if let Some(types) = object.get_mut("type").and_then(|types| types.as_array_mut()) {
        types.retain(|name| name != "null");
        if types.len() == 1 {
            let only = types.remove(0);
            object.insert("type".to_owned(), only);
        }
    }
    if let Some(choices) = object.get_mut("anyOf").and_then(|choices| choices.as_array_mut()) {
        choices.retain(|choice| choice.get("type").is_none_or(|name| name != "null"));
        if choices.len() == 1
            && let Some(only) = choices.remove(0).as_object()
        {
            object.remove("anyOf");
            object.extend(only.clone());
        }
    }
}

/// A value and the bytes of the file that it stands in.
#[derive(Clone, Debug)]
pub(super) struct At<T> {
    /// The value.
    pub value: T,
    /// Its bytes.
    pub span: Range<usize>,
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for At<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = Spanned::<T>::deserialize(deserializer)?;
        Ok(At { span: spanned.span(), value: spanned.into_inner() })
    }
}

impl<T: JsonSchema> JsonSchema for At<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> std::borrow::Cow<'static, str> {
        T::schema_id()
    }

    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

/// A text with its place.
pub(super) type Text = At<String>;
/// A list of texts with their places.
pub(super) type Texts = Vec<Text>;

/// A date or a date and time as TOML writes them, without quotes.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Moment(pub Datetime);

impl JsonSchema for Moment {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Moment".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A TOML date, local date and time, or date and time with offset, without quotes. \
                            A date is its first instant in the programme's zone.",
        })
    }
}

/// A loyalty programme: what earns points, how long they live, what they buy, and which tiers they lead to.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Tallybook programme")]
pub(super) struct ProgrammeFile {
    /// The programme's name, 1–64 bytes.
    pub name: Text,
    /// IANA time zone of all local days, midnights and hours, such as `Europe/London`.
    pub zone: Text,
    /// Whether members appear with their first fact, without enrolment. Default true.
    pub enrol_on_first_fact: Option<bool>,
    /// How many days late a fact may come, 0–3650. Default 400.
    #[schemars(range(min = 0, max = 3650))]
    pub late_limit_days: Option<At<i64>>,
    /// How many seconds ahead of the recording clock a fact may lie, 0–86400. Default 300.
    #[schemars(range(min = 0, max = 86400))]
    pub clock_skew_seconds: Option<At<i64>>,
    /// When this version comes into force, unless publication says otherwise.
    pub effective_from: Option<At<Moment>>,
    /// Money currencies that orders may come in, at least one. The first is that of cash values and tier spend.
    #[schemars(length(min = 1))]
    pub money: At<Vec<At<MoneyTable>>>,
    /// Point currencies, at least one.
    #[schemars(length(min = 1))]
    pub currency: At<Vec<At<CurrencyTable>>>,
    /// Earning rules, at most 512. Their order is the order of caps and the last word in groups.
    #[serde(default)]
    #[schemars(length(max = 512))]
    pub rule: Vec<At<RuleTable>>,
    /// Tier ladders.
    #[serde(default)]
    pub ladder: Vec<At<LadderTable>>,
}

/// A money currency that orders may come in.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct MoneyTable {
    /// ISO 4217 code, such as `USD`.
    pub code: Text,
    /// Decimal places of the amounts in orders, 0–4. Default that of ISO 4217.
    #[schemars(range(min = 0, max = 4))]
    pub exponent: Option<At<i64>>,
}

/// A point currency and its policies.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CurrencyTable {
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
}

/// When lots end.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExpiryTable {
    /// Never, a span after the start, or at the end of a calendar year.
    pub policy: ExpiryPolicy,
    /// For `after`: so many days, 1–36500. Give one of days, months, years.
    #[schemars(range(min = 1, max = 36500))]
    pub days: Option<At<i64>>,
    /// For `after`: so many months, 1–1200.
    #[schemars(range(min = 1, max = 1200))]
    pub months: Option<At<i64>>,
    /// For `after`: so many years, 1–100. For `calendar`: years past that of the start, 0–100.
    #[schemars(range(min = 0, max = 100))]
    pub years: Option<At<i64>>,
    /// For `after`: whose last day the lot is valid through. Default `day`.
    pub round_to: Option<At<RoundTo>>,
    /// Where the clock starts. Default `activation`.
    pub counts_from: Option<At<CountsFrom>>,
}

/// How the end of a lot is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ExpiryPolicy {
    /// Lots do not end.
    Never,
    /// A span after the start.
    After,
    /// With a calendar year.
    Calendar,
}

/// When lots can be spent.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ActivationTable {
    /// At once, or some days after earning.
    pub policy: ActivationPolicy,
    /// For `after_days`: so many days after the earning day, at its first instant, 1–3650.
    #[schemars(range(min = 1, max = 3650))]
    pub days: Option<At<i64>>,
}

/// How the activation of a lot is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum ActivationPolicy {
    /// At once.
    Immediate,
    /// At the first instant of a later local day.
    AfterDays,
}

/// What points are worth as cash off an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CashTable {
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
pub(super) struct CapTable {
    /// Most points per period, a decimal in quotes.
    pub limit: Text,
    /// The period. Weeks start on Monday; all periods are local.
    pub per: CapPeriod,
    /// What happens to what would pass the limit. Default `trim`.
    #[serde(default)]
    pub beyond: Beyond,
}

/// One way to earn points on an order.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// A rate on money, a factor on the base points, or a fixed bonus.
    pub kind: RuleKind,
    /// The point currency it gives. Default the only one.
    pub currency: Option<Text>,
    /// `base`: points per `per` of money, at most 6 decimal places. `bonus`: points an order. A decimal in quotes.
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
    /// Its own caps.
    #[serde(default)]
    pub caps: Vec<At<CapTable>>,
    /// Conditions; all that are given must hold.
    #[serde(default)]
    pub when: WhenTable,
}

/// How a rule gives points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum RuleKind {
    /// Points for money, at a rate. Base rules add up.
    Base,
    /// A factor on the base points of the matching lines. Multipliers multiply the base, not each other.
    Multiplier,
    /// The same points for every matching order.
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
pub(super) struct MoneyBaseTable {
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
pub(super) enum BeforeAfter {
    /// What the lines cost before discount.
    Before,
    /// What they cost after it.
    #[default]
    After,
}

/// Counted or not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WithWithout {
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
pub(super) struct WhenTable {
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
    /// Tier that the member holds before the order: `tier`, or `ladder/tier` where two ladders have such a tier.
    pub tier: Texts,
    /// Segment tags of the member: any of them.
    pub segment: Texts,
    /// Attributes of the member: each key has any of its values.
    pub attribute: BTreeMap<String, At<Texts>>,
    /// Which of the member's orders, counting this one and not those returned whole.
    pub order_number: Option<At<OrderNumberTable>>,
    /// Local weekday of the order.
    pub weekday: Vec<Weekday>,
    /// Local hour of the order.
    pub hour: Option<At<HourTable>>,
    /// First instant at which the rule holds.
    pub from: Option<At<Moment>>,
    /// First instant at which it no longer does.
    pub until: Option<At<Moment>>,
    /// The local day of the order is the member's birthday, in its week (Monday to Sunday), or in its month.
    pub birthday: Option<Birthday>,
}

/// Lines that do not count: those with any of these.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NotTable {
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
pub(super) struct OrderNumberTable {
    /// `true`: the first.
    pub first: Option<bool>,
    /// Every n-th, 2–1000000.
    #[schemars(range(min = 2, max = 1_000_000))]
    pub every: Option<At<i64>>,
}

/// Hours of the local day; where `from` is larger than `to`, over midnight.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HourTable {
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
pub(super) enum Weekday {
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

/// A ladder of tiers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LadderTable {
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
pub(super) enum PeriodKind {
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
pub(super) struct TierTable {
    /// Its id, 1–64 bytes without `/`.
    pub id: Text,
    /// What reaches it; every tier but the first has one.
    pub entry: Option<At<ThresholdTable>>,
    /// What keeps it. Default its entry.
    pub keep: Option<At<ThresholdTable>>,
}

/// Figures to be reached: one of the two keys.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ThresholdTable {
    /// Any of these figures is enough.
    pub any: Option<At<FiguresTable>>,
    /// All of these figures are needed.
    pub all: Option<At<FiguresTable>>,
}

/// Figures of a period, at least one of them.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FiguresTable {
    /// Least spend in the first money currency, a decimal in quotes.
    pub spend: Option<Text>,
    /// Least points of currencies that count for tiers, a decimal in quotes.
    pub points: Option<Text>,
    /// Least orders.
    #[schemars(range(min = 1))]
    pub orders: Option<At<i64>>,
}
