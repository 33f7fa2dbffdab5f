//! Facts.

use tallybook_core::decide::SEMANTICS_VERSION;
use tallybook_core::fact::Fact;

use super::known;
use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::v1::benefit::{BenefitReturnBody, BenefitUseBody};
use crate::v1::correction::{ExpiryChangeBody, ReinstatementBody, WriteOffBody};
use crate::v1::doings::{ActivityBody, FulfilmentBody};
use crate::v1::hold::{CaptureBody, HoldBody, ReleaseBody, VoucherUseBody};
use crate::v1::member::ProfileBody;
use crate::v1::order::{OrderBody, ReturnBody};
use crate::v1::programme::PublicationBody;
use crate::v1::request::{AdjustmentBody, RedemptionBody, ReversalBody};
use crate::v1::standing::{BlockBody, ClosureBody, MergeBody};
use crate::v1::tier::{TierRequestBody, TierRevocationBody};
use crate::v1::transfer::{PurchaseBody, TransferBody};
use crate::v2;
use crate::version::RecordType;
use crate::wire::{read, write};

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
    match (fact, stored.version) {
        (Fact::MemberEnrolled(fact), 1) => write(&ProfileBody::new(key, &fact.profile), out),
        (Fact::MemberEnrolled(fact), _) => write(&v2::member::EnrolmentBody::new(key, fact), out),
        (Fact::ProfileChanged(fact), _) => write(&ProfileBody::new(key, fact), out),
        (Fact::OrderPlaced(fact), 1) => write(&OrderBody::new(key, fact), out),
        (Fact::OrderPlaced(fact), _) => write(&v2::order::OrderBody::new(key, fact), out),
        (Fact::OrderReturned(fact), 1) => write(&ReturnBody::new(key, fact), out),
        (Fact::OrderReturned(fact), _) => write(&v2::order::ReturnBody::new(key, fact), out),
        (Fact::RedemptionRequested(fact), 1) => write(&RedemptionBody::new(key, fact), out),
        (Fact::RedemptionRequested(fact), _) => write(&v2::request::RedemptionBody::new(key, fact), out),
        (Fact::ReversalRequested(fact), _) => write(&ReversalBody::new(key, fact), out),
        (Fact::AdjustmentRequested(fact), _) => write(&AdjustmentBody::new(key, fact), out),
        (Fact::ProgrammePublished(fact), _) => write(&PublicationBody::new(key, fact), out),
        (Fact::OrderFulfilled(fact), _) => write(&FulfilmentBody::new(key, fact), out),
        (Fact::ActivityRecorded(fact), _) => write(&ActivityBody::new(key, fact), out),
        (Fact::HoldRequested(fact), _) => write(&HoldBody::new(key, fact), out),
        (Fact::CaptureRequested(fact), _) => write(&CaptureBody::new(key, fact), out),
        (Fact::ReleaseRequested(fact), _) => write(&ReleaseBody::new(key, fact), out),
        (Fact::VoucherPresented(fact), _) => write(&VoucherUseBody::new(key, fact), out),
        (Fact::TransferRequested(fact), _) => write(&TransferBody::new(key, fact), out),
        (Fact::PointsPurchased(fact), _) => write(&PurchaseBody::new(key, fact), out),
        (Fact::WriteOffRequested(fact), _) => write(&WriteOffBody::new(key, fact), out),
        (Fact::ExpiryChangeRequested(fact), _) => write(&ExpiryChangeBody::new(key, fact), out),
        (Fact::ReinstatementRequested(fact), _) => write(&ReinstatementBody::new(key, fact), out),
        (Fact::MergeRequested(fact), _) => write(&MergeBody::new(key, fact), out),
        (Fact::ClosureRequested(fact), _) => write(&ClosureBody::new(key, fact), out),
        (Fact::BlockRequested(fact), _) => write(&BlockBody::new(key, fact), out),
        (Fact::TierRequested(fact), _) => write(&TierRequestBody::new(key, fact), out),
        (Fact::TierRevoked(fact), _) => write(&TierRevocationBody::new(key, fact), out),
        (Fact::BenefitRequested(fact), _) => write(&BenefitUseBody::new(key, fact), out),
        (Fact::BenefitReturned(fact), _) => write(&BenefitReturnBody::new(key, fact), out),
    }
    stored
}

