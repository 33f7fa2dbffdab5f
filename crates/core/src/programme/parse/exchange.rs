//! How points change hands: transfers between members and purchases.

use std::ops::Range;

use super::currency::{cap_number, check_period, period_name};
use super::findings::Notes;
use super::scalar::decimal;
use crate::points::Points;
use crate::programme::plan::{Allowance, Beyond, Cap, TransferPolicy, Usage};
use crate::programme::registry::Registry;
use crate::programme::schema::{At, CurrencyTable, LimitTable, PurchaseTable, Text, TransferTable};

/// A hundred per cent in basis points.
const WHOLE_BASIS_POINTS: i64 = 10_000;

/// How points of a currency may be sent.
pub(super) fn transfer(
    currency: &CurrencyTable,
    at: &At<TransferTable>,
    scale: u8,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> TransferPolicy {
    check_spendable(currency, &at.span, "sent", "transfer", notes);
    let table = &at.value;
    let fee = table.fee_points.as_ref().and_then(|text| decimal(notes, text, "fee_points", scale, 0));
    let asked =
        Asked { min: table.min_points.as_ref(), max: table.max_points.as_ref(), limit: table.limit.as_ref() };
    TransferPolicy {
        allowance: allowance(&format!("currency {}/sent", currency.id.value), &asked, scale, numbers, notes),
        expiry: table.expiry,
        fee_points: Points(fee.unwrap_or(0)),
        fee_basis_points: table.fee_percent.as_ref().and_then(|text| basis_points(text, notes)).unwrap_or(0),
    }
}

/// How points of a currency may be bought.
pub(super) fn purchase(
    currency: &CurrencyTable,
    at: &At<PurchaseTable>,
    scale: u8,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Allowance {
    check_spendable(currency, &at.span, "bought", "purchase", notes);
    let table = &at.value;
    let asked =
        Asked { min: table.min_points.as_ref(), max: table.max_points.as_ref(), limit: table.limit.as_ref() };
    allowance(&format!("currency {}/bought", currency.id.value), &asked, scale, numbers, notes)
}

fn check_spendable(currency: &CurrencyTable, span: &Range<usize>, done: &str, key: &str, notes: &mut Notes) {
    if currency.usage == Usage::Qualifying {
        let message = format!("`{}` cannot be {done}: its points count for tiers only", currency.id.value);
        notes.add(span, message, format!("Leave {key} out, or let use be \"both\""));
    }
}

/// What is said about how many points may change hands.
struct Asked<'t> {
    min: Option<&'t Text>,
    max: Option<&'t Text>,
    limit: Option<&'t At<LimitTable>>,
}

/// How many points may change hands. The counter of its limit is `name` and the period.
fn allowance(name: &str, asked: &Asked, scale: u8, numbers: &mut Registry, notes: &mut Notes) -> Allowance {
    let min = asked.min.and_then(|text| decimal(notes, text, "min_points", scale, 1)).unwrap_or(1);
    let max = asked.max.and_then(|text| decimal(notes, text, "max_points", scale, 1));
    if let (Some(max), Some(text)) = (max, asked.max)
        && max < min
    {
        let message = format!("max_points {} is below min_points: no number of points will do", text.value);
        notes.add(&text.span, message, "Exchange them, or leave one out");
    }
    let limit = asked.limit.map(|at| {
        let LimitTable { points, per } = &at.value;
        check_period(per, "what changes hands", notes);
        let most = decimal(notes, points, "points", scale, 1);
        if most.is_some_and(|most| most < min) {
            let message =
                format!("the limit {} is below min_points: no number of points will do", points.value);
            notes.add(&points.span, message, "Use a larger limit or smaller min_points");
        }
        let number = cap_number(&format!("{name} {}", period_name(per.value)), &at.span, numbers, notes);
        Cap { number, limit: Points(most.unwrap_or(1)), per: per.value, beyond: Beyond::Skip }
    });
    Allowance { min_points: Points(min), max_points: max.map(Points), limit }
}

/// Per cent with at most two decimal places, in hundredths.
fn basis_points(text: &Text, notes: &mut Notes) -> Option<u32> {
    let parts = decimal(notes, text, "fee_percent", 2, 0)?;
    if parts > WHOLE_BASIS_POINTS {
        notes.add(&text.span, format!("`fee_percent` cannot be {}", text.value), "Use at most 100");
        return None;
    }
    u32::try_from(parts).ok()
}
