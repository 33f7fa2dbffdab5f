//! Points that returns take back.

use tallybook_core::event;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;

use super::earning::{CapEntry, MetricEntry};
use super::spending::Draw;
use crate::wire::{List, array};

array! {
    /// The body of `ClawedBack`.
    struct ClawedBody {
        takes: List<Take, 1>,
        caps: List<CapEntry, 2>,
        metrics: List<MetricEntry, 1>,
        whole: bool,
    }

    /// What is taken back in one currency.
    struct Take {
        currency: CurrencyNumber,
        points: Points,
        points_total: Points,
        expired: Points,
        from_pending: List<Draw, 1>,
        from_available: List<Draw, 2>,
        arrears: Points,
        waived: Points,
    }
}

impl From<&event::ClawedBack> for ClawedBody {
    fn from(clawed: &event::ClawedBack) -> Self {
        ClawedBody {
            takes: List::of(&clawed.takes),
            caps: List::of(&clawed.caps),
            metrics: List::of(&clawed.metrics),
            whole: clawed.whole,
        }
    }
}

impl From<ClawedBody> for event::ClawedBack {
    fn from(body: ClawedBody) -> Self {
        event::ClawedBack {
            takes: body.takes.to(),
            caps: body.caps.to(),
            metrics: body.metrics.to(),
            whole: body.whole,
        }
    }
}

impl From<&event::Take> for Take {
    fn from(take: &event::Take) -> Self {
        Take {
            currency: take.currency,
            points: take.points,
            points_total: take.points_total,
            expired: take.expired,
            from_pending: List::of(&take.from_pending),
            from_available: List::of(&take.from_available),
            arrears: take.arrears,
            waived: take.waived,
        }
    }
}

impl From<Take> for event::Take {
    fn from(take: Take) -> Self {
        event::Take {
            currency: take.currency,
            points: take.points,
            points_total: take.points_total,
            expired: take.expired,
            from_pending: take.from_pending.to(),
            from_available: take.from_available.to(),
            arrears: take.arrears,
            waived: take.waived,
        }
    }
}
