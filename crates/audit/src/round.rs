//! One member's batch: read, judged again, and followed.
//!
//! Where the recorded decisions are to the byte those that judging gives, the state that judging leaves is the fold, and
//! the decisions need not be decoded at all. Where they are not, the state goes back and follows what is recorded.
//!
//! It knows neither other members nor the order of batches.

use tallybook::{Folded, LedgerError, Member, find_key, precedent, stored_batch};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::{self, Draft, Precedent, Workspace};
use tallybook_core::event::{Decision, Event};
use tallybook_core::fact::Fact;
use tallybook_core::ids::VersionNumber;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::MemberState;
use tallybook_format::{RecordKind, decode_fact, subject_fingerprint};
use tallybook_log::{LogReader, Position, RecordHeader, RecordView};

use crate::canonical::{self, Fault, key_of};
use crate::report::{BatchPlace, FindingKind, Findings};
use crate::{conservation, difference};

/// A member on the way through the log.
#[derive(Debug)]
pub(crate) struct Audited {
    pub member: Member,
    /// Whether all that was recorded of the member could be followed.
    pub is_followed: bool,
}

/// Memory that is used again for every batch.
#[derive(Default)]
pub(crate) struct Desk {
    workspace: Workspace,
    precedents: Vec<Precedent<'static>>,
    events: Vec<Event>,
    before: MemberState,
    bytes: Vec<u8>,
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

/// One batch being checked.
pub(crate) struct Round<'a> {
    pub place: BatchPlace,
    pub programmes: &'a Programmes,
    pub findings: &'a mut Findings,
    pub desk: &'a mut Desk,
}

