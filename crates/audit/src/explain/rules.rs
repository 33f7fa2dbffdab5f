//! What rules gave to a lot, and which lines of an order it comes from.
//!
//! A judgement gives one lot per currency and expiry. A rule with an expiry of its own gives to the lot of that expiry;
//! all others of a currency give to one lot, under the expiry of the member's tier or of the currency.

use tallybook_core::decide::{OrderSeen, earn};
use tallybook_core::event::{NewLot, PointsEarned, RuleShare};
use tallybook_core::fact::Order;
use tallybook_core::ids::LotNumber;
use tallybook_core::points::Points;
use tallybook_core::programme::plan::Rule;
use tallybook_core::programme::versions::Version;

use super::{LineShare, RuleVerdict};

/// The rules that matched for a lot.
pub(super) fn verdicts(version: &Version, earned: &PointsEarned, lot: &NewLot) -> Vec<RuleVerdict> {
    let verdict = |(rule, share): (&Rule, &RuleShare)| RuleVerdict {
        rule: rule.id.to_string(),
        asked: share.asked,
        granted: share.granted,
        remainder_millionths: share.remainder_millionths,
        verdict: share.verdict,
    };
    of_lot(version, earned, lot).map(verdict).collect()
}

/// A lot's points per line of its order: what each rule granted, shared over the lines that count for it.
pub(super) fn shares(
    version: &Version,
    earned: &PointsEarned,
    lot: &NewLot,
    order: &Order<'_>,
) -> Vec<LineShare> {
    let mut seen = OrderSeen::default();
    seen.read(order, &version.plan.symbols);
    let mut sums = vec![Points::ZERO; order.lines.len()];
    for (rule, share) in of_lot(version, earned, lot) {
        for (sum, points) in sums.iter_mut().zip(earn::line_shares(&seen, rule, share.granted)) {
            sum.0 += points.0;
        }
    }
    let named = sums.into_iter().enumerate();
    named.map(|(index, points)| LineShare { line: order.line_name(index), points }).collect()
}

/// The rules that give to a lot, with what they came to.
fn of_lot<'e>(
    version: &'e Version,
    earned: &'e PointsEarned,
    lot: &'e NewLot,
) -> impl Iterator<Item = (&'e Rule, &'e RuleShare)> {
    let usual = usual_lot(version, earned, lot);
    let gives_here = move |rule: &Rule| match rule.expiry {
        Some(policy)
            if earned.lots.iter().any(|l| l.currency == lot.currency && l.policy == Some(policy)) =>
        {
            lot.policy == Some(policy)
        }
        _ => usual == Some(lot.number),
    };
    of_currency(version, earned, lot).filter(move |(rule, _)| gives_here(rule))
}

fn of_currency<'e>(
    version: &'e Version,
    earned: &'e PointsEarned,
    lot: &'e NewLot,
) -> impl Iterator<Item = (&'e Rule, &'e RuleShare)> {
    let known = |share: &'e RuleShare| Some((version.plan.rules.get(usize::from(share.rule.0))?, share));
    earned.shares.iter().filter_map(known).filter(|(rule, _)| rule.currency == lot.currency)
}

/// The lot of the currency that rules without an expiry of their own give to: the one that has more than those with such an
/// expiry gave it. Where they gave nothing, the first.
fn usual_lot(version: &Version, earned: &PointsEarned, lot: &NewLot) -> Option<LotNumber> {
    let own = |wanted: &NewLot| -> i64 {
        let rules = of_currency(version, earned, lot);
        let of_policy = rules.filter(|(rule, _)| rule.expiry.is_some() && rule.expiry == wanted.policy);
        of_policy.map(|(_, share)| share.granted.0).sum()
    };
    let mut lots = earned.lots.iter().filter(|l| l.currency == lot.currency);
    let first = lots.clone().next();
    lots.find(|l| l.points.0 > own(l)).or(first).map(|l| l.number)
}
