//! One member's batch: read, judged again, and followed.
//!
//! Where the recorded decisions are to the byte those that judging gives, the state that judging leaves is the fold, and
//! the decisions need not be decoded at all. Where they are not, the state goes back and follows what is recorded.
//!
//! It knows nothing of the order of batches.

use tallybook::{LedgerError, Member, find_key, precedent, stored_batch};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::{self, Case, Party, Precedent, Workspace};
use tallybook_core::event::{Decision, Event, MergedFrom};
use tallybook_core::fact::{Fact, Order};
use tallybook_core::ids::VersionNumber;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};
use tallybook_format::{RecordKind, decode_decision, decode_fact, subject_fingerprint};
use tallybook_log::{LogReader, Position, RecordHeader, RecordView};

use crate::book::{Audited, Book};
use crate::canonical::{self, Fault, key_of};
use crate::conservation::{self, Meeting};
use crate::difference;
use crate::report::{BatchPlace, FindingKind, Findings};

/// Memory that is used again for every batch.
#[derive(Default)]
pub(crate) struct Desk {
    workspace: Workspace,
    precedents: Vec<Precedent<'static>>,
    events: Vec<Event>,
    other_events: Vec<Event>,
    before: MemberState,
    ledger_before: LedgerState,
    bytes: Vec<u8>,
}

/// The member at the other end of a batch, taken out of the book, and the state to go back to.
struct Other {
    number: u32,
    audited: Audited,
    before: MemberState,
}

/// A member cannot be followed.
struct NotFollowed;

/// What judging a batch again came to.
enum Judged {
    /// The recorded decisions; the members are as they come out.
    Same,
    /// Other decisions; nothing has changed.
    Otherwise,
    /// It could not be done; nothing has changed.
    Not,
}

/// A batch's facts, decoded.
struct Parts<'b> {
    facts: Vec<Fact<'b>>,
    /// The key that the caller gave, if any.
    key: Option<&'b str>,
    /// Fingerprint of the key that the batch came under; 0 for none.
    key_fingerprint: u32,
    /// The first fact or decision.
    position: Position,
    effective_at: Instant,
    recorded_at: Instant,
    /// Whether all of it could be read and stands in order.
    is_readable: bool,
}

impl<'b> Parts<'b> {
    fn case<'c>(&'c self, precedents: &'c [Precedent<'b>]) -> Case<'c>
    where
        'b: 'c,
    {
        let Parts { facts, effective_at, recorded_at, .. } = self;
        Case { facts, precedents, effective_at: *effective_at, recorded_at: *recorded_at }
    }
}

/// One batch being checked.
pub(crate) struct Round<'a> {
    pub place: BatchPlace,
    pub programmes: &'a Programmes,
    pub book: &'a mut Book,
    pub findings: &'a mut Findings,
    pub desk: &'a mut Desk,
    /// What the batch moves from one member to another, where it is folded.
    pub meeting: Meeting,
}

