//! `tallybook transfer` and `tallybook purchase`: points that change hands, and points that are bought.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Price, Purchase as PurchaseFact, Transfer as TransferFact};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::cli::{Global, Purchase, Transfer};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Sends points, under the transfer's name as its key.
///
/// # Errors
/// `transfers_not_allowed`, `insufficient_points`, `over_limit` and other refusals.
pub fn transfer(global: &Global, options: &Transfer, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let currency = session.currency(options.currency.as_deref())?;
    let fact = Fact::TransferRequested(TransferFact {
        id: Cow::Owned(options.id.clone()),
        to: Cow::Owned(options.to.clone()),
        currency: Cow::Owned(currency.id.to_string()),
        points: Points(units("POINTS", &options.points, currency.scale)?),
        gift: options.gift,
    });
    let once = &options.once;
    session.submit(&options.from, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Takes down bought points, under the purchase's name as its key.
///
/// # Errors
/// `purchases_not_allowed`, `over_limit` and other refusals.
pub fn purchase(global: &Global, options: &Purchase, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let currency = session.currency(options.currency.as_deref())?;
    let fact = Fact::PointsPurchased(PurchaseFact {
        id: Cow::Owned(options.id.clone()),
        currency: Cow::Owned(currency.id.to_string()),
        points: Points(units("POINTS", &options.points, currency.scale)?),
        price: price(&session, "--price", options.price.as_deref(), options.money.as_deref())?,
        giver: options.giver.clone().map(Cow::Owned),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// An amount of money as typed, in a currency of the programme.
///
/// # Errors
/// Usage.
pub fn price(
    session: &Session,
    option: &str,
    amount: Option<&str>,
    code: Option<&str>,
) -> Result<Option<Price>, CliError> {
    let Some(amount) = amount else { return Ok(None) };
    let money = session.money(code)?;
    Ok(Some(Price { amount: Money(units(option, amount, money.exponent)?), currency: money.code }))
}
