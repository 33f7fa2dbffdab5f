//! Rewards, their stock, and vouchers (case 16).
//!
//! Where a programme lists rewards, it says what each costs, when and for whom it is offered, and how many there are.
//! Where it lists none, rewards are the caller's business. A voucher is known here only if its code is.

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::tier;
use crate::event::{BudgetEntry, CodeHash, Decision, Voucher};
use crate::fact::VoucherUse;
use crate::ids::BudgetNumber;
use crate::points::Points;
use crate::programme::plan::{Plan, PointCurrency, Reward};
use crate::refusal::Refusal;
use crate::state::MemberState;

/// Finds a reward among those that the programme lists; `None` where it lists none.
///
/// # Errors
/// [`Refusal::UnknownReward`] where it is not listed, or paid in another currency.
pub(super) fn listed<'p>(
    plan: &'p Plan,
    currency: &PointCurrency,
    name: &str,
) -> Result<Option<&'p Reward>, Refusal> {
    if plan.rewards.is_empty() {
        return Ok(None);
    }
    let of_currency = || plan.rewards.iter().filter(|reward| reward.currency == currency.number);
    let found = of_currency().find(|reward| reward.id.as_ref() == name);
    found.map(Some).ok_or_else(|| Refusal::UnknownReward {
        reward: name.to_owned(),
        currency: currency.id.to_string(),
        accepted: of_currency().map(|reward| reward.id.as_ref()).collect::<Vec<_>>().join(", "),
    })
}

/// Whether the member may have a listed reward for so many points, and the piece of its stock that goes with it.
///
/// # Errors
/// [`Refusal::WrongPrice`], [`Refusal::RewardNotAvailable`], [`Refusal::OutOfStock`].
pub(super) fn piece(
    draft: &Draft<'_>,
    reward: &Reward,
    asked: Points,
    effective_at: Instant,
) -> Result<Option<BudgetEntry>, Refusal> {
    let name = || reward.id.to_string();
    if asked != reward.points {
        return Err(Refusal::WrongPrice { reward: name(), asked, price: reward.points });
    }
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    if !is_offered(plan, reward, draft.state(), effective_at) {
        return Err(Refusal::RewardNotAvailable { reward: name() });
    }
    let Some(stock) = reward.stock else { return Ok(None) };
    let room = Points(stock.pieces.saturating_sub(draft.ledger().used(stock.number).0));
    if !room.is_positive() {
        return Err(Refusal::OutOfStock { reward: name() });
    }
    Ok(Some(BudgetEntry { budget: stock.number, room, used: Points(1) }))
}

fn is_offered(plan: &Plan, reward: &Reward, state: &MemberState, at: Instant) -> bool {
    reward.from.is_none_or(|from| at >= from)
        && reward.until.is_none_or(|until| at < until)
        && (reward.tiers.is_empty()
            || reward.tiers.iter().any(|wanted| tier::figures::holds(state, plan, *wanted)))
}

/// A piece that is taken from a stock along with an event that is not the first to say so.
pub(super) fn piece_taken(stock: BudgetNumber) -> BudgetEntry {
    BudgetEntry { budget: stock, room: Points::ZERO, used: Points(1) }
}

/// A piece that goes back to a stock.
pub(super) fn piece_back(stock: BudgetNumber) -> BudgetEntry {
    BudgetEntry { budget: stock, room: Points::ZERO, used: Points(-1) }
}

/// The voucher that a code opens, issued now.
///
/// # Errors
/// [`Refusal::DuplicateVoucher`] where the member has one of that code that was not used, expired or not.
pub(super) fn issue(
    state: &MemberState,
    plan: &Plan,
    code: CodeHash,
    now: Instant,
) -> Result<Voucher, Refusal> {
    if open(state, &code).is_some() {
        return Err(Refusal::DuplicateVoucher);
    }
    let last_day = plan.voucher_days.map(|days| plan.zone.day(now).plus_days(i64::from(days)));
    let expires_at = last_day.map(|day| plan.zone.day_start(day.plus_days(1)));
    Ok(Voucher { code, expires_at })
}

/// The member's voucher of a code, if it was not used.
fn open<'s>(state: &'s MemberState, code: &CodeHash) -> Option<&'s Voucher> {
    state.vouchers.iter().find(|voucher| voucher.code == *code)
}

/// Takes a voucher for used. It is good if it was shown before its end, however late that is reported; whether the member
/// may redeem does not matter, as its points were spent when it was issued.
///
/// # Errors
/// [`Refusal::UnknownVoucher`] where the member has none of that code, or it was used; [`Refusal::VoucherExpired`].
pub fn use_voucher(draft: &mut Draft<'_>, used: &VoucherUse, effective_at: Instant) -> Result<(), Refusal> {
    let voucher = open(draft.state(), &used.code).ok_or(Refusal::UnknownVoucher)?;
    if let Some(expired_at) = voucher.expires_at.filter(|end| *end <= effective_at) {
        return Err(Refusal::VoucherExpired { expired_at });
    }
    draft.record(draft.now(effective_at), Decision::VoucherUsed(used.code));
    Ok(())
}
