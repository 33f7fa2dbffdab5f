//! Which rows of docs/performance.md there are, how much each measures, and the order in which a run goes through them.
//!
//! Invariants:
//! - within a row the peers come first and ours right after, so that all of a row's figures are of the same minutes;
//! - what fails is told and ends its own row only: a long run keeps all that it measured.

use std::path::Path;

use crate::jobs::history::Past;
use crate::jobs::{Asked, Outcome, Size, disk, keeping, orders, rfm, seconds, spending};
use crate::measure::{Circumstances, Figure, Missing, Report};
use crate::peers::{Answer, Peer};

/// One row of what is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Subcommand)]
pub enum Row {
    /// The disk alone: syncs of 4 KiB, and orders encoded, written and synced without judging.
    Disk,
    /// Durable orders of one caller who waits for each.
    OneCaller,
    /// Durable orders of 256 callers, one each at a time.
    Callers,
    /// Durable orders in batches of 1,000 and 8,000.
    Batches,
    /// Redemptions over ten lots, 256 callers.
    Redemptions,
    /// Bytes of an order on disk.
    Bytes,
    /// A whole log folded on one core.
    Fold,
    /// A whole ledger verified.
    Verify,
    /// Two programmes over a whole history.
    Backtest,
    /// RFM with quintiles over orders in memory.
    Rfm,
    /// Snapshots of a million members written and read, the ledger opened, memory per member.
    Keeping,
    /// A ledger of ten million members opened after a clean stop.
    Open,
}

impl Row {
    /// What `all` measures. The disk alone is left out: other rows hold its rates beside ours already.
    pub const ALL: [Row; 11] = [
        Row::OneCaller,
        Row::Callers,
        Row::Batches,
        Row::Redemptions,
        Row::Bytes,
        Row::Fold,
        Row::Verify,
        Row::Backtest,
        Row::Rfm,
        Row::Keeping,
        Row::Open,
    ];

    /// The name of the job.
    pub fn name(self) -> &'static str {
        match self {
            Row::Disk => "disk",
            Row::OneCaller => "one-caller",
            Row::Callers => "callers",
            Row::Batches => "batches",
            Row::Redemptions => "redemptions",
            Row::Bytes => "bytes",
            Row::Fold => "fold",
            Row::Verify => "verify",
            Row::Backtest => "backtest",
            Row::Rfm => "rfm",
            Row::Keeping => "keeping",
            Row::Open => "open",
        }
    }

    /// How much it measures, unless other numbers are asked for.
    pub fn size(self, asked: Asked) -> Size {
        match self {
            Row::Disk | Row::OneCaller | Row::Callers | Row::Batches | Row::Redemptions | Row::Bytes => {
                asked.or(100_000, 1_000_000)
            }
            Row::Fold | Row::Verify | Row::Backtest => asked.or(1_000_000, 2_000_000),
            Row::Rfm => asked.or(1_000_000, 10_000_000),
            Row::Keeping => asked.or(1_000_000, 3_000_000),
            Row::Open => asked.or(10_000_000, 10_000_000),
        }
    }

    fn is_of_the_past(self) -> bool {
        matches!(self, Row::Fold | Row::Verify | Row::Backtest)
    }
}

/// Goes through rows, each with those of the peers that it concerns. `json` is written anew after every row.
pub fn run(
    rows: &[Row],
    peers: &[Peer],
    asked: Asked,
    folder: &Path,
    json: Option<&Path>,
) -> Outcome<Report> {
    let mut report = Report::default();
    let mut past = None;
    for (index, row) in rows.iter().copied().enumerate() {
        let size = row.size(asked);
        let (took, done) = seconds(|| -> Outcome<()> {
            for peer in peers.iter().copied().filter(|peer| peer.rows().contains(&row)) {
                measure_peer(&mut report, peer, row, folder, size);
            }
            eprintln!("{}: tallybook …", row.name());
            report.add(row.name(), ours(row, folder, size, &mut past)?);
            Ok(())
        });
        if let Err(error) = done {
            report.failed.push(Missing { who: row.name().to_owned(), why: error.to_string() });
        }
        report.took.push((row.name().to_owned(), took));
        if !rows[index + 1..].iter().any(|row| row.is_of_the_past()) {
            past = None;
        }
        if let Some(path) = json {
            let told = report.json(&Circumstances::here(folder));
            std::fs::write(path, serde_json::to_string_pretty(&told)?)?;
        }
    }
    Ok(report)
}

fn measure_peer(report: &mut Report, peer: Peer, row: Row, folder: &Path, size: Size) {
    if report.skipped.iter().any(|missing| missing.who == peer.name()) {
        return;
    }
    eprintln!("{}: {} …", row.name(), peer.name());
    match peer.measure(row, folder, size) {
        Ok(Answer::Told(figures)) => report.add(row.name(), figures),
        Ok(Answer::Skipped(why)) => report.skipped.push(Missing { who: peer.name().to_owned(), why }),
        Err(error) => {
            let who = format!("{}, {}", row.name(), peer.name());
            report.failed.push(Missing { who, why: error.to_string() });
        }
    }
}

fn ours(row: Row, folder: &Path, size: Size, past: &mut Option<Past>) -> Outcome<Vec<Figure>> {
    match row {
        Row::Disk => disk::run(folder, size),
        Row::OneCaller => orders::one_caller(folder, size),
        Row::Callers => orders::many_callers(folder, size),
        Row::Batches => orders::batches(folder, size),
        Row::Redemptions => spending::run(folder, size),
        Row::Bytes => orders::bytes(folder, size),
        Row::Rfm => rfm::run(folder, size),
        Row::Keeping => keeping::run(folder, size),
        Row::Open => keeping::open(folder, size),
        Row::Fold | Row::Verify | Row::Backtest => {
            let past = match past {
                Some(past) => past,
                None => past.insert(Past::new(folder, size)?),
            };
            let mut figures = past.figures();
            figures.extend(match row {
                Row::Fold => past.fold()?,
                Row::Verify => past.verify()?,
                _ => past.backtest()?,
            });
            Ok(figures)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Subcommand;

    #[test]
    fn every_row_goes_by_the_name_of_its_job() {
        let command = Row::augment_subcommands(clap::Command::new("benches"));
        let jobs: Vec<_> = command.get_subcommands().map(|job| job.get_name().to_owned()).collect();
        let rows: Vec<_> = [Row::Disk].iter().chain(&Row::ALL).map(|row| row.name().to_owned()).collect();
        assert_eq!(jobs, rows);
    }

    #[test]
    fn all_measures_every_row_of_every_peer() {
        for peer in Peer::ALL {
            assert!(peer.rows().iter().all(|row| Row::ALL.contains(row)), "{}", peer.name());
        }
    }
}