impl Round<'_> {
    /// Takes in the records of a batch, whose facts are about one member, and tells whether they were judged again.
    ///
    /// # Errors
    /// [`LedgerError::Fault`] only.
    pub fn take<'b, R: LogReader>(
        &mut self,
        reader: &R,
        number: u32,
        judges_again: bool,
        records: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> Result<bool, LedgerError> {
        let own = records.clone().filter(move |record| record.header.member == number);
        let others = records.filter(move |record| record.header.member != number);
        let mut audited = self.book.take(number);
        let parts = self.read(&audited.member, own.clone());
        if audited.is_followed {
            self.check_key(reader, &audited.member, &parts)?;
        }
        let mut judged = Judged::Not;
        if judges_again && audited.is_followed && parts.is_readable {
            judged = self.judge_again(reader, number, &mut audited, &parts, own.clone(), others.clone())?;
        }
        let is_same = matches!(judged, Judged::Same);
        if !is_same {
            self.fold(&mut audited, own);
        }
        self.book.put(number, audited);
        if !is_same {
            self.fold_others(others);
            if let Some(fault) = self.meeting.fault() {
                let kind = FindingKind::Unbalanced;
                self.findings.add(self.place.finding(kind, Some(parts.position), None, fault));
            }
        }
        Ok(!matches!(judged, Judged::Not))
    }

    /// Judges a batch again, and takes the members as they come out where that is as recorded.
    fn judge_again<'b, R: LogReader>(
        &mut self,
        reader: &R,
        number: u32,
        audited: &mut Audited,
        parts: &Parts<'_>,
        own: impl Iterator<Item = RecordView<'b>> + Clone,
        others: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> Result<Judged, LedgerError> {
        if !self.find_precedents(reader, &audited.member, parts)? {
            return Ok(Judged::Not);
        }
        let Ok(mut other) = self.take_other(number, &audited.member, parts) else { return Ok(Judged::Not) };
        self.desk.before.copy_from(&audited.member.state);
        self.desk.ledger_before.clone_from(&self.book.ledger);
        let is_same = self.judge(&mut audited.member, other.as_mut(), parts, own.clone(), others.clone());
        if is_same {
            own.for_each(|record| audited.member.note_header(record.position, &record.header));
            self.check_balance(parts.position, &audited.member);
        } else {
            audited.member.state.copy_from(&self.desk.before);
            self.book.ledger.clone_from(&self.desk.ledger_before);
        }
        if let Some(Other { number: other_number, audited: mut other, before }) = other {
            if is_same {
                others.for_each(|record| other.member.note_header(record.position, &record.header));
                let merged = |event: &Event| matches!(event.decision, Decision::MergedFrom(_));
                if self.desk.other_events.iter().any(merged) {
                    other.member.absorb(number, &audited.member);
                }
                self.check_balance(parts.position, &other.member);
            } else {
                other.member.state = before;
            }
            self.book.put(other_number, other);
        }
        Ok(if is_same { Judged::Same } else { Judged::Otherwise })
    }

    fn check_balance(&mut self, at: Position, member: &Member) {
        if let Some(fault) = conservation::balance_fault(&member.state) {
            self.add(FindingKind::Unbalanced, at, member, fault);
        }
    }

    /// Takes the member at the other end of a batch out of the book, if there is one.
    ///
    /// # Errors
    /// Where that member cannot be followed, so that nothing can be judged that rests on them.
    fn take_other(
        &mut self,
        number: u32,
        member: &Member,
        parts: &Parts<'_>,
    ) -> Result<Option<Other>, NotFollowed> {
        let case = parts.case(&self.desk.precedents);
        let Some(name) = decide::other_party(&member.state, self.programmes, &case) else { return Ok(None) };
        let Some(other) = self.book.resolve(&name).filter(|other| *other != number) else { return Ok(None) };
        if !self.book.is_followed(other) {
            return Err(NotFollowed);
        }
        let audited = self.book.take(other);
        let before = audited.member.state.clone();
        Ok(Some(Other { number: other, audited, before }))
    }

    fn add(&mut self, kind: FindingKind, at: Position, member: &Member, text: String) {
        self.findings.add(self.place.finding(kind, Some(at), Some(&member.name), text));
    }

    /// Reads the facts and checks them and the order of all records.
    fn read<'b>(&mut self, member: &Member, records: impl Iterator<Item = RecordView<'b>>) -> Parts<'b> {
        let mut parts = Parts {
            facts: Vec::new(),
            key: None,
            key_fingerprint: 0,
            position: Position::NONE,
            effective_at: Instant::MIN,
            recorded_at: Instant::MIN,
            is_readable: true,
        };
        let mut stage = 0;
        for (index, record) in records.enumerate() {
            parts.recorded_at = Instant(record.header.recorded_at);
            let Ok(kind) = RecordKind::from_number(record.header.kind) else {
                parts.is_readable = false;
                let text = format!("a record has the unknown kind {}", record.header.kind);
                self.add(FindingKind::Unreadable, record.position, member, text);
                continue;
            };
            let this_stage = if kind.is_decision() { 2 } else { u8::from(kind.is_fact()) };
            let is_misplaced = this_stage < stage
                || (kind == RecordKind::MemberNamed && (index > 0 || !member.head.is_none()))
                || kind == RecordKind::ProgrammePublished;
            stage = this_stage;
            if is_misplaced {
                parts.is_readable = false;
                let text = format!("a {} does not belong at this place of a member's batch", kind.name());
                self.add(FindingKind::BatchShape, record.position, member, text);
            }
            if kind != RecordKind::MemberNamed && parts.position.is_none() {
                parts.position = record.position;
                parts.effective_at = Instant(record.header.effective_at);
            }
            if kind.is_fact() {
                self.read_fact(member, &record, &mut parts);
            }
        }
        if parts.position.is_none() && parts.is_readable {
            parts.is_readable = false;
            let text = "the batch has neither facts nor decisions".to_owned();
            self.add(FindingKind::BatchShape, self.place.position, member, text);
        }
        parts
    }

    fn read_fact<'b>(&mut self, member: &Member, record: &RecordView<'b>, parts: &mut Parts<'b>) {
        let stored = match decode_fact(record.header.kind, record.header.version, record.body) {
            Ok(stored) => stored,
            Err(error) => {
                parts.is_readable = false;
                self.add(
                    FindingKind::Unreadable,
                    record.position,
                    member,
                    format!("a fact cannot be read: {error}"),
                );
                return;
            }
        };
        match canonical::fact_fault(record, &stored, parts.facts.is_empty(), &mut self.desk.bytes) {
            Some(Fault::Body) => {
                let text = format!("a {} is encoded otherwise than the ledger does", stored.fact.name());
                self.add(FindingKind::NotCanonical, record.position, member, text);
            }
            Some(Fault::Header(what)) => {
                self.add(FindingKind::HeaderMismatch, record.position, member, what.to_owned());
            }
            None => {}
        }
        if record.header.effective_at != parts.effective_at.0 {
            let text = "facts of one batch have different effective times".to_owned();
            self.add(FindingKind::HeaderMismatch, record.position, member, text);
        }
        if parts.facts.is_empty() {
            parts.key = stored.key;
            parts.key_fingerprint = key_of(&stored);
        }
        parts.facts.push(stored.fact);
    }

    /// One key, one effect, for ever (law 5).
    fn check_key<R: LogReader>(
        &mut self,
        reader: &R,
        member: &Member,
        parts: &Parts<'_>,
    ) -> Result<(), LedgerError> {
        if !member.may_have_seen(parts.key_fingerprint) {
            return Ok(());
        }
        let natural_key = || parts.facts.first().and_then(Fact::natural_key);
        let Some(key) = parts.key.map(str::to_owned).or_else(natural_key) else { return Ok(()) };
        match find_key(reader, &member.past(), &key) {
            Ok(None) => {}
            Ok(Some(earlier)) => {
                let text = format!("the key `{key}` was used before, at position {earlier}");
                self.add(FindingKind::RepeatedKey, parts.position, member, text);
            }
            // A chain that cannot be walked is a finding of its own.
            Err(LedgerError::Corruption(_)) => {}
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Notes where the lots of an order's referrer are who has become part of another member. The batch's own member is
    /// not in the book while it is judged.
    fn follow_referrer(&mut self, member: &Member, found: &mut Precedent<'_>) {
        let Precedent::Order(file) = found else { return };
        let Some(paid) = &file.record.referral else { return };
        let Some(number) = self.book.find(&paid.referrer) else { return };
        let goes_on = self.book.resolve(&paid.referrer);
        let in_book = goes_on.and_then(|goes_on| self.book.get(goes_on)?.moved(number));
        file.record.referrer = in_book.or_else(|| member.moved(number));
    }

    /// Finds what the facts refer to; false where it cannot be read.
    fn find_precedents<R: LogReader>(
        &mut self,
        reader: &R,
        member: &Member,
        parts: &Parts<'_>,
    ) -> Result<bool, LedgerError> {
        self.desk.precedents.clear();
        for fact in &parts.facts {
            // As the ledger does, the past is walked only for what may be in it.
            let is_certainly_new = match fact {
                Fact::ReinstatementRequested(_) | Fact::OrderPlaced(Order { redemption: Some(_), .. }) => {
                    false
                }
                fact => fact.subject().is_none_or(|s| !member.may_have_seen(subject_fingerprint(s))),
            };
            if is_certainly_new {
                self.desk.precedents.push(Precedent::None);
                continue;
            }
            match precedent(reader, &member.past(), fact) {
                Ok(mut found) => {
                    self.follow_referrer(member, &mut found);
                    self.desk.precedents.push(found);
                }
                Err(LedgerError::Corruption(what)) => {
                    let text = format!("cannot be judged again, as what it refers to cannot be read: {what}");
                    self.add(FindingKind::DecisionDiffers, parts.position, member, text);
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(true)
    }

    /// Judges the batch again on the members' states and tells whether the recorded decisions come out. The states are
    /// then those after the batch; if not, they are of no use.
    fn judge<'b>(
        &mut self,
        member: &mut Member,
        other: Option<&mut Other>,
        parts: &Parts<'_>,
        own: impl Iterator<Item = RecordView<'b>> + Clone,
        others: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> bool {
        let is_decision = |record: &RecordView<'_>| {
            RecordKind::from_number(record.header.kind).is_ok_and(RecordKind::is_decision)
        };
        let decisions = own.filter(is_decision);
        let until =
            decisions.clone().map(|record| record.header.effective_at).max().map_or(Instant::MIN, Instant);
        let other_name = other.as_ref().map(|other| other.audited.member.name.clone());
        if let Err(refusal) = self.decide(member, other, parts, until) {
            let text = format!("judged again, the batch is refused: {} ({refusal})", refusal.code());
            self.add(FindingKind::DecisionDiffers, parts.position, member, text);
            return false;
        }
        let again = stored_batch(&parts.facts, &self.desk.events);
        let others_again = stored_batch(&[], &self.desk.other_events);
        if !difference::are_same(decisions.clone(), &again) {
            let text = difference::decisions(decisions, &again);
            self.add(FindingKind::DecisionDiffers, parts.position, member, text);
            return false;
        }
        let others = others.filter(is_decision);
        if !difference::are_same(others.clone(), &others_again) {
            let number = others.clone().next().map(|record| record.header.member);
            let recorded_of = number.and_then(|number| self.book.get(number));
            let name = other_name.or_else(|| recorded_of.map(|member| member.name.clone()));
            let text = difference::decisions(others, &others_again);
            let text = format!("of the member at the other end: {text}");
            let finding = FindingKind::DecisionDiffers;
            self.findings.add(self.place.finding(finding, Some(parts.position), name.as_deref(), text));
            return false;
        }
        true
    }

    /// A batch without facts is what time alone did, and its last event tells how far it was settled at least: nothing
    /// was due between that and the instant that the sweep was for.
    fn decide(
        &mut self,
        member: &mut Member,
        other: Option<&mut Other>,
        parts: &Parts<'_>,
        until: Instant,
    ) -> Result<(), Refusal> {
        let Desk { workspace, precedents, events, other_events, .. } = &mut *self.desk;
        events.clear();
        other_events.clear();
        if parts.facts.is_empty() {
            decide::settle_to(&mut member.state, self.programmes, until, events);
            // Holds that time releases give pieces of rewards back.
            events.iter().for_each(|event| self.book.ledger.apply(&event.decision));
            return Ok(());
        }
        let party = Party { name: &member.name, state: &mut member.state, events };
        let other = other.map(|other| {
            let member = &mut other.audited.member;
            Party { name: &member.name, state: &mut member.state, events: other_events }
        });
        let case = parts.case(precedents);
        decide::decide(party, other, &mut self.book.ledger, self.programmes, &case, workspace)
    }

    /// Follows the recorded decisions about members at the other end.
    fn fold_others<'b>(&mut self, others: impl Iterator<Item = RecordView<'b>> + Clone) {
        for record in others {
            let number = record.header.member;
            let mut audited = self.book.take(number);
            self.fold(&mut audited, std::iter::once(record));
            self.book.put(number, audited);
        }
    }

    /// Follows the recorded decisions.
    fn fold<'b>(&mut self, audited: &mut Audited, records: impl Iterator<Item = RecordView<'b>>) {
        for record in records {
            // The chain has been checked; here the scan's own order counts.
            let header = RecordHeader { previous: audited.member.head, ..record.header };
            let in_order = RecordView { header, ..record };
            if !audited.is_followed {
                audited.member.note_header(record.position, &header);
                self.take_shared(&record);
                continue;
            }
            let folded = audited.member.fold(&in_order, |member, decision| {
                self.book.ledger.apply(decision);
                self.meeting.add(decision);
                if let Decision::MergedFrom(merged) = decision {
                    self.join_pasts(member, &record, merged);
                }
                self.check_decision(member, &record, decision);
            });
            if let Err(error) = folded {
                audited.is_followed = false;
                self.take_shared(&record);
                let text = format!("{error}; the member is judged no further");
                self.add(FindingKind::Misfit, record.position, &audited.member, text);
            }
        }
        if !audited.is_followed {
            return;
        }
        if let Some(fault) = conservation::state_fault(&audited.member.state) {
            audited.is_followed = false;
            let text = format!("{fault}; the member is judged no further");
            let at = audited.member.head;
            self.add(FindingKind::Unbalanced, at, &audited.member, text);
        }
    }

    /// Takes in what a decision means to others, about a member who cannot be followed.
    fn take_shared(&mut self, record: &RecordView<'_>) {
        let RecordHeader { kind, version, effective_at, .. } = record.header;
        if let Ok(decision) = decode_decision(kind, version, Instant(effective_at), record.body) {
            self.book.ledger.apply(&decision);
            self.meeting.add(&decision);
        }
    }

    /// Joins the pasts of two members of whom one has just taken in the other.
    fn join_pasts(&mut self, member: &mut Member, record: &RecordView<'_>, merged: &MergedFrom) {
        let number = self.book.find(&merged.from);
        let is_followed = number.is_some_and(|number| self.book.is_followed(number));
        let Some((number, from)) = number.and_then(|number| Some((number, self.book.get(number)?))) else {
            let text = format!("`{}` became part of the member, and was never named", merged.from);
            return self.add(FindingKind::UnknownMember, record.position, member, text);
        };
        if is_followed {
            member.absorb(number, from);
        } else {
            // The decision itself says what the other had, whatever came of following them.
            let state = MemberState { last_lot: merged.state.last_lot, ..MemberState::default() };
            let Member { name, head, seen, absorbed, .. } = from.clone();
            member.absorb(number, &Member { name, head, seen, absorbed, state });
        }
    }

    fn check_decision(&mut self, member: &Member, record: &RecordView<'_>, decision: &Decision) {
        if canonical::decision_fault(record, decision, &mut self.desk.bytes).is_some() {
            let text = format!("a {} is encoded otherwise than the ledger does", decision.name());
            self.add(FindingKind::NotCanonical, record.position, member, text);
        }
        let effective_at = Instant(record.header.effective_at);
        if let Some(fault) = conservation::decision_fault(effective_at, decision) {
            self.add(FindingKind::Unbalanced, record.position, member, fault);
        }
        if let Some(version) = version_of(decision).filter(|v| self.programmes.version(*v).is_none()) {
            let text =
                format!("a {} names programme version {version}, which was never published", decision.name());
            self.add(FindingKind::UnsoundProgramme, record.position, member, text);
        }
    }
}

fn version_of(decision: &Decision) -> Option<VersionNumber> {
    match decision {
        Decision::PointsEarned(earned) => Some(earned.version),
        Decision::TierChanged(changed) => Some(changed.version),
        Decision::FiguresCarried(carried) => Some(carried.version),
        Decision::BenefitUsed(used) => Some(used.version),
        _ => None,
    }
}
