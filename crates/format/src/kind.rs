//! The numbers by which record headers tell bodies apart.
//!
//! Invariants: a number is never given to another kind. Facts are 1–99 without 9, decisions 101–199; which numbers are
//! kept for kinds to come is in `docs/format.md`.

use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;

use crate::error::FormatError;

/// What a record is. The discriminant is the number in its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum RecordKind {
    /// Fact: a member joined, or said something new about themselves.
    MemberEnrolled = 1,
    /// Fact: tags, attributes or birthday are now these.
    ProfileChanged = 2,
    /// Fact: a purchase.
    OrderPlaced = 3,
    /// Fact: an order given back, whole or in part.
    OrderReturned = 4,
    /// Fact: a wish to spend points.
    RedemptionRequested = 5,
    /// Fact: a redemption is to be undone.
    ReversalRequested = 6,
    /// Fact: a correction by hand.
    AdjustmentRequested = 7,
    /// Fact about the ledger: a programme version.
    ProgrammePublished = 8,
    /// The name behind a member's dense number: the member's first record.
    MemberNamed = 9,
    /// Fact: an order has reached the member.
    OrderFulfilled = 10,
    /// Fact: a member did something other than buying.
    ActivityRecorded = 11,
    /// Fact: points are to be set aside.
    HoldRequested = 20,
    /// Fact: points set aside are to be spent.
    CaptureRequested = 21,
    /// Fact: points set aside are to come back.
    ReleaseRequested = 22,
    /// Fact: a voucher's code was shown.
    VoucherPresented = 23,
    /// Fact: points are to go to another member.
    TransferRequested = 30,
    /// Fact: points were bought.
    PointsPurchased = 31,
    /// Fact: a debt is to be let go.
    WriteOffRequested = 32,
    /// Fact: lots are to end at another time.
    ExpiryChangeRequested = 33,
    /// Fact: expired points are to come back.
    ReinstatementRequested = 34,
    /// Fact: a member is to become part of another.
    MergeRequested = 40,
    /// Fact: a member leaves.
    ClosureRequested = 41,
    /// Fact: earning or redeeming is to be blocked or freed.
    BlockRequested = 42,
    /// Fact: a tier is to be given or lent by hand.
    TierRequested = 50,
    /// Fact: a tier given or lent by hand is to end.
    TierRevoked = 51,
    /// Fact: a benefit of a tier is to be used.
    BenefitRequested = 52,
    /// Fact: uses of a benefit are to be given back.
    BenefitReturned = 53,
    /// Decision: the member is in the programme.
    MemberJoined = 101,
    /// Decision: an order was judged.
    PointsEarned = 102,
    /// Decision: a pending lot became available.
    PointsActivated = 103,
    /// Decision: points of a lot paid a debt.
    ArrearsPaid = 104,
    /// Decision: points were spent.
    Redeemed = 105,
    /// Decision: spent points came back.
    RedemptionReversed = 106,
    /// Decision: what was left of a lot is gone.
    Expired = 107,
    /// Decision: points of a returned order were taken back.
    ClawedBack = 108,
    /// Decision: an adjustment gave a lot.
    Credited = 109,
    /// Decision: an adjustment took points.
    Debited = 110,
    /// Decision: a tier changed or was kept.
    TierChanged = 111,
    /// Decision: a pending lot will never be active.
    LotCancelled = 112,
    /// Decision: lots that end by inactivity have more time.
    Renewed = 113,
    /// Decision: a referral came to its points.
    ReferralPaid = 114,
    /// Decision: a referral fell through.
    ReferralCancelled = 115,
    /// Decision: points were set aside.
    HoldPlaced = 120,
    /// Decision: points set aside were spent.
    HoldCaptured = 121,
    /// Decision: points set aside came back.
    HoldReleased = 122,
    /// Decision: a voucher was used.
    VoucherUsed = 123,
    /// Decision: points went to another member.
    TransferSent = 130,
    /// Decision: points came from another member.
    TransferReceived = 131,
    /// Decision: a debt was let go.
    WrittenOff = 132,
    /// Decision: lots were given other ends.
    ExpiryChanged = 133,
    /// Decision: expired points came back.
    Reinstated = 134,
    /// Decision: the member became part of another.
    MergedInto = 140,
    /// Decision: another member became part of this one.
    MergedFrom = 141,
    /// Decision: the member left.
    Closed = 142,
    /// Decision: earning or redeeming was blocked or freed.
    BlockSet = 143,
    /// Decision: what a period has beyond its thresholds went over into the next.
    FiguresCarried = 150,
    /// Decision: a tier was given or lent by hand.
    TierGranted = 151,
    /// Decision: a tier given or lent by hand no longer holds.
    TierGrantEnded = 152,
    /// Decision: a benefit of a tier was used.
    BenefitUsed = 153,
    /// Decision: uses of a benefit were given back.
    BenefitRestored = 154,
}

