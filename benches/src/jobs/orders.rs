//! Durable orders of three lines: one caller who waits for each, many callers with one each, and batches.

use std::path::Path;
use std::time::Instant as Moment;

use tallybook::core::calendar::Instant;
use tallybook::core::fact::Fact;
use tallybook::{BlockingLedger, Command, Ledger, Options};
use tallybook_benches::generate::{Chance, member_name};
use tallybook_benches::{START, order};

use super::disk::{Disk, without_judging};
use super::{Folder, Outcome, Size, new_ledger, repeat, seconds, submit_sound};
use crate::measure::Figure;

/// Callers at the same time, each waiting for one receipt.
pub const CALLERS: usize = 256;
/// Callers at the same time, each with one batch.
const BATCH_CALLERS: usize = 4;
/// Orders that one caller waits for in a run.
const WAITED_FOR: u64 = 5_000;
/// Commands that are submitted together where nothing is timed.
pub const FILL_COMMANDS: usize = 4_000;

/// Members who all exist, and orders of theirs one after another.
pub struct Shop {
    members: u32,
    chance: Chance,
    orders_done: i64,
}

impl Shop {
    /// Opens the shop: every member has placed one order.
    pub fn open(ledger: &BlockingLedger, size: Size) -> Outcome<Shop> {
        let mut shop = Shop { members: size.members.max(1), chance: Chance::new(size.seed), orders_done: 0 };
        for first in (0..shop.members).step_by(FILL_COMMANDS) {
            let end = shop.members.min(first + FILL_COMMANDS as u32);
            let commands = (first..end).map(|member| shop.order_of(member)).collect();
            submit_sound(ledger, commands)?;
        }
        Ok(shop)
    }

    /// The next order, of any member.
    pub fn order(&mut self) -> Command {
        let member = self.chance.below(self.members);
        self.order_of(member)
    }

    fn order_of(&mut self, member: u32) -> Command {
        self.orders_done += 1;
        let at = Instant(START.0 + self.orders_done * 1_000_000);
        Command::new(&member_name(member), at, Fact::OrderPlaced(order(self.orders_done, 3)))
    }

    /// The next orders.
    pub fn orders(&mut self, count: u64) -> Vec<Command> {
        (0..count).map(|_| self.order()).collect()
    }
}

/// One caller, waiting for each receipt, beside the disk's own rate just before.
pub fn one_caller(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "one-caller")?;
    let ledger = new_ledger(&folder.path().join("ledger"), Options::default())?;
    let mut shop = Shop::open(&ledger, size)?;
    let mut disk = Disk::new(folder.path())?;
    let (mut blocks, mut writes, mut orders, mut shares) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..size.runs.max(1) {
        let commands = shop.orders(WAITED_FOR);
        blocks.push(disk.blocks_per_second(WAITED_FOR / 2)?);
        let before = disk.orders_per_second(WAITED_FOR / 2)?;
        let (elapsed, done) = seconds(|| commands.into_iter().try_for_each(|c| ledger.submit(c).map(|_| ())));
        done?;
        let disk_rate = f64::midpoint(before, disk.orders_per_second(WAITED_FOR / 2)?);
        let rate = WAITED_FOR as f64 / elapsed;
        writes.push(disk_rate);
        orders.push(rate);
        shares.push(100.0 * rate / disk_rate);
    }
    ledger.close()?;
    Ok(vec![
        Figure::of("limit", "fdatasync of 4 KiB, before each run", "syncs/s", blocks),
        Figure::limit(
            "fdatasync of an order's bytes, before and after each run",
            "syncs/s",
            writes,
            "durable order, one caller",
        ),
        Figure::ours("durable order, one caller", "orders/s", orders),
        Figure::ours("durable order, one caller, share of the disk's rate", "%", shares),
    ])
}

/// Many callers, each with one order at a time.
pub fn many_callers(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "callers")?;
    let blocking = new_ledger(&folder.path().join("ledger"), Options::default())?;
    let mut shop = Shop::open(&blocking, size)?;
    blocking.close()?;
    let ledger = Ledger::open(&folder.path().join("ledger"), Options::default())?;
    warm_up(&ledger, &mut shop)?;
    let each = (size.orders / CALLERS as u64).clamp(100, 1_000);
    let mut waits = Waits::default();
    for _ in 0..size.runs.max(1) {
        let commands = (0..CALLERS).map(|_| shop.orders(each)).collect();
        waits.run(&ledger, commands)?;
    }
    end(ledger)?;
    let what = "durable order, 256 callers";
    let mut figures = vec![beside(without_judging(below, size, CALLERS as u64)?, what)];
    figures.extend(waits.figures(what, "orders/s"));
    Ok(figures)
}

/// A limit, set beside one of ours.
fn beside(limit: Figure, what: &str) -> Figure {
    Figure { beside: Some(what.to_owned()), ..limit }
}

/// A few batches from all callers, so that every member is in memory before anything is timed.
fn warm_up(ledger: &Ledger, shop: &mut Shop) -> Outcome<()> {
    for _ in 0..10 {
        submit_sound(ledger.blocking(), shop.orders(FILL_COMMANDS as u64))?;
    }
    Ok(())
}

