//! How a member's state follows from a decision: bookkeeping, no judgement.
//!
//! A decision that does not fit the state can only come from a bug or an altered log; it is reported as [`Misfit`], and
//! the state is then to be thrown away.

use thiserror::Error;

use crate::calendar::{Day, Instant};
use crate::event::{CapEntry, Decision, Draw, MetricEntry, NewLot, Posting, TierChanged, TierReason};
use crate::fact::Profile;
use crate::ids::{CurrencyNumber, LadderNumber, LotNumber, TierNumber};
use crate::points::Points;
use crate::state::{Balance, Bucket, CapUse, LadderState, Lot, MemberProfile, MemberState};

/// A decision that cannot follow from the state it is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a {decision} does not fit the state before it: {what}")]
pub struct Misfit {
    /// The decision's kind.
    pub decision: &'static str,
    /// What does not fit.
    pub what: &'static str,
}

/// Folds one decision into a member's state.
///
/// # Errors
/// [`Misfit`] where a lot is missing or too small, or a sum does not fit.
pub fn apply(state: &mut MemberState, effective_at: Instant, decision: &Decision) -> Result<(), Misfit> {
    let fit = Fit(decision.name());
    touch(state, effective_at);
    match decision {
        Decision::MemberJoined => state.joined_at = Some(effective_at),
        Decision::PointsEarned(earned) => {
            state.orders = fit.sum(state.orders.checked_add(1))?;
            for lot in &earned.lots {
                add_lot(state, effective_at, lot, fit)?;
            }
            forget(state, earned.forget_before);
            apply_counters(state, &earned.caps, &earned.metrics, fit)?;
        }
        Decision::Credited(lot) => add_lot(state, effective_at, lot, fit)?,
        Decision::PointsActivated(activated) => {
            let lot = lot_mut(state, activated.lot, fit)?;
            fit.that(
                lot.pending && lot.remaining == activated.points,
                "the lot is not pending with these points",
            )?;
            lot.pending = false;
        }
        Decision::ArrearsPaid(paid) => draw(state, paid.lot, paid.points, fit)?,
        Decision::Redeemed(redeemed) => draw_all(state, &redeemed.draws, fit)?,
        Decision::RedemptionReversed(reversed) => {
            for restored in &reversed.restored {
                restore(state, reversed.currency, restored, fit)?;
            }
        }
        Decision::Expired(expired) => draw(state, expired.lot, expired.points, fit)?,
        Decision::ClawedBack(clawed) => {
            for take in &clawed.takes {
                draw_all(state, &take.from_pending, fit)?;
                draw_all(state, &take.from_available, fit)?;
            }
            if clawed.whole {
                state.orders = fit.sum(state.orders.checked_sub(1))?;
            }
            apply_counters(state, &clawed.caps, &clawed.metrics, fit)?;
        }
        Decision::Debited(debited) => draw_all(state, &debited.draws, fit)?,
        Decision::TierChanged(changed) => change_tier(state, effective_at, changed),
    }
    let mut posted = Ok(());
    decision.postings(effective_at, |posting| {
        if posted.is_ok() {
            posted = post(state, posting, fit);
        }
    });
    posted
}

/// Notes that something of the member took effect at a time, so that later facts know what is late.
pub fn touch(state: &mut MemberState, effective_at: Instant) {
    state.settled_to = state.settled_to.max(effective_at);
}

/// Takes over what a fact says about the member. No other fact changes a state.
pub fn apply_profile(state: &mut MemberState, profile: &Profile<'_>) {
    state.profile = MemberProfile {
        birthday: profile.birthday,
        segments: profile.segments.iter().map(|s| Box::from(s.as_ref())).collect(),
        attributes: profile
            .attributes
            .iter()
            .map(|(k, v)| (Box::from(k.as_ref()), Box::from(v.as_ref())))
            .collect(),
    };
}

