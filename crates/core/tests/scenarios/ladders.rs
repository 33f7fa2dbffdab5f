//! Cases 27–29: what tiers may ask for, and the edges of their periods.

use tallybook_core::calendar::Day;
use tallybook_core::event::Decision;

use crate::runner::{check, events_of};

pub(crate) const TIERS: &str = "tier = [
    { id = 'member' },
    { id = 'silver', entry = { any = { spend = '100.00' } } },
    { id = 'gold', entry = { any = { spend = '500.00' } } }]";

/// Steps under a ladder with these options.
#[track_caller]
pub(crate) fn ladder(options: &str, steps: &str) {
    check(&format!("programme 1 point per 1.00 CNY\nladder status {{ {options}, {TIERS} }}\n{steps}"));
}

/// Steps under a ladder of two tiers, in a programme where points count, friends are referred and two things can be done.
#[track_caller]
pub(crate) fn entry(options: &str, entry: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        points use = 'both'
        referral {{ window_days = 30 }}
        activity check_in {{ }}
        activity review {{ }}
        ladder status {{ {options}, tier = [{{ id = 'member' }}, {{ id = 'silver', entry = {entry} }}] }}
        {steps}
        "
    ));
}

const YEARS: &str = "period = 'calendar_year'";
const MONTH: &str = "period = 'rolling_days', days = 30";

#[test]
fn s27_referrals_lift_the_referrer_though_no_rule_pays_them() {
    entry(
        YEARS,
        "{ any = { referrals = 2 } }",
        "
        2026-01-01 ada: enrol           | tier member  to next 0.00 0 0 + 2 referrals
        2026-01-02 enrol by=ada
        2026-01-02 bob: enrol by=ada
        2026-01-05 order A 10.00
        2026-01-05 ada: look            | tier member  earned referrer 0  counts 0.00 0 0 + 1 referrals
        2026-01-06 order B 10.00
        2026-01-06 ada: look            | counts 0.00 0 0 + 1 referrals
        2026-01-07T12:00 bob: order C 10.00
        2026-01-07T12:00 ada: look      | tier silver  why upgraded  event TierChanged 2026-01-07T12:00
            | figures 0.00 0 0 + 2 referrals  thresholds 0.00 0 0 + 2 referrals  available 0  orders 0
        2026-01-07T12:00 bob: look      | tier member
        ",
    );
}

#[test]
fn s27_a_referral_counts_in_the_period_of_the_order_that_came_to_it() {
    entry(
        YEARS,
        "{ any = { referrals = 2 } }",
        "
        2025-01-01 ada: enrol
        2025-01-02 enrol by=ada
        2025-01-02 bob: enrol by=ada
        2025-12-31T23:59 order A 10.00
        2026-01-01 bob: order B 10.00
        2026-01-01 ada: look            | tier member  counts 0.00 0 0 + 1 referrals  lifetime 0.00 0 0 + 2 referrals
        ",
    );
}

#[test]
fn s27_activities_count_whether_or_not_they_earn() {
    entry(
        YEARS,
        "{ any = { activities = 3 } }",
        "
        2026-01-05 activity review      | tier member  to next 0.00 0 0 + 2 activities  available 0
        2026-01-05 activity check_in    | tier member  counts 0.00 0 0 + 2 activities
        2026-01-06 activity review      | tier silver  why upgraded  figures 0.00 0 0 + 3 activities
            | thresholds 0.00 0 0 + 3 activities
        ",
    );
}

#[test]
fn s27_a_ladder_counts_the_kinds_of_activity_that_it_names() {
    entry(
        "period = 'calendar_year', activities = ['review']",
        "{ any = { activities = 2 } }",
        "
        2026-01-05 activity check_in    | tier member  counts 0.00 0 0
        2026-01-06 activity review      | tier member  counts 0.00 0 0 + 1 activities
        2026-01-07 activity check_in    | tier member
        2026-01-08 activity review      | tier silver
        ",
    );
}

#[test]
fn s27_a_late_activity_counts_in_its_own_period() {
    entry(
        YEARS,
        "{ any = { activities = 2 } }",
        "
        2025-12-30 activity review      | tier member
        2026-01-05 activity review      | tier member
        2025-12-31 activity check_in    | tier silver  until 2027-01-01  event TierChanged 2026-01-05
        2026-01-05 look                 | counts 0.00 0 0 + 1 activities
        ",
    );
}

