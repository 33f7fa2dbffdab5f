//! Redemptions, what a cash redemption could come to, and reversals (cases 16, 18 and 25).

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw;
use crate::decide::precedent::{Precedent, RedemptionFile};
use crate::decide::{member, offer, renew};
use crate::event::{BudgetEntry, Decision, Redeemed, RedemptionReversed, Voucher};
use crate::fact::{Purpose, Redemption, Reversal};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{CashValue, Plan, PointCurrency, RenewalKind, Usage};
use crate::refusal::Refusal;
use crate::state::MemberState;

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
///
/// # Errors
/// [`Refusal::DuplicateRedemption`], [`Refusal::RedeemingBlocked`], [`Refusal::UnknownPointCurrency`], and those of
/// [`spend`], in this order.
pub fn judge(
    draft: &mut Draft<'_>,
    redemption: &Redemption<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    new_name(draft.state(), &redemption.id, precedent)?;
    member::may_redeem(draft.state())?;
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = currency(plan, &redemption.currency)?;
    spend(draft, currency, redemption.points, redemption.partial, &redemption.purpose, effective_at)
}

/// Refuses a name that a redemption or hold has. A hold that came with a merged member is known by the state alone.
pub(super) fn new_name(state: &MemberState, name: &str, precedent: &Precedent<'_>) -> Result<(), Refusal> {
    if matches!(precedent, Precedent::Taken) || state.hold(name).is_some() {
        return Err(Refusal::DuplicateRedemption { redemption: name.to_owned() });
    }
    Ok(())
}

/// Spends points of a currency of the programme in force.
///
/// # Errors
/// In this order: [`Refusal::NotSpendable`]; for cash off [`Refusal::NoCashValue`], [`Refusal::BelowMinimum`],
/// [`Refusal::NotAStep`], [`Refusal::AboveOrderShare`]; for a listed reward [`Refusal::UnknownReward`],
/// [`Refusal::WrongPrice`], [`Refusal::RewardNotAvailable`], [`Refusal::OutOfStock`]; for a voucher with a code
/// [`Refusal::DuplicateVoucher`]; and [`Refusal::InsufficientPoints`] with what was asked and what is available, unless
/// `partial` and something is there.
pub fn spend(
    draft: &mut Draft<'_>,
    currency: &PointCurrency,
    asked: Points,
    partial: bool,
    purpose: &Purpose<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let redeemed = prepare(draft, currency, asked, partial, purpose, effective_at)?;
    draft.join(effective_at);
    draft.record(draft.now(effective_at), Decision::Redeemed(redeemed));
    renew::after(draft, RenewalKind::Redemption, effective_at);
    Ok(())
}

/// What points for a purpose would come to, with nothing recorded yet.
///
/// # Errors
/// Those of [`spend`].
pub(super) fn prepare(
    draft: &Draft<'_>,
    currency: &PointCurrency,
    asked: Points,
    partial: bool,
    purpose: &Purpose<'_>,
    effective_at: Instant,
) -> Result<Redeemed, Refusal> {
    let Terms { cash, stock, voucher, only_whole } = terms(draft, currency, asked, purpose, effective_at)?;
    let available = draft.state().balance(currency.number).available;
    let points = if asked <= available {
        asked
    } else if partial && !only_whole {
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
    Ok(Redeemed { currency: currency.number, points, worth, draws, stock, voucher })
}

/// What a purpose brings with it.
#[derive(Default)]
struct Terms {
    cash: Option<CashValue>,
    stock: Option<BudgetEntry>,
    voucher: Option<Voucher>,
    /// A listed reward is had whole or not at all, whatever the caller would take.
    only_whole: bool,
}

fn terms(
    draft: &Draft<'_>,
    currency: &PointCurrency,
    asked: Points,
    purpose: &Purpose<'_>,
    effective_at: Instant,
) -> Result<Terms, Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    spendable(currency)?;
    match purpose {
        Purpose::CashOff { order_total } => {
            let cash = cash_value(currency)?;
            allowed(&cash, asked, *order_total)?;
            Ok(Terms { cash: Some(cash), ..Terms::default() })
        }
        Purpose::Reward(name) => {
            let Some(reward) = offer::listed(plan, currency, name)? else { return Ok(Terms::default()) };
            let stock = offer::piece(draft, reward, asked, effective_at)?;
            Ok(Terms { stock, only_whole: true, ..Terms::default() })
        }
        Purpose::Voucher { code: None, .. } => Ok(Terms::default()),
        Purpose::Voucher { code: Some(code), .. } => {
            let voucher = offer::issue(draft.state(), plan, *code, draft.now(effective_at))?;
            Ok(Terms { voucher: Some(voucher), ..Terms::default() })
        }
    }
}

