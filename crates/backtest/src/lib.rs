//! Tries a changed programme on a ledger's own past, and proves that the programme in force gives the recorded past.
//!
//! The log is in order of arrival, in which members interleave. [`Columns`] hold its facts by member instead, mapped into
//! memory beside the log. [`compare`] streams them member by member through the very judges that the ledger uses, once
//! under the programme as it was and once as it might have been; [`identity`] streams them under the programme as it was
//! and compares every decision with the recorded one.
//!
//! Invariants:
//! - one way of judging: every decision comes from `tallybook-core`, none is imitated;
//! - the same columns and programmes give the same report, however many threads work on it;
//! - columns are a cache: they are checked when opened and built anew on any doubt.
//!
//! It writes nothing but the columns, draws nothing, and changes no member. Facts and programmes that concern several
//! members at once, and facts of kinds that the columns do not carry, are refused by name.

mod columns;
mod compare;
mod identity;
mod report;
mod stream;
mod supported;
mod tally;

pub use columns::{BuildOptions, Columns, Progress};
pub use compare::{Options, compare};
pub use identity::{Difference, IdentityReport, identity};
pub use report::{
    Comparison, CurrencyComparison, FactCounts, Flows, LadderComparison, MemberChange, MonthComparison, Pair,
    RefusalComparison, RuleComparison, RuleFigures, TierCount, TierMove, Unmet,
};
