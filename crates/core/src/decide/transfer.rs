//! Points sent to another member (case 19).
//!
//! Both members are settled to one instant, the latest that either knows of, and both sides take effect at it. What is
//! sent comes from the lots that would be spent next; the fee comes from those after.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw::{self, Draws};
use crate::decide::lifetime::{self, Life};
use crate::decide::{allowance, member, redeem, renew};
use crate::event::{Decision, NewLot, Term, TransferReceived, TransferSent};
use crate::fact::Transfer;
use crate::money::Rounding;
use crate::points::Points;
use crate::programme::plan::{Activation, Plan, PointCurrency, RenewalKind, TransferExpiry, TransferPolicy};
use crate::refusal::Refusal;

/// A fee's share is counted in hundredths of a per cent.
const WHOLE_BASIS_POINTS: i128 = 10_000;

/// Sends points to the member at the other end.
///
/// # Errors
/// In this order: [`Refusal::SameMember`], [`Refusal::UnknownMember`], [`Refusal::MemberMerged`] or
/// [`Refusal::MemberClosed`] of the receiver; [`Refusal::RedeemingBlocked`] of the sender, [`Refusal::EarningBlocked`] of
/// the receiver; [`Refusal::UnknownPointCurrency`], [`Refusal::NotSpendable`], [`Refusal::TransfersNotAllowed`];
/// [`Refusal::BelowMinimum`], [`Refusal::AboveMaximum`], [`Refusal::OverLimit`]; [`Refusal::InsufficientPoints`] for points
/// and fee together; [`Refusal::Overflow`].
pub fn send(draft: &mut Draft<'_>, transfer: &Transfer<'_>, effective_at: Instant) -> Result<(), Refusal> {
    let now = member::meet(draft, &transfer.to, effective_at)?;
    member::may_redeem(draft.state())?;
    draft.other().map_or(Ok(()), |(_, receiver)| member::may_earn(receiver))?;
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &transfer.currency)?;
    redeem::spendable(currency)?;
    let Some(policy) = &currency.transfer else {
        return Err(Refusal::TransfersNotAllowed { currency: currency.id.to_string() });
    };
    let points = transfer.points;
    let caps = allowance::check(draft.state(), plan, &policy.allowance, points, effective_at)?;
    let fee = fee(policy, points)?;
    let asked = points.plus(fee)?;
    let available = draft.state().balance(currency.number).available;
    if asked > available {
        return Err(Refusal::InsufficientPoints { asked, available });
    }
    let draws = draw::available(draft.state(), currency.number, currency.spend_order, asked, |_| true);
    let moved = draw::part_of(&draws, Points::ZERO, points);
    let lots = draft.on_other(|receiver| received(receiver, plan, currency, policy.expiry, &moved, now));
    let lots = lots.ok_or_else(|| member::unknown(&transfer.to))??;

    let from = Box::from(draft.name());
    let to = Box::from(transfer.to.as_ref());
    let currency = currency.number;
    draft.record(now, Decision::TransferSent(TransferSent { to, currency, points, fee, draws, caps }));
    renew::after(draft, RenewalKind::Transfer, effective_at);
    draft.on_other(|receiver| {
        let numbers: SmallVec<[_; 2]> = lots.iter().map(|lot| lot.number).collect();
        let received = TransferReceived { from, currency, points, lots, gift: transfer.gift };
        receiver.record(now, Decision::TransferReceived(received));
        numbers.into_iter().for_each(|lot| receiver.pay_arrears(lot, now));
        renew::after(receiver, RenewalKind::Transfer, effective_at);
    });
    Ok(())
}

/// What sending costs on top, its share rounded up.
fn fee(policy: &TransferPolicy, points: Points) -> Result<Points, Refusal> {
    let share = i128::from(points.0) * i128::from(policy.fee_basis_points);
    policy.fee_points.plus(Points(Rounding::Ceil.divide(share, WHOLE_BASIS_POINTS)?))
}

/// What the points are at the receiver's: a lot for each end that they had, or one lot that begins now.
fn received(
    receiver: &Draft<'_>,
    plan: &Plan,
    currency: &PointCurrency,
    expiry: TransferExpiry,
    moved: &Draws,
    now: Instant,
) -> Result<SmallVec<[NewLot; 1]>, Refusal> {
    receiver.room_for(currency.number, draw::total(moved))?;
    let parts: SmallVec<[(Term, Points); 2]> = match expiry {
        TransferExpiry::Keep => by_term(moved),
        TransferExpiry::Restart => {
            let (state, at_once) = (receiver.state(), Activation::Immediate);
            let life = lifetime::begin(plan.zone, state, currency.number, at_once, &currency.expiry, now);
            SmallVec::from_iter([(life.term, draw::total(moved))])
        }
    };
    let lot = |(ahead, (term, points))| {
        receiver.new_lot(ahead, currency.number, points, Life { activates_at: now, term }, None)
    };
    parts.into_iter().enumerate().map(lot).collect()
}

/// Points per end, in the order drawn.
fn by_term(moved: &Draws) -> SmallVec<[(Term, Points); 2]> {
    let mut parts: SmallVec<[(Term, Points); 2]> = SmallVec::new();
    for draw in moved {
        let term = Term { expires_at: draw.expires_at, idle: draw.idle };
        match parts.iter_mut().find(|(known, _)| *known == term) {
            Some((_, points)) => points.0 += draw.points.0,
            None => parts.push((term, draw.points)),
        }
    }
    parts
}
