//! Which fact caused which decision.
//!
//! Invariant: within a batch the n-th judgement of orders is that of the n-th order, and so on; credits and debits are
//! those of adjustments above and below zero.

use serde::Serialize;
use tallybook_core::event::Decision;
use tallybook_core::fact::{Fact, Purpose};
use tallybook_core::points::Points;

/// What caused a credit or a debit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Cause {
    /// An order was placed.
    Order {
        /// Its name.
        order: String,
    },
    /// An order was given back, whole or in part.
    Return {
        /// The return's name.
        id: String,
        /// The order's name.
        order: String,
    },
    /// Points were spent.
    Redemption {
        /// Its name.
        redemption: String,
        /// What for.
        purpose: String,
    },
    /// A redemption was undone.
    Reversal {
        /// The redemption's name.
        redemption: String,
    },
    /// Somebody corrected the balance by hand.
    Adjustment {
        /// Who.
        actor: String,
        /// Why.
        reason: String,
    },
    /// A debt was there to be paid.
    Debt,
    /// Time went by.
    Time,
}

impl Cause {
    /// The cause that a fact is.
    pub(super) fn of(fact: Option<&Fact<'_>>) -> Cause {
        match fact {
            Some(Fact::OrderPlaced(order)) => Cause::Order { order: order.id.to_string() },
            Some(Fact::OrderReturned(ret)) => {
                Cause::Return { id: ret.id.to_string(), order: ret.order.to_string() }
            }
            Some(Fact::RedemptionRequested(redemption)) => Cause::Redemption {
                redemption: redemption.id.to_string(),
                purpose: match &redemption.purpose {
                    Purpose::Reward(what) => format!("reward {what}"),
                    Purpose::Voucher(what) => format!("voucher {what}"),
                    Purpose::CashOff { .. } => "cash off an order".to_owned(),
                },
            },
            Some(Fact::ReversalRequested(reversal)) => {
                Cause::Reversal { redemption: reversal.redemption.to_string() }
            }
            Some(Fact::AdjustmentRequested(adjustment)) => Cause::Adjustment {
                actor: adjustment.actor.to_string(),
                reason: adjustment.reason.to_string(),
            },
            _ => Cause::Time,
        }
    }
}

/// The facts of a batch, each given to the decision that judges it.
pub(super) struct Causes<'b> {
    facts: &'b [Fact<'static>],
    /// How many decisions of each kind have been asked for.
    asked: [usize; KINDS],
}

/// Kinds of decisions that judge a fact.
const KINDS: usize = 6;

impl<'b> Causes<'b> {
    pub(super) fn new(facts: &'b [Fact<'static>]) -> Causes<'b> {
        Causes { facts, asked: [0; KINDS] }
    }

    /// The fact that the next decision judges; `None` for what happens with time alone.
    pub(super) fn fact_of(&mut self, decision: &Decision) -> Option<&'b Fact<'static>> {
        let (kind, judges): (usize, fn(&Fact<'_>) -> bool) = match decision {
            Decision::PointsEarned(_) => (0, |fact| matches!(fact, Fact::OrderPlaced(_))),
            Decision::ClawedBack(_) => (1, |fact| matches!(fact, Fact::OrderReturned(_))),
            Decision::Redeemed(_) => (2, |fact| matches!(fact, Fact::RedemptionRequested(_))),
            Decision::RedemptionReversed(_) => (3, |fact| matches!(fact, Fact::ReversalRequested(_))),
            Decision::Credited(_) => {
                (4, |fact| matches!(fact, Fact::AdjustmentRequested(a) if a.points > Points::ZERO))
            }
            Decision::Debited(_) => {
                (5, |fact| matches!(fact, Fact::AdjustmentRequested(a) if a.points < Points::ZERO))
            }
            _ => return None,
        };
        let found = self.facts.iter().filter(|fact| judges(fact)).nth(self.asked[kind]);
        self.asked[kind] += 1;
        found
    }
}
