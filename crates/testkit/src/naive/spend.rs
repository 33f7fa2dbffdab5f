//! Spending points, undoing it, and correcting balances by hand (cases 4, 16, 18 and 40).

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Adjustment, Purpose, Redemption, Reversal, Shortfall};

use super::member::{Draw, Member, RedemptionRecord};
use super::numbers::floor_of;
use super::{Model, NaiveBalance, dates, earn, refuse};
use crate::spec::{CashSpec, Usage};

/// Lots that can be drawn, first drawn first.
pub(super) fn spendable_lots(member: &Member, currency: &str, fifo: bool) -> Vec<usize> {
    let is_open = |number: &usize| {
        let lot = &member.lots[*number];
        lot.currency == currency && !lot.pending && lot.remaining > 0
    };
    let mut open: Vec<usize> = (0..member.lots.len()).filter(is_open).collect();
    open.sort_by_key(|number| {
        let lot = &member.lots[*number];
        let end = if fifo { Instant::MIN } else { lot.ends_at.unwrap_or(Instant::MAX) };
        (end, lot.earned_at, *number)
    });
    open
}

/// Draws up to `points` from lots in the order given, moving them from `available` as `change_of` says.
pub(super) fn draw(
    member: &mut Member,
    lots: &[usize],
    points: i64,
    at: Instant,
    change_of: impl Fn(i64) -> NaiveBalance,
) -> Vec<Draw> {
    let mut draws = Vec::new();
    let mut left = points;
    for number in lots {
        let lot = &member.lots[*number];
        let taken = lot.remaining.min(left);
        if taken > 0 {
            let (currency, ends_at) = (lot.currency.clone(), lot.ends_at);
            member.enter(at, &currency, change_of(taken), Some((*number, -taken)));
            draws.push(Draw { lot: *number, points: taken, restored: 0, ends_at });
            left -= taken;
        }
    }
    draws
}

impl Model {
    pub(super) fn redeem(
        &self,
        member: &mut Member,
        asked: &Redemption<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let spec = &self.versions[version].spec;
        if member.redemptions.contains_key(asked.id.as_ref()) {
            return refuse("duplicate_redemption");
        }
        let Some(currency) = spec.currency(&asked.currency) else { return refuse("unknown_point_currency") };
        if currency.usage == Usage::Qualifying {
            return refuse("not_spendable");
        }
        let points = asked.points.0;
        let mut cash = None;
        if let Purpose::CashOff { order_total } = asked.purpose {
            let Some(terms) = currency.cash else { return refuse("no_cash_value") };
            check_cash(terms, points, order_total.0)?;
            cash = Some(terms);
        }
        let available = member.balance_now(&currency.id).available;
        let mut taken = points.min(available);
        if taken < points {
            if let Some(terms) = cash {
                taken -= taken % terms.step;
            }
            let is_too_little = taken == 0 || cash.is_some_and(|terms| taken < terms.min_points);
            if !asked.partial || is_too_little {
                return refuse("insufficient_points");
            }
        }
        let now = at.max(member.settled_to);
        let lots = spendable_lots(member, &currency.id, currency.fifo);
        let change = |p: i64| NaiveBalance { available: -p, redeemed: p, ..NaiveBalance::default() };
        let draws = draw(member, &lots, taken, now, change);
        member.happened(now, "Redeemed", &[(&currency.id, taken)]);
        let record = RedemptionRecord { currency: currency.id.clone(), draws };
        member.redemptions.insert(asked.id.clone().into_owned(), record);
        Ok(())
    }

    pub(super) fn reverse(
        &self,
        member: &mut Member,
        asked: &Reversal<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let Some(record) = member.redemptions.get(asked.redemption.as_ref()) else {
            return refuse("unknown_redemption");
        };
        let mut record = record.clone();
        let left: i64 = record.draws.iter().map(|draw| draw.points - draw.restored).sum();
        let points = asked.points.map_or(left, |points| points.0);
        if left == 0 || points > left {
            return refuse("over_reversed");
        }
        let version = &self.versions[version];
        let now = at.max(member.settled_to);
        let grace_days =
            version.spec.currency(&record.currency).map_or(0, |currency| currency.reversal_grace_days);
        let grace_end =
            version.zone.day_start(dates::next_day(version.zone.day(now), i64::from(grace_days) + 1));
        let mut to_restore = points;
        let mut ended = Vec::new();
        for draw in &mut record.draws {
            let restored = to_restore.min(draw.points - draw.restored);
            if restored == 0 {
                continue;
            }
            draw.restored += restored;
            to_restore -= restored;
            let lot = &mut member.lots[draw.lot];
            // A lot that is empty comes back as it was when it was drawn.
            let end = if lot.remaining > 0 { lot.ends_at } else { draw.ends_at };
            let is_past = end.is_some_and(|end| end <= now);
            let end = if is_past && grace_days > 0 { Some(grace_end) } else { end };
            if is_past && grace_days == 0 {
                ended.push(draw.lot);
            }
            lot.ends_at = end;
            lot.ends.push((now, end));
            let change = NaiveBalance { available: restored, redeemed: -restored, ..NaiveBalance::default() };
            member.enter(now, &record.currency, change, Some((draw.lot, restored)));
        }
        member.happened(now, "RedemptionReversed", &[(&record.currency, points)]);
        ended.sort_unstable();
        for lot in ended {
            member.expire(lot, now);
        }
        member.redemptions.insert(asked.redemption.clone().into_owned(), record);
        Ok(())
    }

    pub(super) fn adjust(
        &self,
        member: &mut Member,
        asked: &Adjustment<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let Some(currency) = version.spec.currency(&asked.currency) else {
            return refuse("unknown_point_currency");
        };
        if asked.points.0 > 0 {
            member.happened(at, "Credited", &[(&currency.id, asked.points.0)]);
            earn::grant(member, version.zone, currency, 0, asked.points.0, at, None);
            return Ok(());
        }
        let points = -asked.points.0;
        let taken = points.min(member.balance_now(&currency.id).available);
        let debt = match asked.shortfall {
            Shortfall::FloorAtZero => 0,
            Shortfall::Arrears => points - taken,
        };
        if taken + debt == 0 {
            return refuse("insufficient_points");
        }
        let now = at.max(member.settled_to);
        let lots = spendable_lots(member, &currency.id, currency.fifo);
        let change = |p: i64| NaiveBalance { available: -p, forfeited: p, ..NaiveBalance::default() };
        draw(member, &lots, taken, now, change);
        let owed = NaiveBalance { arrears: debt, forfeited: debt, ..NaiveBalance::default() };
        member.enter(now, &currency.id, owed, None);
        member.happened(now, "Debited", &[(&currency.id, taken + debt)]);
        Ok(())
    }
}

fn check_cash(terms: CashSpec, points: i64, order_total: i64) -> Result<(), String> {
    if points < terms.min_points {
        return refuse("below_minimum");
    }
    if points % terms.step != 0 {
        return refuse("not_a_step");
    }
    let money_max = floor_of(order_total, i64::from(terms.max_share_percent), 100);
    if points > floor_of(money_max, terms.points, terms.per) {
        return refuse("above_order_share");
    }
    Ok(())
}
