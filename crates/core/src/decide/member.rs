//! Who may do what, and members that come, change and go (cases 37 and 39).

use smallvec::SmallVec;

use crate::apply;
use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::{Workspace, draw, hold, occasion};
use crate::event::{BlockSet, Closed, Decision, Forfeit};
use crate::fact::{Block, Closure, Enrolment, Profile};
use crate::ids::CurrencyNumber;
use crate::points::Points;
use crate::programme::plan::OnClose;
use crate::refusal::Refusal;
use crate::state::MemberState;

/// Refuses what comes for a member who has left or is part of another.
pub(super) fn goes_on(name: &str, state: &MemberState) -> Result<(), Refusal> {
    if let Some(into) = &state.status.merged_into {
        return Err(Refusal::MemberMerged { member: name.to_owned(), into: into.to_string() });
    }
    match state.status.closed_at {
        Some(closed_at) => Err(Refusal::MemberClosed { member: name.to_owned(), closed_at }),
        None => Ok(()),
    }
}

/// Brings the member and the one at the other end, by name, to one instant: the latest that either knows of. What concerns
/// both takes effect then.
///
/// # Errors
/// [`Refusal::SameMember`], also where the other is part of this one; [`Refusal::UnknownMember`]; and where the other does
/// not go on, [`Refusal::MemberMerged`] or [`Refusal::MemberClosed`].
pub(super) fn meet(draft: &mut Draft<'_>, name: &str, effective_at: Instant) -> Result<Instant, Refusal> {
    let same = || Refusal::SameMember { member: name.to_owned() };
    if name == draft.name() {
        return Err(same());
    }
    let other = draft.other().filter(|(_, state)| state.joined_at.is_some());
    let (goes_by, other) = other.ok_or_else(|| unknown(name))?;
    if goes_by == draft.name() || other.status.merged_into.as_deref() == Some(draft.name()) {
        return Err(same());
    }
    goes_on(name, other)?;
    let now = draft.now(effective_at).max(other.settled_to);
    draft.settle(now);
    draft.on_other(|other| other.settle(now));
    Ok(now)
}

/// That nobody is known by a name.
pub(super) fn unknown(name: &str) -> Refusal {
    Refusal::UnknownMember { member: name.to_owned() }
}

/// Refuses earning where that is blocked.
pub(super) fn may_earn(state: &MemberState) -> Result<(), Refusal> {
    if state.status.earning_blocked { Err(Refusal::EarningBlocked) } else { Ok(()) }
}

/// Refuses redeeming where that is blocked.
pub(super) fn may_redeem(state: &MemberState) -> Result<(), Refusal> {
    if state.status.redeeming_blocked { Err(Refusal::RedeemingBlocked) } else { Ok(()) }
}

/// Makes somebody a member.
///
/// # Errors
/// [`Refusal::AlreadyEnrolled`], [`Refusal::SameMember`].
pub(super) fn enrol(
    draft: &mut Draft<'_>,
    enrolment: &Enrolment<'_>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    if let Some(joined_at) = draft.state().joined_at {
        return Err(Refusal::AlreadyEnrolled { joined_at });
    }
    if enrolment.referred_by.as_deref() == Some(draft.name()) {
        return Err(Refusal::SameMember { member: draft.name().to_owned() });
    }
    draft.join(effective_at);
    apply::apply_enrolment(draft.state_mut(), enrolment);
    occasion::welcome(draft, effective_at, &mut workspace.order, &mut workspace.earning);
    Ok(())
}

/// Takes down what is new about a member.
pub(super) fn change_profile(draft: &mut Draft<'_>, profile: &Profile<'_>, effective_at: Instant) {
    draft.join(effective_at);
    apply::apply_profile(draft.state_mut(), profile);
    apply::touch(draft.state_mut(), effective_at);
}

/// Blocks or frees a member.
pub(super) fn block(draft: &mut Draft<'_>, block: &Block<'_>, effective_at: Instant) {
    draft.join(effective_at);
    let set = BlockSet { earning: block.earning, redeeming: block.redeeming };
    draft.record(draft.now(effective_at), Decision::BlockSet(set));
}

/// Refuses to end what never began: a name that was mistyped would be taken for good.
pub(super) fn is_known(draft: &Draft<'_>) -> Result<(), Refusal> {
    if draft.state().joined_at.is_none() { Err(unknown(draft.name())) } else { Ok(()) }
}

/// Ends a membership. Holds are released first; then the points are forfeited, or stay until they run out, as the closure
/// or else the programme says. A debt stays as it is.
pub(super) fn close(
    draft: &mut Draft<'_>,
    closure: &Closure<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    is_known(draft)?;
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let now = draft.now(effective_at);
    hold::release_all(draft, now);
    let forfeited = match closure.points.unwrap_or(plan.on_close) {
        OnClose::Forfeit => all_points(draft.state()),
        OnClose::Keep => SmallVec::new(),
    };
    draft.record(now, Decision::Closed(Closed { forfeited }));
    Ok(())
}

/// All lots, per currency that has any.
fn all_points(state: &MemberState) -> SmallVec<[Forfeit; 1]> {
    let of = |currency: CurrencyNumber, pending: bool| {
        let lots = state.lots.iter().filter(move |lot| lot.currency == currency && lot.pending == pending);
        draw::take(Points(i64::MAX), lots)
    };
    let currencies = (0..).map(CurrencyNumber).take(state.balances.len());
    currencies
        .map(|currency| Forfeit {
            currency,
            available: of(currency, false),
            pending: of(currency, true).into_iter().collect(),
        })
        .filter(|forfeit| !forfeit.available.is_empty() || !forfeit.pending.is_empty())
        .collect()
}
