//! Case 30: what rules give on reaching a tier, on keeping it, and on its anniversaries; and case 15 of these.

use crate::runner::check;

const RULES: &str = "
    rule any { on = 'tier_reached', kind = 'bonus', points = '1' }
    rule to-silver { on = 'tier_reached', kind = 'bonus', points = '10', when = { tier = ['silver'] } }
    rule to-gold { on = 'tier_reached', kind = 'bonus', points = '50', when = { tier = ['status/gold'] } }
    rule kept { on = 'tier_kept', kind = 'bonus', points = '5', when = { tier = ['silver'] } }
    rule years { on = 'tier_anniversary', kind = 'bonus', points = '3' }
";

const TIERS: &str = "tier = [
    { id = 'member' },
    { id = 'silver', entry = { any = { spend = '100.00' } } },
    { id = 'gold', entry = { any = { spend = '500.00' } }, challenge = { days = 90, any = { spend = '300.00' } } }]";

/// Steps under a ladder with these options, and rules on what becomes of its tiers.
#[track_caller]
fn ladder(options: &str, steps: &str) {
    check(&format!(
        "programme 1 point per 1.00 CNY\n{RULES}\nladder status {{ {options}, {TIERS} }}\n{steps}"
    ));
}

const YEARS: &str = "period = 'calendar_year'";

#[test]
fn s30_reaching_a_tier_may_give_points_with_the_order_that_reaches_it() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 60.00        | earned order 60
        2026-01-06T10:00 order B 40.00  | earned order 40 + tier_reached 11  rules any 1 + to-silver 10
            | events PointsEarned TierChanged PointsEarned  available 111  event PointsEarned 2026-01-06T10:00
        2026-01-07 order C 1.00         | earned order 1
        2026-01-08 order D 399.00       | earned order 399 + tier_reached 51  rules any 1 + to-gold 50
        ",
    );
}

#[test]
fn s30_an_order_that_skips_tiers_is_given_for_each_the_lowest_first() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 500.00  | tier gold  earned order 500 + tier_reached 11 + tier_reached 51  available 562
            | events MemberJoined PointsEarned TierChanged PointsEarned PointsEarned
        ",
    );
}

#[test]
fn s30_a_tier_given_at_the_periods_end_gives_its_points_then() {
    ladder(
        "period = 'calendar_year', upgrade = 'period_end'",
        "
        2026-05-05 order A 500.00  | earned order 500
        2027-01-01 look            | earned tier_reached 11 + tier_reached 51  event PointsEarned 2027-01-01
            | events TierChanged PointsEarned PointsEarned
        ",
    );
}

#[test]
fn s30_keeping_a_tier_may_give_points() {
    ladder(
        YEARS,
        "
        2025-05-01 order A 100.00  | available 111
        # The end of the first year only says again what its order said.
        2026-05-01 order B 100.00  | available 214  earned tier_anniversary 3 + order 100
        2027-01-01 look            | earned tier_kept 5  event PointsEarned 2027-01-01  events TierChanged PointsEarned
        2028-01-01 look            | tier member  earned tier_kept 5 + tier_anniversary 3
        ",
    );
    ladder(
        "period = 'rolling_days', days = 30, grace_days = 10",
        "
        2026-01-01 order A 100.00  | available 111
        2026-02-05 order B 100.00  | earned order 100 + tier_kept 5  no grace
        ",
    );
    ladder(
        "period = 'calendar_year', grace_days = 30",
        "
        2025-05-01 order A 100.00  | available 111
        2026-05-01 look            | available 114
        2027-01-01 look            | grace  available 114
        2027-01-15 order B 100.00  | no grace  earned tier_anniversary 3 + order 100 + tier_kept 5
        ",
    );
}

#[test]
fn s30_a_tier_has_its_anniversaries_while_it_is_held() {
    ladder(
        "period = 'calendar_year', valid_periods = 3",
        "
        2024-02-29T23:59 order A 100.00 | available 111  until 2028-01-01
        2025-02-27T23:59:59 look        | available 111
        2025-02-28 look                 | available 114  event PointsEarned 2025-02-28
        2026-02-28 look                 | available 117  event PointsEarned 2026-02-28
        2027-02-28 look                 | available 120
        2028-01-01 look                 | tier member
        2028-02-29 look                 | available 120
        ",
    );
    ladder(
        "period = 'calendar_year', downgrade = 'never'",
        "
        2024-02-29T23:59 order A 100.00 | available 111
        2028-02-28T23:59:59 look        | available 120
        2028-02-29 look                 | available 123  event PointsEarned 2028-02-29
        ",
    );
}

