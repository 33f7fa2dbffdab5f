//! Tiers: when one is reached, kept or lost (cases 24, 27–32).
//!
//! A tier follows from facts and programme alone: never from spendable balances, nor from when somebody looked. Here is
//! what facts do to it; [`review`] is what time does, `revision` what new versions of the programme do, and [`grant`]
//! what is given by hand. All rest on [`figures`], some of which are carried from one period into the next.
//!
//! The tier held by figures and the one held by hand go side by side, and the member holds the higher
//! ([`held`](figures::held)).

mod carry;
mod change;
pub mod figures;
pub mod grant;
pub mod progress;
pub mod review;
mod revision;

use crate::calendar::{Day, Instant, Zone};
use crate::decide::draft::Draft;
use crate::event::{Figures, MetricEntry, TierReason};
use crate::ids::TierNumber;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, OnReturn, Upgrade};
use crate::programme::versions::Version;
use crate::state::{LadderState, MemberState};

use change::Change;
use figures::{
    Period, Standing, by_figures, day_in_period, ended, entry_rank, first_day_from, keeps, minus, of_period,
    period_at, reached_until, reaching, running, valid_until, window,
};

pub(super) use carry::recount_all;

/// After something that counts was recorded: a higher tier at once where the ladder says so, the end of grace, a
/// challenge met, and what a closed period carries into the next.
///
/// `version` and `ladder` are those of the fact. What is late and comes under another version than the one in force by
/// now is judged by its own, and what it reaches is taken into that of now ([`revision`]).
pub(super) fn after_counting(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    effective_at: Instant,
) {
    let now = draft.now(effective_at);
    let programmes = draft.programmes;
    let Ok(version_now) = programmes.in_force(now) else { return };
    let Some(ladder_now) = version_now.plan.ladder(ladder.number) else { return };
    let Some(l) = draft.state().ladder(ladder.number) else { return };
    if ladder_now.tier(l.tier).is_none() && l.since != Instant::MIN {
        // The version begins at this instant, and is about to replace the tier.
        return;
    }
    let (from, grace) = (by_figures(ladder_now, l), l.grace);
    let found = reached(draft, version, ladder, version_now, effective_at);
    let change = |why, standing, period| Change {
        version: version_now,
        ladder: ladder_now,
        from,
        why,
        standing,
        period,
    };
    match found {
        Some(Reached { tier, asked_in, asked_of, standing, period })
            if ladder_now.rank(tier) > ladder_now.rank(from) =>
        {
            let zone = version_now.plan.zone;
            let until = period.and_then(|period| reached_until(ladder, zone, draft.state(), period, now));
            let asked = change::asked(asked_in.tier(asked_of).and_then(|tier| tier.entry.as_ref()));
            change(TierReason::Upgraded, standing, period).record_against(asked, draft, now, tier, until);
        }
        _ if grace => keep_in_grace(draft, version_now, ladder_now, from, now),
        _ => {}
    }
    grant::meet_challenge(draft, version_now, ladder_now, now);
    if ladder_now.carry_over.is_some()
        && let Some(period) = period_at(ladder, version.plan.zone, draft.state(), effective_at)
    {
        carry::recount(draft, version_now, ladder_now, period.start, now);
    }
}

/// A tier that figures reach.
struct Reached<'a> {
    /// The tier, in the version in force by now.
    tier: TierNumber,
    /// The ladder whose thresholds were asked …
    asked_in: &'a Ladder,
    /// … and its tier that was reached.
    asked_of: TierNumber,
    /// The figures.
    standing: Standing,
    /// Their period, if they have one, on which the tier's validity rests.
    period: Option<Period>,
}

