//! Two programmes on the same past, member by member, on all cores.
//!
//! Both sides of a member are judged one after the other while the member's rows are at hand. Members are dealt to
//! threads in runs of about equal rows; all that is added up adds up in any order, so that threads do not show.

use std::num::NonZero;

use tallybook::LedgerError;
use tallybook_core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::MemberState;

use crate::columns::{Columns, RowKind, View};
use crate::report::{
    Comparison, CurrencyComparison, FactCounts, LadderComparison, MemberChange, MonthComparison, Pair,
    RefusalComparison, RuleComparison, RuleFigures, TierCount, TierMove,
};
use crate::stream::{Judges, Replay, Stream};
use crate::supported;
use crate::tally::{Months, Tally};

/// How a comparison is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most members listed as gaining and as losing, per currency. Default 10.
    pub top_max: usize,
    /// Threads; `None` takes as many as the machine has. The report is the same with any number.
    pub threads: Option<NonZero<usize>>,
}

impl Default for Options {
    fn default() -> Options {
        Options { top_max: 10, threads: None }
    }
}

/// Judges the past under `baseline` and under `scenario`, and sets both side by side.
///
/// Redemptions and reversals are replayed as they happened: what was carried out then is carried out again, cut to what is
/// there. Every member is settled to the last fact's time, so that what was due by then counts on both sides.
/// `baseline` is usually [`Columns::programmes`], and `scenario` its [`scenario`](Programmes::scenario).
///
/// # Errors
/// [`LedgerError::Refused`] where either side has no version at all; [`LedgerError::Fault`] where one has what a backtest
/// does not support yet.
pub fn compare(
    columns: &Columns,
    baseline: &Programmes,
    scenario: &Programmes,
    options: &Options,
) -> Result<Comparison, LedgerError> {
    supported::programmes(baseline)?;
    supported::programmes(scenario)?;
    let view = columns.view();
    let (from, until) = view.span();
    let last = |programmes: &Programmes| programmes.versions().last().map(|version| version.plan.zone);
    let (Some(_), Some(zone)) = (last(baseline), last(scenario)) else {
        return Err(Refusal::NoProgramme { at: from }.into());
    };
    let months = Months::new(zone, from, until);
    let sides = [Judges::new(&view, baseline), Judges::new(&view, scenario)];
    let threads =
        options.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get);
    let parts = std::thread::scope(|scope| {
        let spawn = |part| {
            let (months, sides) = (&months, &sides);
            scope.spawn(move || Part::judge(view, months, sides, (part, threads), options.top_max))
        };
        let workers: Vec<_> = (0..threads).map(spawn).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect::<Vec<Part<'_>>>()
    });
    let mut whole = Part::new(&months, &sides);
    for part in parts {
        whole.add(part, options.top_max);
    }
    Ok(whole.report(&view, &months, [baseline, scenario]))
}

/// What a run of members comes to.
struct Part<'a> {
    tallies: [Tally<'a>; 2],
    changes: Vec<Changes>,
    facts: FactCounts,
}

/// Who gains and loses in one currency.
#[derive(Clone, Debug, Default)]
struct Changes {
    more: u64,
    less: u64,
    same: u64,
    gainers: Vec<Change>,
    losers: Vec<Change>,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    member: usize,
    kept: Pair<i64>,
}

impl Change {
    fn difference(&self) -> i64 {
        self.kept.scenario - self.kept.baseline
    }
}

impl Changes {
    fn note(&mut self, change: Change, top_max: usize) {
        match change.difference() {
            0 => self.same += 1,
            1.. => {
                self.more += 1;
                insert(&mut self.gainers, change, top_max);
            }
            _ => {
                self.less += 1;
                insert(&mut self.losers, change, top_max);
            }
        }
    }

    fn add(&mut self, other: Changes, top_max: usize) {
        self.more += other.more;
        self.less += other.less;
        self.same += other.same;
        other.gainers.into_iter().for_each(|change| insert(&mut self.gainers, change, top_max));
        other.losers.into_iter().for_each(|change| insert(&mut self.losers, change, top_max));
    }
}

/// Keeps the largest differences either way, largest first, then by member.
fn insert(top: &mut Vec<Change>, change: Change, top_max: usize) {
    let key = |change: &Change| (std::cmp::Reverse(change.difference().unsigned_abs()), change.member);
    let index = top.partition_point(|other| key(other) < key(&change));
    if index < top_max {
        top.truncate(top_max - 1);
        top.insert(index, change);
    }
}

