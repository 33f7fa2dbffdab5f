//! Tiers: figures, periods, and when a tier is reached, kept or lost (cases 24, 27–29, 31).
//!
//! A tier follows from facts and programme alone: never from spendable balances, nor from when somebody looked.

use crate::calendar::{Day, Instant, Zone};
use crate::decide::draft::Draft;
use crate::event::{Decision, Figures, TierChanged, TierReason};
use crate::ids::{LadderNumber, TierNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, OnReturn, Threshold, Upgrade};
use crate::programme::versions::{Programmes, Version};
use crate::refusal::Refusal;
use crate::state::{Bucket, LadderState, MemberState};

/// Days from `start` up to, not including, `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub start: Day,
    /// First day after.
    pub end: Day,
}

/// The tier that a member holds on a ladder; the first tier where there is nothing to note.
pub fn held(state: &MemberState, ladder: LadderNumber) -> TierNumber {
    state.ladder(ladder).map_or(TierNumber(0), |l| l.tier)
}

/// Where a fact's figures are counted: the first day of its period, or its day where the period rolls.
pub(super) fn bucket(ladder: &Ladder, zone: Zone, joined_at: Instant, at: Instant) -> Day {
    let day = zone.day(at);
    match ladder.period {
        LadderPeriod::CalendarYear => day.year_start(),
        LadderPeriod::AnniversaryJoining => years_from(zone.day(joined_at), day).start,
        LadderPeriod::RollingDays(_) => day,
        // What came before joining counts in the first year of membership, as above.
        LadderPeriod::AnniversaryTier => day.max(zone.day(joined_at)),
        LadderPeriod::Lifetime => Day::EVER,
    }
}

/// Refuses figures that no longer fit with those of their bucket.
pub(super) fn room_for(
    state: &MemberState,
    ladder: LadderNumber,
    bucket: Day,
    figures: &Figures,
) -> Result<(), Refusal> {
    let buckets = state.ladder(ladder).map_or(&[][..], |l| &l.buckets);
    if let Some(so_far) = buckets.iter().find(|b| b.start == bucket).map(|b| b.figures) {
        so_far.spend.plus(figures.spend)?;
        so_far.points.plus(figures.points)?;
    }
    Ok(())
}

/// The period of a ladder that holds an instant; `None` where it rolls.
pub fn period_at(ladder: &Ladder, zone: Zone, state: &MemberState, at: Instant) -> Option<Period> {
    period_of_day(ladder, zone, state, zone.day(at))
}

