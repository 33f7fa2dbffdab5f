//! Writes a spec in the programme language. Options at their default are left out, so that defaults are tested too.

use std::fmt::Write;

use super::{
    Birthday, CapPeriod, CapSpec, Clawback, CurrencySpec, Downgrade, ExpirySpec, LadderPeriod, LadderSpec,
    MoneyBase, OrderNumber, RoundTo, Rounding, RuleKind, RuleSpec, Spec, Threshold, Usage, WhenSpec,
};

const WEEKDAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Lines of a file in the making.
#[derive(Default)]
struct Page(String);

impl Page {
    fn heading(&mut self, name: &str) {
        self.0.push_str(name);
        self.0.push('\n');
    }

    fn set(&mut self, key: &str, value: impl std::fmt::Display) {
        writeln!(self.0, "{key} = {value}").expect("writing to a text cannot fail");
    }

    fn text(&mut self, key: &str, value: &str) {
        self.set(key, format!("\"{value}\""));
    }

    fn decimal(&mut self, key: &str, units: i64, places: u8) {
        self.text(key, &decimal(units, places));
    }

    fn texts(&mut self, key: &str, values: &[String]) {
        if !values.is_empty() {
            self.set(key, list(values));
        }
    }
}

/// `units` with so many of its digits after the point; whole numbers are written without one.
pub(crate) fn decimal(units: i64, places: u8) -> String {
    let one = 10_i64.pow(u32::from(places));
    if units % one == 0 {
        return (units / one).to_string();
    }
    let width = usize::from(places);
    format!("{}.{:0width$}", units / one, units % one)
}

fn list(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    format!("[{}]", quoted.join(", "))
}

impl Spec {
    /// The programme file that means the same.
    pub fn to_toml(&self) -> String {
        let mut page = Page::default();
        page.text("name", "Drawn");
        page.text("zone", &self.zone);
        if !self.enrol_on_first_fact {
            page.set("enrol_on_first_fact", false);
        }
        page.set("late_limit_days", self.late_limit_days);
        page.set("clock_skew_seconds", self.clock_skew_seconds);
        for money in &self.money {
            page.heading("\n[[money]]");
            page.text("code", &money.code);
            page.set("exponent", money.exponent);
        }
        for currency in &self.currencies {
            self.currency_to_toml(&mut page, currency);
        }
        for rule in &self.rules {
            self.rule_to_toml(&mut page, rule);
        }
        for ladder in &self.ladders {
            self.ladder_to_toml(&mut page, ladder);
        }
        page.0
    }

    fn currency_to_toml(&self, page: &mut Page, currency: &CurrencySpec) {
        page.heading("\n[[currency]]");
        page.text("id", &currency.id);
        page.set("scale", currency.scale);
        match currency.usage {
            Usage::Spendable => {}
            Usage::Qualifying => page.text("use", "qualifying"),
            Usage::Both => page.text("use", "both"),
        }
        if currency.fifo {
            page.text("spend_order", "fifo");
        }
        match currency.clawback {
            Clawback::Arrears => {}
            Clawback::BalanceOnly => page.text("clawback", "balance_only"),
            Clawback::OwnLotsOnly => page.text("clawback", "own_lots_only"),
        }
        if currency.reversal_grace_days > 0 {
            page.set("reversal_grace_days", currency.reversal_grace_days);
        }
        expiry_to_toml(page, currency);
        if currency.activation_days > 0 {
            page.heading("[currency.activation]");
            page.text("policy", "after_days");
            page.set("days", currency.activation_days);
        }
        if let Some(cash) = currency.cash {
            page.heading("[currency.cash]");
            page.decimal("points", cash.points, currency.scale);
            page.decimal("per", cash.per, self.money[0].exponent);
            page.decimal("min_points", cash.min_points, currency.scale);
            page.decimal("step", cash.step, currency.scale);
            page.set("max_share_percent", cash.max_share_percent);
        }
        for cap in &currency.caps {
            page.heading("[[currency.cap]]");
            page.decimal("limit", cap.limit, currency.scale);
            page.text("per", cap_period(cap.per));
            if cap.skip {
                page.text("beyond", "skip");
            }
        }
    }

    fn rule_to_toml(&self, page: &mut Page, rule: &RuleSpec) {
        let scale = self.currency(&rule.currency).map_or(0, |currency| currency.scale);
        page.heading("\n[[rule]]");
        page.text("id", &rule.id);
        if self.currencies.len() > 1 {
            page.text("currency", &rule.currency);
        }
        match rule.kind {
            RuleKind::Base { points, per } => {
                page.text("kind", "base");
                page.decimal("points", points, scale);
                page.decimal("per", per, self.exponent(&rule.when));
            }
            RuleKind::Multiplier { factor_ten_thousandths } => {
                page.text("kind", "multiplier");
                page.decimal("factor", factor_ten_thousandths, 4);
            }
            RuleKind::Bonus { points } => {
                page.text("kind", "bonus");
                page.decimal("points", points, scale);
            }
        }
        match rule.rounding {
            Rounding::Floor => {}
            Rounding::HalfUp => page.text("rounding", "half_up"),
            Rounding::HalfEven => page.text("rounding", "half_even"),
            Rounding::Ceil => page.text("rounding", "ceil"),
        }
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
        if !rule.caps.is_empty() {
            let caps: Vec<String> = rule.caps.iter().map(|cap| inline_cap(*cap, scale)).collect();
            page.set("caps", format!("[{}]", caps.join(", ")));
        }
        if rule.when != WhenSpec::default() {
            self.when_to_toml(page, &rule.when);
        }
    }

