//! The numbers by which record headers tell bodies apart.
//!
//! Invariants: a number is never given to another kind. Facts are 1–99, decisions 101–199; which numbers are kept for
//! kinds to come is in `docs/format.md`.

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
}

impl RecordKind {
    /// Every kind, in order of number.
    pub const ALL: [RecordKind; 20] = [
        RecordKind::MemberEnrolled,
        RecordKind::ProfileChanged,
        RecordKind::OrderPlaced,
        RecordKind::OrderReturned,
        RecordKind::RedemptionRequested,
        RecordKind::ReversalRequested,
        RecordKind::AdjustmentRequested,
        RecordKind::ProgrammePublished,
        RecordKind::MemberNamed,
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
        let fact = usize::from(number).checked_sub(1).filter(|&index| index < 9);
        let decision = usize::from(number).checked_sub(101).map(|index| index + 9);
        fact.or(decision)
            .and_then(|index| RecordKind::ALL.get(index))
            .copied()
            .ok_or(FormatError::UnknownKind { kind: number })
    }

    /// The version of the body that this release writes. Every version from 1 to this one is read.
    pub fn version(self) -> u8 {
        1
    }

    /// Whether the record says something by the outside world.
    pub fn is_fact(self) -> bool {
        self < RecordKind::MemberNamed
    }

    /// Whether the record changes balances, counters or tiers.
    pub fn is_decision(self) -> bool {
        self > RecordKind::MemberNamed
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
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_found_by_its_number_and_no_other_number_is_a_kind() {
        let known: Vec<u16> = RecordKind::ALL.iter().map(|kind| kind.number()).collect();
        assert_eq!(known, (1..=9).chain(101..=111).collect::<Vec<u16>>());
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
            assert_eq!(kind.is_fact(), kind.number() < 9);
            assert_eq!(kind.is_decision(), kind.number() > 100);
        }
    }
}
