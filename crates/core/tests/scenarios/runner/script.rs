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
//!   and `by=bob` for who referred the member;
//! - `activity KIND [id=1] [amount=5.00 [in=EUR]] [score=9] [channel=app] [store=330] [tag=t]`; `fulfil ID` of an order;
//! - `hold ID 100 until=TIME`, with what `redeem` takes; `capture ID [50]`; `release ID`; `voucher CODE` shows a code;
//! - `redeem … reward=coffee`, `redeem … voucher=coffee code=CODE`; `order … paid_by=R`; `return … back=50`;
//! - `transfer ID 50 to=bob [gift]`, `purchase ID 100 [price=10.00] [giver=bob]`, `write-off [50]`;
//! - `expiry [lot=1] to=DATE|never|+30`, `reinstate LOT [until=DATE]`; all of these with `[currency=miles]`;
//! - `merge into=bob`, `close [keep|forfeit]`, `block [earning] [redeeming]`;
//! - `grant gold [until=TIME]` by hand, without end where it names none, `challenge gold` lends it, `revoke` ends either;
//!   `use lounge [2]` of a benefit and `restore lounge [2]`; the first three with `[ladder=status]`;
//! - `redeem R 50 and order A 10.00 paid_by=R` is one command of two facts;
//! - `sweep` settles, `look` only holds expectations against the time, `publish from TIME` begins a later version.

use std::borrow::Cow;

use sha2::{Digest, Sha256};
use tallybook_core::calendar::{Instant, MonthDay, Zone};
use tallybook_core::command::Command;
use tallybook_core::event::CodeHash;
use tallybook_core::fact::{
    Activity, Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange,
    Fact, Fulfilment, HoldRequest, Line, Merge, NewEnd, Order, Price, Profile, Purchase, Purpose, Redemption,
    Reinstatement, Release, Return, ReturnedLine, ReturnedPart, Reversal, Shortfall, TierRequest,
    TierRevocation, TierTerm, Transfer, VoucherUse, WriteOff,
};
use tallybook_core::ids::LotNumber;
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, parse_scaled};
use tallybook_core::programme::plan::{OnClose, Plan};
use tallybook_core::programme::versions::Programmes;

