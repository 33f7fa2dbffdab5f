//! Keeping many members: snapshots written and read, a ledger opened after a clean stop, memory per member.
//!
//! Every member has placed the same few orders, so that as many members are kept as were asked for, and none costs more
//! than another. A snapshot is measured beside a flat file of as many bytes, and beside sled with a key per member.

use std::io::Write;
use std::path::{Path, PathBuf};

use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::fact::Fact;
use tallybook::{BlockingLedger, Command, Options};
use tallybook_benches::generate::member_name;
use tallybook_benches::{START, order};

use super::fresh::{self, Work};
use super::orders::FILL_COMMANDS;
use super::{Folder, Outcome, Size, disk_bytes, new_ledger, repeat, seconds, submit_sound};
use crate::measure::Figure;

/// Days between a member's orders.
const APART_DAYS: i64 = 20;

/// Snapshots, opening and memory.
pub fn run(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "keeping")?;
    let path = folder.path().join("ledger");
    let members = size.members;
    let ledger = new_ledger(&path, Options { memory_bytes_max: 1 << 40, ..Options::default() })?;
    fill(&ledger, size)?;
    let written = repeat(size.runs, |run| {
        // A snapshot of what the last one holds already would not be written at all.
        submit_sound(&ledger, vec![ordered(0, orders_each(size) + run as i64)])?;
        let (elapsed, done) = seconds(|| ledger.snapshot());
        done?;
        Ok(elapsed)
    })?;
    ledger.close()?;
    let runs = |work| repeat(size.runs, |_| Ok(fresh::of(work, &path, false)?.seconds));
    let (opened, loaded) = (runs(Work::Open)?, runs(Work::Load)?);
    let held = fresh::of(Work::Hold, &path, false)?;
    let each = |bytes: u64| vec![bytes as f64 / f64::from(held.members.max(1))];
    let bytes = disk_bytes(&path.join("snapshots"));

    let write = format!("snapshot of {members} members: write");
    let load = format!("snapshot of {members} members: load");
    let mut figures = flat_file(folder.path(), size, bytes, [&write, &load])?;
    figures.extend(sled_keys(folder.path(), size, bytes, [&write, &load])?);
    figures.extend([
        Figure::ours(write, "s", written),
        Figure::ours(load, "s", loaded),
        Figure::ours(format!("snapshot of {members} members: size"), "bytes/member", each(bytes)),
        Figure::ours(format!("open of {members} members after a clean stop, one read"), "s", opened),
        Figure::ours("memory per member in the cache, as counted", "bytes", each(held.counted_bytes)),
        Figure::ours("memory per member, all in memory, of the process", "bytes", each(held.resident_bytes)),
    ]);
    Ok(figures)
}

/// A ledger opened after a clean stop, with as many members as may be.
pub fn open(below: &Path, size: Size) -> Outcome<Vec<Figure>> {
    let folder = Folder::new(below, "open")?;
    let path = folder.path().join("ledger");
    let members = size.members;
    // One snapshot in the end: those on the way would take most of the time, and are not what is measured.
    let options = Options { memory_bytes_max: 8 << 30, snapshot_every_bytes: 1 << 40, ..Options::default() };
    let ledger = new_ledger(&path, options)?;
    let (filled, done) = seconds(|| fill(&ledger, size));
    done?;
    let (closed, done) = seconds(|| ledger.close());
    done?;
    let opened = repeat(size.runs, |_| Ok(fresh::of(Work::Open, &path, false)?.seconds))?;
    let orders = orders_each(size) as f64 * f64::from(members);
    Ok(vec![
        Figure::ours(
            format!("orders of {members} members, generated meanwhile"),
            "orders/s",
            vec![orders / filled],
        ),
        Figure::ours(format!("clean stop of {members} members"), "s", vec![closed]),
        Figure::ours(format!("open of {members} members after a clean stop, one read"), "s", opened),
    ])
}

fn orders_each(size: Size) -> i64 {
    (size.orders / u64::from(size.members)).max(1) as i64
}

/// Every member's orders, submitted round by round.
fn fill(ledger: &BlockingLedger, size: Size) -> Outcome<()> {
    for round in 0..orders_each(size) {
        for first in (0..size.members).step_by(FILL_COMMANDS) {
            let end = size.members.min(first.saturating_add(FILL_COMMANDS as u32));
            submit_sound(ledger, (first..end).map(|member| ordered(member, round)).collect())?;
        }
    }
    Ok(())
}

fn ordered(member: u32, round: i64) -> Command {
    let number = round * (1 << 32) + i64::from(member);
    let at = Instant(START.0 + round * APART_DAYS * DAY_MICROS + i64::from(member));
    Command::new(&member_name(member), at, Fact::OrderPlaced(order(number, 3)))
}

/// The snapshot's bytes in one file: written and synced, then read.
fn flat_file(folder: &Path, size: Size, bytes: u64, beside: [&str; 2]) -> Outcome<Vec<Figure>> {
    let path = folder.join("flat");
    let block = vec![7; 1 << 20];
    let written = repeat(size.runs, |_| {
        let (elapsed, done) = seconds(|| -> Outcome<()> {
            let mut file = std::fs::File::create(&path)?;
            for at in (0..bytes).step_by(block.len()) {
                file.write_all(&block[..block.len().min((bytes - at) as usize)])?;
            }
            Ok(file.sync_all()?)
        });
        done?;
        Ok(elapsed)
    })?;
    let read = repeat(size.runs, |_| {
        let (elapsed, read) = seconds(|| std::fs::read(&path));
        read?;
        Ok(elapsed)
    })?;
    std::fs::remove_file(path)?;
    let [write, load] = beside;
    Ok(vec![
        Figure::limit("as many bytes in a flat file, synced", "s", written, write),
        Figure::limit("as many bytes of a flat file, read", "s", read, load),
    ])
}

/// A key per member in sled, with the snapshot's share of each as its value: inserted and flushed, then read.
fn sled_keys(folder: &Path, size: Size, bytes: u64, beside: [&str; 2]) -> Outcome<Vec<Figure>> {
    let value = vec![7; (bytes / u64::from(size.members)) as usize];
    let path = |run: usize| -> PathBuf { folder.join(format!("sled-{run}")) };
    let written = repeat(size.runs, |run| {
        let (elapsed, done) = seconds(|| -> Outcome<()> {
            let db = sled::open(path(run))?;
            for member in 0..size.members {
                db.insert(member.to_be_bytes(), value.as_slice())?;
            }
            db.flush()?;
            Ok(())
        });
        done?;
        Ok(elapsed)
    })?;
    let read = repeat(size.runs, |run| {
        let (elapsed, done) = seconds(|| -> Outcome<()> {
            for entry in sled::open(path(run))?.iter() {
                entry?;
            }
            Ok(())
        });
        done?;
        std::fs::remove_dir_all(path(run))?;
        Ok(elapsed)
    })?;
    let [write, load] = beside;
    Ok(vec![
        Figure::limit("a key per member in sled, flushed", "s", written, write),
        Figure::limit("a key per member in sled, opened and read", "s", read, load),
    ])
}
