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
        takes: List<Take>,
        caps: List<CapEntry>,
        metrics: List<MetricEntry>,
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
        from_pending: List<Draw>,
        from_available: List<Draw>,
        arrears: Points,
        waived: Points,
    }
}
