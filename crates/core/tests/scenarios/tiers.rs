//! Cases 27–29: tiers by figures and period, how they are kept and lost, and what is recorded of it.

use crate::runner::check;

pub(crate) const TIERS: &str = r#"tier = [
    { id = "member" },
    { id = "silver", entry = { any = { spend = "100.00" } } },
    { id = "gold", entry = { any = { spend = "500.00" } } }]"#;

/// Steps under a ladder with these options.
#[track_caller]
pub(crate) fn ladder(options: &str, steps: &str) {
    check(&format!("programme 1 point per 1.00 CNY\nladder status {{ {options}, {TIERS} }}\n{steps}"));
}

#[track_caller]
fn entry(entry: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        points use = \"both\"
        ladder status {{ period = \"calendar_year\", tier = [{{ id = \"member\" }}, {{ id = \"silver\", entry = {entry} }}] }}
        {steps}
        "
    ));
}

#[test]
fn s27_a_tier_is_entered_by_spend_points_or_orders() {
    entry(
        r#"{ any = { spend = "10.00" } }"#,
        "2026-01-05 order A 9.99 | tier member\n2026-01-05 order B 0.01 | tier silver",
    );
    entry(
        r#"{ any = { points = "10" } }"#,
        "2026-01-05 order A 9.99 | tier member\n2026-01-05 order B 1.00 | tier silver",
    );
    entry(
        "{ any = { orders = 2 } }",
        "2026-01-05 order A 9.99 | tier member\n2026-01-05 order B 0.01 | tier silver",
    );
}

#[test]
fn s27_any_needs_one_figure_and_all_needs_each() {
    let orders = |second: &str, third: &str| {
        format!(
            "2026-01-05 order A 1.00 | tier member\n2026-01-05 order B 10.00 | tier {second}\n2026-01-05 order C 1.00 | tier {third}"
        )
    };
    entry(r#"{ any = { spend = "10.00", orders = 3 } }"#, &orders("silver", "silver"));
    entry(r#"{ all = { spend = "10.00", orders = 3 } }"#, &orders("member", "silver"));
}

#[test]
fn s27_spend_counts_the_ladders_money_and_the_first_currency_alone() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        money EUR
        ladder status { period = "calendar_year", spend = { tax = "with" }, tier = [
            { id = "member" }, { id = "silver", entry = { any = { spend = "10.00" } } }] }
        2026-01-05 order A 100.00 in=EUR   | tier member  to next 10.00 0 0
        2026-01-05 order B 9.00 tax=0.99   | tier member  to next 0.01 0 0
        2026-01-05 order C 0.01            | tier silver
        "#,
    );
}

#[test]
fn s28_one_order_can_skip_tiers() {
    ladder(
        r#"period = "calendar_year""#,
        "2026-01-05 order A 500.00 | tier gold  why upgraded  events MemberJoined PointsEarned TierChanged",
    );
}

#[test]
fn s28_a_tier_is_valid_through_the_next_calendar_year() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2025-06-01 order A 100.00       | tier silver  until 2027-01-01
        2026-12-31T23:59:59.999999 look | tier silver
        2027-01-01 look                 | tier member  event TierChanged 2027-01-01
        ",
    );
}

#[test]
fn s28_the_last_instant_of_a_year_belongs_to_it() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = "calendar_year", {TIERS} }}
        2025-06-01 order A 60.00                 | tier member
        2025-12-31T23:59:59.999999 order B 40.00 | tier silver  until 2027-01-01
        2027-01-01 look                          | tier member  event TierChanged 2027-01-01T05:00:00Z
        "#
    ));
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = "calendar_year", {TIERS} }}
        2025-06-01 order A 60.00            | tier member
        2026-01-01T05:00:00Z order B 40.00  | tier member  to next 60.00 0 0
        "#
    ));
}

#[test]
fn s28_upgrades_at_the_period_end_wait_for_it() {
    ladder(
        r#"period = "calendar_year", upgrade = "period_end""#,
        "
        2025-06-01 order A 500.00       | tier member
        2025-12-31T23:59:59.999999 look | tier member
        2026-01-01 look                 | tier gold  until 2027-01-01  why upgraded
        2027-01-01 look                 | tier member
        ",
    );
}

#[test]
fn s28_a_rolling_window_loses_its_oldest_order_at_midnight() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = "rolling_days", days = 30, {TIERS} }}
        2026-01-01T18:00 order A 60.00  | tier member
        2026-01-10 order B 40.00        | tier silver  until never
        2026-01-30T23:59:59.999999 look | tier silver
        2026-01-31 look                 | tier member  why demoted  figures 40.00 0 1  event TierChanged 2026-01-31T05:00:00Z
        "#
    ));
}

