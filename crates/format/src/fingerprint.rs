//! 32-bit fingerprints of keys and subjects, which record headers carry so that scans can skip most records.
//!
//! The function is XXH32 (Yann Collet's specification) over the UTF-8 bytes, with the domain's number as seed, and 1 in
//! place of 0, as 0 in a header means "none". It is stored, and so never changes.
//!
//! A fingerprint only says where to look: two texts may share one, and the text in the body decides. It is no protection
//! against texts that are chosen to collide; those cost time and nothing else.

use tallybook_core::fact::Subject;

/// What a text names; texts of different domains have unrelated fingerprints. The discriminant is the hash's seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum FingerprintDomain {
    /// An idempotency key.
    Key = 1,
    /// An order's name.
    Order = 2,
    /// A redemption's or hold's name.
    Redemption = 3,
}

/// The fingerprint of a text within a domain; never 0.
pub fn fingerprint32(domain: FingerprintDomain, text: &str) -> u32 {
    xxh32(text.as_bytes(), u32::from(domain as u8)).max(1)
}

/// The fingerprint of an idempotency key, given or natural.
pub fn key_fingerprint(key: &str) -> u32 {
    fingerprint32(FingerprintDomain::Key, key)
}

/// The fingerprint of what a fact is about.
pub fn subject_fingerprint(subject: Subject<'_>) -> u32 {
    match subject {
        Subject::Order(name) => fingerprint32(FingerprintDomain::Order, name),
        Subject::Redemption(name) => fingerprint32(FingerprintDomain::Redemption, name),
    }
}

const PRIME_1: u32 = 0x9E37_79B1;
const PRIME_2: u32 = 0x85EB_CA77;
const PRIME_3: u32 = 0xC2B2_AE3D;
const PRIME_4: u32 = 0x27D4_EB2F;
const PRIME_5: u32 = 0x1656_67B1;

fn xxh32(bytes: &[u8], seed: u32) -> u32 {
    let (stripes, tail) = bytes.as_chunks::<16>();
    let mut hash = if stripes.is_empty() {
        seed.wrapping_add(PRIME_5)
    } else {
        let mut lanes = [
            seed.wrapping_add(PRIME_1).wrapping_add(PRIME_2),
            seed.wrapping_add(PRIME_2),
            seed,
            seed.wrapping_sub(PRIME_1),
        ];
        for stripe in stripes {
            for (lane, word) in lanes.iter_mut().zip(stripe.as_chunks::<4>().0) {
                *lane = lane
                    .wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIME_2))
                    .rotate_left(13)
                    .wrapping_mul(PRIME_1);
            }
        }
        lanes
            .iter()
            .zip([1, 7, 12, 18])
            .fold(0, |sum: u32, (lane, turn)| sum.wrapping_add(lane.rotate_left(turn)))
    };
    // The specification takes the length modulo 2^32.
    hash = hash.wrapping_add(bytes.len() as u32);
    let (words, rest) = tail.as_chunks::<4>();
    for word in words {
        hash = hash
            .wrapping_add(u32::from_le_bytes(*word).wrapping_mul(PRIME_3))
            .rotate_left(17)
            .wrapping_mul(PRIME_4);
    }
    for byte in rest {
        hash =
            hash.wrapping_add(u32::from(*byte).wrapping_mul(PRIME_5)).rotate_left(11).wrapping_mul(PRIME_1);
    }
    hash = (hash ^ (hash >> 15)).wrapping_mul(PRIME_2);
    hash = (hash ^ (hash >> 13)).wrapping_mul(PRIME_3);
    hash ^ (hash >> 16)
}
