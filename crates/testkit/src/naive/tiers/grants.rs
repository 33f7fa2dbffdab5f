//! Tiers given and lent by hand (case 30).

use tallybook_core::calendar::Instant;
use tallybook_core::fact::{TierRequest, TierRevocation, TierTerm};

use super::change::Change;
use super::figures::is_asked_met;
use super::review::counted_from;
use super::standing::rank_of;
use crate::naive::dates::next_day;
use crate::naive::member::Member;
use crate::naive::{Model, NaiveChallenge, NaiveDeed, NaiveFigures, NaiveGrant, Version, refuse};
use crate::spec::{LadderPeriod, LadderSpec};

/// A tier by hand.
pub(in crate::naive) type Grant = NaiveGrant;

impl Model {
    pub(in crate::naive) fn request_tier(
        &self,
        member: &mut Member,
        asked: &TierRequest<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let now = at.max(member.settled_to);
        let Some(ladder) = version.spec.ladder(&asked.ladder) else { return refuse("unknown_ladder") };
        let Some(rank) = ladder.rank(&asked.tier).filter(|rank| *rank > 0) else {
            return refuse("unknown_tier");
        };
        let tier = &ladder.tiers[rank];
        let mut grant = Grant { tier: tier.id.clone(), since: now, until: None, challenge: None };
        match asked.term {
            TierTerm::Open => {}
            TierTerm::Until(until) if until <= now => return refuse("ends_in_the_past"),
            TierTerm::Until(until) => grant.until = Some(until),
            TierTerm::Challenge => {
                let Some(challenge) = tier.challenge else { return refuse("no_challenge") };
                let last = next_day(version.zone.day(now), i64::from(challenge.days));
                grant.until = Some(version.zone.day_start(next_day(last, 1)));
                grant.challenge = Some(NaiveChallenge {
                    all: challenge.all,
                    asked: challenge.asked,
                    reached: NaiveFigures::default(),
                });
            }
        }
        // What is told late is the tier that it has become by now.
        let version_now = self.in_force(now);
        for number in version.number + 1..=version_now.number {
            grant.tier = self.taken_over(number, &ladder.id, &grant.tier);
        }
        if version_now.ladder(&ladder.id).rank(&grant.tier) == Some(0) {
            return refuse("unknown_tier");
        }
        give(member, ladder, now, grant);
        Ok(())
    }

    pub(in crate::naive) fn revoke_tier(
        &self,
        member: &mut Member,
        asked: &TierRevocation<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let Some(ladder) = self.versions[version].spec.ladder(&asked.ladder) else {
            return refuse("unknown_ladder");
        };
        if !member.grants.contains_key(&ladder.id) {
            return refuse("no_tier_granted");
        }
        let now = at.max(member.settled_to);
        end(member, &ladder.id, now, "revoked");
        Ok(())
    }

    /// Ends what was given up to an instant.
    pub(in crate::naive) fn end_grant(&self, member: &mut Member, ladder: &LadderSpec, at: Instant) {
        let until = member.grants.get(&ladder.id).and_then(|grant| grant.until);
        if until.is_some_and(|until| until <= at) {
            end(member, &ladder.id, at, "expired");
        }
    }

    /// A tier that was lent and has been earned by now is the member's.
    pub(super) fn check_challenge(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        now: Instant,
    ) {
        let Some(grant) = member.grants.get(&ladder.id).cloned() else { return };
        let is_met =
            |challenge: &NaiveChallenge| is_asked_met(challenge.all, challenge.asked, challenge.reached);
        if !grant.challenge.as_ref().is_some_and(is_met) {
            return;
        }
        let rank = ladder.rank(&grant.tier).unwrap_or(0);
        if rank_of(ladder, &self.standing(member, ladder)) >= rank {
            end(member, &ladder.id, now, "earned");
        } else if let LadderPeriod::RollingDays(days) = ladder.period {
            let until = version.zone.day_start(next_day(version.zone.day(now), i64::from(days)));
            let kept = Grant { tier: grant.tier, since: now, until: Some(until), challenge: None };
            give(member, ladder, now, kept);
        } else {
            let period = self.running(member, version, ladder, now);
            let until =
                period.map(|period| version.zone.day_start(self.last_valid(version, ladder, period, now)));
            let counted_from = self
                .year_of(member, version, ladder, version.zone.day(now))
                .and_then(|period| counted_from(ladder, period));
            let met = Change { counted_from, ..Change::new(rank, "challenge_met", until) };
            self.set(member, version, ladder, now, met);
        }
    }
}

/// Gives a tier in place of what was given before.
pub(super) fn give(member: &mut Member, ladder: &LadderSpec, at: Instant, grant: Grant) {
    let deed = NaiveDeed::Granted { ladder: ladder.id.clone(), grant: grant.clone() };
    member.grants.insert(ladder.id.clone(), grant);
    member.did(at, "TierGranted", deed);
}

/// Ends what was given.
pub(super) fn end(member: &mut Member, ladder: &str, at: Instant, why: &'static str) {
    if let Some(grant) = member.grants.remove(ladder) {
        let deed = NaiveDeed::GrantEnded { ladder: ladder.to_owned(), tier: grant.tier, why };
        member.did(at, "TierGrantEnded", deed);
    }
}
