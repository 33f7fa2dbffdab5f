//! Money as integer minor units, rounding, and splitting a total into fair shares.

use serde::{Deserialize, Serialize};

use crate::refusal::Refusal;

/// An amount of money in minor units of its currency (cents, pence, fen). Range: that of `i64`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

impl Money {
    /// No money.
    pub const ZERO: Money = Money(0);

    /// Adds, refusing what no longer fits.
    pub fn plus(self, other: Money) -> Result<Money, Refusal> {
        self.0.checked_add(other.0).map(Money).ok_or_else(|| Refusal::overflow("money"))
    }

    /// Takes away, refusing what no longer fits. The result may be negative.
    pub fn minus(self, other: Money) -> Result<Money, Refusal> {
        self.0.checked_sub(other.0).map(Money).ok_or_else(|| Refusal::overflow("money"))
    }
}

/// An ISO 4217 currency code: three capital letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CurrencyCode([u8; 3]);

impl CurrencyCode {
    /// Reads three capital ASCII letters; anything else is `None`.
    pub fn parse(text: &str) -> Option<CurrencyCode> {
        let letters: [u8; 3] = text.as_bytes().try_into().ok()?;
        letters.iter().all(u8::is_ascii_uppercase).then_some(CurrencyCode(letters))
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl std::fmt::Display for CurrencyCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for CurrencyCode {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for CurrencyCode {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        CurrencyCode::parse(&text)
            .ok_or_else(|| serde::de::Error::custom("a currency code is three capital letters, such as EUR"))
    }
}

/// How a fraction of a smallest unit is settled. Amounts rounded here are never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// Down to the next whole unit.
    #[default]
    Floor,
    /// To the nearest, halves up.
    HalfUp,
    /// To the nearest, halves to the even one.
    HalfEven,
    /// Up to the next whole unit.
    Ceil,
}

impl Rounding {
    /// Divides and rounds. `numerator` is not negative and `denominator` at least 1.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] where the result does not fit `i64`.
    pub fn divide(self, numerator: i128, denominator: i128) -> Result<i64, Refusal> {
        let (quotient, remainder) = whole_and_rest(numerator, denominator);
        let twice = remainder.checked_mul(2).ok_or_else(|| Refusal::overflow("points"))?;
        let up = match self {
            Rounding::Floor => false,
            Rounding::Ceil => remainder > 0,
            Rounding::HalfUp => twice >= denominator,
            Rounding::HalfEven => twice > denominator || (twice == denominator && quotient % 2 == 1),
        };
        let whole = if up { quotient.checked_add(1) } else { Some(quotient) };
        whole.and_then(|w| i64::try_from(w).ok()).ok_or_else(|| Refusal::overflow("points"))
    }
}

/// Quotient and remainder; in 64 bits where both fit, since a division of 128 costs ten times as much.
fn whole_and_rest(numerator: i128, denominator: i128) -> (i128, i128) {
    match (u64::try_from(numerator), u64::try_from(denominator)) {
        (Ok(numerator), Ok(denominator)) => {
            (i128::from(numerator / denominator), i128::from(numerator % denominator))
        }
        _ => (numerator.div_euclid(denominator), numerator.rem_euclid(denominator)),
    }
}

/// Splits `total` over `weights` by largest remainder (Hamilton's method), ties to the earlier weight.
///
/// The shares add up to `total`; all of it goes to the first when every weight is zero. Weights and total are not
/// negative.
pub fn split_by_largest_remainder(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
    if weights.is_empty() {
        return Vec::new();
    }
    if sum == 0 {
        let mut shares = vec![0; weights.len()];
        shares[0] = total;
        return shares;
    }
    let exact = |weight: i64| i128::from(total) * i128::from(weight);
    let mut shares: Vec<i64> = weights
        .iter()
        .map(|w| i64::try_from(exact(*w) / sum).expect("a share is at most the total, which fits"))
        .collect();
    let mut left = total - shares.iter().sum::<i64>();
    let mut by_remainder: Vec<usize> = (0..weights.len()).collect();
    by_remainder.sort_by_key(|&i| (std::cmp::Reverse(exact(weights[i]) % sum), i));
    for i in by_remainder {
        if left == 0 {
            break;
        }
        shares[i] += 1;
        left -= 1;
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn s05_what_is_left_goes_to_the_largest_remainder_and_not_to_the_largest_share() {
        // 16/9 and 20/9 leave 7 and 2.
        assert_eq!(split_by_largest_remainder(4, &[4, 5]), [2, 2]);
        assert_eq!(split_by_largest_remainder(4, &[5, 4]), [2, 2]);
        assert_eq!(split_by_largest_remainder(3, &[1, 1]), [2, 1]);
        assert_eq!(split_by_largest_remainder(3, &[0, 0]), [3, 0]);
        assert_eq!(split_by_largest_remainder(3, &[]), [0i64; 0]);
    }
}
