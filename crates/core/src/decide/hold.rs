//! Points set aside (case 17).
//!
//! Held points have left their lots, so that nothing else can spend them and they do not expire. When they come back, each
//! lot has its own end again: one past it expires at once, and no days of grace delay that. What is left pays debts, as
//! any points that become available do.

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::draw::{self, Draws};
use crate::decide::precedent::{Precedent, share};
use crate::decide::{member, offer, redeem, renew};
use crate::event::{Decision, HoldCaptured, HoldPlaced, HoldReleased, Redeemed, ReleaseReason};
use crate::fact::{Capture, HoldRequest, Release};
use crate::ids::CurrencyNumber;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::RenewalKind;
use crate::refusal::Refusal;
use crate::state::{Hold, MemberState};

/// Sets points aside.
///
/// # Errors
/// [`Refusal::DuplicateRedemption`], [`Refusal::RedeemingBlocked`], [`Refusal::HoldEndsInThePast`],
/// [`Refusal::UnknownPointCurrency`], and those of a redemption, in this order.
pub fn place(
    draft: &mut Draft<'_>,
    hold: &HoldRequest<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    redeem::new_name(draft.state(), &hold.id, precedent)?;
    member::may_redeem(draft.state())?;
    let now = draft.now(effective_at);
    if hold.expires_at <= now {
        return Err(Refusal::HoldEndsInThePast { expires_at: hold.expires_at, now });
    }
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let currency = redeem::currency(plan, &hold.currency)?;
    let Redeemed { currency, points, worth, draws, stock, .. } =
        redeem::prepare(draft, currency, hold.points, false, &hold.purpose, effective_at)?;
    let placed = HoldPlaced {
        hold: Box::from(hold.id.as_ref()),
        currency,
        points,
        worth,
        draws,
        expires_at: hold.expires_at,
        stock,
    };
    draft.join(effective_at);
    draft.record(now, Decision::HoldPlaced(placed));
    renew::after(draft, RenewalKind::Redemption, effective_at);
    Ok(())
}

/// Spends what was set aside, or the first part of it; the rest comes back. A block does not hinder it, as the points were
/// promised when the hold was placed.
///
/// # Errors
/// [`Refusal::UnknownHold`], [`Refusal::OverCaptured`].
pub fn capture(draft: &mut Draft<'_>, capture: &Capture<'_>, effective_at: Instant) -> Result<(), Refusal> {
    let hold = open(draft.state(), &capture.hold)?.clone();
    let held = hold.points();
    let points = capture.points.unwrap_or(held);
    if points > held {
        let hold = capture.hold.clone().into_owned();
        return Err(Refusal::OverCaptured { hold, asked: points, held });
    }
    let rest = draw::part_of(&hold.draws, points, held.minus(points)?);
    let released = draw::ends_of_restored(draft.state(), &rest, hold.currency);
    let redeemed = Redeemed {
        currency: hold.currency,
        points,
        worth: hold.worth.map(|worth| Money(share(worth.0, points.0, held.0))),
        draws: draw::part_of(&hold.draws, Points::ZERO, points),
        // The piece was taken with the hold; it is noted here so that a reversal gives it back.
        stock: hold.stock.map(offer::piece_taken),
        voucher: None,
    };
    let now = draft.now(effective_at);
    let captured = HoldCaptured { hold: hold.name, redeemed, released: released.clone() };
    draft.record(now, Decision::HoldCaptured(captured));
    after_release(draft, hold.currency, &released, now);
    Ok(())
}

/// Gives up a hold.
///
/// # Errors
/// [`Refusal::UnknownHold`].
pub fn release(draft: &mut Draft<'_>, release: &Release<'_>, effective_at: Instant) -> Result<(), Refusal> {
    let hold = open(draft.state(), &release.hold)?.clone();
    let now = draft.now(effective_at);
    let_go(draft, hold, ReleaseReason::Asked, now);
    Ok(())
}

/// Releases every hold whose time is over, in order of placing.
pub(super) fn release_due(draft: &mut Draft<'_>, due: Instant) {
    let over = |hold: &Hold| hold.expires_at <= due;
    while let Some(hold) = draft.state().holds.iter().find(|hold| over(hold)).cloned() {
        let at = hold.expires_at;
        let_go(draft, hold, ReleaseReason::Expired, at);
    }
}

/// Releases every hold of a member who leaves, in order of placing.
pub(super) fn release_all(draft: &mut Draft<'_>, now: Instant) {
    while let Some(hold) = draft.state().holds.first().cloned() {
        let_go(draft, hold, ReleaseReason::Closed, now);
    }
}

fn open<'s>(state: &'s MemberState, name: &str) -> Result<&'s Hold, Refusal> {
    state.hold(name).ok_or_else(|| Refusal::UnknownHold { hold: name.to_owned() })
}

fn let_go(draft: &mut Draft<'_>, hold: Hold, why: ReleaseReason, at: Instant) {
    let points = hold.points();
    let Hold { name, currency, draws, stock, .. } = hold;
    let restored = draw::ends_of_restored(draft.state(), &draws, currency);
    let released = HoldReleased {
        hold: name,
        currency,
        points,
        restored: restored.clone(),
        why,
        stock: stock.map(offer::piece_back),
    };
    draft.record(at, Decision::HoldReleased(released));
    after_release(draft, currency, &restored, at);
}

fn after_release(draft: &mut Draft<'_>, currency: CurrencyNumber, restored: &Draws, at: Instant) {
    draw::expire_ended(draft, restored, currency, at);
    for draw in restored {
        draft.pay_arrears(draw.lot, at);
    }
}
