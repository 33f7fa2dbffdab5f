//! Histories: moves of a few members, turned into commands as a caller would send them.
//!
//! The naive model takes each command on the way, so that most returns and reversals are of what came to be.

use std::borrow::Cow;

use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;
use proptest::sample::select;
use tallybook_core::calendar::{Day, Instant, MonthDay, SECOND_MICROS, Zone};
use tallybook_core::command::Command;
use tallybook_core::fact::{
    Adjustment, Enrolment, Fact, Line, Order, Profile, Purpose, Redemption, Return, ReturnedLine,
    ReturnedPart, Reversal, Shortfall,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;

use super::programme::{ATTRIBUTE, BRANDS, CATEGORIES, CHANNELS, SEGMENTS, SKUS, STORES, TAGS};
use crate::naive::Model;
use crate::spec::Spec;

/// How many members a history is about.
const MEMBERS: usize = 3;
/// Stands for a place that nothing has.
const UNKNOWN: usize = usize::MAX;
/// Most moves in a history.
const MOVES_MAX: usize = 40;

/// A command, and when the ledger takes it down. Recording times never go back within a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// The command.
    pub command: Command,
    /// When it is recorded.
    pub recorded_at: Instant,
}

/// Draws a history of up to 40 commands for members `M0`, `M1` and `M2`, from a winter or leap day on.
pub fn history(spec: &Spec) -> impl Strategy<Value = Vec<Recorded>> + use<> {
    let spec = spec.clone();
    let start = select(vec![(2018, 10, 25), (2019, 12, 28), (2020, 2, 27), (2023, 1, 31), (2024, 6, 30)]);
    (start, vec(one_move(), 1..=MOVES_MAX)).prop_map(move |(start, moves)| commands(&spec, start, &moves))
}

#[derive(Clone, Debug)]
struct Move {
    member: usize,
    when: When,
    act: Act,
}

/// How time goes on before a move, or how far a move reaches back.
#[derive(Clone, Copy, Debug)]
enum When {
    Same,
    Minutes(i64),
    Days(i64),
    NextMidnight,
    JustBeforeMidnight,
    NextMonth,
    NextYear,
    LateDays(i64),
    LateMidnight(i64),
    AheadSeconds(i64),
}

#[derive(Clone, Debug)]
enum Act {
    Enrol(ProfileDraw),
    ChangeProfile(ProfileDraw),
    Order(OrderDraw),
    SameOrderAgain(OrderDraw),
    Return(ReturnDraw),
    Exchange(ReturnDraw, OrderDraw),
    Redeem { currency: usize, points: PointsDraw, partial: bool, cash_total: Option<i64> },
    Reverse { which: usize, points: Option<i64> },
    Adjust { currency: usize, points: i64, arrears: bool },
    Retry { which: usize },
    RetryOtherwise { which: usize },
}

/// How many points are to be spent.
#[derive(Clone, Copy, Debug)]
enum PointsDraw {
    Exactly(i64),
    /// Of what is available, in whole steps where points pay cash.
    Percent(i64),
}

#[derive(Clone, Copy, Debug)]
struct ProfileDraw {
    birthday: Option<(u8, u8)>,
    segment: Option<usize>,
    size: Option<usize>,
}

#[derive(Clone, Debug)]
struct OrderDraw {
    money: usize,
    channel: Option<usize>,
    store: Option<usize>,
    shipping: i64,
    paid_with_points: i64,
    paid_with_stored_value: i64,
    lines: Vec<LineDraw>,
}

#[derive(Clone, Debug)]
struct LineDraw {
    is_named: bool,
    quantity: i64,
    amount: i64,
    discount: i64,
    tax: i64,
    sku: usize,
    category: usize,
    brand: usize,
    tag: usize,
}

#[derive(Clone, Debug)]
struct ReturnDraw {
    which: usize,
    lines: Vec<(usize, PartDraw)>,
}

#[derive(Clone, Copy, Debug)]
enum PartDraw {
    All,
    Quantity(i64),
    Amount(i64),
}

