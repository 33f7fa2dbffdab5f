//! What becomes of tiers with time alone: ends of periods, rolling windows, days of grace, ends of tiers given by hand
//! (cases 29 and 30).
//!
//! At one instant: what a new version of the programme changes, then ladder by ladder the end of a period, what it carries
//! into the next, and the end of a tier given by hand.

use crate::calendar::{Instant, Zone};
use crate::decide::draft::Draft;
use crate::decide::tier::change::Change;
use crate::decide::tier::figures::{
    Period, Standing, by_figures, day_in_period, ended, entry_rank, has_figures, keeps, minus, of_period,
    period_at, period_of_day, reached_until, running, valid_until, window,
};
use crate::decide::tier::{carry, grant, revision};
use crate::event::TierReason;
use crate::ids::TierNumber;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, Upgrade};
use crate::programme::versions::{Programmes, Version};
use crate::state::{Bucket, LadderState, MemberState};

/// When a tier of the member comes up for review next, after the cursor.
pub(in crate::decide) fn due_after(
    state: &MemberState,
    programmes: &Programmes,
    cursor: Instant,
) -> Option<Instant> {
    state.ladders.iter().filter_map(|l| ladder_due(state, l, programmes, cursor)).min()
}

fn ladder_due(
    state: &MemberState,
    l: &LadderState,
    programmes: &Programmes,
    cursor: Instant,
) -> Option<Instant> {
    let revision = programmes.revision_after(cursor);
    let by_hand = grant::due_after(l, cursor);
    [by_figures_due(state, l, programmes, cursor), by_hand, revision].into_iter().flatten().min()
}

pub(super) fn by_figures_due(
    state: &MemberState,
    l: &LadderState,
    programmes: &Programmes,
    cursor: Instant,
) -> Option<Instant> {
    let version = programmes.in_force(cursor).ok().or_else(|| programmes.versions().first())?;
    let ladder = version.plan.ladder(l.ladder)?;
    let zone = version.plan.zone;
    let above = ladder.rank(l.tier) > 0;
    let until = l.until.filter(|until| *until > cursor);
    let first_close = || first_close(ladder, zone, state, l, cursor);
    match ladder.period {
        _ if l.grace && ladder.carry_over.is_none() => until,
        LadderPeriod::Lifetime => until,
        LadderPeriod::RollingDays(_) if l.grace => until,
        LadderPeriod::RollingDays(days) if above && ladder.downgrade != Downgrade::Never => {
            first_failing_midnight(ladder, l, days, zone, cursor)
        }
        LadderPeriod::RollingDays(_) => None,
        _ if above || ladder.upgrade == Upgrade::PeriodEnd || ladder.carry_over.is_some() => {
            [until, first_close()].into_iter().flatten().min()
        }
        _ => None,
    }
}

/// The first end of a period that has figures, after the cursor.
fn first_close(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    l: &LadderState,
    cursor: Instant,
) -> Option<Instant> {
    let of_counted = first_close_of(&l.buckets, ladder, zone, state, cursor);
    let of_carried = first_close_of(&l.carried, ladder, zone, state, cursor);
    [of_counted, of_carried].into_iter().flatten().min()
}

fn first_close_of(
    buckets: &[Bucket],
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    cursor: Instant,
) -> Option<Instant> {
    let mut first = None;
    for bucket in buckets.iter().rev() {
        let end =
            zone.day_start(period_of_day(ladder, zone, state, day_in_period(ladder, bucket.start))?.end);
        if end <= cursor {
            break;
        }
        first = Some(end);
    }
    first
}

/// The first local midnight after the cursor at which the window no longer keeps the tier.
fn first_failing_midnight(
    ladder: &Ladder,
    l: &LadderState,
    days: u32,
    zone: Zone,
    cursor: Instant,
) -> Option<Instant> {
    let rank = ladder.rank(l.tier);
    let first = zone.day(cursor.max(l.since)).plus_days(1);
    let mut sum = window(l, days, first);
    if !keeps(ladder, rank, &sum) {
        return Some(zone.day_start(first));
    }
    for bucket in l.buckets.iter().filter(|b| b.start > first.plus_days(-i64::from(days)) && b.start <= first)
    {
        let leaves = bucket.start.plus_days(i64::from(days));
        sum.period = minus(sum.period, bucket.figures);
        if !keeps(ladder, rank, &sum) {
            return Some(zone.day_start(leaves));
        }
    }
    None
}

/// Reviews the ladders that come up at an instant: a new version, a period's end, a failing window, the end of grace or of
/// a tier given by hand.
pub(in crate::decide) fn close(draft: &mut Draft<'_>, at: Instant) {
    let programmes = draft.programmes;
    let Ok(version) = programmes.in_force(at) else { return };
    for ladder in version.plan.ladders.iter().flatten() {
        if draft.state().ladder(ladder.number).is_none() {
            continue;
        }
        let closed_early = revision::revise(draft, version, ladder, at);
        close_ladder(draft, version, ladder, closed_early, at);
        grant::close(draft, ladder, at);
    }
}

