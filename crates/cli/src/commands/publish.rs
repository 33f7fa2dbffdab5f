//! `tallybook publish`: puts a programme version in force.

use serde_json::{Value, json};
use tallybook::Published;
use tallybook_core::calendar::Instant;
use tallybook_core::programme::parse;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;

use crate::cli::{Global, Publish};
use crate::commands::read_text;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;
use crate::when;

/// Publishes a file.
///
/// # Errors
/// Refusals, with every finding in the file.
pub fn run(global: &Global, options: &Publish, output: &Output) -> Result<(), CliError> {
    let source = read_text(&options.file)?;
    let from = starts(&source, options.from.as_deref(), false)?;
    let session = Session::open(global, output)?;
    let published = session.ledger.publish(&source, from)?;
    if output.json {
        output.value(&json(&published));
    } else {
        tell(&published, session.ledger.programmes()?.as_ref(), output);
    }
    session.close(output);
    Ok(())
}

/// When a file's programme starts: as asked, else as the file says, else now for a first one.
///
/// # Errors
/// [`Refusal::UnsoundProgramme`]; usage where nothing says when.
pub fn starts(source: &str, asked: Option<&str>, first: bool) -> Result<Instant, CliError> {
    let checked = parse::check(source)
        .map_err(|findings| Refusal::UnsoundProgramme { message: findings.to_string() })?;
    match (asked, checked.effective_from) {
        (Some(asked), _) => when::parse(asked, checked.plan.zone),
        (None, Some(from)) => Ok(from),
        (None, None) if first => Ok(when::now()),
        (None, None) => Err(CliError::usage("neither --from nor the file says when the programme starts")
            .hint("add --from DATE, or effective_from = DATE to the file")),
    }
}

/// A publication in a line.
pub fn tell(published: &Published, programmes: &Programmes, output: &Output) {
    let name = programmes.version(published.number).map_or("", |version| &version.plan.name);
    output.line(format!(
        "version {} of \"{name}\" is in force from {}",
        published.number,
        Show::new(programmes).local(published.effective_from)
    ));
    if published.repeated {
        output.note("it had been published before; nothing happened now");
    }
}

/// A publication as JSON.
pub fn json(published: &Published) -> Value {
    json!({
        "version": published.number.0,
        "hash": hex(&published.hash),
        "effective_from": published.effective_from.to_string(),
        "repeated": published.repeated,
    })
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
