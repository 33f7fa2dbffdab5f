//! What rules get: rests, numbers of grants, caps and budgets (cases 8 and 9).

use crate::calendar::Day;
use crate::event::{BudgetEntry, CapEntry, RuleShare, Verdict};
use crate::ids::CapNumber;
use crate::points::Points;
use crate::programme::plan::{Beyond, Budget, Cap, CapPeriod, Plan, Rule, TriggerLimit, Usage};
use crate::refusal::Refusal;

use super::ask::Ask;
use super::side::Side;
use super::{Earning, Scratch, is_counted};

/// What is left under a member's counter while an occasion is judged.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    counter: CapNumber,
    period: Day,
    counted: bool,
    room: Points,
    used: Points,
}

impl Room {
    fn left(&self) -> Points {
        Points((self.room.0 - self.used.0).max(0))
    }
}

/// Notes the room of every counter that a rule may draw on.
pub(super) fn look_at_counters(plan: &Plan, side: &Side<'_>, rule: &Rule, scratch: &mut Scratch) {
    for limit in &rule.trigger_limits {
        trigger_room(plan, side, limit, &mut scratch.rooms);
    }
    for cap in caps_of(plan, rule).filter(|cap| is_counted(cap.per)) {
        cap_room(plan, side, cap, &mut scratch.rooms);
    }
    for budget in budgets_of(plan, rule) {
        budget_room(side, budget, &mut scratch.budgets);
    }
}

/// Gives each asking rule what its limits leave, in file order.
pub(super) fn grant(
    plan: &Plan,
    side: &Side<'_>,
    scratch: &mut Scratch,
    earning: &mut Earning,
) -> Result<(), Refusal> {
    let Scratch { asks, rooms, budgets, .. } = scratch;
    for ask in asks {
        let rule = &plan.rules[usize::from(ask.index.0)];
        let (granted, verdict) = limited(plan, side, rule, ask, rooms, budgets);
        if granted.is_positive() {
            use_up(plan, rule, granted, rooms, budgets)?;
            earning.cooldowns.extend(rule.cooldown.and_then(|cooldown| side.rest(plan, cooldown)));
            let policy = rule.expiry.or_else(|| {
                let can_be_spent = plan.currency(rule.currency).is_some_and(|c| c.usage != Usage::Qualifying);
                if can_be_spent { side.tier_expiry(plan) } else { None }
            });
            earning.grant(rule.currency, policy, granted)?;
        }
        earning.shares.push(RuleShare {
            rule: ask.index,
            asked: ask.asked,
            granted,
            remainder_millionths: ask.remainder_millionths,
            verdict,
        });
    }
    let counted = rooms.iter().filter(|room| room.counted);
    earning.caps = counted
        .map(|room| CapEntry { cap: room.counter, period: room.period, room: room.room, used: room.used })
        .collect();
    earning.caps.sort_unstable_by_key(|entry| entry.cap);
    earning.budgets.extend_from_slice(budgets);
    earning.budgets.sort_unstable_by_key(|entry| entry.budget);
    Ok(())
}

/// What is left of what a rule asks, and the last reason why it is less.
fn limited(
    plan: &Plan,
    side: &Side<'_>,
    rule: &Rule,
    ask: &Ask,
    rooms: &mut Vec<Room>,
    budgets: &mut Vec<BudgetEntry>,
) -> (Points, Verdict) {
    if ask.lost {
        return (Points::ZERO, Verdict::LostInGroup);
    }
    if side.rests(ask.index, rule) {
        return (Points::ZERO, Verdict::CoolingDown);
    }
    for limit in &rule.trigger_limits {
        let index = trigger_room(plan, side, limit, rooms);
        if !rooms[index].left().is_positive() {
            return (Points::ZERO, Verdict::TriggersUsedUp);
        }
    }
    let (mut granted, mut verdict) = (ask.asked, Verdict::Granted);
    for cap in caps_of(plan, rule) {
        let index = cap_room(plan, side, cap, rooms);
        let left = rooms[index].left();
        if granted > left {
            (granted, verdict) = match cap.beyond {
                Beyond::Trim => (left, Verdict::TrimmedByCap),
                Beyond::Skip => (Points::ZERO, Verdict::SkippedByCap),
            };
        }
    }
    for budget in budgets_of(plan, rule) {
        let index = budget_room(side, budget, budgets);
        let left = Points((budgets[index].room.0 - budgets[index].used.0).max(0));
        if granted > left {
            (granted, verdict) = match budget.beyond {
                Beyond::Trim => (left, Verdict::TrimmedByBudget),
                Beyond::Skip => (Points::ZERO, Verdict::SkippedByBudget),
            };
        }
    }
    (granted, verdict)
}

/// Counts a grant under all limits of its rule.
fn use_up(
    plan: &Plan,
    rule: &Rule,
    granted: Points,
    rooms: &mut [Room],
    budgets: &mut [BudgetEntry],
) -> Result<(), Refusal> {
    let triggers = rule.trigger_limits.iter().map(|limit| (limit.number, Points(1)));
    for (counter, used) in triggers.chain(caps_of(plan, rule).map(|cap| (cap.number, granted))) {
        if let Some(room) = rooms.iter_mut().find(|room| room.counter == counter) {
            room.used = room.used.plus(used)?;
        }
    }
    for budget in budgets_of(plan, rule) {
        if let Some(entry) = budgets.iter_mut().find(|entry| entry.budget == budget.number) {
            entry.used = entry.used.plus(granted)?;
        }
    }
    Ok(())
}

/// A rule's own caps, then those of its currency.
fn caps_of<'p>(plan: &'p Plan, rule: &'p Rule) -> impl Iterator<Item = &'p Cap> {
    let currency = plan.currency(rule.currency);
    rule.caps.iter().chain(currency.map_or(&[][..], |currency| &currency.caps))
}

fn budgets_of<'p>(plan: &'p Plan, rule: &'p Rule) -> impl Iterator<Item = &'p Budget> {
    rule.budgets.iter().filter_map(|index| plan.budgets.get(usize::from(*index)))
}

fn cap_room(plan: &Plan, side: &Side<'_>, cap: &Cap, rooms: &mut Vec<Room>) -> usize {
    room(plan, side, (cap.number, cap.limit, cap.per), rooms)
}

fn trigger_room(plan: &Plan, side: &Side<'_>, limit: &TriggerLimit, rooms: &mut Vec<Room>) -> usize {
    room(plan, side, (limit.number, Points(limit.times), limit.per), rooms)
}

/// Finds or makes the room of a counter: its number, the most in a period, and the period.
fn room(
    plan: &Plan,
    side: &Side<'_>,
    (counter, most, per): (CapNumber, Points, CapPeriod),
    rooms: &mut Vec<Room>,
) -> usize {
    if let Some(index) = rooms.iter().position(|room| room.counter == counter) {
        return index;
    }
    let counted = is_counted(per);
    let (period, room) = if counted { side.room(plan, counter, most, per) } else { (Day::EVER, most) };
    rooms.push(Room { counter, period, counted, room, used: Points::ZERO });
    rooms.len() - 1
}

fn budget_room(side: &Side<'_>, budget: &Budget, budgets: &mut Vec<BudgetEntry>) -> usize {
    if let Some(index) = budgets.iter().position(|entry| entry.budget == budget.number) {
        return index;
    }
    budgets.push(BudgetEntry { budget: budget.number, room: side.budget_room(budget), used: Points::ZERO });
    budgets.len() - 1
}
