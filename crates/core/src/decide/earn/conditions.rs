//! Whether the conditions of rules hold (case 7).

use crate::calendar::Instant;
use crate::decide::order::{LineSeen, OrderSeen};
use crate::decide::tier;
use crate::money::Money;
use crate::programme::cel;
use crate::programme::plan::{
    LineConditions, MemberConditions, OrderConditions, OrderNumber, Plan, Rule, Symbol, SymbolSet,
};

use super::Scratch;
use super::money::money_index;
use super::side::Live;

/// Whether the half that is judged again on a return holds: that on the order and its lines. Where it does, this is the
/// place in [`Scratch::counting`] from which on the lines are marked that count.
pub(super) fn order_matches(
    plan: &Plan,
    rule: &Rule,
    order: &OrderSeen,
    scratch: &mut Scratch,
) -> Option<usize> {
    let OrderConditions { money, channels, stores, min_spend, max_spend, min_quantity } = &rule.order;
    let currency_matches = money.is_empty() || order.currency.is_some_and(|code| money.contains(&code));
    if !currency_matches || !wanted(channels, order.channel) || !wanted(stores, order.store) {
        return None;
    }
    let index = money_index(order, rule.money, scratch);
    let Scratch { money, counting, .. } = scratch;
    let counting_from = counting.len();
    counting.extend(order.lines.iter().map(|line| line_matches(&rule.lines, line)));
    let counts = &counting[counting_from..];
    let sum = |of_line: &mut dyn Iterator<Item = i64>| -> i128 {
        of_line.zip(counts).filter(|(_, counts)| **counts).map(|(figure, _)| i128::from(figure)).sum()
    };
    let spend = || sum(&mut money[index].1.iter().copied());
    let quantity = || sum(&mut order.lines.iter().map(|line| line.quantity));
    let matches = counts.contains(&true)
        && min_spend.is_none_or(|Money(min)| spend() >= i128::from(min))
        && max_spend.is_none_or(|Money(max)| spend() <= i128::from(max))
        && min_quantity.is_none_or(|min| quantity() >= i128::from(min))
        && rule.cel.as_ref().is_none_or(|cel| {
            // One that speaks of the member was asked with the member; this one has no use for the rest.
            let seen = cel::Seen { plan, order, at: Instant::EARLIEST, member: None, activity: None };
            cel.speaks_of_member() || cel.holds(&seen)
        });
    if !matches {
        counting.truncate(counting_from);
    }
    matches.then_some(counting_from)
}

fn wanted(set: &SymbolSet, symbol: Symbol) -> bool {
    set.is_empty() || set.contains(&symbol)
}

pub(super) fn line_matches(conditions: &LineConditions, line: &LineSeen) -> bool {
    wanted(&conditions.categories, line.category)
        && wanted(&conditions.skus, line.sku)
        && wanted(&conditions.brands, line.brand)
        && (conditions.tags == 0 || conditions.tags & line.tags != 0)
        && conditions.not_tags & line.tags == 0
        && !conditions.not_categories.contains(&line.category)
        && !conditions.not_skus.contains(&line.sku)
        && !conditions.not_brands.contains(&line.brand)
}

/// Whether the half that is judged once holds: that on the member, the moment and the activity.
pub(super) fn member_matches(plan: &Plan, order: &OrderSeen, rule: &Rule, live: &Live<'_>) -> bool {
    let MemberConditions {
        tiers,
        segments,
        attributes,
        order_number,
        weekdays,
        hours,
        from,
        until,
        birthday,
        streak_every,
        score,
    } = &rule.member;
    let Live { state, day, hour, at, deed, .. } = *live;
    let number = state.orders.saturating_add(1);
    from.is_none_or(|from| at >= from)
        && until.is_none_or(|until| at < until)
        && (*weekdays == 0 || weekdays & (1 << day.weekday_index()) != 0)
        && hours.is_none_or(|hours| hours.contains(hour))
        && order_number.is_none_or(|wanted| match wanted {
            OrderNumber::First => number == 1,
            OrderNumber::Every(n) => number.is_multiple_of(n),
        })
        && (tiers.is_empty()
            || tiers.iter().any(|wanted| match deed.tier {
                Some(about) => about == *wanted,
                None => tier::figures::holds(state, plan, *wanted),
            }))
        && (segments.is_empty() || segments.iter().any(|s| state.profile.segments.contains(s)))
        && attributes
            .iter()
            .all(|(key, values)| state.profile.attributes.iter().any(|(k, v)| k == key && values.contains(v)))
        && birthday.is_none_or(|near| state.profile.birthday.is_some_and(|b| near.holds(b, day)))
        && streak_every.is_none_or(|n| deed.streak().is_some_and(|days| days.is_multiple_of(n)))
        && score
            .is_none_or(|wanted| deed.score().is_some_and(|score| (wanted.from..=wanted.to).contains(&score)))
        && rule.cel.as_ref().is_none_or(|cel| {
            let activity = deed.activity.map(|activity| activity.seen);
            !cel.speaks_of_member()
                || cel.holds(&cel::Seen { plan, order, at, member: Some(state), activity })
        })
}
