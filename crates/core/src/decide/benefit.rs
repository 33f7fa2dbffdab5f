//! What tiers give a number of times per period, such as visits to a lounge (case 30).
//!
//! How often follows from the tier held at the time of use; what was used before in the period counts, under whatever tier
//! that was. What is left when a period ends lapses with it.

use crate::calendar::{Day, Instant};
use crate::decide::draft::Draft;
use crate::decide::{earn, member, tier};
use crate::event::{BenefitRestored, BenefitUsed, CapEntry, Decision};
use crate::fact::{BenefitRestoration, BenefitUse};
use crate::ids::TierNumber;
use crate::points::Points;
use crate::programme::plan::{Benefit, CapPeriod, Ladder, Plan};
use crate::refusal::Refusal;
use crate::state::MemberState;

/// How a member stands with a benefit in the running period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entitlement {
    /// The tier held.
    pub tier: TierNumber,
    /// First day of the period; [`Day::EVER`] for one without end.
    pub period: Day,
    /// How often the tier gives it.
    pub times: i64,
    /// How often it was used.
    pub used: i64,
}

impl Entitlement {
    /// How often it can still be used.
    pub fn left(&self) -> i64 {
        self.times.saturating_sub(self.used).max(0)
    }
}

/// How a member who is settled to an instant stands with a benefit. Who has not joined has none.
pub fn entitlement(plan: &Plan, benefit: &Benefit, state: &MemberState, at: Instant) -> Entitlement {
    let ladder = plan.ladder(benefit.ladder);
    let tier = ladder.map_or(TierNumber(0), |ladder| tier::figures::held(state, ladder));
    let period = match benefit.per {
        CapPeriod::TierPeriod => earn::tier_period_start(plan, ladder, state, at),
        per => earn::period_start(plan, state, per, at),
    };
    let times = ladder.filter(|_| state.joined_at.is_some()).map_or(0, |ladder| times(benefit, ladder, tier));
    Entitlement { tier, period, times, used: state.cap_used(benefit.number, period).0 }
}

fn times(benefit: &Benefit, ladder: &Ladder, tier: TierNumber) -> i64 {
    let rank = ladder.rank(tier);
    let listed = benefit.times.iter().rev().find(|(listed, _)| ladder.rank(*listed) <= rank);
    listed.map_or(0, |(_, times)| *times)
}

/// Uses a benefit of the tier held.
///
/// # Errors
/// [`Refusal::RedeemingBlocked`], [`Refusal::UnknownBenefit`], [`Refusal::BenefitUsedUp`].
pub fn use_up(draft: &mut Draft<'_>, wanted: &BenefitUse<'_>, effective_at: Instant) -> Result<(), Refusal> {
    member::may_redeem(draft.state())?;
    let version = draft.programmes.in_force(effective_at)?;
    let benefit = benefit(&version.plan, &wanted.benefit)?;
    let now = draft.now(effective_at);
    let entitlement = entitlement(&version.plan, benefit, draft.state(), now);
    let left = entitlement.left();
    if wanted.times > left {
        let benefit = benefit.id.to_string();
        return Err(Refusal::BenefitUsedUp { benefit, asked: wanted.times, left });
    }
    let count = count(benefit, &entitlement, wanted.times);
    let used = BenefitUsed { version: version.number, tier: entitlement.tier, count };
    draft.record(now, Decision::BenefitUsed(used));
    Ok(())
}

/// Gives uses of a benefit back in the running period.
///
/// # Errors
/// [`Refusal::UnknownBenefit`], [`Refusal::BenefitNotUsed`].
pub fn restore(
    draft: &mut Draft<'_>,
    wanted: &BenefitRestoration<'_>,
    effective_at: Instant,
) -> Result<(), Refusal> {
    let plan = &draft.programmes.in_force(effective_at)?.plan;
    let benefit = benefit(plan, &wanted.benefit)?;
    let now = draft.now(effective_at);
    let entitlement = entitlement(plan, benefit, draft.state(), now);
    if wanted.times > entitlement.used {
        let (benefit, used) = (benefit.id.to_string(), entitlement.used);
        return Err(Refusal::BenefitNotUsed { benefit, asked: wanted.times, used });
    }
    let count = count(benefit, &entitlement, -wanted.times);
    draft.record(now, Decision::BenefitRestored(BenefitRestored { count }));
    Ok(())
}

fn benefit<'p>(plan: &'p Plan, id: &str) -> Result<&'p Benefit, Refusal> {
    plan.benefits.iter().find(|benefit| *benefit.id == *id).ok_or_else(|| Refusal::UnknownBenefit {
        benefit: id.to_owned(),
        accepted: plan.benefits.iter().map(|benefit| &*benefit.id).collect::<Vec<_>>().join(", "),
    })
}

fn count(benefit: &Benefit, entitlement: &Entitlement, used: i64) -> CapEntry {
    let room = Points(entitlement.left());
    CapEntry { cap: benefit.number, period: entitlement.period, room, used: Points(used) }
}
