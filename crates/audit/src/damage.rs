//! What is wrong with the bytes of a log in a folder, batch by batch, where reading it in order has failed.
//!
//! It walks the segment files by the layout in `docs/format.md`, without the log's own reader, and goes on behind
//! whatever is wrong at the next batch whose checksum holds. That is how a batch that was cut out is told from one that
//! was changed, and how everything that is wrong is named, not only the first.
//!
//! It is slow and holds a segment in memory; only a damaged log is walked.

use std::fs;
use std::path::Path;

use tallybook::LedgerError;
use tallybook_log::{BATCH_BYTES_MAX, BATCH_HEADER_BYTES, SEGMENT_HEADER_BYTES, SEGMENT_SEAL_BYTES};

use crate::report::{Finding, FindingKind};

const BATCH_MAGIC: [u8; 4] = [0xC9, b'T', b'B', 0x9E];
const HEADER_MAGIC: &[u8] = b"TALLYLOG";
const SEAL_MAGIC: &[u8] = b"TALLYEND";

/// What the walk expects next.
#[derive(Clone, Copy)]
struct Next {
    number: u64,
    position: u64,
}

/// A batch with a sound checksum.
#[derive(Clone, Copy)]
struct Sound {
    number: u64,
    position: u64,
    bytes: usize,
}

/// What a walk over the segments found.
pub(crate) struct Damage {
    /// Everything that is wrong, in order.
    pub findings: Vec<Finding>,
    /// Whether a sound batch stands where it says it does not. No crash and no half-written group does that.
    pub has_displaced: bool,
}

/// Names everything that is wrong with the segments in a folder.
///
/// # Errors
/// [`LedgerError::Fault`] where a file cannot be read.
pub(crate) fn find(folder: &Path) -> Result<Damage, LedgerError> {
    let fault = |error| LedgerError::Fault(format!("cannot read {}: {error}", folder.display()));
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(fault)? {
        let name = entry.map_err(fault)?.file_name().to_string_lossy().into_owned();
        let is_segment =
            name.strip_suffix(".log").is_some_and(|d| d.len() == 20 && d.bytes().all(|b| b.is_ascii_digit()));
        if is_segment {
            names.push(name);
        }
    }
    names.sort();
    let next = Next { number: 1, position: 0 };
    let mut walk = Walk { damage: Damage { findings: Vec::new(), has_displaced: false }, base: 0, next };
    for (index, name) in names.iter().enumerate() {
        let bytes = fs::read(folder.join(name)).map_err(fault)?;
        walk.segment(name, &bytes, index + 1 == names.len());
    }
    Ok(walk.damage)
}

struct Walk {
    damage: Damage,
    /// Where the segment starts.
    base: u64,
    next: Next,
}

impl Walk {
    fn add(&mut self, kind: FindingKind, batch: Option<u64>, position: u64, text: String) {
        self.damage.findings.push(Finding { kind, batch, position: Some(position), member: None, text });
    }

    fn segment(&mut self, name: &str, bytes: &[u8], is_last: bool) {
        let header_bytes = SEGMENT_HEADER_BYTES as usize;
        match bytes.get(..header_bytes) {
            Some(header)
                if header.starts_with(HEADER_MAGIC)
                    && u32_at(header, 60) == crc32c::crc32c(&header[..60]) =>
            {
                let start = Next { number: u64_at(header, 24), position: u64_at(header, 16) };
                self.expect_start(name, start);
            }
            _ => {
                let text = format!("the header of segment {name} is damaged");
                self.add(FindingKind::DamagedBytes, None, self.next.position, text);
            }
        }
        let mut payload = bytes.get(header_bytes..).unwrap_or_default();
        let seal_bytes = SEGMENT_SEAL_BYTES as usize;
        let seal = payload.len().checked_sub(seal_bytes).map(|at| &payload[at..]);
        match seal
            .filter(|seal| seal.starts_with(SEAL_MAGIC) && u32_at(seal, 28) == crc32c::crc32c(&seal[..28]))
        {
            Some(seal) => {
                payload = &payload[..payload.len() - seal_bytes];
                let end = Next { number: u64_at(seal, 16), position: u64_at(seal, 8) };
                self.batches(name, payload, true);
                if end.number > self.next.number {
                    let text = missing_text(self.next.number, end.number, "the end of its segment");
                    self.add(FindingKind::MissingBatch, Some(self.next.number), self.next.position, text);
                }
                self.next = end;
                if is_last {
                    let text = format!("segment {name} is sealed, but the next one is missing");
                    self.add(FindingKind::MissingBatch, Some(end.number), end.position, text);
                }
            }
            None => {
                self.batches(name, payload, !is_last);
                if !is_last {
                    let text = format!("the seal of segment {name} is missing or damaged");
                    self.add(FindingKind::DamagedBytes, None, self.next.position, text);
                }
            }
        }
    }

