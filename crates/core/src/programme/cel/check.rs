//! Checking of a parsed expression: names, types, literals and cost.

use cel::IdedExpr;
use cel::common::ast::{CallExpr, Expr, LiteralValue, SourceInfo, operators};

use super::names::{Value, comparison, field_of, field_of_line, operator, subject_name, subject_named};
use super::tree::{Bool, Choice, Comparison, Int, Line, List, Map, Quantifier, Text};
use super::{COST_MAX, CelError, Expression, Mention, NESTING_MAX, SOURCE_BYTES_MAX};

/// How deep the source may nest, for the sake of the parser's stack.
const PARSER_DEPTH_MAX: u16 = 32;

const SUBJECTS: &str = "order, member, activity, moment";
const FUNCTIONS: &str = "size, has, exists, all, exists_one, filter";

/// Parses and checks a source.
pub(super) fn compile(source: &str) -> Result<Expression, CelError> {
    if source.len() > SOURCE_BYTES_MAX {
        let message = format!("the expression is {} bytes long; at most {SOURCE_BYTES_MAX}", source.len());
        return Err(CelError { message, offset_bytes: None });
    }
    // Without macros in its environment the parser leaves their calls as they are written, which is what is checked here.
    let parser = cel::Env::default().parser().max_recursion_depth(PARSER_DEPTH_MAX);
    let (parsed, places) = parser.parse_with_source_info(source).map_err(|errors| syntax(source, &errors))?;
    let mut check = Check { places, variables: Vec::new(), mentions: Vec::new(), subjects: 0, cost: 0 };
    let root = match check.value(&parsed)? {
        Value::Bool(root) => root,
        other => {
            let message =
                format!("the expression is {}, where a condition (bool) is wanted", other.type_name());
            return Err(CelError { message, offset_bytes: None });
        }
    };
    let Check { mut mentions, subjects, cost, .. } = check;
    mentions.sort_unstable();
    mentions.dedup();
    Ok(Expression { source: source.into(), root, mentions, subjects, cost })
}

/// The first of the parser's errors.
fn syntax(source: &str, errors: &cel::ParseErrors) -> CelError {
    let Some(first) = errors.errors.first() else {
        return CelError { message: "the expression is not CEL".to_owned(), offset_bytes: None };
    };
    let (line, column) = first.pos;
    let place = usize::try_from(line - 1).ok().zip(usize::try_from(column - 1).ok());
    let offset_bytes = place.and_then(|(line, column)| {
        let start: usize = source.split_inclusive('\n').take(line).map(str::len).sum();
        let text = source.get(start..)?;
        Some(start + text.char_indices().nth(column).map_or(text.len(), |(offset, _)| offset))
    });
    let said = first.msg.trim().trim_start_matches("Syntax error: ");
    // The list of all tokens that could follow helps nobody.
    let said = said.split_once(" expecting ").map_or(said, |(said, _)| said);
    let message = if said.contains("Recursion limit") {
        format!("the expression is nested more than {PARSER_DEPTH_MAX} deep")
    } else if said.contains("<EOF>") {
        "the expression is not complete".to_owned()
    } else if let Some(text) = said.strip_prefix("token recognition error at: ") {
        let remedy = if text.starts_with("'=") { "; == compares" } else { "" };
        format!("the expression is not CEL: {text} means nothing{remedy}")
    } else {
        format!("the expression is not CEL: {said}")
    };
    CelError { message, offset_bytes }
}

/// What the variable of a macro stands for.
#[derive(Clone, Copy)]
enum Element {
    Line,
    Text,
    Int,
}

struct Check {
    places: SourceInfo,
    variables: Vec<(String, Element)>,
    mentions: Vec<Mention>,
    subjects: u8,
    cost: u32,
}

impl Check {
    fn error<T>(&self, at: &IdedExpr, message: impl Into<String>) -> Result<T, CelError> {
        let place = self.places.offset_for(at.id);
        let offset_bytes = place.and_then(|(start, _)| usize::try_from(start).ok());
        Err(CelError { message: message.into(), offset_bytes })
    }

