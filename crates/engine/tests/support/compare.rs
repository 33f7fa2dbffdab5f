//! The engine's answers in the naive model's words.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use tallybook::core::calendar::Instant;
use tallybook::core::event::{Decision, Event, TierReason};
use tallybook::core::fact::Fact;
use tallybook::core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook::core::points::Points;
use tallybook::core::programme::plan::Plan;
use tallybook::core::state::{LedgerState, MemberState};
use tallybook_testkit::generate::{Recorded, history, spec};
use tallybook_testkit::naive::{Happening, NaiveBalance, NaiveLot, NaiveTierChange};
use tallybook_testkit::spec::{LadderPeriod, LadderSpec, Spec};

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

/// Draws a programme over the whole space of options, and a history of a few members under it.
pub fn drawn() -> impl Strategy<Value = Drawn> {
    spec().prop_flat_map(|spec| history(&spec).prop_map(move |history| Drawn { spec: spec.clone(), history }))
}

/// As [`drawn`], without what the model and the ledger are known to count by different means: members of whom one has
/// years from another day than the other are not merged, and years from the reaching of a tier are left to ladders of one
/// such tier, as the model remembers which period reached each of several, where the ledger takes the year before it.
pub fn comparable() -> impl Strategy<Value = Drawn> {
    let spec = spec().prop_map(|mut spec| {
        let many_years = |ladder: &&mut LadderSpec| {
            ladder.period == LadderPeriod::AnniversaryTier && ladder.tiers.len() > 2
        };
        for ladder in spec.ladders.iter_mut().filter(many_years) {
            ladder.period = LadderPeriod::AnniversaryJoining;
        }
        spec
    });
    let drawn = spec
        .prop_flat_map(|spec| history(&spec).prop_map(move |history| Drawn { spec: spec.clone(), history }));
    drawn.prop_map(|mut drawn| {
        let own_years =
            |period| matches!(period, LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier);
        if drawn.spec.ladders.iter().any(|ladder| own_years(ladder.period)) {
            let merges = |fact: &Fact<'_>| matches!(fact, Fact::MergeRequested(_));
            drawn.history.retain(|recorded| !recorded.command.facts.iter().any(merges));
        }
        drawn
    })
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
            held: balance.held.0,
            received: balance.received.0,
            sent: balance.sent.0,
            written_off: balance.written_off.0,
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

/// What all members together have taken from budgets and stocks, by name.
pub fn taken(plan: &Plan, state: &LedgerState) -> (BTreeMap<String, i64>, BTreeMap<String, i64>) {
    let budgets = plan.budgets.iter().map(|budget| (budget.id.to_string(), state.used(budget.number).0));
    let stocks = plan
        .rewards
        .iter()
        .filter_map(|reward| reward.stock.map(|stock| (reward.id.to_string(), state.used(stock.number).0)));
    (budgets.collect(), stocks.collect())
}

/// An event as the model would tell it.
pub fn happening(plan: &Plan, event: &Event) -> Happening {
    let name = |currency| currency_name(plan, currency);
    let mut points: BTreeMap<String, i64> = BTreeMap::new();
    let mut tier = None;
    let mut give = |currency, amount: Points| *points.entry(name(currency)).or_default() += amount.0;
    match &event.decision {
        Decision::MemberJoined
        | Decision::Renewed(_)
        | Decision::ReferralPaid(_)
        | Decision::VoucherUsed(_)
        | Decision::ExpiryChanged(_)
        | Decision::MergedInto(_)
        | Decision::MergedFrom(_)
        | Decision::BlockSet(_) => {}
        Decision::PointsEarned(earned) => earned.lots.iter().for_each(|lot| give(lot.currency, lot.points)),
        Decision::PointsActivated(lot) => give(lot.currency, lot.points),
        Decision::ArrearsPaid(paid) => give(paid.currency, paid.points),
        Decision::Redeemed(redeemed) => give(redeemed.currency, redeemed.points),
        Decision::RedemptionReversed(back) => give(back.currency, back.points),
        Decision::Expired(lot) => give(lot.currency, lot.points),
        Decision::ClawedBack(clawed) => {
            clawed.takes.iter().for_each(|take| give(take.currency, take.points));
        }
        Decision::Credited(credited) => give(credited.lot.currency, credited.lot.points),
        Decision::Debited(debited) => give(debited.currency, debited.points),
        Decision::LotCancelled(lot) => give(lot.currency, lot.points),
        Decision::HoldPlaced(hold) => give(hold.currency, hold.points),
        Decision::HoldCaptured(hold) => give(hold.redeemed.currency, hold.redeemed.points),
        Decision::HoldReleased(hold) => give(hold.currency, hold.points),
        Decision::TransferSent(sent) => give(sent.currency, sent.points),
        Decision::TransferReceived(received) => give(received.currency, received.points),
        Decision::WrittenOff(debt) => give(debt.currency, debt.points),
        Decision::Reinstated(back) => give(back.lot.currency, back.lot.points),
        Decision::Closed(closed) => {
            for forfeit in &closed.forfeited {
                let draws = forfeit.available.iter().chain(&forfeit.pending);
                draws.for_each(|draw| give(forfeit.currency, draw.points));
            }
        }
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
