//! Cases 20–24 and 26: what a return takes back, from where, and what it does to figures, counters and tiers.

use crate::runner::check;

const SILVER: &str =
    r#"tier = [{ id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } }]"#;

#[test]
fn s20_two_half_returns_take_what_one_whole_return_takes() {
    check(
        "
        programme 1 point per 10.00 CNY, floor
        2026-01-05 order A 10.00   | available 1
        2026-01-07 return A 5.00   | available 0  clawed back 1
        2026-01-08 return A 5.00   | available 0  clawed back 1  orders 1
        2026-01-09 return A        | clawed back 1  orders 0
        ",
    );
    check(
        "
        programme 1 point per 10.00 CNY, floor
        2026-01-05 order A 10.00   | available 1
        2026-01-07 return A        | available 0  clawed back 1  orders 0
        ",
    );
}

#[test]
fn s20_pieces_take_their_share_and_all_of_them_take_all() {
    // 10.00 over 3 pieces: kept 6.67, then 3.34, then nothing.
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 x3 | available 10
        2026-01-06 return A x1      | available 6
        2026-01-07 return A x1      | available 3
        2026-01-08 return A x1      | available 0  orders 0
        ",
    );
}

#[test]
fn s20_a_bonus_for_a_least_spend_goes_when_what_is_kept_falls_short() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule gift { kind = "bonus", points = "50", when = { min_spend = "100.00" } }
        2026-01-05 order A 110.00 | available 160
        2026-01-06 return A 10.00 | available 150
        2026-01-07 return A 0.01  | available 99
        2026-01-08 return A       | available 0  clawed back 160
        "#,
    );
}

#[test]
fn s20_a_return_never_gives_points_nor_takes_more_than_the_order_gave() {
    // Below 50.00 a bonus would match that the order did not have.
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule small { kind = "bonus", points = "20", when = { max_spend = "50.00" } }
        2026-01-05 order A 100.00 | available 100
        2026-01-06 return A 40.00 | available 60
        2026-01-07 return A 20.00 | available 60
        2026-01-08 return A       | available 0  clawed back 100
        "#,
    );
}

#[test]
fn s20_the_rules_of_the_order_count_and_not_those_of_today() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        2026-01-05 order A 100.00 | available 100
        2026-01-06 publish from 2026-02-01
        programme 5 points per 1.00 CNY
        end
        2026-02-02 order B 10.00  | available 150
        2026-02-03 return A 50.00 | available 100
        2026-02-04 return A       | available 50
        "#,
    );
}

#[test]
fn s20_the_member_and_the_moment_of_the_order_count_and_not_those_of_today() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule vip { kind = "multiplier", factor = "2", when = { segment = ["vip"], weekday = ["mon"] } }
        2026-01-05 enrol segment=vip
        2026-01-05 order A 100.00 | available 200
        2026-01-06 profile segment=none
        2026-01-07 return A 50.00 | available 100
        2026-01-08 return A       | available 0
        "#,
    );
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule vip { kind = "multiplier", factor = "2", when = { segment = ["vip"] } }
        2026-01-05 order A 100.00 | available 100
        2026-01-06 profile segment=vip
        2026-01-07 return A 50.00 | available 50
        "#,
    );
}

#[test]
fn s20_the_tier_of_the_order_counts_and_not_that_of_today() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        rule more {{ kind = "multiplier", factor = "2", when = {{ tier = ["silver"] }} }}
        ladder status {{ period = "calendar_year", {SILVER} }}
        2025-05-01 order A 100.00 | available 100  tier silver
        2026-12-01 order B 10.00  | available 120
        2027-02-01 return B 5.00  | tier member  available 110
        2027-02-02 return A 50.00 | available 60
        "#
    ));
}

#[test]
fn s20_the_room_under_a_cap_is_that_of_the_order() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "month" }]
        2026-01-05 order A 10.00 | available 10
        2026-01-06 order B 10.00 | available 15
        2026-01-07 return B 5.00 | available 15  clawed back 0
        2026-01-08 return B 2.00 | available 13
        2026-01-09 return B      | available 10
        "#,
    );
}

