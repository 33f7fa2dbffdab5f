//! Cases 33 and 36: late facts about holds, fulfilments, closings and their like, and the version that judges them.

use crate::runner::check;

#[test]
fn s33_late_holds_and_what_comes_of_them_take_effect_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10                  | available 10
        2026-02-01 credit 1                   | available 11
        2026-01-06 hold H 10 until=2026-02-05 | held 10  drew 1:10  event HoldPlaced 2026-02-01
        2026-01-06 hold J 1 until=2026-02-05  | held 11  event HoldPlaced 2026-02-01
        2026-01-07 capture H 4                | redeemed 4  available 6  event HoldCaptured 2026-02-01
        2026-01-08 release J                  | available 7  event HoldReleased 2026-02-01
        ",
    );
}

#[test]
fn s33_a_hold_that_is_over_cannot_be_captured_late() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 10                  | available 10
        2026-01-06 hold H 10 until=2026-01-20 | held 10
        2026-02-01 credit 1                   | available 11  event HoldReleased 2026-01-20
        2026-01-19 capture H                  | refused unknown_hold  available 11
        ",
    );
}

#[test]
fn s33_late_commands_by_hand_take_effect_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 credit 10                | lots 10 till 2026-02-05
        2026-01-10 debit 15 arrears         | arrears 5
        2026-02-01 credit 8                 | paid 5  lots 3 till 2026-03-04
        2026-01-10 expiry to=2026-02-01     | refused ends_in_the_past  lots 3 till 2026-03-04
        2026-01-10 expiry to=+5             | lots 3 till 2026-03-09  event ExpiryChanged 2026-02-01
        2026-01-11 debit 4 arrears          | arrears 1  event Debited 2026-02-01
        2026-01-12 write-off                | arrears 0  event WrittenOff 2026-02-01
        2026-01-13 block redeeming          | event BlockSet 2026-02-01
        2026-01-14 close                    | closed  event Closed 2026-02-01
        ",
    );
}

#[test]
fn s33_a_late_fulfilment_starts_the_points_now() {
    check(
        "
        programme 1 point per 1.00 CNY
        points activation = { policy = 'on_fulfilment', within_days = 60 }, expiry = { policy = 'after', days = 30 }
        2026-01-05 order A 10.00 | pending 10
        2026-02-01 order B 5.00  | pending 15
        2026-01-10 fulfil A      | available 10  event PointsActivated 2026-02-01  lots 10 till 2026-03-04 + 5 from fulfilment till 2026-04-03
        ",
    );
}

#[test]
fn s33_a_late_activity_counts_in_its_own_time() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 10 }
        activity check_in { }
        rule check { on = 'activity', activity = ['check_in'], kind = 'bonus', points = '5', caps = [{ limit = '5', per = 'month' }] }
        2026-02-01 activity check_in  | rules check 5  streak check_in 1
        2026-02-02 activity check_in  | rules check 0 of 5 trimmed_by_cap  streak check_in 2
        2026-01-20 activity check_in  | rules check 5  streak check_in 2  expired 5  event Expired 2026-01-31
        2026-01-21 activity check_in  | rules check 0 of 5 trimmed_by_cap
        ",
    );
}

#[test]
fn s33_a_late_order_names_what_paid_it_and_can_come_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        points cash = { points = '100', per = '1.00' }
        2026-01-05 credit 500                               | available 500
        2026-02-01 redeem R 500 cash=20.00                  | worth 5.00
        2026-01-10 order A 20.00 points_paid=5.00 paid_by=R | available 15
        2026-01-20 return A                                 | redeemed 0  available 500  event RedemptionReversed 2026-02-01
        ",
    );
}

#[test]
fn s36_holds_rewards_and_transfers_go_by_the_version_of_their_own_time() {
    check(
        "
        programme 1 point per 1.00 CNY
        points transfer = {}
        reward coffee { points = '10' }
        2026-01-05 credit 100                               | available 100
        2026-01-05 bob: enrol
        2026-01-05 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            points transfer = { fee_points = '1' }
            reward coffee { points = '20' }
        end
        2026-01-31 hold H 10 until=2026-03-01 reward=coffee | held 10
        2026-01-31 transfer T 10 to=bob                     | available 80
        2026-02-01 redeem R 10 reward=coffee                | refused wrong_price
        2026-02-01 redeem R 20 reward=coffee                | available 60
        2026-02-01 transfer U 10 to=bob                     | available 49
        2026-01-31 redeem S 10 reward=coffee                | available 39  event Redeemed 2026-02-01
        # What was promised under the old price is had for it.
        2026-02-02 capture H                                | redeemed 40
        ",
    );
}

#[test]
fn s36_a_closing_or_a_hold_of_before_runs_on_under_a_new_version() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        2026-01-05 credit 10                  | lots 10 till 2026-02-05
        2026-01-06 publish from 2026-01-10
            programme 1 point per 1.00 CNY
            points expiry = { policy = 'after', days = 5 }
        end
        2026-01-07 hold H 4 until=2026-01-20  | held 4
        2026-01-20 look                       | lots 10 till 2026-02-05
        2026-01-21 credit 1                   | lots 10 till 2026-02-05 + 1 till 2026-01-27
        ",
    );
}

#[test]
fn s33_a_late_lot_that_ended_as_an_anniversary_came_brings_no_second_one() {
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        rule years { on = 'anniversary', kind = 'bonus', points = '7' }
        2025-02-05 enrol
        2026-02-05 sweep            | available 7  event PointsEarned 2026-02-05
        2026-01-05 order A 10.00    | lots 7 till 2026-03-08  expired 10  event Expired 2026-02-05
        2026-02-06 look             | available 7  issued 17
        ",
    );
}

#[test]
fn s33_a_late_order_is_held_against_the_windows_from_its_day_on_and_the_first_that_reaches_a_tier_is_told() {
    let rolling = "
        programme 1 point per 1.00 CNY
        ladder status { period = 'rolling_days', days = 30, tier = [{ id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } }] }
    ";
    check(&format!(
        "{rolling}
        2026-01-20 order A 60.00 | tier member
        2026-01-25 order B 30.00 | tier member
        2026-01-15 order C 50.00 | tier silver  why upgraded  figures 110.00 0 2
        "
    ));
    // What an earlier window reached is past.
    check(&format!(
        "{rolling}
        2026-01-10 order A 100.00 | tier silver
        2026-02-09 look           | tier member
        2026-02-20 order B 10.00  | tier member
        "
    ));
}
