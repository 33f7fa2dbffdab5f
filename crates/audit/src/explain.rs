//! Why a balance is what it is: every lot, what gave it and what drew from it, down to the sum. And why a tier is.
//!
//! It reads one member's records, by walking their chain, and settles what is due by the asked instant without recording
//! it: such moves are marked as due. Of other members it reads the facts of batches that are about both, and their names.
//!
//! Invariants:
//! - a lot's points and moves add up to what is left of it, and the lots add up to the balances;
//! - rules are shown as recorded, with the version that judged; nothing is judged again.

mod causes;
mod far;
mod ladder_text;
mod ladders;
mod merges;
mod rules;
mod shape;
mod text;

use tallybook::{HistoryBatch, LedgerError, history};
use tallybook_core::apply::{apply, apply_enrolment, apply_profile, touch};
use tallybook_core::calendar::Instant;
use tallybook_core::decide;
use tallybook_core::event::{
    Closed, Decision, Draw, Event, Forfeit, HoldCaptured, NewLot, PointsActivated, PointsEarned, TransferSent,
};
use tallybook_core::fact::Fact;
use tallybook_core::ids::{CurrencyNumber, LotNumber, VersionNumber};
use tallybook_core::points::Points;
use tallybook_core::programme::versions::Programmes;
use tallybook_core::state::{Balance, MemberState};
use tallybook_log::{LogReader, Position};

pub use causes::Cause;
pub use ladders::{BenefitExplanation, BenefitStep, LadderExplanation, TierMove, TierStep};
pub use shape::{
    CurrencyExplanation, DebtEntry, Explanation, LineShare, LotExplanation, LotMove, MergeEntry, MergeSide,
    MoveKind, NewEnd, RuleVerdict, SumLine, VersionUsed,
};
pub use text::render;

use causes::Causes;
use ladders::Lead;
use merges::Joined;

