//! Case 29: what a period has too much goes over into the next.

use crate::ladders::{TIERS, entry, ladder};
use crate::runner::check;

#[test]
fn s29_what_a_year_has_beyond_its_tier_goes_over_into_the_next() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 250.00 | tier silver  until 2027-01-01  carried none
        2026-01-01 look           | carried 150.00 0 0 into 2026-01-01  event FiguresCarried 2026-01-01
            | counts 150.00 0 0  to keep 0.00 0 0  to next 350.00 0 0  lifetime 250.00 0 1
        2027-01-01 look           | tier silver  until 2028-01-01  why kept  figures 150.00 0 0
            | carried 150.00 0 0 into 2026-01-01 + 50.00 0 0 into 2027-01-01
        2028-01-01 look           | tier member  why demoted  figures 50.00 0 0
            | carried 150.00 0 0 into 2026-01-01 + 50.00 0 0 into 2027-01-01
        ",
    );
}

#[test]
fn s29_no_more_is_carried_than_the_ladder_says_and_it_may_lift() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 450.00 | tier silver
        2026-06-01 order B 299.99 | tier silver  carried 200.00 0 0 into 2026-01-01  to next 0.01 0 0
        2026-06-02 order C 0.01   | tier gold  figures 500.00 0 2  until 2028-01-01
        # Nothing beyond gold is left.
        2027-01-01 look           | carried 200.00 0 0 into 2026-01-01  counts 0.00 0 0
        ",
    );
}

#[test]
fn s29_each_figure_is_carried_as_far_as_the_tier_asks_for_it() {
    let each = |asked: &str, caps: &str, step: &str, carried: &str| {
        entry(
            &format!("period = 'calendar_year', carry_over = {{ {caps} }}"),
            &format!("{{ any = {{ {asked} }} }}"),
            &format!(
                "
                2025-01-01 enrol
                2025-01-01 ann: enrol by=m
                2025-01-01 bob: enrol by=m
                2025-01-01 cat: enrol by=m
                {step}
                2025-12-31 look  | tier silver  carried none
                2026-01-01 look  | carried {carried}
                "
            ),
        );
    };
    let orders = "2025-06-01 order A 10.00\n2025-06-01 order B 10.00\n2025-06-01 order C 10.00";
    let reviews = "2025-06-01 activity review\n2025-06-01 activity review\n2025-06-01 activity review";
    let friends = "2025-06-01 ann: order A 1.00\n2025-06-01 bob: order B 1.00\n2025-06-01 cat: order C 1.00";
    each("orders = 1", "orders = 1", orders, "0.00 0 1 into 2026-01-01");
    each("orders = 1", "orders = 5", orders, "0.00 0 2 into 2026-01-01");
    each("points = '12'", "points = '100'", orders, "0.00 18 0 into 2026-01-01");
    each("points = '12'", "points = '5'", orders, "0.00 5 0 into 2026-01-01");
    each("activities = 1", "activities = 5", reviews, "0.00 0 0 + 2 activities into 2026-01-01");
    each("activities = 1", "activities = 1", reviews, "0.00 0 0 + 1 activities into 2026-01-01");
    each("referrals = 1", "referrals = 5", friends, "0.00 0 0 + 2 referrals into 2026-01-01");
    each("referrals = 1", "referrals = 1", friends, "0.00 0 0 + 1 referrals into 2026-01-01");
    each("spend = '12', orders = 2", "spend = '50', orders = 3", orders, "18.00 0 1 into 2026-01-01");
    // What the ladder does not carry stays where it is.
    each("spend = '12', orders = 2", "orders = 3", orders, "0.00 0 1 into 2026-01-01");
    // One figure alone reached the tier; of the other there is nothing beyond.
    each("spend = '12', orders = 9", "spend = '50', orders = 9", orders, "18.00 0 0 into 2026-01-01");
}

#[test]
fn s29_what_the_tier_does_not_ask_for_is_not_carried() {
    check(
        "
        programme 1 point per 1.00 CNY
        ladder status { period = 'calendar_year', carry_over = { spend = '500.00', orders = 5 }, tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { orders = 2 } } },
            { id = 'gold', entry = { all = { orders = 2, spend = '50.00' } } }] }
        2025-06-01 order A 20.00      | tier member
        2025-06-01 order B 20.00      | tier silver
        2026-01-01 look               | carried none
        2026-06-01 order C 20.00
        2026-06-01 order D 20.00
        2026-06-01 order E 20.00      | tier gold
        2027-01-01 look               | carried 10.00 0 1 into 2027-01-01
        ",
    );
}

