//! One row at a time: joined, skipped or checked, and parsed.
//!
//! Invariants:
//! - `[[skip]]` rules are asked before anything else is checked, so that what is left out on purpose is no fault;
//! - the first column in the order of the map's fields that is wrong gives the row's reason;
//! - a row that is rejected still tells which order it belongs to where that can be read, so that the order is not
//!   taken without it.

use csv::ByteRecord;
use tallybook_core::calendar::{Instant, MonthDay};
use tallybook_core::ids::NAME_BYTES_MAX;
use tallybook_core::money::CurrencyCode;

use super::decimal::{Decimal, NoInteger};
use super::indexes::{Indexes, place};
use super::joins::JoinTable;
use super::map::{Condition, Kind, Map, MapError, Test};
use super::rejects::Reject;
use super::time::NoTime;

/// What rows of one order or return have in common.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct GroupId {
    /// The return's name; `None` for an order.
    pub return_id: Option<String>,
    /// The order's name, as the file names it.
    pub order: String,
}

/// What a row says, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The member's name.
    pub member: String,
    /// The line's name, where the file gives one.
    pub line: Option<String>,
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
    /// Pieces, 0 or more; at least 1 in a return.
    pub quantity: Option<i64>,
    /// Price of a piece in minor units, where the file gives it.
    pub unit_price: Option<i64>,
    /// The line's total after discount in minor units, where the file gives it or it follows.
    pub amount: Option<i64>,
    /// What was taken off, minor units.
    pub discount: i64,
    /// Sorted, without repeats.
    pub tags: Vec<String>,
    /// Currency of the amounts.
    pub currency: CurrencyCode,
    /// What the row says of an activity, an enrolment or a tier.
    pub doing: Doing,
    /// When it happened.
    pub effective_at: Instant,
}

/// What a row says of an activity, an enrolment or a tier; nothing in rows of orders and returns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doing {
    /// The activity's name.
    pub activity_id: Option<String>,
    /// The kind of activity.
    pub activity: Option<String>,
    /// The answer to a survey, 0–10.
    pub score: Option<u8>,
    /// Month and day of birth.
    pub birthday: Option<MonthDay>,
    /// Segment tags, sorted, without repeats.
    pub segments: Vec<String>,
    /// Who brought the member.
    pub referred_by: Option<String>,
    /// The tier that the member holds by hand.
    pub tier: Option<String>,
    /// Its ladder.
    pub ladder: Option<String>,
    /// First moment at which it no longer holds.
    pub until: Option<Instant>,
    /// Why it was given.
    pub reason: Option<String>,
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Left out by the rule of this index in the map.
    Skipped(usize),
    /// Not to be taken.
    Rejected(Reject),
    /// Parsed.
    Taken(Box<Entry>),
}

/// A row's fate, and the order or return it belongs to where that can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// Which order or return.
    pub group: Option<GroupId>,
    /// What became of it.
    pub fate: Fate,
}

/// A map bound to the columns of its files.
pub struct RowParser {
    pub(super) map: Map,
    joins: Vec<BoundJoin>,
    columns: Vec<String>,
    skips: Vec<usize>,
    tag_columns: Vec<usize>,
    when: Option<usize>,
    pub(super) at: Indexes,
    row: ByteRecord,
    joined: ByteRecord,
}

struct BoundJoin {
    on: usize,
    required: bool,
    table: JoinTable,
}

impl RowParser {
    /// Binds a map to the columns of its files and the tables of its joins, in their order.
    ///
    /// # Errors
    /// [`MapError::Files`] for a column that neither the files nor the joins before have, or that both have.
    pub fn bind(map: &Map, source_columns: &[String], tables: Vec<JoinTable>) -> Result<RowParser, MapError> {
        let mut columns = source_columns.to_vec();
        let mut joins = Vec::new();
        for (join, table) in map.joins.iter().zip(tables) {
            joins.push(BoundJoin { on: place(&columns, &join.on)?, required: join.required, table });
            for column in &join.take {
                if columns.contains(column) {
                    let message =
                        format!("the join of {} takes `{column}`, which rows already have", join.file);
                    return Err(MapError::Files(message));
                }
                columns.push(column.clone());
            }
        }
        let at = Indexes::bind(map, &columns)?;
        let of = |condition: &Condition| place(&columns, &condition.column);
        let skips = map.skips.iter().map(|skip| of(&skip.when)).collect::<Result<_, _>>()?;
        let tag_columns = map.tags.iter().map(|rule| of(&rule.when)).collect::<Result<_, _>>()?;
        let when = map.returns.when.as_ref().map(of).transpose()?;
        let (row, joined) = (ByteRecord::new(), ByteRecord::new());
        Ok(RowParser { map: map.clone(), joins, columns, skips, tag_columns, when, at, row, joined })
    }

