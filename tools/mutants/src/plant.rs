//! Plants mutants in the text of one file, each behind `crate::mutant(ID)`.
//!
//! Invariants: with no mutant switched on the planted text does what the original does; text is only inserted, so
//! that an error of the compiler in inserted text accuses the mutants it was inserted for.
//!
//! Nothing is planted where a switch cannot stand: in constants, `const` functions and chains with `let`, and for
//! the value of a function that returns `impl` something.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::ops::Range;

use anyhow::Result;
use proc_macro2::{LineColumn, Span};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::listing::{Genre, Mutant};

/// A file with mutants in it.
pub struct Planted {
    pub text: String,
    /// Bytes of `text` that were inserted for a mutant.
    pub inserted: Vec<(Range<usize>, u32)>,
    pub ids: BTreeSet<u32>,
}

/// Plants `mutants`, all of them of the file with this text.
///
/// # Errors
/// Where the text is no Rust.
pub fn plant<'m>(source: &str, mutants: impl Iterator<Item = &'m Mutant>) -> Result<Planted> {
    let line_starts = std::iter::once(0).chain(source.match_indices('\n').map(|(i, _)| i + 1)).collect();
    let mut planter = Planter { source, line_starts, at: HashMap::new(), insertions: Vec::new(), depth: 0 };
    for mutant in mutants {
        planter.at.entry(mutant.place()).or_default().push(mutant);
    }
    planter.visit_file(&syn::parse_file(source)?);
    let mut insertions = planter.insertions;
    insertions.sort_by_key(|insertion| insertion.order);
    let mut planted = Planted { text: String::new(), inserted: Vec::new(), ids: BTreeSet::new() };
    let mut copied = 0;
    for Insertion { order: (offset, ..), text, ids } in insertions {
        planted.text.push_str(&source[copied..offset]);
        copied = offset;
        let begin = planted.text.len();
        planted.text.push_str(&text);
        planted.inserted.extend(ids.iter().map(|id| (begin..planted.text.len(), *id)));
        planted.ids.extend(ids);
    }
    planted.text.push_str(&source[copied..]);
    Ok(planted)
}

struct Insertion {
    /// Byte of the source; at one byte what closes comes before what opens; the outer opens first and closes last.
    order: (usize, bool, i32),
    text: String,
    ids: Vec<u32>,
}

struct Planter<'a> {
    source: &'a str,
    line_starts: Vec<usize>,
    /// Those not planted yet, by line and column.
    at: HashMap<(usize, usize), Vec<&'a Mutant>>,
    insertions: Vec<Insertion>,
    depth: i32,
}

impl<'a> Planter<'a> {
    fn offset(&self, place: LineColumn) -> usize {
        let start = self.line_starts[place.line - 1];
        let mut characters = self.source[start..].char_indices();
        characters.nth(place.column).map_or(self.source.len(), |(i, _)| start + i)
    }

    fn range(&self, span: Span) -> Range<usize> {
        self.offset(span.start())..self.offset(span.end())
    }

    fn text(&self, span: Span) -> &'a str {
        &self.source[self.range(span)]
    }

    /// Takes out the mutants of a genre that begin where the span does.
    fn take(&mut self, span: Span, genre: Genre) -> Vec<&'a Mutant> {
        let Some(there) = self.at.get_mut(&(span.start().line, span.start().column + 1)) else {
            return Vec::new();
        };
        there.extract_if(.., |mutant| mutant.genre == genre).collect()
    }

    fn insert(&mut self, offset: usize, closes: bool, text: String, ids: &[u32]) {
        let depth = if closes { -self.depth } else { self.depth };
        self.insertions.push(Insertion { order: (offset, !closes, depth), text, ids: ids.to_vec() });
    }

    /// Puts the alternatives beside an expression.
    fn offer(&mut self, span: Span, alternatives: &[(u32, String)]) {
        if alternatives.is_empty() {
            return;
        }
        let mut opening = String::from("(");
        for (id, text) in alternatives {
            let _ = write!(opening, "if crate::mutant({id}) {{ ({text}) }} else ");
        }
        opening.push_str("{ ");
        let ids: Vec<u32> = alternatives.iter().map(|(id, _)| *id).collect();
        let Range { start, end } = self.range(span);
        self.insert(start, false, opening, &ids);
        self.insert(end, true, " })".to_owned(), &ids);
    }

    /// A body may end at once, with another value, which has to be of the very type.
    fn body(&mut self, signature: &syn::Signature, block: &syn::Block) {
        let hidden = |kind: &syn::Type| matches!(kind, syn::Type::ImplTrait(_));
        let known = !matches!(&signature.output, syn::ReturnType::Type(_, kind) if hidden(kind));
        let Some(first) = block.stmts.first().filter(|_| known) else { return };
        for mutant in self.take(first.span(), Genre::FnValue) {
            let text = format!("if crate::mutant({}) {{ return {}; }} ", mutant.id, mutant.replacement);
            self.insert(self.offset(first.span().start()), false, text, &[mutant.id]);
        }
    }
}

