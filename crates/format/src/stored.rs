//! The macros that declare shapes of structs and of choices.
//!
//! Invariant: a struct is an array of exactly its fields, in order, and nothing else is read as one.
//!
//! Deriving would not do: what is stored has other types than the core, is in an order of its own, and keeps shapes that
//! the core's structs have outgrown.

use crate::messagepack::{Reader, Taken, Writer};
use crate::wire::{Shape, Text, expect_array};

/// A [`Shape`] that is an array of named fields.
pub(crate) trait Fields<'r, C> {
    /// The names, in order.
    const NAMES: &'static [&'static str];
    /// Appends the fields without the array's length.
    fn put_fields(core: &C, out: &mut Writer<'_>);
    /// Takes the fields that follow the array's length.
    fn take_fields(reader: &mut Reader<'r>) -> Taken<C>;

    /// Appends a fact as an array that begins with its idempotency key.
    fn put_fact(key: Option<&str>, fact: &C, out: &mut Writer<'_>) {
        out.array(1 + Self::NAMES.len());
        match key {
            None => out.nil(),
            Some(key) => out.text(key),
        }
        Self::put_fields(fact, out);
    }

    /// Takes a fact and its idempotency key.
    fn take_fact(reader: &mut Reader<'r>) -> Taken<(Option<&'r str>, C)> {
        expect_array(reader, 1 + Self::NAMES.len(), || ["key"].iter().chain(Self::NAMES))?;
        let key = <Option<Text> as Shape<'r, Option<&'r str>>>::take(reader)
            .map_err(|wrong| wrong.in_field("key"))?;
        Ok((key, Self::take_fields(reader)?))
    }
}

/// Declares shapes of structs whose fields are found in various places of a value: each line says the field's name, its
/// shape, and where it is taken from. `load` makes the value of the fields. A type parameter stands for a part of which
/// later versions have another shape; behind its colon is what that is a shape of.
macro_rules! array {
    ($(
        $(#[$meta:meta])*
        struct $name:ident $(<$($part:ident: $of:ty),+>)? from $value:ident: $core:ty {
            $($field:ident: $shape:ty = $from:expr,)+
        }
        load $load:block
    )+) => {$(
        $(#[$meta])*
        pub(crate) struct $name $(<$($part),+>)? ($(std::marker::PhantomData<($($part,)+)>)?);

        impl<'r: 'a, 'a, $($($part: crate::wire::Shape<'r, $of>),+)?> crate::stored::Fields<'r, $core>
            for $name $(<$($part),+>)?
        {
            const NAMES: &'static [&'static str] = &[$(stringify!($field)),+];

            #[inline]
            fn put_fields($value: &$core, out: &mut crate::messagepack::Writer<'_>) {
                $(<$shape as crate::wire::Shape<'r, _>>::put(&$from, out);)+
            }

            #[inline]
            fn take_fields(reader: &mut crate::messagepack::Reader<'r>) -> crate::messagepack::Taken<$core> {
                $(
                    let $field = match <$shape as crate::wire::Shape<'r, _>>::take(reader) {
                        Ok(taken) => taken,
                        Err(wrong) => return Err(wrong.in_field(stringify!($field))),
                    };
                )+
                Ok($load)
            }
        }

        impl<'r: 'a, 'a, $($($part: crate::wire::Shape<'r, $of>),+)?> crate::wire::Shape<'r, $core>
            for $name $(<$($part),+>)?
        {
            #[inline]
            fn put($value: &$core, out: &mut crate::messagepack::Writer<'_>) {
                out.array(<Self as crate::stored::Fields<'r, $core>>::NAMES.len());
                <Self as crate::stored::Fields<'r, $core>>::put_fields($value, out);
            }

            #[inline]
            fn take(reader: &mut crate::messagepack::Reader<'r>) -> crate::messagepack::Taken<$core> {
                let names = <Self as crate::stored::Fields<'r, $core>>::NAMES;
                crate::wire::expect_array(reader, names.len(), || names.iter())?;
                <Self as crate::stored::Fields<'r, $core>>::take_fields(reader)
            }
        }
    )+};
}
pub(crate) use array;

/// Declares shapes that store the fields of the same names of the core's struct behind the colon. What an older shape does
/// not store is given by its `else`.
macro_rules! stored {
    ($(
        $(#[$meta:meta])*
        struct $name:ident: $($core:ident)::+ $(<$lt:lifetime>)? { $($field:ident: $shape:ty,)+ }
        $(else { $($absent:ident: $default:expr,)+ })?
    )+) => {
        crate::stored::array! {$(
            $(#[$meta])*
            struct $name from value: $($core)::+ $(<$lt>)? { $($field: $shape = value.$field,)+ }
            load { $($core)::+ { $($field,)+ $($($absent: $default,)+)? } }
        )+}
    };
}
pub(crate) use stored;

/// Declares shapes of choices that have figures of their own: arrays of the choice's number and its figures. What stands in
/// brackets at the right is the choice. Choices behind `newer` take a later version; what is said behind `else` is wrong
/// with any other array.
macro_rules! tagged {
    (
        $(#[$meta:meta])*
        enum $name:ident: $core:ty {
            $([$tag:literal $(, $field:ident: $shape:ty)*] = ($($choice:tt)+),)+
        }
        $(newer ($newer:pat))?
        else $wrong:literal
    ) => {
        $(#[$meta])*
        pub(crate) enum $name {}

        impl<'r: 'a, 'a> crate::wire::Shape<'r, $core> for $name {
            fn put(core: &$core, out: &mut crate::messagepack::Writer<'_>) {
                match core {
                    $($($choice)+ => {
                        let fields: &[&str] = &[$(stringify!($field)),*];
                        out.array(1 + fields.len());
                        out.uint($tag);
                        $(<$shape as crate::wire::Shape<'r, _>>::put($field, out);)*
                    })+
                    $($newer => unreachable!("this choice is stored in a later version"),)?
                }
            }

            fn take(reader: &mut crate::messagepack::Reader<'r>) -> crate::messagepack::Taken<$core> {
                let length = reader.array()?;
                let tag = if length == 0 { None } else { Some(reader.uint()?) };
                $(
                    let fields: &[&str] = &[$(stringify!($field)),*];
                    if tag == Some($tag) && length == 1 + fields.len() {
                        $(let $field = <$shape as crate::wire::Shape<'r, _>>::take(reader)?;)*
                        return Ok($($choice)+);
                    }
                )+
                Err(crate::messagepack::Wrong::new($wrong))
            }
        }
    };
}
pub(crate) use tagged;

/// An attribute of a member and its value.
pub(crate) enum Attribute {}

impl<'r, C> Shape<'r, (C, C)> for Attribute
where
    Text: Shape<'r, C>,
{
    fn put((name, value): &(C, C), out: &mut Writer<'_>) {
        out.array(2);
        Text::put(name, out);
        Text::put(value, out);
    }

    fn take(reader: &mut Reader<'r>) -> Taken<(C, C)> {
        expect_array(reader, 2, || ["name", "value"].iter())?;
        Ok((Text::take(reader)?, Text::take(reader)?))
    }
}
