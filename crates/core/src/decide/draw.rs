//! Which lots are drawn, and in which order (case 4).

use std::cmp::Ordering;

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::event::Draw;
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
        });
    }
    draws
}

/// What a list of draws comes to.
pub fn total(draws: &[Draw]) -> Points {
    Points(draws.iter().map(|draw| draw.points.0).sum())
}
