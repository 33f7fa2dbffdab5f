//! Earning rules and their conditions.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use tallybook_core::calendar::Day;

use super::currency::{IdlePair, expiry};
use super::offer::tier;
use super::{caps, days, long_period, weighted_bool};
use crate::generate::vocabulary::{
    ACTIVITIES, ATTRIBUTE, BRANDS, CATEGORIES, CHANNELS, SEGMENTS, SKUS, STORES, TAGS,
};
use crate::spec::{
    Birthday, CapSpec, CelSpec, ExpirySpec, MoneyBase, On, OrderNumber, Rounding, RuleKind, RuleSpec, Spec,
    TriggerLimitSpec, WhenSpec, words,
};

/// Days that hold every weekday.
const WEEK_DAYS: i32 = 7;

/// A rule before it is fitted into a programme: places instead of names, and conditions for any occasion.
#[derive(Clone, Debug)]
pub(super) struct RuleDraw {
    on: On,
    activity: Vec<String>,
    campaign: Option<usize>,
    kind: RuleKind,
    currency: usize,
    rounding: Rounding,
    per_line: bool,
    money: MoneyBase,
    group: Option<u8>,
    priority: i32,
    cooldown_days: u32,
    max_triggers: Vec<TriggerLimitSpec>,
    caps: Vec<CapSpec>,
    budget: Vec<usize>,
    expiry: Option<ExpirySpec>,
    when: WhenSpec,
    cel: Option<CelDraw>,
    tier: Option<(usize, usize)>,
}

pub(super) fn rule(idle: IdlePair) -> impl Strategy<Value = RuleDraw> {
    // Boxed parts, as one draw in one piece is too much for the stack of a test.
    (
        effect().boxed(),
        occasion().boxed(),
        limits().boxed(),
        when().boxed(),
        weighted(0.15, expiry(idle)),
        weighted(0.25, cel().boxed()),
    )
        .prop_map(|(effect, occasion, limits, when, expiry, cel)| {
            let (kind, currency, rounding, per_line, money) = effect;
            let (on, activity, campaign, tier) = occasion;
            let (group, priority, cooldown_days, max_triggers, caps, budget) = limits;
            RuleDraw {
                on,
                activity,
                campaign,
                kind,
                currency,
                rounding,
                per_line,
                money,
                group,
                priority,
                cooldown_days,
                max_triggers,
                caps,
                budget,
                expiry,
                when,
                cel,
                tier,
            }
        })
}

type Occasion = (On, Vec<String>, Option<usize>, Option<(usize, usize)>);

fn occasion() -> impl Strategy<Value = Occasion> {
    let on = prop_oneof![
        12 => Just(On::Order),
        5 => Just(On::Activity),
        1 => Just(On::Enrolment),
        1 => Just(On::Birthday),
        1 => Just(On::Anniversary),
        1 => Just(On::Referrer),
        1 => Just(On::Referred),
        2 => Just(On::TierReached),
        1 => Just(On::TierKept),
        1 => Just(On::TierAnniversary),
    ];
    let activity = subsequence(ACTIVITIES.map(str::to_owned).to_vec(), 1..=ACTIVITIES.len());
    (on, activity, weighted(0.3, 0..2_usize), weighted(0.15, (0..2_usize, 0..4_usize)))
}

type EffectDraw = (RuleKind, usize, Rounding, bool, MoneyBase);

fn effect() -> impl Strategy<Value = EffectDraw> {
    let kind = prop_oneof![
        3 => (select(vec![1_i64, 2, 5]), select(vec![100_i64, 50, 300, 700]))
            .prop_map(|(points, per)| RuleKind::Base { points, per }),
        3 => select(vec![15_000_i64, 20_000, 30_000, 10_001])
            .prop_map(|factor_ten_thousandths| RuleKind::Multiplier { factor_ten_thousandths }),
        3 => select(vec![1_i64, 10, 50]).prop_map(|points| RuleKind::Bonus { points }),
    ];
    let rounding =
        select(vec![Rounding::Floor, Rounding::Floor, Rounding::HalfUp, Rounding::HalfEven, Rounding::Ceil]);
    (kind, 0..2_usize, rounding, weighted_bool(1, 2), money_base())
}

type LimitsDraw = (Option<u8>, i32, u32, Vec<TriggerLimitSpec>, Vec<CapSpec>, Vec<usize>);

