//! Instants, local days, and the calendar of a programme's time zone.
//!
//! An [`Instant`] is UTC; a [`Day`] is a local calendar day of the programme's IANA zone. A day runs from its first
//! instant to the first instant of the next, whether it has 23, 24 or 25 hours; a midnight that a clock change skips is
//! the first instant after the gap.

mod zone;

use std::fmt;

use chrono::{Datelike, NaiveDate, Timelike, Utc};
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

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub i32);

impl Day {
    /// Stands for "for ever": the start of a period that has none.
    pub const EVER: Day = Day(i32::MIN);

    /// The day of a civil date; `None` where there is no such date.
    pub fn from_civil(year: i32, month: u32, day: u32) -> Option<Day> {
        NaiveDate::from_ymd_opt(year, month, day).map(Day::from_date)
    }

    fn from_date(date: NaiveDate) -> Day {
        Day(date.to_epoch_days())
    }

    fn date(self) -> NaiveDate {
        NaiveDate::from_epoch_days(self.0).unwrap_or(if self.0 < 0 { NaiveDate::MIN } else { NaiveDate::MAX })
    }

    /// Year, month 1–12 and day of the month 1–31.
    pub fn civil(self) -> (i32, u32, u32) {
        let date = self.date();
        (date.year(), date.month(), date.day())
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
        let date = self.date();
        Day::from_date(date.checked_add_months(chrono::Months::new(months)).unwrap_or(NaiveDate::MAX))
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
        let first = (month - 1) / months * months + 1;
        Day::from_civil(year, first, 1).unwrap_or(self)
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
