//! The second pass over a log: every fact of a share of the members to its member's place.

use std::ops::Range;

use sha2::{Digest, Sha256};
use tallybook::LedgerError;
use tallybook_core::calendar::Instant;
use tallybook_core::event::Decision;
use tallybook_core::fact::{Fact, Order, Return, ReturnedPart};
use tallybook_core::points::Points;
use tallybook_format::{RecordKind, decode_decision, decode_member_named};
use tallybook_log::{BatchView, LogReader, Position, RecordReader, RecordView};

use super::build::{NO_ROW, fact_of, kind_of, settled_to, too_many};
use super::layout::Section;
use super::measure::{Counts, Measured, STARTS, member_bytes};
use super::slab::Slab;
use super::view::{CONTINUES, REFERRED, RowKind};

/// Neighbouring members who are placed together.
#[derive(Clone, Debug, Default)]
pub(super) struct Share {
    /// Indices of the members, from 0.
    pub(super) members: Range<usize>,
    /// What all members before them have.
    pub(super) before: Counts,
    /// What those have and they.
    pub(super) through: Counts,
}

/// The second pass, for one share.
pub(super) struct Placing<'a, R> {
    records: RecordReader<R>,
    measured: &'a Measured,
    share: &'a Share,
    slab: Slab,
    /// Where the next things go of each member of the share.
    next: Vec<Counts>,
    /// Of each row of the share, the position of the record.
    positions: Vec<Position>,
    /// Of each row of the share, the fingerprint of the order or redemption that it brought or is about.
    subjects: Vec<u32>,
}

