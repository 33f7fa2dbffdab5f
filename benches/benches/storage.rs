//! What rests on files: appending, walking, opening, snapshots, fact columns; and what runs over a whole history.

use std::num::NonZero;
use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use tallybook::log::{
    FileLog, Group, LedgerId, Log, LogReader, Options as LogOptions, Position, RecordHeader,
};
use tallybook::{BlockingLedger, Options};
use tallybook_backtest::{BuildOptions, Columns, compare};
use tallybook_benches::generate::Shape;
use tallybook_benches::{PROGRAMME, START, ledger_of};

/// Small enough for a benchmark to repeat, large enough to leave the caches.
const SHAPE: Shape = Shape { members: 2_000, orders: 20_000, seed: 1 };
/// About what an order and its judgement take.
const BODIES_BYTES: [usize; 2] = [120, 60];

/// A folder under `target`, so that the disk measured is the one that holds the checkout; it goes in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let folder = target.join(format!("bench-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("target can be written");
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left costs space only.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn append(criterion: &mut Criterion) {
    let folder = Folder::new("append");
    let mut log =
        FileLog::create(&folder.0, LedgerId([1; 16]), LogOptions::default()).expect("an empty folder");
    let mut group = Group::new(log.end());
    for batches in [1, 100, 1_000] {
        criterion.bench_function(&format!("append and sync a group of {batches} batches"), |bencher| {
            bencher.iter(|| {
                group.restart(log.end());
                (0..batches).for_each(|_| push_batch(&mut group));
                log.append(&group).expect("the disk takes it");
            });
        });
    }
}

fn push_batch(group: &mut Group) {
    let header = |kind, previous| RecordHeader {
        kind,
        version: 1,
        member: 7,
        effective_at: START.0,
        recorded_at: START.0,
        previous,
        key_fingerprint: 1,
        subject_fingerprint: 1,
    };
    group.begin_batch();
    let mut previous = Position::NONE;
    for (kind, bytes) in (1..).zip(BODIES_BYTES) {
        previous = group.push(header(kind, previous), &[7; 120][..bytes]).expect("it is small");
    }
    group.end_batch();
}

fn reading(criterion: &mut Criterion) {
    let folder = Folder::new("reading");
    let path = folder.0.join("ledger");
    let ledger = ledger_of(&path, SHAPE).expect("a new ledger");
    let reader = ledger.reader().clone();
    criterion.bench_function("walk over a log of 20,000 orders", |bencher| {
        bencher.iter(|| {
            let mut batches = reader.batches(Position::ORIGIN);
            let mut records = 0;
            while let Some(batch) = batches.next_batch().expect("a sound log") {
                records += batch.records().count();
            }
            records
        });
    });
    let busiest = ledger.member("m00000000").expect("a sound ledger").expect("the busiest member");
    criterion.bench_function("walk the busiest member's chain", |bencher| {
        bencher.iter(|| reader.chain(busiest.head).count());
    });
    criterion.bench_function("write a snapshot of 2,000 members", |bencher| {
        bencher.iter(|| ledger.snapshot().expect("the disk takes it"));
    });
    ledger.close().expect("the ledger closes");
    for (name, snapshots) in [("from its snapshot", true), ("from its log of 20,000 orders", false)] {
        criterion.bench_function(&format!("open a ledger {name}"), |bencher| {
            let options = Options { snapshots, ..Options::default() };
            bencher.iter(|| BlockingLedger::open(&path, options.clone()).expect("a sound ledger"));
        });
    }
    whole_history(criterion, &path);
}

fn whole_history(criterion: &mut Criterion, path: &Path) {
    criterion.bench_function("build fact columns of 20,000 orders", |bencher| {
        bencher.iter(|| {
            std::fs::remove_dir_all(path.join("columns")).ok();
            Columns::of_ledger(path, BuildOptions::default(), &mut |_| {})
                .expect("a sound log")
                .member_count()
        });
    });
    let columns = Columns::of_ledger(path, BuildOptions::default(), &mut |_| {}).expect("a sound log");
    let programmes = columns.programmes().expect("sound programmes");
    let changed = PROGRAMME.replace("factor = \"2\"", "factor = \"3\"");
    let scenario = programmes.scenario(&changed).expect("a sound programme");
    let options = tallybook_backtest::Options { threads: NonZero::new(1), ..Default::default() };
    criterion.bench_function("backtest of 20,000 orders, two programmes, one core", |bencher| {
        bencher.iter(|| compare(&columns, &programmes, &scenario, &options).expect("supported").members);
    });
}

criterion_group! {
    name = storage;
    config = Criterion::default().sample_size(20);
    targets = append, reading
}
criterion_main!(storage);
