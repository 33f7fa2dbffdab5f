//! The earlier records that a fact refers to, gathered by whoever keeps them.
//!
//! A member's state does not hold orders and redemptions: however old they are, their records are found by walking the
//! member's chain. What a judgement needs of them is folded here, in the order of the log, by every caller alike.

use smallvec::SmallVec;

use crate::calendar::Instant;
use crate::decide::order::{LineSeen, OrderSeen};
use crate::event::{ClawedBack, Decision, PointsEarned, Redeemed};
use crate::fact::{Order, Return, ReturnedPart};
use crate::ids::CurrencyNumber;
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
    /// The redemption that a reversal is of.
    Redemption(Box<RedemptionFile>),
}

/// An order and all that has become of it.
#[derive(Clone, Debug)]
pub struct OrderFile<'a> {
    /// The order as placed.
    pub order: Order<'a>,
    /// What has become of it.
    pub record: OrderRecord,
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
    /// Expired unspent so far.
    pub expired: Points,
    /// The part of `expired` that returns have counted as taken back.
    pub expired_counted: Points,
}

impl OrderRecord {
    /// The record of an order just judged.
    pub fn new(effective_at: Instant, earned: PointsEarned, line_count: usize) -> OrderRecord {
        let taken = earned.lots.iter().map(|lot| Taken::none(lot.currency)).collect();
        OrderRecord { effective_at, earned, returned: vec![LineReturned::default(); line_count], taken }
    }

    /// Takes in a later decision about the member, in the order of the log. Clawbacks must be of this order.
    pub fn follow(&mut self, decision: &Decision) {
        match decision {
            Decision::Expired(expired) if self.earned.lots.iter().any(|lot| lot.number == expired.lot) => {
                self.taken_mut(expired.currency).expired.0 += expired.points.0;
            }
            Decision::ClawedBack(clawed) => self.follow_clawback(clawed),
            _ => {}
        }
    }

    fn follow_clawback(&mut self, clawed: &ClawedBack) {
        for take in &clawed.takes {
            let taken = self.taken_mut(take.currency);
            taken.points_total = take.points_total;
            taken.expired_counted.0 += take.expired.0;
        }
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

impl Taken {
    fn none(currency: CurrencyNumber) -> Taken {
        Taken { currency, points_total: Points::ZERO, expired: Points::ZERO, expired_counted: Points::ZERO }
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
    /// The redemption as carried out.
    pub redeemed: Redeemed,
    /// Points given back so far.
    pub reversed: Points,
}

impl RedemptionFile {
    /// The file of a redemption just carried out.
    pub fn new(redeemed: Redeemed) -> RedemptionFile {
        RedemptionFile { redeemed, reversed: Points::ZERO }
    }

    /// Takes in an accepted reversal of this redemption.
    pub fn follow(&mut self, decision: &Decision) {
        if let Decision::RedemptionReversed(reversed) = decision {
            self.reversed.0 += reversed.points.0;
        }
    }
}
