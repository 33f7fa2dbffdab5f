//! Tier changes that rest on referrals, activities or figures of all time, that say where their figures began, or that
//! have one of the later reasons.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::{self, TierReason};
use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};

use super::figures::Figures;
use crate::stored::stored;
use crate::wire::Code;

stored! {
    /// The second body of `TierChanged`.
    struct TierBody: event::TierChanged {
        ladder: LadderNumber,
        version: VersionNumber,
        from: TierNumber,
        to: TierNumber,
        why: Code<TierReason>,
        figures: Figures,
        thresholds: Figures,
        until: Option<Instant>,
        counted_from: Option<Day>,
        lifetime: Option<LifetimeFigures>,
    }

    /// Figures of all time, and what was asked of them.
    struct LifetimeFigures: event::LifetimeFigures {
        figures: Figures,
        thresholds: Figures,
    }
}
