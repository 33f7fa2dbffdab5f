//! Why a tier is what it is: every change with its figures and thresholds, what was carried over, what was given by hand,
//! and the uses of benefits.
//!
//! It repeats what decisions say. What gave the figures themselves is in the member's history, order by order.

use serde::Serialize;
use tallybook_core::calendar::{Day, Instant};
use tallybook_core::decide::tier::figures::held;
use tallybook_core::event::{
    CapEntry, ChallengeFigures, Decision, Figures, FiguresCarried, GrantEnd, LifetimeFigures, MergedFrom,
    PointsEarned, TierChanged, TierGrant, TierGrantEnded, TierReason, Trigger,
};
use tallybook_core::ids::{CapNumber, LadderNumber, TierNumber, VersionNumber};
use tallybook_core::money::CurrencyCode;
use tallybook_core::programme::plan::{Ladder, Usage};

use super::{Book, Cause, Source};
use crate::report::{rfc3339, rfc3339_or_null};

/// One ladder on which something happened: the tier held, and what led to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LadderExplanation {
    /// Its id in the programme.
    pub ladder: String,
    /// The tier held: the higher of those by figures and by hand.
    pub tier: String,
    /// The tier held by figures.
    pub by_figures: String,
    /// First instant at which the tier held no longer holds if it is not kept, or given again.
    #[serde(serialize_with = "rfc3339_or_null")]
    pub until: Option<Instant>,
    /// What `spend` is counted in: minor units of this money.
    pub money: Option<CurrencyCode>,
    /// Decimal places of `spend`.
    pub exponent: u8,
    /// Decimal places of `points`.
    pub point_scale: u8,
    /// Everything that happened, in the order of the log.
    pub steps: Vec<TierStep>,
}

/// One step on a ladder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TierStep {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// What it was.
    #[serde(flatten)]
    pub what: TierMove,
    /// The programme version that judged; `None` where it was given by hand, or came with another member.
    pub version: Option<VersionNumber>,
    /// The batch that holds it; `None` where it is due and not recorded.
    pub batch: Option<u64>,
    /// What caused it.
    pub cause: Cause,
}

/// What happens on a ladder. Tiers go by their ids in the programme.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum TierMove {
    /// The tier by figures changed, was kept, or got another end.
    Changed {
        /// The tier before.
        from: String,
        /// The tier from then on.
        to: String,
        /// Why.
        why: TierReason,
        /// The figures that it rests on.
        figures: Figures,
        /// What they were held against; 0 where a figure was not asked.
        thresholds: Figures,
        /// The same of all time, where any of it was asked.
        lifetime: Option<LifetimeFigures>,
        /// End of the tier's validity.
        #[serde(serialize_with = "rfc3339_or_null")]
        until: Option<Instant>,
    },
    /// Figures went over into a period, or back.
    Carried {
        /// First day of the period, `2026-01-01`.
        into: String,
        /// What went over; below zero what went back.
        figures: Figures,
    },
    /// A tier was given or lent by hand.
    Granted {
        /// The tier.
        tier: String,
        /// Its end; `None` for as long as nobody revokes it.
        #[serde(serialize_with = "rfc3339_or_null")]
        until: Option<Instant>,
        /// What makes it earned, where it is lent.
        challenge: Option<ChallengeFigures>,
    },
    /// A tier given or lent by hand no longer held.
    GrantEnded {
        /// The tier.
        tier: String,
        /// Why.
        why: GrantEnd,
    },
    /// Another member became part of this one, and their tier by figures is held from then on.
    Took {
        /// The tier.
        tier: String,
        /// End of its validity.
        #[serde(serialize_with = "rfc3339_or_null")]
        until: Option<Instant>,
    },
    /// The member became part of another, and holds nothing by themselves any more.
    WentOver,
}

/// A benefit that was used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitExplanation {
    /// Its id in the programme.
    pub benefit: String,
    /// Its uses, and those given back, in the order of the log.
    pub steps: Vec<BenefitStep>,
}

/// A use of a benefit, or one given back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BenefitStep {
    /// When it took effect.
    #[serde(serialize_with = "rfc3339")]
    pub at: Instant,
    /// How many times it was used; below zero what was given back.
    pub times: i64,
    /// First day of the period that it counts in; `None` where there is one for ever.
    pub period: Option<String>,
    /// How often it could still be used then; `None` where uses were given back.
    pub left: Option<i64>,
    /// The tier that gave it; `None` where uses were given back.
    pub tier: Option<String>,
    /// The batch that holds it.
    pub batch: Option<u64>,
    /// What caused it.
    pub cause: Cause,
}

/// What the decisions so far say of those to come.
#[derive(Debug, Default)]
pub(super) struct Lead {
    /// What the last judgement of a fact in the batch was caused by: the tiers that follow it come of that.
    cause: Option<Cause>,
    /// Tiers just reached, or kept, of which points may follow; lowest first.
    tiers: Vec<String>,
}

