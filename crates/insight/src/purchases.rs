//! What each member has bought, as of a day: the summaries that scores rest on.
//!
//! Invariants: a fact dated after the as-of day changes nothing, and neither does the order in which facts are fed,
//! so late facts need no care. A return is dated by its own day, never by that of its order.
//!
//! It does not match returns to orders. An order returned whole still counts as an order placed and its day as a
//! purchase day, since the member did come and buy; only the money goes back. It does not convert currencies either:
//! one log holds amounts of one currency.

use serde::Serialize;
use thiserror::Error;

/// A calendar day, as days since 1970-01-01 (which is day 0). Any `i32`.
///
/// In which zone a moment becomes a day is the caller's choice: a programme's days, not UTC days, as a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Day(pub i32);

impl Day {
    /// Returns the whole calendar days from `earlier` to this day; negative when `earlier` is the later one.
    pub fn days_since(self, earlier: Day) -> i64 {
        i64::from(self.0) - i64::from(earlier.0)
    }
}

/// An amount of money in the smallest unit of its currency (1.25 CNY is 125). Any `i64`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MinorUnits(pub i64);

/// A member's place in the caller's list of member ids, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct MemberIndex(pub u32);

/// What one member has bought up to a day. A member who has bought nothing has no summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Purchases<'a> {
    /// The member's id. Ids decide between members whose figures are equal, see [`rfm`](crate::rfm).
    pub member: &'a str,
    /// Day of the first order.
    pub first_day: Day,
    /// Day of the last order, not before `first_day`.
    pub last_day: Day,
    /// Orders placed, at least 1, those returned later included.
    pub orders: u32,
    /// Different days with an order, from 1 to `orders`.
    pub purchase_days: u32,
    /// What the orders came to, less returns. Negative when more was returned than the orders at hand came to.
    pub monetary_minor: MinorUnits,
}

/// Why purchases could not be taken in or summed up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PurchaseError {
    /// An order or a return with an amount below zero. Give a return as a return, with the amount that went back.
    #[error("amount of member {} is {} minor units, expected zero or more", member.0, amount_minor.0)]
    NegativeAmount {
        /// Whose fact it is.
        member: MemberIndex,
        /// The amount given.
        amount_minor: MinorUnits,
    },
    /// The log holds [`PurchaseLog::ORDERS_MAX`] orders already.
    #[error("more than {} orders in one purchase log", PurchaseLog::ORDERS_MAX)]
    TooManyOrders,
    /// A fact of a member that the list of ids does not reach.
    #[error("member {} is not among the {ids_count} ids given", member.0)]
    UnknownMember {
        /// The member of the fact.
        member: MemberIndex,
        /// How many ids were given.
        ids_count: usize,
    },
    /// A member's orders less returns do not fit 64 bits of minor units.
    #[error("orders less returns of member {} do not fit 64 bits of minor units", member.0)]
    MonetaryOutOfRange {
        /// Whose sum it is.
        member: MemberIndex,
    },
}

/// Collects orders and returns, in any order, and sums them up per member as of a day.
///
/// Keeps 16 bytes for each order and each return up to the as-of day.
///
/// ```
/// use tallybook_insight::purchases::{Day, MemberIndex, MinorUnits, PurchaseLog};
///
/// let mei = MemberIndex(0);
/// let mut log = PurchaseLog::new(Day(100));
/// log.place_order(mei, Day(40), MinorUnits(5_000))?;
/// log.place_order(mei, Day(90), MinorUnits(2_000))?;
/// log.return_goods(mei, Day(95), MinorUnits(1_500))?;
/// log.return_goods(mei, Day(101), MinorUnits(500))?; // not yet, as of day 100
///
/// let summaries = log.summarise(&["mei"])?;
/// assert_eq!(summaries[0].orders, 2);
/// assert_eq!(summaries[0].monetary_minor, MinorUnits(5_500));
/// # Ok::<(), tallybook_insight::purchases::PurchaseError>(())
/// ```
#[derive(Clone, Debug)]
pub struct PurchaseLog {
    as_of: Day,
    orders: Vec<Entry>,
    returns: Vec<Entry>,
}

/// One order or return. The field order is the sort order that `summarise` needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    member: MemberIndex,
    day: Day,
    amount_minor: MinorUnits,
}

impl PurchaseLog {
    /// The most orders one log holds, so that every count fits [`Purchases::orders`].
    pub const ORDERS_MAX: usize = u32::MAX as usize;

