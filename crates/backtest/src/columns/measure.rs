//! The first pass over a log: how much of everything each member has.

use tallybook::LedgerError;
use tallybook_core::fact::{Fact, Order};
use tallybook_format::{RecordKind, decode_member_named};
use tallybook_log::{BatchView, RecordView};

use super::build::{fact_of, kind_of, member_of, never_named, settled_to, too_many};
use super::layout::{Layout, SECTIONS, Section};
use super::slab::Slab;
use super::texts::Texts;
use crate::supported;

/// How many of each thing a member has; while placing, where the next one goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    pub(super) rows: usize,
    pub(super) orders: usize,
    pub(super) lines: usize,
    pub(super) returns: usize,
    pub(super) parts: usize,
    pub(super) requests: usize,
    pub(super) body_bytes: usize,
    pub(super) name_bytes: usize,
}

impl Counts {
    pub(super) fn add(&mut self, other: Counts) {
        self.rows += other.rows;
        self.orders += other.orders;
        self.lines += other.lines;
        self.returns += other.returns;
        self.parts += other.parts;
        self.requests += other.requests;
        self.body_bytes += other.body_bytes;
        self.name_bytes += other.name_bytes;
    }
}

/// What the first pass finds.
#[derive(Default)]
pub(super) struct Measured {
    pub(super) members: Vec<Counts>,
    pub(super) texts: Texts,
    pub(super) publications: Vec<u8>,
    pub(super) span: Option<(i64, i64)>,
}

impl Measured {
    /// Counts what a batch holds.
    pub(super) fn batch(&mut self, batch: &BatchView<'_>) -> Result<(), LedgerError> {
        let Some(member) = member_of(batch)? else {
            return batch.records().try_for_each(|record| self.publication(&record));
        };
        let mut counts = Counts::default();
        if let Some(at) = settled_to(batch)? {
            counts.rows = 1;
            self.reach(at);
        }
        for record in batch.records() {
            let kind = kind_of(&record)?;
            if kind == RecordKind::MemberNamed {
                self.named(&record)?;
            } else if kind.is_fact() {
                self.reach(record.header.effective_at);
                counts.add(self.fact(&record, batch)?);
            }
        }
        let known = self.members.get_mut(member as usize - 1);
        known.ok_or_else(|| never_named(batch.header().position))?.add(counts);
        Ok(())
    }

    fn reach(&mut self, at: i64) {
        let (first, last) = self.span.unwrap_or((at, at));
        self.span = Some((first.min(at), last.max(at)));
    }

    fn named(&mut self, record: &RecordView<'_>) -> Result<(), LedgerError> {
        if record.header.member as usize != self.members.len() + 1 {
            return Err(never_named(record.position));
        }
        let name = decode_member_named(record.header.kind, record.header.version, record.body)
            .map_err(|error| LedgerError::unreadable(record.position, &error))?;
        self.members.push(Counts { name_bytes: name.len(), ..Counts::default() });
        Ok(())
    }

    fn publication(&mut self, record: &RecordView<'_>) -> Result<(), LedgerError> {
        if let Fact::ProgrammePublished(publication) = fact_of(record)? {
            self.publications.extend_from_slice(&publication.effective_from.0.to_le_bytes());
            self.publications.extend_from_slice(&(publication.source.len() as u64).to_le_bytes());
            self.publications.extend_from_slice(publication.source.as_bytes());
        }
        Ok(())
    }

    fn fact(&mut self, record: &RecordView<'_>, batch: &BatchView<'_>) -> Result<Counts, LedgerError> {
        let mut counts = Counts { rows: 1, ..Counts::default() };
        let fact = fact_of(record)?;
        supported::fact(&fact, batch)?;
        match fact {
            Fact::OrderPlaced(order) => {
                counts.orders = 1;
                counts.lines = order.lines.len();
                self.intern(&order).ok_or_else(|| too_many("texts"))?;
            }
            Fact::OrderReturned(ret) => {
                counts.returns = 1;
                counts.parts = ret.lines.len();
            }
            _ => {
                counts.requests = 1;
                counts.body_bytes = record.body.len();
            }
        }
        Ok(counts)
    }

