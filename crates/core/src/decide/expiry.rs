//! Other ends for lots by command, and expired points that come back (case 14).

use smallvec::SmallVec;

use crate::calendar::{Instant, Zone};
use crate::decide::draft::Draft;
use crate::decide::lifetime::{self, Life};
use crate::decide::precedent::{LotFile, Precedent};
use crate::decide::redeem;
use crate::event::{Decision, ExpiryChanged, Idle, LotEnd, Reinstated, Term};
use crate::fact::{ExpiryChange, NewEnd, Reinstatement};
use crate::refusal::Refusal;
use crate::state::Lot;

/// Gives a lot, or every lot of a currency, another end. What inactivity moved before stays where it is put.
///
/// Lots that wait for fulfilment have no end yet, and stay as they are.
///
/// # Errors
/// [`Refusal::UnknownPointCurrency`], [`Refusal::UnknownLot`], [`Refusal::NothingToChange`],
/// [`Refusal::EndsInThePast`].
pub fn change(
    draft: &mut Draft<'_>,
    change: &ExpiryChange<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &change.currency)?;
    let now = draft.now(effective_at);
    let wanted = |lot: &&Lot| {
        lot.currency == currency.number
            && !lot.waits()
            && change.lot.is_none_or(|number| number == lot.number)
    };
    let lots: SmallVec<[Lot; 4]> = draft.state().lots.iter().filter(wanted).copied().collect();
    if let (Some(lot), true) = (change.lot, lots.is_empty()) {
        return Err(Refusal::UnknownLot { lot, currency: currency.id.to_string() });
    }
    let mut ends: SmallVec<[LotEnd; 2]> = SmallVec::new();
    for lot in &lots {
        let to = new_end(plan.zone, lot, change.to);
        // An end that stays is still another one where inactivity would have moved it.
        if to == lot.expires_at && lot.idle == Idle::default() {
            continue;
        }
        if let Some(expires_at) = to.filter(|end| *end <= now) {
            return Err(Refusal::EndsInThePast { expires_at, now });
        }
        ends.push(LotEnd { lot: lot.number, from: lot.expires_at, to });
    }
    if ends.is_empty() {
        return Err(Refusal::NothingToChange { currency: currency.id.to_string() });
    }
    draft.record(now, Decision::ExpiryChanged(ExpiryChanged { currency: currency.number, lots: ends }));
    Ok(())
}

fn new_end(zone: Zone, lot: &Lot, wanted: NewEnd) -> Option<Instant> {
    match wanted {
        NewEnd::At(end) => Some(end),
        NewEnd::Never => None,
        NewEnd::PlusDays(days) => lot.expires_at.map(|end| {
            let last_day = zone.day(Instant(end.0.saturating_sub(1)));
            zone.day_start(last_day.plus_days(i64::from(days) + 1))
        }),
    }
}

/// Brings back all that has expired of a lot and did not come back before, as a new lot.
///
/// It begins now, and ends as its currency says or as asked. What a return counted as taken back comes back as well; it
/// is not asked for again.
///
/// # Errors
/// [`Refusal::NothingToReinstate`], [`Refusal::ReinstatementTooLate`], [`Refusal::EndsInThePast`].
pub fn reinstate(
    draft: &mut Draft<'_>,
    wanted: &Reinstatement<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let nothing = Refusal::NothingToReinstate { lot: wanted.lot };
    let Some(file) = file(draft, wanted, precedent).filter(|file| file.expired.is_positive()) else {
        return Err(nothing);
    };
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let zone = plan.zone;
    let now = draft.now(effective_at);
    let last_day = zone.day(file.expired_at).plus_days(i64::from(plan.reinstate_days));
    if now >= zone.day_start(last_day.plus_days(1)) {
        let Reinstatement { lot, .. } = *wanted;
        let window_days = plan.reinstate_days;
        return Err(Refusal::ReinstatementTooLate { lot, expired_at: file.expired_at, window_days });
    }
    let term = match wanted.expires_at {
        Some(expires_at) if expires_at <= now => return Err(Refusal::EndsInThePast { expires_at, now }),
        Some(expires_at) => Term { expires_at: Some(expires_at), idle: Idle::default() },
        None => {
            let expiry = &plan.currency(file.currency).ok_or(nothing)?.expiry;
            lifetime::term(zone, draft.state(), file.currency, expiry, now, now)
        }
    };
    let life = Life { activates_at: now, term };
    let lot = draft.new_lot(0, file.currency, file.expired, life, None)?;
    draft.record(now, Decision::Reinstated(Reinstated { of: wanted.lot, lot }));
    draft.pay_arrears(lot.number, now);
    Ok(())
}

/// What has expired of the lot, with what this very batch has settled, which is on no file yet.
fn file(draft: &Draft<'_>, wanted: &Reinstatement<'_>, precedent: &Precedent<'_>) -> Option<LotFile> {
    let mut file = match precedent {
        Precedent::Lot(file) => Some(**file),
        _ => None,
    };
    for event in draft.events() {
        if let Decision::Expired(expired) = &event.decision
            && expired.lot == wanted.lot
        {
            file.get_or_insert_with(|| LotFile::new(expired.lot, expired.currency));
        }
        if let Some(file) = &mut file {
            file.follow(event.effective_at, &event.decision);
        }
    }
    file
}
