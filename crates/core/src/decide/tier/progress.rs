//! How a member stands on a ladder (case 31).

use crate::calendar::{Instant, Zone};
use crate::decide::tier::figures::running;
use crate::event::Figures;
use crate::ids::TierNumber;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Ladder, Threshold};
use crate::state::{LadderState, MemberState};

/// How a member stands on a ladder (case 31).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The tier held.
    pub tier: TierNumber,
    /// End of its validity if it is not kept.
    pub until: Option<Instant>,
    /// Figures of the running period or window.
    pub figures: Figures,
    /// The next tier up and what its entry still asks; `None` on the highest.
    pub next: Option<(TierNumber, Figures)>,
    /// What keeping the tier still asks; `None` on the first tier.
    pub keep: Option<Figures>,
}

/// Tells how a settled member stands on a ladder.
pub fn progress(ladder: &Ladder, zone: Zone, state: &MemberState, at: Instant) -> Progress {
    let empty = LadderState {
        ladder: ladder.number,
        tier: TierNumber(0),
        since: Instant::MIN,
        until: None,
        grace: false,
        buckets: Vec::new(),
    };
    let l = state.ladder(ladder.number).unwrap_or(&empty);
    let (figures, _) = running(ladder, zone, state, l, at);
    let rank = ladder.rank(l.tier);
    let missing = |threshold: Option<&Threshold>| {
        threshold.map_or(Figures::default(), |t| Figures {
            spend: Money((t.spend.unwrap_or_default().0 - figures.spend.0).max(0)),
            points: Points((t.points.unwrap_or_default().0 - figures.points.0).max(0)),
            orders: (t.orders.unwrap_or_default() - figures.orders).max(0),
        })
    };
    Progress {
        tier: l.tier,
        until: l.until,
        figures,
        next: ladder.tiers.get(rank + 1).map(|tier| (tier.number, missing(tier.entry.as_ref()))),
        keep: (rank > 0).then(|| missing(ladder.tiers.get(rank).and_then(|tier| tier.keep.as_ref()))),
    }
}
