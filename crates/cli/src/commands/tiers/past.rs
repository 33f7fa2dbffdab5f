//! What all members owned at one or two moments, from one pass over the log.
//!
//! Invariant: each state is that of [`as_of`](tallybook::BlockingLedger::as_of), as known now: what is effective by the
//! moment, and what is due by then settled. Who has done nothing since is taken from their state of now, and the log is
//! read only if there are others.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tallybook::log::{LogReader, Position, RecordView};
use tallybook::{LedgerError, Member};
use tallybook_core::calendar::Instant;
use tallybook_core::decide;
use tallybook_core::state::MemberState;

use crate::commands::session::Session;
use crate::errors::CliError;
use crate::progress::Progress;

/// How often progress is told, in bytes of the log.
const PROGRESS_BYTES: u64 = 1 << 20;

/// A member with what `show` made of their states.
pub struct Seen<T> {
    /// The member's name.
    pub name: String,
    /// What was shown of each moment, in their order.
    pub shown: Vec<T>,
}

/// Shows the states of all members at moments, and gives what `show` makes of each, by member name.
///
/// # Errors
/// The ledger's.
pub fn members_at<T>(
    session: &Session,
    moments: &[Instant],
    is_quiet: bool,
    show: impl Fn(usize, &MemberState) -> T,
) -> Result<Vec<Seen<T>>, CliError> {
    let settled = |moment: usize, state: &MemberState| {
        show(moment, &decide::settled(state, &session.programmes, moments[moment]))
    };
    let mut seen: Vec<(u32, String, Vec<Option<T>>)> = Vec::new();
    let mut replayed: HashMap<u32, Vec<Option<Member>>> = HashMap::new();
    session.ledger.for_each_member(|member| {
        let goes_back = |at: &Instant| member.state.settled_to > *at;
        let of_now = |moment: usize| (!goes_back(&moments[moment])).then(|| settled(moment, &member.state));
        seen.push((member.number.0, member.name.clone(), (0..moments.len()).map(of_now).collect()));
        if moments.iter().any(goes_back) {
            let begin = |at: &Instant| goes_back(at).then(|| Member::new(&member.name));
            replayed.insert(member.number.0, moments.iter().map(begin).collect());
        }
    })?;
    if !replayed.is_empty() {
        replay(session, moments, is_quiet, &mut replayed)?;
    }
    let finish = |(number, name, of_now): (u32, String, Vec<Option<T>>)| {
        let states = replayed.get(&number);
        let shown = of_now.into_iter().enumerate().map(|(moment, shown)| {
            let replayed = || states.and_then(|states| states[moment].as_ref()).map(|member| &member.state);
            shown.unwrap_or_else(|| settled(moment, replayed().unwrap_or(&MemberState::default())))
        });
        Seen { name, shown: shown.collect() }
    };
    let mut seen: Vec<Seen<T>> = seen.into_iter().map(finish).collect();
    seen.sort_unstable_by(|a, b| a.name.cmp(&b.name));
    Ok(seen)
}

/// Folds what is effective by each moment into the members who wait for it.
fn replay(
    session: &Session,
    moments: &[Instant],
    is_quiet: bool,
    members: &mut HashMap<u32, Vec<Option<Member>>>,
) -> Result<(), LedgerError> {
    let reader = session.ledger.reader();
    let done = Arc::new(AtomicU64::new(0));
    let progress = Progress::new(reader.end().position.0, Arc::clone(&done), is_quiet);
    let (mut records, mut told) = (0, 0);
    let mut batches = reader.batches(Position::ORIGIN);
    while let Some(batch) = batches.next_batch()? {
        for record in batch.records() {
            records += 1;
            let Some(states) = members.get_mut(&record.header.member) else { continue };
            for (member, at) in states.iter_mut().zip(moments) {
                if let Some(member) = member
                    && record.header.effective_at <= at.0
                {
                    take(member, &record)?;
                }
            }
        }
        let position = batches.position().0;
        if position >= told + PROGRESS_BYTES {
            told = position;
            done.store(position, Ordering::Relaxed);
            progress.show(records, "records");
        }
    }
    progress.finish();
    Ok(())
}

fn take(member: &mut Member, record: &RecordView<'_>) -> Result<(), LedgerError> {
    // Records of later times are left out, so that this one need not follow the last one taken.
    member.head = record.header.previous;
    member.fold(record, |_, _| {})
}
