//! The second pass over a log: every fact to its member's place in the mapped file.

use sha2::{Digest, Sha256};
use tallybook::LedgerError;
use tallybook_core::calendar::Instant;
use tallybook_core::event::Decision;
use tallybook_core::fact::{Fact, Order, Return, ReturnedPart};
use tallybook_core::points::Points;
use tallybook_format::{RecordKind, decode_decision, decode_member_named};
use tallybook_log::{BatchView, LogReader, Position, RecordReader, RecordView};

use super::build::{NO_ROW, fact_of, kind_of, member_of, settled_to, too_many};
use super::layout::{Layout, Section};
use super::measure::{Counts, Measured};
use super::texts::Texts;
use super::view::{CONTINUES, REFERRED, RowKind};

/// The second pass.
pub(super) struct Placing<'a, R> {
    records: RecordReader<R>,
    file: &'a mut [u8],
    layout: &'a Layout,
    texts: Texts,
    /// Where each member's next things go.
    next: Vec<Counts>,
    /// Each member's first row.
    first_rows: Vec<usize>,
    name_start: usize,
    named: usize,
}

impl<'a, R: LogReader> Placing<'a, R> {
    /// Starts with all that the first pass knows.
    pub(super) fn new(
        records: RecordReader<R>,
        file: &'a mut [u8],
        layout: &'a Layout,
        measured: Measured,
        total: Counts,
    ) -> Placing<'a, R> {
        let Measured { members, texts, publications, span, .. } = measured;
        let mut sum = Counts::default();
        let next: Vec<Counts> = members
            .iter()
            .map(|counts| {
                let start = sum;
                sum.add(*counts);
                start
            })
            .collect();
        let first_rows = next.iter().map(|counts| counts.rows).collect();
        let mut placing = Placing { records, file, layout, texts, next, first_rows, name_start: 0, named: 0 };
        placing.put_slice(Section::Publications, 0, &publications);
        let (first, last) = span.unwrap_or_default();
        placing.put(Section::Span, 0, first.to_le_bytes());
        placing.put(Section::Span, 1, last.to_le_bytes());
        for member in 0..placing.first_rows.len() {
            placing.put(Section::RowStarts, member, (placing.first_rows[member] as u64).to_le_bytes());
        }
        placing.put(Section::RowStarts, placing.first_rows.len(), (total.rows as u64).to_le_bytes());
        placing.put(Section::OrderLines, total.orders, (total.lines as u64).to_le_bytes());
        placing.put(Section::ReturnParts, total.returns, (total.parts as u64).to_le_bytes());
        placing.put(Section::RequestBodies, total.requests, (total.body_bytes as u64).to_le_bytes());
        placing.put_texts();
        placing
    }

    fn put_texts(&mut self) {
        let texts = self.texts.in_order().to_vec();
        let mut start = 0;
        for (index, text) in texts.iter().enumerate() {
            self.put_slice(Section::Texts, start, text.as_bytes());
            start += text.len();
            self.put(Section::TextStarts, index + 1, (start as u64).to_le_bytes());
        }
        let sets = self.texts.sets_in_order().to_vec();
        let mut start = 0;
        for (index, set) in sets.iter().enumerate() {
            for code in set {
                self.put(Section::TagSetTexts, start, code.to_le_bytes());
                start += 1;
            }
            self.put(Section::TagSetStarts, index + 1, (start as u64).to_le_bytes());
        }
    }

    fn put<const N: usize>(&mut self, section: Section, index: usize, bytes: [u8; N]) {
        self.put_slice(section, index * N, &bytes);
    }

    fn put_slice(&mut self, section: Section, offset: usize, bytes: &[u8]) {
        let at = self.layout.range(section).start + offset;
        self.file[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn slice(&self, section: Section, offset: usize, bytes: usize) -> &[u8] {
        let at = self.layout.range(section).start + offset;
        &self.file[at..at + bytes]
    }

    /// Puts a batch's rows where they belong.
    pub(super) fn batch(&mut self, batch: &BatchView<'_>) -> Result<(), LedgerError> {
        let Some(member) = member_of(batch)? else { return Ok(()) };
        let member = member as usize - 1;
        if let Some(at) = settled_to(batch)? {
            let position = batch.records().next().map_or(batch.header().position, |record| record.position);
            self.row(member, RowKind::Settled, 0, at, position, 0, 0);
        }
        let mut continues = 0;
        let mut redemptions = Vec::new();
        let mut reversals = Vec::new();
        let mut digest: [u8; 16] =
            self.slice(Section::Digests, member * 16, 16).try_into().expect("16 bytes");
        for record in batch.records() {
            let kind = kind_of(&record)?;
            self.put(Section::Heads, member, record.position.0.to_le_bytes());
            if kind == RecordKind::MemberNamed {
                self.name(&record)?;
            } else if kind.is_fact() {
                let request = self.next[member].requests;
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
        self.put(Section::Digests, member, digest);
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
            self.put(Section::RequestActual, request, points.0.to_le_bytes());
        }
        Ok(())
    }

    fn name(&mut self, record: &RecordView<'_>) -> Result<(), LedgerError> {
        let name = decode_member_named(record.header.kind, record.header.version, record.body)
            .map_err(|error| LedgerError::unreadable(record.position, &error))?;
        self.put_slice(Section::Names, self.name_start, name.as_bytes());
        self.name_start += name.len();
        self.named += 1;
        self.put(Section::NameStarts, self.named, (self.name_start as u64).to_le_bytes());
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
        let row = self.next[member].rows;
        self.put(Section::RowKind, row, [kind as u8]);
        self.put(Section::RowFlags, row, [flags]);
        self.put(Section::RowAt, row, at.to_le_bytes());
        self.put(Section::RowPosition, row, position.0.to_le_bytes());
        self.put(Section::RowItem, row, (item as u32).to_le_bytes());
        self.put(Section::RowSubject, row, subject.to_le_bytes());
        self.next[member].rows += 1;
    }

    fn fact(&mut self, member: usize, record: &RecordView<'_>, flags: u8) -> Result<(), LedgerError> {
        let RecordView { position, header, body } = *record;
        let fact = fact_of(record)?;
        let next = self.next[member];
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
        let Counts { orders: index, lines: first_line, .. } = self.next[member];
        let texts = [
            (Section::OrderCurrency, Some(order.currency.as_str())),
            (Section::OrderChannel, order.channel.as_deref()),
            (Section::OrderStore, order.store.as_deref()),
        ];
        for (section, text) in texts {
            let code = self.texts.code(text)?;
            self.put(section, index, code.to_le_bytes());
        }
        let amounts = [
            (Section::OrderShipping, order.shipping),
            (Section::OrderPoints, order.paid_with_points),
            (Section::OrderStoredValue, order.paid_with_stored_value),
        ];
        for (section, money) in amounts {
            self.put(section, index, money.0.to_le_bytes());
        }
        self.put(Section::OrderLines, index, (first_line as u64).to_le_bytes());
        for (line_index, line) in (first_line..).zip(&order.lines) {
            let figures = [
                (Section::LineQuantity, line.quantity),
                (Section::LineAmount, line.amount.0),
                (Section::LineDiscount, line.discount.0),
                (Section::LineTax, line.tax.0),
            ];
            for (section, figure) in figures {
                self.put(section, line_index, figure.to_le_bytes());
            }
            let codes = [
                (Section::LineSku, self.texts.code(line.sku.as_deref())?),
                (Section::LineCategory, self.texts.code(line.category.as_deref())?),
                (Section::LineBrand, self.texts.code(line.brand.as_deref())?),
                (Section::LineTags, self.texts.set(&line.tags)?),
            ];
            for (section, code) in codes {
                self.put(section, line_index, code.to_le_bytes());
            }
        }
        self.next[member].orders += 1;
        self.next[member].lines += order.lines.len();
        Some(())
    }

    fn give_back(&mut self, member: usize, ret: &Return<'_>, fingerprint: u32) -> Result<(), LedgerError> {
        let Counts { returns: index, parts: first_part, .. } = self.next[member];
        let mut lines: Vec<Option<usize>> = Vec::new();
        let target = self.find(member, RowKind::Order, fingerprint, |fact| match fact {
            Fact::OrderPlaced(order) if order.id == ret.order => {
                lines = ret.lines.iter().map(|part| order.line_index(&part.line)).collect();
                true
            }
            _ => false,
        })?;
        self.put(Section::ReturnTarget, index, target.to_le_bytes());
        self.put(Section::ReturnParts, index, (first_part as u64).to_le_bytes());
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
            self.put(Section::PartLine, first_part + place, line.to_le_bytes());
            self.put(Section::PartKind, first_part + place, [kind]);
            self.put(Section::PartValue, first_part + place, value.to_le_bytes());
        }
        self.next[member].returns += 1;
        self.next[member].parts += ret.lines.len();
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
        let Counts { requests: index, body_bytes: start, .. } = self.next[member];
        self.put(Section::RequestTarget, index, target.to_le_bytes());
        self.put(Section::RequestVersion, index, [version]);
        self.put(Section::RequestBodies, index, (start as u64).to_le_bytes());
        self.put_slice(Section::Bodies, start, body);
        self.next[member].requests += 1;
        self.next[member].body_bytes += body.len();
    }

    /// The member's row that brought a name, by fingerprint and then by the record itself, newest first.
    fn find(
        &mut self,
        member: usize,
        kind: RowKind,
        fingerprint: u32,
        mut is: impl FnMut(&Fact<'_>) -> bool,
    ) -> Result<u32, LedgerError> {
        for row in (self.first_rows[member]..self.next[member].rows).rev() {
            if self.slice(Section::RowSubject, row * 4, 4) != fingerprint.to_le_bytes()
                || self.slice(Section::RowKind, row, 1) != [kind as u8]
            {
                continue;
            }
            let position = self.slice(Section::RowPosition, row * 8, 8).try_into().expect("8 bytes");
            let (_, record) = self.records.record(Position(u64::from_le_bytes(position)))?;
            if is(&fact_of(&record)?) {
                let flags = self.slice(Section::RowFlags, row, 1)[0] | REFERRED;
                self.put(Section::RowFlags, row, [flags]);
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
