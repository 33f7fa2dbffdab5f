//! Case 30: tiers given by hand, and tiers that are lent and earned by a challenge; and case 31 of both.

use tallybook_core::calendar::Instant;
use tallybook_core::event::Decision;

use crate::runner::{check, events_of};

const TIERS: &str = "tier = [
    { id = 'member' },
    { id = 'silver', entry = { any = { spend = '100.00' } } },
    { id = 'gold', entry = { any = { spend = '500.00' } }, challenge = { days = 90, any = { spend = '300.00' } } }]";

/// Steps under a ladder with these options, in a programme that doubles the points of gold.
#[track_caller]
fn ladder(options: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        rule double {{ kind = 'multiplier', factor = '2', when = {{ tier = ['gold'] }} }}
        reward sofa {{ points = '1', tier = ['gold'] }}
        ladder status {{ {options}, {TIERS} }}
        {steps}
        "
    ));
}

/// Steps under a ladder by calendar year whose tier gold is lent on these terms.
#[track_caller]
fn lent(challenge: &str, steps: &str) {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        points use = 'both'
        referral {{ window_days = 30 }}
        activity review {{ }}
        ladder status {{ period = 'calendar_year', tier = [{{ id = 'member' }},
            {{ id = 'silver', entry = {{ any = {{ spend = '100.00' }} }} }},
            {{ id = 'gold', entry = {{ any = {{ spend = '500.00' }} }}, challenge = {challenge} }}] }}
        {steps}
        "
    ));
}

const YEARS: &str = "period = 'calendar_year'";

#[test]
fn s30_a_tier_by_hand_is_a_floor_until_it_ends() {
    ladder(
        YEARS,
        "
        2026-01-05T09:00 grant gold until=2026-04-01 | tier gold  until 2026-04-01  by figures member until never
            | granted gold till 2026-04-01  events MemberJoined TierGranted  event TierGranted 2026-01-05T09:00
        2026-02-01 order A 100.00           | tier gold  by figures silver until 2028-01-01  until 2026-04-01
        2026-03-31T23:59:59.999999 look     | tier gold
        2026-04-01 look                     | tier silver  until 2028-01-01  granted nothing  ended expired
            | event TierGrantEnded 2026-04-01
        ",
    );
}

#[test]
fn s30_a_tier_by_hand_may_end_at_any_instant() {
    ladder(
        YEARS,
        "
        2026-01-05 grant gold until=2026-04-01T15:30 | tier gold
        2026-04-01T15:29:59.999999 look              | tier gold
        2026-04-01T15:30 look                        | tier member  event TierGrantEnded 2026-04-01T15:30
        ",
    );
}

#[test]
fn s30_what_goes_by_tier_goes_by_the_one_that_is_held() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 10.00             | rules base 10
        2026-01-06 redeem R 1 reward=sofa    | refused reward_not_available
        2026-01-07 grant gold until=2026-02-01
        2026-01-08 order B 10.00             | rules base 10 + double 10
        2026-01-08 redeem S 1 reward=sofa    | available 29
        2026-02-01 order C 10.00             | rules base 10
        2026-02-01 redeem T 1 reward=sofa    | refused reward_not_available
        # What was earned in it stays, and its return is judged by it.
        2026-02-02 return B                  | clawed back 20
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        rule gold { kind = 'bonus', points = '5', when = { cel = 'member.tier == \"gold\" && member.tiers[\"status\"] == \"gold\"' } }
        ladder status { period = 'calendar_year', tier = [{ id = 'member' },
            { id = 'gold', entry = { any = { spend = '500.00' } }, expiry = { policy = 'after', days = 5 } }] }
        2026-01-05 order A 10.00  | lots 10 till never
        2026-01-06 grant gold     | tier gold
        2026-01-07 order B 10.00  | rules base 10 + gold 5  lots 10 till never + 15 till 2026-01-13
        2026-01-08 revoke         | tier member
        2026-01-09 order C 10.00  | rules base 10  lots 10 till never + 15 till 2026-01-13 + 10 till never
        ",
    );
}