    fn value(&mut self, node: &IdedExpr) -> Result<Value, CelError> {
        self.cost += 1;
        if self.cost > COST_MAX {
            return self.error(node, format!("the expression is too large: more than {COST_MAX} nodes"));
        }
        match &node.expr {
            Expr::Literal(literal) => self.literal(node, literal),
            Expr::Ident(name) => self.name(node, name),
            Expr::Select(select) => {
                let of = self.value(&select.operand)?;
                self.field(node, of, &select.field)
            }
            Expr::List(list) => self.list_literal(node, &list.elements),
            Expr::Call(call) => self.call(node, call),
            Expr::Map(_) | Expr::Struct(_) => self.error(node, "maps and messages cannot be written here"),
            Expr::Comprehension(_) | Expr::Unspecified => self.error(node, "this cannot be judged"),
        }
    }

    fn literal(&self, node: &IdedExpr, literal: &LiteralValue) -> Result<Value, CelError> {
        match literal {
            LiteralValue::Boolean(value) => Ok(Value::Bool(Bool::Literal(*value.inner()))),
            LiteralValue::Int(value) => Ok(Value::Int(Int::Literal(*value.inner()))),
            LiteralValue::String(value) => Ok(Value::Text(Text::Literal(value.inner().into()))),
            LiteralValue::UInt(_) => self.error(node, "write the number without `u`: all numbers are int"),
            LiteralValue::Double(_) => {
                self.error(node, "only whole numbers: money is in minor units, points are in smallest units")
            }
            LiteralValue::Bytes(_) => self.error(node, "bytes are not offered; write a string"),
            LiteralValue::Null => self.error(node, "null is not offered: every value is there"),
        }
    }

    fn name(&mut self, node: &IdedExpr, name: &str) -> Result<Value, CelError> {
        if let Some(level) = self.variables.iter().position(|(variable, _)| variable == name) {
            return Ok(match self.variables[level].1 {
                Element::Line => Value::Line(Line::Variable(level)),
                Element::Text => Value::Text(Text::Variable(level)),
                Element::Int => Value::Int(Int::Variable(level)),
            });
        }
        let Some(subject) = subject_named(name) else {
            return self.error(node, format!("there is no `{name}`; accepted: {SUBJECTS}"));
        };
        self.subjects |= subject.bit();
        Ok(Value::Subject(subject))
    }

    fn field(&mut self, node: &IdedExpr, of: Value, field: &str) -> Result<Value, CelError> {
        let (what, accepted) = match of {
            Value::Subject(subject) => match field_of(subject, field) {
                Ok(value) => return Ok(value),
                Err(accepted) => (subject_name(subject), accepted),
            },
            Value::Line(line) => match field_of_line(line, field) {
                Ok(value) => return Ok(value),
                Err(accepted) => ("a line", accepted),
            },
            Value::Map(map) => return Ok(self.entry(map, Text::Literal(field.into()))),
            other => {
                let message = format!("{} has no fields, so not `{field}`", other.type_name());
                return self.error(node, message);
            }
        };
        self.error(node, format!("{what} has no `{field}`; accepted: {accepted}"))
    }

    /// The value of a map under a key.
    fn entry(&mut self, map: Map, key: Text) -> Value {
        self.note_key(map, &key);
        match map {
            Map::Tiers => Value::Text(Text::TierOf(Box::new(key))),
            Map::Attributes => Value::Text(Text::Attribute(Box::new(key))),
            Map::Available => Value::Int(Int::Available(Box::new(key))),
        }
    }

    fn note_key(&mut self, map: Map, key: &Text) {
        if let Text::Literal(key) = key {
            match map {
                Map::Tiers => self.mentions.push(Mention::Ladder(key.clone())),
                Map::Available => self.mentions.push(Mention::Currency(key.clone())),
                Map::Attributes => {}
            }
        }
    }

    fn list_literal(&mut self, node: &IdedExpr, elements: &[IdedExpr]) -> Result<Value, CelError> {
        let mut texts = Vec::new();
        let mut ints = Vec::new();
        for element in elements {
            match self.value(element)? {
                Value::Text(text) => texts.push(text),
                Value::Int(int) => ints.push(int),
                other => {
                    let message = format!("a list is of ints or of strings; this is {}", other.type_name());
                    return self.error(element, message);
                }
            }
        }
        match (texts.is_empty(), ints.is_empty()) {
            (false, true) => Ok(Value::List(List::Texts(texts))),
            (true, false) => Ok(Value::List(List::Ints(ints))),
            (true, true) => self.error(node, "an empty list says nothing"),
            (false, false) => self.error(node, "a list is of ints or of strings, not of both"),
        }
    }

