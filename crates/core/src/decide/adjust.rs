//! Adjustments by hand (case 40).

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::{draw, order, redeem};
use crate::event::{Debited, Decision, NewLot};
use crate::fact::{Adjustment, Shortfall};
use crate::points::Points;
use crate::programme::plan::{Activation, PointCurrency};
use crate::refusal::Refusal;

/// Credits a lot or debits points.
///
/// A credit can be spent at once and expires as the currency says. A debit draws like a redemption; what is not there is
/// left or becomes a debt, as the adjustment says.
pub fn adjust(
    draft: &mut Draft<'_>,
    adjustment: &Adjustment<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &adjustment.currency)?;
    if adjustment.points.is_positive() {
        credit(draft, currency, adjustment.points, effective_at)
    } else {
        debit(draft, currency, Points(-adjustment.points.0), adjustment.shortfall, effective_at)
    }
}

fn credit(
    draft: &mut Draft<'_>,
    currency: &PointCurrency,
    points: Points,
    effective_at: Instant,
) -> Result<(), Refusal> {
    draft.room_for(currency.number, points)?;
    let zone = draft.programmes.in_force(effective_at)?.plan.zone;
    let (activates_at, expires_at) =
        order::lifetime(zone, Activation::Immediate, currency.expiry, effective_at);
    let number = draft.next_lot(0)?;
    draft.join(effective_at);
    let settled_to = draft.state().settled_to;
    let lot = NewLot { number, currency: currency.number, points, activates_at, expires_at };
    draft.record(effective_at, Decision::Credited(lot));
    draft.settle(settled_to);
    draft.pay_arrears(number, effective_at);
    Ok(())
}

fn debit(
    draft: &mut Draft<'_>,
    currency: &PointCurrency,
    points: Points,
    shortfall: Shortfall,
    effective_at: Instant,
) -> Result<(), Refusal> {
    draft.room_for(currency.number, points)?;
    let draws = draw::available(draft.state(), currency.number, currency.spend_order, points, |_| true);
    let drawn = draw::total(&draws);
    let arrears = match shortfall {
        Shortfall::Arrears => points.minus(drawn)?,
        Shortfall::FloorAtZero if drawn == Points::ZERO => {
            return Err(Refusal::InsufficientPoints { asked: points, available: Points::ZERO });
        }
        Shortfall::FloorAtZero => Points::ZERO,
    };
    draft.join(effective_at);
    let debited = Debited { currency: currency.number, points: drawn.plus(arrears)?, draws, arrears };
    draft.record(draft.now(effective_at), Decision::Debited(debited));
    Ok(())
}
