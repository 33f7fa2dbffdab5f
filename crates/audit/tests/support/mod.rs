//! What the audit's tests share: a ledger with every kind of fact in it, and ways to rewrite its log.

// Each test file uses its own part of this.
#![allow(dead_code, clippy::unwrap_used)]

mod everything;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

pub use everything::everything_ledger;
use tallybook::core::calendar::{Instant, MonthDay};
use tallybook::core::fact::{
    Adjustment, Enrolment, Fact, Line, Order, Profile, Purpose, Redemption, Return, ReturnedLine,
    ReturnedPart, Reversal, Shortfall,
};
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;
use tallybook::{BlockingLedger, Clock, Command, Options};
use tallybook_audit::{Finding, FindingKind, Report, VerifyOptions, verify};
use tallybook_log::{FileLog, Group, Log, LogReader, Options as LogOptions, Position, RecordHeader};

pub const PROGRAMME: &str = r#"
name = "Test"
zone = "Europe/Berlin"

[[money]]
code = "EUR"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "after", months = 12 }
cash = { points = "10", per = "0.10", min_points = "10", step = "10" }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[rule]]
id = "dairy"
kind = "multiplier"
factor = "2"
caps = [{ limit = "50", per = "month" }]
when = { category = ["dairy"] }

[[rule]]
id = "first order"
kind = "bonus"
points = "5"
when = { order_number = { first = true } }

[[ladder]]
id = "status"
period = "calendar_year"

[[ladder.tier]]
id = "member"

[[ladder.tier]]
id = "silver"
entry = { any = { spend = "100.00" } }
"#;

pub fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

/// A clock that tests set.
#[derive(Clone)]
pub struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub fn new(start: Instant) -> TestClock {
        TestClock(Arc::new(AtomicI64::new(start.0)))
    }

    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn options(&self) -> Options {
        let now = Arc::clone(&self.0);
        let clock = Clock::from_fn(move || Instant(now.load(Ordering::SeqCst)));
        // Segments so small that a few batches cross every border.
        let log = LogOptions { segment_bytes: 1_500, preallocate_bytes: 512, read_only: false };
        Options { clock, log, ..Options::default() }
    }
}