/// The number of the first decision.
const DECISIONS_FROM: u16 = 101;

/// Stands in [`PLACES`] for numbers that no kind has.
const NO_PLACE: u8 = u8::MAX;

/// By number: the kind's place in [`RecordKind::ALL`].
const PLACES: [u8; 155] = {
    let mut places = [NO_PLACE; 155];
    let mut place = 0;
    while place < RecordKind::ALL.len() {
        places[RecordKind::ALL[place] as usize] = place as u8;
        place += 1;
    }
    places
};

impl RecordKind {
    /// Every kind, in order of number.
    pub const ALL: [RecordKind; 60] = [
        RecordKind::MemberEnrolled,
        RecordKind::ProfileChanged,
        RecordKind::OrderPlaced,
        RecordKind::OrderReturned,
        RecordKind::RedemptionRequested,
        RecordKind::ReversalRequested,
        RecordKind::AdjustmentRequested,
        RecordKind::ProgrammePublished,
        RecordKind::MemberNamed,
        RecordKind::OrderFulfilled,
        RecordKind::ActivityRecorded,
        RecordKind::HoldRequested,
        RecordKind::CaptureRequested,
        RecordKind::ReleaseRequested,
        RecordKind::VoucherPresented,
        RecordKind::TransferRequested,
        RecordKind::PointsPurchased,
        RecordKind::WriteOffRequested,
        RecordKind::ExpiryChangeRequested,
        RecordKind::ReinstatementRequested,
        RecordKind::MergeRequested,
        RecordKind::ClosureRequested,
        RecordKind::BlockRequested,
        RecordKind::TierRequested,
        RecordKind::TierRevoked,
        RecordKind::BenefitRequested,
        RecordKind::BenefitReturned,
        RecordKind::MemberJoined,
        RecordKind::PointsEarned,
        RecordKind::PointsActivated,
        RecordKind::ArrearsPaid,
        RecordKind::Redeemed,
        RecordKind::RedemptionReversed,
        RecordKind::Expired,
        RecordKind::ClawedBack,
        RecordKind::Credited,
        RecordKind::Debited,
        RecordKind::TierChanged,
        RecordKind::LotCancelled,
        RecordKind::Renewed,
        RecordKind::ReferralPaid,
        RecordKind::ReferralCancelled,
        RecordKind::HoldPlaced,
        RecordKind::HoldCaptured,
        RecordKind::HoldReleased,
        RecordKind::VoucherUsed,
        RecordKind::TransferSent,
        RecordKind::TransferReceived,
        RecordKind::WrittenOff,
        RecordKind::ExpiryChanged,
        RecordKind::Reinstated,
        RecordKind::MergedInto,
        RecordKind::MergedFrom,
        RecordKind::Closed,
        RecordKind::BlockSet,
        RecordKind::FiguresCarried,
        RecordKind::TierGranted,
        RecordKind::TierGrantEnded,
        RecordKind::BenefitUsed,
        RecordKind::BenefitRestored,
    ];

    /// The number in record headers.
    pub fn number(self) -> u16 {
        self as u16
    }

    /// The kind of a record header.
    ///
    /// # Errors
    /// [`FormatError::UnknownKind`].
    pub fn from_number(number: u16) -> Result<RecordKind, FormatError> {
        let place = PLACES.get(usize::from(number)).copied().unwrap_or(NO_PLACE);
        RecordKind::ALL.get(usize::from(place)).copied().ok_or(FormatError::UnknownKind { kind: number })
    }

    /// The newest version of the body. Every version from 1 to this one is read; which one is written depends on the
    /// value, see [`RecordType`](crate::RecordType).
    pub fn newest_version(self) -> u8 {
        match self {
            RecordKind::PointsEarned | RecordKind::ClawedBack => 3,
            RecordKind::MemberEnrolled
            | RecordKind::OrderPlaced
            | RecordKind::OrderReturned
            | RecordKind::RedemptionRequested
            | RecordKind::PointsActivated
            | RecordKind::Redeemed
            | RecordKind::RedemptionReversed
            | RecordKind::Credited
            | RecordKind::Debited
            | RecordKind::TierChanged
            | RecordKind::ReferralPaid
            | RecordKind::MergedFrom => 2,
            _ => 1,
        }
    }

    /// Whether the record says something by the outside world.
    pub fn is_fact(self) -> bool {
        self.number() < DECISIONS_FROM && self != RecordKind::MemberNamed
    }

    /// Whether the record changes balances, counters or tiers.
    pub fn is_decision(self) -> bool {
        self.number() >= DECISIONS_FROM
    }

