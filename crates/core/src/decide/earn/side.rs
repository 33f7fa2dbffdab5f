//! The side of a judgement that a return does not judge again: the member, the moment, and the room of each limit.

use crate::calendar::{Day, Instant};
use crate::decide::order::OrderSeen;
use crate::decide::tier;
use crate::event::{Cooling, PointsEarned, Trigger, Verdict};
use crate::ids::{ActivityNumber, BudgetNumber, CapNumber, LadderNumber, PolicyIndex, RuleIndex, TierNumber};
use crate::points::Points;
use crate::programme::cel;
use crate::programme::plan::{Budget, CapPeriod, Cooldown, Ladder, Plan, Rule};
use crate::state::{LedgerState, MemberState};

use super::conditions::member_matches;

/// What is judged, beside its lines.
#[derive(Clone, Copy, Debug)]
pub struct Deed<'a> {
    /// What it is.
    pub on: Trigger,
    /// The activity, where it is one.
    pub activity: Option<ActivityDeed<'a>>,
    /// The tier that it is about, where it is about one.
    pub tier: Option<(LadderNumber, TierNumber)>,
}

/// What rules may ask of an activity.
#[derive(Clone, Copy, Debug)]
pub struct ActivityDeed<'a> {
    /// Its kind.
    pub kind: ActivityNumber,
    /// The days in a row with such an activity, where this one has made them one more.
    pub streak: Option<u32>,
    /// What expressions see of it.
    pub seen: cel::ActivitySeen<'a>,
}

impl Deed<'static> {
    /// Anything but an activity, and about no tier.
    pub fn new(on: Trigger) -> Deed<'static> {
        Deed { on, activity: None, tier: None }
    }

    /// Something that happened to a tier.
    pub fn about_tier(on: Trigger, ladder: LadderNumber, tier: TierNumber) -> Deed<'static> {
        Deed { on, activity: None, tier: Some((ladder, tier)) }
    }
}

impl Deed<'_> {
    pub(super) fn streak(&self) -> Option<u32> {
        self.activity.and_then(|activity| activity.streak)
    }

    pub(super) fn score(&self) -> Option<u8> {
        self.activity.and_then(|activity| activity.seen.score)
    }
}

/// The member's and the moment's side of the rules' conditions, and what limits find.
#[derive(Debug)]
pub enum Side<'a> {
    /// As they are now.
    Live(Live<'a>),
    /// As they were recorded when the order was first judged.
    Recorded {
        /// The judgement.
        earned: &'a PointsEarned,
    },
}

/// The member and the moment as they are.
#[derive(Debug)]
pub struct Live<'a> {
    /// The member before the occasion.
    pub state: &'a MemberState,
    /// What all members have taken from budgets before it.
    pub ledger: &'a LedgerState,
    /// Its local day.
    pub day: Day,
    /// Its local hour.
    pub hour: u8,
    /// Its time.
    pub at: Instant,
    /// What it is.
    pub deed: Deed<'a>,
}