    /// Parses a row. `raw` is what can be said of a row whose fields cannot be told apart.
    pub fn parse(&mut self, number: u64, fields: Result<&ByteRecord, Reject>, raw: &ByteRecord) -> Parsed {
        let (own, unreadable) = match fields {
            Ok(own) => (own, None),
            // Fields of a torn CSV row may still name its order; those of a bad JSON line cannot be had.
            Err(reject) if reject.reason == "wrong_field_count" => (raw, Some(reject)),
            Err(reject) => return Parsed { group: None, fate: Fate::Rejected(reject) },
        };
        if let Some(reject) = unreadable {
            self.row.clone_from(own);
            return Parsed { group: self.group(number), fate: Fate::Rejected(reject) };
        }
        let missed = self.join(own);
        let skipped = self.map.skips.iter().zip(&self.skips);
        if let Some(index) = skipped.into_iter().position(|(skip, at)| holds(&skip.when, &self.row[*at])) {
            return Parsed { group: self.group(number), fate: Fate::Skipped(index) };
        }
        let group = self.group(number);
        let fate = match self.check(own, missed, group.as_ref()) {
            Ok(entry) => Fate::Taken(Box::new(entry)),
            Err(reject) => Fate::Rejected(reject),
        };
        Parsed { group, fate }
    }

    /// Completes a row; gives the index of the first required join without a match.
    fn join(&mut self, own: &ByteRecord) -> Option<usize> {
        self.row.clone_from(own);
        let mut missed = None;
        for (index, join) in self.joins.iter().enumerate() {
            let found = join.table.get(&self.row[join.on]);
            if found.is_none() && join.required && missed.is_none() {
                missed = Some(index);
            }
            self.joined.clone_from(found.unwrap_or(join.table.empty()));
            self.row.extend(&self.joined);
        }
        missed
    }

    fn is_return(&self) -> bool {
        match self.map.kind {
            Kind::Orders | Kind::Activities | Kind::Enrolments | Kind::Tiers => false,
            Kind::Returns => true,
            Kind::Mixed => match (&self.map.returns.when, self.when.and_then(|at| self.row.get(at))) {
                (Some(when), Some(value)) => holds(when, value),
                _ => false,
            },
        }
    }

    /// The order or return that a row belongs to; `None` where it does not say so readably.
    fn group(&self, number: u64) -> Option<GroupId> {
        if self.map.row_is_order || self.map.kind.is_row_by_row() {
            let order = format!("{}-{number}", self.map.source);
            return Some(GroupId { return_id: None, order });
        }
        let text = |at: usize| {
            let text = std::str::from_utf8(self.row.get(at)?).ok()?;
            (!text.is_empty()).then(|| text.to_owned())
        };
        let order = text(self.at.order?)?;
        let return_id = match (self.is_return(), self.at.return_id) {
            (false, _) => None,
            (true, Some(at)) => Some(text(at)?),
            (true, None) => Some(order.clone()),
        };
        Some(GroupId { return_id, order })
    }

    fn check(
        &self,
        own: &ByteRecord,
        missed: Option<usize>,
        group: Option<&GroupId>,
    ) -> Result<Entry, Reject> {
        if let Some(index) = own.iter().position(|field| std::str::from_utf8(field).is_err()) {
            return Err(Reject::new(&self.columns[index], "invalid_utf8", "write the file in UTF-8"));
        }
        if let Some(index) = missed {
            let join = &self.map.joins[index];
            let value = self.text(self.joins[index].on);
            return Err(Reject::new(&join.on, "not_in_join", format!("`{value}` is not in {}", join.file)));
        }
        let is_return = self.is_return();
        let at = &self.at;
        let defaults = &self.map.defaults;
        let member = self.name(at.member)?;
        if let Some(column) = at.order {
            self.name(column)?;
        }
        if let (true, Some(column)) = (is_return, at.return_id) {
            self.name(column)?;
        }
        self.check_key(group)?;
        let line = self.line(is_return)?;
        let optional = |column: Option<usize>, default: &Option<String>| self.optional_name(column, default);
        let sku = optional(at.sku, &defaults.sku)?;
        let category = optional(at.category, &defaults.category)?;
        let brand = optional(at.brand, &defaults.brand)?;
        let store = optional(at.store, &defaults.store)?;
        let channel = optional(at.channel, &defaults.channel)?;
        let quantity = self.quantity(is_return)?;
        let currency = self.currency();
        // Amounts are read before the currency is judged, in the order of the map's fields.
        let exponent = self.map.exponent_of(*currency.as_ref().unwrap_or(&self.map.currency));
        let unit_price = at.unit_price.map(|column| self.money(column, exponent)).transpose()?;
        let amount = match (unit_price, at.unit_price, at.amount) {
            (Some(price), Some(column), _) => Some(self.product(price, quantity.unwrap_or(1), column)?),
            (_, _, Some(column)) if self.map.kind.is_row_by_row() && self.text(column).is_empty() => None,
            (_, _, Some(column)) => Some(self.money(column, exponent)?),
            _ => None,
        };
        let discount = self.discount(exponent)?;
        let tags = self.tags();
        let currency = currency?;
        let doing = self.doing()?;
        let effective_at = self.effective_at()?;
        Ok(Entry {
            member,
            line,
            sku,
            category,
            brand,
            store,
            channel,
            quantity,
            unit_price,
            amount,
            discount,
            tags,
            currency,
            doing,
            effective_at,
        })
    }

