//! What an import did, in counts that add up.
//!
//! Invariant: `rows_read = rows_accepted + rows_already_in + rows_skipped + rows_rejected`.

use std::collections::BTreeMap;

use serde::Serialize;

/// The outcome of an import. Field names are those of `--json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Rows of all files.
    pub rows_read: u64,
    /// Rows that this run brought in, whole or in part.
    pub rows_accepted: u64,
    /// Rows that an earlier run had brought in.
    pub rows_already_in: u64,
    /// Rows left out on purpose.
    pub rows_skipped: u64,
    /// Rows that could not be taken.
    pub rows_rejected: u64,
    /// Accepted rows, or rows already in, of which a part could not be taken.
    pub rows_accepted_in_part: u64,
    /// Skipped rows by reason.
    pub skipped: BTreeMap<String, u64>,
    /// Rejected rows by the first reason.
    pub rejected: BTreeMap<String, u64>,
    /// Lines of the reject file.
    pub reject_lines: u64,
    /// Orders submitted.
    pub orders: Counts,
    /// Returns submitted.
    pub returns: Counts,
    /// Activities submitted.
    pub activities: Counts,
    /// Enrolments submitted.
    pub enrolments: Counts,
    /// Tiers by hand submitted.
    pub tiers: Counts,
    /// Members of whom at least something was taken.
    pub members: u64,
    /// Lines of orders taken.
    pub order_lines: u64,
    /// Amounts of orders taken, by currency.
    pub order_amounts: BTreeMap<String, Amount>,
    /// Amounts of returns taken where the file tells, by currency.
    pub return_amounts: BTreeMap<String, Amount>,
    /// Amounts of activities taken where the file tells, by currency.
    pub activity_amounts: BTreeMap<String, Amount>,
}

/// What became of what was submitted of one kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// All of them.
    pub submitted: u64,
    /// Brought in by this run.
    pub new: u64,
    /// Brought in by an earlier run.
    pub already_in: u64,
    /// Refused by the ledger, by code.
    pub refused: BTreeMap<String, u64>,
}

/// A sum of money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Amount {
    /// Minor units.
    pub minor_units: i64,
    /// Decimal places of the minor unit.
    pub exponent: u8,
}

impl Report {
    /// Whether every row is counted once.
    pub fn adds_up(&self) -> bool {
        let sum = |counts: &BTreeMap<String, u64>| counts.values().sum::<u64>();
        let counted = self.rows_accepted + self.rows_already_in + self.rows_skipped + self.rows_rejected;
        counted == self.rows_read
            && sum(&self.skipped) == self.rows_skipped
            && sum(&self.rejected) == self.rows_rejected
            && [&self.orders, &self.returns, &self.activities, &self.enrolments, &self.tiers]
                .iter()
                .all(|counts| counts.submitted == counts.new + counts.already_in + sum(&counts.refused))
    }
}
