//! A copy of the repository with all mutants planted in one crate, built into its test programs.
//!
//! Invariants: only files that git knows or would add are copied; a file is written only where it differs, so that
//! a later build in the same folder is incremental.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::listing::Mutant;
use crate::plant;

/// What the planted text calls: whether this is the mutant that the environment names.
const SWITCH: &str = r#"
#[doc(hidden)]
#[allow(missing_docs)]
pub fn mutant(id: u32) -> bool {
    static ON: std::sync::LazyLock<u32> =
        std::sync::LazyLock::new(|| std::env::var("MUTANT").map_or(0, |id| id.parse().unwrap_or(0)));
    *ON == id
}
"#;

/// The copy, and where the crate is in it.
pub struct Copy {
    root: PathBuf,
    package: PathBuf,
}

/// The crate's test programs with the mutants in them, and which mutants are not.
pub struct Built {
    pub programs: Vec<PathBuf>,
    /// Stands where nothing can be planted, such as a constant.
    pub not_planted: BTreeSet<u32>,
    /// Does not compile.
    pub not_viable: BTreeSet<u32>,
}

#[derive(Deserialize)]
struct Line {
    reason: String,
    message: Option<Diagnostic>,
    executable: Option<PathBuf>,
}

#[derive(Deserialize)]
struct Diagnostic {
    level: String,
    rendered: Option<String>,
    spans: Vec<Span>,
}

#[derive(Deserialize)]
struct Span {
    file_name: String,
    byte_start: usize,
    is_primary: bool,
}

impl Copy {
    /// Copies the repository around `package` into `folder`.
    ///
    /// # Errors
    /// Where `package` is in no repository, or a file cannot be copied.
    pub fn make(package: &Path, folder: &Path) -> Result<Copy> {
        let package = package.canonicalize().with_context(|| format!("no folder {}", package.display()))?;
        let git = |arguments: &[&str], folder: &Path| -> Result<String> {
            let output = Command::new("git").args(arguments).current_dir(folder).output()?;
            ensure!(output.status.success(), "git: {}", String::from_utf8_lossy(&output.stderr));
            Ok(String::from_utf8(output.stdout)?)
        };
        let from = PathBuf::from(git(&["rev-parse", "--show-toplevel"], &package)?.trim_end());
        let root = env::current_dir()?.join(folder).join("copy");
        for path in git(&["ls-files", "-z", "--cached", "--others", "--exclude-standard"], &from)?.split('\0')
        {
            // What is deleted but not yet committed as such is still listed.
            if from.join(path).is_file() {
                write(&root.join(path), &fs::read(from.join(path))?)?;
            }
        }
        Ok(Copy { package: package.strip_prefix(&from)?.to_owned(), root })
    }

    /// The crate's folder in the copy.
    pub fn package(&self) -> PathBuf {
        self.root.join(&self.package)
    }

    /// Plants all mutants that compile, and builds the test programs.
    ///
    /// # Errors
    /// Where the crate does not build even without the mutants that the compiler complains of.
    pub fn build(&self, mutants: &[Mutant]) -> Result<Built> {
        let mut files: BTreeMap<&str, (String, Vec<&Mutant>)> = BTreeMap::new();
        for mutant in mutants {
            if !files.contains_key(mutant.file.as_str()) {
                let source = fs::read_to_string(self.root.join(&mutant.file))?;
                files.insert(&mutant.file, (source, Vec::new()));
            }
            files.entry(&mutant.file).or_default().1.push(mutant);
        }
        let lib = self.package().join("src/lib.rs");
        let switched = fs::read_to_string(&lib)? + SWITCH;
        let mut not_viable = BTreeSet::new();
        loop {
            write(&lib, switched.as_bytes())?;
            let mut planted = BTreeSet::new();
            let mut inserted: BTreeMap<&str, Vec<(Range<usize>, u32)>> = BTreeMap::new();
            for (&file, (source, mutants)) in &files {
                let viable = mutants.iter().copied().filter(|mutant| !not_viable.contains(&mutant.id));
                let plant = plant::plant(source, viable)?;
                let more = if self.root.join(file) == lib { SWITCH } else { "" };
                write(&self.root.join(file), (plant.text + more).as_bytes())?;
                planted.extend(plant.ids);
                inserted.insert(file, plant.inserted);
            }
            // The compiler looks at loans only once all types are right, so that some errors show in a later round.
            let (output, lines) = self.cargo(&["check", "--lib"])?;
            let errors = || lines.iter().filter_map(|l| l.message.as_ref()).filter(|m| m.level == "error");
            let accused: BTreeSet<u32> = errors().flat_map(|error| accused(error, &inserted)).collect();
            eprintln!("{} mutants planted, {} of them do not compile", planted.len(), accused.len());
            if output.status.success() {
                let known = mutants.iter().map(|mutant| mutant.id);
                let not_planted =
                    known.filter(|id| !planted.contains(id) && !not_viable.contains(id)).collect();
                return Ok(Built { programs: self.programs()?, not_planted, not_viable });
            }
            if accused.is_empty() {
                let rendered = errors().filter_map(|error| error.rendered.as_deref()).collect::<String>();
                bail!("the crate does not build: {rendered}{}", String::from_utf8_lossy(&output.stderr));
            }
            not_viable.extend(accused);
        }
    }

    /// Builds the test programs.
    fn programs(&self) -> Result<Vec<PathBuf>> {
        let (output, lines) = self.cargo(&["test", "--no-run"])?;
        ensure!(
            output.status.success(),
            "the tests do not build: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(lines.into_iter().filter_map(|line| line.executable).collect())
    }

    fn cargo(&self, arguments: &[&str]) -> Result<(Output, Vec<Line>)> {
        let mut command = Command::new("cargo");
        command.args(arguments).arg("--message-format=json").current_dir(self.package());
        command.env("CARGO_TARGET_DIR", self.root.join("target")).env("CARGO_PROFILE_DEV_DEBUG", "0");
        // Code that a mutant leaves unused is no error.
        let output = command.env("RUSTFLAGS", "--cap-lints=allow").output()?;
        let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{"));
        let lines = lines.filter_map(|line| serde_json::from_slice::<Line>(line).ok());
        let lines = lines.filter(|line| line.reason.starts_with("compiler-")).collect();
        Ok((output, lines))
    }
}

/// The mutants in whose inserted text an error is; where it is in none, those in whose text its explanation is.
fn accused(error: &Diagnostic, inserted: &BTreeMap<&str, Vec<(Range<usize>, u32)>>) -> BTreeSet<u32> {
    let of = |primary: bool| -> BTreeSet<u32> {
        let spans = error.spans.iter().filter(|span| span.is_primary == primary);
        let there = spans.flat_map(|span| {
            let ranges = inserted.get(span.file_name.as_str()).into_iter().flatten();
            ranges.filter(|(range, _)| range.contains(&span.byte_start)).map(|(_, id)| *id)
        });
        there.collect()
    };
    let primary = of(true);
    if primary.is_empty() { of(false) } else { primary }
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    if fs::read(path).is_ok_and(|there| there == bytes) {
        return Ok(());
    }
    fs::create_dir_all(path.parent().context("a file is in a folder")?)?;
    fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))
}
