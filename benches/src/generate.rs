//! Histories of any size: orders, returns and redemptions of members who buy very unevenly.
//!
//! Invariants:
//! - the same [`Shape`] gives the same history on every machine: integers only, from one seed;
//! - happenings come in order of time, and memory grows with members, not with orders;
//! - a return is of an order of the same member that was not returned before, a redemption asks for no more than the
//!   member's purchases may have brought.
//!
//! It knows nothing of programmes: whether a redemption is met is the ledger's to say.

use std::io::{self, Write};

use tallybook::Command;
use tallybook::core::calendar::{DAY_MICROS, Instant};
use tallybook::core::fact::{Fact, Line, Order, Purpose, Redemption, Return, ReturnedLine, ReturnedPart};
use tallybook::core::money::{CurrencyCode, Money};
use tallybook::core::points::Points;

use crate::START;

/// How long a history lasts, in days.
pub const SPAN_DAYS: i64 = 3 * 365;

/// Departments that lines are of. The example programme multiplies the points of the second.
const CATEGORIES: [&str; 8] =
    ["GROCERY", "PRODUCE", "MEAT", "DRUG GM", "DELI", "PASTRY", "NUTRITION", "COSMETICS"];

/// Members are dealt into layers, each of twice as many as the one before and with as many orders.
const LAYERS: u32 = 10;

/// Points that a redemption asks for.
const REDEEMED_POINTS: i64 = 100;

/// What a history is made from.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// How many members may buy, at least 1. Who never does is never heard of.
    pub members: u32,
    /// How many orders there are.
    pub orders: u64,
    /// Where chance starts.
    pub seed: u64,
}

/// One thing that happened to one member.
#[derive(Clone, Debug)]
pub struct Happening {
    /// When.
    pub at: Instant,
    /// To whom, from 0.
    pub member: u32,
    /// What.
    pub fact: Fact<'static>,
    /// What was bought or given back, minor units; 0 for a redemption.
    pub amount_minor: i64,
}

impl Happening {
    /// The command that takes it down.
    pub fn into_command(self) -> Command {
        Command::new(&member_name(self.member), self.at, self.fact)
    }
}

/// The name of the `member`-th member.
pub fn member_name(member: u32) -> String {
    format!("m{member:08}")
}

/// A generator of pseudo-random numbers (SplitMix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub struct Chance(u64);

impl Chance {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `bound - 1`; `bound` is at least 1.
    pub fn below(&mut self, bound: u32) -> u32 {
        // The upper half of the product is below the bound; the bias is under one in 2^32.
        ((u64::from(bound) * (self.next() >> 32)) >> 32) as u32
    }

    fn one_in(&mut self, count: u32) -> bool {
        self.below(count) == 0
    }
}

/// What the generator remembers of a member.
#[derive(Clone, Copy, Debug, Default)]
struct Buyer {
    /// The last order and what its first line came to.
    last: Option<(u64, i64)>,
    /// The same of the order before, while it may be given back.
    returnable: Option<(u64, i64)>,
    /// Spent since the last redemption, minor units.
    spent_minor: i64,
}

/// A history as it happens.
#[derive(Clone, Debug)]
pub struct History {
    shape: Shape,
    chance: Chance,
    buyers: Vec<Buyer>,
    orders_done: u64,
    /// What follows the order given last.
    pending: Option<Happening>,
}

impl History {
    /// Starts a history.
    pub fn new(shape: Shape) -> History {
        History {
            shape,
            chance: Chance::new(shape.seed),
            buyers: vec![Buyer::default(); shape.members.max(1) as usize],
            orders_done: 0,
            pending: None,
        }
    }

    /// Zipf's law in steps: each layer of members has as many orders as the one before, and twice as many members.
    fn buyer(&mut self) -> u32 {
        let members = self.shape.members.max(1);
        let layer = self.chance.below(LAYERS);
        let first = if layer == 0 { 0 } else { share(members, layer - 1) };
        let end = share(members, layer).max(first + 1).min(members.max(first + 1));
        (first + self.chance.below(end - first)).min(members - 1)
    }

    fn order(&mut self) -> Happening {
        let number = self.orders_done;
        self.orders_done += 1;
        let at = self.time(number);
        let member = self.buyer();
        // The smaller of two draws: small baskets are the rule.
        let line_count = 1 + self.chance.below(8).min(self.chance.below(8));
        let lines: Vec<Line<'static>> = (0..line_count).map(|_| self.line()).collect();
        let amount_minor = lines.iter().map(|line| line.amount.0).sum();
        let buyer = &mut self.buyers[member as usize];
        buyer.returnable = buyer.last.replace((number, lines[0].amount.0));
        buyer.spent_minor += amount_minor;
        let order = Order {
            id: order_name(number).into(),
            currency: CurrencyCode::parse("USD").expect("USD is a currency code"),
            channel: None,
            store: Some(format!("{}", 300 + self.chance.below(120)).into()),
            shipping: Money::ZERO,
            paid_with_points: Money::ZERO,
            paid_with_stored_value: Money::ZERO,
            redemption: None,
            lines,
        };
        Happening { at, member, fact: Fact::OrderPlaced(order), amount_minor }
    }

