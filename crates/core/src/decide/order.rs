//! Judging an order: points, lots, counters, tiers (cases 5–12, 28, 33).

use smallvec::SmallVec;

use crate::calendar::{Day, Instant, Zone};
use crate::decide::draft::Draft;
use crate::decide::{earn, tier};
use crate::event::{Decision, Figures, MetricEntry, NewLot, PointsEarned};
use crate::fact::Order;
use crate::ids::CurrencyNumber;
use crate::money::{CurrencyCode, Money};
use crate::points::Points;
use crate::programme::plan::{Activation, CountsFrom, Expiry, Plan, RoundTo, Span, Symbol, Symbols, Usage};
use crate::refusal::Refusal;

/// An order as a plan sees it: figures, and symbols for the texts that rules mention.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderSeen {
    /// Currency of all amounts; `None` only before the first reading.
    pub currency: Option<CurrencyCode>,
    /// Sales channel.
    pub channel: Symbol,
    /// Store.
    pub store: Symbol,
    /// Shipping.
    pub shipping: Money,
    /// Part paid by points.
    pub paid_with_points: Money,
    /// Part paid by stored value.
    pub paid_with_stored_value: Money,
    /// Lines, at least one.
    pub lines: Vec<LineSeen>,
}

/// A line as a plan sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineSeen {
    /// Pieces.
    pub quantity: i64,
    /// After discount, without tax.
    pub amount: Money,
    /// What was taken off.
    pub discount: Money,
    /// Tax on top.
    pub tax: Money,
    /// Stock-keeping unit.
    pub sku: Symbol,
    /// Category.
    pub category: Symbol,
    /// Brand.
    pub brand: Symbol,
    /// Bits of the tags that rules mention.
    pub tags: u64,
}

impl OrderSeen {
    /// Reads an order in the symbols of a plan, reusing this one's memory.
    pub fn read(&mut self, order: &Order<'_>, symbols: &Symbols) {
        self.currency = Some(order.currency);
        self.channel = symbols.optional(order.channel.as_deref());
        self.store = symbols.optional(order.store.as_deref());
        self.shipping = order.shipping;
        self.paid_with_points = order.paid_with_points;
        self.paid_with_stored_value = order.paid_with_stored_value;
        self.lines.clear();
        self.lines.extend(order.lines.iter().map(|line| LineSeen {
            quantity: line.quantity,
            amount: line.amount,
            discount: line.discount,
            tax: line.tax,
            sku: symbols.optional(line.sku.as_deref()),
            category: symbols.optional(line.category.as_deref()),
            brand: symbols.optional(line.brand.as_deref()),
            tags: line.tags.iter().fold(0, |bits, tag| bits | symbols.tag_bit(tag)),
        }));
    }

    /// The figures of an order's lines, without symbols.
    pub fn amounts_of(order: &Order<'_>) -> Vec<LineSeen> {
        let mut seen = OrderSeen::default();
        seen.read(order, &Symbols::default());
        seen.lines
    }
}

