//! Requests to spend points on a voucher with a code.

use tallybook_core::fact;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::{stored, tagged};
use crate::wire::{Hash, Text};

stored! {
    /// The second body of `RedemptionRequested`.
    struct RedemptionBody: fact::Redemption<'a> {
        id: Text,
        currency: Text,
        points: Points,
        partial: bool,
        purpose: Purpose,
    }
}

tagged! {
    /// What points are spent on: a reward, a voucher, an order of this total, or a voucher with a code.
    enum Purpose: fact::Purpose<'a> {
        [0, what: Text] = (fact::Purpose::Reward(what)),
        [1, what: Text] = (fact::Purpose::Voucher { what, code: None }),
        [2, order_total: Money] = (fact::Purpose::CashOff { order_total }),
        [3, what: Text, code: Hash] = (fact::Purpose::Voucher { what, code: Some(code) }),
    }
    else "points cannot be spent on this"
}
