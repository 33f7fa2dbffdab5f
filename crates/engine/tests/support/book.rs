//! The ledger judged a second time, batch after batch, from its histories alone: states by folding nothing but what is
//! decided again, and files of orders, redemptions and lots kept by simpler means than the engine's.

use std::collections::BTreeMap;

use tallybook::core::calendar::Instant;
use tallybook::core::decide::precedent::OrderRecord;
use tallybook::core::decide::{
    self, Case, LotFile, Moved, OrderFile, Party, Precedent, RedemptionFile, Workspace,
};
use tallybook::core::event::{Decision, Event, HoldCaptured, Trigger};
use tallybook::core::fact::Fact;
use tallybook::core::ids::LotNumber;
use tallybook::core::programme::versions::Programmes;
use tallybook::core::state::{LedgerState, MemberState};
use tallybook::{HistoryBatch, stored_batch};

/// Everybody, by name.
#[derive(Default)]
pub struct Book {
    members: BTreeMap<String, Person>,
    pub ledger: LedgerState,
    workspace: Workspace,
}

#[derive(Default)]
struct Person {
    state: MemberState,
    orders: BTreeMap<String, OrderFile<'static>>,
    redemptions: BTreeMap<String, RedemptionFile>,
    lots: BTreeMap<LotNumber, LotFile>,
    /// What was added to the lots of members who became part of this one.
    absorbed: BTreeMap<String, u32>,
}

impl Book {
    pub fn states(&self) -> BTreeMap<String, MemberState> {
        self.members.iter().map(|(name, person)| (name.clone(), person.state.clone())).collect()
    }

    /// Judges one batch of the log again: what it says of the member whose facts it holds, and of another where there is
    /// one. Gives the first difference between what was recorded and what is decided now.
    pub fn judge(&mut self, told: &[(&str, &HistoryBatch)], programmes: &Programmes) -> Result<(), String> {
        let place = told.iter().position(|(_, batch)| !batch.facts.is_empty());
        let (name, batch) = told[place.unwrap_or(0)];
        let mut person = self.members.remove(name).unwrap_or_default();
        let mut events = Vec::new();
        let mut other_events = Vec::new();
        let mut other = None;
        if batch.facts.is_empty() {
            let until = batch.events.last().map_or(Instant::MIN, |event| event.effective_at);
            decide::settle_to(&mut person.state, programmes, until, &mut events);
            events.iter().for_each(|event| self.ledger.apply(&event.decision));
        } else {
            let mut precedents: Vec<_> = batch.facts.iter().map(|fact| person.precedent(fact)).collect();
            for precedent in &mut precedents {
                self.follow_referrer(name, &person, precedent);
            }
            let case = Case {
                facts: &batch.facts,
                precedents: &precedents,
                effective_at: batch.effective_at,
                recorded_at: batch.recorded_at,
            };
            let wanted = decide::other_party(&person.state, programmes, &case);
            other = wanted.and_then(|wanted| self.members.remove_entry(&self.resolve(&wanted)));
            let party = Party { name, state: &mut person.state, events: &mut events };
            let other_party = other.as_mut().map(|(name, other)| Party {
                name,
                state: &mut other.state,
                events: &mut other_events,
            });
            decide::decide(party, other_party, &mut self.ledger, programmes, &case, &mut self.workspace)
                .map_err(|refusal| format!("what was accepted is refused now: {refusal}"))?;
        }
        same(name, batch, &events)?;
        person.file(batch, &events);
        if let Some((other_name, mut other)) = other {
            let nobody = HistoryBatch { facts: Vec::new(), events: Vec::new(), ..batch.clone() };
            let recorded =
                told.iter().find(|(name, _)| *name == other_name).map_or(&nobody, |(_, batch)| batch);
            same(&other_name, recorded, &other_events)?;
            other.file(recorded, &other_events);
            if other_events.iter().any(|event| matches!(event.decision, Decision::MergedFrom(_))) {
                other.absorb(name, &person);
            }
            self.members.insert(other_name, other);
        } else if told.len() > 1 {
            return Err(format!("{} is not concerned any more", told[1 - place.unwrap_or(0)].0));
        }
        self.members.insert(name.to_owned(), person);
        Ok(())
    }

    fn follow_referrer(&self, name: &str, person: &Person, precedent: &mut Precedent<'_>) {
        let Precedent::Order(file) = precedent else { return };
        let Some(paid) = &file.record.referral else { return };
        let to = self.resolve(&paid.referrer);
        let goes_on = if to == name { Some(person) } else { self.members.get(&to) };
        let offset = goes_on.and_then(|goes_on| goes_on.absorbed.get(&*paid.referrer).copied());
        file.record.referrer = offset.map(|lot_offset| Moved { to: to.into(), lot_offset });
    }

    fn resolve(&self, name: &str) -> String {
        let into = self.members.get(name).and_then(|person| person.state.status.merged_into.as_deref());
        into.map_or(name.to_owned(), |into| self.resolve(into))
    }
}

fn same(name: &str, recorded: &HistoryBatch, again: &[Event]) -> Result<(), String> {
    if stored_batch(&recorded.facts, again) == stored_batch(&recorded.facts, &recorded.events) {
        return Ok(());
    }
    Err(format!("of {name} was recorded {:#?}\nand is decided now {again:#?}", recorded.events))
}

