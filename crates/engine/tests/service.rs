//! Running a ledger: opening and closing, many callers, followers, sweeps, versions over time.

#![allow(clippy::unwrap_used)]

mod support;

use std::collections::BTreeSet;
use std::sync::Arc;

use support::{
    HandClock, PROGRAMME, at, available, give_back, ledger_in, log_bytes, order, redeem, refusal_code,
    small_options,
};
use tallybook::core::calendar::Instant;
use tallybook::core::ids::CurrencyNumber;
use tallybook::log::Position;
use tallybook::{BlockingLedger, Clock, Ledger, LedgerError, Options};

fn noon(day: u64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(day as i64)
}

#[test]
fn a_second_opening_is_refused_while_the_first_lives_and_works_after_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let opened = BlockingLedger::open(dir.path(), small_options());
    assert!(matches!(opened, Err(LedgerError::Locked(_))));
    let clone = ledger.clone();
    drop(ledger);
    assert!(matches!(BlockingLedger::open(dir.path(), small_options()), Err(LedgerError::Locked(_))));
    clone.close().unwrap();
    BlockingLedger::open(dir.path(), small_options()).unwrap();
}

#[test]
fn there_is_one_ledger_in_a_folder_or_none() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(BlockingLedger::open(dir.path(), small_options()), Err(LedgerError::Folder(_))));
    ledger_in(dir.path(), small_options()).close().unwrap();
    assert!(matches!(BlockingLedger::create(dir.path(), small_options()), Err(LedgerError::Folder(_))));
}

#[test]
fn dropping_all_handles_without_a_close_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    let digest = ledger.state_digest().unwrap();
    drop(ledger);
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    assert_eq!(ledger.state_digest().unwrap(), digest);
    assert_eq!(ledger.warnings().unwrap(), Vec::<String>::new());
}

#[test]
fn after_a_close_every_other_handle_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let other = ledger.clone();
    let mut follower = other.subscribe(Position::ORIGIN);
    ledger.close().unwrap();
    assert!(matches!(other.submit(order("ann", "A-1", noon(0), 100)), Err(LedgerError::Closed)));
    assert!(matches!(other.member("ann"), Err(LedgerError::Closed)));
    let mut batches = 0;
    while follower.next_blocking().unwrap().is_some() {
        batches += 1;
    }
    assert!(batches >= 1, "a follower reads to the end and is told of it");
    assert!(matches!(other.close(), Err(LedgerError::Closed)));
}

#[test]
fn opening_and_closing_without_work_adds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.close().unwrap();
    let pointer = || std::fs::read(dir.path().join("snapshots/current")).unwrap();
    let before = pointer();
    for _ in 0..3 {
        let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
        assert_eq!(available(&ledger, "ann"), 10);
        ledger.close().unwrap();
        assert_eq!(pointer(), before, "no snapshot is written where nothing happened");
    }
}

#[test]
fn two_hundred_and_fifty_six_callers_each_get_their_own_receipt() {
    const CALLERS: usize = 256;
    const EACH: usize = 8;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { queue_requests_max: 16, group_commands_max: 100, ..small_options() };
    let ledger = ledger_in(dir.path(), options);
    let positions: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let ledger = ledger.clone();
                scope.spawn(move || {
                    let mut places = Vec::new();
                    for n in 0..EACH {
                        let cents = (caller * EACH + n) as i64 * 100;
                        let member = format!("m{}", caller % 10);
                        let command = order(&member, &format!("A-{caller}-{n}"), noon(0), cents);
                        let receipt = ledger.submit(command).unwrap();
                        let earned: i64 = receipt
                            .events
                            .iter()
                            .filter_map(|event| match &event.decision {
                                tallybook::core::event::Decision::PointsEarned(earned) => Some(earned),
                                _ => None,
                            })
                            .flat_map(|earned| earned.lots.iter().map(|lot| lot.points.0))
                            .sum();
                        assert_eq!(earned, cents / 100, "another caller's receipt");
                        places.push((receipt.batch_number, receipt.position.0));
                    }
                    places
                })
            })
            .collect();
        callers.into_iter().flat_map(|caller| caller.join().unwrap()).collect()
    });
    let distinct: BTreeSet<_> = positions.iter().collect();
    assert_eq!(distinct.len(), CALLERS * EACH);
    let total: i64 = (0..10).map(|n| available(&ledger, &format!("m{n}"))).sum();
    assert_eq!(total, (0..(CALLERS * EACH) as i64).sum::<i64>());
}

