//! Verifying a ledger: one streaming pass over its log, and what the folder says besides.
//!
//! A log that cannot be read to its end is replayed up to the damage; the damage, and whatever follows it, is then named
//! batch by batch from the segment files.

use std::path::Path;

use tallybook::{LedgerError, SnapshotView};
use tallybook_log::{FileLog, Log, LogError, LogReader, Options, Position};

use crate::damage;
use crate::replay::Replay;
use crate::report::{Finding, FindingKind, Progress, Report, SnapshotCheck};
use crate::snapshot::{self, Opened};

/// Batches whose members are looked at together before the first is replayed.
const LOOK_AHEAD: usize = 32;
/// How often progress is told, in bytes of the log.
const PROGRESS_BYTES: u64 = 1 << 20;

/// What a verification does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VerifyOptions {
    /// Whether every batch is judged again (law 10). Default true.
    pub judge_again: bool,
    /// Whether the snapshot is compared with the replay. Default true.
    pub snapshot: bool,
    /// Most findings that are kept; more are counted only. Default 1,000.
    pub findings_max: usize,
    /// About how much memory members may take who were looked at last, in bytes. Default 1 GiB. All others are kept as
    /// well, packed: a few hundred bytes each.
    pub memory_bytes_max: usize,
}

impl Default for VerifyOptions {
    fn default() -> VerifyOptions {
        VerifyOptions { judge_again: true, snapshot: true, findings_max: 1_000, memory_bytes_max: 1 << 30 }
    }
}

