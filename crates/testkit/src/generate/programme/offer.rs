//! Budgets, campaigns, rewards and benefits.

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::Day;

use super::currency::{IdlePair, expiry};
use super::{days, is_spendable, long_period, weighted_bool};
use crate::generate::vocabulary::{BENEFITS, BUDGETS, CAMPAIGNS, REWARDS};
use crate::spec::{BenefitSpec, BudgetSpec, CampaignSpec, CapPeriod, ExpirySpec, RewardSpec, Spec};

/// Offers before they are fitted into a programme: places instead of names.
#[derive(Clone, Debug)]
pub(super) struct OffersDraw {
    budgets: Vec<BudgetDraw>,
    campaigns: Vec<CampaignDraw>,
    rewards: Vec<RewardDraw>,
    benefits: Vec<BenefitDraw>,
}

#[derive(Clone, Debug)]
struct BenefitDraw {
    ladder: usize,
    per: CapPeriod,
    /// By tier, how many times.
    times: Vec<Option<i64>>,
}

#[derive(Clone, Debug)]
struct BudgetDraw {
    currency: usize,
    limit: i64,
    skip: bool,
}

#[derive(Clone, Debug)]
struct CampaignDraw {
    days: (Option<Day>, Option<Day>),
    budget: Option<usize>,
    expiry: Option<ExpirySpec>,
}

#[derive(Clone, Debug)]
struct RewardDraw {
    currency: usize,
    points: i64,
    stock: Option<i64>,
    days: (Option<Day>, Option<Day>),
    tier: Option<(usize, usize)>,
}

pub(super) fn offers(idle: IdlePair) -> impl Strategy<Value = OffersDraw> {
    let budget = (0..2_usize, select(vec![3_i64, 60, 300]), weighted_bool(1, 1))
        .prop_map(|(currency, limit, skip)| BudgetDraw { currency, limit, skip });
    let campaign = (days(0.4), weighted(0.4, 0..2_usize), weighted(0.4, expiry(idle)))
        .prop_map(|(days, budget, expiry)| CampaignDraw { days, budget, expiry });
    let tier = weighted(0.2, (0..2_usize, 0..2_usize));
    let stock = weighted(0.5, select(vec![0_i64, 1, 2, 1_000]));
    let reward = (0..2_usize, select(vec![1_i64, 5, 20]), stock, days(0.15), tier)
        .prop_map(|(currency, points, stock, days, tier)| RewardDraw { currency, points, stock, days, tier });
    let benefit = (0..2_usize, long_period(), vec(weighted(0.5, 1..=3_i64), 4))
        .prop_map(|(ladder, per, times)| BenefitDraw { ladder, per, times });
    (vec(budget, 0..=2), vec(campaign, 0..=2), vec(reward, 0..=2), vec(benefit, 0..=2)).prop_map(
        |(budgets, campaigns, rewards, benefits)| OffersDraw { budgets, campaigns, rewards, benefits },
    )
}

pub(super) fn fit(spec: &mut Spec, draw: OffersDraw) {
    let currencies: Vec<String> = spec.currencies.iter().map(|currency| currency.id.clone()).collect();
    let currency = |place: usize| currencies[place % currencies.len()].clone();
    spec.budgets = draw
        .budgets
        .into_iter()
        .zip(BUDGETS)
        .map(|(draw, id)| BudgetSpec {
            id: id.to_owned(),
            currency: currency(draw.currency),
            limit: draw.limit,
            skip: draw.skip,
        })
        .collect();
    spec.campaigns = draw
        .campaigns
        .into_iter()
        .zip(CAMPAIGNS)
        .map(|(draw, id)| CampaignSpec {
            id: id.to_owned(),
            from: draw.days.0,
            until: draw.days.1,
            budget: draw.budget.and_then(|place| spec.budgets.get(place)).map(|budget| budget.id.clone()),
            expiry: draw.expiry,
        })
        .collect();
    let rewards = draw.rewards.into_iter().zip(REWARDS).map(|(draw, id)| RewardSpec {
        id: id.to_owned(),
        currency: currency(draw.currency),
        points: draw.points,
        stock: draw.stock,
        from: draw.days.0,
        until: draw.days.1,
        tier: tier(spec, draw.tier),
    });
    // Nobody could pay for a reward in points that cannot be spent.
    spec.rewards = rewards.filter(|reward| is_spendable(spec, &reward.currency)).collect();
    spec.benefits =
        draw.benefits.into_iter().zip(BENEFITS).filter_map(|(draw, id)| benefit(spec, draw, id)).collect();
}

/// A benefit of a ladder's tiers; none where there is no ladder.
fn benefit(spec: &Spec, draw: BenefitDraw, id: &str) -> Option<BenefitSpec> {
    let ladder = spec.ladders.get(draw.ladder % spec.ladders.len().max(1))?;
    let listed = ladder.tiers.iter().zip(draw.times);
    let mut times: Vec<(String, i64)> =
        listed.filter_map(|(tier, times)| Some((tier.id.clone(), times?))).collect();
    if times.is_empty() {
        times.push((ladder.tiers[ladder.tiers.len() - 1].id.clone(), 2));
    }
    Some(BenefitSpec { id: id.to_owned(), ladder: ladder.id.clone(), per: draw.per, times })
}

/// A tier by the places of its ladder and itself; none where there is no ladder.
pub(super) fn tier(spec: &Spec, places: Option<(usize, usize)>) -> Vec<(String, String)> {
    let Some((ladder, tier)) = places.filter(|_| !spec.ladders.is_empty()) else { return Vec::new() };
    let ladder = &spec.ladders[ladder % spec.ladders.len()];
    let tier = &ladder.tiers[tier % ladder.tiers.len()];
    vec![(ladder.id.clone(), tier.id.clone())]
}
