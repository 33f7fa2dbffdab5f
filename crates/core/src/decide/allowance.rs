//! How many points may change hands at a time and in a period (case 19).

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::earn;
use crate::event::CapEntry;
use crate::points::Points;
use crate::programme::plan::{Allowance, Plan};
use crate::refusal::Refusal;
use crate::state::MemberState;

/// Whether a member may send or buy so many points, and the limit that counts them, with the room it had.
///
/// # Errors
/// [`Refusal::BelowMinimum`], [`Refusal::AboveMaximum`], [`Refusal::OverLimit`], in this order.
pub(super) fn check(
    state: &MemberState,
    plan: &Plan,
    allowance: &Allowance,
    asked: Points,
    effective_at: Instant,
) -> Result<SmallVec<[CapEntry; 0]>, Refusal> {
    if asked < allowance.min_points {
        return Err(Refusal::BelowMinimum { asked, min: allowance.min_points });
    }
    if let Some(max) = allowance.max_points.filter(|max| asked > *max) {
        return Err(Refusal::AboveMaximum { asked, max });
    }
    let Some(limit) = allowance.limit else { return Ok(SmallVec::new()) };
    let period = earn::period_start(plan, state, limit.per, effective_at);
    let room = Points((limit.limit.0 - state.cap_used(limit.number, period).0).max(0));
    if asked > room {
        return Err(Refusal::OverLimit { asked, room });
    }
    Ok(SmallVec::from_iter([CapEntry { cap: limit.number, period, room, used: asked }]))
}
