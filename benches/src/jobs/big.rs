//! A ledger as large as one machine may have to keep: every phase in a process of its own, with its rate, time and peak of
//! memory.
//!
//! Invariants:
//! - nothing begins before the disk has room for all of it, as estimated from a small ledger of the same shape;
//! - a phase's peak is that of its own process, from its own beginning;
//! - a phase is told as soon as it is done, so that nothing is lost where a later one fails.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant as Moment};

use serde::{Deserialize, Serialize};
use tallybook::{BlockingLedger, Options};
use tallybook_audit::VerifyOptions;
use tallybook_backtest::{BuildOptions, Columns, compare};
use tallybook_benches::PROGRAMME;

use super::fresh::{OwnPeak, forget_peak, peak_bytes};
use super::history::take_down;
use super::{Folder, Outcome, Size, disk_bytes, new_ledger, seconds};
use crate::measure::{Figure, shown};

/// Orders of the small ledger that tells how many bytes the large one will take.
const SAMPLE_ORDERS: u64 = 100_000;
/// What the estimate is raised by, in hundredths.
const SPARE_PERCENT: u64 = 10;
/// How often a phase says how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);
const GIB: f64 = (1_u64 << 30) as f64;

/// What is wanted of the large ledger, beside its size.
#[derive(Clone, Debug, clap::Args)]
pub struct Wanted {
    /// Keeps the ledger and says where it is, also where a phase fails.
    #[arg(long)]
    keep: bool,
    /// A ledger of this size that was kept: it is not taken down again, and stays.
    #[arg(long, value_name = "DIR")]
    ledger: Option<PathBuf>,
    /// Memory that the ledger may take for members while it is written and opened, in MiB. Columns are built in as much,
    /// and verification has an eighth of it for members at hand.
    #[arg(long, default_value_t = 1_024)]
    cache_mib: usize,
}

/// A phase as it is asked of a process.
#[derive(Clone, Debug, clap::Args)]
pub struct Asked {
    /// What to do.
    #[arg(value_enum)]
    work: Work,
    /// The ledger's folder.
    ledger: PathBuf,
    /// As of `big`.
    #[arg(long)]
    cache_mib: usize,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Work {
    /// Takes the history down, writes a snapshot and stops.
    Import,
    /// Opens the ledger and reads one member.
    Open,
    /// Verifies everything.
    Verify,
    /// Builds the columns and compares two programmes.
    Backtest,
}

impl Work {
    const ALL: [Work; 4] = [Work::Import, Work::Open, Work::Verify, Work::Backtest];

    fn name(self) -> &'static str {
        match self {
            Work::Import => "import",
            Work::Open => "open",
            Work::Verify => "verify",
            Work::Backtest => "backtest",
        }
    }
}

/// What one phase came to.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Phase {
    name: String,
    /// What was done so often.
    count: f64,
    /// What that counts, such as `orders`.
    counted: String,
    seconds: f64,
    /// The most memory at a time, pages of mapped files included.
    peak_bytes: u64,
    /// The most memory at a time that is the process's own.
    own_peak_bytes: u64,
}

impl Phase {
    fn figures(&self) -> Vec<Figure> {
        let Phase { name, count, counted, seconds, peak_bytes, own_peak_bytes } = self;
        let gib = |bytes: u64| vec![bytes as f64 / GIB];
        vec![
            Figure::ours(name, &format!("{counted}/s"), vec![count / seconds]),
            Figure::ours(format!("{name}: wall"), "s", vec![*seconds]),
            Figure::ours(format!("{name}: peak resident"), "GiB", gib(*peak_bytes)),
            Figure::ours(format!("{name}: peak without mapped files"), "GiB", gib(*own_peak_bytes)),
        ]
    }

    fn tell(&self) {
        let Phase { name, count, counted, seconds, peak_bytes, own_peak_bytes } = self;
        eprintln!(
            "big: {name}: {} {counted}/s, {} s, peak {} GiB, without mapped files {} GiB",
            shown(count / seconds),
            shown(*seconds),
            shown(*peak_bytes as f64 / GIB),
            shown(*own_peak_bytes as f64 / GIB)
        );
    }
}

/// How large it is, unless other numbers are asked for.
pub fn size(asked: super::Asked) -> Size {
    asked.or(10_000_000, 100_000_000)
}

