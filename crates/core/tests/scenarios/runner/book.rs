//! Keeps the orders and redemptions of the member, as whoever holds the log would fold them from its records.

use std::collections::BTreeMap;

use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::decide::{OrderFile, Precedent, RedemptionFile};
use tallybook_core::event::{ClawedBack, Decision, Event};
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
            Fact::ReversalRequested(r) => redemption(&r.redemption)
                .map_or(Precedent::None, |file| Precedent::Redemption(Box::new(file))),
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
                Decision::ClawedBack(clawed) => {
                    let ret = returned.next().expect("a return is judged");
                    let file = self.orders.get_mut(ret.order.as_ref()).expect("the order is on file");
                    file.follow_return(ret);
                    file.record.follow(&event.decision);
                    assert_fair(clawed, &file.record);
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

/// A clawback takes no more than the order gave, and tells where all of it came from.
fn assert_fair(clawed: &ClawedBack, record: &OrderRecord) {
    for take in &clawed.takes {
        let drawn: i64 = take.from_pending.iter().chain(&take.from_available).map(|d| d.points.0).sum();
        assert_eq!(
            take.points.0,
            take.expired.0 + drawn + take.arrears.0 + take.waived.0,
            "a clawback adds up"
        );
        let given = record
            .earned
            .lots
            .iter()
            .find(|lot| lot.currency == take.currency)
            .expect("the order gave a lot");
        assert!(take.points_total <= given.points, "a clawback takes no more than the order gave");
        let taken = record.taken(take.currency);
        assert!(taken.expired_counted <= taken.expired, "no expired point counts twice");
        assert!(
            !clawed.whole || take.points_total == given.points,
            "a whole return takes all that the order gave"
        );
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
