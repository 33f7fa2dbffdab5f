//! However the files are damaged, a snapshot gives the exact bytes or a doubt: never other bytes, never silently fewer,
//! and no panic of sled's comes out.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod common;

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use common::{Chance, assert_holds, copy_folder, files, generation_folders, pages, watermark, write};
use tallybook_snapshot::{Generations, PageId, SnapshotError, Snapshots};

/// What came of reading a damaged folder.
#[derive(Debug, PartialEq)]
enum Outcome {
    /// Everything was exact; the damage met nothing that matters.
    Exact,
    /// There was a doubt somewhere.
    Doubt,
    /// There is no snapshot any more.
    Nothing,
}

/// Reads all that is in a folder after damage, and discards it if in doubt.
fn read_damaged(folder: &Path, pages: &[(PageId, Vec<u8>)]) -> Outcome {
    let generations = Generations::open(folder).unwrap();
    let outcome = match generations.current() {
        Ok(Some(store)) => {
            assert_eq!(store.manifest().watermark, watermark(30));
            let mut outcome = Outcome::Exact;
            for (id, bytes) in pages {
                match store.get(*id) {
                    Ok(page) => {
                        assert_eq!(page.as_ref(), Some(bytes), "{id:?}");
                        assert_eq!(outcome, Outcome::Exact, "a store in doubt answers no more");
                    }
                    Err(_) => outcome = Outcome::Doubt,
                }
            }
            if store.verify().is_err() {
                outcome = Outcome::Doubt;
            }
            if outcome == Outcome::Doubt {
                store.discard().unwrap();
            }
            outcome
        }
        Ok(None) => Outcome::Nothing,
        Err(SnapshotError::Doubt(_)) => Outcome::Doubt,
        Err(SnapshotError::Fault(fault)) => panic!("damage is no fault: {fault}"),
    };
    if outcome != Outcome::Exact {
        assert!(generations.current().unwrap().is_none());
        assert!(generation_folders(folder).is_empty());
    }
    outcome
}

/// Damages one file of a copy of the folder and reads it.
fn outcome_of(original: &Path, pages: &[(PageId, Vec<u8>)], damage: impl FnOnce(&Path)) -> Outcome {
    let copy = tempfile::tempdir().unwrap();
    copy_folder(original, copy.path());
    damage(copy.path());
    read_damaged(copy.path(), pages)
}

fn finished() -> (tempfile::TempDir, Vec<(PageId, Vec<u8>)>) {
    let folder = tempfile::tempdir().unwrap();
    let pages = pages(1);
    let generations = Generations::open(folder.path()).unwrap();
    drop(write(&generations, &pages, 30).unwrap());
    (folder, pages)
}

/// The files with anything in them, and the pages' own file three times over, as most of what matters is there.
fn targets(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> =
        files(folder).into_iter().filter(|file| file.metadata().unwrap().len() > 0).collect();
    let pages_file = found.iter().find(|file| file.ends_with("sled/db")).unwrap().clone();
    found.extend([pages_file.clone(), pages_file]);
    found
}

#[test]
fn flipped_bits_anywhere_give_exact_bytes_or_a_doubt() {
    let (folder, pages) = finished();
    let mut doubt_count = 0;
    for seed in 0..200 {
        let mut chance = Chance(seed);
        let flip_count = 1 + chance.below(3);
        let outcome = outcome_of(folder.path(), &pages, |copy| {
            let targets = targets(copy);
            for _ in 0..flip_count {
                let target = &targets[chance.below(targets.len() as u64) as usize];
                let mut bytes = fs::read(target).unwrap();
                let bit = chance.below(bytes.len() as u64 * 8) as usize;
                bytes[bit / 8] ^= 1 << (bit % 8);
                fs::write(target, bytes).unwrap();
            }
        });
        assert_ne!(outcome, Outcome::Nothing, "seed {seed}");
        doubt_count += usize::from(outcome == Outcome::Doubt);
    }
    assert!(doubt_count > 20, "the damage must have met something: {doubt_count}");
}

