//! What backtests do not support yet is refused by name; what needs no new facts just works.

// Helpers outside test functions unwrap too.
#![allow(clippy::unwrap_used)]

mod support;

use support::{PROGRAMME, Shop, a_redemption, a_return, an_order, at};
use tallybook::core::calendar::MonthDay;
use tallybook::core::event::Decision;
use tallybook::core::fact::{
    Activity, BenefitRestoration, BenefitUse, Block, Closure, Enrolment, ExpiryChange, Fact, HoldRequest,
    Merge, NewEnd, Order, Profile, Purchase, Purpose, Return, TierRequest, TierRevocation, TierTerm,
    Transfer, WriteOff,
};
use tallybook::core::points::Points;
use tallybook::{Command, LedgerError};
use tallybook_backtest::{BuildOptions, Columns, compare, identity};

/// A programme that allows what the base programme does not.
fn generous() -> String {
    PROGRAMME.replace(
        "\n[[rule]]\nid = \"base\"",
        r#"
[currency.transfer]
min_points = "1"

[currency.purchase]
min_points = "1"

[[activity]]
id = "visit"

[[rule]]
id = "base""#,
    )
}

fn refused(outcome: Result<impl Sized, LedgerError>) -> String {
    match outcome {
        Err(error @ LedgerError::Fault(_)) => error.to_string(),
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it is supported"),
    }
}

#[test]
fn a_past_with_facts_that_the_columns_do_not_carry_is_refused_by_their_kind() {
    let clerk = || ("desk".into(), "asked".into());
    let (actor, reason) = clerk();
    let facts: Vec<(&str, Fact<'static>)> = vec![
        (
            "ActivityRecorded",
            Fact::ActivityRecorded(Activity { kind: "visit".into(), ..Activity::default() }),
        ),
        (
            "HoldRequested",
            Fact::HoldRequested(HoldRequest {
                id: "H-1".into(),
                currency: "points".into(),
                points: Points(10),
                purpose: Purpose::Reward("mug".into()),
                expires_at: at("2020-02-01"),
            }),
        ),
        (
            "PointsPurchased",
            Fact::PointsPurchased(Purchase {
                id: "B-1".into(),
                currency: "points".into(),
                points: Points(10),
                price: None,
                giver: None,
            }),
        ),
        (
            "ExpiryChangeRequested",
            Fact::ExpiryChangeRequested(ExpiryChange {
                currency: "points".into(),
                lot: None,
                to: NewEnd::Never,
                actor,
                reason,
            }),
        ),
        (
            "ClosureRequested",
            Fact::ClosureRequested(Closure { points: None, actor: clerk().0, reason: clerk().1 }),
        ),
        (
            "BlockRequested",
            Fact::BlockRequested(Block {
                earning: true,
                redeeming: false,
                actor: clerk().0,
                reason: clerk().1,
            }),
        ),
    ];
    for (kind, fact) in facts {
        let shop = Shop::new(&generous());
        shop.order("ann", "A-1", "2020-01-03", 50);
        shop.submit(Command::new("ann", at("2020-01-10"), fact).with_key("k"));
        let error = refused(Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |_| {}));
        let expected = format!("a backtest does not support this yet: a fact of kind {kind}, in batch 3 at ");
        assert!(error.starts_with(&expected), "{error}");
        assert!(!shop.folder.path().join("columns/facts.columns").exists());
    }
}

/// What was done by hand about tiers and benefits: each case ends in the fact that it is about.
fn of_tiers() -> Vec<Vec<Fact<'static>>> {
    let ladder = || "status".into();
    let (actor, reason) = (|| "desk".into(), || "status match".into());
    let request = || {
        Fact::TierRequested(TierRequest {
            ladder: ladder(),
            tier: "silver".into(),
            term: TierTerm::Open,
            actor: actor(),
            reason: reason(),
        })
    };
    let revocation = Fact::TierRevoked(TierRevocation { ladder: ladder(), actor: actor(), reason: reason() });
    let used = || Fact::BenefitRequested(BenefitUse { id: "U-1".into(), benefit: "lounge".into(), times: 1 });
    let back = Fact::BenefitReturned(BenefitRestoration {
        benefit: "lounge".into(),
        times: 1,
        actor: actor(),
        reason: reason(),
    });
    vec![vec![request()], vec![request(), revocation], vec![used()], vec![used(), back]]
}

const LOUNGE: &str = "\n[[benefit]]\nid = \"lounge\"\nper = \"year\"\ntimes = { member = 2 }\n";

