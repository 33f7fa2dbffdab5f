//! One member after another through the judges: columns in, events out.
//!
//! Invariants:
//! - states and buffers are used again from member to member, so that a plain order needs no memory;
//! - a batch is judged as the ledger judged it: settled first, then fact by fact, or not at all;
//! - recording times play no part: whatever is in the log came in time.

use std::ops::Range;

use tallybook_core::calendar::Instant;
use tallybook_core::decide::earn::Scratch;
use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::decide::{
    self, Before, Draft, Occasion, OrderSeen, Party, Precedent, RedemptionFile, Workspace, order, redeem,
    returns,
};
use tallybook_core::event::{Decision, Event, Trigger};
use tallybook_core::fact::{Fact, Redemption, ReturnedPart, Reversal};
use tallybook_core::points::Points;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::refusal::Refusal;
use tallybook_core::state::{LedgerState, MemberState};
use tallybook_format::{RecordKind, decode_fact};

use crate::columns::{Codes, RowKind, View};

/// How redemptions and their reversals are replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Replay {
    /// As they were asked for, so that the same programme gives the same decisions.
    AsAsked,
    /// As they were carried out: never more than then, cut to what is there, the rest unmet.
    AsHappened,
}

/// A redemption or reversal that could not be carried out in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Miss {
    /// The redemption's row.
    pub(crate) row: usize,
    /// Points that it went without, at least 1.
    pub(crate) points: Points,
}

/// Who takes what comes out.
pub(crate) trait Sink {
    /// The events of one batch, in order.
    fn events(&mut self, events: &[Event]);
    /// A batch or redemption is refused.
    fn refused(&mut self, refusal: &Refusal);
    /// A redemption could not be carried out in full; its points are in the currency of this id.
    fn unmet(&mut self, currency: &str, points: Points);
}

/// Programmes together with what the columns' codes mean to each version.
#[derive(Debug)]
pub(crate) struct Judges<'a> {
    pub(crate) programmes: &'a Programmes,
    codes: Vec<Codes>,
}

impl<'a> Judges<'a> {
    pub(crate) fn new(view: &View<'_>, programmes: &'a Programmes) -> Judges<'a> {
        let codes = programmes.versions().iter().map(|version| view.codes(&version.plan.symbols)).collect();
        Judges { programmes, codes }
    }

    fn codes(&self, version: u32) -> &Codes {
        &self.codes[version as usize - 1]
    }
}

/// Streams members under one programme.
pub(crate) struct Stream<'a> {
    view: View<'a>,
    programmes: &'a Programmes,
    state: MemberState,
    /// Budgets and stocks, of which programmes that are streamed have none.
    ledger: LedgerState,
    before: Before,
    events: Vec<Event>,
    bench: Bench<'a>,
}

/// What judging a fact needs besides the draft.
struct Bench<'a> {
    view: View<'a>,
    judges: &'a Judges<'a>,
    replay: Replay,
    workspace: Workspace,
    order: OrderSeen,
    scratch: Scratch,
    parts: Vec<(usize, ReturnedPart)>,
    /// Orders that a later return refers to.
    orders: Vec<(usize, OrderRecord)>,
    /// Redemptions that a later reversal refers to.
    redemptions: Vec<(usize, RedemptionFile)>,
    /// Rows of this batch whose events are to be filed, each with its first event.
    marks: Vec<(usize, usize)>,
    misses: Vec<Miss>,
    refused: Vec<Refusal>,
}