fn limits() -> impl Strategy<Value = LimitsDraw> {
    let trigger_limit =
        (select(vec![1_i64, 2, 3]), long_period()).prop_map(|(times, per)| TriggerLimitSpec { times, per });
    let max_triggers = weighted(0.2, vec(trigger_limit, 1..=2)).prop_map(|limits| {
        let mut limits = limits.unwrap_or_default();
        // Two limits of one period would be one too many.
        if limits.len() == 2 && limits[0].per == limits[1].per {
            limits.pop();
        }
        limits
    });
    let budget = weighted(0.3, subsequence(vec![0_usize, 1], 1..=2)).prop_map(Option::unwrap_or_default);
    let cooldown = prop_oneof![5 => Just(0_u32), 1 => select(vec![1_u32, 3, 30])];
    (weighted(0.4, 0..2_u8), -1..=1_i32, cooldown, max_triggers, caps(0.3), budget)
}

pub(super) fn money_base() -> impl Strategy<Value = MoneyBase> {
    let part = || weighted_bool(1, 4);
    (part(), part(), part(), part(), part()).prop_map(|(discount, tax, shipping, points, stored)| MoneyBase {
        before_discount: discount,
        with_tax: tax,
        with_shipping: shipping,
        with_points_paid: points,
        with_stored_value_paid: stored,
    })
}

/// Nothing mostly, else one or two of the texts.
fn some_of(probability: f64, texts: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    weighted(probability, vec(select(texts), 1..=2)).prop_map(|chosen| {
        let mut texts: Vec<String> = chosen.unwrap_or_default().into_iter().map(str::to_owned).collect();
        texts.sort();
        texts.dedup();
        texts
    })
}

/// Conditions for any occasion, but for money, tiers and expressions.
fn when() -> impl Strategy<Value = WhenSpec> {
    (
        line_conditions().boxed(),
        order_conditions().boxed(),
        member_conditions().boxed(),
        moment_conditions().boxed(),
        activity_conditions().boxed(),
    )
        .prop_map(|(lines, order, member, moment, activity)| {
            let (segment, attribute, order_number, birthday) = member;
            let (weekday, hour, (from, until)) = moment;
            let (streak_every, score) = activity;
            WhenSpec {
                category: lines.category,
                sku: lines.sku,
                brand: lines.brand,
                tag: lines.tag,
                not_category: lines.not_category,
                not_sku: lines.not_sku,
                not_brand: lines.not_brand,
                not_tag: lines.not_tag,
                segment,
                attribute,
                order_number,
                weekday,
                hour,
                from,
                until,
                birthday,
                streak_every,
                score,
                ..order
            }
        })
}

fn line_conditions() -> impl Strategy<Value = WhenSpec> {
    (
        some_of(0.25, &CATEGORIES),
        some_of(0.08, &SKUS),
        some_of(0.08, &BRANDS),
        some_of(0.15, &TAGS),
        some_of(0.1, &CATEGORIES),
        some_of(0.05, &SKUS),
        some_of(0.05, &BRANDS),
        some_of(0.15, &TAGS),
    )
        .prop_map(|(category, sku, brand, tag, not_category, not_sku, not_brand, not_tag)| {
            let without = |not: Vec<String>, wanted: &[String]| -> Vec<String> {
                not.into_iter().filter(|one| !wanted.contains(one)).collect()
            };
            WhenSpec {
                not_category: without(not_category, &category),
                not_sku: without(not_sku, &sku),
                not_brand: without(not_brand, &brand),
                not_tag: without(not_tag, &tag),
                category,
                sku,
                brand,
                tag,
                ..WhenSpec::default()
            }
        })
}

fn order_conditions() -> impl Strategy<Value = WhenSpec> {
    (
        some_of(0.08, &CHANNELS),
        some_of(0.08, &STORES),
        weighted(0.2, select(vec![100_i64, 1_000, 5_000])),
        weighted(0.1, select(vec![0_i64, 4_000, 10_000])),
        weighted(0.12, 1..=5_i64),
    )
        .prop_map(|(channel, store, min_spend, over_min, min_quantity)| WhenSpec {
            channel,
            store,
            min_spend,
            max_spend: over_min.map(|over| min_spend.unwrap_or(0) + over.max(1)),
            min_quantity,
            ..WhenSpec::default()
        })
}

