//! What a member owns, as the fold of their decisions.
//!
//! Invariants, held by [`apply`](crate::apply::apply):
//! - lots are in order of number, each with something left;
//! - `available` and `pending` are the sums of the lots, per currency;
//! - nothing depends on positions in the log or on recording times, so that equal histories give equal states.

use serde::Serialize;
use smallvec::SmallVec;

use crate::calendar::{Day, Instant, MonthDay};
use crate::event::{
    Account, BudgetEntry, Cooling, Decision, Draw, Figures, Idle, StreakEntry, TierGrant, Voucher,
};
use crate::ids::{BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, TierNumber};
use crate::money::Money;
use crate::points::Points;

/// All that the ledger knows of one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MemberState {
    /// When the member joined; `None` before.
    pub joined_at: Option<Instant>,
    /// The latest effective time of any of the member's facts and decisions. [`Instant::MIN`] at first.
    pub settled_to: Instant,
    /// What the member may still do.
    pub status: Status,
    /// What rules may ask about the member.
    pub profile: MemberProfile,
    /// Who referred the member, and what came of it.
    pub referral: Option<ReferredBy>,
    /// Orders of which something was kept.
    pub orders: u32,
    /// The last lot number given; 0 at first.
    pub last_lot: LotNumber,
    /// Per currency number.
    pub balances: SmallVec<[Balance; 1]>,
    /// Lots with something left, by number.
    pub lots: Vec<Lot>,
    /// Per ladder that the member has figures or a tier in, by number.
    pub ladders: SmallVec<[LadderState; 1]>,
    /// Cap counters, by cap and period.
    pub caps: Vec<CapUse>,
    /// Open holds, in order of placing.
    pub holds: Vec<Hold>,
    /// Vouchers that were not used, in order of issue.
    pub vouchers: Vec<Voucher>,
    /// Rests that rules take, by number.
    pub cooldowns: Vec<Cooling>,
    /// Streaks of activities, by kind.
    pub streaks: Vec<StreakEntry>,
    /// How far the member's doings have moved the ends of lots, by currency and months.
    pub renewals: Vec<Renewal>,
    /// When a birthday was judged last, so that a corrected birthday brings no second one in a year.
    pub birthday_at: Option<Instant>,
}

/// What a member may still do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Status {
    /// When the member left.
    pub closed_at: Option<Instant>,
    /// The member who goes on in this one's place.
    pub merged_into: Option<Box<str>>,
    /// Whether the member may not earn.
    pub earning_blocked: bool,
    /// Whether the member may not redeem.
    pub redeeming_blocked: bool,
}

/// Who brought a member here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReferredBy {
    /// The referrer's name.
    pub referrer: Box<str>,
    /// Whether an order has come to the referral's points.
    pub paid: bool,
}

/// Points set aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hold {
    /// Its name.
    pub name: Box<str>,
    /// Which currency.
    pub currency: CurrencyNumber,
    /// What its points are worth where they are to pay for an order; minor units.
    pub worth: Option<Money>,
    /// When it is released if nothing else is done.
    pub expires_at: Instant,
    /// The lots drawn, in the order drawn.
    pub draws: SmallVec<[Draw; 2]>,
    /// The counter of a reward's stock of which a piece is set aside.
    pub stock: Option<BudgetNumber>,
}

impl Hold {
    /// The points set aside.
    pub fn points(&self) -> Points {
        Points(self.draws.iter().map(|draw| draw.points.0).sum())
    }
}

/// How far the member's doings have moved the ends of lots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Renewal {
    /// Lots of this currency …
    pub currency: CurrencyNumber,
    /// … that end after so many months of inactivity …
    pub idle_months: u16,
    /// … end no sooner than this, as far as each may.
    pub expires_at: Instant,
}

/// What the ledger knows of all members together: counters of budgets and stocks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct LedgerState {
    /// What has been taken from each counter, by number: smallest units, or pieces of a stock.
    pub budgets: Vec<Points>,
}

