//! Decisions about tiers, and about what they give, in words.

use tallybook_core::event::{
    BenefitRestored, BenefitUsed, Counted, Figures, FiguresCarried, GrantEnd, LifetimeFigures, MetricEntry,
    ReferralCancelled, TierChanged, TierGrantEnded, TierGranted, TierReason,
};
use tallybook_core::ids::CapNumber;
use tallybook_core::money::Money;
use tallybook_core::points::Points;

use super::Show;
use crate::output::count;

impl<'p> Show<'p> {
    pub(super) fn tier_changed(&self, change: &TierChanged) -> String {
        let ladder = self.ladder_id(change.ladder);
        let (from, to) = (self.tier_id(change.ladder, change.from), self.tier_id(change.ladder, change.to));
        let what = match change.why {
            TierReason::Upgraded => format!("reached {to}"),
            TierReason::Kept => format!("kept {to}"),
            TierReason::GraceBegan => format!("in grace on {to}"),
            TierReason::Demoted => format!("back to {to}"),
            TierReason::Returned => format!("back, by returns, to {to}"),
            TierReason::Reevaluated if change.from == change.to => format!("{to}, by the new programme,"),
            TierReason::Reevaluated => format!("{to} instead of {from}, by the new programme,"),
            TierReason::Replaced => format!("{to} in place of {from}, which the new programme has not,"),
            TierReason::ChallengeMet => format!("earned {to} by its challenge,"),
        };
        let figures = self.figures(&change.figures);
        let of_all_time =
            change.lifetime.map(|lifetime| asked_of(&lifetime)).filter(|asked| *asked != Figures::default());
        let of_all_time = of_all_time.map(|asked| format!(", and {} of all time", self.figures(&asked)));
        format!(
            "{ladder}: {what}{} with {figures}{}",
            self.until(change.until),
            of_all_time.unwrap_or_default()
        )
    }

    pub(super) fn carried(&self, carried: &FiguresCarried) -> String {
        let Figures { spend, points, orders, referrals, activities } = carried.figures;
        let part = |keep: fn(i64) -> i64| Figures {
            spend: Money(keep(spend.0)),
            points: Points(keep(points.0)),
            orders: keep(orders),
            referrals: keep(referrals),
            activities: keep(activities),
        };
        let more = part(|figure| figure.max(0));
        let less = part(|figure| figure.min(0).saturating_neg());
        let told = [(more, "carried over into"), (less, "no longer carried over into")];
        let told = told.into_iter().filter(|(figures, _)| *figures != Figures::default());
        let told: Vec<String> =
            told.map(|(figures, what)| format!("{} {what}", self.figures(&figures))).collect();
        format!("{}: {} the period from {}", self.ladder_id(carried.ladder), told.join(" it, "), carried.into)
    }

    pub(super) fn granted(&self, granted: &TierGranted) -> String {
        let (ladder, grant) = (self.ladder_id(granted.ladder), granted.grant);
        let tier = self.tier_id(granted.ladder, grant.tier);
        let until =
            grant.until.map_or_else(|| " until it is revoked".to_owned(), |end| self.until(Some(end)));
        match grant.challenge {
            Some(challenge) => {
                let asked = self.figure_units().asked(challenge.all, &challenge.asked);
                format!("{ladder}: lent {tier}{until}, to be earned by {asked}")
            }
            None => format!("{ladder}: given {tier}{until}"),
        }
    }

    pub(super) fn grant_ended(&self, ended: &TierGrantEnded) -> String {
        let (ladder, tier) = (self.ladder_id(ended.ladder), self.tier_id(ended.ladder, ended.tier));
        match ended.why {
            GrantEnd::Expired => format!("{ladder}: the time of {tier} by hand is over"),
            GrantEnd::Revoked => format!("{ladder}: {tier} by hand was revoked"),
            GrantEnd::Earned => {
                format!("{ladder}: met the challenge of {tier}, which the figures had reached")
            }
            GrantEnd::Removed => format!("{ladder}: {tier} by hand ended, which the new programme has not"),
        }
    }

    pub(super) fn benefit_used(&self, used: &BenefitUsed) -> String {
        let benefit = self.benefit_id(used.count.cap);
        let plan = self.programmes.version(used.version).map(|version| &version.plan);
        let known = plan.and_then(|plan| plan.benefits.iter().find(|known| known.number == used.count.cap));
        let tier = known.map(|known| format!(" as {}", self.tier_id(known.ladder, used.tier)));
        let left = used.count.room.0.saturating_sub(used.count.used.0);
        format!("used {benefit}{}{}; {left} left", times(used.count.used.0), tier.unwrap_or_default())
    }

    pub(super) fn benefit_restored(&self, restored: &BenefitRestored) -> String {
        let back = restored.count.used.0.unsigned_abs();
        format!("gave back {} of {}", count(back, "use"), self.benefit_id(restored.count.cap))
    }

    pub(super) fn referral_cancelled(&self, cancelled: &ReferralCancelled) -> String {
        let Counted { caps, metrics } = &cancelled.counted;
        let metric = |entry: &MetricEntry| {
            format!("{} on {}", self.figures(&entry.figures), self.ladder_id(entry.ladder))
        };
        let mut parts: Vec<String> = metrics.iter().map(metric).collect();
        if !caps.is_empty() {
            parts.push(format!("room again under {}", count(caps.len() as u64, "limit")));
        }
        format!("a referral fell through: {}", parts.join("; "))
    }

