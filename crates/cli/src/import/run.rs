//! Runs an import: one thread reads and assembles, the other submits what the first has prepared.
//!
//! Invariants:
//! - commands are submitted in the order of the files, about [`COMMANDS_PER_BATCH`] at a time, with one batch ahead;
//! - rejects are written in the order of the files, whether they come from the reader or from the ledger;
//! - an error of the ledger or of a file stops the import; what was submitted before is kept, and running the import
//!   again goes on from there.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use tallybook_core::command::Command;
use tallybook_core::fact::Fact;
use tallybook_core::refusal::Refusal;
use thiserror::Error;

use super::assemble::{Assembler, Submission, Unit};
use super::group::Grouper;
use super::joins::JoinTable;
use super::map::{Map, MapError};
use super::reader::{ReadError, Rows};
use super::rejects::{Reject, RejectFile, SourceRow};
use super::report::{Amount, Counts, Report};
use super::rows::{Fate, RowParser};

/// Commands submitted together.
pub const COMMANDS_PER_BATCH: usize = 1_000;
/// Rows after which a batch goes out, however few commands it has.
const ROWS_PER_BATCH: usize = 50_000;

/// What the ledger made of one command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is new.
    New,
    /// It was there before.
    AlreadyIn,
}

/// Where commands go: one outcome for each, in order. Tests have their own.
pub type Submit<'s, E> = dyn FnMut(Vec<Command>) -> Result<Vec<Result<Taken, Refusal>>, E> + 's;

