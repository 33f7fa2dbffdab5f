//! The command line's shape: commands, options and their help.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// A ledger of loyalty points and tiers: every point explained, every balance replayed.
#[derive(Debug, Parser)]
#[command(
    name = "tallybook",
    version,
    max_term_width = 110,
    after_help = "\
Exit codes: 0 done, 1 a check found something, 2 wrong usage or input, 3 refused by the ledger, 4 the machine failed, \
5 stored bytes are wrong.
WHEN is `now`, a local date (2026-01-31, its first instant), a local date and time (\"2026-01-31 18:00\") in the \
programme's zone, or RFC 3339 (2026-01-31T18:00:00Z)."
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
pub struct Global {
    /// Folder of the ledger
    #[arg(
        long,
        global = true,
        value_name = "DIR",
        default_value = "ledger",
        env = "TALLYBOOK_LEDGER",
        hide_env_values = true
    )]
    pub ledger: PathBuf,
    /// Write results as JSON
    #[arg(long, global = true)]
    pub json: bool,
    /// Leave out progress and notes
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

/// Everything that can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// See all of it at work on a year of real baskets
    #[command(after_help = "Examples:\n  tallybook demo\n  tallybook demo ./tour   # and keep the ledger")]
    Demo(Demo),
    /// Make a new ledger
    #[command(
        after_help = "Example:\n  tallybook --ledger shop init --programme rewards.toml --from 2020-01-01"
    )]
    Init(Init),
    /// Publish a programme version
    #[command(after_help = "Example:\n  tallybook publish rewards-2027.toml --from 2027-01-01")]
    Publish(Publish),
    /// Check a programme file without a ledger
    #[command(after_help = "Example:\n  tallybook check rewards.toml")]
    Check {
        /// The programme file
        file: PathBuf,
    },
    /// Import orders and returns from CSV or JSON Lines
    #[command(after_help = "\
Examples:
  tallybook import --map shop.toml orders-2025.csv.zst orders-2026.csv.zst
  tallybook import --map shop.toml --dry-run orders.csv

Running an import again changes nothing that is already in. Rows that cannot be taken go to the reject file with row,
column and reason; correct them there and import that file with the same map.")]
    Import(Import),
    /// Show a member's balances
    #[command(after_help = "\
Examples:
  tallybook balance 1042
  tallybook balance 1042 --at 2026-06-30
  tallybook balance 1042 --at 2026-06-30 --known 2026-07-15")]
    Balance(Balance),
    /// Show all that happened to a member
    #[command(after_help = "Example:\n  tallybook history 1042 --last 20")]
    History(History),
    /// Show a member's tiers, and what is missing for the next
    #[command(after_help = "Example:\n  tallybook tier 1042 --at 2026-12-31")]
    Tier(Tier),
    /// Show balances of all members, tiers, and what is about to expire
    #[command(after_help = "Example:\n  tallybook summary --at 2026-12-31 --within-days 90")]
    Summary(Summary),
    /// Enrol a member
    #[command(
        after_help = "Example:\n  tallybook enrol 1042 --birthday 02-29 --segment vip --attribute home_store=330"
    )]
    Enrol(Enrol),
    /// Spend a member's points
    #[command(after_help = "\
Examples:
  tallybook redeem 1042 --points 500 --id R-77 --reward \"coffee mug\"
  tallybook redeem 1042 --points 500 --id R-78 --cash-off 24.90 --partial")]
    Redeem(Redeem),
    /// Undo a redemption, whole or in part
    #[command(after_help = "Example:\n  tallybook reverse 1042 R-77 --key R-77-undo --points 200")]
    Reverse(Reverse),
    /// Credit or debit points by hand
    #[command(after_help = "\
Examples:
  tallybook adjust 1042 --points 100 --key case-9 --actor mia --reason \"late delivery\"
  tallybook adjust 1042 --points=-100 --key case-10 --actor mia --reason \"wrong account\" --arrears")]
    Adjust(Adjust),
    /// Give back an order, whole or in part
    #[command(after_help = "\
Examples:
  tallybook return 1042 A-1 --id RET-1
  tallybook return 1042 A-1 --id RET-2 --line 1:2 --line 3=4.50 --line 4