type MemberDraw = (Vec<String>, Vec<(String, Vec<String>)>, Option<OrderNumber>, Option<Birthday>);

fn member_conditions() -> impl Strategy<Value = MemberDraw> {
    let attribute = some_of(0.08, &ATTRIBUTE.1)
        .prop_map(|sizes| if sizes.is_empty() { Vec::new() } else { vec![(ATTRIBUTE.0.to_owned(), sizes)] });
    (
        some_of(0.08, &SEGMENTS),
        attribute,
        weighted(0.12, prop_oneof![Just(OrderNumber::First), (2..=3_u32).prop_map(OrderNumber::Every)]),
        weighted(0.1, select(vec![Birthday::Day, Birthday::Week, Birthday::Month])),
    )
}

type MomentDraw = (Vec<u8>, Option<(u8, u8)>, (Option<Day>, Option<Day>));

fn moment_conditions() -> impl Strategy<Value = MomentDraw> {
    let weekday = weighted(0.08, vec(0..7_u8, 1..=4)).prop_map(|days| {
        let mut days = days.unwrap_or_default();
        days.sort_unstable();
        days.dedup();
        days
    });
    let hour = weighted(0.08, (0..24_u8, 0..24_u8)).prop_map(|hours| hours.filter(|(from, to)| from != to));
    (weekday, hour, days(0.06))
}

fn activity_conditions() -> impl Strategy<Value = (Option<u32>, Option<(u8, u8)>)> {
    let score = (0..=10_u8, 0..=10_u8).prop_map(|(one, other)| (one.min(other), one.max(other)));
    (weighted(0.3, 1..=3_u32), weighted(0.3, score))
}

/// An expression for a rule on orders, on activities, and on anything else.
#[derive(Clone, Debug)]
struct CelDraw {
    order: CelSpec,
    activity: CelSpec,
    other: CelSpec,
}

fn cel() -> impl Strategy<Value = CelDraw> {
    let owned = |texts: &'static [&'static str]| select(texts).prop_map(str::to_owned);
    let of_order = prop_oneof![
        select(vec![1_000_i64, 4_000]).prop_map(CelSpec::OrderAmountAtLeast),
        select(vec![1_000_i64, 4_000]).prop_map(CelSpec::OrderTotalAtLeast),
        (1..=4_i64).prop_map(CelSpec::OrderQuantityAtLeast),
        owned(&CHANNELS).prop_map(CelSpec::OrderChannelIs),
        owned(&CATEGORIES).prop_map(CelSpec::HasLineOfCategory),
        owned(&TAGS).prop_map(CelSpec::HasLineTagged),
    ];
    let of_activity = prop_oneof![
        owned(&ACTIVITIES).prop_map(CelSpec::ActivityKindIs),
        (1..=10_u8).prop_map(CelSpec::ScoreAtLeast),
    ];
    let of_member = prop_oneof![
        (0..=3_i64).prop_map(CelSpec::MemberOrdersAtLeast),
        owned(&["member", "silver"]).prop_map(CelSpec::MemberTierIs),
        owned(&SEGMENTS).prop_map(CelSpec::MemberInSegment),
        owned(&ATTRIBUTE.1).prop_map(|size| CelSpec::MemberAttributeIs(ATTRIBUTE.0.to_owned(), size)),
        (0..=30_i64).prop_map(|points| CelSpec::MemberAvailableAtLeast("points".to_owned(), points)),
        (0..=40_i64).prop_map(CelSpec::DaysSinceJoiningAtLeast),
        (0..7_u8).prop_map(CelSpec::WeekdayIs),
        (1..24_u8).prop_map(CelSpec::HourAtLeast),
    ]
    .boxed();
    let order = compound(prop_oneof![of_order, of_member.clone()].boxed());
    let activity = compound(prop_oneof![of_activity, of_member.clone()].boxed());
    (order, activity, compound(of_member)).prop_map(|(order, activity, other)| CelDraw {
        order,
        activity,
        other,
    })
}

/// A plain expression, or some of them put together.
fn compound(leaf: BoxedStrategy<CelSpec>) -> BoxedStrategy<CelSpec> {
    leaf.prop_recursive(2, 6, 2, |part| {
        prop_oneof![
            vec(part.clone(), 2).prop_map(CelSpec::AllOf),
            vec(part.clone(), 2).prop_map(CelSpec::AnyOf),
            part.prop_map(|part| CelSpec::Not(Box::new(part))),
        ]
    })
    .boxed()
}

