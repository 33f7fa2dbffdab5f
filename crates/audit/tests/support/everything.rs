//! A ledger with every kind of fact and decision in it, by members who meet: referrals, transfers, presents, merges.

use std::path::Path;

use tallybook::core::calendar::MonthDay;
use tallybook::core::event::Decision;
use tallybook::core::fact::{
    Activity, Adjustment, BenefitRestoration, BenefitUse, Block, Capture, Closure, Enrolment, ExpiryChange,
    Fact, Fulfilment, HoldRequest, Merge, NewEnd, Profile, Purchase, Purpose, Reinstatement, Release,
    Reversal, Shortfall, TierRequest, TierRevocation, TierTerm, Transfer, VoucherUse, WriteOff,
};
use tallybook::core::ids::LotNumber;
use tallybook::core::money::Money;
use tallybook::core::points::Points;
use tallybook::core::programme::plan::OnClose;
use tallybook::{BlockingLedger, Command};

use super::{TestClock, at, give_back, order, redemption};

/// Two currencies: `points`, with inactivity, transfers and a budget; `stars`, which wait for fulfilment.
const EVERYTHING: &str = r#"
name = "Everything"
zone = "Europe/Berlin"
reinstate_days = 60

[[money]]
code = "EUR"

[referral]
window_days = 20

[[activity]]
id = "visit"

[[budget]]
id = "launch"
currency = "points"
limit = "150"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "inactivity", months = 6 }
cash = { points = "10", per = "0.10", min_points = "10", step = "10" }

[currency.transfer]
fee_points = "1"
limit = { points = "500", per = "year" }

[currency.purchase]
max_points = "1000"

[[currency]]
id = "stars"
use = "spendable"
expiry = { policy = "after", months = 2 }
activation = { policy = "on_fulfilment", within_days = 30 }

[[reward]]
id = "mug"
currency = "points"
points = "30"
stock = 5

[[reward]]
id = "ticket"
currency = "points"
points = "40"

[[rule]]
id = "base"
kind = "base"
currency = "points"
points = "1"
per = "1.00"

[[rule]]
id = "launch"
kind = "bonus"
currency = "points"
points = "40"
budget = ["launch"]
expiry = { policy = "after", months = 1 }

[[rule]]
id = "star"
kind = "bonus"
currency = "stars"
points = "2"

[[rule]]
id = "welcome"
kind = "bonus"
on = "enrolment"
currency = "points"
points = "5"

[[rule]]
id = "visit"
kind = "bonus"
on = "activity"
activity = ["visit"]
currency = "points"
points = "3"
cooldown_days = 2

[[rule]]
id = "birthday"
kind = "bonus"
on = "birthday"
currency = "points"
points = "11"

[[rule]]
id = "anniversary"
kind = "bonus"
on = "anniversary"
currency = "points"
points = "13"

[[rule]]
id = "referrer"
kind = "bonus"
on = "referrer"
currency = "points"
points = "17"

[[rule]]
id = "referred"
kind = "bonus"
on = "referred"
currency = "points"
points = "19"

[[ladder]]
id = "status"
period = "calendar_year"

[[ladder.tier]]
id = "member"

[[ladder.tier]]
id = "silver"
entry = { any = { spend = "120.00" } }
"#;

/// What a second ladder has on top: figures that are carried over, lent tiers, benefits, points that come with tiers.
const CLUB: &str = r#"
[[rule]]
id = "club reached"
kind = "bonus"
on = "tier_reached"
currency = "points"
points = "9"
when = { tier = ["club/friend", "club/patron"] }

[[rule]]
id = "club kept"
kind = "bonus"
on = "tier_kept"
currency = "points"
points = "6"

[[rule]]
id = "club anniversary"
kind = "bonus"
on = "tier_anniversary"
currency = "points"
points = "4"

[[ladder]]
id = "club"
period = "calendar_year"
carry_over = { spend = "100.00", activities = 2 }
on_change = "full"

