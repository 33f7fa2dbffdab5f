//! Tables that rows are completed from: a product's department, an order's customer.
//!
//! A table is read wholly into memory, keeping the key and the columns taken. Invariant: a key stands for one row of
//! the table. Only CSV tables are read, compressed or not.

use std::collections::HashMap;
use std::path::Path;

use csv::ByteRecord;

use super::map::{Join, MapError};
use super::reader;

/// Most rows of a joined table.
pub const JOIN_ROWS_MAX: usize = 1_000_000;

/// A table in memory.
#[derive(Clone, Debug, Default)]
pub struct JoinTable {
    rows: HashMap<Box<[u8]>, ByteRecord>,
    empty: ByteRecord,
}

impl JoinTable {
    /// Reads the table of a join, beside the first input file.
    ///
    /// # Errors
    /// [`MapError::Files`] where it cannot be read, lacks a column, is too long, or has a key twice.
    pub fn read(join: &Join, folder: &Path) -> Result<JoinTable, MapError> {
        let path = folder.join(&join.file);
        let at = |message: String| MapError::Files(format!("join table {}: {message}", path.display()));
        let input = reader::open(&path, None).map_err(|error| at(error.to_string()))?;
        let mut reader = reader::csv_reader(input);
        let header = reader.byte_headers().map_err(|error| at(error.to_string()))?.clone();
        let index_of = |column: &str| {
            header
                .iter()
                .position(|name| name == column.as_bytes())
                .ok_or_else(|| at(format!("no column `{column}`")))
        };
        let on = index_of(&join.on)?;
        let take = join.take.iter().map(|column| index_of(column)).collect::<Result<Vec<_>, _>>()?;
        let mut table =
            JoinTable { rows: HashMap::new(), empty: take.iter().map(|_| b"".as_slice()).collect() };
        let mut record = ByteRecord::new();
        let mut row_number = 0u64;
        while reader.read_byte_record(&mut record).map_err(|error| at(error.to_string()))? {
            row_number += 1;
            if record.len() != header.len() {
                return Err(at(format!(
                    "row {row_number} has {} fields, not {}",
                    record.len(),
                    header.len()
                )));
            }
            if record.iter().any(|field| std::str::from_utf8(field).is_err()) {
                return Err(at(format!("row {row_number} is not UTF-8")));
            }
            if table.rows.len() == JOIN_ROWS_MAX {
                return Err(at(format!("more than {JOIN_ROWS_MAX} rows")));
            }
            let taken = take.iter().map(|index| &record[*index]).collect();
            if table.rows.insert(record[on].into(), taken).is_some() {
                let key = String::from_utf8_lossy(&record[on]).into_owned();
                return Err(at(format!("row {row_number} has `{key}` in column `{}` again", join.on)));
            }
        }
        Ok(table)
    }

    /// The columns taken for a key; `None` where the table has no such row.
    pub fn get(&self, key: &[u8]) -> Option<&ByteRecord> {
        self.rows.get(key)
    }

    /// What a row without a match gets.
    pub fn empty(&self) -> &ByteRecord {
        &self.empty
    }
}
