//! Figures that tiers ask for: thresholds, challenges, and what is carried over.
//!
//! A threshold is *at least as hard* as another when whoever reaches it must have reached the other. Each figure, of the
//! period or of all time, is a kind of its own here: none follows from another.

use std::ops::Range;

use super::findings::Notes;
use super::scalar::{decimal, whole, whole_or};
use crate::event::Figures;
use crate::money::Money;
use crate::points::Points;
use crate::programme::plan::{Asked, Challenge, MoneyCurrency, PointCurrency, Threshold, Usage};
use crate::programme::schema::{
    At, ChallengeTable, FiguresTable, LadderTable, PeriodFiguresTable, Text, ThresholdTable, TierTable,
};

/// The keys of the figures of a period, in the order of [`Given::places`].
const KEYS: [&str; 5] = ["spend", "points", "orders", "referrals", "activities"];
/// What is before them in the keys of figures of all time.
const LIFETIME: &str = "lifetime_";
/// Most that a figure other than money and points may ask.
const COUNT_MAX: i64 = 1_000_000_000;
/// What to do about a table without figures.
const ANY_FIGURE: &str = "Ask at least one of spend, points, orders, referrals and activities";

/// What the figures of a programme are counted in, and which of them there can be.
pub(super) struct Units {
    money_exponent: u8,
    /// Scales of the currencies that count for tiers.
    point_scales: Vec<u8>,
    has_referral: bool,
    has_activities: bool,
}

impl Units {
    /// The units of a programme with these currencies.
    pub fn new(
        money: &[MoneyCurrency],
        currencies: &[Option<PointCurrency>],
        has_referral: bool,
        has_activities: bool,
    ) -> Units {
        let counts = currencies.iter().flatten().filter(|currency| currency.usage != Usage::Spendable);
        let mut point_scales: Vec<u8> = counts.map(|currency| currency.scale).collect();
        point_scales.sort_unstable();
        point_scales.dedup();
        let money_exponent = money.first().map_or(2, |first| first.exponent);
        Units { money_exponent, point_scales, has_referral, has_activities }
    }
}

/// Five figures as a file gives them.
#[derive(Clone, Copy)]
struct Given<'t> {
    spend: Option<&'t Text>,
    points: Option<&'t Text>,
    orders: Option<&'t At<i64>>,
    referrals: Option<&'t At<i64>>,
    activities: Option<&'t At<i64>>,
}