    fn when_to_toml(&self, page: &mut Page, when: &WhenSpec) {
        let exponent = self.exponent(when);
        page.heading("[rule.when]");
        page.texts("money", &when.money);
        page.texts("channel", &when.channel);
        page.texts("store", &when.store);
        page.texts("category", &when.category);
        page.texts("sku", &when.sku);
        page.texts("brand", &when.brand);
        page.texts("tag", &when.tag);
        let not: Vec<String> = [
            ("category", &when.not_category),
            ("sku", &when.not_sku),
            ("brand", &when.not_brand),
            ("tag", &when.not_tag),
        ]
        .into_iter()
        .filter(|(_, values)| !values.is_empty())
        .map(|(key, values)| format!("{key} = {}", list(values)))
        .collect();
        if !not.is_empty() {
            page.set("not", format!("{{ {} }}", not.join(", ")));
        }
        if let Some(spend) = when.min_spend {
            page.decimal("min_spend", spend, exponent);
        }
        if let Some(spend) = when.max_spend {
            page.decimal("max_spend", spend, exponent);
        }
        if let Some(quantity) = when.min_quantity {
            page.set("min_quantity", quantity);
        }
        let tiers: Vec<String> =
            when.tier.iter().map(|(ladder, tier)| self.tier_name(ladder, tier)).collect();
        page.texts("tier", &tiers);
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
        if let Some((from, to)) = when.hour {
            page.set("hour", format!("{{ from = {from}, to = {to} }}"));
        }
        if let Some(day) = when.from {
            page.set("from", day);
        }
        if let Some(day) = when.until {
            page.set("until", day);
        }
        match when.birthday {
            None => {}
            Some(Birthday::Day) => page.text("birthday", "day"),
            Some(Birthday::Week) => page.text("birthday", "week"),
            Some(Birthday::Month) => page.text("birthday", "month"),
        }
    }

    fn tier_name(&self, ladder: &str, tier: &str) -> String {
        if self.ladders.len() > 1 { format!("{ladder}/{tier}") } else { tier.to_owned() }
    }

    fn ladder_to_toml(&self, page: &mut Page, ladder: &LadderSpec) {
        page.heading("\n[[ladder]]");
        page.text("id", &ladder.id);
        page.text("period", ladder_period(ladder.period));
        if let LadderPeriod::RollingDays(days) = ladder.period {
            page.set("days", days);
        }
        if ladder.upgrade_at_period_end {
            page.text("upgrade", "period_end");
        }
        match ladder.downgrade {
            Downgrade::ToQualifying => {}
            Downgrade::OneDown => page.text("downgrade", "one_down"),
            Downgrade::Never => page.text("downgrade", "never"),
        }
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
            if let Some(entry) = tier.entry {
                page.set("entry", self.threshold(entry));
            }
            if let Some(keep) = tier.keep {
                page.set("keep", self.threshold(keep));
            }
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

fn expiry_to_toml(page: &mut Page, currency: &CurrencySpec) {
    let (policy, key, count, round_to) = match currency.expiry {
        ExpirySpec::Never => return,
        ExpirySpec::AfterDays(n, unit) => ("after", "days", n, unit),
        ExpirySpec::AfterMonths(n, unit) => ("after", "months", n, unit),
        ExpirySpec::AfterYears(n, unit) => ("after", "years", n, unit),
        ExpirySpec::Calendar(n) => ("calendar", "years", n, RoundTo::Day),
    };
    page.heading("[currency.expiry]");
    page.text("policy", policy);
    page.set(key, count);
    match round_to {
        RoundTo::Day => {}
        RoundTo::Month => page.text("round_to", "month"),
        RoundTo::Quarter => page.text("round_to", "quarter"),
        RoundTo::HalfYear => page.text("round_to", "half_year"),
        RoundTo::Year => page.text("round_to", "year"),
    }
    if currency.counts_from_earning {
        page.text("counts_from", "earning");
    }
}

fn money_base(base: MoneyBase) -> String {
    let with = |yes: bool, word: &str| if yes { format!("{word} = \"with\"") } else { String::new() };
    let parts = [
        if base.before_discount { "discount = \"before\"".to_owned() } else { String::new() },
        with(base.with_tax, "tax"),
        with(base.with_shipping, "shipping"),
        with(base.with_points_paid, "points_paid"),
        with(base.with_stored_value_paid, "stored_value_paid"),
    ];
    let said: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    format!("{{ {} }}", said.join(", "))
}

fn inline_cap(cap: CapSpec, scale: u8) -> String {
    let beyond = if cap.skip { ", beyond = \"skip\"" } else { "" };
    format!("{{ limit = \"{}\", per = \"{}\"{beyond} }}", decimal(cap.limit, scale), cap_period(cap.per))
}

/// The period's word in a programme file.
pub(crate) fn cap_period(per: CapPeriod) -> &'static str {
    match per {
        CapPeriod::Order => "order",
        CapPeriod::Day => "day",
        CapPeriod::Week => "week",
        CapPeriod::Month => "month",
        CapPeriod::Year => "year",
        CapPeriod::TierPeriod => "tier_period",
        CapPeriod::Ever => "ever",
    }
}

fn ladder_period(period: LadderPeriod) -> &'static str {
    match period {
        LadderPeriod::CalendarYear => "calendar_year",
        LadderPeriod::RollingDays(_) => "rolling_days",
        LadderPeriod::AnniversaryJoining => "anniversary_joining",
        LadderPeriod::AnniversaryTier => "anniversary_tier",
        LadderPeriod::Lifetime => "lifetime",
    }
}
