//! Whole jobs, as a user would run them, on files beside the checkout.
//!
//! Every durable figure rests on a sync before the receipt. What a job prepares is not timed; what it times it repeats,
//! and gives every run.

pub mod big;
pub mod disk;
pub mod fresh;
pub mod history;
pub mod keeping;
pub mod orders;
pub mod rfm;
pub mod spending;

use std::error::Error;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Instant as Moment;

use tallybook::{BlockingLedger, Command, Options};
use tallybook_benches::{PROGRAMME, START};

/// What can go wrong in a benchmark: it is told and ends the run.
pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// How much is asked to be measured; what is left out is each job's own.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Asked {
    /// Members who may buy; each job has a default of its own.
    #[arg(long, global = true)]
    members: Option<u32>,
    /// Orders, likewise.
    #[arg(long, global = true)]
    orders: Option<u64>,
    /// Runs of every job.
    #[arg(long, global = true, default_value_t = 3)]
    runs: usize,
    /// Where chance starts.
    #[arg(long, global = true, default_value_t = 1)]
    seed: u64,
}

impl Asked {
    /// How much a job measures whose own size is this many members and orders.
    pub fn or(self, members: u32, orders: u64) -> Size {
        Size {
            members: self.members.unwrap_or(members).max(1),
            orders: self.orders.unwrap_or(orders),
            runs: self.runs.max(1),
            seed: self.seed,
        }
    }
}

/// How much is measured.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Members who may buy, at least 1.
    pub members: u32,
    /// Orders in the generated history, and in the jobs that submit in bulk.
    pub orders: u64,
    /// Runs of every job, at least 1.
    pub runs: usize,
    /// Where chance starts.
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

    /// Leaves it where it is.
    pub fn keep(mut self) -> PathBuf {
        std::mem::take(&mut self.0)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // One that is kept has no path any more. What is left costs space only.
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

/// How many bytes of the disk all files below a folder take; 0 where there is none.
pub fn disk_bytes(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let of = |entry: std::fs::DirEntry| match entry.file_type() {
        Ok(kind) if kind.is_dir() => disk_bytes(&entry.path()),
        // The system counts blocks of 512 bytes, whatever the file system's are.
        _ => entry.metadata().map_or(0, |metadata| metadata.blocks() * 512),
    };
    entries.flatten().map(of).sum()
}

/// Runs something several times and keeps what each came to.
pub fn repeat(runs: usize, mut run: impl FnMut(usize) -> Outcome<f64>) -> Outcome<Vec<f64>> {
    (0..runs.max(1)).map(&mut run).collect()
}
