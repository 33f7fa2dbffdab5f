//! What the model remembers of a member: everything, in the order in which it happened.
//!
//! Balances are never kept: they are summed from [`Entry`] values whenever somebody asks.

use std::collections::BTreeMap;

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{Fact, Order, Profile};

use super::dates::Term;
use super::rooms::Rooms;
use super::tiers::{Grant, Standing};
use super::{Happening, NaiveBalance, NaiveDeed, NaiveFigures, Outcome};
use crate::spec::ExpirySpec;

/// An order or a redemption: the member under whose name it was taken down, and its own name.
pub(super) type Handle = (String, String);

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
    pub(super) order: Option<Handle>,
    pub(super) remaining: i64,
    pub(super) pending: bool,
    /// The policy it goes by once its order is fulfilled, with the index of the version that has it. Until then its
    /// end is when it is cancelled.
    pub(super) waits: Option<(ExpirySpec, usize)>,
    pub(super) earned_at: Instant,
    pub(super) activates_at: Instant,
    pub(super) term: Term,
    /// When the end was set to what; the last by time is in force.
    pub(super) ends: Vec<(Instant, Option<Instant>)>,
    /// Points that ran out unspent, and when some last did.
    pub(super) expired: i64,
    pub(super) expired_at: Option<Instant>,
    /// Points that waited in vain.
    pub(super) cancelled: i64,
    /// Points of those that ran out which came back as another lot.
    pub(super) reinstated: i64,
}

impl Lot {
    /// A lot that can be spent as soon as it is earned, with nothing in it yet.
    pub(super) fn new(currency: &str, earned_at: Instant, term: Term) -> Lot {
        Lot {
            currency: currency.to_owned(),
            order: None,
            remaining: 0,
            pending: false,
            waits: None,
            earned_at,
            activates_at: earned_at,
            term,
            ends: vec![(earned_at, term.ends_at)],
            expired: 0,
            expired_at: None,
            cancelled: 0,
            reinstated: 0,
        }
    }

    /// When what is left of it runs out or is cancelled: at its end, but not while it is pending.
    pub(super) fn due_at(&self) -> Option<Instant> {
        let end = self.term.ends_at.filter(|_| self.remaining > 0)?;
        Some(if self.waits.is_some() { end } else { end.max(self.activates_at) })
    }

    pub(super) fn is_spendable(&self) -> bool {
        !self.pending && self.remaining > 0
    }

    /// Sets another end from an instant on.
    pub(super) fn end_at(&mut self, now: Instant, end: Option<Instant>) {
        self.term.ends_at = end;
        self.ends.push((now, end));
    }
}

/// What a first judgement went by and came to.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    /// Rules whose conditions on member and moment held.
    pub(super) eligible: Vec<bool>,
    /// Rules that gave nothing because they rested.
    pub(super) rested: Vec<bool>,
    /// Limits as it found them.
    pub(super) rooms: Rooms,
    /// What it gave, per currency.
    pub(super) first: BTreeMap<String, i64>,
    /// What it used of limits.
    pub(super) uses: BTreeMap<String, i64>,
    /// What returns have given back of that.
    pub(super) freed: BTreeMap<String, i64>,
    /// Rests that it began: by rule, until when.
    pub(super) rests: BTreeMap<String, Instant>,
    /// The lots it gave.
    pub(super) lots: Vec<usize>,
    /// What it counts beside an order itself.
    pub(super) counted: Counted,
}

/// An order and everything about its first judgement that a return has to know.
#[derive(Clone, Debug)]
pub(super) struct OrderRecord {
    pub(super) order: Order<'static>,
    pub(super) effective_at: Instant,
    /// Index of the judging programme version.
    pub(super) version: usize,
    pub(super) judgement: Judgement,
    /// The redemption that paid a part of it.
    pub(super) paid_by: Option<Handle>,
    /// What a referral gave with it.
    pub(super) referral: Option<ReferralRecord>,
    /// What its ladders counted of it at first: spend by ladder.
    pub(super) spend_at_first: BTreeMap<String, i64>,
    /// What they count of it now.
    pub(super) spend: BTreeMap<String, i64>,
    /// Asked back so far, per currency.
    pub(super) asked_back: BTreeMap<String, i64>,
    /// Expired points that were counted as taken back, per currency.
    pub(super) expired_counted: BTreeMap<String, i64>,
    /// Per line: what was returned.
    pub(super) returned: Vec<Returned>,
    pub(super) is_returned_whole: bool,
}

