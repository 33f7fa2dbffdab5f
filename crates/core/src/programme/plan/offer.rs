//! What stands beside the rules: budgets, campaigns, rewards, benefits, referrals.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::ids::{BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, TierNumber};
use crate::points::Points;
use crate::programme::plan::{Beyond, CapPeriod};

/// A limit on what rules may give to all members together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Its counter's number in the ledger.
    pub number: BudgetNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// The currency it is counted in.
    pub currency: CurrencyNumber,
    /// Most points, smallest units, at least 1.
    pub limit: Points,
    /// What happens to what would pass it.
    pub beyond: Beyond,
}

/// Rules that belong together for a time. Its time, budget and expiry are compiled into its rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its id in the file.
    pub id: Box<str>,
    /// First instant of its time.
    pub from: Option<Instant>,
    /// First instant after its time.
    pub until: Option<Instant>,
}

/// Something that points may be spent on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reward {
    /// Its id in the file.
    pub id: Box<str>,
    /// The currency it is paid in.
    pub currency: CurrencyNumber,
    /// Its price, smallest units, at least 1.
    pub points: Points,
    /// How many there are, for all members together.
    pub stock: Option<Stock>,
    /// First instant at which it is offered.
    pub from: Option<Instant>,
    /// First instant at which it no longer is.
    pub until: Option<Instant>,
    /// Tiers that it is for, any of them; empty for all.
    pub tiers: SmallVec<[(LadderNumber, TierNumber); 2]>,
}

/// How many of a reward there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The number of the counter of those given out.
    pub number: BudgetNumber,
    /// How many there were at first, 0 or more.
    pub pieces: i64,
}

/// Something that tiers give a number of times per period, such as visits to a lounge (case 30).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Benefit {
    /// The number of its counter among the ledger's caps.
    pub number: CapNumber,
    /// Its id in the file.
    pub id: Box<str>,
    /// The ladder whose tiers give it.
    pub ladder: LadderNumber,
    /// The period; never an order. A tier period is that of its own ladder.
    pub per: CapPeriod,
    /// How many times in a period, 1 or more, by tier, lowest first. A tier that is not listed gives what the next lower
    /// listed one gives, and nothing where there is none.
    pub times: SmallVec<[(TierNumber, i64); 4]>,
}

/// What a referral pays: the rules on referrer and referred, once the window is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Referral {
    /// Days after the referred member's first order until the points can be spent, 1–3,650.
    pub window_days: u32,
}
