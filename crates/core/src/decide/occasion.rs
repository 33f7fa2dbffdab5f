//! Birthdays, anniversaries and enrolment (case 6).
//!
//! A birthday is judged at the first instant of its local day, an anniversary at that of the day on which the member
//! joined in each later year, as long as the programme in force then has a rule about it. 29 February falls on the 28th
//! in other years. A birthday that is corrected brings no second one in the same year.
//!
//! Both are matters of time alone: they draw on no budget, and nobody can refuse them. Members who have left, are part of
//! another or may not earn have neither.

use crate::calendar::{Instant, MonthDay, Zone};
use crate::decide::award::Award;
use crate::decide::draft::Draft;
use crate::decide::earn::{self, Deed};
use crate::decide::order::OrderSeen;
use crate::event::Trigger;
use crate::programme::versions::Programmes;
use crate::state::MemberState;

/// The occasions that come with time, in the order in which they are judged at one instant.
const TIMED: [Trigger; 2] = [Trigger::Birthday, Trigger::Anniversary];

/// When the member has a birthday or an anniversary next, after the cursor.
pub(super) fn due_after(state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    TIMED.into_iter().filter_map(|on| next(on, state, programmes, cursor)).min()
}

/// Judges the member's birthday or anniversary, where one is due at this very instant. The caller sees to it that the
/// member was settled to an earlier one before.
pub(super) fn celebrate(draft: &mut Draft<'_>, due: Instant) {
    let just_before = Instant(due.0.saturating_sub(1));
    for on in TIMED {
        if next(on, draft.state(), draft.programmes, just_before) == Some(due) {
            judge(draft, on, due, &mut OrderSeen::default(), &mut earn::Scratch::default());
        }
    }
}

/// Judges what a new member earns by enrolling, where the programme has a rule about that.
pub(super) fn welcome(
    draft: &mut Draft<'_>,
    effective_at: Instant,
    order: &mut OrderSeen,
    scratch: &mut earn::Scratch,
) {
    judge(draft, Trigger::Enrolment, effective_at, order, scratch);
}

fn judge(
    draft: &mut Draft<'_>,
    on: Trigger,
    at: Instant,
    order: &mut OrderSeen,
    scratch: &mut earn::Scratch,
) {
    let Ok(version) = draft.programmes.in_force(at) else { return };
    if version.plan.has_rules_on(on) {
        order.read_nothing();
        Award::new(version, order, Deed::new(on), at).give(draft, scratch);
    }
}

/// The first such occasion after the cursor, under the versions that have rules about it, each for as long as it is in
/// force and in its own zone.
fn next(on: Trigger, state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    let versions = programmes.versions();
    if !versions.iter().any(|version| version.plan.has_rules_on(on)) || !has_occasions(state) {
        return None;
    }
    let after = cursor.max(state.joined_at?);
    versions.iter().enumerate().filter(|(_, version)| version.plan.has_rules_on(on)).find_map(
        |(index, version)| {
            let end = versions.get(index + 1).map_or(Instant::LATEST, |later| later.effective_from);
            let after = after.max(Instant(version.effective_from.0.saturating_sub(1)));
            if after >= end {
                return None;
            }
            first_after(on, state, programmes, version.plan.zone, after).filter(|at| *at < end)
        },
    )
}

fn has_occasions(state: &MemberState) -> bool {
    let status = &state.status;
    status.closed_at.is_none() && status.merged_into.is_none() && !status.earning_blocked
}

/// The first such occasion after an instant, as a zone has its days.
fn first_after(
    on: Trigger,
    state: &MemberState,
    programmes: &Programmes,
    zone: Zone,
    after: Instant,
) -> Option<Instant> {
    let (date, first_year) = match on {
        Trigger::Birthday => {
            // The year is that of the zone in which the last one was judged.
            let last = state.birthday_at;
            let last_year =
                last.map(|at| programmes.in_force(at).map_or(zone, |v| v.plan.zone).day(at).civil().0);
            (state.profile.birthday?, last_year.map_or(i32::MIN, |year| year.saturating_add(1)))
        }
        _ => {
            let (year, month, day) = zone.day(state.joined_at?).civil();
            (MonthDay::new(u8::try_from(month).ok()?, u8::try_from(day).ok()?)?, year.saturating_add(1))
        }
    };
    // A day that a change of zone skips begins with the next one, which may be in the next year.
    let year = zone.day(after).civil().0.saturating_sub(1).max(first_year);
    (year..=year.saturating_add(3)).map(|year| zone.day_start(date.in_year(year))).find(|at| *at > after)
}
