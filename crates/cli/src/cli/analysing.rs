//! Options of commands that analyse the past.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
