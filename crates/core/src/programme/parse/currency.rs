//! Point currencies: their policies, cash value and caps.

use smallvec::SmallVec;

use super::findings::Notes;
use super::scalar::{check_id, check_unique, decimal, whole, whole_or};
use crate::ids::{CapNumber, CurrencyNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{
    Activation, Cap, CapPeriod, CashValue, Expiry, MoneyCurrency, PointCurrency, Span, Usage,
};
use crate::programme::registry::{CAPS_MAX, CURRENCIES_MAX, Registry};
use crate::programme::schema::{
    ActivationPolicy, ActivationTable, At, CapTable, CashTable, CurrencyTable, ExpiryPolicy, ExpiryTable,
};

/// The currencies by number, with `None` for those of earlier versions that the file lacks.
pub(super) fn currencies(
    tables: &At<Vec<At<CurrencyTable>>>,
    money: &[MoneyCurrency],
    numbers: &mut Registry,
    notes: &mut Notes,
) -> Vec<Option<PointCurrency>> {
    check_unique(notes, tables.value.iter().map(|table| &table.value.id), "currency");
    if tables.value.is_empty() {
        notes.add(
            &tables.span,
            "there is no point currency",
            "Add [[currency]] with an id, such as id = \"points\"",
        );
    }
    let mut currencies = Vec::new();
    for table in &tables.value {
        let id = &table.value.id;
        check_id(notes, id, "currency");
        let Some(number) = numbers.currency(&id.value) else {
            let message = "there are too many currencies in all versions of this programme";
            notes.add(&id.span, message, format!("Keep to {CURRENCIES_MAX} ids"));
            continue;
        };
        currencies.push(currency(&table.value, number, money, numbers, notes));
    }
    let mut by_number: Vec<Option<PointCurrency>> = vec![None; numbers.currencies.len()];
    for currency in currencies {
        let place = usize::from(currency.number.0);
        by_number[place] = Some(currency);
    }
    by_number
}

fn currency(
    table: &CurrencyTable,
    number: CurrencyNumber,
    money: &[MoneyCurrency],
    numbers: &mut Registry,
    notes: &mut Notes,
) -> PointCurrency {
    let scale = whole_or(notes, table.scale.as_ref(), "scale", 0..=4, 0);
    let grace = table.reversal_grace_days.as_ref();
    let cash = table.cash.as_ref().and_then(|cash| {
        if table.usage == Usage::Qualifying {
            let message = format!("`{}` cannot be cash: its points count for tiers only", table.id.value);
            notes.add(&cash.span, message, "Leave cash out, or let use be \"both\"");
        }
        cash_value(&cash.value, scale, money, notes)
    });
    PointCurrency {
        number,
        id: table.id.value.as_str().into(),
        scale,
        usage: table.usage,
        spend_order: table.spend_order,
        clawback: table.clawback,
        expiry: table.expiry.as_ref().map_or(Expiry::Never, |expiry| self::expiry(expiry, notes)),
        activation: table.activation.as_ref().map_or(Activation::Immediate, |a| activation(a, notes)),
        reversal_grace_days: whole_or(notes, grace, "reversal_grace_days", 0..=3_650, 0),
        cash,
        caps: caps(&format!("currency {}", table.id.value), &table.cap, scale, numbers, notes),
    }
}

/// The expiry policy, refusing keys that do not go with it.
fn expiry(at: &At<ExpiryTable>, notes: &mut Notes) -> Expiry {
    let table = &at.value;
    let spans = [("days", &table.days), ("months", &table.months), ("years", &table.years)];
    let given = spans.iter().filter_map(|(key, number)| number.as_ref().map(|number| (*key, number)));
    let only_for =
        |notes: &mut Notes, key: &str, span: &std::ops::Range<usize>, policy: &str, wanted: &str| {
            let message = format!("`{key}` does not go with the expiry policy `{policy}`");
            notes.add(span, message, format!("Leave `{key}` out, or let policy be {wanted}"));
        };
    let counts_from = table.counts_from.as_ref().map(|from| from.value).unwrap_or_default();
    if table.policy != ExpiryPolicy::After
        && let Some(round_to) = &table.round_to
    {
        let policy = if table.policy == ExpiryPolicy::Never { "never" } else { "calendar" };
        only_for(notes, "round_to", &round_to.span, policy, "\"after\"");
    }
    match table.policy {
        ExpiryPolicy::Never => {
            for (key, number) in given {
                only_for(notes, key, &number.span, "never", "\"after\"");
            }
            if let Some(counts_from) = &table.counts_from {
                only_for(notes, "counts_from", &counts_from.span, "never", "\"after\" or \"calendar\"");
            }
            Expiry::Never
        }
        ExpiryPolicy::Calendar => {
            for (key, number) in given.filter(|(key, _)| *key != "years") {
                only_for(notes, key, &number.span, "calendar", "\"after\"");
            }
            if table.years.is_none() {
                notes.add(
                    &at.span,
                    "`calendar` lacks `years`",
                    "Add years = 0 for the end of the year of the start",
                );
            }
            Expiry::Calendar {
                years: whole_or(notes, table.years.as_ref(), "years", 0..=100, 0),
                counts_from,
            }
        }
        ExpiryPolicy::After => {
            let given: Vec<_> = given.collect();
            if given.len() != 1 {
                let message = format!("`after` has {} of days, months and years", given.len());
                notes.add(&at.span, message, "Give exactly one of them");
            }
            let span = match given.first() {
                Some(("days", days)) => Span::Days(whole_or(notes, Some(days), "days", 1..=36_500, 1)),
                Some(("years", years)) => {
                    Span::Months(12 * whole_or(notes, Some(years), "years", 1..=100, 1))
                }
                Some((_, months)) => Span::Months(whole_or(notes, Some(months), "months", 1..=1_200, 1)),
                None => Span::Days(1),
            };
            let round_to = table.round_to.as_ref().map(|unit| unit.value).unwrap_or_default();
            Expiry::After { span, round_to, counts_from }
        }
    }
}

fn activation(at: &At<ActivationTable>, notes: &mut Notes) -> Activation {
    match (at.value.policy, &at.value.days) {
        (ActivationPolicy::Immediate, None) => Activation::Immediate,
        (ActivationPolicy::Immediate, Some(days)) => {
            let message = "`days` does not go with the activation policy `immediate`";
            notes.add(&days.span, message, "Leave `days` out, or let policy be \"after_days\"");
            Activation::Immediate
        }
        (ActivationPolicy::AfterDays, None) => {
            notes.add(&at.span, "`after_days` lacks `days`", "Add days = 14, or how many it is to be");
            Activation::AfterDays(1)
        }
        (ActivationPolicy::AfterDays, Some(days)) => Activation::AfterDays(
            whole(notes, days, "days", 1..=3_650).and_then(|d| d.try_into().ok()).unwrap_or(1),
        ),
    }
}

fn cash_value(table: &CashTable, scale: u8, money: &[MoneyCurrency], notes: &mut Notes) -> Option<CashValue> {
    let exponent = money.first().map_or(2, |first| first.exponent);
    let points = decimal(notes, &table.points, "points", scale, 1);
    let per = decimal(notes, &table.per, "per", exponent, 1);
    let min_points = table.min_points.as_ref().and_then(|text| decimal(notes, text, "min_points", scale, 1));
    let step = table.step.as_ref().and_then(|text| decimal(notes, text, "step", scale, 1));
    let share = table.max_share_percent.as_ref();
    let max_share_percent = whole_or(notes, share, "max_share_percent", 1..=100, 100);
    Some(CashValue {
        points: Points(points?),
        per: Money(per?),
        min_points: Points(min_points.unwrap_or(1)),
        step: Points(step.unwrap_or(1)),
        max_share_percent,
    })
}

/// The caps of a rule or currency (`owner`), each with its number in the ledger.
///
/// A cap is known by its owner and period, and by its place where an owner has several of one period, so that a new
/// limit goes on with the old counters.
pub(super) fn caps(
    owner: &str,
    tables: &[At<CapTable>],
    scale: u8,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> SmallVec<[Cap; 1]> {
    let mut caps: SmallVec<[Cap; 1]> = SmallVec::new();
    for table in tables {
        let CapTable { limit, per, beyond } = &table.value;
        let limit = decimal(notes, limit, "limit", scale, 1).unwrap_or(1);
        let nth = caps.iter().filter(|cap| cap.per == *per).count() + 1;
        let name = match nth {
            1 => format!("{owner}/{}", period_name(*per)),
            _ => format!("{owner}/{}/{nth}", period_name(*per)),
        };
        let number = numbers.cap(&name).unwrap_or_else(|| {
            let message = "there are too many caps in all versions of this programme";
            notes.add(
                &table.span,
                message,
                format!("Keep to {CAPS_MAX} rules or currencies with a cap, by period"),
            );
            CapNumber(0)
        });
        caps.push(Cap { number, limit: Points(limit), per: *per, beyond: *beyond });
    }
    caps
}

fn period_name(period: CapPeriod) -> &'static str {
    match period {
        CapPeriod::Order => "order",
        CapPeriod::Day => "day",
        CapPeriod::Week => "week",
        CapPeriod::Month => "month",
        CapPeriod::Year => "year",
        CapPeriod::TierPeriod => "tier_period",
        CapPeriod::Ever => "ever",
    }
}
