//! Tiers given or lent by hand (case 30).
//!
//! They are a floor until they end: the tier held by figures goes on beside them. A tier that is lent is the member's own
//! once the figures that its challenge asks are reached.

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::tier::change::Change;
use crate::decide::tier::figures::{Standing, by_figures, meets, period_at, reached_until};
use crate::decide::tier::revision;
use crate::event::{
    ChallengeFigures, Decision, Figures, GrantEnd, TierGrant, TierGrantEnded, TierGranted, TierReason,
};
use crate::fact::{TierRequest, TierRevocation, TierTerm};
use crate::ids::LadderNumber;
use crate::programme::plan::{Ladder, LadderPeriod, Plan};
use crate::programme::versions::Version;
use crate::refusal::Refusal;
use crate::state::{LadderState, MemberState};

/// Gives or lends a tier, in place of one given before.
///
/// # Errors
/// [`Refusal::UnknownLadder`], [`Refusal::UnknownTier`], [`Refusal::EndsInThePast`], [`Refusal::NoChallenge`].
pub fn request(
    draft: &mut Draft<'_>,
    request: &TierRequest<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let programmes = draft.programmes;
    let version = programmes.in_force(effective_at)?;
    let plan = &version.plan;
    let ladder = ladder(plan, &request.ladder)?;
    let above_first = || ladder.tiers.iter().skip(1);
    let unknown = || Refusal::UnknownTier {
        tier: request.tier.clone().into_owned(),
        ladder: ladder.id.to_string(),
        accepted: above_first().map(|tier| &*tier.id).collect::<Vec<_>>().join(", "),
    };
    let tier = above_first().find(|tier| *tier.id == *request.tier).ok_or_else(unknown)?;
    let now = draft.now(effective_at);
    // What is told late under an earlier version is the tier that has taken its place since.
    let version_now = programmes.in_force(now)?;
    let number =
        revision::taken_over(programmes, ladder.number, tier.number, version.number, version_now.number);
    if version_now.plan.ladder(ladder.number).is_none_or(|ladder| ladder.rank(number) == 0) {
        return Err(unknown());
    }
    let (until, challenge) = match request.term {
        TierTerm::Open => (None, None),
        TierTerm::Until(expires_at) if expires_at <= now => {
            return Err(Refusal::EndsInThePast { expires_at, now });
        }
        TierTerm::Until(until) => (Some(until), None),
        TierTerm::Challenge => {
            let asked = tier.challenge.ok_or_else(|| Refusal::NoChallenge { tier: tier.id.to_string() })?;
            let last_day = plan.zone.day(now).plus_days(i64::from(asked.days));
            let reached = Figures::default();
            let figures = ChallengeFigures { all: asked.all, asked: asked.figures, reached };
            (Some(plan.zone.day_start(last_day.plus_days(1))), Some(figures))
        }
    };
    let grant = TierGrant { tier: number, since: now, until, challenge };
    draft.join(effective_at);
    draft.record(now, Decision::TierGranted(TierGranted { ladder: ladder.number, grant }));
    Ok(())
}

/// Ends a tier given or lent by hand.
///
/// # Errors
/// [`Refusal::UnknownLadder`], [`Refusal::NoTierGranted`].
pub fn revoke(
    draft: &mut Draft<'_>,
    revocation: &TierRevocation<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let ladder = ladder(&draft.programmes.in_force(effective_at)?.plan, &revocation.ladder)?;
    let grant = draft.state().ladder(ladder.number).and_then(|l| l.grant);
    let grant = grant.ok_or_else(|| Refusal::NoTierGranted { ladder: ladder.id.to_string() })?;
    end(draft, ladder, grant, GrantEnd::Revoked, draft.now(effective_at));
    Ok(())
}

fn ladder<'p>(plan: &'p Plan, id: &str) -> Result<&'p Ladder, Refusal> {
    let mut ladders = plan.ladders.iter().flatten();
    ladders.find(|ladder| *ladder.id == *id).ok_or_else(|| Refusal::UnknownLadder {
        ladder: id.to_owned(),
        accepted: plan.ladders.iter().flatten().map(|ladder| &*ladder.id).collect::<Vec<_>>().join(", "),
    })
}

/// Whether what happened at an instant counts for the tier that is lent on a ladder.
pub fn counts_for_challenge(state: &MemberState, ladder: LadderNumber, at: Instant) -> bool {
    let grant = state.ladder(ladder).and_then(|l| l.grant);
    grant.is_some_and(|grant| grant.challenge.is_some() && at >= grant.since)
}

/// When a tier given by hand ends, if that is after the cursor.
pub(super) fn due_after(l: &LadderState, cursor: Instant) -> Option<Instant> {
    l.grant.and_then(|grant| grant.until).filter(|until| *until > cursor)
}

/// Ends the tier given by hand where its time is over at this very instant.
pub(super) fn close(draft: &mut Draft<'_>, ladder: &Ladder, at: Instant) {
    let grant = draft.state().ladder(ladder.number).and_then(|l| l.grant);
    if let Some(grant) = grant.filter(|grant| grant.until == Some(at)) {
        end(draft, ladder, grant, GrantEnd::Expired, at);
    }
}

pub(super) fn end(draft: &mut Draft<'_>, ladder: &Ladder, grant: TierGrant, why: GrantEnd, at: Instant) {
    let ended = TierGrantEnded { ladder: ladder.number, tier: grant.tier, why };
    draft.record(at, Decision::TierGrantEnded(ended));
}

/// Makes a tier that is lent the member's own, where the figures asked of it are reached. Where tiers follow a rolling
/// window, it is theirs for the days of one, whatever is in it.
pub(super) fn meet_challenge(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, now: Instant) {
    let state = draft.state();
    let zone = version.plan.zone;
    let Some(l) = state.ladder(ladder.number) else { return };
    let Some((grant, challenge)) = l.grant.and_then(|grant| Some((grant, grant.challenge?))) else { return };
    let ChallengeFigures { all, asked, reached } = challenge;
    if !meets(all, &asked, &reached) {
        return;
    }
    let (from, rank) = (by_figures(ladder, l), ladder.rank(grant.tier));
    if ladder.rank(from) >= rank {
        end(draft, ladder, grant, GrantEnd::Earned, now);
    } else if let LadderPeriod::RollingDays(days) = ladder.period {
        let until = zone.day_start(zone.day(now).plus_days(i64::from(days)));
        let grant = TierGrant { since: now, until: Some(until), challenge: None, ..grant };
        draft.record(now, Decision::TierGranted(TierGranted { ladder: ladder.number, grant }));
    } else {
        let period = period_at(ladder, zone, state, now);
        let until = period.and_then(|period| reached_until(ladder, zone, state, period, now));
        let standing = Standing { period: reached, lifetime: l.lifetime };
        let change = Change { version, ladder, from, why: TierReason::ChallengeMet, standing, period };
        let asked = Standing { period: asked, ..Standing::default() };
        change.record_against(asked, draft, now, grant.tier, until);
    }
}
