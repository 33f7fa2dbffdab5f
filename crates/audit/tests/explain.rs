//! Every point of a balance leads to its lot, rules and fact, and the sums are the balances.

// Helpers outside test functions unwrap too.
#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use support::{TestClock, at, full_ledger};
use tallybook::core::calendar::Instant;
use tallybook::core::event::Verdict;
use tallybook::core::ids::LotNumber;
use tallybook::core::points::Points;
use tallybook::{BlockingLedger, LedgerError, Options};
use tallybook_audit::{
    Cause, CurrencyExplanation, Explanation, MoveKind, VerifyOptions, explain, render, verify,
};
use tallybook_testkit::generate;

fn explained(ledger: &BlockingLedger, member: &str, at: Instant) -> Explanation {
    let head = ledger.member(member).unwrap().unwrap().head;
    explain(ledger.reader(), head, &ledger.programmes().unwrap(), member, at).unwrap()
}

/// Panics unless everything in an explained currency adds up.
fn adds_up(currency: &CurrencyExplanation) {
    let balance = &currency.balance;
    let left = |pending: bool| -> i64 {
        currency.lots.iter().filter(|lot| lot.is_pending == pending).map(|lot| lot.remaining.0).sum()
    };
    assert_eq!((left(false), left(true)), (balance.available.0, balance.pending.0));
    assert_eq!(currency.sum.iter().map(|line| line.points.0).sum::<i64>(), balance.available.0);
    assert_eq!(currency.lots.iter().map(|lot| lot.points.0).sum::<i64>(), balance.issued.0);
    assert_eq!(currency.debts.last().map_or(0, |entry| entry.owed.0), balance.arrears.0);
    for lot in &currency.lots {
        let mut remaining = lot.points.0;
        for step in &lot.moves {
            remaining += step.points.0;
            assert_eq!(step.remaining.0, remaining);
        }
        assert_eq!(lot.remaining.0, remaining);
        if lot.version.is_some() {
            assert_eq!(lot.rules.iter().map(|rule| rule.granted.0).sum::<i64>(), lot.points.0);
            assert_eq!(lot.line_shares.iter().map(|share| share.points.0).sum::<i64>(), lot.points.0);
        }
    }
    let of = |kind: MoveKind| -> i64 {
        currency.lots.iter().flat_map(|lot| &lot.moves).filter(|m| m.kind == kind).map(|m| m.points.0).sum()
    };
    assert_eq!(-of(MoveKind::Redeemed) - of(MoveKind::Reversed), balance.redeemed.0);
    assert_eq!(-of(MoveKind::Expired), balance.expired.0);
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

fn ledger_of(
    dir: &std::path::Path,
    source: &str,
    history: &[generate::Recorded],
    sweep_every: usize,
) -> BlockingLedger {
    let clock = TestClock::new(history[0].recorded_at);
    let ledger = BlockingLedger::create(dir, clock.options()).unwrap();
    ledger.publish(source, Instant::EARLIEST).unwrap();
    for (index, recorded) in history.iter().enumerate() {
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
        (spec, history) in generate::spec()
            .prop_flat_map(|spec| (Just(spec.clone()), generate::history(&spec))),
        extra_days in 0_i64..800,
        sweep_every in 1_usize..12,
    ) {
        prop_assume!(!history.is_empty());
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger_of(dir.path(), &spec.to_toml(), &history, sweep_every);
        let last = history.iter().map(|r| r.recorded_at).max().unwrap();
        for member in ["M0", "M1", "M2"] {
            if ledger.member(member).unwrap().is_none() {
                continue;
            }
            let moments = [history[0].recorded_at.plus_days(extra_days), last.plus_days(extra_days)];
            for at in moments {
                let explanation = explained(&ledger, member, at);
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
