//! The order of members that decides between equal figures.
//!
//! Invariant: a total order over different ids, whatever the order they come in: by number when every id is made of
//! ASCII digits, bytewise otherwise. Ids that are the same number (`7` and `007`) go bytewise.

use std::cmp::Ordering;

/// Returns the places of `ids` in member order: `ids[result[0]]` comes first.
pub(crate) fn member_order(ids: &[&str]) -> Vec<usize> {
    if ids.iter().all(|id| is_number(id)) {
        sorted_places(ids, leading_number, by_number)
    } else {
        sorted_places(ids, leading_bytes, str::cmp)
    }
}

/// Sorts by `key`, then by `compare` where keys are equal. Keys never fall as ids rise, and settle most comparisons
/// without a visit to the text.
fn sorted_places(ids: &[&str], key: fn(&str) -> u64, compare: fn(&str, &str) -> Ordering) -> Vec<usize> {
    let mut keyed: Vec<(u64, usize)> = ids.iter().map(|id| key(id)).zip(0..).collect();
    keyed.sort_unstable_by(|left, right| {
        left.0.cmp(&right.0).then_with(|| compare(ids[left.1], ids[right.1]))
    });
    keyed.into_iter().map(|(_, place)| place).collect()
}

/// The number of an id of digits, or the highest one that fits.
fn leading_number(id: &str) -> u64 {
    id.parse().unwrap_or(u64::MAX)
}

/// The first eight bytes, most significant first, zeros after the end.
fn leading_bytes(id: &str) -> u64 {
    let mut bytes = [0; 8];
    for (byte, id_byte) in bytes.iter_mut().zip(id.bytes()) {
        *byte = id_byte;
    }
    u64::from_be_bytes(bytes)
}

fn is_number(id: &str) -> bool {
    !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_digit())
}

/// Compares digits as numbers of any length, without parsing them.
fn by_number(left: &str, right: &str) -> Ordering {
    let (left_digits, right_digits) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
    left_digits
        .len()
        .cmp(&right_digits.len())
        .then_with(|| left_digits.cmp(right_digits))
        .then_with(|| left.cmp(right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ordered<'a>(ids: &[&'a str]) -> Vec<&'a str> {
        member_order(ids).into_iter().map(|place| ids[place]).collect()
    }

    #[test]
    fn ids_of_digits_only_go_by_number_however_long() {
        let long = "99999999999999999999999999";
        let longer = "199999999999999999999999999";
        assert_eq!(ordered(&[longer, "18446744073709551615", long]), ["18446744073709551615", long, longer]);
        assert_eq!(ordered(&["10", long, "9", "0", "010", "2"]), ["0", "2", "9", "010", "10", long]);
    }

    #[test]
    fn one_id_that_is_no_number_makes_the_order_bytewise() {
        assert_eq!(ordered(&["10", "9", "a"]), ["10", "9", "a"]);
        assert_eq!(ordered(&["10", "9", ""]), ["", "10", "9"]);
        assert_eq!(ordered(&["é", "z", "Z"]), ["Z", "z", "é"]);
        assert_eq!(ordered(&["member-2", "member-10", "member"]), ["member", "member-10", "member-2"]);
        assert_eq!(ordered(&["a\0", "a"]), ["a", "a\0"]);
    }
}
