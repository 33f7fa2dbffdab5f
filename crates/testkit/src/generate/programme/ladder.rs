//! Ladders of tiers.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::currency::{IdlePair, expiry};
use super::rule::money_base;
use super::weighted_bool;
use crate::spec::{Downgrade, LadderPeriod, LadderSpec, Spec, Threshold, TierSpec, Usage};

pub(super) fn ladder(idle: IdlePair) -> impl Strategy<Value = LadderSpec> {
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
    let figures = (any::<bool>(), weighted_bool(4, 1), weighted_bool(2, 3), weighted_bool(2, 3));
    let tiers = (1..=3_usize, weighted_bool(2, 3), weighted(0.4, (0..4_usize, expiry(idle))));
    (head, any::<bool>(), money_base(), figures, tiers).prop_map(
        |(
            (period, upgrade_at_period_end, downgrade, valid_periods, grace_days),
            demote_now,
            spend,
            (all, by_spend, by_points, by_orders),
            (tiers, has_easier_keep, expiry),
        )| {
            let threshold = |rank: i64, share: i64| Threshold {
                all,
                spend: by_spend.then_some(rank * 10_000 / share),
                points: by_points.then_some(rank * 60 / share),
                orders: (by_orders || !(by_spend || by_points)).then(|| (rank * 2 / share).max(1)),
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
                let keep = has_easier_keep.then(|| threshold(rank, 2));
                ladder.tiers.push(TierSpec { keep, ..TierSpec::plain(tier, Some(threshold(rank, 1))) });
            }
            if let Some((tier, expiry)) = expiry {
                let tier = tier % ladder.tiers.len();
                ladder.tiers[tier].expiry = Some(expiry);
            }
            ladder
        },
    )
}

pub(super) fn make_sound(spec: &mut Spec) {
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
