//! Case 9: caps, rests, numbers of grants, and budgets over all members.

use tallybook_core::event::Decision;
use tallybook_core::points::Points;

use crate::runner::{check, events_of};

#[test]
fn s09_a_cap_may_refuse_what_would_pass_it_in_every_period() {
    // 4 January 2026 is a Sunday; the days are those of New York.
    for (per, last, first) in [
        ("day", "2026-01-04T23:59:59.999999", "2026-01-05"),
        ("week", "2026-01-04T23:59:59.999999", "2026-01-05"),
        ("month", "2026-01-31T23:59:59.999999", "2026-02-01"),
        ("year", "2026-12-31T23:59:59.999999", "2027-01-01"),
        ("tier_period", "2026-12-31T23:59:59.999999", "2027-01-01"),
    ] {
        check(&format!(
            "
            programme 1 point per 1.00 USD
            zone America/New_York
            base caps = [{{ limit = '15', per = '{per}', beyond = 'skip' }}]
            2026-01-04T10:00 order A 10.00 | rules base 10
            {last} order B 10.00           | rules base 0 of 10 skipped_by_cap
            {last} order C 5.00            | rules base 5
            {last} order D 0.99            | rules base 0
            {first} order E 10.00          | rules base 10  available 25
            "
        ));
    }
}

#[test]
fn s09_one_cap_counts_orders_and_activities_alike() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cap = [{ limit = '12', per = 'day' }]
        activity check_in {}
        rule visit { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5' }
        2026-01-05 order A 10.00     | rules base 10
        2026-01-05 activity check_in | rules visit 2 of 5 trimmed_by_cap
        2026-01-05 order B 1.00      | rules base 0 of 1 trimmed_by_cap
        2026-01-05 return A          | clawed back 10  available 2
        2026-01-05 activity check_in | rules visit 5  available 7
        2026-01-06 activity check_in | rules visit 5
        ",
    );
}

#[test]
fn s09_a_rule_rests_so_many_days_by_the_calendar_and_for_late_facts_too() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        rule gift { kind = 'bonus', points = '10', cooldown_days = 2 }
        2026-01-05T23:00 order A 1.00           | rules base 1 + gift 10
        2026-01-06T23:59:59.999999 order B 1.00 | rules base 1 + gift 0 of 10 cooling_down
        2026-01-04 order C 1.00                 | rules base 1 + gift 0 of 10 cooling_down
        2026-01-07 order D 1.00                 | rules base 1 + gift 10  available 24
        ",
    );
}

#[test]
fn s09_a_rest_ends_when_what_began_it_comes_back() {
    let programme = "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '10', cooldown_days = 30, when = { min_spend = '10.00' } }
        2026-01-05 order A 20.00 | rules base 20 + gift 10
    ";
    // Enough is kept for the gift: it stays, and so does its rest.
    check(&format!(
        "{programme}
        2026-01-06 return A 5.00 | clawed back 5
        2026-01-07 order B 10.00 | rules base 10 + gift 0 of 10 cooling_down
        "
    ));
    check(&format!(
        "{programme}
        2026-01-06 return A 15.00 | clawed back 25
        2026-01-07 order B 10.00  | rules base 10 + gift 10
        2026-01-08 order C 10.00  | rules base 10 + gift 0 of 10 cooling_down
        "
    ));
    check(&format!(
        "{programme}
        2026-01-06 return A      | clawed back 30
        2026-01-07 order B 10.00 | rules base 10 + gift 10
        "
    ));
}

#[test]
fn s09_a_return_ends_no_rest_that_a_later_grant_began() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '10', cooldown_days = 2 }
        2026-01-05 order A 1.00 | rules base 1 + gift 10
        2026-01-07 order B 1.00 | rules base 1 + gift 10
        2026-01-08 return A     | clawed back 11
        2026-01-08 order C 1.00 | rules base 1 + gift 0 of 10 cooling_down
        2026-01-08 return C     | clawed back 12  available 11
        2026-01-08 return B     | clawed back 23  available 0
        2026-01-08 order D 1.00 | rules base 1 + gift 10
        ",
    );
}

