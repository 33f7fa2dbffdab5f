//! Case 32: what becomes of members when a version puts a tier in, takes one out, or has it replace another.

use crate::revisions::{YEARS, first, status, versions};

#[test]
fn s33_a_tier_given_late_goes_by_the_replacements_since() {
    let black = status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]);
    versions(
        &[&first(YEARS), &black],
        "
        2026-01-05 enrol
        2026-05-01 publish from 2026-06-01
        2026-07-10 order A 1.00          | tier member
        2026-05-20 grant gold            | tier black  granted black till never
        ",
    );
    versions(
        &[&first(YEARS), &status(YEARS, &[("onyx", 900, "")])],
        "
        2026-01-05 enrol
        2026-05-01 publish from 2026-06-01
        2026-07-10 order A 1.00          | tier member
        2026-05-20 grant gold            | refused unknown_tier
        ",
    );
}

#[test]
fn s32_a_tier_that_is_put_in_is_held_by_whoever_reaches_it() {
    let more =
        status(YEARS, &[("bronze", 50, ""), ("silver", 100, ""), ("ruby", 300, ""), ("gold", 500, "")]);
    versions(
        &[&first(YEARS), &more],
        "
        2026-01-05 order A 60.00         | tier member
        2026-01-05 bob: order B 100.00   | tier silver
        2026-01-05 cat: order C 350.00   | tier silver
        2026-01-05 dan: order D 500.00   | tier gold
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier bronze  why reevaluated  until 2028-01-01
        2026-06-01 bob: look             | tier silver  to next 200.00 0 0  events
        2026-06-01 cat: look             | tier ruby
        2026-06-01 dan: look             | tier gold
        2028-01-01 cat: look             | tier member
        ",
    );
}

#[test]
fn s32_a_tier_that_is_taken_out_leaves_the_next_lower_one() {
    versions(
        &[&first(YEARS), &status(YEARS, &[("silver", 100, "")])],
        "
        2026-01-05 order A 500.00        | tier gold  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier silver  until 2028-01-01  why replaced  events TierChanged
            | figures 500.00 0 1  event TierChanged 2026-06-01
        2028-01-01 look                  | tier member
        ",
    );
    versions(
        &[&first(YEARS), &status(YEARS, &[("gold", 500, "")])],
        "
        2026-01-05 order A 100.00        | tier silver  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier member  until never  why replaced  events TierChanged
        ",
    );
    versions(
        &[&first(YEARS), "ladder status { period = 'calendar_year', tier = [{ id = 'member' }] }"],
        "
        2026-01-05 order A 500.00        | tier gold
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier member  until never  why replaced
        2027-06-01 order B 500.00        | tier member
        ",
    );
}

#[test]
fn s32_a_tier_that_replaces_another_has_its_members() {
    let black =
        status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']"), ("onyx", 1900, "")]);
    versions(
        &[&first(YEARS), &black],
        "
        2026-01-05 order A 500.00        | tier gold  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier black  until 2028-01-01  why replaced  figures 500.00 0 1
        2028-01-01 look                  | tier member
        ",
    );
    let both = status(YEARS, &[("black", 900, ", replaces = ['gold', 'silver']")]);
    versions(
        &[&first(YEARS), &both],
        "
        2026-01-05 order A 500.00        | tier gold
        2026-01-05 bob: order B 100.00   | tier silver
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier black
        2026-06-01 bob: look             | tier black  why replaced
        ",
    );
}

#[test]
fn s32_whom_the_figures_lift_above_the_replacement_gets_the_higher_tier() {
    let bronze = status(YEARS, &[("bronze", 50, ""), ("amber", 80, "")]);
    versions(
        &[&first(YEARS), &bronze],
        "
        2025-06-01 order A 100.00        | tier silver  until 2027-01-01
        2026-05-02 order B 60.00         | tier silver
        2026-05-03 publish from 2026-06-01
        2026-06-01 look                  | tier bronze  why replaced  figures 60.00 0 1
        ",
    );
    let waits = "period = 'calendar_year', upgrade = 'period_end'";
    versions(
        &[&first(waits), &status(waits, &[("bronze", 50, ""), ("amber", 80, "")])],
        "
        2025-06-01 order A 100.00
        2026-05-02 order B 60.00         | tier silver  until 2027-01-01
        2026-05-03 publish from 2026-06-01
        2026-06-01 look                  | tier member  why replaced  until never
        2027-01-01 look                  | tier bronze
        ",
    );
}

