//! Taking back what a returned order gave (cases 20–24, 26).
//!
//! What is kept is judged again under the recorded version, with the recorded verdict on the member and the moment, and
//! the recorded room of each cap. The clawback is what the order gave less what is kept earns, cumulatively over all of
//! its returns: many partial returns take together exactly what one whole return takes.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw::{self, Draws};
use crate::decide::earn::{self, Earning, Side};
use crate::decide::order::{self, LineSeen, OrderSeen, qualifies};
use crate::decide::precedent::{LineReturned, OrderFile, OrderRecord, share};
use crate::decide::{Workspace, tier};
use crate::event::{CapEntry, ClawedBack, Decision, Draw, Event, Figures, MetricEntry, Take};
use crate::fact::ReturnedPart;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{ClawbackPolicy, Plan, PointCurrency};
use crate::refusal::Refusal;
use crate::state::Lot;

/// Judges a return of the order on file.
///
/// # Errors
/// [`Refusal::NothingLeftToReturn`], [`Refusal::QuantityOverReturned`] or [`Refusal::AmountOverReturned`].
pub fn give_back(
    draft: &mut Draft<'_>,
    file: &OrderFile<'_>,
    parts: &[(usize, ReturnedPart)],
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    check(file, parts)?;
    let version = draft.programmes.version(file.record.earned.version);
    let plan = &version.ok_or(Refusal::NoProgramme { at: file.record.effective_at })?.plan;
    workspace.order.read(&file.order, &plan.symbols);
    take_back(draft, &workspace.order, &file.record, parts, effective_at, &mut workspace.earning)
}

/// Refuses more than is left of the order, line by line.
fn check(file: &OrderFile<'_>, parts: &[(usize, ReturnedPart)]) -> Result<(), Refusal> {
    let order = || file.order.id.clone().into_owned();
    if parts.is_empty() {
        return Err(Refusal::NothingLeftToReturn { order: order() });
    }
    let mut returned = file.record.returned.clone();
    for (index, part) in parts {
        let line = &file.order.lines[*index];
        let so_far = &mut returned[*index];
        let name = || file.order.line_name(*index);
        if so_far.is_gone(line.quantity, line.amount) {
            return Err(Refusal::NothingLeftToReturn { order: order() });
        }
        let money_left = so_far.kept_amount(line.quantity, line.amount);
        match *part {
            ReturnedPart::All => so_far.all = true,
            ReturnedPart::Quantity(asked) => {
                let left = line.quantity - so_far.quantity;
                if asked > left {
                    return Err(Refusal::QuantityOverReturned { order: order(), line: name(), asked, left });
                }
                so_far.quantity += asked;
                let kept = so_far.kept_amount(line.quantity, line.amount);
                if kept < Money::ZERO {
                    let asked = Money(money_left.0 - kept.0);
                    return Err(Refusal::AmountOverReturned {
                        order: order(),
                        line: name(),
                        asked,
                        left: money_left,
                    });
                }
            }
            ReturnedPart::Amount(asked) => {
                if asked > money_left {
                    return Err(Refusal::AmountOverReturned {
                        order: order(),
                        line: name(),
                        asked,
                        left: money_left,
                    });
                }
                so_far.amount.0 += asked.0;
            }
        }
    }
    Ok(())
}

/// Judges a return that is known to fit its order, given as its own programme version sees it.
///
/// # Errors
/// [`Refusal::Overflow`] and [`Refusal::NoProgramme`], neither of which an order that was accepted can cause.
pub fn take_back(
    draft: &mut Draft<'_>,
    order: &OrderSeen,
    record: &OrderRecord,
    parts: &[(usize, ReturnedPart)],
    effective_at: Instant,
    scratch: &mut earn::Scratch,
) -> Result<(), Refusal> {
    let programmes = draft.programmes;
    let plan = &programmes
        .version(record.earned.version)
        .ok_or(Refusal::NoProgramme { at: record.effective_at })?
        .plan;
    let version_now = programmes.in_force(effective_at)?;
    let mut record = record.clone();
    // What ran out while this very batch was settled is on no file yet, and counts as well.
    let expired = |event: &&Event| matches!(event.decision, Decision::Expired(_));
    draft.events().iter().filter(expired).for_each(|event| record.follow(&event.decision));
    let before = Kept::of(plan, order, &record, &record.returned, scratch)?;
    let mut after = record.clone();
    after.follow_return(&order.lines, parts);
    let record = &record;
    let after = Kept::of(plan, order, record, &after.returned, scratch)?;

    let mut takes = SmallVec::new();
    for lot in &record.earned.lots {
        let Some(Some(currency)) = plan.currencies.get(usize::from(lot.currency.0)) else { continue };
        if let Some(take) = take(draft, record, currency, lot.points, after.earning.total(lot.currency))? {
            takes.push(take);
        }
    }
    let whole = after.order.lines.is_empty();
    let metrics = metrics(plan, record, &before.order, &after.order, &takes, whole, scratch)?;
    let clawed =
        ClawedBack { takes, caps: freed_caps(record, &before.earning, &after.earning), metrics, whole };
    draft.record(draft.now(effective_at), Decision::ClawedBack(clawed));
    for ladder in version_now.plan.ladders.iter().flatten() {
        tier::after_return(draft, version_now, ladder, effective_at);
    }
    Ok(())
}

