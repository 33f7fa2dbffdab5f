//! The programme file as TOML: which keys there are and what shape their values have.
//!
//! Invariants: an unknown key is an error, everywhere; every value that a check may object to carries its place ([`At`]).
//! The docs of tables and keys are the descriptions in the JSON Schema ([`json_schema`]).
//!
//! It does not check what values mean: that is [`parse`](super::parse).

mod currency;
mod ladder;
mod offer;
mod rule;

use std::ops::Range;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer};
use toml::Spanned;
use toml::value::Datetime;

use super::plan::OnClose;

pub(super) use currency::{
    ActivationPolicy, ActivationTable, CapTable, CashTable, CurrencyTable, ExpiryPolicy, ExpiryTable,
    LimitTable, PurchaseTable, TransferTable,
};
pub(super) use ladder::{
    ChallengeTable, FiguresTable, LadderTable, PeriodFiguresTable, PeriodKind, ThresholdTable, TierTable,
};
pub(super) use offer::{ActivityTable, BenefitTable, BudgetTable, CampaignTable, ReferralTable, RewardTable};
pub(super) use rule::{
    BeforeAfter, HourTable, MoneyBaseTable, OrderNumberTable, RuleKind, RuleTable, ScoreTable,
    TriggerLimitTable, WhenTable, WithWithout,
};

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
    /// Kinds of activity that members may record, at most 256.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub activity: Vec<At<ActivityTable>>,
    /// Limits on what rules give to all members together, at most 256.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub budget: Vec<At<BudgetTable>>,
    /// Campaigns, at most 256.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub campaign: Vec<At<CampaignTable>>,
    /// What points may be spent on, at most 1024. Where none is listed, names of rewards are the caller's.
    #[serde(default)]
    #[schemars(length(max = 1024))]
    pub reward: Vec<At<RewardTable>>,
    /// What tiers give a number of times per period, at most 256.
    #[serde(default)]
    #[schemars(length(max = 256))]
    pub benefit: Vec<At<BenefitTable>>,
    /// What a referral waits for; needed where rules are on `referrer` or `referred`.
    pub referral: Option<At<ReferralTable>>,
    /// What becomes of the points of a member who leaves. Default `forfeit`.
    #[serde(default)]
    pub on_close: OnClose,
    /// Days after expiry in which points may be reinstated, 0–3650. Default 30.
    #[schemars(range(min = 0, max = 3650))]
    pub reinstate_days: Option<At<i64>>,
    /// Days that a voucher with a code is valid through, 1–3650. Default for ever.
    #[schemars(range(min = 1, max = 3650))]
    pub voucher_days: Option<At<i64>>,
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
