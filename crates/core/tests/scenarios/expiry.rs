//! Cases 11–13 and 15: when lots end, by the calendar of the programme's zone, and what comes first at one instant.

use crate::runner::check;

/// The end of a lot earned at a time under an expiry policy.
#[track_caller]
fn ends(policy: &str, earned_at: &str, end: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        points expiry = {{ {policy} }}
        {earned_at} order A 10.00 | lots 10 till {end}
        "
    ));
}

#[test]
fn s11_points_without_a_policy_never_end() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | lots 10 till never
        2126-01-05 look          | available 10
        ",
    );
}

#[test]
fn s11_points_end_a_span_after_they_start() {
    ends(r#"policy = "after", days = 30"#, "2026-01-05", "2026-02-05");
    ends(r#"policy = "after", months = 12"#, "2026-01-05", "2027-01-06");
    ends(r#"policy = "after", years = 1"#, "2026-01-05", "2027-01-06");
}

#[test]
fn s11_the_end_is_rounded_to_the_last_day_of_its_unit() {
    for (unit, end) in [
        ("day", "2026-02-11"),
        ("month", "2026-03-01"),
        ("quarter", "2026-04-01"),
        ("half_year", "2026-07-01"),
        ("year", "2027-01-01"),
    ] {
        ends(&format!(r#"policy = "after", months = 1, round_to = "{unit}""#), "2026-01-10", end);
    }
    // Already the last day: nothing to round.
    ends(r#"policy = "after", days = 1, round_to = "half_year""#, "2026-06-29", "2026-07-01");
    ends(r#"policy = "after", days = 1, round_to = "half_year""#, "2026-06-30", "2027-01-01");
}

#[test]
fn s11_calendar_points_end_with_a_year() {
    ends(r#"policy = "calendar", years = 0"#, "2026-12-31T23:59:59.999999", "2027-01-01");
    ends(r#"policy = "calendar", years = 1"#, "2026-01-01", "2028-01-01");
    ends(r#"policy = "calendar", years = 1"#, "2028-02-29", "2030-01-01");
}

#[test]
fn s12_points_are_valid_through_their_last_day_and_gone_at_the_next() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        points expiry = { policy = "after", days = 10 }
        2026-01-05T09:00 order A 10.00        | lots 10 till 2026-01-16
        2026-01-15T23:59:59.999999 redeem R 4 | available 6
        2026-01-16 redeem S 1                 | refused insufficient_points: 1 points asked, 0 available
        2026-01-16 look                       | available 0  expired 6  event Expired 2026-01-15T16:00:00Z
        "#,
    );
}

#[test]
fn s12_a_month_after_31_january_is_the_last_of_february() {
    ends(r#"policy = "after", months = 1"#, "2026-01-31", "2026-03-01");
    ends(r#"policy = "after", months = 1"#, "2028-01-31", "2028-03-01");
    ends(r#"policy = "after", months = 1"#, "2028-01-30", "2028-03-01");
    ends(r#"policy = "after", years = 1"#, "2028-02-29", "2029-03-01");
}

#[test]
fn s12_days_of_23_and_25_hours_end_at_midnight_all_the_same() {
    // New York: 8 March 2026 has 23 hours, 1 November 25.
    check(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        points expiry = { policy = "after", days = 1 }
        2026-03-07T12:00 order A 10.00        | lots 10 till 2026-03-09
        2026-03-08T23:59:59.999999 redeem R 1 | available 9
        2026-03-09 look                       | expired 9  event Expired 2026-03-09T04:00:00Z
        2026-10-31T12:00 order B 10.00        | available 10
        2026-11-01T23:59:59.999999 redeem S 1 | available 9
        2026-11-02 look                       | expired 18  event Expired 2026-11-02T05:00:00Z
        "#,
    );
}

#[test]
fn s12_where_midnight_is_skipped_the_day_starts_after_the_gap() {
    // São Paulo went from 23:59:59 on 3 November 2018 to 01:00 on the 4th, which is 03:00 UTC.
    check(
        r#"
        programme 1 point per 1.00 CNY
        zone America/Sao_Paulo
        points expiry = { policy = "after", days = 1 }
        2018-11-02T12:00 order A 10.00         | available 10
        2018-11-04T02:59:59.999999Z redeem R 1 | available 9
        2018-11-04T03:00:00Z redeem S 1        | refused insufficient_points
        2018-11-04T01:00 look                  | expired 9  event Expired 2018-11-04T03:00:00Z
        "#,
    );
}

#[test]
fn s13_nothing_spends_a_lot_after_its_end_swept_or_not() {
    // Every scenario runs swept and unswept; `sweep` here is one more.
    for sweep in ["", "2026-01-16 sweep | expired 10  available 0"] {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY
            points expiry = {{ policy = "after", days = 10 }}
            2026-01-05 order A 10.00
            {sweep}
            2026-01-16 redeem R 1 | refused insufficient_points: 1 points asked, 0 available
            2026-06-01 credit 3   | available 3  expired 10  event Expired 2026-01-16
            "#
        ));
    }
}

#[test]
fn s13_what_was_due_before_a_fact_is_recorded_before_it() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00
        2027-01-05 order B 10.00 | events Expired PointsEarned  event Expired 2026-01-16  lots 10 till 2027-01-16
        "#,
    );
}

#[test]
fn s13_a_fact_at_the_very_instant_comes_after_what_is_due() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00
        2026-01-16 order B 10.00 | events Expired PointsEarned  available 10
        "#,
    );
}

/// At midnight of 2027 a lot is activated, a tier runs out and lots end, the one just activated among them.
const ALL_AT_ONCE: &str = r#"
    programme 1 point per 1.00 CNY
    points activation = { policy = "after_days", days = 10 }
    points expiry = { policy = "calendar", years = 0, counts_from = "earning" }
    ladder status { period = "calendar_year", tier = [
        { id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } }] }
    2025-06-01 order A 100.00 | tier silver  until 2027-01-01
"#;

#[test]
fn s15_at_one_instant_lots_start_then_tiers_close_then_lots_end() {
    for (first, second) in [
        ("2026-03-01 order B 10.00", "2026-12-22 order C 10.00"),
        ("2026-12-22 order B 10.00", "2026-03-01 order C 10.00"),
        ("2026-12-22 order B 10.00", "2026-12-22T12:00 order C 10.00"),
    ] {
        let started =
            if second.contains("12:00") { "PointsActivated PointsActivated" } else { "PointsActivated" };
        check(&format!(
            "{ALL_AT_ONCE}
            {first}
            {second}
            2026-12-31T23:59:59.999999 look | tier silver  expired 100
            2027-01-01 look | events {started} TierChanged Expired Expired  tier member  expired 120  available 0
            "
        ));
    }
}

#[test]
fn s15_lots_that_end_at_one_instant_end_in_order_of_number() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "calendar", years = 0 }
        2026-05-01 order A 5.00
        2026-04-01 order B 4.00 | lots 5 till 2027-01-01 + 4 till 2027-01-01
        2027-01-01 look         | events Expired Expired  expired 9
        "#,
    );
}
