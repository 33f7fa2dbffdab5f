//! A checked expression: one type of node per type of value, so that evaluation meets no value of the wrong type.

use std::cmp::Ordering;

/// Which macro's variable, counted from the outermost, from 0.
pub(super) type Level = usize;

/// A node that is true or false.
#[derive(Clone, Debug)]
pub(super) enum Bool {
    Literal(bool),
    Not(Box<Bool>),
    And(Box<[Bool; 2]>),
    Or(Box<[Bool; 2]>),
    Choose(Box<Choice<Bool>>),
    EqualBools { expected: bool, sides: Box<[Bool; 2]> },
    CompareInts(Comparison, Box<[Int; 2]>),
    CompareTexts(Comparison, Box<[Text; 2]>),
    OrderTextIs { expected: bool, text: OrderText, literals: Vec<Box<str>> },
    IntIn(Box<Int>, List),
    TextIn(Box<Text>, List),
    TagIn(Box<str>, Line),
    HasKey(Map, Box<Text>),
    Quantified { quantifier: Quantifier, over: List, level: Level, body: Box<Bool> },
}

/// `when ? then : otherwise`.
#[derive(Clone, Debug)]
pub(super) struct Choice<T> {
    pub when: Bool,
    pub then: T,
    pub otherwise: T,
}

/// How many elements must fit.
#[derive(Clone, Copy, Debug)]
pub(super) enum Quantifier {
    Exists,
    All,
    ExistsOne,
}

/// How two values of one type are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub(super) fn fits(self, ordering: Ordering) -> bool {
        match self {
            Comparison::Equal => ordering.is_eq(),
            Comparison::NotEqual => ordering.is_ne(),
            Comparison::Less => ordering.is_lt(),
            Comparison::AtMost => ordering.is_le(),
            Comparison::Greater => ordering.is_gt(),
            Comparison::AtLeast => ordering.is_ge(),
        }
    }
}

/// A node that is a whole number.
#[derive(Clone, Debug)]
pub(super) enum Int {
    Literal(i64),
    Variable(Level),
    Order(OrderFigure),
    Line(LineFigure, Line),
    Orders,
    DaysSinceJoining,
    Available(Box<Text>),
    Score,
    ActivityAmount,
    Moment(MomentPart),
    Negate(Box<Int>),
    Compute(Operator, Box<[Int; 2]>),
    Size(List),
    Choose(Box<Choice<Int>>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OrderFigure {
    Total,
    Amount,
    Shipping,
    PaidWithPoints,
    Quantity,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum LineFigure {
    Amount,
    Discount,
    Tax,
    Quantity,
}

#[derive(Clone, Copy, Debug)]
pub(super) enum MomentPart {
    Year,
    Month,
    Day,
    Weekday,
    Hour,
}

/// A node that is a text known in full.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Literal(Box<str>),
    Variable(Level),
    MoneyCurrency,
    Tier,
    TierOf(Box<Text>),
    Attribute(Box<Text>),
    Segment(Box<Int>),
    ActivityKind,
    Choose(Box<Choice<Text>>),
}

/// A text of an order, known only where it is a symbol of the plan.
#[derive(Clone, Debug)]
pub(super) enum OrderText {
    Channel,
    Store,
    Sku(Line),
    Category(Line),
    Brand(Line),
}

/// A line of the order.
#[derive(Clone, Debug)]
pub(super) enum Line {
    Variable(Level),
    At(Box<Int>),
}

/// What macros go over.
#[derive(Clone, Debug)]
pub(super) enum List {
    /// The order's lines that pass all filters, each of which sees its line as the variable of `level`.
    Lines {
        filters: Vec<Bool>,
        level: Level,
    },
    Segments,
    Texts(Vec<Text>),
    Ints(Vec<Int>),
}

/// What has keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Map {
    Tiers,
    Attributes,
    Available,
}