#[test]
fn s30_a_higher_tier_begins_its_anniversaries_anew() {
    ladder(
        "period = 'calendar_year', downgrade = 'never'",
        "
        2025-03-01 order A 100.00   | available 111
        2025-06-01 order B 400.00   | available 562
        2026-03-01 look             | available 562
        2026-06-01 look             | available 565  event PointsEarned 2026-06-01
        ",
    );
}

#[test]
fn s15_a_tiers_anniversary_comes_before_the_tier_ends() {
    ladder(
        YEARS,
        "
        2025-01-01T10:00 order A 100.00  | available 111
        2026-01-01 look                  | available 114
        2027-01-01 look                  | tier member  available 117  events PointsEarned PointsEarned TierChanged
        ",
    );
}

#[test]
fn s15_birthdays_come_before_anniversaries_and_those_before_the_tiers() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        {RULES}
        rule birthday {{ on = 'birthday', kind = 'bonus', points = '7' }}
        rule joined {{ on = 'anniversary', kind = 'bonus', points = '5' }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        ladder club {{ period = 'lifetime', tier = [
            {{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 1 }} }} }}] }}
        2025-03-01 enrol birthday=03-01
        2025-03-01T10:00 order A 100.00   | earned order 100 + tier_reached 11 + tier_reached 1
        2026-03-01 look                   | earned birthday 7 + anniversary 5 + tier_anniversary 3 + tier_anniversary 3
        "
    ));
}

#[test]
fn s30_a_tier_by_hand_gives_nothing_and_what_the_figures_reach_under_it_does() {
    ladder(
        YEARS,
        "
        2026-01-05 grant gold until=2026-06-01 | earned nothing  tier gold
        2026-01-06 order A 100.00              | earned order 100 + tier_reached 11
        2026-06-01 look                        | earned nothing  tier silver
        2027-01-05 grant gold                  | earned nothing
        2027-01-06 look                        | earned tier_anniversary 3
        ",
    );
    ladder(
        YEARS,
        "
        2025-01-05 grant gold                  | tier gold
        2026-01-05 look                        | earned nothing
        ",
    );
}

#[test]
fn s30_a_challenge_that_is_met_reaches_its_tier() {
    ladder(
        YEARS,
        "
        2026-01-04 order A 100.00   | available 111
        2026-01-05 challenge gold   | earned nothing
        2026-01-06 order B 300.00   | earned order 300 + tier_reached 51  why challenge_met
        ",
    );
    ladder(
        "period = 'lifetime', upgrade = 'at_once'",
        "
        2026-01-05 challenge gold
        2026-01-06 order B 300.00   | earned order 300 + tier_reached 11 + tier_reached 51
            | events PointsEarned TierChanged PointsEarned TierChanged PointsEarned
        ",
    );
}

#[test]
fn s30_points_of_a_tier_may_lift_the_member_again() {
    check(
        "
        programme 1 point per 1.00 CNY
        points use = 'both'
        rule up { on = 'tier_reached', kind = 'bonus', points = '50' }
        ladder status { period = 'calendar_year', tier = [{ id = 'member' },
            { id = 'silver', entry = { any = { points = '100' } } },
            { id = 'gold', entry = { any = { points = '150' } } },
            { id = 'black', entry = { any = { points = '500' } } }] }
        2026-01-05 order A 100.00 | tier gold  earned order 100 + tier_reached 50 + tier_reached 50  counts 100.00 200 1
            | events MemberJoined PointsEarned TierChanged PointsEarned TierChanged PointsEarned
        ",
    );
}

#[test]
fn s30_what_a_tier_gave_stays_when_a_return_takes_the_tier() {
    ladder(
        "period = 'calendar_year', on_return = 'demote_now'",
        "
        2026-01-05 order A 100.00  | available 111
        2026-01-06 return A        | tier member  available 11  clawed back 100
        2026-01-07 order B 100.00  | tier silver  available 122
        ",
    );
}

#[test]
fn s30_limits_hold_for_the_points_of_tiers() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule once {{ on = 'tier_reached', kind = 'bonus', points = '50', max_triggers = [{{ times = 1, per = 'ever' }}] }}
        ladder status {{ period = 'rolling_days', days = 30, {TIERS} }}
        2026-01-05 order A 100.00  | available 150
        2026-02-04 look            | tier member
        2026-03-05 order B 100.00  | tier silver  available 250  rules once 0 of 50 triggers_used_up
        "
    ));
}