#[test]
fn s30_a_tier_by_hand_without_end_holds_until_it_is_revoked() {
    ladder(
        YEARS,
        "
        2026-01-05 grant gold         | until never  granted gold till never
        2036-01-05 look               | tier gold
        2036-01-06T11:00 revoke       | tier member  ended revoked  events TierGrantEnded  granted nothing
            | event TierGrantEnded 2036-01-06T11:00
        2036-01-07 revoke             | refused no_tier_granted
        ",
    );
}

#[test]
fn s30_another_tier_by_hand_takes_the_place_of_the_one_before() {
    ladder(
        YEARS,
        "
        2026-01-05 grant gold               | tier gold
        2026-01-06 grant silver until=2026-02-01 | tier silver  events TierGranted  granted silver till 2026-02-01
        2026-02-01 look                     | tier member
        ",
    );
}

#[test]
fn s30_of_equal_tiers_the_one_by_figures_is_held() {
    ladder(
        YEARS,
        "
        2026-01-05 grant silver until=2026-02-01 | tier silver  until 2026-02-01
        2026-01-06 order A 100.00                | tier silver  until 2028-01-01  granted silver till 2026-02-01
        2026-02-01 look                          | tier silver  until 2028-01-01  ended expired
        ",
    );
}

#[test]
fn s30_a_lower_tier_by_hand_catches_who_falls() {
    ladder(
        YEARS,
        "
        2025-06-01 order A 500.00  | tier gold
        2025-06-02 grant silver    | tier gold  until 2027-01-01  by figures gold
        2027-01-01 look            | tier silver  until never  by figures member  why demoted
        ",
    );
}

#[test]
fn s30_a_tier_by_hand_may_end_on_the_day_the_period_closes() {
    ladder(
        YEARS,
        "
        2025-06-01 order A 100.00            | tier silver  until 2027-01-01
        2026-06-01 grant gold until=2027-01-01 | tier gold
        2026-12-31T23:59:59.999999 look      | tier gold  by figures silver
        2027-01-01 look                      | tier member  event TierChanged 2027-01-01  event TierGrantEnded 2027-01-01
        ",
    );
    // The year that closes with it may reach the tier.
    ladder(
        "period = 'calendar_year', upgrade = 'period_end'",
        "
        2026-05-01 order A 500.00            | tier member
        2026-06-01 grant gold until=2027-01-01 | tier gold
        2027-01-01 look                      | tier gold  until 2028-01-01  by figures gold  granted nothing  why upgraded
        ",
    );
}

#[test]
fn s15_a_period_closes_before_it_carries_and_a_tier_by_hand_ends_after_both() {
    ladder(
        "period = 'calendar_year', upgrade = 'period_end', carry_over = { spend = '50.00' }",
        "
        2026-06-01 grant gold until=2027-01-01
        2026-06-01 order A 200.00            | tier gold
        2027-01-01 look                      | tier silver  events TierChanged FiguresCarried TierGrantEnded
        ",
    );
}

#[test]
fn s30_figures_are_kept_under_a_tier_by_hand_as_ever() {
    ladder(
        "period = 'calendar_year', grace_days = 30",
        "
        2025-06-01 grant gold until=2027-01-20 | tier gold
        2025-06-02 order A 100.00   | tier gold  by figures silver until 2027-01-01
        2027-01-01 look             | tier gold  grace  by figures silver until 2027-01-31  until 2027-01-20
        2027-01-20 look             | tier silver  grace  until 2027-01-31
        2027-01-31 look             | tier member  no grace
        ",
    );
}

#[test]
fn s30_returns_touch_no_tier_by_hand() {
    ladder(
        "period = 'calendar_year', on_return = 'demote_now'",
        "
        2026-01-05 order A 500.00  | tier gold  by figures gold
        2026-01-06 grant silver    | tier gold
        2026-01-07 return A        | tier silver  by figures member  why returned  granted silver till never
        ",
    );
}

