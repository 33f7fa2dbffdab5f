//! Expressions. Their texts are in single quotes, so that they can stand in a text of the file.

use crate::spec::CelSpec;

impl CelSpec {
    /// The expression in CEL.
    pub fn to_text(&self) -> String {
        match self {
            CelSpec::OrderAmountAtLeast(minor) => format!("order.amount >= {minor}"),
            CelSpec::OrderTotalAtLeast(minor) => format!("order.total >= {minor}"),
            CelSpec::OrderQuantityAtLeast(pieces) => format!("order.quantity >= {pieces}"),
            CelSpec::OrderChannelIs(channel) => format!("order.channel == '{channel}'"),
            CelSpec::HasLineOfCategory(category) => {
                format!("order.lines.exists(l, l.category == '{category}')")
            }
            CelSpec::HasLineTagged(tag) => format!("order.lines.exists(l, '{tag}' in l.tags)"),
            CelSpec::MemberOrdersAtLeast(orders) => format!("member.orders >= {orders}"),
            CelSpec::MemberTierIs(tier) => format!("member.tier == '{tier}'"),
            CelSpec::MemberInSegment(segment) => format!("'{segment}' in member.segments"),
            CelSpec::MemberAttributeIs(key, value) => {
                format!("'{key}' in member.attributes && member.attributes['{key}'] == '{value}'")
            }
            CelSpec::MemberAvailableAtLeast(currency, points) => {
                format!("member.available['{currency}'] >= {points}")
            }
            CelSpec::DaysSinceJoiningAtLeast(days) => format!("member.days_since_joining >= {days}"),
            CelSpec::WeekdayIs(day) => format!("moment.weekday == {}", day + 1),
            CelSpec::HourAtLeast(hour) => format!("moment.hour >= {hour}"),
            CelSpec::ActivityKindIs(kind) => format!("activity.kind == '{kind}'"),
            CelSpec::ScoreAtLeast(score) => format!("activity.score >= {score}"),
            CelSpec::AllOf(parts) => joined(parts, " && "),
            CelSpec::AnyOf(parts) => joined(parts, " || "),
            CelSpec::Not(part) => format!("!({})", part.to_text()),
        }
    }
}

fn joined(parts: &[CelSpec], operator: &str) -> String {
    let parts: Vec<String> = parts.iter().map(|part| format!("({})", part.to_text())).collect();
    parts.join(operator)
}