impl LedgerState {
    /// What has been taken from a counter.
    pub fn used(&self, budget: BudgetNumber) -> Points {
        self.budgets.get(usize::from(budget.0)).copied().unwrap_or_default()
    }

    /// Folds one decision about any member.
    pub fn apply(&mut self, decision: &Decision) {
        match decision {
            Decision::PointsEarned(earned) => earned.budgets.iter().for_each(|entry| self.take(entry)),
            Decision::ClawedBack(clawed) => clawed.budgets.iter().for_each(|entry| self.take(entry)),
            Decision::Redeemed(redeemed) => redeemed.stock.iter().for_each(|entry| self.take(entry)),
            Decision::RedemptionReversed(reversed) => {
                reversed.stock.iter().for_each(|entry| self.take(entry))
            }
            Decision::HoldPlaced(hold) => hold.stock.iter().for_each(|entry| self.take(entry)),
            Decision::HoldReleased(hold) => hold.stock.iter().for_each(|entry| self.take(entry)),
            _ => {}
        }
    }

    fn take(&mut self, entry: &BudgetEntry) {
        let index = usize::from(entry.budget.0);
        if self.budgets.len() <= index {
            self.budgets.resize(index + 1, Points::ZERO);
        }
        // What judges take was seen to fit; a log that says otherwise is found by its balances.
        let used = &mut self.budgets[index].0;
        *used = used.saturating_add(entry.used.0);
    }
}

/// The member's side of rule conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct MemberProfile {
    /// Month and day of birth.
    pub birthday: Option<MonthDay>,
    /// Segment tags.
    pub segments: Vec<Box<str>>,
    /// Attributes and values.
    pub attributes: Vec<(Box<str>, Box<str>)>,
}

/// A member's balances in one currency, each of them smallest units and never below zero.
///
/// `issued + received = available + pending + held + redeemed + expired + forfeited + clawed_back + sent - arrears -
/// written_off`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Balance {
    /// Can be spent.
    pub available: Points,
    /// Cannot be spent yet.
    pub pending: Points,
    /// Set aside by holds.
    pub held: Points,
    /// Owed by the member.
    pub arrears: Points,
    /// Given, ever.
    pub issued: Points,
    /// Spent and not reversed, ever.
    pub redeemed: Points,
    /// Run out, ever.
    pub expired: Points,
    /// Taken by debit adjustments and closures, ever.
    pub forfeited: Points,
    /// Taken back by returns, ever.
    pub clawed_back: Points,
    /// Debts let go, ever.
    pub written_off: Points,
    /// Came from other members, ever.
    pub received: Points,
    /// Went to other members, ever.
    pub sent: Points,
}

impl Balance {
    /// What an account holds, with the sign that postings use.
    pub fn account_mut(&mut self, account: Account) -> (&mut Points, i64) {
        match account {
            Account::Issued => (&mut self.issued, -1),
            Account::Available => (&mut self.available, 1),
            Account::Pending => (&mut self.pending, 1),
            Account::Held => (&mut self.held, 1),
            Account::Redeemed => (&mut self.redeemed, 1),
            Account::Expired => (&mut self.expired, 1),
            Account::Forfeited => (&mut self.forfeited, 1),
            Account::ClawedBack => (&mut self.clawed_back, 1),
            Account::Arrears => (&mut self.arrears, -1),
            Account::ArrearsWrittenOff => (&mut self.written_off, -1),
            Account::Received => (&mut self.received, -1),
            Account::Sent => (&mut self.sent, 1),
        }
    }

    /// What an account holds, as postings count it.
    pub fn posted(&self, account: Account) -> i128 {
        let mut copy = *self;
        let (points, sign) = copy.account_mut(account);
        i128::from(points.0) * i128::from(sign)
    }

    /// What the law of conservation leaves over: 0, unless the ledger has a bug or was altered.
    pub fn imbalance(&self) -> i128 {
        Account::ALL.iter().map(|account| self.posted(*account)).sum()
    }
}

