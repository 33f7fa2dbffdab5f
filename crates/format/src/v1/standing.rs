//! Members who become part of others, leave, or are blocked.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook_core::programme::plan::OnClose;

use crate::stored::{Stored, fact_body, stored};
use crate::v2::lot::Draw;
use crate::v2::state::{Balance, Ladder, State, VERSION};
use crate::wire::{Code, Coded, List, SinceStart, Text, array};

fact_body! {
    /// The body of `MergeRequested`.
    struct MergeBody<'a>: fact::Merge<'a> {
        into: Text<'a>,
        actor: Text<'a>,
        reason: Text<'a>,
    }

    /// The body of `ClosureRequested`.
    struct ClosureBody<'a>: fact::Closure<'a> {
        points: Option<Code<OnClose>>,
        actor: Text<'a>,
        reason: Text<'a>,
    }

    /// The body of `BlockRequested`.
    struct BlockBody<'a>: fact::Block<'a> {
        earning: bool,
        redeeming: bool,
        actor: Text<'a>,
        reason: Text<'a>,
    }
}

stored! {
    /// The body of `MergedInto`.
    struct MergedIntoBody<'a>: event::MergedInto {
        into: Text<'a>,
        balances: List<Balance, 1>,
    }

    /// A place on a ladder; `since` is nil for "from the start".
    struct LadderPlace: event::LadderPlace {
        ladder: LadderNumber,
        tier: TierNumber,
        since: SinceStart,
        until: Option<Instant>,
        grace: bool,
    } else {
        counted_from: None,
    }

    /// The body of `Closed`.
    struct ClosedBody: event::Closed {
        forfeited: List<Forfeit, 1>,
    }

    /// Points of one currency that go with their member.
    struct Forfeit: event::Forfeit {
        currency: CurrencyNumber,
        available: List<Draw, 2>,
        pending: List<Draw, 1>,
    }

    /// The body of `BlockSet`.
    struct BlockSetBody: event::BlockSet {
        earning: bool,
        redeeming: bool,
    }
}

array! {
    /// The body of `MergedFrom`. The state is one of version 2, whatever version snapshots have by now.
    struct MergedFromBody<'a> {
        from: Text<'a>,
        state: State<'a, Ladder>,
        ladders: List<LadderPlace, 1>,
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
        }
    }

    pub(crate) fn into_merged(self) -> event::MergedFrom {
        event::MergedFrom {
            from: self.from.load(),
            state: Box::new(self.state.into_state()),
            ladders: self.ladders.load(),
            grants: Default::default(),
        }
    }
}

impl Coded for OnClose {
    const WHAT: &'static str = "way to treat the points of a member who leaves";
    const ALL: &'static [Self] = &[OnClose::Forfeit, OnClose::Keep];

    fn code(self) -> u8 {
        match self {
            OnClose::Forfeit => 0,
            OnClose::Keep => 1,
        }
    }
}
