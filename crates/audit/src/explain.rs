//! Why a balance is what it is: every lot, what gave it and what drew from it, down to the sum.
//!
//! It reads one member's records only, by walking their chain, and settles what is due by the asked instant without
//! recording it: such moves are marked as due.
//!
//! Invariants:
//! - a lot's points and moves add up to what is left of it, and the lots add up to the balances;
//! - rules are shown as recorded, with the version that judged; nothing is judged again.

mod causes;
mod shape;
mod text;

use tallybook::{HistoryBatch, LedgerError, history};
use tallybook_core::apply::{apply, apply_profile, touch};
use tallybook_core::calendar::Instant;
use tallybook_core::decide::{Draft, OrderSeen, earn};
use tallybook_core::event::{Decision, Draw, Event, NewLot, PointsEarned};
use tallybook_core::fact::{Fact, Order};
use tallybook_core::ids::{CurrencyNumber, LotNumber, VersionNumber};
use tallybook_core::points::Points;
use tallybook_core::programme::versions::{Programmes, Version};
use tallybook_core::state::{Balance, MemberState};
use tallybook_log::{LogReader, Position};

pub use causes::Cause;
pub use shape::{
    CurrencyExplanation, DebtEntry, Explanation, LineShare, LotExplanation, LotMove, MoveKind, RuleVerdict,
    SumLine, VersionUsed,
};
pub use text::render;

use causes::Causes;

/// Explains a member's balances as of an instant, from the position of their newest record.
///
/// # Errors
/// [`LedgerError::Corruption`] and [`LedgerError::Fault`].
pub fn explain<R: LogReader>(
    reader: &R,
    head: Position,
    programmes: &Programmes,
    member: &str,
    at: Instant,
) -> Result<Explanation, LedgerError> {
    let batches = history(reader, head)?;
    let mut book =
        Book { programmes, state: MemberState::default(), currencies: Vec::new(), versions: Vec::new() };
    for batch in &batches {
        book.take(batch, at)?;
    }
    book.settle(at);
    let version = programmes.in_force(at).ok().or(programmes.versions().last());
    let zone = version.map_or_else(|| "UTC".to_owned(), |version| version.plan.zone.name().to_owned());
    Ok(book.finish(member, at, zone))
}

/// The explanation as it grows.
struct Book<'p> {
    programmes: &'p Programmes,
    state: MemberState,
    currencies: Vec<CurrencyExplanation>,
    versions: Vec<VersionNumber>,
}

/// Where an event comes from.
#[derive(Clone, Copy)]
struct Source<'b> {
    /// `None` for what is due.
    batch: Option<&'b HistoryBatch>,
    at: Instant,
}

impl Source<'_> {
    fn number(&self) -> Option<u64> {
        self.batch.map(|batch| batch.batch_number)
    }
}

