//! Recording what falls due with time alone, for all members, so that other systems hear of it in time.
//!
//! Invariant: a sweep settles each member as their next command would have done, so that nothing but the time of
//! recording depends on it.

use std::sync::Arc;

use tallybook_core::calendar::Instant;
use tallybook_core::decide::{self, settle};
use tallybook_core::refusal::Refusal;
use tallybook_log::LogReader;

use super::Decider;
use crate::answers::SweepReport;
use crate::error::LedgerError;

use crate::writing::{BatchFacts, Written, push_batch};

impl<R: LogReader> Decider<R> {
    /// Records everything that is due at or before an instant, for all members in order of number.
    pub(crate) fn sweep(&mut self, until: Instant) -> Result<SweepReport, LedgerError> {
        self.check_writable()?;
        let recorded_at = self.recorded_at();
        if let Some(version) = self.programmes.versions().last() {
            let skew_seconds = version.plan.clock_skew_seconds;
            if until > recorded_at.plus_seconds(i64::from(skew_seconds)) {
                return Err(Refusal::InTheFuture { effective_at: until, recorded_at, skew_seconds }.into());
            }
        }
        let mut report = SweepReport::default();
        for page in 0..self.members.page_count() {
            if self.members.page_due(page) > until {
                continue;
            }
            for number in self.members_due(page, until)? {
                let events = self.sweep_member(number, until, recorded_at)?;
                report.members += u64::from(events > 0);
                report.events += events;
            }
            let programmes = Arc::clone(&self.programmes);
            let next_due = self.on_members(|members| {
                let mut next_due = Instant::MAX;
                members.each_of_page(page, |_, member| {
                    next_due =
                        next_due.min(settle::due_at(&member.state, &programmes).unwrap_or(Instant::MAX));
                })?;
                Ok(next_due)
            })?;
            self.members.set_page_due(page, next_due);
            self.keep_within_memory();
        }
        Ok(report)
    }

    /// The members of a page of whom something is due.
    fn members_due(&mut self, page: u32, until: Instant) -> Result<Vec<u32>, LedgerError> {
        let programmes = Arc::clone(&self.programmes);
        self.on_members(|members| {
            let mut due = Vec::new();
            members.each_of_page(page, |number, member| {
                if settle::due_at(&member.state, &programmes).is_some_and(|due| due <= until) {
                    due.push(number);
                }
            })?;
            Ok(due)
        })
    }

    fn sweep_member(
        &mut self,
        number: u32,
        until: Instant,
        recorded_at: Instant,
    ) -> Result<u64, LedgerError> {
        self.make_room();
        self.on_members(|members| members.get(number).map(drop))?;
        let Decider { members, programmes, events, group, .. } = self;
        events.clear();
        let batch = BatchFacts { key: None, effective_key: "", facts: &[], effective_at: until, recorded_at };
        let batch_position = group.end().position;
        let swept = members.change(number, |member| {
            decide::settle_to(&mut member.state, programmes, until, events);
            if events.is_empty() {
                return Ok(());
            }
            push_batch(group, &batch, &mut Written { member, number, events }, None).map(drop)
        });
        let event_count = self.events.len() as u64;
        match swept.map_err(|doubt| LedgerError::Fault(doubt.what))? {
            Ok(()) if event_count == 0 => Ok(0),
            Ok(()) => {
                // A hold that ran out gives its piece back to a reward's stock.
                let Decider { ledger, events, .. } = self;
                events.iter().for_each(|event| ledger.apply(&event.decision));
                self.last_batch = batch_position;
                self.group_commands += 1;
                Ok(event_count)
            }
            Err(error) => {
                // The member's state has moved and nothing was written.
                self.refold(number)?;
                Err(error.into())
            }
        }
    }
}
