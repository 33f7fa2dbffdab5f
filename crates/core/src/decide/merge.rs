//! Making one member of two (case 38).
//!
//! Both are settled to one instant, the latest that either knows of. Then all that the one had is the other's: balances,
//! lots with their own ends, holds, vouchers, counters, figures, rests. Of two places on a ladder the higher stays. What
//! the two owe together is paid from what they have together, and their figures together may reach a higher tier.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::{Draft, ISSUED_MAX};
use crate::decide::{draw, member, tier};
use crate::event::{Account, Decision, LadderPlace, MergedFrom, MergedInto};
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

    let mut state = draft.state().clone();
    // Nobody is referred by themselves.
    state.referral = state.referral.filter(|referral| *referral.referrer != *merge.into);
    let (from, into) = (Box::from(draft.name()), Box::from(merge.into.as_ref()));
    let balances = state.balances.clone();
    draft.record(now, Decision::MergedInto(MergedInto { into, balances }));
    draft.on_other(|into| {
        into.record(now, Decision::MergedFrom(MergedFrom { from, state: Box::new(state), ladders }));
        pay_debts(into, &version.plan, now);
        for ladder in version.plan.ladders.iter().flatten() {
            tier::after_order(into, version, ladder, now);
        }
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
    }
    from.orders.checked_add(into.orders).ok_or_else(overflow("orders"))?;
    from.last_lot.0.checked_add(into.last_lot.0).ok_or_else(overflow("lots"))?;
    Ok(())
}

/// The places on ladders that come from the member who is no more: those of a higher tier, or of the same tier for longer.
fn places(plan: &Plan, from: &MemberState, into: &MemberState) -> SmallVec<[LadderPlace; 1]> {
    let place = |theirs: &LadderState| {
        let ladder = plan.ladders.get(usize::from(theirs.ladder.0))?.as_ref()?;
        let LadderState { ladder: number, tier, since, until, grace, .. } = *theirs;
        is_better(ladder, theirs, into.ladder(number)).then_some(LadderPlace {
            ladder: number,
            tier,
            since,
            until,
            grace,
        })
    };
    from.ladders.iter().filter_map(place).collect()
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
