//! Members who become part of others, leave, or are blocked.

use tallybook_core::calendar::Instant;
use tallybook_core::event;
use tallybook_core::fact;
use tallybook_core::ids::{CurrencyNumber, LadderNumber, TierNumber};
use tallybook_core::programme::plan::OnClose;

use crate::stored::stored;
use crate::v2::lot::Draw;
use crate::v2::state::{Balance, State};
use crate::wire::{Code, Coded, List, SinceStart, Text};

stored! {
    /// The body of `MergeRequested`.
    struct MergeBody: fact::Merge<'a> {
        into: Text,
        actor: Text,
        reason: Text,
    }

    /// The body of `ClosureRequested`.
    struct ClosureBody: fact::Closure<'a> {
        points: Option<Code<OnClose>>,
        actor: Text,
        reason: Text,
    }

    /// The body of `BlockRequested`.
    struct BlockBody: fact::Block<'a> {
        earning: bool,
        redeeming: bool,
        actor: Text,
        reason: Text,
    }

    /// The body of `MergedInto`.
    struct MergedIntoBody: event::MergedInto {
        into: Text,
        balances: List<Balance>,
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
        forfeited: List<Forfeit>,
    }

    /// Points of one currency that go with their member.
    struct Forfeit: event::Forfeit {
        currency: CurrencyNumber,
        available: List<Draw>,
        pending: List<Draw>,
    }

    /// The body of `BlockSet`.
    struct BlockSetBody: event::BlockSet {
        earning: bool,
        redeeming: bool,
    }

    /// The first body of `MergedFrom`. The state is one of version 2, whatever version snapshots have by now.
    struct MergedFromBody: event::MergedFrom {
        from: Text,
        state: State,
        ladders: List<LadderPlace>,
    } else {
        grants: Default::default(),
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
