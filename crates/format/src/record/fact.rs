//! Facts.

use tallybook_core::fact::Fact;

use super::known;
use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::messagepack::{Reader, Taken, Writer, Wrong};
use crate::stored::Fields;
use crate::v1::benefit::{BenefitReturnBody, BenefitUseBody};
use crate::v1::correction::{ExpiryChangeBody, ReinstatementBody, WriteOffBody};
use crate::v1::doings::{ActivityBody, FulfilmentBody};
use crate::v1::hold::{CaptureBody, HoldBody, ReleaseBody, VoucherUseBody};
use crate::v1::member::{EnrolmentBody, ProfileBody};
use crate::v1::order::{OrderBody, ReturnBody};
use crate::v1::programme::PublicationBody;
use crate::v1::request::{AdjustmentBody, RedemptionBody, ReversalBody};
use crate::v1::standing::{BlockBody, ClosureBody, MergeBody};
use crate::v1::tier::{TierRequestBody, TierRevocationBody};
use crate::v1::transfer::{PurchaseBody, TransferBody};
use crate::v2;
use crate::version::RecordType;
use crate::wire::{NO_TIME, read};

/// A fact as it is stored: with the idempotency key that it came under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFact<'a> {
    /// The caller's key; `None` stands for the fact's [natural key](Fact::natural_key).
    pub key: Option<&'a str>,
    /// The fact, its texts borrowed from the body.
    pub fact: Fact<'a>,
}

/// Appends a fact's body to `out` and gives the kind and version for the record's header, which are those of
/// [`RecordType::of_fact`]. `key` is `None` where it is the fact's [natural key](Fact::natural_key).
pub fn encode_fact(key: Option<&str>, fact: &Fact<'_>, out: &mut Vec<u8>) -> RecordType {
    let stored = RecordType::of_fact(fact);
    let out = &mut Writer::new(NO_TIME, out);
    match (fact, stored.version) {
        (Fact::MemberEnrolled(fact), 1) => EnrolmentBody::put_fact(key, fact, out),
        (Fact::MemberEnrolled(fact), _) => v2::member::EnrolmentBody::put_fact(key, fact, out),
        (Fact::ProfileChanged(fact), _) => ProfileBody::put_fact(key, fact, out),
        (Fact::OrderPlaced(fact), 1) => OrderBody::put_fact(key, fact, out),
        (Fact::OrderPlaced(fact), _) => v2::order::OrderBody::put_fact(key, fact, out),
        (Fact::OrderReturned(fact), 1) => ReturnBody::put_fact(key, fact, out),
        (Fact::OrderReturned(fact), _) => v2::order::ReturnBody::put_fact(key, fact, out),
        (Fact::RedemptionRequested(fact), 1) => RedemptionBody::put_fact(key, fact, out),
        (Fact::RedemptionRequested(fact), _) => v2::request::RedemptionBody::put_fact(key, fact, out),
        (Fact::ReversalRequested(fact), _) => ReversalBody::put_fact(key, fact, out),
        (Fact::AdjustmentRequested(fact), _) => AdjustmentBody::put_fact(key, fact, out),
        (Fact::ProgrammePublished(fact), _) => PublicationBody::put_fact(key, fact, out),
        (Fact::OrderFulfilled(fact), _) => FulfilmentBody::put_fact(key, fact, out),
        (Fact::ActivityRecorded(fact), _) => ActivityBody::put_fact(key, fact, out),
        (Fact::HoldRequested(fact), _) => HoldBody::put_fact(key, fact, out),
        (Fact::CaptureRequested(fact), _) => CaptureBody::put_fact(key, fact, out),
        (Fact::ReleaseRequested(fact), _) => ReleaseBody::put_fact(key, fact, out),
        (Fact::VoucherPresented(fact), _) => VoucherUseBody::put_fact(key, fact, out),
        (Fact::TransferRequested(fact), _) => TransferBody::put_fact(key, fact, out),
        (Fact::PointsPurchased(fact), _) => PurchaseBody::put_fact(key, fact, out),
        (Fact::WriteOffRequested(fact), _) => WriteOffBody::put_fact(key, fact, out),
        (Fact::ExpiryChangeRequested(fact), _) => ExpiryChangeBody::put_fact(key, fact, out),
        (Fact::ReinstatementRequested(fact), _) => ReinstatementBody::put_fact(key, fact, out),
        (Fact::MergeRequested(fact), _) => MergeBody::put_fact(key, fact, out),
        (Fact::ClosureRequested(fact), _) => ClosureBody::put_fact(key, fact, out),
        (Fact::BlockRequested(fact), _) => BlockBody::put_fact(key, fact, out),
        (Fact::TierRequested(fact), _) => TierRequestBody::put_fact(key, fact, out),
        (Fact::TierRevoked(fact), _) => TierRevocationBody::put_fact(key, fact, out),
        (Fact::BenefitRequested(fact), _) => BenefitUseBody::put_fact(key, fact, out),
        (Fact::BenefitReturned(fact), _) => BenefitReturnBody::put_fact(key, fact, out),
    }
    stored
}