/// What the figures of a fact's period or window reach, as far as the ladder gives tiers by now.
fn reached<'a>(
    draft: &Draft<'a>,
    version: &Version,
    ladder: &'a Ladder,
    version_now: &'a Version,
    effective_at: Instant,
) -> Option<Reached<'a>> {
    let programmes = draft.programmes;
    let state = draft.state();
    let l = state.ladder(ladder.number)?;
    let (number, from, to) = (ladder.number, version.number, version_now.number);
    let asks_again = from == to || revision::asks_again(programmes, number, from, to);
    let asked_in = if asks_again { version_now.plan.ladder(number)? } else { ladder };
    let (zone, zone_now, now) = (version.plan.zone, version_now.plan.zone, draft.now(effective_at));
    let (rank, standing, period) = match ladder.period {
        LadderPeriod::RollingDays(days) => {
            let (rank, standing) = best_window(asked_in, l, days, zone.day(effective_at), zone_now.day(now));
            (rank, standing, None)
        }
        _ => {
            let of_fact = period_at(ladder, zone, state, effective_at)?;
            let (standing, period) = what_counts(ladder, zone_now, state, l, of_fact, now)?;
            (entry_rank(asked_in, &standing), standing, Some(period))
        }
    };
    let asked_of = asked_in.tiers.get(rank)?.number;
    let tier = revision::taken_over(programmes, number, asked_of, from, to);
    Some(Reached { tier, asked_in, asked_of, standing, period })
}

/// The figures that may give a tier now after a fact in a period, and the period that the tier rests on; `None` where tiers
/// are given at the end of the period, and it still runs.
fn what_counts(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    l: &LadderState,
    period: Period,
    now: Instant,
) -> Option<(Standing, Period)> {
    let is_closed = ladder.period != LadderPeriod::Lifetime && zone.day_start(period.end) <= now;
    let is_past = |until| until <= now;
    if is_closed && valid_until(ladder, zone, state, period).is_some_and(is_past) {
        // What the period gave is past, but what it adds to all time counts in the one that runs.
        let running = period_at(ladder, zone, state, now)?;
        let mut standing = of_period(ladder, l, running);
        if ladder.upgrade == Upgrade::PeriodEnd {
            standing.period = Figures::default();
        }
        return Some((standing, running));
    }
    let gives = is_closed || ladder.upgrade == Upgrade::AtOnce;
    gives.then(|| (of_period(ladder, l, period), period))
}

/// The highest rank, and its figures, over the windows that end on a day from `first` to `last`.
fn best_window(ladder: &Ladder, l: &LadderState, days: u32, first: Day, last: Day) -> (usize, Standing) {
    let inner = l.buckets.iter().map(|b| b.start).filter(|day| *day > first && *day <= last);
    let mut best = (0, window(l, days, first));
    for day in std::iter::once(first).chain(inner) {
        let standing = window(l, days, day);
        let rank = entry_rank(ladder, &standing);
        if rank > best.0 {
            best = (rank, standing);
        }
    }
    best
}

fn keep_in_grace(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, from: TierNumber, now: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (standing, until) = running(ladder, zone, state, l, now);
    if keeps(ladder, ladder.rank(from), &standing) {
        Change { version, ladder, from, why: TierReason::Kept, standing, period: None }.record(
            draft,
            now,
            ladder.rank(from),
            until,
        );
    }
}

/// After figures went back with a return, under the version in force: where the ladder demotes at once and the return
/// took what justified the tier, the highest tier that any valid period still gives. Then what closed periods carry.
pub(super) fn after_return(
    draft: &mut Draft<'_>,
    version: &Version,
    entry: &MetricEntry,
    effective_at: Instant,
) {
    let Some(ladder) = version.plan.ladder(entry.ladder) else { return };
    let now = draft.now(effective_at);
    if ladder.on_return == OnReturn::DemoteNow {
        demote_if_unjustified(draft, version, ladder, entry, now);
    }
    carry::recount(draft, version, ladder, day_in_period(ladder, entry.bucket), now);
}

