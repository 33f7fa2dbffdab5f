//! Ladders: figures by period, reaching, keeping and losing tiers (cases 24 and 27–31).

use tallybook_core::calendar::{Day, Instant, Zone};

use super::dates::{months_later, next_day, year_start};
use super::member::{Figures, Member, Place, Standing};
use super::{Happening, Model, NaiveTierChange, Version};
use crate::spec::{Downgrade, LadderPeriod, LadderSpec, Threshold};

/// A year of a ladder: the so many-th from a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Period {
    origin: Day,
    years: u32,
}

impl Period {
    fn holding(origin: Day, day: Day) -> Period {
        let mut period = Period { origin, years: 0 };
        while period.end() <= day {
            period.years += 1;
        }
        period
    }

    fn start(self) -> Day {
        months_later(self.origin, 12 * self.years)
    }

    /// First day after.
    fn end(self) -> Day {
        self.end_of_later(0)
    }

    /// First day after the period so many periods on.
    fn end_of_later(self, periods: u32) -> Day {
        months_later(self.origin, 12 * (self.years + 1 + periods))
    }
}

/// A new standing in the making.
struct Change {
    rank: usize,
    why: &'static str,
    until: Option<Instant>,
    in_grace: bool,
    /// Where the tier's own years begin from now on, and the period that gave it; `None` leaves them.
    anchor: Option<(Day, Period)>,
}

impl Change {
    fn new(rank: usize, why: &'static str, until: Option<Instant>) -> Change {
        Change { rank, why, until, in_grace: false, anchor: None }
    }
}

fn is_met(threshold: Threshold, figures: Figures) -> bool {
    let asked = [
        threshold.spend.map(|least| figures.spend >= least),
        threshold.points.map(|least| figures.points >= least),
        threshold.orders.map(|least| figures.orders >= least),
    ];
    let mut asked = asked.into_iter().flatten();
    if threshold.all { asked.all(|met| met) } else { asked.any(|met| met) }
}

fn is_entered(ladder: &LadderSpec, rank: usize, figures: Figures) -> bool {
    ladder.tiers[rank].entry.is_none_or(|entry| is_met(entry, figures))
}

fn is_kept(ladder: &LadderSpec, rank: usize, figures: Figures) -> bool {
    let tier = &ladder.tiers[rank];
    tier.keep.or(tier.entry).is_none_or(|keep| is_met(keep, figures))
}

fn highest_entered(ladder: &LadderSpec, figures: Figures) -> usize {
    (0..ladder.tiers.len()).rfind(|rank| is_entered(ladder, *rank, figures)).unwrap_or(0)
}

pub(super) fn rank_of(ladder: &LadderSpec, standing: &Standing) -> usize {
    ladder.tiers.iter().position(|tier| tier.id == standing.tier).unwrap_or(0)
}

/// Where a demotion leads, given the tier that the figures reach.
fn fallen(ladder: &LadderSpec, rank: usize, reached: usize) -> usize {
    match ladder.downgrade {
        Downgrade::OneDown => rank - 1,
        Downgrade::ToQualifying | Downgrade::Never => reached.min(rank - 1),
    }
}

fn figures_between(member: &Member, ladder: &LadderSpec, from: Day, until: Day) -> Figures {
    let inside =
        member.figures.iter().filter(|(id, day, _)| *id == ladder.id && from <= *day && *day < until);
    inside.fold(Figures::default(), |sum, (_, _, figures)| sum.plus(*figures))
}

fn window(member: &Member, ladder: &LadderSpec, days: u32, last: Day) -> Figures {
    let after = next_day(last, 1);
    figures_between(member, ladder, next_day(after, -i64::from(days)), after)
}

impl Model {
    /// Where a member stands: on the lowest tier until something happens.
    pub(super) fn standing(&self, member: &Member, ladder: &LadderSpec) -> Standing {
        member.standings.get(&ladder.id).cloned().unwrap_or_else(|| Standing {
            tier: ladder.tiers[0].id.clone(),
            until: None,
            in_grace: false,
            anchor: Day::EVER,
            basis: None,
            closed_to: member.joined_at,
        })
    }

    /// The days of the period that holds a day, and the first day after it; `None` where there is no such period.
    pub(super) fn period_of(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        day: Day,
    ) -> Option<(Day, Day)> {
        self.year_of(member, version, ladder, day).map(|period| (period.start(), period.end()))
    }

    fn year_of(&self, member: &Member, version: &Version, ladder: &LadderSpec, day: Day) -> Option<Period> {
        let joined_on = version.zone.day(member.joined_at);
        match ladder.period {
            LadderPeriod::RollingDays(_) | LadderPeriod::Lifetime => None,
            LadderPeriod::CalendarYear => Some(Period { origin: year_start(day), years: 0 }),
            LadderPeriod::AnniversaryJoining => Some(Period::holding(joined_on, day)),
            LadderPeriod::AnniversaryTier => {
                let standing = self.standing(member, ladder);
                if rank_of(ladder, &standing) == 0 {
                    Some(Period::holding(joined_on, day))
                } else if day >= standing.anchor {
                    Some(Period::holding(standing.anchor, day))
                } else {
                    standing.basis.filter(|basis| basis.start() <= day)
                }
            }
        }
    }

