//! Shapes of single values and of lists.
//!
//! A shape is a type without values. It says how one of the core's values stands in a body, and is written and read
//! without anything in between. Shapes of structs are declared with the macros of [`stored`](crate::stored).
//!
//! Invariant: lists are read item by item, so that a length that lies takes no memory.

use std::borrow::Cow;
use std::marker::PhantomData;

use smallvec::{Array, SmallVec};
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::CodeHash;
use tallybook_core::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, PolicyIndex, RuleIndex,
    TierNumber, VersionNumber,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;

use crate::error::FormatError;
use crate::messagepack::{Reader, Taken, Writer, Wrong};

/// Most items that a list makes room for before it has read any.
const LIST_RESERVE_MAX: usize = 64;

/// In place of a record's effective time for what stores nothing by it: facts, names and states.
pub(crate) const NO_TIME: Instant = Instant::MIN;

/// A shape of the core's `C`, whose texts may be borrowed from the body.
pub(crate) trait Shape<'r, C> {
    /// Appends the value.
    fn put(core: &C, out: &mut Writer<'_>);
    /// Takes the value from the front of what is left.
    fn take(reader: &mut Reader<'r>) -> Taken<C>;
}

/// Reads a value that fills `bytes`. `what` names it in errors.
#[inline]
pub(crate) fn read<'r, T>(
    what: &'static str,
    effective_at: Instant,
    bytes: &'r [u8],
    take: impl FnOnce(&mut Reader<'r>) -> Taken<T>,
) -> Result<T, FormatError> {
    let mut reader = Reader::new(effective_at, bytes);
    // A large value would be moved on every turn that `map_err` and `?` take.
    match take(&mut reader) {
        Ok(value) if reader.is_at_end() => Ok(value),
        Ok(_) => Err(FormatError::TrailingBytes { what }),
        Err(wrong) => Err(wrong.of(what)),
    }
}

/// Takes the length of an array that has exactly these fields.
#[inline]
pub(crate) fn expect_array<'n, I>(
    reader: &mut Reader<'_>,
    length: usize,
    names: impl FnOnce() -> I,
) -> Taken<()>
where
    I: Iterator<Item = &'n &'static str>,
{
    match reader.array() {
        Ok(found) if found == length => Ok(()),
        Ok(found) => Err(other_length(found, &names().copied().collect::<Vec<_>>())),
        Err(wrong) => Err(wrong),
    }
}

#[cold]
fn other_length(found: usize, names: &[&str]) -> Wrong {
    match names.get(found) {
        Some(name) => Wrong::new(format!("`{name}` is missing")),
        None => Wrong::new(format!("the array has {found} items where there are {}", names.len())),
    }
}

macro_rules! signed {
    ($($type:ty),+) => {
        $(impl Shape<'_, $type> for $type {
            #[inline]
            fn put(core: &$type, out: &mut Writer<'_>) {
                out.int(i64::from(*core));
            }

            #[inline]
            fn take(reader: &mut Reader<'_>) -> Taken<$type> {
                let value = reader.int()?;
                match <$type>::try_from(value) {
                    Ok(value) => Ok(value),
                    Err(_) => Err(out_of_range(value, <$type>::BITS, " with a sign")),
                }
            }
        })+
    };
}
signed!(i32, i64);

macro_rules! unsigned {
    ($($type:ty),+) => {
        $(impl Shape<'_, $type> for $type {
            #[inline]
            fn put(core: &$type, out: &mut Writer<'_>) {
                out.uint(u64::from(*core));
            }

            #[inline]
            fn take(reader: &mut Reader<'_>) -> Taken<$type> {
                let value = reader.uint()?;
                match <$type>::try_from(value) {
                    Ok(value) => Ok(value),
                    Err(_) => Err(out_of_range(value, <$type>::BITS, "")),
                }
            }
        })+
    };
}
unsigned!(u8, u16, u32, u64);

#[cold]
fn out_of_range(value: impl std::fmt::Display, bits: u32, sign: &str) -> Wrong {
    Wrong::new(format!("{value} does not fit {bits} bits{sign}"))
}

