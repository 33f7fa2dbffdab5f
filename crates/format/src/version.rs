//! Which version of a body a value takes: the oldest that can say it.
//!
//! So a value that an earlier release could store has the same bytes in every release, and an old history that is
//! derived again is the same byte for byte. A kind with one version has no line here; whatever a kind gains later moves
//! its values to a new version only where they use it.

use tallybook_core::event::{
    ClawedBack, Counted, CreditSource, Credited, Decision, Draw, Figures, Idle, LadderPlace, MergedFrom,
    MetricEntry, NewLot, PointsEarned, Redeemed, RedemptionReversed, ReferralPaid, RuleShare, TierChanged,
    TierReason, Trigger, Verdict,
};
use tallybook_core::fact::{Fact, Purpose};
use tallybook_core::state::LadderState;

use crate::kind::RecordKind;
use crate::v2::state::all_of;

/// What a record's header says of its body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RecordType {
    /// What it is.
    pub kind: RecordKind,
    /// The version of its shape, from 1 to the kind's [newest](RecordKind::newest_version).
    pub version: u8,
}

impl RecordType {
    /// The record that gives a member's dense number its name.
    pub const MEMBER_NAMED: RecordType = RecordType { kind: RecordKind::MemberNamed, version: 1 };

    /// How a fact is stored.
    pub fn of_fact(fact: &Fact<'_>) -> RecordType {
        let newer = match fact {
            Fact::MemberEnrolled(enrolment) => enrolment.referred_by.is_some(),
            Fact::OrderPlaced(order) => order.redemption.is_some(),
            Fact::OrderReturned(ret) => ret.points_back.is_some(),
            Fact::RedemptionRequested(redemption) => {
                matches!(redemption.purpose, Purpose::Voucher { code: Some(_), .. })
            }
            _ => false,
        };
        RecordType { kind: RecordKind::of_fact(fact), version: 1 + u8::from(newer) }
    }

    /// How a decision is stored.
    pub fn of_decision(decision: &Decision) -> RecordType {
        let second = |newer: bool| 1 + u8::from(newer);
        let version = match decision {
            Decision::PointsEarned(earned) => version_of_earning(earned),
            Decision::ClawedBack(clawed) => version_of_clawback(clawed),
            Decision::PointsActivated(activated) => second(activated.term.is_some()),
            Decision::Redeemed(Redeemed { draws, stock, voucher, .. }) => {
                second(stock.is_some() || voucher.is_some() || draws.iter().any(draw_is_newer))
            }
            Decision::RedemptionReversed(RedemptionReversed { restored, of, stock, voided, .. }) => second(
                of.is_some() || stock.is_some() || voided.is_some() || restored.iter().any(draw_is_newer),
            ),
            Decision::Credited(Credited { lot, source, caps }) => {
                second(*source != CreditSource::Adjustment || !caps.is_empty() || lot_is_newer(lot))
            }
            Decision::Debited(debited) => second(debited.draws.iter().any(draw_is_newer)),
            Decision::TierChanged(changed) => second(tier_change_is_newer(changed)),
            Decision::ReferralPaid(ReferralPaid { counted, referrer_counted, .. }) => {
                second(*counted != Counted::default() || *referrer_counted != Counted::default())
            }
            Decision::MergedFrom(merged) => second(merge_is_newer(merged)),
            _ => 1,
        };
        RecordType { kind: RecordKind::of_decision(decision), version }
    }
}

fn version_of_earning(earned: &PointsEarned) -> u8 {
    let PointsEarned {
        version: _,
        order_number: _,
        eligible: _,
        shares,
        caps: _,
        lots,
        metrics,
        forget_before: _,
        on,
        activity,
        streak,
        cooldowns,
        budgets,
    } = earned;
    if trigger_is_newer(*on) || metrics.iter().any(metric_is_newer) {
        3
    } else if *on != Trigger::Order
        || activity.is_some()
        || streak.is_some()
        || !cooldowns.is_empty()
        || !budgets.is_empty()
        || lots.iter().any(lot_is_newer)
        || shares.iter().any(share_is_newer)
    {
        2
    } else {
        1
    }
}