/// Reads a fact of the kind and version in its record's header. Texts are borrowed from `body`.
///
/// # Errors
/// [`FormatError`]: unknown kind, version or semantics version, a kind that is no fact, or bytes that are no such fact.
pub fn decode_fact<'a>(kind: u16, version: u8, body: &'a [u8]) -> Result<StoredFact<'a>, FormatError> {
    let kind = known(kind, version)?;
    let what = kind.name();
    let (key, fact) = match (kind, version) {
        (RecordKind::MemberEnrolled, 1) => {
            with(read::<ProfileBody<'_>>(what, body)?.load_enrolment(), Fact::MemberEnrolled)
        }
        (RecordKind::MemberEnrolled, _) => {
            with(read::<v2::member::EnrolmentBody<'_>>(what, body)?.load(), Fact::MemberEnrolled)
        }
        (RecordKind::ProfileChanged, _) => {
            with(read::<ProfileBody<'_>>(what, body)?.load(), Fact::ProfileChanged)
        }
        (RecordKind::OrderPlaced, 1) => with(read::<OrderBody<'_>>(what, body)?.load(), Fact::OrderPlaced),
        (RecordKind::OrderPlaced, _) => {
            with(read::<v2::order::OrderBody<'_>>(what, body)?.load(), Fact::OrderPlaced)
        }
        (RecordKind::OrderReturned, 1) => {
            with(read::<ReturnBody<'_>>(what, body)?.load(), Fact::OrderReturned)
        }
        (RecordKind::OrderReturned, _) => {
            with(read::<v2::order::ReturnBody<'_>>(what, body)?.load(), Fact::OrderReturned)
        }
        (RecordKind::RedemptionRequested, 1) => {
            with(read::<RedemptionBody<'_>>(what, body)?.load(), Fact::RedemptionRequested)
        }
        (RecordKind::RedemptionRequested, _) => {
            with(read::<v2::request::RedemptionBody<'_>>(what, body)?.load(), Fact::RedemptionRequested)
        }
        (RecordKind::ReversalRequested, _) => {
            with(read::<ReversalBody<'_>>(what, body)?.load(), Fact::ReversalRequested)
        }
        (RecordKind::AdjustmentRequested, _) => {
            with(read::<AdjustmentBody<'_>>(what, body)?.load(), Fact::AdjustmentRequested)
        }
        (RecordKind::ProgrammePublished, _) => {
            let body: PublicationBody<'_> = read(what, body)?;
            if body.semantics_version != SEMANTICS_VERSION {
                return Err(FormatError::UnknownSemantics { version: body.semantics_version });
            }
            with(body.load(), Fact::ProgrammePublished)
        }
        (RecordKind::OrderFulfilled, _) => {
            with(read::<FulfilmentBody<'_>>(what, body)?.load(), Fact::OrderFulfilled)
        }
        (RecordKind::ActivityRecorded, _) => {
            with(read::<ActivityBody<'_>>(what, body)?.load(), Fact::ActivityRecorded)
        }
        (RecordKind::HoldRequested, _) => with(read::<HoldBody<'_>>(what, body)?.load(), Fact::HoldRequested),
        (RecordKind::CaptureRequested, _) => {
            with(read::<CaptureBody<'_>>(what, body)?.load(), Fact::CaptureRequested)
        }
        (RecordKind::ReleaseRequested, _) => {
            with(read::<ReleaseBody<'_>>(what, body)?.load(), Fact::ReleaseRequested)
        }
        (RecordKind::VoucherPresented, _) => {
            with(read::<VoucherUseBody<'_>>(what, body)?.load(), Fact::VoucherPresented)
        }
        (RecordKind::TransferRequested, _) => {
            with(read::<TransferBody<'_>>(what, body)?.load(), Fact::TransferRequested)
        }
        (RecordKind::PointsPurchased, _) => {
            with(read::<PurchaseBody<'_>>(what, body)?.load(), Fact::PointsPurchased)
        }
        (RecordKind::WriteOffRequested, _) => {
            with(read::<WriteOffBody<'_>>(what, body)?.load(), Fact::WriteOffRequested)
        }
        (RecordKind::ExpiryChangeRequested, _) => {
            with(read::<ExpiryChangeBody<'_>>(what, body)?.load(), Fact::ExpiryChangeRequested)
        }
        (RecordKind::ReinstatementRequested, _) => {
            with(read::<ReinstatementBody<'_>>(what, body)?.load(), Fact::ReinstatementRequested)
        }
        (RecordKind::MergeRequested, _) => {
            with(read::<MergeBody<'_>>(what, body)?.load(), Fact::MergeRequested)
        }
        (RecordKind::ClosureRequested, _) => {
            with(read::<ClosureBody<'_>>(what, body)?.load(), Fact::ClosureRequested)
        }
        (RecordKind::BlockRequested, _) => {
            with(read::<BlockBody<'_>>(what, body)?.load(), Fact::BlockRequested)
        }
        (RecordKind::TierRequested, _) => {
            with(read::<TierRequestBody<'_>>(what, body)?.load(), Fact::TierRequested)
        }
        (RecordKind::TierRevoked, _) => {
            with(read::<TierRevocationBody<'_>>(what, body)?.load(), Fact::TierRevoked)
        }
        (RecordKind::BenefitRequested, _) => {
            with(read::<BenefitUseBody<'_>>(what, body)?.load(), Fact::BenefitRequested)
        }
        (RecordKind::BenefitReturned, _) => {
            with(read::<BenefitReturnBody<'_>>(what, body)?.load(), Fact::BenefitReturned)
        }
        _ => return Err(FormatError::OtherSort { kind: what, wanted: "fact" }),
    };
    Ok(StoredFact { key, fact })
}

/// A body's key and fact, the fact as one of its kind.
fn with<'a, T>((key, fact): (Option<&'a str>, T), kind: fn(T) -> Fact<'a>) -> (Option<&'a str>, Fact<'a>) {
    (key, kind(fact))
}
