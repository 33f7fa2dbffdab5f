//! Facts, decisions and states in words and as JSON, with names for numbers.

use serde_json::{Value, json};
use tallybook::Receipt;
use tallybook_core::calendar::{Instant, Zone};
use tallybook_core::event::{Decision, Draw, Event, Figures, NewLot, PointsEarned, TierReason, Verdict};
use tallybook_core::fact::{Fact, Order, Purpose, ReturnedPart};
use tallybook_core::ids::{CurrencyNumber, LadderNumber, RuleIndex, TierNumber, VersionNumber};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::{Points, Scaled};
use tallybook_core::programme::versions::Programmes;

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

    /// Figures that tiers rest on, those that are not zero.
    pub fn figures(&self, figures: &Figures) -> String {
        let mut parts = Vec::new();
        if figures.spend != Money::ZERO {
            parts.push(self.money(figures.spend, None));
        }
        if figures.points != Points::ZERO {
            parts.push(format!("{} points", figures.points));
        }
        if figures.orders != 0 {
            parts.push(format!("{} orders", figures.orders));
        }
        if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
    }

    /// Figures that tiers rest on, as JSON.
    pub fn figures_json(&self, figures: &Figures) -> Value {
        json!({
            "spend": { "minor_units": figures.spend.0, "exponent": self.exponent(None) },
            "points": figures.points.0,
            "orders": figures.orders,
        })
    }

    /// What a receipt says.
    pub fn receipt(&self, receipt: &Receipt, output: &Output) {
        if output.json {
            output.value(&json!({
                "batch_number": receipt.batch_number,
                "position": receipt.position.0,
                "recorded_at": receipt.recorded_at.to_string(),
                "repeated": receipt.repeated,
                "events": self.events_json(&receipt.events),
            }));
            return;
        }
        for event in &receipt.events {
            output.line(format!("{}  {}", self.local(event.effective_at), self.decision(&event.decision)));
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
                "text": self.decision(&event.decision),
                "postings": postings,
            })
        };
        events.iter().map(event_json).collect()
    }

    /// A fact in words.
    pub fn fact(&self, fact: &Fact<'_>) -> String {
        match fact {
            Fact::MemberEnrolled(_) => "enrolled".to_owned(),
            Fact::ProfileChanged(_) => "profile changed".to_owned(),
            Fact::OrderPlaced(order) => self.order(order),
            Fact::OrderReturned(ret) if ret.lines.is_empty() => {
                format!("return {} of order {}: all that was left", ret.id, ret.order)
            }
            Fact::OrderReturned(ret) => {
                let exponent = self.exponent(None);
                let line = |line: &tallybook_core::fact::ReturnedLine<'_>| match line.part {
                    ReturnedPart::All => format!("line {}", line.line),
                    ReturnedPart::Quantity(pieces) => format!("{pieces} of line {}", line.line),
                    ReturnedPart::Amount(money) => {
                        format!("{} of line {}", Scaled { units: money.0, scale: exponent }, line.line)
                    }
                };
                let lines: Vec<String> = ret.lines.iter().map(line).collect();
                format!("return {} of order {}: {}", ret.id, ret.order, lines.join(", "))
            }
            Fact::RedemptionRequested(redemption) => {
                let purpose = match &redemption.purpose {
                    Purpose::Reward(name) => format!("reward {name}"),
                    Purpose::Voucher(name) => format!("voucher {name}"),
                    Purpose::CashOff { order_total } => {
                        format!("cash off an order of {}", self.money(*order_total, None))
                    }
                };
                format!("redemption {} for {purpose}", redemption.id)
            }
            Fact::ReversalRequested(reversal) => format!("reversal of redemption {}", reversal.redemption),
            Fact::AdjustmentRequested(adjustment) => {
                let about = adjustment.about.map(|at| format!(", about position {at}")).unwrap_or_default();
                format!("adjustment by {}: {}{about}", adjustment.actor, adjustment.reason)
            }
            Fact::ProgrammePublished(_) => "programme published".to_owned(),
        }
    }

    fn order(&self, order: &Order<'_>) -> String {
        let total = Money(order.lines.iter().fold(0i64, |sum, line| sum.saturating_add(line.amount.0)));
        let lines = match order.lines.len() {
            1 => "1 line".to_owned(),
            count => format!("{count} lines"),
        };
        format!("order {}: {lines}, {}", order.id, self.money(total, Some(order.currency)))
    }

    /// A decision in words.
    pub fn decision(&self, decision: &Decision) -> String {
        match decision {
            Decision::MemberJoined => "joined".to_owned(),
            Decision::PointsEarned(earned) => self.earned(earned),
            Decision::PointsActivated(a) => {
                format!("{} of lot {} can be spent", self.points(a.points, a.currency), a.lot)
            }
            Decision::ArrearsPaid(paid) => {
                format!("{} of lot {} paid arrears", self.points(paid.points, paid.currency), paid.lot)
            }
            Decision::Redeemed(redeemed) => {
                let worth = redeemed.worth.map(|worth| format!(", worth {}", self.money(worth, None)));
                format!(
                    "redeemed {}{} from {}",
                    self.points(redeemed.points, redeemed.currency),
                    worth.unwrap_or_default(),
                    self.draws(&redeemed.draws, redeemed.currency)
                )
            }
            Decision::RedemptionReversed(reversed) => format!(
                "gave back {} to {}",
                self.points(reversed.points, reversed.currency),
                self.draws(&reversed.restored, reversed.currency)
            ),
            Decision::Expired(expired) => {
                format!("{} of lot {} expired", self.points(expired.points, expired.currency), expired.lot)
            }
            Decision::ClawedBack(clawed) => {
                let take = |take: &tallybook_core::event::Take| {
                    let mut parts = Vec::new();
                    for (points, what) in [
                        (take.expired, "had expired"),
                        (take.arrears, "made arrears"),
                        (take.waived, "waived"),
                    ] {
                        if points.is_positive() {
                            parts.push(format!("{} {what}", self.figure(points, take.currency)));
                        }
                    }
                    let draws: Vec<Draw> =
                        take.from_pending.iter().chain(&take.from_available).copied().collect();
                    if !draws.is_empty() {
                        parts.insert(0, self.draws(&draws, take.currency));
                    }
                    format!("clawed back {} ({})", self.points(take.points, take.currency), parts.join(", "))
                };
                let takes: Vec<String> =
                    clawed.takes.iter().filter(|take| take.points.is_positive()).map(take).collect();
                if takes.is_empty() { "clawed back nothing".to_owned() } else { takes.join("; ") }
            }
            Decision::Credited(lot) => format!("credited {}", self.lot(lot)),
            Decision::Debited(debited) => {
                let mut from = self.draws(&debited.draws, debited.currency);
                if debited.arrears.is_positive() {
                    from = format!("{from}, {} made arrears", self.figure(debited.arrears, debited.currency));
                }
                format!("debited {} from {from}", self.points(debited.points, debited.currency))
            }
            Decision::TierChanged(change) => {
                let (ladder, to) = (self.ladder_id(change.ladder), self.tier_id(change.ladder, change.to));
                let why = match change.why {
                    TierReason::Upgraded => "reached",
                    TierReason::Kept => "kept",
                    TierReason::GraceBegan => "in grace on",
                    TierReason::Demoted => "back to",
                    TierReason::Returned => "back, by returns, to",
                };
                let until =
                    change.until.map(|until| format!(" until {}", self.local(until))).unwrap_or_default();
                format!("{ladder}: {why} {to}{until} with {}", self.figures(&change.figures))
            }
        }
    }

    fn earned(&self, earned: &PointsEarned) -> String {
        let rules: Vec<String> = earned
            .shares
            .iter()
            .map(|share| {
                let rule = self.rule(earned.version, share.rule);
                let id = rule.map_or_else(|| format!("rule {}", share.rule), |(id, _)| id.to_owned());
                let currency = rule.map_or(CurrencyNumber(0), |(_, currency)| currency);
                let granted = self.figure(share.granted, currency);
                let asked = self.figure(share.asked, currency);
                match share.verdict {
                    Verdict::Granted => format!("{id} {granted}"),
                    Verdict::TrimmedByCap => format!("{id} {granted} of {asked}, capped"),
                    Verdict::SkippedByCap => format!("{id} 0 of {asked}, skipped by a cap"),
                    Verdict::LostInGroup => format!("{id} 0 of {asked}, another rule won"),
                }
            })
            .collect();
        let lots: Vec<String> = earned.lots.iter().map(|lot| self.lot(lot)).collect();
        match (lots.is_empty(), rules.is_empty()) {
            (true, true) => "earned nothing: no rule matched".to_owned(),
            (true, false) => format!("earned nothing ({})", rules.join("; ")),
            (false, _) => format!("earned {} ({})", lots.join(" and "), rules.join("; ")),
        }
    }

    fn rule(&self, version: VersionNumber, rule: RuleIndex) -> Option<(&'p str, CurrencyNumber)> {
        let rule = self.programmes.version(version)?.plan.rules.get(usize::from(rule.0))?;
        Some((&rule.id, rule.currency))
    }

    fn lot(&self, lot: &NewLot) -> String {
        let until = lot.expires_at.map(|at| format!(" until {}", self.local(at))).unwrap_or_default();
        format!("{} as lot {}{until}", self.points(lot.points, lot.currency), lot.number)
    }

    fn draws(&self, draws: &[Draw], currency: CurrencyNumber) -> String {
        let draw = |draw: &Draw| format!("lot {} ({})", draw.lot, self.figure(draw.points, currency));
        let draws: Vec<String> = draws.iter().map(draw).collect();
        if draws.is_empty() { "no lot".to_owned() } else { draws.join(", ") }
    }
}
