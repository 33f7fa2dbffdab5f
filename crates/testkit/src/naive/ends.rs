//! Ends of lots that somebody changes, and expired points that come back (case 14).

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{ExpiryChange, NewEnd, Reinstatement};
use tallybook_core::ids::LotNumber;

use super::dates::{Term, next_day};
use super::member::{Lot, Member};
use super::{Model, NaiveBalance, refuse};
use crate::spec::CurrencySpec;

impl Model {
    pub(super) fn change_ends(
        &self,
        member: &mut Member,
        asked: &ExpiryChange<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let Some(currency) = version.spec.currency(&asked.currency) else {
            return refuse("unknown_point_currency");
        };
        let now = at.max(member.settled_to);
        let can_change = |number: &usize| {
            let lot = &member.lots[*number];
            lot.currency == currency.id && lot.remaining > 0 && lot.waits.is_none()
        };
        let mut lots: Vec<usize> = (0..member.lots.len()).filter(can_change).collect();
        if let Some(one) = asked.lot {
            lots.retain(|number| Some(*number) == place_of(one));
            if lots.is_empty() {
                return refuse("unknown_lot");
            }
        }
        let new_end = |old: Option<Instant>| match (asked.to, old) {
            (NewEnd::At(end), _) => Some(end),
            (NewEnd::Never, _) | (NewEnd::PlusDays(_), None) => None,
            (NewEnd::PlusDays(days), Some(old)) => {
                let last_day = version.zone.day(Instant(old.0 - 1));
                Some(version.zone.day_start(next_day(last_day, i64::from(days) + 1)))
            }
        };
        let ends: Vec<(usize, Option<Instant>)> =
            lots.iter().map(|number| (*number, new_end(member.lots[*number].term.ends_at))).collect();
        let is_past = |end: Option<Instant>| end.is_some_and(|end| end <= now);
        // To stay where inactivity put it is to be pinned there.
        let changes = |number: usize, end: Option<Instant>| {
            let term = member.lots[number].term;
            term.ends_at != end || term.idle.is_some()
        };
        let ends: Vec<(usize, Option<Instant>)> =
            ends.into_iter().filter(|(number, end)| changes(*number, *end)).collect();
        if ends.iter().any(|(_, end)| is_past(*end)) {
            return refuse("ends_in_the_past");
        }
        let mut is_any_changed = false;
        for (number, end) in ends {
            let lot = &mut member.lots[number];
            lot.term = Term { ends_at: end, idle: None };
            lot.end_at(now, end);
            is_any_changed = true;
        }
        if !is_any_changed {
            return refuse("nothing_to_change");
        }
        member.happened(now, "ExpiryChanged", &[]);
        Ok(())
    }

    pub(super) fn reinstate(
        &self,
        member: &mut Member,
        asked: &Reinstatement<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let place = place_of(asked.lot).filter(|place| *place < member.lots.len());
        let Some((place, expired_at)) = place.and_then(|place| Some((place, member.lots[place].expired_at?)))
        else {
            return refuse("nothing_to_reinstate");
        };
        let old = &member.lots[place];
        let points = old.expired - old.reinstated;
        if points == 0 {
            return refuse("nothing_to_reinstate");
        }
        let now = at.max(member.settled_to);
        let last_day = next_day(version.zone.day(expired_at), i64::from(version.spec.reinstate_days));
        if now >= version.zone.day_start(next_day(last_day, 1)) {
            return refuse("reinstatement_too_late");
        }
        if asked.expires_at.is_some_and(|end| end <= now) {
            return refuse("ends_in_the_past");
        }
        let (name, order) = (old.currency.clone(), old.order.clone());
        let never = CurrencySpec::plain(&name);
        let currency = version.spec.currency(&name).unwrap_or(&never);
        let mut lot = self.fresh_lot(member, currency, now, version);
        if asked.expires_at.is_some() {
            lot = Lot::new(&name, now, Term { ends_at: asked.expires_at, idle: None });
        }
        member.lots[place].reinstated += points;
        member.happened(now, "Reinstated", &[(&name, points)]);
        let back = NaiveBalance { expired: -points, ..NaiveBalance::default() };
        member.add_lot(Lot { order, ..lot }, points, back);
        Ok(())
    }
}

/// Lots are numbered from 1.
fn place_of(number: LotNumber) -> Option<usize> {
    usize::try_from(number.0).ok()?.checked_sub(1)
}
