//! Runs the test programs once per mutant.
//!
//! Invariants: the programs are run in order, and the first test that fails ends a mutant's run; a program that
//! fails without any mutant is an error, not a verdict.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::listing::Mutant;

/// What the tests said of a mutant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// By this test.
    Caught(String),
    /// A program went on for too long, which is noticed too.
    TimedOut,
    Survived,
}

/// The test programs and how to run them.
pub struct Judge<'a> {
    pub programs: &'a [PathBuf],
    /// In which they run, as `cargo test` would.
    pub folder: &'a Path,
    /// For each program.
    pub timeout: Duration,
}

impl Judge<'_> {
    /// Judges mutants, `jobs` at a time.
    ///
    /// # Errors
    /// Where a program cannot be run, or fails without any mutant.
    pub fn all<'m>(
        &self,
        queue: impl Iterator<Item = &'m Mutant> + Send,
        jobs: NonZeroUsize,
    ) -> Result<BTreeMap<u32, Verdict>> {
        let sound = self.one(0)?;
        ensure!(sound == Verdict::Survived, "the tests fail without a mutant: {sound:?}");
        let queue = Mutex::new(queue);
        let next = || queue.lock().ok().and_then(|mut queue| queue.next());
        let work = || -> Result<Vec<(u32, Verdict)>> {
            let mut verdicts = Vec::new();
            while let Some(mutant) = next() {
                let verdict = self.one(mutant.id)?;
                if verdict == Verdict::Survived {
                    eprintln!("{} survived: {}", mutant.id, mutant.name);
                }
                verdicts.push((mutant.id, verdict));
            }
            Ok(verdicts)
        };
        thread::scope(|scope| {
            let workers: Vec<_> = (0..jobs.get()).map(|_| scope.spawn(work)).collect();
            let mut verdicts = BTreeMap::new();
            for worker in workers {
                verdicts.extend(worker.join().expect("a worker does not panic")?);
            }
            Ok(verdicts)
        })
    }

    fn one(&self, id: u32) -> Result<Verdict> {
        for program in self.programs {
            let verdict = self.run(program, id)?;
            if verdict != Verdict::Survived {
                return Ok(verdict);
            }
        }
        Ok(Verdict::Survived)
    }

    fn run(&self, program: &Path, id: u32) -> Result<Verdict> {
        let mut command = Command::new(program);
        command.arg("--test-threads=1").current_dir(self.folder);
        command.env("MUTANT", id.to_string()).env("RUST_BACKTRACE", "0");
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("cannot run {}", program.display()))?;
        let failed = first_failure(&mut child, self.timeout);
        if failed != Ok(None) {
            child.kill()?;
        }
        let status = child.wait()?;
        Ok(match failed {
            Ok(Some(test)) => Verdict::Caught(test),
            Err(RecvTimeoutError::Timeout) => Verdict::TimedOut,
            _ if status.success() => Verdict::Survived,
            _ => Verdict::Caught("none, but the program ended early".to_owned()),
        })
    }
}

/// The first test that fails, or nothing where the program ends before.
///
/// # Errors
/// `Timeout` where neither comes in time.
fn first_failure(child: &mut Child, timeout: Duration) -> Result<Option<String>, RecvTimeoutError> {
    let (sender, receiver) = mpsc::channel();
    let output = child.stdout.take().expect("the output is piped");
    thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    let deadline = Instant::now() + timeout;
    loop {
        match receiver.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(line) => {
                if let Some(test) =
                    line.strip_prefix("test ").and_then(|line| line.strip_suffix(" ... FAILED"))
                {
                    return Ok(Some(test.to_owned()));
                }
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(timeout) => return Err(timeout),
        }
    }
}
