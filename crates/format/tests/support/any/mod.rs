//! Any fact, decision or state that could be stored, sensible or not.

mod decisions;
mod facts;
mod states;

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use smallvec::SmallVec;
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::CodeHash;
use tallybook_core::ids::{BudgetNumber, CapNumber, CurrencyNumber, LotNumber};
use tallybook_core::money::Money;
use tallybook_core::points::Points;

pub use decisions::event;
pub use facts::fact;
pub use states::{ledger_state, state};

/// Integers of every stored size, the ends of each included. Boxed, as large values have so many of them that they would not
/// fit a test's stack.
pub(super) fn integer() -> impl Strategy<Value = i64> {
    prop_oneof![
        any::<i64>(),
        -40i64..300,
        any::<i16>().prop_map(i64::from),
        any::<i32>().prop_map(i64::from),
        any::<u32>().prop_map(i64::from),
        prop_oneof![
            Just(i64::MIN),
            Just(i64::MAX),
            Just(-33),
            Just(-32),
            Just(127),
            Just(128),
            Just(255),
            Just(256),
            Just(-129)
        ],
    ]
    .boxed()
}

pub(super) fn points() -> impl Strategy<Value = Points> {
    integer().prop_map(Points)
}

pub(super) fn money() -> impl Strategy<Value = Money> {
    integer().prop_map(Money)
}

pub(super) fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![integer().prop_map(Instant), Just(Instant::MIN), Just(Instant::MAX)].boxed()
}

pub(super) fn day() -> impl Strategy<Value = Day> {
    prop_oneof![any::<i32>().prop_map(Day), Just(Day::EVER)]
}

pub(super) fn text() -> impl Strategy<Value = String> {
    prop_oneof![".{0,40}", "[a-z0-9]{1,128}", Just("积分".repeat(50))]
}

pub(super) fn cow() -> impl Strategy<Value = Cow<'static, str>> {
    text().prop_map(Cow::Owned)
}

pub fn key() -> impl Strategy<Value = Option<String>> {
    option::of(text())
}

pub(super) fn birthday() -> impl Strategy<Value = Option<MonthDay>> {
    option::of((1u8..=12, 1u8..=31)).prop_map(|b| b.and_then(|(month, day)| MonthDay::new(month, day)))
}

pub(super) fn lot_number() -> impl Strategy<Value = LotNumber> {
    any::<u32>().prop_map(LotNumber)
}

pub(super) fn currency() -> impl Strategy<Value = CurrencyNumber> {
    any::<u8>().prop_map(CurrencyNumber)
}

pub(super) fn cap() -> impl Strategy<Value = CapNumber> {
    any::<u16>().prop_map(CapNumber)
}

pub(super) fn budget() -> impl Strategy<Value = BudgetNumber> {
    any::<u16>().prop_map(BudgetNumber)
}

pub(super) fn hash() -> impl Strategy<Value = CodeHash> {
    any::<CodeHash>()
}

pub(super) fn name() -> impl Strategy<Value = Box<str>> {
    text().prop_map(Into::into)
}

pub(super) fn small<T: std::fmt::Debug, A>(
    item: impl Strategy<Value = T>,
) -> impl Strategy<Value = SmallVec<A>>
where
    A: smallvec::Array<Item = T> + std::fmt::Debug,
{
    vec(item, 0..7).prop_map(SmallVec::from_vec)
}
