//! What an order or another occasion earns: rules, groups, rounding and limits (cases 5–9).
//!
//! Base rules ask for money times rate; multipliers ask for the extra on the base of their lines; bonuses ask for a fixed
//! amount. Rules of one group compete, the losers get nothing. Then rests, numbers of grants, caps and budgets limit what
//! is given, in file order. All arithmetic is exact until a rule's points are rounded.
//!
//! What is judged has lines, as an order has: an activity is one line with its money, and all else is one line without
//! any. Which of the rules take part is settled by what it is ([`Deed`]).
//!
//! It records nothing: lots and figures are made of what is earned here by the judges.

mod ask;
mod conditions;
mod grant;
mod money;
mod side;

use smallvec::SmallVec;

use crate::calendar::Day;
use crate::decide::order::{OrderSeen, qualifies};
use crate::event::{BudgetEntry, CapEntry, Cooling, RuleShare, Verdict};
use crate::ids::{BudgetNumber, CapNumber, CurrencyNumber, PolicyIndex, RuleIndex};
use crate::points::Points;
use crate::programme::plan::{CapPeriod, Effect, MoneyBase, Plan, Rule};
use crate::refusal::Refusal;

use ask::Ask;
use grant::Room;

pub use money::{line_shares, order_money};
pub use side::{ActivityDeed, Deed, Live, Side};

pub(super) use side::{period_start, tier_period_start};

/// What an occasion earns under a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Earning {
    /// Rules whose conditions on the member and the moment held, where they have any.
    pub eligible: SmallVec<[RuleIndex; 4]>,
    /// Every rule that matched, in file order.
    pub shares: SmallVec<[RuleShare; 4]>,
    /// The counters that were looked at: of caps, and of how often rules may give.
    pub caps: SmallVec<[CapEntry; 2]>,
    /// The budgets that were looked at.
    pub budgets: SmallVec<[BudgetEntry; 0]>,
    /// The rests that rules take from now on.
    pub cooldowns: SmallVec<[Cooling; 0]>,
    /// Points granted per currency and expiry, in order of first grant.
    pub totals: SmallVec<[Total; 1]>,
}

/// Points granted that become one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Total {
    /// Their currency.
    pub currency: CurrencyNumber,
    /// The expiry they are under, where that is not their currency's own.
    pub policy: Option<PolicyIndex>,
    /// How many; those of one currency fit together.
    pub points: Points,
}

impl Earning {
    /// Points granted in a currency.
    pub fn total(&self, currency: CurrencyNumber) -> Points {
        let of_currency = self.totals.iter().filter(|total| total.currency == currency);
        Points(of_currency.map(|total| total.points.0).sum())
    }

    /// Points granted in all currencies that count for tiers.
    ///
    /// # Errors
    /// [`Refusal::Overflow`] where they do not fit together.
    pub fn qualifying(&self, plan: &Plan) -> Result<Points, Refusal> {
        let mut counting = plan.currencies.iter().flatten().filter(|currency| qualifies(currency.usage));
        counting.try_fold(Points::ZERO, |sum, currency| sum.plus(self.total(currency.number)))
    }

    /// What was used of a counter in a period.
    pub fn used(&self, cap: CapNumber, period: Day) -> Points {
        let found = self.caps.iter().find(|c| c.cap == cap && c.period == period);
        found.map_or(Points::ZERO, |c| c.used)
    }

    /// What was taken from a budget.
    pub fn drawn(&self, budget: BudgetNumber) -> Points {
        let found = self.budgets.iter().find(|entry| entry.budget == budget);
        found.map_or(Points::ZERO, |entry| entry.used)
    }

    fn grant(
        &mut self,
        currency: CurrencyNumber,
        policy: Option<PolicyIndex>,
        points: Points,
    ) -> Result<(), Refusal> {
        self.total(currency).plus(points)?;
        let same = |total: &&mut Total| total.currency == currency && total.policy == policy;
        match self.totals.iter_mut().find(same) {
            Some(total) => total.points = total.points.plus(points)?,
            None => self.totals.push(Total { currency, policy, points }),
        }
        Ok(())
    }
}