/// Refuses a currency that only counts for tiers.
pub(super) fn spendable(currency: &PointCurrency) -> Result<(), Refusal> {
    if currency.usage == Usage::Qualifying {
        return Err(Refusal::NotSpendable { currency: currency.id.to_string() });
    }
    Ok(())
}

fn cash_value(currency: &PointCurrency) -> Result<CashValue, Refusal> {
    currency.cash.ok_or_else(|| Refusal::NoCashValue { currency: currency.id.to_string() })
}

fn allowed(cash: &CashValue, asked: Points, order_total: Money) -> Result<(), Refusal> {
    if asked < cash.min_points {
        return Err(Refusal::BelowMinimum { asked, min: cash.min_points });
    }
    if asked.0 % cash.step.0 != 0 {
        return Err(Refusal::NotAStep { asked, step: cash.step });
    }
    let max = order_share(cash, order_total);
    if i128::from(asked.0) > max {
        let max = Points(i64::try_from(max).map_err(|_| Refusal::Overflow { what: "points" })?);
        return Err(Refusal::AboveOrderShare { asked, max });
    }
    Ok(())
}

/// Most points that may pay for an order: the money that points may pay, rounded down, in points, rounded down.
fn order_share(cash: &CashValue, order_total: Money) -> i128 {
    let share = i128::from(order_total.0) * i128::from(cash.max_share_percent) / 100;
    share * i128::from(cash.points.0) / i128::from(cash.per.0)
}

/// What points are worth, minor units, rounded down.
fn worth(cash: &CashValue, points: Points) -> Result<Money, Refusal> {
    let minor = i128::from(points.0) * i128::from(cash.per.0) / i128::from(cash.points.0);
    i64::try_from(minor).map(Money).map_err(|_| Refusal::Overflow { what: "money" })
}

/// How much a member would like to pay by points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// As much as may be.
    All,
    /// No more than so many points, smallest units.
    Points(Points),
    /// No more than the points that cover so much money, minor units; rounded up.
    Amount(Money),
}

/// What points could pay of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quote {
    /// The most points that a cash redemption would be accepted for now; 0 where there is none.
    pub points: Points,
    /// What they are worth, minor units, rounded down.
    pub worth: Money,
    /// Why it is no more.
    pub limited_by: LimitedBy,
}

/// What keeps a quote from being higher.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitedBy {
    /// What is available.
    Balance,
    /// The share of the order that points may pay.
    OrderShare,
    /// The wish, which is met as far as the step allows.
    Wish,
    /// What is left by the others is less than the least redemption, so that it comes to nothing.
    Minimum,
}

/// What points could pay of an order, on a settled state: the most that is available, wished for and within the order's
/// share, in whole steps, and nothing where that is below the minimum.
///
/// Of equal limits the wish is named first, then the balance.
///
/// # Errors
/// [`Refusal::RedeemingBlocked`], [`Refusal::NotSpendable`], [`Refusal::NoCashValue`].
pub fn quote(
    state: &MemberState,
    currency: &PointCurrency,
    order_total: Money,
    wish: Wish,
) -> Result<Quote, Refusal> {
    member::may_redeem(state)?;
    spendable(currency)?;
    let cash = cash_value(currency)?;
    let wished = match wish {
        Wish::All => i128::MAX,
        Wish::Points(points) => i128::from(points.0),
        Wish::Amount(money) => {
            let (per, asked) = (i128::from(cash.per.0), i128::from(money.0) * i128::from(cash.points.0));
            asked.div_euclid(per) + i128::from(asked.rem_euclid(per) > 0)
        }
    };
    let limits = [
        (wished, LimitedBy::Wish),
        (i128::from(state.balance(currency.number).available.0), LimitedBy::Balance),
        (order_share(&cash, order_total), LimitedBy::OrderShare),
    ];
    // `min_by_key` keeps the first of equals.
    let (most, limited_by) = limits.into_iter().min_by_key(|(most, _)| *most).unwrap_or(limits[0]);
    let most = i64::try_from(most.max(0)).map_err(|_| Refusal::Overflow { what: "points" })?;
    let points = Points(most - most % cash.step.0);
    if points.is_positive() && points >= cash.min_points {
        return Ok(Quote { points, worth: worth(&cash, points)?, limited_by });
    }
    let limited_by = if most > 0 { LimitedBy::Minimum } else { limited_by };
    Ok(Quote { points: Points::ZERO, worth: Money::ZERO, limited_by })
}

