//! Opening: telling a sound log, a torn tail and corruption apart.
//!
//! Sealed segments are checked here by their headers and seals only; their batches are checked whenever they
//! are read. The last segment is read whole. Where its sound batches stop, a later sound batch may prove that
//! what is missing had been durable: that is corruption. Otherwise nothing from there on was ever
//! acknowledged, and it is a torn tail.
//!
//! Invariant: nothing here changes a byte. What is to be cut or sealed is returned, and the writer does it.

use std::{io, path::Path};

use crate::{
    batch::{BATCH_HEADER_BYTES, BATCH_MAGIC, BatchHeader, BatchView},
    disk::{Disk, DiskFile},
    error::LogError,
    position::{LogEnd, Position},
    read::{BatchStream, Step},
    segment::{
        BadHeader, LedgerId, SEGMENT_FORMAT_VERSION, SEGMENT_HEADER_BYTES, SEGMENT_SEAL_BYTES, SegmentHeader,
        decode_seal, parse_segment_name, segment_name,
    },
};

/// What opening found.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) ledger: LedgerId,
    /// The start of each segment, ascending.
    pub(crate) starts: Vec<LogEnd>,
    pub(crate) end: LogEnd,
    /// The last batch is that of a clean close.
    pub(crate) closed: bool,
    /// Bytes after the end, up to the last that is not zero.
    pub(crate) torn_bytes: u64,
    /// From here to the end no later batch proves the bytes durable.
    pub(crate) unproven_from: Position,
    /// The last segment is empty, so that the seal of the one before may be missing or not durable yet.
    pub(crate) seal_unproven: bool,
}

/// The starts of the segments in a folder, ascending; empty without a log or a folder.
pub(crate) fn list_segments(disk: &dyn Disk, dir: &Path) -> Result<Vec<Position>, LogError> {
    let names = match disk.list(dir) {
        Ok(names) => names,
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(source) => return Err(LogError::Fault { op: "list", path: dir.to_owned(), source }),
    };
    let mut bases: Vec<Position> = names.iter().filter_map(|name| parse_segment_name(name)).collect();
    bases.sort();
    Ok(bases)
}

/// Checks a folder that holds a log.
pub(crate) fn inspect(disk: &dyn Disk, dir: &Path) -> Result<Found, LogError> {
    let bases = list_segments(disk, dir)?;
    let mut starts = Vec::with_capacity(bases.len());
    let mut segments = Vec::with_capacity(2);
    let mut expected = Some(LogEnd::ORIGIN);
    let mut ledger = None;
    for (index, base) in bases.iter().enumerate() {
        let segment = Segment::open(disk, dir, *base)?;
        if expected.is_some_and(|expected| expected != segment.header.start) {
            return Err(segment.corruption(0, "the segment does not start where the one before ends"));
        }
        if *ledger.get_or_insert(segment.header.ledger) != segment.header.ledger {
            return Err(segment.corruption(32, "the segment belongs to another ledger"));
        }
        let is_last = index + 1 == bases.len();
        let is_before_last = index + 2 == bases.len();
        expected = if is_last { None } else { segment.sealed_end()? };
        if expected.is_none() && !is_last && !is_before_last {
            return Err(segment.corruption(segment.size_bytes, "the segment's seal is missing or damaged"));
        }
        // Only the last two are needed further on, and a long log has more segments than a process may open
        // files.
        starts.push(segment.header.start);
        segments.drain(..segments.len().saturating_sub(1));
        segments.push((segment, expected));
    }

    let (Some((last, _)), Some(ledger)) = (segments.pop(), ledger) else {
        return Err(LogError::NotFound { dir: dir.to_owned() });
    };
    let tail = last.scan()?;
    let before = segments.pop();
    let seal_unproven = before.is_some() && tail.start == tail.end;
    if let Some((before, None)) = before {
        before.expect_ends_at(last.header.start, &tail)?;
    }
    let torn_bytes = last.torn_bytes(tail.end)?;
    Ok(Found {
        ledger,
        starts,
        end: tail.end,
        closed: tail.closed,
        torn_bytes,
        unproven_from: tail.unproven_from,
        seal_unproven,
    })
}

/// The sound batches at the start of a segment.
#[derive(Clone, Copy, Debug)]
struct Sound {
    start: LogEnd,
    end: LogEnd,
    closed: bool,
    unproven_from: Position,
}

/// One segment file with a sound header.
#[derive(Debug)]
struct Segment {
    name: String,
    path: std::path::PathBuf,
    file: Box<dyn DiskFile>,
    size_bytes: u64,
    header: SegmentHeader,
}

impl Segment {
    fn open(disk: &dyn Disk, dir: &Path, base: Position) -> Result<Segment, LogError> {
        let name = segment_name(base);
        let path = dir.join(&name);
        let fault = |op, source| LogError::Fault { op, path: path.clone(), source };
        let damaged = |what| LogError::Corruption { segment: name.clone(), offset: 0, position: base, what };
        let file = disk.open(&path, false).map_err(|source| fault("open", source))?;
        let size_bytes = file.size_bytes().map_err(|source| fault("measure", source))?;
        if size_bytes < SEGMENT_HEADER_BYTES {
            return Err(damaged("the segment is shorter than its header"));
        }
        let mut bytes = [0; SEGMENT_HEADER_BYTES as usize];
        file.read_exact_at(&mut bytes, 0).map_err(|source| fault("read", source))?;
        let header = SegmentHeader::decode(&bytes).map_err(|bad| match bad {
            BadHeader::Damaged(what) => damaged(what),
            BadHeader::LaterVersion(version) => LogError::UnsupportedFormat {
                segment: name.clone(),
                version,
                supported: SEGMENT_FORMAT_VERSION,
            },
        })?;
        if header.start.position != base {
            return Err(damaged("the segment's name does not match its header"));
        }
        Ok(Segment { name, path, file, size_bytes, header })
    }