fn period_of_day(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Option<Period> {
    match ladder.period {
        LadderPeriod::CalendarYear => {
            let start = day.year_start();
            Some(Period { start, end: start.plus_months(12) })
        }
        LadderPeriod::AnniversaryJoining => Some(years_from(joining_day(zone, state, day), day)),
        LadderPeriod::AnniversaryTier => Some(years_from(anchor(ladder, zone, state, day), day)),
        LadderPeriod::Lifetime => Some(Period { start: Day::EVER, end: Day(i32::MAX) }),
        LadderPeriod::RollingDays(_) => None,
    }
}

fn joining_day(zone: Zone, state: &MemberState, day: Day) -> Day {
    state.joined_at.map_or(day, |joined_at| zone.day(joined_at))
}

/// First day of a tier's own years: the first that begins at or after the tier was reached; on the first tier, joining.
fn anchor(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Day {
    match state.ladder(ladder.number) {
        Some(l) if l.since != Instant::MIN && ladder.rank(l.tier) > 0 => first_day_from(zone, l.since),
        _ => joining_day(zone, state, day),
    }
}

fn first_day_from(zone: Zone, at: Instant) -> Day {
    let day = zone.day(at);
    if zone.day_start(day) == at { day } else { day.plus_days(1) }
}

/// The year from `anchor`, counted in whole years, that holds a day; the first year for any day before it.
fn years_from(anchor: Day, day: Day) -> Period {
    let years = |n: i32| anchor.plus_months(u32::try_from(n.saturating_mul(12)).unwrap_or(0));
    let mut n = (day.civil().0 - anchor.civil().0).max(0);
    if n > 0 && years(n) > day {
        n -= 1;
    }
    Period { start: years(n), end: years(n + 1) }
}

/// Figures of the days from `start` up to, not including, `end`.
fn figures(buckets: &[Bucket], start: Day, end: Day) -> Figures {
    let mut sum = Figures::default();
    for bucket in buckets.iter().filter(|b| (start..end).contains(&b.start)) {
        sum = plus(sum, bucket.figures);
    }
    sum
}

fn plus(a: Figures, b: Figures) -> Figures {
    Figures {
        spend: Money(a.spend.0.saturating_add(b.spend.0)),
        points: Points(a.points.0.saturating_add(b.points.0)),
        orders: a.orders.saturating_add(b.orders),
    }
}

fn of_period(l: &LadderState, period: Period) -> Figures {
    figures(&l.buckets, period.start, period.end)
}

/// Figures of the last `days` days, `last` included.
fn window(l: &LadderState, days: u32, last: Day) -> Figures {
    let end = last.plus_days(1);
    figures(&l.buckets, end.plus_days(-i64::from(days)), end)
}

/// Whether figures reach a threshold; no threshold is always reached.
pub fn reaches(threshold: Option<&Threshold>, figures: &Figures) -> bool {
    let Some(threshold) = threshold else { return true };
    let asked = [
        threshold.spend.map(|min| figures.spend >= min),
        threshold.points.map(|min| figures.points >= min),
        threshold.orders.map(|min| figures.orders >= min),
    ];
    let mut asked = asked.into_iter().flatten();
    if threshold.all { asked.all(|met| met) } else { asked.any(|met| met) }
}

/// The rank of the highest tier whose entry the figures reach.
fn entry_rank(ladder: &Ladder, figures: &Figures) -> usize {
    ladder.tiers.iter().rposition(|tier| reaches(tier.entry.as_ref(), figures)).unwrap_or(0)
}

fn keeps(ladder: &Ladder, rank: usize, figures: &Figures) -> bool {
    ladder.tiers.get(rank).is_none_or(|tier| reaches(tier.keep.as_ref(), figures))
}

/// End of validity of a tier that rests on a period's figures; `None` where it has none.
fn valid_until(ladder: &Ladder, zone: Zone, state: &MemberState, period: Period) -> Option<Instant> {
    let months = ladder.valid_periods.saturating_mul(12);
    let end = match ladder.period {
        LadderPeriod::Lifetime | LadderPeriod::RollingDays(_) => return None,
        LadderPeriod::CalendarYear => period.end.plus_months(months),
        // Counted from the anchor, so that a 29 February is not lost on the way.
        LadderPeriod::AnniversaryJoining => {
            later_year(joining_day(zone, state, period.start), period.end, months)
        }
        LadderPeriod::AnniversaryTier => {
            later_year(anchor(ladder, zone, state, period.start), period.end, months)
        }
    };
    (ladder.downgrade != Downgrade::Never).then(|| zone.day_start(end))
}

fn later_year(anchor: Day, end: Day, months: u32) -> Day {
    let years = u32::try_from(end.civil().0 - anchor.civil().0).unwrap_or(0);
    anchor.plus_months(years.saturating_mul(12).saturating_add(months))
}

/// End of validity of a tier reached at `now` on the figures of a period.
fn reached_until(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    period: Period,
    now: Instant,
) -> Option<Instant> {
    if ladder.period == LadderPeriod::AnniversaryTier && ladder.downgrade != Downgrade::Never {
        let first = first_day_from(zone, now);
        return Some(zone.day_start(first.plus_months(ladder.valid_periods.saturating_mul(12))));
    }
    valid_until(ladder, zone, state, period)
}

/// A change of one ladder, ready to be recorded.
struct Change<'a> {
    version: &'a Version,
    ladder: &'a Ladder,
    from: TierNumber,
    why: TierReason,
    figures: Figures,
}

impl Change<'_> {
    fn record(&self, draft: &mut Draft<'_>, at: Instant, to_rank: usize, until: Option<Instant>) {
        let to = self.ladder.tiers.get(to_rank).map_or(self.from, |tier| tier.number);
        // What was held against the figures: the entry of a tier reached, else the keeping of the tier held.
        let threshold = match self.why {
            TierReason::Upgraded => self.ladder.tiers.get(to_rank).and_then(|tier| tier.entry),
            _ => self.ladder.tiers.get(self.ladder.rank(self.from)).and_then(|tier| tier.keep),
        };
        let thresholds = threshold.map_or(Figures::default(), |t| Figures {
            spend: t.spend.unwrap_or_default(),
            points: t.points.unwrap_or_default(),
            orders: t.orders.unwrap_or_default(),
        });
        let changed = TierChanged {
            ladder: self.ladder.number,
            version: self.version.number,
            from: self.from,
            to,
            why: self.why,
            figures: self.figures,
            thresholds,
            until,
        };
        draft.record(at, Decision::TierChanged(changed));
    }
}

