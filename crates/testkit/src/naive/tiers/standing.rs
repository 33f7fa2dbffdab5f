//! Where a member stands on a ladder, by figures and altogether.

use tallybook_core::calendar::{Day, Instant, Zone};

use crate::naive::dates::next_day;
use crate::naive::member::Member;
use crate::naive::{Model, NaiveHeld, Version};
use crate::spec::LadderSpec;

/// Where a member stands on one ladder by figures.
#[derive(Clone, Debug)]
pub(in crate::naive) struct Standing {
    pub(in crate::naive) tier: String,
    /// When it was reached.
    pub(in crate::naive) since: Instant,
    pub(in crate::naive) until: Option<Instant>,
    pub(in crate::naive) in_grace: bool,
    /// First day of the figures that reached it; used by anniversaries of the tier.
    pub(in crate::naive) counted_from: Option<Day>,
    /// Period ends up to here are done.
    pub(in crate::naive) closed_to: Instant,
}

impl Standing {
    pub(in crate::naive) fn is_above_first(&self, ladder: &LadderSpec) -> bool {
        self.tier != ladder.tiers[0].id
    }

    /// First day of the tier's own years: they begin with the first midnight from its reaching on.
    pub(super) fn anchor(&self, zone: Zone) -> Day {
        first_own_day(zone, self.since)
    }
}

pub(super) fn first_own_day(zone: Zone, since: Instant) -> Day {
    let day = zone.day(since);
    if zone.day_start(day) == since { day } else { next_day(day, 1) }
}

/// The rank of a tier held by figures; one that the version does not have ranks lowest.
pub(in crate::naive) fn rank_of(ladder: &LadderSpec, standing: &Standing) -> usize {
    ladder.rank(&standing.tier).unwrap_or(0)
}

impl Model {
    /// Where a member stands by figures: on the lowest tier until something happens.
    pub(in crate::naive) fn standing(&self, member: &Member, ladder: &LadderSpec) -> Standing {
        member.standings.get(&ladder.id).cloned().unwrap_or_else(|| Standing {
            tier: ladder.tiers[0].id.clone(),
            since: Instant::MIN,
            until: None,
            in_grace: false,
            counted_from: None,
            closed_to: member.joined_at,
        })
    }

    /// The tier held: the higher of that by figures and that by hand, by figures where they are equal. A tier that the
    /// version does not have is its first.
    pub(in crate::naive) fn held_now(&self, member: &Member, ladder: &LadderSpec) -> NaiveHeld {
        let standing = self.standing(member, ladder);
        if let Some(grant) = member.grants.get(&ladder.id)
            && ladder.rank(&grant.tier).unwrap_or(0) > rank_of(ladder, &standing)
        {
            return NaiveHeld { tier: grant.tier.clone(), until: grant.until, by_hand: true };
        }
        let tier = ladder.tiers[rank_of(ladder, &standing)].id.clone();
        NaiveHeld { tier, until: standing.until, by_hand: false }
    }

    /// The tier that a member holds on a ladder once all that is due by `at` has happened, and until when. `None` for a
    /// member or ladder that is not known. Ask no earlier than the member is settled to.
    pub fn held(&self, member: &str, ladder: &str, at: Instant) -> Option<NaiveHeld> {
        let member = self.settled(member, at)?;
        Some(self.held_now(&member, self.in_force(at).spec.ladder(ladder)?))
    }

    /// Whether a member may earn and goes on.
    pub(in crate::naive) fn may_earn(member: &Member) -> bool {
        member.merged.is_none() && member.closed_at.is_none() && !member.earning_blocked
    }
}

impl Version {
    /// A ladder that this version has, as every later one has it.
    pub(in crate::naive) fn ladder(&self, id: &str) -> &LadderSpec {
        self.spec.ladder(id).expect("no later version drops a ladder")
    }
}