    fn base(&self) -> Position {
        self.header.start.position
    }

    fn offset_of(&self, at: Position) -> u64 {
        SEGMENT_HEADER_BYTES + at.bytes_since(self.base())
    }

    fn corruption(&self, offset: u64, what: &'static str) -> LogError {
        let position = self.base().plus(offset.saturating_sub(SEGMENT_HEADER_BYTES));
        LogError::Corruption { segment: self.name.clone(), offset, position, what }
    }

    fn read(&self, buffer: &mut [u8], offset: u64) -> Result<(), LogError> {
        self.file.read_exact_at(buffer, offset).map_err(|source| match source.kind() {
            // Only when the file shrinks under us: its size was asked for before.
            io::ErrorKind::UnexpectedEof => {
                self.corruption(offset, "the segment became shorter while it was read")
            }
            _ => LogError::Fault { op: "read", path: self.path.clone(), source },
        })
    }

    /// Where the segment's seal says it ends, if its last bytes are a seal that fits the file's size.
    fn sealed_end(&self) -> Result<Option<LogEnd>, LogError> {
        let Some(seal_at) = self.size_bytes.checked_sub(SEGMENT_SEAL_BYTES) else { return Ok(None) };
        if seal_at < SEGMENT_HEADER_BYTES {
            return Ok(None);
        }
        let mut bytes = [0; SEGMENT_SEAL_BYTES as usize];
        self.read(&mut bytes, seal_at)?;
        Ok(decode_seal(&bytes)
            .filter(|end| end.position >= self.base() && self.offset_of(end.position) == seal_at))
    }

    /// The last segment's sound batches; what follows them is then known to be a torn tail.
    fn scan(&self) -> Result<Sound, LogError> {
        if self.sealed_end()?.is_some() {
            return Err(
                self.corruption(self.size_bytes, "the segment is sealed, but the next one is missing")
            );
        }
        let (sound, what) = self.sound_batches()?;
        if let Some(what) = what
            && self.proves_durable(sound.end)?
        {
            return Err(self.corruption(self.offset_of(sound.end.position), what));
        }
        Ok(sound)
    }

    /// Steps over sound batches, and says what is wrong with the first that is not.
    fn sound_batches(&self) -> Result<(Sound, Option<&'static str>), LogError> {
        let start = self.header.start;
        let mut sound = Sound { start, end: start, closed: false, unproven_from: start.position };
        let mut stream = BatchStream::new(start.position, Some(start.next_number));
        loop {
            let step = stream.step(|from, buffer| {
                let offset = self.offset_of(from);
                let bytes = self.size_bytes.saturating_sub(offset).min(buffer.len() as u64) as usize;
                self.read(&mut buffer[..bytes], offset)?;
                Ok(bytes)
            })?;
            match step {
                Step::Batch(header) => {
                    sound.end = LogEnd { position: header.end(), next_number: header.number.next() };
                    sound.closed = header.record_count == 0;
                    sound.unproven_from = header.durable_to().max(start.position);
                }
                Step::End => return Ok((sound, None)),
                Step::Bad(what) => return Ok((sound, Some(what))),
            }
        }
    }

    /// Everything in the file from a position on.
    fn rest(&self, from: Position) -> Result<Vec<u8>, LogError> {
        let offset = self.offset_of(from);
        let mut rest = vec![0; self.size_bytes.saturating_sub(offset) as usize];
        self.read(&mut rest, offset)?;
        Ok(rest)
    }

    /// Tells whether a sound batch anywhere from `end` on was written when the log was durable past `end`. It counts
    /// wherever it stands: one that is not at its own position has been moved there, by bytes that were taken out.
    fn proves_durable(&self, end: LogEnd) -> Result<bool, LogError> {
        let rest = self.rest(end.position)?;
        let proof = (0..rest.len().saturating_sub(BATCH_HEADER_BYTES - 1)).any(|offset| {
            rest[offset..offset + BATCH_MAGIC.len()] == BATCH_MAGIC
                && sound_batch_at(&rest, offset).is_some_and(|header| header.durable_to() > end.position)
        });
        Ok(proof)
    }

    fn torn_bytes(&self, end: LogEnd) -> Result<u64, LogError> {
        let rest = self.rest(end.position)?;
        Ok(rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last as u64 + 1))
    }

    /// Checks that a segment without a seal is one that was just being sealed: nothing has been written after
    /// it, and its batches end where the next segment starts.
    fn expect_ends_at(&self, next: LogEnd, tail: &Sound) -> Result<(), LogError> {
        if tail.start != tail.end {
            return Err(self.corruption(self.size_bytes, "the segment's seal is missing or damaged"));
        }
        let (sound, what) = self.sound_batches()?;
        if sound.end != next {
            let what = what.unwrap_or("the segment does not end where the next one starts");
            return Err(self.corruption(self.offset_of(sound.end.position), what));
        }
        Ok(())
    }
}

/// The header of a batch at `offset` whose checksum is right.
fn sound_batch_at(rest: &[u8], offset: usize) -> Option<BatchHeader> {
    let header = BatchHeader::decode(&rest[offset..]).ok()?;
    let bytes = rest.get(offset..offset + header.batch_bytes())?;
    BatchView::check(header, bytes).ok().map(|_| header)
}
