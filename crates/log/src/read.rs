//! Reading: batches in order, single records, and a member's chain.
//!
//! Invariants: every batch handed out has passed its checksum, stands where its header says and, within one
//! stream, follows the number before it. Streaming copies nothing per record: views borrow one large buffer.
//!
//! Deliberately absent: an index. A record leads to its batch by its own header, and to its member's previous
//! record.

use crate::{
    batch::{BATCH_BYTES_MAX, BATCH_HEADER_BYTES, BatchHeader, BatchView},
    bytes::u32_at,
    error::LogError,
    log::LogReader,
    position::{BatchNumber, Position},
    record::{RECORD_HEADER_BYTES, RecordBuf, RecordView},
};

/// How much is read ahead when streaming.
pub(crate) const READ_AHEAD_BYTES: usize = 1024 * 1024;

/// How much is read around a single record: most batches lie wholly in it, so that one read serves.
const RECORD_WINDOW_BYTES: u64 = 4 * 1024;

/// What a [`BatchStream`] came to.
pub(crate) enum Step {
    /// A sound batch.
    Batch(BatchHeader),
    /// The end of the stream.
    End,
    /// Something that is not the expected batch.
    Bad(&'static str),
}

/// What a buffer holds of the next batch.
enum Next {
    /// All of it, and it is sound.
    Batch(BatchHeader),
    /// Less than so many bytes, which have to be read.
    Needs(usize),
    /// Something else.
    Bad(&'static str),
}

/// The buffer and the checks behind streaming, apart from where bytes come from.
#[derive(Debug)]
pub(crate) struct BatchStream {
    buffer: Vec<u8>,
    /// Where in `buffer` the next batch starts.
    start: usize,
    /// How much of `buffer` holds bytes of the log.
    filled: usize,
    at: Position,
    /// `None` until the first batch of a stream that starts in mid-log.
    number: Option<BatchNumber>,
    last: (usize, usize),
}

impl BatchStream {
    pub(crate) fn new(from: Position, number: Option<BatchNumber>) -> BatchStream {
        BatchStream { buffer: Vec::new(), start: 0, filled: 0, at: from, number, last: (0, 0) }
    }

    /// Checks and steps over the next batch; `read` fills a buffer from a position and gives 0 at the end.
    pub(crate) fn step(
        &mut self,
        mut read: impl FnMut(Position, &mut [u8]) -> Result<usize, LogError>,
    ) -> Result<Step, LogError> {
        loop {
            match self.next() {
                Next::Batch(header) => {
                    self.take(header);
                    return Ok(Step::Batch(header));
                }
                Next::Bad(what) => return Ok(Step::Bad(what)),
                Next::Needs(bytes) if self.fill(bytes, &mut read)? => {}
                Next::Needs(_) if self.filled == self.start => return Ok(Step::End),
                Next::Needs(_) => return Ok(Step::Bad("the batch is cut short")),
            }
        }
    }

    /// What the buffer holds of the next batch.
    fn next(&self) -> Next {
        let bytes = &self.buffer[self.start..self.filled];
        if bytes.len() < BATCH_HEADER_BYTES {
            return Next::Needs(BATCH_HEADER_BYTES);
        }
        let header = match BatchHeader::decode(bytes) {
            Ok(header) => header,
            Err(what) => return Next::Bad(what),
        };
        if header.position != self.at {
            return Next::Bad("the batch belongs to another position");
        }
        if self.number.is_some_and(|number| number != header.number) {
            return Next::Bad("the batch's number does not follow the one before");
        }
        match bytes.get(..header.batch_bytes()) {
            None => Next::Needs(header.batch_bytes()),
            Some(batch) => match BatchView::check(header, batch) {
                Err(what) => Next::Bad(what),
                Ok(_) => Next::Batch(header),
            },
        }
    }

    fn take(&mut self, header: BatchHeader) {
        self.last = (self.start, self.start + header.batch_bytes());
        self.start = self.last.1;
        self.at = header.end();
        self.number = Some(header.number.next());
    }

    /// The stored bytes of the batch last stepped over.
    fn last_bytes(&self) -> &[u8] {
        &self.buffer[self.last.0..self.last.1]
    }

