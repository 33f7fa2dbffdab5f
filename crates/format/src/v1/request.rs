//! Requests to spend, to undo spending, and to correct a balance.

use tallybook_core::fact::{self, Shortfall};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{stored, tagged};
use crate::wire::{Code, Coded, Text};

stored! {
    /// The body of `RedemptionRequested`.
    struct RedemptionBody: fact::Redemption<'a> {
        id: Text,
        currency: Text,
        points: Points,
        partial: bool,
        purpose: Purpose,
    }

    /// The body of `ReversalRequested`.
    struct ReversalBody: fact::Reversal<'a> {
        redemption: Text,
        points: Option<Points>,
    }

    /// The body of `AdjustmentRequested`.
    struct AdjustmentBody: fact::Adjustment<'a> {
        currency: Text,
        points: Points,
        shortfall: Code<Shortfall>,
        actor: Text,
        reason: Text,
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

tagged! {
    /// What points are spent on: a reward, a voucher without a code, or an order of this total.
    enum Purpose: fact::Purpose<'a> {
        [0, what: Text] = (fact::Purpose::Reward(what)),
        [1, what: Text] = (fact::Purpose::Voucher { what, code: None }),
        [2, order_total: Money] = (fact::Purpose::CashOff { order_total }),
    }
    newer (fact::Purpose::Voucher { what: _, code: Some(_) })
    else "points cannot be spent on this"
}
