//! Decisions.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, MergedFrom, TierChanged};

use super::known;
use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::messagepack::{Reader, Taken, Writer, Wrong};
use crate::state::disorder;
use crate::v1::benefit::{BenefitRestoredBody, BenefitUsedBody};
use crate::v1::clawback::ClawedBody;
use crate::v1::correction::{ExpiryChangedBody, ReinstatedBody, WrittenOffBody};
use crate::v1::doings::{CancelledBody, ReferralBody, ReferralCancelledBody, RenewedBody};
use crate::v1::earning::{CreditedBody, EarnedBody, MetricEntry};
use crate::v1::hold::{CapturedBody, PlacedBody, ReleasedBody, VoucherUsedBody};
use crate::v1::spending::{ActivatedBody, ArrearsBody, DebitedBody, ExpiredBody, RedeemedBody, ReversedBody};
use crate::v1::standing::{BlockSetBody, ClosedBody, MergedFromBody, MergedIntoBody};
use crate::v1::tier::{CarriedBody, GrantEndedBody, GrantedBody, TierBody};
use crate::v1::transfer::{ReceivedBody, SentBody};
use crate::v2;
use crate::v3;
use crate::version::{RecordType, reason_is_newer, share_is_newer, trigger_is_newer};
use crate::wire::{NoFields, Shape, read};

type SecondEarnedBody = v2::earning::EarnedBody<MetricEntry>;