/// What is kept of an order, and what that earns.
struct Kept {
    order: OrderSeen,
    earning: Earning,
}

impl Kept {
    fn of(
        plan: &Plan,
        order: &OrderSeen,
        record: &OrderRecord,
        returned: &[LineReturned],
        scratch: &mut earn::Scratch,
    ) -> Result<Kept, Refusal> {
        let order = kept_order(order, returned);
        let side = Side::Recorded { eligible: &record.earned.eligible, caps: &record.earned.caps };
        let earning = if order.lines.is_empty() {
            Earning::default()
        } else {
            earn::earn(plan, &order, &side, scratch)?
        };
        Ok(Kept { order, earning })
    }
}

fn kept_order(order: &OrderSeen, returned: &[LineReturned]) -> OrderSeen {
    let lines: Vec<LineSeen> = order
        .lines
        .iter()
        .zip(returned)
        .filter(|(line, returned)| !returned.is_gone(line.quantity, line.amount))
        .map(|(line, returned)| kept_line(line, returned))
        .collect();
    let total: i128 = lines.iter().map(|line| i128::from(line.amount.0) + i128::from(line.tax.0)).sum();
    let total = i64::try_from(total + i128::from(order.shipping.0)).unwrap_or(i64::MAX);
    OrderSeen {
        paid_with_points: Money(order.paid_with_points.0.min(total)),
        paid_with_stored_value: Money(order.paid_with_stored_value.0.min(total)),
        lines,
        ..*order
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

/// What to take back in one currency, and from where (cases 21 and 22). `None` when nothing is asked.
fn take(
    draft: &Draft<'_>,
    record: &OrderRecord,
    currency: &PointCurrency,
    given: Points,
    kept: Points,
) -> Result<Option<Take>, Refusal> {
    let taken = record.taken(currency.number);
    let points_total = taken.points_total.max(given.minus(kept)?);
    let points = points_total.minus(taken.points_total)?;
    if !points.is_positive() {
        return Ok(None);
    }
    let expired = points.min(taken.expired.minus(taken.expired_counted)?);
    let state = draft.state();
    let own = |number| record.earned.lots.iter().any(|lot| lot.number == number);
    let own_pending = |lot: &&Lot| lot.pending && lot.currency == currency.number && own(lot.number);
    let mut left = points.minus(expired)?;
    let pending = draw::take(left, state.lots.iter().filter(own_pending));
    left = left.minus(draw::total(&pending))?;
    let mut available: Draws = draw::available(state, currency.number, currency.spend_order, left, own);
    left = left.minus(draw::total(&available))?;
    if currency.clawback != ClawbackPolicy::OwnLotsOnly {
        let others =
            draw::available(state, currency.number, currency.spend_order, left, |number| !own(number));
        left = left.minus(draw::total(&others))?;
        available.extend(others);
    }
    let (arrears, waived) = match currency.clawback {
        ClawbackPolicy::Arrears => (left, Points::ZERO),
        ClawbackPolicy::BalanceOnly | ClawbackPolicy::OwnLotsOnly => (Points::ZERO, left),
    };
    Ok(Some(Take {
        currency: currency.number,
        points,
        points_total,
        expired,
        from_pending: pending.into_iter().collect::<SmallVec<[Draw; 1]>>(),
        from_available: available,
        arrears,
        waived,
    }))
}

/// What the return gives back to cap counters.
fn freed_caps(record: &OrderRecord, before: &Earning, after: &Earning) -> SmallVec<[CapEntry; 2]> {
    let freed =
        |entry: &CapEntry| after.used(entry.cap, entry.period).0 - before.used(entry.cap, entry.period).0;
    record
        .earned
        .caps
        .iter()
        .filter(|entry| freed(entry) != 0)
        .map(|entry| CapEntry { used: Points(freed(entry)), room: Points::ZERO, ..*entry })
        .collect()
}

/// What the return takes from the figures of the order's own period (case 24).
fn metrics(
    plan: &Plan,
    record: &OrderRecord,
    before: &OrderSeen,
    after: &OrderSeen,
    takes: &[Take],
    whole: bool,
    scratch: &mut earn::Scratch,
) -> Result<SmallVec<[MetricEntry; 1]>, Refusal> {
    let counts = |take: &&Take| {
        let currency = plan.currencies.get(usize::from(take.currency.0)).and_then(Option::as_ref);
        currency.is_some_and(|c| qualifies(c.usage))
    };
    let points = Points(-takes.iter().filter(counts).map(|take| take.points.0).sum::<i64>());
    let mut entries = SmallVec::new();
    for first in &record.earned.metrics {
        let Some(Some(ladder)) = plan.ladders.get(usize::from(first.ladder.0)) else { continue };
        let spend_after = order::spend(plan, after, ladder, scratch)?;
        let spend = spend_after.minus(order::spend(plan, before, ladder, scratch)?)?;
        let figures = Figures { spend, points, orders: -i64::from(whole) };
        entries.push(MetricEntry { ladder: first.ladder, bucket: first.bucket, figures });
    }
    Ok(entries)
}
