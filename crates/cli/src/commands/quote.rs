//! `tallybook quote`: what points could pay of an order, with nothing recorded.

use serde_json::json;
use tallybook_core::decide::redeem::{LimitedBy, Wish, quote};
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::refusal::Refusal;

use crate::cli::{Global, Quote};
use crate::commands::session::{Session, units};
use crate::commands::show::Show;
use crate::errors::CliError;
use crate::output::Output;

/// Quotes on the state settled to the moment, under the programme in force then.
///
/// # Errors
/// `unknown_member`, `no_cash_value`, `not_spendable`, `redeeming_blocked`.
pub fn run(global: &Global, options: &Quote, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let at = session.when(&options.at)?;
    let money = session.money(None)?;
    let number = session.currency(options.currency.as_deref())?.number;
    let plan = &session.programmes.in_force(at)?.plan;
    let currency = plan.currency(number).ok_or_else(|| Refusal::UnknownPointCurrency {
        currency: options.currency.clone().unwrap_or_default(),
        accepted: plan.currencies.iter().flatten().map(|c| c.id.as_ref()).collect::<Vec<_>>().join(", "),
    })?;
    let order_total = Money(units("--order-total", &options.order_total, money.exponent)?);
    let wish = match (&options.points, &options.amount) {
        (Some(points), _) => Wish::Points(Points(units("--points", points, currency.scale)?)),
        (None, Some(amount)) => Wish::Amount(Money(units("--amount", amount, money.exponent)?)),
        (None, None) => Wish::All,
    };
    if order_total < Money::ZERO || matches!(wish, Wish::Points(Points(..0)) | Wish::Amount(Money(..0))) {
        return Err(CliError::usage("an order's total, points and amounts are not below zero"));
    }
    let found = session.member_at(&options.member, at, None)?;
    let quoted = quote(&found.state, currency, order_total, wish)?;
    let show = Show::new(&session.programmes);
    if output.json {
        output.value(&json!({
            "member": found.name,
            "asked_for": options.member,
            "at": at.to_string(),
            "currency": &*currency.id,
            "scale": currency.scale,
            "points": quoted.points.0,
            "worth": { "minor_units": quoted.worth.0, "exponent": money.exponent, "currency": money.code },
            "limited_by": name(quoted.limited_by),
        }));
    } else {
        found.note_alias(&options.member, output);
        output.line(format!(
            "{} could pay {} of {}",
            show.points(quoted.points, number),
            show.money(quoted.worth, None),
            show.money(order_total, None)
        ));
        output.line(format!("no more, because {}", words(quoted.limited_by)));
    }
    session.close(output);
    Ok(())
}

fn name(limited_by: LimitedBy) -> &'static str {
    match limited_by {
        LimitedBy::Balance => "balance",
        LimitedBy::OrderShare => "order_share",
        LimitedBy::Wish => "wish",
        LimitedBy::Minimum => "minimum",
    }
}

fn words(limited_by: LimitedBy) -> &'static str {
    match limited_by {
        LimitedBy::Balance => "the balance has no more",
        LimitedBy::OrderShare => "points may pay no larger share of an order",
        LimitedBy::Wish => "no more was wished for",
        LimitedBy::Minimum => "what may pay is less than the least redemption",
    }
}
