//! Evaluation of checked expressions, without allocation.

use std::cell::Cell;

use super::tree::{
    Bool, Choice, Int, Line, LineFigure, List, Map, MomentPart, Operator, OrderFigure, OrderText, Quantifier,
    Text,
};
use super::{NESTING_MAX, STEPS_MAX, Seen};
use crate::decide::order::LineSeen;
use crate::decide::tier;
use crate::programme::plan::Ladder;
use crate::state::MemberState;

/// Whether an expression holds; what cannot be worked out does not.
pub(super) fn holds(root: &Bool, seen: &Seen<'_>) -> bool {
    let evaluation = Evaluation { seen, steps_left: Cell::new(STEPS_MAX) };
    evaluation.bool(root, &[Bound::Nothing; NESTING_MAX]).unwrap_or(false)
}

/// A value that could not be worked out. Why makes no difference: the expression does not hold.
#[derive(Debug)]
struct Unknown;

/// What the variable of a macro stands for.
#[derive(Clone, Copy)]
enum Bound<'a> {
    Nothing,
    Line(&'a LineSeen),
    Int(i64),
    Text(&'a str),
}

/// The variables of the macros around a node, by level.
type Scope<'a> = [Bound<'a>; NESTING_MAX];

struct Evaluation<'a> {
    seen: &'a Seen<'a>,
    steps_left: Cell<u32>,
}

impl<'a> Evaluation<'a> {
    fn step(&self) -> Result<(), Unknown> {
        self.steps(1)
    }

    fn steps(&self, count: usize) -> Result<(), Unknown> {
        let count = u32::try_from(count).map_err(|_| Unknown)?;
        self.steps_left.set(self.steps_left.get().checked_sub(count).ok_or(Unknown)?);
        Ok(())
    }

