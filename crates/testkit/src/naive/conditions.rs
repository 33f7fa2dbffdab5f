//! The conditions of rules: on lines and orders, which a return asks again, and on the member and the moment, which it
//! does not (case 7).

use std::borrow::Cow;

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Line, Order};

use super::member::Member;
use super::numbers::shares;
use super::{Model, Version, dates};
use crate::spec::{CelSpec, MoneyBase, On, OrderNumber, RuleSpec, WhenSpec};

/// What is judged: an order, or something else put as an order of one line.
#[derive(Clone, Debug)]
pub(super) struct Occasion {
    pub(super) on: On,
    pub(super) order: Order<'static>,
    /// Whether there is money in it at all.
    pub(super) has_money: bool,
    /// Kind of activity.
    pub(super) kind: Option<String>,
    pub(super) score: Option<u8>,
    /// The days in a row that an activity made, where it made one more.
    pub(super) streak: Option<u32>,
    /// The ladder and the tier that was reached, kept or held for years.
    pub(super) tier: Option<(String, String)>,
}

impl Occasion {
    pub(super) fn order(order: Order<'static>) -> Occasion {
        Occasion { on: On::Order, order, has_money: true, kind: None, score: None, streak: None, tier: None }
    }
}

impl Model {
    /// Whether a rule is about the occasion, and its conditions on the member and the moment hold.
    pub(super) fn is_eligible(
        &self,
        member: &Member,
        version: &Version,
        rule: &RuleSpec,
        occasion: &Occasion,
        at: Instant,
    ) -> bool {
        let zone = version.zone;
        let is_kind = |kind: &String| rule.activity.contains(kind);
        let is_in_time = rule.campaign.as_ref().is_none_or(|id| {
            let campaign = version.spec.campaign(id).expect("a spec's rules name its own campaigns");
            campaign.from.is_none_or(|from| zone.day_start(from) <= at)
                && campaign.until.is_none_or(|until| at < zone.day_start(until))
        });
        rule.on == occasion.on
            && (rule.on != On::Activity || occasion.kind.as_ref().is_some_and(is_kind))
            && is_in_time
            && self.member_half_holds(member, version, &rule.when, occasion, at)
    }

    fn member_half_holds(
        &self,
        member: &Member,
        version: &Version,
        when: &WhenSpec,
        occasion: &Occasion,
        at: Instant,
    ) -> bool {
        let zone = version.zone;
        let day = zone.day(at);
        let profile = &member.profile;
        let number = member.orders_kept + 1;
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
        let is_wanted_tier = || match &occasion.tier {
            Some(tier) => when.tier.contains(tier),
            None => self.holds_any(member, version, &when.tier),
        };
        (when.tier.is_empty() || is_wanted_tier())
            && (when.segment.is_empty()
                || when.segment.iter().any(|s| profile.segments.iter().any(|has| has == s)))
            && when.attribute.iter().all(has_attribute)
            && when.order_number.is_none_or(is_order_number)
            && (when.weekday.is_empty() || when.weekday.contains(&dates::weekday(day)))
            && when.hour.is_none_or(is_hour)
            && when.from.is_none_or(|from| zone.day_start(from) <= at)
            && when.until.is_none_or(|until| at < zone.day_start(until))
            && when.birthday.is_none_or(|how| dates::is_near_birthday(day, profile.birthday, how))
            && when.streak_every.is_none_or(|n| occasion.streak.is_some_and(|length| length % n == 0))
            && when
                .score
                .is_none_or(|(from, to)| occasion.score.is_some_and(|score| from <= score && score <= to))
            && when.cel.as_ref().is_none_or(|cel| {
                // What is only about the order is asked with the order.
                !speaks_of_member(cel) || self.cel_holds(member, version, cel, occasion, at)
            })
    }

    /// Whether the member holds one of some tiers, each given with its ladder.
    pub(super) fn holds_any(&self, member: &Member, version: &Version, tiers: &[(String, String)]) -> bool {
        tiers.iter().any(|(ladder, tier)| {
            let spec = version.spec.ladder(ladder).expect("a spec's conditions name its own ladders");
            self.held_now(member, spec).tier == *tier
        })
    }

