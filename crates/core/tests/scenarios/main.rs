//! The cases of the ledger's semantics, one by one, as scenarios that read like the sentence they test.
//!
//! The name of each test holds the number of its case (`s20_two_half_returns_take_what_one_whole_return_takes`);
//! `docs/semantics.md` lists them by case. How a scenario is written is told in [`runner`].

mod documents;
mod earning;
mod expiry;
mod input;
mod laws;
mod matchers;
mod members;
mod points;
mod refusals;
mod returns;
mod runner;
mod spending;
mod tiers;
mod time;
