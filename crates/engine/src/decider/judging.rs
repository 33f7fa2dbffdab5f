//! Judging one command: whether it came before, what it refers to, whom it concerns, and what the decision becomes.
//!
//! Invariants:
//! - a command that came before gives its receipt of then, and nothing is judged;
//! - a refused command leaves states, counters and the group as they were;
//! - facts and decisions of both members of a command are one batch.

use std::sync::Arc;

use tallybook_core::calendar::Instant;
use tallybook_core::command::Command;
use tallybook_core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::{Fact, Order, TAGS_MAX, TEXT_BYTES_MAX};
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};
use tallybook_format::{encode_fact, key_fingerprint, subject_fingerprint};
use tallybook_log::{Group, LogReader, Position, RECORD_BODY_BYTES_MAX};

use super::Decider;
use crate::answers::Receipt;
use crate::archive::{self, HistoryBatch};
use crate::error::LedgerError;
use crate::fold::{Member, Past};
use crate::members::Members;
use crate::writing::{BatchFacts, Written, push_batch};

impl<R: LogReader> Decider<R> {
    /// Judges a command and puts what it did into the group.
    pub(crate) fn submit(&mut self, command: &Command) -> Result<Receipt, LedgerError> {
        command.check()?;
        check_sizes(command)?;
        let effective_key = command.effective_key()?;
        let known = self.on_members(|members| members.resolve(&command.member))?;
        if let Some(number) = known
            && let Some(receipt) = self.earlier_receipt(number, command, &effective_key)?
        {
            return Ok(receipt);
        }
        self.check_writable()?;
        self.ends_under_own_name(known, command)?;
        let precedents = self.precedents(known, command)?;
        let recorded_at = self.recorded_at();
        let batch = BatchFacts {
            key: command.key.as_deref(),
            effective_key: &effective_key,
            facts: &command.facts,
            effective_at: command.effective_at,
            recorded_at,
        };
        self.make_room();
        let other = self.other_party(known, command, &precedents, recorded_at)?;
        let (number, position) = match known {
            Some(number) => (number, self.judge_known(number, other, &batch, &precedents)?),
            None => self.judge_new(&command.member, other, &batch, &precedents)?,
        };
        self.group_commands += 1;
        self.recall.note(number, key_fingerprint(&effective_key), position);
        let batch_number = self.group.end().next_number.0 - 1;
        Ok(Receipt {
            batch_number,
            position,
            recorded_at,
            // Moved out one by one, so that the receipt takes no more memory than it needs.
            events: self.events.drain(..).collect(),
            repeated: false,
        })
    }

    /// An old name leads to the member who goes on, but not to their end: who merges or closes the old one does not mean
    /// the other.
    fn ends_under_own_name(&mut self, known: Option<u32>, command: &Command) -> Result<(), LedgerError> {
        let ends = |fact: &Fact<'_>| matches!(fact, Fact::MergeRequested(_) | Fact::ClosureRequested(_));
        let Some(number) = known.filter(|_| command.facts.iter().any(ends)) else { return Ok(()) };
        let name = self.on_members(|members| members.get(number).map(|member| member.name.clone()))?;
        if *name == *command.member {
            return Ok(());
        }
        let (member, into) = (command.member.clone(), name.into_string());
        Err(Refusal::MemberMerged { member, into }.into())
    }

