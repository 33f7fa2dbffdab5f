//! `tallybook reverse`: undoes a redemption, whole or in part.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Reversal};
use tallybook_core::points::Points;

use crate::cli::{Global, Reverse};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Reverses.
///
/// # Errors
/// `unknown_redemption`, `over_reversed` and other refusals.
pub fn run(global: &Global, options: &Reverse, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let points = match &options.points {
        Some(points) => {
            let scale = session.currency(options.currency.as_deref())?.scale;
            Some(Points(units("--points", points, scale)?))
        }
        None => None,
    };
    let fact =
        Fact::ReversalRequested(Reversal { redemption: Cow::Owned(options.redemption.clone()), points });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}