#[test]
fn a_past_with_tiers_by_hand_or_benefits_is_refused_by_their_kind() {
    for facts in of_tiers() {
        let shop = Shop::new(&format!("{PROGRAMME}{LOUNGE}"));
        shop.order("ann", "A-1", "2020-01-03", 50);
        // The kind that comes first is the one that is named.
        let kind = facts[0].name();
        for (index, fact) in facts.into_iter().enumerate() {
            let command = Command::new("ann", at(&format!("2020-01-1{index}")), fact);
            shop.submit(command.with_key(&format!("k{index}")));
        }
        let error = refused(Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |_| {}));
        assert!(error.contains(&format!("a fact of kind {kind}, in batch 3 at ")), "{error}");
    }
}

#[test]
fn a_programme_may_have_benefits_and_challenges_that_nobody_used() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 250);
    let lent = PROGRAMME.replace(
        "entry = { any = { spend = \"200.00\" } }",
        "entry = { any = { spend = \"200.00\" } }\nchallenge = { days = 30, any = { orders = 2 } }",
    );
    let report = shop.compare(&format!("{lent}{LOUNGE}"));
    assert_eq!(report.ladders[0].tiers[1].members.scenario, 1);
}

#[test]
fn ladders_that_count_activities_or_referrals_are_refused_by_name() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    let columns = shop.columns();
    let programmes = columns.programmes().unwrap();
    let asks = |figure: &str| {
        generous().replace("any = { spend = \"200.00\"", &format!("any = {{ spend = \"200.00\", {figure}"))
    };
    let referral = "\n[referral]\nwindow_days = 10\n";
    for (source, what) in [
        (asks("activities = 3"), "a ladder that counts activities"),
        (asks("lifetime_activities = 3"), "a ladder that counts activities"),
        (asks("referrals = 2") + referral, "a ladder that counts referrals"),
    ] {
        let scenario = programmes.scenario(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let error = refused(compare(&columns, &programmes, &scenario, &Default::default()));
        assert!(
            error.contains(&format!("does not support this yet: {what}, in programme version")),
            "{error}"
        );
        refused(compare(&columns, &scenario, &programmes, &Default::default()));
    }
}

#[test]
fn a_debt_that_was_let_go_is_refused_as_well() {
    let shop = Shop::new(&generous());
    shop.order("ann", "A-1", "2020-01-03", 50);
    shop.redeem("ann", "P-1", "2020-01-10", 50);
    shop.submit(Command::new("ann", at("2020-01-11"), Fact::OrderReturned(a_return("R-1", "A-1", &[]))));
    let (currency, actor, reason) = ("points".into(), "desk".into(), "asked".into());
    let write_off = Fact::WriteOffRequested(WriteOff { currency, points: None, actor, reason });
    shop.submit(Command::new("ann", at("2020-01-12"), write_off).with_key("w"));
    let error = refused(Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |_| {}));
    assert!(error.contains("a fact of kind WriteOffRequested, in batch 5"), "{error}");
}

#[test]
fn a_past_in_which_two_members_meet_is_refused() {
    let transfer = Fact::TransferRequested(Transfer {
        id: "T-1".into(),
        to: "bob".into(),
        currency: "points".into(),
        points: Points(10),
        gift: false,
    });
    let merge =
        Fact::MergeRequested(Merge { into: "bob".into(), actor: "desk".into(), reason: "one".into() });
    for fact in [transfer, merge] {
        let shop = Shop::new(&generous());
        shop.order("ann", "A-1", "2020-01-03", 50);
        shop.order("bob", "B-1", "2020-01-03", 50);
        shop.submit(Command::new("ann", at("2020-01-10"), fact));
        let error = refused(Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |_| {}));
        assert!(
            error.contains("not support this yet: decisions about two members at once, in batch 4"),
            "{error}"
        );
    }
}

#[test]
fn orders_paid_by_a_named_redemption_are_refused() {
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    shop.redeem("ann", "P-1", "2020-01-10", 10);
    let paid = Order { redemption: Some("P-1".into()), ..an_order("A-2", &[(20, "BOOKS", &[])]) };
    shop.submit(Command::new("ann", at("2020-01-11"), Fact::OrderPlaced(paid)));
    let back = Return { points_back: Some(Points(5)), ..a_return("R-1", "A-2", &[]) };
    shop.submit(Command::new("ann", at("2020-01-12"), Fact::OrderReturned(back)));
    let error = refused(Columns::of_ledger(shop.folder.path(), BuildOptions::default(), &mut |_| {}));
    assert!(error.contains("an order that names the redemption which paid it, in batch 4"), "{error}");
}

