//! Counters: caps, rests, streaks.

use crate::apply::{Fit, Misfit, ladders, make_room_for_one};
use crate::calendar::Day;
use crate::event::{CapEntry, Cooling, MetricEntry, StreakEntry};
use crate::ids::CapNumber;
use crate::points::Points;
use crate::state::{CapUse, MemberState};

/// Drops figures and counters of periods that no fact can reach any more. Those for ever stay.
pub(super) fn forget(state: &mut MemberState, before: Day) {
    let kept = |start: Day| start == Day::EVER || start >= before;
    if state.caps.iter().any(|c| !kept(c.period)) {
        state.caps.retain(|c| kept(c.period));
    }
    ladders::forget(state, before);
}

pub(super) fn apply_counters(
    state: &mut MemberState,
    caps: &[CapEntry],
    metrics: &[MetricEntry],
    fit: Fit,
) -> Result<(), Misfit> {
    caps.iter().try_for_each(|entry| use_cap(state, entry.cap, entry.period, entry.used, fit))?;
    metrics.iter().try_for_each(|entry| ladders::count(state, entry, fit))
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
        Err(index) => {
            make_room_for_one(&mut state.caps);
            state.caps.insert(index, CapUse { cap, period, used });
        }
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
