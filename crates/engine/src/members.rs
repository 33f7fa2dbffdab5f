//! Where member states live: in memory while they are used, else in the current snapshot.
//!
//! Invariants:
//! - a member changed since the snapshot stays in memory until the next snapshot holds them;
//! - a page that the snapshot should have and cannot give is a [`Doubt`]; nothing is ever made up for it.

use std::collections::HashMap;

use tallybook_core::calendar::Instant;
use tallybook_snapshot::{Doubt, PageId, PageStore, SnapshotError, Snapshots, Watermark};

use crate::directory::Directory;
use crate::fold::Member;
use crate::pages::{Extra, MEMBER_PAGES, PAGE_MEMBERS, decode_members, encode_members};

/// The members of a ledger.
pub(crate) struct Members {
    store: Option<Box<dyn PageStore>>,
    directory: Directory,
    pages: HashMap<u32, Page>,
    count: u32,
    memory_bytes: usize,
    /// Per page: nothing of its members is due before this; [`Instant::MIN`] where that is not known.
    due: Vec<Instant>,
}

struct Page {
    members: Vec<Member>,
    changed: bool,
    memory_bytes: usize,
}

/// A member's page and place in it. Numbers start at 1.
fn place(number: u32) -> (u32, usize) {
    ((number - 1) / PAGE_MEMBERS, ((number - 1) % PAGE_MEMBERS) as usize)
}

impl Members {
    /// No members.
    pub(crate) fn empty() -> Members {
        Members {
            store: None,
            directory: Directory::default(),
            pages: HashMap::new(),
            count: 0,
            memory_bytes: 0,
            due: Vec::new(),
        }
    }