    fn call(&mut self, node: &IdedExpr, call: &CallExpr) -> Result<Value, CelError> {
        use operators as op;
        let name = call.func_name.as_str();
        match (&call.target, call.args.as_slice(), name) {
            (None, [inner], op::LOGICAL_NOT) => Ok(Value::Bool(Bool::Not(Box::new(self.bool(inner)?)))),
            (None, [inner], op::NEGATE) => Ok(Value::Int(Int::Negate(Box::new(self.int(inner)?)))),
            (None, [left, right], op::LOGICAL_AND) => {
                Ok(Value::Bool(Bool::And(Box::new([self.bool(left)?, self.bool(right)?]))))
            }
            (None, [left, right], op::LOGICAL_OR) => {
                Ok(Value::Bool(Bool::Or(Box::new([self.bool(left)?, self.bool(right)?]))))
            }
            (None, [when, then, otherwise], op::CONDITIONAL) => self.choose(node, when, then, otherwise),
            (None, [left, right], op::INDEX) => self.index(node, left, right),
            (None, [left, right], op::IN) => self.is_in(node, left, right),
            (None, [left, right], _) if comparison(name).is_some() || operator(name).is_some() => {
                match (comparison(name), operator(name)) {
                    (Some(comparison), _) => self.compare(node, comparison, left, right),
                    (None, Some(operator)) => {
                        let sides = Box::new([self.int(left)?, self.int(right)?]);
                        Ok(Value::Int(Int::Compute(operator, sides)))
                    }
                    (None, None) => self.error(node, "this operator is not offered"),
                }
            }
            (None, [list], "size") => self.size(list),
            (Some(list), [], "size") => self.size(list),
            (None, [entry], op::HAS) => self.has(node, entry),
            (Some(over), [variable, body], op::EXISTS) => {
                self.quantified(Quantifier::Exists, over, variable, body)
            }
            (Some(over), [variable, body], op::ALL) => self.quantified(Quantifier::All, over, variable, body),
            (Some(over), [variable, body], op::EXISTS_ONE | "existsOne") => {
                self.quantified(Quantifier::ExistsOne, over, variable, body)
            }
            (Some(over), [variable, body], op::FILTER) => self.filter(over, variable, body),
            (_, _, "startsWith" | "endsWith" | "contains" | "matches") => self.error(
                node,
                format!("`{name}` is not offered: strings are compared as wholes, by ==, != and in"),
            ),
            (_, _, op::HAS | "size" | op::EXISTS | op::ALL | op::EXISTS_ONE | "existsOne" | op::FILTER) => {
                self.error(
                    node,
                    format!("`{name}` is used otherwise: size(list), has(map.key), list.{{exists, all, exists_one, filter}}(x, condition)"),
                )
            }
            _ => self.error(node, format!("`{name}` is not offered; accepted functions: {FUNCTIONS}")),
        }
    }

    fn bool(&mut self, node: &IdedExpr) -> Result<Bool, CelError> {
        match self.value(node)? {
            Value::Bool(value) => Ok(value),
            other => self.error(node, format!("this is {}, where a bool is wanted", other.type_name())),
        }
    }

    fn int(&mut self, node: &IdedExpr) -> Result<Int, CelError> {
        match self.value(node)? {
            Value::Int(value) => Ok(value),
            other => self.error(node, format!("this is {}, where an int is wanted", other.type_name())),
        }
    }

    fn choose(
        &mut self,
        node: &IdedExpr,
        when: &IdedExpr,
        then: &IdedExpr,
        otherwise: &IdedExpr,
    ) -> Result<Value, CelError> {
        let when = self.bool(when)?;
        match (self.value(then)?, self.value(otherwise)?) {
            (Value::Bool(then), Value::Bool(otherwise)) => {
                Ok(Value::Bool(Bool::Choose(Box::new(Choice { when, then, otherwise }))))
            }
            (Value::Int(then), Value::Int(otherwise)) => {
                Ok(Value::Int(Int::Choose(Box::new(Choice { when, then, otherwise }))))
            }
            (Value::Text(then), Value::Text(otherwise)) => {
                Ok(Value::Text(Text::Choose(Box::new(Choice { when, then, otherwise }))))
            }
            (then, otherwise) => {
                let (then, otherwise) = (then.type_name(), otherwise.type_name());
                let message =
                    format!("`?:` chooses between two bools, ints or strings, not {then} and {otherwise}");
                self.error(node, message)
            }
        }
    }