/// The core's numbers are stored as the integers that they are.
macro_rules! numbers {
    ($($number:ident($inner:ty)),+ $(,)?) => {
        $(impl Shape<'_, $number> for $number {
            #[inline]
            fn put(core: &$number, out: &mut Writer<'_>) {
                <$inner>::put(&core.0, out);
            }

            #[inline]
            fn take(reader: &mut Reader<'_>) -> Taken<$number> {
                Ok($number(<$inner>::take(reader)?))
            }
        })+
    };
}
numbers!(
    Points(i64),
    Money(i64),
    Instant(i64),
    Day(i32),
    ActivityNumber(u8),
    BudgetNumber(u16),
    CapNumber(u16),
    CurrencyNumber(u8),
    LadderNumber(u8),
    LotNumber(u32),
    PolicyIndex(u16),
    RuleIndex(u16),
    TierNumber(u8),
    VersionNumber(u32),
);

impl Shape<'_, bool> for bool {
    #[inline]
    fn put(core: &bool, out: &mut Writer<'_>) {
        out.bool(*core);
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<bool> {
        reader.bool()
    }
}

/// Nil for none.
impl<'r, C, S: Shape<'r, C>> Shape<'r, Option<C>> for Option<S> {
    #[inline]
    fn put(core: &Option<C>, out: &mut Writer<'_>) {
        match core {
            None => out.nil(),
            Some(core) => S::put(core, out),
        }
    }

    #[inline]
    fn take(reader: &mut Reader<'r>) -> Taken<Option<C>> {
        if reader.nil() { Ok(None) } else { Ok(Some(S::take(reader)?)) }
    }
}

/// An array of any number of items.
pub(crate) struct List<S>(PhantomData<S>);

impl<'r, C, S: Shape<'r, C>> Shape<'r, Vec<C>> for List<S> {
    #[inline]
    fn put(core: &Vec<C>, out: &mut Writer<'_>) {
        put_list::<S, C>(core, out);
    }

    #[inline]
    fn take(reader: &mut Reader<'r>) -> Taken<Vec<C>> {
        let length = reader.array()?;
        let mut items = Vec::with_capacity(length.min(LIST_RESERVE_MAX));
        for index in 0..length {
            match S::take(reader) {
                Ok(item) => items.push(item),
                Err(wrong) => return Err(wrong.in_item(index)),
            }
        }
        Ok(items)
    }
}

impl<'r, A: Array, S: Shape<'r, A::Item>> Shape<'r, SmallVec<A>> for List<S> {
    #[inline]
    fn put(core: &SmallVec<A>, out: &mut Writer<'_>) {
        put_list::<S, A::Item>(core, out);
    }

    #[inline]
    fn take(reader: &mut Reader<'r>) -> Taken<SmallVec<A>> {
        let length = reader.array()?;
        let mut items = SmallVec::with_capacity(length.min(LIST_RESERVE_MAX));
        for index in 0..length {
            match S::take(reader) {
                Ok(item) => items.push(item),
                Err(wrong) => return Err(wrong.in_item(index)),
            }
        }
        Ok(items)
    }
}

#[inline]
fn put_list<'r, S: Shape<'r, C>, C>(items: &[C], out: &mut Writer<'_>) {
    out.array(items.len());
    for item in items {
        S::put(item, out);
    }
}

/// A text. Where the core lets it be borrowed, it is borrowed from the body.
pub(crate) enum Text {}

impl<'r: 'a, 'a> Shape<'r, Cow<'a, str>> for Text {
    #[inline]
    fn put(core: &Cow<'a, str>, out: &mut Writer<'_>) {
        out.text(core);
    }

    #[inline]
    fn take(reader: &mut Reader<'r>) -> Taken<Cow<'a, str>> {
        Ok(Cow::Borrowed(reader.text()?))
    }
}

impl Shape<'_, Box<str>> for Text {
    #[inline]
    fn put(core: &Box<str>, out: &mut Writer<'_>) {
        out.text(core);
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<Box<str>> {
        Ok(Box::from(reader.text()?))
    }
}

impl<'r: 'a, 'a> Shape<'r, &'a str> for Text {
    fn put(core: &&'a str, out: &mut Writer<'_>) {
        out.text(core);
    }

    fn take(reader: &mut Reader<'r>) -> Taken<&'a str> {
        reader.text()
    }
}

/// A choice that is stored as a small integer.
pub(crate) trait Coded: Copy + 'static {
    /// What it is called in errors.
    const WHAT: &'static str;
    /// Every choice, at the place that its stored integer names.
    const ALL: &'static [Self];
    /// The stored integer.
    fn code(self) -> u8;
}

/// Stores a [`Coded`] choice.
pub(crate) struct Code<T>(PhantomData<T>);

