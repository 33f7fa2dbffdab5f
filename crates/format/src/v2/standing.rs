//! Merges of members whose tiers rest on more than version 1 knows of.

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event;
use tallybook_core::ids::{LadderNumber, TierNumber};

use crate::stored::{Stored, stored};
use crate::v1::tier::GrantedBody;
use crate::v3::state::{State, VERSION};
use crate::wire::{List, SinceStart, Text, array};

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
}

array! {
    /// The second body of `MergedFrom`. The state is one of version 3, whatever version snapshots have by now.
    struct MergedFromBody<'a> {
        from: Text<'a>,
        state: State<'a>,
        ladders: List<LadderPlace, 1>,
        grants: List<GrantedBody, 0>,
    }
}

impl<'a> MergedFromBody<'a> {
    /// The version of states that it holds.
    pub(crate) const STATE_VERSION: u8 = VERSION;

    pub(crate) fn new(merged: &'a event::MergedFrom) -> MergedFromBody<'a> {
        MergedFromBody {
            from: Text(&merged.from),
            state: State::new(VERSION, &merged.state),
            ladders: Stored::store(&merged.ladders),
            grants: Stored::store(&merged.grants),
        }
    }

    pub(crate) fn into_merged(self) -> event::MergedFrom {
        event::MergedFrom {
            from: self.from.load(),
            state: Box::new(self.state.into_state()),
            ladders: self.ladders.load(),
            grants: self.grants.load(),
        }
    }
}
