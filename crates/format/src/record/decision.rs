//! Decisions.

use serde::Deserialize;
use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, MergedFrom, TierChanged};

use super::known;
use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::state::{WHAT as STATE, disorder, unreadable};
use crate::stored::Stored;
use crate::v1::benefit::{BenefitRestoredBody, BenefitUsedBody};
use crate::v1::clawback::ClawedBody;
use crate::v1::correction::{ExpiryChangedBody, ReinstatedBody, WrittenOffBody};
use crate::v1::doings::{CancelledBody, ReferralBody, ReferralCancelledBody, RenewedBody};
use crate::v1::earning::{EarnedBody, MetricEntry, NewLot};
use crate::v1::hold::{CapturedBody, PlacedBody, ReleasedBody, VoucherUsedBody};
use crate::v1::spending::{ActivatedBody, ArrearsBody, DebitedBody, ExpiredBody, RedeemedBody, ReversedBody};
use crate::v1::standing::{BlockSetBody, ClosedBody, MergedFromBody, MergedIntoBody};
use crate::v1::tier::{CarriedBody, GrantEndedBody, GrantedBody, TierBody};
use crate::v1::transfer::{ReceivedBody, SentBody};
use crate::v2;
use crate::v3;
use crate::version::{RecordType, reason_is_newer, share_is_newer, trigger_is_newer};
use crate::wire::{read, write};

type SecondEarnedBody = v2::earning::EarnedBody<MetricEntry>;

/// Appends a decision's body to `out` and gives the kind and version for the record's header, which are those of
/// [`RecordType::of_decision`]. `effective_at` is that of the header.
pub fn encode_decision(effective_at: Instant, decision: &Decision, out: &mut Vec<u8>) -> RecordType {
    let stored = RecordType::of_decision(decision);
    match (decision, stored.version) {
        (Decision::MemberJoined, _) => write(&[(); 0], out),
        (Decision::PointsEarned(earned), 1) => write(&EarnedBody::new(effective_at, earned), out),
        (Decision::PointsEarned(earned), 2) => {
            write(&SecondEarnedBody::new(effective_at, earned), out);
        }
        (Decision::PointsEarned(earned), _) => {
            write(&v3::earning::EarnedBody::new(effective_at, earned), out);
        }
        (Decision::PointsActivated(activated), _) => match &activated.term {
            None => write(&ActivatedBody::store(activated), out),
            Some(term) => write(&v2::spending::ActivatedBody::new(activated, term), out),
        },
        (Decision::ArrearsPaid(paid), _) => write(&ArrearsBody::store(paid), out),
        (Decision::Redeemed(redeemed), 1) => write(&RedeemedBody::store(redeemed), out),
        (Decision::Redeemed(redeemed), _) => write(&v2::spending::RedeemedBody::store(redeemed), out),
        (Decision::RedemptionReversed(reversed), 1) => write(&ReversedBody::store(reversed), out),
        (Decision::RedemptionReversed(reversed), _) => {
            write(&v2::spending::ReversedBody::store(reversed), out);
        }
        (Decision::Expired(expired), _) => write(&ExpiredBody::store(expired), out),
        (Decision::ClawedBack(clawed), 1) => write(&ClawedBody::store(clawed), out),
        (Decision::ClawedBack(clawed), 2) => write(&v2::clawback::ClawedBody::store(clawed), out),
        (Decision::ClawedBack(clawed), _) => write(&v3::clawback::ClawedBody::store(clawed), out),
        (Decision::Credited(credited), 1) => write(&NewLot::new(effective_at, &credited.lot), out),
        (Decision::Credited(credited), _) => {
            write(&v2::earning::CreditedBody::new(effective_at, credited), out);
        }
        (Decision::Debited(debited), 1) => write(&DebitedBody::store(debited), out),
        (Decision::Debited(debited), _) => write(&v2::spending::DebitedBody::store(debited), out),
        (Decision::TierChanged(changed), 1) => write(&TierBody::store(changed), out),
        (Decision::TierChanged(changed), _) => write(&v2::tier::TierBody::store(changed), out),
        (Decision::LotCancelled(cancelled), _) => write(&CancelledBody::store(cancelled), out),
        (Decision::Renewed(renewed), _) => write(&RenewedBody::store(renewed), out),
        (Decision::ReferralPaid(paid), 1) => write(&ReferralBody::store(paid), out),
        (Decision::ReferralPaid(paid), _) => write(&v2::doings::ReferralBody::store(paid), out),
        (Decision::ReferralCancelled(cancelled), _) => write(&ReferralCancelledBody::store(cancelled), out),
        (Decision::HoldPlaced(placed), _) => write(&PlacedBody::store(placed), out),
        (Decision::HoldCaptured(captured), _) => write(&CapturedBody::store(captured), out),
        (Decision::HoldReleased(released), _) => write(&ReleasedBody::store(released), out),
        (Decision::VoucherUsed(code), _) => write(&VoucherUsedBody::store(code), out),
        (Decision::TransferSent(sent), _) => write(&SentBody::store(sent), out),
        (Decision::TransferReceived(received), _) => write(&ReceivedBody::new(effective_at, received), out),
        (Decision::WrittenOff(off), _) => write(&WrittenOffBody::store(off), out),
        (Decision::ExpiryChanged(changed), _) => write(&ExpiryChangedBody::store(changed), out),
        (Decision::Reinstated(reinstated), _) => write(&ReinstatedBody::new(effective_at, reinstated), out),
        (Decision::MergedInto(merged), _) => write(&MergedIntoBody::store(merged), out),
        (Decision::MergedFrom(merged), 1) => write(&MergedFromBody::new(merged), out),
        (Decision::MergedFrom(merged), _) => write(&v2::standing::MergedFromBody::new(merged), out),
        (Decision::Closed(closed), _) => write(&ClosedBody::store(closed), out),
        (Decision::BlockSet(block), _) => write(&BlockSetBody::store(block), out),
        (Decision::FiguresCarried(carried), _) => write(&CarriedBody::store(carried), out),
        (Decision::TierGranted(granted), _) => write(&GrantedBody::store(granted), out),
        (Decision::TierGrantEnded(ended), _) => write(&GrantEndedBody::store(ended), out),
        (Decision::BenefitUsed(used), _) => write(&BenefitUsedBody::store(used), out),
        (Decision::BenefitRestored(restored), _) => write(&BenefitRestoredBody::store(restored), out),
    }
    stored
}

