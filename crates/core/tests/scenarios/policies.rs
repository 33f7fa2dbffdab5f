//! Case 11: inactivity, the earlier of two ends, and expiries that rules, campaigns and tiers have instead.

use crate::runner::check;

#[test]
fn s11_each_kind_of_doing_keeps_points_alive_where_the_policy_names_it() {
    let doings = [
        ("order", "order B 0.00", "10", ""),
        ("activity", "activity check_in", "10", ""),
        ("redemption", "redeem R 1", "9", ""),
        ("redemption", "hold H 1 until=2026-03-01", "9", ""),
        ("transfer", "transfer T 1 to=bob", "9", ""),
        ("purchase", "purchase P 1", "10", " + 1 till 2027-02-21"),
    ];
    for named in ["order", "activity", "redemption", "transfer", "purchase"] {
        for (kind, doing, left, bought) in doings {
            let end = if kind == named { "2027-02-21" } else { "2027-01-11" };
            check(&format!(
                "
                programme 1 point per 1.00 CNY
                points expiry = {{ policy = 'inactivity', months = 12, kinds = ['{named}'] }}, transfer = {{}}, purchase = {{}}
                activity check_in {{}}
                2026-01-05 bob: enrol    | available 0
                2026-01-10 order A 10.00 | lots 10 till 2027-01-11
                2026-02-20 {doing}       | lots {left} till {end}{bought}
                "
            ));
        }
    }
}

#[test]
fn s11_orders_activities_and_redemptions_are_doings_unless_the_policy_says_otherwise() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12 }, transfer = {}
        activity check_in {}
        2026-01-05 bob: enrol               | available 0
        2026-01-10 order A 10.00 5.00       | lots 15 till 2027-01-11
        2026-02-01 transfer T 1 to=bob      | lots 14 till 2027-01-11
        2026-02-02 return A 2:all           | lots 9 till 2027-01-11
        2026-02-03 credit 1                 | lots 9 till 2027-01-11 + 1 till 2027-02-04
        2026-02-04 profile segment=vip      | lots 9 till 2027-01-11 + 1 till 2027-02-04
        2026-03-01 activity check_in        | lots 9 till 2027-03-02 + 1 till 2027-03-02
        2026-04-01 redeem R 2               | lots 7 till 2027-04-02 + 1 till 2027-04-02
        2026-05-01 order B 1.00             | lots 7 till 2027-05-02 + 1 till 2027-05-02 + 1 till 2027-05-02
        2027-05-01T23:59:59.999999 look     | available 9
        2027-05-02 look                     | available 0  expired 9
        ",
    );
}

#[test]
fn s11_sending_points_is_a_doing_of_both() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12, kinds = ['transfer'] }, transfer = {}
        2026-01-10 order A 10.00       | lots 10 till 2027-01-11
        2026-01-20 bob: order B 5.00   | lots 5 till 2027-01-21
        2026-02-20 transfer T 1 to=bob | lots 9 till 2027-02-21
        2026-02-20 bob: look           | lots 5 till 2027-02-21 + 1 till 2027-02-21
        ",
    );
}

#[test]
fn s11_a_doing_moves_no_end_to_an_earlier_day_and_revives_nothing() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 6, round_to = 'month' }
        activity check_in {}
        2026-01-10 order A 10.00                | lots 10 till 2026-08-01
        2026-03-15 activity check_in            | lots 10 till 2026-10-01  events PointsEarned Renewed
        2026-02-20 activity check_in            | lots 10 till 2026-10-01  events PointsEarned
        2026-03-20 activity check_in            | lots 10 till 2026-10-01  events PointsEarned
        2026-09-30T23:59:59.999999 redeem R 1   | lots 9 till 2027-04-01
        2027-04-01 activity check_in            | available 0  expired 9
        2027-04-02 order B 5.00                 | lots 5 till 2027-11-01  expired 9
        ",
    );
}

#[test]
fn s11_pending_points_are_spared_and_their_inactivity_begins_with_activation() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 1 }, activation = { policy = 'after_days', days = 60 }
        2026-01-10 order A 10.00       | lots 10 from 2026-03-11 till 2026-04-12
        2026-03-10T23:59 look          | pending 10  expired 0
        2026-03-11 look                | available 10
        2026-04-11T23:59 look          | available 10
        2026-04-12 look                | available 0  expired 10
        ",
    );
    // Counted from the order, the month is over before the points are there: they come and go together.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 1, counts_from = 'earning' }
        points activation = { policy = 'after_days', days = 60 }
        2026-01-10 order A 10.00       | lots 10 from 2026-03-11 till 2026-02-11
        2026-02-12 look                | pending 10  expired 0
        2026-03-11 look                | expired 10  event Expired 2026-03-11
        ",
    );
}

