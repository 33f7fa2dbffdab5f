//! Kinds of facts and decisions, and what decisions are for.

use tallybook_core::event::{
    CreditSource, Decision, Figures, GrantEnd, ReleaseReason, TierGranted, TierReason, Trigger, Verdict,
};
use tallybook_core::fact::Fact;

use super::Tally;
use super::chains::chain;

/// A kind of fact about a member.
#[derive(Clone, Copy, Debug)]
pub(super) enum FactKind {
    MemberEnrolled,
    ProfileChanged,
    OrderPlaced,
    OrderReturned,
    RedemptionRequested,
    ReversalRequested,
    AdjustmentRequested,
    OrderFulfilled,
    ActivityRecorded,
    HoldRequested,
    CaptureRequested,
    ReleaseRequested,
    VoucherPresented,
    TransferRequested,
    PointsPurchased,
    WriteOffRequested,
    ExpiryChangeRequested,
    ReinstatementRequested,
    MergeRequested,
    ClosureRequested,
    BlockRequested,
    TierRequested,
    TierRevoked,
    BenefitRequested,
    BenefitReturned,
}

/// Every kind of fact about a member.
pub(super) fn fact_kinds() -> impl Iterator<Item = FactKind> {
    chain(FactKind::MemberEnrolled, |kind| match kind {
        FactKind::MemberEnrolled => Some(FactKind::ProfileChanged),
        FactKind::ProfileChanged => Some(FactKind::OrderPlaced),
        FactKind::OrderPlaced => Some(FactKind::OrderReturned),
        FactKind::OrderReturned => Some(FactKind::RedemptionRequested),
        FactKind::RedemptionRequested => Some(FactKind::ReversalRequested),
        FactKind::ReversalRequested => Some(FactKind::AdjustmentRequested),
        FactKind::AdjustmentRequested => Some(FactKind::OrderFulfilled),
        FactKind::OrderFulfilled => Some(FactKind::ActivityRecorded),
        FactKind::ActivityRecorded => Some(FactKind::HoldRequested),
        FactKind::HoldRequested => Some(FactKind::CaptureRequested),
        FactKind::CaptureRequested => Some(FactKind::ReleaseRequested),
        FactKind::ReleaseRequested => Some(FactKind::VoucherPresented),
        FactKind::VoucherPresented => Some(FactKind::TransferRequested),
        FactKind::TransferRequested => Some(FactKind::PointsPurchased),
        FactKind::PointsPurchased => Some(FactKind::WriteOffRequested),
        FactKind::WriteOffRequested => Some(FactKind::ExpiryChangeRequested),
        FactKind::ExpiryChangeRequested => Some(FactKind::ReinstatementRequested),
        FactKind::ReinstatementRequested => Some(FactKind::MergeRequested),
        FactKind::MergeRequested => Some(FactKind::ClosureRequested),
        FactKind::ClosureRequested => Some(FactKind::BlockRequested),
        FactKind::BlockRequested => Some(FactKind::TierRequested),
        FactKind::TierRequested => Some(FactKind::TierRevoked),
        FactKind::TierRevoked => Some(FactKind::BenefitRequested),
        FactKind::BenefitRequested => Some(FactKind::BenefitReturned),
        FactKind::BenefitReturned => None,
    })
}

/// The kind of a fact; a publication is of no member.
pub(super) fn fact_kind(fact: &Fact<'_>) -> Option<FactKind> {
    Some(match fact {
        Fact::MemberEnrolled(_) => FactKind::MemberEnrolled,
        Fact::ProfileChanged(_) => FactKind::ProfileChanged,
        Fact::OrderPlaced(_) => FactKind::OrderPlaced,
        Fact::OrderReturned(_) => FactKind::OrderReturned,
        Fact::RedemptionRequested(_) => FactKind::RedemptionRequested,
        Fact::ReversalRequested(_) => FactKind::ReversalRequested,
        Fact::AdjustmentRequested(_) => FactKind::AdjustmentRequested,
        Fact::OrderFulfilled(_) => FactKind::OrderFulfilled,
        Fact::ActivityRecorded(_) => FactKind::ActivityRecorded,
        Fact::HoldRequested(_) => FactKind::HoldRequested,
        Fact::CaptureRequested(_) => FactKind::CaptureRequested,
        Fact::ReleaseRequested(_) => FactKind::ReleaseRequested,
        Fact::VoucherPresented(_) => FactKind::VoucherPresented,
        Fact::TransferRequested(_) => FactKind::TransferRequested,
        Fact::PointsPurchased(_) => FactKind::PointsPurchased,
        Fact::WriteOffRequested(_) => FactKind::WriteOffRequested,
        Fact::ExpiryChangeRequested(_) => FactKind::ExpiryChangeRequested,
        Fact::ReinstatementRequested(_) => FactKind::ReinstatementRequested,
        Fact::MergeRequested(_) => FactKind::MergeRequested,
        Fact::ClosureRequested(_) => FactKind::ClosureRequested,
        Fact::BlockRequested(_) => FactKind::BlockRequested,
        Fact::TierRequested(_) => FactKind::TierRequested,
        Fact::TierRevoked(_) => FactKind::TierRevoked,
        Fact::BenefitRequested(_) => FactKind::BenefitRequested,
        Fact::BenefitReturned(_) => FactKind::BenefitReturned,
        Fact::ProgrammePublished(_) => return None,
    })
}

