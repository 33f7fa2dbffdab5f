//! Keeps the orders and redemptions of the member, as whoever holds the log would fold them from its records.

use std::collections::BTreeMap;

use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::decide::{OrderFile, Precedent, RedemptionFile};
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::{Fact, Order, Return};

/// Files by name.
#[derive(Default)]
pub struct Book {
    orders: BTreeMap<String, OrderFile<'static>>,
    redemptions: BTreeMap<String, RedemptionFile>,
}

impl Book {
    /// What there is on file that a fact refers to.
    pub fn precedent(&self, fact: &Fact<'_>) -> Precedent<'static> {
        let order = |id: &str| self.orders.get(id).cloned();
        let redemption = |id: &str| self.redemptions.get(id).cloned();
        match fact {
            Fact::OrderPlaced(placed) => order(&placed.id).map_or(Precedent::None, |_| Precedent::Taken),
            Fact::OrderReturned(ret) => {
                order(&ret.order).map_or(Precedent::None, |file| Precedent::Order(Box::new(file)))
            }
            Fact::RedemptionRequested(r) => redemption(&r.id).map_or(Precedent::None, |_| Precedent::Taken),
            Fact::ReversalRequested(r) => {
                redemption(&r.redemption).map_or(Precedent::None, |file| Precedent::Redemption(Box::new(file)))
            }
            _ => Precedent::None,
        }
    }

    /// Files an accepted batch. The n-th decision of a kind answers the n-th fact of that kind.
    pub fn file(&mut self, facts: &[Fact<'static>], events: &[Event]) {
        let mut placed = facts.iter().filter_map(placed);
        let mut returned = facts.iter().filter_map(returned);
        let mut redeemed = facts.iter().filter_map(|f| match f {
            Fact::RedemptionRequested(redemption) => Some(redemption.id.to_string()),
            _ => None,
        });
        let mut reversed = facts.iter().filter_map(|f| match f {
            Fact::ReversalRequested(reversal) => Some(reversal.redemption.to_string()),
            _ => None,
        });
        for event in events {
            match &event.decision {
                Decision::PointsEarned(earned) => {
                    let order = placed.next().expect("an order is judged").clone();
                    let record = OrderRecord::new(event.effective_at, earned.clone(), order.lines.len());
                    self.orders.insert(order.id.to_string(), OrderFile { order, record });
                }
                Decision::ClawedBack(_) => {
                    let ret = returned.next().expect("a return is judged");
                    let file = self.orders.get_mut(ret.order.as_ref()).expect("the order is on file");
                    file.follow_return(ret);
                    file.record.follow(&event.decision);
                }
                Decision::Redeemed(redemption) => {
                    let id = redeemed.next().expect("a redemption is judged");
                    self.redemptions.insert(id, RedemptionFile::new(redemption.clone()));
                }
                Decision::RedemptionReversed(_) => {
                    let id = reversed.next().expect("a reversal is judged");
                    self.redemptions.get_mut(&id).expect("the redemption is on file").follow(&event.decision);
                }
                other => self.orders.values_mut().for_each(|file| file.record.follow(other)),
            }
        }
    }
}

fn placed<'f>(fact: &'f Fact<'static>) -> Option<&'f Order<'static>> {
    match fact {
        Fact::OrderPlaced(order) => Some(order),
        _ => None,
    }
}

fn returned<'f>(fact: &'f Fact<'static>) -> Option<&'f Return<'static>> {
    match fact {
        Fact::OrderReturned(ret) => Some(ret),
        _ => None,
    }
}