#[test]
fn a_full_queue_makes_callers_wait_and_loses_none_of_them() {
    let dir = tempfile::tempdir().unwrap();
    let ledger =
        ledger_in(dir.path(), Options { queue_requests_max: 1, group_commands_max: 1, ..small_options() });
    std::thread::scope(|scope| {
        for caller in 0..32 {
            let ledger = &ledger;
            scope.spawn(move || ledger.submit(order("ann", &format!("A-{caller}"), noon(0), 100)).unwrap());
        }
    });
    assert_eq!(available(&ledger, "ann"), 32);
}

#[test]
fn a_follower_sees_every_batch_once_from_any_position_and_across_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger_in(dir.path(), small_options());
    let mut follower = ledger.subscribe(Position::ORIGIN);
    let mut seen = vec![follower.next_blocking().unwrap().unwrap()];
    let reading = std::thread::spawn(move || {
        for _ in 0..20 {
            seen.push(follower.next_blocking().unwrap().unwrap());
        }
        (seen, follower.position())
    });
    for n in 0..20 {
        ledger.submit(order("ann", &format!("A-{n}"), noon(n), 100)).unwrap();
    }
    let (mut seen, position) = reading.join().unwrap();
    assert_eq!(seen.concat(), log_bytes(&ledger));
    ledger.close().unwrap();

    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    ledger.submit(order("ann", "A-20", noon(20), 100)).unwrap();
    let mut follower = ledger.subscribe(position);
    while follower.position() < ledger.reader().shared_end() {
        seen.push(follower.next_blocking().unwrap().unwrap());
    }
    assert_eq!(seen.concat(), log_bytes(&ledger));
}

trait End {
    fn shared_end(&self) -> Position;
}

impl<R: tallybook::log::LogReader> End for R {
    fn shared_end(&self) -> Position {
        self.end().position
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn async_callers_share_a_ledger_follow_it_and_close_it() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Ledger::create(dir.path(), small_options()).unwrap();
    ledger.publish(PROGRAMME, at("2020-01-01T00:00:00Z")).await.unwrap();
    let mut follower = ledger.subscribe(Position::ORIGIN);
    let following = tokio::spawn(async move {
        let mut batches = 0;
        while follower.next().await.unwrap().is_some() {
            batches += 1;
        }
        batches
    });
    let tasks: Vec<_> = (0..40)
        .map(|n| {
            let ledger = ledger.clone();
            tokio::spawn(async move {
                let member = format!("m{}", n % 4);
                let receipt = ledger.submit(order(&member, &format!("A-{n}"), noon(0), 100)).await.unwrap();
                assert!(!receipt.repeated);
                ledger.member(&member).await.unwrap().unwrap().state.orders
            })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap() >= 1, "one reads what one wrote");
    }
    let outcomes = ledger
        .submit_all(vec![order("m0", "A-0", noon(0), 100), order("m0", "A-0", noon(0), 200)])
        .await
        .unwrap();
    assert!(outcomes[0].as_ref().unwrap().repeated);
    assert_eq!(outcomes[1].as_ref().unwrap_err().code(), "idempotency_conflict");
    assert_eq!(ledger.sweep(noon(1)).await.unwrap().events, 0);
    ledger.close().await.unwrap();
    // The publication, forty orders, and the mark of the clean close.
    assert_eq!(following.await.unwrap(), 42);
}

#[test]
fn a_panic_while_judging_answers_the_caller_stops_writing_and_keeps_what_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let broken = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let clock = {
        let broken = Arc::clone(&broken);
        Clock::from_fn(move || {
            assert!(!broken.load(std::sync::atomic::Ordering::SeqCst), "the clock fell off the wall");
            noon(100)
        })
    };
    let ledger = ledger_in(dir.path(), Options { clock, ..small_options() });
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    broken.store(true, std::sync::atomic::Ordering::SeqCst);
    let Err(LedgerError::Poisoned(text)) = ledger.submit(order("ann", "A-2", noon(0), 1_000)) else {
        panic!("the caller must be told")
    };
    assert!(text.contains("the clock fell off the wall"), "{text}");
    let next = ledger.submit(order("ann", "A-2", noon(0), 1_000));
    assert!(matches!(next, Err(LedgerError::Poisoned(_))), "{next:?}");
    assert_eq!(available(&ledger, "ann"), 10, "reads go on");
    ledger.close().unwrap();
    let ledger = BlockingLedger::open(dir.path(), small_options()).unwrap();
    assert_eq!(available(&ledger, "ann"), 10);
    ledger.submit(order("ann", "A-2", noon(0), 1_000)).unwrap();
}

