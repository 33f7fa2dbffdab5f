//! Every point of a balance leads to its lot, rules and fact, and the sums are the balances.

// Helpers outside test functions unwrap too.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use std::path::Path;

use support::{TestClock, at, everything_ledger, full_ledger};
use tallybook::core::calendar::Instant;
use tallybook::core::event::Verdict;
use tallybook::core::ids::LotNumber;
use tallybook::core::points::Points;
use tallybook::core::state::Balance;
use tallybook::{BlockingLedger, LedgerError, Options};
use tallybook_audit::{
    Cause, CurrencyExplanation, Explanation, MergeEntry, MergeSide, MoveKind, VerifyOptions, explain, render,
    verify,
};
use tallybook_log::LogReader;
use tallybook_testkit::generate;

fn explained(ledger: &BlockingLedger, member: &str, at: Instant) -> Explanation {
    let head = ledger.member(member).unwrap().unwrap().head;
    explain(ledger.reader(), head, &ledger.programmes().unwrap(), member, at).unwrap()
}

/// Panics unless everything in an explained currency adds up: every account of the balance is the sum of what its lots,
/// debts and merges say.
fn adds_up(currency: &CurrencyExplanation) {
    let balance = &currency.balance;
    assert_eq!(balance.imbalance(), 0);
    let left = |pending: bool| -> i64 {
        currency.lots.iter().filter(|lot| lot.is_pending == pending).map(|lot| lot.remaining.0).sum()
    };
    assert_eq!((left(false), left(true)), (balance.available.0, balance.pending.0));
    assert_eq!(currency.lots.iter().map(|lot| lot.held.0).sum::<i64>(), balance.held.0);
    assert_eq!(currency.sum.iter().map(|line| line.points.0).sum::<i64>(), balance.available.0);
    assert_eq!(currency.debts.last().map_or(0, |entry| entry.owed.0), balance.arrears.0);
    for lot in &currency.lots {
        let (mut remaining, mut held) = (lot.points.0, lot.held_at_first.0);
        for step in &lot.moves {
            (remaining, held) = (remaining + step.points.0, held + step.held.0);
            assert_eq!(step.remaining.0, remaining);
            assert!(remaining >= 0 && held >= 0);
        }
        assert_eq!((lot.remaining.0, lot.held.0), (remaining, held));
        if lot.version.is_some() {
            assert_eq!(lot.rules.iter().map(|rule| rule.granted.0).sum::<i64>(), lot.points.0);
        }
        if !lot.line_shares.is_empty() {
            assert_eq!(lot.line_shares.iter().map(|share| share.points.0).sum::<i64>(), lot.points.0);
        }
    }
    accounts_add_up(currency);
}

