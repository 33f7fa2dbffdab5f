//! Points that change hands, and debts that are let go (cases 19 and 21).

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Purchase, Transfer, WriteOff};

use super::dates::Term;
use super::member::{CapUse, Lot, Member};
use super::numbers::ceiling_of;
use super::rooms::{Kept, Limit, allowance_limit};
use super::spend::{draw, spendable_lots};
use super::{Model, NaiveBalance, Version, refuse};
use crate::spec::{AllowanceSpec, CurrencySpec, RenewalKind, Usage};

impl Model {
    /// Sends points to another member.
    pub(super) fn transfer(
        &mut self,
        sender: &mut Member,
        asked: &Transfer<'static>,
        at: Instant,
        version_index: usize,
    ) -> Result<(), String> {
        // An old name leads to who goes on under it.
        let to = self.survivor(&asked.to);
        if to == sender.name {
            return refuse("same_member");
        }
        let Some(receiver) = self.members.get(&to) else { return refuse("unknown_member") };
        if receiver.closed_at.is_some() {
            return refuse("member_closed");
        }
        if sender.redeeming_blocked {
            return refuse("redeeming_blocked");
        }
        if receiver.earning_blocked {
            return refuse("earning_blocked");
        }
        let version = self.versions[version_index].clone();
        let Some(currency) = version.spec.currency(&asked.currency) else {
            return refuse("unknown_point_currency");
        };
        if currency.usage == Usage::Qualifying {
            return refuse("not_spendable");
        }
        let Some(terms) = currency.transfer else { return refuse("transfers_not_allowed") };
        let points = asked.points.0;
        self.check_allowance(sender, "sent", currency, terms.allowance, points, at, &version)?;

        let now = at.max(sender.settled_to).max(receiver.settled_to);
        let mut receiver = self.members.remove(&to).expect("the receiver was just there");
        self.settle(sender, now);
        self.settle(&mut receiver, now);
        let fee = terms.fee_points + ceiling_of(points, terms.fee_basis_points, 10_000);
        if sender.balance_now(&currency.id).available < points + fee {
            return refuse("insufficient_points");
        }
        self.use_allowance(sender, "sent", currency, terms.allowance, points, at, &version);
        let lots = spendable_lots(sender, &currency.id, currency.fifo);
        let change = |p: i64| NaiveBalance { available: -p, sent: p, ..NaiveBalance::default() };
        let sent = draw(sender, &lots, points, now, change);
        let change = |p: i64| NaiveBalance { available: -p, forfeited: p, ..NaiveBalance::default() };
        draw(sender, &lots, fee, now, change);
        sender.happened(now, "TransferSent", &[(&currency.id, points)]);

        receiver.happened(now, "TransferReceived", &[(&currency.id, points)]);
        let mut arrived: Vec<(Term, i64)> = Vec::new();
        for draw in sent {
            match arrived.iter_mut().find(|(term, _)| *term == draw.term && !terms.restart) {
                Some((_, points)) => *points += draw.points,
                None => arrived.push((draw.term, draw.points)),
            }
        }
        if terms.restart {
            let term = self.fresh_lot(&receiver, currency, now, &version).term;
            arrived = vec![(term, points)];
        }
        let mut lots = Vec::new();
        for (term, points) in arrived {
            let received = NaiveBalance { received: points, ..NaiveBalance::default() };
            lots.push((Lot::new(&currency.id, now, term), points, received));
        }
        for (lot, points, received) in lots {
            receiver.add_lot(lot, points, received);
        }
        self.renew(sender, RenewalKind::Transfer, at, now, version_index);
        self.renew(&mut receiver, RenewalKind::Transfer, at, now, version_index);
        self.settle(&mut receiver, now);
        self.put_back(receiver);
        Ok(())
    }

    pub(super) fn purchase(
        &self,
        member: &mut Member,
        asked: &Purchase<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let Some(currency) = version.spec.currency(&asked.currency) else {
            return refuse("unknown_point_currency");
        };
        let Some(allowance) = currency.purchase else { return refuse("purchases_not_allowed") };
        let points = asked.points.0;
        self.check_allowance(member, "bought", currency, allowance, points, at, version)?;
        self.use_allowance(member, "bought", currency, allowance, points, at, version);
        self.credit(member, currency, points, at, version);
        Ok(())
    }

    pub(super) fn write_off(
        &self,
        member: &mut Member,
        asked: &WriteOff<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let Some(currency) = self.versions[version].spec.currency(&asked.currency) else {
            return refuse("unknown_point_currency");
        };
        let owed = member.balance_now(&currency.id).arrears;
        let points = asked.points.map_or(owed, |points| points.0);
        if owed == 0 {
            return refuse("nothing_owed");
        }
        if points > owed {
            return refuse("over_written_off");
        }
        let now = at.max(member.settled_to);
        let change = NaiveBalance { arrears: -points, written_off: points, ..NaiveBalance::default() };
        member.enter(now, &currency.id, change, None);
        member.happened(now, "WrittenOff", &[(&currency.id, points)]);
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "one question about all that a limit depends on")]
    fn check_allowance(
        &self,
        member: &Member,
        what: &str,
        currency: &CurrencySpec,
        allowance: AllowanceSpec,
        points: i64,
        at: Instant,
        version: &Version,
    ) -> Result<(), String> {
        if points < allowance.min_points {
            return refuse("below_minimum");
        }
        if allowance.max_points.is_some_and(|most| points > most) {
            return refuse("above_maximum");
        }
        let limit = allowance.limit.map(|limit| allowance_limit(what, currency, limit));
        let room = |limit: &Limit| self.room(member, version, limit, at).room;
        if limit.is_some_and(|limit| points > room(&limit)) { refuse("over_limit") } else { Ok(()) }
    }

    #[expect(clippy::too_many_arguments, reason = "the same that is asked in check_allowance")]
    fn use_allowance(
        &self,
        member: &mut Member,
        what: &str,
        currency: &CurrencySpec,
        allowance: AllowanceSpec,
        points: i64,
        at: Instant,
        version: &Version,
    ) {
        let Some(limit) = allowance.limit.map(|limit| allowance_limit(what, currency, limit)) else { return };
        if let Kept::WithMember(period) = self.room(member, version, &limit, at).kept {
            member.cap_uses.push(CapUse { cap: limit.name, period, used: points });
        }
    }
}