impl<T: Coded> Shape<'_, T> for Code<T> {
    #[inline]
    fn put(core: &T, out: &mut Writer<'_>) {
        u8::put(&core.code(), out);
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<T> {
        let code = u8::take(reader)?;
        match T::ALL.get(usize::from(code)) {
            Some(choice) => Ok(*choice),
            None => Err(Wrong::new(format!("{code} is no {}", T::WHAT))),
        }
    }
}

/// Stores a value in the shape `S`; its default is nil.
pub(crate) struct UnlessDefault<S>(PhantomData<S>);

impl<'r, C: Default + PartialEq, S: Shape<'r, C>> Shape<'r, C> for UnlessDefault<S> {
    #[inline]
    fn put(core: &C, out: &mut Writer<'_>) {
        if *core == C::default() { out.nil() } else { S::put(core, out) }
    }

    #[inline]
    fn take(reader: &mut Reader<'r>) -> Taken<C> {
        if reader.nil() { Ok(C::default()) } else { S::take(reader) }
    }
}

/// Stores a period's first day; "for ever" is nil.
pub(crate) enum PeriodStart {}

impl Shape<'_, Day> for PeriodStart {
    #[inline]
    fn put(core: &Day, out: &mut Writer<'_>) {
        if *core == Day::EVER { out.nil() } else { Day::put(core, out) }
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<Day> {
        if reader.nil() { Ok(Day::EVER) } else { Day::take(reader) }
    }
}

/// Stores an instant that may be "from the start", which is nil.
pub(crate) enum SinceStart {}

impl Shape<'_, Instant> for SinceStart {
    #[inline]
    fn put(core: &Instant, out: &mut Writer<'_>) {
        if *core == Instant::MIN { out.nil() } else { Instant::put(core, out) }
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<Instant> {
        if reader.nil() { Ok(Instant::MIN) } else { Instant::take(reader) }
    }
}

/// Stores an instant that may be "at once", the effective time in the record's header, which is nil. For decisions alone.
pub(crate) enum FromRecord {}

impl Shape<'_, Instant> for FromRecord {
    #[inline]
    fn put(core: &Instant, out: &mut Writer<'_>) {
        if *core == out.effective_at { out.nil() } else { Instant::put(core, out) }
    }

    #[inline]
    fn take(reader: &mut Reader<'_>) -> Taken<Instant> {
        if reader.nil() { Ok(reader.effective_at) } else { Instant::take(reader) }
    }
}

/// Stores an ISO 4217 code as its three letters.
pub(crate) enum CurrencyText {}

impl Shape<'_, CurrencyCode> for CurrencyText {
    #[inline]
    fn put(core: &CurrencyCode, out: &mut Writer<'_>) {
        out.text(core.as_str());
    }

    fn take(reader: &mut Reader<'_>) -> Taken<CurrencyCode> {
        CurrencyCode::parse(reader.text()?)
            .ok_or_else(|| Wrong::new("a currency code is three capital letters"))
    }
}

/// Stores a SHA-256 as a binary string.
pub(crate) enum Hash {}

impl Shape<'_, CodeHash> for Hash {
    fn put(core: &CodeHash, out: &mut Writer<'_>) {
        out.binary(core);
    }

    fn take(reader: &mut Reader<'_>) -> Taken<CodeHash> {
        let bytes = reader.binary()?;
        bytes.try_into().map_err(|_| Wrong::new(format!("a hash has 32 bytes, and this one {}", bytes.len())))
    }
}

/// The array of a struct without fields.
pub(crate) enum NoFields {}

impl Shape<'_, ()> for NoFields {
    fn put((): &(), out: &mut Writer<'_>) {
        out.array(0);
    }

    fn take(reader: &mut Reader<'_>) -> Taken<()> {
        expect_array(reader, 0, || [].iter())
    }
}

/// Stores a birthday as `[month, day]`.
pub(crate) enum Birthday {}

impl Shape<'_, MonthDay> for Birthday {
    fn put(core: &MonthDay, out: &mut Writer<'_>) {
        out.array(2);
        u8::put(&core.month, out);
        u8::put(&core.day, out);
    }

    fn take(reader: &mut Reader<'_>) -> Taken<MonthDay> {
        expect_array(reader, 2, || ["month", "day"].iter())?;
        let (month, day) = (u8::take(reader)?, u8::take(reader)?);
        MonthDay::new(month, day).ok_or_else(|| Wrong::new("there is no such birthday"))
    }
}
