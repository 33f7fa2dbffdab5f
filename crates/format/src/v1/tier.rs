//! Tier changes.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{self, TierReason};
use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use crate::wire::{Code, Coded, array};

array! {
    /// The body of `TierChanged`.
    struct TierBody {
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
    struct Figures {
        spend: Money,
        points: Points,
        orders: i64,
    }
}

impl From<&event::TierChanged> for TierBody {
    fn from(changed: &event::TierChanged) -> Self {
        TierBody {
            ladder: changed.ladder,
            version: changed.version,
            from: changed.from,
            to: changed.to,
            why: Code(changed.why),
            figures: changed.figures.into(),
            thresholds: changed.thresholds.into(),
            until: changed.until,
        }
    }
}

impl From<TierBody> for event::TierChanged {
    fn from(body: TierBody) -> Self {
        event::TierChanged {
            ladder: body.ladder,
            version: body.version,
            from: body.from,
            to: body.to,
            why: body.why.0,
            figures: body.figures.into(),
            thresholds: body.thresholds.into(),
            until: body.until,
        }
    }
}

impl From<event::Figures> for Figures {
    fn from(figures: event::Figures) -> Self {
        let event::Figures { spend, points, orders } = figures;
        Figures { spend, points, orders }
    }
}

impl From<Figures> for event::Figures {
    fn from(figures: Figures) -> Self {
        let Figures { spend, points, orders } = figures;
        event::Figures { spend, points, orders }
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