    /// Starts an empty log that takes in what happened up to and including `as_of`.
    pub fn new(as_of: Day) -> Self {
        Self { as_of, orders: Vec::new(), returns: Vec::new() }
    }

    /// Takes in an order, unless it is dated after the as-of day.
    ///
    /// # Errors
    /// [`PurchaseError::NegativeAmount`] and [`PurchaseError::TooManyOrders`]; the log is then as before.
    pub fn place_order(
        &mut self,
        member: MemberIndex,
        day: Day,
        amount_minor: MinorUnits,
    ) -> Result<(), PurchaseError> {
        let entry = Entry::checked(member, day, amount_minor)?;
        if self.orders.len() >= Self::ORDERS_MAX {
            return Err(PurchaseError::TooManyOrders);
        }
        if day <= self.as_of {
            self.orders.push(entry);
        }
        Ok(())
    }

    /// Takes in a return of goods worth `amount_minor`, zero or more, unless it is dated after the as-of day.
    ///
    /// # Errors
    /// [`PurchaseError::NegativeAmount`]; the log is then as before.
    pub fn return_goods(
        &mut self,
        member: MemberIndex,
        day: Day,
        amount_minor: MinorUnits,
    ) -> Result<(), PurchaseError> {
        let entry = Entry::checked(member, day, amount_minor)?;
        if day <= self.as_of {
            self.returns.push(entry);
        }
        Ok(())
    }

    /// Sums up every member with at least one order, by rising [`MemberIndex`]. `ids[i]` is the id of member `i`.
    ///
    /// Returns of a member without orders have nothing to be taken from and are left out with the member.
    ///
    /// # Errors
    /// [`PurchaseError::UnknownMember`] and [`PurchaseError::MonetaryOutOfRange`].
    pub fn summarise<I: AsRef<str>>(mut self, ids: &[I]) -> Result<Vec<Purchases<'_>>, PurchaseError> {
        self.orders.sort_unstable();
        self.returns.sort_unstable();
        let mut summaries = Vec::new();
        let mut returns = self.returns.as_slice();
        for orders in self.orders.chunk_by(|left, right| left.member == right.member) {
            let member = orders[0].member;
            let earlier_count = returns.partition_point(|entry| entry.member < member);
            let own_count = returns[earlier_count..].partition_point(|entry| entry.member == member);
            let own = &returns[earlier_count..earlier_count + own_count];
            returns = &returns[earlier_count + own_count..];
            summaries.push(summarise_member(id_of(member, ids)?, orders, own)?);
        }
        Ok(summaries)
    }
}

impl Entry {
    fn checked(member: MemberIndex, day: Day, amount_minor: MinorUnits) -> Result<Self, PurchaseError> {
        if amount_minor.0 < 0 {
            return Err(PurchaseError::NegativeAmount { member, amount_minor });
        }
        Ok(Self { member, day, amount_minor })
    }
}

fn id_of<I: AsRef<str>>(member: MemberIndex, ids: &[I]) -> Result<&str, PurchaseError> {
    ids.get(member.0 as usize)
        .map(AsRef::as_ref)
        .ok_or(PurchaseError::UnknownMember { member, ids_count: ids.len() })
}

/// Sums up one member. `orders` is not empty and sorted by day.
fn summarise_member<'a>(
    id: &'a str,
    orders: &[Entry],
    returns: &[Entry],
) -> Result<Purchases<'a>, PurchaseError> {
    let (first, last) = (orders[0], orders[orders.len() - 1]);
    let mut order_count = 0;
    let mut purchase_days = 0;
    for day_orders in orders.chunk_by(|left, right| left.day == right.day) {
        purchase_days += 1;
        for _ in day_orders {
            order_count += 1;
        }
    }
    // Wide sums, so that a passing excess that returns make good is no error, whatever the order of entries.
    let net = sum(orders) - sum(returns);
    let net = i64::try_from(net).map_err(|_| PurchaseError::MonetaryOutOfRange { member: first.member })?;
    Ok(Purchases {
        member: id,
        first_day: first.day,
        last_day: last.day,
        orders: order_count,
        purchase_days,
        monetary_minor: MinorUnits(net),
    })
}

