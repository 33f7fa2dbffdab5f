//! How a member's state follows from a decision: bookkeeping, no judgement.
//!
//! A decision that does not fit the state can only come from a bug or an altered log; it is reported as [`Misfit`], and
//! the state is then to be thrown away.

mod counters;
mod ladders;
mod lots;
mod merge;

use thiserror::Error;

use crate::calendar::Instant;
use crate::event::{BenefitRestored, BenefitUsed, CodeHash, Counted, Decision, Posting, Trigger};
use crate::fact::{Enrolment, Profile};
use crate::points::Points;
use crate::state::{Balance, Hold, MemberProfile, MemberState, ReferredBy};

/// A decision that cannot follow from the state it is applied to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a {decision} does not fit the state before it: {what}")]
pub struct Misfit {
    /// The decision's kind.
    pub decision: &'static str,
    /// What does not fit.
    pub what: &'static str,
}

/// Folds one decision into a member's state.
///
/// # Errors
/// [`Misfit`] where a lot is missing or too small, or a sum does not fit.
pub fn apply(state: &mut MemberState, effective_at: Instant, decision: &Decision) -> Result<(), Misfit> {
    let fit = Fit(decision.name());
    touch(state, effective_at);
    match decision {
        Decision::MemberJoined => state.joined_at = Some(effective_at),
        Decision::PointsEarned(earned) => {
            if earned.on == Trigger::Order {
                state.orders = fit.sum(state.orders.checked_add(1))?;
            }
            if earned.on == Trigger::Birthday {
                state.birthday_at = state.birthday_at.max(Some(effective_at));
            }
            for lot in &earned.lots {
                lots::add_lot(state, effective_at, lot, fit)?;
            }
            counters::forget(state, earned.forget_before);
            counters::apply_counters(state, &earned.caps, &earned.metrics, fit)?;
            earned.cooldowns.iter().for_each(|cooling| counters::rest(state, cooling));
            earned.streak.iter().for_each(|streak| counters::set_streak(state, streak));
        }
        Decision::Credited(credited) => {
            lots::add_lot(state, effective_at, &credited.lot, fit)?;
            counters::apply_counters(state, &credited.caps, &[], fit)?;
        }
        Decision::PointsActivated(activated) => lots::activate(state, effective_at, activated, fit)?,
        Decision::ArrearsPaid(paid) => lots::draw(state, paid.lot, paid.points, fit)?,
        Decision::Redeemed(redeemed) => {
            lots::draw_all(state, &redeemed.draws, fit)?;
            state.vouchers.extend(redeemed.voucher);
        }
        Decision::RedemptionReversed(reversed) => {
            lots::restore_all(state, reversed.currency, &reversed.restored, fit)?;
            if let Some(code) = reversed.voided {
                close_voucher(state, &code, fit)?;
            }
        }
        Decision::Expired(expired) => lots::draw(state, expired.lot, expired.points, fit)?,
        Decision::LotCancelled(cancelled) => lots::draw(state, cancelled.lot, cancelled.points, fit)?,
        Decision::ClawedBack(clawed) => {
            for take in &clawed.takes {
                lots::draw_all(state, &take.from_pending, fit)?;
                lots::draw_all(state, &take.from_available, fit)?;
            }
            if clawed.whole {
                state.orders = fit.sum(state.orders.checked_sub(1))?;
            }
            counters::apply_counters(state, &clawed.caps, &clawed.metrics, fit)?;
            clawed.cooldowns.iter().for_each(|cooling| counters::end_rest(state, cooling));
            if let Some(referral) = state.referral.as_mut().filter(|_| clawed.referral_cancelled) {
                referral.paid = false;
            }
        }
        Decision::Debited(debited) => lots::draw_all(state, &debited.draws, fit)?,
        Decision::TierChanged(changed) => ladders::change_tier(state, effective_at, changed),
        Decision::Renewed(renewed) => lots::renew(state, renewed),
        Decision::ReferralPaid(_) => {
            if let Some(referral) = &mut state.referral {
                referral.paid = true;
            }
        }
        Decision::HoldPlaced(placed) => {
            lots::draw_all(state, &placed.draws, fit)?;
            state.holds.push(Hold {
                name: placed.hold.clone(),
                currency: placed.currency,
                worth: placed.worth,
                expires_at: placed.expires_at,
                draws: placed.draws.clone(),
                stock: placed.stock.map(|entry| entry.budget),
            });
        }
        Decision::HoldCaptured(captured) => {
            end_hold(state, &captured.hold, fit)?;
            lots::restore_all(state, captured.redeemed.currency, &captured.released, fit)?;
        }
        Decision::HoldReleased(released) => {
            end_hold(state, &released.hold, fit)?;
            lots::restore_all(state, released.currency, &released.restored, fit)?;
        }
        Decision::VoucherUsed(code) => close_voucher(state, code, fit)?,
        Decision::TransferSent(sent) => {
            lots::draw_all(state, &sent.draws, fit)?;
            counters::apply_counters(state, &sent.caps, &[], fit)?;
        }
        Decision::TransferReceived(received) => {
            for lot in &received.lots {
                lots::add_lot(state, effective_at, lot, fit)?;
            }
        }
        Decision::WrittenOff(_) => {}
        Decision::ExpiryChanged(changed) => lots::change_expiry(state, changed, fit)?,
        Decision::Reinstated(reinstated) => lots::add_lot(state, effective_at, &reinstated.lot, fit)?,
        Decision::MergedInto(merged) => merge::hand_over(state, &merged.into),
        Decision::MergedFrom(merged) => merge::absorb(state, merged, fit)?,
        Decision::Closed(closed) => {
            for forfeit in &closed.forfeited {
                lots::draw_all(state, &forfeit.available, fit)?;
                lots::draw_all(state, &forfeit.pending, fit)?;
            }
            state.status.closed_at = Some(effective_at);
        }
        Decision::BlockSet(block) => {
            state.status.earning_blocked = block.earning;
            state.status.redeeming_blocked = block.redeeming;
        }
        Decision::FiguresCarried(carried) => ladders::carry(state, carried, fit)?,
        Decision::TierGranted(granted) => ladders::grant(state, granted.ladder, granted.grant),
        Decision::TierGrantEnded(ended) => ladders::end_grant(state, ended, fit)?,
        Decision::BenefitUsed(BenefitUsed { count, .. })
        | Decision::BenefitRestored(BenefitRestored { count }) => {
            counters::use_cap(state, count.cap, count.period, count.used, fit)?;
        }
        Decision::ReferralCancelled(cancelled) => {
            let Counted { caps, metrics } = &cancelled.counted;
            counters::apply_counters(state, caps, metrics, fit)?;
        }
    }
    let mut posted = Ok(());
    decision.postings(effective_at, |posting| {
        if posted.is_ok() {
            posted = post(state, posting, fit);
        }
    });
    posted
}

