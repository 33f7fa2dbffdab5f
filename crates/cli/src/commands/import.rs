//! `tallybook import`: brings in orders, returns, activities, enrolments and tiers by hand from files.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::json;
use tallybook::LedgerError;
use tallybook_core::command::Command;
use tallybook_core::points::Scaled;
use tallybook_core::refusal::Refusal;

use crate::cli::{Global, Import as Options};
use crate::commands::read_text;
use crate::commands::session::Session;
use crate::errors::{CliError, Outcome};
use crate::import::map::Map;
use crate::import::report::{Amount, Counts, Report};
use crate::import::run::{Import, ImportError, Taken};
use crate::output::{Output, Side, count};
use crate::progress::Progress;

/// Runs an import, or with `--dry-run` only reads and checks.
///
/// # Errors
/// Usage for a map or files that do not go together; nothing has been imported then. Faults stop the import where it
/// is; running it again goes on from there.
pub fn run(global: &Global, options: &Options, output: &Output) -> Result<Outcome, CliError> {
    let source = read_text(&options.map)?;
    let at_map = |error| CliError::usage(format!("{}: {error}", options.map.display()));
    let map = Map::parse(&source).map_err(at_map)?;
    let rejects = options.rejects.clone().unwrap_or_else(|| rejects_path(global, &options.map));
    not_an_input(&rejects, &options.files)?;
    let session = if options.dry_run { None } else { Some(Session::open(global, output)?) };
    if let Some(session) = &session {
        agrees_with_programme(&map, session, output)?;
    }
    let import = Import::prepare(map, &options.files, options.limit).map_err(at_map)?;
    let progress =
        Progress::new(total_bytes(&options.files), import.read_bytes(), output.quiet || output.json);
    let mut submit = |commands: Vec<Command>| match &session {
        Some(session) => submit_to(session, commands),
        None => Ok(commands.iter().map(|_| Ok(Taken::New)).collect()),
    };
    let report =
        import.run(&rejects, &mut submit, &mut |rows| progress.show(rows, "rows")).map_err(stopped)?;
    progress.finish();
    if let Some(session) = session {
        session.close(output);
    }
    if !report.adds_up() {
        return Err(CliError::fault(format!("the counts do not add up, which is a bug: {report:?}")));
    }
    tell(&report, &rejects, options.dry_run, output);
    let nothing_taken = report.rows_rejected > 0 && report.rows_rejected == report.rows_read;
    Ok(if nothing_taken { Outcome::Unusable } else { Outcome::Done })
}

fn submit_to(session: &Session, commands: Vec<Command>) -> Result<Vec<Result<Taken, Refusal>>, LedgerError> {
    let receipts = session.ledger.submit_all(commands)?;
    let taken = |repeated| if repeated { Taken::AlreadyIn } else { Taken::New };
    Ok(receipts.into_iter().map(|receipt| receipt.map(|receipt| taken(receipt.repeated))).collect())
}

fn stopped(error: ImportError<LedgerError>) -> CliError {
    let again = "run the import again: it goes on where it stopped";
    match error {
        ImportError::Ledger(error) => {
            let error = CliError::from(error);
            if error.hint.is_some() { error } else { error.hint(again) }
        }
        error => CliError::fault(error).hint(again),
    }
}

/// Beside the ledger, named after it and the map, so that two sources have two files.
fn rejects_path(global: &Global, map: &Path) -> PathBuf {
    let name = |path: &Path, fallback: &str| {
        path.file_stem().map_or_else(|| fallback.to_owned(), |name| name.to_string_lossy().into_owned())
    };
    global.ledger.with_file_name(format!(
        "{}-rejects-{}.csv",
        name(&global.ledger, "ledger"),
        name(map, "import")
    ))
}

/// The reject file is rewritten by each run, so it cannot be what is read.
fn not_an_input(rejects: &Path, inputs: &[PathBuf]) -> Result<(), CliError> {
    let same =
        |input: &&PathBuf| matches!((input.canonicalize(), rejects.canonicalize()), (Ok(a), Ok(b)) if a == b);
    match inputs.iter().find(same) {
        Some(input) => Err(CliError::usage(format!("{} is where this import's rejects go", input.display()))
            .hint("rename it, or name another file with --rejects FILE")),
        None => Ok(()),
    }
}

