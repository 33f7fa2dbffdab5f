//! Instants, local days, and the calendar of a programme's time zone.
//!
//! An [`Instant`] is UTC; a [`Day`] is a local calendar day of the programme's IANA zone. A day runs from its first
//! instant to the first instant of the next, whether it has 23, 24 or 25 hours; a midnight that a clock change skips is
//! the first instant after the gap.

use std::fmt;

use chrono::{Datelike, MappedLocalTime, NaiveDate, Offset, TimeZone, Timelike, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

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

/// An IANA time zone, as of the release of the zone data that is compiled in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone(Tz);

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Zone = Zone(Tz::UTC);

    /// Finds a zone by its IANA name, such as `Asia/Shanghai`.
    pub fn parse(name: &str) -> Option<Zone> {
        name.parse().ok().map(Zone)
    }

    /// The IANA name.
    pub fn name(&self) -> &'static str {
        self.0.name()
    }

    fn offset_seconds(&self, at: Instant) -> i64 {
        i64::from(self.0.offset_from_utc_datetime(&at.utc().naive_utc()).fix().local_minus_utc())
    }

    /// Microseconds of local wall-clock time since 1970-01-01T00:00:00.
    fn local_micros(&self, at: Instant) -> i64 {
        at.0.saturating_add(self.offset_seconds(at).saturating_mul(SECOND_MICROS))
    }

    /// The local day that holds an instant.
    pub fn day(&self, at: Instant) -> Day {
        Day(i32::try_from(self.local_micros(at).div_euclid(DAY_MICROS)).unwrap_or(i32::MAX))
    }

    /// The local hour of an instant, 0–23.
    pub fn hour(&self, at: Instant) -> u8 {
        u8::try_from(self.local_micros(at).rem_euclid(DAY_MICROS) / (3_600 * SECOND_MICROS)).unwrap_or(0)
    }

    /// The first instant of a local day.
    pub fn day_start(&self, day: Day) -> Instant {
        let local = i64::from(day.0).saturating_mul(DAY_MICROS);
        self.local_instant(local)
    }

    /// The instant of a local date and time; in a gap the first instant after it, when doubled the earlier.
    pub fn instant(&self, day: Day, micros_of_day: i64) -> Instant {
        self.local_instant(i64::from(day.0).saturating_mul(DAY_MICROS).saturating_add(micros_of_day))
    }

    fn local_instant(&self, local: i64) -> Instant {
        let naive = Instant(local).utc().naive_utc();
        match self.0.offset_from_local_datetime(&naive) {
            MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => Instant(
                local.saturating_sub(i64::from(offset.fix().local_minus_utc()).saturating_mul(SECOND_MICROS)),
            ),
            MappedLocalTime::None => self.after_gap(naive),
        }
    }

    /// The instant at which clocks jumped over a local time: the first whose local time is not before it.
    fn after_gap(&self, skipped: chrono::NaiveDateTime) -> Instant {
        let local = skipped.and_utc().timestamp_micros();
        // No offset is a day or more from UTC, and no gap is longer than a day.
        let mut before = local.saturating_sub(3 * DAY_MICROS) / SECOND_MICROS;
        let mut after = local.saturating_add(3 * DAY_MICROS) / SECOND_MICROS;
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if self.local_micros(Instant(middle * SECOND_MICROS)) < local {
                before = middle
            } else {
                after = middle
            }
        }
        Instant(after * SECOND_MICROS)
    }

    /// Reads a local date and time written in a `chrono` pattern such as `%Y-%m-%d %H:%M:%S`; a pattern without a time
    /// of day gives the start of the day.
    pub fn parse_local(&self, text: &str, pattern: &str) -> Option<Instant> {
        if let Ok(t) = chrono::NaiveDateTime::parse_from_str(text, pattern) {
            return Some(self.local_instant(t.and_utc().timestamp_micros()));
        }
        let date = NaiveDate::parse_from_str(text, pattern).ok()?;
        Some(self.day_start(Day::from_date(date)))
    }

    /// Writes an instant as local date and time: `2026-11-22 10:00:00`.
    pub fn display(&self, at: Instant) -> String {
        let local = Instant(self.local_micros(at)).utc();
        format!("{} {:02}:{:02}:{:02}", self.day(at), local.hour(), local.minute(), local.second())
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
}
