//! What happens by itself as time goes on: holds run out, lots become active, days of celebration come, periods end, lots
//! run out (cases 10–13, 15 and 17). Nothing here asks anything of another member.

use tallybook_core::calendar::{Day, Instant};

use super::dates::{birthday_in, months_later};
use super::member::{Member, Stage};
use super::tiers::Standing;
use super::{Model, Version};
use crate::spec::On;

impl Model {
    /// Does everything due up to and including `to`, an instant at a time: releases, activations, celebrations, then
    /// tiers, then expiries.
    pub(super) fn settle(&self, member: &mut Member, to: Instant) {
        if member.merged.is_some() {
            return;
        }
        while let Some(at) = self.next_due(member, to) {
            let days = self.days_of_celebration(member, at);
            for handle in member.redemption_order.clone() {
                if matches!(member.redemptions[&handle].stage, Stage::HeldUntil(end) if end <= at) {
                    self.release(member, &handle, at);
                }
            }
            for number in 0..member.lots.len() {
                let lot = &member.lots[number];
                if lot.pending && lot.waits.is_none() && lot.activates_at <= at {
                    member.activate(number, at);
                }
            }
            for (on, ladder) in days {
                let deed = ladder.map(|ladder| {
                    let held = self.standing(member, self.in_force(at).ladder(&ladder)).tier;
                    (ladder, held)
                });
                if on == On::Birthday {
                    member.celebrated_year = self.in_force(at).zone.day(at).civil().0;
                }
                self.celebrate(member, on, deed, at, self.in_force(at).number);
            }
            self.see_to_tiers(member, at);
            for number in 0..member.lots.len() {
                if member.lots[number].due_at().is_some_and(|end| end <= at) {
                    let waited_in_vain = member.lots[number].waits.is_some();
                    if waited_in_vain { member.cancel(number, at) } else { member.expire(number, at) }
                }
            }
        }
        for ladder in &self.in_force(to).spec.ladders {
            let standing = self.standing(member, ladder);
            let closed_to = standing.closed_to.max(to);
            member.standings.insert(ladder.id.clone(), Standing { closed_to, ..standing });
        }
    }

    /// Ends tiers by hand, brings a version into force, and closes periods.
    fn see_to_tiers(&self, member: &mut Member, at: Instant) {
        let version = self.in_force(at);
        for ladder in &version.spec.ladders {
            self.end_grant(member, ladder, at);
        }
        if version.from == at && self.revises(version.number) {
            for ladder in &version.spec.ladders {
                if self.standing(member, ladder).closed_to < at {
                    self.revise(member, version, ladder);
                }
            }
        }
        for ladder in &version.spec.ladders {
            self.close_ladder(member, version, ladder, at);
        }
    }

    fn next_due(&self, member: &Member, to: Instant) -> Option<Instant> {
        let mut dues = Vec::new();
        for record in member.redemptions.values() {
            if let Stage::HeldUntil(end) = record.stage {
                dues.push(end);
            }
        }
        for lot in &member.lots {
            if lot.pending && lot.remaining > 0 {
                dues.push(lot.activates_at);
            }
            dues.extend(lot.due_at());
        }
        dues.extend(member.grants.values().filter_map(|grant| grant.until));
        for (version, until) in self.terms(to) {
            dues.extend(self.celebrations(member, version, until).into_iter().map(|(due, _)| due));
            for ladder in &version.spec.ladders {
                dues.extend(self.next_ladder_due(member, version, ladder, until).filter(|due| *due <= until));
                let is_new = self.standing(member, ladder).closed_to < version.from;
                dues.extend(Some(version.from).filter(|_| is_new && self.revises(version.number)));
            }
        }
        dues.into_iter().filter(|due| *due <= to).min()
    }

    /// The versions in force up to an instant, each with the last instant at which it is.
    fn terms(&self, to: Instant) -> impl Iterator<Item = (&Version, Instant)> {
        let terms = self.versions.iter().filter(move |version| version.from <= to);
        terms.map(move |version| {
            let next = self.versions.get(version.number + 1).map(|next| Instant(next.from.0 - 1));
            (version, next.map_or(to, |last| last.min(to)))
        })
    }

    /// What is celebrated at an instant: birthdays, then anniversaries, then those of tiers, each with its ladder.
    fn days_of_celebration(&self, member: &Member, at: Instant) -> Vec<(On, Option<String>)> {
        let all = self.celebrations(member, self.in_force(at), at).into_iter();
        all.filter(|(due, _)| *due == at).map(|(_, what)| what).collect()
    }

    /// What a version, in force up to an instant, celebrates after all that is settled.
    fn celebrations(
        &self,
        member: &Member,
        version: &Version,
        until: Instant,
    ) -> Vec<(Instant, (On, Option<String>))> {
        let mut found = Vec::new();
        let mut find = |on: On, ladder: Option<&str>, day_in: &dyn Fn(i32) -> Option<Day>| {
            let days = coming(member, version, until, on, day_in).into_iter();
            found.extend(days.map(|due| (due, (on, ladder.map(str::to_owned)))));
        };
        if let Some(birthday) = member.profile.birthday {
            let is_new = |year: &i32| *year > member.celebrated_year;
            find(On::Birthday, None, &|year| {
                Some(year).filter(is_new).map(|year| birthday_in(birthday, year))
            });
        }
        find(On::Anniversary, None, &|year| in_later_year(version.zone.day(member.joined_at), year));
        for ladder in &version.spec.ladders {
            let standing = self.standing(member, ladder);
            if standing.is_above_first(ladder) {
                let reached_on = version.zone.day(standing.since);
                find(On::TierAnniversary, Some(&ladder.id), &|year| in_later_year(reached_on, year));
            }
        }
        found
    }
}

/// The same day in a later year, or the last there is of its month.
fn in_later_year(day: Day, year: i32) -> Option<Day> {
    let years = u32::try_from(year - day.civil().0).ok().filter(|years| *years > 0)?;
    Some(months_later(day, 12 * years))
}

/// The midnights, up to `until` and after joining and all that is settled, of a day of each year that a version
/// celebrates.
fn coming(
    member: &Member,
    version: &Version,
    until: Instant,
    on: On,
    day_in: &dyn Fn(i32) -> Option<Day>,
) -> Vec<Instant> {
    let after = member.joined_at.max(member.settled_to);
    let celebrates = version.spec.rules.iter().any(|rule| rule.on == on);
    if !Model::may_earn(member) || !celebrates || until < after {
        return Vec::new();
    }
    let year_of = |at: Instant| version.zone.day(at).civil().0;
    (year_of(after)..=year_of(until))
        .filter_map(day_in)
        .map(|day| version.zone.day_start(day))
        .filter(|at| after < *at && version.from <= *at && *at <= until)
        .collect()
}
