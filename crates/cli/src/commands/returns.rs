//! `tallybook return`: an order comes back, whole or in part.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Return as ReturnFact, ReturnedLine, ReturnedPart};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::cli::{Global, Return};
use crate::commands::session::{Session, order_currency, units};
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;

/// Gives back, under the return's name as its key.
///
/// # Errors
/// `unknown_order`, `quantity_over_returned` and other refusals.
pub fn run(global: &Global, options: &Return, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let exponent = exponent_of(&session, options)?;
    let lines = options.line.iter().map(|text| line(text, exponent)).collect::<Result<_, _>>()?;
    let points_back = match &options.points_back {
        Some(points) => {
            let scale = session.currency(options.currency.as_deref())?.scale;
            Some(Points(units("--points-back", points, scale)?))
        }
        None => None,
    };
    let fact = Fact::OrderReturned(ReturnFact {
        id: Cow::Owned(options.id.clone()),
        order: Cow::Owned(options.order.clone()),
        lines,
        points_back,
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Decimal places of the order's currency; where there is no such order, the ledger will say so.
fn exponent_of(session: &Session, options: &Return) -> Result<u8, CliError> {
    let history = session.whole_history(&options.member)?;
    let code = order_currency(&history, &options.order);
    Ok(Show::new(&session.programmes).exponent(code))
}

/// `4` is the whole line, `1:2` two pieces of line 1, `3=4.50` so much money of line 3.
fn line(text: &str, exponent: u8) -> Result<ReturnedLine<'static>, CliError> {
    let (name, part) = if let Some((name, money)) = text.rsplit_once('=') {
        (name, ReturnedPart::Amount(Money(units("--line", money, exponent)?)))
    } else if let Some((name, pieces)) = text.rsplit_once(':') {
        (name, ReturnedPart::Quantity(units("--line", pieces, 0)?))
    } else {
        (text, ReturnedPart::All)
    };
    Ok(ReturnedLine { line: Cow::Owned(name.to_owned()), part })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_given_back_whole_by_pieces_or_by_money() {
        let part = |text: &str| line(text, 2).map(|line| (line.line.into_owned(), line.part));
        assert_eq!(part("4").unwrap(), ("4".to_owned(), ReturnedPart::All));
        assert_eq!(part("a:b:2").unwrap(), ("a:b".to_owned(), ReturnedPart::Quantity(2)));
        assert_eq!(part("3=4.50").unwrap(), ("3".to_owned(), ReturnedPart::Amount(Money(450))));
        assert!(part("3=x").is_err());
        assert!(part("3:1.5").is_err());
    }
}