fn accounts_add_up(currency: &CurrencyExplanation) {
    let balance = &currency.balance;
    let moved = |kind: MoveKind| -> i64 {
        currency.lots.iter().flat_map(|lot| &lot.moves).filter(|m| m.kind == kind).map(|m| m.points.0).sum()
    };
    let steps = || currency.lots.iter().flat_map(|lot| &lot.moves);
    let captured: i64 = steps().filter(|m| m.kind == MoveKind::Captured).map(|m| m.held.0).sum();
    let began = |is: fn(&Cause) -> bool| -> i64 {
        currency.lots.iter().filter(|lot| is(&lot.cause)).map(|lot| lot.points.0).sum()
    };
    let owed = |is: fn(&Cause) -> bool| -> i64 {
        currency.debts.iter().filter(|debt| is(&debt.cause)).map(|debt| debt.points.0).sum()
    };
    let merged = |account: fn(&Balance) -> Points| -> i64 {
        let signed = |merge: &MergeEntry| match merge.side {
            MergeSide::Came => account(&merge.balance).0,
            MergeSide::Went => -account(&merge.balance).0,
        };
        currency.merges.iter().map(signed).sum()
    };
    let came = |cause: &Cause| matches!(cause, Cause::CameWith { .. });
    let received = began(|cause| matches!(cause, Cause::Received { .. }));
    let reinstated = began(|cause| matches!(cause, Cause::Reinstatement { .. }));
    let issued: i64 =
        currency.lots.iter().map(|lot| lot.points.0).sum::<i64>() - began(came) - received - reinstated;
    assert_eq!(issued + merged(|b| b.issued), balance.issued.0);
    assert_eq!(received + merged(|b| b.received), balance.received.0);
    let redeemed = moved(MoveKind::Redeemed) + moved(MoveKind::Reversed) + captured;
    assert_eq!(-redeemed + merged(|b| b.redeemed), balance.redeemed.0);
    assert_eq!(-moved(MoveKind::Expired) - reinstated + merged(|b| b.expired), balance.expired.0);
    assert_eq!(-moved(MoveKind::Sent) + merged(|b| b.sent), balance.sent.0);
    let lost = [MoveKind::Adjusted, MoveKind::Fee, MoveKind::Cancelled, MoveKind::Forfeited];
    let lost: i64 = -lost.into_iter().map(moved).sum::<i64>();
    let owed_by_hand = owed(|cause| matches!(cause, Cause::Adjustment { .. }));
    assert_eq!(lost + owed_by_hand + merged(|b| b.forfeited), balance.forfeited.0);
    let owed_by_returns = owed(|cause| matches!(cause, Cause::Return { .. }));
    let clawed_back = -moved(MoveKind::ClawedBack) + owed_by_returns;
    assert_eq!(clawed_back + merged(|b| b.clawed_back), balance.clawed_back.0);
    let let_go = owed(|cause| matches!(cause, Cause::WriteOff { .. }));
    assert_eq!(-let_go + merged(|b| b.written_off), balance.written_off.0);
    assert_eq!(moved(MoveKind::PaidDebt), owed(|cause| matches!(cause, Cause::Debt)));
}

/// Opens a ledger with every kind of fact in it.
fn everything(dir: &Path) -> BlockingLedger {
    everything_ledger(dir);
    BlockingLedger::open(dir, Options::default()).unwrap()
}

/// Explains a member under the very name that they had, even if they are part of another by now.
fn explained_by_own_name(ledger: &BlockingLedger, member: &str, at: Instant) -> Explanation {
    let position = ledger.history(member).unwrap().last().unwrap().position;
    let batch = ledger.reader().records().record(position).unwrap().0;
    // The last of the member's records in that batch is the head of their past.
    let number = ledger.reader().records().record(position).unwrap().1.header.member;
    let mut batches = ledger.reader().batches(batch.position);
    let last = batches.next_batch().unwrap().unwrap();
    let own = last.records().filter(|record| record.header.member == number);
    let head = own.map(|record| record.position).last().unwrap();
    explain(ledger.reader(), head, &ledger.programmes().unwrap(), member, at).unwrap()
}

const MEMBERS: [&str; 10] = ["ann", "bob", "cy", "eve", "fay", "gus", "hal", "ida", "jon", "kim"];

#[test]
fn everything_adds_up_for_every_member_at_any_time() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = everything(dir.path());
    for member in MEMBERS {
        for day in (0..1_110).step_by(6) {
            let at = at("2024-01-02T13:00:00Z").plus_days(day);
            let explanation = explained_by_own_name(&ledger, member, at);
            explanation.currencies.iter().for_each(adds_up);
            assert!(!render(&explanation).is_empty());
        }
    }
    ledger.close().unwrap();
}

