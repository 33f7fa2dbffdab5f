//! Spending points, setting them aside, undoing it, and correcting balances by hand (cases 4, 16–18 and 40).

use tallybook_core::calendar::Instant;
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{Adjustment, Capture, HoldRequest, Purpose, Redemption, Reversal, Shortfall};

use super::dates::next_day;
use super::member::{Draw, Handle, Member, RedemptionRecord, Stage, Voucher, VoucherStage};
use super::numbers::floor_of;
use super::rooms::stock_name;
use super::{Model, NaiveBalance, Version, refuse};
use crate::spec::{CashSpec, CurrencySpec, Usage};

/// Lots that can be drawn, first drawn first.
pub(super) fn spendable_lots(member: &Member, currency: &str, fifo: bool) -> Vec<usize> {
    let is_open = |number: &usize| {
        let lot = &member.lots[*number];
        lot.currency == currency && lot.is_spendable()
    };
    let mut open: Vec<usize> = (0..member.lots.len()).filter(is_open).collect();
    first_drawn_first(member, &mut open, fifo);
    open
}

/// Sorts lots as they are spent: by their end or, where the currency says so, only by when they were earned.
pub(super) fn first_drawn_first(member: &Member, lots: &mut [usize], fifo: bool) {
    lots.sort_by_key(|number| {
        let lot = &member.lots[*number];
        let end = if fifo { Instant::MIN } else { lot.term.ends_at.unwrap_or(Instant::MAX) };
        (end, lot.earned_at, *number)
    });
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
            let (currency, term) = (lot.currency.clone(), lot.term);
            member.enter(at, &currency, change_of(taken), Some((*number, -taken)));
            draws.push(Draw { lot: *number, points: taken, restored: 0, term });
            left -= taken;
        }
    }
    draws
}

/// What a redemption or a hold asks for.
struct Wish<'a> {
    id: &'a str,
    currency: &'a str,
    points: i64,
    partial: bool,
    purpose: &'a Purpose<'static>,
}

/// A wish that can be granted: so many points, and what goes with them.
struct Granted {
    points: i64,
    stock: Option<String>,
    code: Option<CodeHash>,
}

impl Model {
    pub(super) fn redeem(
        &self,
        member: &mut Member,
        asked: &Redemption<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let Redemption { id, currency, points, partial, purpose } = asked;
        let wish = Wish { id, currency, points: points.0, partial: *partial, purpose };
        let version = &self.versions[version];
        is_new(member, id)?;
        may_redeem(member)?;
        let granted = self.grant(member, &wish, at, version)?;
        self.set_aside(member, &wish, granted, Stage::Redeemed, at, version);
        Ok(())
    }

    pub(super) fn hold(
        &self,
        member: &mut Member,
        asked: &HoldRequest<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let HoldRequest { id, currency, points, expires_at, purpose } = asked;
        let wish = Wish { id, currency, points: points.0, partial: false, purpose };
        let version = &self.versions[version];
        is_new(member, id)?;
        may_redeem(member)?;
        if *expires_at <= at.max(member.settled_to) {
            return refuse("hold_ends_in_the_past");
        }
        let granted = self.grant(member, &wish, at, version)?;
        self.set_aside(member, &wish, granted, Stage::HeldUntil(*expires_at), at, version);
        Ok(())
    }

    /// Whether a wish can be granted, and with how many points.
    fn grant(
        &self,
        member: &Member,
        wish: &Wish<'_>,
        at: Instant,
        version: &Version,
    ) -> Result<Granted, String> {
        let Some(currency) = version.spec.currency(wish.currency) else {
            return refuse("unknown_point_currency");
        };
        if currency.usage == Usage::Qualifying {
            return refuse("not_spendable");
        }
        let points = wish.points;
        let mut granted = Granted { points, stock: None, code: None };
        let mut partial = wish.partial;
        let mut cash = None;
        match wish.purpose {
            Purpose::Reward(name) if !version.spec.rewards.is_empty() => {
                granted.stock = self.check_reward(member, name, wish, at, version)?;
                partial = false;
            }
            Purpose::Reward(_) => {}
            Purpose::Voucher { code, .. } => {
                if code.is_some_and(|code| member.vouchers(code).next().is_some()) {
                    return refuse("duplicate_voucher");
                }
                granted.code = *code;
            }
            Purpose::CashOff { order_total } => {
                let Some(terms) = currency.cash else { return refuse("no_cash_value") };
                check_cash(terms, points, order_total.0)?;
                cash = Some(terms);
            }
        }
        granted.points = points.min(member.balance_now(&currency.id).available);
        if granted.points < points {
            if let Some(terms) = cash {
                granted.points -= granted.points % terms.step;
            }
            let is_too_little =
                granted.points == 0 || cash.is_some_and(|terms| granted.points < terms.min_points);
            if !partial || is_too_little {
                return refuse("insufficient_points");
            }
        }
        Ok(granted)
    }

