//! Whole programmes, each of which has every table of the language.

use crate::event::Trigger;
use crate::ids::{BudgetNumber, PolicyIndex};
use crate::points::Points;
use crate::programme::parse::{Checked, check};
use crate::programme::plan::*;

fn checked(source: &str) -> Checked {
    let checked = check(source).unwrap_or_else(|findings| panic!("{findings}"));
    let plan = &checked.plan;
    assert!(plan.referral.is_some() && plan.rules.iter().any(|rule| rule.cel.is_some()));
    assert!(!plan.expiries.is_empty() && plan.ladders.iter().flatten().count() > 0);
    let lengths = [
        plan.activities.len(),
        plan.budgets.len(),
        plan.campaigns.len(),
        plan.rewards.len(),
        plan.benefits.len(),
    ];
    assert!(lengths.iter().all(|length| *length > 0));
    let currency = plan.currencies[0].as_ref().unwrap();
    assert!(currency.transfer.is_some() && currency.purchase.is_some());
    let tiers = plan.ladders.iter().flatten().flat_map(|ladder| &ladder.tiers);
    assert!(tiers.filter(|tier| tier.expiry.is_some()).count() > 0);
    checked
}

fn rule<'p>(plan: &'p Plan, id: &str) -> &'p Rule {
    plan.rules.iter().find(|rule| rule.id.as_ref() == id).unwrap()
}

fn names(list: &[Box<str>]) -> Vec<&str> {
    list.iter().map(AsRef::as_ref).collect()
}

#[test]
fn a_coffee_bar_is_sound() {
    let Checked { plan, registry, .. } = checked(include_str!("full/coffee.toml"));
    assert_eq!((plan.on_close, plan.reinstate_days, plan.voucher_days), (OnClose::Forfeit, 30, Some(30)));
    let kinds = [RenewalKind::Order, RenewalKind::Activity, RenewalKind::Redemption];
    let idle = plan.currencies[0].as_ref().unwrap().expiry.inactivity.unwrap();
    assert_eq!((idle.months, idle.round_to, idle.kinds), (12, RoundTo::Month, RenewalKinds::of(&kinds)));
    let double = rule(&plan, "opening_double");
    assert_eq!((double.budgets.as_slice(), double.expiry), (&[0][..], Some(PolicyIndex(1))));
    let answers = rule(&plan, "answers");
    assert!(answers.is_conditional() && answers.member.is_empty());
    assert!(plan.has_rules_on(Trigger::Referrer) && !plan.has_rules_on(Trigger::Birthday));
    let expected = [
        "currency beans/bought month",
        "rule stamp/triggers day",
        "rule answers/cooldown",
        "benefit refill/day",
    ];
    assert_eq!(names(&registry.caps), expected);
    assert_eq!(names(&registry.budgets), ["budget opening", "stock mug"]);
}

#[test]
fn an_airline_is_sound() {
    let Checked { plan, registry, .. } = checked(include_str!("full/airline.toml"));
    let miles = plan.currencies[0].as_ref().unwrap();
    assert_eq!(miles.activation, Activation::OnFulfilment { within_days: 360 });
    let span = |end: Option<End>| match end {
        Some(End::After { span, .. }) => Some(span),
        _ => None,
    };
    assert_eq!((span(miles.expiry.ends[0]), miles.expiry.ends[1]), (Some(Span::Months(60)), None));
    assert_eq!(miles.expiry.inactivity.map(|idle| idle.months), Some(36));
    let transfer = miles.transfer.unwrap();
    assert_eq!((transfer.expiry, transfer.fee_basis_points), (TransferExpiry::Restart, 150));
    assert_eq!((transfer.allowance.min_points, transfer.allowance.max_points), (Points(1_000), None));
    // The gold tier's points and those of anniversaries share one expiry: never.
    assert_eq!(plan.expiries, [Expiry::NEVER]);
    assert_eq!(rule(&plan, "years_with_us").expiry, Some(PolicyIndex(0)));
    assert_eq!(rule(&plan, "stays").member.until, plan.campaigns[0].until);
    assert_eq!(plan.rewards[0].tiers.len(), 2);
    let expected = [
        "currency miles/sent year",
        "currency miles/bought year",
        "rule friend/triggers year",
        "rule friend/triggers ever",
        "rule gold_for_another_year/triggers ever",
        "benefit lounge/tier_period",
    ];
    assert_eq!(names(&registry.caps), expected);
    assert_eq!(names(&registry.ladders[0].1), ["blue", "silver", "gold", "platinum"]);
    let card = plan.ladders[0].as_ref().unwrap();
    assert_eq!((card.on_change, card.counts_referrals, card.activities.len()), (OnChange::Full, true, 0));
    assert_eq!(card.carry_over.map(|most| (most.points, most.referrals)), Some((Points(10_000), 2)));
    let keep = card.tiers[2].keep.unwrap();
    assert_eq!((keep.period.referrals, keep.lifetime.points), (Some(5), Some(Points(500_000))));
    let on_tiers = [Trigger::TierReached, Trigger::TierKept, Trigger::TierAnniversary];
    assert!(on_tiers.into_iter().all(|on| plan.has_rules_on(on)));
}

