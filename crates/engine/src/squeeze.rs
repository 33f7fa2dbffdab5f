//! Stored states in fewer bytes, for pages of members: what nearly every state says takes one byte, and instants are told
//! by their distance from one another.
//!
//! Invariants:
//! - [`unsqueeze`] gives back exactly the bytes that [`squeeze`] took, whatever they are;
//! - a piece of the input is a MessagePack value's head with the bytes that belong to it, so that both ways step alike.
//!
//! It knows how MessagePack is cut into pieces, and not what a state is: another shape of states would only be squeezed
//! less well.

/// Begins a piece as it stood, where its first byte has a meaning here.
const AS_IT_WAS: u8 = 0xC1;
/// Stands for an integer of 64 bits by its distance from the one before, as a zigzag varint.
const DISTANCE: u8 = 0xC7;
/// Stands for an integer of 64 bits that is a whole number of minutes in microseconds, as a varint.
const MINUTES: u8 = 0xC8;
/// Stands for an integer of 64 bits that came before, by its index among them.
const AGAIN: u8 = 0xC9;
/// MessagePack's head of an unsigned integer of 64 bits.
const UINT_64: u8 = 0xCF;

/// A minute in microseconds.
const MINUTE_MICROS: u64 = 60_000_000;
/// What the first integer's distance is from: the beginning of 2020 in microseconds.
const FIRST_FROM: u64 = 1_577_836_800_000_000;
/// Integers that can come again.
const REMEMBERED_MAX: usize = 64;

/// The first byte of a MessagePack map of no entries, which states do not have; so the heads from here on are free.
const PHRASES_FROM: u8 = 0x80;
/// What comes often in a state, each as a byte from [`PHRASES_FROM`] on: longer ones before those that they begin with.
const PHRASES: [&[u8]; 16] = [
    // No status, referral, holds, vouchers, rests, streaks, renewals or judged birthday; before them no caps.
    &[0x90, 0xC0, 0xC0, 0x90, 0x90, 0x90, 0x90, 0x90, 0xC0],
    &[0xC0, 0xC0, 0x90, 0x90, 0x90, 0x90, 0x90, 0xC0],
    // Nine balances of nothing, and fewer.
    &[0, 0, 0, 0, 0, 0, 0, 0, 0],
    &[0, 0, 0, 0, 0, 0, 0],
    &[0, 0, 0, 0, 0, 0],
    &[0, 0, 0, 0, 0],
    &[0, 0, 0, 0],
    &[0, 0, 0],
    // The end of a ladder without a tier granted: neither referrals nor activities.
    &[0, 0, 0xC0],
    &[0, 0],
    // The lowest tier since ever on the first ladder.
    &[0x91, 0x9A, 0, 0, 0xC0, 0xC0, 0xC2, 0xC0],
    // A lot that is active and knows no inactivity, and the head of the next.
    &[0xC0, 0x99],
    // No birthday, segments or attributes.
    &[0xC0, 0x90, 0x90],
    // An active lot of the first currency.
    &[0, 0xC2],
    // Nothing carried; the figures of all time.
    &[0x90, 0x95],
    &[0xC0, 0xC0],
];

/// Appends bytes to `out` in fewer.
pub(crate) fn squeeze(bytes: &[u8], out: &mut Vec<u8>) {
    let mut rest = bytes;
    let mut seen = Seen::new();
    while let Some(&head) = rest.first() {
        if let Some(code) = phrase_at(rest) {
            out.push(PHRASES_FROM + code as u8);
            rest = &rest[PHRASES[code].len()..];
            continue;
        }
        let (piece, after) = rest.split_at(piece_bytes(head, rest));
        rest = after;
        match *piece {
            [UINT_64, b0, b1, b2, b3, b4, b5, b6, b7] => {
                put_integer(u64::from_be_bytes([b0, b1, b2, b3, b4, b5, b6, b7]), &mut seen, out);
            }
            _ => {
                if has_meaning(head) || head == UINT_64 {
                    out.push(AS_IT_WAS);
                }
                out.extend_from_slice(piece);
            }
        }
    }
}