impl Book<'_> {
    fn take(&mut self, batch: &HistoryBatch, until: Instant) -> Result<(), LedgerError> {
        if batch.effective_at <= until {
            for fact in &batch.facts {
                let profile = match fact {
                    Fact::MemberEnrolled(enrolment) => &enrolment.profile,
                    Fact::ProfileChanged(profile) => profile,
                    _ => continue,
                };
                apply_profile(&mut self.state, profile);
                touch(&mut self.state, batch.effective_at);
            }
        }
        let mut causes = Causes::new(&batch.facts);
        for event in &batch.events {
            // Every decision is counted, so that the n-th still finds the n-th fact.
            let fact = causes.fact_of(&event.decision);
            if event.effective_at > until {
                continue;
            }
            apply(&mut self.state, event.effective_at, &event.decision)
                .map_err(|misfit| LedgerError::misfit(batch.position, &misfit))?;
            self.note(Source { batch: Some(batch), at: event.effective_at }, event, fact);
        }
        Ok(())
    }

    fn settle(&mut self, at: Instant) {
        let mut due: Vec<Event> = Vec::new();
        Draft::new(&mut self.state, self.programmes, &mut due).settle(at);
        for event in &due {
            self.note(Source { batch: None, at: event.effective_at }, event, None);
        }
    }

    fn note(&mut self, source: Source<'_>, event: &Event, fact: Option<&Fact<'static>>) {
        let cause = Cause::of(fact);
        match &event.decision {
            Decision::PointsEarned(earned) => self.note_earned(source, earned, fact),
            Decision::Credited(lot) => {
                let lot = self.new_lot(source, lot, cause);
                self.lots(lot.0).push(lot.1);
            }
            Decision::PointsActivated(activated) => {
                self.move_lot(
                    source,
                    activated.currency,
                    activated.lot,
                    MoveKind::Activated,
                    Points::ZERO,
                    Cause::Time,
                );
                if let Some(lot) = self.lot(activated.currency, activated.lot) {
                    lot.is_pending = false;
                }
            }
            Decision::ArrearsPaid(paid) => {
                let taken = Points(-paid.points.0);
                self.move_lot(source, paid.currency, paid.lot, MoveKind::PaidDebt, taken, Cause::Debt);
                self.note_debt(source, paid.currency, taken, Some(paid.lot), Cause::Debt);
            }
            Decision::Redeemed(redeemed) => {
                self.draw(source, redeemed.currency, &redeemed.draws, MoveKind::Redeemed, &cause);
            }
            Decision::RedemptionReversed(reversed) => {
                for draw in &reversed.restored {
                    self.move_lot(
                        source,
                        reversed.currency,
                        draw.lot,
                        MoveKind::Reversed,
                        draw.points,
                        cause.clone(),
                    );
                    if let Some(lot) = self.lot(reversed.currency, draw.lot) {
                        lot.expires_at = draw.expires_at;
                    }
                }
            }
            Decision::Expired(expired) => {
                let taken = Points(-expired.points.0);
                self.move_lot(source, expired.currency, expired.lot, MoveKind::Expired, taken, Cause::Time);
            }
            Decision::ClawedBack(clawed) => {
                for take in &clawed.takes {
                    self.draw(source, take.currency, &take.from_pending, MoveKind::ClawedBack, &cause);
                    self.draw(source, take.currency, &take.from_available, MoveKind::ClawedBack, &cause);
                    self.note_debt(source, take.currency, take.arrears, None, cause.clone());
                }
            }
            Decision::Debited(debited) => {
                self.draw(source, debited.currency, &debited.draws, MoveKind::Adjusted, &cause);
                self.note_debt(source, debited.currency, debited.arrears, None, cause);
            }
            Decision::MemberJoined | Decision::TierChanged(_) => {}
        }
    }

    fn note_earned(&mut self, source: Source<'_>, earned: &PointsEarned, fact: Option<&Fact<'static>>) {
        let order = match fact {
            Some(Fact::OrderPlaced(order)) => Some(order),
            _ => None,
        };
        for new in &earned.lots {
            let (currency, mut lot) = self.new_lot(source, new, Cause::of(fact));
            lot.version = Some(earned.version);
            if let Some(version) = self.programmes.version(earned.version) {
                lot.rules = verdicts(version, earned, currency);
                lot.line_shares = order.map_or_else(Vec::new, |order| shares(version, earned, new, order));
            }
            self.lots(currency).push(lot);
        }
        if !earned.lots.is_empty() && !self.versions.contains(&earned.version) {
            self.versions.push(earned.version);
        }
    }

    fn new_lot(&self, source: Source<'_>, new: &NewLot, cause: Cause) -> (CurrencyNumber, LotExplanation) {
        let lot = LotExplanation {
            number: new.number,
            points: new.points,
            earned_at: source.at,
            recorded_at: source.batch.map_or(source.at, |batch| batch.recorded_at),
            batch: source.number().unwrap_or(0),
            activates_at: new.activates_at,
            expires_at: new.expires_at,
            cause,
            version: None,
            rules: Vec::new(),
            line_shares: Vec::new(),
            moves: Vec::new(),
            remaining: new.points,
            is_pending: new.begins_pending(source.at),
        };
        (new.currency, lot)
    }

    fn draw(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        draws: &[Draw],
        kind: MoveKind,
        cause: &Cause,
    ) {
        for draw in draws {
            self.move_lot(source, currency, draw.lot, kind, Points(-draw.points.0), cause.clone());
        }
    }

    fn move_lot(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        number: LotNumber,
        kind: MoveKind,
        points: Points,
        cause: Cause,
    ) {
        let Some(lot) = self.lot(currency, number) else { return };
        lot.remaining.0 += points.0;
        let remaining = lot.remaining;
        lot.moves.push(LotMove { at: source.at, kind, points, remaining, batch: source.number(), cause });
    }

    fn note_debt(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        points: Points,
        lot: Option<LotNumber>,
        cause: Cause,
    ) {
        if points == Points::ZERO {
            return;
        }
        let debts = &mut self.currency(currency).debts;
        let owed = Points(debts.last().map_or(0, |entry| entry.owed.0) + points.0);
        debts.push(DebtEntry { at: source.at, points, owed, batch: source.number(), lot, cause });
    }

    fn currency(&mut self, number: CurrencyNumber) -> &mut CurrencyExplanation {
        while self.currencies.len() <= usize::from(number.0) {
            let index = self.currencies.len();
            let id = self.programmes.registry().currencies.get(index);
            let plan =
                self.programmes.versions().iter().rev().find_map(|v| v.plan.currencies.get(index)?.as_ref());
            self.currencies.push(CurrencyExplanation {
                currency: id.map_or_else(|| format!("currency {index}"), |id| id.to_string()),
                scale: plan.map_or(0, |currency| currency.scale),
                balance: Balance::default(),
                lots: Vec::new(),
                debts: Vec::new(),
                sum: Vec::new(),
            });
        }
        &mut self.currencies[usize::from(number.0)]
    }

    fn lots(&mut self, currency: CurrencyNumber) -> &mut Vec<LotExplanation> {
        &mut self.currency(currency).lots
    }

    fn lot(&mut self, currency: CurrencyNumber, number: LotNumber) -> Option<&mut LotExplanation> {
        let lots = self.lots(currency);
        let index = lots.binary_search_by_key(&number, |lot| lot.number).ok()?;
        Some(&mut lots[index])
    }

    fn finish(mut self, member: &str, at: Instant, zone: String) -> Explanation {
        for (currency, balance) in self.currencies.iter_mut().zip(&self.state.balances) {
            currency.balance = *balance;
            currency.sum = sum(balance);
        }
        self.currencies
            .retain(|currency| currency.balance != Balance::default() || !currency.lots.is_empty());
        self.versions.sort_unstable();
        let used = self.versions.iter().filter_map(|number| self.programmes.version(*number));
        let versions = used.map(|version| VersionUsed {
            number: version.number,
            hash: crate::report::hex(&version.hash),
            effective_from: version.effective_from,
        });
        Explanation {
            member: member.to_owned(),
            at,
            zone,
            versions: versions.collect(),
            currencies: self.currencies,
        }
    }
}

