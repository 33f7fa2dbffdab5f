//! Points that are bought, for oneself or as a present (case 19).

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::{adjust, allowance, member, redeem, renew};
use crate::event::CreditSource;
use crate::fact::Purchase;
use crate::programme::plan::RenewalKind;
use crate::refusal::Refusal;

/// Gives the member what was bought for them: a lot that can be spent at once and ends as its currency says. It begins at
/// the time of the purchase, however late that is reported.
///
/// # Errors
/// In this order: [`Refusal::EarningBlocked`], [`Refusal::UnknownPointCurrency`], [`Refusal::PurchasesNotAllowed`],
/// [`Refusal::BelowMinimum`], [`Refusal::AboveMaximum`], [`Refusal::OverLimit`], [`Refusal::Overflow`].
pub fn purchase(draft: &mut Draft<'_>, bought: &Purchase<'_>, effective_at: Instant) -> Result<(), Refusal> {
    member::may_earn(draft.state())?;
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &bought.currency)?;
    let Some(allowed) = &currency.purchase else {
        return Err(Refusal::PurchasesNotAllowed { currency: currency.id.to_string() });
    };
    let caps = allowance::check(draft.state(), plan, allowed, bought.points, effective_at)?;
    let source = if bought.giver.is_some() { CreditSource::Gift } else { CreditSource::Purchase };
    adjust::credit(draft, currency, bought.points, source, caps, effective_at)?;
    renew::after(draft, RenewalKind::Purchase, effective_at);
    Ok(())
}
