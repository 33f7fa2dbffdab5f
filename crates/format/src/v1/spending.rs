//! Points that are spent, given back, activated, expired, debited, or that pay a debt.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::wire::List;

stored! {
    /// The body of `PointsActivated`.
    struct ActivatedBody: event::PointsActivated {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
    } else {
        term: None,
    }

    /// The body of `ArrearsPaid`.
    struct ArrearsBody: event::ArrearsPaid {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
    }

    /// The body of `Expired`.
    struct ExpiredBody: event::Expired {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
    }

    /// Points of one lot that inactivity does not end, with what the lot was.
    struct Draw: event::Draw {
        lot: LotNumber,
        points: Points,
        earned: Points,
        earned_at: Instant,
        expires_at: Option<Instant>,
    } else {
        idle: event::Idle::default(),
    }

    /// The body of `Redeemed`.
    struct RedeemedBody: event::Redeemed {
        currency: CurrencyNumber,
        points: Points,
        worth: Option<Money>,
        draws: List<Draw>,
    } else {
        stock: None,
        voucher: None,
    }

    /// The body of `RedemptionReversed`.
    struct ReversedBody: event::RedemptionReversed {
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw>,
    } else {
        of: None,
        stock: None,
        voided: None,
    }

    /// The body of `Debited`.
    struct DebitedBody: event::Debited {
        currency: CurrencyNumber,
        points: Points,
        draws: List<Draw>,
        arrears: Points,
    }
}
