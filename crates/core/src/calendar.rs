//! Instants, local days, and the calendar of a programme's time zone.
//!
//! An [`Instant`] is UTC; a [`Day`] is a local calendar day of the programme's IANA zone. A day runs from its first
//! instant to the first instant of the next, whether it has 23, 24 or 25 hours; a midnight that a clock change skips is
//! the first instant after the gap.

mod zone;

use std::fmt;
use std::ops::RangeInclusive;

use chrono::{Datelike, Timelike, Utc};
use serde::{Deserialize, Serialize};

pub use zone::Zone;

/// Microseconds in a second.
pub const SECOND_MICROS: i64 = 1_000_000;
/// Microseconds in a day of 24 hours.
pub const DAY_MICROS: i64 = 86_400 * SECOND_MICROS;

/// A moment, in microseconds since 1970-01-01T00:00:00Z. Accepted in facts: the years 1900 to 2200.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Instant(pub i64);

impl Instant {
    /// Before everything.
    pub const MIN: Instant = Instant(i64::MIN);
    /// After everything.
    pub const MAX: Instant = Instant(i64::MAX);
    /// First instant that a fact may carry: 1900-01-01T00:00:00Z.
    pub const EARLIEST: Instant = Instant(-25_567 * DAY_MICROS);
    /// First instant that is too late for a fact: 2200-01-01T00:00:00Z.
    pub const LATEST: Instant = Instant(84_006 * DAY_MICROS);

    /// Reads RFC 3339, such as `2026-11-22T10:00:00Z`.
    pub fn parse_rfc3339(text: &str) -> Option<Instant> {
        chrono::DateTime::parse_from_rfc3339(text).ok().map(|t| Instant(t.timestamp_micros()))
    }

    /// Moves by whole seconds, staying within range.
    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(SECOND_MICROS)))
    }

    /// Moves by days of 24 hours, staying within range.
    pub fn plus_days(self, days: i64) -> Instant {
        Instant(self.0.saturating_add(days.saturating_mul(DAY_MICROS)))
    }

    fn utc(self) -> chrono::DateTime<Utc> {
        chrono::DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            chrono::DateTime::<Utc>::MIN_UTC
        } else {
            chrono::DateTime::<Utc>::MAX_UTC
        })
    }
}

/// RFC 3339 in UTC, with a fraction only where there is one.
impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let t = self.utc();
        let fraction = t.nanosecond() / 1_000;
        let date = t.date_naive();
        let text = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
            date.year(),
            date.month(),
            date.day(),
            t.hour(),
            t.minute(),
            t.second()
        );
        if fraction == 0 { f.pad(&format!("{text}Z")) } else { f.pad(&format!("{text}.{fraction:06}Z")) }
    }
}

/// The years of the calendar, which is the Gregorian also before its time.
const YEARS: RangeInclusive<i32> = -200_000..=200_000;
/// First day of the first of those years.
const FIRST_DAY: Day = Day(-73_768_028);
/// Last day of the last of those years.
const LAST_DAY: Day = Day(72_329_337);
/// Days of 400 years.
const ERA_DAYS: u32 = 146_097;
/// A year before all of them that begins an era.
const ORIGIN_YEAR: i32 = -200_400;
/// Days from 1 March of that year to 1 January 1970.
const ORIGIN_DAYS: i32 = 501 * 146_097 + 719_468;

