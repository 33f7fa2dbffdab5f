//! `tallybook merge`, `close`, `block` and `unblock`: what becomes of members.

use std::borrow::Cow;

use tallybook_core::fact::{Block as BlockFact, Closure, Fact, Merge as MergeFact};
use tallybook_core::programme::plan::OnClose;

use crate::cli::{Block, ByHand, Close, Global, Keyed, Merge, Unblock};
use crate::commands::session::Session;
use crate::errors::CliError;
use crate::output::Output;

/// Makes a member part of another.
///
/// # Errors
/// `same_member`, `hold_in_both` and other refusals.
pub fn merge(global: &Global, options: &Merge, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let fact = Fact::MergeRequested(MergeFact {
        into: Cow::Owned(options.into.clone()),
        actor: Cow::Owned(options.by.actor.clone()),
        reason: Cow::Owned(options.by.reason.clone()),
    });
    let once = &options.once;
    session.submit(&options.from, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Closes a membership.
///
/// # Errors
/// `member_closed` and other refusals.
pub fn close(global: &Global, options: &Close, output: &Output) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let points = match (options.keep, options.forfeit) {
        (true, _) => Some(OnClose::Keep),
        (_, true) => Some(OnClose::Forfeit),
        _ => None,
    };
    let fact = Fact::ClosureRequested(Closure {
        points,
        actor: Cow::Owned(options.by.actor.clone()),
        reason: Cow::Owned(options.by.reason.clone()),
    });
    let once = &options.once;
    session.submit(&options.member, once.at.as_deref(), fact, once.key.as_deref(), output)?;
    session.close(output);
    Ok(())
}

/// Blocks what is named, and frees the rest.
///
/// # Errors
/// Refusals.
pub fn block(global: &Global, options: &Block, output: &Output) -> Result<(), CliError> {
    let Block { member, earning, redeeming, by, once } = options;
    set(global, member, (*earning, *redeeming), by, once, output)
}

/// Frees earning and redeeming.
///
/// # Errors
/// Refusals.
pub fn unblock(global: &Global, options: &Unblock, output: &Output) -> Result<(), CliError> {
    let Unblock { member, by, once } = options;
    set(global, member, (false, false), by, once, output)
}

fn set(
    global: &Global,
    member: &str,
    (earning, redeeming): (bool, bool),
    by: &ByHand,
    once: &Keyed,
    output: &Output,
) -> Result<(), CliError> {
    let session = Session::open(global, output)?;
    let fact = Fact::BlockRequested(BlockFact {
        earning,
        redeeming,
        actor: Cow::Owned(by.actor.clone()),
        reason: Cow::Owned(by.reason.clone()),
    });
    session.submit(member, once.at.as_deref(), fact, Some(&once.key), output)?;
    session.close(output);
    Ok(())
}