/// Undoes a redemption, whole or in part.
///
/// # Errors
/// [`Refusal::OverReversed`] where more is asked than is left of the redemption, [`Refusal::VoucherUsed`] where what it
/// was spent on was had.
pub fn reverse(
    draft: &mut Draft<'_>,
    reversal: &Reversal<'_>,
    file: &RedemptionFile,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let left = file.redeemed.points.minus(file.reversed)?;
    let asked = reversal.points.unwrap_or(left);
    if !asked.is_positive() {
        return Err(Refusal::OverReversed { redemption: file.name.to_string(), asked, left });
    }
    check_give_back(file, asked)?;
    // The first reversal voids an open voucher, so one that is neither open nor void was used.
    if let Some(voucher) = &file.redeemed.voucher
        && !file.voided
        && !draft.state().vouchers.contains(voucher)
    {
        return Err(Refusal::VoucherUsed { redemption: file.name.to_string() });
    }
    restore(draft, None, file, asked, effective_at)
}

/// Refuses to give back more than is left of a redemption.
///
/// # Errors
/// [`Refusal::OverReversed`].
pub(super) fn check_give_back(file: &RedemptionFile, points: Points) -> Result<(), Refusal> {
    let left = file.redeemed.points.minus(file.reversed)?;
    if points > left {
        return Err(Refusal::OverReversed { redemption: file.name.to_string(), asked: points, left });
    }
    Ok(())
}

/// Gives points back to the redemption that paid a returned order; nothing where `points` is 0.
///
/// They are known to be left ([`check_give_back`]). That a voucher which paid was used is as it should be.
pub(super) fn give_back(
    draft: &mut Draft<'_>,
    file: &RedemptionFile,
    points: Points,
    effective_at: Instant,
) -> Result<(), Refusal> {
    if !points.is_positive() {
        return Ok(());
    }
    restore(draft, Some(file.name.clone()), file, points, effective_at)
}

/// Gives spent points back to the lots they came from, with those lots' own ends.
///
/// First drawn is first restored; a later part goes on where the last one stopped. A lot past its end comes back and
/// expires at once, or lives on for the programme's days of grace. A piece of stock goes back with the last point, an open
/// voucher is void with the first.
fn restore(
    draft: &mut Draft<'_>,
    of: Option<Box<str>>,
    file: &RedemptionFile,
    points: Points,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let Redeemed { currency, stock, voucher, ref draws, .. } = file.redeemed;
    let now = draft.now(effective_at);
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let part = draw::part_of(draws, file.reversed, points);
    let mut restored = draw::ends_of_restored(draft.state(), &part, currency);
    if let Some(grace_end) = grace_end(plan, plan.currency(currency), now) {
        for draw in restored.iter_mut().filter(|draw| draw.expires_at.is_some_and(|end| end <= now)) {
            draw.expires_at = Some(grace_end);
        }
    }
    let is_first = file.reversed == Points::ZERO;
    let is_last = file.reversed.plus(points)? == file.redeemed.points;
    let is_open = |voucher: &Voucher| draft.state().vouchers.contains(voucher);
    let reversed = RedemptionReversed {
        currency,
        points,
        restored: restored.clone(),
        of,
        stock: stock.filter(|_| is_last).map(|piece| offer::piece_back(piece.budget)),
        voided: voucher.filter(|voucher| is_first && is_open(voucher)).map(|voucher| voucher.code),
    };
    draft.record(now, Decision::RedemptionReversed(reversed));
    draw::expire_ended(draft, &restored, currency, now);
    Ok(())
}