#[test]
fn s28_a_rolling_tier_stays_while_newer_orders_carry_it() {
    ladder(
        r#"period = "rolling_days", days = 30"#,
        "
        2026-01-01 order A 60.00 | tier member
        2026-01-10 order B 40.00 | tier silver
        2026-01-20 order C 60.00 | tier silver
        2026-02-08T23:59:59 look | tier silver
        2026-02-09 look          | tier member  event TierChanged 2026-02-09
        ",
    );
}

#[test]
fn s28_anniversary_years_begin_on_the_day_of_joining() {
    ladder(
        r#"period = "anniversary_joining""#,
        "
        2025-03-15T20:00 enrol                    | tier member
        2026-03-14T23:59:59.999999 order A 100.00 | tier silver  until 2027-03-15
        2027-03-14T23:59:59.999999 look           | tier silver
        2027-03-15 look                           | tier member
        ",
    );
}

#[test]
fn s28_joining_on_a_leap_day_keeps_its_day_in_leap_years() {
    ladder(
        r#"period = "anniversary_joining", valid_periods = 3"#,
        "
        2024-02-29 enrol          | tier member
        2025-02-27 order A 100.00 | tier silver  until 2028-02-29
        ",
    );
    ladder(
        r#"period = "anniversary_joining""#,
        "
        2024-02-29 enrol          | tier member
        2025-02-28 order A 100.00 | tier silver  until 2027-02-28
        ",
    );
}

#[test]
fn s28_a_tiers_own_years_begin_the_day_after_it_was_reached() {
    ladder(
        r#"period = "anniversary_tier""#,
        "
        2026-05-10T12:00 order A 100.00           | tier silver  until 2027-05-11
        2027-05-10T23:59:59.999999 order B 100.00 | tier silver
        2027-05-11 look                           | tier silver  until 2028-05-11  why kept
        2028-05-11 look                           | tier member  why demoted
        ",
    );
}

#[test]
fn s28_what_comes_later_on_the_day_a_tier_is_reached_counts_with_what_reached_it() {
    ladder(
        r#"period = "anniversary_tier""#,
        "
        2026-05-10T12:00 order A 100.00 | tier silver  until 2027-05-11
        2026-05-10T18:00 order B 400.00 | tier gold    until 2027-05-11
        2027-05-11 look                 | tier member  until never       why demoted
        ",
    );
}

#[test]
fn s28_a_lifetime_tier_never_ends() {
    ladder(
        r#"period = "lifetime""#,
        "
        2006-05-10 order A 60.00 | tier member
        2026-05-10 order B 40.00 | tier silver  until never
        2126-05-10 look          | tier silver
        ",
    );
}

#[test]
fn s28_spending_points_never_costs_a_tier() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points use = "both"
        ladder status { period = "calendar_year", on_return = "demote_now", tier = [
            { id = "member" }, { id = "silver", entry = { any = { points = "100" } } }] }
        2026-01-05 order A 100.00 | tier silver
        2026-01-06 redeem R 100   | tier silver  available 0  to next nothing
        2027-01-01 look           | tier silver
        "#,
    );
}

#[test]
fn s29_a_member_who_requalifies_keeps_the_tier() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2025-05-01 order A 500.00 | tier gold  until 2027-01-01
        2026-05-01 order B 500.00 | tier gold  until 2027-01-01
        2027-01-01 look           | tier gold  until 2028-01-01  why kept  figures 500.00 0 1
        2028-01-01 look           | tier member  why demoted
        ",
    );
}

#[test]
fn s29_keeping_may_ask_less_than_entering() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        ladder status { period = "calendar_year", tier = [{ id = "member" }, { id = "gold",
            entry = { any = { spend = "500.00" } }, keep = { any = { spend = "300.00" } } }] }
        2025-05-01 order A 500.00 | tier gold  to keep 0.00 0 0
        2026-05-01 order B 299.99 | to keep 0.01 0 0
        2026-05-02 order C 0.01   | to keep 0.00 0 0
        2027-01-01 look           | tier gold  until 2028-01-01  why kept  thresholds 300.00 0 0
        "#,
    );
}

#[test]
fn s29_a_tier_that_is_not_kept_falls_to_what_qualifies() {
    ladder(
        r#"period = "calendar_year", downgrade = "to_qualifying""#,
        "
        2025-05-01 order A 500.00 | tier gold  until 2027-01-01
        2026-05-01 order B 100.00 | tier gold
        2027-01-01 look           | tier silver  until 2028-01-01  why demoted  figures 100.00 0 1
        2028-01-01 look           | tier member  until never
        ",
    );
}

