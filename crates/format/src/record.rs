//! Facts, decisions and member names to bodies and back: one line per kind.
//!
//! The record's kind, version and effective time are in its header, which the caller keeps.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::SEMANTICS_VERSION;
use tallybook_core::event::Decision;
use tallybook_core::fact::{Enrolment, Fact};
use tallybook_core::ids::is_name;

use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::v1::clawback::ClawedBody;
use crate::v1::earning::{EarnedBody, NewLot};
use crate::v1::member::{NamedBody, ProfileBody};
use crate::v1::order::{OrderBody, ReturnBody};
use crate::v1::programme::PublicationBody;
use crate::v1::request::{AdjustmentBody, RedemptionBody, ReversalBody};
use crate::v1::spending::{DebitedBody, LotBody, RedeemedBody, ReversedBody};
use crate::v1::tier::TierBody;
use crate::wire::{Text, read, write};

/// A fact as it is stored: with the idempotency key that it came under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFact<'a> {
    /// The caller's key; `None` stands for the fact's [natural key](Fact::natural_key).
    pub key: Option<&'a str>,
    /// The fact, its texts borrowed from the body.
    pub fact: Fact<'a>,
}

/// Appends a fact's body to `out` and gives the kind for the record's header. The version is
/// [`RecordKind::version`]. `key` is `None` where it is the fact's [natural key](Fact::natural_key).
pub fn encode_fact(key: Option<&str>, fact: &Fact<'_>, out: &mut Vec<u8>) -> RecordKind {
    match fact {
        Fact::MemberEnrolled(enrolment) => write(&ProfileBody::new(key, &enrolment.profile), out),
        Fact::ProfileChanged(profile) => write(&ProfileBody::new(key, profile), out),
        Fact::OrderPlaced(order) => write(&OrderBody::new(key, order), out),
        Fact::OrderReturned(ret) => write(&ReturnBody::new(key, ret), out),
        Fact::RedemptionRequested(redemption) => write(&RedemptionBody::new(key, redemption), out),
        Fact::ReversalRequested(reversal) => write(&ReversalBody::new(key, reversal), out),
        Fact::AdjustmentRequested(adjustment) => write(&AdjustmentBody::new(key, adjustment), out),
        Fact::ProgrammePublished(publication) => write(&PublicationBody::new(key, publication), out),
    }
    RecordKind::of_fact(fact)
}

/// Reads a fact of the kind and version in its record's header. Texts are borrowed from `body`.
///
/// # Errors
/// [`FormatError`]: unknown kind, version or semantics version, a kind that is no fact, or bytes that are no such fact.
pub fn decode_fact<'a>(kind: u16, version: u8, body: &'a [u8]) -> Result<StoredFact<'a>, FormatError> {
    let kind = known(kind, version)?;
    let what = kind.name();
    let stored = |key: Option<Text<'a>>, fact| Ok(StoredFact { key: key.map(|k| k.0), fact });
    match kind {
        RecordKind::MemberEnrolled => {
            let body: ProfileBody<'a> = read(what, body)?;
            stored(body.key, Fact::MemberEnrolled(Enrolment { profile: body.into_profile() }))
        }
        RecordKind::ProfileChanged => {
            let body: ProfileBody<'a> = read(what, body)?;
            stored(body.key, Fact::ProfileChanged(body.into_profile()))
        }
        RecordKind::OrderPlaced => {
            let body: OrderBody<'a> = read(what, body)?;
            stored(body.key, Fact::OrderPlaced(body.into_order()))
        }
        RecordKind::OrderReturned => {
            let body: ReturnBody<'a> = read(what, body)?;
            stored(body.key, Fact::OrderReturned(body.into_return()))
        }
        RecordKind::RedemptionRequested => {
            let body: RedemptionBody<'a> = read(what, body)?;
            stored(body.key, Fact::RedemptionRequested(body.into_redemption()))
        }
        RecordKind::ReversalRequested => {
            let body: ReversalBody<'a> = read(what, body)?;
            stored(body.key, Fact::ReversalRequested(body.into_reversal()))
        }
        RecordKind::AdjustmentRequested => {
            let body: AdjustmentBody<'a> = read(what, body)?;
            stored(body.key, Fact::AdjustmentRequested(body.into_adjustment()))
        }
        RecordKind::ProgrammePublished => {
            let body: PublicationBody<'a> = read(what, body)?;
            if body.semantics_version != SEMANTICS_VERSION {
                return Err(FormatError::UnknownSemantics { version: body.semantics_version });
            }
            stored(body.key, Fact::ProgrammePublished(body.into_publication()))
        }
        _ => Err(FormatError::OtherSort { kind: what, wanted: "fact" }),
    }
}