#[test]
fn versions_published_over_time_judge_their_own_facts_also_after_a_restart() {
    let dir = tempfile::tempdir().unwrap();
    let clock = HandClock::at(noon(0));
    let options = || Options { clock: clock.clock(), ..small_options() };
    let ledger = ledger_in(dir.path(), options());
    let double = PROGRAMME.replace("points = \"1\"", "points = \"2\"");
    let published = ledger.publish(&double, noon(10)).unwrap();
    assert_eq!((published.number.0, published.repeated), (2, false));
    assert!(ledger.publish(&double, noon(10)).unwrap().repeated, "published again, it is the same version");
    assert_eq!(refusal_code(ledger.publish(PROGRAMME, noon(0))), "published_into_the_past");
    assert_eq!(refusal_code(ledger.publish("nonsense", noon(90))), "unsound_programme");
    clock.set(noon(20));
    for close in [true, false] {
        let ledger = BlockingLedger::open(dir.path(), options());
        assert!(matches!(ledger, Err(LedgerError::Locked(_))), "{close}");
    }
    ledger.submit(order("ann", "A-1", noon(9), 1_000)).unwrap();
    ledger.submit(order("ann", "A-2", noon(10), 1_000)).unwrap();
    assert_eq!(available(&ledger, "ann"), 30);
    ledger.close().unwrap();
    let ledger = BlockingLedger::open(dir.path(), options()).unwrap();
    assert_eq!(ledger.programmes().unwrap().versions().len(), 2);
    // The return is judged by the version that judged the order.
    ledger.submit(give_back("ann", "R-1", "A-1", noon(11))).unwrap();
    assert_eq!(available(&ledger, "ann"), 20);
    ledger.submit(order("ann", "A-3", noon(12), 1_000)).unwrap();
    assert_eq!(available(&ledger, "ann"), 40);
}

#[test]
fn a_sweep_records_what_is_due_once_and_never_the_future() {
    let dir = tempfile::tempdir().unwrap();
    let clock = HandClock::at(noon(0));
    let ledger = ledger_in(dir.path(), Options { clock: clock.clock(), ..small_options() });
    for n in 0..200 {
        ledger.submit(order(&format!("m{n}"), "A", noon(0).plus_days(-(n % 100)), 1_000)).unwrap();
    }
    assert_eq!(refusal_code(ledger.sweep(noon(1))), "in_the_future");
    assert_eq!(ledger.sweep(noon(0)).unwrap().events, 0);
    clock.set(noon(400));
    let half = ledger.sweep(noon(320)).unwrap();
    assert!(half.members > 0 && half.members < 200, "{half:?}");
    let rest = ledger.sweep(noon(400)).unwrap();
    assert_eq!(half.members + rest.members, 200);
    assert_eq!(half.events + rest.events, 200);
    let bytes = log_bytes(&ledger);
    assert_eq!(ledger.sweep(noon(400)).unwrap(), tallybook::SweepReport::default());
    assert_eq!(log_bytes(&ledger), bytes);
    assert_eq!(available(&ledger, "m7"), 0);
}

