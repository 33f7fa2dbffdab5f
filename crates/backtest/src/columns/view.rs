//! Columns as they are read: typed arrays over the mapped bytes.

use std::marker::PhantomData;
use std::ops::Range;

use tallybook_core::calendar::Instant;
use tallybook_core::decide::{LineSeen, OrderSeen};
use tallybook_core::fact::ReturnedPart;
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_core::programme::plan::{Symbol, Symbols};

use super::layout::{Layout, Section};

/// What a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    /// Time alone was at work, up to the row's time.
    Settled = 0,
    /// A member enrolled.
    Enrolled = 1,
    /// A profile changed.
    Profile = 2,
    /// An order.
    Order = 3,
    /// A return.
    Return = 4,
    /// A redemption.
    Redemption = 5,
    /// A reversal.
    Reversal = 6,
    /// An adjustment.
    Adjustment = 7,
}

impl RowKind {
    fn of(code: u8) -> RowKind {
        match code {
            0 => RowKind::Settled,
            1 => RowKind::Enrolled,
            2 => RowKind::Profile,
            3 => RowKind::Order,
            4 => RowKind::Return,
            5 => RowKind::Redemption,
            6 => RowKind::Reversal,
            _ => RowKind::Adjustment,
        }
    }
}

/// The row belongs to the batch of the row before it.
pub(super) const CONTINUES: u8 = 1;
/// A later row refers to the row.
pub(super) const REFERRED: u8 = 2;

/// A fixed number of bytes that stand for a value.
pub(super) trait Word: Copy {
    /// How many bytes.
    const BYTES: usize;
    /// Reads them; there are exactly so many.
    fn read(bytes: &[u8]) -> Self;
}

impl Word for u8 {
    const BYTES: usize = 1;

    fn read(bytes: &[u8]) -> u8 {
        bytes[0]
    }
}

impl Word for u32 {
    const BYTES: usize = 4;

    fn read(bytes: &[u8]) -> u32 {
        u32::from_le_bytes(bytes.try_into().expect("a word has its own length"))
    }
}

impl Word for u64 {
    const BYTES: usize = 8;

    fn read(bytes: &[u8]) -> u64 {
        u64::from_le_bytes(bytes.try_into().expect("a word has its own length"))
    }
}

impl Word for i64 {
    const BYTES: usize = 8;

    fn read(bytes: &[u8]) -> i64 {
        i64::from_le_bytes(bytes.try_into().expect("a word has its own length"))
    }
}

/// One array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column<'a, T> {
    bytes: &'a [u8],
    of: PhantomData<T>,
}

impl<T: Word> Column<'_, T> {
    fn get(&self, index: usize) -> T {
        T::read(&self.bytes[index * T::BYTES..(index + 1) * T::BYTES])
    }

    fn len(&self) -> usize {
        self.bytes.len() / T::BYTES
    }
}

impl Column<'_, u64> {
    /// What lies between an entry of starts and the next.
    fn span(&self, index: usize) -> Range<usize> {
        self.get(index) as usize..self.get(index + 1) as usize
    }
}

/// All arrays of a column file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    span: Column<'a, i64>,
    publications: &'a [u8],
    name_starts: Column<'a, u64>,
    names: &'a [u8],
    heads: Column<'a, u64>,
    digests: &'a [u8],
    row_starts: Column<'a, u64>,
    row_kind: Column<'a, u8>,
    row_flags: Column<'a, u8>,
    row_at: Column<'a, i64>,
    row_item: Column<'a, u32>,
    order_currency: Column<'a, u32>,
    order_channel: Column<'a, u32>,
    order_store: Column<'a, u32>,
    order_shipping: Column<'a, i64>,
    order_points: Column<'a, i64>,
    order_stored_value: Column<'a, i64>,
    order_lines: Column<'a, u64>,
    line_quantity: Column<'a, i64>,
    line_amount: Column<'a, i64>,
    line_discount: Column<'a, i64>,
    line_tax: Column<'a, i64>,
    line_sku: Column<'a, u32>,
    line_category: Column<'a, u32>,
    line_brand: Column<'a, u32>,
    line_tags: Column<'a, u32>,
    return_target: Column<'a, u32>,
    return_parts: Column<'a, u64>,
    part_line: Column<'a, u32>,
    part_kind: Column<'a, u8>,
    part_value: Column<'a, i64>,
    request_target: Column<'a, u32>,
    request_actual: Column<'a, i64>,
    request_version: Column<'a, u8>,
    request_bodies: Column<'a, u64>,
    bodies: &'a [u8],
    text_starts: Column<'a, u64>,
    texts: &'a [u8],
    tag_set_starts: Column<'a, u64>,
    tag_set_texts: Column<'a, u32>,
}

