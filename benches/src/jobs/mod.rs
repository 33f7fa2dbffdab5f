//! Whole jobs, as a user would run them, on files beside the checkout.
//!
//! Every durable figure rests on a sync before the receipt. What a job prepares is not timed; what it times it repeats,
//! and gives every run.

pub mod disk;
pub mod fresh;
pub mod history;
pub mod orders;
pub mod rfm;
pub mod spending;

use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use tallybook::{BlockingLedger, Command, Options};
use tallybook_benches::{PROGRAMME, START};

/// What can go wrong in a benchmark: it is told and ends the run.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// How much is measured.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Size {
    /// Members who may buy.
    #[arg(long, global = true, default_value_t = 100_000)]
    pub members: u32,
    /// Orders in the generated history, and in the jobs that submit in bulk.
    #[arg(long, global = true, default_value_t = 1_000_000)]
    pub orders: u64,
    /// Runs of every job.
    #[arg(long, global = true, default_value_t = 3)]
    pub runs: usize,
    /// Where chance starts.
    #[arg(long, global = true, default_value_t = 1)]
    pub seed: u64,
}

/// A folder for the files of one job, which goes with it.
pub struct Folder(PathBuf);

impl Folder {
    /// Makes a folder of this name, empty, below another.
    pub fn new(below: &Path, name: &str) -> Outcome<Folder> {
        let path = below.join(format!("{name}-{}", std::process::id()));
        if path.exists() {
            std::fs::remove_dir_all(&path)?;
        }
        std::fs::create_dir_all(&path)?;
        Ok(Folder(path.canonicalize()?))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left costs space only.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A new ledger with the example programme in force.
pub fn new_ledger(folder: &Path, options: Options) -> Outcome<BlockingLedger> {
    let ledger = BlockingLedger::create(folder, options)?;
    ledger.publish(PROGRAMME, START)?;
    Ok(ledger)
}

/// Submits commands that must all be accepted.
pub fn submit_sound(ledger: &BlockingLedger, commands: Vec<Command>) -> Outcome<()> {
    match ledger.submit_all(commands)?.into_iter().find_map(Result::err) {
        Some(refusal) => Err(format!("a benchmark's command is refused: {refusal}").into()),
        None => Ok(()),
    }
}

/// The seconds that something takes.
pub fn seconds<T>(work: impl FnOnce() -> T) -> (f64, T) {
    let start = Moment::now();
    let done = work();
    (start.elapsed().as_secs_f64(), done)
}

/// Runs something several times and keeps what each came to.
pub fn repeat(runs: usize, mut run: impl FnMut(usize) -> Outcome<f64>) -> Outcome<Vec<f64>> {
    (0..runs.max(1)).map(&mut run).collect()
}
