//! Where member states live: those used last decoded in memory, others packed in memory, the rest in the current snapshot.
//!
//! Invariants:
//! - a member changed since the snapshot stays in memory, decoded or packed, until the next snapshot holds them;
//! - a packed page says what a fold says, but for the members who are decoded and ahead of it;
//! - a page that the snapshot should have and cannot give is a [`Doubt`]; nothing is ever made up for it.

mod page;

use smallvec::SmallVec;
use tallybook_core::calendar::Instant;
use tallybook_snapshot::{Doubt, PageId, PageStore, SnapshotError, Snapshots, Watermark};

use crate::directory::Directory;
use crate::fold::Member;
use crate::packed::{PAGE_MEMBERS, PackedPage};
use crate::pages::{Extra, MEMBER_PAGES};
use page::{Decoded, InUse, Page};

/// Members who are looked at together before the first of them is dealt with.
pub(crate) const LOOK_AHEAD: usize = 32;
/// Which part of their room decoded members keep, however much packed ones need.
const DECODED_LEAST_SHARE: usize = 16;
/// Pages that are packed without another thread's help.
const PACKED_ALONE_MAX: usize = 16;

/// How much memory members may take, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// Decoded and packed ones.
    all: usize,
    /// Decoded ones.
    decoded: usize,
}

impl Room {
    /// Room for all members: half of it at most for decoded ones, and less where packed ones need it.
    pub(crate) fn for_all(bytes: usize) -> Room {
        Room { all: bytes, decoded: bytes / 2 }
    }

    /// Room for decoded members, whatever the packed ones take.
    pub(crate) fn for_decoded(bytes: usize) -> Room {
        Room { all: usize::MAX, decoded: bytes }
    }

    /// What decoded members may take beside packed ones.
    fn decoded_beside(self, packed_bytes: usize) -> usize {
        let left = self.all.saturating_sub(packed_bytes);
        left.clamp(self.decoded / DECODED_LEAST_SHARE, self.decoded)
    }
}

/// The members of a ledger.
pub(crate) struct Members {
    store: Option<Box<dyn PageStore>>,
    directory: Directory,
    pages: Vec<Page>,
    count: u32,
    packed_bytes: usize,
    decoded_bytes: usize,
    room: Room,
    /// The page from which decoded members are let go next.
    hand: usize,
}

/// A member's page and place in it. Numbers start at 1.
fn place(number: u32) -> (u32, usize) {
    ((number - 1) / PAGE_MEMBERS, ((number - 1) % PAGE_MEMBERS) as usize)
}

impl Members {
    /// No members, with room for some.
    pub(crate) fn new(room: Room) -> Members {
        Members { room, ..Members::empty() }
    }

    /// No members.
    pub(crate) fn empty() -> Members {
        Members {
            store: None,
            directory: Directory::default(),
            pages: Vec::new(),
            count: 0,
            packed_bytes: 0,
            decoded_bytes: 0,
            room: Room::for_all(0),
            hand: 0,
        }
    }

    /// The members of a snapshot.
    pub(crate) fn of_snapshot(store: Box<dyn PageStore>, extra: &Extra, room: Room) -> Members {
        let page_count = extra.member_count.div_ceil(PAGE_MEMBERS) as usize;
        Members {
            store: Some(store),
            directory: Directory::of_snapshot(extra.name_pages, extra.member_count),
            count: extra.member_count,
            pages: std::iter::repeat_with(|| Page::STORED).take(page_count).collect(),
            ..Members::new(room)
        }
    }

    /// Only a snapshot's store, on its way to be thrown away.
    pub(crate) fn of_doubted(store: Box<dyn PageStore>) -> Members {
        Members { store: Some(store), ..Members::empty() }
    }