/// What the codes of a column file mean to one programme version.
#[derive(Clone, Debug)]
pub(crate) struct Codes {
    symbols: Vec<Symbol>,
    tag_bits: Vec<u64>,
    currencies: Vec<Option<CurrencyCode>>,
}

impl<'a> View<'a> {
    pub(super) fn new(file: &'a [u8], layout: &Layout) -> View<'a> {
        let bytes = |section| &file[layout.range(section)];
        fn column<T>(bytes: &[u8]) -> Column<'_, T> {
            Column { bytes, of: PhantomData }
        }
        View {
            span: column(bytes(Section::Span)),
            publications: bytes(Section::Publications),
            name_starts: column(bytes(Section::NameStarts)),
            names: bytes(Section::Names),
            heads: column(bytes(Section::Heads)),
            digests: bytes(Section::Digests),
            row_starts: column(bytes(Section::RowStarts)),
            row_kind: column(bytes(Section::RowKind)),
            row_flags: column(bytes(Section::RowFlags)),
            row_at: column(bytes(Section::RowAt)),
            row_item: column(bytes(Section::RowItem)),
            order_currency: column(bytes(Section::OrderCurrency)),
            order_channel: column(bytes(Section::OrderChannel)),
            order_store: column(bytes(Section::OrderStore)),
            order_shipping: column(bytes(Section::OrderShipping)),
            order_points: column(bytes(Section::OrderPoints)),
            order_stored_value: column(bytes(Section::OrderStoredValue)),
            order_lines: column(bytes(Section::OrderLines)),
            line_quantity: column(bytes(Section::LineQuantity)),
            line_amount: column(bytes(Section::LineAmount)),
            line_discount: column(bytes(Section::LineDiscount)),
            line_tax: column(bytes(Section::LineTax)),
            line_sku: column(bytes(Section::LineSku)),
            line_category: column(bytes(Section::LineCategory)),
            line_brand: column(bytes(Section::LineBrand)),
            line_tags: column(bytes(Section::LineTags)),
            return_target: column(bytes(Section::ReturnTarget)),
            return_parts: column(bytes(Section::ReturnParts)),
            part_line: column(bytes(Section::PartLine)),
            part_kind: column(bytes(Section::PartKind)),
            part_value: column(bytes(Section::PartValue)),
            request_target: column(bytes(Section::RequestTarget)),
            request_actual: column(bytes(Section::RequestActual)),
            request_version: column(bytes(Section::RequestVersion)),
            request_bodies: column(bytes(Section::RequestBodies)),
            bodies: bytes(Section::Bodies),
            text_starts: column(bytes(Section::TextStarts)),
            texts: bytes(Section::Texts),
            tag_set_starts: column(bytes(Section::TagSetStarts)),
            tag_set_texts: column(bytes(Section::TagSetTexts)),
        }
    }

    /// The first and the last effective time; equal where there is no row.
    pub(crate) fn span(&self) -> (Instant, Instant) {
        (Instant(self.span.get(0)), Instant(self.span.get(1)))
    }

    /// When each programme version starts, and its source.
    pub(crate) fn publications(&self) -> Vec<(Instant, String)> {
        let mut rest = self.publications;
        let mut found = Vec::new();
        while rest.len() >= 16 {
            let bytes = u64::read(&rest[8..16]) as usize;
            let source = String::from_utf8_lossy(&rest[16..16 + bytes]).into_owned();
            found.push((Instant(i64::read(&rest[..8])), source));
            rest = &rest[16 + bytes..];
        }
        found
    }

    pub(crate) fn member_count(&self) -> usize {
        self.heads.len()
    }

    pub(crate) fn row_count(&self) -> usize {
        self.row_kind.len()
    }

    /// The name of a member, by index from 0.
    pub(crate) fn name(&self, member: usize) -> String {
        String::from_utf8_lossy(&self.names[self.name_starts.span(member)]).into_owned()
    }

    pub(crate) fn head(&self, member: usize) -> u64 {
        self.heads.get(member)
    }

