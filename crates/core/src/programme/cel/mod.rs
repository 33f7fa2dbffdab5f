//! Conditions in CEL, for what typed matchers cannot say: one expression per rule, `[rule.when] cel = "..."`.
//!
//! [`compile`] reads an expression with the grammar of the `cel` crate, checks names and types against the list below,
//! and turns it into a tree of its own ([`Expression`]). The parser of the programme calls it when a programme is
//! published, and sees to what the expression [mentions](Expression::mentions): it is right only under a plan whose
//! symbols hold each [`Mention::Text`] and [`Mention::Tag`] of it, and the ids among the rest should be known. Judging an
//! occasion then asks [`Expression::holds`] with what it sees ([`Seen`]), like this:
//!
//! ```text
//! let expression = cel::compile("order.lines.exists(l, 'promo' in l.tags)", &mut |text| texts.insert(text))?;
//! let tags = expression.mentions().iter().filter_map(|m| if let Mention::Tag(tag) = m { Some(tag) } else { None });
//! let holds = expression.holds(&Seen { plan, order, at, member: Some(state), activity: None });
//! ```
//!
//! An expression that [speaks of the member](Expression::speaks_of_member) belongs to the conditions that are judged once
//! and recorded, and must not be asked again on a return. Any other is judged again on what is kept.
//!
//! # The language
//!
//! | variable | fields |
//! |---|---|
//! | `order` | `total`, `amount`, `shipping`, `paid_with_points`, `quantity`: int; `currency`: string; `channel`, `store`: order text; `lines`: list of lines |
//! | a line | `amount`, `discount`, `tax`, `quantity`: int; `sku`, `category`, `brand`: order text; `tags`: tags |
//! | `member` | `tier`: string; `tiers`, `attributes`: map of strings; `available`: map of ints; `segments`: list of strings; `orders`, `days_since_joining`: int |
//! | `activity` | `kind`: string; `score`, `amount`: int |
//! | `moment` | `year`, `month`, `day`, `weekday` (1 is Monday), `hour`: int, in the programme's zone |
//!
//! Money is in minor units and points in smallest units. `order.amount` is the sum of the lines' amounts, and
//! `order.total` is that with tax and shipping. `member.tier` is of the first ladder, `""` where there is none.
//! `member.orders` are those before this one. Outside activities, `activity` has kind `""`, score -1 and amount 0; score
//! is -1 for an activity without one.
//!
//! Operators: `&& || ! == != < <= > >= + - * / % in ?: []`; `size(list)`, `has(map.key)`; `exists`, `all`, `exists_one`
//! over any list, and `filter` over lines. An order text can be compared by `==`, `!=` and `in` with literals only, and
//! tags be asked by `"literal" in line.tags` only, since of an order's texts a plan knows those that its rules mention.
//!
//! Invariants:
//! - the answer depends on nothing but the expression and [`Seen`]: there are no floats, no clock, no patterns and no
//!   functions of the host;
//! - what cannot be worked out (an overflow, a division by zero, a missing key, an index out of range, too many steps)
//!   does not panic: the expression does not hold. As CEL has it, `false && x` and `true || x` are known even where `x`
//!   is not, on either side;
//! - no evaluation allocates, nor takes more than [`STEPS_MAX`] steps.
//!
//! It does not record, and knows nothing of rules.

mod check;
mod eval;
mod names;
#[cfg(test)]
mod tests;
mod tree;

use crate::calendar::Instant;
use crate::decide::order::OrderSeen;
use crate::money::Money;
use crate::programme::plan::Plan;
use crate::state::MemberState;

/// Longest source of an expression, in bytes.
pub const SOURCE_BYTES_MAX: usize = 2_000;

/// Most nodes of an expression, as written: each name, literal, field, operator, call, macro and list is one.
pub const COST_MAX: u32 = 200;

/// How deep macros may nest: one in the body of another.
pub const NESTING_MAX: usize = 2;

