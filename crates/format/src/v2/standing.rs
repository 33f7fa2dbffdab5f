//! Merges of members whose tiers rest on more than version 1 knows of.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event;
use tallybook_core::ids::{LadderNumber, TierNumber};

use crate::stored::stored;
use crate::v1::tier::GrantedBody;
use crate::v3::state::State;
use crate::wire::{List, SinceStart, Text};

stored! {
    /// A place on a ladder; `since` is nil for "from the start".
    struct LadderPlace: event::LadderPlace {
        ladder: LadderNumber,
        tier: TierNumber,
        since: SinceStart,
        until: Option<Instant>,
        grace: bool,
        counted_from: Option<Day>,
    }

    /// The second body of `MergedFrom`. The state is one of version 3, whatever version snapshots have by now.
    struct MergedFromBody: event::MergedFrom {
        from: Text,
        state: State,
        ladders: List<LadderPlace>,
        grants: List<GrantedBody>,
    }
}
