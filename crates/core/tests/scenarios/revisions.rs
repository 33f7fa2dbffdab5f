//! Case 32: what a new version of the programme does to tiers by its thresholds and its ladder.

use crate::runner::check;

pub(crate) const YEARS: &str = "period = 'calendar_year'";

/// A ladder with these options and tiers: each tier's id, spend to enter it, and other keys.
pub(crate) fn status(options: &str, tiers: &[(&str, u32, &str)]) -> String {
    let tiers: String = tiers
        .iter()
        .map(|(id, spend, more)| {
            format!(", {{ id = '{id}', entry = {{ any = {{ spend = '{spend}.00' }} }} {more} }}")
        })
        .collect();
    format!("ladder status {{ {options}, tier = [{{ id = 'member' }}{tiers}] }}")
}

/// Silver for 100 and gold for 500.
pub(crate) fn first(options: &str) -> String {
    status(options, &[("silver", 100, ""), ("gold", 500, "")])
}

/// Steps under several versions: the second has its text after the first step that publishes, and so on.
#[track_caller]
pub(crate) fn versions(texts: &[&str], steps: &str) {
    let (first, mut later) = (texts[0], texts[1..].iter());
    let mut scenario = format!("programme 1 point per 1.00 CNY\n{first}\n");
    for line in steps.lines() {
        scenario.push_str(line);
        scenario.push('\n');
        if line.contains(" publish from ") {
            let text = later.next().expect("a text for each version");
            scenario.push_str(&format!("programme 1 point per 1.00 CNY\n{text}\nend\n"));
        }
    }
    check(&scenario);
}

#[test]
fn s32_whoever_reaches_a_tier_by_lower_thresholds_gets_it_as_they_start() {
    let lower = status(YEARS, &[("silver", 50, ""), ("gold", 300, "")]);
    versions(
        &[&first(YEARS), &lower],
        "
        2026-01-05 order A 60.00         | tier member
        2026-01-05 bob: order B 350.00   | tier silver
        2026-01-05 cat: order C 49.99    | tier member
        2026-05-01 publish from 2026-06-01
        2026-05-31T23:59:59.999999 look  | tier member  projected silver 2026-06-01
        2026-06-01 look                  | tier silver  until 2028-01-01  why reevaluated  event TierChanged 2026-06-01
            | figures 60.00 0 1  thresholds 50.00 0 0
        2026-06-01 bob: look             | tier gold  why reevaluated  thresholds 300.00 0 0
        2026-06-01 cat: look             | tier member  events
        ",
    );
}

#[test]
fn s32_whoever_falls_short_of_higher_thresholds_keeps_the_tier_to_its_end() {
    let higher = status(YEARS, &[("silver", 200, ""), ("gold", 600, "")]);
    versions(
        &[&first(YEARS), &higher],
        "
        2026-01-05 order A 100.00    | tier silver  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2026-06-01 look              | tier silver  events  to keep 100.00 0 0
        2026-06-02 order B 50.00     | tier silver  to next 450.00 0 0
        2028-01-01 look              | tier member  why demoted  thresholds 200.00 0 0
        ",
    );
}

#[test]
fn s32_a_full_change_takes_the_tiers_that_are_no_longer_reached() {
    let full = "period = 'calendar_year', on_change = 'full'";
    let higher = status(full, &[("silver", 200, ""), ("gold", 600, "")]);
    versions(
        &[&first(YEARS), &higher],
        "
        2026-01-05 order A 100.00       | tier silver
        2026-01-05 bob: order B 500.00  | tier gold
        2026-01-05 cat: order C 600.00  | tier gold
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                 | tier member  until never  why reevaluated  event TierChanged 2026-06-01
            | figures 100.00 0 1  thresholds 200.00 0 0
        2026-06-01 bob: look            | tier silver  until 2028-01-01  why reevaluated  thresholds 600.00 0 0
        2026-06-01 cat: look            | tier gold  until 2028-01-01  events
        ",
    );
}

