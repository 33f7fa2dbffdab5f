//! Which options of the programme language and which kinds of facts and decisions a test has met.
//!
//! An option is a stable text such as `currency.expiry=inactivity`, `cap.per=week`, `fact=MergeRequested` or
//! `decision=Renewed`. [`exercised`] and [`decided`] tell what was met, [`all`] and [`all_decided`] what there is.
//!
//! Invariant: a choice that is added to the spec, to facts or to decisions does not compile here until it is listed; and
//! what is met is always listed.
//!
//! It counts no combinations, and does not ask whether an option made a difference.

mod chains;
mod history;
mod kinds;
mod ladder;
mod programme;

use std::collections::BTreeSet;

use tallybook_core::event::Decision;

use crate::generate::Course;

/// Options by their texts.
pub type Options = BTreeSet<String>;

/// The options of a programme, of its later versions, and of the commands of a history, whether or not they were accepted.
pub fn exercised(course: &Course) -> Options {
    let mut tally = Tally::default();
    programme::note(&mut tally, &course.spec);
    course.later.iter().for_each(|later| programme::note(&mut tally, &later.spec));
    ladder::note_versions(&mut tally, course);
    history::note(&mut tally, &course.spec, &course.history);
    tally.0
}

/// Every option that [`exercised`] can tell.
pub fn all() -> Options {
    let mut tally = Tally::default();
    programme::note_all(&mut tally);
    history::note_all(&mut tally);
    tally.0
}

/// The kind of a decision, and what it was for.
pub fn decided(decision: &Decision) -> Options {
    let mut tally = Tally::default();
    kinds::note_decision(&mut tally, decision);
    tally.0
}

/// The kind of a decision of which only the name is known, as the naive model tells it.
pub fn decided_by_name(name: &str) -> String {
    format!("decision={name}")
}

/// Every option that [`decided`] can tell.
pub fn all_decided() -> Options {
    let mut tally = Tally::default();
    kinds::note_all_decisions(&mut tally);
    tally.0
}

/// Options in the making.
#[derive(Default)]
struct Tally(Options);

impl Tally {
    fn note(&mut self, option: &str, word: impl std::fmt::Display) {
        self.0.insert(format!("{option}={word}"));
    }

    fn note_each<W: std::fmt::Display>(&mut self, option: &str, words: impl IntoIterator<Item = W>) {
        words.into_iter().for_each(|word| self.note(option, word));
    }

    /// Whether something is given.
    fn given(&mut self, option: &str, is_given: bool) {
        self.note(option, if is_given { "given" } else { "none" });
    }

    fn all_given(&mut self, options: &[&str]) {
        for option in options {
            self.given(option, true);
            self.given(option, false);
        }
    }

    /// One word of two.
    fn either(&mut self, option: &str, is_first: bool, words: [&str; 2]) {
        self.note(option, words[usize::from(!is_first)]);
    }
}
