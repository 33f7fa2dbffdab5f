//! Input files as rows: CSV or JSON Lines; plain, `.gz` or `.zst`.
//!
//! Invariants: a byte order mark at the start is dropped; line ends are LF or CRLF; quoted fields may hold line ends;
//! row numbers count from 1 in each file, without the header. Nothing is trimmed or changed.
//!
//! It does not judge rows; it only tells fields apart.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use csv::ByteRecord;
use flate2::read::MultiGzDecoder;
use ruzstd::decoding::StreamingDecoder;
use serde_json::value::RawValue;

use super::map::{Format, Map, MapError};
use super::rejects::Reject;

/// Longest line of JSON Lines, in bytes: 16 MiB.
pub const LINE_BYTES_MAX: u64 = 16 << 20;
const BUFFER_BYTES: usize = 1 << 16;
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Opens a file, decompressing by its name. `read_bytes` counts the bytes read from disk.
///
/// # Errors
/// What the file system says.
pub fn open(path: &Path, read_bytes: Option<Arc<AtomicU64>>) -> io::Result<Box<dyn BufRead + Send>> {
    let file = BufReader::with_capacity(BUFFER_BYTES, Counted { inner: File::open(path)?, read_bytes });
    Ok(match path.extension().and_then(|extension| extension.to_str()) {
        Some("zst") => Box::new(BufReader::with_capacity(BUFFER_BYTES, ZstdFrames::Between(file))),
        Some("gz") => Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(file))),
        _ => Box::new(file),
    })
}

/// A CSV reader as all files here are read: no trimming, and rows of any length, so that a bad one is only one row.
pub fn csv_reader(input: Box<dyn BufRead + Send>) -> csv::Reader<Box<dyn BufRead + Send>> {
    csv::ReaderBuilder::new().flexible(true).buffer_capacity(BUFFER_BYTES).from_reader(input)
}

struct Counted {
    inner: File,
    read_bytes: Option<Arc<AtomicU64>>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(read_bytes) = &self.read_bytes {
            read_bytes.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        }
        Ok(count)
    }
}

/// The frames of a `.zst` file one after the other: files that were joined or compressed in parallel have several.
enum ZstdFrames<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, ruzstd::decoding::FrameDecoder>>),
    Ended,
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match std::mem::replace(self, ZstdFrames::Ended) {
                ZstdFrames::Between(mut input) => {
                    if input.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let decoder = StreamingDecoder::new(input).map_err(io::Error::other)?;
                    *self = ZstdFrames::Within(Box::new(decoder));
                }
                ZstdFrames::Within(mut decoder) => {
                    let count = decoder.read(buffer)?;
                    if count > 0 || buffer.is_empty() {
                        *self = ZstdFrames::Within(decoder);
                        return Ok(count);
                    }
                    *self = ZstdFrames::Between(decoder.into_inner());
                }
                ZstdFrames::Ended => return Ok(0),
            }
        }
    }
}

/// One row: what was read, and the fields in it.
pub struct Row<'r> {
    /// Which input file, from 0.
    pub file_index: usize,
    /// The row within its file, from 1.
    pub number: u64,
    /// As read: fields, or the line.
    pub raw: &'r ByteRecord,
    /// The fields in the order of [`Rows::columns`], or why there are none.
    pub fields: Result<&'r ByteRecord, Reject>,
}

/// The rows of all input files, one after the other.
pub struct Rows {
    paths: Vec<PathBuf>,
    columns: Vec<String>,
    format: Format,
    read_bytes: Arc<AtomicU64>,
    next_file: usize,
    current: Option<Input>,
    number: u64,
    raw: ByteRecord,
    fields: ByteRecord,
}

enum Input {
    Csv(csv::Reader<Box<dyn BufRead + Send>>),
    JsonLines(Box<dyn BufRead + Send>),
}

impl Rows {
    /// Looks into every file and learns the columns. All CSV files must have the same header.
    ///
    /// # Errors
    /// [`MapError::Files`] where a file cannot be read, or headers differ or name a column twice.
    pub fn open(paths: &[PathBuf], map: &Map) -> Result<Rows, MapError> {
        if paths.is_empty() {
            return Err(MapError::Files("no input file is named".to_owned()));
        }
        if map.row_is_order && paths.len() > 1 {
            let message =
                "row_is_order takes one file: the row's number is the order's name, and it starts anew";
            return Err(MapError::Files(message.to_owned()));
        }
        let columns = match map.format {
            Format::Csv => common_header(paths)?,
            Format::JsonLines => {
                for path in paths {
                    open(path, None)
                        .map_err(|error| MapError::Files(format!("{}: {error}", path.display())))?;
                }
                columns_of_json(map)
            }
        };
        Ok(Rows {
            paths: paths.to_vec(),
            columns,
            format: map.format,
            read_bytes: Arc::default(),
            next_file: 0,
            current: None,
            number: 0,
            raw: ByteRecord::new(),
            fields: ByteRecord::new(),
        })
    }

