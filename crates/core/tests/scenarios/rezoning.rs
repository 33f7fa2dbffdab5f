//! Case 32: what another time zone of the programme does to tiers and to the periods that they rest on.

use crate::revisions::{YEARS, first, status, versions};

#[test]
fn s32_a_version_may_change_zone_and_tiers_at_once() {
    let black = status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]);
    versions(
        &[&first(YEARS), &format!("zone America/New_York\n{black}")],
        "
        2026-03-01T12:00:00Z order A 500.00  | tier gold  until 2028-01-01
        2026-05-01T00:00:00Z publish from 2026-06-01T00:00:00Z
        2026-06-02T00:00:00Z look            | tier black  until 2028-01-01  why replaced  events TierChanged TierChanged
        2028-01-01T05:00:00Z look            | tier member  event TierChanged 2028-01-01T05:00:00Z
        ",
    );
}

#[test]
fn s32_when_the_clocks_zone_moves_east_the_running_year_ends_at_its_midnight() {
    let east = format!("zone Asia/Shanghai\n{}", first(YEARS));
    versions(
        &[&first(YEARS), &east],
        "
        2025-12-31T20:00:00Z order A 30.00   | tier member
        2026-03-01T12:00:00Z order B 100.00  | tier silver  until 2028-01-01
        2026-05-01T00:00:00Z publish from 2026-06-01T00:00:00Z
        2026-06-02T00:00:00Z look            | tier silver  until 2028-01-01  why reevaluated  figures 100.00 0 1
            | event TierChanged 2026-06-01T00:00:00Z  events TierChanged
        2027-12-31T15:59:59Z look            | tier silver
        2027-12-31T16:00:00Z look            | tier member  event TierChanged 2027-12-31T16:00:00Z
        ",
    );
    // What counted in a year of the old zone goes on counting there.
    versions(
        &[&first(YEARS), &east],
        "
        2025-12-31T20:00:00Z order A 30.00   | tier member
        2026-03-01T12:00:00Z order B 100.00  | tier silver
        2026-05-01T00:00:00Z publish from 2026-06-01T00:00:00Z
        2026-06-02T00:00:00Z look            | counts 100.00 0 1
        2026-06-02T00:00:00Z return A        | counts 100.00 0 1  lifetime 100.00 0 1
        2026-12-31T15:59:59Z order C 1.00    | counts 101.00 0 2
        2026-12-31T16:00:00Z order D 1.00    | counts 1.00 0 1
        ",
    );
}

#[test]
fn s32_when_the_clocks_zone_moves_west_the_running_year_ends_later() {
    let west = format!("zone America/New_York\n{}", first(YEARS));
    versions(
        &[&first(YEARS), &west],
        "
        2026-03-01T12:00:00Z order A 100.00  | tier silver  until 2028-01-01
        2026-05-01T00:00:00Z publish from 2026-06-01T00:00:00Z
        2026-06-02T00:00:00Z look            | tier silver  until 2028-01-01  why reevaluated
        2028-01-01T04:59:59Z look            | tier silver
        2028-01-01T05:00:00Z look            | tier member  event TierChanged 2028-01-01T05:00:00Z
        ",
    );
}

#[test]
fn s33_a_late_order_of_before_another_zone_counts_in_the_year_it_had_then() {
    versions(
        &[&first(YEARS), &format!("zone Asia/Shanghai\n{}", first(YEARS))],
        "
        2025-12-01T20:00:00Z order A 60.00  | tier member
        2026-05-02T00:00:00Z publish from 2026-06-01T00:00:00Z
        2026-07-01T12:00:00Z order B 1.00   | tier member
        2025-12-31T20:00:00Z order C 40.00  | tier silver  until 2027-01-01  counts 1.00 0 1
        ",
    );
}

