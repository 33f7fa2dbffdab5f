//! The part of MessagePack that bodies are made of: nil, booleans, integers, texts, binary strings and array lengths.
//!
//! Invariants: [`Writer`] takes the shortest form of everything; [`Reader`] takes every form, and gives nothing that the
//! bytes do not hold. A length is checked against the bytes that are left before anything is done with it.
//!
//! Deliberately absent: maps, floats and extension types, which no body has.

use std::fmt;

use tallybook_core::calendar::Instant;

use crate::error::FormatError;

// First bytes, as the MessagePack specification names them. The short forms hold a value or a length in their low bits.
const FIX_ARRAY: u8 = 0x90;
const FIX_STR: u8 = 0xA0;
const NIL: u8 = 0xC0;
const FALSE: u8 = 0xC2;
const TRUE: u8 = 0xC3;
const BIN_8: u8 = 0xC4;
const BIN_16: u8 = 0xC5;
const BIN_32: u8 = 0xC6;
const UINT_8: u8 = 0xCC;
const UINT_16: u8 = 0xCD;
const UINT_32: u8 = 0xCE;
const UINT_64: u8 = 0xCF;
const INT_8: u8 = 0xD0;
const INT_16: u8 = 0xD1;
const INT_32: u8 = 0xD2;
const INT_64: u8 = 0xD3;
const STR_8: u8 = 0xD9;
const STR_16: u8 = 0xDA;
const STR_32: u8 = 0xDB;
const ARRAY_16: u8 = 0xDC;
const ARRAY_32: u8 = 0xDD;

/// Most items in an array, and bytes in a text, whose length is in the first byte.
const FIX_ARRAY_MAX: usize = 0x0F;
const FIX_STR_MAX: usize = 0x1F;

/// Appends values to a body.
pub(crate) struct Writer<'o> {
    out: &'o mut Vec<u8>,
    /// The effective time in the record's header, for times that are nil where they are the same.
    pub(crate) effective_at: Instant,
}

impl<'o> Writer<'o> {
    pub(crate) fn new(effective_at: Instant, out: &'o mut Vec<u8>) -> Self {
        Writer { out, effective_at }
    }

    #[inline]
    pub(crate) fn nil(&mut self) {
        self.out.push(NIL);
    }

    #[inline]
    pub(crate) fn bool(&mut self, value: bool) {
        self.out.push(if value { TRUE } else { FALSE });
    }

    #[inline]
    pub(crate) fn uint(&mut self, value: u64) {
        match u8::try_from(value) {
            Ok(short @ 0..=0x7F) => self.out.push(short),
            _ => self.long_uint(value),
        }
    }

    #[inline]
    pub(crate) fn int(&mut self, value: i64) {
        match i8::try_from(value) {
            Ok(short @ -32..) => self.out.push(short.cast_unsigned()),
            _ => self.long_int(value),
        }
    }

    #[inline(never)]
    fn long_uint(&mut self, value: u64) {
        if let Ok(value) = u8::try_from(value) {
            self.put([UINT_8], value.to_be_bytes());
        } else if let Ok(value) = u16::try_from(value) {
            self.put([UINT_16], value.to_be_bytes());
        } else if let Ok(value) = u32::try_from(value) {
            self.put([UINT_32], value.to_be_bytes());
        } else {
            self.put([UINT_64], value.to_be_bytes());
        }
    }

    #[inline(never)]
    fn long_int(&mut self, value: i64) {
        if let Ok(value) = u64::try_from(value) {
            self.long_uint(value);
        } else if let Ok(value) = i8::try_from(value) {
            self.put([INT_8], value.to_be_bytes());
        } else if let Ok(value) = i16::try_from(value) {
            self.put([INT_16], value.to_be_bytes());
        } else if let Ok(value) = i32::try_from(value) {
            self.put([INT_32], value.to_be_bytes());
        } else {
            self.put([INT_64], value.to_be_bytes());
        }
    }

    /// The length of an array, whose items follow.
    #[inline]
    pub(crate) fn array(&mut self, length: usize) {
        match u8::try_from(length) {
            Ok(short) if length <= FIX_ARRAY_MAX => self.out.push(FIX_ARRAY | short),
            _ => self.long_length(length, None, ARRAY_16, ARRAY_32),
        }
    }

