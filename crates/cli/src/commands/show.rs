//! Numbers with their names and decimals, and receipts; [`facts`], [`decisions`] and [`tiers`] put those into words.

mod decisions;
mod facts;
mod figures;
mod tiers;

use serde_json::{Value, json};
use tallybook::Receipt;
use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::event::{Event, Figures};
use tallybook_core::ids::{ActivityNumber, BudgetNumber, CurrencyNumber, LadderNumber, TierNumber};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, Scaled};
use tallybook_core::programme::versions::Programmes;

pub use self::figures::FigureUnits;
use crate::output::Output;

/// Names and decimals of a ledger's programme.
#[derive(Clone, Copy)]
pub struct Show<'p> {
    programmes: &'p Programmes,
}

impl<'p> Show<'p> {
    /// Takes names from the versions of a ledger.
    pub fn new(programmes: &'p Programmes) -> Show<'p> {
        Show { programmes }
    }

    /// The zone of local times.
    pub fn zone(&self) -> Zone {
        self.programmes.versions().last().map_or(Zone::UTC, |version| version.plan.zone)
    }

    /// A moment in local time.
    pub fn local(&self, at: Instant) -> String {
        self.zone().display(at)
    }

    /// A moment that may never come.
    pub fn local_or(&self, at: Option<Instant>, never: &str) -> String {
        at.map_or_else(|| never.to_owned(), |at| self.local(at))
    }

    /// A point currency's id.
    pub fn currency_id(&self, number: CurrencyNumber) -> &'p str {
        self.programmes.registry().currencies.get(usize::from(number.0)).map_or("?", |id| id)
    }

    /// A point currency's decimal places.
    pub fn scale(&self, number: CurrencyNumber) -> u8 {
        let plans = self.programmes.versions().iter().rev().map(|version| &version.plan);
        plans
            .filter_map(|plan| plan.currencies.get(usize::from(number.0))?.as_ref())
            .next()
            .map_or(0, |c| c.scale)
    }

    /// Points with their decimals.
    pub fn figure(&self, points: Points, currency: CurrencyNumber) -> String {
        points.display(self.scale(currency)).to_string()
    }

    /// Points with their decimals and the currency's id.
    pub fn points(&self, points: Points, currency: CurrencyNumber) -> String {
        format!("{} {}", self.figure(points, currency), self.currency_id(currency))
    }

    /// Decimal places of a money currency; `None` is the programme's first.
    pub fn exponent(&self, code: Option<CurrencyCode>) -> u8 {
        let money = self.programmes.versions().iter().rev().flat_map(|version| &version.plan.money);
        money
            .filter(|money| code.is_none_or(|code| money.code == code))
            .map(|money| money.exponent)
            .next()
            .unwrap_or(2)
    }

    /// Money with its decimals and code.
    pub fn money(&self, money: Money, code: Option<CurrencyCode>) -> String {
        let first = || self.programmes.versions().last()?.plan.money.first().map(|money| money.code);
        let figure = Scaled { units: money.0, scale: self.exponent(code) };
        code.or_else(first).map_or_else(|| figure.to_string(), |code| format!("{figure} {code}"))
    }

    /// A ladder's id.
    pub fn ladder_id(&self, ladder: LadderNumber) -> &'p str {
        self.programmes.registry().ladders.get(usize::from(ladder.0)).map_or("?", |(id, _)| id)
    }

    /// A tier's id.
    pub fn tier_id(&self, ladder: LadderNumber, tier: TierNumber) -> &'p str {
        let tiers = self.programmes.registry().ladders.get(usize::from(ladder.0)).map(|(_, tiers)| tiers);
        tiers.and_then(|tiers| tiers.get(usize::from(tier.0))).map_or("?", |id| id)
    }

    /// A kind of activity's id.
    pub fn activity_id(&self, activity: ActivityNumber) -> &'p str {
        self.programmes.registry().activities.get(usize::from(activity.0)).map_or("?", |id| id)
    }

    /// A counter over all members: `budget launch` or `stock coffee`.
    pub fn counter(&self, budget: BudgetNumber) -> &'p str {
        self.programmes.registry().budgets.get(usize::from(budget.0)).map_or("?", |name| name)
    }

    /// The number behind a currency's id, where it is one.
    pub fn currency_number(&self, id: &str) -> Option<CurrencyNumber> {
        let index = self.programmes.registry().currencies.iter().position(|known| known.as_ref() == id)?;
        u8::try_from(index).ok().map(CurrencyNumber)
    }

    /// What figures are counted in.
    pub fn figure_units(&self) -> FigureUnits {
        FigureUnits::of(self.programmes.versions().last().map(|version| &version.plan))
    }

    /// Figures that tiers rest on, those that are not zero.
    pub fn figures(&self, figures: &Figures) -> String {
        self.figure_units().words(figures)
    }

    /// What a receipt says, as JSON.
    pub fn receipt_json(&self, receipt: &Receipt) -> Value {
        json!({
            "batch_number": receipt.batch_number,
            "position": receipt.position.0,
            "recorded_at": receipt.recorded_at.to_string(),
            "repeated": receipt.repeated,
            "events": self.events_json(&receipt.events),
        })
    }

    /// What a receipt says, a line for each event.
    pub fn receipt_lines(&self, receipt: &Receipt, output: &Output) {
        for event in &receipt.events {
            output.line(format!("{}  {}", self.local(event.effective_at), self.event(event)));
        }
        if receipt.events.is_empty() && !receipt.repeated {
            output.line("taken down; it moves no points");
        }
        if receipt.repeated {
            output.note("this had been carried out before; nothing happened now");
        }
    }

    /// Decisions as JSON.
    pub fn events_json(&self, events: &[Event]) -> Vec<Value> {
        let event_json = |event: &Event| {
            let mut postings = Vec::new();
            event.decision.postings(event.effective_at, |posting| {
                postings.push(json!({
                    "account": posting.account,
                    "currency": self.currency_id(posting.currency),
                    "scale": self.scale(posting.currency),
                    "points": i64::try_from(posting.points).unwrap_or(i64::MAX),
                }));
            });
            json!({
                "effective_at": event.effective_at.to_string(),
                "kind": event.decision.name(),
                "text": self.event(event),
                "postings": postings,
            })
        };
        events.iter().map(event_json).collect()
    }
}