#[test]
fn s32_years_of_membership_go_on_where_another_zone_makes_the_joining_day_another() {
    let joining = "period = 'anniversary_joining'";
    versions(
        &[&first(joining), &format!("zone Asia/Shanghai\n{}", first(joining))],
        "
        2025-03-15T20:00:00Z enrol
        2025-05-01T12:00:00Z order A 60.00  | tier member
        2025-05-02T00:00:00Z publish from 2025-06-01T00:00:00Z
        2025-07-01T12:00:00Z order B 40.00  | tier silver  counts 100.00 0 2
        ",
    );
}

#[test]
fn s32_a_zone_that_moves_east_over_a_years_end_closes_the_year_then() {
    let moved = |options: &str, steps: &str| {
        let east = format!("zone Asia/Shanghai\n{}", first(options));
        versions(&[&first(options), &east], steps);
    };
    // In the new zone 2026 is four hours old.
    moved(
        YEARS,
        "
        2024-06-01T12:00:00Z order A 100.00  | tier silver  until 2026-01-01
        2025-12-01T00:00:00Z publish from 2025-12-31T20:00:00Z
        2025-12-31T19:59:59Z look            | tier silver
        2025-12-31T20:00:00Z look            | tier member  until never  event TierChanged 2025-12-31T20:00:00Z
        2025-12-31T20:00:00Z order B 60.00   | counts 60.00 0 1
        2026-12-31T15:59:59Z order C 40.00   | tier silver  until 2028-01-01
        ",
    );
    moved(
        "period = 'calendar_year', upgrade = 'period_end'",
        "
        2025-06-01T12:00:00Z order A 100.00  | tier member
        2025-12-01T00:00:00Z publish from 2025-12-31T20:00:00Z
        2025-12-31T20:00:00Z look            | tier silver  until 2027-01-01  event TierChanged 2025-12-31T20:00:00Z
        2026-12-31T16:00:00Z look            | tier member
        ",
    );
    moved(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01T12:00:00Z order A 150.00  | tier silver
        2025-12-01T00:00:00Z publish from 2025-12-31T20:00:00Z
        2025-12-31T20:00:00Z look            | tier silver  until 2027-01-01  carried 50.00 0 0 into 2026-01-01
            | event FiguresCarried 2025-12-31T20:00:00Z  counts 50.00 0 0
        ",
    );
}

#[test]
fn s32_a_zone_that_moves_west_over_a_years_start_goes_on_with_the_year() {
    let west = format!("zone America/New_York\n{}", first(YEARS));
    versions(
        &[&first(YEARS), &west],
        "
        2025-06-01T12:00:00Z order A 40.00   | tier member
        2025-12-01T00:00:00Z publish from 2026-01-01T02:00:00Z
        2026-01-01T03:00:00Z order B 60.00   | tier silver  until 2027-01-01  figures 100.00 0 2
        2026-01-01T05:00:00Z order C 1.00    | tier silver  until 2027-01-01  counts 1.00 0 1
        2027-01-01T05:00:00Z look            | tier member
        ",
    );
    // What had ended has ended.
    versions(
        &[&first(YEARS), &west],
        "
        2024-06-01T12:00:00Z order A 100.00  | tier silver
        2025-12-01T00:00:00Z publish from 2026-01-01T02:00:00Z
        2026-01-01T00:00:00Z look            | tier member
        2026-01-01T03:00:00Z look            | tier member  events TierChanged
        ",
    );
}

#[test]
fn s32_grace_windows_and_tiers_by_hand_when_the_zone_changes() {
    let grace = "period = 'calendar_year', grace_days = 30";
    versions(
        &[&first(grace), &format!("zone America/New_York\n{}", first(grace))],
        "
        2025-06-01T12:00:00Z order A 100.00  | tier silver
        2026-12-01T00:00:00Z publish from 2027-01-10T00:00:00Z
        2027-01-11T00:00:00Z look            | tier silver  grace  until 2027-01-31  why grace_began
        2027-01-31T04:59:59Z look            | tier silver  grace
        2027-01-31T05:00:00Z look            | tier member
        ",
    );
    let month = "period = 'rolling_days', days = 30";
    versions(
        &[&first(month), &format!("zone America/New_York\n{}", first(month))],
        "
        2026-01-01T12:00:00Z order A 60.00   | tier member
        2026-01-10T12:00:00Z order B 40.00   | tier silver
        2026-01-11T00:00:00Z publish from 2026-01-15T00:00:00Z
        2026-01-31T04:59:59Z look            | tier silver  events
        2026-01-31T05:00:00Z look            | tier member  events TierChanged
        ",
    );
    versions(
        &[&first(YEARS), &format!("zone America/New_York\n{}", first(YEARS))],
        "
        2026-01-01T12:00:00Z grant gold until=2026-07-01T00:00:00Z
        2026-01-11T00:00:00Z publish from 2026-01-15T00:00:00Z
        2026-06-30T23:59:59Z look            | tier gold  events
        2026-07-01T00:00:00Z look            | tier member
        ",
    );
}

