//! What becomes of members: tiers and what they give, blocks, merges, closure.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::{Day, Instant};
use crate::event::{CapEntry, Draw, Figures};
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
    /// First day of the figures, where a tier that was reached has years of its own.
    pub counted_from: Option<Day>,
    /// The figures of all time and the thresholds they were held against, where any was asked.
    pub lifetime: Option<LifetimeFigures>,
}

/// Figures of all time, and what was asked of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LifetimeFigures {
    /// The member's figures.
    pub figures: Figures,
    /// The thresholds; 0 where one was not asked.
    pub thresholds: Figures,
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
    /// A new version of the programme has other thresholds, or other days.
    Reevaluated,
    /// A new version of the programme no longer has the tier.
    Replaced,
    /// The figures asked of a tier that was lent were reached.
    ChallengeMet,
}

/// What a period has beyond its thresholds went over into the next, or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct FiguresCarried {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The programme version that judged.
    pub version: VersionNumber,
    /// First day of the period that they go over into.
    pub into: Day,
    /// What goes over, on top of what has before; below zero takes back.
    pub figures: Figures,
}

/// A tier was given or lent by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TierGranted {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// What was given.
    pub grant: TierGrant,
}

/// A tier held by hand, whatever the figures say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TierGrant {
    /// The tier.
    pub tier: TierNumber,
    /// Since when.
    pub since: Instant,
    /// First instant at which it no longer holds; `None` for as long as nobody revokes it.
    pub until: Option<Instant>,
    /// What makes it earned, where it is lent.
    pub challenge: Option<ChallengeFigures>,
}

/// What is asked of a member whom a tier is lent to, and how far they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChallengeFigures {
    /// Whether all figures asked must be reached, or any of them.
    pub all: bool,
    /// What must be reached; 0 where a figure is not asked.
    pub asked: Figures,
    /// What has been reached since the tier was lent.
    pub reached: Figures,
}

/// A tier given or lent by hand no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct TierGrantEnded {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The tier.
    pub tier: TierNumber,
    /// Why.
    pub why: GrantEnd,
}

/// Why a tier given or lent by hand no longer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantEnd {
    /// Its time was over.
    Expired,
    /// Somebody ended it.
    Revoked,
    /// The figures asked were reached while the member held the tier, or a higher one, by figures anyhow.
    Earned,
    /// A new version of the programme no longer has the tier, nor one below it to hold instead.
    Removed,
}

/// A benefit of a tier was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitUsed {
    /// The programme version that judged.
    pub version: VersionNumber,
    /// The tier that gave it.
    pub tier: TierNumber,
    /// Its counter: period, what was left, how often it was used.
    pub count: CapEntry,
}

/// Uses of a benefit were given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitRestored {
    /// Its counter: period, and how often (`used` below zero; `room` is what was left before).
    pub count: CapEntry,
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
    /// Tiers held by hand from now on, where they are the other's.
    pub grants: SmallVec<[TierGranted; 0]>,
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
    /// First day of the figures that reached it, where it has years of its own.
    pub counted_from: Option<Day>,
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