    /// Whether a listed reward may be had. Gives the counter of its stock, if it is limited.
    fn check_reward(
        &self,
        member: &Member,
        name: &str,
        wish: &Wish<'_>,
        at: Instant,
        version: &Version,
    ) -> Result<Option<String>, String> {
        let reward = version.spec.reward(name).filter(|reward| reward.currency == wish.currency);
        let Some(reward) = reward else { return refuse("unknown_reward") };
        if wish.points != reward.points {
            return refuse("wrong_price");
        }
        let is_offered = reward.from.is_none_or(|from| version.zone.day_start(from) <= at)
            && reward.until.is_none_or(|until| at < version.zone.day_start(until))
            && (reward.tier.is_empty() || self.holds_any(member, version, &reward.tier));
        if !is_offered {
            return refuse("reward_not_available");
        }
        let Some(pieces) = reward.stock else { return Ok(None) };
        let counter = stock_name(&reward.id);
        if self.taken(member, &counter) >= pieces { refuse("out_of_stock") } else { Ok(Some(counter)) }
    }

    fn set_aside(
        &self,
        member: &mut Member,
        wish: &Wish<'_>,
        granted: Granted,
        stage: Stage,
        at: Instant,
        version: &Version,
    ) {
        let now = at.max(member.settled_to);
        let currency = version.spec.currency(wish.currency).expect("the wish was looked at before");
        let lots = spendable_lots(member, &currency.id, currency.fifo);
        let is_held = stage != Stage::Redeemed;
        let change = |p: i64| {
            let (redeemed, held) = if is_held { (0, p) } else { (p, 0) };
            NaiveBalance { available: -p, redeemed, held, ..NaiveBalance::default() }
        };
        let draws = draw(member, &lots, granted.points, now, change);
        let name = if is_held { "HoldPlaced" } else { "Redeemed" };
        member.happened(now, name, &[(&currency.id, granted.points)]);
        if let Some(counter) = &granted.stock {
            member.counter_uses.push((counter.clone(), 1));
        }
        let last_day = |days: u32| next_day(version.zone.day(now), i64::from(days));
        let expires_at =
            version.spec.voucher_days.map(|days| version.zone.day_start(next_day(last_day(days), 1)));
        let voucher = granted.code.map(|code| Voucher { code, expires_at, stage: VoucherStage::Open });
        let handle = (member.name.clone(), wish.id.to_owned());
        let record =
            RedemptionRecord { currency: currency.id.clone(), draws, stage, stock: granted.stock, voucher };
        member.redemptions.insert(handle.clone(), record);
        member.redemption_order.push(handle);
    }

    pub(super) fn capture(
        &self,
        member: &mut Member,
        asked: &Capture<'static>,
        at: Instant,
    ) -> Result<(), String> {
        let Some(handle) = open_hold(member, &asked.hold) else { return refuse("unknown_hold") };
        let mut record = member.redemptions[&handle].clone();
        let points = asked.points.map_or(record.points(), |points| points.0);
        if points > record.points() {
            return refuse("over_captured");
        }
        let now = at.max(member.settled_to);
        let mut left = points;
        let mut spare = Vec::new();
        for draw in &mut record.draws {
            let taken = left.min(draw.points);
            left -= taken;
            spare.push(Draw { points: draw.points - taken, ..draw.clone() });
            draw.points = taken;
        }
        let change = NaiveBalance { held: -points, redeemed: points, ..NaiveBalance::default() };
        member.enter(now, &record.currency, change, None);
        member.happened(now, "HoldCaptured", &[(&record.currency, points)]);
        record.stage = Stage::Redeemed;
        member.redemptions.insert(handle, record);
        self.come_back(member, &mut spare, now);
        Ok(())
    }

