//! Figures with referrals and activities, and what counts them.

use tallybook_core::event;
use tallybook_core::ids::LadderNumber;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::v1::earning::CapEntry;
use crate::wire::{List, PeriodStart};

stored! {
    /// The figures that tiers rest on.
    struct Figures: event::Figures {
        spend: Money,
        points: Points,
        orders: i64,
        referrals: i64,
        activities: i64,
    }

    /// What a ladder's figures gain or lose.
    struct MetricEntry: event::MetricEntry {
        ladder: LadderNumber,
        bucket: PeriodStart,
        figures: Figures,
        challenge: bool,
    }

    /// What something counts for limits and tiers.
    struct Counted: event::Counted {
        caps: List<CapEntry>,
        metrics: List<MetricEntry>,
    }
}
