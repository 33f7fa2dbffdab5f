//! Mutation tests of one crate in one build: every mutant that `cargo mutants` names is planted in a copy of the
//! sources behind a switch, and the tests run once for each.
//!
//! Invariants: the working tree is only read; a mutant is judged by the crate's own test programs alone.
//!
//! It makes up no mutants of its own, and knows no test runner but that of the standard library.

mod build;
mod judge;
mod listing;
mod plant;
mod report;

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Parser;

/// Runs a crate's tests against every mutant of its code.
#[derive(Parser)]
struct Options {
    /// Folder of the crate, in a git repository.
    #[arg(default_value = "crates/core")]
    package: PathBuf,
    /// Only mutants whose name contains one of these, such as `decide/draw.rs` or `decide/draw.rs:28`.
    #[arg(long)]
    only: Vec<String>,
    /// Mutants judged at a time.
    #[arg(long, default_value = "2")]
    jobs: NonZeroUsize,
    /// Seconds after which a test program that has not ended counts as having noticed.
    #[arg(long, default_value = "40")]
    timeout_seconds: u64,
    /// Keeps the copy and its build in this folder, so that a later run builds only what changed.
    #[arg(long)]
    keep: Option<PathBuf>,
}

fn main() -> Result<()> {
    let options = Options::parse();
    let temporary = tempfile::tempdir()?;
    let folder = options.keep.as_deref().unwrap_or(temporary.path());
    let copy = build::Copy::make(&options.package, folder)?;
    let mut mutants = listing::list(&copy.package())?;
    let is_wanted = |name: &str| options.only.iter().any(|part| name.contains(part));
    mutants.retain(|mutant| options.only.is_empty() || is_wanted(&mutant.name));
    let built = copy.build(&mutants)?;
    let left_out: BTreeSet<u32> = built.not_planted.union(&built.not_viable).copied().collect();
    let queue = mutants.iter().filter(|mutant| !left_out.contains(&mutant.id));
    let judge = judge::Judge {
        programs: &built.programs,
        folder: &copy.package(),
        timeout: Duration::from_secs(options.timeout_seconds),
    };
    let verdicts = judge.all(queue, options.jobs)?;
    report::print(&mutants, &built, &verdicts);
    Ok(())
}
