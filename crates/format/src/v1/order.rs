//! Orders and returns.

use tallybook_core::fact::{self, ReturnedPart};
use tallybook_core::money::Money;

use crate::stored::{stored, tagged};
use crate::wire::{CurrencyText, List, Text};

stored! {
    /// The body of `OrderPlaced`.
    struct OrderBody: fact::Order<'a> {
        id: Text,
        currency: CurrencyText,
        channel: Option<Text>,
        store: Option<Text>,
        shipping: Money,
        paid_with_points: Money,
        paid_with_stored_value: Money,
        lines: List<Line>,
    } else {
        redemption: None,
    }

    /// The body of `OrderReturned`.
    struct ReturnBody: fact::Return<'a> {
        id: Text,
        order: Text,
        lines: List<ReturnedLine>,
    } else {
        points_back: None,
    }

    /// One line of an order.
    struct Line: fact::Line<'a> {
        id: Option<Text>,
        quantity: i64,
        amount: Money,
        discount: Money,
        tax: Money,
        sku: Option<Text>,
        category: Option<Text>,
        brand: Option<Text>,
        tags: List<Text>,
    }

    /// What is given back of one line.
    struct ReturnedLine: fact::ReturnedLine<'a> {
        line: Text,
        part: Part,
    }
}

tagged! {
    /// How much of a line is returned: all, pieces or money.
    enum Part: ReturnedPart {
        [0] = (ReturnedPart::All),
        [1, pieces: i64] = (ReturnedPart::Quantity(pieces)),
        [2, money: Money] = (ReturnedPart::Amount(money)),
    }
    else "no such part of a line can be returned"
}
