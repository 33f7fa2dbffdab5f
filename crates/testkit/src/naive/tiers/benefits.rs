//! What tiers give a number of times per period (case 30).

use tallybook_core::calendar::{Day, Instant};
use tallybook_core::fact::{BenefitRestoration, BenefitUse};

use crate::naive::member::{CapUse, Member};
use crate::naive::{Model, NaiveDeed, Version, refuse};
use crate::spec::{BenefitSpec, CapPeriod, cap_period};

/// The counter of a benefit in the period that runs.
struct Counter {
    name: String,
    period: Day,
    used: i64,
}

impl Model {
    pub(in crate::naive) fn use_benefit(
        &self,
        member: &mut Member,
        asked: &BenefitUse<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        if member.redeeming_blocked {
            return refuse("redeeming_blocked");
        }
        let version = &self.versions[version];
        let Some(benefit) = version.spec.benefit(&asked.benefit) else { return refuse("unknown_benefit") };
        let now = at.max(member.settled_to);
        let counter = self.counter(member, version, benefit, now);
        // Nobody holds a tier of whom nothing is known.
        let entitled = if member.has_appeared { self.entitled(member, version, benefit) } else { 0 };
        let left = (entitled - counter.used).max(0);
        if left < asked.times {
            return refuse("benefit_used_up");
        }
        count(member, benefit, counter, asked.times, now, "BenefitUsed");
        Ok(())
    }

    pub(in crate::naive) fn restore_benefit(
        &self,
        member: &mut Member,
        asked: &BenefitRestoration<'static>,
        at: Instant,
        version: usize,
    ) -> Result<(), String> {
        let version = &self.versions[version];
        let Some(benefit) = version.spec.benefit(&asked.benefit) else { return refuse("unknown_benefit") };
        let now = at.max(member.settled_to);
        let counter = self.counter(member, version, benefit, now);
        if counter.used < asked.times {
            return refuse("benefit_not_used");
        }
        count(member, benefit, counter, -asked.times, now, "BenefitRestored");
        Ok(())
    }

    /// How often the tier held gives a benefit in a period.
    fn entitled(&self, member: &Member, version: &Version, benefit: &BenefitSpec) -> i64 {
        let ladder = version.ladder(&benefit.ladder);
        let held = self.held_now(member, ladder).tier;
        let rank = ladder.rank(&held).unwrap_or(0);
        let listed = |tier: &str| benefit.times.iter().find(|(id, _)| id == tier).map(|(_, times)| *times);
        ladder.tiers[..=rank].iter().rev().find_map(|tier| listed(&tier.id)).unwrap_or(0)
    }

    fn counter(&self, member: &Member, version: &Version, benefit: &BenefitSpec, now: Instant) -> Counter {
        let name = format!("benefit {}/{}", benefit.id, cap_period(benefit.per));
        let period = match benefit.per {
            CapPeriod::TierPeriod => self.tier_period(member, version, version.ladder(&benefit.ladder), now),
            per => self.period_start(member, version, per, now).expect("a benefit counts beyond an order"),
        };
        let in_period = |one: &&CapUse| one.cap == name && one.period == period;
        let used = member.cap_uses.iter().filter(in_period).map(|one| one.used).sum();
        Counter { name, period, used }
    }
}

fn count(
    member: &mut Member,
    benefit: &BenefitSpec,
    counter: Counter,
    times: i64,
    now: Instant,
    name: &'static str,
) {
    member.cap_uses.push(CapUse { cap: counter.name, period: counter.period, used: times });
    member.did(now, name, NaiveDeed::Benefit { benefit: benefit.id.clone(), times });
}