#[test]
fn s32_a_replaced_tier_keeps_its_start_and_its_days_of_grace() {
    let years = "rule years { on = 'tier_anniversary', kind = 'bonus', points = '3' }";
    let grace = "period = 'calendar_year', grace_days = 30";
    let black = status(grace, &[("silver", 100, ""), ("black", 500, ", replaces = ['gold']")]);
    versions(
        &[&format!("{years}\n{}", first(grace)), &format!("{years}\n{black}")],
        "
        2025-03-01 order A 500.00        | tier gold
        2026-05-01 publish from 2026-06-01
        2026-12-31 look                  | tier black  until 2027-01-01  available 503
        2027-01-31 look                  | tier member  available 503
        ",
    );
    versions(
        &[&first(grace), &black],
        "
        2025-03-01 order A 500.00        | tier gold
        2026-05-01 publish from 2027-01-10
        2027-01-09 look                  | tier gold  grace
        2027-01-10 look                  | tier black  grace  until 2027-01-31  why replaced
        2027-01-31 look                  | tier member  no grace
        ",
    );
}

#[test]
fn s32_a_tier_by_hand_goes_by_the_same_replacements() {
    let held = |version: &str, becomes: &str| {
        versions(
            &[&first(YEARS), version],
            &format!(
                "
                2026-01-05 order A 60.00
                2026-01-06 grant gold until=2026-12-01
                2026-05-01 publish from 2026-06-01
                2026-06-01 look          | {becomes}
                "
            ),
        );
    };
    held(
        &status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]),
        "tier black  granted black till 2026-12-01  events TierGranted  event TierGranted 2026-06-01",
    );
    held(&status(YEARS, &[("silver", 100, "")]), "tier silver  granted silver till 2026-12-01");
    held(
        &status(YEARS, &[("onyx", 900, "")]),
        "tier member  granted nothing  ended removed  events TierGrantEnded",
    );
    held(
        &status(YEARS, &[("bronze", 50, ""), ("silver", 100, ""), ("gold", 500, "")]),
        "tier gold  granted gold till 2026-12-01  by figures bronze",
    );
    // Its beginning stays, and so does what is asked of it where it is lent.
    let lent = ", challenge = { days = 90, any = { spend = '300.00' } }";
    versions(
        &[
            &status(YEARS, &[("silver", 100, ""), ("gold", 500, lent)]),
            &status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]),
        ],
        "
        2026-05-05 challenge gold
        2026-05-06 order A 90.00       | lent gold till 2026-08-04 reached 90.00 0 1
        2026-05-07 publish from 2026-06-01
        2026-06-01 look                | lent black till 2026-08-04 reached 90.00 0 1
        2026-06-02 order B 210.00      | tier black  granted nothing  why challenge_met  until 2028-01-01
        2026-06-03 challenge black     | refused no_challenge
        ",
    );
}

#[test]
fn s32_a_tier_that_is_put_back_is_reached_again_by_the_running_figures() {
    versions(
        &[
            &status(YEARS, &[("silver", 100, "")]),
            &status(YEARS, &[("bronze", 120, "")]),
            &status(YEARS, &[("silver", 100, "")]),
        ],
        "
        2026-01-01 order A 110.00   | tier silver
        2026-01-02 publish from 2026-02-01
        2026-01-02 publish from 2026-03-01
        2026-02-01 look             | tier member  why replaced
        2026-03-01 look             | tier silver  why reevaluated
        ",
    );
}

#[test]
fn s33_a_late_order_is_judged_as_if_a_tier_of_a_later_version_were_not_held() {
    let everybody = "rule all { kind = 'bonus', points = '5', when = { tier = ['member'] } }";
    let black = status(YEARS, &[("silver", 100, ""), ("black", 900, "")]);
    versions(
        &[&format!("{everybody}\n{}", first(YEARS)), &format!("{everybody}\n{black}")],
        "
        2026-01-05 enrol
        2026-01-06 publish from 2026-06-01
        2026-06-10 grant black           | tier black
        2026-06-11 order A 1.00          | rules base 1
        2026-05-20 order B 1.00          | rules base 1 + all 5
        ",
    );
}

#[test]
fn s32_a_first_tier_under_another_name_is_held_by_whoever_held_the_first() {
    let friends = "rule all { kind = 'bonus', points = '5', when = { tier = ['friend'] } }";
    let tiers = "tier = [{ id = 'friend' }, { id = 'silver', entry = { any = { spend = '100.00' } } }]";
    let renamed = format!("{friends}\nladder status {{ {YEARS}, {tiers} }}");
    versions(
        &[&first(YEARS), &renamed],
        "
        2026-01-05 enrol
        2026-01-05 bob: order A 10.00
        2026-01-06 publish from 2026-06-01
        2026-06-10 order B 1.00          | tier friend  rules base 1 + all 5
        2026-06-10 bob: order C 1.00     | tier friend  rules base 1 + all 5
        2026-06-10 cat: order D 1.00     | tier friend  rules base 1 + all 5
        2026-06-11 cat: order E 99.00    | tier silver  why upgraded
        ",
    );
}
