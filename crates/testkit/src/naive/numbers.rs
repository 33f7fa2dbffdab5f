//! Exact fractions, rounding and fair shares, by the book and over `i128`.
//!
//! It checks no overflow beyond what debug builds do: drawn figures are small.

use crate::spec::Rounding;

/// A fraction that is not negative, in lowest terms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fraction {
    numerator: i128,
    denominator: i128,
}

impl Fraction {
    pub(super) const ZERO: Fraction = Fraction { numerator: 0, denominator: 1 };

    pub(super) fn new(numerator: i128, denominator: i128) -> Fraction {
        assert!(numerator >= 0 && denominator > 0, "the model knows only fractions from 0 up");
        let divisor = greatest_common_divisor(numerator, denominator);
        Fraction { numerator: numerator / divisor, denominator: denominator / divisor }
    }

    pub(super) fn plus(self, other: Fraction) -> Fraction {
        Fraction::new(
            self.numerator * other.denominator + other.numerator * self.denominator,
            self.denominator * other.denominator,
        )
    }

    pub(super) fn times(self, other: Fraction) -> Fraction {
        Fraction::new(self.numerator * other.numerator, self.denominator * other.denominator)
    }

    pub(super) fn round(self, how: Rounding) -> i64 {
        let whole = self.numerator / self.denominator;
        let twice_rest = 2 * (self.numerator % self.denominator);
        let up = match how {
            Rounding::Floor => false,
            Rounding::Ceil => twice_rest > 0,
            Rounding::HalfUp => twice_rest >= self.denominator,
            Rounding::HalfEven => {
                twice_rest > self.denominator || (twice_rest == self.denominator && whole % 2 != 0)
            }
        };
        small(whole + i128::from(up))
    }
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 { a.max(1) } else { greatest_common_divisor(b, a % b) }
}

/// Back to 64 bits, which drawn figures never leave.
fn small(value: i128) -> i64 {
    i64::try_from(value).expect("figures of a model's test are small")
}

/// `floor(a * b / c)` of figures that are not negative.
pub(super) fn floor_of(a: i64, b: i64, c: i64) -> i64 {
    Fraction::new(i128::from(a) * i128::from(b), i128::from(c)).round(Rounding::Floor)
}

/// Splits a total by weights: the whole part of each share, then one more unit for the largest remainders, the earlier
/// of equals first. Without any weight the first takes all.
pub(super) fn shares(total: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i64 = weights.iter().sum();
    let mut shares: Vec<i64> =
        weights.iter().map(|w| if sum == 0 { 0 } else { floor_of(total, *w, sum) }).collect();
    if sum == 0 {
        if let Some(first) = shares.first_mut() {
            *first = total;
        }
        return shares;
    }
    let rest_of = |i: usize| i128::from(total) * i128::from(weights[i]) % i128::from(sum);
    let mut favoured: Vec<usize> = Vec::new();
    for _ in 0..total - shares.iter().sum::<i64>() {
        let mut best: Option<usize> = None;
        for i in (0..weights.len()).filter(|i| !favoured.contains(i)) {
            if best.is_none_or(|b| rest_of(i) > rest_of(b)) {
                best = Some(i);
            }
        }
        let best = best.expect("fewer units are left than there are weights");
        shares[best] += 1;
        favoured.push(best);
    }
    shares
}

/// `ceil(a * b / c)` of figures that are not negative.
pub(super) fn ceiling_of(a: i64, b: i64, c: i64) -> i64 {
    Fraction::new(i128::from(a) * i128::from(b), i128::from(c)).round(Rounding::Ceil)
}
