//! `tallybook activity`: something that a member did other than buying.

use std::borrow::Cow;

use tallybook_core::fact::{Activity as ActivityFact, Fact};

use crate::cli::{Activity, Global};
use crate::commands::session::Session;
use crate::commands::transfer::price;
use crate::errors::CliError;
use crate::output::Output;

/// Records an activity, under its name as the key.
///
/// # Errors
/// `unknown_activity` and other refusals.
pub fn run(global: &Global, options: &Activity, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let fact = Fact::ActivityRecorded(ActivityFact {
        id: options.id.clone().map(Cow::Owned),
        kind: Cow::Owned(options.kind.clone()),
        amount: price(&session, "--amount", options.amount.as_deref(), options.money.as_deref())?,
        score: options.score,
        channel: options.channel.clone().map(Cow::Owned),
        store: options.store.clone().map(Cow::Owned),
        tags: options.tag.iter().cloned().map(Cow::Owned).collect(),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}
