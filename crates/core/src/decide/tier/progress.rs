//! How a member stands on a ladder, and what comes of it if nothing more happens (case 31).
//!
//! What comes is found by settling a copy of the member, so that it is what the ledger will record.

use crate::calendar::{Day, Instant, Zone};
use crate::decide::settle_to;
use crate::decide::tier::figures::{by_figures, held, missing, period_at, running};
use crate::decide::tier::review;
use crate::event::{Figures, TierGrant};
use crate::ids::TierNumber;
use crate::programme::plan::{Downgrade, Ladder, LadderPeriod, Threshold};
use crate::programme::versions::Programmes;
use crate::state::{LadderState, MemberState};

/// Most reviews of tiers that are looked ahead over: periods end yearly and tiers are valid for up to a hundred of them,
/// on each of several ladders.
const REVIEWS_MAX: usize = 1_000;

/// How a member stands on a ladder (case 31).
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Progress {
    /// The tier held: the higher of those by figures and by hand.
    pub tier: TierNumber,
    /// End of its validity if it is not kept, or no longer given.
    pub until: Option<Instant>,
    /// The tier held by figures.
    pub by_figures: TierNumber,
    /// The tier held by hand.
    pub grant: Option<TierGrant>,
    /// Figures of the running period or window, with what was carried into it.
    pub figures: Figures,
    /// Figures of all time.
    pub lifetime: Figures,
    /// The next tier up and what its entry still asks; `None` on the highest.
    pub next: Option<(TierNumber, Missing)>,
    /// First instant at which more than `next` says may be missing: the running period has ended, or a day with figures
    /// has left the window. `None` where that never comes, and on the highest tier.
    pub next_by: Option<Instant>,
    /// What keeping the tier held by figures still asks; `None` on the first.
    pub keep: Option<Missing>,
    /// First instant at which it is too late for what `keep` says: the running period, the tier's validity or its grace
    /// has ended, or a day that the window needs has left it. `None` where the tier cannot be lost.
    pub keep_by: Option<Instant>,
    /// When time alone next tells something of the tier, and which tier is held then: a change, its being kept, the
    /// beginning of grace, or the end of its validity. `None` where nothing comes.
    pub projected: Option<(Instant, TierNumber)>,
}

/// What a threshold still asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Missing {
    /// Whether all of it is needed, or any of the figures asked. One that is reached no longer asks anything.
    pub all: bool,
    /// Of the running period or window.
    pub period: Figures,
    /// Of all time.
    pub lifetime: Figures,
}

/// Tells how a member who is settled to an instant stands on a ladder.
pub fn progress(
    programmes: &Programmes,
    ladder: &Ladder,
    zone: Zone,
    state: &MemberState,
    at: Instant,
) -> Progress {
    let empty = LadderState::new(ladder.number);
    let l = state.ladder(ladder.number).unwrap_or(&empty);
    let (standing, _) = running(ladder, zone, state, l, at);
    let missing = |threshold: Option<&Threshold>| {
        threshold.map_or(Missing::default(), |asked| Missing {
            all: asked.all,
            period: missing(&asked.period, &standing.period),
            lifetime: missing(&asked.lifetime, &standing.lifetime),
        })
    };
    let (tier, until) = held_until(state, ladder);
    let (rank, rank_by_figures) = (ladder.rank(tier), ladder.rank(l.tier));
    let next = ladder.tiers.get(rank + 1).map(|tier| (tier.number, missing(tier.entry.as_ref())));
    let above = rank_by_figures > 0;
    let keep = above.then(|| missing(ladder.tiers.get(rank_by_figures).and_then(|tier| tier.keep.as_ref())));
    let figures_end = figures_end(ladder, zone, state, l, at);
    let can_lose = above && ladder.downgrade != Downgrade::Never;
    Progress {
        tier,
        until,
        by_figures: by_figures(ladder, l),
        grant: l.grant,
        figures: standing.period,
        lifetime: standing.lifetime,
        next_by: figures_end.filter(|_| next.is_some()),
        next,
        keep,
        keep_by: if can_lose { keep_by(programmes, ladder, state, l, figures_end, at) } else { None },
        projected: projected(programmes, ladder, state, at),
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
        return review::by_figures_due(state, l, programmes, at);
    }
    [until, figures_end].into_iter().flatten().min()
}

/// What time alone brings next: reviews are settled one after another until one changes the tier held or its end, or the
/// end has come.
fn projected(
    programmes: &Programmes,
    ladder: &Ladder,
    state: &MemberState,
    at: Instant,
) -> Option<(Instant, TierNumber)> {
    let before = held_until(state, ladder);
    let mut ahead = state.clone();
    let mut cursor = at;
    for _ in 0..REVIEWS_MAX {
        cursor = review::due_after(&ahead, programmes, cursor)?;
        settle_to(&mut ahead, programmes, cursor, &mut Vec::new());
        let then = programmes.in_force(cursor).ok().and_then(|version| version.plan.ladder(ladder.number));
        let after = held_until(&ahead, then.unwrap_or(ladder));
        if after != before || before.1 == Some(cursor) {
            return Some((cursor, after.0));
        }
    }
    None
}

/// The tier held, and the end of its validity.
fn held_until(state: &MemberState, ladder: &Ladder) -> (TierNumber, Option<Instant>) {
    let tier = held(state, ladder);
    let until = state.ladder(ladder.number).and_then(|l| match l.grant {
        Some(grant) if tier != by_figures(ladder, l) => grant.until,
        _ => l.until,
    });
    (tier, until)
}