    /// The columns of every row: the header, or of JSON Lines the keys that the map reads.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Counts the bytes read from disk, for a progress bar.
    pub fn read_bytes(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.read_bytes)
    }

    /// The next row; `None` after the last row of the last file.
    ///
    /// # Errors
    /// What the file system or the decompressor says, with the file's name.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, ReadError> {
        loop {
            if self.current.is_none() && !self.open_next()? {
                return Ok(None);
            }
            let lines = self.read_record()?;
            self.number += lines;
            if lines > 0 {
                break;
            }
            self.current = None;
        }
        let fields = match self.format {
            Format::Csv if self.raw.len() != self.columns.len() => {
                let detail = format!("{} fields, not {}", self.raw.len(), self.columns.len());
                Err(Reject::new("", "wrong_field_count", detail))
            }
            Format::Csv => Ok(&self.raw),
            Format::JsonLines => {
                json_fields(&self.raw[0], &self.columns, &mut self.fields).map(|()| &self.fields)
            }
        };
        Ok(Some(Row { file_index: self.next_file - 1, number: self.number, raw: &self.raw, fields }))
    }

    fn open_next(&mut self) -> Result<bool, ReadError> {
        let Some(path) = self.paths.get(self.next_file) else { return Ok(false) };
        let input =
            open(path, Some(self.read_bytes())).map_err(|source| ReadError { path: path.clone(), source })?;
        self.current = Some(match self.format {
            Format::Csv => Input::Csv(csv_reader(input)),
            Format::JsonLines => Input::JsonLines(input),
        });
        self.next_file += 1;
        self.number = 0;
        Ok(true)
    }

    /// Reads one record and gives how many row numbers it takes; 0 at the end of the file.
    fn read_record(&mut self) -> Result<u64, ReadError> {
        let first = self.number == 0;
        let outcome = match &mut self.current {
            Some(Input::Csv(reader)) => {
                reader.read_byte_record(&mut self.raw).map(u64::from).map_err(io::Error::from)
            }
            Some(Input::JsonLines(input)) => read_line(input, first, &mut self.raw),
            None => Ok(0),
        };
        outcome.map_err(|source| ReadError { path: self.paths[self.next_file - 1].clone(), source })
    }
}

/// A file that stopped being readable.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct ReadError {
    /// Which file.
    pub path: PathBuf,
    /// Why.
    pub source: io::Error,
}

fn common_header(paths: &[PathBuf]) -> Result<Vec<String>, MapError> {
    let mut common: Option<Vec<String>> = None;
    for path in paths {
        let at = |message: String| MapError::Files(format!("{}: {message}", path.display()));
        let input = open(path, None).map_err(|error| at(error.to_string()))?;
        let mut reader = csv_reader(input);
        let header = reader.headers().map_err(|error| at(error.to_string()))?;
        let header: Vec<String> = header.iter().map(str::to_owned).collect();
        if header.is_empty() {
            return Err(at("there is no header line".to_owned()));
        }
        if let Some(twice) = first_repeated(&header) {
            return Err(at(format!("the header names column `{twice}` twice")));
        }
        match &common {
            Some(first) if *first != header => {
                return Err(at(format!(
                    "its header is not that of {}; import it by itself",
                    paths[0].display()
                )));
            }
            _ => common = Some(header),
        }
    }
    Ok(common.unwrap_or_default())
}

fn first_repeated(names: &[String]) -> Option<&String> {
    names.iter().enumerate().find(|(index, name)| names[..*index].contains(name)).map(|(_, name)| name)
}

/// The keys that a map reads, less those that joins add.
fn columns_of_json(map: &Map) -> Vec<String> {
    let joined: Vec<&String> = map.joins.iter().flat_map(|join| &join.take).collect();
    let own = map.columns_read().into_iter().filter(|name| !joined.iter().any(|taken| *taken == name));
    own.map(str::to_owned).collect()
}

/// Reads the next line that is not blank, without its end, as the one field of a record, and gives the number of lines
/// passed, it included; 0 at the end.
fn read_line(input: &mut Box<dyn BufRead + Send>, first: bool, raw: &mut ByteRecord) -> io::Result<u64> {
    let mut line = Vec::new();
    let mut at_start = first;
    let mut lines = 0;
    loop {
        line.clear();
        lines += 1;
        if input.take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            return Ok(0);
        }
        if !line.ends_with(b"\n") && u64::try_from(line.len()).is_ok_and(|bytes| bytes == LINE_BYTES_MAX) {
            return Err(io::Error::other(format!("a line is longer than {LINE_BYTES_MAX} bytes")));
        }
        let mut text = line.as_slice();
        text = text.strip_suffix(b"\n").unwrap_or(text);
        text = text.strip_suffix(b"\r").unwrap_or(text);
        if std::mem::take(&mut at_start) {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        if !text.is_empty() {
            raw.clear();
            raw.push_field(text);
            return Ok(lines);
        }
    }
}

