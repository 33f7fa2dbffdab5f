//! Keeps the orders and redemptions of the member, as whoever holds the log would fold them from its records.

use std::collections::{BTreeMap, BTreeSet};

use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::decide::{LotFile, Moved, OrderFile, Precedent, RedemptionFile};
use tallybook_core::event::{ClawedBack, Decision, Event, HoldCaptured, Trigger};
use tallybook_core::fact::{Fact, Order, Return};
use tallybook_core::ids::LotNumber;

/// Files by name.
#[derive(Clone, Default)]
pub struct Book {
    orders: BTreeMap<String, OrderFile<'static>>,
    redemptions: BTreeMap<String, RedemptionFile>,
    /// Names of holds and redemptions.
    taken: BTreeSet<String>,
    lots: BTreeMap<LotNumber, LotFile>,
}

impl Book {
    /// What there is on file that a fact refers to.
    pub fn precedent(&self, fact: &Fact<'_>) -> Precedent<'static> {
        let order = |id: &str| match self.orders.get(id).cloned() {
            Some(mut file) => {
                let paid_by = file.order.redemption.as_deref();
                file.redemption = paid_by.and_then(|name| self.redemptions.get(name).cloned());
                Precedent::Order(Box::new(file))
            }
            None => Precedent::None,
        };
        let redemption = |id: &str| {
            let file = self.redemptions.get(id).cloned();
            file.map_or(Precedent::None, |file| Precedent::Redemption(Box::new(file)))
        };
        let taken = |id: &str| if self.taken.contains(id) { Precedent::Taken } else { Precedent::None };
        match fact {
            Fact::OrderPlaced(placed) if self.orders.contains_key(placed.id.as_ref()) => Precedent::Taken,
            Fact::OrderPlaced(placed) => placed.redemption.as_deref().map_or(Precedent::None, redemption),
            Fact::OrderReturned(ret) => order(&ret.order),
            Fact::OrderFulfilled(fulfilment) => order(&fulfilment.order),
            Fact::RedemptionRequested(r) => taken(&r.id),
            Fact::HoldRequested(hold) => taken(&hold.id),
            Fact::ReversalRequested(r) => redemption(&r.redemption),
            Fact::ReinstatementRequested(wanted) => {
                let file = self.lots.get(&wanted.lot).copied();
                file.map_or(Precedent::None, |file| Precedent::Lot(Box::new(file)))
            }
            _ => Precedent::None,
        }
    }

    /// Files an accepted batch. The n-th decision of a kind answers the n-th fact of that kind.
    pub fn file(&mut self, facts: &[Fact<'static>], events: &[Event]) {
        let mut placed = facts.iter().filter_map(placed);
        let mut last_placed = String::new();
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
            if let Decision::Expired(expired) = &event.decision {
                self.lots.entry(expired.lot).or_insert(LotFile::new(expired.lot, expired.currency));
            }
            self.lots.values_mut().for_each(|file| file.follow(event.effective_at, &event.decision));
            match &event.decision {
                Decision::PointsEarned(earned) if earned.on == Trigger::Order => {
                    let order = placed.next().expect("an order is judged").clone();
                    last_placed = order.id.to_string();
                    let record = OrderRecord::new(event.effective_at, earned.clone(), order.lines.len());
                    let file = OrderFile { order, record, redemption: None };
                    self.orders.insert(last_placed.clone(), file);
                }
                Decision::ReferralPaid(_) => {
                    let file = self.orders.get_mut(&last_placed).expect("a referral is of an order");
                    file.record.follow(&event.decision);
                }
                Decision::ClawedBack(clawed) => {
                    let ret = returned.next().expect("a return is judged");
                    let file = self.orders.get_mut(ret.order.as_ref()).expect("the order is on file");
                    file.follow_return(ret);
                    file.record.follow(&event.decision);
                    assert_fair(clawed, &file.record);
                }
                Decision::HoldPlaced(placed) => {
                    self.taken.insert(placed.hold.to_string());
                }
                Decision::HoldCaptured(HoldCaptured { hold, redeemed, .. }) => {
                    self.redemptions.insert(hold.to_string(), RedemptionFile::new(hold, redeemed.clone()));
                }
                Decision::Redeemed(redemption) => {
                    let id = redeemed.next().expect("a redemption is judged");
                    self.taken.insert(id.clone());
                    self.redemptions.insert(id.clone(), RedemptionFile::new(&id, redemption.clone()));
                }
                Decision::RedemptionReversed(back) => {
                    let id = match &back.of {
                        Some(of) => of.to_string(),
                        None => reversed.next().expect("a reversal is judged"),
                    };
                    self.redemptions.get_mut(&id).expect("the redemption is on file").follow(&event.decision);
                }
                other => self.orders.values_mut().for_each(|file| file.record.follow(other)),
            }
        }
    }

    /// Notes that a member became part of another, whose lots come before theirs: referrers are found there from now on.
    pub fn follow_merge(&mut self, from: &str, into: &str, lot_offset: u32) {
        for record in self.orders.values_mut().map(|file| &mut file.record) {
            let Some(paid) = &record.referral else { continue };
            let (name, offset) =
                record.referrer.as_ref().map_or((&paid.referrer, 0), |moved| (&moved.to, moved.lot_offset));
            if &**name == from {
                record.referrer = Some(Moved { to: into.into(), lot_offset: offset + lot_offset });
            }
        }
    }

    /// Takes over the files of a member who became part of this one, in this one's lot numbers.
    pub fn absorb(&mut self, from: &Book, offset: u32) {
        let shift = |lot: &mut LotNumber| lot.0 += offset;
        for (name, file) in &from.orders {
            let mut file = file.clone();
            file.record.lots.iter_mut().for_each(shift);
            file.record.earned.lots.iter_mut().for_each(|lot| shift(&mut lot.number));
            if let Some(referral) = &mut file.record.referral {
                referral.lots.iter_mut().for_each(shift);
            }
            self.orders.entry(name.clone()).or_insert(file);
        }
        for (name, file) in &from.redemptions {
            let mut file = file.clone();
            file.redeemed.draws.iter_mut().for_each(|draw| shift(&mut draw.lot));
            self.redemptions.entry(name.clone()).or_insert(file);
        }
        self.taken.extend(from.taken.iter().cloned());
        for file in from.lots.values() {
            let lot = LotNumber(file.lot.0 + offset);
            self.lots.insert(lot, LotFile { lot, ..*file });
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
        let lots = record.earned.lots.iter().filter(|lot| lot.currency == take.currency);
        let given: i64 = lots.map(|lot| lot.points.0).sum();
        assert!(take.points_total.0 <= given, "a clawback takes no more than the order gave");
        let taken = record.taken(take.currency);
        assert!(taken.expired_counted <= taken.expired, "no expired point counts twice");
        assert!(
            !clawed.whole || take.points_total.0 == given,
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
