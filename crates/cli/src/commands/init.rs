//! `tallybook init`: makes a ledger, with a first programme if one is named.

use serde_json::json;
use tallybook::{BlockingLedger, LedgerError, Options};

use crate::cli::{Global, Init};
use crate::commands::publish;
use crate::commands::read_text;
use crate::errors::CliError;
use crate::output::Output;

/// Makes the ledger. The programme is checked first, so that a bad one leaves no folder behind.
///
/// # Errors
/// Usage where the folder has a ledger; refusals of the programme; faults.
pub fn run(global: &Global, options: &Init, output: &Output) -> Result<(), CliError> {
    let programme = match &options.programme {
        Some(path) => {
            let source = read_text(path)?;
            Some((publish::starts(&source, options.from.as_deref(), true)?, source))
        }
        None => None,
    };
    let ledger = BlockingLedger::create(&global.ledger, Options::default()).map_err(|error| match error {
        LedgerError::Folder(_) => {
            CliError::usage(format!("there is a ledger in {} already", global.ledger.display()))
                .hint("name another folder with --ledger DIR")
        }
        error => error.into(),
    })?;
    let published = programme.map(|(from, source)| ledger.publish(&source, from)).transpose()?;
    if output.json {
        output.value(&json!({
            "ledger": global.ledger,
            "programme": published.as_ref().map(publish::json),
        }));
    } else {
        output.line(format!("made a ledger in {}", global.ledger.display()));
        if let Some(published) = &published {
            publish::tell(published, ledger.programmes()?.as_ref(), output);
        }
    }
    ledger.close().map_err(CliError::from)
}