/// One credit of points: what is left of it, and when it starts and ends.
///
/// A pending lot that waits for its order to be fulfilled has `activates_at` at [`Instant::MAX`], and `expires_at` is when
/// it is cancelled.
///
/// Invariant: `1 <= remaining <= earned`; a lot with nothing left is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lot {
    /// The member's own running number.
    pub number: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// Whether it is still to be activated.
    pub pending: bool,
    /// Smallest units at first.
    pub earned: Points,
    /// Smallest units that can still be drawn.
    pub remaining: Points,
    /// When the credit took effect.
    pub earned_at: Instant,
    /// First instant at which the lot can be spent.
    pub activates_at: Instant,
    /// First instant at which the lot can no longer be spent; `None` never expires.
    pub expires_at: Option<Instant>,
    /// How inactivity moves that.
    pub idle: Idle,
}

impl Lot {
    /// Whether it waits for its order to be fulfilled.
    pub fn waits(&self) -> bool {
        self.pending && self.activates_at == Instant::MAX
    }
}

/// A member's place on one ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LadderState {
    /// Which ladder.
    pub ladder: LadderNumber,
    /// The tier held by figures.
    pub tier: TierNumber,
    /// Since when; [`Instant::MIN`] for the tier that everybody has.
    pub since: Instant,
    /// End of validity if the tier is not kept.
    pub until: Option<Instant>,
    /// Whether the days of grace run.
    pub grace: bool,
    /// First day of the figures that reached the tier, where it has years of its own.
    pub counted_from: Option<Day>,
    /// Figures by bucket, in order of day: one per period, or per day where the period rolls.
    pub buckets: Vec<Bucket>,
    /// What went over into periods from those before them, in order of day.
    pub carried: Vec<Bucket>,
    /// Figures of all time, but for what returns have taken.
    pub lifetime: Figures,
    /// The tier held by hand: the member holds the higher of the two.
    pub grant: Option<TierGrant>,
}

impl LadderState {
    /// The place of a member of whom there is nothing to note.
    pub fn new(ladder: LadderNumber) -> LadderState {
        LadderState {
            ladder,
            tier: TierNumber(0),
            since: Instant::MIN,
            until: None,
            grace: false,
            counted_from: None,
            buckets: Vec::new(),
            carried: Vec::new(),
            lifetime: Figures::default(),
            grant: None,
        }
    }
}

/// The figures of one period or day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bucket {
    /// First day; [`Day::EVER`] for the one bucket of a lifetime.
    pub start: Day,
    /// What counts in it.
    pub figures: Figures,
}

/// What has been given under a cap in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CapUse {
    /// Which cap.
    pub cap: CapNumber,
    /// First day of the period; [`Day::EVER`] for a cap without one.
    pub period: Day,
    /// Smallest units given.
    pub used: Points,
}

impl Default for MemberState {
    fn default() -> Self {
        MemberState {
            joined_at: None,
            settled_to: Instant::MIN,
            status: Status::default(),
            profile: MemberProfile::default(),
            referral: None,
            orders: 0,
            last_lot: LotNumber(0),
            balances: SmallVec::new(),
            lots: Vec::new(),
            ladders: SmallVec::new(),
            caps: Vec::new(),
            holds: Vec::new(),
            vouchers: Vec::new(),
            cooldowns: Vec::new(),
            streaks: Vec::new(),
            renewals: Vec::new(),
            birthday_at: None,
        }
    }
}

impl MemberState {
    /// The balances in a currency; all zero where the member never had any.
    pub fn balance(&self, currency: CurrencyNumber) -> Balance {
        self.balances.get(usize::from(currency.0)).copied().unwrap_or_default()
    }

    /// A lot that still has something left.
    pub fn lot(&self, number: LotNumber) -> Option<&Lot> {
        self.lots.binary_search_by_key(&number, |lot| lot.number).ok().map(|index| &self.lots[index])
    }

