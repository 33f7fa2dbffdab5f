//! Other programs at the same work in the same run, and how ours stands beside them.
//!
//! Each peer is a script in `benches/peers` that prints one figure as JSON a line; a figure names what of ours it stands
//! beside. Our own jobs run right after.

use std::fmt::Write as _;
use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::{Command, Stdio};

use tallybook_benches::generate::{Shape, write_orders_csv};

use crate::jobs::history::Past;
use crate::jobs::{Folder, Outcome, Size, orders, rfm, spending};
use crate::measure::{Figure, shown};

/// Where the scripts are.
const SCRIPTS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/peers");

/// Who can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Peer {
    /// PostgreSQL over the loopback, pgbench as its callers.
    Postgres,
    /// SQLite in this machine's Python.
    Sqlite,
    /// DuckDB, from PyPI.
    Duckdb,
    /// Polars, from PyPI.
    Polars,
    /// cqrs-es over PostgreSQL, a Rust program built apart.
    CqrsEs,
}

/// The peer first, then ours.
pub fn run(peer: Peer, below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "peer")?;
    let mut figures = match peer {
        Peer::Postgres => script("postgres.py", folder.path(), size)?,
        Peer::Sqlite => script("sqlite.py", folder.path(), size)?,
        Peer::Duckdb => columnar("duckdb_queries.py", folder.path(), size)?,
        Peer::Polars => columnar("polars_queries.py", folder.path(), size)?,
        Peer::CqrsEs => script("cqrs_es.py", folder.path(), size)?,
    };
    drop(folder);
    match peer {
        Peer::Postgres | Peer::Sqlite => {
            figures.extend(orders::one_caller(below, size)?);
            figures.extend(orders::many_callers(below, size)?);
            figures.extend(orders::batches(below, size)?);
            figures.extend(spending::run(below, size)?);
        }
        Peer::Duckdb | Peer::Polars => {
            figures.extend(Past::new(below, size)?.backtest()?);
            figures.extend(rfm::run(below, size)?);
        }
        Peer::CqrsEs => {
            figures.extend(orders::one_caller(below, size)?);
            figures.extend(orders::many_callers(below, size)?);
            figures.extend(Past::new(below, size)?.fold()?);
        }
    }
    Ok(figures)
}

/// A query engine gets the history's orders as CSV, and reads them before anything is timed.
fn columnar(name: &str, folder: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let Size { members, orders, seed, .. } = size;
    let mut out = BufWriter::new(File::create(folder.join("orders.csv"))?);
    write_orders_csv(Shape { members, orders, seed }, &mut out)?;
    drop(out);
    script(name, folder, size)
}

fn script(name: &str, folder: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let output = Command::new("python3")
        .arg("-B")
        .arg(Path::new(SCRIPTS).join(name))
        .arg(folder)
        .args(["--members", &size.members.to_string(), "--runs", &size.runs.max(1).to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{name} failed").into());
    }
    let lines = String::from_utf8(output.stdout)?;
    lines.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// How our medians stand beside those of peers that name them.
pub fn ratios(figures: &[Figure]) -> String {
    let mut out = String::new();
    for theirs in figures {
        let Some(beside) = &theirs.beside else { continue };
        let Some(ours) = figures.iter().find(|ours| ours.who == "tallybook" && ours.what == *beside) else {
            continue;
        };
        // Of a time less is better, of a rate more.
        let ratio = match ours.unit.ends_with("/s") {
            true => ours.median() / theirs.median(),
            false => theirs.median() / ours.median(),
        };
        let (who, what) = (&theirs.who, &theirs.what);
        let _ = writeln!(out, "{} times {who}: {beside}  ({who}: {what})", shown(ratio));
    }
    out
}
