//! Points that are spent, given back, activated, expired, debited, or that pay a debt.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::wire::{List, array};

array! {
    /// The body of `PointsActivated`, `ArrearsPaid` and `Expired`: points of one lot.
    struct LotBody {
        lot: LotNumber,
        currency: CurrencyNumber,
        points: Points,
    }

    /// Points of one lot, with what the lot was.
    struct Draw {
        lot: LotNumber,
        points: Points,
        earned: Points,
        earned_at: Instant,
        expires_at: Option<Instant>,
    }

    /// The body of `Redeemed`.
    struct RedeemedBody {
        currency: CurrencyNumber,
        points: Points,
        worth: Option<Money>,
        draws: List<Draw, 2>,
    }

    /// The body of `RedemptionReversed`.
    struct ReversedBody {
        currency: CurrencyNumber,
        points: Points,
        restored: List<Draw, 2>,
    }

    /// The body of `Debited`.
    struct DebitedBody {
        currency: CurrencyNumber,
        points: Points,
        draws: List<Draw, 2>,
        arrears: Points,
    }
}

impl From<&event::Draw> for Draw {
    fn from(draw: &event::Draw) -> Self {
        let event::Draw { lot, points, earned, earned_at, expires_at } = *draw;
        Draw { lot, points, earned, earned_at, expires_at }
    }
}

impl From<Draw> for event::Draw {
    fn from(draw: Draw) -> Self {
        let Draw { lot, points, earned, earned_at, expires_at } = draw;
        event::Draw { lot, points, earned, earned_at, expires_at }
    }
}

impl From<&event::PointsActivated> for LotBody {
    fn from(activated: &event::PointsActivated) -> Self {
        LotBody { lot: activated.lot, currency: activated.currency, points: activated.points }
    }
}

impl From<LotBody> for event::PointsActivated {
    fn from(body: LotBody) -> Self {
        event::PointsActivated { lot: body.lot, currency: body.currency, points: body.points }
    }
}

impl From<&event::ArrearsPaid> for LotBody {
    fn from(paid: &event::ArrearsPaid) -> Self {
        LotBody { lot: paid.lot, currency: paid.currency, points: paid.points }
    }
}

impl From<LotBody> for event::ArrearsPaid {
    fn from(body: LotBody) -> Self {
        event::ArrearsPaid { lot: body.lot, currency: body.currency, points: body.points }
    }
}

impl From<&event::Expired> for LotBody {
    fn from(expired: &event::Expired) -> Self {
        LotBody { lot: expired.lot, currency: expired.currency, points: expired.points }
    }
}

impl From<LotBody> for event::Expired {
    fn from(body: LotBody) -> Self {
        event::Expired { lot: body.lot, currency: body.currency, points: body.points }
    }
}

impl From<&event::Redeemed> for RedeemedBody {
    fn from(redeemed: &event::Redeemed) -> Self {
        RedeemedBody {
            currency: redeemed.currency,
            points: redeemed.points,
            worth: redeemed.worth,
            draws: List::of(&redeemed.draws),
        }
    }
}

impl From<RedeemedBody> for event::Redeemed {
    fn from(body: RedeemedBody) -> Self {
        event::Redeemed {
            currency: body.currency,
            points: body.points,
            worth: body.worth,
            draws: body.draws.to(),
        }
    }
}

impl From<&event::RedemptionReversed> for ReversedBody {
    fn from(reversed: &event::RedemptionReversed) -> Self {
        ReversedBody {
            currency: reversed.currency,
            points: reversed.points,
            restored: List::of(&reversed.restored),
        }
    }
}

impl From<ReversedBody> for event::RedemptionReversed {
    fn from(body: ReversedBody) -> Self {
        event::RedemptionReversed {
            currency: body.currency,
            points: body.points,
            restored: body.restored.to(),
        }
    }
}

impl From<&event::Debited> for DebitedBody {
    fn from(debited: &event::Debited) -> Self {
        DebitedBody {
            currency: debited.currency,
            points: debited.points,
            draws: List::of(&debited.draws),
            arrears: debited.arrears,
        }
    }
}

impl From<DebitedBody> for event::Debited {
    fn from(body: DebitedBody) -> Self {
        event::Debited {
            currency: body.currency,
            points: body.points,
            draws: body.draws.to(),
            arrears: body.arrears,
        }
    }
}
