//! The life of a lot: drawn, activated, renewed, expired, reinstated.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::event::NewLot;
use crate::ids::{CurrencyNumber, LotNumber};
use crate::points::Points;

/// How inactivity moves a lot's end. The default is not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Idle {
    /// The months of inactivity after which the lot ends; 0 where inactivity does not matter.
    pub months: u16,
    /// What nothing moves the end past.
    pub at_most: Option<Instant>,
}

impl Idle {
    /// An end, but no later than the lot may end at all.
    pub fn capped(&self, end: Instant) -> Instant {
        self.at_most.map_or(end, |most| most.min(end))
    }
}

/// When a lot ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Term {
    /// First instant at which it can no longer be spent.
    pub expires_at: Option<Instant>,
    /// How inactivity moves that.
    pub idle: Idle,
}

/// A pending lot became available.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PointsActivated {
    /// Which lot.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// What was left of it.
    pub points: Points,
    /// When it ends, where that follows from its activation by fulfilment.
    pub term: Option<Term>,
}

/// Points of a lot went to a debt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ArrearsPaid {
    /// The lot that paid.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// How much of the debt was paid.
    pub points: Points,
}

/// Points taken from one lot, with what is needed to give them back as they were.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Draw {
    /// Which lot.
    pub lot: LotNumber,
    /// How many, at least 1.
    pub points: Points,
    /// What the lot had at first.
    pub earned: Points,
    /// When the lot was earned.
    pub earned_at: Instant,
    /// When the lot ends.
    pub expires_at: Option<Instant>,
    /// How inactivity moves the lot's end.
    pub idle: Idle,
}

/// What was left of a lot went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Expired {
    /// Which lot.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// What was left of it, at least 1.
    pub points: Points,
}

/// A lot that waited for its order to be fulfilled waited too long, or its referral fell through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotCancelled {
    /// Which lot; it was pending.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// What was left of it, at least 1.
    pub points: Points,
}

/// The member did something that gives lots which end by inactivity more time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Renewed {
    /// Lots of this currency …
    pub currency: CurrencyNumber,
    /// … that end after so many months of inactivity …
    pub idle_months: u16,
    /// … end no sooner than this, as far as each may.
    pub expires_at: Instant,
}

/// Lots were given other ends by command.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExpiryChanged {
    /// Their currency.
    pub currency: CurrencyNumber,
    /// Each with its ends; inactivity no longer moves them.
    pub lots: SmallVec<[LotEnd; 2]>,
}

/// A lot's old and new end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LotEnd {
    /// Which lot.
    pub lot: LotNumber,
    /// When it would have ended.
    pub from: Option<Instant>,
    /// When it ends now.
    pub to: Option<Instant>,
}

/// Points of an expired lot came back as a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Reinstated {
    /// The lot that had expired.
    pub of: LotNumber,
    /// The lot with its points.
    pub lot: NewLot,
}
