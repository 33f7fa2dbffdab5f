//! Cases 33, 34 and 36: late and early facts, and the version in force.

use tallybook_core::calendar::Instant;
use tallybook_core::programme::versions::Programmes;

use crate::runner::{check, source};

#[test]
fn s33_a_late_lot_starts_at_its_own_time() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 30 }
        2026-01-20 order A 10.00 | lots 10 till 2026-02-20
        2026-01-05 order B 10.00 | lots 10 till 2026-02-20 + 10 till 2026-02-05  events PointsEarned
        2026-02-05 look          | lots 10 till 2026-02-20
        "#,
    );
}

#[test]
fn s33_a_late_lot_that_would_have_ended_is_given_and_ended() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 2 }, expiry = { policy = "after", days = 10 }
        2026-02-01 order A 10.00 | pending 10
        2026-01-05 order B 10.00 | events PointsEarned PointsActivated Expired  expired 10  available 0
        2026-02-02 look          | event PointsActivated 2026-01-07  event Expired 2026-01-18
        "#,
    );
}

#[test]
fn s33_a_late_lot_pays_a_debt_when_it_arrives() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-02-01 debit 5 arrears | arrears 5
        2026-01-05 order A 8.00    | paid 5  available 3  event ArrearsPaid 2026-02-01
        ",
    );
}

#[test]
fn s33_a_late_lot_that_has_ended_pays_no_debt() {
    for activation in [r#"policy = "immediate""#, r#"policy = "after_days", days = 2"#] {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY
            points activation = {{ {activation} }}, expiry = {{ policy = "after", days = 10 }}
            2026-02-01 debit 5 arrears | arrears 5
            2026-01-05 order A 8.00    | paid 0  expired 8  arrears 5
            "#
        ));
    }
}

#[test]
fn s33_late_redemptions_and_returns_take_effect_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-02-01 order B 10.00 | available 20
        2026-01-10 redeem R 15   | available 5  event Redeemed 2026-02-01
        2026-01-11 return A      | available 0  arrears 5  event ClawedBack 2026-02-01
        2026-01-12 reverse R 1   | available 1  event RedemptionReversed 2026-02-01
        2026-01-12 debit 1       | available 0  event Debited 2026-02-01
        ",
    );
}

#[test]
fn s33_lateness_is_measured_against_what_the_member_is_settled_to() {
    check(
        "
        programme 1 point per 1.00 CNY
        set late_limit_days = 10
        2026-02-01 order A 10.00                 | available 10
        2026-01-22 order B 10.00                 | available 20
        2026-01-21T23:59:59.999999 order C 10.00 | refused too_late: more than 10 days before  available 20
        ",
    );
}

#[test]
fn s33_years_of_history_can_be_loaded_today() {
    check(
        "
        programme 1 point per 1.00 CNY
        2010-01-05 recorded=2026-01-01 order A 10.00 | available 10
        2015-01-05 recorded=2026-01-01 order B 10.00 | available 20
        2025-12-31 recorded=2026-01-01 order C 10.00 | available 30
        ",
    );
}

#[test]
fn s34_a_fact_further_ahead_than_clocks_may_differ_is_refused() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05T00:05:00 recorded=2026-01-05 order A 10.00        | available 10
        2026-01-05T00:05:00.000001 recorded=2026-01-05 order B 10.00 | refused in_the_future: more than 300 s
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        set clock_skew_seconds = 0
        2026-01-05T00:00:00.000001 recorded=2026-01-05 order B 10.00 | refused in_the_future
        2026-01-05 recorded=2026-01-05 order B 10.00                 | available 10
        ",
    );
}

#[test]
fn s36_a_fact_is_judged_by_the_version_of_its_own_time() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00                 | available 10
        2026-01-06 publish from 2026-02-01
        programme 2 points per 1.00 CNY
        end
        2026-01-31T23:59:59.999999 order B 10.00 | available 20
        2026-02-01 order C 10.00                 | available 40
        2026-01-20 order D 10.00                 | available 50
        ",
    );
}

#[test]
fn s36_publishing_into_the_past_is_refused() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-05 publish from 2026-01-04 | refused published_into_the_past: use a backtest
        programme 2 points per 1.00 CNY
        end
        2026-01-05 publish from 2026-01-05T00:05:00 | refused published_into_the_past
        programme 2 points per 1.00 CNY
        end
        2026-01-05 publish from 2026-01-05T00:05:00.000001
        programme 2 points per 1.00 CNY
        end
        2026-01-06 order B 10.00 | available 30
        ",
    );
}

#[test]
fn s36_a_version_cannot_start_before_the_one_published_before_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 publish from 2026-03-01
        programme 2 points per 1.00 CNY
        end
        2026-01-06 publish from 2026-02-01 | refused published_into_the_past
        programme 3 points per 1.00 CNY
        end
        2026-02-02 order A 10.00 | available 10
        2026-03-02 order B 10.00 | available 30
        ",
    );
}

#[test]
fn s13_what_is_due_next_is_the_first_hold_lot_occasion_or_tier_that_time_alone_changes() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 10 }, expiry = { policy = 'after', days = 30 }
        rule cake { on = 'birthday', kind = 'bonus', points = '5' }
        2026-01-05 order A 10.00            | due 2026-01-15
        2026-01-15 look                     | due 2026-02-15
        2026-01-20 hold H 3 until=2026-02-01 | due 2026-02-01
        2026-01-20 profile birthday=01-25   | due 2026-01-25
        2026-01-26 look                     | due 2026-02-01
        ",
    );
    check("programme 1 point per 1.00 CNY\n2026-01-05 order A 10.00 | due never");
}

#[test]
fn s36_versions_can_be_had_as_they_were_known_or_as_they_would_have_been() {
    let at = |day: i64| Instant(0).plus_days(day);
    let rate = |points: u32| source(&[format!("programme {points} points per 1.00 CNY")]);
    let mut programmes = Programmes::default();
    programmes.add(programmes.prepare(&rate(1), Instant::MIN, at(0)).expect("a first version"));
    programmes.add(programmes.prepare(&rate(2), at(20), at(10)).expect("a second version"));
    let count_known_at = |day| programmes.known_at(at(day)).versions().len();
    assert_eq!([-1, 0, 9, 10].map(count_known_at), [0, 1, 1, 2]);
    let scenario = programmes.scenario(&rate(3)).expect("it is sound");
    assert_eq!(scenario.versions().len(), 1);
    assert_eq!(scenario.in_force(at(-9)).map(|version| version.source.clone()), Ok(rate(3).into()));
    assert_eq!(scenario.registry(), programmes.registry());
}

#[test]
fn s36_versions_as_they_were_known_or_would_have_been_keep_the_numbers_of_the_ledger() {
    let with = |activity: &str| {
        source(&["programme 1 point per 1.00 CNY".to_owned(), format!("activity {activity} {{}}")])
    };
    let (visit, review) = (with("visit"), with("review"));
    let mut programmes = Programmes::default();
    programmes.add(programmes.prepare(&visit, Instant::MIN, Instant(0)).expect("a first version"));
    assert_eq!(programmes.known_at(Instant(0)).registry(), programmes.registry());
    let scenario = programmes.scenario(&review).expect("it is sound");
    programmes
        .add(programmes.prepare(&review, Instant(0).plus_days(1), Instant(0)).expect("a second version"));
    assert_eq!(scenario.registry(), programmes.registry());
}
