//! Case 31: what is missing for a tier and by when, and what a member will be.

use crate::runner::check;
use crate::tiers::{TIERS, ladder};

#[test]
fn s31_progress_tells_what_is_missing_for_the_next_tier_and_for_this_one() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2026-01-05 order A 60.00  | to next 40.00 0 0  to keep nothing
        2026-01-06 order B 60.00  | to next 380.00 0 0  to keep 0.00 0 0
        2027-03-01 order C 30.00  | to next 470.00 0 0  to keep 70.00 0 0
        2027-03-02 order D 470.00 | tier gold  to next nothing  to keep 0.00 0 0
        ",
    );
}

#[test]
fn s31_what_is_missing_is_missing_until_the_period_ends() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2026-01-05 order A 60.00  | to next 40.00 0 0 by 2027-01-01   to keep nothing by never
        2026-01-06 order B 60.00  | to next 380.00 0 0 by 2027-01-01  to keep 0.00 0 0 by 2027-01-01
        2027-03-01 order C 30.00  | to next 470.00 0 0 by 2028-01-01  to keep 70.00 0 0 by 2028-01-01
        2027-03-02 order D 470.00 | to next nothing by never          to keep 0.00 0 0 by 2028-01-01
        ",
    );
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = "anniversary_joining", {TIERS} }}
        2026-03-05 order A 100.00 | to next 400.00 0 0 by 2027-03-05
        "#
    ));
}

#[test]
fn s31_in_grace_a_tier_can_be_made_up_for_until_grace_ends() {
    ladder(
        r#"period = "calendar_year", grace_days = 30"#,
        "
        2025-06-01 order A 100.00 | projected silver 2027-01-01
        2027-01-01 look           | grace  to keep 100.00 0 0 by 2027-01-31  projected member 2027-01-31
        2027-01-20 order B 60.00  | to keep 40.00 0 0 by 2027-01-31  projected member 2027-01-31
        2027-01-21 order C 40.00  | no grace  to keep 0.00 0 0 by 2028-01-01  projected silver 2029-01-01
        ",
    );
}

#[test]
fn s31_a_rolling_window_tells_when_it_begins_to_miss_more() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = "rolling_days", days = 30, {TIERS} }}
        2026-01-01 order A 20.00 | to next 80.00 0 0 by 2026-01-31   to keep nothing by never  projected nothing
        2026-01-05 order B 40.00 | to next 40.00 0 0 by 2026-01-31
        2026-01-10 order C 60.00 | to next 380.00 0 0 by 2026-01-31  to keep 0.00 0 0 by 2026-02-04
        2026-01-10 look          | projected member 2026-02-04
        2026-01-31 look          | to next 400.00 0 0 by 2026-02-04  to keep 0.00 0 0 by 2026-02-04
        2026-02-04 look          | tier member  to next 40.00 0 0 by 2026-02-09  projected nothing
        "#
    ));
}

#[test]
fn s31_a_lifetime_tier_is_never_too_late_and_never_goes() {
    ladder(
        r#"period = "lifetime""#,
        "2026-01-05 order A 120.00 | to next 380.00 0 0 by never  to keep 0.00 0 0 by never  projected nothing",
    );
    ladder(
        r#"period = "calendar_year", downgrade = "never""#,
        "2026-01-05 order A 120.00 | to next 380.00 0 0 by 2027-01-01  to keep 0.00 0 0 by never  projected nothing",
    );
}

#[test]
fn s31_projected_is_the_tier_at_the_next_review_that_tells_something() {
    ladder(
        r#"period = "calendar_year""#,
        "
        2025-06-01 order A 50.00  | projected nothing
        2025-06-02 order B 450.00 | projected member 2027-01-01
        2026-06-01 order C 99.00  | projected member 2027-01-01
        2026-06-02 order D 1.00   | projected silver 2027-01-01
        2026-06-02 order E 400.00 | projected gold 2027-01-01
        2027-01-01 look           | tier gold  until 2028-01-01  projected member 2028-01-01
        ",
    );
    ladder(
        r#"period = "calendar_year", upgrade = "period_end""#,
        "2025-06-01 order A 500.00 | tier member  projected gold 2026-01-01",
    );
    ladder(
        r#"period = "calendar_year", downgrade = "one_down", valid_periods = 2"#,
        "
        2025-06-01 order A 500.00 | to keep 0.00 0 0 by 2026-01-01    projected silver 2028-01-01
        2026-06-01 order B 1.00   | to keep 499.00 0 0 by 2027-01-01  projected silver 2028-01-01
        ",
    );
}

#[test]
fn s31_what_is_projected_is_what_comes() {
    ladder(
        r#"period = "calendar_year", grace_days = 10"#,
        "
        2025-06-01 order A 520.00 | projected gold 2027-01-01
        2026-06-01 order B 110.00 | projected gold 2027-01-01
        2027-01-01 look           | tier gold  grace  event TierChanged 2027-01-01  projected silver 2027-01-11
        2027-01-11 look           | tier silver  event TierChanged 2027-01-11  until 2028-01-01  projected silver 2028-01-01
        2028-01-01 look           | tier silver  grace  event TierChanged 2028-01-01  projected member 2028-01-11
        2028-01-11 look           | tier member  event TierChanged 2028-01-11  projected nothing
        ",
    );
}

#[test]
fn s31_nothing_is_due_of_a_tier_that_time_alone_cannot_change() {
    ladder(r#"period = "calendar_year""#, "2026-01-05 order A 50.00 | tier member  due never");
    ladder(r#"period = "rolling_days", days = 30"#, "2026-01-05 order A 50.00 | tier member  due never");
    ladder(
        r#"period = "rolling_days", days = 30, downgrade = "never""#,
        "2026-01-05 order A 100.00 | tier silver  due never",
    );
    ladder(r#"period = "lifetime""#, "2026-01-05 order A 100.00 | tier silver  due never");
    // In grace only its end is, though a year ends before.
    ladder(
        r#"period = "calendar_year", grace_days = 400"#,
        "
        2025-05-01 order A 100.00 | due 2026-01-01
        2027-02-01 order B 1.00   | tier silver  grace  due 2028-02-05
        ",
    );
}

#[test]
fn s31_a_year_without_figures_is_missed_when_it_ends() {
    ladder(
        r#"period = "calendar_year", valid_periods = 2"#,
        "
        2025-06-01 order A 100.00 | tier silver  until 2028-01-01
        2026-06-01 look           | to keep 100.00 0 0 by 2027-01-01
        ",
    );
}

#[test]
fn s31_a_day_that_the_window_can_spare_is_not_when_it_is_too_late() {
    ladder(
        r#"period = "rolling_days", days = 30"#,
        "
        2026-01-01 order A 100.00 | tier silver  to keep 0.00 0 0 by 2026-01-31
        2026-01-20 order B 100.00 | to keep 0.00 0 0 by 2026-02-19
        2026-01-30 look           | to keep 0.00 0 0 by 2026-02-19
        ",
    );
}