/// After an order: a higher tier at once where the ladder says so, or the end of grace.
pub(super) fn after_order(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, effective_at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, grace) = (l.tier, l.grace);
    let rank = ladder.rank(from);
    let now = draft.now(effective_at);
    let (reached, figures, until) = match ladder.period {
        LadderPeriod::RollingDays(days) => {
            let (reached, figures) = best_window(ladder, l, days, zone.day(effective_at), zone.day(now));
            (reached, figures, None)
        }
        _ => {
            let Some(period) = period_at(ladder, zone, state, effective_at) else { return };
            let figures = of_period(l, period);
            let closed = ladder.period != LadderPeriod::Lifetime && zone.day_start(period.end) <= now;
            let until = reached_until(ladder, zone, state, period, now);
            let at_once = ladder.upgrade == Upgrade::AtOnce || closed;
            let over = closed && valid_until(ladder, zone, state, period).is_some_and(|until| until <= now);
            (if at_once && !over { entry_rank(ladder, &figures) } else { 0 }, figures, until)
        }
    };
    if reached > rank {
        let change = Change { version, ladder, from, why: TierReason::Upgraded, figures };
        change.record(draft, now, reached, until);
    } else if grace {
        keep_in_grace(draft, version, ladder, from, now);
    }
}

/// The highest rank, and its figures, over the windows that end on a day from `first` to `last`.
fn best_window(ladder: &Ladder, l: &LadderState, days: u32, first: Day, last: Day) -> (usize, Figures) {
    let inner = l.buckets.iter().map(|b| b.start).filter(|day| *day > first && *day <= last);
    let mut best = (0, window(l, days, first));
    for day in std::iter::once(first).chain(inner) {
        let figures = window(l, days, day);
        let rank = entry_rank(ladder, &figures);
        if rank > best.0 {
            best = (rank, figures);
        }
    }
    best
}

fn keep_in_grace(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, from: TierNumber, now: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (figures, until) = running(ladder, zone, state, l, now);
    if keeps(ladder, ladder.rank(from), &figures) {
        Change { version, ladder, from, why: TierReason::Kept, figures }.record(
            draft,
            now,
            ladder.rank(from),
            until,
        );
    }
}

/// Figures of the running period or window, and the validity of a tier that rests on them.
fn running(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    l: &LadderState,
    now: Instant,
) -> (Figures, Option<Instant>) {
    match (ladder.period, period_at(ladder, zone, state, now)) {
        (LadderPeriod::RollingDays(days), _) => (window(l, days, zone.day(now)), None),
        (_, Some(period)) => (of_period(l, period), valid_until(ladder, zone, state, period)),
        (_, None) => (Figures::default(), None),
    }
}

/// After a return, where the ladder demotes at once: the highest tier that any valid period still gives.
pub(super) fn after_return(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, effective_at: Instant) {
    let zone = version.plan.zone;
    let now = draft.now(effective_at);
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let rank = ladder.rank(l.tier);
    if ladder.on_return != OnReturn::DemoteNow || rank == 0 || ladder.downgrade == Downgrade::Never {
        return;
    }
    let from = l.tier;
    let (figures, until) = running(ladder, zone, state, l, now);
    let mut best = (if keeps(ladder, rank, &figures) { rank } else { entry_rank(ladder, &figures) }, until);
    for (earlier, valid_until) in earlier_periods(ladder, zone, state, now) {
        let past = of_period(l, earlier);
        let past_rank = if keeps(ladder, rank, &past) { rank } else { entry_rank(ladder, &past) };
        if past_rank > best.0 {
            best = (past_rank, Some(valid_until));
        }
    }
    if best.0 < rank {
        let until = if best.0 == 0 { None } else { best.1 };
        Change { version, ladder, from, why: TierReason::Returned, figures }
            .record(draft, now, best.0, until);
    }
}

