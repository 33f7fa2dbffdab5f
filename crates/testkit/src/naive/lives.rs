//! What becomes of members: enrolment, blocks, merges, leaving (cases 37–39).

use std::collections::BTreeMap;

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{Block, Closure, Enrolment, Merge};
use tallybook_core::programme::plan::OnClose;

use super::member::{Draw, Lot, Member, Merged, Place, Stage};
use super::spend::spendable_lots;
use super::tiers::{Grant, Standing, rank_of};
use super::{Model, NaiveBalance, Version, refuse};
use crate::spec::On;

impl Model {
    pub(super) fn enrol(
        &self,
        member: &mut Member,
        enrolment: &Enrolment<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        // A member that appeared on another fact is in the programme already.
        if member.has_appeared {
            return refuse("already_enrolled");
        }
        let referrer = enrolment.referred_by.clone().map(|name| name.into_owned());
        if referrer.as_ref().is_some_and(|name| self.survivor(name) == member.name) {
            return refuse("same_member");
        }
        member.referrer = referrer;
        member.profile = enrolment.profile.clone();
        self.celebrate(member, On::Enrolment, None, at, version);
        Ok(())
    }

    pub(super) fn block(&self, member: &mut Member, asked: &Block<'static>, at: Instant) {
        let now = at.max(member.settled_to);
        member.earning_blocked = asked.earning;
        member.redeeming_blocked = asked.redeeming;
        member.happened(now, "BlockSet", &[]);
    }

    pub(super) fn close(&self, member: &mut Member, asked: &Closure<'static>, at: Instant, version: usize) {
        let now = at.max(member.settled_to);
        for handle in member.redemption_order.clone() {
            if matches!(member.redemptions[&handle].stage, Stage::HeldUntil(_)) {
                self.release(member, &handle, now);
            }
        }
        let keeps = match asked.points {
            Some(OnClose::Keep) => true,
            Some(OnClose::Forfeit) => false,
            None => self.versions[version].spec.keep_on_close,
        };
        let mut forfeited: BTreeMap<String, i64> = BTreeMap::new();
        for number in 0..member.lots.len() {
            let Lot { currency, remaining, pending, .. } = member.lots[number].clone();
            if keeps || remaining == 0 {
                continue;
            }
            let (from_pending, from_available) = if pending { (remaining, 0) } else { (0, remaining) };
            let change = NaiveBalance {
                pending: -from_pending,
                available: -from_available,
                forfeited: remaining,
                ..NaiveBalance::default()
            };
            member.enter(now, &currency, change, Some((number, -remaining)));
            *forfeited.entry(currency).or_default() += remaining;
        }
        let forfeited: Vec<(&str, i64)> = forfeited.iter().map(|(c, p)| (c.as_str(), *p)).collect();
        member.happened(now, "Closed", &forfeited);
        member.closed_at = Some(now);
    }

    /// Makes a member part of another, who goes on.
    pub(super) fn merge(
        &mut self,
        from: &mut Member,
        asked: &Merge<'static>,
        at: Instant,
        version_index: usize,
    ) -> Result<(), String> {
        if self.survivor(&asked.into) == from.name {
            return refuse("same_member");
        }
        let survivor = self.survivor(&asked.into);
        let Some(into) = self.members.get(&survivor) else { return refuse("unknown_member") };
        if into.closed_at.is_some() {
            return refuse("member_closed");
        }
        if survivor != asked.into {
            return refuse("member_merged");
        }
        let now = at.max(from.settled_to).max(into.settled_to);
        let mut into = self.members.remove(asked.into.as_ref()).expect("the member was just there");
        self.settle(from, now);
        self.settle(&mut into, now);
        if open_holds(from).iter().any(|name| open_holds(&into).contains(name)) {
            return refuse("hold_in_both");
        }
        from.happened(now, "MergedInto", &[]);
        into.happened(now, "MergedFrom", &[]);
        let lots_before = into.lots.len();
        hand_over_points(from, &mut into, now);
        hand_over_dealings(from, &mut into, lots_before);
        let version = self.versions[version_index].clone();
        self.hand_over_standing(from, &mut into, now, &version);
        from.merged = Some(Merged { into: into.name.clone(), at: now, lots_before });

        for currency in &version.spec.currencies {
            for number in spendable_lots(&into, &currency.id, currency.fifo) {
                into.pay_arrears(number, now);
            }
        }
        self.after_occasion(&mut into, &version, version.zone.day(now));
        self.carry_all(&mut into, now);
        self.settle(&mut into, now);
        self.put_back(into);
        Ok(())
    }

