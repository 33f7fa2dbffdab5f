//! `tallybook order` and `tallybook fulfil`: a member buys, and gets what was bought.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Fulfilment, Line, Order as OrderFact};
use tallybook_core::money::Money;

use crate::cli::{Fulfil, Global, Order};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Places an order, under its name as the key.
///
/// # Errors
/// Usage for a line that cannot be read; refusals.
pub fn place(global: &Global, options: &Order, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let money = session.money(options.money.as_deref())?;
    let amount = |option: &str, text: &Option<String>| match text {
        Some(text) => units(option, text, money.exponent).map(Money),
        None => Ok(Money::ZERO),
    };
    let fact = Fact::OrderPlaced(OrderFact {
        id: Cow::Owned(options.order.clone()),
        currency: money.code,
        channel: options.channel.clone().map(Cow::Owned),
        store: options.store.clone().map(Cow::Owned),
        shipping: amount("--shipping", &options.shipping)?,
        paid_with_points: amount("--paid-with-points", &options.paid_with_points)?,
        paid_with_stored_value: amount("--paid-with-stored-value", &options.paid_with_stored_value)?,
        redemption: options.redemption.clone().map(Cow::Owned),
        lines: options.line.iter().map(|text| line(text, money.exponent)).collect::<Result<_, _>>()?,
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Says that an order has reached the member, under the order's name as the key.
///
/// # Errors
/// `unknown_order`, `fulfilment_too_late`.
pub fn fulfil(global: &Global, options: &Fulfil, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let fact = Fact::OrderFulfilled(Fulfilment { order: Cow::Owned(options.order.clone()) });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// `12.40,quantity=2,category=tea`: the amount, then what is known of the line.
fn line(text: &str, exponent: u8) -> Result<Line<'static>, CliError> {
    let mut parts = text.split(',');
    let money = |text: &str| units("--line", text, exponent).map(Money);
    let mut line =
        Line { quantity: 1, amount: money(parts.next().unwrap_or_default().trim())?, ..Line::default() };
    for part in parts {
        let (name, value) = part.split_once('=').ok_or_else(|| unreadable(part))?;
        let text = || Cow::Owned(value.to_owned());
        match name.trim() {
            "id" => line.id = Some(text()),
            "quantity" => line.quantity = units("--line", value, 0)?,
            "sku" => line.sku = Some(text()),
            "category" => line.category = Some(text()),
            "brand" => line.brand = Some(text()),
            "tag" => line.tags.push(text()),
            "discount" => line.discount = money(value)?,
            "tax" => line.tax = money(value)?,
            _ => return Err(unreadable(part)),
        }
    }
    Ok(line)
}

fn unreadable(part: &str) -> CliError {
    CliError::usage(format!(
        "--line: `{part}` is not one of id=, quantity=, sku=, category=, brand=, tag=, discount=, tax="
    ))
    .hint("write a line as 12.40,quantity=2,category=tea; names with commas come in by `tallybook import`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_an_amount_and_what_is_known_of_it() {
        let read = line("12.40,quantity=2,category=tea,tag=new,tag=promo,discount=1", 2).unwrap();
        assert_eq!((read.amount, read.quantity, read.discount), (Money(1_240), 2, Money(100)));
        assert_eq!((read.category.as_deref(), read.tags.len()), (Some("tea"), 2));
        assert_eq!(line("7", 0).unwrap().quantity, 1);
        for wrong in ["", "x", "1,colour=red", "1,tea", "1,quantity=1.5", "1.234"] {
            assert!(line(wrong, 2).is_err(), "{wrong}");
        }
    }
}
