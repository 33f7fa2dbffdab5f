//! Rows that could not be taken, and the file they go to.
//!
//! Invariants:
//! - the file has the source's own columns as they were read, so that it can be corrected and imported with the same
//!   map;
//! - it is written aside and put in place when the import ends, and a run without rejects leaves none behind;
//! - the same files and ledger give the same bytes.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use csv::ByteRecord;

use super::map::Format;

/// Why a row, or what it stands for, was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// The source column, empty where it is not about one.
    pub column: String,
    /// A stable snake_case reason.
    pub reason: Cow<'static, str>,
    /// The value, and what would be accepted.
    pub detail: String,
}

impl Reject {
    /// A reject about one column.
    pub fn new(column: &str, reason: &'static str, detail: impl Into<String>) -> Reject {
        Reject { column: column.to_owned(), reason: Cow::Borrowed(reason), detail: detail.into() }
    }
}

/// A row as it was read, kept until its fate is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceRow {
    /// Which input file, from 0.
    pub file_index: usize,
    /// The row within its file, from 1, the header not counted.
    pub number: u64,
    /// Its fields; of JSON Lines the whole line.
    pub raw: ByteRecord,
}

/// The columns in front of the source's own.
const OWN_COLUMNS: [&str; 5] = ["file", "row", "column", "reason", "detail"];

/// The reject file of one run.
pub struct RejectFile {
    path: PathBuf,
    file_names: Vec<String>,
    header: ByteRecord,
    writer: Option<csv::Writer<BufWriter<File>>>,
    lines: u64,
}

impl RejectFile {
    /// Prepares a reject file; nothing is written until there is a reject. `columns` are the source's.
    pub fn new(path: &Path, inputs: &[PathBuf], format: Format, columns: &[String]) -> RejectFile {
        let mut header = ByteRecord::from(OWN_COLUMNS.to_vec());
        match format {
            Format::Csv => header.extend(columns),
            Format::JsonLines => header.push_field(b"record"),
        }
        let name = |input: &PathBuf| {
            input.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
        };
        RejectFile {
            path: path.to_owned(),
            file_names: inputs.iter().map(name).collect(),
            header,
            writer: None,
            lines: 0,
        }
    }

    /// Writes one line.
    ///
    /// # Errors
    /// What the file system says.
    pub fn write(&mut self, row: &SourceRow, reject: &Reject) -> io::Result<()> {
        if self.writer.is_none() {
            let file = BufWriter::new(File::create(self.aside())?);
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(file);
            writer.write_byte_record(&self.header)?;
            self.writer = Some(writer);
        }
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.write_field(&self.file_names[row.file_index])?;
        writer.write_field(row.number.to_string())?;
        writer.write_field(&reject.column)?;
        writer.write_field(reject.reason.as_bytes())?;
        writer.write_field(&reject.detail)?;
        for field in &row.raw {
            writer.write_field(field)?;
        }
        writer.write_record(None::<&[u8]>)?;
        self.lines += 1;
        Ok(())
    }

    /// Puts the file in place, or takes away that of an earlier run where there were no rejects. Gives the number of
    /// lines written.
    ///
    /// # Errors
    /// What the file system says.
    pub fn finish(mut self) -> io::Result<u64> {
        match self.writer.take() {
            Some(writer) => {
                let file = writer.into_inner().map_err(|error| error.into_error())?;
                file.into_inner().map_err(|error| error.into_error())?.sync_all()?;
                fs::rename(self.aside(), &self.path)?;
            }
            None => match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            },
        }
        Ok(self.lines)
    }

    fn aside(&self) -> PathBuf {
        let mut name = self.path.as_os_str().to_owned();
        name.push(".partial");
        PathBuf::from(name)
    }
}