/// Appends to `out` what was squeezed. `None` where the bytes are no such thing.
pub(crate) fn unsqueeze(squeezed: &[u8], out: &mut Vec<u8>) -> Option<()> {
    let mut rest = squeezed;
    let mut seen = Seen::new();
    while let Some((&head, after)) = rest.split_first() {
        if let Some(phrase) = head.checked_sub(PHRASES_FROM).and_then(|code| PHRASES.get(usize::from(code))) {
            out.extend_from_slice(phrase);
            rest = after;
            continue;
        }
        rest = after;
        let value = match head {
            DISTANCE => seen.last.wrapping_add(unzigzag(take_varint(&mut rest)?)),
            MINUTES => take_varint(&mut rest)?.checked_mul(MINUTE_MICROS)?,
            AGAIN => {
                let (&index, after) = rest.split_first()?;
                rest = after;
                *seen.values().get(usize::from(index))?
            }
            AS_IT_WAS => {
                let bytes = piece_bytes(*rest.first()?, rest);
                out.extend_from_slice(&rest[..bytes]);
                rest = &rest[bytes..];
                continue;
            }
            _ => {
                let whole = &squeezed[squeezed.len() - rest.len() - 1..];
                let bytes = piece_bytes(head, whole);
                out.extend_from_slice(&whole[..bytes]);
                rest = &whole[bytes..];
                continue;
            }
        };
        if head == DISTANCE {
            seen.note(value);
        }
        out.push(UINT_64);
        out.extend_from_slice(&value.to_be_bytes());
    }
    Some(())
}

/// The integers that were told by their distance so far.
struct Seen {
    first: [u64; REMEMBERED_MAX],
    count: usize,
    last: u64,
}

impl Seen {
    fn new() -> Seen {
        Seen { first: [0; REMEMBERED_MAX], count: 0, last: FIRST_FROM }
    }

    fn values(&self) -> &[u64] {
        &self.first[..self.count]
    }

    fn note(&mut self, value: u64) {
        self.last = value;
        if let Some(place) = self.first.get_mut(self.count) {
            *place = value;
            self.count += 1;
        }
    }
}

fn put_integer(value: u64, seen: &mut Seen, out: &mut Vec<u8>) {
    if let Some(index) = seen.values().iter().position(|known| *known == value) {
        out.extend([AGAIN, index as u8]);
    } else if value.is_multiple_of(MINUTE_MICROS) {
        out.push(MINUTES);
        put_varint(value / MINUTE_MICROS, out);
    } else {
        out.push(DISTANCE);
        put_varint(zigzag(value.wrapping_sub(seen.last)), out);
        seen.note(value);
    }
}

fn has_meaning(head: u8) -> bool {
    usize::from(head.wrapping_sub(PHRASES_FROM)) < PHRASES.len()
        || matches!(head, AS_IT_WAS | DISTANCE | MINUTES | AGAIN)
}

fn phrase_at(rest: &[u8]) -> Option<usize> {
    // What phrases begin with.
    matches!(rest[0], 0 | 0x90 | 0x91 | 0xC0)
        .then(|| PHRASES.iter().position(|phrase| rest.starts_with(phrase)))?
}

/// How many bytes a piece has that begins with `head`; no more than there are.
fn piece_bytes(head: u8, rest: &[u8]) -> usize {
    let length = |bytes: usize| {
        let field = rest.get(1..=bytes)?;
        field.iter().try_fold(0_usize, |sum, byte| sum.checked_mul(256)?.checked_add(usize::from(*byte)))
    };
    let bytes = match head {
        0xA0..=0xBF => 1 + usize::from(head & 0x1F),
        0xC4 | 0xD9 => length(1).map_or(usize::MAX, |payload| payload + 2),
        0xC5 | 0xDA => length(2).map_or(usize::MAX, |payload| payload + 3),
        0xC6 | 0xDB => length(4).map_or(usize::MAX, |payload| payload.saturating_add(5)),
        0xCC | 0xD0 => 2,
        0xCD | 0xD1 | 0xDC => 3,
        0xCA | 0xCE | 0xD2 | 0xDD => 5,
        0xCB | 0xCF | 0xD3 => 9,
        _ => 1,
    };
    bytes.min(rest.len())
}

