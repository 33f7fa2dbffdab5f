//! Case 6: what members earn besides buying.

use tallybook_core::event::Decision;

use crate::runner::{check, events_of};

#[test]
fn s06_an_activity_earns_a_fixed_amount_or_by_its_money() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        activity donation {}
        rule visit { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5' }
        rule thanks { on = 'activity', activity = ['donation'], kind = 'base', points = '2', per = '1.00' }
        2026-01-05 activity check_in             | rules visit 5   available 5
        2026-01-05 activity donation amount=3.60 | rules thanks 7  available 12
        2026-01-05 activity donation             | rules thanks 0  available 12  orders 0
        2026-01-05 order A 10.00                 | rules base 10   available 22  orders 1
        2026-01-05 activity sleep                | refused unknown_activity: check_in, donation
        2026-01-05 activity donation amount=1.00 in=JPY | refused unknown_money_currency: CNY
        ",
    );
}

#[test]
fn s06_rules_may_ask_for_channel_store_tag_money_and_member_of_an_activity() {
    let rule = |id: &str, points: u8, when: &str| {
        format!(
            "rule {id} {{ on = 'activity', activity = ['scan'], kind = 'bonus', points = '{points}', when = {{ {when} }} }}"
        )
    };
    let rules = [
        rule("app", 1, "channel = ['app']"),
        rule("shop", 2, "store = ['330']"),
        rule("promo", 4, "tag = ['promo']"),
        rule("big", 8, "min_spend = '10.00'"),
        rule("yuan", 16, "money = ['CNY']"),
        rule("vip", 32, "segment = ['vip']"),
    ]
    .join("\n");
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        activity scan {{}}
        {rules}
        2026-01-05 activity scan channel=app          | rules app 1
        2026-01-05 activity scan store=330 tag=promo  | rules shop 2 + promo 4
        2026-01-05 activity scan amount=10.00         | rules big 8 + yuan 16
        2026-01-05 activity scan amount=9.99          | rules yuan 16
        2026-01-06 profile segment=vip
        2026-01-06 activity scan                      | rules vip 32
        2026-01-06 activity scan channel=web tag=none | rules vip 32
        "
    ));
}

#[test]
fn s06_a_multiplier_multiplies_what_the_same_kind_of_occasion_gives() {
    // 10 January 2026 is a Saturday.
    check(
        "
        programme 1 point per 1.00 CNY
        activity donation {}
        rule thanks { on = 'activity', activity = ['donation'], kind = 'base', points = '2', per = '1.00' }
        rule weekend { on = 'activity', activity = ['donation'], kind = 'multiplier', factor = '2', when = { weekday = ['sat'] } }
        rule triple { kind = 'multiplier', factor = '3' }
        2026-01-09 activity donation amount=5.00 | rules thanks 10
        2026-01-10 activity donation amount=5.00 | rules thanks 10 + weekend 10
        2026-01-10 order A 10.00                 | rules base 10 + triple 20
        ",
    );
}

#[test]
fn s06_a_survey_pays_by_its_score_and_none_is_no_score() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity survey {}
        rule happy { on = 'activity', activity = ['survey'], kind = 'bonus', points = '5', when = { score = { from = 9, to = 10 } } }
        rule unhappy { on = 'activity', activity = ['survey'], kind = 'bonus', points = '7', when = { score = { from = 0, to = 6 } } }
        2026-01-05 activity survey score=10 | rules happy 5
        2026-01-05 activity survey score=9  | rules happy 5
        2026-01-05 activity survey score=8  | rules none
        2026-01-05 activity survey score=6  | rules unhappy 7
        2026-01-05 activity survey score=0  | rules unhappy 7
        2026-01-05 activity survey          | rules none  events PointsEarned
        2026-01-05 activity survey score=11 | refused out_of_range
        ",
    );
}

