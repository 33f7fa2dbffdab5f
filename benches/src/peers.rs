//! Other programs at the same work in the same run.
//!
//! Each peer is a script in `benches/peers` that is told which row to measure and prints one figure as JSON a line; a figure
//! names what of ours it stands beside. A script whose program is not installed says what there is to install instead.

use std::fs::File;
use std::io::{BufWriter, ErrorKind};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;
use tallybook_benches::generate::{Shape, write_orders_csv};

use crate::jobs::{Folder, Outcome, Size};
use crate::measure::Figure;
use crate::plan::Row;

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

/// What a script says in one line.
#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Skipped { skipped: String },
    Told(Figure),
}

/// What came of asking a peer.
pub enum Answer {
    /// Its figures.
    Told(Vec<Figure>),
    /// It is not installed; what there is to install.
    Skipped(String),
}

impl Peer {
    /// All of them, in the order in which they are measured.
    pub const ALL: [Peer; 5] = [Peer::Postgres, Peer::Sqlite, Peer::CqrsEs, Peer::Duckdb, Peer::Polars];

    /// The name that it goes by.
    pub fn name(self) -> &'static str {
        match self {
            Peer::Postgres => "postgres",
            Peer::Sqlite => "sqlite",
            Peer::Duckdb => "duckdb",
            Peer::Polars => "polars",
            Peer::CqrsEs => "cqrs-es",
        }
    }

    /// The rows that it can be measured in.
    pub fn rows(self) -> &'static [Row] {
        match self {
            Peer::Postgres => &[Row::OneCaller, Row::Callers, Row::Batches, Row::Redemptions],
            Peer::Sqlite => &[Row::OneCaller, Row::Batches, Row::Redemptions],
            Peer::Duckdb | Peer::Polars => &[Row::Backtest, Row::Rfm],
            Peer::CqrsEs => &[Row::OneCaller, Row::Callers, Row::Fold],
        }
    }

    fn script(self) -> &'static str {
        match self {
            Peer::Postgres => "postgres.py",
            Peer::Sqlite => "sqlite.py",
            Peer::Duckdb => "duckdb_queries.py",
            Peer::Polars => "polars_queries.py",
            Peer::CqrsEs => "cqrs_es.py",
        }
    }

    /// Has it do a row's work.
    pub fn measure(self, row: Row, below: &Path, size: Size) -> Outcome<Answer> {
        let folder = Folder::new(below, "peer")?;
        if matches!(self, Peer::Duckdb | Peer::Polars) {
            // A query engine reads the history's orders before anything is timed.
            let Size { members, orders, seed, .. } = size;
            let mut out = BufWriter::new(File::create(folder.path().join("orders.csv"))?);
            write_orders_csv(Shape { members, orders, seed }, &mut out)?;
        }
        let output = Command::new("python3")
            .arg("-B")
            .arg(PathBuf::from(SCRIPTS).join(self.script()))
            .arg(folder.path())
            .args(["--row", row.name()])
            .args(["--members", &size.members.to_string(), "--orders", &size.orders.to_string()])
            .args(["--runs", &size.runs.to_string()])
            .stderr(Stdio::inherit())
            .output();
        let output = match output {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Ok(Answer::Skipped("needs python3".to_owned()));
            }
            output => output?,
        };
        if !output.status.success() {
            return Err(format!("{} ended with {}", self.script(), output.status).into());
        }
        let mut figures = Vec::new();
        for line in String::from_utf8(output.stdout)?.lines() {
            match serde_json::from_str(line)? {
                Line::Skipped { skipped } => return Ok(Answer::Skipped(skipped)),
                Line::Told(figure) => figures.push(figure),
            }
        }
        Ok(Answer::Told(figures))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_figure_or_what_there_is_to_install() {
        let told = r#"{"who": "p", "what": "w", "unit": "s", "runs": [1.5, 2], "beside": null}"#;
        assert!(matches!(serde_json::from_str(told), Ok(Line::Told(figure)) if figure.runs == [1.5, 2.0]));
        let skipped = r#"{"skipped": "needs p"}"#;
        assert!(
            matches!(serde_json::from_str(skipped), Ok(Line::Skipped { skipped }) if skipped == "needs p")
        );
    }
}
