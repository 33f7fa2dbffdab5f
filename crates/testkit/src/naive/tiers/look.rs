//! What becomes of tiers at once: after orders and other occasions, and after returns (cases 24, 28 and 33).

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};

use super::change::Change;
use super::figures::{Sums, highest_entered, is_entered, is_kept};
use super::periods::{Period, all_time, window};
use super::review::counted_from;
use super::standing::rank_of;
use crate::naive::member::Member;
use crate::naive::{Model, NaiveFigures, Version};
use crate::spec::{Downgrade, LadderPeriod, LadderSpec};

/// By ladder, whether the figures justified the tier.
pub(in crate::naive) type Justified = BTreeMap<String, bool>;

impl Model {
    /// Looks at every ladder after an order, or another occasion, of a local day, by the version of that time.
    pub(in crate::naive) fn after_occasion(&self, member: &mut Member, version: &Version, day: Day) {
        let now = member.settled_to;
        let version_now = self.in_force(now);
        for ladder in &version.spec.ladders {
            let ladder_now = version_now.ladder(&ladder.id);
            if ladder_now.rank(&self.standing(member, ladder_now).tier).is_none() {
                // A version that comes at this instant will see to the tier, which it no longer has.
                continue;
            }
            let change = self
                .reached_by_occasion(member, version, ladder, day, now)
                .or_else(|| self.kept_in_grace(member, version_now, ladder_now, now));
            if let Some(change) = change {
                self.set(member, version_now, ladder_now, now, change);
            }
            self.check_challenge(member, version_now, ladder_now, now);
        }
        self.carry_what_came_late(member, now);
    }

    /// The higher tier that the figures of a day reach. Figures go by the version of the day, tiers by that of now.
    fn reached_by_occasion(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        day: Day,
        now: Instant,
    ) -> Option<Change> {
        let version_now = self.in_force(now);
        let ladder_now = version_now.ladder(&ladder.id);
        let rank = rank_of(ladder_now, &self.standing(member, ladder_now));
        let reached = |sums| self.reached_since(version, ladder, sums, version_now);
        let (reached, until, counted_from) = match ladder.period {
            LadderPeriod::Lifetime => (reached(all_time(member, ladder)), None, None),
            LadderPeriod::RollingDays(days) => {
                let today = version_now.zone.day(now).max(day);
                let windows = (day.0..=today.0).map(|last| window(member, ladder, days, Day(last)));
                (windows.map(reached).fold(0, usize::max), None, None)
            }
            _ => {
                let period = self.year_of(member, version, ladder, day)?;
                let is_closed = version_now.zone.day_start(period.end()) <= now;
                if ladder_now.upgrade_at_period_end && !is_closed {
                    return None;
                }
                let until = |period| {
                    version_now.zone.day_start(self.last_valid(version_now, ladder_now, period, now))
                };
                if is_closed && until(period) <= now {
                    // Too long ago to be valid: what runs now is asked instead, with what is of all time.
                    let running = self.running(member, version_now, ladder_now, now)?;
                    let mut sums = self.figures_of(member, version_now, ladder_now, running);
                    if ladder_now.upgrade_at_period_end {
                        sums.period = NaiveFigures::default();
                    }
                    (reached(sums), Some(until(running)), counted_from(ladder, running))
                } else {
                    let sums = self.figures_of(member, version, ladder, period);
                    (reached(sums), Some(until(period)), counted_from(ladder, period))
                }
            }
        };
        (reached > rank).then(|| Change { counted_from, ..Change::new(reached, "upgraded", until) })
    }

