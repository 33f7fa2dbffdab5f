//! A shop with a ledger in its process: publish a programme, take orders, let a member spend.
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use tallybook::core::calendar::Instant;
use tallybook::core::fact::{Fact, Line, Order, Purpose, Redemption};
use tallybook::core::ids::CurrencyNumber;
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;
use tallybook::{Command, Ledger, LedgerError, Options};

const PROGRAMME: &str = r#"
name = "Corner shop"
zone = "Europe/Berlin"

[[money]]
code = "EUR"

[[currency]]
id = "points"
expiry = { policy = "after", years = 1, round_to = "month" }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"
"#;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let ledger = Ledger::create(&folder.path().join("ledger"), Options::default())?;
    let start = Instant::parse_rfc3339("2026-01-01T00:00:00+01:00").ok_or("not a time")?;
    ledger.publish(PROGRAMME, start).await?;

    let bought_at = Instant::parse_rfc3339("2026-03-14T10:30:00+01:00").ok_or("not a time")?;
    let order = Order {
        id: "A-1001".into(),
        currency: CurrencyCode::parse("EUR").ok_or("not a currency")?,
        channel: Some("web".into()),
        store: None,
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        redemption: None,
        lines: vec![Line { quantity: 2, amount: Money(4_990), sku: Some("mug".into()), ..Line::default() }],
    };
    let command = Command::new("member-7", bought_at, Fact::OrderPlaced(order));
    let receipt = ledger.submit(command.clone()).await?;
    println!("order taken down in batch {}: {} decisions", receipt.batch_number, receipt.events.len());
    println!("sent again: repeated = {}", ledger.submit(command).await?.repeated);

    let redemption = |id: &str, points| Redemption {
        id: id.to_owned().into(),
        currency: "points".into(),
        points: Points(points),
        partial: false,
        purpose: Purpose::Reward("espresso".into()),
    };
    let spend = |id, points| {
        Command::new("member-7", bought_at.plus_days(1), Fact::RedemptionRequested(redemption(id, points)))
    };
    ledger.submit(spend("R-1", 30)).await?;
    match ledger.submit(spend("R-2", 30)).await {
        Err(LedgerError::Refused(refusal)) => println!("refused, {}: {refusal}", refusal.code()),
        other => println!("{other:?}"),
    }
    if let Some(member) = ledger.member("member-7").await? {
        let balance = member.state.balance(CurrencyNumber(0));
        println!("available {}, redeemed {}, issued {}", balance.available, balance.redeemed, balance.issued);
    }
    ledger.close().await?;
    Ok(())
}
