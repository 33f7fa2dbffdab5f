//! Instructions of the hot loops, counted by callgrind, which a busy machine does not change.
//!
//! Every loop runs in a process of its own, once with few rounds and once with more; the difference, by what was done in
//! it, is the count. Starting, reading files and ending so fall out. Baselines are in `benches/counts.json`; the check
//! fails where a loop needs more than the tolerance above its own.
//!
//! Counts hold for one compiler and the kind of processor that they were taken on: with another compiler more is tolerated,
//! and `counts --write` is due.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde::{Deserialize, Serialize};
use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::decide::Workspace;
use tallybook::core::fact::Fact;
use tallybook::core::state::MemberState;
use tallybook::format::{decode_decision, decode_fact, encode_decision, encode_fact};
use tallybook::{BlockingLedger, Options};
use tallybook_audit::VerifyOptions;
use tallybook_backtest::{BuildOptions, Columns, compare};
use tallybook_benches::generate::Shape;
use tallybook_benches::{PROGRAMME, START, judge, ledger_of, order, programmes};

use crate::jobs::disk::an_order_and_its_judgement;
use crate::jobs::{Folder, Outcome, Size, rfm};
use crate::measure::shown;

/// Where the baselines are.
const BASELINES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/counts.json");
/// The history that the loops run over.
const SIZE: Size = Size { members: 400, orders: 4_000, runs: 1, seed: 1 };
/// Rounds of both runs.
const ROUNDS: [u64; 2] = [2, 6];
/// Orders of the member who is judged again and again.
const MEMBER_ORDERS: i64 = 100;
/// Encodings and decodings in a round.
const CODINGS: u64 = 1_000;

/// Functions that a profile names.
const PROFILE_LINES: usize = 20;

/// What to do with the counts.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Asked {
    /// Fail where a loop needs more instructions than its baseline and the tolerance.
    #[arg(long, conflicts_with = "write")]
    check: bool,
    /// Make the counts the new baselines.
    #[arg(long)]
    write: bool,
    /// Tell instead which functions a loop's instructions go to.
    #[arg(long, value_enum, conflicts_with_all = ["check", "write"])]
    profile: Option<Name>,
}

/// One loop, so often.
#[derive(Clone, Debug, clap::Args)]
pub struct Rounds {
    /// Which.
    #[arg(value_enum)]
    name: Name,
    /// How often.
    rounds: u64,
    /// The ledger that it reads.
    ledger: PathBuf,
}

/// The loops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Name {
    Decide,
    Encode,
    Decode,
    Fold,
    Verify,
    Backtest,
    Rfm,
}

impl Name {
    const ALL: [Name; 7] =
        [Name::Decide, Name::Encode, Name::Decode, Name::Fold, Name::Verify, Name::Backtest, Name::Rfm];

    /// The name on the command line and in the baselines.
    fn text(self) -> &'static str {
        match self {
            Name::Decide => "decide",
            Name::Encode => "encode",
            Name::Decode => "decode",
            Name::Fold => "fold",
            Name::Verify => "verify",
            Name::Backtest => "backtest",
            Name::Rfm => "rfm",
        }
    }

    /// What is done how often in a round.
    fn unit(self) -> (&'static str, u64) {
        match self {
            Name::Decide => ("order of 3 lines decided and applied", MEMBER_ORDERS as u64),
            Name::Encode => ("order of 3 lines and its judgement encoded", CODINGS),
            Name::Decode => ("order of 3 lines and its judgement decoded", CODINGS),
            Name::Fold => ("order of a history folded, with all it brought", SIZE.orders),
            Name::Verify => ("order of a history verified, with all it brought", SIZE.orders),
            Name::Backtest => ("order of a history judged under two programmes", SIZE.orders),
            Name::Rfm => ("order summed up and scored", SIZE.orders),
        }
    }
}

/// The committed counts.
#[derive(Debug, Serialize, Deserialize)]
struct Baselines {
    /// The compiler that they were taken with.
    compiler: String,
    /// How much more a loop may need, percent of its baseline.
    tolerance_percent: f64,
    /// The same where another compiler made it.
    other_compiler_tolerance_percent: f64,
    /// Instructions per unit, by loop.
    instructions: BTreeMap<String, f64>,
}

