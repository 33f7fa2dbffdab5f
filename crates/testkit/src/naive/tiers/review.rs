//! What time does to tiers: period ends, midnights of windows, days of grace (cases 28 and 29).

use tallybook_core::calendar::{Day, Instant};

use super::change::Change;
use super::figures::{highest_entered, is_kept};
use super::periods::{Period, window};
use super::standing::{first_own_day, rank_of};
use crate::naive::dates::{months_later, next_day};
use crate::naive::member::Member;
use crate::naive::{Model, Version};
use crate::spec::{Downgrade, LadderPeriod, LadderSpec};

/// Where a demotion leads, given the tier that the figures reach.
fn fallen(ladder: &LadderSpec, rank: usize, reached: usize) -> usize {
    match ladder.downgrade {
        Downgrade::OneDown => rank - 1,
        Downgrade::ToQualifying | Downgrade::Never => reached.min(rank - 1),
    }
}

impl Model {
    /// Up to when a ladder has been looked at, as far as a version is concerned.
    fn looked_at_to(&self, member: &Member, version: &Version, ladder: &LadderSpec) -> Instant {
        let just_before = Instant(version.from.0.saturating_sub(1));
        self.standing(member, ladder).closed_to.max(just_before)
    }

    /// The next instant up to `to` at which a version, in force until then, finds something due about a ladder.
    pub(in crate::naive) fn next_ladder_due(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        to: Instant,
    ) -> Option<Instant> {
        let after = self.looked_at_to(member, version, ladder);
        let standing = self.standing(member, ladder);
        let is_above_base = standing.is_above_first(ladder);
        let grace_end = standing.until.filter(|_| standing.in_grace);
        let end = match ladder.period {
            LadderPeriod::Lifetime => None,
            LadderPeriod::RollingDays(days) => {
                if standing.in_grace || !is_above_base || ladder.downgrade == Downgrade::Never {
                    return grace_end;
                }
                let rank = rank_of(ladder, &standing);
                let mut day = next_day(version.zone.day(after), 1);
                while version.zone.day_start(day) <= to {
                    if !is_kept(ladder, rank, window(member, ladder, days, day)) {
                        return Some(version.zone.day_start(day));
                    }
                    day = next_day(day, 1);
                }
                None
            }
            _ if !is_above_base && !ladder.upgrade_at_period_end && ladder.carry_over.is_none() => None,
            _ => self
                .running(member, version, ladder, after)
                .map(|period| version.zone.day_start(period.end())),
        };
        grace_end.into_iter().chain(end).min()
    }

    /// Does what is due for a ladder at an instant, if anything is.
    pub(in crate::naive) fn close_ladder(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        at: Instant,
    ) {
        let standing = self.standing(member, ladder);
        if at <= standing.closed_to {
            return;
        }
        let after = self.looked_at_to(member, version, ladder);
        let ending = self.running(member, version, ladder, after);
        let ending = ending.filter(|period| version.zone.day_start(period.end()) == at);
        self.review(member, version, ladder, ending, at);
        let closed = self.standing(member, ladder);
        member.standings.insert(ladder.id.clone(), super::Standing { closed_to: at, ..closed });
    }

    /// Looks at a ladder at an instant at which a period may end.
    pub(super) fn review(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        ending: Option<Period>,
        at: Instant,
    ) {
        let standing = self.standing(member, ladder);
        if standing.in_grace && standing.until.is_some_and(|until| until <= at) {
            self.end_grace(member, version, ladder, at);
        } else if let LadderPeriod::RollingDays(days) = ladder.period {
            let day = version.zone.day(at);
            let is_midnight = version.zone.day_start(day) == at;
            let rank = rank_of(ladder, &standing);
            let can_fall = rank > 0 && ladder.downgrade != Downgrade::Never && !standing.in_grace;
            let sums = window(member, ladder, days, day);
            if is_midnight && can_fall && !is_kept(ladder, rank, sums) {
                let target = fallen(ladder, rank, highest_entered(ladder, sums));
                self.fail_to_keep(member, version, ladder, at, Change::new(target, "demoted", None));
            }
        } else if let Some(ending) = ending {
            // A year in which nothing was counted is looked at only where the tier ends with it.
            let ends_now = standing.until.is_some_and(|until| until <= at);
            if ends_now || self.has_figures(member, version, ladder, ending) {
                self.close_period(member, version, ladder, ending, at);
            }
        }
        if let Some(ending) = ending {
            self.carry(member, version, ladder, ending, at);
        }
    }

