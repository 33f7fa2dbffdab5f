//! What becomes of members: tiers, blocks, merges, closure.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::event::{Draw, Figures};
use crate::ids::{CurrencyNumber, LadderNumber, TierNumber, VersionNumber};
use crate::state::{Balance, MemberState};

/// A tier, why, on which figures, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TierChanged {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The programme version that judged.
    pub version: VersionNumber,
    /// The tier before.
    pub from: TierNumber,
    /// The tier from now on; the same as `from` where a tier was kept or its grace began.
    pub to: TierNumber,
    /// Why.
    pub why: TierReason,
    /// The member's figures that it rests on.
    pub figures: Figures,
    /// The thresholds they were held against; 0 where one was not asked.
    pub thresholds: Figures,
    /// End of the tier's validity if it is not kept; `None` while it has none.
    pub until: Option<Instant>,
}

/// Why a tier is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TierReason {
    /// The figures reached a higher tier.
    Upgraded,
    /// The figures keep the tier for another while.
    Kept,
    /// The figures no longer keep the tier; it goes after the days of grace.
    GraceBegan,
    /// The tier ran out.
    Demoted,
    /// Returns took the figures away.
    Returned,
}

/// A member became part of another; nothing is left here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergedInto {
    /// The member who goes on.
    pub into: Box<str>,
    /// The balances that went over, per currency number.
    pub balances: SmallVec<[Balance; 1]>,
}

/// Another member became part of this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MergedFrom {
    /// The member who is no more.
    pub from: Box<str>,
    /// All that they had. Their lots go on under numbers after the last of this member's.
    pub state: Box<MemberState>,
    /// The place on each ladder from now on, where it is the other's.
    pub ladders: SmallVec<[LadderPlace; 1]>,
}

/// A place on a ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LadderPlace {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The tier held.
    pub tier: TierNumber,
    /// Since when.
    pub since: Instant,
    /// End of validity if the tier is not kept.
    pub until: Option<Instant>,
    /// Whether the days of grace run.
    pub grace: bool,
}

/// A member left.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Closed {
    /// What was forfeited, per currency; nothing where points are kept.
    pub forfeited: SmallVec<[Forfeit; 1]>,
}

/// Points of one currency that a member loses by leaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forfeit {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// Drawn from available lots.
    pub available: SmallVec<[Draw; 2]>,
    /// Drawn from pending lots.
    pub pending: SmallVec<[Draw; 1]>,
}

/// What a member may no longer do, or may again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BlockSet {
    /// Whether earning is blocked.
    pub earning: bool,
    /// Whether redeeming is blocked.
    pub redeeming: bool,
}
