//! `tallybook budget`: how much of each budget and of each reward's stock is left, over all members.

use serde_json::{Value, json};
use tallybook_core::ids::{BudgetNumber, CurrencyNumber};
use tallybook_core::points::Points;
use tallybook_core::programme::plan::Plan;

use crate::cli::Global;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, Side};
use crate::when;

/// A counter over all members with its limit.
struct Counter {
    kind: &'static str,
    id: String,
    /// Of points; pieces have none.
    currency: Option<CurrencyNumber>,
    limit: i64,
    used: i64,
}

impl Counter {
    fn left(&self) -> i64 {
        self.limit.saturating_sub(self.used).max(0)
    }
}

/// Shows budgets and stocks of the programme in force now, as used by all that is recorded.
///
/// # Errors
/// `no_programme`.
pub fn run(global: &Global, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let used = session.ledger.ledger_state()?;
    let plan = &session.programmes.in_force(when::now())?.plan;
    let counters = counters(plan, |number| used.used(number));
    let show = Show::new(&session.programmes);
    if output.json {
        output.value(&json!({
            "budgets": counters.iter().map(|counter| to_json(counter, &show)).collect::<Vec<_>>(),
        }));
    } else if counters.is_empty() {
        output.line("the programme has no budget, and no reward with a stock");
    } else {
        let headings = [
            ("budget", Side::Left),
            ("of", Side::Left),
            ("limit", Side::Right),
            ("used", Side::Right),
            ("left", Side::Right),
        ];
        let row = |counter: &Counter| {
            let figure = |units: i64| match counter.currency {
                Some(currency) => show.figure(Points(units), currency),
                None => units.to_string(),
            };
            vec![
                counter.id.clone(),
                counter.currency.map_or("pieces", |currency| show.currency_id(currency)).to_owned(),
                figure(counter.limit),
                figure(counter.used),
                figure(counter.left()),
            ]
        };
        output.table(&headings, counters.iter().map(row).collect());
    }
    session.close(output);
    Ok(())
}

fn counters(plan: &Plan, used: impl Fn(BudgetNumber) -> Points) -> Vec<Counter> {
    let budgets = plan.budgets.iter().map(|budget| Counter {
        kind: "budget",
        id: budget.id.to_string(),
        currency: Some(budget.currency),
        limit: budget.limit.0,
        used: used(budget.number).0,
    });
    let stocks = plan.rewards.iter().filter_map(|reward| {
        let stock = reward.stock?;
        Some(Counter {
            kind: "stock",
            id: reward.id.to_string(),
            currency: None,
            limit: stock.pieces,
            used: used(stock.number).0,
        })
    });
    budgets.chain(stocks).collect()
}

fn to_json(counter: &Counter, show: &Show<'_>) -> Value {
    json!({
        "kind": counter.kind,
        "id": counter.id,
        "currency": counter.currency.map(|currency| show.currency_id(currency)),
        "scale": counter.currency.map(|currency| show.scale(currency)),
        "limit": counter.limit,
        "used": counter.used,
        "left": counter.left(),
    })
}
