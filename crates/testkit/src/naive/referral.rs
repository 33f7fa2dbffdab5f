//! Referrals: what they give and count on both sides, and how that falls through (cases 6 and 27).

use std::collections::BTreeMap;

use tallybook_core::calendar::Instant;

use super::dates::next_day;
use super::earn::{Earning, has_rules_on};
use super::member::{CapUse, Counted, Handle, Member, ReferralRecord};
use super::{Model, NaiveDeed, NaiveFigures};
use crate::spec::{LadderSpec, On};

impl Model {
    /// Gives what a referral gives, where this was the first order of a member whom somebody brought.
    pub(super) fn pay_referral(
        &mut self,
        member: &mut Member,
        order: &Handle,
        orders_before: i64,
        at: Instant,
        version_index: usize,
    ) {
        let version = self.versions[version_index].clone();
        let Some(name) = member.referrer.clone() else { return };
        let is_counted = version.spec.ladders.iter().any(LadderSpec::counts_referrals);
        let for_referrer = is_counted || has_rules_on(&version.spec, On::Referrer);
        let for_referred = has_rules_on(&version.spec, On::Referred);
        if orders_before != 0 || member.referral_paid || !(for_referrer || for_referred) {
            return;
        }
        let window_days = i64::from(version.spec.referral_window_days.unwrap_or(0));
        let window_ends_on = next_day(version.zone.day(at), window_days);
        let active_on = Some(window_ends_on);
        let side = |model: &Model, side: &mut Member, on: On, at: Instant| {
            let occasion = model.bare(on, &version);
            let earning = Earning { occasion: &occasion, at, version: version_index, order: None, active_on };
            let judgement = model.earn(side, &earning);
            model.after_other_occasion(side, &judgement, &version, at);
            (judgement.lots, judgement.counted)
        };
        let nothing = || (Vec::new(), Counted::default());
        let (lots, counted) = if for_referred { side(self, member, On::Referred, at) } else { nothing() };
        self.write_counters(member);
        let (mut referrer_lots, mut referrer_counted) = nothing();
        if for_referrer && self.members.get(&name).is_some_and(Model::may_earn) {
            let mut referrer = self.members.remove(&name).expect("the referrer was just there");
            let then = at.max(referrer.settled_to);
            self.settle(&mut referrer, then);
            (referrer_lots, referrer_counted) = side(self, &mut referrer, On::Referrer, then);
            self.settle(&mut referrer, then);
            self.put_back(referrer);
        }
        let now = at.max(member.settled_to);
        member.happened(now, "ReferralPaid", &[]);
        member.referral_paid = true;
        let record = member.orders.get_mut(order).expect("the order was just placed");
        let window_ends_at = version.zone.day_start(window_ends_on);
        record.referral = Some(ReferralRecord {
            lots,
            referrer: name,
            referrer_lots,
            counted,
            referrer_counted,
            window_ends_at,
        });
    }

    /// Within the window of a referral, cancels what it gave with an order of which nothing is kept, as far as that is
    /// still pending, and what it counted.
    pub(super) fn cancel_referral(&mut self, member: &mut Member, order: &Handle, at: Instant) {
        let Some(referral) = member.orders[order].referral.clone() else { return };
        let now = at.max(member.settled_to);
        if now >= referral.window_ends_at {
            return;
        }
        // After a merge, the member may have been brought by another than the order says.
        if member.referrer.as_ref() == Some(&referral.referrer) {
            member.referral_paid = false;
        }
        self.cancel_side(member, &referral.lots, &referral.counted, now);
        let mut name = referral.referrer;
        let mut lots = referral.referrer_lots;
        while let Some(merged) = self.members.get(&name).and_then(|referrer| referrer.merged.clone()) {
            lots.iter_mut().for_each(|lot| *lot += merged.lots_before);
            name = merged.into;
        }
        if name == member.name {
            self.cancel_side(member, &lots, &referral.referrer_counted, now);
        } else if let Some(mut referrer) = self.members.remove(&name) {
            // Only a return that has something to cancel concerns the referrer at all.
            let mut settled = referrer.clone();
            let then = now.max(referrer.settled_to);
            self.settle(&mut settled, then);
            if self.cancel_side(&mut settled, &lots, &referral.referrer_counted, then) {
                referrer = settled;
            }
            self.put_back(referrer);
        }
    }

    /// Cancels what is pending of a referral with one side, and what it counted. Gives whether there was anything.
    fn cancel_side(&self, member: &mut Member, lots: &[usize], counted: &Counted, now: Instant) -> bool {
        let is_any_pending = cancel_pending(member, lots, now);
        let justified = self.justified(member, now);
        let mut uncounted: BTreeMap<String, NaiveFigures> = BTreeMap::new();
        for CapUse { cap, period, used } in counted.caps.clone() {
            member.cap_uses.push(CapUse { cap, period, used: -used });
        }
        for (ladder, day, figures) in &counted.figures {
            member.count(ladder, *day, figures.negated(), counted.at.unwrap_or(now));
            uncounted.insert(ladder.clone(), figures.negated());
        }
        if !counted.is_nothing() {
            member.did(now, "ReferralCancelled", NaiveDeed::Uncounted(uncounted));
            self.after_return(member, &justified);
        }
        is_any_pending || !counted.is_nothing()
    }
}

/// Cancels those of some lots that are still pending, if any are.
fn cancel_pending(member: &mut Member, lots: &[usize], now: Instant) -> bool {
    let is_pending = |number: &&usize| member.lots[**number].pending && member.lots[**number].remaining > 0;
    let pending: Vec<usize> = lots.iter().filter(is_pending).copied().collect();
    for number in &pending {
        member.cancel(*number, now);
    }
    !pending.is_empty()
}
