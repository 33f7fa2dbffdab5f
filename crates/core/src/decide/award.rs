//! Giving what an occasion earns: one way for orders, activities and all else (cases 5–12, 28, 33).
//!
//! Judging comes first and may refuse; recording then cannot. Only facts can be refused: what comes of itself, or along
//! with a fact, gives nothing where its figures would not fit ([`Award::give`]).

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::earn::{self, ActivityDeed, Deed, Earning, Side, Total};
use crate::decide::lifetime::{self, Life};
use crate::decide::order::{self, OrderSeen};
use crate::decide::tier;
use crate::event::{
    CapEntry, Counted, Decision, Figures, MetricEntry, NewLot, PointsEarned, StreakEntry, Trigger,
};
use crate::ids::LotNumber;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Activation, Expiry, Plan, PointCurrency};
use crate::programme::versions::Version;
use crate::refusal::Refusal;

/// An occasion that may earn points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Award<'a> {
    /// The programme version that judges.
    pub version: &'a Version,
    /// The order, or what stands for one.
    pub order: &'a OrderSeen,
    /// What it is.
    pub deed: Deed<'a>,
    /// When it takes effect.
    pub at: Instant,
    /// The activity's streak from then on, where it was not late.
    pub streak: Option<StreakEntry>,
    /// When the points can be spent, where that is not as their currency says.
    pub activates_at: Option<Instant>,
}

/// What came of an occasion.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// The lots given.
    pub lots: SmallVec<[LotNumber; 1]>,
    /// What it counts for limits and tiers.
    pub counted: Counted,
}

