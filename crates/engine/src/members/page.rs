//! The members of 64 neighbouring numbers: packed together, and those in use decoded beside.
//!
//! It knows nothing of other pages, of memory at large, or of snapshots.

use smallvec::SmallVec;
use tallybook_core::calendar::Instant;

use crate::fold::Member;
use crate::packed::{PAGE_MEMBERS, PackedPage, encode_member};

/// The members of 64 neighbouring numbers.
pub(super) struct Page {
    /// `None` while only the snapshot has the page.
    pub(super) packed: Option<PackedPage>,
    /// Members who were used.
    pub(super) decoded: InUse,
    /// Whether the snapshot has the page otherwise, or not at all.
    pub(super) is_changed: bool,
    /// Nothing of the members is due before this; [`Instant::MIN`] where that is not known.
    pub(super) due: Instant,
}

/// A page's decoded members, in order of their places.
///
/// Invariant: `places` has a bit for each of `members`, so that one is found by counting bits, without looking at others.
pub(super) struct InUse {
    places: u64,
    pub(super) members: Vec<Decoded>,
}

/// A member who was used.
pub(super) struct Decoded {
    pub(super) member: Box<Member>,
    pub(super) memory_bytes: usize,
    /// Whether the packed page has the member otherwise, or not at all.
    pub(super) is_ahead: bool,
    /// Whether the member was used since the hand came by.
    pub(super) is_used: bool,
}

impl InUse {
    const NONE: InUse = InUse { places: 0, members: Vec::new() };

    /// Where a member is among `members`, or would have to be.
    pub(super) fn find(&self, index: usize) -> Result<usize, usize> {
        let bit = 1_u64 << index;
        let at = (self.places & (bit - 1)).count_ones() as usize;
        if self.places & bit == 0 { Err(at) } else { Ok(at) }
    }

    pub(super) fn insert(&mut self, index: usize, at: usize, decoded: Decoded) {
        self.places |= 1 << index;
        self.members.insert(at, decoded);
    }

    /// The members with their places.
    fn iter_mut(&mut self) -> impl Iterator<Item = (usize, &mut Decoded)> {
        let places = self.places;
        (0..PAGE_MEMBERS as usize).filter(move |index| places >> index & 1 == 1).zip(&mut self.members)
    }

    /// Lets go of members who were not used since the hand came by, and takes the others' mark.
    pub(super) fn let_go(&mut self) {
        let mut kept = 0;
        for (index, decoded) in self.iter_mut() {
            kept |= u64::from(decoded.is_used) << index;
        }
        self.places = kept;
        self.members.retain(|decoded| decoded.is_used);
        self.members.shrink_to_fit();
        self.members.iter_mut().for_each(|decoded| decoded.is_used = false);
    }
}

impl Page {
    /// A page that only the snapshot has.
    pub(super) const STORED: Page =
        Page { packed: None, decoded: InUse::NONE, is_changed: false, due: Instant::MIN };

    pub(super) fn packed_bytes(&self) -> usize {
        self.packed.as_ref().map_or(0, |packed| packed.bytes().len())
    }

    pub(super) fn decoded_bytes(&self) -> usize {
        self.decoded.members.iter().map(|decoded| decoded.memory_bytes).sum()
    }

    pub(super) fn packed(&self) -> &PackedPage {
        self.packed.as_ref().expect("the page was loaded before")
    }

    /// Packs again what decoded members have become; only those about to be let go, where `spares_used` says so, and all
    /// who are not packed yet, as members are added one after the other.
    pub(super) fn pack(&mut self, spares_used: bool) {
        let packed_count = self.packed.as_ref().map_or(0, PackedPage::member_count);
        let is_due = |index: usize, decoded: &Decoded| {
            decoded.is_ahead && (!spares_used || !decoded.is_used || index >= packed_count)
        };
        let mut fresh = Vec::new();
        let mut ends = SmallVec::<[(usize, usize); PAGE_MEMBERS as usize]>::new();
        for (index, decoded) in self.decoded.iter_mut().filter(|(index, decoded)| is_due(*index, decoded)) {
            encode_member(&decoded.member, &mut fresh);
            ends.push((index, fresh.len()));
            decoded.is_ahead = false;
        }
        if ends.is_empty() {
            return;
        }
        let packed = self.packed();
        let mut members: SmallVec<[&[u8]; PAGE_MEMBERS as usize]> = packed.members().collect();
        let mut from = 0;
        for (index, end) in ends {
            if index == members.len() {
                members.push(&fresh[from..end])
            } else {
                members[index] = &fresh[from..end]
            }
            from = end;
        }
        let packed = PackedPage::new(&members);
        drop(members);
        self.packed = Some(packed);
    }
}
