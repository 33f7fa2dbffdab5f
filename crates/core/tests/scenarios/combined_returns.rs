//! Cases 20–24: returns of orders whose points have meanwhile been spent, sent, held, expired, reinstated, or never came.

use crate::runner::check;

#[test]
fn s20_many_returns_take_what_one_takes_under_every_rounding() {
    // 10.00 + 7.01 at 1 per 3.00 are 5.67; of it 5.00 + 3.51 are kept in the middle, which are 1.67 + 1.17.
    for (rounding, per, given, middle) in [
        ("floor", "order", 5, 3),
        ("half_up", "order", 6, 3),
        ("half_even", "order", 6, 3),
        ("ceil", "order", 6, 3),
        ("floor", "line", 5, 3),
        ("half_up", "line", 5, 2),
        ("half_even", "line", 5, 2),
        ("ceil", "line", 7, 3),
    ] {
        let order = format!(
            "
            programme 1 point per 3.00 CNY, {rounding}
            base rounding_per = '{per}'
            2026-01-05 order A 10.00 x4 id=a 7.01 id=b | available {given}
            "
        );
        check(&format!(
            "{order}
            2026-01-06 return A a:x1
            2026-01-07 return A b:3.50
            2026-01-08 return A a:x1  | clawed back {middle}
            2026-01-09 return A a:2.50
            2026-01-10 return A b:all
            2026-01-11 return A       | clawed back {given}  available 0  orders 0
            "
        ));
        check(&format!(
            "{order}
            2026-01-06 return A a:x2 b:3.50 | clawed back {middle}
            2026-01-07 return A             | clawed back {given}  available 0  orders 0
            "
        ));
    }
}

#[test]
fn s20_points_of_a_return_are_asked_for_by_line_piece_and_amount_alike() {
    // The bonus for three pieces goes with the first piece, and the bonus for spend with the first yuan below it.
    check(
        "
        programme 1 point per 1.00 CNY
        rule three { kind = 'bonus', points = '30', when = { min_quantity = 3 } }
        rule fifty { kind = 'bonus', points = '50', when = { min_spend = '50.00' } }
        2026-01-05 order A 30.00 x3 id=a 25.00 x0 id=b | rules base 55 + three 30 + fifty 50
        2026-01-06 return A b:5.00                     | clawed back 5
        2026-01-07 return A a:x1                       | clawed back 95
        2026-01-08 return A b:all                      | clawed back 115
        2026-01-09 return A                            | clawed back 135
        ",
    );
}

#[test]
fn s21_points_that_were_sent_are_owed_and_stay_with_whoever_has_them() {
    for (policy, arrears, waived) in [("arrears", 10, 0), ("balance_only", 0, 10), ("own_lots_only", 0, 10)] {
        check(&format!(
            "
            programme 1 point per 1.00 CNY
            points transfer = {{}}, clawback = '{policy}'
            2026-01-05 order A 10.00        | available 10
            2026-01-05 bob: enrol
            2026-01-06 transfer T 10 to=bob | available 0
            2026-01-07 return A             | arrears {arrears}  waived {waived}
            2026-01-07 bob: look            | available 10  arrears 0
            "
        ));
    }
}

#[test]
fn s21_points_on_hold_are_owed_until_they_come_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00             | available 10
        2026-01-06 hold H 6 until=2026-02-01 | available 4
        2026-01-07 return A                  | drew 1:4  arrears 6  held 6
        2026-02-01 look                      | paid 6  arrears 0  available 0
        ",
    );
}

#[test]
fn s20_spent_sent_held_and_expired_points_of_one_order() {
    // 20 spent, 30 sent, 10 held, 40 expired: half of the order takes the expired ones and 10 more, the rest is owed.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }, transfer = {}
        2026-01-05 order A 100.00             | lots 100 till 2026-02-05
        2026-01-05 bob: enrol
        2026-01-06 redeem R 20                | available 80
        2026-01-07 transfer T 30 to=bob       | available 50
        2026-01-08 hold H 10 until=2026-03-01 | available 40
        2026-02-10 return A 50.00             | taken as expired 40  arrears 10  clawed back 10
        2026-02-11 return A                   | taken as expired 0  arrears 60  clawed back 60  orders 0
        2026-02-12 capture H                  | redeemed 30  arrears 60
        ",
    );
}

