//! Ladders of tiers.

use proptest::array::uniform5;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::currency::{IdlePair, expiry};
use super::rule::money_base;
use super::weighted_bool;
use crate::generate::vocabulary::ACTIVITIES;
use crate::spec::{
    AskedSpec, ChallengeSpec, Downgrade, LadderPeriod, LadderSpec, Spec, Threshold, TierSpec, Usage,
};

/// What the second tier asks of each figure, if anything: spend, points, orders, referrals, activities.
const LEAST: [i64; 5] = [10_000, 60, 2, 1, 3];

/// Which figures are asked.
type Kinds = [bool; 5];

pub(super) fn ladder(idle: IdlePair) -> impl Strategy<Value = LadderSpec> {
    (options().boxed(), tiers(idle).boxed()).prop_map(|(options, tiers)| LadderSpec { tiers, ..options })
}

/// All but the tiers.
fn options() -> impl Strategy<Value = LadderSpec> {
    let period = prop_oneof![
        4 => Just(LadderPeriod::CalendarYear),
        3 => select(vec![1_u32, 30, 90, 365]).prop_map(LadderPeriod::RollingDays),
        2 => Just(LadderPeriod::AnniversaryJoining),
        2 => Just(LadderPeriod::AnniversaryTier),
        1 => Just(LadderPeriod::Lifetime),
    ];
    let downgrade = prop_oneof![
        4 => Just(Downgrade::ToQualifying),
        2 => Just(Downgrade::OneDown),
        1 => Just(Downgrade::Never),
    ];
    let head =
        (period, weighted_bool(1, 3), downgrade, select(vec![1_u32, 1, 2]), select(vec![0_u32, 0, 10, 60]));
    let most = uniform5(weighted(0.7, select(vec![1_i64, 2, 3]))).prop_map(|most| {
        let mut caps = most.into_iter().zip(LEAST).map(|(most, least)| most.map(|most| most * least));
        asked(std::array::from_fn(|_| caps.next().flatten()))
    });
    let activities = subsequence(ACTIVITIES.map(str::to_owned).to_vec(), 1..ACTIVITIES.len());
    let extras = (any::<bool>(), any::<bool>(), weighted(0.4, most), weighted(0.5, activities));
    (head, extras, money_base()).prop_map(
        |(
            (period, upgrade_at_period_end, downgrade, valid_periods, grace_days),
            (demote_now, on_change_full, carry_over, activities),
            spend,
        )| LadderSpec {
            period,
            upgrade_at_period_end,
            downgrade,
            valid_periods,
            grace_days,
            demote_now,
            on_change_full,
            carry_over,
            activities,
            spend,
            ..LadderSpec::plain("")
        },
    )
}

fn tiers(idle: IdlePair) -> impl Strategy<Value = Vec<TierSpec>> {
    let kinds = (
        weighted_bool(4, 1),
        weighted_bool(2, 3),
        weighted_bool(2, 3),
        weighted_bool(1, 6),
        weighted_bool(1, 4),
    )
        .prop_map(|(spend, points, orders, referrals, activities)| {
            [spend, points, orders, referrals, activities]
        });
    let lifetime = prop_oneof![2 => Just([false; 5]), 1 => uniform5(weighted_bool(1, 3))];
    let count = prop_oneof![1 => Just(1_usize), 2 => Just(2), 2 => Just(3)];
    let shape = (any::<bool>(), kinds, lifetime, count, weighted_bool(2, 3));
    let challenges = proptest::collection::vec(weighted(0.5, challenge()), 3);
    (shape, weighted(0.4, (0..4_usize, expiry(idle))), challenges).prop_map(
        |((all, kinds, lifetime, count, has_easier_keep), expiry, challenges)| {
            let threshold = |rank: i64, share: i64| threshold(all, (kinds, lifetime), rank, share);
            let mut tiers = LadderSpec::plain("").tiers;
            for ((tier, rank), challenge) in
                ["silver", "gold", "black"].into_iter().zip(1_i64..).zip(challenges).take(count)
            {
                let keep = has_easier_keep.then(|| threshold(rank, 2));
                let plain = TierSpec::plain(tier, Some(threshold(rank, 1)));
                tiers.push(TierSpec { keep, challenge, ..plain });
            }
            if let Some((tier, expiry)) = expiry {
                let tier = tier % tiers.len();
                tiers[tier].expiry = Some(expiry);
            }
            tiers
        },
    )
}

