//! The earlier records that a fact refers to, gathered by whoever keeps them.
//!
//! A member's state does not hold orders and redemptions: however old they are, their records are found by walking the
//! member's chain. What a judgement needs of them is folded here, in the order of the log, by every caller alike.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::order::{LineSeen, OrderSeen};
use crate::event::{
    BudgetEntry, CapEntry, ClawedBack, Decision, Event, PointsEarned, Redeemed, ReferralPaid,
};
use crate::fact::{Fact, Order, Return, ReturnedPart};
use crate::ids::{CurrencyNumber, LotNumber};
use crate::money::Money;
use crate::points::Points;
use crate::refusal::Refusal;

/// What earlier records say on one fact.
#[derive(Clone, Debug, Default)]
pub enum Precedent<'a> {
    /// Nothing.
    #[default]
    None,
    /// The name that the fact brings is taken by an earlier order or redemption.
    Taken,
    /// The order that a return is of.
    Order(Box<OrderFile<'a>>),
    /// The redemption that a reversal is of, or that paid an order.
    Redemption(Box<RedemptionFile>),
    /// The redemption that paid an order is made by the same command.
    Made,
    /// The lot that a reinstatement is of.
    Lot(Box<LotFile>),
}

/// Refuses facts that would together give points back to one redemption more than once: each is judged on what earlier
/// commands left.
///
/// # Errors
/// [`Refusal::NamedTwice`].
pub(super) fn reversed_once(facts: &[Fact<'_>], precedents: &[Precedent<'_>]) -> Result<(), Refusal> {
    let reversed = || {
        facts.iter().zip(precedents).filter_map(|(fact, precedent)| match (fact, precedent) {
            (Fact::ReversalRequested(reversal), _) => Some(reversal.redemption.as_ref()),
            (Fact::OrderReturned(_), Precedent::Order(file)) => {
                file.redemption.as_ref().map(|r| r.name.as_ref())
            }
            _ => None,
        })
    };
    match reversed().enumerate().find(|(index, name)| reversed().take(*index).any(|earlier| earlier == *name))
    {
        Some((_, name)) => Err(Refusal::NamedTwice { name: name.to_owned() }),
        None => Ok(()),
    }
}

/// An order and all that has become of it.
#[derive(Clone, Debug)]
pub struct OrderFile<'a> {
    /// The order as placed.
    pub order: Order<'a>,
    /// What has become of it.
    pub record: OrderRecord,
    /// The redemption that paid it, where it names one.
    pub redemption: Option<RedemptionFile>,
}

/// The precedent of a fact, given the facts of its command that come before it: an order may name the redemption that is
/// made together with it.
pub(super) fn with_made_before<'p>(
    before: &[Fact<'_>],
    fact: &Fact<'_>,
    precedent: &'p Precedent<'p>,
) -> &'p Precedent<'p> {
    let (Fact::OrderPlaced(Order { redemption: Some(redemption), .. }), Precedent::None) = (fact, precedent)
    else {
        return precedent;
    };
    let makes_it = |earlier: &Fact<'_>| match earlier {
        Fact::RedemptionRequested(made) => made.id == *redemption,
        Fact::CaptureRequested(made) => made.hold == *redemption,
        _ => false,
    };
    if before.iter().any(makes_it) { &Precedent::Made } else { precedent }
}

/// What has become of an order: the judgement, and what went back since.
#[derive(Clone, Debug)]
pub struct OrderRecord {
    /// When the order took effect.
    pub effective_at: Instant,
    /// Its judgement.
    pub earned: PointsEarned,
    /// What has been returned, per line.
    pub returned: Vec<LineReturned>,
    /// What returns have asked back and what expired, per currency.
    pub taken: SmallVec<[Taken; 1]>,
    /// The order's own lots: those it gave, and those that brought their points back after expiry.
    pub lots: SmallVec<[LotNumber; 2]>,
    /// What returns have given back to cap counters, `used` below zero.
    pub freed_caps: SmallVec<[CapEntry; 0]>,
    /// What returns have given back to budgets, `used` below zero.
    pub freed_budgets: SmallVec<[BudgetEntry; 0]>,
    /// Whether a lot was cancelled, as the order was not fulfilled in time.
    pub cancelled: bool,
    /// The referral that the order came to.
    pub referral: Option<ReferralPaid>,
    /// Where the referrer's lots are now, if the referrer has become part of another member.
    pub referrer: Option<Moved>,
}

/// Somebody who became part of another member since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// The member who goes on.
    pub to: Box<str>,
    /// What is added to the numbers of their lots.
    pub lot_offset: u32,
}

/// What has been returned of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LineReturned {
    /// Pieces.
    pub quantity: i64,
    /// Money given back while the pieces were kept.
    pub amount: Money,
    /// Whether the line was given back whole.
    pub all: bool,
}

