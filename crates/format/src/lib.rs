//! Facts, decisions and states as stored bytes, and back.
//!
//! A record's header (kind, version, member, times) belongs to the log; this crate gives the kind, the version and the
//! body, which is one MessagePack array. `docs/format.md` lists every array for readers in other languages.
//!
//! Invariants:
//! - equal values have equal bytes, on every machine and in every release that knows them;
//! - what is encoded decodes to the same value, and every byte of a body is used;
//! - a shape that was ever released is never changed: a new shape is a new version beside the old, old bodies are read
//!   for ever, and a body is written in the oldest version that can say it. Frozen fixtures in `tests/fixtures` guard
//!   each shape;
//! - decoding arbitrary bytes neither panics nor takes memory beyond a small multiple of what they hold;
//! - facts borrow their texts from the body they are decoded from.
//!
//! Deliberately absent: files, checksums and record headers (the log's), and any judgement of whether a fact or
//! decision makes sense (the core's).

mod error;
mod fingerprint;
mod kind;
mod messagepack;
mod record;
mod state;
mod stored;
mod v1;
mod v2;
mod v3;
mod version;
mod wire;

pub use error::FormatError;
pub use fingerprint::{FingerprintDomain, fingerprint32, key_fingerprint, subject_fingerprint};
pub use kind::RecordKind;
pub use record::{
    StoredFact, decode_decision, decode_fact, decode_member_named, encode_decision, encode_fact,
    encode_member_named, with_decision,
};
pub use state::{
    LEDGER_STATE_VERSION, STATE_VERSION, decode_ledger_state, decode_state, encode_ledger_state, encode_state,
};
pub use version::RecordType;