#[test]
fn s32_thresholds_may_change_both_ways_at_once() {
    let full = "period = 'calendar_year', on_change = 'full'";
    let steps = |silver: &str| {
        format!(
            "
            2026-01-05 order A 350.00       | tier silver
            2026-01-05 bob: order B 120.00  | tier silver
            2026-05-01 publish from 2026-06-01
            2026-06-01 look                 | tier gold
            2026-06-01 bob: look            | tier {silver}
            "
        )
    };
    let changed = |options| status(options, &[("silver", 150, ""), ("gold", 300, "")]);
    versions(&[&first(YEARS), &changed(YEARS)], &steps("silver"));
    versions(&[&first(YEARS), &changed(full)], &steps("member"));
}

#[test]
fn s32_a_full_change_asks_of_the_tier_held_what_keeps_it() {
    let full = "period = 'calendar_year', on_change = 'full'";
    let kept = status(full, &[("silver", 200, ", keep = { any = { spend = '80.00' } }"), ("gold", 600, "")]);
    versions(
        &[&first(YEARS), &kept],
        "
        2026-01-05 order A 80.00        | tier member
        2026-01-05 bob: order B 100.00  | tier silver
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                 | tier member
        2026-06-01 bob: look            | tier silver  events
        ",
    );
}

#[test]
fn s32_a_full_change_looks_at_every_year_that_still_vouches() {
    let full = "period = 'calendar_year', on_change = 'full'";
    let steps = |silver: &str| {
        format!(
            "
            2025-06-01 order A 250.00   | tier silver  until 2027-01-01
            2026-05-01 publish from 2026-06-01
            2026-06-01 look             | tier {silver}
            "
        )
    };
    versions(&[&first(YEARS), &status(full, &[("silver", 250, "")])], &steps("silver"));
    versions(&[&first(YEARS), &status(full, &[("silver", 251, "")])], &steps("member"));
}

#[test]
fn s32_a_full_change_takes_nothing_in_grace_nor_where_tiers_are_never_lost() {
    let grace = |change: &str| format!("period = 'calendar_year', grace_days = 30{change}");
    versions(
        &[&first(&grace("")), &status(&grace(", on_change = 'full'"), &[("silver", 200, "")])],
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-12-01 publish from 2027-01-10
        2027-01-10 look             | tier silver  grace  until 2027-01-31  events TierChanged
        2027-01-11 order B 150.00   | tier silver  grace
        2027-01-12 order C 50.00    | tier silver  no grace
        ",
    );
    let never = |change: &str| format!("period = 'calendar_year', downgrade = 'never'{change}");
    versions(
        &[&first(&never("")), &status(&never(", on_change = 'full'"), &[("silver", 200, "")])],
        "
        2025-06-01 order A 100.00   | tier silver  until never
        2025-07-01 publish from 2026-01-01
        2036-01-01 look             | tier silver  events
        ",
    );
}

#[test]
fn s32_a_version_that_changes_no_tier_and_no_zone_looks_at_nobody() {
    let soft = |more: &str| format!("period = 'calendar_year', downgrade = 'one_down'{more}");
    let same = status(
        &soft(", on_change = 'full', on_return = 'demote_now', grace_days = 10"),
        &[
            ("silver", 100, ", challenge = { days = 9, any = { orders = 1 } }, replaces = ['brass']"),
            ("gold", 500, ", expiry = { policy = 'never' }"),
        ],
    );
    versions(
        &[&first(&soft("")), &same],
        "
        2025-06-01 order A 500.00   | tier gold
        2027-02-01 sweep            | tier silver  until 2028-01-01  events TierChanged
        2027-02-01 publish from 2027-06-01
        2027-12-31 look             | tier silver  until 2028-01-01  events
        ",
    );
}

#[test]
fn s32_where_tiers_are_given_at_the_periods_end_a_version_gives_none_before() {
    let options = "period = 'calendar_year', upgrade = 'period_end'";
    versions(
        &[&first(options), &status(options, &[("silver", 50, "")])],
        "
        2026-01-05 order A 60.00   | tier member
        2026-05-01 publish from 2026-06-01
        2026-06-01 look            | tier member  events
        2027-01-01 look            | tier silver  why upgraded  thresholds 50.00 0 0
        ",
    );
}