/// Amounts that mean another number of minor units than the programme's would be off by a power of ten; those in money
/// that it does not know would all be refused.
fn agrees_with_programme(map: &Map, session: &Session, output: &Output) -> Result<(), CliError> {
    let plan = session.plan()?;
    let has_one_currency = !map.kind.is_row_by_row() && map.columns.currency.is_none();
    if has_one_currency && plan.money.iter().all(|money| money.code != map.currency) {
        let known: Vec<&str> = plan.money.iter().map(|money| money.code.as_str()).collect();
        return Err(CliError::usage(format!(
            "the map counts {}, the programme only {}",
            map.currency,
            known.join(", ")
        ))
        .hint("set currency in the map's [money], or add [[money]] to the programme"));
    }
    if let Some(money) = plan.money.iter().find(|money| money.code == map.currency)
        && money.exponent != map.exponent
    {
        return Err(CliError::usage(format!(
            "the map counts {} with {} decimals, the programme with {}",
            map.currency, map.exponent, money.exponent
        ))
        .hint("set exponent in the map's [money], or in the programme's"));
    }
    if let Some(zone) = map.time.zone_name().filter(|zone| *zone != plan.zone.name()) {
        output.warning(format!(
            "the map reads local times in {zone}, the programme has {}: dates may move to another day",
            plan.zone.name()
        ));
    }
    Ok(())
}

fn total_bytes(paths: &[PathBuf]) -> u64 {
    paths.iter().filter_map(|path| path.metadata().ok()).map(|metadata| metadata.len()).sum()
}

fn tell(report: &Report, rejects: &Path, dry_run: bool, output: &Output) {
    let rejects_file = (report.reject_lines > 0).then_some(rejects);
    if output.json {
        output.value(&json!({ "dry_run": dry_run, "rejects_file": rejects_file, "report": report }));
    } else {
        tables(report, output);
    }
    if let Some(path) = rejects_file {
        output.warning(format!(
            "rejected rows are in {}: {}",
            path.display(),
            count(report.reject_lines, "line")
        ));
    }
    if dry_run {
        output.note("nothing was imported: --dry-run only reads and checks");
    }
}

fn tables(report: &Report, output: &Output) {
    let mut rows = vec![vec!["rows read".to_owned(), report.rows_read.to_string()]];
    let mut counted = |name: &str, rows_counted: u64, reasons: &BTreeMap<String, u64>| {
        rows.push(vec![format!("  {name}"), rows_counted.to_string()]);
        rows.extend(reasons.iter().map(|(reason, rows)| vec![format!("    {reason}"), rows.to_string()]));
    };
    let none = BTreeMap::new();
    counted("accepted", report.rows_accepted, &none);
    counted("already in", report.rows_already_in, &none);
    counted("skipped", report.rows_skipped, &report.skipped);
    counted("rejected", report.rows_rejected, &report.rejected);
    if report.rows_accepted_in_part > 0 {
        rows.push(vec!["of these accepted in part".to_owned(), report.rows_accepted_in_part.to_string()]);
    }
    output.table(&[("", Side::Left), ("rows", Side::Right)], rows);
    output.line("");
    let refused = |counts: &Counts| {
        let codes: Vec<String> =
            counts.refused.iter().map(|(code, count)| format!("{count} {code}")).collect();
        if codes.is_empty() { "0".to_owned() } else { codes.join(", ") }
    };
    let row = |name: &str, counts: &Counts, amounts: &BTreeMap<String, Amount>| {
        let amount = |(code, amount): (&String, &Amount)| {
            format!("{} {code}", Scaled { units: amount.minor_units, scale: amount.exponent })
        };
        vec![
            name.to_owned(),
            counts.submitted.to_string(),
            counts.new.to_string(),
            counts.already_in.to_string(),
            refused(counts),
            amounts.iter().map(amount).collect::<Vec<_>>().join(", "),
        ]
    };
    let headings = [
        ("", Side::Left),
        ("submitted", Side::Right),
        ("new", Side::Right),
        ("already in", Side::Right),
        ("refused", Side::Right),
        ("amount", Side::Right),
    ];
    let none = BTreeMap::new();
    let mut rows = Vec::new();
    let of_orders = [&report.activities, &report.enrolments, &report.tiers].iter().all(|c| c.submitted == 0);
    for (name, counts, amounts, always) in [
        ("orders", &report.orders, &report.order_amounts, of_orders),
        ("returns", &report.returns, &report.return_amounts, of_orders),
        ("activities", &report.activities, &report.activity_amounts, false),
        ("enrolments", &report.enrolments, &none, false),
        ("tiers", &report.tiers, &none, false),
    ] {
        if always || counts.submitted > 0 {
            rows.push(row(name, counts, amounts));
        }
    }
    output.table(&headings, rows);
    output.line("");
    let members = count(report.members, "member");
    if of_orders {
        output.line(format!("{members}, {}", count(report.order_lines, "order line")));
    } else {
        output.line(members);
    }
}
