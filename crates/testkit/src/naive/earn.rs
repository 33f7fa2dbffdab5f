//! What an order earns: conditions, rates, groups and caps (cases 5–10 and 33).

use std::borrow::Cow;
use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant, Zone};
use tallybook_core::fact::{Line, Order};

use super::dates;
use super::member::{CapUse, Figures, Lot, Member, OrderRecord, Returned};
use super::numbers::{Fraction, shares};
use super::{Model, NaiveBalance, Version, refuse};
use crate::spec::{
    CapPeriod, CapSpec, CurrencySpec, LadderPeriod, MoneyBase, OrderNumber, RuleKind, RuleSpec, Spec, Usage,
    WhenSpec, cap_period,
};

/// Caps by name, each with the first day of its period (`None` within one order) and the room it had.
pub(super) type Caps = BTreeMap<String, (Option<Day>, i64)>;

/// What rules make of an order.
pub(super) struct Judged {
    /// Points per currency.
    pub(super) earned: BTreeMap<String, i64>,
    /// Points given under each cap.
    pub(super) uses: BTreeMap<String, i64>,
}

impl Model {
    pub(super) fn place_order(
        &self,
        member: &mut Member,
        order: &Order<'static>,
        at: Instant,
        version_index: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version_index];
        let spec = &version.spec;
        if member.orders.contains_key(order.id.as_ref()) {
            return refuse("duplicate_order");
        }
        if !spec.money.iter().any(|money| money.code == order.currency.as_str()) {
            return refuse("unknown_money_currency");
        }
        let eligible: Vec<bool> =
            spec.rules.iter().map(|rule| self.member_half_holds(member, version, &rule.when, at)).collect();
        let caps = self.caps_found(member, version, at);
        let judged = judge(spec, order, &eligible, &caps);
        for (cap, points) in &judged.uses {
            use_cap(member, &caps, cap, *points);
        }
        let granted: Vec<(&str, i64)> = judged.earned.iter().map(|(c, p)| (c.as_str(), *p)).collect();
        member.happened(at, "PointsEarned", &granted);
        for currency in &spec.currencies {
            let points = judged.earned.get(&currency.id).copied().unwrap_or(0);
            if points > 0 {
                let from = Some(order.id.clone().into_owned());
                grant(member, version.zone, currency, currency.activation_days, points, at, from);
            }
        }
        member.orders_kept += 1;
        let spend: BTreeMap<String, i64> = spec
            .ladders
            .iter()
            .map(|ladder| (ladder.id.clone(), spend_figure(spec, order, ladder.spend)))
            .collect();
        let day = version.zone.day(at);
        for ladder in &spec.ladders {
            let points = qualifying(spec, &judged.earned);
            member.figures.push((
                ladder.id.clone(),
                day,
                Figures { spend: spend[&ladder.id], points, orders: 1 },
            ));
        }
        let record = OrderRecord {
            order: order.clone(),
            effective_at: at,
            version: version_index,
            eligible,
            caps,
            first: judged.earned,
            uses: judged.uses,
            spend,
            asked_back: BTreeMap::new(),
            expired_counted: BTreeMap::new(),
            returned: vec![Returned::default(); order.lines.len()],
            is_returned_whole: false,
        };
        member.orders.insert(order.id.clone().into_owned(), record);
        self.after_order(member, version, day);
        Ok(())
    }

    /// The conditions on the member and the moment.
    fn member_half_holds(&self, member: &Member, version: &Version, when: &WhenSpec, at: Instant) -> bool {
        let zone = version.zone;
        let day = zone.day(at);
        let profile = &member.profile;
        let number = member.orders_kept + 1;
        let is_tier = |(ladder, tier): &(String, String)| {
            let spec = version.spec.ladder(ladder).expect("a spec's conditions name its own ladders");
            self.standing(member, spec).tier == *tier
        };
        let has_attribute = |(key, values): &(String, Vec<String>)| {
            profile
                .attributes
                .iter()
                .any(|(k, value)| k == key && values.iter().any(|wanted| wanted == value))
        };
        let is_order_number = |which: OrderNumber| match which {
            OrderNumber::First => number == 1,
            OrderNumber::Every(n) => number % i64::from(n) == 0,
        };
        let is_hour = |(from, to): (u8, u8)| {
            let hour = zone.hour(at);
            if from <= to { from <= hour && hour < to } else { from <= hour || hour < to }
        };
        (when.tier.is_empty() || when.tier.iter().any(is_tier))
            && (when.segment.is_empty()
                || when.segment.iter().any(|s| profile.segments.iter().any(|has| has == s)))
            && when.attribute.iter().all(has_attribute)
            && when.order_number.is_none_or(is_order_number)
            && (when.weekday.is_empty() || when.weekday.contains(&dates::weekday(day)))
            && when.hour.is_none_or(is_hour)
            && when.from.is_none_or(|from| zone.day_start(from) <= at)
            && when.until.is_none_or(|until| at < zone.day_start(until))
            && when.birthday.is_none_or(|how| dates::is_near_birthday(day, profile.birthday, how))
    }

    /// All caps with the room that an order at this time finds.
    fn caps_found(&self, member: &Member, version: &Version, at: Instant) -> Caps {
        let spec = &version.spec;
        let of_rules = spec.rules.iter().flat_map(rule_caps);
        let of_currencies = spec.currencies.iter().flat_map(currency_caps);
        let mut found = Caps::new();
        for (name, cap) in of_rules.chain(of_currencies) {
            let period = self.cap_period_start(member, version, cap.per, at);
            let used: i64 = member
                .cap_uses
                .iter()
                .filter(|one| one.cap == name && Some(one.period) == period)
                .map(|one| one.points)
                .sum();
            found.insert(name, (period, (cap.limit - used).max(0)));
        }
        found
    }

    fn cap_period_start(
        &self,
        member: &Member,
        version: &Version,
        per: CapPeriod,
        at: Instant,
    ) -> Option<Day> {
        let day = version.zone.day(at);
        match per {
            CapPeriod::Order => None,
            CapPeriod::Day => Some(day),
            CapPeriod::Week => Some(dates::week_start(day)),
            CapPeriod::Month => Some(dates::month_start(day)),
            CapPeriod::Year => Some(dates::year_start(day)),
            CapPeriod::Ever => Some(Day::EVER),
            CapPeriod::TierPeriod => Some(match version.spec.ladders.first() {
                None => dates::year_start(day),
                Some(ladder) => match ladder.period {
                    LadderPeriod::CalendarYear | LadderPeriod::RollingDays(_) => dates::year_start(day),
                    LadderPeriod::Lifetime => Day::EVER,
                    LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier => {
                        self.period_of(member, version, ladder, day).map_or(Day::EVER, |(start, _)| start)
                    }
                },
            }),
        }
    }
}

