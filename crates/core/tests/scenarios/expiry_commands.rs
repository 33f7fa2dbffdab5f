//! Case 14: other ends by command, and expired points that come back.

use crate::runner::check;

#[test]
fn s14_one_lot_or_all_of_a_currency_get_another_end() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        points expiry = { policy = 'after', days = 30 }
        currency miles { expiry = { policy = 'after', days = 30 } }
        rule fare { kind = 'base', currency = 'miles', points = '1', per = '1.00' }
        2026-01-05 order A 10.00                | lots 10 till 2026-02-05 + 10 till 2026-02-05
        2026-01-06 order B 5.00                 | lots 10 till 2026-02-05 + 10 till 2026-02-05 + 5 till 2026-02-06 + 5 till 2026-02-06
        2026-01-07 expiry lot=3 to=2026-03-01   | events ExpiryChanged
            | lots 10 till 2026-02-05 + 10 till 2026-02-05 + 5 till 2026-03-01 + 5 till 2026-02-06
        2026-01-08 expiry to=+10                | lots 10 till 2026-02-15 + 10 till 2026-02-05 + 5 till 2026-03-11 + 5 till 2026-02-06
        2026-01-09 expiry lot=1 to=never        | lots 10 till never + 10 till 2026-02-05 + 5 till 2026-03-11 + 5 till 2026-02-06
        2026-01-10 expiry to=+5                 | lots 10 till never + 10 till 2026-02-05 + 5 till 2026-03-16 + 5 till 2026-02-06
        2026-01-11 expiry to=2026-01-20 currency=miles | lots 10 till never + 10 till 2026-01-20 + 5 till 2026-03-16 + 5 till 2026-01-20
        2026-01-20 look                         | available 0 miles  expired 15 miles  available 15
        2026-03-16 look                         | available 10  expired 5
        ",
    );
}

#[test]
fn s14_an_end_may_fall_within_a_day() {
    check(
        "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        2026-01-05 order A 10.00                  | lots 10 till never
        2026-01-06 expiry lot=1 to=2026-01-10T12:00 | available 10
        2026-01-10T11:59:59.999999 redeem R 4     | available 6
        2026-01-10T12:00 redeem S 1               | refused insufficient_points
        2026-01-10T12:00 look                     | available 0  expired 6  event Expired 2026-01-10T12:00
        ",
    );
}

#[test]
fn s14_days_on_top_keep_the_last_day_whole_where_clocks_change() {
    // New York has 23 hours on 8 March 2026.
    check(
        "
        programme 1 point per 1.00 USD
        zone America/New_York
        points expiry = { policy = 'after', days = 30 }
        2026-02-01 order A 10.00  | lots 10 till 2026-03-04
        2026-02-02 expiry to=+7   | lots 10 till 2026-03-11
        ",
    );
}

#[test]
fn s14_what_changes_nothing_or_lies_in_the_past_is_refused() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        currency miles {}
        2026-01-05 expiry to=never                    | refused nothing_to_change
        2026-01-05 order A 10.00                      | lots 10 till never
        2026-01-06 expiry to=never                    | refused nothing_to_change
        2026-01-06 expiry to=+10                      | refused nothing_to_change
        2026-01-06 expiry lot=1 to=2026-01-06         | refused ends_in_the_past
        2026-01-06 expiry lot=2 to=2026-02-01         | refused unknown_lot
        2026-01-06 expiry lot=1 to=2026-02-01 currency=miles | refused unknown_lot
        2026-01-06 expiry lot=1 to=2026-02-01 currency=stars | refused unknown_point_currency
        2026-01-07 redeem R 10                        | lots none
        2026-01-08 expiry lot=1 to=2026-02-01         | refused unknown_lot
        ",
    );
}

#[test]
fn s14_a_change_told_late_takes_effect_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00              | lots 10 till 2026-02-05
        2026-01-20 order B 5.00               | available 15
        2026-01-06 expiry lot=1 to=2026-01-15 | refused ends_in_the_past
        2026-01-06 expiry lot=1 to=2026-01-25 | lots 10 till 2026-01-25 + 5 till 2026-02-20  event ExpiryChanged 2026-01-20
        ",
    );
}

#[test]
fn s14_pending_lots_get_the_new_end_and_those_that_wait_for_fulfilment_have_none_yet() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, activation = { policy = 'after_days', days = 14 }
        2026-01-05 order A 10.00        | lots 10 from 2026-01-19 till 2026-02-19
        2026-01-06 expiry to=2026-04-01 | lots 10 from 2026-01-19 till 2026-04-01
        2026-01-19 look                 | lots 10 till 2026-04-01
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 5 }
        2026-01-05 order A 10.00              | lots 10 from fulfilment till 2026-01-11
        2026-01-06 expiry to=2026-04-01       | refused nothing_to_change
        2026-01-06 expiry lot=1 to=2026-04-01 | refused unknown_lot
        ",
    );
}

#[test]
fn s14_a_lot_whose_end_was_set_is_no_longer_moved_by_doings() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12 }
        activity check_in {}
        2026-01-10 order A 10.00             | lots 10 till 2027-01-11
        2026-02-01 order B 5.00              | lots 10 till 2027-02-02 + 5 till 2027-02-02
        2026-02-02 expiry lot=1 to=2026-06-01 | lots 10 till 2026-06-01 + 5 till 2027-02-02
        2026-02-03 expiry lot=2 to=2027-02-02 | lots 10 till 2026-06-01 + 5 till 2027-02-02  events ExpiryChanged
        2026-03-01 activity check_in         | lots 10 till 2026-06-01 + 5 till 2027-02-02
        2026-03-02 order C 1.00              | lots 10 till 2026-06-01 + 5 till 2027-02-02 + 1 till 2027-03-03
        ",
    );
}