impl<'a> Award<'a> {
    /// An occasion under a version of the programme.
    pub(super) fn new(version: &'a Version, order: &'a OrderSeen, deed: Deed<'a>, at: Instant) -> Award<'a> {
        Award { version, order, deed, at, streak: None, activates_at: None }
    }

    /// Judges the occasion on the member's state as settled.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] where the sums do not fit.
    pub(super) fn judge(
        &self,
        draft: &Draft<'_>,
        scratch: &mut earn::Scratch,
    ) -> Result<PointsEarned, Refusal> {
        let plan = &self.version.plan;
        let side = Side::live(plan, draft.state(), draft.ledger(), self.deed, self.at);
        let earning = earn::earn(plan, self.order, &side, scratch)?;
        let lots = self.lots(draft, plan, &earning)?;
        let metrics = self.metrics(draft, plan, earning.qualifying(plan)?, scratch)?;
        self.judged(draft, earning, lots, metrics)
    }

    /// Judges and records the occasion. Where the sums do not fit, nothing is given.
    pub(super) fn give(&self, draft: &mut Draft<'_>, scratch: &mut earn::Scratch) -> Given {
        let nothing = || self.judged(draft, Earning::default(), SmallVec::new(), SmallVec::new());
        let Ok(earned) = self.judge(draft, scratch).or_else(|_| nothing()) else { return Given::default() };
        let used = earned.caps.iter().filter(|entry| entry.used != Points::ZERO);
        let given = Given {
            lots: earned.lots.iter().map(|lot| lot.number).collect(),
            counted: Counted {
                caps: used.map(|entry| CapEntry { room: Points::ZERO, ..*entry }).collect(),
                metrics: earned.metrics.iter().copied().collect(),
            },
        };
        self.record(draft, earned);
        given
    }

    fn judged(
        &self,
        draft: &Draft<'_>,
        earning: Earning,
        lots: SmallVec<[NewLot; 1]>,
        metrics: SmallVec<[MetricEntry; 1]>,
    ) -> Result<PointsEarned, Refusal> {
        let Award { version, deed, at, streak, .. } = *self;
        let state = draft.state();
        let latest_day = version.plan.zone.day(at.max(state.settled_to));
        let order_number = match deed.on {
            Trigger::Order => state.orders.checked_add(1).ok_or_else(|| Refusal::overflow("orders"))?,
            _ => state.orders,
        };
        Ok(PointsEarned {
            version: version.number,
            order_number,
            eligible: earning.eligible,
            shares: earning.shares,
            caps: earning.caps,
            lots,
            metrics,
            forget_before: latest_day.plus_days(-i64::from(version.plan.horizon_days)),
            on: deed.on,
            activity: deed.activity.map(|activity| activity.kind),
            streak,
            cooldowns: earning.cooldowns,
            budgets: earning.budgets,
        })
    }

    /// Records a judgement, and what follows from it at once: tiers, what a late lot has been through, debts paid.
    pub(super) fn record(&self, draft: &mut Draft<'_>, earned: PointsEarned) {
        let at = self.at;
        let settled_to = draft.state().settled_to;
        let counts = !earned.metrics.is_empty();
        let lots: SmallVec<[LotNumber; 2]> = earned.lots.iter().map(|lot| lot.number).collect();
        draft.join(at);
        draft.record(at, Decision::PointsEarned(earned));
        if counts {
            for ladder in self.version.plan.ladders.iter().flatten() {
                tier::after_counting(draft, self.version, ladder, at);
            }
        }
        if at < settled_to {
            // The lots of what is late may have become active, or run out, before what is settled.
            draft.settle(settled_to);
        }
        for number in lots {
            draft.pay_arrears(number, at);
        }
    }

    /// The lots of what was granted: currencies by number, in each its own expiry first.
    fn lots(
        &self,
        draft: &Draft<'_>,
        plan: &Plan,
        earning: &Earning,
    ) -> Result<SmallVec<[NewLot; 1]>, Refusal> {
        let mut totals = earning.totals.clone();
        totals.sort_unstable_by_key(|total| (total.currency, total.policy));
        let mut lots = SmallVec::new();
        for Total { currency, policy, points } in totals {
            let Some(currency) = plan.currency(currency) else { continue };
            draft.room_for(currency.number, earning.total(currency.number))?;
            let own = policy.and_then(|policy| plan.expiries.get(usize::from(policy.0)));
            let life = self.life(draft, plan, currency, own.unwrap_or(&currency.expiry));
            lots.push(draft.new_lot(lots.len(), currency.number, points, life, policy)?);
        }
        Ok(lots)
    }

    fn life(&self, draft: &Draft<'_>, plan: &Plan, currency: &PointCurrency, expiry: &Expiry) -> Life {
        let (zone, state, at) = (plan.zone, draft.state(), self.at);
        if let Some(activates_at) = self.activates_at {
            let activates_at = activates_at.max(at);
            let term = lifetime::term(zone, state, currency.number, expiry, at, activates_at);
            return Life { activates_at, term };
        }
        let activation = match currency.activation {
            // Nothing but an order can be fulfilled.
            Activation::OnFulfilment { .. } if self.deed.on != Trigger::Order => Activation::Immediate,
            activation => activation,
        };
        lifetime::begin(zone, state, currency.number, activation, expiry, at)
    }

    /// What the occasion adds to each ladder's figures. Only orders count as such and as spend, activities and referrals
    /// where a ladder asks for them; qualifying points count whatever gave them.
    fn metrics(
        &self,
        draft: &Draft<'_>,
        plan: &Plan,
        points: Points,
        scratch: &mut earn::Scratch,
    ) -> Result<SmallVec<[MetricEntry; 1]>, Refusal> {
        let (state, at, on) = (draft.state(), self.at, self.deed.on);
        let is_order = on == Trigger::Order;
        let joined_at = state.joined_at.unwrap_or(at);
        let mut entries = SmallVec::new();
        for ladder in plan.ladders.iter().flatten() {
            let spend = if is_order { order::spend(plan, self.order, ladder, scratch)? } else { Money::ZERO };
            let is_counted = |activity: ActivityDeed<'_>| ladder.activities.contains(&activity.kind);
            let figures = Figures {
                spend,
                points,
                orders: i64::from(is_order),
                referrals: i64::from(on == Trigger::Referrer && ladder.counts_referrals),
                activities: i64::from(self.deed.activity.is_some_and(is_counted)),
            };
            if figures == Figures::default() {
                continue;
            }
            let bucket = tier::figures::bucket(ladder, plan.zone, joined_at, at);
            tier::figures::room_for(state, ladder.number, bucket, &figures)?;
            let challenge = tier::grant::counts_for_challenge(state, ladder.number, at);
            entries.push(MetricEntry { ladder: ladder.number, bucket, figures, challenge });
        }
        Ok(entries)
    }
}
