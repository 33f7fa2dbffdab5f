//! Birthdays, anniversaries, enrolment, and what comes with tiers (cases 6 and 30).
//!
//! A birthday is judged at the first instant of its local day, an anniversary at that of the day on which the member
//! joined, or reached the tier held by figures, in each later year, as long as the programme in force then has a rule
//! about it. 29 February falls on the 28th in other years. A birthday that is corrected brings no second one in the same
//! year.
//!
//! All are matters of time alone: they draw on no budget, and nobody can refuse them. Members who have left, are part of
//! another or may not earn have neither.

use smallvec::SmallVec;

use crate::calendar::{Instant, MonthDay, Zone};
use crate::decide::award::Award;
use crate::decide::draft::Draft;
use crate::decide::earn::{self, Deed};
use crate::decide::order::OrderSeen;
use crate::event::Trigger;
use crate::ids::LadderNumber;
use crate::programme::plan::Plan;
use crate::programme::versions::{Programmes, Version};
use crate::state::MemberState;

/// An occasion that comes with time.
#[derive(Clone, Copy)]
enum Timed {
    Birthday,
    Anniversary,
    /// The anniversary of the tier held on a ladder.
    OfTier(LadderNumber),
}

impl Timed {
    fn trigger(self) -> Trigger {
        match self {
            Timed::Birthday => Trigger::Birthday,
            Timed::Anniversary => Trigger::Anniversary,
            Timed::OfTier(_) => Trigger::TierAnniversary,
        }
    }
}

/// A member's occasions, in the order in which they are judged at one instant.
fn timed(state: &MemberState) -> impl Iterator<Item = Timed> {
    let of_tiers = state.ladders.iter().map(|l| Timed::OfTier(l.ladder));
    [Timed::Birthday, Timed::Anniversary].into_iter().chain(of_tiers)
}

/// When the member has an occasion next, after the cursor.
pub(super) fn due_after(state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    timed(state).filter_map(|on| next(on, state, programmes, cursor)).min()
}

/// Judges the member's occasions that are due at this very instant. The caller sees to it that the member was settled to
/// an earlier one before.
pub(super) fn celebrate(draft: &mut Draft<'_>, due: Instant) {
    let just_before = Instant(due.0.saturating_sub(1));
    let all: SmallVec<[Timed; 4]> = timed(draft.state()).collect();
    for on in all {
        let programmes = draft.programmes;
        if next(on, draft.state(), programmes, just_before) != Some(due) {
            continue;
        }
        let Ok(version) = programmes.in_force(due) else { continue };
        let deed = match on {
            Timed::OfTier(ladder) => {
                let Some(l) = draft.state().ladder(ladder) else { continue };
                Deed::about_tier(on.trigger(), ladder, l.tier)
            }
            _ => Deed::new(on.trigger()),
        };
        judge(draft, version, deed, due);
    }
}

/// Judges what a new member earns by enrolling, where the programme has a rule about that.
pub(super) fn welcome(
    draft: &mut Draft<'_>,
    effective_at: Instant,
    order: &mut OrderSeen,
    scratch: &mut earn::Scratch,
) {
    let Ok(version) = draft.programmes.in_force(effective_at) else { return };
    if version.plan.has_rules_on(Trigger::Enrolment) {
        order.read_nothing();
        Award::new(version, order, Deed::new(Trigger::Enrolment), effective_at).give(draft, scratch);
    }
}

/// Judges an occasion that has nothing of an order, where the programme has a rule about it.
pub(super) fn judge(draft: &mut Draft<'_>, version: &Version, deed: Deed<'_>, at: Instant) {
    if version.plan.has_rules_on(deed.on) && has_occasions(draft.state()) {
        let mut seen = OrderSeen::default();
        seen.read_nothing();
        Award::new(version, &seen, deed, at).give(draft, &mut earn::Scratch::default());
    }
}

/// The first such occasion after the cursor, under the versions that have rules about it, each for as long as it is in
/// force and in its own zone.
fn next(on: Timed, state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    let versions = programmes.versions();
    let has_rules = |version: &Version| version.plan.has_rules_on(on.trigger());
    if !versions.iter().any(has_rules) || !has_occasions(state) {
        return None;
    }
    let after = cursor.max(state.joined_at?);
    versions.iter().enumerate().filter(|(_, version)| has_rules(version)).find_map(|(index, version)| {
        let end = versions.get(index + 1).map_or(Instant::LATEST, |later| later.effective_from);
        let after = after.max(Instant(version.effective_from.0.saturating_sub(1)));
        if after >= end {
            return None;
        }
        first_after(on, state, programmes, &version.plan, after).filter(|at| *at < end)
    })
}

fn has_occasions(state: &MemberState) -> bool {
    let status = &state.status;
    status.closed_at.is_none() && status.merged_into.is_none() && !status.earning_blocked
}

/// The first such occasion after an instant, as a plan's zone has its days.
fn first_after(
    on: Timed,
    state: &MemberState,
    programmes: &Programmes,
    plan: &Plan,
    after: Instant,
) -> Option<Instant> {
    let zone = plan.zone;
    let (date, first_year) = match on {
        Timed::Birthday => {
            // The year is that of the zone in which the last one was judged.
            let last = state.birthday_at;
            let last_year =
                last.map(|at| programmes.in_force(at).map_or(zone, |v| v.plan.zone).day(at).civil().0);
            (state.profile.birthday?, last_year.map_or(i32::MIN, |year| year.saturating_add(1)))
        }
        Timed::Anniversary => years_after(zone, state.joined_at?)?,
        Timed::OfTier(ladder) => {
            let l = state.ladder(ladder).filter(|l| l.since != Instant::MIN)?;
            plan.ladder(ladder).filter(|ladder| ladder.rank(l.tier) > 0)?;
            years_after(zone, l.since)?
        }
    };
    // A day that a change of zone skips begins with the next one, which may be in the next year.
    let year = zone.day(after).civil().0.saturating_sub(1).max(first_year);
    (year..=year.saturating_add(3)).map(|year| zone.day_start(date.in_year(year))).find(|at| *at > after)
}

/// The day of an instant, and the first year after its own.
fn years_after(zone: Zone, at: Instant) -> Option<(MonthDay, i32)> {
    let (year, month, day) = zone.day(at).civil();
    let date = MonthDay::new(u8::try_from(month).ok()?, u8::try_from(day).ok()?)?;
    Some((date, year.saturating_add(1)))
}