#[test]
fn every_cause_and_every_kind_of_move_is_told_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = everything(dir.path());
    let end = at("2027-01-06T00:00:00Z");
    let all: String = MEMBERS.map(|member| render(&explained_by_own_name(&ledger, member, end))).concat();
    let all_words = [
        "enrolment\n",
        "activity visit\n",
        "birthday\n",
        "anniversary of joining\n",
        "was referred by ann, order B-1\n",
        "referred bob, order B-1\n",
        "cancelled, the referral fell through by return R-1 of order B-1, 0 left",
        "the referral fell through by return R-1 of order B-1 by bob",
        "order A-1 was fulfilled",
        "cancelled, as its order was not fulfilled in time",
        "can be spent once its order is fulfilled, if before",
        "hold H-1, reward mug, ",
        "capture of hold H-1: 20 of what was set aside were spent",
        "capture of hold H-1, ",
        "release of hold H-2, ",
        "hold H-3 ran out, ",
        "hold H-5 was released as the member left, ",
        "transfer T-1 to bob, ",
        "fee of transfer T-1 to bob, ",
        "transfer T-1 from ann\n",
        "transfer T-2 from bob, a present\n",
        "purchase P-1\n",
        "purchase P-2, a present from dora\n",
        "written off by desk: kindness, ",
        "had expired and was reinstated by desk: kindness\n",
        "another end, given by desk: kindness, expires at ",
        "more time, order ",
        "came with cy as lot ",
        "there; the history of cy tells the rest",
        "more were set aside by a hold",
        "came with cy, 65 owed",
        "went to ann, whom the member is part of now",
        "cy became part of this member, with ",
        "became part of gus, with ",
        "closed by desk: kindness, ",
        "trimmed by a budget from 40",
        "months of inactivity",
        "  received\n",
        "  sent\n",
        "  written off\n",
        "set aside\n",
        "friend was reached\n",
        "anniversary of reaching the tier\n",
        "club: guest\n",
        "club: pillar, by hand; guest by figures\n",
        "patron by hand until 2025-02-20 01:00:00; given by desk: status match (batch ",
        "patron by hand is over (batch ",
        "friend lent until 2025-04-01 00:00:00, to be earned by 2 activities; given by desk: status match",
        "friend instead of guest, by its challenge, until 2027-01-01 00:00:00 with 6 points, 2 activities of 2 activities; activity visit",
        "the challenge of friend was met, which the figures had reached; activity visit",
        "patron by hand until it is revoked; given by desk",
        "patron by hand was revoked; revoked by desk: a slip",
        "friend instead of guest, which the figures reach, until 2027-01-01 00:00:00 with 130.00 EUR, 135 points, 2 orders of 80.00 EUR, ",
        " and 130.00 EUR, 135 points, 2 orders of all time of 500.00 EUR; order I-2",
        "50.00 EUR carried over into the period from 2026-01-01",
        "-50.00 EUR carried over into the period from 2026-01-01; return R-2 of order I-1",
        "pillar by hand until it is revoked; version 3 of the programme came into force",
        "guest instead of friend, which ran out, with 17 points of 90.00 EUR, 2 referrals, 4 activities, and ",
        "guest instead of friend, by other thresholds, with nothing of 90.00 EUR, ",
        "nothing any more; went to ida, whom the member is part of now",
        "Benefit lounge\n",
        "used 2 times as patron, 3 left in the period from 2025-02-01; use L-1 (batch ",
        "2 uses given back in the period from 2025-02-01; given back by desk: the lounge was shut",
    ];
    let missing: Vec<&str> = all_words.into_iter().filter(|words| !all.contains(words)).collect();
    assert_eq!(missing, Vec::<&str>::new(), "in\n{all}");
    ledger.close().unwrap();
}

#[test]
fn a_lot_leads_to_its_order_its_rules_and_everything_that_drew_from_it() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let ledger = BlockingLedger::open(dir.path(), Options::default()).unwrap();
    let explanation = explained(&ledger, "ann", at("2024-01-31T00:00:00Z"));
    assert_eq!(explanation.currencies.len(), 1);
    let currency = &explanation.currencies[0];
    adds_up(currency);
    assert_eq!((currency.balance.available, currency.lots.len()), (Points(80), 2));

    let first = &currency.lots[0];
    assert_eq!((first.number, first.points), (LotNumber(1), Points(105)));
    assert_eq!(first.cause, Cause::Order { order: "A-1".to_owned() });
    let rules: Vec<(&str, i64)> =
        first.rules.iter().map(|rule| (rule.rule.as_str(), rule.granted.0)).collect();
    assert_eq!(rules, [("base", 60), ("dairy", 40), ("first order", 5)]);
    let kinds: Vec<MoveKind> = first.moves.iter().map(|step| step.kind).collect();
    assert_eq!(kinds, [MoveKind::Redeemed, MoveKind::Redeemed, MoveKind::Reversed, MoveKind::ClawedBack]);

    let second = &currency.lots[1];
    let capped = second.rules.iter().find(|rule| rule.rule == "dairy").unwrap();
    assert_eq!(
        (capped.asked, capped.granted, capped.verdict),
        (Points(90), Points(10), Verdict::TrimmedByCap)
    );
    let hash = ledger.programmes().unwrap().versions()[0].hash;
    assert_eq!(explanation.versions[0].hash, support::hex(&hash));
    ledger.close().unwrap();
}