    /// A benefit's id. Its counter is named by it and its period: `benefit lounge/month`.
    fn benefit_id(&self, counter: CapNumber) -> &'p str {
        let name = self.programmes.registry().caps.get(usize::from(counter.0)).map_or("?", |name| name);
        let name = name.strip_prefix("benefit ").unwrap_or(name);
        name.rsplit_once('/').map_or(name, |(id, _)| id)
    }
}

/// The figures of all time that were asked for.
fn asked_of(lifetime: &LifetimeFigures) -> Figures {
    let LifetimeFigures { figures, thresholds } = lifetime;
    let asked = |figure: i64, least: i64| if least > 0 { figure } else { 0 };
    Figures {
        spend: Money(asked(figures.spend.0, thresholds.spend.0)),
        points: Points(asked(figures.points.0, thresholds.points.0)),
        orders: asked(figures.orders, thresholds.orders),
        referrals: asked(figures.referrals, thresholds.referrals),
        activities: asked(figures.activities, thresholds.activities),
    }
}

/// ` 3 times`; nothing for once.
fn times(times: i64) -> String {
    if times == 1 { String::new() } else { format!(" {times} times") }
}

#[cfg(test)]
mod tests {
    use tallybook_core::calendar::{Day, Instant};
    use tallybook_core::event::{CapEntry, Decision, Event, TierGrant};
    use tallybook_core::ids::{LadderNumber, TierNumber, VersionNumber};
    use tallybook_core::programme::versions::Programmes;

    use super::*;

    const LADDER: LadderNumber = LadderNumber(0);
    const GOLD: TierNumber = TierNumber(2);

    fn text(decision: Decision) -> String {
        let mut programmes = Programmes::default();
        let source = include_str!("../../../tests/data/airways.toml");
        programmes.add(programmes.compile(source, Instant(0)).unwrap());
        Show::new(&programmes).event(&Event { effective_at: Instant(0), decision })
    }

    fn miles(points: i64) -> Figures {
        Figures { points: Points(points), ..Figures::default() }
    }

    fn changed(why: TierReason, from: TierNumber, lifetime: Option<LifetimeFigures>) -> String {
        text(Decision::TierChanged(TierChanged {
            ladder: LADDER,
            version: VersionNumber(1),
            from,
            to: GOLD,
            why,
            figures: miles(2_100),
            thresholds: miles(2_000),
            until: None,
            counted_from: None,
            lifetime,
        }))
    }

    #[test]
    fn a_tier_that_a_new_programme_changes_says_so() {
        let silver = TierNumber(1);
        assert_eq!(
            changed(TierReason::Reevaluated, silver, None),
            "status: gold instead of silver, by the new programme, with 2100 points"
        );
        assert_eq!(
            changed(TierReason::Reevaluated, GOLD, None),
            "status: gold, by the new programme, with 2100 points"
        );
        assert_eq!(
            changed(TierReason::Replaced, silver, None),
            "status: gold in place of silver, which the new programme has not, with 2100 points"
        );
        assert_eq!(
            changed(TierReason::ChallengeMet, silver, None),
            "status: earned gold by its challenge, with 2100 points"
        );
    }

    #[test]
    fn of_all_time_only_what_was_asked_is_told() {
        let figures = Figures { spend: Money(950_000), orders: 12, ..miles(9_500) };
        let thresholds = Figures { spend: Money(900_000), ..Figures::default() };
        assert_eq!(
            changed(TierReason::Upgraded, TierNumber(1), Some(LifetimeFigures { figures, thresholds })),
            "status: reached gold with 2100 points, and 9500.00 EUR of all time"
        );
    }

    #[test]
    fn what_is_carried_over_may_be_taken_back() {
        let carried = |figures| {
            let into = Day::from_civil(2026, 1, 1).unwrap();
            let version = VersionNumber(1);
            text(Decision::FiguresCarried(FiguresCarried { ladder: LADDER, version, into, figures }))
        };
        assert_eq!(carried(miles(300)), "status: 300 points carried over into the period from 2026-01-01");
        assert_eq!(
            carried(Figures { orders: 1, ..miles(-300) }),
            "status: 1 order carried over into it, 300 points no longer carried over into the period from 2026-01-01"
        );
    }

    #[test]
    fn a_tier_by_hand_tells_its_end_and_why_it_ended() {
        let grant = TierGrant { tier: GOLD, since: Instant(0), until: None, challenge: None };
        let granted = Decision::TierGranted(TierGranted { ladder: LADDER, grant });
        assert_eq!(text(granted), "status: given gold until it is revoked");
        let ended = |why| text(Decision::TierGrantEnded(TierGrantEnded { ladder: LADDER, tier: GOLD, why }));
        assert_eq!(ended(GrantEnd::Expired), "status: the time of gold by hand is over");
        assert_eq!(ended(GrantEnd::Revoked), "status: gold by hand was revoked");
        assert_eq!(
            ended(GrantEnd::Earned),
            "status: met the challenge of gold, which the figures had reached"
        );
        assert_eq!(ended(GrantEnd::Removed), "status: gold by hand ended, which the new programme has not");
    }

    #[test]
    fn a_benefit_is_told_by_its_name_without_its_period() {
        let count = CapEntry { cap: CapNumber(0), period: Day::EVER, room: Points(5), used: Points(3) };
        let used = BenefitUsed { version: VersionNumber(1), tier: GOLD, count };
        assert_eq!(text(Decision::BenefitUsed(used)), "used lounge 3 times as gold; 2 left");
        let count = CapEntry { used: Points(-1), ..count };
        let restored = Decision::BenefitRestored(BenefitRestored { count });
        assert_eq!(text(restored), "gave back 1 use of lounge");
    }
}