    fn expect_start(&mut self, name: &str, start: Next) {
        if start.number > self.next.number {
            let text = missing_text(self.next.number, start.number, &format!("segment {name}"));
            self.add(FindingKind::MissingBatch, Some(self.next.number), self.next.position, text);
        } else if start.number < self.next.number || start.position != self.next.position {
            let text = format!("segment {name} does not start where the one before ends");
            self.add(FindingKind::MisplacedBatch, Some(start.number), start.position, text);
        }
        self.next = start;
        self.base = start.position;
    }

    /// Walks the batches of a segment. Zeros at the end, and in the last segment anything without a sound batch behind
    /// it, are space not yet written.
    fn batches(&mut self, name: &str, payload: &[u8], is_complete: bool) {
        let mut at = 0;
        while at < payload.len() {
            if let Some(sound) = sound_at(payload, at) {
                self.damage.has_displaced |= sound.position != self.base + at as u64;
                self.expect_batch(sound);
                at += sound.bytes;
                continue;
            }
            let found = (at + 1..payload.len()).find_map(|at| sound_at(payload, at).map(|sound| (at, sound)));
            let is_written = payload[at..].iter().any(|byte| *byte != 0);
            match found {
                Some((found_at, sound)) => {
                    self.damaged(name, at, &payload[at..found_at], Some(sound.number));
                    self.next = Next { number: sound.number, position: sound.position };
                    at = found_at;
                }
                None => {
                    if is_complete && is_written {
                        self.damaged(name, at, &payload[at..], None);
                    }
                    return;
                }
            }
        }
    }

    /// Bytes that are no sound batch, up to the batch `then`.
    fn damaged(&mut self, name: &str, at: usize, bytes: &[u8], then: Option<u64>) {
        let Next { number, position } = self.next;
        let offset = at as u64 + SEGMENT_HEADER_BYTES;
        let what = if bytes.starts_with(&BATCH_MAGIC) {
            "its checksum does not match its bytes"
        } else {
            "no batch starts here"
        };
        let text = format!("batch {number} is damaged ({name}, byte {offset}): {what}");
        self.add(FindingKind::DamagedBytes, Some(number), position, text);
        self.next = Next { number: number + 1, position: position + bytes.len() as u64 };
        if let Some(then) = then.filter(|then| *then > number + 1) {
            let text = missing_text(number + 1, then, &format!("batch {then}"));
            self.add(FindingKind::MissingBatch, Some(number + 1), position, text);
        }
    }

    fn expect_batch(&mut self, sound: Sound) {
        let Next { number, position } = self.next;
        if sound.number > number {
            let text = missing_text(number, sound.number, &sound.number.to_string());
            self.add(FindingKind::MissingBatch, Some(number), position, text);
        } else if sound.number < number {
            let text = format!("batch {} stands where batch {number} should", sound.number);
            self.add(FindingKind::MisplacedBatch, Some(sound.number), position, text);
        } else if sound.position != position {
            let text = format!(
                "batch {number} says it stands at position {}, but stands at {position}",
                sound.position
            );
            self.add(FindingKind::MisplacedBatch, Some(number), position, text);
        }
        // What follows is held against the batch itself, so that one missing batch is named once.
        self.next = Next { number: sound.number + 1, position: sound.position + sound.bytes as u64 };
    }
}

/// `batch 17 is missing: 16 is followed by 18`.
fn missing_text(first: u64, then: u64, follower: &str) -> String {
    let last = then - 1;
    let what =
        if first == last { format!("batch {first} is") } else { format!("batches {first} to {last} are") };
    if first == 1 {
        format!("{what} missing: the log starts with {follower}")
    } else {
        format!("{what} missing: {} is followed by {follower}", first - 1)
    }
}

fn sound_at(bytes: &[u8], at: usize) -> Option<Sound> {
    let rest = &bytes[at..];
    if !rest.starts_with(&BATCH_MAGIC) || rest.len() < BATCH_HEADER_BYTES {
        return None;
    }
    let batch_bytes = BATCH_HEADER_BYTES + u32_at(rest, 4) as usize;
    let batch = rest.get(..batch_bytes).filter(|_| batch_bytes <= BATCH_BYTES_MAX)?;
    let checksum = crc32c::crc32c_append(crc32c::crc32c(&batch[4..32]), &batch[BATCH_HEADER_BYTES..]);
    (checksum == u32_at(batch, 32)).then(|| Sound {
        number: u64_at(batch, 16),
        position: u64_at(batch, 8),
        bytes: batch_bytes,
    })
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(array_at(bytes, at))
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from_le_bytes(array_at(bytes, at))
}

fn array_at<const N: usize>(bytes: &[u8], at: usize) -> [u8; N] {
    let mut array = [0; N];
    array.copy_from_slice(&bytes[at..at + N]);
    array
}