#[test]
fn s30_each_ladder_has_its_own_tier_by_hand() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'calendar_year', {TIERS} }}
        ladder club {{ period = 'lifetime', tier = [{{ id = 'guest' }}, {{ id = 'friend', entry = {{ any = {{ orders = 2 }} }} }}] }}
        2026-01-05 grant friend ladder=club   | tier club/friend  tier status/member
        2026-01-06 grant gold                 | tier club/friend  tier status/gold
        2026-01-07 revoke ladder=club         | tier club/guest  tier status/gold
        2026-01-08 revoke ladder=club         | refused no_tier_granted
        2026-01-08 grant friend               | refused unknown_tier: silver, gold
        2026-01-08 grant gold ladder=clubs    | refused unknown_ladder: status, club
        2026-01-08 challenge friend ladder=club | refused no_challenge
        "
    ));
}

#[test]
fn s30_of_several_refusals_the_ladder_comes_first_then_the_tier_then_the_term() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 1.00
        2026-01-06 grant brass until=2026-01-01 ladder=club | refused unknown_ladder
        2026-01-06 grant brass until=2026-01-01             | refused unknown_tier
        2026-01-06 grant member                             | refused unknown_tier: could be given (silver, gold)
        2026-01-06 challenge member                         | refused unknown_tier
        2026-01-06 grant gold until=2026-01-06              | refused ends_in_the_past
        2026-01-06 challenge silver                         | refused no_challenge
        2026-01-06 revoke ladder=club                       | refused unknown_ladder
        2026-01-06 revoke                                   | refused no_tier_granted
        ",
    );
}

#[test]
fn s30_who_is_new_who_is_blocked_and_who_has_left() {
    ladder(
        YEARS,
        "
        2026-01-05 bob: grant gold           | events MemberJoined TierGranted  tier gold
        2026-01-05 cat: grant brass          | refused unknown_tier  events
        2026-01-05 cat: revoke               | refused no_tier_granted  events
        2026-01-06 bob: block earning redeeming
        2026-01-07 bob: grant silver         | tier silver
        2026-01-08 bob: revoke               | tier member
        2026-01-09 bob: grant gold
        2026-01-10 bob: close                | closed
        2026-01-11 bob: grant silver         | refused member_closed
        2026-01-11 bob: revoke               | refused member_closed
        2026-01-12 dan: enrol
        2026-01-12 eve: enrol
        2026-01-13 dan: merge into=eve
        2026-01-14 dan: grant gold
        2026-01-14 eve: look                 | tier gold
        ",
    );
}

#[test]
fn s33_a_tier_given_late_is_held_from_now_on() {
    ladder(
        YEARS,
        "
        2026-02-01 order A 10.00                | rules base 10
        2026-01-10 grant gold until=2026-02-01  | refused ends_in_the_past
        2026-01-10 grant gold until=2026-03-01  | event TierGranted 2026-02-01
        2026-02-02 order B 10.00                | rules base 10 + double 10
        2026-01-11 challenge gold
        # Ninety days after the day from which it is held.
        2026-02-02 look                         | lent gold till 2026-05-04 reached 0.00 0 0
        2026-01-12 revoke                       | event TierGrantEnded 2026-02-02
        ",
    );
}

#[test]
fn s30_a_tier_that_is_lent_is_earned_by_what_is_reached_in_its_days() {
    ladder(
        YEARS,
        "
        2026-01-04 order A 100.00         | tier silver
        2026-01-05T10:00 challenge gold   | tier gold  lent gold till 2026-04-06 reached 0.00 0 0  until 2026-04-06
            | events TierGranted
        2026-02-01 order B 200.00         | lent gold till 2026-04-06 reached 200.00 0 1  rules base 200 + double 200
        2026-04-05T23:59 order C 99.99    | lent gold till 2026-04-06 reached 299.99 0 2
        2026-04-05T23:59:30 order D 0.01  | tier gold  by figures gold until 2028-01-01  granted nothing
            | why challenge_met  figures 300.00 0 3  thresholds 300.00 0 0  events PointsEarned TierChanged
        2027-12-31T23:59 look             | tier gold
        2028-01-01 look                   | tier member  why demoted
        ",
    );
}

#[test]
fn s30_a_tier_that_is_lent_and_not_earned_goes_when_its_days_are_over() {
    ladder(
        YEARS,
        "
        2026-01-04 order A 100.00         | tier silver
        2026-01-05T10:00 challenge gold   | tier gold
        2026-02-01 order B 299.99
        2026-04-05T23:59:59.999999 look   | tier gold
        2026-04-06 order C 0.01           | tier silver  ended expired  events TierGrantEnded PointsEarned
            | event TierGrantEnded 2026-04-06
        ",
    );
}

