//! Doings that move the ends of lots which end by inactivity (case 11).
//!
//! What a member does gives all lots of one currency and length of inactivity the same new end, as far as each may have
//! it. It is asked after the fact's own decisions, so that the lots which a fact gives have their own ends by then, and
//! noted only where it gives a lot, or points that are held, more time.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::lifetime;
use crate::event::{Decision, Draw, Idle, Renewed};
use crate::ids::CurrencyNumber;
use crate::programme::plan::{Inactivity, Plan, RenewalKind};
use crate::state::{Lot, MemberState};

/// Gives lots more time, where the policy they are under says that a doing of this kind does: that of the programme in force
/// or, where it has none of this length any more, of the newest version before it that had.
pub(super) fn after(draft: &mut Draft<'_>, kind: RenewalKind, effective_at: Instant) {
    if !draft.programmes.renews() {
        return;
    }
    let lengths = lengths(draft.state());
    if lengths.is_empty() {
        return;
    }
    let programmes = draft.programmes;
    let Ok(version) = programmes.in_force(effective_at) else { return };
    let plan = &version.plan;
    let now = draft.now(effective_at);
    for (currency, idle_months) in lengths {
        let until_now = programmes.versions().iter().rev().skip_while(|later| later.number != version.number);
        let mut policies = until_now.filter_map(|version| inactivity(&version.plan, currency, idle_months));
        let Some(policy) = policies.next() else { continue };
        if !policy.kinds.contains(kind) {
            continue;
        }
        let day = plan.zone.day(effective_at);
        let expires_at = lifetime::after_months(plan.zone, day, idle_months, policy.round_to);
        if gains(draft.state(), currency, idle_months, expires_at) {
            draft.record(now, Decision::Renewed(Renewed { currency, idle_months, expires_at }));
        }
    }
}

/// Whether a new end gives a lot, or what is held, more time.
fn gains(state: &MemberState, currency: CurrencyNumber, idle_months: u16, expires_at: Instant) -> bool {
    let later = |idle: Idle, end: Instant| idle.capped(expires_at) > end;
    let lot_gains = |lot: &Lot| {
        is_of(lot, currency, idle_months) && lot.expires_at.is_some_and(|end| later(lot.idle, end))
    };
    // Held points have the end that they will come back with.
    let renewed = state.renewed_to(currency, idle_months);
    let held_gains = |(of, draw): (CurrencyNumber, &Draw)| {
        let moved = |end: Instant| renewed.map_or(end, |renewed| end.max(draw.idle.capped(renewed)));
        let is_of = of == currency && draw.idle.months == idle_months;
        is_of && draw.expires_at.map(moved).is_some_and(|end| later(draw.idle, end))
    };
    state.lots.iter().any(lot_gains) || held(state).any(held_gains)
}

/// The currencies and lengths of inactivity that the member's lots and held points end by, in order.
fn lengths(state: &MemberState) -> SmallVec<[(CurrencyNumber, u16); 2]> {
    let lots = state.lots.iter().filter(|lot| !lot.waits()).map(|lot| (lot.currency, lot.idle.months));
    let held = held(state).map(|(currency, draw)| (currency, draw.idle.months));
    let mut lengths: SmallVec<[(CurrencyNumber, u16); 2]> =
        lots.chain(held).filter(|(_, months)| *months > 0).collect();
    lengths.sort_unstable();
    lengths.dedup();
    lengths
}

/// What is held, which is the member's still, and has the lot's end again when it comes back.
fn held(state: &MemberState) -> impl Iterator<Item = (CurrencyNumber, &Draw)> {
    state.holds.iter().flat_map(|hold| hold.draws.iter().map(|draw| (hold.currency, draw)))
}

fn is_of(lot: &Lot, currency: CurrencyNumber, idle_months: u16) -> bool {
    lot.currency == currency && lot.idle.months == idle_months && !lot.waits()
}

/// The inactivity by which lots of a currency end after so many months. The checker has seen to it that all of a currency
/// and length agree in what renews them and in how their end is rounded.
fn inactivity(plan: &Plan, currency: CurrencyNumber, idle_months: u16) -> Option<Inactivity> {
    let usual = plan.currency(currency).map(|currency| &currency.expiry);
    let of_rules = plan.rules.iter().filter(|rule| rule.currency == currency).filter_map(|rule| rule.expiry);
    let of_tiers =
        plan.ladders.iter().flatten().flat_map(|ladder| &ladder.tiers).filter_map(|tier| tier.expiry);
    let instead = of_rules.chain(of_tiers).filter_map(|index| plan.expiries.get(usize::from(index.0)));
    let mut inactivities = usual.into_iter().chain(instead).filter_map(|expiry| expiry.inactivity);
    inactivities.find(|inactivity| inactivity.months == idle_months)
}
