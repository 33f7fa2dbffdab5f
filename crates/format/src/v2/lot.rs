//! Lots and draws that know how inactivity moves their end.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::ids::{CurrencyNumber, LotNumber, PolicyIndex};
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::wire::{FromRecord, UnlessDefault};

stored! {
    /// How inactivity moves a lot's end. Lots that it does not move have nil instead.
    struct Idle: event::Idle {
        months: u16,
        at_most: Option<Instant>,
    }

    /// A lot as it comes into being. `activates_at` is nil where the lot is active at the record's effective time.
    struct NewLot: event::NewLot {
        number: LotNumber,
        currency: CurrencyNumber,
        points: Points,
        activates_at: FromRecord,
        expires_at: Option<Instant>,
        idle: UnlessDefault<Idle>,
        policy: Option<PolicyIndex>,
    }

    /// Points of one lot, with what the lot was.
    struct Draw: event::Draw {
        lot: LotNumber,
        points: Points,
        earned: Points,
        earned_at: Instant,
        expires_at: Option<Instant>,
        idle: UnlessDefault<Idle>,
    }
}