    /// Makes at least `bytes` available from `start`; false when the log ends before that.
    fn fill(
        &mut self,
        bytes: usize,
        read: &mut impl FnMut(Position, &mut [u8]) -> Result<usize, LogError>,
    ) -> Result<bool, LogError> {
        if self.filled - self.start >= bytes {
            return Ok(true);
        }
        self.buffer.copy_within(self.start..self.filled, 0);
        self.filled -= self.start;
        self.start = 0;
        let wanted = bytes.max(READ_AHEAD_BYTES);
        if self.buffer.len() < wanted {
            self.buffer.resize(wanted, 0);
        }
        while self.filled < bytes {
            let read_bytes = read(self.at.plus(self.filled as u64), &mut self.buffer[self.filled..])?;
            if read_bytes == 0 {
                return Ok(false);
            }
            self.filled += read_bytes;
        }
        Ok(true)
    }
}

/// Batches in order. After the end it goes on when more has been appended.
#[derive(Debug)]
pub struct Batches<R> {
    reader: R,
    stream: BatchStream,
}

impl<R: LogReader> Batches<R> {
    pub(crate) fn new(reader: R, from: Position) -> Batches<R> {
        let number = (from == Position::ORIGIN).then_some(BatchNumber::FIRST);
        Batches { reader, stream: BatchStream::new(from, number) }
    }

    /// The next batch, or `None` at the durable end. Batches of clean closes come too: they have no records.
    ///
    /// # Errors
    /// [`LogError::Corruption`] when what stands there is not the next sound batch, also when the stream
    /// began in the middle of a batch; [`LogError::Fault`]. The stream stays where it is.
    pub fn next_batch(&mut self) -> Result<Option<BatchView<'_>>, LogError> {
        let reader = &self.reader;
        match self.stream.step(|from, buffer| reader.read(from, buffer))? {
            Step::Batch(header) => Ok(Some(BatchView::checked_before(header, self.stream.last_bytes()))),
            Step::End => Ok(None),
            Step::Bad(what) => Err(self.reader.corruption(self.stream.at, what)),
        }
    }

    /// The next batches, at most so many and no more than one read brings: for whoever wants to know what comes before it
    /// is dealt with. Empty at the durable end.
    ///
    /// # Errors
    /// As [`Batches::next_batch`], once all batches before the bad one were given.
    pub fn next_batches(&mut self, count_max: usize) -> Result<Vec<BatchView<'_>>, LogError> {
        let Some(first) = self.next_batch()?.map(|batch| batch.header()) else { return Ok(Vec::new()) };
        let mut at = self.stream.last.0;
        let mut headers = vec![first];
        while headers.len() < count_max
            && let Next::Batch(header) = self.stream.next()
        {
            self.stream.take(header);
            headers.push(header);
        }
        let views = headers.into_iter().map(|header| {
            let bytes = &self.stream.buffer[at..at + header.batch_bytes()];
            at += bytes.len();
            BatchView::checked_before(header, bytes)
        });
        Ok(views.collect())
    }

    /// The position of the next batch.
    pub fn position(&self) -> Position {
        self.stream.at
    }
}

/// Single records by position. Keeps the last batch, so that further records of it cost no read.
#[derive(Debug)]
pub struct RecordReader<R> {
    reader: R,
    buffer: Vec<u8>,
    /// The batch that `buffer` holds, checked.
    batch: Option<BatchHeader>,
}

impl<R: LogReader> RecordReader<R> {
    pub(crate) fn new(reader: R) -> RecordReader<R> {
        RecordReader { reader, buffer: Vec::new(), batch: None }
    }

    /// The record whose first byte stands at `at`, and the header of its batch, whose checksum has been
    /// verified.
    ///
    /// # Errors
    /// [`LogError::Corruption`] when no record of a sound batch starts there; [`LogError::Fault`].
    pub fn record(&mut self, at: Position) -> Result<(BatchHeader, RecordView<'_>), LogError> {
        let header = match self.batch {
            Some(header) if header.position < at && at < header.end() => header,
            _ => self.load_batch_of(at)?,
        };
        let batch = BatchView::checked_before(header, &self.buffer[..header.batch_bytes()]);
        match batch.record(at) {
            Some(record) => Ok((header, record)),
            None => Err(self.reader.corruption(at, "no record starts here")),
        }
    }

