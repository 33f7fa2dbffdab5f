//! What one order costs: judging, encoding, decoding, and a durable receipt.

use criterion::{Criterion, criterion_group, criterion_main};
use tallybook::core::calendar::{DAY_MICROS, Instant, MonthDay};
use tallybook::core::decide::{self, Workspace};
use tallybook::core::fact::{Enrolment, Fact, Profile};
use tallybook::core::money::Money;
use tallybook::core::state::MemberState;
use tallybook::format::{decode_decision, decode_fact, encode_decision, encode_fact};
use tallybook::{BlockingLedger, Command, Options};
use tallybook_benches::{IDLE_PERIODS, PROGRAMME, START, idle_programmes, judge, order, programmes};

fn at(day: i64) -> Instant {
    Instant(START.0 + day * DAY_MICROS)
}

fn decide_and_apply(criterion: &mut Criterion) {
    let programmes = programmes();
    let mut workspace = Workspace::default();
    let facts: Vec<[Fact<'static>; 1]> = (0..100).map(|n| [Fact::OrderPlaced(order(n, 3))]).collect();
    criterion.bench_function("decide and apply: a member's 100 orders of 3 lines", |bencher| {
        let mut state = MemberState::default();
        let mut events = Vec::new();
        bencher.iter(|| {
            state.clear();
            for (day, facts) in (0..).zip(&facts) {
                events.clear();
                judge(&programmes, facts, at(day), &mut state, &mut workspace, &mut events);
            }
        });
    });
}

/// Everything that time alone brings to a member who bought once, on the highest tier then, and never again.
fn settle_idle_ten_years(criterion: &mut Criterion) {
    for period in IDLE_PERIODS {
        let programmes = idle_programmes(period);
        let mut start = MemberState::default();
        let (mut events, mut workspace) = (Vec::new(), Workspace::default());
        let birthday = MonthDay::new(5, 4);
        let profile = Profile { birthday, ..Profile::default() };
        let enrolment = [Fact::MemberEnrolled(Enrolment { profile, referred_by: None })];
        judge(&programmes, &enrolment, at(0), &mut start, &mut workspace, &mut events);
        let mut large = order(1, 1);
        large.lines[0].amount = Money(2_000_000);
        judge(&programmes, &[Fact::OrderPlaced(large)], at(1), &mut start, &mut workspace, &mut events);
        let mut state = MemberState::default();
        criterion.bench_function(&format!("settle_idle_ten_years/{period}"), |bencher| {
            bencher.iter(|| {
                state.copy_from(&start);
                events.clear();
                decide::settle_to(&mut state, &programmes, at(3_654), &mut events);
            });
        });
        assert!(events.len() <= 45, "{period}: {} events", events.len());
    }
}

fn encode_and_decode(criterion: &mut Criterion) {
    let programmes = programmes();
    let fact = Fact::OrderPlaced(order(7, 3));
    let mut events = Vec::new();
    let mut state = MemberState::default();
    let facts = [fact.clone()];
    judge(&programmes, &facts, at(0), &mut state, &mut Workspace::default(), &mut events);
    let earned = events.last().map(|event| event.decision.clone()).expect("an order is judged");
    let (mut fact_bytes, mut earned_bytes) = (Vec::new(), Vec::new());
    let stored = encode_fact(None, &fact, &mut fact_bytes);
    let judged = encode_decision(at(0), &earned, &mut earned_bytes);
    let mut out = Vec::with_capacity(1_024);
    criterion.bench_function("encode an order of 3 lines and its judgement", |bencher| {
        bencher.iter(|| {
            out.clear();
            encode_fact(None, &fact, &mut out);
            encode_decision(at(0), &earned, &mut out);
        });
    });
    criterion.bench_function("decode an order of 3 lines", |bencher| {
        bencher.iter(|| decode_fact(stored.kind.number(), stored.version, &fact_bytes).is_ok());
    });
    criterion.bench_function("decode a judgement", |bencher| {
        let (kind, version) = (judged.kind.number(), judged.version);
        bencher.iter(|| decode_decision(kind, version, at(0), &earned_bytes).is_ok());
    });
}

fn durable_receipts(criterion: &mut Criterion) {
    let folder = tempfile_dir();
    let ledger = BlockingLedger::create(&folder, Options::default()).expect("a fresh folder takes a ledger");
    ledger.publish(PROGRAMME, START).expect("the example programme is sound");
    let mut number = 0;
    let mut next = || {
        number += 1;
        Command::new(
            &format!("member-{}", number % 1_000),
            at(number / 1_000),
            Fact::OrderPlaced(order(number, 3)),
        )
    };
    criterion.bench_function("a durable order, one caller waiting for each", |bencher| {
        bencher.iter(|| ledger.submit(next()).is_ok());
    });
    criterion.bench_function("1,000 durable orders in one call", |bencher| {
        bencher.iter(|| ledger.submit_all((0..1_000).map(|_| next()).collect()).is_ok());
    });
    ledger.close().expect("the ledger closes");
    std::fs::remove_dir_all(&folder).expect("the folder is ours");
}

/// A folder under `target`, so that the disk measured is the one that holds the checkout.
fn tempfile_dir() -> std::path::PathBuf {
    let target = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    let folder = target.join(format!("bench-ledger-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("target can be written");
    folder
}

criterion_group!(pieces, decide_and_apply, settle_idle_ten_years, encode_and_decode, durable_receipts);
criterion_main!(pieces);
