//! What is put comes back, from disk and from memory alike.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::collections::BTreeMap;
use std::sync::mpsc;
use std::thread;

use common::{assert_holds, generation_folders, pages, watermark, write};
use proptest::prelude::*;
use tallybook_snapshot::{
    EXTRA_BYTES_MAX, Fault, Generations, MemorySnapshots, PAGE_BYTES_MAX, PageId, SnapshotError, Snapshots,
    Watermark,
};

const FIRST: PageId = PageId { kind: 1, number: 0 };

#[test]
fn pages_of_every_size_come_back_at_once_and_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let pages = pages(1);
    {
        let generations = Generations::open(folder.path()).unwrap();
        assert!(generations.current().unwrap().is_none());
        assert_holds(&*write(&generations, &pages, 30).unwrap(), &pages, 30);
    }
    for _ in 0..3 {
        let generations = Generations::open(folder.path()).unwrap();
        assert_holds(&*generations.current().unwrap().unwrap(), &pages, 30);
    }
}

#[test]
fn a_new_generation_replaces_the_old_one_whose_reader_reads_on_until_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    let (old_pages, new_pages) = (pages(1), pages(2));
    let old = write(&generations, &old_pages, 30).unwrap();
    let new = write(&generations, &new_pages, 60).unwrap();
    assert_holds(&*old, &old_pages, 30);
    assert_holds(&*new, &new_pages, 60);
    drop(old);
    assert_eq!(generation_folders(folder.path()), ["generation-2"]);
    drop(new);
    assert_holds(&*generations.current().unwrap().unwrap(), &new_pages, 60);
}

#[test]
fn discarding_leaves_nothing_unless_a_newer_generation_is_current() {
    let folder = tempfile::tempdir().unwrap();
    let all: [Box<dyn Snapshots>; 2] =
        [Box::new(Generations::open(folder.path()).unwrap()), Box::new(MemorySnapshots::new())];
    for snapshots in all {
        let old = write(&*snapshots, &pages(1), 30).unwrap();
        let new = write(&*snapshots, &pages(2), 60).unwrap();
        old.discard().unwrap();
        assert_holds(&*new, &pages(2), 60);
        new.discard().unwrap();
        assert!(snapshots.current().unwrap().is_none());
        assert_holds(&*write(&*snapshots, &pages(3), 90).unwrap(), &pages(3), 90);
    }
}

#[test]
fn what_is_too_large_or_leaves_a_gap_is_refused_and_the_generation_before_stays() {
    let folder = tempfile::tempdir().unwrap();
    let all: [Box<dyn Snapshots>; 2] =
        [Box::new(Generations::open(folder.path()).unwrap()), Box::new(MemorySnapshots::new())];
    for snapshots in all {
        drop(write(&*snapshots, &pages(1), 30).unwrap());

        let mut writer = snapshots.begin().unwrap();
        let refused = writer.put(FIRST, &vec![0; PAGE_BYTES_MAX + 1]).unwrap_err();
        assert!(matches!(refused, SnapshotError::Fault(Fault::TooLarge { what: "page", .. })));

        let writer = snapshots.begin().unwrap();
        let extra = vec![0; EXTRA_BYTES_MAX + 1];
        let refused = writer.finish(Watermark { extra, ..watermark(60) }).err().unwrap();
        assert!(matches!(refused, SnapshotError::Fault(Fault::TooLarge { .. })));

        for numbers in [&[0, 2][..], &[0, 0], &[1], &[u64::MAX]] {
            let mut writer = snapshots.begin().unwrap();
            for &number in numbers {
                writer.put(PageId { number, ..FIRST }, b"x").unwrap();
            }
            let refused = writer.finish(watermark(60)).err().unwrap();
            assert!(matches!(refused, SnapshotError::Fault(Fault::NotDense { kind: 1, .. })), "{numbers:?}");
        }
        // The repeated page makes up for the gap in the count, so that only the full check finds it.
        let mut writer = snapshots.begin().unwrap();
        for number in [0, 0, 2] {
            writer.put(PageId { number, ..FIRST }, b"x").unwrap();
        }
        assert!(matches!(writer.finish(watermark(60)).err().unwrap(), SnapshotError::Doubt(_)));

        assert_holds(&*snapshots.current().unwrap().unwrap(), &pages(1), 30);
    }
    assert_eq!(generation_folders(folder.path()), ["generation-1"]);
}

#[test]
fn a_second_opening_waits_for_the_first_to_go_and_is_refused_if_it_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_path_buf();
    let first = Generations::open(&path).unwrap();
    let store = write(&first, &pages(1), 30).unwrap();
    drop(first);
    // The store alone holds the folder.
    assert!(matches!(Generations::open(&path), Err(Fault::InUse { .. })));

    let (started, has_started) = mpsc::channel();
    let second = thread::spawn(move || {
        started.send(()).unwrap();
        // However slow the first one's thread is.
        let generations = std::iter::repeat_with(|| Generations::open(&path)).find_map(Result::ok).unwrap();
        assert_holds(&*generations.current().unwrap().unwrap(), &pages(1), 30);
    });
    has_started.recv().unwrap();
    drop(store);
    second.join().unwrap();
}

#[test]
fn a_generation_that_is_open_is_in_use_and_never_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    let store = write(&generations, &pages(1), 30).unwrap();
    assert!(matches!(generations.current(), Err(SnapshotError::Fault(Fault::InUse { .. }))));
    assert_holds(&*store, &pages(1), 30);
}

#[test]
fn damage_in_memory_is_a_doubt_and_closes_the_store_as_on_disk() {
    let snapshots = MemorySnapshots::new();
    drop(write(&snapshots, &pages(1), 30).unwrap());
    snapshots.damage(FIRST);
    let store = snapshots.current().unwrap().unwrap();
    let second = PageId { number: 1, ..FIRST };
    assert!(store.get(second).unwrap().is_some());
    assert!(store.get(FIRST).is_err());
    assert!(store.get(second).is_err());
    assert!(snapshots.current().unwrap().unwrap().verify().is_err());
    store.discard().unwrap();
    assert!(snapshots.current().unwrap().is_none());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn disk_and_memory_agree_on_any_pages_in_any_order(
        kinds in prop::collection::btree_map(
            any::<u8>(),
            prop::collection::vec((any::<u8>(), prop_oneof![0..200_usize, 16_000..70_000_usize]), 1..12),
            0..4,
        ),
        order in any::<u64>(),
    ) {
        let mut put = BTreeMap::new();
        for (&kind, sizes) in &kinds {
            for (number, &(fill, bytes)) in (0..).zip(sizes) {
                put.insert(PageId { kind, number }, vec![fill; bytes]);
            }
        }
        let mut shuffled: Vec<_> = put.into_iter().collect();
        let mut chance = common::Chance(order);
        for end in (1..shuffled.len()).rev() {
            shuffled.swap(end, chance.below(end as u64 + 1) as usize);
        }
        let folder = tempfile::tempdir().unwrap();
        let on_disk = write(&Generations::open(folder.path()).unwrap(), &shuffled, 12).unwrap();
        let in_memory = write(&MemorySnapshots::new(), &shuffled, 12).unwrap();
        prop_assert_eq!(on_disk.manifest(), in_memory.manifest());
        assert_holds(&*on_disk, &shuffled, 12);
        assert_holds(&*in_memory, &shuffled, 12);
    }
}