/// Counts, and checks or writes the baselines.
pub fn run(asked: &Asked, below: &Path) -> Outcome<ExitCode> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        eprintln!("counts: skipped, as valgrind is not installed");
        return Ok(if asked.write { ExitCode::FAILURE } else { ExitCode::SUCCESS });
    }
    let folder = Folder::new(below, "counts")?;
    let ledger = prepare(folder.path())?;
    if let Some(name) = asked.profile {
        profile(name, &ledger, folder.path())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut counted = BTreeMap::new();
    for name in Name::ALL {
        let [few, many] = ROUNDS.map(|rounds| instructions(name, rounds, &ledger, Path::new("/dev/null")));
        let (_, units) = name.unit();
        let each = (many? - few?) as f64 / ((ROUNDS[1] - ROUNDS[0]) * units) as f64;
        counted.insert(name.text().to_owned(), each);
    }
    let compiler = compiler();
    if asked.write {
        let baselines = Baselines {
            compiler,
            tolerance_percent: 2.0,
            other_compiler_tolerance_percent: 10.0,
            instructions: counted,
        };
        std::fs::write(BASELINES, serde_json::to_string_pretty(&baselines)? + "\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let baselines: Baselines = serde_json::from_str(&std::fs::read_to_string(BASELINES)?)?;
    let tolerance_percent = if compiler == baselines.compiler {
        baselines.tolerance_percent
    } else {
        println!("baselines are of {}, this is {compiler}", baselines.compiler);
        baselines.other_compiler_tolerance_percent
    };
    let grown = tell(&baselines.instructions, tolerance_percent, &counted);
    if grown && asked.check {
        println!("\na hot loop has grown: make it lean again, or say why and run `counts --write`");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints every loop; tells whether any has grown past the tolerance.
fn tell(baselines: &BTreeMap<String, f64>, tolerance_percent: f64, counted: &BTreeMap<String, f64>) -> bool {
    println!("instructions per …");
    let mut grown = false;
    for name in Name::ALL {
        let now = counted.get(name.text()).copied().unwrap_or(f64::NAN);
        let baseline = baselines.get(name.text()).copied().unwrap_or(0.0);
        let percent = 100.0 * (now - baseline) / baseline;
        let too_many = now > baseline * (1.0 + tolerance_percent / 100.0);
        grown |= too_many;
        let verdict = if too_many { "  GROWN" } else { "" };
        println!(
            "{:9} {:>10}  baseline {:>10}  {percent:+6.2} %  {}{verdict}",
            name.text(),
            shown(now),
            shown(baseline),
            name.unit().0,
        );
    }
    grown
}

/// A ledger with a small history, its columns built.
fn prepare(folder: &Path) -> Outcome<PathBuf> {
    let path = folder.join("ledger");
    let Size { members, orders, seed, .. } = SIZE;
    ledger_of(&path, Shape { members, orders, seed })?.close()?;
    Columns::of_ledger(&path, BuildOptions::default(), &mut |_| {})?;
    Ok(path)
}

fn compiler() -> String {
    let output = Command::new("rustc").arg("--version").output();
    output.map_or_else(
        |_| "an unknown compiler".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

/// What callgrind counts of a loop in a process of its own; `out` takes what it writes.
fn instructions(name: Name, rounds: u64, ledger: &Path, out: &Path) -> Outcome<u64> {
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", &format!("--callgrind-out-file={}", out.display())])
        .arg(std::env::current_exe()?)
        .args(["loop", name.text(), &rounds.to_string()])
        .arg(ledger)
        // The environment lies on the stack, and its length would shift what comes after.
        .env_clear()
        .output()?;
    let told = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("callgrind failed on {}: {told}", name.text()).into());
    }
    let collected = told.lines().find_map(|line| line.split_once("Collected :"));
    let (_, count) = collected.ok_or_else(|| format!("callgrind tells no count: {told}"))?;
    Ok(count.trim().parse()?)
}

/// Prints the functions that most of a loop's instructions go to, without what they call.
fn profile(name: Name, ledger: &Path, folder: &Path) -> Outcome<()> {
    let mut functions: BTreeMap<String, i64> = BTreeMap::new();
    for (rounds, sign) in ROUNDS.into_iter().zip([-1, 1]) {
        let out = folder.join(format!("callgrind.{rounds}"));
        instructions(name, rounds, ledger, &out)?;
        let annotated =
            Command::new("callgrind_annotate").args(["--auto=no", "--threshold=99.9"]).arg(&out).output()?;
        for line in String::from_utf8_lossy(&annotated.stdout).lines() {
            if let Some((function, count)) = of_annotation(line) {
                *functions.entry(function).or_default() += sign * count;
            }
        }
    }
    let mut functions: Vec<(i64, String)> =
        functions.into_iter().map(|(function, count)| (count, function)).collect();
    functions.sort_unstable_by(|left, right| right.cmp(left));
    let (unit, units) = name.unit();
    let rounds = (ROUNDS[1] - ROUNDS[0]) * units;
    let total: i64 = functions.iter().map(|(count, _)| count).sum();
    println!("{} instructions per {unit}, of which", shown(total as f64 / rounds as f64));
    for (count, function) in functions.iter().take(PROFILE_LINES) {
        let each = *count as f64 / rounds as f64;
        println!("{:>8} {:5.1} %  {function}", shown(each), 100.0 * *count as f64 / total as f64);
    }
    Ok(())
}

/// A function and its count from a line such as `1,234 (12.3%)  path/file.rs:function [binary]`.
fn of_annotation(line: &str) -> Option<(String, i64)> {
    let (count, rest) = line.trim_start().split_once(" (")?;
    let count = count.replace(',', "").parse().ok()?;
    let (_, place) = rest.split_once("%)")?;
    let place = place.trim();
    let place = place.rsplit_once(" [").map_or(place, |(place, _)| place);
    // A path has no colon, while a function has many.
    let (_, function) = place.split_once(':')?;
    Some((function.to_owned(), count))
}

/// Runs a loop in this process, which was started for it.
pub fn here(asked: &Rounds) -> Outcome<()> {
    let Rounds { name, rounds, ledger } = asked;
    match name {
        Name::Decide => decide(*rounds),
        Name::Encode => encode(*rounds),
        Name::Decode => decode(*rounds)?,
        Name::Fold => fold(*rounds, ledger)?,
        Name::Verify => verify(*rounds, ledger)?,
        Name::Backtest => backtest(*rounds, ledger)?,
        Name::Rfm => {
            let (rows, names) = rfm::rows(SIZE);
            for _ in 0..*rounds {
                rfm::score_all(&rows, &names)?;
            }
        }
    }
    Ok(())
}

fn decide(rounds: u64) {
    let programmes = programmes();
    let facts: Vec<[Fact<'static>; 1]> =
        (0..MEMBER_ORDERS).map(|number| [Fact::OrderPlaced(order(number, 3))]).collect();
    let mut workspace = Workspace::default();
    let mut state = MemberState::default();
    let mut events = Vec::new();
    for _ in 0..rounds {
        state.clear();
        for (day, facts) in (0..).zip(&facts) {
            events.clear();
            let at = Instant(START.0 + day * DAY_MICROS);
            judge(&programmes, facts, at, &mut state, &mut workspace, &mut events);
        }
    }
}

fn encode(rounds: u64) {
    let (fact, earned) = an_order_and_its_judgement();
    let mut out = Vec::with_capacity(4 * 1_024);
    for _ in 0..rounds * CODINGS {
        out.clear();
        encode_fact(None, &fact, &mut out);
        encode_decision(START, &earned, &mut out);
        std::hint::black_box(&out);
    }
}

fn decode(rounds: u64) -> Outcome<()> {
    let (fact, earned) = an_order_and_its_judgement();
    let (mut fact_bytes, mut earned_bytes) = (Vec::new(), Vec::new());
    let placed = encode_fact(None, &fact, &mut fact_bytes);
    let judged = encode_decision(START, &earned, &mut earned_bytes);
    for _ in 0..rounds * CODINGS {
        let (fact_bytes, earned_bytes) = std::hint::black_box((&fact_bytes, &earned_bytes));
        std::hint::black_box(decode_fact(placed.kind.number(), placed.version, fact_bytes)?);
        std::hint::black_box(decode_decision(judged.kind.number(), judged.version, START, earned_bytes)?);
    }
    Ok(())
}

fn fold(rounds: u64, ledger: &Path) -> Outcome<()> {
    for _ in 0..rounds {
        let options = Options { snapshots: false, ..Options::default() };
        drop(BlockingLedger::open(ledger, options)?);
    }
    Ok(())
}

fn verify(rounds: u64, ledger: &Path) -> Outcome<()> {
    let options = VerifyOptions { snapshot: false, ..VerifyOptions::default() };
    for _ in 0..rounds {
        tallybook_audit::verify(ledger, &options, &mut |_| {})?;
    }
    Ok(())
}

fn backtest(rounds: u64, ledger: &Path) -> Outcome<()> {
    let columns = Columns::of_ledger(ledger, BuildOptions::default(), &mut |_| {})?;
    let programmes = columns.programmes()?;
    let scenario = programmes.scenario(&PROGRAMME.replace("factor = \"2\"", "factor = \"3\""))?;
    let options = tallybook_backtest::Options { threads: NonZero::new(1), ..Default::default() };
    for _ in 0..rounds {
        compare(&columns, &programmes, &scenario, &options)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_an_annotation_gives_its_function_and_count() {
        let line = "24,332 (18.9%)  /src/timezone.rs:core::zone::Zone::parse [target/release/benches]";
        assert_eq!(of_annotation(line), Some(("core::zone::Zone::parse".to_owned(), 24_332)));
        assert_eq!(of_annotation("128,118,871 (100.0%)  PROGRAM TOTALS"), None);
        assert_eq!(of_annotation("Events shown:     Ir"), None);
    }
}
