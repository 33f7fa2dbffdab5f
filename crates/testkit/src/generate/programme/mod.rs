//! Programmes over the whole space of options.
//!
//! Parts are drawn by themselves, with places instead of names, and then fitted into one programme that is sound.

mod currency;
mod ladder;
mod offer;
mod rule;
mod version;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::Day;

use super::vocabulary::ACTIVITIES;
use crate::spec::{CapPeriod, CapSpec, LadderPeriod, LadderSpec, MoneySpec, On, Spec, Usage};

pub(super) use version::{VersionDraw, next, version};

/// Zones with clock changes at night, at midnight, by half an hour, and without any.
const ZONES: [&str; 6] =
    ["UTC", "America/New_York", "Asia/Shanghai", "America/Sao_Paulo", "Australia/Lord_Howe", "Europe/London"];

/// Most rules beside the first.
const RULES_MAX: usize = 7;

/// Draws a sound programme.
pub fn spec() -> impl Strategy<Value = Spec> {
    // Expiries of one programme share their inactivities, as those of one currency and length must agree.
    currency::idle_pair().prop_flat_map(|idle| {
        let parts = (
            vec(currency::currency(idle.clone()).boxed(), 1..=2),
            vec(rule::rule(idle.clone()).boxed(), 0..=RULES_MAX),
            vec(ladder::ladder(idle.clone()).boxed(), 0..=2),
            offer::offers(idle).boxed(),
        );
        (head().boxed(), parts).prop_map(|(head, (currencies, rules, ladders, offers))| {
            let mut spec = Spec { currencies, ladders, rules: Vec::new(), ..head };
            currency::make_sound(&mut spec);
            ladder::make_sound(&mut spec);
            offer::fit(&mut spec, offers);
            spec.rules = rule::fit(&spec, rules);
            make_referrals_sound(&mut spec);
            fit_benefits_to_years(&mut spec);
            if has_moving_years(&spec) {
                drop_tier_periods(&mut spec);
            }
            spec
        })
    })
}

/// All but currencies, rules, ladders and offers.
fn head() -> impl Strategy<Value = Spec> {
    let time = (
        select(&ZONES[..]),
        weighted_bool(1, 9),
        select(vec![0_u32, 3, 30, 400, 400, 400, 400]),
        select(vec![0_u32, 300]),
    );
    let leaving = (
        weighted_bool(1, 2),
        select(vec![30_u32, 30, 0, 3, 400]),
        weighted(0.5, select(vec![1_u32, 30, 365])),
        weighted(0.7, select(vec![1_u32, 7, 30])),
    );
    (time, moneys(), leaving).prop_map(|(time, money, leaving)| {
        let (zone, must_enrol, late_limit_days, clock_skew_seconds) = time;
        let (keep_on_close, reinstate_days, voucher_days, referral_window_days) = leaving;
        Spec {
            zone: zone.to_owned(),
            enrol_on_first_fact: !must_enrol,
            late_limit_days,
            clock_skew_seconds,
            money,
            activities: ACTIVITIES.map(str::to_owned).to_vec(),
            referral_window_days,
            keep_on_close,
            reinstate_days,
            voucher_days,
            ..Spec::plain()
        }
    })
}

fn weighted_bool(yes: u32, no: u32) -> impl Strategy<Value = bool> {
    prop_oneof![no => Just(false), yes => Just(true)]
}

/// A first local day and a first one after, within and around the years of histories.
fn days(probability: f64) -> impl Strategy<Value = (Option<Day>, Option<Day>)> {
    (weighted(probability, 17_000..20_000_i32), weighted(probability, 1..900_i32)).prop_map(
        |(from, length)| {
            // Without a first day, the end lies among the years of histories as well.
            (from.map(Day), length.map(|length| Day(from.unwrap_or(18_200) + length)))
        },
    )
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

/// Periods that do not end with an order.
fn long_period() -> impl Strategy<Value = CapPeriod> {
    select(vec![
        CapPeriod::Day,
        CapPeriod::Week,
        CapPeriod::Month,
        CapPeriod::Year,
        CapPeriod::TierPeriod,
        CapPeriod::Ever,
    ])
}

fn caps(probability: f64) -> impl Strategy<Value = Vec<CapSpec>> {
    let period = prop_oneof![1 => Just(CapPeriod::Order), 6 => long_period()];
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

fn make_referrals_sound(spec: &mut Spec) {
    let pays = |on: On| matches!(on, On::Referrer | On::Referred);
    let is_counted = spec.ladders.iter().any(LadderSpec::counts_referrals);
    if is_counted || spec.rules.iter().any(|rule| pays(rule.on)) {
        spec.referral_window_days.get_or_insert(7);
    }
}

/// Whether the first ladder has years that an order can move, in which nothing can be counted by tier period.
fn has_moving_years(spec: &Spec) -> bool {
    spec.ladders.first().is_some_and(|ladder| ladder.period == LadderPeriod::AnniversaryTier)
}

/// As a tier's own years begin with it, nothing is counted by them.
fn fit_benefits_to_years(spec: &mut Spec) {
    let own_years = |id: &str| spec.ladder(id).is_some_and(|l| l.period == LadderPeriod::AnniversaryTier);
    let moving: Vec<bool> = spec.benefits.iter().map(|benefit| own_years(&benefit.ladder)).collect();
    for (benefit, _) in spec.benefits.iter_mut().zip(moving).filter(|(_, is_moving)| *is_moving) {
        if benefit.per == CapPeriod::TierPeriod {
            benefit.per = CapPeriod::Year;
        }
    }
}

fn drop_tier_periods(spec: &mut Spec) {
    let stays = |per: CapPeriod| per != CapPeriod::TierPeriod;
    for currency in &mut spec.currencies {
        currency.caps.retain(|cap| stays(cap.per));
        let transfer = currency.transfer.as_mut().map(|transfer| &mut transfer.allowance);
        for allowance in transfer.into_iter().chain(currency.purchase.as_mut()) {
            allowance.limit = allowance.limit.filter(|(_, per)| stays(*per));
        }
    }
    for rule in &mut spec.rules {
        rule.caps.retain(|cap| stays(cap.per));
        rule.max_triggers.retain(|limit| stays(limit.per));
    }
}

fn is_spendable(spec: &Spec, currency: &str) -> bool {
    spec.currency(currency).is_some_and(|currency| currency.usage != Usage::Qualifying)
}