    fn cel_holds(
        &self,
        member: &Member,
        version: &Version,
        cel: &CelSpec,
        occasion: &Occasion,
        at: Instant,
    ) -> bool {
        let profile = &member.profile;
        let holds = |cel: &CelSpec| self.cel_holds(member, version, cel, occasion, at);
        match cel {
            CelSpec::MemberOrdersAtLeast(least) => member.orders_kept >= *least,
            CelSpec::MemberTierIs(tier) => {
                version.spec.ladders.first().is_some_and(|ladder| self.held_now(member, ladder).tier == *tier)
            }
            CelSpec::MemberInSegment(segment) => profile.segments.iter().any(|has| has == segment),
            CelSpec::MemberAttributeIs(key, value) => {
                profile.attributes.iter().any(|(k, v)| k == key && v == value)
            }
            CelSpec::MemberAvailableAtLeast(currency, least) => {
                member.balance_now(currency).available >= *least
            }
            CelSpec::DaysSinceJoiningAtLeast(least) => {
                let (today, joined_on) = (version.zone.day(at), version.zone.day(member.joined_at));
                i64::from(today.0) - i64::from(joined_on.0) >= *least
            }
            CelSpec::WeekdayIs(day) => dates::weekday(version.zone.day(at)) == *day,
            CelSpec::HourAtLeast(hour) => version.zone.hour(at) >= *hour,
            CelSpec::ActivityKindIs(kind) => occasion.kind.as_ref() == Some(kind),
            CelSpec::ScoreAtLeast(least) => occasion.score.is_some_and(|score| score >= *least),
            CelSpec::AllOf(parts) => parts.iter().all(holds),
            CelSpec::AnyOf(parts) => parts.iter().any(holds),
            CelSpec::Not(part) => !holds(part),
            CelSpec::OrderAmountAtLeast(_)
            | CelSpec::OrderTotalAtLeast(_)
            | CelSpec::OrderQuantityAtLeast(_)
            | CelSpec::OrderChannelIs(_)
            | CelSpec::HasLineOfCategory(_)
            | CelSpec::HasLineTagged(_) => is_about_order(cel, &occasion.order),
        }
    }
}

/// Whether an expression asks anything of the member, the moment or the activity, so that a return does not ask it again.
fn speaks_of_member(cel: &CelSpec) -> bool {
    match cel {
        CelSpec::OrderAmountAtLeast(_)
        | CelSpec::OrderTotalAtLeast(_)
        | CelSpec::OrderQuantityAtLeast(_)
        | CelSpec::OrderChannelIs(_)
        | CelSpec::HasLineOfCategory(_)
        | CelSpec::HasLineTagged(_) => false,
        CelSpec::AllOf(parts) | CelSpec::AnyOf(parts) => parts.iter().any(speaks_of_member),
        CelSpec::Not(part) => speaks_of_member(part),
        CelSpec::MemberOrdersAtLeast(_)
        | CelSpec::MemberTierIs(_)
        | CelSpec::MemberInSegment(_)
        | CelSpec::MemberAttributeIs(..)
        | CelSpec::MemberAvailableAtLeast(..)
        | CelSpec::DaysSinceJoiningAtLeast(_)
        | CelSpec::WeekdayIs(_)
        | CelSpec::HourAtLeast(_)
        | CelSpec::ActivityKindIs(_)
        | CelSpec::ScoreAtLeast(_) => true,
    }
}

/// An expression that asks nothing but of the order.
fn is_about_order(cel: &CelSpec, order: &Order<'_>) -> bool {
    let amount = || order.lines.iter().map(|line| line.amount.0).sum::<i64>();
    let tax = || order.lines.iter().map(|line| line.tax.0).sum::<i64>();
    match cel {
        CelSpec::OrderAmountAtLeast(least) => amount() >= *least,
        CelSpec::OrderTotalAtLeast(least) => amount() + tax() + order.shipping.0 >= *least,
        CelSpec::OrderQuantityAtLeast(least) => {
            order.lines.iter().map(|line| line.quantity).sum::<i64>() >= *least
        }
        CelSpec::OrderChannelIs(channel) => order.channel.as_deref() == Some(channel),
        CelSpec::HasLineOfCategory(category) => {
            order.lines.iter().any(|line| line.category.as_deref() == Some(category))
        }
        CelSpec::HasLineTagged(tag) => order.lines.iter().any(|line| line.tags.iter().any(|has| has == tag)),
        CelSpec::AllOf(parts) => parts.iter().all(|part| is_about_order(part, order)),
        CelSpec::AnyOf(parts) => parts.iter().any(|part| is_about_order(part, order)),
        CelSpec::Not(part) => !is_about_order(part, order),
        _ => unreachable!("the member half was settled before"),
    }
}

/// The money of each line that counts under a base.
pub(super) fn line_moneys(order: &Order<'_>, base: MoneyBase) -> Vec<i64> {
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
pub(super) fn matching_lines(occasion: &Occasion, rule: &RuleSpec) -> Vec<(usize, i64)> {
    let (order, when) = (&occasion.order, &rule.when);
    let is_any = |value: Option<&str>, list: &[String]| {
        list.is_empty() || value.is_some_and(|v| list.iter().any(|one| one == v))
    };
    let money_code = occasion.has_money.then(|| order.currency.as_str());
    let moneys = line_moneys(order, rule.money);
    let lines: Vec<(usize, i64)> = (0..order.lines.len())
        .filter(|i| line_matches(&order.lines[*i], when))
        .map(|i| (i, moneys[i]))
        .collect();
    let spend: i64 = lines.iter().map(|(_, money)| money).sum();
    let quantity: i64 = lines.iter().map(|(i, _)| order.lines[*i].quantity).sum();
    let holds = is_any(money_code, &when.money)
        && is_any(order.channel.as_deref(), &when.channel)
        && is_any(order.store.as_deref(), &when.store)
        && when.min_spend.is_none_or(|least| spend >= least)
        && when.max_spend.is_none_or(|most| spend <= most)
        && when.min_quantity.is_none_or(|least| quantity >= least)
        && when.cel.as_ref().is_none_or(|cel| speaks_of_member(cel) || is_about_order(cel, order));
    if holds { lines } else { Vec::new() }
}
