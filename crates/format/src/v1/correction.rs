//! What is done to debts and lots by command.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact::{self, NewEnd};
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::points::Points;

use crate::stored::{stored, tagged};
use crate::v2::lot::NewLot;
use crate::wire::{List, Text};

stored! {
    /// The body of `WriteOffRequested`.
    struct WriteOffBody: fact::WriteOff<'a> {
        currency: Text,
        points: Option<Points>,
        actor: Text,
        reason: Text,
    }

    /// The body of `ExpiryChangeRequested`.
    struct ExpiryChangeBody: fact::ExpiryChange<'a> {
        currency: Text,
        lot: Option<LotNumber>,
        to: End,
        actor: Text,
        reason: Text,
    }

    /// The body of `ReinstatementRequested`.
    struct ReinstatementBody: fact::Reinstatement<'a> {
        lot: LotNumber,
        expires_at: Option<Instant>,
        actor: Text,
        reason: Text,
    }

    /// The body of `WrittenOff`.
    struct WrittenOffBody: event::WrittenOff {
        currency: CurrencyNumber,
        points: Points,
    }

    /// The body of `ExpiryChanged`.
    struct ExpiryChangedBody: event::ExpiryChanged {
        currency: CurrencyNumber,
        lots: List<LotEnd>,
    }

    /// A lot's old and new end.
    struct LotEnd: event::LotEnd {
        lot: LotNumber,
        from: Option<Instant>,
        to: Option<Instant>,
    }

    /// The body of `Reinstated`.
    struct ReinstatedBody: event::Reinstated {
        of: LotNumber,
        lot: NewLot,
    }
}

tagged! {
    /// The end that a lot is given: an instant, none, or days after the one it has.
    enum End: NewEnd {
        [0, at: Instant] = (NewEnd::At(at)),
        [1] = (NewEnd::Never),
        [2, days: u32] = (NewEnd::PlusDays(days)),
    }
    else "lots cannot be given this end"
}