#[derive(Clone, Debug)]
pub(super) struct ReferralRecord {
    pub(super) lots: Vec<usize>,
    pub(super) referrer: String,
    pub(super) referrer_lots: Vec<usize>,
    /// What it counts on the member's side, and on the referrer's.
    pub(super) counted: Counted,
    pub(super) referrer_counted: Counted,
    /// Until when a return takes it along.
    pub(super) window_ends_at: Instant,
}

/// What something counts for limits of the member and for tiers, and when it took effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Counted {
    pub(super) at: Option<Instant>,
    pub(super) caps: Vec<CapUse>,
    pub(super) figures: Vec<(String, Day, NaiveFigures)>,
}

impl Counted {
    pub(super) fn is_nothing(&self) -> bool {
        self.caps.is_empty() && self.figures.is_empty()
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Returned {
    pub(super) quantity: i64,
    pub(super) by_amount: i64,
    pub(super) all: bool,
}

/// A redemption, or a hold that may become one.
#[derive(Clone, Debug)]
pub(super) struct RedemptionRecord {
    pub(super) currency: String,
    pub(super) draws: Vec<Draw>,
    pub(super) stage: Stage,
    /// The counter of the stock that a piece was taken from and not put back.
    pub(super) stock: Option<String>,
    pub(super) voucher: Option<Voucher>,
}

impl RedemptionRecord {
    pub(super) fn points(&self) -> i64 {
        self.draws.iter().map(|draw| draw.points).sum()
    }

    pub(super) fn left(&self) -> i64 {
        self.draws.iter().map(|draw| draw.points - draw.restored).sum()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Redeemed,
    HeldUntil(Instant),
    Released,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Voucher {
    pub(super) code: CodeHash,
    pub(super) expires_at: Option<Instant>,
    pub(super) stage: VoucherStage,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum VoucherStage {
    Open,
    Used,
    Void,
}

#[derive(Clone, Debug)]
pub(super) struct Draw {
    pub(super) lot: usize,
    pub(super) points: i64,
    pub(super) restored: i64,
    /// How the lot would have ended when it was drawn.
    pub(super) term: Term,
}

/// A tier from an instant on.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) at: Instant,
    pub(super) ladder: String,
    pub(super) tier: String,
    pub(super) until: Option<Instant>,
}

/// A use of a cap: which, in the period that begins when, how much.
#[derive(Clone, Debug)]
pub(super) struct CapUse {
    pub(super) cap: String,
    pub(super) period: Day,
    pub(super) used: i64,
}

/// The end of a member who became part of another.
#[derive(Clone, Debug)]
pub(super) struct Merged {
    pub(super) into: String,
    pub(super) at: Instant,
    /// What is added to the place of a lot.
    pub(super) lots_before: usize,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) joined_at: Instant,
    pub(super) settled_to: Instant,
    pub(super) profile: Profile<'static>,
    /// Whether a fact was taken down before.
    pub(super) has_appeared: bool,
    pub(super) merged: Option<Merged>,
    /// Who became part of this member, and who had become part of them, in that order.
    pub(super) absorbed: Vec<String>,
    pub(super) closed_at: Option<Instant>,
    pub(super) earning_blocked: bool,
    pub(super) redeeming_blocked: bool,
    /// Who brought the member, and whether an order has come to the referral's points.
    pub(super) referrer: Option<String>,
    pub(super) referral_paid: bool,
    pub(super) orders_kept: i64,
    pub(super) lots: Vec<Lot>,
    pub(super) entries: Vec<Entry>,
    pub(super) orders: BTreeMap<Handle, OrderRecord>,
    pub(super) redemptions: BTreeMap<Handle, RedemptionRecord>,
    /// Holds and redemptions with a voucher, in the order in which they came.
    pub(super) redemption_order: Vec<Handle>,
    pub(super) cap_uses: Vec<CapUse>,
    /// What was taken from counters over all members and is not yet written in the ledger.
    pub(super) counter_uses: Vec<(String, i64)>,
    /// Until when a rule rests.
    pub(super) rests: BTreeMap<String, Instant>,
    /// By kind of activity: the latest day and how many in a row.
    pub(super) streaks: BTreeMap<String, (Day, u32)>,
    /// By currency and months of inactivity: what ends were moved to.
    pub(super) renewals: BTreeMap<(String, u32), Instant>,
    /// Year of the last birthday that was judged.
    pub(super) celebrated_year: i32,
    /// Ladder, local day, figures.
    pub(super) figures: Vec<(String, Day, NaiveFigures)>,
    /// Ladder, first day of the period that they went over into, figures.
    pub(super) carried: Vec<(String, Day, NaiveFigures)>,
    /// Ladders and days whose figures changed since what is carried was last worked out.
    pub(super) touched: Vec<(String, Day)>,
    /// Figures of periods that begin before this day are forgotten, as far as more is carried from them.
    pub(super) forgotten_before: Day,
    /// Tiers by hand, by ladder.
    pub(super) grants: BTreeMap<String, Grant>,
    pub(super) standings: BTreeMap<String, Standing>,
    pub(super) places: Vec<Place>,
    pub(super) happenings: Vec<Happening>,
    /// Key, effective time, facts, and what came of them.
    pub(super) taken_down: Vec<(String, Instant, Vec<Fact<'static>>, Outcome)>,
}

impl Member {
    pub(super) fn new(name: &str, joined_at: Instant) -> Member {
        Member {
            name: name.to_owned(),
            joined_at,
            settled_to: joined_at,
            profile: Profile::default(),
            has_appeared: false,
            merged: None,
            absorbed: Vec::new(),
            closed_at: None,
            earning_blocked: false,
            redeeming_blocked: false,
            referrer: None,
            referral_paid: false,
            orders_kept: 0,
            lots: Vec::new(),
            entries: Vec::new(),
            orders: BTreeMap::new(),
            redemptions: BTreeMap::new(),
            redemption_order: Vec::new(),
            cap_uses: Vec::new(),
            counter_uses: Vec::new(),
            rests: BTreeMap::new(),
            streaks: BTreeMap::new(),
            renewals: BTreeMap::new(),
            celebrated_year: i32::MIN,
            figures: Vec::new(),
            carried: Vec::new(),
            touched: Vec::new(),
            forgotten_before: Day::EVER,
            grants: BTreeMap::new(),
            standings: BTreeMap::new(),
            places: Vec::new(),
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

    /// The order that a name means: the member's own, else that of a member who became part of them, in that order.
    pub(super) fn order_named(&self, id: &str) -> Option<Handle> {
        let mut handles = self.names().map(|name| (name.to_owned(), id.to_owned()));
        handles.find(|handle| self.orders.contains_key(handle))
    }

    /// The redemption or hold that a name means, as with orders.
    pub(super) fn redemption_named(&self, id: &str) -> Option<Handle> {
        let mut handles = self.names().map(|name| (name.to_owned(), id.to_owned()));
        handles.find(|handle| self.redemptions.contains_key(handle))
    }

    /// The member's own name, and those of members who became part of them.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.name).chain(&self.absorbed).map(String::as_str)
    }

    /// Whether points were spent under a name, and not only set aside.
    pub(super) fn is_redeemed(&self, handle: &Handle) -> bool {
        self.redemptions.get(handle).is_some_and(|record| record.stage == Stage::Redeemed)
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
        self.happenings.push(Happening { at, name, points, tier: None, deed: None });
    }

    /// Writes down something that moves no points.
    pub(super) fn did(&mut self, at: Instant, name: &'static str, deed: NaiveDeed) {
        self.happened(at, name, &[]);
        self.last_happening().deed = Some(deed);
    }

    pub(super) fn last_happening(&mut self) -> &mut Happening {
        self.happenings.last_mut().expect("a happening was just written")
    }

    /// Adds a lot with points in it, which pays what is owed as soon as it is active.
    pub(super) fn add_lot(&mut self, lot: Lot, points: i64, from: NaiveBalance) -> usize {
        let at = lot.earned_at;
        let number = self.add_lot_that_pays_later(lot, points, from);
        self.pay_arrears_if_active(number, at);
        number
    }

    pub(super) fn pay_arrears_if_active(&mut self, number: usize, at: Instant) {
        if !self.lots[number].pending {
            self.pay_arrears(number, at);
        }
    }

    pub(super) fn add_lot_that_pays_later(&mut self, lot: Lot, points: i64, from: NaiveBalance) -> usize {
        let (at, currency, pending) = (lot.earned_at, lot.currency.clone(), lot.pending);
        self.lots.push(lot);
        let number = self.lots.len() - 1;
        let to = if pending {
            NaiveBalance { pending: points, ..NaiveBalance::default() }
        } else {
            NaiveBalance { available: points, ..NaiveBalance::default() }
        };
        self.enter(at, &currency, to.plus(from), Some((number, points)));
        number
    }

    /// Points of a lot run out.
    pub(super) fn expire(&mut self, number: usize, at: Instant) {
        let lot = &mut self.lots[number];
        let (currency, points) = (lot.currency.clone(), lot.remaining);
        lot.expired += points;
        lot.expired_at = Some(at);
        let change = NaiveBalance { available: -points, expired: points, ..NaiveBalance::default() };
        self.enter(at, &currency, change, Some((number, -points)));
        self.happened(at, "Expired", &[(&currency, points)]);
    }

    /// A pending lot will never be active.
    pub(super) fn cancel(&mut self, number: usize, at: Instant) {
        let lot = &mut self.lots[number];
        let (currency, points) = (lot.currency.clone(), lot.remaining);
        lot.cancelled += points;
        let change = NaiveBalance { pending: -points, forfeited: points, ..NaiveBalance::default() };
        self.enter(at, &currency, change, Some((number, -points)));
        self.happened(at, "LotCancelled", &[(&currency, points)]);
    }

    /// A pending lot can be spent from now on.
    pub(super) fn activate(&mut self, number: usize, at: Instant) {
        let lot = &mut self.lots[number];
        lot.pending = false;
        let (currency, points) = (lot.currency.clone(), lot.remaining);
        if points > 0 {
            let change = NaiveBalance { pending: -points, available: points, ..NaiveBalance::default() };
            self.enter(at, &currency, change, None);
            self.happened(at, "PointsActivated", &[(&currency, points)]);
            self.pay_arrears(number, at);
        }
    }

    /// Points of a lot that came to be available pay what the member owes, not before what is settled.
    pub(super) fn pay_arrears(&mut self, number: usize, at: Instant) {
        let at = at.max(self.settled_to);
        let lot = &self.lots[number];
        // A late lot that had run out by now has nothing left to pay with.
        if lot.term.ends_at.is_some_and(|end| end <= at) {
            return;
        }
        self.pay_arrears_whatever_its_end(number, at);
    }

    pub(super) fn pay_arrears_whatever_its_end(&mut self, number: usize, at: Instant) {
        let lot = &self.lots[number];
        let currency = lot.currency.clone();
        let points = lot.remaining.min(self.balance_now(&currency).arrears);
        if points > 0 {
            let change = NaiveBalance { available: -points, arrears: -points, ..NaiveBalance::default() };
            self.enter(at, &currency, change, Some((number, -points)));
            self.happened(at, "ArrearsPaid", &[(&currency, points)]);
        }
    }

    /// The end of a term, or what the member's doings moved it to if that is later, as far as the term goes.
    pub(super) fn renewed(&self, currency: &str, term: Term) -> Term {
        let Some(idle) = term.idle else { return term };
        let moved = self.renewals.get(&(currency.to_owned(), idle.months)).map(|end| idle.capped(*end));
        Term { ends_at: term.ends_at.max(moved), ..term }
    }
}
