//! Cases 16 and 18: listed rewards, their stock, and vouchers, and how they are reversed.

use crate::runner::check;

#[test]
fn s16_a_listed_reward_has_its_name_and_its_price() {
    check(
        "
        programme 1 point per 1.00 CNY
        base currency = 'points'
        currency stars { }
        reward coffee { currency = 'points', points = '300' }
        reward badge { currency = 'stars', points = '3' }
        2026-01-05 credit 1000                               | available 1000
        2026-01-05 credit 10 currency=stars                  | available 10 stars
        2026-01-06 redeem R 300 reward=tea                   | refused unknown_reward: (coffee)
        2026-01-06 redeem R 3 reward=coffee currency=stars   | refused unknown_reward: (badge)
        2026-01-06 redeem R 299 reward=coffee                | refused wrong_price: costs 300 points, not 299
        2026-01-06 redeem R 600 reward=coffee                | refused wrong_price
        2026-01-06 redeem R 300 reward=coffee                | available 700  worth nothing
        2026-01-06 redeem S 3 reward=badge currency=stars    | available 7 stars
        2026-01-06 hold H 299 until=2026-01-10 reward=coffee | refused wrong_price
        2026-01-06 redeem V 100 voucher=anything             | available 600
        ",
    );
}

#[test]
fn s16_a_listed_reward_is_had_whole_or_not_at_all() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300' }
        2026-01-05 credit 200                         | available 200
        2026-01-06 redeem R 300 partial reward=coffee | refused insufficient_points: 300 points asked, 200 available
        ",
    );
}

#[test]
fn s16_a_stock_is_one_for_all_members_and_a_piece_comes_back_with_the_last_point() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300', stock = 2 }
        2026-01-05 credit 600                      | available 600
        2026-01-05 bob: credit 600                 | available 600
        2026-01-06 redeem R 300 reward=coffee      | stock coffee 1
        2026-01-06 bob: redeem S 300 reward=coffee | stock coffee 2
        2026-01-06 bob: redeem T 300 reward=coffee | refused out_of_stock: nothing is left  available 300
        2026-01-07 reverse R 299                   | stock coffee 2
        2026-01-07 bob: redeem T 300 reward=coffee | refused out_of_stock
        2026-01-07 reverse R 1                     | stock coffee 1
        2026-01-08 bob: redeem T 300 reward=coffee | stock coffee 2  available 0
        ",
    );
}

#[test]
fn s16_a_hold_takes_a_piece_and_its_release_gives_it_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300', stock = 1 }
        2026-01-05 credit 600                                | available 600
        2026-01-06 hold H 300 until=2026-01-10 reward=coffee | stock coffee 1
        2026-01-06 redeem R 300 reward=coffee                | refused out_of_stock
        2026-01-07 release H                                 | stock coffee 0
        2026-01-07 hold J 300 until=2026-01-10 reward=coffee | stock coffee 1
        2026-01-08 capture J                                 | stock coffee 1
        2026-01-08 redeem R 300 reward=coffee                | refused out_of_stock
        2026-01-09 reverse J                                 | stock coffee 0
        ",
    );
}

#[test]
fn s16_a_hold_that_runs_out_gives_its_piece_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300', stock = 1 }
        2026-01-05 credit 600                                | available 600
        2026-01-06 hold H 300 until=2026-01-10 reward=coffee | stock coffee 1
        2026-01-10 redeem R 300 reward=coffee                | stock coffee 1  available 300  event HoldReleased 2026-01-10
        2026-01-11 reverse R                                 | stock coffee 0
        ",
    );
}

#[test]
fn s16_a_closing_gives_the_piece_of_a_hold_back() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300', stock = 1 }
        2026-01-05 credit 300                                | available 300
        2026-01-06 hold H 300 until=2026-02-10 reward=coffee | stock coffee 1
        2026-01-07 close                                     | stock coffee 0
        ",
    );
}

#[test]
fn s16_a_later_version_with_more_pieces_goes_on_counting() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '300', stock = 1 }
        2026-01-05 credit 900                 | available 900
        2026-01-05 publish from 2026-02-01
            programme 1 point per 1.00 CNY
            reward coffee { points = '200', stock = 2 }
        end
        2026-01-06 redeem R 300 reward=coffee | stock coffee 1
        2026-01-07 redeem S 300 reward=coffee | refused out_of_stock
        2026-02-01 redeem S 300 reward=coffee | refused wrong_price
        2026-02-01 redeem S 200 reward=coffee | stock coffee 2
        2026-02-02 redeem T 200 reward=coffee | refused out_of_stock
        ",
    );
}

#[test]
fn s16_a_reward_is_offered_from_until_and_to_tiers() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '10', from = 2026-02-01, until = 2026-03-01 }
        reward lounge { points = '10', tier = ['silver'] }
        ladder status { period = 'calendar_year', tier = [
            { id = 'member' }, { id = 'silver', entry = { any = { spend = '100.00' } } } ] }
        2026-01-31T23:59:59.999999 credit 90                          | available 90
        2026-01-31T23:59:59.999999 redeem R 10 reward=coffee          | refused reward_not_available
        2026-02-01 redeem R 10 reward=coffee                          | available 80
        2026-02-02 redeem L 10 reward=lounge                          | refused reward_not_available
        2026-02-03 order A 100.00                                     | tier silver
        2026-02-03 redeem L 10 reward=lounge                          | available 170
        2026-03-01 redeem S 10 reward=coffee                          | refused reward_not_available
        2026-03-02 credit 1                                           | available 171
        # It was asked for in time and is heard of late.
        2026-02-28T23:59:59.999999 redeem S 10 reward=coffee          | available 161  event Redeemed 2026-03-02
        ",
    );
}

