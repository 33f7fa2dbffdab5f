//! What rules ask: exact points, rounded, and the competition within groups.

use crate::decide::order::OrderSeen;
use crate::ids::RuleIndex;
use crate::money::Rounding;
use crate::points::Points;
use crate::programme::plan::{Effect, GroupChoice, Plan, Ratio, RoundingUnit, Rule};
use crate::refusal::Refusal;

use super::Scratch;
use super::conditions::line_matches;
use super::money::money_index;

/// What a matching rule asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) index: RuleIndex,
    pub(super) asked: Points,
    pub(super) remainder_millionths: i32,
    pub(super) lost: bool,
}

impl Ask {
    pub(super) fn bonus(index: RuleIndex, points: Points) -> Ask {
        Ask { index, asked: points, remainder_millionths: 0, lost: false }
    }
}

pub(super) fn base(
    index: RuleIndex,
    rule: &Rule,
    order: &OrderSeen,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let Effect::Base { rate } = rule.effect else { return Ok(()) };
    let money = money_index(order, rule.money, scratch);
    let mut sum = Sum::new(rule, i128::from(rate.denominator));
    for (line, money) in order.lines.iter().zip(&scratch.money[money].1) {
        if line_matches(&rule.lines, line) {
            sum.add(i128::from(*money) * i128::from(rate.numerator))?;
        }
    }
    scratch.asks.push(sum.ask(index)?);
    Ok(())
}

pub(super) fn multiplier(
    plan: &Plan,
    index: RuleIndex,
    rule: &Rule,
    extra: Ratio,
    order: &OrderSeen,
    common: i128,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let mut sum = Sum::new(rule, checked(common.checked_mul(i128::from(extra.denominator)))?);
    for (line_index, line) in order.lines.iter().enumerate() {
        if !line_matches(&rule.lines, line) {
            continue;
        }
        let mut base = 0i128;
        for ask_index in 0..scratch.asks.len() {
            let ask = scratch.asks[ask_index];
            let base_rule = &plan.rules[usize::from(ask.index.0)];
            let Effect::Base { rate } = base_rule.effect else { continue };
            if ask.lost || base_rule.currency != rule.currency || !line_matches(&base_rule.lines, line) {
                continue;
            }
            let money = money_index(order, base_rule.money, scratch);
            let money = i128::from(scratch.money[money].1[line_index]);
            let scaled = i128::from(rate.numerator).checked_mul(common / i128::from(rate.denominator));
            base = checked(scaled.and_then(|s| s.checked_mul(money)).and_then(|p| p.checked_add(base)))?;
        }
        sum.add(checked(base.checked_mul(i128::from(extra.numerator)))?)?;
    }
    scratch.asks.push(sum.ask(index)?);
    Ok(())
}

/// A rule's exact points over a common denominator, rounded per order or per line.
struct Sum {
    rounding: Rounding,
    unit: RoundingUnit,
    denominator: i128,
    exact: i128,
    rounded: i64,
}

impl Sum {
    fn new(rule: &Rule, denominator: i128) -> Sum {
        Sum { rounding: rule.rounding, unit: rule.rounding_unit, denominator, exact: 0, rounded: 0 }
    }

    fn add(&mut self, numerator: i128) -> Result<(), Refusal> {
        self.exact = checked(self.exact.checked_add(numerator))?;
        if self.unit == RoundingUnit::Line {
            let line = self.rounding.divide(numerator, self.denominator)?;
            self.rounded = self.rounded.checked_add(line).ok_or(OVERFLOW)?;
        }
        Ok(())
    }

    fn ask(self, index: RuleIndex) -> Result<Ask, Refusal> {
        let asked = match self.unit {
            RoundingUnit::Order => self.rounding.divide(self.exact, self.denominator)?,
            RoundingUnit::Line => self.rounded,
        };
        let given = checked(i128::from(asked).checked_mul(self.denominator))?;
        let millionths = checked((self.exact - given).checked_mul(1_000_000))? / self.denominator;
        // Thousands of lines, each rounded by itself, may add up to more than the field can tell.
        let most = if millionths < 0 { i32::MIN } else { i32::MAX };
        let remainder_millionths = i32::try_from(millionths).unwrap_or(most);
        Ok(Ask { index, asked: Points(asked), remainder_millionths, lost: false })
    }
}

const OVERFLOW: Refusal = Refusal::Overflow { what: "points" };

fn checked(value: Option<i128>) -> Result<i128, Refusal> {
    value.ok_or(OVERFLOW)
}

/// The least common multiple of the denominators of the base rules that asked, so that their points add exactly.
pub(super) fn common_denominator(plan: &Plan, scratch: &Scratch) -> Result<i128, Refusal> {
    scratch.asks.iter().try_fold(1i128, |common, ask| match plan.rules[usize::from(ask.index.0)].effect {
        Effect::Base { rate } => {
            let denominator = i128::from(rate.denominator);
            checked((common / gcd(common, denominator)).checked_mul(denominator))
        }
        Effect::Multiplier { .. } | Effect::Bonus { .. } => Ok(common),
    })
}

fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// Marks the losers of each group. Groups hold rules of one kind, so the asks of a group are complete when it is settled.
pub(super) fn settle_groups(plan: &Plan, asks: &mut [Ask]) {
    for index in 0..asks.len() {
        let Some(group) = plan.rules[usize::from(asks[index].index.0)].group else { continue };
        let beaten = asks.iter().enumerate().any(|(other, rival)| {
            let Some(rival_group) = plan.rules[usize::from(rival.index.0)].group else { return false };
            if other == index || rival_group.index != group.index {
                return false;
            }
            let ours = (group.priority, asks[index].index);
            let theirs = (rival_group.priority, rival.index);
            match group.choice {
                GroupChoice::Priority => theirs < ours,
                GroupChoice::Best => {
                    rival.asked > asks[index].asked || (rival.asked == asks[index].asked && theirs < ours)
                }
            }
        });
        asks[index].lost = beaten;
    }
}
