//! Single values: ids, names, decimals, numbers in a range, moments.
//!
//! Each reader notes what is wrong and gives `None`, so that the check goes on and finds everything in one pass.

use std::ops::{Range, RangeInclusive};

use toml::value::{Datetime, Offset};

use super::findings::Notes;
use crate::calendar::{Day, Instant, SECOND_MICROS, Zone};
use crate::ids::is_name;
use crate::points::parse_scaled;
use crate::programme::plan::Ratio;
use crate::programme::schema::{At, Moment, Text};

/// Longest id or programme name, in bytes.
pub(super) const ID_BYTES_MAX: usize = 64;
/// Largest part of a ratio, so that money times rate stays within `i128` whatever the money.
const RATIO_PART_MAX: i128 = 1_000_000_000_000;

/// Checks the id of something: 1–64 bytes, no control characters, no `/`, which joins ids (`ladder/tier`).
pub(super) fn check_id(notes: &mut Notes, id: &Text, what: &str) {
    if !is_name(&id.value) || id.value.len() > ID_BYTES_MAX || id.value.contains('/') {
        let message = format!("`{}` cannot be the id of a {what}", id.value.escape_debug());
        notes.add(
            &id.span,
            message,
            format!("Use 1–{ID_BYTES_MAX} bytes without control characters and `/`"),
        );
    }
}

/// Notes every id that an earlier one equals.
pub(super) fn check_unique<'t>(notes: &mut Notes, ids: impl Iterator<Item = &'t Text>, what: &str) {
    let mut seen: Vec<&str> = Vec::new();
    for id in ids {
        if seen.contains(&id.value.as_str()) {
            notes.add(&id.span, format!("there is already a {what} `{}`", id.value), "Give each its own");
        }
        seen.push(&id.value);
    }
}

/// Checks a text that orders or members are compared with.
pub(super) fn check_comparable(notes: &mut Notes, text: &Text, what: &str) {
    if !is_name(&text.value) {
        let message = format!("the rule can never match: no {what} is `{}`", text.value.escape_debug());
        notes.add(&text.span, message, "Use 1–128 bytes without control characters");
    }
}

/// A whole number within a range.
pub(super) fn whole(
    notes: &mut Notes,
    number: &At<i64>,
    key: &str,
    range: RangeInclusive<i64>,
) -> Option<i64> {
    if range.contains(&number.value) {
        return Some(number.value);
    }
    let message = format!("`{key}` cannot be {}", number.value);
    notes.add(&number.span, message, format!("Use a whole number from {} to {}", range.start(), range.end()));
    None
}

/// A whole number within a range, or a default where the key is missing or wrong. The range fits the type.
pub(super) fn whole_or<T: TryFrom<i64>>(
    notes: &mut Notes,
    number: Option<&At<i64>>,
    key: &str,
    range: RangeInclusive<i64>,
    default: T,
) -> T {
    number
        .and_then(|number| whole(notes, number, key, range))
        .and_then(|n| T::try_from(n).ok())
        .unwrap_or(default)
}

/// A decimal of at most `places` places that is at least `least` of its smallest units, 0 or 1.
pub(super) fn decimal(notes: &mut Notes, text: &Text, key: &str, places: u8, least: i64) -> Option<i64> {
    match parse_scaled(&text.value, places) {
        Ok(units) if units >= least => Some(units),
        Ok(_) => {
            let number = if places == 0 { "a whole number" } else { "a decimal" };
            let remedy = if least > 0 {
                format!("Use {number} above zero")
            } else {
                format!("Use zero or {number} above")
            };
            notes.add(&text.span, format!("`{key}` cannot be {}", text.value), remedy);
            None
        }
        Err(message) => {
            let remedy = match places {
                _ if message.ends_with("too large") => "Use a smaller one".to_owned(),
                0 => "Use a whole number in quotes".to_owned(),
                1 => "Use a decimal in quotes, with at most 1 decimal place".to_owned(),
                _ => format!("Use a decimal in quotes, with at most {places} decimal places"),
            };
            notes.add(&text.span, message, remedy);
            None
        }
    }
}

/// A positive fraction in lowest terms.
pub(super) fn ratio(
    notes: &mut Notes,
    span: &Range<usize>,
    numerator: i128,
    denominator: i128,
) -> Option<Ratio> {
    let divisor = greatest_common_divisor(numerator, denominator);
    let (numerator, denominator) = (numerator / divisor, denominator / divisor);
    match (i64::try_from(numerator), i64::try_from(denominator)) {
        (Ok(n), Ok(d)) if numerator.max(denominator) <= RATIO_PART_MAX => {
            Some(Ratio { numerator: n, denominator: d })
        }
        _ => {
            let message =
                format!("the rate {numerator}/{denominator} in smallest units is too fine or too large");
            notes.add(
                span,
                message,
                format!("Keep both parts of the reduced fraction within {RATIO_PART_MAX}"),
            );
            None
        }
    }
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    let (mut a, mut b) = (a, b);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The instant of a date (its first instant in the zone), a local date and time, or a date and time with offset.
pub(super) fn moment(notes: &mut Notes, moment: &At<Moment>, zone: Zone) -> Option<Instant> {
    let at = instant_of(&moment.value.0, zone);
    if at.is_none() {
        let message = format!("`{}` is no moment of the years 1900 to 2199", moment.value.0);
        notes.add(
            &moment.span,
            message,
            "Use a date, or a date and time, such as 2026-01-31 or 2026-01-31T18:00:00",
        );
    }
    at
}

/// The instant of a TOML date or date and time; `None` without a date or outside of what facts may carry.
pub(super) fn instant_of(moment: &Datetime, zone: Zone) -> Option<Instant> {
    let date = moment.date?;
    let day = Day::from_civil(i32::from(date.year), u32::from(date.month), u32::from(date.day))?;
    let at = match (moment.time, moment.offset) {
        (None, _) => zone.day_start(day),
        (Some(time), offset) => {
            let minutes = i64::from(time.hour) * 60 + i64::from(time.minute);
            let seconds = minutes * 60 + i64::from(time.second.unwrap_or(0));
            let micros = seconds * SECOND_MICROS + i64::from(time.nanosecond.unwrap_or(0) / 1_000);
            match offset {
                None => zone.instant(day, micros),
                Some(Offset::Z) => Zone::UTC.instant(day, micros),
                Some(Offset::Custom { minutes }) => {
                    Zone::UTC.instant(day, micros).plus_seconds(-60 * i64::from(minutes))
                }
            }
        }
    };
    (Instant::EARLIEST..Instant::LATEST).contains(&at).then_some(at)
}
