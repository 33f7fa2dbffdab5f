//! Points that change hands, and bought points.

use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;

use super::doings::Price;
use super::earning::CapEntry;
use crate::stored::stored;
use crate::v2::lot::{Draw, NewLot};
use crate::wire::{List, Text};

stored! {
    /// The body of `TransferRequested`.
    struct TransferBody: fact::Transfer<'a> {
        id: Text,
        to: Text,
        currency: Text,
        points: Points,
        gift: bool,
    }

    /// The body of `PointsPurchased`.
    struct PurchaseBody: fact::Purchase<'a> {
        id: Text,
        currency: Text,
        points: Points,
        price: Option<Price>,
        giver: Option<Text>,
    }

    /// The body of `TransferSent`.
    struct SentBody: event::TransferSent {
        to: Text,
        currency: CurrencyNumber,
        points: Points,
        fee: Points,
        draws: List<Draw>,
        caps: List<CapEntry>,
    }

    /// The body of `TransferReceived`.
    struct ReceivedBody: event::TransferReceived {
        from: Text,
        currency: CurrencyNumber,
        points: Points,
        lots: List<NewLot>,
        gift: bool,
    }
}
