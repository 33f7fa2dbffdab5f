//! Members packed into pages: how a snapshot stores them, and how memory keeps those who are idle.
//!
//! A page holds the members of 64 neighbouring numbers, and any of them can be read without the others. Lengths, counts,
//! positions and numbers are varints:
//!
//! ```text
//! page    count, the length of each member, the members
//! member  name with its length before it, head, seen (count, then u32 each, little-endian), absorbed (count, then
//!         number, head and lot offset each), the state, squeezed
//! ```
//!
//! Invariant: equal members have equal bytes, so that a page packed again is the same page.
//!
//! It does not check sums: the store of snapshots does.

use tallybook_format::{STATE_VERSION, decode_state, encode_state};
use tallybook_log::Position;
use tallybook_snapshot::Doubt;

use crate::fold::{Absorbed, Member};
use crate::squeeze::{put_varint, squeeze, take_varint, unsqueeze};

/// Members in a page.
pub(crate) const PAGE_MEMBERS: u32 = 64;
/// The version of a snapshot's pages, with that of the states in them. A snapshot with another is thrown away.
pub(crate) const SNAPSHOT_VERSION: u32 = 2 << 8 | STATE_VERSION as u32;

/// A page of members as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PackedPage {
    bytes: Box<[u8]>,
    member_count: u8,
    /// Where the members begin, after their lengths.
    members_from: u16,
}

impl PackedPage {
    /// A page of nobody.
    pub(crate) fn empty() -> PackedPage {
        PackedPage::new(&[])
    }

    /// Puts members together.
    ///
    /// # Panics
    /// With more than [`PAGE_MEMBERS`].
    pub(crate) fn new(members: &[&[u8]]) -> PackedPage {
        assert!(members.len() <= PAGE_MEMBERS as usize, "a page has room for {PAGE_MEMBERS} members");
        let bytes = members.iter().map(|member| member.len() + 2).sum::<usize>() + 1;
        let mut out = Vec::with_capacity(bytes);
        put_len(members.len(), &mut out);
        members.iter().for_each(|member| put_len(member.len(), &mut out));
        let members_from = out.len() as u16;
        members.iter().for_each(|member| out.extend_from_slice(member));
        PackedPage { bytes: out.into(), member_count: members.len() as u8, members_from }
    }

    /// Takes a page that a snapshot stored.
    ///
    /// # Errors
    /// [`Doubt`] where the bytes are not such a page. The members themselves are not read.
    pub(crate) fn of_bytes(bytes: Vec<u8>) -> Result<PackedPage, Doubt> {
        let mut rest = bytes.as_slice();
        let count = take_len(&mut rest)?;
        if count > PAGE_MEMBERS as usize {
            return Err(doubt("it has too many members"));
        }
        let mut total: usize = 0;
        for _ in 0..count {
            total = total.checked_add(take_len(&mut rest)?).ok_or_else(|| doubt("a member is too long"))?;
        }
        if total != rest.len() {
            return Err(doubt("its members have another length"));
        }
        let members_from = (bytes.len() - rest.len()) as u16;
        Ok(PackedPage { bytes: bytes.into(), member_count: count as u8, members_from })
    }

    /// The page as a snapshot stores it.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many members it has.
    pub(crate) fn member_count(&self) -> usize {
        usize::from(self.member_count)
    }

    /// The members' bytes, in order of place.
    pub(crate) fn members(&self) -> impl Iterator<Item = &[u8]> {
        let (lengths, mut rest) = self.bytes.split_at(usize::from(self.members_from));
        self.lengths(lengths).map(move |length| {
            let (member, after) = rest.split_at(length);
            rest = after;
            member
        })
    }

    /// A member's bytes by place, from 0.
    ///
    /// # Panics
    /// Past the end.
    fn member(&self, index: usize) -> &[u8] {
        assert!(index < self.member_count(), "the page has no member {index}");
        let (lengths, members) = self.bytes.split_at(usize::from(self.members_from));
        let mut lengths = self.lengths(lengths);
        let from = lengths.by_ref().take(index).sum::<usize>();
        &members[from..from + lengths.next().unwrap_or(0)]
    }