/// The rules of a programme: one that gives points to everybody, and the drawn ones as far as they go with it.
pub(super) fn fit(spec: &Spec, draws: Vec<RuleDraw>) -> Vec<RuleSpec> {
    let mut rules = first_rules(spec);
    for (number, draw) in draws.into_iter().enumerate() {
        let rule = fit_one(spec, &rules, &format!("r{number}"), draw);
        rules.push(rule);
    }
    rules
}

/// One base rule, or one for each money currency where their minor units differ.
fn first_rules(spec: &Spec) -> Vec<RuleSpec> {
    let mut base = RuleSpec::base("base", &spec.currencies[0].id, 1, 100);
    if !exponents_differ(spec) {
        return vec![base];
    }
    base.when.money = vec![spec.money[0].code.clone()];
    let mut other = RuleSpec::base("base-other-money", &spec.currencies[0].id, 1, 7);
    other.when.money = vec![spec.money[1].code.clone()];
    vec![base, other]
}

fn exponents_differ(spec: &Spec) -> bool {
    spec.money.iter().any(|money| money.exponent != spec.money[0].exponent)
}

fn fit_one(spec: &Spec, before: &[RuleSpec], id: &str, draw: RuleDraw) -> RuleSpec {
    let currency = spec.currencies[draw.currency % spec.currencies.len()].id.clone();
    let has_tiers = spec.ladders.iter().any(|ladder| ladder.tiers.len() > 1);
    let on = if draw.on.is_about_a_tier() && !has_tiers { On::Order } else { draw.on };
    let draw = RuleDraw { on, ..draw };
    let activity = if draw.on == On::Activity { draw.activity } else { Vec::new() };
    let kind = sound_kind(before, draw.on, &activity, &currency, draw.kind);
    let cel = draw.cel.map(|cel| match draw.on {
        On::Order => cel.order,
        On::Activity => cel.activity,
        _ => cel.other,
    });
    let cel = cel.filter(|cel| names_known_tiers(spec, cel));
    let mut rule = RuleSpec {
        on: draw.on,
        activity,
        money: draw.money,
        cooldown_days: draw.cooldown_days,
        max_triggers: draw.max_triggers,
        caps: draw.caps,
        expiry: draw.expiry,
        when: WhenSpec { tier: tier(spec, draw.tier), cel, ..draw.when },
        ..RuleSpec::new(id, &currency, kind)
    };
    if !matches!(kind, RuleKind::Bonus { .. }) {
        rule.rounding = draw.rounding;
        rule.per_line = draw.per_line;
    }
    if let Some(group) = draw.group {
        rule.group = Some(format!("{currency}-{}-{group}", words::rule_kind(kind)));
        rule.group_by_priority = group == 1;
        rule.priority = draw.priority;
    }
    if matches!(rule.on, On::Order | On::Activity) {
        if exponents_differ(spec) {
            rule.when.money = vec![spec.money[0].code.clone()];
        }
    } else {
        rule.money = MoneyBase::default();
    }
    drop_conditions(spec, &mut rule);
    let budgets = draw.budget.iter().filter_map(|place| spec.budgets.get(*place));
    if may_draw_on_budgets(rule.on) {
        rule.budget =
            budgets.filter(|budget| budget.currency == currency).map(|budget| budget.id.clone()).collect();
    }
    rule.campaign = draw.campaign.and_then(|place| spec.campaigns.get(place)).map(|one| one.id.clone());
    if !goes_with_campaign(spec, &rule) {
        rule.campaign = None;
    }
    drop_weekdays(spec, &mut rule);
    rule
}

/// The kind, where it can give anything: base rules need money, and multipliers a base.
fn sound_kind(before: &[RuleSpec], on: On, activity: &[String], currency: &str, kind: RuleKind) -> RuleKind {
    let has_money = matches!(on, On::Order | On::Activity);
    let is_met = |base: &RuleSpec| {
        let shares_activity = base.activity.iter().any(|kind| activity.contains(kind));
        matches!(base.kind, RuleKind::Base { .. })
            && base.on == on
            && base.currency == currency
            && (on == On::Order || shares_activity)
    };
    match kind {
        RuleKind::Base { .. } | RuleKind::Multiplier { .. } if !has_money => RuleKind::Bonus { points: 7 },
        RuleKind::Multiplier { .. } if !before.iter().any(is_met) => RuleKind::Base { points: 1, per: 300 },
        kind => kind,
    }
}