#[test]
fn s35_a_balance_is_told_as_of_a_day_and_as_known_on_a_day() {
    let dir = tempfile::tempdir().unwrap();
    let clock = HandClock::at(noon(10));
    let ledger = ledger_in(dir.path(), Options { clock: clock.clock(), ..small_options() });
    let points = |effective: Instant, known: Instant| {
        let state = ledger.as_of("ann", effective, known).unwrap().unwrap();
        state.balance(CurrencyNumber(0)).available.0
    };
    ledger.submit(order("ann", "A-1", noon(1), 1_000)).unwrap();
    clock.set(noon(20));
    ledger.submit(redeem("ann", "D-1", noon(15), 4)).unwrap();
    clock.set(noon(30));
    // It happened on day 5 and was heard of on day 30.
    ledger.submit(order("ann", "A-0", noon(5), 500)).unwrap();
    clock.set(noon(40));
    // A debit that comes late takes effect on what is left now, at the time to which the member is settled.
    ledger.submit(support::debit("ann", "late", noon(3), 1)).unwrap();

    assert_eq!(points(noon(0), noon(50)), 0);
    assert_eq!(points(noon(1), noon(10)), 10);
    assert_eq!((points(noon(15), noon(10)), points(noon(15), noon(20))), (10, 6));
    assert_eq!((points(noon(6), noon(20)), points(noon(6), noon(30))), (10, 15));
    assert_eq!((points(noon(14), noon(50)), points(noon(15), noon(50))), (15, 10));
    assert_eq!((points(noon(15), noon(30)), available(&ledger, "ann")), (11, 10));
    // Both lots are gone a year later, whether a sweep has said so or not.
    let gone = at("2025-02-01T00:00:00Z");
    assert_eq!(points(gone, noon(50)), 0);
    clock.set(gone);
    ledger.sweep(gone).unwrap();
    assert_eq!((points(gone, gone), points(noon(6), gone), points(noon(15), gone)), (0, 15, 10));
    assert_eq!(ledger.as_of("nobody", gone, gone).unwrap(), None);
}

#[test]
fn s35_what_was_not_yet_published_is_not_known() {
    let dir = tempfile::tempdir().unwrap();
    let clock = HandClock::at(noon(100));
    let ledger = ledger_in(dir.path(), Options { clock: clock.clock(), ..small_options() });
    ledger.submit(order("ann", "A-1", noon(1), 10_000)).unwrap();
    clock.set(noon(200));
    let unending =
        PROGRAMME.replace("period = \"calendar_year\"", "period = \"calendar_year\"\ndowngrade = \"never\"");
    ledger.publish(&unending, noon(300)).unwrap();

    // Silver ran out with the year 2025, as was known before; since the publication it is known to stay.
    let tier = |known: Instant| {
        let state = ledger.as_of("ann", at("2026-06-01T00:00:00Z"), known).unwrap().unwrap();
        state.ladders[0].tier.0
    };
    assert_eq!((tier(noon(199)), tier(noon(200))), (0, 1));
    ledger.close().unwrap();
    let ledger =
        BlockingLedger::open(dir.path(), Options { clock: clock.clock(), ..small_options() }).unwrap();
    let state = ledger.as_of("ann", at("2026-06-01T00:00:00Z"), noon(199)).unwrap().unwrap();
    assert_eq!(state.ladders[0].tier.0, 0);
}