#[test]
fn s20_lines_are_judged_again_each_under_its_own_rules() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule tea { kind = "multiplier", factor = "3", when = { category = ["tea"] } }
        2026-01-05 order A 10.00 id=a category=tea 20.00 id=b 5.00 id=c category=tea x5 | available 65
        2026-01-06 return A b:all        | available 45
        2026-01-07 return A a:5.00 c:x2  | available 24
        2026-01-08 return A              | available 0
        "#,
    );
}

#[test]
fn s20_discount_and_tax_go_back_with_their_line() {
    check(
        r#"
        programme 1 point per 0.01 CNY
        base money = { discount = "before", tax = "with" }
        2026-01-05 order A 10.00 x4 discount=2.00 tax=1.00 | available 1300
        2026-01-06 return A x1                            | available 975
        2026-01-07 return A                               | available 0
        "#,
    );
}

#[test]
fn s21_a_clawback_takes_the_pending_lot_of_its_order_first() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 14 }
        2026-01-01 credit 100     | available 100
        2026-01-05 order A 10.00  | pending 10
        2026-01-06 return A 4.00  | pending 6  available 100  drew 2:4
        2026-01-07 return A       | pending 0  available 100  clawed back 10
        "#,
    );
}

#[test]
fn s21_a_clawback_takes_own_lots_then_others_then_makes_a_debt() {
    for (policy, available, arrears, waived) in
        [("arrears", 0, 5, 0), ("balance_only", 0, 0, 5), ("own_lots_only", 5, 0, 10)]
    {
        check(&format!(
            r#"
            programme 1 point per 1.00 CNY
            points clawback = "{policy}"
            2026-01-05 order A 10.00 | available 10
            2026-01-06 order B 10.00 | available 20
            2026-01-07 redeem R 15   | drew 1:10 2:5
            2026-01-08 return A      | available {available}  arrears {arrears}  waived {waived}
            "#
        ));
    }
}

#[test]
fn s21_own_lots_go_before_others_that_would_be_spent_sooner() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 order B 10.00 | available 20
        2026-01-07 return B      | drew 2:10  available 10
        ",
    );
}

#[test]
fn s21_new_earnings_pay_a_debt_first() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 10   | available 0
        2026-01-07 return A      | arrears 10  available 0  clawed back 10
        2026-01-08 order B 4.00  | paid 4  arrears 6  available 0
        2026-01-09 order C 9.00  | paid 6  arrears 0  available 3
        ",
    );
}

#[test]
fn s21_pending_points_pay_a_debt_when_they_become_available() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points activation = { policy = "after_days", days = 10 }
        2026-01-04 debit 5 arrears | arrears 5
        2026-01-05 order A 8.00    | pending 8  arrears 5
        2026-01-15 look            | available 3  arrears 0  paid 5  event ArrearsPaid 2026-01-15
        "#,
    );
}

#[test]
fn s22_points_that_have_expired_count_as_taken_back() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00 | available 10
        2026-01-20 return A      | taken as expired 10  arrears 0  clawed back 0  expired 10
        "#,
    );
}

#[test]
fn s22_only_what_was_spent_of_an_expired_lot_is_owed() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 4    | available 6
        2026-01-20 return A 5.00 | taken as expired 5  arrears 0
        2026-01-21 return A      | taken as expired 1  arrears 4
        "#,
    );
}

#[test]
fn s22_points_that_came_back_and_expired_count_as_well() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 10   | available 0
        2026-01-20 reverse R     | expired 10
        2026-01-21 return A      | taken as expired 10  arrears 0
        "#,
    );
}

#[test]
fn s23_more_than_is_left_is_refused_with_what_is_left() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 x3 id=a 5.00 id=b | available 15
        2026-01-06 return X                        | refused unknown_order
        2026-01-06 return A z:all                  | refused unknown_line
        2026-01-06 return A a:x4                   | refused quantity_over_returned: 3 pieces left to return, not 4
        2026-01-06 return A a:x2                   | available 8
        2026-01-07 return A a:x2                   | refused quantity_over_returned: 1 pieces left to return, not 2
        2026-01-07 return A b:5.01                 | refused amount_over_returned: 500 minor units left to return, not 501
        2026-01-07 return A b:3.00                 | available 5
        2026-01-08 return A b:2.01                 | refused amount_over_returned: 200 minor units left to return, not 201
        2026-01-08 return A b:2.00 b:0.01          | refused amount_over_returned: 0 minor units left
        2026-01-09 return A b:all                  | available 3
        2026-01-09 return A b:all                  | refused nothing_left_to_return
        2026-01-10 return A                        | available 0
        2026-01-11 return A                        | refused nothing_left_to_return
        ",
    );
}

