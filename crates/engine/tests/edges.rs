//! Corners of the cases that drawn histories have led into, one by one.

#![allow(clippy::unwrap_used)]

mod support;

use support::{
    PROGRAMME, an_order, at, balance, debit, give_back, merge, order, redeem, refusal_code, small_options,
    transfer,
};
use tallybook::core::calendar::Instant;
use tallybook::core::event::{Decision, TierReason};
use tallybook::core::fact::{
    Enrolment, Fact, HoldRequest, Purpose, Redemption, Reinstatement, Return, ReturnedLine, ReturnedPart,
    Reversal, VoucherUse,
};
use tallybook::core::ids::LotNumber;
use tallybook::core::money::Money;
use tallybook::core::points::Points;
use tallybook::log::SimulatedDisk;
use tallybook::{BlockingLedger, Command};

fn noon(day: i64) -> Instant {
    at("2024-01-01T12:00:00Z").plus_days(day)
}

fn ledger_under(programme: &str) -> BlockingLedger {
    let ledger = support::create_on(&SimulatedDisk::new(), small_options());
    ledger.publish(programme, at("2020-01-01T00:00:00Z")).unwrap();
    ledger
}

fn ten_days() -> String {
    PROGRAMME.replace("months = 12", "days = 10")
}

#[test]
fn s33_a_late_lot_that_has_ended_pays_no_debt() {
    let ledger = ledger_under(&ten_days());
    ledger.submit(debit("ann", "K", noon(30), 5)).unwrap();
    // Its points ended on day 11, nineteen days before there was a debt.
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    let now = balance(&ledger, "ann");
    assert_eq!((now.available.0, now.expired.0, now.arrears.0), (0, 10, 5));
    // One that is still alive does pay.
    ledger.submit(order("ann", "A-2", noon(29), 300)).unwrap();
    assert_eq!(balance(&ledger, "ann").arrears.0, 2);
}

#[test]
fn s18_a_second_reversal_into_a_lot_that_lives_on_keeps_that_lots_end() {
    let programme = ten_days().replace("use = \"both\"", "use = \"both\"\nreversal_grace_days = 30");
    let ledger = ledger_under(&programme);
    let reverse = |key: &str, day: i64, points: i64| {
        let reversal = Reversal { redemption: "D-1".into(), points: Some(Points(points)) };
        let command = Command::new("ann", noon(day), Fact::ReversalRequested(reversal)).with_key(key);
        ledger.submit(command).unwrap();
        let state = ledger.member("ann").unwrap().unwrap().state;
        state.lots.iter().map(|lot| (lot.remaining.0, lot.expires_at.unwrap())).collect::<Vec<_>>()
    };
    ledger.submit(order("ann", "A-1", noon(0), 1_000)).unwrap();
    ledger.submit(redeem("ann", "D-1", noon(1), 10)).unwrap();
    // Past its end on day 11, so it gets thirty more whole days.
    let end = at("2024-02-13T00:00:00Z");
    assert_eq!(reverse("first", 12, 6), [(6, end)]);
    assert_eq!(reverse("second", 20, 4), [(10, end)]);
}

#[test]
fn s29_a_tier_that_is_never_lost_is_not_told_of_when_its_window_runs_dry() {
    let rolling = "period = \"rolling_days\"\ndays = 30\ndowngrade = \"never\"";
    // The lots end long after the window has lost the order, at midnights at which ladders are looked at too.
    let ledger = ledger_under(&PROGRAMME.replace("period = \"calendar_year\"", rolling));
    ledger.submit(order("ann", "A-1", noon(0), 20_000)).unwrap();
    ledger.submit(redeem("ann", "D-1", noon(400), 1)).unwrap_err();
    ledger.submit(order("ann", "A-2", noon(400), 100)).unwrap();
    let history = ledger.history("ann").unwrap();
    let told: Vec<TierReason> = history
        .iter()
        .flat_map(|batch| &batch.events)
        .filter_map(|event| match &event.decision {
            Decision::TierChanged(change) => Some(change.why),
            _ => None,
        })
        .collect();
    assert_eq!(told, [TierReason::Upgraded]);
}

fn fact(member: &str, day: i64, fact: Fact<'static>) -> Command {
    Command::new(member, noon(day), fact)
}

#[test]
fn s14_points_that_expire_again_after_they_came_back_count_for_a_return_once() {
    let ledger = ledger_under(&format!("reinstate_days = 400\n{}", ten_days()));
    ledger.submit(order("ann", "A-1", noon(0), 10_000)).unwrap();
    // All hundred ran out on day 11, so that the return of one euro takes nothing from her.
    let one_euro = ReturnedLine { line: "1".into(), part: ReturnedPart::Amount(Money(100)) };
    let part = Return { id: "X-1".into(), order: "A-1".into(), lines: vec![one_euro], points_back: None };
    ledger.submit(fact("ann", 20, Fact::OrderReturned(part))).unwrap();
    let back = Reinstatement {
        lot: LotNumber(1),
        expires_at: None,
        actor: "clerk".into(),
        reason: "an illness".into(),
    };
    ledger.submit(fact("ann", 21, Fact::ReinstatementRequested(back)).with_key("back")).unwrap();
    ledger.submit(redeem("ann", "R-1", noon(22), 4)).unwrap();
    // 96 run out again, of which one was counted before: of what she gave back whole she has had four points.
    ledger.submit(give_back("ann", "X-2", "A-1", noon(60))).unwrap();
    let now = balance(&ledger, "ann");
    assert_eq!((now.available.0, now.expired.0, now.arrears.0), (0, 96, 4));
}

