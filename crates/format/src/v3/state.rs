//! A member's state of version 3: as snapshots keep it, as state hashes take it, and as it is part of the second version
//! of `MergedFrom`.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::ids::{LadderNumber, TierNumber};
use tallybook_core::state;

use crate::stored::stored;
use crate::v1::tier::Grant;
use crate::v2;
use crate::v2::figures::Figures;
use crate::wire::{List, PeriodStart, SinceStart};

/// The version that every state of this shape begins with.
pub(crate) const VERSION: u8 = 3;

/// A whole state.
pub(crate) type State = v2::state::StateBody<v2::state::StateVersion<VERSION>, Ladder>;

stored! {
    /// A member's place on a ladder; `since` is nil for "from the start".
    struct Ladder: state::LadderState {
        ladder: LadderNumber,
        tier: TierNumber,
        since: SinceStart,
        until: Option<Instant>,
        grace: bool,
        counted_from: Option<Day>,
        buckets: List<Bucket>,
        carried: List<Bucket>,
        lifetime: Figures,
        grant: Option<Grant>,
    }

    /// The figures of one period.
    struct Bucket: state::Bucket {
        start: PeriodStart,
        figures: Figures,
    }
}