#[test]
fn s11_points_that_wait_for_fulfilment_are_not_renewed_but_begin_with_what_was_done_meanwhile() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 60 }
        points expiry = { policy = 'inactivity', months = 6, counts_from = 'earning' }
        activity check_in {}
        2026-01-05 credit 1          | lots 1 till 2026-07-06
        2026-01-10 order A 10.00     | lots 1 till 2026-07-11 + 10 from fulfilment till 2026-03-12
        2026-02-10 activity check_in | lots 1 till 2026-08-11 + 10 from fulfilment till 2026-03-12
        2026-02-20 fulfil A          | lots 1 till 2026-08-11 + 10 till 2026-08-11
        ",
    );
}

#[test]
fn s11_a_late_order_lives_as_long_as_what_was_done_since() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12 }
        activity check_in {}
        2026-01-10 order A 10.00     | lots 10 till 2027-01-11
        2026-06-01 activity check_in | lots 10 till 2027-06-02
        2026-03-01 order B 5.00      | lots 10 till 2027-06-02 + 5 till 2027-06-02
        ",
    );
}

#[test]
fn s11_points_that_come_back_have_the_end_that_doings_gave_the_others() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12, kinds = ['order', 'order'] }
        2026-01-10 order A 10.00           | lots 10 till 2027-01-11
        2026-01-10 order B 10.00           | lots 10 till 2027-01-11 + 10 till 2027-01-11
        2026-02-01 redeem R 10             | drew 1:10
        2026-03-01 order C 0.00            | lots 10 till 2027-03-02
        2026-04-01 reverse R               | lots 10 till 2027-03-02 + 10 till 2027-03-02
        2026-05-01 hold H 10 until=2027-03-05 | drew 1:10
        2027-03-05 look                    | available 0  held 0  expired 20
        ",
    );
}

#[test]
fn s11_what_counts_as_a_doing_goes_by_the_version_of_its_time() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12, kinds = ['order'] }
        activity check_in {}
        2026-01-10 order A 10.00     | lots 10 till 2027-01-11
        2026-01-11 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            points expiry = { policy = 'inactivity', months = 12, kinds = ['activity'] }
            activity check_in {}
        end
        2026-01-20 activity check_in | lots 10 till 2027-01-11
        2026-03-01 activity check_in | lots 10 till 2027-03-02
        2026-03-10 order B 1.00      | lots 10 till 2027-03-02 + 1 till 2027-03-11
        2026-01-30 activity check_in | lots 10 till 2027-03-02 + 1 till 2027-03-11
        ",
    );
}

#[test]
fn s11_of_two_ends_the_earlier_holds() {
    let earliest = |first: &str, second: &str, steps: &str| {
        for of in [format!("{first}, {second}"), format!("{second}, {first}")] {
            check(&format!(
                "
                programme 1 point per 1.00 CNY
                points expiry = {{ policy = 'earliest_of', of = [{of}] }}
                activity check_in {{}}
                {steps}
                "
            ));
        }
    };
    earliest(
        "{ policy = 'after', months = 18 }",
        "{ policy = 'calendar', years = 1 }",
        "2026-01-10 order A 10.00 | lots 10 till 2027-07-11
         2026-12-01 order B 5.00  | lots 10 till 2027-07-11 + 5 till 2028-01-01",
    );
    earliest(
        "{ policy = 'after', days = 30 }",
        "{ policy = 'after', months = 1 }",
        "2026-01-10 order A 10.00 | lots 10 till 2026-02-10
         2026-02-10 order B 5.00  | lots 5 till 2026-03-11",
    );
    earliest(
        "{ policy = 'after', months = 24 }",
        "{ policy = 'inactivity', months = 6 }",
        "2026-01-10 order A 10.00     | lots 10 till 2026-07-11
         2026-07-01 activity check_in | lots 10 till 2027-01-02
         2027-01-01 activity check_in | lots 10 till 2027-07-02
         2027-07-01 activity check_in | lots 10 till 2028-01-02
         2028-01-01 activity check_in | lots 10 till 2028-01-11
         2028-01-10 activity check_in | lots 10 till 2028-01-11  events PointsEarned
         2028-01-11 look              | expired 10",
    );
    earliest(
        "{ policy = 'calendar', years = 0 }",
        "{ policy = 'inactivity', months = 3 }",
        "2026-05-10 order A 10.00     | lots 10 till 2026-08-11
         2026-08-01 activity check_in | lots 10 till 2026-11-02
         2026-10-20 activity check_in | lots 10 till 2027-01-01
         2026-11-20 order B 5.00      | lots 10 till 2027-01-01 + 5 till 2027-01-01",
    );
}