    /// The higher tier stays; of equal ones that which holds longer.
    fn hand_over_standing(&self, from: &mut Member, into: &mut Member, now: Instant, version: &Version) {
        // Joining decides from when the first tier counts, so places are compared before it moves.
        let mut better = Vec::new();
        let mut better_grants = Vec::new();
        for ladder in &version.spec.ladders {
            let (theirs, own) = (self.standing(from, ladder), self.standing(into, ladder));
            let until = |standing: &Standing| standing.until.unwrap_or(Instant::MAX);
            let worth = |standing: &Standing| (rank_of(ladder, standing), until(standing));
            if worth(&theirs) > worth(&own) {
                better.push((ladder.id.clone(), theirs));
            }
            let worth = |grant: &Grant| (ladder.rank(&grant.tier), grant.until.unwrap_or(Instant::MAX));
            if let Some(theirs) = from.grants.remove(&ladder.id)
                && into.grants.get(&ladder.id).is_none_or(|own| worth(&theirs) > worth(own))
            {
                better_grants.push((ladder.id.clone(), theirs));
            }
        }
        for (ladder, standing) in better {
            into.places.push(Place {
                at: now,
                ladder: ladder.clone(),
                tier: standing.tier.clone(),
                until: standing.until,
            });
            into.standings.insert(ladder, standing);
        }
        into.grants.extend(better_grants);
        from.grants.clear();
        into.carried.append(&mut from.carried);
        into.joined_at = into.joined_at.min(from.joined_at);
        into.figures.append(&mut from.figures);
        from.standings.clear();
    }
}

fn open_holds(member: &Member) -> Vec<String> {
    let is_open = |stage: Stage| matches!(stage, Stage::HeldUntil(_));
    let open = member.redemptions.iter().filter(|(_, record)| is_open(record.stage));
    open.map(|((_, id), _)| id.clone()).collect()
}

/// All balances and lots go over; lots go on under numbers after the last.
fn hand_over_points(from: &mut Member, into: &mut Member, now: Instant) {
    let mut currencies: Vec<String> = from.entries.iter().map(|entry| entry.currency.clone()).collect();
    currencies.sort();
    currencies.dedup();
    for currency in currencies {
        let balance = from.balance_now(&currency);
        into.enter(now, &currency, balance, None);
        from.enter(now, &currency, balance.negated(), None);
    }
    for number in 0..from.lots.len() {
        let lot = from.lots[number].clone();
        let (points, currency) = (lot.remaining, lot.currency.clone());
        into.lots.push(Lot { remaining: 0, ends: vec![(now, lot.term.ends_at)], ..lot });
        let place = into.lots.len() - 1;
        into.enter(now, &currency, NaiveBalance::default(), Some((place, points)));
        from.enter(now, &currency, NaiveBalance::default(), Some((number, -points)));
    }
}

/// Orders, redemptions, counters and all that rules go by.
fn hand_over_dealings(from: &mut Member, into: &mut Member, lots_before: usize) {
    for (handle, mut order) in std::mem::take(&mut from.orders) {
        order.judgement.lots.iter_mut().for_each(|lot| *lot += lots_before);
        if let Some(referral) = &mut order.referral {
            referral.lots.iter_mut().for_each(|lot| *lot += lots_before);
        }
        into.orders.insert(handle, order);
    }
    for (handle, mut redemption) in std::mem::take(&mut from.redemptions) {
        let moved = |draw: &Draw| Draw { lot: draw.lot + lots_before, ..draw.clone() };
        redemption.draws = redemption.draws.iter().map(moved).collect();
        into.redemptions.insert(handle, redemption);
    }
    into.redemption_order.append(&mut from.redemption_order);
    into.orders_kept += std::mem::take(&mut from.orders_kept);
    into.cap_uses.append(&mut from.cap_uses);
    for (rule, until) in std::mem::take(&mut from.rests) {
        let kept = into.rests.entry(rule).or_insert(until);
        *kept = until.max(*kept);
    }
    for (what, end) in std::mem::take(&mut from.renewals) {
        let kept = into.renewals.entry(what).or_insert(end);
        *kept = end.max(*kept);
    }
    for (kind, streak) in std::mem::take(&mut from.streaks) {
        // The later day wins; of equal days the longer streak.
        let kept = into.streaks.entry(kind).or_insert(streak);
        *kept = streak.max(*kept);
    }
    into.celebrated_year = into.celebrated_year.max(from.celebrated_year);
    into.profile.birthday = into.profile.birthday.or(from.profile.birthday);
    // Nobody is brought by themselves.
    if into.referrer.is_none() && from.referrer.as_ref() != Some(&into.name) {
        (into.referrer, into.referral_paid) = (from.referrer.clone(), from.referral_paid);
    }
    into.absorbed.push(from.name.clone());
    into.absorbed.extend(from.absorbed.iter().cloned());
    into.earning_blocked |= from.earning_blocked;
    into.redeeming_blocked |= from.redeeming_blocked;
}