/// Verifies the ledger in a folder, also while it is open elsewhere: then the log as of now, without the snapshot.
///
/// # Errors
/// [`LedgerError::Folder`] where there is no ledger; [`LedgerError::Fault`]. Whatever is wrong with the stored bytes is
/// in the report.
pub fn verify(
    dir: &Path,
    options: &VerifyOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, LedgerError> {
    let log_dir = dir.join("log");
    let mut notes = Vec::new();
    let opened = if options.snapshot { snapshot::open(&dir.join("snapshots"))? } else { Opened::None };
    let log = match FileLog::open(&log_dir, Options { read_only: true, ..Options::default() }) {
        Ok(log) => log,
        Err(error @ (LogError::Corruption { .. } | LogError::UnsupportedFormat { .. })) => {
            notes.push("the log is damaged where it is opened, so that nothing could be replayed".to_owned());
            return damaged(&log_dir, &error, options, notes);
        }
        Err(error) => return Err(error.into()),
    };
    let mut displaced = Vec::new();
    if log.open_report().torn_bytes > 0 {
        // A torn tail never holds a sound batch that says it belongs elsewhere: that is a log with something cut out.
        let damage = damage::find(&log_dir)?;
        if damage.has_displaced {
            displaced = damage.findings;
        } else {
            let torn_bytes = log.open_report().torn_bytes;
            notes.push(format!(
                "a tail of {torn_bytes} bytes is not, or not yet, acknowledged, and not looked at"
            ));
        }
    }
    let mut run = Run::new(log.reader(), options, &mut notes);
    let view = run.expect_snapshot(opened, log.ledger_id().0);
    let is_damaged = run.replay_all(view, progress)?;
    if is_damaged {
        // Named more exactly by the walk over the files, and with what follows.
        let found = damage::find(&log_dir)?.findings;
        if !found.is_empty() {
            run.replay.findings.take_back_last();
            displaced = found;
        }
    }
    displaced.into_iter().for_each(|finding| run.replay.findings.add(finding));
    let Run { replay, check, .. } = run;
    Ok(replay.finish(check, notes))
}

/// Verifies any log by replay, without a folder or a snapshot.
///
/// # Errors
/// [`LedgerError::Fault`].
pub fn verify_log<R: LogReader>(
    reader: R,
    options: &VerifyOptions,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, LedgerError> {
    let mut notes = Vec::new();
    let mut run = Run::new(reader, options, &mut notes);
    run.replay_all(None, progress)?;
    let Run { replay, check, .. } = run;
    Ok(replay.finish(check, notes))
}

/// The report on a log that could not even be opened.
fn damaged(
    log_dir: &Path,
    error: &LogError,
    options: &VerifyOptions,
    notes: Vec<String>,
) -> Result<Report, LedgerError> {
    let mut replay = Replay::new(tallybook_log::MemoryLog::new().reader(), options);
    let found = damage::find(log_dir)?.findings;
    if found.is_empty() {
        replay.findings.add(of_log(error));
    }
    found.into_iter().for_each(|finding| replay.findings.add(finding));
    let report = replay.finish(SnapshotCheck::None, notes);
    Ok(Report { states_digest: None, ..report })
}

fn of_log(error: &LogError) -> Finding {
    let position = match error {
        LogError::Corruption { position, .. } => Some(position.0),
        _ => None,
    };
    Finding { kind: FindingKind::DamagedBytes, batch: None, position, member: None, text: error.to_string() }
}

/// One pass over a log.
struct Run<'n, R> {
    reader: R,
    replay: Replay<R>,
    check: SnapshotCheck,
    notes: &'n mut Vec<String>,
}

impl<'n, R: LogReader> Run<'n, R> {
    fn new(reader: R, options: &VerifyOptions, notes: &'n mut Vec<String>) -> Run<'n, R> {
        let replay = Replay::new(reader.clone(), options);
        Run { reader, replay, check: SnapshotCheck::None, notes }
    }

    /// Takes what opening the snapshot came to, and gives the one to be compared.
    fn expect_snapshot(&mut self, opened: Opened, ledger_id: [u8; 16]) -> Option<SnapshotView> {
        match opened {
            Opened::View(view) if view.ledger_id() == ledger_id => return Some(view),
            Opened::View(view) => {
                let text = "it is of another ledger".to_owned();
                snapshot::add(&mut self.replay, view.position(), None, text);
            }
            Opened::Skipped(reason) => {
                self.notes.push(format!("the snapshot was not compared: {reason}"));
                self.check = SnapshotCheck::Skipped { reason };
            }
            Opened::Doubted(text) => snapshot::add(&mut self.replay, Position::ORIGIN, None, text),
            Opened::None => {}
        }
        None
    }

    /// Replays the log as far as it can be read, and tells whether damage ended it.
    fn replay_all(
        &mut self,
        mut view: Option<SnapshotView>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<bool, LedgerError> {
        let bytes_total = self.reader.end().position.0;
        let mut batches = self.reader.batches(Position::ORIGIN);
        let mut tell_at = 0;
        loop {
            let at = batches.position();
            view = self.compare_if_reached(view, at);
            if at.0 >= tell_at {
                progress(self.progress(at, bytes_total));
                tell_at = at.0 + PROGRESS_BYTES;
            }
            match batches.next_batches(LOOK_AHEAD) {
                Ok(next) if next.is_empty() => break,
                Ok(next) => {
                    let members = next.iter().filter_map(|batch| batch.records().next());
                    self.replay.book.look_ahead(members.map(|record| record.header.member));
                    for batch in next {
                        view = self.compare_if_reached(view, batch.header().position);
                        self.replay.take(&batch)?;
                    }
                }
                Err(error @ LogError::Corruption { .. }) => {
                    self.replay.findings.add(of_log(&error));
                    self.notes.push(format!("the replay ended at position {at}, where the log is damaged"));
                    return Ok(true);
                }
                Err(error) => return Err(error.into()),
            }
        }
        progress(self.progress(batches.position(), bytes_total));
        if let Some(view) = view {
            let text = format!(
                "the log ends at position {bytes_total}, but a snapshot was taken at {}: the log has lost its tail",
                view.position()
            );
            let position = Some(bytes_total);
            let finding = Finding { kind: FindingKind::LostTail, batch: None, position, member: None, text };
            self.replay.findings.add(finding);
        }
        Ok(false)
    }

    fn compare_if_reached(&mut self, view: Option<SnapshotView>, at: Position) -> Option<SnapshotView> {
        let view = view?;
        if at < view.position() {
            return Some(view);
        }
        if at > view.position() {
            let text = "it stands in the middle of a batch".to_owned();
            snapshot::add(&mut self.replay, view.position(), None, text);
        } else {
            self.check = snapshot::compare(&view, &mut self.replay);
        }
        None
    }

    fn progress(&self, at: Position, bytes_total: u64) -> Progress {
        let counts = &self.replay.counts;
        Progress {
            bytes_done: at.0,
            bytes_total,
            batches: counts.batches,
            records: counts.records,
            findings: self.replay.findings.count,
        }
    }
}
