//! Requests to spend, to undo spending, and to correct a balance.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use tallybook_core::fact::{self, Shortfall};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::wire::{Code, Coded, Text, array};

array! {
    /// The body of `RedemptionRequested`.
    struct RedemptionBody<'a> {
        key: Option<Text<'a>>,
        id: Text<'a>,
        currency: Text<'a>,
        points: Points,
        partial: bool,
        purpose: Purpose<'a>,
    }

    /// The body of `ReversalRequested`.
    struct ReversalBody<'a> {
        key: Option<Text<'a>>,
        redemption: Text<'a>,
        points: Option<Points>,
    }

    /// The body of `AdjustmentRequested`.
    struct AdjustmentBody<'a> {
        key: Option<Text<'a>>,
        currency: Text<'a>,
        points: Points,
        shortfall: Code<Shortfall>,
        actor: Text<'a>,
        reason: Text<'a>,
        about: Option<u64>,
    }
}

impl<'a> RedemptionBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, redemption: &'a fact::Redemption<'_>) -> RedemptionBody<'a> {
        RedemptionBody {
            key: key.map(Text),
            id: (&redemption.id).into(),
            currency: (&redemption.currency).into(),
            points: redemption.points,
            partial: redemption.partial,
            purpose: match &redemption.purpose {
                fact::Purpose::Reward(what) => Purpose::Reward(what.into()),
                fact::Purpose::Voucher(what) => Purpose::Voucher(what.into()),
                fact::Purpose::CashOff { order_total } => Purpose::CashOff(*order_total),
            },
        }
    }

    pub(crate) fn into_redemption(self) -> fact::Redemption<'a> {
        fact::Redemption {
            id: self.id.into(),
            currency: self.currency.into(),
            points: self.points,
            partial: self.partial,
            purpose: match self.purpose {
                Purpose::Reward(what) => fact::Purpose::Reward(what.into()),
                Purpose::Voucher(what) => fact::Purpose::Voucher(what.into()),
                Purpose::CashOff(order_total) => fact::Purpose::CashOff { order_total },
            },
        }
    }
}

impl<'a> ReversalBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, reversal: &'a fact::Reversal<'_>) -> ReversalBody<'a> {
        ReversalBody {
            key: key.map(Text),
            redemption: (&reversal.redemption).into(),
            points: reversal.points,
        }
    }

    pub(crate) fn into_reversal(self) -> fact::Reversal<'a> {
        fact::Reversal { redemption: self.redemption.into(), points: self.points }
    }
}

impl<'a> AdjustmentBody<'a> {
    pub(crate) fn new(key: Option<&'a str>, adjustment: &'a fact::Adjustment<'_>) -> AdjustmentBody<'a> {
        AdjustmentBody {
            key: key.map(Text),
            currency: (&adjustment.currency).into(),
            points: adjustment.points,
            shortfall: Code(adjustment.shortfall),
            actor: (&adjustment.actor).into(),
            reason: (&adjustment.reason).into(),
            about: adjustment.about,
        }
    }

    pub(crate) fn into_adjustment(self) -> fact::Adjustment<'a> {
        fact::Adjustment {
            currency: self.currency.into(),
            points: self.points,
            shortfall: self.shortfall.0,
            actor: self.actor.into(),
            reason: self.reason.into(),
            about: self.about,
        }
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