/// Most steps of one evaluation; one that takes more does not hold.
///
/// A step is a node visited, or a line or text looked at by a sum, a filter or `in`. An expression of cost `c` takes at
/// most about `c` steps where it has no macro and no sum, `c * n` with macros side by side over `n` lines, and
/// `c * n * n` where one is nested in another or where `order.total`, `order.amount` or `order.quantity` stands in the
/// body of one. So the limit is met only by the latter two, on orders of some hundred lines and more.
pub const STEPS_MAX: u32 = 4_000_000;

/// An expression as checked. Equal where the source is.
#[derive(Clone, Debug)]
pub struct Expression {
    source: Box<str>,
    root: tree::Bool,
    mentions: Vec<Mention>,
    subjects: u8,
    cost: u32,
}

/// What an expression may speak of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The order and its lines.
    Order,
    /// The member.
    Member,
    /// The activity.
    Activity,
    /// The local time.
    Moment,
}

impl Subject {
    const fn bit(self) -> u8 {
        match self {
            Subject::Order => 1,
            Subject::Member => 2,
            Subject::Activity => 4,
            Subject::Moment => 8,
        }
    }
}

/// A literal that an expression compares with something the programme or its orders name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mention {
    /// A channel, store, SKU, category or brand: must become one of the plan's symbols.
    Text(Box<str>),
    /// A line tag: must become one of the plan's tags.
    Tag(Box<str>),
    /// A key of `member.tiers`: a ladder's id.
    Ladder(Box<str>),
    /// A tier's id.
    Tier {
        /// The ladder's id; `None` for the first ladder.
        ladder: Option<Box<str>>,
        /// The tier's.
        tier: Box<str>,
    },
    /// A key of `member.available`: a point currency's id.
    Currency(Box<str>),
    /// A money currency's code.
    Money(Box<str>),
    /// A kind of activity.
    ActivityKind(Box<str>),
}

/// Why a source is not an expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CelError {
    /// What is wrong, and what would be accepted.
    pub message: String,
    /// Where in the source, where that is known.
    pub offset_bytes: Option<usize>,
}

/// What an expression is judged on.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The plan that the expression belongs to.
    pub plan: &'a Plan,
    /// The order, or what stands for one, read in the symbols of `plan`.
    pub order: &'a OrderSeen,
    /// When it happens.
    pub at: Instant,
    /// The member before it; `None` where only the order is judged again: expressions that need the member do not hold.
    pub member: Option<&'a MemberState>,
    /// The activity, if it is one.
    pub activity: Option<ActivitySeen<'a>>,
}

/// What an expression sees of an activity.
#[derive(Clone, Copy, Debug)]
pub struct ActivitySeen<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Its score, 0–10.
    pub score: Option<u8>,
    /// Its money.
    pub amount: Money,
}

/// Reads and checks an expression, and hands each [`Mention::Text`] of it to `texts`, in bytewise order.
///
/// # Errors
/// Where the source is too long, is no CEL, speaks of what there is not, does not fit in its types, costs too much, or
/// is not a condition. `texts` is not called then.
pub fn compile(source: &str, texts: &mut dyn FnMut(&str)) -> Result<Expression, CelError> {
    let expression = check::compile(source)?;
    for mention in &expression.mentions {
        if let Mention::Text(text) = mention {
            texts(text);
        }
    }
    Ok(expression)
}

impl Expression {
    /// Whether it holds. What cannot be worked out does not hold.
    pub fn holds(&self, seen: &Seen<'_>) -> bool {
        eval::holds(&self.root, seen)
    }

    /// As written.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The literals that mean something elsewhere, sorted, without repeats.
    pub fn mentions(&self) -> &[Mention] {
        &self.mentions
    }

    /// Whether it speaks of the member, the activity or the moment, and so must be judged once and recorded.
    pub fn speaks_of_member(&self) -> bool {
        [Subject::Member, Subject::Activity, Subject::Moment].into_iter().any(|s| self.speaks_of(s))
    }

    /// Whether it speaks of a subject.
    pub fn speaks_of(&self, subject: Subject) -> bool {
        self.subjects & subject.bit() != 0
    }

    /// Its nodes as written, 1 to [`COST_MAX`].
    pub fn cost(&self) -> u32 {
        self.cost
    }
}

impl PartialEq for Expression {
    fn eq(&self, other: &Expression) -> bool {
        self.source == other.source
    }
}

impl Eq for Expression {}
