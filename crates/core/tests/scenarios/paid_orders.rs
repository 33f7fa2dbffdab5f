//! Cases 25 and 26: orders that were paid with points come back, and exchanges.

use crate::runner::check;

/// 500 of 1,000 points pay 5.00 of an order of 20.00.
const PAID: &str = "
    programme 1 point per 1.00 CNY
    points cash = { points = '100', per = '1.00' }
    2026-01-05 credit 1000                              | available 1000
    2026-01-06 redeem R 500 cash=20.00                  | worth 5.00
    2026-01-06 order A 20.00 points_paid=5.00 paid_by=R | rules base 15  available 515
";

#[test]
fn s25_a_return_gives_back_its_share_of_the_points_that_paid() {
    check(&format!(
        "{PAID}
        2026-01-07 return A 10.00 | events RedemptionReversed ClawedBack  redeemed 250  clawed back 10  available 755
        2026-01-08 return A       | redeemed 0  clawed back 15  available 1000
        "
    ));
}

#[test]
fn s25_a_callers_figure_goes_before_the_share() {
    check(&format!(
        "{PAID}
        2026-01-07 return A 10.00 back=501 | refused over_reversed: has 500 points left to reverse, not 501  redeemed 500
        2026-01-07 return A 10.00 back=0   | events ClawedBack  redeemed 500  available 505
        2026-01-08 return A back=100       | redeemed 400  available 600
        2026-01-09 reverse R               | redeemed 0  available 1000
        "
    ));
    // Without a figure the next return makes up for what the last one left out.
    check(&format!(
        "{PAID}
        2026-01-07 return A 10.00 back=0   | redeemed 500
        2026-01-08 return A 5.00           | redeemed 125
        "
    ));
}

#[test]
fn s25_shares_of_many_returns_add_up_to_all_of_it() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00' }
        2026-01-05 credit 100                                 | available 100
        2026-01-06 redeem R 100 cash=9.00                     | worth 1.00
        2026-01-06 order A 9.00 x3 points_paid=1.00 paid_by=R | rules base 8
        2026-01-07 return A x1                                | redeemed 67  clawed back 3
        2026-01-08 return A x1                                | redeemed 34  clawed back 6
        2026-01-09 return A x1                                | redeemed 0   clawed back 8
        2026-01-09 look                                       | available 100
        ",
    );
}

#[test]
fn s25_the_share_is_of_the_worth_with_tax_and_shipping() {
    // Kept are 9.00 + 0.50 tax + 1.00 shipping of 20.00; 9.50 have come back, which are 237.5 of 500 points.
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00' }
        2026-01-05 credit 500                                                      | available 500
        2026-01-06 redeem R 500 cash=20.00                                         | worth 5.00
        2026-01-06 order A 18.00 tax=1.00 shipping=1.00 points_paid=5.00 paid_by=R | redeemed 500
        2026-01-07 return A 9.00                                                   | redeemed 263
        2026-01-08 return A                                                        | redeemed 0
        ",
    );
}

#[test]
fn s25_what_was_reversed_otherwise_counts_as_given_back() {
    check(&format!(
        "{PAID}
        2026-01-07 reverse R 300  | redeemed 200
        2026-01-08 return A 10.00 | events ClawedBack  redeemed 200
        2026-01-09 return A       | redeemed 0
        2026-01-09 reverse R      | refused over_reversed: has 0 points left
        "
    ));
}

#[test]
fn s25_points_that_paid_and_have_ended_come_back_and_expire() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00' }, expiry = { policy = 'after', days = 30 }
        2026-01-05 credit 500                               | lots 500 till 2026-02-05
        2026-01-06 redeem R 500 cash=20.00                  | available 0
        2026-01-06 order A 20.00 points_paid=5.00 paid_by=R | lots 15 till 2026-02-06
        2026-03-01 return A 10.00 | events Expired RedemptionReversed Expired ClawedBack  expired 265  redeemed 250
        2026-03-02 return A       | expired 515  redeemed 0  taken as expired 5  arrears 0  available 0
        ",
    );
}

#[test]
fn s25_the_clawback_finds_what_has_just_come_back() {
    check(&format!(
        "{PAID}
        2026-01-06 redeem Q 515 | available 0
        2026-01-07 return A     | available 485  arrears 0  clawed back 15  redeemed 515
        "
    ));
}

#[test]
fn s25_a_used_voucher_that_paid_hinders_no_return() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 500                               | available 500
        2026-01-06 redeem R 500 voucher=five code=X         | vouchers 1
        2026-01-06 voucher X                                | vouchers 0
        2026-01-06 order A 20.00 points_paid=5.00 paid_by=R | rules base 15
        2026-01-07 reverse R                                | refused voucher_used
        2026-01-07 return A                                 | redeemed 0  available 500
        ",
    );
}

#[test]
fn s25_an_order_that_no_points_paid_gives_none_back() {
    check(&format!(
        "{PAID}
        2026-01-07 order B 5.00           | rules base 5
        2026-01-07 order C 5.00 paid_by=X | refused unknown_redemption
        2026-01-08 return B back=5        | refused no_redemption_paid
        2026-01-08 return B               | redeemed 500
        "
    ));
}

#[test]
fn s25_a_captured_hold_can_pay_an_order() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00' }
        2026-01-05 credit 500                               | available 500
        2026-01-06 hold H 500 until=2026-01-10 cash=20.00   | held 500
        2026-01-06 order A 20.00 paid_by=H                  | refused unknown_redemption
        2026-01-06 capture H 400                            | worth 4.00  available 100
        2026-01-06 order A 20.00 points_paid=4.00 paid_by=H | rules base 16
        2026-01-07 return A 5.00                            | redeemed 300  available 211
        ",
    );
}

#[test]
fn s26_an_exchange_gives_back_what_paid_and_may_pay_with_it_again() {
    check(&format!(
        "{PAID}
        2026-01-07 exchange A for B 25.00 | events RedemptionReversed ClawedBack PointsEarned  redeemed 0  available 1025
        "
    ));
    check(&format!(
        "{PAID}
        2026-01-07 exchange A back=0 for B 25.00 points_paid=5.00 paid_by=R | events ClawedBack PointsEarned  redeemed 500  available 520
        2026-01-08 return B                                                 | redeemed 0  available 1000
        "
    ));
}

#[test]
fn s26_what_an_exchange_earns_pays_what_it_owes() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00          | available 10
        2026-01-06 redeem R 10            | available 0
        2026-01-07 exchange A for B 25.00 | events ClawedBack PointsEarned ArrearsPaid  available 15  arrears 0
        ",
    );
}
