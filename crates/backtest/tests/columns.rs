//! Columns are a cache beside the log: right, or built anew.

mod support;

use support::{PROGRAMME, Shop};
use tallybook::log::LogReader;
use tallybook_backtest::Columns;

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
    let other = Columns::of_log(reader, [9; 16], &shop.folder.path().join("columns"), &mut |_| {}).unwrap();
    assert!(other.is_freshly_built());
}

#[test]
fn a_build_tells_how_far_it_has_come() {
    let shop = Shop::new(PROGRAMME);
    for n in 0..5 {
        shop.order("ann", &format!("A-{n}"), "2020-01-03", 50);
    }
    let mut told = Vec::new();
    drop(Columns::of_ledger(shop.folder.path(), &mut |progress| told.push(progress)).unwrap());
    assert!(told.len() >= 10);
    assert!(told.is_sorted_by_key(|progress| progress.bytes_done));
    assert!(told.iter().all(|progress| progress.bytes_done <= progress.bytes_total));
}