/// Closes the period that ends at an instant: where a day begins, or where a new version has other days (`closed_early`).
fn close_ladder(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    closed_early: Option<Period>,
    at: Instant,
) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let day = zone.day(at);
    let at_midnight = zone.day_start(day) == at;
    let at_end = if at_midnight { ended(ladder, zone, state, day) } else { None };
    let runs_out = l.until == Some(at);
    // Another zone may have moved the end of validity a day beside that of a year from joining or of a tier.
    let beside = || period_of_day(ladder, zone, state, day.plus_days(-2)).filter(|_| runs_out && !l.grace);
    let period = at_end.or(closed_early).or_else(beside);
    if l.grace {
        if runs_out {
            end_grace(draft, version, ladder, l.tier, at);
        }
    } else if let LadderPeriod::RollingDays(days) = ladder.period {
        let (from, rank, standing) = (l.tier, ladder.rank(l.tier), window(l, days, day));
        let can_lose = rank > 0 && ladder.downgrade != Downgrade::Never;
        if can_lose && at_midnight && at > l.since && !keeps(ladder, rank, &standing) {
            lose(draft, version, ladder, from, standing, at, None);
        }
    } else if let Some(period) = period.filter(|period| runs_out || has_figures(ladder, l, *period)) {
        review(draft, version, ladder, period, at);
    }
    if let Some(period) = period {
        carry::recount(draft, version, ladder, period.start, at);
    }
}

/// What a period that is over means for the tier: a higher one, the same for longer, or its end.
fn review(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, period: Period, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, rank, until) = (by_figures(ladder, l), ladder.rank(l.tier), l.until);
    if rank == 0 && ladder.upgrade == Upgrade::AtOnce {
        return;
    }
    let standing = of_period(ladder, l, period);
    let reached = entry_rank(ladder, &standing);
    let change = |why| Change { version, ladder, from, why, standing, period: Some(period) };
    if reached > rank {
        let until = reached_until(ladder, zone, state, period, at);
        change(TierReason::Upgraded).record(draft, at, reached, until);
    } else if rank > 0 && keeps(ladder, rank, &standing) {
        let kept_until = valid_until(ladder, zone, state, period);
        if kept_until > until {
            change(TierReason::Kept).record(draft, at, rank, kept_until);
        }
    } else if until == Some(at) {
        lose(draft, version, ladder, from, standing, at, Some(period));
    }
}

/// A tier that is not kept: grace begins, or the tier goes.
fn lose(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    from: TierNumber,
    standing: Standing,
    at: Instant,
    period: Option<Period>,
) {
    if ladder.grace_days > 0 {
        let zone = version.plan.zone;
        let until = zone.day_start(zone.day(at).plus_days(i64::from(ladder.grace_days)));
        let change = Change { version, ladder, from, why: TierReason::GraceBegan, standing, period };
        change.record(draft, at, ladder.rank(from), Some(until));
    } else {
        let lower_until =
            period.and_then(|period| reached_until(ladder, version.plan.zone, draft.state(), period, at));
        let change = Change { version, ladder, from, why: TierReason::Demoted, standing, period };
        demote(change, draft, at, lower_until);
    }
}

/// The tier goes at the end of its grace. What is reached by the period that ended before the grace still counts, and so
/// does what the running period has reached since.
fn end_grace(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, from: TierNumber, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (mut standing, _) = running(ladder, zone, state, l, at);
    let period = period_at(ladder, zone, state, at);
    if let Some(earlier) = period.and_then(|period| ended(ladder, zone, state, period.start)) {
        let past = of_period(ladder, l, earlier);
        if entry_rank(ladder, &past) > entry_rank(ladder, &standing) {
            standing = past;
        }
    }
    let until = match (ladder.period, period) {
        _ if ladder.downgrade == Downgrade::Never => None,
        (LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining, Some(period)) => {
            Some(zone.day_start(period.end))
        }
        (LadderPeriod::AnniversaryTier, Some(period)) => reached_until(ladder, zone, state, period, at),
        _ => None,
    };
    demote(Change { version, ladder, from, why: TierReason::Demoted, standing, period }, draft, at, until);
}

/// Gives the tier that the figures still reach, valid until `lower_until` where it is not the first.
fn demote(change: Change<'_>, draft: &mut Draft<'_>, at: Instant, lower_until: Option<Instant>) {
    let ladder = change.ladder;
    let rank = ladder.rank(change.from);
    let below = rank.saturating_sub(1);
    let (to, why) = match ladder.downgrade {
        Downgrade::ToQualifying => (entry_rank(ladder, &change.standing).min(below), TierReason::Demoted),
        Downgrade::OneDown => (below, TierReason::Demoted),
        // The version says now that tiers are never lost; the end that an earlier one set is lifted.
        Downgrade::Never => (rank, TierReason::Kept),
    };
    let until = lower_until.filter(|_| to > 0);
    Change { why, ..change }.record(draft, at, to, until);
}
