//! The command line's shape: commands and their help here, their options in a file per subject.

mod analysing;
mod correcting;
mod earning;
mod ledger;
mod looking;
mod spending;
mod tiers;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

pub use analysing::{Backtest, Divide, Rfm, Ties};
pub use correcting::{Adjust, Block, ByHand, Close, Expiry, Lots, Merge, Reinstate, Unblock, WriteOff};
pub use earning::{Activity, Enrol, Fulfil, Order, Return};
pub use ledger::{Demo, Import, Init, Publish, Verify};
pub use looking::{Balance, Explain, History, Summary, Tiers};
pub use spending::{Hold, Purchase, Purpose, Quote, Redeem, Reverse, Transfer, Voucher};
pub use tiers::{Benefit, BenefitList, OnLadder, Tier, TierAction};

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

/// When something happened, and under which key, where it has a name of its own.
#[derive(Debug, Args)]
pub struct Once {
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
    /// Idempotency key: the same key is carried out once [default: made of the name]
    #[arg(long)]
    pub key: Option<String>,
}

/// When something happened, and under which key, where it has no name of its own.
#[derive(Debug, Args)]
pub struct Keyed {
    /// Idempotency key: the same key is carried out once
    #[arg(long)]
    pub key: String,
    /// When it happened [default: now]
    #[arg(long, value_name = "WHEN")]
    pub at: Option<String>,
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
    /// Import orders, returns, activities, enrolments or tiers by hand from CSV or JSON Lines
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
    /// Show a member's tiers and what is missing for the next; give, lend or revoke one
    #[command(after_help = "\
Examples:
  tallybook tier 1042 --at 2026-12-31
  tallybook tier give 1042 gold --until 2027-01-01 --key case-21 --actor mia --reason \"on leave\"
  tallybook tier lend 1042 gold --key match-7 --actor mia --reason \"gold at another airline\"
  tallybook tier revoke 1042 --key case-22 --actor mia --reason \"given by mistake\"")]
    Tier(Tier),
    /// Show what a member's tiers give a number of times per period; use it, or give it back
    #[command(subcommand)]
    Benefit(Benefit),
    /// Show how members are spread over tiers, and who moved between two dates
    #[command(after_help = "\
Examples:
  tallybook tiers --at 2026-12-31
  tallybook tiers --ladder status --from 2026-01-01 --to 2027-01-01 --svg moves.svg
  tallybook tiers --at 2026-12-31 --members > tiers.csv

Members who were merged count as one from then on; closed memberships are counted apart.")]
    Tiers(Tiers),
    /// Show balances of all members, tiers, and what is about to expire
    #[command(after_help = "Example:\n  tallybook summary --at 2026-12-31 --within-days 90")]
    Summary(Summary),
    /// Show how much of each budget and of each reward's stock is left
    #[command(after_help = "Example:\n  tallybook budget")]
    Budget,
    /// Enrol a member
    #[command(after_help = "\
Examples:
  tallybook enrol 1042 --birthday 02-29 --segment vip --attribute home_store=330
  tallybook enrol 1043 --referred-by 1042")]
    Enrol(Enrol),
    /// Place an order
    #[command(after_help = "\
Examples:
  tallybook order 1042 A-1 --line 24.90
  tallybook order 1042 A-2 --line 12.40,quantity=2,category=tea --line 3.80,category=bread --channel web
  tallybook order 1042 A-3 --line 50.00 --redemption R-77 --paid-with-points 5.00

Orders by the thousand come in by `tallybook import`.")]
    Order(Order),
    /// Say that an order has reached the member
    #[command(after_help = "\
Example:
  tallybook fulfil 1042 A-1

Where the programme activates points on_fulfilment, those of the order can be spent from then on.")]
    Fulfil(Fulfil),
    /// Give back an order, whole or in part
    #[command(after_help = "\
Examples:
  tallybook return 1042 A-1 --id RET-1
  tallybook return 1042 A-1 --id RET-2 --line 1:2 --line 3=4.50 --line 4
  tallybook return 1042 A-3 --id RET-3 --points-back 250

