//! What points are spent on, as `redeem` and `hold place` take it.

use std::borrow::Cow;

use tallybook_core::fact::Purpose;
use tallybook_core::money::Money;
use tallybook_core::points::Points;
use tallybook_core::programme::plan::{Plan, PointCurrency};

use crate::cli;
use crate::commands::session::{Session, units};
use crate::errors::CliError;

/// Points and what they are for.
pub struct Wish<'s> {
    /// Which currency.
    pub currency: &'s PointCurrency,
    /// How many.
    pub points: Points,
    /// What for.
    pub purpose: Purpose<'static>,
}

impl<'s> Wish<'s> {
    /// Reads what was typed. A reward that the programme lists brings its price and currency with it.
    ///
    /// # Errors
    /// Usage; refusals of currencies; `no_programme`.
    pub fn read(
        session: &'s Session,
        purpose: &cli::Purpose,
        points: Option<&str>,
        currency: Option<&str>,
        at: Option<&str>,
    ) -> Result<Wish<'s>, CliError> {
        let plan = &session.programmes.in_force(session.when(at.unwrap_or("now"))?)?.plan;
        let listed = |id: &String| plan.rewards.iter().find(|reward| *reward.id == **id);
        let listed = purpose.reward.as_ref().and_then(listed);
        let currency = match listed.and_then(|reward| plan.currency(reward.currency)) {
            Some(of_reward) if currency.is_none() => of_reward,
            _ => session.currency(currency)?,
        };
        let points = match (points, listed) {
            (Some(text), _) => Points(units("--points", text, currency.scale)?),
            (None, Some(reward)) => reward.points,
            (None, None) => return Err(no_price(plan)),
        };
        Ok(Wish { currency, points, purpose: to_fact(session, purpose)? })
    }
}

fn to_fact(session: &Session, purpose: &cli::Purpose) -> Result<Purpose<'static>, CliError> {
    match (&purpose.reward, &purpose.voucher, &purpose.cash_off) {
        (Some(reward), _, _) => Ok(Purpose::Reward(Cow::Owned(reward.clone()))),
        (_, Some(what), _) => Ok(Purpose::Voucher { what: Cow::Owned(what.clone()), code: None }),
        (_, _, Some(total)) => {
            let order_total = Money(units("--cash-off", total, session.money(None)?.exponent)?);
            Ok(Purpose::CashOff { order_total })
        }
        _ => Err(CliError::usage("say what for: --reward, --voucher or --cash-off")),
    }
}

fn no_price(plan: &Plan) -> CliError {
    let ids: Vec<&str> = plan.rewards.iter().map(|reward| &*reward.id).collect();
    let error = CliError::usage("--points is missing, and the programme lists no such reward with a price");
    if ids.is_empty() { error } else { error.hint(format!("it lists: {}", ids.join(", "))) }
}
