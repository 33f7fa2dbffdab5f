//! What each member has bought, as of a day: the summaries that scores rest on.
//!
//! Invariants: a fact dated after the as-of day changes nothing, and neither does the order in which facts are fed,
//! so late facts need no care. A return is dated by its own day, never by that of its order.
//!
//! It does not match returns to orders. An order returned whole still counts as an order placed and its day as a
//! purchase day, since the member did come and buy; only the money goes back. It does not convert currencies either:
//! one log holds amounts of one currency.

use std::ops::Range;
use std::panic::resume_unwind;

use serde::Serialize;
use thiserror::Error;

/// Orders from which on more than one core sums them up.
const SHARED_FROM: usize = 1 << 16;

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

/// One order or return.
#[derive(Clone, Copy, Debug)]
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
        Self::with_capacity(as_of, 0)
    }

    /// The same with room for so many orders, where it is known how many will come.
    pub fn with_capacity(as_of: Day, orders: usize) -> Self {
        Self { as_of, orders: Vec::with_capacity(orders), returns: Vec::new() }
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
    /// Returns of a member without orders have nothing to be taken from and are left out with the member. Where there is
    /// much to sum up, all cores do it, each for a range of members.
    ///
    /// # Errors
    /// [`PurchaseError::UnknownMember`] and [`PurchaseError::MonetaryOutOfRange`]; the first by rising [`MemberIndex`].
    pub fn summarise<'a, I: AsRef<str> + Sync>(
        &self,
        ids: &'a [I],
    ) -> Result<Vec<Purchases<'a>>, PurchaseError> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share =
            if self.orders.len() < SHARED_FROM { ids.len() } else { ids.len().div_ceil(cores) }.max(1);
        let ranges: Vec<Range<usize>> =
            (0..ids.len()).step_by(share).map(|first| first..ids.len().min(first + share)).collect();
        let summed: Vec<Result<Vec<Purchases<'a>>, PurchaseError>> = std::thread::scope(|scope| {
            let (first, others) =
                ranges.split_first().map_or((0..0, &[][..]), |(first, others)| (first.clone(), others));
            let others: Vec<_> =
                others.iter().map(|range| scope.spawn(|| self.summarise_range(ids, range.clone()))).collect();
            let own = self.summarise_range(ids, first);
            let joined =
                others.into_iter().map(|other| other.join().unwrap_or_else(|panic| resume_unwind(panic)));
            std::iter::once(own).chain(joined).collect()
        });
        let summaries = summed.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        // Unknown members come after all others.
        match self
            .orders
            .iter()
            .map(|entry| entry.member)
            .filter(|member| member.0 as usize >= ids.len())
            .min()
        {
            Some(member) => Err(PurchaseError::UnknownMember { member, ids_count: ids.len() }),
            None => Ok(summaries),
        }
    }

    /// Sums up the members of a range.
    fn summarise_range<'a, I: AsRef<str>>(
        &self,
        ids: &'a [I],
        range: Range<usize>,
    ) -> Result<Vec<Purchases<'a>>, PurchaseError> {
        let mut orders = ByMember::of(&self.orders, &range);
        let mut returns = ByMember::of(&self.returns, &range);
        let mut summaries = Vec::new();
        for (at, member) in range.enumerate() {
            let (own, returned) = (orders.of_member(at), returns.of_member(at));
            if !own.is_empty() {
                own.sort_unstable_by_key(|purchase| purchase.0);
                // An index fits: entries hold it as `u32`.
                summaries.push(summarise_member(
                    MemberIndex(member as u32),
                    ids[member].as_ref(),
                    own,
                    returned,
                )?);
            }
        }
        Ok(summaries)
    }
}

/// Entries of a range of members, those of each member together.
struct ByMember {
    /// Where each member's entries end.
    ends: Vec<usize>,
    purchases: Vec<(Day, MinorUnits)>,
}

impl ByMember {
    /// Sorts by counting: members are dense numbers, so that every entry's place follows from how many come before it.
    fn of(entries: &[Entry], range: &Range<usize>) -> ByMember {
        let of_range = || {
            entries.iter().filter_map(|entry| {
                let at = (entry.member.0 as usize).checked_sub(range.start)?;
                (at < range.len()).then_some((at, entry))
            })
        };
        let mut ends = vec![0; range.len() + 1];
        of_range().for_each(|(at, _)| ends[at + 1] += 1);
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        let mut purchases = vec![(Day(0), MinorUnits(0)); sum];
        // Every start moves to its end.
        for (at, entry) in of_range() {
            purchases[ends[at]] = (entry.day, entry.amount_minor);
            ends[at] += 1;
        }
        ByMember { ends, purchases }
    }

    /// The entries of a member by place in the range, in any order.
    fn of_member(&mut self, at: usize) -> &mut [(Day, MinorUnits)] {
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &mut self.purchases[start..self.ends[at]]
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

/// Sums up one member. `orders` is not empty and sorted by day.
fn summarise_member<'a>(
    index: MemberIndex,
    id: &'a str,
    orders: &[(Day, MinorUnits)],
    returns: &[(Day, MinorUnits)],
) -> Result<Purchases<'a>, PurchaseError> {
    let purchase_days = orders.chunk_by(|left, right| left.0 == right.0).count();
    // Wide sums, so that a passing excess that returns make good is no error, whatever the order of entries.
    let net = sum(orders) - sum(returns);
    let net = i64::try_from(net).map_err(|_| PurchaseError::MonetaryOutOfRange { member: index })?;
    Ok(Purchases {
        member: id,
        first_day: orders[0].0,
        last_day: orders[orders.len() - 1].0,
        // Both fit: a log holds no more orders.
        orders: orders.len() as u32,
        purchase_days: purchase_days as u32,
        monetary_minor: MinorUnits(net),
    })
}

fn sum(purchases: &[(Day, MinorUnits)]) -> i128 {
    purchases.iter().map(|(_, amount)| i128::from(amount.0)).sum()
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
    fn as_many_orders_as_all_cores_share_are_summed_up_like_few() {
        let ids: Vec<String> = (0..1_001).map(|member| format!("m{member:04}")).collect();
        let mut log = PurchaseLog::new(AS_OF);
        let mut expected = std::collections::BTreeMap::new();
        let mut chance = 7_u64;
        for _ in 0..SHARED_FROM + 1_000 {
            chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let (member, day, amount) = ((chance >> 40) % 1_000, (chance >> 20) % 120, chance % 5_000);
            let (day, amount) = (Day(day as i32), amount as i64);
            log.place_order(MemberIndex(member as u32), day, MinorUnits(amount)).unwrap();
            if day <= AS_OF {
                let (days, orders, sum) =
                    expected.entry(member).or_insert_with(|| (std::collections::BTreeSet::new(), 0, 0));
                days.insert(day);
                *orders += 1;
                *sum += amount;
            }
        }
        let summaries = log.summarise(&ids).unwrap();
        assert_eq!(summaries.len(), expected.len());
        for (summary, (member, (days, orders, sum))) in summaries.iter().zip(&expected) {
            assert_eq!(summary.member, ids[*member as usize]);
            assert_eq!((summary.orders, summary.monetary_minor.0), (*orders, *sum));
            assert_eq!(summary.purchase_days as usize, days.len());
            assert_eq!((Some(&summary.first_day), Some(&summary.last_day)), (days.first(), days.last()));
        }
        log.place_order(MemberIndex(2_000), Day(1), MinorUnits(1)).unwrap();
        let unknown = PurchaseError::UnknownMember { member: MemberIndex(2_000), ids_count: 1_001 };
        assert_eq!(log.summarise(&ids), Err(unknown));
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
