//! A command's facts and decisions as the records of one batch.

use tallybook_core::calendar::Instant;
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::Fact;
use tallybook_format::{
    RecordKind, encode_decision, encode_fact, encode_member_named, key_fingerprint, subject_fingerprint,
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
            let kind = encode_decision(event.effective_at, &event.decision, &mut body);
            Stored {
                kind: kind.number(),
                version: kind.version(),
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

/// Pushes a member's batch and moves the member's head. The group's batch is begun and ended here.
///
/// # Errors
/// [`LogError::TooLarge`]; the batch is abandoned then and the member unchanged.
pub(crate) fn push_batch(
    group: &mut Group,
    member: &mut Member,
    number: u32,
    batch: &BatchFacts<'_>,
    events: &[Event],
) -> Result<Position, LogError> {
    group.begin_batch();
    let pushed = push_records(group, member, number, batch, events);
    match pushed {
        Ok((first, head)) => {
            group.end_batch();
            member.head = head;
            if !batch.facts.is_empty() {
                member.note_seen(key_fingerprint(batch.effective_key));
            }
            for fact in batch.facts {
                if let Fact::OrderPlaced(_) | Fact::RedemptionRequested(_) = fact {
                    member.note_seen(fact.subject().map_or(0, subject_fingerprint));
                }
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
    member: &Member,
    number: u32,
    batch: &BatchFacts<'_>,
    events: &[Event],
) -> Result<(Position, Position), LogError> {
    let mut first = None;
    let mut previous = member.head;
    let header = |kind: RecordKind, effective_at: Instant, previous, key_fingerprint, subject_fingerprint| {
        RecordHeader {
            kind: kind.number(),
            version: kind.version(),
            member: number,
            effective_at: effective_at.0,
            recorded_at: batch.recorded_at.0,
            previous,
            key_fingerprint,
            subject_fingerprint,
        }
    };
    if previous.is_none() {
        let named = header(RecordKind::MemberNamed, batch.effective_at, previous, 0, 0);
        previous = group.push_with(named, |out| {
            encode_member_named(&member.name, out);
        })?;
    }
    for (index, fact) in batch.facts.iter().enumerate() {
        // The key belongs to the batch, so only its first fact carries it.
        let key = if index == 0 { key_fingerprint(batch.effective_key) } else { 0 };
        let subject = fact.subject().map_or(0, subject_fingerprint);
        let fact_header = header(RecordKind::of_fact(fact), batch.effective_at, previous, key, subject);
        previous = group.push_with(fact_header, |out| {
            encode_fact(batch.key.filter(|_| index == 0), fact, out);
        })?;
        first.get_or_insert(previous);
    }
    let mut subjects = Subjects::default();
    for event in events {
        let subject = subjects.of(batch.facts, &event.decision);
        let kind = RecordKind::of_decision(&event.decision);
        previous = group.push_with(header(kind, event.effective_at, previous, 0, subject), |out| {
            encode_decision(event.effective_at, &event.decision, out);
        })?;
        first.get_or_insert(previous);
    }
    Ok((first.unwrap_or(previous), previous))
}

/// Tells which fact of a batch a decision judges: the n-th judgement of orders is that of the n-th order, and so on.
#[derive(Debug, Default)]
struct Subjects {
    orders: usize,
    returns: usize,
    redemptions: usize,
    reversals: usize,
}

impl Subjects {
    fn of(&mut self, facts: &[Fact<'_>], decision: &Decision) -> u32 {
        let nth = |count: &mut usize, is: fn(&Fact<'_>) -> bool| {
            let fact = facts.iter().filter(|fact| is(fact)).nth(*count);
            *count += 1;
            fact.and_then(Fact::subject).map_or(0, subject_fingerprint)
        };
        match decision {
            Decision::PointsEarned(_) => nth(&mut self.orders, |f| matches!(f, Fact::OrderPlaced(_))),
            Decision::ClawedBack(_) => nth(&mut self.returns, |f| matches!(f, Fact::OrderReturned(_))),
            Decision::Redeemed(_) => {
                nth(&mut self.redemptions, |f| matches!(f, Fact::RedemptionRequested(_)))
            }
            Decision::RedemptionReversed(_) => {
                nth(&mut self.reversals, |f| matches!(f, Fact::ReversalRequested(_)))
            }
            _ => 0,
        }
    }
}
