//! What a member costs who does nothing: however long they are away, a sweep records no more than a few decisions a year,
//! and as many whether it looks once or every day.

#![allow(clippy::unwrap_used)]

mod support;

use support::{HandClock, an_order, at, create_on, small_options};
use tallybook::core::calendar::MonthDay;
use tallybook::core::fact::{Enrolment, Fact, Profile};
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command, Options};

const YEARS: i32 = 10;

/// Most decisions in a year of a member who does nothing: their birthday, its points running out, the tier lost or kept,
/// and figures carried over.
const PER_YEAR_MAX: u64 = 4;

/// Most besides: the first points running out, and the grace before each of two tiers is lost.
const BESIDES_MAX: u64 = 3;

fn programme(period: &str) -> String {
    support::PROGRAMME
        .replace(
            "period = \"calendar_year\"",
            &format!("{period}\ndowngrade = \"one_down\"\ngrace_days = 30"),
        )
        .replace("any = { spend = \"100.00\" }", "any = { spend = \"100.00\", points = \"1000\" }")
        .replace(
            "[[ladder]]",
            "[[rule]]\nid = \"birthday\"\nkind = \"bonus\"\non = \"birthday\"\npoints = \"10\"\n\n[[ladder]]",
        )
        + "\n[[ladder.tier]]\nid = \"gold\"\nentry = { any = { spend = \"500.00\", points = \"5000\" } }\n"
}

fn a_member_of_the_highest_tier(period: &str) -> (BlockingLedger, HandClock) {
    let clock = HandClock::at(at("2020-01-10T12:00:00Z"));
    let options = Options { clock: clock.clock(), snapshots: false, ..small_options() };
    let ledger = create_on(&SimulatedDisk::new(), options);
    ledger.publish(&programme(period), at("2020-01-01T00:00:00Z")).unwrap();
    let profile = Profile { birthday: MonthDay::new(5, 4), ..Profile::default() };
    let enrolment = Fact::MemberEnrolled(Enrolment { profile, ..Enrolment::default() });
    ledger.submit(Command::new("ann", at("2020-01-10T12:00:00Z"), enrolment)).unwrap();
    clock.set(at("2020-01-11T12:00:00Z"));
    let order = Fact::OrderPlaced(an_order("A-1", 2_000_000));
    ledger.submit(Command::new("ann", at("2020-01-11T12:00:00Z"), order)).unwrap();
    (ledger, clock)
}

fn swept(ledger: &BlockingLedger, clock: &HandClock, day: &str) -> u64 {
    let now = at(&format!("{day}T12:00:00Z"));
    clock.set(now);
    ledger.sweep(now).unwrap().events
}

#[test]
fn ten_idle_years_come_to_a_few_decisions_a_year() {
    let most = PER_YEAR_MAX * YEARS.unsigned_abs() as u64 + BESIDES_MAX;
    for period in [
        "period = \"calendar_year\"\ncarry_over = { spend = \"5000.00\", points = \"5000\" }",
        "period = \"anniversary_joining\"\ncarry_over = { spend = \"5000.00\", points = \"5000\" }",
        "period = \"rolling_days\"\ndays = 365",
        "period = \"anniversary_tier\"",
        "period = \"lifetime\"",
    ] {
        let (ledger, clock) = a_member_of_the_highest_tier(period);
        let at_once = swept(&ledger, &clock, "2030-01-11");
        assert!(at_once > 10, "{period}: birthdays are judged");
        assert!(at_once <= most, "{period}: {at_once} decisions, at most {most}");

        let (ledger, clock) = a_member_of_the_highest_tier(period);
        let by_year: Vec<u64> =
            (2021..=2030).map(|year| swept(&ledger, &clock, &format!("{year}-01-11"))).collect();
        assert_eq!(by_year.iter().sum::<u64>(), at_once, "{period}: {by_year:?}");
        assert!(by_year.iter().all(|events| *events <= PER_YEAR_MAX + BESIDES_MAX), "{period}: {by_year:?}");
    }
}
