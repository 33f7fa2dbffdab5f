//! Facts, decisions and member names to bodies and back: one line per kind and version.
//!
//! The record's kind, version and effective time are in its header, which the caller keeps.

mod decision;
mod fact;

use tallybook_core::ids::is_name;

use crate::error::FormatError;
use crate::kind::RecordKind;
use crate::messagepack::Writer;
use crate::v1::member::NamedBody;
use crate::version::RecordType;
use crate::wire::{NO_TIME, Shape, read};

pub use decision::{decode_decision, encode_decision, with_decision};
pub use fact::{StoredFact, decode_fact, encode_fact};

/// Appends the body of the record that gives a member's dense number its name, and gives its kind and version.
pub fn encode_member_named(name: &str, out: &mut Vec<u8>) -> RecordType {
    NamedBody::put(&name, &mut Writer::new(NO_TIME, out));
    RecordType::MEMBER_NAMED
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
    let name: &str = read(what, NO_TIME, body, NamedBody::take)?;
    if !is_name(name) {
        return Err(FormatError::Malformed { what, why: "this cannot name a member".to_owned() });
    }
    Ok(name)
}

/// The kind of a header whose version is one that this release reads.
fn known(kind: u16, version: u8) -> Result<RecordKind, FormatError> {
    let kind = RecordKind::from_number(kind)?;
    if (1..=kind.newest_version()).contains(&version) {
        Ok(kind)
    } else {
        Err(FormatError::UnknownVersion { what: kind.name(), version })
    }
}
