use super::Programmes;
use crate::calendar::Instant;
use crate::ids::VersionNumber;
use crate::refusal::Refusal;

const HEAD: &str =
    "name = \"Test\"\nzone = \"Europe/Oslo\"\n[[money]]\ncode = \"NOK\"\n[[currency]]\nid = \"points\"\n";
const STATUS: &str =
    "[[ladder]]\nid = \"status\"\nperiod = \"calendar_year\"\n[[ladder.tier]]\nid = \"member\"\n";
const SILVER: &str = "[[ladder.tier]]\nid = \"silver\"\nentry = { any = { orders = 3 } }\n";
const GOLD: &str = "[[ladder.tier]]\nid = \"gold\"\nentry = { any = { orders = 9 } }\n";

fn start(month: u32) -> Instant {
    Instant::parse_rfc3339(&format!("2026-{month:02}-01T00:00:00Z")).unwrap()
}

/// Versions that come into force at the start of January, February, and so on.
fn programmes(sources: &[&str]) -> Programmes {
    let mut programmes = Programmes::default();
    for (month, source) in (1..).zip(sources) {
        let prepared = programmes.compile(&format!("{HEAD}{source}"), start(month));
        programmes.add(prepared.unwrap_or_else(|refusal| panic!("{refusal}")));
    }
    programmes
}

/// Whether a version looks at members again, given the one before it.
fn revises(before: &str, now: &str) -> bool {
    programmes(&[before, now]).version(VersionNumber(2)).unwrap().revises
}

fn refusal(before: &str, now: &str) -> Refusal {
    programmes(&[before]).compile(&format!("{HEAD}{now}"), start(2)).unwrap_err()
}

#[test]
fn s32_a_version_with_other_tiers_looks_at_members_again() {
    let both = format!("{STATUS}{SILVER}{GOLD}");
    assert!(revises(&both, &both.replace("orders = 9", "orders = 8")), "another entry");
    assert!(revises(&both, &format!("{both}keep = {{ any = {{ orders = 5 }} }}\n")), "another keep");
    assert!(
        revises(&both, &both.replace("any = { orders = 3", "any = { spend = \"9\", orders = 3")),
        "another figure"
    );
    assert!(revises(&format!("{STATUS}{GOLD}"), &both), "one more tier");
    assert!(revises(&both, &format!("{STATUS}{GOLD}replaces = [\"silver\"]\n")), "one tier less");
    assert!(revises(&both, &both.replace("silver", "argent")), "a tier under another name");
}

#[test]
fn s32_a_version_with_the_same_tiers_does_not() {
    let both = format!("{STATUS}{SILVER}{GOLD}");
    assert!(!revises(&both, &both));
    let lent = "challenge = { days = 30, any = { orders = 2 } }\nreplaces = [\"bronze\"]\nexpiry = { policy = \"never\" }\n";
    assert!(!revises(&both, &format!("{both}{lent}")));
    assert!(!revises(
        &both,
        &both.replace("\"calendar_year\"", "\"calendar_year\"\non_change = \"full\"\ngrace_days = 9")
    ));
    // Nobody has a place on a ladder that is new.
    assert!(!revises("", &both));
    assert!(
        !programmes(&[&both]).version(VersionNumber(1)).unwrap().revises,
        "nothing came before the first"
    );
}

#[test]
fn s32_a_version_in_another_zone_looks_at_members_again() {
    let mut programmes = programmes(&[STATUS]);
    let moved = format!("{HEAD}{STATUS}").replace("Oslo", "Helsinki");
    let prepared = programmes.compile(&moved, start(2)).unwrap();
    assert!(prepared.version.revises);
    programmes.add(prepared);
    assert_eq!(programmes.revision_after(start(1)), Some(start(2)));
}

#[test]
fn s32_the_next_revision_is_the_next_version_that_is_one() {
    let (nine, eight) = (format!("{STATUS}{GOLD}"), format!("{STATUS}{GOLD}").replace('9', "8"));
    let programmes = programmes(&[&nine, &nine, &eight, &eight, &nine]);
    assert_eq!(programmes.revision_after(Instant::MIN), Some(start(3)));
    assert_eq!(programmes.revision_after(start(2)), Some(start(3)));
    assert_eq!(programmes.revision_after(start(3)), Some(start(5)), "it is after the instant, and not at it");
    assert_eq!(programmes.revision_after(start(5)), None);
    assert_eq!(programmes.known_at(Instant::MIN).versions().len(), 5);
}

#[test]
fn a_scenario_has_one_version_which_revises_nothing() {
    let programmes = programmes(&[STATUS]);
    let scenario = programmes.scenario(&format!("{HEAD}{STATUS}{GOLD}")).unwrap();
    assert_eq!(scenario.revision_after(Instant::MIN), None);
}

#[test]
fn s32_tiers_may_be_dropped_and_ladders_may_not() {
    let before = format!("{STATUS}{SILVER}");
    programmes(&[&before, STATUS, &before]);
    let dropped = refusal(&before, "");
    assert!(matches!(dropped, Refusal::Dropped { what: "ladder", name } if name == "status"));
}

#[test]
fn a_tier_that_comes_back_has_its_number_again() {
    let before = format!("{STATUS}{SILVER}{GOLD}");
    let programmes = programmes(&[&before, &format!("{STATUS}{GOLD}replaces = [\"silver\"]\n"), &before]);
    let ladder =
        |version| programmes.version(VersionNumber(version)).unwrap().plan.ladders[0].clone().unwrap();
    let numbers = |version| ladder(version).tiers.iter().map(|tier| tier.number.0).collect::<Vec<_>>();
    assert_eq!([numbers(1), numbers(2), numbers(3)], [vec![0, 1, 2], vec![0, 2], vec![0, 1, 2]]);
    assert_eq!(ladder(2).tiers[1].replaces.as_slice(), [ladder(1).tiers[1].number]);
}

#[test]
fn what_members_do_not_hold_may_be_dropped() {
    let before = "[[activity]]\nid = \"check_in\"\n[[budget]]\nid = \"launch\"\nlimit = \"100\"\n\
                  [[reward]]\nid = \"mug\"\npoints = \"5\"\n";
    let benefit = "[[benefit]]\nid = \"lounge\"\nper = \"month\"\ntimes = { silver = 2 }\n";
    programmes(&[&format!("{before}{STATUS}{SILVER}{benefit}"), &format!("{STATUS}{SILVER}")]);
}

#[test]
fn s43_a_budget_in_another_currency_is_refused() {
    let budget =
        "[[currency]]\nid = \"miles\"\n[[budget]]\nid = \"launch\"\nlimit = \"100\"\ncurrency = \"points\"\n";
    let Refusal::UnsoundProgramme { message } = refusal(budget, &budget.replace("\"points\"", "\"miles\""))
    else {
        panic!("the check refuses it");
    };
    assert_eq!(
        message,
        "line 12, column 12: the budget `launch` was counted in `points` by an earlier version. \
         Give the new budget an id of its own"
    );
}
