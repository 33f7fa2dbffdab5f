//! The engine's answers in the naive model's words.

use std::collections::BTreeMap;
use std::fmt;

use proptest::prelude::*;
use tallybook::BlockingLedger;
use tallybook::core::calendar::Instant;
use tallybook::core::decide::tier::figures::held;
use tallybook::core::event::{
    BenefitRestored, BenefitUsed, ChallengeFigures, Decision, Event, Figures, GrantEnd, TierGrant, TierReason,
};
use tallybook::core::fact::Fact;
use tallybook::core::ids::{CapNumber, CurrencyNumber, LadderNumber, TierNumber};
use tallybook::core::points::Points;
use tallybook::core::programme::plan::{Ladder, Plan};
use tallybook::core::programme::versions::Programmes;
use tallybook::core::state::{LedgerState, MemberState};
use tallybook_testkit::generate::{Course, Published, Recorded, course};
use tallybook_testkit::naive::{
    Happening, NaiveBalance, NaiveChallenge, NaiveDeed, NaiveFigures, NaiveGrant, NaiveHeld, NaiveLot,
    NaiveTierChange,
};
use tallybook_testkit::spec::{AskedSpec, LadderPeriod, Spec};

use super::HandClock;

/// A programme with its later versions and what happens under it, shown as one would read it.
#[derive(Clone)]
pub struct Drawn {
    pub spec: Spec,
    pub later: Vec<Published>,
    pub history: Vec<Recorded>,
}

impl fmt::Debug for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{}", self.spec.to_toml())?;
        for (step, Recorded { command, recorded_at }) in self.history.iter().enumerate() {
            for Published { spec, from, recorded_at, .. } in self.published_before(step) {
                writeln!(f, "in force from {from}, published {recorded_at}:\n{}", spec.to_toml())?;
            }
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

impl Drawn {
    fn of(Course { spec, later, history }: Course) -> Drawn {
        Drawn { spec, later, history }
    }

    /// The versions that are published before a step.
    pub fn published_before(&self, step: usize) -> impl Iterator<Item = &Published> {
        self.later.iter().filter(move |later| later.commands_before == step)
    }

    /// All versions, the first one included.
    pub fn versions_mut(&mut self) -> impl Iterator<Item = &mut Spec> {
        std::iter::once(&mut self.spec).chain(self.later.iter_mut().map(|later| &mut later.spec))
    }

    /// Leaves commands out of the history; versions stay between those between which they were.
    pub fn retain(&mut self, is_kept: impl Fn(&Recorded) -> bool) {
        for later in &mut self.later {
            let before = self.history.iter().take(later.commands_before);
            later.commands_before = before.filter(|recorded| is_kept(recorded)).count();
        }
        self.history.retain(is_kept);
    }
}

/// Publishes the versions that come before a step of a history. One that would begin before another is refused, as belongs
/// to histories.
pub fn publish_before(ledger: &BlockingLedger, clock: &HandClock, drawn: &Drawn, step: usize) {
    for Published { spec, from, recorded_at, .. } in drawn.published_before(step) {
        clock.set(*recorded_at);
        let _ = ledger.publish(&spec.to_toml(), *from);
    }
}

/// Draws a programme over the whole space of options, with later versions, and a history of a few members under it.
pub fn drawn() -> impl Strategy<Value = Drawn> {
    course().prop_map(Drawn::of)
}

/// As [`drawn`], without what the model and the ledger are known to count by different means: members of whom one has
/// years from another day than the other are not merged.
pub fn comparable() -> impl Strategy<Value = Drawn> {
    drawn().prop_map(|mut drawn| {
        let own_years =
            |period| matches!(period, LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier);
        if drawn.spec.ladders.iter().any(|ladder| own_years(ladder.period)) {
            let merges = |fact: &Fact<'_>| matches!(fact, Fact::MergeRequested(_));
            drawn.retain(|recorded| !recorded.command.facts.iter().any(merges));
            drawn.later.iter_mut().for_each(|later| later.spec.zone = drawn.spec.zone.clone());
        }
        drawn
    })
}

/// The names of what events and states have numbers for.
#[derive(Clone, Copy)]
pub struct Names<'p>(pub &'p Programmes);

impl Names<'_> {
    fn currency(&self, number: CurrencyNumber) -> String {
        self.0.registry().currencies[usize::from(number.0)].to_string()
    }

    fn ladder(&self, number: LadderNumber) -> String {
        self.0.registry().ladders[usize::from(number.0)].0.to_string()
    }

    fn tier(&self, ladder: LadderNumber, tier: TierNumber) -> String {
        self.0.registry().ladders[usize::from(ladder.0)].1[usize::from(tier.0)].to_string()
    }

    fn benefit(&self, number: CapNumber) -> String {
        let mut benefits = self.0.versions().iter().flat_map(|version| &version.plan.benefits);
        benefits.find(|benefit| benefit.number == number).unwrap().id.to_string()
    }

    fn grant(&self, ladder: LadderNumber, grant: &TierGrant) -> NaiveGrant {
        let challenge = grant.challenge.map(|ChallengeFigures { all, asked, reached }| NaiveChallenge {
            all,
            asked: asked_spec(&asked),
            reached: figures(&reached),
        });
        NaiveGrant { tier: self.tier(ladder, grant.tier), since: grant.since, until: grant.until, challenge }
    }
}