fn one_move() -> impl Strategy<Value = Move> {
    // Most of it happens to one member, so that orders, debts and tiers build up.
    let member = prop_oneof![6 => Just(0), 2 => Just(1), 1 => Just(MEMBERS - 1)];
    (member, when(), act()).prop_map(|(member, when, act)| Move { member, when, act })
}

fn when() -> impl Strategy<Value = When> {
    prop_oneof![
        3 => Just(When::Same),
        6 => (1..=600_i64).prop_map(When::Minutes),
        8 => (1..=20_i64).prop_map(When::Days),
        2 => (20..=200_i64).prop_map(When::Days),
        3 => Just(When::NextMidnight),
        2 => Just(When::JustBeforeMidnight),
        3 => Just(When::NextMonth),
        2 => Just(When::NextYear),
        3 => (1..=40_i64).prop_map(When::LateDays),
        1 => (1..=450_i64).prop_map(When::LateDays),
        1 => (0..=60_i64).prop_map(When::LateMidnight),
        1 => select(vec![1_i64, 300, 300, 301, 100_000]).prop_map(When::AheadSeconds),
    ]
}

fn act() -> impl Strategy<Value = Act> {
    let points =
        || prop_oneof![6 => 1..=15_i64, 3 => (1..=10_i64).prop_map(|n| n * 10), 1 => 100..=5_000_i64];
    let currency = || prop_oneof![8 => Just(0_usize), 4 => Just(1), 1 => Just(2)];
    let spent = prop_oneof![
        1 => points().prop_map(PointsDraw::Exactly),
        3 => select(vec![20_i64, 50, 100, 100, 130]).prop_map(PointsDraw::Percent),
    ];
    let redeem = (currency(), spent, weighted(0.5, Just(())), weighted(0.35, money())).prop_map(
        |(currency, points, partial, cash_total)| Act::Redeem {
            currency,
            points,
            partial: partial.is_some(),
            cash_total,
        },
    );
    let which = prop_oneof![6 => Just(0_usize), 3 => 1..4_usize, 1 => Just(UNKNOWN)];
    let reverse = (which, weighted(0.6, points())).prop_map(|(which, points)| Act::Reverse { which, points });
    let adjust = (currency(), points(), any::<bool>(), any::<bool>()).prop_map(
        |(currency, points, debit, arrears)| Act::Adjust {
            currency,
            points: if debit { -points } else { points },
            arrears,
        },
    );
    prop_oneof![
        1 => profile().prop_map(Act::Enrol),
        1 => profile().prop_map(Act::ChangeProfile),
        14 => order().prop_map(Act::Order),
        1 => order().prop_map(Act::SameOrderAgain),
        9 => a_return().prop_map(Act::Return),
        1 => (a_return(), order()).prop_map(|(ret, order)| Act::Exchange(ret, order)),
        9 => redeem,
        5 => reverse,
        2 => adjust,
        1 => (0..40_usize).prop_map(|which| Act::Retry { which }),
        1 => (0..40_usize).prop_map(|which| Act::RetryOtherwise { which }),
    ]
}

fn profile() -> impl Strategy<Value = ProfileDraw> {
    let birthday = select(vec![(2_u8, 29_u8), (1, 1), (12, 31), (6, 30), (11, 4)]);
    (weighted(0.7, birthday), weighted(0.6, 0..SEGMENTS.len()), weighted(0.6, 0..ATTRIBUTE.1.len()))
        .prop_map(|(birthday, segment, size)| ProfileDraw { birthday, segment, size })
}

/// Money in minor units: nothing, odd cents, round sums.
fn money() -> impl Strategy<Value = i64> {
    prop_oneof![1 => Just(0_i64), 2 => 1..=999_i64, 4 => (1..=100_i64).prop_map(|n| n * 100), 1 => 1..=60_000_i64]
}

/// Mostly nothing.
fn extra() -> impl Strategy<Value = i64> {
    prop_oneof![3 => Just(0_i64), 1 => 1..=700_i64]
}

fn order() -> impl Strategy<Value = OrderDraw> {
    let money_place = prop_oneof![24 => 0..2_usize, 1 => Just(UNKNOWN)];
    let heads = (money_place, weighted(0.6, 0..CHANNELS.len()), weighted(0.6, 0..STORES.len()));
    let sums = (extra(), extra(), extra());
    (heads, sums, vec(line(), 1..=4)).prop_map(
        |((money, channel, store), (shipping, by_points, stored), lines)| OrderDraw {
            money,
            channel,
            store,
            shipping,
            paid_with_points: by_points,
            paid_with_stored_value: stored,
            lines,
        },
    )
}