    /// How many members there are; their numbers run from 1 to this.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// About how much memory the loaded states take.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.packed_bytes + self.decoded_bytes
    }

    /// Gives up the snapshot's store, as when it is doubted.
    pub(crate) fn into_store(self) -> Option<Box<dyn PageStore>> {
        self.store
    }

    /// Finds a member's number by name; of several members of one name, which only an altered log has, the newest.
    pub(crate) fn find(&mut self, name: &str) -> Result<Option<u32>, Doubt> {
        for number in self.directory.candidates(name) {
            if self.is_named(number, name)? {
                return Ok(Some(number));
            }
        }
        self.directory.find_stored(name, self.store.as_deref())
    }

    fn is_named(&mut self, number: u32, name: &str) -> Result<bool, Doubt> {
        let (page_number, index) = place(number);
        self.load(page_number)?;
        let page = &self.pages[page_number as usize];
        Ok(match page.decoded.find(index) {
            Ok(at) => *page.decoded.members[at].member.name == *name,
            Err(_) => page.packed().name(index)? == name,
        })
    }

    /// Finds the number of the member who answers to a name: whoever it was merged into.
    pub(crate) fn resolve(&mut self, name: &str) -> Result<Option<u32>, Doubt> {
        let mut found = self.find(name)?;
        while let Some(number) = found {
            let Some(into) = self.get(number)?.state.status.merged_into.clone() else { break };
            found = self.find(&into)?;
        }
        Ok(found)
    }

    /// The numbers of members who most likely have these names, as far as that is in memory.
    pub(crate) fn known<'a>(&self, names: impl Iterator<Item = &'a str>) -> SmallVec<[u32; LOOK_AHEAD]> {
        names.filter_map(|name| self.directory.candidates(name).first().copied()).collect()
    }

    /// Brings members who will be asked for next into the processor's caches, as far as they are decoded. No step waits
    /// for one member's memory before it asks for the next one's, so that many are fetched at a time.
    pub(crate) fn look_ahead(&self, numbers: impl Iterator<Item = u32>) {
        let places = numbers.filter(|number| (1..=self.count).contains(number)).map(place);
        let in_use = places.filter_map(|(page, index)| {
            let decoded = &self.pages[page as usize].decoded;
            Some((decoded, decoded.find(index).ok()?))
        });
        let in_use: SmallVec<[(&InUse, usize); LOOK_AHEAD]> = in_use.collect();
        let members = in_use.iter().map(|(decoded, at)| decoded.members[*at].member.as_ref());
        let members: SmallVec<[&Member; LOOK_AHEAD]> = members.collect();
        std::hint::black_box(members.iter().fold(0, |sum, member| sum ^ member.touch()));
        std::hint::black_box(members.iter().fold(0, |sum, member| sum ^ member.touch_lists()));
    }

    /// Sees to it that another member can be added.
    pub(crate) fn make_room(&mut self) -> Result<(), Doubt> {
        if self.count.is_multiple_of(PAGE_MEMBERS) { Ok(()) } else { self.load(place(self.count).0) }
    }

    /// Adds a member and gives the number.
    ///
    /// # Panics
    /// At 2^32 members in one ledger, and without [`make_room`](Members::make_room) before.
    pub(crate) fn add(&mut self, member: Member) -> u32 {
        let number = self.count.checked_add(1).expect("one ledger holds fewer than 2^32 members");
        let (page_number, index) = place(number);
        self.keep_decoded_within();
        if index == 0 {
            self.pages.push(Page { packed: Some(PackedPage::empty()), ..Page::STORED });
            self.packed_bytes += PackedPage::empty().bytes().len();
        }
        self.count = number;
        self.directory.add(&member.name, number);
        let memory_bytes = member.memory_bytes();
        let page = &mut self.pages[page_number as usize];
        assert!(page.packed.is_some(), "room was made before");
        let member = Box::new(member);
        let at = page.decoded.members.len();
        page.decoded.insert(index, at, Decoded { member, memory_bytes, is_ahead: true, is_used: true });
        page.is_changed = true;
        page.due = Instant::MIN;
        self.decoded_bytes += memory_bytes;
        number
    }

    /// Reads a member.
    pub(crate) fn get(&mut self, number: u32) -> Result<&Member, Doubt> {
        let (page, at) = self.reach(number)?;
        Ok(&page.decoded.members[at].member)
    }

    /// Changes a member.
    pub(crate) fn change<T>(
        &mut self,
        number: u32,
        change: impl FnOnce(&mut Member) -> T,
    ) -> Result<T, Doubt> {
        let (page, at) = self.reach(number)?;
        let decoded = &mut page.decoded.members[at];
        let changed = change(&mut decoded.member);
        let before = std::mem::replace(&mut decoded.memory_bytes, decoded.member.memory_bytes());
        let after = decoded.memory_bytes;
        decoded.is_ahead = true;
        page.is_changed = true;
        page.due = Instant::MIN;
        self.decoded_bytes = self.decoded_bytes + after - before;
        Ok(changed)
    }

    /// Puts another in a member's place, and gives who was there. Nothing is moved in memory.
    pub(crate) fn replace(&mut self, number: u32, member: Box<Member>) -> Result<Box<Member>, Doubt> {
        let memory_bytes = member.memory_bytes();
        let (page, at) = self.reach(number)?;
        let decoded = &mut page.decoded.members[at];
        let before = std::mem::replace(&mut decoded.memory_bytes, memory_bytes);
        decoded.is_ahead = true;
        page.is_changed = true;
        page.due = Instant::MIN;
        let replaced = std::mem::replace(&mut decoded.member, member);
        self.decoded_bytes = self.decoded_bytes + memory_bytes - before;
        Ok(replaced)
    }

    /// How many pages there are.
    pub(crate) fn page_count(&self) -> u32 {
        self.count.div_ceil(PAGE_MEMBERS)
    }

    /// Shows the members of a page with their numbers. Those who are packed stay so: to be seen is not to be used.
    pub(crate) fn each_of_page(
        &mut self,
        page_number: u32,
        mut show: impl FnMut(u32, &Member),
    ) -> Result<(), Doubt> {
        self.load(page_number)?;
        let first = page_number * PAGE_MEMBERS + 1;
        let page = &self.pages[page_number as usize];
        for (number, index) in (first..=self.count).zip(0..PAGE_MEMBERS as usize) {
            match page.decoded.find(index) {
                Ok(at) => show(number, &page.decoded.members[at].member),
                Err(_) => show(number, &page.packed().decode(index)?),
            }
        }
        Ok(())
    }

    /// An instant before which nothing of a page's members is due.
    pub(crate) fn page_due(&self, page_number: u32) -> Instant {
        self.pages[page_number as usize].due
    }

    /// Notes when something of a page's members is due first.
    pub(crate) fn set_page_due(&mut self, page_number: u32, due: Instant) {
        self.pages[page_number as usize].due = due;
    }

    /// Forgets what was known of dues, as when a new programme version may change them.
    pub(crate) fn forget_dues(&mut self) {
        self.pages.iter_mut().for_each(|page| page.due = Instant::MIN);
    }

    /// Decodes a member who is not yet, and gives the page with the place among its decoded members.
    fn reach(&mut self, number: u32) -> Result<(&mut Page, usize), Doubt> {
        let (page_number, index) = place(number);
        self.keep_decoded_within();
        self.load(page_number)?;
        let page = &mut self.pages[page_number as usize];
        let at = match page.decoded.find(index) {
            Ok(at) => at,
            Err(at) => {
                let member = Box::new(page.packed().decode(index)?);
                let memory_bytes = member.memory_bytes();
                self.decoded_bytes += memory_bytes;
                let decoded = Decoded { member, memory_bytes, is_ahead: false, is_used: true };
                page.decoded.insert(index, at, decoded);
                at
            }
        };
        page.decoded.members[at].is_used = true;
        Ok((page, at))
    }

    fn load(&mut self, page_number: u32) -> Result<(), Doubt> {
        let page = &mut self.pages[page_number as usize];
        if page.packed.is_some() {
            return Ok(());
        }
        let missing = || Doubt { what: format!("page {page_number} of the members is missing") };
        let store = self.store.as_ref().ok_or_else(missing)?;
        let bytes =
            store.get(PageId { kind: MEMBER_PAGES, number: u64::from(page_number) })?.ok_or_else(missing)?;
        let packed = PackedPage::of_bytes(bytes)?;
        let expected = (self.count - page_number * PAGE_MEMBERS).min(PAGE_MEMBERS) as usize;
        if packed.member_count() != expected {
            return Err(Doubt {
                what: format!("page {page_number} holds another number of members than it should"),
            });
        }
        self.packed_bytes += packed.bytes().len();
        page.packed = Some(packed);
        Ok(())
    }

    /// Lets go of decoded members until the rest is within its limit, page by page; those used since the last time round
    /// are spared once. So using a member costs packing about one page at most.
    fn keep_decoded_within(&mut self) {
        while self.decoded_bytes > self.room.decoded_beside(self.packed_bytes) {
            let page_count = self.pages.len();
            let page = &mut self.pages[self.hand];
            self.hand = (self.hand + 1) % page_count;
            if page.decoded.members.is_empty() {
                continue;
            }
            let before = (page.packed_bytes(), page.decoded_bytes());
            if page.decoded.members.iter().any(|decoded| !decoded.is_used) {
                page.pack(true);
            }
            page.decoded.let_go();
            self.packed_bytes = self.packed_bytes + page.packed_bytes() - before.0;
            self.decoded_bytes = self.decoded_bytes + page.decoded_bytes() - before.1;
        }
    }

    /// Lets go of unchanged pages until the rest takes at most `bytes`, or all that is left is changed. Pages with members
    /// who were used lately go last.
    pub(crate) fn evict_to(&mut self, bytes: usize) {
        for is_in_use in [false, true] {
            for page in &mut self.pages {
                if self.packed_bytes + self.decoded_bytes <= bytes {
                    return;
                }
                if !page.is_changed && page.decoded.members.is_empty() != is_in_use {
                    self.packed_bytes -= page.packed_bytes();
                    self.decoded_bytes -= page.decoded_bytes();
                    *page = Page { due: page.due, ..Page::STORED };
                }
            }
        }
    }

    /// Packs all pages, on as many cores as there are: no page knows of another.
    fn pack_all(&mut self) {
        let thread_count = std::thread::available_parallelism().map_or(1, usize::from);
        let share = self.pages.len().div_ceil(thread_count).max(PACKED_ALONE_MAX);
        std::thread::scope(|scope| {
            let mut shares = self.pages.chunks_mut(share);
            let own = shares.next();
            for pages in shares {
                scope.spawn(|| pages.iter_mut().for_each(|page| page.pack(false)));
            }
            own.into_iter().flatten().for_each(|page| page.pack(false));
        });
        self.packed_bytes = self.pages.iter().map(Page::packed_bytes).sum();
    }

    /// Writes everything to a new snapshot at a position of the log and goes on from that. Gives how many bytes the members
    /// take in it.
    pub(crate) fn write_snapshot(
        &mut self,
        snapshots: &dyn Snapshots,
        mut extra: Extra,
        mut watermark: Watermark,
    ) -> Result<u64, SnapshotError> {
        let mut writer = snapshots.begin()?;
        self.pack_all();
        let mut bytes = 0;
        for (number, page) in (0..).zip(&self.pages) {
            let id = PageId { kind: MEMBER_PAGES, number };
            let missing = || Doubt { what: format!("page {number} of the members is missing") };
            match (&page.packed, &self.store) {
                (Some(packed), _) => {
                    bytes += packed.bytes().len() as u64;
                    writer.put(id, packed.bytes())?;
                }
                (None, Some(store)) => {
                    let packed = store.get(id)?.ok_or_else(missing)?;
                    bytes += packed.len() as u64;
                    writer.put(id, &packed)?;
                }
                (None, None) => return Err(missing().into()),
            }
        }
        extra.member_count = self.count;
        let pages = &self.pages;
        let name_of = |number| {
            let (page_number, index) = place(number);
            // Who is not in the snapshot yet is in memory.
            pages[page_number as usize].packed().name(index)
        };
        let store = self.store.as_deref();
        extra.name_pages = self.directory.write(self.count, name_of, store, writer.as_mut())?;
        watermark.extra = extra.encode();
        self.store = Some(writer.finish(watermark)?);
        self.directory.is_written(extra.name_pages, self.count);
        self.pages.iter_mut().for_each(|page| page.is_changed = false);
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use tallybook_core::event::Idle;
    use tallybook_core::ids::{CurrencyNumber, LotNumber};
    use tallybook_core::points::Points;
    use tallybook_core::state::{Balance, LedgerState, Lot};
    use tallybook_format::{FingerprintDomain, fingerprint32};
    use tallybook_log::Position;
    use tallybook_snapshot::MemorySnapshots;

    use super::*;
    use crate::fold::Absorbed;

    fn below(chance: &mut u64, bound: u64) -> u64 {
        *chance = chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (*chance >> 33) % bound
    }

    fn named(number: u64) -> Member {
        Member::new(&format!("member {number}"))
    }

    /// Something happens to a member.
    fn live(member: &mut Member, chance: &mut u64) {
        let at = Instant(1_700_000_000_000_000 + below(chance, 1 << 45) as i64);
        member.head = Position(below(chance, 1 << 40));
        member.note_seen(below(chance, 1 << 32) as u32);
        let state = &mut member.state;
        state.settled_to = at;
        state.last_lot = LotNumber(state.last_lot.0 + 1);
        state.balances.resize(1, Balance::default());
        state.balances[0].available.0 += 300;
        state.lots.push(Lot {
            number: state.last_lot,
            currency: CurrencyNumber(0),
            pending: false,
            earned: Points(300),
            remaining: Points(1 + below(chance, 300) as i64),
            earned_at: at,
            activates_at: at,
            expires_at: (below(chance, 2) == 0).then(|| at.plus_days(400)),
            idle: Idle::default(),
        });
        if below(chance, 8) == 0 {
            state.lots.clear();
            let number = below(chance, 1 << 20) as u32;
            member.absorbed.push(Absorbed { number, head: Position(7), lot_offset: 3 });
        }
    }

    fn extra() -> Extra {
        Extra {
            ledger_id: [0; 16],
            member_count: 0,
            name_pages: 0,
            ledger_head: Position::NONE,
            last_recorded_at: 0,
            last_batch: Position::NONE,
            last_batch_checksum: 0,
            ledger: LedgerState::default(),
        }
    }

    fn reopen(snapshots: &MemorySnapshots, decoded_bytes_max: usize) -> Members {
        let store = snapshots.current().unwrap().unwrap();
        let extra = Extra::decode(&store.manifest().watermark.extra).unwrap();
        Members::of_snapshot(store, &extra, Room::for_decoded(decoded_bytes_max))
    }

    fn all(members: &mut Members) -> Vec<Member> {
        let mut seen = Vec::new();
        for page in 0..members.page_count() {
            members
                .each_of_page(page, |number, member| {
                    seen.push(member.clone());
                    assert_eq!(seen.len(), number as usize);
                })
                .unwrap();
        }
        seen
    }

    #[test]
    fn decoded_packed_or_stored_members_are_what_was_made_of_them() {
        for decoded_bytes_max in [0, 5_000, 40_000, usize::MAX] {
            let mut chance = decoded_bytes_max as u64;
            let snapshots = MemorySnapshots::new();
            let mut members = Members::new(Room::for_decoded(decoded_bytes_max));
            let mut plain: Vec<Member> = Vec::new();
            for step in 0..6_000 {
                match below(&mut chance, 200) {
                    0..40 => {
                        members.make_room().unwrap();
                        let member = named(plain.len() as u64);
                        assert_eq!(members.add(member.clone()) as usize, plain.len() + 1);
                        plain.push(member);
                    }
                    40 => {
                        members.write_snapshot(&snapshots, extra(), Watermark::default()).unwrap();
                        if below(&mut chance, 2) == 0 {
                            members = reopen(&snapshots, decoded_bytes_max);
                        }
                    }
                    41 => {
                        members.evict_to(0);
                        assert!(members.pages.iter().all(|page| page.is_changed || page.packed.is_none()));
                    }
                    _ if plain.is_empty() => {}
                    42..120 => {
                        let index = below(&mut chance, plain.len() as u64) as usize;
                        assert_eq!(*members.get(index as u32 + 1).unwrap(), plain[index]);
                        assert_eq!(members.find(&plain[index].name).unwrap(), Some(index as u32 + 1));
                    }
                    _ => {
                        let index = below(&mut chance, plain.len() as u64) as usize;
                        let mut again = chance;
                        live(&mut plain[index], &mut chance);
                        members.change(index as u32 + 1, |member| live(member, &mut again)).unwrap();
                    }
                }
                if step % 500 == 0 {
                    assert_eq!(all(&mut members), plain);
                }
            }
            assert!(members.pages.len() > PACKED_ALONE_MAX);
            assert_eq!(all(&mut members), plain);
            members.write_snapshot(&snapshots, extra(), Watermark::default()).unwrap();
            assert_eq!(all(&mut reopen(&snapshots, 0)), plain);
        }
    }

    /// Two names that the directory cannot tell apart.
    fn names_alike() -> [String; 2] {
        let mut seen = std::collections::HashMap::new();
        for number in 0.. {
            let name = format!("name {number}");
            if let Some(earlier) = seen.insert(fingerprint32(FingerprintDomain::Key, &name), name.clone()) {
                return [earlier, name];
            }
        }
        unreachable!("there are more names than fingerprints")
    }

    #[test]
    fn members_whose_names_have_one_fingerprint_are_told_apart_in_memory_and_in_a_snapshot() {
        let [one, other] = names_alike();
        let snapshots = MemorySnapshots::new();
        let mut members = Members::new(Room::for_decoded(0));
        members.make_room().unwrap();
        assert_eq!(members.add(Member::new(&one)), 1);
        assert_eq!(members.find(&other).unwrap(), None);
        members.write_snapshot(&snapshots, extra(), Watermark::default()).unwrap();
        assert_eq!((members.find(&one).unwrap(), members.find(&other).unwrap()), (Some(1), None));
        members.evict_to(0);
        members.make_room().unwrap();
        assert_eq!(members.add(Member::new(&other)), 2);
        assert_eq!((members.find(&one).unwrap(), members.find(&other).unwrap()), (Some(1), Some(2)));
        members.write_snapshot(&snapshots, extra(), Watermark::default()).unwrap();
        let mut members = reopen(&snapshots, 0);
        for _again in 0..2 {
            assert_eq!((members.find(&other).unwrap(), members.find(&one).unwrap()), (Some(2), Some(1)));
        }
    }

    #[test]
    fn idle_members_are_packed_and_no_more_are_decoded_than_may_be() {
        let most = 50_000;
        let mut members = Members::new(Room::for_decoded(most));
        let mut chance = 1;
        for number in 0..2_000 {
            members.make_room().unwrap();
            let mut member = named(number);
            live(&mut member, &mut chance);
            members.add(member);
            assert!(members.decoded_bytes <= most + 2_000);
        }
        for _ in 0..2_000 {
            let number = 1 + below(&mut chance, 2_000) as u32;
            assert!(members.get(number).unwrap().memory_bytes() <= 2_000);
            assert!(members.decoded_bytes <= most + 2_000);
        }
        let (packed, decoded) = members.pages.iter().fold((0, 0), |(packed, decoded), page| {
            (packed + page.packed_bytes(), decoded + page.decoded_bytes())
        });
        assert_eq!((packed, decoded), (members.packed_bytes, members.decoded_bytes));
        assert!(packed < 2_000 * 100, "{packed} bytes");
    }
}