#[test]
fn what_is_due_and_not_recorded_is_shown_as_due() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let ledger = BlockingLedger::open(dir.path(), Options::default()).unwrap();
    let explanation = explained(&ledger, "dot", at("2026-06-01T00:00:00Z"));
    let lot = &explanation.currencies[0].lots[0];
    let last = lot.moves.last().unwrap();
    assert_eq!((last.kind, last.batch, last.remaining), (MoveKind::Expired, None, Points(0)));
    assert!(render(&explanation).contains("(due, not recorded)"));
    ledger.close().unwrap();
}

#[test]
fn the_text_reads_like_a_statement() {
    let dir = tempfile::tempdir().unwrap();
    full_ledger(dir.path());
    let ledger = BlockingLedger::open(dir.path(), Options::default()).unwrap();
    let text = render(&explained(&ledger, "bob", at("2024-01-20T00:00:00Z")));
    let hash = support::hex(&ledger.programmes().unwrap().versions()[0].hash);
    let expected = format!(
        "\
bob as of 2024-01-20 01:00:00 (Europe/Berlin)

points: 45 available

  Lot 1: 55 on 2024-01-06 11:00:00, order B-1
            50  rule base
             5  rule first order
    judged under version 1, batch 4
    expires at 2025-01-07 00:00:00
    2024-01-13 11:00:00         -50  redemption D-1, voucher v, 5 left
    2024-01-14 11:00:00          -5  return R-1 of order B-1, 0 left
    left: 0

  Lot 2: 25 on 2024-01-15 11:00:00, order B-2
            20  rule base
             5  rule first order
    judged under version 1, batch 13
    expires at 2025-01-16 00:00:00
    2024-01-15 11:00:00         -25  paid a debt, 0 left
    left: 0

  Lot 3: 100 on 2024-01-16 11:00:00, adjustment by clerk: goodwill
    expires at 2025-01-17 00:00:00
    2024-01-16 11:00:00         -25  paid a debt, 75 left
    2024-01-17 11:00:00         -30  adjustment by clerk: goodwill, 45 left
    left: 45

  Debt
    2024-01-14 11:00:00          50  return R-1 of order B-1, 50 owed
    2024-01-15 11:00:00         -25  paid by lot 2, 25 owed
    2024-01-16 11:00:00         -25  paid by lot 3, 0 owed

  Sum
             180  issued
             -50  redeemed
             -30  forfeited
             -55  clawed back
              45  available

Programme versions
  version 1 in force from 2020-01-01 01:00:00, sha256 {hash}
"
    );
    assert_eq!(text, expected);
    ledger.close().unwrap();
}

#[test]
fn the_same_is_there_for_programs() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = everything(dir.path());
    let explanation = explained(&ledger, "gus", at("2024-05-10T00:00:00Z"));
    let json = serde_json::to_value(&explanation).unwrap();
    let points = &json["currencies"][0];
    assert_eq!(
        points["lots"][1]["cause"],
        serde_json::json!({ "kind": "came_with", "member": "ann", "lot": 2 })
    );
    assert_eq!(points["merges"][0]["side"], "came");
    assert_eq!(points["merges"][0]["balance"]["held"], 30);
    let came_held = points["lots"].as_array().unwrap().iter().find(|lot| lot["held_at_first"] == 10).unwrap();
    assert_eq!((&came_held["held"], &came_held["remaining"]), (&10.into(), &0.into()));
    let sent = &points["lots"][0]["moves"][0];
    assert_eq!(sent["cause"], serde_json::json!({ "kind": "sent", "transfer": "T-3", "to": "eve" }));
    assert_eq!((&sent["kind"], &sent["points"]), (&"sent".into(), &(-12).into()));
    let eve = explained(&ledger, "eve", at("2024-05-10T00:00:00Z"));
    let json = serde_json::to_value(&eve).unwrap();
    let lots = json["currencies"][0]["lots"].as_array().unwrap();
    let received = lots.iter().find(|lot| lot["cause"]["kind"] == "received").unwrap();
    let cause = serde_json::json!({ "kind": "received", "transfer": "T-3", "from": "gus", "gift": false });
    assert_eq!(received["cause"], cause);
    ledger.close().unwrap();
}