    fn line(&mut self) -> Line<'static> {
        let dear = if self.chance.one_in(20) { i64::from(self.chance.below(9_000)) } else { 0 };
        Line {
            quantity: 1 + i64::from(self.chance.below(3)),
            amount: Money(99 + i64::from(self.chance.below(900)) + dear),
            sku: Some(format!("s{:05}", self.chance.below(20_000)).into()),
            category: Some(CATEGORIES[self.chance.below(CATEGORIES.len() as u32) as usize].into()),
            tags: if self.chance.one_in(16) { vec!["coupon".into()] } else { Vec::new() },
            ..Line::default()
        }
    }

    /// Orders are spread evenly over the span, each at a moment of its own share of it.
    fn time(&mut self, number: u64) -> Instant {
        let share = (SPAN_DAYS * DAY_MICROS) as u64 / self.shape.orders.max(1);
        let jitter = u64::from(self.chance.below(u32::MAX)) % (share / 2).max(1);
        Instant(START.0 + (number * share + jitter) as i64)
    }

    /// Now and then a member who has bought gives back a line of the order before, or spends points.
    fn aftermath(&mut self, order: &Happening) -> Option<Happening> {
        let Happening { at, member, .. } = *order;
        let at = Instant(at.0 + 1);
        let number = self.orders_done;
        let buyer = &mut self.buyers[member as usize];
        if buyer.returnable.is_some() && self.chance.one_in(25) {
            let (returned, amount_minor) = buyer.returnable.take()?;
            buyer.spent_minor -= amount_minor;
            let line = ReturnedLine { line: "1".into(), part: ReturnedPart::All };
            let ret = Return {
                id: format!("t{number}").into(),
                order: order_name(returned).into(),
                lines: vec![line],
                points_back: None,
            };
            return Some(Happening { at, member, fact: Fact::OrderReturned(ret), amount_minor });
        }
        // Somewhat more than the points cost, as not every line brings some and points run out.
        if buyer.spent_minor >= REDEEMED_POINTS * 150 && self.chance.one_in(4) {
            buyer.spent_minor = 0;
            let redemption = Redemption {
                id: format!("r{number}").into(),
                currency: "points".into(),
                points: Points(REDEEMED_POINTS),
                partial: true,
                purpose: Purpose::Reward("espresso".into()),
            };
            return Some(Happening {
                at,
                member,
                fact: Fact::RedemptionRequested(redemption),
                amount_minor: 0,
            });
        }
        None
    }
}

impl Iterator for History {
    type Item = Happening;

    fn next(&mut self) -> Option<Happening> {
        if let Some(pending) = self.pending.take() {
            return Some(pending);
        }
        if self.orders_done >= self.shape.orders {
            return None;
        }
        let order = self.order();
        self.pending = self.aftermath(&order);
        Some(order)
    }
}

/// How many members the layers up to this one hold together.
fn share(members: u32, layer: u32) -> u32 {
    (u64::from(members) >> (LAYERS - 1 - layer)).max(1) as u32
}

fn order_name(number: u64) -> String {
    format!("o{number}")
}

/// Writes a history's orders as CSV: `order,member,at_micros,day,amount_minor`, a day being days since 1970-01-01.
///
/// # Errors
/// The writer's.
pub fn write_orders_csv(shape: Shape, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "order,member,at_micros,day,amount_minor")?;
    for Happening { at, member, fact, amount_minor } in History::new(shape) {
        if let Fact::OrderPlaced(order) = fact {
            let day = at.0.div_euclid(DAY_MICROS);
            writeln!(out, "{},{member},{},{day},{amount_minor}", order.id, at.0)?;
        }
    }
    out.flush()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const SHAPE: Shape = Shape { members: 1_000, orders: 20_000, seed: 7 };

    #[test]
    fn the_same_seed_gives_the_same_history_and_another_seed_another() {
        let texts = |seed| {
            let history = History::new(Shape { seed, orders: 200, ..SHAPE });
            history.map(|happening| format!("{happening:?}")).collect::<Vec<_>>()
        };
        assert_eq!(texts(7), texts(7));
        assert_ne!(texts(7), texts(8));
    }

    #[test]
    fn time_never_goes_back_and_the_span_is_kept() {
        let times: Vec<i64> = History::new(SHAPE).map(|happening| happening.at.0).collect();
        assert!(times.is_sorted());
        assert!(times[0] >= START.0);
        assert!(times[times.len() - 1] < START.0 + SPAN_DAYS * DAY_MICROS);
    }

    #[test]
    fn a_tenth_of_the_orders_are_of_the_best_members_and_a_tenth_of_the_lower_half() {
        let mut orders = vec![0_u64; 1_000];
        for happening in History::new(SHAPE) {
            if matches!(happening.fact, Fact::OrderPlaced(_)) {
                orders[happening.member as usize] += 1;
            }
        }
        assert_eq!(orders.iter().sum::<u64>(), 20_000);
        assert!((1_800..2_200).contains(&orders[0]), "{}", orders[0]);
        assert!((1_800..2_200).contains(&orders[500..].iter().sum::<u64>()));
    }

    #[test]
    fn no_order_is_returned_twice_and_each_is_of_who_returns_it() {
        let mut owners: HashMap<String, u32> = HashMap::new();
        let (mut returns, mut redemptions) = (0, 0);
        for happening in History::new(SHAPE) {
            match happening.fact {
                Fact::OrderPlaced(order) => {
                    assert!((1..=8).contains(&order.lines.len()));
                    owners.insert(order.id.into_owned(), happening.member);
                }
                Fact::OrderReturned(ret) => {
                    returns += 1;
                    assert_eq!(owners.remove(&*ret.order), Some(happening.member));
                }
                _ => redemptions += 1,
            }
        }
        assert!(returns > 500 && redemptions > 500, "{returns} returns, {redemptions} redemptions");
    }

    #[test]
    fn a_few_members_are_enough() {
        for members in 1..20 {
            assert!(History::new(Shape { members, ..SHAPE }).all(|happening| happening.member < members));
        }
    }
}
