//! Gathers the rows of one order or return, which may be interrupted by other rows.
//!
//! Invariants:
//! - groups come out in the order of their first rows, so that an order goes before its return;
//! - a group is closed once more than the allowed number of other rows came since its last; a row that comes later is
//!   rejected, since the order has gone to the ledger without it;
//! - rows that belong to no group come out in the place they were read.
//!
//! It does not look into rows: that is for [`assemble`](super::assemble).

use std::collections::{HashMap, HashSet, VecDeque};
use std::hash::{DefaultHasher, Hash, Hasher};

use tallybook_core::fact::LINES_MAX;

use super::rejects::{Reject, SourceRow};
use super::rows::{Entry, GroupId};

/// A row of a group: parsed, or why it could not be.
pub type GroupRow = (SourceRow, Result<Entry, Reject>);

/// The rows of one order or return, in the order read. At least one.
#[derive(Clone, Debug)]
pub struct Group {
    /// What they belong to; `None` for a single row that belongs to nothing readable.
    pub id: Option<GroupId>,
    /// The rows.
    pub rows: Vec<GroupRow>,
    last_row: u64,
    closed: bool,
}

/// Rows on their way into groups.
pub struct Grouper {
    gap_rows_max: u64,
    remember: bool,
    rows_read: u64,
    queue: VecDeque<Group>,
    /// The place in the queue of each open or waiting group, counted from the first group ever.
    places: HashMap<GroupId, u64>,
    front_place: u64,
    /// Hashes of the groups that have gone out. A chance hit would reject a row needlessly: once in billions of runs.
    gone: HashSet<u64>,
}

impl Grouper {
    /// Starts without rows. `each_row_is_a_group` where no row can belong to an earlier one.
    pub fn new(gap_rows_max: u64, each_row_is_a_group: bool) -> Grouper {
        Grouper {
            gap_rows_max,
            remember: !each_row_is_a_group,
            rows_read: 0,
            queue: VecDeque::new(),
            places: HashMap::new(),
            front_place: 0,
            gone: HashSet::new(),
        }
    }

    /// Counts a row that was left out on purpose. It does not interrupt the order that it belongs to.
    pub fn skip(&mut self, id: Option<&GroupId>) {
        self.rows_read += 1;
        if let Some(index) = id.and_then(|id| self.open_index(id)) {
            self.queue[index].last_row = self.rows_read;
        }
    }

    /// Takes in a row.
    pub fn add(&mut self, id: Option<GroupId>, row: SourceRow, outcome: Result<Entry, Reject>) {
        self.rows_read += 1;
        let Some(id) = id else {
            self.push(None, (row, outcome), true);
            return;
        };
        if let Some(index) = self.open_index(&id) {
            let group = &mut self.queue[index];
            group.last_row = self.rows_read;
            group.rows.push((row, outcome));
            // One row more than an order may have shows that it is too long; no need to gather the rest.
            group.closed = group.rows.len() > LINES_MAX;
        } else if self.places.contains_key(&id) || self.gone.contains(&hash(&id)) {
            let reject = outcome.err().unwrap_or_else(|| self.split(&id));
            self.push(None, (row, Err(reject)), true);
        } else {
            self.push(Some(id), (row, outcome), false);
        }
    }

    /// The next group whose rows have all come, if those before it have gone.
    pub fn next_closed(&mut self) -> Option<Group> {
        let front = self.queue.front()?;
        let closed = front.closed || self.rows_read - front.last_row > self.gap_rows_max;
        if closed { self.pop() } else { None }
    }

    /// The next group after the last row has been read.
    pub fn next_remaining(&mut self) -> Option<Group> {
        self.pop()
    }

    /// Rows of groups that have not come out.
    pub fn rows_waiting(&self) -> u64 {
        self.queue.iter().map(|group| group.rows.len() as u64).sum()
    }

    fn push(&mut self, id: Option<GroupId>, row: GroupRow, closed: bool) {
        if let Some(id) = &id {
            self.places.insert(id.clone(), self.front_place + self.queue.len() as u64);
        }
        self.queue.push_back(Group { id, rows: vec![row], last_row: self.rows_read, closed });
    }

    fn pop(&mut self) -> Option<Group> {
        let group = self.queue.pop_front()?;
        self.front_place += 1;
        if let Some(id) = &group.id {
            self.places.remove(id);
            if self.remember {
                self.gone.insert(hash(id));
            }
        }
        Some(group)
    }

