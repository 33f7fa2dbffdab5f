//! What the model answers: balances, lots, happenings, and what came of a command.

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};

use crate::spec::AskedSpec;

/// A member's balances in one currency, smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NaiveBalance {
    /// Can be spent.
    pub available: i64,
    /// Cannot be spent yet.
    pub pending: i64,
    /// Owed, counted above zero.
    pub arrears: i64,
    /// Ever given.
    pub issued: i64,
    /// Spent.
    pub redeemed: i64,
    /// Run out.
    pub expired: i64,
    /// Taken by debit adjustments, fees and leaving, and what waited for an order in vain.
    pub forfeited: i64,
    /// Taken back by returns.
    pub clawed_back: i64,
    /// Set aside by holds.
    pub held: i64,
    /// Came from other members.
    pub received: i64,
    /// Went to other members.
    pub sent: i64,
    /// Debts let go.
    pub written_off: i64,
}

impl NaiveBalance {
    pub(super) fn plus(self, other: NaiveBalance) -> NaiveBalance {
        NaiveBalance {
            available: self.available + other.available,
            pending: self.pending + other.pending,
            arrears: self.arrears + other.arrears,
            issued: self.issued + other.issued,
            redeemed: self.redeemed + other.redeemed,
            expired: self.expired + other.expired,
            forfeited: self.forfeited + other.forfeited,
            clawed_back: self.clawed_back + other.clawed_back,
            held: self.held + other.held,
            received: self.received + other.received,
            sent: self.sent + other.sent,
            written_off: self.written_off + other.written_off,
        }
    }

    pub(super) fn negated(self) -> NaiveBalance {
        NaiveBalance {
            available: -self.available,
            pending: -self.pending,
            arrears: -self.arrears,
            issued: -self.issued,
            redeemed: -self.redeemed,
            expired: -self.expired,
            forfeited: -self.forfeited,
            clawed_back: -self.clawed_back,
            held: -self.held,
            received: -self.received,
            sent: -self.sent,
            written_off: -self.written_off,
        }
    }

    /// Whether every point that came is somewhere: the law of conservation.
    pub fn is_conserved(&self) -> bool {
        let kept = self.available + self.pending + self.held;
        let gone = self.redeemed + self.expired + self.forfeited + self.clawed_back + self.sent;
        self.issued + self.received == kept + gone - self.arrears - self.written_off
    }
}

/// A lot as one can look at it. Ordered, so that lots can be compared as sorted lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveLot {
    /// Point currency by name.
    pub currency: String,
    /// Smallest units left, at least 1.
    pub remaining: i64,
    /// When it was earned.
    pub earned_at: Instant,
    /// When it ends; while it waits for its order, when it is cancelled.
    pub expires_at: Option<Instant>,
}

/// Something that the model decided, comparable to an engine's event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    /// Effective time.
    pub at: Instant,
    /// The decision's name, such as `PointsEarned`.
    pub name: &'static str,
    /// Points per currency: granted, activated, paid, spent, restored, expired, cancelled, asked back, credited, debited,
    /// held, captured (without what was released with it), released, sent (without the fee), received, written off,
    /// reinstated, or forfeited by leaving. Nothing for renewals, changes of ends, referrals (their lots have events of
    /// their own), merges, blocks and vouchers.
    pub points: BTreeMap<String, i64>,
    /// For `TierChanged`: what changed.
    pub tier: Option<NaiveTierChange>,
    /// For what else there is to tell of tiers: what was done.
    pub deed: Option<NaiveDeed>,
}

/// What was done about tiers besides changing the one by figures.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NaiveDeed {
    /// `FiguresCarried`.
    Carried {
        /// Ladder by name.
        ladder: String,
        /// First day of the period that they went over into.
        into: Day,
        /// What went over; below zero went back.
        figures: NaiveFigures,
    },
    /// `TierGranted`.
    Granted {
        /// Ladder by name.
        ladder: String,
        /// What was given.
        grant: NaiveGrant,
    },
    /// `TierGrantEnded`.
    GrantEnded {
        /// Ladder by name.
        ladder: String,
        /// Tier by name.
        tier: String,
        /// `expired`, `revoked`, `earned` or `removed`.
        why: &'static str,
    },
    /// `BenefitUsed`, and `BenefitRestored` with less than no times.
    Benefit {
        /// Benefit by name.
        benefit: String,
        /// How often it was used.
        times: i64,
    },
    /// `ReferralCancelled`: the figures that go back, below zero, summed up by ladder, without those that are nothing.
    Uncounted(BTreeMap<String, NaiveFigures>),
}

/// A tier held by hand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveGrant {
    /// Tier by name.
    pub tier: String,
    /// Since when.
    pub since: Instant,
    /// First instant at which it no longer holds.
    pub until: Option<Instant>,
    /// What makes it earned, where it is lent.
    pub challenge: Option<NaiveChallenge>,
}

/// What is asked of a member whom a tier is lent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveChallenge {
    /// Every figure asked must be reached, instead of any one.
    pub all: bool,
    /// What must be reached.
    pub asked: AskedSpec,
    /// What has been.
    pub reached: NaiveFigures,
}

/// The tier that a member holds, by figures or by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NaiveHeld {
    /// Tier by name.
    pub tier: String,
    /// When it ends as things stand.
    pub until: Option<Instant>,
    /// Whether it is that by hand.
    pub by_hand: bool,
}

/// The figures that tiers rest on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveFigures {
    /// Money spent, minor units.
    pub spend: i64,
    /// Qualifying points, smallest units.
    pub points: i64,
    /// Orders of which something was kept.
    pub orders: i64,
    /// Members brought.
    pub referrals: i64,
    /// Activities of the ladder's kinds.
    pub activities: i64,
}

impl NaiveFigures {
    pub(super) fn of([spend, points, orders, referrals, activities]: [i64; 5]) -> NaiveFigures {
        NaiveFigures { spend, points, orders, referrals, activities }
    }

    /// The five figures in the order of the fields.
    pub fn each(self) -> [i64; 5] {
        [self.spend, self.points, self.orders, self.referrals, self.activities]
    }

    pub(super) fn plus(self, other: NaiveFigures) -> NaiveFigures {
        let mut sum = self.each();
        sum.iter_mut().zip(other.each()).for_each(|(one, more)| *one += more);
        NaiveFigures::of(sum)
    }

    pub(super) fn negated(self) -> NaiveFigures {
        NaiveFigures::of(self.each().map(|one| -one))
    }
}

/// A change of tier, or of how long it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveTierChange {
    /// Ladder by name.
    pub ladder: String,
    /// Tier before, by name.
    pub from: String,
    /// Tier after, by name.
    pub to: String,
    /// `upgraded`, `kept`, `grace_began`, `demoted`, `returned`, `reevaluated`, `replaced` or `challenge_met`.
    pub why: &'static str,
    /// End of its validity or grace.
    pub until: Option<Instant>,
}

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The same command had been taken down before; `happenings` are those of then.
    pub repeated: bool,
    /// What the command led to, dues that were settled before it included. Within one instant, compare as a multiset.
    pub happenings: Vec<Happening>,
    /// What it led to with other members: receivers, referrers, members merged into.
    pub others: BTreeMap<String, Vec<Happening>>,
}
