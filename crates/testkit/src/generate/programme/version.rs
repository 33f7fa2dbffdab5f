//! Later versions of a programme: other thresholds, other tiers, another zone.

use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;

use super::ladder::{challenge, drop_what_nothing_asks};
use super::{ZONES, make_referrals_sound, rule, weighted_bool};
use crate::spec::{ChallengeSpec, LadderSpec, Spec, Threshold, TierSpec};

/// What another version changes, with places instead of names.
#[derive(Clone, Debug)]
pub(in crate::generate) struct VersionDraw {
    zone: Option<&'static str>,
    ladders: [LadderDraw; 2],
    benefits: Option<i64>,
}

#[derive(Clone, Debug)]
struct LadderDraw {
    /// Thresholds times so much, divided by so much.
    scale: Option<(i64, i64)>,
    tiers: Option<TierDraw>,
    on_change_full: bool,
    /// Another way to lend the highest tier, or none.
    challenge: Option<Option<ChallengeSpec>>,
}

#[derive(Clone, Copy, Debug)]
enum TierDraw {
    Insert {
        rank: usize,
    },
    Remove {
        rank: usize,
        /// The tier that is held instead, where the file says.
        instead: Option<usize>,
    },
    Rename {
        rank: usize,
        /// Whether the file says what it was.
        is_said: bool,
    },
}

/// Names for tiers that come later.
const NEW_TIERS: [&str; 4] = ["pearl", "ruby", "opal", "jade"];

pub(in crate::generate) fn version() -> impl Strategy<Value = VersionDraw> {
    let zone = weighted(0.3, select(&ZONES[..]));
    let benefits = weighted(0.3, 1..=3_i64);
    (zone, [ladder().boxed(), ladder().boxed()], benefits).prop_map(|(zone, ladders, benefits)| VersionDraw {
        zone,
        ladders,
        benefits,
    })
}

fn ladder() -> impl Strategy<Value = LadderDraw> {
    let scale = weighted(0.6, select(vec![(2_i64, 1_i64), (3, 2), (1, 2), (1, 4)]));
    let tiers = prop_oneof![
        2 => (1..4_usize).prop_map(|rank| TierDraw::Insert { rank }),
        2 => (1..4_usize, weighted(0.5, 0..4_usize)).prop_map(|(rank, instead)| TierDraw::Remove { rank, instead }),
        2 => (1..4_usize, weighted_bool(3, 1)).prop_map(|(rank, is_said)| TierDraw::Rename { rank, is_said }),
    ];
    (scale, weighted(0.5, tiers), any::<bool>(), weighted(0.3, weighted(0.6, challenge()))).prop_map(
        |(scale, tiers, on_change_full, challenge)| LadderDraw { scale, tiers, on_change_full, challenge },
    )
}

/// The version of a programme that comes after another, as far as the drawn changes go with it.
pub(in crate::generate) fn next(spec: &Spec, draw: &VersionDraw) -> Spec {
    let mut next = spec.clone();
    if let Some(zone) = draw.zone {
        next.zone = zone.to_owned();
    }
    for (ladder, draw) in next.ladders.iter_mut().zip(&draw.ladders) {
        change_ladder(ladder, draw);
        drop_what_nothing_asks(ladder);
    }
    make_referrals_sound(&mut next);
    forget_lost_tiers(&mut next);
    if let Some(more) = draw.benefits {
        next.benefits.iter_mut().flat_map(|benefit| &mut benefit.times).for_each(|(_, times)| *times += more);
    }
    next
}

