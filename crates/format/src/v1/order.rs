//! Orders and returns.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::fact::{self, ReturnedPart};
use tallybook_core::money::Money;

use crate::wire::{CurrencyText, List, Text, array};

array! {
    /// The body of `OrderPlaced`.
    struct OrderBody<'a> {
        key: Option<Text<'a>>,
        id: Text<'a>,
        currency: CurrencyText,
        channel: Option<Text<'a>>,
        store: Option<Text<'a>>,
        shipping: Money,
        paid_with_points: Money,
        paid_with_stored_value: Money,
        lines: List<Line<'a>, 0>,
    }

    /// One line of an order.
    struct Line<'a> {
        id: Option<Text<'a>>,
        quantity: i64,
        amount: Money,
        discount: Money,
        tax: Money,
        sku: Option<Text<'a>>,
        category: Option<Text<'a>>,
        brand: Option<Text<'a>>,
        tags: List<Text<'a>, 0>,
    }

    /// The body of `OrderReturned`.
    struct ReturnBody<'a> {
        key: Option<Text<'a>>,
        id: Text<'a>,
        order: Text<'a>,
        lines: List<ReturnedLine<'a>, 0>,
    }

    /// What is given back of one line.
    struct ReturnedLine<'a> {
        line: Text<'a>,
        part: Part,
    }
}

impl<'a> OrderBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, order: &'a fact::Order<'_>) -> OrderBody<'a> {
        OrderBody {
            key: key.map(Text),
            id: (&order.id).into(),
            currency: CurrencyText(order.currency),
            channel: order.channel.as_ref().map(Text::from),
            store: order.store.as_ref().map(Text::from),
            shipping: order.shipping,
            paid_with_points: order.paid_with_points,
            paid_with_stored_value: order.paid_with_stored_value,
            lines: List::of(&order.lines),
        }
    }

    pub(crate) fn into_order(self) -> fact::Order<'a> {
        fact::Order {
            id: self.id.into(),
            currency: self.currency.0,
            channel: self.channel.map(Into::into),
            store: self.store.map(Into::into),
            shipping: self.shipping,
            paid_with_points: self.paid_with_points,
            paid_with_stored_value: self.paid_with_stored_value,
            lines: self.lines.to(),
        }
    }
}

impl<'a> From<&'a fact::Line<'_>> for Line<'a> {
    fn from(line: &'a fact::Line<'_>) -> Self {
        Line {
            id: line.id.as_ref().map(Text::from),
            quantity: line.quantity,
            amount: line.amount,
            discount: line.discount,
            tax: line.tax,
            sku: line.sku.as_ref().map(Text::from),
            category: line.category.as_ref().map(Text::from),
            brand: line.brand.as_ref().map(Text::from),
            tags: List::of(&line.tags),
        }
    }
}

impl<'a> From<Line<'a>> for fact::Line<'a> {
    fn from(line: Line<'a>) -> Self {
        fact::Line {
            id: line.id.map(Into::into),
            quantity: line.quantity,
            amount: line.amount,
            discount: line.discount,
            tax: line.tax,
            sku: line.sku.map(Into::into),
            category: line.category.map(Into::into),
            brand: line.brand.map(Into::into),
            tags: line.tags.to(),
        }
    }
}

impl<'a> ReturnBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, ret: &'a fact::Return<'_>) -> ReturnBody<'a> {
        ReturnBody {
            key: key.map(Text),
            id: (&ret.id).into(),
            order: (&ret.order).into(),
            lines: List::of(&ret.lines),
        }
    }

    pub(crate) fn into_return(self) -> fact::Return<'a> {
        fact::Return { id: self.id.into(), order: self.order.into(), lines: self.lines.to() }
    }
}

impl<'a> From<&'a fact::ReturnedLine<'_>> for ReturnedLine<'a> {
    fn from(returned: &'a fact::ReturnedLine<'_>) -> Self {
        ReturnedLine { line: (&returned.line).into(), part: Part(returned.part) }
    }
}

impl<'a> From<ReturnedLine<'a>> for fact::ReturnedLine<'a> {
    fn from(returned: ReturnedLine<'a>) -> Self {
        fact::ReturnedLine { line: returned.line.into(), part: returned.part.0 }
    }
}

/// Stores how much is returned as `[0]`, `[1, pieces]` or `[2, money]`.
pub(crate) struct Part(ReturnedPart);

impl Serialize for Part {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            ReturnedPart::All => (0u8,).serialize(serializer),
            ReturnedPart::Quantity(pieces) => (1u8, pieces).serialize(serializer),
            ReturnedPart::Amount(money) => (2u8, money).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Part {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tagged;

        impl<'de> Visitor<'de> for Tagged {
            type Value = Part;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[0], [1, pieces] or [2, money]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Part, A::Error> {
                let tag: Option<u8> = array.next_element()?;
                let part = match tag {
                    Some(0) => Some(ReturnedPart::All),
                    Some(1) => array.next_element()?.map(ReturnedPart::Quantity),
                    Some(2) => array.next_element()?.map(|money: Money| ReturnedPart::Amount(money)),
                    _ => None,
                };
                part.map(Part).ok_or_else(|| de::Error::custom("no such part of a line can be returned"))
            }
        }

        deserializer.deserialize_seq(Tagged)
    }
}
