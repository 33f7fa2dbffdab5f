//! A ledger of points as `cqrs-es` has it over PostgreSQL: two events an order, members as aggregates.
//!
//! `tallybook-peer-cqrs-es URL ROW MEMBERS RUNS` prints one figure as JSON a line, as the other peers do. The database has
//! the table that `postgres-es` asks for, and events in it where the row is `fold`.

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Instant;

use cqrs_es::event_sink::EventSink;
use cqrs_es::persist::PersistedEventRepository;
use cqrs_es::{Aggregate, DomainEvent};
use postgres_es::{PostgresCqrs, PostgresEventRepository, postgres_cqrs};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

/// Orders that one caller waits for in a run.
const WAITED_FOR: usize = 2_000;
/// Callers at the same time, and orders of each in a run.
const CALLERS: usize = 64;
const EACH: usize = 200;

/// A member: what they have, and what they spent this year.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Member {
    available: i64,
    year_spend_minor: i64,
    lots: Vec<i64>,
}

struct PlaceOrder {
    order: String,
    lines: Vec<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
enum Event {
    OrderPlaced { order: String, lines: Vec<i64> },
    PointsEarned { order: String, points: i64, amount_minor: i64 },
}

#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("never")
    }
}

impl Error for Never {}

impl DomainEvent for Event {
    fn event_type(&self) -> String {
        match self {
            Event::OrderPlaced { .. } => "OrderPlaced".to_owned(),
            Event::PointsEarned { .. } => "PointsEarned".to_owned(),
        }
    }

    fn event_version(&self) -> String {
        "1.0".to_owned()
    }
}

impl Aggregate for Member {
    const TYPE: &'static str = "member";
    type Command = PlaceOrder;
    type Event = Event;
    type Error = Never;
    type Services = ();

    async fn handle(&mut self, command: PlaceOrder, (): &(), sink: &EventSink<Self>) -> Result<(), Never> {
        let PlaceOrder { order, lines } = command;
        let amount_minor: i64 = lines.iter().sum();
        let gold = self.year_spend_minor >= 250_000;
        let points = amount_minor * if gold { 11 } else { 10 } / 1_000;
        sink.write(Event::OrderPlaced { order: order.clone(), lines }, self).await;
        sink.write(Event::PointsEarned { order, points, amount_minor }, self).await;
        Ok(())
    }

    fn apply(&mut self, event: Event) {
        if let Event::PointsEarned { points, amount_minor, .. } = event {
            self.available += points;
            self.year_spend_minor += amount_minor;
            self.lots.push(points);
        }
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("usage: URL ROW MEMBERS RUNS");
    let (url, row, members, runs) = (next()?, next()?, next()?.parse()?, next()?.parse()?);
    tokio::runtime::Runtime::new()?.block_on(async {
        let pool = PgPoolOptions::new().max_connections(CALLERS as u32).connect(&url).await?;
        match row.as_str() {
            "one-caller" => one_caller(pool, members, runs).await,
            "callers" => many_callers(pool, members, runs).await,
            "fold" => fold(pool, runs).await,
            _ => Err(format!("there is nothing to measure in {row}").into()),
        }
    })
}

async fn one_caller(pool: PgPool, members: usize, runs: usize) -> Result<(), Box<dyn Error>> {
    let ledger = postgres_cqrs::<Member>(pool, Vec::new(), ());
    let mut rates = Vec::new();
    for run in 0..runs {
        let start = Instant::now();
        for number in run * WAITED_FOR..(run + 1) * WAITED_FOR {
            place(&ledger, members, number).await?;
        }
        rates.push(WAITED_FOR as f64 / start.elapsed().as_secs_f64());
    }
    tell("place an order, one caller", "orders/s", &rates, "durable order, one caller");
    Ok(())
}

async fn many_callers(pool: PgPool, members: usize, runs: usize) -> Result<(), Box<dyn Error>> {
    let ledger = Arc::new(postgres_cqrs::<Member>(pool, Vec::new(), ()));
    let mut rates = Vec::new();
    for run in 0..runs {
        let start = Instant::now();
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let (ledger, first) = (Arc::clone(&ledger), (run * CALLERS + caller) * EACH);
                tokio::spawn(async move {
                    for number in first..first + EACH {
                        place(&ledger, members, number).await?;
                    }
                    Ok::<(), String>(())
                })
            })
            .collect();
        for caller in callers {
            caller.await??;
        }
        rates.push((CALLERS * EACH) as f64 / start.elapsed().as_secs_f64());
    }
    tell("place an order, 64 callers", "orders/s", &rates, "durable order, 256 callers");
    Ok(())
}

async fn fold(pool: PgPool, runs: usize) -> Result<(), Box<dyn Error>> {
    let mut rates = Vec::new();
    let repository = PostgresEventRepository::new(pool);
    for _ in 0..runs {
        let start = Instant::now();
        let mut stream = repository.stream_all_events::<Member>().await?;
        let mut states: HashMap<String, Member> = HashMap::new();
        let mut events = 0_u64;
        while let Some(event) = stream.next::<Member>(&[]).await {
            let event = event?;
            states.entry(event.aggregate_id).or_default().apply(event.payload);
            events += 1;
        }
        rates.push(events as f64 / start.elapsed().as_secs_f64());
    }
    tell("all events streamed and applied", "events/s", &rates, "whole log folded on one core");
    Ok(())
}

/// The next order. A member is one of `members`; two callers at once seldom meet, and then one loses and tries again.
async fn place(ledger: &PostgresCqrs<Member>, members: usize, number: usize) -> Result<(), String> {
    // A step that shares no factor with a round number of members goes through all of them.
    let member = format!("m{:08}", number.wrapping_mul(7_919) % members);
    loop {
        let command = PlaceOrder { order: format!("o{number}"), lines: vec![499, 1_299, 250] };
        match ledger.execute(&member, command).await {
            Ok(()) => return Ok(()),
            Err(cqrs_es::AggregateError::AggregateConflict) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn tell(what: &str, unit: &str, runs: &[f64], beside: &str) {
    println!("{}", json!({ "who": "cqrs-es", "what": what, "unit": unit, "runs": runs, "beside": beside }));
}