    #[inline]
    pub(crate) fn text(&mut self, text: &str) {
        match u8::try_from(text.len()) {
            Ok(short) if text.len() <= FIX_STR_MAX => self.out.push(FIX_STR | short),
            _ => self.long_length(text.len(), Some(STR_8), STR_16, STR_32),
        }
        self.out.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn binary(&mut self, bytes: &[u8]) {
        self.long_length(bytes.len(), Some(BIN_8), BIN_16, BIN_32);
        self.out.extend_from_slice(bytes);
    }

    #[inline(never)]
    fn long_length(&mut self, length: usize, bits_8: Option<u8>, bits_16: u8, bits_32: u8) {
        if let (Some(marker), Ok(length)) = (bits_8, u8::try_from(length)) {
            self.put([marker], length.to_be_bytes());
        } else if let Ok(length) = u16::try_from(length) {
            self.put([bits_16], length.to_be_bytes());
        } else {
            let length =
                u32::try_from(length).expect("a body has at most 4 MiB, and so has all that it holds");
            self.put([bits_32], length.to_be_bytes());
        }
    }

    /// A first byte and what it announces, in one step.
    #[inline]
    fn put<const N: usize>(&mut self, [marker]: [u8; 1], value: [u8; N]) {
        let mut form = [marker; 9];
        form[1..=N].copy_from_slice(&value);
        self.out.extend_from_slice(&form[..=N]);
    }
}

/// What reading gives.
pub(crate) type Taken<T> = Result<T, Wrong>;

/// Why bytes cannot be read, and where. Boxed, so that what is read without fault is handed on in registers.
#[derive(Debug)]
pub(crate) struct Wrong(Box<Reason>);

#[derive(Debug)]
enum Reason {
    /// The bytes are not what the shape says: the way to the field, from the outermost, and what is wrong there.
    Malformed { path: String, why: String },
    /// What is read is known to be something else.
    Other(FormatError),
}

impl Wrong {
    #[cold]
    pub(crate) fn new(why: impl Into<String>) -> Wrong {
        Wrong(Box::new(Reason::Malformed { path: String::new(), why: why.into() }))
    }

    #[cold]
    pub(crate) fn other(error: FormatError) -> Wrong {
        Wrong(Box::new(Reason::Other(error)))
    }

    /// The same, found in the field of this name.
    #[cold]
    pub(crate) fn in_field(self, name: &str) -> Wrong {
        self.within(|path| match path.chars().next() {
            None | Some('[') => format!("{name}{path}"),
            Some(_) => format!("{name}.{path}"),
        })
    }

    /// The same, found in the list's item of this place, from 0.
    #[cold]
    pub(crate) fn in_item(self, index: usize) -> Wrong {
        self.within(|path| match path.chars().next() {
            None | Some('[') => format!("[{index}]{path}"),
            Some(_) => format!("[{index}].{path}"),
        })
    }

    fn within(mut self, longer: impl FnOnce(&str) -> String) -> Wrong {
        if let Reason::Malformed { path, why: _ } = &mut *self.0 {
            *path = longer(path);
        }
        self
    }

    /// As the error of the whole body or state, whose name is `what`.
    #[cold]
    pub(crate) fn of(self, what: &'static str) -> FormatError {
        match *self.0 {
            Reason::Malformed { path, why } if path.is_empty() => FormatError::Malformed { what, why },
            Reason::Malformed { path, why } => {
                FormatError::Malformed { what, why: format!("`{path}`: {why}") }
            }
            Reason::Other(error) => error,
        }
    }
}

/// Takes values from the front of a body.
pub(crate) struct Reader<'r> {
    rest: &'r [u8],
    /// As in [`Writer`].
    pub(crate) effective_at: Instant,
}

