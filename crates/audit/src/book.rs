//! Everybody as the replay has them so far, and what they share.
//!
//! Invariant: numbers and names are those of the log; whoever cannot be followed keeps their place.

use std::collections::BTreeMap;

use tallybook::Member;
use tallybook_core::state::LedgerState;

/// A member on the way through the log.
#[derive(Debug)]
pub(crate) struct Audited {
    pub member: Member,
    /// Whether all that was recorded of the member could be followed.
    pub is_followed: bool,
}

impl Audited {
    /// Somebody of whom nothing can be followed.
    pub fn lost() -> Audited {
        Audited { member: Member::new("?"), is_followed: false }
    }
}

/// Everybody, and what they share.
#[derive(Debug, Default)]
pub(crate) struct Book {
    /// Members by number, from 1; `None` while they are taken out.
    members: Vec<Option<Box<Audited>>>,
    /// Numbers by name.
    pub names: BTreeMap<Box<str>, u32>,
    /// Budgets and stocks.
    pub ledger: LedgerState,
}

impl Book {
    /// How many members there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Adds the member of the next number.
    pub fn push(&mut self, audited: Audited) {
        self.members.push(Some(Box::new(audited)));
    }

    /// Everybody in order of number, but for who is taken out.
    pub fn iter(&self) -> impl Iterator<Item = &Audited> {
        self.members.iter().filter_map(Option::as_deref)
    }

    /// The number of the member who answers to a name: whoever it was merged into. `None` as well where an altered log
    /// merges members in a circle.
    pub fn resolve(&self, name: &str) -> Option<u32> {
        let mut number = *self.names.get(name)?;
        for _ in 0..self.members.len() {
            // Who is taken out has something done to them, and so was not merged.
            let audited = self.get(number);
            let merged_into = audited.and_then(|audited| audited.member.state.status.merged_into.as_ref());
            let Some(into) = merged_into else { return Some(number) };
            number = *self.names.get(into)?;
        }
        None
    }

    /// A member by number, from 1.
    pub fn get(&self, number: u32) -> Option<&Audited> {
        self.members.get((number as usize).checked_sub(1)?)?.as_deref()
    }

    /// Has the processor fetch members who will be asked for next, all at once, instead of one after another.
    pub fn look_ahead(&self, numbers: impl Iterator<Item = u32> + Clone) {
        let members = numbers.filter_map(|number| self.get(number));
        let touch = |touch: fn(&Member) -> i64| members.clone().fold(0, |sum, a| sum ^ touch(&a.member));
        std::hint::black_box((touch(Member::touch), touch(Member::touch_lists)));
    }

    /// Takes a member out for a while.
    ///
    /// # Panics
    /// Where there is no such member or it is out already, which only a bug can cause.
    pub fn take(&mut self, number: u32) -> Box<Audited> {
        self.members[number as usize - 1].take().expect("a member is taken out once")
    }

    /// Puts a member back.
    pub fn put(&mut self, number: u32, audited: Box<Audited>) {
        self.members[number as usize - 1] = Some(audited);
    }
}