#[test]
fn s29_a_tier_that_is_only_kept_uses_what_keeping_asks() {
    check(
        "
        programme 1 point per 1.00 CNY
        ladder status { period = 'calendar_year', carry_over = { spend = '1000.00' }, tier = [
            { id = 'member' }, { id = 'gold', entry = { any = { spend = '500.00' } }, keep = { any = { spend = '300.00' } } }] }
        2025-06-01 order A 520.00 | tier gold
        2026-06-01 order B 380.00 | tier gold  counts 400.00 0 1
        2027-01-01 look           | tier gold  why kept  carried 20.00 0 0 into 2026-01-01 + 100.00 0 0 into 2027-01-01
        ",
    );
}

#[test]
fn s29_a_late_order_into_a_closed_year_carries_more() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 250.00   | tier silver
        2026-02-01 order B 10.00    | carried 150.00 0 0 into 2026-01-01
        2025-12-20 order C 30.00    | carried 180.00 0 0 into 2026-01-01  events PointsEarned FiguresCarried
            | event FiguresCarried 2026-02-01
        2025-12-21 order D 100.00   | carried 200.00 0 0 into 2026-01-01  events PointsEarned FiguresCarried
        # The ladder carries no more than it does already.
        2025-12-22 order E 10.00    | carried 200.00 0 0 into 2026-01-01  events PointsEarned
        2025-12-23 order F 110.00   | tier gold  events PointsEarned TierChanged FiguresCarried
            | carried none
        ",
    );
}

#[test]
fn s29_a_late_order_that_lifts_by_a_closed_year_carries_from_it() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '50.00' }",
        "
        2025-06-01 order A 90.00    | tier member
        2026-02-01 order B 1.00     | tier member
        2025-12-20 order C 20.00    | tier silver  until 2027-01-01  carried 10.00 0 0 into 2026-01-01
            | events PointsEarned TierChanged FiguresCarried
        ",
    );
}

#[test]
fn s29_what_a_late_order_carries_goes_on_from_year_to_year() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 150.00   | tier silver
        2026-06-01 order B 100.00   | carried 50.00 0 0 into 2026-01-01
        2027-01-10 order C 1.00     | carried 50.00 0 0 into 2026-01-01 + 50.00 0 0 into 2027-01-01
        2025-12-20 order D 30.00    | events PointsEarned FiguresCarried FiguresCarried
            | carried 80.00 0 0 into 2026-01-01 + 80.00 0 0 into 2027-01-01
        ",
    );
}

#[test]
fn s29_a_return_from_a_closed_year_takes_back_what_was_carried() {
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 120.00       | tier silver
        2025-06-02 order B 60.00        | tier silver
        2026-03-01T10:00 return B 30.00 | carried 50.00 0 0 into 2026-01-01  event FiguresCarried 2026-03-01T10:00
            | events FiguresCarried ClawedBack FiguresCarried
        2026-03-02 return B             | carried 20.00 0 0 into 2026-01-01  tier silver
        2026-03-03 return A             | carried none  counts 0.00 0 0  tier silver
        2027-01-01 look                 | tier member
        ",
    );
    // What was carried and justified the tier of the running year goes with it.
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 300.00       | tier silver
        2026-03-02 order B 300.00       | tier gold  figures 500.00 0 1
        2026-03-03 return A 100.00      | carried 100.00 0 0 into 2026-01-01  tier gold  counts 400.00 0 1
        2027-01-01 look                 | tier gold  carried 100.00 0 0 into 2026-01-01 + 200.00 0 0 into 2027-01-01
        2028-01-01 look                 | tier silver  figures 200.00 0 0
        ",
    );
}

#[test]
fn s29_less_that_is_carried_costs_no_tier_before_the_year_is_over() {
    ladder(
        "period = 'calendar_year', on_return = 'demote_now', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 300.00       | tier silver
        2026-03-02 order B 300.00       | tier gold  figures 500.00 0 1
        2026-03-03 return A 100.00      | tier gold  counts 400.00 0 1  events ClawedBack FiguresCarried
        # It no longer rests on figures, so that no other return takes it either.
        2026-03-04 order C 50.00        | tier gold
        2026-03-05 return C             | tier gold
        ",
    );
}