/// Reusable memory; holds nothing between occasions.
#[derive(Debug, Default)]
pub struct Scratch {
    money: Vec<(MoneyBase, Vec<i64>)>,
    money_count: usize,
    /// Per matching rule, whether each line counts for it; rule after rule.
    counting: Vec<bool>,
    asks: Vec<Ask>,
    /// What base rules give that a multiplier multiplies.
    bases: Vec<ask::Base>,
    rooms: Vec<Room>,
    budgets: Vec<BudgetEntry>,
}

impl Scratch {
    fn begin(&mut self) {
        self.money_count = 0;
        self.counting.clear();
        self.asks.clear();
        self.rooms.clear();
        self.budgets.clear();
    }
}

/// A rule whose conditions hold, and which lines count for it.
#[derive(Clone, Copy, Debug)]
struct Matching<'p> {
    index: RuleIndex,
    rule: &'p Rule,
    /// Where its lines begin in [`Scratch::counting`].
    counting_from: usize,
}

/// Judges what an order, or what stands for one, earns.
///
/// # Errors
/// [`Refusal::Overflow`] where exact sums do not fit 128 bits or points do not fit 64.
pub fn earn(
    plan: &Plan,
    order: &OrderSeen,
    side: &Side<'_>,
    scratch: &mut Scratch,
) -> Result<Earning, Refusal> {
    let mut earning = Earning::default();
    scratch.begin();
    let mut matching: SmallVec<[Matching<'_>; 8]> = SmallVec::new();
    for (index, rule) in plan.rules.iter().enumerate() {
        let index = RuleIndex(u16::try_from(index).map_err(|_| Refusal::Overflow { what: "rules" })?);
        if !side.is_about(rule) || !side.holds(plan, order, index, rule) {
            continue;
        }
        if rule.is_conditional() {
            earning.eligible.push(index);
        }
        // Also of rules that do not match or lose: what is kept after a return may match them, or make them win.
        grant::look_at_counters(plan, side, rule, scratch);
        if let Some(counting_from) = conditions::order_matches(plan, rule, order, scratch) {
            matching.push(Matching { index, rule, counting_from });
        }
    }
    let is_base = |rule: &Rule| matches!(rule.effect, Effect::Base { .. });
    for base in matching.iter().filter(|matching| is_base(matching.rule)) {
        ask::base(base, order, scratch)?;
    }
    ask::settle_groups(plan, &mut scratch.asks);
    let common = ask::common_denominator(plan, scratch)?;
    for matching in &matching {
        match matching.rule.effect {
            Effect::Multiplier { extra } => ask::multiplier(plan, matching, extra, order, common, scratch)?,
            Effect::Bonus { points } => scratch.asks.push(Ask::bonus(matching, points)),
            Effect::Base { .. } => {}
        }
    }
    ask::settle_groups(plan, &mut scratch.asks);
    scratch.asks.sort_unstable_by_key(|ask| ask.index);
    grant::grant(plan, side, scratch, &mut earning)?;
    forget_unseen_rests(plan, side, &mut earning);
    Ok(earning)
}

/// A rule that rests is known to a return by its share. One that had none, or lost its group, is kept out altogether, so that
/// it gives nothing when what is kept would match it, or make it win.
fn forget_unseen_rests(plan: &Plan, side: &Side<'_>, earning: &mut Earning) {
    let Earning { eligible, shares, .. } = earning;
    eligible.retain(|index| {
        let rests = plan.rules.get(usize::from(index.0)).is_some_and(|rule| side.rests(*index, rule));
        let is_cooling = |share: &RuleShare| share.rule == *index && share.verdict == Verdict::CoolingDown;
        !rests || shares.iter().any(is_cooling)
    });
}

/// Whether a limit counts beyond the occasion at hand.
fn is_counted(per: CapPeriod) -> bool {
    per != CapPeriod::Order
}