    pub(super) fn release_asked(&self, member: &mut Member, hold: &str, at: Instant) -> Result<(), String> {
        let Some(handle) = open_hold(member, hold) else { return refuse("unknown_hold") };
        let now = at.max(member.settled_to);
        self.release(member, &handle, now);
        Ok(())
    }

    /// Gives up a hold.
    pub(super) fn release(&self, member: &mut Member, handle: &Handle, now: Instant) {
        let mut record = member.redemptions[handle].clone();
        member.happened(now, "HoldReleased", &[(&record.currency, record.points())]);
        record.stage = Stage::Released;
        put_piece_back(member, &mut record);
        self.come_back(member, &mut record.draws, now);
        member.redemptions.insert(handle.clone(), record);
    }

    /// Points that were set aside come back: those past their end go at once, the others pay what is owed.
    fn come_back(&self, member: &mut Member, draws: &mut [Draw], now: Instant) {
        let change = |p: i64| NaiveBalance { available: p, held: -p, ..NaiveBalance::default() };
        let ended = restore(member, draws, i64::MAX, now, None, change);
        expire_all(member, ended, now);
        for draw in draws.iter().filter(|draw| draw.points > 0) {
            member.pay_arrears(draw.lot, now);
        }
    }

    pub(super) fn reverse(
        &self,
        member: &mut Member,
        asked: &Reversal<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let handle = member.redemption_named(&asked.redemption);
        let Some(handle) = handle.filter(|handle| member.is_redeemed(handle)) else {
            return refuse("unknown_redemption");
        };
        let left = member.redemptions[&handle].left();
        let points = asked.points.map_or(left, |points| points.0);
        let is_used = |voucher: &Voucher| voucher.stage == VoucherStage::Used;
        if (1..=left).contains(&points) && member.redemptions[&handle].voucher.as_ref().is_some_and(is_used) {
            return refuse("voucher_used");
        }
        self.reverse_points(member, &handle, points, at, &self.versions[version])
    }

    /// Gives points of a redemption back, at least one.
    pub(super) fn reverse_points(
        &self,
        member: &mut Member,
        handle: &Handle,
        points: i64,
        at: Instant,
        version: &Version,
    ) -> Result<(), String> {
        let mut record = member.redemptions[handle].clone();
        if points == 0 || points > record.left() {
            return refuse("over_reversed");
        }
        let now = at.max(member.settled_to);
        let grace_days =
            version.spec.currency(&record.currency).map_or(0, |currency| currency.reversal_grace_days);
        let grace_end = version.zone.day_start(next_day(version.zone.day(now), i64::from(grace_days) + 1));
        let change = |p: i64| NaiveBalance { available: p, redeemed: -p, ..NaiveBalance::default() };
        let grace_end = Some(grace_end).filter(|_| grace_days > 0);
        let ended = restore(member, &mut record.draws, points, now, grace_end, change);
        member.happened(now, "RedemptionReversed", &[(&record.currency, points)]);
        expire_all(member, ended, now);
        if let Some(voucher) = record.voucher.as_mut().filter(|voucher| voucher.stage == VoucherStage::Open) {
            voucher.stage = VoucherStage::Void;
        }
        if record.left() == 0 {
            put_piece_back(member, &mut record);
        }
        member.redemptions.insert(handle.clone(), record);
        Ok(())
    }

