//! A change of the tier held by figures, on its way into the record, and the points that come with it.

use crate::calendar::Instant;
use crate::decide::draft::Draft;
use crate::decide::earn::Deed;
use crate::decide::occasion;
use crate::decide::tier::figures::{Period, Standing, is_nothing};
use crate::event::{Decision, LifetimeFigures, TierChanged, TierReason, Trigger};
use crate::ids::TierNumber;
use crate::programme::plan::{Ladder, LadderPeriod, Threshold};
use crate::programme::versions::Version;

/// A change of one ladder, ready to be recorded.
pub(super) struct Change<'a> {
    /// The version in force when the change takes effect.
    pub version: &'a Version,
    /// The ladder, in that version.
    pub ladder: &'a Ladder,
    /// The tier before.
    pub from: TierNumber,
    /// Why.
    pub why: TierReason,
    /// The figures that it rests on.
    pub standing: Standing,
    /// Their period, if they have one.
    pub period: Option<Period>,
}

impl Change<'_> {
    /// Records the change to the tier of a rank, held against that tier's entry where it is higher than the one before,
    /// else against what keeps the one before.
    pub(super) fn record(&self, draft: &mut Draft<'_>, at: Instant, to_rank: usize, until: Option<Instant>) {
        let to = self.ladder.tiers.get(to_rank);
        let threshold = if to_rank > self.ladder.rank(self.from) {
            to.and_then(|tier| tier.entry)
        } else {
            self.ladder.tier(self.from).and_then(|tier| tier.keep)
        };
        let to = to.map_or(self.from, |tier| tier.number);
        self.record_against(asked(threshold.as_ref()), draft, at, to, until);
    }

    /// Records the change to a tier, and what was asked for it: 0 where a figure was not.
    pub(super) fn record_against(
        &self,
        asked: Standing,
        draft: &mut Draft<'_>,
        at: Instant,
        to: TierNumber,
        until: Option<Instant>,
    ) {
        let (from_rank, to_rank) = (self.ladder.rank(self.from), self.ladder.rank(to));
        let has_own_years = self.ladder.period == LadderPeriod::AnniversaryTier;
        let rests_on = self.period.filter(|_| has_own_years && to_rank > 0 && to != self.from);
        let asked_ever = Some(asked.lifetime).filter(|asked| !is_nothing(asked));
        let changed = TierChanged {
            ladder: self.ladder.number,
            version: self.version.number,
            from: self.from,
            to,
            why: self.why,
            figures: self.standing.period,
            thresholds: asked.period,
            until,
            counted_from: rests_on.map(|period| period.start),
            lifetime: asked_ever
                .map(|thresholds| LifetimeFigures { figures: self.standing.lifetime, thresholds }),
        };
        draft.record(at, Decision::TierChanged(changed));
        match self.why {
            TierReason::Kept => self.give(draft, Trigger::TierKept, to, at),
            // Who holds another tier in place of one that is no more has reached nothing.
            TierReason::Replaced => {}
            _ => self.give_for_reaching(draft, from_rank, to_rank, at),
        }
    }

    /// Gives the points for reaching each tier above one rank, up to another.
    pub(super) fn give_for_reaching(
        &self,
        draft: &mut Draft<'_>,
        from_rank: usize,
        to_rank: usize,
        at: Instant,
    ) {
        for tier in self.ladder.tiers.iter().take(to_rank + 1).skip(from_rank + 1) {
            self.give(draft, Trigger::TierReached, tier.number, at);
        }
    }

    fn give(&self, draft: &mut Draft<'_>, on: Trigger, tier: TierNumber, at: Instant) {
        occasion::judge(draft, self.version, Deed::about_tier(on, self.ladder.number, tier), at);
    }
}

/// What a threshold asks, with 0 where it asks nothing.
pub(super) fn asked(threshold: Option<&Threshold>) -> Standing {
    threshold
        .map_or(Standing::default(), |t| Standing { period: t.period.least(), lifetime: t.lifetime.least() })
}
