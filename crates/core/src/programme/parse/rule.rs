//! Earning rules: their effects, groups and caps.

use std::collections::BTreeMap;

use super::RULES_MAX;
use super::conditions;
use super::currency::caps;
use super::findings::Notes;
use super::ladder::money_base;
use super::scalar::{check_id, check_unique, decimal, ratio, whole};
use crate::calendar::Zone;
use crate::points::Points;
use crate::programme::plan::{Effect, Group, Ladder, MoneyCurrency, PointCurrency, Ratio, Rule, Symbols};
use crate::programme::registry::Registry;
use crate::programme::schema::{At, RuleKind, RuleTable, Text};

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
}

/// Decimal places of a base rule's `points`, whatever the scale of the currency: a rate may be finer than a payout.
const RATE_PLACES: u8 = 6;
/// Decimal places of a factor.
const FACTOR_PLACES: u8 = 4;
/// Stands in for a ratio that could not be read.
const ONE: Ratio = Ratio { numerator: 1, denominator: 1 };

/// The rules in file order.
pub(super) fn rules(
    tables: &[At<RuleTable>],
    scope: &Scope,
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
    for at in tables {
        let table = &at.value;
        check_id(notes, &table.id, "rule");
        let Some(currency) = currency(at, scope, notes) else { continue };
        let group = table.group.as_ref().map(|name| Group {
            index: groups.get(name.value.as_str()).copied().unwrap_or(0),
            choice: table.group_choice.as_ref().map(|choice| choice.value).unwrap_or_default(),
            priority: priority(table, notes),
        });
        let exponent = money_exponent(at, scope, notes);
        rules.push(Rule {
            id: table.id.value.as_str().into(),
            currency: currency.number,
            effect: effect(at, currency, exponent, notes),
            money: money_base(table.money),
            rounding: table.rounding,
            rounding_unit: table.rounding_per,
            group,
            caps: caps(&format!("rule {}", table.id.value), &table.caps, currency.scale, numbers, notes),
            lines: conditions::lines(&table.when, scope.symbols, notes),
            order: conditions::order(table, scope, exponent, notes),
            member: conditions::member(&table.when, scope, notes),
        });
    }
    // A rule whose currency is unknown is missing here, and might be the base that a multiplier lacks.
    if rules.len() == tables.len() {
        check_multipliers(tables, &rules, notes);
    }
    rules
}

/// The currency that a rule gives, which may be left out where there is only one.
fn currency<'p>(at: &At<RuleTable>, scope: &Scope<'p>, notes: &mut Notes) -> Option<&'p PointCurrency> {
    let mut known = scope.currencies.iter().flatten();
    let Some(name) = &at.value.currency else {
        let first = known.next()?;
        if known.next().is_some() {
            let message = format!("the rule `{}` does not say which currency it gives", at.value.id.value);
            notes.add(&at.span, message, "Add currency, as there are several");
        }
        return Some(first);
    };
    let found = known.find(|currency| currency.id.as_ref() == name.value);
    if found.is_none() {
        let ids: Vec<&str> = scope.currencies.iter().flatten().map(|currency| currency.id.as_ref()).collect();
        notes.unknown(name, "currency", &ids, "add [[currency]]");
    }
    found
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

/// Notes multipliers of a currency that no base rule gives.
fn check_multipliers(tables: &[At<RuleTable>], rules: &[Rule], notes: &mut Notes) {
    for rule in rules.iter().filter(|rule| matches!(rule.effect, Effect::Multiplier { .. })) {
        let has_base =
            |base: &Rule| matches!(base.effect, Effect::Base { .. }) && base.currency == rule.currency;
        if rules.iter().any(has_base) {
            continue;
        }
        if let Some(at) = tables.iter().find(|at| at.value.id.value == rule.id.as_ref()) {
            let message = format!(
                "the multiplier `{}` has nothing to multiply: no base rule gives its currency",
                rule.id
            );
            notes.add(&at.span, message, "Add a rule of kind \"base\" for the currency");
        }
    }
}
