//! Benchmarks of Tallybook's pieces. Run them with `cargo bench -p tallybook-benches`.

use tallybook::core::calendar::Instant;
use tallybook::core::fact::{Line, Order};
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::programme::versions::Programmes;

/// The programme that the pieces are measured under: a base rate, a multiplier on a category, an exclusion, three tiers.
pub const PROGRAMME: &str = include_str!("../../examples/programmes/journey-rewards.toml");

/// The programme, in force since ever.
///
/// # Panics
/// Where the example programme is unsound, which a test of its own would have told.
pub fn programmes() -> Programmes {
    let mut programmes = Programmes::default();
    match programmes.compile(PROGRAMME, Instant::MIN) {
        Ok(prepared) => programmes.add(prepared),
        Err(refusal) => panic!("the example programme is unsound: {refusal}"),
    }
    programmes
}

/// An order of `line_count` lines, the `number`-th of a member.
///
/// # Panics
/// Never: `USD` is a currency code.
pub fn order(number: i64, line_count: usize) -> Order<'static> {
    let departments = ["GROCERY", "PRODUCE", "MEAT", "DRUG GM"];
    let lines = (0..line_count).map(|line| Line {
        quantity: 1,
        amount: Money(199 + number % 700 + 10 * i64::try_from(line).unwrap_or(0)),
        category: Some(departments[line % departments.len()].into()),
        ..Line::default()
    });
    Order {
        id: format!("order-{number}").into(),
        currency: CurrencyCode::parse("USD").expect("USD is a currency code"),
        channel: None,
        store: Some("330".into()),
        shipping: Money::ZERO,
        paid_with_points: Money::ZERO,
        paid_with_stored_value: Money::ZERO,
        redemption: None,
        lines: lines.collect(),
    }
}
