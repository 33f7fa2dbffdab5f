//! What happened on ladders and with benefits, as plain text.

use std::fmt::{self, Write};

use tallybook_core::event::{ChallengeFigures, Figures, GrantEnd, LifetimeFigures, TierReason};
use tallybook_core::points::Scaled;

use super::text::{Page, cause};
use super::{BenefitExplanation, BenefitStep, Cause, LadderExplanation, TierMove, TierStep};

impl Page<'_> {
    pub(super) fn ladder(&mut self, ladder: &LadderExplanation) -> fmt::Result {
        let LadderExplanation { ladder: id, tier, by_figures, until, steps, .. } = ladder;
        let until = until.map_or_else(String::new, |end| format!(" until {}", self.when(end)));
        let by_hand =
            if tier == by_figures { String::new() } else { format!(", by hand; {by_figures} by figures") };
        writeln!(self.out, "\n{id}: {tier}{until}{by_hand}")?;
        for step in steps {
            self.tier_step(ladder, step)?;
        }
        Ok(())
    }

    fn tier_step(&mut self, ladder: &LadderExplanation, step: &TierStep) -> fmt::Result {
        let at = self.when(step.at);
        let until = |until| match until {
            Some(end) => format!(" until {}", self.when(end)),
            None => String::new(),
        };
        let what = match &step.what {
            TierMove::Changed { from, to, why, figures, thresholds, lifetime, until: end } => {
                let rests_on = rests_on(ladder, figures, thresholds, lifetime.as_ref());
                format!("{}{}{rests_on}", changed(from, to, *why), until(*end))
            }
            TierMove::Carried { into, figures } => {
                format!("{} carried over into the period from {into}", words(ladder, figures, ", "))
            }
            TierMove::Granted { tier, until: end, challenge } => {
                let end = if end.is_none() { " until it is revoked".to_owned() } else { until(*end) };
                match challenge {
                    None => format!("{tier} by hand{end}"),
                    Some(ChallengeFigures { all, asked, .. }) => {
                        let joint = if *all { " and " } else { " or " };
                        format!("{tier} lent{end}, to be earned by {}", words(ladder, asked, joint))
                    }
                }
            }
            TierMove::GrantEnded { tier, why } => match why {
                GrantEnd::Expired => format!("{tier} by hand is over"),
                GrantEnd::Revoked => format!("{tier} by hand was revoked"),
                GrantEnd::Earned => format!("the challenge of {tier} was met, which the figures had reached"),
                GrantEnd::Removed => format!("{tier} by hand is over, as the programme no longer has it"),
            },
            TierMove::Took { tier, until: end } => format!("{tier}{}", until(*end)),
            TierMove::WentOver => "nothing any more".to_owned(),
        };
        let because = match &step.cause {
            Cause::Time => String::new(),
            because => format!("; {}", cause(because)),
        };
        let place = match (step.version, step.batch) {
            (_, None) => " (due, not recorded)".to_owned(),
            (None, Some(batch)) => format!(" (batch {batch})"),
            (Some(version), Some(batch)) => format!(" (version {version}, batch {batch})"),
        };
        writeln!(self.out, "    {at}  {what}{because}{place}")
    }

    pub(super) fn benefit(&mut self, benefit: &BenefitExplanation) -> fmt::Result {
        writeln!(self.out, "\nBenefit {}", benefit.benefit)?;
        for BenefitStep { at, times, period, left, tier, batch, cause: why } in &benefit.steps {
            let at = self.when(*at);
            let what = match (tier, times) {
                (Some(tier), times) => format!("used {} as {tier}", count(*times, "time", "times")),
                (None, times) if *times < 0 => format!("{} given back", count(-times, "use", "uses")),
                (None, times) => format!("used {}", count(*times, "time", "times")),
            };
            let left = left.map_or_else(String::new, |left| format!(", {left} left"));
            let period = period.as_ref().map_or_else(String::new, |day| format!(" in the period from {day}"));
            let place = batch.map_or_else(String::new, |batch| format!(" (batch {batch})"));
            writeln!(self.out, "    {at}  {what}{left}{period}; {}{place}", cause(why))?;
        }
        Ok(())
    }
}

fn changed(from: &str, to: &str, why: TierReason) -> String {
    match why {
        TierReason::Upgraded => format!("{to} instead of {from}, which the figures reach,"),
        TierReason::Kept => format!("{to} is kept"),
        TierReason::GraceBegan => format!("{to} is no longer kept, and goes after its days of grace,"),
        TierReason::Demoted => format!("{to} instead of {from}, which ran out,"),
        TierReason::Returned => format!("{to} instead of {from}, of which returns took the figures,"),
        TierReason::Reevaluated if from == to => format!("{to} has another end,"),
        TierReason::Reevaluated => format!("{to} instead of {from}, by other thresholds,"),
        TierReason::Replaced => format!("{to} in place of {from}, which is no more,"),
        TierReason::ChallengeMet => format!("{to} instead of {from}, by its challenge,"),
    }
}

/// The figures, and what was asked of them.
fn rests_on(
    ladder: &LadderExplanation,
    figures: &Figures,
    thresholds: &Figures,
    lifetime: Option<&LifetimeFigures>,
) -> String {
    let mut told = format!(" with {}", words(ladder, figures, ", "));
    if *thresholds != Figures::default() {
        told += &format!(" of {}", words(ladder, thresholds, ", "));
    }
    if let Some(LifetimeFigures { figures, thresholds }) = lifetime {
        let (figures, asked) = (words(ladder, figures, ", "), words(ladder, thresholds, ", "));
        told += &format!(", and {figures} of all time of {asked}");
    }
    told
}

/// The figures that are not zero.
fn words(ladder: &LadderExplanation, figures: &Figures, joint: &str) -> String {
    let Figures { spend, points, orders, referrals, activities } = *figures;
    let money = ladder.money.map_or_else(String::new, |code| format!(" {code}"));
    let all = [
        (spend.0, format!("{}{money}", Scaled { units: spend.0, scale: ladder.exponent })),
        (points.0, format!("{} points", Scaled { units: points.0, scale: ladder.point_scale })),
        (orders, count(orders, "order", "orders")),
        (referrals, count(referrals, "referral", "referrals")),
        (activities, count(activities, "activity", "activities")),
    ];
    let told: Vec<String> = all.into_iter().filter(|(units, _)| *units != 0).map(|(_, told)| told).collect();
    if told.is_empty() { "nothing".to_owned() } else { told.join(joint) }
}

fn count(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count.abs() == 1 { one } else { many })
}