#[test]
fn s09_a_rule_gives_so_many_times_in_each_period() {
    // 4 January 2026 is a Sunday.
    for (per, last, first) in [
        ("day", "2026-01-04T23:59", "2026-01-05"),
        ("week", "2026-01-04T23:59", "2026-01-05"),
        ("month", "2026-01-31T23:59", "2026-02-01"),
        ("year", "2026-12-31T23:59", "2027-01-01"),
    ] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            rule gift {{ kind = 'bonus', points = '10', max_triggers = [{{ times = 2, per = '{per}' }}] }}
            2026-01-04 order A 1.00 | rules base 1 + gift 10
            {last} order B 1.00     | rules base 1 + gift 10
            {last} order C 1.00     | rules base 1 + gift 0 of 10 triggers_used_up
            {first} order D 1.00    | rules base 1 + gift 10
            2026-01-04 order E 1.00 | rules base 1 + gift 0 of 10 triggers_used_up
            "
        ));
    }
}

#[test]
fn s09_a_return_gives_back_the_times_that_nothing_is_kept_of() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '10', max_triggers = [{ times = 1, per = 'year' }, { times = 2, per = 'ever' }] }
        2026-01-05 order A 20.00 | rules base 20 + gift 10
        2026-01-06 return A 5.00 | clawed back 5
        2026-01-07 order B 1.00  | rules base 1 + gift 0 of 10 triggers_used_up
        2026-01-08 return A      | clawed back 30
        2026-01-09 order C 1.00  | rules base 1 + gift 10
        2027-01-01 order D 1.00  | rules base 1 + gift 10
        2028-01-01 order E 1.00  | rules base 1 + gift 0 of 10 triggers_used_up
        2028-01-02 return C      | clawed back 41
        2028-01-03 order F 1.00  | rules base 1 + gift 10
        ",
    );
}

#[test]
fn s09_a_budget_is_shared_by_all_members_and_trims_or_skips() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '25' }
        budget strict { limit = '25', beyond = 'skip' }
        rule gift { kind = 'bonus', points = '10', budget = ['launch'] }
        rule prize { kind = 'bonus', points = '10', budget = ['strict'] }
        2026-01-05 order A 1.00      | rules base 1 + gift 10 + prize 10  budget launch 10  budget strict 10
        2026-01-05 bob: order B 1.00 | rules base 1 + gift 10 + prize 10  budget launch 20  budget strict 20
        2026-01-06 eve: order C 1.00 | rules base 1 + gift 5 of 10 trimmed_by_budget + prize 0 of 10 skipped_by_budget
            | budget launch 25  budget strict 20
        2026-01-07 return A          | clawed back 21  budget launch 15  budget strict 10
        2026-01-08 eve: order D 1.00 | rules base 1 + gift 10 + prize 10  budget launch 25  budget strict 20
        ",
    );
}

#[test]
fn s09_the_rules_of_a_campaign_draw_on_its_budget() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '25' }
        campaign spring { from = 2026-03-01, until = 2026-04-01, budget = 'launch' }
        rule sun { kind = 'bonus', points = '10', campaign = 'spring' }
        rule moon { kind = 'bonus', points = '10', campaign = 'spring' }
        2026-02-28 order Z 1.00      | rules base 1  budget launch 0
        2026-03-01 order A 1.00      | rules base 1 + sun 10 + moon 10  budget launch 20
        2026-03-02 bob: order B 1.00 | rules base 1 + sun 5 of 10 trimmed_by_budget + moon 0 of 10 trimmed_by_budget
            | budget launch 25
        2026-03-03 return A          | clawed back 21  budget launch 5
        2026-03-04 bob: order C 1.00 | rules base 1 + sun 10 + moon 10  budget launch 25
        2026-04-01 order D 1.00      | rules base 1
        ",
    );
}

#[test]
fn s09_a_return_is_judged_with_the_room_that_the_budget_had() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '25' }
        base budget = ['launch']
        2026-01-05 order A 20.00           | rules base 20  budget launch 20
        2026-01-06 bob: order B 10.00 5.00 | rules base 5 of 15 trimmed_by_budget  budget launch 25
        2026-01-07 return A                | clawed back 20  budget launch 5
        2026-01-08 bob: return B 1:all     | clawed back 0  available 5  budget launch 5
        2026-01-09 bob: return B 2:2.00    | clawed back 2  available 3  budget launch 3
        ",
    );
}

