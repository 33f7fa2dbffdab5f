//! Making one member of two (case 38).
//!
//! Both are settled to one instant, the latest that either knows of. Then all that the one had is the other's: balances,
//! lots with their own ends, holds, vouchers, counters, figures, rests. Of two places on a ladder the higher stays. What
//! the two owe together is paid from what they have together, and their figures together may reach a higher tier.

use smallvec::SmallVec;

use crate::calendar::{Day, Instant};
use crate::decide::draft::{Draft, ISSUED_MAX};
use crate::decide::{draw, member, tier};
use crate::event::{Account, Decision, LadderPlace, MergedFrom, MergedInto, TierGrant, TierGranted};
use crate::fact::Merge;
use crate::ids::CurrencyNumber;
use crate::programme::plan::{Ladder, Plan};
use crate::refusal::Refusal;
use crate::state::{LadderState, MemberState};

/// Makes the member part of the one at the other end.
///
/// # Errors
/// In this order: [`Refusal::UnknownMember`] of the member, [`Refusal::SameMember`], [`Refusal::UnknownMember`], [`Refusal::MemberMerged`] (also where
/// an old name leads to the other) or [`Refusal::MemberClosed`] of the other, [`Refusal::HoldInBoth`], and [`Refusal::Overflow`] where the two do not fit into
/// one.
pub fn merge(draft: &mut Draft<'_>, merge: &Merge<'_>, effective_at: Instant) -> Result<(), Refusal> {
    member::is_known(draft)?;
    let now = member::meet(draft, &merge.into, effective_at)?;
    let version = draft.programmes.in_force(effective_at)?;
    let (name, into) = draft.other().ok_or_else(|| member::unknown(&merge.into))?;
    if name != merge.into {
        let (member, into) = (merge.into.clone().into_owned(), name.to_owned());
        return Err(Refusal::MemberMerged { member, into });
    }
    fits(draft.state(), into)?;
    let ladders = places(&version.plan, draft.state(), into);
    let grants = grants(&version.plan, draft.state(), into);

    let mut state = draft.state().clone();
    // Nobody is referred by themselves.
    state.referral = state.referral.filter(|referral| *referral.referrer != *merge.into);
    let (from, into) = (Box::from(draft.name()), Box::from(merge.into.as_ref()));
    let balances = state.balances.clone();
    draft.record(now, Decision::MergedInto(MergedInto { into, balances }));
    draft.on_other(|into| {
        let merged = MergedFrom { from, state: Box::new(state), ladders, grants };
        into.record(now, Decision::MergedFrom(merged));
        pay_debts(into, &version.plan, now);
        for ladder in version.plan.ladders.iter().flatten() {
            tier::after_counting(into, version, ladder, now);
        }
        tier::recount_all(into, version, now);
    });
    Ok(())
}

/// Refuses two members whose holds or sums cannot be one member's.
fn fits(from: &MemberState, into: &MemberState) -> Result<(), Refusal> {
    if let Some(hold) = from.holds.iter().find(|hold| into.hold(&hold.name).is_some()) {
        return Err(Refusal::HoldInBoth { hold: hold.name.to_string() });
    }
    let overflow = |what| move || Refusal::Overflow { what };
    for (currency, theirs) in (0..).map(CurrencyNumber).zip(&from.balances) {
        let mine = into.balance(currency);
        let sum = |account: &Account| (mine.posted(*account) + theirs.posted(*account)).abs();
        if Account::ALL.iter().any(|account| sum(account) > i128::from(ISSUED_MAX)) {
            return Err(overflow("points")());
        }
    }
    for cap in &from.caps {
        cap.used.plus(into.cap_used(cap.cap, cap.period))?;
    }
    for ladder in &from.ladders {
        for bucket in &ladder.buckets {
            tier::figures::room_for(into, ladder.ladder, bucket.start, &bucket.figures)?;
        }
        tier::figures::room_for(into, ladder.ladder, Day::EVER, &ladder.lifetime)?;
    }
    from.orders.checked_add(into.orders).ok_or_else(overflow("orders"))?;
    from.last_lot.0.checked_add(into.last_lot.0).ok_or_else(overflow("lots"))?;
    Ok(())
}

/// The places on ladders that come from the member who is no more: those of a higher tier, or of the same tier for longer.
fn places(plan: &Plan, from: &MemberState, into: &MemberState) -> SmallVec<[LadderPlace; 1]> {
    let place = |theirs: &LadderState| {
        let ladder = plan.ladders.get(usize::from(theirs.ladder.0))?.as_ref()?;
        let LadderState { ladder: number, tier, since, until, grace, counted_from, .. } = *theirs;
        is_better(ladder, theirs, into.ladder(number)).then_some(LadderPlace {
            ladder: number,
            tier,
            since,
            until,
            grace,
            counted_from,
        })
    };
    from.ladders.iter().filter_map(place).collect()
}

/// The tiers held by hand that come from the member who is no more: the higher ones, or the same for longer.
fn grants(plan: &Plan, from: &MemberState, into: &MemberState) -> SmallVec<[TierGranted; 0]> {
    let granted = |theirs: &LadderState| {
        let ladder = plan.ladder(theirs.ladder)?;
        let worth = |grant: TierGrant| (ladder.rank(grant.tier), grant.until.unwrap_or(Instant::MAX));
        let mine = into.ladder(theirs.ladder).and_then(|mine| mine.grant).map(worth);
        let grant = theirs.grant.filter(|grant| Some(worth(*grant)) > mine)?;
        Some(TierGranted { ladder: theirs.ladder, grant })
    };
    from.ladders.iter().filter_map(granted).collect()
}

fn is_better(ladder: &Ladder, theirs: &LadderState, mine: Option<&LadderState>) -> bool {
    let rank = ladder.rank(theirs.tier);
    let end = |l: &LadderState| l.until.unwrap_or(Instant::MAX);
    let mine = mine.map_or((0, Instant::MAX), |mine| (ladder.rank(mine.tier), end(mine)));
    // On the first tier there is nothing to be had for longer.
    rank > 0 && (rank, end(theirs)) > mine
}

/// Pays what is owed from what is there, in the order of spending.
fn pay_debts(draft: &mut Draft<'_>, plan: &Plan, now: Instant) {
    for index in 0..draft.state().balances.len() {
        let Ok(number) = u8::try_from(index).map(CurrencyNumber) else { return };
        let owed = draft.state().balance(number).arrears;
        let order = plan.currency(number).map(|currency| currency.spend_order).unwrap_or_default();
        for draw in draw::available(draft.state(), number, order, owed, |_| true) {
            draft.pay_arrears(draw.lot, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::points::Points;
    use crate::state::Balance;

    fn with_available(points: i64) -> MemberState {
        let (available, issued) = (Points(points), Points(points));
        let balance = Balance { available, issued, ..Balance::default() };
        MemberState { balances: [balance].into_iter().collect(), ..MemberState::default() }
    }

    #[test]
    fn s38_balances_fit_into_one_up_to_the_most_that_anybody_may_be_given() {
        let half = with_available(ISSUED_MAX / 2);
        assert_eq!(fits(&half, &half), Ok(()));
        let more = with_available(ISSUED_MAX / 2 + 1);
        assert_eq!(fits(&half, &more), Err(Refusal::Overflow { what: "points" }));
        assert_eq!(fits(&with_available(ISSUED_MAX), &MemberState::default()), Ok(()));
    }
}