/// The closed periods whose validity still covers an instant, newest first, and until when it does.
fn earlier_periods(ladder: &Ladder, zone: Zone, state: &MemberState, now: Instant) -> Vec<(Period, Instant)> {
    let mut periods = Vec::new();
    let mut current = match ladder.period {
        LadderPeriod::Lifetime | LadderPeriod::RollingDays(_) => None,
        _ => period_at(ladder, zone, state, now),
    };
    while let Some(period) = current {
        let earlier = ended(ladder, zone, state, period.start);
        let valid = earlier.and_then(|e| Some((e, valid_until(ladder, zone, state, e)?)));
        let covering = valid.filter(|(_, until)| *until > now);
        periods.extend(covering);
        current = covering.map(|(e, _)| e);
    }
    periods.extend(reaching_year(ladder, zone, state).filter(|(_, until)| *until > now));
    periods
}

/// The year up to the day on which a tier with years of its own was reached, and the validity that it gave: the tier's
/// years begin after that day, so none of them holds what reached it.
fn reaching_year(ladder: &Ladder, zone: Zone, state: &MemberState) -> Option<(Period, Instant)> {
    let l = state.ladder(ladder.number)?;
    if ladder.period != LadderPeriod::AnniversaryTier || ladder.rank(l.tier) == 0 {
        return None;
    }
    let end = first_day_from(zone, l.since);
    let (year, month, day) = end.civil();
    let start = Day::from_civil(year - 1, month, day).or_else(|| Day::from_civil(year - 1, month, 28))?;
    let valid_until = zone.day_start(end.plus_months(ladder.valid_periods.saturating_mul(12)));
    Some((Period { start, end }, valid_until))
}

/// When a tier of the member comes up for review next, after the cursor.
pub(super) fn due_after(state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    state.ladders.iter().filter_map(|l| ladder_due(state, l, programmes, cursor)).min()
}

fn ladder_due(
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
pub(super) fn close(draft: &mut Draft<'_>, at: Instant) {
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

/// The period that ends where a day begins, if one does.
fn ended(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Option<Period> {
    period_of_day(ladder, zone, state, day.plus_days(-1)).filter(|period| period.end == day)
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

/// How a member stands on a ladder (case 31).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The tier held.
    pub tier: TierNumber,
    /// End of its validity if it is not kept.
    pub until: Option<Instant>,
    /// Figures of the running period or window.
    pub figures: Figures,
    /// The next tier up and what its entry still asks; `None` on the highest.
    pub next: Option<(TierNumber, Figures)>,
    /// What keeping the tier still asks; `None` on the first tier.
    pub keep: Option<Figures>,
}

/// Tells how a settled member stands on a ladder.
pub fn progress(ladder: &Ladder, zone: Zone, state: &MemberState, at: Instant) -> Progress {
    let empty = LadderState {
        ladder: ladder.number,
        tier: TierNumber(0),
        since: Instant::MIN,
        until: None,
        grace: false,
        buckets: Vec::new(),
    };
    let l = state.ladder(ladder.number).unwrap_or(&empty);
    let (figures, _) = running(ladder, zone, state, l, at);
    let rank = ladder.rank(l.tier);
    let missing = |threshold: Option<&Threshold>| {
        threshold.map_or(Figures::default(), |t| Figures {
            spend: Money((t.spend.unwrap_or_default().0 - figures.spend.0).max(0)),
            points: Points((t.points.unwrap_or_default().0 - figures.points.0).max(0)),
            orders: (t.orders.unwrap_or_default() - figures.orders).max(0),
        })
    };
    Progress {
        tier: l.tier,
        until: l.until,
        figures,
        next: ladder.tiers.get(rank + 1).map(|tier| (tier.number, missing(tier.entry.as_ref()))),
        keep: (rank > 0).then(|| missing(ladder.tiers.get(rank).and_then(|tier| tier.keep.as_ref()))),
    }
}
