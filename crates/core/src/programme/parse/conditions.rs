//! The conditions of rules, and those that can never hold.

use std::collections::BTreeSet;
use std::ops::Range;

use smallvec::SmallVec;

use super::findings::Notes;
use super::occasion;
use super::rule::Scope;
use super::scalar::{check_comparable, decimal, whole};
use super::window::{self, Window};
use crate::ids::{LadderNumber, TierNumber};
use crate::money::{CurrencyCode, Money};
use crate::programme::cel::{Expression, Mention};
use crate::programme::plan::{
    HourRange, LineConditions, MemberConditions, OrderConditions, OrderNumber, ScoreRange, SymbolSet, Symbols,
};
use crate::programme::schema::{
    At, HourTable, OrderNumberTable, RuleKind, RuleTable, ScoreTable, Text, WhenTable,
};

/// Most line tags that all rules of a programme mention.
const TAGS_MAX: usize = 64;

/// The texts that rules mention, in lists and in expressions.
pub(super) fn symbols(
    rules: &[At<RuleTable>],
    expressions: &[Option<Expression>],
    notes: &mut Notes,
) -> Symbols {
    let mut texts: BTreeSet<&str> = BTreeSet::new();
    let mut tags: BTreeSet<&str> = BTreeSet::new();
    for (when, expression) in rules.iter().map(|rule| &rule.value.when).zip(expressions) {
        let lines =
            [&when.category, &when.sku, &when.brand, &when.not.category, &when.not.sku, &when.not.brand];
        let lists = lines.into_iter().chain([&when.channel, &when.store]);
        texts.extend(lists.flatten().map(|text| text.value.as_str()));
        let mut add_tag = |tag, span: &Range<usize>| {
            if tags.insert(tag) && tags.len() == TAGS_MAX + 1 {
                let message = format!("the rules mention more than {TAGS_MAX} line tags, from `{tag}` on");
                notes.add(span, message, "Use fewer tags, or categories, which have no limit");
            }
        };
        for tag in when.tag.iter().chain(&when.not.tag) {
            add_tag(&tag.value, &tag.span);
        }
        let (Some(source), Some(expression)) = (&when.cel, expression) else { continue };
        for mention in expression.mentions() {
            match mention {
                Mention::Text(text) => {
                    texts.insert(text);
                }
                Mention::Tag(tag) => add_tag(tag, &source.span),
                _ => {}
            }
        }
    }
    let owned = |set: BTreeSet<&str>| set.into_iter().map(Box::from).collect();
    Symbols { texts: owned(texts), tags: owned(tags) }
}

/// The symbols of a list, sorted.
fn symbol_set(list: &[Text], what: &str, symbols: &Symbols, notes: &mut Notes) -> SymbolSet {
    let mut set: SymbolSet = SmallVec::new();
    for text in list {
        check_comparable(notes, text, what);
        set.push(symbols.symbol(&text.value));
    }
    set.sort_unstable();
    set.dedup();
    set
}

fn tag_set(list: &[Text], symbols: &Symbols, notes: &mut Notes) -> u64 {
    list.iter().fold(0, |bits, tag| {
        check_comparable(notes, tag, "tag");
        bits | symbols.tag_bit(&tag.value)
    })
}

/// Which lines count.
pub(super) fn lines(when: &WhenTable, symbols: &Symbols, notes: &mut Notes) -> LineConditions {
    let not = &when.not;
    let pairs = [
        ("category", &when.category, &not.category),
        ("sku", &when.sku, &not.sku),
        ("brand", &when.brand, &not.brand),
        ("tag", &when.tag, &not.tag),
    ];
    for (what, wanted, unwanted) in pairs {
        let is_unwanted = |text: &Text| unwanted.iter().any(|other| other.value == text.value);
        if let Some(first) = wanted.first()
            && wanted.iter().all(is_unwanted)
        {
            let message = format!("the rule can never match: every wanted {what} is under `not` too");
            notes.add(&first.span, message, "Take it out of one of the two lists");
        }
    }
    LineConditions {
        categories: symbol_set(&when.category, "category", symbols, notes),
        skus: symbol_set(&when.sku, "sku", symbols, notes),
        brands: symbol_set(&when.brand, "brand", symbols, notes),
        tags: tag_set(&when.tag, symbols, notes),
        not_categories: symbol_set(&not.category, "category", symbols, notes),
        not_skus: symbol_set(&not.sku, "sku", symbols, notes),
        not_brands: symbol_set(&not.brand, "brand", symbols, notes),
        not_tags: tag_set(&not.tag, symbols, notes),
    }
}

