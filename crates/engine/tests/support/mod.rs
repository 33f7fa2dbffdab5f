//! What the tests of the engine have in common: ledgers on a disk in memory, a clock that is set by hand, small commands.

// Each test file uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

pub mod agree;
pub mod book;
pub mod compare;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tallybook::core::calendar::Instant;
use tallybook::core::fact::{
    Adjustment, Fact, Line, Merge, Order, Purpose, Redemption, Return, Shortfall, Transfer,
};
use tallybook::core::ids::CurrencyNumber;
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;
use tallybook::core::state::Balance;
use tallybook::log::{FileLog, LedgerId, SimulatedDisk};
use tallybook::{BlockingLedger, Clock, Command, LedgerError, Options};
use tallybook_snapshot::{MemorySnapshots, Snapshots};

/// A point per euro, valid for a year; silver from 100 euros a year on.
pub const PROGRAMME: &str = r#"
name = "Test"
zone = "UTC"

[[money]]
code = "EUR"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "after", months = 12 }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[ladder]]
id = "status"
period = "calendar_year"

[[ladder.tier]]
id = "member"

[[ladder.tier]]
id = "silver"
entry = { any = { spend = "100.00" } }
"#;

/// A clock that stands still until it is set.
#[derive(Clone, Debug)]
pub struct HandClock(Arc<AtomicI64>);

impl HandClock {
    pub fn at(now: Instant) -> HandClock {
        HandClock(Arc::new(AtomicI64::new(now.0)))
    }

    pub fn set(&self, now: Instant) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    pub fn clock(&self) -> Clock {
        let now = Arc::clone(&self.0);
        Clock::from_fn(move || Instant(now.load(Ordering::SeqCst)))
    }
}

/// Small files, so that a disk in memory stays small; everything else as in service.
pub fn small_options() -> Options {
    let log = tallybook::log::Options { preallocate_bytes: 1 << 14, ..Default::default() };
    Options { log, ..Options::default() }
}

pub fn log_dir() -> PathBuf {
    PathBuf::from("/simulated/log")
}

pub fn create_on(disk: &SimulatedDisk, options: Options) -> BlockingLedger {
    let log = FileLog::create_on(Arc::new(disk.clone()), &log_dir(), LedgerId([7; 16]), options.log).unwrap();
    BlockingLedger::start_on(log, snapshots(&options), options).unwrap()
}

pub fn open_on(disk: &SimulatedDisk, options: Options) -> Result<BlockingLedger, LedgerError> {
    let log = FileLog::open_on(Arc::new(disk.clone()), &log_dir(), options.log)?;
    BlockingLedger::start_on(log, snapshots(&options), options)
}

fn snapshots(options: &Options) -> Option<Box<dyn Snapshots>> {
    options.snapshots.then(|| Box::new(MemorySnapshots::new()) as Box<dyn Snapshots>)
}

/// A ledger in a folder with the small programme in force since 2020.
pub fn ledger_in(dir: &Path, options: Options) -> BlockingLedger {
    let ledger = BlockingLedger::create(dir, options).unwrap();
    ledger.publish(PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

/// A ledger on a disk in memory with the small programme in force since 2020.
pub fn ledger_on(disk: &SimulatedDisk, options: Options) -> BlockingLedger {
    let ledger = create_on(disk, options);
    ledger.publish(PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

pub fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

pub fn order(member: &str, id: &str, time: Instant, cents: i64) -> Command {
    Command::new(member, time, Fact::OrderPlaced(an_order(id, cents)))
}

pub fn an_order(id: &str, cents: i64) -> Order<'static> {
    Order {
        id: id.to_owned().into(),
        currency: CurrencyCode::parse("EUR").unwrap(),
        channel: None,
        store: None,
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        redemption: None,
        lines: vec![Line { quantity: 1, amount: Money(cents), ..Line::default() }],
    }
}

pub fn give_back(member: &str, id: &str, of: &str, time: Instant) -> Command {
    let ret = Return {
        id: id.to_owned().into(),
        order: of.to_owned().into(),
        lines: Vec::new(),
        points_back: None,
    };
    Command::new(member, time, Fact::OrderReturned(ret))
}

pub fn redeem(member: &str, id: &str, time: Instant, points: i64) -> Command {
    let redemption = Redemption {
        id: id.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        partial: false,
        purpose: Purpose::Reward("mug".into()),
    };
    Command::new(member, time, Fact::RedemptionRequested(redemption))
}

pub fn merge(from: &str, into: &str, time: Instant) -> Command {
    let merge = Merge { into: into.to_owned().into(), actor: "clerk".into(), reason: "one person".into() };
    Command::new(from, time, Fact::MergeRequested(merge))
}

pub fn transfer(from: &str, to: &str, id: &str, time: Instant, points: i64) -> Command {
    let transfer = Transfer {
        id: id.to_owned().into(),
        to: to.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        gift: false,
    };
    Command::new(from, time, Fact::TransferRequested(transfer))
}

pub fn debit(member: &str, key: &str, time: Instant, points: i64) -> Command {
    let adjustment = Adjustment {
        currency: "points".into(),
        points: Points(-points),
        shortfall: Shortfall::Arrears,
        actor: "clerk".into(),
        reason: "correction".into(),
        about: None,
    };
    Command::new(member, time, Fact::AdjustmentRequested(adjustment)).with_key(key)
}

pub fn balance(ledger: &BlockingLedger, member: &str) -> Balance {
    ledger.member(member).unwrap().unwrap().state.balance(CurrencyNumber(0))
}

pub fn available(ledger: &BlockingLedger, member: &str) -> i64 {
    balance(ledger, member).available.0
}

/// The code of a refusal; panics where the outcome is anything else.
pub fn refusal_code<T: std::fmt::Debug>(outcome: Result<T, LedgerError>) -> &'static str {
    match outcome {
        Err(LedgerError::Refused(refusal)) => refusal.code(),
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// All stored bytes of a ledger's log, batch after batch.
pub fn log_bytes(ledger: &BlockingLedger) -> Vec<u8> {
    use tallybook::log::{LogReader, Position};
    let mut bytes = Vec::new();
    let mut batches = ledger.reader().batches(Position::ORIGIN);
    while let Some(batch) = batches.next_batch().unwrap() {
        bytes.extend_from_slice(batch.bytes());
    }
    bytes
}

/// Splitmix64, for choices in tests that come from a drawn seed.
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }
}
