//! Lots and draws that know how inactivity moves their end.

use smallvec::{Array, SmallVec};
use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{CurrencyNumber, LotNumber, PolicyIndex};
use tallybook_core::points::Points;

use crate::stored::{Stored, stored};
use crate::wire::{List, array};

array! {
    /// How inactivity moves a lot's end.
    struct Idle {
        months: u16,
        at_most: Option<Instant>,
    }

    /// A lot as it comes into being. `activates_at` is nil where the lot is active at the record's effective time.
    struct NewLot {
        number: LotNumber,
        currency: CurrencyNumber,
        points: Points,
        activates_at: Option<Instant>,
        expires_at: Option<Instant>,
        idle: Option<Idle>,
        policy: Option<PolicyIndex>,
    }
}

stored! {
    /// Points of one lot, with what the lot was.
    struct Draw: event::Draw {
        lot: LotNumber,
        points: Points,
        earned: Points,
        earned_at: Instant,
        expires_at: Option<Instant>,
        idle: Option<Idle>,
    }
}

/// Nil where inactivity does not move the end.
impl Stored<'_, event::Idle> for Option<Idle> {
    fn store(core: &event::Idle) -> Self {
        (*core != event::Idle::default()).then_some(Idle { months: core.months, at_most: core.at_most })
    }

    fn load(self) -> event::Idle {
        self.map(|idle| event::Idle { months: idle.months, at_most: idle.at_most }).unwrap_or_default()
    }
}

impl NewLot {
    pub(crate) fn new(effective_at: Instant, lot: &event::NewLot) -> NewLot {
        NewLot {
            number: lot.number,
            currency: lot.currency,
            points: lot.points,
            activates_at: (lot.activates_at != effective_at).then_some(lot.activates_at),
            expires_at: lot.expires_at,
            idle: Stored::store(&lot.idle),
            policy: lot.policy,
        }
    }

    pub(crate) fn into_lot(self, effective_at: Instant) -> event::NewLot {
        event::NewLot {
            number: self.number,
            currency: self.currency,
            points: self.points,
            activates_at: self.activates_at.unwrap_or(effective_at),
            expires_at: self.expires_at,
            idle: self.idle.load(),
            policy: self.policy,
        }
    }

    /// The lots of one record.
    pub(crate) fn list<const N: usize>(effective_at: Instant, lots: &[event::NewLot]) -> List<NewLot, N> {
        List(lots.iter().map(|lot| NewLot::new(effective_at, lot)).collect())
    }

    /// The lots of one record, as the core has them.
    pub(crate) fn into_lots<A, const N: usize>(lots: List<NewLot, N>, effective_at: Instant) -> SmallVec<A>
    where
        A: Array<Item = event::NewLot>,
    {
        lots.0.into_iter().map(|lot| lot.into_lot(effective_at)).collect()
    }
}
