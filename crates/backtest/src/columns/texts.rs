//! Texts and sets of tags as numbers.
//!
//! A text's code is given at first sight, in the order of the log, so that the same log has the same codes.

use std::borrow::Cow;

use hashbrown::HashMap;

/// The dictionary of a log's texts, while it is built.
#[derive(Debug, Default)]
pub(super) struct Texts {
    codes: HashMap<Box<str>, u32>,
    in_order: Vec<Box<str>>,
    sets: HashMap<Vec<u32>, u32>,
    sets_in_order: Vec<Vec<u32>>,
}

impl Texts {
    /// The code of a text, given now if it is new; 0 for none. `None` past 2^32 texts.
    pub(super) fn code(&mut self, text: Option<&str>) -> Option<u32> {
        let Some(text) = text else { return Some(0) };
        if let Some(code) = self.codes.get(text) {
            return Some(*code);
        }
        self.in_order.push(text.into());
        let code = u32::try_from(self.in_order.len()).ok()?;
        self.codes.insert(text.into(), code);
        Some(code)
    }

    /// The code of a text that has one, 0 for none. `None` for a text that was never seen.
    pub(super) fn known(&self, text: Option<&str>) -> Option<u32> {
        text.map_or(Some(0), |text| self.codes.get(text).copied())
    }

    /// The code of a set of tags, given now if it is new; 0 for none.
    pub(super) fn set(&mut self, tags: &[Cow<'_, str>]) -> Option<u32> {
        if tags.is_empty() {
            return Some(0);
        }
        let set = in_order(tags.iter().map(|tag| self.code(Some(tag))))?;
        if let Some(code) = self.sets.get(&set) {
            return Some(*code);
        }
        self.sets_in_order.push(set.clone());
        let code = u32::try_from(self.sets_in_order.len()).ok()?;
        self.sets.insert(set, code);
        Some(code)
    }

    /// The code of a set of tags that has one, 0 for none. `None` for a set that was never seen.
    pub(super) fn known_set(&self, tags: &[Cow<'_, str>]) -> Option<u32> {
        if tags.is_empty() {
            return Some(0);
        }
        let set = in_order(tags.iter().map(|tag| self.known(Some(tag))))?;
        self.sets.get(&set).copied()
    }

    /// The texts in order of code, from 1.
    pub(super) fn in_order(&self) -> &[Box<str>] {
        &self.in_order
    }

    /// The sets in order of code, from 1.
    pub(super) fn sets_in_order(&self) -> &[Vec<u32>] {
        &self.sets_in_order
    }
}

fn in_order(tags: impl Iterator<Item = Option<u32>>) -> Option<Vec<u32>> {
    let mut set = tags.collect::<Option<Vec<u32>>>()?;
    set.sort_unstable();
    set.dedup();
    Some(set)
}
