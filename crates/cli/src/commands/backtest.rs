//! `tallybook backtest`: a changed programme on the ledger's own past, or the proof that the past comes out as recorded.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tallybook::LedgerError;
use tallybook::log::{FileLog, Log, Options as LogOptions};
use tallybook_backtest::{
    BuildOptions, Columns, Comparison, CurrencyComparison, Flows, Options, Pair, compare, identity,
};
use tallybook_core::points::Scaled;

use super::read_text;
use crate::cli::{Backtest, Global};
use crate::errors::{CliError, Outcome};
use crate::output::{Output, Side};
use crate::progress::Progress;

/// One of the figures of a month.
type Figure = fn(&Flows) -> i128;

/// Judges the past again, also while another program has the ledger open.
///
/// # Errors
/// Usage where there is no ledger or no such file; a scenario that is no sound programme is refused; faults.
pub fn run(global: &Global, options: &Backtest, output: &Output) -> Result<Outcome, CliError> {
    let columns = columns(&global.ledger, output)?;
    let baseline = columns.programmes()?;
    match &options.scenario {
        Some(file) if !options.identity => {
            let scenario = baseline.scenario(&read_text(file)?)?;
            let compare_options = Options { top_max: options.top, threads: options.threads };
            let report = compare(&columns, &baseline, &scenario, &compare_options)?;
            if output.json {
                output.value(&serde_json::to_value(&report).map_err(CliError::fault)?);
            } else {
                tell(&report, output);
            }
            Ok(Outcome::Done)
        }
        _ => prove(global, &columns, options, output),
    }
}

fn columns(ledger: &Path, output: &Output) -> Result<Columns, CliError> {
    let done = Arc::new(AtomicU64::new(0));
    let mut bar: Option<Progress> = None;
    let columns = Columns::of_ledger(ledger, BuildOptions::default(), &mut |progress| {
        done.store(progress.bytes_done, Ordering::Relaxed);
        let is_hidden = output.quiet || output.json;
        let bar =
            bar.get_or_insert_with(|| Progress::new(progress.bytes_total, Arc::clone(&done), is_hidden));
        bar.show(progress.bytes_done >> 20, "MiB into columns");
    });
    if let Some(bar) = bar {
        bar.finish();
    }
    columns.map_err(|error| match error {
        LedgerError::Folder(message) => {
            CliError::usage(message).hint("name the folder with --ledger DIR or TALLYBOOK_LEDGER")
        }
        error => error.into(),
    })
}

fn prove(
    global: &Global,
    columns: &Columns,
    options: &Backtest,
    output: &Output,
) -> Result<Outcome, CliError> {
    let log_options = LogOptions { read_only: true, ..LogOptions::default() };
    let log = FileLog::open(&global.ledger.join("log"), log_options).map_err(LedgerError::from)?;
    let report = identity(columns, &columns.programmes()?, &log.reader(), options.top)?;
    if output.json {
        output.value(&serde_json::to_value(&report).map_err(CliError::fault)?);
    } else {
        output.pairs(&[
            ("members", report.members.to_string()),
            ("decisions judged again", report.decisions.to_string()),
            ("members differing", report.members_differing.to_string()),
        ]);
        for difference in &report.differences {
            let none = || "nothing".to_owned();
            output.line("");
            output.line(format!("{}, decision {}", difference.member, difference.decision));
            output.line(format!("  recorded  {}", difference.recorded.clone().unwrap_or_else(none)));
            output.line(format!("  judged    {}", difference.judged.clone().unwrap_or_else(none)));
        }
    }
    Ok(if report.is_identical() { Outcome::Done } else { Outcome::Found })
}