#[test]
fn s11_a_rule_has_its_own_expiry_then_its_campaigns_then_the_tiers_then_the_currencys() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        campaign summer { from = 2026-06-01, until = 2026-09-01, expiry = { policy = 'after', days = 20 } }
        rule own { kind = 'bonus', points = '1', campaign = 'summer', expiry = { policy = 'after', days = 40 } }
        rule summer { kind = 'bonus', points = '2', campaign = 'summer' }
        rule plain { kind = 'bonus', points = '4' }
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' },
            { id = 'gold', entry = { any = { spend = '100.00' } }, expiry = { policy = 'after', days = 30 } } ] }
        2026-05-31 order A 10.00   | lots 14 till 2026-06-11
        2026-06-01 bob: order B 100.00 | lots 104 till 2026-06-12 + 2 till 2026-06-22 + 1 till 2026-07-12  tier gold
        2026-07-13 bob: order C 10.00  | lots 14 till 2026-08-13 + 2 till 2026-08-03 + 1 till 2026-08-23
        2026-07-13 bob: credit 5       | lots 14 till 2026-08-13 + 2 till 2026-08-03 + 1 till 2026-08-23 + 5 till 2026-07-24
        ",
    );
}

#[test]
fn s11_a_return_takes_from_both_lots_of_an_order_what_ends_first() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        rule long { kind = 'bonus', points = '20', expiry = { policy = 'never' }, when = { min_spend = '50.00' } }
        2026-01-05 order A 40.00 20.00 | lots 60 till 2026-01-16 + 20 till never
        2026-01-06 return A 2:all      | lots 20 till 2026-01-16 + 20 till never  clawed back 40  drew 1:40
        2026-01-16 look                | available 20  expired 20
        2026-01-20 return A            | available 0  clawed back 60  taken as expired 20  drew 2:20  arrears 0
        ",
    );
}

#[test]
fn s11_equal_expiries_of_rules_make_one_lot() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule a { kind = 'bonus', points = '3', expiry = { policy = 'after', days = 10 } }
        rule b { kind = 'bonus', points = '4', expiry = { policy = 'after', days = 10 } }
        2026-01-05 order A 10.00 | lots 10 till never + 7 till 2026-01-16
        ",
    );
}

#[test]
fn s11_the_first_ladder_whose_tier_has_an_expiry_gives_it_to_what_can_be_spent() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        currency growth { use = 'qualifying' }
        rule grow { kind = 'base', currency = 'growth', points = '1', per = '1.00' }
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { orders = 2 } }, expiry = { policy = 'after', days = 5 } } ] }
        ladder club { period = 'calendar_year', tier = [
            { id = 'guest', expiry = { policy = 'after', days = 10 } }, { id = 'friend', entry = { any = { orders = 1 } }, expiry = { policy = 'after', days = 20 } } ] }
        2026-01-05 order A 1.00 | lots 1 till 2026-01-16 + 1 till never
        2026-01-05 order B 2.00 | lots 1 till 2026-01-16 + 1 till never + 2 till 2026-01-26 + 2 till never
        2026-01-05 order C 3.00 | lots 1 till 2026-01-16 + 1 till never + 2 till 2026-01-26 + 2 till never + 3 till 2026-01-11 + 3 till never
        ",
    );
}