    fn close_period(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        ending: Period,
        at: Instant,
    ) {
        let standing = self.standing(member, ladder);
        let rank = rank_of(ladder, &standing);
        let sums = self.figures_of(member, version, ladder, ending);
        let reached = highest_entered(ladder, sums);
        let counted_from = counted_from(ladder, ending);
        let kept_until = Some(version.zone.day_start(ending.end_of_later(ladder.valid_periods)));
        let until = Some(version.zone.day_start(self.last_valid(version, ladder, ending, at)));
        if reached > rank && (rank > 0 || ladder.upgrade_at_period_end) {
            self.set(
                member,
                version,
                ladder,
                at,
                Change { counted_from, ..Change::new(reached, "upgraded", until) },
            );
        } else if rank > 0 && is_kept(ladder, rank, sums) {
            if !standing.in_grace && standing.until.is_some_and(|end| Some(end) < kept_until) {
                self.set(member, version, ladder, at, Change::new(rank, "kept", kept_until));
            }
        } else if rank > 0
            && standing.until.is_some_and(|end| end <= at)
            && ladder.downgrade != Downgrade::Never
        {
            let target = fallen(ladder, rank, reached);
            let demoted = Change { counted_from, ..Change::new(target, "demoted", until) };
            self.fail_to_keep(member, version, ladder, at, demoted);
        }
    }

    /// The first day on which a tier reached at a time by a period's figures is no longer valid.
    pub(super) fn last_valid(
        &self,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
        at: Instant,
    ) -> Day {
        if ladder.period == LadderPeriod::AnniversaryTier {
            // It has years of its own from then on.
            months_later(first_own_day(version.zone, at), 12 * ladder.valid_periods)
        } else {
            period.end_of_later(ladder.valid_periods)
        }
    }

    fn end_grace(&self, member: &mut Member, version: &Version, ladder: &LadderSpec, at: Instant) {
        let rank = rank_of(ladder, &self.standing(member, ladder));
        if rank == 0 {
            return;
        }
        if let LadderPeriod::RollingDays(days) = ladder.period {
            let reached = highest_entered(ladder, window(member, ladder, days, version.zone.day(at)));
            let target = fallen(ladder, rank, reached);
            self.set(member, version, ladder, at, Change::new(target, "demoted", None));
            return;
        }
        let Some(running) = self.running(member, version, ladder, at) else { return };
        let before = self.period_before(member, version, ladder, running);
        let reached = [Some(running), before]
            .into_iter()
            .flatten()
            .map(|period| highest_entered(ladder, self.figures_of(member, version, ladder, period)))
            .fold(0, usize::max);
        let last = if ladder.period == LadderPeriod::AnniversaryTier {
            self.last_valid(version, ladder, running, at)
        } else {
            running.end()
        };
        let until = Some(version.zone.day_start(last));
        let demoted = Change::new(fallen(ladder, rank, reached), "demoted", until);
        self.set(
            member,
            version,
            ladder,
            at,
            Change { counted_from: counted_from(ladder, running), ..demoted },
        );
    }

    /// A tier is not kept: grace begins, or the demotion takes place.
    fn fail_to_keep(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        at: Instant,
        demoted: Change,
    ) {
        if ladder.grace_days == 0 {
            self.set(member, version, ladder, at, demoted);
            return;
        }
        let rank = rank_of(ladder, &self.standing(member, ladder));
        let until = version.zone.day_start(next_day(version.zone.day(at), i64::from(ladder.grace_days)));
        let grace = Change { in_grace: true, ..Change::new(rank, "grace_began", Some(until)) };
        self.set(member, version, ladder, at, grace);
    }
}

/// First day of figures that reach a tier, where it has years of its own.
pub(super) fn counted_from(ladder: &LadderSpec, period: Period) -> Option<Day> {
    (ladder.period == LadderPeriod::AnniversaryTier).then(|| period.start())
}
