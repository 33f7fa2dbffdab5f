//! `tallybook redeem`: spends points on a reward, a voucher or cash off an order.

use std::borrow::Cow;

use tallybook_core::fact::{Fact, Purpose, Redemption};

use crate::cli::{Global, Redeem};
use crate::commands::purpose::Wish;
use crate::commands::session::Session;
use crate::commands::show::Show;
use crate::commands::voucher;
use crate::errors::CliError;
use crate::output::Output;

/// Redeems, under the redemption's name as its key.
///
/// # Errors
/// `insufficient_points` and other refusals.
pub fn run(global: &Global, options: &Redeem, output: &Output) -> Result<(), CliError> {
    if options.purpose.voucher.is_none() && (options.new_code || options.code.is_some()) {
        return Err(CliError::usage("only a voucher has a code: --voucher WHAT"));
    }
    let session = Session::open(global, output)?;
    let (points, currency) = (options.points.as_deref(), options.currency.as_deref());
    let once = &options.once;
    let wish = Wish::read(&session, &options.purpose, points, currency, once.at.as_deref())?;
    let new_code = if options.new_code { Some(voucher::new_code()?) } else { None };
    let mut purpose = wish.purpose;
    if let Purpose::Voucher { code, .. } = &mut purpose {
        *code = new_code.as_deref().or(options.code.as_deref()).map(voucher::hash).transpose()?;
    }
    let fact = Fact::RedemptionRequested(Redemption {
        id: Cow::Owned(options.id.clone()),
        currency: Cow::Owned(wish.currency.id.to_string()),
        points: wish.points,
        partial: options.partial,
        purpose,
    });
    let alias = session.alias(&options.member)?;
    let receipt = session
        .take_down(&options.member, once.at.as_deref(), fact, once.key.as_deref())
        .map_err(|error| hinted(error, options, &session))?;
    let show = Show::new(&session.programmes);
    if output.json {
        let mut value = show.receipt_json(&receipt);
        if let Some(code) = &new_code {
            value["voucher_code"] = code.as_str().into();
        }
        output.value(&value);
    } else {
        show.receipt_lines(&receipt, output);
        if let Some(code) = &new_code {
            output.line(format!("voucher code: {code}"));
            output.note("keep it: the ledger cannot show it again");
        }
    }
    if let Some(alias) = alias {
        output.note(alias);
    }
    session.close(output);
    Ok(())
}

fn hinted(error: CliError, options: &Redeem, session: &Session) -> CliError {
    let listed =
        options.purpose.reward.is_some() && session.plan().is_ok_and(|plan| !plan.rewards.is_empty());
    match error.code {
        Some("insufficient_points") if !options.partial && !listed => {
            error.hint("--partial takes what is there")
        }
        Some("idempotency_conflict") if options.new_code => error.hint(
            "a redemption of this name was made, and a new code makes another one: reverse the first if its code is lost",
        ),
        _ => error,
    }
}
