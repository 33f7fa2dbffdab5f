//! Tier changes.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, TierReason};
use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::stored::stored;
use crate::wire::{Code, Coded};

stored! {
    /// The body of `TierChanged`.
    struct TierBody: event::TierChanged {
        ladder: LadderNumber,
        version: VersionNumber,
        from: TierNumber,
        to: TierNumber,
        why: Code<TierReason>,
        figures: Figures,
        thresholds: Figures,
        until: Option<Instant>,
    }

    /// The figures that tiers rest on.
    struct Figures: event::Figures {
        spend: Money,
        points: Points,
        orders: i64,
    }
}

impl Coded for TierReason {
    const WHAT: &'static str = "reason for a tier";
    const ALL: &'static [Self] = &[
        TierReason::Upgraded,
        TierReason::Kept,
        TierReason::GraceBegan,
        TierReason::Demoted,
        TierReason::Returned,
    ];

    fn code(self) -> u8 {
        match self {
            TierReason::Upgraded => 0,
            TierReason::Kept => 1,
            TierReason::GraceBegan => 2,
            TierReason::Demoted => 3,
            TierReason::Returned => 4,
        }
    }
}
