//! Reads the steps of a scenario.
//!
//! A step begins with its effective time, local (`2026-01-05`, `2026-01-05T10:30`) or in UTC
//! (`2026-01-05T10:30:00Z`); `recorded=TIME` anywhere gives the time of recording, else it is the latest time so far.
//!
//! - `order ID 10.00 x2 category=A tag=t discount=1.00 tax=0.50 sku=S brand=B id=L 5.00 …`: each amount begins a line;
//!   `in=EUR channel=web store=330 shipping=5.00 points_paid=1.00 value_paid=1.00` are of the order;
//! - `return ID` all; `return ID 5.00` or `return ID x2` of line 1; `return ID 2:all 1:x2 3:5.00` of lines by name;
//! - `exchange ID PARTS for ID ORDER`; `redeem ID 100 [partial] [cash=50.00] [currency=miles]`; `reverse ID [50]`;
//! - `credit 100`, `debit 100 [arrears]`, both with `[currency=miles]`;
//! - `enrol` and `profile`, with `birthday=02-29 segment=vip attribute:shoe=42`;
//! - `sweep` settles, `look` only holds expectations against the time, `publish from TIME` begins a later version.

use std::borrow::Cow;

use tallybook_core::calendar::{Instant, MonthDay, Zone};
use tallybook_core::command::Command;
use tallybook_core::fact::{
    Adjustment, Enrolment, Fact, Line, Order, Profile, Purpose, Redemption, Return, ReturnedLine,
    ReturnedPart, Reversal, Shortfall,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, parse_scaled};
use tallybook_core::programme::plan::Plan;
use tallybook_core::programme::versions::Programmes;

/// One step.
pub struct Step {
    pub at: Instant,
    pub recorded_at: Option<Instant>,
    pub act: Act,
}

/// What a step does.
pub enum Act {
    Look,
    Sweep,
    Publish { from: Instant },
    Command(Command),
}

/// Reads a step; `number` makes the names that it does not give.
pub fn parse(text: &str, programmes: &Programmes, number: u32) -> Step {
    let plan = |at| &programmes.in_force(at).unwrap_or(&programmes.versions()[0]).plan;
    let zone = plan(Instant::MAX).zone;
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let recorded = words.iter().position(|w| w.starts_with("recorded="));
    let recorded_at = recorded.map(|index| time(zone, words.remove(index).trim_start_matches("recorded=")));
    let at = time(zone, words[0]);
    let reader = Reader { plan: plan(at), number };
    let act = match words[1..] {
        ["look"] => Act::Look,
        ["sweep"] => Act::Sweep,
        ["publish", "from", from] => Act::Publish { from: time(zone, from) },
        _ => Act::Command(Command {
            member: "m".to_owned(),
            key: Some(format!("step-{number}")),
            effective_at: at,
            facts: reader.facts(words[1], &words[2..]),
        }),
    };
    Step { at, recorded_at, act }
}

/// Reads a local or UTC time.
pub fn time(zone: Zone, text: &str) -> Instant {
    let local = ["%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
    Instant::parse_rfc3339(text)
        .or_else(|| local.iter().find_map(|pattern| zone.parse_local(text, pattern)))
        .unwrap_or_else(|| panic!("`{text}` is no time"))
}

struct Reader<'p> {
    plan: &'p Plan,
    number: u32,
}

