//! Records to member states: what every replay does.
//!
//! A fold needs no rules: it applies decisions and takes profiles from facts. Other facts it passes over without
//! decoding, but for the chain head and the fingerprints in their headers.

use smallvec::SmallVec;
use tallybook_core::apply::{apply, apply_enrolment, apply_profile, touch};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::Moved;
use tallybook_core::event::Decision;
use tallybook_core::fact::Fact;
use tallybook_core::state::MemberState;
use tallybook_format::{FormatError, RecordKind, decode_fact, decode_member_named, with_decision};
use tallybook_log::{Position, RecordHeader, RecordView};

use crate::error::LedgerError;

/// A member as the ledger keeps them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The caller's name for the member.
    pub name: Box<str>,
    /// The member's newest record.
    pub head: Position,
    /// Fingerprints of every key, order and redemption so far, in order of number: what is not here is new.
    pub seen: Vec<u32>,
    /// Members who became part of this one: their pasts are this one's.
    pub absorbed: Vec<Absorbed>,
    /// What the member owns.
    pub state: MemberState,
}

/// A member who became part of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Absorbed {
    /// Their number.
    pub number: u32,
    /// Their newest record.
    pub head: Position,
    /// What is added to their lots' numbers.
    pub lot_offset: u32,
}

impl Member {
    /// A member of whom nothing is known yet.
    pub fn new(name: &str) -> Member {
        Member {
            name: name.into(),
            head: Position::NONE,
            seen: Vec::new(),
            absorbed: Vec::new(),
            state: MemberState::default(),
        }
    }

    /// Takes over the past of a member whose points this one has taken in already: what they did counts as this one's.
    pub fn absorb(&mut self, number: u32, other: &Member) {
        // Their lots were numbered after all of this one's, so the last is theirs.
        let lot_offset = self.state.last_lot.0.saturating_sub(other.state.last_lot.0);
        self.absorbed.push(Absorbed { number, head: other.head, lot_offset });
        let earlier = other.absorbed.iter();
        self.absorbed.extend(earlier.map(|a| Absorbed { lot_offset: a.lot_offset + lot_offset, ..*a }));
        other.seen.iter().for_each(|fingerprint| self.note_seen(*fingerprint));
    }

    /// Where somebody's lots are who became part of this member.
    pub fn moved(&self, number: u32) -> Option<Moved> {
        let absorbed = self.absorbed.iter().find(|absorbed| absorbed.number == number)?;
        Some(Moved { to: self.name.clone(), lot_offset: absorbed.lot_offset })
    }

    /// The member's own past and those of everybody who became part of them.
    pub fn past(&self) -> Past {
        let own = Chain { head: self.head, lot_offset: 0 };
        let absorbed = self.absorbed.iter().map(|a| Chain { head: a.head, lot_offset: a.lot_offset });
        Past(std::iter::once(own).chain(absorbed).collect())
    }

    /// Whether a key, order or redemption of this fingerprint may have been seen. `false` is certain.
    pub fn may_have_seen(&self, fingerprint: u32) -> bool {
        self.seen.binary_search(&fingerprint).is_ok()
    }

    /// Notes a fingerprint; 0 stands for none.
    pub fn note_seen(&mut self, fingerprint: u32) {
        if let (true, Err(index)) = (fingerprint != 0, self.seen.binary_search(&fingerprint)) {
            self.seen.insert(index, fingerprint);
        }
    }

    /// Notes what a record's header tells.
    pub fn note_header(&mut self, position: Position, header: &RecordHeader) {
        self.head = position;
        self.note_seen(header.key_fingerprint);
        if introduces(header.kind) {
            self.note_seen(header.subject_fingerprint);
        }
    }

    /// Takes in the member's next record; shows the decision, where it is one, with the member after it. Decisions are
    /// shown and not given because they are large.
    ///
    /// # Errors
    /// [`LedgerError::Corruption`] where the record cannot be read or does not fit what came before.
    pub fn fold(
        &mut self,
        record: &RecordView<'_>,
        decided: impl FnOnce(&mut Member, &Decision),
    ) -> Result<(), LedgerError> {
        let RecordView { position, header, body } = record;
        if header.previous != self.head {
            let text = format!("the record at position {position} does not follow its member's last one");
            return Err(LedgerError::Corruption(text));
        }
        self.note_header(*position, header);
        let unreadable = |error| LedgerError::unreadable(*position, &error);
        let kind = RecordKind::from_number(header.kind).map_err(unreadable)?;
        if !kind.is_decision() {
            return fold_fact(&mut self.state, kind, header, body).map_err(unreadable);
        }
        let effective_at = Instant(header.effective_at);
        let folded = with_decision(header.kind, header.version, effective_at, body, |decision| {
            apply(&mut self.state, effective_at, decision)
                .map_err(|misfit| LedgerError::misfit(*position, &misfit))?;
            decided(self, decision);
            Ok(())
        });
        folded.map_err(unreadable)?
    }

