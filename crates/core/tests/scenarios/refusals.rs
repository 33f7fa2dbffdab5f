//! Case 41: every refusal has a code, a line in `docs/refusals.md`, and a reproducer there that really gives it.

use std::collections::BTreeSet;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::fact::{Adjustment, Enrolment, FACTS_MAX, Fact, Shortfall};
use tallybook_core::points::Points;
use tallybook_core::refusal::Refusal;

use crate::runner::{check, refusals_of};

const DOCUMENT: &str = include_str!("../../../../docs/refusals.md");
const SOURCE: &str = include_str!("../../src/refusal.rs");

/// Codes that no scenario gives: the engine's, and one whose scenario would be too long to read.
const ELSEWHERE: [&str; 5] =
    ["idempotency_conflict", "unknown_member", "too_many", "not_alone", "member_merged"];

/// The codes of the enum, in its order.
fn codes() -> Vec<&'static str> {
    let of_line =
        |line: &'static str| line.trim().strip_prefix("Refusal::")?.split_once("=> \"")?.1.split('"').next();
    SOURCE.lines().filter_map(of_line).collect()
}

/// The sections of the document: code and text.
fn sections() -> Vec<(&'static str, &'static str)> {
    DOCUMENT.split("\n### ").skip(1).filter_map(|section| section.split_once('\n')).collect()
}

fn scenario_of(text: &'static str) -> Option<&'static str> {
    text.split_once("```scenario\n")?.1.split_once("```").map(|(scenario, _)| scenario)
}

#[test]
fn s41_every_refusal_is_documented_in_the_order_of_the_enum() {
    let documented: Vec<&str> = sections().iter().map(|(code, _)| *code).collect();
    assert_eq!(documented, codes());
    assert_eq!(codes().iter().collect::<BTreeSet<_>>().len(), codes().len(), "codes are unique");
}

#[test]
fn s41_every_documented_refusal_is_what_its_reproducer_gives() {
    for (code, text) in sections() {
        match scenario_of(text) {
            Some(scenario) => {
                check(scenario);
                let met = refusals_of(scenario);
                assert!(
                    !met.is_empty() && met.iter().all(|refusal| refusal.code() == code),
                    "{code}: {met:?}"
                );
            }
            None => assert!(
                ELSEWHERE.contains(&code) && text.contains("**Reproduce:**"),
                "{code} has no reproducer"
            ),
        }
    }
}

#[test]
fn s41_a_message_names_what_would_be_accepted() {
    let at = Instant::parse_rfc3339("2026-01-05T00:00:00Z").expect("an instant");
    let fact = || Fact::MemberEnrolled(Enrolment::default());
    let mut command = Command::new("m", at, fact());
    command.facts.resize_with(FACTS_MAX + 1, fact);
    let refusal = command.check().expect_err("nine facts are too many");
    assert_eq!(refusal, Refusal::TooMany { what: "facts", count: 9, count_max: 8 });
    assert_eq!(refusal.to_string(), "facts has 9 entries; at most 8 are accepted");
    command.facts.clear();
    assert_eq!(command.check(), Err(Refusal::Missing { field: "facts" }));
}

#[test]
fn s41_names_are_checked_wherever_they_stand() {
    let at = Instant::parse_rfc3339("2026-01-05T00:00:00Z").expect("an instant");
    let enrolment = || Fact::MemberEnrolled(Enrolment::default());
    for member in ["", "a\u{7}b", &"x".repeat(129)] {
        assert_eq!(
            Command::new(member, at, enrolment()).check(),
            Err(Refusal::InvalidName { field: "member" })
        );
    }
    assert_eq!(Command::new(&"x".repeat(128), at, enrolment()).check(), Ok(()));
    assert_eq!(
        Command::new("m", at, enrolment()).with_key("").check(),
        Err(Refusal::InvalidName { field: "idempotency key" })
    );
}

#[test]
fn s40_an_adjustment_needs_an_actor_a_reason_and_a_key() {
    let at = Instant::parse_rfc3339("2026-01-05T00:00:00Z").expect("an instant");
    let command = |actor: &'static str, reason: &'static str| {
        Command::new(
            "m",
            at,
            Fact::AdjustmentRequested(Adjustment {
                currency: "points".into(),
                points: Points(5),
                shortfall: Shortfall::FloorAtZero,
                actor: actor.into(),
                reason: reason.into(),
                about: Some(7),
            }),
        )
    };
    assert_eq!(command("ann", "late").check(), Err(Refusal::Missing { field: "idempotency key" }));
    assert_eq!(command("ann", "late").with_key("k").check(), Ok(()));
    assert_eq!(command(" ", "late").with_key("k").check(), Err(Refusal::Missing { field: "actor" }));
    assert_eq!(command("ann", "").with_key("k").check(), Err(Refusal::Missing { field: "reason" }));
}
