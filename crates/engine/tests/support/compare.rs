//! The engine's answers in the naive model's words.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use tallybook::core::calendar::Instant;
use tallybook::core::event::{Decision, Event, TierReason};
use tallybook::core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook::core::programme::plan::Plan;
use tallybook::core::state::MemberState;
use tallybook_testkit::generate::{Recorded, history, spec};
use tallybook_testkit::naive::{Happening, NaiveBalance, NaiveLot, NaiveTierChange};
use tallybook_testkit::spec::{LadderPeriod, Spec};

/// A programme and what happens under it, shown as one would read it.
#[derive(Clone)]
pub struct Drawn {
    pub spec: Spec,
    pub history: Vec<Recorded>,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.spec.to_toml())?;
        for (step, Recorded { command, recorded_at }) in self.history.iter().enumerate() {
            let (at, key) = (command.effective_at, command.key.as_deref().unwrap_or("-"));
            writeln!(
                f,
                "{step}: {} {key} at {at}, recorded {recorded_at}: {:?}",
                command.member, command.facts
            )?;
        }
        Ok(())
    }
}

/// Ladders whose years run from the reaching of a tier are left to hand-computed scenarios: the model counts what comes
/// later on the day a tier is reached in the year before, for which the ledger keeps no figures.
pub fn drawn() -> impl Strategy<Value = Drawn> {
    let spec = spec().prop_map(|mut spec| {
        for ladder in &mut spec.ladders {
            if ladder.period == LadderPeriod::AnniversaryTier {
                ladder.period = LadderPeriod::AnniversaryJoining;
            }
        }
        spec
    });
    spec.prop_flat_map(|spec| history(&spec).prop_map(move |history| Drawn { spec: spec.clone(), history }))
}

fn currency_name(plan: &Plan, number: CurrencyNumber) -> String {
    plan.currencies[usize::from(number.0)].as_ref().unwrap().id.to_string()
}

fn ladder(plan: &Plan, number: LadderNumber) -> &tallybook::core::programme::plan::Ladder {
    plan.ladders[usize::from(number.0)].as_ref().unwrap()
}

fn tier_name(plan: &Plan, number: LadderNumber, tier: TierNumber) -> String {
    ladder(plan, number).tiers.iter().find(|t| t.number == tier).unwrap().id.to_string()
}

/// Balances by the name of the currency.
pub fn balances(plan: &Plan, state: &MemberState) -> BTreeMap<String, NaiveBalance> {
    let of = |currency: CurrencyNumber| {
        let balance = state.balance(currency);
        NaiveBalance {
            available: balance.available.0,
            pending: balance.pending.0,
            arrears: balance.arrears.0,
            issued: balance.issued.0,
            redeemed: balance.redeemed.0,
            expired: balance.expired.0,
            forfeited: balance.forfeited.0,
            clawed_back: balance.clawed_back.0,
        }
    };
    plan.currencies.iter().flatten().map(|currency| (currency.id.to_string(), of(currency.number))).collect()
}

/// Lots with something left, sorted.
pub fn lots(plan: &Plan, state: &MemberState) -> Vec<NaiveLot> {
    let mut lots: Vec<NaiveLot> = state
        .lots
        .iter()
        .map(|lot| NaiveLot {
            currency: currency_name(plan, lot.currency),
            remaining: lot.remaining.0,
            earned_at: lot.earned_at,
            expires_at: lot.expires_at,
        })
        .collect();
    lots.sort();
    lots
}

/// Tier and end of validity on every ladder, by the ladder's name.
pub fn tiers(plan: &Plan, state: &MemberState) -> BTreeMap<String, (String, Option<Instant>)> {
    let of = |ladder: &tallybook::core::programme::plan::Ladder| match state.ladder(ladder.number) {
        Some(place) => (tier_name(plan, ladder.number, place.tier), place.until),
        None => (ladder.tiers[0].id.to_string(), None),
    };
    plan.ladders.iter().flatten().map(|ladder| (ladder.id.to_string(), of(ladder))).collect()
}

/// An event as the model would tell it.
pub fn happening(plan: &Plan, event: &Event) -> Happening {
    let name = |currency| currency_name(plan, currency);
    let mut points = BTreeMap::new();
    let mut tier = None;
    match &event.decision {
        Decision::MemberJoined => {}
        Decision::PointsEarned(earned) => {
            points.extend(earned.lots.iter().map(|lot| (name(lot.currency), lot.points.0)));
        }
        Decision::PointsActivated(lot) => drop(points.insert(name(lot.currency), lot.points.0)),
        Decision::ArrearsPaid(paid) => drop(points.insert(name(paid.currency), paid.points.0)),
        Decision::Redeemed(redeemed) => drop(points.insert(name(redeemed.currency), redeemed.points.0)),
        Decision::RedemptionReversed(back) => drop(points.insert(name(back.currency), back.points.0)),
        Decision::Expired(lot) => drop(points.insert(name(lot.currency), lot.points.0)),
        Decision::ClawedBack(clawed) => {
            points.extend(clawed.takes.iter().map(|take| (name(take.currency), take.points.0)));
        }
        Decision::Credited(lot) => drop(points.insert(name(lot.currency), lot.points.0)),
        Decision::Debited(debited) => drop(points.insert(name(debited.currency), debited.points.0)),
        Decision::TierChanged(change) => {
            tier = Some(NaiveTierChange {
                ladder: ladder(plan, change.ladder).id.to_string(),
                from: tier_name(plan, change.ladder, change.from),
                to: tier_name(plan, change.ladder, change.to),
                why: match change.why {
                    TierReason::Upgraded => "upgraded",
                    TierReason::Kept => "kept",
                    TierReason::GraceBegan => "grace_began",
                    TierReason::Demoted => "demoted",
                    TierReason::Returned => "returned",
                },
                until: change.until,
            });
        }
    }
    points.retain(|_, points| *points != 0);
    Happening { at: event.effective_at, name: event.decision.name(), points, tier }
}

/// Happenings in an order that both sides agree on: by time, and within one instant as a multiset.
pub fn sorted(happenings: impl IntoIterator<Item = Happening>) -> Vec<Happening> {
    let mut sorted: Vec<Happening> = happenings
        .into_iter()
        .map(|mut happening| {
            happening.points.retain(|_, points| *points != 0);
            happening
        })
        .collect();
    sorted.sort();
    sorted
}
