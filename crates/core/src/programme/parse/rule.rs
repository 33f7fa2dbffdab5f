//! Earning rules: their effects, groups and caps.

use std::collections::BTreeMap;

use smallvec::SmallVec;

use super::RULES_MAX;
use super::currency::{cap_number, caps, check_period, period_name};
use super::expiry::{Expiries, expiry};
use super::findings::Notes;
use super::ladder::money_base;
use super::offer::{self, Campaign};
use super::scalar::{check_id, check_unique, decimal, ratio, whole, whole_or};
use super::{conditions, expression, occasion};
use crate::calendar::Zone;
use crate::ids::PolicyIndex;
use crate::points::Points;
use crate::programme::cel::Expression;
use crate::programme::plan::{
    ActivityKind, Budget, Cooldown, Effect, Group, Ladder, MoneyCurrency, PointCurrency, Ratio, Rule,
    Symbols, TriggerLimit,
};
use crate::programme::registry::Registry;
use crate::programme::schema::{At, BudgetTable, RuleKind, RuleTable, Text, TriggerLimitTable};

/// What rules refer to.
pub(super) struct Scope<'p> {
    /// The programme's zone.
    pub zone: Zone,
    /// Money currencies accepted.
    pub money: &'p [MoneyCurrency],
    /// Point currencies by number.
    pub currencies: &'p [Option<PointCurrency>],
    /// Ladders by number.
    pub ladders: &'p [Option<Ladder>],
    /// The texts that rules mention.
    pub symbols: &'p Symbols,
    /// Kinds of activity.
    pub activities: &'p [ActivityKind],
    /// The budgets as the file has them.
    pub budget_tables: &'p [At<BudgetTable>],
    /// Budgets by their place in the file; `None` for one that is refused.
    pub budgets: &'p [Option<Budget>],
    /// Campaigns by their place in the file.
    pub campaigns: &'p [Campaign],
    /// Whether the file says what a referral waits for.
    pub has_referral: bool,
}

/// Decimal places of a base rule's `points`, whatever the scale of the currency: a rate may be finer than a payout.
const RATE_PLACES: u8 = 6;
/// Decimal places of a factor.
const FACTOR_PLACES: u8 = 4;
/// Stands in for a ratio that could not be read.
const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

/// The rules in file order. Their expressions are compiled before, as the symbols of the scope hold their texts.
pub(super) fn rules(
    tables: &[At<RuleTable>],
    expressions: &[Option<Expression>],
    scope: &Scope,
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Rule> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "rule");
    if let Some(first_too_many) = tables.get(RULES_MAX) {
        let message = format!("there are {} rules", tables.len());
        notes.add(&first_too_many.span, message, format!("Keep to {RULES_MAX}"));
    }
    let groups = groups(tables, scope, notes);
    let mut rules = Vec::new();
    for (at, cel) in tables.iter().zip(expressions) {
        let table = &at.value;
        check_id(notes, &table.id, "rule");
        occasion::check(table, scope.has_referral, notes);
        expression::check(table, cel.as_ref(), scope, notes);
        let what = format!("the rule `{}`", table.id.value);
        let name = table.currency.as_ref();
        let Some(currency) = offer::currency(name, scope.currencies, (&what, "gives"), &at.span, notes)
        else {
            continue;
        };
        let group = table.group.as_ref().map(|name| Group {
            index: groups.get(name.value.as_str()).copied().unwrap_or(0),
            choice: table.group_choice.as_ref().map(|choice| choice.value).unwrap_or_default(),
            priority: priority(table, notes),
        });
        let exponent = money_exponent(at, scope, notes);
        let campaign = campaign(table, scope, notes);
        let time = campaign.map(|(name, _, campaign)| (name, campaign.window));
        let id = &table.id.value;
        rules.push(Rule {
            id: id.as_str().into(),
            on: occasion::on(table),
            activities: occasion::activities(at, scope, notes),
            campaign: campaign.map(|(_, index, _)| index),
            currency: currency.number,
            effect: effect(at, currency, exponent, notes),
            money: money_base(table.money),
            rounding: table.rounding,
            rounding_unit: table.rounding_per,
            group,
            cooldown: cooldown(table, numbers, notes),
            trigger_limits: trigger_limits(table, numbers, notes),
            caps: caps(&format!("rule {id}"), &table.caps, currency.scale, numbers, notes),
            budgets: budgets(table, campaign, currency, scope, notes),
            expiry: own_expiry(table, campaign, currency, expiries, notes),
            cel: cel.clone(),
            lines: conditions::lines(&table.when, scope.symbols, notes),
            order: conditions::order(table, scope, exponent, notes),
            member: conditions::member(table, time, scope, notes),
        });
    }
    // A rule whose currency is unknown is missing here, and might be the base that a multiplier lacks.
    if rules.len() == tables.len() {
        occasion::check_multipliers(tables, &rules, notes);
    }
    rules
}

