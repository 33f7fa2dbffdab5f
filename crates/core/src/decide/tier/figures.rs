//! What tiers rest on: figures gathered over periods and for all time, and how long a tier that rests on them is valid.

use crate::calendar::{Day, Instant, Zone};
use crate::event::Figures;
use crate::ids::{LadderNumber, TierNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Asked, Downgrade, Ladder, LadderPeriod, Plan, Threshold};
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

/// What thresholds are held against.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Figures of a period or window, with what was carried into it.
    pub period: Figures,
    /// Figures of all time.
    pub lifetime: Figures,
}

/// The tier that a member holds on a ladder: the higher of those by figures and by hand; the first where there is
/// nothing to note.
pub fn held(state: &MemberState, ladder: &Ladder) -> TierNumber {
    let Some(l) = state.ladder(ladder.number) else { return first(ladder) };
    let by_figures = by_figures(ladder, l);
    match l.grant {
        Some(grant) if ladder.rank(grant.tier) > ladder.rank(by_figures) => grant.tier,
        _ => by_figures,
    }
}

/// The tier that a member holds by figures. Who holds the first may be noted under the number that an earlier version's
/// first tier had.
pub fn by_figures(ladder: &Ladder, l: &LadderState) -> TierNumber {
    ladder.tier(l.tier).map_or_else(|| first(ladder), |tier| tier.number)
}

fn first(ladder: &Ladder) -> TierNumber {
    ladder.tiers.first().map_or(TierNumber(0), |tier| tier.number)
}

/// Whether a member holds a tier of a plan's ladder.
pub fn holds(state: &MemberState, plan: &Plan, (ladder, tier): (LadderNumber, TierNumber)) -> bool {
    plan.ladder(ladder).is_some_and(|ladder| held(state, ladder) == tier)
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

/// Refuses figures that no longer fit with those of their bucket, or of all time.
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
    let lifetime = state.ladder(ladder).map_or(Figures::default(), |l| l.lifetime);
    lifetime.spend.plus(figures.spend)?;
    lifetime.points.plus(figures.points)?;
    Ok(())
}

/// The period of a ladder that holds an instant; `None` where it rolls.
pub fn period_at(ladder: &Ladder, zone: Zone, state: &MemberState, at: Instant) -> Option<Period> {
    period_of_day(ladder, zone, state, zone.day(at))
}