    /// The member at the other end of a command, as they are; their number and a copy.
    fn other_party(
        &mut self,
        known: Option<u32>,
        command: &Command,
        precedents: &[Precedent<'_>],
        recorded_at: Instant,
    ) -> Result<Option<Box<(u32, Member)>>, LedgerError> {
        let programmes = Arc::clone(&self.programmes);
        let Command { facts, effective_at, .. } = command;
        let case = Case { facts, precedents, effective_at: *effective_at, recorded_at };
        let found = self.on_members(|members| {
            let name = match known {
                Some(number) => decide::other_party(&members.get(number)?.state, &programmes, &case),
                None => decide::other_party(&MemberState::default(), &programmes, &case),
            };
            let Some(name) = name else { return Ok(None) };
            let Some(number) = members.resolve(&name)? else { return Ok(None) };
            Ok(Some(Box::new((number, members.get(number)?.clone()))))
        })?;
        // Whoever deals with themselves by an old name is refused for it; a referrer who is the member by now is nobody.
        let deals = |fact: &Fact<'_>| matches!(fact, Fact::TransferRequested(_) | Fact::MergeRequested(_));
        let is_oneself = |other: &(u32, Member)| Some(other.0) == known;
        Ok(found.filter(|found| facts.iter().any(deals) || !is_oneself(found)))
    }

    fn judge_known(
        &mut self,
        number: u32,
        mut other: Option<Box<(u32, Member)>>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<Position, LedgerError> {
        self.on_members(|members| members.get(number).map(drop))?;
        let Decider { members, programmes, workspace, events, other_events, group, ledger, .. } = self;
        let mut bench = Bench { programmes, workspace, events, other_events, group, ledger };
        let judged = members
            .change(number, |member| bench.judge(member, number, other.as_deref_mut(), batch, precedents));
        match judged.map_err(|doubt| LedgerError::Fault(doubt.what))? {
            Ok((position, batch_position)) => {
                self.last_batch = batch_position;
                self.take_in_other(number, other)?;
                Ok(position)
            }
            Err(NotTaken::Refused(refusal)) => Err((*refusal).into()),
            Err(NotTaken::TooLarge(error)) => {
                // The member's state has moved and nothing was written.
                self.refold(number)?;
                Err(*error)
            }
        }
    }

    fn judge_new(
        &mut self,
        name: &str,
        mut other: Option<Box<(u32, Member)>>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<(u32, Position), LedgerError> {
        self.on_members(Members::make_room)?;
        let number = self.members.count() + 1;
        let mut member = Member::new(name);
        let Decider { programmes, workspace, events, other_events, group, ledger, .. } = self;
        let mut bench = Bench { programmes, workspace, events, other_events, group, ledger };
        match bench.judge(&mut member, number, other.as_deref_mut(), batch, precedents) {
            Ok((position, batch_position)) => {
                self.last_batch = batch_position;
                let added = self.members.add(member);
                self.take_in_other(added, other)?;
                Ok((added, position))
            }
            Err(NotTaken::Refused(refusal)) => Err((*refusal).into()),
            Err(NotTaken::TooLarge(error)) => Err(*error),
        }
    }

    /// Keeps what a judgement made of the member at the other end, and of the two where they became one.
    fn take_in_other(&mut self, number: u32, other: Option<Box<(u32, Member)>>) -> Result<(), LedgerError> {
        let Some(other) = other.filter(|_| !self.other_events.is_empty()) else { return Ok(()) };
        let (other_number, mut other) = *other;
        let merged = |event: &Event| matches!(event.decision, Decision::MergedFrom(_));
        if self.other_events.iter().any(merged) {
            let from = self.on_members(|members| members.get(number).cloned())?;
            other.absorb(number, &from);
            self.recall.forget(other_number);
        }
        let kept = self.members.change(other_number, |member| *member = other);
        kept.map_err(|doubt| LedgerError::Fault(doubt.what))
    }

    /// The receipt of the same command submitted before; a refusal if its key came with another content.
    fn earlier_receipt(
        &mut self,
        number: u32,
        command: &Command,
        effective_key: &str,
    ) -> Result<Option<Receipt>, LedgerError> {
        let fingerprint = key_fingerprint(effective_key);
        let Some(past) = self.past_if_seen(number, fingerprint)? else { return Ok(None) };
        let places = match self.recall.places(number, fingerprint) {
            Some(places) => places,
            None => {
                self.see_all();
                self.recall.hold(number, archive::keys(&self.recent, &past)?);
                self.recall.places(number, fingerprint).unwrap_or_default()
            }
        };
        // Members who became one may each have used the key, even for the same: then each is told their own.
        let own = self.on_members(|members| members.find(&command.member))?;
        let mut has_conflict = false;
        let mut same: Option<HistoryBatch> = None;
        self.see_all();
        for position in places {
            match archive::batch_under_key(&mut self.records, position, effective_key)? {
                Some((member, earlier)) if is_same(&earlier, command) => {
                    let first = same.filter(|_| own != Some(member));
                    same = Some(first.unwrap_or(earlier));
                }
                Some(_) => has_conflict = true,
                None => {}
            }
        }
        match same {
            Some(earlier) => Ok(Some(Receipt {
                batch_number: earlier.batch_number,
                position: earlier.position,
                recorded_at: earlier.recorded_at,
                events: earlier.events,
                repeated: true,
            })),
            None if has_conflict => {
                Err(Refusal::IdempotencyConflict { key: effective_key.to_owned() }.into())
            }
            None => Ok(None),
        }
    }

    /// The member's past, where a fingerprint may be in it.
    fn past_if_seen(&mut self, number: u32, fingerprint: u32) -> Result<Option<Past>, LedgerError> {
        self.on_members(|members| {
            members.get(number).map(|member| member.may_have_seen(fingerprint).then(|| member.past()))
        })
    }

    fn precedents(
        &mut self,
        known: Option<u32>,
        command: &Command,
    ) -> Result<Vec<Precedent<'static>>, LedgerError> {
        let Some(number) = known else { return Ok(vec![Precedent::None; command.facts.len()]) };
        let mut precedents = Vec::with_capacity(command.facts.len());
        for fact in &command.facts {
            let past = match (fact, fact.subject()) {
                // These look for more than the thing that they are about.
                (Fact::ReinstatementRequested(_), _)
                | (Fact::OrderPlaced(Order { redemption: Some(_), .. }), _) => {
                    self.on_members(|members| members.get(number).map(|member| Some(member.past())))?
                }
                // An open hold is in the state.
                (Fact::CaptureRequested(_) | Fact::ReleaseRequested(_), _) => None,
                (_, Some(subject)) => self.past_if_seen(number, subject_fingerprint(subject))?,
                (_, None) => None,
            };
            precedents.push(match past {
                Some(past) => {
                    self.see_all();
                    let mut found = archive::precedent(&self.recent, &past, fact)?;
                    self.follow_referrer(&mut found)?;
                    found
                }
                None => Precedent::None,
            });
        }
        Ok(precedents)
    }

    /// Notes where the lots of an order's referrer are who has become part of another member.
    fn follow_referrer(&mut self, found: &mut Precedent<'_>) -> Result<(), LedgerError> {
        let Precedent::Order(file) = found else { return Ok(()) };
        let Some(paid) = &file.record.referral else { return Ok(()) };
        file.record.referrer = self.on_members(|members| {
            let (Some(number), Some(goes_on)) =
                (members.find(&paid.referrer)?, members.resolve(&paid.referrer)?)
            else {
                return Ok(None);
            };
            Ok(members.get(goes_on)?.moved(number))
        })?;
        Ok(())
    }
}

/// What a judgement needs besides the members.
struct Bench<'a> {
    programmes: &'a Programmes,
    workspace: &'a mut Workspace,
    events: &'a mut Vec<Event>,
    other_events: &'a mut Vec<Event>,
    group: &'a mut Group,
    ledger: &'a mut LedgerState,
}

impl Bench<'_> {
    /// Decides, and puts facts and events into the group as one batch. Gives the positions of the first fact and of the
    /// batch.
    fn judge(
        &mut self,
        member: &mut Member,
        number: u32,
        mut other: Option<&mut (u32, Member)>,
        batch: &BatchFacts<'_>,
        precedents: &[Precedent<'_>],
    ) -> Result<(Position, Position), NotTaken> {
        self.events.clear();
        self.other_events.clear();
        let ledger_before = self.ledger.clone();
        let party = Party { name: &member.name, state: &mut member.state, events: self.events };
        let other_party = other.as_mut().map(|(_, other)| Party {
            name: &other.name,
            state: &mut other.state,
            events: self.other_events,
        });
        let BatchFacts { facts, effective_at, recorded_at, .. } = *batch;
        let case = Case { facts, precedents, effective_at, recorded_at };
        decide::decide(party, other_party, self.ledger, self.programmes, &case, self.workspace)
            .map_err(|refusal| NotTaken::Refused(Box::new(refusal)))?;
        let batch_position = self.group.end().position;
        let mut written = Written { member, number, events: self.events };
        let mut other_written =
            other.map(|(number, member)| Written { member, number: *number, events: self.other_events });
        match push_batch(self.group, batch, &mut written, other_written.as_mut()) {
            Ok(position) => Ok((position, batch_position)),
            Err(error) => {
                *self.ledger = ledger_before;
                Err(NotTaken::TooLarge(Box::new(error.into())))
            }
        }
    }
}

/// Why a judgement did not become a batch.
enum NotTaken {
    Refused(Box<Refusal>),
    TooLarge(Box<LedgerError>),
}

/// Most bytes that a text takes in a record.
const STORED_TEXT_BYTES_MAX: usize = TEXT_BYTES_MAX + 3;
/// Most bytes that an order line takes: its texts, and numbers of at most nine bytes.
const STORED_LINE_BYTES_MAX: usize = (4 + TAGS_MAX) * STORED_TEXT_BYTES_MAX + 64;
/// Lines of an order that fit a record whatever is in them.
const LINES_THAT_FIT: usize = (RECORD_BODY_BYTES_MAX - 8 * STORED_TEXT_BYTES_MAX) / STORED_LINE_BYTES_MAX;

/// Refuses a fact whose stored form would not fit a record. Only an order of many lines can be so large.
fn check_sizes(command: &Command) -> Result<(), Refusal> {
    let may_be_large =
        |fact: &&Fact<'_>| matches!(fact, Fact::OrderPlaced(order) if order.lines.len() > LINES_THAT_FIT);
    let mut body = Vec::new();
    for fact in command.facts.iter().filter(may_be_large) {
        body.clear();
        encode_fact(command.key.as_deref(), fact, &mut body);
        if body.len() > RECORD_BODY_BYTES_MAX {
            return Err(Refusal::TooMany {
                what: "stored bytes of a fact",
                count: body.len(),
                count_max: RECORD_BODY_BYTES_MAX,
            });
        }
    }
    Ok(())
}

/// Whether a batch holds what a command brings.
fn is_same(earlier: &HistoryBatch, command: &Command) -> bool {
    earlier.effective_at == command.effective_at && earlier.facts == command.facts
}

#[cfg(test)]
mod tests {
    use tallybook_core::fact::{AMOUNT_MAX, Line};
    use tallybook_core::money::{CurrencyCode, Money};

    use super::*;

    #[test]
    fn an_order_of_as_many_lines_as_fit_does_fit_however_long_its_texts_are() {
        let text = || "x".repeat(TEXT_BYTES_MAX);
        let (most, texts) = (Money(AMOUNT_MAX), || Some(text().into()));
        let tags = vec![text().into(); TAGS_MAX];
        let line = Line {
            id: texts(),
            quantity: i64::MAX,
            amount: most,
            discount: most,
            tax: most,
            sku: texts(),
            category: texts(),
            brand: texts(),
            tags,
        };
        let order = Order {
            id: text().into(),
            currency: CurrencyCode::parse("USD").unwrap(),
            channel: texts(),
            store: texts(),
            shipping: most,
            paid_with_points: most,
            paid_with_stored_value: most,
            redemption: texts(),
            lines: vec![line; LINES_THAT_FIT],
        };
        let mut body = Vec::new();
        encode_fact(Some(&text()), &Fact::OrderPlaced(order), &mut body);
        assert!(body.len() <= RECORD_BODY_BYTES_MAX, "{}", body.len());
    }
}
