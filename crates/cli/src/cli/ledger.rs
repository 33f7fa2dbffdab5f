//! Options of commands that look after a ledger: make, publish, import, verify.

use std::path::PathBuf;

use clap::Args;

/// Shows everything.
#[derive(Debug, Args)]
pub struct Demo {
    /// A folder for the demo's files and ledger, which is kept [default: a temporary one]
    pub dir: Option<PathBuf>,
}

/// Makes a ledger.
#[derive(Debug, Args)]
pub struct Init {
    /// A first programme to publish
    #[arg(long, value_name = "FILE")]
    pub programme: Option<PathBuf>,
    /// From when the programme is in force [default: what the file says, else now]
    #[arg(long, value_name = "WHEN", requires = "programme")]
    pub from: Option<String>,
}

/// Publishes a programme.
#[derive(Debug, Args)]
pub struct Publish {
    /// The programme file
    pub file: PathBuf,
    /// From when it is in force [default: what the file says]
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
}

/// Imports files.
#[derive(Debug, Args)]
pub struct Import {
    /// Says which column means what
    #[arg(long, value_name = "MAP.toml")]
    pub map: PathBuf,
    /// Input files: .csv or .jsonl, also .gz or .zst
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Where rejected rows go [default: beside the ledger, named after ledger and map]
    #[arg(long, value_name = "FILE")]
    pub rejects: Option<PathBuf>,
    /// Stop after so many orders and returns, or activities, enrolments or tiers
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Check files and map without a ledger; nothing but the reject file is written
    #[arg(long)]
    pub dry_run: bool,
}
/// Verifies a ledger.
#[derive(Debug, Args)]
pub struct Verify {
    /// Do not judge facts again
    #[arg(long)]
    pub no_judging: bool,
    /// Do not compare the snapshot
    #[arg(long)]
    pub no_snapshot: bool,
    /// Most findings to show
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub findings: usize,
}
