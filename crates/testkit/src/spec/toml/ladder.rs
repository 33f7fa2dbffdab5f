//! Ladders of tiers.

use super::currency::expiry_inline;
use super::page::{Page, decimal};
use super::rule::money_base;
use crate::spec::{LadderPeriod, LadderSpec, MoneyBase, Spec, Threshold, Usage, words};

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
        if ladder.spend != MoneyBase::default() {
            page.set("spend", money_base(ladder.spend));
        }
        for tier in &ladder.tiers {
            page.heading("[[ladder.tier]]");
            page.text("id", &tier.id);
            page.set_some("entry", tier.entry.map(|entry| self.threshold(entry)));
            page.set_some("keep", tier.keep.map(|keep| self.threshold(keep)));
            page.set_some("expiry", tier.expiry.as_ref().map(expiry_inline));
        }
    }

    fn threshold(&self, threshold: Threshold) -> String {
        let scale = self.currencies.iter().find(|c| c.usage != Usage::Spendable).map_or(0, |c| c.scale);
        let mut asked = Vec::new();
        if let Some(spend) = threshold.spend {
            asked.push(format!("spend = \"{}\"", decimal(spend, self.money[0].exponent)));
        }
        if let Some(points) = threshold.points {
            asked.push(format!("points = \"{}\"", decimal(points, scale)));
        }
        if let Some(orders) = threshold.orders {
            asked.push(format!("orders = {orders}"));
        }
        format!("{{ {} = {{ {} }} }}", if threshold.all { "all" } else { "any" }, asked.join(", "))
    }
}
