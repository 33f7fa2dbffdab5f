//! `docs/semantics.md` and the scenarios name each other.

use std::collections::BTreeSet;

const DOCUMENT: &str = include_str!("../../../../docs/semantics.md");
const FILES: [&str; 41] = [
    include_str!("field.rs"),
    include_str!("programmes.rs"),
    include_str!("points.rs"),
    include_str!("earning.rs"),
    include_str!("activities.rs"),
    include_str!("referrals.rs"),
    include_str!("matchers.rs"),
    include_str!("expressions.rs"),
    include_str!("combination.rs"),
    include_str!("limits.rs"),
    include_str!("activation.rs"),
    include_str!("expiry.rs"),
    include_str!("policies.rs"),
    include_str!("expiry_commands.rs"),
    include_str!("spending.rs"),
    include_str!("returns.rs"),
    include_str!("tiers.rs"),
    include_str!("ladders.rs"),
    include_str!("carried.rs"),
    include_str!("tier_progress.rs"),
    include_str!("grants.rs"),
    include_str!("tier_points.rs"),
    include_str!("tier_returns.rs"),
    include_str!("benefits.rs"),
    include_str!("revisions.rs"),
    include_str!("replaced_tiers.rs"),
    include_str!("rezoning.rs"),
    include_str!("time.rs"),
    include_str!("members.rs"),
    include_str!("input.rs"),
    include_str!("refusals.rs"),
    include_str!("instants.rs"),
    include_str!("holds.rs"),
    include_str!("offers.rs"),
    include_str!("transfers.rs"),
    include_str!("combined_returns.rs"),
    include_str!("paid_orders.rs"),
    include_str!("merging.rs"),
    include_str!("merged_tiers.rs"),
    include_str!("standing.rs"),
    include_str!("late.rs"),
];

/// Case number and name of every numbered test.
fn tests() -> BTreeSet<(u32, &'static str)> {
    let named = |line: &'static str| {
        let name = line.strip_prefix("fn ")?.split('(').next()?;
        let number = name.strip_prefix('s')?.split('_').next()?.parse().ok()?;
        Some((number, name))
    };
    FILES.iter().flat_map(|file| file.lines()).filter_map(named).collect()
}

/// Case number and test name wherever the document names one.
fn documented() -> BTreeSet<(u32, &'static str)> {
    let mut case = 0;
    let mut named = BTreeSet::new();
    for line in DOCUMENT.lines() {
        if let Some(number) = line.strip_prefix("### ").and_then(|l| l.split('.').next()) {
            case = number.parse().expect("a case begins with its number");
        }
        named.extend(line.strip_prefix("- `").and_then(|l| l.strip_suffix('`')).map(|name| (case, name)));
    }
    named
}

#[test]
fn every_test_is_listed_under_its_case_and_every_listed_test_is_there() {
    assert_eq!(documented(), tests());
}

#[test]
fn every_case_has_its_paragraph() {
    let cases =
        DOCUMENT.lines().filter_map(|l| l.strip_prefix("### ")?.split('.').next()?.parse::<u32>().ok());
    assert_eq!(cases.collect::<Vec<_>>(), (1..=43).collect::<Vec<_>>());
}
