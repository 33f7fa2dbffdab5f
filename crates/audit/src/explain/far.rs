//! The other member of a batch whose facts are not the explained member's.
//!
//! It reads what the batch says, and no more of the other's past than it takes to know their name.

use tallybook::{HistoryBatch, LedgerError};
use tallybook_core::event::{Decision, Trigger};
use tallybook_core::fact::Fact;
use tallybook_format::{RecordKind, decode_fact, decode_member_named};
use tallybook_log::{BATCH_HEADER_BYTES, LogReader, Position, RECORD_HEADER_BYTES};

/// Whose facts they are, and which.
pub(super) struct FarSide {
    pub member: String,
    pub facts: Vec<Fact<'static>>,
}

/// Reads the other side of a batch; `None` where the member's own facts, or time alone, explain what it decides.
///
/// # Errors
/// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
pub(super) fn read<R: LogReader>(reader: &R, batch: &HistoryBatch) -> Result<Option<FarSide>, LedgerError> {
    let is_of_another = |decision: &Decision| match decision {
        Decision::TransferReceived(_) | Decision::LotCancelled(_) | Decision::ReferralCancelled(_) => true,
        Decision::PointsEarned(earned) => earned.on == Trigger::Referrer,
        _ => false,
    };
    if !batch.facts.is_empty() || !batch.events.iter().any(|event| is_of_another(&event.decision)) {
        return Ok(None);
    }
    let mut records = reader.records();
    let (header, own) = records.record(batch.position)?;
    let (own, end) = (own.header.member, header.end());
    let first = Position(header.position.0 + BATCH_HEADER_BYTES as u64);
    let mut facts = Vec::new();
    let mut at = first;
    while at < end {
        let (_, record) = records.record(at)?;
        if record.header.member == own {
            break;
        }
        let kind = RecordKind::from_number(record.header.kind);
        if kind.is_ok_and(|kind| kind.is_fact() && kind != RecordKind::MemberNamed) {
            let stored = decode_fact(record.header.kind, record.header.version, record.body)
                .map_err(|error| LedgerError::unreadable(at, &error))?;
            facts.push(stored.fact.into_owned());
        }
        at = Position(at.0 + (RECORD_HEADER_BYTES + record.body.len()) as u64);
    }
    // Time alone was at work where the batch begins with the member's own records.
    if at == first {
        return Ok(None);
    }
    Ok(Some(FarSide { member: name(reader, first)?, facts }))
}

/// The name of the member whose record stands at a position: the first record of their chain says it.
fn name<R: LogReader>(reader: &R, position: Position) -> Result<String, LedgerError> {
    let first = reader.chain(position).last();
    let Some(record) = first.transpose()? else {
        return Err(LedgerError::Corruption(format!("nothing stands at position {position}")));
    };
    decode_member_named(record.header.kind, record.header.version, &record.body)
        .map(str::to_owned)
        .map_err(|error| LedgerError::unreadable(record.position, &error))
}
