//! How one member's state becomes part of another's. Balances follow from the postings.

use crate::apply::{Fit, Misfit, counters, ladders, lots};
use crate::event::{Draw, MergedFrom};
use crate::ids::LotNumber;
use crate::state::{Hold, Lot, MemberState, Status};

/// Takes in another member: their lots under numbers after the last of this one's.
pub(super) fn absorb(state: &mut MemberState, merged: &MergedFrom, fit: Fit) -> Result<(), Misfit> {
    let from = &*merged.state;
    let offset = state.last_lot.0;
    let renumbered = |number: LotNumber| fit.sum(number.0.checked_add(offset)).map(LotNumber);
    state.last_lot = renumbered(from.last_lot)?;
    for lot in &from.lots {
        state.lots.push(Lot { number: renumbered(lot.number)?, ..*lot });
    }
    for hold in &from.holds {
        fit.that(state.hold(&hold.name).is_none(), "both have an open hold of one name")?;
        let draws = hold.draws.iter().map(|draw| Ok(Draw { lot: renumbered(draw.lot)?, ..*draw }));
        state.holds.push(Hold { draws: draws.collect::<Result<_, Misfit>>()?, ..hold.clone() });
    }
    state.vouchers.extend_from_slice(&from.vouchers);
    state.orders = fit.sum(state.orders.checked_add(from.orders))?;
    state.joined_at = match (state.joined_at, from.joined_at) {
        (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
        (mine, theirs) => mine.or(theirs),
    };
    if state.referral.is_none() {
        state.referral.clone_from(&from.referral);
    }
    state.profile.birthday = state.profile.birthday.or(from.profile.birthday);
    state.birthday_at = state.birthday_at.max(from.birthday_at);
    state.status.earning_blocked |= from.status.earning_blocked;
    state.status.redeeming_blocked |= from.status.redeeming_blocked;
    for cap in &from.caps {
        counters::use_cap(state, cap.cap, cap.period, cap.used, fit)?;
    }
    from.cooldowns.iter().for_each(|cooling| counters::rest(state, cooling));
    from.renewals.iter().for_each(|renewal| lots::raise_renewal(state, *renewal));
    for streak in &from.streaks {
        let known = state.streaks.iter().find(|s| s.activity == streak.activity);
        if known.is_none_or(|known| (known.day, known.length) < (streak.day, streak.length)) {
            counters::set_streak(state, streak);
        }
    }
    from.ladders.iter().try_for_each(|ladder| ladders::absorb(state, ladder, fit))?;
    merged.ladders.iter().for_each(|place| ladders::take_place(state, place));
    merged.grants.iter().for_each(|granted| ladders::grant(state, granted.ladder, granted.grant));
    Ok(())
}

/// Leaves nothing behind but who the member was and where they are now.
pub(super) fn hand_over(state: &mut MemberState, into: &str) {
    let MemberState { joined_at, settled_to, last_lot, birthday_at, .. } = *state;
    let profile = std::mem::take(&mut state.profile);
    let balances = std::mem::take(&mut state.balances);
    let status = Status { merged_into: Some(into.into()), ..std::mem::take(&mut state.status) };
    let referral = state.referral.take();
    *state = MemberState {
        joined_at,
        settled_to,
        last_lot,
        birthday_at,
        profile,
        balances,
        status,
        referral,
        ..MemberState::default()
    };
}