/// Refuses an order in a currency that the programme cannot take.
pub fn accepts(plan: &Plan, currency: CurrencyCode) -> Result<(), Refusal> {
    if plan.money.iter().any(|m| m.code == currency) {
        return Ok(());
    }
    Err(Refusal::UnknownMoneyCurrency {
        code: currency.to_string(),
        accepted: plan.money.iter().map(|m| m.code.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Judges an order under the programme in force at its time, on the member's state as settled.
///
/// # Errors
/// [`Refusal::Overflow`] where the sums do not fit.
pub fn place(
    draft: &mut Draft<'_>,
    order: &OrderSeen,
    effective_at: Instant,
    scratch: &mut earn::Scratch,
) -> Result<(), Refusal> {
    let programmes = draft.programmes;
    let version = programmes.in_force(effective_at)?;
    let plan = &version.plan;
    let settled_to = draft.state().settled_to;
    let earning = earn::earn(plan, order, &earn::Side::live(plan, draft.state(), effective_at), scratch)?;
    let lots = lots(draft, plan, &earning.totals, effective_at)?;
    let joined_at = draft.state().joined_at.unwrap_or(effective_at);
    let metrics = plan
        .ladders
        .iter()
        .flatten()
        .map(|ladder| {
            let bucket = tier::figures::bucket(ladder, plan.zone, joined_at, effective_at);
            let figures = Figures {
                spend: spend(plan, order, ladder, scratch)?,
                points: earning.qualifying(plan)?,
                orders: 1,
            };
            tier::figures::room_for(draft.state(), ladder.number, bucket, &figures)?;
            Ok(MetricEntry { ladder: ladder.number, bucket, figures })
        })
        .collect::<Result<SmallVec<_>, Refusal>>()?;
    let latest_day = plan.zone.day(effective_at.max(settled_to));
    let order_number = draft.state().orders.checked_add(1).ok_or(Refusal::Overflow { what: "orders" })?;
    let earned = PointsEarned {
        version: version.number,
        order_number,
        eligible: earning.eligible,
        shares: earning.shares,
        caps: earning.caps,
        lots,
        metrics,
        forget_before: latest_day.plus_days(-i64::from(plan.horizon_days)),
    };
    let lot_numbers: SmallVec<[_; 2]> = earned.lots.iter().map(|lot| lot.number).collect();
    draft.join(effective_at);
    draft.record(effective_at, Decision::PointsEarned(earned));
    for ladder in plan.ladders.iter().flatten() {
        tier::after_order(draft, version, ladder, effective_at);
    }
    // A late order's lots may have become active, or run out, before what is settled.
    draft.settle(settled_to);
    for number in lot_numbers {
        draft.pay_arrears(number, effective_at);
    }
    Ok(())
}

fn lots(
    draft: &Draft<'_>,
    plan: &Plan,
    totals: &[(CurrencyNumber, Points)],
    effective_at: Instant,
) -> Result<SmallVec<[NewLot; 1]>, Refusal> {
    let mut lots = SmallVec::new();
    for currency in plan.currencies.iter().flatten() {
        let Some(&(_, points)) = totals.iter().find(|(number, _)| *number == currency.number) else {
            continue;
        };
        if !points.is_positive() {
            continue;
        }
        draft.room_for(currency.number, points)?;
        let (activates_at, expires_at) =
            lifetime(plan.zone, currency.activation, currency.expiry, effective_at);
        let number = draft.next_lot(u32::try_from(lots.len()).unwrap_or(u32::MAX))?;
        lots.push(NewLot { number, currency: currency.number, points, activates_at, expires_at });
    }
    Ok(lots)
}

/// What an order adds to a ladder's spend: all lines, in the first money currency only.
pub(super) fn spend(
    plan: &Plan,
    order: &OrderSeen,
    ladder: &crate::programme::plan::Ladder,
    scratch: &mut earn::Scratch,
) -> Result<Money, Refusal> {
    if order.currency != plan.money.first().map(|m| m.code) {
        return Ok(Money::ZERO);
    }
    let spend = earn::order_money(order, ladder.spend, scratch);
    i64::try_from(spend).map(Money).map_err(|_| Refusal::Overflow { what: "money" })
}

/// When a lot earned at an instant starts and ends (cases 10–12).
pub fn lifetime(
    zone: Zone,
    activation: Activation,
    expiry: Expiry,
    earned_at: Instant,
) -> (Instant, Option<Instant>) {
    let activates_at = match activation {
        Activation::Immediate => earned_at,
        Activation::AfterDays(days) => zone.day_start(zone.day(earned_at).plus_days(i64::from(days))),
    };
    let start = |counts_from| match counts_from {
        CountsFrom::Activation => zone.day(activates_at),
        CountsFrom::Earning => zone.day(earned_at),
    };
    let last_day = match expiry {
        Expiry::Never => return (activates_at, None),
        Expiry::After { span, round_to, counts_from } => {
            let last = match span {
                Span::Days(days) => start(counts_from).plus_days(i64::from(days)),
                Span::Months(months) => start(counts_from).plus_months(months),
            };
            last_of(last, round_to)
        }
        Expiry::Calendar { years, counts_from } => {
            last_of(start(counts_from).plus_months(years.saturating_mul(12)), RoundTo::Year)
        }
    };
    (activates_at, Some(zone.day_start(last_day.plus_days(1))))
}

/// The last day of the unit that holds a day.
fn last_of(day: Day, unit: RoundTo) -> Day {
    let months = match unit {
        RoundTo::Day => return day,
        RoundTo::Month => 1,
        RoundTo::Quarter => 3,
        RoundTo::HalfYear => 6,
        RoundTo::Year => 12,
    };
    day.months_start(months).plus_months(months).plus_days(-1)
}

/// Whether a currency counts for tiers.
pub(super) fn qualifies(usage: Usage) -> bool {
    matches!(usage, Usage::Qualifying | Usage::Both)
}
