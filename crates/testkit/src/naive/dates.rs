//! Days, months and years counted by hand. Only the step between instants and local days is the library's.

use tallybook_core::calendar::{Day, Instant, MonthDay, Zone};

use crate::spec::{ActivationSpec, Birthday, EndAt, ExpirySpec, InactivitySpec, RoundTo};

fn is_leap(year: i32) -> bool {
    (year % 4 == 0 && year % 100 != 0) || year % 400 == 0
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

fn civil(year: i32, month: u32, day: u32) -> Day {
    Day::from_civil(year, month, day).expect("the model counts only days that exist")
}

pub(super) fn next_day(day: Day, days: i64) -> Day {
    Day(i32::try_from(i64::from(day.0) + days).expect("days of the accepted centuries fit"))
}

/// The same day of the month so many months on, or the last there is.
pub(super) fn months_later(day: Day, months: u32) -> Day {
    let (mut year, mut month, of_month) = day.civil();
    for _ in 0..months {
        month += 1;
        if month == 13 {
            (year, month) = (year + 1, 1);
        }
    }
    civil(year, month, of_month.min(days_in_month(year, month)))
}

/// The same day a year before, or the last there is of its month.
pub(super) fn year_before(day: Day) -> Day {
    let (year, month, of_month) = day.civil();
    civil(year - 1, month, of_month.min(days_in_month(year - 1, month)))
}

pub(super) fn year_start(day: Day) -> Day {
    civil(day.civil().0, 1, 1)
}

pub(super) fn month_start(day: Day) -> Day {
    let (year, month, _) = day.civil();
    civil(year, month, 1)
}

/// Days since Monday; 1970-01-01 was a Thursday.
pub(super) fn weekday(day: Day) -> u8 {
    u8::try_from((day.0 + 3).rem_euclid(7)).expect("a remainder of seven fits")
}

pub(super) fn week_start(day: Day) -> Day {
    next_day(day, -i64::from(weekday(day)))
}

fn last_day_of_unit(day: Day, unit: RoundTo) -> Day {
    let (year, month, _) = day.civil();
    let last_month = match unit {
        RoundTo::Day => return day,
        RoundTo::Month => month,
        RoundTo::Quarter => month.div_ceil(3) * 3,
        RoundTo::HalfYear => month.div_ceil(6) * 6,
        RoundTo::Year => 12,
    };
    civil(year, last_month, days_in_month(year, last_month))
}

/// How inactivity moves a lot's end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Idle {
    pub(super) months: u32,
    /// What nothing moves the end past.
    pub(super) at_most: Option<Instant>,
}

impl Idle {
    pub(super) fn capped(self, end: Instant) -> Instant {
        self.at_most.map_or(end, |most| most.min(end))
    }
}

/// When a lot ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Term {
    pub(super) ends_at: Option<Instant>,
    pub(super) idle: Option<Idle>,
}

/// When points that wait for nothing but time become active, and the day from which their clock runs.
pub(super) fn activation(zone: Zone, activation: ActivationSpec, earned_at: Instant) -> (Instant, Day) {
    let earned_on = zone.day(earned_at);
    let active_on = match activation {
        ActivationSpec::AfterDays(days) if days > 0 => next_day(earned_on, i64::from(days)),
        ActivationSpec::OnDate(day) if zone.day_start(day) > earned_at => day,
        _ => return (earned_at, earned_on),
    };
    (zone.day_start(active_on), active_on)
}

/// How a lot ends that is earned on one day and active from another.
pub(super) fn term(zone: Zone, policy: &ExpirySpec, earned_on: Day, active_on: Day) -> Term {
    let after = |last: Day| zone.day_start(next_day(last, 1));
    let start = |counts_from_earning: bool| if counts_from_earning { earned_on } else { active_on };
    let settled = policy.ends.iter().map(|end| after(last_day(end.at, start(end.counts_from_earning)))).min();
    let Some(inactivity) = &policy.inactivity else { return Term { ends_at: settled, idle: None } };
    let idle = Idle { months: inactivity.months, at_most: settled };
    let end = idle_end(zone, inactivity, start(inactivity.counts_from_earning));
    Term { ends_at: Some(idle.capped(end)), idle: Some(idle) }
}

/// When a lot ends if nothing is done after a day.
pub(super) fn idle_end(zone: Zone, inactivity: &InactivitySpec, day: Day) -> Instant {
    let last = last_day_of_unit(months_later(day, inactivity.months), inactivity.round_to);
    zone.day_start(next_day(last, 1))
}

fn last_day(at: EndAt, start: Day) -> Day {
    match at {
        EndAt::AfterDays(n, unit) => last_day_of_unit(next_day(start, i64::from(n)), unit),
        EndAt::AfterMonths(n, unit) => last_day_of_unit(months_later(start, n), unit),
        EndAt::AfterYears(n, unit) => last_day_of_unit(months_later(start, 12 * n), unit),
        EndAt::Calendar(n) => last_day_of_unit(months_later(year_start(start), 12 * n), RoundTo::Year),
    }
}

/// The day of a year on which a birthday falls.
pub(super) fn birthday_in(birthday: MonthDay, year: i32) -> Day {
    let month = u32::from(birthday.month);
    civil(year, month, u32::from(birthday.day).min(days_in_month(year, month)))
}

pub(super) fn is_near_birthday(day: Day, birthday: Option<MonthDay>, how: Birthday) -> bool {
    let Some(birthday) = birthday else { return false };
    let year = day.civil().0;
    match how {
        Birthday::Day => birthday_in(birthday, year) == day,
        Birthday::Week => {
            (year - 1..=year + 1).any(|y| week_start(birthday_in(birthday, y)) == week_start(day))
        }
        Birthday::Month => day.civil().1 == u32::from(birthday.month),
    }
}
