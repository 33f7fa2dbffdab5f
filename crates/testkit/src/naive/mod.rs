//! A slow, obvious model of the ledger, written from the case list alone.
//!
//! Invariants:
//! - balances are never kept but summed from a member's whole journal each time, and counters over all members from the
//!   ledger's; a query in the future settles a copy;
//! - a refused command leaves the model as it was, because it worked on a copy of everything;
//! - settling a member asks nothing of others;
//! - no floating point: rates are exact fractions over `i128`.
//!
//! Its figures are assumed to be small: it refuses no overflow. A version may change the tiers above the first of a ladder,
//! but not its period, and drops no ladder.
//!
//! # Which refusal comes first
//! Form (with `not_alone`), `idempotency_conflict`, `member_merged` (of a merge or closure sent under an old name),
//! `no_programme`, `in_the_future`, `too_late`, `member_closed`, `not_enrolled`, then fact by fact `earning_blocked`
//! (activities, purchases), then:
//! - enrolment: `already_enrolled`, `same_member`;
//! - order: `duplicate_order`, `earning_blocked`, `unknown_money_currency`, `unknown_redemption`;
//! - activity: `unknown_activity`, `unknown_money_currency`;
//! - return: `unknown_order`, `unknown_line`, `nothing_left_to_return` of the order, then line by line
//!   `nothing_left_to_return`, `quantity_over_returned`, `amount_over_returned`, then `no_redemption_paid`,
//!   `over_reversed`;
//! - fulfilment: `unknown_order`, `fulfilment_too_late`;
//! - redemption: `duplicate_redemption`, `redeeming_blocked`, `unknown_point_currency`, `not_spendable`, then for a reward `unknown_reward`,
//!   `wrong_price`, `reward_not_available`, `out_of_stock`, for a voucher `duplicate_voucher`, for cash `no_cash_value`,
//!   `below_minimum`, `not_a_step`, `above_order_share`, then `insufficient_points`;
//! - hold: as a redemption, with `hold_ends_in_the_past` after `redeeming_blocked`; capture: `unknown_hold`, `over_captured`; release:
//!   `unknown_hold`; voucher: `unknown_voucher`, `voucher_expired`;
//! - reversal: `unknown_redemption`, `over_reversed`, `voucher_used`;
//! - adjustment: `unknown_point_currency`, `insufficient_points`;
//! - transfer: `same_member`, `unknown_member`, `member_closed`, `redeeming_blocked` of the sender, `earning_blocked` of
//!   the receiver, `unknown_point_currency`, `not_spendable`, `transfers_not_allowed`, `below_minimum`, `above_maximum`,
//!   `over_limit`, `insufficient_points`;
//! - purchase: `unknown_point_currency`, `purchases_not_allowed`, `below_minimum`, `above_maximum`, `over_limit`;
//! - write-off: `unknown_point_currency`, `nothing_owed`, `over_written_off`;
//! - change of ends: `unknown_point_currency`, `unknown_lot`, `ends_in_the_past` of a lot that would change,
//!   `nothing_to_change`;
//! - reinstatement: `nothing_to_reinstate`, `reinstatement_too_late`, `ends_in_the_past`;
//! - tier by hand: `unknown_ladder`, `unknown_tier`, `ends_in_the_past` or `no_challenge`; its end: `unknown_ladder`,
//!   `no_tier_granted`;
//! - benefit: `redeeming_blocked`, `unknown_benefit`, `benefit_used_up`; its return: `unknown_benefit`,
//!   `benefit_not_used`;
//! - merge: `same_member`, `unknown_member`, `member_closed`, `member_merged`, `hold_in_both`.

mod answers;
mod conditions;
mod dates;
mod earn;
mod ends;
mod handover;
mod judge;
mod lives;
mod member;
mod numbers;
mod quote;
mod referral;
mod returns;
mod rooms;
mod settle;
mod spend;
mod tiers;

use std::collections::BTreeMap;

use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::command::Command;
use tallybook_core::fact::Fact;

