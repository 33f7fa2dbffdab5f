//! The naive model against cases worked out by hand.

mod lots;
mod members;
mod occasions;
mod orders;
mod spending;
mod tiers;

use std::borrow::Cow;

use tallybook_core::calendar::{Day, Instant, MonthDay};
use tallybook_core::command::Command;
use tallybook_core::fact::{
    Activity, Adjustment, Enrolment, Fact, Line, Order, Profile, Purpose, Redemption, Return, ReturnedLine,
    ReturnedPart, Reversal, Shortfall,
};
use tallybook_core::money::{CurrencyCode, Money};
use tallybook_core::points::Points;
use tallybook_testkit::naive::{Happening, Model, NaiveBalance, NaiveDeed, Outcome};
use tallybook_testkit::spec::*;

fn at(text: &str) -> Instant {
    let text = if text.contains('T') { text.to_owned() } else { format!("{text}T12:00:00Z") };
    Instant::parse_rfc3339(&text).expect("cases are told in RFC 3339")
}

/// A model and its members, mostly `M`, told what happens in short sentences.
struct Case(Model);

fn case(spec: Spec) -> Case {
    Case(Model::new(spec))
}

fn text(text: &str) -> Cow<'static, str> {
    Cow::Owned(text.to_owned())
}

fn line(amount: i64) -> Line<'static> {
    Line { quantity: 1, amount: Money(amount), ..Line::default() }
}

fn usd() -> CurrencyCode {
    CurrencyCode::parse("USD").expect("a code is three capitals")
}

fn order(id: &str, lines: Vec<Line<'static>>) -> Order<'static> {
    Order {
        id: text(id),
        currency: usd(),
        channel: None,
        store: None,
        shipping: Money(0),
        paid_with_points: Money(0),
        paid_with_stored_value: Money(0),
        redemption: None,
        lines,
    }
}

fn whole_return(id: &str, order: &str) -> Return<'static> {
    Return { id: text(id), order: text(order), lines: Vec::new(), points_back: None }
}

fn redemption(id: &str, points: i64, purpose: Purpose<'static>) -> Redemption<'static> {
    Redemption { id: text(id), currency: text("points"), points: Points(points), partial: false, purpose }
}

fn mug() -> Purpose<'static> {
    Purpose::Reward(text("mug"))
}

fn voucher(what: &str, code: Option<[u8; 32]>) -> Purpose<'static> {
    Purpose::Voucher { what: text(what), code }
}

fn check_in(id: &str) -> Activity<'static> {
    Activity { id: Some(text(id)), kind: text("check_in"), ..Activity::default() }
}

fn referred_by(name: &str) -> Fact<'static> {
    Fact::MemberEnrolled(Enrolment { referred_by: Some(text(name)), ..Enrolment::default() })
}

fn born_on(month: u8, day: u8) -> Profile<'static> {
    Profile { birthday: MonthDay::new(month, day), ..Profile::default() }
}

fn day(year: i32, month: u32, day: u32) -> Day {
    Day::from_civil(year, month, day).expect("cases name days that exist")
}

impl Case {
    fn tell_of(&mut self, member: &str, time: &str, fact: Fact<'static>) -> Result<Outcome, String> {
        let key = format!("{} at {time}", fact.name());
        let command = Command::new(member, at(time), fact);
        let has_natural_key = command.effective_key().is_ok();
        let command = if has_natural_key { command } else { command.with_key(&key) };
        self.0.submit_command(&command, at("2099-01-01"))
    }

    fn tell(&mut self, time: &str, fact: Fact<'static>) -> Result<Outcome, String> {
        self.tell_of("M", time, fact)
    }

    fn order(&mut self, time: &str, id: &str, amount: i64) -> Result<Outcome, String> {
        self.tell(time, Fact::OrderPlaced(order(id, vec![line(amount)])))
    }

    fn order_of(&mut self, member: &str, time: &str, id: &str, amount: i64) -> Result<Outcome, String> {
        self.tell_of(member, time, Fact::OrderPlaced(order(id, vec![line(amount)])))
    }

    fn check_in(&mut self, time: &str, id: &str) -> Result<Outcome, String> {
        self.tell(time, Fact::ActivityRecorded(check_in(id)))
    }