    /// The index of a group that still takes rows. The row at hand is the newest read, and no interruption itself.
    fn open_index(&self, id: &GroupId) -> Option<usize> {
        let index = usize::try_from(self.places.get(id)? - self.front_place).ok()?;
        let group = &self.queue[index];
        let interrupted_by = self.rows_read - 1 - group.last_row;
        (!group.closed && interrupted_by <= self.gap_rows_max).then_some(index)
    }

    fn split(&self, id: &GroupId) -> Reject {
        let what = if id.return_id.is_some() { "return" } else { "order" };
        let detail = format!(
            "more than {} other rows since the last row of this {what}; raise group_gap_rows_max or sort the file",
            self.gap_rows_max
        );
        Reject::new("", "order_split", detail)
    }
}

fn hash(id: &GroupId) -> u64 {
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use csv::ByteRecord;
    use tallybook_core::calendar::Instant;
    use tallybook_core::money::CurrencyCode;

    use super::super::rows::Doing;
    use super::*;

    fn entry() -> Entry {
        Entry {
            member: "ann".to_owned(),
            line: None,
            sku: None,
            category: None,
            brand: None,
            store: None,
            channel: None,
            quantity: None,
            unit_price: None,
            amount: Some(1),
            discount: 0,
            tags: Vec::new(),
            currency: CurrencyCode::parse("EUR").unwrap(),
            doing: Doing::default(),
            effective_at: Instant(0),
        }
    }

    /// Rows by letter of their order (`-` is skipped, `?` unreadable, a small letter skipped within its order); out
    /// come the groups as `order:rows`, or the reason of a single row.
    fn check(gap_rows_max: u64, rows: &str) -> String {
        let mut grouper = Grouper::new(gap_rows_max, false);
        let mut out = Vec::new();
        let mut show = |group: Group| {
            let numbers: Vec<String> = group.rows.iter().map(|(row, _)| row.number.to_string()).collect();
            let name = group
                .id
                .map_or_else(|| group.rows[0].1.as_ref().unwrap_err().reason.to_string(), |id| id.order);
            out.push(format!("{name}:{}", numbers.join(",")));
        };
        for (number, letter) in (1..).zip(rows.chars()) {
            let id = |order: char| GroupId { return_id: None, order: order.to_uppercase().to_string() };
            let row = SourceRow { file_index: 0, number, raw: ByteRecord::new() };
            match letter {
                '-' => grouper.skip(None),
                '?' => grouper.add(None, row, Err(Reject::new("", "invalid_json", ""))),
                'a'..='z' => grouper.skip(Some(&id(letter))),
                _ => grouper.add(Some(id(letter)), row, Ok(entry())),
            }
            while let Some(group) = grouper.next_closed() {
                show(group);
            }
        }
        while let Some(group) = grouper.next_remaining() {
            show(group);
        }
        out.join(" ")
    }

    #[test]
    fn rows_that_follow_each_other_are_one_order() {
        assert_eq!(check(0, "AABBBC"), "A:1,2 B:3,4,5 C:6");
    }

    #[test]
    fn an_interrupted_order_waits_as_long_as_the_map_allows() {
        assert_eq!(check(2, "ABBAC"), "A:1,4 B:2,3 C:5");
        assert_eq!(check(1, "ABBAC"), "A:1 B:2,3 order_split:4 C:5");
        assert_eq!(check(0, "AB-A"), "A:1 B:2 order_split:4");
        assert_eq!(check(0, "A-A"), "A:1 order_split:3");
    }

    #[test]
    fn skipped_rows_of_the_same_order_do_not_interrupt_it() {
        assert_eq!(check(0, "AaaAB"), "A:1,4 B:5");
    }

    #[test]
    fn groups_come_in_the_order_of_their_first_rows() {
        assert_eq!(check(3, "ABACABDD"), "A:1,3,5 B:2,6 C:4 D:7,8");
        assert_eq!(check(2, "AB?A"), "A:1,4 B:2 invalid_json:3");
    }

    #[test]
    fn an_order_longer_than_the_ledger_takes_is_not_gathered_for_ever() {
        let rows = "A".repeat(LINES_MAX + 3);
        let out = check(0, &rows);
        assert!(out.ends_with(&format!("order_split:{} order_split:{}", LINES_MAX + 2, LINES_MAX + 3)));
    }
}
