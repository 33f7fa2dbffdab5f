//! Returns that take away referrals or activities, or what counted for a tier that is lent.

use tallybook_core::event;

use crate::stored::stored;
use crate::v1::earning::CapEntry;
use crate::v2::clawback::Take;
use crate::v2::earning::Cooling;
use crate::v2::figures::MetricEntry;
use crate::v2::spending::BudgetEntry;
use crate::wire::List;

stored! {
    /// The third body of `ClawedBack`.
    struct ClawedBody: event::ClawedBack {
        takes: List<Take>,
        caps: List<CapEntry>,
        metrics: List<MetricEntry>,
        whole: bool,
        budgets: List<BudgetEntry>,
        cooldowns: List<Cooling>,
        referral_cancelled: bool,
    }
}
