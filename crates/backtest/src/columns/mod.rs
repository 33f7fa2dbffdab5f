//! Fact columns: a ledger's facts by member, as typed arrays mapped into memory beside the log.
//!
//! Rows of a member are in the order in which they were recorded, which is the order in which they were judged; a sweep
//! that recorded something is a row too, as a late fact after it depends on it.
//!
//! Invariants:
//! - columns name the ledger and the log position they were built to; others are not used;
//! - every byte is under a checksum, looked at when the columns are opened;
//! - whatever is damaged, foreign or out of date is built anew, from the log alone.
//!
//! They are rebuilt as a whole when the log has grown; nothing is appended to them.

mod build;
mod layout;
mod map;
mod measure;
mod place;
mod slab;
mod texts;
mod view;

use std::fs::{self, File};
use std::num::NonZero;
use std::path::{Path, PathBuf};

use memmap2::Mmap;
use tallybook::LedgerError;
use tallybook_core::programme::versions::Programmes;
use tallybook_log::{FileLog, Log, LogReader, Options};

use layout::Layout;

pub(crate) use place::next_digest;
pub(crate) use view::{Codes, RowKind, View};

/// Name of the column file in its folder.
const FILE_NAME: &str = "facts.columns";

/// How columns are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildOptions {
    /// About how much memory the columns may take while they are built, in bytes, besides 64 for each member and all
    /// distinct texts. With less than they need the log is read once more for each time that they exceed it. Default
    /// 2 GiB.
    pub memory_bytes_max: usize,
    /// How many threads build. Default: as many as the machine runs at a time.
    pub threads: Option<NonZero<usize>>,
}

impl Default for BuildOptions {
    fn default() -> BuildOptions {
        BuildOptions { memory_bytes_max: 2 << 30, threads: None }
    }
}

impl BuildOptions {
    fn thread_count(self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }
}

/// How far a build has come: the log counts twice, once for measuring and once for placing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Log bytes that are done.
    pub bytes_done: u64,
    /// Log bytes to do.
    pub bytes_total: u64,
}

/// A ledger's facts by member.
#[derive(Debug)]
pub struct Columns {
    map: Mmap,
    layout: Layout,
    built: bool,
}

impl Columns {
    /// Opens the columns of the ledger in a folder, and builds them where they are missing, damaged or out of date. Works
    /// beside whoever has the ledger open: the log is read up to its end as of now.
    ///
    /// # Errors
    /// [`LedgerError::Folder`] where there is no ledger; faults; corruption of the log.
    pub fn of_ledger(
        dir: &Path,
        options: BuildOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Columns, LedgerError> {
        let log = FileLog::open(&dir.join("log"), Options { read_only: true, ..Options::default() })?;
        Columns::of_log(&log.reader(), log.ledger_id().0, &dir.join("columns"), options, progress)
    }

    /// The same for a log of any kind, with the folder in which the columns are kept.
    ///
    /// # Errors
    /// Faults; corruption of the log.
    pub fn of_log<R: LogReader>(
        reader: &R,
        ledger_id: [u8; 16],
        dir: &Path,
        options: BuildOptions,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Columns, LedgerError> {
        let end = reader.end().position;
        let path = dir.join(FILE_NAME);
        if let Some(columns) = Columns::read(&path, ledger_id, end.0) {
            return Ok(columns);
        }
        let failed = |path: &Path| {
            let path = path.display().to_string();
            move |error: std::io::Error| LedgerError::Fault(format!("cannot write {path}: {error}"))
        };
        fs::create_dir_all(dir).map_err(failed(dir))?;
        let temporary = temporary_path(dir);
        let built = build::build(reader, ledger_id, end, &temporary, options, progress)
            .and_then(|()| fs::rename(&temporary, &path).map_err(failed(&path)));
        if let Err(error) = built {
            // The build's own error says more than that its remains could not be removed.
            let _ = fs::remove_file(&temporary);
            return Err(error);
        }
        let columns = Columns::read(&path, ledger_id, end.0);
        let columns = columns.ok_or_else(|| {
            LedgerError::Fault(format!("{} cannot be read although it was just written", path.display()))
        })?;
        Ok(Columns { built: true, ..columns })
    }

    fn read(path: &Path, ledger_id: [u8; 16], position: u64) -> Option<Columns> {
        let file = File::open(path).ok()?;
        let map = map::read(&file).ok()?;
        let layout = Layout::check(&map).ok()?;
        (layout.ledger_id == ledger_id && layout.position == position).then_some(Columns {
            map,
            layout,
            built: false,
        })
    }

    /// Whether the columns had to be built just now.
    pub fn is_freshly_built(&self) -> bool {
        self.built
    }

    /// The log position up to which facts are in the columns.
    pub fn position(&self) -> u64 {
        self.layout.position
    }

    /// How many members there are.
    pub fn member_count(&self) -> usize {
        self.view().member_count()
    }

    /// The programme versions that were published in the log.
    ///
    /// # Errors
    /// [`LedgerError::Refused`] where this release cannot compile one.
    pub fn programmes(&self) -> Result<Programmes, LedgerError> {
        let mut programmes = Programmes::default();
        for (effective_from, source) in self.view().publications() {
            let prepared = programmes.compile(&source, effective_from)?;
            programmes.add(prepared);
        }
        Ok(programmes)
    }

    pub(crate) fn view(&self) -> View<'_> {
        View::new(&self.map, &self.layout)
    }
}

/// A name that no other build has, in this process or another.
fn temporary_path(dir: &Path) -> PathBuf {
    use std::sync::atomic::{AtomicU64, Ordering};
    static BUILDS: AtomicU64 = AtomicU64::new(0);
    let build = BUILDS.fetch_add(1, Ordering::Relaxed);
    dir.join(format!("{FILE_NAME}.{}.{build}.tmp", std::process::id()))
}