fn line() -> impl Strategy<Value = LineDraw> {
    let quantity = prop_oneof![1 => Just(0_i64), 6 => 1..=3_i64, 1 => 4..=7_i64];
    let names = (0..=SKUS.len(), 0..=CATEGORIES.len(), 0..=BRANDS.len(), 0..=TAGS.len());
    (any::<bool>(), quantity, money(), extra(), extra(), names).prop_map(
        |(is_named, quantity, amount, discount, tax, (sku, category, brand, tag))| LineDraw {
            is_named,
            quantity,
            amount,
            discount,
            tax,
            sku,
            category,
            brand,
            tag,
        },
    )
}

fn a_return() -> impl Strategy<Value = ReturnDraw> {
    let part = prop_oneof![
        2 => Just(PartDraw::All),
        4 => (1..=2_i64).prop_map(PartDraw::Quantity),
        3 => prop_oneof![1..=300_i64, (1..=30_i64).prop_map(|n| n * 100)].prop_map(PartDraw::Amount),
    ];
    let place = |places| prop_oneof![20 => 0..places, 1 => Just(UNKNOWN)];
    (place(4_usize), vec((place(4_usize), part), 0..=3))
        .prop_map(|(which, lines)| ReturnDraw { which, lines })
}

/// What has been sent so far, by which later moves refer to earlier ones.
struct Story<'s> {
    spec: &'s Spec,
    clock: Instant,
    /// Takes the commands as they are sent, so that later moves refer to what came to be.
    model: Model,
    /// Orders of each member that were accepted.
    orders: [Vec<Order<'static>>; MEMBERS],
    /// Names of each member's redemptions that were accepted.
    redemptions: [Vec<Cow<'static, str>>; MEMBERS],
    sent: Vec<Recorded>,
}

fn commands(spec: &Spec, (year, month, day): (i32, u32, u32), moves: &[Move]) -> Vec<Recorded> {
    let zone = Zone::parse(&spec.zone).expect("drawn zones exist");
    let first_day = Day::from_civil(year, month, day).expect("starting days exist");
    let mut story = Story {
        spec,
        clock: zone.day_start(first_day).plus_seconds(10 * 3_600),
        model: Model::new(spec.clone()),
        orders: Default::default(),
        redemptions: Default::default(),
        sent: Vec::new(),
    };
    if !spec.enrol_on_first_fact {
        // The last member tries without.
        for member in 0..MEMBERS - 1 {
            let fact = Fact::MemberEnrolled(Enrolment::default());
            story.send(Command::new(&member_name(member), story.clock, fact));
        }
    }
    for one in moves {
        let effective_at = story.go_on(zone, one.when);
        story.play(one.member, effective_at, &one.act);
    }
    story.sent
}

fn member_name(member: usize) -> String {
    format!("M{member}")
}

impl Story<'_> {
    /// Moves the clock, and gives the effective time of the move.
    fn go_on(&mut self, zone: Zone, when: When) -> Instant {
        let today = zone.day(self.clock);
        let midnight = zone.day_start(today.plus_days(1));
        self.clock = match when {
            When::Same | When::LateDays(_) | When::LateMidnight(_) | When::AheadSeconds(_) => self.clock,
            When::Minutes(minutes) => self.clock.plus_seconds(60 * minutes),
            When::Days(days) => self.clock.plus_days(days),
            When::NextMidnight => midnight,
            When::JustBeforeMidnight => self.clock.max(midnight.plus_seconds(-1)),
            When::NextMonth => zone.day_start(today.month_start().plus_months(1)),
            When::NextYear => zone.day_start(today.year_start().plus_months(12)),
        };
        match when {
            When::LateDays(days) => self.clock.plus_days(-days),
            When::LateMidnight(days) => zone.day_start(today.plus_days(-days)),
            When::AheadSeconds(seconds) => self.clock.plus_seconds(seconds),
            _ => self.clock,
        }
    }

    fn send(&mut self, command: Command) {
        let is_sender = |member: &usize| member_name(*member) == command.member;
        let member = (0..MEMBERS).find(is_sender).expect("all commands are about drawn members");
        let outcome = self.model.submit_command(&command, self.clock);
        if outcome.is_ok_and(|outcome| !outcome.repeated) {
            for fact in &command.facts {
                match fact {
                    Fact::OrderPlaced(order) => self.orders[member].push(order.clone()),
                    Fact::RedemptionRequested(redemption) => {
                        self.redemptions[member].push(redemption.id.clone())
                    }
                    _ => {}
                }
            }
        }
        self.sent.push(Recorded { command, recorded_at: self.clock });
    }

    fn play(&mut self, member: usize, at: Instant, act: &Act) {
        let has_nothing_to_undo = match act {
            Act::Return(draw) => draw.which != UNKNOWN && self.orders[member].is_empty(),
            Act::Reverse { which, .. } => *which != UNKNOWN && self.redemptions[member].is_empty(),
            _ => false,
        };
        if has_nothing_to_undo {
            return;
        }
        let name = member_name(member);
        let key = format!("K{}", self.sent.len());
        let one = |fact| Command::new(&name, at, fact);
        let command = match act {
            Act::Enrol(draw) => {
                one(Fact::MemberEnrolled(Enrolment { profile: profile_of(*draw) })).with_key(&key)
            }
            Act::ChangeProfile(draw) => one(Fact::ProfileChanged(profile_of(*draw))).with_key(&key),
            Act::Order(draw) => one(Fact::OrderPlaced(self.order(member, draw, false))),
            Act::SameOrderAgain(draw) => {
                one(Fact::OrderPlaced(self.order(member, draw, true))).with_key(&key)
            }
            Act::Return(draw) => one(Fact::OrderReturned(self.a_return(member, draw))),
            Act::Exchange(ret, order) => {
                let ret = self.a_return(member, ret);
                Command::exchange(&name, at, ret, self.order(member, order, false))
            }
            Act::Redeem { currency, points, partial, cash_total } => {
                let currency = self.currency(*currency);
                let terms = self.spec.currency(&currency).and_then(|currency| currency.cash);
                let step = if cash_total.is_some() { terms.map_or(1, |terms| terms.step) } else { 1 };
                let points = match points {
                    PointsDraw::Exactly(points) => *points,
                    PointsDraw::Percent(percent) => {
                        let balance = self.model.balances(&name, at).get(currency.as_ref()).copied();
                        let part = balance.unwrap_or_default().available * percent / 100;
                        // Asking for points where there are none is worth it only now and then.
                        if part < step && *percent <= 100 {
                            return;
                        }
                        (part - part % step).max(1)
                    }
                };
                let purpose = match cash_total {
                    // Cash where there is none to have is asked for only now and then.
                    Some(total) if terms.is_some() || total % 5 == 4 => {
                        Purpose::CashOff { order_total: Money(*total) }
                    }
                    _ => Purpose::Reward(Cow::Borrowed("mug")),
                };
                one(Fact::RedemptionRequested(Redemption {
                    id: format!("D{}", self.sent.len()).into(),
                    currency,
                    points: Points(points),
                    partial: *partial,
                    purpose,
                }))
            }
            Act::Reverse { which, points } => {
                // The newest are reversed most.
                let made = &self.redemptions[member];
                let place = made.len().checked_sub(1).map(|last| last.saturating_sub(*which));
                let is_made_up = *which == UNKNOWN;
                let redemption =
                    place.filter(|_| !is_made_up).map_or(Cow::Borrowed("D-none"), |p| made[p].clone());
                one(Fact::ReversalRequested(Reversal { redemption, points: points.map(Points) }))
                    .with_key(&key)
            }
            Act::Adjust { currency, points, arrears } => one(Fact::AdjustmentRequested(Adjustment {
                currency: self.currency(*currency),
                points: Points(*points),
                shortfall: if *arrears { Shortfall::Arrears } else { Shortfall::FloorAtZero },
                actor: Cow::Borrowed("clerk"),
                reason: Cow::Borrowed("goodwill"),
                about: None,
            }))
            .with_key(&key),
            Act::Retry { which } => match self.sent.get(*which) {
                Some(sent) => sent.command.clone(),
                None => return,
            },
            Act::RetryOtherwise { which } => match self.sent.get(*which) {
                Some(sent) => otherwise(&sent.command),
                None => return,
            },
        };
        self.send(command);
    }

    /// A currency by place. The second is asked for more often than it exists; the third is unknown.
    fn currency(&self, place: usize) -> Cow<'static, str> {
        let currencies = &self.spec.currencies;
        match place {
            0 | 1 => currencies[place % currencies.len()].id.clone().into(),
            _ => Cow::Borrowed("shells"),
        }
    }

    fn order(&self, member: usize, draw: &OrderDraw, repeat_name: bool) -> Order<'static> {
        let known = self.orders[member].last().filter(|_| repeat_name);
        let id = known.map_or_else(|| format!("O{}", self.sent.len()).into(), |order| order.id.clone());
        let code = match draw.money {
            UNKNOWN => "XAU",
            place => &self.spec.money[place % self.spec.money.len()].code,
        };
        let text = |texts: &[&'static str], place: usize| texts.get(place).copied().map(Cow::Borrowed);
        let lines: Vec<Line<'static>> = draw
            .lines
            .iter()
            .enumerate()
            .map(|(place, line)| Line {
                id: line.is_named.then(|| format!("L{}", place + 1).into()),
                quantity: line.quantity,
                amount: Money(line.amount),
                discount: Money(line.discount),
                tax: Money(line.tax),
                sku: text(&SKUS, line.sku),
                category: text(&CATEGORIES, line.category),
                brand: text(&BRANDS, line.brand),
                tags: text(&TAGS, line.tag).into_iter().collect(),
            })
            .collect();
        Order {
            id,
            currency: CurrencyCode::parse(code).expect("drawn currency codes are three capitals"),
            channel: draw.channel.and_then(|place| text(&CHANNELS, place)),
            store: draw.store.and_then(|place| text(&STORES, place)),
            shipping: Money(draw.shipping),
            paid_with_points: Money(draw.paid_with_points),
            paid_with_stored_value: Money(draw.paid_with_stored_value),
            lines,
        }
    }

    fn a_return(&self, member: usize, draw: &ReturnDraw) -> Return<'static> {
        let known = &self.orders[member];
        // The newest orders are returned most.
        let place = known.len().checked_sub(1).map(|last| last.saturating_sub(draw.which));
        let order = if draw.which == UNKNOWN { None } else { place.map(|place| &known[place]) };
        let lines = draw.lines.iter().map(|(line, part)| {
            let line_count = order.map_or(1, |order| order.lines.len());
            let line = if *line == UNKNOWN { line_count } else { line % line_count };
            let line = match order.and_then(|order| order.lines.get(line)?.id.clone()) {
                Some(id) => id,
                None => (line + 1).to_string().into(),
            };
            let part = match part {
                PartDraw::All => ReturnedPart::All,
                PartDraw::Quantity(pieces) => ReturnedPart::Quantity(*pieces),
                PartDraw::Amount(money) => ReturnedPart::Amount(Money(*money)),
            };
            ReturnedLine { line, part }
        });
        Return {
            id: format!("R{}", self.sent.len()).into(),
            order: order.map_or(Cow::Borrowed("O0"), |order| order.id.clone()),
            lines: lines.collect(),
        }
    }
}

/// The same key with another content: a second earlier.
fn otherwise(command: &Command) -> Command {
    let mut other = command.clone();
    other.key = command.effective_key().ok();
    other.effective_at = Instant(command.effective_at.0 - SECOND_MICROS);
    other
}

fn profile_of(draw: ProfileDraw) -> Profile<'static> {
    let size = draw.size.map(|place| (Cow::Borrowed(ATTRIBUTE.0), Cow::Borrowed(ATTRIBUTE.1[place])));
    Profile {
        birthday: draw.birthday.and_then(|(month, day)| MonthDay::new(month, day)),
        segments: draw.segment.map(|place| Cow::Borrowed(SEGMENTS[place])).into_iter().collect(),
        attributes: size.into_iter().collect(),
    }
}