    pub(super) fn text(&self, at: usize) -> &str {
        std::str::from_utf8(&self.row[at]).unwrap_or_default()
    }

    pub(super) fn reject(&self, at: usize, reason: &'static str, accepted: &str) -> Reject {
        let shown: String = self.text(at).chars().take(60).collect();
        Reject::new(&self.columns[at], reason, format!("`{shown}`; accepted is {accepted}"))
    }

    pub(super) fn name(&self, at: usize) -> Result<String, Reject> {
        match self.text(at) {
            "" => Err(Reject::new(&self.columns[at], "empty_field", "must not be empty")),
            text if text.len() > NAME_BYTES_MAX => {
                Err(self.reject(at, "id_too_long", &format!("up to {NAME_BYTES_MAX} bytes")))
            }
            text => Ok(text.to_owned()),
        }
    }

    pub(super) fn optional_name(
        &self,
        at: Option<usize>,
        default: &Option<String>,
    ) -> Result<Option<String>, Reject> {
        match at {
            Some(at) if !self.text(at).is_empty() => self.name(at).map(Some),
            _ => Ok(default.clone()),
        }
    }

    /// A key holds the source's and the order's name, and is a name itself.
    fn check_key(&self, group: Option<&GroupId>) -> Result<(), Reject> {
        let key_bytes = group.map_or(0, |group| key_of(&self.map.source, group).len());
        match self.at.order {
            Some(at) if key_bytes > NAME_BYTES_MAX => {
                let left = NAME_BYTES_MAX.saturating_sub(key_bytes - self.text(at).len());
                Err(self.reject(at, "id_too_long", &format!("up to {left} bytes beside the source's name")))
            }
            _ => Ok(()),
        }
    }

    /// A return that names no line would give back the whole order, so an empty one is not taken for that.
    fn line(&self, is_return: bool) -> Result<Option<String>, Reject> {
        match self.at.line {
            None => Ok(None),
            Some(_) if is_return && self.map.returns.match_by_sku => Ok(None),
            Some(at) if self.text(at).is_empty() && !is_return => Ok(None),
            Some(at) => self.name(at).map(Some),
        }
    }

    fn quantity(&self, is_return: bool) -> Result<Option<i64>, Reject> {
        let default = self.map.defaults.quantity.as_deref();
        let Some(at) = self.at.quantity else {
            return Ok(default.and_then(|default| default.parse().ok()));
        };
        let below_zero = is_return && self.map.returns.quantity_below_zero;
        let accepted = match (is_return, below_zero) {
            (false, _) => "a whole number from 0",
            (true, false) => "a whole number from 1",
            (true, true) => "a whole number up to -1",
        };
        let text = match (self.text(at), default) {
            ("", Some(default)) => default,
            ("", None) => return Err(self.reject(at, "empty_field", accepted)),
            (text, _) => text,
        };
        let number = Decimal::parse(text).ok_or_else(|| self.reject(at, "not_a_number", accepted))?;
        if text.contains('.') {
            return Err(self.reject(at, "not_a_whole_number", accepted));
        }
        let pieces = number.to_units(0).map_err(|_| self.reject(at, "out_of_range", accepted))?;
        match pieces {
            0 if is_return => Err(self.reject(at, "zero_quantity", accepted)),
            1.. if below_zero => Err(self.reject(at, "positive_quantity", accepted)),
            ..0 if !below_zero => Err(self.reject(at, "negative_quantity", accepted)),
            pieces => pieces.checked_abs().map(Some).ok_or_else(|| self.reject(at, "out_of_range", accepted)),
        }
    }

