//! Four real order histories, imported in full, against totals that other programs computed from the same files.
//!
//! Their licences do not allow bundling all of them. With `TALLYBOOK_REAL_DATA` naming a folder that holds the files listed
//! in docs/importing-real-data.md these tests run; without it each says that it was skipped.

#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

struct History {
    programme: &'static str,
    /// Map and files of each import, in order.
    imports: &'static [(&'static str, &'static [&'static str])],
    orders: u64,
    order_minor_units: i64,
    returns: u64,
    return_minor_units: i64,
    members: u64,
    /// One point for every whole unit of an order, rounded down.
    issued: i64,
    /// What returns take back, by the same rule.
    clawed_back: i64,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tallybook(ledger: &Path, arguments: &[&str]) -> Value {
    let output = Command::new(env!("CARGO_BIN_EXE_tallybook"))
        .current_dir(root())
        .arg("--ledger")
        .arg(ledger)
        .args(["--json", "--quiet"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Imports all files of a history and gives the reports.
fn import(history: &History, ledger: &Path, data: &Path) -> Vec<Value> {
    let one = |(map, files): &(&str, &[&str])| {
        let map = format!("examples/imports/{map}.toml");
        let files: Vec<String> =
            files.iter().map(|file| data.join(file).to_str().unwrap().to_owned()).collect();
        let mut arguments = vec!["import", "--map", &map];
        arguments.extend(files.iter().map(String::as_str));
        tallybook(ledger, &arguments)["report"].take()
    };
    history.imports.iter().map(one).collect()
}

fn sum(reports: &[Value], path: &str) -> i64 {
    reports.iter().filter_map(|report| report.pointer(path)).map(|value| value.as_i64().unwrap()).sum()
}

fn amount(reports: &[Value], which: &str) -> i64 {
    let amounts = reports.iter().filter_map(|report| report[which].as_object()).flat_map(|a| a.values());
    amounts.map(|amount| amount["minor_units"].as_i64().unwrap()).sum()
}

fn check(history: &History) {
    let Some(data) = std::env::var_os("TALLYBOOK_REAL_DATA").map(PathBuf::from) else {
        println!("skipped {}: TALLYBOOK_REAL_DATA names no folder", history.programme);
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let ledger = dir.path().join("ledger");
    // Points that never expire, so that all that returns ask back is there to be taken.
    let source = root().join(format!("examples/programmes/{}.toml", history.programme));
    let source = std::fs::read_to_string(source).unwrap();
    let unending = source.replace("policy = \"after\"\nmonths = 12", "policy = \"never\"");
    assert_ne!(unending, source);
    let programme = dir.path().join("programme.toml");
    std::fs::write(&programme, unending).unwrap();
    tallybook(&ledger, &["init", "--programme", programme.to_str().unwrap()]);

    let reports = import(history, &ledger, &data);
    assert_eq!(sum(&reports, "/orders/new"), i64::try_from(history.orders).unwrap());
    assert_eq!(sum(&reports, "/returns/new"), i64::try_from(history.returns).unwrap());
    assert_eq!(amount(&reports, "order_amounts"), history.order_minor_units);
    assert_eq!(amount(&reports, "return_amounts"), history.return_minor_units);

    let summary = tallybook(&ledger, &["summary", "--at", "1900-01-02"]);
    let balances = &summary["currencies"][0];
    assert_eq!(summary["members"].as_u64(), Some(history.members));
    assert_eq!(balances["issued"].as_i64(), Some(history.issued));
    assert_eq!(balances["clawed_back"].as_i64(), Some(history.clawed_back));

    let digest = |ledger| tallybook(ledger, &["info", "--digest"])["state_digest"].clone();
    let before = digest(&ledger);
    let again = import(history, &ledger, &data);
    assert_eq!((sum(&again, "/orders/new"), sum(&again, "/returns/new")), (0, 0));
    assert_eq!(digest(&ledger), before, "a second import changed something");

    let verified = tallybook(&ledger, &["verify"]);
    assert_eq!(verified["findings_count"].as_u64(), Some(0));
    let identity = tallybook(&ledger, &["backtest", "--identity"]);
    assert_eq!(identity["members_differing"].as_u64(), Some(0));
}

#[test]
fn cdnow_comes_out_to_the_cent_and_the_point() {
    check(&History {
        programme: "cdnow",
        imports: &[("cdnow", &["cdnow_master.csv.zst"])],
        orders: 69_659,
        order_minor_units: 250_031_563,
        returns: 0,
        return_minor_units: 0,
        members: 23_570,
        issued: 2_453_159,
        clawed_back: 0,
    });
}

#[test]
fn uci_online_retail_comes_out_to_the_tenth_of_a_penny_and_the_point() {
    check(&History {
        programme: "uci-online-retail",
        imports: &[("uci-online-retail", &["uci_online_retail_2010_2011.csv.zst"])],
        orders: 18_532,
        order_minor_units: 8_911_407_904,
        returns: 3_785,
        return_minor_units: 467_317_040,
        members: 4_338,
        issued: 8_902_670,
        clawed_back: 467_302,
    });
}

#[test]
fn complete_journey_comes_out_to_the_cent_and_the_point() {
    check(&History {
        programme: "complete-journey",
        imports: &[(
            "complete-journey",
            &["completejourney_transactions_2017H1.csv.zst", "completejourney_transactions_2017H2.csv.zst"],
        )],
        orders: 155_848,
        order_minor_units: 459_603_958,
        returns: 0,
        return_minor_units: 0,
        members: 2_469,
        issued: 4_519_934,
        clawed_back: 0,
    });
}

#[test]
fn maven_fuzzy_factory_comes_out_to_the_cent_and_the_point() {
    check(&History {
        programme: "maven-fuzzy-factory",
        imports: &[
            ("maven-fuzzy-factory", &["maven_fuzzy_factory_order_items.csv.zst"]),
            ("maven-fuzzy-factory-refunds", &["maven_fuzzy_factory_order_item_refunds.csv.zst"]),
        ],
        orders: 32_313,
        order_minor_units: 193_850_975,
        returns: 1_731,
        return_minor_units: 8_533_869,
        members: 31_696,
        issued: 1_906_597,
        clawed_back: 84_188,
    });
}