pub fn order(id: &str, lines: &[(&'static str, i64)]) -> Order<'static> {
    Order {
        id: id.to_owned().into(),
        currency: CurrencyCode::parse("EUR").unwrap(),
        channel: Some("web".into()),
        store: None,
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        redemption: None,
        lines: lines
            .iter()
            .map(|(category, cents)| Line {
                quantity: 2,
                amount: Money(*cents),
                category: Some((*category).into()),
                ..Line::default()
            })
            .collect(),
    }
}

pub fn give_back(id: &str, of: &str, lines: &[(&'static str, ReturnedPart)]) -> Return<'static> {
    let lines = lines.iter().map(|(line, part)| ReturnedLine { line: (*line).into(), part: *part }).collect();
    Return { id: id.to_owned().into(), order: of.to_owned().into(), lines, points_back: None }
}

pub fn redemption(id: &str, points: i64, purpose: Purpose<'static>) -> Redemption<'static> {
    Redemption {
        id: id.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        partial: false,
        purpose,
    }
}

pub fn adjustment(points: i64, shortfall: Shortfall) -> Fact<'static> {
    Fact::AdjustmentRequested(Adjustment {
        currency: "points".into(),
        points: Points(points),
        shortfall,
        actor: "clerk".into(),
        reason: "goodwill".into(),
        about: None,
    })
}

/// Makes a ledger that has every kind of fact and decision in it, with two programme versions, and closes it. The
/// snapshot stands before the last year, so that a tail follows it.
pub fn full_ledger(dir: &Path) -> [u8; 32] {
    let clock = TestClock::new(at("2024-01-01T00:00:00Z"));
    let ledger = BlockingLedger::create(dir, clock.options()).unwrap();
    ledger.publish(PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
    let submit = |member: &str, time: &str, key: Option<&str>, fact: Fact<'static>| {
        clock.set(at(time));
        let command = Command::new(member, at(time), fact);
        let command = match key {
            Some(key) => command.with_key(key),
            None => command,
        };
        ledger.submit(command).unwrap_or_else(|error| panic!("{member} {time}: {error}"));
    };
    let profile = Profile {
        birthday: MonthDay::new(2, 29),
        segments: vec!["vip".into()],
        attributes: vec![("home".into(), "330".into())],
    };
    submit(
        "ann",
        "2024-01-02T10:00:00Z",
        None,
        Fact::MemberEnrolled(Enrolment { profile: profile.clone(), referred_by: None }),
    );
    submit(
        "ann",
        "2024-01-05T10:00:00Z",
        None,
        Fact::OrderPlaced(order("A-1", &[("dairy", 4_050), ("meat", 2_025)])),
    );
    submit("bob", "2024-01-06T10:00:00Z", None, Fact::OrderPlaced(order("B-1", &[("meat", 5_000)])));
    submit(
        "ann",
        "2024-01-07T10:00:00Z",
        Some("p"),
        Fact::ProfileChanged(Profile { segments: Vec::new(), ..profile }),
    );
    submit("ann", "2024-01-08T10:00:00Z", None, Fact::OrderPlaced(order("A-2", &[("dairy", 9_000)])));
    submit(
        "ann",
        "2024-01-09T10:00:00Z",
        None,
        Fact::RedemptionRequested(redemption("D-1", 60, Purpose::Reward("mug".into()))),
    );
    let cash = Purpose::CashOff { order_total: Money(10_000) };
    submit("ann", "2024-01-10T10:00:00Z", None, Fact::RedemptionRequested(redemption("D-2", 40, cash)));
    let reversal = |points| Fact::ReversalRequested(Reversal { redemption: "D-1".into(), points });
    submit("ann", "2024-01-11T10:00:00Z", Some("v1"), reversal(Some(Points(20))));
    let part = [("1", ReturnedPart::Quantity(1)), ("2", ReturnedPart::Amount(Money(500)))];
    submit("ann", "2024-01-12T10:00:00Z", None, Fact::OrderReturned(give_back("R-1", "A-1", &part)));
    submit(
        "bob",
        "2024-01-13T10:00:00Z",
        None,
        Fact::RedemptionRequested(redemption("D-1", 50, Purpose::Voucher { what: "v".into(), code: None })),
    );
    // Nothing is left of the order's points, so that a debt begins.
    submit("bob", "2024-01-14T10:00:00Z", None, Fact::OrderReturned(give_back("R-1", "B-1", &[])));
    submit("bob", "2024-01-15T10:00:00Z", None, Fact::OrderPlaced(order("B-2", &[("meat", 2_000)])));
    submit("bob", "2024-01-16T10:00:00Z", Some("a1"), adjustment(100, Shortfall::FloorAtZero));
    submit("bob", "2024-01-17T10:00:00Z", Some("a2"), adjustment(-30, Shortfall::FloorAtZero));
    submit("cy", "2024-01-18T10:00:00Z", Some("a3"), adjustment(-30, Shortfall::Arrears));

    clock.set(at("2024-02-01T00:00:00Z"));
    let second = PROGRAMME.replace("factor = \"2\"", "factor = \"3\"");
    ledger.publish(&second, at("2024-03-01T00:00:00Z")).unwrap();
    submit(
        "ann",
        "2024-03-02T10:00:00Z",
        None,
        Fact::OrderPlaced(order("A-3", &[("dairy", 3_000), ("meat", 7_000)])),
    );
    clock.set(at("2024-03-03T10:00:00Z"));
    let exchange = Command::exchange(
        "ann",
        at("2024-03-03T10:00:00Z"),
        give_back("R-2", "A-3", &[("2", ReturnedPart::All)]),
        order("A-4", &[("meat", 6_500)]),
    );
    ledger.submit(exchange).unwrap();
    // A late fact, before what is settled.
    let late =
        Command::new("ann", at("2024-02-10T10:00:00Z"), Fact::OrderPlaced(order("A-5", &[("meat", 1_000)])));
    ledger.submit(late).unwrap();
    ledger.snapshot().unwrap();

    // Everything runs out, and is swept for most, so that batches without facts are there.
    clock.set(at("2025-02-01T00:00:00Z"));
    assert!(ledger.sweep(at("2025-02-01T00:00:00Z")).unwrap().events > 0);
    submit("ann", "2025-04-01T10:00:00Z", Some("v2"), reversal(None));
    submit("bob", "2025-05-01T10:00:00Z", None, Fact::OrderPlaced(order("B-3", &[("dairy", 2_000)])));
    submit("dot", "2025-05-02T10:00:00Z", None, Fact::OrderPlaced(order("D-1", &[("dairy", 2_000)])));
    let digest = ledger.state_digest().unwrap();
    ledger.close().unwrap();
    digest
}

/// The report, which is the same where members are packed as soon as another is looked at.
pub fn verified(dir: &Path) -> Report {
    let mut last = None;
    let report = verify(dir, &VerifyOptions::default(), &mut |progress| last = Some(progress)).unwrap();
    assert!(last.is_none_or(|progress| progress.bytes_done <= progress.bytes_total));
    let options = VerifyOptions { memory_bytes_max: 0, ..VerifyOptions::default() };
    let within_little_memory = verify(dir, &options, &mut |_| {}).unwrap();
    assert_eq!(within_little_memory, report);
    report
}

/// The only finding of a kind.
pub fn the_finding(report: &Report, kind: FindingKind) -> &Finding {
    let found: Vec<&Finding> = report.findings.iter().filter(|finding| finding.kind == kind).collect();
    assert_eq!(found.len(), 1, "{:#?}", report.findings);
    found[0]
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A record as it is about to be written again.
#[derive(Clone)]
pub struct Draft {
    pub header: RecordHeader,
    pub body: Vec<u8>,
}

/// Writes a ledger's log again into another folder with sound checksums, batch by batch as `change` wants it; `None`
/// leaves a batch out. With `remap`, records name their new predecessors, as a careful forger would see to.
pub fn forge(
    from: &Path,
    to: &Path,
    remap: bool,
    mut change: impl FnMut(u64, Vec<Draft>) -> Option<Vec<Draft>>,
) {
    let log =
        FileLog::open(&from.join("log"), LogOptions { read_only: true, ..LogOptions::default() }).unwrap();
    let mut forged = FileLog::create(&to.join("log"), log.ledger_id(), LogOptions::default()).unwrap();
    let mut group = Group::new(forged.end());
    let mut heads: HashMap<u32, Position> = HashMap::new();
    let reader = log.reader();
    let mut batches = reader.batches(Position::ORIGIN);
    while let Some(batch) = batches.next_batch().unwrap() {
        if batch.header().record_count == 0 {
            continue;
        }
        let drafts = batch.records().map(|r| Draft { header: r.header, body: r.body.to_vec() }).collect();
        let Some(drafts) = change(batch.header().number.0, drafts) else { continue };
        group.begin_batch();
        for mut draft in drafts {
            if remap {
                draft.header.previous = heads.get(&draft.header.member).copied().unwrap_or(Position::NONE);
            }
            let member = draft.header.member;
            heads.insert(member, group.push(draft.header, &draft.body).unwrap());
        }
        group.end_batch();
    }
    forged.append(&group).unwrap();
    forged.close().unwrap();
}

/// Where each batch stands: its number, position, bytes and records' kinds.
pub fn layout(dir: &Path) -> Vec<(u64, u64, usize, Vec<u16>)> {
    let log =
        FileLog::open(&dir.join("log"), LogOptions { read_only: true, ..LogOptions::default() }).unwrap();
    let reader = log.reader();
    let mut batches = reader.batches(Position::ORIGIN);
    let mut all = Vec::new();
    while let Some(batch) = batches.next_batch().unwrap() {
        let header = batch.header();
        let kinds = batch.records().map(|record| record.header.kind).collect();
        all.push((header.number.0, header.position.0, batch.bytes().len(), kinds));
    }
    all
}
