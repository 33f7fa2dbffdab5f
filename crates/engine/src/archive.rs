//! A member's past, found by walking their chain: histories, earlier receipts, and what a fact refers to.

use tallybook_core::calendar::Instant;
use tallybook_core::decide::precedent::OrderRecord;
use tallybook_core::decide::{LotFile, OrderFile, Precedent, RedemptionFile};
use tallybook_core::event::{Decision, Event, Redeemed, RedemptionReversed};
use tallybook_core::fact::{Fact, Order, Return, Subject};
use tallybook_core::ids::LotNumber;
use tallybook_format::{RecordKind, decode_decision, decode_fact, subject_fingerprint};
use tallybook_log::{LogReader, Position, RECORD_HEADER_BYTES, RecordBuf, RecordReader, RecordView};

use crate::error::LedgerError;
use crate::fold::{Past, introduces};

/// What one batch says of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryBatch {
    /// The batch's number in the log.
    pub batch_number: u64,
    /// The member's first fact or decision in the batch.
    pub position: Position,
    /// When the ledger took it down.
    pub recorded_at: Instant,
    /// The facts' effective time.
    pub effective_at: Instant,
    /// The caller's idempotency key; `None` is the first fact's natural key.
    pub key: Option<String>,
    /// The facts; none where time alone was at work.
    pub facts: Vec<Fact<'static>>,
    /// The decisions.
    pub events: Vec<Event>,
}

/// All of a member's batches, oldest first, from the position of their newest record.
///
/// # Errors
/// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
pub fn history<R: LogReader>(reader: &R, head: Position) -> Result<Vec<HistoryBatch>, LedgerError> {
    let mut records = reader.chain(head).collect::<Result<Vec<RecordBuf>, _>>()?;
    records.reverse();
    let mut batches: Vec<HistoryBatch> = Vec::new();
    for record in &records {
        if batches.last().is_none_or(|batch| batch.batch_number != record.batch_number.0) {
            batches.push(HistoryBatch {
                batch_number: record.batch_number.0,
                position: record.position,
                recorded_at: Instant(record.header.recorded_at),
                effective_at: Instant(record.header.effective_at),
                key: None,
                facts: Vec::new(),
                events: Vec::new(),
            });
        }
        if let Some(batch) = batches.last_mut() {
            add_record(batch, &view(record))?;
        }
    }
    Ok(batches)
}

fn add_record(batch: &mut HistoryBatch, record: &RecordView<'_>) -> Result<(), LedgerError> {
    let kind = record_kind(record)?;
    if kind.is_decision() {
        batch.events.push(event(record)?);
    } else if kind.is_fact() && kind != RecordKind::MemberNamed {
        let stored = fact(record)?;
        if batch.facts.is_empty() {
            batch.key = stored.0;
            batch.position = record.position;
            batch.effective_at = Instant(record.header.effective_at);
        }
        batch.facts.push(stored.1);
    }
    Ok(())
}

/// The batch of a member that came under an idempotency key, if there is one.
pub(crate) fn find_key<R: LogReader>(
    reader: &R,
    past: &Past,
    key: &str,
    fingerprint: u32,
) -> Result<Option<Position>, LedgerError> {
    for record in records(reader, past) {
        let record = record?.0;
        if record.header.key_fingerprint == fingerprint && has_key(&record, key)? {
            return Ok(Some(record.position));
        }
    }
    Ok(None)
}

/// Every record of a past, newest first in each of its chains, with what is added to its lot numbers.
fn records<'r, R: LogReader>(
    reader: &'r R,
    past: &'r Past,
) -> impl Iterator<Item = Result<(RecordBuf, u32), LedgerError>> + 'r {
    past.0.iter().flat_map(|chain| {
        let offset = chain.lot_offset;
        reader.chain(chain.head).map(move |record| Ok((record?, offset)))
    })
}

/// Whether a fact's record came under a key.
pub(crate) fn has_key(record: &RecordBuf, key: &str) -> Result<bool, LedgerError> {
    let (stored, fact) = fact(&view(record))?;
    Ok(stored.or_else(|| fact.natural_key()).as_deref() == Some(key))
}

