//! How many points may pay for an order (case 16).

use tallybook_core::calendar::Instant;

use super::Model;
use super::numbers::{ceiling_of, floor_of};
use super::spend::most_for_order;

/// What a member would like to pay with points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NaiveWish {
    /// As much as may be.
    All,
    /// So many points, smallest units.
    Points(i64),
    /// So much money, minor units.
    Amount(i64),
}

/// The points that may pay for an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NaiveQuote {
    /// Smallest units.
    pub points: i64,
    /// Minor units.
    pub worth: i64,
    /// `balance`, `order_share`, `wish`, or `minimum` where what the others leave is below it.
    pub limited_by: &'static str,
}

impl Model {
    /// The points that a member may pay with for an order of a total, in minor units, at a time. `None` for a member or
    /// a currency that is not known, or one without cash value.
    pub fn quote(
        &self,
        member: &str,
        currency: &str,
        order_total: i64,
        wish: NaiveWish,
        at: Instant,
    ) -> Option<NaiveQuote> {
        let terms = self.in_force(at).spec.currency(currency)?.cash?;
        let member = self.settled(member, at)?;
        let wished = match wish {
            NaiveWish::All => i64::MAX,
            NaiveWish::Points(points) => points,
            NaiveWish::Amount(money) => ceiling_of(money, terms.points, terms.per),
        };
        let bounds = [
            (member.balance_now(currency).available, "balance"),
            (most_for_order(terms, order_total), "order_share"),
            (wished, "wish"),
        ];
        let (most, limited_by) = bounds.into_iter().min_by_key(|(points, _)| *points)?;
        let points = most - most % terms.step;
        if most > 0 && points < terms.min_points {
            return Some(NaiveQuote { points: 0, worth: 0, limited_by: "minimum" });
        }
        Some(NaiveQuote { points, worth: floor_of(points, terms.per, terms.points), limited_by })
    }
}
