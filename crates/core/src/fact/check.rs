//! What no field of a fact may hold, whatever the programme.

use super::{AMOUNT_MAX, POINTS_MAX, TEXT_BYTES_MAX};
use crate::calendar::Instant;
use crate::ids::is_name;
use crate::refusal::Refusal;

pub(super) fn name(field: &'static str, value: &str) -> Result<(), Refusal> {
    if is_name(value) { Ok(()) } else { Err(Refusal::InvalidName { field }) }
}

pub(super) fn optional_name(field: &'static str, value: Option<&str>) -> Result<(), Refusal> {
    value.map_or(Ok(()), |value| name(field, value))
}

pub(super) fn text(field: &'static str, value: &str) -> Result<(), Refusal> {
    if value.trim().is_empty() {
        return Err(Refusal::Missing { field });
    }
    count(field, value.len(), TEXT_BYTES_MAX)
}

pub(super) fn count(what: &'static str, count: usize, count_max: usize) -> Result<(), Refusal> {
    if count > count_max { Err(Refusal::TooMany { what, count, count_max }) } else { Ok(()) }
}

pub(super) fn not_negative(field: &'static str, value: i64) -> Result<(), Refusal> {
    if (0..=AMOUNT_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value, accepted: "0 to 10^14" })
    }
}

pub(super) fn at_least_one(field: &'static str, value: i64) -> Result<(), Refusal> {
    if (1..=POINTS_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value, accepted: "1 to 10^15" })
    }
}

pub(super) fn signed(field: &'static str, value: i64) -> Result<(), Refusal> {
    if value != 0 && (-POINTS_MAX..=POINTS_MAX).contains(&value) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value, accepted: "-10^15 to 10^15, but not 0" })
    }
}

/// Refuses an instant outside of what facts may carry.
pub(crate) fn instant(field: &'static str, at: Instant) -> Result<(), Refusal> {
    if (Instant::EARLIEST..Instant::LATEST).contains(&at) {
        Ok(())
    } else {
        Err(Refusal::OutOfRange { field, value: at.0, accepted: "an instant of the years 1900 to 2199" })
    }
}
