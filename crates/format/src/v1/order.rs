//! Orders and returns.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::fact::{self, ReturnedPart};
use tallybook_core::money::Money;

use crate::stored::{Stored, fact_body, stored};
use crate::wire::{CurrencyText, List, Text};

fact_body! {
    /// The body of `OrderPlaced`.
    struct OrderBody<'a>: fact::Order<'a> {
        id: Text<'a>,
        currency: CurrencyText,
        channel: Option<Text<'a>>,
        store: Option<Text<'a>>,
        shipping: Money,
        paid_with_points: Money,
        paid_with_stored_value: Money,
        lines: List<Line<'a>, 0>,
    } else {
        redemption: None,
    }

    /// The body of `OrderReturned`.
    struct ReturnBody<'a>: fact::Return<'a> {
        id: Text<'a>,
        order: Text<'a>,
        lines: List<ReturnedLine<'a>, 0>,
    } else {
        points_back: None,
    }
}

stored! {
    /// One line of an order.
    struct Line<'a>: fact::Line<'a> {
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

    /// What is given back of one line.
    struct ReturnedLine<'a>: fact::ReturnedLine<'a> {
        line: Text<'a>,
        part: Part,
    }
}

/// Stores how much is returned as `[0]`, `[1, pieces]` or `[2, money]`.
pub(crate) struct Part(ReturnedPart);

impl Stored<'_, ReturnedPart> for Part {
    fn store(core: &ReturnedPart) -> Self {
        Part(*core)
    }

    fn load(self) -> ReturnedPart {
        self.0
    }
}

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
