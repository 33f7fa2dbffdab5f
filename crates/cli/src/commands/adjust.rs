//! `tallybook adjust`: corrects a balance by hand, with who and why.

use std::borrow::Cow;

use tallybook_core::fact::{Adjustment, Fact, Shortfall};
use tallybook_core::points::Points;

use crate::cli::{Adjust, Global};
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
        actor: Cow::Owned(options.actor.clone()),
        reason: Cow::Owned(options.reason.clone()),
        about: options.about,
    });
    session.submit(&options.member, options.at.as_deref(), fact, Some(&options.key), output)?;
    session.close(output);
    Ok(())
}