A line is given back whole (4), by pieces (1:2), or by money (3=4.50).")]
    Return(Return),
    /// Record what is due by now: activations, tier ends, expiries
    #[command(after_help = "Example:\n  tallybook sweep --until now")]
    Sweep {
        /// Up to when
        #[arg(long, value_name = "WHEN", default_value = "now")]
        until: String,
    },
    /// Verify everything that can be verified from the log
    #[command(after_help = "\
Example:
  tallybook --ledger shop verify

Checks stored bytes, member chains, conservation of points and the snapshot, and judges every fact again under the
programme version that judged it. Exit code 1 where anything was found.")]
    Verify(Verify),
    /// Explain a member's balances: each lot, the fact and rules that gave it, and what drew on it
    #[command(after_help = "Example:\n  tallybook explain 1042 --at 2026-06-30")]
    Explain(Explain),
    /// Try a changed programme on the past
    #[command(after_help = "\
Redemptions are replayed as they happened: what was redeemed then is redeemed again, cut to what is
there. What could not be met is counted.

Examples:
  tallybook backtest changed.toml
  tallybook backtest changed.toml --top 20 --json
  tallybook backtest --identity")]
    Backtest(Backtest),
    /// Score members by recency, frequency and money, and put them into eight cells
    #[command(after_help = "\
Examples:
  tallybook rfm --as-of 2026-06-30
  tallybook rfm --ties shared --csv segments.csv
  tallybook rfm --recency-days 30,90,180,365 --frequency 2,3,5,10 --monetary 50,100,200,500")]
    Rfm(Rfm),
    /// Show a ledger at a glance
    #[command(after_help = "Example:\n  tallybook --ledger shop info")]
    Info {
        /// Also work out the digest over what all members own
        #[arg(long)]
        digest: bool,
    },
    /// Write the JSON Schema of programme files
    Schema,
    /// Write shell completions
    #[command(after_help = "Example:\n  tallybook completions bash > /etc/bash_completion.d/tallybook")]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write man pages
    #[command(after_help = "Examples:\n  tallybook man > tallybook.1\n  tallybook man share/man/man1")]
    Man {
        /// Folder for the pages of all commands; without it, the main page goes to standard output
        dir: Option<PathBuf>,
    },
}

/// Shows everything.
#[derive(Debug, Args)]
pub struct Demo {
    /// A folder for the demo's files and ledger, which is kept [default: a temporary one]
    pub dir: Option<PathBuf>,
}

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
    /// Stop after so many orders and returns
    #[arg(long, value_name = "N")]
    pub limit: Option<u64>,
    /// Check files and map without a ledger; nothing but the reject file is written
    #[arg(long)]
    pub dry_run: bool,
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

/// Enrols a member.
#[derive(Debug, Args)]
pub struct Enrol {
    /// The member
    pub member: String,
    /// Month and day, such as 02-29
    #[arg(long, value_name = "MM-DD")]
    pub birthday: Option<String>,
    /// A segment tag; may be repeated
    #[arg(long, value_name = "TAG")]
    pub segment: Vec<String>,
    /// An attribute; may be repeated
    #[arg(long, value_name = "KEY=VALUE")]
    pub attribute: Vec<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
}

/// Spends points.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("purpose").required(true)))]
pub struct Redeem {
    /// The member
    pub member: String,
    /// How many points, with decimals where the currency has them
    #[arg(long, value_name = "N")]
    pub points: String,
    /// The redemption's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// For a reward
    #[arg(long, value_name = "NAME", group = "purpose")]
    pub reward: Option<String>,
    /// For a voucher
    #[arg(long, value_name = "NAME", group = "purpose")]
    pub voucher: Option<String>,
    /// For cash off an order of this total
    #[arg(long, value_name = "TOTAL", group = "purpose")]
    pub cash_off: Option<String>,
    /// Take what is there when it is less
    #[arg(long)]
    pub partial: bool,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
}