    fn member(&self) -> Result<&'a MemberState, Unknown> {
        self.seen.member.ok_or(Unknown)
    }

    fn bool(&self, node: &'a Bool, scope: &Scope<'a>) -> Result<bool, Unknown> {
        self.step()?;
        match node {
            Bool::Literal(value) => Ok(*value),
            Bool::Not(inner) => Ok(!self.bool(inner, scope)?),
            Bool::And(sides) => self.either(sides, false, scope),
            Bool::Or(sides) => self.either(sides, true, scope),
            Bool::Choose(choice) => self.bool(self.chosen(choice, scope)?, scope),
            Bool::EqualBools { expected, sides: both } => {
                Ok((self.bool(&both[0], scope)? == self.bool(&both[1], scope)?) == *expected)
            }
            Bool::CompareInts(comparison, both) => {
                Ok(comparison.fits(self.int(&both[0], scope)?.cmp(&self.int(&both[1], scope)?)))
            }
            Bool::CompareTexts(comparison, both) => {
                Ok(comparison.fits(self.text(&both[0], scope)?.cmp(self.text(&both[1], scope)?)))
            }
            Bool::OrderTextIs { expected, text, literals } => {
                self.steps(literals.len())?;
                let known = self.order_text(text, scope)?;
                let is = known.is_some_and(|known| literals.iter().any(|literal| **literal == *known));
                Ok(is == *expected)
            }
            Bool::IntIn(wanted, list) => {
                let wanted = self.int(wanted, scope)?;
                self.fitting(list, scope, |element| matches!(element, Bound::Int(value) if value == wanted))
            }
            Bool::TextIn(wanted, list) => {
                let wanted = self.text(wanted, scope)?;
                self.fitting(list, scope, |element| matches!(element, Bound::Text(text) if text == wanted))
            }
            Bool::TagIn(tag, line) => {
                Ok(self.line(line, scope)?.tags & self.seen.plan.symbols.tag_bit(tag) != 0)
            }
            Bool::HasKey(map, key) => {
                let key = self.text(key, scope)?;
                Ok(match map {
                    Map::Tiers => self.tier_of(key)?.is_some(),
                    Map::Attributes => self.attribute(key)?.is_some(),
                    Map::Available => self.available(key)?.is_some(),
                })
            }
            Bool::Quantified { quantifier, over, level, body } => {
                self.quantified(*quantifier, over, *level, body, scope)
            }
        }
    }

    /// `&&` and `||`: a side that settles the matter does so even where the other is unknown.
    fn either(&self, sides: &'a [Bool; 2], settling: bool, scope: &Scope<'a>) -> Result<bool, Unknown> {
        match self.bool(&sides[0], scope) {
            Ok(value) if value == settling => Ok(settling),
            Ok(_) => self.bool(&sides[1], scope),
            Err(Unknown) => match self.bool(&sides[1], scope) {
                Ok(value) if value == settling => Ok(settling),
                _ => Err(Unknown),
            },
        }
    }

    fn chosen<T>(&self, choice: &'a Choice<T>, scope: &Scope<'a>) -> Result<&'a T, Unknown> {
        Ok(if self.bool(&choice.when, scope)? { &choice.then } else { &choice.otherwise })
    }

    /// `exists` and `all` are a long `||` and `&&`; `exists_one` must know every element.
    fn quantified(
        &self,
        quantifier: Quantifier,
        over: &'a List,
        level: usize,
        body: &'a Bool,
        scope: &Scope<'a>,
    ) -> Result<bool, Unknown> {
        let mut inner = *scope;
        let mut unknown = false;
        let mut count = 0u32;
        let settling = matches!(quantifier, Quantifier::Exists);
        let went_through = self.each(over, scope, |element| {
            inner[level] = element;
            match (quantifier, self.bool(body, &inner)) {
                (Quantifier::ExistsOne, value) => count += u32::from(value?),
                (_, Ok(value)) if value == settling => return Ok(false),
                (_, Ok(_)) => {}
                (_, Err(Unknown)) => unknown = true,
            }
            Ok(true)
        })?;
        match quantifier {
            Quantifier::ExistsOne => Ok(count == 1),
            _ if !went_through => Ok(settling),
            _ if unknown => Err(Unknown),
            _ => Ok(!settling),
        }
    }

    /// Whether an element of a list fits.
    fn fitting(
        &self,
        list: &'a List,
        scope: &Scope<'a>,
        fits: impl Fn(Bound<'a>) -> bool,
    ) -> Result<bool, Unknown> {
        Ok(!self.each(list, scope, |element| Ok(!fits(element)))?)
    }

    /// Shows the elements of a list until told `false`; says whether it came to the end.
    fn each(
        &self,
        list: &'a List,
        scope: &Scope<'a>,
        mut show: impl FnMut(Bound<'a>) -> Result<bool, Unknown>,
    ) -> Result<bool, Unknown> {
        match list {
            List::Lines { filters, level } => {
                let mut inner = *scope;
                for line in &self.seen.order.lines {
                    self.step()?;
                    inner[*level] = Bound::Line(line);
                    let mut passes = true;
                    for filter in filters {
                        passes = passes && self.bool(filter, &inner)?;
                    }
                    if passes && !show(Bound::Line(line))? {
                        return Ok(false);
                    }
                }
            }
            List::Segments => {
                for segment in &self.member()?.profile.segments {
                    self.step()?;
                    if !show(Bound::Text(segment))? {
                        return Ok(false);
                    }
                }
            }
            List::Texts(texts) => {
                for text in texts {
                    if !show(Bound::Text(self.text(text, scope)?))? {
                        return Ok(false);
                    }
                }
            }
            List::Ints(ints) => {
                for int in ints {
                    if !show(Bound::Int(self.int(int, scope)?))? {
                        return Ok(false);
                    }
                }
            }
        }
        Ok(true)
    }

    fn int(&self, node: &'a Int, scope: &Scope<'a>) -> Result<i64, Unknown> {
        self.step()?;
        match node {
            Int::Literal(value) => Ok(*value),
            Int::Variable(level) => match scope[*level] {
                Bound::Int(value) => Ok(value),
                _ => Err(Unknown),
            },
            Int::Order(figure) => self.order_figure(*figure),
            Int::Line(figure, line) => {
                let line = self.line(line, scope)?;
                Ok(match figure {
                    LineFigure::Amount => line.amount.0,
                    LineFigure::Discount => line.discount.0,
                    LineFigure::Tax => line.tax.0,
                    LineFigure::Quantity => line.quantity,
                })
            }
            Int::Orders => Ok(i64::from(self.member()?.orders)),
            Int::DaysSinceJoining => {
                let joined_at = self.member()?.joined_at.unwrap_or(self.seen.at);
                let zone = &self.seen.plan.zone;
                Ok(i64::from(zone.day(self.seen.at).0) - i64::from(zone.day(joined_at).0))
            }
            Int::Available(currency) => self.available(self.text(currency, scope)?)?.ok_or(Unknown),
            Int::Score => Ok(self.seen.activity.and_then(|activity| activity.score).map_or(-1, i64::from)),
            Int::ActivityAmount => Ok(self.seen.activity.map_or(0, |activity| activity.amount.0)),
            Int::Moment(part) => Ok(self.moment(*part)),
            Int::Negate(inner) => self.int(inner, scope)?.checked_neg().ok_or(Unknown),
            Int::Compute(operator, sides) => {
                let (left, right) = (self.int(&sides[0], scope)?, self.int(&sides[1], scope)?);
                let result = match operator {
                    Operator::Add => left.checked_add(right),
                    Operator::Subtract => left.checked_sub(right),
                    Operator::Multiply => left.checked_mul(right),
                    Operator::Divide => left.checked_div(right),
                    Operator::Modulo => left.checked_rem(right),
                };
                result.ok_or(Unknown)
            }
            Int::Size(list) => {
                let mut count = 0;
                self.each(list, scope, |_| {
                    count += 1;
                    Ok(true)
                })?;
                Ok(count)
            }
            Int::Choose(choice) => self.int(self.chosen(choice, scope)?, scope),
        }
    }

    fn order_figure(&self, figure: OrderFigure) -> Result<i64, Unknown> {
        let order = self.seen.order;
        let sum = |start: i64, of_line: fn(&LineSeen) -> Option<i64>| {
            self.steps(order.lines.len())?;
            let add = |sum: i64, line: &LineSeen| sum.checked_add(of_line(line)?);
            order.lines.iter().try_fold(start, add).ok_or(Unknown)
        };
        match figure {
            OrderFigure::Total => sum(order.shipping.0, |line| line.amount.0.checked_add(line.tax.0)),
            OrderFigure::Amount => sum(0, |line| Some(line.amount.0)),
            OrderFigure::Quantity => sum(0, |line| Some(line.quantity)),
            OrderFigure::Shipping => Ok(order.shipping.0),
            OrderFigure::PaidWithPoints => Ok(order.paid_with_points.0),
        }
    }

    fn moment(&self, part: MomentPart) -> i64 {
        let zone = &self.seen.plan.zone;
        let day = zone.day(self.seen.at);
        let (year, month, day_of_month) = day.civil();
        match part {
            MomentPart::Year => i64::from(year),
            MomentPart::Month => i64::from(month),
            MomentPart::Day => i64::from(day_of_month),
            MomentPart::Weekday => i64::from(day.weekday_index()) + 1,
            MomentPart::Hour => i64::from(zone.hour(self.seen.at)),
        }
    }

    fn text(&self, node: &'a Text, scope: &Scope<'a>) -> Result<&'a str, Unknown> {
        self.step()?;
        match node {
            Text::Literal(text) => Ok(text),
            Text::Variable(level) => match scope[*level] {
                Bound::Text(text) => Ok(text),
                _ => Err(Unknown),
            },
            Text::MoneyCurrency => Ok(self.seen.order.currency.as_ref().map_or("", |code| code.as_str())),
            Text::Tier => {
                let first = self.seen.plan.ladders.iter().flatten().next();
                let member = self.member()?;
                first.map_or(Ok(""), |ladder| tier_held(member, ladder).ok_or(Unknown))
            }
            Text::TierOf(ladder) => self.tier_of(self.text(ladder, scope)?)?.ok_or(Unknown),
            Text::Attribute(key) => self.attribute(self.text(key, scope)?)?.ok_or(Unknown),
            Text::Segment(index) => {
                let index = usize::try_from(self.int(index, scope)?).map_err(|_| Unknown)?;
                self.member()?.profile.segments.get(index).map(|text| &**text).ok_or(Unknown)
            }
            Text::ActivityKind => Ok(self.seen.activity.map_or("", |activity| activity.kind)),
            Text::Choose(choice) => self.text(self.chosen(choice, scope)?, scope),
        }
    }

    /// A text of the order; `None` where it has none, or one that no rule mentions.
    fn order_text(&self, node: &'a OrderText, scope: &Scope<'a>) -> Result<Option<&'a str>, Unknown> {
        let order = self.seen.order;
        let symbol = match node {
            OrderText::Channel => order.channel,
            OrderText::Store => order.store,
            OrderText::Sku(line) => self.line(line, scope)?.sku,
            OrderText::Category(line) => self.line(line, scope)?.category,
            OrderText::Brand(line) => self.line(line, scope)?.brand,
        };
        let index = usize::try_from(symbol.0).ok().and_then(|place| place.checked_sub(1));
        Ok(index.and_then(|index| self.seen.plan.symbols.texts.get(index)).map(|text| &**text))
    }

    fn line(&self, node: &'a Line, scope: &Scope<'a>) -> Result<&'a LineSeen, Unknown> {
        match node {
            Line::Variable(level) => match scope[*level] {
                Bound::Line(line) => Ok(line),
                _ => Err(Unknown),
            },
            Line::At(index) => {
                let index = usize::try_from(self.int(index, scope)?).map_err(|_| Unknown)?;
                self.seen.order.lines.get(index).ok_or(Unknown)
            }
        }
    }

    fn tier_of(&self, ladder_id: &str) -> Result<Option<&'a str>, Unknown> {
        let member = self.member()?;
        let mut ladders = self.seen.plan.ladders.iter().flatten();
        let found = ladders.find(|ladder| *ladder.id == *ladder_id);
        Ok(found.and_then(|ladder| tier_held(member, ladder)))
    }

    fn attribute(&self, key: &str) -> Result<Option<&'a str>, Unknown> {
        let attributes = &self.member()?.profile.attributes;
        self.steps(attributes.len())?;
        Ok(attributes.iter().find(|(k, _)| **k == *key).map(|(_, value)| &**value))
    }

    fn available(&self, currency_id: &str) -> Result<Option<i64>, Unknown> {
        let member = self.member()?;
        let mut currencies = self.seen.plan.currencies.iter().flatten();
        let found = currencies.find(|currency| *currency.id == *currency_id);
        Ok(found.map(|currency| member.balance(currency.number).available.0))
    }
}

/// The id of the tier that a member holds.
fn tier_held<'a>(member: &MemberState, ladder: &'a Ladder) -> Option<&'a str> {
    let held = tier::figures::held(member, ladder);
    ladder.tiers.iter().find(|tier| tier.number == held).map(|tier| &*tier.id)
}
