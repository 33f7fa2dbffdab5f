//! Makes commands of the rows of one order or return.
//!
//! Invariants:
//! - an order goes in whole or not at all: one bad row rejects all rows of its group;
//! - a command and its key follow from the rows alone, to the last field, so that the same rows are always the same
//!   command.

use std::borrow::Cow;
use std::collections::HashSet;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::fact::{Fact, LINES_MAX, Line, Order, Return, ReturnedLine, ReturnedPart};
use tallybook_core::money::{CurrencyCode, Money};

use super::doings;
use super::group::{Group, GroupRow};
use super::map::Map;
use super::matching::{Bought, Matcher};
use super::rejects::{Reject, SourceRow};
use super::rows::{Entry, GroupId, key_of};

/// The rows of a group, what is to be submitted for them, and what is already known to be wrong.
#[derive(Clone, Debug, Default)]
pub struct Unit {
    /// The rows, in the order read.
    pub rows: Vec<SourceRow>,
    /// Rejects by index of row.
    pub rejects: Vec<(usize, Reject)>,
    /// Commands with the rows that they rest on.
    pub submissions: Vec<Submission>,
}

/// One command and where it comes from.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The command, with its key.
    pub command: Command,
    /// Indexes of the rows.
    pub rows: Vec<usize>,
    /// What it comes to in minor units, where the rows tell.
    pub amount: Option<i64>,
    /// Currency of the amount.
    pub currency: CurrencyCode,
}

/// Makes commands, keeping what later returns may take pieces of.
pub struct Assembler {
    map: Map,
    matcher: Matcher,
}

type Good<'g> = [&'g Entry];

impl Assembler {
    /// Starts without orders.
    pub fn new(map: &Map) -> Assembler {
        Assembler { map: map.clone(), matcher: Matcher::default() }
    }

    /// Makes the commands of a group.
    pub fn assemble(&mut self, group: Group) -> Unit {
        let rejects = match &group.id {
            Some(_) => faults(&group.rows),
            None => group.rows.iter().map(|(_, outcome)| outcome.as_ref().err().cloned()).collect(),
        };
        let (rows, outcomes): (Vec<SourceRow>, Vec<_>) = group.rows.into_iter().unzip();
        let mut unit = Unit { rows, ..Unit::default() };
        if rejects.iter().any(Option::is_some) {
            let incomplete =
                || Reject::new("", "order_incomplete", "another row of the same order is rejected");
            let all = rejects.into_iter().map(|reject| reject.unwrap_or_else(incomplete));
            unit.rejects = all.enumerate().collect();
            return unit;
        }
        let entries: Vec<&Entry> = outcomes.iter().flatten().collect();
        if let Some(id) = group.id {
            if self.map.kind.is_row_by_row() {
                self.row_by_row(&entries, &mut unit);
                return unit;
            }
            match (&id.return_id, self.map.returns.match_by_sku) {
                (None, _) => self.order(&id, &entries, &mut unit),
                (Some(_), false) => self.returned(&id, &entries, &mut unit),
                (Some(return_id), true) => self.matched(return_id, &entries, &mut unit),
            }
        }
        unit
    }

    fn order(&mut self, id: &GroupId, entries: &Good<'_>, unit: &mut Unit) {
        let effective_at = earliest(entries);
        let first = entries[0];
        if self.map.returns.match_by_sku {
            for (index, entry) in entries.iter().enumerate() {
                if let (Some(sku), Some(unit_price), Some(quantity)) =
                    (&entry.sku, entry.unit_price, entry.quantity)
                {
                    let line = entry.line.clone().unwrap_or_else(|| (index + 1).to_string());
                    let bought = Bought { order: &id.order, line: &line, sku, unit_price, quantity };
                    self.matcher.bought(&first.member, effective_at, bought);
                }
            }
        }
        let order = Order {
            id: owned(&id.order),
            currency: first.currency,
            channel: first.channel.as_deref().map(owned),
            store: first.store.as_deref().map(owned),
            shipping: Money::ZERO,
            paid_with_points: Money::ZERO,
            paid_with_stored_value: Money::ZERO,
            redemption: None,
            lines: entries.iter().enumerate().map(|(index, entry)| line(index, entry)).collect(),
        };
        let amount = sum(entries.iter().map(|entry| entry.amount));
        self.submit(
            unit,
            id,
            entries,
            effective_at,
            Fact::OrderPlaced(order),
            (0..entries.len()).collect(),
            amount,
        );
    }

    /// A return that names its order.
    fn returned(&self, id: &GroupId, entries: &Good<'_>, unit: &mut Unit) {
        let whole_order = self.map.columns.line.is_none();
        let by_quantity = self.map.columns.quantity.is_some();
        let part = |entry: &Entry| match (entry.quantity.filter(|_| by_quantity), entry.amount) {
            (Some(quantity), _) => ReturnedPart::Quantity(quantity),
            (None, Some(amount)) => ReturnedPart::Amount(Money(amount)),
            (None, None) => ReturnedPart::All,
        };
        let lines = entries.iter().filter(|_| !whole_order).map(|entry| ReturnedLine {
            line: owned(entry.line.as_deref().unwrap_or_default()),
            part: part(entry),
        });
        let ret = Return {
            id: owned(id.return_id.as_deref().unwrap_or_default()),
            order: owned(&id.order),
            lines: lines.collect(),
            points_back: None,
        };
        let amount = sum(entries.iter().map(|entry| entry.amount));
        let rows = (0..entries.len()).collect();
        self.submit(unit, id, entries, earliest(entries), Fact::OrderReturned(ret), rows, amount);
    }