/// The rules that matched in a currency.
fn verdicts(version: &Version, earned: &PointsEarned, currency: CurrencyNumber) -> Vec<RuleVerdict> {
    let of_currency = earned.shares.iter().filter_map(|share| {
        let rule =
            version.plan.rules.get(usize::from(share.rule.0)).filter(|rule| rule.currency == currency)?;
        Some(RuleVerdict {
            rule: rule.id.to_string(),
            asked: share.asked,
            granted: share.granted,
            remainder_millionths: share.remainder_millionths,
            verdict: share.verdict,
        })
    });
    of_currency.collect()
}

/// A lot's points per line of its order: what each rule granted, shared over the lines that count for it.
fn shares(version: &Version, earned: &PointsEarned, lot: &NewLot, order: &Order<'_>) -> Vec<LineShare> {
    let mut seen = OrderSeen::default();
    seen.read(order, &version.plan.symbols);
    let mut sums = vec![Points::ZERO; order.lines.len()];
    for share in &earned.shares {
        let Some(rule) = version.plan.rules.get(usize::from(share.rule.0)) else { continue };
        if rule.currency == lot.currency {
            for (sum, points) in sums.iter_mut().zip(earn::line_shares(&seen, rule, share.granted)) {
                sum.0 += points.0;
            }
        }
    }
    let named = sums.into_iter().enumerate();
    named.map(|(index, points)| LineShare { line: order.line_name(index), points }).collect()
}

/// The law of conservation, solved for what is available.
fn sum(balance: &Balance) -> Vec<SumLine> {
    let lines = [
        ("issued", balance.issued.0),
        ("pending", -balance.pending.0),
        ("held", -balance.held.0),
        ("redeemed", -balance.redeemed.0),
        ("expired", -balance.expired.0),
        ("forfeited", -balance.forfeited.0),
        ("clawed_back", -balance.clawed_back.0),
        ("arrears", balance.arrears.0),
        ("written_off", balance.written_off.0),
    ];
    let told = lines.into_iter().filter(|(name, points)| *name == "issued" || *points != 0);
    told.map(|(name, points)| SumLine { name, points: Points(points) }).collect()
}