impl<'a> Stream<'a> {
    pub(crate) fn new(view: View<'a>, judges: &'a Judges<'a>, replay: Replay) -> Stream<'a> {
        Stream {
            view,
            programmes: judges.programmes,
            state: MemberState::default(),
            ledger: LedgerState::default(),
            before: Before::default(),
            events: Vec::new(),
            bench: Bench {
                view,
                judges,
                replay,
                workspace: Workspace::default(),
                order: OrderSeen::default(),
                scratch: Scratch::default(),
                parts: Vec::new(),
                orders: Vec::new(),
                redemptions: Vec::new(),
                marks: Vec::new(),
                misses: Vec::new(),
                refused: Vec::new(),
            },
        }
    }

    /// Judges all that a member did, and gives the member's state after it.
    pub(crate) fn member(&mut self, member: usize, sink: &mut impl Sink) -> &MemberState {
        self.state.clear();
        self.bench.orders.clear();
        self.bench.redemptions.clear();
        let rows = self.view.member_rows(member);
        let mut start = rows.start;
        while start < rows.end {
            let more = (start + 1..rows.end).take_while(|row| self.view.continues(*row)).count();
            let end = start + 1 + more;
            self.batch(start..end, sink);
            start = end;
        }
        &self.state
    }

    /// Settles the member at hand, as when nothing more happens until then.
    pub(crate) fn settle(&mut self, until: Instant, sink: &mut impl Sink) -> &MemberState {
        self.events.clear();
        decide::settle_to(&mut self.state, self.programmes, until, &mut self.events);
        sink.events(&self.events);
        &self.state
    }

    /// The member at hand as judged so far.
    pub(crate) fn state(&self) -> &MemberState {
        &self.state
    }

    fn batch(&mut self, rows: Range<usize>, sink: &mut impl Sink) {
        let Stream { view, programmes, state, ledger, before, events, bench } = self;
        events.clear();
        bench.marks.clear();
        bench.misses.clear();
        bench.refused.clear();
        let effective_at = view.at(rows.start);
        let kind = view.kind(rows.start);
        if kind == RowKind::Settled {
            decide::settle_to(state, programmes, effective_at, events);
            bench.file(events);
            return sink.events(events);
        }
        let occasion = Occasion {
            effective_at,
            recorded_at: Instant::MAX,
            enrols: kind == RowKind::Enrolled,
            fact_count: rows.len(),
        };
        // Only refusals name the member, and nobody reads the names in those.
        let party = Party { name: "", state, events };
        let outcome = decide::judge(party, None, ledger, programmes, occasion, before, |draft| {
            rows.clone().try_for_each(|row| bench.judge(draft, row, effective_at))
        });
        if let Err(refusal) = outcome {
            bench.refused.push(refusal);
            bench.misses.clear();
            if bench.replay == Replay::AsHappened {
                for row in rows.filter(|row| view.kind(*row) == RowKind::Redemption) {
                    bench.misses.push(Miss { row, points: view.actual(row) });
                }
            }
        } else {
            bench.file(events);
            sink.events(events);
        }
        bench.refused.iter().for_each(|refusal| sink.refused(refusal));
        for miss in &bench.misses {
            if let Fact::RedemptionRequested(redemption) = bench.fact(miss.row) {
                sink.unmet(&redemption.currency, miss.points);
            }
        }
    }
}

impl<'a> Bench<'a> {
    fn judge(&mut self, draft: &mut Draft<'_>, row: usize, effective_at: Instant) -> Result<(), Refusal> {
        let first_event = draft.events().len();
        match self.view.kind(row) {
            RowKind::Order => self.place(draft, row, effective_at)?,
            RowKind::Return => self.give_back(draft, row, effective_at)?,
            RowKind::Redemption => match self.fact(row) {
                Fact::RedemptionRequested(redemption) if self.replay == Replay::AsHappened => {
                    self.redeem_as_happened(draft, redemption, row, effective_at);
                }
                fact => self.decide(draft, &fact, effective_at)?,
            },
            RowKind::Reversal => self.reverse(draft, row, effective_at)?,
            _ => {
                let fact = self.fact(row);
                self.decide(draft, &fact, effective_at)?;
            }
        }
        let is_filed = matches!(self.view.kind(row), RowKind::Return | RowKind::Reversal);
        if is_filed || self.view.is_referred_to(row) {
            self.marks.push((row, first_event));
        }
        Ok(())
    }

    fn decide(
        &mut self,
        draft: &mut Draft<'_>,
        fact: &Fact<'_>,
        effective_at: Instant,
    ) -> Result<(), Refusal> {
        decide::decide_one(draft, fact, &Precedent::None, effective_at, &mut self.workspace)
    }

    fn place(&mut self, draft: &mut Draft<'_>, row: usize, effective_at: Instant) -> Result<(), Refusal> {
        let version = draft.programmes.in_force(effective_at)?;
        self.view.read_order(row, self.judges.codes(version.number.0), &mut self.order);
        if let Some(currency) = self.order.currency {
            order::accepts(&version.plan, currency)?;
        }
        order::place(draft, &self.order, effective_at, &mut self.scratch)
    }

    fn give_back(&mut self, draft: &mut Draft<'_>, row: usize, effective_at: Instant) -> Result<(), Refusal> {
        let target = self.view.target(row);
        let file = self.orders.iter().position(|(order, _)| *order == target);
        let file = file.ok_or(Refusal::UnknownOrder { order: String::new() })?;
        self.read_parts(row, file);
        if self.parts.is_empty() {
            return Err(Refusal::NothingLeftToReturn { order: String::new() });
        }
        let record = &self.orders[file].1;
        returns::take_back(draft, &self.order, record, &self.parts, effective_at, &mut self.scratch)
    }

    /// Reads a return's order and parts; naming none means all that is left.
    fn read_parts(&mut self, row: usize, file: usize) {
        let (target, record) = &self.orders[file];
        self.view.read_order(*target, self.judges.codes(record.earned.version.0), &mut self.order);
        self.view.read_parts(row, &mut self.parts);
        if self.parts.is_empty() {
            let lines = self.order.lines.iter().zip(&record.returned).enumerate();
            let left = lines.filter(|(_, (line, returned))| !returned.is_gone(line.quantity, line.amount));
            self.parts.extend(left.map(|(index, _)| (index, ReturnedPart::All)));
        }
    }