/// Ann refers bob, and both get points for his first order.
fn with_referral() -> String {
    let rule =
        |on: &str| format!("[[rule]]\nid = \"{on}\"\non = \"{on}\"\nkind = \"bonus\"\npoints = \"50\"\n");
    format!("{PROGRAMME}\n[referral]\nwindow_days = 10\n{}{}", rule("referrer"), rule("referred"))
}

fn enrol(member: &str, by: Option<&str>) -> Command {
    let referred_by = by.map(|by| by.to_owned().into());
    fact(member, 0, Fact::MemberEnrolled(Enrolment { referred_by, ..Enrolment::default() }))
}

#[test]
fn s06_a_referral_that_falls_through_finds_the_points_of_a_referrer_who_became_part_of_another() {
    for into in ["cid", "bob"] {
        let ledger = ledger_under(&with_referral());
        for command in [enrol("ann", None), enrol("cid", None), enrol("bob", Some("ann"))] {
            ledger.submit(command).unwrap();
        }
        ledger.submit(order("cid", "C-1", noon(1), 700)).unwrap();
        ledger.submit(order("bob", "B-1", noon(1), 3_000)).unwrap();
        assert_eq!(balance(&ledger, "ann").pending.0, 50);
        ledger.submit(merge("ann", into, noon(2))).unwrap();
        ledger.submit(give_back("bob", "X-1", "B-1", noon(3))).unwrap();
        for name in ["ann", "bob", "cid"] {
            assert_eq!(balance(&ledger, name).pending.0, 0, "{name}, ann being part of {into}");
        }
        assert_eq!(balance(&ledger, "ann").forfeited.0, if into == "bob" { 100 } else { 50 });
    }
}

#[test]
fn s06_a_return_after_the_window_does_not_concern_the_referrer() {
    let ledger = ledger_under(&with_referral());
    ledger.submit(enrol("ann", None)).unwrap();
    ledger.submit(enrol("bob", Some("ann"))).unwrap();
    ledger.submit(order("bob", "B-1", noon(1), 3_000)).unwrap();
    let before = ledger.member("ann").unwrap();
    ledger.submit(give_back("bob", "X-1", "B-1", noon(12))).unwrap();
    assert_eq!(ledger.member("ann").unwrap(), before);
}

#[test]
fn s18_a_redemption_whose_voucher_was_used_is_not_reversed_after_a_return_gave_some_of_it_back_either() {
    let ledger = ledger_under(PROGRAMME);
    ledger.submit(order("ann", "A-1", noon(0), 10_000)).unwrap();
    let code = [3; 32];
    let redemption = Redemption {
        id: "R-1".into(),
        currency: "points".into(),
        points: Points(60),
        partial: false,
        purpose: Purpose::Voucher { what: "ten euros".into(), code: Some(code) },
    };
    ledger.submit(fact("ann", 1, Fact::RedemptionRequested(redemption))).unwrap();
    ledger.submit(fact("ann", 1, Fact::VoucherPresented(VoucherUse { code })).with_key("used")).unwrap();
    let mut paid = an_order("A-2", 2_000);
    paid.redemption = Some("R-1".into());
    ledger.submit(fact("ann", 1, Fact::OrderPlaced(paid))).unwrap();
    let back =
        Return { id: "X-1".into(), order: "A-2".into(), lines: Vec::new(), points_back: Some(Points(20)) };
    ledger.submit(fact("ann", 2, Fact::OrderReturned(back))).unwrap();
    let rest = Reversal { redemption: "R-1".into(), points: None };
    let outcome = ledger.submit(fact("ann", 3, Fact::ReversalRequested(rest)).with_key("rest"));
    assert_eq!(refusal_code(outcome), "voucher_used");
}

#[test]
fn s17_a_piece_that_comes_back_with_a_sweep_is_back_also_after_opening_again() {
    let reward = "[[reward]]\nid = \"mug\"\npoints = \"10\"\nstock = 1\n";
    let disk = SimulatedDisk::new();
    let ledger = support::create_on(&disk, small_options());
    ledger.publish(&format!("{PROGRAMME}\n{reward}"), at("2020-01-01T00:00:00Z")).unwrap();
    for name in ["ann", "bob"] {
        ledger.submit(order(name, "A-1", noon(0), 1_000)).unwrap();
    }
    let hold = HoldRequest {
        id: "H-1".into(),
        currency: "points".into(),
        points: Points(10),
        expires_at: noon(2),
        purpose: Purpose::Reward("mug".into()),
    };
    ledger.submit(fact("ann", 1, Fact::HoldRequested(hold))).unwrap();
    assert_eq!(refusal_code(ledger.submit(redeem("bob", "R-1", noon(3), 10))), "out_of_stock");
    ledger.sweep(noon(3)).unwrap();
    let counters = ledger.ledger_state().unwrap();
    drop(ledger);
    let ledger = support::open_on(&disk, small_options()).unwrap();
    assert_eq!(ledger.ledger_state().unwrap(), counters);
    ledger.submit(redeem("bob", "R-1", noon(3), 10)).unwrap();
}

#[test]
fn s33_what_comes_too_late_is_too_late_also_where_a_member_deals_with_themselves_by_an_old_name() {
    let programme = PROGRAMME.replace("use = \"both\"", "use = \"both\"\ntransfer = {}");
    let ledger = ledger_under(&format!("late_limit_days = 3\n{programme}"));
    ledger.submit(enrol("ann", None)).unwrap();
    ledger.submit(enrol("bob", None)).unwrap();
    ledger.submit(merge("bob", "ann", noon(20))).unwrap();
    let to_herself = |day: i64| refusal_code(ledger.submit(transfer("ann", "bob", "T-1", noon(day), 1)));
    assert_eq!((to_herself(10), to_herself(20)), ("too_late", "same_member"));
}
