//! Options of ladders, tiers and benefits, and what later versions change of them.

use super::Tally;
use super::chains::{cap_periods, downgrades, ladder_periods};
use super::programme::{all_of_money_bases, note_expiry, note_money_base};
use crate::generate::Course;
use crate::spec::{
    AskedSpec, BenefitSpec, CapPeriod, ChallengeSpec, LadderSpec, Spec, Threshold, TierSpec, words,
};

const ALL: [&str; 2] = ["all", "any"];
const ON_CHANGE: [&str; 2] = ["full", "upgrade_only"];
const FIGURES: [&str; 5] = ["spend", "points", "orders", "referrals", "activities"];
/// What a later version may change.
const CHANGES: [&str; 7] =
    ["zone", "harder", "easier", "tier_inserted", "tier_removed", "tier_replaced", "nothing_to_look_at"];

pub(super) fn note(tally: &mut Tally, ladder: &LadderSpec) {
    let LadderSpec {
        id: _,
        period,
        upgrade_at_period_end,
        downgrade,
        valid_periods,
        grace_days,
        demote_now,
        on_change_full,
        carry_over,
        activities,
        spend,
        tiers,
    } = ladder;
    tally.note("ladder.period", words::ladder_period(*period));
    tally.either("ladder.upgrade", *upgrade_at_period_end, ["period_end", "at_once"]);
    tally.note("ladder.downgrade", words::downgrade(*downgrade));
    tally.note("ladder.valid_periods", valid_periods);
    tally.given("ladder.grace_days", *grace_days > 0);
    tally.either("ladder.on_return", *demote_now, ["demote_now", "keep_until_period_end"]);
    tally.either("ladder.on_change", *on_change_full, ON_CHANGE);
    tally.given("ladder.carry_over", carry_over.is_some());
    carry_over.iter().for_each(|most| note_asked(tally, "carry_over", *most));
    tally.given("ladder.activities", activities.is_some());
    note_money_base(tally, "ladder.spend", *spend);
    tally.note("ladder.tiers", tiers.len().min(4));
    for TierSpec { id: _, entry, keep, expiry, replaces, challenge } in tiers {
        tally.given("tier.keep", keep.is_some());
        note_expiry(tally, "tier", expiry.as_ref());
        tally.given("tier.replaces", !replaces.is_empty());
        tally.given("tier.challenge", challenge.is_some());
        for Threshold { all, period, lifetime } in entry.iter().chain(keep) {
            tally.either("threshold", *all, ALL);
            note_asked(tally, "threshold", *period);
            note_asked(tally, "threshold.lifetime", *lifetime);
        }
        if let Some(ChallengeSpec { days: _, all, asked }) = challenge {
            tally.either("challenge", *all, ALL);
            note_asked(tally, "challenge", *asked);
        }
    }
}

fn note_asked(tally: &mut Tally, whose: &str, asked: AskedSpec) {
    for (figure, least) in FIGURES.iter().zip(asked.each()) {
        tally.given(&format!("{whose}.{figure}"), least.is_some());
    }
}

pub(super) fn note_benefit(tally: &mut Tally, benefit: &BenefitSpec) {
    let BenefitSpec { id: _, ladder: _, per, times } = benefit;
    tally.note("benefit.per", words::cap_period(*per));
    tally.either("benefit.times", times.len() > 1, ["several", "one"]);
}

pub(super) fn note_all(tally: &mut Tally) {
    tally.note_each("ladder.period", ladder_periods().map(words::ladder_period));
    tally.note_each("ladder.upgrade", ["period_end", "at_once"]);
    tally.note_each("ladder.downgrade", downgrades().map(words::downgrade));
    tally.note_each("ladder.valid_periods", 1..=2);
    tally.note_each("ladder.on_return", ["demote_now", "keep_until_period_end"]);
    tally.note_each("ladder.on_change", ON_CHANGE);
    all_of_money_bases(tally, "ladder.spend");
    tally.note_each("ladder.tiers", 1..=4);
    tally.note_each("threshold", ALL);
    tally.note_each("challenge", ALL);
    tally.all_given(&[
        "ladder.grace_days",
        "ladder.carry_over",
        "ladder.activities",
        "tier.keep",
        "tier.replaces",
        "tier.challenge",
    ]);
    for whose in ["threshold", "threshold.lifetime", "challenge", "carry_over"] {
        FIGURES.iter().for_each(|figure| tally.all_given(&[&format!("{whose}.{figure}")]));
    }
    let per = cap_periods().filter(|per| *per != CapPeriod::Order).map(words::cap_period);
    tally.note_each("benefit.per", per);
    tally.note_each("benefit.times", ["one", "several"]);
    tally.note_each("versions", 1..=3);
    tally.note_each("version.changes", CHANGES);
}

/// What the later versions of a programme change.
pub(super) fn note_versions(tally: &mut Tally, course: &Course) {
    tally.note("versions", 1 + course.later.len());
    let mut before = &course.spec;
    for later in &course.later {
        let changes = changes(before, &later.spec);
        tally.note_each(
            "version.changes",
            if changes.is_empty() { vec!["nothing_to_look_at"] } else { changes },
        );
        before = &later.spec;
    }
}

fn changes(before: &Spec, now: &Spec) -> Vec<&'static str> {
    let mut changes = Vec::new();
    changes.extend((before.zone != now.zone).then_some("zone"));
    for (before, now) in before.ladders.iter().zip(&now.ladders) {
        let lost = before.tiers.iter().filter(|tier| now.rank(&tier.id).is_none());
        let is_replaced = |id: &String| now.tiers.iter().any(|tier| tier.replaces.contains(id));
        changes.extend(lost.map(|tier| if is_replaced(&tier.id) { "tier_replaced" } else { "tier_removed" }));
        for tier in &now.tiers {
            let Some(rank) = before.rank(&tier.id) else {
                changes.push("tier_inserted");
                continue;
            };
            let figures = |tier: &TierSpec| {
                let asked = |threshold: Threshold| [threshold.period.each(), threshold.lifetime.each()];
                tier.entry.map(asked)
            };
            match figures(tier).cmp(&figures(&before.tiers[rank])) {
                std::cmp::Ordering::Less => changes.push("easier"),
                std::cmp::Ordering::Equal => {}
                std::cmp::Ordering::Greater => changes.push("harder"),
            }
        }
    }
    changes
}
