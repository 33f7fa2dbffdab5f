//! What a new version of the programme makes of tiers at the instant at which it comes into force (case 32).
//!
//! Members keep what they have as far as the new version knows it: days that another zone cuts otherwise end at its own
//! midnights, a tier that is no more goes over into another, and new thresholds are asked of the running figures. Periods
//! that are closed stay as they were judged.

use crate::calendar::{Instant, Zone};
use crate::decide::draft::Draft;
use crate::decide::tier::change::{self, Change};
use crate::decide::tier::figures::{
    Period, Standing, by_figures, entry_rank, period_at, period_of_day, reached_until, running,
};
use crate::decide::tier::{grant, justified};
use crate::event::{Decision, GrantEnd, TierGrant, TierGranted, TierReason};
use crate::ids::{LadderNumber, TierNumber, VersionNumber};
use crate::programme::plan::{Downgrade, Ladder, OnChange, Tier, Upgrade};
use crate::programme::versions::{Programmes, Version, changes_tiers};
use crate::state::LadderState;

/// Does what a version that begins at this very instant does to a ladder; gives the period that it closes before its time,
/// as its zone has later days.
pub(super) fn revise(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    at: Instant,
) -> Option<Period> {
    if version.effective_from != at || !version.revises {
        return None;
    }
    let before = draft.programmes.version(VersionNumber(version.number.0.checked_sub(1)?))?;
    let was = before.plan.ladder(ladder.number)?;
    let closed_early = rezone(draft, before.plan.zone, was, version, ladder, at);
    let l = draft.state().ladder(ladder.number)?;
    // A member on the first tier may still be noted under the number that it had in a version before.
    let is_gone = was.tier(l.tier).is_some() && ladder.tier(l.tier).is_none();
    if is_gone {
        replace(draft, was, version, ladder, at);
    } else if changes_tiers(was, ladder) {
        reevaluate(draft, version, ladder, at);
    }
    move_grant(draft, was, ladder, at);
    closed_early
}

/// Whether what was reached by an earlier version's thresholds is to be asked by those of a later one.
pub(super) fn asks_again(
    programmes: &Programmes,
    ladder: LadderNumber,
    from: VersionNumber,
    to: VersionNumber,
) -> bool {
    steps(programmes, ladder, from, to)
        .any(|(was, now)| now.on_change == OnChange::Full && changes_tiers(was, now))
}

/// The tier of a later version that takes the place of an earlier one's.
pub(super) fn taken_over(
    programmes: &Programmes,
    ladder: LadderNumber,
    tier: TierNumber,
    from: VersionNumber,
    to: VersionNumber,
) -> TierNumber {
    steps(programmes, ladder, from, to).fold(tier, |tier, (was, now)| replacement(was, now, tier))
}

/// A ladder in each version and in the one after it.
fn steps(
    programmes: &Programmes,
    ladder: LadderNumber,
    from: VersionNumber,
    to: VersionNumber,
) -> impl Iterator<Item = (&Ladder, &Ladder)> {
    let ladder_of = move |number| programmes.version(VersionNumber(number))?.plan.ladder(ladder);
    (from.0..to.0).filter_map(move |number| Some((ladder_of(number)?, ladder_of(number + 1)?)))
}

/// The tier itself if there still is such a one, else the one that says that it replaces it, else the next lower one.
fn replacement(was: &Ladder, now: &Ladder, tier: TierNumber) -> TierNumber {
    let is_there = |tier: &&Tier| now.tier(tier.number).is_some();
    let lower = || was.tiers.iter().take(was.rank(tier)).rev().find(is_there);
    let heir = now.tiers.iter().find(|heir| heir.replaces.contains(&tier));
    let found = now.tier(tier).or(heir).or_else(lower).or(now.tiers.first());
    found.map_or(tier, |found| found.number)
}

