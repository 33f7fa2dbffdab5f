//! What an order earns: rules, groups, rounding and caps (cases 5–9).
//!
//! Base rules ask for money times rate; multipliers ask for the extra on the base of their lines; bonuses ask for a fixed
//! amount. Rules of one group compete, the losers get nothing. Then caps trim, in file order. All arithmetic is exact
//! until a rule's points are rounded.

use smallvec::SmallVec;

use crate::calendar::{Day, Instant, Zone};
use crate::decide::order::{LineSeen, OrderSeen, qualifies};
use crate::decide::tier;
use crate::event::{CapEntry, RuleShare, Verdict};
use crate::ids::{CapNumber, CurrencyNumber, RuleIndex};
use crate::money::{Money, Rounding, split_by_largest_remainder};
use crate::points::Points;
use crate::programme::plan::{
    Beyond, Cap, CapPeriod, Effect, GroupChoice, LineConditions, MemberConditions, MoneyBase,
    OrderConditions, OrderNumber, Plan, Ratio, RoundingUnit, Rule, Symbol, SymbolSet,
};
use crate::refusal::Refusal;
use crate::state::MemberState;

/// What an order earns under a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earning {
    /// Rules whose conditions on the member and the moment held, where they have any.
    pub eligible: SmallVec<[RuleIndex; 4]>,
    /// Every rule that matched, in file order.
    pub shares: SmallVec<[RuleShare; 4]>,
    /// The caps with a counter that were looked at.
    pub caps: SmallVec<[CapEntry; 2]>,
    /// Points granted per currency, in order of first grant.
    pub totals: SmallVec<[(CurrencyNumber, Points); 1]>,
}

impl Earning {
    /// Points granted in a currency.
    pub fn total(&self, currency: CurrencyNumber) -> Points {
        self.totals.iter().find(|(number, _)| *number == currency).map_or(Points::ZERO, |(_, points)| *points)
    }

    /// Points granted in all currencies that count for tiers.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] where they do not fit together.
    pub fn qualifying(&self, plan: &Plan) -> Result<Points, Refusal> {
        let mut counting = plan.currencies.iter().flatten().filter(|currency| qualifies(currency.usage));
        counting.try_fold(Points::ZERO, |sum, currency| sum.plus(self.total(currency.number)))
    }

    /// What was used of a cap in a period.
    pub fn used(&self, cap: CapNumber, period: Day) -> Points {
        let found = self.caps.iter().find(|c| c.cap == cap && c.period == period);
        found.map_or(Points::ZERO, |c| c.used)
    }
}

/// The member's and the moment's side of the rules' conditions.
#[derive(Debug)]
pub enum Side<'a> {
    /// As they are now.
    Live {
        /// The member before the order.
        state: &'a MemberState,
        /// The order's local day.
        day: Day,
        /// The order's local hour.
        hour: u8,
        /// The order's time.
        at: Instant,
    },
    /// As they were recorded when the order was first judged.
    Recorded {
        /// Rules whose conditions held, of those that have any.
        eligible: &'a [RuleIndex],
        /// The caps and the room they had.
        caps: &'a [CapEntry],
    },
}