/// What the order must be like. Amounts of money have `exponent` decimal places.
pub(super) fn order(table: &RuleTable, scope: &Scope, exponent: u8, notes: &mut Notes) -> OrderConditions {
    let when = &table.when;
    let min_spend = when.min_spend.as_ref().and_then(|text| decimal(notes, text, "min_spend", exponent, 0));
    let max_spend = when.max_spend.as_ref().and_then(|text| decimal(notes, text, "max_spend", exponent, 0));
    if let (Some(min), Some(max), Some(min_text), Some(max_text)) =
        (min_spend, max_spend, &when.min_spend, &when.max_spend)
        && min > max
    {
        let message = format!(
            "the rule can never match: min_spend {} is above max_spend {}",
            min_text.value, max_text.value
        );
        notes.add(&min_text.span, message, "Exchange them, or leave one out");
    }
    if let (Some(0), Some(text), true) = (max_spend, &when.max_spend, table.kind != RuleKind::Bonus) {
        let message = "the rule can never give points: its max_spend leaves no money to count";
        notes.add(&text.span, message, "Use a larger max_spend, or a bonus");
    }
    let quantity = when.min_quantity.as_ref();
    OrderConditions {
        money: money(&when.money, scope, notes),
        channels: symbol_set(&when.channel, "channel", scope.symbols, notes),
        stores: symbol_set(&when.store, "store", scope.symbols, notes),
        min_spend: min_spend.map(Money),
        max_spend: max_spend.map(Money),
        min_quantity: quantity.and_then(|number| whole(notes, number, "min_quantity", 1..=1_000_000_000)),
    }
}

fn money(codes: &[Text], scope: &Scope, notes: &mut Notes) -> SmallVec<[CurrencyCode; 2]> {
    let mut wanted: SmallVec<[CurrencyCode; 2]> = SmallVec::new();
    for text in codes {
        match scope.money.iter().find(|money| money.code.as_str() == text.value) {
            Some(money) => wanted.push(money.code),
            None => {
                let known: Vec<&str> = scope.money.iter().map(|money| money.code.as_str()).collect();
                notes.unknown(text, "money currency", &known, "add [[money]]");
            }
        }
    }
    wanted.sort_unstable();
    wanted.dedup();
    wanted
}

/// What the member and the moment must be like. The rule's time is what it shares with its campaign's.
pub(super) fn member(
    table: &RuleTable,
    campaign: Option<(&Text, Window)>,
    scope: &Scope,
    notes: &mut Notes,
) -> MemberConditions {
    let when = &table.when;
    let tiers = tiers(&when.tier, scope, notes);
    occasion::check_tiers(table, &tiers, scope, notes);
    let weekdays = when.weekday.iter().fold(0, |bits, day| bits | 1 << (*day as u8));
    let window = window::of_rule(when, weekdays, campaign, scope.zone, notes);
    MemberConditions {
        tiers,
        segments: segments(&when.segment, notes),
        attributes: attributes(when, notes),
        order_number: when.order_number.as_ref().and_then(|number| order_number(number, notes)),
        weekdays,
        hours: when.hour.as_ref().and_then(|hour| hours(hour, notes)),
        from: window.from,
        until: window.until,
        birthday: when.birthday.as_ref().map(|birthday| birthday.value),
        streak_every: when.streak.as_ref().and_then(|streak| {
            let every = whole(notes, &streak.value.every, "every", 1..=3_650)?;
            u32::try_from(every).ok()
        }),
        score: when.score.as_ref().and_then(|score| scores(score, notes)),
    }
}

/// Wanted tiers, any of them.
pub(super) fn tiers(
    names: &[Text],
    scope: &Scope,
    notes: &mut Notes,
) -> SmallVec<[(LadderNumber, TierNumber); 2]> {
    let mut tiers: SmallVec<_> = names.iter().filter_map(|name| tier(name, scope, notes)).collect();
    tiers.sort_unstable();
    tiers.dedup();
    tiers
}

