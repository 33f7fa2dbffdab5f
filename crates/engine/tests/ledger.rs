//! The ledger as its users meet it: commands in, receipts out, everything there again after reopening.

use std::path::Path;

use tallybook::core::calendar::Instant;
use tallybook::core::fact::{Fact, Line, Order, Return};
use tallybook::core::ids::CurrencyNumber;
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;
use tallybook::{BlockingLedger, Command, LedgerError, Options};

const PROGRAMME: &str = r#"
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

fn at(text: &str) -> Instant {
    Instant::parse_rfc3339(text).unwrap()
}

fn order(member: &str, id: &str, time: &str, cents: i64) -> Command {
    let line = Line { quantity: 1, amount: Money(cents), ..Line::default() };
    let order = Order {
        id: id.to_owned().into(),
        currency: CurrencyCode::parse("EUR").unwrap(),
        channel: None,
        store: None,
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        lines: vec![line],
    };
    Command::new(member, at(time), Fact::OrderPlaced(order))
}

fn give_back(member: &str, id: &str, of: &str, time: &str) -> Command {
    let ret = Return { id: id.to_owned().into(), order: of.to_owned().into(), lines: Vec::new() };
    Command::new(member, at(time), Fact::OrderReturned(ret))
}

fn ledger(dir: &Path) -> BlockingLedger {
    let ledger = BlockingLedger::create(dir, Options::default()).unwrap();
    ledger.publish(PROGRAMME, at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

fn available(ledger: &BlockingLedger, member: &str) -> Points {
    ledger.member(member).unwrap().unwrap().state.balance(CurrencyNumber(0)).available
}

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(dir.path());
    ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    ledger.submit(order("bob", "B-1", "2024-03-02T10:00:00Z", 5_000)).unwrap();
    ledger.submit(give_back("bob", "R-1", "B-1", "2024-03-03T10:00:00Z")).unwrap();
    let digest = ledger.state_digest().unwrap();
    ledger.close().unwrap();

    for _ in 0..2 {
        let reopened = BlockingLedger::open(dir.path(), Options::default()).unwrap();
        assert_eq!(available(&reopened, "ann"), Points(123));
        assert_eq!(available(&reopened, "bob"), Points(0));
        assert_eq!(reopened.state_digest().unwrap(), digest);
        assert_eq!(reopened.warnings().unwrap(), Vec::<String>::new());
        reopened.close().unwrap();
        std::fs::remove_dir_all(dir.path().join("snapshots")).unwrap();
    }
}

#[test]
fn the_same_command_again_gives_the_first_receipt_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(dir.path());
    let first = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    ledger.submit(order("ann", "A-2", "2024-03-02T10:00:00Z", 100)).unwrap();
    let again = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345)).unwrap();
    assert!(again.repeated && !first.repeated);
    assert_eq!((again.position, &again.events), (first.position, &first.events));
    assert_eq!(available(&ledger, "ann"), Points(124));

    let other = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 1));
    assert!(matches!(other, Err(LedgerError::Refused(refusal)) if refusal.code() == "idempotency_conflict"));
    let other_key = ledger.submit(order("ann", "A-1", "2024-03-01T10:00:00Z", 12_345).with_key("k"));
    assert!(matches!(other_key, Err(LedgerError::Refused(refusal)) if refusal.code() == "duplicate_order"));
    ledger.close().unwrap();
}

#[test]
fn many_commands_in_one_group_are_judged_one_after_another() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = ledger(dir.path());
    let commands = vec![
        order("ann", "A-1", "2024-03-01T10:00:00Z", 1_000),
        give_back("ann", "R-1", "A-1", "2024-03-01T11:00:00Z"),
        give_back("ann", "R-2", "A-1", "2024-03-01T12:00:00Z"),
        order("ann", "A-1", "2024-03-01T10:00:00Z", 1_000),
    ];
    let outcomes = ledger.submit_all(commands).unwrap();
    assert!(outcomes[0].is_ok() && outcomes[1].is_ok());
    assert_eq!(outcomes[2].as_ref().unwrap_err().code(), "nothing_left_to_return");
    assert!(outcomes[3].as_ref().unwrap().repeated);
    assert_eq!(available(&ledger, "ann"), Points(0));
    ledger.close().unwrap();
}