/// One step.
pub struct Step {
    pub member: String,
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
    // A local time is one of the version in force then; it does not lie near the start of one with another zone.
    let first =
        time(plan(Instant::MIN).zone, text.split_whitespace().next().expect("a step begins with its time"));
    let zone = plan(first).zone;
    let mut words: Vec<&str> = text.split_whitespace().collect();
    let recorded = words.iter().position(|w| w.starts_with("recorded="));
    let recorded_at = recorded.map(|index| time(zone, words.remove(index).trim_start_matches("recorded=")));
    let at = time(zone, words[0]);
    let named = words.get(1).and_then(|word| word.strip_suffix(':'));
    let member = named.unwrap_or("m").to_owned();
    if named.is_some() {
        words.remove(1);
    }
    let reader = Reader { plan: plan(at), number };
    let act = match words[1..] {
        ["look"] => Act::Look,
        ["sweep"] => Act::Sweep,
        ["publish", "from", from] => Act::Publish { from: time(zone, from) },
        _ => Act::Command(Command {
            member: member.clone(),
            key: Some(format!("step-{number}")),
            effective_at: at,
            facts: words[1..]
                .split(|word| *word == "and")
                .flat_map(|fact| reader.facts(fact[0], &fact[1..]))
                .collect(),
        }),
    };
    Step { member, at, recorded_at, act }
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
            "enrol" => {
                let (by, rest): (Vec<&str>, Vec<&str>) = words.iter().partition(|w| w.starts_with("by="));
                let referred_by = by.first().map(|by| owned(&by[3..]));
                vec![Fact::MemberEnrolled(Enrolment { profile: profile(&rest), referred_by })]
            }
            "activity" => vec![Fact::ActivityRecorded(self.activity(words))],
            "fulfil" => vec![Fact::OrderFulfilled(Fulfilment { order: owned(words[0]) })],
            "hold" => {
                let Redemption { id, currency, points, purpose, .. } = self.redemption(words);
                let until = option(words, "until=").expect("until=TIME");
                let expires_at = time(self.plan.zone, until);
                vec![Fact::HoldRequested(HoldRequest { id, currency, points, expires_at, purpose })]
            }
            "capture" => vec![Fact::CaptureRequested(Capture {
                hold: owned(words[0]),
                points: words.get(1).map(|n| self.points("", n)),
            })],
            "release" => vec![Fact::ReleaseRequested(Release { hold: owned(words[0]) })],
            "voucher" => vec![Fact::VoucherPresented(VoucherUse { code: hash(words[0]) })],
            "transfer" => vec![Fact::TransferRequested(Transfer {
                id: owned(words[0]),
                to: owned(option(words, "to=").expect("to=MEMBER")),
                currency: owned(self.currency(words)),
                points: self.points(self.currency(words), words[1]),
                gift: words.contains(&"gift"),
            })],
            "purchase" => vec![Fact::PointsPurchased(Purchase {
                id: owned(words[0]),
                currency: owned(self.currency(words)),
                points: self.points(self.currency(words), words[1]),
                price: option(words, "price=").map(|price| self.price(price)),
                giver: option(words, "giver=").map(owned),
            })],
            "write-off" => vec![Fact::WriteOffRequested(WriteOff {
                currency: owned(self.currency(words)),
                points: words
                    .first()
                    .filter(|word| !word.contains('='))
                    .map(|n| self.points(self.currency(words), n)),
                actor: "ann".into(),
                reason: "a debt let go".into(),
            })],
            "expiry" => vec![Fact::ExpiryChangeRequested(ExpiryChange {
                currency: owned(self.currency(words)),
                lot: option(words, "lot=").map(|n| LotNumber(n.parse().expect("a lot"))),
                to: match option(words, "to=").expect("to=WHEN") {
                    "never" => NewEnd::Never,
                    to => match to.strip_prefix('+') {
                        Some(days) => NewEnd::PlusDays(days.parse().expect("days")),
                        None => NewEnd::At(time(self.plan.zone, to)),
                    },
                },
                actor: "ann".into(),
                reason: "kindness".into(),
            })],
            "reinstate" => vec![Fact::ReinstatementRequested(Reinstatement {
                lot: LotNumber(words[0].parse().expect("a lot")),
                expires_at: option(words, "until=").map(|until| time(self.plan.zone, until)),
                actor: "ann".into(),
                reason: "kindness".into(),
            })],
            "merge" => vec![Fact::MergeRequested(Merge {
                into: owned(option(words, "into=").expect("into=MEMBER")),
                actor: "ann".into(),
                reason: "one person".into(),
            })],
            "close" => vec![Fact::ClosureRequested(Closure {
                points: words.first().map(|w| if *w == "keep" { OnClose::Keep } else { OnClose::Forfeit }),
                actor: "ann".into(),
                reason: "asked for it".into(),
            })],
            "block" => vec![Fact::BlockRequested(Block {
                earning: words.contains(&"earning"),
                redeeming: words.contains(&"redeeming"),
                actor: "ann".into(),
                reason: "a suspicion".into(),
            })],
            "profile" => vec![Fact::ProfileChanged(profile(words))],
            "grant" => {
                let until = option(words, "until=").map(|until| time(self.plan.zone, until));
                vec![self.tier_request(words, until.map_or(TierTerm::Open, TierTerm::Until))]
            }
            "challenge" => vec![self.tier_request(words, TierTerm::Challenge)],
            "revoke" => vec![Fact::TierRevoked(TierRevocation {
                ladder: owned(self.ladder(words)),
                actor: "ann".into(),
                reason: "no longer".into(),
            })],
            "use" => vec![Fact::BenefitRequested(BenefitUse {
                id: Cow::Owned(format!("use-{}", self.number)),
                benefit: owned(words[0]),
                times: times(words),
            })],
            "restore" => vec![Fact::BenefitReturned(BenefitRestoration {
                benefit: owned(words[0]),
                times: times(words),
                actor: "ann".into(),
                reason: "it was shut".into(),
            })],
            _ => panic!("what is `{verb}`?"),
        }
    }

    fn money(&self, text: &str, code: CurrencyCode) -> Money {
        let exponent = self.plan.money.iter().find(|m| m.code == code).map_or(2, |m| m.exponent);
        Money(parse_scaled(text, exponent).unwrap_or_else(|e| panic!("{e}")))
    }

    fn price(&self, text: &str) -> Price {
        let currency = self.first_money();
        Price { amount: self.money(text, currency), currency }
    }

    /// The price that an `amount=` states, `in=` another money currency where there is one.
    fn price_in(&self, text: &str, words: &[&str]) -> Price {
        let Some(code) = option(words, "in=") else { return self.price(text) };
        let currency = CurrencyCode::parse(code).expect("a currency code");
        Price { amount: self.money(text, currency), currency }
    }

    fn activity(&self, words: &[&str]) -> Activity<'static> {
        let mut activity = Activity { kind: owned(words[0]), ..Activity::default() };
        for word in &words[1..] {
            let (key, value) = word.split_once('=').expect("key=value");
            match key {
                "id" => activity.id = Some(owned(value)),
                "in" => {}
                "amount" => activity.amount = Some(self.price_in(value, words)),
                "score" => activity.score = Some(value.parse().expect("a score")),
                "channel" => activity.channel = Some(owned(value)),
                "store" => activity.store = Some(owned(value)),
                "tag" => activity.tags.push(owned(value)),
                _ => panic!("what is `{word}` of an activity?"),
            }
        }
        activity
    }

    /// The point currency that a step names; the first where it names none.
    fn currency<'w>(&'w self, words: &[&'w str]) -> &'w str {
        let first = || self.plan.currencies.iter().flatten().next().expect("a currency").id.as_ref();
        option(words, "currency=").unwrap_or_else(first)
    }

    /// The ladder that a step names; the first where it names none.
    fn ladder<'w>(&'w self, words: &[&'w str]) -> &'w str {
        let first = || self.plan.ladders.iter().flatten().next().map_or("status", |l| l.id.as_ref());
        option(words, "ladder=").unwrap_or_else(first)
    }

    fn tier_request(&self, words: &[&str], term: TierTerm) -> Fact<'static> {
        Fact::TierRequested(TierRequest {
            ladder: owned(self.ladder(words)),
            tier: owned(words[0]),
            term,
            actor: "ann".into(),
            reason: "a status match".into(),
        })
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
            redemption: None,
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
                "paid_by" => order.redemption = Some(owned(value)),
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
        let parts = words[1..].iter().filter(|word| !word.contains('='));
        let lines = parts.map(|word| {
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
            points_back: option(words, "back=").map(|points| self.points("", points)),
        }
    }

    fn redemption(&self, words: &[&str]) -> Redemption<'static> {
        let currency = self.currency(words);
        let purpose = match (option(words, "cash="), option(words, "voucher=")) {
            (Some(total), _) => Purpose::CashOff { order_total: self.money(total, self.first_money()) },
            (None, Some(what)) => {
                Purpose::Voucher { what: owned(what), code: option(words, "code=").map(hash) }
            }
            (None, None) => Purpose::Reward(owned(option(words, "reward=").unwrap_or("mug"))),
        };
        Redemption {
            id: owned(words[0]),
            currency: owned(currency),
            points: self.points(currency, words[1]),
            partial: words.contains(&"partial"),
            purpose,
        }
    }

    fn adjustment(&self, verb: &str, words: &[&str]) -> Adjustment<'static> {
        let currency = self.currency(words);
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

/// How many times a benefit is used or restored; once where a step does not say.
fn times(words: &[&str]) -> i64 {
    words.get(1).map_or(1, |n| n.parse().expect("a number of times"))
}

fn hash(code: &str) -> CodeHash {
    Sha256::digest(code.as_bytes()).into()
}

fn option<'w>(words: &[&'w str], prefix: &str) -> Option<&'w str> {
    words.iter().find_map(|w| w.strip_prefix(prefix))
}

fn owned(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}