/// A tier by its id, with its ladder's id before it where several ladders have such a tier.
fn tier(name: &Text, scope: &Scope, notes: &mut Notes) -> Option<(LadderNumber, TierNumber)> {
    let (ladder_id, tier_id) = match name.value.split_once('/') {
        Some((ladder, tier)) => (Some(ladder), tier),
        None => (None, name.value.as_str()),
    };
    let all = || {
        let ladders = scope.ladders.iter().flatten();
        ladders.flat_map(|ladder| ladder.tiers.iter().map(move |tier| (ladder, tier)))
    };
    let mut found = all().filter(|(ladder, tier)| {
        ladder_id.is_none_or(|id| ladder.id.as_ref() == id) && tier.id.as_ref() == tier_id
    });
    let Some((ladder, tier)) = found.next() else {
        let plain = scope.ladders.iter().flatten().count() < 2;
        let known: Vec<String> = all()
            .map(
                |(ladder, tier)| {
                    if plain { tier.id.to_string() } else { format!("{}/{}", ladder.id, tier.id) }
                },
            )
            .collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        notes.unknown(name, "tier", &known, "add [[ladder.tier]]");
        return None;
    };
    if let Some((other, _)) = found.next() {
        let message = format!("the ladders `{}` and `{}` both have a tier `{tier_id}`", ladder.id, other.id);
        notes.add(
            &name.span,
            message,
            format!("Write `{}/{tier_id}` or `{}/{tier_id}`", ladder.id, other.id),
        );
    }
    Some((ladder.number, tier.number))
}

fn segments(list: &[Text], notes: &mut Notes) -> Vec<Box<str>> {
    let mut segments: Vec<Box<str>> = Vec::new();
    for text in list {
        check_comparable(notes, text, "segment");
        segments.push(text.value.as_str().into());
    }
    segments.sort_unstable();
    segments.dedup();
    segments
}

fn attributes(when: &WhenTable, notes: &mut Notes) -> Vec<(Box<str>, Vec<Box<str>>)> {
    let mut attributes = Vec::new();
    for (key, wanted) in &when.attribute {
        check_comparable(notes, &At { value: key.clone(), span: wanted.span.clone() }, "attribute");
        if wanted.value.is_empty() {
            let message = format!("the rule can never match: no value of the attribute `{key}` is wanted");
            notes.add(&wanted.span, message, "List the values, or leave the attribute out");
        }
        let mut values: Vec<Box<str>> = Vec::new();
        for value in &wanted.value {
            check_comparable(notes, value, "attribute value");
            values.push(value.value.as_str().into());
        }
        values.sort_unstable();
        values.dedup();
        attributes.push((key.as_str().into(), values));
    }
    attributes
}

fn order_number(at: &At<OrderNumberTable>, notes: &mut Notes) -> Option<OrderNumber> {
    match (at.value.first, &at.value.every) {
        (Some(true), None) => Some(OrderNumber::First),
        (None, Some(every)) => {
            let every = whole(notes, every, "every", 2..=1_000_000)?;
            u32::try_from(every).ok().map(OrderNumber::Every)
        }
        _ => {
            let message = "order_number has either first = true or `every`";
            notes.add(&at.span, message, "Write { first = true } or { every = 5 }");
            None
        }
    }
}

fn hours(at: &At<HourTable>, notes: &mut Notes) -> Option<HourRange> {
    let from = whole(notes, &at.value.from, "from", 0..=23);
    let to = whole(notes, &at.value.to, "to", 0..=24);
    let (from, to) = (u8::try_from(from?).ok()?, u8::try_from(to?).ok()?);
    if from == to {
        let message = format!("the rule can never match: no hour is from {from} to {to}");
        notes.add(
            &at.span,
            message,
            "`to` is the first hour no longer in; for the whole day leave `hour` out",
        );
    }
    Some(HourRange { from, to })
}

fn scores(at: &At<ScoreTable>, notes: &mut Notes) -> Option<ScoreRange> {
    let from = whole(notes, &at.value.from, "from", 0..=10);
    let to = whole(notes, &at.value.to, "to", 0..=10);
    let (from, to) = (u8::try_from(from?).ok()?, u8::try_from(to?).ok()?);
    if from > to {
        let message = format!("the rule can never match: no score is from {from} to {to}");
        notes.add(&at.span, message, "Exchange them: both scores are in the range");
    }
    Some(ScoreRange { from, to })
}
