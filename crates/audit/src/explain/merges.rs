//! Two members who become one, as each of them sees it.
//!
//! A lot that came by a merge begins with what was left of it then; what it had been through before is told by the past of
//! the member who brought it.

use tallybook_core::event::{Draw, MergedFrom, MergedInto};
use tallybook_core::ids::{CurrencyNumber, LotNumber};
use tallybook_core::points::Points;
use tallybook_core::state::Balance;

use super::{Book, Cause, LotExplanation, MergeEntry, MergeSide, MoveKind, Source};

/// The lot numbers that came with a member.
#[derive(Clone, Debug)]
pub(super) struct Joined {
    member: String,
    /// What was added to them.
    offset: u32,
    /// The last of them.
    last: u32,
}

impl Book<'_> {
    /// Takes in what another member had. The lots come after the first `offset` of this member's.
    pub(super) fn note_merged_from(&mut self, source: Source<'_>, merged: &MergedFrom, offset: u32) {
        let from = &*merged.state;
        let last = offset.saturating_add(from.last_lot.0);
        self.joined.push(Joined { member: merged.from.to_string(), offset, last });
        let here = |number: LotNumber| LotNumber(number.0.saturating_add(offset));
        for lot in &from.lots {
            let cause = self.came_with(here(lot.number));
            self.lot_or_new(source, lot.currency, here(lot.number), || LotExplanation {
                points: lot.remaining,
                remaining: lot.remaining,
                earned_at: lot.earned_at,
                activates_at: (!lot.waits()).then_some(lot.activates_at),
                expires_at: lot.expires_at,
                idle_months: lot.idle.months,
                is_pending: lot.pending,
                ..LotExplanation::empty(here(lot.number), cause)
            });
        }
        for hold in &from.holds {
            for draw in &hold.draws {
                let lot = self.lot_restored(source, hold.currency, &Draw { lot: here(draw.lot), ..*draw });
                lot.held_at_first.0 += draw.points.0;
                lot.held.0 += draw.points.0;
            }
        }
        self.note_balances(source, &merged.from, MergeSide::Came, &from.balances);
        self.note_places(source, merged, &Cause::CameWith { member: merged.from.to_string(), lot: None });
        for (currency, balance) in numbered(&from.balances) {
            let cause = Cause::CameWith { member: merged.from.to_string(), lot: None };
            self.note_debt(source, currency, balance.arrears, None, cause);
        }
    }

    /// Hands over all that is left to the member who goes on.
    pub(super) fn note_merged_into(&mut self, source: Source<'_>, merged: &MergedInto) {
        let cause = Cause::WentTo { member: merged.into.to_string() };
        for (currency, balance) in numbered(&merged.balances) {
            let left = |lot: &LotExplanation| (lot.number, Points(-lot.remaining.0), Points(-lot.held.0));
            let lots: Vec<_> = self.lots(currency).iter().map(left).collect();
            for (number, points, held) in lots {
                if (points, held) != (Points::ZERO, Points::ZERO) {
                    self.move_lot(source, currency, number, MoveKind::WentOver, points, held, cause.clone());
                }
            }
            self.note_debt(source, currency, Points(-balance.arrears.0), None, cause.clone());
        }
        self.note_balances(source, &merged.into, MergeSide::Went, &merged.balances);
        self.note_places_gone(source, &cause);
    }

    fn note_balances(&mut self, source: Source<'_>, member: &str, side: MergeSide, balances: &[Balance]) {
        for (currency, balance) in numbered(balances).filter(|(_, balance)| **balance != Balance::default()) {
            let entry = MergeEntry {
                at: source.at,
                batch: source.number(),
                member: member.to_owned(),
                side,
                balance: *balance,
            };
            self.currency(currency).merges.push(entry);
        }
    }

    /// Whom a lot came with, by its number here.
    fn came_with(&self, number: LotNumber) -> Cause {
        let joined = self.joined.iter().find(|joined| joined.offset < number.0 && number.0 <= joined.last);
        joined.map_or(Cause::Time, |joined| Cause::CameWith {
            member: joined.member.clone(),
            lot: Some(LotNumber(number.0 - joined.offset)),
        })
    }

    /// The lot that points come back to. One that had nothing left when it came by a merge is first heard of then.
    pub(super) fn lot_restored(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        draw: &Draw,
    ) -> &mut LotExplanation {
        let cause = self.came_with(draw.lot);
        self.lot_or_new(source, currency, draw.lot, || LotExplanation {
            earned_at: draw.earned_at,
            activates_at: Some(draw.earned_at),
            expires_at: draw.expires_at,
            idle_months: draw.idle.months,
            ..LotExplanation::empty(draw.lot, cause)
        })
    }

    fn lot_or_new(
        &mut self,
        source: Source<'_>,
        currency: CurrencyNumber,
        number: LotNumber,
        new: impl FnOnce() -> LotExplanation,
    ) -> &mut LotExplanation {
        let lots = self.lots(currency);
        let index = lots.binary_search_by_key(&number, |lot| lot.number).unwrap_or_else(|index| {
            let recorded_at = source.batch.map_or(source.at, |batch| batch.recorded_at);
            lots.insert(index, LotExplanation { recorded_at, batch: source.number(), ..new() });
            index
        });
        &mut lots[index]
    }
}

fn numbered(balances: &[Balance]) -> impl Iterator<Item = (CurrencyNumber, &Balance)> {
    (0..).map(CurrencyNumber).zip(balances)
}