#[test]
fn s30_who_may_not_earn_or_has_left_gets_nothing_of_tiers() {
    ladder(
        "period = 'calendar_year', upgrade = 'period_end', downgrade = 'never'",
        "
        2025-05-01 order A 100.00   | available 100
        2025-06-01 block earning
        2026-01-01 look             | tier silver  available 100
        2027-01-01 look             | available 100
        2027-06-01 block
        2028-01-01 look             | available 103
        2028-02-01 close keep
        2029-01-01 look             | available 103
        ",
    );
}

#[test]
fn s30_each_ladder_has_rules_of_its_own() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule status {{ on = 'tier_reached', kind = 'bonus', points = '10', when = {{ tier = ['status/silver', 'status/gold'] }} }}
        rule club {{ on = 'tier_reached', kind = 'bonus', points = '7', when = {{ tier = ['friend'] }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        ladder club {{ period = 'lifetime', tier = [{{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 2 }} }} }}] }}
        2026-01-05 order A 1.00     | earned order 1
        2026-01-06 order B 99.00    | earned order 99 + tier_reached 10 + tier_reached 7
            | events PointsEarned TierChanged PointsEarned TierChanged PointsEarned
        "
    ));
}

#[test]
fn s30_a_rule_about_a_tier_may_ask_for_the_member_and_the_moment() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule vip {{ on = 'tier_reached', kind = 'bonus', points = '10', when = {{ segment = ['vip'] }} }}
        rule march {{ on = 'tier_reached', kind = 'bonus', points = '7', when = {{ from = 2026-03-01, until = 2026-04-01 }} }}
        rule gold {{ on = 'tier_reached', kind = 'bonus', points = '2', when = {{ cel = 'member.tier == \"gold\"' }} }}
        ladder status {{ period = 'calendar_year', {TIERS} }}
        2026-01-05 enrol segment=vip
        2026-01-05 bob: enrol
        2026-03-05 order A 100.00        | earned order 100 + tier_reached 17
        2026-04-05 bob: order B 100.00   | earned order 100 + tier_reached 0
        # An expression sees the tier that is held by now, and both are given by then.
        2026-04-05 cat: order C 500.00   | earned order 500 + tier_reached 2 + tier_reached 2
        "
    ));
}

#[test]
fn s33_a_late_order_gives_the_points_of_its_tier_now() {
    ladder(
        YEARS,
        "
        2026-02-01 order A 1.00     | tier member
        2025-12-20 order B 100.00   | tier silver  earned order 100 + tier_reached 11  event TierChanged 2026-02-01
            | events PointsEarned TierChanged PointsEarned  event PointsEarned 2026-02-01
        ",
    );
}

#[test]
fn s38_joint_figures_that_reach_a_tier_give_its_points_and_a_tier_that_came_along_does_not() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 60.00         | available 60
        2026-01-05 bob: order B 60.00    | available 60
        2026-01-06 bob: merge into=m
        2026-01-06 look                  | tier silver  available 131  earned tier_reached 11
        ",
    );
    ladder(
        YEARS,
        "
        2026-01-05 order A 60.00         | available 60
        2026-01-05 bob: order B 100.00   | available 111
        2026-01-06 bob: merge into=m
        2026-01-06 look                  | tier silver  available 171  earned nothing
        ",
    );
}

#[test]
fn s30_a_rule_about_anniversaries_may_name_the_tier_that_has_them() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule years {{ on = 'tier_anniversary', kind = 'bonus', points = '3', when = {{ tier = ['silver'] }} }}
        ladder status {{ period = 'calendar_year', downgrade = 'never', {TIERS} }}
        2025-03-01 order A 100.00   | tier silver  available 100
        2025-03-02 grant gold       | tier gold
        # It is silver's, whatever is held by hand above it.
        2026-03-01 look             | available 103  event PointsEarned 2026-03-01
        2026-05-01 order B 500.00   | by figures gold  available 603
        2027-05-01 look             | available 603
        "
    ));
}

#[test]
fn s30_the_first_tier_has_no_anniversaries_not_even_for_who_fell_to_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule years { on = 'tier_anniversary', kind = 'bonus', points = '3' }
        ladder status { period = 'calendar_year', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } }] }
        2025-01-05 order A 100.00  | tier silver  until 2027-01-01
        2027-06-01 look            | tier member  earned tier_anniversary 3  due never
        2029-06-01 look            | available 103
        ",
    );
}
