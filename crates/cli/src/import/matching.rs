//! Finds the orders of returns that name none, by member and stock-keeping unit.
//!
//! For each returned line of `n` pieces refunded at price `p`:
//! 1. candidates are order lines of the same member and SKU, from orders that come earlier in the file and are not
//!    stamped later, with pieces left; dearer ones never are, so that a return takes back no more than was paid out;
//! 2. those sold at exactly `p` come first, then cheaper ones; within each, the last submitted first;
//! 3. the first candidate with `n` pieces left takes all; if there is none, candidates are used up in that order;
//! 4. what is left over is not guessed: it is rejected with its reason.
//!
//! Invariant: it looks at the file alone, never at the ledger, so that a second run finds the same orders.

use std::collections::HashMap;

use tallybook_core::calendar::Instant;

/// Order lines that returns may take pieces of.
#[derive(Debug, Default)]
pub struct Matcher {
    bought: HashMap<(String, String), Vec<OpenLine>>,
    first_order_at: HashMap<String, Instant>,
}

#[derive(Debug)]
struct OpenLine {
    order: String,
    ordered_at: Instant,
    line: String,
    unit_price: i64,
    quantity_left: i64,
}

/// An order line as it goes to the ledger.
#[derive(Clone, Copy, Debug)]
pub struct Bought<'a> {
    /// The order's name.
    pub order: &'a str,
    /// The line's name.
    pub line: &'a str,
    /// Stock-keeping unit.
    pub sku: &'a str,
    /// Minor units a piece.
    pub unit_price: i64,
    /// Pieces.
    pub quantity: i64,
}

/// Pieces of one order line that a return takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The order's name.
    pub order: String,
    /// The line's name.
    pub line: String,
    /// Pieces, at least 1.
    pub quantity: i64,
    /// What they were sold for, minor units.
    pub amount: i64,
}

/// What could not be matched of a returned line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// Pieces, at least 1.
    pub quantity: i64,
    /// A reject reason.
    pub reason: &'static str,
}

impl Matcher {
    /// Notes an order line of a member.
    pub fn bought(&mut self, member: &str, ordered_at: Instant, bought: Bought<'_>) {
        let first = self.first_order_at.entry(member.to_owned()).or_insert(ordered_at);
        *first = ordered_at.min(*first);
        self.bought.entry((member.to_owned(), bought.sku.to_owned())).or_default().push(OpenLine {
            order: bought.order.to_owned(),
            ordered_at,
            line: bought.line.to_owned(),
            unit_price: bought.unit_price,
            quantity_left: bought.quantity,
        });
    }

    /// Takes the pieces of one returned line from order lines.
    pub fn give_back(
        &mut self,
        member: &str,
        returned_at: Instant,
        sku: &str,
        quantity: i64,
        unit_price: i64,
    ) -> (Vec<Part>, Option<Rest>) {
        let key = (member.to_owned(), sku.to_owned());
        let lines = self.bought.get_mut(&key).map_or(&mut [][..], Vec::as_mut_slice);
        let mut candidates: Vec<usize> = (0..lines.len())
            .filter(|index| lines[*index].is_open(returned_at) && lines[*index].unit_price <= unit_price)
            .collect();
        candidates.sort_by_key(|index| (lines[*index].unit_price != unit_price, std::cmp::Reverse(*index)));
        if let Some(whole) = candidates.iter().copied().find(|index| lines[*index].quantity_left >= quantity)
        {
            candidates = vec![whole];
        }
        let mut left = quantity;
        let mut parts = Vec::new();
        for index in candidates {
            if left == 0 {
                break;
            }
            let line = &mut lines[index];
            let taken = left.min(line.quantity_left);
            line.quantity_left -= taken;
            left -= taken;
            let (order, name) = (line.order.clone(), line.line.clone());
            // The line's whole amount fitted, so a part of it does.
            parts.push(Part { order, line: name, quantity: taken, amount: taken * line.unit_price });
        }
        let rest = (left > 0).then(|| Rest { quantity: left, reason: self.why_left(&key, returned_at) });
        (parts, rest)
    }

