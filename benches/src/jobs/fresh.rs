//! Work in a process of its own, so that nothing that ran before shows in its time or its memory.
//!
//! The binary calls itself; what came out is one line of JSON.

use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tallybook::{BlockingLedger, Options, SnapshotView};

use super::{Outcome, seconds};

/// How often the memory of a process is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// What can be done in a process of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Work {
    /// Opens a ledger without its snapshot, so that the whole log is folded.
    Fold,
    /// Opens a ledger that was closed properly, and reads one member.
    Open,
    /// Reads every member of the snapshot.
    Load,
    /// Opens a ledger and brings every member into memory.
    Hold,
}

impl Work {
    fn name(self) -> &'static str {
        match self {
            Work::Fold => "fold",
            Work::Open => "open",
            Work::Load => "load",
            Work::Hold => "hold",
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Came {
    /// How long it took, in seconds.
    pub seconds: f64,
    /// Members there are.
    pub members: u32,
    /// How much more memory the process has than before, in bytes.
    pub resident_bytes: u64,
    /// What the ledger itself thinks that its members take, in bytes.
    pub counted_bytes: u64,
}

/// Does the work in a new process; on one core, where the system can see to that.
pub fn of(work: Work, folder: &Path, on_one_core: bool) -> Outcome<Came> {
    let this = std::env::current_exe()?;
    let mut command = match on_one_core && has_taskset() {
        true => {
            let mut command = Command::new("taskset");
            command.args(["-c", "0"]).arg(this);
            command
        }
        false => Command::new(this),
    };
    let output = command.args(["fresh", work.name()]).arg(folder).output()?;
    if !output.status.success() {
        return Err(format!("{} failed: {}", work.name(), String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

fn has_taskset() -> bool {
    Command::new("taskset").arg("-V").output().is_ok_and(|output| output.status.success())
}

/// Does the work in this process, which was started for it.
pub fn here(work: Work, folder: &Path) -> Outcome<Came> {
    let before = resident_bytes();
    let options = Options { memory_bytes_max: 1 << 40, snapshots: work != Work::Fold, ..Options::default() };
    let mut came = Came::default();
    match work {
        Work::Load => {
            let (elapsed, members) = seconds(|| load(folder));
            came.seconds = elapsed;
            came.members = members?;
        }
        Work::Fold | Work::Open | Work::Hold => {
            let (elapsed, opened) = seconds(|| {
                let ledger = BlockingLedger::open(folder, options)?;
                if work == Work::Open {
                    ledger.member("m00000000")?;
                }
                Ok::<_, tallybook::LedgerError>(ledger)
            });
            let ledger = opened?;
            came.seconds = elapsed;
            if work == Work::Hold {
                ledger.for_each_member(|_| {})?;
            }
            let info = ledger.info()?;
            came.members = info.members;
            came.counted_bytes = info.memory_bytes as u64;
            came.resident_bytes = resident_bytes().saturating_sub(before);
        }
    }
    Ok(came)
}

fn load(folder: &Path) -> Outcome<u32> {
    let view = SnapshotView::open(&folder.join("snapshots"))?.ok_or("there is no snapshot")?;
    let mut members = 0;
    view.for_each_member(|_, _| members += 1)?;
    Ok(members)
}

/// The memory that this process has now; 0 where the system does not tell.
fn resident_bytes() -> u64 {
    memory_bytes("VmRSS:")
}

/// The most memory that this process had since it began or [`forget_peak`]; 0 where the system does not tell.
pub fn peak_bytes() -> u64 {
    memory_bytes("VmHWM:")
}

/// Lets the peak be that of what comes now, where the system allows it.
pub fn forget_peak() {
    // Linux resets the peak for a 5; elsewhere there is no peak to be told either.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The most memory that is this process's own, without pages of mapped files, which the system may take back at any time:
/// looked at now and then, as no peak of it is kept.
pub struct OwnPeak {
    stop: Sender<()>,
    watch: JoinHandle<u64>,
}

impl OwnPeak {
    /// Begins to look.
    pub fn watch() -> OwnPeak {
        let (stop, stopped) = channel();
        let watch = std::thread::spawn(move || {
            let mut peak = own_bytes();
            while stopped.recv_timeout(LOOK_EVERY) == Err(RecvTimeoutError::Timeout) {
                peak = peak.max(own_bytes());
            }
            peak.max(own_bytes())
        });
        OwnPeak { stop, watch }
    }

    /// The peak, in bytes; 0 where the system does not tell.
    pub fn stop(self) -> u64 {
        drop(self.stop);
        self.watch.join().unwrap_or(0)
    }
}

/// The memory that is this process's own now; 0 where the system does not tell.
fn own_bytes() -> u64 {
    memory_bytes("RssAnon:")
}

fn memory_bytes(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix(name));
    let kilobytes = kilobytes.and_then(|text| text.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or(0) * 1_024
}