#[test]
fn s27_figures_of_all_time_are_reached_over_any_number_of_periods() {
    entry(
        YEARS,
        "{ any = { lifetime_spend = '200.00' } }",
        "
        2024-06-01 order A 120.00       | tier member  to next 0.00 0 0 ever 80.00 0 0
        2026-06-01 order B 79.99        | tier member  lifetime 199.99 199 2  counts 79.99 79 1
        2026-06-02 order C 0.01         | tier silver  until 2028-01-01
            | figures 80.00 79 2 ever 200.00 199 3  thresholds 0.00 0 0 ever 200.00 0 0
        2028-01-01 look                 | tier silver  until 2029-01-01  why kept
            | figures 0.00 0 0 ever 200.00 199 3  thresholds 0.00 0 0 ever 200.00 0 0  to keep 0.00 0 0
        ",
    );
}

#[test]
fn s29_after_years_of_nothing_figures_of_all_time_keep_a_tier_where_it_would_end() {
    entry(
        "period = 'calendar_year', valid_periods = 2",
        "{ any = { lifetime_orders = 2, spend = '500.00' } }",
        "
        2024-06-01 order A 1.00
        2024-06-02 order B 1.00   | tier silver  until 2027-01-01
        2026-12-31 look           | tier silver  until 2027-01-01  events
        2027-01-01 look           | tier silver  until 2029-01-01  why kept  event TierChanged 2027-01-01
        2030-01-01 look           | tier silver  until 2031-01-01  events TierChanged TierChanged
        ",
    );
}

#[test]
fn s33_a_late_order_of_long_ago_still_counts_for_what_is_asked_of_all_time() {
    for upgrade in ["at_once", "period_end"] {
        entry(
            &format!("period = 'calendar_year', upgrade = '{upgrade}'"),
            "{ any = { lifetime_spend = '200.00', spend = '100.00' } }",
            "
            2024-06-01 order A 99.00
            2025-06-01 order B 90.00
            2027-01-20 order C 5.00   | tier member
            # Its year, and the year through which that could vouch, are over.
            2025-12-20 order D 6.00   | tier silver  until 2029-01-01  event TierChanged 2027-01-20
            ",
        );
    }
    // A year's own figures of which vouch no more give nothing.
    entry(
        YEARS,
        "{ any = { lifetime_spend = '500.00', spend = '100.00' } }",
        "
        2027-01-20 order C 50.00   | tier member
        2025-12-20 order D 100.00  | tier member
        ",
    );
}

#[test]
fn s33_what_long_ago_adds_to_all_time_goes_together_with_the_running_year_where_tiers_come_at_once() {
    entry(
        YEARS,
        "{ all = { spend = '50.00', lifetime_spend = '200.00' } }",
        "
        2025-06-01 order A 139.00  | tier member
        2027-01-20 order B 50.00   | tier member
        2025-12-20 order C 11.00   | tier silver  until 2029-01-01
        ",
    );
    // Where they wait for the end of the year, what it has so far waits with them.
    entry(
        "period = 'calendar_year', upgrade = 'period_end'",
        "{ any = { spend = '50.00', lifetime_spend = '900.00' } }",
        "
        2027-01-20 order A 50.00   | tier member
        2025-12-20 order B 1.00    | tier member
        2028-01-01 look            | tier silver
        ",
    );
}

#[test]
fn s27_each_figure_has_its_own_of_all_time() {
    let each = |asked: &str, once: &str, again: &str| {
        entry(
            MONTH,
            &format!("{{ any = {{ {asked} }} }}"),
            &format!(
                "
                2025-01-01 enrol
                2025-01-01 bob: enrol by=m
                2025-01-01 carl: enrol by=m
                2025-06-01 {once}
                2025-06-01 look  | tier member
                2026-06-01 {again}
                2026-06-01 look  | tier silver  until never
                2036-06-01 look  | tier silver  to keep 0.00 0 0
                "
            ),
        );
    };
    each("lifetime_orders = 2", "order A 0.01", "order B 0.01");
    each("lifetime_points = '20'", "order A 19.00", "order B 1.00");
    each("lifetime_spend = '20'", "order A 19.99", "order B 0.01");
    each("lifetime_activities = 2", "activity review", "activity check_in");
    each("lifetime_referrals = 2", "bob: order A 0.01", "carl: order B 0.01");
}

#[test]
fn s27_figures_of_the_period_and_of_all_time_may_be_asked_together() {
    entry(
        YEARS,
        "{ all = { spend = '50.00', lifetime_spend = '200.00' } }",
        "
        2025-06-01 order A 180.00       | tier member  to next 0.00 0 0 ever 20.00 0 0
        2026-06-01 order B 20.00        | tier member  to next 30.00 0 0
        2026-06-02 order C 30.00        | tier silver  thresholds 50.00 0 0 ever 200.00 0 0
        2028-01-01 look                 | tier member  why demoted
        ",
    );
}

#[test]
fn s27_returns_take_from_figures_of_all_time() {
    entry(
        "period = 'calendar_year', on_return = 'demote_now'",
        "{ any = { lifetime_spend = '200.00' } }",
        "
        2024-06-01 order A 120.00       | tier member
        2026-06-01 order B 80.00        | tier silver
        2027-06-01 return A 0.01        | tier member  why returned  lifetime 199.99 199 2
        ",
    );
}

