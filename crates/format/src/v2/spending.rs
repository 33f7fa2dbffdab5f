//! Points that are spent with a stock or a voucher or come back by a return, lots whose end follows from their activation, and draws from lots
//! that end by inactivity.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{BudgetNumber, CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use super::lot::{Draw, Idle};
use crate::stored::{array, stored};
use crate::wire::{Hash, List, Text, UnlessDefault};

stored! {
    /// A budget or stock as it was found.
    struct BudgetEntry: event::BudgetEntry {
        budget: BudgetNumber,
        room: Points,
        used: Points,
    }

    /// A voucher that its code opens.
    struct Voucher: event::Voucher {
        code: Hash,
        expires_at: Option<Instant>,
    }

    /// The second body of `Redeemed`.
    struct RedeemedBody: event::Redeemed {
        currency: CurrencyNumber,
        points: Points,
        worth: Option<Money>,
        draws: List<Draw>,
        stock: Option<BudgetEntry>,
        voucher: Option<Voucher>,
    }

    /// The second body of `RedemptionReversed`.
    struct ReversedBody: event::RedemptionReversed {
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw>,
        of: Option<Text>,
        stock: Option<BudgetEntry>,
        voided: Option<Hash>,
    }

    /// The second body of `Debited`.
    struct DebitedBody: event::Debited {
        currency: CurrencyNumber,
        points: Points,
        draws: List<Draw>,
        arrears: Points,
    }
}

array! {
    /// The second body of `PointsActivated`: the lot's term follows from the activation.
    struct ActivatedBody from activated: event::PointsActivated {
        lot: LotNumber = activated.lot,
        currency: CurrencyNumber = activated.currency,
        points: Points = activated.points,
        expires_at: Option<Instant> = activated.term.unwrap_or_default().expires_at,
        idle: UnlessDefault<Idle> = activated.term.unwrap_or_default().idle,
    }
    load { event::PointsActivated { lot, currency, points, term: Some(event::Term { expires_at, idle }) } }
}