/// Appends a decision's body to `out` and gives the kind for the record's header. The version is
/// [`RecordKind::version`]. `effective_at` is that of the header.
pub fn encode_decision(effective_at: Instant, decision: &Decision, out: &mut Vec<u8>) -> RecordKind {
    match decision {
        Decision::MemberJoined => write(&[(); 0], out),
        Decision::PointsEarned(earned) => write(&EarnedBody::new(effective_at, earned), out),
        Decision::PointsActivated(activated) => write(&LotBody::from(activated), out),
        Decision::ArrearsPaid(paid) => write(&LotBody::from(paid), out),
        Decision::Redeemed(redeemed) => write(&RedeemedBody::from(redeemed), out),
        Decision::RedemptionReversed(reversed) => write(&ReversedBody::from(reversed), out),
        Decision::Expired(expired) => write(&LotBody::from(expired), out),
        Decision::ClawedBack(clawed) => write(&ClawedBody::from(clawed), out),
        Decision::Credited(lot) => write(&NewLot::new(effective_at, lot), out),
        Decision::Debited(debited) => write(&DebitedBody::from(debited), out),
        Decision::TierChanged(changed) => write(&TierBody::from(changed), out),
    }
    RecordKind::of_decision(decision)
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
    Ok(match kind {
        RecordKind::MemberJoined => {
            let []: [(); 0] = read(what, body)?;
            Decision::MemberJoined
        }
        RecordKind::PointsEarned => {
            Decision::PointsEarned(read::<EarnedBody>(what, body)?.into_earned(effective_at))
        }
        RecordKind::PointsActivated => Decision::PointsActivated(read::<LotBody>(what, body)?.into()),
        RecordKind::ArrearsPaid => Decision::ArrearsPaid(read::<LotBody>(what, body)?.into()),
        RecordKind::Redeemed => Decision::Redeemed(read::<RedeemedBody>(what, body)?.into()),
        RecordKind::RedemptionReversed => {
            Decision::RedemptionReversed(read::<ReversedBody>(what, body)?.into())
        }
        RecordKind::Expired => Decision::Expired(read::<LotBody>(what, body)?.into()),
        RecordKind::ClawedBack => Decision::ClawedBack(read::<ClawedBody>(what, body)?.into()),
        RecordKind::Credited => Decision::Credited(read::<NewLot>(what, body)?.into_lot(effective_at)),
        RecordKind::Debited => Decision::Debited(read::<DebitedBody>(what, body)?.into()),
        RecordKind::TierChanged => Decision::TierChanged(read::<TierBody>(what, body)?.into()),
        _ => return Err(FormatError::OtherSort { kind: what, wanted: "decision" }),
    })
}

/// Appends the body of the record that gives a member's dense number its name, and gives its kind.
pub fn encode_member_named(name: &str, out: &mut Vec<u8>) -> RecordKind {
    write(&NamedBody { name: Text(name) }, out);
    RecordKind::MemberNamed
}

/// Reads a member's name, borrowed from `body`.
///
/// # Errors
/// [`FormatError`]: unknown version, another kind, or bytes that are no member's name.
pub fn decode_member_named(kind: u16, version: u8, body: &[u8]) -> Result<&str, FormatError> {
    let kind = known(kind, version)?;
    let what = kind.name();
    if kind != RecordKind::MemberNamed {
        return Err(FormatError::OtherSort { kind: what, wanted: "member's name" });
    }
    let NamedBody { name: Text(name) } = read(what, body)?;
    if !is_name(name) {
        return Err(FormatError::Malformed { what, why: "this cannot name a member".to_owned() });
    }
    Ok(name)
}

fn known(kind: u16, version: u8) -> Result<RecordKind, FormatError> {
    let kind = RecordKind::from_number(kind)?;
    if (1..=kind.version()).contains(&version) {
        Ok(kind)
    } else {
        Err(FormatError::UnknownVersion { what: kind.name(), version })
    }
}
