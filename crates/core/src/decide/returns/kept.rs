//! What is kept of an order when parts of it have gone back.

use crate::decide::order::{LineSeen, OrderSeen};
use crate::decide::precedent::{LineReturned, OrderRecord, RedemptionFile, share};
use crate::decide::redeem;
use crate::fact::ReturnedPart;
use crate::money::Money;
use crate::points::Points;
use crate::refusal::Refusal;

/// How many points a return gives back to the redemption that paid its order (case 25): the caller's figure, or the share
/// of what has come back in the order's worth with tax and shipping, rounded down, less what went back before.
///
/// All of it is back once nothing of the order is kept.
///
/// # Errors
/// [`Refusal::OverReversed`] where the caller asks for more than is left of the redemption.
pub fn points_back(
    order: &OrderSeen,
    record: &OrderRecord,
    parts: &[(usize, ReturnedPart)],
    redemption: &RedemptionFile,
    asked: Option<Points>,
) -> Result<Points, Refusal> {
    if let Some(asked) = asked {
        redeem::check_give_back(redemption, asked)?;
        return Ok(asked);
    }
    let mut after = record.clone();
    after.follow_return(&order.lines, parts);
    let kept = kept_order(order, &after.returned);
    let points = redemption.redeemed.points;
    let target = if kept.lines.is_empty() {
        points
    } else {
        let (whole, left) = (worth(order), worth(&kept));
        let back = (i128::from(points.0) * (whole - left)).checked_div(whole).unwrap_or(0);
        Points(i64::try_from(back).map_err(|_| Refusal::Overflow { what: "points" })?)
    };
    Ok(target.minus(redemption.reversed)?.max(Points::ZERO))
}

/// An order's lines with tax, and its shipping, in minor units.
fn worth(order: &OrderSeen) -> i128 {
    let lines = order.lines.iter().map(|line| i128::from(line.amount.0) + i128::from(line.tax.0));
    lines.sum::<i128>() + i128::from(order.shipping.0)
}

/// The order as if only what is kept had been bought. Shipping is kept while anything is.
pub(super) fn kept_order(order: &OrderSeen, returned: &[LineReturned]) -> OrderSeen {
    let lines: Vec<LineSeen> = order
        .lines
        .iter()
        .zip(returned)
        .filter(|(line, returned)| !returned.is_gone(line.quantity, line.amount))
        .map(|(line, returned)| kept_line(line, returned))
        .collect();
    let kept = OrderSeen { lines, ..*order };
    let most = i64::try_from(worth(&kept)).unwrap_or(i64::MAX);
    OrderSeen {
        paid_with_points: Money(order.paid_with_points.0.min(most)),
        paid_with_stored_value: Money(order.paid_with_stored_value.0.min(most)),
        ..kept
    }
}

fn kept_line(line: &LineSeen, returned: &LineReturned) -> LineSeen {
    let quantity = line.quantity - returned.quantity;
    let amount = returned.kept_amount(line.quantity, line.amount);
    let scaled = |whole: Money| {
        Money(match (line.amount.0, line.quantity) {
            (0, 0) => whole.0,
            (0, pieces) => share(whole.0, quantity, pieces),
            (full, _) => share(whole.0, amount.0, full),
        })
    };
    LineSeen { quantity, amount, discount: scaled(line.discount), tax: scaled(line.tax), ..*line }
}
