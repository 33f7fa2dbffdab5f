//! What becomes of tiers with time alone: ends of periods, rolling windows, days of grace (case 29).

use crate::calendar::{Instant, Zone};
use crate::decide::draft::Draft;
use crate::decide::tier::Change;
use crate::decide::tier::figures::{
    Period, ended, entry_rank, keeps, of_period, period_at, period_of_day, plus, reached_until, running,
    valid_until, window,
};
use crate::event::{Figures, TierReason};
use crate::ids::TierNumber;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, Upgrade};
use crate::programme::versions::{Programmes, Version};
use crate::state::{LadderState, MemberState};

/// When a tier of the member comes up for review next, after the cursor.
pub(in crate::decide) fn due_after(
    state: &MemberState,
    programmes: &Programmes,
    cursor: Instant,
) -> Option<Instant> {
    state.ladders.iter().filter_map(|l| ladder_due(state, l, programmes, cursor)).min()
}

pub(super) fn ladder_due(
    state: &MemberState,
    l: &LadderState,
    programmes: &Programmes,
    cursor: Instant,
) -> Option<Instant> {
    if l.tier == TierNumber(0) && l.buckets.is_empty() {
        return None;
    }
    let version = programmes.in_force(cursor).ok().or_else(|| programmes.versions().first())?;
    let ladder = version.plan.ladders.get(usize::from(l.ladder.0))?.as_ref()?;
    let zone = version.plan.zone;
    let above = ladder.rank(l.tier) > 0;
    let until = l.until.filter(|until| *until > cursor);
    if l.grace {
        return until;
    }
    match ladder.period {
        LadderPeriod::Lifetime => until,
        LadderPeriod::RollingDays(days) if above && ladder.downgrade != Downgrade::Never => {
            first_failing_midnight(ladder, l, days, zone, cursor)
        }
        LadderPeriod::RollingDays(_) => None,
        _ if above || ladder.upgrade == Upgrade::PeriodEnd => {
            let closes = first_close(ladder, zone, state, l, cursor);
            [until, closes].into_iter().flatten().min()
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
    let mut first = None;
    for bucket in l.buckets.iter().rev() {
        let end = zone.day_start(period_of_day(ladder, zone, state, bucket.start)?.end);
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
        let (gone, leaves) = (bucket.figures, bucket.start.plus_days(i64::from(days)));
        sum = plus(
            sum,
            Figures { spend: Money(-gone.spend.0), points: Points(-gone.points.0), orders: -gone.orders },
        );
        if !keeps(ladder, rank, &sum) {
            return Some(zone.day_start(leaves));
        }
    }
    None
}

/// Reviews the ladders that come up at an instant: a period's end, a failing window, or the end of grace.
pub(in crate::decide) fn close(draft: &mut Draft<'_>, at: Instant) {
    let programmes = draft.programmes;
    let Ok(version) = programmes.in_force(at) else { return };
    for ladder in version.plan.ladders.iter().flatten() {
        close_ladder(draft, version, ladder, at);
    }
}

fn close_ladder(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, rank, until) = (l.tier, ladder.rank(l.tier), l.until);
    let day = zone.day(at);
    let at_midnight = zone.day_start(day) == at;
    if l.grace {
        if until == Some(at) {
            end_grace(draft, version, ladder, from, at);
        }
        return;
    }
    if let LadderPeriod::RollingDays(days) = ladder.period {
        let figures = window(l, days, day);
        let can_lose = rank > 0 && ladder.downgrade != Downgrade::Never;
        if can_lose && at_midnight && at > l.since && !keeps(ladder, rank, &figures) {
            lose(draft, version, ladder, from, figures, at, None);
        }
        return;
    }
    if !at_midnight || (rank == 0 && ladder.upgrade == Upgrade::AtOnce) {
        return;
    }
    let Some(period) = ended(ladder, zone, state, day) else { return };
    let figures = of_period(l, period);
    let reached = entry_rank(ladder, &figures);
    if reached > rank {
        let until = reached_until(ladder, zone, state, period, at);
        Change { version, ladder, from, why: TierReason::Upgraded, figures }
            .record(draft, at, reached, until);
    } else if rank > 0 && keeps(ladder, rank, &figures) {
        let kept_until = valid_until(ladder, zone, state, period);
        if kept_until > until {
            Change { version, ladder, from, why: TierReason::Kept, figures }
                .record(draft, at, rank, kept_until);
        }
    } else if until == Some(at) {
        lose(draft, version, ladder, from, figures, at, Some(period));
    }
}

/// A tier that is not kept: grace begins, or the tier goes.
fn lose(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    from: TierNumber,
    figures: Figures,
    at: Instant,
    period: Option<Period>,
) {
    if ladder.grace_days > 0 {
        let zone = version.plan.zone;
        let until = zone.day_start(zone.day(at).plus_days(i64::from(ladder.grace_days)));
        let change = Change { version, ladder, from, why: TierReason::GraceBegan, figures };
        change.record(draft, at, ladder.rank(from), Some(until));
    } else {
        let lower_until =
            period.and_then(|period| reached_until(ladder, version.plan.zone, draft.state(), period, at));
        demote(draft, version, ladder, from, figures, at, lower_until);
    }
}

/// The tier goes at the end of its grace. What is reached by the period that ended before the grace still counts, and so
/// does what the running period has reached since.
fn end_grace(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, from: TierNumber, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (mut figures, _) = running(ladder, zone, state, l, at);
    let period = period_at(ladder, zone, state, at);
    if let Some(earlier) = period.and_then(|period| ended(ladder, zone, state, period.start)) {
        let past = of_period(l, earlier);
        if entry_rank(ladder, &past) > entry_rank(ladder, &figures) {
            figures = past;
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
    demote(draft, version, ladder, from, figures, at, until);
}

/// Gives the tier that the figures still reach, valid until `lower_until` where it is not the first.
fn demote(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    from: TierNumber,
    figures: Figures,
    at: Instant,
    lower_until: Option<Instant>,
) {
    let rank = ladder.rank(from);
    let below = rank.saturating_sub(1);
    let (to, why) = match ladder.downgrade {
        Downgrade::ToQualifying => (entry_rank(ladder, &figures).min(below), TierReason::Demoted),
        Downgrade::OneDown => (below, TierReason::Demoted),
        // The version says now that tiers are never lost; the end that an earlier one set is lifted.
        Downgrade::Never => (rank, TierReason::Kept),
    };
    let until = lower_until.filter(|_| to > 0);
    Change { version, ladder, from, why, figures }.record(draft, at, to, until);
}
