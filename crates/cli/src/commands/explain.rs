//! `tallybook explain`: why a balance is what it is, down to orders and rules.

use tallybook_audit::{explain, render};
use tallybook_core::refusal::Refusal;

use crate::cli::{Explain, Global};
use crate::commands::session::Session;
use crate::errors::CliError;
use crate::output::Output;

/// Explains a member's balances as of a moment.
///
/// # Errors
/// `unknown_member`.
pub fn run(global: &Global, options: &Explain, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let member = session.ledger.member(&options.member)?;
    let member = member.ok_or_else(|| Refusal::UnknownMember { member: options.member.clone() })?;
    if member.name != options.member {
        output.note(format!("`{}` is part of `{}` now, who is shown", options.member, member.name));
    }
    let explanation = explain(session.ledger.reader(), member.head, &session.programmes, &member.name, at)?;
    if output.json {
        output.value(&serde_json::to_value(&explanation).map_err(CliError::fault)?);
    } else {
        output.line(render(&explanation).trim_end());
    }
    session.close(output);
    Ok(())
}