#[test]
fn s09_the_last_limit_that_took_something_is_named() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget large { limit = '100' }
        budget small { limit = '14' }
        rule gift { kind = 'bonus', points = '10', caps = [{ limit = '8', per = 'day' }], budget = ['large', 'small'] }
        2026-01-05 order A 1.00 | rules base 1 + gift 8 of 10 trimmed_by_cap     budget large 8   budget small 8
        2026-01-06 order B 1.00 | rules base 1 + gift 6 of 10 trimmed_by_budget  budget large 14  budget small 14
        ",
    );
}

#[test]
fn s09_a_rule_that_gives_nothing_uses_up_nothing() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '10' }
        rule gift { kind = 'bonus', points = '10', cooldown_days = 30, max_triggers = [{ times = 1, per = 'year' }], budget = ['launch'] }
        2026-01-05 bob: order B 1.00 | rules base 1 + gift 10  budget launch 10
        2026-01-06 order A 1.00      | rules base 1 + gift 0 of 10 trimmed_by_budget
        2026-01-07 bob: return B     | budget launch 0
        2026-01-08 order C 1.00      | rules base 1 + gift 10  budget launch 10
        2026-01-09 order D 1.00      | rules base 1 + gift 0 of 10 cooling_down
        ",
    );
}

#[test]
fn s09_a_budget_goes_on_counting_under_a_later_version() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '25' }
        base budget = ['launch']
        2026-01-05 order A 30.00     | rules base 25 of 30 trimmed_by_budget
        2026-01-06 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            budget launch { limit = '40' }
            base budget = ['launch']
        end
        2026-01-31 bob: order B 1.00 | rules base 0 of 1 trimmed_by_budget
        2026-02-01 bob: order C 20.00 | rules base 15 of 20 trimmed_by_budget  budget launch 40
        ",
    );
}

#[test]
fn s09_a_refused_fact_draws_on_no_budget() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '25' }
        base budget = ['launch']
        2026-01-05 order A 10.00                | budget launch 10
        2026-01-05 order B 1.00                 | budget launch 11
        2026-01-06 exchange A 1:all for B 20.00 | refused duplicate_order  budget launch 11
        2026-01-07 exchange A 1:all for C 20.00 | rules base 20  budget launch 21
        ",
    );
}

#[test]
fn s09_a_cap_per_order_holds_for_each_activity_as_well() {
    check(
        "
        programme 1 point per 1.00 CNY
        activity donation {}
        rule thanks { on = 'activity', activity = ['donation'], kind = 'base', points = '1', per = '1.00', caps = [{ limit = '5', per = 'order' }] }
        2026-01-05 activity donation amount=9.00 | rules thanks 5 of 9 trimmed_by_cap
        2026-01-05 activity donation amount=9.00 | rules thanks 5 of 9 trimmed_by_cap
        2026-01-05 activity donation amount=5.00 | rules thanks 5  available 15
        ",
    );
}

#[test]
fn s09_limits_are_given_back_in_the_period_of_the_order() {
    // 31 January and 1 February 2026 are one weekend.
    check(
        "
        programme 1 point per 1.00 CNY
        base caps = [{ limit = '10', per = 'month' }]
        rule gift { kind = 'bonus', points = '3', max_triggers = [{ times = 1, per = 'month' }] }
        2026-01-31 order A 10.00 | rules base 10 + gift 3
        2026-02-01 order B 8.00  | rules base 8 + gift 3
        2026-02-02 return A      | clawed back 13
        2026-02-03 order C 8.00  | rules base 2 of 8 trimmed_by_cap + gift 0 of 3 triggers_used_up
        2026-01-30 order D 12.00 | rules base 10 of 12 trimmed_by_cap + gift 3
        ",
    );
}

#[test]
fn s20_a_rule_that_rested_unseen_gives_nothing_for_what_is_kept() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule gift { kind = "bonus", points = "10", cooldown_days = 30, when = { max_spend = "20.00" } }
        2026-01-05 order A 10.00 | rules base 10 + gift 10
        2026-01-06 order B 50.00 | rules base 50
        2026-01-07 return B 40.00 | clawed back 40  available 30
        "#,
    );
}

