//! How a member stands on a ladder, and what comes of it if nothing more happens (case 31).
//!
//! What comes is found by settling a copy of the member, so that it is what the ledger will record.

use crate::calendar::{Day, Instant, Zone};
use crate::decide::settle_to;
use crate::decide::tier::figures::{period_at, running};
use crate::decide::tier::review;
use crate::event::{Decision, Event, Figures};
use crate::ids::TierNumber;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, Threshold};
use crate::programme::versions::Programmes;
use crate::state::{LadderState, MemberState};

/// Most reviews of tiers that are looked ahead over: periods end yearly and tiers are valid for up to a hundred of them,
/// on each of several ladders.
const REVIEWS_MAX: usize = 1_000;

/// How a member stands on a ladder (case 31).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The tier held.
    pub tier: TierNumber,
    /// End of its validity if it is not kept.
    pub until: Option<Instant>,
    /// Figures of the running period or window.
    pub figures: Figures,
    /// The next tier up and what its entry still asks; `None` on the highest.
    pub next: Option<(TierNumber, Figures)>,
    /// First instant at which more than `next` says may be missing: the running period has ended, or a day with figures
    /// has left the window. `None` where that never comes, and on the highest tier.
    pub next_by: Option<Instant>,
    /// What keeping the tier still asks; `None` on the first tier.
    pub keep: Option<Figures>,
    /// First instant at which it is too late for what `keep` says: the running period, the tier's validity or its grace
    /// has ended, or a day that the window needs has left it. `None` where the tier cannot be lost.
    pub keep_by: Option<Instant>,
    /// When time alone next tells something of the tier, and which tier is held then: a change, its being kept, the
    /// beginning of grace, or the end of its validity. `None` where nothing comes.
    pub projected: Option<(Instant, TierNumber)>,
}

/// Tells how a member who is settled to an instant stands on a ladder.
pub fn progress(
    programmes: &Programmes,
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    at: Instant,
) -> Progress {
    let empty = LadderState {
        ladder: ladder.number,
        tier: TierNumber(0),
        since: Instant::MIN,
        until: None,
        grace: false,
        buckets: Vec::new(),
    };
    let l = state.ladder(ladder.number).unwrap_or(&empty);
    let (figures, _) = running(ladder, zone, state, l, at);
    let rank = ladder.rank(l.tier);
    let missing = |threshold: Option<&Threshold>| {
        threshold.map_or(Figures::default(), |t| Figures {
            spend: Money((t.spend.unwrap_or_default().0 - figures.spend.0).max(0)),
            points: Points((t.points.unwrap_or_default().0 - figures.points.0).max(0)),
            orders: (t.orders.unwrap_or_default() - figures.orders).max(0),
        })
    };
    let next = ladder.tiers.get(rank + 1).map(|tier| (tier.number, missing(tier.entry.as_ref())));
    let keep = (rank > 0).then(|| missing(ladder.tiers.get(rank).and_then(|tier| tier.keep.as_ref())));
    let figures_end = figures_end(ladder, zone, state, l, at);
    let can_lose = rank > 0 && ladder.downgrade != Downgrade::Never;
    Progress {
        tier: l.tier,
        until: l.until,
        figures,
        next_by: figures_end.filter(|_| next.is_some()),
        next,
        keep,
        keep_by: if can_lose { keep_by(programmes, ladder, state, l, figures_end, at) } else { None },
        projected: projected(programmes, l, state, at),
    }
}

/// When figures begin to be lost to the running period or window; never in a lifetime.
fn figures_end(
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    l: &LadderState,
    at: Instant,
) -> Option<Instant> {
    match ladder.period {
        LadderPeriod::Lifetime => None,
        LadderPeriod::RollingDays(days) => {
            let today = zone.day(at);
            let is_within = |first: &Day| *first > today.plus_days(-i64::from(days)) && *first <= today;
            let has_figures = l.buckets.iter().filter(|b| b.figures != Figures::default());
            let oldest = has_figures.map(|b| b.start).find(is_within)?;
            Some(zone.day_start(oldest.plus_days(i64::from(days))))
        }
        _ => period_at(ladder, zone, state, at).map(|period| zone.day_start(period.end)),
    }
}

fn keep_by(
    programmes: &Programmes,
    ladder: &Ladder,
    state: &MemberState,
    l: &LadderState,
    figures_end: Option<Instant>,
    at: Instant,
) -> Option<Instant> {
    let until = l.until.filter(|until| *until > at);
    if matches!(ladder.period, LadderPeriod::RollingDays(_)) && !l.grace {
        // The window keeps the tier for now, and may lose days that it can spare.
        return review::ladder_due(state, l, programmes, at);
    }
    [until, figures_end].into_iter().flatten().min()
}

/// What time alone brings next: reviews are settled one after another until one changes the tier or its end, or the end
/// has come.
fn projected(
    programmes: &Programmes,
    l: &LadderState,
    state: &MemberState,
    at: Instant,
) -> Option<(Instant, TierNumber)> {
    let of_ladder = |event: &Event| match &event.decision {
        Decision::TierChanged(changed) if changed.ladder == l.ladder => {
            Some((event.effective_at, changed.to))
        }
        _ => None,
    };
    let mut ahead = state.clone();
    let mut cursor = at;
    for _ in 0..REVIEWS_MAX {
        cursor = review::due_after(&ahead, programmes, cursor)?;
        let mut events = Vec::new();
        settle_to(&mut ahead, programmes, cursor, &mut events);
        if let Some(changed) = events.iter().find_map(of_ladder) {
            return Some(changed);
        }
        if l.until == Some(cursor) {
            return Some((cursor, l.tier));
        }
    }
    None
}
