//! Facts with texts of their own, for whoever keeps them longer than the bytes they were read from.

use super::{
    Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange, Fact,
    Fulfilment, Merge, Publication, Purchase, Reinstatement, Release, Reversal, TierRequest, TierRevocation,
    Transfer, WriteOff, own,
};

impl Fact<'_> {
    /// The same fact with texts of its own.
    pub fn into_owned(self) -> Fact<'static> {
        match self {
            Fact::MemberEnrolled(fact) => Fact::MemberEnrolled(fact.into_owned()),
            Fact::ProfileChanged(fact) => Fact::ProfileChanged(fact.into_owned()),
            Fact::OrderPlaced(fact) => Fact::OrderPlaced(fact.into_owned()),
            Fact::OrderReturned(fact) => Fact::OrderReturned(fact.into_owned()),
            Fact::RedemptionRequested(fact) => Fact::RedemptionRequested(fact.into_owned()),
            Fact::ReversalRequested(fact) => Fact::ReversalRequested(fact.into_owned()),
            Fact::AdjustmentRequested(fact) => Fact::AdjustmentRequested(fact.into_owned()),
            Fact::ProgrammePublished(fact) => Fact::ProgrammePublished(fact.into_owned()),
            Fact::OrderFulfilled(fact) => Fact::OrderFulfilled(fact.into_owned()),
            Fact::ActivityRecorded(fact) => Fact::ActivityRecorded(fact.into_owned()),
            Fact::HoldRequested(fact) => Fact::HoldRequested(fact.into_owned()),
            Fact::CaptureRequested(fact) => Fact::CaptureRequested(fact.into_owned()),
            Fact::ReleaseRequested(fact) => Fact::ReleaseRequested(fact.into_owned()),
            Fact::TransferRequested(fact) => Fact::TransferRequested(fact.into_owned()),
            Fact::PointsPurchased(fact) => Fact::PointsPurchased(fact.into_owned()),
            Fact::WriteOffRequested(fact) => Fact::WriteOffRequested(fact.into_owned()),
            Fact::ExpiryChangeRequested(fact) => Fact::ExpiryChangeRequested(fact.into_owned()),
            Fact::ReinstatementRequested(fact) => Fact::ReinstatementRequested(fact.into_owned()),
            Fact::MergeRequested(fact) => Fact::MergeRequested(fact.into_owned()),
            Fact::ClosureRequested(fact) => Fact::ClosureRequested(fact.into_owned()),
            Fact::BlockRequested(fact) => Fact::BlockRequested(fact.into_owned()),
            Fact::TierRequested(fact) => Fact::TierRequested(fact.into_owned()),
            Fact::TierRevoked(fact) => Fact::TierRevoked(fact.into_owned()),
            Fact::BenefitRequested(fact) => Fact::BenefitRequested(fact.into_owned()),
            Fact::BenefitReturned(fact) => Fact::BenefitReturned(fact.into_owned()),
            Fact::VoucherPresented(used) => Fact::VoucherPresented(used),
        }
    }
}

/// The same struct with its texts owned and its other fields as they are.
macro_rules! into_owned {
    ($($name:ident { $($text:ident),* ; $($optional:ident),* ; $($plain:ident),* })*) => {
        $(impl $name<'_> {
            fn into_owned(self) -> $name<'static> {
                $name {
                    $($text: own(self.$text),)*
                    $($optional: self.$optional.map(own),)*
                    $($plain: self.$plain,)*
                }
            }
        })*
    };
}

into_owned! {
    Fulfilment { order; ; }
    Reversal { redemption; ; points }
    Capture { hold; ; points }
    Release { hold; ; }
    Adjustment { currency, actor, reason; ; points, shortfall, about }
    Transfer { id, to, currency; ; points, gift }
    Purchase { id, currency; giver; points, price }
    WriteOff { currency, actor, reason; ; points }
    ExpiryChange { currency, actor, reason; ; lot, to }
    Reinstatement { actor, reason; ; lot, expires_at }
    Merge { into, actor, reason; ; }
    Closure { actor, reason; ; points }
    Block { actor, reason; ; earning, redeeming }
    TierRequest { ladder, tier, actor, reason; ; term }
    TierRevocation { ladder, actor, reason; ; }
    BenefitUse { id, benefit; ; times }
    BenefitRestoration { benefit, actor, reason; ; times }
    Publication { source; ; effective_from }
}

impl Enrolment<'_> {
    fn into_owned(self) -> Enrolment<'static> {
        Enrolment { profile: self.profile.into_owned(), referred_by: self.referred_by.map(own) }
    }
}