[[ladder.tier]]
id = "guest"

[[ladder.tier]]
id = "friend"
entry = { any = { spend = "80.00", activities = 4, referrals = 2, lifetime_spend = "500.00" } }
challenge = { days = 30, any = { activities = 2 } }

[[ladder.tier]]
id = "patron"
entry = { any = { spend = "400.00", lifetime_spend = "1000.00" } }
challenge = { days = 30, any = { orders = 1 } }

[[benefit]]
id = "lounge"
ladder = "club"
per = "month"
times = { friend = 2, patron = 5 }
"#;

/// The second version: with the club.
fn with_club() -> String {
    format!("{EVERYTHING}{CLUB}")
}

/// The third version, in which the highest tier of the club is another one and the second is harder to reach.
fn with_pillars() -> String {
    let renamed = with_club().replace("id = \"patron\"", "id = \"pillar\"\nreplaces = [\"patron\"]");
    renamed
        .replace("\"club/patron\"", "\"club/pillar\"")
        .replace("patron = 5", "pillar = 5")
        .replace("{ any = { spend = \"80.00\", activities = 4", "{ any = { spend = \"90.00\", activities = 4")
}

/// Makes the ledger and closes it, with a snapshot at about two thirds of the log. Gives the digest of all states.
pub fn everything_ledger(dir: &Path) -> [u8; 32] {
    let clock = TestClock::new(at("2024-01-01T00:00:00Z"));
    let ledger = BlockingLedger::create(dir, clock.options()).unwrap();
    ledger.publish(EVERYTHING, at("2020-01-01T00:00:00Z")).unwrap();
    let story = Story { ledger, clock };
    the_first_months(&story);
    story.ledger.snapshot().unwrap();
    the_rest(&story);
    let digest = story.ledger.state_digest().unwrap();
    story.ledger.close().unwrap();
    digest
}

struct Story {
    ledger: BlockingLedger,
    clock: TestClock,
}

impl Story {
    /// Submits a fact at noon of a day, under a key made of both.
    fn tell(&self, member: &str, day: &str, fact: Fact<'static>) {
        let time = at(&format!("{day}T12:00:00Z"));
        self.clock.set(time);
        let key = format!("{day} {}", fact.name());
        let natural = fact.natural_key().is_some();
        let command = Command::new(member, time, fact);
        let command = if natural { command } else { command.with_key(&key) };
        self.ledger.submit(command).unwrap_or_else(|error| panic!("{member} {day}: {error}"));
    }

    fn order(&self, member: &str, day: &str, id: &str, euros: i64) {
        self.tell(member, day, Fact::OrderPlaced(order(id, &[("meat", euros * 100)])));
    }

    fn first_expired(&self, member: &str) -> LotNumber {
        let batches = self.ledger.history(member).unwrap();
        let mut events = batches.iter().flat_map(|batch| &batch.events);
        let expired = events.find_map(|event| match &event.decision {
            Decision::Expired(expired) => Some(expired.lot),
            _ => None,
        });
        expired.unwrap()
    }

    fn sweep(&self, day: &str) {
        let time = at(&format!("{day}T12:00:00Z"));
        self.clock.set(time);
        assert!(self.ledger.sweep(time).unwrap().events > 0);
    }
}

fn enrolment(birthday: Option<MonthDay>, referred_by: Option<&'static str>) -> Fact<'static> {
    let profile = Profile { birthday, ..Profile::default() };
    Fact::MemberEnrolled(Enrolment { profile, referred_by: referred_by.map(Into::into) })
}

fn hold(id: &'static str, points: i64, reward: &'static str, until: &str) -> Fact<'static> {
    Fact::HoldRequested(HoldRequest {
        id: id.into(),
        currency: "points".into(),
        points: Points(points),
        purpose: Purpose::Reward(reward.into()),
        expires_at: at(&format!("{until}T00:00:00Z")),
    })
}

