//! Times with a first instant and a first instant after, either of which may be missing.

use super::findings::Notes;
use super::scalar::moment;
use crate::calendar::{Instant, Zone};
use crate::programme::schema::{At, Moment, Text, WhenTable};

/// A time. Where one of its ends could not be read, it is as if it were missing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Window {
    /// First instant.
    pub from: Option<Instant>,
    /// First instant after.
    pub until: Option<Instant>,
}

impl Window {
    /// Reads the two ends.
    pub fn read(
        from: Option<&At<Moment>>,
        until: Option<&At<Moment>>,
        zone: Zone,
        notes: &mut Notes,
    ) -> Window {
        Window {
            from: from.and_then(|from| moment(notes, from, zone)),
            until: until.and_then(|until| moment(notes, until, zone)),
        }
    }

    /// Whether no instant is in it.
    pub fn is_empty(self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }

    /// What is in both.
    fn and(self, other: Window) -> Window {
        let until = match (self.until, other.until) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        Window { from: self.from.max(other.from), until }
    }
}

/// The time of a rule within that of its campaign, noting one that has no instant or none of the wanted weekdays.
pub(super) fn of_rule(
    when: &WhenTable,
    weekdays: u8,
    campaign: Option<(&Text, Window)>,
    zone: Zone,
    notes: &mut Notes,
) -> Window {
    let own = Window::read(when.from.as_ref(), when.until.as_ref(), zone, notes);
    let place = when.until.as_ref().map(|until| &until.span);
    if let (true, Some(place)) = (own.is_empty(), place) {
        let message = "the rule can never match: it ends before it starts";
        notes.add(place, message, "Let `until` be after `from`");
        return own;
    }
    let whole = campaign.map_or(own, |(_, window)| own.and(window));
    if let Some((name, window)) = campaign
        && whole.is_empty()
    {
        // A campaign that is over before it starts is noted with the campaign.
        if !window.is_empty() {
            let message = format!(
                "the rule can never match: its time and that of the campaign `{}` do not overlap",
                name.value
            );
            notes.add(&name.span, message, "Leave from and until to the campaign, or let them overlap");
        }
        return whole;
    }
    if let (Some(from), Some(until)) = (whole.from, whole.until) {
        let (first, last) = (zone.day(from), zone.day(Instant(until.0 - 1)));
        let has_wanted = (0..7)
            .map(|days| first.plus_days(days))
            .take_while(|day| *day <= last)
            .any(|day| weekdays & (1 << day.weekday_index()) != 0);
        if weekdays != 0
            && !has_wanted
            && let Some(place) = place.or(campaign.map(|(name, _)| &name.span))
        {
            let message = format!("the rule can never match: none of its weekdays is from {first} to {last}");
            notes.add(place, message, "Choose other weekdays or a longer time");
        }
    }
    whole
}