    /// The member's place on a ladder, if there has been anything to note.
    pub fn ladder(&self, ladder: LadderNumber) -> Option<&LadderState> {
        self.ladders.iter().find(|l| l.ladder == ladder)
    }

    /// What has been given under a cap in a period.
    pub fn cap_used(&self, cap: CapNumber, period: Day) -> Points {
        self.caps
            .binary_search_by_key(&(cap, period), |c| (c.cap, c.period))
            .map_or(Points::ZERO, |index| self.caps[index].used)
    }

    /// An open hold, by its name.
    pub fn hold(&self, name: &str) -> Option<&Hold> {
        self.holds.iter().find(|hold| hold.name.as_ref() == name)
    }

    /// How far the member's doings have moved the ends of lots of a currency that inactivity ends after so many months.
    pub fn renewed_to(&self, currency: CurrencyNumber, idle_months: u16) -> Option<Instant> {
        let found = self.renewals.iter().find(|r| r.currency == currency && r.idle_months == idle_months);
        found.map(|renewal| renewal.expires_at)
    }

    /// First instant at which a resting rule gives again.
    pub fn cooling_until(&self, cooldown: CapNumber) -> Option<Instant> {
        self.cooldowns.iter().find(|c| c.cooldown == cooldown).map(|c| c.until)
    }

    /// Becomes equal to another state, in the memory that this one has.
    pub fn copy_from(&mut self, other: &MemberState) {
        let MemberState {
            joined_at,
            settled_to,
            status,
            profile,
            referral,
            orders,
            last_lot,
            balances,
            lots,
            ladders,
            caps,
            holds,
            vouchers,
            cooldowns,
            streaks,
            renewals,
            birthday_at,
        } = other;
        self.joined_at = *joined_at;
        self.settled_to = *settled_to;
        self.status.clone_from(status);
        self.referral.clone_from(referral);
        self.holds.clone_from(holds);
        self.vouchers.clone_from(vouchers);
        self.cooldowns.clone_from(cooldowns);
        self.streaks.clone_from(streaks);
        self.renewals.clone_from(renewals);
        self.birthday_at = *birthday_at;
        self.profile.birthday = profile.birthday;
        self.profile.segments.clone_from(&profile.segments);
        self.profile.attributes.clone_from(&profile.attributes);
        self.orders = *orders;
        self.last_lot = *last_lot;
        self.balances.clone_from(balances);
        self.lots.clone_from(lots);
        self.caps.clone_from(caps);
        self.ladders.truncate(ladders.len());
        for (index, ladder) in ladders.iter().enumerate() {
            let LadderState {
                ladder,
                tier,
                since,
                until,
                grace,
                counted_from,
                buckets,
                carried,
                lifetime,
                grant,
            } = ladder;
            if index == self.ladders.len() {
                self.ladders.push(ladders[index].clone());
                continue;
            }
            let mine = &mut self.ladders[index];
            mine.buckets.clone_from(buckets);
            mine.carried.clone_from(carried);
            (mine.ladder, mine.tier, mine.since) = (*ladder, *tier, *since);
            (mine.until, mine.grace, mine.counted_from) = (*until, *grace, *counted_from);
            (mine.lifetime, mine.grant) = (*lifetime, *grant);
        }
    }

    /// Forgets everything but keeps the memory, so that the next member needs none.
    pub fn clear(&mut self) {
        self.joined_at = None;
        self.settled_to = Instant::MIN;
        self.status = Status::default();
        self.referral = None;
        self.holds.clear();
        self.vouchers.clear();
        self.cooldowns.clear();
        self.streaks.clear();
        self.renewals.clear();
        self.birthday_at = None;
        self.profile.birthday = None;
        self.profile.segments.clear();
        self.profile.attributes.clear();
        self.orders = 0;
        self.last_lot = LotNumber(0);
        self.balances.clear();
        self.lots.clear();
        self.ladders.clear();
        self.caps.clear();
    }
}