    /// The name as written in events, such as `PointsEarned`.
    pub fn name(self) -> &'static str {
        match self {
            RecordKind::MemberEnrolled => "MemberEnrolled",
            RecordKind::ProfileChanged => "ProfileChanged",
            RecordKind::OrderPlaced => "OrderPlaced",
            RecordKind::OrderReturned => "OrderReturned",
            RecordKind::RedemptionRequested => "RedemptionRequested",
            RecordKind::ReversalRequested => "ReversalRequested",
            RecordKind::AdjustmentRequested => "AdjustmentRequested",
            RecordKind::ProgrammePublished => "ProgrammePublished",
            RecordKind::MemberNamed => "MemberNamed",
            RecordKind::OrderFulfilled => "OrderFulfilled",
            RecordKind::ActivityRecorded => "ActivityRecorded",
            RecordKind::HoldRequested => "HoldRequested",
            RecordKind::CaptureRequested => "CaptureRequested",
            RecordKind::ReleaseRequested => "ReleaseRequested",
            RecordKind::VoucherPresented => "VoucherPresented",
            RecordKind::TransferRequested => "TransferRequested",
            RecordKind::PointsPurchased => "PointsPurchased",
            RecordKind::WriteOffRequested => "WriteOffRequested",
            RecordKind::ExpiryChangeRequested => "ExpiryChangeRequested",
            RecordKind::ReinstatementRequested => "ReinstatementRequested",
            RecordKind::MergeRequested => "MergeRequested",
            RecordKind::ClosureRequested => "ClosureRequested",
            RecordKind::BlockRequested => "BlockRequested",
            RecordKind::TierRequested => "TierRequested",
            RecordKind::TierRevoked => "TierRevoked",
            RecordKind::BenefitRequested => "BenefitRequested",
            RecordKind::BenefitReturned => "BenefitReturned",
            RecordKind::MemberJoined => "MemberJoined",
            RecordKind::PointsEarned => "PointsEarned",
            RecordKind::PointsActivated => "PointsActivated",
            RecordKind::ArrearsPaid => "ArrearsPaid",
            RecordKind::Redeemed => "Redeemed",
            RecordKind::RedemptionReversed => "RedemptionReversed",
            RecordKind::Expired => "Expired",
            RecordKind::ClawedBack => "ClawedBack",
            RecordKind::Credited => "Credited",
            RecordKind::Debited => "Debited",
            RecordKind::TierChanged => "TierChanged",
            RecordKind::LotCancelled => "LotCancelled",
            RecordKind::Renewed => "Renewed",
            RecordKind::ReferralPaid => "ReferralPaid",
            RecordKind::ReferralCancelled => "ReferralCancelled",
            RecordKind::HoldPlaced => "HoldPlaced",
            RecordKind::HoldCaptured => "HoldCaptured",
            RecordKind::HoldReleased => "HoldReleased",
            RecordKind::VoucherUsed => "VoucherUsed",
            RecordKind::TransferSent => "TransferSent",
            RecordKind::TransferReceived => "TransferReceived",
            RecordKind::WrittenOff => "WrittenOff",
            RecordKind::ExpiryChanged => "ExpiryChanged",
            RecordKind::Reinstated => "Reinstated",
            RecordKind::MergedInto => "MergedInto",
            RecordKind::MergedFrom => "MergedFrom",
            RecordKind::Closed => "Closed",
            RecordKind::BlockSet => "BlockSet",
            RecordKind::FiguresCarried => "FiguresCarried",
            RecordKind::TierGranted => "TierGranted",
            RecordKind::TierGrantEnded => "TierGrantEnded",
            RecordKind::BenefitUsed => "BenefitUsed",
            RecordKind::BenefitRestored => "BenefitRestored",
        }
    }

    /// The kind that stores a fact.
    pub fn of_fact(fact: &Fact<'_>) -> RecordKind {
        match fact {
            Fact::MemberEnrolled(_) => RecordKind::MemberEnrolled,
            Fact::ProfileChanged(_) => RecordKind::ProfileChanged,
            Fact::OrderPlaced(_) => RecordKind::OrderPlaced,
            Fact::OrderReturned(_) => RecordKind::OrderReturned,
            Fact::RedemptionRequested(_) => RecordKind::RedemptionRequested,
            Fact::ReversalRequested(_) => RecordKind::ReversalRequested,
            Fact::AdjustmentRequested(_) => RecordKind::AdjustmentRequested,
            Fact::ProgrammePublished(_) => RecordKind::ProgrammePublished,
            Fact::OrderFulfilled(_) => RecordKind::OrderFulfilled,
            Fact::ActivityRecorded(_) => RecordKind::ActivityRecorded,
            Fact::HoldRequested(_) => RecordKind::HoldRequested,
            Fact::CaptureRequested(_) => RecordKind::CaptureRequested,
            Fact::ReleaseRequested(_) => RecordKind::ReleaseRequested,
            Fact::VoucherPresented(_) => RecordKind::VoucherPresented,
            Fact::TransferRequested(_) => RecordKind::TransferRequested,
            Fact::PointsPurchased(_) => RecordKind::PointsPurchased,
            Fact::WriteOffRequested(_) => RecordKind::WriteOffRequested,
            Fact::ExpiryChangeRequested(_) => RecordKind::ExpiryChangeRequested,
            Fact::ReinstatementRequested(_) => RecordKind::ReinstatementRequested,
            Fact::MergeRequested(_) => RecordKind::MergeRequested,
            Fact::ClosureRequested(_) => RecordKind::ClosureRequested,
            Fact::BlockRequested(_) => RecordKind::BlockRequested,
            Fact::TierRequested(_) => RecordKind::TierRequested,
            Fact::TierRevoked(_) => RecordKind::TierRevoked,
            Fact::BenefitRequested(_) => RecordKind::BenefitRequested,
            Fact::BenefitReturned(_) => RecordKind::BenefitReturned,
        }
    }

    /// The kind that stores a decision.
    pub fn of_decision(decision: &Decision) -> RecordKind {
        match decision {
            Decision::MemberJoined => RecordKind::MemberJoined,
            Decision::PointsEarned(_) => RecordKind::PointsEarned,
            Decision::PointsActivated(_) => RecordKind::PointsActivated,
            Decision::ArrearsPaid(_) => RecordKind::ArrearsPaid,
            Decision::Redeemed(_) => RecordKind::Redeemed,
            Decision::RedemptionReversed(_) => RecordKind::RedemptionReversed,
            Decision::Expired(_) => RecordKind::Expired,
            Decision::ClawedBack(_) => RecordKind::ClawedBack,
            Decision::Credited(_) => RecordKind::Credited,
            Decision::Debited(_) => RecordKind::Debited,
            Decision::TierChanged(_) => RecordKind::TierChanged,
            Decision::LotCancelled(_) => RecordKind::LotCancelled,
            Decision::Renewed(_) => RecordKind::Renewed,
            Decision::ReferralPaid(_) => RecordKind::ReferralPaid,
            Decision::HoldPlaced(_) => RecordKind::HoldPlaced,
            Decision::HoldCaptured(_) => RecordKind::HoldCaptured,
            Decision::HoldReleased(_) => RecordKind::HoldReleased,
            Decision::VoucherUsed(_) => RecordKind::VoucherUsed,
            Decision::TransferSent(_) => RecordKind::TransferSent,
            Decision::TransferReceived(_) => RecordKind::TransferReceived,
            Decision::WrittenOff(_) => RecordKind::WrittenOff,
            Decision::ExpiryChanged(_) => RecordKind::ExpiryChanged,
            Decision::Reinstated(_) => RecordKind::Reinstated,
            Decision::MergedInto(_) => RecordKind::MergedInto,
            Decision::MergedFrom(_) => RecordKind::MergedFrom,
            Decision::Closed(_) => RecordKind::Closed,
            Decision::BlockSet(_) => RecordKind::BlockSet,
            Decision::FiguresCarried(_) => RecordKind::FiguresCarried,
            Decision::TierGranted(_) => RecordKind::TierGranted,
            Decision::TierGrantEnded(_) => RecordKind::TierGrantEnded,
            Decision::BenefitUsed(_) => RecordKind::BenefitUsed,
            Decision::BenefitRestored(_) => RecordKind::BenefitRestored,
            Decision::ReferralCancelled(_) => RecordKind::ReferralCancelled,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number_and_no_other_number_is_a_kind() {
        let known: Vec<u16> = RecordKind::ALL.iter().map(|kind| kind.number()).collect();
        let facts = [1..=11, 20..=23, 30..=34, 40..=42, 50..=53];
        let decisions = [101..=115, 120..=123, 130..=134, 140..=143, 150..=154];
        assert_eq!(known, facts.into_iter().chain(decisions).flatten().collect::<Vec<u16>>());
        for number in 0..=u16::MAX {
            match RecordKind::from_number(number) {
                Ok(kind) => assert_eq!(kind.number(), number),
                Err(error) => {
                    assert!(!known.contains(&number));
                    assert_eq!(error, FormatError::UnknownKind { kind: number });
                }
            }
        }
    }

    #[test]
    fn a_kind_is_a_fact_or_a_decision_or_a_name() {
        for kind in RecordKind::ALL {
            assert_eq!(kind.is_fact(), kind.number() < 100 && kind.number() != 9);
            assert_eq!(kind.is_decision(), kind.number() > 100);
        }
    }
}
