//! Ladders: periods whose options go together, and tiers each of which is harder than the one below.
//!
//! A tier's entry must be at least as hard as that of the tier below, and not the other way round: else the two overlap,
//! and a member could reach the higher without the lower. Keeping a tier must be no harder than reaching it.

use std::ops::Range;

use smallvec::SmallVec;

use super::expiry::{Expiries, expiry};
use super::findings::Notes;
use super::occasion::activity;
use super::scalar::{check_id, check_unique, whole_or};
use super::threshold::{Demand, Units, at_least_as_hard, carry_over, challenge, threshold};
use crate::ids::{ActivityNumber, LadderNumber, TierNumber};
use crate::programme::plan::{
    ActivityKind, Ladder, LadderPeriod, MoneyBase, MoneyCurrency, PointCurrency, Threshold, Tier, Upgrade,
};
use crate::programme::registry::{LADDERS_MAX, Registry, TIERS_MAX};
use crate::programme::schema::{
    At, BeforeAfter, LadderTable, MoneyBaseTable, PeriodKind, Text, TierTable, WithWithout,
};

/// The ladders by number, with `None` for those of earlier versions that the file lacks.
pub(super) fn ladders(
    tables: &[At<LadderTable>],
    setting: Setting,
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Option<Ladder>> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "ladder");
    let Setting { money, currencies, activities, has_referral } = setting;
    let units = Units::new(money, currencies, has_referral, !activities.is_empty());
    let mut ladders = Vec::new();
    for table in tables {
        let id = &table.value.id;
        check_id(notes, id, "ladder");
        let Some(number) = numbers.ladder(&id.value) else {
            let message = "there are too many ladders in all versions of this programme";
            notes.add(&id.span, message, format!("Keep to {LADDERS_MAX} ids"));
            continue;
        };
        ladders.push(ladder(table, number, (&units, activities), expiries, numbers, notes));
    }
    let mut by_number: Vec<Option<Ladder>> = vec![None; numbers.ladders.len()];
    for ladder in ladders {
        let place = usize::from(ladder.number.0);
        by_number[place] = Some(ladder);
    }
    by_number
}

/// What ladders rest on.
#[derive(Clone, Copy)]
pub(super) struct Setting<'p> {
    /// Money currencies accepted.
    pub money: &'p [MoneyCurrency],
    /// Point currencies by number.
    pub currencies: &'p [Option<PointCurrency>],
    /// Kinds of activity.
    pub activities: &'p [ActivityKind],
    /// Whether the file says what a referral waits for.
    pub has_referral: bool,
}

