//! Figures, and whether they meet what is asked.

use tallybook_core::calendar::{Day, Instant};

use crate::naive::NaiveFigures;
use crate::naive::member::Member;
use crate::spec::{AskedSpec, LadderSpec, Threshold};

/// The figures of a period or window, and those of all time.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sums {
    pub(super) period: NaiveFigures,
    pub(super) lifetime: NaiveFigures,
}

pub(super) fn is_met(threshold: Threshold, sums: Sums) -> bool {
    let period = reached(threshold.period, sums.period);
    any_or_all(threshold.all, period.chain(reached(threshold.lifetime, sums.lifetime)))
}

/// Whether figures reach what is asked of them.
pub(super) fn is_asked_met(all: bool, asked: AskedSpec, figures: NaiveFigures) -> bool {
    any_or_all(all, reached(asked, figures))
}

fn any_or_all(all: bool, mut reached: impl Iterator<Item = bool>) -> bool {
    if all { reached.all(|met| met) } else { reached.any(|met| met) }
}

/// Of each figure that is asked, whether it is reached.
fn reached(asked: AskedSpec, figures: NaiveFigures) -> impl Iterator<Item = bool> {
    let pairs = asked.each().into_iter().zip(figures.each());
    pairs.filter_map(|(least, figure)| least.map(|least| figure >= least))
}

pub(super) fn is_entered(ladder: &LadderSpec, rank: usize, sums: Sums) -> bool {
    ladder.tiers[rank].entry.is_none_or(|entry| is_met(entry, sums))
}

pub(super) fn is_kept(ladder: &LadderSpec, rank: usize, sums: Sums) -> bool {
    ladder.tiers[rank].kept_by().is_none_or(|keep| is_met(keep, sums))
}

pub(super) fn highest_entered(ladder: &LadderSpec, sums: Sums) -> usize {
    (0..ladder.tiers.len()).rfind(|rank| is_entered(ladder, *rank, sums)).unwrap_or(0)
}

/// What a ladder counted on some days.
pub(super) fn figures_between(member: &Member, ladder: &str, from: Day, until: Day) -> NaiveFigures {
    let inside = member.figures.iter().filter(|(id, day, _)| id == ladder && from <= *day && *day < until);
    inside.fold(NaiveFigures::default(), |sum, (_, _, figures)| sum.plus(*figures))
}

/// What a ladder ever counted, less what was taken back.
pub(in crate::naive) fn figures_of_all_time(member: &Member, ladder: &str) -> NaiveFigures {
    figures_between(member, ladder, Day::EVER, Day(i32::MAX))
}

impl Member {
    /// Counts figures of something that took effect at a time, on a local day; below zero takes back.
    pub(in crate::naive) fn count(&mut self, ladder: &str, day: Day, figures: NaiveFigures, at: Instant) {
        if figures == NaiveFigures::default() {
            return;
        }
        self.figures.push((ladder.to_owned(), day, figures));
        self.touched.push((ladder.to_owned(), day));
        if let Some(grant) = self.grants.get_mut(ladder).filter(|grant| grant.since <= at)
            && let Some(challenge) = &mut grant.challenge
        {
            challenge.reached = challenge.reached.plus(figures);
        }
    }
}