#[test]
fn s30_a_challenge_asks_any_or_all_of_its_figures() {
    let steps = |first: &str, second: &str| {
        format!(
            "
            2026-01-05 challenge gold
            2026-01-06 order A 50.00  | by figures {first}
            2026-01-07 order B 1.00   | by figures {second}
            "
        )
    };
    lent("{ days = 10, any = { spend = '50.00', orders = 2 } }", &steps("gold", "gold"));
    lent("{ days = 10, any = { spend = '60.00', orders = 2 } }", &steps("member", "gold"));
    lent("{ days = 10, all = { spend = '50.00', orders = 2 } }", &steps("member", "gold"));
    lent("{ days = 10, all = { spend = '52.00', orders = 2 } }", &steps("member", "member"));
    lent("{ days = 10, any = { points = '51' } }", &steps("member", "gold"));
}

#[test]
fn s30_a_challenge_counts_activities_and_referrals() {
    lent(
        "{ days = 10, all = { activities = 1, referrals = 1 } }",
        "
        2026-01-01 activity review   | tier member
        2026-01-01 bob: enrol by=m
        2026-01-05 challenge gold    | lent gold till 2026-01-16 reached 0.00 0 0
        2026-01-06 activity review   | lent gold till 2026-01-16 reached 0.00 0 0 + 1 activities
        2026-01-07 bob: order A 1.00
        2026-01-07 look              | tier gold  why challenge_met  figures 0.00 0 0 + 1 referrals + 1 activities
            | granted nothing
        ",
    );
}

#[test]
fn s30_who_reaches_the_tier_anyhow_has_earned_it() {
    ladder(
        YEARS,
        "
        2026-01-05 challenge gold    | tier gold  by figures member
        2026-01-06 order A 500.00    | tier gold  by figures gold until 2028-01-01  ended earned  granted nothing
            | events PointsEarned TierChanged TierGrantEnded  why upgraded
        ",
    );
    // By figures of before, and not by what the challenge asks: what is lent runs out by itself.
    ladder(
        YEARS,
        "
        2026-01-04 order A 400.00    | tier silver
        2026-01-05 challenge gold    | tier gold
        2026-01-06 order B 100.00    | by figures gold  lent gold till 2026-04-06 reached 100.00 0 1
        2026-04-06 look              | tier gold  ended expired
        ",
    );
}

#[test]
fn s30_a_tier_earned_by_a_challenge_is_valid_as_one_reached_now() {
    const MET: &str = "
        2026-01-10T12:00 enrol
        2026-02-01 challenge gold
        2026-03-01T12:00 order A 300.00
    ";
    for (options, until) in [
        ("period = 'calendar_year'", "2028-01-01"),
        ("period = 'calendar_year', upgrade = 'period_end', valid_periods = 2", "2029-01-01"),
        ("period = 'anniversary_joining'", "2028-01-10"),
        ("period = 'anniversary_tier'", "2027-03-02"),
        ("period = 'lifetime'", "never"),
        ("period = 'calendar_year', downgrade = 'never'", "never"),
    ] {
        ladder(
            options,
            &format!("{MET} | by figures gold until {until}  why challenge_met  granted nothing"),
        );
    }
    // A window cannot vouch for it, so that it is held by hand for as long as the window is.
    ladder(
        "period = 'rolling_days', days = 30",
        &format!(
            "{MET}  | tier gold  by figures silver  granted gold till 2026-03-31  events PointsEarned TierChanged TierGranted
            2026-03-30T23:59:59 look  | tier gold
            2026-03-31 look           | tier member
            "
        ),
    );
    // The figures go on beneath it.
    ladder(
        "period = 'rolling_days', days = 30",
        "
        2026-01-05 challenge gold
        2026-01-06 order A 300.00   | granted gold till 2026-02-05
        2026-01-07 order B 200.00   | by figures gold  granted gold till 2026-02-05
        2026-01-08 return A         | by figures gold  tier gold
        2026-02-05 look             | tier silver  granted nothing
        ",
    );
}

