//! Orders that a redemption paid, and returns that say what goes back to it.

use tallybook_core::fact;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::fact_body;
use crate::v1::order::{Line, ReturnedLine};
use crate::wire::{CurrencyText, List, Text};

fact_body! {
    /// The second body of `OrderPlaced`.
    struct OrderBody<'a>: fact::Order<'a> {
        id: Text<'a>,
        currency: CurrencyText,
        channel: Option<Text<'a>>,
        store: Option<Text<'a>>,
        shipping: Money,
        paid_with_points: Money,
        paid_with_stored_value: Money,
        redemption: Option<Text<'a>>,
        lines: List<Line<'a>, 0>,
    }

    /// The second body of `OrderReturned`.
    struct ReturnBody<'a>: fact::Return<'a> {
        id: Text<'a>,
        order: Text<'a>,
        lines: List<ReturnedLine<'a>, 0>,
        points_back: Option<Points>,
    }
}
