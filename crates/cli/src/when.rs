//! Moments as people type them.

use tallybook_core::calendar::{Instant, Zone};

use crate::errors::CliError;

const LOCAL_PATTERNS: [&str; 5] =
    ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];

/// Reads `now`, RFC 3339, or a local date or date and time in a zone. A date is its first instant.
///
/// # Errors
/// Names what would be accepted.
pub fn parse(text: &str, zone: Zone) -> Result<Instant, CliError> {
    if text == "now" {
        return Ok(now());
    }
    let local = || LOCAL_PATTERNS.iter().find_map(|pattern| zone.parse_local(text, pattern));
    Instant::parse_rfc3339(text).or_else(local).ok_or_else(|| {
        CliError::usage(format!("`{text}` is not a moment"))
            .hint("write now, 2026-01-31, \"2026-01-31 18:00\" (local), or 2026-01-31T18:00:00Z")
    })
}

/// The machine's time.
pub fn now() -> Instant {
    Instant::from(std::time::SystemTime::now())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_in_the_programmes_zone_unless_they_carry_an_offset() {
        let zone = Zone::parse("Asia/Shanghai").unwrap();
        let read = |text: &str| parse(text, zone).map(|at| at.to_string()).map_err(|error| error.message);
        assert_eq!(read("2026-01-31").unwrap(), "2026-01-30T16:00:00Z");
        assert_eq!(read("2026-01-31 18:00").unwrap(), "2026-01-31T10:00:00Z");
        assert_eq!(read("2026-01-31T18:00:30").unwrap(), "2026-01-31T10:00:30Z");
        assert_eq!(read("2026-01-31T18:00:00+00:00").unwrap(), "2026-01-31T18:00:00Z");
        assert_eq!(read("31.1.2026").unwrap_err(), "`31.1.2026` is not a moment");
        assert_eq!(read("2026-02-30").unwrap_err(), "`2026-02-30` is not a moment");
    }
}
