//! What falls due with time alone, in one order (cases 13 and 15).
//!
//! At one instant: lots are activated, then tier periods close, then lots expire; lots by number, ladders by number.
//! (Holds, once there are any, are released before all of these.) Settling in many steps gives the same events as
//! settling in one, so no schedule of sweeps shows in a member's history.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::tier;
use crate::event::{Decision, Expired, PointsActivated};
use crate::programme::versions::Programmes;
use crate::state::{Lot, MemberState};

/// Records everything that is due at or before `until`.
pub(super) fn settle(draft: &mut Draft<'_>, until: Instant) {
    let mut cursor = draft.state().settled_to;
    while let Some(due) = due_after(draft.state(), draft.programmes, cursor).filter(|due| *due <= until) {
        activate(draft, due);
        if due > cursor {
            tier::review::close(draft, due);
        }
        expire(draft, due);
        cursor = cursor.max(due);
    }
}

/// When something of the member falls due next, if ever.
pub fn due_at(state: &MemberState, programmes: &Programmes) -> Option<Instant> {
    due_after(state, programmes, state.settled_to)
}

/// The earliest lot due at any time, or tier due after the cursor: lots past their time remember it themselves.
fn due_after(state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    let lots = state.lots.iter().filter_map(lot_due).min();
    let tiers = tier::review::due_after(state, programmes, cursor);
    [lots, tiers].into_iter().flatten().min()
}

fn lot_due(lot: &Lot) -> Option<Instant> {
    if lot.pending { Some(lot.activates_at) } else { lot.expires_at }
}

fn activate(draft: &mut Draft<'_>, due: Instant) {
    let ready: SmallVec<[Lot; 4]> =
        draft.state().lots.iter().filter(|lot| lot.pending && lot.activates_at <= due).copied().collect();
    for lot in ready {
        let activated = PointsActivated { lot: lot.number, currency: lot.currency, points: lot.remaining };
        draft.record(lot.activates_at, Decision::PointsActivated(activated));
        draft.pay_arrears(lot.number, lot.activates_at);
    }
}

fn expire(draft: &mut Draft<'_>, due: Instant) {
    let ended: SmallVec<[Lot; 4]> = draft
        .state()
        .lots
        .iter()
        .filter(|lot| !lot.pending && lot.expires_at.is_some_and(|end| end <= due))
        .copied()
        .collect();
    for lot in ended {
        let at = lot.expires_at.unwrap_or(due).max(lot.activates_at);
        let expired = Expired { lot: lot.number, currency: lot.currency, points: lot.remaining };
        draft.record(at, Decision::Expired(expired));
    }
}
