//! What the tests of snapshots on disk share: pages to write, folders to copy, and chance that repeats.

#![allow(dead_code, reason = "each test file uses its own part")]

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tallybook_snapshot::{PageId, PageStore, SnapshotError, Snapshots, Watermark};

/// SplitMix64: the same numbers from the same seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }

    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.below(256) as u8).collect()
    }
}

/// Pages of two kinds, most of them small, some over sled's comfort and one far over it.
pub fn pages(seed: u64) -> Vec<(PageId, Vec<u8>)> {
    let mut chance = Chance(seed);
    let small = (0..60).map(|number| (PageId { kind: 1, number }, 500 + number as usize));
    let large = [0, 1, 16_320, 16_321, 40_000, 200_000];
    let large = large.into_iter().zip(0..).map(|(bytes, number)| (PageId { kind: 7, number }, bytes));
    small.chain(large).map(|(id, bytes)| (id, chance.bytes(bytes))).collect()
}

pub fn watermark(position: u64) -> Watermark {
    Watermark {
        position,
        batch_number: position / 3,
        programme_hash: [9; 32],
        format_version: 1,
        extra: b"directory of names".to_vec(),
    }
}

pub fn write(
    snapshots: &dyn Snapshots,
    pages: &[(PageId, Vec<u8>)],
    position: u64,
) -> Result<Box<dyn PageStore>, SnapshotError> {
    let mut writer = snapshots.begin()?;
    for (id, bytes) in pages {
        writer.put(*id, bytes)?;
    }
    writer.finish(watermark(position))
}

/// Every page is there and exact, and the numbers after the last are not there.
pub fn assert_holds(store: &dyn PageStore, pages: &[(PageId, Vec<u8>)], position: u64) {
    assert_eq!(store.manifest().watermark, watermark(position));
    for (id, bytes) in pages {
        assert_eq!(store.get(*id).unwrap().as_ref(), Some(bytes), "{id:?}");
    }
    for &(kind, count) in &store.manifest().pages {
        assert_eq!(store.get(PageId { kind, number: count }), Ok(None));
    }
    store.verify().unwrap();
}

/// Copies a folder. sled may rename a file of an unfinished generation meanwhile; such a file is left out, as a crash
/// might.
pub fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &to.join(entry.file_name()));
        } else {
            match fs::copy(entry.path(), to.join(entry.file_name())) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                copied => drop(copied.unwrap()),
            }
        }
    }
}

/// All files below a folder, in order of their names.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Names of the generation folders, in order.
pub fn generation_folders(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut found: Vec<_> = names.filter(|name| name.starts_with("generation-")).collect();
    found.sort();
    found
}
