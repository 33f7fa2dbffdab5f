//! Judging an order takes no memory: what a comparison allocates grows with members, not with orders.

#![allow(clippy::unwrap_used, reason = "helpers of tests, too, say by a panic what went wrong")]

mod support;

use std::alloc::{GlobalAlloc, Layout, System};
use std::num::NonZero;
use std::sync::atomic::{AtomicU64, Ordering};

use support::{PROGRAMME, Shop, an_order, at};
use tallybook::Command;
use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::fact::Fact;
use tallybook_backtest::{BuildOptions, Columns, Options, compare};

struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

#[expect(unsafe_code, reason = "an allocator cannot be written without; this one only counts and passes on")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as for the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as for the caller.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: as for the caller.
        unsafe { System.realloc(memory, layout, bytes) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of one comparison over ten members with so many orders each, a day apart.
fn allocations(orders: i64) -> u64 {
    let shop = Shop::new(PROGRAMME);
    let first = at("2020-02-01");
    let last = Instant(first.0 + orders * DAY_MICROS);
    shop.set_clock(last);
    let mut commands = Vec::new();
    for day in 0..orders {
        for member in 0..10 {
            let order =
                an_order(&format!("O-{day}"), &[(3 * day % 50, "SHOES", &["coupon"]), (5, "BOOKS", &[])]);
            let effective_at = Instant(first.0 + day * DAY_MICROS);
            commands.push(Command::new(&format!("m{member}"), effective_at, Fact::OrderPlaced(order)));
        }
    }
    shop.ledger.submit_all(commands).unwrap().into_iter().for_each(|outcome| drop(outcome.unwrap()));
    let Shop { folder, ledger, .. } = shop;
    ledger.close().unwrap();
    let columns = Columns::of_ledger(folder.path(), BuildOptions::default(), &mut |_| {}).unwrap();
    let baseline = columns.programmes().unwrap();
    let scenario = baseline.scenario(&PROGRAMME.replace(r#"points = "1""#, r#"points = "2""#)).unwrap();
    let options = Options { top_max: 3, threads: NonZero::new(1) };
    let before = ALLOCATIONS.load(Ordering::Relaxed);
    let report = compare(&columns, &baseline, &scenario, &options).unwrap();
    let count = ALLOCATIONS.load(Ordering::Relaxed) - before;
    assert_eq!(report.facts.orders, 10 * orders as u64);
    assert!(report.currencies[0].totals.scenario.expired > 0);
    count
}

#[test]
fn three_hundred_more_orders_take_no_more_memory() {
    // Both within the same months of the same year and past the most lots that a member has at a time.
    let (some, more) = (allocations(120), allocations(150));
    assert!(more <= some + 30, "{some} allocations with 1,200 orders, {more} with 1,500");
}