impl<'r> Reader<'r> {
    pub(crate) fn new(effective_at: Instant, bytes: &'r [u8]) -> Self {
        Reader { rest: bytes, effective_at }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    /// Takes a nil, if that is what comes next.
    #[inline]
    pub(crate) fn nil(&mut self) -> bool {
        match self.rest {
            [NIL, rest @ ..] => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn bool(&mut self) -> Taken<bool> {
        let (value, rest) = match self.rest {
            [FALSE, rest @ ..] => (false, rest),
            [TRUE, rest @ ..] => (true, rest),
            _ => return Err(self.expected("a bool")),
        };
        self.rest = rest;
        Ok(value)
    }

    #[inline]
    pub(crate) fn uint(&mut self) -> Taken<u64> {
        match self.rest {
            [short @ 0..=0x7F, rest @ ..] => {
                self.rest = rest;
                Ok(u64::from(*short))
            }
            _ => self.long_uint(),
        }
    }

    #[inline]
    pub(crate) fn int(&mut self) -> Taken<i64> {
        match self.rest {
            [short @ (0..=0x7F | 0xE0..), rest @ ..] => {
                self.rest = rest;
                Ok(i64::from(short.cast_signed()))
            }
            _ => self.long_int(),
        }
    }

    #[inline(never)]
    fn long_uint(&mut self) -> Taken<u64> {
        if let [UINT_64, ..] = self.rest {
            self.rest = &self.rest[1..];
            return Ok(u64::from_be_bytes(self.bytes()?));
        }
        let value = self.int()?;
        u64::try_from(value).map_err(|_| Wrong::new(format!("{value} is below 0")))
    }

    #[inline(never)]
    fn long_int(&mut self) -> Taken<i64> {
        let Some((marker @ UINT_8..=INT_64, rest)) = self.rest.split_first() else {
            return Err(self.expected("an integer"));
        };
        self.rest = rest;
        Ok(match *marker {
            UINT_8 => u8::from_be_bytes(self.bytes()?).into(),
            UINT_16 => u16::from_be_bytes(self.bytes()?).into(),
            UINT_32 => u32::from_be_bytes(self.bytes()?).into(),
            UINT_64 => {
                let value = u64::from_be_bytes(self.bytes()?);
                i64::try_from(value)
                    .map_err(|_| Wrong::new(format!("{value} does not fit 64 bits with a sign")))?
            }
            INT_8 => i8::from_be_bytes(self.bytes()?).into(),
            INT_16 => i16::from_be_bytes(self.bytes()?).into(),
            INT_32 => i32::from_be_bytes(self.bytes()?).into(),
            _ => i64::from_be_bytes(self.bytes()?),
        })
    }

    /// The length of an array, whose items follow: no more than there are bytes, of which each item takes one at least.
    #[inline]
    pub(crate) fn array(&mut self) -> Taken<usize> {
        match self.rest {
            [short @ 0x90..=0x9F, rest @ ..] => {
                self.rest = rest;
                self.held(usize::from(short - FIX_ARRAY))
            }
            _ => self.long_array(),
        }
    }

    #[inline(never)]
    fn long_array(&mut self) -> Taken<usize> {
        let Some((marker @ ARRAY_16..=ARRAY_32, rest)) = self.rest.split_first() else {
            return Err(self.expected("an array"));
        };
        self.rest = rest;
        let length = self.length(marker - ARRAY_16 + 1)?;
        self.held(length)
    }

    /// A text, borrowed from the body.
    #[inline]
    pub(crate) fn text(&mut self) -> Taken<&'r str> {
        let length = match self.rest {
            [short @ 0xA0..=0xBF, rest @ ..] => {
                self.rest = rest;
                usize::from(short - FIX_STR)
            }
            _ => self.long_text()?,
        };
        let bytes = self.take(length)?;
        match std::str::from_utf8(bytes) {
            Ok(text) => Ok(text),
            Err(error) => Err(Wrong::new(format!("this is no text: {error}"))),
        }
    }

    #[inline(never)]
    fn long_text(&mut self) -> Taken<usize> {
        let Some((marker @ STR_8..=STR_32, rest)) = self.rest.split_first() else {
            return Err(self.expected("a text"));
        };
        self.rest = rest;
        self.length(marker - STR_8)
    }

    /// A binary string, borrowed from the body.
    pub(crate) fn binary(&mut self) -> Taken<&'r [u8]> {
        let Some((marker @ BIN_8..=BIN_32, rest)) = self.rest.split_first() else {
            return Err(self.expected("a binary string"));
        };
        self.rest = rest;
        let length = self.length(marker - BIN_8)?;
        self.take(length)
    }

    /// A length in 8 bits (`width` 0), 16 or 32.
    fn length(&mut self, width: u8) -> Taken<usize> {
        Ok(match width {
            0 => u8::from_be_bytes(self.bytes()?).into(),
            1 => u16::from_be_bytes(self.bytes()?).into(),
            _ => usize::try_from(u32::from_be_bytes(self.bytes()?)).unwrap_or(usize::MAX),
        })
    }

    /// A number of items or bytes, if that many can follow.
    #[inline]
    fn held(&self, length: usize) -> Taken<usize> {
        if length <= self.rest.len() { Ok(length) } else { Err(self.too_short(length)) }
    }

    #[inline]
    fn take(&mut self, length: usize) -> Taken<&'r [u8]> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.too_short(length)),
        }
    }

    #[inline]
    fn bytes<const N: usize>(&mut self) -> Taken<[u8; N]> {
        match self.rest.split_first_chunk() {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(*taken)
            }
            None => Err(self.too_short(N)),
        }
    }

    #[cold]
    fn too_short(&self, length: usize) -> Wrong {
        Wrong::new(format!("{length} more are to follow where {} bytes are left", self.rest.len()))
    }

    /// What to say where something else stands than what has to.
    #[cold]
    pub(crate) fn expected(&self, what: impl fmt::Display) -> Wrong {
        let found = match self.rest.first().copied() {
            None => "the end",
            Some(0x00..=0x7F | 0xCC..=0xD3 | 0xE0..) => "an integer",
            Some(0x80..=0x8F | 0xDE | 0xDF) => "a map",
            Some(0x90..=0x9F | ARRAY_16 | ARRAY_32) => "an array",
            Some(0xA0..=0xBF | STR_8..=STR_32) => "a text",
            Some(NIL) => "nil",
            Some(0xC1) => "a byte that begins nothing",
            Some(FALSE | TRUE) => "a bool",
            Some(BIN_8..=BIN_32) => "a binary string",
            Some(0xC7..=0xC9 | 0xD4..=0xD8) => "an extension",
            Some(0xCA | 0xCB) => "a float",
        };
        Wrong::new(format!("{what} is expected and {found} stands here"))
    }
}

