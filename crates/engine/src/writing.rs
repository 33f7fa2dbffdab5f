//! A command's facts and decisions as the records of one batch.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{
    Decision, Event, HoldCaptured, HoldPlaced, HoldReleased, RedemptionReversed, Trigger,
};
use tallybook_core::fact::{Fact, Subject};
use tallybook_format::{
    RecordType, encode_decision, encode_fact, encode_member_named, key_fingerprint, subject_fingerprint,
};
use tallybook_log::{Group, LogError, Position, RecordHeader};

use crate::fold::Member;

/// A record but for its place: what a re-derivation compares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The record's kind.
    pub kind: u16,
    /// The version of its body.
    pub version: u8,
    /// Its effective time.
    pub effective_at: Instant,
    /// Fingerprint of the order or redemption it is about; 0 for none.
    pub subject_fingerprint: u32,
    /// Its body.
    pub body: Vec<u8>,
}

/// The decision records that facts and events come to, in order.
pub fn stored_batch(facts: &[Fact<'_>], events: &[Event]) -> Vec<Stored> {
    let mut subjects = Subjects::default();
    events
        .iter()
        .map(|event| {
            let mut body = Vec::new();
            let stored = encode_decision(event.effective_at, &event.decision, &mut body);
            Stored {
                kind: stored.kind.number(),
                version: stored.version,
                effective_at: event.effective_at,
                subject_fingerprint: subjects.of(facts, &event.decision),
                body,
            }
        })
        .collect()
}

/// What a batch's records have in common.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BatchFacts<'a> {
    pub key: Option<&'a str>,
    pub effective_key: &'a str,
    pub facts: &'a [Fact<'a>],
    pub effective_at: Instant,
    pub recorded_at: Instant,
}

/// A member whom a batch is about, and what it decides of them.
pub(crate) struct Written<'a> {
    pub member: &'a mut Member,
    pub number: u32,
    pub events: &'a [Event],
}

/// Pushes a batch and moves the heads of its members: the one whose facts it holds, and the one at the other end, of
/// whom it may decide something too. The group's batch is begun and ended here. Gives the position of the first fact.
///
/// # Errors
/// [`LogError::TooLarge`]; the batch is abandoned then and the members' heads are as they were.
pub(crate) fn push_batch(
    group: &mut Group,
    batch: &BatchFacts<'_>,
    member: &mut Written<'_>,
    other: Option<&mut Written<'_>>,
) -> Result<Position, LogError> {
    group.begin_batch();
    let nobody = BatchFacts { key: None, effective_key: "", facts: &[], ..*batch };
    let other = other.filter(|other| !other.events.is_empty());
    let pushed = push_records(group, member, batch).and_then(|own| {
        let others = other.as_ref().map(|other| push_records(group, other, &nobody)).transpose()?;
        Ok((own, others))
    });
    match pushed {
        Ok(((first, head), others)) => {
            group.end_batch();
            member.member.head = head;
            if let (Some(other), Some((_, head))) = (other, others) {
                other.member.head = head;
            }
            if !batch.facts.is_empty() {
                member.member.note_seen(key_fingerprint(batch.effective_key));
            }
            for fact in batch.facts.iter().filter(|fact| fact.brings_name()) {
                member.member.note_seen(fact.subject().map_or(0, subject_fingerprint));
            }
            Ok(first)
        }
        Err(error) => {
            group.abandon_batch();
            Err(error)
        }
    }
}

fn push_records(
    group: &mut Group,
    written: &Written<'_>,
    batch: &BatchFacts<'_>,
) -> Result<(Position, Position), LogError> {
    let Written { member, number, events } = written;
    let mut first = None;
    let mut previous = member.head;
    let header =
        |stored: RecordType, effective_at: Instant, previous, key_fingerprint, subject_fingerprint| {
            RecordHeader {
                kind: stored.kind.number(),
                version: stored.version,
                member: *number,
                effective_at: effective_at.0,
                recorded_at: batch.recorded_at.0,
                previous,
                key_fingerprint,
                subject_fingerprint,
            }
        };
    if previous.is_none() {
        let named = header(RecordType::MEMBER_NAMED, batch.effective_at, previous, 0, 0);
        previous = group.push_with(named, |out| {
            encode_member_named(&member.name, out);
        })?;
    }
    for (index, fact) in batch.facts.iter().enumerate() {
        // The key belongs to the batch, so only its first fact carries it.
        let key = if index == 0 { key_fingerprint(batch.effective_key) } else { 0 };
        let subject = fact.subject().map_or(0, subject_fingerprint);
        let fact_header = header(RecordType::of_fact(fact), batch.effective_at, previous, key, subject);
        previous = group.push_with(fact_header, |out| {
            encode_fact(batch.key.filter(|_| index == 0), fact, out);
        })?;
        first.get_or_insert(previous);
    }
    let mut subjects = Subjects::default();
    for event in *events {
        let subject = subjects.of(batch.facts, &event.decision);
        let stored = RecordType::of_decision(&event.decision);
        previous = group.push_with(header(stored, event.effective_at, previous, 0, subject), |out| {
            encode_decision(event.effective_at, &event.decision, out);
        })?;
        first.get_or_insert(previous);
    }
    Ok((first.unwrap_or(previous), previous))
}

/// Tells which order or redemption a decision of a batch is about: the n-th judgement of orders is that of the n-th order,
/// and so on; holds, and redemptions that a return gives points back to, are named by the decision.
#[derive(Debug, Default)]
struct Subjects {
    orders: usize,
    returns: usize,
    redemptions: usize,
    reversals: usize,
}

impl Subjects {
    fn of(&mut self, facts: &[Fact<'_>], decision: &Decision) -> u32 {
        let nth = |count: usize, is: fn(&Fact<'_>) -> bool| {
            let fact = facts.iter().filter(|fact| is(fact)).nth(count);
            fact.and_then(Fact::subject).map_or(0, subject_fingerprint)
        };
        let next = |count: &mut usize| {
            *count += 1;
            *count - 1
        };
        let redemption = |name: &str| subject_fingerprint(Subject::Redemption(name));
        let is_order = |fact: &Fact<'_>| matches!(fact, Fact::OrderPlaced(_));
        match decision {
            Decision::PointsEarned(earned) if earned.on == Trigger::Order => {
                nth(next(&mut self.orders), is_order)
            }
            Decision::ReferralPaid(_) => nth(self.orders.saturating_sub(1), is_order),
            Decision::ClawedBack(_) => {
                nth(next(&mut self.returns), |fact| matches!(fact, Fact::OrderReturned(_)))
            }
            Decision::Redeemed(_) => {
                nth(next(&mut self.redemptions), |fact| matches!(fact, Fact::RedemptionRequested(_)))
            }
            Decision::RedemptionReversed(RedemptionReversed { of: Some(name), .. }) => redemption(name),
            Decision::RedemptionReversed(_) => {
                nth(next(&mut self.reversals), |fact| matches!(fact, Fact::ReversalRequested(_)))
            }
            Decision::HoldPlaced(HoldPlaced { hold, .. })
            | Decision::HoldCaptured(HoldCaptured { hold, .. })
            | Decision::HoldReleased(HoldReleased { hold, .. }) => redemption(hold),
            _ => 0,
        }
    }
}