fn ladder(
    at: &At<LadderTable>,
    number: LadderNumber,
    (units, kinds): (&Units, &[ActivityKind]),
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Ladder {
    let table = &at.value;
    let demand = Demand::of(table);
    check_options(at, notes);
    let days = whole_or(notes, table.days.as_ref(), "days", 1..=3_660, 1);
    Ladder {
        number,
        id: table.id.value.as_str().into(),
        period: match table.period {
            PeriodKind::CalendarYear => LadderPeriod::CalendarYear,
            PeriodKind::RollingDays => LadderPeriod::RollingDays(days),
            PeriodKind::AnniversaryJoining => LadderPeriod::AnniversaryJoining,
            PeriodKind::AnniversaryTier => LadderPeriod::AnniversaryTier,
            PeriodKind::Lifetime => LadderPeriod::Lifetime,
        },
        upgrade: table.upgrade.as_ref().map(|upgrade| upgrade.value).unwrap_or_default(),
        downgrade: table.downgrade,
        valid_periods: whole_or(notes, table.valid_periods.as_ref(), "valid_periods", 1..=100, 1),
        grace_days: whole_or(notes, table.grace_days.as_ref(), "grace_days", 0..=3_650, 0),
        on_return: table.on_return,
        on_change: table.on_change,
        carry_over: table.carry_over.as_ref().and_then(|most| carry_over(most, &demand, units, notes)),
        spend: money_base(table.spend),
        counts_referrals: demand.referrals(),
        activities: activities(table.activities.as_ref(), &demand, kinds, notes),
        tiers: tiers(&table.tier, number, units, expiries, numbers, notes),
    }
}

/// The kinds of activity that are counted: those listed, else all, and none where no tier asks for activities.
fn activities(
    listed: Option<&At<Vec<Text>>>,
    demand: &Demand,
    kinds: &[ActivityKind],
    notes: &mut Notes,
) -> SmallVec<[ActivityNumber; 4]> {
    let mut counted: SmallVec<[ActivityNumber; 4]> = SmallVec::new();
    match listed {
        None if demand.activities() => counted.extend(kinds.iter().map(|kind| kind.number)),
        None => {}
        Some(listed) if !demand.activities() => {
            let message = "`activities` does nothing: no tier asks for activities";
            notes.add(&listed.span, message, "Leave it out, or ask for activities in a tier");
        }
        Some(listed) if listed.value.is_empty() => {
            let message = "the figure `activities` can never be reached: no kind of activity is listed";
            notes.add(&listed.span, message, "List ids of [[activity]], or leave it out to count all");
        }
        Some(listed) => {
            counted.extend(listed.value.iter().filter_map(|name| activity(name, kinds, notes)));
        }
    }
    counted.sort_unstable();
    counted.dedup();
    counted
}

/// Notes options that the ladder's period does not know.
fn check_options(at: &At<LadderTable>, notes: &mut Notes) {
    let table = &at.value;
    let period = table.period.word();
    let mut misplaced = |span: &Range<usize>, what: &str, remedy: &str| {
        notes.add(span, format!("{what} does not go with the period `{period}`"), remedy);
    };
    match (&table.days, table.period) {
        (None, PeriodKind::RollingDays) => {
            notes.add(&at.span, "`rolling_days` lacks `days`", "Add days = 365, or how many it is to be");
            return;
        }
        (Some(days), kind) if kind != PeriodKind::RollingDays => {
            misplaced(&days.span, "`days`", "Leave `days` out, or let period be \"rolling_days\"");
        }
        _ => {}
    }
    if let Some(carry_over) = &table.carry_over
        && !matches!(table.period, PeriodKind::CalendarYear | PeriodKind::AnniversaryJoining)
    {
        let remedy = "Leave it out, or let period be \"calendar_year\" or \"anniversary_joining\"";
        misplaced(&carry_over.span, "`carry_over`", remedy);
    }
    if !matches!(table.period, PeriodKind::RollingDays | PeriodKind::Lifetime) {
        return;
    }
    if let Some(upgrade) = &table.upgrade
        && upgrade.value == Upgrade::PeriodEnd
    {
        misplaced(
            &upgrade.span,
            "upgrade at `period_end`",
            "It has no period end: let upgrade be \"at_once\"",
        );
    }
    if let Some(valid_periods) = &table.valid_periods {
        misplaced(&valid_periods.span, "`valid_periods`", "It has no period end: leave `valid_periods` out");
    }
}

/// Which money counts, as the plan has it.
pub(super) fn money_base(table: MoneyBaseTable) -> MoneyBase {
    MoneyBase {
        before_discount: table.discount == BeforeAfter::Before,
        with_tax: table.tax == WithWithout::With,
        with_shipping: table.shipping == WithWithout::With,
        with_points_paid: table.points_paid == WithWithout::With,
        with_stored_value_paid: table.stored_value_paid == WithWithout::With,
    }
}

fn tiers(
    tables: &At<Vec<At<TierTable>>>,
    ladder: LadderNumber,
    units: &Units,
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Tier> {
    check_unique(notes, tables.value.iter().map(|table| &table.value.id), "tier");
    if tables.value.is_empty() {
        notes.add(
            &tables.span,
            "the ladder has no tier",
            "Add [[ladder.tier]] with the id that every member starts with",
        );
    }
    let mut tiers: Vec<Tier> = Vec::new();
    for (rank, at) in tables.value.iter().enumerate() {
        let table = &at.value;
        check_id(notes, &table.id, "tier");
        let number = tier_number(ladder, &table.id, numbers, notes);
        let (entry, keep) = if rank == 0 { base_tier(table, notes) } else { higher_tier(at, units, notes) };
        let below = tiers.last().map(|tier: &Tier| (tier.id.as_ref(), tier.entry));
        if let (Some(entry), Some((below_id, Some(below))), Some(place)) = (entry, below, &table.entry) {
            check_harder(&table.id.value, entry, below_id, below, &place.span, notes);
        }
        let expiry = table.expiry.as_ref().map(|at| {
            let index = expiries.place(expiry(at, notes));
            expiries.applies(None, index, &at.span);
            index
        });
        tiers.push(Tier {
            number,
            id: table.id.value.as_str().into(),
            entry,
            keep,
            expiry,
            replaces: SmallVec::new(),
            challenge: table.challenge.as_ref().and_then(|at| challenge(at, units, notes)),
        });
    }
    // After the tiers of this version, so that theirs are the first numbers.
    let mut replaced: Vec<&str> = Vec::new();
    for (tier, at) in tiers.iter_mut().zip(&tables.value) {
        for name in &at.value.replaces {
            check_replaced(name, tables, &replaced, notes);
            replaced.push(&name.value);
            tier.replaces.push(tier_number(ladder, name, numbers, notes));
        }
    }
    tiers
}

/// The number of a tier, noting when there are too many.
fn tier_number(ladder: LadderNumber, id: &Text, numbers: &mut Registry, notes: &mut Notes) -> TierNumber {
    numbers.tier(ladder, &id.value).unwrap_or_else(|| {
        let message = "there are too many tiers in all versions of this ladder";
        notes.add(&id.span, message, format!("Keep to {TIERS_MAX} ids"));
        TierNumber(0)
    })
}

/// Notes what no earlier version can have had and this one lacks, or what two tiers would be in place of.
fn check_replaced(name: &Text, tables: &At<Vec<At<TierTable>>>, replaced: &[&str], notes: &mut Notes) {
    check_id(notes, name, "tier");
    if tables.value.iter().any(|table| table.value.id.value == name.value) {
        let message = format!("the tier `{}` cannot be replaced: this version has it", name.value);
        notes.add(&name.span, message, "Take it out of `replaces`, or take the tier out of the ladder");
    } else if replaced.contains(&name.value.as_str()) {
        notes.add(&name.span, format!("the tier `{}` is replaced twice", name.value), "Name it once");
    }
}

/// The first tier has neither thresholds nor a challenge.
fn base_tier(table: &TierTable, notes: &mut Notes) -> (Option<Threshold>, Option<Threshold>) {
    let keys = [
        ("entry", table.entry.as_ref().map(|entry| &entry.span)),
        ("keep", table.keep.as_ref().map(|keep| &keep.span)),
        ("challenge", table.challenge.as_ref().map(|challenge| &challenge.span)),
    ];
    for (key, place) in keys {
        if let Some(place) = place {
            let message = format!("the first tier, `{}`, has `{key}`", table.id.value);
            notes.add(
                place,
                message,
                "Leave it out, or put the tier that every member starts with before it",
            );
        }
    }
    (None, None)
}

/// A tier above the first has an entry; where nothing else is said, the entry also keeps it.
fn higher_tier(
    at: &At<TierTable>,
    units: &Units,
    notes: &mut Notes,
) -> (Option<Threshold>, Option<Threshold>) {
    let table = &at.value;
    let Some(entry_table) = &table.entry else {
        let message = format!("nothing reaches the tier `{}`", table.id.value);
        notes.add(&at.span, message, "Add an entry, such as entry = { any = { spend = \"500.00\" } }");
        return (None, None);
    };
    let entry = threshold(entry_table, units, notes);
    let Some(keep_table) = &table.keep else { return (entry, entry) };
    let keep = threshold(keep_table, units, notes);
    if let (Some(entry), Some(keep)) = (entry, keep)
        && !at_least_as_hard(entry, keep)
    {
        let message = format!("keeping `{}` is harder than reaching it", table.id.value);
        notes.add(
            &keep_table.span,
            message,
            "Ask no more than the entry does, and no figure that it does not ask",
        );
    }
    (entry, keep)
}

fn check_harder(
    id: &str,
    entry: Threshold,
    below_id: &str,
    below: Threshold,
    span: &Range<usize>,
    notes: &mut Notes,
) {
    if !at_least_as_hard(entry, below) {
        let message =
            format!("the tiers `{below_id}` and `{id}` overlap: `{id}` can be reached without `{below_id}`");
        notes.add(
            span,
            message,
            format!("Ask at least as much as `{below_id}` does, of every way that reaches `{id}`"),
        );
    } else if at_least_as_hard(below, entry) {
        let message = format!("the tiers `{below_id}` and `{id}` overlap: the same figures reach both");
        notes.add(span, message, format!("Ask more for `{id}`"));
    }
}
