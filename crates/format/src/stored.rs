//! The way between the core's types and what is stored of them.
//!
//! A stored struct names the core's struct that it stands for and stores the fields of the same names. What an older
//! shape does not store is given by its `else`.

use std::borrow::Cow;

use smallvec::{Array, SmallVec};
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::CodeHash;
use tallybook_core::ids::{
    ActivityNumber, BudgetNumber, CapNumber, CurrencyNumber, LadderNumber, LotNumber, PolicyIndex, RuleIndex,
    TierNumber, VersionNumber,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;

use crate::wire::{Birthday, Code, Coded, CurrencyText, Hash, List, PeriodStart, SinceStart, Text, array};

/// A stored form of the core's `C`.
pub(crate) trait Stored<'s, C>: Sized {
    /// Takes a value over; its texts stay where they are.
    fn store(core: &'s C) -> Self;
    /// Gives the value as the core has it.
    fn load(self) -> C;
}

/// Declares structs that store the core's struct of the path behind the colon, as an array of their fields.
macro_rules! stored {
    ($(
        $(#[$meta:meta])*
        struct $name:ident $(<$lt:lifetime>)?: $($core:ident)::+ $(<$clt:lifetime>)? { $($field:ident: $type:ty,)+ }
        $(else { $($absent:ident: $default:expr,)+ })?
    )+) => {
        crate::wire::array! {$(
            $(#[$meta])*
            struct $name $(<$lt>)? { $($field: $type,)+ }
        )+}
        $(impl<'s $(: $lt, $lt)?> crate::stored::Stored<'s, $($core)::+ $(<$clt>)?> for $name $(<$lt>)? {
            fn store(core: &'s $($core)::+ $(<$clt>)?) -> Self {
                $name { $($field: crate::stored::Stored::store(&core.$field),)+ }
            }

            fn load(self) -> $($core)::+ $(<$clt>)? {
                $($core)::+ {
                    $($field: crate::stored::Stored::load(self.$field),)+
                    $($($absent: $default,)+)?
                }
            }
        })+
    };
}
pub(crate) use stored;

/// Declares bodies of facts: the idempotency key, then the fact's own fields as with [`stored`].
macro_rules! fact_body {
    ($(
        $(#[$meta:meta])*
        struct $name:ident<$lt:lifetime>: $($core:ident)::+ $(<$clt:lifetime>)? { $($field:ident: $type:ty,)+ }
        $(else { $($absent:ident: $default:expr,)+ })?
    )+) => {
        crate::wire::array! {$(
            $(#[$meta])*
            struct $name<$lt> { key: Option<crate::wire::Text<$lt>>, $($field: $type,)+ }
        )+}
        $(impl<$lt> $name<$lt> {
            pub(crate) fn new(key: Option<&$lt str>, fact: &$lt $($core)::+ $(<$clt>)?) -> Self {
                $name {
                    key: key.map(crate::wire::Text),
                    $($field: crate::stored::Stored::store(&fact.$field),)+
                }
            }

            pub(crate) fn load(self) -> (Option<&$lt str>, $($core)::+ $(<$clt>)?) {
                let fact = $($core)::+ {
                    $($field: crate::stored::Stored::load(self.$field),)+
                    $($($absent: $default,)+)?
                };
                (self.key.map(|key| key.0), fact)
            }
        })+
    };
}
pub(crate) use fact_body;

/// Numbers and the like are stored as they are.
macro_rules! as_it_is {
    ($($type:ty),+ $(,)?) => {
        $(impl Stored<'_, $type> for $type {
            fn store(core: &$type) -> Self {
                *core
            }

            fn load(self) -> $type {
                self
            }
        })+
    };
}

as_it_is!(
    bool,
    u8,
    u16,
    u32,
    u64,
    i32,
    i64,
    Points,
    Money,
    Instant,
    Day,
    ActivityNumber,
    BudgetNumber,
    CapNumber,
    CurrencyNumber,
    LadderNumber,
    LotNumber,
    PolicyIndex,
    RuleIndex,
    TierNumber,
    VersionNumber,
);

/// Small wrappers around one value of the core's.
macro_rules! wrapped {
    ($($wrapper:ident($type:ty)),+ $(,)?) => {
        $(impl Stored<'_, $type> for $wrapper {
            fn store(core: &$type) -> Self {
                $wrapper(*core)
            }

            fn load(self) -> $type {
                self.0
            }
        })+
    };
}

wrapped!(
    Birthday(MonthDay),
    CurrencyText(CurrencyCode),
    Hash(CodeHash),
    PeriodStart(Day),
    SinceStart(Instant)
);

impl<T: Coded> Stored<'_, T> for Code<T> {
    fn store(core: &T) -> Self {
        Code(*core)
    }

    fn load(self) -> T {
        self.0
    }
}

impl<'s: 'a, 'a> Stored<'s, Cow<'a, str>> for Text<'a> {
    fn store(core: &'s Cow<'a, str>) -> Self {
        Text(core)
    }

    fn load(self) -> Cow<'a, str> {
        Cow::Borrowed(self.0)
    }
}

impl<'s: 'a, 'a> Stored<'s, Box<str>> for Text<'a> {
    fn store(core: &'s Box<str>) -> Self {
        Text(core)
    }

    fn load(self) -> Box<str> {
        Box::from(self.0)
    }
}

impl<'s, C: 's, T: Stored<'s, C>> Stored<'s, Option<C>> for Option<T> {
    fn store(core: &'s Option<C>) -> Self {
        core.as_ref().map(T::store)
    }

    fn load(self) -> Option<C> {
        self.map(T::load)
    }
}

impl<'s, C: 's, T: Stored<'s, C>, const N: usize> Stored<'s, Vec<C>> for List<T, N> {
    fn store(core: &'s Vec<C>) -> Self {
        List(core.iter().map(T::store).collect())
    }

    fn load(self) -> Vec<C> {
        self.0.into_iter().map(T::load).collect()
    }
}

impl<'s, A, T, const N: usize> Stored<'s, SmallVec<A>> for List<T, N>
where
    A: Array,
    A::Item: 's,
    T: Stored<'s, A::Item>,
{
    fn store(core: &'s SmallVec<A>) -> Self {
        List(core.iter().map(T::store).collect())
    }

    fn load(self) -> SmallVec<A> {
        self.0.into_iter().map(T::load).collect()
    }
}

array! {
    /// An attribute of a member and its value.
    struct Attribute<'a> {
        name: Text<'a>,
        value: Text<'a>,
    }
}

impl<'s, 'a, C> Stored<'s, (C, C)> for Attribute<'a>
where
    C: 's,
    Text<'a>: Stored<'s, C>,
{
    fn store((name, value): &'s (C, C)) -> Self {
        Attribute { name: Stored::store(name), value: Stored::store(value) }
    }

    fn load(self) -> (C, C) {
        (self.name.load(), self.value.load())
    }
}
