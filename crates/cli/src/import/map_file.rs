//! The map file's tables as they are written, and the checks that make a [`Map`] of them.
//!
//! Invariant: only what stands every check becomes a [`Map`]; the first fault is told, naming the key and what would be
//! accepted.

use serde::Deserialize;
use tallybook_core::money::CurrencyCode;

use super::decimal::Decimal;
use super::map::{
    Columns, Condition, Defaults, Format, GROUP_GAP_ROWS_MAX, Join, Kind, Map, Returns, SOURCE_BYTES_MAX,
    Skip, TagRule, Test, usual_exponent,
};
use super::time::TimeFormat;

/// A map file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapFile {
    source: String,
    #[serde(default)]
    format: Format,
    kind: Kind,
    #[serde(default)]
    row_is_order: bool,
    #[serde(default)]
    group_gap_rows_max: u64,
    columns: Columns,
    #[serde(default)]
    defaults: Defaults,
    money: MoneyTable,
    time: TimeTable,
    #[serde(default)]
    skip: Vec<SkipTable>,
    #[serde(default)]
    tags: Vec<TagTable>,
    #[serde(default)]
    join: Vec<Join>,
    returns: Option<ReturnsTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyTable {
    currency: String,
    exponent: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TimeTable {
    format: String,
    zone: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SkipTable {
    reason: String,
    when: ConditionTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TagTable {
    tag: String,
    when: ConditionTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReturnsTable {
    when: Option<ConditionTable>,
    #[serde(default)]
    quantity_sign: QuantitySign,
    #[serde(rename = "match")]
    matching: Option<MatchRule>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum QuantitySign {
    #[default]
    Positive,
    Negative,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MatchRule {
    MemberSku,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConditionTable {
    column: String,
    empty: Option<bool>,
    equals: Option<String>,
    starts_with: Option<String>,
    above: Option<String>,
    at_most: Option<String>,
}

type Checked<T> = Result<T, String>;

impl MapFile {
    /// Checks the file and makes a map of it.
    ///
    /// # Errors
    /// What is wrong, naming the key and what would be accepted.
    pub(super) fn check(self) -> Checked<Map> {
        check_source(&self.source)?;
        if self.group_gap_rows_max > GROUP_GAP_ROWS_MAX {
            return Err(format!(
                "group_gap_rows_max is {}; at most {GROUP_GAP_ROWS_MAX}",
                self.group_gap_rows_max
            ));
        }
        let currency = CurrencyCode::parse(&self.money.currency).ok_or_else(|| {
            format!("money.currency is `{}`; write three capital letters such as EUR", self.money.currency)
        })?;
        let exponent = self.money.exponent.unwrap_or_else(|| usual_exponent(currency));
        if exponent > 4 {
            return Err(format!("money.exponent is {exponent}; 0 to 4 is accepted"));
        }
        if let Some(quantity) = &self.defaults.quantity
            && (quantity.is_empty() || !quantity.bytes().all(|byte| byte.is_ascii_digit()))
        {
            return Err(format!("defaults.quantity is `{quantity}`; write a whole number such as \"1\""));
        }
        let returns = self.returns.map_or_else(|| Ok(Returns::default()), ReturnsTable::check)?;
        let map = Map {
            source: self.source,
            format: self.format,
            kind: self.kind,
            row_is_order: self.row_is_order,
            group_gap_rows_max: self.group_gap_rows_max,
            columns: self.columns,
            defaults: self.defaults,
            currency,
            exponent,
            time: self.time.check()?,
            skips: self.skip.into_iter().map(SkipTable::check).collect::<Checked<_>>()?,
            tags: self.tags.into_iter().map(TagTable::check).collect::<Checked<_>>()?,
            joins: self.join,
            returns,
        };
        check_kind_columns(&map)?;
        check_tiers(&map)?;
        check_time(&map)?;
        if map.kind.is_row_by_row() {
            return Ok(map);
        }
        check_order_columns(&map)?;
        check_amount_columns(&map)?;
        check_returns(&map)?;
        Ok(map)
    }
}

fn check_source(source: &str) -> Checked<()> {
    let letters = source.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    if letters && (1..=SOURCE_BYTES_MAX).contains(&source.len()) {
        return Ok(());
    }
    Err(format!("source is `{source}`; write 1 to {SOURCE_BYTES_MAX} of a-z, 0-9 and -"))
}

/// Activities and enrolments have columns of their own, and none that speak of lines.
fn check_kind_columns(map: &Map) -> Checked<()> {
    let columns = &map.columns;
    if map.kind == Kind::Activities {
        if columns.activity.is_none() {
            return Err("columns.activity is missing: the kind of activity".to_owned());
        }
        if columns.activity_id.is_none() {
            return Err(
                "columns.activity_id is missing: without a name, an activity could come in twice".to_owned()
            );
        }
    }
    let of_orders = [
        ("order", &columns.order),
        ("return_id", &columns.return_id),
        ("line", &columns.line),
        ("sku", &columns.sku),
        ("category", &columns.category),
        ("brand", &columns.brand),
        ("quantity", &columns.quantity),
        ("unit_price", &columns.unit_price),
    ];
    let of_both = [
        ("store", &columns.store),
        ("channel", &columns.channel),
        ("amount", &columns.amount),
        ("tags", &columns.tags),
    ];
    let of_activities =
        [("activity_id", &columns.activity_id), ("activity", &columns.activity), ("score", &columns.score)];
    let of_enrolments = [
        ("birthday", &columns.birthday),
        ("segments", &columns.segments),
        ("referred_by", &columns.referred_by),
    ];
    let of_tiers = [
        ("tier", &columns.tier),
        ("ladder", &columns.ladder),
        ("until", &columns.until),
        ("reason", &columns.reason),
    ];
    let foreign: [&[_]; 4] = match map.kind {
        Kind::Activities => [&of_orders, &of_enrolments, &of_tiers, &[]],
        Kind::Enrolments => [&of_orders, &of_both, &of_activities, &of_tiers],
        Kind::Tiers => [&of_orders, &of_both, &of_activities, &of_enrolments],
        Kind::Orders | Kind::Returns | Kind::Mixed => [&of_activities, &of_enrolments, &of_tiers, &[]],
    };
    match foreign.into_iter().flatten().find(|(_, column)| column.is_some()) {
        Some((field, _)) => Err(format!("columns.{field} has no place in rows of this kind")),
        None if map.kind.is_row_by_row() && map.row_is_order => {
            Err("row_is_order needs kind = \"orders\"".to_owned())
        }
        None => Ok(()),
    }
}

/// A tier by hand is of a ladder, and somebody gave it for a reason.
fn check_tiers(map: &Map) -> Checked<()> {
    let Map { columns, defaults, .. } = map;
    if map.kind != Kind::Tiers {
        return Ok(());
    }
    if columns.tier.is_none() {
        return Err("columns.tier is missing: the tier that the member holds".to_owned());
    }
    if defaults.actor.is_none() {
        return Err("defaults.actor is missing: who gives the tiers".to_owned());
    }
    for (field, column, default) in
        [("ladder", &columns.ladder, &defaults.ladder), ("reason", &columns.reason, &defaults.reason)]
    {
        if column.is_none() && default.is_none() {
            return Err(format!("columns.{field} is missing; or set defaults.{field}"));
        }
    }
    Ok(())
}

/// Only tiers may all be held from one moment on, which no column gives.
fn check_time(map: &Map) -> Checked<()> {
    match (&map.columns.effective_at, &map.defaults.effective_at) {
        (_, Some(_)) if map.kind != Kind::Tiers => {
            Err("defaults.effective_at needs kind = \"tiers\"".to_owned())
        }
        (_, Some(text)) if map.time.parse(text).is_err() => {
            Err(format!("defaults.effective_at is `{text}`; accepted is {}", map.time.accepted()))
        }
        (None, None) if map.kind == Kind::Tiers => {
            Err("columns.effective_at is missing; or set defaults.effective_at".to_owned())
        }
        (None, None) => Err("columns.effective_at is missing".to_owned()),
        _ => Ok(()),
    }
}

fn check_order_columns(map: &Map) -> Checked<()> {
    match (map.row_is_order, &map.columns.order) {
        (true, Some(_)) => Err("columns.order and row_is_order exclude each other".to_owned()),
        (true, None) if map.kind != Kind::Orders => Err("row_is_order needs kind = \"orders\"".to_owned()),
        (false, None) => Err("columns.order is missing; or set row_is_order = true".to_owned()),
        _ if map.kind == Kind::Returns && map.columns.return_id.is_none() => {
            Err("columns.return_id is missing; kind = \"returns\" needs it".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_amount_columns(map: &Map) -> Checked<()> {
    let columns = &map.columns;
    match (&columns.amount, &columns.unit_price) {
        (Some(_), Some(_)) => Err("columns.amount and columns.unit_price exclude each other".to_owned()),
        (None, None) if map.kind != Kind::Returns => {
            Err("columns.amount is missing; or map columns.unit_price".to_owned())
        }
        (None, Some(_)) if columns.quantity.is_none() && map.defaults.quantity.is_none() => {
            Err("columns.unit_price needs columns.quantity or defaults.quantity".to_owned())
        }
        _ => Ok(()),
    }
}

fn check_returns(map: &Map) -> Checked<()> {
    let mixed = map.kind == Kind::Mixed;
    if mixed != map.returns.when.is_some() {
        return Err("returns.when is needed in kind = \"mixed\", and only there".to_owned());
    }
    if !map.returns.match_by_sku {
        return Ok(());
    }
    if !mixed {
        return Err("returns.match needs kind = \"mixed\": the orders must be in the same file".to_owned());
    }
    let columns = &map.columns;
    for (field, column) in
        [("sku", &columns.sku), ("quantity", &columns.quantity), ("unit_price", &columns.unit_price)]
    {
        if column.is_none() {
            return Err(format!("returns.match needs columns.{field}"));
        }
    }
    Ok(())
}

impl TimeTable {
    fn check(self) -> Checked<TimeFormat> {
        match (self.format.as_str(), self.zone) {
            ("rfc3339", None) => Ok(TimeFormat::Rfc3339),
            ("rfc3339", Some(_)) => {
                Err("time.zone: times in RFC 3339 carry their offset; leave it out".to_owned())
            }
            (_, None) => Err("time.zone is missing; local times need the IANA zone they are of".to_owned()),
            (pattern, Some(zone)) => {
                TimeFormat::local(pattern, &zone).map_err(|error| format!("[time]: {error}"))
            }
        }
    }
}

impl SkipTable {
    fn check(self) -> Checked<Skip> {
        let letters = self.reason.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        if self.reason.is_empty() || !letters {
            return Err(format!("skip.reason is `{}`; write it in snake_case", self.reason));
        }
        Ok(Skip { when: self.when.check("skip.when")?, reason: self.reason })
    }
}

impl TagTable {
    fn check(self) -> Checked<TagRule> {
        if self.tag.is_empty() || self.tag.contains('|') {
            return Err(format!("tags.tag is `{}`; write a text without |", self.tag));
        }
        Ok(TagRule { when: self.when.check("tags.when")?, tag: self.tag })
    }
}

impl ReturnsTable {
    fn check(self) -> Checked<Returns> {
        Ok(Returns {
            when: self.when.map(|when| when.check("returns.when")).transpose()?,
            quantity_below_zero: self.quantity_sign == QuantitySign::Negative,
            match_by_sku: matches!(self.matching, Some(MatchRule::MemberSku)),
        })
    }
}

impl ConditionTable {
    fn check(self, place: &str) -> Checked<Condition> {
        let tests = [
            self.empty.map(Test::Empty),
            self.equals.map(Test::Equals),
            self.starts_with.map(Test::StartsWith),
            self.above.map(Test::Above),
            self.at_most.map(Test::AtMost),
        ];
        let mut tests = tests.into_iter().flatten();
        let (Some(test), None) = (tests.next(), tests.next()) else {
            return Err(format!("{place} must ask one of empty, equals, starts_with, above and at_most"));
        };
        if let Test::Above(limit) | Test::AtMost(limit) = &test
            && Decimal::parse(limit).is_none()
        {
            return Err(format!("{place}: `{limit}` is not a decimal such as \"0.50\""));
        }
        Ok(Condition { column: self.column, test })
    }
}