/// Why an import stopped.
#[derive(Debug, Error)]
pub enum ImportError<E> {
    /// An input file stopped being readable.
    #[error("cannot read on: {0}")]
    Read(#[from] ReadError),
    /// The reject file cannot be written.
    #[error("cannot write the reject file {}: {source}", path.display())]
    Rejects {
        /// Its path.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The ledger stopped taking commands.
    #[error("{0}")]
    Ledger(E),
}

/// An import that is ready to run: files opened, columns found, tables read.
pub struct Import {
    map: Map,
    rows: Rows,
    parser: RowParser,
    inputs: Vec<PathBuf>,
    orders_max: u64,
}

impl Import {
    /// Opens everything and checks the map against it. `orders_max` ends the import after so many orders and returns.
    ///
    /// # Errors
    /// [`MapError::Files`]; nothing has been imported then.
    pub fn prepare(map: Map, inputs: &[PathBuf], orders_max: Option<u64>) -> Result<Import, MapError> {
        let rows = Rows::open(inputs, &map)?;
        let folder = inputs.first().and_then(|path| path.parent()).unwrap_or(Path::new(""));
        let tables = map.joins.iter().map(|join| JoinTable::read(join, folder)).collect::<Result<_, _>>()?;
        let parser = RowParser::bind(&map, rows.columns(), tables)?;
        Ok(Import { map, rows, parser, inputs: inputs.to_vec(), orders_max: orders_max.unwrap_or(u64::MAX) })
    }

    /// Counts the bytes read from disk while the import runs.
    pub fn read_bytes(&self) -> Arc<AtomicU64> {
        self.rows.read_bytes()
    }

    /// Runs the import. `progress` is told the rows done so far after each batch.
    ///
    /// # Errors
    /// See [`ImportError`].
    pub fn run<E>(
        self,
        rejects_path: &Path,
        submit: &mut Submit<'_, E>,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Report, ImportError<E>> {
        let Import { map, rows, parser, inputs, orders_max } = self;
        let rejects = RejectFile::new(rejects_path, &inputs, map.format, rows.columns());
        let mut tally = Tally::new(&map, rejects, rejects_path);
        std::thread::scope(|scope| {
            let (sender, receiver) = sync_channel(1);
            let producer_map = map.clone();
            scope.spawn(move || Producer::new(&producer_map, parser, orders_max).run(rows, &sender));
            take_all(&receiver, &mut tally, submit, progress)
        })?;
        tally.finish()
    }
}

fn take_all<E>(
    receiver: &Receiver<Result<Batch, ReadError>>,
    tally: &mut Tally,
    submit: &mut Submit<'_, E>,
    progress: &mut dyn FnMut(u64),
) -> Result<(), ImportError<E>> {
    for batch in receiver {
        let Batch { rows_read, skipped, units } = batch?;
        let commands: Vec<Command> = units
            .iter()
            .flat_map(|unit| &unit.submissions)
            .map(|submission| submission.command.clone())
            .collect();
        let outcomes =
            if commands.is_empty() { Vec::new() } else { submit(commands).map_err(ImportError::Ledger)? };
        let mut outcomes = outcomes.into_iter();
        for unit in units {
            tally.unit(unit, &mut outcomes)?;
        }
        tally.skip(&skipped);
        tally.report.rows_read = rows_read;
        progress(rows_read);
    }
    Ok(())
}

/// What is submitted and counted together.
#[derive(Default)]
struct Batch {
    /// Rows read when the batch went out, those of earlier batches included.
    rows_read: u64,
    skipped: BTreeMap<String, u64>,
    units: Vec<Unit>,
}

struct Producer<'m> {
    map: &'m Map,
    parser: RowParser,
    grouper: Grouper,
    assembler: Assembler,
    groups_left: u64,
    batch: Batch,
    commands: usize,
    rows_in_batch: usize,
}

impl<'m> Producer<'m> {
    fn new(map: &'m Map, parser: RowParser, orders_max: u64) -> Producer<'m> {
        Producer {
            map,
            parser,
            grouper: Grouper::new(map.group_gap_rows_max, map.row_is_order || map.kind.is_row_by_row()),
            assembler: Assembler::new(map),
            groups_left: orders_max,
            batch: Batch::default(),
            commands: 0,
            rows_in_batch: 0,
        }
    }

    /// Reads to the end, or until the other side has stopped listening.
    fn run(mut self, mut rows: Rows, sender: &SyncSender<Result<Batch, ReadError>>) {
        while self.groups_left > 0 {
            match rows.next_row() {
                Ok(Some(row)) => {
                    let parsed = self.parser.parse(row.number, row.fields, row.raw);
                    let source =
                        || SourceRow { file_index: row.file_index, number: row.number, raw: row.raw.clone() };
                    match parsed.fate {
                        Fate::Skipped(index) => {
                            self.skipped(&self.map.skips[index].reason.clone(), 1);
                            self.grouper.skip(parsed.group.as_ref());
                        }
                        Fate::Rejected(reject) => self.grouper.add(parsed.group, source(), Err(reject)),
                        Fate::Taken(entry) => self.grouper.add(parsed.group, source(), Ok(*entry)),
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    // A receiver that is gone has an error of its own to tell.
                    let _ = sender.send(Ok(std::mem::take(&mut self.batch)));
                    let _ = sender.send(Err(error));
                    return;
                }
            }
            self.batch.rows_read += 1;
            self.rows_in_batch += 1;
            if !self.drain(sender, Grouper::next_closed) {
                return;
            }
        }
        if !self.drain(sender, Grouper::next_remaining) {
            return;
        }
        let beyond = self.grouper.rows_waiting();
        if beyond > 0 {
            self.skipped("beyond_limit", beyond);
        }
        self.send(sender);
    }

    fn skipped(&mut self, reason: &str, rows: u64) {
        *self.batch.skipped.entry(reason.to_owned()).or_default() += rows;
    }

    /// Moves finished groups into the batch, and the batch on when it is full; `false` when nobody takes it.
    fn drain(
        &mut self,
        sender: &SyncSender<Result<Batch, ReadError>>,
        next: fn(&mut Grouper) -> Option<super::group::Group>,
    ) -> bool {
        while self.groups_left > 0 {
            let Some(group) = next(&mut self.grouper) else { break };
            self.groups_left -= u64::from(group.id.is_some());
            let unit = self.assembler.assemble(group);
            self.commands += unit.submissions.len();
            self.batch.units.push(unit);
            if self.commands >= COMMANDS_PER_BATCH && !self.send(sender) {
                return false;
            }
        }
        self.rows_in_batch < ROWS_PER_BATCH || self.send(sender)
    }

    fn send(&mut self, sender: &SyncSender<Result<Batch, ReadError>>) -> bool {
        self.commands = 0;
        self.rows_in_batch = 0;
        let batch = std::mem::take(&mut self.batch);
        self.batch.rows_read = batch.rows_read;
        sender.send(Ok(batch)).is_ok()
    }
}

/// Counts outcomes and writes rejects.
struct Tally {
    map: Map,
    report: Report,
    rejects: RejectFile,
    rejects_path: PathBuf,
    /// Hashes of the members seen.
    members: HashSet<u64>,
}

type Outcomes = std::vec::IntoIter<Result<Taken, Refusal>>;

impl Tally {
    fn new(map: &Map, rejects: RejectFile, path: &Path) -> Tally {
        let (report, members) = (Report::default(), HashSet::new());
        Tally { map: map.clone(), report, rejects, rejects_path: path.to_owned(), members }
    }

    fn unit<E>(&mut self, unit: Unit, outcomes: &mut Outcomes) -> Result<(), ImportError<E>> {
        let mut taken: Vec<Option<Taken>> = vec![None; unit.rows.len()];
        let mut rejects = unit.rejects;
        for submission in unit.submissions {
            let Some(outcome) = outcomes.next() else { break };
            match outcome {
                Ok(outcome) => {
                    self.took(&submission, outcome);
                    for row in submission.rows {
                        // A row of which any part is new is new.
                        taken[row] =
                            Some(taken[row].filter(|before| *before == Taken::New).unwrap_or(outcome));
                    }
                }
                Err(refusal) => {
                    let code = refusal.code();
                    *self.counts(&submission).refused.entry(code.to_owned()).or_default() += 1;
                    self.counts(&submission).submitted += 1;
                    let reason = Cow::Owned(format!("refused_{code}"));
                    let reject = Reject { column: String::new(), reason, detail: refusal.to_string() };
                    rejects.extend(submission.rows.iter().map(|row| (*row, reject.clone())));
                }
            }
        }
        rejects.sort_by_key(|(row, _)| *row);
        for (row, reject) in &rejects {
            let written = self.rejects.write(&unit.rows[*row], reject);
            written.map_err(|source| ImportError::Rejects { path: self.rejects_path.clone(), source })?;
        }
        for (row, outcome) in taken.into_iter().enumerate() {
            self.count_row(outcome, rejects.iter().find(|(rejected, _)| *rejected == row));
        }
        Ok(())
    }

    fn count_row(&mut self, outcome: Option<Taken>, reject: Option<&(usize, Reject)>) {
        let report = &mut self.report;
        match (outcome, reject) {
            (Some(Taken::New), _) => report.rows_accepted += 1,
            (Some(Taken::AlreadyIn), _) => report.rows_already_in += 1,
            (None, Some((_, reject))) => {
                report.rows_rejected += 1;
                *report.rejected.entry(reject.reason.to_string()).or_default() += 1;
            }
            (None, None) => {}
        }
        report.rows_accepted_in_part += u64::from(outcome.is_some() && reject.is_some());
    }

    fn counts(&mut self, submission: &Submission) -> &mut Counts {
        match submission.command.facts.first() {
            Some(Fact::OrderReturned(_)) => &mut self.report.returns,
            Some(Fact::ActivityRecorded(_)) => &mut self.report.activities,
            Some(Fact::MemberEnrolled(_)) => &mut self.report.enrolments,
            Some(Fact::TierRequested(_)) => &mut self.report.tiers,
            _ => &mut self.report.orders,
        }
    }

    fn took(&mut self, submission: &Submission, outcome: Taken) {
        let counts = self.counts(submission);
        counts.submitted += 1;
        match outcome {
            Taken::New => counts.new += 1,
            Taken::AlreadyIn => counts.already_in += 1,
        }
        let mut hasher = DefaultHasher::new();
        submission.command.member.hash(&mut hasher);
        self.members.insert(hasher.finish());
        let exponent = self.map.exponent_of(submission.currency);
        let sums = match submission.command.facts.first() {
            Some(Fact::OrderPlaced(order)) => {
                self.report.order_lines += order.lines.len() as u64;
                &mut self.report.order_amounts
            }
            Some(Fact::ActivityRecorded(_)) => &mut self.report.activity_amounts,
            _ => &mut self.report.return_amounts,
        };
        if let Some(amount) = submission.amount {
            let sum =
                sums.entry(submission.currency.to_string()).or_insert(Amount { minor_units: 0, exponent });
            sum.minor_units = sum.minor_units.saturating_add(amount);
        }
    }

    fn skip(&mut self, skipped: &BTreeMap<String, u64>) {
        for (reason, rows) in skipped {
            *self.report.skipped.entry(reason.clone()).or_default() += rows;
            self.report.rows_skipped += rows;
        }
    }

    fn finish<E>(self) -> Result<Report, ImportError<E>> {
        let Tally { mut report, rejects, rejects_path, members, .. } = self;
        report.reject_lines =
            rejects.finish().map_err(|source| ImportError::Rejects { path: rejects_path, source })?;
        report.members = members.len() as u64;
        Ok(report)
    }
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
