//! Jobs over a generated history: folding and verifying its log, and judging it again.

use std::collections::VecDeque;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};

use tallybook::log::{FileLog, Log, LogReader, Options as LogOptions, Position};
use tallybook::{BlockingLedger, Command, Ledger, Options};
use tallybook_audit::VerifyOptions;
use tallybook_backtest::{BuildOptions, Columns, compare, identity};
use tallybook_benches::PROGRAMME;
use tallybook_benches::generate::{History, Shape};

use super::fresh::{self, Work};
use super::orders::FILL_COMMANDS;
use super::{Folder, Outcome, Size, new_ledger, repeat, seconds};
use crate::measure::Figure;

/// Batches that wait while one is decided.
const BATCHES_AHEAD: usize = 2;
/// Batches that are with the ledger at a time.
const BATCHES_IN_TURN: usize = 2;

/// A ledger with a generated history, closed properly.
pub struct Past {
    folder: Folder,
    size: Size,
    /// Members who ever bought.
    members: u32,
    /// Records in the log.
    records: u64,
    figures: Vec<Figure>,
}

impl Past {
    /// Takes a history down. The figures say how fast that was.
    pub fn new(below: &Path, size: Size) -> Outcome<Past> {
        let folder = Folder::new(below, "history")?;
        let options = Options { memory_bytes_max: 1 << 40, ..Options::default() };
        let ledger = new_ledger(&folder.path().join("ledger"), options)?;
        let (elapsed, refused) = seconds(|| take_down(&ledger, size, &mut |_| {}));
        let refused = refused?;
        let members = ledger.info()?.members;
        ledger.close()?;
        let mut past = Past { folder, size, members, records: 0, figures: Vec::new() };
        past.records = past.walk()?;
        let orders = size.orders as f64;
        let of_all = format!("history of {members} members taken down, durable, generated meanwhile");
        past.figures = vec![
            Figure::ours(of_all, "orders/s", vec![orders / elapsed]),
            Figure::ours("  of its commands refused", "%", vec![100.0 * refused as f64 / orders]),
            Figure::ours("  facts and decisions", "records", vec![past.records as f64]),
        ];
        Ok(past)
    }

    /// What taking the history down came to; told once.
    pub fn figures(&mut self) -> Vec<Figure> {
        std::mem::take(&mut self.figures)
    }

    /// Where the ledger is.
    pub fn ledger(&self) -> PathBuf {
        self.folder.path().join("ledger")
    }

    fn reader(&self) -> Outcome<<FileLog as Log>::Reader> {
        let log = FileLog::open(
            &self.ledger().join("log"),
            LogOptions { read_only: true, ..LogOptions::default() },
        )?;
        Ok(log.reader())
    }

    /// Goes over every record's header and counts them.
    fn walk(&self) -> Outcome<u64> {
        let mut records = 0;
        let mut batches = self.reader()?.batches(Position::ORIGIN);
        while let Some(batch) = batches.next_batch()? {
            records += batch.records().count() as u64;
        }
        Ok(records)
    }

    /// The log folded from its first byte, and only walked over.
    pub fn fold(&self) -> Outcome<Vec<Figure>> {
        let walked = repeat(self.size.runs, |_| {
            let (elapsed, records) = seconds(|| self.walk());
            Ok(records? as f64 / elapsed)
        })?;
        let folded = repeat(self.size.runs, |_| {
            Ok(self.records as f64 / fresh::of(Work::Fold, &self.ledger(), true)?.seconds)
        })?;
        let what = "whole log folded on one core";
        Ok(vec![
            Figure::limit("log walked over, checksums and headers only", "records/s", walked, what),
            Figure::ours(what, "events/s", folded),
            Figure::ours("  members folded", "members", vec![f64::from(self.members)]),
        ])
    }

    /// Everything verified, the snapshot with it.
    pub fn verify(&self) -> Outcome<Vec<Figure>> {
        let runs = repeat(self.size.runs, |_| {
            let (elapsed, report) =
                seconds(|| tallybook_audit::verify(&self.ledger(), &VerifyOptions::default(), &mut |_| {}));
            let report = report?;
            if !report.is_clean() {
                return Err(format!("the history does not verify: {:?}", report.findings.first()).into());
            }
            Ok(report.records as f64 / elapsed)
        })?;
        Ok(vec![Figure::ours(
            "verify: checksums, chains, conservation, judged again, snapshot",
            "events/s",
            runs,
        )])
    }