/// Reads a decision of the kind, version and effective time in its record's header.
///
/// # Errors
/// [`FormatError`]: unknown kind or version, a kind that is no decision, or bytes that are no such decision.
pub fn decode_decision(
    kind: u16,
    version: u8,
    effective_at: Instant,
    body: &[u8],
) -> Result<Decision, FormatError> {
    let kind = known(kind, version)?;
    let what = kind.name();
    Ok(match (kind, version) {
        (RecordKind::MemberJoined, _) => {
            let []: [(); 0] = read(what, body)?;
            Decision::MemberJoined
        }
        (RecordKind::PointsEarned, 1) => {
            let earned = read::<EarnedBody>(what, body)?.into_earned(effective_at);
            if earned.shares.iter().any(share_is_newer) {
                return Err(unreadable(what, "a rule has a verdict that this version does not have"));
            }
            Decision::PointsEarned(earned)
        }
        (RecordKind::PointsEarned, 2) => {
            let earned = read::<SecondEarnedBody>(what, body)?.into_earned(effective_at);
            if trigger_is_newer(earned.on) {
                return Err(unreadable(what, "the occasion is one that this version does not have"));
            }
            Decision::PointsEarned(earned)
        }
        (RecordKind::PointsEarned, _) => {
            Decision::PointsEarned(read::<v3::earning::EarnedBody>(what, body)?.into_earned(effective_at))
        }
        (RecordKind::PointsActivated, 1) => Decision::PointsActivated(load::<ActivatedBody, _>(what, body)?),
        (RecordKind::PointsActivated, _) => {
            Decision::PointsActivated(read::<v2::spending::ActivatedBody>(what, body)?.into_activated())
        }
        (RecordKind::ArrearsPaid, _) => Decision::ArrearsPaid(load::<ArrearsBody, _>(what, body)?),
        (RecordKind::Redeemed, 1) => Decision::Redeemed(load::<RedeemedBody, _>(what, body)?),
        (RecordKind::Redeemed, _) => Decision::Redeemed(load::<v2::spending::RedeemedBody, _>(what, body)?),
        (RecordKind::RedemptionReversed, 1) => {
            Decision::RedemptionReversed(load::<ReversedBody, _>(what, body)?)
        }
        (RecordKind::RedemptionReversed, _) => {
            Decision::RedemptionReversed(load::<v2::spending::ReversedBody<'_>, _>(what, body)?)
        }
        (RecordKind::Expired, _) => Decision::Expired(load::<ExpiredBody, _>(what, body)?),
        (RecordKind::ClawedBack, 1) => Decision::ClawedBack(load::<ClawedBody, _>(what, body)?),
        (RecordKind::ClawedBack, 2) => Decision::ClawedBack(load::<v2::clawback::ClawedBody, _>(what, body)?),
        (RecordKind::ClawedBack, _) => Decision::ClawedBack(load::<v3::clawback::ClawedBody, _>(what, body)?),
        (RecordKind::Credited, 1) => {
            Decision::Credited(read::<NewLot>(what, body)?.into_credited(effective_at))
        }
        (RecordKind::Credited, _) => {
            Decision::Credited(read::<v2::earning::CreditedBody>(what, body)?.into_credited(effective_at))
        }
        (RecordKind::Debited, 1) => Decision::Debited(load::<DebitedBody, _>(what, body)?),
        (RecordKind::Debited, _) => Decision::Debited(load::<v2::spending::DebitedBody, _>(what, body)?),
        (RecordKind::TierChanged, 1) => {
            let changed: TierChanged = load::<TierBody, _>(what, body)?;
            if reason_is_newer(changed.why) {
                return Err(unreadable(what, "the reason is one that this version does not have"));
            }
            Decision::TierChanged(changed)
        }
        (RecordKind::TierChanged, _) => Decision::TierChanged(load::<v2::tier::TierBody, _>(what, body)?),
        (RecordKind::LotCancelled, _) => Decision::LotCancelled(load::<CancelledBody, _>(what, body)?),
        (RecordKind::Renewed, _) => Decision::Renewed(load::<RenewedBody, _>(what, body)?),
        (RecordKind::ReferralPaid, 1) => Decision::ReferralPaid(load::<ReferralBody<'_>, _>(what, body)?),
        (RecordKind::ReferralPaid, _) => {
            Decision::ReferralPaid(load::<v2::doings::ReferralBody<'_>, _>(what, body)?)
        }
        (RecordKind::ReferralCancelled, _) => {
            Decision::ReferralCancelled(load::<ReferralCancelledBody, _>(what, body)?)
        }
        (RecordKind::HoldPlaced, _) => Decision::HoldPlaced(load::<PlacedBody<'_>, _>(what, body)?),
        (RecordKind::HoldCaptured, _) => Decision::HoldCaptured(load::<CapturedBody<'_>, _>(what, body)?),
        (RecordKind::HoldReleased, _) => Decision::HoldReleased(load::<ReleasedBody<'_>, _>(what, body)?),
        (RecordKind::VoucherUsed, _) => Decision::VoucherUsed(load::<VoucherUsedBody, _>(what, body)?),
        (RecordKind::TransferSent, _) => Decision::TransferSent(load::<SentBody<'_>, _>(what, body)?),
        (RecordKind::TransferReceived, _) => {
            Decision::TransferReceived(read::<ReceivedBody<'_>>(what, body)?.into_received(effective_at))
        }
        (RecordKind::WrittenOff, _) => Decision::WrittenOff(load::<WrittenOffBody, _>(what, body)?),
        (RecordKind::ExpiryChanged, _) => Decision::ExpiryChanged(load::<ExpiryChangedBody, _>(what, body)?),
        (RecordKind::Reinstated, _) => {
            Decision::Reinstated(read::<ReinstatedBody>(what, body)?.into_reinstated(effective_at))
        }
        (RecordKind::MergedInto, _) => Decision::MergedInto(load::<MergedIntoBody<'_>, _>(what, body)?),
        (RecordKind::MergedFrom, 1) => {
            let body: MergedFromBody<'_> = read(what, body)?;
            check_state_version(body.state.version, MergedFromBody::STATE_VERSION)?;
            Decision::MergedFrom(searchable(what, body.into_merged())?)
        }
        (RecordKind::MergedFrom, _) => {
            let body: v2::standing::MergedFromBody<'_> = read(what, body)?;
            check_state_version(body.state.version, v2::standing::MergedFromBody::STATE_VERSION)?;
            Decision::MergedFrom(searchable(what, body.into_merged())?)
        }
        (RecordKind::Closed, _) => Decision::Closed(load::<ClosedBody, _>(what, body)?),
        (RecordKind::BlockSet, _) => Decision::BlockSet(load::<BlockSetBody, _>(what, body)?),
        (RecordKind::FiguresCarried, _) => Decision::FiguresCarried(load::<CarriedBody, _>(what, body)?),
        (RecordKind::TierGranted, _) => Decision::TierGranted(load::<GrantedBody, _>(what, body)?),
        (RecordKind::TierGrantEnded, _) => Decision::TierGrantEnded(load::<GrantEndedBody, _>(what, body)?),
        (RecordKind::BenefitUsed, _) => Decision::BenefitUsed(load::<BenefitUsedBody, _>(what, body)?),
        (RecordKind::BenefitRestored, _) => {
            Decision::BenefitRestored(load::<BenefitRestoredBody, _>(what, body)?)
        }
        _ => return Err(FormatError::OtherSort { kind: what, wanted: "decision" }),
    })
}

/// Reads a body that says all by itself.
fn load<'a, B, C>(what: &'static str, body: &'a [u8]) -> Result<C, FormatError>
where
    B: Stored<'a, C> + Deserialize<'a>,
{
    Ok(read::<B>(what, body)?.load())
}

/// Refuses a merge whose state is not of the version that goes with the body's.
fn check_state_version(version: u8, known: u8) -> Result<(), FormatError> {
    if version == known { Ok(()) } else { Err(FormatError::UnknownVersion { what: STATE, version }) }
}

/// Refuses a merge of a state that cannot be searched.
fn searchable(what: &'static str, merged: MergedFrom) -> Result<MergedFrom, FormatError> {
    disorder(&merged.state).map_or(Ok(merged), |why| Err(unreadable(what, why)))
}