#[test]
fn torn_blocks_anywhere_in_the_pages_give_exact_bytes_or_a_doubt() {
    let (folder, pages) = finished();
    for seed in 0..200 {
        let mut chance = Chance(seed);
        let outcome = outcome_of(folder.path(), &pages, |copy| {
            let target = targets(copy).pop().unwrap();
            let mut bytes = fs::read(&target).unwrap();
            let start = chance.below(bytes.len() as u64) as usize;
            let end = bytes.len().min(start + 512 + chance.below(8192) as usize);
            let fill = chance.bytes(1)[0];
            if chance.below(2) == 0 {
                bytes[start..end].fill(fill);
            } else {
                let noise = chance.bytes(end - start);
                bytes[start..end].copy_from_slice(&noise);
            }
            fs::write(&target, bytes).unwrap();
        });
        assert_ne!(outcome, Outcome::Nothing, "seed {seed}");
    }
}

#[test]
fn any_file_cut_short_gives_exact_bytes_or_a_doubt() {
    let (folder, pages) = finished();
    for index in 0..targets(folder.path()).len() {
        for part_permille in [0, 1, 300, 600, 999] {
            let mut name = String::new();
            let outcome = outcome_of(folder.path(), &pages, |copy| {
                let target = &targets(copy)[index];
                name = target.strip_prefix(copy).unwrap().display().to_string();
                let file = File::options().write(true).open(target).unwrap();
                file.set_len(file.metadata().unwrap().len() * part_permille / 1000).unwrap();
            });
            assert_ne!(outcome, Outcome::Nothing, "{name}");
            // The end of sled's own files may be padding.
            if name == "current" || name.ends_with("manifest") {
                assert_eq!(outcome, Outcome::Doubt, "{name} cut to {part_permille} permille");
            }
        }
    }
}

#[test]
fn any_file_or_folder_deleted_gives_exact_bytes_a_doubt_or_no_snapshot_at_all() {
    let (folder, pages) = finished();
    for index in 0..targets(folder.path()).len() {
        let mut name = String::new();
        let outcome = outcome_of(folder.path(), &pages, |copy| {
            let target = &targets(copy)[index];
            name = target.strip_prefix(copy).unwrap().display().to_string();
            fs::remove_file(target).unwrap();
        });
        // Without its pointer a snapshot has never been finished.
        assert_eq!(outcome == Outcome::Nothing, name == "current", "{name}");
    }
    for name in ["generation-1", "generation-1/sled"] {
        let outcome = outcome_of(folder.path(), &pages, |copy| fs::remove_dir_all(copy.join(name)).unwrap());
        assert_eq!(outcome, Outcome::Doubt, "{name}");
    }
}

#[test]
fn files_of_another_generation_in_the_same_place_are_a_doubt() {
    let (folder, pages) = finished();
    let generations = Generations::open(folder.path()).unwrap();
    let store = generations.current().unwrap().unwrap();
    let newer = write(&generations, &pages, 30).unwrap();
    let kept = tempfile::tempdir().unwrap();
    copy_folder(folder.path(), kept.path());
    drop((store, newer, generations));

    let (other, one) = (kept.path().join("generation-1"), kept.path().join("generation-2"));
    for name in ["sled", "manifest"] {
        let outcome = outcome_of(folder.path(), &pages, |copy| {
            let target = copy.join("generation-2").join(name);
            if name == "sled" {
                fs::remove_dir_all(&target).unwrap();
                copy_folder(&other.join(name), &target);
            } else {
                fs::copy(other.join(name), &target).unwrap();
            }
        });
        assert_eq!(outcome, Outcome::Doubt, "{name}");
    }
    let outcome = outcome_of(folder.path(), &pages, |copy| {
        fs::remove_dir_all(copy.join("generation-2")).unwrap();
        copy_folder(&one, &copy.join("generation-2"));
    });
    assert_eq!(outcome, Outcome::Exact, "its own files");
}

#[test]
fn after_damage_a_new_generation_can_be_written() {
    let (folder, pages) = finished();
    fs::write(folder.path().join("current"), b"nonsense").unwrap();
    let generations = Generations::open(folder.path()).unwrap();
    assert!(matches!(generations.current(), Err(SnapshotError::Doubt(_))));
    assert_holds(&*write(&generations, &pages, 30).unwrap(), &pages, 30);
    assert_holds(&*generations.current().unwrap().unwrap(), &pages, 30);
}
