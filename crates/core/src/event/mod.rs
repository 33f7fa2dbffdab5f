//! What the ledger makes of facts: decisions that carry their outcome in full.
//!
//! Invariants:
//! - [`apply`](crate::apply::apply) needs nothing but the event: lots drawn, expiry dates, tiers and their figures are
//!   all in it;
//! - every event is a balanced set of double-entry [postings](Decision::postings), per currency;
//! - nothing here depends on where in the log it stands, so that the same decision has the same bytes everywhere.

mod earning;
mod lots;
mod member;
mod postings;
mod renumber;
mod spending;

use serde::Serialize;

use crate::calendar::Instant;

pub use earning::{
    BudgetEntry, CapEntry, ClawedBack, Cooling, Counted, Figures, MetricEntry, NewLot, PointsEarned,
    ReferralCancelled, ReferralPaid, RuleShare, StreakEntry, Take, Trigger, Verdict,
};
pub use lots::{
    ArrearsPaid, Draw, Expired, ExpiryChanged, Idle, LotCancelled, LotEnd, PointsActivated, Reinstated,
    Renewed, Term,
};
pub use member::{
    BenefitRestored, BenefitUsed, BlockSet, ChallengeFigures, Closed, FiguresCarried, Forfeit, GrantEnd,
    LadderPlace, LifetimeFigures, MergedFrom, MergedInto, TierChanged, TierGrant, TierGrantEnded,
    TierGranted, TierReason,
};
pub use postings::{Account, Posting};
pub use spending::{
    CodeHash, CreditSource, Credited, Debited, HoldCaptured, HoldPlaced, HoldReleased, Redeemed,
    RedemptionReversed, ReleaseReason, TransferReceived, TransferSent, Voucher, WrittenOff,
};

/// One decision and the time at which it takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Event {
    /// When it took effect in business.
    pub effective_at: Instant,
    /// What was decided.
    pub decision: Decision,
}

/// An outcome, in the past tense.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Decision {
    /// The member is in the programme from now on.
    MemberJoined,
    /// An order, activity or other occasion was judged: points, counters and tier figures.
    PointsEarned(PointsEarned),
    /// A pending lot can be spent from now on.
    PointsActivated(PointsActivated),
    /// Points of a lot paid a debt.
    ArrearsPaid(ArrearsPaid),
    /// Points were spent.
    Redeemed(Redeemed),
    /// A redemption was undone, whole or in part.
    RedemptionReversed(RedemptionReversed),
    /// What was left of a lot is gone.
    Expired(Expired),
    /// Points of a returned order were taken back.
    ClawedBack(ClawedBack),
    /// Points were given by hand, bought, or given as a present.
    Credited(Credited),
    /// An adjustment took points.
    Debited(Debited),
    /// A member's tier changed, or was kept for another while.
    TierChanged(TierChanged),
    /// A pending lot will never be active.
    LotCancelled(LotCancelled),
    /// Lots that end by inactivity have more time.
    Renewed(Renewed),
    /// A referral came to its points.
    ReferralPaid(ReferralPaid),
    /// Points were set aside.
    HoldPlaced(HoldPlaced),
    /// Points set aside were spent.
    HoldCaptured(HoldCaptured),
    /// Points set aside came back.
    HoldReleased(HoldReleased),
    /// A voucher was used, by the SHA-256 of its code.
    VoucherUsed(CodeHash),
    /// Points went to another member.
    TransferSent(TransferSent),
    /// Points came from another member.
    TransferReceived(TransferReceived),
    /// A debt was let go.
    WrittenOff(WrittenOff),
    /// Lots were given other ends by command.
    ExpiryChanged(ExpiryChanged),
    /// Expired points came back by command.
    Reinstated(Reinstated),
    /// The member became part of another.
    MergedInto(MergedInto),
    /// Another member became part of this one.
    MergedFrom(MergedFrom),
    /// The member left.
    Closed(Closed),
    /// Earning or redeeming was blocked or freed.
    BlockSet(BlockSet),
    /// What a period has beyond its thresholds went over into the next.
    FiguresCarried(FiguresCarried),
    /// A tier was given or lent by hand.
    TierGranted(TierGranted),
    /// A tier given or lent by hand no longer holds.
    TierGrantEnded(TierGrantEnded),
    /// A benefit of a tier was used.
    BenefitUsed(BenefitUsed),
    /// Uses of a benefit were given back.
    BenefitRestored(BenefitRestored),
    /// A referral fell through.
    ReferralCancelled(ReferralCancelled),
}

impl Decision {
    /// The kind's name, such as `PointsEarned`.
    pub fn name(&self) -> &'static str {
        match self {
            Decision::MemberJoined => "MemberJoined",
            Decision::PointsEarned(_) => "PointsEarned",
            Decision::PointsActivated(_) => "PointsActivated",
            Decision::ArrearsPaid(_) => "ArrearsPaid",
            Decision::Redeemed(_) => "Redeemed",
            Decision::RedemptionReversed(_) => "RedemptionReversed",
            Decision::Expired(_) => "Expired",
            Decision::ClawedBack(_) => "ClawedBack",
            Decision::Credited(_) => "Credited",
            Decision::Debited(_) => "Debited",
            Decision::TierChanged(_) => "TierChanged",
            Decision::LotCancelled(_) => "LotCancelled",
            Decision::Renewed(_) => "Renewed",
            Decision::ReferralPaid(_) => "ReferralPaid",
            Decision::HoldPlaced(_) => "HoldPlaced",
            Decision::HoldCaptured(_) => "HoldCaptured",
            Decision::HoldReleased(_) => "HoldReleased",
            Decision::VoucherUsed(_) => "VoucherUsed",
            Decision::TransferSent(_) => "TransferSent",
            Decision::TransferReceived(_) => "TransferReceived",
            Decision::WrittenOff(_) => "WrittenOff",
            Decision::ExpiryChanged(_) => "ExpiryChanged",
            Decision::Reinstated(_) => "Reinstated",
            Decision::MergedInto(_) => "MergedInto",
            Decision::MergedFrom(_) => "MergedFrom",
            Decision::Closed(_) => "Closed",
            Decision::BlockSet(_) => "BlockSet",
            Decision::FiguresCarried(_) => "FiguresCarried",
            Decision::TierGranted(_) => "TierGranted",
            Decision::TierGrantEnded(_) => "TierGrantEnded",
            Decision::BenefitUsed(_) => "BenefitUsed",
            Decision::BenefitRestored(_) => "BenefitRestored",
            Decision::ReferralCancelled(_) => "ReferralCancelled",
        }
    }
}
