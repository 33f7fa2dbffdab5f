//! Counters: caps, tier figures, rests, streaks.

use crate::apply::{Fit, Misfit, ladder_mut};
use crate::calendar::Day;
use crate::event::{CapEntry, Cooling, Figures, MetricEntry, StreakEntry};
use crate::ids::CapNumber;
use crate::points::Points;
use crate::state::{Bucket, CapUse, MemberState};

/// Drops figures and counters of periods that no fact can reach any more. Those for ever stay.
pub(super) fn forget(state: &mut MemberState, before: Day) {
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

pub(super) fn apply_counters(
    state: &mut MemberState,
    caps: &[CapEntry],
    metrics: &[MetricEntry],
    fit: Fit,
) -> Result<(), Misfit> {
    caps.iter().try_for_each(|entry| use_cap(state, entry.cap, entry.period, entry.used, fit))?;
    metrics.iter().try_for_each(|entry| count(state, entry, fit))
}

/// Counts what was given under a cap, or taken back.
pub(super) fn use_cap(
    state: &mut MemberState,
    cap: CapNumber,
    period: Day,
    used: Points,
    fit: Fit,
) -> Result<(), Misfit> {
    if used == Points::ZERO {
        return Ok(());
    }
    match state.caps.binary_search_by_key(&(cap, period), |c| (c.cap, c.period)) {
        Ok(index) => {
            let sum = &mut state.caps[index].used;
            *sum = Points(fit.sum(sum.0.checked_add(used.0))?);
        }
        // A return of an order whose period is forgotten has nothing to give back.
        Err(_) if used < Points::ZERO => {}
        Err(index) => state.caps.insert(index, CapUse { cap, period, used }),
    }
    Ok(())
}

/// Counts figures in their bucket.
pub(super) fn count(state: &mut MemberState, entry: &MetricEntry, fit: Fit) -> Result<(), Misfit> {
    let ladder = ladder_mut(state, entry.ladder);
    match ladder.buckets.binary_search_by_key(&entry.bucket, |b| b.start) {
        Ok(index) => {
            let figures = &mut ladder.buckets[index].figures;
            figures.spend.0 = fit.sum(figures.spend.0.checked_add(entry.figures.spend.0))?;
            figures.points.0 = fit.sum(figures.points.0.checked_add(entry.figures.points.0))?;
            figures.orders = fit.sum(figures.orders.checked_add(entry.figures.orders))?;
        }
        // A return of an order whose period is forgotten has nothing to take from, whatever it asks back.
        Err(_) if takes_away(&entry.figures) => {}
        Err(index) => ladder.buckets.insert(index, Bucket { start: entry.bucket, figures: entry.figures }),
    }
    Ok(())
}

/// Notes a rest, which only ever grows.
pub(super) fn rest(state: &mut MemberState, cooling: &Cooling) {
    match state.cooldowns.binary_search_by_key(&cooling.cooldown, |c| c.cooldown) {
        Ok(index) => {
            let known = &mut state.cooldowns[index].until;
            *known = cooling.until.max(*known);
        }
        Err(index) => state.cooldowns.insert(index, *cooling),
    }
}

/// Ends a rest, unless something else has prolonged it.
pub(super) fn end_rest(state: &mut MemberState, cooling: &Cooling) {
    state.cooldowns.retain(|known| known != cooling);
}

pub(super) fn set_streak(state: &mut MemberState, streak: &StreakEntry) {
    match state.streaks.binary_search_by_key(&streak.activity, |s| s.activity) {
        Ok(index) => state.streaks[index] = *streak,
        Err(index) => state.streaks.insert(index, *streak),
    }
}

/// Whether figures are those of a return. An order counts at least itself; another occasion at least nothing.
fn takes_away(figures: &Figures) -> bool {
    figures.orders <= 0 && figures.spend.0 <= 0 && figures.points.0 <= 0
}
