//! `tallybook verify`: the whole ledger checked by replay, with every difference named.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tallybook::LedgerError;
use tallybook_audit::{CurrencyTotals, Report, SnapshotCheck, VerifyOptions, verify};
use tallybook_core::points::Scaled;

use crate::cli::{Global, Verify};
use crate::errors::{CliError, Outcome};
use crate::output::{Output, Side};
use crate::progress::Progress;

/// Verifies the ledger, also while another program has it open.
///
/// # Errors
/// Usage where there is no ledger; faults. Whatever is wrong with the ledger is a finding.
pub fn run(global: &Global, options: &Verify, output: &Output) -> Result<Outcome, CliError> {
    let verify_options = VerifyOptions {
        judge_again: !options.no_judging,
        snapshot: !options.no_snapshot,
        findings_max: options.findings,
        ..VerifyOptions::default()
    };
    let done = Arc::new(AtomicU64::new(0));
    let mut bar: Option<Progress> = None;
    let outcome = verify(&global.ledger, &verify_options, &mut |progress| {
        done.store(progress.bytes_done, Ordering::Relaxed);
        let is_hidden = output.quiet || output.json;
        let bar =
            bar.get_or_insert_with(|| Progress::new(progress.bytes_total, Arc::clone(&done), is_hidden));
        bar.show(progress.records, "records");
    });
    if let Some(bar) = bar {
        bar.finish();
    }
    let report = outcome.map_err(|error| match error {
        LedgerError::Folder(message) => {
            CliError::usage(message).hint("name the folder with --ledger DIR or TALLYBOOK_LEDGER")
        }
        error => error.into(),
    })?;
    if output.json {
        output.value(&serde_json::to_value(&report).map_err(CliError::fault)?);
    } else {
        tell(&report, output);
    }
    Ok(if report.is_clean() { Outcome::Done } else { Outcome::Found })
}

fn tell(report: &Report, output: &Output) {
    let snapshot = match &report.snapshot {
        SnapshotCheck::None => "none".to_owned(),
        SnapshotCheck::Compared { position, members } => {
            format!("{members} members compared at position {position}")
        }
        SnapshotCheck::Skipped { reason } => format!("not compared: {reason}"),
    };
    output.pairs(&[
        ("batches", report.batches.to_string()),
        ("records", report.records.to_string()),
        ("members", report.members.to_string()),
        ("facts", report.facts.to_string()),
        ("decisions", report.events.to_string()),
        ("programme versions", report.versions.to_string()),
        ("log bytes", report.bytes.to_string()),
        ("batches judged again", report.judged_again.to_string()),
        ("snapshot", snapshot),
        ("state digest", report.states_digest.clone().unwrap_or_else(|| "none".to_owned())),
    ]);
    for totals in &report.totals {
        output.line("");
        output.table(&[(&totals.currency, Side::Left), ("", Side::Right)], rows(totals));
    }
    for note in &report.notes {
        output.note(note);
    }
    output.line("");
    for finding in &report.findings {
        output.line(finding);
    }
    let left_out = report.findings_count - report.findings.len() as u64;
    match (report.findings_count, left_out) {
        (0, _) => output.line("nothing found"),
        (count, 0) => output.line(format!("{count} found")),
        (count, left_out) => output.line(format!("{count} found, {left_out} of them not shown")),
    }
}

/// The balances that are not zero.
fn rows(totals: &CurrencyTotals) -> Vec<Vec<String>> {
    let all = [
        ("available", totals.available),
        ("pending", totals.pending),
        ("held", totals.held),
        ("arrears", totals.arrears),
        ("issued", totals.issued),
        ("redeemed", totals.redeemed),
        ("expired", totals.expired),
        ("forfeited", totals.forfeited),
        ("clawed back", totals.clawed_back),
        ("written off", totals.written_off),
        ("received", totals.received),
        ("sent", totals.sent),
    ];
    let shown = |units: i128| match i64::try_from(units) {
        Ok(units) => Scaled { units, scale: totals.scale }.to_string(),
        Err(_) => format!("{units} smallest units"),
    };
    let told = all.into_iter().filter(|(_, units)| *units != 0);
    told.map(|(name, units)| vec![name.to_owned(), shown(units)]).collect()
}