/// The values of the wanted keys, numbers as they are written; a missing key and `null` are empty.
fn json_fields(line: &[u8], columns: &[String], fields: &mut ByteRecord) -> Result<(), Reject> {
    let line =
        std::str::from_utf8(line).map_err(|_| Reject::new("", "invalid_utf8", "the line is not UTF-8"))?;
    let object: BTreeMap<String, &RawValue> =
        serde_json::from_str(line).map_err(|error| Reject::new("", "invalid_json", error.to_string()))?;
    fields.clear();
    for column in columns {
        let raw = object.get(column).map_or("null", |value| value.get());
        match raw.as_bytes().first() {
            Some(b'n') => fields.push_field(b""),
            Some(b'"') => {
                let text: String = serde_json::from_str(raw)
                    .map_err(|error| Reject::new(column, "invalid_json", error.to_string()))?;
                fields.push_field(text.as_bytes());
            }
            Some(b'{' | b'[') => {
                let detail = "a list or object; write text, a number, true, false or null";
                return Err(Reject::new(column, "invalid_json", detail));
            }
            _ => fields.push_field(raw.as_bytes()),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn map(format: &str) -> Map {
        Map::parse(&format!(
            "source='s'\nformat='{format}'\nkind='orders'\n[columns]\nmember='m'\norder='o'\namount='a'\n\
             effective_at='t'\n[money]\ncurrency='EUR'\n[time]\nformat='rfc3339'"
        ))
        .unwrap()
    }

    /// Every row as `number: fields`, or the reason there are none.
    fn rows(name: &str, bytes: &[u8], format: &str) -> Vec<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let mut rows = Rows::open(&[path], &map(format)).unwrap();
        let mut seen = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            let fields = match row.fields {
                Ok(fields) => fields
                    .iter()
                    .map(|f| String::from_utf8_lossy(f).into_owned())
                    .collect::<Vec<_>>()
                    .join("|"),
                Err(reject) => reject.reason.into_owned(),
            };
            seen.push(format!("{}: {fields}", row.number));
        }
        seen
    }

    #[test]
    fn s42_a_byte_order_mark_crlf_and_quoted_newlines_are_read() {
        let text = b"\xef\xbb\xbfm,o,a,t\r\nann,1,\"1\n2\",x\r\n\"a \"\"b\"\"\",2,3,y\r\n";
        assert_eq!(rows("in.csv", text, "csv"), ["1: ann|1|1\n2|x", "2: a \"b\"|2|3|y"]);
        let lines = b"\xef\xbb\xbf{\"m\":\"ann\",\"o\":1,\"a\":0.10,\"t\":null}\r\n\r\n{\"m\":\"b\\nc\"}";
        assert_eq!(rows("in.jsonl", lines, "json_lines"), ["1: 0.10|ann|1|", "3: |b\nc||"]);
    }

    #[test]
    fn s42_a_row_with_too_few_or_too_many_fields_is_one_bad_row() {
        let text = b"m,o,a,t\nann,1\nbob,2,3,x\ncyd,1,2,3,4\n";
        assert_eq!(
            rows("in.csv", text, "csv"),
            ["1: wrong_field_count", "2: bob|2|3|x", "3: wrong_field_count"]
        );
    }

    #[test]
    fn s42_json_lines_that_are_none_are_bad_rows_and_numbers_stay_as_written() {
        let lines = b"{\"m\":1e400,\"o\":12345678901234567890123,\"a\":1.50,\"t\":true}\nnonsense\n[1]\n\
            {\"m\":\"\xff\"}\n{\"m\":NaN}\n{\"m\":{}}\n";
        assert_eq!(
            rows("in.jsonl", lines, "json_lines"),
            [
                "1: 1.50|1e400|12345678901234567890123|true",
                "2: invalid_json",
                "3: invalid_json",
                "4: invalid_utf8",
                "5: invalid_json",
                "6: invalid_json"
            ]
        );
    }

    #[test]
    fn compressed_files_are_read_whole_however_many_parts_they_have() {
        let mut gz = Vec::new();
        for part in ["m,o,a,t\nann,1,2", ",x\nbob,2,3,y\n"] {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(part.as_bytes()).unwrap();
            gz.extend(encoder.finish().unwrap());
        }
        assert_eq!(rows("in.csv.gz", &gz, "csv"), ["1: ann|1|2|x", "2: bob|2|3|y"]);
        let mut zst = Vec::new();
        for part in ["m,o,a,t\nann,1,2", ",x\nbob,2,3,y\n"] {
            let level = ruzstd::encoding::CompressionLevel::Fastest;
            zst.extend(ruzstd::encoding::compress_to_vec(part.as_bytes(), level));
        }
        assert_eq!(rows("in.csv.zst", &zst, "csv"), ["1: ann|1|2|x", "2: bob|2|3|y"]);
    }

    #[test]
    fn headers_must_be_alike_and_without_repeats() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let (a, b, c) = (write("a", "m,o,a,t\n"), write("b", "o,m,a,t\n"), write("c", "m,m,a,t\n"));
        let error = |paths: &[PathBuf]| Rows::open(paths, &map("csv")).err().unwrap().to_string();
        assert!(error(&[a, b]).contains("its header is not that of"));
        assert!(error(&[c]).contains("names column `m` twice"));
        assert!(error(&[folder.path().join("none")]).contains("none"));
    }
}