fn transfer(id: &'static str, to: &'static str, points: i64, gift: bool) -> Fact<'static> {
    Fact::TransferRequested(Transfer {
        id: id.into(),
        to: to.into(),
        currency: "points".into(),
        points: Points(points),
        gift,
    })
}

fn purchase(id: &'static str, points: i64, giver: Option<&'static str>) -> Fact<'static> {
    Fact::PointsPurchased(Purchase {
        id: id.into(),
        currency: "points".into(),
        points: Points(points),
        price: None,
        giver: giver.map(Into::into),
    })
}

fn adjustment(points: i64, shortfall: Shortfall) -> Fact<'static> {
    Fact::AdjustmentRequested(Adjustment {
        currency: "points".into(),
        points: Points(points),
        shortfall,
        actor: "clerk".into(),
        reason: "goodwill".into(),
        about: None,
    })
}

fn visit() -> Fact<'static> {
    Fact::ActivityRecorded(Activity { kind: "visit".into(), ..Activity::default() })
}

fn fulfilment(order: &'static str) -> Fact<'static> {
    Fact::OrderFulfilled(Fulfilment { order: order.into() })
}

fn merge(into: &'static str) -> Fact<'static> {
    Fact::MergeRequested(Merge { into: into.into(), actor: "desk".into(), reason: "one person".into() })
}

fn the_first_months(story: &Story) {
    // Ann joins and brings Bob, whose first order pays both; it goes back within the window, and the next pays again.
    story.tell("ann", "2024-01-02", enrolment(MonthDay::new(2, 29), None));
    story.tell("bob", "2024-01-03", enrolment(None, Some("ann")));
    story.order("ann", "2024-01-04", "A-1", 100);
    story.order("bob", "2024-01-05", "B-1", 50);
    story.tell("bob", "2024-01-08", Fact::OrderReturned(give_back("R-1", "B-1", &[])));
    story.order("bob", "2024-01-09", "B-2", 60);
    story.tell("ann", "2024-01-10", fulfilment("A-1"));
    story.tell("ann", "2024-01-10", visit());
    story.tell("ann", "2024-01-11", visit());
    // Holds: one captured in part, one released, one that runs out, each with a piece of the stock.
    story.tell("ann", "2024-01-12", hold("H-1", 30, "mug", "2024-03-01"));
    story.tell("ann", "2024-01-13", hold("H-2", 30, "mug", "2024-03-01"));
    story.tell("ann", "2024-01-14", hold("H-3", 30, "mug", "2024-01-20"));
    let capture = Capture { hold: "H-1".into(), points: Some(Points(20)) };
    story.tell("ann", "2024-01-15", Fact::CaptureRequested(capture));
    story.tell("ann", "2024-01-16", Fact::ReleaseRequested(Release { hold: "H-2".into() }));
    story.sweep("2024-01-25");
    // A voucher that is used, and one that its reversal voids; a redemption that pays an order, which comes back.
    let voucher = |code: u8| Purpose::Voucher { what: "ticket".into(), code: Some([code; 32]) };
    story.tell("ann", "2024-01-26", Fact::RedemptionRequested(redemption("V-1", 40, voucher(1))));
    story.tell("ann", "2024-01-27", Fact::VoucherPresented(VoucherUse { code: [1; 32] }));
    let cash = Purpose::CashOff { order_total: Money(10_000) };
    story.tell("bob", "2024-01-28", Fact::RedemptionRequested(redemption("C-1", 40, cash)));
    let mut paid = order("B-3", &[("meat", 2_000), ("dairy", 2_000)]);
    paid.redemption = Some("C-1".into());
    story.tell("bob", "2024-01-29", Fact::OrderPlaced(paid));
    let part = [("1", tallybook::core::fact::ReturnedPart::All)];
    story.tell("bob", "2024-01-30", Fact::OrderReturned(give_back("R-3", "B-3", &part)));
    // Points change hands; a present is bought.
    story.tell("ann", "2024-02-01", transfer("T-1", "bob", 15, false));
    story.order("cy", "2024-02-02", "Y-1", 30);
    story.tell("bob", "2024-02-03", transfer("T-2", "cy", 5, true));
    story.tell("cy", "2024-02-04", purchase("P-1", 100, None));
    story.tell("cy", "2024-02-05", purchase("P-2", 20, Some("dora")));
    let cash = Purpose::CashOff { order_total: Money(10_000) };
    story.tell("cy", "2024-02-06", Fact::RedemptionRequested(redemption("C-9", 10, cash)));
    story.tell("cy", "2024-02-07", hold("H-9", 40, "ticket", "2024-04-01"));
    // Nothing is left of Cy's points but what is set aside, and a debt.
    story.tell("cy", "2024-02-08", adjustment(-200, Shortfall::Arrears));
    story.tell("cy", "2024-02-10", merge("ann"));
    // What Cy had set aside and spent goes on with Ann, under Cy's name as well.
    let capture = Capture { hold: "H-9".into(), points: Some(Points(30)) };
    story.tell("ann", "2024-02-12", Fact::CaptureRequested(capture));
    story.order("cy", "2024-02-13", "Y-2", 15);
    let reversal = Reversal { redemption: "C-9".into(), points: Some(Points(6)) };
    story.tell("ann", "2024-02-14", Fact::ReversalRequested(reversal));
}

fn the_rest(story: &Story) {
    // Eve spends what she then gives back; a part of her debt is let go, and the rest paid.
    story.order("eve", "2024-02-20", "E-1", 40);
    let mug = Purpose::Reward("mug".into());
    story.tell("eve", "2024-02-21", Fact::RedemptionRequested(redemption("M-1", 30, mug)));
    story.tell("eve", "2024-02-22", Fact::OrderReturned(give_back("R-1", "E-1", &[])));
    let (actor, reason) = (|| "desk".into(), || "kindness".into());
    let write_off =
        WriteOff { currency: "points".into(), points: Some(Points(10)), actor: actor(), reason: reason() };
    story.tell("eve", "2024-02-23", Fact::WriteOffRequested(write_off));
    story.order("eve", "2024-02-24", "E-2", 45);
    story.tell("eve", "2024-02-25", adjustment(7, Shortfall::FloorAtZero));
    story.tell("eve", "2024-02-26", purchase("P-3", 25, None));
    // A birthday, lots that run out, and stars whose orders were not fulfilled.
    story.sweep("2024-04-05");
    let expired = story.first_expired("ann");
    let reinstatement = Reinstatement { lot: expired, expires_at: None, actor: actor(), reason: reason() };
    story.tell("ann", "2024-04-06", Fact::ReinstatementRequested(reinstatement));
    let block = Block { earning: false, redeeming: true, actor: actor(), reason: reason() };
    story.tell("eve", "2024-04-07", Fact::BlockRequested(block));
    let change = ExpiryChange {
        currency: "points".into(),
        lot: None,
        to: NewEnd::PlusDays(10),
        actor: actor(),
        reason: reason(),
    };
    story.tell("eve", "2024-04-08", Fact::ExpiryChangeRequested(change));
    let profile = Profile { segments: vec!["vip".into()], ..Profile::default() };
    story.tell("eve", "2024-04-09", Fact::ProfileChanged(profile));
    // Fay leaves with points, pending stars and a hold.
    story.order("fay", "2024-04-10", "F-1", 50);
    story.tell("fay", "2024-04-11", hold("H-5", 30, "mug", "2024-06-01"));
    let closure = Closure { points: Some(OnClose::Forfeit), actor: actor(), reason: reason() };
    story.tell("fay", "2024-04-12", Fact::ClosureRequested(closure));
    // Bob becomes Ann, and Ann becomes Gus, who is asked for under all three names.
    story.tell("bob", "2024-05-01", merge("ann"));
    story.order("gus", "2024-05-02", "G-1", 20);
    story.tell("ann", "2024-05-03", hold("H-7", 30, "mug", "2024-05-20"));
    story.tell("ann", "2024-05-04", merge("gus"));
    story.tell("cy", "2024-05-05", transfer("T-3", "eve", 12, false));
    story.tell("bob", "2024-05-06", Fact::OrderReturned(give_back("R-9", "B-2", &[])));
    story.sweep("2025-01-10");
    story.order("eve", "2025-01-11", "E-3", 10);
    of_tiers(story);
}

fn grant(tier: &'static str, term: TierTerm) -> Fact<'static> {
    let (actor, reason) = ("desk".into(), "status match".into());
    Fact::TierRequested(TierRequest { ladder: "club".into(), tier: tier.into(), term, actor, reason })
}

fn lounge(id: &'static str, times: i64) -> Fact<'static> {
    Fact::BenefitRequested(BenefitUse { id: id.into(), benefit: "lounge".into(), times })
}

/// Tiers by hand and what they give, challenges, figures carried over, a referral that falls through, another programme.
fn of_tiers(story: &Story) {
    story.clock.set(at("2025-01-20T00:00:00Z"));
    story.ledger.publish(&with_club(), at("2025-02-01T00:00:00Z")).unwrap();
    let hal = |day: &str, fact| story.tell("hal", day, fact);
    hal("2025-02-01", grant("patron", TierTerm::Until(at("2025-02-20T00:00:00Z"))));
    hal("2025-02-02", lounge("L-1", 2));
    hal("2025-02-03", lounge("L-2", 1));
    let (actor, reason) = (|| "desk".into(), || "the lounge was shut".into());
    let back = BenefitRestoration { benefit: "lounge".into(), times: 2, actor: actor(), reason: reason() };
    hal("2025-02-04", Fact::BenefitReturned(back));
    story.sweep("2025-02-21");
    // Lent and earned; lent again while it is held anyhow; given and revoked.
    hal("2025-03-01", grant("friend", TierTerm::Challenge));
    hal("2025-03-02", visit());
    hal("2025-03-10", visit());
    hal("2025-03-11", grant("friend", TierTerm::Challenge));
    hal("2025-03-12", visit());
    hal("2025-03-20", visit());
    hal("2025-03-21", grant("patron", TierTerm::Open));
    let revocation = TierRevocation { ladder: "club".into(), actor: actor(), reason: "a slip".into() };
    hal("2025-03-22", Fact::TierRevoked(revocation));
    // Ida brings Jon, whose first order goes back: it no longer counts for her.
    story.tell("ida", "2025-04-01", enrolment(None, None));
    story.tell("jon", "2025-04-02", enrolment(None, Some("ida")));
    story.order("jon", "2025-04-03", "J-1", 30);
    story.tell("jon", "2025-04-10", Fact::OrderReturned(give_back("R-1", "J-1", &[])));
    // More than enough, some of it for the next year, and a return that takes of that.
    story.order("ida", "2025-05-01", "I-1", 60);
    story.order("ida", "2025-05-02", "I-2", 70);
    story.sweep("2026-01-02");
    story.tell("ida", "2026-01-10", Fact::OrderReturned(give_back("R-2", "I-1", &[])));
    story.tell("ida", "2026-01-11", grant("patron", TierTerm::Open));
    story.clock.set(at("2026-01-20T00:00:00Z"));
    story.ledger.publish(&with_pillars(), at("2026-02-01T00:00:00Z")).unwrap();
    story.sweep("2027-01-03");
    // Kim has a tier by hand that ends, Ida one that does not: hers goes on.
    story.tell("kim", "2027-01-04", grant("pillar", TierTerm::Until(at("2027-06-01T00:00:00Z"))));
    story.tell("kim", "2027-01-05", merge("ida"));
}