// In a test a panic is the finding.
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn written(write: impl FnOnce(&mut Writer<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut Writer::new(Instant(0), &mut out));
        out
    }

    fn taken<'r, T>(bytes: &'r [u8], take: impl FnOnce(&mut Reader<'r>) -> Taken<T>) -> T {
        let mut reader = Reader::new(Instant(0), bytes);
        let value = take(&mut reader).unwrap();
        assert!(reader.is_at_end(), "{bytes:02X?} has more than one value");
        value
    }

    fn why<'r, T: fmt::Debug>(bytes: &'r [u8], take: impl FnOnce(&mut Reader<'r>) -> Taken<T>) -> String {
        take(&mut Reader::new(Instant(0), bytes)).unwrap_err().of("body").to_string()
    }

    #[test]
    fn integers_are_written_as_another_library_writes_them_and_come_back() {
        let powers = (0..64).map(|bits| 1u64 << bits);
        let edges = powers.flat_map(|power| [power - 1, power, power + 1]).chain([u64::MAX - 1, u64::MAX]);
        for value in edges {
            let bytes = written(|out| out.uint(value));
            assert_eq!(bytes, rmp_serde::to_vec(&value).unwrap(), "{value}");
            assert_eq!(taken(&bytes, Reader::uint), value);
            for value in [value.cast_signed(), value.cast_signed().wrapping_neg()] {
                let bytes = written(|out| out.int(value));
                assert_eq!(bytes, rmp_serde::to_vec(&value).unwrap(), "{value}");
                assert_eq!(taken(&bytes, Reader::int), value);
            }
        }
        for value in [-31, -32, -33, -127, -128, -129, -32_768, -32_769, i64::from(i32::MIN) - 1, i64::MIN] {
            assert_eq!(written(|out| out.int(value)), rmp_serde::to_vec(&value).unwrap(), "{value}");
        }
    }

    #[test]
    fn texts_binary_strings_and_arrays_of_any_length_are_written_as_another_library_writes_them() {
        for length in [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536] {
            let text = "x".repeat(length);
            let bytes = written(|out| out.text(&text));
            assert_eq!(bytes, rmp_serde::to_vec(&text).unwrap(), "{length}");
            assert_eq!(taken(&bytes, Reader::text), text);

            let bytes = written(|out| out.binary(text.as_bytes()));
            let mut theirs = Vec::new();
            serde::Serializer::serialize_bytes(&mut rmp_serde::Serializer::new(&mut theirs), text.as_bytes())
                .unwrap();
            assert_eq!(bytes, theirs, "{length}");
            assert_eq!(taken(&bytes, Reader::binary), text.as_bytes());

            let bytes = written(|out| {
                out.array(length);
                (0..length).for_each(|_| out.nil());
            });
            assert_eq!(bytes, rmp_serde::to_vec(&vec![(); length]).unwrap(), "{length}");
            let items = |reader: &mut Reader<'_>| {
                let length = reader.array()?;
                (0..length).for_each(|_| assert!(reader.nil()));
                Ok(length)
            };
            assert_eq!(taken(&bytes, items), length);
        }
    }

    #[test]
    fn booleans_and_nil_are_one_byte() {
        assert_eq!(written(|out| out.nil()), rmp_serde::to_vec(&()).unwrap());
        for value in [false, true] {
            let bytes = written(|out| out.bool(value));
            assert_eq!(bytes, rmp_serde::to_vec(&value).unwrap());
            assert_eq!(taken(&bytes, Reader::bool), value);
        }
    }

    #[test]
    fn every_first_byte_is_read_as_what_it_is_and_as_nothing_else() {
        for first in 0..=u8::MAX {
            // Zeros enough for every number and length; of a text or array, the short forms hold up to 31.
            let bytes = [&[first], [0u8; 40].as_slice()].concat();
            let found = [
                ("nil", Reader::new(Instant(0), &bytes).nil()),
                ("a bool", Reader::new(Instant(0), &bytes).bool().is_ok()),
                ("an integer", Reader::new(Instant(0), &bytes).int().is_ok()),
                ("a text", Reader::new(Instant(0), &bytes).text().is_ok()),
                ("a binary string", Reader::new(Instant(0), &bytes).binary().is_ok()),
                ("an array", Reader::new(Instant(0), &bytes).array().is_ok()),
            ];
            let error = Reader::new(Instant(0), &bytes).expected("it").of("body").to_string();
            let read: Vec<&str> = found.iter().filter(|(_, is)| *is).map(|(what, _)| *what).collect();
            match read[..] {
                [what] => assert!(error.contains(what), "{first:02X} is {what}: {error}"),
                [] => assert!(
                    ["a map", "a float", "an extension", "begins nothing"]
                        .iter()
                        .any(|what| error.contains(what)),
                    "{first:02X}: {error}"
                ),
                _ => panic!("{first:02X} is {read:?}"),
            }
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        assert_eq!(
            why(b"\xA3usd", Reader::int),
            "the stored body is malformed: an integer is expected and a text stands here"
        );
        assert_eq!(
            why(b"", Reader::bool),
            "the stored body is malformed: a bool is expected and the end stands here"
        );
        assert_eq!(why(b"\xFF", Reader::uint), "the stored body is malformed: -1 is below 0");
        assert_eq!(
            why(b"\xCF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF", Reader::int),
            "the stored body is malformed: 18446744073709551615 does not fit 64 bits with a sign"
        );
        assert_eq!(
            why(b"\xDB\xFF\xFF\xFF\xFFabc", Reader::text),
            "the stored body is malformed: 4294967295 more are to follow where 3 bytes are left"
        );
        assert_eq!(
            why(b"\xA2\xC3\x28", Reader::text),
            "the stored body is malformed: this is no text: invalid utf-8 sequence of 1 bytes from index 0"
        );
    }
}
