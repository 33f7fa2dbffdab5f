//! Fulfilment and activities, and what the ledger makes of members' doings besides points.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::v2::figures::Counted;
use crate::wire::{CurrencyText, List, Text};

stored! {
    /// The body of `OrderFulfilled`.
    struct FulfilmentBody: fact::Fulfilment<'a> {
        order: Text,
    }

    /// The body of `ActivityRecorded`.
    struct ActivityBody: fact::Activity<'a> {
        id: Option<Text>,
        kind: Text,
        amount: Option<Price>,
        score: Option<u8>,
        channel: Option<Text>,
        store: Option<Text>,
        tags: List<Text>,
    }

    /// An amount of money in a currency.
    struct Price: fact::Price {
        amount: Money,
        currency: CurrencyText,
    }

    /// The body of `LotCancelled`.
    struct CancelledBody: event::LotCancelled {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
    }

    /// The body of `Renewed`.
    struct RenewedBody: event::Renewed {
        currency: CurrencyNumber,
        idle_months: u16,
        expires_at: Instant,
    }

    /// The body of `ReferralPaid`.
    struct ReferralBody: event::ReferralPaid {
        referrer: Text,
        lots: List<LotNumber>,
        referrer_lots: List<LotNumber>,
    } else {
        counted: event::Counted::default(),
        referrer_counted: event::Counted::default(),
    }

    /// The body of `ReferralCancelled`.
    struct ReferralCancelledBody: event::ReferralCancelled {
        counted: Counted,
    }
}
