//! What a rule is about, and which of its keys go with that.
//!
//! An activity is one line without category, stock-keeping unit or brand; enrolments, birthdays, anniversaries, referrals
//! and what becomes of tiers have neither money nor anything else of an order. A condition that could only ever fail on such an occasion,
//! or only ever hold, is refused.

use std::ops::Range;

use smallvec::SmallVec;

use super::findings::Notes;
use super::rule::Scope;
use crate::event::Trigger;
use crate::ids::{ActivityNumber, LadderNumber, TierNumber};
use crate::programme::plan::{ActivityKind, Effect, Rule};
use crate::programme::schema::{At, RuleKind, RuleTable, Text};

use Trigger::{
    Activity, Anniversary, Birthday, Enrolment, Order, Referred, Referrer, TierAnniversary, TierKept,
    TierReached,
};

/// The word in the file.
fn word(on: Trigger) -> &'static str {
    match on {
        Order => "order",
        Activity => "activity",
        Enrolment => "enrolment",
        Birthday => "birthday",
        Anniversary => "anniversary",
        Referrer => "referrer",
        Referred => "referred",
        TierReached => "tier_reached",
        TierKept => "tier_kept",
        TierAnniversary => "tier_anniversary",
    }
}

/// What a rule is about.
pub(super) fn on(table: &RuleTable) -> Trigger {
    table.on.as_ref().map(|on| on.value).unwrap_or_default()
}

/// Notes keys that do not go with what the rule is about.
pub(super) fn check(table: &RuleTable, has_referral: bool, notes: &mut Notes) {
    let on = on(table);
    for (key, span, triggers) in keys(table) {
        let Some(span) = span else { continue };
        if !triggers.contains(&on) {
            let message = format!("`{key}` does not go with on = \"{}\"", word(on));
            notes.add(&span, message, format!("Leave `{key}` out{}", instead(triggers)));
        }
    }
    let Some(place) = &table.on else { return };
    if table.kind == RuleKind::Base && !matches!(on, Order | Activity) {
        let message = format!("the kind `base` does not go with on = \"{}\", which has no money", word(on));
        notes.add(&place.span, message, "Let kind be \"bonus\", or let on be \"order\" or \"activity\"");
    }
    if matches!(on, Referrer | Referred) && !has_referral {
        let message = format!("a rule is on `{}`, and nothing says what a referral waits for", word(on));
        notes.add(&place.span, message, "Add [referral] with window_days = 30, or how many it is to be");
    }
}

/// Notes an expression that speaks of the order or the activity where the rule meets none.
pub(super) fn check_subject(table: &RuleTable, subject: &str, place: &Range<usize>, notes: &mut Notes) {
    let triggers: &[Trigger] = if subject == "order" { &[Order, Activity] } else { &[Activity] };
    if !triggers.contains(&on(table)) {
        let message = format!("`{subject}` in an expression does not go with on = \"{}\"", word(on(table)));
        notes.add(place, message, format!("Leave `{subject}` out of it{}", instead(triggers)));
    }
}

/// The end of a remedy that names what the key goes with, where that is short.
fn instead(triggers: &[Trigger]) -> String {
    if triggers.len() > 2 {
        return String::new();
    }
    let words: Vec<String> = triggers.iter().map(|on| format!("\"{}\"", word(*on))).collect();
    format!(", or let on be {}", words.join(" or "))
}

/// A key, where it stands, and with what it goes.
type Key = (&'static str, Option<Range<usize>>, &'static [Trigger]);

/// The keys that go with some occasions only.
fn keys(table: &RuleTable) -> Vec<Key> {
    const MONEY: &[Trigger] = &[Order, Activity];
    const AWAKE: &[Trigger] = &[Order, Activity, Enrolment, Referrer, Referred, TierReached];
    const OTHER_DAYS: &[Trigger] = &[
        Order,
        Activity,
        Enrolment,
        Anniversary,
        Referrer,
        Referred,
        TierReached,
        TierKept,
        TierAnniversary,
    ];
    fn place<T>(value: &Option<At<T>>) -> Option<Range<usize>> {
        value.as_ref().map(|value| value.span.clone())
    }
    fn first(list: &[Text]) -> Option<Range<usize>> {
        list.first().map(|text| text.span.clone())
    }
    let when = &table.when;
    vec![
        ("activity", place(&table.activity), &[Activity]),
        ("money", first(&when.money), MONEY),
        ("channel", first(&when.channel), MONEY),
        ("store", first(&when.store), MONEY),
        ("category", first(&when.category), &[Order]),
        ("sku", first(&when.sku), &[Order]),
        ("brand", first(&when.brand), &[Order]),
        ("tag", first(&when.tag), MONEY),
        ("not.category", first(&when.not.category), &[Order]),
        ("not.sku", first(&when.not.sku), &[Order]),
        ("not.brand", first(&when.not.brand), &[Order]),
        ("not.tag", first(&when.not.tag), MONEY),
        ("min_spend", place(&when.min_spend), MONEY),
        ("max_spend", place(&when.max_spend), MONEY),
        ("min_quantity", place(&when.min_quantity), &[Order]),
        ("order_number", place(&when.order_number), &[Order]),
        ("streak", place(&when.streak), &[Activity]),
        ("score", place(&when.score), &[Activity]),
        // Birthdays, anniversaries and what is kept are judged at midnight.
        ("hour", place(&when.hour), AWAKE),
        ("birthday", place(&when.birthday), OTHER_DAYS),
    ]
}