#[test]
fn s32_windows_and_figures_of_all_time_are_held_against_new_thresholds_at_once() {
    let month = "period = 'rolling_days', days = 30";
    versions(
        &[&first(month), &status(month, &[("silver", 50, "")])],
        "
        2026-05-20 order A 60.00   | tier member
        2026-05-21 publish from 2026-06-01
        2026-06-01 look            | tier silver  until never  why reevaluated  figures 60.00 0 1
        2026-06-18T23:59:59 look   | tier silver
        2026-06-19 look            | tier member
        ",
    );
    let ever = |change: &str| format!("period = 'lifetime'{change}");
    let lifetime = |change: &str, spend, tier: &str| {
        versions(
            &[&first(&ever("")), &status(&ever(change), &[("silver", spend, "")])],
            &format!(
                "
                2016-05-20 order A 110.00  | tier silver
                2016-05-20 bob: order B 60.00  | tier member
                2026-05-21 publish from 2026-06-01
                2026-06-01 look            | tier {tier}  until never
                2026-06-01 bob: look       | tier {}
                ",
                if spend == 50 { "silver" } else { "member" }
            ),
        );
    };
    lifetime("", 50, "silver");
    lifetime("", 200, "silver");
    lifetime(", on_change = 'full'", 110, "silver");
    lifetime(", on_change = 'full'", 200, "member");
}

#[test]
fn s32_a_full_change_takes_a_soft_landing_that_no_figures_vouch_for() {
    let soft = |more: &str| format!("period = 'calendar_year', downgrade = 'one_down'{more}");
    let changed = |change: &str, tier: &str| {
        versions(
            &[&first(&soft("")), &status(&soft(change), &[("silver", 100, ""), ("gold", 600, "")])],
            &format!(
                "
                2025-06-01 order A 500.00   | tier gold
                2027-02-01 sweep            | tier silver  until 2028-01-01
                2027-02-01 publish from 2027-06-01
                2027-06-01 look             | tier {tier}
                "
            ),
        );
    };
    changed("", "silver");
    changed(", on_change = 'full'", "member");
}

#[test]
fn s32_a_window_is_held_against_higher_thresholds_from_the_next_midnight_on() {
    let month = "period = 'rolling_days', days = 30";
    for change in ["", ", on_change = 'full'"] {
        versions(
            &[&first(month), &status(&format!("{month}{change}"), &[("silver", 200, "")])],
            "
            2026-05-20 order A 100.00   | tier silver
            2026-05-21 publish from 2026-06-01
            2026-05-31T23:59:59 look    | tier silver
            2026-06-01 look             | tier member  events TierChanged
            ",
        );
    }
}

#[test]
fn s32_several_versions_are_gone_through_one_after_the_other() {
    let black = status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]);
    let onyx = status(YEARS, &[("silver", 150, ""), ("onyx", 1900, ", replaces = ['black']")]);
    versions(
        &[&first(YEARS), &black, &onyx],
        "
        2026-01-05 order A 500.00        | tier gold
        2026-05-01 publish from 2026-06-01
        2026-05-01 publish from 2026-07-01
        2026-06-30 look                  | tier black
        2026-07-01 look                  | tier onyx  until 2028-01-01  event TierChanged 2026-06-01  event TierChanged 2026-07-01
        ",
    );
}

#[test]
fn s32_a_version_that_starts_as_a_period_ends_judges_the_period() {
    versions(
        &[
            &first(YEARS),
            &status(YEARS, &[("silver", 100, ", keep = { any = { spend = '50.00' } }"), ("gold", 500, "")]),
        ],
        "
        2025-06-01 order A 100.00   | tier silver  until 2027-01-01
        2026-06-01 order B 60.00    | tier silver
        2026-06-02 publish from 2027-01-01
        2027-01-01 look             | tier silver  why kept  until 2028-01-01  thresholds 50.00 0 0
        ",
    );
    // A tier that is put in then is not reached by the year that has ended.
    versions(
        &[&first(YEARS), &status(YEARS, &[("bronze", 50, ""), ("silver", 100, "")])],
        "
        2026-06-01 order A 60.00    | tier member
        2026-06-02 publish from 2027-01-01
        2027-01-01 look             | tier member  events
        ",
    );
}

