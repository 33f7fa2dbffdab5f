//! An import that is killed at a random moment and simply run again ends where an undisturbed one ends.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

const ROUNDS: u32 = 50;
const ORDERS: &str = "1500";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tallybook(ledger: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tallybook"));
    command.current_dir(root()).arg("--ledger").arg(ledger).args(["--json", "--quiet"]).args(arguments);
    command
}

fn done(ledger: &Path, arguments: &[&str]) -> String {
    let output = tallybook(ledger, arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn import() -> [&'static str; 6] {
    [
        "import",
        "--map",
        "data/complete-journey/import.toml",
        "data/complete-journey/transactions.csv.zst",
        "--limit",
        ORDERS,
    ]
}

fn fresh(ledger: &Path) {
    done(ledger, &["init", "--programme", "examples/programmes/journey-rewards.toml"]);
}

fn digest(ledger: &Path) -> String {
    let info: serde_json::Value = serde_json::from_str(&done(ledger, &["info", "--digest"])).unwrap();
    info["state_digest"].as_str().expect("info has a digest").to_owned()
}

/// A number that differs from call to call; what it is does not matter to the outcome.
fn chance() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    u64::from(now.subsec_nanos()).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 20
}

#[test]
fn an_import_killed_at_a_random_moment_and_run_again_ends_in_the_same_state() {
    let dir = tempfile::tempdir().unwrap();
    let undisturbed = dir.path().join("undisturbed");
    fresh(&undisturbed);
    let started = SystemTime::now();
    done(&undisturbed, &import());
    let import_millis = u64::try_from(started.elapsed().unwrap().as_millis()).unwrap().max(1);
    let expected = digest(&undisturbed);

    let mut killed = 0;
    for round in 0..ROUNDS {
        let ledger = dir.path().join(format!("round-{round}"));
        fresh(&ledger);
        let mut child = tallybook(&ledger, &import()).stdout(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(chance() % import_millis));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
        done(&ledger, &import());
        assert_eq!(digest(&ledger), expected, "round {round}");
        std::fs::remove_dir_all(&ledger).unwrap();
    }
    assert!(killed > 0, "no import was killed before it ended");
}
