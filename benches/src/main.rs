//! Whole-job benchmarks: `cargo run --release -p tallybook-benches -- JOB`.
//!
//! A job prints its figures as a table, and writes them as JSON where `--json` says so. `peers` has other programs do the
//! same work in the same run; `counts` counts instructions. All files go below `--folder` and are removed again, so the
//! disk that is measured is the one that holds that folder.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that tells its figures")]

mod counts;
mod jobs;
mod measure;
mod peers;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::jobs::history::Past;
use crate::jobs::{Outcome, Size, disk, fresh, orders, rfm, spending};
use crate::measure::{Circumstances, Figure};

#[derive(Debug, Parser)]
#[command(about = "Benchmarks of Tallybook: whole jobs, peers, and instruction counts.")]
struct Cli {
    #[command(subcommand)]
    job: Job,
    #[command(flatten)]
    size: Size,
    /// The folder below which all measured files are made.
    #[arg(long, global = true, default_value = "target/benches")]
    folder: PathBuf,
    /// A file to write the figures to as JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
}

#[derive(Clone, Debug, Subcommand)]
enum Job {
    /// Everything below but peers and counts; about ten minutes.
    All,
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
    /// Snapshots written and read, the ledger opened, memory per member.
    Keeping,
    /// Other programs at the same work, beside ours.
    Peers {
        /// Which.
        #[arg(value_enum)]
        peer: peers::Peer,
    },
    /// Instructions of the hot loops, counted by callgrind.
    Counts(counts::Asked),
    /// A generated history's orders as CSV, on standard output.
    Csv,
    /// Work that a job does in a process of its own.
    #[command(hide = true)]
    Fresh {
        /// What to do.
        #[arg(value_enum)]
        work: fresh::Work,
        /// The ledger's folder.
        ledger: PathBuf,
    },
    /// A hot loop, as callgrind sees it.
    #[command(hide = true)]
    Loop(counts::Rounds),
}

/// What measures, and what measures a past that others measure too.
type Measure = fn(&Path, Size) -> Outcome<Vec<Figure>>;
type Tell = fn(&Past) -> Outcome<Vec<Figure>>;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> Outcome<ExitCode> {
    let Cli { job, size, folder, json } = cli;
    match job {
        Job::Fresh { work, ledger } => {
            println!("{}", serde_json::to_string(&fresh::here(work, &ledger)?)?);
            return Ok(ExitCode::SUCCESS);
        }
        Job::Loop(rounds) => {
            counts::here(&rounds)?;
            return Ok(ExitCode::SUCCESS);
        }
        Job::Csv => {
            let Size { members, orders, seed, .. } = size;
            let shape = tallybook_benches::generate::Shape { members, orders, seed };
            let mut out = std::io::BufWriter::new(std::io::stdout().lock());
            tallybook_benches::generate::write_orders_csv(shape, &mut out)?;
            return Ok(ExitCode::SUCCESS);
        }
        Job::Counts(asked) => {
            std::fs::create_dir_all(&folder)?;
            return counts::run(&asked, &folder);
        }
        _ => {}
    }
    std::fs::create_dir_all(&folder)?;
    let figures = figures(&job, size, &folder)?;
    let circumstances = Circumstances::here(&folder);
    print!("{}", measure::table(&circumstances, &figures));
    if let Job::Peers { .. } = job {
        print!("\n{}", peers::ratios(&figures));
    }
    if let Some(path) = json {
        std::fs::write(path, serde_json::to_string_pretty(&measure::json(&circumstances, &figures))?)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn figures(job: &Job, size: Size, folder: &Path) -> Outcome<Vec<Figure>> {
    let past = |tell: Tell| {
        let past = Past::new(folder, size)?;
        let mut figures = past.figures();
        figures.extend(tell(&past)?);
        Ok(figures)
    };
    match job {
        Job::All => all(folder, size),
        Job::Disk => disk::run(folder, size),
        Job::OneCaller => orders::one_caller(folder, size),
        Job::Callers => orders::many_callers(folder, size),
        Job::Batches => orders::batches(folder, size),
        Job::Redemptions => spending::run(folder, size),
        Job::Bytes => orders::bytes(folder, size),
        Job::Rfm => rfm::run(folder, size),
        Job::Fold => past(Past::fold),
        Job::Verify => past(Past::verify),
        Job::Backtest => past(Past::backtest),
        Job::Keeping => past(Past::keeping),
        Job::Peers { peer } => peers::run(*peer, folder, size),
        Job::Counts(_) | Job::Csv | Job::Fresh { .. } | Job::Loop(_) => Ok(Vec::new()),
    }
}

fn all(folder: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    let jobs: [(&str, Measure); 7] = [
        ("disk", disk::run),
        ("one caller", orders::one_caller),
        ("256 callers", orders::many_callers),
        ("batches", orders::batches),
        ("redemptions", spending::run),
        ("bytes", orders::bytes),
        ("RFM", rfm::run),
    ];
    for (name, job) in jobs {
        eprintln!("{name} …");
        figures.extend(job(folder, size)?);
    }
    eprintln!("history …");
    let past = Past::new(folder, size)?;
    figures.extend(past.figures());
    let tellings: [(&str, Tell); 4] = [
        ("fold", Past::fold),
        ("verify", Past::verify),
        ("backtest", Past::backtest),
        ("snapshot, opening, memory", Past::keeping),
    ];
    for (name, tell) in tellings {
        eprintln!("{name} …");
        figures.extend(tell(&past)?);
    }
    Ok(figures)
}