    fn index(&mut self, node: &IdedExpr, of: &IdedExpr, index: &IdedExpr) -> Result<Value, CelError> {
        match (self.value(of)?, self.value(index)?) {
            (Value::Map(map), Value::Text(key)) => Ok(self.entry(map, key)),
            (Value::Map(_), other) => {
                self.error(index, format!("the keys of a map are strings, not {}", other.type_name()))
            }
            (Value::List(List::Segments), Value::Int(index)) => {
                Ok(Value::Text(Text::Segment(Box::new(index))))
            }
            (Value::List(List::Lines { filters, .. }), Value::Int(index)) if filters.is_empty() => {
                Ok(Value::Line(Line::At(Box::new(index))))
            }
            _ => self.error(
                node,
                "[] is for a map with a string, and for order.lines and member.segments with an int",
            ),
        }
    }

    fn is_in(&mut self, node: &IdedExpr, left: &IdedExpr, right: &IdedExpr) -> Result<Value, CelError> {
        let wanted = match (self.value(left)?, self.value(right)?) {
            (Value::Int(int), Value::List(list @ List::Ints(_))) => Bool::IntIn(Box::new(int), list),
            (Value::Text(text), Value::List(list @ (List::Texts(_) | List::Segments))) => {
                if let List::Texts(texts) = &list {
                    texts.iter().for_each(|other| self.note_compared(&text, other));
                }
                Bool::TextIn(Box::new(text), list)
            }
            (Value::OrderText(text), Value::List(List::Texts(texts))) => {
                let literals = texts.into_iter().map(|text| self.order_literal(right, text));
                let literals = literals.collect::<Result<_, _>>()?;
                Bool::OrderTextIs { expected: true, text, literals }
            }
            (Value::Text(Text::Literal(tag)), Value::Tags(line)) => {
                self.mentions.push(Mention::Tag(tag.clone()));
                Bool::TagIn(tag, line)
            }
            (_, Value::Tags(_)) => {
                return self.error(left, "only a literal can be asked of a line's tags: \"promo\" in l.tags");
            }
            (Value::Text(key), Value::Map(map)) => {
                self.note_key(map, &key);
                Bool::HasKey(map, Box::new(key))
            }
            (Value::OrderText(_), Value::List(List::Segments)) => {
                return self.error(right, ORDER_TEXTS);
            }
            (left, right) => {
                let (left, right) = (left.type_name(), right.type_name());
                let message = format!(
                    "`in` does not fit {left} and {right}; it takes an int or a string and a list of such, or a string and a map or tags"
                );
                return self.error(node, message);
            }
        };
        Ok(Value::Bool(wanted))
    }

    fn compare(
        &mut self,
        node: &IdedExpr,
        comparison: Comparison,
        left: &IdedExpr,
        right: &IdedExpr,
    ) -> Result<Value, CelError> {
        let equal = match comparison {
            Comparison::Equal => Some(true),
            Comparison::NotEqual => Some(false),
            _ => None,
        };
        let compared = match (self.value(left)?, self.value(right)?) {
            (Value::Int(left), Value::Int(right)) => Bool::CompareInts(comparison, Box::new([left, right])),
            (Value::Text(left), Value::Text(right)) => {
                if equal.is_some() {
                    self.note_compared(&left, &right);
                    self.note_compared(&right, &left);
                }
                Bool::CompareTexts(comparison, Box::new([left, right]))
            }
            (Value::OrderText(text), Value::Text(literal))
            | (Value::Text(literal), Value::OrderText(text)) => {
                let Some(expected) = equal else { return self.error(node, ORDER_TEXTS) };
                let literals = vec![self.order_literal(node, literal)?];
                Bool::OrderTextIs { expected, text, literals }
            }
            (Value::OrderText(_), Value::OrderText(_)) => return self.error(node, ORDER_TEXTS),
            (Value::Bool(left), Value::Bool(right)) => {
                let Some(expected) = equal else {
                    return self.error(node, "bools are compared by == and != only");
                };
                Bool::EqualBools { expected, sides: Box::new([left, right]) }
            }
            (left, right) => {
                let (left, right) = (left.type_name(), right.type_name());
                let message =
                    format!("{left} cannot be compared with {right}; two ints, strings or bools can");
                return self.error(node, message);
            }
        };
        Ok(Value::Bool(compared))
    }

