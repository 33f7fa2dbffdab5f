//! What rules ask: exact points, rounded, and the competition within groups.

use crate::decide::order::OrderSeen;
use crate::ids::RuleIndex;
use crate::money::Rounding;
use crate::points::Points;
use crate::programme::plan::{Effect, GroupChoice, Plan, Ratio, RoundingUnit, Rule};
use crate::refusal::Refusal;

use super::money::money_index;
use super::{Matching, Scratch};

/// What a matching rule asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ask {
    pub(super) index: RuleIndex,
    pub(super) asked: Points,
    pub(super) remainder_millionths: i32,
    pub(super) lost: bool,
    /// Where its rule's lines begin in [`Scratch::counting`].
    counting_from: usize,
}

impl Ask {
    pub(super) fn bonus(matching: &Matching<'_>, points: Points) -> Ask {
        let Matching { index, counting_from, .. } = *matching;
        Ask { index, asked: points, remainder_millionths: 0, lost: false, counting_from }
    }
}

pub(super) fn base(matching: &Matching<'_>, order: &OrderSeen, scratch: &mut Scratch) -> Result<(), Refusal> {
    let Effect::Base { rate } = matching.rule.effect else { return Ok(()) };
    let money = money_index(order, matching.rule.money, scratch);
    let mut sum = Sum::new(matching.rule, i128::from(rate.denominator));
    for (counts, money) in scratch.counting[matching.counting_from..].iter().zip(&scratch.money[money].1) {
        if *counts {
            sum.add(i128::from(*money) * i128::from(rate.numerator))?;
        }
    }
    scratch.asks.push(sum.ask(matching)?);
    Ok(())
}

/// What one base rule gives for money, over the common denominator.
#[derive(Clone, Copy, Debug)]
pub(super) struct Base {
    points: i128,
    /// Its list in [`Scratch::money`].
    money: usize,
    /// Where its lines begin in [`Scratch::counting`].
    counting_from: usize,
}

pub(super) fn multiplier(
    plan: &Plan,
    matching: &Matching<'_>,
    extra: Ratio,
    order: &OrderSeen,
    common: i128,
    scratch: &mut Scratch,
) -> Result<(), Refusal> {
    let rule = matching.rule;
    let mut bases = std::mem::take(&mut scratch.bases);
    bases.clear();
    for ask_index in 0..scratch.asks.len() {
        let Ask { index, lost, counting_from, .. } = scratch.asks[ask_index];
        let base_rule = &plan.rules[usize::from(index.0)];
        let Effect::Base { rate } = base_rule.effect else { continue };
        if !lost && base_rule.currency == rule.currency {
            let scale = quotient(common, i128::from(rate.denominator));
            let points = checked(i128::from(rate.numerator).checked_mul(scale))?;
            bases.push(Base { points, money: money_index(order, base_rule.money, scratch), counting_from });
        }
    }
    let mut sum = Sum::new(rule, checked(common.checked_mul(i128::from(extra.denominator)))?);
    for line in 0..order.lines.len() {
        if !scratch.counting[matching.counting_from + line] {
            continue;
        }
        let mut given = 0i128;
        for base in bases.iter().filter(|base| scratch.counting[base.counting_from + line]) {
            let money = i128::from(scratch.money[base.money].1[line]);
            given = checked(base.points.checked_mul(money).and_then(|points| points.checked_add(given)))?;
        }
        sum.add(checked(given.checked_mul(i128::from(extra.numerator)))?)?;
    }
    scratch.bases = bases;
    scratch.asks.push(sum.ask(matching)?);
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
            self.rounded = self.rounded.checked_add(line).ok_or_else(|| Refusal::overflow("points"))?;
        }
        Ok(())
    }

    fn ask(self, matching: &Matching<'_>) -> Result<Ask, Refusal> {
        let asked = match self.unit {
            RoundingUnit::Order => self.rounding.divide(self.exact, self.denominator)?,
            RoundingUnit::Line => self.rounded,
        };
        let given = checked(i128::from(asked).checked_mul(self.denominator))?;
        let millionths = quotient(checked((self.exact - given).checked_mul(1_000_000))?, self.denominator);
        // Thousands of lines, each rounded by itself, may add up to more than the field can tell.
        let most = if millionths < 0 { i32::MIN } else { i32::MAX };
        let remainder_millionths = i32::try_from(millionths).unwrap_or(most);
        let Matching { index, counting_from, .. } = *matching;
        Ok(Ask { index, asked: Points(asked), remainder_millionths, lost: false, counting_from })
    }
}

/// A division towards zero; in 64 bits where both fit, since one of 128 costs ten times as much.
fn quotient(numerator: i128, denominator: i128) -> i128 {
    match (i64::try_from(numerator), i64::try_from(denominator)) {
        (Ok(i64::MIN), _) | (Err(_), _) | (_, Err(_)) => numerator / denominator,
        (Ok(numerator), Ok(denominator)) => i128::from(numerator / denominator),
    }
}

fn checked(value: Option<i128>) -> Result<i128, Refusal> {
    value.ok_or_else(|| Refusal::overflow("points"))
}

/// The least common multiple of the denominators of the base rules that asked, so that their points add exactly.
pub(super) fn common_denominator(plan: &Plan, scratch: &Scratch) -> Result<i128, Refusal> {
    scratch.asks.iter().try_fold(1i128, |common, ask| match plan.rules[usize::from(ask.index.0)].effect {
        Effect::Base { rate } => {
            let denominator = i128::from(rate.denominator);
            if common == 1 || common == denominator {
                return Ok(denominator);
            }
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
