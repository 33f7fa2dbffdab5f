//! Building columns from the log: one pass measures, and further passes place, by a counting sort over member numbers.
//!
//! Memory grows with members and distinct texts, and beyond that stays within what is allowed: each placing pass takes as
//! many members as fit, a share for each thread. Where all fit at once there is one such pass.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use tallybook::LedgerError;
use tallybook_core::fact::Fact;
use tallybook_format::{RecordKind, decode_fact};
use tallybook_log::{BatchView, LogReader, Position, RecordView};

use super::layout::{Layout, SECTIONS};
use super::measure::{Counts, Measured, member_bytes, section_bytes};
use super::place::{Placing, Share};
use super::slab::Slab;
use super::{BuildOptions, Progress};
use crate::supported;

/// A target that was not found; no row has this number.
pub(super) const NO_ROW: u32 = u32::MAX;
/// What placing keeps of a row besides the file's bytes: where its record is, and a fingerprint.
const ROW_BYTES: usize = size_of::<Position>() + size_of::<u32>();

/// Writes the column file of a log up to a position.
pub(super) fn build<R: LogReader>(
    reader: &R,
    ledger_id: [u8; 16],
    end: Position,
    path: &Path,
    options: BuildOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<(), LedgerError> {
    let bytes_total = end.0 * 2;
    let mut measured = Measured::default();
    each_batch(reader, end, |batch| {
        progress(Progress { bytes_done: batch.header().position.0, bytes_total });
        measured.batch(batch)
    })?;
    let total = sum(&measured.members);
    if total.rows >= NO_ROW as usize {
        return Err(LedgerError::Fault(
            "a ledger of more than 2^32 facts needs several partitions".to_owned(),
        ));
    }
    let layout = Layout::new(ledger_id, end.0, &section_bytes(&measured, &total));
    let rounds = shares(&measured, &total, options);
    let failed = |error: io::Error| LedgerError::Fault(format!("cannot write {}: {error}", path.display()));
    let file = File::options().write(true).create_new(true).open(path).map_err(failed)?;
    file.set_len(layout.file_bytes() as u64).map_err(failed)?;
    let mut checksums = [0; SECTIONS];
    measured.common_sections(&layout).write(&file, &layout, &mut checksums).map_err(failed)?;
    for (round, shares) in (0..).zip(&rounds) {
        let slabs = place(reader, end, &measured, shares, &mut |position| {
            let bytes_done = end.0 + (end.0 * round + position.0) / rounds.len() as u64;
            progress(Progress { bytes_done, bytes_total });
        });
        for slab in slabs {
            slab?.write(&file, &layout, &mut checksums).map_err(failed)?;
        }
    }
    file.write_all_at(&layout.header(&checksums), 0).map_err(failed)?;
    file.sync_all().map_err(failed)
}

fn sum(members: &[Counts]) -> Counts {
    members.iter().fold(Counts::default(), |mut sum, counts| {
        sum.add(*counts);
        sum
    })
}

/// Divides the members, in order, into rounds of a share for each thread, so that a round stays within the memory, about,
/// and shares are about equal.
fn shares(measured: &Measured, total: &Counts, options: BuildOptions) -> Vec<Vec<Share>> {
    let threads = options.thread_count();
    let bytes = |members: usize, has: &Counts| {
        let placed: usize = member_bytes(members, has).iter().sum();
        placed + members * size_of::<Counts>() + has.rows * ROW_BYTES
    };
    let all = bytes(measured.members.len(), total);
    let rounds = all.div_ceil(options.memory_bytes_max.max(1)).max(1);
    let enough = all / (rounds * threads) + 1;
    let mut shares = Vec::new();
    let mut share = Share::default();
    for (member, counts) in measured.members.iter().enumerate() {
        share.through.add(*counts);
        share.members.end = member + 1;
        let taken = bytes(share.members.end, &share.through) - bytes(share.members.start, &share.before);
        if taken >= enough || share.members.end == measured.members.len() {
            let Share { members, through, .. } = share.clone();
            shares.push(std::mem::replace(
                &mut share,
                Share { members: members.end..members.end, before: through, through },
            ));
        }
    }
    if shares.is_empty() {
        // A ledger without members has the ends of its arrays of starts all the same.
        shares.push(share);
    }
    shares.chunks(threads).map(<[Share]>::to_vec).collect()
}

/// Places shares at a time, each on a thread of its own, and gives what each has, in order.
fn place<R: LogReader>(
    reader: &R,
    end: Position,
    measured: &Measured,
    shares: &[Share],
    tell: &mut dyn FnMut(Position),
) -> Vec<Result<Slab, LedgerError>> {
    let one = |share, tell: &mut dyn FnMut(Position)| {
        let mut placing = Placing::new(reader.records(), measured, share);
        each_batch(reader, end, |batch| {
            tell(batch.header().position);
            placing.batch(batch)
        })?;
        Ok(placing.finish())
    };
    let Some((first, others)) = shares.split_first() else { return Vec::new() };
    std::thread::scope(|scope| {
        let others: Vec<_> =
            others.iter().map(|share| scope.spawn(move || one(share, &mut |_| {}))).collect();
        let first = one(first, tell);
        let joined = others
            .into_iter()
            .map(|other| other.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
        std::iter::once(first).chain(joined).collect()
    })
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
