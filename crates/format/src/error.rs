//! Why stored bytes cannot be read.
//!
//! Every case means either that a later release wrote the bytes, or that they are damaged in a way that their checksum
//! does not show. Nothing here is a refusal: no caller's command leads to it.

use thiserror::Error;

/// A body or state that this release cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormatError {
    /// No record has this kind, or only a later release knows it.
    #[error("record kind {kind} is unknown; a later release may have written it")]
    UnknownKind {
        /// As in the record header.
        kind: u16,
    },
    /// The kind is known, and this version of its body is not.
    #[error("version {version} of {what} is unknown; a later release may have written it")]
    UnknownVersion {
        /// The kind's name, or `MemberState`.
        what: &'static str,
        /// As stored.
        version: u8,
    },
    /// The record is of another sort than what was asked for.
    #[error("a {kind} record is no {wanted}")]
    OtherSort {
        /// The record's kind.
        kind: &'static str,
        /// `fact`, `decision` or `member's name`.
        wanted: &'static str,
    },
    /// A programme was published under a semantics version that this release cannot judge by.
    #[error("semantics version {version} is unknown; a later release may have published the programme")]
    UnknownSemantics {
        /// As stored.
        version: u16,
    },
    /// The bytes are not what the kind's table says.
    #[error("the stored {what} is malformed: {why}")]
    Malformed {
        /// The kind's name, or `MemberState`.
        what: &'static str,
        /// What is wrong.
        why: String,
    },
    /// Something follows the array.
    #[error("the stored {what} has bytes after its end")]
    TrailingBytes {
        /// The kind's name, or `MemberState`.
        what: &'static str,
    },
}
