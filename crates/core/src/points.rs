//! Amounts of points, in smallest units of their currency.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// An amount of points in smallest units of its currency (a currency of scale 2 counts hundredths).
///
/// Range: that of `i64`. Sums are checked; past the range comes [`Refusal::Overflow`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Points(pub i64);

impl Points {
    /// No points.
    pub const ZERO: Points = Points(0);

    /// Adds, refusing what no longer fits.
    pub fn plus(self, other: Points) -> Result<Points, Refusal> {
        self.0.checked_add(other.0).map(Points).ok_or_else(|| Refusal::overflow("points"))
    }

    /// Takes away, refusing what no longer fits. The result may be negative.
    pub fn minus(self, other: Points) -> Result<Points, Refusal> {
        self.0.checked_sub(other.0).map(Points).ok_or_else(|| Refusal::overflow("points"))
    }

    /// Whether this is more than nothing.
    pub fn is_positive(self) -> bool {
        self.0 > 0
    }

    /// Writes the amount with the currency's decimal places, such as `12.50` for 1250 at scale 2.
    pub fn display(self, scale: u8) -> impl fmt::Display {
        Scaled { units: self.0, scale }
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An integer count of smallest units, written with a number of decimal places.
#[derive(Clone, Copy, Debug)]
pub struct Scaled {
    /// The count of smallest units.
    pub units: i64,
    /// How many decimal places a whole one has, 0–18.
    pub scale: u8,
}

impl fmt::Display for Scaled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = 10u64.pow(u32::from(self.scale.min(18)));
        let sign = if self.units < 0 { "-" } else { "" };
        let whole = self.units.unsigned_abs() / one;
        let text = if self.scale == 0 {
            format!("{sign}{whole}")
        } else {
            let part = self.units.unsigned_abs() % one;
            format!("{sign}{whole}.{part:0width$}", width = usize::from(self.scale))
        };
        f.pad(&text)
    }
}

/// Reads a decimal such as `12.5` into smallest units at `scale` places.
///
/// # Errors
/// Says what is wrong: not a decimal, more than `scale` places, or out of range.
pub fn parse_scaled(text: &str, scale: u8) -> Result<i64, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.len() + part.len() == 0 || !all_digits(whole) || !all_digits(part) || digits.ends_with('.') {
        return Err(format!("`{text}` is not a decimal number such as 12.50"));
    }
    let part = part.trim_end_matches('0');
    if part.len() > usize::from(scale) {
        return Err(format!("`{text}` has more than {scale} decimal places"));
    }
    let mut units: i64 = 0;
    let padding = usize::from(scale) - part.len();
    for digit in whole.bytes().chain(part.bytes()).chain(std::iter::repeat_n(b'0', padding)) {
        units = units
            .checked_mul(10)
            .and_then(|u| u.checked_add(i64::from(digit - b'0')))
            .ok_or_else(|| format!("`{text}` is too large"))?;
    }
    Ok(if negative { -units } else { units })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_read_in_smallest_units_or_refused_by_name() {
        for (text, units) in [("12.5", 1_250), ("+0.05", 5), ("-.5", -50), ("7", 700), ("1.000", 100)] {
            assert_eq!(parse_scaled(text, 2), Ok(units), "{text}");
        }
        for (text, complaint) in [
            ("", "not a decimal"),
            (".", "not a decimal"),
            ("12.", "not a decimal"),
            ("1.x", "not a decimal"),
            ("x.1", "not a decimal"),
            ("1.005", "more than 2"),
            ("92233720368547758.08", "too large"),
        ] {
            assert!(parse_scaled(text, 2).is_err_and(|error| error.contains(complaint)), "{text}");
        }
    }
}
