//! Times as files write them.
//!
//! Invariant: a local time that a clock change skips is no time, and a doubled one is the earlier. A date without a
//! time of day is the first instant of that day, whether or not its midnight exists.

use chrono::format::{Item, StrftimeItems};
use chrono::{MappedLocalTime, NaiveDate, NaiveDateTime, Offset, TimeZone};
use chrono_tz::Tz;
use tallybook_core::calendar::{Day, Instant, SECOND_MICROS, Zone};

/// How a column's times are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TimeFormat {
    /// RFC 3339, with an offset.
    Rfc3339,
    /// Local dates, or dates with a time of day, in a `chrono` pattern.
    Local {
        /// Such as `%Y-%m-%d %H:%M:%S`.
        pattern: String,
        /// Whether the pattern has no time of day.
        date_only: bool,
        /// Whose local time it is.
        zone: Tz,
    },
}

/// Why a text is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTime {
    /// It is not written so, or there is no such date.
    NotATime,
    /// Clocks skipped it.
    DoesNotExist,
}

impl TimeFormat {
    /// Checks a pattern and a zone.
    ///
    /// # Errors
    /// Says what is wrong with either.
    pub fn local(pattern: &str, zone: &str) -> Result<TimeFormat, String> {
        let zone: Tz = zone
            .parse()
            .map_err(|_| format!("`{zone}` is not an IANA zone such as Europe/London or Asia/Shanghai"))?;
        let items: Vec<Item<'_>> = StrftimeItems::new(pattern).collect();
        let sample = NaiveDate::from_ymd_opt(2001, 11, 22).and_then(|date| date.and_hms_opt(13, 14, 15));
        let (Some(sample), false) = (sample, items.contains(&Item::Error)) else {
            return Err(format!("`{pattern}` is not a strftime pattern"));
        };
        let mut written = String::new();
        let offset_asked =
            std::fmt::write(&mut written, format_args!("{}", sample.format_with_items(items.into_iter())))
                .is_err();
        let date_only = if NaiveDateTime::parse_from_str(&written, pattern).is_ok() {
            false
        } else if NaiveDate::parse_from_str(&written, pattern) == Ok(sample.date()) {
            true
        } else {
            return Err(if offset_asked {
                format!("`{pattern}` asks for an offset; write \"rfc3339\" for times that carry one")
            } else {
                format!("`{pattern}` does not give a full date; ask for year, month and day")
            });
        };
        Ok(TimeFormat::Local { pattern: pattern.to_owned(), date_only, zone })
    }

    /// The name of the zone, where the texts are local.
    pub fn zone_name(&self) -> Option<&'static str> {
        match self {
            TimeFormat::Rfc3339 => None,
            TimeFormat::Local { zone, .. } => Some(zone.name()),
        }
    }

    /// Reads a time.
    ///
    /// # Errors
    /// See [`NoTime`].
    pub fn parse(&self, text: &str) -> Result<Instant, NoTime> {
        match self {
            TimeFormat::Rfc3339 => Instant::parse_rfc3339(text).ok_or(NoTime::NotATime),
            TimeFormat::Local { pattern, date_only: true, zone } => {
                let date = NaiveDate::parse_from_str(text, pattern).map_err(|_| NoTime::NotATime)?;
                let zone = Zone::parse(zone.name()).ok_or(NoTime::NotATime)?;
                Ok(zone.day_start(Day(date.to_epoch_days())))
            }
            TimeFormat::Local { pattern, date_only: false, zone } => {
                let local = NaiveDateTime::parse_from_str(text, pattern).map_err(|_| NoTime::NotATime)?;
                match zone.offset_from_local_datetime(&local) {
                    MappedLocalTime::Single(offset) | MappedLocalTime::Ambiguous(offset, _) => {
                        let offset_seconds = i64::from(offset.fix().local_minus_utc());
                        let micros = local.and_utc().timestamp_micros();
                        Ok(Instant(micros.saturating_sub(offset_seconds * SECOND_MICROS)))
                    }
                    MappedLocalTime::None => Err(NoTime::DoesNotExist),
                }
            }
        }
    }

    /// What would be accepted, in words.
    pub fn accepted(&self) -> String {
        match self {
            TimeFormat::Rfc3339 => "RFC 3339 such as 2026-01-31T10:00:00Z".to_owned(),
            TimeFormat::Local { pattern, zone, .. } => format!("{pattern} in {zone}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pattern: &str, zone: &str, text: &str) -> Result<String, NoTime> {
        TimeFormat::local(pattern, zone).unwrap().parse(text).map(|at| at.to_string())
    }

    const SECONDS: &str = "%Y-%m-%d %H:%M:%S";

    #[test]
    fn s42_impossible_dates_are_no_times() {
        for text in
            ["2023-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "tomorrow", "", "2023-01-01 10:00:00"]
        {
            assert_eq!(read("%Y-%m-%d", "UTC", text), Err(NoTime::NotATime), "{text}");
        }
        for text in ["2023-02-29T00:00:00Z", "2023-01-01T24:00:01Z", "2023-01-01T10:00:00", "2023-01-01"] {
            assert_eq!(TimeFormat::Rfc3339.parse(text), Err(NoTime::NotATime), "{text}");
        }
        assert_eq!(read(SECONDS, "UTC", "2023-01-01 25:00:00"), Err(NoTime::NotATime));
    }

    #[test]
    fn s42_a_skipped_local_time_does_not_exist_and_a_doubled_one_is_the_earlier() {
        let new_york = "America/New_York";
        assert_eq!(read(SECONDS, new_york, "2017-03-12 02:30:00"), Err(NoTime::DoesNotExist));
        assert_eq!(read(SECONDS, new_york, "2017-11-05 01:30:00"), Ok("2017-11-05T05:30:00Z".to_owned()));
    }

    #[test]
    fn a_date_starts_after_a_skipped_midnight() {
        assert_eq!(
            read("%Y-%m-%d", "America/Sao_Paulo", "2018-11-04"),
            Ok("2018-11-04T03:00:00Z".to_owned())
        );
    }

    #[test]
    fn a_pattern_must_give_a_whole_date_without_an_offset() {
        for pattern in ["%H:%M", "%Y-%m", "%Q", "%Y-%m-%d %H:%M:%S %z"] {
            assert!(TimeFormat::local(pattern, "UTC").is_err(), "{pattern}");
        }
        assert!(TimeFormat::local("%d/%m/%Y %H:%M", "UTC").is_ok());
        assert!(TimeFormat::local("%Y", "Mars/Olympus").is_err());
    }
}