/// How many days a month has, 1–12.
fn days_of_month(year: i32, month: u32) -> u32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// Stands for "for ever": the start of a period that has none.
    pub const EVER: Day = Day(i32::MIN);

    /// The day of a civil date; `None` where there is no such date.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Day> {
        let exists = YEARS.contains(&year) && (1..=12).contains(&month) && day >= 1;
        (exists && day <= days_of_month(year, month)).then(|| Day::of_civil(year, month, day))
    }

    /// The day of a date that exists: days are counted from a 1 March, so that a leap day is the last of its year, in eras
    /// of 400 years, which all have as many days (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", 2013). Years
    /// are counted from [`ORIGIN_YEAR`] on, so that all numbers are positive.
    fn of_civil(year: i32, month: u32, day: u32) -> Day {
        let march_year = (year - ORIGIN_YEAR).cast_unsigned() - u32::from(month <= 2);
        let month_from_march = if month > 2 { month - 3 } else { month + 9 };
        let (era, year_of_era) = (march_year / 400, march_year % 400);
        let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        Day((era * ERA_DAYS + day_of_era).cast_signed() - ORIGIN_DAYS)
    }

    /// Year, month 1–12 and day of the month 1–31; those of the calendar's ends for days beyond them.
    pub fn civil(self) -> (i32, u32, u32) {
        // The inverse of `of_civil`, from the same source.
        let since = (self.0.clamp(FIRST_DAY.0, LAST_DAY.0) + ORIGIN_DAYS).cast_unsigned();
        let (era, day_of_era) = (since / ERA_DAYS, since % ERA_DAYS);
        let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / 146_096;
        let year_of_era = (day_of_era - leap_days) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
        let march_year = era * 400 + year_of_era;
        ((march_year + u32::from(month <= 2)).cast_signed() + ORIGIN_YEAR, month, day)
    }

    /// Moves by days, staying within range.
    pub fn plus_days(self, days: i64) -> Day {
        Day(i32::try_from(i64::from(self.0).saturating_add(days)).unwrap_or(if days < 0 {
            i32::MIN
        } else {
            i32::MAX
        }))
    }

    /// Moves by calendar months; a day that the month lacks becomes its last (31 January + 1 month = last of February).
    pub fn plus_months(self, months: u32) -> Day {
        let (year, month, day) = self.civil();
        Day::in_month(year, (month - 1).saturating_add(months), day)
    }

    /// A day of the month that comes so many months after a year's January, or its last; the calendar's last past the end.
    fn in_month(year: i32, months: u32, day: u32) -> Day {
        let (years, month) = ((months / 12).cast_signed(), months % 12 + 1);
        let year = year.saturating_add(years);
        if !YEARS.contains(&year) {
            return LAST_DAY;
        }
        Day::of_civil(year, month, day.min(days_of_month(year, month)))
    }

    /// Days since Monday, 0–6.
    pub fn weekday_index(self) -> u8 {
        u8::try_from((i64::from(self.0) + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// First day of the week, which starts on Monday.
    pub fn week_start(self) -> Day {
        self.plus_days(-i64::from(self.weekday_index()))
    }

    /// First day of the month.
    pub fn month_start(self) -> Day {
        let (_, _, day) = self.civil();
        self.plus_days(1 - i64::from(day))
    }

    /// First day of the run of `months` months (1, 3, 6 or 12, counted from January) that holds this day.
    pub fn months_start(self, months: u32) -> Day {
        let (year, month, _) = self.civil();
        Day::of_civil(year, (month - 1) / months * months + 1, 1)
    }

    /// First day after that run of months.
    pub fn months_end(self, months: u32) -> Day {
        let (year, month, _) = self.civil();
        Day::in_month(year, (month - 1) / months * months + months, 1)
    }

    /// First day of the year.
    pub fn year_start(self) -> Day {
        self.months_start(12)
    }
}

/// ISO 8601: `2026-11-22`.
impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        f.pad(&format!("{year:04}-{month:02}-{day:02}"))
    }
}

/// A month and day without a year, as of a birthday.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct MonthDay {
    /// 1–12.
    pub month: u8,
    /// 1–31; 29 February is a birthday like any other.
    pub day: u8,
}

impl MonthDay {
    /// A month and day that exist in a leap year; else `None`.
    pub fn new(month: u8, day: u8) -> Option<MonthDay> {
        Day::from_civil(2024, u32::from(month), u32::from(day)).map(|_| MonthDay { month, day })
    }

    /// The day in a year; 29 February falls on the 28th where the year has none.
    pub fn in_year(self, year: i32) -> Day {
        Day::from_civil(year, u32::from(self.month), u32::from(self.day))
            .or_else(|| Day::from_civil(year, u32::from(self.month), 28))
            .unwrap_or_default()
    }
}

