//! Case 17: points set aside, and what becomes of them.

use crate::runner::check;

const TEN_DAYS: &str = "
    programme 1 point per 1.00 CNY
    points expiry = { policy = 'after', days = 10 }
";

#[test]
fn s17_held_points_are_spent_by_capture_or_come_back_by_release() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00             | available 10
        2026-01-06 hold H 6 until=2026-01-10 | available 4  held 6  redeemed 0  holds H  drew 1:6  events HoldPlaced
        2026-01-06 redeem R 5                | refused insufficient_points: 5 points asked, 4 available  held 6
        2026-01-06 hold J 5 until=2026-01-10 | refused insufficient_points: 5 points asked, 4 available
        2026-01-06 hold J 4 until=2026-01-10 | available 0  held 10  holds H J
        2026-01-07 capture H                 | held 4  redeemed 6  holds J
        2026-01-07 release J                 | held 0  available 4  holds none
        2026-01-07 capture H                 | refused unknown_hold
        2026-01-07 release J                 | refused unknown_hold
        2026-01-07 capture X                 | refused unknown_hold
        ",
    );
}

#[test]
fn s17_capturing_a_part_releases_the_rest() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00              | available 10
        2026-01-07 order B 10.00              | available 20
        2026-01-08 hold H 15 until=2026-01-20 | drew 1:10 2:5  lots 5 till 2026-02-07
        2026-01-09 capture H 16               | refused over_captured: has 15 points, not 16  held 15
        2026-01-09 capture H 8                | drew 1:8  held 0  redeemed 8  lots 2 till 2026-02-05 + 10 till 2026-02-07
        ",
    );
}

#[test]
fn s17_a_hold_ends_with_its_time_and_not_before() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00                    | available 10
        2026-01-06 hold H 6 until=2026-01-10        | available 4
        2026-01-06 hold J 4 until=2026-01-10        | available 0
        2026-01-09T23:59:59.999999 look             | held 10  available 0
        2026-01-09T23:59:59.999999 capture J        | redeemed 4
        2026-01-10 capture H                        | refused unknown_hold
        2026-01-10 look                             | held 0  available 6  event HoldReleased 2026-01-10
        ",
    );
}

#[test]
fn s17_a_hold_that_would_be_over_is_refused() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00             | available 10
        2026-01-06 hold H 1 until=2026-01-06 | refused hold_ends_in_the_past  held 0
        2026-01-20 credit 1                  | available 11
        2026-01-10 hold H 1 until=2026-01-20 | refused hold_ends_in_the_past: must end after 2026-01-20
        2026-01-10 hold H 1 until=2026-01-21 | held 1  event HoldPlaced 2026-01-20
        ",
    );
}

#[test]
fn s17_what_pending_points_and_other_currencies_cannot_do() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'after_days', days = 14 }
        base currency = 'points'
        currency status { use = 'qualifying' }
        rule status { kind = 'base', currency = 'status', points = '1', per = '1.00' }
        2026-01-05 order A 10.00                             | pending 10
        2026-01-06 hold H 1 until=2026-02-01                 | refused insufficient_points: 1 points asked, 0 available
        2026-01-20 hold S 1 until=2026-02-01 currency=status | refused not_spendable
        2026-01-20 hold H 1 until=2026-02-01                 | available 9  held 1
        ",
    );
}

#[test]
fn s17_held_points_do_not_expire_while_they_are_held() {
    // Lot 1 ends on the 16th: what is not held goes then, what is held when it comes back, and both are recorded.
    check(&format!(
        "{TEN_DAYS}
        2026-01-05 order A 10.00             | lots 10 till 2026-01-16
        2026-01-06 hold H 6 until=2026-01-20 | available 4
        2026-01-16 look                      | available 0  held 6  expired 4  event Expired 2026-01-16
        2026-01-19T23:59:59.999999 look      | held 6  expired 4
        2026-01-20 look                      | held 0  expired 10  event HoldReleased 2026-01-20  event Expired 2026-01-20
        "
    ));
}

#[test]
fn s17_a_release_past_the_end_expires_at_once_and_knows_no_grace() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }, reversal_grace_days = 5
        2026-01-05 order A 10.00              | lots 10 till 2026-01-16
        2026-01-06 hold H 10 until=2026-02-01 | available 0
        2026-01-18 release H                  | events HoldReleased Expired  expired 10  available 0  event Expired 2026-01-18
        ",
    );
    // What is captured of it was had in time; only the rest is gone.
    check(&format!(
        "{TEN_DAYS}
        2026-01-05 order A 10.00              | lots 10 till 2026-01-16
        2026-01-06 hold H 10 until=2026-02-01 | available 0
        2026-01-18 capture H 7                | events HoldCaptured Expired  redeemed 7  expired 3  available 0
        "
    ));
}