#[test]
fn s06_a_streak_goes_on_day_by_day_and_begins_anew_after_a_missed_day() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        activity check_in {}
        activity review {}
        rule third { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '10', when = { streak = { every = 3 } } }
        2026-01-05T23:59 activity check_in | streak check_in 1  rules none
        2026-01-06T00:00 activity check_in | streak check_in 2
        2026-01-06T20:00 activity check_in | streak check_in 2
        2026-01-06T20:00 activity review   | streak check_in 2  streak review 1
        2026-01-07T08:00 activity check_in | streak check_in 3  rules third 10
        2026-01-07T09:00 activity check_in | streak check_in 3  rules none
        2026-01-08T08:00 activity check_in | streak check_in 4  rules none
        2026-01-09T08:00 activity check_in | streak check_in 5
        2026-01-10T08:00 activity check_in | streak check_in 6  rules third 10
        2026-01-12T08:00 activity check_in | streak check_in 1
        2026-01-11T08:00 activity check_in | streak check_in 1  rules none
        2026-01-13T08:00 activity check_in | streak check_in 2
        2026-01-14T08:00 activity check_in | streak check_in 3  rules third 10  available 30
        ",
    );
}

#[test]
fn s06_days_of_23_and_25_hours_are_days_of_a_streak() {
    // New York has them on 8 March and 1 November 2026.
    for (first, second, third) in [
        ("2026-03-07T23:30", "2026-03-08T00:30", "2026-03-09T23:30"),
        ("2026-10-31T23:30", "2026-11-01T00:30", "2026-11-02T23:30"),
    ] {
        check(&format!(
            "
            programme 1 point per 1.00 USD
            zone America/New_York
            activity check_in {{}}
            rule third {{ on = 'activity', activity = ['check_in'], kind = 'bonus', points = '10', when = {{ streak = {{ every = 3 }} }} }}
            {first} activity check_in  | streak check_in 1
            {second} activity check_in | streak check_in 2
            {third} activity check_in  | streak check_in 3  rules third 10
            "
        ));
    }
}

#[test]
fn s06_a_complete_profile_pays_once_ever() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity profile_complete {}
        rule complete { on = 'activity', activity = ['profile_complete'], kind = 'bonus', points = '50', max_triggers = [{ times = 1, per = 'ever' }] }
        2026-01-05 activity profile_complete | rules complete 50
        2026-01-05 activity profile_complete | rules complete 0 of 50 triggers_used_up
        2036-01-05 activity profile_complete | rules complete 0 of 50 triggers_used_up  available 50
        ",
    );
}

#[test]
fn s06_reviews_rest_a_week_and_shares_pay_twice_a_week() {
    // 5 January 2026 is a Monday.
    check(
        "
        programme 1 point per 1.00 CNY
        activity review {}
        activity share {}
        rule review { on = 'activity', activity = ['review'], kind = 'bonus', points = '20', cooldown_days = 7 }
        rule share { on = 'activity', activity = ['share'], kind = 'bonus', points = '3', max_triggers = [{ times = 2, per = 'week' }] }
        2026-01-05T10:00 activity review | rules review 20
        2026-01-05T10:00 activity share  | rules share 3
        2026-01-11T12:00 activity share  | rules share 3
        2026-01-11T23:59 activity share  | rules share 0 of 3 triggers_used_up
        2026-01-11T23:59 activity review | rules review 0 of 20 cooling_down
        2026-01-12 activity share        | rules share 3
        2026-01-12 activity review       | rules review 20  available 49
        ",
    );
}

#[test]
fn s06_a_late_activity_counts_under_the_limits_of_its_own_day() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        rule visit { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5', caps = [{ limit = '8', per = 'day' }] }
        2026-01-05T08:00 activity check_in | rules visit 5
        2026-01-05T09:00 activity check_in | rules visit 3 of 5 trimmed_by_cap
        2026-01-06T08:00 activity check_in | rules visit 5
        2026-01-05T20:00 activity check_in | rules visit 0 of 5 trimmed_by_cap
        2026-01-04T20:00 activity check_in | rules visit 5  available 18
        ",
    );
}

#[test]
fn s06_points_of_an_activity_count_for_tiers_and_its_money_does_not() {
    check(
        "
        programme 1 point per 1.00 CNY
        points use = 'both'
        activity donation {}
        rule thanks { on = 'activity', activity = ['donation'], kind = 'base', points = '1', per = '1.00' }
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { points = '30', spend = '20.00', orders = 1 } } } ] }
        2026-01-05 activity donation amount=29.00 | tier basic  to next 20.00 1 1
        2026-01-06 activity donation amount=1.00  | tier gold   figures 0.00 30 0
        ",
    );
}

