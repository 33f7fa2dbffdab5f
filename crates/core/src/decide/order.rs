//! Judging an order: points, lots, counters, tiers (cases 5–12, 28, 33).

use std::borrow::Cow;

use crate::calendar::Instant;
use crate::decide::award::Award;
use crate::decide::draft::Draft;
use crate::decide::earn::{self, Deed};
use crate::decide::precedent::Precedent;
use crate::decide::{Workspace, member, referral, renew};
use crate::event::Trigger;
use crate::fact::{Activity, Order};
use crate::money::{CurrencyCode, Money};
use crate::programme::plan::{Ladder, Plan, RenewalKind, Symbol, Symbols, Usage};
use crate::refusal::Refusal;

/// An order as a plan sees it: figures, and symbols for the texts that rules mention. What else may earn is seen as an
/// order of one line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderSeen {
    /// Currency of all amounts; `None` where there is no money.
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
            tags: tag_bits(&line.tags, symbols),
        }));
    }

    /// Reads an activity: one line of one piece, with the activity's money and tags.
    pub fn read_activity(&mut self, activity: &Activity<'_>, symbols: &Symbols) {
        self.read_nothing();
        self.currency = activity.amount.map(|price| price.currency);
        self.channel = symbols.optional(activity.channel.as_deref());
        self.store = symbols.optional(activity.store.as_deref());
        self.lines[0].amount = activity.amount.map_or(Money::ZERO, |price| price.amount);
        self.lines[0].tags = tag_bits(&activity.tags, symbols);
    }

    /// Becomes what stands for an occasion that has nothing of an order: one line of one piece, and no money.
    pub fn read_nothing(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        lines.push(LineSeen { quantity: 1, ..LineSeen::default() });
        *self = OrderSeen { lines, ..OrderSeen::default() };
    }

    /// The figures of an order's lines, without symbols.
    pub fn amounts_of(order: &Order<'_>) -> Vec<LineSeen> {
        let mut seen = OrderSeen::default();
        seen.read(order, &Symbols::default());
        seen.lines
    }
}

fn tag_bits(tags: &[Cow<'_, str>], symbols: &Symbols) -> u64 {
    tags.iter().fold(0, |bits, tag| bits | symbols.tag_bit(tag))
}

/// Refuses money in a currency that the programme cannot take.
pub fn accepts(plan: &Plan, currency: CurrencyCode) -> Result<(), Refusal> {
    if plan.money.iter().any(|m| m.code == currency) {
        return Ok(());
    }
    Err(Refusal::UnknownMoneyCurrency {
        code: currency.to_string(),
        accepted: plan.money.iter().map(|m| m.code.as_str()).collect::<Vec<_>>().join(", "),
    })
}

/// Judges an order as placed.
///
/// # Errors
/// [`Refusal::DuplicateOrder`], [`Refusal::EarningBlocked`], [`Refusal::UnknownMoneyCurrency`],
/// [`Refusal::UnknownRedemption`], and those of [`place`].
pub fn judge(
    draft: &mut Draft<'_>,
    placed: &Order<'_>,
    precedent: &Precedent<'_>,
    effective_at: Instant,
    workspace: &mut Workspace,
) -> Result<(), Refusal> {
    if matches!(precedent, Precedent::Taken) {
        return Err(Refusal::DuplicateOrder { order: placed.id.clone().into_owned() });
    }
    member::may_earn(draft.state())?;
    let version = draft.programmes.in_force(effective_at)?;
    accepts(&version.plan, placed.currency)?;
    if let Some(redemption) = &placed.redemption
        && !matches!(precedent, Precedent::Redemption(_) | Precedent::Made)
    {
        return Err(Refusal::UnknownRedemption { redemption: redemption.clone().into_owned() });
    }
    workspace.order.read(placed, &version.plan.symbols);
    place(draft, &workspace.order, effective_at, &mut workspace.earning)
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
    let version = draft.programmes.in_force(effective_at)?;
    let award = Award::new(version, order, Deed::new(Trigger::Order), effective_at);
    let earned = award.judge(draft, scratch)?;
    let order_number = earned.order_number;
    award.record(draft, earned);
    if order_number == 1 {
        referral::pay(draft, version, effective_at, scratch);
    }
    renew::after(draft, RenewalKind::Order, effective_at);
    Ok(())
}

/// What an order adds to a ladder's spend: all lines, in the first money currency only.
pub(super) fn spend(
    plan: &Plan,
    order: &OrderSeen,
    ladder: &Ladder,
    scratch: &mut earn::Scratch,
) -> Result<Money, Refusal> {
    if order.currency != plan.money.first().map(|m| m.code) {
        return Ok(Money::ZERO);
    }
    let spend = earn::order_money(order, ladder.spend, scratch);
    i64::try_from(spend).map(Money).map_err(|_| Refusal::Overflow { what: "money" })
}

/// Whether a currency counts for tiers.
pub(super) fn qualifies(usage: Usage) -> bool {
    matches!(usage, Usage::Qualifying | Usage::Both)
}