#[test]
fn s27_one_step_moves_each_ladder_by_itself() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        activity review {{ }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        ladder club {{ period = 'lifetime', tier = [{{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 2 }} }} }}] }}
        ladder voice {{ period = 'rolling_days', days = 30, tier = [
            {{ id = 'quiet' }}, {{ id = 'heard', entry = {{ any = {{ activities = 1 }} }} }}] }}
        2025-06-01 order A 60.00      | tier status/member  tier club/guest  tier voice/quiet
        2025-06-02 activity review    | tier status/member  tier club/guest  tier voice/heard
        2025-06-03 order B 60.00      | tier status/silver  tier club/friend  events PointsEarned TierChanged TierChanged
        2025-07-02 look               | tier voice/quiet  tier status/silver
        2027-01-01 look               | tier status/member  tier club/friend
        "
    ));
}

#[test]
fn s28_a_period_closes_before_an_order_at_that_instant() {
    ladder(
        YEARS,
        "
        2025-06-01 order A 100.00  | tier silver  until 2027-01-01
        2026-06-01 order B 99.00   | tier silver
        2027-01-01 order C 500.00  | tier gold  until 2029-01-01  events TierChanged PointsEarned TierChanged
            | figures 500.00 0 1
        ",
    );
}

#[test]
fn s28_an_upgrade_at_the_end_of_the_period_in_which_the_tier_ends_is_one_change() {
    ladder(
        "period = 'calendar_year', upgrade = 'period_end'",
        "
        2024-06-01 order A 100.00  | tier member
        2025-01-01 look            | tier silver  until 2026-01-01
        2025-06-01 order B 500.00  | tier silver
        2026-01-01 look            | tier gold  until 2027-01-01  why upgraded  events TierChanged
        ",
    );
}

#[test]
fn s28_a_window_loses_its_oldest_order_though_nothing_is_ever_done_again() {
    ladder(
        MONTH,
        "
        2026-01-01T18:00 order A 400.00 | tier silver
        2026-01-02T09:00 order B 100.00 | tier gold  projected silver 2026-01-31
        2036-01-01 look                 | tier member  events TierChanged TierChanged
            | event TierChanged 2026-01-31  event TierChanged 2026-02-01
        ",
    );
}

#[test]
fn s28_a_window_counts_a_leap_day_like_any_other() {
    ladder(
        "period = 'rolling_days', days = 365",
        "
        2024-02-29 order A 100.00  | tier silver
        2025-02-27T23:59:59 look   | tier silver
        2025-02-28 look            | tier member
        ",
    );
    ladder(
        "period = 'rolling_days', days = 366",
        "
        2024-02-28 order A 100.00  | tier silver
        2025-02-27T23:59:59 look   | tier silver
        2025-02-28 look            | tier member
        2027-02-28 order B 100.00  | tier silver
        2028-02-28T23:59:59 look   | tier silver
        2028-02-29 look            | tier member
        ",
    );
}

#[test]
fn s28_a_tier_reached_around_a_leap_day_has_its_years_from_there() {
    ladder("period = 'anniversary_tier'", "2024-02-29T12:00 order A 100.00 | tier silver  until 2025-03-01");
    ladder("period = 'anniversary_tier'", "2024-02-29 order A 100.00 | tier silver  until 2025-02-28");
    ladder(
        "period = 'anniversary_tier', valid_periods = 4",
        "2024-02-28T12:00 order A 100.00 | tier silver  until 2028-02-29",
    );
}

#[test]
fn s28_figures_that_one_tier_used_do_not_carry_the_next() {
    const STEPS: &str = "
        2025-01-10T12:00 enrol
        2025-03-01T12:00 order A 100.00 | tier silver  until 2026-03-02
        2025-04-10T12:00 order B 500.00 | tier gold    until 2026-04-11
    ";
    let years = "period = 'anniversary_tier', on_return = 'demote_now'";
    // Silver's own year began with 2 March: what reached silver is not looked at for gold again.
    ladder(years, &format!("{STEPS}\n2025-05-01 return A       | tier gold  until 2026-04-11"));
    ladder(years, &format!("{STEPS}\n2025-05-01 return B 50.00 | tier silver  why returned"));
}