impl Lead {
    /// What comes of a decision about no tier.
    pub(super) fn note(&mut self, decision: &Decision, cause: &Cause) {
        use Trigger::{Activity, Enrolment, Order, Referred, Referrer};
        let leads = match decision {
            Decision::PointsEarned(earned) => {
                matches!(earned.on, Order | Activity | Enrolment | Referrer | Referred)
            }
            Decision::ClawedBack(_) | Decision::ReferralCancelled(_) | Decision::MergedFrom(_) => true,
            _ => false,
        };
        if leads {
            self.cause = Some(cause.clone());
        }
    }

    /// The tier that points for reaching or keeping one are about.
    pub(super) fn name_tier(&mut self, earned: &PointsEarned, cause: &mut Cause) {
        match (earned.on, cause) {
            (Trigger::TierReached, Cause::TierReached { tier })
            | (Trigger::TierKept, Cause::TierKept { tier })
                if !self.tiers.is_empty() =>
            {
                *tier = Some(self.tiers.remove(0));
            }
            _ => {}
        }
    }
}

impl Book<'_> {
    pub(super) fn note_tier_changed(&mut self, source: Source<'_>, changed: &TierChanged) {
        let TierChanged { ladder, version, from, to, why, figures, thresholds, until, lifetime, .. } =
            *changed;
        self.lead.tiers = self.tiers_given(changed);
        let cause = match why {
            TierReason::Reevaluated | TierReason::Replaced => Cause::NewVersion { version },
            _ => self.leading(),
        };
        let (from, to) = (self.tier_id(ladder, from), self.tier_id(ladder, to));
        let what = TierMove::Changed { from, to, why, figures, thresholds, lifetime, until };
        self.step(source, ladder, what, Some(version), cause);
        if !self.versions.contains(&version) {
            self.versions.push(version);
        }
    }

    /// The tiers that a change may give points for, lowest first.
    fn tiers_given(&self, changed: &TierChanged) -> Vec<String> {
        let plan = self.programmes.version(changed.version).map(|version| &version.plan);
        let Some(ladder) = plan.and_then(|plan| plan.ladder(changed.ladder)) else { return Vec::new() };
        let passed = ladder.rank(changed.from) + 1..=ladder.rank(changed.to);
        let ids = |ranks: std::ops::RangeInclusive<usize>| {
            ladder.tiers.get(ranks).unwrap_or_default().iter().map(|tier| tier.id.to_string()).collect()
        };
        match changed.why {
            TierReason::Kept => vec![self.tier_id(changed.ladder, changed.to)],
            // Which of them were reached, and not given in place of another, is not said.
            TierReason::Replaced => Vec::new(),
            _ if passed.is_empty() => Vec::new(),
            _ => ids(passed),
        }
    }

    pub(super) fn note_carried(&mut self, source: Source<'_>, carried: &FiguresCarried) {
        let FiguresCarried { ladder, version, into, figures } = *carried;
        let cause = self.leading();
        self.step(
            source,
            ladder,
            TierMove::Carried { into: into.to_string(), figures },
            Some(version),
            cause,
        );
    }

    pub(super) fn note_granted(
        &mut self,
        source: Source<'_>,
        ladder: LadderNumber,
        grant: &TierGrant,
        cause: Cause,
    ) {
        let cause = match cause {
            // By no request: a challenge met, or a new version without the tier.
            Cause::Time if grant.since == source.at => self.leading(),
            Cause::Time => self.version_at(source.at),
            cause => cause,
        };
        let tier = self.tier_id(ladder, grant.tier);
        let what = TierMove::Granted { tier, until: grant.until, challenge: grant.challenge };
        self.step(source, ladder, what, None, cause);
    }

    pub(super) fn note_grant_ended(&mut self, source: Source<'_>, ended: &TierGrantEnded, cause: Cause) {
        let cause = match ended.why {
            GrantEnd::Expired => Cause::Time,
            GrantEnd::Revoked => cause,
            GrantEnd::Earned => self.leading(),
            GrantEnd::Removed => self.version_at(source.at),
        };
        let what = TierMove::GrantEnded { tier: self.tier_id(ended.ladder, ended.tier), why: ended.why };
        self.step(source, ended.ladder, what, None, cause);
    }

    /// What was taken over from another member: places by figures, and tiers by hand.
    pub(super) fn note_places(&mut self, source: Source<'_>, merged: &MergedFrom, cause: &Cause) {
        for place in &merged.ladders {
            let what = TierMove::Took { tier: self.tier_id(place.ladder, place.tier), until: place.until };
            self.step(source, place.ladder, what, None, cause.clone());
        }
        for granted in &merged.grants {
            self.note_granted(source, granted.ladder, &granted.grant, cause.clone());
        }
    }

    pub(super) fn note_places_gone(&mut self, source: Source<'_>, cause: &Cause) {
        for ladder in 0..self.ladders.len() {
            if !self.ladders[ladder].steps.is_empty() {
                let number = LadderNumber(u8::try_from(ladder).unwrap_or(u8::MAX));
                self.step(source, number, TierMove::WentOver, None, cause.clone());
            }
        }
    }

    pub(super) fn note_benefit(
        &mut self,
        source: Source<'_>,
        count: &CapEntry,
        by: Option<(VersionNumber, TierNumber)>,
        cause: Cause,
    ) {
        let benefit = self.benefit_id(count.cap);
        let tier = by.and_then(|(version, tier)| {
            let plan = &self.programmes.version(version)?.plan;
            let known = plan.benefits.iter().find(|known| known.number == count.cap)?;
            Some(self.tier_id(known.ladder, tier))
        });
        let step = BenefitStep {
            at: source.at,
            times: count.used.0,
            period: (count.period != Day::EVER).then(|| count.period.to_string()),
            left: by.map(|_| count.room.0.saturating_sub(count.used.0)),
            tier,
            batch: source.number(),
            cause,
        };
        match self.benefits.iter_mut().find(|known| known.benefit == benefit) {
            Some(known) => known.steps.push(step),
            None => self.benefits.push(BenefitExplanation { benefit, steps: vec![step] }),
        }
    }

    /// The ladders on which something happened, as the member stands at the end.
    pub(super) fn finish_ladders(&mut self, at: Instant) -> Vec<LadderExplanation> {
        let mut ladders = std::mem::take(&mut self.ladders);
        for (number, told) in (0..).map(LadderNumber).zip(&mut ladders) {
            let (Some(ladder), Some(place)) = (self.ladder_at(number, at), self.state.ladder(number)) else {
                continue;
            };
            let (tier, by_figures) = (held(&self.state, ladder), ladder.tier(place.tier));
            let by_hand = place.grant.filter(|_| Some(tier) != by_figures.map(|tier| tier.number));
            told.tier = self.tier_id(number, tier);
            told.by_figures = by_figures.map_or_else(|| told.tier.clone(), |tier| tier.id.to_string());
            told.until = by_hand.map_or(place.until, |grant| grant.until);
        }
        ladders.retain(|ladder| !ladder.steps.is_empty());
        ladders
    }

    fn step(
        &mut self,
        source: Source<'_>,
        ladder: LadderNumber,
        what: TierMove,
        version: Option<VersionNumber>,
        cause: Cause,
    ) {
        let step = TierStep { at: source.at, what, version, batch: source.number(), cause };
        while self.ladders.len() <= usize::from(ladder.0) {
            let empty = self.empty_ladder(self.ladders.len());
            self.ladders.push(empty);
        }
        self.ladders[usize::from(ladder.0)].steps.push(step);
    }

    fn empty_ladder(&self, index: usize) -> LadderExplanation {
        let number = LadderNumber(u8::try_from(index).unwrap_or(u8::MAX));
        let plan = self.programmes.versions().last().map(|version| &version.plan);
        let money = plan.and_then(|plan| plan.money.first());
        let mut currencies = plan.into_iter().flat_map(|plan| plan.currencies.iter().flatten());
        let qualifying = currencies.find(|currency| currency.usage != Usage::Spendable);
        let (id, first) = self
            .programmes
            .registry()
            .ladders
            .get(index)
            .map_or(("?", None), |(id, tiers)| (id.as_ref(), tiers.first()));
        let first =
            self.ladder_at(number, Instant::MAX).and_then(|ladder| Some(&ladder.tiers.first()?.id)).or(first);
        let first = first.map_or("?", |id| id).to_owned();
        LadderExplanation {
            ladder: id.to_owned(),
            tier: first.clone(),
            by_figures: first,
            until: None,
            money: money.map(|money| money.code),
            exponent: money.map_or(2, |money| money.exponent),
            point_scale: qualifying.map_or(0, |currency| currency.scale),
            steps: Vec::new(),
        }
    }

    fn ladder_at(&self, ladder: LadderNumber, at: Instant) -> Option<&Ladder> {
        self.programmes.in_force(at).ok()?.plan.ladder(ladder)
    }

    fn leading(&self) -> Cause {
        self.lead.cause.clone().unwrap_or(Cause::Time)
    }

    fn version_at(&self, at: Instant) -> Cause {
        let version = self.programmes.in_force(at);
        version.map_or(Cause::Time, |version| Cause::NewVersion { version: version.number })
    }

    fn tier_id(&self, ladder: LadderNumber, tier: TierNumber) -> String {
        let tiers = self.programmes.registry().ladders.get(usize::from(ladder.0)).map(|(_, tiers)| tiers);
        let id = tiers.and_then(|tiers| tiers.get(usize::from(tier.0)));
        id.map_or_else(|| format!("tier {}", tier.0), |id| id.to_string())
    }

    fn benefit_id(&self, number: CapNumber) -> String {
        let benefits = self.programmes.versions().iter().rev().flat_map(|version| &version.plan.benefits);
        let known = benefits.into_iter().find(|benefit| benefit.number == number);
        known.map_or_else(|| format!("benefit {}", number.0), |benefit| benefit.id.to_string())
    }
}