/// A kind of decision.
#[derive(Clone, Copy, Debug)]
enum DecisionKind {
    MemberJoined,
    PointsEarned,
    PointsActivated,
    ArrearsPaid,
    Redeemed,
    RedemptionReversed,
    Expired,
    ClawedBack,
    Credited,
    Debited,
    TierChanged,
    LotCancelled,
    Renewed,
    ReferralPaid,
    HoldPlaced,
    HoldCaptured,
    HoldReleased,
    VoucherUsed,
    TransferSent,
    TransferReceived,
    WrittenOff,
    ExpiryChanged,
    Reinstated,
    MergedInto,
    MergedFrom,
    Closed,
    BlockSet,
    FiguresCarried,
    TierGranted,
    TierGrantEnded,
    BenefitUsed,
    BenefitRestored,
    ReferralCancelled,
}

/// Every kind of decision.
fn decision_kinds() -> impl Iterator<Item = DecisionKind> {
    chain(DecisionKind::MemberJoined, |kind| match kind {
        DecisionKind::MemberJoined => Some(DecisionKind::PointsEarned),
        DecisionKind::PointsEarned => Some(DecisionKind::PointsActivated),
        DecisionKind::PointsActivated => Some(DecisionKind::ArrearsPaid),
        DecisionKind::ArrearsPaid => Some(DecisionKind::Redeemed),
        DecisionKind::Redeemed => Some(DecisionKind::RedemptionReversed),
        DecisionKind::RedemptionReversed => Some(DecisionKind::Expired),
        DecisionKind::Expired => Some(DecisionKind::ClawedBack),
        DecisionKind::ClawedBack => Some(DecisionKind::Credited),
        DecisionKind::Credited => Some(DecisionKind::Debited),
        DecisionKind::Debited => Some(DecisionKind::TierChanged),
        DecisionKind::TierChanged => Some(DecisionKind::LotCancelled),
        DecisionKind::LotCancelled => Some(DecisionKind::Renewed),
        DecisionKind::Renewed => Some(DecisionKind::ReferralPaid),
        DecisionKind::ReferralPaid => Some(DecisionKind::HoldPlaced),
        DecisionKind::HoldPlaced => Some(DecisionKind::HoldCaptured),
        DecisionKind::HoldCaptured => Some(DecisionKind::HoldReleased),
        DecisionKind::HoldReleased => Some(DecisionKind::VoucherUsed),
        DecisionKind::VoucherUsed => Some(DecisionKind::TransferSent),
        DecisionKind::TransferSent => Some(DecisionKind::TransferReceived),
        DecisionKind::TransferReceived => Some(DecisionKind::WrittenOff),
        DecisionKind::WrittenOff => Some(DecisionKind::ExpiryChanged),
        DecisionKind::ExpiryChanged => Some(DecisionKind::Reinstated),
        DecisionKind::Reinstated => Some(DecisionKind::MergedInto),
        DecisionKind::MergedInto => Some(DecisionKind::MergedFrom),
        DecisionKind::MergedFrom => Some(DecisionKind::Closed),
        DecisionKind::Closed => Some(DecisionKind::BlockSet),
        DecisionKind::BlockSet => Some(DecisionKind::FiguresCarried),
        DecisionKind::FiguresCarried => Some(DecisionKind::TierGranted),
        DecisionKind::TierGranted => Some(DecisionKind::TierGrantEnded),
        DecisionKind::TierGrantEnded => Some(DecisionKind::BenefitUsed),
        DecisionKind::BenefitUsed => Some(DecisionKind::BenefitRestored),
        DecisionKind::BenefitRestored => Some(DecisionKind::ReferralCancelled),
        DecisionKind::ReferralCancelled => None,
    })
}

