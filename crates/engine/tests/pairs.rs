//! Commands that concern two members, names that lead to another member, and counters over all of them: in one batch, in
//! the log, in snapshots, and after opening again.

#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Barrier;
use std::thread;

use support::{
    HandClock, PROGRAMME, at, available, balance, give_back, order, redeem, refusal_code, small_options,
};
use tallybook::core::calendar::Instant;
use tallybook::core::fact::{Block, Enrolment, Fact, HoldRequest, Merge, Purpose, Reversal, Transfer};
use tallybook::core::ids::CurrencyNumber;
use tallybook::core::points::Points;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command, Options};

fn noon(day: i64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(day)
}

/// The small programme, with transfers and referrals, and a hundred points for all members together on each order.
fn programme() -> String {
    let with_transfers =
        PROGRAMME.replace("use = \"both\"", "use = \"both\"\ntransfer = { fee_points = \"1\" }");
    format!(
        r#"{with_transfers}
[referral]
window_days = 10

[[budget]]
id = "launch"
limit = "250"

[[rule]]
id = "launch"
kind = "bonus"
points = "100"
budget = ["launch"]

[[rule]]
id = "friend"
on = "referrer"
kind = "bonus"
points = "50"
"#
    )
}

fn ledger(disk: &SimulatedDisk, options: Options) -> BlockingLedger {
    let ledger = support::create_on(disk, options);
    ledger.publish(&programme(), at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

fn transfer(from: &str, to: &str, id: &str, time: Instant, points: i64) -> Command {
    let transfer = Transfer {
        id: id.to_owned().into(),
        to: to.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        gift: false,
    };
    Command::new(from, time, Fact::TransferRequested(transfer))
}

fn merge(from: &str, into: &str, time: Instant) -> Command {
    let merge = Merge { into: into.to_owned().into(), actor: "clerk".into(), reason: "one person".into() };
    Command::new(from, time, Fact::MergeRequested(merge))
}

fn enrol(member: &str, by: Option<&str>, time: Instant) -> Command {
    let referred_by = by.map(|by| by.to_owned().into());
    Command::new(member, time, Fact::MemberEnrolled(Enrolment { referred_by, ..Enrolment::default() }))
}

/// Transfers, a referral, a merge and what comes after it.
fn a_story(ledger: &BlockingLedger) {
    let done = |command| ledger.submit(command).unwrap();
    done(enrol("ann", None, noon(0)));
    done(enrol("bob", Some("ann"), noon(0)));
    done(order("bob", "B-1", noon(1), 5_000));
    done(order("ann", "A-1", noon(2), 3_000));
    done(transfer("ann", "bob", "T-1", noon(3), 20));
    done(redeem("bob", "R-1", noon(4), 60));
    done(merge("bob", "ann", noon(20)));
    done(order("bob", "B-2", noon(21), 1_000));
}

#[test]
fn two_members_of_one_command_are_as_they_were_after_opening_again() {
    for snapshots in [false, true] {
        let disk = SimulatedDisk::new();
        let options = || Options { snapshots, ..small_options() };
        let ledger = ledger(&disk, options());
        a_story(&ledger);
        let seen = |ledger: &BlockingLedger| {
            let ann = ledger.member("ann").unwrap().unwrap();
            let budget = ledger.ledger_state().unwrap();
            (ann.state, budget, ledger.state_digest().unwrap())
        };
        let before = seen(&ledger);
        assert_eq!(before.1.budgets, [Points(250)], "two orders took 100 each, the last what was left");
        ledger.close().unwrap();
        let again = support::open_on(&disk, options()).unwrap();
        assert_eq!(seen(&again), before);
    }
}

#[test]
fn s19_a_transfer_moves_points_of_both_members_or_of_none() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    ledger.submit(order("ann", "A-1", noon(0), 3_000)).unwrap();
    assert_eq!(refusal_code(ledger.submit(transfer("ann", "bob", "T", noon(1), 20))), "unknown_member");
    ledger.submit(enrol("bob", None, noon(0))).unwrap();
    let receipt = ledger.submit(transfer("ann", "bob", "T", noon(1), 20)).unwrap();
    assert_eq!((available(&ledger, "ann"), available(&ledger, "bob")), (109, 20));
    let again = ledger.submit(transfer("ann", "bob", "T", noon(1), 20)).unwrap();
    assert!(again.repeated);
    assert_eq!((again.position, available(&ledger, "bob")), (receipt.position, 20));
    assert_eq!(refusal_code(ledger.submit(transfer("ann", "bob", "U", noon(2), 109))), "insufficient_points");
    assert_eq!((available(&ledger, "ann"), available(&ledger, "bob")), (109, 20));
    let bobs = ledger.history("bob").unwrap();
    assert_eq!(bobs.last().unwrap().events[0].decision.name(), "TransferReceived");
    assert!(bobs.last().unwrap().facts.is_empty());
}

#[test]
fn s38_the_old_name_leads_to_the_member_it_was_merged_into() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    a_story(&ledger);
    let ann = ledger.member("bob").unwrap().unwrap();
    assert_eq!(ann.name, "ann");
    assert_eq!(ann.state, ledger.member("ann").unwrap().unwrap().state);
    // Both pasts stay readable, each under its own name.
    let facts = |name: &str| -> Vec<&'static str> {
        let history = ledger.history(name).unwrap();
        history.iter().flat_map(|batch| &batch.facts).map(Fact::name).collect()
    };
    assert_eq!(facts("bob"), ["MemberEnrolled", "OrderPlaced", "RedemptionRequested", "MergeRequested"]);
    assert_eq!(facts("ann"), ["MemberEnrolled", "OrderPlaced", "TransferRequested", "OrderPlaced"]);
    assert_eq!(refusal_code(ledger.submit(merge("ann", "bob", noon(30)))), "same_member");
}