#[test]
fn s11_both_lots_of_an_order_wait_for_fulfilment_and_each_ends_its_own_way() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 30 }, expiry = { policy = 'after', days = 10 }
        rule long { kind = 'bonus', points = '20', expiry = { policy = 'after', years = 1 } }
        2026-01-05 order A 10.00 5.00 | lots 15 from fulfilment till 2026-02-05 + 20 from fulfilment till 2026-02-05
        2026-01-06 return A 2:all     | lots 10 from fulfilment till 2026-02-05 + 20 from fulfilment till 2026-02-05
        2026-01-08 fulfil A           | lots 10 till 2026-01-19 + 20 till 2027-01-09  events PointsActivated PointsActivated
        2026-01-19 look               | available 20  expired 10
        2026-01-20 return A           | available 0  taken as expired 10  clawed back 25  arrears 0
        ",
    );
}

#[test]
fn s11_the_year_of_a_calendar_policy_is_that_of_activation_or_earning() {
    for (from, end) in [("activation", "2028-01-01"), ("earning", "2027-01-01")] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            points activation = {{ policy = 'after_days', days = 14 }}
            points expiry = {{ policy = 'calendar', years = 0, counts_from = '{from}' }}
            2026-12-25 order A 10.00 | lots 10 from 2027-01-08 till {end}
            2027-01-07 look          | pending 10  expired 0
            "
        ));
    }
}

#[test]
fn s11_lots_under_inactivity_are_renewed_by_it_although_a_later_version_has_none() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "inactivity", months = 12 }
        2026-01-10 order A 10.00     | lots 10 till 2027-01-11
        2026-01-15 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            points expiry = { policy = "after", days = 31 }
        end
        2026-03-10 order B 1.00      | lots 10 till 2027-03-11 + 1 till 2026-04-11
        "#,
    );
}

#[test]
fn s11_a_doing_is_noted_only_where_it_gives_points_more_time() {
    // Neither lots nor held points of another currency, or with an end of their own, are moved by it.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 6 }
        base currency = 'points'
        currency miles { expiry = { policy = 'after', days = 30 } }
        activity check_in {}
        2026-01-05 order A 10.00                             | lots 10 till 2026-07-06
        2026-01-05 credit 5
        2026-01-05 expiry lot=2 to=2026-03-01
        2026-01-05 credit 7 currency=miles
        2026-01-05T10:00 activity check_in                   | events PointsEarned
            | lots 10 till 2026-07-06 + 5 till 2026-03-01 + 7 till 2026-02-05
        2026-01-05T11:00 hold G 4 until=2026-02-01           | events HoldPlaced  drew 2:4
        2026-01-05T12:00 hold H 7 currency=miles until=2026-02-01 | events HoldPlaced
        2026-01-05T13:00 activity check_in                   | events PointsEarned
        2026-01-06 activity check_in                         | events PointsEarned Renewed
            | lots 10 till 2026-07-07 + 1 till 2026-03-01
        ",
    );
}

#[test]
fn s11_what_a_doing_moves_may_end_by_the_inactivity_of_a_rule_or_of_a_tier() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 400 }
        rule gift { kind = 'bonus', points = '5', expiry = { policy = 'inactivity', months = 3 } }
        activity check_in {}
        2026-01-05 order A 10.00     | lots 10 till 2027-02-10 + 5 till 2026-04-06
        2026-03-01 activity check_in | lots 10 till 2027-02-10 + 5 till 2026-06-02
        2026-06-02 look              | available 10  expired 5
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 400 }
        ladder status { period = 'calendar_year', tier = [
            { id = 'basic' }, { id = 'gold', entry = { any = { orders = 1 } }, expiry = { policy = 'inactivity', months = 3 } } ] }
        activity check_in {}
        2026-01-05 order A 10.00     | tier gold
        2026-01-06 order B 7.00      | lots 10 till 2027-02-10 + 7 till 2026-04-07
        2026-03-01 activity check_in | lots 10 till 2027-02-10 + 7 till 2026-06-02
        ",
    );
}

#[test]
fn s11_what_is_told_late_has_the_end_that_doings_gave_to_lots_of_its_own_months() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12 }
        rule short { kind = 'bonus', points = '5', expiry = { policy = 'inactivity', months = 3 }, when = { max_spend = '10.00' } }
        2026-01-05 order A 10.00  | lots 10 till 2027-01-06 + 5 till 2026-04-06
        2026-03-01 order B 100.00 | lots 10 till 2027-03-02 + 5 till 2026-06-02 + 100 till 2027-03-02
        2026-02-01 order C 20.00  | lots 10 till 2027-03-02 + 5 till 2026-06-02 + 100 till 2027-03-02 + 20 till 2027-03-02
        ",
    );
}