impl Reader<'_> {
    fn facts(&self, verb: &str, words: &[&str]) -> Vec<Fact<'static>> {
        match verb {
            "order" => vec![Fact::OrderPlaced(self.order(words))],
            "return" => vec![Fact::OrderReturned(self.give_back(words))],
            "exchange" => {
                let cut = words.iter().position(|w| *w == "for").expect("exchange … for …");
                let placed = self.order(&words[cut + 1..]);
                vec![Fact::OrderReturned(self.give_back(&words[..cut])), Fact::OrderPlaced(placed)]
            }
            "redeem" => vec![Fact::RedemptionRequested(self.redemption(words))],
            "reverse" => vec![Fact::ReversalRequested(Reversal {
                redemption: owned(words[0]),
                points: words.get(1).map(|n| self.points("", n)),
            })],
            "credit" | "debit" => vec![Fact::AdjustmentRequested(self.adjustment(verb, words))],
            "enrol" => vec![Fact::MemberEnrolled(Enrolment { profile: profile(words) })],
            "profile" => vec![Fact::ProfileChanged(profile(words))],
            _ => panic!("what is `{verb}`?"),
        }
    }

    fn money(&self, text: &str, code: CurrencyCode) -> Money {
        let exponent = self.plan.money.iter().find(|m| m.code == code).map_or(2, |m| m.exponent);
        Money(parse_scaled(text, exponent).unwrap_or_else(|e| panic!("{e}")))
    }

    fn first_money(&self) -> CurrencyCode {
        self.plan.money[0].code
    }

    fn points(&self, currency: &str, text: &str) -> Points {
        let mut known = self.plan.currencies.iter().flatten();
        let scale = known.find(|c| currency.is_empty() || c.id.as_ref() == currency).map_or(0, |c| c.scale);
        Points(parse_scaled(text, scale).unwrap_or_else(|e| panic!("{e}")))
    }

    fn order(&self, words: &[&str]) -> Order<'static> {
        let code = words.iter().find_map(|w| w.strip_prefix("in="));
        let code = code.map_or(self.first_money(), |c| CurrencyCode::parse(c).expect("a currency code"));
        let mut order = Order {
            id: owned(words[0]),
            currency: code,
            channel: None,
            store: None,
            shipping: Money::ZERO,
            paid_with_points: Money::ZERO,
            paid_with_stored_value: Money::ZERO,
            lines: Vec::new(),
        };
        for word in &words[1..] {
            let Some((key, value)) = word.split_once('=') else {
                match word.strip_prefix('x') {
                    Some(pieces) => {
                        last_line(&mut order).quantity = pieces.parse().expect("a number of pieces")
                    }
                    None => {
                        let amount = self.money(word, code);
                        order.lines.push(Line { quantity: 1, amount, ..Line::default() });
                    }
                }
                continue;
            };
            match key {
                "in" => {}
                "channel" => order.channel = Some(owned(value)),
                "store" => order.store = Some(owned(value)),
                "shipping" => order.shipping = self.money(value, code),
                "points_paid" => order.paid_with_points = self.money(value, code),
                "value_paid" => order.paid_with_stored_value = self.money(value, code),
                "id" => last_line(&mut order).id = Some(owned(value)),
                "discount" => last_line(&mut order).discount = self.money(value, code),
                "tax" => last_line(&mut order).tax = self.money(value, code),
                "sku" => last_line(&mut order).sku = Some(owned(value)),
                "category" => last_line(&mut order).category = Some(owned(value)),
                "brand" => last_line(&mut order).brand = Some(owned(value)),
                "tag" => last_line(&mut order).tags.push(owned(value)),
                _ => panic!("what is `{word}` of an order?"),
            }
        }
        order
    }

    fn give_back(&self, words: &[&str]) -> Return<'static> {
        let lines = words[1..].iter().map(|word| {
            let (line, part) = word.split_once(':').unwrap_or(("1", word));
            let part = match part.strip_prefix('x') {
                Some(pieces) => ReturnedPart::Quantity(pieces.parse().expect("a number of pieces")),
                None if part == "all" => ReturnedPart::All,
                None => ReturnedPart::Amount(self.money(part, self.first_money())),
            };
            ReturnedLine { line: owned(line), part }
        });
        Return {
            id: Cow::Owned(format!("return-{}", self.number)),
            order: owned(words[0]),
            lines: lines.collect(),
        }
    }

    fn redemption(&self, words: &[&str]) -> Redemption<'static> {
        let currency = option(words, "currency=").unwrap_or("points");
        let purpose = option(words, "cash=").map_or(Purpose::Reward("mug".into()), |total| {
            Purpose::CashOff { order_total: self.money(total, self.first_money()) }
        });
        Redemption {
            id: owned(words[0]),
            currency: owned(currency),
            points: self.points(currency, words[1]),
            partial: words.contains(&"partial"),
            purpose,
        }
    }

    fn adjustment(&self, verb: &str, words: &[&str]) -> Adjustment<'static> {
        let currency = option(words, "currency=").unwrap_or("points");
        let points = self.points(currency, words[0]);
        Adjustment {
            currency: owned(currency),
            points: if verb == "debit" { Points(-points.0) } else { points },
            shortfall: if words.contains(&"arrears") { Shortfall::Arrears } else { Shortfall::FloorAtZero },
            actor: "ann".into(),
            reason: "a correction".into(),
            about: None,
        }
    }
}

fn profile(words: &[&str]) -> Profile<'static> {
    let mut profile = Profile::default();
    for word in words {
        let (key, value) = word.split_once('=').expect("key=value");
        match key {
            "birthday" => {
                let (month, day) = value.split_once('-').expect("MM-DD");
                profile.birthday =
                    MonthDay::new(month.parse().expect("a month"), day.parse().expect("a day"));
            }
            "segment" => profile.segments.push(owned(value)),
            _ => {
                let name =
                    key.strip_prefix("attribute:").unwrap_or_else(|| panic!("what is `{word}` of a member?"));
                profile.attributes.push((owned(name), owned(value)));
            }
        }
    }
    profile
}

fn last_line<'o>(order: &'o mut Order<'static>) -> &'o mut Line<'static> {
    order.lines.last_mut().expect("an amount begins the line")
}

fn option<'w>(words: &[&'w str], prefix: &str) -> Option<&'w str> {
    words.iter().find_map(|w| w.strip_prefix(prefix))
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}
