//! Case 38 on ladders: figures, grace and returns of two members who became one.

use crate::runner::check;

const SILVER: &str = "tier = [{ id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } }]";

#[test]
fn s38_windows_of_both_are_one_window() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'rolling_days', days = 30, {SILVER} }}
        2026-01-10 order A 60.00            | tier member
        2026-01-20 bob: order B 60.00       | tier member
        2026-01-25 bob: merge into=m
        2026-01-25 look                     | tier silver  why upgraded  figures 120.00 0 2  until never
        2026-02-08T23:59:59.999999 look     | tier silver
        2026-02-09 look                     | tier member  why demoted
        "
    ));
}

#[test]
fn s38_joint_figures_wait_for_the_period_end_where_upgrades_do() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', upgrade = 'period_end', {SILVER} }}
        2026-01-10 order A 60.00       | tier member
        2026-01-20 bob: order B 60.00  | tier member
        2026-01-25 bob: merge into=m
        2026-01-25 look                | tier member
        2027-01-01 look                | tier silver  until 2028-01-01
        "
    ));
}

#[test]
fn s38_a_return_after_a_merge_takes_from_the_joint_figures() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', on_return = 'demote_now', {SILVER} }}
        2026-01-10 order A 60.00       | tier member
        2026-01-20 bob: order B 60.00  | tier member
        2026-01-25 bob: merge into=m
        2026-01-26 return B 20.00      | tier silver  to next nothing
        2026-01-27 bob: return B 0.01
        2026-01-27 look                | tier member  why returned  to next 0.01 0 0
        "
    ));
}

#[test]
fn s38_days_of_grace_come_along_and_the_joint_figures_can_keep_the_tier() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', grace_days = 30, {SILVER} }}
        2025-06-01 bob: order B 100.00  | tier silver  until 2027-01-01
        2027-01-05 order A 60.00        | tier member
        2027-01-10 bob: merge into=m
        2027-01-10 look                 | tier silver  grace  until 2027-01-31
        2027-01-15 order C 40.00        | tier silver  no grace  why kept  until 2029-01-01
        "
    ));
}

#[test]
fn s38_each_ladder_keeps_the_better_of_its_own_two_places() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', {SILVER} }}
        ladder club {{ period = 'lifetime', tier = [
            {{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 2 }} }} }}, {{ id = 'host', entry = {{ any = {{ orders = 4 }} }} }} ] }}
        2026-01-05 order A 100.00     | tier silver  tier club/guest
        2026-01-05 bob: order B 1.00  | tier member  tier club/guest
        2026-01-06 bob: order C 1.00  | tier club/friend
        2026-01-07 bob: merge into=m
        2026-01-07 look               | tier silver  tier club/friend
        2026-01-08 order D 1.00       | tier club/host
        "
    ));
}

#[test]
fn s38_what_was_carried_adds_up_and_is_reckoned_again_from_the_joint_years() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', carry_over = {{ spend = '500.00' }}, {SILVER} }}
        2024-06-01 order Z 130.00            | tier silver
        2025-06-01 order A 20.00             | carried 30.00 0 0 into 2025-01-01
        2024-06-01 bob: order Y 50.00        | tier member
        2025-06-01 bob: order B 160.00       | tier silver
        2026-01-01 bob: look                 | carried 60.00 0 0 into 2026-01-01
        2026-02-01 bob: merge into=m
        # 2024 has 180, of which 80 go over; with 180 of its own 2025 passes on 160.
        2026-02-01 look                      | carried 80.00 0 0 into 2025-01-01 + 160.00 0 0 into 2026-01-01
            | counts 160.00 0 0  lifetime 360.00 0 4  event FiguresCarried 2026-02-01
        "
    ));
}

#[test]
fn s38_figures_of_all_time_add_up() {
    check(
        "
        programme 1 point per 1.00 CNY
        ladder status { period = 'calendar_year', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { lifetime_orders = 3 } } }] }
        2023-01-10 order A 1.00          | tier member
        2024-01-10 bob: order B 1.00     | tier member
        2025-01-10 bob: order C 1.00     | tier member
        2026-01-25 bob: merge into=m
        2026-01-25 look                  | tier silver  lifetime 3.00 0 3  why upgraded  until 2028-01-01
        ",
    );
}

#[test]
fn s38_of_one_tier_until_one_end_the_day_on_which_who_goes_on_reached_it_stays() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule years {{ on = 'tier_anniversary', kind = 'bonus', points = '3' }}
        ladder status {{ period = 'calendar_year', {SILVER} }}
        2026-01-10 order A 100.00      | tier silver  until 2028-01-01
        2026-02-20 bob: order B 100.00 | tier silver  until 2028-01-01
        2026-02-25 bob: merge into=m
        2027-01-10 look                | available 203  event PointsEarned 2027-01-10
        2027-03-01 look                | available 203  tier silver
        "
    ));
}
