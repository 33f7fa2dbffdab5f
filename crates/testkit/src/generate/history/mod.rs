//! Histories: moves of a few members, turned into commands as a caller would send them.
//!
//! A history is one list in the order in which a ledger takes it down; each command names its member. The naive model
//! takes each command on the way, so that most returns, reversals and captures are of what came to be.

mod facts;
mod moves;
mod story;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::command::Command;

use crate::spec::Spec;
use moves::{one_move, openings};
use story::commands;

/// How many members a history is about.
const MEMBERS: usize = 3;
/// Most moves in a history. A few of them send more than one command.
const MOVES_MAX: usize = 60;

/// A command, and when the ledger takes it down. Recording times never go back within a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The command.
    pub command: Command,
    /// When it is recorded.
    pub recorded_at: Instant,
}

/// Draws a history of members `M0`, `M1` and `M2`, from a winter or leap day on. They buy and do things by themselves, and
/// deal with each other: they refer, send points to, and become part of one another.
pub fn history(spec: &Spec) -> impl Strategy<Value = Vec<Recorded>> + use<> {
    let spec = spec.clone();
    let start = select(vec![(2018, 10, 25), (2019, 12, 28), (2020, 2, 27), (2023, 1, 31), (2024, 6, 30)]);
    (start, openings(), vec(one_move(), 1..=MOVES_MAX)).prop_map(
        move |((year, month, day), openings, moves)| {
            let first_day = Day::from_civil(year, month, day).expect("starting days exist");
            commands(&spec, first_day, &openings, &moves)
        },
    )
}
