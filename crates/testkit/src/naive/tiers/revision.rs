//! What becomes of tiers when a version of the programme comes into force that changes them (case 32).

use tallybook_core::calendar::{Instant, Zone};

use super::change::{Change, note};
use super::figures::highest_entered;
use super::grants::{self, Grant};
use super::review::counted_from;
use super::standing::rank_of;
use crate::naive::dates::next_day;
use crate::naive::member::Member;
use crate::naive::{Model, NaiveTierChange, Version};
use crate::spec::{LadderPeriod, LadderSpec, On, Threshold};

/// What two versions of a ladder are told apart by.
fn told_apart(ladder: &LadderSpec) -> Vec<(&str, Option<Threshold>, Option<Threshold>)> {
    ladder.tiers.iter().map(|tier| (tier.id.as_str(), tier.entry, tier.kept_by())).collect()
}

fn upgrades_at_once(ladder: &LadderSpec) -> bool {
    matches!(ladder.period, LadderPeriod::RollingDays(_) | LadderPeriod::Lifetime)
        || !ladder.upgrade_at_period_end
}

impl Model {
    /// Whether a version has other tiers on a ladder than the one before it.
    pub(super) fn changes_tiers(&self, number: usize, ladder: &str) -> bool {
        let Some(before) = number.checked_sub(1).and_then(|before| self.versions[before].spec.ladder(ladder))
        else {
            return false;
        };
        self.versions[number].spec.ladder(ladder).is_some_and(|now| told_apart(before) != told_apart(now))
    }

    /// Whether members are looked at again when a version comes into force.
    pub(in crate::naive) fn revises(&self, number: usize) -> bool {
        let Some(before) = number.checked_sub(1) else { return false };
        let (before, now) = (&self.versions[before].spec, &self.versions[number].spec);
        before.zone != now.zone || now.ladders.iter().any(|ladder| self.changes_tiers(number, &ladder.id))
    }

    /// The tier of a version that a member holds who held another one under the version before.
    pub(super) fn taken_over(&self, number: usize, ladder: &str, tier: &str) -> String {
        let now = self.versions[number].ladder(ladder);
        if now.rank(tier).is_some() {
            return tier.to_owned();
        }
        let replaces = |replaced: &[String]| replaced.iter().any(|one| one == tier);
        if let Some(other) = now.tiers.iter().find(|other| replaces(&other.replaces)) {
            return other.id.clone();
        }
        let before = self.versions[number - 1].ladder(ladder);
        let below = &before.tiers[..before.rank(tier).unwrap_or(0)];
        let kept = below.iter().rev().find(|lower| now.rank(&lower.id).is_some());
        kept.map_or_else(|| now.tiers[0].id.clone(), |lower| lower.id.clone())
    }

    /// Looks at a ladder as a version comes into force that revises.
    pub(in crate::naive) fn revise(&self, member: &mut Member, version: &Version, ladder: &LadderSpec) {
        let at = version.from;
        let before = &self.versions[version.number - 1];
        let Some(ladder_before) = before.spec.ladder(&ladder.id) else { return };
        let just_before = Instant(at.0 - 1);
        let ran = self.running(member, before, ladder_before, just_before);
        if version.spec.zone != before.spec.zone {
            self.move_end(member, version, ladder, before.zone);
        }
        if ladder.rank(&self.standing(member, ladder).tier).is_none() {
            self.replace(member, version, ladder);
        } else if self.changes_tiers(version.number, &ladder.id) {
            self.reevaluate(member, version, ladder);
        }
        self.replace_grant(member, version, ladder);
        let has_ended =
            ran.filter(|ran| ran.end() <= version.zone.day(at) && version.zone.day_start(ran.end()) < at);
        if has_ended.is_some() && version.spec.zone != before.spec.zone {
            self.review(member, version, ladder, has_ended, at);
            let closed = self.standing(member, ladder);
            member.standings.insert(ladder.id.clone(), super::Standing { closed_to: at, ..closed });
        }
    }