fn rezone(
    draft: &mut Draft<'_>,
    zone_before: Zone,
    was: &Ladder,
    version: &Version,
    ladder: &Ladder,
    at: Instant,
) -> Option<Period> {
    let zone = version.plan.zone;
    if zone == zone_before {
        return None;
    }
    let state = draft.state();
    let l = state.ladder(ladder.number)?;
    let just_before = Instant(at.0.saturating_sub(1));
    let period_before = period_of_day(ladder, zone_before, state, zone_before.day(just_before));
    let closed_early = period_before.filter(|period| period.end <= zone.day(at));
    if let Some(until) = l.until {
        let day = zone_before.day(until);
        // Years from joining or of a tier may begin a day earlier or later in the new zone, and so end.
        let year = period_of_day(known_in(l, was, ladder), zone, state, day.plus_days(-2));
        let end = year.map(|year| year.end).filter(|end| !l.grace && (end.0 - day.0).abs() <= 1);
        let moved = zone.day_start(end.unwrap_or(day)).max(at);
        if moved != until {
            let from = l.tier;
            let (standing, _) = running(known_in(l, was, ladder), zone, state, l, at);
            let why = if l.grace { TierReason::GraceBegan } else { TierReason::Reevaluated };
            let asked = change::asked(ladder.tier(from).and_then(|tier| tier.keep.as_ref()));
            let change = Change { version, ladder, from, why, standing, period: None };
            change.record_against(asked, draft, at, from, Some(moved));
        }
    }
    closed_early
}

/// The version of a ladder that knows the tier held, so that a tier with years of its own has its own.
fn known_in<'l>(l: &LadderState, was: &'l Ladder, ladder: &'l Ladder) -> &'l Ladder {
    let is_gone = ladder.tier(l.tier).is_none() && was.period == ladder.period;
    if is_gone { was } else { ladder }
}

/// Gives another tier in place of one that is no more, or the one that the figures reach if that is higher.
fn replace(draft: &mut Draft<'_>, was: &Ladder, version: &Version, ladder: &Ladder, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, until) = (l.tier, l.until);
    let (standing, _) = running(known_in(l, was, ladder), zone, state, l, at);
    let instead = ladder.rank(replacement(was, ladder, from));
    let reached = reached_now(ladder, &standing);
    let rank = instead.max(reached);
    let change = Change { version, ladder, from, why: TierReason::Replaced, standing, period: None };
    change.record(draft, at, rank, until.filter(|_| rank > 0));
    change.give_for_reaching(draft, instead, rank, at);
}

/// Asks the new thresholds of the running figures.
fn reevaluate(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, rank, why) = (by_figures(ladder, l), ladder.rank(l.tier), TierReason::Reevaluated);
    let (standing, _) = running(ladder, zone, state, l, at);
    let reached = reached_now(ladder, &standing);
    if reached > rank {
        let period = period_at(ladder, zone, state, at);
        let until = period.and_then(|period| reached_until(ladder, zone, state, period, at));
        Change { version, ladder, from, why, standing, period }.record(draft, at, reached, until);
    } else if ladder.on_change == OnChange::Full
        && ladder.downgrade != Downgrade::Never
        && rank > 0
        && !l.grace
    {
        let still = justified(ladder, zone, state, l, at);
        if still.rank < rank {
            still.demote(draft, version, ladder, from, why, at);
        }
    }
}

/// What running figures reach at once; where tiers are given at the period's end, nothing yet.
fn reached_now(ladder: &Ladder, standing: &Standing) -> usize {
    if ladder.upgrade == Upgrade::AtOnce { entry_rank(ladder, standing) } else { 0 }
}

/// Gives another tier by hand in place of one that is no more.
fn move_grant(draft: &mut Draft<'_>, was: &Ladder, ladder: &Ladder, at: Instant) {
    let Some(grant) = draft.state().ladder(ladder.number).and_then(|l| l.grant) else { return };
    if ladder.tier(grant.tier).is_some() {
        return;
    }
    let tier = replacement(was, ladder, grant.tier);
    if ladder.rank(tier) == 0 {
        grant::end(draft, ladder, grant, GrantEnd::Removed, at);
    } else {
        let grant = TierGrant { tier, ..grant };
        draft.record(at, Decision::TierGranted(TierGranted { ladder: ladder.number, grant }));
    }
}