#[test]
fn s06_enrolling_brings_a_welcome_and_a_first_fact_does_not() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule welcome { on = 'enrolment', kind = 'bonus', points = '100' }
        rule vip { on = 'enrolment', kind = 'bonus', points = '50', when = { segment = ['vip'] } }
        2026-01-05 enrol segment=vip    | rules welcome 100 + vip 50  available 150  orders 0
        2026-01-05 bob: enrol           | rules welcome 100
        2026-01-05 carl: order A 10.00  | rules base 10  events MemberJoined PointsEarned
        2026-01-06 carl: enrol          | refused already_enrolled  available 10
        ",
    );
}

#[test]
fn s06_a_birthday_comes_once_a_year_after_the_day_of_joining() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        rule cake { on = 'birthday', kind = 'bonus', points = '100' }
        2026-03-11T10:00 enrol birthday=03-11 | available 0
        2027-03-10T23:59 look                 | available 0
        2027-03-11 look                       | available 100  event PointsEarned 2027-03-11
        2027-03-12 profile birthday=06-01     | available 100
        2027-12-31 look                       | available 100
        2028-06-01 look                       | available 200  event PointsEarned 2028-06-01
        2028-06-02 profile                    | available 200
        2029-12-31 look                       | available 200
        ",
    );
}

#[test]
fn s06_a_birthday_is_judged_by_the_version_of_its_own_day() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 enrol birthday=06-01 | available 0
        2026-01-06 publish from 2027-01-01
            programme 1 point per 1.00 CNY
            rule cake { on = 'birthday', kind = 'bonus', points = '10' }
        end
        2026-12-31 look                 | available 0
        2027-06-01 look                 | available 10
        2027-06-02 publish from 2028-01-01
            programme 1 point per 1.00 CNY
        end
        2028-06-02 look                 | available 10
        ",
    );
}

#[test]
fn s06_an_anniversary_falls_on_the_day_of_joining_in_each_later_year() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule year { on = 'anniversary', kind = 'bonus', points = '30' }
        2024-02-29T12:00 enrol | available 0
        2025-02-27 look        | available 0
        2025-02-28 look        | available 30
        2027-12-31 look        | available 90
        2028-02-28 look        | available 90
        2028-02-29 look        | available 120  event PointsEarned 2028-02-29
        ",
    );
}

#[test]
fn s06_who_may_not_earn_or_has_left_has_no_birthdays() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule cake { on = 'birthday', kind = 'bonus', points = '10' }
        2026-01-05 enrol birthday=06-01 | available 0
        2026-05-01 block earning        | available 0
        2026-06-02 look                 | available 0
        2026-06-03 block                | available 0
        2027-06-01 look                 | available 10
        2027-07-01 close keep           | available 10
        2028-06-02 look                 | available 10
        ",
    );
}

#[test]
fn s06_a_second_activity_of_a_day_records_the_streak_as_it_stands() {
    let events = events_of(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        2026-01-05T08:00 activity check_in | streak check_in 1
        2026-01-05T09:00 activity check_in | streak check_in 1
        2026-01-04 activity check_in       | streak check_in 1
        ",
    );
    let lengths = events.iter().filter_map(|event| match &event.decision {
        Decision::PointsEarned(earned) => Some(earned.streak.map(|streak| streak.length)),
        _ => None,
    });
    assert_eq!(lengths.collect::<Vec<_>>(), [Some(1), Some(1), None]);
}

#[test]
fn s06_what_is_no_order_is_one_piece_and_a_tag_that_is_told_twice_is_one() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity check_in {}
        rule piece { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5', when = { cel = 'order.quantity == 1' } }
        rule tagged { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '1', when = { tag = ['t'] } }
        2026-01-05 activity check_in             | rules piece 5
        2026-01-06 activity check_in tag=t tag=t | rules piece 5 + tagged 1
        ",
    );
}

#[test]
fn s06_a_birthday_at_which_a_version_of_another_zone_begins_comes_with_the_day_of_that_zone() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        rule cake { on = 'birthday', kind = 'bonus', points = '5' }
        2026-01-05 enrol birthday=06-01
        2026-01-06 publish from 2026-06-01
            programme 1 point per 1.00 CNY
            zone America/New_York
            rule cake { on = 'birthday', kind = 'bonus', points = '7' }
        end
        2026-07-01 look | available 7  event PointsEarned 2026-06-01
        ",
    );
}
