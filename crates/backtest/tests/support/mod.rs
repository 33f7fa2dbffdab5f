//! A ledger in a folder that goes away, with a clock of the test's.

#![allow(dead_code, reason = "every test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "helpers of tests, too, say by a panic what went wrong")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use tallybook::core::calendar::Instant;
use tallybook::core::fact::{
    Adjustment, Fact, Line, Order, Purpose, Redemption, Return, ReturnedLine, ReturnedPart, Reversal,
    Shortfall,
};
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;
use tallybook::{BlockingLedger, Clock, Command, Options, Receipt};
use tallybook_backtest::{BuildOptions, Columns, Comparison, IdentityReport, compare, identity};

/// A programme with ladders, returns and an expiry that is met within a year.
pub const PROGRAMME: &str = r#"
name = "Test"
zone = "Europe/Berlin"

[[money]]
code = "EUR"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "after", months = 3 }
activation = { policy = "after_days", days = 2 }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[rule]]
id = "shoes"
kind = "multiplier"
factor = "2"
when = { category = ["SHOES"], not = { tag = ["coupon"] } }

[[rule]]
id = "big"
kind = "bonus"
points = "20"
when = { min_spend = "100.00" }

[[ladder]]
id = "status"
period = "calendar_year"

[[ladder.tier]]
id = "member"

[[ladder.tier]]
id = "silver"
entry = { any = { spend = "200.00" } }
"#;

/// A ledger and its folder.
pub struct Shop {
    pub folder: tempfile::TempDir,
    pub ledger: BlockingLedger,
    now: Arc<AtomicI64>,
}

impl Shop {
    pub fn new(source: &str) -> Shop {
        let folder = tempfile::tempdir().unwrap();
        let now = Arc::new(AtomicI64::new(at("2019-12-01").0));
        let clock = {
            let now = Arc::clone(&now);
            Clock::from_fn(move || Instant(now.load(Ordering::SeqCst)))
        };
        let ledger = BlockingLedger::create(folder.path(), Options { clock, ..Options::default() }).unwrap();
        ledger.publish(source, at("1990-01-01")).unwrap();
        Shop { folder, ledger, now }
    }

    pub fn set_clock(&self, now: Instant) {
        self.now.store(now.0, Ordering::SeqCst);
    }

    /// Submits a command at the time it happens, or later if the clock is there already.
    pub fn submit(&self, command: Command) -> Receipt {
        self.now.fetch_max(command.effective_at.0, Ordering::SeqCst);
        self.ledger.submit(command).unwrap()
    }

    pub fn order(&self, member: &str, id: &str, day: &str, euros: i64) {
        self.submit(Command::new(member, at(day), Fact::OrderPlaced(an_order(id, &[(euros, "BOOKS", &[])]))));
    }

    pub fn redeem(&self, member: &str, id: &str, day: &str, points: i64) {
        self.submit(Command::new(member, at(day), Fact::RedemptionRequested(a_redemption(id, points))));
    }

    pub fn sweep(&self, day: &str) {
        self.now.fetch_max(at(day).0, Ordering::SeqCst);
        self.ledger.sweep(at(day)).unwrap();
    }

    pub fn columns(&self) -> Columns {
        Columns::of_ledger(self.folder.path(), BuildOptions::default(), &mut |_| {}).unwrap()
    }

    pub fn identity(&self) -> IdentityReport {
        let columns = self.columns();
        identity(&columns, &columns.programmes().unwrap(), self.ledger.reader(), 10).unwrap()
    }

    /// Compares the programme as it was with another source.
    pub fn compare(&self, source: &str) -> Comparison {
        let columns = self.columns();
        let baseline = columns.programmes().unwrap();
        let scenario = baseline.scenario(source).unwrap();
        compare(&columns, &baseline, &scenario, &Default::default()).unwrap()
    }
}

/// Midnight UTC of a day, or an instant.
pub fn at(text: &str) -> Instant {
    let text = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    Instant::parse_rfc3339(&text).unwrap()
}

/// An order of lines of so many euros, a category and tags.
pub fn an_order(id: &str, lines: &[(i64, &'static str, &[&'static str])]) -> Order<'static> {
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
            .map(|(euros, category, tags)| Line {
                quantity: 2,
                amount: Money(euros * 100),
                category: Some((*category).into()),
                tags: tags.iter().map(|tag| (*tag).into()).collect(),
                ..Line::default()
            })
            .collect(),
    }
}

pub fn a_return(id: &str, order: &str, lines: &[(&'static str, ReturnedPart)]) -> Return<'static> {
    Return {
        id: id.to_owned().into(),
        order: order.to_owned().into(),
        lines: lines.iter().map(|(line, part)| ReturnedLine { line: (*line).into(), part: *part }).collect(),
        points_back: None,
    }
}

pub fn a_redemption(id: &str, points: i64) -> Redemption<'static> {
    Redemption {
        id: id.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        partial: false,
        purpose: Purpose::Reward("mug".into()),
    }
}

pub fn a_reversal(redemption: &str, points: Option<i64>) -> Reversal<'static> {
    Reversal { redemption: redemption.to_owned().into(), points: points.map(Points) }
}

pub fn an_adjustment(points: i64) -> Adjustment<'static> {
    Adjustment {
        currency: "points".into(),
        points: Points(points),
        shortfall: Shortfall::FloorAtZero,
        actor: "desk".into(),
        reason: "goodwill".into(),
        about: None,
    }
}
