//! A slow, obvious model of the ledger, written from the case list alone.
//!
//! Invariants:
//! - balances are never kept but summed from a member's whole journal each time; a query in the future settles a copy;
//! - a refused command leaves the model as it was, because it worked on a copy of the member;
//! - no floating point: rates are exact fractions over `i128`.
//!
//! It covers orders, returns, redemptions, reversals, adjustments, profiles, expiry, activation and ladders. It does
//! not cover activities, holds, transfers, merges, inactivity expiry, or the re-evaluation of members when a new version
//! changes thresholds. Its figures are assumed to be small: it refuses no overflow.
//!
//! # Which refusal comes first
//! Form, `idempotency_conflict`, `no_programme`, `in_the_future`, `too_late`, `not_enrolled`, then by fact:
//! - order: `duplicate_order`, `unknown_money_currency`;
//! - return: `unknown_order`, `unknown_line`, `nothing_left_to_return` of the order, then line by line
//!   `nothing_left_to_return`, `quantity_over_returned`, `amount_over_returned`;
//! - redemption: `duplicate_redemption`, `unknown_point_currency`, `not_spendable`, `no_cash_value`, `below_minimum`,
//!   `not_a_step`, `above_order_share`, `insufficient_points`;
//! - reversal: `unknown_redemption`, `over_reversed`; adjustment: `unknown_point_currency`, `insufficient_points`.

mod dates;
mod earn;
mod member;
mod numbers;
mod returns;
mod settle;
mod spend;
mod tiers;

use std::collections::BTreeMap;

use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::command::Command;
use tallybook_core::fact::Fact;

use crate::spec::Spec;
use member::Member;

/// A member's balances in one currency, smallest units.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NaiveBalance {
    /// Can be spent.
    pub available: i64,
    /// Cannot be spent yet.
    pub pending: i64,
    /// Owed, counted above zero.
    pub arrears: i64,
    /// Ever given.
    pub issued: i64,
    /// Spent.
    pub redeemed: i64,
    /// Run out.
    pub expired: i64,
    /// Taken by debit adjustments.
    pub forfeited: i64,
    /// Taken back by returns.
    pub clawed_back: i64,
}

impl NaiveBalance {
    fn plus(self, other: NaiveBalance) -> NaiveBalance {
        NaiveBalance {
            available: self.available + other.available,
            pending: self.pending + other.pending,
            arrears: self.arrears + other.arrears,
            issued: self.issued + other.issued,
            redeemed: self.redeemed + other.redeemed,
            expired: self.expired + other.expired,
            forfeited: self.forfeited + other.forfeited,
            clawed_back: self.clawed_back + other.clawed_back,
        }
    }

    /// Whether every point given is somewhere: the law of conservation.
    pub fn is_conserved(&self) -> bool {
        let placed =
            self.available + self.pending + self.redeemed + self.expired + self.forfeited + self.clawed_back;
        self.issued == placed - self.arrears
    }
}

/// A lot as one can look at it. Ordered, so that lots can be compared as sorted lists.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveLot {
    /// Point currency by name.
    pub currency: String,
    /// Smallest units left, at least 1.
    pub remaining: i64,
    /// When it was earned.
    pub earned_at: Instant,
    /// When it ends.
    pub expires_at: Option<Instant>,
}

/// Something that the model decided, comparable to an engine's event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Happening {
    /// Effective time.
    pub at: Instant,
    /// The decision's name, such as `PointsEarned`.
    pub name: &'static str,
    /// Points per currency: granted, activated, paid, spent, restored, expired, asked back, credited or debited.
    pub points: BTreeMap<String, i64>,
    /// For `TierChanged`: what changed.
    pub tier: Option<NaiveTierChange>,
}

/// A change of tier, or of how long it holds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NaiveTierChange {
    /// Ladder by name.
    pub ladder: String,
    /// Tier before, by name.
    pub from: String,
    /// Tier after, by name.
    pub to: String,
    /// `upgraded`, `kept`, `grace_began`, `demoted` or `returned`.
    pub why: &'static str,
    /// End of its validity or grace.
    pub until: Option<Instant>,
}

/// What came of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The same command had been taken down before; `happenings` are those of then.
    pub repeated: bool,
    /// What the command led to, dues that were settled before it included. Within one instant, compare as a multiset.
    pub happenings: Vec<Happening>,
}

/// A programme version of the model.
#[derive(Clone, Debug)]
struct Version {
    from: Instant,
    spec: Spec,
    zone: Zone,
}

/// The naive ledger.
#[derive(Clone, Debug)]
pub struct Model {
    versions: Vec<Version>,
    members: BTreeMap<String, Member>,
}

impl Model {
    /// A ledger whose only programme has always been in force.
    pub fn new(spec: Spec) -> Model {
        Model::starting(spec, Instant::EARLIEST)
    }

