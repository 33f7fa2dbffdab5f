//! What the disk gives at best: a sync of 4 KiB in space that is there already, and orders encoded, written and synced
//! without judging anything.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;

use tallybook::core::calendar::Instant;
use tallybook::core::event::Decision;
use tallybook::core::fact::Fact;
use tallybook::core::state::MemberState;
use tallybook::format::{RecordType, encode_decision, encode_fact};
use tallybook::log::{FileLog, Group, LedgerId, Log, Options, Position, RecordHeader};
use tallybook_benches::{START, judge, order, programmes};

use super::{Folder, Outcome, Size, repeat, seconds};
use crate::measure::Figure;

/// What one sync carries.
const BLOCK_BYTES: usize = 4 * 1024;
/// About what a durable order of three lines writes.
const ORDER_BYTES: usize = 280;
/// Space that is allocated before anything is timed.
const SPACE_BYTES: u64 = 64 * 1024 * 1024;
/// Syncs in a run.
const SYNCS: u64 = 3_000;
/// Orders that one sync carries.
const ORDERS_A_SYNC: [u64; 4] = [32, 256, 1_000, 8_000];
/// Orders in a run, at least.
const ORDERS: u64 = 60_000;

/// A file with its space allocated, to be synced block by block.
pub struct Disk {
    file: File,
    written_bytes: u64,
}

impl Disk {
    /// Makes the file and its space.
    pub fn new(folder: &Path) -> Outcome<Disk> {
        let file = File::options().create(true).truncate(true).write(true).open(folder.join("blocks"))?;
        let zeros = vec![0; 1 << 20];
        for at in (0..SPACE_BYTES).step_by(zeros.len()) {
            file.write_all_at(&zeros, at)?;
        }
        file.sync_all()?;
        Ok(Disk { file, written_bytes: 0 })
    }

    /// How many blocks of 4 KiB a second become durable, one after another.
    pub fn blocks_per_second(&mut self, count: u64) -> Outcome<f64> {
        self.written_bytes = self.written_bytes.next_multiple_of(BLOCK_BYTES as u64);
        self.syncs_per_second(count, &[7; BLOCK_BYTES])
    }

    /// How many writes of an order's bytes a second become durable, one after another as a log has them: most begin in the
    /// block in which the one before ended.
    pub fn orders_per_second(&mut self, count: u64) -> Outcome<f64> {
        self.syncs_per_second(count, &[7; ORDER_BYTES])
    }

    fn syncs_per_second(&mut self, count: u64, bytes: &[u8]) -> Outcome<f64> {
        let (elapsed, done) = seconds(|| -> Outcome<()> {
            for _ in 0..count {
                if self.written_bytes + bytes.len() as u64 > SPACE_BYTES {
                    self.written_bytes = 0;
                }
                self.file.write_all_at(bytes, self.written_bytes)?;
                self.file.sync_data()?;
                self.written_bytes += bytes.len() as u64;
            }
            Ok(())
        });
        done?;
        Ok(count as f64 / elapsed)
    }
}

/// The disk alone, and the log alone.
pub fn run(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "disk")?;
    let mut disk = Disk::new(folder.path())?;
    let blocks = repeat(size.runs, |_| disk.blocks_per_second(SYNCS))?;
    let orders = repeat(size.runs, |_| disk.orders_per_second(SYNCS))?;
    let mut figures = vec![
        Figure::of("limit", "fdatasync of 4 KiB in allocated space", "syncs/s", blocks),
        Figure::of(
            "limit",
            format!("fdatasync of {ORDER_BYTES} bytes in allocated space"),
            "syncs/s",
            orders,
        ),
    ];
    for count in ORDERS_A_SYNC {
        figures.push(without_judging(below, size, count)?);
    }
    Ok(figures)
}

/// Orders that are encoded, written and synced so many together, and judged by nobody.
pub fn without_judging(below: &Path, size: Size, orders_a_sync: u64) -> Outcome<Figure> {
    let folder = Folder::new(below, "log")?;
    let mut log = FileLog::create(&folder.path().join("log"), LedgerId([1; 16]), Options::default())?;
    let runs = repeat(size.runs, |_| encode_write_sync(&mut log, orders_a_sync))?;
    let what = format!("encode, write, sync, unjudged: {orders_a_sync} orders a sync");
    Ok(Figure::of("limit", what, "orders/s", runs))
}

fn encode_write_sync(log: &mut FileLog, orders_a_sync: u64) -> Outcome<f64> {
    let (fact, earned) = an_order_and_its_judgement();
    let groups = ORDERS.div_ceil(orders_a_sync).min(1_000);
    let mut group = Group::new(log.end());
    let (elapsed, done) = seconds(|| -> Outcome<()> {
        for _ in 0..groups {
            group.restart(log.end());
            for member in 0..orders_a_sync as u32 {
                push(&mut group, member, &fact, &earned)?;
            }
            log.append(&group)?;
        }
        Ok(())
    });
    done?;
    Ok((groups * orders_a_sync) as f64 / elapsed)
}

/// An order of three lines with what the example programme makes of it.
pub fn an_order_and_its_judgement() -> (Fact<'static>, Decision) {
    let fact = Fact::OrderPlaced(order(7, 3));
    let mut events = Vec::new();
    let facts = [fact.clone()];
    judge(&programmes(), &facts, START, &mut MemberState::default(), &mut Default::default(), &mut events);
    let earned = events.pop().expect("an order is judged").decision;
    (fact, earned)
}

fn push(group: &mut Group, member: u32, fact: &Fact<'_>, earned: &Decision) -> Outcome<()> {
    let header = |stored: RecordType, previous| RecordHeader {
        kind: stored.kind.number(),
        version: stored.version,
        member,
        effective_at: START.0,
        recorded_at: START.0,
        previous,
        key_fingerprint: 1,
        subject_fingerprint: 1,
    };
    group.begin_batch();
    let previous = group.push_with(header(RecordType::of_fact(fact), Position::NONE), |out| {
        encode_fact(None, fact, out);
    })?;
    group.push_with(header(RecordType::of_decision(earned), previous), |out| {
        encode_decision(Instant(START.0), earned, out);
    })?;
    group.end_batch();
    Ok(())
}