#[test]
fn s38_orders_and_redemptions_of_the_old_name_can_still_be_taken_back() {
    for reopened in [false, true] {
        let disk = SimulatedDisk::new();
        let mut ledger = ledger(&disk, small_options());
        a_story(&ledger);
        if reopened {
            ledger.close().unwrap();
            ledger = support::open_on(&disk, small_options()).unwrap();
        }
        let before = balance(&ledger, "ann");
        let reversal = Reversal { redemption: "R-1".into(), points: None };
        let reverse = Command::new("bob", noon(30), Fact::ReversalRequested(reversal)).with_key("undo");
        ledger.submit(reverse).unwrap();
        let restored = balance(&ledger, "ann");
        assert_eq!(restored.available.0, before.available.0 + 60);
        assert_eq!(refusal_code(ledger.submit(order("ann", "B-1", noon(31), 100))), "idempotency_conflict");
        assert_eq!(
            refusal_code(ledger.submit(order("ann", "B-1", noon(31), 100).with_key("another"))),
            "duplicate_order"
        );
        // B-1 gave 50 and 100 of the launch.
        ledger.submit(give_back("ann", "X-1", "B-1", noon(32))).unwrap();
        assert_eq!(balance(&ledger, "ann").available.0, restored.available.0 - 150);
        assert_eq!(ledger.ledger_state().unwrap().budgets, [Points(150)]);
    }
}

#[test]
fn s38_a_retry_of_what_the_old_name_did_counts_once() {
    for reopened in [false, true] {
        let disk = SimulatedDisk::new();
        let mut ledger = ledger(&disk, small_options());
        a_story(&ledger);
        if reopened {
            ledger.close().unwrap();
            ledger = support::open_on(&disk, small_options()).unwrap();
        }
        let before = ledger.state_digest().unwrap();
        for command in [
            order("bob", "B-1", noon(1), 5_000),
            redeem("bob", "R-1", noon(4), 60),
            merge("bob", "ann", noon(20)),
        ] {
            assert!(ledger.submit(command).unwrap().repeated);
        }
        assert_eq!(ledger.state_digest().unwrap(), before);
    }
}

#[test]
fn s38_of_two_who_did_the_same_under_one_key_each_is_told_their_own() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    let anns = ledger.submit(enrol("ann", None, noon(0))).unwrap();
    let bobs = ledger.submit(enrol("bob", None, noon(0))).unwrap();
    ledger.submit(merge("bob", "ann", noon(1))).unwrap();
    assert_eq!(ledger.submit(enrol("bob", None, noon(0))).unwrap().position, bobs.position);
    assert_eq!(ledger.submit(enrol("ann", None, noon(0))).unwrap().position, anns.position);
}

#[test]
fn s06_a_referral_pays_both_sides_after_the_window_and_neither_if_the_order_goes_back() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    ledger.submit(enrol("ann", None, noon(0))).unwrap();
    ledger.submit(enrol("bob", Some("ann"), noon(0))).unwrap();
    ledger.submit(order("bob", "B-1", noon(1), 5_000)).unwrap();
    assert_eq!(balance(&ledger, "ann").pending.0, 50);
    ledger.submit(give_back("bob", "X-1", "B-1", noon(5))).unwrap();
    assert_eq!((balance(&ledger, "ann").pending.0, balance(&ledger, "ann").forfeited.0), (0, 50));
    ledger.submit(order("bob", "B-2", noon(6), 5_000)).unwrap();
    ledger.submit(give_back("bob", "X-2", "B-2", noon(40))).unwrap();
    assert_eq!(ledger.member_at("ann", noon(41)).unwrap().unwrap().state.balances[0].available.0, 50);
}

#[test]
fn s06_a_return_leaves_a_referrer_alone_who_got_nothing_for_the_referral() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    // Points of hers end on day 4, which nothing has taken down when the order comes back on day 5.
    ledger.submit(order("ann", "A-1", noon(-362), 1_000)).unwrap();
    let block = Block { earning: true, redeeming: false, actor: "clerk".into(), reason: "a check".into() };
    ledger.submit(Command::new("ann", noon(0), Fact::BlockRequested(block)).with_key("check")).unwrap();
    ledger.submit(enrol("bob", Some("ann"), noon(0))).unwrap();
    ledger.submit(order("bob", "B-1", noon(1), 5_000)).unwrap();
    let before = ledger.history("ann").unwrap().len();
    ledger.submit(give_back("bob", "X-1", "B-1", noon(5))).unwrap();
    assert_eq!(ledger.history("ann").unwrap().len(), before);
    assert_eq!(ledger.member_at("ann", noon(5)).unwrap().unwrap().state.balances[0].expired.0, 110);
}