impl<'ast> Visit<'ast> for Planter<'_> {
    fn visit_item_const(&mut self, _: &'ast syn::ItemConst) {}

    fn visit_impl_item_const(&mut self, _: &'ast syn::ImplItemConst) {}

    fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
        if function.sig.constness.is_none() {
            self.body(&function.sig, &function.block);
            visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'ast syn::ImplItemFn) {
        if function.sig.constness.is_none() {
            self.body(&function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        function.default.iter().for_each(|block| self.body(&function.sig, block));
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_expr(&mut self, expression: &'ast syn::Expr) {
        self.depth += 1;
        match expression {
            syn::Expr::Binary(binary) if !has_let(expression) => {
                let (left, right) = (self.text(binary.left.span()), self.text(binary.right.span()));
                let mutants = self.take(binary.op.span(), Genre::BinaryOperator);
                let other = |m: &&Mutant| (m.id, format!("{left} {} {right}", m.replacement));
                self.offer(expression.span(), &mutants.iter().map(other).collect::<Vec<_>>());
            }
            syn::Expr::Unary(unary) => {
                let operand = self.text(unary.expr.span());
                let mutants = self.take(unary.op.span(), Genre::UnaryOperator);
                let other = |m: &&Mutant| (m.id, operand.to_owned());
                self.offer(expression.span(), &mutants.iter().map(other).collect::<Vec<_>>());
            }
            syn::Expr::Struct(whole) => {
                let Range { start, end } = self.range(expression.span());
                let mut alternatives = Vec::new();
                for pair in whole.fields.pairs() {
                    let field = self.range(pair.value().span());
                    let next = pair.punct().map_or(field.end, |comma| self.range(comma.span()).end);
                    let without = format!("{}{}", &self.source[start..field.start], &self.source[next..end]);
                    let mutants = self.take(pair.value().span(), Genre::StructField);
                    alternatives.extend(mutants.iter().map(|m| (m.id, without.clone())));
                }
                self.offer(expression.span(), &alternatives);
            }
            _ => {}
        }
        visit::visit_expr(self, expression);
        self.depth -= 1;
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        self.depth += 1;
        let mut gone = self.take(arm.span(), Genre::MatchArm);
        gone.extend(self.take(arm.pat.span(), Genre::MatchArm));
        let mut ids: Vec<u32> = gone.iter().map(|m| m.id).collect();
        let stays: String = ids.iter().map(|id| format!("!crate::mutant({id}) && ")).collect();
        match &arm.guard {
            Some((_, guard)) if !has_let(guard) => {
                let mut opening = format!("{stays}(");
                for mutant in self.take(guard.span(), Genre::MatchArmGuard) {
                    ids.push(mutant.id);
                    let (not, then) = if mutant.replacement == "true" { ("", "||") } else { ("!", "&&") };
                    let _ = write!(opening, "{not}crate::mutant({}) {then} ", mutant.id);
                }
                opening.push('(');
                if !ids.is_empty() {
                    let Range { start, end } = self.range(guard.span());
                    self.insert(start, false, opening, &ids);
                    self.insert(end, true, "))".to_owned(), &ids);
                }
            }
            None if !ids.is_empty() => {
                self.insert(self.range(arm.pat.span()).end, false, format!(" if {stays}true"), &ids);
            }
            _ => {}
        }
        visit::visit_arm(self, arm);
        self.depth -= 1;
    }
}

/// Whether a condition is a chain with a `let`, which takes no parentheses.
fn has_let(expression: &syn::Expr) -> bool {
    match expression {
        syn::Expr::Let(_) => true,
        syn::Expr::Binary(binary) => has_let(&binary.left) || has_let(&binary.right),
        _ => false,
    }
}
