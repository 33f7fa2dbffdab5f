//! Building columns from the log: one pass measures, one pass places, by a counting sort over member numbers.
//!
//! Memory grows with members and distinct texts, not with facts: rows go straight to their place in the mapped file.

use std::path::Path;

use tallybook::LedgerError;
use tallybook_core::fact::Fact;
use tallybook_format::{RecordKind, decode_fact};
use tallybook_log::{BatchView, LogReader, Position, RecordView};

use super::Progress;
use super::layout::Layout;
use super::map;
use super::measure::{Counts, Measured, section_bytes};
use super::place::Placing;
use crate::supported;

/// A target that was not found; no row has this number.
pub(super) const NO_ROW: u32 = u32::MAX;

/// Writes the column file of a log up to a position.
pub(super) fn build<R: LogReader>(
    reader: &R,
    ledger_id: [u8; 16],
    end: Position,
    path: &Path,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), LedgerError> {
    let mut measured = Measured::default();
    let bytes_total = end.0 * 2;
    each_batch(reader, end, |batch| {
        progress(Progress { bytes_done: batch.header().position.0, bytes_total });
        measured.batch(batch)
    })?;
    let total = measured.members.iter().fold(Counts::default(), |mut sum, counts| {
        sum.add(*counts);
        sum
    });
    if total.rows >= NO_ROW as usize {
        return Err(LedgerError::Fault(
            "a ledger of more than 2^32 facts needs several partitions".to_owned(),
        ));
    }
    let layout = Layout::new(ledger_id, end.0, &section_bytes(&measured, &total));
    let failed =
        |error: std::io::Error| LedgerError::Fault(format!("cannot write {}: {error}", path.display()));
    let file = std::fs::File::options().read(true).write(true).create_new(true).open(path).map_err(failed)?;
    file.set_len(layout.file_bytes() as u64).map_err(failed)?;
    let mut map = map::write(&file).map_err(failed)?;
    let mut placing = Placing::new(reader.records(), &mut map, &layout, measured, total);
    each_batch(reader, end, |batch| {
        progress(Progress { bytes_done: end.0 + batch.header().position.0, bytes_total });
        placing.batch(batch)
    })?;
    layout.seal(&mut map);
    map.flush().map_err(failed)
}

fn each_batch<R: LogReader>(
    reader: &R,
    end: Position,
    mut take: impl FnMut(&BatchView<'_>) -> Result<(), LedgerError>,
) -> Result<(), LedgerError> {
    let mut batches = reader.batches(Position::ORIGIN);
    while let Some(batch) = batches.next_batch()? {
        if batch.header().position >= end {
            break;
        }
        take(&batch)?;
    }
    Ok(())
}

/// The kind of a record.
pub(super) fn kind_of(record: &RecordView<'_>) -> Result<RecordKind, LedgerError> {
    RecordKind::from_number(record.header.kind)
        .map_err(|error| LedgerError::unreadable(record.position, &error))
}

/// The fact in a record.
pub(super) fn fact_of<'a>(record: &RecordView<'a>) -> Result<Fact<'a>, LedgerError> {
    decode_fact(record.header.kind, record.header.version, record.body)
        .map(|stored| stored.fact)
        .map_err(|error| LedgerError::unreadable(record.position, &error))
}

/// A limit of the layout.
pub(super) fn too_many(what: &str) -> LedgerError {
    LedgerError::Fault(format!("the log has more than 2^32 {what}"))
}

/// The last effective time of a batch that brings decisions and no fact; `None` for any other.
pub(super) fn settled_to(batch: &BatchView<'_>) -> Result<Option<i64>, LedgerError> {
    let mut last = None;
    for record in batch.records().filter(|record| record.header.member != 0) {
        let kind = kind_of(&record)?;
        if kind.is_decision() {
            last = last.max(Some(record.header.effective_at));
        } else if kind != RecordKind::MemberNamed {
            return Ok(None);
        }
    }
    Ok(last)
}

/// The one member that a batch is about; `None` for the ledger's own batches and for the mark of a clean close.
pub(super) fn member_of(batch: &BatchView<'_>) -> Result<Option<u32>, LedgerError> {
    let mut members = batch.records().map(|record| record.header.member);
    let Some(first) = members.next() else { return Ok(None) };
    if members.any(|member| member != first) {
        return Err(supported::several_members(batch));
    }
    Ok((first != 0).then_some(first))
}

/// A record of a member without a name: the log was altered.
pub(super) fn never_named(position: Position) -> LedgerError {
    LedgerError::Corruption(format!("the record at position {position} is of a member who was never named"))
}