#[test]
fn s30_whom_a_version_lifts_has_reached_the_tier_and_whom_it_moves_has_not() {
    let points = "rule up { on = 'tier_reached', kind = 'bonus', points = '10' }";
    let lower = status(YEARS, &[("silver", 50, ""), ("black", 300, ", replaces = ['gold']")]);
    versions(
        &[&format!("{points}\n{}", first(YEARS)), &format!("{points}\n{lower}")],
        "
        2026-01-05 order A 310.00        | earned order 310 + tier_reached 10
        2026-01-05 bob: order B 500.00   | earned order 500 + tier_reached 10 + tier_reached 10
        2026-01-05 cat: order C 60.00    | earned order 60
        2026-05-01 publish from 2026-06-01
        2026-06-01 look                  | tier black  earned tier_reached 10  event PointsEarned 2026-06-01
        2026-06-01 bob: look             | tier black  available 520
        2026-06-01 cat: look             | tier silver  available 70
        ",
    );
}

#[test]
fn s33_a_late_order_reaches_the_tiers_of_its_own_time() {
    let late = |version: &str, order: &str, expected: &str| {
        versions(
            &[&first(YEARS), version],
            &format!(
                "
                2026-01-05 enrol
                2026-01-06 publish from 2026-06-01
                2026-06-10 order A 1.00       | tier member
                2026-05-20 order B {order}    | {expected}
                "
            ),
        );
    };
    let full = "period = 'calendar_year', on_change = 'full'";
    let now = "event TierChanged 2026-06-10  until 2028-01-01";
    // It would have been held by now.
    late(
        &status(YEARS, &[("silver", 200, ""), ("gold", 600, "")]),
        "100.00",
        &format!("tier silver  why upgraded  thresholds 100.00 0 0  {now}"),
    );
    // It would have been lost by now.
    late(&status(full, &[("silver", 200, ""), ("gold", 600, "")]), "100.00", "tier member");
    late(
        &status(full, &[("silver", 200, ""), ("gold", 600, "")]),
        "500.00",
        &format!("tier silver  thresholds 200.00 0 0  {now}"),
    );
    late(
        &status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]),
        "500.00",
        &format!("tier black  why upgraded  thresholds 500.00 0 0  {now}"),
    );
    late(&status(YEARS, &[("silver", 100, "")]), "500.00", &format!("tier silver  {now}"));
    late(&status(YEARS, &[("onyx", 900, "")]), "500.00", "tier member");
}

#[test]
fn s33_a_late_order_goes_through_every_version_since() {
    let black = status(YEARS, &[("silver", 100, ""), ("black", 900, ", replaces = ['gold']")]);
    let onyx = status(YEARS, &[("silver", 150, ""), ("onyx", 1900, ", replaces = ['black']")]);
    versions(
        &[&first(YEARS), &black, &onyx],
        "
        2026-01-05 enrol
        2026-05-01 publish from 2026-06-01
        2026-05-01 publish from 2026-07-01
        2026-07-10 order A 1.00          | tier member
        2026-05-20 order B 500.00        | tier onyx  until 2028-01-01
        ",
    );
}

#[test]
fn s32_what_was_carried_stays_and_later_reckoning_goes_by_the_new_version() {
    let carries = "period = 'calendar_year', carry_over = { spend = '200.00' }";
    versions(
        &[&first(carries), &status(carries, &[("silver", 120, "")])],
        "
        2025-06-01 order A 150.00     | tier silver
        2026-01-10 publish from 2026-06-01
        2026-06-02 order B 1.00       | carried 50.00 0 0 into 2026-01-01
        2025-12-20 order C 5.00       | carried 35.00 0 0 into 2026-01-01  events PointsEarned FiguresCarried
        ",
    );
}

#[test]
fn s32_benefits_and_rules_go_by_the_tier_of_the_new_version() {
    let lounge = "benefit lounge { per = 'year', times = { silver = 2 } }";
    let rule = "rule double { kind = 'multiplier', factor = '2', when = { tier = ['silver'] } }";
    let lower = status(YEARS, &[("silver", 50, "")]);
    versions(
        &[&format!("{lounge}\n{rule}\n{}", first(YEARS)), &format!("{lounge}\n{rule}\n{lower}")],
        "
        2026-01-05 order A 60.00     | benefit lounge 0 of 0
        2026-05-01 publish from 2026-06-01
        2026-06-01 order B 10.00     | rules base 10 + double 10
        2026-06-01 use lounge        | benefit lounge 1 of 2
        ",
    );
}

