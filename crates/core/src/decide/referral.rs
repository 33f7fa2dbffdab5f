//! What a referral pays to both sides, and when it falls through (case 6).
//!
//! The first order of a member whom another referred earns points for both, which are pending until the referral's window
//! is over. Where nothing of that order is kept by then, both lose them, and a later first order may come to the
//! referral again.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::award::{Award, Given};
use crate::decide::draft::Draft;
use crate::decide::earn::{self, Deed};
use crate::decide::order::OrderSeen;
use crate::decide::precedent::OrderRecord;
use crate::decide::{member, tier};
use crate::event::{
    CapEntry, Counted, Decision, LotCancelled, MetricEntry, ReferralCancelled, ReferralPaid, Trigger,
};
use crate::ids::LotNumber;
use crate::points::Points;
use crate::programme::plan::Plan;
use crate::programme::versions::{Programmes, Version};
use crate::state::{Lot, MemberState};

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
    let for_member = plan.has_rules_on(Trigger::Referred);
    let counts = plan.ladders.iter().flatten().any(|ladder| ladder.counts_referrals);
    let for_referrer = counts || plan.has_rules_on(Trigger::Referrer);
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
    let mut own = Given::default();
    if for_member {
        own = give(draft, Trigger::Referred, effective_at, scratch);
    }
    let mut theirs = Given::default();
    if for_referrer && draft.other().is_some_and(|(name, state)| name == &*referrer && earns(name, state)) {
        let given = draft.on_other(|draft| {
            let now = draft.now(effective_at);
            draft.settle(now);
            give(draft, Trigger::Referrer, now, scratch)
        });
        theirs = given.unwrap_or_default();
    }
    let paid = ReferralPaid {
        referrer,
        lots: own.lots,
        referrer_lots: theirs.lots,
        counted: own.counted,
        referrer_counted: theirs.counted,
    };
    draft.record(draft.now(effective_at), Decision::ReferralPaid(paid));
}

/// Cancels the referral that an order came to, on both sides, now that nothing of the order is kept: pending lots, and what
/// it counted for limits and tiers. Whether the member's referral falls through: it does as long as its window is not over,
/// unless it is another's since a merge. All this comes before the return's own decision.
pub(super) fn cancel(draft: &mut Draft<'_>, record: &OrderRecord, effective_at: Instant) -> bool {
    let Some(paid) = &record.referral else { return false };
    let version = draft.programmes.version(record.earned.version);
    let window_end = version.and_then(|version| window_end(&version.plan, record.effective_at));
    if window_end.is_none_or(|end| end <= draft.now(effective_at)) {
        return false;
    }
    let cancelled = |lots, counted| Cancelled { lots, counted, paid_at: record.effective_at };
    cancelled(&paid.lots, &paid.counted).cancel(draft, effective_at);
    let (referrer, offset) =
        record.referrer.as_ref().map_or((&paid.referrer, 0), |moved| (&moved.to, moved.lot_offset));
    let moved = |lot: &LotNumber| LotNumber(lot.0.saturating_add(offset));
    let referrer_lots: SmallVec<[LotNumber; 1]> = paid.referrer_lots.iter().map(moved).collect();
    let theirs = cancelled(&referrer_lots, &paid.referrer_counted);
    if draft.name() == &**referrer {
        theirs.cancel(draft, effective_at);
    } else if draft
        .other()
        .is_some_and(|(name, state)| name == &**referrer && theirs.concerns(state, effective_at))
    {
        draft.on_other(|draft| {
            draft.settle(draft.now(effective_at));
            theirs.cancel(draft, effective_at);
        });
    }
    draft.state().referral.as_ref().is_some_and(|referral| referral.referrer == paid.referrer)
}

/// One side of a referral that falls through.
struct Cancelled<'a> {
    lots: &'a [LotNumber],
    counted: &'a Counted,
    /// When the order that came to it took effect.
    paid_at: Instant,
}

impl Cancelled<'_> {
    /// Whether anything is left to cancel; where nothing is, the return does not concern the referrer at all.
    fn concerns(&self, state: &MemberState, effective_at: Instant) -> bool {
        let now = effective_at.max(state.settled_to);
        let mut lots = self.lots.iter().filter_map(|lot| state.lot(*lot));
        *self.counted != Counted::default() || lots.any(|lot| lot.pending && lot.activates_at > now)
    }

    fn cancel(&self, draft: &mut Draft<'_>, effective_at: Instant) {
        let now = draft.now(effective_at);
        for number in self.lots {
            let lot = draft.state().lot(*number).filter(|lot| lot.pending).copied();
            let Some(Lot { number: lot, currency, remaining: points, .. }) = lot else { continue };
            draft.record(now, Decision::LotCancelled(LotCancelled { lot, currency, points }));
        }
        if *self.counted == Counted::default() {
            return;
        }
        let counted = self.taken_back(draft.state());
        let metrics = counted.metrics.clone();
        draft.record(now, Decision::ReferralCancelled(ReferralCancelled { counted }));
        if let Ok(version) = draft.programmes.in_force(effective_at) {
            metrics.iter().for_each(|entry| tier::after_return(draft, version, entry, effective_at));
        }
    }

    fn taken_back(&self, state: &MemberState) -> Counted {
        let caps = self.counted.caps.iter().map(|entry| CapEntry { used: Points(-entry.used.0), ..*entry });
        let metrics = self.counted.metrics.iter().map(|entry| MetricEntry {
            figures: tier::figures::negative(entry.figures),
            challenge: tier::grant::counts_for_challenge(state, entry.ladder, self.paid_at),
            ..*entry
        });
        Counted { caps: caps.collect(), metrics: metrics.collect() }
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
