//! Changes of the tier by figures, and what is given for them.

use tallybook_core::calendar::{Day, Instant};

use crate::naive::member::{Member, Place};
use crate::naive::{Model, NaiveTierChange, Version};
use crate::spec::{Downgrade, LadderSpec, On};

/// A new standing in the making.
pub(super) struct Change {
    pub(super) rank: usize,
    pub(super) why: &'static str,
    pub(super) until: Option<Instant>,
    pub(super) in_grace: bool,
    /// First day of the figures that reached the tier.
    pub(super) counted_from: Option<Day>,
}

impl Change {
    pub(super) fn new(rank: usize, why: &'static str, until: Option<Instant>) -> Change {
        Change { rank, why, until, in_grace: false, counted_from: None }
    }
}

impl Model {
    /// Gives a member another tier, or the same for another while, and what there is for reaching or keeping it.
    pub(super) fn set(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        at: Instant,
        change: Change,
    ) {
        let mut standing = self.standing(member, ladder);
        let to = ladder.tiers[change.rank].id.clone();
        let from = std::mem::replace(&mut standing.tier, to.clone());
        let is_endless = change.rank == 0 || ladder.downgrade == Downgrade::Never;
        standing.until = change.until.filter(|_| !is_endless);
        standing.in_grace = change.in_grace;
        if from != to {
            standing.since = at;
            standing.counted_from = change.counted_from.filter(|_| change.rank > 0);
        }
        let until = standing.until;
        member.standings.insert(ladder.id.clone(), standing);
        note(
            member,
            at,
            NaiveTierChange { ladder: ladder.id.clone(), from: from.clone(), to, why: change.why, until },
        );
        if change.why == "challenge_met" {
            member.grants.remove(&ladder.id);
        }
        let from_rank = ladder.rank(&from).unwrap_or(0);
        let given: Vec<(On, usize)> = match change.why {
            "upgraded" | "reevaluated" | "challenge_met" => {
                (from_rank + 1..=change.rank).map(|rank| (On::TierReached, rank)).collect()
            }
            "kept" => vec![(On::TierKept, change.rank)],
            _ => Vec::new(),
        };
        self.give_for_tiers(member, version, ladder, at, &given);
    }

    /// One award for each tier reached or kept, the lowest first.
    pub(super) fn give_for_tiers(
        &self,
        member: &mut Member,
        version: &Version,
        ladder: &LadderSpec,
        at: Instant,
        given: &[(On, usize)],
    ) {
        for (on, rank) in given {
            if Model::may_earn(member) {
                let deed = (ladder.id.clone(), ladder.tiers[*rank].id.clone());
                self.celebrate(member, *on, Some(deed), at, version.number);
            }
        }
    }
}

/// Writes down that the tier by figures is another, or holds until another time.
pub(super) fn note(member: &mut Member, at: Instant, change: NaiveTierChange) {
    let NaiveTierChange { ladder, to, until, .. } = change.clone();
    member.places.push(Place { at, ladder, tier: to, until });
    member.happened(at, "TierChanged", &[]);
    member.last_happening().tier = Some(change);
}