    /// The running period. A tier's own years run from the day after it was reached.
    fn running(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Option<Period> {
        let mut day = version.zone.day(now);
        let standing = self.standing(member, ladder);
        if ladder.period == LadderPeriod::AnniversaryTier && rank_of(ladder, &standing) > 0 {
            day = day.max(standing.anchor);
        }
        self.year_of(member, version, ladder, day)
    }

    fn period_before(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
    ) -> Option<Period> {
        if period.years > 0 {
            return Some(Period { years: period.years - 1, ..period });
        }
        match ladder.period {
            LadderPeriod::CalendarYear => self.year_of(member, version, ladder, next_day(period.start(), -1)),
            LadderPeriod::AnniversaryTier => {
                self.standing(member, ladder).basis.filter(|basis| *basis != period)
            }
            _ => None,
        }
    }

    /// Figures of a period. The first year of a membership also has what came before joining; a period that ended early
    /// because a tier was reached goes up to that day.
    fn figures_of(&self, member: &Member, version: &Version, ladder: &LadderSpec, period: Period) -> Figures {
        let (mut from, mut until) = (period.start(), period.end());
        if ladder.period != LadderPeriod::CalendarYear
            && period.years == 0
            && period.origin == version.zone.day(member.joined_at)
        {
            from = Day::EVER;
        }
        if ladder.period == LadderPeriod::AnniversaryTier {
            let standing = self.standing(member, ladder);
            let is_cut_short = standing.basis == Some(period) && period.start() < standing.anchor;
            if is_cut_short && rank_of(ladder, &standing) > 0 {
                until = until.min(standing.anchor);
            }
        }
        figures_between(member, ladder, from, until)
    }

    /// The next instant up to `to` at which something about a ladder is due.
    pub(super) fn next_ladder_due(
        &self,
        member: &Member,
        ladder: &LadderSpec,
        to: Instant,
    ) -> Option<Instant> {
        let version = self.in_force(to);
        let standing = self.standing(member, ladder);
        let is_above_base = rank_of(ladder, &standing) > 0;
        if standing.in_grace {
            let end = self.running(member, version, ladder, standing.closed_to).map(Period::end);
            let end = end.map(|end| version.zone.day_start(end));
            return standing.until.into_iter().chain(end).min();
        }
        match ladder.period {
            LadderPeriod::Lifetime => None,
            LadderPeriod::RollingDays(days) => {
                if !is_above_base || ladder.downgrade == Downgrade::Never {
                    return None;
                }
                let mut day = next_day(version.zone.day(standing.closed_to), 1);
                while version.zone.day_start(day) <= to {
                    let midnight = version.zone.day_start(day);
                    let then = self.in_force(midnight).spec.ladder(&ladder.id).unwrap_or(ladder);
                    if !is_kept(then, rank_of(then, &standing), window(member, then, days, day)) {
                        return Some(midnight);
                    }
                    day = next_day(day, 1);
                }
                None
            }
            _ if !is_above_base && !ladder.upgrade_at_period_end => None,
            _ => {
                let running = self.running(member, version, ladder, standing.closed_to)?;
                Some(version.zone.day_start(running.end()))
            }
        }
    }

    /// Does what is due for a ladder at an instant, if anything is.
    pub(super) fn close_ladder(&self, member: &mut Member, ladder_index: usize, at: Instant) {
        let version = self.in_force(at);
        let ladder = &version.spec.ladders[ladder_index];
        let standing = self.standing(member, ladder);
        if at <= standing.closed_to {
            return;
        }
        if standing.in_grace && standing.until == Some(at) {
            self.end_grace(member, version, ladder, at);
        } else if let LadderPeriod::RollingDays(days) = ladder.period {
            let day = version.zone.day(at);
            let is_midnight = version.zone.day_start(day) == at;
            let rank = rank_of(ladder, &standing);
            let can_fall = rank > 0 && ladder.downgrade != Downgrade::Never && !standing.in_grace;
            let figures = window(member, ladder, days, day);
            if is_midnight && can_fall && !is_kept(ladder, rank, figures) {
                let target = fallen(ladder, rank, highest_entered(ladder, figures));
                fail_to_keep(self, member, version.zone, ladder, at, Change::new(target, "demoted", None));
            }
        } else if let Some(ending) = self.running(member, version, ladder, standing.closed_to)
            && version.zone.day_start(ending.end()) == at
        {
            self.close_period(member, version, ladder, ending, at);
        }
        if let Some(standing) = member.standings.get_mut(&ladder.id) {
            standing.closed_to = at;
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
        if rank == 0 && !ladder.upgrade_at_period_end {
            return;
        }
        let zone = version.zone;
        let figures = self.figures_of(member, version, ladder, ending);
        let reached = highest_entered(ladder, figures);
        // The tier's own years begin anew where it is reached or kept at the end of one.
        let anchor = Some((zone.day(at), ending));
        let last = if ladder.period == LadderPeriod::AnniversaryTier {
            months_later(zone.day(at), 12 * ladder.valid_periods)
        } else {
            ending.end_of_later(ladder.valid_periods)
        };
        let until = Some(zone.day_start(last));
        if reached > rank {
            set(self, member, ladder, at, Change { anchor, ..Change::new(reached, "upgraded", until) });
        } else if rank > 0 && is_kept(ladder, rank, figures) {
            let holds_until = standing.until;
            if !standing.in_grace && holds_until.is_some_and(|end| Some(end) < until) {
                set(self, member, ladder, at, Change { anchor, ..Change::new(rank, "kept", until) });
            }
        } else if rank > 0 && standing.until == Some(at) && ladder.downgrade != Downgrade::Never {
            let target = fallen(ladder, rank, reached);
            let demoted = Change { anchor, ..Change::new(target, "demoted", until) };
            fail_to_keep(self, member, zone, ladder, at, demoted);
        }
    }

    fn end_grace(&self, member: &mut Member, version: &Version, ladder: &LadderSpec, at: Instant) {
        let rank = rank_of(ladder, &self.standing(member, ladder));
        if let LadderPeriod::RollingDays(days) = ladder.period {
            let reached = highest_entered(ladder, window(member, ladder, days, version.zone.day(at)));
            set(self, member, ladder, at, Change::new(fallen(ladder, rank, reached), "demoted", None));
            return;
        }
        let Some(running) = self.running(member, version, ladder, at) else { return };
        let before = self.period_before(member, version, ladder, running);
        let reached = [Some(running), before]
            .into_iter()
            .flatten()
            .map(|period| highest_entered(ladder, self.figures_of(member, version, ladder, period)))
            .fold(0, usize::max);
        let mut demoted = Change::new(fallen(ladder, rank, reached), "demoted", None);
        let last = if ladder.period == LadderPeriod::AnniversaryTier {
            // The lower tier is reached now, and has years of its own.
            let today = version.zone.day(at);
            demoted.anchor = Some((today, running));
            months_later(today, 12 * ladder.valid_periods)
        } else {
            running.end()
        };
        set(self, member, ladder, at, Change { until: Some(version.zone.day_start(last)), ..demoted });
    }

    /// Looks at every ladder after an order, or another occasion, of a local day.
    pub(super) fn after_occasion(&self, member: &mut Member, version: &Version, day: Day) {
        let now = member.settled_to;
        let today = version.zone.day(now);
        for ladder in &version.spec.ladders {
            let standing = self.standing(member, ladder);
            let rank = rank_of(ladder, &standing);
            let change = match ladder.period {
                LadderPeriod::Lifetime => {
                    let reached =
                        highest_entered(ladder, figures_between(member, ladder, Day::EVER, Day(i32::MAX)));
                    (reached > rank).then(|| Change::new(reached, "upgraded", None))
                }
                LadderPeriod::RollingDays(days) => {
                    let windows = (day.0..=today.0).map(|last| window(member, ladder, days, Day(last)));
                    let reached = windows.map(|figures| highest_entered(ladder, figures)).fold(0, usize::max);
                    let is_kept_now = is_kept(ladder, rank, window(member, ladder, days, today));
                    if reached > rank {
                        Some(Change::new(reached, "upgraded", None))
                    } else {
                        (standing.in_grace && is_kept_now).then(|| Change::new(rank, "kept", None))
                    }
                }
                _ => self
                    .reached_by_order(member, version, ladder, day, now)
                    .or_else(|| self.kept_in_grace(member, version, ladder, now)),
            };
            if let Some(change) = change {
                set(self, member, ladder, now, change);
            }
        }
    }

    fn reached_by_order(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        day: Day,
        now: Instant,
    ) -> Option<Change> {
        let zone = version.zone;
        let rank = rank_of(ladder, &self.standing(member, ladder));
        let period = self.year_of(member, version, ladder, day)?;
        let is_closed = zone.day_start(period.end()) <= now;
        let reached = highest_entered(ladder, self.figures_of(member, version, ladder, period));
        if reached <= rank || (ladder.upgrade_at_period_end && !is_closed) {
            return None;
        }
        // A tier reached exactly at midnight has its own years from that midnight on.
        let today = zone.day(now);
        let first_own_day = if zone.day_start(today) == now { today } else { next_day(today, 1) };
        let last = if ladder.period == LadderPeriod::AnniversaryTier {
            months_later(first_own_day, 12 * ladder.valid_periods)
        } else {
            period.end_of_later(ladder.valid_periods)
        };
        let until = zone.day_start(last);
        let anchor = Some((first_own_day, period));
        (until > now).then(|| Change { anchor, ..Change::new(reached, "upgraded", Some(until)) })
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
        let running = self.running(member, version, ladder, now)?;
        let is_kept_now = is_kept(ladder, rank, self.figures_of(member, version, ladder, running));
        let until = version.zone.day_start(running.end_of_later(ladder.valid_periods));
        (standing.in_grace && is_kept_now).then(|| Change::new(rank, "kept", Some(until)))
    }

    /// Looks at the ladders that demote at once after a return.
    pub(super) fn after_return(&self, member: &mut Member, now: Instant) {
        let version = self.in_force(now);
        for ladder in &version.spec.ladders {
            let rank = rank_of(ladder, &self.standing(member, ladder));
            if !ladder.demote_now || rank == 0 || ladder.downgrade == Downgrade::Never {
                continue;
            }
            let grounds = self.grounds(member, version, ladder, now);
            if grounds.iter().any(|(f, _)| is_entered(ladder, rank, *f) || is_kept(ladder, rank, *f)) {
                continue;
            }
            let mut best = (0, None);
            for (figures, until) in grounds {
                let reached = highest_entered(ladder, figures).min(rank - 1);
                if reached > best.0 {
                    best = (reached, until);
                }
            }
            set(self, member, ladder, now, Change::new(best.0, "returned", best.1));
        }
    }

    /// The figures of all periods whose validity covers now, the latest first, with the end that each gives.
    fn grounds(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) -> Vec<(Figures, Option<Instant>)> {
        let zone = version.zone;
        match ladder.period {
            LadderPeriod::Lifetime => vec![(figures_between(member, ladder, Day::EVER, Day(i32::MAX)), None)],
            LadderPeriod::RollingDays(days) => vec![(window(member, ladder, days, zone.day(now)), None)],
            LadderPeriod::AnniversaryTier => {
                let standing = self.standing(member, ladder);
                let running = self
                    .running(member, version, ladder, now)
                    .map(|period| (period, Some(zone.day_start(period.end_of_later(ladder.valid_periods)))));
                let basis = standing.basis.map(|basis| (basis, standing.until));
                let grounds = running.into_iter().chain(basis);
                grounds
                    .map(|(period, until)| (self.figures_of(member, version, ladder, period), until))
                    .collect()
            }
            LadderPeriod::CalendarYear | LadderPeriod::AnniversaryJoining => {
                let mut grounds = Vec::new();
                let mut period = self.running(member, version, ladder, now);
                while let Some(covering) = period {
                    let until = zone.day_start(covering.end_of_later(ladder.valid_periods));
                    if until <= now {
                        break;
                    }
                    grounds.push((self.figures_of(member, version, ladder, covering), Some(until)));
                    period = self.period_before(member, version, ladder, covering);
                }
                grounds
            }
        }
    }
}

/// A tier is not kept: grace begins, or the demotion takes place.
fn fail_to_keep(
    model: &Model,
    member: &mut Member,
    zone: Zone,
    ladder: &LadderSpec,
    at: Instant,
    demoted: Change,
) {
    if ladder.grace_days == 0 {
        set(model, member, ladder, at, demoted);
        return;
    }
    let rank = rank_of(ladder, &model.standing(member, ladder));
    let until = zone.day_start(next_day(zone.day(at), i64::from(ladder.grace_days)));
    let grace = Change { in_grace: true, ..Change::new(rank, "grace_began", Some(until)) };
    set(model, member, ladder, at, grace);
}

fn set(model: &Model, member: &mut Member, ladder: &LadderSpec, at: Instant, change: Change) {
    let mut standing = model.standing(member, ladder);
    let from = standing.tier.clone();
    let to = ladder.tiers[change.rank].id.clone();
    let is_endless = change.rank == 0 || ladder.downgrade == Downgrade::Never;
    let until = if is_endless { None } else { change.until };
    standing.tier = to.clone();
    standing.until = until;
    standing.in_grace = change.in_grace;
    if let Some((anchor, basis)) = change.anchor {
        standing.anchor = anchor;
        standing.basis = Some(basis);
    }
    member.standings.insert(ladder.id.clone(), standing);
    member.places.push(Place { at, ladder: ladder.id.clone(), tier: to.clone(), until });
    member.happened(at, "TierChanged", &[]);
    let tier = NaiveTierChange { ladder: ladder.id.clone(), from, to, why: change.why, until };
    let last: &mut Happening = member.happenings.last_mut().expect("a happening was just written");
    last.tier = Some(tier);
}