    fn give_back(
        &mut self,
        time: &str,
        id: &str,
        order: &str,
        part: ReturnedPart,
    ) -> Result<Outcome, String> {
        let lines = vec![ReturnedLine { line: Cow::Borrowed("1"), part }];
        self.tell(time, Fact::OrderReturned(Return { lines, ..whole_return(id, order) }))
    }

    fn redeem(&mut self, time: &str, id: &str, points: i64) -> Result<Outcome, String> {
        self.redeem_for(time, id, points, false, mug())
    }

    fn redeem_for(
        &mut self,
        time: &str,
        id: &str,
        points: i64,
        partial: bool,
        purpose: Purpose<'static>,
    ) -> Result<Outcome, String> {
        let redemption = Redemption { partial, ..redemption(id, points, purpose) };
        self.tell(time, Fact::RedemptionRequested(redemption))
    }

    fn reverse(&mut self, time: &str, id: &str, points: i64) -> Result<Outcome, String> {
        let reversal = Reversal { redemption: text(id), points: Some(Points(points)) };
        self.tell(time, Fact::ReversalRequested(reversal))
    }

    fn adjust(&mut self, time: &str, points: i64, shortfall: Shortfall) -> Result<Outcome, String> {
        self.tell(
            time,
            Fact::AdjustmentRequested(Adjustment {
                currency: Cow::Borrowed("points"),
                points: Points(points),
                shortfall,
                actor: Cow::Borrowed("clerk"),
                reason: Cow::Borrowed("goodwill"),
                about: None,
            }),
        )
    }

    fn balance_of(&self, member: &str, time: &str) -> NaiveBalance {
        let balance = self.0.balances(member, at(time))["points"];
        assert!(balance.is_conserved(), "{balance:?}");
        balance
    }

    fn balance(&self, time: &str) -> NaiveBalance {
        self.balance_of("M", time)
    }

    fn available(&self, time: &str) -> i64 {
        self.balance(time).available
    }

    /// Ends of the member's lots that have something left.
    fn ends(&self, time: &str) -> Vec<String> {
        let lots = self.0.lots("M", at(time));
        lots.iter().map(|lot| lot.expires_at.map_or("never".to_owned(), |end| end.to_string())).collect()
    }

    fn standing(&self, time: &str) -> (String, Option<Instant>) {
        self.0.tier("M", "status", at(time)).expect("the member and the ladder are known")
    }

    fn tier(&self, time: &str) -> String {
        self.standing(time).0
    }

    fn tier_until(&self, time: &str) -> String {
        self.standing(time).1.map_or("never".to_owned(), |end| end.to_string())
    }
}

fn refused(code: &str) -> Result<Outcome, String> {
    Err(code.to_owned())
}

fn names(happenings: &[Happening]) -> Vec<&'static str> {
    happenings.iter().map(|happening| happening.name).collect()
}

fn ends(at: EndAt) -> ExpirySpec {
    ExpirySpec::at(at)
}

fn with_expiry(expiry: ExpirySpec) -> Spec {
    let mut spec = Spec::plain();
    spec.currencies[0].expiry = expiry;
    spec
}

fn with_ladder(ladder: LadderSpec) -> Spec {
    Spec { ladders: vec![ladder], ..Spec::plain() }
}

fn bonus(id: &str, on: On, points: i64) -> RuleSpec {
    let activity = if on == On::Activity { vec!["check_in".to_owned()] } else { Vec::new() };
    RuleSpec { on, activity, ..RuleSpec::new(id, "points", RuleKind::Bonus { points }) }
}

/// One point a dollar, check-ins, and more rules.
fn with_rules(rules: Vec<RuleSpec>) -> Spec {
    let mut spec = Spec { activities: vec!["check_in".to_owned()], ..Spec::plain() };
    spec.rules.extend(rules);
    spec
}

/// Silver at $100, gold at $200.
fn three_tiers() -> LadderSpec {
    LadderSpec::plain("status")
        .with_tier("silver", Threshold::spend(10_000))
        .with_tier("gold", Threshold::spend(20_000))
}