/// Notes points under a cap that counts beyond one order.
pub(super) fn use_cap(member: &mut Member, caps: &Caps, cap: &str, points: i64) {
    if let Some(period) = caps[cap].0 {
        member.cap_uses.push(CapUse { cap: cap.to_owned(), period, points });
    }
}

/// Gives a lot, which pays what is owed as soon as it is active.
pub(super) fn grant(
    member: &mut Member,
    zone: Zone,
    currency: &CurrencySpec,
    activation_days: u32,
    points: i64,
    at: Instant,
    order: Option<String>,
) {
    let (activates_at, ends_at) = dates::lot_times(zone, currency, activation_days, at);
    let pending = activates_at > at;
    member.lots.push(Lot {
        currency: currency.id.clone(),
        order,
        remaining: 0,
        pending,
        earned_at: at,
        activates_at,
        ends_at,
        ends: vec![(at, ends_at)],
        expired: 0,
    });
    let number = member.lots.len() - 1;
    let change = if pending {
        NaiveBalance { issued: points, pending: points, ..NaiveBalance::default() }
    } else {
        NaiveBalance { issued: points, available: points, ..NaiveBalance::default() }
    };
    member.enter(at, &currency.id, change, Some((number, points)));
    if !pending {
        member.pay_arrears(number, at);
    }
}

/// Points that count for tiers.
pub(super) fn qualifying(spec: &Spec, earned: &BTreeMap<String, i64>) -> i64 {
    let counts = |id: &str| spec.currency(id).is_some_and(|currency| currency.usage != Usage::Spendable);
    earned.iter().filter(|(id, _)| counts(id)).map(|(_, points)| points).sum()
}

/// What an order adds to a ladder's spend; nothing in another than the first money.
pub(super) fn spend_figure(spec: &Spec, order: &Order<'_>, base: MoneyBase) -> i64 {
    if order.currency.as_str() == spec.money[0].code { line_moneys(order, base).iter().sum() } else { 0 }
}

