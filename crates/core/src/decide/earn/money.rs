//! What lines are worth: the money that counts, and fair shares of points.

use crate::decide::order::{LineSeen, OrderSeen};
use crate::money::split_by_largest_remainder;
use crate::points::Points;
use crate::programme::plan::{MoneyBase, Rule};

use super::Scratch;
use super::conditions::line_matches;

/// All lines' money under a base, minor units.
pub fn order_money(order: &OrderSeen, base: MoneyBase, scratch: &mut Scratch) -> i128 {
    scratch.money_count = 0;
    let index = money_index(order, base, scratch);
    scratch.money[index].1.iter().map(|m| i128::from(*m)).sum()
}

/// What a rule granted per line of the order, by largest remainder over the money of the lines that count for it
/// (case 5). Where those are worth nothing, they share alike.
pub fn line_shares(order: &OrderSeen, rule: &Rule, granted: Points) -> Vec<Points> {
    let mut scratch = Scratch::default();
    let index = money_index(order, rule.money, &mut scratch);
    let counts = |line: &LineSeen| line_matches(&rule.lines, line);
    let of_matching = order.lines.iter().zip(&scratch.money[index].1);
    let mut weights: Vec<i64> =
        of_matching.map(|(line, money)| if counts(line) { *money } else { 0 }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights = order.lines.iter().map(|line| i64::from(counts(line))).collect();
    }
    split_by_largest_remainder(granted.0, &weights).into_iter().map(Points).collect()
}

/// Finds or makes the list of the lines' money under a base, for the order at hand.
pub(super) fn money_index(order: &OrderSeen, base: MoneyBase, scratch: &mut Scratch) -> usize {
    let known = scratch.money[..scratch.money_count].iter().position(|(b, _)| *b == base);
    if let Some(index) = known {
        return index;
    }
    let index = scratch.money_count;
    scratch.money_count += 1;
    if scratch.money.len() == index {
        scratch.money.push((base, Vec::new()));
    }
    let (kept_base, money) = &mut scratch.money[index];
    *kept_base = base;
    money.clear();
    money.extend(order.lines.iter().map(|line| {
        let discount = if base.before_discount { line.discount.0 } else { 0 };
        let tax = if base.with_tax { line.tax.0 } else { 0 };
        line.amount.0 + discount + tax
    }));
    let shipping = if base.with_shipping { order.shipping.0 } else { 0 };
    let by_points = if base.with_points_paid { 0 } else { order.paid_with_points.0 };
    let by_stored_value = if base.with_stored_value_paid { 0 } else { order.paid_with_stored_value.0 };
    if shipping != 0 || by_points != 0 || by_stored_value != 0 {
        let weights = money.clone();
        for (total, sign) in [(shipping, 1), (by_points, -1), (by_stored_value, -1)] {
            for (line, share) in money.iter_mut().zip(split_by_largest_remainder(total, &weights)) {
                *line += sign * share;
            }
        }
        for line in money.iter_mut() {
            *line = (*line).max(0);
        }
    }
    index
}