    /// The rank, by a later version, of the tier that figures reached under an earlier one.
    fn reached_since(
        &self,
        version: &Version,
        ladder: &LadderSpec,
        sums: Sums,
        version_now: &Version,
    ) -> usize {
        let ladder_now = version_now.ladder(&ladder.id);
        let between = version.number + 1..=version_now.number;
        let is_asked_anew = |number: usize| {
            let changed = self.versions[number].ladder(&ladder.id);
            changed.on_change_full && self.changes_tiers(number, &ladder.id)
        };
        if between.clone().any(is_asked_anew) {
            return highest_entered(ladder_now, sums);
        }
        let mut tier = ladder.tiers[highest_entered(ladder, sums)].id.clone();
        for number in between {
            tier = self.taken_over(number, &ladder.id, &tier);
        }
        ladder_now.rank(&tier).unwrap_or(0)
    }

    fn kept_in_grace(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Option<Change> {
        let standing = self.standing(member, ladder);
        let rank = rank_of(ladder, &standing);
        let is_kept_now = is_kept(ladder, rank, self.running_figures(member, version, ladder, now));
        let until = self
            .running(member, version, ladder, now)
            .map(|running| version.zone.day_start(running.end_of_later(ladder.valid_periods)));
        (standing.in_grace && is_kept_now).then(|| Change::new(rank, "kept", until))
    }

    /// What a return may take away: on which ladders that demote at once the figures justify the tier.
    pub(in crate::naive) fn justified(&self, member: &Member, now: Instant) -> Justified {
        let version = self.in_force(now);
        let is_justified = |ladder: &LadderSpec| {
            self.justified_rank(member, version, ladder, now).0
                == rank_of(ladder, &self.standing(member, ladder))
        };
        version.spec.ladders.iter().map(|ladder| (ladder.id.clone(), is_justified(ladder))).collect()
    }

    /// Looks at the ladders that demote at once after a return.
    pub(in crate::naive) fn after_return(&self, member: &mut Member, before: &Justified) {
        let now = member.settled_to;
        let version = self.in_force(now);
        for ladder in &version.spec.ladders {
            if ladder.demote_now && before[&ladder.id] {
                self.lower_to_justified(member, version, ladder, now, "returned");
            }
        }
        self.carry_what_came_late(member, now);
    }

    /// Takes a tier away that no figures justify any more.
    pub(super) fn lower_to_justified(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
        why: &'static str,
    ) {
        let rank = rank_of(ladder, &self.standing(member, ladder));
        let (justified, ground) = self.justified_rank(member, version, ladder, now);
        if rank == 0 || ladder.downgrade == Downgrade::Never || justified == rank {
            return;
        }
        let until =
            ground.map(|period| version.zone.day_start(self.last_valid(version, ladder, period, now)));
        let counted_from = ground.and_then(|period| counted_from(ladder, period));
        self.set(member, version, ladder, now, Change { counted_from, ..Change::new(justified, why, until) });
    }

    /// The rank that figures of periods whose validity covers now justify: that of the tier held where any of them keeps
    /// or enters it, else the highest lower one that any enters, with that period.
    fn justified_rank(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> (usize, Option<Period>) {
        let rank = rank_of(ladder, &self.standing(member, ladder));
        let grounds = self.grounds(member, version, ladder, now);
        if rank == 0
            || grounds.iter().any(|(sums, _)| is_entered(ladder, rank, *sums) || is_kept(ladder, rank, *sums))
        {
            return (rank, None);
        }
        let mut best = (0, None);
        for (sums, period) in grounds {
            let reached = highest_entered(ladder, sums).min(rank - 1);
            if reached > best.0 {
                best = (reached, period);
            }
        }
        best
    }

    /// The figures of all periods whose validity covers now, the latest first; without a period where there is none.
    fn grounds(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Vec<(Sums, Option<Period>)> {
        let mut grounds = Vec::new();
        let mut next = self.running(member, version, ladder, now);
        if next.is_none() {
            return vec![(self.running_figures(member, version, ladder, now), None)];
        }
        while let Some(period) = next {
            if version.zone.day_start(period.end_of_later(ladder.valid_periods)) <= now {
                break;
            }
            grounds.push((self.figures_of(member, version, ladder, period), Some(period)));
            next = self.period_before(member, version, ladder, period);
        }
        grounds
    }
}