fn demote_if_unjustified(
    draft: &mut Draft<'_>,
    version: &Version,
    ladder: &Ladder,
    entry: &MetricEntry,
    now: Instant,
) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, rank) = (l.tier, ladder.rank(l.tier));
    if rank == 0 || ladder.downgrade == Downgrade::Never {
        return;
    }
    let mut before = l.clone();
    before.lifetime = minus(before.lifetime, entry.figures);
    for bucket in before.buckets.iter_mut().filter(|bucket| bucket.start == entry.bucket) {
        bucket.figures = minus(bucket.figures, entry.figures);
    }
    let was_justified = justified(ladder, zone, state, &before, now).rank >= rank;
    let still = justified(ladder, zone, state, l, now);
    if was_justified && still.rank < rank {
        still.demote(draft, version, ladder, from, TierReason::Returned, now);
    }
}

/// The highest tier, at most the one held, that the running period or any earlier one that is still valid gives.
struct Justified {
    rank: usize,
    /// Figures of the running period or window.
    standing: Standing,
    /// The period that gives the rank, if it is one.
    period: Option<Period>,
    until: Option<Instant>,
}

impl Justified {
    fn demote(
        self,
        draft: &mut Draft<'_>,
        version: &Version,
        ladder: &Ladder,
        from: TierNumber,
        why: TierReason,
        now: Instant,
    ) {
        let Justified { rank, standing, period, until } = self;
        let until = match (ladder.period, period) {
            _ if rank == 0 => None,
            // The lower tier has years of its own from now on.
            (LadderPeriod::AnniversaryTier, Some(period)) => {
                reached_until(ladder, version.plan.zone, draft.state(), period, now)
            }
            _ => until,
        };
        Change { version, ladder, from, why, standing, period }.record(draft, now, rank, until);
    }
}

fn justified(ladder: &Ladder, zone: Zone, state: &MemberState, l: &LadderState, now: Instant) -> Justified {
    let rank_held = ladder.rank(l.tier);
    let given = |standing: &Standing| {
        if keeps(ladder, rank_held, standing) { rank_held } else { entry_rank(ladder, standing) }
    };
    let (standing, until) = running(ladder, zone, state, l, now);
    let period = period_at(ladder, zone, state, now);
    let mut best = Justified { rank: given(&standing), standing, period, until };
    for (earlier, valid_until) in earlier_periods(ladder, zone, state, now) {
        let rank = given(&of_period(ladder, l, earlier));
        if rank > best.rank {
            best = Justified { rank, period: Some(earlier), until: Some(valid_until), ..best };
        }
    }
    best
}

/// The closed periods whose validity still covers an instant, newest first, and until when it does.
fn earlier_periods(ladder: &Ladder, zone: Zone, state: &MemberState, now: Instant) -> Vec<(Period, Instant)> {
    let mut periods = Vec::new();
    let mut current = match ladder.period {
        LadderPeriod::Lifetime | LadderPeriod::RollingDays(_) => None,
        _ => period_at(ladder, zone, state, now),
    };
    while let Some(period) = current {
        // Days that reached a tier as its own years began are none at all, and end where they start.
        let earlier = ended(ladder, zone, state, period.start).filter(|e| e.start < period.start);
        let valid = earlier.and_then(|e| Some((e, valid_until(ladder, zone, state, e)?)));
        let covering = valid.filter(|(_, until)| *until > now);
        periods.extend(covering);
        current = covering.map(|(e, _)| e);
    }
    periods.extend(reaching_period(ladder, zone, state).filter(|(_, until)| *until > now));
    periods
}

/// The days up to the one on which a tier with years of its own was reached, and the validity that it gave: the tier's
/// years begin after that day, so none of them holds what reached it.
fn reaching_period(ladder: &Ladder, zone: Zone, state: &MemberState) -> Option<(Period, Instant)> {
    let l = state.ladder(ladder.number)?;
    if ladder.period != LadderPeriod::AnniversaryTier || ladder.rank(l.tier) == 0 {
        return None;
    }
    let end = first_day_from(zone, l.since);
    let valid_until = zone.day_start(end.plus_months(ladder.valid_periods.saturating_mul(12)));
    Some((reaching(ladder, state, end), valid_until))
}
