//! Corners of the cases that drawn histories have led into, one by one.

#![allow(clippy::unwrap_used)]

mod support;

use support::{PROGRAMME, at, balance, debit, order, redeem, small_options};
use tallybook::core::calendar::Instant;
use tallybook::core::event::{Decision, TierReason};
use tallybook::core::fact::{Fact, Reversal};
use tallybook::core::points::Points;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command};

fn noon(day: i64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(day)
}

fn ledger_under(programme: &str) -> BlockingLedger {
    let ledger = support::create_on(&SimulatedDisk::new(), small_options());
    ledger.publish(programme, at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

fn ten_days() -> String {
    PROGRAMME.replace("months = 12", "days = 10")
}

#[test]
fn s33_a_late_lot_that_has_ended_pays_no_debt() {
    let ledger = ledger_under(&ten_days());
    ledger.submit(debit("ann", "K", noon(30), 5)).unwrap();
    // Its points ended on day 11, nineteen days before there was a debt.
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    let now = balance(&ledger, "ann");
    assert_eq!((now.available.0, now.expired.0, now.arrears.0), (0, 10, 5));
    // One that is still alive does pay.
    ledger.submit(order("ann", "A-2", noon(29), 300)).unwrap();
    assert_eq!(balance(&ledger, "ann").arrears.0, 2);
}

#[test]
fn s18_a_second_reversal_into_a_lot_that_lives_on_keeps_that_lots_end() {
    let programme = ten_days().replace("use = \"both\"", "use = \"both\"\nreversal_grace_days = 30");
    let ledger = ledger_under(&programme);
    let reverse = |key: &str, day: i64, points: i64| {
        let reversal = Reversal { redemption: "D-1".into(), points: Some(Points(points)) };
        let command = Command::new("ann", noon(day), Fact::ReversalRequested(reversal)).with_key(key);
        ledger.submit(command).unwrap();
        let state = ledger.member("ann").unwrap().unwrap().state;
        state.lots.iter().map(|lot| (lot.remaining.0, lot.expires_at.unwrap())).collect::<Vec<_>>()
    };
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.submit(redeem("ann", "D-1", noon(1), 10)).unwrap();
    // Past its end on day 11, so it gets thirty more whole days.
    let end = at("2024-02-13T00:00:00Z");
    assert_eq!(reverse("first", 12, 6), [(6, end)]);
    assert_eq!(reverse("second", 20, 4), [(10, end)]);
}

#[test]
fn s29_a_tier_that_is_never_lost_is_not_told_of_when_its_window_runs_dry() {
    let rolling = "period = \"rolling_days\"\ndays = 30\ndowngrade = \"never\"";
    // The lots end long after the window has lost the order, at midnights at which ladders are looked at too.
    let ledger = ledger_under(&PROGRAMME.replace("period = \"calendar_year\"", rolling));
    ledger.submit(order("ann", "A-1", noon(0), 20_000)).unwrap();
    ledger.submit(redeem("ann", "D-1", noon(400), 1)).unwrap_err();
    ledger.submit(order("ann", "A-2", noon(400), 100)).unwrap();
    let history = ledger.history("ann").unwrap();
    let told: Vec<TierReason> = history
        .iter()
        .flat_map(|batch| &batch.events)
        .filter_map(|event| match &event.decision {
            Decision::TierChanged(change) => Some(change.why),
            _ => None,
        })
        .collect();
    assert_eq!(told, [TierReason::Upgraded]);
}
