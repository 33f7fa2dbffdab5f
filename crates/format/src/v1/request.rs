//! Requests to spend, to undo spending, and to correct a balance.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::fact::{self, Shortfall};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{Stored, fact_body};
use crate::wire::{Code, Coded, Text};

fact_body! {
    /// The body of `RedemptionRequested`.
    struct RedemptionBody<'a>: fact::Redemption<'a> {
        id: Text<'a>,
        currency: Text<'a>,
        points: Points,
        partial: bool,
        purpose: Purpose<'a>,
    }

    /// The body of `ReversalRequested`.
    struct ReversalBody<'a>: fact::Reversal<'a> {
        redemption: Text<'a>,
        points: Option<Points>,
    }

    /// The body of `AdjustmentRequested`.
    struct AdjustmentBody<'a>: fact::Adjustment<'a> {
        currency: Text<'a>,
        points: Points,
        shortfall: Code<Shortfall>,
        actor: Text<'a>,
        reason: Text<'a>,
        about: Option<u64>,
    }
}

impl Coded for Shortfall {
    const WHAT: &'static str = "way to treat a shortfall";
    const ALL: &'static [Self] = &[Shortfall::FloorAtZero, Shortfall::Arrears];

    fn code(self) -> u8 {
        match self {
            Shortfall::FloorAtZero => 0,
            Shortfall::Arrears => 1,
        }
    }
}

/// Stores a purpose as `[0, reward]`, `[1, voucher]` or `[2, order total]`.
pub(crate) enum Purpose<'a> {
    Reward(Text<'a>),
    Voucher(Text<'a>),
    CashOff(Money),
}

impl<'s: 'a, 'a> Stored<'s, fact::Purpose<'a>> for Purpose<'a> {
    fn store(core: &'s fact::Purpose<'a>) -> Self {
        match core {
            fact::Purpose::Reward(what) => Purpose::Reward(Text(what)),
            // A voucher's code needs the second version of a body.
            fact::Purpose::Voucher { what, code: _ } => Purpose::Voucher(Text(what)),
            fact::Purpose::CashOff { order_total } => Purpose::CashOff(*order_total),
        }
    }

    fn load(self) -> fact::Purpose<'a> {
        match self {
            Purpose::Reward(what) => fact::Purpose::Reward(what.load()),
            Purpose::Voucher(what) => fact::Purpose::Voucher { what: what.load(), code: None },
            Purpose::CashOff(order_total) => fact::Purpose::CashOff { order_total },
        }
    }
}

impl Serialize for Purpose<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Purpose::Reward(what) => (0u8, what).serialize(serializer),
            Purpose::Voucher(what) => (1u8, what).serialize(serializer),
            Purpose::CashOff(order_total) => (2u8, order_total).serialize(serializer),
        }
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Purpose<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Tagged;

        impl<'de> Visitor<'de> for Tagged {
            type Value = Purpose<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("[0, reward], [1, voucher] or [2, order total]")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Purpose<'de>, A::Error> {
                let tag: Option<u8> = array.next_element()?;
                let purpose = match tag {
                    Some(0) => array.next_element()?.map(Purpose::Reward),
                    Some(1) => array.next_element()?.map(Purpose::Voucher),
                    Some(2) => array.next_element()?.map(Purpose::CashOff),
                    _ => None,
                };
                purpose.ok_or_else(|| de::Error::custom("points cannot be spent on this"))
            }
        }

        deserializer.deserialize_seq(Tagged)
    }
}