/// Closes a ledger that async callers had.
pub fn end(ledger: Ledger) -> Outcome<()> {
    Ok(ledger.blocking().clone().close()?)
}

/// What callers waited, run by run.
#[derive(Debug, Default)]
pub struct Waits {
    rates: Vec<f64>,
    medians_ms: Vec<f64>,
    p99s_ms: Vec<f64>,
}

impl Waits {
    /// Has every caller submit one command after another, all callers at the same time on one thread.
    pub fn run(&mut self, ledger: &Ledger, callers: Vec<Vec<Command>>) -> Outcome<()> {
        let count: usize = callers.iter().map(Vec::len).sum();
        let runtime = tokio::runtime::Builder::new_current_thread().build()?;
        let start = Moment::now();
        let waits = runtime.block_on(async {
            let tasks: Vec<_> = callers
                .into_iter()
                .map(|commands| tokio::spawn(one_after_another(ledger.clone(), commands)))
                .collect();
            let mut waits = Vec::with_capacity(count);
            for task in tasks {
                let own = task.await.map_err(|error| error.to_string())?;
                waits.extend(own?);
            }
            Ok::<Vec<u32>, String>(waits)
        });
        let elapsed = start.elapsed().as_secs_f64();
        let mut waits = waits?;
        waits.sort_unstable();
        let percentile = |percent: usize| {
            waits.get(waits.len() * percent / 100).copied().map_or(f64::NAN, |micros| f64::from(micros) / 1e3)
        };
        self.rates.push(count as f64 / elapsed);
        self.medians_ms.push(percentile(50));
        self.p99s_ms.push(percentile(99));
        Ok(())
    }

    /// The figures: rate, and what half and 99 of 100 callers waited at most.
    pub fn figures(self, what: &str, unit: &str) -> Vec<Figure> {
        vec![
            Figure::ours(what, unit, self.rates),
            Figure::ours(format!("{what}, p50"), "ms", self.medians_ms),
            Figure::ours(format!("{what}, p99"), "ms", self.p99s_ms),
        ]
    }
}

/// Submits commands one after another and gives the microseconds that each took.
async fn one_after_another(ledger: Ledger, commands: Vec<Command>) -> Result<Vec<u32>, String> {
    let mut waits = Vec::with_capacity(commands.len());
    for command in commands {
        let start = Moment::now();
        ledger.submit(command).await.map_err(|error| error.to_string())?;
        waits.push(u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    Ok(waits)
}

/// Batches of 1,000 and 8,000 orders, of one caller and of a few at the same time.
pub fn batches(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "batches")?;
    let blocking = new_ledger(&folder.path().join("ledger"), Options::default())?;
    let mut shop = Shop::open(&blocking, size)?;
    blocking.close()?;
    let ledger = Ledger::open(&folder.path().join("ledger"), Options::default())?;
    warm_up(&ledger, &mut shop)?;
    let mut figures = Vec::new();
    for batch in [1_000, 8_000] {
        for callers in [1, BATCH_CALLERS] {
            let orders = (size.orders / 5).clamp(batch * callers as u64, 400_000);
            let each = orders / batch / callers as u64;
            let runs = repeat(size.runs, |_| {
                let batches: Vec<Vec<Vec<Command>>> =
                    (0..callers).map(|_| (0..each).map(|_| shop.orders(batch)).collect()).collect();
                submit_batches(&ledger, batches)
            })?;
            let what = format!("durable orders in batches of {batch}, {callers} at a time");
            if callers == 1 {
                figures.push(beside(without_judging(below, size, batch)?, &what));
            }
            figures.push(Figure::ours(what, "orders/s", runs));
        }
    }
    end(ledger)?;
    Ok(figures)
}

fn submit_batches(ledger: &Ledger, callers: Vec<Vec<Vec<Command>>>) -> Outcome<f64> {
    let count: usize = callers.iter().flatten().map(Vec::len).sum();
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (elapsed, done) = seconds(|| {
        runtime.block_on(async {
            let tasks: Vec<_> = callers
                .into_iter()
                .map(|batches| {
                    let ledger = ledger.clone();
                    tokio::spawn(async move {
                        for batch in batches {
                            ledger.submit_all(batch).await.map_err(|error| error.to_string())?;
                        }
                        Ok::<(), String>(())
                    })
                })
                .collect();
            for task in tasks {
                task.await.map_err(|error| error.to_string())??;
            }
            Ok::<(), String>(())
        })
    });
    done?;
    Ok(count as f64 / elapsed)
}

/// What an order of three lines takes on disk, with all that it brings.
pub fn bytes(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "bytes")?;
    let ledger = new_ledger(&folder.path().join("ledger"), Options::default())?;
    let few = Size { members: size.members.min(10_000), ..size };
    let mut shop = Shop::open(&ledger, few)?;
    let before = ledger.info()?.log_bytes;
    for _ in 0..10 {
        submit_sound(&ledger, shop.orders(FILL_COMMANDS as u64))?;
    }
    let taken = ledger.info()?.log_bytes - before;
    ledger.close()?;
    let each = taken as f64 / (10 * FILL_COMMANDS) as f64;
    Ok(vec![Figure::ours("order with 3 lines: fact, earning, headers, checksums", "bytes", vec![each])])
}
