//! `tallybook tiers` counts every member once, where `tallybook tier` finds them.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

const PROGRAMME: &str = r#"
name = "Two ladders"
zone = "America/New_York"
effective_from = 2024-01-01

[[money]]
code = "USD"

[[currency]]
id = "points"

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[ladder]]
id = "year"
period = "calendar_year"
grace_days = 20
tier = [{ id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } },
        { id = "gold", entry = { any = { spend = "300.00" } } }]

[[ladder]]
id = "lately"
period = "rolling_days"
days = 45
tier = [{ id = "quiet" }, { id = "busy", entry = { any = { orders = 2 } } }]
"#;

const MAP: &str = r#"
source = "made"
kind = "orders"
[columns]
member = "member"
order = "order"
amount = "amount"
effective_at = "time"
[money]
currency = "USD"
[time]
format = "rfc3339"
"#;

struct Shop {
    folder: tempfile::TempDir,
}

impl Shop {
    /// Nine members with orders over two years, of whom `m4` is given gold, `m1` becomes part of `m2` and `m3` leaves.
    fn new() -> Shop {
        let shop = Shop { folder: tempfile::tempdir().unwrap() };
        std::fs::write(shop.path("programme.toml"), PROGRAMME).unwrap();
        std::fs::write(shop.path("map.toml"), MAP).unwrap();
        let mut orders = String::from("member,order,amount,time\n");
        for month in 0..20 {
            for member in (1..=9).filter(|member| (month * member) % 7 < 3) {
                let (year, month, day) = (2024 + month / 12, month % 12 + 1, member * 3);
                writeln!(
                    orders,
                    "m{member},{month}-{year}-{member},{},{year}-{month:02}-{day:02}T04:30:00Z",
                    member * 11
                )
                .unwrap();
            }
        }
        std::fs::write(shop.path("orders.csv"), orders).unwrap();
        shop.done(&["init", "--programme", "programme.toml"]);
        shop.done(&["import", "--map", "map.toml", "orders.csv"]);
        let by = ["--actor", "mia", "--reason", "asked"];
        let gold =
            ["tier", "give", "m4", "gold", "--ladder", "year", "--until", "2026-03-01", "--key", "gold"];
        shop.done(&[&gold[..], &["--at", "2025-09-05"], &by].concat());
        shop.done(&[&["merge", "m1", "m2", "--at", "2025-10-01"][..], &by].concat());
        shop.done(&[&["close", "m3", "--at", "2025-11-01"][..], &by].concat());
        shop
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    fn run(&self, arguments: &[&str]) -> (bool, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tallybook"));
        let output = command.current_dir(self.folder.path()).arg("--quiet").args(arguments).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    }

    fn done(&self, arguments: &[&str]) -> String {
        let (is_done, text) = self.run(arguments);
        assert!(is_done, "{arguments:?}");
        text
    }

    fn json(&self, arguments: &[&str]) -> Value {
        serde_json::from_str(&self.done(&[&["--json"], arguments].concat())).unwrap()
    }
}

/// Tier and status of each member on each ladder.
fn by_member(
    value: &Value,
    tier: &str,
    status: &str,
) -> BTreeMap<(String, String), (Option<String>, String)> {
    let text = |row: &Value, key: &str| row[key].as_str().map(str::to_owned);
    let rows = value["by_member"].as_array().unwrap().iter();
    rows.map(|row| {
        (
            (text(row, "member").unwrap(), text(row, "ladder").unwrap()),
            (text(row, tier), text(row, status).unwrap()),
        )
    })
    .collect()
}

#[test]
fn each_member_stands_where_the_ledger_finds_them_one_by_one() {
    let shop = Shop::new();
    for date in
        ["2024-02-01", "2024-07-10", "2024-12-31", "2025-01-10", "2025-01-21", "2025-09-30", "2026-06-01"]
    {
        let all = shop.json(&["tiers", "--at", date, "--members"]);
        let ends: BTreeMap<(&str, &str), &Value> = all["by_member"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| ((row["member"].as_str().unwrap(), row["ladder"].as_str().unwrap()), &row["until"]))
            .collect();
        let all = by_member(&all, "tier", "status");
        assert!(!all.is_empty());
        for ((member, ladder), (tier, status)) in &all {
            let one = shop.json(&["tier", member, "--at", date]);
            let ladders = one["ladders"].as_array().unwrap();
            let found = ladders.iter().find(|found| found["ladder"] == **ladder).unwrap();
            assert_eq!(found["tier"].as_str(), tier.as_deref(), "{member} on {ladder} at {date}");
            assert_eq!(&found["until"], ends[&(&**member, &**ladder)], "{member} on {ladder} at {date}");
            assert!(["active", "closed"].contains(&&**status));
        }
    }
}

#[test]
fn a_tier_by_hand_counts_as_held_with_its_own_end() {
    let shop = Shop::new();
    let until = |date: &str| {
        let all = shop.json(&["tiers", "--ladder", "year", "--at", date, "--members"]);
        let row =
            all["by_member"].as_array().unwrap().iter().find(|row| row["member"] == "m4").unwrap().clone();
        (row["tier"].as_str().unwrap().to_owned(), row["until"].clone())
    };
    assert_eq!(until("2025-09-30"), ("gold".to_owned(), Value::from("2026-03-01T05:00:00Z")));
    assert_ne!(until("2025-09-04").0, "gold");
    assert_ne!(until("2026-03-01").0, "gold");
}

#[test]
fn who_was_merged_counts_twice_before_and_once_after_and_who_left_counts_apart() {
    let shop = Shop::new();
    let all =
        shop.json(&["tiers", "--ladder", "year", "--from", "2025-09-30", "--to", "2025-12-01", "--members"]);
    let year = &all["ladders"][0];
    let before = by_member(&all, "from_tier", "from_status");
    let after = by_member(&all, "tier", "status");
    assert_eq!(year["members_from"], 9);
    assert_eq!((&year["members"], &year["closed"]), (&Value::from(7), &Value::from(1)));
    let key = |member: &str| (member.to_owned(), "year".to_owned());
    assert_eq!(before[&key("m1")].1, "active");
    assert_eq!(after[&key("m1")], (None, "merged".to_owned()));
    assert_eq!(after[&key("m3")].1, "closed");
    // Asked of a time after the merge alone, the old name is not there at all.
    let later = shop.json(&["tiers", "--ladder", "year", "--at", "2025-12-01", "--members"]);
    assert!(!by_member(&later, "tier", "status").contains_key(&key("m1")));
    let sum = |key: &str| -> u64 {
        let tiers = year["tiers"].as_array().unwrap().iter();
        tiers.map(|tier| tier[key].as_u64().unwrap()).sum()
    };
    assert_eq!((sum("members_from"), sum("members")), (9, 7));
    let moves = year["moves"].as_array().unwrap().iter().map(|m| m["members"].as_u64().unwrap());
    assert_eq!(moves.sum::<u64>(), 9);
}

#[test]
fn the_csv_file_says_what_the_json_says() {
    let shop = Shop::new();
    let dates = ["tiers", "--from", "2024-06-01", "--to", "2025-02-01", "--members"];
    let json = shop.json(&dates);
    shop.done(&[&dates[..], &["--csv", "members.csv"]].concat());
    let written = std::fs::read_to_string(shop.path("members.csv")).unwrap();
    assert_eq!(written, shop.done(&dates));
    let mut rows = written.lines();
    assert_eq!(rows.next(), Some("member,ladder,from_tier,from_status,tier,status,until"));
    let (before, after) = (by_member(&json, "from_tier", "from_status"), by_member(&json, "tier", "status"));
    for row in rows.by_ref() {
        let fields: Vec<&str> = row.split(',').collect();
        let key = (fields[0].to_owned(), fields[1].to_owned());
        let told =
            |(tier, status): &(Option<String>, String)| (tier.clone().unwrap_or_default(), status.clone());
        assert_eq!(told(&before[&key]), (fields[2].to_owned(), fields[3].to_owned()));
        assert_eq!(told(&after[&key]), (fields[4].to_owned(), fields[5].to_owned()));
    }
    assert_eq!(written.lines().count(), after.len() + 1);
}

#[test]
fn a_drawing_is_of_one_ladder_and_tells_its_counts() {
    let shop = Shop::new();
    let dates = ["tiers", "--from", "2024-06-01", "--to", "2025-12-01", "--svg", "moves.svg"];
    assert!(!shop.run(&dates).0, "two ladders");
    assert!(!Path::exists(&shop.path("moves.svg")));
    let all = shop.json(&[&dates[..], &["--ladder", "year"]].concat());
    let drawing = std::fs::read_to_string(shop.path("moves.svg")).unwrap();
    assert!(drawing.starts_with("<svg ") && drawing.ends_with("</svg>\n"));
    assert!(drawing.contains(">Two ladders: moves between the tiers of year</text>"));
    for tier in all["ladders"][0]["tiers"].as_array().unwrap() {
        for key in ["members", "members_from"] {
            let label = format!(">{} {} (", tier["tier"].as_str().unwrap(), tier[key]);
            assert!(drawing.contains(&label), "{label}");
        }
    }
}
