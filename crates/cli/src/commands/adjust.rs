//! `tallybook adjust` and `tallybook write-off`: correct a balance by hand, with who and why.

use std::borrow::Cow;

use tallybook_core::fact::{Adjustment, Fact, Shortfall, WriteOff as WriteOffFact};
use tallybook_core::points::Points;

use crate::cli::{Adjust, Global, WriteOff};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Adjusts.
///
/// # Errors
/// Refusals.
pub fn run(global: &Global, options: &Adjust, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let currency = session.currency(options.currency.as_deref())?;
    let fact = Fact::AdjustmentRequested(Adjustment {
        currency: Cow::Owned(currency.id.to_string()),
        points: Points(units("--points", &options.points, currency.scale)?),
        shortfall: if options.arrears { Shortfall::Arrears } else { Shortfall::FloorAtZero },
        actor: Cow::Owned(options.by.actor.clone()),
        reason: Cow::Owned(options.by.reason.clone()),
        about: options.about,
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}

/// Lets go of a debt.
///
/// # Errors
/// `nothing_owed`, `over_written_off` and other refusals.
pub fn write_off(global: &Global, options: &WriteOff, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let currency = session.currency(options.currency.as_deref())?;
    let points = options.points.as_deref().map(|text| units("--points", text, currency.scale)).transpose()?;
    let fact = Fact::WriteOffRequested(WriteOffFact {
        currency: Cow::Owned(currency.id.to_string()),
        points: points.map(Points),
        actor: Cow::Owned(options.by.actor.clone()),
        reason: Cow::Owned(options.by.reason.clone()),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}
