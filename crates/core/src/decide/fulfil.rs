//! Lots that wait for their order to be fulfilled (case 10).
//!
//! They are active from the fulfilment on, and their clock starts there or with the order, as the recorded version says.
//! Fulfilment that comes late takes effect now; one that finds nothing waiting changes nothing.

use smallvec::SmallVec;

use crate::apply;
use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::lifetime;
use crate::decide::precedent::{OrderRecord, Precedent};
use crate::event::{Decision, PointsActivated, Term};
use crate::fact::Fulfilment;
use crate::refusal::Refusal;
use crate::state::{Lot, MemberState};

/// Activates the lots that waited for an order.
///
/// # Errors
/// [`Refusal::UnknownOrder`]; [`Refusal::FulfilmentTooLate`] where lots were cancelled and none is left.
pub fn fulfil(
    draft: &mut Draft<'_>,
    fulfilment: &Fulfilment<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let order = || fulfilment.order.clone().into_owned();
    let Precedent::Order(file) = precedent else {
        return Err(Refusal::UnknownOrder { order: order() });
    };
    let mut record = file.record.clone();
    record.follow_batch(draft.events());
    let waiting: SmallVec<[Lot; 2]> = draft
        .state()
        .lots
        .iter()
        .filter(|lot| lot.waits() && record.lots.contains(&lot.number))
        .copied()
        .collect();
    if waiting.is_empty() && record.cancelled {
        return Err(Refusal::FulfilmentTooLate { order: order() });
    }
    // An order that nothing waits for leaves no decision that would carry the fact's time.
    apply::touch(draft.state_mut(), effective_at);
    let now = draft.now(effective_at);
    for lot in waiting {
        let term = term(draft, &record, &lot, now);
        let activated = PointsActivated {
            lot: lot.number,
            currency: lot.currency,
            points: lot.remaining,
            term: Some(term),
        };
        draft.record(now, Decision::PointsActivated(activated));
        draft.pay_arrears(lot.number, now);
    }
    // A clock that started with the order may have run out by now.
    draft.settle(now);
    Ok(())
}

/// When a lot of the order ends that is active from now on.
fn term(draft: &Draft<'_>, record: &OrderRecord, lot: &Lot, now: Instant) -> Term {
    let given =
        record.lots.iter().position(|number| *number == lot.number).and_then(|at| record.earned.lots.get(at));
    let plan = draft.programmes.version(record.earned.version).map(|version| &version.plan);
    let (Some(given), Some(plan)) = (given, plan) else { return Term::default() };
    let own = given.policy.and_then(|policy| plan.expiries.get(usize::from(policy.0)));
    let usual = plan.currency(lot.currency).map(|currency| &currency.expiry);
    let state: &MemberState = draft.state();
    own.or(usual).map_or_else(Term::default, |expiry| {
        lifetime::term(plan.zone, state, lot.currency, expiry, lot.earned_at, now)
    })
}