#[test]
fn why_a_tier_is_what_it_is_is_there_for_programs() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = everything(dir.path());
    let json = serde_json::to_value(explained(&ledger, "hal", at("2025-03-15T00:00:00Z"))).unwrap();
    let club = &json["ladders"][0];
    assert_eq!(
        (&club["ladder"], &club["tier"], &club["exponent"]),
        (&"club".into(), &"friend".into(), &2.into())
    );
    let kinds: Vec<&str> =
        club["steps"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["granted", "grant_ended", "granted", "changed", "granted"]);
    let changed = &club["steps"][3];
    assert_eq!((&changed["why"], &changed["figures"]["activities"]), (&"challenge_met".into(), &2.into()));
    assert_eq!(changed["cause"], serde_json::json!({ "kind": "activity", "activity": "visit", "id": null }));
    let lounge = &json["benefits"][0];
    assert_eq!((&lounge["benefit"], &lounge["steps"][0]["left"]), (&"lounge".into(), &3.into()));
    assert_eq!(lounge["steps"][2]["times"], -2);
    ledger.close().unwrap();
}

fn ledger_of(dir: &Path, course: &generate::Course, sweep_every: usize) -> BlockingLedger {
    let history = &course.history;
    let clock = TestClock::new(history[0].recorded_at);
    let ledger = BlockingLedger::create(dir, clock.options()).unwrap();
    ledger.publish(&course.spec.to_toml(), Instant::EARLIEST).unwrap();
    for (index, recorded) in history.iter().enumerate() {
        for later in course.published_before(index) {
            clock.set(later.recorded_at);
            // A version that would begin before another is refused, as belongs to histories.
            let _ = ledger.publish(&later.spec.to_toml(), later.from);
        }
        clock.set(recorded.recorded_at);
        match ledger.submit(recorded.command.clone()) {
            Ok(_) | Err(LedgerError::Refused(_)) => {}
            Err(error) => panic!("{error}"),
        }
        if (index + 1) % sweep_every == 0 {
            ledger.sweep(recorded.recorded_at).unwrap();
        }
    }
    ledger
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn sums_equal_balances_and_the_ledger_verifies_for_any_history(
        course in generate::course(),
        extra_days in 0_i64..800,
        sweep_every in 1_usize..12,
    ) {
        let history = &course.history;
        prop_assume!(!history.is_empty());
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger_of(dir.path(), &course, sweep_every);
        let last = history.iter().map(|r| r.recorded_at).max().unwrap();
        for member in ["M0", "M1", "M2"] {
            if ledger.history(member).unwrap().is_empty() {
                continue;
            }
            let moments = [history[0].recorded_at.plus_days(extra_days), last.plus_days(extra_days)];
            for at in moments {
                let explanation = explained_by_own_name(&ledger, member, at);
                explanation.currencies.iter().for_each(adds_up);
                let state = ledger.as_of(member, at, Instant::MAX).unwrap().unwrap();
                let shown: i64 = explanation.currencies.iter().map(|c| c.balance.available.0).sum();
                prop_assert_eq!(shown, state.balances.iter().map(|b| b.available.0).sum::<i64>());
                prop_assert!(!render(&explanation).is_empty());
            }
        }
        let digest = ledger.state_digest().unwrap();
        ledger.close().unwrap();
        let report = verify(dir.path(), &VerifyOptions::default(), &mut |_| {}).unwrap();
        prop_assert!(report.is_clean(), "{:#?}", report.findings);
        prop_assert_eq!(report.states_digest, Some(support::hex(&digest)));
    }
}