fn tell(report: &Comparison, output: &Output) {
    output.pairs(&[
        ("members", report.members.to_string()),
        ("orders", report.facts.orders.to_string()),
        ("returns", report.facts.returns.to_string()),
        ("redemptions", report.facts.redemptions.to_string()),
        ("from", report.from.clone()),
        ("until", report.until.clone()),
    ]);
    for currency in &report.currencies {
        tell_currency(currency, output);
    }
    for ladder in &report.ladders {
        output.line("");
        let heading = format!("{}, members at the end", ladder.ladder);
        let rows = ladder.tiers.iter().map(|tier| counts(&[&tier.tier], tier.members));
        output.table(&with_sides(&[&heading]), rows.collect());
        if !ladder.moves.is_empty() {
            output.line("");
            let rows = ladder.moves.iter().map(|m| counts(&[&m.from, &m.to, &m.why], m.count));
            output.table(&with_sides(&["from", "to", "why"]), rows.collect());
        }
    }
    output.line("");
    let scale = |id: &str| report.currencies.iter().find(|c| c.currency == id).map_or(0, |c| c.scale);
    let rules = report.rules.iter().map(|rule| {
        let granted =
            Pair { baseline: rule.figures.baseline.granted, scenario: rule.figures.scenario.granted };
        points(&[&rule.rule, &rule.currency], granted, scale(&rule.currency))
    });
    output.table(&with_sides(&["rule", "gave"]), rules.collect());
    if !report.refusals.is_empty() {
        output.line("");
        let rows = report.refusals.iter().map(|refusal| counts(&[&refusal.code], refusal.count));
        output.table(&with_sides(&["refused"]), rows.collect());
    }
}

fn tell_currency(currency: &CurrencyComparison, output: &Output) {
    let scale = currency.scale;
    let figures: [(&str, Figure); 9] = [
        ("issued", |flows| flows.issued),
        ("activated", |flows| flows.activated),
        ("redeemed", |flows| flows.redeemed),
        ("reversed", |flows| flows.reversed),
        ("expired", |flows| flows.expired),
        ("clawed back", |flows| flows.clawed_back),
        ("forfeited", |flows| flows.forfeited),
        ("outstanding", |flows| flows.liability),
        ("owed by members", |flows| flows.arrears),
    ];
    let side = |flows: &Pair<Flows>, figure: Figure| Pair {
        baseline: figure(&flows.baseline),
        scenario: figure(&flows.scenario),
    };
    let mut rows: Vec<_> = figures
        .iter()
        .map(|(name, figure)| points(&[name], side(&currency.totals, *figure), scale))
        .collect();
    let unmet = currency.unmet;
    rows.push(points(
        &["unmet"],
        Pair { baseline: unmet.baseline.points, scenario: unmet.scenario.points },
        scale,
    ));
    output.line("");
    output.table(&with_sides(&[&currency.currency]), rows);

    output.line("");
    let headings = ["month", "issued", "was", "redeemed", "was", "expired", "was", "outstanding", "was"];
    let headings = headings.map(|text| (text, if text == "month" { Side::Left } else { Side::Right }));
    let of_month: [Figure; 4] = [|f| f.issued, |f| f.redeemed, |f| f.expired, |f| f.liability];
    let months = currency.months.iter().map(|month| {
        let mut row = vec![month.month.clone()];
        for figure in of_month {
            row.push(shown(figure(&month.flows.scenario), scale));
            row.push(shown(figure(&month.flows.baseline), scale));
        }
        row
    });
    output.table(&headings, months.collect());

    output.line("");
    output.line(format!(
        "{} members keep more, {} fewer and {} as many as before",
        currency.members_with_more, currency.members_with_less, currency.members_with_same
    ));
    let changes = [("gain most", &currency.gainers), ("lose most", &currency.losers)];
    for (name, changes) in changes.into_iter().filter(|(_, changes)| !changes.is_empty()) {
        output.line("");
        let rows = changes.iter().map(|change| {
            let kept = Pair { baseline: change.kept.baseline.into(), scenario: change.kept.scenario.into() };
            points(&[&change.member], kept, scale)
        });
        output.table(&with_sides(&[name]), rows.collect());
    }
}

/// Headings of a table that ends with both sides and their difference.
fn with_sides<'a>(names: &[&'a str]) -> Vec<(&'a str, Side)> {
    let sides = ["was", "would be", "difference"];
    names.iter().map(|name| (*name, Side::Left)).chain(sides.map(|side| (side, Side::Right))).collect()
}

fn points(names: &[&str], figure: Pair<i128>, scale: u8) -> Vec<String> {
    let figures = [figure.baseline, figure.scenario, figure.scenario - figure.baseline];
    names.iter().map(|name| (*name).to_owned()).chain(figures.map(|units| shown(units, scale))).collect()
}

fn counts(names: &[&str], count: Pair<u64>) -> Vec<String> {
    points(names, Pair { baseline: count.baseline.into(), scenario: count.scenario.into() }, 0)
}

fn shown(units: i128, scale: u8) -> String {
    match i64::try_from(units) {
        Ok(units) => Scaled { units, scale }.to_string(),
        Err(_) => format!("{units} smallest units"),
    }
}