/// Explains a member's balances and tiers as of an instant, from the position of their newest record.
///
/// The past of a member who became part of another is under the old name's own newest record.
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
    let mut book = Book {
        programmes,
        state: MemberState::default(),
        currencies: Vec::new(),
        versions: Vec::new(),
        joined: Vec::new(),
        ladders: Vec::new(),
        benefits: Vec::new(),
        lead: Lead::default(),
    };
    for batch in &batches {
        let causes = Causes::new(&batch.facts, far::read(reader, batch)?);
        book.take(batch, causes, at)?;
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
    joined: Vec<Joined>,
    /// By number.
    ladders: Vec<LadderExplanation>,
    benefits: Vec<BenefitExplanation>,
    lead: Lead,
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
    fn take(
        &mut self,
        batch: &HistoryBatch,
        mut causes: Causes<'_>,
        until: Instant,
    ) -> Result<(), LedgerError> {
        self.lead = Lead::default();
        if batch.effective_at <= until {
            for fact in &batch.facts {
                match fact {
                    Fact::MemberEnrolled(enrolment) => apply_enrolment(&mut self.state, enrolment),
                    Fact::ProfileChanged(profile) => apply_profile(&mut self.state, profile),
                    // It may leave no decision that would carry its time.
                    Fact::OrderFulfilled(_) => {}
                    _ => continue,
                }
                touch(&mut self.state, batch.effective_at);
            }
        }
        for event in &batch.events {
            // Every decision is counted, so that the n-th still finds the n-th fact.
            let fact = causes.fact_of(event);
            if event.effective_at > until {
                continue;
            }
            let lots_before = self.state.last_lot.0;
            apply(&mut self.state, event.effective_at, &event.decision)
                .map_err(|misfit| LedgerError::misfit(batch.position, &misfit))?;
            let source = Source { batch: Some(batch), at: event.effective_at };
            self.note(source, event, &causes, fact, lots_before);
        }
        Ok(())
    }

    fn settle(&mut self, at: Instant) {
        let mut due: Vec<Event> = Vec::new();
        decide::settle_to(&mut self.state, self.programmes, at, &mut due);
        let causes = Causes::new(&[], None);
        self.lead = Lead::default();
        for event in &due {
            self.note(Source { batch: None, at: event.effective_at }, event, &causes, None, 0);
        }
    }

    /// Takes in an event that the state has just taken in; `lots_before` is the last lot number before it.
    fn note(
        &mut self,
        source: Source<'_>,
        event: &Event,
        causes: &Causes<'_>,
        fact: Option<&Fact<'static>>,
        lots_before: u32,
    ) {
        let cause = causes.cause(&event.decision, fact);
        self.lead.note(&event.decision, &cause);
        match &event.decision {
            Decision::PointsEarned(earned) => self.note_earned(source, earned, fact, cause),
            Decision::Credited(credited) => self.add_lot(source, &credited.lot, cause),
            Decision::TransferReceived(received) => {
                received.lots.iter().for_each(|lot| self.add_lot(source, lot, cause.clone()));
            }
            Decision::Reinstated(reinstated) => self.add_lot(source, &reinstated.lot, cause),
            Decision::PointsActivated(activated) => self.note_activated(source, activated, cause),
            Decision::ArrearsPaid(paid) => {
                let taken = Points(-paid.points.0);
                self.take_from(source, paid.currency, paid.lot, MoveKind::PaidDebt, taken, cause.clone());
                self.note_debt(source, paid.currency, taken, Some(paid.lot), cause);
            }
            Decision::Redeemed(redeemed) => {
                self.draw(source, redeemed.currency, &redeemed.draws, MoveKind::Redeemed, &cause);
            }
            Decision::RedemptionReversed(reversed) => {
                let (currency, none) = (reversed.currency, Points::ZERO);
                for draw in &reversed.restored {
                    self.restore(source, currency, draw, MoveKind::Reversed, none, cause.clone());
                }
            }
            Decision::HoldPlaced(hold) => {
                for Draw { lot, points, .. } in hold.draws.iter().copied() {
                    let taken = Points(-points.0);
                    self.move_lot(source, hold.currency, lot, MoveKind::Held, taken, points, cause.clone());
                }
            }
            Decision::HoldCaptured(captured) => self.note_captured(source, captured, &cause),
            Decision::HoldReleased(hold) => self.release(source, hold.currency, &hold.restored, &cause),
            Decision::Expired(expired) => {
                let taken = Points(-expired.points.0);
                self.take_from(source, expired.currency, expired.lot, MoveKind::Expired, taken, cause);
            }
            Decision::LotCancelled(cancelled) => {
                let waited = |lot: &mut LotExplanation| lot.activates_at.is_none();
                let is_late = self.lot(cancelled.currency, cancelled.lot).is_none_or(waited);
                let cause = if is_late { Cause::Time } else { causes.referral_returned() };
                let taken = Points(-cancelled.points.0);
                self.take_from(source, cancelled.currency, cancelled.lot, MoveKind::Cancelled, taken, cause);
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
            Decision::TransferSent(sent) => self.note_sent(source, sent, &cause),
            Decision::WrittenOff(off) => {
                self.note_debt(source, off.currency, Points(-off.points.0), None, cause);
            }
            Decision::Closed(Closed { forfeited }) => {
                for forfeit in forfeited {
                    let Forfeit { currency, available, pending } = forfeit;
                    self.draw(source, *currency, available, MoveKind::Forfeited, &cause);
                    self.draw(source, *currency, pending, MoveKind::Forfeited, &cause);
                }
            }
            Decision::Renewed(renewed) => {
                self.note_ends(source, renewed.currency, MoveKind::Renewed, &cause);
            }
            Decision::ExpiryChanged(changed) => {
                self.note_ends(source, changed.currency, MoveKind::ExpiryChanged, &cause);
            }
            Decision::MergedFrom(merged) => self.note_merged_from(source, merged, lots_before),
            Decision::MergedInto(merged) => self.note_merged_into(source, merged),
            Decision::TierChanged(changed) => self.note_tier_changed(source, changed),
            Decision::FiguresCarried(carried) => self.note_carried(source, carried),
            Decision::TierGranted(granted) => {
                self.note_granted(source, granted.ladder, &granted.grant, cause);
            }
            Decision::TierGrantEnded(ended) => self.note_grant_ended(source, ended, cause),
            Decision::BenefitUsed(used) => {
                self.note_benefit(source, &used.count, Some((used.version, used.tier)), cause);
            }
            Decision::BenefitRestored(restored) => self.note_benefit(source, &restored.count, None, cause),
            Decision::MemberJoined
            | Decision::ReferralPaid(_)
            | Decision::ReferralCancelled(_)
            | Decision::VoucherUsed(_)
            | Decision::BlockSet(_) => {}
        }
    }

    fn note_earned(
        &mut self,
        source: Source<'_>,
        earned: &PointsEarned,
        fact: Option<&Fact<'static>>,
        mut cause: Cause,
    ) {
        if let (Cause::Referred { referrer, .. }, Some(referral)) = (&mut cause, &self.state.referral) {
            *referrer = Some(referral.referrer.to_string());
        }
        self.lead.name_tier(earned, &mut cause);
        for new in &earned.lots {
            self.add_lot(source, new, cause.clone());
            let version = self.programmes.version(earned.version);
            let Some(lot) = self.lot(new.currency, new.number) else { continue };
            lot.version = Some(earned.version);
            if let Some(version) = version {
                lot.rules = rules::verdicts(version, earned, new);
                if let Some(Fact::OrderPlaced(order)) = fact {
                    lot.line_shares = rules::shares(version, earned, new, order);
                }
            }
        }
        if !earned.lots.is_empty() && !self.versions.contains(&earned.version) {
            self.versions.push(earned.version);
        }
    }

    fn note_activated(&mut self, source: Source<'_>, activated: &PointsActivated, cause: Cause) {
        let PointsActivated { lot: number, currency, term, .. } = *activated;
        self.take_from(source, currency, number, MoveKind::Activated, Points::ZERO, cause);
        if let Some(lot) = self.lot(currency, number) {
            lot.is_pending = false;
            if let Some(term) = term {
                (lot.activates_at, lot.expires_at) = (Some(source.at), term.expires_at);
                lot.idle_months = term.idle.months;
            }
        }
    }

    fn note_captured(&mut self, source: Source<'_>, captured: &HoldCaptured, cause: &Cause) {
        let currency = captured.redeemed.currency;
        for Draw { lot, points, .. } in captured.redeemed.draws.iter().copied() {
            let (taken, held) = (Points::ZERO, Points(-points.0));
            self.move_lot(source, currency, lot, MoveKind::Captured, taken, held, cause.clone());
        }
        self.release(source, currency, &captured.released, cause);
    }

    fn release(&mut self, source: Source<'_>, currency: CurrencyNumber, restored: &[Draw], cause: &Cause) {
        for draw in restored {
            let held = Points(-draw.points.0);
            self.restore(source, currency, draw, MoveKind::Released, held, cause.clone());
        }
    }

    /// What is sent comes from the lots drawn first, the fee from those after.
    fn note_sent(&mut self, source: Source<'_>, sent: &TransferSent, cause: &Cause) {
        let mut left = sent.points;
        for Draw { lot, points, .. } in sent.draws.iter().copied() {
            let moved = points.min(left);
            left.0 -= moved.0;
            for (kind, part) in [(MoveKind::Sent, moved.0), (MoveKind::Fee, points.0 - moved.0)] {
                if part > 0 {
                    self.take_from(source, sent.currency, lot, kind, Points(-part), cause.clone());
                }
            }
        }
    }

    /// Notes the lots that have another end than before.
    fn note_ends(&mut self, source: Source<'_>, currency: CurrencyNumber, kind: MoveKind, cause: &Cause) {
        let of_currency = self.state.lots.iter().filter(|lot| lot.currency == currency);
        let ends: Vec<_> = of_currency.map(|lot| (lot.number, lot.expires_at, lot.idle.months)).collect();
        for (number, expires_at, idle_months) in ends {
            let Some(lot) = self.lot(currency, number) else { continue };
            lot.idle_months = idle_months;
            if std::mem::replace(&mut lot.expires_at, expires_at) == expires_at {
                continue;
            }
            self.take_from(source, currency, number, kind, Points::ZERO, cause.clone());
            self.set_end(currency, number, expires_at);
        }
    }

    /// Notes on the lot's last move that it brought another end.
    fn set_end(&mut self, currency: CurrencyNumber, number: LotNumber, expires_at: Option<Instant>) {
        if let Some(step) = self.lot(currency, number).and_then(|lot| lot.moves.last_mut()) {
            step.end = Some(NewEnd { expires_at });
        }
    }

    fn add_lot(&mut self, source: Source<'_>, new: &NewLot, cause: Cause) {
        let lot = LotExplanation {
            points: new.points,
            remaining: new.points,
            earned_at: source.at,
            recorded_at: source.batch.map_or(source.at, |batch| batch.recorded_at),
            batch: source.number(),
            activates_at: (new.activates_at != Instant::MAX).then_some(new.activates_at),
            expires_at: new.expires_at,
            idle_months: new.idle.months,
            is_pending: new.begins_pending(source.at),
            ..LotExplanation::empty(new.number, cause)
        };
        self.lots(new.currency).push(lot);
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
            self.take_from(source, currency, draw.lot, kind, Points(-draw.points.0), cause.clone());
        }
    }

    /// Gives points back to a lot, with the end that it has now; `held` of them less are set aside.
    fn restore(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        draw: &Draw,
        kind: MoveKind,
        held: Points,
        cause: Cause,
    ) {
        let lot = self.lot_restored(source, currency, draw);
        let is_moved = std::mem::replace(&mut lot.expires_at, draw.expires_at) != draw.expires_at;
        lot.idle_months = draw.idle.months;
        self.move_lot(source, currency, draw.lot, kind, draw.points, held, cause);
        if is_moved {
            self.set_end(currency, draw.lot, draw.expires_at);
        }
    }

    /// Notes a move that leaves what is set aside as it is.
    fn take_from(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        number: LotNumber,
        kind: MoveKind,
        points: Points,
        cause: Cause,
    ) {
        self.move_lot(source, currency, number, kind, points, Points::ZERO, cause);
    }

    #[expect(clippy::too_many_arguments, reason = "a move is all of these")]
    fn move_lot(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        number: LotNumber,
        kind: MoveKind,
        points: Points,
        held: Points,
        cause: Cause,
    ) {
        let Some(lot) = self.lot(currency, number) else { return };
        lot.remaining.0 += points.0;
        lot.held.0 += held.0;
        let (at, remaining, batch) = (source.at, lot.remaining, source.number());
        lot.moves.push(LotMove { at, kind, points, remaining, held, end: None, batch, cause });
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
                merges: Vec::new(),
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
        self.currencies.retain(|currency| {
            let is_untouched = currency.lots.is_empty() && currency.merges.is_empty();
            currency.balance != Balance::default() || !is_untouched
        });
        self.versions.sort_unstable();
        let used = self.versions.iter().filter_map(|number| self.programmes.version(*number));
        let versions = used.map(|version| VersionUsed {
            number: version.number,
            hash: crate::report::hex(&version.hash),
            effective_from: version.effective_from,
        });
        let versions = versions.collect();
        let ladders = self.finish_ladders(at);
        Explanation {
            member: member.to_owned(),
            at,
            zone,
            versions,
            currencies: self.currencies,
            ladders,
            benefits: self.benefits,
        }
    }
}

/// The law of conservation, solved for what is available.
fn sum(balance: &Balance) -> Vec<SumLine> {
    let lines = [
        ("issued", balance.issued.0),
        ("received", balance.received.0),
        ("pending", -balance.pending.0),
        ("held", -balance.held.0),
        ("redeemed", -balance.redeemed.0),
        ("expired", -balance.expired.0),
        ("forfeited", -balance.forfeited.0),
        ("clawed_back", -balance.clawed_back.0),
        ("sent", -balance.sent.0),
        ("arrears", balance.arrears.0),
        ("written_off", balance.written_off.0),
    ];
    let told = lines.into_iter().filter(|(name, points)| *name == "issued" || *points != 0);
    told.map(|(name, points)| SumLine { name, points: Points(points) }).collect()
}
