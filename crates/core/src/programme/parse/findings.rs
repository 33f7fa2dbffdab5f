//! What is wrong with a programme file, where, and what would be right.
//!
//! Invariant: findings are in the order of the file. They do not judge: the checks beside this file do.

use std::fmt;
use std::ops::Range;

use crate::programme::schema::Text;

/// Everything found wrong with a programme file, in the order of the file; at least one finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings(pub Vec<Finding>);

impl fmt::Display for Findings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, finding) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            finding.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Findings {}

/// One thing wrong with a programme file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub remedy: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Finding { line, column, message, remedy } = self;
        write!(f, "line {line}, column {column}: {message}. {remedy}")
    }
}

/// Gathers findings while a file is checked.
#[derive(Debug)]
pub(super) struct Notes<'s> {
    source: &'s str,
    findings: Vec<Finding>,
}

impl<'s> Notes<'s> {
    /// No findings yet.
    pub fn new(source: &'s str) -> Notes<'s> {
        Notes { source, findings: Vec::new() }
    }

    /// What is written at a place.
    pub fn text(&self, span: &Range<usize>) -> &'s str {
        self.source.get(span.clone()).unwrap_or_default()
    }

    /// Notes something wrong at a place.
    pub fn add(&mut self, span: &Range<usize>, message: impl Into<String>, remedy: impl Into<String>) {
        let before = self.source.get(..span.start).unwrap_or(self.source);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        self.findings.push(Finding {
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
            message: message.into(),
            remedy: remedy.into(),
        });
    }

    /// Notes a name that stands for nothing in the file. `how_to_add` completes "Name one of them or …".
    pub fn unknown(&mut self, name: &Text, what: &str, known: &[&str], how_to_add: &str) {
        let remedy = match closest(&name.value, known) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None if known.is_empty() => format!("Leave it out or {how_to_add}"),
            None => format!("Name one of them or {how_to_add}"),
        };
        let known = if known.is_empty() {
            "there are none".to_owned()
        } else {
            format!("known are: {}", known.join(", "))
        };
        self.add(&name.span, format!("unknown {what} `{}`; {known}", name.value), remedy);
    }

    /// All findings in the order of the file, if there are any.
    pub fn finish(mut self) -> Result<(), Findings> {
        self.findings.sort();
        self.findings.dedup();
        if self.findings.is_empty() { Ok(()) } else { Err(Findings(self.findings)) }
    }
}

/// The finding for a file that is not TOML or not of the right shape.
pub(super) fn misshapen(source: &str, error: &toml::de::Error) -> Findings {
    let (message, remedy) = in_words(error.message());
    let mut notes = Notes::new(source);
    notes.add(&error.span().unwrap_or(0..0), message, remedy);
    Findings(notes.findings)
}

/// Says the parser's message in the words of the language, with what would be right.
fn in_words(message: &str) -> (String, String) {
    let first = message.lines().next().unwrap_or_default();
    let quoted: Vec<&str> = first.split('`').skip(1).step_by(2).collect();
    let (subject, expected) = quoted.split_first().map_or(("", &[][..]), |(subject, rest)| (*subject, rest));
    if first.starts_with("unknown field") || first.starts_with("unknown variant") {
        let what = if first.starts_with("unknown field") { "key" } else { "value" };
        let known = expected.join(", ");
        let remedy = match closest(subject, expected) {
            Some(meant) => format!("Did you mean `{meant}`? Possible are: {known}"),
            None => format!("Possible are: {known}"),
        };
        (format!("unknown {what} `{subject}`"), remedy)
    } else if first.starts_with("missing field") {
        (format!("missing key `{subject}`"), format!("Add `{subject}` to this table"))
    } else if let Some((found, expected)) = wrong_type(first) {
        let remedy = match expected {
            "a string" => "Write it in quotes; decimals too, so that they stay exact",
            "a boolean" => "Write true or false, without quotes",
            "a sequence" => "Write a list in brackets, or a table under [[…]]",
            "i64" => "Write a whole number, without quotes",
            "a TOML datetime" => "Write a date without quotes, such as 2026-01-31",
            _ => "Write a table, such as { key = value }",
        };
        (format!("{found} cannot stand here"), remedy.to_owned())
    } else if first == "wanted string or table" {
        let remedy = "Write one of the words that are possible here, in quotes";
        ("a value of this type cannot stand here".to_owned(), remedy.to_owned())
    } else {
        let remedy = match first {
            "duplicate key" => "Give each key once in its table",
            _ if first.starts_with("invalid date") => "Use a day of the calendar, such as 2026-02-28",
            _ => "Write it as TOML has it: key = value, texts in quotes, tables in brackets",
        };
        (first.to_owned(), remedy.to_owned())
    }
}

/// What was found and what was expected, of a message about a value's type.
fn wrong_type(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    rest.rsplit_once(", expected ")
}

/// The known name that a misspelt one is nearest to, where it is near.
fn closest<'k>(name: &str, known: &[&'k str]) -> Option<&'k str> {
    let allowed = (name.chars().count() / 3).clamp(1, 2);
    known
        .iter()
        .map(|candidate| (edits(name, candidate), *candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein's distance: insertions, deletions and replacements that turn one text into the other.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}
