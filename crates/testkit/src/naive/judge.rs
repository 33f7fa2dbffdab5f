//! What rules make of an occasion whose conditions on the member are settled: rates, groups and limits (cases 5–9). A
//! return asks the same again about what is kept.

use std::collections::BTreeMap;

use super::conditions::{Occasion, matching_lines};
use super::numbers::Fraction;
use super::rooms::{Rooms, limits};
use crate::spec::{RuleKind, RuleSpec, Spec};

/// What rules make of an occasion.
pub(super) struct Judged {
    /// Points by the rule's place in the file; only those that gave some.
    pub(super) granted: BTreeMap<usize, i64>,
    /// Points or grants under each limit.
    pub(super) uses: BTreeMap<String, i64>,
    /// Rules that would have had their say but rest.
    pub(super) rested: Vec<bool>,
}

impl Judged {
    /// Points per currency.
    pub(super) fn earned(&self, spec: &Spec) -> BTreeMap<String, i64> {
        let mut earned = BTreeMap::new();
        for (place, points) in &self.granted {
            *earned.entry(spec.rules[*place].currency.clone()).or_default() += points;
        }
        earned
    }
}

/// Judges an occasion, or what is kept of an order. An order without lines earns nothing.
pub(super) fn judge(
    spec: &Spec,
    occasion: &Occasion,
    eligible: &[bool],
    resting: &[bool],
    rooms: &Rooms,
) -> Judged {
    let mut lines: BTreeMap<usize, Vec<(usize, i64)>> = BTreeMap::new();
    for (place, rule) in spec.rules.iter().enumerate() {
        let matching = matching_lines(occasion, rule);
        if eligible[place] && !matching.is_empty() {
            lines.insert(place, matching);
        }
    }
    let mut base = BTreeMap::new();
    for (place, matching) in &lines {
        let rule = &spec.rules[*place];
        if matches!(rule.kind, RuleKind::Base { .. }) {
            let points: Vec<Fraction> = matching.iter().map(|(_, money)| base_points(rule, *money)).collect();
            base.insert(*place, rounded(rule, &points));
        }
    }
    let base = without_losers(spec, base);
    let mut others = BTreeMap::new();
    for (place, matching) in &lines {
        let rule = &spec.rules[*place];
        match rule.kind {
            RuleKind::Base { .. } => {}
            RuleKind::Bonus { points } => {
                others.insert(*place, points);
            }
            RuleKind::Multiplier { factor_ten_thousandths } => {
                let extra = Fraction::new(i128::from(factor_ten_thousandths - 10_000), 10_000);
                let base_of_line = |line: usize| {
                    let mut sum = Fraction::ZERO;
                    for base_place in base.keys().filter(|b| spec.rules[**b].currency == rule.currency) {
                        for (_, money) in lines[base_place].iter().filter(|(l, _)| *l == line) {
                            sum = sum.plus(base_points(&spec.rules[*base_place], *money));
                        }
                    }
                    sum
                };
                let points: Vec<Fraction> =
                    matching.iter().map(|(line, _)| base_of_line(*line).times(extra)).collect();
                others.insert(*place, rounded(rule, &points));
            }
        }
    }
    let mut asked = base;
    asked.extend(without_losers(spec, others));
    limited(spec, &asked, resting, rooms)
}

fn limited(spec: &Spec, asked: &BTreeMap<usize, i64>, resting: &[bool], rooms: &Rooms) -> Judged {
    let mut judged =
        Judged { granted: BTreeMap::new(), uses: BTreeMap::new(), rested: vec![false; spec.rules.len()] };
    for (place, points) in asked {
        let limits = limits(spec, &spec.rules[*place]);
        let mut granted = *points;
        if resting[*place] {
            granted = 0;
            judged.rested[*place] = true;
        }
        for limit in &limits {
            let room = rooms[&limit.name].room - judged.uses.get(&limit.name).copied().unwrap_or(0);
            if limit.counts_grants {
                if room <= 0 {
                    granted = 0;
                }
            } else if granted > room {
                granted = if limit.skip { 0 } else { room };
            }
        }
        for limit in limits {
            let used = if limit.counts_grants { i64::from(granted > 0) } else { granted };
            *judged.uses.entry(limit.name).or_default() += used;
        }
        if granted > 0 {
            judged.granted.insert(*place, granted);
        }
    }
    judged
}

/// Exact points that a base rule gives for some money.
fn base_points(rule: &RuleSpec, money: i64) -> Fraction {
    match rule.kind {
        RuleKind::Base { points, per } => {
            Fraction::new(i128::from(money) * i128::from(points), i128::from(per))
        }
        RuleKind::Multiplier { .. } | RuleKind::Bonus { .. } => Fraction::ZERO,
    }
}

fn rounded(rule: &RuleSpec, per_line: &[Fraction]) -> i64 {
    if rule.per_line {
        per_line.iter().map(|points| points.round(rule.rounding)).sum()
    } else {
        per_line.iter().fold(Fraction::ZERO, |sum, points| sum.plus(*points)).round(rule.rounding)
    }
}

/// Rules that ask something, by place in the file; those that lost in their group are taken out.
fn without_losers(spec: &Spec, asked: BTreeMap<usize, i64>) -> BTreeMap<usize, i64> {
    let beats = |a: usize, b: usize| {
        let (first, second) = (&spec.rules[a], &spec.rules[b]);
        let key = |rule: &RuleSpec, place: usize| {
            let most_first = if rule.group_by_priority { 0 } else { -asked[&place] };
            (most_first, rule.priority, place)
        };
        key(first, a) < key(second, b)
    };
    let compete = |a: usize, b: usize| {
        let (a, b) = (&spec.rules[a], &spec.rules[b]);
        a.group.is_some()
            && a.group == b.group
            && a.currency == b.currency
            && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
    };
    let lost = |a: usize| asked.keys().any(|b| *b != a && compete(a, *b) && beats(*b, a));
    asked.iter().filter(|(place, _)| !lost(**place)).map(|(place, points)| (*place, *points)).collect()
}