#[test]
fn s23_pieces_cannot_give_back_money_that_was_given_back_already() {
    // 8.00 given back while 3 pieces are kept; one piece more would be 3.33 of the 2.00 left.
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 x3 | available 10
        2026-01-06 return A 8.00    | available 2
        2026-01-07 return A x1      | refused amount_over_returned: 200 minor units left to return, not 333
        2026-01-08 return A         | available 0
        ",
    );
}

#[test]
fn s24_figures_go_back_in_the_period_of_the_order() {
    // What came back in 2026 was bought in 2025: it does not touch the figures of 2026.
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "calendar_year", on_return = "keep_until_period_end", {SILVER} }}
        2025-12-20 order A 100.00 | tier silver  until 2027-01-01
        2026-02-01 order B 60.00  | to next nothing  to keep 40.00 0 0
        2026-02-02 return A       | tier silver  until 2027-01-01  to keep 40.00 0 0
        2027-01-01 look           | tier member  until never  why demoted
        "#
    ));
}

#[test]
fn s24_a_tier_goes_at_once_where_the_ladder_says_so() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "calendar_year", on_return = "demote_now", {SILVER} }}
        2025-12-20 order A 100.00 | tier silver
        2026-02-01 order B 60.00  | tier silver
        2026-02-02 return A 0.01  | tier member  until never  why returned  event TierChanged 2026-02-02
        "#
    ));
}

#[test]
fn s24_a_tier_stays_that_another_valid_period_gives() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "calendar_year", on_return = "demote_now", {SILVER} }}
        2025-12-20 order A 100.00 | tier silver  until 2027-01-01
        2026-02-01 order B 100.00 | tier silver
        2026-02-02 return B       | tier silver  until 2027-01-01
        2026-02-03 return A       | tier member
        "#
    ));
}

#[test]
fn s24_caps_and_counters_are_given_back() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "month" }]
        2026-01-05 order A 10.00 | available 10  orders 1
        2026-01-06 order B 10.00 | available 15  orders 2
        2026-02-01 return A      | available 5  orders 1
        2026-01-31 order C 12.00 | rules base 10 of 12 trimmed_by_cap  available 15
        2026-02-01 order D 15.00 | rules base 15
        "#,
    );
}

#[test]
fn s24_qualifying_points_go_back_as_they_were_asked_back() {
    // The points were spent, so the clawback is a debt; the tier figure falls all the same.
    check(
        r#"
        programme 1 point per 1.00 CNY
        points use = "both"
        ladder status { period = "calendar_year", on_return = "demote_now", tier = [
            { id = "member" }, { id = "silver", entry = { any = { points = "100" } } }] }
        2026-01-05 order A 100.00 | tier silver
        2026-01-06 redeem R 100   | tier silver  available 0
        2026-01-07 return A 1.00  | tier member  arrears 1  to next 0.00 1 0
        "#,
    );
}

#[test]
fn s26_an_exchange_is_a_return_and_an_order_in_one_batch() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00              | available 10
        2026-01-06 exchange A for B 25.00     | events ClawedBack PointsEarned  available 25  orders 1
        2026-01-07 exchange B 5.00 for C 6.00 | available 26  orders 2
        ",
    );
}

#[test]
fn s26_an_exchange_of_which_one_half_is_refused_leaves_no_trace() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00          | available 10
        2026-01-05 order C 5.00           | available 15
        2026-01-06 exchange X for B 25.00 | refused unknown_order  available 15
        2026-01-06 exchange A for C 25.00 | refused duplicate_order  available 15  clawed back 0  orders 2
        2026-01-06 exchange A for B 1.00 in=XXX | refused unknown_money_currency  available 15
        2026-01-07 return A               | available 5
        ",
    );
}

#[test]
fn s26_an_old_order_can_come_back_however_old_it_is() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        base caps = [{ limit = "15", per = "month" }]
        ladder status { period = "calendar_year", tier = [
            { id = "member" }, { id = "silver", entry = { any = { spend = "100.00" } } }] }
        2001-01-05 order A 10.00 | available 10
        2021-01-05 order B 5.00  | available 15  orders 2
        2026-01-05 return A      | available 5  orders 1  clawed back 10
        "#,
    );
}

