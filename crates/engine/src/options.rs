//! How a ledger is run: limits, memory, and the clock.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use tallybook_core::calendar::Instant;
use tallybook_log as log;

/// Where recording times come from. Only ever moves forward in the ledger, whatever it says.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Instant + Send + Sync>);

impl Clock {
    /// The machine's clock.
    pub fn system() -> Clock {
        Clock(Arc::new(|| Instant::from(SystemTime::now())))
    }

    /// A clock of the caller's, as tests want.
    pub fn from_fn(now: impl Fn() -> Instant + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(now))
    }

    /// The time now.
    pub fn now(&self) -> Instant {
        (self.0)()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

/// How a ledger is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most requests that wait for the decider; further callers wait. Default 4,096.
    pub queue_requests_max: usize,
    /// Most commands that are written and synced together. Default 4,096.
    pub group_commands_max: usize,
    /// About how much memory member states may take before unchanged ones are let go, in bytes. Default 1 GiB. Half of
    /// it at most is for members who were used last, ready to be judged; the others are kept packed, and where they need
    /// the room, they have it. What finds
    /// members by name comes on top, 9 to 18 bytes for each.
    pub memory_bytes_max: usize,
    /// How much the log grows before a snapshot is written on the way, in bytes, and at least twice what the last one
    /// took. Default 1 GiB. Closing writes one too.
    pub snapshot_every_bytes: u64,
    /// Whether snapshots are written and read at all. Default true.
    pub snapshots: bool,
    /// Recording times.
    pub clock: Clock,
    /// How the log lays out its files.
    pub log: log::Options,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            queue_requests_max: 4_096,
            group_commands_max: 4_096,
            memory_bytes_max: 1 << 30,
            snapshot_every_bytes: 1 << 30,
            snapshots: true,
            clock: Clock::system(),
            log: log::Options::default(),
        }
    }
}
