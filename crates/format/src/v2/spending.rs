//! Points that are spent with a stock or a voucher or come back by a return, lots whose end follows from their activation, and draws from lots
//! that end by inactivity.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{BudgetNumber, CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use super::lot::{Draw, Idle};
use crate::stored::{Stored, stored};
use crate::wire::{Hash, List, Text, array};

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
        draws: List<Draw, 2>,
        stock: Option<BudgetEntry>,
        voucher: Option<Voucher>,
    }

    /// The second body of `RedemptionReversed`.
    struct ReversedBody<'a>: event::RedemptionReversed {
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw, 2>,
        of: Option<Text<'a>>,
        stock: Option<BudgetEntry>,
        voided: Option<Hash>,
    }

    /// The second body of `Debited`.
    struct DebitedBody: event::Debited {
        currency: CurrencyNumber,
        points: Points,
        draws: List<Draw, 2>,
        arrears: Points,
    }
}

array! {
    /// The second body of `PointsActivated`: the lot's term follows from the activation.
    struct ActivatedBody {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
        expires_at: Option<Instant>,
        idle: Option<Idle>,
    }
}

impl ActivatedBody {
    pub(crate) fn new(activated: &event::PointsActivated, term: &event::Term) -> ActivatedBody {
        ActivatedBody {
            lot: activated.lot,
            currency: activated.currency,
            points: activated.points,
            expires_at: term.expires_at,
            idle: Stored::store(&term.idle),
        }
    }

    pub(crate) fn into_activated(self) -> event::PointsActivated {
        event::PointsActivated {
            lot: self.lot,
            currency: self.currency,
            points: self.points,
            term: Some(event::Term { expires_at: self.expires_at, idle: self.idle.load() }),
        }
    }
}