    /// The history judged again under its own programme and under another.
    pub fn backtest(&self) -> Outcome<Vec<Figure>> {
        let orders = self.size.orders as f64;
        let built = repeat(self.size.runs, |_| {
            let _ = std::fs::remove_dir_all(self.ledger().join("columns"));
            let (elapsed, columns) =
                seconds(|| Columns::of_ledger(&self.ledger(), BuildOptions::default(), &mut |_| {}));
            columns?;
            Ok(orders / elapsed)
        })?;
        let opened = repeat(self.size.runs, |_| {
            let (elapsed, columns) =
                seconds(|| Columns::of_ledger(&self.ledger(), BuildOptions::default(), &mut |_| {}));
            columns?;
            Ok(elapsed)
        })?;
        let columns = Columns::of_ledger(&self.ledger(), BuildOptions::default(), &mut |_| {})?;
        let programmes = columns.programmes()?;
        let scenario = programmes.scenario(&PROGRAMME.replace("factor = \"2\"", "factor = \"3\""))?;
        let compared = |threads: Option<NonZero<usize>>| {
            repeat(self.size.runs, |_| {
                let options = tallybook_backtest::Options { threads, ..Default::default() };
                let (elapsed, report) = seconds(|| compare(&columns, &programmes, &scenario, &options));
                Ok(2.0 * report?.facts.orders as f64 / elapsed)
            })
        };
        let (all_cores, one_core) = (compared(None)?, compared(NonZero::new(1))?);
        let reader = self.reader()?;
        let identical = repeat(self.size.runs, |_| {
            let (elapsed, report) = seconds(|| identity(&columns, &programmes, &reader, 1));
            if !report?.is_identical() {
                return Err("the history does not come out as recorded".into());
            }
            Ok(orders / elapsed)
        })?;
        Ok(vec![
            Figure::ours("fact columns built from the log", "orders/s", built),
            Figure::ours("fact columns opened", "s", opened),
            Figure::ours("backtest, two programmes, all cores: orders judged", "orders/s", all_cores),
            Figure::ours("backtest, two programmes, one core: orders judged", "orders/s", one_core),
            Figure::ours("backtest, identity, one core", "orders/s", identical),
        ])
    }
}

/// Submits batches in order; the next is judged while the one before becomes durable.
async fn submit_in_turn(
    ledger: &BlockingLedger,
    batches: Receiver<Vec<Command>>,
    tell: &mut dyn FnMut(usize),
) -> Outcome<u64> {
    let ledger = Ledger::from(ledger.clone());
    let mut refused = 0;
    let mut waits = VecDeque::new();
    loop {
        let next = batches.recv().ok();
        let is_last = next.is_none();
        if let Some(batch) = next {
            let ledger = ledger.clone();
            waits.push_back(tokio::spawn(async move { (batch.len(), ledger.submit_all(batch).await) }));
            // Whoever was started is asked first, and so has sent the batch before the next one is.
            tokio::task::yield_now().await;
        }
        while waits.len() >= BATCHES_IN_TURN || is_last {
            let Some(wait) = waits.pop_front() else { return Ok(refused) };
            let (count, outcomes) = wait.await?;
            refused += outcomes?.iter().filter(|outcome| outcome.is_err()).count() as u64;
            tell(count);
        }
    }
}

/// Submits a whole history, generated beside; gives how many commands were refused. `tell` hears after every batch how many
/// commands it had.
pub fn take_down(ledger: &BlockingLedger, size: Size, tell: &mut dyn FnMut(usize)) -> Outcome<u64> {
    let Size { members, orders, seed, .. } = size;
    let (sender, receiver) = sync_channel::<Vec<Command>>(BATCHES_AHEAD);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            let mut history = History::new(Shape { members, orders, seed });
            loop {
                let batch: Vec<Command> =
                    history.by_ref().take(FILL_COMMANDS).map(|happening| happening.into_command()).collect();
                if batch.is_empty() || sender.send(batch).is_err() {
                    return;
                }
            }
        });
        tokio::runtime::Builder::new_current_thread()
            .build()?
            .block_on(submit_in_turn(ledger, receiver, tell))
    })
}