    pub(super) fn use_voucher(&self, member: &mut Member, code: CodeHash, at: Instant) -> Result<(), String> {
        let now = at.max(member.settled_to);
        let is_good = |voucher: &Voucher| voucher.expires_at.is_none_or(|end| at < end);
        let open: Vec<(Handle, Voucher)> = member.vouchers(code).collect();
        if open.is_empty() {
            return refuse("unknown_voucher");
        }
        let Some((handle, _)) = open.into_iter().find(|(_, voucher)| is_good(voucher)) else {
            return refuse("voucher_expired");
        };
        let record = member.redemptions.get_mut(&handle).expect("the voucher was just found there");
        if let Some(voucher) = &mut record.voucher {
            voucher.stage = VoucherStage::Used;
        }
        member.happened(now, "VoucherUsed", &[]);
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
            self.credit(member, currency, asked.points.0, at, version);
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

    /// A lot given by hand, bought, or given as a present.
    pub(super) fn credit(
        &self,
        member: &mut Member,
        currency: &CurrencySpec,
        points: i64,
        at: Instant,
        version: &Version,
    ) {
        member.happened(at, "Credited", &[(&currency.id, points)]);
        let lot = self.fresh_lot(member, currency, at, version);
        member.add_lot(lot, points, NaiveBalance { issued: points, ..NaiveBalance::default() });
    }
}

impl Member {
    /// The vouchers with a code that were not used, in the order of issue.
    fn vouchers(&self, code: CodeHash) -> impl Iterator<Item = (Handle, Voucher)> {
        let all = self.redemption_order.iter().filter_map(move |handle| {
            let voucher = self.redemptions[handle].voucher?;
            (voucher.code == code && voucher.stage == VoucherStage::Open).then(|| (handle.clone(), voucher))
        });
        all.collect::<Vec<_>>().into_iter()
    }
}

fn is_new(member: &Member, id: &str) -> Result<(), String> {
    let is_taken = member.redemptions.keys().any(|(_, known)| known == id);
    if is_taken { refuse("duplicate_redemption") } else { Ok(()) }
}

fn may_redeem(member: &Member) -> Result<(), String> {
    if member.redeeming_blocked { refuse("redeeming_blocked") } else { Ok(()) }
}

fn open_hold(member: &Member, id: &str) -> Option<Handle> {
    let is_open = |stage: Stage| matches!(stage, Stage::HeldUntil(_));
    let mut open = member.redemptions.iter().filter(|(_, record)| is_open(record.stage));
    open.find(|(handle, _)| handle.1 == id).map(|(handle, _)| handle.clone())
}

fn put_piece_back(member: &mut Member, record: &mut RedemptionRecord) {
    if let Some(counter) = record.stock.take() {
        member.counter_uses.push((counter, -1));
    }
}

/// Gives up to `points` of draws back to their lots, going on where it last stopped. Gives the lots that were past their
/// end and have no days of grace.
fn restore(
    member: &mut Member,
    draws: &mut [Draw],
    points: i64,
    now: Instant,
    grace_end: Option<Instant>,
    change_of: impl Fn(i64) -> NaiveBalance,
) -> Vec<usize> {
    let mut to_restore = points;
    let mut ended = Vec::new();
    for draw in draws {
        let restored = to_restore.min(draw.points - draw.restored);
        if restored == 0 {
            continue;
        }
        draw.restored += restored;
        to_restore -= restored;
        let lot = &member.lots[draw.lot];
        let currency = lot.currency.clone();
        // A lot that is empty comes back as it was when it was drawn, or as doings since would have moved its end.
        let mut term = if lot.remaining > 0 { lot.term } else { member.renewed(&currency, draw.term) };
        if term.ends_at.is_some_and(|end| end <= now) {
            match grace_end {
                Some(_) => term.ends_at = grace_end,
                None => ended.push(draw.lot),
            }
        }
        let lot = &mut member.lots[draw.lot];
        lot.term = term;
        lot.end_at(now, term.ends_at);
        member.enter(now, &currency, change_of(restored), Some((draw.lot, restored)));
    }
    ended
}

/// What came back past its end pays what is owed; the rest goes.
fn expire_all(member: &mut Member, mut lots: Vec<usize>, now: Instant) {
    lots.iter().for_each(|lot| member.pay_arrears_whatever_its_end(*lot, now));
    lots.sort_unstable();
    lots.retain(|lot| member.lots[*lot].remaining > 0);
    for lot in lots {
        member.expire(lot, now);
    }
}

fn check_cash(terms: CashSpec, points: i64, order_total: i64) -> Result<(), String> {
    if points < terms.min_points {
        return refuse("below_minimum");
    }
    if points % terms.step != 0 {
        return refuse("not_a_step");
    }
    if points > most_for_order(terms, order_total) {
        return refuse("above_order_share");
    }
    Ok(())
}

/// The most points that may pay for an order.
pub(super) fn most_for_order(terms: CashSpec, order_total: i64) -> i64 {
    let money_max = floor_of(order_total, i64::from(terms.max_share_percent), 100);
    floor_of(money_max, terms.points, terms.per)
}
