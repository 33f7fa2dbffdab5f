//! Days, months and years counted by hand. Only the step between instants and local days is the library's.

use tallybook_core::calendar::{Day, Instant, MonthDay, Zone};

use crate::spec::{Birthday, CurrencySpec, ExpirySpec, RoundTo};

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

/// When a lot earned at `earned_at` becomes active, and when it ends.
pub(super) fn lot_times(
    zone: Zone,
    currency: &CurrencySpec,
    activation_days: u32,
    earned_at: Instant,
) -> (Instant, Option<Instant>) {
    let earned_on = zone.day(earned_at);
    let active_on = next_day(earned_on, i64::from(activation_days));
    let activates_at = if activation_days == 0 { earned_at } else { zone.day_start(active_on) };
    let start = if currency.counts_from_earning { earned_on } else { active_on };
    let last = match currency.expiry {
        ExpirySpec::Never => return (activates_at, None),
        ExpirySpec::AfterDays(n, unit) => last_day_of_unit(next_day(start, i64::from(n)), unit),
        ExpirySpec::AfterMonths(n, unit) => last_day_of_unit(months_later(start, n), unit),
        ExpirySpec::AfterYears(n, unit) => last_day_of_unit(months_later(start, 12 * n), unit),
        ExpirySpec::Calendar(n) => last_day_of_unit(months_later(year_start(start), 12 * n), RoundTo::Year),
    };
    (activates_at, Some(zone.day_start(next_day(last, 1))))
}

fn birthday_in(birthday: MonthDay, year: i32) -> Day {
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
