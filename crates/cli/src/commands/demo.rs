//! `tallybook demo`: the whole of Tallybook on a year of real baskets, as a series of commands that anybody can type.
//!
//! Every step runs this program anew, so that what is shown is what the commands do. One import is killed on the way, and
//! a second one later, to show that nothing acknowledged is lost and nothing is counted twice.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::cli::Demo;
use crate::errors::CliError;
use crate::output::Output;

const BASKETS: &[u8] = include_bytes!("../../../../data/complete-journey/transactions.csv.zst");
const MAP: &str = include_str!("../../../../data/complete-journey/import.toml");
const PROGRAMME: &str = include_str!("../../../../examples/programmes/journey-rewards.toml");

/// The rule that the backtest changes, before and after.
const CHANGE: (&str, &str) = ("factor = \"2\"", "factor = \"3\"");
/// The household whose account is looked at.
const MEMBER: &str = "2136";
/// The day after the last basket.
const END: &str = "2018-01-01 12:00";

/// Runs the demo in a folder of its own.
///
/// # Errors
/// The first step that fails.
pub fn run(options: &Demo, output: &Output) -> Result<(), CliError> {
    let temporary = tempfile::tempdir().map_err(|error| fault("make a temporary folder", &error))?;
    let folder = options.dir.clone().unwrap_or_else(|| temporary.path().to_owned());
    let stage = Stage::set(&folder, output)?;
    let mut story = stage.play()?;
    if output.json {
        story["folder"] = json!(options.dir);
        output.value(&story);
    } else if let Some(dir) = &options.dir {
        output
            .line(format!("\nThe ledger is in {}; go on with it as you like.", dir.join("ledger").display()));
    }
    Ok(())
}

/// The demo's files, and how its commands are run.
struct Stage<'o> {
    program: PathBuf,
    folder: PathBuf,
    output: &'o Output,
}

