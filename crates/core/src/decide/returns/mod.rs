//! Taking back what a returned order gave (cases 20–26).
//!
//! What is kept is judged again under the recorded version, with the recorded verdict on the member and the moment, and
//! the recorded room of each counter. The clawback is what the order gave less what is kept earns, cumulatively over all
//! of its returns: many partial returns take together exactly what one whole return takes.
//!
//! Where points paid for the order, they come back first, so that a clawback finds them. Points set aside by holds stay
//! so. A referral falls through before the clawback that tells of it.

mod kept;

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw::{self, Draws};
use crate::decide::earn::{self, Earning, Side};
use crate::decide::order::{self, OrderSeen, qualifies};
use crate::decide::precedent::{LineReturned, OrderFile, OrderRecord, Precedent};
use crate::decide::{Workspace, redeem, referral, tier};
use crate::event::{BudgetEntry, CapEntry, ClawedBack, Cooling, Decision, Draw, Figures, MetricEntry, Take};
use crate::fact::{Return, ReturnedPart};
use crate::ids::RuleIndex;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{ClawbackPolicy, Plan, PointCurrency, Rule};
use crate::refusal::Refusal;
use crate::state::{Lot, MemberState};

use kept::kept_order;

pub use kept::points_back;

/// Judges a return.
///
/// # Errors
/// [`Refusal::UnknownOrder`], [`Refusal::UnknownLine`], and those of [`give_back`].
pub fn judge(
    draft: &mut Draft<'_>,
    ret: &Return<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    let Precedent::Order(file) = precedent else {
        return Err(Refusal::UnknownOrder { order: ret.order.clone().into_owned() });
    };
    let parts = file.parts(ret)?;
    give_back(draft, file, &parts, ret.points_back, effective_at, workspace)
}

/// Judges a return of the order on file; `points` go back to the redemption that paid it, or a fair share of them.
///
/// # Errors
/// [`Refusal::NothingLeftToReturn`], [`Refusal::QuantityOverReturned`] or [`Refusal::AmountOverReturned`];
/// [`Refusal::NoRedemptionPaid`] or [`Refusal::OverReversed`] where points are to go back that cannot.
pub fn give_back(
    draft: &mut Draft<'_>,
    file: &OrderFile<'_>,
    parts: &[(usize, ReturnedPart)],
    points: Option<Points>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    check(file, parts)?;
    let version = draft.programmes.version(file.record.earned.version);
    let plan = &version.ok_or(Refusal::NoProgramme { at: file.record.effective_at })?.plan;
    workspace.order.read(&file.order, &plan.symbols);
    match &file.redemption {
        Some(redemption) => {
            let points = points_back(&workspace.order, &file.record, parts, redemption, points)?;
            redeem::give_back(draft, redemption, points, effective_at)?;
        }
        None if points.is_some() => {
            return Err(Refusal::NoRedemptionPaid { order: file.order.id.clone().into_owned() });
        }
        None => {}
    }
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

/// Judges a return that is known to fit its order, given as its own programme version sees it. Points that go back to a
/// redemption are the caller's business.
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
    // What ran out, or came back, in this very batch is on no file yet, and counts as well.
    record.follow_batch(draft.events());
    let before = Kept::of(plan, order, &record, &record.returned, scratch)?;
    let mut after = record.clone();
    after.follow_return(&order.lines, parts);
    let record = &record;
    let after = Kept::of(plan, order, record, &after.returned, scratch)?;

    let takes = takes(draft.state(), plan, record, &after.earning)?;
    let whole = after.order.lines.is_empty();
    let metrics =
        metrics(draft.state(), plan, record, [&before.order, &after.order], &takes, whole, scratch)?;
    let mut clawed = ClawedBack {
        takes,
        caps: freed_caps(record, &after.earning),
        metrics,
        whole,
        budgets: freed_budgets(record, &after.earning),
        cooldowns: ended_rests(draft.state(), plan, record, &before, &after),
        referral_cancelled: false,
    };
    clawed.referral_cancelled = whole && referral::cancel(draft, record, effective_at);
    let metrics = clawed.metrics.clone();
    draft.record(draft.now(effective_at), Decision::ClawedBack(clawed));
    for entry in &metrics {
        tier::after_return(draft, version_now, entry, effective_at);
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
        let earning = if order.lines.is_empty() {
            Earning::default()
        } else {
            earn::earn(plan, &order, &Side::Recorded { earned: &record.earned }, scratch)?
        };
        Ok(Kept { order, earning })
    }

    /// Whether a rule still gives anything.
    fn grants(&self, rule: RuleIndex) -> bool {
        self.earning.shares.iter().any(|share| share.rule == rule && share.granted.is_positive())
    }
}