    /// Reads from every part of the member itself that a judgement reads, so that it is in the processor's caches then.
    /// What it gives means nothing.
    pub(crate) fn touch(&self) -> i64 {
        let Member { name, head, seen, state, .. } = self;
        let balance = state.balances.first().map_or(0, |balance| balance.available.0 ^ balance.arrears.0);
        let ladder = state.ladders.first().map_or(0, |ladder| ladder.since.0 ^ ladder.buckets.len() as i64);
        let lists = state.lots.len() ^ state.caps.len() ^ state.renewals.len() ^ seen.len() ^ name.len();
        state.settled_to.0 ^ balance ^ ladder ^ lists as i64 ^ head.0 as i64
    }

    /// The same for the name, by which the member is found, and for lists that are elsewhere in memory.
    pub(crate) fn touch_lists(&self) -> i64 {
        let Member { name, seen, state, .. } = self;
        let name = name.as_bytes().first().copied().unwrap_or(0);
        let lots = state.lots.iter().fold(0, |sum, lot| sum ^ lot.remaining.0);
        let caps = state.caps.iter().step_by(2).fold(0, |sum, cap| sum ^ cap.used.0);
        let buckets = state.ladders.iter().fold(0, |sum, ladder| {
            ladder.buckets.last().map_or(sum, |bucket| sum ^ i64::from(bucket.start.0))
        });
        let seen = seen.iter().step_by(16).fold(0, |sum, fingerprint| sum ^ fingerprint);
        lots ^ caps ^ buckets ^ i64::from(seen) ^ i64::from(name)
    }

    /// About how much memory the member takes, in bytes, with what is left free in their lists and the eighth or so that
    /// allocators lose by rounding up.
    pub fn memory_bytes(&self) -> usize {
        fn list<T>(list: &Vec<T>) -> usize {
            list.capacity() * size_of::<T>()
        }
        let Member { name, seen, absorbed, state, .. } = self;
        let ladders = state.ladders.iter().map(|ladder| list(&ladder.buckets) + list(&ladder.carried));
        let holds = state.holds.iter().map(|hold| hold.name.len() + size_of_val(hold.draws.as_slice()));
        let bytes = size_of::<Member>()
            + name.len()
            + list(seen)
            + list(absorbed)
            + list(&state.lots)
            + list(&state.caps)
            + list(&state.vouchers)
            + list(&state.holds)
            + list(&state.renewals)
            + ladders.chain(holds).sum::<usize>();
        bytes + bytes / 8
    }
}

/// Chains of records that together are one member's past: their own first, then those of members they took in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past(pub SmallVec<[Chain; 1]>);

/// One chain of a past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Chain {
    /// The newest record to look at.
    pub head: Position,
    /// What is added to lot numbers found there.
    pub lot_offset: u32,
}

impl Past {
    /// The newest record of all.
    pub fn newest(&self) -> Position {
        self.0.iter().map(|chain| chain.head).filter(|head| !head.is_none()).max().unwrap_or(Position::NONE)
    }
}

/// Whether a record of this kind brings a name that later ones may not take again.
pub(crate) fn introduces(kind: u16) -> bool {
    let introducing = [RecordKind::OrderPlaced, RecordKind::RedemptionRequested, RecordKind::HoldRequested];
    introducing.iter().any(|known| known.number() == kind)
}

/// Takes in what a fact says about the member; most say nothing that a decision does not.
fn fold_fact(
    state: &mut MemberState,
    kind: RecordKind,
    header: &RecordHeader,
    body: &[u8],
) -> Result<(), FormatError> {
    let effective_at = Instant(header.effective_at);
    match kind {
        RecordKind::MemberNamed => {
            decode_member_named(header.kind, header.version, body)?;
        }
        RecordKind::MemberEnrolled | RecordKind::ProfileChanged => {
            match decode_fact(header.kind, header.version, body)?.fact {
                Fact::MemberEnrolled(enrolment) => apply_enrolment(state, &enrolment),
                Fact::ProfileChanged(profile) => apply_profile(state, &profile),
                _ => {}
            }
            touch(state, effective_at);
        }
        // A fulfilment may find nothing that waits for it, and is of its time all the same.
        RecordKind::OrderFulfilled => touch(state, effective_at),
        _ => {}
    }
    Ok(())
}