pub(super) fn period_of_day(ladder: &Ladder, zone: Zone, state: &MemberState, day: Day) -> Option<Period> {
    match ladder.period {
        LadderPeriod::CalendarYear => Some(Period { start: day.year_start(), end: day.months_end(12) }),
        LadderPeriod::AnniversaryJoining => Some(years_from(joining_day(zone, state, day), day)),
        LadderPeriod::AnniversaryTier => {
            let anchor = anchor(ladder, zone, state, day);
            let is_before = day < anchor && anchor != joining_day(zone, state, day);
            // What comes before a tier's own years counts with what reached it; before joining, with the first year.
            Some(if is_before { reaching(ladder, state, anchor) } else { years_from(anchor, day) })
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

/// What reached a tier with years of its own, which begin with a day: the days up to it from the first that was counted.
pub(super) fn reaching(ladder: &Ladder, state: &MemberState, anchor: Day) -> Period {
    let from = state.ladder(ladder.number).and_then(|l| l.counted_from);
    from.map_or_else(|| year_before(anchor), |start| Period { start, end: anchor })
}

/// The year up to, not including, a day.
fn year_before(end: Day) -> Period {
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

/// A day of the period that a bucket belongs to. A year from joining may begin a day earlier or later under a version with
/// another zone than the one that counted.
pub(super) fn day_in_period(ladder: &Ladder, bucket_start: Day) -> Day {
    match ladder.period {
        LadderPeriod::AnniversaryJoining => bucket_start.plus_days(1),
        _ => bucket_start,
    }
}

/// Figures of the buckets that are wanted.
fn sum<'b>(buckets: impl Iterator<Item = &'b Bucket>) -> Figures {
    buckets.fold(Figures::default(), |sum, bucket| plus(sum, bucket.figures))
}

pub(super) fn plus(a: Figures, b: Figures) -> Figures {
    merged(a, b, i64::saturating_add)
}

pub(super) fn minus(a: Figures, b: Figures) -> Figures {
    merged(a, b, i64::saturating_sub)
}

/// Figures with the other sign.
pub(in crate::decide) fn negative(figures: Figures) -> Figures {
    minus(Figures::default(), figures)
}

/// Two sets of figures made one, figure by figure.
pub(super) fn merged(a: Figures, b: Figures, with: impl Fn(i64, i64) -> i64) -> Figures {
    Figures {
        spend: Money(with(a.spend.0, b.spend.0)),
        points: Points(with(a.points.0, b.points.0)),
        orders: with(a.orders, b.orders),
        referrals: with(a.referrals, b.referrals),
        activities: with(a.activities, b.activities),
    }
}

/// Whether nothing is in figures.
pub(in crate::decide) fn is_nothing(figures: &Figures) -> bool {
    *figures == Figures::default()
}

pub(super) fn of_period(ladder: &Ladder, l: &LadderState, period: Period) -> Standing {
    let period = plus(sum(in_period(ladder, &l.buckets, period)), carried(ladder, l, period));
    Standing { period, lifetime: l.lifetime }
}

/// What was carried into a period.
pub(super) fn carried(ladder: &Ladder, l: &LadderState, into: Period) -> Figures {
    sum(in_period(ladder, &l.carried, into))
}

/// Whether anything was counted in a period or carried into it.
pub(super) fn has_figures(ladder: &Ladder, l: &LadderState, period: Period) -> bool {
    [&l.buckets, &l.carried].iter().any(|buckets| in_period(ladder, buckets, period).next().is_some())
}

/// The buckets of a period.
fn in_period<'b>(
    ladder: &'b Ladder,
    buckets: &'b [Bucket],
    period: Period,
) -> impl Iterator<Item = &'b Bucket> {
    let days = period.start..period.end;
    buckets.iter().filter(move |bucket| days.contains(&day_in_period(ladder, bucket.start)))
}

/// Figures of the last `days` days, `last` included.
pub(super) fn window(l: &LadderState, days: u32, last: Day) -> Standing {
    let end = last.plus_days(1);
    let window = end.plus_days(-i64::from(days))..end;
    let period = sum(l.buckets.iter().filter(|bucket| window.contains(&bucket.start)));
    Standing { period, lifetime: l.lifetime }
}

/// Whether figures reach a threshold; no threshold is always reached.
pub fn reaches(threshold: Option<&Threshold>, standing: &Standing) -> bool {
    let Some(threshold) = threshold else { return true };
    let asked = [
        met(&threshold.period.least(), &standing.period),
        met(&threshold.lifetime.least(), &standing.lifetime),
    ];
    let mut asked = asked.into_iter().flatten().flatten();
    if threshold.all { asked.all(|met| met) } else { asked.any(|met| met) }
}

/// Whether figures reach what is asked, of which 0 asks nothing.
pub(super) fn meets(all: bool, asked: &Figures, figures: &Figures) -> bool {
    let mut asked = met(asked, figures).into_iter().flatten();
    if all { asked.all(|met| met) } else { asked.any(|met| met) }
}

/// Per figure, whether it reaches what is asked of it; `None` where nothing is.
fn met(asked: &Figures, figures: &Figures) -> [Option<bool>; 5] {
    let met = |least: i64, figure: i64| (least > 0).then_some(figure >= least);
    [
        met(asked.spend.0, figures.spend.0),
        met(asked.points.0, figures.points.0),
        met(asked.orders, figures.orders),
        met(asked.referrals, figures.referrals),
        met(asked.activities, figures.activities),
    ]
}

/// What is still missing from figures to reach what is asked.
pub(super) fn missing(asked: &Asked, figures: &Figures) -> Figures {
    merged(asked.least(), *figures, |least, figure| least.saturating_sub(figure).max(0))
}

/// The rank of the highest tier whose entry the figures reach.
pub(super) fn entry_rank(ladder: &Ladder, standing: &Standing) -> usize {
    ladder.tiers.iter().rposition(|tier| reaches(tier.entry.as_ref(), standing)).unwrap_or(0)
}

pub(super) fn keeps(ladder: &Ladder, rank: usize, standing: &Standing) -> bool {
    ladder.tiers.get(rank).is_none_or(|tier| reaches(tier.keep.as_ref(), standing))
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
) -> (Standing, Option<Instant>) {
    match (ladder.period, period_at(ladder, zone, state, now)) {
        (LadderPeriod::RollingDays(days), _) => (window(l, days, zone.day(now)), None),
        (_, Some(period)) => (of_period(ladder, l, period), valid_until(ladder, zone, state, period)),
        (_, None) => (Standing { lifetime: l.lifetime, ..Standing::default() }, None),
    }
}