use crate::spec::{RenewalKind, Spec};
use member::{Member, Place};

pub use answers::{
    Happening, NaiveBalance, NaiveChallenge, NaiveDeed, NaiveFigures, NaiveGrant, NaiveHeld, NaiveLot,
    NaiveTierChange, Outcome,
};
pub use quote::{NaiveQuote, NaiveWish};

/// A programme version of the model.
#[derive(Clone, Debug)]
struct Version {
    /// Its place among the versions, from 0.
    number: usize,
    from: Instant,
    spec: Spec,
    zone: Zone,
}

/// The naive ledger.
#[derive(Clone, Debug)]
pub struct Model {
    versions: Vec<Version>,
    members: BTreeMap<String, Member>,
    /// What was taken from counters over all members, in order.
    counter_uses: Vec<(String, i64)>,
}

impl Model {
    /// A ledger whose only programme has always been in force.
    pub fn new(spec: Spec) -> Model {
        Model::starting(spec, Instant::EARLIEST)
    }

    /// A ledger whose first programme is in force from an instant.
    pub fn starting(spec: Spec, from: Instant) -> Model {
        let mut model = Model { versions: Vec::new(), members: BTreeMap::new(), counter_uses: Vec::new() };
        model.add(spec, from);
        model
    }

    /// Publishes another version. It must start after `recorded_at` and the clock skew, and after the last one.
    ///
    /// # Errors
    /// `published_into_the_past`.
    pub fn publish(&mut self, spec: Spec, from: Instant, recorded_at: Instant) -> Result<(), String> {
        let last = &self.versions[self.versions.len() - 1];
        let recorded_with_skew = recorded_at.plus_seconds(i64::from(last.spec.clock_skew_seconds));
        if from <= recorded_with_skew || from <= last.from {
            return refuse("published_into_the_past");
        }
        self.add(spec, from);
        Ok(())
    }

    fn add(&mut self, spec: Spec, from: Instant) {
        let zone = Zone::parse(&spec.zone).expect("a spec names a zone that exists");
        self.versions.push(Version { number: self.versions.len(), from, spec, zone });
    }

    fn version_index(&self, at: Instant) -> Option<usize> {
        (0..self.versions.len()).rev().find(|index| self.versions[*index].from <= at)
    }

    /// The version in force at a time at which a member exists, and so a version does.
    fn in_force(&self, at: Instant) -> &Version {
        &self.versions[self.version_index(at).unwrap_or(0)]
    }