    /// As [`RecordReader::record`], with the body in a buffer of its own.
    ///
    /// # Errors
    /// As [`RecordReader::record`].
    pub fn record_buf(&mut self, at: Position) -> Result<RecordBuf, LogError> {
        let (batch, record) = self.record(at)?;
        Ok(RecordBuf {
            position: record.position,
            batch_number: batch.number,
            batch_position: batch.position,
            header: record.header,
            body: record.body.to_vec(),
        })
    }

    /// Reads and checks the batch that the record at `at` says it is in.
    fn load_batch_of(&mut self, at: Position) -> Result<BatchHeader, LogError> {
        self.batch = None;
        let end = self.reader.end().position;
        if end.bytes_since(at) < RECORD_HEADER_BYTES as u64 {
            return Err(self.reader.corruption(at, "a record is said to be here, past the end of the log"));
        }
        let window_at = Position(at.0.saturating_sub(RECORD_WINDOW_BYTES));
        let window_end = Position(at.0 + RECORD_WINDOW_BYTES).min(end);
        self.read_exactly(window_at, window_end.bytes_since(window_at) as usize)?;

        let in_window = at.bytes_since(window_at) as usize;
        let offset_bytes = u64::from(u32_at(&self.buffer[in_window..in_window + RECORD_HEADER_BYTES], 44));
        if offset_bytes < BATCH_HEADER_BYTES as u64
            || offset_bytes > BATCH_BYTES_MAX as u64
            || offset_bytes > at.0
        {
            return Err(self.reader.corruption(at, "no record starts here"));
        }
        let batch_at = Position(at.0 - offset_bytes);
        if batch_at >= window_at {
            self.buffer.drain(..batch_at.bytes_since(window_at) as usize);
        } else {
            self.read_exactly(batch_at, BATCH_HEADER_BYTES)?;
        }
        let header = BatchHeader::decode(&self.buffer)
            .map_err(|_| self.reader.corruption(at, "no record starts here"))?;
        if header.position != batch_at || header.end() > end {
            return Err(self.reader.corruption(batch_at, "the batch does not stand where its header says"));
        }
        if self.buffer.len() < header.batch_bytes() {
            self.read_exactly(batch_at, header.batch_bytes())?;
        }
        self.buffer.truncate(header.batch_bytes());
        BatchView::check(header, &self.buffer).map_err(|what| self.reader.corruption(batch_at, what))?;
        self.batch = Some(header);
        Ok(header)
    }

    /// Replaces the buffer by so many bytes from `from`, all of which are before the end.
    fn read_exactly(&mut self, from: Position, bytes: usize) -> Result<(), LogError> {
        self.buffer.resize(bytes, 0);
        let mut filled = 0;
        while filled < bytes {
            let at = from.plus(filled as u64);
            let read_bytes = self.reader.read(at, &mut self.buffer[filled..])?;
            if read_bytes == 0 {
                return Err(self.reader.corruption(at, "the log ends too early"));
            }
            filled += read_bytes;
        }
        Ok(())
    }
}

/// A member's records, newest first. Ends after the member's first record or after an error.
#[derive(Debug)]
pub struct Chain<R> {
    records: RecordReader<R>,
    next: Position,
    member: Option<u32>,
}

impl<R: LogReader> Chain<R> {
    pub(crate) fn new(reader: R, head: Position) -> Chain<R> {
        Chain { records: RecordReader::new(reader), next: head, member: None }
    }

    fn step(&mut self, at: Position) -> Result<RecordBuf, LogError> {
        let record = self.records.record_buf(at)?;
        let member = *self.member.get_or_insert(record.header.member);
        let what = if record.header.member != member {
            "a member's chain leads to another member's record"
        } else if !record.header.previous.is_none() && record.header.previous >= at {
            "a member's chain leads forward"
        } else {
            self.next = record.header.previous;
            return Ok(record);
        };
        Err(self.records.reader.corruption(at, what))
    }
}

impl<R: LogReader> Iterator for Chain<R> {
    type Item = Result<RecordBuf, LogError>;

    fn next(&mut self) -> Option<Result<RecordBuf, LogError>> {
        if self.next.is_none() {
            return None;
        }
        let step = self.step(self.next);
        if step.is_err() {
            self.next = Position::NONE;
        }
        Some(step)
    }
}
