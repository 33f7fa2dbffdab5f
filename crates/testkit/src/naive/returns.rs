//! Taking orders back: what is kept is judged again, and the difference goes back (cases 20–24 and 26).

use std::collections::BTreeMap;

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Line, Order, Return, ReturnedPart};
use tallybook_core::money::Money;

use super::earn::{judge, qualifying, spend_figure, use_cap};
use super::member::{Figures, Member, OrderRecord, Returned};
use super::numbers::floor_of;
use super::spend::{draw, spendable_lots};
use super::{Model, NaiveBalance, refuse};
use crate::spec::{Clawback, CurrencySpec};

impl Model {
    pub(super) fn return_order(
        &self,
        member: &mut Member,
        ret: &Return<'static>,
        at: Instant,
    ) -> Result<(), String> {
        let Some(record) = member.orders.get(ret.order.as_ref()) else { return refuse("unknown_order") };
        let mut record = record.clone();
        take_lines_back(&mut record, ret)?;
        let version = &self.versions[record.version];
        let spec = &version.spec;
        let now = at.max(member.settled_to);

        let kept = kept_order(&record);
        record.is_returned_whole = kept.lines.is_empty();
        let judged = judge(spec, &kept, &record.eligible, &record.caps);
        for cap in record.caps.keys() {
            let use_now = judged.uses.get(cap).copied().unwrap_or(0);
            let use_before = record.uses.get(cap).copied().unwrap_or(0);
            use_cap(member, &record.caps, cap, use_now - use_before);
        }
        record.uses = judged.uses;

        let mut asked_now = BTreeMap::new();
        for currency in &spec.currencies {
            let first = record.first.get(&currency.id).copied().unwrap_or(0);
            let keeps = judged.earned.get(&currency.id).copied().unwrap_or(0);
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
                claw_back(member, &mut record, currency, *points, now);
            }
        }

        let day = version.zone.day(record.effective_at);
        for ladder in &spec.ladders {
            let spend = if record.is_returned_whole { 0 } else { spend_figure(spec, &kept, ladder.spend) };
            let back = Figures {
                spend: spend - record.spend[&ladder.id],
                points: -qualifying(spec, &asked_now),
                orders: -i64::from(record.is_returned_whole),
            };
            record.spend.insert(ladder.id.clone(), spend);
            member.figures.push((ladder.id.clone(), day, back));
        }
        if record.is_returned_whole {
            member.orders_kept -= 1;
        }
        member.orders.insert(ret.order.clone().into_owned(), record);
        self.after_return(member, now);
        Ok(())
    }
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
    currency: &CurrencySpec,
    points: i64,
    now: Instant,
) {
    let is_own = |member: &Member, number: &usize| {
        let lot = &member.lots[*number];
        lot.currency == currency.id && lot.order.as_deref() == Some(record.order.id.as_ref())
    };
    let own: Vec<usize> = (0..member.lots.len()).filter(|number| is_own(member, number)).collect();
    let expired: i64 = own.iter().map(|number| member.lots[*number].expired).sum();
    let counted = record.expired_counted.entry(currency.id.clone()).or_default();
    let by_expiry = points.min(expired - *counted);
    *counted += by_expiry;

    let (own_pending, own_active): (Vec<usize>, Vec<usize>) =
        own.into_iter().partition(|number| member.lots[*number].pending);
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
