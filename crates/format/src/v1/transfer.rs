//! Points that change hands, and bought points.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;

use super::doings::Price;
use super::earning::CapEntry;
use crate::stored::{Stored, fact_body, stored};
use crate::v2::lot::{Draw, NewLot};
use crate::wire::{List, Text, array};

fact_body! {
    /// The body of `TransferRequested`.
    struct TransferBody<'a>: fact::Transfer<'a> {
        id: Text<'a>,
        to: Text<'a>,
        currency: Text<'a>,
        points: Points,
        gift: bool,
    }

    /// The body of `PointsPurchased`.
    struct PurchaseBody<'a>: fact::Purchase<'a> {
        id: Text<'a>,
        currency: Text<'a>,
        points: Points,
        price: Option<Price>,
        giver: Option<Text<'a>>,
    }
}

stored! {
    /// The body of `TransferSent`.
    struct SentBody<'a>: event::TransferSent {
        to: Text<'a>,
        currency: CurrencyNumber,
        points: Points,
        fee: Points,
        draws: List<Draw, 2>,
        caps: List<CapEntry, 0>,
    }
}

array! {
    /// The body of `TransferReceived`.
    struct ReceivedBody<'a> {
        from: Text<'a>,
        currency: CurrencyNumber,
        points: Points,
        lots: List<NewLot, 1>,
        gift: bool,
    }
}

impl<'a> ReceivedBody<'a> {
    pub(crate) fn new(effective_at: Instant, received: &'a event::TransferReceived) -> ReceivedBody<'a> {
        ReceivedBody {
            from: Text(&received.from),
            currency: received.currency,
            points: received.points,
            lots: NewLot::list(effective_at, &received.lots),
            gift: received.gift,
        }
    }

    pub(crate) fn into_received(self, effective_at: Instant) -> event::TransferReceived {
        event::TransferReceived {
            from: self.from.load(),
            currency: self.currency,
            points: self.points,
            lots: NewLot::into_lots(self.lots, effective_at),
            gift: self.gift,
        }
    }
}