    /// The sections that are not by member.
    pub(super) fn common_sections(&self, layout: &Layout) -> Slab {
        let whole = |section: usize| {
            if COMMON.iter().any(|s| *s as usize == section) {
                0..layout.ranges()[section].len()
            } else {
                0..0
            }
        };
        let mut slab = Slab::new(&std::array::from_fn(whole));
        slab.put_slice(Section::Publications, 0, &self.publications);
        let (first, last) = self.span.unwrap_or_default();
        slab.put(Section::Span, 0, first.to_le_bytes());
        slab.put(Section::Span, 1, last.to_le_bytes());
        let mut start = 0;
        for (index, text) in self.texts.in_order().iter().enumerate() {
            slab.put_slice(Section::Texts, start, text.as_bytes());
            start += text.len();
            slab.put(Section::TextStarts, index + 1, (start as u64).to_le_bytes());
        }
        let mut start = 0;
        for (index, set) in self.texts.sets_in_order().iter().enumerate() {
            for code in set {
                slab.put(Section::TagSetTexts, start, code.to_le_bytes());
                start += 1;
            }
            slab.put(Section::TagSetStarts, index + 1, (start as u64).to_le_bytes());
        }
        slab
    }

    fn intern(&mut self, order: &Order<'_>) -> Option<()> {
        let texts = &mut self.texts;
        for text in [Some(order.currency.as_str()), order.channel.as_deref(), order.store.as_deref()] {
            texts.code(text)?;
        }
        for line in &order.lines {
            for text in [&line.sku, &line.category, &line.brand] {
                texts.code(text.as_deref())?;
            }
            texts.set(&line.tags)?;
        }
        Some(())
    }
}

/// How many bytes so many members, who have so much together, take in every section. Sections that are not by member have
/// none, and in sections of starts the last entry, which ends them, is not counted.
pub(super) fn member_bytes(members: usize, has: &Counts) -> [usize; SECTIONS] {
    let mut bytes = [0; SECTIONS];
    let mut set =
        |sections: &[Section], length: usize| sections.iter().for_each(|s| bytes[*s as usize] = length);
    set(&[Section::NameStarts, Section::RowStarts], members * 8);
    set(&[Section::Names], has.name_bytes);
    set(&[Section::Heads], members * 8);
    set(&[Section::Digests], members * 16);
    set(&[Section::RowKind, Section::RowFlags], has.rows);
    set(&[Section::RowAt], has.rows * 8);
    set(&[Section::RowItem], has.rows * 4);
    set(&[Section::OrderCurrency, Section::OrderChannel, Section::OrderStore], has.orders * 4);
    set(&[Section::OrderShipping, Section::OrderPoints, Section::OrderStoredValue], has.orders * 8);
    set(&[Section::OrderLines], has.orders * 8);
    set(
        &[Section::LineQuantity, Section::LineAmount, Section::LineDiscount, Section::LineTax],
        has.lines * 8,
    );
    set(&[Section::LineSku, Section::LineCategory, Section::LineBrand, Section::LineTags], has.lines * 4);
    set(&[Section::ReturnTarget], has.returns * 4);
    set(&[Section::ReturnParts], has.returns * 8);
    set(&[Section::PartLine], has.parts * 4);
    set(&[Section::PartKind], has.parts);
    set(&[Section::PartValue], has.parts * 8);
    set(&[Section::RequestTarget], has.requests * 4);
    set(&[Section::RequestActual], has.requests * 8);
    set(&[Section::RequestVersion], has.requests);
    set(&[Section::RequestBodies], has.requests * 8);
    set(&[Section::Bodies], has.body_bytes);
    bytes
}

/// How long every section will be, in bytes.
pub(super) fn section_bytes(measured: &Measured, total: &Counts) -> [usize; SECTIONS] {
    let mut bytes = member_bytes(measured.members.len(), total);
    for starts in STARTS {
        bytes[starts as usize] += 8;
    }
    let texts = measured.texts.in_order();
    let sets = measured.texts.sets_in_order();
    bytes[Section::Span as usize] = 16;
    bytes[Section::Publications as usize] = measured.publications.len();
    bytes[Section::TextStarts as usize] = (texts.len() + 1) * 8;
    bytes[Section::Texts as usize] = texts.iter().map(|text| text.len()).sum();
    bytes[Section::TagSetStarts as usize] = (sets.len() + 1) * 8;
    bytes[Section::TagSetTexts as usize] = sets.iter().map(|set| set.len() * 4).sum();
    bytes
}

/// Sections that are not by member.
const COMMON: [Section; 6] = [
    Section::Span,
    Section::Publications,
    Section::TextStarts,
    Section::Texts,
    Section::TagSetStarts,
    Section::TagSetTexts,
];

/// Sections by member of which each entry says where something starts, and one more where the last ends.
pub(super) const STARTS: [Section; 5] = [
    Section::NameStarts,
    Section::RowStarts,
    Section::OrderLines,
    Section::ReturnParts,
    Section::RequestBodies,
];
