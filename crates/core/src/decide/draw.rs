//! Which lots are drawn, in which order (case 4), and what becomes of lots whose points come back.

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::event::{Decision, Draw, Expired};
use crate::ids::{CurrencyNumber, LotNumber};
use crate::points::Points;
use crate::programme::plan::SpendOrder;
use crate::state::{Lot, MemberState};

/// Lots drawn, in the order drawn.
pub type Draws = SmallVec<[Draw; 2]>;

/// The order in which two lots are drawn.
pub fn before(order: SpendOrder, a: &Lot, b: &Lot) -> Ordering {
    let oldest = |lot: &Lot| (lot.earned_at, lot.number);
    match order {
        SpendOrder::SoonestExpiry => {
            let end = |lot: &Lot| lot.expires_at.unwrap_or(Instant::MAX);
            (end(a), oldest(a)).cmp(&(end(b), oldest(b)))
        }
        SpendOrder::Fifo => oldest(a).cmp(&oldest(b)),
    }
}

/// Draws up to `points` from the available lots of a currency for which `wanted` holds. The state is settled.
pub fn available(
    state: &MemberState,
    currency: CurrencyNumber,
    order: SpendOrder,
    points: Points,
    wanted: impl Fn(LotNumber) -> bool,
) -> Draws {
    let mut lots: SmallVec<[&Lot; 16]> = state
        .lots
        .iter()
        .filter(|lot| lot.currency == currency && !lot.pending && wanted(lot.number))
        .collect();
    lots.sort_unstable_by(|a, b| before(order, a, b));
    take(points, lots.into_iter())
}

/// Draws up to `points` from lots in the order given.
pub fn take<'a>(points: Points, lots: impl Iterator<Item = &'a Lot>) -> Draws {
    let mut left = points.0;
    let mut draws = Draws::new();
    for lot in lots {
        if left == 0 {
            break;
        }
        let drawn = lot.remaining.0.min(left);
        left -= drawn;
        draws.push(Draw {
            lot: lot.number,
            points: Points(drawn),
            earned: lot.earned,
            earned_at: lot.earned_at,
            expires_at: lot.expires_at,
            idle: lot.idle,
        });
    }
    draws
}

/// The part of `draws` after the first `skipped` points, `points` long.
pub(super) fn part_of(draws: &[Draw], skipped: Points, points: Points) -> Draws {
    let mut skip = skipped.0;
    let mut left = points.0;
    let mut part = Draws::new();
    for draw in draws {
        let skipped = draw.points.0.min(skip);
        skip -= skipped;
        let taken = (draw.points.0 - skipped).min(left);
        left -= taken;
        if taken > 0 {
            part.push(Draw { points: Points(taken), ..*draw });
        }
    }
    part
}

/// The same draws with the ends that their lots have when the points come back.
///
/// A lot that is still there has an end of its own, which may have been moved. One that was drawn empty ends when it would
/// have ended, moved on by what the member has done since if inactivity is what ends it.
pub(super) fn ends_of_restored(state: &MemberState, draws: &[Draw], currency: CurrencyNumber) -> Draws {
    let with_end = |draw: &Draw| {
        if let Some(lot) = state.lot(draw.lot) {
            return Draw { expires_at: lot.expires_at, idle: lot.idle, ..*draw };
        }
        let renewed = state.renewed_to(currency, draw.idle.months).filter(|_| draw.idle.months > 0);
        let moved = |end: Instant| renewed.map_or(end, |renewed| end.max(draw.idle.capped(renewed)));
        Draw { expires_at: draw.expires_at.map(moved), ..*draw }
    };
    draws.iter().map(with_end).collect()
}

/// Expires what came back to lots whose end is past, at the instant at which it came back. What the member owes is paid
/// from it first: had the points not been set aside or spent, the return that made the debt would have taken them, or
/// counted them as taken back (case 22).
pub(super) fn expire_ended(draft: &mut Draft<'_>, restored: &[Draw], currency: CurrencyNumber, now: Instant) {
    let ended = || restored.iter().filter(|draw| draw.expires_at.is_some_and(|end| end <= now));
    for draw in ended() {
        draft.pay_arrears_whatever_its_end(draw.lot, now);
    }
    for draw in ended() {
        let Some(lot) = draft.state().lot(draw.lot) else { continue };
        let expired = Expired { lot: lot.number, currency, points: lot.remaining };
        draft.record(now, Decision::Expired(expired));
    }
}

/// What a list of draws comes to.
pub fn total(draws: &[Draw]) -> Points {
    Points(draws.iter().map(|draw| draw.points.0).sum())
}