/// What to take back, per currency that the order gave.
fn takes(
    state: &MemberState,
    plan: &Plan,
    record: &OrderRecord,
    kept: &Earning,
) -> Result<SmallVec<[Take; 1]>, Refusal> {
    let mut takes = SmallVec::new();
    for currency in plan.currencies.iter().flatten() {
        let lots = record.earned.lots.iter().filter(|lot| lot.currency == currency.number);
        let given = lots.map(|lot| lot.points).try_fold(Points::ZERO, Points::plus)?;
        if given.is_positive() {
            takes.extend(take(state, record, currency, given, kept.total(currency.number))?);
        }
    }
    Ok(takes)
}

/// What to take back in one currency, and from where (cases 21 and 22). `None` when nothing is asked.
fn take(
    state: &MemberState,
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
    let own = |number| record.lots.contains(&number);
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

/// What the return gives back to cap counters: what the order used and what is kept does not, but for what earlier returns
/// gave back. A rule that fits what is kept, though it did not fit the whole, uses nothing.
fn freed_caps(record: &OrderRecord, after: &Earning) -> SmallVec<[CapEntry; 2]> {
    let freed = |entry: &CapEntry| {
        let freed = entry.used.0 - after.used(entry.cap, entry.period).0 - record.freed_of_cap(entry).0;
        (freed > 0).then_some(CapEntry { used: Points(-freed), room: Points::ZERO, ..*entry })
    };
    record.earned.caps.iter().filter_map(freed).collect()
}

/// What the return gives back to budgets over all members, in the same way.
fn freed_budgets(record: &OrderRecord, after: &Earning) -> SmallVec<[BudgetEntry; 0]> {
    let freed = |entry: &BudgetEntry| {
        let freed = entry.used.0 - after.drawn(entry.budget).0 - record.freed_of_budget(entry).0;
        (freed > 0).then_some(BudgetEntry { used: Points(-freed), room: Points::ZERO, ..*entry })
    };
    record.earned.budgets.iter().filter_map(freed).collect()
}

/// The rests that the order began, that nothing has prolonged since, and whose rules give nothing any more.
fn ended_rests(
    state: &MemberState,
    plan: &Plan,
    record: &OrderRecord,
    before: &Kept,
    after: &Kept,
) -> SmallVec<[Cooling; 0]> {
    let ends = |cooling: &&Cooling| {
        let rests = |rule: &Rule| rule.cooldown.is_some_and(|rest| rest.number == cooling.cooldown);
        let index = plan.rules.iter().position(rests).and_then(|index| u16::try_from(index).ok());
        index.map(RuleIndex).is_some_and(|rule| before.grants(rule) && !after.grants(rule))
            && state.cooling_until(cooling.cooldown) == Some(cooling.until)
    };
    record.earned.cooldowns.iter().filter(ends).copied().collect()
}

/// What the return takes from the figures of the order's own period, given what is kept before and after it (case 24).
fn metrics(
    state: &MemberState,
    plan: &Plan,
    record: &OrderRecord,
    [before, after]: [&OrderSeen; 2],
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
        // Never more than the order counted: what is kept may be worth more to the ladder than the whole was, as payments
        // beyond the total are not taken off it.
        let mut counted =
            |kept| Ok::<_, Refusal>(order::spend(plan, kept, ladder, scratch)?.min(first.figures.spend));
        let spend = counted(after)?.minus(counted(before)?)?;
        let figures = Figures { spend, points, orders: -i64::from(whole), ..Figures::default() };
        let challenge = tier::grant::counts_for_challenge(state, first.ladder, record.effective_at);
        entries.push(MetricEntry { ladder: first.ladder, bucket: first.bucket, figures, challenge });
    }
    Ok(entries)
}
