//! Ladders: periods whose options go together, and tiers each of which is harder than the one below.
//!
//! A threshold is *at least as hard* as another when whoever reaches it must have reached the other. A tier's entry must
//! be at least as hard as that of the tier below, and not the other way round: else the two overlap, and a member could
//! reach the higher without the lower. Keeping a tier must be no harder than reaching it.

use std::ops::Range;

use super::expiry::{Expiries, expiry};
use super::findings::Notes;
use super::scalar::{check_id, check_unique, decimal, whole, whole_or};
use crate::ids::{LadderNumber, TierNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{
    Ladder, LadderPeriod, MoneyBase, MoneyCurrency, PointCurrency, Threshold, Tier, Upgrade, Usage,
};
use crate::programme::registry::{LADDERS_MAX, Registry, TIERS_MAX};
use crate::programme::schema::{
    At, BeforeAfter, FiguresTable, LadderTable, MoneyBaseTable, PeriodKind, ThresholdTable, TierTable,
    WithWithout,
};

/// The ladders by number, with `None` for those of earlier versions that the file lacks.
pub(super) fn ladders(
    tables: &[At<LadderTable>],
    money: &[MoneyCurrency],
    currencies: &[Option<PointCurrency>],
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Option<Ladder>> {
    check_unique(notes, tables.iter().map(|table| &table.value.id), "ladder");
    let units = Units::new(money, currencies);
    let mut ladders = Vec::new();
    for table in tables {
        let id = &table.value.id;
        check_id(notes, id, "ladder");
        let Some(number) = numbers.ladder(&id.value) else {
            let message = "there are too many ladders in all versions of this programme";
            notes.add(&id.span, message, format!("Keep to {LADDERS_MAX} ids"));
            continue;
        };
        ladders.push(ladder(table, number, &units, expiries, numbers, notes));
    }
    let mut by_number: Vec<Option<Ladder>> = vec![None; numbers.ladders.len()];
    for ladder in ladders {
        let place = usize::from(ladder.number.0);
        by_number[place] = Some(ladder);
    }
    by_number
}

/// Smallest units of the figures that thresholds ask.
struct Units {
    money_exponent: u8,
    /// Scales of the currencies that count for tiers.
    point_scales: Vec<u8>,
}

impl Units {
    fn new(money: &[MoneyCurrency], currencies: &[Option<PointCurrency>]) -> Units {
        let counts = currencies.iter().flatten().filter(|currency| currency.usage != Usage::Spendable);
        let mut point_scales: Vec<u8> = counts.map(|currency| currency.scale).collect();
        point_scales.sort_unstable();
        point_scales.dedup();
        Units { money_exponent: money.first().map_or(2, |first| first.exponent), point_scales }
    }
}

fn ladder(
    at: &At<LadderTable>,
    number: LadderNumber,
    units: &Units,
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Ladder {
    let table = &at.value;
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
        spend: money_base(table.spend),
        tiers: tiers(&table.tier, number, units, expiries, numbers, notes),
    }
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
        let number = numbers.tier(ladder, &table.id.value).unwrap_or_else(|| {
            let message = "there are too many tiers in all versions of this ladder";
            notes.add(&table.id.span, message, format!("Keep to {TIERS_MAX} ids"));
            TierNumber(0)
        });
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
        tiers.push(Tier { number, id: table.id.value.as_str().into(), entry, keep, expiry });
    }
    tiers
}

/// The first tier has no thresholds.
fn base_tier(table: &TierTable, notes: &mut Notes) -> (Option<Threshold>, Option<Threshold>) {
    for (key, threshold) in [("entry", &table.entry), ("keep", &table.keep)] {
        if let Some(threshold) = threshold {
            let message = format!("the first tier, `{}`, has `{key}`", table.id.value);
            notes.add(
                &threshold.span,
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

/// A threshold, if nothing about it is wrong.
fn threshold(at: &At<ThresholdTable>, units: &Units, notes: &mut Notes) -> Option<Threshold> {
    let (all, figures) = match (&at.value.any, &at.value.all) {
        (Some(figures), None) => (false, figures),
        (None, Some(figures)) => (true, figures),
        _ => {
            let message = "a threshold has either `any` or `all`";
            notes.add(&at.span, message, "Write it as { any = { … } } or { all = { … } }");
            return None;
        }
    };
    let FiguresTable { spend, points, orders } = &figures.value;
    if spend.is_none() && points.is_none() && orders.is_none() {
        notes.add(&figures.span, "no figure is asked", "Ask at least one of spend, points and orders");
        return None;
    }
    // A figure that is wrong gives `Some(None)`, and then the whole threshold nothing.
    let spend = spend.as_ref().map(|text| decimal(notes, text, "spend", units.money_exponent, 1));
    let points = points.as_ref().map(|text| {
        let scale = point_scale(&text.span, units, notes)?;
        decimal(notes, text, "points", scale, 1)
    });
    let orders = orders.as_ref().map(|number| whole(notes, number, "orders", 1..=1_000_000_000));
    if [spend, points, orders].contains(&Some(None)) {
        return None;
    }
    Some(Threshold {
        all,
        spend: spend.flatten().map(Money),
        points: points.flatten().map(Points),
        orders: orders.flatten(),
    })
}

/// The one scale of all points that count for tiers.
fn point_scale(span: &Range<usize>, units: &Units, notes: &mut Notes) -> Option<u8> {
    match units.point_scales.as_slice() {
        [scale] => Some(*scale),
        [] => {
            let message = "the figure `points` can never be reached: no currency counts for tiers";
            notes.add(span, message, "Let the use of a currency be \"qualifying\" or \"both\"");
            None
        }
        _ => {
            let message =
                "the currencies that count for tiers have different scales, and their points cannot be added";
            notes.add(span, message, "Give them one scale, or let only one of them count");
            None
        }
    }
}

/// Whether whoever reaches `hard` must have reached `easy`. Each figure grows on its own, so a figure implies only a
/// lower or equal demand on itself.
pub(super) fn at_least_as_hard(hard: Threshold, easy: Threshold) -> bool {
    let (hard_figures, easy_figures) = (figures(hard), figures(easy));
    let implied = |h: (usize, i64), e: (usize, i64)| h.0 == e.0 && h.1 >= e.1;
    // One way of reaching `hard` is a set of figures that are all reached.
    let ways: Vec<&[(usize, i64)]> =
        if hard.all { vec![hard_figures.as_slice()] } else { hard_figures.chunks(1).collect() };
    ways.iter().all(|way| {
        let mut reached = easy_figures.iter().map(|e| way.iter().any(|h| implied(*h, *e)));
        if easy.all { reached.all(|r| r) } else { reached.any(|r| r) }
    })
}

/// The figures asked, each with its kind.
fn figures(threshold: Threshold) -> Vec<(usize, i64)> {
    let asked = [threshold.spend.map(|m| m.0), threshold.points.map(|p| p.0), threshold.orders];
    asked.into_iter().enumerate().filter_map(|(kind, least)| least.map(|least| (kind, least))).collect()
}
