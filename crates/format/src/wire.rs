//! MessagePack arrays as typed structs, and the two ways through them: [`write`] and [`read`].
//!
//! Invariants: a struct is an array of exactly its fields, in order, and nothing else is read as one; lists are read
//! item by item, so that a length that lies takes no memory.
//!
//! Deriving would not do: a derived struct also reads a map with field names, and a derived list trusts its length.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeSeq, Serializer};
use smallvec::SmallVec;
use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::event::CodeHash;
use tallybook_core::money::CurrencyCode;

use crate::error::FormatError;

/// Most items that a list makes room for before it has read any.
const LIST_RESERVE_MAX: usize = 64;

/// Appends a value's bytes.
pub(crate) fn write<T: Serialize>(value: &T, out: &mut Vec<u8>) {
    value
        .serialize(&mut rmp_serde::Serializer::new(out))
        .expect("a vector takes every byte, and the types here have a stored form for each value");
}

/// Reads a value that fills `bytes`. `what` names it in errors.
pub(crate) fn read<'a, T: Deserialize<'a>>(what: &'static str, bytes: &'a [u8]) -> Result<T, FormatError> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    let value = T::deserialize(&mut deserializer)
        .map_err(|error| FormatError::Malformed { what, why: error.to_string() })?;
    // The deserializer does not tell where it stands; but only at the end is there no next marker to read.
    match bool::deserialize(&mut deserializer) {
        Err(rmp_serde::decode::Error::InvalidMarkerRead(_)) => Ok(value),
        _ => Err(FormatError::TrailingBytes { what }),
    }
}

/// Declares structs that are stored as an array of their fields. A type parameter stands for a part of which later versions
/// have another shape.
macro_rules! array {
    ($(
        $(#[$meta:meta])*
        struct $name:ident $(<$($lt:lifetime $(,)?)? $($part:ident)?>)? { $($field:ident: $type:ty,)+ }
    )+) => {$(
        $(#[$meta])*
        pub(crate) struct $name $(<$($lt,)? $($part)?>)? { $(pub(crate) $field: $type,)+ }

        impl $(<$($lt,)? $($part: serde::Serialize)?>)? serde::Serialize for $name $(<$($lt,)? $($part)?>)? {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeTuple;
                let mut array = serializer.serialize_tuple([$(stringify!($field)),+].len())?;
                $(array.serialize_element(&self.$field)?;)+
                array.end()
            }
        }

        impl<'de $($(: $lt, $lt)? $(, $part: serde::Deserialize<'de>)?)?> serde::Deserialize<'de>
            for $name $(<$($lt,)? $($part)?>)?
        {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Fields<T>(std::marker::PhantomData<T>);

                impl<'de $($(: $lt, $lt)? $(, $part: serde::Deserialize<'de>)?)?> serde::de::Visitor<'de>
                    for Fields<$name $(<$($lt,)? $($part)?>)?>
                {
                    type Value = $name $(<$($lt,)? $($part)?>)?;

                    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                        let fields: &[&str] = &[$(stringify!($field)),+];
                        write!(f, "an array of {}", fields.join(", "))
                    }

                    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut array: A) -> Result<Self::Value, A::Error> {
                        Ok($name {
                            $($field: array.next_element()?.ok_or_else(|| {
                                serde::de::Error::custom(concat!("`", stringify!($field), "` is missing"))
                            })?,)+
                        })
                    }
                }

                let fields = [$(stringify!($field)),+].len();
                deserializer.deserialize_tuple(fields, Fields(std::marker::PhantomData))
            }
        }
    )+};
}
pub(crate) use array;

/// An array of any number of items, the first `N` of them kept without allocating.
pub(crate) struct List<T, const N: usize>(pub(crate) SmallVec<[T; N]>);

impl<T: Serialize, const N: usize> Serialize for List<T, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut array = serializer.serialize_seq(Some(self.0.len()))?;
        for item in &self.0 {
            array.serialize_element(item)?;
        }
        array.end()
    }
}

impl<'de, T: Deserialize<'de>, const N: usize> Deserialize<'de> for List<T, N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Items<T, const N: usize>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for Items<T, N> {
            type Value = List<T, N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<List<T, N>, A::Error> {
                let mut items = SmallVec::with_capacity(array.size_hint().unwrap_or(0).min(LIST_RESERVE_MAX));
                while let Some(item) = array.next_element()? {
                    items.push(item);
                }
                Ok(List(items))
            }
        }

        deserializer.deserialize_seq(Items(PhantomData))
    }
}

/// A text that is borrowed from the body.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a>(pub(crate) &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0)
    }
}

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Borrowed;

        impl<'de> Visitor<'de> for Borrowed {
            type Value = &'de str;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in UTF-8")
            }

            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<&'de str, E> {
                Ok(text)
            }
        }

        deserializer.deserialize_str(Borrowed).map(Text)
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
pub(crate) struct Code<T>(pub(crate) T);

impl<T: Coded> Serialize for Code<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.0.code())
    }
}

impl<'de, T: Coded> Deserialize<'de> for Code<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = u8::deserialize(deserializer)?;
        T::ALL
            .get(usize::from(code))
            .map(|choice| Code(*choice))
            .ok_or_else(|| de::Error::custom(format_args!("{code} is no {}", T::WHAT)))
    }
}

/// Stores a period's first day; "for ever" is nil.
pub(crate) struct PeriodStart(pub(crate) Day);

impl Serialize for PeriodStart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0 != Day::EVER).then_some(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PeriodStart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(PeriodStart(Option::deserialize(deserializer)?.unwrap_or(Day::EVER)))
    }
}

/// Stores an ISO 4217 code as its three letters.
pub(crate) struct CurrencyText(pub(crate) CurrencyCode);

impl Serialize for CurrencyText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.as_str())
    }
}

impl<'de> Deserialize<'de> for CurrencyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Text(text) = Text::deserialize(deserializer)?;
        CurrencyCode::parse(text)
            .map(CurrencyText)
            .ok_or_else(|| de::Error::custom("a currency code is three capital letters"))
    }
}

/// Stores an instant that may be "from the start", which is nil.
pub(crate) struct SinceStart(pub(crate) Instant);

impl Serialize for SinceStart {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (self.0 != Instant::MIN).then_some(self.0).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SinceStart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(SinceStart(Option::deserialize(deserializer)?.unwrap_or(Instant::MIN)))
    }
}

/// Stores a SHA-256 as a binary string.
pub(crate) struct Hash(pub(crate) CodeHash);

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = Hash;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a binary string of 32 bytes")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Hash, E> {
                bytes.try_into().map(Hash).map_err(|_| de::Error::invalid_length(bytes.len(), &self))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

array! {
    /// A month and day as they stand in the body.
    struct MonthAndDay { month: u8, day: u8, }
}

/// Stores a birthday as `[month, day]`.
pub(crate) struct Birthday(pub(crate) MonthDay);

impl Serialize for Birthday {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        MonthAndDay { month: self.0.month, day: self.0.day }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Birthday {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let MonthAndDay { month, day } = MonthAndDay::deserialize(deserializer)?;
        MonthDay::new(month, day).map(Birthday).ok_or_else(|| de::Error::custom("there is no such birthday"))
    }
}
