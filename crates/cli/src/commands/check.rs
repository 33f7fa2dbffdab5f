//! `tallybook check`: checks a programme file by itself, and tells what it has.

use std::path::Path;

use serde_json::{Value, json};
use tallybook_core::event::Trigger;
use tallybook_core::points::Scaled;
use tallybook_core::programme::parse::{self, Checked, Finding};
use tallybook_core::programme::plan::{Plan, Reward};

use crate::commands::read_text;
use crate::errors::{CliError, Outcome};
use crate::output::{Output, count};

const TRIGGERS: [(Trigger, &str); 7] = [
    (Trigger::Order, "order"),
    (Trigger::Activity, "activity"),
    (Trigger::Enrolment, "enrolment"),
    (Trigger::Birthday, "birthday"),
    (Trigger::Anniversary, "anniversary"),
    (Trigger::Referrer, "referrer"),
    (Trigger::Referred, "referred"),
];

/// Checks a file; findings are a result, not an error.
///
/// # Errors
/// Usage where the file cannot be read.
pub fn run(file: &Path, output: &Output) -> Result<Outcome, CliError> {
    let source = read_text(file)?;
    match parse::check(&source) {
        Ok(checked) => {
            if output.json {
                output.value(&json!({
                    "sound": true,
                    "name": &*checked.plan.name,
                    "findings": [],
                    "has": has(&checked),
                }));
            } else {
                tell(&checked, output);
            }
            Ok(Outcome::Done)
        }
        Err(findings) => {
            if output.json {
                let findings: Vec<Value> = findings.0.iter().map(finding).collect();
                output.value(&json!({ "sound": false, "name": null, "findings": findings, "has": null }));
                return Ok(Outcome::Found);
            }
            for Finding { line, column, message, remedy, .. } in &findings.0 {
                output.line(format!("{}:{line}:{column}: {message}", file.display()));
                output.line(format!("    {remedy}"));
            }
            Ok(Outcome::Found)
        }
    }
}

fn finding(finding: &Finding) -> Value {
    json!({
        "line": finding.line,
        "column": finding.column,
        "message": finding.message,
        "remedy": finding.remedy,
    })
}

fn rules_on(plan: &Plan) -> impl Iterator<Item = (&'static str, u64)> {
    TRIGGERS.into_iter().filter_map(|(on, name)| {
        let rules = plan.rules.iter().filter(|rule| rule.on == on).count() as u64;
        (rules > 0).then_some((name, rules))
    })
}

fn has(checked: &Checked) -> Value {
    let plan = &checked.plan;
    let scale = |number| plan.currency(number).map_or(0, |currency| currency.scale);
    let id = |number| plan.currency(number).map_or("", |currency| &*currency.id);
    json!({
        "rules": rules_on(plan).map(|(name, rules)| (name.to_owned(), json!(rules))).collect::<serde_json::Map<_, _>>(),
        "currencies": plan.currencies.iter().flatten().map(|currency| &*currency.id).collect::<Vec<_>>(),
        "activities": plan.activities.iter().map(|activity| &*activity.id).collect::<Vec<_>>(),
        "budgets": plan.budgets.iter().map(|budget| json!({
            "id": &*budget.id,
            "currency": id(budget.currency),
            "scale": scale(budget.currency),
            "limit": budget.limit.0,
        })).collect::<Vec<_>>(),
        "campaigns": plan.campaigns.iter().map(|campaign| &*campaign.id).collect::<Vec<_>>(),
        "rewards": plan.rewards.iter().map(|reward| json!({
            "id": &*reward.id,
            "currency": id(reward.currency),
            "scale": scale(reward.currency),
            "points": reward.points.0,
            "stock": reward.stock.map(|stock| stock.pieces),
        })).collect::<Vec<_>>(),
        "ladders": plan.ladders.iter().flatten().map(|ladder| json!({
            "id": &*ladder.id,
            "tiers": ladder.tiers.iter().map(|tier| &*tier.id).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn tell(checked: &Checked, output: &Output) {
    let plan = &checked.plan;
    let (currencies, ladders) = (plan.currencies.iter().flatten(), plan.ladders.iter().flatten());
    output.line(format!(
        "\"{}\" is sound: {}, {}, {}",
        plan.name,
        count(plan.rules.len() as u64, "rule"),
        count(currencies.clone().count() as u64, "currency"),
        count(ladders.clone().count() as u64, "ladder"),
    ));
    let points = |units: i64, number| match plan.currency(number) {
        Some(currency) => format!("{} {}", Scaled { units, scale: currency.scale }, currency.id),
        None => units.to_string(),
    };
    let reward = |reward: &Reward| {
        let price = points(reward.points.0, reward.currency);
        match reward.stock {
            Some(stock) => format!("{} for {price}, {} of them", reward.id, stock.pieces),
            None => format!("{} for {price}", reward.id),
        }
    };
    let rows = [
        ("rules", list(rules_on(plan).map(|(name, rules)| format!("{rules} on {name}")), ", ")),
        ("currencies", list(currencies.map(|currency| currency.id.to_string()), ", ")),
        ("activities", list(plan.activities.iter().map(|activity| activity.id.to_string()), ", ")),
        (
            "budgets",
            list(
                plan.budgets
                    .iter()
                    .map(|budget| format!("{} of {}", budget.id, points(budget.limit.0, budget.currency))),
                ", ",
            ),
        ),
        ("campaigns", list(plan.campaigns.iter().map(|campaign| campaign.id.to_string()), ", ")),
        ("rewards", list(plan.rewards.iter().map(reward), "; ")),
        (
            "ladders",
            list(
                ladders.map(|ladder| {
                    format!("{} ({})", ladder.id, list(ladder.tiers.iter().map(|t| t.id.to_string()), ", "))
                }),
                ", ",
            ),
        ),
    ];
    let rows: Vec<(&str, String)> = rows.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    output.pairs(&rows);
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}