pub(super) fn challenge() -> impl Strategy<Value = ChallengeSpec> {
    let kinds = (any::<bool>(), weighted_bool(1, 2), any::<bool>(), weighted_bool(1, 6), weighted_bool(1, 3));
    (select(vec![1_u32, 10, 60, 200]), any::<bool>(), kinds).prop_map(
        |(days, all, (spend, points, orders, referrals, activities))| {
            let asked = figures([spend, points, orders, referrals, activities], |least| (least / 2).max(1));
            ChallengeSpec { days, all, asked }
        },
    )
}

/// What the tier of a rank, from 1, asks of the period and of all time; a part of it where keeping is easier.
fn threshold(all: bool, (kinds, lifetime): (Kinds, Kinds), rank: i64, share: i64) -> Threshold {
    let period = figures(kinds, |least| (rank * least / share).max(1));
    let lifetime = figures_or_none(lifetime, |least| (2 * rank * least / share).max(1));
    Threshold { all, period, lifetime }
}

/// The figures of some kinds; orders where there is none.
fn figures(kinds: Kinds, least: impl Fn(i64) -> i64) -> AskedSpec {
    let is_any = kinds.iter().any(|is_asked| *is_asked);
    figures_or_none(if is_any { kinds } else { [false, false, true, false, false] }, least)
}

fn figures_or_none(kinds: Kinds, least: impl Fn(i64) -> i64) -> AskedSpec {
    asked(std::array::from_fn(|place| kinds[place].then(|| least(LEAST[place]))))
}

fn asked([spend, points, orders, referrals, activities]: [Option<i64>; 5]) -> AskedSpec {
    AskedSpec { spend, points, orders, referrals, activities }
}

pub(super) fn make_sound(spec: &mut Spec) {
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
            LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier => {
            }
        }
        if ladder.downgrade == Downgrade::Never {
            ladder.demote_now = false;
            ladder.grace_days = 0;
        }
    }
    let has_qualifying = spec.currencies.iter().any(|currency| currency.usage != Usage::Spendable);
    if !has_qualifying {
        spec.ladders.iter_mut().for_each(ask_no_points);
    }
    spec.ladders.iter_mut().for_each(drop_what_nothing_asks);
}

/// Leaves out what goes over of figures that no tier asks of a period, and kinds of activity where none are asked.
pub(super) fn drop_what_nothing_asks(ladder: &mut LadderSpec) {
    let has_years = matches!(ladder.period, LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining);
    let thresholds = || ladder.tiers.iter().flat_map(|tier| tier.entry.iter().chain(&tier.keep));
    let is_asked = |place: usize| thresholds().any(|threshold| threshold.period.each()[place].is_some());
    let asked_only = |most: AskedSpec| {
        let figures = most.each();
        asked(std::array::from_fn(|place| figures[place].filter(|_| is_asked(place))))
    };
    let carry_over = ladder.carry_over.filter(|_| has_years).map(asked_only);
    ladder.carry_over = carry_over.filter(|most| !most.is_nothing());
    if ladder.asked().all(|asked| asked.activities.is_none()) {
        ladder.activities = None;
    }
}

/// Asks for money where only points were asked.
fn ask_no_points(ladder: &mut LadderSpec) {
    for (tier, rank) in ladder.tiers.iter_mut().zip(0_i64..) {
        let entry = tier.entry.iter_mut().map(|entry| (entry, rank * 10_000));
        let keep = tier.keep.iter_mut().map(|keep| (keep, rank * 5_000));
        for (threshold, spend) in entry.chain(keep) {
            threshold.period.points = None;
            threshold.lifetime.points = None;
            if threshold.period.is_nothing() && threshold.lifetime.is_nothing() {
                threshold.period.spend = Some(spend);
            }
        }
        if let Some(challenge) = &mut tier.challenge {
            challenge.asked.points = None;
            if challenge.asked.is_nothing() {
                challenge.asked.orders = Some(1);
            }
        }
    }
}