#[test]
fn s09_a_budget_is_one_counter_for_all_members_and_a_refused_command_takes_nothing_from_it() {
    let ledger = ledger(&SimulatedDisk::new(), small_options());
    let used = || ledger.ledger_state().unwrap().budgets.first().copied().unwrap_or_default().0;
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.submit(order("bob", "B-1", noon(0), 1_000)).unwrap();
    assert_eq!(used(), 200);
    ledger.submit(order("bob", "B-1", noon(0), 1_000).with_key("again")).unwrap_err();
    assert_eq!(used(), 200);
    ledger.submit(order("cid", "C-1", noon(0), 1_000)).unwrap();
    assert_eq!((used(), available(&ledger, "cid")), (250, 60));
    ledger.submit(give_back("ann", "X-1", "A-1", noon(1))).unwrap();
    assert_eq!((used(), available(&ledger, "ann")), (150, 0));
}

#[test]
fn s33_a_retry_two_weeks_later_with_the_same_key_changes_nothing() {
    let disk = SimulatedDisk::new();
    let clock = HandClock::at(noon(0));
    let options = || Options { clock: clock.clock(), ..small_options() };
    let ledger = ledger(&disk, options());
    let first = ledger.submit(order("ann", "A-1", noon(0), 1_000).with_key("till-7/991")).unwrap();
    ledger.close().unwrap();
    clock.set(noon(14));
    let ledger = support::open_on(&disk, options()).unwrap();
    ledger.submit(order("ann", "A-2", noon(13), 500)).unwrap();
    let again = ledger.submit(order("ann", "A-1", noon(0), 1_000).with_key("till-7/991")).unwrap();
    assert!(again.repeated);
    assert_eq!((again.position, &again.events), (first.position, &first.events));
    assert_eq!(
        refusal_code(ledger.submit(order("ann", "A-1", noon(14), 1_000).with_key("till-7/991"))),
        "idempotency_conflict"
    );
}

#[test]
fn s16_of_two_tills_that_redeem_the_last_points_at_once_one_is_refused() {
    for round in 0..20 {
        let ledger = ledger(&SimulatedDisk::new(), small_options());
        ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
        let start = Barrier::new(2);
        let outcomes: Vec<bool> = thread::scope(|scope| {
            let tills = ["R-1", "R-2"].map(|id| {
                let (ledger, start) = (ledger.clone(), &start);
                scope.spawn(move || {
                    start.wait();
                    ledger.submit(redeem("ann", id, noon(1), 110)).is_ok()
                })
            });
            tills.map(|till| till.join().unwrap()).to_vec()
        });
        assert_eq!(outcomes.iter().filter(|taken| **taken).count(), 1, "round {round}");
        assert_eq!((available(&ledger, "ann"), balance(&ledger, "ann").redeemed.0), (0, 110));
    }
}

#[test]
fn s35_as_of_a_day_what_was_held_is_held_and_who_was_two_are_two() {
    let clock = HandClock::at(noon(1));
    let ledger = ledger(&SimulatedDisk::new(), Options { clock: clock.clock(), ..small_options() });
    ledger.submit(order("ann", "A-1", noon(0), 3_000)).unwrap();
    ledger.submit(order("bob", "B-1", noon(0), 5_000)).unwrap();
    let hold = HoldRequest {
        id: "H-1".into(),
        currency: "points".into(),
        points: Points(40),
        expires_at: noon(10),
        purpose: Purpose::Reward("mug".into()),
    };
    ledger.submit(Command::new("bob", noon(1), Fact::HoldRequested(hold))).unwrap();
    clock.set(noon(5));
    ledger.submit(merge("bob", "ann", noon(5))).unwrap();
    clock.set(noon(20));
    ledger.submit(order("ann", "A-2", noon(15), 1_000)).unwrap();

    let seen = |name: &str, effective: i64, known: i64| {
        let state = ledger.as_of(name, noon(effective), noon(known)).unwrap().unwrap();
        let points = state.balance(CurrencyNumber(0));
        (points.available.0, points.held.0)
    };
    assert_eq!((seen("bob", 0, 20), seen("bob", 4, 20), seen("bob", 5, 20)), ((150, 0), (110, 40), (0, 0)));
    assert_eq!(
        (seen("ann", 4, 20), seen("ann", 5, 20), seen("ann", 10, 20)),
        ((130, 0), (240, 40), (280, 0))
    );
    // On the fourth day nobody knew of the merge to come, nor of what ended the hold of whom.
    assert_eq!((seen("ann", 6, 4), seen("bob", 6, 4), seen("bob", 11, 4)), ((130, 0), (110, 40), (150, 0)));
}
