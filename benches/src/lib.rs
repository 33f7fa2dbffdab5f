//! What all benchmarks of Tallybook rest on: one programme, one kind of order, and generated histories.
//!
//! `cargo bench -p tallybook-benches` times the pieces; the binary of this crate runs whole jobs, holds them beside other
//! programs, and counts instructions of the hot loops. docs/performance.md says what came out.

pub mod generate;

use std::path::Path;

use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook::core::event::Event;
use tallybook::core::fact::{Fact, Line, Order};
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::programme::versions::Programmes;
use tallybook::core::state::{LedgerState, MemberState};
use tallybook::{BlockingLedger, Clock, LedgerError, Options};

use generate::{History, SPAN_DAYS, Shape};

/// The first instant of 2017 in New York, when the programme begins and all benchmarks do.
pub const START: Instant = Instant(1_483_246_800_000_000);

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

/// The kinds of period that a member is idle under.
pub const IDLE_PERIODS: [&str; 3] = ["calendar_year", "rolling_days", "anniversary_tier"];

/// A programme with birthdays and three tiers over a kind of period, in force since ever. Where a period can carry figures
/// over, it does.
///
/// # Panics
/// For a kind of period that there is not.
pub fn idle_programmes(period: &str) -> Programmes {
    let options = match period {
        "calendar_year" => {
            "period = \"calendar_year\"\ncarry_over = { spend = \"5000.00\", points = \"5000\" }"
        }
        "rolling_days" => "period = \"rolling_days\"\ndays = 365",
        "anniversary_tier" => "period = \"anniversary_tier\"",
        other => panic!("there is no period `{other}`"),
    };
    let source = IDLE.replace("period = \"lifetime\"", options);
    let mut programmes = Programmes::default();
    match programmes.compile(&source, Instant::MIN) {
        Ok(prepared) => programmes.add(prepared),
        Err(refusal) => panic!("the programme for idle members is unsound: {refusal}"),
    }
    programmes
}

const IDLE: &str = r#"
name = "Idle"
zone = "America/New_York"

[[money]]
code = "USD"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "after", months = 12 }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[rule]]
id = "birthday"
kind = "bonus"
on = "birthday"
points = "10"

[[ladder]]
id = "status"
period = "lifetime"
downgrade = "one_down"
grace_days = 30

[[ladder.tier]]
id = "member"

[[ladder.tier]]
id = "silver"
entry = { any = { spend = "100.00", points = "1000" } }

[[ladder.tier]]
id = "gold"
entry = { any = { spend = "500.00", points = "5000" } }
"#;

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

/// Judges one fact of a member at an instant and adds its events, as the ledger does.
///
/// # Panics
/// Where the fact is refused: benchmarks judge what is sound.
pub fn judge(
    programmes: &Programmes,
    facts: &[Fact<'_>],
    effective_at: Instant,
    state: &mut MemberState,
    workspace: &mut Workspace,
    events: &mut Vec<Event>,
) {
    let recorded_at = Instant(START.0 + 4_000 * DAY_MICROS);
    let case = Case { facts, precedents: &[Precedent::None], effective_at, recorded_at };
    let party = Party { name: "member", state, events };
    let outcome = decide::decide(party, None, &mut LedgerState::default(), programmes, &case, workspace);
    assert!(outcome.is_ok(), "a benchmark's fact is refused: {outcome:?}");
}

/// Makes a ledger with a small history, all in one call. Its clock stands still after the history, so that every such
/// ledger has the same records.
///
/// # Errors
/// The ledger's.
pub fn ledger_of(folder: &Path, shape: Shape) -> Result<BlockingLedger, LedgerError> {
    let after_all = Instant(START.0 + (SPAN_DAYS + 1) * DAY_MICROS);
    let options = Options { clock: Clock::from_fn(move || after_all), ..Options::default() };
    let ledger = BlockingLedger::create(folder, options)?;
    ledger.publish(PROGRAMME, START)?;
    ledger.submit_all(History::new(shape).map(|happening| happening.into_command()).collect())?;
    Ok(ledger)
}
