//! Columns are a cache beside the log: right, or built anew.

mod support;

use std::num::NonZero;

use support::{PROGRAMME, Shop, a_return, a_reversal, an_order, at};
use tallybook::Command;
use tallybook::core::fact::{Fact, ReturnedPart};
use tallybook::log::LogReader;
use tallybook_backtest::{BuildOptions, Columns};

#[test]
fn columns_are_kept_and_used_again() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    assert!(shop.columns().is_freshly_built());
    assert!(!shop.columns().is_freshly_built());
}

#[test]
fn columns_follow_a_log_that_has_grown() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    assert_eq!(shop.columns().member_count(), 1);
    shop.order("bob", "B-1", "2020-01-04", 50);
    let columns = shop.columns();
    assert!(columns.is_freshly_built());
    assert_eq!(columns.member_count(), 2);
    assert_eq!(columns.position(), shop.ledger.reader().end().position.0);
}

#[test]
fn damage_anywhere_in_the_file_is_noticed_and_the_columns_built_anew() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    shop.redeem("ann", "P-1", "2020-01-10", 20);
    drop(shop.columns());
    let path = shop.folder.path().join("columns/facts.columns");
    let sound = std::fs::read(&path).unwrap();
    let used: Vec<usize> = (0..sound.len()).filter(|at| sound[*at] != 0).collect();
    for at in used.iter().step_by(7) {
        let mut damaged = sound.clone();
        damaged[*at] ^= 0x10;
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &damaged).unwrap();
        assert!(shop.columns().is_freshly_built(), "byte {at}");
        assert_eq!(std::fs::read(&path).unwrap(), sound, "byte {at}");
    }
    for bytes in [0, 10, sound.len() / 2, sound.len() - 40] {
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, &sound[..bytes]).unwrap();
        assert!(shop.columns().is_freshly_built(), "{bytes} bytes");
    }
}

#[test]
fn another_ledgers_columns_are_not_used() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    drop(shop.columns());
    let reader = shop.ledger.reader();
    let other = Columns::of_log(
        reader,
        [9; 16],
        &shop.folder.path().join("columns"),
        BuildOptions::default(),
        &mut |_| {},
    )
    .unwrap();
    assert!(other.is_freshly_built());
}

#[test]
fn a_build_tells_how_far_it_has_come() {
    let shop = Shop::new(PROGRAMME);
    for n in 0..5 {
        shop.order("ann", &format!("A-{n}"), "2020-01-03", 50);
    }
    let mut told = Vec::new();
    drop(
        Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |progress| told.push(progress))
            .unwrap(),
    );
    assert!(told.len() >= 10);
    assert!(told.is_sorted_by_key(|progress| progress.bytes_done));
    assert!(told.iter().all(|progress| progress.bytes_done <= progress.bytes_total));
}

#[test]
fn with_any_memory_and_any_number_of_threads_the_columns_are_the_same() {
    let shop = Shop::new(PROGRAMME);
    let names: Vec<String> = (0..12).map(|n| format!("member-{}", "x".repeat(n))).collect();
    for round in 0..4 {
        let day = |day: u32| format!("2020-0{}-{day:02}", 2 * round + 1);
        let buyers = || names.iter().enumerate().filter(|(n, _)| n % 3 <= round);
        for (n, name) in buyers() {
            let lines: [(i64, _, &[_]); 2] =
                [(20 + n as i64, "SHOES", &["coupon"]), (5, "BOOKS", &["new", "coupon"])];
            let order = an_order(&format!("O-{round}"), &lines);
            shop.submit(Command::new(name, at(&day(3)), Fact::OrderPlaced(order)));
        }
        for (n, name) in buyers() {
            shop.redeem(name, &format!("P-{round}"), &day(9), 3);
            if n % 2 == 0 {
                let reversal = a_reversal(&format!("P-{round}"), None);
                let command = Command::new(name, at(&day(10)), Fact::ReversalRequested(reversal));
                shop.submit(command.with_key(&format!("V-{round}")));
            }
            if n % 4 == 1 {
                let part = [("1", ReturnedPart::Quantity(1))];
                let ret = a_return(&format!("R-{round}"), &format!("O-{round}"), &part);
                shop.submit(Command::new(name, at(&day(10)), Fact::OrderReturned(ret)));
            }
        }
        shop.sweep(&day(20));
    }
    let path = shop.folder.path().join("columns/facts.columns");
    let built = |memory_bytes_max, threads| {
        let _ = std::fs::remove_file(&path);
        let options = BuildOptions { memory_bytes_max, threads: NonZero::new(threads) };
        let mut told = Vec::new();
        let columns = Columns::of_ledger(shop.folder.path(), options, &mut |progress| told.push(progress));
        assert_eq!(columns.unwrap().member_count(), 12);
        assert!(told.is_sorted_by_key(|progress| progress.bytes_done));
        assert!(told.iter().all(|progress| progress.bytes_done <= progress.bytes_total));
        std::fs::read(&path).unwrap()
    };
    let whole = built(usize::MAX, 1);
    for memory_bytes_max in [0, 1_000, 5_000, 50_000, usize::MAX] {
        for threads in [1, 2, 3, 30] {
            assert!(built(memory_bytes_max, threads) == whole, "{memory_bytes_max} bytes, {threads} threads");
        }
    }
    assert!(shop.identity().is_identical());
}

#[test]
fn a_ledger_without_members_has_columns_all_the_same() {
    let shop = Shop::new(PROGRAMME);
    assert_eq!(shop.columns().member_count(), 0);
    assert!(!shop.columns().is_freshly_built());
}