fn zigzag(value: u64) -> u64 {
    (value << 1) ^ (value.cast_signed() >> 63).cast_unsigned()
}

fn unzigzag(value: u64) -> u64 {
    (value >> 1) ^ (value & 1).wrapping_neg()
}

/// Appends an integer in as many bytes as it needs, seven bits each, the lowest first.
pub(crate) fn put_varint(mut value: u64, out: &mut Vec<u8>) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Takes such an integer off the front of `rest`; `None` where there is none.
pub(crate) fn take_varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        let bits = u64::from(byte & 0x7F);
        if (bits << shift) >> shift != bits {
            return None;
        }
        value |= bits << shift;
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tallybook_core::state::MemberState;

    use super::*;

    fn there_and_back(bytes: &[u8]) -> usize {
        let mut squeezed = Vec::new();
        squeeze(bytes, &mut squeezed);
        let mut back = Vec::new();
        assert_eq!(unsqueeze(&squeezed, &mut back), Some(()), "{bytes:02x?}");
        assert_eq!(back, bytes);
        squeezed.len()
    }

    /// Pieces that states are made of, pieces that have a meaning here, and ends in the middle of one.
    fn pieces() -> impl Strategy<Value = Vec<u8>> {
        let instant = 1_500_000_000_000_000..1_700_000_000_000_000_u64;
        let integer = |value: u64| [&[UINT_64][..], &value.to_be_bytes()].concat();
        let piece = prop_oneof![
            prop::sample::select(PHRASES.to_vec()).prop_map(<[u8]>::to_vec),
            prop::sample::select(vec![0, 1, 0x7F, 0x80, 0x8F, 0x90, 0xC0, 0xC1, 0xC7, 0xC8, 0xC9, 0xFF])
                .prop_map(|byte: u8| vec![byte]),
            instant.clone().prop_map(integer),
            (0..3_u64).prop_map(move |value| integer(1_600_000_000_000_000 + value)),
            instant.prop_map(move |value| integer(value / MINUTE_MICROS * MINUTE_MICROS)),
            any::<u64>().prop_map(integer),
            prop::collection::vec(any::<u8>(), 0..12),
        ];
        (prop::collection::vec(piece, 0..40), 0..12_usize).prop_map(|(pieces, cut)| {
            let mut bytes = pieces.concat();
            bytes.truncate(bytes.len().saturating_sub(cut));
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2_000) })]

        #[test]
        fn whatever_is_squeezed_comes_back(bytes in pieces()) {
            there_and_back(&bytes);
        }

        #[test]
        fn whatever_is_read_as_squeezed_gives_bytes_or_nothing(bytes in pieces()) {
            let _ = unsqueeze(&bytes, &mut Vec::new());
        }

        #[test]
        fn integers_of_any_size_come_back(value in any::<u64>(), bits in 0..64_u32) {
            let mut bytes = Vec::new();
            put_varint(value >> bits, &mut bytes);
            prop_assert_eq!(take_varint(&mut bytes.as_slice()), Some(value >> bits));
            prop_assert_eq!(take_varint(&mut &bytes[..bytes.len() - 1]), None);
        }
    }

    #[test]
    fn a_state_that_says_little_takes_little() {
        let mut bytes = Vec::new();
        tallybook_format::encode_state(&MemberState::default(), &mut bytes);
        assert!(there_and_back(&bytes) <= 12 && bytes.len() > 20);
    }
}
