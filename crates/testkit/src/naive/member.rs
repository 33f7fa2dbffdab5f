//! What the model remembers of a member: everything, in the order in which it happened.
//!
//! Balances are never kept: they are summed from [`Entry`] values whenever somebody asks.

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::fact::{Fact, Order, Profile};

use super::earn::Caps;
use super::tiers::Period;
use super::{Happening, NaiveBalance, Outcome};

/// A change of balances in one currency.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) at: Instant,
    pub(super) currency: String,
    pub(super) change: NaiveBalance,
    /// The lot whose remaining points change, and by how much.
    pub(super) lot: Option<(usize, i64)>,
}

#[derive(Clone, Debug)]
pub(super) struct Lot {
    pub(super) currency: String,
    /// The order that gave it.
    pub(super) order: Option<String>,
    pub(super) remaining: i64,
    pub(super) pending: bool,
    pub(super) earned_at: Instant,
    pub(super) activates_at: Instant,
    pub(super) ends_at: Option<Instant>,
    /// When the end was set to what; the last by time is in force.
    pub(super) ends: Vec<(Instant, Option<Instant>)>,
    /// Points that ran out unspent.
    pub(super) expired: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Figures {
    pub(super) spend: i64,
    pub(super) points: i64,
    pub(super) orders: i64,
}

impl Figures {
    pub(super) fn plus(self, other: Figures) -> Figures {
        Figures {
            spend: self.spend + other.spend,
            points: self.points + other.points,
            orders: self.orders + other.orders,
        }
    }
}

/// An order and everything about its first judgement that a return has to know.
#[derive(Clone, Debug)]
pub(super) struct OrderRecord {
    pub(super) order: Order<'static>,
    pub(super) effective_at: Instant,
    /// Index of the judging programme version.
    pub(super) version: usize,
    /// Rules whose conditions on member and moment held.
    pub(super) eligible: Vec<bool>,
    /// Caps as the order found them.
    pub(super) caps: Caps,
    /// What it gave, per currency.
    pub(super) first: BTreeMap<String, i64>,
    /// What is used of its caps now.
    pub(super) uses: BTreeMap<String, i64>,
    /// What its ladders count of it now: spend by ladder.
    pub(super) spend: BTreeMap<String, i64>,
    /// Asked back so far, per currency.
    pub(super) asked_back: BTreeMap<String, i64>,
    /// Expired points that were counted as taken back, per currency.
    pub(super) expired_counted: BTreeMap<String, i64>,
    /// Per line: what was returned.
    pub(super) returned: Vec<Returned>,
    pub(super) is_returned_whole: bool,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Returned {
    pub(super) quantity: i64,
    pub(super) by_amount: i64,
    pub(super) all: bool,
}

#[derive(Clone, Debug)]
pub(super) struct RedemptionRecord {
    pub(super) currency: String,
    pub(super) draws: Vec<Draw>,
}

#[derive(Clone, Debug)]
pub(super) struct Draw {
    pub(super) lot: usize,
    pub(super) points: i64,
    pub(super) restored: i64,
    pub(super) ends_at: Option<Instant>,
}

/// Where a member stands on one ladder.
#[derive(Clone, Debug)]
pub(super) struct Standing {
    pub(super) tier: String,
    pub(super) until: Option<Instant>,
    pub(super) in_grace: bool,
    /// First day of the tier's own years; used by anniversaries of the tier.
    pub(super) anchor: Day,
    /// The period that gave the tier; used by anniversaries of the tier.
    pub(super) basis: Option<Period>,
    /// Period ends up to here are done.
    pub(super) closed_to: Instant,
}

/// A use of a cap: which, in the period that begins when, how much.
#[derive(Clone, Debug)]
pub(super) struct CapUse {
    pub(super) cap: String,
    pub(super) period: Day,
    pub(super) points: i64,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) joined_at: Instant,
    pub(super) settled_to: Instant,
    pub(super) profile: Profile<'static>,
    /// Whether a fact was taken down before.
    pub(super) has_appeared: bool,
    pub(super) orders_kept: i64,
    pub(super) lots: Vec<Lot>,
    pub(super) entries: Vec<Entry>,
    pub(super) orders: BTreeMap<String, OrderRecord>,
    pub(super) redemptions: BTreeMap<String, RedemptionRecord>,
    pub(super) cap_uses: Vec<CapUse>,
    /// Ladder, local day, figures.
    pub(super) figures: Vec<(String, Day, Figures)>,
    pub(super) standings: BTreeMap<String, Standing>,
    pub(super) happenings: Vec<Happening>,
    /// Key, effective time, facts, and what came of them.
    pub(super) taken_down: Vec<(String, Instant, Vec<Fact<'static>>, Outcome)>,
}

impl Member {
    pub(super) fn new(joined_at: Instant) -> Member {
        Member {
            joined_at,
            settled_to: joined_at,
            profile: Profile::default(),
            has_appeared: false,
            orders_kept: 0,
            lots: Vec::new(),
            entries: Vec::new(),
            orders: BTreeMap::new(),
            redemptions: BTreeMap::new(),
            cap_uses: Vec::new(),
            figures: Vec::new(),
            standings: BTreeMap::new(),
            happenings: Vec::new(),
            taken_down: Vec::new(),
        }
    }

