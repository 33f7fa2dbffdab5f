//! Adding up what comes out of a stream.
//!
//! Invariant: tallies of parts add up to the tally of the whole, in whatever order they are added.

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant, Zone};
use tallybook_core::decide::tier::figures::held;
use tallybook_core::event::{Account, Decision, Event, TierReason};
use tallybook_core::ids::{LadderNumber, TierNumber};
use tallybook_core::points::Points;
use tallybook_core::programme::plan::Ladder;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::MemberState;

use crate::report::{Flows, RuleFigures, Unmet};
use crate::stream::Sink;

/// The local months from one instant to another, without gaps.
#[derive(Clone, Debug)]
pub(crate) struct Months {
    /// First day of each.
    pub(crate) days: Vec<Day>,
    starts: Vec<Instant>,
}

impl Months {
    pub(crate) fn new(zone: Zone, from: Instant, until: Instant) -> Months {
        let mut days = vec![zone.day(from).month_start()];
        let last = zone.day(until).month_start();
        while let Some(day) = days.last().map(|day| day.plus_months(1)).filter(|day| *day <= last) {
            days.push(day);
        }
        let starts = days.iter().map(|day| zone.day_start(*day)).collect();
        Months { days, starts }
    }

    /// Which month holds an instant; the first or last for those outside.
    fn index(&self, at: Instant) -> usize {
        self.starts.partition_point(|start| *start <= at).saturating_sub(1)
    }
}

/// What postings move in a month, plus what they do not tell apart.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    accounts: [i128; ACCOUNTS],
    activated: i128,
    reversed: i128,
}

/// How many accounts there are.
const ACCOUNTS: usize = Account::ALL.len();

impl Sums {
    fn add(&mut self, other: &Sums) {
        self.accounts.iter_mut().zip(&other.accounts).for_each(|(mine, theirs)| *mine += theirs);
        self.activated += other.activated;
        self.reversed += other.reversed;
    }

    /// The month's flows, given the sums of all time up to its end.
    fn flows(&self, so_far: &Sums) -> Flows {
        let moved = |account: Account| self.accounts[account as usize];
        let held = |account: Account| so_far.accounts[account as usize];
        Flows {
            issued: -moved(Account::Issued),
            activated: self.activated,
            redeemed: moved(Account::Redeemed),
            reversed: self.reversed,
            expired: moved(Account::Expired),
            clawed_back: moved(Account::ClawedBack),
            forfeited: moved(Account::Forfeited),
            liability: held(Account::Available) + held(Account::Pending),
            arrears: -held(Account::Arrears),
        }
    }
}

/// A move on a ladder.
pub(crate) type Move = (LadderNumber, TierNumber, TierNumber, TierReason);

/// The sums of one side.
#[derive(Clone, Debug)]
pub(crate) struct Tally<'a> {
    months: &'a Months,
    programmes: &'a Programmes,
    currency_ids: &'a [Box<str>],
    /// By month, then currency.
    sums: Vec<Sums>,
    /// By version, then rule.
    pub(crate) rules: Vec<Vec<RuleFigures>>,
    pub(crate) moves: BTreeMap<Move, u64>,
    /// Members by ladder and tier.
    pub(crate) tiers: BTreeMap<(LadderNumber, TierNumber), u64>,
    pub(crate) refused: BTreeMap<&'static str, u64>,
    /// By currency.
    pub(crate) unmet: Vec<Unmet>,
}