    /// The members of a snapshot.
    pub(crate) fn of_snapshot(store: Box<dyn PageStore>, extra: &Extra) -> Members {
        let page_count = extra.member_count.div_ceil(PAGE_MEMBERS) as usize;
        Members {
            store: Some(store),
            directory: Directory::of_snapshot(extra.name_pages),
            count: extra.member_count,
            due: vec![Instant::MIN; page_count],
            ..Members::empty()
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
        self.memory_bytes
    }

    /// Gives up the snapshot's store, as when it is doubted.
    pub(crate) fn into_store(self) -> Option<Box<dyn PageStore>> {
        self.store
    }

    /// Finds a member's number by name.
    pub(crate) fn find(&mut self, name: &str) -> Result<Option<u32>, Doubt> {
        self.directory.find(name, self.store.as_deref())
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
        let (page_number, _) = place(number);
        if self.count.is_multiple_of(PAGE_MEMBERS) {
            self.due.push(Instant::MIN);
            self.pages.insert(page_number, Page { members: Vec::new(), changed: true, memory_bytes: 0 });
        }
        self.count = number;
        self.directory.add(&member.name, number);
        let bytes = member.memory_bytes();
        let page = self.pages.get_mut(&page_number).expect("room was made before");
        page.members.push(member);
        page.changed = true;
        page.memory_bytes += bytes;
        self.memory_bytes += bytes;
        self.due[page_number as usize] = Instant::MIN;
        number
    }

    /// Reads a member.
    pub(crate) fn get(&mut self, number: u32) -> Result<&Member, Doubt> {
        let (page_number, index) = place(number);
        self.load(page_number)?;
        Ok(&self.pages[&page_number].members[index])
    }

    /// Changes a member.
    pub(crate) fn change<T>(
        &mut self,
        number: u32,
        change: impl FnOnce(&mut Member) -> T,
    ) -> Result<T, Doubt> {
        let (page_number, index) = place(number);
        self.load(page_number)?;
        let page = self.pages.get_mut(&page_number).expect("loaded above");
        let member = &mut page.members[index];
        let before = member.memory_bytes();
        let changed = change(member);
        let after = member.memory_bytes();
        page.changed = true;
        page.memory_bytes = page.memory_bytes + after - before;
        self.memory_bytes = self.memory_bytes + after - before;
        self.due[page_number as usize] = Instant::MIN;
        Ok(changed)
    }

    /// How many pages there are.
    pub(crate) fn page_count(&self) -> u32 {
        self.count.div_ceil(PAGE_MEMBERS)
    }

    /// The members of a page with the first one's number.
    pub(crate) fn page(&mut self, page_number: u32) -> Result<(u32, &[Member]), Doubt> {
        self.load(page_number)?;
        Ok((page_number * PAGE_MEMBERS + 1, &self.pages[&page_number].members))
    }

    /// An instant before which nothing of a page's members is due.
    pub(crate) fn page_due(&self, page_number: u32) -> Instant {
        self.due[page_number as usize]
    }

    /// Notes when something of a page's members is due first.
    pub(crate) fn set_page_due(&mut self, page_number: u32, due: Instant) {
        self.due[page_number as usize] = due;
    }

    /// Forgets what was known of dues, as when a new programme version may change them.
    pub(crate) fn forget_dues(&mut self) {
        self.due.fill(Instant::MIN);
    }

    fn load(&mut self, page_number: u32) -> Result<(), Doubt> {
        if self.pages.contains_key(&page_number) {
            return Ok(());
        }
        let missing = || Doubt { what: format!("page {page_number} of the members is missing") };
        let store = self.store.as_ref().ok_or_else(missing)?;
        let bytes =
            store.get(PageId { kind: MEMBER_PAGES, number: u64::from(page_number) })?.ok_or_else(missing)?;
        let members = decode_members(&bytes)?;
        let expected = (self.count - page_number * PAGE_MEMBERS).min(PAGE_MEMBERS) as usize;
        if members.len() != expected {
            return Err(Doubt {
                what: format!("page {page_number} holds another number of members than it should"),
            });
        }
        let memory_bytes = members.iter().map(Member::memory_bytes).sum();
        self.memory_bytes += memory_bytes;
        self.pages.insert(page_number, Page { members, changed: false, memory_bytes });
        Ok(())
    }

    /// Lets go of unchanged pages until the rest takes at most `bytes`, or all that is left is changed.
    pub(crate) fn evict_to(&mut self, bytes: usize) {
        let mut unchanged: Vec<u32> =
            self.pages.iter().filter(|(_, page)| !page.changed).map(|(number, _)| *number).collect();
        unchanged.sort_unstable();
        for number in unchanged {
            if self.memory_bytes <= bytes {
                break;
            }
            if let Some(page) = self.pages.remove(&number) {
                self.memory_bytes -= page.memory_bytes;
            }
        }
    }

    /// Writes everything to a new snapshot at a position of the log and goes on from that.
    pub(crate) fn write_snapshot(
        &mut self,
        snapshots: &dyn Snapshots,
        mut extra: Extra,
        mut watermark: Watermark,
    ) -> Result<(), SnapshotError> {
        let mut writer = snapshots.begin()?;
        for number in 0..self.page_count() {
            let id = PageId { kind: MEMBER_PAGES, number: u64::from(number) };
            match (self.pages.get(&number), &self.store) {
                (Some(page), _) => writer.put(id, &encode_members(&page.members))?,
                (None, Some(store)) => {
                    let bytes = store.get(id)?;
                    let missing = || Doubt { what: format!("page {number} of the members is missing") };
                    writer.put(id, &bytes.ok_or_else(missing)?)?;
                }
                (None, None) => return Err(Doubt { what: format!("page {number} is nowhere") }.into()),
            }
        }
        extra.member_count = self.count;
        extra.name_pages = self.directory.write(self.count, self.store.as_deref(), writer.as_mut())?;
        watermark.extra = extra.encode();
        let store = writer.finish(watermark)?;
        self.store = Some(store);
        self.directory = Directory::of_snapshot(extra.name_pages);
        for page in self.pages.values_mut() {
            page.changed = false;
        }
        Ok(())
    }
}
