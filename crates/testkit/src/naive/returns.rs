//! Taking orders back: what is kept is judged again, and the difference goes back (cases 20–26).

use std::collections::BTreeMap;

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Line, Order, Return, ReturnedPart};
use tallybook_core::money::Money;

use super::conditions::Occasion;
use super::earn::{qualifying, spend_figure};
use super::judge::judge;
use super::member::{Handle, Member, OrderRecord, Returned};
use super::numbers::floor_of;
use super::rooms::take;
use super::spend::{draw, first_drawn_first, spendable_lots};
use super::{Model, NaiveBalance, NaiveFigures, refuse};
use crate::spec::{Clawback, CurrencySpec};

impl Model {
    /// Takes an order back, whole or in part. Gives the order where nothing of it is kept any more.
    pub(super) fn return_order(
        &self,
        member: &mut Member,
        ret: &Return<'static>,
        at: Instant,
        version_now: usize,
    ) -> Result<Option<Handle>, String> {
        let Some(handle) = member.order_named(&ret.order) else { return refuse("unknown_order") };
        let mut record = member.orders[&handle].clone();
        take_lines_back(&mut record, ret)?;
        let version = &self.versions[record.version];
        let spec = &version.spec;
        let now = at.max(member.settled_to);

        let kept = kept_order(&record);
        record.is_returned_whole = kept.lines.is_empty();
        let points_back = points_back(member, &record, &kept, ret)?;
        if let (Some(redemption), Some(points)) = (&record.paid_by, points_back) {
            self.reverse_points(member, redemption, points, now, &self.versions[version_now])?;
        }

        let judgement = &mut record.judgement;
        let occasion = Occasion::order(kept.clone());
        let judged = judge(spec, &occasion, &judgement.eligible, &judgement.rested, &judgement.rooms);
        for name in judgement.rooms.keys() {
            // A return only ever gives back, and all returns together no more than the order used.
            let used_now = judged.uses.get(name).copied().unwrap_or(0);
            let used_at_first = judgement.uses.get(name).copied().unwrap_or(0);
            let freed = judgement.freed.entry(name.clone()).or_default();
            let freed_now = ((used_at_first - used_now).clamp(0, used_at_first) - *freed).max(0);
            *freed += freed_now;
            take(member, &judgement.rooms, name, -freed_now);
        }
        for (place, rule) in spec.rules.iter().enumerate() {
            // A rest that this order began ends with what began it, unless something later did so, too.
            let begun = judgement.rests.get(&rule.id).copied();
            if !judged.granted.contains_key(&place) && begun.is_some() {
                judgement.rests.remove(&rule.id);
                if member.rests.get(&rule.id).copied() == begun {
                    member.rests.remove(&rule.id);
                }
            }
        }
        let earned = judged.earned(spec);

        let mut asked_now = BTreeMap::new();
        for currency in &spec.currencies {
            let first = record.judgement.first.get(&currency.id).copied().unwrap_or(0);
            let keeps = earned.get(&currency.id).copied().unwrap_or(0);
            let before = record.asked_back.get(&currency.id).copied().unwrap_or(0);
            let total = before.max(first - keeps);
            record.asked_back.insert(currency.id.clone(), total);
            if total > before {
                asked_now.insert(currency.id.clone(), total - before);
            }
        }
        let asked: Vec<(&str, i64)> = asked_now.iter().map(|(c, p)| (c.as_str(), *p)).collect();
        member.happened(now, "ClawedBack", &asked);
        for currency in &spec.currencies {
            if let Some(points) = asked_now.get(&currency.id) {
                claw_back(member, &mut record, &handle, currency, *points, now);
            }
        }

        let justified = self.justified(member, now);
        let day = version.zone.day(record.effective_at);
        for ladder in &spec.ladders {
            let kept_spend =
                if record.is_returned_whole { 0 } else { spend_figure(spec, &kept, ladder.spend) };
            let spend = kept_spend.min(record.spend_at_first[&ladder.id]);
            let back = NaiveFigures {
                spend: spend - record.spend[&ladder.id],
                points: -qualifying(spec, &asked_now),
                orders: -i64::from(record.is_returned_whole),
                ..NaiveFigures::default()
            };
            record.spend.insert(ladder.id.clone(), spend);
            member.count(&ladder.id, day, back, record.effective_at);
        }
        let is_whole = record.is_returned_whole;
        if is_whole {
            member.orders_kept -= 1;
        }
        member.orders.insert(handle.clone(), record);
        self.after_return(member, &justified);
        Ok(is_whole.then_some(handle))
    }
}

/// The points that go back to the redemption that paid the order; `None` where none do.
fn points_back(
    member: &Member,
    record: &OrderRecord,
    kept: &Order<'_>,
    ret: &Return<'_>,
) -> Result<Option<i64>, String> {
    let Some(handle) = &record.paid_by else {
        return if ret.points_back.is_some() { refuse("no_redemption_paid") } else { Ok(None) };
    };
    let redemption = &member.redemptions[handle];
    let (whole, left) = (redemption.points(), redemption.left());
    let points = match ret.points_back {
        Some(points) if points.0 > left => return refuse("over_reversed"),
        Some(points) => points.0,
        None => {
            let value = |order: &Order<'_>| {
                order.lines.iter().map(|line| line.amount.0 + line.tax.0).sum::<i64>() + order.shipping.0
            };
            let whole_value = value(&record.order);
            let target = if record.is_returned_whole {
                whole
            } else if whole_value == 0 {
                0
            } else {
                floor_of(whole, whole_value - value(kept), whole_value)
            };
            (target - (whole - left)).max(0)
        }
    };
    Ok(Some(points).filter(|points| *points > 0))
}