#[test]
fn programmes_whose_judgement_needs_more_than_one_members_columns_are_refused_on_either_side() {
    let budget = format!("{PROGRAMME}\n[[budget]]\nid = \"pot\"\nlimit = \"1000\"\n")
        .replace("id = \"base\"\nkind", "id = \"base\"\nbudget = [\"pot\"]\nkind");
    let stock =
        format!("{PROGRAMME}\n[[reward]]\nid = \"mug\"\ncurrency = \"points\"\npoints = \"10\"\nstock = 3\n");
    let waits = PROGRAMME.replace(
        "activation = { policy = \"after_days\", days = 2 }",
        "activation = { policy = \"on_fulfilment\", within_days = 30 }",
    );
    let shop = Shop::new(PROGRAMME);
    shop.order("ann", "A-1", "2020-01-03", 50);
    let columns = shop.columns();
    let programmes = columns.programmes().unwrap();
    for (source, what) in
        [(budget, "a budget"), (stock, "a reward with a stock"), (waits, "points that wait")]
    {
        let scenario = programmes.scenario(&source).unwrap_or_else(|error| panic!("{source}: {error}"));
        let error = refused(compare(&columns, &programmes, &scenario, &Default::default()));
        assert!(error.contains(&format!("does not support this yet: {what}")), "{error}");
        refused(compare(&columns, &scenario, &programmes, &Default::default()));
        refused(identity(&columns, &scenario, shop.ledger.reader(), 1));
    }
}

/// Rests, numbers of grants, expiries of rules, inactivity, birthdays, anniversaries, enrolment, and an expression.
const MANY: &str = r#"
name = "Many"
zone = "Europe/Berlin"

[[money]]
code = "EUR"

[[currency]]
id = "points"
use = "both"
expiry = { policy = "inactivity", months = 6 }

[[rule]]
id = "base"
kind = "base"
points = "1"
per = "1.00"

[[rule]]
id = "big"
kind = "bonus"
points = "20"
when = { cel = "order.total >= 10000" }
expiry = { policy = "after", months = 1 }

[[rule]]
id = "rested"
kind = "bonus"
points = "3"
cooldown_days = 10

[[rule]]
id = "twice"
kind = "bonus"
points = "7"
max_triggers = [{ times = 2, per = "month" }]

[[rule]]
id = "welcome"
kind = "bonus"
on = "enrolment"
points = "50"

[[rule]]
id = "birthday"
kind = "bonus"
on = "birthday"
points = "100"

[[rule]]
id = "anniversary"
kind = "bonus"
on = "anniversary"
points = "200"
"#;

#[test]
fn programmes_whose_new_options_need_no_new_facts_just_work() {
    let shop = Shop::new(MANY);
    let profile = Profile { birthday: MonthDay::new(5, 4), ..Profile::default() };
    let enrolment = Enrolment { profile, ..Enrolment::default() };
    shop.submit(Command::new("ann", at("2020-01-02"), Fact::MemberEnrolled(enrolment)));
    for (id, day, euros) in [
        ("A-1", "2020-01-03", 150),
        ("A-2", "2020-01-04", 20),
        ("A-3", "2020-01-20", 30),
        ("A-4", "2020-06-15", 120),
    ] {
        shop.order("ann", id, day, euros);
    }
    shop.submit(Command::new("ann", at("2020-06-20"), Fact::OrderReturned(a_return("R-1", "A-4", &[]))));
    shop.submit(Command::new("ann", at("2020-06-21"), Fact::RedemptionRequested(a_redemption("P-1", 60))));
    shop.sweep("2021-02-01");
    shop.order("ann", "A-5", "2021-02-02", 10);
    let given: Vec<&str> = shop
        .ledger
        .history("ann")
        .unwrap()
        .iter()
        .flat_map(|batch| &batch.events)
        .map(|event| event.decision.name())
        .collect::<std::collections::BTreeSet<_>>()
        .into_iter()
        .collect();
    assert_eq!(
        given,
        ["ClawedBack", "Expired", "MemberJoined", "PointsEarned", "Redeemed", "Renewed"],
        "the history has what it is about"
    );
    let report = shop.identity();
    assert!(report.is_identical(), "{report:#?}");
    let occasions = shop.ledger.history("ann").unwrap();
    let occasions = occasions.iter().flat_map(|batch| &batch.events);
    assert_eq!(occasions.filter(|e| matches!(e.decision, Decision::PointsEarned(_))).count(), 8);

    let comparison = shop.compare(&MANY.replace("points = \"100\"", "points = \"150\""));
    let birthday = comparison.rules.iter().find(|rule| rule.rule == "birthday").unwrap();
    assert_eq!((birthday.figures.baseline.granted, birthday.figures.scenario.granted), (100, 150));
}
