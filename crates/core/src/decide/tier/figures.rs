//! What tiers rest on: figures gathered over periods, and how long a tier that rests on them is valid.

use crate::calendar::{Day, Instant, Zone};
use crate::event::Figures;
use crate::ids::{LadderNumber, TierNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, Threshold};
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
pub(in crate::decide) fn bucket(ladder: &Ladder, zone: Zone, joined_at: Instant, at: Instant) -> Day {
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
pub(in crate::decide) fn room_for(
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

pub(super) fn period_of_day(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Option<Period> {
    match ladder.period {
        LadderPeriod::CalendarYear => {
            let start = day.year_start();
            Some(Period { start, end: start.plus_months(12) })
        }
        LadderPeriod::AnniversaryJoining => Some(years_from(joining_day(zone, state, day), day)),
        LadderPeriod::AnniversaryTier => {
            let anchor = anchor(ladder, zone, state, day);
            let is_before = day < anchor && anchor != joining_day(zone, state, day);
            // What comes before a tier's own years counts with what reached it; before joining, with the first year.
            Some(if is_before { year_before(anchor) } else { years_from(anchor, day) })
        }
        LadderPeriod::Lifetime => Some(Period { start: Day::EVER, end: Day(i32::MAX) }),
        LadderPeriod::RollingDays(_) => None,
    }
}

/// The period that ends where a day begins, if one does.
pub(super) fn ended(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Option<Period> {
    period_of_day(ladder, zone, state, day.plus_days(-1)).filter(|period| period.end == day)
}

pub(super) fn joining_day(zone: Zone, state: &MemberState, day: Day) -> Day {
    state.joined_at.map_or(day, |joined_at| zone.day(joined_at))
}

/// First day of a tier's own years: the first that begins at or after the tier was reached; on the first tier, joining.
pub(super) fn anchor(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Day {
    match state.ladder(ladder.number) {
        Some(l) if l.since != Instant::MIN && ladder.rank(l.tier) > 0 => first_day_from(zone, l.since),
        _ => joining_day(zone, state, day),
    }
}

pub(super) fn first_day_from(zone: Zone, at: Instant) -> Day {
    let day = zone.day(at);
    if zone.day_start(day) == at { day } else { day.plus_days(1) }
}

/// The year up to, not including, a day.
pub(super) fn year_before(end: Day) -> Period {
    let (year, month, day) = end.civil();
    let start = Day::from_civil(year - 1, month, day).or_else(|| Day::from_civil(year - 1, month, 28));
    Period { start: start.unwrap_or(end), end }
}

/// The year from `anchor`, counted in whole years, that holds a day; the first year for any day before it.
pub(super) fn years_from(anchor: Day, day: Day) -> Period {
    let years = |n: i32| anchor.plus_months(u32::try_from(n.saturating_mul(12)).unwrap_or(0));
    let mut n = (day.civil().0 - anchor.civil().0).max(0);
    if n > 0 && years(n) > day {
        n -= 1;
    }
    Period { start: years(n), end: years(n + 1) }
}

/// Figures of the days from `start` up to, not including, `end`.
pub(super) fn figures(buckets: &[Bucket], start: Day, end: Day) -> Figures {
    let mut sum = Figures::default();
    for bucket in buckets.iter().filter(|b| (start..end).contains(&b.start)) {
        sum = plus(sum, bucket.figures);
    }
    sum
}

pub(super) fn plus(a: Figures, b: Figures) -> Figures {
    Figures {
        spend: Money(a.spend.0.saturating_add(b.spend.0)),
        points: Points(a.points.0.saturating_add(b.points.0)),
        orders: a.orders.saturating_add(b.orders),
    }
}

pub(super) fn of_period(l: &LadderState, period: Period) -> Figures {
    figures(&l.buckets, period.start, period.end)
}

/// Figures of the last `days` days, `last` included.
pub(super) fn window(l: &LadderState, days: u32, last: Day) -> Figures {
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
pub(super) fn entry_rank(ladder: &Ladder, figures: &Figures) -> usize {
    ladder.tiers.iter().rposition(|tier| reaches(tier.entry.as_ref(), figures)).unwrap_or(0)
}

pub(super) fn keeps(ladder: &Ladder, rank: usize, figures: &Figures) -> bool {
    ladder.tiers.get(rank).is_none_or(|tier| reaches(tier.keep.as_ref(), figures))
}

/// End of validity of a tier that rests on a period's figures; `None` where it has none.
pub(super) fn valid_until(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    period: Period,
) -> Option<Instant> {
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

pub(super) fn later_year(anchor: Day, end: Day, months: u32) -> Day {
    let years = u32::try_from(end.civil().0 - anchor.civil().0).unwrap_or(0);
    anchor.plus_months(years.saturating_mul(12).saturating_add(months))
}

/// End of validity of a tier reached at `now` on the figures of a period.
pub(super) fn reached_until(
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

/// Figures of the running period or window, and the validity of a tier that rests on them.
pub(super) fn running(
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
