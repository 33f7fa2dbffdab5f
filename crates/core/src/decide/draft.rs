//! The batch being written: a state and the events that have brought it this far.

use crate::apply;
use crate::calendar::Instant;
use crate::decide::lifetime::Life;
use crate::decide::settle;
use crate::event::{ArrearsPaid, Decision, Event, NewLot, Term};
use crate::ids::{CurrencyNumber, LotNumber, PolicyIndex};
use crate::points::Points;
use crate::programme::versions::Programmes;
use crate::refusal::Refusal;
use crate::state::{LedgerState, Lot, MemberState};

/// Most points of one currency that a member may be given over all time, in smallest units.
///
/// Far below `i64::MAX`, so that no balance can overflow once this is checked.
pub const ISSUED_MAX: i64 = 1_000_000_000_000_000_000;

/// A member whom a command is about, and where the events of it go.
#[derive(Debug)]
pub struct Party<'a> {
    /// The member's name.
    pub name: &'a str,
    /// The member's state.
    pub state: &'a mut MemberState,
    /// Events are appended here.
    pub events: &'a mut Vec<Event>,
}

impl Party<'_> {
    /// The same party for a while.
    pub fn reborrow(&mut self) -> Party<'_> {
        Party { name: self.name, state: self.state, events: self.events }
    }
}

/// A member's state on its way, with every event that moves it noted; and that of the member at the other end, where
/// there is one.
#[derive(Debug)]
pub struct Draft<'a> {
    member: Seat<'a>,
    other: Option<Seat<'a>>,
    /// The versions to judge under.
    pub programmes: &'a Programmes,
    ledger: &'a mut LedgerState,
}

/// A party and where its events of this batch begin.
#[derive(Debug)]
struct Seat<'a> {
    party: Party<'a>,
    first: usize,
}

impl<'a> Seat<'a> {
    fn new(party: Party<'a>) -> Seat<'a> {
        let first = party.events.len();
        Seat { party, first }
    }
}

impl<'a> Draft<'a> {
    /// Starts from the states.
    pub fn new(
        member: Party<'a>,
        other: Option<Party<'a>>,
        programmes: &'a Programmes,
        ledger: &'a mut LedgerState,
    ) -> Self {
        Draft { member: Seat::new(member), other: other.map(Seat::new), programmes, ledger }
    }

    /// The member's name.
    pub fn name(&self) -> &str {
        self.member.party.name
    }

    /// The state so far.
    pub fn state(&self) -> &MemberState {
        self.member.party.state
    }

    /// The member at the other end, if there is one.
    pub fn other(&self) -> Option<(&str, &MemberState)> {
        self.other.as_ref().map(|seat| (seat.party.name, &*seat.party.state))
    }

    /// What all members together have taken from budgets.
    pub fn ledger(&self) -> &LedgerState {
        self.ledger
    }

    /// The events of this batch so far.
    pub fn events(&self) -> &[Event] {
        &self.member.party.events[self.member.first..]
    }

    pub(super) fn state_mut(&mut self) -> &mut MemberState {
        self.member.party.state
    }

    /// Judges something with the two members in each other's place; `None` where there is no other.
    pub(super) fn on_other<T>(&mut self, judge: impl FnOnce(&mut Draft<'a>) -> T) -> Option<T> {
        let other = self.other.take()?;
        self.other = Some(std::mem::replace(&mut self.member, other));
        let outcome = judge(self);
        if let Some(member) = self.other.take() {
            self.other = Some(std::mem::replace(&mut self.member, member));
        }
        Some(outcome)
    }

    /// Notes an event and applies it.
    ///
    /// # Panics
    /// Where the event does not fit the state, which only a bug in a judge can cause.
    pub(super) fn record(&mut self, effective_at: Instant, decision: Decision) {
        if let Err(misfit) = apply::apply(self.member.party.state, effective_at, &decision) {
            panic!("a judge decided what cannot be: {misfit}");
        }
        self.ledger.apply(&decision);
        self.member.party.events.push(Event { effective_at, decision });
    }

    /// Settles all that is due at or before an instant.
    pub fn settle(&mut self, until: Instant) {
        settle::settle(self, until);
    }

    /// When something decided now takes effect: late facts cannot reach back before what is settled.
    pub(super) fn now(&self, effective_at: Instant) -> Instant {
        effective_at.max(self.state().settled_to)
    }

    /// Makes the member one, on the first fact.
    pub fn join(&mut self, effective_at: Instant) {
        if self.state().joined_at.is_none() {
            self.record(effective_at, Decision::MemberJoined);
        }
    }

    /// The number of the member's next lot.
    pub(super) fn next_lot(&self, ahead: u32) -> Result<LotNumber, Refusal> {
        let next = self.state().last_lot.0.checked_add(1).and_then(|n| n.checked_add(ahead));
        next.map(LotNumber).ok_or_else(|| Refusal::overflow("lots"))
    }

    /// A lot that the member is given: the next number, but for `ahead` lots that are given before it.
    pub(super) fn new_lot(
        &self,
        ahead: usize,
        currency: CurrencyNumber,
        points: Points,
        life: Life,
        policy: Option<PolicyIndex>,
    ) -> Result<NewLot, Refusal> {
        let number = self.next_lot(u32::try_from(ahead).unwrap_or(u32::MAX))?;
        let Life { activates_at, term: Term { expires_at, idle } } = life;
        Ok(NewLot { number, currency, points, activates_at, expires_at, idle, policy })
    }

    /// Refuses a credit or debit that would take any balance near the end of its range.
    pub(super) fn room_for(&self, currency: CurrencyNumber, points: Points) -> Result<(), Refusal> {
        let balance = self.state().balance(currency);
        let most = balance.issued.max(balance.received).max(balance.forfeited).max(balance.arrears);
        match most.plus(points) {
            Ok(sum) if sum.0 <= ISSUED_MAX => Ok(()),
            _ => Err(Refusal::Overflow { what: "points" }),
        }
    }

    /// Pays a debt from a lot that has become available; does nothing where there is none.
    pub(super) fn pay_arrears(&mut self, lot: LotNumber, effective_at: Instant) {
        let now = self.now(effective_at);
        // A late lot that has ended by now pays nothing, as nothing can spend it after its end (case 13).
        let can_pay = |lot: &&Lot| !lot.pending && lot.expires_at.is_none_or(|end| end > now);
        if self.state().lot(lot).is_some_and(|lot| can_pay(&lot)) {
            self.pay_arrears_whatever_its_end(lot, now);
        }
    }

    /// Pays a debt from a lot, also from one whose end is past and which is about to expire.
    pub(super) fn pay_arrears_whatever_its_end(&mut self, lot: LotNumber, now: Instant) {
        let Some(&lot) = self.state().lot(lot) else { return };
        let points = lot.remaining.min(self.state().balance(lot.currency).arrears);
        if points.is_positive() {
            let paid = ArrearsPaid { lot: lot.number, currency: lot.currency, points };
            self.record(now, Decision::ArrearsPaid(paid));
        }
    }
}