/// Timers must not depend on what other members did.
fn may_draw_on_budgets(on: On) -> bool {
    !matches!(on, On::Birthday | On::Anniversary) && !on.is_about_a_tier()
}

/// Drops what could never hold, or only ever hold, on the rule's occasion.
fn drop_conditions(spec: &Spec, rule: &mut RuleSpec) {
    let when = std::mem::take(&mut rule.when);
    let of_member = WhenSpec {
        tier: when.tier.clone(),
        segment: when.segment.clone(),
        attribute: when.attribute.clone(),
        weekday: when.weekday.clone(),
        hour: when.hour,
        from: when.from,
        until: when.until,
        birthday: when.birthday,
        cel: when.cel.clone(),
        ..WhenSpec::default()
    };
    let first_tiers = |(ladder, tier): &(String, String)| {
        spec.ladder(ladder).is_some_and(|ladder| ladder.tiers[0].id == *tier)
    };
    rule.when = match rule.on {
        On::Order => WhenSpec { streak_every: None, score: None, ..when },
        On::Activity => WhenSpec {
            money: when.money,
            channel: when.channel,
            store: when.store,
            tag: when.tag,
            not_tag: when.not_tag,
            min_spend: when.min_spend,
            max_spend: when.max_spend,
            streak_every: when.streak_every,
            score: when.score,
            ..of_member
        },
        // Whoever joins is in the first tier.
        On::Enrolment => WhenSpec {
            tier: of_member.tier.iter().filter(|t| first_tiers(t)).cloned().collect(),
            ..of_member
        },
        // Timers come at midnight.
        On::Birthday => WhenSpec { birthday: None, hour: None, ..of_member },
        On::Anniversary => WhenSpec { hour: None, ..of_member },
        On::Referrer | On::Referred => of_member,
        // Nobody reaches the first tier.
        On::TierReached => WhenSpec {
            tier: of_member.tier.iter().filter(|t| !first_tiers(t)).cloned().collect(),
            ..of_member
        },
        On::TierKept | On::TierAnniversary => WhenSpec {
            tier: of_member.tier.iter().filter(|t| !first_tiers(t)).cloned().collect(),
            hour: None,
            ..of_member
        },
    };
}

/// Whether the tiers that an expression names are on the first ladder.
pub(super) fn names_known_tiers(spec: &Spec, cel: &CelSpec) -> bool {
    match cel {
        CelSpec::MemberTierIs(wanted) => {
            spec.ladders.first().is_some_and(|ladder| ladder.tiers.iter().any(|tier| tier.id == *wanted))
        }
        CelSpec::AllOf(parts) | CelSpec::AnyOf(parts) => {
            parts.iter().all(|part| names_known_tiers(spec, part))
        }
        CelSpec::Not(part) => names_known_tiers(spec, part),
        _ => true,
    }
}

/// Whether the campaign has time in common with the rule, and a budget that the rule can draw on.
fn goes_with_campaign(spec: &Spec, rule: &RuleSpec) -> bool {
    let Some(campaign) = rule.campaign.as_ref().and_then(|id| spec.campaign(id)) else { return true };
    let (from, until) = window(spec, rule);
    let has_time = from.zip(until).is_none_or(|(from, until)| from < until);
    let has_budget = campaign
        .budget
        .as_ref()
        .and_then(|id| spec.budget(id))
        .is_none_or(|budget| budget.currency == rule.currency && may_draw_on_budgets(rule.on));
    has_time && has_budget
}

/// Weekdays are dropped where the rule's time may be too short to have one of them.
fn drop_weekdays(spec: &Spec, rule: &mut RuleSpec) {
    if let (Some(from), Some(until)) = window(spec, rule)
        && until.0 - from.0 < WEEK_DAYS
    {
        rule.when.weekday.clear();
    }
}

/// The rule's days: those that it shares with its campaign.
fn window(spec: &Spec, rule: &RuleSpec) -> (Option<Day>, Option<Day>) {
    let campaign = rule.campaign.as_ref().and_then(|id| spec.campaign(id));
    let (from, until) = campaign.map_or((None, None), |campaign| (campaign.from, campaign.until));
    let until = match (rule.when.until, until) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    };
    (rule.when.from.max(from), until)
}