#[test]
fn s29_a_soft_landing_is_one_tier_down() {
    ladder(
        r#"period = "calendar_year", downgrade = "one_down""#,
        "
        2025-05-01 order A 500.00 | tier gold  until 2027-01-01
        2027-01-01 look           | tier silver  until 2028-01-01
        2028-01-01 look           | tier member
        ",
    );
}

#[test]
fn s29_a_rolling_soft_landing_goes_down_one_midnight_at_a_time() {
    ladder(
        r#"period = "rolling_days", days = 30, downgrade = "one_down""#,
        "
        2026-01-01 order A 500.00 | tier gold
        2026-01-31 look           | tier silver
        2026-02-01 look           | tier member  event TierChanged 2026-02-01
        ",
    );
}

#[test]
fn s29_tiers_may_be_kept_for_ever() {
    for period in [r#"period = "calendar_year""#, r#"period = "rolling_days", days = 30"#] {
        ladder(
            &format!(r#"{period}, downgrade = "never""#),
            "
            2025-05-01 order A 500.00 | tier gold  until never
            2035-05-01 look           | tier gold
            ",
        );
    }
}

#[test]
fn s29_a_tier_may_be_valid_for_several_periods() {
    ladder(
        r#"period = "calendar_year", valid_periods = 2"#,
        "
        2025-05-01 order A 100.00 | tier silver  until 2028-01-01
        2026-05-01 order B 100.00 | until 2028-01-01
        2027-01-01 look           | tier silver  until 2029-01-01  why kept
        2029-01-01 look           | tier member
        ",
    );
}

#[test]
fn s29_grace_gives_days_to_make_up() {
    let grace = r#"period = "calendar_year", grace_days = 30"#;
    ladder(
        grace,
        "
        2025-05-01 order A 100.00       | tier silver  until 2027-01-01  no grace
        2027-01-01 look                 | tier silver  until 2027-01-31  grace  why grace_began
        2027-01-15 order B 99.99        | tier silver  grace
        2027-01-30T23:59:59 order C 0.01 | tier silver  until 2029-01-01  no grace  why kept
        ",
    );
    ladder(
        grace,
        "
        2025-05-01 order A 100.00 | tier silver
        2027-01-15 order B 99.99  | tier silver  grace
        2027-01-31 look           | tier member  until never  no grace  why demoted
        ",
    );
}

#[test]
fn s29_after_grace_the_period_that_ended_still_counts() {
    ladder(
        r#"period = "calendar_year", grace_days = 30"#,
        "
        2025-05-01 order A 500.00 | tier gold  until 2027-01-01
        2026-05-01 order B 100.00 | tier gold
        2027-01-01 look           | tier gold  grace  until 2027-01-31
        2027-01-31 look           | tier silver  no grace  until 2028-01-01  why demoted
        2028-01-01 look           | tier silver  grace
        2028-01-31 look           | tier member
        ",
    );
    // 2026 gave nothing, but the first weeks of 2027 reach silver.
    ladder(
        r#"period = "calendar_year", grace_days = 30"#,
        "
        2025-05-01 order A 500.00 | tier gold
        2027-01-05 order B 100.00 | tier gold  grace
        2027-01-31 look           | tier silver  until 2028-01-01
        ",
    );
}

#[test]
fn s29_a_rolling_tier_has_grace_as_well() {
    let grace = r#"period = "rolling_days", days = 30, grace_days = 10"#;
    ladder(
        grace,
        "
        2026-01-01 order A 100.00 | tier silver  until never
        2026-01-31 look           | tier silver  grace  until 2026-02-10
        2026-02-05 order B 100.00 | tier silver  no grace  until never  why kept
        2026-03-07 look           | grace  until 2026-03-17
        2026-03-17 look           | tier member  no grace
        ",
    );
}

#[test]
fn s29_an_upgrade_ends_grace() {
    ladder(
        r#"period = "calendar_year", grace_days = 30"#,
        "
        2025-05-01 order A 100.00 | tier silver
        2027-01-15 order B 500.00 | tier gold  until 2029-01-01  no grace  why upgraded
        ",
    );
}

#[test]
fn s31_a_tier_change_holds_figures_thresholds_and_end() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2026-01-05 order A 60.00 | tier member
        2026-01-06 order B 45.00 | why upgraded  figures 105.00 0 2  thresholds 100.00 0 0  until 2028-01-01
        ",
    );
}

