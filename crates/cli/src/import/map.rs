//! The map file: which column of a shop's export means what.
//!
//! A map is TOML; an unknown key, a contradiction or a missing part is an error before anything is read. The language
//! is described in `docs/cli.md` and by the commented maps in `examples/imports`.
//!
//! Invariants of a [`Map`]: exactly the columns that its kind needs are mapped, every condition asks one thing, and
//! names that become part of keys are sound. It does not know the files: columns are checked against them when a
//! [`RowParser`](super::rows::RowParser) is bound.

use serde::Deserialize;
use tallybook_core::money::CurrencyCode;
use tallybook_core::programme::parse::money_exponent;
use thiserror::Error;

use super::map_file::MapFile;
use super::time::TimeFormat;

/// Most rows that may interrupt the rows of one order.
pub const GROUP_GAP_ROWS_MAX: u64 = 10_000;
/// Longest name of a source, in bytes.
pub const SOURCE_BYTES_MAX: usize = 32;

/// Why a map cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum MapError {
    /// Not TOML, or not of the map's shape.
    #[error("{0}")]
    Shape(String),
    /// The parts do not go together.
    #[error("{0}")]
    Unsound(String),
    /// The map and the input files do not go together.
    #[error("{0}")]
    Files(String),
}

/// A map that stands every check that needs no input file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Map {
    /// Start of every idempotency key.
    pub source: String,
    /// How files are written, apart from compression.
    pub format: Format,
    /// What a row is.
    pub kind: Kind,
    /// Whether each row is an order of its own without an id.
    pub row_is_order: bool,
    /// How many other rows may interrupt the rows of one order.
    pub group_gap_rows_max: u64,
    /// Columns by field.
    pub columns: Columns,
    /// What stands for a field that is not mapped or empty.
    pub defaults: Defaults,
    /// Currency of amounts where no column gives it.
    pub currency: CurrencyCode,
    /// Decimal places of `currency`, 0–4.
    pub exponent: u8,
    /// How times are written.
    pub time: TimeFormat,
    /// Rows left out on purpose.
    pub skips: Vec<Skip>,
    /// Tags given by condition.
    pub tags: Vec<TagRule>,
    /// Tables that rows are completed from.
    pub joins: Vec<Join>,
    /// What a row of a return says.
    pub returns: Returns,
}

/// How files are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Format {
    /// Comma-separated values with a header line.
    #[default]
    Csv,
    /// One JSON object a line.
    JsonLines,
}

/// What rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Lines of orders.
    Orders,
    /// Lines of returns.
    Returns,
    /// Either, by `returns.when`.
    Mixed,
    /// Activities, one a row.
    Activities,
    /// Enrolments, one a row.
    Enrolments,
    /// Tiers held by hand, one a row.
    Tiers,
}

impl Kind {
    /// Whether each row is a fact of its own, without lines.
    pub fn is_row_by_row(self) -> bool {
        matches!(self, Kind::Activities | Kind::Enrolments | Kind::Tiers)
    }
}

/// Source columns by field of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// The member.
    pub member: String,
    /// The order's name.
    pub order: Option<String>,
    /// The return's name.
    pub return_id: Option<String>,
    /// The line's name.
    pub line: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Brand.
    pub brand: Option<String>,
    /// Store of the order.
    pub store: Option<String>,
    /// Channel of the order.
    pub channel: Option<String>,
    /// Pieces.
    pub quantity: Option<String>,
    /// The line's total after discount.
    pub amount: Option<String>,
    /// The price of one piece.
    pub unit_price: Option<String>,
    /// What was taken off already; summed.
    #[serde(default)]
    pub discount: Vec<String>,
    /// Tags, separated by `|`.
    pub tags: Option<String>,
    /// Currency code.
    pub currency: Option<String>,
    /// The activity's name.
    pub activity_id: Option<String>,
    /// The kind of activity.
    pub activity: Option<String>,
    /// The answer to a survey.
    pub score: Option<String>,
    /// A new member's birthday.
    pub birthday: Option<String>,
    /// A new member's segment tags, separated by `|`.
    pub segments: Option<String>,
    /// Who brought a new member.
    pub referred_by: Option<String>,
    /// The tier that a member holds by hand.
    pub tier: Option<String>,
    /// Its ladder.
    pub ladder: Option<String>,
    /// First moment at which it no longer holds.
    pub until: Option<String>,
    /// Why it was given.
    pub reason: Option<String>,
    /// When it happened; without it, the default serves.
    pub effective_at: Option<String>,
}

/// What stands for a field that is not mapped or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defaults {
    /// Pieces.
    pub quantity: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Brand.
    pub brand: Option<String>,
    /// Store.
    pub store: Option<String>,
    /// Channel.
    pub channel: Option<String>,
    /// The ladder of a tier.
    pub ladder: Option<String>,
    /// Who gave a tier.
    pub actor: Option<String>,
    /// Why a tier was given.
    pub reason: Option<String>,
    /// From when a tier is held, written as the column would be.
    pub effective_at: Option<String>,
}

