//! Audit: verifies a ledger by replaying it, and explains a balance line by line.
//!
//! [`verify`] reads a ledger's log once, from the first byte, and checks everything that can be checked from it: the
//! stored bytes, the members' chains, the conservation of points, every decision judged again from its fact, and the
//! snapshot against the replay. [`explain`] reads one member's records, and of others only what batches about both say, and
//! leads every point back to its fact and rules.
//!
//! Invariants:
//! - no byte of the log is changed, so that both work beside a live ledger. A snapshot that cannot be believed is thrown
//!   away on opening, as the ledger itself would do;
//! - whatever is wrong with the stored bytes becomes a [`Finding`] that names it; only a failing machine is an error;
//! - judging again goes through the very same `decide` as the ledger.
//!
//! It does not mend anything, and does not prove that a log is the one that was first written: who can rewrite a whole
//! log consistently is found out by signed checkpoints only.

mod book;
mod canonical;
mod conservation;
mod damage;
mod difference;
mod explain;
mod replay;
mod report;
mod round;
mod snapshot;
mod verify;

pub use explain::{
    BenefitExplanation, BenefitStep, Cause, CurrencyExplanation, DebtEntry, Explanation, LadderExplanation,
    LineShare, LotExplanation, LotMove, MergeEntry, MergeSide, MoveKind, NewEnd, RuleVerdict, SumLine,
    VersionUsed, explain, render,
};
pub use report::{CurrencyTotals, Finding, FindingKind, Progress, Report, SnapshotCheck};
pub use verify::{VerifyOptions, verify, verify_log};
