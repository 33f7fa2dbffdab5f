//! `tallybook redeem`: spends points on a reward, a voucher or cash off an order.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Purpose, Redemption};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::cli::{Global, Redeem};
use crate::commands::session::{Session, units};
use crate::errors::CliError;
use crate::output::Output;

/// Redeems, under the redemption's name as its key.
///
/// # Errors
/// `insufficient_points` and other refusals.
pub fn run(global: &Global, options: &Redeem, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let currency = session.currency(options.currency.as_deref())?;
    let points = Points(units("--points", &options.points, currency.scale)?);
    let purpose = match (&options.reward, &options.voucher, &options.cash_off) {
        (Some(reward), _, _) => Purpose::Reward(Cow::Owned(reward.clone())),
        (_, Some(voucher), _) => Purpose::Voucher(Cow::Owned(voucher.clone())),
        (_, _, Some(total)) => {
            let order_total = Money(units("--cash-off", total, session.money(None)?.exponent)?);
            Purpose::CashOff { order_total }
        }
        _ => return Err(CliError::usage("say what for: --reward, --voucher or --cash-off")),
    };
    let fact = Fact::RedemptionRequested(Redemption {
        id: Cow::Owned(options.id.clone()),
        currency: Cow::Owned(currency.id.to_string()),
        points,
        partial: options.partial,
        purpose,
    });
    session.submit(&options.member, options.at.as_deref(), fact, None, output)?;
    session.close(output);
    Ok(())
}