fn version_of_clawback(clawed: &ClawedBack) -> u8 {
    let ClawedBack { takes, caps: _, metrics, whole: _, budgets, cooldowns, referral_cancelled } = clawed;
    let mut draws = takes.iter().flat_map(|take| take.from_pending.iter().chain(&take.from_available));
    if metrics.iter().any(metric_is_newer) {
        3
    } else if *referral_cancelled || !budgets.is_empty() || !cooldowns.is_empty() || draws.any(draw_is_newer)
    {
        2
    } else {
        1
    }
}

fn tier_change_is_newer(changed: &TierChanged) -> bool {
    let TierChanged {
        ladder: _,
        version: _,
        from: _,
        to: _,
        why,
        figures,
        thresholds,
        until: _,
        counted_from,
        lifetime,
    } = changed;
    reason_is_newer(*why)
        || counted_from.is_some()
        || lifetime.is_some()
        || figures_are_newer(figures)
        || figures_are_newer(thresholds)
}

fn merge_is_newer(merged: &MergedFrom) -> bool {
    let MergedFrom { from: _, state, ladders, grants } = merged;
    !grants.is_empty()
        || ladders.iter().any(|LadderPlace { counted_from, .. }| counted_from.is_some())
        || state.ladders.iter().any(ladder_is_newer)
}

fn ladder_is_newer(ladder: &LadderState) -> bool {
    let LadderState {
        ladder: _,
        tier: _,
        since: _,
        until: _,
        grace: _,
        counted_from,
        buckets,
        carried,
        lifetime,
        grant,
    } = ladder;
    counted_from.is_some()
        || !carried.is_empty()
        || grant.is_some()
        || buckets.iter().any(|bucket| figures_are_newer(&bucket.figures))
        // What version 1 does not store is taken for this.
        || *lifetime != all_of(buckets)
}

fn metric_is_newer(entry: &MetricEntry) -> bool {
    entry.challenge || figures_are_newer(&entry.figures)
}

fn figures_are_newer(figures: &Figures) -> bool {
    let Figures { spend: _, points: _, orders: _, referrals, activities } = figures;
    *referrals != 0 || *activities != 0
}

fn lot_is_newer(lot: &NewLot) -> bool {
    lot.idle != Idle::default() || lot.policy.is_some()
}

fn draw_is_newer(draw: &Draw) -> bool {
    draw.idle != Idle::default()
}

/// Whether a rule's verdict is one that only version 2 of `PointsEarned` has.
pub(crate) fn share_is_newer(share: &RuleShare) -> bool {
    match share.verdict {
        Verdict::Granted | Verdict::TrimmedByCap | Verdict::SkippedByCap | Verdict::LostInGroup => false,
        Verdict::CoolingDown
        | Verdict::TriggersUsedUp
        | Verdict::TrimmedByBudget
        | Verdict::SkippedByBudget => true,
    }
}

/// Whether an occasion is one that only version 3 of `PointsEarned` has.
pub(crate) fn trigger_is_newer(on: Trigger) -> bool {
    match on {
        Trigger::Order
        | Trigger::Activity
        | Trigger::Enrolment
        | Trigger::Birthday
        | Trigger::Anniversary
        | Trigger::Referrer
        | Trigger::Referred => false,
        Trigger::TierReached | Trigger::TierKept | Trigger::TierAnniversary => true,
    }
}

/// Whether a reason is one that only version 2 of `TierChanged` has.
pub(crate) fn reason_is_newer(why: TierReason) -> bool {
    match why {
        TierReason::Upgraded
        | TierReason::Kept
        | TierReason::GraceBegan
        | TierReason::Demoted
        | TierReason::Returned => false,
        TierReason::Reevaluated | TierReason::Replaced | TierReason::ChallengeMet => true,
    }
}
