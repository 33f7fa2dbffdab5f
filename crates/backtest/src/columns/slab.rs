//! Pieces of a column file in memory: what a range of members has in every section.
//!
//! Rows come in the order of the log and go to their member's place, which is all over the file. Writing each there at once,
//! into a mapped file, has the system prepare every page again and again as soon as it begins to write pages back. So a
//! slab takes them, and is written in one piece for each section.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use super::layout::{Layout, SECTIONS, Section};

/// A piece of every section; of some it may be nothing.
pub(super) struct Slab {
    pieces: Vec<Piece>,
}

struct Piece {
    /// Where it begins in its section, in bytes.
    start: usize,
    bytes: Vec<u8>,
}

impl Slab {
    /// Zeros for these bytes of each section.
    pub(super) fn new(extents: &[Range<usize>; SECTIONS]) -> Slab {
        let pieces = extents.iter().map(|range| Piece { start: range.start, bytes: vec![0; range.len()] });
        Slab { pieces: pieces.collect() }
    }

    /// Puts a value at an index of a section's array.
    ///
    /// # Panics
    /// Outside the slab, as all of these.
    pub(super) fn put<const N: usize>(&mut self, section: Section, index: usize, value: [u8; N]) {
        self.put_slice(section, index * N, &value);
    }

    /// Puts bytes at an offset of a section.
    pub(super) fn put_slice(&mut self, section: Section, offset: usize, bytes: &[u8]) {
        let piece = &mut self.pieces[section as usize];
        let at = offset - piece.start;
        piece.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// The value at an index of a section's array.
    pub(super) fn get<const N: usize>(&self, section: Section, index: usize) -> [u8; N] {
        let piece = &self.pieces[section as usize];
        let at = index * N - piece.start;
        piece.bytes[at..at + N].try_into().expect("so many bytes were asked for")
    }

    /// Writes all pieces to their places, and continues each section's checksum; slabs come in the order of the file.
    pub(super) fn write(
        &self,
        file: &File,
        layout: &Layout,
        checksums: &mut [u32; SECTIONS],
    ) -> io::Result<()> {
        for ((piece, section), checksum) in self.pieces.iter().zip(layout.ranges()).zip(checksums) {
            file.write_all_at(&piece.bytes, (section.start + piece.start) as u64)?;
            *checksum = crc32c::crc32c_append(*checksum, &piece.bytes);
        }
        Ok(())
    }
}