#[test]
fn s20_a_rule_that_rested_and_lost_in_its_group_does_not_win_when_less_is_kept() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule big { kind = "bonus", points = "20", group = "g", when = { min_spend = "50.00" } }
        rule gift { kind = "bonus", points = "10", group = "g", cooldown_days = 30 }
        2026-01-05 order A 10.00  | rules base 10 + gift 10
        2026-01-06 order B 50.00  | rules base 50 + big 20 + gift 0 of 10 lost_in_group
        2026-01-07 return B 40.00 | clawed back 60  available 30
        "#,
    );
}

#[test]
fn s09_a_return_gives_back_to_each_of_several_counters_what_was_taken_from_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        base caps = [{ limit = '30', per = 'month' }]
        rule gift { kind = 'bonus', points = '5', caps = [{ limit = '8', per = 'month' }] }
        2026-01-05 order A 20.00 | rules base 20 + gift 5
        2026-01-06 return A 9.00 | clawed back 9
        2026-01-07 order B 30.00 | rules base 19 of 30 trimmed_by_cap + gift 3 of 5 trimmed_by_cap
        ",
    );
}

#[test]
fn s09_a_rule_that_rested_unasked_takes_no_part_in_a_return_although_another_was_refused_for_its_rest() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule small { kind = 'bonus', points = '10', cooldown_days = 30, when = { max_spend = '10.00' } }
        rule gift { kind = 'bonus', points = '3', cooldown_days = 30 }
        2026-01-05 order A 5.00   | rules base 5 + small 10 + gift 3
        2026-01-06 order B 20.00  | rules base 20 + gift 0 of 3 cooling_down
        2026-01-07 return B 15.00 | clawed back 15  available 23
        ",
    );
}

#[test]
fn s24_what_a_return_gives_back_is_recorded_without_any_room() {
    let events = events_of(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '50' }
        base caps = [{ limit = '30', per = 'month' }], budget = ['launch']
        2026-01-05 order A 20.00 | budget launch 20
        2026-01-06 return A 5.00 | budget launch 15
        ",
    );
    let clawed = events.iter().find_map(|event| match &event.decision {
        Decision::ClawedBack(clawed) => Some(clawed),
        _ => None,
    });
    let clawed = clawed.expect("the return is recorded");
    let freed = |used: Points, room: Points| (used.0, room.0);
    assert_eq!(clawed.caps.iter().map(|c| freed(c.used, c.room)).collect::<Vec<_>>(), [(-5, 0)]);
    assert_eq!(clawed.budgets.iter().map(|b| freed(b.used, b.room)).collect::<Vec<_>>(), [(-5, 0)]);
}

#[test]
fn s24_a_return_that_gives_nothing_back_names_no_counter() {
    let events = events_of(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '50' }
        base caps = [{ limit = '30', per = 'month' }], budget = ['launch']
        2026-01-05 order A 50.00 | rules base 30 of 50 trimmed_by_cap  budget launch 30
        2026-01-06 return A 5.00 | clawed back 0  budget launch 30
        ",
    );
    let clawed = events.iter().find_map(|event| match &event.decision {
        Decision::ClawedBack(clawed) => Some(clawed),
        _ => None,
    });
    let clawed = clawed.expect("the return is recorded");
    assert_eq!((clawed.caps.len(), clawed.budgets.len()), (0, 0));
}

#[test]
fn s24_each_return_gives_back_to_a_cap_what_those_before_it_have_not() {
    let caps = |caps: &str, later: &str| {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            {caps}
            2026-01-05T00:00 order A 50.00  | rules base 20 of 50 trimmed_by_cap
            2026-01-05T01:00 return A 40.00 | clawed back 10
            2026-01-05T02:00 return A 5.00  | clawed back 15
            2026-01-05T03:00 order B 50.00  | rules base 15 of 50 trimmed_by_cap
            {later}
            "
        ));
    };
    caps(
        "base caps = [{ limit = '20', per = 'day' }, { limit = '30', per = 'month' }]",
        "2026-01-06 order C 50.00 | rules base 10 of 50 trimmed_by_cap",
    );
    caps("base caps = [{ limit = '20', per = 'day' }]\n points cap = [{ limit = '25', per = 'day' }]", "");
}