/// A question to one column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The column, possibly a joined one.
    pub column: String,
    /// The question.
    pub test: Test,
}

/// What is asked of a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Whether it is empty (or not).
    Empty(bool),
    /// Whether it is this text.
    Equals(String),
    /// Whether it begins with this text.
    StartsWith(String),
    /// Whether it is a decimal above this one.
    Above(String),
    /// Whether it is a decimal up to this one.
    AtMost(String),
}

/// Rows left out on purpose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skip {
    /// What they are counted under.
    pub reason: String,
    /// Which rows.
    pub when: Condition,
}

/// A tag given by condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagRule {
    /// The tag.
    pub tag: String,
    /// Which lines get it.
    pub when: Condition,
}

/// A table that rows are completed from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Join {
    /// The table, beside the first input file.
    pub file: String,
    /// The column, in rows and in the table, that finds the table's row.
    pub on: String,
    /// The table's columns that rows get.
    pub take: Vec<String>,
    /// Whether a row without a match is rejected.
    #[serde(default)]
    pub required: bool,
}

/// What a row of a return says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Returns {
    /// Which rows are of returns; only in mixed files.
    pub when: Option<Condition>,
    /// Whether returned pieces are written below zero.
    pub quantity_below_zero: bool,
    /// Whether orders are found by member and SKU, since the file does not name them.
    pub match_by_sku: bool,
}

impl Map {
    /// Reads and checks a map.
    ///
    /// # Errors
    /// The first thing that is wrong, with line and column where the file's shape is.
    pub fn parse(source: &str) -> Result<Map, MapError> {
        let file: MapFile = toml::from_str(source)
            .map_err(|error| MapError::Shape(error.to_string().trim_end().to_owned()))?;
        file.check().map_err(MapError::Unsound)
    }

    /// Decimal places of a currency: the map's own for its currency, those of ISO 4217 for others.
    pub fn exponent_of(&self, currency: CurrencyCode) -> u8 {
        if currency == self.currency { self.exponent } else { usual_exponent(currency) }
    }

