//! Whether stored bodies and headers are exactly what the ledger writes.

use tallybook_core::calendar::Instant;
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_format::{
    RecordType, StoredFact, encode_decision, encode_fact, encode_member_named, key_fingerprint,
    subject_fingerprint,
};
use tallybook_log::{RecordHeader, RecordView};

/// What is wrong with a fact's record, given its content; `is_first` tells the fact that carries the batch's key.
pub(crate) fn fact_fault(
    record: &RecordView<'_>,
    stored: &StoredFact<'_>,
    is_first: bool,
    scratch: &mut Vec<u8>,
) -> Option<Fault> {
    scratch.clear();
    let again = encode_fact(stored.key, &stored.fact, scratch);
    if is_otherwise(record, again, scratch) {
        return Some(Fault::Body);
    }
    if !is_first && stored.key.is_some() {
        return Some(Fault::Header("only the first fact of a batch may carry a key"));
    }
    let key = if is_first { key_of(stored) } else { 0 };
    let subject = stored.fact.subject().map_or(0, subject_fingerprint);
    header_fault(&record.header, key, subject)
}

/// The fingerprint of the key that a fact came under.
pub(crate) fn key_of(stored: &StoredFact<'_>) -> u32 {
    match (stored.key, &stored.fact) {
        (Some(key), _) => key_fingerprint(key),
        (None, Fact::ProgrammePublished(_)) => 0,
        (None, fact) => fact.natural_key().map_or(0, |key| key_fingerprint(&key)),
    }
}

/// What is wrong with the record of a member's name.
pub(crate) fn name_fault(record: &RecordView<'_>, name: &str, scratch: &mut Vec<u8>) -> Option<Fault> {
    scratch.clear();
    let again = encode_member_named(name, scratch);
    if is_otherwise(record, again, scratch) {
        return Some(Fault::Body);
    }
    header_fault(&record.header, 0, 0)
}

/// What is wrong with the body of a decision that is folded and not judged again.
pub(crate) fn decision_fault(
    record: &RecordView<'_>,
    decision: &Decision,
    scratch: &mut Vec<u8>,
) -> Option<Fault> {
    scratch.clear();
    let again = encode_decision(Instant(record.header.effective_at), decision, scratch);
    is_otherwise(record, again, scratch).then_some(Fault::Body)
}

/// Whether a record is not what its content is written as: the oldest version that can say it, to the byte.
fn is_otherwise(record: &RecordView<'_>, again: RecordType, body: &[u8]) -> bool {
    (again.kind.number(), again.version) != (record.header.kind, record.header.version) || body != record.body
}

fn header_fault(header: &RecordHeader, key: u32, subject: u32) -> Option<Fault> {
    if header.key_fingerprint != key {
        Some(Fault::Header("the header's key fingerprint is not that of the key"))
    } else if header.subject_fingerprint != subject {
        Some(Fault::Header("the header's subject fingerprint is not that of the order or redemption"))
    } else {
        None
    }
}

/// In what way a record is not what the ledger writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Another encoding of the same content.
    Body,
    /// A header that does not go with its body.
    Header(&'static str),
}
