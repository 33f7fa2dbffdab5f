//! Fulfilment and activities, and what the ledger makes of members' doings besides points.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{fact_body, stored};
use crate::v2::figures::Counted;
use crate::wire::{CurrencyText, List, Text};

fact_body! {
    /// The body of `OrderFulfilled`.
    struct FulfilmentBody<'a>: fact::Fulfilment<'a> {
        order: Text<'a>,
    }

    /// The body of `ActivityRecorded`.
    struct ActivityBody<'a>: fact::Activity<'a> {
        id: Option<Text<'a>>,
        kind: Text<'a>,
        amount: Option<Price>,
        score: Option<u8>,
        channel: Option<Text<'a>>,
        store: Option<Text<'a>>,
        tags: List<Text<'a>, 0>,
    }
}

stored! {
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
    struct ReferralBody<'a>: event::ReferralPaid {
        referrer: Text<'a>,
        lots: List<LotNumber, 1>,
        referrer_lots: List<LotNumber, 1>,
    } else {
        counted: event::Counted::default(),
        referrer_counted: event::Counted::default(),
    }

    /// The body of `ReferralCancelled`.
    struct ReferralCancelledBody: event::ReferralCancelled {
        counted: Counted,
    }
}