/// The decimal places of the money that the rule compares with.
///
/// One rule has one set of amounts, so the currencies that it may meet must have the same minor unit.
fn money_exponent(at: &At<RuleTable>, scope: &Scope, notes: &mut Notes) -> u8 {
    let table = &at.value;
    let wanted = &table.when.money;
    let may_meet = |money: &&MoneyCurrency| {
        wanted.is_empty() || wanted.iter().any(|code| code.value == money.code.as_str())
    };
    let exponents: Vec<u8> = scope.money.iter().filter(may_meet).map(|money| money.exponent).collect();
    let first = exponents.first().or(scope.money.first().map(|money| &money.exponent)).copied().unwrap_or(2);
    let amount = table.per.as_ref().or(table.when.min_spend.as_ref()).or(table.when.max_spend.as_ref());
    if let Some(amount) = amount
        && exponents.iter().any(|exponent| *exponent != first)
    {
        let message = format!("the rule `{}` meets money currencies with different decimals", table.id.value);
        notes.add(&amount.span, message, "Write one rule for each, and name its currency in when.money");
    }
    first
}

/// The campaign that a rule belongs to: its name in the rule, its place, and what it says.
type Membership<'t> = (&'t Text, u16, &'t Campaign);

fn campaign<'t>(table: &'t RuleTable, scope: &Scope<'t>, notes: &mut Notes) -> Option<Membership<'t>> {
    let name = table.campaign.as_ref()?;
    let Some(index) = scope.campaigns.iter().position(|campaign| campaign.id.as_ref() == name.value) else {
        let known: Vec<&str> = scope.campaigns.iter().map(|campaign| campaign.id.as_ref()).collect();
        notes.unknown(name, "campaign", &known, "add [[campaign]]");
        return None;
    };
    Some((name, u16::try_from(index).ok()?, scope.campaigns.get(index)?))
}

fn cooldown(table: &RuleTable, numbers: &mut Registry, notes: &mut Notes) -> Option<Cooldown> {
    let at = table.cooldown_days.as_ref()?;
    let number = cap_number(&format!("rule {}/cooldown", table.id.value), &at.span, numbers, notes);
    Some(Cooldown { number, days: whole_or(notes, Some(at), "cooldown_days", 1..=3_650, 1) })
}

