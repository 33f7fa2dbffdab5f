//! Files mapped into memory: the one place of this crate that needs `unsafe`.
//!
//! A mapping is sound as long as nobody changes or shortens the file under it. Column files are written under a name of
//! their own, renamed when they are whole, and never written again: a rebuild makes another file.
#![expect(
    unsafe_code,
    reason = "mapping a file cannot be checked by the compiler; see above for why it is sound"
)]

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// Maps a finished file for reading.
pub(super) fn read(file: &File) -> io::Result<Mmap> {
    // SAFETY: a finished file is never written again.
    unsafe { Mmap::map(file) }
}