impl<'a> Side<'a> {
    /// The member and the moment as they are.
    pub fn live(plan: &Plan, state: &'a MemberState, at: Instant) -> Side<'a> {
        Side::Live { state, day: plan.zone.day(at), hour: plan.zone.hour(at), at }
    }

    fn holds(&self, index: RuleIndex, conditions: &MemberConditions) -> bool {
        match self {
            Side::Live { state, day, hour, at } => member_matches(conditions, state, *day, *hour, *at),
            Side::Recorded { eligible, .. } => conditions.is_empty() || eligible.contains(&index),
        }
    }

    fn room(&self, plan: &Plan, cap: &Cap) -> (Day, Points) {
        match self {
            Side::Live { state, day, at, .. } => {
                let period = cap_period(plan, state, cap.per, *day, *at);
                (period, Points((cap.limit.0 - state.cap_used(cap.number, period).0).max(0)))
            }
            Side::Recorded { caps, .. } => caps
                .iter()
                .find(|entry| entry.cap == cap.number)
                .map_or((Day::EVER, cap.limit), |entry| (entry.period, entry.room)),
        }
    }
}

/// Reusable memory; holds nothing between orders.
#[derive(Debug, Default)]
pub struct Scratch {
    money: Vec<(MoneyBase, Vec<i64>)>,
    money_count: usize,
    asks: Vec<Ask>,
    rooms: Vec<Room>,
}

/// What a matching rule asks.
#[derive(Clone, Copy, Debug)]
struct Ask {
    index: RuleIndex,
    asked: Points,
    remainder_millionths: i32,
    lost: bool,
}

/// What is left under a cap while an order is judged.
#[derive(Clone, Copy, Debug)]
struct Room {
    cap: CapNumber,
    period: Day,
    counted: bool,
    room: Points,
    used: Points,
}

/// Judges what an order earns.
///
/// # Errors
/// [`Refusal::Overflow`] where exact sums do not fit 128 bits or points do not fit 64.
pub fn earn(
    plan: &Plan,
    order: &OrderSeen,
    side: &Side<'_>,
    scratch: &mut Scratch,
) -> Result<Earning, Refusal> {
    let mut earning = Earning::default();
    scratch.money_count = 0;
    scratch.asks.clear();
    scratch.rooms.clear();
    let mut matching: SmallVec<[(RuleIndex, &Rule); 8]> = SmallVec::new();
    for (index, rule) in plan.rules.iter().enumerate() {
        let index = RuleIndex(u16::try_from(index).map_err(|_| Refusal::Overflow { what: "rules" })?);
        let conditional = !rule.member.is_empty();
        if !side.holds(index, &rule.member) {
            continue;
        }
        if conditional {
            earning.eligible.push(index);
        }
        // Also of rules that do not match or lose: what is kept after a return may match them, or make them win.
        for cap in caps_of(plan, rule).filter(|cap| cap.per != CapPeriod::Order) {
            room_index(plan, side, cap, &mut scratch.rooms);
        }
        if order_matches(rule, order, scratch) {
            matching.push((index, rule));
        }
    }
    let is_base = |rule: &Rule| matches!(rule.effect, Effect::Base { .. });
    for (index, rule) in matching.iter().filter(|(_, rule)| is_base(rule)) {
        ask_base(*index, rule, order, scratch)?;
    }
    settle_groups(plan, &mut scratch.asks);
    let common = common_denominator(plan, scratch)?;
    for (index, rule) in matching.iter().filter(|(_, rule)| !is_base(rule)) {
        match rule.effect {
            Effect::Multiplier { extra } => {
                ask_multiplier(plan, *index, rule, extra, order, common, scratch)?
            }
            Effect::Bonus { points } => {
                scratch.asks.push(Ask { index: *index, asked: points, remainder_millionths: 0, lost: false });
            }
            Effect::Base { .. } => {}
        }
    }
    settle_groups(plan, &mut scratch.asks);
    scratch.asks.sort_unstable_by_key(|ask| ask.index);
    grant(plan, side, scratch, &mut earning)?;
    Ok(earning)
}

/// All lines' money under a base, minor units.
pub fn order_money(order: &OrderSeen, base: MoneyBase, scratch: &mut Scratch) -> i128 {
    scratch.money_count = 0;
    let index = money_index(order, base, scratch);
    scratch.money[index].1.iter().map(|m| i128::from(*m)).sum()
}

/// What a rule granted per line of the order, by largest remainder over the money of the lines that count for it
/// (case 5). Where those are worth nothing, they share alike.
pub fn line_shares(order: &OrderSeen, rule: &Rule, granted: Points) -> Vec<Points> {
    let mut scratch = Scratch::default();
    let index = money_index(order, rule.money, &mut scratch);
    let counts = |line: &LineSeen| line_matches(&rule.lines, line);
    let of_matching = order.lines.iter().zip(&scratch.money[index].1);
    let mut weights: Vec<i64> =
        of_matching.map(|(line, money)| if counts(line) { *money } else { 0 }).collect();
    if weights.iter().all(|weight| *weight == 0) {
        weights = order.lines.iter().map(|line| i64::from(counts(line))).collect();
    }
    split_by_largest_remainder(granted.0, &weights).into_iter().map(Points).collect()
}

/// Finds or makes the list of the lines' money under a base, for the order at hand.
fn money_index(order: &OrderSeen, base: MoneyBase, scratch: &mut Scratch) -> usize {
    let known = scratch.money[..scratch.money_count].iter().position(|(b, _)| *b == base);
    if let Some(index) = known {
        return index;
    }
    let index = scratch.money_count;
    scratch.money_count += 1;
    if scratch.money.len() == index {
        scratch.money.push((base, Vec::new()));
    }
    let (kept_base, money) = &mut scratch.money[index];
    *kept_base = base;
    money.clear();
    money.extend(order.lines.iter().map(|line| {
        let discount = if base.before_discount { line.discount.0 } else { 0 };
        let tax = if base.with_tax { line.tax.0 } else { 0 };
        line.amount.0 + discount + tax
    }));
    let shipping = if base.with_shipping { order.shipping.0 } else { 0 };
    let by_points = if base.with_points_paid { 0 } else { order.paid_with_points.0 };
    let by_stored_value = if base.with_stored_value_paid { 0 } else { order.paid_with_stored_value.0 };
    if shipping != 0 || by_points != 0 || by_stored_value != 0 {
        let weights = money.clone();
        for (total, sign) in [(shipping, 1), (by_points, -1), (by_stored_value, -1)] {
            for (line, share) in money.iter_mut().zip(split_by_largest_remainder(total, &weights)) {
                *line += sign * share;
            }
        }
        for line in money.iter_mut() {
            *line = (*line).max(0);
        }
    }
    index
}

fn order_matches(rule: &Rule, order: &OrderSeen, scratch: &mut Scratch) -> bool {
    let OrderConditions { money, channels, stores, min_spend, max_spend, min_quantity } = &rule.order;
    let currency_matches = money.is_empty() || order.currency.is_some_and(|code| money.contains(&code));
    if !currency_matches || !wanted(channels, order.channel) || !wanted(stores, order.store) {
        return false;
    }
    let mut any = false;
    let mut spend = 0i128;
    let mut quantity = 0i128;
    let index = money_index(order, rule.money, scratch);
    for (line, money) in order.lines.iter().zip(&scratch.money[index].1) {
        if line_matches(&rule.lines, line) {
            any = true;
            spend += i128::from(*money);
            quantity += i128::from(line.quantity);
        }
    }
    any && min_spend.is_none_or(|Money(min)| spend >= i128::from(min))
        && max_spend.is_none_or(|Money(max)| spend <= i128::from(max))
        && min_quantity.is_none_or(|min| quantity >= i128::from(min))
}

fn wanted(set: &SymbolSet, symbol: Symbol) -> bool {
    set.is_empty() || set.contains(&symbol)
}

fn line_matches(conditions: &LineConditions, line: &LineSeen) -> bool {
    wanted(&conditions.categories, line.category)
        && wanted(&conditions.skus, line.sku)
        && wanted(&conditions.brands, line.brand)
        && (conditions.tags == 0 || conditions.tags & line.tags != 0)
        && conditions.not_tags & line.tags == 0
        && !conditions.not_categories.contains(&line.category)
        && !conditions.not_skus.contains(&line.sku)
        && !conditions.not_brands.contains(&line.brand)
}

fn member_matches(
    conditions: &MemberConditions,
    state: &MemberState,
    day: Day,
    hour: u8,
    at: Instant,
) -> bool {
    let MemberConditions {
        tiers,
        segments,
        attributes,
        order_number,
        weekdays,
        hours,
        from,
        until,
        birthday,
    } = conditions;
    let number = state.orders.saturating_add(1);
    from.is_none_or(|from| at >= from)
        && until.is_none_or(|until| at < until)
        && (*weekdays == 0 || weekdays & (1 << day.weekday_index()) != 0)
        && hours.is_none_or(|hours| hours.contains(hour))
        && order_number.is_none_or(|wanted| match wanted {
            OrderNumber::First => number == 1,
            OrderNumber::Every(n) => number.is_multiple_of(n),
        })
        && (tiers.is_empty()
            || tiers.iter().any(|(ladder, wanted)| tier::figures::held(state, *ladder) == *wanted))
        && (segments.is_empty() || segments.iter().any(|s| state.profile.segments.contains(s)))
        && attributes
            .iter()
            .all(|(key, values)| state.profile.attributes.iter().any(|(k, v)| k == key && values.contains(v)))
        && birthday.is_none_or(|near| state.profile.birthday.is_some_and(|b| near.holds(b, day)))
}

fn ask_base(index: RuleIndex, rule: &Rule, order: &OrderSeen, scratch: &mut Scratch) -> Result<(), Refusal> {
    let Effect::Base { rate } = rule.effect else { return Ok(()) };
    let money = money_index(order, rule.money, scratch);
    let mut sum = Sum::new(rule, i128::from(rate.denominator));
    for (line, money) in order.lines.iter().zip(&scratch.money[money].1) {
        if line_matches(&rule.lines, line) {
            sum.add(i128::from(*money) * i128::from(rate.numerator))?;
        }
    }
    scratch.asks.push(sum.ask(index)?);
    Ok(())
}

fn ask_multiplier(
    plan: &Plan,
    index: RuleIndex,
    rule: &Rule,
    extra: Ratio,
    order: &OrderSeen,
    common: i128,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let mut sum = Sum::new(rule, checked(common.checked_mul(i128::from(extra.denominator)))?);
    for (line_index, line) in order.lines.iter().enumerate() {
        if !line_matches(&rule.lines, line) {
            continue;
        }
        let mut base = 0i128;
        for ask_index in 0..scratch.asks.len() {
            let ask = scratch.asks[ask_index];
            let base_rule = &plan.rules[usize::from(ask.index.0)];
            let Effect::Base { rate } = base_rule.effect else { continue };
            if ask.lost || base_rule.currency != rule.currency || !line_matches(&base_rule.lines, line) {
                continue;
            }
            let money = money_index(order, base_rule.money, scratch);
            let money = i128::from(scratch.money[money].1[line_index]);
            let scaled = i128::from(rate.numerator).checked_mul(common / i128::from(rate.denominator));
            base = checked(scaled.and_then(|s| s.checked_mul(money)).and_then(|p| p.checked_add(base)))?;
        }
        sum.add(checked(base.checked_mul(i128::from(extra.numerator)))?)?;
    }
    scratch.asks.push(sum.ask(index)?);
    Ok(())
}

/// A rule's exact points over a common denominator, rounded per order or per line.
struct Sum {
    rounding: Rounding,
    unit: RoundingUnit,
    denominator: i128,
    exact: i128,
    rounded: i64,
}

impl Sum {
    fn new(rule: &Rule, denominator: i128) -> Sum {
        Sum { rounding: rule.rounding, unit: rule.rounding_unit, denominator, exact: 0, rounded: 0 }
    }