    /// The literal that a text of the order is compared with.
    fn order_literal(&mut self, at: &IdedExpr, text: Text) -> Result<Box<str>, CelError> {
        match text {
            // No text and a text that no rule mentions look the same.
            Text::Literal(text) if text.is_empty() => {
                self.error(at, "a text of the order cannot be compared with an empty string")
            }
            Text::Literal(text) => {
                self.mentions.push(Mention::Text(text.clone()));
                Ok(text)
            }
            _ => self.error(at, ORDER_TEXTS),
        }
    }

    /// Tells of a literal that a text with known values is compared with.
    fn note_compared(&mut self, text: &Text, other: &Text) {
        let Text::Literal(literal) = other else { return };
        let literal = literal.clone();
        self.mentions.push(match text {
            Text::MoneyCurrency => Mention::Money(literal),
            Text::Tier => Mention::Tier { ladder: None, tier: literal },
            Text::TierOf(ladder) => match &**ladder {
                Text::Literal(ladder) => Mention::Tier { ladder: Some(ladder.clone()), tier: literal },
                _ => return,
            },
            Text::ActivityKind => Mention::ActivityKind(literal),
            _ => return,
        });
    }

    fn size(&mut self, node: &IdedExpr) -> Result<Value, CelError> {
        let list = self.list(node)?;
        Ok(Value::Int(Int::Size(list)))
    }

    fn has(&mut self, node: &IdedExpr, entry: &IdedExpr) -> Result<Value, CelError> {
        if let Expr::Select(select) = &entry.expr
            && let Value::Map(map) = self.value(&select.operand)?
        {
            let key = Text::Literal(select.field.as_str().into());
            self.note_key(map, &key);
            return Ok(Value::Bool(Bool::HasKey(map, Box::new(key))));
        }
        self.error(
            node,
            "has() asks for a key of a map, such as has(member.attributes.city); all else is always there",
        )
    }

    fn list(&mut self, node: &IdedExpr) -> Result<List, CelError> {
        match self.value(node)? {
            Value::List(list) => Ok(list),
            Value::Tags(_) => self.error(node, "tags can only be asked one by one: \"promo\" in l.tags"),
            other => self.error(node, format!("this is {}, where a list is wanted", other.type_name())),
        }
    }

    fn quantified(
        &mut self,
        quantifier: Quantifier,
        over: &IdedExpr,
        variable: &IdedExpr,
        body: &IdedExpr,
    ) -> Result<Value, CelError> {
        let over = self.list(over)?;
        let element = match over {
            List::Lines { .. } => Element::Line,
            List::Segments | List::Texts(_) => Element::Text,
            List::Ints(_) => Element::Int,
        };
        let (level, body) = self.body(variable, element, body)?;
        Ok(Value::Bool(Bool::Quantified { quantifier, over, level, body: Box::new(body) }))
    }

    fn filter(
        &mut self,
        over: &IdedExpr,
        variable: &IdedExpr,
        condition: &IdedExpr,
    ) -> Result<Value, CelError> {
        let List::Lines { mut filters, .. } = self.list(over)? else {
            return self.error(over, "only order.lines can be filtered");
        };
        let (level, condition) = self.body(variable, Element::Line, condition)?;
        filters.push(condition);
        Ok(Value::List(List::Lines { filters, level }))
    }

    /// The body of a macro, with the level of its variable.
    fn body(
        &mut self,
        variable: &IdedExpr,
        element: Element,
        body: &IdedExpr,
    ) -> Result<(usize, Bool), CelError> {
        let Expr::Ident(name) = &variable.expr else {
            return self.error(variable, "the first argument is the name of the element, such as l");
        };
        if subject_named(name).is_some() || self.variables.iter().any(|(known, _)| known == name) {
            return self.error(variable, format!("`{name}` is taken; choose another name for the element"));
        }
        let level = self.variables.len();
        if level == NESTING_MAX {
            return self.error(body, format!("macros may be nested {NESTING_MAX} deep, not deeper"));
        }
        self.variables.push((name.clone(), element));
        let body = self.bool(body)?;
        self.variables.pop();
        Ok((level, body))
    }
}

const ORDER_TEXTS: &str = "texts of the order (channel, store, sku, category, brand) can only be compared by ==, != \
                           and in with literals";
