//! What happens by itself as time goes on: holds run out, lots become active, days of celebration come, periods end, lots
//! run out (cases 10–13, 15 and 17). Nothing here asks anything of another member.

use tallybook_core::calendar::{Day, Instant};

use super::dates::{birthday_in, months_later};
use super::member::{Member, Stage, Standing};
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
            let birthday = self.next_birthday(member, to).filter(|(due, _)| *due == at);
            let anniversary = self.next_anniversary(member, to).filter(|due| *due == at);
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
            if let Some((_, year)) = birthday {
                member.celebrated_year = year;
                self.celebrate(member, On::Birthday, at, self.version_index(at).unwrap_or(0));
            }
            if anniversary.is_some() {
                self.celebrate(member, On::Anniversary, at, self.version_index(at).unwrap_or(0));
            }
            for ladder in 0..self.in_force(at).spec.ladders.len() {
                self.close_ladder(member, ladder, at);
            }
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
        dues.extend(self.next_birthday(member, to).map(|(due, _)| due));
        dues.extend(self.next_anniversary(member, to));
        for ladder in &self.in_force(to).spec.ladders {
            dues.extend(self.next_ladder_due(member, ladder, to));
        }
        dues.into_iter().filter(|due| *due <= to).min()
    }

    /// The next birthday up to `to` that a programme has rules on, and its year.
    fn next_birthday(&self, member: &Member, to: Instant) -> Option<(Instant, i32)> {
        let birthday = member.profile.birthday?;
        let day_in = |year| birthday_in(birthday, year);
        let mut coming = self.coming(member, to, On::Birthday, day_in);
        coming.retain(|(_, year)| *year > member.celebrated_year);
        coming.first().copied()
    }

    /// The next day of joining in a later year up to `to` that a programme has rules on.
    fn next_anniversary(&self, member: &Member, to: Instant) -> Option<Instant> {
        let joined_on = self.in_force(member.joined_at).zone.day(member.joined_at);
        let joined_in = joined_on.civil().0;
        // Years before joining count as the day itself, which is never after joining.
        let day_in = |year: i32| months_later(joined_on, 12 * u32::try_from(year - joined_in).unwrap_or(0));
        self.coming(member, to, On::Anniversary, day_in).first().map(|(due, _)| *due)
    }

    /// The midnights, up to `to` and after joining and all that is settled, of a day of each year that the programme in
    /// force then celebrates.
    fn coming(
        &self,
        member: &Member,
        to: Instant,
        on: On,
        day_in: impl Fn(i32) -> Day,
    ) -> Vec<(Instant, i32)> {
        if member.closed_at.is_some() || member.earning_blocked {
            return Vec::new();
        }
        let after = member.joined_at.max(member.settled_to);
        let year_of = |at: Instant| self.in_force(at).zone.day(at).civil().0;
        let celebrates = |version: &Version| version.spec.rules.iter().any(|rule| rule.on == on);
        (year_of(after)..=year_of(to))
            .map(|year| (self.in_force(to).zone.day_start(day_in(year)), year))
            .filter(|(at, _)| after < *at && *at <= to && celebrates(self.in_force(*at)))
            .collect()
    }
}
