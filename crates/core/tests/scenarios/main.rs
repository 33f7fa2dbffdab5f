//! The cases of the ledger's semantics, one by one, as scenarios that read like the sentence they test.
//!
//! The name of each test holds the number of its case (`s20_two_half_returns_take_what_one_whole_return_takes`);
//! `docs/semantics.md` lists them by case. How a scenario is written is told in [`runner`].

mod activation;
mod activities;
mod benefits;
mod carried;
mod combination;
mod combined_returns;
mod documents;
mod earning;
mod expiry;
mod expiry_commands;
mod expressions;
mod field;
mod grants;
mod holds;
mod input;
mod instants;
mod ladders;
mod late;
mod laws;
mod limits;
mod matchers;
mod members;
mod merged_tiers;
mod merging;
mod offers;
mod paid_orders;
mod points;
mod policies;
mod programmes;
mod referrals;
mod refusals;
mod replaced_tiers;
mod returns;
mod revisions;
mod rezoning;
mod runner;
mod spending;
mod standing;
mod tier_points;
mod tier_progress;
mod tier_returns;
mod tiers;
mod time;
mod transfers;
