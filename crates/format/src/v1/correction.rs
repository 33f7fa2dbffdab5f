//! What is done to debts and lots by command.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact::{self, NewEnd};
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::points::Points;

use crate::stored::{Stored, fact_body, stored};
use crate::v2::lot::NewLot;
use crate::wire::{List, Text, array};

fact_body! {
    /// The body of `WriteOffRequested`.
    struct WriteOffBody<'a>: fact::WriteOff<'a> {
        currency: Text<'a>,
        points: Option<Points>,
        actor: Text<'a>,
        reason: Text<'a>,
    }

    /// The body of `ExpiryChangeRequested`.
    struct ExpiryChangeBody<'a>: fact::ExpiryChange<'a> {
        currency: Text<'a>,
        lot: Option<LotNumber>,
        to: End,
        actor: Text<'a>,
        reason: Text<'a>,
    }

    /// The body of `ReinstatementRequested`.
    struct ReinstatementBody<'a>: fact::Reinstatement<'a> {
        lot: LotNumber,
        expires_at: Option<Instant>,
        actor: Text<'a>,
        reason: Text<'a>,
    }
}

stored! {
    /// The body of `WrittenOff`.
    struct WrittenOffBody: event::WrittenOff {
        currency: CurrencyNumber,
        points: Points,
    }

    /// The body of `ExpiryChanged`.
    struct ExpiryChangedBody: event::ExpiryChanged {
        currency: CurrencyNumber,
        lots: List<LotEnd, 2>,
    }

    /// A lot's old and new end.
    struct LotEnd: event::LotEnd {
        lot: LotNumber,
        from: Option<Instant>,
        to: Option<Instant>,
    }
}

array! {
    /// The body of `Reinstated`.
    struct ReinstatedBody {
        of: LotNumber,
        lot: NewLot,
    }
}

impl ReinstatedBody {
    pub(crate) fn new(effective_at: Instant, reinstated: &event::Reinstated) -> ReinstatedBody {
        ReinstatedBody { of: reinstated.of, lot: NewLot::new(effective_at, &reinstated.lot) }
    }

    pub(crate) fn into_reinstated(self, effective_at: Instant) -> event::Reinstated {
        event::Reinstated { of: self.of, lot: self.lot.into_lot(effective_at) }
    }
}

/// Stores the end that a lot is given as `[0, instant]`, `[1]` for none or `[2, days]`.
pub(crate) struct End(NewEnd);

impl Stored<'_, NewEnd> for End {
    fn store(core: &NewEnd) -> Self {
        End(*core)
    }

    fn load(self) -> NewEnd {
        self.0
    }
}

impl Serialize for End {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            NewEnd::At(at) => (0u8, at).serialize(serializer),
            NewEnd::Never => (1u8,).serialize(serializer),
            NewEnd::PlusDays(days) => (2u8, days).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for End {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tagged;

        impl<'de> Visitor<'de> for Tagged {
            type Value = End;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[0, instant], [1] or [2, days]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<End, A::Error> {
                let tag: Option<u8> = array.next_element()?;
                let end = match tag {
                    Some(0) => array.next_element()?.map(NewEnd::At),
                    Some(1) => Some(NewEnd::Never),
                    Some(2) => array.next_element()?.map(NewEnd::PlusDays),
                    _ => None,
                };
                end.map(End).ok_or_else(|| de::Error::custom("lots cannot be given this end"))
            }
        }

        deserializer.deserialize_seq(Tagged)
    }
}