fn figures(figures: &Figures) -> NaiveFigures {
    let Figures { spend, points, orders, referrals, activities } = *figures;
    NaiveFigures { spend: spend.0, points: points.0, orders, referrals, activities }
}

fn asked_spec(asked: &Figures) -> AskedSpec {
    let [spend, points, orders, referrals, activities] =
        figures(asked).each().map(|least| Some(least).filter(|least| *least > 0));
    AskedSpec { spend, points, orders, referrals, activities }
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
pub fn lots(programmes: &Programmes, state: &MemberState) -> Vec<NaiveLot> {
    let mut lots: Vec<NaiveLot> = state
        .lots
        .iter()
        .map(|lot| NaiveLot {
            currency: Names(programmes).currency(lot.currency),
            remaining: lot.remaining.0,
            earned_at: lot.earned_at,
            expires_at: lot.expires_at,
        })
        .collect();
    lots.sort();
    lots
}

/// How a member stands on a ladder.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// The tier held by figures, and the end of its validity.
    pub by_figures: Option<(String, Option<Instant>)>,
    /// The tier held by hand.
    pub by_hand: Option<NaiveGrant>,
    /// The tier held.
    pub held: Option<NaiveHeld>,
    /// Figures of all time.
    pub lifetime: NaiveFigures,
}

/// The place on every ladder, by the ladder's name.
pub fn places(programmes: &Programmes, plan: &Plan, state: &MemberState) -> BTreeMap<String, Place> {
    let names = Names(programmes);
    let of = |ladder: &Ladder| {
        let Some(place) = state.ladder(ladder.number) else {
            let first = ladder.tiers[0].id.to_string();
            return Place {
                by_figures: Some((first.clone(), None)),
                by_hand: None,
                held: Some(NaiveHeld { tier: first, until: None, by_hand: false }),
                lifetime: NaiveFigures::default(),
            };
        };
        let tier = held(state, ladder);
        let by_hand = place.grant.filter(|_| ladder.rank(tier) > ladder.rank(place.tier));
        Place {
            by_figures: Some((names.tier(ladder.number, place.tier), place.until)),
            by_hand: place.grant.map(|grant| names.grant(ladder.number, &grant)),
            held: Some(NaiveHeld {
                tier: names.tier(ladder.number, tier),
                until: by_hand.map_or(place.until, |grant| grant.until),
                by_hand: by_hand.is_some(),
            }),
            lifetime: figures(&place.lifetime),
        }
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
pub fn happening(programmes: &Programmes, event: &Event) -> Happening {
    let names = Names(programmes);
    let name = |currency| names.currency(currency);
    let mut points: BTreeMap<String, i64> = BTreeMap::new();
    let mut tier = None;
    let mut deed = None;
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
                ladder: names.ladder(change.ladder),
                from: names.tier(change.ladder, change.from),
                to: names.tier(change.ladder, change.to),
                why: why(change.why),
                until: change.until,
            });
        }
        Decision::FiguresCarried(carried) => {
            deed = Some(NaiveDeed::Carried {
                ladder: names.ladder(carried.ladder),
                into: carried.into,
                figures: figures(&carried.figures),
            });
        }
        Decision::TierGranted(granted) => {
            deed = Some(NaiveDeed::Granted {
                ladder: names.ladder(granted.ladder),
                grant: names.grant(granted.ladder, &granted.grant),
            });
        }
        Decision::TierGrantEnded(ended) => {
            deed = Some(NaiveDeed::GrantEnded {
                ladder: names.ladder(ended.ladder),
                tier: names.tier(ended.ladder, ended.tier),
                why: match ended.why {
                    GrantEnd::Expired => "expired",
                    GrantEnd::Revoked => "revoked",
                    GrantEnd::Earned => "earned",
                    GrantEnd::Removed => "removed",
                },
            });
        }
        Decision::BenefitUsed(BenefitUsed { count, .. })
        | Decision::BenefitRestored(BenefitRestored { count }) => {
            deed = Some(NaiveDeed::Benefit { benefit: names.benefit(count.cap), times: count.used.0 });
        }
        Decision::ReferralCancelled(cancelled) => {
            let mut sums: BTreeMap<String, NaiveFigures> = BTreeMap::new();
            for entry in &cancelled.counted.metrics {
                let sum = sums.entry(names.ladder(entry.ladder)).or_default();
                let (so_far, more) = (sum.each(), figures(&entry.figures).each());
                let [spend, points, orders, referrals, activities] =
                    std::array::from_fn(|index| so_far[index] + more[index]);
                *sum = NaiveFigures { spend, points, orders, referrals, activities };
            }
            sums.retain(|_, sum| *sum != NaiveFigures::default());
            deed = Some(NaiveDeed::Uncounted(sums));
        }
    }
    points.retain(|_, points| *points != 0);
    Happening { at: event.effective_at, name: event.decision.name(), points, tier, deed }
}

fn why(reason: TierReason) -> &'static str {
    match reason {
        TierReason::Upgraded => "upgraded",
        TierReason::Kept => "kept",
        TierReason::GraceBegan => "grace_began",
        TierReason::Demoted => "demoted",
        TierReason::Returned => "returned",
        TierReason::Reevaluated => "reevaluated",
        TierReason::Replaced => "replaced",
        TierReason::ChallengeMet => "challenge_met",
    }
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