impl Person {
    fn precedent(&self, fact: &Fact<'static>) -> Precedent<'static> {
        let redemption = |name: &str| {
            let file = self.redemptions.get(name).cloned();
            file.map_or(Precedent::None, |file| Precedent::Redemption(Box::new(file)))
        };
        let order = |name: &str| {
            let Some(mut file) = self.orders.get(name).cloned() else { return Precedent::None };
            let paid_by = file.order.redemption.as_deref();
            file.redemption = paid_by.and_then(|name| self.redemptions.get(name).cloned());
            Precedent::Order(Box::new(file))
        };
        match fact {
            Fact::OrderPlaced(placed) => placed.redemption.as_deref().map_or(Precedent::None, redemption),
            Fact::OrderReturned(ret) => order(&ret.order),
            Fact::OrderFulfilled(fulfilment) => order(&fulfilment.order),
            Fact::ReversalRequested(reversal) => redemption(&reversal.redemption),
            Fact::ReinstatementRequested(wanted) => {
                let file = self.lots.get(&wanted.lot).copied();
                file.map_or(Precedent::None, |file| Precedent::Lot(Box::new(file)))
            }
            _ => Precedent::None,
        }
    }

    /// The n-th decision of a kind answers the n-th fact of that kind.
    fn file(&mut self, batch: &HistoryBatch, events: &[Event]) {
        let named = |pick: fn(&Fact<'static>) -> Option<String>| batch.facts.iter().filter_map(pick);
        let mut placed = batch.facts.iter().filter_map(|fact| match fact {
            Fact::OrderPlaced(order) => Some(order),
            _ => None,
        });
        let mut returned = batch.facts.iter().filter_map(|fact| match fact {
            Fact::OrderReturned(ret) => Some(ret),
            _ => None,
        });
        let mut redeemed = named(|fact| match fact {
            Fact::RedemptionRequested(redemption) => Some(redemption.id.to_string()),
            _ => None,
        });
        let mut reversed = named(|fact| match fact {
            Fact::ReversalRequested(reversal) => Some(reversal.redemption.to_string()),
            _ => None,
        });
        let mut newest = String::new();
        for Event { effective_at, decision } in events {
            if let Decision::Expired(expired) = decision {
                self.lots.entry(expired.lot).or_insert(LotFile::new(expired.lot, expired.currency));
            }
            self.lots.values_mut().for_each(|file| file.follow(*effective_at, decision));
            match decision {
                Decision::PointsEarned(earned) if earned.on == Trigger::Order => {
                    let order = placed.next().unwrap().clone();
                    newest = order.id.to_string();
                    let record = OrderRecord::new(*effective_at, earned.clone(), order.lines.len());
                    self.orders.insert(newest.clone(), OrderFile { order, record, redemption: None });
                }
                Decision::ReferralPaid(_) => self.orders.get_mut(&newest).unwrap().record.follow(decision),
                Decision::ClawedBack(_) => {
                    let ret = returned.next().unwrap();
                    let file = self.orders.get_mut(ret.order.as_ref()).unwrap();
                    file.follow_return(ret);
                    file.record.follow(decision);
                }
                Decision::HoldCaptured(HoldCaptured { hold, redeemed, .. }) => {
                    self.redemptions.insert(hold.to_string(), RedemptionFile::new(hold, redeemed.clone()));
                }
                Decision::Redeemed(redemption) => {
                    let name = redeemed.next().unwrap();
                    let file = RedemptionFile::new(&name, redemption.clone());
                    self.redemptions.insert(name, file);
                }
                Decision::RedemptionReversed(back) => {
                    let name = back.of.as_deref().map(str::to_owned).or_else(|| reversed.next()).unwrap();
                    self.redemptions.get_mut(&name).unwrap().follow(decision);
                }
                _ => self.orders.values_mut().for_each(|file| file.record.follow(decision)),
            }
        }
    }

    /// Takes over the files of a member who has just become part of this one. A name that both used stays this one's.
    fn absorb(&mut self, name: &str, from: &Person) {
        let offset = self.state.last_lot.0 - from.state.last_lot.0;
        self.absorbed.insert(name.to_owned(), offset);
        self.absorbed.extend(from.absorbed.iter().map(|(name, before)| (name.clone(), before + offset)));
        let moved = |lot: LotNumber| LotNumber(lot.0 + offset);
        for (name, file) in &from.orders {
            let mut file = file.clone();
            file.record.lots.iter_mut().for_each(|lot| *lot = moved(*lot));
            file.record.earned.lots.iter_mut().for_each(|lot| lot.number = moved(lot.number));
            if let Some(paid) = &mut file.record.referral {
                paid.lots.iter_mut().for_each(|lot| *lot = moved(*lot));
            }
            self.orders.entry(name.clone()).or_insert(file);
        }
        for (name, file) in &from.redemptions {
            let mut file = file.clone();
            file.redeemed.draws.iter_mut().for_each(|draw| draw.lot = moved(draw.lot));
            self.redemptions.entry(name.clone()).or_insert(file);
        }
        for file in from.lots.values() {
            let lot = moved(file.lot);
            self.lots.insert(lot, LotFile { lot, ..*file });
        }
    }
}