/// All phases, one process after another.
pub fn run(wanted: &Wanted, below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    if let Some(ledger) = &wanted.ledger {
        return phases(&Work::ALL[1..], wanted, ledger, size);
    }
    Needed::estimate(below, size)?.check(below)?;
    let folder = Folder::new(below, "big")?;
    let ledger = folder.path().join("ledger");
    let figures = phases(&Work::ALL, wanted, &ledger, size);
    if wanted.keep {
        folder.keep();
        eprintln!("big: the ledger is kept in {}", ledger.display());
    }
    figures
}

fn phases(works: &[Work], wanted: &Wanted, ledger: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let mut figures = Vec::new();
    for work in works {
        for phase in in_a_process(*work, wanted, ledger, size)? {
            phase.tell();
            figures.extend(phase.figures());
        }
    }
    for part in ["log", "snapshots", "columns"] {
        let bytes = disk_bytes(&ledger.join(part)) as f64;
        let what = format!("{part} on disk");
        figures.push(Figure::ours(&what, "GiB", vec![bytes / GIB]));
        figures.push(Figure::ours(&what, "bytes/order", vec![bytes / size.orders as f64]));
    }
    Ok(figures)
}

fn in_a_process(work: Work, wanted: &Wanted, ledger: &Path, size: Size) -> Outcome<Vec<Phase>> {
    let output = Command::new(std::env::current_exe()?)
        .args(["phase", work.name()])
        .arg(ledger)
        .args(["--cache-mib", &wanted.cache_mib.to_string()])
        .args(["--members", &size.members.to_string(), "--orders", &size.orders.to_string()])
        .args(["--seed", &size.seed.to_string()])
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", work.name(), output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}

/// Does a phase in this process, which was started for it.
pub fn here(asked: &Asked, size: Size) -> Outcome<Vec<Phase>> {
    let options = Options { memory_bytes_max: asked.cache_mib << 20, ..Options::default() };
    let ledger = asked.ledger.as_path();
    match asked.work {
        Work::Import => import(ledger, options, size),
        Work::Open => open(ledger, options),
        Work::Verify => verify(ledger, options.memory_bytes_max / 8),
        Work::Backtest => backtest(ledger, options.memory_bytes_max, size),
    }
}

/// Times a phase; it gives how often it did what it does.
fn phase(name: &str, counted: &str, work: impl FnOnce() -> Outcome<f64>) -> Outcome<Phase> {
    forget_peak();
    let watch = OwnPeak::watch();
    let (seconds, count) = seconds(work);
    let own_peak_bytes = watch.stop();
    let (name, counted) = (name.to_owned(), counted.to_owned());
    Ok(Phase { name, count: count?, counted, seconds, peak_bytes: peak_bytes(), own_peak_bytes })
}

fn import(folder: &Path, options: Options, size: Size) -> Outcome<Vec<Phase>> {
    let ledger = new_ledger(folder, options)?;
    let imported = phase("import", "orders", || {
        // The generator's returns and redemptions come on top of the orders.
        let mut teller = Teller::new("import", "commands");
        let mut done = 0;
        take_down(&ledger, size, &mut |count| {
            done += count as u64;
            teller.tell(done, None);
        })?;
        Ok(size.orders as f64)
    })?;
    let members = f64::from(ledger.info()?.members);
    let stopped = phase("snapshot and clean stop", "members", || {
        ledger.snapshot()?;
        ledger.close()?;
        Ok(members)
    })?;
    Ok(vec![imported, stopped])
}

fn open(folder: &Path, options: Options) -> Outcome<Vec<Phase>> {
    let opened = phase("open after a clean stop, one read", "members", || {
        let ledger = BlockingLedger::open(folder, options)?;
        ledger.member("m00000000")?;
        Ok(f64::from(ledger.info()?.members))
    })?;
    Ok(vec![opened])
}

fn verify(folder: &Path, memory_bytes_max: usize) -> Outcome<Vec<Phase>> {
    let options = VerifyOptions { memory_bytes_max, ..VerifyOptions::default() };
    let verified = phase("verify", "events", || {
        let mut teller = Teller::new("verify", "bytes");
        let report = tallybook_audit::verify(folder, &options, &mut |progress| {
            teller.tell(progress.bytes_done, Some(progress.bytes_total));
        })?;
        match report.is_clean() {
            true => Ok(report.records as f64),
            false => Err(format!("it does not verify: {:?}", report.findings.first()).into()),
        }
    })?;
    Ok(vec![verified])
}

fn backtest(folder: &Path, memory_bytes_max: usize, size: Size) -> Outcome<Vec<Phase>> {
    let options = BuildOptions { memory_bytes_max, ..BuildOptions::default() };
    let mut columns = None;
    let built = phase("fact columns built", "orders", || {
        let mut teller = Teller::new("columns", "bytes");
        columns = Some(Columns::of_ledger(folder, options, &mut |progress| {
            teller.tell(progress.bytes_done, Some(progress.bytes_total));
        })?);
        Ok(size.orders as f64)
    })?;
    let columns = columns.ok_or("columns are there once they are built")?;
    let compared = phase("backtest, two programmes, all cores: orders judged", "orders", || {
        let programmes = columns.programmes()?;
        let scenario = programmes.scenario(&PROGRAMME.replace("factor = \"2\"", "factor = \"3\""))?;
        let report = compare(&columns, &programmes, &scenario, &tallybook_backtest::Options::default())?;
        Ok(2.0 * report.facts.orders as f64)
    })?;
    Ok(vec![built, compared])
}

/// Says now and then on standard error how far a phase is.
struct Teller {
    phase: &'static str,
    counted: &'static str,
    began: Moment,
    told: Moment,
}

impl Teller {
    fn new(phase: &'static str, counted: &'static str) -> Teller {
        let now = Moment::now();
        Teller { phase, counted, began: now, told: now }
    }

    fn tell(&mut self, done: u64, of: Option<u64>) {
        if self.told.elapsed() < TELL_EVERY {
            return;
        }
        self.told = Moment::now();
        let Teller { phase, counted, began, .. } = self;
        let rate = shown(done as f64 / began.elapsed().as_secs_f64());
        let of = of.map(|all| format!(" of {}", shown(all as f64))).unwrap_or_default();
        eprintln!("big: {phase}: {}{of} {counted}, {rate} a second", shown(done as f64));
    }
}

/// What the large ledger will take on disk, in bytes.
#[derive(Clone, Copy, Debug)]
struct Needed {
    log: u64,
    snapshot: u64,
    columns: u64,
}

impl Needed {
    /// Takes down a small history with as many orders a member, and scales what it takes.
    fn estimate(below: &Path, size: Size) -> Outcome<Needed> {
        let orders = size.orders.clamp(1, SAMPLE_ORDERS);
        let scaled = |bytes: u64| (u128::from(bytes) * u128::from(size.orders) / u128::from(orders)) as u64;
        let members = u128::from(size.members) * u128::from(orders) / u128::from(size.orders.max(1));
        let sample = Size { members: members.clamp(1, u128::from(size.members)) as u32, orders, ..size };
        let folder = Folder::new(below, "sample")?;
        let ledger = new_ledger(&folder.path().join("ledger"), Options::default())?;
        take_down(&ledger, sample, &mut |_| {})?;
        let log = ledger.info()?.log_bytes;
        ledger.close()?;
        let path = folder.path().join("ledger");
        Columns::of_ledger(&path, BuildOptions::default(), &mut |_| {})?;
        Ok(Needed {
            log: scaled(log),
            snapshot: scaled(disk_bytes(&path.join("snapshots"))),
            columns: scaled(disk_bytes(&path.join("columns"))),
        })
    }

    /// Refuses what the disk has no room for.
    fn check(self, below: &Path) -> Outcome<()> {
        let Needed { log, snapshot, columns } = self;
        // A snapshot goes only once the next is there; by the time that columns are built there is one.
        let most = log + snapshot + snapshot.max(columns);
        let all = most / 100 * (100 + SPARE_PERCENT);
        let gib = |bytes: u64| shown(bytes as f64 / GIB);
        eprintln!(
            "big: needs about {} GiB of disk: log {}, snapshot {}, columns {}, and {SPARE_PERCENT} % to spare",
            gib(all),
            gib(log),
            gib(snapshot),
            gib(columns)
        );
        match free_bytes(below) {
            Some(free) if free < all => {
                Err(format!("the disk has {} GiB free, {} are needed", gib(free), gib(all)).into())
            }
            Some(_) => Ok(()),
            None => {
                eprintln!("big: df does not tell how much the disk has free");
                Ok(())
            }
        }
    }
}

/// What the disk has free for this user, as `df` tells it.
fn free_bytes(folder: &Path) -> Option<u64> {
    let output = Command::new("df").args(["-P", "-k"]).arg(folder).output().ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    let kilobytes: u64 = told.lines().nth(1)?.split_whitespace().nth(3)?.parse().ok()?;
    Some(kilobytes * 1_024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_disk_has_no_room_for_is_refused_before_it_begins() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(free_bytes(here).is_some_and(|free| free > 0));
        let needed = |log| Needed { log, snapshot: 0, columns: 0 };
        assert!(needed(1_000).check(here).is_ok());
        assert!(needed(1 << 56).check(here).is_err());
    }
}
