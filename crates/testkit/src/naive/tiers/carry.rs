//! What a period has beyond its thresholds goes over into the next.

use tallybook_core::calendar::{Day, Instant};

use super::figures::is_met;
use super::periods::{Period, carried_into};
use crate::naive::dates::next_day;
use crate::naive::member::Member;
use crate::naive::{Model, NaiveDeed, NaiveFigures, Version};
use crate::spec::{AskedSpec, CapPeriod, LadderPeriod, LadderSpec, Spec};

impl Model {
    /// Carries what a period that is closed has to spare, less what it carried before. Gives whether there was anything.
    pub(super) fn carry(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
        at: Instant,
    ) -> bool {
        let Some(most) = ladder.carry_over else { return false };
        if period.start() < member.forgotten_before || !self.has_figures(member, version, ladder, period) {
            return false;
        }
        let spare = self.spare(member, version, ladder, period, most);
        let before = carried_into(member, ladder, Model::period_after(period));
        let change = spare.plus(before.negated());
        if change == NaiveFigures::default() {
            return false;
        }
        member.carried.push((ladder.id.clone(), period.end(), change));
        let deed = NaiveDeed::Carried { ladder: ladder.id.clone(), into: period.end(), figures: change };
        member.did(at, "FiguresCarried", deed);
        true
    }

    /// Whether anything was counted in a period, or carried into it.
    pub(super) fn has_figures(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
    ) -> bool {
        let is_first = period.start() == version.zone.day(member.joined_at)
            && ladder.period != LadderPeriod::CalendarYear;
        let counted = |day| day < period.end() && (period.start() <= day || is_first);
        let is_counted = member.figures.iter().any(|(id, day, _)| *id == ladder.id && counted(*day));
        let is_carried =
            member.carried.iter().any(|(id, into, _)| *id == ladder.id && *into == period.start());
        is_counted || is_carried
    }

    /// Forgets figures that no fact can reach any more; whatever may earn has that done.
    pub(in crate::naive) fn forget(&self, member: &mut Member, version: &Version, at: Instant) {
        let horizon = i64::from(horizon_days(&version.spec));
        let first_kept = next_day(version.zone.day(at.max(member.settled_to)), -horizon);
        member.forgotten_before = member.forgotten_before.max(first_kept);
    }

    /// What goes over: of each figure that the highest tier reached asks of a period, what is beyond it, up to a most.
    fn spare(
        &self,
        member: &Member,
        version: &Version,
        ladder: &LadderSpec,
        period: Period,
        most: AskedSpec,
    ) -> NaiveFigures {
        let sums = self.figures_of(member, version, ladder, period);
        let passed = ladder.tiers.iter().rev().find_map(|tier| {
            let entry = tier.entry.filter(|entry| is_met(*entry, sums));
            entry.or_else(|| tier.entry.and(tier.kept_by()).filter(|keep| is_met(*keep, sums)))
        });
        let Some(passed) = passed else { return NaiveFigures::default() };
        let mut spare = [0; 5];
        for (place, spare) in spare.iter_mut().enumerate() {
            if let (Some(least), Some(most)) = (passed.period.each()[place], most.each()[place]) {
                *spare = (sums.period.each()[place] - least).clamp(0, most);
            }
        }
        NaiveFigures::of(spare)
    }

    /// After figures of closed periods changed: what they carry, and what each later one does, is worked out again, up to
    /// the first that nothing changes of.
    pub(super) fn carry_what_came_late(&self, member: &mut Member, now: Instant) {
        let touched = std::mem::take(&mut member.touched);
        let version = self.in_force(now);
        for ladder in &version.spec.ladders {
            let first = touched.iter().filter(|(id, _)| *id == ladder.id).map(|(_, day)| *day).min();
            let Some(first) = first else { continue };
            self.carry_from(member, version, ladder, first, (now, false));
        }
    }

    /// After a merge, all closed periods are worked out again.
    pub(in crate::naive) fn carry_all(&self, member: &mut Member, now: Instant) {
        member.touched.clear();
        let version = self.in_force(now);
        for ladder in &version.spec.ladders {
            let counted = member.figures.iter().chain(&member.carried);
            let first = counted.filter(|(id, _, _)| *id == ladder.id).map(|(_, day, _)| *day).min();
            let Some(first) = first else { continue };
            self.carry_from(member, version, ladder, first, (now, true));
        }
    }

    fn carry_from(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        first: Day,
        (now, looks_at_all): (Instant, bool),
    ) {
        let first = self.year_of(member, version, ladder, first);
        let mut next = first.filter(|_| ladder.carry_over.is_some());
        while let Some(period) = next.filter(|period| version.zone.day_start(period.end()) <= now) {
            let has_changed = self.carry(member, version, ladder, period, now);
            next =
                self.year_of(member, version, ladder, period.end()).filter(|_| has_changed || looks_at_all);
        }
    }
}

/// Days for which figures are kept: what may come late, and the longest period before it.
fn horizon_days(spec: &Spec) -> u32 {
    let ladders = spec.ladders.iter().map(|ladder| {
        let period = match ladder.period {
            LadderPeriod::RollingDays(days) => days,
            LadderPeriod::Lifetime => 0,
            _ => 366 * (ladder.valid_periods + 1),
        };
        let lent =
            ladder.tiers.iter().filter_map(|tier| tier.challenge.map(|challenge| challenge.days)).max();
        (period + ladder.grace_days).max(lent.unwrap_or(0))
    });
    let days = |per: CapPeriod| match per {
        CapPeriod::Order | CapPeriod::Day => 1,
        CapPeriod::Week => 7,
        CapPeriod::Month => 31,
        CapPeriod::Year | CapPeriod::TierPeriod => 366,
        CapPeriod::Ever => 0,
    };
    let of_rules = spec.rules.iter().flat_map(|rule| {
        rule.caps.iter().map(|cap| cap.per).chain(rule.max_triggers.iter().map(|limit| limit.per))
    });
    let of_currencies = spec.currencies.iter().flat_map(|currency| {
        let transfer = currency.transfer.and_then(|terms| terms.allowance.limit);
        let limits = transfer.into_iter().chain(currency.purchase.and_then(|terms| terms.limit));
        currency.caps.iter().map(|cap| cap.per).chain(limits.map(|(_, per)| per)).collect::<Vec<_>>()
    });
    let counters = of_rules.chain(of_currencies).chain(spec.benefits.iter().map(|benefit| benefit.per));
    spec.late_limit_days + ladders.chain(counters.map(days)).max().unwrap_or(0) + 2
}