    /// A return whose orders have to be found: one return for each order found.
    fn matched(&mut self, return_id: &str, entries: &Good<'_>, unit: &mut Unit) {
        let effective_at = earliest(entries);
        let mut found: Vec<Found> = Vec::new();
        for (row, entry) in entries.iter().enumerate() {
            let (sku, quantity) = (entry.sku.as_deref().unwrap_or_default(), entry.quantity.unwrap_or(0));
            let price = entry.unit_price.unwrap_or(0);
            let (parts, rest) = self.matcher.give_back(&entry.member, effective_at, sku, quantity, price);
            for part in parts {
                let index = found.iter().position(|found| found.order == part.order).unwrap_or_else(|| {
                    found.push(Found { order: part.order.clone(), ..Found::default() });
                    found.len() - 1
                });
                found[index].take(row, part.line, part.quantity, part.amount);
            }
            if let Some(rest) = rest {
                let column = self.map.columns.quantity.as_deref().unwrap_or_default();
                let detail = format!("quantity={}", rest.quantity);
                unit.rejects.push((row, Reject::new(column, rest.reason, detail)));
            }
        }
        for Found { order, rows, lines, amount } in found {
            let id = GroupId { return_id: Some(return_id.to_owned()), order };
            let lines = lines.into_iter().map(|(line, quantity)| ReturnedLine {
                line: Cow::Owned(line),
                part: ReturnedPart::Quantity(quantity),
            });
            let ret = Return {
                id: owned(return_id),
                order: owned(&id.order),
                lines: lines.collect(),
                points_back: None,
            };
            self.submit(unit, &id, entries, effective_at, Fact::OrderReturned(ret), rows, Some(amount));
        }
    }

    /// Activities, enrolments and tiers: each row is a fact of its own.
    fn row_by_row(&self, entries: &Good<'_>, unit: &mut Unit) {
        for (row, entry) in entries.iter().enumerate() {
            let (key, fact) = doings::fact(&self.map, entry);
            let command = Command::new(&entry.member, entry.effective_at, fact).with_key(&key);
            let (amount, currency) = (entry.amount, entry.currency);
            unit.submissions.push(Submission { command, rows: vec![row], amount, currency });
        }
    }

    #[expect(clippy::too_many_arguments, reason = "each is a plain part of one submission")]
    fn submit(
        &self,
        unit: &mut Unit,
        id: &GroupId,
        entries: &Good<'_>,
        effective_at: Instant,
        fact: Fact<'static>,
        rows: Vec<usize>,
        amount: Option<i64>,
    ) {
        let key = key_of(&self.map.source, id);
        let command = Command::new(&entries[0].member, effective_at, fact).with_key(&key);
        unit.submissions.push(Submission { command, rows, amount, currency: entries[0].currency });
    }
}

/// What a matched return takes from one order.
#[derive(Default)]
struct Found {
    order: String,
    rows: Vec<usize>,
    lines: Vec<(String, i64)>,
    amount: i64,
}

impl Found {
    fn take(&mut self, row: usize, line: String, quantity: i64, amount: i64) {
        if self.rows.last() != Some(&row) {
            self.rows.push(row);
        }
        match self.lines.iter_mut().find(|(name, _)| *name == line) {
            Some((_, pieces)) => *pieces += quantity,
            None => self.lines.push((line, quantity)),
        }
        self.amount = self.amount.saturating_add(amount);
    }
}

/// The row's own rejects and those that come of the rows not going together, by row.
fn faults(rows: &[GroupRow]) -> Vec<Option<Reject>> {
    let first = rows.iter().find_map(|(_, outcome)| outcome.as_ref().ok());
    let mut names = HashSet::new();
    let fault = |(index, (_, outcome)): (usize, &GroupRow)| {
        let entry = match outcome {
            Ok(entry) => entry,
            Err(reject) => return Some(reject.clone()),
        };
        let name = entry.line.clone().unwrap_or_else(|| (index + 1).to_string());
        if index >= LINES_MAX {
            return Some(Reject::new(
                "",
                "too_many_lines",
                format!("at most {LINES_MAX} lines are accepted"),
            ));
        }
        if let Some(first) = first.filter(|first| first.member != entry.member) {
            let detail = format!("`{}` here, `{}` before", entry.member, first.member);
            return Some(Reject::new("", "order_has_two_members", detail));
        }
        if let Some(first) = first.filter(|first| first.currency != entry.currency) {
            let detail = format!("{} here, {} before", entry.currency, first.currency);
            return Some(Reject::new("", "order_has_two_currencies", detail));
        }
        if !names.insert(name.clone()) {
            return Some(Reject::new("", "line_twice", format!("line `{name}` came before")));
        }
        None
    };
    rows.iter().enumerate().map(fault).collect()
}

/// A line in its plainest form: one named by its place gets no name, so that files with and without a line column make
/// the same order.
fn line(index: usize, entry: &Entry) -> Line<'static> {
    let place = (index + 1).to_string();
    Line {
        id: entry.line.as_deref().filter(|name| *name != place).map(owned),
        quantity: entry.quantity.unwrap_or(1),
        amount: Money(entry.amount.unwrap_or(0)),
        discount: Money(entry.discount),
        tax: Money::ZERO,
        sku: entry.sku.as_deref().map(owned),
        category: entry.category.as_deref().map(owned),
        brand: entry.brand.as_deref().map(owned),
        tags: entry.tags.iter().map(|tag| owned(tag)).collect(),
    }
}

fn earliest(entries: &Good<'_>) -> Instant {
    entries.iter().map(|entry| entry.effective_at).min().unwrap_or_default()
}

/// The sum, where every amount is known and it fits.
fn sum(mut amounts: impl Iterator<Item = Option<i64>>) -> Option<i64> {
    amounts.try_fold(0i64, |sum, amount| sum.checked_add(amount?))
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}