/// How long points live that come back to lots past their end; `None` where they do not.
fn grace_end(plan: &Plan, currency: Option<&PointCurrency>, now: Instant) -> Option<Instant> {
    let days = currency.map_or(0, |currency| currency.reversal_grace_days);
    let last_day = plan.zone.day(now).plus_days(i64::from(days));
    (days > 0).then(|| plan.zone.day_start(last_day.plus_days(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::CurrencyNumber;
    use crate::programme::plan::{Activation, ClawbackPolicy, Expiry, SpendOrder};
    use crate::state::Balance;

    /// 100 points are worth 1.00, at least 200 at a time, in hundreds, for up to half of an order.
    fn points() -> PointCurrency {
        PointCurrency {
            number: CurrencyNumber(0),
            id: "points".into(),
            scale: 0,
            usage: Usage::Spendable,
            spend_order: SpendOrder::SoonestExpiry,
            clawback: ClawbackPolicy::Arrears,
            expiry: Expiry::NEVER,
            activation: Activation::Immediate,
            reversal_grace_days: 0,
            cash: Some(CashValue {
                points: Points(100),
                per: Money(100),
                min_points: Points(200),
                step: Points(100),
                max_share_percent: 50,
            }),
            caps: Default::default(),
            transfer: None,
            purchase: None,
        }
    }

    fn quoted(available: i64, order_total: i64, wish: Wish) -> (i64, i64, LimitedBy) {
        quoted_of(&points(), available, order_total, wish)
    }

    fn quoted_of(
        currency: &PointCurrency,
        available: i64,
        order_total: i64,
        wish: Wish,
    ) -> (i64, i64, LimitedBy) {
        let balance = Balance { available: Points(available), ..Balance::default() };
        let state = MemberState { balances: [balance].into_iter().collect(), ..MemberState::default() };
        let quote = quote(&state, currency, Money(order_total), wish).expect("points have a cash value");
        (quote.points.0, quote.worth.0, quote.limited_by)
    }

    #[test]
    fn s16_a_quote_names_what_keeps_it_from_being_higher() {
        assert_eq!(quoted(1_234, 100_000, Wish::All), (1_200, 1_200, LimitedBy::Balance));
        assert_eq!(quoted(1_234, 1_000, Wish::All), (500, 500, LimitedBy::OrderShare));
        assert_eq!(quoted(1_234, 100_000, Wish::Points(Points(399))), (300, 300, LimitedBy::Wish));
        assert_eq!(quoted(1_234, 100_000, Wish::Amount(Money(301))), (300, 300, LimitedBy::Wish));
        assert_eq!(quoted(300, 600, Wish::Points(Points(300))), (300, 300, LimitedBy::Wish));
    }

    #[test]
    fn s16_a_quote_below_the_minimum_comes_to_nothing() {
        assert_eq!(quoted(1_234, 300, Wish::All), (0, 0, LimitedBy::Minimum));
        assert_eq!(quoted(199, 100_000, Wish::All), (0, 0, LimitedBy::Minimum));
        assert_eq!(quoted(0, 100_000, Wish::All), (0, 0, LimitedBy::Balance));
        assert_eq!(quoted(1_234, 0, Wish::All), (0, 0, LimitedBy::OrderShare));
    }

    #[test]
    fn s16_the_points_that_cover_an_amount_are_rounded_up() {
        // 100 points are worth 3.00, in any number.
        let mut currency = points();
        let cash = currency.cash.as_mut().expect("points have a cash value");
        (cash.per, cash.min_points, cash.step) = (Money(300), Points(1), Points(1));
        let covering = |money| quoted_of(&currency, 1_000, 100_000, Wish::Amount(Money(money)));
        assert_eq!(covering(3), (1, 3, LimitedBy::Wish));
        assert_eq!(covering(4), (2, 6, LimitedBy::Wish));
        assert_eq!(covering(6), (2, 6, LimitedBy::Wish));
    }
}