#[test]
fn s20_a_rule_that_only_what_is_kept_matches_has_the_room_that_its_cap_had() {
    // The month's 20 were used up by A. What is kept of B is small enough for the gift, but there was no room for it.
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule small { kind = "bonus", points = "20", when = { max_spend = "50.00" }, caps = [{ limit = "20", per = "month" }] }
        2026-01-05 order A 10.00  | available 30
        2026-01-06 order B 100.00 | available 130
        2026-01-07 return B 60.00 | available 70
        "#,
    );
}

#[test]
fn s20_a_loser_that_wins_by_what_is_kept_has_the_room_that_its_cap_had() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        rule tea { kind = "multiplier", factor = "2", group = "g", when = { category = ["tea"] } }
        rule pot { kind = "multiplier", factor = "2", group = "g", when = { category = ["pot"] }, caps = [{ limit = "5", per = "month" }] }
        2026-01-05 order A 5.00 category=pot                      | available 10
        2026-01-06 order B 50.00 category=tea 20.00 category=pot  | rules base 70 + tea 50 + pot 0 of 20 lost_in_group
        2026-01-07 return B 1:all                                 | available 30
        "#,
    );
}

#[test]
fn s24_a_rolling_tier_goes_at_once_where_the_ladder_says_so() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "rolling_days", days = 30, on_return = "demote_now", {SILVER} }}
        2026-01-01 order A 60.00 | tier member
        2026-01-10 order B 40.00 | tier silver
        2026-01-11 return A x1   | tier member  why returned  to next 60.00 0 0
        "#
    ));
}

#[test]
fn s24_returns_cost_no_tier_where_tiers_are_never_lost() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "calendar_year", downgrade = "never", on_return = "demote_now", {SILVER} }}
        2026-01-01 order A 100.00 | tier silver
        2026-01-11 return A       | tier silver
        "#
    ));
}

#[test]
fn s24_a_tiers_own_years_do_not_forget_what_reached_it() {
    // The tier's first year begins after the order that reached it, which still carries it.
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "anniversary_tier", on_return = "demote_now", {SILVER} }}
        2026-05-10T12:00 order A 100.00 | tier silver  until 2027-05-11
        2026-05-12 order B 5.00         | tier silver
        2026-05-13 return B             | tier silver  until 2027-05-11
        2026-05-14 return A 1.00        | tier member  why returned
        "#
    ));
    // It no longer carries the second year, for which the first did.
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "anniversary_tier", on_return = "demote_now", {SILVER} }}
        2026-05-10T12:00 order A 100.00 | tier silver  until 2027-05-11
        2027-05-01 order B 100.00       | tier silver
        2027-05-11 look                 | tier silver  until 2028-05-11  why kept
        2027-06-01 return A             | tier silver
        2027-06-02 return B 1.00        | tier member  why returned
        "#
    ));
}

#[test]
fn s24_a_rolling_tier_that_returns_took_goes_with_the_next_midnight() {
    check(&format!(
        r#"
        programme 1 point per 1.00 CNY
        ladder status {{ period = "rolling_days", days = 30, {SILVER} }}
        2026-01-01 order A 100.00      | tier silver
        2026-01-05T10:00 return A 1.00 | tier silver
        2026-01-05T23:59:59 look       | tier silver
        2026-01-06 look                | tier member  why demoted
        "#
    ));
}

#[test]
fn s22_what_expired_or_was_cancelled_of_other_orders_does_not_count() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule soon { kind = 'bonus', points = '5', expiry = { policy = 'after', days = 5 }, when = { channel = ['web'] } }
        2026-01-05 order A 10.00             | available 10
        2026-01-05 order B 20.00 channel=web | available 35
        2026-01-11 look                      | expired 5
        2026-01-12 return A                  | taken as expired 0  drew 1:10  available 20
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 10 }
        2026-01-05 order A 10.00 | pending 10
        2026-01-10 order B 20.00 | pending 30
        2026-01-16 look          | pending 20  forfeited 10
        2026-01-17 fulfil B      | available 20
        2026-01-18 return B 5.00 | taken as expired 0  drew 2:5
        ",
    );
    // Points that came back are own lots of their order alone.
    check(
        "
        programme 1 point per 1.00 CNY
        points clawback = 'own_lots_only'
        set reinstate_days = 30
        2026-01-05 order A 10.00          | available 10
        2026-01-05 order B 20.00          | available 30
        2026-01-06 expiry lot=2 to=2026-01-10
        2026-01-11 reinstate 2            | available 30
        2026-01-12 redeem R 10            | drew 1:10
        2026-01-13 return A               | waived 10  available 20
        2026-01-14 return B               | waived 0  available 0
        ",
    );
}

