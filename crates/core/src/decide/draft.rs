//! The batch being written: a state and the events that have brought it this far.

use crate::apply;
use crate::calendar::Instant;
use crate::decide::settle;
use crate::event::{ArrearsPaid, Decision, Event};
use crate::ids::{CurrencyNumber, LotNumber};
use crate::points::Points;
use crate::programme::versions::Programmes;
use crate::refusal::Refusal;
use crate::state::{Lot, MemberState};

/// Most points of one currency that a member may be given over all time, in smallest units.
///
/// Far below `i64::MAX`, so that no balance can overflow once this is checked.
pub const ISSUED_MAX: i64 = 1_000_000_000_000_000_000;

/// A member's state on its way, with every event that moves it noted.
#[derive(Debug)]
pub struct Draft<'a> {
    state: &'a mut MemberState,
    /// The versions to judge under.
    pub programmes: &'a Programmes,
    events: &'a mut Vec<Event>,
    first: usize,
}

impl<'a> Draft<'a> {
    /// Starts from a state; events are appended to `events`.
    pub fn new(state: &'a mut MemberState, programmes: &'a Programmes, events: &'a mut Vec<Event>) -> Self {
        let first = events.len();
        Draft { state, programmes, events, first }
    }

    /// The state so far.
    pub fn state(&self) -> &MemberState {
        self.state
    }

    /// The events of this batch so far.
    pub fn events(&self) -> &[Event] {
        &self.events[self.first..]
    }

    pub(super) fn state_mut(&mut self) -> &mut MemberState {
        self.state
    }

    /// Notes an event and applies it.
    ///
    /// # Panics
    /// Where the event does not fit the state, which only a bug in a judge can cause.
    pub(super) fn record(&mut self, effective_at: Instant, decision: Decision) {
        if let Err(misfit) = apply::apply(self.state, effective_at, &decision) {
            panic!("a judge decided what cannot be: {misfit}");
        }
        self.events.push(Event { effective_at, decision });
    }

    /// Settles all that is due at or before an instant.
    pub fn settle(&mut self, until: Instant) {
        settle::settle(self, until);
    }

    /// When something decided now takes effect: late facts cannot reach back before what is settled.
    pub(super) fn now(&self, effective_at: Instant) -> Instant {
        effective_at.max(self.state.settled_to)
    }

    /// Makes the member one, on the first fact.
    pub fn join(&mut self, effective_at: Instant) {
        if self.state.joined_at.is_none() {
            self.record(effective_at, Decision::MemberJoined);
        }
    }

    /// The number of the member's next lot.
    pub(super) fn next_lot(&self, ahead: u32) -> Result<LotNumber, Refusal> {
        let next = self.state.last_lot.0.checked_add(1).and_then(|n| n.checked_add(ahead));
        next.map(LotNumber).ok_or(Refusal::Overflow { what: "lots" })
    }

    /// Refuses a credit or debit that would take any balance near the end of its range.
    pub(super) fn room_for(&self, currency: CurrencyNumber, points: Points) -> Result<(), Refusal> {
        let balance = self.state.balance(currency);
        let most = balance.issued.max(balance.forfeited).max(balance.arrears);
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
        let Some(&lot) = self.state.lot(lot).filter(can_pay) else { return };
        let points = lot.remaining.min(self.state.balance(lot.currency).arrears);
        if points.is_positive() {
            let paid = ArrearsPaid { lot: lot.number, currency: lot.currency, points };
            self.record(now, Decision::ArrearsPaid(paid));
        }
    }
}
