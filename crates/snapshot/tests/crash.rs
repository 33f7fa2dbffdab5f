//! A crash at any moment of writing leaves the generation before, whole.
//!
//! The crashes are copies of the folder, taken while a writer is at work or put together as its steps would leave it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs;
use std::path::Path;

use common::{assert_holds, copy_folder, generation_folders, pages, write};
use tallybook_snapshot::{Generations, PageId, Snapshots};

/// Opens the folder as after a crash: generation 1 is whole, the leftovers go, and a next generation can be written.
fn assert_recovers(folder: &Path) {
    let generations = Generations::open(folder).unwrap();
    assert_holds(&*generations.current().unwrap().unwrap(), &pages(1), 30);
    assert_eq!(generation_folders(folder), ["generation-1"]);
    assert_holds(&*write(&generations, &pages(4), 120).unwrap(), &pages(4), 120);
}

#[test]
fn a_crash_among_the_pages_leaves_the_generation_before() {
    let folder = tempfile::tempdir().unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    drop(write(&generations, &pages(1), 30).unwrap());
    let mut writer = generations.begin().unwrap();
    for number in 0..400 {
        if number % 100 == 0 {
            let crashed = tempfile::tempdir().unwrap();
            copy_folder(folder.path(), crashed.path());
            assert_eq!(generation_folders(crashed.path()), ["generation-1", "generation-2"]);
            assert_recovers(crashed.path());
        }
        writer.put(PageId { kind: 1, number }, &[7; 15_000]).unwrap();
    }
    drop(writer);
    assert_eq!(generation_folders(folder.path()), ["generation-1"]);
    drop(generations);
    assert_recovers(folder.path());
}

#[test]
fn a_crash_around_the_switch_of_the_pointer_leaves_one_generation_or_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let pointer = folder.path().join("current");
    let generations = Generations::open(folder.path()).unwrap();
    let old = write(&generations, &pages(1), 30).unwrap();
    let old_pointer = fs::read(&pointer).unwrap();
    let new = write(&generations, &pages(2), 60).unwrap();
    let new_pointer = fs::read(&pointer).unwrap();

    // Before the rename, with the temporary pointer written in part.
    for written_bytes in [0, 1, new_pointer.len() - 1, new_pointer.len()] {
        let crashed = tempfile::tempdir().unwrap();
        copy_folder(folder.path(), crashed.path());
        fs::write(crashed.path().join("current"), &old_pointer).unwrap();
        fs::write(crashed.path().join("current.new"), &new_pointer[..written_bytes]).unwrap();
        assert_recovers(crashed.path());
    }
    // After the rename, before the old generation is removed.
    let crashed = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), crashed.path());
    let reopened = Generations::open(crashed.path()).unwrap();
    assert_holds(&*reopened.current().unwrap().unwrap(), &pages(2), 60);
    assert_eq!(generation_folders(crashed.path()), ["generation-2"]);
    drop((old, new));
}

#[test]
fn a_crash_while_reading_leaves_the_generation_readable() {
    let folder = tempfile::tempdir().unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    drop(write(&generations, &pages(1), 30).unwrap());
    let store = generations.current().unwrap().unwrap();
    assert!(store.get(PageId { kind: 1, number: 3 }).unwrap().is_some());
    let crashed = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), crashed.path());
    assert_recovers(crashed.path());
}

#[test]
fn a_crash_before_the_first_generation_is_finished_leaves_none() {
    let folder = tempfile::tempdir().unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    let mut writer = generations.begin().unwrap();
    writer.put(PageId { kind: 1, number: 0 }, b"states").unwrap();
    let crashed = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), crashed.path());
    let reopened = Generations::open(crashed.path()).unwrap();
    assert!(reopened.current().unwrap().is_none());
    assert!(generation_folders(crashed.path()).is_empty());
}