    fn money(&self, at: usize, exponent: u8) -> Result<i64, Reject> {
        let accepted = format!("a decimal from 0 with up to {exponent} places");
        if self.text(at).is_empty() {
            return Err(self.reject(at, "empty_field", &accepted));
        }
        let number =
            Decimal::parse(self.text(at)).ok_or_else(|| self.reject(at, "not_a_number", &accepted))?;
        let reason = match number.to_units(exponent) {
            Ok(units) if !number.is_negative() => return Ok(units),
            Ok(_) => "negative_amount",
            Err(NoInteger::TooManyDecimals) => "too_many_decimals",
            Err(NoInteger::OutOfRange) => "out_of_range",
        };
        Err(self.reject(at, reason, &accepted))
    }

    fn product(&self, unit_price: i64, quantity: i64, at: usize) -> Result<i64, Reject> {
        let accepted = "a price that times the quantity fits 64 bits of minor units";
        unit_price.checked_mul(quantity).ok_or_else(|| self.reject(at, "out_of_range", accepted))
    }

    fn discount(&self, exponent: u8) -> Result<i64, Reject> {
        let mut sum = 0i64;
        for at in &self.at.discount {
            if !self.text(*at).is_empty() {
                let part = self.money(*at, exponent)?;
                sum = sum
                    .checked_add(part)
                    .ok_or_else(|| self.reject(*at, "out_of_range", "a sum that fits 64 bits"))?;
            }
        }
        Ok(sum)
    }

    fn tags(&self) -> Vec<String> {
        let mut tags: Vec<String> = Vec::new();
        if let Some(at) = self.at.tags {
            tags.extend(self.text(at).split('|').filter(|tag| !tag.is_empty()).map(str::to_owned));
        }
        let given = self.map.tags.iter().zip(&self.tag_columns);
        tags.extend(
            given.filter(|(rule, at)| holds(&rule.when, &self.row[**at])).map(|(rule, _)| rule.tag.clone()),
        );
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    fn currency(&self) -> Result<CurrencyCode, Reject> {
        match self.at.currency {
            Some(at) if !self.text(at).is_empty() => CurrencyCode::parse(self.text(at))
                .ok_or_else(|| self.reject(at, "unknown_currency", "three capital letters such as EUR")),
            _ => Ok(self.map.currency),
        }
    }

    fn effective_at(&self) -> Result<Instant, Reject> {
        let default = self.map.defaults.effective_at.as_deref();
        match self.at.effective_at {
            Some(at) if !self.text(at).is_empty() || default.is_none() => self.time(at),
            // The map was checked to have a default that is a time wherever it has no column.
            _ => Ok(default.and_then(|text| self.map.time.parse(text).ok()).unwrap_or_default()),
        }
    }

    pub(super) fn time(&self, at: usize) -> Result<Instant, Reject> {
        let reason = match (self.text(at), self.map.time.parse(self.text(at))) {
            ("", _) => "empty_field",
            (_, Ok(instant)) => return Ok(instant),
            (_, Err(NoTime::NotATime)) => "not_a_time",
            (_, Err(NoTime::DoesNotExist)) => "time_does_not_exist",
        };
        Err(self.reject(at, reason, &self.map.time.accepted()))
    }
}

/// The idempotency key of an order or a return.
pub fn key_of(source: &str, group: &GroupId) -> String {
    match &group.return_id {
        None => format!("{source}/order/{}", group.order),
        Some(return_id) => format!("{source}/return/{return_id}/{}", group.order),
    }
}

/// Whether a condition holds for a value.
fn holds(condition: &Condition, value: &[u8]) -> bool {
    let number = || std::str::from_utf8(value).ok().and_then(Decimal::parse);
    let against = |limit: &str, wanted: fn(std::cmp::Ordering) -> bool| {
        number().zip(Decimal::parse(limit)).is_some_and(|(number, limit)| wanted(number.compare(&limit)))
    };
    match &condition.test {
        Test::Empty(empty) => value.is_empty() == *empty,
        Test::Equals(text) => value == text.as_bytes(),
        Test::StartsWith(text) => value.starts_with(text.as_bytes()),
        Test::Above(limit) => against(limit, std::cmp::Ordering::is_gt),
        Test::AtMost(limit) => against(limit, std::cmp::Ordering::is_le),
    }
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