    /// Takes a command down and judges it.
    ///
    /// # Errors
    /// The code of the first refusal, in the order that the module tells.
    pub fn submit(
        &mut self,
        member: &str,
        key: Option<&str>,
        effective_at: Instant,
        facts: &[Fact<'static>],
        recorded_at: Instant,
    ) -> Result<Outcome, String> {
        let command = Command {
            member: member.to_owned(),
            key: key.map(str::to_owned),
            effective_at,
            facts: facts.to_vec(),
        };
        self.submit_command(&command, recorded_at)
    }

    /// Takes a command down and judges it, as [`Model::submit`] does.
    ///
    /// # Errors
    /// The code of the first refusal, in the order that the module tells.
    pub fn submit_command(&mut self, command: &Command, recorded_at: Instant) -> Result<Outcome, String> {
        // The form of a fact belongs to its type and needs no second opinion.
        command.check().map_err(|refusal| refusal.code().to_owned())?;
        let key = command.effective_key().map_err(|refusal| refusal.code().to_owned())?;
        let at = command.effective_at;
        let mut done = self.done_before(&command.member, &key);
        if let Some(same) = done.iter().find(|done| done.1 == at && done.2 == command.facts) {
            return Ok(Outcome { repeated: true, ..same.3.clone() });
        }
        if done.pop().is_some() {
            return refuse("idempotency_conflict");
        }
        // An old name leads to who goes on, but nobody ends by a name that they had not.
        let ends = matches!(command.facts[0], Fact::MergeRequested(_) | Fact::ClosureRequested(_));
        if ends && self.survivor(&command.member) != command.member {
            return refuse("member_merged");
        }
        let Some(version) = self.version_index(at) else { return refuse("no_programme") };
        let spec = &self.versions[version].spec;
        if at > recorded_at.plus_seconds(i64::from(spec.clock_skew_seconds)) {
            return refuse("in_the_future");
        }
        let name = self.survivor(&command.member);
        let known = self.members.get(&name);
        if known.is_some_and(|known| at < known.settled_to.plus_days(-i64::from(spec.late_limit_days))) {
            return refuse("too_late");
        }
        if known.is_some_and(|known| known.closed_at.is_some()) {
            return refuse("member_closed");
        }
        let may_appear = spec.enrol_on_first_fact || matches!(command.facts[0], Fact::MemberEnrolled(_));
        if known.is_none() && !may_appear {
            return refuse("not_enrolled");
        }
        // What never began cannot end.
        if known.is_none() && ends {
            return refuse("unknown_member");
        }
        let mut work = self.clone();
        let outcome = work.carry_out(command, &key, &name, version)?;
        *self = work;
        Ok(outcome)
    }

    /// Takes down everything due by an instant, for every member. Nobody's points depend on it; pieces of a stock come
    /// back with it from holds that ran out.
    pub fn sweep(&mut self, until: Instant) {
        for name in self.members.keys().cloned().collect::<Vec<_>>() {
            let Some(mut member) = self.members.remove(&name) else { continue };
            self.settle(&mut member, until);
            self.put_back(member);
        }
    }

    /// All that came of a key, with the member of a name and with everybody who became part of them, or they of.
    fn done_before(&self, name: &str, key: &str) -> Vec<&(String, Instant, Vec<Fact<'static>>, Outcome)> {
        let Some(member) = self.members.get(&self.survivor(name)) else { return Vec::new() };
        let all =
            member.names().filter_map(|name| self.members.get(name)).flat_map(|member| &member.taken_down);
        all.filter(|done| done.0 == key).collect()
    }

    /// The member who goes on under a name.
    fn survivor(&self, name: &str) -> String {
        match self.members.get(name).and_then(|member| member.merged.as_ref()) {
            Some(merged) => self.survivor(&merged.into),
            None => name.to_owned(),
        }
    }

    fn carry_out(
        &mut self,
        command: &Command,
        key: &str,
        name: &str,
        version: usize,
    ) -> Result<Outcome, String> {
        let at = command.effective_at;
        let lengths: BTreeMap<String, usize> =
            self.members.iter().map(|(name, member)| (name.clone(), member.happenings.len())).collect();
        let mut member = self.members.remove(name).unwrap_or_else(|| {
            let mut member = Member::new(name, at);
            member.happened(at, "MemberJoined", &[]);
            member
        });
        self.settle(&mut member, at);
        for fact in &command.facts {
            self.write_counters(&mut member);
            self.judge_fact(&mut member, fact, at, version)?;
            member.has_appeared = true;
            member.settled_to = member.settled_to.max(at);
            // A late lot may have become active, and have run out, before the time to which all else is settled.
            let settled_to = member.settled_to;
            self.settle(&mut member, settled_to);
        }
        let before = |name: &str| lengths.get(name).copied().unwrap_or(0);
        let mut others = BTreeMap::new();
        for (other, member) in &self.members {
            let news = &member.happenings[before(other)..];
            if !news.is_empty() {
                others.insert(other.clone(), news.to_vec());
            }
        }
        let happenings = member.happenings[before(name)..].to_vec();
        let outcome = Outcome { repeated: false, happenings, others };
        member.taken_down.push((key.to_owned(), at, command.facts.clone(), outcome.clone()));
        self.put_back(member);
        Ok(outcome)
    }

    /// Writes what a member took from counters over all members into the ledger.
    fn write_counters(&mut self, member: &mut Member) {
        self.counter_uses.append(&mut member.counter_uses);
    }

    fn put_back(&mut self, mut member: Member) {
        self.write_counters(&mut member);
        self.members.insert(member.name.clone(), member);
    }

    fn judge_fact(
        &mut self,
        member: &mut Member,
        fact: &Fact<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let earns = matches!(fact, Fact::ActivityRecorded(_) | Fact::PointsPurchased(_));
        if earns && member.earning_blocked {
            return refuse("earning_blocked");
        }
        match fact {
            Fact::MemberEnrolled(fact) => self.enrol(member, fact, at, version)?,
            Fact::ProfileChanged(profile) => member.profile = profile.clone(),
            Fact::OrderPlaced(fact) => {
                let orders_before = member.orders_kept;
                let order = self.place_order(member, fact, at, version)?;
                self.pay_referral(member, &order, orders_before, at, version);
            }
            Fact::OrderReturned(fact) => {
                if let Some(whole) = self.return_order(member, fact, at, version)? {
                    self.cancel_referral(member, &whole, at);
                }
            }
            Fact::OrderFulfilled(fact) => self.fulfil(member, &fact.order, at)?,
            Fact::ActivityRecorded(fact) => self.record_activity(member, fact, at, version)?,
            Fact::RedemptionRequested(fact) => self.redeem(member, fact, at, version)?,
            Fact::ReversalRequested(fact) => self.reverse(member, fact, at, version)?,
            Fact::HoldRequested(fact) => self.hold(member, fact, at, version)?,
            Fact::CaptureRequested(fact) => self.capture(member, fact, at)?,
            Fact::ReleaseRequested(fact) => self.release_asked(member, &fact.hold, at)?,
            Fact::VoucherPresented(fact) => self.use_voucher(member, fact.code, at)?,
            Fact::AdjustmentRequested(fact) => self.adjust(member, fact, at, version)?,
            Fact::TransferRequested(fact) => self.transfer(member, fact, at, version)?,
            Fact::PointsPurchased(fact) => self.purchase(member, fact, at, version)?,
            Fact::WriteOffRequested(fact) => self.write_off(member, fact, at, version)?,
            Fact::ExpiryChangeRequested(fact) => self.change_ends(member, fact, at, version)?,
            Fact::ReinstatementRequested(fact) => self.reinstate(member, fact, at, version)?,
            Fact::MergeRequested(fact) => self.merge(member, fact, at, version)?,
            Fact::ClosureRequested(fact) => self.close(member, fact, at, version),
            Fact::BlockRequested(fact) => self.block(member, fact, at),
            Fact::TierRequested(fact) => self.request_tier(member, fact, at, version)?,
            Fact::TierRevoked(fact) => self.revoke_tier(member, fact, at, version)?,
            Fact::BenefitRequested(fact) => self.use_benefit(member, fact, at, version)?,
            Fact::BenefitReturned(fact) => self.restore_benefit(member, fact, at, version)?,
            Fact::ProgrammePublished(_) => return refuse("missing"),
        }
        // Transfers see to both sides by themselves.
        let kind = match fact {
            Fact::OrderPlaced(_) => Some(RenewalKind::Order),
            Fact::ActivityRecorded(_) => Some(RenewalKind::Activity),
            Fact::RedemptionRequested(_) | Fact::HoldRequested(_) => Some(RenewalKind::Redemption),
            Fact::PointsPurchased(_) => Some(RenewalKind::Purchase),
            _ => None,
        };
        if let Some(kind) = kind {
            let now = at.max(member.settled_to);
            self.renew(member, kind, at, now, version);
        }
        Ok(())
    }

    /// The member who goes under a name at a time, as they are once all that is due by then has happened.
    fn settled(&self, name: &str, at: Instant) -> Option<Member> {
        let mut member = self.members.get(name)?;
        while let Some(merged) = member.merged.as_ref().filter(|merged| merged.at <= at) {
            member = self.members.get(&merged.into)?;
        }
        let mut member = member.clone();
        self.settle(&mut member, at);
        Some(member)
    }

    /// A member's balances as of `at`, by every currency's name; empty for a member that is not known.
    pub fn balances(&self, member: &str, at: Instant) -> BTreeMap<String, NaiveBalance> {
        let Some(member) = self.settled(member, at) else { return BTreeMap::new() };
        let currencies = &self.in_force(at).spec.currencies;
        currencies.iter().map(|currency| (currency.id.clone(), member.balance(&currency.id, at))).collect()
    }

    /// A member's lots with something left as of `at`, sorted.
    pub fn lots(&self, member: &str, at: Instant) -> Vec<NaiveLot> {
        let Some(member) = self.settled(member, at) else { return Vec::new() };
        let mut lots = Vec::new();
        for (number, lot) in member.lots.iter().enumerate() {
            let entries = member.entries.iter().filter(|entry| entry.at <= at);
            let remaining =
                entries.filter_map(|entry| entry.lot).filter(|(n, _)| *n == number).map(|(_, p)| p).sum();
            let ends = lot.ends.iter().filter(|(set_at, _)| *set_at <= at);
            // Of ends set at one time the last counts, whatever order they were decided in.
            let end = ends.max_by_key(|(set_at, _)| *set_at).map(|(_, end)| *end);
            if remaining > 0 {
                let expires_at = end.flatten();
                lots.push(NaiveLot {
                    currency: lot.currency.clone(),
                    remaining,
                    earned_at: lot.earned_at,
                    expires_at,
                });
            }
        }
        lots.sort();
        lots
    }

    /// A member's tier by figures on a ladder as of `at`, by name, and the end of its validity or grace. `None` for a
    /// member or ladder that is not known.
    pub fn tier(&self, member: &str, ladder: &str, at: Instant) -> Option<(String, Option<Instant>)> {
        let member = self.settled(member, at)?;
        let lowest = self.in_force(at).spec.ladder(ladder)?.tiers[0].id.clone();
        let is_here = |place: &&Place| place.at <= at && place.ladder == ladder;
        let last = member.places.iter().rfind(is_here);
        Some(last.map_or((lowest, None), |place| (place.tier.clone(), place.until)))
    }

    /// The tier that a member has by hand on a ladder once all that is due by `at` has happened. Ask no earlier than the
    /// member is settled to.
    pub fn tier_by_hand(&self, member: &str, ladder: &str, at: Instant) -> Option<NaiveGrant> {
        self.settled(member, at)?.grants.get(ladder).cloned()
    }

    /// All figures that a ladder ever counted of a member, less what was taken back, once all that is due by `at` has
    /// happened. Ask no earlier than the member is settled to.
    pub fn lifetime_figures(&self, member: &str, ladder: &str, at: Instant) -> NaiveFigures {
        let member = self.settled(member, at);
        member.map_or_else(NaiveFigures::default, |member| tiers::figures_of_all_time(&member, ladder))
    }

    /// All that happened to a member, with everything due by `at`, in the order decided.
    pub fn happenings(&self, member: &str, at: Instant) -> Vec<Happening> {
        self.settled(member, at).map_or_else(Vec::new, |member| member.happenings)
    }

    /// The time to which a member, or who goes on in their place, is settled: the latest effective time of their facts
    /// and decisions.
    pub fn settled_to(&self, member: &str) -> Option<Instant> {
        self.members.get(&self.survivor(member)).map(|member| member.settled_to)
    }

    /// What has been taken from a budget, by its name in the programme; smallest units.
    pub fn used(&self, budget: &str) -> i64 {
        self.counted(&rooms::budget_name(budget))
    }

    /// How many pieces of a reward's stock are gone or set aside.
    pub fn pieces_gone(&self, reward: &str) -> i64 {
        self.counted(&rooms::stock_name(reward))
    }

    fn counted(&self, counter: &str) -> i64 {
        self.counter_uses.iter().filter(|(name, _)| name == counter).map(|(_, used)| used).sum()
    }
}

/// A refusal by its code.
fn refuse<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}