#[test]
fn s22_what_counted_once_and_came_back_counts_once_when_it_expires_again() {
    let twice_over = "
        programme 1 point per 1.00 CNY
        set reinstate_days = 30
        rule short { kind = 'base', points = '1', per = '1.00', expiry = { policy = 'after', days = 10 } }
        2026-01-05 order A 20.00                | available 40
        2026-01-16 look                         | expired 20
        2026-01-17 return A 5.00                | taken as expired 10  clawed back 0
        2026-01-18 reinstate 2 until=2026-02-01 | available 40
        2026-02-01 look                         | expired 20  available 20
    ";
    check(&format!("{twice_over} 2026-02-02 return A 10.00 | taken as expired 10  drew 1:10  available 10"));
    check(&format!(
        "{twice_over}
        2026-02-02 expiry lot=1 to=2026-02-03 | available 20
        2026-02-04 return A                   | taken as expired 30  arrears 0
        "
    ));
    // Of two lots one comes back, when more than the other had counted.
    check(
        "
        programme 1 point per 1.00 CNY
        set reinstate_days = 60
        points expiry = { policy = 'after', days = 20 }
        rule short { kind = 'base', points = '1', per = '1.00', expiry = { policy = 'after', days = 10 } }
        2026-01-05 order A 10.00                | available 20
        2026-01-26 look                         | expired 20
        2026-01-27 return A 7.00                | taken as expired 14
        2026-01-28 reinstate 2 until=2026-03-01 | available 10
        2026-01-29 return A                     | taken as expired 0  available 4
        ",
    );
}

#[test]
fn s23_a_line_for_nothing_is_gone_with_its_pieces_and_one_without_pieces_with_its_money() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 0.00 x2 | orders 1
        2026-01-06 return A 2:x2         | clawed back 0
        2026-01-06 return A 2:all        | refused nothing_left_to_return
        2026-01-07 return A 1:all        | clawed back 10  orders 0
        ",
    );
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 x0 | orders 1
        2026-01-06 return A 4.00    | clawed back 4  orders 1
        2026-01-06 return A 6.00    | clawed back 10  orders 0
        ",
    );
    // What has neither pieces nor money can only be given back as a whole.
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 0.00 x0 | orders 1
        2026-01-06 return A 1:all        | clawed back 10  orders 1
        2026-01-06 return A 2:all        | orders 0
        ",
    );
}

#[test]
fn s23_parts_of_one_return_may_name_a_line_twice_up_to_what_is_left() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 x2       | available 10
        2026-01-06 return A 1:6.00 1:5.00 | refused amount_over_returned: 400 minor units left
        2026-01-06 return A 1:x1 1:x2     | refused quantity_over_returned: 1 pieces
        2026-01-06 return A 1:6.00 1:4.00 | available 0
        ",
    );
}

#[test]
fn s20_the_parts_paid_by_points_and_stored_value_stay_up_to_the_kept_total() {
    for paid in ["points_paid", "value_paid"] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            base money = {{ discount = 'before' }}
            2026-01-05 order A 10.00 discount=5.00 10.00 {paid}=15.00 | available 10
            2026-01-06 return A 2:all                                 | clawed back 5  available 5
            "
        ));
    }
}

#[test]
fn s24_a_return_takes_no_more_spend_than_the_order_counted() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        ladder status { period = "calendar_year", spend = { discount = "before" }, tier = [
            { id = "member" }, { id = "silver", entry = { any = { spend = "10.00" } } }] }
        2026-01-05 order A 0.20 discount=3.26 value_paid=4.75 | to next 10.00 0 0
        2026-01-06 order B 9.00                           | to next 1.00 0 0
        2026-01-07 return A                               | to next 1.00 0 0
        2026-01-08 order C 1.00                           | tier silver
        "#,
    );
}
