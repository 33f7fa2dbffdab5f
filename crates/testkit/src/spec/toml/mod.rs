//! Writes a spec in the programme language. Options at their default are left out, so that defaults are tested too.

mod cel;
mod currency;
mod ladder;
mod page;
mod rule;

use self::currency::expiry_inline;
use self::page::Page;
use super::{BudgetSpec, CampaignSpec, RewardSpec, Spec};

impl Spec {
    /// The programme file that means the same.
    pub fn to_toml(&self) -> String {
        let mut page = Page::default();
        self.head_to_toml(&mut page);
        for money in &self.money {
            page.heading("\n[[money]]");
            page.text("code", &money.code);
            page.set("exponent", money.exponent);
        }
        for currency in &self.currencies {
            self.currency_to_toml(&mut page, currency);
        }
        self.offers_to_toml(&mut page);
        for rule in &self.rules {
            self.rule_to_toml(&mut page, rule);
        }
        for ladder in &self.ladders {
            self.ladder_to_toml(&mut page, ladder);
        }
        for benefit in &self.benefits {
            self.benefit_to_toml(&mut page, benefit);
        }
        page.0
    }

    fn head_to_toml(&self, page: &mut Page) {
        page.text("name", "Drawn");
        page.text("zone", &self.zone);
        if !self.enrol_on_first_fact {
            page.set("enrol_on_first_fact", false);
        }
        page.set("late_limit_days", self.late_limit_days);
        page.set("clock_skew_seconds", self.clock_skew_seconds);
        if self.keep_on_close {
            page.text("on_close", "keep");
        }
        if self.reinstate_days != 30 {
            page.set("reinstate_days", self.reinstate_days);
        }
        page.set_some("voucher_days", self.voucher_days);
        if let Some(days) = self.referral_window_days {
            page.heading("\n[referral]");
            page.set("window_days", days);
        }
    }

    fn offers_to_toml(&self, page: &mut Page) {
        for activity in &self.activities {
            page.heading("\n[[activity]]");
            page.text("id", activity);
        }
        for budget in &self.budgets {
            self.budget_to_toml(page, budget);
        }
        for campaign in &self.campaigns {
            campaign_to_toml(page, campaign);
        }
        for reward in &self.rewards {
            self.reward_to_toml(page, reward);
        }
    }

    fn budget_to_toml(&self, page: &mut Page, budget: &BudgetSpec) {
        page.heading("\n[[budget]]");
        page.text("id", &budget.id);
        self.currency_name_to_toml(page, &budget.currency);
        page.decimal("limit", budget.limit, self.scale(&budget.currency));
        if budget.skip {
            page.text("beyond", "skip");
        }
    }

    fn reward_to_toml(&self, page: &mut Page, reward: &RewardSpec) {
        page.heading("\n[[reward]]");
        page.text("id", &reward.id);
        self.currency_name_to_toml(page, &reward.currency);
        page.decimal("points", reward.points, self.scale(&reward.currency));
        page.set_some("stock", reward.stock);
        page.set_some("from", reward.from);
        page.set_some("until", reward.until);
        page.texts("tier", &self.tier_names(&reward.tier));
    }

    /// The key `currency`, which a programme with only one can do without.
    fn currency_name_to_toml(&self, page: &mut Page, currency: &str) {
        if self.currencies.len() > 1 {
            page.text("currency", currency);
        }
    }

    fn scale(&self, currency: &str) -> u8 {
        self.currency(currency).map_or(0, |currency| currency.scale)
    }

    fn tier_names(&self, tiers: &[(String, String)]) -> Vec<String> {
        let name = |(ladder, tier): &(String, String)| {
            if self.ladders.len() > 1 { format!("{ladder}/{tier}") } else { tier.to_owned() }
        };
        tiers.iter().map(name).collect()
    }
}

fn campaign_to_toml(page: &mut Page, campaign: &CampaignSpec) {
    page.heading("\n[[campaign]]");
    page.text("id", &campaign.id);
    page.set_some("from", campaign.from);
    page.set_some("until", campaign.until);
    if let Some(budget) = &campaign.budget {
        page.text("budget", budget);
    }
    page.set_some("expiry", campaign.expiry.as_ref().map(expiry_inline));
}
