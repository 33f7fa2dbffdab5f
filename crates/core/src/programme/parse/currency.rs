//! Point currencies: activation, cash value and caps.

use std::ops::Range;

use smallvec::SmallVec;

use super::exchange;
use super::expiry::{Expiries, expiry};
use super::findings::Notes;
use super::scalar::{check_id, check_unique, decimal, moment, whole_or};
use crate::calendar::Zone;
use crate::ids::{CapNumber, CurrencyNumber};
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{
    Activation, Cap, CapPeriod, CashValue, Expiry, MoneyCurrency, PointCurrency, Usage,
};
use crate::programme::registry::{CAPS_MAX, CURRENCIES_MAX, Registry};
use crate::programme::schema::{ActivationPolicy, ActivationTable, At, CapTable, CashTable, CurrencyTable};

/// What currencies rest on.
#[derive(Clone, Copy)]
pub(super) struct Setting<'p> {
    /// The programme's zone.
    pub zone: Zone,
    /// Money currencies accepted.
    pub money: &'p [MoneyCurrency],
}

/// The currencies by number, with `None` for those of earlier versions that the file lacks.
pub(super) fn currencies(
    tables: &At<Vec<At<CurrencyTable>>>,
    setting: Setting,
    expiries: &mut Expiries,
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
        currencies.push(currency(&table.value, number, setting, expiries, numbers, notes));
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
    setting: Setting,
    expiries: &mut Expiries,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> PointCurrency {
    let Setting { zone, money } = setting;
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
        expiry: table.expiry.as_ref().map_or(Expiry::NEVER, |at| {
            let expiry = expiry(at, notes);
            expiries.is_usual(number, expiry, &at.span);
            expiry
        }),
        activation: table.activation.as_ref().map_or(Activation::Immediate, |a| activation(a, zone, notes)),
        reversal_grace_days: whole_or(notes, grace, "reversal_grace_days", 0..=3_650, 0),
        cash,
        caps: caps(&format!("currency {}", table.id.value), &table.cap, scale, numbers, notes),
        transfer: table
            .transfer
            .as_ref()
            .map(|transfer| exchange::transfer(table, transfer, scale, numbers, notes)),
        purchase: table
            .purchase
            .as_ref()
            .map(|purchase| exchange::purchase(table, purchase, scale, numbers, notes)),
    }
}

/// The activation policy, refusing keys that do not go with it.
fn activation(at: &At<ActivationTable>, zone: Zone, notes: &mut Notes) -> Activation {
    let ActivationTable { policy, days, date, within_days } = &at.value;
    let keys = [
        (
            "days",
            days.as_ref().map(|days| &days.span),
            ActivationPolicy::AfterDays,
            "days = 14, or how many it is to be",
        ),
        (
            "date",
            date.as_ref().map(|date| &date.span),
            ActivationPolicy::OnDate,
            "date = 2026-12-01, or which it is to be",
        ),
        (
            "within_days",
            within_days.as_ref().map(|days| &days.span),
            ActivationPolicy::OnFulfilment,
            "within_days = 30, or how many it is to be",
        ),
    ];
    for (key, span, owner, example) in keys {
        match span {
            Some(span) if owner != *policy => {
                let message = format!("`{key}` does not go with the activation policy `{}`", policy.word());
                notes.add(span, message, format!("Leave `{key}` out, or let policy be \"{}\"", owner.word()));
            }
            None if owner == *policy => {
                let message = format!("`{}` lacks `{key}`", policy.word());
                notes.add(&at.span, message, format!("Add {example}"));
            }
            _ => {}
        }
    }
    match policy {
        ActivationPolicy::Immediate => Activation::Immediate,
        ActivationPolicy::AfterDays => {
            Activation::AfterDays(whole_or(notes, days.as_ref(), "days", 1..=3_650, 1))
        }
        ActivationPolicy::OnDate => {
            let at = date.as_ref().and_then(|date| moment(notes, date, zone));
            at.map_or(Activation::Immediate, Activation::OnDate)
        }
        ActivationPolicy::OnFulfilment => Activation::OnFulfilment {
            within_days: whole_or(notes, within_days.as_ref(), "within_days", 1..=3_650, 1),
        },
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
        let number = cap_number(&name, &table.span, numbers, notes);
        caps.push(Cap { number, limit: Points(limit), per: *per, beyond: *beyond });
    }
    caps
}

/// The number of a counter per member, noting when there are too many.
pub(super) fn cap_number(
    name: &str,
    span: &Range<usize>,
    numbers: &mut Registry,
    notes: &mut Notes,
) -> CapNumber {
    numbers.cap(name).unwrap_or_else(|| {
        let message = "there are too many caps in all versions of this programme";
        notes.add(span, message, format!("Keep to {CAPS_MAX} rules or currencies with a cap, by period"));
        CapNumber(0)
    })
}

/// Notes a limit by the order where limits are on something else.
pub(super) fn check_period(per: &At<CapPeriod>, what: &str, notes: &mut Notes) {
    if per.value == CapPeriod::Order {
        let message = format!("{what} cannot be limited by the order");
        notes.add(&per.span, message, "Let per be day, week, month, year, tier_period or ever");
    }
}

/// The word for a period in the file.
pub(super) fn period_name(period: CapPeriod) -> &'static str {
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
