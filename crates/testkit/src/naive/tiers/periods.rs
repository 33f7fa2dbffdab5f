//! The years of ladders, and their figures.

use tallybook_core::calendar::{Day, Instant};

use super::figures::{Sums, figures_between, figures_of_all_time};
use crate::naive::dates::{months_later, next_day, year_before, year_start};
use crate::naive::member::Member;
use crate::naive::{Model, NaiveFigures, Version};
use crate::spec::{LadderPeriod, LadderSpec};

/// A year of a ladder: the so many-th from a day, counted from 0, or what is before that day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    origin: Day,
    /// -1 for what is before a tier's own years.
    years: i32,
    start: Day,
}

impl Period {
    fn nth(origin: Day, years: i32) -> Period {
        Period { origin, years, start: years_later(origin, years) }
    }

    fn holding(origin: Day, day: Day) -> Period {
        let mut period = Period::nth(origin, 0);
        while period.end() <= day {
            period = Period::nth(origin, period.years + 1);
        }
        period
    }

    pub(super) fn start(self) -> Day {
        self.start
    }

    /// First day after.
    pub(super) fn end(self) -> Day {
        self.end_of_later(0)
    }

    /// First day after the period so many periods on.
    pub(super) fn end_of_later(self, periods: u32) -> Day {
        years_later(self.origin, self.years + 1 + i32::try_from(periods).expect("few periods"))
    }
}

fn years_later(day: Day, years: i32) -> Day {
    months_later(day, 12 * u32::try_from(years).expect("only years to come are counted"))
}

impl Model {
    /// The days of the period that holds a day, and the first day after it; `None` where there is no such period.
    pub(in crate::naive) fn period_of(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        day: Day,
    ) -> Option<(Day, Day)> {
        self.year_of(member, version, ladder, day).map(|period| (period.start(), period.end()))
    }

    pub(super) fn year_of(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        day: Day,
    ) -> Option<Period> {
        let joined_on = version.zone.day(member.joined_at);
        let day = if ladder.period == LadderPeriod::CalendarYear { day } else { day.max(joined_on) };
        match ladder.period {
            LadderPeriod::RollingDays(_) | LadderPeriod::Lifetime => None,
            LadderPeriod::CalendarYear => Some(Period::nth(year_start(day), 0)),
            LadderPeriod::AnniversaryJoining => Some(Period::holding(joined_on, day)),
            LadderPeriod::AnniversaryTier => match self.before_own_years(member, version, ladder) {
                None => Some(Period::holding(joined_on, day)),
                Some(before) if day >= before.end() => Some(Period::holding(before.end(), day)),
                // What came before all that reached the tier counts in no period that is left, but for all time.
                Some(before) => Some(before),
            },
        }
    }

    /// What came before the own years of the tier held: from the first day of the figures that reached it.
    fn before_own_years(&self, member: &Member, version: &Version, ladder: &LadderSpec) -> Option<Period> {
        let standing = self.standing(member, ladder);
        let origin = standing.anchor(version.zone);
        let start = || standing.counted_from.unwrap_or_else(|| year_before(origin));
        standing.is_above_first(ladder).then(|| Period { origin, years: -1, start: start() })
    }

    /// The period after one that has a next.
    pub(super) fn period_after(period: Period) -> Period {
        Period::nth(period.origin, period.years + 1)
    }

    /// The running period. A tier's own years run from the day after it was reached.
    pub(super) fn running(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Option<Period> {
        let mut day = version.zone.day(now);
        if ladder.period == LadderPeriod::AnniversaryTier
            && let Some(before) = self.before_own_years(member, version, ladder)
        {
            day = day.max(before.end());
        }
        self.year_of(member, version, ladder, day)
    }

    pub(super) fn period_before(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
    ) -> Option<Period> {
        if period.years > 0 {
            return Some(Period::nth(period.origin, period.years - 1));
        }
        match ladder.period {
            LadderPeriod::CalendarYear => self.year_of(member, version, ladder, next_day(period.start(), -1)),
            LadderPeriod::AnniversaryTier => {
                let before = self.before_own_years(member, version, ladder);
                before.filter(|before| period.years == 0 && before.end() == period.start())
            }
            _ => None,
        }
    }

    /// Figures of a period, with what was carried into it. The first year of a membership also has what came before
    /// joining.
    pub(super) fn figures_of(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
    ) -> Sums {
        let (mut from, until) = (period.start(), period.end());
        if ladder.period != LadderPeriod::CalendarYear && from == version.zone.day(member.joined_at) {
            from = Day::EVER;
        }
        let own = figures_between(member, &ladder.id, from, until);
        sums(member, ladder, own.plus(carried_into(member, ladder, period)))
    }

    /// The figures that count for a ladder on a local day if nothing else says: of the running period, of the window
    /// that ends with the day, or of all time.
    pub(super) fn running_figures(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Sums {
        match ladder.period {
            LadderPeriod::Lifetime => all_time(member, ladder),
            LadderPeriod::RollingDays(days) => window(member, ladder, days, version.zone.day(now)),
            _ => self
                .running(member, version, ladder, now)
                .map_or_else(Sums::default, |period| self.figures_of(member, version, ladder, period)),
        }
    }
}

fn sums(member: &Member, ladder: &LadderSpec, period: NaiveFigures) -> Sums {
    Sums { period, lifetime: figures_of_all_time(member, &ladder.id) }
}

pub(super) fn all_time(member: &Member, ladder: &LadderSpec) -> Sums {
    sums(member, ladder, figures_of_all_time(member, &ladder.id))
}

/// The figures of so many days, the last one included.
pub(super) fn window(member: &Member, ladder: &LadderSpec, days: u32, last: Day) -> Sums {
    let after = next_day(last, 1);
    sums(member, ladder, figures_between(member, &ladder.id, next_day(after, -i64::from(days)), after))
}

/// What went over into a period. In another zone joining may have been the day before or after.
pub(super) fn carried_into(member: &Member, ladder: &LadderSpec, period: Period) -> NaiveFigures {
    let is_here = |into: Day| (into.0 - period.start().0).abs() <= 1;
    let inside = member.carried.iter().filter(|(id, into, _)| *id == ladder.id && is_here(*into));
    inside.fold(NaiveFigures::default(), |sum, (_, _, figures)| sum.plus(*figures))
}
