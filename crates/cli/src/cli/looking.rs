//! Options of commands that look at members and at the ledger.

use std::path::PathBuf;

use clap::Args;

/// Shows the whole ledger.
#[derive(Debug, Args)]
pub struct Summary {
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
    /// How far ahead to look for points that expire, in days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub within_days: u32,
    /// Show each member's balances too
    #[arg(long)]
    pub members: bool,
}

/// Shows balances.
#[derive(Debug, Args)]
pub struct Balance {
    /// The member
    pub member: String,
    /// As of when, with what is due by then settled
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
    /// As the ledger knew it then
    #[arg(long, value_name = "WHEN")]
    pub known: Option<String>,
    /// Show each lot
    #[arg(long)]
    pub lots: bool,
}

/// Shows a history.
#[derive(Debug, Args)]
pub struct History {
    /// The member
    pub member: String,
    /// Only the newest so many batches
    #[arg(long, value_name = "N")]
    pub last: Option<usize>,
}

/// Shows how members are spread over tiers.
#[derive(Debug, Args)]
pub struct Tiers {
    /// The ladder [default: all]
    #[arg(long, value_name = "ID")]
    pub ladder: Option<String>,
    /// The earlier date: shows who moved since
    #[arg(long, value_name = "WHEN")]
    pub from: Option<String>,
    /// The date, or the later of the two
    #[arg(long, visible_alias = "at", value_name = "WHEN", default_value = "now")]
    pub to: String,
    /// Write each member's tier as CSV instead of the tables; with --json, beside them
    #[arg(long)]
    pub members: bool,
    /// Write each member's tier to a CSV file
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
    /// Draw the moves of one ladder as an SVG file
    #[arg(long, value_name = "FILE", requires = "from")]
    pub svg: Option<PathBuf>,
}

/// Explains a balance.
#[derive(Debug, Args)]
pub struct Explain {
    /// The member
    pub member: String,
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
}