    /// The days of another zone begin at other times.
    fn move_end(&self, member: &mut Member, version: &Version, ladder: &LadderSpec, zone_before: Zone) {
        let at = version.from;
        let mut standing = self.standing(member, ladder);
        let Some(until) = standing.until else { return };
        let mut day = zone_before.day(until);
        let own_years =
            matches!(ladder.period, LadderPeriod::AnniversaryJoining | LadderPeriod::AnniversaryTier);
        if own_years && !standing.in_grace {
            // What years count from may have been the day before or after there, and they end with it.
            let near = self.period_of(member, version, ladder, next_day(day, 1)).map(|(start, _)| start);
            day = near.filter(|start| (start.0 - day.0).abs() <= 1).unwrap_or(day);
        }
        let moved = version.zone.day_start(day).max(at);
        if moved == until {
            return;
        }
        let why = if standing.in_grace { "grace_began" } else { "reevaluated" };
        let tier = standing.tier.clone();
        standing.until = Some(moved);
        member.standings.insert(ladder.id.clone(), standing);
        let ladder = ladder.id.clone();
        note(member, at, NaiveTierChange { ladder, from: tier.clone(), to: tier, why, until: Some(moved) });
    }

    /// A tier that is no more is another one from now on.
    fn replace(&self, member: &mut Member, version: &Version, ladder: &LadderSpec) {
        let at = version.from;
        let mut standing = self.standing(member, ladder);
        let from = standing.tier.clone();
        standing.tier = self.taken_over(version.number, &ladder.id, &from);
        let replacement = rank_of(ladder, &standing);
        // What runs is the year of the tier that is no more.
        let reached = highest_entered(ladder, self.running_figures(member, version, ladder, at));
        let rank = if upgrades_at_once(ladder) { reached.max(replacement) } else { replacement };
        standing.tier = ladder.tiers[rank].id.clone();
        standing.until = standing.until.filter(|_| rank > 0);
        standing.in_grace &= rank > 0;
        let (to, until) = (standing.tier.clone(), standing.until);
        member.standings.insert(ladder.id.clone(), standing);
        note(member, at, NaiveTierChange { ladder: ladder.id.clone(), from, to, why: "replaced", until });
        let passed: Vec<(On, usize)> = (replacement + 1..=rank).map(|rank| (On::TierReached, rank)).collect();
        self.give_for_tiers(member, version, ladder, at, &passed);
    }

    /// Other thresholds may give a higher tier or, where the ladder says so, take one away.
    fn reevaluate(&self, member: &mut Member, version: &Version, ladder: &LadderSpec) {
        let at = version.from;
        let standing = self.standing(member, ladder);
        let rank = rank_of(ladder, &standing);
        let reached = highest_entered(ladder, self.running_figures(member, version, ladder, at));
        if upgrades_at_once(ladder) && reached > rank {
            let period = self.running(member, version, ladder, at);
            let until =
                period.map(|period| version.zone.day_start(self.last_valid(version, ladder, period, at)));
            let counted_from = self
                .year_of(member, version, ladder, version.zone.day(at))
                .and_then(|period| counted_from(ladder, period));
            let change = Change { counted_from, ..Change::new(reached, "reevaluated", until) };
            self.set(member, version, ladder, at, change);
        } else if ladder.on_change_full && !standing.in_grace {
            self.lower_to_justified(member, version, ladder, at, "reevaluated");
        }
    }

    fn replace_grant(&self, member: &mut Member, version: &Version, ladder: &LadderSpec) {
        let Some(grant) = member.grants.get(&ladder.id).cloned() else { return };
        if ladder.rank(&grant.tier).is_some() {
            return;
        }
        let tier = self.taken_over(version.number, &ladder.id, &grant.tier);
        if ladder.rank(&tier) == Some(0) {
            grants::end(member, &ladder.id, version.from, "removed");
        } else {
            grants::give(member, ladder, version.from, Grant { tier, ..grant });
        }
    }
}