/// The current time by the machine's clock is an edge's business; this turns it into an [`Instant`].
impl From<std::time::SystemTime> for Instant {
    fn from(time: std::time::SystemTime) -> Instant {
        let since = time.duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Instant(i64::try_from(since.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn at(text: &str) -> Instant {
        Instant::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn s12_a_day_starts_after_the_gap_where_midnight_is_skipped() {
        let zone = Zone::parse("America/Sao_Paulo").unwrap();
        let day = Day::from_civil(2018, 11, 4).unwrap();
        assert_eq!(zone.day_start(day), at("2018-11-04T03:00:00Z"));
        assert_eq!(zone.day(at("2018-11-04T02:59:59Z")), day.plus_days(-1));
        assert_eq!(zone.day(at("2018-11-04T03:00:00Z")), day);
        assert_eq!(zone.hour(at("2018-11-04T03:00:00Z")), 1);
    }

    #[test]
    fn s12_a_whole_skipped_day_starts_where_the_next_does() {
        let zone = Zone::parse("Pacific/Apia").unwrap();
        let skipped = Day::from_civil(2011, 12, 30).unwrap();
        assert_eq!(zone.day_start(skipped), zone.day_start(skipped.plus_days(1)));
    }

    #[test]
    fn s12_a_skipped_midnight_east_of_greenwich_is_found_in_every_century() {
        let zone = Zone::parse("Asia/Beirut").unwrap();
        let starts = |y, m, d| zone.day_start(Day::from_civil(y, m, d).unwrap());
        assert_eq!(starts(2017, 3, 26), at("2017-03-25T22:00:00Z"));
        assert_eq!(starts(1957, 5, 1), at("1957-04-30T22:00:00Z"));
    }

    #[test]
    fn moves_beyond_the_calendar_stay_at_its_ends() {
        assert_eq!(at("2026-01-31T10:00:00Z").plus_days(1), at("2026-02-01T10:00:00Z"));
        assert_eq!(Day(i32::MAX - 1).plus_days(2), Day(i32::MAX));
        assert_eq!(Day(i32::MIN + 1).plus_days(-2), Day(i32::MIN));
        assert!(Day(i32::MIN).civil() < (0, 1, 1) && Day(i32::MAX).civil() > (9999, 12, 31));
        assert!(Zone::UTC.display(Instant::MIN).starts_with('-'), "{}", Zone::UTC.display(Instant::MIN));
        let (least, most) = (Instant::MIN.to_string(), Instant::MAX.to_string());
        assert!(least.starts_with('-') && !most.starts_with('-'), "{least} to {most}");
    }

    #[test]
    fn the_calendar_is_that_of_another_library_on_every_day_and_at_its_ends() {
        let date = |day: i32| NaiveDate::from_epoch_days(day).unwrap();
        let near = |years: i32| (years * 365 - 100)..(years * 365 + 100);
        let days = (-80_000..90_000)
            .chain(near(-198_000))
            .chain(near(198_000))
            .chain(near(-4_000))
            .chain(near(9_000));
        for number in days {
            let (day, date) = (Day(number), date(number));
            let (year, month, of_month) = day.civil();
            assert_eq!((year, month, of_month), (date.year(), date.month(), date.day()), "{number}");
            assert_eq!(Day::from_civil(year, month, of_month), Some(day));
            for months in [1, 3, 6, 12] {
                let first = date.with_day(1).unwrap().with_month0(date.month0() / months * months).unwrap();
                let after = first.checked_add_months(chrono::Months::new(months)).unwrap();
                assert_eq!(day.months_start(months).0, first.to_epoch_days(), "{number} and {months} months");
                assert_eq!(day.months_end(months).0, after.to_epoch_days(), "{number} and {months} months");
            }
            for months in [0, 1, 2, 11, 12, 14, 400] {
                let later = date.checked_add_months(chrono::Months::new(months)).unwrap();
                assert_eq!(day.plus_months(months).0, later.to_epoch_days(), "{number} and {months} months");
            }
        }
        for year in [-200_000, 1900, 2000, 2023, 2024, 200_000] {
            for (month, day) in (0..14).flat_map(|month| (0..33).map(move |day| (month, day))) {
                let expected =
                    NaiveDate::from_ymd_opt(year, month, day).map(|date| Day(date.to_epoch_days()));
                assert_eq!(Day::from_civil(year, month, day), expected, "{year}-{month}-{day}");
            }
        }
        assert_eq!((FIRST_DAY.civil(), LAST_DAY.civil()), ((-200_000, 1, 1), (200_000, 12, 31)));
        assert_eq!((Day(i32::MIN).civil(), Day(i32::MAX).civil()), (FIRST_DAY.civil(), LAST_DAY.civil()));
        assert_eq!((Day::from_civil(-200_001, 1, 1), Day::from_civil(200_001, 1, 1)), (None, None));
        assert_eq!((LAST_DAY.plus_months(1), Day(0).plus_months(u32::MAX)), (LAST_DAY, LAST_DAY));
    }

    #[test]
    fn s12_days_have_23_and_25_hours_in_new_york() {
        let zone = Zone::parse("America/New_York").unwrap();
        let hours = |y, m, d| {
            let day = Day::from_civil(y, m, d).unwrap();
            (zone.day_start(day.plus_days(1)).0 - zone.day_start(day).0) / (3600 * SECOND_MICROS)
        };
        assert_eq!((hours(2017, 3, 12), hours(2017, 11, 5), hours(2017, 7, 1)), (23, 25, 24));
    }

    #[test]
    fn s12_a_month_after_31_january_is_the_last_of_february() {
        let day = Day::from_civil(2023, 1, 31).unwrap();
        assert_eq!(day.plus_months(1).to_string(), "2023-02-28");
        assert_eq!(Day::from_civil(2024, 1, 31).unwrap().plus_months(1).to_string(), "2024-02-29");
    }

    #[test]
    fn a_leap_day_birthday_falls_on_the_28th_in_other_years() {
        let birthday = MonthDay::new(2, 29).unwrap();
        assert_eq!(birthday.in_year(2023).to_string(), "2023-02-28");
        assert_eq!(birthday.in_year(2024).to_string(), "2024-02-29");
        assert_eq!(MonthDay::new(2, 30), None);
    }

    #[test]
    fn instants_are_written_as_they_are_read() {
        for text in ["1997-01-01T00:00:00Z", "2018-01-01T04:01:20.000001Z", "1969-12-31T23:59:59.999999Z"] {
            assert_eq!(at(text).to_string(), text);
        }
        assert_eq!(Instant::EARLIEST.to_string(), "1900-01-01T00:00:00Z");
        assert_eq!(Instant::LATEST.to_string(), "2200-01-01T00:00:00Z");
    }

    #[test]
    fn local_times_are_shown_with_their_seconds_and_clocks_are_read_from_1970_on() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        assert_eq!(zone.display(at("2026-11-22T10:02:03Z")), "2026-11-22 18:02:03");
        let clock = std::time::UNIX_EPOCH + std::time::Duration::from_millis(1_500);
        assert_eq!(Instant::from(clock), at("1970-01-01T00:00:01.5Z"));
    }
}