#[test]
fn a_pharmacy_is_sound() {
    let Checked { plan, registry, .. } = checked(include_str!("full/pharmacy.toml"));
    assert!(!plan.enrol_on_first_fact);
    let coins = plan.currencies[0].as_ref().unwrap();
    assert!(matches!(coins.activation, Activation::OnDate(at) if at.to_string() == "2026-11-30T16:00:00Z"));
    assert_eq!(coins.transfer.unwrap().allowance.min_points, Points(50));
    let prices: Vec<i64> = plan.rewards.iter().map(|reward| reward.points.0).collect();
    assert_eq!(prices, [1_990, 9_900]);
    assert_eq!(plan.rewards[1].stock, Some(Stock { number: BudgetNumber(2), pieces: 0 }));
    let season = rule(&plan, "season_order");
    assert_eq!(season.budgets.as_slice(), [0, 1]);
    let policy = plan.expiries[usize::from(season.expiry.unwrap().0)];
    assert!(matches!(policy.ends, [Some(End::After { .. }), Some(End::Calendar { years: 0, .. })]));
    assert_eq!(plan.budgets.iter().map(|budget| budget.limit.0).collect::<Vec<_>>(), [999_999, 2_000_000]);
    assert_eq!(names(&registry.activities), ["photo_review", "profile"]);
    // A challenge of ten years outlasts everything else.
    assert_eq!(plan.horizon_days, plan.late_limit_days + 3_650 + 2);
}

#[test]
fn a_games_shop_is_sound() {
    let Checked { plan, registry, .. } = checked(include_str!("full/games.toml"));
    let triple = rule(&plan, "spring_triple");
    let (from, until) = (triple.member.from.unwrap(), triple.member.until.unwrap());
    assert_eq!(
        (from.to_string(), until.to_string()),
        ("2026-03-01T00:00:00Z".to_owned(), "2026-03-08T00:00:00Z".to_owned())
    );
    let play = plan.ladders[0].as_ref().unwrap();
    assert_eq!(play.activities.as_slice(), [plan.activities[0].number]);
    let share = rule(&plan, "share");
    assert_eq!((share.budgets.as_slice(), share.activities.len()), (&[1, 0][..], 2));
    assert_eq!(share.trigger_limits[0].times, 1_000_000_000);
    // A year of 366 days is the longest period of a counter; both ladders are within it or have two of them.
    assert_eq!(plan.horizon_days, 400 + 2 * 366 + 2);
    let expected = [
        "currency gems/day",
        "currency gems/sent week",
        "currency gems/bought tier_period",
        "rule share/cooldown",
        "rule share/triggers tier_period",
        "rule share/order",
        "benefit trial/week",
    ];
    assert_eq!(names(&registry.caps), expected);
    assert_eq!(names(&registry.budgets), ["budget spring", "budget sharing", "stock skin"]);
}

#[test]
fn the_least_of_every_table_is_sound() {
    let Checked { plan, .. } = checked(include_str!("full/least.toml"));
    let points = plan.currencies[0].as_ref().unwrap();
    let anything = Allowance { min_points: Points(1), max_points: None, limit: None };
    assert_eq!(points.purchase, Some(anything));
    let transfer = points.transfer.unwrap();
    assert_eq!((transfer.allowance, transfer.expiry), (anything, TransferExpiry::Keep));
    assert_eq!((transfer.fee_points, transfer.fee_basis_points), (Points(0), 0));
    let reward = &plan.rewards[0];
    assert_eq!((reward.stock, reward.from, reward.until, reward.tiers.len()), (None, None, None, 0));
    let visit = rule(&plan, "visit");
    assert_eq!(
        (visit.budgets.as_slice(), visit.campaign, visit.expiry),
        (&[0][..], Some(0), Some(PolicyIndex(0)))
    );
    assert_eq!((plan.campaigns[0].from, plan.campaigns[0].until), (None, None));
}