impl Round<'_> {
    /// Takes in the member's records of the batch, and tells whether they were judged again.
    ///
    /// # Errors
    /// [`LedgerError::Fault`] only.
    pub fn take<'b, R: LogReader>(
        &mut self,
        reader: &R,
        audited: &mut Audited,
        judges_again: bool,
        records: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> Result<bool, LedgerError> {
        let parts = self.read(&audited.member, records.clone());
        if audited.is_followed {
            self.check_key(reader, &audited.member, &parts)?;
        }
        if !(judges_again && audited.is_followed && parts.is_readable) {
            self.fold(audited, records);
            return Ok(false);
        }
        copy_state(&audited.member.state, &mut self.desk.before);
        if self.judge(reader, &mut audited.member, &parts, records.clone())? {
            records.for_each(|record| audited.member.note_header(record.position, &record.header));
            if let Some(fault) = conservation::balance_fault(&audited.member.state) {
                self.add(FindingKind::Unbalanced, parts.position, &audited.member, fault);
            }
        } else {
            std::mem::swap(&mut audited.member.state, &mut self.desk.before);
            self.fold(audited, records);
        }
        Ok(true)
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
        match find_key(reader, member.head, &key) {
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

    /// Judges the batch again on the member's state and tells whether the recorded decisions come out. The state is
    /// then that after the batch; if not, it is of no use.
    fn judge<'b, R: LogReader>(
        &mut self,
        reader: &R,
        member: &mut Member,
        parts: &Parts<'_>,
        records: impl Iterator<Item = RecordView<'b>> + Clone,
    ) -> Result<bool, LedgerError> {
        let decisions = records.filter(|record| record.header.kind > RecordKind::MemberNamed.number());
        self.desk.precedents.clear();
        for fact in &parts.facts {
            let may_refer = fact.subject().is_some_and(|s| member.may_have_seen(subject_fingerprint(s)));
            let found = if may_refer { precedent(reader, member.head, fact) } else { Ok(Precedent::None) };
            match found {
                Ok(found) => self.desk.precedents.push(found),
                Err(LedgerError::Corruption(what)) => {
                    let text = format!("cannot be judged again, as what it refers to cannot be read: {what}");
                    self.add(FindingKind::DecisionDiffers, parts.position, member, text);
                    return Ok(false);
                }
                Err(error) => return Err(error),
            }
        }
        let until =
            decisions.clone().map(|record| record.header.effective_at).max().map_or(Instant::MIN, Instant);
        if let Err(refusal) = self.decide(&mut member.state, parts, until) {
            let text = format!("judged again, the batch is refused: {} ({refusal})", refusal.code());
            self.add(FindingKind::DecisionDiffers, parts.position, member, text);
            return Ok(false);
        }
        let again = stored_batch(&parts.facts, &self.desk.events);
        let mut recorded = decisions.clone();
        let is_same = again
            .iter()
            .all(|again| recorded.next().is_some_and(|record| difference::is_same(&record, again)))
            && recorded.next().is_none();
        if !is_same {
            let text = difference::decisions(decisions, &again);
            self.add(FindingKind::DecisionDiffers, parts.position, member, text);
        }
        Ok(is_same)
    }

    /// A batch without facts is what time alone did, and its last event tells how far it was settled at least: nothing
    /// was due between that and the instant that the sweep was for.
    fn decide(&mut self, state: &mut MemberState, parts: &Parts<'_>, until: Instant) -> Result<(), Refusal> {
        let Desk { workspace, precedents, events, .. } = &mut *self.desk;
        events.clear();
        if parts.facts.is_empty() {
            Draft::new(state, self.programmes, events).settle(until);
            return Ok(());
        }
        let Parts { facts, effective_at, recorded_at, .. } = parts;
        decide::decide(
            state,
            self.programmes,
            facts,
            precedents,
            *effective_at,
            *recorded_at,
            workspace,
            events,
        )
    }

    /// Follows the recorded decisions.
    fn fold<'b>(&mut self, audited: &mut Audited, records: impl Iterator<Item = RecordView<'b>>) {
        for record in records {
            // The chain has been checked; here the scan's own order counts.
            let header = RecordHeader { previous: audited.member.head, ..record.header };
            let in_order = RecordView { header, ..record };
            if !audited.is_followed {
                audited.member.note_header(record.position, &header);
                continue;
            }
            match audited.member.fold(&in_order) {
                Ok(Folded::Decision(event)) => self.check_decision(&audited.member, &record, &event),
                Ok(_) => {}
                Err(error) => {
                    audited.is_followed = false;
                    let text = format!("{error}; the member is judged no further");
                    self.add(FindingKind::Misfit, record.position, &audited.member, text);
                }
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

    fn check_decision(&mut self, member: &Member, record: &RecordView<'_>, event: &Event) {
        if canonical::decision_fault(record, &event.decision, &mut self.desk.bytes).is_some() {
            let text = format!("a {} is encoded otherwise than the ledger does", event.decision.name());
            self.add(FindingKind::NotCanonical, record.position, member, text);
        }
        if let Some(fault) = conservation::decision_fault(event.effective_at, &event.decision) {
            self.add(FindingKind::Unbalanced, record.position, member, fault);
        }
        if let Some(version) = version_of(&event.decision).filter(|v| self.programmes.version(*v).is_none()) {
            let text = format!(
                "a {} names programme version {version}, which was never published",
                event.decision.name()
            );
            self.add(FindingKind::UnsoundProgramme, record.position, member, text);
        }
    }
}

fn version_of(decision: &Decision) -> Option<VersionNumber> {
    match decision {
        Decision::PointsEarned(earned) => Some(earned.version),
        Decision::TierChanged(changed) => Some(changed.version),
        _ => None,
    }
}

/// Copies a state into another's memory, so that keeping the state before each batch needs no allocation.
fn copy_state(from: &MemberState, to: &mut MemberState) {
    let MemberState { joined_at, settled_to, profile, orders, last_lot, balances, lots, ladders, caps } =
        from;
    to.joined_at = *joined_at;
    to.settled_to = *settled_to;
    to.profile.birthday = profile.birthday;
    to.profile.segments.clone_from(&profile.segments);
    to.profile.attributes.clone_from(&profile.attributes);
    to.orders = *orders;
    to.last_lot = *last_lot;
    to.balances.clone_from(balances);
    to.lots.clone_from(lots);
    to.ladders.truncate(ladders.len());
    for (index, ladder) in ladders.iter().enumerate() {
        match to.ladders.get_mut(index) {
            Some(kept) => {
                let mut buckets = std::mem::take(&mut kept.buckets);
                buckets.clone_from(&ladder.buckets);
                (kept.ladder, kept.tier, kept.since) = (ladder.ladder, ladder.tier, ladder.since);
                (kept.until, kept.grace, kept.buckets) = (ladder.until, ladder.grace, buckets);
            }
            None => to.ladders.push(ladder.clone()),
        }
    }
    to.caps.clone_from(caps);
}
