//! Figures that tiers rest on, in words and as JSON.

use serde_json::{Value, json};
use tallybook_core::event::{ChallengeFigures, Figures};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, Scaled};
use tallybook_core::programme::plan::{Plan, Usage};

/// What a programme counts figures in.
#[derive(Clone, Copy)]
pub struct FigureUnits {
    money: Option<CurrencyCode>,
    exponent: u8,
    point_scale: u8,
}

impl FigureUnits {
    /// The units of a plan: its first money currency, and the decimal places of the points that count for tiers, which
    /// all have the same.
    pub fn of(plan: Option<&Plan>) -> FigureUnits {
        let money = plan.and_then(|plan| plan.money.first());
        let mut currencies = plan.into_iter().flat_map(|plan| plan.currencies.iter().flatten());
        let qualifying = currencies.find(|currency| currency.usage != Usage::Spendable);
        FigureUnits {
            money: money.map(|money| money.code),
            exponent: money.map_or(2, |money| money.exponent),
            point_scale: qualifying.map_or(0, |currency| currency.scale),
        }
    }

    /// The figures that are not zero, or `nothing`.
    pub fn words(&self, figures: &Figures) -> String {
        let parts = self.parts(figures);
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }

    /// What is asked, of which 0 asks nothing: all of it, or any.
    pub fn asked(&self, all: bool, asked: &Figures) -> String {
        self.parts(asked).join(joint(all))
    }

    /// What is missing of a period and of all time, where all of it is needed or any of it. `by` is said of the first.
    pub fn missing(&self, all: bool, period: &Figures, lifetime: &Figures, by: &str) -> String {
        let groups = [(period, "more"), (lifetime, "more of all time")];
        let groups = groups.into_iter().map(|(figures, what)| (self.asked(all, figures), what));
        let mut groups: Vec<String> = groups
            .filter(|(asked, _)| !asked.is_empty())
            .map(|(asked, what)| format!("{asked} {what}"))
            .collect();
        match groups.first_mut() {
            Some(first) => first.push_str(by),
            None => return "nothing".to_owned(),
        }
        groups.join(&format!(",{}", joint(all)))
    }

    /// How far a challenge is, figure by figure: `3 of 8 orders or 20.00 of 300.00 EUR`.
    pub fn challenge(&self, challenge: &ChallengeFigures) -> String {
        let ChallengeFigures { all, asked, reached } = challenge;
        let reached = self.named(reached);
        let asked = self.named(asked).into_iter().zip(reached).filter(|((least, _, _), _)| *least != 0);
        let parts: Vec<String> =
            asked.map(|((_, least, noun), (_, reached, _))| format!("{reached} of {least}{noun}")).collect();
        parts.join(joint(*all))
    }

    /// As JSON.
    pub fn json(&self, figures: &Figures) -> Value {
        json!({
            "spend": { "minor_units": figures.spend.0, "exponent": self.exponent },
            "points": figures.points.0,
            "point_scale": self.point_scale,
            "orders": figures.orders,
            "referrals": figures.referrals,
            "activities": figures.activities,
        })
    }

    fn parts(&self, figures: &Figures) -> Vec<String> {
        let named = self.named(figures).into_iter().filter(|(units, _, _)| *units != 0);
        named.map(|(_, figure, noun)| format!("{figure}{noun}")).collect()
    }

    /// Each figure in smallest units, with its decimals, and with its noun.
    fn named(&self, figures: &Figures) -> [(i64, String, String); 5] {
        let Figures { spend: Money(spend), points: Points(points), orders, referrals, activities } = *figures;
        let counted = |units: i64, one: &str, many: &str| {
            (units, units.to_string(), if units.abs() == 1 { one } else { many }.to_owned())
        };
        let money = self.money.map_or_else(String::new, |code| format!(" {code}"));
        let point_figure = Scaled { units: points, scale: self.point_scale }.to_string();
        let point_noun = if point_figure == "1" { " point" } else { " points" };
        [
            (spend, Scaled { units: spend, scale: self.exponent }.to_string(), money),
            (points, point_figure, point_noun.to_owned()),
            counted(orders, " order", " orders"),
            counted(referrals, " referral", " referrals"),
            counted(activities, " activity", " activities"),
        ]
    }
}

fn joint(all: bool) -> &'static str {
    if all { " and " } else { " or " }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units() -> FigureUnits {
        FigureUnits { money: CurrencyCode::parse("EUR"), exponent: 2, point_scale: 1 }
    }

    fn figures(spend: i64, points: i64, orders: i64) -> Figures {
        Figures { spend: Money(spend), points: Points(points), orders, ..Figures::default() }
    }

    #[test]
    fn figures_have_their_decimals_and_one_of_a_thing_is_one() {
        assert_eq!(units().words(&figures(1_250, 15, 1)), "12.50 EUR, 1.5 points, 1 order");
        assert_eq!(
            units().words(&Figures { activities: 2, referrals: 1, ..Figures::default() }),
            "1 referral, 2 activities"
        );
        assert_eq!(units().words(&figures(-1_250, 0, -2)), "-12.50 EUR, -2 orders");
        assert_eq!(units().words(&Figures::default()), "nothing");
    }

    #[test]
    fn what_is_missing_says_whether_all_of_it_is_needed() {
        let (period, lifetime) = (figures(5_000, 0, 3), figures(90_000, 0, 0));
        assert_eq!(
            units().missing(false, &period, &lifetime, " by May"),
            "50.00 EUR or 3 orders more by May, or 900.00 EUR more of all time"
        );
        let none = Figures::default();
        assert_eq!(units().missing(true, &period, &none, ""), "50.00 EUR and 3 orders more");
        assert_eq!(units().missing(true, &none, &lifetime, " by May"), "900.00 EUR more of all time by May");
        assert_eq!(units().missing(true, &none, &none, " by May"), "nothing");
    }

    #[test]
    fn a_challenge_tells_only_of_what_it_asks() {
        let challenge =
            ChallengeFigures { all: false, asked: figures(30_000, 0, 8), reached: figures(2_000, 55, 0) };
        assert_eq!(units().challenge(&challenge), "20.00 of 300.00 EUR or 0 of 8 orders");
    }
}