/// Names the decision in whatever does not fit.
#[derive(Clone, Copy)]
struct Fit(&'static str);

impl Fit {
    fn that(self, holds: bool, what: &'static str) -> Result<(), Misfit> {
        if holds { Ok(()) } else { Err(Misfit { decision: self.0, what }) }
    }

    fn sum<T>(self, sum: Option<T>) -> Result<T, Misfit> {
        sum.ok_or(Misfit { decision: self.0, what: "a sum is out of range" })
    }
}

fn add_lot(state: &mut MemberState, effective_at: Instant, new: &NewLot, fit: Fit) -> Result<(), Misfit> {
    fit.that(
        new.number > state.last_lot && new.points.is_positive(),
        "the lot's number or points are not new",
    )?;
    state.last_lot = new.number;
    state.lots.push(Lot {
        number: new.number,
        currency: new.currency,
        pending: new.begins_pending(effective_at),
        earned: new.points,
        remaining: new.points,
        earned_at: effective_at,
        activates_at: new.activates_at,
        expires_at: new.expires_at,
    });
    Ok(())
}

fn lot_index(state: &MemberState, number: LotNumber, fit: Fit) -> Result<usize, Misfit> {
    state
        .lots
        .binary_search_by_key(&number, |lot| lot.number)
        .map_err(|_| Misfit { decision: fit.0, what: "the lot has nothing left or never was" })
}

fn lot_mut(state: &mut MemberState, number: LotNumber, fit: Fit) -> Result<&mut Lot, Misfit> {
    let index = lot_index(state, number, fit)?;
    Ok(&mut state.lots[index])
}

fn draw(state: &mut MemberState, number: LotNumber, points: Points, fit: Fit) -> Result<(), Misfit> {
    let index = lot_index(state, number, fit)?;
    let lot = &mut state.lots[index];
    fit.that(points.is_positive() && points <= lot.remaining, "the lot has less left")?;
    lot.remaining.0 -= points.0;
    if lot.remaining == Points::ZERO {
        state.lots.remove(index);
    }
    Ok(())
}

fn draw_all(state: &mut MemberState, draws: &[Draw], fit: Fit) -> Result<(), Misfit> {
    draws.iter().try_for_each(|d| draw(state, d.lot, d.points, fit))
}

fn restore(state: &mut MemberState, currency: CurrencyNumber, back: &Draw, fit: Fit) -> Result<(), Misfit> {
    match state.lots.binary_search_by_key(&back.lot, |lot| lot.number) {
        Ok(index) => {
            let lot = &mut state.lots[index];
            lot.remaining = Points(fit.sum(lot.remaining.0.checked_add(back.points.0))?);
            lot.expires_at = back.expires_at;
            fit.that(lot.remaining <= lot.earned, "more comes back than the lot ever had")
        }
        Err(index) => {
            fit.that(back.lot <= state.last_lot && back.points <= back.earned, "the lot never was")?;
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
                },
            );
            Ok(())
        }
    }
}

fn post(state: &mut MemberState, posting: Posting, fit: Fit) -> Result<(), Misfit> {
    let index = usize::from(posting.currency.0);
    if state.balances.len() <= index {
        state.balances.resize(index + 1, Balance::default());
    }
    let (balance, sign) = state.balances[index].account_mut(posting.account);
    let sum = i128::from(balance.0) + posting.points * i128::from(sign);
    *balance = Points(fit.sum(i64::try_from(sum).ok())?);
    fit.that(sum >= 0, "a balance would fall below zero")
}

/// Drops figures and counters of periods that no fact can reach any more. Those for ever stay.
fn forget(state: &mut MemberState, before: Day) {
    let kept = |start: Day| start == Day::EVER || start >= before;
    if state.caps.iter().any(|c| !kept(c.period)) {
        state.caps.retain(|c| kept(c.period));
    }
    for ladder in &mut state.ladders {
        if ladder.buckets.first().is_some_and(|b| !kept(b.start)) {
            ladder.buckets.retain(|b| kept(b.start));
        }
    }
}

fn apply_counters(
    state: &mut MemberState,
    caps: &[CapEntry],
    metrics: &[MetricEntry],
    fit: Fit,
) -> Result<(), Misfit> {
    for entry in caps.iter().filter(|entry| entry.used != Points::ZERO) {
        match state.caps.binary_search_by_key(&(entry.cap, entry.period), |c| (c.cap, c.period)) {
            Ok(index) => {
                let used = &mut state.caps[index].used;
                *used = Points(fit.sum(used.0.checked_add(entry.used.0))?);
            }
            // A return of an order whose period is forgotten has nothing to give back.
            Err(_) if entry.used < Points::ZERO => {}
            Err(index) => {
                state.caps.insert(index, CapUse { cap: entry.cap, period: entry.period, used: entry.used });
            }
        }
    }
    for entry in metrics {
        let ladder = ladder_mut(state, entry.ladder);
        match ladder.buckets.binary_search_by_key(&entry.bucket, |b| b.start) {
            Ok(index) => {
                let figures = &mut ladder.buckets[index].figures;
                figures.spend.0 = fit.sum(figures.spend.0.checked_add(entry.figures.spend.0))?;
                figures.points.0 = fit.sum(figures.points.0.checked_add(entry.figures.points.0))?;
                figures.orders = fit.sum(figures.orders.checked_add(entry.figures.orders))?;
            }
            // A return of an order whose period is forgotten has nothing to take from, whatever it asks back.
            Err(_) if entry.figures.orders <= 0 => {}
            Err(index) => {
                ladder.buckets.insert(index, Bucket { start: entry.bucket, figures: entry.figures })
            }
        }
    }
    Ok(())
}

fn ladder_mut(state: &mut MemberState, ladder: LadderNumber) -> &mut LadderState {
    let index = match state.ladders.binary_search_by_key(&ladder, |l| l.ladder) {
        Ok(index) => index,
        Err(index) => {
            let fresh = LadderState {
                ladder,
                tier: TierNumber(0),
                since: Instant::MIN,
                until: None,
                grace: false,
                buckets: Vec::new(),
            };
            state.ladders.insert(index, fresh);
            index
        }
    };
    &mut state.ladders[index]
}

fn change_tier(state: &mut MemberState, effective_at: Instant, changed: &TierChanged) {
    let ladder = ladder_mut(state, changed.ladder);
    if ladder.tier != changed.to {
        ladder.since = effective_at;
    }
    ladder.tier = changed.to;
    ladder.until = changed.until;
    ladder.grace = changed.why == TierReason::GraceBegan;
}