#[test]
fn s30_returns_of_what_counted_for_a_challenge_take_from_it() {
    ladder(
        YEARS,
        "
        2026-01-04 order A 90.00     | tier member
        2026-01-05 challenge gold
        2026-01-06 order B 250.00    | lent gold till 2026-04-06 reached 250.00 0 1
        2026-01-07 return A          | lent gold till 2026-04-06 reached 250.00 0 1
        2026-01-08 return B 100.00   | lent gold till 2026-04-06 reached 150.00 0 1
        2026-01-09 order C 100.00    | lent gold till 2026-04-06 reached 250.00 0 2
        2026-01-10 order D 50.00     | granted nothing  why challenge_met  figures 300.00 0 3
        ",
    );
}

#[test]
fn s24_what_met_a_challenge_may_come_back_and_the_tier_stays_till_its_end() {
    ladder(
        "period = 'calendar_year', on_return = 'demote_now'",
        "
        2026-01-05 challenge gold
        2026-01-06 order A 300.00    | by figures gold until 2028-01-01
        2026-01-07 return A          | tier gold  events ClawedBack
        2028-01-01 look              | tier member
        ",
    );
}

#[test]
fn s33_a_late_order_counts_for_a_challenge_if_it_was_made_in_its_days() {
    ladder(
        YEARS,
        "
        2026-01-05 challenge gold
        2026-02-01 order A 50.00     | lent gold till 2026-04-06 reached 50.00 0 1
        2026-01-04 order B 10.00     | lent gold till 2026-04-06 reached 50.00 0 1
        2026-01-05 order C 10.00     | lent gold till 2026-04-06 reached 60.00 0 2
        2026-01-20 order D 240.00    | by figures gold  why challenge_met  event TierChanged 2026-02-01
        ",
    );
    // What comes when the days are over brings nothing back.
    ladder(
        YEARS,
        "
        2026-01-05 challenge gold
        2026-05-01 order A 1.00      | tier member
        2026-03-01 order B 300.00    | tier silver  granted nothing
        ",
    );
}

#[test]
fn s30_a_challenge_may_be_revoked_and_begin_again() {
    ladder(
        YEARS,
        "
        2026-01-05 challenge gold
        2026-01-06 order A 80.00     | lent gold till 2026-04-06 reached 80.00 0 1
        2026-01-07 challenge gold    | lent gold till 2026-04-08 reached 0.00 0 0
        2026-01-08 order B 80.00     | lent gold till 2026-04-08 reached 80.00 0 1
        2026-01-09 revoke            | tier silver  ended revoked
        2026-01-10 order C 240.00    | tier silver
        2026-01-11 challenge gold    | lent gold till 2026-04-12 reached 0.00 0 0
        ",
    );
}

#[test]
fn s31_progress_goes_by_the_tier_held_and_tells_its_end() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 60.00                  | to next 40.00 0 0  projected nothing
        2026-01-06 grant silver until=2026-03-01  | tier silver  until 2026-03-01  to next 440.00 0 0
            | to keep nothing  projected member 2026-03-01
        2026-01-07 order B 60.00                  | until 2028-01-01  to next 380.00 0 0  to keep 0.00 0 0
        2026-01-08 grant gold until=2026-04-01    | to next nothing  to keep 0.00 0 0  projected silver 2026-04-01
        2026-01-09 grant gold                     | tier gold  until never
        ",
    );
}

#[test]
fn s38_a_gold_by_hand_and_a_silver_by_figures_are_both_kept() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 100.00                   | tier silver
        2026-01-05 bob: grant gold until=2026-05-01 | tier gold
        2026-01-06 bob: merge into=m
        2026-01-06 look                             | tier gold  granted gold till 2026-05-01  by figures silver until 2028-01-01
        2026-05-01 look                             | tier silver  ended expired
        ",
    );
    ladder(
        YEARS,
        "
        2026-01-05 grant silver                     | tier silver
        2026-01-05 bob: order A 500.00              | tier gold
        2026-01-06 bob: merge into=m
        2026-01-06 look                             | tier gold  granted silver till never  by figures gold until 2028-01-01
        2028-01-01 look                             | tier silver
        ",
    );
}

