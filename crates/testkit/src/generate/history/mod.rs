//! Histories: moves of a few members, turned into commands as a caller would send them.
//!
//! A history is one list in the order in which a ledger takes it down; each command names its member. The naive model
//! takes each command on the way, so that most returns, reversals and captures are of what came to be.

mod draws;
mod facts;
mod moves;
mod story;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::command::Command;

use super::programme::{VersionDraw, spec, version};
use crate::spec::Spec;
use draws::{ahead, one_move, openings};
use moves::{Ahead, Move, Opening};
use story::tell;

/// How many members a history is about.
const MEMBERS: usize = 3;
/// Most moves in a history. A few of them send more than one command.
const MOVES_MAX: usize = 60;
/// Most versions of a programme after the first.
const LATER_MAX: usize = 2;

/// A command, and when the ledger takes it down. Recording times never go back within a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The command.
    pub command: Command,
    /// When it is recorded.
    pub recorded_at: Instant,
}

/// A later version of a programme, and when it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// How many commands of the history come before it.
    pub commands_before: usize,
    /// The version.
    pub spec: Spec,
    /// From when on it is in force.
    pub from: Instant,
    /// When it is recorded.
    pub recorded_at: Instant,
}

/// A programme with its later versions, and a history under them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    /// The first version, which has always been in force.
    pub spec: Spec,
    /// Those after it, in order.
    pub later: Vec<Published>,
    /// What happens.
    pub history: Vec<Recorded>,
}

impl Course {
    /// The versions that are published when so many commands have been sent.
    pub fn published_before(&self, step: usize) -> impl Iterator<Item = &Published> {
        self.later.iter().filter(move |later| later.commands_before == step)
    }
}

/// A later version before it is fitted into a history: after how many moves, what it changes, and when it begins.
#[derive(Clone, Debug)]
struct Change {
    moves_before: usize,
    version: VersionDraw,
    ahead: Ahead,
}

/// Where a history begins, who comes in how, and what they do.
type Opened = ((i32, u32, u32), [Option<Opening>; MEMBERS], Vec<Move>);

fn opened() -> impl Strategy<Value = Opened> {
    let start = select(vec![(2018, 10, 25), (2019, 12, 28), (2020, 2, 27), (2023, 1, 31), (2024, 6, 30)]);
    (start, openings(), vec(one_move(), 1..=MOVES_MAX))
}

/// Draws a history of members `M0`, `M1` and `M2`, from a winter or leap day on. They buy and do things by themselves, and
/// deal with each other: they refer, send points to, and become part of one another.
pub fn history(spec: &Spec) -> impl Strategy<Value = Vec<Recorded>> + use<> {
    let spec = spec.clone();
    opened().prop_map(move |opened| course_of(&spec, opened, Vec::new()).history)
}

/// Draws a programme with up to two later versions, and a history as [`history`] does.
pub fn course() -> impl Strategy<Value = Course> {
    let change = (0..MOVES_MAX, version().boxed(), ahead())
        .prop_map(|(moves_before, version, ahead)| Change { moves_before, version, ahead });
    let changes = vec(change, 0..=LATER_MAX);
    (spec(), changes, opened()).prop_map(|(spec, mut changes, opened)| {
        // Within the history that there is.
        let moves = opened.2.len();
        changes.iter_mut().for_each(|change| change.moves_before %= moves);
        changes.sort_by_key(|change| change.moves_before);
        course_of(&spec, opened, changes)
    })
}

fn course_of(spec: &Spec, opened: Opened, changes: Vec<Change>) -> Course {
    let ((year, month, day), openings, moves) = opened;
    let first_day = Day::from_civil(year, month, day).expect("starting days exist");
    tell(spec, first_day, &openings, &moves, &changes)
}