#[test]
fn s29_grace_with_all_that_may_come_into_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        benefit lounge { per = 'month', times = { silver = 1, gold = 3 } }
        rule kept { on = 'tier_kept', kind = 'bonus', points = '5' }
        rule years { on = 'tier_anniversary', kind = 'bonus', points = '3' }
        ladder status { period = 'calendar_year', grace_days = 60, on_return = 'demote_now', valid_periods = 1,
            downgrade = 'one_down', carry_over = { spend = '50.00' }, tier = [
            { id = 'member' },
            { id = 'silver', entry = { any = { spend = '100.00' } } },
            { id = 'gold', entry = { any = { spend = '500.00' } }, keep = { any = { spend = '300.00' } } }] }
        2025-01-15 order A 600.00                 | tier gold  until 2027-01-01
        2026-01-01 look                           | carried 50.00 0 0 into 2026-01-01
        2026-06-01 order B 100.00                 | tier gold  counts 150.00 0 1
        2027-01-01 look                           | tier gold  grace  until 2027-03-02  to keep 250.00 0 0 by 2027-03-02
            | counts 50.00 0 0  carried 50.00 0 0 into 2026-01-01 + 50.00 0 0 into 2027-01-01
        2027-01-10 use lounge                     | benefit lounge 2 of 3
        2027-01-15 look                           | available 706  event PointsEarned 2027-01-15
        2027-01-20 order C 10.00                  | tier gold  grace
        2027-01-21 return C                       | tier gold  grace
        2027-01-22 grant silver until=2027-03-10  | tier gold  grace  until 2027-03-02
        # A late order into the year that has ended changes what it carries, and not what it kept.
        2026-12-20 order D 20.00                  | tier gold  grace
        2027-03-01T23:59 order E 249.00           | tier gold  grace  to keep 1.00 0 0
        2027-03-02 look                           | tier silver  no grace  by figures silver until 2028-01-01  why demoted
        2027-03-10 look                           | tier silver  ended expired
        2028-01-01 look                           | tier silver  until 2029-01-01
        "
    );
}

#[test]
fn s29_who_gets_a_tier_at_the_end_of_the_year_carries_from_it() {
    ladder(
        "period = 'calendar_year', upgrade = 'period_end', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 250.00 | tier member
        2026-01-01 look           | tier silver  events TierChanged FiguresCarried  carried 150.00 0 0 into 2026-01-01
        ",
    );
    ladder(
        "period = 'calendar_year', carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 99.00  | tier member
        2026-01-01 look           | tier member  carried none  counts 0.00 0 0
        ",
    );
}

#[test]
fn s29_years_of_membership_carry_over_on_their_own_day() {
    check(&format!(
        "
        programme 1 point per 1.00 CNY
        zone America/New_York
        ladder status {{ period = 'anniversary_joining', carry_over = {{ spend = '50.00' }}, {TIERS} }}
        2024-02-29 enrol
        2025-01-10 order A 250.00      | tier silver  until 2026-02-28
        2025-02-27T23:59:59 look       | carried none
        2025-02-28 look                | carried 50.00 0 0 into 2025-02-28  event FiguresCarried 2025-02-28T05:00:00Z
            | tier silver  counts 50.00 0 0
        "
    ));
}

#[test]
fn s29_a_tier_in_grace_is_helped_by_what_was_carried() {
    ladder(
        "period = 'calendar_year', grace_days = 30, carry_over = { spend = '200.00' }",
        "
        2025-06-01 order A 150.00   | tier silver  until 2027-01-01
        2026-06-01 order B 40.00    | counts 90.00 0 1
        2027-01-01 look             | tier silver  grace  until 2027-01-31  carried 50.00 0 0 into 2026-01-01
        2027-01-10 order C 60.00    | tier silver  grace  to keep 40.00 0 0
        2027-01-20 order D 40.00    | tier silver  no grace  until 2029-01-01
        2028-01-01 look             | carried 50.00 0 0 into 2026-01-01  counts 0.00 0 0
        ",
    );
}
