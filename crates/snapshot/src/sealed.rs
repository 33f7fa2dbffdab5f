//! Small files that are whole or in doubt: a magic word, a body and a CRC-32C, replaced in one atomic step.
//!
//! Invariant: after a crash the file holds the old body or the new one.
//!
//! It does not interpret the body.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use crate::{Doubt, Fault, SnapshotError};

/// Length of the word that says what a file is.
pub(crate) const MAGIC_BYTES: usize = 8;

const CHECKSUM_BYTES: usize = 4;

/// Writes the file anew: a temporary one beside it is made durable, then renamed over it. Gives its checksum.
pub(crate) fn write(path: &Path, magic: [u8; MAGIC_BYTES], body: &[u8]) -> Result<u32, Fault> {
    let mut bytes = Vec::with_capacity(MAGIC_BYTES + body.len() + CHECKSUM_BYTES);
    bytes.extend_from_slice(&magic);
    bytes.extend_from_slice(body);
    let checksum = crc32c::crc32c(&bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());

    let temporary = path.with_extension("new");
    let written = File::create(&temporary).and_then(|mut file| {
        file.write_all(&bytes)?;
        file.sync_all()
    });
    written.map_err(Fault::io("write", &temporary))?;
    fs::rename(&temporary, path).map_err(Fault::io("replace", path))?;
    if let Some(folder) = path.parent() {
        sync_folder(folder)?;
    }
    Ok(checksum)
}

/// Reads the file's body and checksum; `None` if there is no such file.
///
/// # Errors
/// [`Doubt`] when it is longer than `body_bytes_max` allows or was altered; [`Fault`] when it cannot be read.
pub(crate) fn read(
    path: &Path,
    magic: [u8; MAGIC_BYTES],
    body_bytes_max: usize,
) -> Result<Option<(Vec<u8>, u32)>, SnapshotError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Fault::io("open", path)(error).into()),
    };
    let bytes_max = MAGIC_BYTES + body_bytes_max + CHECKSUM_BYTES;
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(Fault::io("read", path))?;

    let doubt = |what: &str| Doubt::new(format!("{} {what}", name_of(path)));
    if bytes.len() > bytes_max {
        return Err(doubt("is too long").into());
    }
    let (content, stored) =
        bytes.split_last_chunk::<CHECKSUM_BYTES>().ok_or_else(|| doubt("is cut short"))?;
    let checksum = crc32c::crc32c(content);
    if u32::from_le_bytes(*stored) != checksum {
        return Err(doubt("has another checksum than its own").into());
    }
    let body = content.strip_prefix(&magic).ok_or_else(|| doubt("is not what its name says"))?;
    Ok(Some((body.to_vec(), checksum)))
}

/// Removes a file for good; one that is not there is as good as removed.
pub(crate) fn remove(path: &Path) -> Result<(), Fault> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Fault::io("remove", path)(error)),
        _ => path.parent().map_or(Ok(()), sync_folder),
    }
}

/// Makes names in a folder durable. Only Unix has (and needs) a way to ask for it.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Fault> {
    if cfg!(unix) {
        File::open(folder).and_then(|file| file.sync_all()).map_err(Fault::io("sync", folder))?;
    }
    Ok(())
}

/// Makes every file and folder below `folder` durable.
pub(crate) fn sync_tree(folder: &Path) -> Result<(), Fault> {
    for entry in fs::read_dir(folder).map_err(Fault::io("list", folder))? {
        let path = entry.map_err(Fault::io("list", folder))?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            // Opened for writing, as some systems sync no other way.
            let synced = File::options().write(true).open(&path).and_then(|file| file.sync_all());
            synced.map_err(Fault::io("sync", &path))?;
        }
    }
    sync_folder(folder)
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}