impl<'o> Stage<'o> {
    fn set(folder: &Path, output: &'o Output) -> Result<Stage<'o>, CliError> {
        let program = std::env::current_exe().map_err(|error| fault("find this program", &error))?;
        fs::create_dir_all(folder).map_err(|error| fault("make the folder", &error))?;
        if folder.join("ledger").exists() {
            return Err(CliError::usage(format!("{} has a ledger already", folder.display()))
                .hint("name a folder without one"));
        }
        let changed = PROGRAMME.replace(CHANGE.0, CHANGE.1);
        let files: [(&str, &[u8]); 4] = [
            ("baskets.csv.zst", BASKETS),
            ("map.toml", MAP.as_bytes()),
            ("programme.toml", PROGRAMME.as_bytes()),
            ("changed.toml", changed.as_bytes()),
        ];
        for (name, bytes) in files {
            fs::write(folder.join(name), bytes).map_err(|error| fault("write the demo's files", &error))?;
        }
        Ok(Stage { program, folder: folder.to_owned(), output })
    }

    fn play(&self) -> Result<Value, CliError> {
        let import = ["import", "--map", "map.toml", "baskets.csv.zst"];
        self.title("A ledger, and the rules of a grocer's programme");
        self.step(&["init", "--programme", "programme.toml"])?;

        self.title("A year of baskets; the import is killed on the way (SIGKILL), and simply run again");
        self.step_killed(&import)?;
        let half_way = self.step(&["info"])?;
        let imported = self.step(&import)?;

        self.title("A member spends, and gives something back");
        self.step(&[
            "redeem", MEMBER, "--points", "200", "--id", "R-1", "--reward", "cookbook", "--at", END,
        ])?;
        let order = self.newest_order()?;
        self.step(&["return", MEMBER, &order, "--id", "RET-1", "--at", END])?;

        self.title("What is due by the end of the year: expiries, tiers");
        self.step(&["sweep", "--until", END])?;
        let summary = self.step(&["summary", "--at", END, "--within-days", "61"])?;

        self.title("Who the members are: eight cells by recency, frequency and money");
        let segments = self.step(&["rfm", "--as-of", "2018-01-01"])?;

        self.title("One member");
        self.step(&["history", MEMBER, "--last", "5"])?;
        self.step(&["tier", MEMBER, "--at", END])?;
        self.title("Why is the balance what it is?");
        let explained = self.step(&["explain", MEMBER, "--at", END])?;

        self.title("The same file again, killed again: nothing is counted twice, nothing is lost");
        let before = self.step(&["info", "--digest"])?;
        self.step_killed(&import)?;
        let after = self.step(&["info", "--digest"])?;
        let unchanged = before["state_digest"] == after["state_digest"] && before["state_digest"].is_string();
        if !unchanged {
            return Err(CliError::fault("the state digest changed while nothing new came in".to_owned()));
        }
        self.say("The digest over what all members own is the same.");

        self.title("Proof by replay: every decision is made again from its fact, and compared byte for byte");
        let verified = self.step(&["verify"])?;

        self.title("What would triple points on fresh produce have cost?");
        let backtest = self.step(&["backtest", "changed.toml", "--top", "5"])?;
        Ok(json!({
            "killed_half_way": half_way,
            "imported": imported,
            "summary": summary,
            "segments": segments,
            "explained": explained,
            "unchanged_by_a_killed_second_import": unchanged,
            "verified": verified,
            "backtest": backtest,
        }))
    }

    /// Runs a command to its end, showing what it shows. Its JSON comes back.
    fn step(&self, arguments: &[&str]) -> Result<Value, CliError> {
        self.echo(arguments);
        if !self.output.json {
            let status = self.process(arguments).status().map_err(|error| fault("run a step", &error))?;
            if !status.success() {
                return Err(CliError::fault(format!("a step ended with {status}")));
            }
            // The figures that the demo itself compares.
            if arguments.first() != Some(&"info") {
                return Ok(Value::Null);
            }
        }
        self.ask(arguments)
    }

    fn ask(&self, arguments: &[&str]) -> Result<Value, CliError> {
        let done = self
            .process(arguments)
            .args(["--json", "--quiet"])
            .stderr(Stdio::inherit())
            .output()
            .map_err(|error| fault("run a step", &error))?;
        if !done.status.success() {
            return Err(CliError::fault(format!("a step ended with {}", done.status)));
        }
        serde_json::from_slice(&done.stdout)
            .map_err(|error| CliError::fault(format!("a step's JSON: {error}")))
    }

    /// Runs a command and kills it after a random moment.
    fn step_killed(&self, arguments: &[&str]) -> Result<(), CliError> {
        self.echo(arguments);
        let mut child = self
            .process(arguments)
            .arg("--quiet")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| fault("run a step", &error))?;
        let since_epoch = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        let moment = Duration::from_millis(300 + u64::from(since_epoch.subsec_micros()) % 700);
        std::thread::sleep(moment);
        let ended = child.try_wait().map_err(|error| fault("look after a step", &error))?;
        child.kill().map_err(|error| fault("kill a step", &error))?;
        child.wait().map_err(|error| fault("wait for a step", &error))?;
        match ended {
            None => self.say(&format!("killed after {} ms", moment.as_millis())),
            Some(_) => self.say(&format!("done within {} ms, before it could be killed", moment.as_millis())),
        }
        Ok(())
    }

    fn newest_order(&self) -> Result<String, CliError> {
        let history = self.ask(&["history", MEMBER])?;
        let batches = history["batches"].as_array().map_or(&[][..], Vec::as_slice);
        let keys = batches.iter().filter_map(|batch| batch["key"].as_str());
        let newest = keys.filter_map(|key| key.split_once("/order/")).next_back();
        newest
            .map(|(_, order)| order.to_owned())
            .ok_or_else(|| CliError::fault(format!("member {MEMBER} has no order")))
    }

    fn process(&self, arguments: &[&str]) -> Process {
        let mut process = Process::new(&self.program);
        process.current_dir(&self.folder).env_remove("TALLYBOOK_LEDGER").args(arguments);
        process
    }

    fn title(&self, text: &str) {
        self.say(&format!("\n── {text}"));
    }

    fn echo(&self, arguments: &[&str]) {
        let quoted =
            arguments.iter().map(|a| if a.contains(' ') { format!("\"{a}\"") } else { (*a).to_owned() });
        self.say(&format!("\n$ tallybook {}", quoted.collect::<Vec<_>>().join(" ")));
    }

    fn say(&self, text: &str) {
        if !self.output.json {
            self.output.line(text);
        }
    }
}

fn fault(doing: &str, error: &std::io::Error) -> CliError {
    CliError::fault(format!("cannot {doing}: {error}"))
}