fn change_ladder(ladder: &mut LadderSpec, draw: &LadderDraw) {
    ladder.tiers.iter_mut().for_each(|tier| tier.replaces.clear());
    ladder.on_change_full = draw.on_change_full;
    let asks_points = ladder.asked().any(|asked| asked.points.is_some());
    match draw.tiers {
        None => {}
        Some(TierDraw::Insert { rank }) => insert(ladder, rank),
        Some(TierDraw::Remove { rank, instead }) if ladder.tiers.len() > 1 => {
            let gone = ladder.tiers.remove(1 + rank % (ladder.tiers.len() - 1));
            if let Some(instead) = instead {
                let instead = instead % ladder.tiers.len();
                ladder.tiers[instead].replaces.push(gone.id);
            }
        }
        Some(TierDraw::Remove { .. }) => {}
        Some(TierDraw::Rename { rank, is_said }) => {
            let name = new_name(ladder);
            if ladder.tiers.len() > 1 {
                let rank = 1 + rank % (ladder.tiers.len() - 1);
                let tier = &mut ladder.tiers[rank];
                let old = std::mem::replace(&mut tier.id, name);
                tier.replaces.extend(is_said.then_some(old));
            }
        }
    }
    if let Some((times, share)) = draw.scale {
        for (tier, rank) in ladder.tiers.iter_mut().zip(0_i64..) {
            tier.entry = tier.entry.map(|entry| scaled(entry, |least| (least * times / share).max(rank)));
            tier.keep = tier.keep.map(|keep| scaled(keep, |least| (least * times / share).max(1)));
        }
    }
    // Points are asked only where they are asked already, and so count for tiers.
    let is_sound = |challenge: &ChallengeSpec| asks_points || challenge.asked.points.is_none();
    if let Some(challenge) = draw.challenge
        && ladder.tiers.len() > 1
        && let Some(top) = ladder.tiers.last_mut()
    {
        top.challenge = challenge.filter(is_sound);
    }
}

fn new_name(ladder: &LadderSpec) -> String {
    let new = NEW_TIERS.iter().find(|name| ladder.rank(name).is_none());
    (*new.expect("a ladder has fewer tiers than there are names")).to_owned()
}

/// A tier with the thresholds of one that is twice as hard from then on, or twice as hard as the highest.
fn insert(ladder: &mut LadderSpec, rank: usize) {
    let name = new_name(ladder);
    let rank = rank.min(ladder.tiers.len());
    let twice = |threshold: Threshold| scaled(threshold, |least| 2 * least);
    let entry = match ladder.tiers.get(rank) {
        Some(tier) => tier.entry,
        None => ladder.tiers[rank - 1].entry.map(twice).or(Some(Threshold::spend(10_000))),
    };
    for tier in &mut ladder.tiers[rank..] {
        tier.entry = tier.entry.map(twice);
    }
    ladder.tiers.insert(rank, TierSpec::plain(&name, entry));
}

fn scaled(threshold: Threshold, change: impl Fn(i64) -> i64 + Copy) -> Threshold {
    Threshold { period: threshold.period.map(change), lifetime: threshold.lifetime.map(change), ..threshold }
}

/// Leaves out what speaks of tiers that are no more.
fn forget_lost_tiers(spec: &mut Spec) {
    let ladders = spec.ladders.clone();
    let has = |(ladder, tier): &(String, String)| {
        ladders.iter().any(|known| known.id == *ladder && known.rank(tier).is_some())
    };
    spec.rewards.iter_mut().for_each(|reward| reward.tier.retain(has));
    for benefit in &mut spec.benefits {
        let ladder = benefit.ladder.clone();
        benefit.times.retain(|(tier, _)| has(&(ladder.clone(), tier.clone())));
        if benefit.times.is_empty() {
            benefit.times.push((LadderSpec::plain("").tiers[0].id.clone(), 1));
        }
    }
    let known = spec.clone();
    for rule in &mut spec.rules {
        rule.when.tier.retain(has);
        rule.when.cel = rule.when.cel.take().filter(|cel| rule::names_known_tiers(&known, cel));
    }
    if ladders.iter().all(|ladder| ladder.tiers.len() < 2) {
        spec.rules.retain(|rule| !rule.on.is_about_a_tier());
    }
}
