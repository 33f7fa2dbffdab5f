//! Members of a replay: those used last at hand, the others packed, all of them in memory.
//!
//! A replay of a whole log comes to every member and has to keep them all, so that who is idle may take no more memory
//! than in a ledger that runs. It knows no snapshot.

use std::fmt;

use crate::fold::Member;
use crate::members::{Members, Room};

/// Members by number, from 1, in the order in which they were added.
///
/// # Panics
/// All methods that reach a member panic for a number that was never given out.
pub struct Shelf {
    members: Members,
    /// Members of whom nothing is known, for the places of those who are taken out.
    #[expect(clippy::vec_box, reason = "they change places with members, who are boxed")]
    stand_ins: Vec<Box<Member>>,
}

impl fmt::Debug for Shelf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Shelf of {} members", self.count())
    }
}

/// Without a snapshot nothing comes from outside that could be damaged.
const SOUND: &str = "what was packed here can be unpacked";

impl Shelf {
    /// Nobody yet. About so many bytes are for members at hand; the others are packed.
    pub fn new(at_hand_bytes_max: usize) -> Shelf {
        Shelf { members: Members::new(Room::for_decoded(at_hand_bytes_max)), stand_ins: Vec::new() }
    }

    /// How many members there are.
    pub fn count(&self) -> u32 {
        self.members.count()
    }

    /// Adds a member and gives the number; at most 2^32 - 1 members.
    pub fn add(&mut self, member: Member) -> u32 {
        self.members.add(member)
    }

    /// Shows a member.
    pub fn get(&mut self, number: u32) -> &Member {
        self.members.get(number).expect(SOUND)
    }

    /// Finds a member by name; of several members of one name, the last. Who is taken out is found as well.
    pub fn find(&mut self, name: &str) -> Option<u32> {
        self.members.find(name).expect(SOUND)
    }

    /// Takes a member out. Until they are put back, somebody of their name stands in, of whom nothing else is known.
    pub fn take(&mut self, number: u32) -> Box<Member> {
        let mut stand_in = self.stand_ins.pop().unwrap_or_else(|| Box::new(Member::new("")));
        stand_in.name.clone_from(&self.get(number).name);
        self.members.replace(number, stand_in).expect(SOUND)
    }

    /// Puts a member back in the place of that number.
    pub fn put(&mut self, number: u32, member: Box<Member>) {
        let stand_in = self.members.replace(number, member).expect(SOUND);
        self.stand_ins.push(stand_in);
    }

    /// Shows all members in order of number. Those who are packed stay so.
    pub fn for_each(&mut self, mut show: impl FnMut(u32, &Member)) {
        for page in 0..self.members.page_count() {
            self.members.each_of_page(page, &mut show).expect(SOUND);
        }
    }

    /// Has the processor fetch members who will be asked for next, all at once, instead of one after another.
    pub fn look_ahead(&self, numbers: impl Iterator<Item = u32>) {
        self.members.look_ahead(numbers);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_who_are_taken_out_and_put_back_are_the_same_at_hand_and_packed() {
        for at_hand_bytes_max in [0, 10_000, usize::MAX] {
            let mut shelf = Shelf::new(at_hand_bytes_max);
            let mut plain = Vec::new();
            for number in 1..=300 {
                let member = Member::new(&format!("member {number}"));
                assert_eq!(shelf.add(member.clone()), number);
                plain.push(member);
            }
            for step in 0..2_000_u32 {
                let number = step * 7_919 % 300 + 1;
                let mut member = shelf.take(number);
                assert_eq!(*member, plain[number as usize - 1]);
                assert_eq!(shelf.get(number), &Member::new(&member.name));
                assert_eq!(shelf.find(&member.name), Some(number));
                member.note_seen(step + 1);
                // Others are used meanwhile.
                shelf.look_ahead([number % 300 + 1].into_iter());
                assert_eq!(shelf.get(number % 300 + 1), &plain[number as usize % 300]);
                plain[number as usize - 1].clone_from(&member);
                shelf.put(number, member);
            }
            assert_eq!(shelf.find("nobody"), None);
            assert_eq!(shelf.add(Member::new("member 7")), 301);
            assert_eq!(shelf.find("member 7"), Some(301));
            plain.push(Member::new("member 7"));
            let mut shown = Vec::new();
            shelf.for_each(|number, member| {
                shown.push(member.clone());
                assert_eq!(shown.len(), number as usize);
            });
            assert_eq!(shown, plain);
        }
    }
}