#[test]
fn s29_three_years_without_an_order_end_all_tiers_each_at_its_time() {
    ladder(
        YEARS,
        "
        2025-06-01 order A 500.00 | tier gold  until 2027-01-01
        2029-06-01 order B 100.00 | tier silver  until 2031-01-01  events TierChanged PointsEarned TierChanged
            | event TierChanged 2027-01-01
        ",
    );
    ladder(
        "period = 'calendar_year', downgrade = 'one_down', grace_days = 30",
        "
        2025-06-01 order A 500.00 | tier gold  until 2027-01-01
        2029-06-01 order B 100.00 | tier silver  until 2031-01-01
            | events TierChanged TierChanged TierChanged TierChanged PointsEarned TierChanged
            | event TierChanged 2027-01-01  event TierChanged 2027-01-31
            | event TierChanged 2028-01-01  event TierChanged 2028-01-31
        ",
    );
}

#[test]
fn s28_a_window_keeps_one_bucket_for_a_day_however_many_orders_it_has() {
    let mut day_of_many = String::new();
    for n in 1..=50 {
        day_of_many.push_str(&format!("2026-01-05 order A{n} 1.00 | buckets 1  counts {n}.00 0 {n}\n"));
    }
    ladder(MONTH, &format!("{day_of_many}\n2026-01-06 order B 1.00 | buckets 2"));
}

#[test]
fn s28_a_window_keeps_no_days_that_no_fact_can_reach() {
    let mut days = String::new();
    for month in 1..=12 {
        for day in 1..=28 {
            for hour in ["10:00", "11:00"] {
                days.push_str(&format!("2026-{month:02}-{day:02}T{hour} order A{month}-{day}-{hour} 1.00\n"));
            }
        }
    }
    // The window reaches back to 29 November, a late order ten days more, and two are to spare.
    check(&format!(
        "programme 1 point per 1.00 CNY\nset late_limit_days = 10\nladder status {{ {MONTH}, {TIERS} }}
        {days}\n2026-12-28T12:00 look | buckets 41  tier member"
    ));
}

#[test]
fn s28_the_first_day_of_a_tiers_own_years_belongs_to_them() {
    ladder(
        "period = 'anniversary_tier'",
        "
        2026-05-10T12:00 order A 100.00 | tier silver  until 2027-05-11
        2026-05-11 order B 490.00       | tier silver  counts 490.00 0 1
        2026-05-11T12:00 order C 10.00  | tier gold  until 2027-05-12
        ",
    );
}

#[test]
fn s28_who_has_lost_a_tier_with_years_of_its_own_has_those_of_membership_again() {
    ladder(
        "period = 'anniversary_tier'",
        "
        2025-01-10 enrol
        2025-03-01T12:00 order A 100.00 | tier silver  until 2026-03-02
        2026-02-01 order B 60.00        | tier silver
        2026-03-02 look                 | tier member  why demoted  counts 60.00 0 1
        2026-04-01 order C 40.00        | tier silver  until 2027-04-01
        ",
    );
}

#[test]
fn s31_only_a_tier_with_years_of_its_own_tells_from_when_on_its_figures_count() {
    let counted_from = |period: &str| -> Vec<Option<Day>> {
        let events = events_of(&format!(
            "
            programme 1 point per 1.00 CNY
            ladder status {{ period = '{period}', {TIERS} }}
            2025-03-01T12:00 order A 100.00 | why upgraded
            2026-02-01 order B 100.00
            2027-01-01 look                 | why kept
            2028-06-01 look                 | tier member  why demoted
            "
        ));
        let of_change = |decision: &Decision| match decision {
            Decision::TierChanged(changed) => Some(changed.counted_from),
            _ => None,
        };
        events.iter().filter_map(|event| of_change(&event.decision)).collect()
    };
    assert_eq!(counted_from("anniversary_tier"), [Day::from_civil(2025, 3, 1), None, None]);
    assert_eq!(counted_from("calendar_year"), [None, None, None]);
}

#[test]
fn s33_what_is_told_late_of_before_joining_counts_in_the_first_year_of_membership() {
    for period in ["anniversary_joining", "anniversary_tier"] {
        ladder(
            &format!("period = '{period}'"),
            "
            2026-01-05T10:00 enrol
            2026-01-02 order A 60.00   | tier member  counts 60.00 0 1
            2025-12-30 order B 40.00   | tier silver  counts 100.00 0 2
            ",
        );
    }
}

#[test]
fn s29_an_empty_year_is_looked_at_only_as_the_tier_runs_out_whatever_else_falls_on_its_end() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule party { on = 'anniversary', kind = 'bonus', points = '1' }
        ladder status { period = "calendar_year", valid_periods = 2, tier = [
            { id = "member" }, { id = "gold", entry = { any = { spend = "200.00", lifetime_spend = "240.00" } } }] }
        2020-01-01 enrol
        2021-01-01T05:00 order A 240.00 | tier gold  until 2024-01-01
        2023-01-01 look                 | tier gold  until 2024-01-01
        2024-01-01 look                 | tier gold  until 2026-01-01  why kept
        "#,
    );
}