/// Notes that something of the member took effect at a time, so that later facts know what is late.
pub fn touch(state: &mut MemberState, effective_at: Instant) {
    state.settled_to = state.settled_to.max(effective_at);
}

/// Takes over what an enrolment says about the member.
pub fn apply_enrolment(state: &mut MemberState, enrolment: &Enrolment<'_>) {
    apply_profile(state, &enrolment.profile);
    if let Some(referrer) = &enrolment.referred_by {
        state.referral = Some(ReferredBy { referrer: Box::from(referrer.as_ref()), paid: false });
    }
}

/// Takes over what a fact says about the member. Beside enrolments, no other fact changes a state.
pub fn apply_profile(state: &mut MemberState, profile: &Profile<'_>) {
    state.profile = MemberProfile {
        birthday: profile.birthday,
        segments: profile.segments.iter().map(|s| Box::from(s.as_ref())).collect(),
        attributes: profile
            .attributes
            .iter()
            .map(|(k, v)| (Box::from(k.as_ref()), Box::from(v.as_ref())))
            .collect(),
    };
}

/// Names the decision in whatever does not fit.
#[derive(Clone, Copy)]
struct Fit(&'static str);

impl Fit {
    fn that(self, holds: bool, what: &'static str) -> Result<(), Misfit> {
        if holds { Ok(()) } else { Err(Misfit { decision: self.0, what }) }
    }

    fn sum<T>(self, sum: Option<T>) -> Result<T, Misfit> {
        sum.ok_or(Misfit { decision: self.0, what: "a sum is out of range" })
    }
}

/// Makes room for one more in a list that is short for most members: growing one by one at first, then by doubling, it
/// takes less memory than the four places that a vector begins with.
fn make_room_for_one<T>(list: &mut Vec<T>) {
    if list.len() == list.capacity() {
        list.reserve_exact(list.len().max(1));
    }
}

fn end_hold(state: &mut MemberState, name: &str, fit: Fit) -> Result<(), Misfit> {
    let open = state.holds.len();
    state.holds.retain(|hold| hold.name.as_ref() != name);
    fit.that(state.holds.len() < open, "the hold is not open")
}

fn close_voucher(state: &mut MemberState, code: &CodeHash, fit: Fit) -> Result<(), Misfit> {
    // Two members who are one now may both have had a voucher of one code; each is used by itself.
    match state.vouchers.iter().position(|voucher| voucher.code == *code) {
        Some(index) => {
            state.vouchers.remove(index);
            Ok(())
        }
        None => fit.that(false, "the voucher is not open"),
    }
}

fn post(state: &mut MemberState, posting: Posting, fit: Fit) -> Result<(), Misfit> {
    let index = usize::from(posting.currency.0);
    if state.balances.len() <= index {
        state.balances.resize(index + 1, Balance::default());
    }
    let (balance, sign) = state.balances[index].account_mut(posting.account);
    let sum = i128::from(balance.0) + posting.points * i128::from(sign);
    *balance = Points(fit.sum(i64::try_from(sum).ok())?);
    fit.that(sum >= 0, "a balance would fall below zero")
}

#[cfg(test)]
mod tests;