#[test]
fn s16_a_voucher_code_is_used_once() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100                         | available 100
        2026-01-06 redeem R 50 voucher=drink code=X   | available 50  vouchers 1
        2026-01-06 redeem S 10 voucher=drink code=X   | refused duplicate_voucher  available 50
        2026-01-07 voucher Y                          | refused unknown_voucher
        2026-01-08 voucher X                          | events VoucherUsed  vouchers 0  redeemed 50
        2026-01-08 voucher X                          | refused unknown_voucher
        2026-01-09 reverse R                          | refused voucher_used  redeemed 50
        2026-01-10 redeem S 10 voucher=drink code=X   | vouchers 1
        2030-01-10 voucher X                          | vouchers 0
        ",
    );
}

#[test]
fn s16_a_voucher_is_good_through_its_last_day_by_the_time_it_was_shown() {
    check(
        "
        programme 1 point per 1.00 CNY
        set voucher_days = 10
        2026-01-05 credit 100                         | available 100
        2026-01-05T12:00 redeem R 10 voucher=a code=X | vouchers 1
        2026-01-05T12:00 redeem S 10 voucher=a code=Y | vouchers 2
        2026-01-05T12:00 redeem T 10 voucher=a code=Z | vouchers 3
        2026-01-15T23:59:59.999999 voucher X          | vouchers 2
        2026-01-16 voucher Y                          | refused voucher_expired
        2026-01-20 redeem U 10 voucher=a code=Y       | refused duplicate_voucher
        2026-01-20 credit 1                           | available 71
        2026-01-15 voucher Z                          | vouchers 1  event VoucherUsed 2026-01-20
        2026-01-21 reverse S                          | vouchers 0  available 81
        ",
    );
}

#[test]
fn s16_any_reversal_voids_an_open_voucher() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100                   | available 100
        2026-01-06 redeem R 50 voucher=a code=X | vouchers 1
        2026-01-07 reverse R 1                  | vouchers 0  available 51
        2026-01-08 voucher X                    | refused unknown_voucher
        2026-01-09 redeem S 10 voucher=a code=X | vouchers 1
        2026-01-10 reverse R                    | vouchers 1  available 90
        ",
    );
}

#[test]
fn s16_a_blocked_member_may_use_a_voucher_and_not_get_another() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100                   | available 100
        2026-01-06 redeem R 50 voucher=a code=X | vouchers 1
        2026-01-07 block redeeming              | available 50
        2026-01-08 redeem S 10 voucher=a code=Y | refused redeeming_blocked
        2026-01-08 voucher X                    | vouchers 0
        ",
    );
}

#[test]
fn s18_a_reversal_goes_on_after_a_part_of_the_hold_was_captured() {
    // The piece that came with the hold goes back with the last point that was captured.
    check(
        "
        programme 1 point per 1.00 CNY
        points expiry = { policy = 'after', days = 30 }
        reward coffee { points = '300', stock = 1 }
        2026-01-05 credit 200                                | lots 200 till 2026-02-05
        2026-01-07 credit 200                                | available 400
        2026-01-08 hold H 300 until=2026-02-20 reward=coffee | drew 1:200 2:100
        2026-01-09 capture H 250                             | drew 1:200 2:50  available 150  stock coffee 1
        2026-01-10 reverse H 100                             | drew 1:100  stock coffee 1
        2026-02-06 reverse H                                 | drew 1:100 2:50  stock coffee 0  expired 200  lots 200 till 2026-02-07
        ",
    );
}

#[test]
fn s18_a_reversal_of_a_reward_or_voucher_is_bounded_like_any_other() {
    check(
        "
        programme 1 point per 1.00 CNY
        reward coffee { points = '30' }
        2026-01-05 credit 100                   | available 100
        2026-01-06 redeem R 30 reward=coffee    | available 70
        2026-01-06 redeem V 30 voucher=a code=X | available 40
        2026-01-07 reverse R 31                 | refused over_reversed: has 30 points left to reverse, not 31
        2026-01-07 reverse V 31                 | refused over_reversed  vouchers 1
        2026-01-07 block redeeming              | available 40
        2026-01-08 reverse V 10                 | vouchers 0  available 50
        2026-01-08 reverse V 21                 | refused over_reversed: has 20 points left
        2026-01-08 reverse R                    | available 80
        ",
    );
}

#[test]
fn s16_the_rest_of_a_voided_voucher_can_be_reversed_too() {
    check(
        "
        programme 1 point per 1.00 CNY
        2026-01-05 credit 100
        2026-01-06 redeem R 50 voucher=a code=X | vouchers 1
        2026-01-07 reverse R 10                 | vouchers 0
        2026-01-08 reverse R 10                 | available 70
        2026-01-09 reverse R                    | available 100
        ",
    );
}