fn sum(entries: &[Entry]) -> i128 {
    entries.iter().map(|entry| i128::from(entry.amount_minor.0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AS_OF: Day = Day(100);

    fn log_of(orders: &[(u32, i32, i64)], returns: &[(u32, i32, i64)]) -> PurchaseLog {
        let mut log = PurchaseLog::new(AS_OF);
        for &(member, day, amount) in orders {
            log.place_order(MemberIndex(member), Day(day), MinorUnits(amount)).unwrap();
        }
        for &(member, day, amount) in returns {
            log.return_goods(MemberIndex(member), Day(day), MinorUnits(amount)).unwrap();
        }
        log
    }

    #[test]
    fn orders_of_one_day_are_several_orders_and_one_purchase_day() {
        let log = log_of(&[(0, 9, 100), (0, 5, 200), (0, 9, 300), (0, 9, 100)], &[]);
        assert_eq!(
            log.summarise(&["a"]).unwrap(),
            [Purchases {
                member: "a",
                first_day: Day(5),
                last_day: Day(9),
                orders: 4,
                purchase_days: 2,
                monetary_minor: MinorUnits(700),
            }]
        );
    }

    #[test]
    fn nothing_after_the_as_of_day_counts_and_the_day_itself_does() {
        let log = log_of(&[(0, 100, 50), (0, 101, 70), (1, 101, 70)], &[(0, 100, 20), (0, 101, 30)]);
        let summaries = log.summarise(&["a", "b"]).unwrap();
        assert_eq!(summaries.len(), 1);
        assert_eq!(summaries[0].orders, 1);
        assert_eq!(summaries[0].monetary_minor, MinorUnits(30));
    }

    #[test]
    fn an_order_returned_whole_still_counts_as_placed() {
        let summaries = log_of(&[(0, 10, 50)], &[(0, 12, 50)]).summarise(&["a"]).unwrap();
        assert_eq!((summaries[0].orders, summaries[0].monetary_minor), (1, MinorUnits(0)));
    }

    #[test]
    fn returns_go_to_their_own_member_only() {
        let orders = [(2, 10, 1_000), (0, 10, 1_000)];
        let returns = [(1, 11, 400), (2, 11, 30), (0, 11, 5), (3, 11, 900), (0, 12, 6)];
        let summaries = log_of(&orders, &returns).summarise(&["a", "b", "c", "d"]).unwrap();
        let net: Vec<_> =
            summaries.iter().map(|summary| (summary.member, summary.monetary_minor.0)).collect();
        assert_eq!(net, [("a", 989), ("c", 970)]);
    }

    #[test]
    fn the_order_of_feeding_changes_nothing() {
        let orders = [(1, 10, 7), (0, 30, 9), (1, 5, 2), (0, 30, 1), (0, 2, 4)];
        let mut backwards = orders;
        backwards.reverse();
        let ids = ["a", "b"];
        assert_eq!(
            log_of(&orders, &[(0, 40, 3)]).summarise(&ids).unwrap(),
            log_of(&backwards, &[(0, 40, 3)]).summarise(&ids).unwrap()
        );
    }

    #[test]
    fn a_negative_amount_is_refused() {
        let (member, amount_minor) = (MemberIndex(3), MinorUnits(-1));
        let error = PurchaseError::NegativeAmount { member, amount_minor };
        let mut log = PurchaseLog::new(AS_OF);
        assert_eq!(log.place_order(member, Day(1), amount_minor), Err(error));
        assert_eq!(log.return_goods(member, Day(1), amount_minor), Err(error));
        assert_eq!(error.to_string(), "amount of member 3 is -1 minor units, expected zero or more");
    }

    #[test]
    fn a_member_beyond_the_ids_is_refused() {
        let error = log_of(&[(1, 1, 1)], &[]).summarise(&["a"]).unwrap_err();
        assert_eq!(error, PurchaseError::UnknownMember { member: MemberIndex(1), ids_count: 1 });
    }

    #[test]
    fn a_sum_past_64_bits_is_refused_only_if_returns_do_not_bring_it_back() {
        let orders = [(0, 1, i64::MAX), (0, 2, 10)];
        let error = log_of(&orders, &[(0, 3, 9)]).summarise(&["a"]).unwrap_err();
        assert_eq!(error, PurchaseError::MonetaryOutOfRange { member: MemberIndex(0) });
        let summaries = log_of(&orders, &[(0, 3, 10)]).summarise(&["a"]).unwrap();
        assert_eq!(summaries[0].monetary_minor, MinorUnits(i64::MAX));
    }
}
