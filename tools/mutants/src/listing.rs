//! The mutants that `cargo mutants` would run, as it lists them.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

/// One small thing wrong.
#[derive(Deserialize)]
pub struct Mutant {
    /// Number by which it is switched on, from 1.
    #[serde(skip)]
    pub id: u32,
    /// `cargo mutants`' own line: file, line, column and what is changed.
    pub name: String,
    /// Path from the root of the repository.
    pub file: String,
    /// What kind of thing is changed.
    pub genre: Genre,
    /// What stands there instead; nothing where something is left out.
    pub replacement: String,
    span: Span,
}

/// What kind of thing is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Genre {
    BinaryOperator,
    UnaryOperator,
    FnValue,
    MatchArm,
    MatchArmGuard,
    StructField,
}

#[derive(Deserialize)]
struct Span {
    start: Place,
}

#[derive(Deserialize)]
struct Place {
    line: usize,
    column: usize,
}

impl Mutant {
    /// Line and column of what is changed, both from 1, the column in characters.
    pub fn place(&self) -> (usize, usize) {
        (self.span.start.line, self.span.start.column)
    }
}

/// Lists the mutants of the package in `folder`.
///
/// # Errors
/// Where `cargo mutants` is not there, fails, or names a kind of mutant that is not known here.
pub fn list(folder: &Path) -> Result<Vec<Mutant>> {
    let mut command = Command::new("cargo");
    let output = command.args(["mutants", "--list", "--json"]).current_dir(folder).output()?;
    ensure!(output.status.success(), "`cargo mutants` failed: {}", String::from_utf8_lossy(&output.stderr));
    let mut mutants: Vec<Mutant> =
        serde_json::from_slice(&output.stdout).context("the list of `cargo mutants`")?;
    (1..).zip(&mut mutants).for_each(|(id, mutant)| mutant.id = id);
    Ok(mutants)
}
