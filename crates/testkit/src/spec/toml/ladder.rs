//! Ladders of tiers, and the benefits of tiers.

use super::currency::expiry_inline;
use super::page::{Page, decimal, inline};
use super::rule::money_base;
use crate::spec::{
    AskedSpec, BenefitSpec, ChallengeSpec, LadderPeriod, LadderSpec, MoneyBase, Spec, Threshold, Usage, words,
};

impl Spec {
    pub(super) fn ladder_to_toml(&self, page: &mut Page, ladder: &LadderSpec) {
        page.heading("\n[[ladder]]");
        page.text("id", &ladder.id);
        page.text("period", words::ladder_period(ladder.period));
        if let LadderPeriod::RollingDays(days) = ladder.period {
            page.set("days", days);
        }
        if ladder.upgrade_at_period_end {
            page.text("upgrade", "period_end");
        }
        page.word("downgrade", words::downgrade(ladder.downgrade), "to_qualifying");
        if ladder.valid_periods != 1 {
            page.set("valid_periods", ladder.valid_periods);
        }
        if ladder.grace_days > 0 {
            page.set("grace_days", ladder.grace_days);
        }
        if ladder.demote_now {
            page.text("on_return", "demote_now");
        }
        if ladder.on_change_full {
            page.text("on_change", "full");
        }
        page.set_some("carry_over", ladder.carry_over.map(|most| braced(&self.asked(most, ""))));
        if let Some(kinds) = &ladder.activities {
            page.texts("activities", kinds);
        }
        if ladder.spend != MoneyBase::default() {
            page.set("spend", money_base(ladder.spend));
        }
        for tier in &ladder.tiers {
            page.heading("[[ladder.tier]]");
            page.text("id", &tier.id);
            page.set_some("entry", tier.entry.map(|entry| self.threshold(entry)));
            page.set_some("keep", tier.keep.map(|keep| self.threshold(keep)));
            page.set_some("expiry", tier.expiry.as_ref().map(expiry_inline));
            page.texts("replaces", &tier.replaces);
            page.set_some("challenge", tier.challenge.map(|challenge| self.challenge(challenge)));
        }
    }

    pub(super) fn benefit_to_toml(&self, page: &mut Page, benefit: &BenefitSpec) {
        page.heading("\n[[benefit]]");
        page.text("id", &benefit.id);
        if self.ladders.len() > 1 {
            page.text("ladder", &benefit.ladder);
        }
        page.text("per", words::cap_period(benefit.per));
        let times: Vec<String> =
            benefit.times.iter().map(|(tier, times)| format!("{tier} = {times}")).collect();
        page.set("times", braced(&times));
    }

    fn threshold(&self, threshold: Threshold) -> String {
        let mut asked = self.asked(threshold.period, "");
        asked.extend(self.asked(threshold.lifetime, "lifetime_"));
        format!("{{ {} = {} }}", any_or_all(threshold.all), braced(&asked))
    }

    fn challenge(&self, challenge: ChallengeSpec) -> String {
        let asked = braced(&self.asked(challenge.asked, ""));
        inline(&[("days", challenge.days.to_string()), (any_or_all(challenge.all), asked)])
    }

    /// The keys of figures with their written values.
    fn asked(&self, asked: AskedSpec, prefix: &str) -> Vec<String> {
        let scale = self.currencies.iter().find(|c| c.usage != Usage::Spendable).map_or(0, |c| c.scale);
        let AskedSpec { spend, points, orders, referrals, activities } = asked;
        let decimals = [("spend", spend, self.money[0].exponent), ("points", points, scale)];
        let decimals = decimals.into_iter().filter_map(|(key, figure, places)| {
            figure.map(|figure| format!("{prefix}{key} = \"{}\"", decimal(figure, places)))
        });
        let counts = [("orders", orders), ("referrals", referrals), ("activities", activities)];
        let counts = counts
            .into_iter()
            .filter_map(|(key, figure)| figure.map(|figure| format!("{prefix}{key} = {figure}")));
        decimals.chain(counts).collect()
    }
}

fn any_or_all(all: bool) -> &'static str {
    if all { "all" } else { "any" }
}

fn braced(keys: &[String]) -> String {
    format!("{{ {} }}", keys.join(", "))
}
