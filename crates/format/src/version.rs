//! Which version of a body a value takes: the oldest that can say it.
//!
//! So a value that an earlier release could store has the same bytes in every release, and an old history that is
//! derived again is the same byte for byte. A kind with one version has no line here; whatever a kind gains later moves
//! its values to a new version only where they use it.

use tallybook_core::event::{
    ClawedBack, CreditSource, Credited, Decision, Draw, Idle, NewLot, PointsEarned, Redeemed,
    RedemptionReversed, RuleShare, Trigger, Verdict,
};
use tallybook_core::fact::{Fact, Purpose};

use crate::kind::RecordKind;

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
        let newer = match decision {
            Decision::PointsEarned(earned) => earning_is_newer(earned),
            Decision::PointsActivated(activated) => activated.term.is_some(),
            Decision::Redeemed(Redeemed { draws, stock, voucher, .. }) => {
                stock.is_some() || voucher.is_some() || draws.iter().any(draw_is_newer)
            }
            Decision::RedemptionReversed(RedemptionReversed { restored, of, stock, voided, .. }) => {
                of.is_some() || stock.is_some() || voided.is_some() || restored.iter().any(draw_is_newer)
            }
            Decision::ClawedBack(ClawedBack { takes, budgets, cooldowns, referral_cancelled, .. }) => {
                let mut draws =
                    takes.iter().flat_map(|take| take.from_pending.iter().chain(&take.from_available));
                *referral_cancelled
                    || !budgets.is_empty()
                    || !cooldowns.is_empty()
                    || draws.any(draw_is_newer)
            }
            Decision::Credited(Credited { lot, source, caps }) => {
                *source != CreditSource::Adjustment || !caps.is_empty() || lot_is_newer(lot)
            }
            Decision::Debited(debited) => debited.draws.iter().any(draw_is_newer),
            _ => false,
        };
        RecordType { kind: RecordKind::of_decision(decision), version: 1 + u8::from(newer) }
    }
}

fn earning_is_newer(earned: &PointsEarned) -> bool {
    let PointsEarned {
        version: _,
        order_number: _,
        eligible: _,
        shares,
        caps: _,
        lots,
        metrics: _,
        forget_before: _,
        on,
        activity,
        streak,
        cooldowns,
        budgets,
    } = earned;
    *on != Trigger::Order
        || activity.is_some()
        || streak.is_some()
        || !cooldowns.is_empty()
        || !budgets.is_empty()
        || lots.iter().any(lot_is_newer)
        || shares.iter().any(share_is_newer)
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
