//! Orders that a redemption paid, and returns that say what goes back to it.

use tallybook_core::fact;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::v1::order::{Line, ReturnedLine};
use crate::wire::{CurrencyText, List, Text};

stored! {
    /// The second body of `OrderPlaced`.
    struct OrderBody: fact::Order<'a> {
        id: Text,
        currency: CurrencyText,
        channel: Option<Text>,
        store: Option<Text>,
        shipping: Money,
        paid_with_points: Money,
        paid_with_stored_value: Money,
        redemption: Option<Text>,
        lines: List<Line>,
    }

    /// The second body of `OrderReturned`.
    struct ReturnBody: fact::Return<'a> {
        id: Text,
        order: Text,
        lines: List<ReturnedLine>,
        points_back: Option<Points>,
    }
}
