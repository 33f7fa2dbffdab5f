//! Earning rules and their conditions.

use super::currency::expiry_inline;
use super::page::{Page, decimal, inline, list, quoted};
use crate::spec::{
    CapSpec, MoneyBase, OrderNumber, RuleKind, RuleSpec, Spec, TriggerLimitSpec, WhenSpec, words,
};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

impl Spec {
    pub(super) fn rule_to_toml(&self, page: &mut Page, rule: &RuleSpec) {
        let scale = self.scale(&rule.currency);
        page.heading("\n[[rule]]");
        page.text("id", &rule.id);
        page.word("on", words::on(rule.on), "order");
        page.texts("activity", &rule.activity);
        if let Some(campaign) = &rule.campaign {
            page.text("campaign", campaign);
        }
        self.currency_name_to_toml(page, &rule.currency);
        page.text("kind", words::rule_kind(rule.kind));
        match rule.kind {
            RuleKind::Base { points, per } => {
                page.decimal("points", points, scale);
                page.decimal("per", per, self.exponent(&rule.when));
            }
            RuleKind::Multiplier { factor_ten_thousandths } => {
                page.decimal("factor", factor_ten_thousandths, 4)
            }
            RuleKind::Bonus { points } => page.decimal("points", points, scale),
        }
        page.word("rounding", words::rounding(rule.rounding), "floor");
        if rule.per_line {
            page.text("rounding_per", "line");
        }
        if rule.money != MoneyBase::default() {
            page.set("money", money_base(rule.money));
        }
        if let Some(group) = &rule.group {
            page.text("group", group);
            if rule.group_by_priority {
                page.text("group_choice", "priority");
            }
        }
        if rule.priority != 0 {
            page.set("priority", rule.priority);
        }
        if rule.cooldown_days > 0 {
            page.set("cooldown_days", rule.cooldown_days);
        }
        page_of_tables(
            page,
            "max_triggers",
            rule.max_triggers.iter().map(|limit| inline_trigger_limit(*limit)),
        );
        page_of_tables(page, "caps", rule.caps.iter().map(|cap| inline_cap(*cap, scale)));
        page.texts("budget", &rule.budget);
        page.set_some("expiry", rule.expiry.as_ref().map(expiry_inline));
        if rule.when != WhenSpec::default() {
            page.heading("[rule.when]");
            self.order_conditions_to_toml(page, &rule.when);
            self.member_conditions_to_toml(page, &rule.when);
        }
    }

    fn order_conditions_to_toml(&self, page: &mut Page, when: &WhenSpec) {
        let exponent = self.exponent(when);
        page.texts("money", &when.money);
        page.texts("channel", &when.channel);
        page.texts("store", &when.store);
        page.texts("category", &when.category);
        page.texts("sku", &when.sku);
        page.texts("brand", &when.brand);
        page.texts("tag", &when.tag);
        let not: Vec<(&str, String)> = [
            ("category", &when.not_category),
            ("sku", &when.not_sku),
            ("brand", &when.not_brand),
            ("tag", &when.not_tag),
        ]
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(key, values)| (key, list(values)))
        .collect();
        if !not.is_empty() {
            page.set("not", inline(&not));
        }
        if let Some(spend) = when.min_spend {
            page.decimal("min_spend", spend, exponent);
        }
        if let Some(spend) = when.max_spend {
            page.decimal("max_spend", spend, exponent);
        }
        page.set_some("min_quantity", when.min_quantity);
    }

    fn member_conditions_to_toml(&self, page: &mut Page, when: &WhenSpec) {
        page.texts("tier", &self.tier_names(&when.tier));
        page.texts("segment", &when.segment);
        if !when.attribute.is_empty() {
            let keys: Vec<String> =
                when.attribute.iter().map(|(key, values)| format!("{key} = {}", list(values))).collect();
            page.set("attribute", format!("{{ {} }}", keys.join(", ")));
        }
        match when.order_number {
            None => {}
            Some(OrderNumber::First) => page.set("order_number", "{ first = true }"),
            Some(OrderNumber::Every(n)) => page.set("order_number", format!("{{ every = {n} }}")),
        }
        let weekdays: Vec<String> =
            when.weekday.iter().map(|d| WEEKDAYS[usize::from(*d)].to_owned()).collect();
        page.texts("weekday", &weekdays);
        page.set_some("hour", when.hour.map(|(from, to)| format!("{{ from = {from}, to = {to} }}")));
        page.set_some("from", when.from);
        page.set_some("until", when.until);
        page.set_some("birthday", when.birthday.map(|near| quoted(words::birthday(near))));
        page.set_some("streak", when.streak_every.map(|every| format!("{{ every = {every} }}")));
        page.set_some("score", when.score.map(|(from, to)| format!("{{ from = {from}, to = {to} }}")));
        if let Some(cel) = &when.cel {
            page.text("cel", &cel.to_text());
        }
    }
}

fn page_of_tables(page: &mut Page, key: &str, tables: impl Iterator<Item = String>) {
    let tables: Vec<String> = tables.collect();
    if !tables.is_empty() {
        page.set(key, format!("[{}]", tables.join(", ")));
    }
}

/// A money base as an inline table.
pub(super) fn money_base(base: MoneyBase) -> String {
    let with = |yes: bool, word: &'static str| yes.then(|| (word, quoted("with")));
    let parts = [
        base.before_discount.then(|| ("discount", quoted("before"))),
        with(base.with_tax, "tax"),
        with(base.with_shipping, "shipping"),
        with(base.with_points_paid, "points_paid"),
        with(base.with_stored_value_paid, "stored_value_paid"),
    ];
    let said: Vec<(&str, String)> = parts.into_iter().flatten().collect();
    inline(&said)
}

fn inline_cap(cap: CapSpec, scale: u8) -> String {
    let beyond = if cap.skip { ", beyond = \"skip\"" } else { "" };
    format!(
        "{{ limit = \"{}\", per = \"{}\"{beyond} }}",
        decimal(cap.limit, scale),
        words::cap_period(cap.per)
    )
}

fn inline_trigger_limit(limit: TriggerLimitSpec) -> String {
    format!("{{ times = {}, per = \"{}\" }}", limit.times, words::cap_period(limit.per))
}
