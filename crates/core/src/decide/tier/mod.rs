//! Tiers: when one is reached, kept or lost (cases 24, 27–29, 31).
//!
//! A tier follows from facts and programme alone: never from spendable balances, nor from when somebody looked. Here is
//! what facts do to it; [`review`] is what time does, [`figures`] what both rest on.

pub mod figures;
pub mod progress;
pub mod review;

use crate::calendar::{Day, Instant, Zone};
use crate::decide::draft::Draft;
use crate::event::{Decision, Figures, TierChanged, TierReason};
use crate::ids::TierNumber;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, OnReturn, Upgrade};
use crate::programme::versions::Version;
use crate::state::{LadderState, MemberState};

use figures::{
    Period, ended, entry_rank, first_day_from, keeps, of_period, period_at, reached_until, running,
    valid_until, window, year_before,
};

/// A change of one ladder, ready to be recorded.
struct Change<'a> {
    version: &'a Version,
    ladder: &'a Ladder,
    from: TierNumber,
    why: TierReason,
    figures: Figures,
}

impl Change<'_> {
    fn record(&self, draft: &mut Draft<'_>, at: Instant, to_rank: usize, until: Option<Instant>) {
        let to = self.ladder.tiers.get(to_rank).map_or(self.from, |tier| tier.number);
        // What was held against the figures: the entry of a tier reached, else the keeping of the tier held.
        let threshold = match self.why {
            TierReason::Upgraded => self.ladder.tiers.get(to_rank).and_then(|tier| tier.entry),
            _ => self.ladder.tiers.get(self.ladder.rank(self.from)).and_then(|tier| tier.keep),
        };
        let thresholds = threshold.map_or(Figures::default(), |t| Figures {
            spend: t.spend.unwrap_or_default(),
            points: t.points.unwrap_or_default(),
            orders: t.orders.unwrap_or_default(),
        });
        let changed = TierChanged {
            ladder: self.ladder.number,
            version: self.version.number,
            from: self.from,
            to,
            why: self.why,
            figures: self.figures,
            thresholds,
            until,
        };
        draft.record(at, Decision::TierChanged(changed));
    }
}

/// After an order: a higher tier at once where the ladder says so, or the end of grace.
pub(super) fn after_order(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, effective_at: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (from, grace) = (l.tier, l.grace);
    let rank = ladder.rank(from);
    let now = draft.now(effective_at);
    let (reached, figures, until) = match ladder.period {
        LadderPeriod::RollingDays(days) => {
            let (reached, figures) = best_window(ladder, l, days, zone.day(effective_at), zone.day(now));
            (reached, figures, None)
        }
        _ => {
            let Some(period) = period_at(ladder, zone, state, effective_at) else { return };
            let figures = of_period(l, period);
            let closed = ladder.period != LadderPeriod::Lifetime && zone.day_start(period.end) <= now;
            let until = reached_until(ladder, zone, state, period, now);
            let at_once = ladder.upgrade == Upgrade::AtOnce || closed;
            let over = closed && valid_until(ladder, zone, state, period).is_some_and(|until| until <= now);
            (if at_once && !over { entry_rank(ladder, &figures) } else { 0 }, figures, until)
        }
    };
    if reached > rank {
        let change = Change { version, ladder, from, why: TierReason::Upgraded, figures };
        change.record(draft, now, reached, until);
    } else if grace {
        keep_in_grace(draft, version, ladder, from, now);
    }
}

/// The highest rank, and its figures, over the windows that end on a day from `first` to `last`.
fn best_window(ladder: &Ladder, l: &LadderState, days: u32, first: Day, last: Day) -> (usize, Figures) {
    let inner = l.buckets.iter().map(|b| b.start).filter(|day| *day > first && *day <= last);
    let mut best = (0, window(l, days, first));
    for day in std::iter::once(first).chain(inner) {
        let figures = window(l, days, day);
        let rank = entry_rank(ladder, &figures);
        if rank > best.0 {
            best = (rank, figures);
        }
    }
    best
}

fn keep_in_grace(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, from: TierNumber, now: Instant) {
    let zone = version.plan.zone;
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let (figures, until) = running(ladder, zone, state, l, now);
    if keeps(ladder, ladder.rank(from), &figures) {
        Change { version, ladder, from, why: TierReason::Kept, figures }.record(
            draft,
            now,
            ladder.rank(from),
            until,
        );
    }
}

/// After a return, where the ladder demotes at once: the highest tier that any valid period still gives.
pub(super) fn after_return(draft: &mut Draft<'_>, version: &Version, ladder: &Ladder, effective_at: Instant) {
    let zone = version.plan.zone;
    let now = draft.now(effective_at);
    let state = draft.state();
    let Some(l) = state.ladder(ladder.number) else { return };
    let rank = ladder.rank(l.tier);
    if ladder.on_return != OnReturn::DemoteNow || rank == 0 || ladder.downgrade == Downgrade::Never {
        return;
    }
    let from = l.tier;
    let (figures, until) = running(ladder, zone, state, l, now);
    let mut best = (if keeps(ladder, rank, &figures) { rank } else { entry_rank(ladder, &figures) }, until);
    for (earlier, valid_until) in earlier_periods(ladder, zone, state, now) {
        let past = of_period(l, earlier);
        let past_rank = if keeps(ladder, rank, &past) { rank } else { entry_rank(ladder, &past) };
        if past_rank > best.0 {
            best = (past_rank, Some(valid_until));
        }
    }
    if best.0 < rank {
        let until = if best.0 == 0 { None } else { best.1 };
        Change { version, ladder, from, why: TierReason::Returned, figures }
            .record(draft, now, best.0, until);
    }
}

/// The closed periods whose validity still covers an instant, newest first, and until when it does.
fn earlier_periods(ladder: &Ladder, zone: Zone, state: &MemberState, now: Instant) -> Vec<(Period, Instant)> {
    let mut periods = Vec::new();
    let mut current = match ladder.period {
        LadderPeriod::Lifetime | LadderPeriod::RollingDays(_) => None,
        _ => period_at(ladder, zone, state, now),
    };
    while let Some(period) = current {
        let earlier = ended(ladder, zone, state, period.start);
        let valid = earlier.and_then(|e| Some((e, valid_until(ladder, zone, state, e)?)));
        let covering = valid.filter(|(_, until)| *until > now);
        periods.extend(covering);
        current = covering.map(|(e, _)| e);
    }
    periods.extend(reaching_year(ladder, zone, state).filter(|(_, until)| *until > now));
    periods
}

/// The year up to the day on which a tier with years of its own was reached, and the validity that it gave: the tier's
/// years begin after that day, so none of them holds what reached it.
fn reaching_year(ladder: &Ladder, zone: Zone, state: &MemberState) -> Option<(Period, Instant)> {
    let l = state.ladder(ladder.number)?;
    if ladder.period != LadderPeriod::AnniversaryTier || ladder.rank(l.tier) == 0 {
        return None;
    }
    let end = first_day_from(zone, l.since);
    let valid_until = zone.day_start(end.plus_months(ladder.valid_periods.saturating_mul(12)));
    Some((year_before(end), valid_until))
}