#[test]
fn s32_a_tier_reached_before_it_had_years_of_its_own_rests_on_the_year_up_to_them() {
    let takes = |period: &str| first(&format!("period = '{period}', on_return = 'demote_now'"));
    let rests = |reached: &str, year: u32| {
        versions(
            &[&takes("calendar_year"), &takes("anniversary_tier")],
            &format!(
                "
                {reached} order A 100.00      | tier silver
                {year}-06-01 publish from {year}-07-01
                {year}-08-01 order B 5.00     | tier silver
                {year}-08-02 return B         | tier silver
                {year}-08-03 return A 0.01    | tier member  why returned
                "
            ),
        );
    };
    rests("2025-03-01T12:00", 2025);
    rests("2024-02-28T12:00", 2024);
    // Who joins and reaches it as a day begins has no days before.
    rests("2025-03-01", 2025);
}

#[test]
fn s32_a_tier_that_is_never_lost_any_more_has_nothing_due() {
    versions(
        &[&first(YEARS), &first("period = 'rolling_days', days = 30, downgrade = 'never'")],
        "
        2026-01-05 order A 100.00    | tier silver  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2026-06-02 order B 1.00      | tier silver  due never
        ",
    );
}

#[test]
fn s32_a_version_that_never_takes_tiers_ends_grace_for_good() {
    let grace = "period = 'calendar_year', grace_days = 30";
    versions(
        &[&first(grace), &first(&format!("{grace}, downgrade = 'never'"))],
        "
        2025-06-01 order A 100.00    | tier silver
        2027-01-05 publish from 2027-01-10
        2027-01-09 look              | tier silver  grace  until 2027-01-31
        2027-01-31 look              | tier silver  no grace  until never  why kept
        ",
    );
}

#[test]
fn s32_a_full_change_is_asked_once_and_later_ends_are_ends_as_ever() {
    let soft = "period = 'calendar_year', downgrade = 'one_down', on_change = 'full'";
    versions(
        &[&first(soft), &status(soft, &[("silver", 90, ""), ("gold", 500, "")])],
        "
        2026-01-05 order A 500.00    | tier gold  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2028-01-01 look              | tier silver  until 2029-01-01  why demoted
        ",
    );
}

#[test]
fn s32_who_is_moved_to_a_ladder_of_another_period_is_told_its_figures() {
    let window = "period = 'rolling_days', days = 30, downgrade = 'never'";
    versions(
        &[&first(YEARS), &status(window, &[("silver", 100, "")])],
        "
        2026-01-05 order A 500.00    | tier gold
        2026-05-01 publish from 2026-06-01
        2026-06-01 look              | tier silver  why replaced  figures 0.00 0 0
        ",
    );
}

#[test]
fn s32_an_end_from_before_a_ladder_of_all_time_ends_nothing() {
    versions(
        &[&first(YEARS), &first("period = 'lifetime'")],
        "
        2026-01-05 order A 100.00    | tier silver  until 2028-01-01
        2026-05-01 publish from 2026-06-01
        2028-01-01 look              | tier silver  to keep 0.00 0 0 by never
        2028-01-01 order B 1.00      | tier silver  due never
        ",
    );
}

#[test]
fn s32_a_tier_in_grace_that_falls_to_the_first_has_no_grace_left() {
    versions(
        &[
            &first("period = 'calendar_year', grace_days = 30"),
            &status("period = 'calendar_year', grace_days = 30", &[("gold", 500, "")]),
        ],
        "
        2024-06-01 order A 100.00           | tier silver  until 2026-01-01
        2025-12-01 publish from 2026-01-10
        2026-01-05 look                     | tier silver  why grace_began  until 2026-01-31
        2026-01-12 order B 1.00             | tier member  why replaced  until never
        2026-03-01 look                     | tier member  until never
        ",
    );
}