impl<'a> Tally<'a> {
    pub(crate) fn new(months: &'a Months, programmes: &'a Programmes) -> Tally<'a> {
        let currency_ids = &programmes.registry().currencies[..];
        let rules = programmes.versions().iter().map(|v| vec![RuleFigures::default(); v.plan.rules.len()]);
        Tally {
            months,
            programmes,
            currency_ids,
            sums: vec![Sums::default(); months.days.len() * currency_ids.len()],
            rules: rules.collect(),
            moves: BTreeMap::new(),
            tiers: BTreeMap::new(),
            refused: BTreeMap::new(),
            unmet: vec![Unmet::default(); currency_ids.len()],
        }
    }

    /// Counts the tiers that a member holds at the end.
    pub(crate) fn end(&mut self, state: &MemberState, until: Instant) {
        for place in &state.ladders {
            if let Some(ladder) = self.ladder(place.ladder, until) {
                *self.tiers.entry((place.ladder, held(state, ladder))).or_default() += 1;
            }
        }
    }

    /// A ladder as it is at an instant, if there still is such a one.
    pub(crate) fn ladder(&self, ladder: LadderNumber, at: Instant) -> Option<&'a Ladder> {
        self.programmes.in_force(at).ok()?.plan.ladder(ladder)
    }

    /// Adds the sums of other members.
    pub(crate) fn add(&mut self, other: &Tally<'_>) {
        self.sums.iter_mut().zip(&other.sums).for_each(|(mine, theirs)| mine.add(theirs));
        for (mine, theirs) in self.rules.iter_mut().flatten().zip(other.rules.iter().flatten()) {
            mine.matched += theirs.matched;
            mine.asked += theirs.asked;
            mine.granted += theirs.granted;
        }
        other.moves.iter().for_each(|(key, count)| *self.moves.entry(*key).or_default() += count);
        other.tiers.iter().for_each(|(key, count)| *self.tiers.entry(*key).or_default() += count);
        other.refused.iter().for_each(|(code, count)| *self.refused.entry(code).or_default() += count);
        for (mine, theirs) in self.unmet.iter_mut().zip(&other.unmet) {
            mine.redemptions += theirs.redemptions;
            mine.points += theirs.points;
        }
    }

    /// A currency's flows month by month, and over all of them. All zero for a currency that this side does not know.
    pub(crate) fn flows(&self, currency: usize) -> (Vec<Flows>, Flows) {
        let mut so_far = Sums::default();
        let by_month = (0..self.months.days.len())
            .map(|month| {
                let sums = match currency < self.currency_ids.len() {
                    true => self.sums[month * self.currency_ids.len() + currency],
                    false => Sums::default(),
                };
                so_far.add(&sums);
                sums.flows(&so_far)
            })
            .collect();
        (by_month, so_far.flows(&so_far))
    }
}

impl Sink for Tally<'_> {
    fn events(&mut self, events: &[Event]) {
        let currencies = self.currency_ids.len();
        for Event { effective_at, decision } in events {
            let month = self.months.index(*effective_at) * currencies;
            decision.postings(*effective_at, |posting| {
                let sums = &mut self.sums[month + usize::from(posting.currency.0)];
                sums.accounts[posting.account as usize] += posting.points;
            });
            match decision {
                Decision::PointsEarned(earned) => {
                    let rules = &mut self.rules[earned.version.0 as usize - 1];
                    for share in &earned.shares {
                        let figures = &mut rules[usize::from(share.rule.0)];
                        figures.matched += 1;
                        figures.asked += i128::from(share.asked.0);
                        figures.granted += i128::from(share.granted.0);
                    }
                }
                Decision::PointsActivated(activated) => {
                    let sums = &mut self.sums[month + usize::from(activated.currency.0)];
                    sums.activated += i128::from(activated.points.0);
                }
                Decision::RedemptionReversed(reversed) => {
                    let sums = &mut self.sums[month + usize::from(reversed.currency.0)];
                    sums.reversed += i128::from(reversed.points.0);
                }
                Decision::TierChanged(changed) => {
                    let key = (changed.ladder, changed.from, changed.to, changed.why);
                    *self.moves.entry(key).or_default() += 1;
                }
                _ => {}
            }
        }
    }

    fn refused(&mut self, refusal: &Refusal) {
        *self.refused.entry(refusal.code()).or_default() += 1;
    }

    fn unmet(&mut self, currency: &str, points: Points) {
        if let Some(index) = self.currency_ids.iter().position(|id| id.as_ref() == currency) {
            self.unmet[index].redemptions += 1;
            self.unmet[index].points += i128::from(points.0);
        }
    }
}
