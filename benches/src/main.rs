//! Whole-job benchmarks: `cargo run --release -p tallybook-benches -- JOB`.
//!
//! A job prints its figures as a table, and writes them as JSON where `--json` says so. `--peers` has other programs do the
//! same work in the same run; `counts` counts instructions. All files go below `--folder` and are removed again, so the
//! disk that is measured is the one that holds that folder.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that tells its figures")]

mod counts;
mod jobs;
mod measure;
mod peers;
mod plan;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::jobs::{Asked, Outcome, big, fresh};
use crate::measure::{Circumstances, Report};
use crate::peers::Peer;
use crate::plan::Row;

/// As in the command line.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Debug, Parser)]
#[command(about = "Benchmarks of Tallybook: whole jobs, peers, and instruction counts.")]
struct Cli {
    #[command(subcommand)]
    job: Job,
    #[command(flatten)]
    asked: Asked,
    /// Other programs do the same work right before; who is not installed is skipped.
    #[arg(long, global = true)]
    peers: bool,
    /// The folder below which all measured files are made.
    #[arg(long, global = true, default_value = "target/benches")]
    folder: PathBuf,
    /// A file to write the figures to as JSON.
    #[arg(long, global = true)]
    json: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Job {
    /// Every row of docs/performance.md but what `big` and `counts` measure.
    All,
    #[command(flatten)]
    One(Row),
    /// One other program in all rows that it can be measured in, each beside ours.
    Peers {
        /// Which.
        #[arg(value_enum)]
        peer: Peer,
    },
    /// 100 million orders of 10 million members: taken down, snapshot, opened, verified, judged again.
    Big(big::Wanted),
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
    /// A phase of `big`, in a process of its own.
    #[command(hide = true)]
    Phase(big::Asked),
    /// A hot loop, as callgrind sees it.
    #[command(hide = true)]
    Loop(counts::Rounds),
}

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
    let Cli { job, asked, peers, folder, json } = cli;
    let with: &[Peer] = if peers { &Peer::ALL } else { &[] };
    let report = match job {
        Job::Fresh { work, ledger } => {
            println!("{}", serde_json::to_string(&fresh::here(work, &ledger)?)?);
            return Ok(ExitCode::SUCCESS);
        }
        Job::Phase(phase) => {
            println!("{}", serde_json::to_string(&big::here(&phase, big::size(asked))?)?);
            return Ok(ExitCode::SUCCESS);
        }
        Job::Loop(rounds) => {
            counts::here(&rounds)?;
            return Ok(ExitCode::SUCCESS);
        }
        Job::Csv => {
            csv(asked)?;
            return Ok(ExitCode::SUCCESS);
        }
        Job::Counts(asked) => {
            std::fs::create_dir_all(&folder)?;
            return counts::run(&asked, &folder);
        }
        Job::All => measured(&Row::ALL, with, asked, &folder, json.as_deref())?,
        Job::One(row) => measured(&[row], with, asked, &folder, json.as_deref())?,
        Job::Peers { peer } => measured(peer.rows(), &[peer], asked, &folder, json.as_deref())?,
        Job::Big(wanted) => {
            std::fs::create_dir_all(&folder)?;
            Report::of("big", big::run(&wanted, &folder, big::size(asked))?)
        }
    };
    let circumstances = Circumstances::here(&folder);
    print!("{}", report.table(&circumstances));
    if let Some(path) = json {
        std::fs::write(path, serde_json::to_string_pretty(&report.json(&circumstances))?)?;
    }
    Ok(if report.failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn measured(
    rows: &[Row],
    peers: &[Peer],
    asked: Asked,
    folder: &Path,
    json: Option<&Path>,
) -> Outcome<Report> {
    std::fs::create_dir_all(folder)?;
    plan::run(rows, peers, asked, folder, json)
}

fn csv(asked: Asked) -> Outcome<()> {
    let jobs::Size { members, orders, seed, .. } = asked.or(100_000, 1_000_000);
    let shape = tallybook_benches::generate::Shape { members, orders, seed };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    tallybook_benches::generate::write_orders_csv(shape, &mut out)?;
    Ok(())
}