    /// Spends what was spent then, or as much of it as is there now.
    fn redeem_as_happened(
        &mut self,
        draft: &mut Draft<'_>,
        redemption: Redemption<'_>,
        row: usize,
        effective_at: Instant,
    ) {
        let actual = self.view.actual(row);
        let first = draft.events().len();
        let asked = Redemption { points: actual, partial: true, ..redemption };
        let mut spent = Points::ZERO;
        match redeem::judge(draft, &asked, &Precedent::None, effective_at) {
            Ok(()) => {
                for event in &draft.events()[first..] {
                    if let Decision::Redeemed(redeemed) = &event.decision {
                        spent = redeemed.points;
                    }
                }
            }
            Err(refusal) => self.refused.push(refusal),
        }
        if spent < actual {
            self.misses.push(Miss { row, points: Points(actual.0 - spent.0) });
        }
    }

    fn reverse(&mut self, draft: &mut Draft<'_>, row: usize, effective_at: Instant) -> Result<(), Refusal> {
        let Fact::ReversalRequested(reversal) = self.fact(row) else { return Ok(()) };
        let target = self.view.target(row);
        let file =
            self.redemptions.iter().find(|(redemption, _)| *redemption == target).map(|(_, file)| file);
        match (self.replay, file) {
            (Replay::AsAsked, Some(file)) => redeem::reverse(draft, &reversal, file, effective_at),
            (Replay::AsAsked, None) => Err(Refusal::UnknownRedemption { redemption: String::new() }),
            (Replay::AsHappened, None) => Ok(()),
            (Replay::AsHappened, Some(file)) => {
                let points = self.view.actual(row).min(Points(file.redeemed.points.0 - file.reversed.0));
                if !points.is_positive() {
                    return Ok(());
                }
                let cut = Reversal { points: Some(points), ..reversal };
                redeem::reverse(draft, &cut, file, effective_at)
            }
        }
    }

    /// The fact of a row that is neither order nor return.
    fn fact(&self, row: usize) -> Fact<'a> {
        let kind = match self.view.kind(row) {
            RowKind::Enrolled => RecordKind::MemberEnrolled,
            RowKind::Profile => RecordKind::ProfileChanged,
            RowKind::Redemption => RecordKind::RedemptionRequested,
            RowKind::Reversal => RecordKind::ReversalRequested,
            _ => RecordKind::AdjustmentRequested,
        };
        let (version, body) = self.view.body(row);
        decode_fact(kind.number(), version, body).expect("the body was decoded when it was put here").fact
    }

    /// Files what later returns and reversals rest on, in the order of the events.
    fn file(&mut self, events: &[Event]) {
        if self.marks.is_empty() && self.orders.is_empty() {
            return;
        }
        let mut mark = 0;
        for (index, event) in events.iter().enumerate() {
            while self.marks.get(mark + 1).is_some_and(|(_, first)| *first <= index) {
                mark += 1;
            }
            let row = self.marks.get(mark).filter(|(_, first)| *first <= index).map(|(row, _)| *row);
            match (&event.decision, row) {
                (Decision::Expired(_) | Decision::LotCancelled(_) | Decision::Reinstated(_), _) => {
                    self.orders.iter_mut().for_each(|(_, record)| record.follow(&event.decision));
                }
                (Decision::PointsEarned(earned), Some(row))
                    if earned.on == Trigger::Order && self.view.kind(row) == RowKind::Order =>
                {
                    let codes = self.judges.codes(earned.version.0);
                    self.view.read_order(row, codes, &mut self.order);
                    let line_count = self.order.lines.len();
                    self.orders.push((row, OrderRecord::new(event.effective_at, earned.clone(), line_count)));
                }
                (Decision::ClawedBack(_), Some(row)) => self.file_return(row, &event.decision),
                (Decision::Redeemed(redeemed), Some(row)) => {
                    if let Fact::RedemptionRequested(redemption) = self.fact(row) {
                        let file = RedemptionFile::new(&redemption.id, redeemed.clone());
                        self.redemptions.push((row, file));
                    }
                }
                (Decision::RedemptionReversed(_), Some(row)) => {
                    let target = self.view.target(row);
                    let files = self.redemptions.iter_mut().filter(|(redemption, _)| *redemption == target);
                    files.for_each(|(_, file)| file.follow(&event.decision));
                }
                _ => {}
            }
        }
    }

    fn file_return(&mut self, row: usize, clawed: &Decision) {
        let target = self.view.target(row);
        let Some(file) = self.orders.iter().position(|(order, _)| *order == target) else { return };
        self.read_parts(row, file);
        let record = &mut self.orders[file].1;
        record.follow_return(&self.order.lines, &self.parts);
        record.follow(clawed);
    }
}