fn decision_kind(decision: &Decision) -> DecisionKind {
    match decision {
        Decision::MemberJoined => DecisionKind::MemberJoined,
        Decision::PointsEarned(_) => DecisionKind::PointsEarned,
        Decision::PointsActivated(_) => DecisionKind::PointsActivated,
        Decision::ArrearsPaid(_) => DecisionKind::ArrearsPaid,
        Decision::Redeemed(_) => DecisionKind::Redeemed,
        Decision::RedemptionReversed(_) => DecisionKind::RedemptionReversed,
        Decision::Expired(_) => DecisionKind::Expired,
        Decision::ClawedBack(_) => DecisionKind::ClawedBack,
        Decision::Credited(_) => DecisionKind::Credited,
        Decision::Debited(_) => DecisionKind::Debited,
        Decision::TierChanged(_) => DecisionKind::TierChanged,
        Decision::LotCancelled(_) => DecisionKind::LotCancelled,
        Decision::Renewed(_) => DecisionKind::Renewed,
        Decision::ReferralPaid(_) => DecisionKind::ReferralPaid,
        Decision::HoldPlaced(_) => DecisionKind::HoldPlaced,
        Decision::HoldCaptured(_) => DecisionKind::HoldCaptured,
        Decision::HoldReleased(_) => DecisionKind::HoldReleased,
        Decision::VoucherUsed(_) => DecisionKind::VoucherUsed,
        Decision::TransferSent(_) => DecisionKind::TransferSent,
        Decision::TransferReceived(_) => DecisionKind::TransferReceived,
        Decision::WrittenOff(_) => DecisionKind::WrittenOff,
        Decision::ExpiryChanged(_) => DecisionKind::ExpiryChanged,
        Decision::Reinstated(_) => DecisionKind::Reinstated,
        Decision::MergedInto(_) => DecisionKind::MergedInto,
        Decision::MergedFrom(_) => DecisionKind::MergedFrom,
        Decision::Closed(_) => DecisionKind::Closed,
        Decision::BlockSet(_) => DecisionKind::BlockSet,
        Decision::FiguresCarried(_) => DecisionKind::FiguresCarried,
        Decision::TierGranted(_) => DecisionKind::TierGranted,
        Decision::TierGrantEnded(_) => DecisionKind::TierGrantEnded,
        Decision::BenefitUsed(_) => DecisionKind::BenefitUsed,
        Decision::BenefitRestored(_) => DecisionKind::BenefitRestored,
        Decision::ReferralCancelled(_) => DecisionKind::ReferralCancelled,
    }
}

fn triggers() -> impl Iterator<Item = Trigger> {
    chain(Trigger::Order, |one| match one {
        Trigger::Order => Some(Trigger::Activity),
        Trigger::Activity => Some(Trigger::Enrolment),
        Trigger::Enrolment => Some(Trigger::Birthday),
        Trigger::Birthday => Some(Trigger::Anniversary),
        Trigger::Anniversary => Some(Trigger::Referrer),
        Trigger::Referrer => Some(Trigger::Referred),
        Trigger::Referred => Some(Trigger::TierReached),
        Trigger::TierReached => Some(Trigger::TierKept),
        Trigger::TierKept => Some(Trigger::TierAnniversary),
        Trigger::TierAnniversary => None,
    })
}

fn verdicts() -> impl Iterator<Item = Verdict> {
    chain(Verdict::Granted, |one| match one {
        Verdict::Granted => Some(Verdict::TrimmedByCap),
        Verdict::TrimmedByCap => Some(Verdict::SkippedByCap),
        Verdict::SkippedByCap => Some(Verdict::LostInGroup),
        Verdict::LostInGroup => Some(Verdict::CoolingDown),
        Verdict::CoolingDown => Some(Verdict::TriggersUsedUp),
        Verdict::TriggersUsedUp => Some(Verdict::TrimmedByBudget),
        Verdict::TrimmedByBudget => Some(Verdict::SkippedByBudget),
        Verdict::SkippedByBudget => None,
    })
}