    /// The balance that entries up to `at` make.
    pub(super) fn balance(&self, currency: &str, at: Instant) -> NaiveBalance {
        let mut sum = NaiveBalance::default();
        for entry in self.entries.iter().filter(|entry| entry.currency == currency && entry.at <= at) {
            sum = sum.plus(entry.change);
        }
        sum
    }

    /// The balance as it is, with everything that was decided.
    pub(super) fn balance_now(&self, currency: &str) -> NaiveBalance {
        self.balance(currency, Instant::MAX)
    }

    /// Writes a change down, and moves the lot and the member's time along.
    pub(super) fn enter(
        &mut self,
        at: Instant,
        currency: &str,
        change: NaiveBalance,
        lot: Option<(usize, i64)>,
    ) {
        if let Some((number, points)) = lot {
            self.lots[number].remaining += points;
            assert!(self.lots[number].remaining >= 0, "a lot holds no fewer than 0 points");
        }
        self.settled_to = self.settled_to.max(at);
        self.entries.push(Entry { at, currency: currency.to_owned(), change, lot });
    }

    pub(super) fn happened(&mut self, at: Instant, name: &'static str, points: &[(&str, i64)]) {
        self.settled_to = self.settled_to.max(at);
        let points = points.iter().map(|(currency, points)| ((*currency).to_owned(), *points)).collect();
        self.happenings.push(Happening { at, name, points, tier: None });
    }

    /// Points of a lot run out.
    pub(super) fn expire(&mut self, number: usize, at: Instant) {
        let lot = &mut self.lots[number];
        let (currency, points) = (lot.currency.clone(), lot.remaining);
        lot.expired += points;
        let change = NaiveBalance { available: -points, expired: points, ..NaiveBalance::default() };
        self.enter(at, &currency, change, Some((number, -points)));
        self.happened(at, "Expired", &[(&currency, points)]);
    }

    /// A lot that is available pays what the member owes, not before what is settled.
    pub(super) fn pay_arrears(&mut self, number: usize, at: Instant) {
        let at = at.max(self.settled_to);
        let lot = &self.lots[number];
        // A late lot that had run out by now has nothing left to pay with.
        if lot.ends_at.is_some_and(|end| end <= at) {
            return;
        }
        let currency = lot.currency.clone();
        let points = lot.remaining.min(self.balance_now(&currency).arrears);
        if points > 0 {
            let change = NaiveBalance { available: -points, arrears: -points, ..NaiveBalance::default() };
            self.enter(at, &currency, change, Some((number, -points)));
            self.happened(at, "ArrearsPaid", &[(&currency, points)]);
        }
    }
}