    fn lengths<'a>(&self, mut bytes: &'a [u8]) -> impl Iterator<Item = usize> + use<'a> {
        let mut length = move || take_len(&mut bytes).expect("lengths were checked when the page was made");
        let _count = length();
        (0..self.member_count()).map(move |_| length())
    }

    /// Unpacks one member.
    ///
    /// # Errors
    /// [`Doubt`] where the bytes are no member.
    pub(crate) fn decode(&self, index: usize) -> Result<Member, Doubt> {
        decode_member(self.member(index))
    }

    /// A member's name, without the rest.
    ///
    /// # Errors
    /// [`Doubt`] where the bytes are no member.
    pub(crate) fn name(&self, index: usize) -> Result<&str, Doubt> {
        take_name(&mut self.member(index))
    }
}

/// Packs a member.
pub(crate) fn encode_member(member: &Member, out: &mut Vec<u8>) {
    put_len(member.name.len(), out);
    out.extend_from_slice(member.name.as_bytes());
    put_varint(member.head.0, out);
    put_len(member.seen.len(), out);
    member.seen.iter().for_each(|fingerprint| out.extend_from_slice(&fingerprint.to_le_bytes()));
    put_len(member.absorbed.len(), out);
    for Absorbed { number, head, lot_offset } in &member.absorbed {
        put_varint(u64::from(*number), out);
        put_varint(head.0, out);
        put_varint(u64::from(*lot_offset), out);
    }
    let mut state = Vec::with_capacity(256);
    encode_state(&member.state, &mut state);
    squeeze(&state, out);
}

fn decode_member(mut rest: &[u8]) -> Result<Member, Doubt> {
    let early = || doubt("a member ends early");
    let name = take_name(&mut rest)?.into();
    let head = Position(take_varint(&mut rest).ok_or_else(early)?);
    let seen_count = take_len(&mut rest)?;
    let seen_bytes = seen_count.checked_mul(4).ok_or_else(early)?;
    let (seen, after) = rest.split_at_checked(seen_bytes).ok_or_else(early)?;
    let seen = seen.as_chunks().0.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect();
    rest = after;
    let absorbed_count = take_len(&mut rest)?;
    let absorbed = (0..absorbed_count).map(|_| take_absorbed(&mut rest)).collect::<Result<_, _>>()?;
    let mut state = Vec::with_capacity(256);
    unsqueeze(rest, &mut state).ok_or_else(|| doubt("a state cannot be read"))?;
    let state = decode_state(&state).map_err(|error| doubt(&error.to_string()))?;
    Ok(Member { name, head, seen, absorbed, state })
}

fn take_name<'a>(rest: &mut &'a [u8]) -> Result<&'a str, Doubt> {
    let name_bytes = take_len(rest)?;
    let (name, after) = rest.split_at_checked(name_bytes).ok_or_else(|| doubt("a member ends early"))?;
    *rest = after;
    std::str::from_utf8(name).map_err(|_| doubt("a name is no text"))
}

fn take_absorbed(rest: &mut &[u8]) -> Result<Absorbed, Doubt> {
    let mut next = || take_varint(rest).ok_or_else(|| doubt("a member ends early"));
    let (number, head, lot_offset) = (next()?, next()?, next()?);
    let small = |value: u64| u32::try_from(value).map_err(|_| doubt("a number is too large"));
    Ok(Absorbed { number: small(number)?, head: Position(head), lot_offset: small(lot_offset)? })
}

fn put_len(len: usize, out: &mut Vec<u8>) {
    put_varint(len as u64, out);
}

fn take_len(rest: &mut &[u8]) -> Result<usize, Doubt> {
    let len = take_varint(rest).and_then(|len| usize::try_from(len).ok());
    len.ok_or_else(|| doubt("a length is missing"))
}

fn doubt(what: &str) -> Doubt {
    Doubt { what: format!("a page of members is malformed: {what}") }
}