fn tier_reasons() -> impl Iterator<Item = TierReason> {
    chain(TierReason::Upgraded, |one| match one {
        TierReason::Upgraded => Some(TierReason::Kept),
        TierReason::Kept => Some(TierReason::GraceBegan),
        TierReason::GraceBegan => Some(TierReason::Demoted),
        TierReason::Demoted => Some(TierReason::Returned),
        TierReason::Returned => Some(TierReason::Reevaluated),
        TierReason::Reevaluated => Some(TierReason::Replaced),
        TierReason::Replaced => Some(TierReason::ChallengeMet),
        TierReason::ChallengeMet => None,
    })
}

fn grant_ends() -> impl Iterator<Item = GrantEnd> {
    chain(GrantEnd::Expired, |one| match one {
        GrantEnd::Expired => Some(GrantEnd::Revoked),
        GrantEnd::Revoked => Some(GrantEnd::Earned),
        GrantEnd::Earned => Some(GrantEnd::Removed),
        GrantEnd::Removed => None,
    })
}

fn credit_sources() -> impl Iterator<Item = CreditSource> {
    chain(CreditSource::Adjustment, |one| match one {
        CreditSource::Adjustment => Some(CreditSource::Purchase),
        CreditSource::Purchase => Some(CreditSource::Gift),
        CreditSource::Gift => None,
    })
}

fn release_reasons() -> impl Iterator<Item = ReleaseReason> {
    chain(ReleaseReason::Asked, |one| match one {
        ReleaseReason::Asked => Some(ReleaseReason::Expired),
        ReleaseReason::Expired => Some(ReleaseReason::Closed),
        ReleaseReason::Closed => None,
    })
}

/// The variant's own name.
fn word(variant: impl std::fmt::Debug) -> String {
    format!("{variant:?}")
}

pub(super) fn note_all_decisions(tally: &mut Tally) {
    tally.note_each("decision", decision_kinds().map(word));
    tally.note_each("earned.on", triggers().map(word));
    tally.note_each("verdict", verdicts().map(word));
    tally.note_each("tier", tier_reasons().map(word));
    tally.note_each("tier_grant_ended", grant_ends().map(word));
    tally.note_each("tier_granted", ["given", "until", "lent"]);
    tally.note_each("carried", ["over", "back"]);
    tally.note_each("credit", credit_sources().map(word));
    tally.note_each("release", release_reasons().map(word));
    tally.note_each("clawed_back.from", ["expired", "pending", "available", "arrears", "waived"]);
}

pub(super) fn note_decision(tally: &mut Tally, decision: &Decision) {
    tally.note("decision", word(decision_kind(decision)));
    match decision {
        Decision::PointsEarned(earned) => {
            tally.note("earned.on", word(earned.on));
            tally.note_each("verdict", earned.shares.iter().map(|share| word(share.verdict)));
        }
        Decision::TierChanged(change) => tally.note("tier", word(change.why)),
        Decision::TierGrantEnded(ended) => tally.note("tier_grant_ended", word(ended.why)),
        Decision::TierGranted(TierGranted { grant, .. }) => {
            let until = if grant.until.is_some() { "until" } else { "given" };
            tally.note("tier_granted", grant.challenge.map_or(until, |_| "lent"));
        }
        Decision::FiguresCarried(carried) => {
            let Figures { spend, points, orders, referrals, activities } = carried.figures;
            let is_back = [spend.0, points.0, orders, referrals, activities].iter().any(|one| *one < 0);
            tally.either("carried", is_back, ["back", "over"]);
        }
        Decision::Credited(credited) => tally.note("credit", word(credited.source)),
        Decision::HoldReleased(released) => tally.note("release", word(released.why)),
        Decision::ClawedBack(clawed) => {
            for take in &clawed.takes {
                let from = [
                    ("expired", take.expired.0 > 0),
                    ("pending", !take.from_pending.is_empty()),
                    ("available", !take.from_available.is_empty()),
                    ("arrears", take.arrears.0 > 0),
                    ("waived", take.waived.0 > 0),
                ];
                tally.note_each("clawed_back.from", from.iter().filter(|(_, is)| *is).map(|(from, _)| from));
            }
        }
        _ => {}
    }
}
