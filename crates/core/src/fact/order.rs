//! Orders, what becomes of them, and their return.

use std::borrow::Cow;

use serde::Serialize;

use super::check::{at_least_one, count, name, not_negative, optional_name};
use super::{LINES_MAX, TAGS_MAX, own};
use crate::money::{CurrencyCode, Money};
use crate::points::Points;
use crate::refusal::Refusal;

/// A purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Order<'a> {
    /// The order's name, unique within its member.
    pub id: Cow<'a, str>,
    /// Currency of every amount in the order.
    pub currency: CurrencyCode,
    /// Sales channel, such as `web`.
    pub channel: Option<Cow<'a, str>>,
    /// Store.
    pub store: Option<Cow<'a, str>>,
    /// Shipping, not part of any line.
    pub shipping: Money,
    /// Part of the total that was paid by points.
    pub paid_with_points: Money,
    /// Part of the total that was paid by stored value.
    pub paid_with_stored_value: Money,
    /// The redemption that paid a part of it, if one did: a return gives points back to it.
    pub redemption: Option<Cow<'a, str>>,
    /// What was bought, at least one line.
    pub lines: Vec<Line<'a>>,
}

/// One line of an order. Amounts are of the whole line, never negative.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Line<'a> {
    /// The line's name within the order; `None` is its place counted from 1.
    pub id: Option<Cow<'a, str>>,
    /// Pieces, 0 or more.
    pub quantity: i64,
    /// What the line cost after discount and without tax.
    pub amount: Money,
    /// What was taken off; before discount the line cost `amount + discount`.
    pub discount: Money,
    /// Tax on top of `amount`.
    pub tax: Money,
    /// Stock-keeping unit.
    pub sku: Option<Cow<'a, str>>,
    /// Category or department.
    pub category: Option<Cow<'a, str>>,
    /// Brand.
    pub brand: Option<Cow<'a, str>>,
    /// Free tags, such as `coupon`.
    pub tags: Vec<Cow<'a, str>>,
}

impl Order<'_> {
    /// The same order with texts of its own.
    pub fn into_owned(self) -> Order<'static> {
        Order {
            id: own(self.id),
            currency: self.currency,
            channel: self.channel.map(own),
            store: self.store.map(own),
            shipping: self.shipping,
            paid_with_points: self.paid_with_points,
            paid_with_stored_value: self.paid_with_stored_value,
            redemption: self.redemption.map(own),
            lines: self.lines.into_iter().map(Line::into_owned).collect(),
        }
    }

    /// Finds a line by its name, or by its place counted from 1 where it has none.
    pub fn line_index(&self, name: &str) -> Option<usize> {
        let named = self.lines.iter().position(|line| line.id.as_deref() == Some(name));
        named.or_else(|| {
            let index = name.parse::<usize>().ok()?.checked_sub(1)?;
            let line = self.lines.get(index)?;
            (line.id.is_none() && (index + 1).to_string() == name).then_some(index)
        })
    }

    /// The name of a line as receipts show it.
    pub fn line_name(&self, index: usize) -> String {
        self.lines[index].id.as_deref().map_or_else(|| (index + 1).to_string(), str::to_owned)
    }

    /// Refuses what no programme could accept: bad names, negative figures, too many lines, a line named twice.
    pub fn check(&self) -> Result<(), Refusal> {
        name("order id", &self.id)?;
        if self.lines.is_empty() {
            return Err(Refusal::Missing { field: "order lines" });
        }
        count("order lines", self.lines.len(), LINES_MAX)?;
        for (field, text) in [("channel", &self.channel), ("store", &self.store)] {
            optional_name(field, text.as_deref())?;
        }
        optional_name("redemption", self.redemption.as_deref())?;
        not_negative("shipping", self.shipping.0)?;
        not_negative("paid_with_points", self.paid_with_points.0)?;
        not_negative("paid_with_stored_value", self.paid_with_stored_value.0)?;
        for line in &self.lines {
            line.check()?;
        }
        self.lines_named_once()
    }

    fn lines_named_once(&self) -> Result<(), Refusal> {
        let mut names: Vec<&str> = self.lines.iter().filter_map(|line| line.id.as_deref()).collect();
        names.sort_unstable();
        match names.windows(2).find(|pair| pair[0] == pair[1]) {
            Some(pair) => {
                Err(Refusal::DuplicateLine { order: self.id.clone().into_owned(), line: pair[0].to_owned() })
            }
            None => Ok(()),
        }
    }
}

impl Line<'_> {
    fn into_owned(self) -> Line<'static> {
        Line {
            id: self.id.map(own),
            quantity: self.quantity,
            amount: self.amount,
            discount: self.discount,
            tax: self.tax,
            sku: self.sku.map(own),
            category: self.category.map(own),
            brand: self.brand.map(own),
            tags: self.tags.into_iter().map(own).collect(),
        }
    }

    fn check(&self) -> Result<(), Refusal> {
        optional_name("line id", self.id.as_deref())?;
        optional_name("sku", self.sku.as_deref())?;
        optional_name("category", self.category.as_deref())?;
        optional_name("brand", self.brand.as_deref())?;
        count("line tags", self.tags.len(), TAGS_MAX)?;
        for tag in &self.tags {
            name("line tag", tag)?;
        }
        not_negative("line quantity", self.quantity)?;
        not_negative("line amount", self.amount.0)?;
        not_negative("line discount", self.discount.0)?;
        not_negative("line tax", self.tax.0)
    }
}

/// Giving back an order, whole or in part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Return<'a> {
    /// The return's name, unique within its member.
    pub id: Cow<'a, str>,
    /// The order's name.
    pub order: Cow<'a, str>,
    /// Which lines; empty gives back all that is left of the order.
    pub lines: Vec<ReturnedLine<'a>>,
    /// Points that go back to the redemption that paid the order, smallest units; `None` is its share of what comes back.
    pub points_back: Option<Points>,
}

/// What is given back of one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReturnedLine<'a> {
    /// The line's name or place.
    pub line: Cow<'a, str>,
    /// How much of it.
    pub part: ReturnedPart,
}

/// How much of a line is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum ReturnedPart {
    /// All that is left.
    All,
    /// So many pieces, at least 1, with their share of the line's amount.
    Quantity(i64),
    /// So much money after discount and without tax, at least 1 minor unit, the pieces being kept.
    Amount(Money),
}

impl Return<'_> {
    /// The same return with texts of its own.
    pub fn into_owned(self) -> Return<'static> {
        let lines = self.lines.into_iter().map(|line| ReturnedLine { line: own(line.line), part: line.part });
        Return {
            id: own(self.id),
            order: own(self.order),
            lines: lines.collect(),
            points_back: self.points_back,
        }
    }

    /// Refuses bad names and figures.
    pub fn check(&self) -> Result<(), Refusal> {
        name("return id", &self.id)?;
        name("order id", &self.order)?;
        count("returned lines", self.lines.len(), LINES_MAX)?;
        self.points_back.map_or(Ok(()), |points| not_negative("points_back", points.0))?;
        for line in &self.lines {
            name("returned line", &line.line)?;
            match line.part {
                ReturnedPart::All => {}
                ReturnedPart::Quantity(pieces) => at_least_one("returned quantity", pieces)?,
                ReturnedPart::Amount(money) => at_least_one("returned amount", money.0)?,
            }
        }
        Ok(())
    }
}

/// An order has reached the member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fulfilment<'a> {
    /// The order's name.
    pub order: Cow<'a, str>,
}

impl Fulfilment<'_> {
    /// Refuses a bad name.
    pub fn check(&self) -> Result<(), Refusal> {
        name("order id", &self.order)
    }
}