    pub(crate) fn digest(&self, member: usize) -> &'a [u8] {
        &self.digests[member * 16..member * 16 + 16]
    }

    pub(crate) fn member_rows(&self, member: usize) -> Range<usize> {
        self.row_starts.span(member)
    }

    /// The members whose rows start in the `part`-th of `parts` about equal parts of all rows.
    pub(crate) fn members_of_part(&self, part: usize, parts: usize) -> Range<usize> {
        let first_member = |row: usize| {
            let (mut low, mut high) = (0, self.member_count());
            while low < high {
                let middle = low + (high - low) / 2;
                if (self.row_starts.get(middle) as usize) < row { low = middle + 1 } else { high = middle }
            }
            low
        };
        let row = |part: usize| (self.row_count() as u128 * part as u128 / parts as u128) as usize;
        let end = if part + 1 == parts { self.member_count() } else { first_member(row(part + 1)) };
        first_member(row(part))..end
    }

    pub(crate) fn kind(&self, row: usize) -> RowKind {
        RowKind::of(self.row_kind.get(row))
    }

    pub(crate) fn at(&self, row: usize) -> Instant {
        Instant(self.row_at.get(row))
    }

    pub(crate) fn continues(&self, row: usize) -> bool {
        self.row_flags.get(row) & CONTINUES != 0
    }

    pub(crate) fn is_referred_to(&self, row: usize) -> bool {
        self.row_flags.get(row) & REFERRED != 0
    }

    fn item(&self, row: usize) -> usize {
        self.row_item.get(row) as usize
    }

    /// The row that a return or reversal refers to.
    pub(crate) fn target(&self, row: usize) -> usize {
        let item = self.item(row);
        match self.kind(row) {
            RowKind::Return => self.return_target.get(item) as usize,
            _ => self.request_target.get(item) as usize,
        }
    }

    /// Points that a redemption or reversal moved.
    pub(crate) fn actual(&self, row: usize) -> Points {
        Points(self.request_actual.get(self.item(row)))
    }

    /// The stored version and body of a row that is neither order nor return.
    pub(crate) fn body(&self, row: usize) -> (u8, &'a [u8]) {
        let item = self.item(row);
        (self.request_version.get(item), &self.bodies[self.request_bodies.span(item)])
    }

    /// The order of a row as a programme version sees it, read into memory that is used again.
    pub(crate) fn read_order(&self, row: usize, codes: &Codes, order: &mut OrderSeen) {
        let item = self.item(row);
        order.currency = codes.currencies[self.order_currency.get(item) as usize];
        order.channel = codes.symbols[self.order_channel.get(item) as usize];
        order.store = codes.symbols[self.order_store.get(item) as usize];
        order.shipping = Money(self.order_shipping.get(item));
        order.paid_with_points = Money(self.order_points.get(item));
        order.paid_with_stored_value = Money(self.order_stored_value.get(item));
        order.lines.clear();
        order.lines.extend(self.order_lines.span(item).map(|line| LineSeen {
            quantity: self.line_quantity.get(line),
            amount: Money(self.line_amount.get(line)),
            discount: Money(self.line_discount.get(line)),
            tax: Money(self.line_tax.get(line)),
            sku: codes.symbols[self.line_sku.get(line) as usize],
            category: codes.symbols[self.line_category.get(line) as usize],
            brand: codes.symbols[self.line_brand.get(line) as usize],
            tags: codes.tag_bits[self.line_tags.get(line) as usize],
        }));
    }

    /// The parts that a return names; none where it names none and so means all that is left.
    pub(crate) fn read_parts(&self, row: usize, parts: &mut Vec<(usize, ReturnedPart)>) {
        parts.clear();
        parts.extend(self.return_parts.span(self.item(row)).map(|part| {
            let value = self.part_value.get(part);
            let returned = match self.part_kind.get(part) {
                0 => ReturnedPart::All,
                1 => ReturnedPart::Quantity(value),
                _ => ReturnedPart::Amount(Money(value)),
            };
            (self.part_line.get(part) as usize, returned)
        }));
    }

    /// What the codes mean to a programme version.
    pub(crate) fn codes(&self, symbols: &Symbols) -> Codes {
        let text_count = self.text_starts.len() - 1;
        let text =
            |code: usize| std::str::from_utf8(&self.texts[self.text_starts.span(code - 1)]).unwrap_or("");
        let set_count = self.tag_set_starts.len() - 1;
        let set_bits = |set: usize| {
            let tags = self.tag_set_starts.span(set).map(|index| self.tag_set_texts.get(index) as usize);
            tags.fold(0, |bits, tag| bits | symbols.tag_bit(text(tag)))
        };
        Codes {
            symbols: (0..=text_count)
                .map(|code| if code == 0 { Symbol::NONE } else { symbols.symbol(text(code)) })
                .collect(),
            currencies: (0..=text_count)
                .map(|code| if code == 0 { None } else { CurrencyCode::parse(text(code)) })
                .collect(),
            tag_bits: (0..set_count + 1).map(|set| if set == 0 { 0 } else { set_bits(set - 1) }).collect(),
        }
    }
}