#[test]
fn s38_of_two_golds_and_a_silver_by_figures_each_way() {
    for (into, from) in [("m", "bob"), ("bob", "m")] {
        ladder(
            YEARS,
            &format!(
                "
                2025-06-01 m: order A 100.00     | tier silver  until 2027-01-01
                2026-06-01 bob: order B 500.00   | tier gold  until 2028-01-01
                2026-06-02 {from}: merge into={into}
                2026-06-02 {into}: look          | tier gold  until 2028-01-01  counts 500.00 0 1  lifetime 600.00 0 2
                "
            ),
        );
    }
}

#[test]
fn s38_of_two_tiers_by_hand_the_better_goes_on() {
    let merged = |mine: &str, others: &str, kept: &str| {
        ladder(
            YEARS,
            &format!(
                "
                2026-01-05 grant {mine}
                2026-01-05 bob: grant {others}
                2026-01-06 bob: merge into=m
                2026-01-06 look  | {kept}
                "
            ),
        );
    };
    merged("gold until=2026-03-01", "silver", "granted gold till 2026-03-01");
    merged("silver", "gold until=2026-03-01", "granted gold till 2026-03-01");
    merged("gold until=2026-03-01", "gold until=2026-04-01", "granted gold till 2026-04-01");
    merged("gold until=2026-04-01", "gold until=2026-03-01", "granted gold till 2026-04-01");
    merged("gold until=2026-04-01", "gold", "granted gold till never");
    merged("gold", "gold until=2026-04-01", "granted gold till never");
}

#[test]
fn s38_a_challenge_goes_along_with_what_was_reached() {
    ladder(
        YEARS,
        "
        2026-01-05 order A 100.00
        2026-01-05 bob: challenge gold
        2026-01-06 bob: order B 90.00
        2026-01-07 bob: merge into=m
        2026-01-07 look             | tier gold  lent gold till 2026-04-06 reached 90.00 0 1  by figures silver
        2026-01-08 order C 210.00   | granted nothing  why challenge_met  figures 300.00 0 2
        ",
    );
}

#[test]
fn s30_a_tier_that_a_window_gives_by_hand_for_a_challenge_is_held_since_it_was_met() {
    let events = events_of(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ period = 'rolling_days', days = 30, {TIERS} }}
        2026-02-01 challenge gold
        2026-03-01T12:00 order A 300.00  | granted gold till 2026-03-31
        "
    ));
    let of_grant = |decision: &Decision| match decision {
        Decision::TierGranted(granted) => Some(granted.grant.since),
        _ => None,
    };
    let since: Vec<Instant> = events.iter().filter_map(|event| of_grant(&event.decision)).collect();
    let at = |text: &str| Instant::parse_rfc3339(text).expect("an instant");
    assert_eq!(since, [at("2026-02-01T00:00:00Z"), at("2026-03-01T12:00:00Z")]);
}

#[test]
fn s30_a_tier_by_hand_that_ends_touches_none_by_figures() {
    ladder(
        "period = 'rolling_days', days = 30, downgrade = 'never'",
        "
        2026-01-05 order A 100.00              | tier silver
        2026-02-01 grant gold until=2026-04-01 | tier gold
        2026-04-01 look                        | tier silver  events TierGrantEnded
        ",
    );
    // Nor one that the window still keeps.
    ladder(
        "period = 'rolling_days', days = 30",
        "
        2026-01-05 order A 100.00              | tier silver
        2026-01-06 grant gold until=2026-01-10 | tier gold
        2026-01-10 look                        | tier silver  events TierGrantEnded
        ",
    );
}

#[test]
fn s38_of_two_equal_tiers_by_hand_ones_own_is_not_given_again() {
    let events = events_of(&format!(
        "
        programme 1 point per 1.00 CNY
        ladder status {{ {YEARS}, {TIERS} }}
        2026-01-05 grant gold until=2026-03-01
        2026-01-05 bob: grant gold until=2026-03-01
        2026-01-06 bob: merge into=m
        2026-01-06 look  | granted gold till 2026-03-01
        "
    ));
    let given = events.iter().find_map(|event| match &event.decision {
        Decision::MergedFrom(merged) => Some(merged.grants.len()),
        _ => None,
    });
    assert_eq!(given, Some(0));
}