#[test]
fn s14_points_that_come_back_to_a_changed_lot_have_its_end() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00            | lots 10 till 2026-02-05
        2026-01-06 redeem R 4               | lots 6 till 2026-02-05
        2026-01-07 expiry to=2026-06-01     | lots 6 till 2026-06-01
        2026-03-01 reverse R                | lots 10 till 2026-06-01
        ",
    );
}

#[test]
fn s14_expired_points_come_back_as_a_new_lot_within_the_window() {
    let programme = "
        programme 1 point per 1.00 CNY
        zone Asia/Shanghai
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 | lots 10 till 2026-02-05
        2026-01-06 redeem R 4    | available 6
        2026-01-07 reinstate 1   | refused nothing_to_reinstate
        2026-02-05 look          | expired 6
    ";
    check(&format!(
        "{programme}
        2026-02-10 reinstate 1   | lots 6 till 2026-03-13  expired 0  available 6  issued 10  events Expired Reinstated
        2026-02-11 reinstate 1   | refused nothing_to_reinstate
        2026-02-11 reinstate 9   | refused nothing_to_reinstate
        2026-02-12 redeem S 1    | drew 2:1
        2026-03-13 look          | expired 5
        2026-03-14 reinstate 1   | refused nothing_to_reinstate
        2026-03-14 reinstate 2   | lots 5 till 2026-04-14  expired 0
        "
    ));
    // Expired as 5 February began: 7 March is the thirtieth day after.
    check(&format!("{programme}\n2026-03-07T23:59:59.999999 reinstate 1 | lots 6 till 2026-04-07"));
    check(&format!("{programme}\n2026-03-08 reinstate 1 | refused reinstatement_too_late"));
    check(&format!("{programme}\n2026-02-10 reinstate 1 until=2026-12-01 | lots 6 till 2026-12-01"));
    check(&format!("{programme}\n2026-02-10 reinstate 1 until=2026-02-10 | refused ends_in_the_past"));
}

#[test]
fn s14_without_a_window_points_come_back_on_the_day_they_went() {
    let programme = "
        programme 1 point per 1.00 CNY
        set reinstate_days = 0
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 | lots 10 till 2026-02-05
    ";
    check(&format!("{programme}\n2026-02-05T23:59 reinstate 1 | lots 10 till 2026-03-08"));
    check(&format!("{programme}\n2026-02-06 reinstate 1 | refused reinstatement_too_late"));
}

#[test]
fn s14_reinstated_points_pay_a_debt() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00    | available 10
        2026-02-06 debit 4 arrears  | arrears 4  expired 10
        2026-02-07 reinstate 1      | arrears 0  paid 4  lots 6 till 2026-03-10
        ",
    );
}

#[test]
fn s14_reinstated_points_go_back_with_their_order() {
    let programme = "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 5.00 | lots 15 till 2026-02-05
        2026-01-06 order B 3.00       | available 18
    ";
    check(&format!(
        "{programme}
        2026-02-05 look        | expired 15  available 3
        2026-02-05T12:00 reinstate 1 | lots 3 till 2026-02-06 + 15 till 2026-03-08
        2026-02-05T13:00 return A    | clawed back 15  taken as expired 0  drew 3:15  available 3  arrears 0
        "
    ));
    // Expired again, they count as taken back: nothing is paid twice.
    check(&format!(
        "{programme}
        2026-02-10 reinstate 1 | available 15
        2026-03-20 return A    | clawed back 0  taken as expired 15  arrears 0  expired 18
        "
    ));
    // A part that was given back before the points came back is not asked for again.
    check(&format!(
        "{programme}
        2026-02-10 return A 2:all | clawed back 0  taken as expired 5
        2026-02-11 reinstate 1    | available 15
        2026-02-12 return A       | clawed back 10  taken as expired 0  available 5
        "
    ));
}

#[test]
fn s14_points_brought_back_by_inactivity_live_as_long_as_new_ones() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 12 }
        activity check_in {}
        2026-01-10 order A 10.00     | lots 10 till 2027-01-11
        2027-01-20 reinstate 1       | lots 10 till 2028-01-21
        2027-02-01 activity check_in | lots 10 till 2028-02-02
        ",
    );
}

#[test]
fn s14_an_end_by_command_stays_when_spent_points_come_back_to_the_lot() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 6 }
        activity check_in {}
        2026-01-05 credit 10             | lots 10 till 2026-07-06
        2026-01-06 redeem R 4            | lots 6 till 2026-07-07
        2026-01-07 expiry to=2026-03-01  | lots 6 till 2026-03-01
        2026-01-08 reverse R             | lots 10 till 2026-03-01
        2026-01-09 activity check_in     | lots 10 till 2026-03-01
        ",
    );
}

#[test]
fn s14_each_lot_comes_back_by_itself() {
    check(
        "
        programme 1 point per 1.00 CNY
        set reinstate_days = 30
        points expiry = { policy = 'after', days = 10 }
        2026-01-05 credit 10    | available 10
        2026-01-05 credit 20    | available 30
        2026-01-16 look         | expired 30
        2026-01-17 reinstate 1  | available 10  expired 20
        2026-01-17 reinstate 2  | available 30  expired 0
        2026-01-17 reinstate 2  | refused nothing_to_reinstate
        ",
    );
}