#[test]
fn s20_a_reversal_between_two_returns_leaves_nobody_better_off() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 10   | available 0
        2026-01-07 return A 5.00 | arrears 5
        2026-01-08 reverse R     | available 10  arrears 5
        2026-01-09 return A      | drew 1:5  available 5  arrears 5  clawed back 10
        2026-01-10 order B 5.00  | paid 5  available 5  arrears 0
        ",
    );
}

#[test]
fn s21_a_debt_can_be_let_go_whole_or_in_part() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 write-off     | refused nothing_owed
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 10   | available 0
        2026-01-07 return A      | arrears 10
        2026-01-08 write-off 11  | refused over_written_off: 10 are owed
        2026-01-08 write-off 4   | arrears 6  written off 4  events WrittenOff
        2026-01-09 order B 2.00  | paid 2  arrears 4  available 0
        2026-01-10 write-off     | arrears 0  written off 8  available 0
        2026-01-10 write-off     | refused nothing_owed
        2026-01-11 order C 3.00  | paid 0  available 3
        ",
    );
}

#[test]
fn s21_a_return_before_fulfilment_takes_what_waits() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 10 }
        2026-01-05 order A 10.00 | pending 10  lots 10 from fulfilment till 2026-01-16
        2026-01-06 return A 4.00 | drew 1:4  pending 6
        2026-01-07 fulfil A      | available 6  lots 6 till never
        2026-01-08 return A      | available 0  clawed back 10  arrears 0
        ",
    );
}

#[test]
fn s22_points_that_were_cancelled_count_as_taken_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 10 }
        2026-01-05 order A 10.00 | pending 10
        2026-01-06 return A 4.00 | pending 6
        2026-01-16 look          | pending 0  forfeited 6  event LotCancelled 2026-01-16
        2026-01-17 return A      | taken as expired 6  arrears 0  clawed back 4
        ",
    );
}

#[test]
fn s22_each_lot_of_an_order_counts_by_its_own_end() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        rule extra { kind = 'bonus', points = '5', expiry = { policy = 'after', days = 5 } }
        2026-01-05 order A 10.00 | lots 10 till 2026-02-05 + 5 till 2026-01-11
        2026-01-07 return A 3.00 | drew 2:3  lots 10 till 2026-02-05 + 2 till 2026-01-11
        2026-01-12 return A      | taken as expired 2  drew 1:10  available 0  arrears 0  clawed back 13
        ",
    );
}

#[test]
fn s22_what_was_reinstated_is_the_orders_again() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        2026-01-05 order A 10.00 | lots 10 till 2026-01-16
        2026-01-20 reinstate 1   | available 10  lots 10 till 2026-01-31
        2026-01-21 credit 5      | available 15
        2026-01-22 return A      | taken as expired 0  drew 2:10  available 5  arrears 0
        ",
    );
}

#[test]
fn s24_a_budget_gets_back_what_the_order_took_for_anyone_to_earn() {
    check(
        "
        programme 1 point per 1.00 CNY
        budget launch { limit = '50' }
        base budget = ['launch']
        2026-01-05 order A 40.00      | rules base 40  budget launch 40
        2026-01-06 bob: order B 30.00 | rules base 10 of 30 trimmed_by_budget  budget launch 50
        2026-01-07 return A 10.00     | clawed back 10  budget launch 40
        2026-01-08 bob: return B 15.00 | clawed back 0  budget launch 40
        2026-01-09 bob: return B 8.00 | clawed back 3  budget launch 37
        2026-01-10 bob: order C 20.00 | rules base 13 of 20 trimmed_by_budget  budget launch 50
        2026-01-11 return A           | clawed back 40  budget launch 20
        ",
    );
}

#[test]
fn s24_a_trigger_comes_back_and_what_it_had_refused_does_not() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '20', max_triggers = [{ times = 1, per = 'month' }], when = { min_spend = '50.00' } }
        2026-01-05 order A 60.00  | rules base 60 + gift 20
        2026-01-06 order B 60.00  | rules base 60 + gift 0 of 20 triggers_used_up
        2026-01-07 return A 20.00 | clawed back 40
        2026-01-08 return B 1.00  | clawed back 41
        2026-01-09 order C 60.00  | rules base 60 + gift 20
        2026-02-10 return C       | clawed back 121
        2026-01-31 order D 50.00  | rules base 50 + gift 20
        2026-02-11 order E 50.00  | rules base 50 + gift 20
        ",
    );
}

