//! Ladders: figures, tiers by figures and by hand.

use crate::apply::{Fit, Misfit, make_room_for_one};
use crate::calendar::{Day, Instant};
use crate::event::{
    Figures, FiguresCarried, LadderPlace, MetricEntry, TierChanged, TierGrant, TierGrantEnded, TierReason,
};
use crate::ids::LadderNumber;
use crate::state::{Bucket, LadderState, MemberState};

/// The member's place on a ladder, made now where there was nothing to note.
pub(super) fn ladder_mut(state: &mut MemberState, ladder: LadderNumber) -> &mut LadderState {
    let index = match state.ladders.binary_search_by_key(&ladder, |l| l.ladder) {
        Ok(index) => index,
        Err(index) => {
            state.ladders.insert(index, LadderState::new(ladder));
            index
        }
    };
    &mut state.ladders[index]
}

/// Drops figures of periods that no fact can reach any more. Those for ever stay.
pub(super) fn forget(state: &mut MemberState, before: Day) {
    let kept = |bucket: &Bucket| bucket.start == Day::EVER || bucket.start >= before;
    for ladder in &mut state.ladders {
        ladder.buckets.retain(kept);
        ladder.carried.retain(kept);
    }
}

/// Counts figures in their bucket, among those of all time, and for the tier that is lent where they say so.
pub(super) fn count(state: &mut MemberState, entry: &MetricEntry, fit: Fit) -> Result<(), Misfit> {
    let ladder = ladder_mut(state, entry.ladder);
    ladder.lifetime = sum(ladder.lifetime, entry.figures, fit)?;
    if let Some(challenge) = ladder.grant.as_mut().and_then(|grant| grant.challenge.as_mut())
        && entry.challenge
    {
        challenge.reached = sum(challenge.reached, entry.figures, fit)?;
    }
    add(&mut ladder.buckets, entry.bucket, entry.figures, fit)
}

/// Carries figures into a period, or back.
pub(super) fn carry(state: &mut MemberState, carried: &FiguresCarried, fit: Fit) -> Result<(), Misfit> {
    let ladder = ladder_mut(state, carried.ladder);
    add(&mut ladder.carried, carried.into, carried.figures, fit)
}

fn add(buckets: &mut Vec<Bucket>, start: Day, figures: Figures, fit: Fit) -> Result<(), Misfit> {
    match buckets.binary_search_by_key(&start, |b| b.start) {
        Ok(index) => buckets[index].figures = sum(buckets[index].figures, figures, fit)?,
        // A return of an order whose period is forgotten has nothing to take from, whatever it asks back.
        Err(_) if takes_away(&figures) => {}
        Err(index) => {
            make_room_for_one(buckets);
            buckets.insert(index, Bucket { start, figures });
        }
    }
    Ok(())
}

fn sum(a: Figures, b: Figures, fit: Fit) -> Result<Figures, Misfit> {
    let mut sum = a;
    sum.spend.0 = fit.sum(a.spend.0.checked_add(b.spend.0))?;
    sum.points.0 = fit.sum(a.points.0.checked_add(b.points.0))?;
    sum.orders = fit.sum(a.orders.checked_add(b.orders))?;
    sum.referrals = fit.sum(a.referrals.checked_add(b.referrals))?;
    sum.activities = fit.sum(a.activities.checked_add(b.activities))?;
    Ok(sum)
}

/// Whether figures are those of a return. An order counts at least itself; another occasion at least nothing.
fn takes_away(figures: &Figures) -> bool {
    let Figures { spend, points, orders, referrals, activities } = *figures;
    [spend.0, points.0, orders, referrals, activities].iter().all(|figure| *figure <= 0)
}

/// Changes the tier held by figures.
pub(super) fn change_tier(state: &mut MemberState, effective_at: Instant, changed: &TierChanged) {
    let ladder = ladder_mut(state, changed.ladder);
    if changed.why == TierReason::Replaced {
        // A tier that takes the place of another was reached when that one was, and the days of grace run on. The first
        // tier has no end.
        ladder.grace &= changed.until.is_some();
    } else {
        if ladder.tier != changed.to {
            ladder.since = effective_at;
            ladder.counted_from = changed.counted_from;
        }
        ladder.grace = changed.why == TierReason::GraceBegan;
    }
    if changed.why == TierReason::ChallengeMet {
        ladder.grant = None;
    }
    ladder.tier = changed.to;
    ladder.until = changed.until;
}

/// Takes over a place from another member.
pub(super) fn take_place(state: &mut MemberState, place: &LadderPlace) {
    let ladder = ladder_mut(state, place.ladder);
    (ladder.tier, ladder.since, ladder.until) = (place.tier, place.since, place.until);
    (ladder.grace, ladder.counted_from) = (place.grace, place.counted_from);
}

/// Gives or lends a tier by hand, in place of the one held so before.
pub(super) fn grant(state: &mut MemberState, ladder: LadderNumber, grant: TierGrant) {
    ladder_mut(state, ladder).grant = Some(grant);
}

pub(super) fn end_grant(state: &mut MemberState, ended: &TierGrantEnded, fit: Fit) -> Result<(), Misfit> {
    let grant = &mut ladder_mut(state, ended.ladder).grant;
    fit.that(grant.is_some_and(|grant| grant.tier == ended.tier), "the tier is not held by hand")?;
    *grant = None;
    Ok(())
}

/// What an absorbed member's figures add: buckets, what was carried, all time. Tiers come by [`take_place`] and [`grant`].
pub(super) fn absorb(state: &mut MemberState, from: &LadderState, fit: Fit) -> Result<(), Misfit> {
    let ladder = ladder_mut(state, from.ladder);
    ladder.lifetime = sum(ladder.lifetime, from.lifetime, fit)?;
    for bucket in &from.buckets {
        add(&mut ladder.buckets, bucket.start, bucket.figures, fit)?;
    }
    from.carried.iter().try_for_each(|bucket| add(&mut ladder.carried, bucket.start, bucket.figures, fit))
}