impl<'a, R: LogReader> Placing<'a, R> {
    /// Starts with all that the first pass knows.
    pub(super) fn new(records: RecordReader<R>, measured: &'a Measured, share: &'a Share) -> Placing<'a, R> {
        let Share { members, before, through } = share;
        let from = member_bytes(members.start, before);
        let mut to = member_bytes(members.end, through);
        let is_last = members.end == measured.members.len();
        if is_last {
            STARTS.iter().for_each(|starts| to[*starts as usize] += 8);
        }
        let extents = std::array::from_fn(|section| from[section]..to[section]);
        let mut slab = Slab::new(&extents);
        let put_starts = |slab: &mut Slab, member, at: &Counts| {
            slab.put(Section::RowStarts, member, (at.rows as u64).to_le_bytes());
            slab.put(Section::NameStarts, member, (at.name_bytes as u64).to_le_bytes());
        };
        let mut at = *before;
        let mut next = Vec::with_capacity(members.len());
        for member in members.clone() {
            put_starts(&mut slab, member, &at);
            next.push(at);
            at.add(measured.members[member]);
        }
        if is_last {
            put_starts(&mut slab, members.end, through);
            slab.put(Section::OrderLines, through.orders, (through.lines as u64).to_le_bytes());
            slab.put(Section::ReturnParts, through.returns, (through.parts as u64).to_le_bytes());
            slab.put(Section::RequestBodies, through.requests, (through.body_bytes as u64).to_le_bytes());
        }
        let rows = through.rows - before.rows;
        Placing {
            records,
            measured,
            share,
            slab,
            next,
            positions: vec![Position::NONE; rows],
            subjects: vec![0; rows],
        }
    }

    /// All that the share has, once every batch was put.
    pub(super) fn finish(self) -> Slab {
        self.slab
    }

    fn next(&mut self, member: usize) -> &mut Counts {
        &mut self.next[member - self.share.members.start]
    }

    /// Puts a batch's rows where they belong, if it is of the share.
    pub(super) fn batch(&mut self, batch: &BatchView<'_>) -> Result<(), LedgerError> {
        // The first pass has seen that a batch is about one member. Those without one are the ledger's own.
        let number = batch.records().next().map_or(0, |record| record.header.member);
        let Some(member) = (number as usize).checked_sub(1).filter(|m| self.share.members.contains(m)) else {
            return Ok(());
        };
        if let Some(at) = settled_to(batch)? {
            let position = batch.records().next().map_or(batch.header().position, |record| record.position);
            self.row(member, RowKind::Settled, 0, at, position, 0, 0);
        }
        let mut continues = 0;
        let mut redemptions = Vec::new();
        let mut reversals = Vec::new();
        let mut digest: [u8; 16] = self.slab.get(Section::Digests, member);
        for record in batch.records() {
            let kind = kind_of(&record)?;
            self.slab.put(Section::Heads, member, record.position.0.to_le_bytes());
            if kind == RecordKind::MemberNamed {
                self.name(member, &record)?;
            } else if kind.is_fact() {
                let request = self.next(member).requests;
                self.fact(member, &record, continues)?;
                continues = CONTINUES;
                match kind {
                    RecordKind::RedemptionRequested => redemptions.push(request),
                    RecordKind::ReversalRequested => reversals.push(request),
                    _ => {}
                }
            } else {
                let RecordView { header, body, .. } = record;
                digest = next_digest(digest, header.kind, header.version, header.effective_at, body);
                match kind {
                    RecordKind::Redeemed => self.moved(&mut redemptions, &record)?,
                    RecordKind::RedemptionReversed => self.moved(&mut reversals, &record)?,
                    _ => {}
                }
            }
        }
        self.slab.put(Section::Digests, member, digest);
        Ok(())
    }

    /// Notes how many points the next of a batch's redemptions or reversals moved.
    fn moved(&mut self, requests: &mut Vec<usize>, record: &RecordView<'_>) -> Result<(), LedgerError> {
        let points = match decision_of(record)? {
            Decision::Redeemed(redeemed) => redeemed.points,
            Decision::RedemptionReversed(reversed) => reversed.points,
            _ => Points::ZERO,
        };
        if !requests.is_empty() {
            let request = requests.remove(0);
            self.slab.put(Section::RequestActual, request, points.0.to_le_bytes());
        }
        Ok(())
    }

    fn name(&mut self, member: usize, record: &RecordView<'_>) -> Result<(), LedgerError> {
        let name = decode_member_named(record.header.kind, record.header.version, record.body)
            .map_err(|error| LedgerError::unreadable(record.position, &error))?;
        let start = self.next(member).name_bytes;
        self.slab.put_slice(Section::Names, start, name.as_bytes());
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "a row is all of these")]
    fn row(
        &mut self,
        member: usize,
        kind: RowKind,
        flags: u8,
        at: i64,
        position: Position,
        item: usize,
        subject: u32,
    ) {
        let row = self.next(member).rows;
        self.slab.put(Section::RowKind, row, [kind as u8]);
        self.slab.put(Section::RowFlags, row, [flags]);
        self.slab.put(Section::RowAt, row, at.to_le_bytes());
        self.slab.put(Section::RowItem, row, (item as u32).to_le_bytes());
        self.positions[row - self.share.before.rows] = position;
        self.subjects[row - self.share.before.rows] = subject;
        self.next(member).rows += 1;
    }

    fn fact(&mut self, member: usize, record: &RecordView<'_>, flags: u8) -> Result<(), LedgerError> {
        let RecordView { position, header, body } = *record;
        let fact = fact_of(record)?;
        let next = *self.next(member);
        let (kind, item) = match &fact {
            Fact::OrderPlaced(order) => {
                self.order(member, order).ok_or_else(|| too_many("texts"))?;
                (RowKind::Order, next.orders)
            }
            Fact::OrderReturned(ret) => {
                self.give_back(member, ret, header.subject_fingerprint)?;
                (RowKind::Return, next.returns)
            }
            other => {
                let (kind, target) = match other {
                    Fact::MemberEnrolled(_) => (RowKind::Enrolled, NO_ROW),
                    Fact::ProfileChanged(_) => (RowKind::Profile, NO_ROW),
                    Fact::RedemptionRequested(_) => (RowKind::Redemption, NO_ROW),
                    Fact::ReversalRequested(reversal) => {
                        let target =
                            self.redemption_row(member, &reversal.redemption, header.subject_fingerprint)?;
                        (RowKind::Reversal, target)
                    }
                    _ => (RowKind::Adjustment, NO_ROW),
                };
                self.request(member, header.version, body, target);
                (kind, next.requests)
            }
        };
        self.row(member, kind, flags, header.effective_at, position, item, header.subject_fingerprint);
        Ok(())
    }

    fn order(&mut self, member: usize, order: &Order<'_>) -> Option<()> {
        let Counts { orders: index, lines: first_line, .. } = *self.next(member);
        let texts = &self.measured.texts;
        let codes = [
            (Section::OrderCurrency, Some(order.currency.as_str())),
            (Section::OrderChannel, order.channel.as_deref()),
            (Section::OrderStore, order.store.as_deref()),
        ];
        for (section, text) in codes {
            let code = texts.known(text)?;
            self.slab.put(section, index, code.to_le_bytes());
        }
        let amounts = [
            (Section::OrderShipping, order.shipping),
            (Section::OrderPoints, order.paid_with_points),
            (Section::OrderStoredValue, order.paid_with_stored_value),
        ];
        for (section, money) in amounts {
            self.slab.put(section, index, money.0.to_le_bytes());
        }
        self.slab.put(Section::OrderLines, index, (first_line as u64).to_le_bytes());
        for (line_index, line) in (first_line..).zip(&order.lines) {
            let figures = [
                (Section::LineQuantity, line.quantity),
                (Section::LineAmount, line.amount.0),
                (Section::LineDiscount, line.discount.0),
                (Section::LineTax, line.tax.0),
            ];
            for (section, figure) in figures {
                self.slab.put(section, line_index, figure.to_le_bytes());
            }
            let codes = [
                (Section::LineSku, texts.known(line.sku.as_deref())?),
                (Section::LineCategory, texts.known(line.category.as_deref())?),
                (Section::LineBrand, texts.known(line.brand.as_deref())?),
                (Section::LineTags, texts.known_set(&line.tags)?),
            ];
            for (section, code) in codes {
                self.slab.put(section, line_index, code.to_le_bytes());
            }
        }
        self.next(member).orders += 1;
        self.next(member).lines += order.lines.len();
        Some(())
    }

    fn give_back(&mut self, member: usize, ret: &Return<'_>, fingerprint: u32) -> Result<(), LedgerError> {
        let Counts { returns: index, parts: first_part, .. } = *self.next(member);
        let mut lines: Vec<Option<usize>> = Vec::new();
        let target = self.find(member, RowKind::Order, fingerprint, |fact| match fact {
            Fact::OrderPlaced(order) if order.id == ret.order => {
                lines = ret.lines.iter().map(|part| order.line_index(&part.line)).collect();
                true
            }
            _ => false,
        })?;
        self.slab.put(Section::ReturnTarget, index, target.to_le_bytes());
        self.slab.put(Section::ReturnParts, index, (first_part as u64).to_le_bytes());
        for (place, part) in ret.lines.iter().enumerate() {
            let line = lines.get(place).copied().flatten().and_then(|line| u32::try_from(line).ok());
            let line = line.ok_or_else(|| {
                LedgerError::Corruption(format!("return `{}` names what its order does not have", ret.id))
            })?;
            let (kind, value) = match part.part {
                ReturnedPart::All => (0, 0),
                ReturnedPart::Quantity(pieces) => (1, pieces),
                ReturnedPart::Amount(money) => (2, money.0),
            };
            self.slab.put(Section::PartLine, first_part + place, line.to_le_bytes());
            self.slab.put(Section::PartKind, first_part + place, [kind]);
            self.slab.put(Section::PartValue, first_part + place, value.to_le_bytes());
        }
        self.next(member).returns += 1;
        self.next(member).parts += ret.lines.len();
        Ok(())
    }

    fn redemption_row(&mut self, member: usize, name: &str, fingerprint: u32) -> Result<u32, LedgerError> {
        self.find(
            member,
            RowKind::Redemption,
            fingerprint,
            |fact| matches!(fact, Fact::RedemptionRequested(redemption) if redemption.id == name),
        )
    }

    fn request(&mut self, member: usize, version: u8, body: &[u8], target: u32) {
        let Counts { requests: index, body_bytes: start, .. } = *self.next(member);
        self.slab.put(Section::RequestTarget, index, target.to_le_bytes());
        self.slab.put(Section::RequestVersion, index, [version]);
        self.slab.put(Section::RequestBodies, index, (start as u64).to_le_bytes());
        self.slab.put_slice(Section::Bodies, start, body);
        self.next(member).requests += 1;
        self.next(member).body_bytes += body.len();
    }

    /// The member's row that brought a name, by fingerprint and then by the record itself, newest first.
    fn find(
        &mut self,
        member: usize,
        kind: RowKind,
        fingerprint: u32,
        mut is: impl FnMut(&Fact<'_>) -> bool,
    ) -> Result<u32, LedgerError> {
        let first = u64::from_le_bytes(self.slab.get(Section::RowStarts, member)) as usize;
        for row in (first..self.next(member).rows).rev() {
            let in_share = row - self.share.before.rows;
            if self.subjects[in_share] != fingerprint || self.slab.get(Section::RowKind, row) != [kind as u8]
            {
                continue;
            }
            let (_, record) = self.records.record(self.positions[in_share])?;
            if is(&fact_of(&record)?) {
                let [flags] = self.slab.get(Section::RowFlags, row);
                self.slab.put(Section::RowFlags, row, [flags | REFERRED]);
                return Ok(row as u32);
            }
        }
        Err(LedgerError::Corruption(
            "a recorded return or reversal refers to what was never recorded".to_owned(),
        ))
    }
}

fn decision_of(record: &RecordView<'_>) -> Result<Decision, LedgerError> {
    let RecordView { position, header, body } = record;
    decode_decision(header.kind, header.version, Instant(header.effective_at), body)
        .map_err(|error| LedgerError::unreadable(*position, &error))
}

/// The digest of a member's decisions so far and one more: SHA-256 over both, cut to 16 bytes.
pub(crate) fn next_digest(
    before: [u8; 16],
    kind: u16,
    version: u8,
    effective_at: i64,
    body: &[u8],
) -> [u8; 16] {
    let mut digest = Sha256::new();
    digest.update(before);
    digest.update(kind.to_le_bytes());
    digest.update([version]);
    digest.update(effective_at.to_le_bytes());
    digest.update(body);
    let digest: [u8; 32] = digest.finalize().into();
    let mut cut = [0; 16];
    cut.copy_from_slice(&digest[..16]);
    cut
}
