//! Returns of orders that used budgets, let rules rest or came to a referral, or whose lots end by inactivity.

use tallybook_core::event;
use tallybook_core::ids::CurrencyNumber;
use tallybook_core::points::Points;

use super::earning::Cooling;
use super::lot::Draw;
use super::spending::BudgetEntry;
use crate::stored::stored;
use crate::v1::earning::{CapEntry, MetricEntry};
use crate::wire::List;

stored! {
    /// The second body of `ClawedBack`.
    struct ClawedBody: event::ClawedBack {
        takes: List<Take>,
        caps: List<CapEntry>,
        metrics: List<MetricEntry>,
        whole: bool,
        budgets: List<BudgetEntry>,
        cooldowns: List<Cooling>,
        referral_cancelled: bool,
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