A line is given back whole (4), by pieces (1:2), or by money (3=4.50). Points that paid the order go back to the
redemption which the order named, by their share of what comes back or as --points-back says.")]
    Return(Return),
    /// Record something that a member did other than buying
    #[command(after_help = "\
Examples:
  tallybook activity 1042 check_in --id 1042-2026-05-03
  tallybook activity 1042 survey --id S-81 --score 9 --channel app
  tallybook activity 1042 donation --id D-7 --amount 5.00 --money USD --tag charity")]
    Activity(Activity),
    /// Spend a member's points
    #[command(after_help = "\
Examples:
  tallybook redeem 1042 --id R-77 --reward coffee
  tallybook redeem 1042 --id R-78 --points 500 --cash-off 24.90 --partial
  tallybook redeem 1042 --id R-79 --points 500 --voucher \"free wash\" --new-code

A code made by --new-code is shown once; the ledger keeps only its SHA-256.")]
    Redeem(Redeem),
    /// Undo a redemption, whole or in part
    #[command(after_help = "Example:\n  tallybook reverse 1042 R-77 --key R-77-undo --points 200")]
    Reverse(Reverse),
    /// Ask what points could pay of an order; nothing is recorded
    #[command(after_help = "\
Examples:
  tallybook quote 1042 --order-total 50.00
  tallybook quote 1042 --order-total 50.00 --points 300
  tallybook quote 1042 --order-total 50.00 --amount 5.00")]
    Quote(Quote),
    /// Use a voucher
    #[command(subcommand)]
    Voucher(Voucher),
    /// Set points aside, then spend them or give them up
    #[command(subcommand)]
    Hold(Hold),
    /// Send points to another member
    #[command(after_help = "\
Examples:
  tallybook transfer 1042 1043 200 --id T-1
  tallybook transfer 1042 1043 200 --id T-2 --gift")]
    Transfer(Transfer),
    /// Take down points that were bought
    #[command(after_help = "\
Examples:
  tallybook purchase 1042 500 --id P-1 --price 5.00 --money USD
  tallybook purchase 1042 500 --id P-2 --giver \"aunt May\"")]
    Purchase(Purchase),
    /// Credit or debit points by hand
    #[command(after_help = "\
Examples:
  tallybook adjust 1042 --points 100 --key case-9 --actor mia --reason \"late delivery\"
  tallybook adjust 1042 --points=-100 --key case-10 --actor mia --reason \"wrong account\" --arrears")]
    Adjust(Adjust),
    /// Let go of points that a member owes
    #[command(after_help = "\
Example:
  tallybook write-off 1042 --key case-11 --actor mia --reason \"goodwill\"")]
    WriteOff(WriteOff),
    /// Give lots another end
    #[command(subcommand)]
    Expiry(Expiry),
    /// Bring back what a lot had when it expired
    #[command(after_help = "\
Examples:
  tallybook reinstate 1042 3 --key case-14 --actor mia --reason \"was in hospital\"
  tallybook reinstate 1042 3 --until 2027-01-01 --key case-15 --actor mia --reason \"was in hospital\"")]
    Reinstate(Reinstate),
    /// Make a member part of another
    #[command(after_help = "\
Example:
  tallybook merge 1043 1042 --actor mia --reason \"one person, two cards\"

All that the first had goes over to the second, and the first name leads there from then on.")]
    Merge(Merge),
    /// Close a membership
    #[command(after_help = "\
Examples:
  tallybook close 1042 --actor mia --reason \"asked to leave\"
  tallybook close 1042 --keep --actor mia --reason \"moved abroad\"

What becomes of the points is for the programme's on_close to say, unless --keep or --forfeit does.")]
    Close(Close),
    /// Block a member's earning, redeeming, or both
    #[command(after_help = "\
Example:
  tallybook block 1042 --redeeming --key fraud-3 --actor mia --reason \"card reported stolen\"

What is not named is free from then on, so that --earning frees redeeming.")]
    Block(Block),
    /// Free a member's earning and redeeming
    #[command(after_help = "\
Example:
  tallybook unblock 1042 --key fraud-3-over --actor mia --reason \"card found\"")]
    Unblock(Unblock),
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