/// The money of each line that counts under a base.
fn line_moneys(order: &Order<'_>, base: MoneyBase) -> Vec<i64> {
    let weigh = |line: &Line<'_>| {
        let mut money = line.amount.0;
        if base.before_discount {
            money += line.discount.0;
        }
        if base.with_tax {
            money += line.tax.0;
        }
        money
    };
    let weights: Vec<i64> = order.lines.iter().map(weigh).collect();
    let mut moneys = weights.clone();
    let mut share_out = |total: i64, sign: i64| {
        for (money, share) in moneys.iter_mut().zip(shares(total, &weights)) {
            *money += sign * share;
        }
    };
    if base.with_shipping {
        share_out(order.shipping.0, 1);
    }
    if !base.with_points_paid {
        share_out(order.paid_with_points.0, -1);
    }
    if !base.with_stored_value_paid {
        share_out(order.paid_with_stored_value.0, -1);
    }
    moneys.into_iter().map(|money| money.max(0)).collect()
}

fn line_matches(line: &Line<'_>, when: &WhenSpec) -> bool {
    let is_any = |value: &Option<Cow<'_, str>>, list: &[String]| {
        value.as_ref().is_some_and(|v| list.iter().any(|one| one == v))
    };
    let has_any_tag = |list: &[String]| line.tags.iter().any(|tag| list.iter().any(|one| one == tag));
    (when.category.is_empty() || is_any(&line.category, &when.category))
        && (when.sku.is_empty() || is_any(&line.sku, &when.sku))
        && (when.brand.is_empty() || is_any(&line.brand, &when.brand))
        && (when.tag.is_empty() || has_any_tag(&when.tag))
        && !is_any(&line.category, &when.not_category)
        && !is_any(&line.sku, &when.not_sku)
        && !is_any(&line.brand, &when.not_brand)
        && !has_any_tag(&when.not_tag)
}

/// The lines that count for a rule with their money, where the conditions on order and lines hold; else nothing.
fn matching_lines(order: &Order<'_>, rule: &RuleSpec) -> Vec<(usize, i64)> {
    let when = &rule.when;
    let is_any = |value: Option<&str>, list: &[String]| {
        list.is_empty() || value.is_some_and(|v| list.iter().any(|one| one == v))
    };
    let moneys = line_moneys(order, rule.money);
    let lines: Vec<(usize, i64)> = (0..order.lines.len())
        .filter(|i| line_matches(&order.lines[*i], when))
        .map(|i| (i, moneys[i]))
        .collect();
    let spend: i64 = lines.iter().map(|(_, money)| money).sum();
    let quantity: i64 = lines.iter().map(|(i, _)| order.lines[*i].quantity).sum();
    let holds = is_any(Some(order.currency.as_str()), &when.money)
        && is_any(order.channel.as_deref(), &when.channel)
        && is_any(order.store.as_deref(), &when.store)
        && when.min_spend.is_none_or(|least| spend >= least)
        && when.max_spend.is_none_or(|most| spend <= most)
        && when.min_quantity.is_none_or(|least| quantity >= least);
    if holds { lines } else { Vec::new() }
}

/// Exact points that a base rule gives for some money.
fn base_points(rule: &RuleSpec, money: i64) -> Fraction {
    match rule.kind {
        RuleKind::Base { points, per } => {
            Fraction::new(i128::from(money) * i128::from(points), i128::from(per))
        }
        RuleKind::Multiplier { .. } | RuleKind::Bonus { .. } => Fraction::ZERO,
    }
}

fn rounded(rule: &RuleSpec, per_line: &[Fraction]) -> i64 {
    if rule.per_line {
        per_line.iter().map(|points| points.round(rule.rounding)).sum()
    } else {
        per_line.iter().fold(Fraction::ZERO, |sum, points| sum.plus(*points)).round(rule.rounding)
    }
}

