//! What a period has beyond its thresholds and carries into the next (case 29).
//!
//! What is carried follows from the figures of the period alone: the excess over the last threshold, to reach a tier or
//! to keep it, that they pass, up to a limit per figure. It is recorded when the period ends, and recorded anew as a
//! difference whenever the figures of a closed period change.

use crate::calendar::{Day, Instant};
use crate::decide::draft::Draft;
use crate::decide::tier::figures::{
    Standing, carried, day_in_period, has_figures, is_nothing, merged, minus, of_period, period_of_day,
    reaches,
};
use crate::event::{Decision, Figures, FiguresCarried};
use crate::programme::plan::Ladder;
use crate::programme::versions::Version;

/// Looks again at what is carried from the period that holds a day, and as long as that changes anything, from those
/// after it that are closed by now.
pub(super) fn recount(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, day: Day, now: Instant) {
    let mut day = day;
    while let Some(next) = recount_one(draft, version, ladder, day, now) {
        day = next;
    }
}

/// Looks again at what is carried on every ladder from all closed periods, oldest first.
pub(in crate::decide) fn recount_all(draft: &mut Draft<'_>, version: &Version, now: Instant) {
    for ladder in version.plan.ladders.iter().flatten() {
        let Some(l) = draft.state().ladder(ladder.number) else { continue };
        let buckets = l.buckets.iter().chain(&l.carried);
        let mut days: Vec<Day> = buckets.map(|bucket| day_in_period(ladder, bucket.start)).collect();
        days.sort_unstable();
        for day in days {
            recount(draft, version, ladder, day, now);
        }
    }
}

/// Records what the closed period that holds a day carries on top of what it has; the first day of the next period where
/// that is anything.
fn recount_one(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    day: Day,
    now: Instant,
) -> Option<Day> {
    let limit = ladder.carry_over?;
    let zone = version.plan.zone;
    let state = draft.state();
    let l = state.ladder(ladder.number)?;
    let period = period_of_day(ladder, zone, state, day)?;
    if !has_figures(ladder, l, period) || zone.day_start(period.end) > now {
        return None;
    }
    let next = period_of_day(ladder, zone, state, period.end)?;
    let figures = minus(excess(ladder, &of_period(ladder, l, period), limit), carried(ladder, l, next));
    if is_nothing(&figures) {
        return None;
    }
    let (ladder, version, into) = (ladder.number, version.number, period.end);
    draft.record(now, Decision::FiguresCarried(FiguresCarried { ladder, version, into, figures }));
    Some(into)
}

/// What figures have beyond the last threshold that they pass, up to the limit.
fn excess(ladder: &Ladder, standing: &Standing, limit: Figures) -> Figures {
    let passed = ladder.tiers.iter().skip(1).rev().find_map(|tier| {
        let thresholds = [tier.entry, tier.keep];
        thresholds.into_iter().flatten().find(|threshold| reaches(Some(threshold), standing))
    });
    let Some(passed) = passed else { return Figures::default() };
    let beyond = merged(passed.period.least(), standing.period, |least, figure| {
        if least > 0 { figure.saturating_sub(least).max(0) } else { 0 }
    });
    merged(beyond, limit, i64::min)
}
