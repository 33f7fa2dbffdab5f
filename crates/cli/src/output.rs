//! What the user sees: tables on standard output, or JSON; notes and errors on standard error.
//!
//! Invariants: with `--json` standard output holds one JSON value and nothing else; colour only on a terminal, and never
//! with `NO_COLOR`; a reader that has gone away (`| head`) is no error.

use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use comfy_table::{Cell, CellAlignment, Table, presets};
use serde_json::{Value, json};

use crate::errors::CliError;

/// Where results, notes and errors go.
pub struct Output {
    /// Whether results are JSON.
    pub json: bool,
    /// Whether notes and progress are left out.
    pub quiet: bool,
}

/// A column's side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Texts.
    Left,
    /// Figures.
    Right,
}

impl Output {
    /// Results as tables, or as JSON.
    pub fn new(json: bool, quiet: bool) -> Output {
        Output { json, quiet }
    }

    /// Writes a line of a result.
    pub fn line(&self, text: impl Display) {
        // A closed pipe is the reader's choice, and there is nobody left to tell.
        let _ = writeln!(io::stdout(), "{text}");
    }

    /// Writes a result as JSON.
    pub fn value(&self, value: &Value) {
        self.line(serde_json::to_string_pretty(value).unwrap_or_default());
    }

    /// Writes a table with a line of headings.
    pub fn table(&self, headings: &[(&str, Side)], rows: Vec<Vec<String>>) {
        let mut table = plain_table();
        let align = |side: Side| if side == Side::Right { CellAlignment::Right } else { CellAlignment::Left };
        table.set_header(headings.iter().map(|(text, side)| Cell::new(text).set_alignment(align(*side))));
        for row in rows {
            let cells = row.into_iter().zip(headings);
            table.add_row(cells.map(|(text, (_, side))| Cell::new(text).set_alignment(align(*side))));
        }
        self.trimmed(&mut table);
    }

    /// Writes names and what stands behind each.
    pub fn pairs(&self, pairs: &[(&str, String)]) {
        let mut table = plain_table();
        for (name, value) in pairs {
            table.add_row([Cell::new(name), Cell::new(value)]);
        }
        self.trimmed(&mut table);
    }

    fn trimmed(&self, table: &mut Table) {
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for line in table.to_string().lines() {
            self.line(line.trim_end());
        }
    }

    /// Tells something by the way, on standard error.
    pub fn note(&self, text: impl Display) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Warns, on standard error, also when quiet.
    pub fn warning(&self, text: impl Display) {
        let _ = writeln!(io::stderr(), "{} {text}", coloured("warning:", "33"));
    }

    /// Shows an error with its hint.
    pub fn error(&self, error: &CliError) {
        if self.json {
            self.value(&json!({ "error": {
                "kind": error.kind_name(),
                "code": error.code,
                "message": error.message,
                "hint": error.hint,
            }}));
            return;
        }
        let code = error.code.map(|code| format!(" [{code}]")).unwrap_or_default();
        let _ = writeln!(io::stderr(), "{}{code} {}", coloured("error:", "31"), error.message);
        if let Some(hint) = &error.hint {
            let _ = writeln!(io::stderr(), "{} {hint}", coloured("hint:", "36"));
        }
    }
}

/// A count with its noun: `1 member`, `2 members`.
pub fn count(count: u64, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) if !stem.ends_with('a') => format!("{count} {stem}ies"),
        _ => format!("{count} {noun}s"),
    }
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn coloured(text: &str, code: &str) -> String {
    let colour =
        io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    if colour { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_has_the_plural_of_its_noun() {
        assert_eq!(count(1, "currency"), "1 currency");
        assert_eq!(count(2, "currency"), "2 currencies");
        assert_eq!(count(90, "day"), "90 days");
        assert_eq!(count(0, "member"), "0 members");
    }
}