impl<'a> Part<'a> {
    fn new(months: &'a Months, sides: &[Judges<'a>; 2]) -> Part<'a> {
        let currency_count = sides[1].programmes.registry().currencies.len();
        let currency_count = currency_count.max(sides[0].programmes.registry().currencies.len());
        Part {
            tallies: sides.each_ref().map(|side| Tally::new(months, side.programmes)),
            changes: vec![Changes::default(); currency_count],
            facts: FactCounts::default(),
        }
    }

    fn judge(
        view: View<'a>,
        months: &'a Months,
        sides: &'a [Judges<'a>; 2],
        (index, parts): (usize, usize),
        top_max: usize,
    ) -> Part<'a> {
        let mut part = Part::new(months, sides);
        let mut streams = sides.each_ref().map(|side| Stream::new(view, side, Replay::AsHappened));
        let (_, until) = view.span();
        for member in view.members_of_part(index, parts) {
            view.member_rows(member).for_each(|row| count(&mut part.facts, view.kind(row)));
            for (stream, tally) in streams.iter_mut().zip(&mut part.tallies) {
                stream.member(member, tally);
                let state = stream.settle(until, tally);
                tally.end(state, until);
            }
            for (index, changes) in part.changes.iter_mut().enumerate() {
                let currency = CurrencyNumber(u8::try_from(index).unwrap_or(u8::MAX));
                let kept = streams.each_ref().map(|stream| kept(stream.state(), currency));
                changes.note(Change { member, kept: Pair { baseline: kept[0], scenario: kept[1] } }, top_max);
            }
        }
        part
    }

    fn add(&mut self, other: Part<'_>, top_max: usize) {
        self.tallies.iter_mut().zip(&other.tallies).for_each(|(mine, theirs)| mine.add(theirs));
        self.changes.iter_mut().zip(other.changes).for_each(|(mine, theirs)| mine.add(theirs, top_max));
        self.facts.orders += other.facts.orders;
        self.facts.returns += other.facts.returns;
        self.facts.redemptions += other.facts.redemptions;
        self.facts.reversals += other.facts.reversals;
        self.facts.adjustments += other.facts.adjustments;
        self.facts.profiles += other.facts.profiles;
    }

    fn report(self, view: &View<'_>, months: &Months, sides: [&Programmes; 2]) -> Comparison {
        let (from, until) = view.span();
        let codes = keys(self.tallies.each_ref().map(|tally| tally.refused.keys().copied()));
        let count = |code: &str| self.pair(|tally, _| tally.refused.get(code).copied().unwrap_or(0));
        Comparison {
            members: view.member_count() as u64,
            facts: self.facts,
            from: from.to_string(),
            until: until.to_string(),
            currencies: self.currencies(view, months, sides),
            ladders: self.ladders(view, sides),
            rules: self.rules(sides),
            refusals: codes
                .iter()
                .map(|code| RefusalComparison { code: (*code).to_owned(), count: count(code) })
                .collect(),
        }
    }

    /// A figure of both sides, by tally and index.
    fn pair<T>(&self, figure: impl Fn(&Tally<'_>, usize) -> T) -> Pair<T> {
        Pair { baseline: figure(&self.tallies[0], 0), scenario: figure(&self.tallies[1], 1) }
    }

    fn currencies(
        &self,
        view: &View<'_>,
        months: &Months,
        sides: [&Programmes; 2],
    ) -> Vec<CurrencyComparison> {
        let ids = longer(sides.map(|side| &side.registry().currencies));
        let change = |change: &Change| MemberChange {
            member: view.name(change.member),
            kept: change.kept,
            difference: change.difference(),
        };
        ids.iter()
            .enumerate()
            .map(|(index, id)| {
                let flows = self.pair(|tally, _| tally.flows(index));
                let by_month = flows.baseline.0.iter().zip(&flows.scenario.0).zip(&months.days);
                let changes = &self.changes[index];
                CurrencyComparison {
                    currency: id.to_string(),
                    scale: scale(sides, index),
                    totals: Pair { baseline: flows.baseline.1, scenario: flows.scenario.1 },
                    months: by_month
                        .map(|((baseline, scenario), day)| {
                            let (year, month, _) = day.civil();
                            let flows = Pair { baseline: *baseline, scenario: *scenario };
                            MonthComparison { month: format!("{year:04}-{month:02}"), flows }
                        })
                        .collect(),
                    unmet: self.pair(|tally, _| tally.unmet.get(index).copied().unwrap_or_default()),
                    members_with_more: changes.more,
                    members_with_less: changes.less,
                    members_with_same: changes.same,
                    gainers: changes.gainers.iter().map(change).collect(),
                    losers: changes.losers.iter().map(change).collect(),
                }
            })
            .collect()
    }

    fn ladders(&self, view: &View<'_>, sides: [&Programmes; 2]) -> Vec<LadderComparison> {
        let ladders = longer(sides.map(|side| &side.registry().ladders));
        let moves = keys(self.tallies.each_ref().map(|tally| tally.moves.keys().copied()));
        let ladder = |(index, (id, _)): (usize, &(Box<str>, Vec<Box<str>>))| {
            let number = LadderNumber(u8::try_from(index).unwrap_or(u8::MAX));
            let known = sides.map(|side| side.registry().ladders.get(index).map(|(_, tiers)| tiers));
            let tiers = longer(known.map(|tiers| tiers.unwrap_or(&EMPTY)));
            let name =
                |tier: TierNumber| tiers.get(usize::from(tier.0)).map_or("?", |id| id.as_ref()).to_owned();
            let of_ladder = moves.iter().filter(|key| key.0 == number);
            LadderComparison {
                ladder: id.to_string(),
                moves: of_ladder
                    .map(|key| TierMove {
                        from: name(key.1),
                        to: name(key.2),
                        why: why(key.3).to_owned(),
                        count: self.pair(|tally, _| tally.moves.get(key).copied().unwrap_or(0)),
                    })
                    .collect(),
                tiers: (0..tiers.len())
                    .map(|tier| TierNumber(u8::try_from(tier).unwrap_or(u8::MAX)))
                    .map(|tier| TierCount {
                        tier: name(tier),
                        members: self.pair(|tally, _| members_in(tally, view, number, tier)),
                    })
                    .collect(),
            }
        };
        ladders.iter().enumerate().map(ladder).collect()
    }

    fn rules(&self, sides: [&Programmes; 2]) -> Vec<RuleComparison> {
        let mut rules: Vec<RuleComparison> = Vec::new();
        for (side, programmes) in sides.iter().enumerate() {
            for (version, sums) in programmes.versions().iter().zip(&self.tallies[side].rules) {
                for (rule, sums) in version.plan.rules.iter().zip(sums) {
                    let currency = &programmes.registry().currencies[usize::from(rule.currency.0)];
                    let is_same = |known: &RuleComparison| {
                        known.rule == rule.id.as_ref() && known.currency == currency.as_ref()
                    };
                    let index = rules.iter().position(is_same).unwrap_or_else(|| {
                        rules.push(RuleComparison {
                            rule: rule.id.to_string(),
                            currency: currency.to_string(),
                            figures: Pair::default(),
                        });
                        rules.len() - 1
                    });
                    let figures = &mut rules[index].figures;
                    let figures = if side == 0 { &mut figures.baseline } else { &mut figures.scenario };
                    *figures = RuleFigures {
                        matched: figures.matched + sums.matched,
                        asked: figures.asked + sums.asked,
                        granted: figures.granted + sums.granted,
                    };
                }
            }
        }
        rules
    }
}