/// Undoes a redemption.
#[derive(Debug, Args)]
pub struct Reverse {
    /// The member
    pub member: String,
    /// The redemption's name
    pub redemption: String,
    /// Idempotency key: the same key is carried out once
    #[arg(long)]
    pub key: String,
    /// How many points [default: all that are left]
    #[arg(long, value_name = "N")]
    pub points: Option<String>,
    /// Point currency, for the decimals of --points [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
}

/// Corrects a balance.
#[derive(Debug, Args)]
pub struct Adjust {
    /// The member
    pub member: String,
    /// How many points; below zero takes
    #[arg(long, value_name = "N", allow_hyphen_values = true)]
    pub points: String,
    /// Idempotency key: the same key is carried out once
    #[arg(long)]
    pub key: String,
    /// Who does it
    #[arg(long)]
    pub actor: String,
    /// Why
    #[arg(long)]
    pub reason: String,
    /// Make a debt of what is not there
    #[arg(long)]
    pub arrears: bool,
    /// Position of the disputed record, as history shows it
    #[arg(long, value_name = "POSITION")]
    pub about: Option<u64>,
    /// Point currency [default: the only one]
    #[arg(long, value_name = "ID")]
    pub currency: Option<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
}

/// Gives back an order.
#[derive(Debug, Args)]
pub struct Return {
    /// The member
    pub member: String,
    /// The order's name
    pub order: String,
    /// The return's name; the same name is carried out once
    #[arg(long)]
    pub id: String,
    /// A line, its pieces or its money; may be repeated; without it, the whole order
    #[arg(long, value_name = "LINE[:PIECES|=MONEY]")]
    pub line: Vec<String>,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
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

/// Explains a balance.
#[derive(Debug, Args)]
pub struct Explain {
    /// The member
    pub member: String,
    /// As of when
    #[arg(long, value_name = "WHEN", default_value = "now")]
    pub at: String,
}

/// Tries a programme on the past.
#[derive(Debug, Args)]
pub struct Backtest {
    /// The changed programme
    #[arg(value_name = "SCENARIO.toml", required_unless_present = "identity")]
    pub scenario: Option<PathBuf>,
    /// Most members to show as gaining, losing or differing
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub top: usize,
    /// Prove instead that the programme that was in force gives the recorded decisions, byte for byte
    #[arg(long, conflicts_with = "scenario")]
    pub identity: bool,
    /// Threads [default: as many as the machine has]
    #[arg(long, value_name = "N")]
    pub threads: Option<std::num::NonZero<usize>>,
}

/// Scores members.
#[derive(Debug, Args)]
pub struct Rfm {
    /// The day to count to, in the programme's zone [default: today]
    #[arg(long, value_name = "DATE")]
    pub as_of: Option<String>,
    /// What becomes of members with equal figures
    #[arg(long, value_enum, default_value = "by-member")]
    pub ties: Ties,
    /// Fixed limits in days since the last order, instead of fifths
    #[arg(long, value_name = "A,B,C,D", value_delimiter = ',', num_args = 4, requires_all = ["frequency", "monetary"])]
    pub recency_days: Option<Vec<i64>>,
    /// Fixed limits in orders
    #[arg(long, value_name = "A,B,C,D", value_delimiter = ',', num_args = 4, requires = "recency_days")]
    pub frequency: Option<Vec<i64>>,
    /// Fixed limits in money
    #[arg(long, value_name = "A,B,C,D", value_delimiter = ',', num_args = 4, requires = "recency_days")]
    pub monetary: Option<Vec<String>>,
    /// What makes a score high in the eight cells
    #[arg(long, value_enum, default_value = "mean-score")]
    pub divide: Divide,
    /// Money currency [default: the programme's first]
    #[arg(long, value_name = "CODE")]
    pub currency: Option<String>,
    /// Write every member's scores to a CSV file
    #[arg(long, value_name = "FILE")]
    pub csv: Option<PathBuf>,
}

/// What becomes of members with equal figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Ties {
    /// Member order decides, and fifths are equally large
    ByMember,
    /// Equal figures share a score
    Shared,
}

/// What makes a measure high.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Divide {
    /// A score above the mean score
    MeanScore,
    /// A figure better than the mean figure
    MeanFigure,
    /// A figure better than the median figure
    MedianFigure,
}
