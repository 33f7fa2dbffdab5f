//! `tallybook sweep`: records what is due, so that other systems hear of it.

use serde_json::json;

use crate::cli::Global;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::{Output, count};

/// Sweeps all members.
///
/// # Errors
/// Refused for a moment in the future.
pub fn run(global: &Global, until: &str, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let until = session.when(until)?;
    let report = session.ledger.sweep(until)?;
    if output.json {
        output.value(
            &json!({ "until": until.to_string(), "members": report.members, "events": report.events }),
        );
    } else {
        let local = Show::new(&session.programmes).local(until);
        output.line(format!(
            "{}, {} due by {local}",
            count(report.members, "member"),
            count(report.events, "event")
        ));
    }
    session.close(output);
    Ok(())
}