/// Every key fingerprint of a member's past with the fact that carries it, newest first in each chain.
pub(crate) fn keys<R: LogReader>(reader: &R, past: &Past) -> Result<Vec<(u32, Position)>, LedgerError> {
    let mut keys = Vec::new();
    for record in records(reader, past) {
        let record = record?.0;
        if record.header.key_fingerprint != 0 {
            keys.push((record.header.key_fingerprint, record.position));
        }
    }
    Ok(keys)
}

/// The batch whose first fact stands at a position, if that came under a key, and the fact's member. Only that member's
/// records are looked at.
pub(crate) fn batch_under_key<R: LogReader>(
    records: &mut RecordReader<R>,
    position: Position,
    key: &str,
) -> Result<Option<(u32, HistoryBatch)>, LedgerError> {
    let first = records.record_buf(position)?;
    if !has_key(&first, key)? {
        return Ok(None);
    }
    let mut found = HistoryBatch {
        batch_number: first.batch_number.0,
        position,
        recorded_at: Instant(first.header.recorded_at),
        effective_at: Instant(first.header.effective_at),
        key: None,
        facts: Vec::new(),
        events: Vec::new(),
    };
    let mut at = position;
    loop {
        let (batch, record) = records.record(at)?;
        let next = Position(at.0 + (RECORD_HEADER_BYTES + record.body.len()) as u64);
        if record.header.member == first.header.member {
            add_record(&mut found, &record)?;
        }
        if next >= batch.end() {
            return Ok(Some((first.header.member, found)));
        }
        at = next;
    }
}

/// Finds what a member's earlier records say on a fact. The past's newest records must be durable.
///
/// # Errors
/// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
pub fn precedent<R: LogReader>(
    reader: &R,
    past: &Past,
    fact: &Fact<'_>,
) -> Result<Precedent<'static>, LedgerError> {
    let on_redemption = |file: Option<RedemptionFile>| {
        file.map_or(Precedent::None, |file| Precedent::Redemption(Box::new(file)))
    };
    match fact {
        Fact::OrderPlaced(order) => match (find_order(reader, past, &order.id)?, &order.redemption) {
            (Some(_), _) => Ok(Precedent::Taken),
            (None, Some(paid_by)) => Ok(on_redemption(find_redemption(reader, past, paid_by)?)),
            (None, None) => Ok(Precedent::None),
        },
        Fact::RedemptionRequested(redemption) => taken(reader, past, &redemption.id),
        Fact::HoldRequested(hold) => taken(reader, past, &hold.id),
        Fact::OrderReturned(ret) => on_order(reader, past, &ret.order),
        Fact::OrderFulfilled(fulfilment) => on_order(reader, past, &fulfilment.order),
        Fact::ReversalRequested(reversal) => {
            Ok(on_redemption(find_redemption(reader, past, &reversal.redemption)?))
        }
        Fact::ReinstatementRequested(wanted) => {
            let file = find_lot(reader, past, wanted.lot)?;
            Ok(file.map_or(Precedent::None, |file| Precedent::Lot(Box::new(file))))
        }
        _ => Ok(Precedent::None),
    }
}

/// Whether a name is that of an earlier redemption or hold.
fn taken<R: LogReader>(reader: &R, past: &Past, name: &str) -> Result<Precedent<'static>, LedgerError> {
    let fingerprint = subject_fingerprint(Subject::Redemption(name));
    for record in records(reader, past) {
        let record = record?.0;
        if record.header.subject_fingerprint != fingerprint || !introduces(record.header.kind) {
            continue;
        }
        if fact(&view(&record))?.1.subject() == Some(Subject::Redemption(name)) {
            return Ok(Precedent::Taken);
        }
    }
    Ok(Precedent::None)
}

fn on_order<R: LogReader>(reader: &R, past: &Past, name: &str) -> Result<Precedent<'static>, LedgerError> {
    let Some(mut file) = find_order(reader, past, name)? else { return Ok(Precedent::None) };
    if let Some(paid_by) = &file.order.redemption {
        file.redemption = find_redemption(reader, past, paid_by)?;
    }
    Ok(Precedent::Order(Box::new(file)))
}

