//! `tallybook check`: checks a programme file by itself, and tells what it has.

use std::path::Path;

use serde_json::{Value, json};
use tallybook_core::event::Trigger;
use tallybook_core::points::Scaled;
use tallybook_core::programme::parse::{self, Checked, Finding};
use tallybook_core::programme::plan::{Benefit, CapPeriod, Challenge, Ladder, Plan, Reward, Tier};

use crate::commands::benefit::per;
use crate::commands::read_text;
use crate::commands::show::FigureUnits;
use crate::commands::tier::needs;
use crate::errors::{CliError, Outcome};
use crate::output::{Output, count};

const TRIGGERS: [(Trigger, &str); 10] = [
    (Trigger::Order, "order"),
    (Trigger::Activity, "activity"),
    (Trigger::Enrolment, "enrolment"),
    (Trigger::Birthday, "birthday"),
    (Trigger::Anniversary, "anniversary"),
    (Trigger::Referrer, "referrer"),
    (Trigger::Referred, "referred"),
    (Trigger::TierReached, "tier_reached"),
    (Trigger::TierKept, "tier_kept"),
    (Trigger::TierAnniversary, "tier_anniversary"),
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
    let units = FigureUnits::of(Some(plan));
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
            "carry_over": ladder.carry_over.map(|most| units.json(&most)),
        })).collect::<Vec<_>>(),
        "challenges": challenges(plan).map(|(ladder, tier, challenge)| json!({
            "ladder": &*ladder.id,
            "tier": &*tier.id,
            "days": challenge.days,
            "needs": needs(challenge.all),
            "asked": units.json(&challenge.figures),
        })).collect::<Vec<_>>(),
        "benefits": plan.benefits.iter().map(|benefit| json!({
            "id": &*benefit.id,
            "ladder": plan.ladder(benefit.ladder).map(|ladder| &*ladder.id),
            "per": per(benefit.per),
            "times": times(plan, benefit).map(|(tier, times)| json!({ "tier": tier, "times": times })).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

/// The tiers that may be lent.
fn challenges(plan: &Plan) -> impl Iterator<Item = (&Ladder, &Tier, Challenge)> {
    let tiers =
        plan.ladders.iter().flatten().flat_map(|ladder| ladder.tiers.iter().map(move |tier| (ladder, tier)));
    tiers.filter_map(|(ladder, tier)| Some((ladder, tier, tier.challenge?)))
}

/// The tiers that a benefit lists, and how often each gives it.
fn times<'p>(plan: &'p Plan, benefit: &'p Benefit) -> impl Iterator<Item = (&'p str, i64)> {
    let ladder = plan.ladder(benefit.ladder);
    benefit.times.iter().filter_map(move |(tier, times)| Some((&*ladder?.tier(*tier)?.id, *times)))
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
    let units = FigureUnits::of(Some(plan));
    let challenge = |(ladder, tier, challenge): (&Ladder, &Tier, Challenge)| {
        let asked = units.asked(challenge.all, &challenge.figures);
        format!("{} on {} in {} for {asked}", tier.id, ladder.id, count(u64::from(challenge.days), "day"))
    };
    let benefit = |benefit: &Benefit| {
        let times = list(times(plan, benefit).map(|(tier, times)| format!("{tier} {times}")), ", ");
        let per = match benefit.per {
            CapPeriod::Ever => "in all".to_owned(),
            period => format!("per {}", per(period).replace('_', " ")),
        };
        format!("{} ({times}) {per}", benefit.id)
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
                ladders.clone().map(|ladder| {
                    format!("{} ({})", ladder.id, list(ladder.tiers.iter().map(|t| t.id.to_string()), ", "))
                }),
                ", ",
            ),
        ),
        (
            "carry-over",
            list(
                ladders.filter_map(|ladder| {
                    Some(format!("{} up to {}", ladder.id, units.words(&ladder.carry_over?)))
                }),
                "; ",
            ),
        ),
        ("challenges", list(challenges(plan).map(challenge), "; ")),
        ("benefits", list(plan.benefits.iter().map(benefit), "; ")),
    ];
    let rows: Vec<(&str, String)> = rows.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    output.pairs(&rows);
}

fn list(items: impl Iterator<Item = String>, between: &str) -> String {
    items.collect::<Vec<_>>().join(between)
}
