//! Points that returns take back.

use tallybook_core::event;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;

use super::earning::{CapEntry, MetricEntry};
use super::spending::Draw;
use crate::stored::stored;
use crate::wire::List;

stored! {
    /// The body of `ClawedBack`.
    struct ClawedBody: event::ClawedBack {
        takes: List<Take, 1>,
        caps: List<CapEntry, 2>,
        metrics: List<MetricEntry, 1>,
        whole: bool,
    } else {
        budgets: Default::default(),
        cooldowns: Default::default(),
        referral_cancelled: false,
    }

    /// What is taken back in one currency.
    struct Take: event::Take {
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