/// What expired of a lot and came back; `None` where nothing of it ever expired.
fn find_lot<R: LogReader>(reader: &R, past: &Past, lot: LotNumber) -> Result<Option<LotFile>, LedgerError> {
    let mut newest_first: Vec<Event> = Vec::new();
    for record in records(reader, past) {
        let (record, offset) = record?;
        let record = view(&record);
        if matches!(record_kind(&record)?, RecordKind::Expired | RecordKind::Reinstated) {
            let Event { effective_at, decision } = event(&record)?;
            newest_first.push(Event { effective_at, decision: decision.renumbered(offset) });
        }
    }
    let mut found: Option<LotFile> = None;
    for event in newest_first.iter().rev() {
        if let Decision::Expired(expired) = &event.decision
            && expired.lot == lot
        {
            found.get_or_insert(LotFile::new(lot, expired.currency));
        }
        if let Some(file) = &mut found {
            file.follow(event.effective_at, &event.decision);
        }
    }
    Ok(found)
}

/// What the chain says of one order, newest first.
enum OrderStep {
    Decision(Box<Decision>),
    Returned(Return<'static>),
}

fn find_order<R: LogReader>(
    reader: &R,
    past: &Past,
    name: &str,
) -> Result<Option<OrderFile<'static>>, LedgerError> {
    let fingerprint = subject_fingerprint(Subject::Order(name));
    let mut steps: Vec<OrderStep> = Vec::new();
    for record in records(reader, past) {
        let (record, offset) = record?;
        let record = view(&record);
        let kind = record_kind(&record)?;
        let decision = || {
            Ok::<_, LedgerError>(OrderStep::Decision(Box::new(event(&record)?.decision.renumbered(offset))))
        };
        if matches!(kind, RecordKind::Expired | RecordKind::LotCancelled | RecordKind::Reinstated) {
            steps.push(decision()?);
            continue;
        }
        if record.header.subject_fingerprint != fingerprint {
            continue;
        }
        match kind {
            RecordKind::PointsEarned | RecordKind::ClawedBack | RecordKind::ReferralPaid => {
                steps.push(decision()?);
            }
            RecordKind::OrderReturned => {
                let (_, Fact::OrderReturned(ret)) = fact(&record)? else { continue };
                if ret.order == name {
                    steps.push(OrderStep::Returned(ret));
                } else {
                    drop_last(&mut steps, |decision| matches!(decision, Decision::ClawedBack(_)));
                }
            }
            RecordKind::OrderPlaced => {
                let (_, Fact::OrderPlaced(order)) = fact(&record)? else { continue };
                if order.id == name {
                    return order_file(order, Instant(record.header.effective_at), steps).map(Some);
                }
                drop_last(&mut steps, |decision| matches!(decision, Decision::PointsEarned(_)));
                // A referral is of the order that is judged before it, which has just turned out to be another.
                drop_referral(&mut steps);
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Drops the judgement that was read last, as it turns out to be of another order with the same fingerprint.
fn drop_last(steps: &mut Vec<OrderStep>, is: impl Fn(&Decision) -> bool) {
    if let Some(index) = steps.iter().rposition(|step| matches!(step, OrderStep::Decision(d) if is(d))) {
        steps.remove(index);
    }
}

/// Drops the referral that was read last.
fn drop_referral(steps: &mut Vec<OrderStep>) {
    if let Some(OrderStep::Decision(decision)) = steps.last()
        && matches!(**decision, Decision::ReferralPaid(_))
    {
        steps.pop();
    }
}

fn order_file(
    order: Order<'static>,
    effective_at: Instant,
    newest_first: Vec<OrderStep>,
) -> Result<OrderFile<'static>, LedgerError> {
    let mut steps = newest_first.into_iter().rev();
    let earned = steps.find_map(|step| match step {
        OrderStep::Decision(decision) => match *decision {
            Decision::PointsEarned(earned) => Some(earned),
            _ => None,
        },
        OrderStep::Returned(_) => None,
    });
    let earned =
        earned.ok_or_else(|| LedgerError::Corruption(format!("order `{}` was never judged", order.id)))?;
    let record = OrderRecord::new(effective_at, earned, order.lines.len());
    let mut file = OrderFile { order, record, redemption: None };
    for step in steps {
        match step {
            OrderStep::Decision(decision) => file.record.follow(&decision),
            OrderStep::Returned(ret) => file.follow_return(&ret),
        }
    }
    Ok(file)
}

/// A redemption, or a hold that was captured.
fn find_redemption<R: LogReader>(
    reader: &R,
    past: &Past,
    name: &str,
) -> Result<Option<RedemptionFile>, LedgerError> {
    let fingerprint = subject_fingerprint(Subject::Redemption(name));
    let mut newest_first: Vec<Decision> = Vec::new();
    for record in records(reader, past) {
        let (record, offset) = record?;
        let record = view(&record);
        if record.header.subject_fingerprint != fingerprint {
            continue;
        }
        match record_kind(&record)? {
            RecordKind::Redeemed => newest_first.push(event(&record)?.decision.renumbered(offset)),
            RecordKind::HoldCaptured => match event(&record)?.decision.renumbered(offset) {
                Decision::HoldCaptured(captured) if captured.hold.as_ref() == name => {
                    return Ok(Some(redemption_file(name, captured.redeemed, &newest_first)));
                }
                _ => {}
            },
            RecordKind::RedemptionReversed => match event(&record)?.decision {
                Decision::RedemptionReversed(RedemptionReversed { of: Some(of), .. })
                    if of.as_ref() != name => {}
                decision => newest_first.push(decision),
            },
            RecordKind::ReversalRequested => {
                let (_, Fact::ReversalRequested(reversal)) = fact(&record)? else { continue };
                if reversal.redemption != name {
                    drop_reversal(&mut newest_first);
                }
            }
            RecordKind::RedemptionRequested => {
                let (_, Fact::RedemptionRequested(redemption)) = fact(&record)? else { continue };
                let redeemed = newest_first.pop();
                if redemption.id != name {
                    continue;
                }
                let Some(Decision::Redeemed(redeemed)) = redeemed else {
                    return Err(LedgerError::Corruption(format!(
                        "redemption `{name}` was never carried out"
                    )));
                };
                return Ok(Some(redemption_file(name, redeemed, &newest_first)));
            }
            _ => {}
        }
    }
    Ok(None)
}

/// Drops the reversal that was read last, as it turns out to be of another redemption with the same fingerprint.
fn drop_reversal(decisions: &mut Vec<Decision>) {
    let asked = |decision: &Decision| {
        matches!(decision, Decision::RedemptionReversed(RedemptionReversed { of: None, .. }))
    };
    if let Some(index) = decisions.iter().rposition(asked) {
        decisions.remove(index);
    }
}

fn redemption_file(name: &str, redeemed: Redeemed, newest_first: &[Decision]) -> RedemptionFile {
    let mut file = RedemptionFile::new(name, redeemed);
    newest_first.iter().rev().for_each(|decision| file.follow(decision));
    file
}

fn view(record: &RecordBuf) -> RecordView<'_> {
    RecordView { position: record.position, header: record.header, body: &record.body }
}

fn record_kind(record: &RecordView<'_>) -> Result<RecordKind, LedgerError> {
    RecordKind::from_number(record.header.kind)
        .map_err(|error| LedgerError::unreadable(record.position, &error))
}

fn event(record: &RecordView<'_>) -> Result<Event, LedgerError> {
    let effective_at = Instant(record.header.effective_at);
    let decision = decode_decision(record.header.kind, record.header.version, effective_at, record.body)
        .map_err(|error| LedgerError::unreadable(record.position, &error))?;
    Ok(Event { effective_at, decision })
}

fn fact(record: &RecordView<'_>) -> Result<(Option<String>, Fact<'static>), LedgerError> {
    let stored = decode_fact(record.header.kind, record.header.version, record.body)
        .map_err(|error| LedgerError::unreadable(record.position, &error))?;
    Ok((stored.key.map(str::to_owned), stored.fact.into_owned()))
}