/// What has gone back of an order's points in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Which currency.
    pub currency: CurrencyNumber,
    /// Asked back by returns so far.
    pub points_total: Points,
    /// Expired unspent so far, or cancelled, and not reinstated.
    pub expired: Points,
    /// The part of `expired` that returns have counted as taken back.
    pub expired_counted: Points,
    /// Counted so, and reinstated since.
    pub came_back: Points,
}

impl OrderRecord {
    /// The record of an order just judged.
    pub fn new(effective_at: Instant, earned: PointsEarned, line_count: usize) -> OrderRecord {
        let mut taken: SmallVec<[Taken; 1]> = SmallVec::new();
        for lot in &earned.lots {
            if !taken.iter().any(|t| t.currency == lot.currency) {
                taken.push(Taken::none(lot.currency));
            }
        }
        OrderRecord {
            effective_at,
            lots: earned.lots.iter().map(|lot| lot.number).collect(),
            earned,
            returned: vec![LineReturned::default(); line_count],
            taken,
            freed_caps: SmallVec::new(),
            freed_budgets: SmallVec::new(),
            cancelled: false,
            referral: None,
            referrer: None,
        }
    }

    /// Takes in a later decision about the member, in the order of the log. Clawbacks and referrals must be of this
    /// order.
    pub fn follow(&mut self, decision: &Decision) {
        match decision {
            Decision::Expired(expired) if self.lots.contains(&expired.lot) => {
                self.taken_mut(expired.currency).expire(expired.points);
            }
            Decision::LotCancelled(cancelled) if self.lots.contains(&cancelled.lot) => {
                self.taken_mut(cancelled.currency).expire(cancelled.points);
                self.cancelled = true;
            }
            Decision::Reinstated(reinstated) if self.lots.contains(&reinstated.of) => {
                let taken = self.taken_mut(reinstated.lot.currency);
                taken.expired.0 -= reinstated.lot.points.0;
                // What a return had counted comes back as well. It is not asked for again, but it does not count again
                // either once it expires again.
                let again = (taken.expired_counted.0 - taken.expired.0).max(0);
                taken.expired_counted.0 -= again;
                taken.came_back.0 += again;
                self.lots.push(reinstated.lot.number);
            }
            Decision::ReferralPaid(paid) => self.referral = Some(paid.clone()),
            Decision::ClawedBack(clawed) => self.follow_clawback(clawed),
            _ => {}
        }
    }

    /// Takes in what became of the order's lots in the very batch that is being written, which is on no file yet.
    pub(super) fn follow_batch(&mut self, events: &[Event]) {
        for Event { decision, .. } in events {
            if matches!(decision, Decision::Expired(_) | Decision::LotCancelled(_) | Decision::Reinstated(_))
            {
                self.follow(decision);
            }
        }
    }

    fn follow_clawback(&mut self, clawed: &ClawedBack) {
        if clawed.referral_cancelled {
            self.referral = None;
        }
        for take in &clawed.takes {
            let taken = self.taken_mut(take.currency);
            taken.points_total = take.points_total;
            taken.expired_counted.0 += take.expired.0;
        }
        self.freed_caps.extend_from_slice(&clawed.caps);
        self.freed_budgets.extend_from_slice(&clawed.budgets);
    }

    /// What returns have given back to a cap's counter so far, of what the order used.
    pub(super) fn freed_of_cap(&self, entry: &CapEntry) -> Points {
        let same = |freed: &&CapEntry| freed.cap == entry.cap && freed.period == entry.period;
        Points(-self.freed_caps.iter().filter(same).map(|freed| freed.used.0).sum::<i64>())
    }

    /// What returns have given back to a budget so far, of what the order took.
    pub(super) fn freed_of_budget(&self, entry: &BudgetEntry) -> Points {
        let same = |freed: &&BudgetEntry| freed.budget == entry.budget;
        Points(-self.freed_budgets.iter().filter(same).map(|freed| freed.used.0).sum::<i64>())
    }

    /// Takes in an accepted return of this order: parts by line index.
    pub fn follow_return(&mut self, lines: &[LineSeen], parts: &[(usize, ReturnedPart)]) {
        for (index, part) in parts {
            let (Some(line), Some(returned)) = (lines.get(*index), self.returned.get_mut(*index)) else {
                continue;
            };
            match part {
                ReturnedPart::All => {
                    *returned = LineReturned { quantity: line.quantity, amount: returned.amount, all: true };
                }
                ReturnedPart::Quantity(pieces) => returned.quantity += pieces,
                ReturnedPart::Amount(money) => returned.amount.0 += money.0,
            }
        }
    }

    /// What has gone back in a currency.
    pub fn taken(&self, currency: CurrencyNumber) -> Taken {
        self.taken.iter().find(|t| t.currency == currency).copied().unwrap_or(Taken::none(currency))
    }

    fn taken_mut(&mut self, currency: CurrencyNumber) -> &mut Taken {
        let index = self.taken.iter().position(|t| t.currency == currency).unwrap_or_else(|| {
            self.taken.push(Taken::none(currency));
            self.taken.len() - 1
        });
        &mut self.taken[index]
    }
}