#[test]
fn s33_a_late_order_that_reaches_a_tier_gives_it_now() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2026-02-01 order A 1.00   | tier member
        2025-12-20 order B 100.00 | tier silver  until 2027-01-01  event TierChanged 2026-02-01
        2027-01-01 look           | tier member
        ",
    );
    // What it would have given has run out by then.
    ladder(
        r#"period = "calendar_year""#,
        "
        2027-01-05 order A 1.00   | tier member
        2025-12-20 order B 100.00 | tier member
        ",
    );
}

#[test]
fn s33_a_late_order_lifts_the_rolling_window_of_its_day() {
    ladder(
        r#"period = "rolling_days", days = 30"#,
        "
        2026-01-10 order A 60.00 | tier member
        2026-01-20 order B 1.00  | tier member
        2026-01-01 order C 40.00 | tier silver  event TierChanged 2026-01-20  figures 100.00 0 2
        2026-01-31 look          | tier member
        ",
    );
}

#[test]
fn s33_a_late_order_never_lowers_a_tier() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2026-02-01 order A 500.00 | tier gold  until 2028-01-01
        2025-12-20 order B 100.00 | tier gold  until 2028-01-01
        ",
    );
}

#[test]
fn s33_a_late_order_may_give_a_tier_that_the_next_midnight_takes() {
    ladder(
        r#"period = "rolling_days", days = 30"#,
        "
        2026-01-01 order A 60.00       | tier member
        2026-03-01T12:00 order B 1.00  | tier member
        2026-01-05 order C 40.00       | tier silver  event TierChanged 2026-03-01T12:00
        2026-03-01T23:59:59 look       | tier silver
        2026-03-02 look                | tier member
        ",
    );
}

#[test]
fn s33_a_late_order_into_a_closed_period_upgrades_without_waiting_for_an_end() {
    ladder(
        r#"period = "calendar_year", upgrade = "period_end""#,
        "
        2026-02-01 order A 1.00   | tier member
        2025-12-20 order B 500.00 | tier gold  until 2027-01-01  event TierChanged 2026-02-01
        2027-01-01 look           | tier member
        ",
    );
}

#[test]
fn s29_figures_are_kept_as_long_as_a_tier_may_rest_on_them() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        ladder status { period = "calendar_year", valid_periods = 4, on_return = "demote_now", tier = [
            { id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } }] }
        2020-01-05 order A 100.00 | tier silver  until 2025-01-01
        2024-12-01 order B 1.00   | tier silver
        2024-12-02 return B       | tier silver  until 2025-01-01
        2024-12-03 return A       | tier member  why returned
        "#,
    );
}

#[test]
fn s28_a_tiers_own_years_end_in_a_lower_tier_with_years_of_its_own() {
    ladder(
        r#"period = "anniversary_tier""#,
        "
        2026-05-10T12:00 order A 500.00 | tier gold  until 2027-05-11
        2026-08-01 order B 100.00       | tier gold
        2027-05-11 look                 | tier silver  until 2028-05-11  why demoted
        2028-05-11 look                 | tier member  until never
        ",
    );
    ladder(
        r#"period = "anniversary_tier", valid_periods = 2"#,
        "
        2026-05-10T12:00 order A 100.00 | tier silver  until 2028-05-11
        2026-08-01 order B 100.00       | tier silver
        2027-05-11 look                 | tier silver  until 2029-05-11  why kept
        2029-05-11 look                 | tier member
        ",
    );
}

#[test]
fn s29_the_end_of_grace_tells_the_figures_that_the_lower_tier_rests_on() {
    ladder(
        r#"period = "calendar_year", grace_days = 30"#,
        "
        2025-05-01 order A 100.00 | tier silver  until 2027-01-01
        2026-05-01 order B 10.00  | tier silver
        2027-01-15 order C 5.00   | tier silver  grace
        2027-01-31 look           | tier member  why demoted  figures 5.00 0 1
        ",
    );
    ladder(
        r#"period = "anniversary_tier", grace_days = 10"#,
        "
        2026-05-10T12:00 order A 500.00 | tier gold  until 2027-05-11
        2026-08-01 order B 100.00       | tier gold
        2027-05-11 look                 | tier gold  grace  until 2027-05-21
        2027-05-21 look                 | tier silver  no grace  until 2028-05-21  figures 100.00 0 1
        ",
    );
}

#[test]
fn s28_a_period_that_ends_says_nothing_of_who_stays_on_the_first_tier() {
    ladder(
        r#"period = "calendar_year", upgrade = "period_end""#,
        "
        2026-05-01 order A 50.00 | tier member
        2027-01-01 look          | tier member  until never  events
        ",
    );
}
