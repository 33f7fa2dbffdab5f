//! What members earn besides buying (case 6), and days in a row of doing so.

use crate::calendar::{Day, Instant};
use crate::decide::award::Award;
use crate::decide::draft::Draft;
use crate::decide::earn::{ActivityDeed, Deed};
use crate::decide::{Workspace, member, order, renew};
use crate::event::{StreakEntry, Trigger};
use crate::fact::Activity;
use crate::ids::ActivityNumber;
use crate::money::Money;
use crate::programme::cel::ActivitySeen;
use crate::programme::plan::{Plan, RenewalKind};
use crate::refusal::Refusal;
use crate::state::MemberState;

/// Judges an activity: as an order of one line, by the rules that are about its kind.
///
/// # Errors
/// [`Refusal::EarningBlocked`], [`Refusal::UnknownActivity`], [`Refusal::UnknownMoneyCurrency`], and
/// [`Refusal::Overflow`] where the sums do not fit.
pub fn record(
    draft: &mut Draft<'_>,
    activity: &Activity<'_>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    member::may_earn(draft.state())?;
    let version = draft.programmes.in_force(effective_at)?;
    let plan = &version.plan;
    let kind = kind(plan, &activity.kind)?;
    if let Some(price) = &activity.amount {
        order::accepts(plan, price.currency)?;
    }
    workspace.order.read_activity(activity, &plan.symbols);
    let (streak, days) = streak(draft.state(), kind, plan.zone.day(effective_at));
    let seen = ActivitySeen {
        kind: &activity.kind,
        score: activity.score,
        amount: activity.amount.map_or(Money::ZERO, |price| price.amount),
    };
    let activity = Some(ActivityDeed { kind, streak: days, seen });
    let deed = Deed { on: Trigger::Activity, activity, tier: None };
    let award = Award { streak, ..Award::new(version, &workspace.order, deed, effective_at) };
    let earned = award.judge(draft, &mut workspace.earning)?;
    award.record(draft, earned);
    renew::after(draft, RenewalKind::Activity, effective_at);
    Ok(())
}

fn kind(plan: &Plan, name: &str) -> Result<ActivityNumber, Refusal> {
    let known = plan.activities.iter().find(|kind| kind.id.as_ref() == name);
    known.map(|kind| kind.number).ok_or_else(|| Refusal::UnknownActivity {
        activity: name.to_owned(),
        accepted: plan.activities.iter().map(|kind| kind.id.as_ref()).collect::<Vec<_>>().join(", "),
    })
}

/// The streak from a day with such an activity on; and its days, where this is one more. What is late changes nothing.
fn streak(state: &MemberState, kind: ActivityNumber, day: Day) -> (Option<StreakEntry>, Option<u32>) {
    let length = match state.streaks.iter().find(|streak| streak.activity == kind) {
        Some(known) if day < known.day => return (None, None),
        Some(known) if day == known.day => return (Some(*known), None),
        Some(known) if day == known.day.plus_days(1) => known.length.saturating_add(1),
        _ => 1,
    };
    (Some(StreakEntry { activity: kind, day, length }), Some(length))
}