    /// A ledger whose first programme is in force from an instant.
    pub fn starting(spec: Spec, from: Instant) -> Model {
        let mut model = Model { versions: Vec::new(), members: BTreeMap::new() };
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
        self.versions.push(Version { from, spec, zone });
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
        let known = self.members.get(&command.member);
        if let Some(done) = known.and_then(|known| known.taken_down.iter().find(|done| done.0 == key)) {
            let is_same = done.1 == at && done.2 == command.facts;
            return if is_same {
                Ok(Outcome { repeated: true, ..done.3.clone() })
            } else {
                refuse("idempotency_conflict")
            };
        }
        let Some(version) = self.version_index(at) else { return refuse("no_programme") };
        let spec = &self.versions[version].spec;
        if at > recorded_at.plus_seconds(i64::from(spec.clock_skew_seconds)) {
            return refuse("in_the_future");
        }
        if known.is_some_and(|known| at < known.settled_to.plus_days(-i64::from(spec.late_limit_days))) {
            return refuse("too_late");
        }
        let mut member = match known {
            Some(known) => known.clone(),
            None if spec.enrol_on_first_fact || matches!(command.facts[0], Fact::MemberEnrolled(_)) => {
                let mut member = Member::new(at);
                member.happened(at, "MemberJoined", &[]);
                member
            }
            None => return refuse("not_enrolled"),
        };
        let happened_before = if known.is_some() { member.happenings.len() } else { 0 };
        self.settle(&mut member, at);
        for fact in &command.facts {
            self.judge_fact(&mut member, fact, at, version)?;
            member.has_appeared = true;
            member.settled_to = member.settled_to.max(at);
            // A late lot may have become active, and have run out, before the time to which all else is settled.
            let settled_to = member.settled_to;
            self.settle(&mut member, settled_to);
        }
        let outcome = Outcome { repeated: false, happenings: member.happenings[happened_before..].to_vec() };
        member.taken_down.push((key, at, command.facts.clone(), outcome.clone()));
        self.members.insert(command.member.clone(), member);
        Ok(outcome)
    }

    fn judge_fact(
        &self,
        member: &mut Member,
        fact: &Fact<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        match fact {
            Fact::MemberEnrolled(enrolment) => {
                // A member that appeared on another fact is in the programme already.
                if member.has_appeared {
                    return refuse("already_enrolled");
                }
                member.profile = enrolment.profile.clone();
                Ok(())
            }
            Fact::ProfileChanged(profile) => {
                member.profile = profile.clone();
                Ok(())
            }
            Fact::OrderPlaced(order) => self.place_order(member, order, at, version),
            Fact::OrderReturned(ret) => self.return_order(member, ret, at),
            Fact::RedemptionRequested(redemption) => self.redeem(member, redemption, at, version),
            Fact::ReversalRequested(reversal) => self.reverse(member, reversal, at, version),
            Fact::AdjustmentRequested(adjustment) => self.adjust(member, adjustment, at, version),
            Fact::ProgrammePublished(_) => refuse("missing"),
        }
    }

    /// The member as they are once all that is due by `at` has happened.
    fn settled(&self, member: &str, at: Instant) -> Option<Member> {
        let mut member = self.members.get(member)?.clone();
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
            let mut ends = lot.ends.iter().filter(|(set_at, _)| *set_at <= at).map(|(_, end)| *end);
            if remaining > 0 {
                let expires_at = ends.next_back().flatten();
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

    /// A member's tier on a ladder as of `at`, by name, and the end of its validity or grace. `None` for a member or
    /// ladder that is not known.
    pub fn tier(&self, member: &str, ladder: &str, at: Instant) -> Option<(String, Option<Instant>)> {
        let member = self.settled(member, at)?;
        let lowest = self.in_force(at).spec.ladder(ladder)?.tiers[0].id.clone();
        let changes = member.happenings.iter().filter(|happening| happening.at <= at);
        let last = changes.filter_map(|h| h.tier.clone()).rfind(|change| change.ladder == ladder);
        Some(last.map_or((lowest, None), |change| (change.to, change.until)))
    }

    /// All that happened to a member, with everything due by `at`, in the order decided.
    pub fn happenings(&self, member: &str, at: Instant) -> Vec<Happening> {
        self.settled(member, at).map_or_else(Vec::new, |member| member.happenings)
    }

    /// The time to which a member is settled: the latest effective time of their facts and decisions.
    pub fn settled_to(&self, member: &str) -> Option<Instant> {
        self.members.get(member).map(|member| member.settled_to)
    }
}

/// A refusal by its code.
fn refuse<T>(code: &str) -> Result<T, String> {
    Err(code.to_owned())
}
