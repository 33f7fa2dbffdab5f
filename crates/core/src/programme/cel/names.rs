//! What the names in an expression stand for.

use cel::common::ast::operators;

use super::Subject;
use super::tree::{
    Bool, Comparison, Int, Line, LineFigure, List, Map, MomentPart, Operator, OrderFigure, OrderText, Text,
};

/// A checked node of any type.
pub(super) enum Value {
    Bool(Bool),
    Int(Int),
    Text(Text),
    OrderText(OrderText),
    Tags(Line),
    Line(Line),
    List(List),
    Map(Map),
    Subject(Subject),
}

impl Value {
    /// What it is, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Value::Bool(_) => "a bool",
            Value::Int(_) => "an int",
            Value::Text(_) => "a string",
            Value::OrderText(_) => "a text of the order",
            Value::Tags(_) => "a line's tags",
            Value::Line(_) => "a line",
            Value::List(_) => "a list",
            Value::Map(_) => "a map",
            Value::Subject(_) => "no value by itself",
        }
    }
}

/// The subject of a name.
pub(super) fn subject_named(name: &str) -> Option<Subject> {
    let subjects = [Subject::Order, Subject::Member, Subject::Activity, Subject::Moment];
    subjects.into_iter().find(|subject| subject_name(*subject) == name)
}

/// The name of a subject.
pub(super) fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Order => "order",
        Subject::Member => "member",
        Subject::Activity => "activity",
        Subject::Moment => "moment",
    }
}

/// A field of a subject; else what would be accepted.
pub(super) fn field_of(subject: Subject, field: &str) -> Result<Value, &'static str> {
    let order = |figure| Ok(Value::Int(Int::Order(figure)));
    let moment = |part| Ok(Value::Int(Int::Moment(part)));
    match (subject, field) {
        (Subject::Order, "total") => order(OrderFigure::Total),
        (Subject::Order, "amount") => order(OrderFigure::Amount),
        (Subject::Order, "shipping") => order(OrderFigure::Shipping),
        (Subject::Order, "paid_with_points") => order(OrderFigure::PaidWithPoints),
        (Subject::Order, "quantity") => order(OrderFigure::Quantity),
        (Subject::Order, "currency") => Ok(Value::Text(Text::MoneyCurrency)),
        (Subject::Order, "channel") => Ok(Value::OrderText(OrderText::Channel)),
        (Subject::Order, "store") => Ok(Value::OrderText(OrderText::Store)),
        (Subject::Order, "lines") => Ok(Value::List(List::Lines { filters: Vec::new(), level: 0 })),
        (Subject::Order, _) => {
            Err("total, amount, shipping, paid_with_points, quantity, currency, channel, store, lines")
        }
        (Subject::Member, "tier") => Ok(Value::Text(Text::Tier)),
        (Subject::Member, "tiers") => Ok(Value::Map(Map::Tiers)),
        (Subject::Member, "attributes") => Ok(Value::Map(Map::Attributes)),
        (Subject::Member, "available") => Ok(Value::Map(Map::Available)),
        (Subject::Member, "segments") => Ok(Value::List(List::Segments)),
        (Subject::Member, "orders") => Ok(Value::Int(Int::Orders)),
        (Subject::Member, "days_since_joining") => Ok(Value::Int(Int::DaysSinceJoining)),
        (Subject::Member, _) => {
            Err("tier, tiers, attributes, available, segments, orders, days_since_joining")
        }
        (Subject::Activity, "kind") => Ok(Value::Text(Text::ActivityKind)),
        (Subject::Activity, "score") => Ok(Value::Int(Int::Score)),
        (Subject::Activity, "amount") => Ok(Value::Int(Int::ActivityAmount)),
        (Subject::Activity, _) => Err("kind, score, amount"),
        (Subject::Moment, "year") => moment(MomentPart::Year),
        (Subject::Moment, "month") => moment(MomentPart::Month),
        (Subject::Moment, "day") => moment(MomentPart::Day),
        (Subject::Moment, "weekday") => moment(MomentPart::Weekday),
        (Subject::Moment, "hour") => moment(MomentPart::Hour),
        (Subject::Moment, _) => Err("year, month, day, weekday, hour"),
    }
}

/// A field of a line; else what would be accepted.
pub(super) fn field_of_line(line: Line, field: &str) -> Result<Value, &'static str> {
    Ok(match field {
        "amount" => Value::Int(Int::Line(LineFigure::Amount, line)),
        "discount" => Value::Int(Int::Line(LineFigure::Discount, line)),
        "tax" => Value::Int(Int::Line(LineFigure::Tax, line)),
        "quantity" => Value::Int(Int::Line(LineFigure::Quantity, line)),
        "sku" => Value::OrderText(OrderText::Sku(line)),
        "category" => Value::OrderText(OrderText::Category(line)),
        "brand" => Value::OrderText(OrderText::Brand(line)),
        "tags" => Value::Tags(line),
        _ => return Err("amount, discount, tax, quantity, sku, category, brand, tags"),
    })
}

/// The comparison that the parser names so.
pub(super) fn comparison(name: &str) -> Option<Comparison> {
    Some(match name {
        operators::EQUALS => Comparison::Equal,
        operators::NOT_EQUALS => Comparison::NotEqual,
        operators::LESS => Comparison::Less,
        operators::LESS_EQUALS => Comparison::AtMost,
        operators::GREATER => Comparison::Greater,
        operators::GREATER_EQUALS => Comparison::AtLeast,
        _ => return None,
    })
}

/// The arithmetic that the parser names so.
pub(super) fn operator(name: &str) -> Option<Operator> {
    Some(match name {
        operators::ADD => Operator::Add,
        operators::SUBSTRACT => Operator::Subtract,
        operators::MULTIPLY => Operator::Multiply,
        operators::DIVIDE => Operator::Divide,
        operators::MODULO => Operator::Modulo,
        _ => return None,
    })
}
