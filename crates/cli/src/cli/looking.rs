//! Options of commands that look at members and at the ledger.

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

/// Shows tiers.
#[derive(Debug, Args)]
pub struct Tier {
    /// The member
    pub member: String,
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
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
