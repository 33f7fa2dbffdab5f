//! CEL expressions in rules: compiled once, with what is wrong noted where it stands in the file.
//!
//! What an expression means by itself is checked by [`cel`](crate::programme::cel); here, that the names in it are names
//! of this programme, and that it speaks of what its rule meets.

use std::ops::Range;

use super::findings::Notes;
use super::occasion;
use super::rule::Scope;
use crate::programme::cel::{self, Expression, Mention, Subject};
use crate::programme::schema::{At, RuleTable, Text};

/// The expression of each rule that has one, by the rule's place in the file.
pub(super) fn expressions(tables: &[At<RuleTable>], notes: &mut Notes) -> Vec<Option<Expression>> {
    let sources = tables.iter().map(|at| at.value.when.cel.as_ref());
    sources.map(|source| source.and_then(|source| expression(source, notes))).collect()
}

fn expression(source: &Text, notes: &mut Notes) -> Option<Expression> {
    let error = match cel::compile(&source.value, &mut |_| {}) {
        Ok(expression) => return Some(expression),
        Err(error) => error,
    };
    let remedy =
        "Write one CEL expression that is true or false, such as order.total > 1000 && member.orders == 0";
    notes.add(&place(source, error.offset_bytes, notes), error.message, remedy);
    None
}

/// Notes what an expression speaks of and its rule never meets, and names in it that stand for nothing.
pub(super) fn check(table: &RuleTable, expression: Option<&Expression>, scope: &Scope, notes: &mut Notes) {
    let (Some(source), Some(expression)) = (&table.when.cel, expression) else { return };
    for (subject, word) in [(Subject::Order, "order"), (Subject::Activity, "activity")] {
        if expression.speaks_of(subject) {
            let offset_bytes = source.value.find(&format!("{word}."));
            occasion::check_subject(table, word, &place(source, offset_bytes, notes), notes);
        }
    }
    for mention in expression.mentions() {
        check_mention(mention, source, scope, notes);
    }
}

fn check_mention(mention: &Mention, source: &Text, scope: &Scope, notes: &mut Notes) {
    let ladders = || scope.ladders.iter().flatten();
    let currencies = || scope.currencies.iter().flatten();
    let (name, what, known, how_to_add): (&str, &str, Vec<&str>, &str) = match mention {
        Mention::Text(_) | Mention::Tag(_) => return,
        Mention::Ladder(id) => (id, "ladder", ladders().map(|ladder| &*ladder.id).collect(), "[[ladder]]"),
        Mention::Tier { ladder: id, tier } => {
            let of = ladders().find(|ladder| id.as_ref().is_none_or(|id| ladder.id == *id));
            if of.is_none() && id.is_some() {
                // The ladder is a mention of its own.
                return;
            }
            let tiers = of.map_or(&[][..], |ladder| &ladder.tiers);
            (tier, "tier", tiers.iter().map(|tier| &*tier.id).collect(), "[[ladder.tier]]")
        }
        Mention::Currency(id) => {
            (id, "currency", currencies().map(|currency| &*currency.id).collect(), "[[currency]]")
        }
        Mention::Money(code) => (
            code,
            "money currency",
            scope.money.iter().map(|money| money.code.as_str()).collect(),
            "[[money]]",
        ),
        Mention::ActivityKind(id) => {
            (id, "kind of activity", scope.activities.iter().map(|kind| &*kind.id).collect(), "[[activity]]")
        }
    };
    // An empty text asks whether there is none at all.
    if name.is_empty() || known.contains(&name) {
        return;
    }
    let quoted = |quote: char| source.value.find(&format!("{quote}{name}{quote}"));
    let span = place(source, quoted('\'').or_else(|| quoted('"')), notes);
    notes.unknown(&At { value: name.to_owned(), span }, what, &known, &format!("add {how_to_add}"));
}

/// Where a byte of an expression is in the file; the expression itself where that is not known.
fn place(source: &Text, offset_bytes: Option<usize>, notes: &Notes) -> Range<usize> {
    let Range { start, end } = source.span;
    let into = offset_bytes.map_or(0, |offset| place_in_literal(notes.text(&source.span), offset));
    start + into..end
}

/// Where in a TOML string, as written with its quotes, the byte of its value at an offset comes from.
fn place_in_literal(literal: &str, offset_bytes: usize) -> usize {
    let quote = if literal.starts_with("\"\"\"") || literal.starts_with("'''") { 3 } else { 1 };
    let mut rest = literal.get(quote..).unwrap_or_default();
    if quote == 3 {
        // A line end right after the opening quotes is not part of the text.
        rest = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n')).unwrap_or(rest);
    }
    let has_escapes = literal.starts_with('"');
    let mut value_bytes = 0;
    while value_bytes < offset_bytes
        && let Some(first) = rest.chars().next()
    {
        let (written, meant) = if has_escapes && first == '\\' {
            escape_bytes(rest)
        } else {
            (first.len_utf8(), first.len_utf8())
        };
        rest = rest.get(written..).unwrap_or_default();
        value_bytes += meant;
    }
    literal.len() - rest.len()
}

/// How many bytes an escape has in the file, and how many in the value.
fn escape_bytes(escape: &str) -> (usize, usize) {
    let digits = match escape[1..].chars().next() {
        Some('x') => 2,
        Some('u') => 4,
        Some('U') => 8,
        Some(c) if c.is_whitespace() => {
            // A backslash before a line end takes all blanks up to the next text.
            return (escape.len() - escape[1..].trim_start().len(), 0);
        }
        Some(c) => return (1 + c.len_utf8(), 1),
        None => return (1, 0),
    };
    let code = escape.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    (2 + digits, code.and_then(char::from_u32).map_or(1, char::len_utf8))
}

#[cfg(test)]
mod tests {
    use super::place_in_literal;

    #[test]
    fn a_byte_of_a_text_is_found_where_it_is_written() {
        assert_eq!(place_in_literal("'a > b'", 2), 3);
        assert_eq!(place_in_literal("\"a == \\\"b\\\" > c\"", 9), 12);
        assert_eq!(place_in_literal("\"\\u00e9 > c\"", 3), 8);
        assert_eq!(place_in_literal("\"é > c\"", 3), 4);
        assert_eq!(place_in_literal("'''\na > b'''", 2), 6);
        assert_eq!(place_in_literal("\"\"\"\r\na \\\n   > b\"\"\"", 3), 13);
        assert_eq!(place_in_literal("\"\\\\ > b\"", 2), 4);
        assert_eq!(place_in_literal("'a'", 9), 3);
    }
}
