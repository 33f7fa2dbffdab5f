//! Everybody as the replay has them so far, and what they share.
//!
//! Invariant: numbers and names are those of the log; whoever cannot be followed keeps their place.

use tallybook::{Member, Shelf};
use tallybook_core::state::LedgerState;

/// A member on the way through the log.
#[derive(Debug)]
pub(crate) struct Audited {
    pub member: Box<Member>,
    /// Whether all that was recorded of the member could be followed.
    pub is_followed: bool,
}

impl Audited {
    /// Somebody who did nothing yet.
    pub fn new(name: &str, is_followed: bool) -> Audited {
        Audited { member: Box::new(Member::new(name)), is_followed }
    }

    /// Somebody of whom nothing can be followed.
    pub fn lost() -> Audited {
        Audited::new("?", false)
    }
}

/// Everybody, and what they share.
#[derive(Debug)]
pub(crate) struct Book {
    /// Members by number, from 1.
    members: Shelf,
    /// Who can be followed, by number, from 1. Who is taken out is not.
    is_followed: Vec<bool>,
    /// Whether two members were given one name.
    pub has_repeated_name: bool,
    /// Budgets and stocks.
    pub ledger: LedgerState,
}

impl Book {
    /// Nobody yet. About so many bytes are for members at hand; the others are packed.
    pub fn new(at_hand_bytes_max: usize) -> Book {
        Book {
            members: Shelf::new(at_hand_bytes_max),
            is_followed: Vec::new(),
            has_repeated_name: false,
            ledger: LedgerState::default(),
        }
    }

    /// How many members there are.
    pub fn len(&self) -> usize {
        self.is_followed.len()
    }

    /// Adds the member of the next number.
    pub fn push(&mut self, Audited { member, is_followed }: Audited) {
        self.members.add(*member);
        self.is_followed.push(is_followed);
    }

    /// Whether a member is known and can be followed.
    pub fn is_followed(&self, number: u32) -> bool {
        let index = (number as usize).wrapping_sub(1);
        self.is_followed.get(index).copied().unwrap_or(false)
    }

    /// Whether everybody can be followed.
    pub fn all_followed(&self) -> bool {
        self.is_followed.iter().all(|is_followed| *is_followed)
    }

    /// Shows everybody who can be followed, in order of number.
    pub fn for_each_followed(&mut self, mut show: impl FnMut(&Member)) {
        let Book { members, is_followed, .. } = self;
        members.for_each(|number, member| {
            if is_followed[number as usize - 1] {
                show(member);
            }
        });
    }

    /// Shows everybody by rising name.
    pub fn for_each_by_name(&mut self, mut show: impl FnMut(&Member)) {
        let mut by_name: Vec<(Box<str>, u32)> = Vec::with_capacity(self.len());
        self.members.for_each(|number, member| by_name.push((member.name.clone(), number)));
        by_name.sort_unstable();
        by_name.iter().for_each(|(_, number)| show(self.members.get(*number)));
    }

    /// The number of the member who has a name; of several, the last.
    pub fn find(&mut self, name: &str) -> Option<u32> {
        self.members.find(name)
    }

    /// The number of the member who answers to a name: whoever it was merged into. `None` as well where an altered log
    /// merges members in a circle.
    pub fn resolve(&mut self, name: &str) -> Option<u32> {
        let mut number = self.find(name)?;
        for _ in 0..self.len() {
            let Some(into) = self.members.get(number).state.status.merged_into.clone() else {
                return Some(number);
            };
            number = self.find(&into)?;
        }
        None
    }

    /// A member by number, from 1.
    pub fn get(&mut self, number: u32) -> Option<&Member> {
        (1..=self.members.count()).contains(&number).then(|| self.members.get(number))
    }

    /// Has the processor fetch members who will be asked for next, all at once, instead of one after another.
    pub fn look_ahead(&self, numbers: impl Iterator<Item = u32>) {
        self.members.look_ahead(numbers);
    }

    /// Takes a member out for a while.
    ///
    /// # Panics
    /// Where there is no such member, which only a bug can cause.
    pub fn take(&mut self, number: u32) -> Audited {
        let is_followed = std::mem::replace(&mut self.is_followed[number as usize - 1], false);
        Audited { member: self.members.take(number), is_followed }
    }

    /// Puts a member back.
    pub fn put(&mut self, number: u32, Audited { member, is_followed }: Audited) {
        self.members.put(number, member);
        self.is_followed[number as usize - 1] = is_followed;
    }
}