/// No tiers at all.
static EMPTY: Vec<Box<str>> = Vec::new();

/// Members who hold a tier at the end; those of whom a ladder has noted nothing hold the first that it has then.
fn members_in(tally: &Tally<'_>, view: &View<'_>, ladder: LadderNumber, tier: TierNumber) -> u64 {
    let noted = tally.tiers.get(&(ladder, tier)).copied().unwrap_or(0);
    let (_, until) = view.span();
    if tally.ladder(ladder, until).and_then(|ladder| ladder.tiers.first()).map(|first| first.number)
        != Some(tier)
    {
        return noted;
    }
    let all: u64 = tally.tiers.iter().filter(|(key, _)| key.0 == ladder).map(|(_, count)| count).sum();
    noted + (view.member_count() as u64 - all)
}

/// Points issued less what returns took back.
fn kept(state: &MemberState, currency: CurrencyNumber) -> i64 {
    let balance = state.balance(currency);
    balance.issued.0 - balance.clawed_back.0
}

fn count(facts: &mut FactCounts, kind: RowKind) {
    match kind {
        RowKind::Settled => {}
        RowKind::Enrolled | RowKind::Profile => facts.profiles += 1,
        RowKind::Order => facts.orders += 1,
        RowKind::Return => facts.returns += 1,
        RowKind::Redemption => facts.redemptions += 1,
        RowKind::Reversal => facts.reversals += 1,
        RowKind::Adjustment => facts.adjustments += 1,
    }
}

/// The scenario knows all names of the ledger and perhaps more; either side may be the longer one for other callers.
fn longer<T>([a, b]: [&Vec<T>; 2]) -> &Vec<T> {
    if a.len() > b.len() { a } else { b }
}

fn scale(sides: [&Programmes; 2], currency: usize) -> u8 {
    let in_side = |side: &Programmes| {
        let versions = side.versions().iter().rev();
        versions.filter_map(|version| version.plan.currencies.get(currency)?.as_ref()).map(|c| c.scale).next()
    };
    in_side(sides[1]).or_else(|| in_side(sides[0])).unwrap_or(0)
}

fn why(reason: tallybook_core::event::TierReason) -> &'static str {
    use tallybook_core::event::TierReason;
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

/// The keys of both sides, in order and once.
fn keys<T: Ord>(sides: [impl Iterator<Item = T>; 2]) -> Vec<T> {
    let mut keys: Vec<T> = sides.into_iter().flatten().collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}