/// How often the rule may give. A counter is known by the rule, the period, and its place where there are several.
fn trigger_limits(
    table: &RuleTable,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> SmallVec<[TriggerLimit; 1]> {
    let mut limits: SmallVec<[TriggerLimit; 1]> = SmallVec::new();
    for at in &table.max_triggers {
        let TriggerLimitTable { times, per } = &at.value;
        check_period(per, "how often a rule gives", notes);
        let nth = limits.iter().filter(|limit| limit.per == per.value).count() + 1;
        let name = format!("rule {}/triggers {}", table.id.value, period_name(per.value));
        let name = if nth == 1 { name } else { format!("{name}/{nth}") };
        limits.push(TriggerLimit {
            number: cap_number(&name, &at.span, numbers, notes),
            times: whole_or(notes, Some(times), "times", 1..=1_000_000_000, 1),
            per: per.value,
        });
    }
    limits
}

/// The budgets that a rule draws on: its own in their order, then its campaign's.
fn budgets(
    table: &RuleTable,
    campaign: Option<Membership>,
    currency: &PointCurrency,
    scope: &Scope,
    notes: &mut Notes,
) -> SmallVec<[u16; 1]> {
    let mut drawn: SmallVec<[u16; 1]> = SmallVec::new();
    let mut draw = |index: u16, place: &Text, notes: &mut Notes| {
        if let Some(occasions) = occasion::budgetless(table) {
            let message = format!("{occasions} cannot draw on a budget: they come due without a fact");
            notes.add(&place.span, message, "Use caps or max_triggers, or leave the budget out");
        } else if let Some(Some(budget)) = scope.budgets.get(usize::from(index)) {
            offer::check_budget_currency(budget, currency, scope, place, notes);
        }
        drawn.push(index);
    };
    let mut seen: Vec<u16> = Vec::new();
    for name in &table.budget {
        let Some(index) = offer::budget_index(name, scope.budget_tables, notes) else { continue };
        if seen.contains(&index) {
            notes.add(
                &name.span,
                format!("the rule names the budget `{}` twice", name.value),
                "Name it once",
            );
            continue;
        }
        seen.push(index);
        draw(index, name, notes);
    }
    if let Some((name, _, campaign)) = campaign
        && let Some(index) = campaign.budget
        && !seen.contains(&index)
    {
        draw(index, name, notes);
    }
    drawn
}

/// The rule's own expiry, else its campaign's.
fn own_expiry(
    table: &RuleTable,
    campaign: Option<Membership>,
    currency: &PointCurrency,
    expiries: &mut Expiries,
    notes: &mut Notes,
) -> Option<PolicyIndex> {
    let (index, span) = match &table.expiry {
        Some(at) => (expiries.place(expiry(at, notes)), &at.span),
        None => campaign.and_then(|(_, _, campaign)| campaign.expiry.as_ref()).map(|(i, span)| (*i, span))?,
    };
    expiries.applies(Some(currency.number), index, span);
    Some(index)
}

fn priority(table: &RuleTable, notes: &mut Notes) -> i32 {
    let range = i64::from(i32::MIN)..=i64::from(i32::MAX);
    let priority = table.priority.as_ref().and_then(|priority| whole(notes, priority, "priority", range));
    priority.and_then(|priority| i32::try_from(priority).ok()).unwrap_or(0)
}

/// What the rule gives, refusing keys of other kinds.
fn effect(at: &At<RuleTable>, currency: &PointCurrency, exponent: u8, notes: &mut Notes) -> Effect {
    let table = &at.value;
    let kind = table.kind.word();
    let keys = [
        ("points", &table.points, table.kind != RuleKind::Multiplier),
        ("per", &table.per, table.kind == RuleKind::Base),
        ("factor", &table.factor, table.kind == RuleKind::Multiplier),
    ];
    for (key, text, wanted) in keys {
        match (text, wanted) {
            (None, true) => {
                let message = format!("the {kind} rule `{}` lacks `{key}`", table.id.value);
                notes.add(&at.span, message, format!("Add {key}, a decimal in quotes"));
            }
            (Some(text), false) => {
                let message = format!("`{key}` does not go with the kind `{kind}`");
                notes.add(&text.span, message, format!("Leave `{key}` out"));
            }
            _ => {}
        }
    }
    match table.kind {
        RuleKind::Base => {
            let rate = base_rate(table.points.as_ref(), table.per.as_ref(), currency.scale, exponent, notes);
            Effect::Base { rate: rate.unwrap_or(ONE) }
        }
        RuleKind::Multiplier => Effect::Multiplier {
            extra: table.factor.as_ref().and_then(|text| extra(text, notes)).unwrap_or(ONE),
        },
        RuleKind::Bonus => {
            let points =
                table.points.as_ref().and_then(|text| decimal(notes, text, "points", currency.scale, 1));
            Effect::Bonus { points: Points(points.unwrap_or(1)) }
        }
    }
}

/// Smallest units of points per minor unit of money.
fn base_rate(
    points: Option<&Text>,
    per: Option<&Text>,
    scale: u8,
    exponent: u8,
    notes: &mut Notes,
) -> Option<Ratio> {
    let (points, per) = (points?, per?);
    let parts = decimal(notes, points, "points", RATE_PLACES, 1);
    let minor_units = decimal(notes, per, "per", exponent, 1);
    let numerator = i128::from(parts?) * 10i128.pow(u32::from(scale));
    let denominator = i128::from(minor_units?) * 10i128.pow(u32::from(RATE_PLACES));
    ratio(notes, &points.span, numerator, denominator)
}

/// The factor less one.
fn extra(factor: &Text, notes: &mut Notes) -> Option<Ratio> {
    let one = 10i64.pow(u32::from(FACTOR_PLACES));
    let parts = decimal(notes, factor, "factor", FACTOR_PLACES, 1)?;
    if parts <= one {
        let message = format!("the factor {} adds nothing", factor.value);
        notes.add(&factor.span, message, "Use a factor above 1");
        return None;
    }
    ratio(notes, &factor.span, i128::from(parts - one), i128::from(one))
}

/// The groups' indices in order of first mention, after checking that the rules of each can compete.
fn groups<'t>(tables: &'t [At<RuleTable>], scope: &Scope<'t>, notes: &mut Notes) -> BTreeMap<&'t str, u16> {
    let default_currency =
        scope.currencies.iter().flatten().next().map_or("", |currency| currency.id.as_ref());
    let mut first_rules: Vec<&'t RuleTable> = Vec::new();
    let mut indices = BTreeMap::new();
    for table in tables.iter().map(|at| &at.value) {
        let Some(name) = &table.group else {
            check_groupless(table, notes);
            continue;
        };
        check_id(notes, name, "group");
        let next = first_rules.len();
        let index = *indices.entry(name.value.as_str()).or_insert(next);
        let Some(first) = first_rules.get(index) else {
            first_rules.push(table);
            continue;
        };
        let currency =
            |rule: &'t RuleTable| rule.currency.as_ref().map_or(default_currency, |id| id.value.as_str());
        let choice = |rule: &RuleTable| rule.group_choice.as_ref().map(|at| at.value).unwrap_or_default();
        let differs = if first.kind != table.kind {
            "kinds"
        } else if currency(first) != currency(table) {
            "currencies"
        } else if choice(first) != choice(table) {
            "group_choices"
        } else {
            continue;
        };
        let message = format!("the group `{}` has rules of different {differs}", name.value);
        let remedy =
            format!("Let `{}` be as `{}` in this, or give it another group", table.id.value, first.id.value);
        notes.add(&name.span, message, remedy);
    }
    indices.into_iter().map(|(name, index)| (name, u16::try_from(index).unwrap_or(u16::MAX))).collect()
}

/// Notes options that do nothing outside of a group.
fn check_groupless(table: &RuleTable, notes: &mut Notes) {
    let choice = table.group_choice.as_ref().map(|choice| ("group_choice", &choice.span));
    let priority = table.priority.as_ref().map(|priority| ("priority", &priority.span));
    for (key, span) in choice.into_iter().chain(priority) {
        notes.add(
            span,
            format!("`{key}` does nothing without a group"),
            format!("Add group, or leave `{key}` out"),
        );
    }
}
