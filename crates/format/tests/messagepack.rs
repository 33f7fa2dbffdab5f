//! Bodies as an independent MessagePack library sees them: it reads each as one value, writes that value as the same
//! bytes, and what it could write in a longer form is read as the same fact, decision or state.

// In a test a panic is the finding.
#![allow(clippy::unwrap_used)]

mod support;

use std::fmt;

use proptest::collection::vec;
use proptest::prelude::*;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use support::{any, stored_decision, stored_fact};
use tallybook_format::{decode_decision, decode_fact, decode_state, encode_state};

/// Any value that a body may hold, in no shape at all.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Nil,
    Bool(bool),
    /// From 0 up, as MessagePack writes those without a sign.
    Uint(u64),
    /// Below 0.
    Negative(i64),
    Text(String),
    Binary(Vec<u8>),
    Array(Vec<Value>),
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Nil => serializer.serialize_unit(),
            Value::Bool(value) => serializer.serialize_bool(*value),
            Value::Uint(value) => serializer.serialize_u64(*value),
            Value::Negative(value) => serializer.serialize_i64(*value),
            Value::Text(value) => serializer.serialize_str(value),
            Value::Binary(value) => serializer.serialize_bytes(value),
            Value::Array(items) => items.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        struct Whatever;

        impl<'de> Visitor<'de> for Whatever {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("what a body may hold")
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Nil)
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value::Bool(value))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value::Uint(value))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(u64::try_from(value).map_or(Value::Negative(value), Value::Uint))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value::Text(value.to_owned()))
            }

            fn visit_bytes<E>(self, value: &[u8]) -> Result<Value, E> {
                Ok(Value::Binary(value.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Value, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = array.next_element()? {
                    items.push(item);
                }
                Ok(Value::Array(items))
            }
        }

        deserializer.deserialize_any(Whatever)
    }
}

/// The body's value, which the library writes as the same bytes.
fn value_of(body: &[u8]) -> Value {
    let value: Value = rmp_serde::from_slice(body).unwrap();
    assert!(matches!(value, Value::Array(_)), "{value:?} is no array");
    assert_eq!(rmp_serde::to_vec(&value).unwrap(), body, "{value:?} has a shorter form");
    value
}

/// Writes a value with every marker in one of its longer forms, as `widths` say.
fn widen(value: &Value, widths: &mut impl Iterator<Item = usize>, out: &mut Vec<u8>) {
    // The value or length in the last bytes of the chosen form; the smallest that holds it where the chosen one does not.
    let mut form = |value: u64, forms: &[(u8, u32)]| {
        let fits = |bits: u32| bits == 64 || value >> bits == 0;
        let fitting: Vec<_> = forms.iter().filter(|(_, bits)| fits(*bits)).collect();
        let (marker, bits) = *fitting[widths.next().unwrap() % fitting.len()];
        out.push(marker);
        out.extend_from_slice(&value.to_be_bytes()[8 - bits as usize / 8..]);
    };
    match value {
        Value::Nil => out.push(0xC0),
        Value::Bool(value) => out.push(0xC2 + u8::from(*value)),
        Value::Uint(value) => {
            // A form with a sign holds one bit less.
            let mut forms = vec![(0xCC, 8), (0xCD, 16), (0xCE, 32), (0xCF, 64)];
            for (marker, bits) in [(0xD0, 8), (0xD1, 16), (0xD2, 32), (0xD3, 64)] {
                if value >> (bits - 1) == 0 {
                    forms.push((marker, bits));
                }
            }
            form(*value, &forms);
        }
        Value::Negative(value) => {
            let all = [(0xD0, 8), (0xD1, 16), (0xD2, 32), (0xD3, 64)];
            let forms: Vec<(u8, u32)> =
                all.into_iter().filter(|(_, bits)| value >> (bits - 1) == -1).collect();
            let (marker, bits) = forms[widths.next().unwrap() % forms.len()];
            out.push(marker);
            out.extend_from_slice(&value.to_be_bytes()[8 - bits as usize / 8..]);
        }
        Value::Text(text) => {
            form(text.len() as u64, &[(0xD9, 8), (0xDA, 16), (0xDB, 32)]);
            out.extend_from_slice(text.as_bytes());
        }
        Value::Binary(bytes) => {
            form(bytes.len() as u64, &[(0xC4, 8), (0xC5, 16), (0xC6, 32)]);
            out.extend_from_slice(bytes);
        }
        Value::Array(items) => {
            form(items.len() as u64, &[(0xDC, 16), (0xDD, 32)]);
            for item in items {
                widen(item, widths, out);
            }
        }
    }
}

/// The same value in longer forms.
fn longer(body: &[u8], widths: &[usize]) -> Vec<u8> {
    let mut out = Vec::new();
    widen(&value_of(body), &mut widths.iter().copied().cycle(), &mut out);
    out
}

fn widths() -> impl Strategy<Value = Vec<usize>> {
    vec(0usize..8, 1..40)
}

proptest! {
    #[test]
    fn a_fact_is_one_value_and_is_read_in_any_form(
        key in any::key(),
        fact in any::fact(),
        widths in widths(),
    ) {
        let (stored_as, body) = stored_fact(key.as_deref(), &fact);
        let longer = longer(&body, &widths);
        let stored = decode_fact(stored_as.kind.number(), stored_as.version, &longer).unwrap();
        prop_assert_eq!((stored.key, stored.fact), (key.as_deref(), fact));
    }

    #[test]
    fn a_decision_is_one_value_and_is_read_in_any_form(event in any::event(), widths in widths()) {
        let (stored_as, body) = stored_decision(&event);
        let (kind, longer) = (stored_as.kind.number(), longer(&body, &widths));
        let decision = decode_decision(kind, stored_as.version, event.effective_at, &longer).unwrap();
        prop_assert_eq!(decision, event.decision);
    }

    #[test]
    fn a_state_is_one_value(state in any::state()) {
        let mut bytes = Vec::new();
        encode_state(&state, &mut bytes);
        value_of(&bytes);
        prop_assert_eq!(decode_state(&bytes).unwrap(), state);
    }
}