/// The kinds of activity that a rule is about.
pub(super) fn activities(
    at: &At<RuleTable>,
    scope: &Scope,
    notes: &mut Notes,
) -> SmallVec<[ActivityNumber; 2]> {
    let table = &at.value;
    let mut numbers: SmallVec<[ActivityNumber; 2]> = SmallVec::new();
    if on(table) != Activity {
        return numbers;
    }
    let names = table.activity.as_ref().map_or(&[][..], |names| &names.value);
    if names.is_empty() {
        let place = table.activity.as_ref().map_or(&at.span, |names| &names.span);
        let message = format!("the rule `{}` does not say which activities it is about", table.id.value);
        notes.add(place, message, "Add activity = [\"…\"], with ids of [[activity]]");
    }
    for name in names {
        numbers.extend(activity(name, scope.activities, notes));
    }
    numbers.sort_unstable();
    numbers.dedup();
    numbers
}

/// A kind of activity by its id.
pub(super) fn activity(name: &Text, kinds: &[ActivityKind], notes: &mut Notes) -> Option<ActivityNumber> {
    let found = kinds.iter().find(|kind| kind.id.as_ref() == name.value);
    if found.is_none() {
        let known: Vec<&str> = kinds.iter().map(|kind| kind.id.as_ref()).collect();
        notes.unknown(name, "kind of activity", &known, "add [[activity]]");
    }
    found.map(|kind| kind.number)
}

/// Notes wanted tiers that nobody has who has only just joined, and those that are never reached.
pub(super) fn check_tiers(
    table: &RuleTable,
    tiers: &[(LadderNumber, TierNumber)],
    scope: &Scope,
    notes: &mut Notes,
) {
    let is_first = |(ladder, tier): &(LadderNumber, TierNumber)| {
        let ladder = scope.ladders.get(usize::from(ladder.0)).and_then(Option::as_ref);
        ladder.and_then(|ladder| ladder.tiers.first()).is_some_and(|first| first.number == *tier)
    };
    if on(table) == Enrolment
        && !tiers.is_empty()
        && !tiers.iter().any(is_first)
        && let Some(place) = table.when.tier.first()
    {
        let message = "the rule can never match: at enrolment everybody is in the first tier";
        notes.add(&place.span, message, "Name a first tier, or leave `tier` out");
    }
    let never = match on(table) {
        TierReached => "is never reached",
        TierKept => "is never kept",
        TierAnniversary => "has no anniversaries",
        _ => return,
    };
    if let (Some(place), true) = (&table.on, scope.ladders.iter().flatten().all(|l| l.tiers.len() < 2)) {
        let message = "the rule can never match: no ladder has a tier above its first";
        notes.add(&place.span, message, "Add [[ladder]] with a tier to be reached");
    } else if let Some(place) = table.when.tier.first()
        && !tiers.is_empty()
        && tiers.iter().all(is_first)
    {
        let message = format!("the rule can never match: a first tier {never}");
        notes.add(&place.span, message, "Name a tier above it, or leave `tier` out");
    }
}

/// Why what the rule gives cannot come out of a budget: it comes due without a fact.
pub(super) fn budgetless(table: &RuleTable) -> Option<&'static str> {
    match on(table) {
        Birthday | Anniversary => Some("birthdays and anniversaries"),
        TierReached | TierKept | TierAnniversary => Some("tiers reached or kept, and their anniversaries,"),
        Order | Activity | Enrolment | Referrer | Referred => None,
    }
}

/// Notes multipliers of a currency that no base rule gives on the same occasion.
pub(super) fn check_multipliers(tables: &[At<RuleTable>], rules: &[Rule], notes: &mut Notes) {
    for rule in rules.iter().filter(|rule| matches!(rule.effect, Effect::Multiplier { .. })) {
        let meets = |base: &Rule| {
            let shares_activity = || base.activities.iter().any(|kind| rule.activities.contains(kind));
            base.on == rule.on && (rule.on != Activity || shares_activity())
        };
        let is_base =
            |base: &&Rule| matches!(base.effect, Effect::Base { .. }) && base.currency == rule.currency;
        if rules.iter().filter(is_base).any(meets) {
            continue;
        }
        let Some(at) = tables.iter().find(|at| at.value.id.value == rule.id.as_ref()) else { continue };
        let (lack, remedy) = match rule.on {
            Order => ("no base rule gives its currency", "Add a rule of kind \"base\" for the currency"),
            Activity => (
                "no base rule on these activities gives its currency",
                "Add a rule of kind \"base\" for the currency, on the same activities",
            ),
            _ => (
                "base rules are on orders and activities only",
                "Let kind be \"bonus\", or let on be \"order\" or \"activity\"",
            ),
        };
        let message = format!("the multiplier `{}` has nothing to multiply: {lack}", rule.id);
        notes.add(&at.span, message, remedy);
    }
}
