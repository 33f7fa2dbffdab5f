//! `tallybook expiry` and `tallybook reinstate`: other ends for lots, and points that come back after theirs.

use std::borrow::Cow;

use tallybook_core::fact::{ExpiryChange, Fact, NewEnd, Reinstatement};
use tallybook_core::ids::LotNumber;

use crate::cli::{ByHand, Expiry, Global, Keyed, Lots, Reinstate};
use crate::commands::session::Session;
use crate::errors::CliError;
use crate::output::Output;

/// Sets or extends the end of a lot, or of all lots of a currency.
///
/// # Errors
/// `unknown_lot`, `ends_in_the_past`, `nothing_to_change` and other refusals.
pub fn change(global: &Global, action: &Expiry, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let (member, lots, to, by, currency, once): (&str, &Lots, NewEnd, &ByHand, &Option<String>, &Keyed) =
        match action {
            Expiry::Set(options) => {
                let to = match &options.to {
                    Some(to) => NewEnd::At(session.when(to)?),
                    None => NewEnd::Never,
                };
                (&options.member, &options.lots, to, &options.by, &options.currency, &options.once)
            }
            Expiry::Extend(options) => {
                let to = NewEnd::PlusDays(options.days);
                (&options.member, &options.lots, to, &options.by, &options.currency, &options.once)
            }
        };
    let fact = Fact::ExpiryChangeRequested(ExpiryChange {
        currency: Cow::Owned(session.currency(currency.as_deref())?.id.to_string()),
        lot: lots.lot.map(LotNumber),
        to,
        actor: Cow::Owned(by.actor.clone()),
        reason: Cow::Owned(by.reason.clone()),
    });
    session.submit(member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}

/// Brings back what a lot had when it expired.
///
/// # Errors
/// `nothing_to_reinstate`, `reinstatement_too_late` and other refusals.
pub fn reinstate(global: &Global, options: &Reinstate, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let fact = Fact::ReinstatementRequested(Reinstatement {
        lot: LotNumber(options.lot),
        expires_at: options.until.as_deref().map(|until| session.when(until)).transpose()?,
        actor: Cow::Owned(options.by.actor.clone()),
        reason: Cow::Owned(options.by.reason.clone()),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}