/// A lot that expired, and what came back of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LotFile {
    /// The lot.
    pub lot: LotNumber,
    /// Its currency.
    pub currency: CurrencyNumber,
    /// When points of it expired last.
    pub expired_at: Instant,
    /// Points that expired and did not come back.
    pub expired: Points,
}

impl LotFile {
    /// The file of a lot of which nothing has expired yet.
    pub fn new(lot: LotNumber, currency: CurrencyNumber) -> LotFile {
        LotFile { lot, currency, expired_at: Instant::MIN, expired: Points::ZERO }
    }

    /// Takes in a decision about the member, in the order of the log.
    pub fn follow(&mut self, effective_at: Instant, decision: &Decision) {
        match decision {
            Decision::Expired(expired) if expired.lot == self.lot => {
                self.expired.0 += expired.points.0;
                self.expired_at = effective_at;
            }
            Decision::Reinstated(reinstated) if reinstated.of == self.lot => {
                self.expired.0 -= reinstated.lot.points.0;
            }
            _ => {}
        }
    }
}

impl Taken {
    fn none(currency: CurrencyNumber) -> Taken {
        Taken {
            currency,
            points_total: Points::ZERO,
            expired: Points::ZERO,
            expired_counted: Points::ZERO,
            came_back: Points::ZERO,
        }
    }

    /// Points expired; those that were counted once before they came back are counted still.
    fn expire(&mut self, points: Points) {
        let again = self.came_back.min(points);
        self.expired.0 += points.0;
        self.expired_counted.0 += again.0;
        self.came_back.0 -= again.0;
    }
}

impl OrderFile<'_> {
    /// Resolves the lines that a return names; naming none means all that are left.
    ///
    /// # Errors
    /// [`Refusal::UnknownLine`].
    pub fn parts(&self, ret: &Return<'_>) -> Result<Vec<(usize, ReturnedPart)>, Refusal> {
        if ret.lines.is_empty() {
            let left = (0..self.order.lines.len()).filter(|&i| !self.is_gone(i));
            return Ok(left.map(|i| (i, ReturnedPart::All)).collect());
        }
        ret.lines
            .iter()
            .map(|line| {
                let index = self.order.line_index(&line.line).ok_or_else(|| Refusal::UnknownLine {
                    order: self.order.id.clone().into_owned(),
                    line: line.line.clone().into_owned(),
                })?;
                Ok((index, line.part))
            })
            .collect()
    }

    fn is_gone(&self, index: usize) -> bool {
        let line = &self.order.lines[index];
        self.record.returned[index].is_gone(line.quantity, line.amount)
    }

    /// Takes in an accepted return of this order.
    pub fn follow_return(&mut self, ret: &Return<'_>) {
        if let Ok(parts) = self.parts(ret) {
            let lines = OrderSeen::amounts_of(&self.order);
            self.record.follow_return(&lines, &parts);
        }
    }
}

impl LineReturned {
    /// Whether nothing is kept of a line of so many pieces and so much money.
    pub fn is_gone(&self, quantity: i64, amount: Money) -> bool {
        self.all
            || (self.kept_amount(quantity, amount) == Money::ZERO
                && self.quantity >= quantity
                && (quantity > 0 || amount.0 > 0))
    }

    /// Money kept of a line: the pieces' share by count, rounded so that all pieces take all, less what was given back
    /// while the pieces were kept.
    pub fn kept_amount(&self, quantity: i64, amount: Money) -> Money {
        if self.all {
            return Money::ZERO;
        }
        Money(amount.0 - share(amount.0, self.quantity, quantity) - self.amount.0)
    }
}

/// `whole * part / of` rounded down; 0 where `of` is 0. The part is at most `of`.
pub(super) fn share(whole: i64, part: i64, of: i64) -> i64 {
    if of == 0 {
        return 0;
    }
    i64::try_from(i128::from(whole) * i128::from(part) / i128::from(of)).unwrap_or(whole)
}

/// A redemption and what has been reversed of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedemptionFile {
    /// The redemption's name.
    pub name: Box<str>,
    /// The redemption as carried out.
    pub redeemed: Redeemed,
    /// Points given back so far.
    pub reversed: Points,
    /// Whether its voucher was still open then, and is void since.
    pub voided: bool,
}

impl RedemptionFile {
    /// The file of a redemption just carried out.
    pub fn new(name: &str, redeemed: Redeemed) -> RedemptionFile {
        RedemptionFile { name: name.into(), redeemed, reversed: Points::ZERO, voided: false }
    }

    /// Takes in an accepted reversal of this redemption.
    pub fn follow(&mut self, decision: &Decision) {
        if let Decision::RedemptionReversed(reversed) = decision {
            self.reversed.0 += reversed.points.0;
            self.voided |= reversed.voided.is_some();
        }
    }
}