#[test]
fn s17_a_lot_that_ends_with_the_hold_is_gone_with_it() {
    check(&format!(
        "{TEN_DAYS}
        2026-01-05 order A 10.00             | lots 10 till 2026-01-16
        2026-01-06 hold H 6 until=2026-01-16 | available 4
        2026-01-16 look                      | events HoldReleased Expired  expired 10  available 0
        "
    ));
}

#[test]
fn s17_a_captured_hold_is_a_redemption_that_can_be_reversed() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }, reversal_grace_days = 5
        2026-01-05 order A 10.00              | lots 10 till 2026-01-16
        2026-01-06 hold H 8 until=2026-02-01  | available 2
        2026-01-07 reverse H                  | refused unknown_redemption
        2026-01-08 capture H 6                | available 4  redeemed 6
        2026-01-09 reverse H 7                | refused over_reversed: has 6 points left to reverse, not 7
        2026-01-09 reverse H 2                | drew 1:2  lots 6 till 2026-01-16
        2026-01-18 reverse H                  | lots 4 till 2026-01-24  redeemed 0  expired 6
        ",
    );
}

#[test]
fn s17_holds_and_redemptions_have_names_in_common() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00             | available 10
        2026-01-06 hold H 1 until=2026-01-10 | held 1
        2026-01-06 redeem H 1                | refused duplicate_redemption
        2026-01-06 hold H 1 until=2026-01-10 | refused duplicate_redemption
        2026-01-07 release H                 | held 0
        2026-01-07 hold H 1 until=2026-01-10 | refused duplicate_redemption
        2026-01-07 redeem R 1                | redeemed 1
        2026-01-07 hold R 1 until=2026-01-10 | refused duplicate_redemption  held 0
        ",
    );
}

#[test]
fn s17_a_hold_for_cash_is_bound_like_a_redemption_and_worth_what_is_captured() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00', min_points = '200', step = '100', max_share_percent = 50 }
        2026-01-05 credit 1000                                | available 1000
        2026-01-06 hold H 100 until=2026-01-10 cash=10.00     | refused below_minimum
        2026-01-06 hold H 250 until=2026-01-10 cash=10.00     | refused not_a_step
        2026-01-06 hold H 600 until=2026-01-10 cash=10.00     | refused above_order_share
        2026-01-06 hold H 500 until=2026-01-10 cash=10.00     | held 500
        2026-01-07 capture H 300                              | worth 3.00  available 700
        2026-01-07 hold V 100 until=2026-01-10 voucher=drink code=X | refused code_on_hold
        ",
    );
}

#[test]
fn s17_neither_debit_nor_clawback_reaches_held_points() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00              | available 10
        2026-01-06 hold H 10 until=2026-02-01 | held 10
        2026-01-07 debit 1                    | refused insufficient_points: 1 points asked, 0 available
        2026-01-08 return A                   | held 10  arrears 10  clawed back 10
        2026-01-09 capture H 4                | redeemed 4  paid 6  available 0  arrears 4
        ",
    );
}

#[test]
fn s17_released_points_pay_debts_in_the_order_they_come_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00              | available 10
        2026-01-07 order B 10.00              | available 20
        2026-01-08 hold H 20 until=2026-02-01 | available 0
        2026-01-09 debit 13 arrears           | arrears 13
        2026-01-10 release H                  | events HoldReleased ArrearsPaid ArrearsPaid  paid 13  lots 7 till 2026-02-07
        ",
    );
    check(&format!(
        "{TEN_DAYS}
        2026-01-05 credit 10                  | lots 10 till 2026-01-16
        2026-01-08 hold H 10 until=2026-01-20 | available 0
        2026-01-09 debit 5 arrears            | arrears 5
        2026-01-20 look                       | events HoldReleased ArrearsPaid Expired  paid 5  arrears 0  expired 5
        "
    ));
}

#[test]
fn s17_held_points_that_end_by_inactivity_are_moved_by_what_the_member_does() {
    // The order of 1 May moves the end of what is held as well; what is released on 1 August has it.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'inactivity', months = 6 }
        2026-01-05 order A 10.00              | lots 10 till 2026-07-06
        2026-01-06 hold H 10 until=2026-08-01 | available 0
        2026-05-01 order B 1.00               | lots 1 till 2026-11-02
        2026-08-01 look                       | lots 10 till 2026-11-02 + 1 till 2026-11-02
        ",
    );
}