/// Rules that ask something, by place in the file; those that lost in their group are taken out.
fn without_losers(spec: &Spec, asked: BTreeMap<usize, i64>) -> BTreeMap<usize, i64> {
    let beats = |a: usize, b: usize| {
        let (first, second) = (&spec.rules[a], &spec.rules[b]);
        let key = |rule: &RuleSpec, place: usize| {
            let most_first = if rule.group_by_priority { 0 } else { -asked[&place] };
            (most_first, rule.priority, place)
        };
        key(first, a) < key(second, b)
    };
    let compete = |a: usize, b: usize| {
        let (a, b) = (&spec.rules[a], &spec.rules[b]);
        a.group.is_some()
            && a.group == b.group
            && a.currency == b.currency
            && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
    };
    let lost = |a: usize| asked.keys().any(|b| *b != a && compete(a, *b) && beats(*b, a));
    asked.iter().filter(|(place, _)| !lost(**place)).map(|(place, points)| (*place, *points)).collect()
}

/// Judges an order, or what is kept of it, with conditions on the member settled before. An order without lines earns
/// nothing.
pub(super) fn judge(spec: &Spec, order: &Order<'_>, eligible: &[bool], caps: &Caps) -> Judged {
    let mut lines: BTreeMap<usize, Vec<(usize, i64)>> = BTreeMap::new();
    for (place, rule) in spec.rules.iter().enumerate() {
        let matching = matching_lines(order, rule);
        if eligible[place] && !matching.is_empty() {
            lines.insert(place, matching);
        }
    }
    let mut base = BTreeMap::new();
    for (place, matching) in &lines {
        let rule = &spec.rules[*place];
        if matches!(rule.kind, RuleKind::Base { .. }) {
            let points: Vec<Fraction> = matching.iter().map(|(_, money)| base_points(rule, *money)).collect();
            base.insert(*place, rounded(rule, &points));
        }
    }
    let base = without_losers(spec, base);
    let mut others = BTreeMap::new();
    for (place, matching) in &lines {
        let rule = &spec.rules[*place];
        match rule.kind {
            RuleKind::Base { .. } => {}
            RuleKind::Bonus { points } => {
                others.insert(*place, points);
            }
            RuleKind::Multiplier { factor_ten_thousandths } => {
                let extra = Fraction::new(i128::from(factor_ten_thousandths - 10_000), 10_000);
                let base_of_line = |line: usize| {
                    let mut sum = Fraction::ZERO;
                    for base_place in base.keys().filter(|b| spec.rules[**b].currency == rule.currency) {
                        for (_, money) in lines[base_place].iter().filter(|(l, _)| *l == line) {
                            sum = sum.plus(base_points(&spec.rules[*base_place], *money));
                        }
                    }
                    sum
                };
                let points: Vec<Fraction> =
                    matching.iter().map(|(line, _)| base_of_line(*line).times(extra)).collect();
                others.insert(*place, rounded(rule, &points));
            }
        }
    }
    let mut asked = base;
    asked.extend(without_losers(spec, others));
    capped(spec, &asked, caps)
}

fn capped(spec: &Spec, asked: &BTreeMap<usize, i64>, caps: &Caps) -> Judged {
    let mut judged = Judged { earned: BTreeMap::new(), uses: BTreeMap::new() };
    for (place, points) in asked {
        let rule = &spec.rules[*place];
        let currency = spec.currency(&rule.currency).expect("a spec's rules name its own currencies");
        let mut applied = rule_caps(rule);
        applied.extend(currency_caps(currency));
        let mut granted = *points;
        for (name, cap) in &applied {
            let room = caps[name].1 - judged.uses.get(name).copied().unwrap_or(0);
            if granted > room {
                granted = if cap.skip { 0 } else { room };
            }
        }
        for (name, _) in applied {
            *judged.uses.entry(name).or_default() += granted;
        }
        if granted > 0 {
            *judged.earned.entry(rule.currency.clone()).or_default() += granted;
        }
    }
    judged
}

fn rule_caps(rule: &RuleSpec) -> Vec<(String, CapSpec)> {
    named_caps("rule", &rule.id, &rule.caps)
}

fn currency_caps(currency: &CurrencySpec) -> Vec<(String, CapSpec)> {
    named_caps("currency", &currency.id, &currency.caps)
}

/// Names by which a cap counts on through programme versions: whose, which period, the how many-th of these.
fn named_caps(what: &str, id: &str, caps: &[CapSpec]) -> Vec<(String, CapSpec)> {
    let nth = |place: usize| caps[..place].iter().filter(|cap| cap.per == caps[place].per).count();
    caps.iter()
        .enumerate()
        .map(|(place, cap)| (format!("{what} {id}/{}/{}", cap_period(cap.per), nth(place)), *cap))
        .collect()
}