impl<'t> Given<'t> {
    fn of_period(table: &'t FiguresTable) -> Given<'t> {
        Given {
            spend: table.spend.as_ref(),
            points: table.points.as_ref(),
            orders: table.orders.as_ref(),
            referrals: table.referrals.as_ref(),
            activities: table.activities.as_ref(),
        }
    }

    fn of_lifetime(table: &'t FiguresTable) -> Given<'t> {
        Given {
            spend: table.lifetime_spend.as_ref(),
            points: table.lifetime_points.as_ref(),
            orders: table.lifetime_orders.as_ref(),
            referrals: table.lifetime_referrals.as_ref(),
            activities: table.lifetime_activities.as_ref(),
        }
    }

    fn plain(table: &'t PeriodFiguresTable) -> Given<'t> {
        Given {
            spend: table.spend.as_ref(),
            points: table.points.as_ref(),
            orders: table.orders.as_ref(),
            referrals: table.referrals.as_ref(),
            activities: table.activities.as_ref(),
        }
    }

    /// Where each figure stands, in the order of [`KEYS`].
    fn places(&self) -> [Option<&'t Range<usize>>; 5] {
        let text = |text: &'t Text| &text.span;
        let number = |number: &'t At<i64>| &number.span;
        [
            self.spend.map(text),
            self.points.map(text),
            self.orders.map(number),
            self.referrals.map(number),
            self.activities.map(number),
        ]
    }

    fn is_empty(&self) -> bool {
        self.places().iter().all(Option::is_none)
    }

    /// The figures in smallest units; `None` where one is wrong. `prefix` is what their keys begin with.
    fn read(&self, prefix: &str, units: &Units, notes: &mut Notes) -> Option<Asked> {
        let key = |index: usize| format!("{prefix}{}", KEYS[index]);
        // A figure that is wrong gives `Some(None)`, and then all of them nothing.
        let spend = self.spend.map(|text| decimal(notes, text, &key(0), units.money_exponent, 1));
        let points = self.points.map(|text| {
            let scale = point_scale(text, &key(1), units, notes)?;
            decimal(notes, text, &key(1), scale, 1)
        });
        let mut count = |number: Option<&At<i64>>, index| {
            number.map(|number| whole(notes, number, &key(index), 1..=COUNT_MAX))
        };
        let (orders, referrals, activities) =
            (count(self.orders, 2), count(self.referrals, 3), count(self.activities, 4));
        let never = [
            (self.referrals, 3, units.has_referral, "nothing says what a referral waits for", "[referral]"),
            (self.activities, 4, units.has_activities, "there is no kind of activity", "[[activity]]"),
        ];
        let mut is_sound = true;
        for (number, index, there_is, why, table) in never {
            if let (Some(number), false) = (number, there_is) {
                let message = format!("the figure `{}` can never be reached: {why}", key(index));
                notes.add(&number.span, message, format!("Add {table}, or leave it out"));
                is_sound = false;
            }
        }
        if !is_sound || [spend, points, orders, referrals, activities].contains(&Some(None)) {
            return None;
        }
        Some(Asked {
            spend: spend.flatten().map(Money),
            points: points.flatten().map(Points),
            orders: orders.flatten(),
            referrals: referrals.flatten(),
            activities: activities.flatten(),
        })
    }
}

/// The one scale of all points that count for tiers.
fn point_scale(text: &Text, key: &str, units: &Units, notes: &mut Notes) -> Option<u8> {
    match units.point_scales.as_slice() {
        [scale] => Some(*scale),
        [] => {
            let message = format!("the figure `{key}` can never be reached: no currency counts for tiers");
            notes.add(&text.span, message, "Let the use of a currency be \"qualifying\" or \"both\"");
            None
        }
        _ => {
            let message =
                "the currencies that count for tiers have different scales, and their points cannot be added";
            notes.add(&text.span, message, "Give them one scale, or let only one of them count");
            None
        }
    }
}

/// Which of two keys is given, if it is just one: whether all figures are asked, and the figures.
fn any_or_all<'t, T>(any: &'t Option<At<T>>, all: &'t Option<At<T>>) -> Option<(bool, &'t At<T>)> {
    match (any, all) {
        (Some(figures), None) => Some((false, figures)),
        (None, Some(figures)) => Some((true, figures)),
        _ => None,
    }
}

/// A threshold, if nothing about it is wrong.
pub(super) fn threshold(at: &At<ThresholdTable>, units: &Units, notes: &mut Notes) -> Option<Threshold> {
    let Some((all, figures)) = any_or_all(&at.value.any, &at.value.all) else {
        let message = "a threshold has either `any` or `all`";
        notes.add(&at.span, message, "Write it as { any = { … } } or { all = { … } }");
        return None;
    };
    let (period, lifetime) = (Given::of_period(&figures.value), Given::of_lifetime(&figures.value));
    if period.is_empty() && lifetime.is_empty() {
        notes.add(&figures.span, "no figure is asked", ANY_FIGURE);
        return None;
    }
    let (period, lifetime) = (period.read("", units, notes), lifetime.read(LIFETIME, units, notes));
    Some(Threshold { all, period: period?, lifetime: lifetime? })
}

/// A challenge, if nothing about it is wrong.
pub(super) fn challenge(at: &At<ChallengeTable>, units: &Units, notes: &mut Notes) -> Option<Challenge> {
    let ChallengeTable { days, any, all } = &at.value;
    let days = whole_or(notes, Some(days), "days", 1..=3_650, 1);
    let Some((all, figures)) = any_or_all(any, all) else {
        let message = "a challenge has either `any` or `all`";
        notes.add(&at.span, message, "Write it as { days = 90, any = { … } } or { days = 90, all = { … } }");
        return None;
    };
    let given = Given::plain(&figures.value);
    if given.is_empty() {
        notes.add(&figures.span, "no figure is asked", ANY_FIGURE);
        return None;
    }
    let figures = given.read("", units, notes)?.least();
    Some(Challenge { days, all, figures })
}

/// The most that is carried over of each figure, if nothing about it is wrong.
pub(super) fn carry_over(
    at: &At<PeriodFiguresTable>,
    demand: &Demand,
    units: &Units,
    notes: &mut Notes,
) -> Option<Figures> {
    let given = Given::plain(&at.value);
    if given.is_empty() {
        notes.add(&at.span, "no figure is carried over", "Name one that tiers ask for, or leave it out");
    }
    for ((key, place), asked) in KEYS.iter().zip(given.places()).zip(demand.period) {
        if let (Some(place), false) = (place, asked) {
            let message = format!("`{key}` is carried over, and no tier asks for the `{key}` of a period");
            notes.add(place, message, format!("Leave `{key}` out, or ask for it in a tier"));
        }
    }
    Some(given.read("", units, notes)?.least())
}

/// Which figures the tiers of a ladder ask for, in the order of [`KEYS`].
#[derive(Debug, Default)]
pub(super) struct Demand {
    /// Entries and keeps, of a period.
    period: [bool; 5],
    /// Entries and keeps, of all time.
    lifetime: [bool; 5],
    /// Challenges.
    challenge: [bool; 5],
}

impl Demand {
    /// What the tiers of a file's ladder ask for, be it well or badly.
    pub fn of(table: &LadderTable) -> Demand {
        let mut demand = Demand::default();
        for TierTable { entry, keep, challenge, .. } in table.tier.value.iter().map(|tier| &tier.value) {
            for threshold in [entry, keep].into_iter().flatten().map(|threshold| &threshold.value) {
                for figures in [&threshold.any, &threshold.all].into_iter().flatten() {
                    add(&mut demand.period, Given::of_period(&figures.value));
                    add(&mut demand.lifetime, Given::of_lifetime(&figures.value));
                }
            }
            let challenge = challenge.as_ref().map(|challenge| &challenge.value);
            let figures = challenge.into_iter().flat_map(|table| [&table.any, &table.all]).flatten();
            figures.for_each(|figures| add(&mut demand.challenge, Given::plain(&figures.value)));
        }
        demand
    }

    /// Whether referrals are asked for.
    pub fn referrals(&self) -> bool {
        self.asks(3)
    }

    /// Whether activities are asked for.
    pub fn activities(&self) -> bool {
        self.asks(4)
    }

    fn asks(&self, kind: usize) -> bool {
        self.period[kind] || self.lifetime[kind] || self.challenge[kind]
    }
}

fn add(asked: &mut [bool; 5], given: Given) {
    for (asked, place) in asked.iter_mut().zip(given.places()) {
        *asked |= place.is_some();
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
    let five = |asked: Asked| {
        let (spend, points) = (asked.spend.map(|money| money.0), asked.points.map(|points| points.0));
        [spend, points, asked.orders, asked.referrals, asked.activities]
    };
    let ten = five(threshold.period).into_iter().chain(five(threshold.lifetime));
    ten.enumerate().filter_map(|(kind, least)| least.map(|least| (kind, least))).collect()
}
