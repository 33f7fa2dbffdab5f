//! Adjustments by hand (case 40), and debts let go (case 21).

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::{draw, lifetime, redeem};
use crate::event::{CapEntry, CreditSource, Credited, Debited, Decision, WrittenOff};
use crate::fact::{Adjustment, Shortfall, WriteOff};
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
        credit(draft, currency, adjustment.points, CreditSource::Adjustment, SmallVec::new(), effective_at)
    } else {
        debit(draft, currency, Points(-adjustment.points.0), adjustment.shortfall, effective_at)
    }
}

/// Gives a lot that can be spent at once and ends as its currency says.
pub(super) fn credit(
    draft: &mut Draft<'_>,
    currency: &PointCurrency,
    points: Points,
    source: CreditSource,
    caps: SmallVec<[CapEntry; 0]>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    draft.room_for(currency.number, points)?;
    let zone = draft.programmes.in_force(effective_at)?.plan.zone;
    let at_once = Activation::Immediate;
    let life = lifetime::begin(zone, draft.state(), currency.number, at_once, &currency.expiry, effective_at);
    let lot = draft.new_lot(0, currency.number, points, life, None)?;
    draft.join(effective_at);
    let settled_to = draft.state().settled_to;
    draft.record(effective_at, Decision::Credited(Credited { lot, source, caps }));
    draft.settle(settled_to);
    draft.pay_arrears(lot.number, effective_at);
    Ok(())
}

/// Lets go of a debt, whole or in part.
///
/// # Errors
/// [`Refusal::UnknownPointCurrency`], [`Refusal::NothingOwed`], [`Refusal::OverWrittenOff`].
pub fn write_off(
    draft: &mut Draft<'_>,
    write_off: &WriteOff<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &write_off.currency)?;
    let owed = draft.state().balance(currency.number).arrears;
    if owed == Points::ZERO {
        return Err(Refusal::NothingOwed { currency: currency.id.to_string() });
    }
    let points = write_off.points.unwrap_or(owed);
    if points > owed {
        return Err(Refusal::OverWrittenOff { asked: points, owed });
    }
    let written_off = WrittenOff { currency: currency.number, points };
    draft.record(draft.now(effective_at), Decision::WrittenOff(written_off));
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
