//! Redemptions and their reversal (cases 16 and 18).

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw::{self, Draws};
use crate::decide::precedent::RedemptionFile;
use crate::event::{Decision, Draw, Expired, Redeemed, RedemptionReversed};
use crate::fact::{Purpose, Redemption, Reversal};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{CashValue, Plan, PointCurrency, Usage};
use crate::refusal::Refusal;

/// Finds a point currency by its id.
pub fn currency<'p>(plan: &'p Plan, id: &str) -> Result<&'p PointCurrency, Refusal> {
    plan.currencies.iter().flatten().find(|c| c.id.as_ref() == id).ok_or_else(|| {
        Refusal::UnknownPointCurrency {
            currency: id.to_owned(),
            accepted: plan.currencies.iter().flatten().map(|c| c.id.as_ref()).collect::<Vec<_>>().join(", "),
        }
    })
}

/// Spends points on what the redemption says.
pub fn redeem(
    draft: &mut Draft<'_>,
    redemption: &Redemption<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = currency(plan, &redemption.currency)?;
    let order_total = match redemption.purpose {
        Purpose::CashOff { order_total } => Some(order_total),
        Purpose::Reward(_) | Purpose::Voucher(_) => None,
    };
    spend(draft, currency, redemption.points, redemption.partial, order_total, effective_at)
}

/// Spends points: cash off an order of `order_total`, or anything else where that is `None`.
///
/// # Errors
/// [`Refusal::InsufficientPoints`] with what was asked and what is available, unless `partial` and something is there;
/// for cash off also what the programme's cash value does not allow.
pub fn spend(
    draft: &mut Draft<'_>,
    currency: &PointCurrency,
    asked: Points,
    partial: bool,
    order_total: Option<Money>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    if currency.usage == Usage::Qualifying {
        return Err(Refusal::NotSpendable { currency: currency.id.to_string() });
    }
    let cash = match order_total {
        Some(total) => {
            let cash =
                currency.cash.ok_or_else(|| Refusal::NoCashValue { currency: currency.id.to_string() })?;
            allowed(&cash, asked, total)?;
            Some(cash)
        }
        None => None,
    };
    let available = draft.state().balance(currency.number).available;
    let points = if asked <= available {
        asked
    } else if partial {
        // A part still comes in whole steps and not below the least redemption.
        let (step, min) = cash.map_or((1, 1), |c| (c.step.0, c.min_points.0));
        let part = available.0 - available.0 % step;
        if part < min.max(1) {
            return Err(Refusal::InsufficientPoints { asked, available });
        }
        Points(part)
    } else {
        return Err(Refusal::InsufficientPoints { asked, available });
    };
    let draws = draw::available(draft.state(), currency.number, currency.spend_order, points, |_| true);
    let worth = cash.map(|c| worth(&c, points)).transpose()?;
    draft.join(effective_at);
    let redeemed = Redeemed { currency: currency.number, points, worth, draws };
    draft.record(draft.now(effective_at), Decision::Redeemed(redeemed));
    Ok(())
}

fn allowed(cash: &CashValue, asked: Points, order_total: Money) -> Result<(), Refusal> {
    if asked < cash.min_points {
        return Err(Refusal::BelowMinimum { asked, min: cash.min_points });
    }
    if asked.0 % cash.step.0 != 0 {
        return Err(Refusal::NotAStep { asked, step: cash.step });
    }
    let share = i128::from(order_total.0) * i128::from(cash.max_share_percent) / 100;
    let max = share * i128::from(cash.points.0) / i128::from(cash.per.0);
    if i128::from(asked.0) > max {
        let max = Points(i64::try_from(max).map_err(|_| Refusal::Overflow { what: "points" })?);
        return Err(Refusal::AboveOrderShare { asked, max });
    }
    Ok(())
}

/// What points are worth, minor units, rounded down.
fn worth(cash: &CashValue, points: Points) -> Result<Money, Refusal> {
    let minor = i128::from(points.0) * i128::from(cash.per.0) / i128::from(cash.points.0);
    i64::try_from(minor).map(Money).map_err(|_| Refusal::Overflow { what: "money" })
}

/// Gives spent points back to the lots they came from, with those lots' own ends.
///
/// A lot past its end comes back and expires at once, or lives on for the programme's days of grace.
///
/// # Errors
/// [`Refusal::OverReversed`] where more is asked than is left of the redemption.
pub fn reverse(
    draft: &mut Draft<'_>,
    reversal: &Reversal<'_>,
    file: &RedemptionFile,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let left = file.redeemed.points.minus(file.reversed)?;
    let asked = reversal.points.unwrap_or(left);
    if asked > left || !asked.is_positive() {
        return Err(Refusal::OverReversed {
            redemption: reversal.redemption.clone().into_owned(),
            asked,
            left,
        });
    }
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let number = file.redeemed.currency;
    let grace_days = plan
        .currencies
        .get(usize::from(number.0))
        .and_then(Option::as_ref)
        .map_or(0, |c| c.reversal_grace_days);
    let now = draft.now(effective_at);
    let grace_end = (grace_days > 0)
        .then(|| plan.zone.day_start(plan.zone.day(now).plus_days(i64::from(grace_days) + 1)));
    let mut restored = next_draws(&file.redeemed.draws, file.reversed, asked);
    for draw in &mut restored {
        // A lot that is still there has one end, which an earlier reversal's grace may have moved.
        if let Some(lot) = draft.state().lot(draw.lot) {
            draw.expires_at = lot.expires_at;
        }
        if let (Some(end), Some(grace_end)) = (draw.expires_at, grace_end)
            && end <= now
        {
            draw.expires_at = Some(grace_end);
        }
    }
    let gone: Draws =
        restored.iter().filter(|d| d.expires_at.is_some_and(|end| end <= now)).copied().collect();
    draft.record(
        now,
        Decision::RedemptionReversed(RedemptionReversed { currency: number, points: asked, restored }),
    );
    for draw in gone {
        let expired = Expired { lot: draw.lot, currency: number, points: draw.points };
        draft.record(now, Decision::Expired(expired));
    }
    Ok(())
}

/// The part of `draws` after the first `skipped` points, `points` long.
fn next_draws(draws: &[Draw], skipped: Points, points: Points) -> Draws {
    let mut skip = skipped.0;
    let mut left = points.0;
    let mut part = Draws::new();
    for draw in draws {
        let usable = draw.points.0 - draw.points.0.min(skip);
        skip -= draw.points.0.min(skip);
        let taken = usable.min(left);
        left -= taken;
        if taken > 0 {
            part.push(Draw { points: Points(taken), ..*draw });
        }
    }
    part
}