#[test]
fn s24_a_rest_ends_with_the_order_that_began_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '20', cooldown_days = 7 }
        2026-01-05 order A 10.00 | rules base 10 + gift 20
        2026-01-06 order B 10.00 | rules base 10 + gift 0 of 20 cooling_down
        2026-01-07 return A 5.00 | clawed back 5
        2026-01-07 order C 10.00 | rules base 10 + gift 0 of 20 cooling_down
        2026-01-08 return A      | clawed back 30
        2026-01-09 order D 10.00 | rules base 10 + gift 20
        2026-01-10 return B      | clawed back 40
        ",
    );
    // A rest that a later grant began is not ended by the return of an earlier one.
    check(
        "
        programme 1 point per 1.00 CNY
        rule gift { kind = 'bonus', points = '20', cooldown_days = 7 }
        2026-01-05 order A 10.00 | rules base 10 + gift 20
        2026-01-12 order B 10.00 | rules base 10 + gift 20
        2026-01-13 return A      | clawed back 30
        2026-01-14 order C 10.00 | rules base 10 + gift 0 of 20 cooling_down
        2026-01-19 order D 10.00 | rules base 10 + gift 20
        ",
    );
}

#[test]
fn s24_a_return_in_a_later_period_gives_room_back_in_the_orders_own() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cap = [{ limit = '10', per = 'day' }, { limit = '30', per = 'month' }]
        2026-01-31 order A 10.00 | rules base 10
        2026-02-01 order B 10.00 | rules base 10
        2026-02-01 return A 6.00 | clawed back 6
        2026-02-01 order C 10.00 | rules base 0 of 10 trimmed_by_cap
        2026-01-31 order D 10.00 | rules base 6 of 10 trimmed_by_cap
        ",
    );
}

#[test]
fn s24_a_return_after_a_tier_was_lost_touches_neither_the_points_of_the_tier_nor_the_tier() {
    check(
        "
        programme 1 point per 1.00 CNY
        rule more { kind = 'multiplier', factor = '3', when = { tier = ['silver'] } }
        ladder status { period = 'calendar_year', on_return = 'demote_now', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } } ] }
        2025-05-01 order A 100.00 | tier silver  until 2027-01-01
        2026-05-01 order B 20.00  | rules base 20 + more 40
        2027-05-01 look           | tier member
        2027-05-02 return B 10.00 | clawed back 30  tier member
        2027-05-03 return A       | clawed back 130  tier member
        2027-05-04 return B       | clawed back 160  available 0
        ",
    );
}

#[test]
fn s22_points_that_come_back_past_their_end_pay_the_debt_of_their_order_first() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00             | lots 10 till 2026-01-16
        2026-01-06 hold H 10 until=2026-02-01 | held 10
        2026-01-07 return A                  | arrears 10  clawed back 10
        2026-02-01 look                      | arrears 0  available 0  expired 0  event ArrearsPaid 2026-02-01
        2026-02-02 order B 8.00              | available 8
        2026-02-03 redeem R 8                | available 0
        2026-02-04 return B                  | arrears 8
        2026-03-01 reverse R                 | paid 8  arrears 0  expired 0  available 0
        "#,
    );
}

#[test]
fn s26_one_command_gives_points_back_to_each_redemption_once() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100
        2026-01-05 redeem R 40
        2026-01-05 redeem S 10
        2026-01-05 order A 100.00 paid_by=R
        2026-01-05 order B 100.00 paid_by=R
        2026-01-06 return A 10.00 and reverse R 5 | refused named_twice: `R`
        2026-01-06 reverse R 5 and return A 10.00 | refused named_twice: `R`
        2026-01-06 return A 10.00 and return B 10.00 | refused named_twice: `R`
        2026-01-06 return A 10.00 and reverse S 5 | clawed back 10  redeemed 41
        ",
    );
}

#[test]
fn s25_an_order_may_name_the_redemption_or_capture_of_the_same_command() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100
        2026-01-05 hold H 20 until=2026-02-01
        2026-01-05 redeem R 40 and order A 100.00 paid_by=R | redeemed 40
        2026-01-05 capture H and order B 100.00 paid_by=H   | redeemed 60
        2026-01-05 redeem S 10 and order C 10.00 paid_by=T  | refused unknown_redemption
        2026-01-05 order C 10.00 paid_by=S and redeem S 10  | refused unknown_redemption
        2026-01-06 return A                                 | redeemed 20
        2026-01-06 return B                                 | redeemed 0
        ",
    );
}