/// Books what the return names, refusing what is no longer there.
fn take_lines_back(record: &mut OrderRecord, ret: &Return<'_>) -> Result<(), String> {
    let OrderRecord { order, returned, .. } = record;
    // A name that nothing has is a slip of the pen, whatever is left.
    if ret.lines.iter().any(|asked| order.line_index(&asked.line).is_none()) {
        return refuse("unknown_line");
    }
    let gone = |returned: &[Returned], i: usize| is_gone(&order.lines[i], &returned[i]);
    if (0..order.lines.len()).all(|i| gone(returned, i)) {
        return refuse("nothing_left_to_return");
    }
    if ret.lines.is_empty() {
        for line in returned {
            line.all = true;
        }
        return Ok(());
    }
    for asked in &ret.lines {
        let Some(i) = order.line_index(&asked.line) else { continue };
        if gone(returned, i) {
            return refuse("nothing_left_to_return");
        }
        let line = &order.lines[i];
        match asked.part {
            ReturnedPart::All => returned[i].all = true,
            ReturnedPart::Quantity(pieces) => {
                if returned[i].quantity + pieces > line.quantity {
                    return refuse("quantity_over_returned");
                }
                returned[i].quantity += pieces;
            }
            ReturnedPart::Amount(money) => returned[i].by_amount += money.0,
        }
        if returned_amount(line, &returned[i]) > line.amount.0 {
            return refuse("amount_over_returned");
        }
    }
    Ok(())
}

fn returned_amount(line: &Line<'_>, returned: &Returned) -> i64 {
    if returned.all {
        return line.amount.0;
    }
    let by_pieces =
        if line.quantity > 0 { floor_of(line.amount.0, returned.quantity, line.quantity) } else { 0 };
    by_pieces + returned.by_amount
}

fn is_gone(line: &Line<'_>, returned: &Returned) -> bool {
    let was_anything = line.quantity > 0 || line.amount.0 > 0;
    let is_nothing_kept =
        returned.quantity == line.quantity && returned_amount(line, returned) == line.amount.0;
    returned.all || (was_anything && is_nothing_kept)
}

/// The order as if only what is kept had been bought; without lines when all is gone.
fn kept_order(record: &OrderRecord) -> Order<'static> {
    let mut kept = record.order.clone();
    kept.lines.clear();
    for (line, returned) in record.order.lines.iter().zip(&record.returned) {
        if is_gone(line, returned) {
            continue;
        }
        let amount = line.amount.0 - returned_amount(line, returned);
        let quantity = line.quantity - returned.quantity;
        let part_of = |figure: Money| {
            Money(match (line.amount.0, line.quantity) {
                (0, 0) => figure.0,
                (0, pieces) => floor_of(figure.0, quantity, pieces),
                (whole, _) => floor_of(figure.0, amount, whole),
            })
        };
        kept.lines.push(Line {
            quantity,
            amount: Money(amount),
            discount: part_of(line.discount),
            tax: part_of(line.tax),
            ..line.clone()
        });
    }
    let total: i64 = kept.lines.iter().map(|line| line.amount.0 + line.tax.0).sum::<i64>() + kept.shipping.0;
    kept.paid_with_points = Money(kept.paid_with_points.0.min(total));
    kept.paid_with_stored_value = Money(kept.paid_with_stored_value.0.min(total));
    kept
}

/// Finds the points: what expired, the order's own lots, other lots, and a debt, as far as the policy goes.
fn claw_back(
    member: &mut Member,
    record: &mut OrderRecord,
    handle: &Handle,
    currency: &CurrencySpec,
    points: i64,
    now: Instant,
) {
    let is_own = |member: &Member, number: &usize| {
        let lot = &member.lots[*number];
        lot.currency == currency.id && lot.order.as_ref() == Some(handle)
    };
    let own: Vec<usize> = (0..member.lots.len()).filter(|number| is_own(member, number)).collect();
    let gone = |number: &usize| {
        let lot = &member.lots[*number];
        lot.expired + lot.cancelled - lot.reinstated
    };
    let gone: i64 = own.iter().map(gone).sum();
    let counted = record.expired_counted.entry(currency.id.clone()).or_default();
    let by_expiry = points.min((gone - *counted).max(0));
    *counted += by_expiry;

    let (own_pending, mut own_active): (Vec<usize>, Vec<usize>) =
        own.into_iter().partition(|number| member.lots[*number].pending);
    first_drawn_first(member, &mut own_active, currency.fifo);
    let from_pending = |p: i64| NaiveBalance { pending: -p, clawed_back: p, ..NaiveBalance::default() };
    let from_available = |p: i64| NaiveBalance { available: -p, clawed_back: p, ..NaiveBalance::default() };
    let mut left = points - by_expiry;
    left -= sum(&draw(member, &own_pending, left, now, from_pending));
    left -= sum(&draw(member, &own_active, left, now, from_available));
    if currency.clawback != Clawback::OwnLotsOnly {
        let others = spendable_lots(member, &currency.id, currency.fifo);
        left -= sum(&draw(member, &others, left, now, from_available));
    }
    if currency.clawback == Clawback::Arrears {
        let owed = NaiveBalance { arrears: left, clawed_back: left, ..NaiveBalance::default() };
        member.enter(now, &currency.id, owed, None);
    }
}

fn sum(draws: &[super::member::Draw]) -> i64 {
    draws.iter().map(|draw| draw.points).sum()
}
