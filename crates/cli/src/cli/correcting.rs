//! Options of commands by which people correct the ledger by hand.

use clap::{Args, Subcommand};

use super::{Keyed, Once};

/// Who corrects, and why.
#[derive(Debug, Args)]
pub struct ByHand {
    /// Who does it
    #[arg(long)]
    pub actor: String,
    /// Why
    #[arg(long)]
    pub reason: String,
}

/// Corrects a balance.
#[derive(Debug, Args)]
pub struct Adjust {
    /// The member
    pub member: String,
    /// How many points; below zero takes
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub points: String,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// Make a debt of what is not there
    #[arg(long)]
    pub arrears: bool,
    /// Position of the disputed record, as history shows it with --json
    #[arg(long, value_name = "POSITION")]
    pub about: Option<u64>,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Lets a debt go.
#[derive(Debug, Args)]
pub struct WriteOff {
    /// The member
    pub member: String,
    /// How many points [default: all that are owed]
    #[arg(long, value_name = "N")]
    pub points: Option<String>,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// What to do with the ends of lots.
#[derive(Debug, Subcommand)]
pub enum Expiry {
    /// Give a lot, or all lots, an end, or none
    #[command(after_help = "\
Examples:
  tallybook expiry set 1042 --lot 7 --to 2027-01-01 --key case-12 --actor mia --reason \"promised by phone\"
  tallybook expiry set 1042 --all --never --key case-13 --actor mia --reason \"court order\"")]
    Set(ExpirySet),
    /// Give a lot, or all lots, more days
    #[command(after_help = "\
Example:
  tallybook expiry extend 1042 --all --days 30 --key flood-1042 --actor mia --reason \"shop was flooded\"")]
    Extend(ExpiryExtend),
}

/// Which lots.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Lots {
    /// The lot, as balance --lots shows it
    #[arg(long, value_name = "LOT")]
    pub lot: Option<u32>,
    /// All lots of the currency
    #[arg(long)]
    pub all: bool,
}

/// Sets ends.
#[derive(Debug, Args)]
pub struct ExpirySet {
    /// The member
    pub member: String,
    /// Which lots.
    #[command(flatten)]
    pub lots: Lots,
    /// The first moment at which they can no longer be spent
    #[arg(long, value_name = "WHEN", required_unless_present = "never", conflicts_with = "never")]
    pub to: Option<String>,
    /// Let them never end
    #[arg(long)]
    pub never: bool,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Moves ends.
#[derive(Debug, Args)]
pub struct ExpiryExtend {
    /// The member
    pub member: String,
    /// Which lots.
    #[command(flatten)]
    pub lots: Lots,
    /// How many local days after the last on which they could be spent, 1 to 3650
    #[arg(long, value_name = "N")]
    pub days: u32,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Brings back expired points.
#[derive(Debug, Args)]
pub struct Reinstate {
    /// The member
    pub member: String,
    /// The lot that expired, as history shows it
    pub lot: u32,
    /// The first moment at which they can no longer be spent [default: as points earned now]
    #[arg(long, value_name = "WHEN")]
    pub until: Option<String>,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Makes a member part of another.
#[derive(Debug, Args)]
pub struct Merge {
    /// The member who becomes part of the other
    pub from: String,
    /// The member who goes on
    pub into: String,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Closes a membership.
#[derive(Debug, Args)]
pub struct Close {
    /// The member
    pub member: String,
    /// Let points stay until they run out, whatever the programme says
    #[arg(long, conflicts_with = "forfeit")]
    pub keep: bool,
    /// Forfeit all points, whatever the programme says
    #[arg(long)]
    pub forfeit: bool,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Once,
}

/// Blocks a member.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true)))]
pub struct Block {
    /// The member
    pub member: String,
    /// Block earning: orders, activities, purchases, points from others
    #[arg(long, group = "what")]
    pub earning: bool,
    /// Block redeeming: redemptions, holds, points to others
    #[arg(long, group = "what")]
    pub redeeming: bool,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}

/// Frees a member.
#[derive(Debug, Args)]
pub struct Unblock {
    /// The member
    pub member: String,
    /// Who and why.
    #[command(flatten)]
    pub by: ByHand,
    /// When, and under which key.
    #[command(flatten)]
    pub once: Keyed,
}
