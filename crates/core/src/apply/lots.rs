//! Lots: given, drawn, restored, activated, given other ends.

use crate::apply::Fit;
use crate::calendar::Instant;
use crate::event::{Draw, ExpiryChanged, Idle, NewLot, PointsActivated, Renewed};
use crate::ids::{CurrencyNumber, LotNumber};
use crate::points::Points;
use crate::state::{Lot, MemberState, Renewal};

use super::{Misfit, make_room_for_one};

pub(super) fn add_lot(
    state: &mut MemberState,
    effective_at: Instant,
    new: &NewLot,
    fit: Fit,
) -> Result<(), Misfit> {
    fit.that(
        new.number > state.last_lot && new.points.is_positive(),
        "the lot's number or points are not new",
    )?;
    state.last_lot = new.number;
    make_room_for_one(&mut state.lots);
    state.lots.push(Lot {
        number: new.number,
        currency: new.currency,
        pending: new.begins_pending(effective_at),
        earned: new.points,
        remaining: new.points,
        earned_at: effective_at,
        activates_at: new.activates_at,
        expires_at: new.expires_at,
        idle: new.idle,
    });
    Ok(())
}

pub(super) fn lot_index(state: &MemberState, number: LotNumber, fit: Fit) -> Result<usize, Misfit> {
    state
        .lots
        .binary_search_by_key(&number, |lot| lot.number)
        .map_err(|_| Misfit { decision: fit.0, what: "the lot has nothing left or never was" })
}

pub(super) fn lot_mut(state: &mut MemberState, number: LotNumber, fit: Fit) -> Result<&mut Lot, Misfit> {
    let index = lot_index(state, number, fit)?;
    Ok(&mut state.lots[index])
}

pub(super) fn draw(
    state: &mut MemberState,
    number: LotNumber,
    points: Points,
    fit: Fit,
) -> Result<(), Misfit> {
    let index = lot_index(state, number, fit)?;
    let lot = &mut state.lots[index];
    fit.that(points.is_positive() && points <= lot.remaining, "the lot has less left")?;
    lot.remaining.0 -= points.0;
    if lot.remaining == Points::ZERO {
        state.lots.remove(index);
    }
    Ok(())
}

pub(super) fn draw_all(state: &mut MemberState, draws: &[Draw], fit: Fit) -> Result<(), Misfit> {
    draws.iter().try_for_each(|d| draw(state, d.lot, d.points, fit))
}

pub(super) fn restore(
    state: &mut MemberState,
    currency: CurrencyNumber,
    back: &Draw,
    fit: Fit,
) -> Result<(), Misfit> {
    match state.lots.binary_search_by_key(&back.lot, |lot| lot.number) {
        Ok(index) => {
            let lot = &mut state.lots[index];
            lot.remaining = Points(fit.sum(lot.remaining.0.checked_add(back.points.0))?);
            lot.expires_at = back.expires_at;
            lot.idle = back.idle;
            fit.that(lot.remaining <= lot.earned, "more comes back than the lot ever had")
        }
        Err(index) => {
            fit.that(back.lot <= state.last_lot && back.points <= back.earned, "the lot never was")?;
            make_room_for_one(&mut state.lots);
            state.lots.insert(
                index,
                Lot {
                    number: back.lot,
                    currency,
                    pending: false,
                    earned: back.earned,
                    remaining: back.points,
                    earned_at: back.earned_at,
                    activates_at: back.earned_at,
                    expires_at: back.expires_at,
                    idle: back.idle,
                },
            );
            Ok(())
        }
    }
}

pub(super) fn restore_all(
    state: &mut MemberState,
    currency: CurrencyNumber,
    draws: &[Draw],
    fit: Fit,
) -> Result<(), Misfit> {
    draws.iter().try_for_each(|back| restore(state, currency, back, fit))
}

pub(super) fn activate(
    state: &mut MemberState,
    effective_at: Instant,
    activated: &PointsActivated,
    fit: Fit,
) -> Result<(), Misfit> {
    let lot = lot_mut(state, activated.lot, fit)?;
    fit.that(lot.pending && lot.remaining == activated.points, "the lot is not pending with these points")?;
    lot.pending = false;
    if let Some(term) = activated.term {
        lot.activates_at = effective_at;
        (lot.expires_at, lot.idle) = (term.expires_at, term.idle);
    }
    Ok(())
}

pub(super) fn change_expiry(
    state: &mut MemberState,
    changed: &ExpiryChanged,
    fit: Fit,
) -> Result<(), Misfit> {
    for end in &changed.lots {
        let lot = lot_mut(state, end.lot, fit)?;
        (lot.expires_at, lot.idle) = (end.to, Idle::default());
    }
    Ok(())
}

/// Moves the ends of the lots that end after so much inactivity; those that wait for fulfilment have none yet.
pub(super) fn renew(state: &mut MemberState, renewed: &Renewed) {
    let Renewed { currency, idle_months, expires_at } = *renewed;
    let fits = |lot: &&mut Lot| lot.currency == currency && lot.idle.months == idle_months && !lot.waits();
    for lot in state.lots.iter_mut().filter(fits) {
        lot.expires_at = lot.expires_at.map(|end| end.max(lot.idle.capped(expires_at)));
    }
    raise_renewal(state, Renewal { currency, idle_months, expires_at });
}

pub(super) fn raise_renewal(state: &mut MemberState, new: Renewal) {
    match state
        .renewals
        .binary_search_by_key(&(new.currency, new.idle_months), |r| (r.currency, r.idle_months))
    {
        Ok(index) => {
            let known = &mut state.renewals[index].expires_at;
            *known = new.expires_at.max(*known);
        }
        Err(index) => state.renewals.insert(index, new),
    }
}
