//! What falls due with time alone, in one order (cases 10, 13 and 15).
//!
//! At one instant: holds are released, lots are activated, birthdays and anniversaries are judged, tier periods close,
//! then lots expire, or are cancelled where they waited for a fulfilment that did not come; holds in order of placing,
//! lots and ladders by number. Settling in many steps gives the same events as settling in one, so no schedule of sweeps
//! shows in a member's history.
//!
//! Holds and lots remember that they are due until they are settled, so that those of a late fact are settled after their
//! time. What follows from the calendar (occasions, tiers) is due once, when time passes it.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::{hold, occasion, tier};
use crate::event::{Decision, Expired, LotCancelled, PointsActivated};
use crate::programme::versions::Programmes;
use crate::state::{Lot, MemberState};

/// Records everything that is due at or before `until`.
pub(super) fn settle(draft: &mut Draft<'_>, until: Instant) {
    let mut cursor = draft.state().settled_to;
    while let Some(due) = due_after(draft.state(), draft.programmes, cursor).filter(|due| *due <= until) {
        hold::release_due(draft, due);
        activate(draft, due);
        if due > cursor {
            occasion::celebrate(draft, due);
            tier::review::close(draft, due);
        }
        end(draft, due);
        cursor = cursor.max(due);
    }
}

/// When something of the member falls due next, if ever.
pub fn due_at(state: &MemberState, programmes: &Programmes) -> Option<Instant> {
    due_after(state, programmes, state.settled_to)
}

/// The earliest hold or lot due at any time, or occasion or tier due after the cursor.
fn due_after(state: &MemberState, programmes: &Programmes, cursor: Instant) -> Option<Instant> {
    let holds = state.holds.iter().map(|hold| hold.expires_at).min();
    // Every lot is looked at whenever the member does something, so without a branch.
    let lots = state.lots.iter().map(|lot| lot_due(lot).unwrap_or(Instant::MAX)).min();
    let lots = lots.filter(|due| *due < Instant::MAX);
    let occasions = occasion::due_after(state, programmes, cursor);
    let tiers = tier::review::due_after(state, programmes, cursor);
    [holds, lots, occasions, tiers].into_iter().flatten().min()
}

fn lot_due(lot: &Lot) -> Option<Instant> {
    if lot.pending && !lot.waits() { Some(lot.activates_at) } else { lot.expires_at }
}

fn activate(draft: &mut Draft<'_>, due: Instant) {
    let is_ready = |lot: &&Lot| lot.pending && !lot.waits() && lot.activates_at <= due;
    let ready: SmallVec<[Lot; 4]> = draft.state().lots.iter().filter(is_ready).copied().collect();
    for lot in ready {
        let activated =
            PointsActivated { lot: lot.number, currency: lot.currency, points: lot.remaining, term: None };
        draft.record(lot.activates_at, Decision::PointsActivated(activated));
        draft.pay_arrears(lot.number, lot.activates_at);
    }
}

/// Expires what is past its end, and cancels what waited too long.
fn end(draft: &mut Draft<'_>, due: Instant) {
    let ends = |lot: &&Lot| lot_due(lot).is_some_and(|at| at <= due) && (!lot.pending || lot.waits());
    let ended: SmallVec<[Lot; 4]> = draft.state().lots.iter().filter(ends).copied().collect();
    for Lot { number: lot, currency, remaining: points, pending, activates_at, expires_at, .. } in ended {
        let ends_at = expires_at.unwrap_or(due);
        if pending {
            draft.record(ends_at, Decision::LotCancelled(LotCancelled { lot, currency, points }));
        } else {
            draft.record(ends_at.max(activates_at), Decision::Expired(Expired { lot, currency, points }));
        }
    }
}
