//! Programmes over the whole space of options.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::Day;

use crate::spec::{
    Birthday, CapPeriod, CapSpec, CashSpec, Clawback, CurrencySpec, Downgrade, ExpirySpec, LadderPeriod,
    LadderSpec, MoneyBase, MoneySpec, OrderNumber, RoundTo, Rounding, RuleKind, RuleSpec, Spec, Threshold,
    TierSpec, Usage, WhenSpec,
};

/// Zones with clock changes at night, at midnight, by half an hour, and without any.
const ZONES: [&str; 6] =
    ["UTC", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/London"];

pub(super) const CATEGORIES: [&str; 3] = ["GROCERY", "DELI", "BOOKS"];
pub(super) const SKUS: [&str; 3] = ["S1", "S2", "S3"];
pub(super) const BRANDS: [&str; 2] = ["ACME", "ZEST"];
pub(super) const TAGS: [&str; 3] = ["promo", "coupon", "gift"];
pub(super) const CHANNELS: [&str; 2] = ["web", "store"];
pub(super) const STORES: [&str; 2] = ["330", "331"];
pub(super) const SEGMENTS: [&str; 2] = ["vip", "staff"];
pub(super) const ATTRIBUTE: (&str, [&str; 2]) = ("size", ["s", "m"]);

/// Draws a sound programme.
pub fn spec() -> impl Strategy<Value = Spec> {
    let head = (
        select(&ZONES[..]),
        weighted_bool(1, 9),
        select(vec![0_u32, 3, 30, 400, 400, 400, 400]),
        select(vec![0_u32, 300]),
    );
    (head, moneys(), vec(currency(), 1..=2), vec(rule(), 0..=4), vec(ladder(), 0..=2)).prop_map(
        |((zone, must_enrol, late_limit_days, clock_skew_seconds), money, currencies, rules, ladders)| {
            let mut spec = Spec {
                zone: zone.to_owned(),
                enrol_on_first_fact: !must_enrol,
                late_limit_days,
                clock_skew_seconds,
                money,
                currencies,
                rules: Vec::new(),
                ladders,
            };
            make_currencies_sound(&mut spec);
            make_ladders_sound(&mut spec);
            spec.rules = sound_rules(&spec, rules);
            spec
        },
    )
}

fn weighted_bool(yes: u32, no: u32) -> impl Strategy<Value = bool> {
    prop_oneof![no => Just(false), yes => Just(true)]
}

fn moneys() -> impl Strategy<Value = Vec<MoneySpec>> {
    let money = |code: &str, exponent| MoneySpec { code: code.to_owned(), exponent };
    prop_oneof![
        4 => Just(vec![money("USD", 2)]),
        1 => Just(vec![money("JPY", 0)]),
        1 => Just(vec![money("KWD", 3)]),
        1 => Just(vec![money("USD", 2), money("EUR", 2)]),
        1 => Just(vec![money("CNY", 2), money("JPY", 0)]),
    ]
}

fn currency() -> impl Strategy<Value = CurrencySpec> {
    let policies = (
        select(vec![0_u8, 0, 0, 1, 2]),
        prop_oneof![2 => Just(Usage::Spendable), 3 => Just(Usage::Both), 1 => Just(Usage::Qualifying)],
        weighted_bool(1, 2),
        select(vec![Clawback::Arrears, Clawback::Arrears, Clawback::BalanceOnly, Clawback::OwnLotsOnly]),
        select(vec![0_u32, 0, 5, 30]),
        expiry(),
        any::<bool>(),
        select(vec![0_u32, 0, 0, 1, 7, 30]),
    );
    (policies, weighted(0.5, cash()), caps(0.3)).prop_map(
        |(
            (scale, usage, fifo, clawback, grace, expiry, counts_from_earning, activation_days),
            cash,
            caps,
        )| {
            CurrencySpec {
                id: String::new(),
                scale,
                usage,
                fifo,
                clawback,
                reversal_grace_days: grace,
                expiry,
                counts_from_earning,
                activation_days,
                cash,
                caps,
            }
        },
    )
}

fn expiry() -> impl Strategy<Value = ExpirySpec> {
    let unit = || {
        select(vec![
            RoundTo::Day,
            RoundTo::Day,
            RoundTo::Month,
            RoundTo::Quarter,
            RoundTo::HalfYear,
            RoundTo::Year,
        ])
    };
    prop_oneof![
        2 => Just(ExpirySpec::Never),
        3 => (select(vec![1_u32, 2, 10, 60]), unit()).prop_map(|(n, unit)| ExpirySpec::AfterDays(n, unit)),
        3 => (select(vec![1_u32, 3, 12]), unit()).prop_map(|(n, unit)| ExpirySpec::AfterMonths(n, unit)),
        1 => (Just(1_u32), unit()).prop_map(|(n, unit)| ExpirySpec::AfterYears(n, unit)),
        2 => (0_u32..=1).prop_map(ExpirySpec::Calendar),
    ]
}

fn cash() -> impl Strategy<Value = CashSpec> {
    (
        select(vec![1_i64, 10, 30]),
        select(vec![1_i64, 7, 100]),
        1_i64..=3,
        select(vec![1_i64, 5, 10]),
        select(vec![100_u32, 50, 33]),
    )
        .prop_map(|(points, per, least_steps, step, max_share_percent)| {
            // The least redemption is a step too, or nobody could redeem it.
            CashSpec { points, per, min_points: least_steps * step, step, max_share_percent }
        })
}

fn caps(probability: f64) -> impl Strategy<Value = Vec<CapSpec>> {
    let period = select(vec![
        CapPeriod::Order,
        CapPeriod::Day,
        CapPeriod::Week,
        CapPeriod::Month,
        CapPeriod::Year,
        CapPeriod::TierPeriod,
        CapPeriod::Ever,
    ]);
    let cap = (select(vec![1_i64, 5, 20, 50, 200]), period, weighted_bool(1, 2));
    weighted(probability, vec(cap, 1..=2)).prop_map(|caps| {
        let mut caps: Vec<CapSpec> = caps
            .unwrap_or_default()
            .into_iter()
            .map(|(limit, per, skip)| CapSpec { limit, per, skip })
            .collect();
        // Two caps of one period would be one too many.
        if caps.len() == 2 && caps[0].per == caps[1].per {
            caps.pop();
        }
        caps
    })
}

/// A rule before it is fitted into a programme: places instead of names.
#[derive(Clone, Debug)]
struct RuleDraw {
    kind: RuleKind,
    currency: usize,
    rounding: Rounding,
    per_line: bool,
    money: MoneyBase,
    group: Option<u8>,
    priority: i32,
    caps: Vec<CapSpec>,
    when: WhenSpec,
    tier: Option<(usize, usize)>,
}

fn rule() -> impl Strategy<Value = RuleDraw> {
    let kind = prop_oneof![
        3 => (select(vec![1_i64, 2, 5]), select(vec![100_i64, 50, 300, 700]))
            .prop_map(|(points, per)| RuleKind::Base { points, per }),
        3 => select(vec![15_000_i64, 20_000, 30_000, 10_001])
            .prop_map(|factor_ten_thousandths| RuleKind::Multiplier { factor_ten_thousandths }),
        3 => select(vec![1_i64, 10, 50]).prop_map(|points| RuleKind::Bonus { points }),
    ];
    let rounding =
        select(vec![Rounding::Floor, Rounding::Floor, Rounding::HalfUp, Rounding::HalfEven, Rounding::Ceil]);
    let head = (kind, 0..2_usize, rounding, weighted_bool(1, 2), money_base());
    let tier = weighted(0.15, (0..2_usize, 0..4_usize));
    (head, weighted(0.4, 0..2_u8), -1..=1_i32, caps(0.3), when(), tier).prop_map(
        |((kind, currency, rounding, per_line, money), group, priority, caps, when, tier)| RuleDraw {
            kind,
            currency,
            rounding,
            per_line,
            money,
            group,
            priority,
            caps,
            when,
            tier,
        },
    )
}

fn money_base() -> impl Strategy<Value = MoneyBase> {
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

fn when() -> impl Strategy<Value = WhenSpec> {
    let lines = (
        some_of(0.25, &CATEGORIES),
        some_of(0.08, &SKUS),
        some_of(0.08, &BRANDS),
        some_of(0.15, &TAGS),
        some_of(0.1, &CATEGORIES),
        some_of(0.05, &SKUS),
        some_of(0.05, &BRANDS),
        some_of(0.15, &TAGS),
    );
    let order = (
        some_of(0.08, &CHANNELS),
        some_of(0.08, &STORES),
        weighted(0.2, select(vec![100_i64, 1_000, 5_000])),
        weighted(0.1, select(vec![0_i64, 4_000, 10_000])),
        weighted(0.12, 1..=5_i64),
    );
    let member = (
        some_of(0.08, &SEGMENTS),
        some_of(0.08, &ATTRIBUTE.1),
        weighted(0.12, prop_oneof![Just(OrderNumber::First), (2..=3_u32).prop_map(OrderNumber::Every)]),
        weighted(0.1, select(vec![Birthday::Day, Birthday::Week, Birthday::Month])),
    );
    let moment = (
        weighted(0.08, vec(0..7_u8, 1..=4)),
        weighted(0.08, (0..24_u8, 0..24_u8)),
        weighted(0.06, 17_000..20_000_i32),
        weighted(0.06, 17_000..20_000_i32),
    );
    (lines, order, member, moment).prop_map(|(lines, order, member, moment)| {
        let (category, sku, brand, tag, not_category, not_sku, not_brand, not_tag) = lines;
        let (channel, store, min_spend, over_min, min_quantity) = order;
        let (segment, sizes, order_number, birthday) = member;
        let (weekday, hour, from, length) = moment;
        let without = |not: Vec<String>, wanted: &[String]| -> Vec<String> {
            not.into_iter().filter(|one| !wanted.contains(one)).collect()
        };
        let mut weekday = weekday.unwrap_or_default();
        weekday.sort_unstable();
        weekday.dedup();
        WhenSpec {
            money: Vec::new(),
            channel,
            store,
            not_category: without(not_category, &category),
            not_sku: without(not_sku, &sku),
            not_brand: without(not_brand, &brand),
            not_tag: without(not_tag, &tag),
            category,
            sku,
            brand,
            tag,
            min_spend,
            max_spend: over_min.map(|over| min_spend.unwrap_or(0) + over.max(1)),
            min_quantity,
            tier: Vec::new(),
            segment,
            attribute: if sizes.is_empty() { Vec::new() } else { vec![(ATTRIBUTE.0.to_owned(), sizes)] },
            order_number,
            weekday,
            hour: hour.filter(|(from, to)| from != to),
            from: from.map(Day),
            until: length.map(|length| Day(from.unwrap_or(0).max(17_000) + (length - 17_000) / 5 + 1)),
            birthday,
        }
    })
}

fn ladder() -> impl Strategy<Value = LadderSpec> {
    let period = prop_oneof![
        4 => Just(LadderPeriod::CalendarYear),
        3 => select(vec![1_u32, 30, 90, 365]).prop_map(LadderPeriod::RollingDays),
        2 => Just(LadderPeriod::AnniversaryJoining),
        1 => Just(LadderPeriod::AnniversaryTier),
        1 => Just(LadderPeriod::Lifetime),
    ];
    let downgrade = prop_oneof![
        4 => Just(Downgrade::ToQualifying),
        2 => Just(Downgrade::OneDown),
        1 => Just(Downgrade::Never),
    ];
    let head =
        (period, weighted_bool(1, 3), downgrade, select(vec![1_u32, 1, 2]), select(vec![0_u32, 0, 10, 60]));
    let figures = (any::<bool>(), weighted(0.8, Just(())), weighted(0.4, Just(())), weighted(0.4, Just(())));
    (head, weighted_bool(1, 1), money_base(), figures, 1..=3_usize, weighted(0.4, Just(()))).prop_map(
        |(
            (period, upgrade_at_period_end, downgrade, valid_periods, grace_days),
            demote_now,
            spend,
            figures,
            tiers,
            easier,
        )| {
            let (all, by_spend, by_points, by_orders) = figures;
            let threshold = |rank: i64, share: i64| Threshold {
                all,
                spend: by_spend.map(|()| rank * 10_000 / share),
                points: by_points.map(|()| rank * 60 / share),
                orders: (by_orders.is_some() || (by_spend.is_none() && by_points.is_none()))
                    .then(|| (rank * 2 / share).max(1)),
            };
            let mut ladder = LadderSpec {
                period,
                upgrade_at_period_end,
                downgrade,
                valid_periods,
                grace_days,
                demote_now,
                spend,
                ..LadderSpec::plain("")
            };
            for (tier, rank) in ["silver", "gold", "black"].into_iter().zip(1_i64..).take(tiers) {
                let keep = easier.map(|()| threshold(rank, 2));
                ladder.tiers.push(TierSpec { id: tier.to_owned(), entry: Some(threshold(rank, 1)), keep });
            }
            ladder
        },
    )
}

fn make_currencies_sound(spec: &mut Spec) {
    for (currency, id) in spec.currencies.iter_mut().zip(["points", "miles"]) {
        currency.id = id.to_owned();
        if currency.usage == Usage::Qualifying {
            currency.cash = None;
        }
    }
    // Points of a tier threshold are read at the scale of the qualifying currency: they need to agree on one.
    let scale = spec.currencies.iter().find(|c| c.usage != Usage::Spendable).map(|c| c.scale);
    for currency in spec.currencies.iter_mut().filter(|c| c.usage != Usage::Spendable) {
        currency.scale = scale.unwrap_or(0);
    }
}

fn make_ladders_sound(spec: &mut Spec) {
    let has_qualifying = spec.currencies.iter().any(|currency| currency.usage != Usage::Spendable);
    for (ladder, id) in spec.ladders.iter_mut().zip(["status", "club"]) {
        ladder.id = id.to_owned();
        match ladder.period {
            LadderPeriod::RollingDays(_) => {
                ladder.upgrade_at_period_end = false;
                ladder.valid_periods = 1;
            }
            LadderPeriod::Lifetime => {
                ladder.upgrade_at_period_end = false;
                ladder.valid_periods = 1;
                ladder.grace_days = 0;
                ladder.downgrade = Downgrade::ToQualifying;
            }
            // Which years cover a tier that has years of its own is told by its last keeping, not by figures.
            LadderPeriod::AnniversaryTier => ladder.demote_now = false,
            LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining => {}
        }
        if ladder.downgrade == Downgrade::Never {
            ladder.demote_now = false;
            ladder.grace_days = 0;
        }
        if !has_qualifying {
            for (tier, rank) in ladder.tiers.iter_mut().zip(0_i64..) {
                ask_no_points(&mut tier.entry, rank * 10_000);
                ask_no_points(&mut tier.keep, rank * 5_000);
            }
        }
    }
    if matches!(spec.ladders.first(), Some(ladder) if ladder.period == LadderPeriod::AnniversaryTier) {
        // A cap by tier period needs periods that no order can move.
        for currency in &mut spec.currencies {
            drop_tier_period_caps(&mut currency.caps);
        }
    }
}

/// Asks for money where only points were asked.
fn ask_no_points(threshold: &mut Option<Threshold>, spend: i64) {
    if let Some(threshold) = threshold {
        threshold.points = None;
        if threshold.orders.is_none() {
            threshold.spend = threshold.spend.or(Some(spend));
        }
    }
}

fn drop_tier_period_caps(caps: &mut Vec<CapSpec>) {
    caps.retain(|cap| cap.per != CapPeriod::TierPeriod);
}

fn sound_rules(spec: &Spec, draws: Vec<RuleDraw>) -> Vec<RuleSpec> {
    let exponents_differ = spec.money.iter().any(|money| money.exponent != spec.money[0].exponent);
    let first_money = vec![spec.money[0].code.clone()];
    let mut base = RuleSpec::base("base", &spec.currencies[0].id, 1, 100);
    if exponents_differ {
        base.when.money = first_money.clone();
    }
    let mut rules = vec![base];
    if exponents_differ {
        let mut other = RuleSpec::base("base-other-money", &spec.currencies[0].id, 1, 7);
        other.when.money = vec![spec.money[1].code.clone()];
        rules.push(other);
    }
    let has_moving_years =
        matches!(spec.ladders.first(), Some(l) if l.period == LadderPeriod::AnniversaryTier);
    for (number, draw) in draws.into_iter().enumerate() {
        let currency = spec.currencies[draw.currency % spec.currencies.len()].id.clone();
        let is_base =
            |rule: &RuleSpec| rule.currency == currency && matches!(rule.kind, RuleKind::Base { .. });
        let kind = match draw.kind {
            RuleKind::Multiplier { .. } if !rules.iter().any(is_base) => {
                RuleKind::Base { points: 1, per: 300 }
            }
            kind => kind,
        };
        let mut rule = RuleSpec { kind, ..RuleSpec::new(&format!("r{number}"), &currency, kind) };
        rule.rounding = draw.rounding;
        rule.per_line = draw.per_line;
        rule.money = draw.money;
        rule.caps = draw.caps;
        rule.when = draw.when;
        if matches!(kind, RuleKind::Bonus { .. }) {
            rule.rounding = Rounding::Floor;
            rule.per_line = false;
        }
        if has_moving_years {
            drop_tier_period_caps(&mut rule.caps);
        }
        if exponents_differ {
            rule.when.money = first_money.clone();
        }
        if let Some(group) = draw.group {
            let kind_name = match kind {
                RuleKind::Base { .. } => "base",
                RuleKind::Multiplier { .. } => "multiplier",
                RuleKind::Bonus { .. } => "bonus",
            };
            rule.group = Some(format!("{currency}-{kind_name}-{group}"));
            rule.group_by_priority = group == 1;
            rule.priority = draw.priority;
        }
        if let (Some((ladder, tier)), false) = (draw.tier, spec.ladders.is_empty()) {
            let ladder = &spec.ladders[ladder % spec.ladders.len()];
            let tier = &ladder.tiers[tier % ladder.tiers.len()];
            rule.when.tier = vec![(ladder.id.clone(), tier.id.clone())];
        }
        rules.push(rule);
    }
    rules
}