impl<'a> Side<'a> {
    /// The member and the moment as they are.
    pub fn live(
        plan: &Plan,
        state: &'a MemberState,
        ledger: &'a LedgerState,
        deed: Deed<'a>,
        at: Instant,
    ) -> Side<'a> {
        Side::Live(Live { state, ledger, day: plan.zone.day(at), hour: plan.zone.hour(at), at, deed })
    }

    /// Whether a rule is about such an occasion at all.
    pub(super) fn is_about(&self, rule: &Rule) -> bool {
        let (on, kind) = match self {
            Side::Live(live) => (live.deed.on, live.deed.activity.map(|activity| activity.kind)),
            Side::Recorded { earned } => (earned.on, earned.activity),
        };
        rule.on == on && (on != Trigger::Activity || kind.is_some_and(|kind| rule.activities.contains(&kind)))
    }

    /// Whether the rule's conditions on the member and the moment hold. Its rest is none of them.
    pub(super) fn holds(&self, plan: &Plan, order: &OrderSeen, index: RuleIndex, rule: &Rule) -> bool {
        match self {
            Side::Live(live) => member_matches(plan, order, rule, live),
            Side::Recorded { earned } => !rule.is_conditional() || earned.eligible.contains(&index),
        }
    }

    /// Whether the rule rests after an earlier grant. A return knows it of rules that would have given otherwise.
    pub(super) fn rests(&self, index: RuleIndex, rule: &Rule) -> bool {
        let Some(cooldown) = rule.cooldown else { return false };
        match self {
            Side::Live(live) => {
                live.state.cooling_until(cooldown.number).is_some_and(|until| live.at < until)
            }
            Side::Recorded { earned } => {
                let share = earned.shares.iter().find(|share| share.rule == index);
                share.is_some_and(|share| share.verdict == Verdict::CoolingDown)
            }
        }
    }

    /// The rest that a rule takes after a grant; on a return, the one that it took.
    pub(super) fn rest(&self, plan: &Plan, cooldown: Cooldown) -> Option<Cooling> {
        match self {
            Side::Live(live) => {
                let until = plan.zone.day_start(live.day.plus_days(i64::from(cooldown.days)));
                Some(Cooling { cooldown: cooldown.number, until })
            }
            Side::Recorded { earned } => {
                earned.cooldowns.iter().find(|cooling| cooling.cooldown == cooldown.number).copied()
            }
        }
    }

    /// The period of a member's counter and what is left in it.
    pub(super) fn room(
        &self,
        plan: &Plan,
        counter: CapNumber,
        most: Points,
        per: CapPeriod,
    ) -> (Day, Points) {
        match self {
            Side::Live(live) => {
                let period = period_of_day(plan, live.state, per, live.day, live.at);
                (period, Points((most.0 - live.state.cap_used(counter, period).0).max(0)))
            }
            Side::Recorded { earned } => earned
                .caps
                .iter()
                .find(|entry| entry.cap == counter)
                .map_or((Day::EVER, most), |entry| (entry.period, entry.room)),
        }
    }

    /// What is left in a budget.
    pub(super) fn budget_room(&self, budget: &Budget) -> Points {
        match self {
            Side::Live(live) => {
                Points(budget.limit.0.saturating_sub(live.ledger.used(budget.number).0).max(0))
            }
            Side::Recorded { earned } => recorded_room(earned, budget.number).unwrap_or(budget.limit),
        }
    }

    /// The expiry that the member's tier has for what is earned in it: that of the first ladder whose tier has one. On a
    /// return nothing new is given, so that none matters.
    pub(super) fn tier_expiry(&self, plan: &Plan) -> Option<PolicyIndex> {
        let Side::Live(live) = self else { return None };
        if plan.expiries.is_empty() {
            return None;
        }
        plan.ladders
            .iter()
            .flatten()
            .find_map(|ladder| ladder.tier(tier::figures::held(live.state, ladder))?.expiry)
    }
}

fn recorded_room(earned: &PointsEarned, budget: BudgetNumber) -> Option<Points> {
    earned.budgets.iter().find(|entry| entry.budget == budget).map(|entry| entry.room)
}

/// First day of the period of a member's counter that holds an instant.
pub(in crate::decide) fn period_start(plan: &Plan, state: &MemberState, per: CapPeriod, at: Instant) -> Day {
    period_of_day(plan, state, per, plan.zone.day(at), at)
}

fn period_of_day(plan: &Plan, state: &MemberState, per: CapPeriod, day: Day, at: Instant) -> Day {
    let first = || plan.ladders.iter().flatten().next();
    match per {
        CapPeriod::Order | CapPeriod::Ever => Day::EVER,
        CapPeriod::Day => day,
        CapPeriod::Week => day.week_start(),
        CapPeriod::Month => day.month_start(),
        CapPeriod::Year => day.year_start(),
        CapPeriod::TierPeriod => tier_period_start(plan, first(), state, at),
    }
}

/// First day of a ladder's period that holds an instant; of the calendar year where the ladder has none.
pub(in crate::decide) fn tier_period_start(
    plan: &Plan,
    ladder: Option<&Ladder>,
    state: &MemberState,
    at: Instant,
) -> Day {
    let period = ladder.and_then(|ladder| tier::figures::period_at(ladder, plan.zone, state, at));
    period.map_or_else(|| plan.zone.day(at).year_start(), |period| period.start)
}