    fn why_left(&self, key: &(String, String), returned_at: Instant) -> &'static str {
        let bought_before = |line: &&OpenLine| line.ordered_at <= returned_at;
        let lines = self.bought.get(key).map_or(&[][..], Vec::as_slice);
        if self.first_order_at.get(&key.0).is_none_or(|first| *first > returned_at) {
            "return_no_earlier_order"
        } else if !lines.iter().any(|line| bought_before(&line)) {
            "return_sku_not_bought_before"
        } else if lines.iter().any(|line| line.is_open(returned_at)) {
            "return_only_at_higher_price"
        } else {
            "return_nothing_left"
        }
    }
}

impl OpenLine {
    fn is_open(&self, at: Instant) -> bool {
        self.ordered_at <= at && self.quantity_left > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Orders A, B, C … of `(time, quantity, unit price)` of one SKU, then returns of the same shape.
    fn check(orders: &[(i64, i64, i64)], returns: &[(i64, i64, i64)]) -> Vec<String> {
        let mut matcher = Matcher::default();
        for (order, (at, quantity, unit_price)) in ('A'..).zip(orders) {
            let order = order.to_string();
            let bought =
                Bought { order: &order, line: "1", sku: "s", unit_price: *unit_price, quantity: *quantity };
            matcher.bought("ann", Instant(*at), bought);
        }
        let show = |(at, quantity, price): &(i64, i64, i64)| {
            let (parts, rest) = matcher.give_back("ann", Instant(*at), "s", *quantity, *price);
            let parts =
                parts.iter().map(|part| format!("{} x{} ={}", part.order, part.quantity, part.amount));
            let rest = rest.map(|rest| format!("{} {}", rest.reason, rest.quantity));
            parts.chain(rest).collect::<Vec<_>>().join(", ")
        };
        returns.iter().map(show).collect()
    }

    #[test]
    fn the_newest_order_at_the_refunded_price_comes_first() {
        assert_eq!(check(&[(1, 5, 10), (2, 5, 10), (3, 5, 9)], &[(9, 2, 10)]), ["B x2 =20"]);
    }

    #[test]
    fn cheaper_orders_come_after_and_dearer_ones_never() {
        let orders = [(1, 5, 9), (2, 5, 11), (3, 5, 8)];
        assert_eq!(check(&orders, &[(9, 2, 10)]), ["C x2 =16"]);
        assert_eq!(check(&[(1, 5, 11)], &[(9, 2, 10)]), ["return_only_at_higher_price 2"]);
    }

    #[test]
    fn one_order_with_enough_is_taken_before_two_with_too_little() {
        let orders = [(1, 9, 10), (2, 2, 10), (3, 2, 10)];
        assert_eq!(check(&orders, &[(9, 3, 10)]), ["A x3 =30"]);
        assert_eq!(check(&orders, &[(9, 12, 10)]), ["C x2 =20, B x2 =20, A x8 =80"]);
    }

    #[test]
    fn what_is_left_over_is_named_and_not_guessed() {
        assert_eq!(
            check(&[(1, 2, 10)], &[(9, 3, 10), (9, 1, 10)]),
            ["A x2 =20, return_nothing_left 1", "return_nothing_left 1"]
        );
        assert_eq!(check(&[(5, 2, 10)], &[(4, 1, 10)]), ["return_no_earlier_order 1"]);
        let mut matcher = Matcher::default();
        let bought = Bought { order: "A", line: "1", sku: "s", unit_price: 1, quantity: 1 };
        matcher.bought("ann", Instant(1), bought);
        let (_, rest) = matcher.give_back("ann", Instant(2), "other", 1, 1);
        assert_eq!(rest, Some(Rest { quantity: 1, reason: "return_sku_not_bought_before" }));
    }

    #[test]
    fn a_line_of_no_pieces_is_never_a_candidate() {
        assert_eq!(check(&[(1, 0, 10)], &[(9, 1, 10)]), ["return_nothing_left 1"]);
    }
}