/// Appends a decision's body to `out` and gives the kind and version for the record's header, which are those of
/// [`RecordType::of_decision`]. `effective_at` is that of the header.
pub fn encode_decision(effective_at: Instant, decision: &Decision, out: &mut Vec<u8>) -> RecordType {
    let stored = RecordType::of_decision(decision);
    let out = &mut Writer::new(effective_at, out);
    match (decision, stored.version) {
        (Decision::MemberJoined, _) => NoFields::put(&(), out),
        (Decision::PointsEarned(earned), 1) => EarnedBody::put(earned, out),
        (Decision::PointsEarned(earned), 2) => {
            SecondEarnedBody::put(earned, out);
        }
        (Decision::PointsEarned(earned), _) => {
            v3::earning::EarnedBody::put(earned, out);
        }
        (Decision::PointsActivated(activated), 1) => ActivatedBody::put(activated, out),
        (Decision::PointsActivated(activated), _) => {
            v2::spending::ActivatedBody::put(activated, out);
        }
        (Decision::ArrearsPaid(paid), _) => ArrearsBody::put(paid, out),
        (Decision::Redeemed(redeemed), 1) => RedeemedBody::put(redeemed, out),
        (Decision::Redeemed(redeemed), _) => v2::spending::RedeemedBody::put(redeemed, out),
        (Decision::RedemptionReversed(reversed), 1) => ReversedBody::put(reversed, out),
        (Decision::RedemptionReversed(reversed), _) => {
            v2::spending::ReversedBody::put(reversed, out);
        }
        (Decision::Expired(expired), _) => ExpiredBody::put(expired, out),
        (Decision::ClawedBack(clawed), 1) => ClawedBody::put(clawed, out),
        (Decision::ClawedBack(clawed), 2) => v2::clawback::ClawedBody::put(clawed, out),
        (Decision::ClawedBack(clawed), _) => v3::clawback::ClawedBody::put(clawed, out),
        (Decision::Credited(credited), 1) => CreditedBody::put(credited, out),
        (Decision::Credited(credited), _) => {
            v2::earning::CreditedBody::put(credited, out);
        }
        (Decision::Debited(debited), 1) => DebitedBody::put(debited, out),
        (Decision::Debited(debited), _) => v2::spending::DebitedBody::put(debited, out),
        (Decision::TierChanged(changed), 1) => TierBody::put(changed, out),
        (Decision::TierChanged(changed), _) => v2::tier::TierBody::put(changed, out),
        (Decision::LotCancelled(cancelled), _) => CancelledBody::put(cancelled, out),
        (Decision::Renewed(renewed), _) => RenewedBody::put(renewed, out),
        (Decision::ReferralPaid(paid), 1) => ReferralBody::put(paid, out),
        (Decision::ReferralPaid(paid), _) => v2::doings::ReferralBody::put(paid, out),
        (Decision::ReferralCancelled(cancelled), _) => ReferralCancelledBody::put(cancelled, out),
        (Decision::HoldPlaced(placed), _) => PlacedBody::put(placed, out),
        (Decision::HoldCaptured(captured), _) => CapturedBody::put(captured, out),
        (Decision::HoldReleased(released), _) => ReleasedBody::put(released, out),
        (Decision::VoucherUsed(code), _) => VoucherUsedBody::put(code, out),
        (Decision::TransferSent(sent), _) => SentBody::put(sent, out),
        (Decision::TransferReceived(received), _) => ReceivedBody::put(received, out),
        (Decision::WrittenOff(off), _) => WrittenOffBody::put(off, out),
        (Decision::ExpiryChanged(changed), _) => ExpiryChangedBody::put(changed, out),
        (Decision::Reinstated(reinstated), _) => ReinstatedBody::put(reinstated, out),
        (Decision::MergedInto(merged), _) => MergedIntoBody::put(merged, out),
        (Decision::MergedFrom(merged), 1) => MergedFromBody::put(merged, out),
        (Decision::MergedFrom(merged), _) => v2::standing::MergedFromBody::put(merged, out),
        (Decision::Closed(closed), _) => ClosedBody::put(closed, out),
        (Decision::BlockSet(block), _) => BlockSetBody::put(block, out),
        (Decision::FiguresCarried(carried), _) => CarriedBody::put(carried, out),
        (Decision::TierGranted(granted), _) => GrantedBody::put(granted, out),
        (Decision::TierGrantEnded(ended), _) => GrantEndedBody::put(ended, out),
        (Decision::BenefitUsed(used), _) => BenefitUsedBody::put(used, out),
        (Decision::BenefitRestored(restored), _) => BenefitRestoredBody::put(restored, out),
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
    read(kind.name(), effective_at, body, |reader| take(kind, version, reader))
}

/// Reads a decision as [`decode_decision`] does and shows it, which spares moving it: decisions are large.
///
/// # Errors
/// As [`decode_decision`]; nothing is shown then.
pub fn with_decision<T>(
    kind: u16,
    version: u8,
    effective_at: Instant,
    body: &[u8],
    show: impl FnOnce(&Decision) -> T,
) -> Result<T, FormatError> {
    let kind = known(kind, version)?;
    let mut reader = Reader::new(effective_at, body);
    match take(kind, version, &mut reader) {
        Ok(decision) if reader.is_at_end() => Ok(show(&decision)),
        Ok(_) => Err(FormatError::TrailingBytes { what: kind.name() }),
        Err(wrong) => Err(wrong.of(kind.name())),
    }
}

fn take(kind: RecordKind, version: u8, reader: &mut Reader<'_>) -> Taken<Decision> {
    Ok(match (kind, version) {
        (RecordKind::MemberJoined, _) => {
            NoFields::take(reader)?;
            Decision::MemberJoined
        }
        (RecordKind::PointsEarned, 1) => {
            let earned = EarnedBody::take(reader)?;
            if earned.shares.iter().any(share_is_newer) {
                return Err(Wrong::new("a rule has a verdict that this version does not have"));
            }
            Decision::PointsEarned(earned)
        }
        (RecordKind::PointsEarned, 2) => {
            let earned = SecondEarnedBody::take(reader)?;
            if trigger_is_newer(earned.on) {
                return Err(Wrong::new("the occasion is one that this version does not have"));
            }
            Decision::PointsEarned(earned)
        }
        (RecordKind::PointsEarned, _) => Decision::PointsEarned(v3::earning::EarnedBody::take(reader)?),
        (RecordKind::PointsActivated, 1) => Decision::PointsActivated(ActivatedBody::take(reader)?),
        (RecordKind::PointsActivated, _) => {
            Decision::PointsActivated(v2::spending::ActivatedBody::take(reader)?)
        }
        (RecordKind::ArrearsPaid, _) => Decision::ArrearsPaid(ArrearsBody::take(reader)?),
        (RecordKind::Redeemed, 1) => Decision::Redeemed(RedeemedBody::take(reader)?),
        (RecordKind::Redeemed, _) => Decision::Redeemed(v2::spending::RedeemedBody::take(reader)?),
        (RecordKind::RedemptionReversed, 1) => Decision::RedemptionReversed(ReversedBody::take(reader)?),
        (RecordKind::RedemptionReversed, _) => {
            Decision::RedemptionReversed(v2::spending::ReversedBody::take(reader)?)
        }
        (RecordKind::Expired, _) => Decision::Expired(ExpiredBody::take(reader)?),
        (RecordKind::ClawedBack, 1) => Decision::ClawedBack(ClawedBody::take(reader)?),
        (RecordKind::ClawedBack, 2) => Decision::ClawedBack(v2::clawback::ClawedBody::take(reader)?),
        (RecordKind::ClawedBack, _) => Decision::ClawedBack(v3::clawback::ClawedBody::take(reader)?),
        (RecordKind::Credited, 1) => Decision::Credited(CreditedBody::take(reader)?),
        (RecordKind::Credited, _) => Decision::Credited(v2::earning::CreditedBody::take(reader)?),
        (RecordKind::Debited, 1) => Decision::Debited(DebitedBody::take(reader)?),
        (RecordKind::Debited, _) => Decision::Debited(v2::spending::DebitedBody::take(reader)?),
        (RecordKind::TierChanged, 1) => {
            let changed: TierChanged = TierBody::take(reader)?;
            if reason_is_newer(changed.why) {
                return Err(Wrong::new("the reason is one that this version does not have"));
            }
            Decision::TierChanged(changed)
        }
        (RecordKind::TierChanged, _) => Decision::TierChanged(v2::tier::TierBody::take(reader)?),
        (RecordKind::LotCancelled, _) => Decision::LotCancelled(CancelledBody::take(reader)?),
        (RecordKind::Renewed, _) => Decision::Renewed(RenewedBody::take(reader)?),
        (RecordKind::ReferralPaid, 1) => Decision::ReferralPaid(ReferralBody::take(reader)?),
        (RecordKind::ReferralPaid, _) => Decision::ReferralPaid(v2::doings::ReferralBody::take(reader)?),
        (RecordKind::ReferralCancelled, _) => {
            Decision::ReferralCancelled(ReferralCancelledBody::take(reader)?)
        }
        (RecordKind::HoldPlaced, _) => Decision::HoldPlaced(PlacedBody::take(reader)?),
        (RecordKind::HoldCaptured, _) => Decision::HoldCaptured(CapturedBody::take(reader)?),
        (RecordKind::HoldReleased, _) => Decision::HoldReleased(ReleasedBody::take(reader)?),
        (RecordKind::VoucherUsed, _) => Decision::VoucherUsed(VoucherUsedBody::take(reader)?),
        (RecordKind::TransferSent, _) => Decision::TransferSent(SentBody::take(reader)?),
        (RecordKind::TransferReceived, _) => Decision::TransferReceived(ReceivedBody::take(reader)?),
        (RecordKind::WrittenOff, _) => Decision::WrittenOff(WrittenOffBody::take(reader)?),
        (RecordKind::ExpiryChanged, _) => Decision::ExpiryChanged(ExpiryChangedBody::take(reader)?),
        (RecordKind::Reinstated, _) => Decision::Reinstated(ReinstatedBody::take(reader)?),
        (RecordKind::MergedInto, _) => Decision::MergedInto(MergedIntoBody::take(reader)?),
        (RecordKind::MergedFrom, 1) => {
            let merged = MergedFromBody::take(reader)?;
            Decision::MergedFrom(searchable(merged)?)
        }
        (RecordKind::MergedFrom, _) => {
            let merged = v2::standing::MergedFromBody::take(reader)?;
            Decision::MergedFrom(searchable(merged)?)
        }
        (RecordKind::Closed, _) => Decision::Closed(ClosedBody::take(reader)?),
        (RecordKind::BlockSet, _) => Decision::BlockSet(BlockSetBody::take(reader)?),
        (RecordKind::FiguresCarried, _) => Decision::FiguresCarried(CarriedBody::take(reader)?),
        (RecordKind::TierGranted, _) => Decision::TierGranted(GrantedBody::take(reader)?),
        (RecordKind::TierGrantEnded, _) => Decision::TierGrantEnded(GrantEndedBody::take(reader)?),
        (RecordKind::BenefitUsed, _) => Decision::BenefitUsed(BenefitUsedBody::take(reader)?),
        (RecordKind::BenefitRestored, _) => Decision::BenefitRestored(BenefitRestoredBody::take(reader)?),
        _ => {
            return Err(Wrong::other(FormatError::OtherSort { kind: kind.name(), wanted: "decision" }));
        }
    })
}

/// Refuses a merge of a state that cannot be searched.
fn searchable(merged: MergedFrom) -> Taken<MergedFrom> {
    disorder(&merged.state).map_or(Ok(merged), |why| Err(Wrong::new(why)))
}
