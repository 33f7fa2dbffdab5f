//! What a referral pays to both sides, and when it falls through (case 6).
//!
//! The first order of a member whom another referred earns points for both, which are pending until the referral's window
//! is over. Where nothing of that order is kept by then, both lose them, and a later first order may come to the
//! referral again.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::award::Award;
use crate::decide::draft::Draft;
use crate::decide::earn::{self, Deed};
use crate::decide::member;
use crate::decide::order::OrderSeen;
use crate::decide::precedent::OrderRecord;
use crate::event::{Decision, LotCancelled, ReferralPaid, Trigger};
use crate::ids::LotNumber;
use crate::programme::plan::Plan;
use crate::programme::versions::{Programmes, Version};
use crate::state::MemberState;

/// The referrer, if an order of the member at an instant may come to the referral's points.
pub(super) fn may_pay<'s>(
    state: &'s MemberState,
    programmes: &Programmes,
    effective_at: Instant,
) -> Option<&'s str> {
    let plan = &programmes.in_force(effective_at).ok()?.plan;
    plan.referral?;
    let referral = state.referral.as_ref().filter(|referral| !referral.paid)?;
    Some(&referral.referrer)
}

/// After a member's first order: the member's points for having been referred, then the referrer's, under the version
/// that judged the order. A referrer who is not there, has left or may not earn gets none.
pub(super) fn pay(
    draft: &mut Draft<'_>,
    version: &Version,
    effective_at: Instant,
    scratch: &mut earn::Scratch,
) {
    let plan = &version.plan;
    let Some(activates_at) = window_end(plan, effective_at) else { return };
    let Some(unpaid) = draft.state().referral.as_ref().filter(|referral| !referral.paid) else { return };
    let (for_member, for_referrer) =
        (plan.has_rules_on(Trigger::Referred), plan.has_rules_on(Trigger::Referrer));
    if !for_member && !for_referrer {
        return;
    }
    let referrer = unpaid.referrer.clone();
    let mut seen = OrderSeen::default();
    seen.read_nothing();
    let give = |draft: &mut Draft<'_>, on, at, scratch: &mut earn::Scratch| {
        let award = Award::new(version, &seen, Deed::new(on), at);
        Award { activates_at: Some(activates_at), ..award }.give(draft, scratch)
    };
    let mut lots = SmallVec::new();
    if for_member {
        lots = give(draft, Trigger::Referred, effective_at, scratch);
    }
    let mut referrer_lots = SmallVec::new();
    if for_referrer && draft.other().is_some_and(|(name, state)| name == &*referrer && earns(name, state)) {
        let given = draft.on_other(|draft| {
            let now = draft.now(effective_at);
            draft.settle(now);
            give(draft, Trigger::Referrer, now, scratch)
        });
        referrer_lots = given.unwrap_or_default();
    }
    let paid = ReferralPaid { referrer, lots, referrer_lots };
    draft.record(draft.now(effective_at), Decision::ReferralPaid(paid));
}

/// Cancels the pending lots of the referral that an order came to, on both sides, now that nothing of the order is kept.
/// Whether the member's referral falls through: it does as long as its window is not over, unless it is another's since a
/// merge. All this comes before the return's own decision.
///
/// What the lots counted for tiers and limits stays counted.
pub(super) fn cancel(draft: &mut Draft<'_>, record: &OrderRecord, effective_at: Instant) -> bool {
    let Some(paid) = &record.referral else { return false };
    let version = draft.programmes.version(record.earned.version);
    let window_end = version.and_then(|version| window_end(&version.plan, record.effective_at));
    if window_end.is_none_or(|end| end <= draft.now(effective_at)) {
        return false;
    }
    cancel_pending(draft, &paid.lots, effective_at);
    let (referrer, offset) =
        record.referrer.as_ref().map_or((&paid.referrer, 0), |moved| (&moved.to, moved.lot_offset));
    let moved = |lot: &LotNumber| LotNumber(lot.0.saturating_add(offset));
    let referrer_lots: SmallVec<[LotNumber; 1]> = paid.referrer_lots.iter().map(moved).collect();
    // Where nothing is left to cancel, the return does not concern the referrer at all.
    let still_pending = |state: &MemberState| {
        let now = effective_at.max(state.settled_to);
        let mut lots = referrer_lots.iter().filter_map(|lot| state.lot(*lot));
        lots.any(|lot| lot.pending && lot.activates_at > now)
    };
    if draft.name() == &**referrer {
        cancel_pending(draft, &referrer_lots, effective_at);
    } else if draft.other().is_some_and(|(name, state)| name == &**referrer && still_pending(state)) {
        draft.on_other(|draft| {
            draft.settle(draft.now(effective_at));
            cancel_pending(draft, &referrer_lots, effective_at);
        });
    }
    draft.state().referral.as_ref().is_some_and(|referral| referral.referrer == paid.referrer)
}

fn cancel_pending(draft: &mut Draft<'_>, lots: &[LotNumber], effective_at: Instant) {
    let now = draft.now(effective_at);
    for number in lots {
        let Some(lot) = draft.state().lot(*number).filter(|lot| lot.pending).copied() else { continue };
        let cancelled = LotCancelled { lot: lot.number, currency: lot.currency, points: lot.remaining };
        draft.record(now, Decision::LotCancelled(cancelled));
    }
}

/// When the points of a referral can be spent, given the time of the order that came to it; `None` where the programme
/// pays none.
fn window_end(plan: &Plan, ordered_at: Instant) -> Option<Instant> {
    let days = plan.referral?.window_days;
    Some(plan.zone.day_start(plan.zone.day(ordered_at).plus_days(i64::from(days))))
}

fn earns(name: &str, state: &MemberState) -> bool {
    state.joined_at.is_some() && member::goes_on(name, state).is_ok() && member::may_earn(state).is_ok()
}