    /// Every column that the map reads from rows, joined ones included, sorted and without repeats.
    pub fn columns_read(&self) -> Vec<&str> {
        let columns = &self.columns;
        let optional = [
            &columns.order,
            &columns.return_id,
            &columns.line,
            &columns.sku,
            &columns.category,
            &columns.brand,
            &columns.store,
            &columns.channel,
            &columns.quantity,
            &columns.amount,
            &columns.unit_price,
            &columns.tags,
            &columns.currency,
            &columns.activity_id,
            &columns.activity,
            &columns.score,
            &columns.birthday,
            &columns.segments,
            &columns.referred_by,
            &columns.tier,
            &columns.ladder,
            &columns.until,
            &columns.reason,
            &columns.effective_at,
        ];
        let mut names: Vec<&str> = vec![&columns.member];
        names.extend(optional.into_iter().flatten().map(String::as_str));
        names.extend(columns.discount.iter().map(String::as_str));
        names.extend(self.skips.iter().map(|skip| skip.when.column.as_str()));
        names.extend(self.tags.iter().map(|rule| rule.when.column.as_str()));
        names.extend(self.returns.when.iter().map(|when| when.column.as_str()));
        names.extend(self.joins.iter().map(|join| join.on.as_str()));
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Decimal places by ISO 4217; 2 for a code that is not in it.
pub(super) fn usual_exponent(currency: CurrencyCode) -> u8 {
    money_exponent(currency.as_str()).unwrap_or(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORDERS: &str = r#"
        source = "shop"
        kind = "orders"
        [columns]
        member = "member"
        order = "order"
        amount = "amount"
        effective_at = "at"
        [money]
        currency = "EUR"
        [time]
        format = "rfc3339"
    "#;

    fn error(source: &str) -> String {
        Map::parse(source).unwrap_err().to_string()
    }

    #[test]
    fn the_smallest_map_is_read_with_its_defaults() {
        let map = Map::parse(ORDERS).unwrap();
        assert_eq!((map.format, map.exponent, map.group_gap_rows_max), (Format::Csv, 2, 0));
        assert_eq!(map.columns_read(), ["amount", "at", "member", "order"]);
        assert_eq!(Map::parse(&ORDERS.replace("EUR", "JPY")).unwrap().exponent, 0);
        assert_eq!(Map::parse(&ORDERS.replace("EUR", "KWD")).unwrap().exponent, 3);
    }

    #[test]
    fn an_unknown_key_is_an_error_with_its_line_anywhere() {
        let message = error(&ORDERS.replace("order = ", "ordre = "));
        assert!(message.contains("line 6") && message.contains("ordre"), "{message}");
        for table in ["", "[defaults]\n", "[[join]]\nfile='f'\non='a'\ntake=[]\n", "[[tags]]\ntag='t'\n"] {
            assert!(Map::parse(&format!("{ORDERS}{table}colour = 1")).is_err(), "{table}");
        }
    }

    #[test]
    fn parts_that_do_not_go_together_are_named() {
        let check = |from: &str, to: &str, expected: &str| {
            let message = error(&ORDERS.replace(from, to));
            assert!(message.contains(expected), "{message}");
        };
        check("\"shop\"", "\"My Shop\"", "a-z, 0-9 and -");
        check("order = \"order\"", "", "row_is_order");
        check("kind = \"orders\"", "kind = \"orders\"\nrow_is_order = true", "exclude each other");
        check("kind = \"orders\"", "kind = \"returns\"", "columns.return_id");
        check("kind = \"orders\"", "kind = \"mixed\"", "returns.when");
        check("kind = \"orders\"", "kind = \"activities\"", "columns.activity is missing");
        check("kind = \"orders\"", "kind = \"enrolments\"", "columns.order has no place");
        check("order = \"order\"", "order = \"order\"\nscore = \"s\"", "columns.score has no place");
        check("amount = \"amount\"", "", "columns.amount is missing");
        check("effective_at = \"at\"", "", "columns.effective_at is missing");
        check("order = \"order\"", "order = \"order\"\ntier = \"t\"", "columns.tier has no place");
        check("amount = \"amount\"", "unit_price = \"p\"", "needs columns.quantity");
        check("amount = \"amount\"", "amount = \"amount\"\nunit_price = \"p\"", "exclude");
        check("EUR", "eur", "three capital letters");
        check("format = \"rfc3339\"", "format = \"rfc3339\"\nzone = \"UTC\"", "leave it out");
        check("format = \"rfc3339\"", "format = \"%Y-%m-%d\"", "time.zone is missing");
        check("kind = \"orders\"", "kind = \"orders\"\ngroup_gap_rows_max = 10001", "at most 10000");
    }

    #[test]
    fn tiers_need_a_ladder_and_somebody_who_gives_them_for_a_reason() {
        let map = |more: &str| {
            format!(
                "source = 'old'\nkind = 'tiers'\n[columns]\nmember = 'm'\n[money]\ncurrency = 'EUR'\n\
                 [time]\nformat = 'rfc3339'\n{more}"
            )
        };
        let defaults =
            "ladder = 'status'\nactor = 'mia'\nreason = 'moved'\neffective_at = '2026-01-01T00:00:00Z'";
        let with = |columns: &str, defaults: &str| {
            map(&format!("[defaults]\n{defaults}"))
                .replace("member = 'm'", &format!("member = 'm'\n{columns}"))
        };
        assert!(Map::parse(&with("tier = 't'", defaults)).is_ok());
        assert!(
            Map::parse(&with("tier = 't'\nladder = 'l'\nreason = 'r'\neffective_at = 'a'", "actor = 'mia'"))
                .is_ok()
        );
        assert!(error(&with("", defaults)).contains("columns.tier is missing"));
        for (key, expected) in [
            ("ladder", "columns.ladder is missing"),
            ("actor", "defaults.actor is missing"),
            ("reason", "columns.reason is missing"),
            ("effective_at", "columns.effective_at is missing"),
        ] {
            let without: Vec<&str> = defaults.lines().filter(|line| !line.starts_with(key)).collect();
            let message = error(&with("tier = 't'", &without.join("\n")));
            assert!(message.contains(expected), "{message}");
        }
        let soon = defaults.replace("2026-01-01T00:00:00Z", "soon");
        assert!(error(&with("tier = 't'", &soon)).contains("defaults.effective_at is `soon`"));
        assert!(error(&with("tier = 't'\norder = 'o'", defaults)).contains("columns.order has no place"));
    }

    #[test]
    fn a_condition_asks_exactly_one_thing() {
        let skip =
            |when: &str| format!("{ORDERS}\n[[skip]]\nreason = 'none'\nwhen = {{ column = 'a' {when} }}");
        assert!(Map::parse(&skip(", empty = true")).is_ok());
        assert!(error(&skip("")).contains("must ask one of"));
        assert!(error(&skip(", empty = true, equals = 'x'")).contains("must ask one of"));
        assert!(error(&skip(", above = 'NaN'")).contains("not a decimal"));
    }

    #[test]
    fn matching_needs_what_it_compares() {
        let returns = "\n[returns]\nwhen = { column = 'order', starts_with = 'C' }\nmatch = 'member_sku'";
        let mixed = ORDERS.replace("\"orders\"", "\"mixed\"") + returns;
        assert!(error(&mixed).contains("columns.sku"));
    }
}