    fn add(&mut self, numerator: i128) -> Result<(), Refusal> {
        self.exact = checked(self.exact.checked_add(numerator))?;
        if self.unit == RoundingUnit::Line {
            let line = self.rounding.divide(numerator, self.denominator)?;
            self.rounded = self.rounded.checked_add(line).ok_or(OVERFLOW)?;
        }
        Ok(())
    }

    fn ask(self, index: RuleIndex) -> Result<Ask, Refusal> {
        let asked = match self.unit {
            RoundingUnit::Order => self.rounding.divide(self.exact, self.denominator)?,
            RoundingUnit::Line => self.rounded,
        };
        let given = checked(i128::from(asked).checked_mul(self.denominator))?;
        let millionths = checked((self.exact - given).checked_mul(1_000_000))? / self.denominator;
        // Thousands of lines, each rounded by itself, may add up to more than the field can tell.
        let most = if millionths < 0 { i32::MIN } else { i32::MAX };
        let remainder_millionths = i32::try_from(millionths).unwrap_or(most);
        Ok(Ask { index, asked: Points(asked), remainder_millionths, lost: false })
    }
}

const OVERFLOW: Refusal = Refusal::Overflow { what: "points" };

fn checked(value: Option<i128>) -> Result<i128, Refusal> {
    value.ok_or(OVERFLOW)
}

/// The least common multiple of the denominators of the base rules that asked, so that their points add exactly.
fn common_denominator(plan: &Plan, scratch: &Scratch) -> Result<i128, Refusal> {
    scratch.asks.iter().try_fold(1i128, |common, ask| match plan.rules[usize::from(ask.index.0)].effect {
        Effect::Base { rate } => {
            let denominator = i128::from(rate.denominator);
            checked((common / gcd(common, denominator)).checked_mul(denominator))
        }
        Effect::Multiplier { .. } | Effect::Bonus { .. } => Ok(common),
    })
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Marks the losers of each group. Groups hold rules of one kind, so the asks of a group are complete when it is settled.
fn settle_groups(plan: &Plan, asks: &mut [Ask]) {
    for index in 0..asks.len() {
        let Some(group) = plan.rules[usize::from(asks[index].index.0)].group else { continue };
        let beaten = asks.iter().enumerate().any(|(other, rival)| {
            let Some(rival_group) = plan.rules[usize::from(rival.index.0)].group else { return false };
            if other == index || rival_group.index != group.index {
                return false;
            }
            let ours = (group.priority, asks[index].index);
            let theirs = (rival_group.priority, rival.index);
            match group.choice {
                GroupChoice::Priority => theirs < ours,
                GroupChoice::Best => {
                    rival.asked > asks[index].asked || (rival.asked == asks[index].asked && theirs < ours)
                }
            }
        });
        asks[index].lost = beaten;
    }
}

fn grant(plan: &Plan, side: &Side<'_>, scratch: &mut Scratch, earning: &mut Earning) -> Result<(), Refusal> {
    for ask in &scratch.asks {
        let rule = &plan.rules[usize::from(ask.index.0)];
        let mut granted = ask.asked;
        let mut verdict = Verdict::Granted;
        if ask.lost {
            granted = Points::ZERO;
            verdict = Verdict::LostInGroup;
        } else {
            for cap in caps_of(plan, rule) {
                let index = room_index(plan, side, cap, &mut scratch.rooms);
                let room = &scratch.rooms[index];
                let left = Points((room.room.0 - room.used.0).max(0));
                if granted > left {
                    (granted, verdict) = match cap.beyond {
                        Beyond::Trim => (left, Verdict::TrimmedByCap),
                        Beyond::Skip => (Points::ZERO, Verdict::SkippedByCap),
                    };
                }
            }
            for cap in caps_of(plan, rule) {
                if let Some(room) = scratch.rooms.iter_mut().find(|room| room.cap == cap.number) {
                    room.used = room.used.plus(granted)?;
                }
            }
        }
        earning.shares.push(RuleShare {
            rule: ask.index,
            asked: ask.asked,
            granted,
            remainder_millionths: ask.remainder_millionths,
            verdict,
        });
        if granted.is_positive() {
            add_total(&mut earning.totals, rule.currency, granted)?;
        }
    }
    let counted = scratch.rooms.iter().filter(|room| room.counted);
    earning.caps = counted
        .map(|room| CapEntry { cap: room.cap, period: room.period, room: room.room, used: room.used })
        .collect();
    earning.caps.sort_unstable_by_key(|entry| entry.cap);
    Ok(())
}

/// A rule's own caps, then those of its currency.
fn caps_of<'p>(plan: &'p Plan, rule: &'p Rule) -> impl Iterator<Item = &'p Cap> {
    let currency = plan.currencies.get(usize::from(rule.currency.0)).and_then(Option::as_ref);
    rule.caps.iter().chain(currency.map_or(&[][..], |currency| &currency.caps))
}

fn room_index(plan: &Plan, side: &Side<'_>, cap: &Cap, rooms: &mut Vec<Room>) -> usize {
    if let Some(index) = rooms.iter().position(|room| room.cap == cap.number) {
        return index;
    }
    let counted = cap.per != CapPeriod::Order;
    let (period, room) = if counted { side.room(plan, cap) } else { (Day::EVER, cap.limit) };
    rooms.push(Room { cap: cap.number, period, counted, room, used: Points::ZERO });
    rooms.len() - 1
}

fn add_total(
    totals: &mut SmallVec<[(CurrencyNumber, Points); 1]>,
    currency: CurrencyNumber,
    points: Points,
) -> Result<(), Refusal> {
    match totals.iter_mut().find(|(number, _)| *number == currency) {
        Some((_, total)) => *total = total.plus(points)?,
        None => totals.push((currency, points)),
    }
    Ok(())
}

/// First day of a cap's period.
fn cap_period(plan: &Plan, state: &MemberState, per: CapPeriod, day: Day, at: Instant) -> Day {
    match per {
        CapPeriod::Order | CapPeriod::Ever => Day::EVER,
        CapPeriod::Day => day,
        CapPeriod::Week => day.week_start(),
        CapPeriod::Month => day.month_start(),
        CapPeriod::Year => day.year_start(),
        CapPeriod::TierPeriod => tier_period_start(plan, plan.zone, state, at),
    }
}

fn tier_period_start(plan: &Plan, zone: Zone, state: &MemberState, at: Instant) -> Day {
    let first = plan.ladders.iter().flatten().next();
    first
        .and_then(|ladder| tier::figures::period_at(ladder, zone, state, at))
        .map_or_else(|| zone.day(at).year_start(), |period| period.start)
}