/// Reads a fact of the kind and version in its record's header. Texts are borrowed from `body`.
///
/// # Errors
/// [`FormatError`]: unknown kind, version or semantics version, a kind that is no fact, or bytes that are no such fact.
pub fn decode_fact<'a>(kind: u16, version: u8, body: &'a [u8]) -> Result<StoredFact<'a>, FormatError> {
    let kind = known(kind, version)?;
    read(kind.name(), NO_TIME, body, |reader| take(kind, version, reader))
}

fn take<'a>(kind: RecordKind, version: u8, reader: &mut Reader<'a>) -> Taken<StoredFact<'a>> {
    let (key, fact) = match (kind, version) {
        (RecordKind::MemberEnrolled, 1) => with(EnrolmentBody::take_fact(reader)?, Fact::MemberEnrolled),
        (RecordKind::MemberEnrolled, _) => {
            with(v2::member::EnrolmentBody::take_fact(reader)?, Fact::MemberEnrolled)
        }
        (RecordKind::ProfileChanged, _) => with(ProfileBody::take_fact(reader)?, Fact::ProfileChanged),
        (RecordKind::OrderPlaced, 1) => with(OrderBody::take_fact(reader)?, Fact::OrderPlaced),
        (RecordKind::OrderPlaced, _) => with(v2::order::OrderBody::take_fact(reader)?, Fact::OrderPlaced),
        (RecordKind::OrderReturned, 1) => with(ReturnBody::take_fact(reader)?, Fact::OrderReturned),
        (RecordKind::OrderReturned, _) => {
            with(v2::order::ReturnBody::take_fact(reader)?, Fact::OrderReturned)
        }
        (RecordKind::RedemptionRequested, 1) => {
            with(RedemptionBody::take_fact(reader)?, Fact::RedemptionRequested)
        }
        (RecordKind::RedemptionRequested, _) => {
            with(v2::request::RedemptionBody::take_fact(reader)?, Fact::RedemptionRequested)
        }
        (RecordKind::ReversalRequested, _) => with(ReversalBody::take_fact(reader)?, Fact::ReversalRequested),
        (RecordKind::AdjustmentRequested, _) => {
            with(AdjustmentBody::take_fact(reader)?, Fact::AdjustmentRequested)
        }
        (RecordKind::ProgrammePublished, _) => {
            with(PublicationBody::take_fact(reader)?, Fact::ProgrammePublished)
        }
        (RecordKind::OrderFulfilled, _) => with(FulfilmentBody::take_fact(reader)?, Fact::OrderFulfilled),
        (RecordKind::ActivityRecorded, _) => with(ActivityBody::take_fact(reader)?, Fact::ActivityRecorded),
        (RecordKind::HoldRequested, _) => with(HoldBody::take_fact(reader)?, Fact::HoldRequested),
        (RecordKind::CaptureRequested, _) => with(CaptureBody::take_fact(reader)?, Fact::CaptureRequested),
        (RecordKind::ReleaseRequested, _) => with(ReleaseBody::take_fact(reader)?, Fact::ReleaseRequested),
        (RecordKind::VoucherPresented, _) => with(VoucherUseBody::take_fact(reader)?, Fact::VoucherPresented),
        (RecordKind::TransferRequested, _) => with(TransferBody::take_fact(reader)?, Fact::TransferRequested),
        (RecordKind::PointsPurchased, _) => with(PurchaseBody::take_fact(reader)?, Fact::PointsPurchased),
        (RecordKind::WriteOffRequested, _) => with(WriteOffBody::take_fact(reader)?, Fact::WriteOffRequested),
        (RecordKind::ExpiryChangeRequested, _) => {
            with(ExpiryChangeBody::take_fact(reader)?, Fact::ExpiryChangeRequested)
        }
        (RecordKind::ReinstatementRequested, _) => {
            with(ReinstatementBody::take_fact(reader)?, Fact::ReinstatementRequested)
        }
        (RecordKind::MergeRequested, _) => with(MergeBody::take_fact(reader)?, Fact::MergeRequested),
        (RecordKind::ClosureRequested, _) => with(ClosureBody::take_fact(reader)?, Fact::ClosureRequested),
        (RecordKind::BlockRequested, _) => with(BlockBody::take_fact(reader)?, Fact::BlockRequested),
        (RecordKind::TierRequested, _) => with(TierRequestBody::take_fact(reader)?, Fact::TierRequested),
        (RecordKind::TierRevoked, _) => with(TierRevocationBody::take_fact(reader)?, Fact::TierRevoked),
        (RecordKind::BenefitRequested, _) => with(BenefitUseBody::take_fact(reader)?, Fact::BenefitRequested),
        (RecordKind::BenefitReturned, _) => {
            with(BenefitReturnBody::take_fact(reader)?, Fact::BenefitReturned)
        }
        _ => return Err(Wrong::other(FormatError::OtherSort { kind: kind.name(), wanted: "fact" })),
    };
    Ok(StoredFact { key, fact })
}

/// A body's key and fact, the fact as one of its kind.
fn with<'a, T>((key, fact): (Option<&'a str>, T), kind: fn(T) -> Fact<'a>) -> (Option<&'a str>, Fact<'a>) {
    (key, kind(fact))
}
