//! Where each idempotency key of a member was used: so that an import that comes again need not walk a member's chain
//! for every line of it.
//!
//! Invariants:
//! - a member held here is held whole: all keys in the log and in flight, none made up;
//! - it is a cache: what it says is read from the log before it counts, and forgetting it costs one walk of the chain.
//!
//! It does not know keys, only their fingerprints; the text in the record decides.

use std::collections::{BTreeMap, HashMap};

use smallvec::SmallVec;
use tallybook_log::Position;

/// Most keys that are held for all members together, unless a single member has more.
pub(crate) const RECALL_KEYS_MAX: usize = 1_000_000;

/// The first facts that carry a fingerprint: one, but for collisions.
pub(crate) type Places = SmallVec<[Position; 1]>;

/// The keys of the members who were asked about last.
#[derive(Debug)]
pub(crate) struct Recall {
    members: HashMap<u32, Keys>,
    /// Members by when they were asked about last, oldest first.
    by_use: BTreeMap<u64, u32>,
    next_use: u64,
    key_count: usize,
    key_count_max: usize,
}

/// One member's keys.
#[derive(Debug, Default)]
struct Keys {
    places: HashMap<u32, Places>,
    key_count: usize,
    used: u64,
}

impl Recall {
    /// Nothing yet; holds about so many keys.
    pub(crate) fn new(key_count_max: usize) -> Recall {
        Recall { members: HashMap::new(), by_use: BTreeMap::new(), next_use: 0, key_count: 0, key_count_max }
    }

    /// Where a member's keys of a fingerprint are; `None` where the member is not held.
    pub(crate) fn places(&mut self, member: u32, fingerprint: u32) -> Option<Places> {
        let keys = self.members.get_mut(&member)?;
        self.by_use.remove(&keys.used);
        keys.used = self.next_use;
        self.by_use.insert(keys.used, member);
        self.next_use += 1;
        Some(keys.places.get(&fingerprint).cloned().unwrap_or_default())
    }

    /// Takes in all keys of a member, and lets go of the members who were asked about longest ago.
    pub(crate) fn hold(&mut self, member: u32, keys: impl IntoIterator<Item = (u32, Position)>) {
        self.let_go(member);
        self.members.insert(member, Keys { used: self.next_use, ..Keys::default() });
        self.by_use.insert(self.next_use, member);
        self.next_use += 1;
        for (fingerprint, position) in keys {
            self.note(member, fingerprint, position);
        }
    }

    /// Notes a key just used; does nothing for a member who is not held.
    pub(crate) fn note(&mut self, member: u32, fingerprint: u32, position: Position) {
        let Some(keys) = self.members.get_mut(&member) else { return };
        keys.places.entry(fingerprint).or_default().push(position);
        keys.key_count += 1;
        self.key_count += 1;
        self.keep_within_limit(member);
    }

    /// Lets go of members until the limit holds, but never of the one in use.
    fn keep_within_limit(&mut self, in_use: u32) {
        while self.key_count > self.key_count_max {
            let Some(oldest) = self.by_use.values().copied().find(|member| *member != in_use) else { return };
            self.let_go(oldest);
        }
    }

    /// Forgets one member, as when they took another in.
    pub(crate) fn forget(&mut self, member: u32) {
        self.let_go(member);
    }

    /// Forgets everything, as when the log went back.
    pub(crate) fn clear(&mut self) {
        *self = Recall::new(self.key_count_max);
    }

    fn let_go(&mut self, member: u32) {
        if let Some(keys) = self.members.remove(&member) {
            self.by_use.remove(&keys.used);
            self.key_count -= keys.key_count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(count: u32) -> Vec<(u32, Position)> {
        (1..=count).map(|n| (n, Position(u64::from(n)))).collect()
    }

    #[test]
    fn keys_with_one_fingerprint_are_all_found() {
        let mut recall = Recall::new(10);
        recall.hold(1, [(7, Position(70)), (8, Position(80))]);
        recall.note(1, 7, Position(90));
        assert_eq!(recall.places(1, 7).unwrap().as_slice(), [Position(70), Position(90)]);
        assert_eq!(recall.places(1, 9), Some(Places::new()));
        assert_eq!(recall.places(2, 7), None);
    }

    #[test]
    fn the_member_asked_about_longest_ago_is_let_go_first() {
        let mut recall = Recall::new(10);
        recall.hold(1, keys(4));
        recall.hold(2, keys(4));
        assert!(recall.places(1, 1).is_some());
        recall.hold(3, keys(4));
        assert_eq!(recall.places(2, 1), None);
        assert!(recall.places(1, 1).is_some() && recall.places(3, 1).is_some());
        assert_eq!(recall.key_count, 8);
    }

    #[test]
    fn one_member_beyond_the_limit_is_held_alone() {
        let mut recall = Recall::new(10);
        recall.hold(1, keys(4));
        recall.hold(2, keys(50));
        assert_eq!(recall.places(1, 1), None);
        assert!(recall.places(2, 50).is_some());
        recall.hold(3, keys(1));
        assert_eq!((recall.places(2, 50), recall.key_count), (None, 1));
    }
}