#[test]
fn s32_an_end_of_validity_moves_with_years_that_begin_another_day_in_another_zone() {
    let moved = |zone: &str, period: &str, steps: &str| {
        let ladder = first(&format!("period = '{period}'"));
        versions(&[&ladder, &format!("zone {zone}\n{ladder}")], steps);
    };
    moved(
        "Asia/Shanghai",
        "anniversary_joining",
        "
        2025-03-15T20:00:00Z order A 100.00  | tier silver  until 2027-03-15
        2025-05-01T00:00:00Z publish from 2025-06-01T00:00:00Z
        2025-06-02T00:00:00Z look            | tier silver  until 2027-03-16  why reevaluated
        2027-03-15T15:59:59Z look            | tier silver
        2027-03-15T16:00:00Z look            | tier member  event TierChanged 2027-03-15T16:00:00Z
        ",
    );
    moved(
        "America/New_York",
        "anniversary_joining",
        "
        2025-07-15T02:00:00Z order A 100.00  | tier silver  until 2027-07-15
        2025-08-01T00:00:00Z publish from 2025-09-01T00:00:00Z
        2025-09-02T00:00:00Z look            | tier silver  until 2027-07-14  why reevaluated
        2027-07-14T03:59:59Z look            | tier silver
        2027-07-14T04:00:00Z look            | tier member  event TierChanged 2027-07-14T04:00:00Z
        ",
    );
    moved(
        "Asia/Shanghai",
        "anniversary_tier",
        "
        2025-03-15T20:00:00Z order A 100.00  | tier silver  until 2026-03-16
        2025-05-01T00:00:00Z publish from 2025-06-01T00:00:00Z
        2025-06-02T00:00:00Z look            | tier silver  until 2026-03-17  why reevaluated
        2026-03-16T15:59:59Z look            | tier silver
        2026-03-16T16:00:00Z look            | tier member  event TierChanged 2026-03-16T16:00:00Z
        ",
    );
}

#[test]
fn s32_an_end_of_validity_stays_its_day_where_another_zone_comes_with_years_of_another_kind() {
    let joining = format!("zone Asia/Shanghai\n{}", first("period = 'anniversary_joining'"));
    versions(
        &[&first(YEARS), &joining],
        "
        2026-05-10T12:00:00Z order A 100.00  | tier silver  until 2028-01-01
        2026-06-01T00:00:00Z publish from 2026-07-01T00:00:00Z
        2026-07-02T00:00:00Z look            | tier silver  until 2028-01-01  why reevaluated
        2027-12-31T15:59:59Z look            | tier silver
        2027-12-31T16:00:00Z look            | tier member  event TierChanged 2027-12-31T16:00:00Z
        ",
    );
}

#[test]
fn s32_an_end_from_calendar_years_is_judged_by_the_year_of_membership_that_ends_beside_it() {
    versions(
        &[&first(YEARS), &first("period = 'anniversary_joining'")],
        "
        2026-01-02 order A 100.00    | tier silver  until 2028-01-01
        2027-03-01 publish from 2027-04-01
        2027-05-01 order B 100.00    | tier silver  until 2028-01-01
        2028-01-01 look              | tier silver  why kept  until 2029-01-02
        2029-01-02 look              | tier member
        ",
    );
}
