//! Plain decimals as files write them: exact, of any length, and nothing else.
//!
//! Invariant: only `-?digits[.digits]` is a number. `NaN`, `inf`, `1e400`, `1,5`, `+1` and blanks are not.
//! It does no arithmetic; amounts become integer minor units at once.

use std::cmp::Ordering;

/// A decimal number in its text, without leading and trailing zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decimal<'t> {
    negative: bool,
    whole: &'t str,
    part: &'t str,
}

impl<'t> Decimal<'t> {
    /// Reads `-?digits[.digits]`; anything else is `None`. Minus zero is zero.
    pub fn parse(text: &'t str) -> Option<Decimal<'t>> {
        let unsigned = text.strip_prefix('-');
        let digits = unsigned.unwrap_or(text);
        let (whole, part) = match digits.split_once('.') {
            Some((_, "")) => return None,
            Some(parts) => parts,
            None => (digits, ""),
        };
        let all_digits = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !all_digits(whole) || !all_digits(part) {
            return None;
        }
        let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
        let zero = whole.is_empty() && part.is_empty();
        Some(Decimal { negative: unsigned.is_some() && !zero, whole, part })
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The number in units of `10^-places`.
    ///
    /// # Errors
    /// [`NoInteger`] where it has more places than that, or the result does not fit.
    pub fn to_units(self, places: u8) -> Result<i64, NoInteger> {
        let padding = usize::from(places).checked_sub(self.part.len()).ok_or(NoInteger::TooManyDecimals)?;
        let digits = self.whole.bytes().chain(self.part.bytes()).chain(std::iter::repeat_n(b'0', padding));
        let sign = if self.negative { -1 } else { 1 };
        digits
            .map(|digit| i64::from(digit - b'0'))
            .try_fold(0i64, |units, digit| units.checked_mul(10)?.checked_add(sign * digit))
            .ok_or(NoInteger::OutOfRange)
    }

    /// Compares two numbers exactly, however long.
    pub fn compare(&self, other: &Decimal<'_>) -> Ordering {
        let size = |number: &Decimal<'_>, against: &Decimal<'_>| {
            number
                .whole
                .len()
                .cmp(&against.whole.len())
                .then_with(|| number.whole.cmp(against.whole))
                .then_with(|| number.part.cmp(against.part))
        };
        match (self.negative, other.negative) {
            (false, false) => size(self, other),
            (true, true) => size(other, self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

/// Why a decimal is no whole number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoInteger {
    /// It has more decimal places than the unit.
    TooManyDecimals,
    /// It does not fit 64 bits.
    OutOfRange,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s42_only_plain_decimals_are_numbers() {
        for text in [
            "", "NaN", "nan", "inf", "-inf", "Infinity", "1e400", "1E5", "1,5", "+1", " 1", "1 ", "1.", ".5",
            "-", "--1", "0x10", "1_000", "１",
        ] {
            assert_eq!(Decimal::parse(text), None, "{text}");
        }
    }

    #[test]
    fn amounts_become_minor_units_exactly() {
        let units = |text: &str, places| Decimal::parse(text).unwrap().to_units(places);
        assert_eq!(units("12.5", 2), Ok(1_250));
        assert_eq!(units("0.500", 1), Ok(5));
        assert_eq!(units("-0.01", 2), Ok(-1));
        assert_eq!(units("-0", 2), Ok(0));
        assert_eq!(units("007", 0), Ok(7));
        assert_eq!(units("0.001", 2), Err(NoInteger::TooManyDecimals));
        assert_eq!(units("92233720368547758.07", 2), Ok(i64::MAX));
        assert_eq!(units("-92233720368547758.08", 2), Ok(i64::MIN));
        assert_eq!(units("92233720368547758.08", 2), Err(NoInteger::OutOfRange));
        assert_eq!(units(&"9".repeat(400), 0), Err(NoInteger::OutOfRange));
    }

    #[test]
    fn decimals_compare_by_value_and_not_by_text() {
        let mut texts = ["10", "-2", "9.5", "0", "-10.01", "9.49", "0.001"];
        texts.sort_by(|a, b| Decimal::parse(a).unwrap().compare(&Decimal::parse(b).unwrap()));
        assert_eq!(texts, ["-10.01", "-2", "0", "0.001", "9.49", "9.5", "10"]);
        assert_eq!(Decimal::parse("-0.0"), Decimal::parse("000"));
    }
}
