//! Cases 16 and 18: redemptions and their reversal.

use crate::runner::check;

const CASH: &str = r#"
    programme 1 point per 1.00 CNY
    points cash = { points = "100", per = "1.00", min_points = "200", step = "100", max_share_percent = 50 }
"#;

#[test]
fn s16_a_redemption_that_asks_too_much_is_refused_with_both_figures() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 11   | refused insufficient_points: 11 points asked, 10 available  available 10  redeemed 0
        2026-01-06 redeem R 10   | available 0  redeemed 10
        ",
    );
}

#[test]
fn s16_a_partial_redemption_takes_what_is_there() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00       | available 10
        2026-01-06 redeem R 11 partial | available 0  redeemed 10
        2026-01-06 redeem S 1 partial  | refused insufficient_points: 1 points asked, 0 available
        ",
    );
}

#[test]
fn s16_a_name_can_be_redeemed_under_once() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-06 redeem R 1    | available 9
        2026-01-06 redeem R 1    | refused duplicate_redemption  available 9
        ",
    );
}

#[test]
fn s16_cash_has_a_least_amount_a_step_and_a_share_of_the_order() {
    check(&format!(
        "{CASH}
        2026-01-05 credit 1000                | available 1000
        2026-01-06 redeem R 100 cash=10.00    | refused below_minimum: the least is 200
        2026-01-06 redeem R 250 cash=10.00    | refused not_a_step: a multiple of 100
        2026-01-06 redeem R 600 cash=10.00    | refused above_order_share: at most 500
        2026-01-06 redeem R 500 cash=10.00    | worth 5.00  available 500  redeemed 500
        2026-01-06 redeem S 100               | worth nothing  available 400
        2026-01-06 redeem T 200 cash=10.00    | worth 2.00  available 200
        "
    ));
}

#[test]
fn s16_partial_cash_still_comes_in_steps_and_not_below_the_least() {
    check(&format!(
        "{CASH}
        2026-01-05 credit 350                      | available 350
        2026-01-06 redeem R 500 partial cash=10.00 | worth 3.00  available 50
        2026-01-07 credit 100                      | available 150
        2026-01-07 redeem S 500 partial cash=10.00 | refused insufficient_points: 500 points asked, 150 available
        2026-01-07 credit 50                       | available 200
        2026-01-07 redeem S 500 partial cash=10.00 | worth 2.00  available 0
        2026-01-08 credit 1                        | available 1
        2026-01-08 redeem T 5 partial              | available 0
        2026-01-08 redeem U 5 partial              | refused insufficient_points
        "
    ));
}

#[test]
fn s16_what_points_are_worth_is_rounded_down() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points cash = { points = "3", per = "1.00" }
        2026-01-05 credit 10               | available 10
        2026-01-06 redeem R 5 cash=10.00   | worth 1.66
        2026-01-06 redeem S 4 cash=1.00    | refused above_order_share: at most 3
        "#,
    );
}

#[test]
fn s16_points_without_a_cash_value_cannot_pay() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10             | available 10
        2026-01-06 redeem R 5 cash=10.00 | refused no_cash_value
        ",
    );
}

#[test]
fn s18_a_reversal_restores_the_drawn_lots_with_their_own_ends() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 30 }
        2026-01-05 order A 10.00 | lots 10 till 2026-02-05
        2026-01-07 order B 10.00 | lots 10 till 2026-02-05 + 10 till 2026-02-07
        2026-01-08 redeem R 15   | drew 1:10 2:5  lots 5 till 2026-02-07
        2026-01-09 reverse R     | lots 10 till 2026-02-05 + 10 till 2026-02-07  redeemed 0
        "#,
    );
}

#[test]
fn s18_partial_reversals_go_on_where_the_last_one_stopped() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 order A 10.00 | available 10
        2026-01-07 order B 10.00 | available 20
        2026-01-08 redeem R 15   | drew 1:10 2:5
        2026-01-09 reverse R 6   | drew 1:6  available 11  redeemed 9
        2026-01-10 reverse R 6   | drew 1:4 2:2  available 17  redeemed 3
        2026-01-11 reverse R 4   | refused over_reversed: has 3 points left to reverse, not 4
        2026-01-11 reverse R     | drew 2:3  available 20  redeemed 0
        2026-01-12 reverse R     | refused over_reversed: has 0 points left
        2026-01-12 reverse X     | refused unknown_redemption
        ",
    );
}

#[test]
fn s18_a_restored_lot_past_its_end_expires_at_once() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00 | lots 10 till 2026-01-16
        2026-01-10 redeem R 8    | available 2
        2026-01-20 reverse R     | available 0  redeemed 0  expired 10  event Expired 2026-01-20  event Expired 2026-01-16
        "#,
    );
}

#[test]
fn s18_a_restored_lot_at_its_very_end_expires_at_once() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }
        2026-01-05 order A 10.00                  | available 10
        2026-01-10 redeem R 10                    | available 0
        2026-01-15T23:59:59.999999 reverse R 4    | lots 4 till 2026-01-16
        2026-01-16 reverse R                      | available 0  expired 10
        "#,
    );
}

#[test]
fn s18_days_of_grace_let_a_restored_lot_live_on() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }, reversal_grace_days = 5
        2026-01-05 order A 10.00       | available 10
        2026-01-10 redeem R 10         | available 0
        2026-01-20T15:00 reverse R 4   | lots 4 till 2026-01-26
        2026-01-22 reverse R 4         | lots 8 till 2026-01-26
        2026-01-26 look                | expired 8  available 0
        2026-01-30 reverse R           | lots 2 till 2026-02-05
        "#,
    );
}

#[test]
fn s18_a_lot_within_its_time_gets_no_grace() {
    check(
        r#"
        programme 1 point per 1.00 CNY
        points expiry = { policy = "after", days = 10 }, reversal_grace_days = 50
        2026-01-05 order A 10.00 | available 10
        2026-01-10 redeem R 10   | available 0
        2026-01-12 reverse R     | lots 10 till 2026-01-16
        "#,
    );
}

#[test]
fn s18_restored_points_do_not_pay_a_debt() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10       | available 10
        2026-01-06 redeem R 10     | available 0
        2026-01-07 debit 5 arrears | arrears 5
        2026-01-08 reverse R       | available 10  arrears 5
        2026-01-09 credit 2        | paid 2  available 10  arrears 3
        ",
    );
}
